/* SPDX-License-Identifier: MIT */
/* test_robots_crawls.c - no page is asked for before its host's robots.txt, and none against it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static bool is_robots(const char *url)
{
  size_t n = strlen(url);
  return n > 11 && strcmp(url + n - 11, "/robots.txt") == 0;
}

/* scheme://host:port of a URL. */
static struct cr_span origin_of(const char *url)
{
  const char *host = strstr(url, "://") + 3;
  return cr_span(url, (size_t)(host - url) + strcspn(host, "/"));
}

static void no_page_comes_before_its_robots_txt_has_ended(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    struct cr_sim_web web;
    struct cr_sim sim;
    struct cr_sim_map origins;
    int64_t judged_ms[200] = { 0 };
    cr_sim_web_init(&web, seed, 100, 1000);
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world, .seed = seed });
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_add_hosts(&sim, &web, 5);
    cr_sim_run(&sim);
    cr_sim_map_init(&origins, &sim.mem);
    for (size_t i = 0; i < sim.net.log.len; i++) {
      const struct cr_sim_record *record = &sim.net.log.at[i];
      const char *url = cr_sim_log_url(&sim.net.log, i);
      if (record->event != CR_SIM_REQUEST || strstr(url, "/rules.txt"))
        continue;
      uint32_t origin = cr_sim_map_number(&origins, origin_of(url));
      assert_true(origin < 200);
      if (is_robots(url))
        judged_ms[origin] = record->end_ms;
      else if (judged_ms[origin] == 0 || record->begin_ms < judged_ms[origin])
        fail_msg("%s was asked for before its robots.txt", url);
    }
    assert_true(origins.count > 50);
    cr_sim_map_free(&origins);
    cr_sim_close(&sim);
  }
}

static void what_is_disallowed_is_never_asked_for(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  struct cr_sim_rules rules = {
    .seeds = 5, .span_hosts = true, .obey_robots = true, .max_depth = -1, .max_retries = 2
  };
  struct cr_sim_oracle oracle;
  (void)state;

  cr_sim_web_init(&web, 32, 100, 2000);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_oracle_open(&oracle, &sim.mem, &web, &rules);
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_add_hosts(&sim, &web, 5);
  cr_sim_run(&sim);
  cr_sim_check_oracle(&sim, &oracle);
  assert_true(oracle.by_outcome[CRAWLER_DROPPED] > 50);
  for (size_t i = 0; i < oracle.count; i++) {
    char url[CR_SIM_URL_BYTES];
    cr_sim_web_url(&web, cr_sim_oracle_ref(&oracle, i), url);
    if (oracle.fates[i].outcome == CRAWLER_DROPPED)
      assert_int_equal(cr_sim_asked(&sim, url), 0);
  }
  cr_sim_oracle_close(&oracle);
  cr_sim_close(&sim);
}

/* ---- what each answer to robots.txt means ---- */

struct robots_case {
  const char *why;
  struct cr_sim_page robots; /* of "/robots.txt" */
  int outcome, reason;       /* of "/page" */
  unsigned asked;            /* for robots.txt */
};

static void check_case(const struct robots_case *want)
{
  const struct cr_sim_page pages[] = {
    want->robots,
    { .url = "/page" },
    { .url = "/rules", .body = "User-agent: *\nDisallow: /page\n", .type = "text/plain" },
    { .url = "http://b.example/rules", .body = "User-agent: *\nDisallow: /page\n" },
    { .url = "/robots/0", .to = "/robots/1" },
    { .url = "/robots/1", .to = "/robots/2" },
    { .url = "/robots/2", .to = "/robots/3" },
    { .url = "/robots/3", .to = "/robots/4" },
    { .url = "/robots/4", .to = "/rules" },
    { .url = "http://refused.example/", .failure = CRAWLER_FAILED_ADDRESS },
    { .url = "http://down.example/robots.txt", .failure = CRAWLER_FAILED_CONNECT },
    { .url = "http://weak.example/robots.txt", .status = 503, .times = 2 },
    { .url = "http://weak.example/robots.txt", .body = "User-agent: *\nDisallow: /page\n" },
  };
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/page");
  cr_sim_run_checked(&sim, 1);
  if (cr_sim_outcome(&sim, "/page") != want->outcome ||
      cr_sim_reason(&sim, "/page") != want->reason ||
      cr_sim_asked(&sim, "/robots.txt") != want->asked)
    fail_msg("%s: outcome %d, reason %d, asked %u times", want->why, cr_sim_outcome(&sim, "/page"),
             cr_sim_reason(&sim, "/page"), cr_sim_asked(&sim, "/robots.txt"));
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_ROBOTS][CRAWLER_FETCHED] +
                       sim.by_outcome[CRAWLER_KIND_ROBOTS][CRAWLER_FAILED],
                   1);
  cr_sim_close(&sim);
}

static void robots_txt_is_read_as_rfc_9309_says(void **state)
{
  static const struct robots_case cases[] = {
    { "2xx: the rules",
      { "/robots.txt", .body = "User-agent: *\nDisallow: /page\n" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS,
      1 },
    { "rules for somebody else",
      { "/robots.txt", .body = "User-agent: other\nDisallow: /\n" },
      CRAWLER_FETCHED,
      0,
      1 },
    { "our own group",
      { "/robots.txt", .body = "User-agent: libcrawl\nDisallow: /\n" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS,
      1 },
    { "empty", { "/robots.txt", .body = "" }, CRAWLER_FETCHED, 0, 1 },
    { "404: section 2.3.1.3", { "/robots.txt", .status = 404 }, CRAWLER_FETCHED, 0, 1 },
    { "403 too", { "/robots.txt", .status = 403 }, CRAWLER_FETCHED, 0, 1 },
    { "503: section 2.3.1.4",
      { "/robots.txt", .status = 503 },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "408 too",
      { "/robots.txt", .status = 408 },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "429 too",
      { "/robots.txt", .status = 429 },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "429 for a time that there is",
      { "/robots.txt", .status = 429, .headers = "Retry-After: 9\r\n" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "429 for longer than is waited",
      { "/robots.txt", .status = 429, .headers = "Retry-After: 30\r\n" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      1 },
    { "no name",
      { "/robots.txt", .failure = CRAWLER_FAILED_DNS },
      CRAWLER_FAILED,
      CRAWLER_FAILED_DNS,
      4 },
    { "cut short: a server has answered",
      { "/robots.txt", .failure = CRAWLER_FAILED_TRUNCATED },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "not HTTP: not again",
      { "/robots.txt", .failure = CRAWLER_FAILED_PROTOCOL },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      1 },
    { "a refused address: final",
      { "/robots.txt", .failure = CRAWLER_FAILED_ADDRESS },
      CRAWLER_FAILED,
      CRAWLER_FAILED_ADDRESS,
      1 },
    { "no connection",
      { "/robots.txt", .failure = CRAWLER_FAILED_CONNECT },
      CRAWLER_FAILED,
      CRAWLER_FAILED_CONNECT,
      4 },
    { "a timeout",
      { "/robots.txt", .failure = CRAWLER_FAILED_TIMEOUT },
      CRAWLER_FAILED,
      CRAWLER_FAILED_TIMEOUT,
      4 },
    { "no TLS: not again",
      { "/robots.txt", .failure = CRAWLER_FAILED_TLS },
      CRAWLER_FAILED,
      CRAWLER_FAILED_TLS,
      1 },
    { "a redirect: section 2.3.1.2",
      { "/robots.txt", .to = "/rules" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS,
      1 },
    { "to another host",
      { "/robots.txt", .to = "http://b.example/rules" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS,
      1 },
    { "five hops",
      { "/robots.txt", .to = "/robots/1" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS,
      1 },
    { "six: as if it were not there", { "/robots.txt", .to = "/robots/0" }, CRAWLER_FETCHED, 0, 1 },
    { "for ever", { "/robots.txt", .to = "/robots.txt" }, CRAWLER_FETCHED, 0, 6 },
    { "a redirect to nowhere", { "/robots.txt", .to = "/nowhere" }, CRAWLER_FETCHED, 0, 1 },
    { "to what is no URL: no answer",
      { "/robots.txt", .to = "http://:/" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "to what isn't HTTP",
      { "/robots.txt", .to = "ftp://a.example/robots.txt" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE,
      4 },
    { "to a refused address: final",
      { "/robots.txt", .to = "http://refused.example/" },
      CRAWLER_FAILED,
      CRAWLER_FAILED_ADDRESS,
      1 },
    { "to where it fails: each URL again, as often as the first would be",
      { "/robots.txt", .to = "http://down.example/robots.txt" },
      CRAWLER_FAILED,
      CRAWLER_FAILED_CONNECT,
      1 },
    { "to where it fails for a while",
      { "/robots.txt", .to = "http://weak.example/robots.txt" },
      CRAWLER_DROPPED,
      CRAWLER_DROPPED_ROBOTS,
      1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    check_case(&cases[i]);
}

/* ---- redirects: another host's turn ---- */

/* Hosts "mN.example" have their rules at hub.example, which has pages of its own. */
struct hub_world {
  struct cr_sim_world world; /* first */
  const char *address;       /* of all; NULL: each has its own */
};

enum { HUB_HOSTS = 30, HUB_PAGES = 10 };

static void hub_answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                       struct cr_sim_answer *out)
{
  const struct hub_world *w = (const struct hub_world *)(const void *)world;
  const char *url = request->url.at;
  bool of_hub = url[7] == 'h';
  char link[32];

  out->head_ms = 30;
  (void)snprintf(out->address, sizeof(out->address), "%s", w->address ? w->address : url + 7);
  out->address[strcspn(out->address, "/")] = '\0';
  cr_sim_head_begin(out, !of_hub && is_robots(url) ? 302 : 200,
                    is_robots(url) ? NULL : "text/html");
  if (!of_hub && is_robots(url))
    cr_sim_head_add(out, "Location", "http://hub.example/robots.txt");
  cr_sim_head_end(out);
  if (is_robots(url))
    (void)cr_buf_add_text(&out->body, "User-agent: *\nDisallow: /0\n");
  for (unsigned i = 0; !is_robots(url) && url[strlen(url) - 1] == '/' && i < HUB_PAGES; i++) {
    (void)snprintf(link, sizeof(link), "<a href=\"/%u\">x</a>", i);
    (void)cr_buf_add_text(&out->body, link); /* test memory isn't limited */
  }
}

static void crawl_hub(const struct hub_world *world, const char *host_concurrency)
{
  const int hosts = HUB_HOSTS + 1;
  struct cr_sim sim;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &world->world });
  cr_sim_set(&sim, "host_concurrency", host_concurrency);
  cr_sim_add(&sim, "http://hub.example/");
  for (unsigned i = 0; i < HUB_HOSTS; i++) {
    char url[64];
    (void)snprintf(url, sizeof(url), "http://m%u.example/", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), hosts * HUB_PAGES);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS), hosts);
  const struct cr_kind_ledger *robots = &sim.s->ledger.kinds[CRAWLER_KIND_ROBOTS];
  assert_int_equal(robots->admitted, hosts);
  assert_int_equal(robots->fetched, hosts);
  /* The police has seen that none came too soon, and how many at once. */
  assert_int_equal(cr_sim_asked(&sim, "http://hub.example/robots.txt"), hosts);
  cr_sim_close(&sim);
}

static void a_redirect_waits_for_the_turn_of_the_host_it_leads_to(void **state)
{
  static const struct hub_world own_addresses = { { hub_answer, cr_sim_site_links }, NULL };
  static const struct hub_world one_address = { { hub_answer, cr_sim_site_links }, "192.0.2.1" };
  (void)state;

  crawl_hub(&own_addresses, "1");
  crawl_hub(&own_addresses, "3");
  crawl_hub(&one_address, "1");
}

static void a_redirect_to_the_same_host_waits_for_its_pause(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .to = "https://a.example/robots.txt" },
    { "https://a.example/robots.txt", .to = "/rules" },
    { "https://a.example/rules", .body = "User-agent: *\nDisallow: /no\n" },
    { "/", .hrefs = "/no" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  int64_t end_ms = cr_sim_request(&sim, "/robots.txt")->end_ms;
  assert_int_equal(cr_sim_request(&sim, "https://a.example/robots.txt")->begin_ms,
                   end_ms + 1000 + CR_CLOCK_MS);
  end_ms = cr_sim_request(&sim, "https://a.example/robots.txt")->end_ms;
  assert_int_equal(cr_sim_request(&sim, "https://a.example/rules")->begin_ms,
                   end_ms + 1000 + CR_CLOCK_MS);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  cr_sim_close(&sim);
}

/* Both gates are closed, and each waits for the other's host. */
static void hosts_that_redirect_to_each_other_are_judged_both(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .to = "http://b.example/a-rules" },
    { "/a-rules", .to = "http://b.example/b-rules" },
    { "http://b.example/robots.txt", .to = "http://a.example/a-rules" },
    { "http://b.example/a-rules", .body = "User-agent: *\nDisallow: /no\n" },
    { "http://b.example/b-rules", .status = 404 },
    { "/", .hrefs = "/no" },
    { "http://b.example/", .hrefs = "/no" },
    { "http://b.example/no", .status = 200 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/");
  cr_sim_add(&sim, "http://b.example/");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/no"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

/* All attempts together: three more than a robots.txt and five redirects. */
static void redirects_and_retries_have_one_bound(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .status = 503, .times = 1 },
    { "/robots.txt", .to = "/1" },
    { "/1", .status = 503, .times = 1 },
    { "/1", .to = "/2" },
    { "/2", .status = 503, .times = 1 },
    { "/2", .to = "/3" },
    { "/3", .status = 503, .times = 1 },
    { "/3", .body = "" },
    { .url = "/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_DROPPED_ROBOTS_UNREACHABLE);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 7);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 3);
  cr_sim_close(&sim);
}

/* In flight, or waiting for the host it was sent to: it goes on where it was. */
static void a_redirect_survives_a_cancel(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .to = "http://b.example/rules" },
    { "http://b.example/rules", .body = "User-agent: *\nDisallow: /no\n", .ms = 800 },
    { "/", .hrefs = "/no" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int64_t cut_ms = 0; cut_ms < 2000; cut_ms += 150) {
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    cr_sim_add(&sim, "/");
    (void)cr_sim_step(&sim, 0);
    bool over = false;
    for (int64_t until_ms = sim.loop->clock_ms + cut_ms; sim.loop->clock_ms < until_ms && !over;)
      over = cr_sim_step(&sim, 50);
    crawler_cancel(sim.c);
    cr_sim_run_checked(&sim, 1);
    cr_sim_run_checked(&sim, 1); /* resumed */
    assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
    assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_ROBOTS].admitted, 1);
    cr_sim_close(&sim);
  }
}

static void one_robots_txt_is_asked_for_each_scheme_host_and_port(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "https://a.example/s http://a.example:8080/p /q" },
    { .url = "https://a.example/s" },
    { .url = "http://a.example:8080/p" },
    { .url = "/q" },
    { "https://a.example/robots.txt", .body = "User-agent: *\nDisallow: /s\n" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  assert_int_equal(cr_sim_asked(&sim, "https://a.example/robots.txt"), 1);
  assert_int_equal(cr_sim_asked(&sim, "http://a.example:8080/robots.txt"), 1);
  assert_int_equal(cr_sim_reason(&sim, "https://a.example/s"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_outcome(&sim, "/q"), CRAWLER_FETCHED);
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_ROBOTS].fetched, 3);
  cr_sim_close(&sim);
}

/* One host has two of them: what one answer says of the host holds for both. */
static void who_is_to_come_later_leaves_the_whole_host_alone(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "https://a.example/s /1 /2 /3 /4 /5" },
    { "https://a.example/robots.txt", .status = 429, .headers = "Retry-After: 20\r\n", .times = 1 },
    { "https://a.example/robots.txt", .body = "" },
    { .url = "https://a.example/s" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int64_t later_ms = 0;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "scope", "domain");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "https://a.example/robots.txt"), 2);
  for (size_t i = 0; i < sim.net.log.len; i++) {
    const struct cr_sim_record *r = &sim.net.log.at[i];
    if (r->event != CR_SIM_REQUEST)
      continue;
    assert_true(r->begin_ms >= later_ms);
    if (r->status == 429)
      later_ms = r->end_ms + 20000;
  }
  assert_int_equal(cr_sim_outcome(&sim, "/5"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "https://a.example/s"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void who_does_not_obey_asks_for_none(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a" },
    { .url = "/a" },
    { "/robots.txt", .body = "User-agent: *\nDisallow: /\n" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 0);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  cr_sim_set(&sim, "obey_robots", "1"); /* from now on it does */
  cr_sim_add(&sim, "/b");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  assert_int_equal(cr_sim_reason(&sim, "/b"), CRAWLER_DROPPED_ROBOTS);
  cr_sim_close(&sim);
}

/* Whatever became of the robots.txt by then: the ledger of its kind adds up. */
static void obeying_can_be_switched_off_and_on_at_any_time(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .status = 503, .times = 2, .ms = 300 },
    { "/robots.txt", .to = "http://b.example/rules", .ms = 300 },
    { "http://b.example/rules", .body = "User-agent: *\nDisallow: /no\n", .ms = 300 },
    { "/", .hrefs = "/yes" },
    { .url = "/yes" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int64_t off_ms = 0; off_ms < 12000; off_ms += 200) {
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    cr_sim_set(&sim, "keep_open", "1");
    cr_sim_add(&sim, "/");
    (void)cr_sim_step(&sim, 0);
    for (int64_t until_ms = sim.loop->clock_ms + off_ms; sim.loop->clock_ms < until_ms;)
      (void)cr_sim_step(&sim, 50);
    cr_sim_set(&sim, "obey_robots", "0");
    cr_sim_check(&sim);
    cr_sim_set(&sim, "keep_open", "0");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/yes"), CRAWLER_FETCHED);
    cr_sim_set(&sim, "obey_robots", "1");
    cr_sim_add(&sim, "/no");
    sim.net.police.lenient = true; /* what was asked for before it was switched off */
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
    cr_sim_close(&sim);
  }
}

static void a_canceled_robots_txt_is_asked_for_again(void **state)
{
  static const struct cr_sim_page pages[] = {
    { .url = "/" },
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .ms = 5000 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/");
  cr_sim_add(&sim, "/no");
  for (int i = 0; i < 3; i++) {
    while (!cr_sim_step(&sim, 100) && sim.loop->clock_ms < 2000 + 3000 * i)
      cr_sim_check(&sim);
    crawler_cancel(sim.c);
    while (!cr_sim_step(&sim, -1))
      ;
    cr_sim_check(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT), 0);
  }
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_ROBOTS].admitted, 1);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_page_comes_before_its_robots_txt_has_ended),
    cmocka_unit_test(what_is_disallowed_is_never_asked_for),
    cmocka_unit_test(robots_txt_is_read_as_rfc_9309_says),
    cmocka_unit_test(a_redirect_waits_for_the_turn_of_the_host_it_leads_to),
    cmocka_unit_test(a_redirect_to_the_same_host_waits_for_its_pause),
    cmocka_unit_test(hosts_that_redirect_to_each_other_are_judged_both),
    cmocka_unit_test(redirects_and_retries_have_one_bound),
    cmocka_unit_test(a_redirect_survives_a_cancel),
    cmocka_unit_test(one_robots_txt_is_asked_for_each_scheme_host_and_port),
    cmocka_unit_test(who_is_to_come_later_leaves_the_whole_host_alone),
    cmocka_unit_test(who_does_not_obey_asks_for_none),
    cmocka_unit_test(obeying_can_be_switched_off_and_on_at_any_time),
    cmocka_unit_test(a_canceled_robots_txt_is_asked_for_again),
  };

  return cmocka_run_group_tests_name("robots crawls", tests, NULL, NULL);
}

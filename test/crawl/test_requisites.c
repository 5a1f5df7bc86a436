/* SPDX-License-Identifier: MIT */
/* test_requisites.c - what a page needs to be shown is fetched beyond the scope, and no further.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

#define CDN "http://cdn.example"

static const struct cr_sim_page pages[] = {
  { "/", .body = "<link rel=stylesheet href=" CDN "/s.css><script src=/a.js></script>"
                 "<a href=" CDN "/big.png><img src=" CDN "/small.png></a>"
                 "<a href=" CDN "/both.png><img src=" CDN "/both.png></a>"
                 "<a href=/next>x</a><iframe src=" CDN "/frame></iframe>" },
  { "/next", .body =
                 "<img src=" CDN "/small.png><img src=" CDN "/big.png>"
                 "<img src=" CDN "/moved.png><img src=" CDN "/own.png><video src=/v.mp4></video>"
                 "<link rel='alternate icon' href=/i.ico><link rel=prefetch href=/not.css>"
                 "<link rel=preload as=style href=" CDN "/p.css>" },
  { "/a.js", .body = "x", .type = "text/javascript" },
  { "/v.mp4", .body = "x", .type = "video/mp4" },
  { CDN "/s.css", .body = "@import 'more.css'; a { background: url(bg.png) }", .type = "text/css" },
  { CDN "/more.css", .body = "@import 's.css'; b { background: url(/more.png) }",
    .type = "text/css" },
  { CDN "/p.css", .body = "@import 'more.css'", .type = "text/css" },
  { "/i.ico", .body = "x", .type = "image/x-icon" },
  { "/not.css", .body = "x", .type = "text/css" },
  { CDN "/bg.png", .body = "x", .type = "image/png" },
  { CDN "/more.png", .body = "x", .type = "image/png" },
  { CDN "/small.png", .body = "x", .type = "image/png" },
  { CDN "/big.png", .body = "x", .type = "image/png" },
  { CDN "/both.png", .body = "<a href=/page><img src=/other.png>", .type = "text/html" },
  { CDN "/moved.png", .to = CDN "/to.png" },
  { CDN "/to.png", .body = "x", .type = "image/png" },
  { CDN "/own.png", .to = CDN "/own.png?" }, /* of the same key */
  { CDN "/own.png?", .body = "x", .type = "image/png" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static const char *const requisites[] = {
  "/a.js",         "/v.mp4",         CDN "/s.css",    CDN "/more.css", CDN "/bg.png",
  CDN "/more.png", CDN "/small.png", CDN "/big.png",  CDN "/both.png", CDN "/to.png",
  CDN "/p.css",    "/i.ico",         CDN "/own.png?",
};
#define REQUISITES (sizeof(requisites) / sizeof(requisites[0]))

static void open(struct cr_sim *sim, const struct cr_sim_site *of, int workers)
{
  cr_sim_open(sim, &(struct cr_sim_config){
                       .world = &of->world, .parser = cr_parse_run, .workers = workers });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "requisites", "1");
  cr_sim_add(sim, "/");
}

static int64_t fetched(const struct cr_sim *sim, crawler_kind kind)
{
  return sim->s->ledger.kinds[kind].fetched;
}

static void a_pages_requisites_are_fetched_on_any_host(void **state)
{
  (void)state;
  for (int workers = 0; workers <= 2; workers += 2) {
    struct cr_sim sim;

    open(&sim, &site, workers);
    cr_sim_run_checked(&sim, 1);
    for (size_t i = 0; i < REQUISITES; i++)
      if (cr_sim_asked(&sim, requisites[i]) != 1)
        fail_msg("%s", requisites[i]);
    assert_int_equal(fetched(&sim, CRAWLER_KIND_PAGE), 2);
    assert_int_equal(fetched(&sim, CRAWLER_KIND_REQUISITE), REQUISITES);
    assert_int_equal(cr_sim_asked(&sim, CDN "/frame"), 0); /* a page, and not in scope */
    assert_int_equal(cr_sim_asked(&sim, CDN "/page"), 0);  /* nothing is followed from there */
    assert_int_equal(cr_sim_asked(&sim, CDN "/other.png"), 0);
    assert_int_equal(cr_sim_asked(&sim, "/not.css"), 0); /* for another page */
    assert_string_equal(crawler_ended(sim.c), "complete");
    assert_true(crawler_is_complete(sim.c));
    cr_sim_close(&sim);
  }
}

static void without_the_option_they_are_not(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, 0);
  cr_sim_set(&sim, "requisites", "0");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_PAGE), 2);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_REQUISITE), 0);
  cr_sim_close(&sim);
}

static void neither_depth_nor_pages_nor_allow_patterns_limit_them(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, 0);
  cr_sim_set(&sim, "max_depth", "0");
  cr_sim_set(&sim, "max_pages", "1");
  cr_sim_set(&sim, "max_pages_per_host", "1");
  cr_sim_set(&sim, "allow_extensions", "none");
  cr_sim_set(&sim, "mime_types", "text/html");
  assert_int_equal(crawler_allow_host(sim.c, "a.example"), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_PAGE), 1);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_REQUISITE), 7); /* of "/" */
  cr_sim_close(&sim);
}

static void what_is_denied_or_excluded_is_not_fetched_and_told_once(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, 0);
  assert_int_equal(crawler_deny_url(sim.c, "*/small.png"), 0);
  assert_int_equal(crawler_exclude(sim.c, "*.css"), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, CDN "/small.png"), 0);
  assert_int_equal(cr_sim_asked(&sim, CDN "/s.css"), 0);
  assert_int_equal(cr_sim_asked(&sim, CDN "/big.png"), 1);
  assert_int_equal(cr_sim_end(&sim, CDN "/small.png").rejected_times, 1); /* found on two pages */
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_REQUISITE].rejected, 3); /* two sheets */
  cr_sim_close(&sim);
}

static void robots_txt_holds_for_them(void **state)
{
  static const struct cr_sim_page ruled[] = {
    { "/", .body = "<img src=" CDN "/no/a.png><img src=" CDN "/b.png>" },
    { CDN "/robots.txt", .body = "User-agent: *\nDisallow: /no/\n", .type = "text/plain" },
    { CDN "/b.png", .body = "x", .type = "image/png" },
  };
  static const struct cr_sim_site ruled_site = CR_SIM_SITE(ruled);
  struct cr_sim sim;
  (void)state;

  open(&sim, &ruled_site, 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, CDN "/no/a.png"), 0);
  assert_int_equal(cr_sim_asked(&sim, CDN "/b.png"), 1);
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_REQUISITE].dropped, 1);
  cr_sim_close(&sim);
}

/* As for any other request: the host sleeps, whatever it was asked for. */
static void a_busy_host_of_requisites_is_left_alone(void **state)
{
  static const struct cr_sim_page busy[] = {
    { "/", .body = "<img src=" CDN "/0.png><img src=" CDN "/1.png><img src=" CDN "/2.png>" },
    { CDN "/0.png", .status = 429, .headers = "Retry-After: 60\r\n", .times = 1 },
    { CDN "/0.png", .body = "x", .type = "image/png" },
    { CDN "/1.png", .body = "x", .type = "image/png" },
    { CDN "/2.png", .body = "x", .type = "image/png" },
  };
  static const struct cr_sim_site busy_site = CR_SIM_SITE(busy);
  struct cr_sim sim;
  (void)state;

  open(&sim, &busy_site, 0);
  cr_sim_set(&sim, "own_server", "0");
  cr_sim_run_checked(&sim, 1);
  int64_t until_ms = cr_sim_request(&sim, CDN "/0.png")->end_ms + 60000;
  assert_true(cr_sim_request(&sim, CDN "/1.png")->begin_ms >= until_ms);
  assert_true(cr_sim_request(&sim, CDN "/2.png")->begin_ms >= until_ms);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_REQUISITE), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 0);
  cr_sim_close(&sim);
}

static void a_host_of_requisites_that_is_busy_or_gone_is_let_go(void **state)
{
  static const struct {
    struct cr_sim_page like;
    crawler_reason reason;
    int64_t most; /* requests and attempts at some */
  } rows[] = {
    { { .status = 503 }, CRAWLER_FAILED_RATE_LIMITED, 9 },
    { { .failure = CRAWLER_FAILED_CONNECT }, CRAWLER_FAILED_HOST_DEAD, 12 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim_page bad[31] = { { .url = "/" } };
    char urls[30][32];
    char body[2000] = "";
    for (size_t n = 0; n < 30; n++) {
      size_t at = strlen(body);
      (void)snprintf(urls[n], sizeof(urls[n]), CDN "/%zu.png", n);
      (void)snprintf(body + at, sizeof(body) - at, "<img src=%s>", urls[n]);
      bad[n + 1] = rows[i].like;
      bad[n + 1].url = urls[n];
    }
    bad[0].body = body;
    const struct cr_sim_site bad_site = CR_SIM_SITE(bad);
    struct cr_sim sim;
    unsigned asked = 0;
    open(&sim, &bad_site, 0);
    cr_sim_set(&sim, "own_server", "0");
    cr_sim_set(&sim, "obey_robots", "0");
    cr_sim_set(&sim, "max_idle_wait", "-1");
    cr_sim_run_checked(&sim, 1);
    for (size_t n = 0; n < 30; n++)
      asked += cr_sim_asked(&sim, urls[n]);
    assert_in_range(asked, 1, rows[i].most);
    assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_REQUISITE].failed, 30);
    assert_int_equal(cr_sim_reason(&sim, urls[29]), rows[i].reason);
    assert_string_equal(crawler_ended(sim.c), "complete");
    cr_sim_close(&sim);
  }
}

/* A server that makes up a style sheet for each that is asked for, which imports the next one. */
static void answer_chain(const struct cr_sim_world *world, const struct cr_sim_request *request,
                         struct cr_sim_answer *answer)
{
  bool is_sheet = request->url.at[request->url.len - 1] == 's';
  (void)world;

  answer->resolve_ms = answer->connect_ms = answer->head_ms = answer->body_ms = 1;
  (void)snprintf(answer->address, sizeof(answer->address), "192.0.2.1");
  cr_sim_head_begin(answer, 200, is_sheet ? "text/css" : "text/html");
  cr_sim_head_end(answer);
  (void)cr_buf_add_text(&answer->body,
                        is_sheet ? "@import url(x/s.css);" : "<link rel=stylesheet href=s.css>");
}

static void an_endless_chain_of_style_sheets_ends(void **state)
{
  static const struct cr_sim_site chain_site = { .world = { .answer = answer_chain } };
  struct cr_sim sim;
  (void)state;

  open(&sim, &chain_site, 0);
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_REQUISITE),
                   11); /* max_redirects hops from the first */
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

static void bytes_of_requisites_count(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, 0);
  cr_sim_set(&sim, "max_bytes", "400");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "max_bytes");
  assert_false(crawler_is_complete(sim.c));
  assert_true(cr_sim_incomplete(&sim, "limit") > 0);
  cr_sim_set(&sim, "max_bytes", "-1");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(fetched(&sim, CRAWLER_KIND_REQUISITE), REQUISITES);
  assert_true(crawler_is_complete(sim.c));
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pages_requisites_are_fetched_on_any_host),
    cmocka_unit_test(without_the_option_they_are_not),
    cmocka_unit_test(neither_depth_nor_pages_nor_allow_patterns_limit_them),
    cmocka_unit_test(what_is_denied_or_excluded_is_not_fetched_and_told_once),
    cmocka_unit_test(robots_txt_holds_for_them),
    cmocka_unit_test(a_busy_host_of_requisites_is_left_alone),
    cmocka_unit_test(a_host_of_requisites_that_is_busy_or_gone_is_let_go),
    cmocka_unit_test(an_endless_chain_of_style_sheets_ends),
    cmocka_unit_test(bytes_of_requisites_count),
  };

  return cmocka_run_group_tests_name("requisites", tests, NULL, NULL);
}

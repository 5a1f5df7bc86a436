/* SPDX-License-Identifier: MIT */
/* test_explain.c - why a URL is fetched, or isn't; and asking changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static const struct cr_sim_page pages[] = {
  { "/robots.txt", .body = "User-agent: *\nDisallow: /no\nAllow: /no/but\nCrawl-delay: 7\n" },
  { "/", .hrefs = "/a /no/x /b http://b.example/ http://c.example/c /no/but" },
  { .url = "/a", .hrefs = "/a/deep" },
  { .url = "/b" },
  { .url = "/no/but" },
  { .url = "http://b.example/" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const struct cr_sim_site *world)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world->world });
}

/* To be freed. */
static crawler_explanation *explain(struct cr_sim *sim, const char *url, unsigned flags)
{
  crawler_explanation *e = NULL;
  char whole[512];

  (void)snprintf(whole, sizeof(whole), "%s%s", url[0] == '/' ? CR_SIM_ORIGIN : "", url);
  assert_int_equal(crawler_explain(sim->c, &e, whole, flags), 0);
  return e;
}

static void step_to(struct cr_sim *sim, int64_t fetched)
{
  while (cr_sim_stat(sim, CRAWLER_STAT_FETCHED) < fetched)
    assert_false(cr_sim_step(sim, -1));
}

struct want {
  const char *url;
  crawler_place place;
  crawler_answer answer;
  crawler_check decider; /* CRAWLER_CHECK_COUNT: none */
  crawler_reason reason;
  const char *rule;
  int line;
};

static void check(struct cr_sim *sim, const struct want *want)
{
  crawler_explanation *e = explain(sim, want->url, 0);
  crawler_check decider = crawler_explanation_decider(e);
  const char *rule = crawler_explanation_rule(e, decider);

  if (crawler_explanation_place(e) != want->place ||
      crawler_explanation_answer(e) != want->answer || decider != want->decider ||
      crawler_explanation_reason(e, decider) != want->reason ||
      strcmp(rule ? rule : "", want->rule ? want->rule : "") != 0 ||
      crawler_explanation_rule_line(e, decider) != want->line)
    fail_msg("%s: %s, %s by %s: reason %s, rule %s, line %d", want->url,
             crawler_place_name((int)crawler_explanation_place(e)),
             crawler_answer_name((int)crawler_explanation_answer(e)), crawler_check_name(decider),
             crawler_reason_name((int)crawler_explanation_reason(e, decider)), rule,
             crawler_explanation_rule_line(e, decider));
  crawler_explanation_free(e);
}

/* ---- rules ---- */

/* An option, and what is given the pattern a.example. */
struct rule_case {
  const char *option, *value;
  int (*add)(crawler *c, const char *pattern);
  const char *url;
  int answer; /* crawler_answer */
  crawler_check decider;
  crawler_reason reason;
  const char *rule;
};

static void rules_are_asked_before_anything_has_run(void **state)
{
  enum { YES = CRAWLER_ANSWER_YES, NO = CRAWLER_ANSWER_NO, UNKNOWN = CRAWLER_ANSWER_UNKNOWN };
  static const struct rule_case cases[] = {
    { "delay", "1s", NULL, "/a", NO, CRAWLER_CHECK_SCOPE, CRAWLER_REJECTED_SCOPE, "scope" },
    { "span_hosts", "1", NULL, "/a", UNKNOWN, CRAWLER_CHECK_ROBOTS, 0, NULL },
    { "obey_robots", "0", crawler_allow_host, "/a", YES, CRAWLER_CHECK_COUNT, 0, NULL },
    { "obey_robots", "0", crawler_deny_host, "/a", NO, CRAWLER_CHECK_SCOPE, CRAWLER_REJECTED_SCOPE,
      "deny_host a.example" },
    { "schemes", "https", NULL, "/a", NO, CRAWLER_CHECK_SCOPE, CRAWLER_REJECTED_SCOPE, "scope" },
    { "max_depth", "0", crawler_allow_host, "/a", NO, CRAWLER_CHECK_DEPTH, CRAWLER_REJECTED_DEPTH,
      "max_depth" },
    { "max_depth", "3", crawler_allow_host, "/a", UNKNOWN, CRAWLER_CHECK_DEPTH, 0, "max_depth" },
    { "max_pages", "0", crawler_allow_host, "/a", NO, CRAWLER_CHECK_LIMIT, 0, "max_pages" },
    { "max_bytes", "0", crawler_allow_host, "/a", NO, CRAWLER_CHECK_LIMIT, 0, "max_bytes" },
    { "max_pages_per_host", "0", crawler_allow_host, "/a", NO, CRAWLER_CHECK_LIMIT, 0,
      "max_pages_per_host" },
    { "max_repeats", "2", crawler_allow_host, "/rr/rr/rr", NO, CRAWLER_CHECK_TRAP,
      CRAWLER_REJECTED_TRAP, "max_repeats" },
    { "max_calendar_years", "5", crawler_allow_host, "/cal/2987/10/01/", NO, CRAWLER_CHECK_TRAP,
      CRAWLER_REJECTED_TRAP, "max_calendar_years" },
    { "max_path_depth", "1", crawler_allow_host, "/x/y", NO, CRAWLER_CHECK_TRAP,
      CRAWLER_REJECTED_TRAP, "max_path_depth" },
    { "span_hosts", "1", NULL, "http://10.0.0.1/", NO, CRAWLER_CHECK_ADDRESS,
      CRAWLER_FAILED_ADDRESS, "allow_private" },
    { "span_hosts", "1", NULL, "http://a.example:25/", NO, CRAWLER_CHECK_ADDRESS,
      CRAWLER_FAILED_ADDRESS, "connect_ports" },
    { "connect_ports", "81", crawler_allow_host, "/", NO, CRAWLER_CHECK_ADDRESS,
      CRAWLER_FAILED_ADDRESS, "connect_ports" },
    { "span_hosts", "1", NULL, "mailto:a@b.example", NO, CRAWLER_CHECK_URL, CRAWLER_REJECTED_SCHEME,
      NULL },
    { "span_hosts", "1", NULL, "http://[", NO, CRAWLER_CHECK_URL, CRAWLER_REJECTED_INVALID_URL,
      NULL },
    { "span_hosts", "1", NULL, "", NO, CRAWLER_CHECK_URL, CRAWLER_REJECTED_INVALID_URL, NULL },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct want want = {
      .url = cases[i].url,
      .answer = (crawler_answer)cases[i].answer,
      .decider = cases[i].decider,
      .reason = cases[i].reason,
      .rule = cases[i].rule,
    };
    struct cr_sim sim;

    open(&sim, &site);
    cr_sim_set(&sim, cases[i].option, cases[i].value);
    if (cases[i].add)
      assert_int_equal(cases[i].add(sim.c, "a.example"), 0);
    check(&sim, &want);
    cr_sim_close(&sim);
  }
}

/* Nothing is asked: an explanation sends nothing. */
static void an_address_of_the_other_ip_version_is_told_by_its_option(void **state)
{
  static const struct {
    const char *option, *value;
    const char *rule; /* NULL: it may be connected to */
  } cases[] = {
    { "ip_version", "any", NULL },         { "ip_version", "4", NULL },
    { "ip_version", "6", "ip_version" },   { "interface", "::1", "ip_version" },
    { "proxy", "http://127.0.0.1", NULL }, /* with interface ::1 still set */
  };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    crawler_explanation *e;

    if (strcmp(cases[i].option, "interface") == 0)
      cr_sim_set(&sim, "ip_version", "any");
    cr_sim_set(&sim, cases[i].option, cases[i].value);
    assert_int_equal(crawler_explain(sim.c, &e, "http://8.8.8.8/", 0), 0);
    const char *rule = crawler_explanation_rule(e, CRAWLER_CHECK_ADDRESS);
    assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_ADDRESS),
                     cases[i].rule ? CRAWLER_ANSWER_NO : CRAWLER_ANSWER_YES);
    assert_string_equal(rule ? rule : "", cases[i].rule ? cases[i].rule : "");
    crawler_explanation_free(e);
  }
  cr_sim_close(&sim);
}

static void a_url_over_16_kb_is_told_as_invalid(void **state)
{
  static char url[17000];
  crawler_explanation *e;
  struct cr_sim sim;
  (void)state;

  memset(url, 'a', sizeof(url) - 1);
  memcpy(url, "http://", 7);
  url[100] = '/';
  open(&sim, &site);
  assert_int_equal(crawler_explain(sim.c, &e, url, 0), 0);
  assert_int_equal(crawler_explanation_reason(e, CRAWLER_CHECK_URL), CRAWLER_REJECTED_INVALID_URL);
  assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_SCOPE), CRAWLER_ANSWER_NOT_ASKED);
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

static void a_seed_is_in_scope_wherever_it_is(void **state)
{
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_depth", "0");
  e = explain(&sim, "http://elsewhere.example/", CRAWLER_EXPLAIN_AS_SEED);
  assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_SCOPE), CRAWLER_ANSWER_YES);
  assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_DEPTH), CRAWLER_ANSWER_YES);
  assert_int_equal(crawler_explanation_decider(e), CRAWLER_CHECK_ROBOTS);
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

static void a_url_is_told_as_it_would_be_fetched_with_its_key(void **state)
{
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "key_query_order", "1");
  e = explain(&sim, "HTTP://user@B.Example:8080/x/../y?b&a#z", 0);
  assert_string_equal(crawler_explanation_url(e), "http://b.example:8080/y?b&a");
  assert_string_equal(crawler_explanation_key(e), "http://b.example:8080/y?a&b");
  assert_string_equal(crawler_explanation_host(e), "b.example:8080");
  assert_string_equal(crawler_explanation_delay_rule(e), "delay");
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_HOST_QUEUED), -1);
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

/* ---- a crawl ---- */

static void where_a_url_is_is_told_on_its_way(void **state)
{
  static const struct want before[] = {
    { "/", CRAWLER_PLACE_ENDED, CRAWLER_ANSWER_YES, CRAWLER_CHECK_COUNT, 0, NULL, 0 },
    { "/a", CRAWLER_PLACE_IN_FLIGHT, CRAWLER_ANSWER_YES, CRAWLER_CHECK_COUNT, 0, NULL, 0 },
    { "/no/x", CRAWLER_PLACE_ENDED, CRAWLER_ANSWER_NO, CRAWLER_CHECK_ROBOTS, CRAWLER_DROPPED_ROBOTS,
      "Disallow: /no", 2 },
    { "/b#part", CRAWLER_PLACE_QUEUED, CRAWLER_ANSWER_YES, CRAWLER_CHECK_COUNT, 0, NULL, 0 },
    { "/no/but/more", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_YES, CRAWLER_CHECK_COUNT, 0, NULL, 0 },
    { "http://b.example/", CRAWLER_PLACE_REJECTED, CRAWLER_ANSWER_NO, CRAWLER_CHECK_SCOPE,
      CRAWLER_REJECTED_SCOPE, "scope", 0 },
    { "http://d.example/", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_NO, CRAWLER_CHECK_SCOPE,
      CRAWLER_REJECTED_SCOPE, "scope", 0 },
    { "https://a.example/", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_UNKNOWN, CRAWLER_CHECK_ROBOTS, 0,
      NULL, 0 },
  };
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/");
  step_to(&sim, 1);
  while (!cr_sim_request(&sim, "/a"))
    assert_false(cr_sim_step(&sim, -1));
  for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
    check(&sim, &before[i]);
  e = explain(&sim, "/b", 0);
  assert_string_equal(crawler_explanation_referrer(e), CR_SIM_ORIGIN "/");
  assert_string_equal(crawler_explanation_seed(e), CR_SIM_ORIGIN "/");
  assert_null(crawler_explanation_via(e));
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_DEPTH), 1);
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_ATTEMPT), 1);
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_HOST_QUEUED), 2);
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_HOST_IN_FLIGHT), 1);
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_HOST_DELAY_MS), 7000);
  assert_string_equal(crawler_explanation_delay_rule(e), "robots.txt");
  assert_true(crawler_explanation_fact(e, CRAWLER_FACT_ROBOTS_READ_MS) > 0);
  crawler_explanation_free(e);
  cr_sim_run_checked(&sim, 1);
  check(&sim, &(struct want){ "/b", CRAWLER_PLACE_ENDED, CRAWLER_ANSWER_YES, CRAWLER_CHECK_COUNT, 0,
                              NULL, 0 });
  e = explain(&sim, "/no/but", 0);
  assert_string_equal(crawler_explanation_rule(e, CRAWLER_CHECK_ROBOTS), "Allow: /no/but");
  assert_int_equal(crawler_explanation_rule_line(e, CRAWLER_CHECK_ROBOTS), 3);
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_DEPTH), 1);
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

static int64_t fact_of(struct cr_sim *sim, const char *url, crawler_fact fact)
{
  crawler_explanation *e = explain(sim, url, 0);
  int64_t number = crawler_explanation_fact(e, fact);

  crawler_explanation_free(e);
  return number;
}

static int64_t wall_now(const struct cr_sim *sim)
{
  return cr_loop_wall(sim->s->loop);
}

static void a_park_a_pause_and_a_retry_are_told_with_their_times(void **state)
{
  static const struct cr_sim_page busy[] = {
    { "/", .status = 429, .headers = "Retry-After: 300\r\n", .times = 1 },
    { .url = "/" },
    { "http://b.example/", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
    { .url = "http://b.example/" },
  };
  static const struct cr_sim_site world = CR_SIM_SITE(busy);
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "retry_delay", "20s");
  cr_sim_add(&sim, "/");
  cr_sim_add(&sim, "http://b.example/");
  while (cr_sim_stat(&sim, CRAWLER_STAT_PARKS) == 0 || cr_sim_stat(&sim, CRAWLER_STAT_RETRIES) == 0)
    assert_false(cr_sim_step(&sim, -1));
  int64_t until = fact_of(&sim, "/", CRAWLER_FACT_HOST_PARKED_UNTIL_MS);
  assert_in_range(until - wall_now(&sim), 200000, 310000);
  assert_int_equal(fact_of(&sim, "/", CRAWLER_FACT_HOST_NEXT_MS), until);
  assert_int_equal(fact_of(&sim, "/", CRAWLER_FACT_DUE_MS), until);
  assert_int_equal(fact_of(&sim, "/", CRAWLER_FACT_ATTEMPT), 1); /* a park costs no attempt */
  assert_int_equal(fact_of(&sim, "http://b.example/", CRAWLER_FACT_ATTEMPT), 2);
  assert_in_range(fact_of(&sim, "http://b.example/", CRAWLER_FACT_DUE_MS) - wall_now(&sim), 1,
                  60000);
  assert_int_equal(fact_of(&sim, "http://b.example/", CRAWLER_FACT_HOST_PARKED_UNTIL_MS), -1);
  assert_int_equal(crawler_host_pause(sim.c, 0), 0);
  assert_int_equal(fact_of(&sim, "/", CRAWLER_FACT_HOST_PAUSED), 1);
  assert_int_equal(fact_of(&sim, "/", CRAWLER_FACT_HOST_NEXT_MS), -1);
  assert_int_equal(crawler_host_resume(sim.c, 0), 0);
  assert_int_equal(fact_of(&sim, "/", CRAWLER_FACT_HOST_PAUSED), 0);
  cr_sim_run_checked(&sim, 1);
  cr_sim_close(&sim);
}

static void a_host_that_is_down_or_only_says_later_is_told(void **state)
{
  static const struct cr_sim_page bad[] = {
    { "/", .failure = CRAWLER_FAILED_CONNECT },
    { "http://b.example/", .status = 503 },
  };
  static const struct cr_sim_site world = CR_SIM_SITE(bad);
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_host_failures", "1");
  cr_sim_set(&sim, "max_retries", "9");
  cr_sim_set(&sim, "max_parks", "1");
  cr_sim_add(&sim, "/");
  cr_sim_add(&sim, "http://b.example/");
  while (cr_sim_stat(&sim, CRAWLER_STAT_OUTAGES) == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_true(fact_of(&sim, "/", CRAWLER_FACT_HOST_DOWN_UNTIL_MS) > wall_now(&sim));
  cr_sim_run(&sim);
  check(&sim, &(struct want){ "/", CRAWLER_PLACE_ENDED, CRAWLER_ANSWER_NO, CRAWLER_CHECK_HOST,
                              CRAWLER_FAILED_HOST_DEAD, "max_host_failures", 0 });
  check(&sim, &(struct want){ "http://b.example/", CRAWLER_PLACE_ENDED, CRAWLER_ANSWER_NO,
                              CRAWLER_CHECK_HOST, CRAWLER_FAILED_RATE_LIMITED, "max_parks", 0 });
  cr_sim_close(&sim);
}

static void a_robots_txt_that_cannot_be_had_is_told(void **state)
{
  static const struct cr_sim_page down[] = { { "/robots.txt", .status = 503 } };
  static const struct cr_sim_site world = CR_SIM_SITE(down);
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  cr_sim_add(&sim, "/");
  assert_false(cr_sim_step(&sim, 0));
  check(&sim, &(struct want){ "/", CRAWLER_PLACE_QUEUED, CRAWLER_ANSWER_UNKNOWN,
                              CRAWLER_CHECK_ROBOTS, 0, NULL, 0 });
  cr_sim_run(&sim);
  check(&sim, &(struct want){ "/", CRAWLER_PLACE_ENDED, CRAWLER_ANSWER_NO, CRAWLER_CHECK_ROBOTS,
                              CRAWLER_DROPPED_ROBOTS_UNREACHABLE, NULL, 0 });
  cr_sim_close(&sim);
}

static void a_url_refused_for_depth_is_told_with_its_page(void **state)
{
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_depth", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  check(&sim, &(struct want){ "/a/deep", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_NO,
                              CRAWLER_CHECK_DEPTH, CRAWLER_REJECTED_DEPTH, "max_depth", 0 });
  check(&sim, &(struct want){ "/a/other", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_UNKNOWN,
                              CRAWLER_CHECK_DEPTH, 0, "max_depth", 0 });
  e = explain(&sim, "/a/deep", 0);
  assert_string_equal(crawler_explanation_referrer(e), CR_SIM_ORIGIN "/a");
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_DEPTH), 2);
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

static void what_has_no_room_is_told(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_pending", "2");
  cr_sim_add(&sim, "/");
  step_to(&sim, 1);
  check(&sim, &(struct want){ "/b", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_NO, CRAWLER_CHECK_ROOM,
                              CRAWLER_CAPPED_CAP, "max_pending", 0 });
  check(&sim, &(struct want){ "/a", CRAWLER_PLACE_QUEUED, CRAWLER_ANSWER_YES, CRAWLER_CHECK_COUNT,
                              0, NULL, 0 });
  cr_sim_close(&sim);
}

static void what_a_rule_against_traps_left_out_is_told(void **state)
{
  static const struct cr_sim_page traps[] = {
    { "/", .hrefs = "/ab/ab/ab/ab /s/1 /s/2 /s/3" },
  };
  static const struct cr_sim_site world = CR_SIM_SITE(traps);
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, &world);
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "history", "1M");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  check(&sim, &(struct want){ "/ab/ab/ab/ab", CRAWLER_PLACE_REJECTED, CRAWLER_ANSWER_NO,
                              CRAWLER_CHECK_TRAP, CRAWLER_REJECTED_TRAP, "max_repeats", 0 });
  e = explain(&sim, "/ab/ab/ab/ab", 0);
  assert_int_equal(crawler_explanation_outcome_reason(e), CRAWLER_REJECTED_TRAP);
  assert_string_equal(crawler_explanation_outcome_rule(e), "max_repeats");
  crawler_explanation_free(e);
  e = explain(&sim, "/ab/ab/ab/ab", CRAWLER_EXPLAIN_AS_SEED);
  assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_TRAP), CRAWLER_ANSWER_NOT_ASKED);
  crawler_explanation_free(e);
  cr_sim_set(&sim, "max_repeats", "-1"); /* a page that is read from now on may bring it in */
  check(&sim, &(struct want){ "/ab/ab/ab/ab", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_YES,
                              CRAWLER_CHECK_COUNT, 0, NULL, 0 });
  cr_sim_close(&sim);
}

/* ---- hooks ---- */

struct hooked {
  int filter_calls, request_calls;
  int explained;
};

static int take_b_for_a(crawler *c, crawler_request *req, void *user)
{
  struct hooked *hooked = user;
  crawler_explanation *e = NULL;

  hooked->filter_calls++;
  assert_int_equal(crawler_explain(c, &e, "http://b.example/elsewhere?x", 0), 0);
  hooked->explained += crawler_explanation_check(e, CRAWLER_CHECK_SCOPE) == CRAWLER_ANSWER_NO;
  crawler_explanation_free(e);
  if (strcmp(crawler_request_url(req), CR_SIM_ORIGIN "/a") == 0)
    assert_int_equal(crawler_request_set_url(req, "/b"), 0);
  return strstr(crawler_request_url(req), "/no/but") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static int count_request(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)req;
  ((struct hooked *)user)->request_calls++;
  return CRAWLER_ACCEPT;
}

static void hooks_are_named_and_not_called(void **state)
{
  struct hooked hooked = { 0 };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  crawler_on_filter(sim.c, take_b_for_a, &hooked);
  crawler_on_request(sim.c, count_request, &hooked);
  cr_sim_add(&sim, "/");
  step_to(&sim, 1);
  int calls = hooked.filter_calls;
  assert_int_equal(hooked.explained, calls); /* in a hook, too */
  check(&sim, &(struct want){ "/new", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_UNKNOWN,
                              CRAWLER_CHECK_FILTER, 0, "on_filter", 0 });
  check(&sim, &(struct want){ "/a", CRAWLER_PLACE_REWRITTEN, CRAWLER_ANSWER_UNKNOWN,
                              CRAWLER_CHECK_FILTER, 0, "on_filter", 0 });
  check(&sim, &(struct want){ "/no/but", CRAWLER_PLACE_REJECTED, CRAWLER_ANSWER_NO,
                              CRAWLER_CHECK_FILTER, CRAWLER_REJECTED_FILTER, "on_filter", 0 });
  check(&sim, &(struct want){ "/b", CRAWLER_PLACE_QUEUED, CRAWLER_ANSWER_UNKNOWN,
                              CRAWLER_CHECK_REQUEST, 0, "on_request", 0 });
  assert_int_equal(hooked.filter_calls, calls);
  assert_int_equal(hooked.request_calls, 1);
  cr_sim_run_checked(&sim, 1);
  cr_sim_close(&sim);
}

static int never_asked(crawler *c, const crawler_request *req, const char *address, int port,
                       int allowed, void *user)
{
  (void)c;
  (void)req;
  (void)address;
  (void)port;
  (void)allowed;
  ++*(int *)user;
  return CRAWLER_REJECT;
}

static void what_on_address_would_say_isnt_known(void **state)
{
  struct cr_sim sim;
  int calls = 0;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  crawler_on_address(sim.c, never_asked, &calls);
  check(&sim, &(struct want){ "http://10.0.0.1/", CRAWLER_PLACE_UNKNOWN, CRAWLER_ANSWER_UNKNOWN,
                              CRAWLER_CHECK_ADDRESS, 0, "on_address", 0 });
  assert_int_equal(calls, 0);
  cr_sim_close(&sim);
}

/* ---- asking changes nothing ---- */

static void ask_about_everything(struct cr_sim *sim)
{
  static const char *const urls[] = {
    "/", "/a", "/no/x", "/nowhere", "http://new.example/", "x:y", "http://[", "/a/deep"
  };

  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
    crawler_explanation_free(explain(sim, urls[i], i % 2 ? CRAWLER_EXPLAIN_AS_SEED : 0));
}

static uint64_t crawl(bool asked)
{
  struct cr_sim sim;
  uint64_t hash;

  open(&sim, &site);
  cr_sim_set(&sim, "max_depth", "1");
  cr_sim_set(&sim, "delay_jitter", "50");
  cr_sim_add(&sim, "/");
  if (asked)
    sim.on_turn = ask_about_everything;
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(crawler_host_count(sim.c), 1);
  hash = cr_sim_log_hash(&sim.net.log);
  cr_sim_close(&sim);
  return hash;
}

static void a_crawl_that_is_asked_about_runs_as_one_that_is_not(void **state)
{
  (void)state;
  assert_true(crawl(true) == crawl(false));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rules_are_asked_before_anything_has_run),
    cmocka_unit_test(an_address_of_the_other_ip_version_is_told_by_its_option),
    cmocka_unit_test(a_url_over_16_kb_is_told_as_invalid),
    cmocka_unit_test(a_seed_is_in_scope_wherever_it_is),
    cmocka_unit_test(a_url_is_told_as_it_would_be_fetched_with_its_key),
    cmocka_unit_test(where_a_url_is_is_told_on_its_way),
    cmocka_unit_test(a_park_a_pause_and_a_retry_are_told_with_their_times),
    cmocka_unit_test(a_host_that_is_down_or_only_says_later_is_told),
    cmocka_unit_test(a_robots_txt_that_cannot_be_had_is_told),
    cmocka_unit_test(a_url_refused_for_depth_is_told_with_its_page),
    cmocka_unit_test(what_has_no_room_is_told),
    cmocka_unit_test(what_a_rule_against_traps_left_out_is_told),
    cmocka_unit_test(hooks_are_named_and_not_called),
    cmocka_unit_test(what_on_address_would_say_isnt_known),
    cmocka_unit_test(a_crawl_that_is_asked_about_runs_as_one_that_is_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

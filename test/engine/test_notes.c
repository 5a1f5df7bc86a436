/* SPDX-License-Identifier: MIT */
/* test_notes.c - what the history of a crawl tells of its URLs, whatever became of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/history.h"
#include "sim/sim_crawl.h"
#include "support/oom.h"

static const struct cr_sim_page pages[] = {
  { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n" },
  { "/", .hrefs = "/a /no /moved /gone /weak http://b.example/ x:y !/unfollowed" },
  { .url = "/a", .hrefs = "/deep /?" },
  { .url = "/deep", .hrefs = "/deeper" },
  { .url = "/moved", .to = "/target" },
  { .url = "/target" },
  { .url = "/gone", .status = 404 },
  { .url = "/weak", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1, .ms = 500 },
  { .url = "/weak", .ms = 20 },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const char *history)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "history", history);
  cr_sim_set(sim, "max_depth", "2");
}

static crawler_explanation *explain(struct cr_sim *sim, const char *path)
{
  crawler_explanation *e = NULL;
  char url[512];

  (void)snprintf(url, sizeof(url), "%s%s", path[0] == '/' ? CR_SIM_ORIGIN : "", path);
  assert_int_equal(crawler_explain(sim->c, &e, url, 0), 0);
  return e;
}

struct want {
  const char *url;
  int outcome, reason;
  const char *rule;
  int line;
  const char *referrer, *via;
  size_t attempts;
  int status; /* of the last one */
};

static void check_text(const char *url, const char *got, const char *want)
{
  if (strcmp(got ? got : "(none)", want ? want : "(none)") != 0)
    fail_msg("%s: %s, not %s", url, got, want);
}

static void check(struct cr_sim *sim, const struct want *want)
{
  crawler_explanation *e = explain(sim, want->url);
  int64_t found_ms = crawler_explanation_fact(e, CRAWLER_FACT_FOUND_MS);
  int64_t admitted_ms = crawler_explanation_fact(e, CRAWLER_FACT_ADMITTED_MS);
  int64_t ended_ms = crawler_explanation_fact(e, CRAWLER_FACT_ENDED_MS);

  if (crawler_explanation_fact(e, CRAWLER_FACT_HISTORY) != 1 ||
      (int)crawler_explanation_outcome(e) != want->outcome ||
      (int)crawler_explanation_outcome_reason(e) != want->reason ||
      crawler_explanation_outcome_rule_line(e) != want->line ||
      crawler_explanation_attempt_count(e) != want->attempts)
    fail_msg("%s: outcome %d, reason %d, line %d, %zu attempts", want->url,
             (int)crawler_explanation_outcome(e), (int)crawler_explanation_outcome_reason(e),
             crawler_explanation_outcome_rule_line(e), crawler_explanation_attempt_count(e));
  check_text(want->url, crawler_explanation_outcome_rule(e), want->rule);
  check_text(want->url, crawler_explanation_referrer(e), want->referrer);
  check_text(want->url, crawler_explanation_via(e), want->via);
  if (want->attempts > 0)
    assert_int_equal(crawler_explanation_attempt_status(e, want->attempts - 1), want->status);
  assert_true(found_ms > 0);
  assert_true((admitted_ms >= found_ms) ==
              (want->outcome != 0 && want->outcome != CRAWLER_REJECTED));
  assert_true(want->outcome == 0 ? ended_ms == -1 : ended_ms >= found_ms);
  crawler_explanation_free(e);
}

static void every_kind_of_end_is_kept_with_where_it_came_from(void **state)
{
  static const char front[] = CR_SIM_ORIGIN "/";
  static const struct want wants[] = {
    { "/", CRAWLER_FETCHED, 0, NULL, 0, NULL, NULL, 1, 200 },
    { "/a#x", CRAWLER_FETCHED, 0, NULL, 0, front, NULL, 1, 200 },
    { "/no", CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS, "Disallow: /no", 2, front, NULL, 0, 0 },
    { "/moved", CRAWLER_REDIRECTED, 0, NULL, 0, front, NULL, 1, 302 },
    { "/target", CRAWLER_FETCHED, 0, NULL, 0, NULL, CR_SIM_ORIGIN "/moved", 1, 200 },
    { "/gone", CRAWLER_FETCHED, 0, NULL, 0, front, NULL, 1, 404 },
    { "/weak", CRAWLER_FETCHED, 0, NULL, 0, front, NULL, 2, 200 },
    { "/deep", CRAWLER_FETCHED, 0, NULL, 0, CR_SIM_ORIGIN "/a", NULL, 1, 200 },
    { "/deeper", 0, CRAWLER_REJECTED_DEPTH, NULL, 0, CR_SIM_ORIGIN "/deep", NULL, 0, 0 },
    { "http://b.example/", CRAWLER_REJECTED, CRAWLER_REJECTED_SCOPE, "scope", 0, front, NULL, 0,
      0 },
    { "/unfollowed", 0, CRAWLER_REJECTED_NOFOLLOW, NULL, 0, front, NULL, 0, 0 },
    { "x:y", CRAWLER_REJECTED, CRAWLER_REJECTED_SCHEME, NULL, 0, front, NULL, 0, 0 },
  };
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, "1M");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
    check(&sim, &wants[i]);
  assert_int_equal(cr_history_count(sim.s->history), sizeof(wants) / sizeof(wants[0]));

  e = explain(&sim, "/weak");
  assert_int_equal(crawler_explanation_attempt_reason(e, 0), CRAWLER_FAILED_TIMEOUT);
  assert_int_equal(crawler_explanation_attempt_status(e, 0), 0);
  assert_in_range(crawler_explanation_attempt_ended_ms(e, 0) -
                      crawler_explanation_attempt_begun_ms(e, 0),
                  500, 510);
  assert_int_equal(crawler_explanation_attempt_reason(e, 1), CRAWLER_REASON_NONE);
  assert_true(crawler_explanation_attempt_begun_ms(e, 1) >=
              crawler_explanation_attempt_ended_ms(e, 0));
  assert_int_equal(crawler_explanation_attempt_begun_ms(e, 2), -1);
  assert_int_equal(crawler_explanation_attempt_ended_ms(e, 2), -1);
  assert_int_equal(crawler_explanation_attempt_status(e, 2), 0);
  assert_int_equal(crawler_explanation_attempt_reason(e, 2), CRAWLER_REASON_NONE);
  crawler_explanation_free(e);

  e = explain(&sim, "/never");
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_HISTORY), 0);
  assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_FOUND_MS), -1);
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

static int refuse_all(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  memset(verdicts, CRAWLER_REJECT, count);
  return 0;
}

static void what_on_links_refused_is_kept(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "1M");
  crawler_on_links(sim.c, refuse_all, NULL);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1);
  check(&sim,
        &(struct want){ "/a", 0, CRAWLER_REJECTED_FILTER, NULL, 0, CR_SIM_ORIGIN "/", NULL, 0, 0 });
  cr_sim_close(&sim);
}

static void a_seed_that_has_ended_is_judged_as_one(void **state)
{
  struct cr_sim sim;
  crawler_explanation *e;
  (void)state;

  open(&sim, "1M");
  assert_int_equal(crawler_allow_url(sim.c, "*/a"), 0);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  e = explain(&sim, "/");
  assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_SCOPE), CRAWLER_ANSWER_YES);
  crawler_explanation_free(e);
  e = explain(&sim, "/gone");
  assert_int_equal(crawler_explanation_check(e, CRAWLER_CHECK_SCOPE), CRAWLER_ANSWER_NO);
  assert_string_equal(crawler_explanation_rule(e, CRAWLER_CHECK_SCOPE), "allow_url");
  crawler_explanation_free(e);
  cr_sim_close(&sim);
}

static void what_found_no_room_in_the_queue_is_kept(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "1M");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_pending", "2");
  cr_sim_add(&sim, "/");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) == 0)
    assert_false(cr_sim_step(&sim, -1));
  check(&sim,
        &(struct want){ "/gone", 0, CRAWLER_CAPPED_CAP, NULL, 0, CR_SIM_ORIGIN "/", NULL, 0, 0 });
  cr_sim_close(&sim);
}

/* Of a web with redirects, failures and robots.txt; 20 links a page. */
static void a_url_costs_130_bytes_at_most(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 3, 100, 20000);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "history", "1G");
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "delay", "0");
  cr_sim_add_hosts(&sim, &web, 5);
  cr_sim_run(&sim);
  size_t count = cr_history_count(sim.s->history);
  double each = (double)cr_history_bytes(sim.s->history) / (double)count;
  print_message("%zu URLs, %.1f bytes each\n", count, each);
  assert_true(count > 10000);
  assert_true(each < 130);
  cr_sim_close(&sim);
}

static uint64_t crawl(const char *history)
{
  struct cr_sim sim;
  crawler_explanation *e;
  uint64_t hash;

  open(&sim, history);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_true((sim.s->history != NULL) == (strcmp(history, "0") != 0));
  e = explain(&sim, "/a");
  if (!sim.s->history)
    assert_int_equal(crawler_explanation_fact(e, CRAWLER_FACT_HISTORY), -1);
  assert_int_equal(crawler_explanation_attempt_count(e), strcmp(history, "1M") == 0);
  crawler_explanation_free(e);
  hash = cr_sim_log_hash(&sim.net.log);
  cr_sim_close(&sim);
  return hash;
}

static void a_crawl_with_a_history_runs_as_one_without(void **state)
{
  (void)state;
  uint64_t without = crawl("0");

  assert_true(crawl("1M") == without);
  assert_true(crawl("1") == without); /* full from the beginning */
}

/* Of what is in flight, queued, and rejected. */
static int explain_some(crawler *c, crawler_page *page, void *user)
{
  static const char *const urls[] = { CR_SIM_ORIGIN "/", CR_SIM_ORIGIN "/gone",
                                      "http://b.example/" };
  (void)page;
  (void)user;

  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
    crawler_explanation *e = NULL;
    int err = crawler_explain(c, &e, urls[i], 0);
    assert_true(err == 0 ? e != NULL : err == CRAWLER_E_NOMEM && e == NULL);
    crawler_explanation_free(e);
  }
  return 0;
}

static void crawl_in(struct cr_mem *mem, void *arg)
{
  struct cr_sim sim;
  crawler_explanation *e = NULL;
  int err;
  (void)arg;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .mem = mem });
  if (sim.c && crawler_set_history_bytes(sim.c, 1 << 20) == 0 &&
      crawler_set_obey_robots(sim.c, 0) == 0 && /* it may be asked for again, for want of memory */
      crawler_add(sim.c, CR_SIM_ORIGIN "/") == 0) {
    crawler_on_page(sim.c, explain_some, NULL);
    (void)cr_sim_drive(&sim); /* as far as memory lets it */
    err = crawler_explain(sim.c, &e, CR_SIM_ORIGIN "/weak", 0);
    assert_true(err == 0 || err == CRAWLER_E_NOMEM);
    if (!cr_test_oom_refused(mem))
      assert_int_equal(crawler_explanation_attempt_count(e), 2);
    crawler_explanation_free(e);
  }
  cr_sim_close(&sim);
}

static void whatever_memory_is_refused_nothing_is_lost_but_history(void **state)
{
  (void)state;
  cr_test_oom(crawl_in, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_end_is_kept_with_where_it_came_from),
    cmocka_unit_test(what_on_links_refused_is_kept),
    cmocka_unit_test(a_seed_that_has_ended_is_judged_as_one),
    cmocka_unit_test(what_found_no_room_in_the_queue_is_kept),
    cmocka_unit_test(a_url_costs_130_bytes_at_most),
    cmocka_unit_test(a_crawl_with_a_history_runs_as_one_without),
    cmocka_unit_test(whatever_memory_is_refused_nothing_is_lost_but_history),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_retries.c - which attempts are followed by another, and who has a say in that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schedule/retry_budget.h"
#include "sim/sim_crawl.h"
#include "support/requests.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "delay", "0");
}

/* ---- by class ---- */

/* The table of docs/reference/outcomes.md. */
static void each_class_has_as_many_attempts_as_it_is_worth(void **state)
{
  static const struct {
    crawler_reason failure;
    int status;
    unsigned asked;
    crawler_outcome outcome;
  } rows[] = {
    { CRAWLER_FAILED_DNS, 0, 3, CRAWLER_FAILED },
    { CRAWLER_FAILED_CONNECT, 0, 3, CRAWLER_FAILED },
    { CRAWLER_FAILED_TLS, 0, 1, CRAWLER_FAILED },
    { CRAWLER_FAILED_TIMEOUT, 0, 3, CRAWLER_FAILED },
    { CRAWLER_FAILED_TRUNCATED, 0, 3, CRAWLER_FAILED },
    { CRAWLER_FAILED_PROTOCOL, 0, 1, CRAWLER_FAILED },
    { CRAWLER_FAILED_ADDRESS, 0, 1, CRAWLER_FAILED },
    { 0, 408, 3, CRAWLER_FETCHED },
    { 0, 500, 3, CRAWLER_FETCHED },
    { 0, 502, 3, CRAWLER_FETCHED },
    { 0, 504, 3, CRAWLER_FETCHED },
    { 0, 522, 3, CRAWLER_FETCHED },
    { 0, 524, 3, CRAWLER_FETCHED },
    { 0, 501, 1, CRAWLER_FETCHED },
    { 0, 505, 1, CRAWLER_FETCHED },
    { 0, 400, 1, CRAWLER_FETCHED },
    { 0, 401, 1, CRAWLER_FETCHED },
    { 0, 403, 1, CRAWLER_FETCHED },
    { 0, 404, 1, CRAWLER_FETCHED },
    { 0, 410, 1, CRAWLER_FETCHED },
    { 0, 451, 1, CRAWLER_FETCHED },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .failure = rows[i].failure, .status = rows[i].status },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_asked(&sim, "/") != rows[i].asked)
      fail_msg("row %zu: asked for %u times", i, cr_sim_asked(&sim, "/"));
    assert_int_equal(cr_sim_outcome(&sim, "/"), rows[i].outcome);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), rows[i].asked - 1);
    cr_sim_close(&sim);
  }
}

static void an_answer_of_a_further_attempt_counts(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .status = 500, .times = 1, .hrefs = "/never" },
    { "/", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
    { "/", .hrefs = "/a" },
    { .url = "/a" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/"), 3);
  assert_int_equal(cr_sim_end(&sim, "/").status, 200);
  assert_int_equal(cr_sim_end(&sim, "/").times, 1);
  assert_int_equal(cr_sim_asked(&sim, "/never"), 0);
  assert_int_equal(cr_sim_outcome(&sim, "/a"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void the_statuses_are_an_option(void **state)
{
  static const struct {
    const char *list;
    int status;
    unsigned asked;
  } rows[] = {
    { "500-599", 501, 3 }, { "500-599", 404, 1 }, { "404", 404, 3 }, { "404", 500, 1 },
    { "", 500, 1 },        { "", 408, 1 },        { "503", 503, 2 }, /* a park, and no retry */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page pages[] = { { "/", .status = rows[i].status } };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    sim.net.police.lenient = true; /* which knows the default */
    cr_sim_set(&sim, "retry_statuses", rows[i].list);
    cr_sim_set(&sim, "max_parks", "1");
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_asked(&sim, "/") != rows[i].asked)
      fail_msg("row %zu: asked for %u times", i, cr_sim_asked(&sim, "/"));
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES),
                     rows[i].status == 503 ? 0 : rows[i].asked - 1);
    cr_sim_close(&sim);
  }
}

/* ---- the budget of a host ---- */

enum { MANY = 60 };

static char names[MANY][16];
static struct cr_sim_page many[MANY];

/* MANY pages that all fare like this one. */
static struct cr_sim_site site_of(struct cr_sim_page like)
{
  for (int i = 0; i < MANY; i++) {
    (void)snprintf(names[i], sizeof(names[i]), "/%d", i);
    many[i] = like;
    many[i].url = names[i];
  }
  return (struct cr_sim_site)CR_SIM_SITE(many);
}

struct told {
  int by_budget, others;
};

static void note_rule(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  struct told *told = user;
  const char *rule = crawler_request_rule(req);

  (void)c;
  (void)outcome;
  (void)reason;
  (void)page;
  if (rule && strcmp(rule, "host_retry_budget") == 0)
    told->by_budget++;
  else
    told->others++;
}

static void a_host_on_which_all_fails_isnt_asked_three_times_for_each(void **state)
{
  static const struct {
    struct cr_sim_page like;
    const char *option, *value;
    int64_t retries;
  } rows[] = {
    { { .failure = CRAWLER_FAILED_TRUNCATED }, "host_retry_budget", "20", CR_RETRY_CREDIT },
    { { .failure = CRAWLER_FAILED_TIMEOUT }, "host_concurrency", "50", CR_RETRY_CREDIT },
    { { .status = 500 }, "host_retry_budget", "20", CR_RETRY_CREDIT },
    { { .status = 500 }, "host_retry_budget", "0", CR_RETRY_CREDIT },
    { { .status = 500 }, "host_retry_budget", "-1", 2 * MANY },
    { { .status = 500 }, "own_server", "1", 2 * MANY },
    /* What was never sent is no load: outages see to that, if they are to. */
    { { .failure = CRAWLER_FAILED_CONNECT }, "max_host_failures", "-1", 2 * MANY },
    { { .status = 404 }, "host_retry_budget", "0", 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_site site = site_of(rows[i].like);
    struct told told = { 0, 0 };
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_set(&sim, rows[i].option, rows[i].value);
    sim.outcome = note_rule;
    sim.user = &told;
    for (int n = 0; n < MANY; n++)
      cr_sim_add(&sim, names[n]);
    cr_sim_run(&sim);
    if (cr_sim_stat(&sim, CRAWLER_STAT_RETRIES) != rows[i].retries)
      fail_msg("row %zu: %d", i, (int)cr_sim_stat(&sim, CRAWLER_STAT_RETRIES));
    assert_int_equal(told.by_budget + told.others, MANY);
    assert_true(rows[i].retries == CR_RETRY_CREDIT ? told.by_budget >= MANY - CR_RETRY_CREDIT
                                                   : told.by_budget == 0);
    assert_string_equal(crawler_ended(sim.c), "complete");
    cr_sim_close(&sim);
  }
}

/* One page in ten falters twice: what a bad day looks like. */
static void a_host_that_falters_now_and_then_loses_nothing(void **state)
{
  enum { PAGES = 300 };
  static char urls[PAGES][16];
  static struct cr_sim_page pages[2 * PAGES];
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  for (size_t i = 0; i < PAGES; i++) {
    (void)snprintf(urls[i], sizeof(urls[i]), "/%zu", i);
    pages[2 * i] = (struct cr_sim_page){ .url = urls[i], .times = i % 10 == 7 ? 2 : 1 };
    if (i % 10 == 7)
      pages[2 * i].failure = CRAWLER_FAILED_TIMEOUT;
    pages[2 * i + 1] = (struct cr_sim_page){ .url = urls[i] };
  }
  open(&sim, &site);
  for (size_t i = 0; i < PAGES; i++)
    cr_sim_add(&sim, urls[i]);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), PAGES);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 2 * PAGES / 10);
  cr_sim_close(&sim);
}

/* ---- the hook ---- */

struct trial {
  struct cr_sim_page page;
  int64_t set_ms; /* what the hook makes of the delay; KEEP: nothing */
  int verdict;
  /* what is to be seen */
  bool is_proposed;
  unsigned calls, asked;
};

struct asked {
  const struct trial *trial;
  unsigned calls;
};

enum { KEEP = -2 };

static int judge(crawler *c, const crawler_request *req, crawler_reason reason,
                 const crawler_page *page, int64_t *delay_ms, void *user)
{
  struct asked *asked = user;
  const struct trial *trial = asked->trial;

  (void)c;
  assert_int_equal(crawler_request_attempt(req), ++asked->calls);
  assert_int_equal(reason, trial->page.failure);
  if (reason == CRAWLER_REASON_NONE)
    assert_int_equal(crawler_page_status(page), trial->page.status);
  if (trial->is_proposed)
    assert_in_range(*delay_ms, 1000 << (asked->calls - 1), 1500 << (asked->calls - 1));
  else
    assert_true(*delay_ms == -1);
  if (trial->set_ms != KEEP)
    *delay_ms = trial->set_ms;
  return trial->verdict;
}

static void the_hook_decides_within_the_number_allowed(void **state)
{
  static const struct trial trials[] = {
    { { .failure = CRAWLER_FAILED_TIMEOUT }, KEEP, CRAWLER_ACCEPT, true, 2, 3 },
    { { .failure = CRAWLER_FAILED_TIMEOUT }, KEEP, CRAWLER_REJECT, true, 1, 1 },
    { { .failure = CRAWLER_FAILED_DNS }, -1, CRAWLER_ACCEPT, true, 1, 1 },
    { { .failure = CRAWLER_FAILED_CONNECT }, 0, CRAWLER_ACCEPT, true, 2, 3 },
    { { .failure = CRAWLER_FAILED_TLS }, KEEP, CRAWLER_ACCEPT, false, 1, 1 },
    { { .failure = CRAWLER_FAILED_TLS }, 5000, CRAWLER_ACCEPT, false, 2, 3 },
    { { .failure = CRAWLER_FAILED_TLS }, 5000, CRAWLER_REJECT, false, 1, 1 },
    { { .status = 403 }, KEEP, CRAWLER_ACCEPT, false, 1, 1 },
    { { .status = 403 }, 60000, CRAWLER_ACCEPT, false, 2, 3 },
    { { .status = 404 }, 0, CRAWLER_ACCEPT, false, 2, 3 },
    { { .status = 500 }, KEEP, CRAWLER_ACCEPT, true, 2, 3 },
    { { .status = 500 }, KEEP, CRAWLER_REJECT, true, 1, 1 },
    { { .status = 200 }, 0, CRAWLER_ACCEPT, false, 0, 1 }, /* no failure, by any view */
    { { .status = 302, .to = "/b" }, 0, CRAWLER_ACCEPT, false, 0, 1 },
    { { .status = 429 }, 0, CRAWLER_ACCEPT, false, 0, 2 }, /* a park */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
    struct cr_sim_page pages[] = { trials[i].page, { .url = "/b" } };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct asked asked = { &trials[i], 0 };
    struct cr_sim sim;
    pages[0].url = "/";
    open(&sim, &site);
    cr_sim_set(&sim, "max_parks", "1");
    crawler_on_retry(sim.c, judge, &asked);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    if (asked.calls != trials[i].calls || cr_sim_asked(&sim, "/") != trials[i].asked)
      fail_msg("row %zu: %u calls, %u requests", i, asked.calls, cr_sim_asked(&sim, "/"));
    assert_int_equal(cr_sim_end(&sim, "/").times, 1);
    cr_sim_close(&sim);
  }
}

static int set_delay(crawler *c, const crawler_request *req, crawler_reason reason,
                     const crawler_page *page, int64_t *delay_ms, void *user)
{
  (void)c;
  (void)req;
  (void)reason;
  (void)page;
  *delay_ms = *(const int64_t *)user;
  return CRAWLER_ACCEPT;
}

static const struct cr_sim_record *last_of(const struct cr_sim_log *log)
{
  size_t i = log->len - 1;

  while (log->at[i].event != CR_SIM_REQUEST)
    i--;
  return &log->at[i];
}

static void its_delay_is_kept_to_and_bounded(void **state)
{
  static const struct {
    int64_t set_ms, gap_ms;
  } rows[] = {
    { 0, 0 },
    { 1, 1 },
    { 90000, 90000 },
    { DAY_MS, DAY_MS },
    { DAY_MS + 1, DAY_MS },
    { INT64_MAX, DAY_MS },
  };
  static const struct cr_sim_page pages[] = { { "/", .status = 404, .times = 1 }, { .url = "/" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim sim;
    int64_t set_ms = rows[i].set_ms;
    open(&sim, &site);
    cr_sim_set(&sim, "max_idle_wait", "-1");
    crawler_on_retry(sim.c, set_delay, &set_ms);
    cr_sim_add(&sim, "/");
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "/"), 2);
    int64_t gap_ms = last_of(&sim.net.log)->begin_ms - cr_sim_request(&sim, "/")->end_ms;
    assert_in_range(gap_ms, rows[i].gap_ms, rows[i].gap_ms + 10);
    cr_sim_close(&sim);
  }
}

/* "At once" is no way around a host's delay, nor is the hook one around its budget. */
static void it_is_no_way_around_politeness(void **state)
{
  const struct cr_sim_site site = site_of((struct cr_sim_page){ .status = 404 });
  struct cr_sim sim;
  int64_t at_once = 0;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "delay", "1s");
  cr_sim_set(&sim, "host_retry_budget", "0");
  crawler_on_retry(sim.c, set_delay, &at_once);
  for (int n = 0; n < MANY; n++)
    cr_sim_add(&sim, names[n]);
  cr_sim_run(&sim); /* closing asserts the gaps */
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), CR_RETRY_CREDIT);
  cr_sim_close(&sim);
}

static int count_call(crawler *c, const crawler_request *req, crawler_reason reason,
                      const crawler_page *page, int64_t *delay_ms, void *user)
{
  (void)c;
  (void)reason;
  (void)page;
  (void)delay_ms;
  assert_int_not_equal(crawler_request_kind(req), CRAWLER_KIND_ROBOTS);
  ++*(int *)user;
  return CRAWLER_ACCEPT;
}

static void it_isnt_asked_where_there_is_nothing_to_decide(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .status = 500, .times = 1 },
    { .url = "/robots.txt" },
    { "/", .failure = CRAWLER_FAILED_TIMEOUT },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int calls = 0;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "obey_robots", "1");
  cr_sim_set(&sim, "max_retries", "0");
  crawler_on_retry(sim.c, count_call, &calls);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(calls, 0);
  assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_TIMEOUT);
  cr_sim_close(&sim);
}

static void a_post_that_was_sent_is_sent_again_only_if_it_says_so(void **state)
{
  static const struct {
    struct cr_sim_page page;
    bool is_asked; /* the hook wants it */
    unsigned asked;
  } rows[] = {
    { { "/", .failure = CRAWLER_FAILED_TRUNCATED }, false, 1 },
    { { "/", .failure = CRAWLER_FAILED_TRUNCATED }, true, 3 },
    { { "/", .status = 500 }, false, 1 },
    { { "/", .status = 500 }, true, 3 },
    { { "/", .failure = CRAWLER_FAILED_CONNECT }, false, 3 }, /* wasn't sent */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page pages[] = { rows[i].page };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    int64_t at_once = 0;
    open(&sim, &site);
    if (rows[i].is_asked)
      crawler_on_retry(sim.c, set_delay, &at_once);
    crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/");
    assert_non_null(req);
    assert_int_equal(crawler_request_set_body(req, "x", 1, "text/plain"), 0);
    assert_int_equal(crawler_submit(sim.c, req), 0);
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_asked(&sim, "/") != rows[i].asked)
      fail_msg("row %zu: asked for %u times", i, cr_sim_asked(&sim, "/"));
    cr_sim_close(&sim);
  }
}

/* ---- a page that its reader sends back ---- */

static int send_back(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  assert_int_equal(crawler_page_defer(page), 0);
  assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_RETRY), 0);
  return 0;
}

static void what_a_reader_sends_back_has_the_same_bounds(void **state)
{
  static const struct {
    const char *option, *value;
    int64_t retries;
  } rows[] = {
    { "max_retries", "0", 0 },
    { "host_retry_budget", "-1", 2 * MANY },
    { "host_retry_budget", "0", CR_RETRY_CREDIT },
  };
  const struct cr_sim_site site = site_of((struct cr_sim_page){ .status = 200 });
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim sim;
    open(&sim, &site);
    sim.net.police.lenient = true;
    cr_sim_set(&sim, rows[i].option, rows[i].value);
    crawler_on_page(sim.c, send_back, NULL);
    for (int n = 0; n < MANY; n++)
      cr_sim_add(&sim, names[n]);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), rows[i].retries);
    assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, CRAWLER_FAILED_INTERNAL), MANY);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_class_has_as_many_attempts_as_it_is_worth),
    cmocka_unit_test(an_answer_of_a_further_attempt_counts),
    cmocka_unit_test(the_statuses_are_an_option),
    cmocka_unit_test(a_host_on_which_all_fails_isnt_asked_three_times_for_each),
    cmocka_unit_test(a_host_that_falters_now_and_then_loses_nothing),
    cmocka_unit_test(the_hook_decides_within_the_number_allowed),
    cmocka_unit_test(its_delay_is_kept_to_and_bounded),
    cmocka_unit_test(it_is_no_way_around_politeness),
    cmocka_unit_test(it_isnt_asked_where_there_is_nothing_to_decide),
    cmocka_unit_test(a_post_that_was_sent_is_sent_again_only_if_it_says_so),
    cmocka_unit_test(what_a_reader_sends_back_has_the_same_bounds),
  };

  return cmocka_run_group_tests_name("retries", tests, NULL, NULL);
}

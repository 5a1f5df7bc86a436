/* SPDX-License-Identifier: MIT */
/* test_hooks_in_crawls.c - what hooks do to a crawl: reject, rewrite, add, stop, from any of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

enum hook {
  HOOK_FILTER,
  HOOK_REQUEST,
  HOOK_HEADERS,
  HOOK_BODY,
  HOOK_PAGE,
  HOOK_LINKS,
  HOOK_OUTCOME,
  HOOKS
};

static const char *const hook_names[] = { "filter", "request", "headers", "body",
                                          "page",   "links",   "outcome" };

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a /b /c" },
  { "/a", .hrefs = "/a/1 /a/2 /b" },
  { "/b", .hrefs = "/b/1 /b/2 /" },
  { .url = "/c" },
  { .url = "/a/1" },
  { .url = "/a/2" },
  { .url = "/b/1" },
  { .url = "/b/2" },
  { "/extra", .hrefs = "/extra/1" },
  { .url = "/extra/1" },
  { .url = "/plain" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

/* What the hook under test does when it is called for the trigger. */
struct plan {
  struct cr_sim sim;
  enum hook hook;
  const char *trigger; /* URL; NULL: every call */
  int verdict;
  void (*act)(struct plan *plan, crawler_request *req);
  int calls;
  int acts;
};

static int called(struct plan *plan, enum hook hook, crawler_request *req)
{
  char url[128];

  if (hook != plan->hook)
    return CRAWLER_ACCEPT;
  plan->calls++;
  (void)snprintf(url, sizeof(url), CR_SIM_ORIGIN "%s", plan->trigger ? plan->trigger : "");
  if (plan->trigger && strcmp(crawler_request_url(req), url) != 0)
    return CRAWLER_ACCEPT;
  plan->acts++;
  if (plan->act)
    plan->act(plan, req);
  return plan->verdict;
}

static int on_filter(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  return called(user, HOOK_FILTER, req);
}

static int on_request(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  return called(user, HOOK_REQUEST, req);
}

static int on_headers(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  return called(user, HOOK_HEADERS, crawler_page_request(page));
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  assert_non_null(data);
  assert_true(bytes > 0);
  return called(user, HOOK_BODY, crawler_page_request(page));
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  return called(user, HOOK_PAGE, crawler_page_request(page));
}

static int on_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  struct plan *plan = user;
  int verdict = called(plan, HOOK_LINKS, crawler_page_request(page));

  (void)c;
  for (size_t i = 0; verdict != CRAWLER_ACCEPT && i < count; i++)
    verdicts[i] = CRAWLER_REJECT;
  return 0;
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)outcome;
  (void)reason;
  (void)page;
  if (crawler_request_kind(req) == CRAWLER_KIND_PAGE)
    (void)called(user, HOOK_OUTCOME, (crawler_request *)(uintptr_t)req); /* read only */
}

static void open(struct plan *plan)
{
  crawler *c;

  plan->calls = 0;
  plan->acts = 0;
  cr_sim_open(&plan->sim, &(struct cr_sim_config){ .world = &site.world });
  c = plan->sim.c;
  crawler_on_filter(c, on_filter, plan);
  crawler_on_request(c, on_request, plan);
  crawler_on_headers(c, on_headers, plan);
  if (plan->hook == HOOK_BODY) /* with it a page has no body of its own */
    crawler_on_body(c, on_body, plan);
  crawler_on_page(c, on_page, plan);
  crawler_on_links(c, on_links, plan);
  plan->sim.outcome = on_outcome;
  plan->sim.user = plan;
  cr_sim_set(&plan->sim, "own_server", "1");
  cr_sim_add(&plan->sim, "/");
}

/* ---- add ---- */

static void add_extra(struct plan *plan, crawler_request *req)
{
  assert_int_equal(crawler_add_from(plan->sim.c, req, "/extra"), 0);
}

static void a_url_added_in_any_hook_is_crawled(void **state)
{
  (void)state;
  for (int hook = 0; hook < HOOKS; hook++) {
    struct plan plan = { .hook = (enum hook)hook, .trigger = "/", .act = add_extra };
    open(&plan);
    cr_sim_run_checked(&plan.sim, 1);
    if (plan.acts == 0)
      fail_msg("%s was not called", hook_names[hook]);
    assert_int_equal(cr_sim_outcome(&plan.sim, "/extra"), CRAWLER_FETCHED);
    assert_int_equal(cr_sim_end(&plan.sim, "/extra").depth, 1);
    assert_int_equal(cr_sim_asked(&plan.sim, "/extra"), 1);
    assert_int_equal(cr_sim_outcome(&plan.sim, "/extra/1"), CRAWLER_FETCHED);
    cr_sim_close(&plan.sim);
  }
}

static void add_other_host(struct plan *plan, crawler_request *req)
{
  (void)req;
  assert_int_equal(crawler_add(plan->sim.c, "http://b.example/"), 0);
}

static void crawler_add_in_a_hook_makes_no_seed(void **state)
{
  (void)state;
  for (int hook = 0; hook < HOOKS; hook++) {
    struct plan plan = { .hook = (enum hook)hook, .trigger = "/", .act = add_other_host };
    open(&plan);
    cr_sim_run(&plan.sim);
    assert_int_equal(cr_sim_outcome(&plan.sim, "http://b.example/"), CRAWLER_REJECTED);
    assert_int_equal(cr_sim_reason(&plan.sim, "http://b.example/"), CRAWLER_REJECTED_SCOPE);
    assert_int_equal(cr_sim_asked(&plan.sim, "http://b.example/robots.txt"), 0);
    cr_sim_close(&plan.sim);
  }
}

/* ---- stop, cancel, run ---- */

static void stop(struct plan *plan, crawler_request *req)
{
  (void)req;
  crawler_stop(plan->sim.c);
}

static void cancel(struct plan *plan, crawler_request *req)
{
  (void)req;
  crawler_cancel(plan->sim.c);
}

static void stopped_in_a_hook_it_goes_on_later(void (*act)(struct plan *, crawler_request *),
                                               const char *ended)
{
  for (int hook = 0; hook < HOOKS; hook++) {
    struct plan plan = { .hook = (enum hook)hook, .trigger = "/a", .act = act };
    open(&plan);
    plan.sim.net.police.lenient = act == cancel; /* what has come and isn't parsed comes again */
    cr_sim_run(&plan.sim);
    assert_string_equal(crawler_ended(plan.sim.c), ended);
    /* Pages that are pulled stay in flight, and their outcome comes when the others are there. */
    bool pulls = plan.sim.s->pulling;
    assert_true(cr_sim_stat(&plan.sim, CRAWLER_STAT_IN_FLIGHT) == 0 || (pulls && act == cancel));
    assert_true(cr_sim_stat(&plan.sim, CRAWLER_STAT_FETCHED) < 8 ||
                (pulls && act == stop && hook == HOOK_OUTCOME));
    plan.act = NULL;
    cr_sim_run(&plan.sim);
    assert_string_equal(crawler_ended(plan.sim.c), "complete");
    assert_int_equal(cr_sim_stat(&plan.sim, CRAWLER_STAT_FETCHED), 8);
    cr_sim_close(&plan.sim);
  }
}

static void stop_in_any_hook_lets_what_is_in_flight_end(void **state)
{
  (void)state;
  stopped_in_a_hook_it_goes_on_later(stop, "stopped");
}

static void cancel_in_any_hook_cuts_what_is_in_flight(void **state)
{
  (void)state;
  stopped_in_a_hook_it_goes_on_later(cancel, "canceled");
}

static void drive_from_inside(struct plan *plan, crawler_request *req)
{
  crawler_page *page = NULL;

  (void)req;
  assert_int_equal(crawler_run(plan->sim.c), CRAWLER_E_BUSY);
  assert_int_equal(crawler_step(plan->sim.c, 0), CRAWLER_E_BUSY);
  assert_int_equal(crawler_next(plan->sim.c, &page, 0), CRAWLER_E_BUSY);
  assert_int_equal(crawler_start_thread(plan->sim.c), CRAWLER_E_BUSY);
  assert_null(page);
}

static void no_hook_can_drive_the_crawl(void **state)
{
  (void)state;
  for (int hook = 0; hook < HOOKS; hook++) {
    struct plan plan = { .hook = (enum hook)hook, .act = drive_from_inside };
    open(&plan);
    cr_sim_run(&plan.sim);
    assert_true(plan.acts > 0);
    assert_int_equal(cr_sim_stat(&plan.sim, CRAWLER_STAT_FETCHED), 8);
    cr_sim_close(&plan.sim);
  }
}

/* ---- reject ---- */

static void a_rejecting_hook_ends_the_url(void **state)
{
  static const struct {
    enum hook hook;
    int outcome, reason;
    unsigned asked;
  } cases[] = {
    { HOOK_FILTER, CRAWLER_REJECTED, CRAWLER_REJECTED_FILTER, 0 },
    { HOOK_REQUEST, CRAWLER_DROPPED, CRAWLER_DROPPED_FILTER, 0 },
    { HOOK_HEADERS, CRAWLER_FAILED, CRAWLER_FAILED_UNWANTED_TYPE, 1 },
    { HOOK_PAGE, CRAWLER_FETCHED, CRAWLER_REASON_NONE, 1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct plan plan = { .hook = cases[i].hook, .trigger = "/a", .verdict = CRAWLER_REJECT };
    open(&plan);
    cr_sim_run_checked(&plan.sim, 1);
    assert_int_equal(cr_sim_outcome(&plan.sim, "/a"), cases[i].outcome);
    assert_int_equal(cr_sim_reason(&plan.sim, "/a"), cases[i].reason);
    assert_int_equal(cr_sim_asked(&plan.sim, "/a"), cases[i].asked);
    bool has_links = cases[i].outcome == CRAWLER_FETCHED;
    assert_int_equal(cr_sim_outcome(&plan.sim, "/a/1"), has_links ? CRAWLER_FETCHED : 0);
    assert_int_equal(cr_sim_outcome(&plan.sim, "/b/1"), CRAWLER_FETCHED);
    cr_sim_close(&plan.sim);
  }
}

static void rejected_links_stay_unknown_until_another_page_has_them(void **state)
{
  struct plan plan = { .hook = HOOK_LINKS, .trigger = "/a", .verdict = CRAWLER_REJECT };
  (void)state;

  open(&plan);
  cr_sim_run(&plan.sim);
  assert_int_equal(cr_sim_outcome(&plan.sim, "/a/1"), 0);
  assert_int_equal(cr_sim_outcome(&plan.sim, "/b"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_link_count(&plan.sim, CRAWLER_REJECTED_FILTER), 3);
  cr_sim_close(&plan.sim);
}

static void a_body_is_cut_where_the_hook_says_no(void **state)
{
  struct plan plan = { .hook = HOOK_BODY, .trigger = "/", .verdict = CRAWLER_REJECT };
  (void)state;

  open(&plan);
  cr_sim_run(&plan.sim);
  assert_int_equal(plan.calls, 1);
  assert_int_equal(cr_sim_outcome(&plan.sim, "/"), CRAWLER_FAILED);
  assert_int_equal(cr_sim_reason(&plan.sim, "/"), CRAWLER_FAILED_UNWANTED_TYPE);
  cr_sim_close(&plan.sim);
}

static void the_filter_is_asked_once_for_each_url(void **state)
{
  struct plan plan = { .hook = HOOK_FILTER, .trigger = "/b", .verdict = CRAWLER_REJECT };
  (void)state;

  open(&plan);
  cr_sim_run(&plan.sim);
  assert_int_equal(plan.calls, 6); /* "/", "/a", "/b", "/c", "/a/1", "/a/2" */
  assert_int_equal(plan.acts, 1);
  assert_int_equal(cr_sim_end(&plan.sim, "/b").rejected_times, 1);
  assert_int_equal(cr_sim_link_count(&plan.sim, CRAWLER_REJECTED_FILTER), 2);
  cr_sim_close(&plan.sim);
}

/* ---- rewrite ---- */

static void to_plain(struct plan *plan, crawler_request *req)
{
  (void)plan;
  assert_int_equal(crawler_request_set_url(req, "plain"), 0); /* relative to the old one */
  assert_int_equal(crawler_request_set_priority(req, 5), 0);
  assert_int_equal(crawler_request_set_meta(req, "from", "filter"), 0);
}

static void a_rewritten_url_takes_the_others_place(void **state)
{
  struct plan plan = { .hook = HOOK_FILTER, .trigger = "/a", .act = to_plain };
  (void)state;

  open(&plan);
  cr_sim_run_checked(&plan.sim, 1);
  assert_int_equal(cr_sim_asked(&plan.sim, "/a"), 0);
  assert_int_equal(cr_sim_outcome(&plan.sim, "/plain"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&plan.sim, "/a/1"), 0);
  cr_sim_close(&plan.sim);
}

static void to_the_root(struct plan *plan, crawler_request *req)
{
  (void)plan;
  assert_int_equal(crawler_request_set_url(req, "/?"), 0);
}

static void a_url_rewritten_to_a_known_one_is_known(void **state)
{
  struct plan plan = { .hook = HOOK_FILTER, .trigger = "/c", .act = to_the_root };
  (void)state;

  open(&plan);
  cr_sim_run_checked(&plan.sim, 1);
  assert_int_equal(cr_sim_asked(&plan.sim, "/c"), 0);
  assert_int_equal(cr_sim_end(&plan.sim, "/").times, 1);
  assert_int_equal(cr_sim_stat(&plan.sim, CRAWLER_STAT_ADMITTED), 7);
  cr_sim_close(&plan.sim);
}

static void leave_the_scope(struct plan *plan, crawler_request *req)
{
  (void)plan;
  assert_int_equal(crawler_request_set_url(req, "http://b.example/c"), 0);
}

static void a_rewritten_url_is_held_to_the_rules_again(void **state)
{
  struct plan plan = { .hook = HOOK_FILTER, .trigger = "/c", .act = leave_the_scope };
  (void)state;

  open(&plan);
  cr_sim_run_checked(&plan.sim, 1);
  assert_int_equal(plan.acts, 1);
  assert_int_equal(cr_sim_outcome(&plan.sim, "http://b.example/c"), CRAWLER_REJECTED);
  assert_int_equal(cr_sim_reason(&plan.sim, "http://b.example/c"), CRAWLER_REJECTED_SCOPE);
  cr_sim_close(&plan.sim);
}

static void rewriting_works_in_no_other_hook(struct plan *plan, crawler_request *req)
{
  (void)plan;
  assert_int_equal(crawler_request_set_url(req, "/plain"), CRAWLER_E_STATE);
}

static void only_the_filter_may_rewrite(void **state)
{
  (void)state;
  for (int hook = HOOK_REQUEST; hook < HOOK_OUTCOME; hook++) {
    struct plan plan = { .hook = (enum hook)hook, .act = rewriting_works_in_no_other_hook };
    open(&plan);
    cr_sim_run(&plan.sim);
    assert_true(plan.acts > 0);
    cr_sim_close(&plan.sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_added_in_any_hook_is_crawled),
    cmocka_unit_test(crawler_add_in_a_hook_makes_no_seed),
    cmocka_unit_test(stop_in_any_hook_lets_what_is_in_flight_end),
    cmocka_unit_test(cancel_in_any_hook_cuts_what_is_in_flight),
    cmocka_unit_test(no_hook_can_drive_the_crawl),
    cmocka_unit_test(a_rejecting_hook_ends_the_url),
    cmocka_unit_test(rejected_links_stay_unknown_until_another_page_has_them),
    cmocka_unit_test(a_body_is_cut_where_the_hook_says_no),
    cmocka_unit_test(the_filter_is_asked_once_for_each_url),
    cmocka_unit_test(a_rewritten_url_takes_the_others_place),
    cmocka_unit_test(a_url_rewritten_to_a_known_one_is_known),
    cmocka_unit_test(a_rewritten_url_is_held_to_the_rules_again),
    cmocka_unit_test(only_the_filter_may_rewrite),
  };

  return cmocka_run_group_tests_name("hooks in crawls", tests, NULL, NULL);
}

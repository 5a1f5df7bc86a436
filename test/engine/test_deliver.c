/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_deliver.c - parsed pages meet hooks in order, and links follow them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a /b" },
  { "/a", .hrefs = "/c" },
  { "/b", .body = "plain", .type = "text/plain" },
  { .url = "/c", .status = 404, .hrefs = "/never" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const struct cr_sim_config *config)
{
  cr_sim_open(sim, config);
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_add(sim, "/");
}

/* ---- the order of hooks ---- */

struct trace {
  char text[512];
};

static void note(struct trace *trace, const char *word, const crawler_request *req)
{
  size_t at = strlen(trace->text);

  (void)snprintf(trace->text + at, sizeof(trace->text) - at, "%s%s ", word,
                 strrchr(crawler_request_url(req), '/'));
}

static int note_filter(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  note(user, "filter", req);
  return 0;
}

static int note_request(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  note(user, "request", req);
  return 0;
}

static int note_headers(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  note(user, "headers", crawler_page_request(page));
  return 0;
}

static int note_parse(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  note(user, "parse", crawler_page_request(page));
  return 0;
}

static int note_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  note(user, "page", crawler_page_request(page));
  return 0;
}

static int note_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)c;
  (void)verdicts;
  (void)count;
  note(user, "links", crawler_page_request(page));
  return 0;
}

static void note_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                         crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)outcome;
  (void)reason;
  (void)page;
  note(user, "outcome", req);
}

static void note_done(crawler *c, void *user)
{
  struct trace *trace = user;
  size_t at = strlen(trace->text);

  (void)c;
  (void)snprintf(trace->text + at, sizeof(trace->text) - at, "done");
}

static void hooks_are_called_in_the_order_a_url_meets_them(void **state)
{
  static const struct cr_sim_page two[] = {
    { "/", .hrefs = "/x" },
    { .url = "/x" },
  };
  static const struct cr_sim_site two_site = CR_SIM_SITE(two);
  struct trace trace = { "" };
  struct cr_sim sim;
  (void)state;

  CR_CRAWL_ONLY("a page that is pulled ends when it has been seen to", CR_WAY_RUN, CR_WAY_STEP_0,
                CR_WAY_STEP, CR_WAY_BASE, CR_WAY_POLL, CR_WAY_THREAD);
  open(&sim, &(struct cr_sim_config){ .world = &two_site.world });
  crawler_on_filter(sim.c, note_filter, &trace);
  crawler_on_request(sim.c, note_request, &trace);
  crawler_on_headers(sim.c, note_headers, &trace);
  crawler_on_parse(sim.c, note_parse, &trace);
  crawler_on_page(sim.c, note_page, &trace);
  crawler_on_links(sim.c, note_links, &trace);
  crawler_on_done(sim.c, note_done, &trace);
  sim.outcome = note_outcome;
  sim.user = &trace;
  cr_sim_run(&sim);
  assert_string_equal(trace.text, "filter/ request/ headers/ parse/ page/ links/ filter/x outcome/ "
                                  "request/x headers/x parse/x page/x outcome/x done");
  cr_sim_close(&sim);
}

/* ---- what a page has ---- */

static int check_kind_of_page(crawler *c, crawler_page *page, void *user)
{
  const char *path = crawler_page_url(page) + strlen(CR_SIM_ORIGIN);

  (void)c;
  ++*(int *)user;
  if (strcmp(path, "/") == 0) {
    assert_int_equal(crawler_page_link_count(page), 2);
    assert_string_equal(crawler_page_mime(page), "text/html");
  } else if (strcmp(path, "/b") == 0) {
    assert_int_equal(crawler_page_link_count(page), 0);
    assert_string_equal(crawler_page_mime(page), "text/plain");
  } else if (strcmp(path, "/c") == 0) {
    assert_int_equal(crawler_page_link_count(page), 0); /* not what was asked for */
    assert_int_equal(crawler_page_status(page), 404);
  }
  return 0;
}

static void every_fetched_page_is_delivered_whatever_its_status(void **state)
{
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  open(&sim, &(struct cr_sim_config){ .world = &site.world });
  crawler_on_page(sim.c, check_kind_of_page, &seen);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(seen, 4);
  assert_int_equal(cr_sim_asked(&sim, "/never"), 0);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_STATUS_2XX), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_STATUS_4XX), 1);
  cr_sim_close(&sim);
}

/* ---- workers ---- */

static int count_parse(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  atomic_fetch_add((_Atomic int *)user, 1);
  return 0;
}

static void on_parse_runs_for_every_page_on_any_number_of_workers(void **state)
{
  (void)state;
  for (int workers = 0; workers <= 4; workers += 2)
    for (int unordered = 0; unordered <= 1; unordered++) {
      struct cr_sim sim;
      _Atomic int parsed = 0;
      open(&sim, &(struct cr_sim_config){
                     .world = &site.world, .workers = workers, .unordered = unordered != 0 });
      crawler_on_parse(sim.c, count_parse, &parsed);
      cr_sim_run_checked(&sim, 1);
      assert_int_equal(parsed, 4);
      cr_sim_close(&sim);
    }
}

static void fail_to_parse(struct cr_parse *p, void *user)
{
  (void)user;
  p->err = CRAWLER_E_NOMEM;
}

static void break_parse(struct cr_parse *p, void *user)
{
  (void)user;
  p->err = CRAWLER_E_FORMAT;
}

static void outgrow_parse(struct cr_parse *p, void *user)
{
  (void)user;
  p->err = CRAWLER_E_LIMIT;
}

static void leave_links(struct cr_parse *p, void *user)
{
  (void)user;
  p->err = 0;
  p->body = p->wire;
  p->is_html = true;
  p->mime = "text/html";
  p->charset = "utf-8";
  p->note = CR_PARSE_TOO_DEEP;
}

static void what_the_parser_says_decides(void **state)
{
  static const struct {
    cr_parser parser;
    int outcome, reason;
    unsigned asked;
    int64_t unparsed;
  } cases[] = {
    { fail_to_parse, CRAWLER_FAILED, CRAWLER_FAILED_INTERNAL, 3, 0 },
    { break_parse, CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL, 1, 0 },
    { outgrow_parse, CRAWLER_FAILED, CRAWLER_FAILED_TOO_LARGE, 1, 0 },
    { leave_links, CRAWLER_FETCHED, 0, 1, 1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = cases[i].parser });
    sim.net.police.lenient = true; /* what failed here is asked for again */
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/"), cases[i].outcome);
    assert_int_equal(cr_sim_reason(&sim, "/"), cases[i].reason);
    assert_int_equal(cr_sim_asked(&sim, "/"), cases[i].asked);
    assert_int_equal(cr_sim_incomplete(&sim, "unparsed"), cases[i].unparsed);
    cr_sim_close(&sim);
  }
}

/* ---- what is asked of the parser ---- */

static struct cr_parse asked;

static void note_parse_job(struct cr_parse *p, void *user)
{
  (void)user;
  asked = *p;
  p->err = 0;
  p->body = p->wire;
  p->mime = "text/html";
  p->charset = "utf-8";
}

static int ignore_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)c;
  (void)page;
  (void)verdicts;
  (void)count;
  (void)user;
  return 0;
}

static void only_what_is_wanted_is_asked_for(void **state)
{
  (void)state;
  for (int hooked = 0; hooked <= 1; hooked++)
    for (int document = 0; document <= 1; document++) {
      struct cr_sim sim;
      open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = note_parse_job });
      if (hooked)
        crawler_on_links(sim.c, ignore_links, NULL);
      crawler_set_document(sim.c, document);
      cr_sim_set(&sim, "max_body", "777");
      cr_sim_run(&sim);
      assert_int_not_equal(asked.link_kinds, 0);
      assert_int_equal(asked.want_link_text, hooked || sim.s->pulling);
      assert_int_equal(asked.want_document, document);
      assert_int_equal(asked.max_body_bytes, 777);
      assert_true(cr_span_eq(asked.type, CR_SPAN("text/html")));
      assert_false(asked.nosniff);
      assert_int_equal(asked.coding.len, 0);
      cr_sim_close(&sim);
    }
}

static void all_types_are_handed_on_and_whether_they_may_be_doubted(void **state)
{
  static const struct cr_sim_page unsure[] = {
    { "/", .headers = "content-type: a/b\r\nX-Content-Type-Options: NoSniff\r\n" },
  };
  static const struct cr_sim_site unsure_site = CR_SIM_SITE(unsure);
  struct cr_sim sim;
  (void)state;

  open(&sim, &(struct cr_sim_config){ .world = &unsure_site.world, .parser = note_parse_job });
  cr_sim_run(&sim);
  assert_true(cr_span_eq(asked.type, CR_SPAN("text/html,a/b")));
  assert_true(asked.nosniff);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hooks_are_called_in_the_order_a_url_meets_them),
    cmocka_unit_test(every_fetched_page_is_delivered_whatever_its_status),
    cmocka_unit_test(on_parse_runs_for_every_page_on_any_number_of_workers),
    cmocka_unit_test(what_the_parser_says_decides),
    cmocka_unit_test(only_what_is_wanted_is_asked_for),
    cmocka_unit_test(all_types_are_handed_on_and_whether_they_may_be_doubted),
  };

  return cmocka_run_group_tests_name("deliver", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_history.c - what is kept of each URL, and that its ceiling holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "engine/history.h"
#include "support/oom.h"

enum { CHUNK = 16 << 10 };

static struct cr_history *open(struct cr_mem *mem, int64_t max_bytes)
{
  struct cr_history *h = NULL;

  cr_test_mem_init(mem);
  assert_int_equal(cr_history_open(&h, mem, 1, max_bytes), 0);
  return h;
}

static void close(struct cr_history *h, struct cr_mem *mem)
{
  cr_history_close(h);
  cr_test_mem_done(mem);
}

static void find_on(struct cr_history *h, uint64_t fp, const char *page, int64_t now_ms)
{
  cr_history_note_found(
      h, fp, &(struct cr_history_found){ .now_ms = now_ms, .referrer = cr_span_text(page) });
}

static void a_url_is_kept_from_found_to_end(void **state)
{
  struct cr_mem mem;
  struct cr_history *h = open(&mem, 1 << 20);
  struct cr_history_view view;
  struct cr_history_attempt attempts[2];
  (void)state;

  assert_false(cr_history_get(h, 7, &view));
  find_on(h, 7, "http://a.example/", 100);
  assert_true(cr_history_get(h, 7, &view));
  assert_int_equal(view.found_ms, 100);
  assert_int_equal(view.admitted_ms, 100);
  assert_int_equal(view.ended_ms, -1);
  assert_int_equal(view.outcome, 0);
  assert_string_equal(view.referrer, "http://a.example/");
  assert_null(view.via);
  assert_null(view.rule);
  assert_false(view.is_seed);
  assert_int_equal(view.attempts, 0);

  cr_history_note_attempt(h, 7,
                          &(struct cr_history_attempt){ 200, 250, 0, CRAWLER_FAILED_TIMEOUT });
  cr_history_note_attempt(h, 7, &(struct cr_history_attempt){ 300, 301, 404, 0 });
  cr_history_note_end(
      h, 7, &(struct cr_history_end){ 302, CRAWLER_FETCHED, CRAWLER_REASON_NONE, NULL, 0 });
  assert_true(cr_history_get(h, 7, &view));
  assert_int_equal(view.ended_ms, 302);
  assert_int_equal(view.outcome, CRAWLER_FETCHED);
  assert_int_equal(view.attempts, 2);
  cr_history_attempts(h, 7, attempts);
  assert_int_equal(attempts[0].begun_ms, 200);
  assert_int_equal(attempts[0].ended_ms, 250);
  assert_int_equal(attempts[0].status, 0);
  assert_int_equal(attempts[0].failure, CRAWLER_FAILED_TIMEOUT);
  assert_int_equal(attempts[1].begun_ms, 300);
  assert_int_equal(attempts[1].status, 404);
  assert_int_equal(attempts[1].failure, CRAWLER_REASON_NONE);
  close(h, &mem);
}

static void the_first_page_counts_and_a_redirect_before_it(void **state)
{
  struct cr_mem mem;
  struct cr_history *h = open(&mem, 1 << 20);
  struct cr_history_view view;
  (void)state;

  find_on(h, 1, "http://a.example/first", 10);
  find_on(h, 1, "http://a.example/second", 20);
  assert_true(cr_history_get(h, 1, &view));
  assert_int_equal(view.found_ms, 10);
  assert_string_equal(view.referrer, "http://a.example/first");
  cr_history_note_found(h, 2,
                        &(struct cr_history_found){ .now_ms = 30,
                                                    .via = CR_SPAN("http://a.example/moved"),
                                                    .referrer = CR_SPAN("http://a.example/"),
                                                    .is_seed = true });
  assert_true(cr_history_get(h, 2, &view));
  assert_string_equal(view.via, "http://a.example/moved");
  assert_null(view.referrer);
  assert_true(view.is_seed);
  close(h, &mem);
}

static void what_was_refused_may_be_admitted_later(void **state)
{
  struct cr_mem mem;
  struct cr_history *h = open(&mem, 1 << 20);
  struct cr_history_view view;
  (void)state;

  cr_history_note_found(h, 1,
                        &(struct cr_history_found){ .now_ms = 10, .refused = CRAWLER_CAPPED_CAP });
  assert_true(cr_history_get(h, 1, &view));
  assert_int_equal(view.admitted_ms, -1);
  assert_int_equal(view.reason, CRAWLER_CAPPED_CAP);
  assert_int_equal(view.outcome, 0);
  cr_history_note_end(h, 1,
                      &(struct cr_history_end){ 11, CRAWLER_REJECTED, CRAWLER_REJECTED_SCOPE,
                                                "deny_url *.zip", 0 });
  assert_true(cr_history_get(h, 1, &view));
  assert_string_equal(view.rule, "deny_url *.zip");
  find_on(h, 1, "http://a.example/", 50);
  assert_true(cr_history_get(h, 1, &view));
  assert_int_equal(view.found_ms, 10);
  assert_int_equal(view.admitted_ms, 50);
  assert_int_equal(view.ended_ms, -1);
  assert_int_equal(view.outcome, 0);
  assert_int_equal(view.reason, CRAWLER_REASON_NONE);
  assert_null(view.rule);
  cr_history_note_found(h, 1,
                        &(struct cr_history_found){ .now_ms = 60, .refused = CRAWLER_CAPPED_CAP });
  assert_true(cr_history_get(h, 1, &view));
  assert_int_equal(view.reason, CRAWLER_REASON_NONE); /* it is in the crawl */
  close(h, &mem);
}

static void a_rule_is_kept_once_for_each_line_of_its_text(void **state)
{
  struct cr_mem mem;
  struct cr_history *h = open(&mem, 1 << 20);
  struct cr_history_view views[3];
  (void)state;

  for (uint64_t fp = 0; fp < 3; fp++) {
    find_on(h, fp, "http://a.example/", 0);
    cr_history_note_end(h, fp,
                        &(struct cr_history_end){ 1, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS,
                                                  "Disallow: /a", fp < 2 ? 4 : 9 });
    assert_true(cr_history_get(h, fp, &views[fp]));
  }
  assert_ptr_equal(views[0].rule, views[1].rule);
  assert_ptr_equal(views[0].referrer, views[1].referrer);
  assert_int_equal(views[1].line, 4);
  assert_int_equal(views[2].line, 9);
  assert_string_equal(views[2].rule, "Disallow: /a");
  close(h, &mem);
}

static void of_many_attempts_the_first_ones_and_the_last_are_kept(void **state)
{
  struct cr_mem mem;
  struct cr_history *h = open(&mem, 1 << 20);
  struct cr_history_view view;
  struct cr_history_attempt attempts[CR_HISTORY_ATTEMPTS];
  (void)state;

  find_on(h, 1, "", 0);
  for (int i = 0; i < 100; i++)
    cr_history_note_attempt(h, 1, &(struct cr_history_attempt){ i, i + 1, 500 + i, 0 });
  assert_true(cr_history_get(h, 1, &view));
  assert_null(view.referrer);
  assert_int_equal(view.attempts, CR_HISTORY_ATTEMPTS);
  cr_history_attempts(h, 1, attempts);
  for (int i = 0; i < CR_HISTORY_ATTEMPTS - 1; i++)
    assert_int_equal(attempts[i].status, 500 + i);
  assert_int_equal(attempts[CR_HISTORY_ATTEMPTS - 1].status, 599);
  close(h, &mem);
}

static void times_that_make_no_sense_are_bounded(void **state)
{
  struct cr_mem mem;
  struct cr_history *h = open(&mem, 1 << 20);
  struct cr_history_view view;
  struct cr_history_attempt attempt;
  (void)state;

  cr_history_note_found(h, 1, &(struct cr_history_found){ .refused = CRAWLER_CAPPED_CAP });
  find_on(h, 1, "", (int64_t)1 << 40);
  cr_history_note_attempt(h, 1, &(struct cr_history_attempt){ 50, 10, 200, 0 });
  assert_true(cr_history_get(h, 1, &view));
  assert_int_equal(view.admitted_ms, UINT32_MAX - 1); /* 49 days */
  cr_history_attempts(h, 1, &attempt);
  assert_int_equal(attempt.ended_ms, 50);
  cr_history_note_attempt(h, 9, &attempt); /* of what isn't kept: nothing happens */
  cr_history_note_end(h, 9, &(struct cr_history_end){ .outcome = CRAWLER_FETCHED });
  assert_false(cr_history_get(h, 9, &view));
  cr_history_attempts(h, 9, &attempt);
  close(h, &mem);
}

/* Twenty URLs a page, as a crawl finds them. */
static void fill(struct cr_history *h, uint64_t from, uint64_t count)
{
  char page[100];

  for (uint64_t i = from; i < from + count; i++) {
    uint64_t fp = cr_hash64(&i, sizeof(i), 1);
    (void)snprintf(page, sizeof(page), "http://www.example.org/articles/%llu/a-title.html",
                   (unsigned long long)(i / 20));
    find_on(h, fp, page, (int64_t)i);
    cr_history_note_attempt(h, fp, &(struct cr_history_attempt){ 1, 2, 200, 0 });
    cr_history_note_end(h, fp, &(struct cr_history_end){ 3, CRAWLER_FETCHED, 0, NULL, 0 });
  }
}

static void many_urls_are_all_found_again_at_110_bytes_each(void **state)
{
  enum { URLS = 200000 };
  struct cr_mem mem;
  struct cr_history *h = open(&mem, (int64_t)1 << 40);
  (void)state;

  fill(h, 0, URLS);
  assert_int_equal(cr_history_count(h), URLS);
  assert_int_equal(cr_history_lost(h), 0);
  for (uint64_t i = 0; i < URLS; i++) {
    struct cr_history_view view;
    assert_true(cr_history_get(h, cr_hash64(&i, sizeof(i), 1), &view));
    assert_int_equal(view.found_ms, i);
  }
  double each = (double)cr_history_bytes(h) / URLS;
  print_message("%.1f bytes a URL\n", each);
  assert_true(each < 110);
  close(h, &mem);
}

static void its_ceiling_holds_and_what_is_there_stays(void **state)
{
  static const int64_t ceilings[] = { 1, 1000, 20000, 1000000 };
  (void)state;

  for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
    struct cr_mem mem;
    struct cr_history *h = open(&mem, ceilings[i]);
    fill(h, 0, 20000);
    assert_true(cr_history_bytes(h) <= ceilings[i] + CHUNK + 1000);
    assert_true(cr_mem_used(&mem) <= ceilings[i] + CHUNK + 1000);
    assert_int_equal(cr_history_count(h) + (size_t)cr_history_lost(h), 20000);
    size_t count = cr_history_count(h);
    assert_true(ceilings[i] < 20000 ? count < 100 : count > 80);
    for (uint64_t fp = 0; fp < count; fp++) { /* the first ones were kept */
      struct cr_history_view view;
      assert_true(cr_history_get(h, cr_hash64(&fp, sizeof(fp), 1), &view));
      assert_int_equal(view.outcome, CRAWLER_FETCHED);
    }
    close(h, &mem);
  }
}

static void keep_some(struct cr_mem *mem, void *arg)
{
  struct cr_history *h = NULL;
  struct cr_history_view view;
  (void)arg;

  if (cr_history_open(&h, mem, 1, 1 << 20) < 0)
    return;
  fill(h, 0, 300);
  for (int i = 0; i < 3; i++)
    cr_history_note_attempt(h, 0, &(struct cr_history_attempt){ 1, 2, 200, 0 });
  if (!cr_test_oom_refused(mem))
    assert_int_equal(cr_history_count(h), 300);
  for (uint64_t i = 0; i < 300; i++)
    (void)cr_history_get(h, cr_hash64(&i, sizeof(i), 1), &view);
  cr_history_close(h);
}

static void without_memory_urls_are_missing_and_nothing_breaks(void **state)
{
  (void)state;
  cr_test_oom(keep_some, NULL);
  cr_history_close(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_is_kept_from_found_to_end),
    cmocka_unit_test(the_first_page_counts_and_a_redirect_before_it),
    cmocka_unit_test(what_was_refused_may_be_admitted_later),
    cmocka_unit_test(a_rule_is_kept_once_for_each_line_of_its_text),
    cmocka_unit_test(of_many_attempts_the_first_ones_and_the_last_are_kept),
    cmocka_unit_test(times_that_make_no_sense_are_bounded),
    cmocka_unit_test(many_urls_are_all_found_again_at_110_bytes_each),
    cmocka_unit_test(its_ceiling_holds_and_what_is_there_stays),
    cmocka_unit_test(without_memory_urls_are_missing_and_nothing_breaks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_stalls.c - whether the loop stalls is a statistic: what keeps its thread shows.
 *
 * Machines stall, too, so any turn may be long. What must be short here is what most turns take,
 * and what must be long is what slept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

enum { PAGES = 600, STALL_MS = 200, US = 1000 /* of a ms */ };

static void sleep_ms(int ms)
{
  struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

  while (nanosleep(&left, &left) != 0)
    ;
}

struct slow_hook { /* sleeps at the first of so many calls */
  atomic_int calls;
  int of;
  int ms;
};

static int sleep_now_and_then(crawler *c, crawler_page *page, void *user)
{
  struct slow_hook *hook = user;

  (void)c;
  (void)page;
  if (atomic_fetch_add(&hook->calls, 1) % hook->of == 0)
    sleep_ms(hook->ms);
  return 0;
}

struct numbers {
  int64_t count, p50, p99, p999, max;
};

static struct numbers numbers_of(const struct cr_crawl_rig *rig)
{
  crawler_stats *s = NULL;
  struct numbers n;

  assert_int_equal(crawler_get_stats(rig->c, &s), 0);
  n = (struct numbers){
    .count = crawler_stats_get(s, CRAWLER_STAT_TURNS),
    .p50 = crawler_stats_get(s, CRAWLER_STAT_TURN_P50_US),
    .p99 = crawler_stats_get(s, CRAWLER_STAT_TURN_P99_US),
    .p999 = crawler_stats_get(s, CRAWLER_STAT_TURN_P999_US),
    .max = crawler_stats_get(s, CRAWLER_STAT_TURN_MAX_US),
  };
  crawler_stats_free(s);
  assert_true(n.p50 <= n.p99 && n.p99 <= n.p999 && n.p999 <= n.max);
  return n;
}

static void crawl(struct cr_crawl_rig *rig)
{
  struct cr_site_server *site = cr_site_start_generated(PAGES);

  cr_crawl_add(rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(rig), 0);
  assert_int_equal(cr_crawl_stat(rig, CRAWLER_STAT_FETCHED), PAGES);
  cr_crawl_check(rig);
  cr_site_stop(site);
}

/* ---- hooks on the loop thread ---- */

static void before_the_first_start_there_is_no_turn(void **state)
{
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  struct numbers n = numbers_of(&rig);
  assert_int_equal(n.count + n.max, 0);
  cr_crawl_close(&rig);
}

static void one_slow_on_page_is_the_longest_turn_and_not_the_usual_one(void **state)
{
  (void)state;
  for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++) {
    struct slow_hook hook = { .of = PAGES, .ms = STALL_MS };
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, way);
    assert_int_equal(crawler_set_concurrency(rig.c, 4), 0); /* few pages a turn */
    crawler_on_page(rig.c, sleep_now_and_then, &hook);
    crawl(&rig);
    struct numbers n = numbers_of(&rig);
    assert_true(n.count >= 10);
    assert_true(n.max >= STALL_MS * US);
    assert_true(n.p50 < STALL_MS * US);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_TURNS), n.count);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_TURN_MAX_US), n.max);
    cr_crawl_close(&rig);
  }
}

/* The only turn that has anything to call may be the crawl's last one. */
static void the_last_turn_counts_when_the_crawl_is_over(void **state)
{
  static const struct cr_site_page page = { .path = "/" };

  (void)state;
  for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++) {
    struct cr_site_server *site = cr_site_start_pages(&page, 1);
    struct slow_hook hook = { .of = 1, .ms = 30 };
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, way);
    crawler_on_page(rig.c, sleep_now_and_then, &hook);
    cr_crawl_add(&rig, cr_site_url(site, "/"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_TURN_MAX_US) >= 30 * US);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- on_parse ---- */

static struct numbers crawl_with_slow_parse(int workers, int concurrency)
{
  struct slow_hook hook = { .of = PAGES / 10, .ms = STALL_MS };
  struct cr_crawl_rig rig;

  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_workers(rig.c, workers), 0);
  assert_int_equal(crawler_set_concurrency(rig.c, concurrency), 0);
  assert_int_equal(crawler_set_document(rig.c, 1), 0); /* for workers, however small a page is */
  crawler_on_parse(rig.c, sleep_now_and_then, &hook);
  crawl(&rig);
  struct numbers n = numbers_of(&rig);
  cr_crawl_close(&rig);
  return n;
}

/* Ten times in some hundred turns show at p99; what the machine does to one or two doesn't. */
static void a_slow_on_parse_is_a_stall_on_the_loop_and_none_on_workers(void **state)
{
  struct numbers inside = crawl_with_slow_parse(0, 1);
  struct numbers outside = crawl_with_slow_parse(4, 2);

  (void)state;
  assert_true(inside.p99 >= STALL_MS * US);
  assert_true(outside.p99 < STALL_MS * US);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(before_the_first_start_there_is_no_turn),
    cmocka_unit_test(one_slow_on_page_is_the_longest_turn_and_not_the_usual_one),
    cmocka_unit_test(the_last_turn_counts_when_the_crawl_is_over),
    cmocka_unit_test(a_slow_on_parse_is_a_stall_on_the_loop_and_none_on_workers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_arrive.c - what comes from the fetcher: addresses, heads, ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

/* ---- the page as hooks see it ---- */

static int check_response(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  assert_int_equal(crawler_page_status(page), 203);
  assert_string_equal(crawler_page_header(page, "x-two"), "first");
  assert_string_equal(crawler_page_header(page, "CONTENT-TYPE"), "text/html");
  assert_null(crawler_page_header(page, "X-None"));
  assert_null(crawler_page_header(page, NULL));
  assert_int_equal(crawler_page_header_count(page), 3);
  assert_string_equal(crawler_page_header_name(page, 1), "X-Two");
  assert_string_equal(crawler_page_header_value(page, 2), "second");
  assert_null(crawler_page_header_name(page, 3));
  assert_null(crawler_page_header_value(page, 3));
  assert_string_equal(crawler_page_address(page), "198.51.100.7");
  assert_string_equal(crawler_page_mime(page), "text/html");
  assert_string_equal(crawler_page_sent_mime(page), "text/html");
  assert_int_equal(crawler_page_fetched_at_ms(page) / 1000, 1700000001);
  ++*(int *)user;
  return 0;
}

static void hooks_see_the_response(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .status = 203, .headers = "X-Two: first\r\nX-Two: second\r\n", .address = "198.51.100.7",
      .ms = 300 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  cr_sim_open_site(&sim, &site);
  crawler_on_headers(sim.c, check_response, &seen);
  crawler_on_page(sim.c, check_response, &seen);
  cr_sim_run(&sim);
  assert_int_equal(seen, 2);
  cr_sim_close(&sim);
}

static int check_times(crawler *c, crawler_page *page, void *user)
{
  size_t bytes;

  (void)c;
  (void)crawler_page_body(page, &bytes);
  assert_int_equal(crawler_page_elapsed_ms(page), 301); /* from sent to the last byte */
  assert_int_equal(crawler_page_wire_bytes(page), 10);
  assert_int_equal(bytes, 10);
  ++*(int *)user;
  return 0;
}

static void sizes_and_times_are_counted(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = "0123456789", .type = "text/plain", .ms = 300 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  cr_sim_open_site(&sim, &site);
  crawler_on_page(sim.c, check_times, &seen);
  cr_sim_run(&sim);
  assert_int_equal(seen, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_WIRE_BYTES), 10);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_BODY_BYTES), 10);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_STATUS_2XX), 1);
  cr_sim_close(&sim);
}

/* ---- politeness counts from the end of an exchange, parsing and hooks don't ---- */

static void a_host_is_asked_again_a_delay_after_the_end(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a /b", .ms = 500 },
    { "/a", .ms = 700 },
    { "/b", .ms = 100 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &site);
  cr_sim_set(&sim, "delay", "2s");
  cr_sim_run_checked(&sim, 1);
  const int64_t gap_ms = 2000 + CR_CLOCK_MS;
  assert_int_equal(cr_sim_request(&sim, "/a")->begin_ms,
                   cr_sim_request(&sim, "/")->end_ms + gap_ms);
  assert_int_equal(cr_sim_request(&sim, "/b")->begin_ms,
                   cr_sim_request(&sim, "/a")->end_ms + gap_ms);
  cr_sim_close(&sim);
}

static void jitter_only_adds(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  bool more = false;
  (void)state;

  cr_sim_web_init(&web, 2, 1, 60);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "delay_jitter", "50");
  cr_sim_add_hosts(&sim, &web, 1);
  cr_sim_run(&sim);
  int64_t end_ms = 0;
  for (size_t i = 0; i < sim.net.log.len; i++) {
    const struct cr_sim_record *record = &sim.net.log.at[i];
    if (record->event != CR_SIM_REQUEST || record->attempt > 1)
      continue;
    if (end_ms > 0)
      assert_true(record->begin_ms >= end_ms + 1000);
    more = more || record->begin_ms > end_ms + 1200;
    end_ms = record->end_ms;
  }
  assert_true(more);
  cr_sim_close(&sim);
}

/* ---- a group of addresses that is full ---- */

static void a_host_whose_address_is_busy_waits_without_a_request(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "http://a.one/", .ms = 1000 },
    { "http://b.two/", .ms = 1000 },
    { "http://c.three/", .ms = 1000 },
    { "http://d.four/", .ms = 1000 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "address_concurrency", "2");
  for (size_t i = 0; i < 4; i++)
    cr_sim_add(&sim, pages[i].url);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 4);
  assert_int_equal(sim.net.police.address_at[0].most, 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 4); /* what was given back was not */
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 0);
  assert_int_equal(sim.net.starts, 6);
  cr_sim_close(&sim);
}

static void robots_txt_waits_for_a_busy_address_too(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 8, 60, 300);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "site_concurrency", "0");
  cr_sim_set(&sim, "address_concurrency", "1");
  cr_sim_add_hosts(&sim, &web, 60);
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hooks_see_the_response),
    cmocka_unit_test(sizes_and_times_are_counted),
    cmocka_unit_test(a_host_is_asked_again_a_delay_after_the_end),
    cmocka_unit_test(jitter_only_adds),
    cmocka_unit_test(a_host_whose_address_is_busy_waits_without_a_request),
    cmocka_unit_test(robots_txt_waits_for_a_busy_address_too),
  };

  return cmocka_run_group_tests_name("arrive", tests, NULL, NULL);
}

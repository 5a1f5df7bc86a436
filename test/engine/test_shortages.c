/* SPDX-License-Identifier: MIT */
/* test_shortages.c - a crawl whose process has too few descriptors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

enum { HOSTS = 200, PAGES = 3 };

/* "http://h7.site7.example/", whose front page leads to two more. */
static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *out)
{
  unsigned host = 0;

  (void)world;
  (void)sscanf(request->url.at, "http://h%u", &host);
  out->head_ms = 50;
  (void)snprintf(out->address, sizeof(out->address), "198.51.100.%u-h", host);
  cr_sim_head_begin(out, 200, "text/html");
  cr_sim_head_end(out);
  if (request->url.at[request->url.len - 1] == '/')
    (void)cr_buf_add_text(&out->body, "<a href=\"/1\">x</a><a href=\"/2\">x</a>");
}

static const struct cr_sim_world world = { answer, cr_sim_site_links };

static void open(struct cr_sim *sim, int64_t sockets)
{
  char url[64];

  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world });
  sim->net.has_few_sockets = true;
  sim->net.most_sockets = sockets;
  cr_sim_set(sim, "concurrency", "100");
  cr_sim_set(sim, "max_retries", "0");
  for (int i = 0; i < HOSTS; i++) {
    (void)snprintf(url, sizeof(url), "http://h%d.site%d.example/", i, i);
    cr_sim_add(sim, url);
  }
}

static void count_line(crawler *c, int level, const char *text, void *user)
{
  (void)c;
  if (strstr(text, "fewer transfers")) {
    assert_int_equal(level, 1);
    ++*(int *)user;
  }
}

static void with_few_sockets_every_page_is_fetched_at_its_first_attempt(void **state)
{
  static const int64_t sockets[] = { 1, 2, 9, 50 };
  (void)state;

  for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
    struct cr_sim sim;
    int lines = 0;

    open(&sim, sockets[i]);
    crawler_on_log(sim.c, count_line, &lines);
    cr_sim_run_checked(&sim, 50);
    assert_string_equal(crawler_ended(sim.c), "complete");
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), HOSTS * PAGES);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FAILED), 0);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 0);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), HOSTS * (PAGES + 1));
    assert_true(sim.net.starved > 0);
    assert_true(cr_sim_stat(&sim, CRAWLER_STAT_SHORTAGES) > 0);
    assert_int_equal(lines, cr_sim_stat(&sim, CRAWLER_STAT_SHORTAGES)); /* one for each */
    cr_sim_close(&sim);
  }
}

/* The first ones find out (of a hundred slots, 75 are for hosts untried); then one more at a time
 * tries. */
static void attempts_in_vain_are_few(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, 10);
  cr_sim_run(&sim);
  int64_t seconds = cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS) / 1000;
  assert_in_range(sim.net.starved, 75 - 10, 75 + seconds * 1000 / CR_SHORTAGE_GROW_MS);
  assert_true(sim.net.is_conserved || !sim.s->shortage.is_on);
  cr_sim_close(&sim);
}

static void when_sockets_are_back_so_are_the_transfers(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, 5);
  cr_sim_set(&sim, "slow_concurrency", "0");
  cr_sim_set(&sim, "keep_open", "1");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 20)
    assert_false(cr_sim_step(&sim, -1));
  assert_true(sim.net.is_conserved);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_LIMIT) > 0);
  sim.net.has_few_sockets = false;
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < HOSTS * PAGES)
    assert_false(cr_sim_step(&sim, -1));
  sim.loop->clock_ms += 60000;
  cr_sim_add(&sim, "http://h1.site1.example/more");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < HOSTS * PAGES + 1)
    assert_false(cr_sim_step(&sim, -1));
  assert_false(sim.s->shortage.is_on);
  assert_false(sim.net.is_conserved);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_SHORTAGES), 1);
  cr_sim_close(&sim);
}

static void without_any_socket_the_run_ends_in_a_minute_and_says_what_to_do(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, 0);
  assert_int_equal(cr_sim_drive(&sim), CRAWLER_E_SYSTEM);
  assert_string_equal(crawler_ended(sim.c), "error");
  assert_non_null(strstr(crawler_errmsg(sim.c), "RLIMIT_NOFILE"));
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS), CR_SHORTAGE_HOPELESS_MS,
                  CR_SHORTAGE_HOPELESS_MS + 3000);
  cr_sim_check(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), HOSTS); /* nothing is lost */
  assert_true(sim.net.starved < 500);

  sim.net.has_few_sockets = false;
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), HOSTS * PAGES);
  cr_sim_close(&sim);
}

static void a_socket_now_and_then_is_enough(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, 0);
  while (!cr_sim_step(&sim, 1000)) /* none for 50 s, one for 10 s */
    sim.net.most_sockets = sim.loop->clock_ms / 10000 % 6 == 5;
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), HOSTS * PAGES);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(with_few_sockets_every_page_is_fetched_at_its_first_attempt),
    cmocka_unit_test(attempts_in_vain_are_few),
    cmocka_unit_test(when_sockets_are_back_so_are_the_transfers),
    cmocka_unit_test(without_any_socket_the_run_ends_in_a_minute_and_says_what_to_do),
    cmocka_unit_test(a_socket_now_and_then_is_enough),
  };

  return cmocka_run_group_tests_name("shortages", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_trap.c - what the URLs of a site tell together. */
#include "filter/trap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

static const struct cr_span origin = CR_SPAN_INIT("http://a.example");
static const struct cr_trap_config defaults = {
  .sessions = true, .aliases = true, .pages = 100, .share = -1
};

static struct cr_mem mem;
static struct cr_trap *trap;

/* Whatever is judged has been foretold. */
static struct cr_trap_verdict judge(const struct cr_trap_config *config, const char *target)
{
  struct cr_trap_verdict foretold;
  struct cr_trap_verdict verdict;
  struct cr_trap_parts parts;

  cr_trap_split(&parts, cr_span_text(target));
  for (int i = 0; i < 2; i++) /* and asking counts nothing */
    foretold = cr_trap_preview(trap, config, origin, &parts);
  verdict = cr_trap_judge(trap, config, origin, &parts);
  assert_int_equal(verdict.rule, foretold.rule);
  assert_int_equal(verdict.respite, foretold.respite);
  return verdict;
}

static void tell(const char *target, uint32_t says)
{
  struct cr_print print = { says * 0x9e3779b97f4a7c15u, says };
  struct cr_trap_parts parts;

  cr_trap_split(&parts, cr_span_text(target));
  cr_trap_tell(trap, origin, &parts, &print);
}

/* A site that is known already: its first URLs aren't looked at. */
static int set_up(void **state)
{
  char target[32];
  (void)state;

  cr_test_mem_init(&mem);
  if (cr_trap_open(&trap, &mem, 1, INT64_MAX) < 0)
    return -1;
  for (int i = 0; i < 16; i++) {
    (void)snprintf(target, sizeof(target), "/first%c", 'a' + i);
    (void)judge(&defaults, target);
  }
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  cr_trap_close(trap);
  cr_test_mem_done(&mem);
  return 0;
}

/* Judges and tells pages PREFIX0, PREFIX1, ... which say the same or not. */
static int taken(const struct cr_trap_config *config, const char *prefix, int from, int to,
                 bool same)
{
  char target[64];
  int count = 0;

  for (int i = from; i < to; i++) {
    (void)snprintf(target, sizeof(target), "%s%c%c%c", prefix, 'a' + i / 676 % 26,
                   'a' + i / 26 % 26, 'a' + i % 26);
    if (judge(config, target).rule != 0)
      continue;
    count++;
    tell(target, same ? 1 : (uint32_t)i + 2);
  }
  return count;
}

static void a_folder_that_says_nothing_new_is_left_out(void **state)
{
  (void)state;
  assert_int_equal(taken(&defaults, "/tag/", 0, 6, true), 6);
  assert_int_equal(judge(&defaults, "/tag/x").rule, 0);
  assert_true(judge(&defaults, "/tag/y").respite > 0); /* after all others, at first */
  assert_int_equal(judge(&defaults, "/other/y").respite, 0);
  assert_int_equal(taken(&defaults, "/tag/", 6, 1000, true), 95); /* the first had none before it */
  assert_int_equal(judge(&defaults, "/tag/z").rule, CRAWLER_TRAP_NOVELTY);
}

static void a_folder_of_different_pages_is_taken(void **state)
{
  (void)state;
  assert_int_equal(taken(&defaults, "/docs/", 0, 10000, false), 10000);
  assert_int_equal(judge(&defaults, "/docs/x").respite, 0);
}

/* A third of the pages says what the one before said. */
static void a_folder_of_both_is_taken(void **state)
{
  char target[64];
  (void)state;

  for (int i = 0; i < 5000; i++) {
    (void)snprintf(target, sizeof(target), "/docs/p%c%c%c", 'a' + i / 676 % 26, 'a' + i / 26 % 26,
                   'a' + i % 26);
    assert_int_equal(judge(&defaults, target).rule, 0);
    tell(target, (uint32_t)(i % 3 == 0 ? i - 1 : i) + 2);
  }
  assert_int_equal(judge(&defaults, "/docs/x").respite, 0);
}

static void a_trap_in_a_folder_that_had_pages_is_found(void **state)
{
  (void)state;
  assert_int_equal(taken(&defaults, "/docs/", 0, 500, false), 500);
  assert_in_range(taken(&defaults, "/docs/x", 0, 3000, true), 100, 600);
}

static void a_parameter_that_makes_no_difference_is_learnt(void **state)
{
  char target[64];
  (void)state;

  for (int page = 0; page < 20; page++)
    for (int id = 0; id < 2; id++) {
      (void)snprintf(target, sizeof(target), "/p%c?r=%d", 'a' + page, 100 * page + id);
      if (judge(&defaults, target).rule == 0)
        tell(target, (uint32_t)page + 1);
    }
  assert_int_equal(judge(&defaults, "/pz?r=1").rule, 0); /* the first of its page */
  assert_int_equal(judge(&defaults, "/pz?r=2").rule, CRAWLER_TRAP_ALIAS);
  assert_int_equal(judge(&defaults, "/pz?q=1").rule, 0);
}

static void a_parameter_that_makes_one_is_taken(void **state)
{
  char target[64];
  (void)state;

  for (int id = 0; id < 5000; id++) {
    (void)snprintf(target, sizeof(target), "/topic?t=%d", id);
    assert_int_equal(judge(&defaults, target).rule, 0);
    assert_int_equal(judge(&defaults, target).respite, 0);
    tell(target, (uint32_t)id + 1);
  }
}

static void sessions_are_left_out_at_once(void **state)
{
  struct cr_trap_config off = defaults;
  (void)state;

  off.sessions = false;
  assert_int_equal(judge(&defaults, "/a?PHPSESSID=1").rule, 0);
  assert_int_equal(judge(&off, "/a?PHPSESSID=2").rule, 0);
  assert_int_equal(judge(&defaults, "/a?PHPSESSID=3").rule, CRAWLER_TRAP_SESSION);
}

static void a_group_has_its_share(void **state)
{
  struct cr_trap_config config = defaults;
  (void)state;

  config.share = 20;
  assert_int_equal(taken(&config, "/shop?q=", 0, 100, false), 20);
  assert_int_equal(judge(&config, "/shop?q=x").rule, CRAWLER_TRAP_SHARE);
}

static void each_rule_has_its_switch(void **state)
{
  static const struct cr_trap_config off = { .pages = -1, .share = -1 };
  (void)state;

  assert_int_equal(taken(&off, "/tag/", 0, 1000, true), 1000);
  assert_int_equal(judge(&off, "/a?PHPSESSID=1").rule, 0);
  assert_int_equal(judge(&off, "/a?PHPSESSID=2").rule, 0);
}

static void pages_are_read_where_many_urls_are_alike(void **state)
{
  struct cr_trap_parts parts;
  int read = 0;
  char target[32];
  (void)state;

  cr_trap_split(&parts, CR_SPAN("/docs/x"));
  assert_false(cr_trap_wants(trap, origin, &parts));
  for (int i = 0; i < 2600; i++) {
    (void)snprintf(target, sizeof(target), "/docs/p%c%c", 'a' + i / 26 % 26, 'a' + i % 26);
    (void)judge(&defaults, target);
    cr_trap_split(&parts, cr_span_text(target));
    if (cr_trap_wants(trap, origin, &parts)) {
      read++;
      tell(target, (uint32_t)i + 1);
    }
  }
  assert_in_range(read, 50, 2600 / 8);
}

static void the_table_is_bounded(void **state)
{
  char target[64];
  (void)state;

  for (int i = 0; i < 1000000; i++) {
    (void)snprintf(target, sizeof(target), "/a%x/b%x/c?d=%d", (unsigned)i * 2654435761u, i, i);
    (void)judge(&defaults, target);
  }
  assert_true(cr_trap_bytes(trap) <= 32u << 20);
}

static void fill(struct cr_mem *scenario_mem, void *arg)
{
  struct cr_trap *kept = trap;
  (void)arg;

  if (cr_trap_open(&trap, scenario_mem, 1, INT64_MAX) == 0) {
    (void)taken(&defaults, "/tag/", 0, 2000, true);
    (void)taken(&defaults, "/docs/x?y=", 0, 2000, false);
    cr_trap_close(trap);
  }
  trap = kept;
}

static void without_memory_less_is_known(void **state)
{
  (void)state;
  cr_test_oom(fill, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(a_folder_that_says_nothing_new_is_left_out),
    TEST(a_folder_of_different_pages_is_taken),
    TEST(a_folder_of_both_is_taken),
    TEST(a_trap_in_a_folder_that_had_pages_is_found),
    TEST(a_parameter_that_makes_no_difference_is_learnt),
    TEST(a_parameter_that_makes_one_is_taken),
    TEST(sessions_are_left_out_at_once),
    TEST(a_group_has_its_share),
    TEST(each_rule_has_its_switch),
    TEST(pages_are_read_where_many_urls_are_alike),
    TEST(the_table_is_bounded),
    TEST(without_memory_less_is_known),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

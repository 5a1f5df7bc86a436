/* SPDX-License-Identifier: MIT */
/* test_scenarios.c - whole crawls of others' test suites: is what they expect asked for?
 *
 * Each scenario of a file is crawled on a real server, or listed in data/crawl/left-out.jsonl with
 * the reason, by its own name or by an option that has no counterpart; one that is listed by name
 * and holds is a failure, too. What may be copied is in data/crawl. The rest is read from
 * $CONFORMANCE/crawl, as `make test-conformance CONFORMANCE=DIR` does, and left out without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "conformance/scenario_check.h"
#include "support/conformance.h"

enum { MAX_LEFT_OUT = 200, NAME_BYTES = 96 };

struct left_out {
  char name[NAME_BYTES];
  bool is_option;
};

struct tally {
  int all, held, left_out, failed;
};

static struct left_out left_out[MAX_LEFT_OUT];
static size_t left_out_count;

static int read_left_out(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  (void)state;

  cr_jsonl_open(&lines, "crawl/left-out.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct left_out *one = &left_out[left_out_count++];
    const char *option = cr_json_text(row, "option");
    const char *name = option ? option : cr_json_text(row, "id");

    assert_true(left_out_count < MAX_LEFT_OUT);
    assert_true(name && strlen(name) < NAME_BYTES && cr_json_text(row, "why"));
    (void)snprintf(one->name, sizeof(one->name), "%s", name);
    one->is_option = option != NULL;
  }
  cr_jsonl_close(&lines);
  return 0;
}

/* An option is listed with all its values, or with one: "--robots=maybe". */
static struct left_out *find_left_out(const char *name, bool is_option)
{
  for (size_t i = 0; i < left_out_count; i++) {
    size_t len = strlen(left_out[i].name);

    if (left_out[i].is_option == is_option && strncmp(left_out[i].name, name, len) == 0 &&
        (!name[len] || (is_option && name[len] == '=')))
      return &left_out[i];
  }
  return NULL;
}

static void judge(struct tally *tally, struct cr_jsonl *lines, const struct cr_json *row)
{
  const char *id = cr_json_text(row, "id");
  struct cr_scenario_result result;
  struct left_out *by_id;
  struct left_out *by_option;

  assert_non_null(id);
  cr_scenario_run(&result, lines, row);
  tally->all++;
  by_id = find_left_out(id, false);
  by_option = result.unknown[0] ? find_left_out(result.unknown, true) : NULL;
  if (by_id ? result.unknown[0] || result.wrong[0] : by_option != NULL) {
    tally->left_out++;
    return;
  }
  if (!by_id && !result.unknown[0] && !result.wrong[0]) {
    tally->held++;
    return;
  }
  tally->failed++;
  print_error("%s: %s%s\n", id,
              by_id               ? "holds, but is listed as left out"
              : result.unknown[0] ? "neither run nor listed: "
                                  : "",
              result.unknown[0] ? result.unknown : result.wrong);
}

static void run_file(const char *path)
{
  struct tally tally = { 0 };
  struct cr_jsonl lines;
  const struct cr_json *row;

  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines)))
    judge(&tally, &lines, row);
  cr_jsonl_close(&lines);
  print_message("%s: %d scenarios, %d hold, %d left out, %d failed\n", path, tally.all, tally.held,
                tally.left_out, tally.failed);
  assert_true(tally.all > 0);
  assert_int_equal(tally.failed, 0);
}

static void run_of_environment(const char *name)
{
  char path[CR_CONFORMANCE_PATH_BYTES];

  if (!cr_conformance_path(name, path))
    skip();
  run_file(path);
}

static void crawls_of_heritrix_simplecrawler_colly_and_crawlee_hold(void **state)
{
  (void)state;
  run_file("crawl/other-scenarios.jsonl");
}

static void so_do_others_of_that_form(void **state)
{
  (void)state;
  run_of_environment("crawl/other-scenarios.jsonl");
}

static void crawls_of_wget_hold(void **state)
{
  (void)state;
  run_of_environment("crawl/wget-scenarios.jsonl");
}

static void crawls_of_wget2_hold(void **state)
{
  (void)state;
  run_of_environment("crawl/wget2-scenarios.jsonl");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(crawls_of_heritrix_simplecrawler_colly_and_crawlee_hold),
    cmocka_unit_test(so_do_others_of_that_form),
    cmocka_unit_test(crawls_of_wget_hold),
    cmocka_unit_test(crawls_of_wget2_hold),
  };

  return cmocka_run_group_tests_name("scenarios", tests, read_left_out, NULL);
}

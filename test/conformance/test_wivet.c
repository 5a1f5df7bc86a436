/* SPDX-License-Identifier: MIT */
/* test_wivet.c - cases of WIVET, a benchmark of link extraction: is the target found?
 *
 * The table has what each static case is about, in pages of our own; its target is /found. A case
 * of $CONFORMANCE/crawl/wivet-cases.jsonl is in the table, or needs a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/conformance.h"
#include "support/jsonl.h"

struct wivet {
  const char *name;
  const char *why; /* the target isn't found; NULL: it is */
  struct cr_sim_page pages[3];
  const char *links; /* kinds to be followed; NULL: the default ones */
};

static const struct wivet cases[] = {
  { "3_45589", /* forms are links of their own kind */
    .pages = { { "/case", .body = "<form action=step2 method=get><input name=a></form>" },
               { "/step2", .body = "<form action=found><input type=submit></form>" },
               { .url = "/found" } },
    .links = "a,form" },
  { "8_2b6f1", /* in a comment: a guess */
    .pages = { { "/case", .body = "<!-- <a href='found'>x</a> -->" }, { .url = "/found" } },
    .links = "a,guess" },
  { "14_1eeab", .pages = { { "/case", .body = "<meta http-equiv=refresh content='2; url=found'>" },
                           { .url = "/found" } } },
  { "16_1b14f", .pages = { { "/case", .to = "found" }, { .url = "/found" } } },
  { "16_2f41a", .why = "the content of a redirect that is followed isn't read",
    .pages = { { "/case", .to = "elsewhere", .body = "<a href=found>x</a>" }, { .url = "/found" } },
    .links = "all" },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static bool is_found(const struct wivet *wivet)
{
  struct cr_sim_site site = CR_SIM_SITE(wivet->pages);
  struct cr_sim sim;
  unsigned asked;

  while (site.count > 0 && !wivet->pages[site.count - 1].url)
    site.count--;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = cr_parse_run });
  cr_sim_set(&sim, "own_server", "1");
  if (wivet->links)
    cr_sim_set(&sim, "links", wivet->links);
  cr_sim_add(&sim, "/case");
  cr_sim_run(&sim);
  asked = cr_sim_asked(&sim, "/found");
  cr_sim_close(&sim);
  return asked == 1;
}

/* One that is left out and is found is a failure, too. */
static void each_static_case_is_found_or_left_out(void **state)
{
  int found = 0;
  (void)state;

  for (size_t i = 0; i < CASES; i++) {
    bool is = is_found(&cases[i]);

    if (is == (cases[i].why != NULL))
      fail_msg("%s: %s", cases[i].name, is ? "found, but left out" : "not found");
    found += is;
  }
  print_message("%zu cases, %d found, %d left out\n", CASES, found, (int)CASES - found);
}

static bool is_in_table(const char *name)
{
  for (size_t i = 0; i < CASES; i++)
    if (strcmp(cases[i].name, name) == 0)
      return true;
  return false;
}

static void each_case_of_a_list_is_known_or_needs_a_script(void **state)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  struct cr_jsonl lines;
  const struct cr_json *row;
  int all = 0;
  int scripts = 0;
  int unknown = 0;
  (void)state;

  if (!cr_conformance_path("crawl/wivet-cases.jsonl", path))
    skip();
  cr_jsonl_open(&lines, path);
  for (; (row = cr_jsonl_next(&lines)); all++) {
    const char *name = cr_json_text(row, "case");

    if (cr_json_bool(row, "needs_script", false)) {
      scripts++;
    } else if (!is_in_table(name)) {
      print_error("%s isn't known: %s\n", name, cr_json_text(row, "about"));
      unknown++;
    }
  }
  cr_jsonl_close(&lines);
  print_message("%d cases, %d need a script, %d aren't known\n", all, scripts, unknown);
  assert_int_equal(unknown, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_static_case_is_found_or_left_out),
    cmocka_unit_test(each_case_of_a_list_is_known_or_needs_a_script),
  };

  return cmocka_run_group_tests_name("wivet", tests, NULL, NULL);
}

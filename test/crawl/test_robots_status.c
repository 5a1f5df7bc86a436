/* SPDX-License-Identifier: MIT */
/* test_robots_status.c - what a crawl makes of the status of a robots.txt, as other parsers' tests
 * and RFC 9309 have it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "robots/robots.h"
#include "sim/sim_crawl.h"
#include "support/jsonl.h"

enum { MOST_REDIRECTS = 8 };

/* /robots.txt leads to the rules by way of so many redirects: /1, /2, ... */
static size_t lay_out_chain(struct cr_sim_page *pages, char paths[][40], size_t redirects)
{
  size_t count = 0;

  assert_in_range(redirects, 1, MOST_REDIRECTS);
  for (size_t i = 0; i < redirects; i++) {
    (void)snprintf(paths[i], sizeof(paths[i]), "http://h%zu.example/", i);
    pages[count++] = (struct cr_sim_page){ .url = i == 0 ? "/robots.txt" : paths[i - 1],
                                           .status = 301,
                                           .to = paths[i] };
  }
  pages[count++] = (struct cr_sim_page){ .url = paths[redirects - 1],
                                         .body = "User-agent: *\nDisallow: /page\n" };
  return count;
}

static void check_row(const struct cr_json *row)
{
  const char *verdict = cr_json_text(row, "verdict");
  bool is_followed = strcmp(verdict, "follow") == 0;
  struct cr_sim_page pages[MOST_REDIRECTS + 3] = { { .url = NULL } };
  char paths[MOST_REDIRECTS][40];
  int status = (int)cr_json_int(row, "status", -1);
  size_t count = 1;
  struct cr_sim sim;

  pages[0] = (struct cr_sim_page){ .url = "/robots.txt",
                                   .status = status,
                                   .failure = status == 0 ? CRAWLER_FAILED_CONNECT : 0,
                                   .body = "User-agent: *\nDisallow: /page\n" };
  if (is_followed)
    count = lay_out_chain(pages, paths, (size_t)cr_json_int(row, "redirects", 0));
  pages[count++] = (struct cr_sim_page){ .url = "/page" };
  const struct cr_sim_site site = { { cr_sim_site_answer, cr_sim_site_links }, pages, count };
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/page");
  cr_sim_run_checked(&sim, 1);
  bool is_allowed = strcmp(verdict, "allow_all") == 0;
  crawler_reason want = is_allowed    ? CRAWLER_REASON_NONE
                        : is_followed ? CRAWLER_DROPPED_ROBOTS
                        : status == 0 ? CRAWLER_FAILED_CONNECT
                                      : CRAWLER_DROPPED_ROBOTS_UNREACHABLE;
  if (cr_sim_asked(&sim, "/page") != is_allowed || cr_sim_reason(&sim, "/page") != (int)want)
    fail_msg("%d (%s): asked %u times, reason %d", status, cr_json_text(row, "source"),
             cr_sim_asked(&sim, "/page"), cr_sim_reason(&sim, "/page"));
  cr_sim_close(&sim);
}

static void statuses_mean_what_others_make_of_them(void **state)
{
  struct cr_jsonl rows;
  const struct cr_json *row;
  size_t checked = 0;
  size_t limits = 0;
  (void)state;

  cr_jsonl_open(&rows, "robots/status-handling.jsonl");
  while ((row = cr_jsonl_next(&rows))) {
    if (cr_json_has(row, "verdict")) {
      check_row(row);
      checked++;
    } else { /* how it is kept: test_robots_lines.c */
      assert_string_equal(cr_json_text(row, "op"), "limit");
      assert_int_equal(cr_json_int(row, "bytes", 0), CR_ROBOTS_MAX_BYTES);
      limits++;
    }
  }
  cr_jsonl_close(&rows);
  assert_int_equal(checked, 28);
  assert_int_equal(limits, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(statuses_mean_what_others_make_of_them),
  };

  return cmocka_run_group_tests_name("robots status", tests, NULL, NULL);
}

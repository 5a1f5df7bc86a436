/* SPDX-License-Identifier: MIT */
/* test_order.c - in which order the URLs of a host are asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

/* Two levels below the front page, three links each. */
static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a /b /c" },
  { "/a", .hrefs = "/a1 /a2" },
  { "/b", .hrefs = "/b1 /b2" },
  { "/c", .hrefs = "/c1 /c2" },
  { .url = "/a1" },
  { .url = "/a2" },
  { .url = "/b1" },
  { .url = "/b2" },
  { .url = "/c1" },
  { .url = "/c2" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(sim, "/");
}

/* Paths as they were asked for, separated by spaces. */
static void check_order(const struct cr_sim *sim, const char *expected)
{
  char got[256];
  size_t len = 0;
  uint64_t last = 0;

  for (size_t n = 0; n < sizeof(pages) / sizeof(pages[0]); n++) {
    const char *next = NULL;
    uint64_t order = UINT64_MAX;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
      uint64_t at = cr_sim_end(sim, pages[i].url).order;
      if (at > last && at < order) {
        order = at;
        next = pages[i].url;
      }
    }
    assert_non_null(next);
    last = order;
    len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s", n > 0 ? " " : "", next);
  }
  assert_string_equal(got, expected);
}

static void what_is_found_first_is_asked_for_first(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_run_checked(&sim, 1);
  check_order(&sim, "/ /a /b /c /a1 /a2 /b1 /b2 /c1 /c2");
  cr_sim_close(&sim);
}

static void depth_first_takes_what_was_found_last(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "depth_first", "1");
  cr_sim_run_checked(&sim, 1);
  check_order(&sim, "/ /c /c2 /c1 /b /b2 /b1 /a /a2 /a1");
  cr_sim_close(&sim);
}

/* A score: what ends in 2 is worth more, and b's nothing. */
static int score(crawler *c, crawler_request *req, void *user)
{
  const char *url = crawler_request_url(req);
  (void)c;
  (void)user;

  if (strchr(url + strlen(CR_SIM_ORIGIN), 'b'))
    return crawler_request_set_priority(req, -1);
  return url[strlen(url) - 1] == '2' ? crawler_request_set_priority(req, 5) : CRAWLER_ACCEPT;
}

static void a_score_comes_before_the_order_of_arrival(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  crawler_on_filter(sim.c, score, NULL);
  cr_sim_run_checked(&sim, 1);
  check_order(&sim, "/ /a /a2 /c /c2 /a1 /c1 /b /b1 /b2");
  cr_sim_close(&sim);

  open(&sim);
  crawler_on_filter(sim.c, score, NULL);
  cr_sim_set(&sim, "depth_first", "1");
  cr_sim_run_checked(&sim, 1);
  check_order(&sim, "/ /c /c2 /c1 /a /a2 /a1 /b /b2 /b1");
  cr_sim_close(&sim);
}

/* Seeds keep their order: nobody found them. */
static void seeds_are_asked_for_as_they_were_added(void **state)
{
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "depth_first", "1");
  cr_sim_set(&sim, "max_depth", "0");
  cr_sim_add(&sim, "/c1");
  cr_sim_add(&sim, "/a1");
  cr_sim_run_checked(&sim, 1);
  assert_true(cr_sim_end(&sim, "/c1").order < cr_sim_end(&sim, "/a1").order);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_found_first_is_asked_for_first),
    cmocka_unit_test(depth_first_takes_what_was_found_last),
    cmocka_unit_test(a_score_comes_before_the_order_of_arrival),
    cmocka_unit_test(seeds_are_asked_for_as_they_were_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

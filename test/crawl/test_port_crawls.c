/* SPDX-License-Identifier: MIT */
/* Option connect_ports holds for every request, however its URL came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

#define AWAY(port) "http://b.example:" #port

/* What leads to port 25 of b.example: a link, a redirect, an image, a sitemap, a sitemap's redirect
 * and a robots.txt's. */
static const struct cr_sim_page pages[] = {
  { "/robots.txt", .body = "Sitemap: " AWAY(25) "/map.xml\nSitemap: /moved.xml\n" },
  { "/moved.xml", .to = AWAY(25) "/moved.xml" },
  { "/", .hrefs = AWAY(25) "/link /to " AWAY(8080) "/link http://c.example/" },
  { "/to", .to = AWAY(25) "/to" },
  { "http://c.example/robots.txt", .to = AWAY(25) "/robots.txt" },
  { .url = "http://c.example/" },
  { AWAY(8080) "/robots.txt", .status = 404 },
  { .url = AWAY(8080) "/link" },
  { AWAY(25) "/robots.txt", .status = 404 },
  { .url = AWAY(25) "/link" },
  { .url = AWAY(25) "/to" },
  { .url = AWAY(25) "/seed" },
  { .url = AWAY(25) "/map.xml", .body = "http://b.example:25/listed" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static const char *const wanted[] = { AWAY(25) "/robots.txt", AWAY(25) "/link", AWAY(25) "/to",
                                      AWAY(25) "/seed", AWAY(25) "/map.xml" };

static size_t asked_at_25(const struct cr_sim *sim)
{
  size_t count = 0;

  for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
    count += cr_sim_asked(sim, wanted[i]) > 0;
  return count;
}

static void crawl(struct cr_sim *sim, const char *connect_ports)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "connect_ports", connect_ports);
  cr_sim_add(sim, "/");
  if (*connect_ports) /* else seeds are another matter */
    cr_sim_add(sim, AWAY(25) "/seed");
  cr_sim_run(sim);
}

static void nothing_is_asked_at_a_port_that_is_kept_out(void **state)
{
  static const char *const ways[] = { AWAY(25) "/link", AWAY(25) "/to" };
  static const char *const lists[] = { "", "80,8080" };
  (void)state;

  for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
    struct cr_sim sim;

    crawl(&sim, lists[k]);
    assert_int_equal(asked_at_25(&sim), 0);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
      assert_int_equal(cr_sim_outcome(&sim, ways[i]), CRAWLER_FAILED);
      assert_int_equal(cr_sim_reason(&sim, ways[i]), CRAWLER_FAILED_ADDRESS);
    }
    if (*lists[k])
      assert_int_equal(cr_sim_reason(&sim, AWAY(25) "/seed"), CRAWLER_FAILED_ADDRESS);
    assert_int_equal(cr_sim_reason(&sim, "http://c.example/"), CRAWLER_FAILED_ADDRESS);
    assert_int_equal(cr_sim_outcome(&sim, AWAY(8080) "/link"), CRAWLER_FETCHED);
    cr_sim_close(&sim);
  }
}

static void it_is_asked_at_one_that_is_named(void **state)
{
  struct cr_sim sim;
  (void)state;

  crawl(&sim, "80,25");
  assert_int_equal(asked_at_25(&sim), sizeof(wanted) / sizeof(wanted[0]));
  assert_int_equal(cr_sim_reason(&sim, AWAY(8080) "/link"), CRAWLER_FAILED_ADDRESS);
  cr_sim_close(&sim);
}

/* Who types it wants it. What seeds redirect to, and what hooks add, nobody has typed. */
static void with_none_named_a_seed_may_have_any_port(void **state)
{
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, AWAY(25) "/seed");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, AWAY(25) "/seed"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/to");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_reason(&sim, AWAY(25) "/to"), CRAWLER_FAILED_ADDRESS);
  assert_int_equal(asked_at_25(&sim), 0);
  cr_sim_close(&sim);
}

static void note_rule(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  if (outcome == CRAWLER_FAILED && reason == CRAWLER_FAILED_ADDRESS)
    *(bool *)user =
        crawler_request_rule(req) && strcmp(crawler_request_rule(req), "connect_ports") == 0;
}

static void the_outcome_names_the_option(void **state)
{
  struct cr_sim sim;
  bool named = false;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  sim.outcome = note_rule;
  sim.user = &named;
  cr_sim_set(&sim, "connect_ports", "80");
  cr_sim_add(&sim, AWAY(25) "/seed");
  cr_sim_run(&sim);
  assert_true(named);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_asked_at_a_port_that_is_kept_out),
    cmocka_unit_test(it_is_asked_at_one_that_is_named),
    cmocka_unit_test(with_none_named_a_seed_may_have_any_port),
    cmocka_unit_test(the_outcome_names_the_option),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

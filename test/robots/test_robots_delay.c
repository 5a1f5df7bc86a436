/* SPDX-License-Identifier: MIT */
/* test_robots_delay.c - what a robots.txt says of the time between two requests. */
#include "robots/robots_delay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "robots/robots.h"

struct row {
  const char *value;
  uint32_t ms;
};

static void seconds_may_have_a_fraction(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "10", 10000 },
    { "0", 0 },
    { "0.5", 500 },
    { ".25", 250 },
    { "1.", 1000 },
    { "1.2345", 1234 },
    { "2 s", 2000 },
    { "2seconds", 2000 },
    { "86400", 86400000 },
    { "86401", 86400000 },
    { "99999999999999999999", 86400000 },
    { "86400.9", 86400000 },
    { "", 0 },
    { ".", 0 },
    { "-1", 0 },
    { "ten", 0 },
    { "+3", 0 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    assert_int_equal(cr_robots_read_delay(cr_span_text(rows[i].value)), rows[i].ms);
}

static void a_rate_is_requests_in_a_time(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "1/10", 10000 },
    { "1/10s", 10000 },
    { "2/1m", 30000 },
    { "100/24h", 864000 },
    { "3/1", 334 },
    { "1/5 0600-0845", 5000 },
    { "1/48h", 86400000 },
    { "0/5", 0 },
    { "5", 0 },
    { "1/", 0 },
    { "/5", 0 },
    { "1 / 5", 0 },
    { "", 0 },
    { "1/0", 0 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    assert_int_equal(cr_robots_read_rate(cr_span_text(rows[i].value)), rows[i].ms);
}

static void the_longest_of_the_tokens_groups_counts(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "User-agent: *\nCrawl-delay: 5\n", 5000 },
    /* One group by section 2.2.4, as to its rules; but the delays are of one name each. */
    { "User-agent: bot\nCrawl-delay: 2\nUser-agent: *\nCrawl-delay: 9\nDisallow: /a\n", 2000 },
    { "User-agent: *\nCrawl-delay: 9\nUser-agent: cat\nCrawl-delay: 2\nDisallow: /a\n", 9000 },
    { "User-agent: bot\nUser-agent: cat\nSitemap: /\nUser-agent: dog\nCrawl-delay: 2\n", 2000 },
    { "User-agent: bot\nDisallow: /a\nCrawl-delay: 2\n", 2000 },
    { "User-agent: bot\nDisallow: /a\nUser-agent: cat\nCrawl-delay: 2\n", 0 },
    { "User-agent: bot\nCrawl-delay: 2\nAllow: /\n\nUser-agent: *\nCrawl-delay: 9\n", 2000 },
    { "User-agent: other\nCrawl-delay: 7\nDisallow: /\n", 0 },
    { "User-agent: bot\ncrawl-DELAY : 1\nDisallow:\nUser-agent: BOT\nRequest-rate: 1/3\n", 3000 },
    { "Crawl-delay: 5\n", 0 },
    { "", 0 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_robots *robots = NULL;
    struct cr_mem mem;
    cr_mem_init(&mem, NULL, NULL, NULL, NULL);
    assert_int_equal(cr_robots_parse(&robots, &mem, cr_span_text(rows[i].value), CR_SPAN("bot")),
                     0);
    assert_int_equal(cr_robots_delay_ms(robots), rows[i].ms);
    cr_robots_free(robots);
  }
  assert_int_equal(cr_robots_delay_ms(NULL), 0);
}

/* RFC 9309, section 2.2.4: other records don't interfere with the groups. */
static void a_delay_ends_no_list_of_agents(void **state)
{
  (void)state;
  static const char text[] = "User-agent: bot\nCrawl-delay: 2\nUser-agent: *\nDisallow: /\n";
  struct cr_robots *robots = NULL;
  struct cr_mem mem;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  assert_int_equal(cr_robots_parse(&robots, &mem, cr_span_text(text), CR_SPAN("bot")), 0);
  assert_false(cr_robots_check(robots, CR_SPAN("/a")).allowed);
  cr_robots_free(robots);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(seconds_may_have_a_fraction),
    cmocka_unit_test(a_rate_is_requests_in_a_time),
    cmocka_unit_test(the_longest_of_the_tokens_groups_counts),
    cmocka_unit_test(a_delay_ends_no_list_of_agents),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

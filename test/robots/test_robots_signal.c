/* SPDX-License-Identifier: MIT */
/* test_robots_signal.c - Content-Signal. */
#include "robots/robots_signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/oom.h"

static void what_is_said_is_told(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int search, ai_input, ai_train;
  } rows[] = {
    { "User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n", 1, -1, 0 },
    { "User-agent: *\ncontent-signal:SEARCH=Yes,ai-input = NO ,ai-train=yes", 1, 0, 1 },
    { "User-agent: *\nContent-Signal: search=maybe, ai-train, =no, other=no, ,", -1, -1, -1 },
    { "User-agent: *\nContent-Signal: search=yes\nContent-Signal: search=no", 0, -1, -1 },
    { "User-agent: *\nContent-Signal: search=no\nContent-Signal: search=yes", 0, -1, -1 },
    { "User-agent: bot\nContent-Signal: search=no\nDisallow: /\n"
      "User-agent: *\nContent-Signal: ai-input=no\n",
      0, -1, -1 },
    { "User-agent: cat\nContent-Signal: search=no\nDisallow: /\n", -1, -1, -1 },
    { "Content-Signal: search=no\n", -1, -1, -1 }, /* nobody's */
    { "", -1, -1, -1 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_robots *robots = NULL;
    struct cr_mem mem;
    cr_test_mem_init(&mem);
    assert_int_equal(cr_robots_parse(&robots, &mem, cr_span_text(rows[i].text), CR_SPAN("bot")), 0);
    if (cr_robots_signal_is(robots, CR_SIGNAL_SEARCH) != rows[i].search ||
        cr_robots_signal_is(robots, CR_SIGNAL_AI_INPUT) != rows[i].ai_input ||
        cr_robots_signal_is(robots, CR_SIGNAL_AI_TRAIN) != rows[i].ai_train)
      fail_msg("%s", rows[i].text);
    assert_int_equal(cr_robots_signal_is(robots, CR_SIGNALS), -1);
    cr_robots_free(robots);
    cr_test_mem_done(&mem);
  }
  assert_int_equal(cr_robots_signal_is(NULL, CR_SIGNAL_SEARCH), -1);
}

static void signals_have_names(void **state)
{
  (void)state;
  assert_int_equal(cr_robots_signal_named(CR_SPAN("search")), CR_SIGNAL_SEARCH);
  assert_int_equal(cr_robots_signal_named(CR_SPAN("AI-Input")), CR_SIGNAL_AI_INPUT);
  assert_int_equal(cr_robots_signal_named(CR_SPAN("ai-train")), CR_SIGNAL_AI_TRAIN);
  assert_int_equal(cr_robots_signal_named(CR_SPAN("ai-trains")), CR_SIGNALS);
  assert_int_equal(cr_robots_signal_named(cr_span(NULL, 0)), CR_SIGNALS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_said_is_told),
    cmocka_unit_test(signals_have_names),
  };

  return cmocka_run_group_tests_name("robots signal", tests, NULL, NULL);
}

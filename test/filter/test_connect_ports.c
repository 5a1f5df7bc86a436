/* SPDX-License-Identifier: MIT */
/* Which ports may be connected to. */
#include "filter/connect_ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool may(const char *list, int port)
{
  return cr_port_may_be_connected(cr_span_text(list), port);
}

/* WHATWG Fetch, section "port blocking". */
static const int bad[] = {
  0,    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,    25,
  37,   42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,   109,
  110,  111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,   389,
  427,  465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,   556,
  563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659,  4045,
  4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
};

/* All ports, so that the neighbours of each are among them. */
static void by_default_all_but_the_bad_ports_may_be_connected(void **state)
{
  size_t next = 0;
  (void)state;

  for (int port = 0; port <= 65535; port++) {
    bool is_bad = next < sizeof(bad) / sizeof(bad[0]) && bad[next] == port;
    next += is_bad;
    if (may("", port) == is_bad)
      fail_msg("port %d", port);
  }
  assert_int_equal(next, sizeof(bad) / sizeof(bad[0]));
}

static void a_list_opens_what_is_in_it_and_nothing_else(void **state)
{
  static const struct {
    const char *list;
    int port;
    bool want;
  } cases[] = {
    { "80,443", 80, true },       { "80,443", 443, true },     { "80,443", 8080, false },
    { "80,443", 0, false },       { "25", 25, true },          { "25", 80, false },
    { "1-65535", 6379, true },    { "1-65535", 25, true },     { "8000-8999", 8999, true },
    { "8000-8999", 9000, false }, { " 80 , 443 ", 443, true },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (may(cases[i].list, cases[i].port) != cases[i].want)
      fail_msg("%s: %d", cases[i].list, cases[i].port);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(by_default_all_but_the_bad_ports_may_be_connected),
    cmocka_unit_test(a_list_opens_what_is_in_it_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* valgrind.h - does `make valgrind` run this test? All takes some thirty times as long then, and
 * its own memory is in the process's.
 */
#ifndef CR_TEST_VALGRIND_H
#define CR_TEST_VALGRIND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline bool cr_under_valgrind(void)
{
  const char *wrap = getenv("TEST_WRAP");

  return wrap && strstr(wrap, "valgrind");
}

/* A bound of time that a test holds something to. */
static inline int64_t cr_patient_ms(int64_t ms)
{
  return cr_under_valgrind() ? 30 * ms : ms;
}

#endif

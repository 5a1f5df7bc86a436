/* SPDX-License-Identifier: MIT */
/* rss.c - how much memory this process has, as the system counts it (proc(5), status).
 */
#include "support/rss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/valgrind.h"

bool cr_rss_counts(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return !cr_under_valgrind();
#endif
}

/* Of a line "VmRSS:   1234 kB". */
static int64_t read_bytes(const char *name)
{
  char line[256];
  long long kb = -1;
  FILE *in = fopen("/proc/self/status", "r");

  assert_non_null(in);
  while (kb < 0 && fgets(line, sizeof(line), in))
    if (strncmp(line, name, strlen(name)) == 0)
      kb = strtoll(line + strlen(name), NULL, 10);
  (void)fclose(in);
  assert_true(kb >= 0);
  return kb << 10;
}

int64_t cr_rss_bytes(void)
{
  return read_bytes("VmRSS:");
}

int64_t cr_rss_peak_bytes(void)
{
  return read_bytes("VmHWM:");
}

void cr_rss_forget_peak(void)
{
  FILE *out = fopen("/proc/self/clear_refs", "w");

  if (!out)
    return;
  (void)fputs("5", out);
  (void)fclose(out);
}

/* SPDX-License-Identifier: MIT */
/* conformance.c - a directory of further cases, in the forms of test/data.
 */
#include "support/conformance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

bool cr_conformance_path(const char *name, char path[CR_CONFORMANCE_PATH_BYTES])
{
  const char *root = getenv("CONFORMANCE");

  if (!root || !*root) {
    print_message("%s: left out, as CONFORMANCE names no directory\n", name);
    return false;
  }
  (void)snprintf(path, CR_CONFORMANCE_PATH_BYTES, "%s/%s", root, name);
  if (access(path, R_OK) == 0)
    return true;
  print_message("%s: left out, as there is no such file\n", path);
  return false;
}

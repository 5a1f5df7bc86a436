/* SPDX-License-Identifier: MIT */
/* file.c - read a file of the test data whole.
 *
 * Read in growing steps with stdio, so that anything readable will do. Fails the running test
 * instead of returning an error: without its data a test has nothing to say.
 */
#include "support/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATH_BYTES = 4096, STEP_BYTES = 64 * 1024 };

static FILE *open_data(const char *path)
{
  const char *root = getenv("CR_TEST_DATA");
  char whole[PATH_BYTES];

  int len = path[0] == '/'
                ? snprintf(whole, sizeof(whole), "%s", path)
                : snprintf(whole, sizeof(whole), "%s/%s", root ? root : "test/data", path);
  assert_in_range(len, 1, sizeof(whole) - 1);
  FILE *file = fopen(whole, "rb");
  if (!file)
    fail_msg("%s: %s", whole, strerror(errno));
  return file;
}

char *cr_test_file_read(struct cr_mem *mem, const char *path, size_t *len)
{
  FILE *file = open_data(path);
  char *data = NULL;
  size_t used = 0;
  size_t got = 0;

  do {
    data = cr_resize(mem, CR_MEM_CORE, data, used + STEP_BYTES + 1);
    assert_non_null(data);
    got = fread(data + used, 1, STEP_BYTES, file);
    used += got;
  } while (got > 0);
  assert_int_equal(ferror(file), 0);
  assert_int_equal(fclose(file), 0);
  data[used] = '\0';
  *len = used;
  return data;
}

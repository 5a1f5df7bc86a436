/* SPDX-License-Identifier: MIT */
/* file.h - read a file of the test data whole.
 *
 * Paths are relative to the directory named by the environment variable CR_TEST_DATA, by default
 * "test/data" (tests run in the project's root); absolute ones are taken as they are. A file that
 * can't be read fails the test.
 */
#ifndef CR_TEST_FILE_H
#define CR_TEST_FILE_H

#include "base/mem.h"

/* The bytes, with a NUL behind them that len doesn't count; free with cr_free. */
char *cr_test_file_read(struct cr_mem *mem, const char *path, size_t *len);

#endif

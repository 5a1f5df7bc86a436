/* SPDX-License-Identifier: MIT */
/* conformance.h - a directory of further cases, in the forms of test/data.
 *
 * `make test-conformance CONFORMANCE=DIR` names it; without it such cases are left out.
 */
#ifndef CR_TEST_CONFORMANCE_H
#define CR_TEST_CONFORMANCE_H

#include <stdbool.h>

enum { CR_CONFORMANCE_PATH_BYTES = 2048 };

/* name: "crawl/scope.jsonl". False, and it is said: no directory is named, or it has no such
 * file. */
bool cr_conformance_path(const char *name, char path[CR_CONFORMANCE_PATH_BYTES]);

#endif

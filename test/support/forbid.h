/* SPDX-License-Identifier: MIT */
/* forbid.h - a child process in which the system refuses something. Linux only (seccomp).
 */
#ifndef CR_TEST_FORBID_H
#define CR_TEST_FORBID_H

#include <stdbool.h>

enum { CR_TEST_CANNOT_FORBID = 77 };

/* From now on this system call answers with the error, in this process, for good. */
bool cr_test_forbid(int system_call, int error);

/* Runs work in a child process and returns its exit status, which is what work returns:
 * CR_TEST_CANNOT_FORBID when cr_test_forbid said false, so that the test skips. */
int cr_test_in_child(int (*work)(void));

#endif

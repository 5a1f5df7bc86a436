/* SPDX-License-Identifier: MIT */
/* oom.h - memory for tests: every leak is a failure, and every allocation can be refused.
 *
 * Include <cmocka.h> and what it needs before use. Failures are reported to the running test.
 */
#ifndef CR_TEST_OOM_H
#define CR_TEST_OOM_H

#include "base/mem.h"

/* Plain memory of the C library; cr_test_mem_done asserts that every block was freed. */
void cr_test_mem_init(struct cr_mem *mem);
void cr_test_mem_done(struct cr_mem *mem);

/* Runs the scenario once undisturbed, counting its n allocations (growing ones count too); then,
 * for each i in 1..n, once with only the i-th refused and once with the i-th and all later ones
 * refused. After each run no block may be alive. With n over 1000 only every (n / 1000)-th i is
 * tried. The scenario must be repeatable and frees all it took from mem; in the first run nothing
 * is refused, so cr_test_oom_refused tells it whether success is to be asserted. */
void cr_test_oom(void (*scenario)(struct cr_mem *mem, void *arg), void *arg);

/* Was an allocation of this run of the scenario refused so far? mem: as the scenario got it. */
bool cr_test_oom_refused(const struct cr_mem *mem);

#endif

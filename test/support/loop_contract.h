/* SPDX-License-Identifier: MIT */
/* loop_contract.h - what every backend of lib/loop/loop.h that waits on real descriptors must do.
 */
#ifndef CR_TEST_LOOP_CONTRACT_H
#define CR_TEST_LOOP_CONTRACT_H

#include "loop/loop.h"

/* How a test file makes and drives its backend. */
struct cr_loop_driver {
  /* world: whatever the driver needs; NULL with a result other than 0. */
  int (*open)(struct cr_loop **loop, void **world, struct cr_mem *mem);
  /* Waits at most timeout_ms for something, and does it. May end early. */
  void (*turn)(struct cr_loop *loop, void *world, int64_t timeout_ms);
  /* Closes the loop, then asserts that nothing of it is left. */
  void (*close)(struct cr_loop *loop, void *world);
};

/* Runs all tests of the contract; how many failed. */
int cr_loop_contract(const struct cr_loop_driver *driver, const char *name);

#endif

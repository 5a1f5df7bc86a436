/* SPDX-License-Identifier: MIT */
/* frontier_faults.h - a frontier that does one thing wrong, to see whether a test finds it.
 *
 * Between the caller and the frontier in memory stands an operation of ours that leaves something
 * out, or says something else. For one frontier at a time.
 */
#ifndef CR_TEST_FRONTIER_FAULTS_H
#define CR_TEST_FRONTIER_FAULTS_H

#include "frontier/frontier.h"

struct cr_frontier_fault {
  const char *what;
  void (*plant)(struct cr_frontier_ops *ops);
};

extern const struct cr_frontier_fault cr_frontier_faults[];
extern const size_t cr_frontier_fault_count;

void cr_frontier_fault_plant(struct cr_frontier *f, const struct cr_frontier_fault *fault);

#endif

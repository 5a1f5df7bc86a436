/* SPDX-License-Identifier: MIT */
/* retry_budget.h - how many retries a host is worth.
 *
 * A few to begin with, and a share of one for each good answer: so a host on which most requests
 * fail isn't asked for each of its URLs several times (as Finagle's RetryBudget and gRPC's retry
 * throttling). What is saved up isn't cut: the retries of a large host come behind its queue, many
 * at once. Pure.
 */
#ifndef CR_SCHEDULE_RETRY_BUDGET_H
#define CR_SCHEDULE_RETRY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define CR_RETRY_CREDIT 10 /* retries of a host that has never answered */

struct cr_retry_budget { /* of a host; zeros: the credit is whole */
  int64_t balance;       /* above the credit, in hundredths of a retry; below it: negative */
};

/* A good answer has come, which is worth so many hundredths of a retry. */
void cr_retry_budget_earn(struct cr_retry_budget *budget, int64_t percent);
/* Takes one retry; false: there is none. percent -1: it is never refused, and costs nothing. */
bool cr_retry_budget_spend(struct cr_retry_budget *budget, int64_t percent);

#endif

/* SPDX-License-Identifier: MIT */
/* retry_budget.c - how many retries a host is worth. */
#include "schedule/retry_budget.h"

enum { WHOLE = 100, LEAST = -CR_RETRY_CREDIT * WHOLE };

void cr_retry_budget_earn(struct cr_retry_budget *budget, int64_t percent)
{
  if (percent > 0)
    budget->balance += percent;
}

bool cr_retry_budget_spend(struct cr_retry_budget *budget, int64_t percent)
{
  if (percent < 0)
    return true;
  if (budget->balance - WHOLE < LEAST)
    return false;
  budget->balance -= WHOLE;
  return true;
}

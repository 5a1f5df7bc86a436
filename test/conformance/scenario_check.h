/* SPDX-License-Identifier: MIT */
/* scenario_check.h - runs a scenario, and compares what was asked for with what is expected.
 */
#ifndef CR_TEST_SCENARIO_CHECK_H
#define CR_TEST_SCENARIO_CHECK_H

#include "conformance/scenario_plan.h"

enum { CR_SCENARIO_WRONG_BYTES = 1000 };

struct cr_scenario_result {
  char unknown[CR_PLAN_OPTION_BYTES];  /* an option without a counterpart: it wasn't run; else "" */
  char wrong[CR_SCENARIO_WRONG_BYTES]; /* what differs, in words; "": nothing */
};

/* row: the current one of lines, in whose arena the run keeps its texts. */
void cr_scenario_run(struct cr_scenario_result *result, struct cr_jsonl *lines,
                     const struct cr_json *row);

#endif

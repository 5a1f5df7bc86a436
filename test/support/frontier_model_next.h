/* SPDX-License-Identifier: MIT */
/* frontier_model_next.h - what a host of the model would give, and when: facts, no operations. */
#ifndef CR_TEST_FRONTIER_MODEL_NEXT_H
#define CR_TEST_FRONTIER_MODEL_NEXT_H

#include "support/frontier_model.h"

enum { CR_MODEL_NOBODY = -1 };

/* What a host would give next. */
struct cr_model_next {
  bool is_robots;
  bool counts_as_page;
  int url;            /* CR_MODEL_NOBODY with is_robots false: nothing */
  uint32_t authority; /* is_robots */
};

uint32_t cr_model_host_of(const struct cr_frontier_model *m, const struct cr_model_url *url);
int cr_model_pending(const struct cr_frontier_model *m, uint32_t host);
/* Slots in use by hosts of that address. */
uint32_t cr_model_of_address(const struct cr_frontier_model *m, const char *address);
/* Are all slots of the host itself in use? */
bool cr_model_is_full(const struct cr_frontier_model *m, uint32_t host);
struct cr_model_next cr_model_next_of(const struct cr_frontier_model *m, uint32_t host);
/* When the host may be asked for it. */
int64_t cr_model_due_ms(const struct cr_frontier_model *m, uint32_t host);
int64_t cr_model_next_due_ms(const struct cr_frontier_model *m);
bool cr_model_is_empty(const struct cr_frontier_model *m, uint32_t host);
/* Has it used up what it may give? */
bool cr_model_is_exhausted(const struct cr_frontier_model *m, uint32_t host);
/* Nothing to give, whatever the time; or all slots in use. */
bool cr_model_waits(const struct cr_frontier_model *m, uint32_t host);
bool cr_model_waits_for_robots(const struct cr_frontier_model *m, uint32_t host);
/* Could the host give a task now, within what is left of the quotas? */
bool cr_model_could_give(const struct cr_frontier_model *m, uint32_t host);

#endif

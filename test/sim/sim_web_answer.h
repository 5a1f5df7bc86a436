/* SPDX-License-Identifier: MIT */
/* sim_web_answer.h - what sim_web.c and sim_web_answer.c share.
 */
#ifndef CR_SIM_WEB_ANSWER_H
#define CR_SIM_WEB_ANSWER_H

#include "sim/sim_web.h"

/* 64 bits that hang on the seed and the three numbers only; salts from 100 on are the answers'. */
uint64_t cr_sim_web_draw(const struct cr_sim_web *web, unsigned salt, uint64_t a, uint64_t b);

void cr_sim_web_answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                       struct cr_sim_answer *answer);
bool cr_sim_web_links(const struct cr_sim_world *world, struct cr_span body, struct cr_arena *arena,
                      struct cr_sim_links *links);

#endif

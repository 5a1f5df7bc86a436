/* SPDX-License-Identifier: MIT */
/* sim_world.c - what simulated webs have in common: the head of an answer.
 *
 * Test memory isn't limited: that a buffer grows is taken for granted.
 */
#include "sim/sim_world.h"

#include <stdio.h>

static void put(struct cr_buf *buf, const char *text)
{
  (void)cr_buf_add_text(buf, text); /* as said above */
}

void cr_sim_put_number(struct cr_buf *buf, uint64_t n)
{
  char digits[24];

  (void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
  put(buf, digits);
}

void cr_sim_head_begin(struct cr_sim_answer *answer, int status, const char *type)
{
  answer->status = status;
  put(&answer->head, "HTTP/1.1 ");
  cr_sim_put_number(&answer->head, (uint64_t)status);
  put(&answer->head, " So\r\n");
  if (type)
    cr_sim_head_add(answer, "Content-Type", type);
}

void cr_sim_head_add(struct cr_sim_answer *answer, const char *name, const char *value)
{
  put(&answer->head, name);
  put(&answer->head, ": ");
  put(&answer->head, value);
  put(&answer->head, "\r\n");
}

void cr_sim_head_end(struct cr_sim_answer *answer)
{
  put(&answer->head, "\r\n");
}

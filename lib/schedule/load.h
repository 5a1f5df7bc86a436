/* SPDX-License-Identifier: MIT */
/* load.h - how many transfers there may be while one thread can't serve them as they become ready.
 *
 * What is beyond that makes no crawl faster: it stands in line for the thread, with its buffers,
 * and runs into time limits though its server is quick. Of a transfer that takes so long, the part
 * that it stands in line is the part of all transfers that there are too many (J. D. C. Little, "A
 * proof for the queuing formula L = λW", 1961). So many fewer there are, and then more, by and
 * by, once the line is short. Pure.
 */
#ifndef CR_SCHEDULE_LOAD_H
#define CR_SCHEDULE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

enum {
  CR_LOAD_LEAST = 64,  /* so few transfers are never too many */
  CR_LOAD_LONG_MS = 50 /* to stand in line */
};

struct cr_load { /* zeros: the thread keeps up */
  bool is_on;
  uint32_t cap;     /* transfers that there may be */
  int64_t took;     /* a mean of transfers, in sixteenths of a ms; 0: there was none */
  int64_t begun_ms; /* when a wait was told for the first time; 0: none was */
  int64_t cut_ms;   /* when it was lowered, last */
  int64_t grown_ms; /* when it was raised, or something had stood in line for long, last */
};

/* A transfer has ended. */
void cr_load_took(struct cr_load *load, int64_t ms);
/* What was ready has stood in line for so long, with so many transfers under way. Of these there
 * may be most if it is up to others. */
void cr_load_waited(struct cr_load *load, int64_t ms, uint32_t under_way, uint32_t most,
                    int64_t now_ms);
/* How many more may begin, with so many under way; UINT32_MAX stands for any number. */
uint32_t cr_load_room(const struct cr_load *load, uint32_t under_way);

#endif

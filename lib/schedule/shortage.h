/* SPDX-License-Identifier: MIT */
/* shortage.h - how many transfers there may be while the system has no sockets for more.
 *
 * As many as had one when another was refused, less an eighth, which is left to the rest of the
 * process; then one more every so often, until all are back or the next one is refused: additive
 * increase, multiplicative decrease (D. Chiu, R. Jain 1989; RFC 5681 section 3.1). Where not one is
 * to be had it is tried again and again, but not for ever. Pure.
 */
#ifndef CR_SCHEDULE_SHORTAGE_H
#define CR_SCHEDULE_SHORTAGE_H

#include <stdbool.h>
#include <stdint.h>

enum {
  CR_SHORTAGE_GROW_MS = 250,
  CR_SHORTAGE_HOPELESS_MS = 60 * 1000 /* a process that frees none in a minute holds on to them */
};

struct cr_shortage { /* zeros: there is none */
  bool is_on;
  bool is_dry;        /* not one socket was to be had, and none has served since */
  uint32_t cap;       /* transfers that there may be */
  int64_t changed_ms; /* the cap, last */
  int64_t dry_ms;     /* since when is_dry */
  int64_t pause_ms;   /* the last one; 0: none */
  int64_t until_ms;   /* nothing may begin before */
};

/* A transfer was refused a socket while so many others were under way. True: a shortage begins. */
bool cr_shortage_refused(struct cr_shortage *shortage, uint32_t others, int64_t now_ms);
/* A request left: it had a socket. */
void cr_shortage_served(struct cr_shortage *shortage);
/* How many more may begin, with so many under way. Ends the shortage when as many as most may. */
uint32_t cr_shortage_room(struct cr_shortage *shortage, uint32_t under_way, uint32_t most,
                          int64_t now_ms);
/* When there will be room where there is none now, if nothing ends before; INT64_MAX: not until
 * something does. */
int64_t cr_shortage_next_ms(const struct cr_shortage *shortage, int64_t now_ms);
/* Has there been no socket for a minute, or for most_ms if that is less (-1: it isn't)? */
bool cr_shortage_is_hopeless(const struct cr_shortage *shortage, int64_t most_ms, int64_t now_ms);

#endif

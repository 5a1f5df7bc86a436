/* SPDX-License-Identifier: MIT */
/* reuse.h - is a connection going to be used again?
 *
 * One that is kept alive and isn't used again costs its server and us, and takes the place of one
 * that would be. It is when the host's next request comes within seconds, before the server hangs
 * up. When it comes is estimated: after the host's delay, and after one of each other host that has
 * something queued. Where those are more than connections can be kept, those of a part of the hosts
 * are, always the same: if each were kept for a while, none would be there when its host's turn
 * comes. Pure.
 */
#ifndef CR_SCHEDULE_REUSE_H
#define CR_SCHEDULE_REUSE_H

#include <stdbool.h>
#include <stdint.h>

struct cr_reuse { /* zeros: nothing has begun */
  int64_t since_ms;
  int64_t begun;      /* requests, since then */
  int64_t per_second; /* of them, before; 0: not known */
};

struct cr_reuse_host {
  int64_t delay_ms; /* between two requests */
  int64_t others;   /* hosts that have something queued */
  int64_t room;     /* for idle connections */
  uint32_t number;  /* any that is the host's */
};

/* A request begins. */
void cr_reuse_begin(struct cr_reuse *reuse, int64_t now_ms);
/* Is this host's connection to be kept? */
bool cr_reuse_is_likely(const struct cr_reuse *reuse, const struct cr_reuse_host *host);

#endif

/* SPDX-License-Identifier: MIT */
/* random.c - 64 bits that no remote site can guess, from the system.
 *
 * getrandom(2) needs no file handle, so it works in a chroot and with no descriptors left. Where
 * it doesn't answer (a kernel before 3.17, a strict seccomp filter), clocks, the process and an
 * address are mixed: weaker, but still nothing that a web server sees.
 */
#include "base/random.h"

#include <errno.h>
#include <stddef.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static void mix(struct cr_random *r, uint64_t value)
{
  r->state = cr_random_next(r) ^ value;
}

static void mix_clock(struct cr_random *r, clockid_t id)
{
  struct timespec t = { 0, 0 };
  (void)clock_gettime(id, &t); /* without that clock the others have to do */
  mix(r, (uint64_t)t.tv_sec);
  mix(r, (uint64_t)t.tv_nsec);
}

static uint64_t mix_clocks(void)
{
  struct cr_random r = { 0 };

  mix_clock(&r, CLOCK_REALTIME);
  mix_clock(&r, CLOCK_MONOTONIC);
  mix_clock(&r, CLOCK_PROCESS_CPUTIME_ID);
  mix(&r, (uint64_t)getpid());
  mix(&r, (uint64_t)(uintptr_t)&r);
  return cr_random_next(&r);
}

uint64_t cr_random_seed(void)
{
  uint64_t seed = 0;
  ssize_t got = 0;

  do
    got = getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
  while (got < 0 && errno == EINTR);
  return got == (ssize_t)sizeof(seed) ? seed : mix_clocks();
}

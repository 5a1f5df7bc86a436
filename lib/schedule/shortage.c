/* SPDX-License-Identifier: MIT */
/* shortage.c - how many transfers there may be while the system has no sockets for more.
 */
#include "schedule/shortage.h"

enum { FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 250 };

static void rest(struct cr_shortage *shortage, int64_t now_ms)
{
  if (!shortage->is_dry)
    shortage->dry_ms = now_ms;
  shortage->is_dry = true;
  shortage->pause_ms = shortage->pause_ms > 0 ? 2 * shortage->pause_ms : FIRST_PAUSE_MS;
  if (shortage->pause_ms > LONGEST_PAUSE_MS)
    shortage->pause_ms = LONGEST_PAUSE_MS;
  shortage->until_ms = now_ms + shortage->pause_ms;
}

/* Of many that are refused at once each finds fewer others: the last one finds those that are
 * served, so that what counts is not how many were refused. */
bool cr_shortage_refused(struct cr_shortage *shortage, uint32_t others, int64_t now_ms)
{
  bool begins = !shortage->is_on;
  uint32_t cap = others - others / 8;

  if (begins)
    *shortage = (struct cr_shortage){ .is_on = true, .cap = UINT32_MAX };
  if (cap == 0)
    cap = 1;
  if (cap < shortage->cap)
    shortage->cap = cap;
  shortage->changed_ms = now_ms;
  if (others == 0)
    rest(shortage, now_ms);
  return begins;
}

void cr_shortage_served(struct cr_shortage *shortage)
{
  shortage->is_dry = false;
  shortage->pause_ms = 0;
  shortage->until_ms = 0;
}

uint32_t cr_shortage_room(struct cr_shortage *shortage, uint32_t under_way, uint32_t most,
                          int64_t now_ms)
{
  int64_t steps;

  if (!shortage->is_on)
    return UINT32_MAX;
  if (now_ms < shortage->until_ms)
    return 0;
  steps = shortage->is_dry ? 0 : (now_ms - shortage->changed_ms) / CR_SHORTAGE_GROW_MS;
  shortage->changed_ms += steps * CR_SHORTAGE_GROW_MS;
  if (steps >= (int64_t)most - shortage->cap) {
    shortage->is_on = false;
    return UINT32_MAX;
  }
  shortage->cap += (uint32_t)steps;
  return under_way < shortage->cap ? shortage->cap - under_way : 0;
}

int64_t cr_shortage_next_ms(const struct cr_shortage *shortage, int64_t now_ms)
{
  if (now_ms < shortage->until_ms)
    return shortage->until_ms;
  return shortage->is_dry ? INT64_MAX : shortage->changed_ms + CR_SHORTAGE_GROW_MS;
}

bool cr_shortage_is_hopeless(const struct cr_shortage *shortage, int64_t most_ms, int64_t now_ms)
{
  if (most_ms < 0 || most_ms > CR_SHORTAGE_HOPELESS_MS)
    most_ms = CR_SHORTAGE_HOPELESS_MS;
  return shortage->is_dry && now_ms - shortage->dry_ms >= most_ms;
}

/* SPDX-License-Identifier: MIT */
/* load.c - how many transfers there may be while one thread can't serve them as they become ready.
 */
#include "schedule/load.h"

enum {
  MEAN_OF = 16,         /* transfers, roughly */
  GROW_MS = 250,        /* until there may be a sixteenth more */
  LEAST_PAUSE_MS = 250, /* between two times that there are fewer: as long as it takes to show */
  MOST_PAUSE_MS = 4000
};

void cr_load_took(struct cr_load *load, int64_t ms)
{
  if (ms < 1)
    ms = 1;
  load->took = load->took == 0 ? ms * MEAN_OF : load->took + ms - load->took / MEAN_OF;
}

/* Until one has ended, at least as long as the first one is under way. */
static int64_t took_ms(const struct cr_load *load, int64_t now_ms)
{
  return load->took > 0 ? load->took / MEAN_OF : now_ms - load->begun_ms;
}

static int64_t pause_ms(const struct cr_load *load, int64_t now_ms)
{
  int64_t took = took_ms(load, now_ms);

  if (took < LEAST_PAUSE_MS)
    return LEAST_PAUSE_MS;
  return took < MOST_PAUSE_MS ? took : MOST_PAUSE_MS;
}

/* At most half: one long wait may be a burst. */
static uint32_t too_many(int64_t took, int64_t waited_ms, uint32_t under_way)
{
  int64_t excess_ms = waited_ms - CR_LOAD_LONG_MS / 2;
  int64_t all_ms = took > waited_ms ? took : waited_ms;

  if (excess_ms >= all_ms / 2)
    return under_way / 2;
  return (uint32_t)(under_way * excess_ms / all_ms);
}

static void lower(struct cr_load *load, int64_t waited_ms, uint32_t under_way, int64_t now_ms)
{
  uint32_t cap = under_way - too_many(took_ms(load, now_ms), waited_ms, under_way);

  if (under_way <= CR_LOAD_LEAST || (load->is_on && now_ms - load->cut_ms < pause_ms(load, now_ms)))
    return;
  if (cap < CR_LOAD_LEAST)
    cap = CR_LOAD_LEAST;
  if (!load->is_on || cap < load->cap)
    load->cap = cap;
  load->is_on = true;
  load->cut_ms = now_ms;
}

static void lift(struct cr_load *load, uint32_t most, int64_t now_ms)
{
  while (load->cap < most && now_ms - load->grown_ms >= GROW_MS) {
    load->grown_ms += GROW_MS;
    load->cap += load->cap / 16 + 1;
  }
  load->is_on = load->cap < most;
}

void cr_load_waited(struct cr_load *load, int64_t ms, uint32_t under_way, uint32_t most,
                    int64_t now_ms)
{
  if (load->begun_ms == 0)
    load->begun_ms = now_ms > ms ? now_ms - ms : 1;
  if (ms >= CR_LOAD_LONG_MS) {
    lower(load, ms, under_way, now_ms);
    load->grown_ms = now_ms;
  } else if (load->is_on && ms < CR_LOAD_LONG_MS / 2) {
    lift(load, most, now_ms);
  }
}

uint32_t cr_load_room(const struct cr_load *load, uint32_t under_way)
{
  if (!load->is_on)
    return UINT32_MAX;
  return under_way < load->cap ? load->cap - under_way : 0;
}

/* SPDX-License-Identifier: MIT */
/* wheel.c - alarms in a hierarchical timing wheel: set, cancel and fire in constant time.
 *
 * Levels are aligned blocks, as in Linux before 4.8 and in tokio: an alarm stands in the level of
 * the highest 6-bit digit in which its tick and now's differ. So all alarms of a lower level come
 * before those of a higher one, a slot's alarms move down when now enters its block, and they come
 * to lists that nobody could have been put on before: order among equal times is kept.
 */
#include "frontier/wheel.h"

enum { TICK_BITS = 2, DIGIT_BITS = 6 }; /* 4 ms */

static uint64_t tick_of(int64_t ms)
{
  return (uint64_t)ms >> TICK_BITS;
}

static unsigned digit_of(uint64_t tick, unsigned level)
{
  return (unsigned)(tick >> (level * DIGIT_BITS)) & (CR_WHEEL_SLOTS - 1);
}

static unsigned level_of(const struct cr_wheel *wheel, int64_t due_ms)
{
  uint64_t differs = tick_of(due_ms) ^ tick_of(wheel->now_ms);
  return differs == 0 ? 0 : (63 - (unsigned)__builtin_clzll(differs)) / DIGIT_BITS;
}

void cr_wheel_init(struct cr_wheel *wheel, int64_t now_ms)
{
  wheel->now_ms = now_ms;
  for (int level = 0; level < CR_WHEEL_LEVELS; level++) {
    wheel->used[level] = 0;
    for (int i = 0; i < CR_WHEEL_SLOTS; i++)
      cr_list_init(&wheel->slots[level][i].alarms);
  }
}

void cr_alarm_init(struct cr_alarm *alarm)
{
  cr_list_init(&alarm->link);
}

static void put(struct cr_wheel *wheel, struct cr_alarm *alarm)
{
  unsigned level = level_of(wheel, alarm->due_ms);
  unsigned digit = digit_of(tick_of(alarm->due_ms), level);
  struct cr_wheel_slot *slot = &wheel->slots[level][digit];

  if (cr_list_empty(&slot->alarms) || alarm->due_ms < slot->first_ms)
    slot->first_ms = alarm->due_ms; /* unless it isn't known: then it is -1, and stays so */
  cr_list_push(&slot->alarms, &alarm->link);
  wheel->used[level] |= UINT64_C(1) << digit;
}

void cr_wheel_set(struct cr_wheel *wheel, struct cr_alarm *alarm, int64_t due_ms)
{
  alarm->due_ms = due_ms;
  put(wheel, alarm);
}

void cr_wheel_cancel(struct cr_wheel *wheel, struct cr_alarm *alarm)
{
  if (!cr_alarm_is_set(alarm))
    return;
  unsigned level = level_of(wheel, alarm->due_ms);
  unsigned digit = digit_of(tick_of(alarm->due_ms), level);
  struct cr_wheel_slot *slot = &wheel->slots[level][digit];

  cr_list_remove(&alarm->link);
  if (cr_list_empty(&slot->alarms))
    wheel->used[level] &= ~(UINT64_C(1) << digit);
  else if (alarm->due_ms == slot->first_ms)
    slot->first_ms = -1;
}

/* The earliest slot in use: the first from now's digit on in the lowest level that has one. */
static struct cr_wheel_slot *find_first(struct cr_wheel *wheel, unsigned *level, unsigned *digit)
{
  for (unsigned l = 0; l < CR_WHEEL_LEVELS; l++) {
    uint64_t ahead = wheel->used[l] >> digit_of(tick_of(wheel->now_ms), l);
    if (ahead == 0)
      continue;
    *level = l;
    *digit = digit_of(tick_of(wheel->now_ms), l) + (unsigned)__builtin_ctzll(ahead);
    return &wheel->slots[l][*digit];
  }
  return NULL;
}

/* When the block of a slot ahead begins. */
static int64_t begin_of(const struct cr_wheel *wheel, unsigned level, unsigned digit)
{
  uint64_t tick = tick_of(wheel->now_ms) >> (level * DIGIT_BITS);
  tick = ((tick & ~(uint64_t)(CR_WHEEL_SLOTS - 1)) | digit) << (level * DIGIT_BITS);
  return (int64_t)(tick << TICK_BITS);
}

/* Takes the list out of the slot, which is empty then. */
static void empty(struct cr_wheel *wheel, unsigned level, unsigned digit, struct cr_list *out)
{
  cr_list_splice(out, &wheel->slots[level][digit].alarms);
  wheel->used[level] &= ~(UINT64_C(1) << digit);
}

/* A slot of the first level: what is due leaves, ordered by its ms; the rest stays. */
static void fire(struct cr_wheel *wheel, unsigned digit, struct cr_list *due)
{
  struct cr_list by_ms[1 << TICK_BITS];
  struct cr_list all;

  cr_list_init(&all);
  for (int i = 0; i < 1 << TICK_BITS; i++)
    cr_list_init(&by_ms[i]);
  empty(wheel, 0, digit, &all);
  for (struct cr_list *node = cr_list_pop(&all); node; node = cr_list_pop(&all)) {
    struct cr_alarm *alarm = CR_CONTAINER(node, struct cr_alarm, link);
    if (alarm->due_ms <= wheel->now_ms)
      cr_list_push(&by_ms[alarm->due_ms & ((1 << TICK_BITS) - 1)], node);
    else
      put(wheel, alarm);
  }
  for (int i = 0; i < 1 << TICK_BITS; i++)
    cr_list_splice(due, &by_ms[i]);
}

/* A slot of a higher level whose block now has entered: its alarms move down. */
static void move_down(struct cr_wheel *wheel, unsigned level, unsigned digit)
{
  struct cr_list all;

  cr_list_init(&all);
  empty(wheel, level, digit, &all);
  for (struct cr_list *node = cr_list_pop(&all); node; node = cr_list_pop(&all))
    put(wheel, CR_CONTAINER(node, struct cr_alarm, link));
}

void cr_wheel_advance(struct cr_wheel *wheel, int64_t now_ms, struct cr_list *due)
{
  unsigned level = 0;
  unsigned digit = 0;

  if (now_ms <= wheel->now_ms)
    return;
  while (find_first(wheel, &level, &digit)) {
    int64_t begin_ms = begin_of(wheel, level, digit);
    if (begin_ms > now_ms)
      break;
    int64_t end_ms = begin_ms + (1 << TICK_BITS) - 1;
    if (level > 0) {
      wheel->now_ms = begin_ms;
      move_down(wheel, level, digit);
      continue;
    }
    wheel->now_ms = end_ms < now_ms ? end_ms : now_ms;
    fire(wheel, digit, due);
    if (end_ms >= now_ms)
      break;
  }
  wheel->now_ms = now_ms;
}

static int64_t earliest(struct cr_wheel_slot *slot)
{
  int64_t first_ms = INT64_MAX;
  for (struct cr_list *node = slot->alarms.next; node != &slot->alarms; node = node->next) {
    const struct cr_alarm *alarm = CR_CONTAINER(node, struct cr_alarm, link);
    if (alarm->due_ms < first_ms)
      first_ms = alarm->due_ms;
  }
  return first_ms;
}

int64_t cr_wheel_next(struct cr_wheel *wheel)
{
  unsigned level = 0;
  unsigned digit = 0;
  struct cr_wheel_slot *slot = find_first(wheel, &level, &digit);

  if (!slot)
    return INT64_MAX;
  if (slot->first_ms < 0)
    slot->first_ms = earliest(slot);
  return slot->first_ms;
}

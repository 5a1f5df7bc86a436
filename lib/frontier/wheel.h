/* SPDX-License-Identifier: MIT */
/* wheel.h - alarms in a hierarchical timing wheel: set, cancel and fire in constant time.
 *
 * Varghese and Lauck, "Hashed and hierarchical timing wheels" (1987), scheme 7: 64 slots a level,
 * the first level's are 4 ms wide, each further level's 64 times the one before; 11 levels hold any
 * time. Due times are exact: an alarm fires when now has reached it, never with its slot; alarms
 * fire in the order of their times, those of the same time in the order in which they were set.
 */
#ifndef CR_FRONTIER_WHEEL_H
#define CR_FRONTIER_WHEEL_H

#include <stdint.h>

#include "base/list.h"

#define CR_WHEEL_LEVELS 11
#define CR_WHEEL_SLOTS 64

struct cr_alarm { /* sits inside what is to be woken */
  struct cr_list link;
  int64_t due_ms;
};

struct cr_wheel_slot {
  struct cr_list alarms;
  int64_t first_ms; /* the earliest of them; -1: not known */
};

struct cr_wheel {
  int64_t now_ms;
  uint64_t used[CR_WHEEL_LEVELS]; /* a bit for each slot that isn't empty */
  struct cr_wheel_slot slots[CR_WHEEL_LEVELS][CR_WHEEL_SLOTS];
};

void cr_wheel_init(struct cr_wheel *wheel, int64_t now_ms); /* now_ms >= 0 */
void cr_alarm_init(struct cr_alarm *alarm);
static inline bool cr_alarm_is_set(const struct cr_alarm *alarm)
{
  return !cr_list_empty(&alarm->link);
}
/* The alarm must not be set; due_ms > wheel->now_ms. */
void cr_wheel_set(struct cr_wheel *wheel, struct cr_alarm *alarm, int64_t due_ms);
/* An alarm that isn't set is left alone. */
void cr_wheel_cancel(struct cr_wheel *wheel, struct cr_alarm *alarm);
/* Moves the wheel to now_ms (a smaller one is ignored); alarms with due_ms <= now_ms are appended
 * to due (a list of cr_alarm.link) in order: set no more. */
void cr_wheel_advance(struct cr_wheel *wheel, int64_t now_ms, struct cr_list *due);
/* The time of the next alarm; INT64_MAX: none is set. */
int64_t cr_wheel_next(struct cr_wheel *wheel);

#endif

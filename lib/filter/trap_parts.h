/* SPDX-License-Identifier: MIT */
/* trap_parts.h - a URL taken apart for the rules against traps, and the rules that look at one URL.
 *
 * Crawler traps are sites that make URLs without end: calendars, sorted and filtered lists, links
 * relative to the wrong folder. What one URL tells by itself is judged here; what many tell
 * together is trap.h's. Pure: no allocation, no clock; time linear in the URL's length.
 */
#ifndef CR_FILTER_TRAP_PARTS_H
#define CR_FILTER_TRAP_PARTS_H

#include <stdint.h>

#include "base/str.h"

enum { CR_TRAP_SEGMENTS = 64, CR_TRAP_PARAMETERS = 64 }; /* no more are looked at */

struct cr_trap_parts {
  struct cr_span path; /* from its first slash on, without ";name=value" at its end */
  struct cr_span segments[CR_TRAP_SEGMENTS];     /* without slashes; the last is "" after a slash */
  size_t segment_count;                          /* all of them, those not kept too */
  struct cr_span parameters[CR_TRAP_PARAMETERS]; /* "name=value" */
  size_t parameter_count;                        /* all of them */
};

/* target: path and query as the URL parser serialises them. */
void cr_trap_split(struct cr_trap_parts *parts, struct cr_span target);
static inline size_t cr_trap_segments_kept(const struct cr_trap_parts *parts)
{
  return parts->segment_count < CR_TRAP_SEGMENTS ? parts->segment_count : CR_TRAP_SEGMENTS;
}
static inline size_t cr_trap_parameters_kept(const struct cr_trap_parts *parts)
{
  return parts->parameter_count < CR_TRAP_PARAMETERS ? parts->parameter_count : CR_TRAP_PARAMETERS;
}
/* The name of a parameter; value may be NULL. */
struct cr_span cr_trap_parameter_name(struct cr_span parameter, struct cr_span *value);

struct cr_trap_limits { /* -1: no limit */
  int64_t url_bytes;
  int64_t segments;
  int64_t repeats;    /* times that one segment may stand in a path */
  int64_t parameters; /* in a query */
  int64_t years;      /* ahead of now; ten times as many back */
};

/* The number of the first rule (enum crawler_trap) that the URL breaks; 0: none. wall_ms: now,
 * since 1970, for the calendar. */
uint8_t cr_trap_over_limit(const struct cr_trap_parts *parts, size_t url_bytes,
                           const struct cr_trap_limits *limits, int64_t wall_ms);

#endif

/* SPDX-License-Identifier: MIT */
/* robots_rules.h - how the rules of a robots.txt lie in memory, and the form they are compared in.
 *
 * Internal to robots/. robots_parse.c writes the rules, robots_match.c reads them, robots_normal.c
 * says which octets are equal.
 */
#ifndef CR_ROBOTS_ROBOTS_RULES_H
#define CR_ROBOTS_ROBOTS_RULES_H

#include "base/mem.h"
#include "base/str.h"

/* A pattern as written, and what its normal form is like. */
struct cr_robots_pattern {
  size_t len;    /* without the operator '$' */
  size_t octets; /* of the normal form, operators included: the longest match decides */
  bool anchored; /* '$': the target ends where the pattern does */
  bool query;    /* to be compared with a target's second form as well */
  bool plain;    /* the normal form is what was written */
};

/* 12 bytes, so that with its text a rule takes at most twice its line: a million hosts keep theirs.
 * Patterns are kept as written, each with a line feed behind it. */
struct cr_robots_rule {
  uint32_t at; /* where the pattern lies in the text */
  uint16_t len;
  uint16_t octets;
  uint32_t line : 20;
  uint32_t allow : 1;
  uint32_t anchored : 1;
  uint32_t query : 1;
  uint32_t plain : 1;
};

struct cr_robots {
  struct cr_mem *mem;
  uint32_t bytes; /* of this block */
  uint32_t rule_count;
  uint32_t delay_ms;
  uint32_t rate_ms;
  uint32_t sitemap_bytes;        /* of their lines, which are the end of this block */
  uint8_t signals[2];            /* bits by enum cr_robots_signal: yes, no */
  bool named;                    /* the rules are a named group's, not those of "*" */
  struct cr_robots_rule rules[]; /* in the order of the file; their text lies behind */
};

static inline const char *cr_robots_text(const struct cr_robots *robots)
{
  return (const char *)(robots->rules + robots->rule_count);
}

/* Reads the normal form of a pattern from its start. */
struct cr_robots_reader {
  struct cr_span rest;
  bool starred; /* a '*' was read */
  bool query;   /* what follows falls into the query of any target */
};

/* One octet of the pattern: 1 or 3 of its normal form. Returns their number; 0: the end. A lone '*'
 * is the operator. */
size_t cr_robots_read_pattern(struct cr_robots_reader *reader, char out[3]);
struct cr_robots_pattern cr_robots_measure_pattern(struct cr_span written);

/* Is target its own normal form, in both forms? */
bool cr_robots_target_is_normal(struct cr_span target);
/* Writes a target's normal form to out, which has room for room + 3, and returns its length; over
 * room: it wasn't written whole.
 * The second form (plain_query) is the one in which an escaped ':' '/' '?' '@' of the query equals
 * the plain one; *differs: the two forms are not the same. */
size_t cr_robots_normal_target(char *out, size_t room, struct cr_span target, bool plain_query,
                               bool *differs);

#endif

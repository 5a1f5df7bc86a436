/* SPDX-License-Identifier: MIT */
/* match_pcre2.h - regular expressions over URLs, with a bound on what one may cost.
 *
 * PCRE2's own matcher, without JIT. One struct cr_regex_room is used for all expressions of a list
 * and keeps what matching needs, so that in the steady state a match allocates nothing.
 */
#ifndef CR_FILTER_MATCH_PCRE2_H
#define CR_FILTER_MATCH_PCRE2_H

#include "base/mem.h"
#include "base/str.h"

struct cr_regex;
struct cr_regex_room;

enum cr_regex_found {
  CR_REGEX_NO,
  CR_REGEX_YES,
  CR_REGEX_OVER_LIMIT /* of steps, depth or memory: nobody knows */
};

struct cr_regex_error {
  size_t offset;  /* in the pattern, bytes */
  char text[120]; /* PCRE2's */
};

/* 0, CRAWLER_E_NOMEM, or CRAWLER_E_UNSUPPORTED: built without PCRE2. */
int cr_regex_room_open(struct cr_regex_room **out, struct cr_mem *mem);
void cr_regex_room_close(struct cr_regex_room *room);
/* 0; CRAWLER_E_VALUE: not an expression, error says why; CRAWLER_E_NOMEM. The regex is to be closed
 * before its room. */
int cr_regex_compile(struct cr_regex **out, struct cr_regex_room *room, struct cr_span pattern,
                     struct cr_regex_error *error);
void cr_regex_close(struct cr_regex *regex);
/* Is it found anywhere in text, byte by byte? Without memory to go on it is over the limit. */
enum cr_regex_found cr_regex_find(const struct cr_regex *regex, struct cr_regex_room *room,
                                  struct cr_span text);

#endif

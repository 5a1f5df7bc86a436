/* SPDX-License-Identifier: MIT */
/* match_pcre2_none.c - regular expressions where libcrawl is built without PCRE2.
 *
 * There is no room for one, so no rule has one. What is called with a room is never called.
 */
#include "crawl/crawler.h"
#include "filter/match_pcre2.h"

int cr_regex_room_open(struct cr_regex_room **out, struct cr_mem *mem)
{
  (void)out;
  (void)mem;
  return CRAWLER_E_UNSUPPORTED;
}

void cr_regex_room_close(struct cr_regex_room *room)
{
  (void)room;
}

int cr_regex_compile(struct cr_regex **out, struct cr_regex_room *room, struct cr_span pattern,
                     struct cr_regex_error *error)
{
  (void)out;
  (void)room;
  (void)pattern;
  (void)error;
  return CRAWLER_E_UNSUPPORTED;
}

void cr_regex_close(struct cr_regex *regex)
{
  (void)regex;
}

enum cr_regex_found cr_regex_find(const struct cr_regex *regex, struct cr_regex_room *room,
                                  struct cr_span text)
{
  (void)regex;
  (void)room;
  (void)text;
  return CR_REGEX_OVER_LIMIT;
}

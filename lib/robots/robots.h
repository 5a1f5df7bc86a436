/* SPDX-License-Identifier: MIT */
/* robots.h - robots.txt by RFC 9309: parse once, ask often.
 *
 * A parsed file is one block of memory with the rules that hold for one product token; asking finds
 * the longest one that matches. Pure: no I/O, no clock.
 */
#ifndef CR_ROBOTS_ROBOTS_H
#define CR_ROBOTS_ROBOTS_H

#include "base/mem.h"
#include "base/str.h"

#define CR_ROBOTS_MAX_BYTES (500 * 1024) /* RFC 9309 section 2.5: at least this much is parsed */
#define CR_ROBOTS_MAX_TARGET (16 * 1024) /* twice what RFC 9110 section 4.1 asks servers to take */

struct cr_robots;

/* The rules that hold for one product token ("*" groups as the fallback), ready to be asked. Keeps
 * only that token's rules: about twice their text at most, so that a million hosts' stay small.
 * text is any bytes; what lies behind CR_ROBOTS_MAX_BYTES is not read, nor is a line cut there.
 * token is as cr_robots_token gives it; with other characters in it, no line can name it.
 * 0 or CRAWLER_E_NOMEM: there are no syntax errors (section 2.2 asks for leniency). */
int cr_robots_parse(struct cr_robots **out, struct cr_mem *mem, struct cr_span text,
                    struct cr_span token);
void cr_robots_free(struct cr_robots *robots);          /* NULL is fine */
size_t cr_robots_bytes(const struct cr_robots *robots); /* its size in memory */
/* What the token's groups ask for between two requests: the longest Crawl-delay or Request-rate, at
 * most a day. 0: nothing, or robots is NULL. */
int64_t cr_robots_delay_ms(const struct cr_robots *robots);

struct cr_robots_verdict {
  bool allowed;
  uint32_t line;       /* 1-based line of the rule that decided; 0: no rule matched */
  struct cr_span rule; /* its pattern as written, borrowed from robots */
};

/* May path-and-query target (as sent: "/a?b") be fetched? robots NULL allows. Escapes equal what
 * section 2.2.2 says; an octet over 127 that isn't escaped is not as sent, and equals only '*'.
 * "/robots.txt" is judged like any other, as by Google's parser: its own request doesn't ask.
 * A target over CR_ROBOTS_MAX_TARGET in its escaped form is not allowed (line 0).
 * At worst linear in the text of the rules plus the target's length for each rule with a '*'. */
struct cr_robots_verdict cr_robots_check(const struct cr_robots *robots, struct cr_span target);

/* The product token (section 2.2.1: letters, '_' and '-') that a User-Agent value begins with:
 * "examplebot/1.0 (+http://...)" gives "examplebot". Borrowed; empty when there is none. */
struct cr_span cr_robots_token(struct cr_span user_agent);

#endif

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
#define CR_ROBOTS_MAX_SITEMAPS 10000     /* lines; further ones aren't kept */
#define CR_ROBOTS_MAX_TARGET (16 * 1024) /* twice what RFC 9110 section 4.1 asks servers to take */
/* Some milliseconds; 500 KB of the shortest rules with a '*' need less for a target of 190
 * bytes. */
#define CR_ROBOTS_MAX_SEARCHED (8 * 1024 * 1024)

struct cr_robots;

/* The rules that hold for one product token ("*" groups as the fallback), ready to be asked. Keeps
 * only that token's rules: about twice their text at most, so that a million hosts' stay small.
 * Sitemap lines are kept too, as they are: they are of the whole file.
 * text is any bytes; what lies behind CR_ROBOTS_MAX_BYTES is not read, nor is a line cut there.
 * token is as cr_robots_token gives it; with other characters in it, no line can name it.
 * 0 or CRAWLER_E_NOMEM: there are no syntax errors (section 2.2 asks for leniency). */
int cr_robots_parse(struct cr_robots **out, struct cr_mem *mem, struct cr_span text,
                    struct cr_span token);
/* The same by RFC 9309 alone. The other one takes what Google's parser takes besides: names that
 * are misspelt or go on, a missing colon, words behind an agent's name, index.htm. */
int cr_robots_parse_strictly(struct cr_robots **out, struct cr_mem *mem, struct cr_span text,
                             struct cr_span token);
void cr_robots_free(struct cr_robots *robots);          /* NULL is fine */
size_t cr_robots_bytes(const struct cr_robots *robots); /* its size in memory */
/* What the token's groups ask for between two requests: the longest Crawl-delay or Request-rate, at
 * most a day. 0: nothing, or robots is NULL. */
int64_t cr_robots_delay_ms(const struct cr_robots *robots);
/* What one of the two asks for. */
int64_t cr_robots_crawl_delay_ms(const struct cr_robots *robots);
int64_t cr_robots_request_rate_ms(const struct cr_robots *robots);
/* Is there a group that names the token? Else the rules, if any, are those of "*". */
bool cr_robots_is_named(const struct cr_robots *robots);

/* The values of Sitemap lines, in order, as written: *at is 0 to begin with. False: no more. Should
 * be an absolute URL; is relative to the robots.txt if it isn't. Borrowed from robots. */
bool cr_robots_next_sitemap(const struct cr_robots *robots, size_t *at, struct cr_span *value);

/* Content-Signal (contentsignals.org, as proposed to the IETF's aipref group): what the site allows
 * to be done with what is fetched. It is told, not obeyed: a crawler can't. */
enum cr_robots_signal { CR_SIGNAL_SEARCH, CR_SIGNAL_AI_INPUT, CR_SIGNAL_AI_TRAIN, CR_SIGNALS };
/* 1: yes; 0: no, once at least among the token's groups; -1: nothing, or robots is NULL. */
int cr_robots_signal_is(const struct cr_robots *robots, enum cr_robots_signal signal);
/* "search", "ai-input", "ai-train" in any case; CR_SIGNALS: none of these. */
enum cr_robots_signal cr_robots_signal_named(struct cr_span name);

struct cr_robots_verdict {
  bool allowed;
  uint32_t line;       /* 1-based line of the rule that decided; 0: no rule matched */
  struct cr_span rule; /* its pattern as written, borrowed from robots */
};

/* May path-and-query target (as sent: "/a?b") be fetched? robots NULL allows. Escapes equal what
 * section 2.2.2 says; an octet over 127 that isn't escaped is not as sent, and equals only '*'.
 * "/robots.txt" is judged like any other, as by Google's parser: its own request doesn't ask.
 * A target over CR_ROBOTS_MAX_TARGET in its escaped form is not allowed (line 0), nor one of which
 * the rules' '*' would have more than CR_ROBOTS_MAX_SEARCHED bytes searched.
 * Linear in the text of the rules plus the target's length for each rule with a '*'. */
struct cr_robots_verdict cr_robots_check(const struct cr_robots *robots, struct cr_span target);

/* The product token (section 2.2.1: letters, '_' and '-') that a User-Agent value begins with:
 * "examplebot/1.0 (+http://...)" gives "examplebot". Borrowed; empty when there is none. */
struct cr_span cr_robots_token(struct cr_span user_agent);

#endif

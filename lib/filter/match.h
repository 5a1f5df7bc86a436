/* SPDX-License-Identifier: MIT */
/* match.h - lists of rules over URLs: globs, regular expressions and host patterns.
 *
 * Two sorts of list. Allow and deny: a URL is rejected when any deny rule matches it; where there
 * are allow rules for hosts, one of them must match, and where there are some for URLs, one of
 * those; their order is of no account. Include and exclude: the first rule that matches decides.
 * Time per URL is linear in the number of rules.
 */
#ifndef CR_FILTER_MATCH_H
#define CR_FILTER_MATCH_H

#include "base/mem.h"
#include "base/str.h"
#include "filter/match_pcre2.h"

#define CR_MATCH_MAX_RULES 10000
#define CR_MATCH_MAX_BYTES 4096 /* of one pattern */
#define CR_MATCH_NO_RULE SIZE_MAX

enum cr_match_kind {
  CR_MATCH_ALLOW_HOST,
  CR_MATCH_DENY_HOST,
  CR_MATCH_ALLOW_URL,
  CR_MATCH_DENY_URL,
  CR_MATCH_INCLUDE, /* these two in a list of their own */
  CR_MATCH_EXCLUDE,
  CR_MATCH_KINDS
};

struct cr_match_rule;

struct cr_match_rules {
  struct cr_mem *mem;
  struct cr_match_rule **rules; /* in order of insertion */
  size_t count;
  size_t cap;
  size_t count_of[CR_MATCH_KINDS];
  struct cr_regex_room *room;  /* NULL: no rule is an expression */
  struct cr_regex_error wrong; /* with the last expression that was none; else text is "" */
};

struct cr_match_verdict {
  bool accepted;
  bool over_limit; /* rejected because nobody knows whether that rule's expression matches */
  enum cr_match_kind missing; /* rejected by no rule: the kind of which one had to match */
  /* In order of insertion, from 0: the deny rule that matched; else the last allow rule that was
   * needed and matched. CR_MATCH_NO_RULE: none did. */
  size_t rule;
};

/* No allocation happens before the first cr_match_add. */
void cr_match_init(struct cr_match_rules *rules, struct cr_mem *mem);
void cr_match_free(struct cr_match_rules *rules);

/* Adds a rule; pattern is copied. 0; CRAWLER_E_VALUE: not a pattern of that kind;
 * CRAWLER_E_LIMIT: CR_MATCH_MAX_RULES are there; CRAWLER_E_UNSUPPORTED: an expression, and built
 * without PCRE2; CRAWLER_E_NOMEM. On error nothing is added.
 *
 * URL globs: '*' is any run of characters, '?' any one, all others are themselves (case matters);
 * the whole URL must match: "http://example.org/a/" followed by '*'.
 * "re:" and an expression for PCRE2, which may match anywhere in the URL (case matters).
 * To include and exclude, "host:" and a host pattern, too.
 * Host patterns: "example.org" that host; "*.example.org" hosts below it; ".example.org" both;
 * "*" every host; each with ":8080" behind it for that port only. Any case, any spelling that a
 * URL may have (umlauts, "[0::1]"); one dot at the end makes no difference. */
int cr_match_add(struct cr_match_rules *rules, enum cr_match_kind kind, struct cr_span pattern);

/* url and host are serialised ("[::1]" with brackets); port: the effective one, -1: unknown. */
struct cr_match_verdict cr_match_evaluate(const struct cr_match_rules *rules, struct cr_span url,
                                          struct cr_span host, int port);

/* The same of a list of includes and excludes. No rule: none matched, and accepted is true. */
struct cr_match_verdict cr_match_first(const struct cr_match_rules *rules, struct cr_span url,
                                       struct cr_span host, int port);

/* "deny_url *.zip": the kind, and the pattern as it was given. */
const char *cr_match_rule_name(const struct cr_match_rules *rules, size_t rule);

/* A URL glob alone. Linear in text and pattern (with a linear memmem: glibc, musl); a piece between
 * two stars that has a '?' in it costs its length for each octet of the text. */
bool cr_match_glob(struct cr_span pattern, struct cr_span text);

#endif

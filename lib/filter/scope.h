/* SPDX-License-Identifier: MIT */
/* scope.h - does this URL belong to the crawl?
 *
 * Default: the seeds' hosts. Options widen or narrow that; allow and deny patterns, and ordered
 * includes and excludes (match.h), narrow or replace it. Pure but for its own tables. What is said
 * of a URL names the rule that said it.
 */
#ifndef CR_FILTER_SCOPE_H
#define CR_FILTER_SCOPE_H

#include "base/mem.h"
#include "base/str.h"
#include "crawl/crawler.h"
#include "filter/match_pcre2.h"

struct cr_scope;

int cr_scope_open(struct cr_scope **out, struct cr_mem *mem);
void cr_scope_close(struct cr_scope *scope);

/* ---- where seeds are ---- */

/* host: as the politeness key spells it ("example.org", "example.org:8080"). 0 or CRAWLER_E_NOMEM.
 * */
int cr_scope_add_seed(struct cr_scope *scope, struct cr_span host);
bool cr_scope_has_seed(const struct cr_scope *scope, struct cr_span host);
/* With no_parent: the directory of path is one of those that the crawl stays below, on that host.
 * 0 or CRAWLER_E_NOMEM. */
int cr_scope_add_directory(struct cr_scope *scope, struct cr_span host, struct cr_span path);
/* "/a/" of "/a/b?c". Of more than 32 directories the first 32. */
struct cr_span cr_scope_directory(struct cr_span path);
/* "https://example.org:8443": where what is meant for the seeds' servers alone may be sent. 0 or
 * CRAWLER_E_NOMEM. */
int cr_scope_add_origin(struct cr_scope *scope, struct cr_span origin);
bool cr_scope_has_origin(const struct cr_scope *scope, struct cr_span origin);

/* ---- rules ---- */

enum cr_scope_reach { /* of hosts */
                      CR_REACH_HOST,
                      CR_REACH_SUBDOMAINS, /* and those below a seed's */
                      CR_REACH_DOMAIN,     /* all of its registrable domain */
                      CR_REACH_ANY
};

struct cr_scope_limits { /* lists are borrowed; empty: no limit */
  enum cr_scope_reach reach;
  bool no_parent;
  struct cr_span schemes;
  struct cr_span ports;
  struct cr_span allow_extensions;
  struct cr_span deny_extensions;
};

/* The reach that a value of option scope names: "host", "subdomains" or "domain". CRAWLER_E_VALUE:
 * none. */
int cr_scope_reach_read(const char *name, enum cr_scope_reach *reach);
void cr_scope_set_limits(struct cr_scope *scope, const struct cr_scope_limits *limits);

enum cr_scope_list {
  CR_SCOPE_ALLOW_HOST,
  CR_SCOPE_DENY_HOST,
  CR_SCOPE_ALLOW_URL,
  CR_SCOPE_DENY_URL,
  CR_SCOPE_INCLUDE,
  CR_SCOPE_EXCLUDE
};
/* CRAWLER_E_VALUE: not a pattern, and cr_scope_pattern_error() says more; CRAWLER_E_LIMIT,
 * CRAWLER_E_UNSUPPORTED, CRAWLER_E_NOMEM: see cr_match_add. */
int cr_scope_add_pattern(struct cr_scope *scope, enum cr_scope_list list, const char *pattern);
/* What is wrong with the expression that was added last; NULL: it was none. */
const struct cr_regex_error *cr_scope_pattern_error(const struct cr_scope *scope);

struct cr_scope_url {
  struct cr_span url;
  struct cr_span host; /* without port */
  struct cr_span key;  /* politeness key */
  struct cr_span path; /* a query behind it makes no difference */
  int port;
  bool https;
  bool trusted; /* a seed, or its redirect: in scope unless a deny or exclude says no */
};

struct cr_scope_verdict {
  crawler_reason reason; /* NONE: in scope */
  const char *rule;      /* "deny_url *.zip", "no_parent", ...; NULL: in scope. The scope's */
};
struct cr_scope_verdict cr_scope_judge(const struct cr_scope *scope,
                                       const struct cr_scope_url *url);

#endif

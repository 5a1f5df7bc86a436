/* SPDX-License-Identifier: MIT */
/* scope.h - does this URL belong to the crawl?
 *
 * Default: the seeds' hosts. Allow and deny patterns narrow or replace that (match.h). Pure but for
 * its own tables.
 */
#ifndef CR_FILTER_SCOPE_H
#define CR_FILTER_SCOPE_H

#include "base/mem.h"
#include "base/str.h"

struct cr_scope;

int cr_scope_open(struct cr_scope **out, struct cr_mem *mem);
void cr_scope_close(struct cr_scope *scope);
/* host: as the politeness key spells it ("example.org", "example.org:8080"). 0 or CRAWLER_E_NOMEM.
 * */
int cr_scope_add_seed(struct cr_scope *scope, struct cr_span host);
bool cr_scope_has_seed(const struct cr_scope *scope, struct cr_span host);
/* "https://example.org:8443": where what is meant for the seeds' servers alone may be sent. 0 or
 * CRAWLER_E_NOMEM. */
int cr_scope_add_origin(struct cr_scope *scope, struct cr_span origin);
bool cr_scope_has_origin(const struct cr_scope *scope, struct cr_span origin);
void cr_scope_set_span_hosts(struct cr_scope *scope, bool on);
enum cr_scope_list {
  CR_SCOPE_ALLOW_HOST,
  CR_SCOPE_DENY_HOST,
  CR_SCOPE_ALLOW_URL,
  CR_SCOPE_DENY_URL
};
/* CRAWLER_E_VALUE: not a pattern. */
int cr_scope_add_pattern(struct cr_scope *scope, enum cr_scope_list list, const char *pattern);
struct cr_scope_url {
  struct cr_span url;
  struct cr_span host; /* without port */
  struct cr_span key;  /* politeness key */
  int port;
  bool trusted; /* a seed, or its redirect: in scope unless a deny pattern says no */
};
bool cr_scope_has(const struct cr_scope *scope, const struct cr_scope_url *url);

#endif

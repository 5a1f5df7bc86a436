/* SPDX-License-Identifier: MIT */
/* scope.c - does this URL belong to the crawl?
 *
 * Deny patterns first; then a seed, or what a seed redirects to, is in; then allow patterns, and
 * where there is none for hosts, the seeds' hosts. The hosts of seeds are a small hash set.
 */
#include "filter/scope.h"

#include "base/arena.h"
#include "base/hash.h"
#include "crawl/crawler.h"
#include "filter/match.h"

#define FIRST_CELLS 16 /* a power of two */

struct names {           /* a hash set */
  struct cr_span *cells; /* at NULL: free */
  size_t cell_count;
  size_t used;
};

struct cr_scope {
  struct cr_mem *mem;
  struct cr_match_rules deny;
  struct cr_match_rules allow;
  size_t allowed_hosts; /* patterns */
  bool span_hosts;
  struct cr_arena texts;
  struct names hosts;   /* of seeds, and where they were redirected to */
  struct names origins; /* of seeds alone: "https://example.org" */
};

int cr_scope_open(struct cr_scope **out, struct cr_mem *mem)
{
  struct cr_scope *scope = cr_zalloc(mem, CR_MEM_CORE, sizeof(*scope));

  if (!scope)
    return CRAWLER_E_NOMEM;
  scope->mem = mem;
  cr_match_init(&scope->deny, mem);
  cr_match_init(&scope->allow, mem);
  cr_arena_init(&scope->texts, mem, CR_MEM_CORE, 1024, 0);
  *out = scope;
  return 0;
}

void cr_scope_close(struct cr_scope *scope)
{
  if (!scope)
    return;
  cr_match_free(&scope->deny);
  cr_match_free(&scope->allow);
  cr_arena_free(&scope->texts);
  cr_free(scope->mem, scope->hosts.cells);
  cr_free(scope->mem, scope->origins.cells);
  cr_free(scope->mem, scope);
}

/* ---- where seeds are ---- */

/* The cell that holds name, or the free one where it would go. */
static struct cr_span *find(struct cr_span *cells, size_t count, struct cr_span name)
{
  size_t at = (size_t)cr_hash64(name.at, name.len, 0) & (count - 1);

  while (cells[at].at && !cr_span_eq(cells[at], name))
    at = (at + 1) & (count - 1);
  return &cells[at];
}

static bool has(const struct names *names, struct cr_span name)
{
  return names->used > 0 && find(names->cells, names->cell_count, name)->at != NULL;
}

static int grow(struct cr_scope *scope, struct names *names)
{
  size_t count = names->cell_count ? 2 * names->cell_count : FIRST_CELLS;
  struct cr_span *cells;

  if (2 * (names->used + 1) <= names->cell_count)
    return 0;
  cells = cr_zalloc_array(scope->mem, CR_MEM_CORE, count, sizeof(*cells));
  if (!cells)
    return CRAWLER_E_NOMEM;
  for (size_t i = 0; i < names->cell_count; i++)
    if (names->cells[i].at)
      *find(cells, count, names->cells[i]) = names->cells[i];
  cr_free(scope->mem, names->cells);
  names->cells = cells;
  names->cell_count = count;
  return 0;
}

static int add(struct cr_scope *scope, struct names *names, struct cr_span name)
{
  const char *text;

  if (has(names, name))
    return 0;
  if (grow(scope, names) < 0)
    return CRAWLER_E_NOMEM;
  text = cr_arena_strndup(&scope->texts, name.at, name.len);
  if (!text)
    return CRAWLER_E_NOMEM;
  *find(names->cells, names->cell_count, name) = cr_span(text, name.len);
  names->used++;
  return 0;
}

int cr_scope_add_seed(struct cr_scope *scope, struct cr_span host)
{
  return add(scope, &scope->hosts, host);
}

bool cr_scope_has_seed(const struct cr_scope *scope, struct cr_span host)
{
  return has(&scope->hosts, host);
}

int cr_scope_add_origin(struct cr_scope *scope, struct cr_span origin)
{
  return add(scope, &scope->origins, origin);
}

bool cr_scope_has_origin(const struct cr_scope *scope, struct cr_span origin)
{
  return has(&scope->origins, origin);
}

/* ---- patterns ---- */

void cr_scope_set_span_hosts(struct cr_scope *scope, bool on)
{
  scope->span_hosts = on;
}

int cr_scope_add_pattern(struct cr_scope *scope, enum cr_scope_list list, const char *pattern)
{
  static const enum cr_match_kind kinds[] = {
    [CR_SCOPE_ALLOW_HOST] = CR_MATCH_ALLOW_HOST,
    [CR_SCOPE_DENY_HOST] = CR_MATCH_DENY_HOST,
    [CR_SCOPE_ALLOW_URL] = CR_MATCH_ALLOW_URL,
    [CR_SCOPE_DENY_URL] = CR_MATCH_DENY_URL,
  };
  bool deny = list == CR_SCOPE_DENY_HOST || list == CR_SCOPE_DENY_URL;
  int err = cr_match_add(deny ? &scope->deny : &scope->allow, kinds[list], cr_span_text(pattern));

  if (err == 0 && list == CR_SCOPE_ALLOW_HOST)
    scope->allowed_hosts++;
  return err;
}

bool cr_scope_has(const struct cr_scope *scope, const struct cr_scope_url *url)
{
  if (scope->deny.count > 0 &&
      !cr_match_evaluate(&scope->deny, url->url, url->host, url->port).accepted)
    return false;
  if (url->trusted)
    return true;
  if (scope->allow.count > 0 &&
      !cr_match_evaluate(&scope->allow, url->url, url->host, url->port).accepted)
    return false;
  return scope->allowed_hosts > 0 || scope->span_hosts || cr_scope_has_seed(scope, url->key);
}

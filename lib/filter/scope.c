/* SPDX-License-Identifier: MIT */
/* scope.c - does this URL belong to the crawl?
 *
 * Deny patterns first, then the first include or exclude that matches; then a seed, or what a seed
 * redirects to, is in; then allow patterns, and where there is none for hosts, the reach of the
 * seeds' hosts; last what the options say of a URL's parts. The hosts of seeds are a small hash
 * set, as are their domains and directories.
 */
#include "filter/scope.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "filter/lists.h"
#include "filter/match.h"
#include "url/url.h"
#include "url/url_key.h"

#define FIRST_CELLS 16 /* a power of two */
#define MAX_DIRECTORIES 32
#define ESCAPE_BYTES 3
#define KEY_BYTES 300 /* a host's name (253 bytes) or address, and a port */

struct names {           /* a hash set */
  struct cr_span *cells; /* at NULL: free */
  size_t cell_count;
  size_t used;
};

struct cr_scope {
  struct cr_mem *mem;
  struct cr_match_rules deny;
  struct cr_match_rules allow;
  struct cr_match_rules ordered;
  struct cr_scope_limits limits;
  struct cr_arena texts;
  struct names hosts;       /* of seeds, and where they were redirected to */
  struct names sites;       /* their registrable domains, with the port of the host */
  struct names directories; /* "example.org/a/" */
  struct names origins;     /* of seeds alone: "https://example.org" */
  size_t longest_host;
  size_t longest_directory;    /* of those known, bytes */
  struct cr_match_rules *last; /* that a pattern was added to; NULL: none yet */
  struct cr_buf probe;         /* room for both of them, and for a site with its port */
};

int cr_scope_open(struct cr_scope **out, struct cr_mem *mem)
{
  struct cr_scope *scope = cr_zalloc(mem, CR_MEM_CORE, sizeof(*scope));

  if (!scope)
    return CRAWLER_E_NOMEM;
  scope->mem = mem;
  cr_match_init(&scope->deny, mem);
  cr_match_init(&scope->allow, mem);
  cr_match_init(&scope->ordered, mem);
  cr_buf_init(&scope->probe, mem, CR_MEM_CORE, SIZE_MAX / 2);
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
  cr_match_free(&scope->ordered);
  cr_arena_free(&scope->texts);
  cr_buf_free(&scope->probe);
  cr_free(scope->mem, scope->hosts.cells);
  cr_free(scope->mem, scope->sites.cells);
  cr_free(scope->mem, scope->directories.cells);
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

/* Two pieces one after the other, in the scope's buffer, which had room made for it before. */
static struct cr_span join(const struct cr_scope *scope, struct cr_span a, struct cr_span b)
{
  char *text = scope->probe.data;

  memcpy(text, a.at, a.len);
  if (b.len > 0)
    memcpy(text + a.len, b.at, b.len);
  return cr_span(text, a.len + b.len);
}

/* The ":8080" of a politeness key; "": none. */
static struct cr_span port_of(struct cr_span key)
{
  size_t at = key.len;

  while (at > 0 && cr_is_digit(key.at[at - 1]))
    at--;
  if (at == 0 || key.at[at - 1] != ':' || at == key.len)
    return cr_span(key.at + key.len, 0);
  return cr_span(key.at + at - 1, key.len - at + 1);
}

static int make_room(struct cr_scope *scope, size_t host_bytes, size_t directory_bytes)
{
  if (host_bytes > scope->longest_host)
    scope->longest_host = host_bytes;
  if (directory_bytes > scope->longest_directory)
    scope->longest_directory = directory_bytes;
  return cr_buf_reserve(&scope->probe,
                        scope->longest_host + ESCAPE_BYTES * scope->longest_directory + KEY_BYTES);
}

/* "example.org/a/", in the scope's buffer. However its path is escaped, a directory is one. */
static struct cr_span join_directory(const struct cr_scope *scope, struct cr_span host,
                                     struct cr_span directory)
{
  struct cr_buf whole = scope->probe;

  whole.len = join(scope, host, CR_SPAN("")).len;
  if (directory.len > ESCAPE_BYTES * scope->longest_directory)
    directory.len = ESCAPE_BYTES * scope->longest_directory; /* none that is longer is known */
  cr_key_unescape(&whole, directory, 0);
  return cr_span(whole.data, whole.len);
}

int cr_scope_add_seed(struct cr_scope *scope, struct cr_span host)
{
  struct cr_span port = port_of(host);
  struct cr_span site = cr_host_site(cr_span(host.at, host.len - port.len));

  if (make_room(scope, host.len, 0) < 0 || add(scope, &scope->sites, join(scope, site, port)) < 0)
    return CRAWLER_E_NOMEM;
  return add(scope, &scope->hosts, host);
}

bool cr_scope_has_seed(const struct cr_scope *scope, struct cr_span host)
{
  return has(&scope->hosts, host);
}

struct cr_span cr_scope_directory(struct cr_span path)
{
  size_t end = 0;
  size_t slashes = 0;

  for (size_t i = 0; i < path.len && slashes <= MAX_DIRECTORIES && path.at[i] != '?'; i++)
    if (path.at[i] == '/') {
      end = i + 1;
      slashes++;
    }
  return cr_span(path.at, end);
}

int cr_scope_add_directory(struct cr_scope *scope, struct cr_span host, struct cr_span path)
{
  struct cr_span directory = cr_scope_directory(path);

  if (make_room(scope, host.len, directory.len) < 0)
    return CRAWLER_E_NOMEM;
  return add(scope, &scope->directories, join_directory(scope, host, directory));
}

int cr_scope_add_origin(struct cr_scope *scope, struct cr_span origin)
{
  return add(scope, &scope->origins, origin);
}

bool cr_scope_has_origin(const struct cr_scope *scope, struct cr_span origin)
{
  return has(&scope->origins, origin);
}

/* ---- patterns and limits ---- */

int cr_scope_reach_read(const char *name, enum cr_scope_reach *reach)
{
  static const char *const names[] = {
    [CR_REACH_HOST] = "host",
    [CR_REACH_SUBDOMAINS] = "subdomains",
    [CR_REACH_DOMAIN] = "domain",
  };

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (strcmp(name, names[i]) == 0) {
      *reach = (enum cr_scope_reach)i;
      return 0;
    }
  return CRAWLER_E_VALUE;
}

void cr_scope_set_limits(struct cr_scope *scope, const struct cr_scope_limits *limits)
{
  scope->limits = *limits;
}

static struct cr_match_rules *rules_of(struct cr_scope *scope, enum cr_scope_list list)
{
  if (list == CR_SCOPE_INCLUDE || list == CR_SCOPE_EXCLUDE)
    return &scope->ordered;
  return list == CR_SCOPE_DENY_HOST || list == CR_SCOPE_DENY_URL ? &scope->deny : &scope->allow;
}

int cr_scope_add_pattern(struct cr_scope *scope, enum cr_scope_list list, const char *pattern)
{
  static const enum cr_match_kind kinds[] = {
    [CR_SCOPE_ALLOW_HOST] = CR_MATCH_ALLOW_HOST, [CR_SCOPE_DENY_HOST] = CR_MATCH_DENY_HOST,
    [CR_SCOPE_ALLOW_URL] = CR_MATCH_ALLOW_URL,   [CR_SCOPE_DENY_URL] = CR_MATCH_DENY_URL,
    [CR_SCOPE_INCLUDE] = CR_MATCH_INCLUDE,       [CR_SCOPE_EXCLUDE] = CR_MATCH_EXCLUDE,
  };

  scope->last = rules_of(scope, list);
  return cr_match_add(scope->last, kinds[list], cr_span_text(pattern));
}

const struct cr_regex_error *cr_scope_pattern_error(const struct cr_scope *scope)
{
  return scope->last && scope->last->wrong.text[0] ? &scope->last->wrong : NULL;
}

/* ---- judging ---- */

static const struct cr_scope_verdict in_scope = { CRAWLER_REASON_NONE, NULL };

static struct cr_scope_verdict out_by(const char *rule)
{
  return (struct cr_scope_verdict){ CRAWLER_REJECTED_SCOPE, rule };
}

/* What a list of rules says no by: one that matches, or the sort of which none did. */
static struct cr_scope_verdict out_by_rule(const struct cr_match_rules *rules,
                                           struct cr_match_verdict found)
{
  const char *none = found.missing == CR_MATCH_ALLOW_HOST ? "allow_host" : "allow_url";
  const char *rule = found.rule == CR_MATCH_NO_RULE ? none : cr_match_rule_name(rules, found.rule);

  return (struct cr_scope_verdict){ found.over_limit ? CRAWLER_REJECTED_PATTERN_LIMIT
                                                     : CRAWLER_REJECTED_SCOPE,
                                    rule };
}

/* Is the host, or one that it is below, a seed's? */
static bool is_below_seed(const struct cr_scope *scope, struct cr_span key)
{
  while (key.len > scope->longest_host || !has(&scope->hosts, key)) {
    const char *dot = memchr(key.at, '.', key.len);
    if (!dot)
      return false;
    key = cr_span(dot + 1, key.len - (size_t)(dot + 1 - key.at));
  }
  return true;
}

static bool is_of_site(const struct cr_scope *scope, const struct cr_scope_url *url)
{
  struct cr_span port = port_of(url->key);
  struct cr_span site = cr_host_site(url->host);

  if (scope->sites.used == 0 || site.len + port.len > KEY_BYTES)
    return false;
  return has(&scope->sites, join(scope, site, port));
}

static bool is_in_reach(const struct cr_scope *scope, const struct cr_scope_url *url)
{
  switch (scope->limits.reach) {
  case CR_REACH_ANY:
    return true;
  case CR_REACH_SUBDOMAINS:
    return is_below_seed(scope, url->key);
  case CR_REACH_DOMAIN:
    return is_of_site(scope, url) || has(&scope->hosts, url->key);
  default:
    return has(&scope->hosts, url->key);
  }
}

/* On a seed's host: is the URL in the directory of a seed? On others nobody has named one. */
static bool is_below_directory(const struct cr_scope *scope, const struct cr_scope_url *url)
{
  struct cr_span directory = cr_scope_directory(url->path);
  struct cr_span whole;

  if (scope->directories.used == 0 || !has(&scope->hosts, url->key))
    return true;
  whole = join_directory(scope, url->key, directory);
  for (size_t i = url->key.len; i < whole.len; i++)
    if (whole.at[i] == '/' && has(&scope->directories, cr_span(whole.at, i + 1)))
      return true;
  return false;
}

static struct cr_scope_verdict by_parts(const struct cr_scope *scope,
                                        const struct cr_scope_url *url)
{
  const struct cr_scope_limits *limits = &scope->limits;
  struct cr_span scheme = url->https ? CR_SPAN("https") : CR_SPAN("http");

  if (limits->no_parent && !is_below_directory(scope, url))
    return out_by("no_parent");
  if (limits->schemes.len > 0 && !cr_list_has_word(limits->schemes, scheme))
    return out_by("schemes");
  if (limits->ports.len > 0 && !cr_list_has_port(limits->ports, url->port))
    return out_by("ports");
  if (limits->allow_extensions.len + limits->deny_extensions.len == 0)
    return in_scope;
  struct cr_span extension = cr_url_extension(url->path);
  if (cr_list_has_extension(limits->deny_extensions, extension))
    return out_by("deny_extensions");
  if (limits->allow_extensions.len > 0 &&
      !cr_list_has_extension(limits->allow_extensions, extension))
    return out_by("allow_extensions");
  return in_scope;
}

/* What holds for URLs that no seed stands for. */
static struct cr_scope_verdict by_default(const struct cr_scope *scope,
                                          const struct cr_scope_url *url)
{
  const struct cr_match_rules *allow = &scope->allow;

  if (allow->count > 0) {
    struct cr_match_verdict found = cr_match_evaluate(allow, url->url, url->host, url->port);
    if (!found.accepted)
      return out_by_rule(allow, found);
  }
  if (allow->count_of[CR_MATCH_ALLOW_HOST] == 0 && !is_in_reach(scope, url))
    return out_by("scope");
  return by_parts(scope, url);
}

struct cr_scope_verdict cr_scope_judge(const struct cr_scope *scope, const struct cr_scope_url *url)
{
  struct cr_match_verdict found;

  if (scope->deny.count > 0) {
    found = cr_match_evaluate(&scope->deny, url->url, url->host, url->port);
    if (!found.accepted)
      return out_by_rule(&scope->deny, found);
  }
  if (scope->ordered.count > 0) {
    found = cr_match_first(&scope->ordered, url->url, url->host, url->port);
    if (!found.accepted)
      return out_by_rule(&scope->ordered, found);
    if (found.rule != CR_MATCH_NO_RULE)
      return in_scope;
  }
  return url->trusted ? in_scope : by_default(scope, url);
}

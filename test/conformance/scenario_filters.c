/* SPDX-License-Identifier: MIT */
/* scenario_filters.c - which URLs and types wget keeps, as patterns of a crawler.
 *
 * A list without wildcards is one of endings, or of directories with what is below; "/" is the
 * root without what is below. Globs with classes, or in any case, become expressions.
 */
#include "conformance/scenario_filters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "filter/match.h"

/* A name without an ending may be a page. */
#define PAGES "[^?]*/([^/.?]*|[^/?]*\\.x?html?)$"

bool cr_scenario_next_part(const char **list, struct cr_span *part)
{
  if (!*list || !**list)
    return false;
  *part = cr_span(*list, strcspn(*list, ","));
  *list += part->len + ((*list)[part->len] == ',');
  return true;
}

char *cr_scenario_join(struct cr_arena *arena, const char *a, struct cr_span b, const char *c)
{
  size_t room = strlen(a) + b.len + strlen(c) + 1;
  char *out = cr_arena_bytes(arena, room);

  assert_non_null(out);
  (void)snprintf(out, room, "%s%.*s%s", a, (int)b.len, b.at, c);
  return out;
}

bool cr_scenario_add_patterns(struct cr_scenario_patterns *patterns, const char *list, bool exclude)
{
  struct cr_span part;

  while (cr_scenario_next_part(&list, &part)) {
    if (patterns->count == CR_FILTER_PATTERNS)
      return false;
    patterns->exclude[patterns->count] = exclude;
    patterns->of[patterns->count++] = part;
  }
  return true;
}

/* ---- globs as expressions ---- */

/* The class at glob[at], '[' first, with its end: how many bytes. 0: it is none. */
static size_t class_length(struct cr_span glob, size_t at)
{
  size_t end = at + 1;

  end += end < glob.len && glob.at[end] == '!';
  end += end < glob.len && glob.at[end] == ']';
  while (end < glob.len && glob.at[end] != ']')
    end++;
  return end < glob.len ? end + 1 - at : 0;
}

/* As fnmatch(3) reads it; star: what '*' is. */
static const char *to_expression(struct cr_arena *arena, struct cr_span glob, const char *star)
{
  char *out = cr_arena_bytes(arena, glob.len * 6 + 1);
  size_t len = 0;

  assert_non_null(out);
  for (size_t i = 0; i < glob.len; i++) {
    size_t class = glob.at[i] == '[' ? class_length(glob, i) : 0;

    if (glob.at[i] == '*')
      len += (size_t)snprintf(out + len, 6, "%s", star);
    else if (class > 0) {
      memcpy(out + len, glob.at + i, class);
      if (out[len + 1] == '!')
        out[len + 1] = '^';
      len += class;
      i += class - 1;
    } else if (glob.at[i] == '?' || cr_is_alpha(glob.at[i]) || cr_is_digit(glob.at[i])) {
      out[len++] = glob.at[i] == '?' ? '.' : glob.at[i];
    } else {
      out[len++] = '\\';
      out[len++] = glob.at[i];
    }
  }
  out[len] = '\0';
  return out;
}

/* ---- URLs ---- */

typedef int add_pattern(crawler *c, const char *pattern);

static bool add_globs(crawler *c, struct cr_arena *arena, const struct cr_scenario_filters *filters,
                      const struct cr_scenario_patterns *globs, add_pattern *add)
{
  const char *begin = filters->ignore_case ? "re:(?i)" : "re:";

  for (size_t i = 0; i < globs->count; i++) {
    struct cr_span glob = globs->of[i];
    const char *pattern = cr_scenario_join(arena, "*", glob, "");

    if (filters->ignore_case || memchr(glob.at, '[', glob.len))
      pattern = cr_scenario_join(arena, begin, cr_span_text(to_expression(arena, glob, ".*")), "$");
    if (add(c, pattern) < 0)
      return false;
  }
  return true;
}

static bool add_expressions(crawler *c, struct cr_arena *arena,
                            const struct cr_scenario_filters *filters,
                            const struct cr_scenario_patterns *expressions, add_pattern *add)
{
  const char *begin = filters->ignore_case ? "re:(?i)" : "re:";

  for (size_t i = 0; i < expressions->count; i++)
    if (add(c, cr_scenario_join(arena, begin, expressions->of[i], "")) < 0)
      return false;
  return true;
}

/* Allow patterns have no order, so that either of two is enough: wget wants both. */
static bool add_names(crawler *c, struct cr_arena *arena, const struct cr_scenario_filters *filters)
{
  if (filters->accept.count > 0 && filters->accept_regex.count > 0)
    return false;
  if (filters->accept.count + filters->accept_regex.count > 0 &&
      crawler_allow_url(c, "re:^" PAGES) < 0)
    return false;
  return add_globs(c, arena, filters, &filters->accept, crawler_allow_url) &&
         add_globs(c, arena, filters, &filters->refuse, crawler_deny_url) &&
         add_expressions(c, arena, filters, &filters->accept_regex, crawler_allow_url) &&
         add_expressions(c, arena, filters, &filters->refuse_regex, crawler_deny_url);
}

/* ---- directories ---- */

/* An include takes in what scope would not: so each names the origin. */
static const char *to_directory(struct cr_arena *arena, const char *origin, struct cr_span glob)
{
  const char *path;

  while (glob.len > 0 && glob.at[glob.len - 1] == '/')
    glob.len--;
  if (glob.len == 0)
    return cr_scenario_join(arena, origin, CR_SPAN("/[^/?]*(\\?.*)?$"), "");
  path = to_expression(arena, glob, "[^/]*");
  return cr_scenario_join(arena, origin, cr_span_text(glob.at[0] == '/' ? "" : "/"),
                          cr_scenario_join(arena, "", cr_span_text(path), "/"));
}

static bool add_directories(crawler *c, struct cr_arena *arena,
                            const struct cr_scenario_patterns *directories, const char *start)
{
  struct cr_span host = cr_span(start, (size_t)(strchr(strstr(start, "://") + 3, '/') - start));
  const char *origin =
      cr_scenario_join(arena, "re:^", cr_span_text(to_expression(arena, host, "")), "");

  if (directories->count == 0)
    return true;
  if (crawler_include(c, cr_scenario_join(arena, origin, CR_SPAN(PAGES), "")) < 0)
    return false;
  for (size_t i = directories->count; i-- > 0;) {
    add_pattern *add = directories->exclude[i] ? crawler_exclude : crawler_include;

    if (add(c, to_directory(arena, origin, directories->of[i])) < 0)
      return false;
  }
  return directories->exclude[0] || crawler_exclude(c, "*") == 0;
}

/* ---- types ---- */

static bool keeps_type(const struct cr_scenario_patterns *types, const char *type)
{
  for (size_t i = types->count; i-- > 0 && *type;) {
    struct cr_span glob = types->of[i];
    bool without = glob.len > 0 && glob.at[0] == '!';

    if (cr_match_glob(cr_span(glob.at + without, glob.len - without), cr_span_text(type)))
      return !without;
  }
  return false;
}

/* What has no type passes option mime_types; wget2 doesn't keep it. */
static int judge_type(crawler *c, crawler_page *page, void *user)
{
  const struct cr_scenario_filters *filters = user;
  const char *type = crawler_page_sent_mime(page);

  (void)c;
  if (crawler_page_status(page) / 100 != 2 || keeps_type(&filters->types, type) ||
      (filters->reads_pages && strcmp(type, "text/html") == 0))
    return CRAWLER_ACCEPT;
  return CRAWLER_REJECT;
}

/* The option has no exceptions and no glob but for a subtype: the hook does the rest. */
static bool add_types(crawler *c, struct cr_arena *arena, struct cr_scenario_filters *filters)
{
  const char *list = filters->reads_pages ? "text/html" : "";

  for (size_t i = 0; i < filters->types.count; i++) {
    struct cr_span type = filters->types.of[i];

    if (memchr(type.at, '*', type.len) || memchr(type.at, '!', type.len))
      list = NULL;
    if (list)
      list = cr_scenario_join(arena, list, cr_span_text(*list ? "," : ""),
                              cr_scenario_join(arena, "", type, ""));
  }
  if (filters->types.count == 0)
    return true;
  crawler_on_headers(c, judge_type, filters);
  return !list || crawler_set_mime_types(c, list) == 0;
}

bool cr_scenario_filters_apply(crawler *c, struct cr_arena *arena,
                               struct cr_scenario_filters *filters, const char *start)
{
  return add_names(c, arena, filters) && add_directories(c, arena, &filters->directories, start) &&
         add_types(c, arena, filters);
}

/* SPDX-License-Identifier: MIT */
/* extra.c - what few requests have: a body, headers of their own, a caller's pointer.
 */
#include "model/extra.h"

#include "crawl/crawler.h"

struct cr_extra *cr_extra_new(struct cr_mem *mem)
{
  struct cr_extra *extra = cr_zalloc(mem, CR_MEM_CORE, sizeof(*extra));

  if (extra)
    cr_arena_init(&extra->arena, mem, CR_MEM_CORE, 512, CR_EXTRA_MAX_BYTES);
  return extra;
}

void cr_extra_free(struct cr_extra *extra)
{
  struct cr_mem *mem;

  if (!extra)
    return;
  mem = extra->arena.mem;
  cr_extra_set_data(extra, NULL, NULL);
  cr_arena_free(&extra->arena);
  cr_free(mem, extra);
}

static bool is_token_char(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

bool cr_header_is_valid(struct cr_span name, struct cr_span value)
{
  if (name.len == 0)
    return false;
  for (size_t i = 0; i < name.len; i++)
    if (!is_token_char(name.at[i]))
      return false;
  for (size_t i = 0; i < value.len; i++)
    if (((unsigned char)value.at[i] < ' ' && value.at[i] != '\t') || value.at[i] == 0x7f)
      return false;
  return true;
}

static bool has_name(const char *line, struct cr_span name)
{
  return cr_span_starts_nocase(cr_span_text(line), name) && line[name.len] == ':';
}

int cr_extra_set_header(struct cr_extra *extra, const char *name, const char *value)
{
  struct cr_span key = cr_span_text(name);
  struct cr_span text = cr_span_text(value);
  size_t at = 0;
  char *line;

  if (!cr_header_is_valid(key, text))
    return CRAWLER_E_VALUE;
  while (at < extra->header_count && !has_name(extra->headers[at], key))
    at++;
  if (at == CR_EXTRA_MAX_HEADERS)
    return CRAWLER_E_LIMIT;
  line = cr_arena_bytes(&extra->arena, key.len + text.len + 3);
  if (!line)
    return CRAWLER_E_NOMEM;
  memcpy(line, key.at, key.len);
  memcpy(line + key.len, ": ", 2);
  memcpy(line + key.len + 2, text.at, text.len + 1);
  extra->headers[at] = line;
  extra->header_count += at == extra->header_count;
  return 0;
}

int cr_extra_set_body(struct cr_extra *extra, struct cr_span body, const char *content_type)
{
  char *copy = cr_arena_strndup(&extra->arena, body.at ? body.at : "", body.len);
  const char *type = cr_arena_strndup(&extra->arena, content_type, strlen(content_type));

  if (!copy || !type)
    return CRAWLER_E_NOMEM;
  extra->body = cr_span(copy, body.len);
  extra->content_type = type;
  return 0;
}

int cr_extra_set_proxy(struct cr_extra *extra, const char *proxy)
{
  const char *copy = proxy ? cr_arena_strndup(&extra->arena, proxy, strlen(proxy)) : NULL;

  if (proxy && !copy)
    return CRAWLER_E_NOMEM;
  extra->proxy = copy;
  return 0;
}

void cr_extra_drop_message(struct cr_extra *extra)
{
  extra->header_count = 0;
  extra->body = cr_span(NULL, 0);
  extra->content_type = NULL;
}

void cr_extra_set_data(struct cr_extra *extra, void *data, void (*free_data)(void *))
{
  void (*old_free)(void *) = extra->free_data;
  void *old = extra->data;

  extra->data = data;
  extra->free_data = free_data;
  if (old_free)
    old_free(old);
}

int cr_extra_add_hop(struct cr_extra *extra, struct cr_span url, bool *again)
{
  struct cr_extra_hop **end = &extra->chain;
  struct cr_extra_hop *hop;
  const char *copy;

  *again = false;
  for (; *end; end = &(*end)->next)
    if (cr_span_eq((*end)->url, url)) {
      *again = true;
      return 0;
    }
  hop = cr_arena_zalloc(&extra->arena, sizeof(*hop));
  copy = cr_arena_strndup(&extra->arena, url.at, url.len);
  if (!hop || !copy)
    return CRAWLER_E_NOMEM;
  hop->url = cr_span(copy, url.len);
  *end = hop;
  return 0;
}

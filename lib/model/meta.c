/* SPDX-License-Identifier: MIT */
/* meta.c - text by name that travels with a URL.
 *
 * One flat block, copied whole on each change: it holds a few short pairs, and a block can be
 * shared by all links of a page.
 */
#include "model/meta.h"

#include "crawl/crawler.h"

/* The text that begins at *at, up to its NUL, which *at then lies behind. */
static struct cr_span next_text(struct cr_span meta, size_t *at)
{
  const char *text = meta.at + *at;
  size_t len = (size_t)((const char *)memchr(text, '\0', meta.len - *at) - text);

  *at += len + 1;
  return cr_span(text, len);
}

/* The pair that begins at *at; false at the end. */
static bool next_pair(struct cr_span meta, size_t *at, struct cr_span *key, struct cr_span *value)
{
  if (*at >= meta.len)
    return false;
  *key = next_text(meta, at);
  *value = next_text(meta, at);
  return true;
}

const char *cr_meta_get(struct cr_span meta, const char *key)
{
  struct cr_span wanted = cr_span_text(key);
  struct cr_span name;
  struct cr_span value;
  size_t at = 0;

  while (next_pair(meta, &at, &name, &value))
    if (cr_span_eq(name, wanted))
      return value.at;
  return NULL;
}

static char *append(char *to, struct cr_span text)
{
  memcpy(to, text.at, text.len + 1); /* with its NUL */
  return to + text.len + 1;
}

/* Bytes of the block without key. */
static size_t bytes_without(struct cr_span meta, struct cr_span key)
{
  struct cr_span name;
  struct cr_span value;
  size_t bytes = 0;
  size_t at = 0;

  while (next_pair(meta, &at, &name, &value))
    if (!cr_span_eq(name, key))
      bytes += name.len + value.len + 2;
  return bytes;
}

int cr_meta_set(struct cr_span *meta, struct cr_arena *arena, const char *key, const char *value)
{
  struct cr_span wanted = cr_span_text(key);
  size_t room = bytes_without(*meta, wanted) + (value ? wanted.len + strlen(value) + 2 : 0);
  struct cr_span name;
  struct cr_span old;
  size_t at = 0;
  char *block;
  char *end;

  if (room > CR_META_MAX_BYTES)
    return CRAWLER_E_LIMIT;
  block = cr_arena_bytes(arena, room);
  if (!block)
    return CRAWLER_E_NOMEM;
  end = block;
  while (next_pair(*meta, &at, &name, &old))
    if (!cr_span_eq(name, wanted)) {
      end = append(end, name);
      end = append(end, old);
    }
  if (value) {
    end = append(end, wanted);
    end = append(end, cr_span_text(value));
  }
  *meta = cr_span(block, (size_t)(end - block));
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* headers.c - the header block of a response, cut into names and values.
 *
 * The block is copied once and cut in place: names and values are NUL-terminated pieces of the
 * copy. Obsolete folding becomes spaces (RFC 9112 section 5.2).
 */
#include "model/headers.h"

#include <strings.h>

#include "crawl/crawler.h"

static size_t count_lines(struct cr_span block)
{
  size_t lines = 1;

  for (size_t i = 0; i < block.len; i++)
    lines += block.at[i] == '\n';
  return lines < CR_HEADERS_MAX ? lines : CR_HEADERS_MAX;
}

/* Joins folded lines by writing spaces over their line ends. NULs and CRs become spaces too: they
 * may not stand in a value (RFC 9110 section 5.5), and before LF a CR is trimmed as a space is. */
static void unfold(char *text, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    bool folds = text[i] == '\n' && i + 1 < len && (text[i + 1] == ' ' || text[i + 1] == '\t');

    if (folds || text[i] == '\0' || text[i] == '\r')
      text[i] = ' ';
  }
}

static char *terminate(struct cr_span trimmed)
{
  char *start = (char *)(uintptr_t)trimmed.at; /* a piece of our own copy */

  start[trimmed.len] = '\0';
  return start;
}

/* One line, without its LF; there is a writable byte behind it. */
static bool cut_line(char *line, size_t len, struct cr_header *header)
{
  char *colon = memchr(line, ':', len);
  struct cr_span name;
  struct cr_span value;

  if (!colon)
    return false;
  name = cr_span_trim(cr_span(line, (size_t)(colon - line)));
  value = cr_span_trim(cr_span(colon + 1, len - (size_t)(colon + 1 - line)));
  if (name.len == 0)
    return false;
  header->name = terminate(name);
  header->value = terminate(value);
  return true;
}

int cr_headers_parse(struct cr_headers *headers, struct cr_arena *arena, struct cr_span block)
{
  struct cr_header *list = cr_arena_alloc(arena, count_lines(block) * sizeof(*list));
  char *text = cr_arena_strndup(arena, block.at ? block.at : "", block.len);
  size_t count = 0;
  size_t at = 0;

  if (!list || !text)
    return CRAWLER_E_NOMEM;
  unfold(text, block.len);
  while (at < block.len && count < CR_HEADERS_MAX) {
    char *end = memchr(text + at, '\n', block.len - at);
    size_t stop = end ? (size_t)(end - text) : block.len;

    if (at > 0 && cut_line(text + at, stop - at, &list[count])) /* the first is the status line */
      count++;
    at = stop + 1;
  }
  headers->at = list;
  headers->count = count;
  return 0;
}

const char *cr_headers_get(const struct cr_headers *headers, const char *name)
{
  for (size_t i = 0; i < headers->count; i++)
    if (strcasecmp(headers->at[i].name, name) == 0)
      return headers->at[i].value;
  return NULL;
}

int cr_headers_joined(const struct cr_headers *headers, const char *name, struct cr_arena *arena,
                      struct cr_span *list)
{
  size_t bytes = 0;
  size_t count = 0;

  *list = cr_span_text(cr_headers_get(headers, name));
  for (size_t i = 0; i < headers->count; i++) {
    bool is_it = strcasecmp(headers->at[i].name, name) == 0;
    bytes += is_it ? strlen(headers->at[i].value) + 1 : 0;
    count += is_it;
  }
  if (count < 2)
    return 0;
  char *out = cr_arena_bytes(arena, bytes);
  if (!out)
    return CRAWLER_E_NOMEM;
  *list = cr_span(out, 0);
  for (size_t i = 0; i < headers->count; i++) {
    if (strcasecmp(headers->at[i].name, name) != 0)
      continue;
    size_t len = strlen(headers->at[i].value);
    if (list->len > 0)
      out[list->len++] = ',';
    memcpy(out + list->len, headers->at[i].value, len);
    list->len += len;
  }
  return 0;
}

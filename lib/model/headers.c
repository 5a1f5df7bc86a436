/* SPDX-License-Identifier: MIT */
/* headers.c - the header block of a response, cut into names and values.
 *
 * The block is copied once and cut in place: names and values are NUL-terminated pieces of the
 * copy. Obsolete folding becomes spaces (RFC 9112 section 5.2).
 */
#include "model/headers.h"

#include "crawl/crawler.h"

/* From at on; NULL: it isn't there. */
static char *find(const char *at, const char *end, char c)
{
  return at < end ? memchr(at, c, (size_t)(end - at)) : NULL;
}

static size_t count_lines(struct cr_span block)
{
  const char *end = block.at + block.len;
  size_t lines = 1;

  for (const char *at = block.at; (at = find(at, end, '\n')) && lines < CR_HEADERS_MAX; at++)
    lines++;
  return lines;
}

static void blank(char *text, const char *end, char c)
{
  while ((text = find(text, end, c)))
    *text++ = ' ';
}

/* Joins folded lines by writing spaces over their line ends. NULs and CRs become spaces too: they
 * may not stand in a value (RFC 9110 section 5.5), and before LF a CR is trimmed as a space is. */
static void unfold(char *text, size_t len)
{
  const char *end = text + len;

  for (char *at = text; (at = find(at, end, '\n')); at++)
    if (at + 1 < end && (at[1] == ' ' || at[1] == '\t'))
      *at = ' ';
  blank(text, end, '\0');
  blank(text, end, '\r');
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
  header->name_bytes = name.len;
  header->value = terminate(value);
  return true;
}

int cr_headers_parse(struct cr_headers *headers, struct cr_arena *arena, struct cr_span block)
{
  struct cr_span given = block.at ? block : CR_SPAN("");
  struct cr_header *list = cr_arena_alloc(arena, count_lines(given) * sizeof(*list));
  char *text = cr_arena_strndup(arena, given.at, given.len);
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

/* The first of that name from number i on; as many as there are: none. */
static size_t find_from(const struct cr_headers *headers, struct cr_span name, size_t i)
{
  while (i < headers->count && !cr_header_is(&headers->at[i], name))
    i++;
  return i;
}

const char *cr_headers_get(const struct cr_headers *headers, const char *name)
{
  size_t i = find_from(headers, cr_span_text(name), 0);

  return i < headers->count ? headers->at[i].value : NULL;
}

int cr_headers_joined(const struct cr_headers *headers, const char *name, struct cr_arena *arena,
                      struct cr_span *list)
{
  const struct cr_span wanted = cr_span_text(name);
  size_t first = find_from(headers, wanted, 0);
  size_t bytes = 0;

  *list = cr_span_text(first < headers->count ? headers->at[first].value : NULL);
  if (!list->at || find_from(headers, wanted, first + 1) == headers->count)
    return 0;
  for (size_t i = first; i < headers->count; i = find_from(headers, wanted, i + 1))
    bytes += strlen(headers->at[i].value) + 1;
  char *out = cr_arena_bytes(arena, bytes);
  if (!out)
    return CRAWLER_E_NOMEM;
  *list = cr_span(out, 0);
  for (size_t i = first; i < headers->count; i = find_from(headers, wanted, i + 1)) {
    size_t len = strlen(headers->at[i].value);
    if (list->len > 0)
      out[list->len++] = ',';
    memcpy(out + list->len, headers->at[i].value, len);
    list->len += len;
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* host_lines.c - header lines that are meant for some hosts and go to no other.
 *
 * Credentials are those of the Basic scheme (RFC 7617): user and password as they are given, with a
 * colon between, in base64 (RFC 4648 section 4). Time for a request is linear in the lines.
 */
#include "filter/host_lines.h"

#include "crawl/crawler.h"
#include "filter/host_pattern.h"
#include "model/extra.h"

enum { PATTERN_MAX_BYTES = 4096 };

struct line {
  struct cr_host_pattern pattern; /* its port is always one */
  bool https;
  char *name; /* the pattern's */
  char *text; /* the header */
};

struct cr_host_lines {
  struct cr_mem *mem;
  size_t count;
  struct line lines[];
};

/* ---- credentials ---- */

static const char basic[] = "Authorization: Basic ";

static void put_base64(char *out, struct cr_span from)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  for (size_t i = 0; i < from.len; i += 3) {
    size_t have = from.len - i < 3 ? from.len - i : 3;
    uint32_t bits = 0;

    for (size_t k = 0; k < 3; k++)
      bits = bits << 8 | (k < have ? (uint8_t)from.at[i + k] : 0);
    for (size_t k = 0; k < 4; k++)
      *out++ = k <= have ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  *out = '\0';
}

/* RFC 7617 section 2: no colon in the user, no control characters in either. */
static int make_credentials(char **out, struct cr_mem *mem, struct cr_span pair)
{
  if (!memchr(pair.at, ':', pair.len) || memchr(pair.at, '\t', pair.len) ||
      !cr_header_is_valid(CR_SPAN("Authorization"), pair))
    return CRAWLER_E_VALUE;
  char *line = cr_alloc(mem, CR_MEM_CORE, sizeof(basic) + (pair.len + 2) / 3 * 4);
  if (!line)
    return CRAWLER_E_NOMEM;
  memcpy(line, basic, sizeof(basic) - 1);
  put_base64(line + sizeof(basic) - 1, pair);
  *out = line;
  return 0;
}

/* ---- reading ---- */

bool cr_is_header_line(struct cr_span line)
{
  size_t colon = cr_span_find(line, ':');

  return colon < line.len && cr_header_is_valid(cr_span(line.at, colon), cr_span_from(line, colon));
}

static int make_header(char **out, struct cr_mem *mem, struct cr_span header)
{
  if (!cr_is_header_line(header))
    return CRAWLER_E_VALUE;
  *out = cr_strndup(mem, CR_MEM_CORE, header.at, header.len);
  return *out ? 0 : CRAWLER_E_NOMEM;
}

/* Takes "http://" or "https://" off the start of *pattern. */
static bool take_scheme(struct cr_span *pattern)
{
  const struct cr_span http = CR_SPAN("http://");
  const struct cr_span https = CR_SPAN("https://");
  bool is_http = cr_span_starts_nocase(*pattern, http);

  if (is_http)
    *pattern = cr_span_from(*pattern, http.len);
  else if (cr_span_starts_nocase(*pattern, https))
    *pattern = cr_span_from(*pattern, https.len);
  return !is_http;
}

static int read_pattern(struct line *line, struct cr_mem *mem, struct cr_span text)
{
  struct cr_buf room;

  if (text.len > PATTERN_MAX_BYTES)
    return CRAWLER_E_VALUE;
  line->https = take_scheme(&text);
  cr_buf_init(&room, mem, CR_MEM_CORE, PATTERN_MAX_BYTES);
  int err = cr_host_pattern_read(&line->pattern, text, &room);
  if (!err) {
    line->name = cr_strndup(mem, CR_MEM_CORE, line->pattern.name.at, line->pattern.name.len);
    err = line->name ? 0 : CRAWLER_E_NOMEM;
    line->pattern.name.at = line->name;
  }
  cr_buf_free(&room);
  if (line->pattern.port == CR_HOST_ANY_PORT)
    line->pattern.port = line->https ? 443 : 80;
  return err;
}

/* "PATTERN REST", with one space between, or more. */
static int read_line(struct line *line, struct cr_mem *mem, enum cr_host_line_kind kind,
                     struct cr_span text)
{
  size_t end = cr_span_find(text, ' ');
  struct cr_span rest = cr_span_from(text, end);
  int err;

  while (rest.len > 0 && rest.at[0] == ' ')
    rest = cr_span_from(rest, 1);
  if (rest.len == 0)
    return CRAWLER_E_VALUE;
  err = read_pattern(line, mem, cr_span(text.at, end));
  if (err)
    return err;
  return kind == CR_HOST_LINE_HEADER ? make_header(&line->text, mem, rest)
                                     : make_credentials(&line->text, mem, rest);
}

static struct cr_span take_line(struct cr_span *text)
{
  size_t len = cr_span_find(*text, '\n');
  struct cr_span line = cr_span(text->at, len);

  *text = cr_span_from(*text, len + (len < text->len));
  return line;
}

int cr_host_lines_open(struct cr_host_lines **out, struct cr_mem *mem, enum cr_host_line_kind kind,
                       const char *text)
{
  struct cr_span rest = cr_span_text(text);
  struct cr_host_lines *lines;
  size_t count = 0;
  int err = 0;

  for (struct cr_span counted = rest; counted.len > 0; count++)
    (void)take_line(&counted);
  if (count > CR_HOST_LINES_MAX)
    return CRAWLER_E_LIMIT;
  lines = cr_zalloc(mem, CR_MEM_CORE, sizeof(*lines) + count * sizeof(lines->lines[0]));
  if (!lines)
    return CRAWLER_E_NOMEM;
  lines->mem = mem;
  while (rest.len > 0 && !err)
    err = read_line(&lines->lines[lines->count++], mem, kind, take_line(&rest));
  if (err)
    cr_host_lines_close(lines);
  else
    *out = lines;
  return err;
}

void cr_host_lines_close(struct cr_host_lines *lines)
{
  if (!lines)
    return;
  for (size_t i = 0; i < lines->count; i++) {
    cr_free(lines->mem, lines->lines[i].name);
    cr_free(lines->mem, lines->lines[i].text);
  }
  cr_free(lines->mem, lines);
}

/* ---- asking ---- */

const char *cr_host_lines_next(const struct cr_host_lines *lines,
                               const struct cr_host_lines_origin *origin, size_t *at)
{
  while (lines && *at < lines->count) {
    const struct line *line = &lines->lines[(*at)++];

    if (line->https == origin->https &&
        cr_host_pattern_matches(&line->pattern, origin->host, origin->port))
      return line->text;
  }
  return NULL;
}

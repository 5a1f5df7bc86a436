/* SPDX-License-Identifier: MIT */
/* robots_lines.c - robots.txt as a sequence of records, before anything is made of them.
 *
 * The grammar is RFC 9309 section 2.2; where it says nothing, Google's robots.cc decides (missing
 * colon, frequent misspellings, part of a byte order mark, very long lines).
 * Pure: no I/O, no allocation. Each byte is looked at a constant number of times.
 */
#include "robots/robots_lines.h"

#include "robots/robots.h"

struct row {
  struct cr_span name;
  enum cr_robots_field field;
};

static const struct row fields[] = {
  { CR_SPAN_INIT("user-agent"), CR_ROBOTS_AGENT },
  { CR_SPAN_INIT("allow"), CR_ROBOTS_ALLOW },
  { CR_SPAN_INIT("disallow"), CR_ROBOTS_DISALLOW },
  { CR_SPAN_INIT("crawl-delay"), CR_ROBOTS_DELAY },
  { CR_SPAN_INIT("request-rate"), CR_ROBOTS_RATE },
  { CR_SPAN_INIT("content-signal"), CR_ROBOTS_SIGNAL },
  { CR_SPAN_INIT("sitemap"), CR_ROBOTS_SITEMAP },
  { CR_SPAN_INIT("host"), CR_ROBOTS_HOST },
};

/* What people write instead, from robots.cc. */
static const struct row misspellings[] = {
  { CR_SPAN_INIT("useragent"), CR_ROBOTS_AGENT },
  { CR_SPAN_INIT("user agent"), CR_ROBOTS_AGENT },
  { CR_SPAN_INIT("dissallow"), CR_ROBOTS_DISALLOW },
  { CR_SPAN_INIT("dissalow"), CR_ROBOTS_DISALLOW },
  { CR_SPAN_INIT("disalow"), CR_ROBOTS_DISALLOW },
  { CR_SPAN_INIT("diasllow"), CR_ROBOTS_DISALLOW },
  { CR_SPAN_INIT("disallaw"), CR_ROBOTS_DISALLOW },
  { CR_SPAN_INIT("site-map"), CR_ROBOTS_SITEMAP },
};

/* The start of a name decides, as in robots.cc: "Disallow-all" and "Allowed" are meant too. */
static enum cr_robots_field find_start(const struct row *rows, size_t count, struct cr_span name)
{
  for (size_t i = 0; i < count; i++)
    if (cr_span_starts_nocase(name, rows[i].name))
      return rows[i].field;
  return CR_ROBOTS_OTHER;
}

static enum cr_robots_field find_field(struct cr_span name, bool strict)
{
  const size_t count = sizeof(fields) / sizeof(fields[0]);

  for (size_t i = 0; i < count; i++)
    if (cr_span_eq_nocase(name, fields[i].name))
      return fields[i].field;
  if (strict)
    return CR_ROBOTS_OTHER;
  enum cr_robots_field field = find_start(fields, count, name);
  if (field == CR_ROBOTS_HOST) /* "Hostname" is something else */
    return CR_ROBOTS_OTHER;
  return field != CR_ROBOTS_OTHER
             ? field
             : find_start(misspellings, sizeof(misspellings) / sizeof(misspellings[0]), name);
}

static bool is_line_end(char c)
{
  return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t';
}

/* Takes one line off *rest. LF, CR and CRLF end it, and so does the end of the text. */
static struct cr_span take_line(struct cr_span *rest)
{
  size_t len = 0;
  while (len < rest->len && !is_line_end(rest->at[len]))
    len++;

  size_t taken = len;
  if (taken < rest->len)
    taken +=
        rest->at[taken] == '\r' && taken + 1 < rest->len && rest->at[taken + 1] == '\n' ? 2 : 1;

  struct cr_span line = cr_span(rest->at, len);
  *rest = cr_span_from(*rest, taken);
  return line;
}

/* Where the value is parted from the field; line.len: nowhere. Some people forget the colon: white
 * space stands for it when it parts exactly two words. */
static size_t find_separator(struct cr_span line)
{
  size_t colon = cr_span_find(line, ':');
  if (colon < line.len)
    return colon;

  size_t gap = 0;
  while (gap < line.len && !is_blank(line.at[gap]))
    gap++;
  struct cr_span second = cr_span_trim(cr_span_from(line, gap));
  for (size_t i = 0; i < second.len; i++)
    if (is_blank(second.at[i]))
      return line.len;
  return gap;
}

static bool split_line(struct cr_span line, bool strict, struct cr_robots_record *record)
{
  if (line.len > CR_ROBOTS_LINE_BYTES)
    line.len = CR_ROBOTS_LINE_BYTES;
  line.len = cr_span_find(line, '#');
  line = cr_span_trim(line);

  size_t separator = strict ? cr_span_find(line, ':') : find_separator(line);
  if (separator == line.len)
    return false;
  record->name = cr_span_trim(cr_span(line.at, separator));
  record->value = cr_span_trim(cr_span_from(line, separator + 1));
  record->field = find_field(record->name, strict);
  return record->name.len > 0;
}

/* A line that the limit cuts could turn "Disallow: /private" into "Disallow: /": it is dropped. */
static struct cr_span cut_at_limit(struct cr_span text)
{
  if (text.len <= CR_ROBOTS_MAX_BYTES)
    return text;
  text.len = CR_ROBOTS_MAX_BYTES;
  while (text.len > 0 && !is_line_end(text.at[text.len]))
    text.len--;
  return text;
}

void cr_robots_lines_init(struct cr_robots_lines *lines, struct cr_span text)
{
  static const char mark[] = { '\xef', '\xbb', '\xbf' };
  size_t marked = 0;

  text = cut_at_limit(text);
  while (marked < sizeof(mark) && marked < text.len && text.at[marked] == mark[marked])
    marked++;
  lines->rest = text.len > 0 ? cr_span_from(text, marked) : text;
  lines->line = 0;
  lines->strict = false;
}

bool cr_robots_lines_next(struct cr_robots_lines *lines, struct cr_robots_record *record)
{
  while (lines->rest.len > 0) {
    struct cr_span line = take_line(&lines->rest);
    lines->line++;
    if (split_line(line, lines->strict, record)) {
      record->line = lines->line;
      return true;
    }
  }
  return false;
}

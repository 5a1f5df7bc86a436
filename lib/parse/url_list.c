/* SPDX-License-Identifier: MIT */
/* url_list.c - a text that lists URLs, one a line: the text form of sitemaps.org, and others like
 * it.
 *
 * A line with white space inside is prose, and one with a NUL is no text. Pure; linear.
 */
#include "parse/url_list.h"

static struct cr_span take_line(struct cr_url_list *list)
{
  const char *begin = list->at;

  while (list->at < list->end && *list->at != '\n' && *list->at != '\r')
    list->at++;
  struct cr_span line = cr_span(begin, (size_t)(list->at - begin));
  list->at += list->at < list->end;
  return cr_span_trim(line);
}

static bool is_url(struct cr_span line)
{
  if (!cr_span_starts_nocase(line, CR_SPAN("http://")) &&
      !cr_span_starts_nocase(line, CR_SPAN("https://")))
    return false;
  for (size_t i = 0; i < line.len; i++)
    if (cr_is_space(line.at[i]) || line.at[i] == '\0')
      return false;
  return true;
}

bool cr_url_list_next(struct cr_url_list *list, struct cr_span *url)
{
  const struct cr_span mark = CR_SPAN("\xef\xbb\xbf");

  while (list->at < list->end) {
    struct cr_span line = take_line(list);
    if (line.len >= mark.len && memcmp(line.at, mark.at, mark.len) == 0)
      line = cr_span(line.at + mark.len, line.len - mark.len);
    if (is_url(line)) {
      *url = line;
      return true;
    }
  }
  return false;
}

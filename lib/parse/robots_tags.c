/* SPDX-License-Identifier: MIT */
/* robots_tags.c - what a page says to robots: X-Robots-Tag, meta robots.
 *
 * Of several that are for us all hold: nothing is taken back. Pure; linear in what is read.
 */
#include "parse/robots_tags.h"

#include "crawl/crawler.h"
#include "model/headers.h"
#include "sitemap/feed_date.h"

static const struct {
  struct cr_span word;
  unsigned says;
} words[] = {
  { CR_SPAN_INIT("noindex"), CRAWLER_PAGE_NOINDEX },
  { CR_SPAN_INIT("nofollow"), CRAWLER_PAGE_NOFOLLOW },
  { CR_SPAN_INIT("none"), CRAWLER_PAGE_NOINDEX | CRAWLER_PAGE_NOFOLLOW },
  { CR_SPAN_INIT("noarchive"), CRAWLER_PAGE_NOARCHIVE },
  { CR_SPAN_INIT("nocache"), CRAWLER_PAGE_NOARCHIVE }, /* Bing's name for it */
};

static bool has_digit(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (cr_is_digit(text.at[i]))
      return true;
  return false;
}

/* "25 Jun 2010 15:00:00 GMT", or with a comma: then its day of the week was the piece before. */
static void read_date(struct cr_page_facts *facts, struct cr_span date, struct cr_span *list)
{
  if (!has_digit(date))
    date = cr_span_take_item(list);
  int64_t ms = cr_feed_date(date);
  if (ms != 0 && (facts->unavailable_after_ms == 0 || ms < facts->unavailable_after_ms))
    facts->unavailable_after_ms = ms;
}

/* Some part words by blanks. */
static void read_words(struct cr_page_facts *facts, struct cr_span piece)
{
  while (piece.len > 0) {
    size_t len = 0;
    while (len < piece.len && !cr_is_space(piece.at[len]))
      len++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
      if (cr_span_eq_nocase(cr_span(piece.at, len), words[i].word))
        facts->robots |= (uint8_t)words[i].says;
    piece = cr_span_trim(cr_span_from(piece, len));
  }
}

/* Is what stands before a colon a directive that has a value, and no agent? */
static bool has_value(struct cr_span name)
{
  return cr_span_eq_nocase(name, CR_SPAN("unavailable_after")) ||
         cr_span_starts_nocase(name, CR_SPAN("max-"));
}

/* token: of whom a name in front has to be; at NULL: there are no such names. */
static void read_list(struct cr_page_facts *facts, struct cr_span list, struct cr_span token)
{
  bool is_for_us = true;

  while (list.len > 0) {
    struct cr_span piece = cr_span_take_item(&list);
    struct cr_span name = cr_span_trim(cr_span(piece.at, cr_span_find(piece, ':')));
    if (token.at && name.len < piece.len && !has_value(name)) {
      is_for_us =
          cr_span_eq(name, CR_SPAN("*")) || (name.len > 0 && cr_span_eq_nocase(name, token));
      piece = cr_span_trim(cr_span_from(piece, cr_span_find(piece, ':') + 1));
      name = cr_span_trim(cr_span(piece.at, cr_span_find(piece, ':')));
    }
    if (!is_for_us)
      continue;
    if (name.len < piece.len && cr_span_eq_nocase(name, CR_SPAN("unavailable_after")))
      read_date(facts, cr_span_from(piece, cr_span_find(piece, ':') + 1), &list);
    else
      read_words(facts, piece);
  }
}

void cr_robots_tags_headers(struct cr_page_facts *facts, const struct cr_headers *headers,
                            struct cr_span token)
{
  const struct cr_span header = CR_SPAN("X-Robots-Tag");

  if (!token.at)
    token = cr_span("", 0);
  for (size_t i = 0; headers && i < headers->count; i++)
    if (cr_header_is(&headers->at[i], header))
      read_list(facts, cr_span_text(headers->at[i].value), token);
}

void cr_robots_tags_meta(struct cr_page_facts *facts, struct cr_span name, struct cr_span content,
                         struct cr_span token)
{
  if (cr_span_eq(name, CR_SPAN("robots")) || (token.len > 0 && cr_span_eq_nocase(name, token)))
    read_list(facts, content, cr_span(NULL, 0));
}

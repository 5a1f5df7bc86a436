/* SPDX-License-Identifier: MIT */
/* robots_sitemaps.c - the sitemaps that a robots.txt lists.
 */
#include "robots/robots_sitemaps.h"

#include "robots/robots_lines.h"

void cr_robots_sitemaps_init(struct cr_robots_sitemaps *sitemaps, struct cr_span text)
{
  struct cr_robots_lines lines;

  cr_robots_lines_init(&lines, text);
  sitemaps->rest = lines.rest;
  sitemaps->line = lines.line;
}

bool cr_robots_sitemaps_next(struct cr_robots_sitemaps *sitemaps, struct cr_span *url)
{
  struct cr_robots_lines lines = { sitemaps->rest, sitemaps->line };
  struct cr_robots_record record;
  bool found = false;

  while (!found && cr_robots_lines_next(&lines, &record)) {
    /* The spellings of robots.cc (KeyIsSitemap). */
    found = record.value.len > 0 && (cr_span_starts_nocase(record.name, CR_SPAN("sitemap")) ||
                                     cr_span_starts_nocase(record.name, CR_SPAN("site-map")));
  }
  if (found)
    *url = record.value;
  sitemaps->rest = lines.rest;
  sitemaps->line = lines.line;
  return found;
}

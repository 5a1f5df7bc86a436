/* SPDX-License-Identifier: MIT */
/* sim_site.h - a small web written down as a table.
 *
 *   static const struct cr_sim_page pages[] = {
 *     { "/", .hrefs = "/a /b http://b.example/" },
 *     { "/a", .to = "/b" },
 *     { "/b", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
 *     { .url = "/b" },
 *     { .url = "http://b.example/", .status = 404 },
 *   };
 *   static const struct cr_sim_site site = CR_SIM_SITE(pages);
 *
 * What isn't in the table is 404. A URL is compared letter by letter with what is asked for.
 */
#ifndef CR_SIM_SITE_H
#define CR_SIM_SITE_H

#include "sim/sim_world.h"

#define CR_SIM_ORIGIN "http://a.example" /* what stands before a path in the table */

struct cr_sim_page {
  const char *url;     /* absolute, or a path on CR_SIM_ORIGIN */
  int status;          /* 0: 200, or 302 with .to */
  const char *hrefs;   /* separated by spaces; "!" before one: nofollow, "@": an area */
  const char *to;      /* the Location header */
  const char *headers; /* further lines, each ended by CRLF */
  const char *body;    /* instead of one made of hrefs */
  const char *type;    /* NULL: text/html */
  const char *base;    /* <base href> */
  crawler_reason failure;
  unsigned times;      /* only the first so many requests get this row; then the URL's next one */
  int64_t ms;          /* until the head; 0: 10 */
  int64_t resolve_ms;  /* until the name is known; 0: 1 */
  const char *address; /* NULL: "192.0.2.1" */
};

struct cr_sim_site {
  struct cr_sim_world world; /* first */
  const struct cr_sim_page *pages;
  size_t count;
};

void cr_sim_site_answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                        struct cr_sim_answer *answer);
/* What stands in href="..." in the body; rel="nofollow" and area as in the table. */
bool cr_sim_site_links(const struct cr_sim_world *world, struct cr_span body,
                       struct cr_arena *arena, struct cr_sim_links *links);

#define CR_SIM_SITE(table)                                                               \
  {                                                                                      \
    { cr_sim_site_answer, cr_sim_site_links }, table, sizeof(table) / sizeof((table)[0]) \
  }

#endif

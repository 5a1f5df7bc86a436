/* SPDX-License-Identifier: MIT */
/* way_site.h - a site that sends its visitor to another host, in every way there is.
 *
 * "ROW.HEX.ways.test" sends it to the host whose text HEX is, by links, redirects, sitemaps and so
 * on; "ROW.HEX.rr.test" redirects its robots.txt there. Each way has a URL of its own on that host:
 * "/w-WAY-ROW".
 */
#ifndef CR_TEST_WAY_SITE_H
#define CR_TEST_WAY_SITE_H

#include <stdbool.h>
#include <stddef.h>

enum {
  CR_WAY_ROBOTS = 1,  /* needs a crawler that asks for robots.txt */
  CR_WAY_BY_HAND = 2, /* the test adds the URL itself: seeds, and what hooks add */
  CR_WAY_NEVER = 4,   /* other rules keep to the host here: must not be followed at all */
  CR_WAY_SILENT = 8,  /* nobody listens at its port */
  CR_WAY_XML = 16     /* needs a crawler that reads XML */
};

struct cr_site_way {
  const char *name;
  unsigned flags;
};

extern const struct cr_site_way cr_site_ways[]; /* at most 64 */
extern const size_t cr_site_way_count;

/* The whole response of whatever host is asked, to a request for path by that Host header. */
size_t cr_way_site_answer(const char *host, const char *path, char *out, size_t room);
/* "http://ROW.HEX.SUFFIX/". */
void cr_way_site_url(char *out, size_t room, unsigned row, const char *target, const char *suffix);
/* The way and row of a path; false: none. */
bool cr_way_site_read(const char *path, size_t *way, unsigned *row);

#endif

/* SPDX-License-Identifier: MIT */
/* sitemap_feed.h - RSS and Atom as a sitemap: their entries' pages.
 *
 * Internal to sitemap/.
 */
#ifndef CR_SITEMAP_SITEMAP_FEED_H
#define CR_SITEMAP_SITEMAP_FEED_H

#include "sitemap/sitemap.h"

struct cr_sitemap_feed;

int cr_sitemap_feed_open(struct cr_sitemap_feed **out, struct cr_mem *mem,
                         const struct cr_sitemap_sink *sink); /* CRAWLER_E_NOMEM */
/* The errors of cr_feed_add. */
int cr_sitemap_feed_add(struct cr_sitemap_feed *f, const char *data, size_t bytes);
int cr_sitemap_feed_end(struct cr_sitemap_feed *f); /* after an error too, as cr_feed_end */
enum cr_sitemap_format cr_sitemap_feed_format(const struct cr_sitemap_feed *f);
void cr_sitemap_feed_close(struct cr_sitemap_feed *f); /* NULL is fine */

#endif

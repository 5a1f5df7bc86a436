/* SPDX-License-Identifier: MIT */
/* sitemap_xml.h - urlset and sitemapindex, as a stream.
 *
 * Internal to sitemap/. Memory is bounded by base/xml_expat.h and by what one entry may hold.
 */
#ifndef CR_SITEMAP_SITEMAP_XML_H
#define CR_SITEMAP_SITEMAP_XML_H

#include "sitemap/sitemap.h"

struct cr_sitemap_xml;

int cr_sitemap_xml_open(struct cr_sitemap_xml **out, struct cr_mem *mem,
                        const struct cr_sitemap_sink *sink); /* CRAWLER_E_NOMEM */
/* The errors of cr_xml_add. CRAWLER_E_FORMAT, also: another root. */
int cr_sitemap_xml_add(struct cr_sitemap_xml *x, const char *data, size_t bytes);
/* After the last byte or an error: an entry that was cut off behind its URL counts. */
int cr_sitemap_xml_end(struct cr_sitemap_xml *x);
enum cr_sitemap_format cr_sitemap_xml_format(const struct cr_sitemap_xml *x);
void cr_sitemap_xml_close(struct cr_sitemap_xml *x); /* NULL is fine */

/* Thousandths of a priority "0.8"; -1: none between 0.0 and 1.0. */
int cr_sitemap_priority(struct cr_span text);
enum cr_sitemap_freq cr_sitemap_freq(struct cr_span text);

#endif

/* SPDX-License-Identifier: MIT */
/* sitemap_text.h - a sitemap that is a list of URLs, one a line.
 *
 * Internal to sitemap/.
 */
#ifndef CR_SITEMAP_SITEMAP_TEXT_H
#define CR_SITEMAP_SITEMAP_TEXT_H

#include "base/buf.h"
#include "sitemap/sitemap.h"

struct cr_sitemap_text {
  struct cr_sitemap_sink sink;
  struct cr_buf line; /* the beginning of one that isn't complete */
  bool is_cut;        /* it is longer than a URL may be */
  uint64_t urls;      /* told so far */
};

void cr_sitemap_text_init(struct cr_sitemap_text *t, struct cr_mem *mem,
                          const struct cr_sitemap_sink *sink);
/* CRAWLER_E_NOMEM, or what the sink answered. */
int cr_sitemap_text_add(struct cr_sitemap_text *t, const char *data, size_t bytes);
int cr_sitemap_text_end(struct cr_sitemap_text *t); /* a last line without its end counts */
void cr_sitemap_text_free(struct cr_sitemap_text *t);

#endif

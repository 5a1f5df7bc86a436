/* SPDX-License-Identifier: MIT */
/* facts.h - what a page says of itself, most of it in HTML.
 */
#ifndef CR_MODEL_FACTS_H
#define CR_MODEL_FACTS_H

#include <stdint.h>

struct cr_page_meta { /* <meta name> or <meta property>, with its content */
  const char *name;   /* lower case */
  const char *content;
};

struct cr_page_facts {              /* strings in the page's arena */
  const char *title;                /* white space folded; NULL: none */
  const char *lang;                 /* of <html>; NULL: none */
  const struct cr_page_meta *metas; /* in document order */
  uint32_t meta_count;
  uint8_t robots;               /* CRAWLER_PAGE_*: meta robots and X-Robots-Tag, as far as for us */
  int64_t unavailable_after_ms; /* by the same, since 1970; 0: never */
};

#endif

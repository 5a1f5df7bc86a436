/* SPDX-License-Identifier: MIT */
/* facts.h - what an HTML page says of itself.
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
};

#endif

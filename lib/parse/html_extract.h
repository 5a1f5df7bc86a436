/* SPDX-License-Identifier: MIT */
/* html_extract.h - inside parse/: the links of a document from its bytes, without a tree.
 */
#ifndef CR_PARSE_HTML_EXTRACT_H
#define CR_PARSE_HTML_EXTRACT_H

#include "base/buf.h"
#include "parse/html_passages.h"

struct cr_extract_outer;

struct cr_extract {
  struct cr_collect *collect;
  struct cr_passages *passages; /* NULL: none are remembered */
  struct cr_html_tokens t;
  struct cr_html_token token;
  struct cr_feedback f;
  bool link_is_open;
  uint32_t svg_link_level; /* 0: none is open */
  bool has_sheet;          /* svg's style that is open had a text */
  /* Set aside while documents inside of them are read, the page first; used again. */
  struct cr_extract_outer *outer[CR_HTML_INSIDE_DEEP];
  struct cr_buf carry;  /* a tag that is cut, and text of an element that has to be whole */
  size_t carry_scanned; /* how much of it was read in vain */
};

/* collect is initialised, and stays the caller's. mem is for tags that are cut by the end of a
 * piece; at most max_carry_bytes long. */
void cr_extract_begin(struct cr_extract *x, struct cr_collect *collect, struct cr_mem *mem,
                      size_t max_carry_bytes);
/* The next bytes, of any length; is_last: no more will come. 0; CRAWLER_E_NOMEM; CRAWLER_E_LIMIT: a
 * tag that is cut is longer than max_carry_bytes. Afterwards x->f.doubt or collect->is_doubtful may
 * say that a tree has to decide. */
int cr_extract_add(struct cr_extract *x, struct cr_span bytes, bool is_last);
void cr_extract_free(struct cr_extract *x);
bool cr_extract_is_doubtful(const struct cr_extract *x);

/* For a tree: the links of the document c->inside, told to c. */
void cr_extract_inside(struct cr_collect *c);

#endif

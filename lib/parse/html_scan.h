/* SPDX-License-Identifier: MIT */
/* html_scan.h - the tags of a document, one after the other.
 *
 * The tokenizer of the HTML standard (13.2.5) reduced to where tags begin and end: comments,
 * doctypes, quoted values and the text of scripts are skipped as it says, and nothing is decoded.
 */
#ifndef CR_PARSE_HTML_SCAN_H
#define CR_PARSE_HTML_SCAN_H

#include "base/str.h"

struct cr_html_scan {
  const char *at;
  const char *end;
};

struct cr_html_tag {
  struct cr_span name; /* as written */
  struct cr_span rest; /* behind the name, up to and without '>' */
  size_t attributes;
  bool is_end;
  bool is_self_closing;
};

static inline bool cr_html_is_named(struct cr_span name, const char *wanted)
{
  return cr_span_eq_nocase(name, cr_span_text(wanted));
}

/* The next tag; s stands behind it. False: no more. in_foreign: "<![CDATA[" begins a section. */
bool cr_html_scan_tag(struct cr_html_scan *s, struct cr_html_tag *tag, bool in_foreign);
/* The next attribute of a tag; s begins as the tag's rest. value.at is NULL: it has none. False: no
 * more, and s stands at the end or at '>'. */
bool cr_html_scan_attribute(struct cr_html_scan *s, struct cr_span *name, struct cr_span *value);
/* Behind the start tag of an element whose content is text: moves behind its end tag, or to the
 * end. */
void cr_html_scan_text(struct cr_html_scan *s, struct cr_span name);
/* The same for script, where an end tag may hide in what looks like a comment. */
void cr_html_scan_script(struct cr_html_scan *s);

#endif

/* SPDX-License-Identifier: MIT */
/* link_header.h - inside parse/: the links of an HTTP Link header.
 */
#ifndef CR_PARSE_LINK_HEADER_H
#define CR_PARSE_LINK_HEADER_H

#include "base/str.h"

struct cr_link_header { /* what is left of the field's value */
  const char *at;
  const char *end;
};

struct cr_link_parameter { /* at NULL: none of that name */
  struct cr_span text;
  bool is_quoted; /* between quotes: "\" stands before what it escapes */
};

struct cr_link_value {
  struct cr_span target; /* between '<' and '>' */
  struct cr_link_parameter rel;
  struct cr_link_parameter hreflang;
  struct cr_link_parameter type;
  bool has_anchor; /* it is another resource's link */
};

/* The next link; its spans lie in the field. False: no more. */
bool cr_link_header_next(struct cr_link_header *it, struct cr_link_value *value);
/* The text of a parameter, at most text.len bytes; how many. */
size_t cr_link_header_text(const struct cr_link_parameter *parameter, char *out);

#endif

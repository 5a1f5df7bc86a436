/* SPDX-License-Identifier: MIT */
/* html_rules.h - inside parse/: what tags do to the stack of open elements.
 */
#ifndef CR_PARSE_HTML_RULES_H
#define CR_PARSE_HTML_RULES_H

#include "parse/html_scan.h"
#include "parse/html_stack.h"

/* known is cr_html_element of the tag's name. s stands behind the tag, and is moved behind what
 * is text there to a parser, with its end tag. */
void cr_html_start_tag(struct cr_stack *stack, struct cr_html_scan *s,
                       const struct cr_html_tag *tag, const struct cr_element *known);
void cr_html_end_tag(struct cr_stack *stack, const struct cr_html_tag *tag,
                     const struct cr_element *known);

#endif

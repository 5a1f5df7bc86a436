/* SPDX-License-Identifier: MIT */
/* html_links.h - inside parse/: the links of a tree.
 */
#ifndef CR_PARSE_HTML_LINKS_H
#define CR_PARSE_HTML_LINKS_H

#include "parse/html_collect.h"

struct GumboInternalOutput;

/* Tells c, which is initialised for UTF-8, of all elements and texts of the tree. Errors are
 * c's. */
void cr_html_links(struct cr_collect *c, const struct GumboInternalOutput *tree);

#endif

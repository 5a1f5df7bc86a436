/* SPDX-License-Identifier: MIT */
/* html_node.h - walking a tree that parse/ has built.
 *
 * A crawler_node is gumbo's own node under another name. All is read only and can be used on any
 * thread as long as the tree lives. Implemented in html_gumbo.c.
 */
#ifndef CR_PARSE_HTML_NODE_H
#define CR_PARSE_HTML_NODE_H

#include <stddef.h>

#include "crawl/crawler.h"

struct GumboInternalOutput;

const struct crawler_node *cr_html_root(const struct GumboInternalOutput *tree); /* <html> */
/* NULL: it has none; for the root too. */
const struct crawler_node *cr_html_parent(const struct crawler_node *node);
const struct crawler_node *cr_html_first_child(const struct crawler_node *node);
const struct crawler_node *cr_html_next_sibling(const struct crawler_node *node);
/* The next node in document order inside top, which comes first itself; NULL: that was the last. */
const struct crawler_node *cr_html_walk(const struct crawler_node *node,
                                        const struct crawler_node *top);

/* Whose element is it? */
enum cr_html_space { CR_HTML_HTML, CR_HTML_SVG, CR_HTML_MATH };
enum cr_html_space cr_html_space(const struct crawler_node *node);
/* Lower-case name and its length, not NUL-terminated; "" for one that isn't known; NULL: not an
 * element. bytes may be NULL. */
const char *cr_html_tag(const struct crawler_node *node, size_t *bytes);
const char *cr_html_text(const struct crawler_node *node);    /* NULL: not text; comments aren't */
const char *cr_html_comment(const struct crawler_node *node); /* NULL: not one */
struct cr_html_attribute;
/* Of its doctype, "" if there is none. */
const char *cr_html_system_id(const struct GumboInternalOutput *tree);
/* Its attributes, at most `most`, values as written; how many. XLink's href is "xlink:href". */
unsigned cr_html_attributes(const struct crawler_node *node, struct cr_html_attribute *out,
                            unsigned most);
/* By name in any case; NULL: not an element, or it has none of that name. */
const char *cr_html_attr(const struct crawler_node *node, const char *name);

#endif

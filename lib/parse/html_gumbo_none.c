/* SPDX-License-Identifier: MIT */
/* html_gumbo_none.c - the tree of a document where libcrawl is built without gumbo: none is built.
 *
 * So there are no nodes, and what is called with one is never called.
 */
#include "parse/html_gumbo.h"
#include "parse/html_node.h"
#include "parse/html_token.h"

const bool cr_parse_has_trees = false;

struct cr_html_limits cr_html_limits_for(size_t html_bytes, int64_t (*clock_ms)(void))
{
  (void)html_bytes;
  return (struct cr_html_limits){ .clock_ms = clock_ms };
}

enum cr_parse_note cr_html_build(const struct GumboInternalOutput **tree, struct cr_arena *arena,
                                 struct cr_span html, const struct cr_html_limits *limits)
{
  (void)tree;
  (void)arena;
  (void)html;
  (void)limits;
  return CR_PARSE_NO_PARSER;
}

int cr_html_name_elements(const struct GumboInternalOutput *tree, struct cr_arena *arena)
{
  (void)tree;
  (void)arena;
  return 0;
}

const struct crawler_node *cr_html_root(const struct GumboInternalOutput *tree)
{
  (void)tree;
  return NULL;
}

const struct crawler_node *cr_html_parent(const struct crawler_node *node)
{
  (void)node;
  return NULL;
}

const struct crawler_node *cr_html_first_child(const struct crawler_node *node)
{
  (void)node;
  return NULL;
}

const struct crawler_node *cr_html_next_sibling(const struct crawler_node *node)
{
  (void)node;
  return NULL;
}

const struct crawler_node *cr_html_walk(const struct crawler_node *node,
                                        const struct crawler_node *top)
{
  (void)node;
  (void)top;
  return NULL;
}

enum cr_html_space cr_html_space(const struct crawler_node *node)
{
  (void)node;
  return CR_HTML_HTML;
}

const char *cr_html_tag(const struct crawler_node *node, size_t *bytes)
{
  (void)node;
  (void)bytes;
  return NULL;
}

const char *cr_html_text(const struct crawler_node *node)
{
  (void)node;
  return NULL;
}

const char *cr_html_comment(const struct crawler_node *node)
{
  (void)node;
  return NULL;
}

const char *cr_html_system_id(const struct GumboInternalOutput *tree)
{
  (void)tree;
  return "";
}

unsigned cr_html_attributes(const struct crawler_node *node, struct cr_html_attribute *out,
                            unsigned most)
{
  (void)node;
  (void)out;
  (void)most;
  return 0;
}

const char *cr_html_attr(const struct crawler_node *node, const char *name)
{
  (void)node;
  (void)name;
  return NULL;
}

/* SPDX-License-Identifier: MIT */
/* node_api.c - the document of a page.
 */
#include "api/crawler_impl.h"
#include "parse/html_node.h"

/* As declared in crawl/gumbo.h, which would draw in gumbo's own header. */
#pragma GCC visibility push(default)
const struct GumboInternalOutput *crawler_page_gumbo(const crawler_page *page);
#pragma GCC visibility pop

static int error_of(enum cr_parse_note note)
{
  switch (note) {
  case CR_PARSE_WHOLE:
    return 0;
  case CR_PARSE_NO_MEMORY:
    return CRAWLER_E_NOMEM;
  case CR_PARSE_NO_PARSER:
    return CRAWLER_E_UNSUPPORTED;
  default:
    return CRAWLER_E_LIMIT;
  }
}

int crawler_page_build_document(crawler_page *page)
{
  struct cr_arena scratch;
  enum cr_parse_note note;

  if (!page)
    return CRAWLER_E_INVAL;
  if (page->tree)
    return 0;
  if (!page->is_html || !page->body.at)
    return CRAWLER_E_UNSUPPORTED;
  struct cr_parse p = { .keep = &page->arena,
                        .scratch = &scratch,
                        .body = page->body,
                        .charset = page->charset,
                        .mime = page->mime };
  cr_arena_init(&scratch, &page->home->mem, CR_MEM_PAGE, 64 << 10, 0);
  note = cr_parse_document(&p);
  cr_arena_free(&scratch);
  if (note == CR_PARSE_WHOLE) {
    page->text = p.text;
    page->tree = p.tree;
  }
  return error_of(note);
}

const struct GumboInternalOutput *crawler_page_gumbo(const crawler_page *page)
{
  return page ? page->tree : NULL;
}

const crawler_node *crawler_page_root(const crawler_page *page)
{
  return page && page->tree ? cr_html_root(page->tree) : NULL;
}

const crawler_node *crawler_node_parent(const crawler_node *node)
{
  return node ? cr_html_parent(node) : NULL;
}

const crawler_node *crawler_node_first_child(const crawler_node *node)
{
  return node ? cr_html_first_child(node) : NULL;
}

const crawler_node *crawler_node_next_sibling(const crawler_node *node)
{
  return node ? cr_html_next_sibling(node) : NULL;
}

const crawler_node *crawler_node_walk(const crawler_node *node, const crawler_node *top)
{
  return node && top ? cr_html_walk(node, top) : NULL;
}

const char *crawler_node_tag(const crawler_node *node, size_t *bytes)
{
  const char *tag = node ? cr_html_tag(node, bytes) : NULL;

  if (!tag && bytes)
    *bytes = 0;
  return tag;
}

const char *crawler_node_text(const crawler_node *node)
{
  return node ? cr_html_text(node) : NULL;
}

const char *crawler_node_attr(const crawler_node *node, const char *name)
{
  return node && name ? cr_html_attr(node, name) : NULL;
}

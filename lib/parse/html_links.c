/* SPDX-License-Identifier: MIT */
/* html_links.c - the links of a tree.
 *
 * a and area elements with an href, also svg's own a (SVG 2, section 16.2). What stands in a
 * template is no part of the document. The text of a link is what a reader sees of it: white space
 * folded, words of different blocks apart, images by their alt text. Loops only, two over the
 * tree: the first counts, so that the array is allocated once.
 */
#include "parse/html_links.h"

#include "parse/html_element.h"
#include "parse/html_node.h"

enum { TEXT_BYTES = 1024 };

/* Empty for what is no element. */
static struct cr_span tag_of(const struct crawler_node *at)
{
  size_t bytes = 0;
  const char *name = cr_html_tag(at, &bytes);
  return cr_span(name, bytes);
}

static bool is_tag(const struct crawler_node *at, const char *name)
{
  return cr_span_eq(tag_of(at), cr_span_text(name));
}

/* ---- the text of a link ---- */

/* White space is folded as it comes. */
struct text {
  char data[TEXT_BYTES];
  size_t len;
  bool needs_space;
  bool is_full;
};

/* Of the UTF-8 character that begins there. */
static size_t character_bytes(const char *at)
{
  size_t bytes = 1;
  while (((uint8_t)at[bytes] & 0xc0) == 0x80)
    bytes++;
  return bytes;
}

static void add_character(struct text *text, const char *at, size_t bytes)
{
  size_t space = text->needs_space && text->len > 0 ? 1 : 0;

  text->is_full = bytes + space > sizeof(text->data) - text->len;
  if (text->is_full)
    return;
  if (space > 0)
    text->data[text->len++] = ' ';
  memcpy(text->data + text->len, at, bytes);
  text->len += bytes;
  text->needs_space = false;
}

static void add_text(struct text *text, const char *at)
{
  while (*at != '\0' && !text->is_full) {
    size_t bytes = character_bytes(at);
    if (cr_is_space(*at))
      text->needs_space = true;
    else
      add_character(text, at, bytes);
    at += bytes;
  }
}

static void add_alt(struct text *text, const struct crawler_node *image)
{
  const char *alt = cr_html_attr(image, "alt");
  text->needs_space = true;
  if (alt)
    add_text(text, alt);
  text->needs_space = true;
}

/* Do the words before and behind its tags stand apart on the screen? */
static bool stands_apart(const struct crawler_node *element)
{
  const struct cr_element *known = cr_html_element(tag_of(element));
  switch (known ? known->kind : CR_ELEMENT_ORDINARY) {
  case CR_ELEMENT_LI:
  case CR_ELEMENT_DEFINITION:
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_TABLE:
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
    return true;
  default:
    return (known && (known->flags & CR_ELEMENT_CLOSES_P)) || is_tag(element, "br");
  }
}

static bool is_unseen(const struct crawler_node *element)
{
  return is_tag(element, "script") || is_tag(element, "style") || is_tag(element, "template");
}

/* Leaves `at` for the next node of the document inside top. */
static const struct crawler_node *leave(struct text *text, const struct crawler_node *at,
                                        const struct crawler_node *top)
{
  while (at && at != top) {
    if (stands_apart(at))
      text->needs_space = true;
    const struct crawler_node *sibling = cr_html_next_sibling(at);
    if (sibling)
      return sibling;
    at = cr_html_parent(at);
  }
  return NULL;
}

static void collect_text(struct text *text, const struct crawler_node *top)
{
  const struct crawler_node *at = top;

  while (at && !text->is_full) {
    const struct crawler_node *child = cr_html_first_child(at);
    const char *own = cr_html_text(at);
    if (own)
      add_text(text, own);
    else if (is_unseen(at))
      child = NULL;
    else if (is_tag(at, "img"))
      add_alt(text, at);
    else if (stands_apart(at))
      text->needs_space = true;
    at = child ? child : leave(text, at, top);
  }
}

/* ---- links ---- */

struct finder {
  struct cr_html_links *out;
  struct cr_arena *arena;
  bool borrows;
  bool want_text;
};

static const char *keep_string(const struct finder *finder, const char *text)
{
  return finder->borrows ? text : cr_arena_strndup(finder->arena, text, strlen(text));
}

/* 0: no link. */
static int kind_of(const struct crawler_node *at)
{
  if (cr_html_space(at) == CR_HTML_MATH)
    return 0;
  bool is_a = is_tag(at, "a");
  bool is_area = !is_a && cr_html_space(at) == CR_HTML_HTML && is_tag(at, "area");
  if ((!is_a && !is_area) || !cr_html_attr(at, "href"))
    return 0;
  return is_a ? CRAWLER_LINK_A : CRAWLER_LINK_AREA;
}

static bool has_token(const char *list, struct cr_span token)
{
  const char *at = list;

  while (*at != '\0') {
    while (cr_is_space(*at))
      at++;
    const char *begin = at;
    while (*at != '\0' && !cr_is_space(*at))
      at++;
    if (cr_span_eq_nocase(cr_span(begin, (size_t)(at - begin)), token))
      return true;
  }
  return false;
}

static int add_link_text(const struct finder *finder, struct crawler_link *link,
                         const struct crawler_node *at)
{
  struct text text;

  text.len = 0;
  text.needs_space = false;
  text.is_full = false;
  if (link->kind == CRAWLER_LINK_AREA)
    add_alt(&text, at);
  else
    collect_text(&text, at);
  link->text = cr_arena_strndup(finder->arena, text.data, text.len);
  return link->text ? 0 : CRAWLER_E_NOMEM;
}

static int add_link(const struct finder *finder, struct crawler_link *link,
                    const struct crawler_node *at)
{
  const char *rel = cr_html_attr(at, "rel");

  *link = (struct crawler_link){ .kind = (uint8_t)kind_of(at) };
  link->href = keep_string(finder, cr_html_attr(at, "href"));
  if (!link->href)
    return CRAWLER_E_NOMEM;
  link->href_bytes = (uint32_t)strlen(link->href);
  if (rel) {
    link->rel = keep_string(finder, rel);
    if (!link->rel)
      return CRAWLER_E_NOMEM;
    if (has_token(rel, CR_SPAN("nofollow")))
      link->flags |= CRAWLER_LINK_NOFOLLOW;
  }
  return finder->want_text ? add_link_text(finder, link, at) : 0;
}

static const struct crawler_node *next_node(const struct crawler_node *at,
                                            const struct crawler_node *root)
{
  bool is_template = cr_html_space(at) == CR_HTML_HTML && is_tag(at, "template");
  return is_template ? cr_html_walk_over(at, root) : cr_html_walk(at, root);
}

static const char *base_href_of(const struct crawler_node *at)
{
  bool is_base = cr_html_space(at) == CR_HTML_HTML && is_tag(at, "base");
  return is_base ? cr_html_attr(at, "href") : NULL;
}

/* Counts the links and finds the base. */
static int look_around(const struct finder *finder, const struct crawler_node *root,
                       uint32_t *count)
{
  *count = 0;
  for (const struct crawler_node *at = root; at; at = next_node(at, root)) {
    if (kind_of(at) != 0)
      ++*count;
    const char *base = finder->out->base_href.at ? NULL : base_href_of(at);
    if (!base)
      continue;
    base = keep_string(finder, base);
    if (!base)
      return CRAWLER_E_NOMEM;
    finder->out->base_href = cr_span_text(base);
  }
  return 0;
}

int cr_html_links(struct cr_html_links *out, const struct GumboInternalOutput *tree,
                  struct cr_arena *arena, bool borrows, bool want_text)
{
  struct finder finder = { .out = out, .arena = arena, .borrows = borrows, .want_text = want_text };
  const struct crawler_node *root = cr_html_root(tree);
  uint32_t count = 0;

  *out = (struct cr_html_links){ NULL, 0, { NULL, 0 } };
  int err = look_around(&finder, root, &count);
  if (err < 0 || count == 0)
    return err;
  struct crawler_link *links = cr_arena_alloc(arena, count * sizeof(*links));
  if (!links)
    return CRAWLER_E_NOMEM;

  uint32_t filled = 0;
  for (const struct crawler_node *at = root; at; at = next_node(at, root)) {
    err = kind_of(at) != 0 ? add_link(&finder, &links[filled++], at) : 0;
    if (err < 0)
      return err;
  }
  out->links = links;
  out->count = count;
  return 0;
}

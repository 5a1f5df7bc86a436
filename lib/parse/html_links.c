/* SPDX-License-Identifier: MIT */
/* html_links.c - the links of a tree.
 *
 * Its elements and texts in document order, told to the collector; what stands in a template is
 * told as inert. A loop, no recursion: the way down and up again goes by parents and siblings.
 */
#include "parse/html_links.h"

#include "parse/html_extract.h"
#include "parse/html_guard.h"
#include "parse/html_node.h"

enum { NODES_A_CHECK = 1024 };

struct walk {
  struct cr_collect *c;
  uint32_t inert_depth;
  struct {
    const struct crawler_node *host;
    const struct crawler_node *root; /* the template */
  } shadows[CR_HTML_MAX_DEPTH];      /* of the elements that are open, those with a shadow root */
  uint32_t shadow_count;
  const struct crawler_node *open[CR_HTML_OPEN_LINKS]; /* links whose text is being read */
  uint32_t open_len;
  struct cr_html_attribute attributes[CR_HTML_MAX_ATTRIBUTES]; /* as many as the guard lets pass */
};

static enum cr_html_place place_of(const struct crawler_node *node)
{
  switch (cr_html_space(node)) {
  case CR_HTML_SVG:
    return CR_HTML_IN_SVG;
  case CR_HTML_MATH:
    return CR_HTML_IN_MATH;
  default:
    return CR_HTML_IN_HTML;
  }
}

static struct cr_span name_of(const struct crawler_node *node)
{
  size_t bytes = 0;
  const char *name = cr_html_tag(node, &bytes);
  return cr_span(name, bytes);
}

static bool is_template(const struct cr_element *known, enum cr_html_place place)
{
  return place == CR_HTML_IN_HTML && known && known->kind == CR_ELEMENT_TEMPLATE;
}

/* ---- declarative shadow roots (HTML standard, 13.2.6.4.4, "template") ---- */

/* "my-button": a letter first, a hyphen, and none of the few that svg and math have. */
static bool is_custom_name(struct cr_span name)
{
  static const char *const taken[] = { "annotation-xml", "color-profile", "font-face",
                                       "font-face-src",  "font-face-uri", "font-face-format",
                                       "font-face-name", "missing-glyph" };

  for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
    if (cr_span_eq(name, cr_span_text(taken[i])))
      return false;
  return name.len > 0 && cr_is_alpha(name.at[0]) && memchr(name.at, '-', name.len);
}

/* By name: one that "attach a shadow root" of the DOM standard takes. */
static bool may_be_host(struct cr_span name)
{
  static const char *const others[] = { "article", "aside",   "blockquote", "body", "div",
                                        "footer",  "h1",      "h2",         "h3",   "h4",
                                        "h5",      "h6",      "header",     "main", "nav",
                                        "p",       "section", "span" };

  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (cr_span_eq(name, cr_span_text(others[i])))
      return true;
  return is_custom_name(name);
}

/* Is what this template holds shown, in place of what its parent holds? */
static bool is_shadow_root(struct walk *w, const struct crawler_node *node)
{
  const char *mode = cr_html_attr(node, "shadowrootmode");
  const struct crawler_node *host = cr_html_parent(node);

  if (!mode || !cr_html_is_shadow_mode(cr_span_text(mode)) || !host ||
      place_of(host) != CR_HTML_IN_HTML || !may_be_host(name_of(host)))
    return false;
  bool has_one = w->shadow_count > 0 && w->shadows[w->shadow_count - 1].host == host;
  if (has_one || w->shadow_count == CR_HTML_MAX_DEPTH)
    return false;
  w->shadows[w->shadow_count].host = host;
  w->shadows[w->shadow_count++].root = node;
  return true;
}

static void start_template(struct walk *w, const struct crawler_node *node)
{
  if (!is_shadow_root(w, node))
    w->inert_depth++;
}

static void end_template(struct walk *w, const struct crawler_node *node)
{
  if (w->shadow_count == 0 || w->shadows[w->shadow_count - 1].root != node)
    w->inert_depth--;
}

/* What ends may be a host. */
static void end_host(struct walk *w, const struct crawler_node *node)
{
  if (w->shadow_count > 0 && w->shadows[w->shadow_count - 1].host == node)
    w->shadow_count--;
}

static void start(struct walk *w, const struct crawler_node *node)
{
  struct cr_span name = name_of(node);
  struct cr_html_tag tag = {
    .known = cr_html_element(name),
    .name = name,
    .place = place_of(node),
    .attributes = w->attributes,
    .attribute_count = cr_html_attributes(node, w->attributes, CR_HTML_MAX_ATTRIBUTES),
    .is_inert = w->inert_depth > 0,
  };

  if (is_template(tag.known, tag.place))
    start_template(w, node);
  if (cr_collect_start(w->c, &tag) > 0) {
    if (w->open_len < CR_HTML_OPEN_LINKS)
      w->open[w->open_len++] = node;
    else
      cr_collect_end_link(w->c);
  }
  if (tag.known && tag.known->link_set == CR_LINKS_IFRAME && tag.place == CR_HTML_IN_HTML)
    cr_collect_srcdoc(w->c, &tag);
}

static void end(struct walk *w, const struct crawler_node *node)
{
  struct cr_span name = name_of(node);
  const struct cr_element *known = cr_html_element(name);
  enum cr_html_place place = place_of(node);

  if (!name.at)
    return;
  if (is_template(known, place))
    end_template(w, node);
  end_host(w, node);
  if (w->open_len > 0 && w->open[w->open_len - 1] == node) {
    w->open_len--;
    cr_collect_end_link(w->c);
  }
  cr_collect_end(w->c, known, place);
}

static void text(struct walk *w, const struct crawler_node *node, const char *own)
{
  const struct crawler_node *parent = cr_html_parent(node);
  const struct cr_element *known = parent ? cr_html_element(name_of(parent)) : NULL;
  bool is_html = parent && place_of(parent) == CR_HTML_IN_HTML;
  bool is_code = parent && place_of(parent) != CR_HTML_IN_MATH && cr_element_is_code(known);

  if (w->inert_depth > 0)
    return;
  if (is_code && known->kind != CR_ELEMENT_SCRIPT)
    cr_collect_style(w->c, cr_span_text(own), true);
  else if (is_code && is_html)
    cr_collect_script(w->c, cr_span_text(own), true);
  else if (!is_code && (!is_html || !known || known->kind != CR_ELEMENT_TEXT ||
                        strcmp(known->name, "title") == 0))
    cr_collect_text(w->c, cr_span_text(own));
}

/* Leaves `at` and all that ends with it; the next node of the document, or NULL. */
static const struct crawler_node *leave(struct walk *w, const struct crawler_node *at)
{
  while (at) {
    end(w, at);
    const struct crawler_node *sibling = cr_html_next_sibling(at);
    if (sibling)
      return sibling;
    at = cr_html_parent(at);
  }
  return NULL;
}

void cr_html_links(struct cr_collect *c, const struct GumboInternalOutput *tree)
{
  struct walk *w = cr_arena_zalloc(c->scratch, sizeof(*w));
  const struct crawler_node *at = cr_html_root(tree);

  if (!w) {
    c->err = CRAWLER_E_NOMEM;
    return;
  }
  w->c = c;
  cr_collect_system_id(c, cr_span_text(cr_html_system_id(tree)));
  for (unsigned nodes = 1; at && c->err == 0; nodes++) {
    if (nodes % NODES_A_CHECK == 0 && cr_collect_is_given_up(c))
      return;
    const char *own = cr_html_text(at);
    const struct crawler_node *child = own ? NULL : cr_html_first_child(at);
    if (own)
      text(w, at, own);
    else if (name_of(at).at)
      start(w, at);
    else if (cr_html_comment(at))
      cr_collect_comment(c, cr_span_text(cr_html_comment(at)));
    if (c->inside.at && c->err == 0)
      cr_extract_inside(c);
    at = child ? child : leave(w, at);
  }
}

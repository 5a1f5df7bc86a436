/* SPDX-License-Identifier: MIT */
/* html_collect.c - what a page says of links and of itself, put together.
 *
 * Strings go to the page's arena as they come; the array of links grows in scratch and is copied
 * once, so that a link costs no allocation.
 */
#include "parse/html_collect.h"

#include "base/find.h"
#include "parse/charset.h"

enum { LINK_TEXT_BYTES = 1024, FIRST_LINKS = 128, FIRST_BASES = 8 };

void cr_collect_init(struct cr_collect *c, struct cr_arena *keep, struct cr_arena *scratch,
                     const char *charset, const struct cr_html_wants *wants)
{
  c->keep = keep;
  c->scratch = scratch;
  c->charset = charset;
  c->wants = *wants;
  if (c->wants.max_links == 0)
    c->wants.max_links = CR_HTML_MAX_LINKS;
  memset(&c->found, 0, sizeof(c->found));
  c->err = 0;
  c->is_doubtful = false;
  c->is_cut = false;
  c->is_utf8 = strcmp(charset, "utf-8") == 0;
  c->inside = cr_span(NULL, 0);
  c->depth = 0;
  c->is_guess = false;
  c->base = 0;
  c->base_count = 0;
  c->base_cap = 0;
  c->in_title = false;
  c->has_title = false;
  c->has_refresh = false;
  c->sheet_counts = false;
  c->link_cap = 0;
  c->metas = NULL;
  c->open_len = 0;
  cr_html_text_clear(&c->text);
}

/* ---- strings ---- */

/* Nothing that has to be decoded, in any charset. */
static inline bool is_simple(struct cr_span raw)
{
  return raw.len == 0 || cr_is_printable(raw.at, raw.at + raw.len, '&');
}

static struct cr_span copy(struct cr_arena *arena, struct cr_span text)
{
  char *at = cr_arena_strndup(arena, text.len > 0 ? text.at : "", text.len);
  return cr_span(at, at ? text.len : 0);
}

int cr_collect_utf8(struct cr_collect *c, struct cr_span *raw)
{
  if (!c->is_utf8)
    return cr_charset_decode(c->scratch, c->charset, *raw, raw);
  if (cr_utf8_valid(*raw) == raw->len)
    return 0;
  size_t len = cr_utf8_repair(*raw, NULL);
  char *out = cr_arena_bytes(c->scratch, len);
  if (!out)
    return CRAWLER_E_NOMEM;
  (void)cr_utf8_repair(*raw, out);
  *raw = cr_span(out, len);
  return 0;
}

bool cr_collect_is_given_up(struct cr_collect *c)
{
  if (!cr_is_given_up(c->scratch->given_up))
    return false;
  c->err = CRAWLER_E_NOMEM;
  return true;
}

static struct cr_span decode(struct cr_collect *c, struct cr_arena *arena, struct cr_span raw,
                             enum cr_html_context context)
{
  if (cr_collect_utf8(c, &raw) < 0 || raw.len > SIZE_MAX / 4)
    return cr_span(NULL, 0);
  if (cr_html_is_plain(raw))
    return copy(arena, raw);
  char *out = cr_arena_bytes(c->scratch, 3 * raw.len);
  if (!out)
    return cr_span(NULL, 0);
  return copy(arena, cr_span(out, cr_html_decode(raw, context, out)));
}

struct cr_span cr_collect_decode(struct cr_collect *c, struct cr_arena *arena, struct cr_span raw)
{
  struct cr_span text =
      is_simple(raw) ? copy(arena, raw) : decode(c, arena, raw, CR_HTML_IN_ATTRIBUTE);

  if (!text.at)
    c->err = CRAWLER_E_NOMEM;
  return text;
}

struct cr_span cr_collect_view(struct cr_collect *c, struct cr_span raw)
{
  if (raw.len == 0)
    return cr_span("", 0);
  return is_simple(raw) ? raw : cr_collect_decode(c, c->scratch, raw);
}

/* ---- links ---- */

static inline bool has_room(struct cr_collect *c, uint32_t count)
{
  struct cr_html_found *found = &c->found;

  if (count > c->wants.max_links - found->count) {
    c->is_cut = true;
    found->links_left += count;
    return false;
  }
  if (count <= c->link_cap - found->count)
    return true;
  uint32_t cap = c->link_cap > 0 ? 2 * c->link_cap : FIRST_LINKS;
  while (cap < found->count + count)
    cap *= 2;
  struct crawler_link *links =
      cr_arena_grow(c->scratch, found->links, c->link_cap * sizeof(*links), cap * sizeof(*links));
  if (!links) {
    c->err = CRAWLER_E_NOMEM;
    return false;
  }
  found->links = links;
  c->link_cap = cap;
  return true;
}

/* Of what is told now but stands elsewhere the place among the links isn't known (body may have
 * begun before its tag); and a template has tree construction of its own. */
static inline void check_order(struct cr_collect *c, const struct cr_html_tag *tag)
{
  bool is_root =
      tag->known && tag->known->kind == CR_ELEMENT_IGNORED && tag->known->link_set != CR_LINKS_HEAD;

  if (tag->is_fostered || tag->is_inert || (is_root && c->found.count > 1))
    c->is_doubtful = true;
}

struct crawler_link *cr_collect_link(struct cr_collect *c, const struct cr_html_tag *tag,
                                     crawler_link_kind kind, struct cr_span href)
{
  if (c->depth > 0 && kind == CRAWLER_LINK_CANONICAL)
    kind = CRAWLER_LINK_LINK; /* of another document */
  if (c->is_guess)
    kind = CRAWLER_LINK_GUESS;
  if (!cr_collect_wants(c, kind) || c->err < 0 || !has_room(c, 1))
    return NULL;
  char *at = cr_arena_strndup(c->keep, href.len > 0 ? href.at : "", href.len);
  if (!at) {
    c->err = CRAWLER_E_NOMEM;
    return NULL;
  }
  struct crawler_link *link = &c->found.links[c->found.count++];
  *link = (struct crawler_link){
    .href = at,
    .href_bytes = (uint32_t)href.len,
    .text = c->wants.link_text ? "" : NULL,
    .tag = "",
    .attribute = "",
    .kind = (uint8_t)kind,
    .flags = tag && tag->is_inert ? CRAWLER_LINK_FLAG_INERT : 0,
    .base = c->base,
  };
  if (tag)
    check_order(c, tag);
  return link;
}

bool cr_collect_again(struct cr_collect *c, const struct crawler_link *links, uint32_t count,
                      struct cr_span strings)
{
  if (count == 0)
    return true;
  if (count > c->wants.max_links - c->found.count || !has_room(c, count))
    return false;
  char *to = cr_arena_bytes(c->keep, strings.len);
  if (!to) {
    c->err = CRAWLER_E_NOMEM;
    return false;
  }
  cr_links_copy(&c->found.links[c->found.count], links, count, strings, to);
  c->found.count += count;
  return true;
}

/* ---- bases ---- */

static bool has_base_room(struct cr_collect *c)
{
  struct cr_html_found *found = &c->found;

  if (c->base_count >= CR_BASE_OF_PAGE - 1) {
    c->is_cut = true;
    return false;
  }
  if (c->base_count < c->base_cap)
    return true;
  uint32_t cap = c->base_cap > 0 ? 2 * c->base_cap : FIRST_BASES;
  struct cr_inner_base *bases = cr_arena_grow(c->keep, found->inner_bases,
                                              c->base_cap * sizeof(*bases), cap * sizeof(*bases));
  if (!bases) {
    c->err = CRAWLER_E_NOMEM;
    return false;
  }
  found->inner_bases = bases;
  c->base_cap = cap;
  return true;
}

uint16_t cr_collect_base(struct cr_collect *c, uint16_t outer, struct cr_span href)
{
  if (c->err < 0 || !has_base_room(c))
    return 0;
  struct cr_span kept = href.at ? copy(c->keep, href) : href;
  if (href.at && !kept.at) {
    c->err = CRAWLER_E_NOMEM;
    return 0;
  }
  c->found.inner_bases[c->base_count++] = (struct cr_inner_base){ kept, outer };
  return c->base_count;
}

/* ---- texts ---- */

static bool takes_text(const struct cr_collect *c)
{
  return c->err == 0 && cr_collect_needs_text(c) && !c->text.is_full;
}

void cr_collect_text(struct cr_collect *c, struct cr_span text)
{
  if (takes_text(c))
    cr_html_text_add(&c->text, text);
}

void cr_collect_raw_text(struct cr_collect *c, struct cr_span raw, enum cr_html_context context)
{
  if (raw.len == 0 || !takes_text(c))
    return;
  struct cr_span text = is_simple(raw) ? raw : decode(c, c->scratch, raw, context);
  if (text.at)
    cr_html_text_add(&c->text, text);
  else
    c->err = CRAWLER_E_NOMEM;
}

void cr_collect_svg_style(struct cr_collect *c, struct cr_span raw)
{
  struct cr_span text = is_simple(raw) ? raw : decode(c, c->scratch, raw, CR_HTML_IN_TEXT);

  if (text.at)
    cr_collect_style(c, text, true);
  else
    c->err = CRAWLER_E_NOMEM;
}

static int open_link(struct cr_collect *c, const struct crawler_link *link)
{
  if (!c->wants.link_text || c->open_len == CR_HTML_OPEN_LINKS)
    return 0;
  if (c->open_len == 0)
    cr_html_text_clear(&c->text);
  c->open[c->open_len].link = (uint32_t)(link - c->found.links);
  c->open[c->open_len].from = c->text.len;
  c->open_len++;
  return 1;
}

void cr_collect_end_link(struct cr_collect *c)
{
  if (c->open_len == 0 || c->err < 0)
    return;
  c->open_len--;
  struct cr_span text = cr_html_text_since(&c->text, c->open[c->open_len].from, LINK_TEXT_BYTES);
  struct cr_span kept = copy(c->keep, text);
  if (kept.at)
    c->found.links[c->open[c->open_len].link].text = kept.at;
  else
    c->err = CRAWLER_E_NOMEM;
}

/* Do the words before and behind its tags stand apart on the screen? */
static bool stands_apart(const struct cr_element *known)
{
  if (!known)
    return false;
  switch (known->kind) {
  case CR_ELEMENT_LI:
  case CR_ELEMENT_DEFINITION:
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_TABLE:
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
    return true;
  default:
    return (known->flags & CR_ELEMENT_CLOSES_P) != 0 || strcmp(known->name, "br") == 0;
  }
}

/* An image inside a link stands there with its alternative text. */
static void add_alt(struct cr_collect *c, const struct cr_html_tag *tag)
{
  struct cr_span alt;

  cr_html_text_break(&c->text);
  if (cr_html_attribute(tag, CR_SPAN("alt"), &alt) && alt.at) {
    alt = cr_collect_decode(c, c->scratch, alt);
    cr_html_text_add(&c->text, alt);
  }
  cr_html_text_break(&c->text);
}

/* ---- elements ---- */

static void start_title(struct cr_collect *c)
{
  if (c->has_title || !c->wants.metadata)
    return;
  c->has_title = true;
  c->in_title = true;
  if (c->open_len == 0)
    cr_html_text_clear(&c->text);
  c->title_from = c->text.len; /* in a link it is of that link's text, too */
}

static void end_title(struct cr_collect *c)
{
  if (!c->in_title)
    return;
  c->in_title = false;
  struct cr_span title =
      copy(c->keep, cr_html_text_since(&c->text, c->title_from, CR_HTML_TEXT_BYTES));
  if (title.at)
    c->found.facts.title = title.at;
  else
    c->err = CRAWLER_E_NOMEM;
}

/* base: of the document, which the first of its elements sets. */
static void note_base(struct cr_collect *c, const struct cr_html_tag *tag, struct cr_span *base)
{
  struct cr_span href;

  if (!base->at && !tag->is_inert && cr_html_attribute(tag, CR_SPAN("href"), &href))
    *base = cr_collect_decode(c, c->keep, href);
}

static void note_lang(struct cr_collect *c, const struct cr_html_tag *tag)
{
  struct cr_span lang;

  if (c->wants.metadata && !c->found.facts.lang && cr_html_attribute(tag, CR_SPAN("lang"), &lang))
    c->found.facts.lang = cr_collect_decode(c, c->keep, lang).at;
}

/* A style element: of no type, or that of CSS and nothing else (4.2.6, "update a style block"). */
static bool is_sheet(const struct cr_html_tag *tag)
{
  struct cr_span type;

  return !cr_html_attribute(tag, CR_SPAN("type"), &type) || type.len == 0 ||
         cr_span_eq_nocase(type, CR_SPAN("text/css"));
}

static void note_inside(struct cr_collect *c, const struct cr_html_tag *tag)
{
  if (tag->known->link_set == CR_LINKS_BASE)
    note_base(c, tag, &c->found.inner_bases[c->base - 1].href);
}

static inline void note_html(struct cr_collect *c, const struct cr_html_tag *tag)
{
  switch (tag->known->link_set) {
  case CR_LINKS_BASE:
    note_base(c, tag, &c->found.base_href);
    break;
  case CR_LINKS_HTML:
    note_lang(c, tag);
    break;
  case CR_LINKS_META:
    cr_collect_meta(c, tag);
    break;
  default:
    break;
  }
  if (tag->known->kind == CR_ELEMENT_TEXT && !tag->is_inert &&
      strcmp(tag->known->name, "title") == 0)
    start_title(c);
}

int cr_collect_start(struct cr_collect *c, const struct cr_html_tag *tag)
{
  if (c->err < 0)
    return 0;
  if (cr_element_is_code(tag->known))
    c->sheet_counts = is_sheet(tag);
  if (tag->place == CR_HTML_IN_HTML && tag->known) {
    if (c->depth == 0)
      note_html(c, tag);
    else
      note_inside(c, tag);
  }
  if (c->open_len > 0 && tag->known && tag->place == CR_HTML_IN_HTML) {
    if (tag->known->link_set == CR_LINKS_IMG)
      add_alt(c, tag);
    else if (stands_apart(tag->known))
      cr_html_text_break(&c->text);
  }
  if (tag->attribute_count == 0)
    return 0;
  struct crawler_link *link = cr_collect_element(c, tag);
  return link ? open_link(c, link) : 0;
}

void cr_collect_srcdoc(struct cr_collect *c, const struct cr_html_tag *tag)
{
  struct cr_span html;

  if (c->err < 0 || !cr_html_attribute(tag, CR_SPAN("srcdoc"), &html))
    return;
  if (c->depth < CR_HTML_INSIDE_DEEP)
    c->inside = cr_collect_decode(c, c->scratch, html);
  else
    c->is_cut = true;
}

void cr_collect_end(struct cr_collect *c, const struct cr_element *known, enum cr_html_place place)
{
  if (c->in_title && known && strcmp(known->name, "title") == 0)
    end_title(c);
  if (c->open_len > 0 && place == CR_HTML_IN_HTML && stands_apart(known))
    cr_html_text_break(&c->text);
}

int cr_collect_finish(struct cr_collect *c)
{
  struct cr_html_found *found = &c->found;

  while (c->err == 0 && c->open_len > 0)
    cr_collect_end_link(c);
  end_title(c);
  if (c->err == 0 && found->count > 0) {
    struct crawler_link *links = cr_arena_alloc(c->keep, found->count * sizeof(*links));
    if (!links)
      c->err = CRAWLER_E_NOMEM;
    else
      found->links = memcpy(links, found->links, found->count * sizeof(*links));
  }
  found->facts.metas = c->metas;
  return c->err;
}

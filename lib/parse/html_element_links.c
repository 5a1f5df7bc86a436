/* SPDX-License-Identifier: MIT */
/* html_element_links.c - the links of one element.
 *
 * Which attributes hold URLs, by the HTML standard's index of attributes, its obsolete features
 * (16.2), SVG 2 and MathML, and what lazy loaders and htmx have made usual. One table; what isn't a
 * plain URL has a function of its own.
 */
#include "base/find.h"
#include "parse/css_urls.h"
#include "parse/html_collect.h"
#include "parse/srcset.h"

enum form {
  FORM_URL,
  FORM_LIST,
  FORM_COMMAS,
  FORM_SRCSET,
  FORM_REL,
  OF_CODEBASE = 16 /* besides: relative to that attribute of the element */
};

struct rule {
  char name[16]; /* of the attribute, lower case, zeros behind it; "": no more */
  uint8_t kind;
  uint8_t form;
};

#define URL(kind) CRAWLER_LINK_##kind, FORM_URL
#define LIST(kind) CRAWLER_LINK_##kind, FORM_LIST
/* HTML 4, 13.3 and 13.4; but an object's data is what the standard of today makes of it. */
#define CODE CRAWLER_LINK_EMBED, FORM_URL | OF_CODEBASE
#define ARCHIVE(form) CRAWLER_LINK_EMBED, FORM_##form | OF_CODEBASE
#define SRCSET CRAWLER_LINK_IMAGE, FORM_SRCSET
#define BY_REL CRAWLER_LINK_LINK, FORM_REL

enum { MOST_RULES = 8, URLS_A_CHECK = 1024 };

static const struct rule rules[CR_LINK_SETS][MOST_RULES] = {
  [CR_LINKS_A] = { { "href", URL(A) }, { "ping", LIST(PING) } },
  [CR_LINKS_AREA] = { { "href", URL(AREA) }, { "ping", LIST(PING) } },
  [CR_LINKS_AUDIO] = { { "src", URL(MEDIA) } },
  [CR_LINKS_BUTTON] = { { "formaction", URL(FORM) } },
  [CR_LINKS_CITE] = { { "cite", URL(CITE) } },
  [CR_LINKS_EMBED] = { { "src", URL(EMBED) } },
  [CR_LINKS_FORM] = { { "action", URL(FORM) } },
  [CR_LINKS_FRAME] = { { "src", URL(FRAME) }, { "longdesc", URL(CITE) } },
  [CR_LINKS_HEAD] = { { "profile", LIST(CITE) } },
  [CR_LINKS_HTML] = { { "manifest", URL(MANIFEST) } },
  [CR_LINKS_IFRAME] = { { "src", URL(IFRAME) }, { "longdesc", URL(CITE) } },
  [CR_LINKS_IMG] = { { "src", URL(IMAGE) },
                     { "srcset", SRCSET },
                     { "longdesc", URL(CITE) },
                     { "lowsrc", URL(IMAGE) },
                     { "dynsrc", URL(IMAGE) },
                     { "data-src", URL(IMAGE) },
                     { "data-srcset", SRCSET } },
  [CR_LINKS_INPUT] = { { "src", URL(IMAGE) }, { "formaction", URL(FORM) } },
  [CR_LINKS_LINK] = { { "href", BY_REL }, { "imagesrcset", SRCSET } },
  [CR_LINKS_META] = { { "href", BY_REL } },
  [CR_LINKS_OBJECT] = { { "data", URL(EMBED) },
                        { "codebase", URL(EMBED) },
                        { "classid", CODE },
                        { "archive", ARCHIVE(LIST) } },
  [CR_LINKS_APPLET] = { { "code", CODE },
                        { "codebase", URL(EMBED) },
                        { "archive", ARCHIVE(COMMAS) },
                        { "object", CODE },
                        { "src", URL(EMBED) } },
  [CR_LINKS_SCRIPT] = { { "src", URL(SCRIPT) } },
  [CR_LINKS_SOURCE] = { { "src", URL(MEDIA) }, { "srcset", SRCSET } },
  [CR_LINKS_TRACK] = { { "src", URL(MEDIA) } },
  [CR_LINKS_VIDEO] = { { "src", URL(MEDIA) }, { "poster", URL(IMAGE) } },
};

/* ---- rel ---- */

static bool next_word(struct cr_span *list, struct cr_span *word)
{
  const char *at = list->at;
  const char *end = list->len > 0 ? at + list->len : at;

  while (at < end && cr_is_space(*at))
    at++;
  const char *begin = at;
  while (at < end && !cr_is_space(*at))
    at++;
  *word = cr_span(begin, (size_t)(at - begin));
  *list = cr_span(at, (size_t)(end - at));
  return word->len > 0;
}

static const struct {
  struct cr_span word;
  uint8_t kind;
} rel_kinds[] = {
  /* The first that a rel has is its kind: what the page loads (HTML standard 4.6.7, external
   * resources), then where it leads. */
  { CR_SPAN_INIT("stylesheet"), CRAWLER_LINK_STYLESHEET },
  { CR_SPAN_INIT("icon"), CRAWLER_LINK_ICON },
  { CR_SPAN_INIT("apple-touch-icon"), CRAWLER_LINK_ICON },
  { CR_SPAN_INIT("apple-touch-icon-precomposed"), CRAWLER_LINK_ICON },
  { CR_SPAN_INIT("apple-touch-startup-image"), CRAWLER_LINK_ICON },
  { CR_SPAN_INIT("mask-icon"), CRAWLER_LINK_ICON },
  { CR_SPAN_INIT("fluid-icon"), CRAWLER_LINK_ICON },
  { CR_SPAN_INIT("preload"), CRAWLER_LINK_PRELOAD },
  { CR_SPAN_INIT("modulepreload"), CRAWLER_LINK_PRELOAD },
  { CR_SPAN_INIT("alternate"), CRAWLER_LINK_ALTERNATE },
  { CR_SPAN_INIT("canonical"), CRAWLER_LINK_CANONICAL },
  { CR_SPAN_INIT("next"), CRAWLER_LINK_NEXT },
  { CR_SPAN_INIT("prev"), CRAWLER_LINK_PREV },
  { CR_SPAN_INIT("previous"), CRAWLER_LINK_PREV },
  { CR_SPAN_INIT("manifest"), CRAWLER_LINK_MANIFEST },
};

enum { REL_KINDS = sizeof(rel_kinds) / sizeof(rel_kinds[0]) };

static bool is_feed_type(struct cr_span type)
{
  static const char *const types[] = { "application/rss+xml", "application/atom+xml",
                                       "application/feed+json", "application/rdf+xml" };

  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
    if (cr_span_starts_nocase(cr_span_trim(type), cr_span_text(types[i])))
      return true;
  return false;
}

crawler_link_kind cr_link_kind_of_rel(struct cr_span rel, struct cr_span type, bool has_language)
{
  size_t first = REL_KINDS;
  struct cr_span word;

  while (next_word(&rel, &word))
    for (size_t i = 0; i < first; i++)
      if (cr_span_eq_nocase(word, rel_kinds[i].word))
        first = i;
  if (first == REL_KINDS)
    return CRAWLER_LINK_LINK;
  if (rel_kinds[first].kind != CRAWLER_LINK_ALTERNATE)
    return (crawler_link_kind)rel_kinds[first].kind;
  if (is_feed_type(type))
    return CRAWLER_LINK_FEED;
  return has_language ? CRAWLER_LINK_LANGUAGE : CRAWLER_LINK_ALTERNATE;
}

uint8_t cr_link_flags_of_rel(struct cr_span rel)
{
  uint8_t flags = 0;
  struct cr_span word;

  while (next_word(&rel, &word)) {
    if (cr_span_eq_nocase(word, CR_SPAN("nofollow")))
      flags |= CRAWLER_LINK_FLAG_NOFOLLOW;
    else if (cr_span_eq_nocase(word, CR_SPAN("ugc")))
      flags |= CRAWLER_LINK_FLAG_UGC;
    else if (cr_span_eq_nocase(word, CR_SPAN("sponsored")))
      flags |= CRAWLER_LINK_FLAG_SPONSORED;
  }
  return flags;
}

/* ---- values ---- */

/* What goes with all links of an attribute. */
struct source {
  struct cr_collect *c;
  const struct cr_html_tag *tag;
  const char *attribute;
  crawler_link_kind kind;
};

/* The name of its element; as written, if it's one without rules. NULL: no memory. */
static inline const char *tag_name(const struct source *from)
{
  const struct cr_html_tag *tag = from->tag;

  if (tag->known && tag->known->link_set == CR_LINKS_IMG && tag->place == CR_HTML_IN_HTML)
    return "img"; /* "image" is one, too (13.2.6.4.7) */
  if (tag->known)
    return tag->known->name;
  char *name = cr_arena_strndup(from->c->keep, tag->name.at, tag->name.len);
  for (size_t i = 0; name && i < tag->name.len; i++)
    name[i] = cr_lower(name[i]);
  return name;
}

static struct cr_span decoded(const struct source *from, struct cr_span raw)
{
  return cr_collect_view(from->c, raw);
}

/* Is a form sent there by POST, as far as this element says? A button's form isn't looked for. */
static bool is_post(const struct source *from)
{
  bool is_action = strcmp(from->attribute, "action") == 0;
  struct cr_span method;

  if (strcmp(from->attribute, "hx-post") == 0)
    return true;
  return (is_action || strcmp(from->attribute, "formaction") == 0) &&
         cr_html_attribute(from->tag, is_action ? CR_SPAN("method") : CR_SPAN("formmethod"),
                           &method) &&
         cr_span_eq_nocase(decoded(from, method), CR_SPAN("post"));
}

static void note_form(const struct source *from, struct crawler_link *link)
{
  if (link->href_bytes == 0)
    link->base = CR_BASE_OF_PAGE; /* 4.10.21.3: not what a base makes of it */
  if (is_post(from))
    link->flags |= CRAWLER_LINK_FLAG_POST;
}

static inline struct crawler_link *add(const struct source *from, struct cr_span href)
{
  struct crawler_link *link = cr_collect_link(from->c, from->tag, from->kind, href);

  if (!link)
    return NULL;
  link->attribute = from->attribute;
  if (from->kind == CRAWLER_LINK_FORM)
    note_form(from, link);
  const char *tag = tag_name(from);
  if (tag)
    link->tag = tag;
  else
    from->c->err = CRAWLER_E_NOMEM;
  return link;
}

static void add_list(const struct source *from, struct cr_span raw)
{
  struct cr_span list = decoded(from, raw);
  struct cr_span word;

  while (next_word(&list, &word))
    (void)add(from, word);
}

static void add_commas(const struct source *from, struct cr_span raw)
{
  struct cr_span list = decoded(from, raw);
  const char *at = list.at;
  const char *end = list.len > 0 ? at + list.len : at;

  while (at < end) {
    const char *comma = cr_find_byte(at, end, ',');
    struct cr_span url = cr_span_trim(cr_span(at, (size_t)(comma - at)));
    if (url.len > 0)
      (void)add(from, url);
    at = comma < end ? comma + 1 : end;
  }
}

static void add_srcset(const struct source *from, struct cr_span raw)
{
  struct cr_span text = decoded(from, raw);
  struct cr_srcset set = { text.at, text.at + text.len };
  struct cr_span url;

  while (text.at && cr_srcset_next(&set, &url))
    (void)add(from, url);
}

/* A URL of a style sheet, its escapes undone. at NULL: no memory. */
static struct cr_span css_href(struct cr_collect *c, const struct cr_css_url *url)
{
  if (!url->has_escapes)
    return url->raw;
  char *out = cr_arena_bytes(c->scratch, 3 * url->raw.len);
  if (!out) {
    c->err = CRAWLER_E_NOMEM;
    return cr_span(NULL, 0);
  }
  return cr_span(out, cr_css_unescape(url->raw, out));
}

/* With what all its links have in common: tag NULL for what is no attribute's. */
static void read_sheet(struct cr_collect *c, const struct cr_html_tag *tag, const char *name,
                       const char *attribute, struct cr_span utf8)
{
  struct cr_css css;
  struct cr_css_url url;

  cr_css_begin(&css, utf8);
  css.given_up = c->scratch->given_up;
  for (unsigned urls = 1; c->err == 0 && cr_css_next(&css, &url); urls++) {
    if (urls % URLS_A_CHECK == 0 && cr_collect_is_given_up(c))
      return;
    struct crawler_link *link = cr_collect_link(c, tag, CRAWLER_LINK_CSS, css_href(c, &url));
    if (!link)
      continue;
    link->tag = name;
    link->attribute = attribute;
  }
}

void cr_collect_sheet(struct cr_collect *c, const char *tag, struct cr_span utf8)
{
  read_sheet(c, NULL, tag, "", utf8);
}

void cr_collect_style(struct cr_collect *c, struct cr_span text, bool is_decoded)
{
  if (!cr_collect_wants(c, CRAWLER_LINK_CSS) || !c->sheet_counts || c->err < 0)
    return;
  if (!is_decoded && cr_collect_utf8(c, &text) < 0)
    c->err = CRAWLER_E_NOMEM;
  else
    cr_collect_sheet(c, "style", text);
}

/* ---- rel and text of a link ---- */

/* NULL: the attribute isn't there, or no memory. */
static const char *keep_attribute(const struct source *from, struct cr_span name)
{
  struct cr_span value;

  if (!cr_html_attribute(from->tag, name, &value))
    return NULL;
  return cr_collect_decode(from->c, from->c->keep, value).at;
}

static inline void note_rel(const struct source *from, struct crawler_link *link)
{
  if (from->tag->attribute_count == 1) /* the link's own */
    return;
  link->rel = keep_attribute(from, CR_SPAN("rel"));
  if (link->rel)
    link->flags |= cr_link_flags_of_rel(cr_span_text(link->rel));
  link->hreflang = keep_attribute(from, CR_SPAN("hreflang"));
}

/* <link href>: its kind is that of its rel. */
static void add_by_rel(struct source *from, struct cr_span raw)
{
  struct cr_span rel = { NULL, 0 };
  struct cr_span type = { NULL, 0 };
  struct cr_span language;

  (void)cr_html_attribute(from->tag, CR_SPAN("rel"), &rel);
  (void)cr_html_attribute(from->tag, CR_SPAN("type"), &type);
  rel = decoded(from, rel);
  if (from->tag->known && from->tag->known->link_set == CR_LINKS_META && rel.len == 0)
    return;
  from->kind = cr_link_kind_of_rel(rel, decoded(from, type),
                                   cr_html_attribute(from->tag, CR_SPAN("hreflang"), &language));
  struct crawler_link *link = add(from, decoded(from, raw));
  if (link)
    note_rel(from, link);
}

static void set_alt(const struct source *from, struct crawler_link *link)
{
  struct cr_span alt;
  struct cr_html_text text;

  if (!from->c->wants.link_text || !cr_html_attribute(from->tag, CR_SPAN("alt"), &alt) ||
      alt.len == 0)
    return;
  cr_html_text_clear(&text);
  cr_html_text_add(&text, decoded(from, alt));
  alt = cr_html_text_since(&text, 0, CR_HTML_TEXT_BYTES);
  const char *kept = cr_arena_strndup(from->c->keep, alt.at, alt.len);
  if (kept)
    link->text = kept;
  else
    from->c->err = CRAWLER_E_NOMEM;
}

/* The link whose text is what follows, or NULL. */
static inline struct crawler_link *add_url(const struct source *from, struct cr_span raw)
{
  struct crawler_link *link = add(from, decoded(from, raw));

  if (!link)
    return NULL;
  if (from->kind == CRAWLER_LINK_A || from->kind == CRAWLER_LINK_AREA)
    note_rel(from, link);
  if (from->kind == CRAWLER_LINK_AREA || from->kind == CRAWLER_LINK_IMAGE)
    set_alt(from, link);
  return from->kind == CRAWLER_LINK_A ? link : NULL;
}

static inline struct crawler_link *add_by_form(struct source *from, unsigned form,
                                               struct cr_span raw)
{
  switch (form) {
  case FORM_COMMAS:
    add_commas(from, raw);
    return NULL;
  case FORM_LIST:
    add_list(from, raw);
    return NULL;
  case FORM_SRCSET:
    add_srcset(from, raw);
    return NULL;
  case FORM_REL:
    add_by_rel(from, raw);
    return NULL;
  default:
    return add_url(from, raw);
  }
}

static void add_of_codebase(struct source *from, unsigned form, struct cr_span raw)
{
  struct cr_collect *c = from->c;
  uint16_t outer = c->base;
  struct cr_span codebase;

  if (!cr_collect_wants(c, from->kind))
    return;
  if (cr_html_attribute(from->tag, CR_SPAN("codebase"), &codebase))
    c->base = cr_collect_base(c, outer, decoded(from, codebase));
  (void)add_by_form(from, form, raw);
  c->base = outer;
}

static inline struct crawler_link *add_by_rule(struct source *from, const struct rule *rule,
                                               struct cr_span raw)
{
  if (!(rule->form & OF_CODEBASE))
    return add_by_form(from, rule->form, raw);
  add_of_codebase(from, rule->form & ~(unsigned)OF_CODEBASE, raw);
  return NULL;
}

/* ---- attributes ---- */

/* Whose name is as long as the rule's. */
static inline bool is_named(const struct rule *rule, struct cr_span name, const char *end)
{
  return cr_load_word(rule->name) == cr_html_name_word(name.at, name.len, end) &&
         (name.len <= 8 || cr_span_eq_nocase(name, cr_span(rule->name, name.len)));
}

/* The rule of a set for an attribute of that name; NULL: there is none. */
static inline const struct rule *find_rule(enum cr_link_set set, struct cr_span name,
                                           const char *end)
{
  const struct rule *rule = rules[set];

  if (name.len == 0 || name.len >= sizeof(rule->name))
    return NULL;
  for (; rule->name[0] != '\0'; rule++)
    if (rule->name[name.len] == '\0' && rule->name[name.len - 1] != '\0' &&
        is_named(rule, name, end ? end : name.at + name.len))
      return rule;
  return NULL;
}

static void look_at_style(const struct source *from, struct cr_span raw)
{
  if (!cr_collect_wants(from->c, CRAWLER_LINK_CSS) || raw.len == 0 ||
      (!memchr(raw.at, '(', raw.len) && !memchr(raw.at, '&', raw.len)))
    return;
  const char *name = tag_name(from);
  if (name)
    read_sheet(from->c, from->tag, name, "style", decoded(from, raw));
  else
    from->c->err = CRAWLER_E_NOMEM;
}

/* style, background, hx-get, ... of any element. */
static void look_anywhere(struct source *from, unsigned i)
{
  const struct cr_html_attribute *attribute = &from->tag->attributes[i];

  if (cr_html_is_repeated(from->tag->attributes, i))
    return;
  if (cr_span_eq_nocase(attribute->name, CR_SPAN("style"))) {
    look_at_style(from, attribute->value);
  } else if (cr_span_eq_nocase(attribute->name, CR_SPAN("background"))) {
    from->kind = CRAWLER_LINK_IMAGE;
    from->attribute = "background";
    if (attribute->value.len > 0)
      (void)add(from, decoded(from, attribute->value));
  } else {
    static const char *const verbs[] = { "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete" };
    from->kind = CRAWLER_LINK_FORM;
    for (size_t v = 0; v < sizeof(verbs) / sizeof(verbs[0]); v++) {
      from->attribute = verbs[v];
      if (cr_span_eq_nocase(attribute->name, cr_span_text(verbs[v])))
        (void)add(from, decoded(from, attribute->value));
    }
  }
}

static inline struct crawler_link *html_links(struct cr_collect *c, const struct cr_html_tag *tag)
{
  enum cr_link_set set = tag->known ? (enum cr_link_set)tag->known->link_set : CR_LINKS_NONE;
  uint32_t opened = UINT32_MAX; /* by number, as the links after it may move them all */

  for (unsigned i = 0; i < tag->attribute_count && c->err == 0; i++) {
    const struct cr_html_attribute *attribute = &tag->attributes[i];
    const struct rule *rule = find_rule(set, attribute->name, tag->end);
    if (rule && !cr_html_is_repeated(tag->attributes, i)) {
      struct source from = { c, tag, rule->name, (crawler_link_kind)rule->kind };
      const struct crawler_link *link = add_by_rule(&from, rule, attribute->value);
      opened = link ? (uint32_t)(link - c->found.links) : opened;
    }
    if (attribute->name.len > 0 && cr_html_may_link_anywhere(attribute->name)) {
      struct source from = { c, tag, "", CRAWLER_LINK_GUESS };
      look_anywhere(&from, i);
    }
  }
  return opened < c->found.count ? &c->found.links[opened] : NULL;
}

/* ---- svg and math ---- */

static crawler_link_kind foreign_kind(const struct cr_html_tag *tag)
{
  if (tag->place == CR_HTML_IN_SVG) {
    if (cr_span_eq_nocase(tag->name, CR_SPAN("a")))
      return CRAWLER_LINK_A;
    if (cr_span_eq_nocase(tag->name, CR_SPAN("image")) ||
        cr_span_eq_nocase(tag->name, CR_SPAN("feImage")))
      return CRAWLER_LINK_IMAGE;
    if (cr_span_eq_nocase(tag->name, CR_SPAN("script")))
      return CRAWLER_LINK_SCRIPT;
  }
  return CRAWLER_LINK_FOREIGN;
}

/* SVG 2, 16.1.5: href wins over xlink:href. */
static struct crawler_link *foreign_links(struct cr_collect *c, const struct cr_html_tag *tag)
{
  struct source from = { c, tag, "href", foreign_kind(tag) };
  struct cr_span href;
  struct cr_span style;

  if (cr_html_attribute(tag, CR_SPAN("style"), &style))
    look_at_style(&from, style);
  if (!cr_html_attribute(tag, CR_SPAN("href"), &href)) {
    from.attribute = "xlink:href";
    if (!cr_html_attribute(tag, CR_SPAN("xlink:href"), &href))
      return NULL;
  }
  return add_url(&from, href);
}

struct crawler_link *cr_collect_element(struct cr_collect *c, const struct cr_html_tag *tag)
{
  switch (tag->place) {
  case CR_HTML_IN_HTML:
    return html_links(c, tag);
  case CR_HTML_IN_SVG:
  case CR_HTML_IN_MATH:
    return foreign_links(c, tag);
  default:
    return NULL;
  }
}

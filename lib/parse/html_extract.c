/* SPDX-License-Identifier: MIT */
/* html_extract.c - the links of a document from its bytes, without a tree.
 *
 * Tokens (html_token.h) and what a tree builder would say of them (html_feedback.h) become the
 * elements and texts that html_collect.h is told of. A tag that is cut by the end of a piece is
 * kept and read again when it has doubled, so that any number of pieces costs linear time.
 */
#include "parse/html_extract.h"

#include "base/find.h"

enum { FIRST_CARRY = 256, TOKENS_A_CHECK = 1024 };

void cr_extract_begin(struct cr_extract *x, struct cr_collect *collect, struct cr_mem *mem,
                      size_t max_carry_bytes)
{
  x->collect = collect;
  x->passages = NULL;
  x->t = (struct cr_html_tokens){
    .state = CR_HTML_DATA,
    .wants_attributes =
        (collect->wants.kinds & (CR_LINK_BIT(CRAWLER_LINK_CSS) | CR_LINK_BIT(CRAWLER_LINK_IMAGE) |
                                 CR_LINK_BIT(CRAWLER_LINK_FORM))) != 0,
  };
  cr_feedback_init(&x->f);
  x->link_is_open = false;
  x->svg_link_level = 0;
  x->has_sheet = false;
  memset(x->outer, 0, sizeof(x->outer));
  cr_buf_init(&x->carry, mem, CR_MEM_PAGE, max_carry_bytes);
  x->carry_scanned = 0;
}

void cr_extract_free(struct cr_extract *x)
{
  cr_buf_free(&x->carry);
}

bool cr_extract_is_doubtful(const struct cr_extract *x)
{
  return x->f.doubt != CR_HTML_SURE || x->collect->is_doubtful;
}

/* ---- elements ---- */

static void close_link(struct cr_extract *x)
{
  if (x->link_is_open)
    cr_collect_end_link(x->collect);
  x->link_is_open = false;
}

/* The text of the link that the tag has begun is what follows, as far as the link goes. */
static void open_link(struct cr_extract *x, enum cr_html_place place)
{
  bool is_open = false;

  if (place == CR_HTML_IN_SVG && !x->token.is_self_closing && x->svg_link_level == 0) {
    x->svg_link_level = x->f.foreign_len;
    is_open = true;
  } else if (place == CR_HTML_IN_HTML && x->f.in_link) {
    x->link_is_open = true;
    is_open = true;
  }
  if (!is_open)
    cr_collect_end_link(x->collect);
}

/* b, i, and an <a> without href aren't followed as links are: a tree may have these formatting
 * elements twice, with what their attributes lead to. In svg and math they have to nest anyway. */
static void check_formatting(struct cr_extract *x, bool has_links)
{
  if (has_links && x->f.foreign_len == 0 && cr_html_kind(x->token.known) == CR_ELEMENT_FORMATTING &&
      (x->token.known->link_set != CR_LINKS_A || !x->f.in_link))
    cr_feedback_doubt(&x->f, CR_HTML_DOUBT_LINK);
}

/* A style sheet, or a document inside, that is moved in front of a table: its links with it. */
static void check_moved(struct cr_extract *x)
{
  const struct cr_element *known = x->token.known;

  if (x->f.is_fostered && (x->collect->inside.at || (known && strcmp(known->name, "style") == 0)))
    cr_feedback_doubt(&x->f, CR_HTML_DOUBT_TABLE);
}

/* Does such an element say something of the page, besides its links? */
static bool says_more(const struct cr_element *known)
{
  if (!known)
    return false;
  switch (known->link_set) {
  case CR_LINKS_BASE:
  case CR_LINKS_HTML:
  case CR_LINKS_META:
    return true;
  default:
    return known->kind == CR_ELEMENT_TEXT && strcmp(known->name, "title") == 0;
  }
}

static void start(struct cr_extract *x)
{
  const struct cr_html_token *token = &x->token;
  bool is_foreign = x->f.foreign_len > 0;
  enum cr_html_place place = cr_feedback_start(&x->f, &x->t, token);
  bool is_link = !is_foreign && token->known && token->known->link_set == CR_LINKS_A;

  x->has_sheet = false;
  if (!x->f.in_link || (is_link && place == CR_HTML_IN_HTML))
    close_link(x);
  if (place == CR_HTML_NOWHERE ||
      !cr_collect_needs(x->collect, token->known, token->attribute_count))
    return;
  const struct cr_html_tag tag = {
    .known = token->known,
    .name = token->name,
    .place = place,
    .attributes = token->attributes,
    .attribute_count = token->attribute_count,
    .is_inert = x->f.inert_depth > 0,
    .is_fostered = x->f.is_fostered,
    .end = x->t.end,
  };
  if (x->passages && says_more(token->known))
    cr_passages_drop(x->passages);
  uint32_t before = x->collect->found.count;
  if (cr_collect_start(x->collect, &tag) > 0)
    open_link(x, place);
  check_formatting(x, x->collect->found.count > before);
  if (place == CR_HTML_IN_HTML && token->known && token->known->link_set == CR_LINKS_IFRAME)
    cr_collect_srcdoc(x->collect, &tag);
  check_moved(x);
}

static void end(struct cr_extract *x)
{
  bool is_foreign = x->f.foreign_len > 0;

  cr_feedback_end(&x->f, &x->t, &x->token);
  if (!x->f.in_link)
    close_link(x);
  if (x->f.foreign_len < x->svg_link_level) {
    cr_collect_end_link(x->collect);
    x->svg_link_level = 0;
  }
  if (cr_collect_needs_text(x->collect))
    cr_collect_end(x->collect, x->token.known, is_foreign ? CR_HTML_IN_SVG : CR_HTML_IN_HTML);
}

/* ---- text ---- */

/* A CDATA section's, which has no references. */
static void add_cdata(struct cr_collect *c, struct cr_span text, enum cr_html_context context)
{
  if (cr_collect_utf8(c, &text) < 0) {
    c->err = CRAWLER_E_NOMEM;
    return;
  }
  while (text.len > 0) {
    const char *end = text.at + text.len;
    const char *nul = cr_find_byte(text.at, end, '\0');
    cr_collect_text(c, cr_span(text.at, (size_t)(nul - text.at)));
    if (nul == end)
      return;
    if (context != CR_HTML_IN_BODY)
      cr_collect_text(c, CR_SPAN("\xef\xbf\xbd"));
    text = cr_span(nul + 1, (size_t)(end - nul - 1));
  }
}

/* Is text there what it would be in HTML (13.2.6, the tree construction dispatcher)? */
static bool is_html_text(const struct cr_feedback_open *foreign)
{
  unsigned flags = foreign && foreign->known ? foreign->known->flags : 0;

  return !foreign || (foreign->place == CR_HTML_IN_SVG && (flags & CR_ELEMENT_IN_SVG) != 0) ||
         (foreign->place == CR_HTML_IN_MATH && (flags & CR_ELEMENT_IN_MATH) != 0);
}

static bool is_svg_code(const struct cr_feedback_open *foreign)
{
  return foreign->place == CR_HTML_IN_SVG && cr_element_is_code(foreign->known);
}

/* May a style sheet's text come, in svg? Asked of each text: most are in HTML. */
static inline bool is_in_svg_style(const struct cr_extract *x)
{
  const struct cr_feedback_open *foreign = cr_feedback_in_foreign(&x->f);

  return foreign && cr_collect_wants(x->collect, CRAWLER_LINK_CSS) && is_svg_code(foreign) &&
         foreign->known->kind != CR_ELEMENT_SCRIPT;
}

/* One that is in pieces, as of text and a CDATA section, is left to a tree. */
static void add_svg_style(struct cr_extract *x)
{
  struct cr_span text = x->token.text;

  if (cr_span_trim(text).len == 0)
    return;
  if (x->has_sheet)
    cr_feedback_doubt(&x->f, CR_HTML_DOUBT_FOREIGN);
  x->has_sheet = true;
  if (x->token.text_state == CR_HTML_CDATA)
    cr_collect_style(x->collect, text, false);
  else
    cr_collect_svg_style(x->collect, text);
}

static void add_text(struct cr_extract *x)
{
  const struct cr_feedback_open *foreign = cr_feedback_in_foreign(&x->f);

  if (foreign && is_svg_code(foreign)) {
    if (is_in_svg_style(x))
      add_svg_style(x);
    return;
  }
  if (!cr_collect_needs_text(x->collect))
    return;
  enum cr_html_context context = is_html_text(foreign) ? CR_HTML_IN_BODY : CR_HTML_IN_TEXT;
  if (x->token.text_state == CR_HTML_CDATA)
    add_cdata(x->collect, x->token.text, context);
  else
    cr_collect_raw_text(x->collect, x->token.text, context);
}

/* A comment without what ends it, as a tree has it: "-->", "--!>", of an empty one "->" and ">"; of
 * a bogus one ">" (HTML standard 13.2.5.41 to 13.2.5.52). */
static struct cr_span comment(const struct cr_extract *x)
{
  static const char *const ends[] = { "-->", "--!>", "->", ">" };
  struct cr_span text = x->token.text;
  bool is_bogus = x->token.text_state == CR_HTML_BOGUS;

  for (size_t i = is_bogus ? 3 : 0; i < 4; i++) {
    size_t len = strlen(ends[i]);

    if (text.len >= len && (i < 2 || is_bogus || text.len == len) &&
        memcmp(text.at + text.len - len, ends[i], len) == 0)
      return cr_span(text.at, text.len - len);
  }
  return text;
}

/* The text before a token, or as much of it as is there. Of what a template holds only comments are
 * told. */
static void text(struct cr_extract *x)
{
  const struct cr_element *element = x->t.text_element;
  enum cr_html_state state = x->token.text_state;

  if (x->f.inert_depth > 0 && state != CR_HTML_COMMENT && state != CR_HTML_BOGUS)
    return;
  switch (state) {
  case CR_HTML_DATA:
    cr_feedback_text(&x->f, x->token.text);
    /* fall through */
  case CR_HTML_CDATA:
    add_text(x);
    break;
  case CR_HTML_RCDATA:
    cr_collect_raw_text(x->collect, x->token.text, CR_HTML_IN_TEXT);
    break;
  case CR_HTML_RAWTEXT:
    if (element && strcmp(element->name, "style") == 0)
      cr_collect_style(x->collect, x->token.text, false);
    break;
  case CR_HTML_SCRIPT:
  case CR_HTML_SCRIPT_ESCAPED:
  case CR_HTML_SCRIPT_DOUBLE:
    cr_collect_script(x->collect, x->token.text, false);
    break;
  case CR_HTML_COMMENT:
  case CR_HTML_BOGUS:
    cr_collect_comment(x->collect, comment(x));
    break;
  default:
    break;
  }
}

/* Is nothing to be told of the text before a token? Of most there isn't. */
static inline bool is_nothing(const struct cr_extract *x)
{
  return x->token.text_state == CR_HTML_DATA && x->f.foreign_len == 0 &&
         !cr_feedback_needs_text(&x->f) && !cr_collect_needs_text(x->collect);
}

/* Is the text of a token to be given whole? */
static bool needs_text(const struct cr_extract *x)
{
  const struct cr_collect *c = x->collect;

  switch (x->token.text_state) {
  case CR_HTML_RAWTEXT:
    return cr_collect_wants(c, CRAWLER_LINK_CSS);
  case CR_HTML_SCRIPT:
  case CR_HTML_COMMENT:
  case CR_HTML_BOGUS:
    return cr_collect_wants(c, CRAWLER_LINK_GUESS);
  default:
    return cr_collect_needs_text(c) || is_in_svg_style(x);
  }
}

/* ---- documents inside ---- */

struct cr_extract_outer {
  struct cr_html_tokens t;
  struct cr_feedback f;
  bool link_is_open;
  uint32_t svg_link_level;
  const char *charset;
  bool is_utf8;
  bool is_doubtful;
  uint16_t base;
};

static void start_over(struct cr_extract *x, struct cr_span html)
{
  x->t = (struct cr_html_tokens){ .wants_attributes = x->t.wants_attributes };
  cr_html_feed(&x->t, html, true);
  cr_feedback_init(&x->f);
  x->link_is_open = false;
  x->svg_link_level = 0;
}

/* Sets the document aside and reads what the collector has found inside of it. */
static void enter(struct cr_extract *x)
{
  struct cr_collect *c = x->collect;
  struct cr_span inside = c->inside;
  struct cr_extract_outer **outer = &x->outer[c->depth];
  uint16_t base = cr_collect_base(c, c->base, cr_span(NULL, 0));

  c->inside = cr_span(NULL, 0);
  if (!*outer)
    *outer = cr_arena_alloc(c->scratch, sizeof(**outer));
  if (!*outer)
    c->err = CRAWLER_E_NOMEM;
  if (c->err < 0 || base == 0) {
    c->is_guess = c->is_guess && c->depth > 0;
    return;
  }
  cr_passages_drop(x->passages);
  **outer = (struct cr_extract_outer){ x->t,       x->f,       x->link_is_open, x->svg_link_level,
                                       c->charset, c->is_utf8, c->is_doubtful,  c->base };
  start_over(x, inside);
  c->depth++;
  c->base = base;
  c->charset = "utf-8";
  c->is_utf8 = true;
}

/* Back to the document around: what was doubtful inside says nothing of it. */
static void leave(struct cr_extract *x)
{
  struct cr_collect *c = x->collect;
  const struct cr_extract_outer *outer = x->outer[--c->depth];

  close_link(x);
  x->t = outer->t;
  x->f = outer->f;
  x->link_is_open = outer->link_is_open;
  x->svg_link_level = outer->svg_link_level;
  c->charset = outer->charset;
  c->is_utf8 = outer->is_utf8;
  c->is_doubtful = outer->is_doubtful;
  c->base = outer->base;
  c->is_guess = c->is_guess && c->depth > 0;
}

/* ---- pieces ---- */

static void set_wishes(struct cr_extract *x)
{
  x->t.wanted =
      cr_feedback_wants_all(&x->f) ? CR_HTML_WANT_ALL : CR_ELEMENT_LINKS | CR_ELEMENT_FEEDBACK;
  x->t.records_all = x->f.foreign_len > 0;
}

static void read_token(struct cr_extract *x)
{
  enum cr_html_token_type type = cr_html_next(&x->t, &x->token);

  if (type == CR_HTML_MORE && needs_text(x))
    cr_html_hold_text(&x->t, &x->token);
  if (x->token.text.len > 0 && !is_nothing(x))
    text(x);
  if (type == CR_HTML_START_TAG)
    start(x);
  else if (type == CR_HTML_END_TAG)
    end(x);
}

/* Its bytes are those of a piece, which may be gone when reading goes on. */
static void forget_inside(struct cr_collect *c)
{
  c->inside = cr_span(NULL, 0);
  c->is_guess = c->is_guess && c->depth > 0;
}

/* False: there are more tokens. */
static bool read_some(struct cr_extract *x)
{
  const struct cr_collect *c = x->collect;

  for (unsigned left = TOKENS_A_CHECK; left > 0; left--) {
    if (c->inside.at && c->err == 0)
      enter(x);
    if (x->passages && x->svg_link_level == 0 && cr_passage_is_edge(&x->t))
      cr_passages_pass(x->passages, &x->t, &x->f, x->collect);
    set_wishes(x);
    read_token(x);
    if (c->err < 0) {
      forget_inside(x->collect);
      return true;
    }
    if (x->token.type != CR_HTML_MORE || c->inside.at)
      continue;
    if (c->depth == 0)
      return true;
    leave(x);
  }
  return false;
}

static void read_tokens(struct cr_extract *x)
{
  do {
    if (cr_collect_is_given_up(x->collect))
      return;
  } while (!read_some(x));
}

static void read_bytes(struct cr_extract *x, struct cr_span bytes, bool is_last)
{
  cr_passages_drop(x->passages);
  cr_html_feed(&x->t, bytes, is_last);
  read_tokens(x);
}

/* What is cut is read again with the bytes that follow, as soon as it is twice as long. Moves *at
 * to the first byte that is read no more. */
static int read_carry(struct cr_extract *x, const char **at, const char *end, bool is_last)
{
  while (x->carry.len > 0 && (*at < end || is_last)) {
    size_t before = x->carry.len;
    size_t wants = before < FIRST_CARRY ? FIRST_CARRY : before;
    size_t has = (size_t)(end - *at) < wants ? (size_t)(end - *at) : wants;
    int err = cr_buf_add(&x->carry, *at, has);
    if (err < 0)
      return err;
    *at += has;
    bool is_whole = is_last && *at == end;
    if (!is_whole && x->carry.len < 2 * x->carry_scanned)
      return 0;
    read_bytes(x, cr_span(x->carry.data, x->carry.len), is_whole);
    size_t read = (size_t)(x->t.at - x->carry.data);
    if (read >= before || is_whole) { /* the rest is as it is in the piece */
      *at -= is_whole ? 0 : x->carry.len - read;
      cr_buf_clear(&x->carry);
      x->carry_scanned = 0;
      return 0;
    }
    memmove(x->carry.data, x->t.at, x->carry.len - read);
    x->carry.len -= read;
    x->carry_scanned = x->carry.len;
  }
  return 0;
}

int cr_extract_add(struct cr_extract *x, struct cr_span bytes, bool is_last)
{
  const char *at = bytes.len > 0 ? bytes.at : "";
  const char *end = at + bytes.len;
  bool had_carry = x->carry.len > 0;
  int err = read_carry(x, &at, end, is_last);

  if (err < 0)
    return err;
  if (x->carry.len > 0 || (had_carry && at == end))
    return x->collect->err;
  read_bytes(x, cr_span(at, (size_t)(end - at)), is_last);
  if (!is_last && x->t.at < end && x->collect->err == 0) {
    err = cr_buf_add(&x->carry, x->t.at, (size_t)(end - x->t.at));
    x->carry_scanned = x->carry.len;
  }
  return err < 0 ? err : x->collect->err;
}

/* ---- for a tree ---- */

void cr_extract_inside(struct cr_collect *c)
{
  struct cr_extract *x = cr_arena_alloc(c->scratch, sizeof(*x));

  if (!x) {
    c->err = CRAWLER_E_NOMEM;
    return;
  }
  cr_extract_begin(x, c, NULL, 0);
  (void)cr_extract_add(x, cr_span(NULL, 0), true); /* the page is empty but for what is inside */
}

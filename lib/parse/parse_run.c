/* SPDX-License-Identifier: MIT */
/* parse_run.c - from the bytes of a response to a body, a charset, links, and a document.
 *
 * The order of the steps: undo the content coding, name the type, name the charset, and for HTML
 * the links by tokens. Only where these can't tell what a browser would see, or where a document is
 * wanted, a tree is built; one that nobody asked for in the scratch arena.
 */
#include "parse/parse.h"

#include "base/inflate.h"
#include "base/inflate_whole.h"
#include "parse/charset.h"
#include "parse/html_empty.h"
#include "parse/html_extract.h"
#include "parse/html_guard.h"
#include "parse/html_gumbo.h"
#include "parse/html_links.h"
#include "parse/html_tame.h"
#include "parse/other_links.h"
#include "parse/robots_tags.h"

enum { MIME_BYTES = 128, USUAL_RATIO = 4 };

/* ---- the body ---- */

/* A cr_inflate_sink. */
static int add_decoded(void *arg, const char *data, size_t bytes)
{
  struct cr_parse *p = arg;
  size_t room = p->decoded.max_bytes - p->decoded.len;

  if (cr_is_given_up(p->scratch->given_up))
    return CRAWLER_E_NOMEM;
  int err = cr_buf_add(&p->decoded, data, bytes < room ? bytes : room);
  return err == 0 && bytes > room ? CRAWLER_E_LIMIT : err;
}

/* An error that says no more than that something is missing. */
static int take_cut(struct cr_parse *p, int err)
{
  if (!p->takes_cut)
    return err;
  p->cut = err;
  return 0;
}

static int decode_all(struct cr_parse *p, struct cr_inflate *coding)
{
  size_t most = p->max_body_bytes;
  size_t usual = p->wire.len < most / USUAL_RATIO ? p->wire.len * USUAL_RATIO : most;

  int err = cr_buf_reserve(&p->decoded, usual); /* saves growing in steps; that may still come */
  if (err == 0)
    err = cr_inflate_add(coding, p->wire.at, p->wire.len, add_decoded, p);
  if (err == CRAWLER_E_LIMIT)
    err = take_cut(p, err);
  else if (err == 0 && cr_inflate_end(coding) < 0)
    err = take_cut(p, CRAWLER_E_FORMAT);
  if (err == 0)
    p->body = cr_span(p->decoded.data, p->decoded.len);
  else if (!p->keeps_cut)
    cr_buf_free(&p->decoded);
  return err;
}

static int decode_body(struct cr_parse *p)
{
  struct cr_inflate *coding = NULL;

  cr_buf_init(&p->decoded, p->mem, CR_MEM_BODY, p->max_body_bytes);
  if (cr_inflate_whole(&p->decoded, p->coding, p->wire)) {
    p->body = cr_span(p->decoded.data, p->decoded.len);
    return 0;
  }
  int err = p->coding.len > 0 ? cr_inflate_open(&coding, p->mem, p->coding) : 0;
  if (err < 0)
    return err;
  if (coding) {
    cr_inflate_limit(coding, p->max_ratio);
    err = decode_all(p, coding);
  } else if (p->wire.len > p->max_body_bytes) {
    err = take_cut(p, CRAWLER_E_LIMIT);
    if (err == 0)
      p->body = cr_span(p->wire.at, p->max_body_bytes);
  } else {
    p->body = p->wire;
  }
  cr_inflate_close(coding);
  return err;
}

/* ---- type and charset ---- */

/* What reads a body adds its length to where it begins, which C allows for no NULL. */
static struct cr_span body_to_read(const struct cr_parse *p)
{
  return p->body.at ? p->body : CR_SPAN("");
}

static int name_type(struct cr_parse *p)
{
  char sent[MIME_BYTES];

  cr_mime_essence(p->type, sent);
  if (strcmp(sent, "text/html") == 0)
    p->sent_mime = "text/html";
  else if (sent[0] != '\0')
    p->sent_mime = cr_arena_strndup(p->keep, sent, strlen(sent));
  if (!p->sent_mime) {
    p->sent_mime = "";
    return CRAWLER_E_NOMEM;
  }
  p->mime = cr_mime_sniff(p->sent_mime, p->type, p->nosniff, body_to_read(p));
  p->is_html = cr_mime_is_html(p->mime);
  if (p->is_html || cr_mime_is_text(p->mime))
    p->charset = cr_charset_decide(body_to_read(p), p->type, p->mime);
  return 0;
}

struct cr_span cr_parse_text(struct cr_arena *arena, struct cr_span body, const char *charset)
{
  struct cr_span text = { NULL, 0 };

  if (cr_charset_decode(arena, charset, body, &text) < 0)
    return (struct cr_span){ NULL, 0 };
  bool is_copy = text.len > 0 && (text.at < body.at || text.at >= body.at + body.len);
  if (!is_copy)
    text.at = cr_arena_strndup(arena, text.at, text.len);
  return text.at ? text : (struct cr_span){ NULL, 0 };
}

static int body_as_utf8(const struct cr_parse *p, struct cr_span *utf8)
{
  return cr_charset_decode(p->scratch, p->charset, body_to_read(p), utf8);
}

/* ---- the tree ---- */

static bool is_xhtml(const struct cr_parse *p)
{
  return strcmp(p->mime, "application/xhtml+xml") == 0;
}

/* What a tree is built from. */
static int decode_for_tree(struct cr_parse *p, struct cr_span *utf8)
{
  int err = body_as_utf8(p, utf8);

  return err == 0 && is_xhtml(p) ? cr_html_end_empty(p->scratch, utf8) : err;
}

static struct cr_html_limits limits_of(const struct cr_parse *p, struct cr_span utf8)
{
  struct cr_html_limits limits = cr_html_limits_for(utf8.len, p->clock_ms);

  if (p->max_tree_bytes > 0 && p->max_tree_bytes < limits.max_bytes)
    limits.max_bytes = p->max_tree_bytes;
  limits.given_up = p->scratch->given_up;
  return limits;
}

static enum cr_parse_note build_kept(struct cr_parse *p, struct cr_span utf8)
{
  struct cr_html_limits limits = limits_of(p, utf8);
  const struct GumboInternalOutput *built = NULL;
  char *copy = cr_arena_strndup(p->keep, utf8.at, utf8.len);

  if (!copy)
    return CR_PARSE_NO_MEMORY;
  cr_html_tame(copy, utf8.len, p->scratch->given_up);
  enum cr_parse_note note = cr_html_build(&built, p->keep, cr_span(copy, utf8.len), &limits);
  if (note != CR_PARSE_WHOLE)
    return note;
  if (cr_html_name_elements(built, p->keep) < 0)
    return CR_PARSE_NO_MEMORY;
  p->text = cr_span(copy, utf8.len);
  p->tree = built;
  return CR_PARSE_WHOLE;
}

/* A tree to hand out, with its text, which it points into, in the same arena. What of a tree was
 * built before it was given up, up to its whole memory cap, doesn't stay there. */
static enum cr_parse_note build_document(struct cr_parse *p, struct cr_span utf8)
{
  struct cr_arena_mark before = cr_arena_mark(p->keep);
  enum cr_parse_note note = build_kept(p, utf8);

  if (note != CR_PARSE_WHOLE)
    cr_arena_rewind(p->keep, &before);
  return note;
}

/* A tree for as long as scratch isn't reset. */
static enum cr_parse_note build_scratch(struct cr_parse *p, struct cr_span utf8,
                                        const struct GumboInternalOutput **tree)
{
  struct cr_html_limits limits = limits_of(p, utf8);
  enum cr_parse_note note = cr_html_guard(utf8, p->scratch->given_up);

  if (note != CR_PARSE_WHOLE)
    return note;
  char *copy = cr_arena_strndup(p->scratch, utf8.at, utf8.len);
  if (!copy)
    return CR_PARSE_NO_MEMORY;
  cr_html_tame(copy, utf8.len, p->scratch->given_up);
  return cr_html_build(tree, p->scratch, cr_span(copy, utf8.len), &limits);
}

/* The tree that the caller asked for, or one to look links up in. */
static enum cr_parse_note build_tree(struct cr_parse *p, struct cr_span utf8,
                                     const struct GumboInternalOutput **tree)
{
  *tree = p->tree;
  if (p->tree)
    return CR_PARSE_WHOLE;
  return build_scratch(p, utf8, tree);
}

/* ---- links ---- */

static void take(struct cr_parse *p, const struct cr_html_found *found)
{
  p->links = found->links;
  p->link_count = found->count;
  p->links_left = found->links_left;
  p->base_href = found->base_href;
  p->inner_bases = found->inner_bases;
  p->facts = found->facts;
}

struct html { /* what is being read, and how */
  struct cr_collect collect;
  struct cr_extract extract;
  struct cr_html_wants wants;
  struct cr_span body; /* ASCII-compatible */
  const char *charset;
  struct cr_arena_mark before; /* of keep: where links by tokens begin */
};

static struct cr_html_wants wants_of(const struct cr_parse *p)
{
  return (struct cr_html_wants){ p->link_kinds, p->want_link_text, p->want_facts, p->robots_token,
                                 p->max_links };
}

/* By tokens. 0, CRAWLER_E_NOMEM. */
static int read_tokens(struct cr_parse *p, struct html *html)
{
  cr_collect_init(&html->collect, p->keep, p->scratch, html->charset, &html->wants);
  cr_extract_begin(&html->extract, &html->collect, p->mem, 0);
  html->extract.t.is_xhtml = is_xhtml(p);
  if (!is_xhtml(p)) /* where the same bytes may say something else */
    html->extract.passages = cr_passages_begin(p->passages);
  cr_header_links(&html->collect, p->headers);
  (void)cr_extract_add(&html->extract, html->body, true); /* its error is the collector's */
  cr_extract_free(&html->extract);
  return cr_collect_finish(&html->collect);
}

static int read_tree(struct cr_parse *p, struct html *html, const struct GumboInternalOutput *tree)
{
  cr_collect_init(&html->collect, p->keep, p->scratch, "utf-8", &html->wants);
  cr_header_links(&html->collect, p->headers);
  cr_html_links(&html->collect, tree);
  return cr_collect_finish(&html->collect);
}

/* What tokens doubt a tree decides, if it can be built; else their links stay. */
static int read_doubtful(struct cr_parse *p, struct html *html, bool *is_exact)
{
  const struct GumboInternalOutput *tree = NULL;
  struct cr_span utf8;

  if (decode_for_tree(p, &utf8) < 0)
    return CRAWLER_E_NOMEM;
  p->note = build_tree(p, utf8, &tree);
  if (p->note == CR_PARSE_NO_MEMORY)
    return CRAWLER_E_NOMEM;
  *is_exact = tree != NULL;
  if (!tree)
    return 0;
  cr_arena_rewind(p->keep, &html->before);
  return read_tree(p, html, tree);
}

/* The tokenizer reads what is ASCII where it looks like it. */
static int make_readable(struct cr_parse *p, struct html *html)
{
  html->body = body_to_read(p);
  html->charset = p->charset;
  if (cr_charset_is_ascii_compatible(p->charset))
    return 0;
  html->charset = "utf-8";
  return body_as_utf8(p, &html->body);
}

/* May gumbo's tree be asked for what tokens doubt? Not where there is none, nor where it goes by
 * rules that are no more. */
static bool may_ask_tree(const struct cr_parse *p, const struct html *html)
{
  return cr_parse_has_trees && !p->never_builds_tree && !html->extract.f.is_newer;
}

static enum cr_parse_note parse_html(struct cr_parse *p)
{
  struct html *html = cr_arena_alloc(p->scratch, sizeof(*html));

  if (!html)
    return CR_PARSE_NO_MEMORY;
  html->wants = wants_of(p);
  if (make_readable(p, html) < 0)
    return CR_PARSE_NO_MEMORY;
  html->before = cr_arena_mark(p->keep);
  if (read_tokens(p, html) < 0)
    return CR_PARSE_NO_MEMORY;
  bool is_exact = !cr_extract_is_doubtful(&html->extract);
  if (!is_exact && may_ask_tree(p, html)) {
    if (!p->may_build_tree) {
      cr_arena_rewind(p->keep, &html->before);
      p->needs_tree = true;
      return CR_PARSE_WHOLE;
    }
    if (read_doubtful(p, html, &is_exact) < 0)
      return CR_PARSE_NO_MEMORY;
  }
  take(p, &html->collect.found);
  p->links_are_exact = is_exact && !html->collect.is_cut;
  return p->note;
}

/* What isn't HTML may have links in its headers, and some types in their bodies. */
static enum cr_parse_note parse_other(struct cr_parse *p)
{
  const struct cr_html_wants wants = wants_of(p);
  struct cr_collect *collect = cr_arena_alloc(p->scratch, sizeof(*collect));
  struct cr_span utf8;

  if (!collect)
    return CR_PARSE_NO_MEMORY;
  cr_collect_init(collect, p->keep, p->scratch, "utf-8", &wants);
  cr_header_links(collect, p->headers);
  if (p->charset[0] != '\0' && cr_body_may_link(p->mime, p->link_kinds)) {
    if (body_as_utf8(p, &utf8) < 0)
      return CR_PARSE_NO_MEMORY;
    cr_body_links(collect, p->mime, utf8);
  }
  if (cr_collect_finish(collect) < 0)
    return CR_PARSE_NO_MEMORY;
  take(p, &collect->found);
  p->links_are_exact = !collect->is_cut;
  return CR_PARSE_WHOLE;
}

enum cr_parse_note cr_parse_document(struct cr_parse *p)
{
  struct cr_span utf8;

  if (decode_for_tree(p, &utf8) < 0)
    return CR_PARSE_NO_MEMORY;
  enum cr_parse_note note = cr_html_guard(utf8, p->scratch->given_up);
  return note == CR_PARSE_WHOLE ? build_document(p, utf8) : note;
}

bool cr_parse_may_link(const char *mime, uint32_t kinds)
{
  if (mime[0] == '\0' || cr_mime_is_html(mime))
    return kinds != 0;
  return cr_body_may_link(mime, kinds);
}

static void read_body(struct cr_parse *p)
{
  if (!p->is_html) {
    if (p->link_kinds != 0)
      p->note = parse_other(p);
    return;
  }
  if (p->want_document && !p->may_build_tree) {
    p->needs_tree = true;
    return;
  }
  if (p->want_document)
    p->note = cr_parse_document(p);
  if (p->note != CR_PARSE_NO_MEMORY && (p->link_kinds != 0 || p->want_facts))
    p->note = parse_html(p);
}

void cr_parse_run(struct cr_parse *p, void *user)
{
  (void)user;
  cr_buf_init(&p->decoded, p->mem, CR_MEM_BODY, 0);
  p->body = (struct cr_span){ NULL, 0 };
  p->cut = 0;
  p->mime = "";
  p->sent_mime = "";
  p->charset = "";
  p->is_html = false;
  p->base_href = (struct cr_span){ NULL, 0 };
  p->inner_bases = NULL;
  p->links = NULL;
  p->link_count = 0;
  p->links_left = 0;
  p->links_are_exact = true;
  p->needs_tree = false;
  memset(&p->facts, 0, sizeof(p->facts));
  p->note = CR_PARSE_WHOLE;
  p->text = (struct cr_span){ NULL, 0 };
  p->tree = NULL;

  p->err = decode_body(p);
  if (p->err == 0)
    p->err = name_type(p);
  if (p->err < 0)
    return;
  read_body(p);
  cr_robots_tags_headers(&p->facts, p->headers, p->robots_token);
}

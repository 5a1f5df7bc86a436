/* SPDX-License-Identifier: MIT */
/* two_ways.c - the links of a document by tokens, and from gumbo's tree. */
#include "support/two_ways.h"

#include <stdlib.h>

#include "parse/charset.h"
#include "parse/html_empty.h"
#include "parse/html_extract.h"
#include "parse/html_guard.h"
#include "parse/html_gumbo.h"
#include "parse/html_links.h"
#include "parse/html_tame.h"

/* gumbo 0.10 is of 2015, and older than what the standard says of these. */
static const char *const NOT_COMPARED[] = {
  "<isindex",            /* was a form, is an unknown element */
  "<menuitem",           /* was void */
  "<keygen",             /* the same, and ended a select */
  "<rb",                 /* ruby's parts close each other otherwise */
  "<rtc",      "<image", /* is an img; gumbo keeps the name */
};

struct reading {
  struct cr_mem *mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_collect collect;
  struct cr_extract extract;
};

static const char *wrong; /* the first thing that is */

static void expect(bool truth, const char *what)
{
  if (!truth && !wrong)
    wrong = what;
}

/* Memory for tests doesn't run out. */
static void require(bool truth)
{
  if (!truth)
    abort();
}

static void open_reading(struct reading *r, struct cr_mem *mem)
{
  r->mem = mem;
  cr_arena_init(&r->keep, mem, CR_MEM_PAGE, 4096, 0);
  cr_arena_init(&r->scratch, mem, CR_MEM_PAGE, 4096, 0);
}

static void close_reading(struct reading *r)
{
  cr_arena_free(&r->keep);
  cr_arena_free(&r->scratch);
}

static void begin(struct reading *r, unsigned options, const char *charset)
{
  uint32_t guess = CR_LINK_BIT(CRAWLER_LINK_GUESS);
  const struct cr_html_wants wants = { .kinds = options & CR_TWO_WAYS_GUESSES ? ~0u : ~guess,
                                       .link_text = true,
                                       .metadata = true };

  cr_collect_init(&r->collect, &r->keep, &r->scratch, charset, &wants);
}

/* Each piece lies in memory of its own size, so that a read behind its end is seen. */
static void read_tokens(struct reading *r, struct cr_span html, size_t piece, unsigned options)
{
  begin(r, options, options & CR_TWO_WAYS_WINDOWS_1252 ? "windows-1252" : "utf-8");
  cr_extract_begin(&r->extract, &r->collect, r->mem, html.len + 1);
  r->extract.t.is_xhtml = options & CR_TWO_WAYS_XHTML;
  for (size_t at = 0; at < html.len; at += piece) {
    size_t len = html.len - at < piece ? html.len - at : piece;
    char *copy = malloc(len);
    require(copy);
    memcpy(copy, html.at + at, len);
    require(cr_extract_add(&r->extract, cr_span(copy, len), false) == 0);
    free(copy);
  }
  require(cr_extract_add(&r->extract, cr_span(NULL, 0), true) == 0);
  require(cr_collect_finish(&r->collect) == 0);
  cr_extract_free(&r->extract);
}

static bool is_same(const char *a, const char *b)
{
  return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same_link(const struct crawler_link *a, const struct crawler_link *b)
{
  return a->kind == b->kind && a->flags == b->flags && is_same(a->href, b->href) &&
         is_same(a->rel, b->rel);
}

static void check_link(const struct crawler_link *link)
{
  expect(crawler_link_kind_name(link->kind) && link->tag && link->attribute, "a link's parts");
  expect(link->href && link->href_bytes == strlen(link->href), "NUL in an href");
  expect(cr_utf8_valid(cr_span_text(link->href)) == link->href_bytes, "UTF-8 of an href");
  expect(link->text && cr_utf8_valid(cr_span_text(link->text)) == strlen(link->text),
         "UTF-8 of a text");
  expect(!link->rel || cr_utf8_valid(cr_span_text(link->rel)) == strlen(link->rel),
         "UTF-8 of a rel");
}

static void check_pieces(const struct cr_html_found *whole, const struct cr_html_found *pieces)
{
  expect(whole->count == pieces->count && cr_span_eq(whole->base_href, pieces->base_href),
         "links in pieces");
  if (wrong)
    return;
  for (uint32_t i = 0; i < whole->count; i++) {
    check_link(&whole->links[i]);
    expect(is_same_link(&whole->links[i], &pieces->links[i]), "a link in pieces");
    expect(is_same(whole->links[i].text, pieces->links[i].text), "a text in pieces");
    expect(whole->links[i].base == pieces->links[i].base, "a link's base in pieces");
  }
  const struct cr_page_facts *a = &whole->facts;
  const struct cr_page_facts *b = &pieces->facts;
  expect(is_same(a->title, b->title) && is_same(a->lang, b->lang), "title in pieces");
  expect(a->meta_count == b->meta_count, "metas in pieces");
  for (uint32_t i = 0; i < a->meta_count && !wrong; i++)
    expect(is_same(a->metas[i].name, b->metas[i].name) &&
               is_same(a->metas[i].content, b->metas[i].content),
           "a meta in pieces");
}

/* ---- the tree ---- */

static bool has_nocase(struct cr_span html, struct cr_span word)
{
  for (; html.len >= word.len; html = cr_span(html.at + 1, html.len - 1))
    if (cr_span_starts_nocase(html, word))
      return true;
  return false;
}

/* Controls, and what is no character, are errors that the standard keeps as they are and gumbo
 * makes U+FFFD. NUL is dropped, replaced or kept by where it stands; gumbo ends strings with it. */
static bool has_odd_characters(struct cr_span utf8)
{
  for (size_t i = 0; i < utf8.len; i++) {
    uint8_t byte = (uint8_t)utf8.at[i];
    uint8_t next = i + 1 < utf8.len ? (uint8_t)utf8.at[i + 1] : 0;
    bool is_space = byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r';
    if ((byte < ' ' && !is_space) || byte == 0x7f || (byte == 0xc2 && next < 0xa0) ||
        (byte == 0xef && next == 0xb7) || (byte == 0xbf && next >= 0xbe))
      return true;
  }
  return false;
}

static bool is_compared(struct cr_span utf8)
{
  if (utf8.len == 0 || has_odd_characters(utf8))
    return false;
  for (size_t i = 0; i < sizeof(NOT_COMPARED) / sizeof(NOT_COMPARED[0]); i++)
    if (has_nocase(utf8, cr_span_text(NOT_COMPARED[i])))
      return false;
  return true;
}

static int64_t frozen(void)
{
  return 0;
}

/* False: there is no tree to ask, or it isn't to be trusted. */
static bool read_tree(struct reading *r, struct cr_span html, unsigned options)
{
  const char *charset = options & CR_TWO_WAYS_WINDOWS_1252 ? "windows-1252" : "utf-8";
  struct cr_html_limits limits = cr_html_limits_for(3 * html.len, frozen);
  const struct GumboInternalOutput *tree = NULL;
  struct cr_span utf8;

  require(cr_charset_decode(&r->scratch, charset, html, &utf8) == 0);
  if (options & CR_TWO_WAYS_XHTML)
    require(cr_html_end_empty(&r->scratch, &utf8) == 0);
  if (!is_compared(utf8) || cr_html_guard(utf8, NULL) != CR_PARSE_WHOLE)
    return false;
  char *copy = cr_arena_strndup(&r->scratch, utf8.at, utf8.len);
  require(copy);
  cr_html_tame(copy, utf8.len, NULL);
  if (cr_html_build(&tree, &r->scratch, cr_span(copy, utf8.len), &limits) != CR_PARSE_WHOLE)
    return false;
  begin(r, options & ~(unsigned)CR_TWO_WAYS_GUESSES, "utf-8");
  cr_html_links(&r->collect, tree);
  require(cr_collect_finish(&r->collect) == 0);
  return true;
}

static void check_tree(const struct cr_html_found *tokens, const struct cr_html_found *tree)
{
  uint32_t at = 0;

  expect(cr_span_eq(tokens->base_href, tree->base_href), "base in a tree");
  for (uint32_t i = 0; i < tokens->count; i++) {
    if (tokens->links[i].kind == CRAWLER_LINK_GUESS)
      continue;
    expect(at < tree->count && is_same_link(&tokens->links[i], &tree->links[at]),
           "a link that a tree has otherwise");
    if (wrong)
      return;
    at++;
  }
  expect(at == tree->count, "a link that only a tree has");
}

void cr_two_ways(struct cr_two_ways *out, struct cr_span html, unsigned options)
{
  static struct reading whole;
  static struct reading other;
  size_t piece = options & CR_TWO_WAYS_PIECE;
  struct cr_mem mem;

  wrong = NULL;
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  open_reading(&whole, &mem);
  open_reading(&other, &mem);
  read_tokens(&whole, html, html.len + 1, options);
  read_tokens(&other, html, piece > 0 ? piece : CR_TWO_WAYS_PIECE + 1, options);
  out->links = whole.collect.found.count;
  out->is_doubtful = cr_extract_is_doubtful(&whole.extract);
  out->has_tree = false;
  expect(out->is_doubtful == cr_extract_is_doubtful(&other.extract), "doubt in pieces");
  if (!wrong)
    check_pieces(&whole.collect.found, &other.collect.found);
  close_reading(&other);
  open_reading(&other, &mem);
  out->is_newer = whole.extract.f.is_newer;
  out->has_tree = !out->is_doubtful && !out->is_newer && read_tree(&other, html, options);
  if (out->has_tree && !wrong)
    check_tree(&whole.collect.found, &other.collect.found);
  close_reading(&other);
  close_reading(&whole);
  expect(mem.blocks == 0, "a leak");
  out->wrong = wrong;
}

/* SPDX-License-Identifier: MIT */
/* fuzz_parse.c - libFuzzer target: any bytes as a response.
 *
 * Input: one byte (bits 0-2: what is wanted; bits 3-5: the coding; bit 6: nosniff), the
 * Content-Type up to a newline, the body. Without a newline there is no header. Whatever comes, the
 * outcome must be one that parse.h names, only what may be HTML is, links must be UTF-8 text, and a
 * tree must end.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "parse/charset.h"
#include "parse/html_node.h"
#include "parse/parse.h"

enum { LINKS = 1, LINK_TEXT = 2, DOCUMENT = 4, NOSNIFF = 64, MAX_BODY = 1 << 20 };

static void check_text(const char *text)
{
  if (text)
    require(cr_utf8_valid(cr_span_text(text)) == strlen(text));
}

static void check_links(const struct cr_parse *p)
{
  require(p->link_count == 0 || p->links);
  for (uint32_t i = 0; i < p->link_count; i++) {
    const struct crawler_link *link = &p->links[i];
    require(crawler_link_kind_name(link->kind) && (p->link_kinds & 1u << link->kind) != 0);
    require(link->tag && link->attribute);
    require(link->href && link->href_bytes == strlen(link->href) && !link->url);
    require((link->flags & CRAWLER_LINK_FLAG_INVALID) == 0);
    require((link->flags & CRAWLER_LINK_FLAG_NOFOLLOW) == 0 || link->rel);
    require(p->want_link_text == (link->text != NULL));
    check_text(link->href);
    check_text(link->rel);
    check_text(link->text);
  }
}

/* Every node is reached once, and its parent holds it. */
static void check_tree(const struct cr_parse *p)
{
  const struct crawler_node *root = cr_html_root(p->tree);
  size_t nodes = 0;

  for (const struct crawler_node *at = root; at; at = cr_html_walk(at, root)) {
    require(++nodes <= 64 * (p->text.len + 16));
    require(!cr_html_text(at) || !cr_html_tag(at, NULL));
    const struct crawler_node *child = cr_html_first_child(at);
    require(!child || cr_html_parent(child) == at);
    check_text(cr_html_text(at));
  }
  require(cr_utf8_valid(p->text) == p->text.len);
}

/* The types that section 7 of the MIME Sniffing standard has told by the body alone. */
static bool is_unknown(const char *sent)
{
  return sent[0] == '\0' || strcmp(sent, "unknown/unknown") == 0 ||
         strcmp(sent, "application/unknown") == 0 || strcmp(sent, "*/*") == 0;
}

static void check_outcome(const struct cr_parse *p)
{
  require(p->err == 0 || p->err == CRAWLER_E_LIMIT || p->err == CRAWLER_E_FORMAT ||
          p->err == CRAWLER_E_UNSUPPORTED);
  require(p->body.len <= p->max_body_bytes);
  require(p->note != CR_PARSE_NO_MEMORY && p->note <= CR_PARSE_NO_MEMORY);
  require(p->charset[0] == '\0' || cr_charset_of_label(cr_span_text(p->charset)) == p->charset);
  require(!p->is_html || p->charset[0] != '\0');
  require(p->is_html == cr_mime_is_html(p->mime));
  require(p->is_html == cr_mime_is_html(p->sent_mime) || (!p->nosniff && is_unknown(p->sent_mime)));
  require(p->is_html || !p->tree);
  require(p->note == CR_PARSE_WHOLE || !p->tree);
  require(p->note == CR_PARSE_WHOLE || p->want_document || !p->links_are_exact);

  check_links(p);
  if (p->tree)
    check_tree(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  static const char *const codings[] = { "", "gzip", "deflate", "br", "zstd", "", "", "gzip, br" };
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;

  if (bytes == 0)
    return 0;
  struct cr_span rest = cr_span((const char *)data + 1, bytes - 1);
  const char *newline = rest.len > 0 ? memchr(rest.at, '\n', rest.len) : NULL;
  size_t head = newline ? (size_t)(newline - rest.at) : 0;
  size_t skip = newline ? head + 1 : 0;
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_arena_init(&keep, &mem, CR_MEM_PAGE, 4096, 0);
  cr_arena_init(&scratch, &mem, CR_MEM_PAGE, 4096, 0);
  struct cr_parse p = { .mem = &mem,
                        .keep = &keep,
                        .scratch = &scratch,
                        .wire = cr_span(rest.at + skip, rest.len - skip),
                        .coding = cr_span_text(codings[data[0] >> 3 & 7]),
                        .type = { newline ? rest.at : NULL, head },
                        .nosniff = data[0] & NOSNIFF,
                        .max_body_bytes = MAX_BODY,
                        .link_kinds = data[0] & LINKS ? ~0u : 0,
                        .want_facts = data[0] & LINKS,
                        .may_build_tree = true,
                        .want_link_text = data[0] & LINK_TEXT,
                        .want_document = data[0] & DOCUMENT };

  cr_parse_run(&p, NULL);
  check_outcome(&p);
  cr_buf_free(&p.decoded);
  cr_arena_free(&keep);
  cr_arena_free(&scratch);
  require(mem.blocks == 0);
  return 0;
}

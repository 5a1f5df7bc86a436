/* SPDX-License-Identifier: MIT */
/* parse.h - from the bytes of a response to a body, a charset, links, and a document if wanted.
 *
 * One pure function over one struct: it runs on a worker or on the loop thread, touches nothing but
 * the struct, its arenas and its memory, and is bounded in time and memory by its input's size.
 * Once scratch's given_up is raised it returns soon, and what it leaves means nothing.
 */
#ifndef CR_PARSE_PARSE_H
#define CR_PARSE_PARSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "crawl/crawler.h"
#include "model/facts.h"
#include "model/link.h"
#include "url/url.h"

struct GumboInternalOutput;
struct cr_passages;

/* Why a tree that was needed could not be built; the page is delivered all the same, with its
 * links as far as tokens tell them. */
enum cr_parse_note {
  CR_PARSE_WHOLE,    /* nothing was left out (also: not HTML, or no tree was needed) */
  CR_PARSE_TOO_DEEP, /* nesting or attributes beyond the guard */
  CR_PARSE_TOO_BIG,  /* the tree would pass its memory cap */
  CR_PARSE_TOO_SLOW, /* the tree would pass its time cap */
  CR_PARSE_NO_MEMORY,
  CR_PARSE_NO_PARSER /* built without gumbo */
};

/* Can trees be built? false: built without gumbo, and tokens have to do (html_gumbo.c). */
extern const bool cr_parse_has_trees;

struct cr_parse {
  /* in */
  struct cr_mem *mem;
  struct cr_arena *keep;            /* the page's: links, strings, and the tree when it's wanted */
  struct cr_arena *scratch;         /* reset by the caller afterwards; given_up ends all of it */
  struct cr_passages *passages;     /* this thread's; NULL: nothing is remembered */
  struct cr_span wire;              /* as it arrived */
  struct cr_span coding;            /* Content-Encoding; empty: none */
  struct cr_span type;              /* all of Content-Type; at NULL: not sent */
  const struct cr_headers *headers; /* whose links are read, too; NULL: none */
  bool nosniff;                     /* X-Content-Type-Options: what is sent is not to be doubted */
  size_t max_body_bytes;            /* decoded */
  int64_t max_ratio;                /* see cr_inflate_limit; 0 or less: none */
  uint32_t max_links;               /* 0: as many as there may be (html_collect.h) */
  size_t max_tree_bytes;            /* 0: as many as there may be (html_gumbo.c) */
  bool keeps_cut;                   /* what was decoded before an error stays in decoded */
  bool takes_cut;                   /* a body that isn't whole is one all the same */
  uint32_t link_kinds;              /* a bit for each crawler_link_kind that is collected */
  bool want_link_text;
  bool want_facts;
  struct cr_span robots_token; /* our name; empty: what is said to it isn't looked for */
  bool want_document;
  bool may_build_tree;       /* false: where one is needed, needs_tree says so instead */
  bool never_builds_tree;    /* option html_fallback off, and no document: tokens have to do */
  int64_t (*clock_ms)(void); /* for the time cap of a tree; NULL: the system's */
  /* out */
  /* 0; CRAWLER_E_LIMIT: decoded too large; CRAWLER_E_FORMAT: coding broken;
   * CRAWLER_E_UNSUPPORTED: coding unknown; CRAWLER_E_NOMEM */
  int err;
  struct cr_buf decoded; /* initialised by cr_parse_run if used; the caller frees it */
  struct cr_span body;   /* wire, or decoded's bytes */
  int cut; /* with takes_cut: what follows body is over the limit (CRAWLER_E_LIMIT), or missing in
              the coded stream (CRAWLER_E_FORMAT); 0: nothing does */
  const char *mime;      /* "text/html", lower case, in keep or static; "" if none */
  const char *sent_mime; /* the same by Content-Type alone */
  const char *charset;   /* WHATWG name in lower case ("utf-8"), static; "": not text */
  bool is_html;
  struct cr_span base_href;                /* first <base href>; at NULL: none */
  const struct cr_inner_base *inner_bases; /* in keep; NULL: none */
  struct crawler_link *links;              /* in keep; url is NULL */
  uint32_t link_count;
  uint32_t links_left;  /* those beyond max_links */
  bool links_are_exact; /* those that a browser's document has; false: told by tokens alone */
  bool needs_tree;      /* nothing of the HTML was read: run again where a tree may be built */
  struct cr_page_facts facts;
  enum cr_parse_note note;
  struct cr_span text; /* UTF-8 the tree was built from, when want_document; else empty */
  const struct GumboInternalOutput *tree; /* in keep; NULL */
};

/* Fills the out members. Called through a pointer so that tests can put another parser in. */
typedef void (*cr_parser)(struct cr_parse *p, void *user);
void cr_parse_run(struct cr_parse *p, void *user);

/* The body as UTF-8 in an arena, NUL-terminated (crawler_page_text). at NULL: not text, or no
 * memory. */
struct cr_span cr_parse_text(struct cr_arena *arena, struct cr_span body, const char *charset);
/* p's text and tree, of its body, charset and mime, which are set, as are keep and scratch
 * (crawler_page_build_document). What a note other than CR_PARSE_WHOLE leaves as they were. */
enum cr_parse_note cr_parse_document(struct cr_parse *p);

/* ---- charset.c ---- */

/* The encoding of a label by the WHATWG Encoding standard: its name in lower case, static; NULL:
 * none of them. */
const char *cr_charset_of_label(struct cr_span label);
/* BOM, then the Content-Type's charset, then <meta>, then windows-1252, or utf-8 for XHTML (for
 * text that isn't HTML: the XML declaration, or @charset of CSS, then utf-8). mime: what the body
 * is. */
const char *cr_charset_decide(struct cr_span body, struct cr_span type, const char *mime);

/* ---- charset_encode.c ---- */

/* What URLs in a document of this charset ("": not text) write their queries in: the standard's
 * "get an output encoding", so UTF-8 for UTF-16 too. charset must stay. */
struct cr_url_encoding cr_charset_encoding(const char *charset);

/* ---- mime.c ---- */

/* What Content-Type says, its lines joined by commas (cr_headers_joined): the essence of the last
 * value that is valid, "text/html", lower case; "": there is none, or none but any type. */
void cr_mime_essence(struct cr_span type, char out[128]);
/* Its charset; "": none, or longer than any label. */
void cr_mime_charset(struct cr_span type, char out[64]);
bool cr_mime_is_html(const char *mime); /* XHTML too */
/* May a body of a type have links of these kinds? Of none (""), yes. */
bool cr_parse_may_link(const char *mime, uint32_t kinds);
bool cr_mime_is_xml(const char *mime);
bool cr_mime_is_text(const char *mime); /* text/(any), json, xml, javascript */
/* Does this X-Content-Type-Options forbid sniffing? */
bool cr_mime_is_nosniff(struct cr_span options);

/* ---- mime_sniff.c ---- */

/* What the body is. sent: the essence of type. Returns sent or a static text; "": not sent, and
 * there is no body. */
const char *cr_mime_sniff(const char *sent, struct cr_span type, bool nosniff, struct cr_span body);

/* ---- html_passages.c ---- */

/* What is remembered of documents, so that what they have in common is read once. For one thread,
 * which changes no link. It grows with what there is to remember, up to about 750 KB. */
int cr_passages_open(struct cr_passages **out, struct cr_mem *mem);
void cr_passages_close(struct cr_passages *passages); /* NULL is fine */

/* ---- html_guard.c ---- */

/* May gumbo build a tree of this? One pass over the bytes (notes: quadratic on nesting). Once
 * given_up (arena.h) is raised the answer is any. */
enum cr_parse_note cr_html_guard(struct cr_span html, const atomic_bool *given_up);

#endif

/* SPDX-License-Identifier: MIT */
/* charset.h - inside parse/: finding an encoding and decoding it to UTF-8.
 *
 * What other rooms may call is in parse.h. A charset is passed around as its WHATWG name in lower
 * case, a static text.
 */
#ifndef CR_PARSE_CHARSET_H
#define CR_PARSE_CHARSET_H

#include "base/arena.h"
#include "base/str.h"
#include "base/buf.h"
#include "parse/charset_table.h"

/* ---- charset.c ---- */

/* By label, spaces around it and case ignored; NULL: no label of the standard. */
const struct cr_charset *cr_charset_find(struct cr_span label);
/* Do the bytes of '<', '>', quotes and white space mean these alone? Encodings whose second bytes
 * look like ASCII are not counted. */
bool cr_charset_is_ascii_compatible(const char *charset);
/* What the byte order mark says; NULL: there is none. *bytes is its length. */
const char *cr_charset_of_bom(struct cr_span body, size_t *bytes);

/* ---- charset_prescan.c ---- */

/* What the first <meta> says that is one to a parser; else what looks like one, or an XML
 * declaration, in the first 1024 bytes; NULL: nothing. */
const char *cr_charset_prescan(struct cr_span html);
/* What an XML declaration says; NULL: there is none, or it names no encoding. */
const char *cr_charset_of_xml(struct cr_span xml);
/* What the @charset of a style sheet says; NULL likewise. */
const char *cr_charset_of_css(struct cr_span css);

/* ---- charset_decode.c ---- */

/* in as UTF-8 by the standard's "decode": a byte order mark is dropped, what is no character
 * becomes U+FFFD. *out is in itself where that is UTF-8 already, else in arena and followed by a
 * NUL. 0, CRAWLER_E_NOMEM (also: over the arena's ceiling, or its work is given up),
 * CRAWLER_E_INVAL: no such charset. */
int cr_charset_decode(struct cr_arena *arena, const char *charset, struct cr_span in,
                      struct cr_span *out);

/* ---- charset_utf8.c ---- */

/* How many bytes at the start are well-formed UTF-8. */
size_t cr_utf8_valid(struct cr_span text);
/* How many of them are ASCII. */
size_t cr_utf8_ascii(struct cr_span text);
/* text with each maximal subpart of an ill-formed sequence as U+FFFD; returns the length. out NULL
 * only counts. */
size_t cr_utf8_repair(struct cr_span text, char *out);
/* Writes a Unicode scalar value, at most 4 bytes; returns the length. out NULL only counts. */
size_t cr_charset_put(uint32_t code, char *out);

/* ---- charset_iconv.c, charset_japanese.c ---- */

/* Decode whole texts, as cr_charset_decode does; *out is always in arena. */
int cr_charset_iconv(struct cr_arena *arena, enum cr_iconv_set set, struct cr_span in,
                     struct cr_span *out);
int cr_charset_eucjp(struct cr_arena *arena, struct cr_span in, struct cr_span *out);
int cr_charset_iso2022jp(struct cr_arena *arena, struct cr_span in, struct cr_span *out);

/* What systems may call a set, best name first; NULL behind the last. */
const char *const *cr_iconv_names(enum cr_iconv_set set);

/* The same in steps: pieces of text, each by itself, one behind the other. */
struct cr_iconv {
  struct cr_arena *arena;
  void *converters[CR_ICONV_SETS]; /* iconv_t; NULL: not opened, or this system has none */
  bool is_asked[CR_ICONV_SETS];
  char *data; /* what is written so far */
  size_t len;
  size_t cap;
  unsigned asked; /* for room, so many times */
};

/* in_bytes: how much is going to come, for the first size of data. CRAWLER_E_NOMEM. */
int cr_iconv_open(struct cr_iconv *cv, struct cr_arena *arena, size_t in_bytes);
int cr_iconv_add(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span in); /* the same */
int cr_iconv_add_code(struct cr_iconv *cv, uint32_t code);                       /* the same */
int cr_iconv_close(struct cr_iconv *cv, struct cr_span *out); /* the same; always to be called */

/* ---- charset_exact.c ---- */

/* A character that iconv may not read as the standard has it. */
struct cr_exact {
  size_t at; /* where it stands */
  size_t bytes;
  uint32_t code;
};

/* The first one of in; false: there is none, or given_up (arena.h; NULL: never) is raised. */
bool cr_charset_find_exact(enum cr_iconv_set set, struct cr_span in, struct cr_exact *exact,
                           const atomic_bool *given_up);

/* ---- charset_encode.c, charset_encode_cjk.c ---- */

/* Appends "%26%23960%3B" ("&#960;", escaped): a character that an encoding lacks, in a query.
 * 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_charset_put_reference(struct cr_buf *out, uint32_t code);

/* Into the encodings of charset_iconv.c and charset_japanese.c, code point by code point. Zeroed
 * but for set, and to be closed. */
struct cr_cjk_encoder {
  const struct cr_charset *set;
  void *to; /* iconv_t; NULL: not opened, or this system has none */
  void *back;
  bool is_asked;
  uint8_t state; /* of ISO-2022-JP */
};

/* Appends code, or its reference. The same errors. */
int cr_cjk_encode(struct cr_cjk_encoder *e, uint32_t code, struct cr_buf *out);
/* Appends what has to stand behind the last code point; the same errors. */
int cr_cjk_close(struct cr_cjk_encoder *e, struct cr_buf *out);

#endif

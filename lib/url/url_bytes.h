/* SPDX-License-Identifier: MIT */
/* url_bytes.h - what each byte may do in a URL, and percent-encoding.
 *
 * The percent-encode sets of the URL standard (section 1.3) as bits of one table, and the writer
 * that every component goes through.
 */
#ifndef CR_URL_URL_BYTES_H
#define CR_URL_URL_BYTES_H

#include "base/buf.h"
#include "base/str.h"

/* Bits of cr_url_class: the byte is to be encoded in that part of a URL ... */
enum {
  CR_URL_IN_OPAQUE = 1 << 0, /* "C0 control percent-encode set" */
  CR_URL_IN_FRAGMENT = 1 << 1,
  CR_URL_IN_QUERY = 1 << 2,
  CR_URL_IN_SPECIAL_QUERY = 1 << 3,
  CR_URL_IN_PATH = 1 << 4,
  CR_URL_IN_USERINFO = 1 << 5,
  /* ... or has another part to play there. */
  CR_URL_ENDS_SEGMENT = 1 << 6, /* '/', '\', '?', '#' */
  CR_URL_NOT_DOMAIN = 1 << 7    /* "forbidden domain code point", and what is not ASCII */
};

#define CR_URL_REPLACEMENT 0xfffdu /* U+FFFD, for what isn't UTF-8 */

extern const uint8_t cr_url_class[256];

static inline bool cr_url_is(char c, unsigned bits)
{
  return (cr_url_class[(uint8_t)c] & bits) != 0;
}

/* The slow part of cr_url_room. */
int cr_url_grow(struct cr_buf *out, size_t more);

/* Room for more bytes behind out->len, and one for the NUL, to be written without further checks.
 * 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
static inline int cr_url_room(struct cr_buf *out, size_t more)
{
  return out->cap - out->len > more ? 0 : cr_url_grow(out, more);
}

/* Appends bytes that have room (cr_url_room). */
static inline void cr_url_put(struct cr_buf *out, const char *at, size_t len)
{
  memcpy(out->data + out->len, at, len);
  out->len += len;
}

static inline void cr_url_put_char(struct cr_buf *out, char c)
{
  out->data[out->len++] = c;
}

/* Appends text, percent-encoding the bytes whose class has one of bits. Whatever isn't UTF-8 goes
 * in as U+FFFD. 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_url_put_encoded(struct cr_buf *out, struct cr_span text, unsigned bits);

/* The same for text in another encoding: bytes are bytes. */
int cr_url_put_encoded_bytes(struct cr_buf *out, struct cr_span text, unsigned bits);

/* The code point at *at, which moves behind it; *at < end. U+FFFD for each maximal part of a
 * sequence that is not UTF-8, as WHATWG's decoder has it. */
uint32_t cr_utf8_next(const char **at, const char *end);
/* Writes code (a scalar value) to at, at most 4 bytes; returns how many. */
size_t cr_utf8_put(char *at, uint32_t code);

#endif

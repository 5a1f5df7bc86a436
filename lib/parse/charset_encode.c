/* SPDX-License-Identifier: MIT */
/* charset_encode.c - the queries of a document's URLs, in the encoding of the document.
 *
 * "Encode" of the WHATWG Encoding standard with the error mode that the URL standard has for it
 * ("percent-encode after encoding"): what an encoding lacks becomes a reference to its number,
 * escaped already. Single-byte encodings are the decoder's tables read backwards; the encodings of
 * East Asia are in charset_encode_cjk.c. Input may be any bytes: what isn't UTF-8 is U+FFFD.
 */
#include "crawl/crawler.h"
#include "parse/charset.h"
#include "parse/parse.h"
#include "url/url_bytes.h"

int cr_charset_put_reference(struct cr_buf *out, uint32_t code)
{
  char digits[CR_U64_DIGITS];
  size_t len = cr_write_u64(digits, code);
  int err = cr_buf_add_text(out, "%26%23");

  if (err == 0)
    err = cr_buf_add(out, digits, len);
  return err < 0 ? err : cr_buf_add_text(out, "%3B");
}

/* ---- one byte a character ---- */

/* The byte of a code point that isn't ASCII; 0: none. */
static uint8_t single_byte(const struct cr_charset *set, uint32_t code)
{
  const uint16_t *table = cr_charset_tables[set->which];

  if (set->way == CR_CHARSET_USER_DEFINED)
    return code >= 0xf780 && code <= 0xf7ff ? (uint8_t)(code - 0xf780 + 0x80) : 0;
  for (unsigned i = 0; i < 128; i++)
    if (table[i] == code && code != CR_URL_REPLACEMENT)
      return (uint8_t)(i + 0x80);
  return 0;
}

static int put_single(const struct cr_charset *set, uint32_t code, struct cr_buf *out)
{
  uint8_t byte = code < 0x80 ? (uint8_t)code : single_byte(set, code);

  if (byte == 0 && code != 0)
    return cr_charset_put_reference(out, code);
  return cr_buf_add_char(out, (char)byte);
}

static int encode_single(const struct cr_charset *set, struct cr_span text, struct cr_buf *out)
{
  const char *end = text.at + text.len;
  int err = 0;

  while (err == 0 && text.at < end)
    err = put_single(set, cr_utf8_next(&text.at, end), out);
  return err;
}

/* ---- more bytes ---- */

static int encode_cjk(const struct cr_charset *set, struct cr_span text, struct cr_buf *out)
{
  struct cr_cjk_encoder e = { .set = set };
  const char *end = text.at + text.len;
  int err = 0;

  while (err == 0 && text.at < end)
    err = cr_cjk_encode(&e, cr_utf8_next(&text.at, end), out);
  int closed = cr_cjk_close(&e, out);
  return err < 0 ? err : closed;
}

/* ---- any ---- */

static bool is_written_as_utf8(const struct cr_charset *set)
{
  return !set || set->way == CR_CHARSET_UTF8 || set->way == CR_CHARSET_UTF16LE ||
         set->way == CR_CHARSET_UTF16BE || set->way == CR_CHARSET_REPLACEMENT;
}

static int encode(const char *charset, struct cr_span text, struct cr_buf *out)
{
  const struct cr_charset *set = cr_charset_find(cr_span_text(charset));

  if (is_written_as_utf8(set)) /* not met: cr_charset_encoding names others only */
    return cr_buf_add(out, text.at, text.len);
  if (set->way == CR_CHARSET_SINGLE || set->way == CR_CHARSET_USER_DEFINED)
    return encode_single(set, text, out);
  return encode_cjk(set, text, out);
}

struct cr_url_encoding cr_charset_encoding(const char *charset)
{
  const struct cr_charset *set = cr_charset_find(cr_span_text(charset));

  return (struct cr_url_encoding){ .encode = is_written_as_utf8(set) ? NULL : encode,
                                   .charset = charset };
}

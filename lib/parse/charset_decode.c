/* SPDX-License-Identifier: MIT */
/* charset_decode.c - bytes of a known encoding become UTF-8.
 *
 * The "decode" of the WHATWG Encoding standard. UTF-8 and what is ASCII only pass without a copy;
 * the rest is decoded twice, first to count, then into a block of that size. Encodings with two
 * and more bytes a character go to charset_iconv.c. Never fails on bytes: what is no character
 * becomes U+FFFD.
 */
#include "parse/charset.h"

#include "crawl/crawler.h"

enum { REPLACEMENT = 0xfffd, PIECE_BYTES = 256 * 1024 };

/* Each of these decodes all of in, which cuts no character, and returns the length of the result;
 * out NULL only counts. */
typedef size_t (*decoder)(const struct cr_charset *set, struct cr_span in, char *out);

static size_t put(uint32_t code, char *out, size_t len)
{
  return len + cr_charset_put(code, out ? out + len : NULL);
}

static size_t from_utf8(const struct cr_charset *set, struct cr_span in, char *out)
{
  (void)set;
  return cr_utf8_repair(in, out);
}

static uint32_t unit_at(struct cr_span in, size_t at, bool big_endian)
{
  uint8_t first = (uint8_t)in.at[at];
  uint8_t second = (uint8_t)in.at[at + 1];
  return big_endian ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

static bool is_high_surrogate(uint32_t unit)
{
  return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(uint32_t unit)
{
  return unit >= 0xdc00 && unit < 0xe000;
}

static size_t from_utf16(const struct cr_charset *set, struct cr_span in, char *out)
{
  bool big_endian = set->way == CR_CHARSET_UTF16BE;
  size_t len = 0;
  size_t at = 0;

  while (in.len - at >= 2) {
    uint32_t code = unit_at(in, at, big_endian);
    at += 2;
    uint32_t low = is_high_surrogate(code) && in.len - at >= 2 ? unit_at(in, at, big_endian) : 0;
    if (is_low_surrogate(low)) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      at += 2;
    } else if (is_low_surrogate(code) || is_high_surrogate(code)) {
      code = REPLACEMENT;
      /* A lead surrogate at the very end and half a unit behind it are one error. */
      if (in.len - at == 1 && is_high_surrogate(unit_at(in, at - 2, big_endian)))
        at++;
    }
    len = put(code, out, len);
  }
  return at < in.len ? put(REPLACEMENT, out, len) : len;
}

static size_t from_single(const struct cr_charset *set, struct cr_span in, char *out)
{
  const uint16_t *table = cr_charset_tables[set->which];
  size_t len = 0;

  for (size_t i = 0; i < in.len; i++) {
    uint8_t byte = (uint8_t)in.at[i];
    len = put(byte < 0x80 ? byte : table[byte - 0x80], out, len);
  }
  return len;
}

static size_t from_user_defined(const struct cr_charset *set, struct cr_span in, char *out)
{
  size_t len = 0;

  (void)set;
  for (size_t i = 0; i < in.len; i++) {
    uint8_t byte = (uint8_t)in.at[i];
    len = put(byte < 0x80 ? byte : 0xf780u + (byte - 0x80u), out, len);
  }
  return len;
}

static size_t from_replacement(const struct cr_charset *set, struct cr_span in, char *out)
{
  (void)set;
  return in.len > 0 ? put(REPLACEMENT, out, 0) : 0;
}

static const decoder decoders[] = {
  [CR_CHARSET_UTF8] = from_utf8,
  [CR_CHARSET_UTF16LE] = from_utf16,
  [CR_CHARSET_UTF16BE] = from_utf16,
  [CR_CHARSET_SINGLE] = from_single,
  [CR_CHARSET_USER_DEFINED] = from_user_defined,
  [CR_CHARSET_REPLACEMENT] = from_replacement,
};

/* Is in cut behind so many bytes in the middle of a character? Then how many of its bytes are in
 * front. Of ill-formed bytes those that may belong together are kept so. */
static size_t begun_at(const struct cr_charset *set, struct cr_span in, size_t cut)
{
  switch (set->way) {
  case CR_CHARSET_UTF8:
    for (size_t back = 0; back <= 3; back++)
      if (((uint8_t)in.at[cut - back] & 0xc0) != 0x80)
        return back;
    return 0; /* what follows three of these follows no lead byte */
  case CR_CHARSET_UTF16LE:
  case CR_CHARSET_UTF16BE:
    return is_high_surrogate(unit_at(in, cut - 2, set->way == CR_CHARSET_UTF16BE)) ? 2 : 0;
  default:
    return 0;
  }
}

/* All of in, unless it is given up. */
static size_t decode_pieces(const struct cr_charset *set, struct cr_span in, char *out,
                            const atomic_bool *given_up)
{
  size_t len = 0;

  if (set->way == CR_CHARSET_REPLACEMENT) /* of all that is there */
    return from_replacement(set, in, out);
  while (in.len > 0 && !cr_is_given_up(given_up)) {
    size_t bytes = in.len;
    if (bytes > PIECE_BYTES + 1) /* a half of UTF-16's last unit isn't left alone */
      bytes = PIECE_BYTES - begun_at(set, in, PIECE_BYTES);
    len += decoders[set->way](set, cr_span(in.at, bytes), out ? out + len : NULL);
    in = cr_span(in.at + bytes, in.len - bytes);
  }
  return len;
}

static int decode_twice(struct cr_arena *arena, const struct cr_charset *set, struct cr_span in,
                        struct cr_span *out)
{
  if (in.len > SIZE_MAX / 4)
    return CRAWLER_E_NOMEM;
  size_t len = decode_pieces(set, in, NULL, arena->given_up);
  if (cr_is_given_up(arena->given_up))
    return CRAWLER_E_NOMEM;
  char *text = cr_arena_bytes(arena, len + 1);
  if (!text)
    return CRAWLER_E_NOMEM;

  (void)decode_pieces(set, in, text, NULL); /* as long as it was counted */
  text[len] = '\0';
  *out = cr_span(text, len);
  return 0;
}

/* Do these bytes mean the same in UTF-8? */
static bool is_utf8_already(const struct cr_charset *set, struct cr_span in)
{
  switch (set->way) {
  case CR_CHARSET_UTF8:
    return cr_utf8_valid(in) == in.len;
  case CR_CHARSET_SINGLE:
  case CR_CHARSET_USER_DEFINED:
  case CR_CHARSET_ICONV:
  case CR_CHARSET_EUCJP:
    return cr_utf8_ascii(in) == in.len;
  default:
    return in.len == 0;
  }
}

bool cr_charset_is_ascii_compatible(const char *charset)
{
  const struct cr_charset *set = cr_charset_find(cr_span_text(charset));

  switch (set ? set->way : CR_CHARSET_REPLACEMENT) {
  case CR_CHARSET_UTF8:
  case CR_CHARSET_SINGLE:
  case CR_CHARSET_USER_DEFINED:
  case CR_CHARSET_EUCJP:
    return true;
  default:
    return false;
  }
}

int cr_charset_decode(struct cr_arena *arena, const char *charset, struct cr_span in,
                      struct cr_span *out)
{
  const struct cr_charset *set = cr_charset_find(cr_span_text(charset));
  if (!set)
    return CRAWLER_E_INVAL;
  size_t mark_bytes = 0;
  const char *marked = cr_charset_of_bom(in, &mark_bytes);
  if (marked == set->name)
    in = cr_span(in.at + mark_bytes, in.len - mark_bytes);

  if (is_utf8_already(set, in)) {
    *out = in;
    return 0;
  }
  if (set->way == CR_CHARSET_ICONV)
    return cr_charset_iconv(arena, (enum cr_iconv_set)set->which, in, out);
  if (set->way == CR_CHARSET_EUCJP)
    return cr_charset_eucjp(arena, in, out);
  if (set->way == CR_CHARSET_ISO2022JP)
    return cr_charset_iso2022jp(arena, in, out);
  return decode_twice(arena, set, in, out);
}

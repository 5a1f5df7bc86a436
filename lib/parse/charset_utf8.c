/* SPDX-License-Identifier: MIT */
/* charset_utf8.c - is it UTF-8, and what to make of it if not?
 *
 * Table 3-7 of the Unicode standard (section 3.9), by lead byte: how many bytes follow, and the
 * range of the first of them, which rules out overlong forms, surrogates and what is above
 * U+10FFFF. Ill-formed input is replaced as the WHATWG Encoding standard does: one U+FFFD for each
 * maximal subpart. Pure; reads nothing beyond the given length.
 */
#include "parse/charset.h"

enum { REPLACEMENT = 0xfffd };

struct lead {
  uint8_t following; /* 0: no lead byte */
  uint8_t low;
  uint8_t high;
};

static struct lead lead_of(uint8_t byte)
{
  if (byte < 0xc2 || byte > 0xf4)
    return (struct lead){ 0, 0, 0 };
  if (byte < 0xe0)
    return (struct lead){ 1, 0x80, 0xbf };
  if (byte < 0xf0)
    return (struct lead){ 2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf };
  return (struct lead){ 3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf };
}

/* Length of the character there, which isn't ASCII, or of its maximal subpart if it's
 * ill-formed. */
static size_t step(const uint8_t *at, size_t left, bool *well_formed)
{
  struct lead lead = lead_of(at[0]);
  size_t bytes = 1;

  *well_formed = false;
  if (lead.following == 0 || left < 2 || at[1] < lead.low || at[1] > lead.high)
    return 1;
  for (bytes = 2; bytes <= lead.following; bytes++)
    if (bytes == left || (at[bytes] & 0xc0) != 0x80)
      return bytes;
  *well_formed = true;
  return bytes;
}

size_t cr_utf8_ascii(struct cr_span text)
{
  size_t at = 0;
  uint64_t eight = 0;

  for (; at + sizeof(eight) <= text.len; at += sizeof(eight)) {
    memcpy(&eight, text.at + at, sizeof(eight));
    if (eight & 0x8080808080808080u)
      break;
  }
  while (at < text.len && (uint8_t)text.at[at] < 0x80)
    at++;
  return at;
}

/* From `at` on: the length of what is well-formed. */
static size_t valid_from(struct cr_span text, size_t at)
{
  const uint8_t *bytes = (const uint8_t *)text.at;
  size_t begin = at;

  while (at < text.len) {
    bool well_formed = true;
    size_t more = bytes[at] < 0x80 ? cr_utf8_ascii(cr_span(text.at + at, text.len - at))
                                   : step(bytes + at, text.len - at, &well_formed);
    if (!well_formed)
      break;
    at += more;
  }
  return at - begin;
}

size_t cr_utf8_valid(struct cr_span text)
{
  return valid_from(text, 0);
}

size_t cr_charset_put(uint32_t code, char *out)
{
  size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const uint8_t mark[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

  if (!out)
    return bytes;
  for (size_t i = bytes - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (code & 0x3f));
    code >>= 6;
  }
  out[0] = (char)(mark[bytes] | code);
  return bytes;
}

size_t cr_utf8_repair(struct cr_span text, char *out)
{
  size_t len = 0;
  size_t at = 0;

  while (at < text.len) {
    size_t good = valid_from(text, at);
    if (out && good > 0)
      memcpy(out + len, text.at + at, good);
    at += good;
    len += good;
    if (at == text.len)
      break;
    bool well_formed = false;
    at += step((const uint8_t *)text.at + at, text.len - at, &well_formed);
    len += cr_charset_put(REPLACEMENT, out ? out + len : NULL);
  }
  return len;
}

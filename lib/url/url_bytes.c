/* SPDX-License-Identifier: MIT */
/* url_bytes.c - what each byte may do in a URL, and percent-encoding.
 *
 * The sets are those of https://url.spec.whatwg.org/#percent-encoded-bytes; decoding follows
 * https://encoding.spec.whatwg.org/#utf-8-decoder. Plain runs are copied whole.
 */
#include "url/url_bytes.h"

#include "crawl/crawler.h"
#include "url/url.h"

/* Names for the table's cells only: the combinations that occur. */
enum {
  OPAQ = CR_URL_IN_OPAQUE,
  FRAG = CR_URL_IN_FRAGMENT,
  QURY = CR_URL_IN_QUERY | CR_URL_IN_SPECIAL_QUERY,
  PATH = CR_URL_IN_PATH | CR_URL_IN_USERINFO, /* whatever is encoded in paths is in userinfo */
  USER = CR_URL_IN_USERINFO,
  ENDS = CR_URL_ENDS_SEGMENT,
  HOST = CR_URL_NOT_DOMAIN,
  o___ = 0,
  CTRL = OPAQ | FRAG | QURY | PATH | HOST, /* controls, DEL and non-ASCII: every set */
  SPCE = FRAG | QURY | PATH | HOST,
  QUOT = FRAG | QURY | PATH,
  HASH = QURY | PATH | ENDS | HOST,
  PERC = HOST,
  APOS = CR_URL_IN_SPECIAL_QUERY,
  SLSH = USER | ENDS | HOST,
  COLN = USER | HOST, /* : @ [ ] | */
  EQUL = USER,        /* ; = */
  ANGL = FRAG | QURY | PATH | HOST,
  QUES = PATH | ENDS | HOST,
  CARE = PATH | HOST,
  TICK = FRAG | PATH,
  BRCE = PATH
};

const uint8_t cr_url_class[256] = {
  /* controls */
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  /* ' ' ! " # $ % & ' */
  SPCE, o___, QUOT, HASH, o___, PERC, o___, APOS,
  /* ( ) * + , - . / */
  o___, o___, o___, o___, o___, o___, o___, SLSH,
  /* 0 1 2 3 4 5 6 7 */
  o___, o___, o___, o___, o___, o___, o___, o___,
  /* 8 9 : ; < = > ? */
  o___, o___, COLN, EQUL, ANGL, EQUL, ANGL, QUES,
  /* @ A B C D E F G */
  COLN, o___, o___, o___, o___, o___, o___, o___,
  /* H to O */
  o___, o___, o___, o___, o___, o___, o___, o___,
  /* P to W */
  o___, o___, o___, o___, o___, o___, o___, o___,
  /* X Y Z [ \ ] ^ _ */
  o___, o___, o___, COLN, SLSH, COLN, CARE, o___,
  /* ` a b c d e f g */
  TICK, o___, o___, o___, o___, o___, o___, o___,
  /* h to o */
  o___, o___, o___, o___, o___, o___, o___, o___,
  /* p to w */
  o___, o___, o___, o___, o___, o___, o___, o___,
  /* x y z { | } ~ DEL */
  o___, o___, o___, BRCE, COLN, BRCE, o___, CTRL,
  /* not ASCII */
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL,
  CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL, CTRL
};

enum {
  ESCAPED_MAX = 3 * 4,                          /* one code point, each byte as %XX */
  ESCAPED_REPLACEMENT = sizeof("%EF%BF%BD") - 1 /* U+FFFD */
};

int cr_url_grow(struct cr_buf *out, size_t more)
{
  if (more > out->max_bytes - out->len)
    return CRAWLER_E_LIMIT;
  return cr_buf_reserve(out, out->len + more);
}

static void put_escape(struct cr_buf *out, uint8_t byte)
{
  static const char digits[] = "0123456789ABCDEF";
  char *at = out->data + out->len;

  at[0] = '%';
  at[1] = digits[byte >> 4];
  at[2] = digits[byte & 15];
  out->len += 3;
}

/* One code point at at, all of its bytes escaped; returns what follows it. */
static const char *put_escaped(struct cr_buf *out, const char *at, const char *end)
{
  const char *next = at;

  if (cr_utf8_next(&next, end) == CR_URL_REPLACEMENT) {
    cr_url_put(out, "%EF%BF%BD", ESCAPED_REPLACEMENT);
    return next;
  }
  for (; at < next; at++)
    put_escape(out, (uint8_t)*at);
  return next;
}

int cr_url_put_encoded(struct cr_buf *out, struct cr_span text, unsigned bits)
{
  if (text.len == 0)
    return 0;

  const char *at = text.at;
  const char *end = text.at + text.len;
  for (;;) {
    const char *run = at;
    int err = cr_url_room(out, (size_t)(end - at) + ESCAPED_MAX);
    if (err < 0)
      return err;
    while (at < end && !cr_url_is(*at, bits))
      at++;
    cr_url_put(out, run, (size_t)(at - run));
    if (at == end)
      return 0;
    at = put_escaped(out, at, end);
  }
}

int cr_url_put_encoded_bytes(struct cr_buf *out, struct cr_span text, unsigned bits)
{
  int err = text.len > SIZE_MAX / 3 ? CRAWLER_E_LIMIT : cr_url_room(out, 3 * text.len);

  for (size_t i = 0; err == 0 && i < text.len; i++) {
    if (cr_url_is(text.at[i], bits))
      put_escape(out, (uint8_t)text.at[i]);
    else
      cr_url_put_char(out, text.at[i]);
  }
  return err;
}

/* As Chrome and curl do it (whatwg/fetch#883, WPT redirect-location-escape): UTF-8 becomes what the
 * parser would make of it, and what isn't keeps its bytes. */
int cr_url_put_raw(struct cr_buf *out, struct cr_span text)
{
  int err = text.len > SIZE_MAX / 3 ? CRAWLER_E_LIMIT : cr_url_room(out, 3 * text.len);

  for (size_t i = 0; err == 0 && i < text.len; i++) {
    if ((uint8_t)text.at[i] >= 0x80)
      put_escape(out, (uint8_t)text.at[i]);
    else
      cr_url_put_char(out, text.at[i]);
  }
  return err;
}

/* Length of the sequence that lead begins, with its payload bits in *code and the range that the
 * second byte must be in; 0 for a byte that begins none. */
static size_t begin_sequence(uint8_t lead, uint32_t *code, uint8_t range[2])
{
  range[0] = 0x80;
  range[1] = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    *code = lead & 0x1fu;
    return 2;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    *code = lead & 0x0fu;
    if (lead == 0xe0)
      range[0] = 0xa0; /* nothing longer than it must be */
    if (lead == 0xed)
      range[1] = 0x9f; /* no surrogates */
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    *code = lead & 0x07u;
    if (lead == 0xf0)
      range[0] = 0x90;
    if (lead == 0xf4)
      range[1] = 0x8f; /* nothing above U+10FFFF */
    return 4;
  }
  return 0;
}

uint32_t cr_utf8_next(const char **at, const char *end)
{
  const uint8_t *p = (const uint8_t *)*at;
  uint32_t code = *p;
  uint8_t range[2];
  size_t len;

  *at += 1;
  if (code < 0x80)
    return code;
  len = begin_sequence(*p, &code, range);
  if (len == 0)
    return CR_URL_REPLACEMENT;
  for (size_t i = 1; i < len; i++) {
    if (*at == end || p[i] < range[0] || p[i] > range[1])
      return CR_URL_REPLACEMENT;
    code = code << 6 | (p[i] & 0x3fu);
    range[0] = 0x80;
    range[1] = 0xbf;
    *at += 1;
  }
  return code;
}

size_t cr_utf8_put(char *at, uint32_t code)
{
  if (code < 0x80) {
    at[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    at[0] = (char)(0xc0 | code >> 6);
    at[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    at[0] = (char)(0xe0 | code >> 12);
    at[1] = (char)(0x80 | (code >> 6 & 0x3f));
    at[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  at[0] = (char)(0xf0 | code >> 18);
  at[1] = (char)(0x80 | (code >> 12 & 0x3f));
  at[2] = (char)(0x80 | (code >> 6 & 0x3f));
  at[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}

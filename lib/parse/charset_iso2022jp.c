/* SPDX-License-Identifier: MIT */
/* charset_iso2022jp.c - the one stateful encoding that the web still has.
 *
 * The iso-2022-jp decoder of the WHATWG Encoding standard: escape sequences choose between ASCII,
 * JIS Roman, half-width katakana and JIS X 0208. The last is EUC-JP without its high bits, so that
 * its characters come from the same converter as EUC-JP's; systems' own ISO-2022-JP knows neither
 * the vendor's rows nor katakana.
 */
#include "parse/charset.h"

#include "crawl/crawler.h"

enum { ESCAPE = 0x1b, SHIFT_OUT = 0x0e, SHIFT_IN = 0x0f, REPLACEMENT = 0xfffd };

enum set { ASCII, ROMAN, KATAKANA, JIS0208 };

struct decoder {
  struct cr_iconv cv;
  struct cr_span in; /* what is left */
  enum set set;
  bool wrote_since_escape; /* two escapes with nothing between are an error */
};

static uint8_t peek(const struct decoder *d, size_t at)
{
  return at < d->in.len ? (uint8_t)d->in.at[at] : 0;
}

static void take(struct decoder *d, size_t bytes)
{
  d->in = cr_span(d->in.at + bytes, d->in.len - bytes);
}

/* Length of the escape sequence that in begins with; 0: none. */
static size_t read_escape(const struct decoder *d, enum set *set)
{
  static const struct {
    struct cr_span bytes;
    enum set set;
  } escapes[] = {
    { { "\x1b(B", 3 }, ASCII },   { { "\x1b(J", 3 }, ROMAN },   { { "\x1b(I", 3 }, KATAKANA },
    { { "\x1b$@", 3 }, JIS0208 }, { { "\x1b$B", 3 }, JIS0208 },
  };

  for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
    struct cr_span bytes = escapes[i].bytes;
    if (d->in.len >= bytes.len && memcmp(d->in.at, bytes.at, bytes.len) == 0) {
      *set = escapes[i].set;
      return bytes.len;
    }
  }
  return 0;
}

static int add_escape(struct decoder *d)
{
  size_t bytes = read_escape(d, &d->set);
  bool is_error = bytes == 0 || !d->wrote_since_escape;

  take(d, bytes == 0 ? 1 : bytes);
  d->wrote_since_escape = bytes == 0; /* an ESC that begins nothing is an error of its own */
  return is_error ? cr_iconv_add_code(&d->cv, REPLACEMENT) : 0;
}

static uint32_t single_byte(enum set set, uint8_t byte)
{
  if (byte > 0x7f || byte == SHIFT_OUT || byte == SHIFT_IN)
    return REPLACEMENT;
  if (set == KATAKANA)
    return byte >= 0x21 && byte <= 0x5f ? 0xff61u + (byte - 0x21u) : (uint32_t)REPLACEMENT;
  if (set == ROMAN && byte == 0x5c)
    return 0xa5; /* yen sign */
  if (set == ROMAN && byte == 0x7e)
    return 0x203e; /* overline */
  return byte;
}

static bool is_graphic(uint8_t byte)
{
  return byte >= 0x21 && byte <= 0x7e;
}

/* One character of two bytes, and all that follow it directly, go to the converter together. */
static int add_jis0208(struct decoder *d)
{
  char pairs[512];
  size_t len = 0;

  while (len < sizeof(pairs) && is_graphic(peek(d, len)) && is_graphic(peek(d, len + 1))) {
    pairs[len] = (char)(peek(d, len) | 0x80);
    pairs[len + 1] = (char)(peek(d, len + 1) | 0x80);
    len += 2;
  }
  if (len > 0) {
    take(d, len);
    return cr_iconv_add(&d->cv, cr_span(pairs, len));
  }
  /* A lead byte and what can't follow it are one error, but an escape is never swallowed. */
  bool is_pair = is_graphic(peek(d, 0)) && d->in.len > 1 && peek(d, 1) != ESCAPE;
  take(d, is_pair ? 2 : 1);
  return cr_iconv_add_code(&d->cv, REPLACEMENT);
}

static int add_next(struct decoder *d)
{
  if (peek(d, 0) == ESCAPE)
    return add_escape(d);
  d->wrote_since_escape = true;
  if (d->set == JIS0208)
    return add_jis0208(d);
  uint32_t code = single_byte(d->set, peek(d, 0));
  take(d, 1);
  return cr_iconv_add_code(&d->cv, code);
}

int cr_charset_iso2022jp(struct cr_arena *arena, struct cr_span in, struct cr_span *out)
{
  struct decoder d = { .in = in, .set = ASCII, .wrote_since_escape = true };
  int err = cr_iconv_open(&d.cv, arena, CR_ICONV_EUC_JP, in.len);

  while (err == 0 && d.in.len > 0)
    err = add_next(&d);
  int closed = cr_iconv_close(&d.cv, out);
  return err < 0 ? err : closed;
}

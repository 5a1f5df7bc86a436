/* SPDX-License-Identifier: MIT */
/* charset_japanese.c - EUC-JP and ISO-2022-JP.
 *
 * The decoders of the WHATWG Encoding standard (12.1, 12.2) as far as bytes go. Both name rows and
 * columns of JIS X 0208, with the vendors' rows in it; systems' own converters for these encodings
 * lack some of those, their one for Shift_JIS, which names the same table, has them all. So a pair
 * is written the Shift_JIS way and converted as that. Invalid pairs become U+FFFD.
 */
#include "parse/charset.h"

#include "crawl/crawler.h"

enum {
  ESCAPE = 0x1b,
  SHIFT_OUT = 0x0e,
  SHIFT_IN = 0x0f,
  SINGLE_SHIFT_2 = 0x8e, /* half-width katakana follows */
  SINGLE_SHIFT_3 = 0x8f, /* JIS X 0212 follows */
  JIS0212_LAST = 0xed,   /* the last row of the standard's index; vendors go on */
  REPLACEMENT = 0xfffd,
  RUN_BYTES = 512 /* of pairs that go to the converter together */
};

struct decoder {
  struct cr_iconv cv;
  struct cr_span in; /* what is left */
};

static uint8_t peek(const struct decoder *d, size_t at)
{
  return at < d->in.len ? (uint8_t)d->in.at[at] : 0;
}

static void take(struct decoder *d, size_t bytes)
{
  d->in = cr_span(d->in.at + bytes, d->in.len - bytes);
}

static int add_bad(struct decoder *d, size_t bytes)
{
  take(d, bytes);
  return cr_iconv_add_code(&d->cv, REPLACEMENT);
}

/* Row and column, 0x21 to 0x7e, as Shift_JIS writes them (RFC 1468's set in Microsoft's layout). */
static void to_shift_jis(uint8_t row, uint8_t column, char *out)
{
  int lead = (row + 1) / 2 + (row < 0x5f ? 0x70 : 0xb0);
  int trail = row % 2 != 0 ? column + (column < 0x60 ? 0x1f : 0x20) : column + 0x7e;
  out[0] = (char)lead;
  out[1] = (char)trail;
}

static bool is_graphic(uint8_t byte)
{
  return byte >= 0x21 && byte <= 0x7e;
}

/* Is there a pair at `at`? high: 0x80 where its bytes have that bit set. */
static bool has_pair(const struct decoder *d, size_t at, uint8_t high)
{
  return is_graphic(peek(d, at) ^ high) && is_graphic(peek(d, at + 1) ^ high);
}

/* All pairs from here on, up to a limit; there is one at least. */
static int add_pairs(struct decoder *d, uint8_t high)
{
  char run[RUN_BYTES];
  size_t len = 0;

  for (; len < sizeof(run) && has_pair(d, len, high); len += 2)
    to_shift_jis(peek(d, len) ^ high, peek(d, len + 1) ^ high, run + len);
  take(d, len);
  return cr_iconv_add(&d->cv, CR_ICONV_JIS0208, cr_span(run, len));
}

/* ---- EUC-JP ---- */

static bool is_euc(uint8_t byte)
{
  return byte >= 0xa1 && byte <= 0xfe;
}

static int add_ascii(struct decoder *d)
{
  size_t bytes = cr_utf8_ascii(d->in);
  struct cr_span ascii = cr_span(d->in.at, bytes);
  take(d, bytes);
  return cr_iconv_add(&d->cv, CR_ICONV_JIS0208, ascii);
}

static int add_jis0212(struct decoder *d)
{
  struct cr_span three = cr_span(d->in.at, 3);
  take(d, 3);
  return cr_iconv_add(&d->cv, CR_ICONV_JIS0212, three);
}

static int add_euc(struct decoder *d)
{
  uint8_t first = peek(d, 0);
  uint8_t second = peek(d, 1);

  if (first < 0x80)
    return add_ascii(d);
  if (has_pair(d, 0, 0x80))
    return add_pairs(d, 0x80);
  if (first == SINGLE_SHIFT_2 && second >= 0xa1 && second <= 0xdf) {
    take(d, 2);
    return cr_iconv_add_code(&d->cv, 0xff61u + (second - 0xa1u));
  }
  if (first == SINGLE_SHIFT_3 && is_euc(second)) {
    if (is_euc(peek(d, 2)) && second <= JIS0212_LAST)
      return add_jis0212(d);
    return add_bad(d, peek(d, 2) >= 0x80 ? 3 : 2);
  }
  bool is_lead = is_euc(first) || first == SINGLE_SHIFT_2 || first == SINGLE_SHIFT_3;
  return add_bad(d, is_lead && second >= 0x80 ? 2 : 1); /* ASCII behind a lead byte stays */
}

int cr_charset_eucjp(struct cr_arena *arena, struct cr_span in, struct cr_span *out)
{
  struct decoder d = { .in = in };
  int err = cr_iconv_open(&d.cv, arena, in.len);

  while (err == 0 && d.in.len > 0)
    err = add_euc(&d);
  int closed = cr_iconv_close(&d.cv, out);
  return err < 0 ? err : closed;
}

/* ---- ISO-2022-JP ---- */

enum set { ASCII, ROMAN, KATAKANA, JIS0208 };

struct state {
  enum set set;
  bool wrote_since_escape; /* two escapes with nothing between are an error */
};

/* Length of the escape sequence that in begins with; 0: none. */
static size_t read_escape(const struct decoder *d, enum set *set)
{
  static const struct {
    const char *bytes;
    enum set set;
  } escapes[] = { { "\x1b(B", ASCII },
                  { "\x1b(J", ROMAN },
                  { "\x1b(I", KATAKANA },
                  { "\x1b$@", JIS0208 },
                  { "\x1b$B", JIS0208 } };
  const size_t bytes = 3;

  for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
    if (d->in.len >= bytes && memcmp(d->in.at, escapes[i].bytes, bytes) == 0) {
      *set = escapes[i].set;
      return bytes;
    }
  }
  return 0;
}

static int add_escape(struct decoder *d, struct state *state)
{
  size_t bytes = read_escape(d, &state->set);
  bool is_error = bytes == 0 || !state->wrote_since_escape;

  state->wrote_since_escape = bytes == 0; /* an ESC that begins nothing is an error of its own */
  if (is_error)
    return add_bad(d, bytes == 0 ? 1 : bytes);
  take(d, bytes);
  return 0;
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

static int add_iso2022(struct decoder *d, struct state *state)
{
  if (peek(d, 0) == ESCAPE)
    return add_escape(d, state);
  state->wrote_since_escape = true;
  if (state->set == JIS0208 && has_pair(d, 0, 0))
    return add_pairs(d, 0);
  if (state->set == JIS0208) {
    /* A lead byte and what can't follow it are one error, but an escape is never swallowed. */
    bool is_pair = is_graphic(peek(d, 0)) && d->in.len > 1 && peek(d, 1) != ESCAPE;
    return add_bad(d, is_pair ? 2 : 1);
  }
  uint32_t code = single_byte(state->set, peek(d, 0));
  take(d, 1);
  return cr_iconv_add_code(&d->cv, code);
}

int cr_charset_iso2022jp(struct cr_arena *arena, struct cr_span in, struct cr_span *out)
{
  struct decoder d = { .in = in };
  struct state state = { .set = ASCII, .wrote_since_escape = true };
  int err = cr_iconv_open(&d.cv, arena, in.len);

  while (err == 0 && d.in.len > 0)
    err = add_iso2022(&d, &state);
  int closed = cr_iconv_close(&d.cv, out);
  return err < 0 ? err : closed;
}

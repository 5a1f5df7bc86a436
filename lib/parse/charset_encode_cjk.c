/* SPDX-License-Identifier: MIT */
/* charset_encode_cjk.c - code points in the encodings of East Asia, for queries.
 *
 * The encoders of the WHATWG Encoding standard (sections 10 to 13), the characters by the system's
 * iconv under the names of charset_iconv.c. Converters know best fits and private characters that
 * the standard's indexes don't have: what doesn't decode to itself again is no character of the
 * encoding. EUC-JP and ISO-2022-JP are written from the Shift_JIS form, as they are read.
 */
#include <errno.h>
#include <iconv.h>

#include "crawl/crawler.h"
#include "parse/charset.h"

enum { MAX_BYTES = 8, REPLACEMENT = 0xfffd };

/* ---- one character by iconv ---- */

static iconv_t no_converter(void)
{
  return (iconv_t)-1;
}

static enum cr_iconv_set iconv_set(const struct cr_charset *set)
{
  return set->way == CR_CHARSET_ICONV ? (enum cr_iconv_set)set->which : CR_ICONV_JIS0208;
}

static void open_both(struct cr_cjk_encoder *e)
{
  const char *const *name = cr_iconv_names(iconv_set(e->set));
  iconv_t to = no_converter();

  e->is_asked = true;
  for (; *name && to == no_converter(); name++)
    to = iconv_open(*name, "UTF-8");
  if (to == no_converter())
    return;
  iconv_t back = iconv_open("UTF-8", name[-1]);
  if (back == no_converter()) {
    (void)iconv_close(to); /* fails only for what isn't one */
    return;
  }
  e->to = (void *)to;
  e->back = (void *)back;
}

/* All of in, converted from the initial state; 0: not possible without loss. */
static size_t convert(void *converter, char *in, size_t in_bytes, char *out)
{
  char *end = out;
  size_t room = MAX_BYTES;

  (void)iconv((iconv_t)converter, NULL, NULL, NULL, NULL); /* to the initial state: can't fail */
  if (iconv((iconv_t)converter, &in, &in_bytes, &end, &room) != 0 || in_bytes > 0)
    return 0;
  if (iconv((iconv_t)converter, NULL, NULL, &end, &room) != 0) /* a character held back */
    return 0;
  return MAX_BYTES - room;
}

/* The bytes of code; returns how many, 0: none. */
static size_t to_bytes(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  char utf8[4];
  char bytes[MAX_BYTES];
  char again[MAX_BYTES];
  size_t utf8_bytes = cr_charset_put(code, utf8);

  if (!e->is_asked)
    open_both(e);
  if (!e->to)
    return 0;
  size_t len = convert(e->to, utf8, utf8_bytes, bytes);
  if (len == 0 || convert(e->back, bytes, len, again) != utf8_bytes ||
      memcmp(utf8, again, utf8_bytes) != 0)
    return 0;
  memcpy(out, bytes, len);
  return len;
}

/* ---- Chinese and Korean ---- */

/* Where converters differ from the standard's index. */
struct exact {
  uint16_t code;
  uint16_t bytes;
};

static const struct exact big5[] = {
  { 0x00af, 0xa1c2 }, { 0x02cd, 0xa1c5 }, { 0x2027, 0xa145 }, { 0x20ac, 0xa3e1 },
  { 0x2215, 0xa241 }, { 0x2295, 0xa1f2 }, { 0x2299, 0xa1f3 }, { 0x2421, 0xa3e0 },
  { 0x256d, 0xa27e }, { 0x256e, 0xa2a1 }, { 0x256f, 0xa2a3 }, { 0x2570, 0xa2a2 },
  { 0x2574, 0xa15a }, { 0x4edd, 0xc6df }, { 0x5605, 0xfb48 }, { 0x5ed0, 0xfbf9 },
  { 0x5ef4, 0xc6cf }, { 0x60a4, 0xfc6c }, { 0x65e0, 0xc6d3 }, { 0x732a, 0xfe52 },
  { 0x7676, 0xc6d5 }, { 0x96b6, 0xc6d7 }, { 0xfe51, 0xa14e }, { 0xfe68, 0xa242 },
  { 0xff0f, 0xa1fe }, { 0xff3c, 0xa240 }, { 0xff5e, 0xa1e3 }, { 0xffe0, 0xa246 },
  { 0xffe1, 0xa247 }, { 0xffe3, 0xa1c3 }, { 0xffe5, 0xa244 }
};

/* The private characters that GB 18030-2005 and 2022 moved, which the encoder keeps. */
static const struct exact gb18030[] = {
  { 0xe78d, 0xa6d9 }, { 0xe78e, 0xa6da }, { 0xe78f, 0xa6db }, { 0xe790, 0xa6dc },
  { 0xe791, 0xa6dd }, { 0xe792, 0xa6de }, { 0xe793, 0xa6df }, { 0xe794, 0xa6ec },
  { 0xe795, 0xa6ed }, { 0xe796, 0xa6f3 }, { 0xe816, 0xfe51 }, { 0xe817, 0xfe52 },
  { 0xe818, 0xfe53 }, { 0xe81e, 0xfe59 }, { 0xe826, 0xfe61 }, { 0xe82b, 0xfe66 },
  { 0xe82c, 0xfe67 }, { 0xe831, 0xfe6c }, { 0xe832, 0xfe6d }, { 0xe83b, 0xfe76 },
  { 0xe843, 0xfe7e }, { 0xe854, 0xfe90 }, { 0xe855, 0xfe91 }, { 0xe864, 0xfea0 }
};

struct exacts {
  const struct exact *at;
  size_t count;
};

static size_t put_pair(uint16_t pair, uint8_t *out)
{
  out[0] = (uint8_t)(pair >> 8);
  out[1] = (uint8_t)(pair & 0xff);
  return 2;
}

/* As to_bytes, by the table first. */
static size_t to_exact(struct cr_cjk_encoder *e, struct exacts table, uint32_t code, uint8_t *out)
{
  for (size_t i = 0; i < table.count; i++)
    if (table.at[i].code == code)
      return put_pair(table.at[i].bytes, out);
  return to_bytes(e, code, out);
}

static bool is_another_code(struct exacts table, uint32_t code, const uint8_t *pair)
{
  for (size_t i = 0; i < table.count; i++)
    if (table.at[i].bytes == (pair[0] << 8 | pair[1]))
      return table.at[i].code != code;
  return false;
}

static size_t to_big5(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  static const struct exacts table = { big5, sizeof(big5) / sizeof(big5[0]) };

  if (code >= 0x2400 && code <= 0x241f) /* pictures of controls, which converters lack */
    return put_pair((uint16_t)(0xa3c0 + (code - 0x2400)), out);
  size_t len = to_exact(e, table, code, out);
  if (len != 2 || out[0] < 0xa1) /* below it is Hong Kong's extension, read only */
    return 0;
  return is_another_code(table, code, out) ? 0 : 2;
}

static size_t to_euc_kr(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  size_t len = to_bytes(e, code, out);

  return len == 2 ? len : 0;
}

/* Beyond the BMP: "index gb18030 ranges", its last row. */
static size_t put_four(uint32_t code, uint8_t *out)
{
  uint32_t pointer = 189000 + (code - 0x10000);

  out[0] = (uint8_t)(0x81 + pointer / 12600);
  out[1] = (uint8_t)(0x30 + pointer / 1260 % 10);
  out[2] = (uint8_t)(0x81 + pointer / 10 % 126);
  out[3] = (uint8_t)(0x30 + pointer % 10);
  return 4;
}

static size_t to_gb18030(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  static const struct exacts table = { gb18030, sizeof(gb18030) / sizeof(gb18030[0]) };
  bool is_gbk = strcmp(e->set->name, "gbk") == 0;

  if (code == 0xe5e5) /* "\xa3\xa0" is read as U+3000: nothing would read as this one */
    return 0;
  if (is_gbk && code == 0x20ac) {
    out[0] = 0x80;
    return 1;
  }
  size_t len = code >= 0x10000 ? put_four(code, out) : to_exact(e, table, code, out);
  return is_gbk && len != 2 ? 0 : len;
}

/* ---- Japanese ---- */

enum { KATAKANA_FIRST = 0xff61, KATAKANA_LAST = 0xff9f }; /* half-width */

static bool is_katakana(uint32_t code)
{
  return code >= KATAKANA_FIRST && code <= KATAKANA_LAST;
}

/* A minus sign is the full-width hyphen of JIS X 0208; each of its characters is two bytes here. */
static bool to_pair(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  size_t len = to_bytes(e, code == 0x2212 ? 0xff0d : code, out);

  return len == 2 && !(out[0] >= 0xf0 && out[0] <= 0xf9); /* those are private */
}

static size_t to_shift_jis(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  out[0] = 0;
  if (code == 0x80)
    out[0] = 0x80;
  else if (code == 0xa5)
    out[0] = 0x5c;
  else if (code == 0x203e)
    out[0] = 0x7e;
  else if (is_katakana(code))
    out[0] = (uint8_t)(code - KATAKANA_FIRST + 0xa1);
  if (out[0] != 0)
    return 1;
  return to_pair(e, code, out) ? 2 : 0;
}

/* The characters that IBM added stand behind JIS X 0208 in Shift_JIS; in its rows 89 to 92 NEC has
 * them in the same order, but for those that other rows have. pointer is the index's. */
static unsigned into_rows(unsigned pointer)
{
  enum { IBM = 10716, NEC = 8272, NEC_SMALL_ROMAN = 8634 };

  if (pointer < IBM)
    return pointer;
  unsigned at = pointer - IBM;
  return at < 28 ? NEC_SMALL_ROMAN + at - (at >= 20 ? 10 : 0) : NEC + at - 28;
}

/* Row and column, from 0. */
static bool to_row(struct cr_cjk_encoder *e, uint32_t code, uint8_t out[2])
{
  if (!to_pair(e, code, out))
    return false;
  unsigned lead = out[0] - (out[0] < 0xa0 ? 0x81u : 0xc1u);
  unsigned trail = out[1] - (out[1] < 0x7f ? 0x40u : 0x41u);
  unsigned pointer = into_rows(lead * 188 + trail);
  out[0] = (uint8_t)(pointer / 94);
  out[1] = (uint8_t)(pointer % 94);
  return pointer < 94 * 94;
}

static size_t to_euc_jp(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out)
{
  if (code == 0xa5 || code == 0x203e) {
    out[0] = code == 0xa5 ? 0x5c : 0x7e;
    return 1;
  }
  if (is_katakana(code)) {
    out[0] = 0x8e;
    out[1] = (uint8_t)(code - KATAKANA_FIRST + 0xa1);
    return 2;
  }
  if (!to_row(e, code, out))
    return 0;
  out[0] = (uint8_t)(out[0] + 0xa1);
  out[1] = (uint8_t)(out[1] + 0xa1);
  return 2;
}

/* ---- ISO-2022-JP, which has states ---- */

enum { ASCII, ROMAN, JIS0208 };

static int switch_to(struct cr_cjk_encoder *e, uint8_t state, struct cr_buf *out)
{
  static const char *const escapes[] = {
    [ASCII] = "\x1b(B", [ROMAN] = "\x1b(J", [JIS0208] = "\x1b$B"
  };

  if (e->state == state)
    return 0;
  e->state = state;
  return cr_buf_add_text(out, escapes[state]);
}

/* Index ISO-2022-JP katakana: the low bytes of U+30xx for U+FF61 and on. */
static uint32_t full_width(uint32_t code)
{
  static const uint8_t low[] = { 0x02, 0x0c, 0x0d, 0x01, 0xfb, 0xf2, 0xa1, 0xa3, 0xa5, 0xa7, 0xa9,
                                 0xe3, 0xe5, 0xe7, 0xc3, 0xfc, 0xa2, 0xa4, 0xa6, 0xa8, 0xaa, 0xab,
                                 0xad, 0xaf, 0xb1, 0xb3, 0xb5, 0xb7, 0xb9, 0xbb, 0xbd, 0xbf, 0xc1,
                                 0xc4, 0xc6, 0xc8, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd2, 0xd5,
                                 0xd8, 0xdb, 0xde, 0xdf, 0xe0, 0xe1, 0xe2, 0xe4, 0xe6, 0xe8, 0xe9,
                                 0xea, 0xeb, 0xec, 0xed, 0xef, 0xf3, 0x9b, 0x9c };

  return is_katakana(code) ? 0x3000u + low[code - KATAKANA_FIRST] : code;
}

static int put_ascii(struct cr_cjk_encoder *e, uint32_t code, struct cr_buf *out)
{
  bool is_roman = code != 0x5c && code != 0x7e; /* the two that Roman has other signs for */
  int err = e->state == ROMAN && is_roman ? 0 : switch_to(e, ASCII, out);

  if (err < 0)
    return err;
  if (code == 0x0e || code == 0x0f || code == 0x1b) /* they would switch sets */
    return cr_charset_put_reference(out, REPLACEMENT);
  return cr_buf_add_char(out, (char)code);
}

static int put_iso2022(struct cr_cjk_encoder *e, uint32_t code, struct cr_buf *out)
{
  uint8_t pair[MAX_BYTES];
  int err;

  if (code < 0x80)
    return put_ascii(e, code, out);
  if (code == 0xa5 || code == 0x203e) {
    err = switch_to(e, ROMAN, out);
    return err < 0 ? err : cr_buf_add_char(out, code == 0xa5 ? 0x5c : 0x7e);
  }
  if (!to_row(e, full_width(code), pair)) {
    err = e->state == JIS0208 ? switch_to(e, ASCII, out) : 0;
    return err < 0 ? err : cr_charset_put_reference(out, code);
  }
  err = switch_to(e, JIS0208, out);
  if (err == 0)
    err = cr_buf_add_char(out, (char)(pair[0] + 0x21));
  return err < 0 ? err : cr_buf_add_char(out, (char)(pair[1] + 0x21));
}

/* ---- all of them ---- */

typedef size_t (*writer)(struct cr_cjk_encoder *e, uint32_t code, uint8_t *out);

static writer writer_of(const struct cr_charset *set)
{
  static const writer writers[CR_ICONV_SETS] = { [CR_ICONV_BIG5] = to_big5,
                                                 [CR_ICONV_EUC_KR] = to_euc_kr,
                                                 [CR_ICONV_GB18030] = to_gb18030,
                                                 [CR_ICONV_SHIFT_JIS] = to_shift_jis };

  return set->way == CR_CHARSET_EUCJP ? to_euc_jp : writers[set->which];
}

int cr_cjk_encode(struct cr_cjk_encoder *e, uint32_t code, struct cr_buf *out)
{
  uint8_t bytes[MAX_BYTES];

  if (e->set->way == CR_CHARSET_ISO2022JP)
    return put_iso2022(e, code, out);
  if (code < 0x80)
    return cr_buf_add_char(out, (char)code);
  size_t len = writer_of(e->set)(e, code, bytes);
  return len == 0 ? cr_charset_put_reference(out, code) : cr_buf_add(out, bytes, len);
}

int cr_cjk_close(struct cr_cjk_encoder *e, struct cr_buf *out)
{
  int err = switch_to(e, ASCII, out);

  if (e->to)
    (void)iconv_close((iconv_t)e->to); /* fails only for what isn't one */
  if (e->back)
    (void)iconv_close((iconv_t)e->back);
  e->to = NULL;
  e->back = NULL;
  return err;
}

/* SPDX-License-Identifier: MIT */
/* charset_iconv.c - the encodings of East Asia, by the system's iconv.
 *
 * iconv sees only the fixed names below, best one first (what a system calls its converter closest
 * to the WHATWG index differs), never a label from the network. Bytes that are no character become
 * U+FFFD and are skipped as the Encoding standard does it: an ASCII byte is never swallowed.
 * Where the system has no converter at all the ASCII part still comes through.
 */
#include "parse/charset.h"

#include <errno.h>
#include <iconv.h>

#include "crawl/crawler.h"

enum {
  REPLACEMENT = 0xfffd,
  MOST_BYTES = 3, /* of UTF-8 a byte of any of these encodings may turn into */
  SLACK_BYTES = 16,
  PIECE_BYTES = 256 * 1024, /* of UTF-8, that a call of iconv may write */
  CALLS_A_CHECK = 1024
};

static const struct {
  const char *names[3];
  uint8_t lone_byte; /* one that the standard reads and many converters refuse */
  uint16_t lone_code;
} sets[] = {
  [CR_ICONV_BIG5] = { { "BIG5-HKSCS", "BIG5", NULL }, 0, 0 },
  [CR_ICONV_EUC_KR] = { { "CP949", "EUC-KR", NULL }, 0, 0 },
  [CR_ICONV_GB18030] = { { "GB18030", "GBK", NULL }, 0x80, 0x20ac },
  [CR_ICONV_SHIFT_JIS] = { { "CP932", "SHIFT_JIS", NULL }, 0x80, 0x80 },
  [CR_ICONV_JIS0208] = { { "CP932", "SHIFT_JIS", NULL }, 0, 0 },
  [CR_ICONV_JIS0212] = { { "EUC-JP-MS", "EUC-JP", NULL }, 0, 0 },
};

static iconv_t no_converter(void)
{
  return (iconv_t)-1;
}

const char *const *cr_iconv_names(enum cr_iconv_set set)
{
  return sets[set].names;
}

static iconv_t open_converter(enum cr_iconv_set set)
{
  iconv_t converter = no_converter();

  for (size_t i = 0; converter == no_converter() && sets[set].names[i]; i++)
    converter = iconv_open("UTF-8", sets[set].names[i]);
  return converter;
}

/* Room for so many bytes more and a NUL. All that is written asks for it now and then. */
static int reserve(struct cr_iconv *cv, size_t more_bytes)
{
  if (++cv->asked % CALLS_A_CHECK == 0 && cr_is_given_up(cv->arena->given_up))
    return CRAWLER_E_NOMEM;
  if (more_bytes < cv->cap - cv->len)
    return 0;
  if (cv->cap > SIZE_MAX / 2 - more_bytes)
    return CRAWLER_E_NOMEM;
  size_t cap = cv->cap + cv->cap / 2 + more_bytes;
  char *data = cr_arena_grow(cv->arena, cv->data, cv->cap, cap);
  if (!data)
    return CRAWLER_E_NOMEM;
  cv->data = data;
  cv->cap = cap;
  return 0;
}

static uint8_t byte_at(struct cr_span in, size_t at)
{
  return at < in.len ? (uint8_t)in.at[at] : 0;
}

static bool is_lead(enum cr_iconv_set set, uint8_t byte)
{
  if (set == CR_ICONV_SHIFT_JIS)
    return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
  return byte >= 0x81 && byte <= 0xfe;
}

/* The longest sequence that iconv may have stopped at, with no ASCII in it but gb18030's digits. */
static size_t bad_bytes(enum cr_iconv_set set, struct cr_span in)
{
  size_t most = set == CR_ICONV_JIS0212 ? 3 : 2;
  size_t bytes = 1;

  if (set == CR_ICONV_JIS0208)
    return in.len < 2 ? 1 : 2;
  if (!is_lead(set, byte_at(in, 0)))
    return 1;
  if (set == CR_ICONV_GB18030 && cr_is_digit((char)byte_at(in, 1)))
    return is_lead(set, byte_at(in, 2)) && cr_is_digit((char)byte_at(in, 3)) ? 4 : 1;
  while (bytes < most && byte_at(in, bytes) >= 0x80)
    bytes++;
  return bytes;
}

/* What stands in for the bytes that iconv stopped at; they are taken off in. */
static int replace(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span *in)
{
  uint8_t byte = byte_at(*in, 0);
  bool is_lone = byte != 0 && byte == sets[set].lone_byte;
  size_t bytes = is_lone ? 1 : bad_bytes(set, *in);

  *in = cr_span(in->at + bytes, in->len - bytes);
  return cr_iconv_add_code(cv, is_lone ? sets[set].lone_code : (uint32_t)REPLACEMENT);
}

/* One call of iconv; in NULL asks for what the converter still holds. 0, or errno if not all of in
 * was taken. */
static int convert(struct cr_iconv *cv, iconv_t converter, struct cr_span *in)
{
  union { /* iconv's parameter isn't const, though it never writes there */
    const char *at;
    char *unused;
  } source = { in ? in->at : NULL };
  size_t source_bytes = in ? in->len : 0;
  char *target = cv->data + cv->len;
  size_t room = cv->cap - cv->len - 1;
  size_t target_bytes = room < PIECE_BYTES ? room : PIECE_BYTES;

  size_t result = iconv(converter, in ? &source.unused : NULL, in ? &source_bytes : NULL, &target,
                        &target_bytes);
  int problem = result == (size_t)-1 ? errno : 0;
  if (in)
    *in = cr_span(source.at, source_bytes);
  cv->len = (size_t)(target - cv->data);
  return problem;
}

/* Some converters hold a character back until they know the next one. */
static int flush(struct cr_iconv *cv, iconv_t converter)
{
  int err = reserve(cv, SLACK_BYTES);
  if (err == 0)
    (void)convert(cv, converter, NULL); /* there is room, and nothing else can fail */
  return err;
}

/* What iconv stopped at, for a reason other than room. */
static int pass_problem(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span *in,
                        bool has_moved)
{
  int err = flush(cv, (iconv_t)cv->converters[set]);
  if (err < 0)
    return err;
  /* glibc's UHC may stop behind the bad bytes: before ASCII, which is never bad itself. */
  if (has_moved && byte_at(*in, 0) < 0x80)
    return cr_iconv_add_code(cv, REPLACEMENT);
  return replace(cv, set, in);
}

/* The room is used up, or a piece is written. */
static int go_on(struct cr_iconv *cv, size_t left_bytes)
{
  if (cr_is_given_up(cv->arena->given_up))
    return CRAWLER_E_NOMEM;
  if (cv->cap - cv->len - 1 > SLACK_BYTES)
    return 0;
  return reserve(cv, left_bytes * MOST_BYTES + SLACK_BYTES);
}

static int convert_all(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span in)
{
  iconv_t converter = (iconv_t)cv->converters[set];
  int err = 0;

  while (err == 0 && in.len > 0) {
    const char *before = in.at;
    int problem = convert(cv, converter, &in);
    if (problem == E2BIG)
      err = go_on(cv, in.len);
    else if (problem != 0 && in.len > 0)
      err = pass_problem(cv, set, &in, in.at != before);
  }
  return err < 0 ? err : flush(cv, converter);
}

/* What converters differ in is kept from them. */
static int convert_exactly(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span in)
{
  struct cr_exact exact;

  while (cr_charset_find_exact(set, in, &exact, cv->arena->given_up)) {
    size_t behind = exact.at + exact.bytes;
    int err = convert_all(cv, set, cr_span(in.at, exact.at));
    if (err == 0)
      err = cr_iconv_add_code(cv, exact.code);
    if (err < 0)
      return err;
    in = cr_span(in.at + behind, in.len - behind);
  }
  return convert_all(cv, set, in);
}

/* Without a converter: ASCII as it is. */
static int copy_ascii(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span in)
{
  int err = 0;

  while (err == 0 && in.len > 0) {
    size_t bytes = cr_utf8_ascii(in);
    err = reserve(cv, bytes);
    if (err < 0)
      break;
    memcpy(cv->data + cv->len, in.at, bytes);
    cv->len += bytes;
    in = cr_span(in.at + bytes, in.len - bytes);
    if (in.len > 0)
      err = replace(cv, set, &in);
  }
  return err;
}

int cr_iconv_open(struct cr_iconv *cv, struct cr_arena *arena, size_t in_bytes)
{
  *cv = (struct cr_iconv){ .arena = arena };
  if (in_bytes > SIZE_MAX / (2 * MOST_BYTES) - SLACK_BYTES)
    return CRAWLER_E_NOMEM;
  /* Two bytes become three at most, save for rare ones: this is almost always enough. */
  return reserve(cv, in_bytes + in_bytes / 2 + SLACK_BYTES);
}

int cr_iconv_add(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span in)
{
  if (!cv->is_asked[set]) {
    iconv_t converter = open_converter(set);
    cv->is_asked[set] = true;
    cv->converters[set] = converter == no_converter() ? NULL : (void *)converter;
  }
  return cv->converters[set] ? convert_exactly(cv, set, in) : copy_ascii(cv, set, in);
}

int cr_iconv_add_code(struct cr_iconv *cv, uint32_t code)
{
  int err = reserve(cv, SLACK_BYTES);
  if (err == 0)
    cv->len += cr_charset_put(code, cv->data + cv->len);
  return err;
}

int cr_iconv_close(struct cr_iconv *cv, struct cr_span *out)
{
  for (size_t set = 0; set < CR_ICONV_SETS; set++)
    if (cv->converters[set])
      (void)iconv_close((iconv_t)cv->converters[set]); /* fails only for what isn't one */
  if (!cv->data)
    return CRAWLER_E_NOMEM;
  cv->data[cv->len] = '\0';
  *out = cr_span(cv->data, cv->len);
  return 0;
}

int cr_charset_iconv(struct cr_arena *arena, enum cr_iconv_set set, struct cr_span in,
                     struct cr_span *out)
{
  struct cr_iconv cv;
  int err = cr_iconv_open(&cv, arena, in.len);
  if (err == 0)
    err = cr_iconv_add(&cv, set, in);
  int closed = cr_iconv_close(&cv, out);
  return err < 0 ? err : closed;
}

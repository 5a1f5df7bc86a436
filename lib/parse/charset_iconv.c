/* SPDX-License-Identifier: MIT */
/* charset_iconv.c - the encodings of China, Japan and Korea, by the system's iconv.
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
  SLACK_BYTES = 16
};

static const struct {
  const char *names[3];
  uint8_t lone_byte; /* one that the standard reads and many converters refuse */
  uint16_t lone_code;
} sets[] = {
  [CR_ICONV_BIG5] = { { "BIG5-HKSCS", "BIG5", NULL }, 0, 0 },
  [CR_ICONV_EUC_JP] = { { "EUC-JP-MS", "EUC-JP", NULL }, 0, 0 },
  [CR_ICONV_EUC_KR] = { { "CP949", "EUC-KR", NULL }, 0, 0 },
  [CR_ICONV_GB18030] = { { "GB18030", "GBK", NULL }, 0x80, 0x20ac },
  [CR_ICONV_SHIFT_JIS] = { { "CP932", "SHIFT_JIS", NULL }, 0x80, 0x80 },
};

static iconv_t no_converter(void)
{
  return (iconv_t)-1;
}

static iconv_t open_converter(enum cr_iconv_set set)
{
  iconv_t converter = no_converter();

  for (size_t i = 0; converter == no_converter() && sets[set].names[i]; i++)
    converter = iconv_open("UTF-8", sets[set].names[i]);
  return converter;
}

/* Room for so many bytes more and a NUL. */
static int reserve(struct cr_iconv *cv, size_t more_bytes)
{
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

/* How many bytes of what iconv stopped at are to be skipped. */
static size_t bad_bytes(enum cr_iconv_set set, struct cr_span in)
{
  uint8_t lead = (uint8_t)in.at[0];
  size_t most = set == CR_ICONV_EUC_JP && lead == 0x8f ? 3 : 2;
  size_t bytes = 1;

  if (lead < 0x81 || lead == 0xff)
    return 1;
  while (bytes < most && bytes < in.len && (uint8_t)in.at[bytes] >= 0x80)
    bytes++;
  return bytes;
}

/* What stands in for the bytes that iconv stopped at; they are taken off in. */
static int replace(struct cr_iconv *cv, struct cr_span *in)
{
  uint8_t byte = (uint8_t)in->at[0];
  bool is_lone = byte != 0 && byte == sets[cv->set].lone_byte;
  size_t bytes = is_lone ? 1 : bad_bytes(cv->set, *in);

  *in = cr_span(in->at + bytes, in->len - bytes);
  return cr_iconv_add_code(cv, is_lone ? sets[cv->set].lone_code : (uint32_t)REPLACEMENT);
}

/* One call of iconv; in NULL asks for what the converter still holds. 0: it took all; errno else. */
static int convert(struct cr_iconv *cv, struct cr_span *in)
{
  union { /* iconv's parameter isn't const, though it never writes there */
    const char *at;
    char *unused;
  } source = { in ? in->at : NULL };
  size_t source_bytes = in ? in->len : 0;
  char *target = cv->data + cv->len;
  size_t target_bytes = cv->cap - cv->len - 1;

  size_t result = iconv((iconv_t)cv->handle, in ? &source.unused : NULL, in ? &source_bytes : NULL,
                        &target, &target_bytes);
  int problem = result == (size_t)-1 ? errno : 0;
  if (in)
    *in = cr_span(source.at, source_bytes);
  cv->len = (size_t)(target - cv->data);
  return problem;
}

/* Some converters hold a character back until they know the next one. */
static int flush(struct cr_iconv *cv)
{
  if (!cv->handle)
    return 0;
  int err = reserve(cv, SLACK_BYTES);
  if (err < 0)
    return err;
  (void)convert(cv, NULL); /* there is room for the one character, and nothing else can fail */
  return 0;
}

/* Without a converter: ASCII as it is. */
static int add_ascii(struct cr_iconv *cv, struct cr_span *in)
{
  size_t bytes = cr_utf8_ascii(*in);
  int err = reserve(cv, bytes);
  if (err < 0)
    return err;
  memcpy(cv->data + cv->len, in->at, bytes);
  cv->len += bytes;
  *in = cr_span(in->at + bytes, in->len - bytes);
  return in->len > 0 ? replace(cv, in) : 0;
}

int cr_iconv_open(struct cr_iconv *cv, struct cr_arena *arena, enum cr_iconv_set set,
                  size_t in_bytes)
{
  *cv = (struct cr_iconv){ .arena = arena, .set = set };
  if (in_bytes > SIZE_MAX / (2 * MOST_BYTES) - SLACK_BYTES)
    return CRAWLER_E_NOMEM;
  /* Two bytes become three at most, save for rare ones: this is almost always enough. */
  int err = reserve(cv, in_bytes + in_bytes / 2 + SLACK_BYTES);
  if (err < 0)
    return err;
  iconv_t converter = open_converter(set);
  cv->handle = converter == no_converter() ? NULL : (void *)converter;
  return 0;
}

int cr_iconv_add(struct cr_iconv *cv, struct cr_span in)
{
  int err = 0;

  while (err == 0 && in.len > 0 && !cv->handle)
    err = add_ascii(cv, &in);
  while (err == 0 && in.len > 0) {
    int problem = convert(cv, &in);
    if (problem == E2BIG)
      err = reserve(cv, in.len * MOST_BYTES + SLACK_BYTES);
    else if (problem != 0 && in.len > 0)
      err = flush(cv) < 0 ? CRAWLER_E_NOMEM : replace(cv, &in);
  }
  return err < 0 ? err : flush(cv);
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
  if (cv->handle)
    (void)iconv_close((iconv_t)cv->handle); /* fails only for a handle that isn't one */
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
  int err = cr_iconv_open(&cv, arena, set, in.len);
  if (err == 0)
    err = cr_iconv_add(&cv, in);
  int closed = cr_iconv_close(&cv, out);
  return err < 0 ? err : closed;
}

/* SPDX-License-Identifier: MIT */
/* test_inflate_zlib.c - gzip and deflate, by zlib.
 *
 * The coded bytes were made with Python's zlib and put together by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/inflate.h"
#include "base/inflate_coder.h"
#include "crawl/crawler.h"
#include "support/inflated.h"
#include "support/oom.h"

/* "hello", compressed with fixed Huffman codes. */
#define RAW "\xcb\x48\xcd\xc9\xc9\7\0"
#define HELLO_CRC "\x86\xa6\x10\x36"
#define HELLO_LEN "\5\0\0\0"
#define HELLO_ADLER "\6\x2c\2\x15"

#define HEADER "\x1f\x8b\x8\0\0\0\0\0\0\3"
/* The same with FHCRC, FEXTRA, FNAME and FCOMMENT. */
#define LONG_HEADER                       \
  "\x1f\x8b\x8\x1e\0\0\0\0\0\3\4\0XY\0\0" \
  "name\0"                                \
  "comment\0"                             \
  "\x4e\x26"

#define HELLO HEADER RAW HELLO_CRC HELLO_LEN
#define EMPTY HEADER "\3\0\0\0\0\0\0\0\0\0"
#define ZLIB "\x78\x9c" RAW HELLO_ADLER

static const struct cr_test_coded gzip_cases[] = {
  { "no bytes at all", CR_SPAN_INIT(""), 0, CR_SPAN_INIT("") },
  { "a member", CR_SPAN_INIT(HELLO), 0, CR_SPAN_INIT("hello") },
  { "all optional fields of the header (RFC 1952 section 2.3)",
    CR_SPAN_INIT(LONG_HEADER RAW HELLO_CRC HELLO_LEN), 0, CR_SPAN_INIT("hello") },
  { "an empty member", CR_SPAN_INIT(EMPTY), 0, CR_SPAN_INIT("") },
  { "three members, the second empty", CR_SPAN_INIT(HELLO EMPTY HELLO), 0,
    CR_SPAN_INIT("hellohello") },
  { "zeros behind it, as tapes are padded",
    CR_SPAN_INIT(HELLO "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, CR_SPAN_INIT("hello") },
  { "text behind it", CR_SPAN_INIT(HELLO "<!-- -->"), 0, CR_SPAN_INIT("hello") },
  { "half a magic number behind it", CR_SPAN_INIT(HELLO "\x1f"), 0, CR_SPAN_INIT("hello") },
  { "not quite a magic number behind it", CR_SPAN_INIT(HELLO "\x1f\x1f\x8b"), 0,
    CR_SPAN_INIT("hello") },
  { "the second member ends in its header", CR_SPAN_INIT(HELLO HEADER), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "the second member has no checksum", CR_SPAN_INIT(HELLO HEADER RAW), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hellohello") },
  { "the second member is damaged", CR_SPAN_INIT(HELLO HEADER "\xff\xff"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "a wrong checksum", CR_SPAN_INIT(HEADER RAW "\x86\xa6\x10\x37" HELLO_LEN), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "a wrong length", CR_SPAN_INIT(HEADER RAW HELLO_CRC "\6\0\0\0"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "half a checksum", CR_SPAN_INIT(HEADER RAW "\x86\xa6"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "another method", CR_SPAN_INIT("\x1f\x8b\7\0\0\0\0\0\0\3" RAW HELLO_CRC HELLO_LEN),
    CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "reserved flags", CR_SPAN_INIT("\x1f\x8b\x8\xe0\0\0\0\0\0\3" RAW HELLO_CRC HELLO_LEN),
    CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "plain text", CR_SPAN_INIT("<!DOCTYPE html>"), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "zlib instead", CR_SPAN_INIT(ZLIB), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "one byte", CR_SPAN_INIT("\x1f"), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
};

static const struct cr_test_coded deflate_cases[] = {
  { "no bytes at all", CR_SPAN_INIT(""), 0, CR_SPAN_INIT("") },
  { "zlib", CR_SPAN_INIT(ZLIB), 0, CR_SPAN_INIT("hello") },
  { "zlib with the smallest window", CR_SPAN_INIT("\x18\xd3" RAW HELLO_ADLER), 0,
    CR_SPAN_INIT("hello") },
  { "zlib, text behind it", CR_SPAN_INIT(ZLIB "text"), 0, CR_SPAN_INIT("hello") },
  { "zlib, a second stream is not decoded", CR_SPAN_INIT(ZLIB ZLIB), 0, CR_SPAN_INIT("hello") },
  { "zlib without its checksum", CR_SPAN_INIT("\x78\x9c" RAW), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "zlib with a wrong checksum", CR_SPAN_INIT("\x78\x9c" RAW "\6\x2c\2\x16"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "zlib that wants a dictionary", CR_SPAN_INIT("\x78\xbb\0\0\0\1" RAW HELLO_ADLER),
    CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "raw", CR_SPAN_INIT(RAW), 0, CR_SPAN_INIT("hello") },
  { "raw, nothing in it", CR_SPAN_INIT("\3\0"), 0, CR_SPAN_INIT("") },
  { "raw, text behind it", CR_SPAN_INIT(RAW "text"), 0, CR_SPAN_INIT("hello") },
  { "raw, one letter: two bytes yield it", CR_SPAN_INIT("\x4b\4\0"), 0, CR_SPAN_INIT("a") },
  { "raw, a stored block", CR_SPAN_INIT("\1\5\0\xfa\xffhello"), 0, CR_SPAN_INIT("hello") },
  { "raw, cut short", CR_SPAN_INIT("\xcb\x48\xcd\xc9\xc9\7"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "one byte", CR_SPAN_INIT("\x78"), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "gzip instead", CR_SPAN_INIT(HELLO), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "plain text", CR_SPAN_INIT("<!DOCTYPE html>"), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
};

static void gzip_is_decoded_member_by_member(void **state)
{
  (void)state;
  cr_test_inflate_table("gzip", gzip_cases, sizeof(gzip_cases) / sizeof(gzip_cases[0]));
}

static void deflate_is_zlib_or_raw_by_its_first_two_bytes(void **state)
{
  (void)state;
  cr_test_inflate_table("deflate", deflate_cases, sizeof(deflate_cases) / sizeof(deflate_cases[0]));
}

static int ignore(void *arg, const char *data, size_t bytes)
{
  (void)arg;
  (void)data;
  (void)bytes;
  return 0;
}

static void the_librarys_memory_is_accounted(void **state)
{
  struct cr_mem mem;
  struct cr_inflate *inf = NULL;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("gzip")), 0);
  for (size_t i = 0; i < gzip_cases[1].body.len - 4; i++)
    assert_int_equal(cr_inflate_add(inf, gzip_cases[1].body.at + i, 1, ignore, NULL), 0);
  /* The window alone is 32 KB (RFC 1951 section 2). */
  assert_true(mem.used[CR_MEM_FETCH] > CR_CODER_OUT_BYTES + 32 * 1024);
  assert_true(mem.blocks >= 4);
  cr_inflate_close(inf);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gzip_is_decoded_member_by_member),
    cmocka_unit_test(deflate_is_zlib_or_raw_by_its_first_two_bytes),
    cmocka_unit_test(the_librarys_memory_is_accounted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

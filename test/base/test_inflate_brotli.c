/* SPDX-License-Identifier: MIT */
/* test_inflate_brotli.c - the content coding br, by libbrotlidec.
 *
 * The coded bytes were made with Node's zlib.brotliCompressSync and its window parameters.
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

/* The first byte holds the window's size, and bits of the block's header. */
#define WINDOW_4M "\x0b"
#define WINDOW_16M "\x0f"
/* An uncompressed block and an empty last one. */
#define HELLO "\2\x80hello\3"

static const struct cr_test_coded cases[] = {
  { "no bytes at all", CR_SPAN_INIT(""), 0, CR_SPAN_INIT("") },
  { "nothing in it", CR_SPAN_INIT("\x3b"), 0, CR_SPAN_INIT("") },
  { "one block", CR_SPAN_INIT(WINDOW_4M HELLO), 0, CR_SPAN_INIT("hello") },
  { "a window of 16 MB, the largest of RFC 7932", CR_SPAN_INIT(WINDOW_16M HELLO), 0,
    CR_SPAN_INIT("hello") },
  { "a window of 64 MB, by an extension outside the RFC",
    CR_SPAN_INIT("\x11\x1a\x08\0\2"
                 "hello\3"),
    CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "text behind it", CR_SPAN_INIT(WINDOW_4M HELLO "text"), 0, CR_SPAN_INIT("hello") },
  { "a second stream is not decoded", CR_SPAN_INIT(WINDOW_4M HELLO WINDOW_4M HELLO), 0,
    CR_SPAN_INIT("hello") },
  { "no last block", CR_SPAN_INIT(WINDOW_4M "\2\x80hello"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "cut short in the block", CR_SPAN_INIT(WINDOW_4M "\2\x80hel"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hel") },
  { "a reserved window size", CR_SPAN_INIT("\x11\0"), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "gzip instead", CR_SPAN_INIT("\x1f\x8b\x8\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
};

static void one_stream_is_decoded(void **state)
{
  (void)state;
  cr_test_inflate_table("br", cases, sizeof(cases) / sizeof(cases[0]));
}

enum { STOPPED = 7 };

static int stop(void *arg, const char *data, size_t bytes)
{
  *(size_t *)arg += bytes;
  (void)data;
  return STOPPED;
}

static void a_million_bytes_from_fourteen_come_in_pieces(void **state)
{
  static const struct cr_span bomb =
      CR_SPAN_INIT("\x5b\x3f\x42\x8f\x5f\x22\x2c\x1e\xb\4\xf2\x73\x1e\0");
  struct cr_mem mem;
  struct cr_buf text;
  struct cr_inflate *inf = NULL;
  size_t got = 0;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&text, &mem, CR_MEM_BODY, 2000000);
  assert_int_equal(cr_test_inflate(&text, "br", bomb, SIZE_MAX), 0);
  assert_int_equal(text.len, 1000000);
  cr_buf_free(&text);

  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("br")), 0);
  assert_int_equal(cr_inflate_add(inf, bomb.at, bomb.len, stop, &got), STOPPED);
  assert_in_range(got, 1, CR_CODER_OUT_BYTES);
  assert_true(mem.used[CR_MEM_FETCH] > CR_CODER_OUT_BYTES); /* the library's memory is ours */
  assert_true(mem.blocks >= 3);
  cr_inflate_close(inf);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_stream_is_decoded),
    cmocka_unit_test(a_million_bytes_from_fourteen_come_in_pieces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

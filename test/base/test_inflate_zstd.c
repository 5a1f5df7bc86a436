/* SPDX-License-Identifier: MIT */
/* test_inflate_zstd.c - the content coding zstd, by libzstd.
 *
 * Frames by hand, after RFC 8878 section 3.1.1: magic number, flags, window, a raw block.
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

#define MAGIC "\x28\xb5\x2f\xfd"
#define HELLO_BLOCK "\x29\0\0hello" /* last, raw, 5 bytes */
#define HELLO_XXH64 "\xa3\x6d\x9f\x88"
/* No flags (or the one for a checksum), a window of 2 MB: 1 << (10 + (0x58 >> 3)). */
#define HELLO MAGIC "\0\x58" HELLO_BLOCK
#define CHECKED MAGIC "\4\x58" HELLO_BLOCK
#define EMPTY MAGIC "\0\x58\1\0\0"
#define SKIPPABLE "\x5a\x2a\x4d\x18\3\0\0\0abc"

static const struct cr_test_coded cases[] = {
  { "no bytes at all", CR_SPAN_INIT(""), 0, CR_SPAN_INIT("") },
  { "a frame", CR_SPAN_INIT(HELLO), 0, CR_SPAN_INIT("hello") },
  { "a frame with a checksum", CR_SPAN_INIT(CHECKED HELLO_XXH64), 0, CR_SPAN_INIT("hello") },
  { "an empty frame", CR_SPAN_INIT(EMPTY), 0, CR_SPAN_INIT("") },
  { "two frames and an empty one between", CR_SPAN_INIT(HELLO EMPTY HELLO), 0,
    CR_SPAN_INIT("hellohello") },
  { "a window of 8 MB, which RFC 9659 allows", CR_SPAN_INIT(MAGIC "\0\x68" HELLO_BLOCK), 0,
    CR_SPAN_INIT("hello") },
  { "a window of 9 MB", CR_SPAN_INIT(MAGIC "\0\x69" HELLO_BLOCK), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
  { "a window of 16 MB", CR_SPAN_INIT(MAGIC "\0\x70" HELLO_BLOCK), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
  { "the largest window there is", CR_SPAN_INIT(MAGIC "\0\xff" HELLO_BLOCK), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
  { "skippable frames before and between", CR_SPAN_INIT(SKIPPABLE HELLO SKIPPABLE HELLO), 0,
    CR_SPAN_INIT("hellohello") },
  { "a skippable frame only", CR_SPAN_INIT(SKIPPABLE), 0, CR_SPAN_INIT("") },
  { "a skippable frame cut short", CR_SPAN_INIT("\x5a\x2a\x4d\x18\3\0\0\0ab"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
  { "text behind it", CR_SPAN_INIT(HELLO "text"), 0, CR_SPAN_INIT("hello") },
  { "part of a magic number behind it", CR_SPAN_INIT(HELLO "\x28\xb5\x2f"), 0,
    CR_SPAN_INIT("hello") },
  { "not quite a magic number behind it", CR_SPAN_INIT(HELLO "\x28\xb5\x2f\xfetext"), 0,
    CR_SPAN_INIT("hello") },
  { "not quite a skippable frame behind it", CR_SPAN_INIT(HELLO "\x5a\x2a\x4d\x19text"), 0,
    CR_SPAN_INIT("hello") },
  { "half a magic number", CR_SPAN_INIT("\x28\xb5"), CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "a frame cut short in its header", CR_SPAN_INIT(MAGIC "\0"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
  { "a frame cut short in its block", CR_SPAN_INIT(MAGIC "\0\x58\x29\0\0hel"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hel") },
  { "a frame without its checksum", CR_SPAN_INIT(CHECKED), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "a frame with a wrong checksum", CR_SPAN_INIT(CHECKED "\xa3\x6d\x9f\x89"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hello") },
  { "the second frame cut short", CR_SPAN_INIT(HELLO MAGIC "\0\x58\x29\0\0hel"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("hellohel") },
  { "a frame that wants a dictionary", CR_SPAN_INIT(MAGIC "\1\x58\x77" HELLO_BLOCK),
    CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "a reserved block type", CR_SPAN_INIT(MAGIC "\0\x58\x2f\0\0hello"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
  { "a format from before the RFC (zstd 0.7)", CR_SPAN_INIT("\x27\xb5\x2f\xfd\0\x58" HELLO_BLOCK),
    CRAWLER_E_FORMAT, CR_SPAN_INIT("") },
  { "gzip instead", CR_SPAN_INIT("\x1f\x8b\x8\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"), CRAWLER_E_FORMAT,
    CR_SPAN_INIT("") },
};

static void all_frames_within_the_window_limit_are_decoded(void **state)
{
  (void)state;
  cr_test_inflate_table("zstd", cases, sizeof(cases) / sizeof(cases[0]));
}

struct cap {
  size_t bytes;
  size_t max_bytes;
};

enum { STOPPED = 7 };

static int stop_at_cap(void *arg, const char *data, size_t bytes)
{
  struct cap *cap = arg;
  (void)data;
  assert_in_range(bytes, 1, CR_CODER_OUT_BYTES);
  cap->bytes += bytes;
  return cap->bytes > cap->max_bytes ? STOPPED : 0;
}

/* Blocks of 128 KB from four bytes each (RLE_Block, RFC 8878 section 3.1.1.2.2), without end. */
static void a_bomb_of_repeated_bytes_is_stopped_early(void **state)
{
  static const struct cr_span head = CR_SPAN_INIT("\x28\xb5\x2f\xfd\x00\x58");
  static const struct cr_span block = CR_SPAN_INIT("\x02\x00\x10"
                                                   "a");
  struct cr_mem mem;
  struct cr_inflate *inf = NULL;
  struct cap cap = { .max_bytes = 10 * 1000 * 1000 };
  int err = 0;
  size_t blocks = 0;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("zstd")), 0);
  assert_int_equal(cr_inflate_add(inf, head.at, head.len, stop_at_cap, &cap), 0);
  for (; !err; blocks++)
    err = cr_inflate_add(inf, block.at, block.len, stop_at_cap, &cap);
  assert_int_equal(err, STOPPED);
  assert_in_range(cap.bytes, cap.max_bytes, cap.max_bytes + CR_CODER_OUT_BYTES);
  assert_int_equal(blocks, 77); /* 10,000,000 / 131,072, rounded up */
  /* The library's memory is ours: a window of 2 MB in this frame. */
  assert_true(mem.used[CR_MEM_FETCH] > 2 * 1024 * 1024);
  assert_true(mem.blocks >= 3);
  cr_inflate_close(inf);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_frames_within_the_window_limit_are_decoded),
    cmocka_unit_test(a_bomb_of_repeated_bytes_is_stopped_early),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_inflate_whole.c - gzip of a body that is there in one piece, against the stream's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/inflate_whole.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "support/inflated.h"
#include "support/oom.h"

enum { TEXT_MAX = 3 << 19, CODED_MAX = 2 << 20, GZIP_WINDOW = 15 + 16, MEM_LEVEL = 8 };

static char text[TEXT_MAX];
static char coded[CODED_MAX];

/* Words, with repetitions near and far. */
static void write_text(uint64_t seed)
{
  struct cr_random random = { seed };

  for (size_t at = 0; at < TEXT_MAX;) {
    uint64_t draw = cr_random_next(&random);
    size_t len = 1 + draw % 40;
    if (len > TEXT_MAX - at)
      len = TEXT_MAX - at;
    if (draw % 3 > 0 && at > len)
      memmove(text + at, text + (draw >> 8) % (at - len), len);
    else
      for (size_t i = 0; i < len; i++)
        text[at + i] = (char)('a' + (draw >> (i % 56)) % 26);
    at += len;
  }
}

/* The first bytes of text, as one member, into coded. */
static struct cr_span zip(size_t bytes, int level, int strategy)
{
  z_stream z = { .zalloc = NULL };

  assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, MEM_LEVEL, strategy), Z_OK);
  z.next_in = (Bytef *)text;
  z.avail_in = (uInt)bytes;
  z.next_out = (Bytef *)coded;
  z.avail_out = CODED_MAX;
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  size_t len = z.total_out;
  assert_int_equal(deflateEnd(&z), Z_OK);
  return cr_span(coded, len);
}

static void open_out(struct cr_buf *out, struct cr_mem *mem, size_t max_bytes)
{
  cr_test_mem_init(mem);
  cr_buf_init(out, mem, CR_MEM_BODY, max_bytes);
}

static void close_out(struct cr_buf *out, struct cr_mem *mem)
{
  cr_buf_free(out);
  cr_test_mem_done(mem);
}

static void bodies_of_all_sizes_are_decoded(void **state)
{
  static const size_t sizes[] = { 0, 1, 2, 63, 64, 1000, 16384, 16385, 100000, 1 << 20 };
  static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED };
  (void)state;

  write_text(1);
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
    for (int level = 0; level <= 9; level += 3)
      for (size_t s = 0; s < sizeof(strategies) / sizeof(strategies[0]); s++) {
        struct cr_mem mem;
        struct cr_buf out;
        open_out(&out, &mem, TEXT_MAX);
        assert_true(
            cr_inflate_whole(&out, CR_SPAN(" GZip\t"), zip(sizes[i], level, strategies[s])));
        assert_int_equal(out.len, sizes[i]);
        assert_memory_equal(out.data, text, sizes[i]);
        assert_int_equal(out.data[out.len], '\0');
        close_out(&out, &mem);
      }
}

static void what_is_left_to_the_stream(void **state)
{
  (void)state;
  write_text(2);
  static const struct {
    const char *codings;
    size_t bytes; /* of text */
    size_t max_bytes;
    size_t drop;        /* of the coded bytes, at their end */
    const char *behind; /* appended */
    bool is_decoded;
  } rows[] = {
    { "gzip", 5000, 5000, 0, "", true },
    { "x-gzip", 5000, 5000, 0, "", true },
    { "", 5000, 5000, 0, "", false },
    { "gzip, gzip", 5000, 5000, 0, "", false },
    { "deflate", 5000, 5000, 0, "", false },
    { "gzip", 5000, 4999, 0, "", false },
    { "gzip", 5000, 0, 0, "", false },
    { "gzip", 5000, 5000, 1, "", false },
    { "gzip", 5000, 5000, 8, "", false },
    { "gzip", 5000, 1 << 20, 0, "text behind", false },
    { "gzip", 5000, 1 << 20, 0, "x", false },
    { "gzip", 1 << 20, TEXT_MAX, 0, "", true },
    { "gzip", (1 << 20) + 1, TEXT_MAX, 0, "", false },
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_mem mem;
    struct cr_buf out;
    struct cr_span wire = zip(rows[i].bytes, 6, Z_DEFAULT_STRATEGY);
    wire.len -= rows[i].drop;
    memcpy(coded + wire.len, rows[i].behind, strlen(rows[i].behind));
    wire.len += strlen(rows[i].behind);
    open_out(&out, &mem, rows[i].max_bytes);
    bool is_decoded = cr_inflate_whole(&out, cr_span_text(rows[i].codings), wire);
    if (is_decoded != rows[i].is_decoded)
      fail_msg("row %zu: decoded %d", i, is_decoded);
    assert_int_equal(out.len, is_decoded ? rows[i].bytes : 0);
    close_out(&out, &mem);
  }
}

/* A length that DEFLATE can't expand to makes no buffer. */
static void a_lie_takes_no_memory(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;
  (void)state;

  write_text(3);
  struct cr_span wire = zip(300, 9, Z_DEFAULT_STRATEGY);
  assert_true(wire.len < 1000);
  memcpy(coded + wire.len - 4, "\xff\xff\x0f\0", 4);
  open_out(&out, &mem, TEXT_MAX);
  assert_false(cr_inflate_whole(&out, CR_SPAN("gzip"), wire));
  assert_int_equal(out.cap, 0);
  memcpy(coded + wire.len - 4, "\xff\xff\xff\xff", 4);
  assert_false(cr_inflate_whole(&out, CR_SPAN("gzip"), wire));
  assert_int_equal(out.cap, 0);
  close_out(&out, &mem);
}

/* Flips, cuts and joins: where it says yes, the stream says the same. */
static void damage_is_never_accepted_that_the_stream_refuses(void **state)
{
  enum { ROUNDS = 20000, BYTES_MAX = 400 };
  struct cr_random random = { 5 };
  size_t accepted = 0;
  (void)state;

  write_text(4);
  for (size_t i = 0; i < ROUNDS; i++) {
    struct cr_mem mem;
    struct cr_mem stream_mem;
    struct cr_buf out;
    struct cr_buf streamed;
    uint64_t draw = cr_random_next(&random);
    struct cr_span wire = zip(draw % BYTES_MAX, (int)(draw >> 12 & 7), Z_DEFAULT_STRATEGY);
    if (draw >> 20 & 7)
      coded[(draw >> 24) % wire.len] ^= (char)(1 << (draw >> 50) % 8);
    open_out(&out, &mem, TEXT_MAX);
    open_out(&streamed, &stream_mem, TEXT_MAX);
    int err = cr_test_inflate(&streamed, "gzip", wire, wire.len);
    if (cr_inflate_whole(&out, CR_SPAN("gzip"), wire)) {
      accepted++;
      assert_int_equal(err, 0);
      assert_int_equal(out.len, streamed.len);
      assert_memory_equal(out.data, streamed.len > 0 ? streamed.data : "", out.len);
    }
    close_out(&streamed, &stream_mem);
    close_out(&out, &mem);
  }
  assert_in_range(accepted, ROUNDS / 8, ROUNDS - 1);
}

static void decode_once(struct cr_mem *mem, void *arg)
{
  struct cr_buf out;

  cr_buf_init(&out, mem, CR_MEM_BODY, TEXT_MAX);
  bool is_decoded = cr_inflate_whole(&out, CR_SPAN("gzip"), *(struct cr_span *)arg);
  assert_true(is_decoded || cr_test_oom_refused(mem));
  cr_buf_free(&out);
}

static void without_memory_nothing_is_decoded(void **state)
{
  (void)state;
  write_text(6);
  struct cr_span wire = zip(10000, 6, Z_DEFAULT_STRATEGY);
  cr_test_oom(decode_once, &wire);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bodies_of_all_sizes_are_decoded),
    cmocka_unit_test(what_is_left_to_the_stream),
    cmocka_unit_test(a_lie_takes_no_memory),
    cmocka_unit_test(damage_is_never_accepted_that_the_stream_refuses),
    cmocka_unit_test(without_memory_nothing_is_decoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

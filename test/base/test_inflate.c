/* SPDX-License-Identifier: MIT */
/* NEEDS: brotli zstd */
/* test_inflate.c - content codings end to end: real files, stacks, bombs, broken data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/inflate.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "support/file.h"
#include "support/inflated.h"
#include "support/oom.h"

enum { BODY_MAX = 4 * 1024 * 1024 };

struct version {
  size_t bytes;
  uint32_t crc; /* by another decoder (Python's zlib) */
};

static const struct version gzip_page = { 74837, 0xa3576c3du };
static const struct version deflate_page = { 74840, 0x4519c549u };

/* See the README beside the files. */
static const struct {
  const char *file;
  const char *codings;
  const struct version *want;
} pages[] = {
  { "html-gzip.bin", "gzip", &gzip_page },
  { "html-gzip.bin", " X-GZip , identity", &gzip_page },
  { "html-zlibdeflate.bin", "deflate", &deflate_page },
  { "html-rawdeflate.bin", "Deflate", &deflate_page },
  { "html-gzip-deflate.bin", "gzip, deflate", &gzip_page },
  { "html-br.bin", "br", &gzip_page },
  { "html-zstd-static-content-size.bin", "zstd", &gzip_page },
  { "html-zstd-static-no-content-size.bin", "zstd", &gzip_page },
  { "html-zstd-streaming-no-content-size.bin", "zstd", &gzip_page },
};

enum { PAGES = sizeof(pages) / sizeof(pages[0]) };

static struct cr_span read_coded(struct cr_mem *mem, const char *name)
{
  char path[200];
  size_t len = 0;

  assert_true(snprintf(path, sizeof(path), "http/compressed/%s", name) < (int)sizeof(path));
  char *data = cr_test_file_read(mem, path, &len);
  return cr_span(data, len);
}

static void free_span(struct cr_mem *mem, struct cr_span span)
{
  union {
    const char *borrowed;
    char *owned;
  } at = { .borrowed = span.at };
  cr_free(mem, at.owned);
}

static void every_real_file_decodes_to_its_page(void **state)
{
  struct cr_mem mem;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < PAGES; i++) {
    struct cr_span body = read_coded(&mem, pages[i].file);
    cr_buf_init(&buf, &mem, CR_MEM_BODY, BODY_MAX);
    assert_int_equal(cr_test_inflate_all_ways(&buf, pages[i].codings, body), 0);
    assert_int_equal(buf.len, pages[i].want->bytes);
    assert_int_equal(crc32(0, (const Bytef *)buf.data, (uInt)buf.len), pages[i].want->crc);
    cr_buf_free(&buf);
    free_span(&mem, body);
  }
  cr_test_mem_done(&mem);
}

static void a_file_cut_short_gives_its_beginning_and_an_error(void **state)
{
  struct cr_mem mem;
  struct cr_buf whole;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < PAGES; i++) {
    struct cr_span body = read_coded(&mem, pages[i].file);
    cr_buf_init(&whole, &mem, CR_MEM_BODY, BODY_MAX);
    assert_int_equal(cr_test_inflate(&whole, pages[i].codings, body, SIZE_MAX), 0);
    for (size_t cut = 1; cut < body.len; cut += 1 + body.len / 97) {
      cr_buf_init(&buf, &mem, CR_MEM_BODY, BODY_MAX);
      struct cr_span part = { body.at, body.len - cut };
      assert_int_equal(cr_test_inflate(&buf, pages[i].codings, part, SIZE_MAX), CRAWLER_E_FORMAT);
      assert_in_range(buf.len, 0, whole.len);
      if (buf.len > 0)
        assert_memory_equal(buf.data, whole.data, buf.len);
      cr_buf_free(&buf);
    }
    cr_buf_free(&whole);
    free_span(&mem, body);
  }
  cr_test_mem_done(&mem);
}

static void what_follows_the_end_is_ignored(void **state)
{
  static const char garbage[] = "\0\0\x1f<!-- served by -->\x28\xb5";
  struct cr_mem mem;
  struct cr_buf body;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < PAGES; i++) {
    struct cr_span file = read_coded(&mem, pages[i].file);
    cr_buf_init(&body, &mem, CR_MEM_BODY, BODY_MAX);
    cr_buf_init(&buf, &mem, CR_MEM_BODY, BODY_MAX);
    assert_int_equal(cr_buf_add(&body, file.at, file.len), 0);
    assert_int_equal(cr_buf_add(&body, garbage, sizeof(garbage) - 1), 0);
    assert_int_equal(cr_test_inflate_all_ways(&buf, pages[i].codings, cr_span(body.data, body.len)),
                     0);
    assert_int_equal(buf.len, pages[i].want->bytes);
    cr_buf_free(&buf);
    cr_buf_free(&body);
    free_span(&mem, file);
  }
  cr_test_mem_done(&mem);
}

static void codings_are_read_as_a_list(void **state)
{
  static const struct {
    const char *codings;
    int want;
    bool decodes;
  } cases[] = {
    { "", 0, false },
    { " ", 0, false },
    { ",, ,", 0, false },
    { "identity", 0, false },
    { "Identity, IDENTITY", 0, false },
    { "gzip", 0, true },
    { "GZIP", 0, true },
    { ",gzip,", 0, true },
    { "gzip,deflate\t,br", 0, true },
    { "gzip,gzip,gzip,identity", 0, true },
    { "gzip,gzip,gzip,gzip", CRAWLER_E_UNSUPPORTED, false },
    { "compress", CRAWLER_E_UNSUPPORTED, false },
    { "gzip, sdch", CRAWLER_E_UNSUPPORTED, false },
    { "sdch, gzip", CRAWLER_E_UNSUPPORTED, false },
    { "gzip deflate", CRAWLER_E_UNSUPPORTED, false },
    { "gzi", CRAWLER_E_UNSUPPORTED, false },
    { "gzip;q=1", CRAWLER_E_UNSUPPORTED, false },
  };
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_inflate *inf = NULL;
    int err = cr_inflate_open(&inf, &mem, cr_span_text(cases[i].codings));
    assert_int_equal(err, cases[i].want);
    assert_int_equal(inf != NULL, cases[i].decodes);
    if (inf)
      assert_int_equal(cr_inflate_end(inf), 0); /* no body at all is complete */
    cr_inflate_close(inf);
  }
  cr_test_mem_done(&mem);
}

struct cap {
  size_t bytes;
  size_t calls;
  size_t max_bytes;
};

enum { STOPPED = 42, WIRE_PIECE = 16384 };

static int stop_at_cap(void *arg, const char *data, size_t bytes)
{
  struct cap *cap = arg;
  (void)data;
  assert_in_range(bytes, 1, 16384);
  cap->bytes += bytes;
  cap->calls++;
  return cap->bytes > cap->max_bytes ? STOPPED : 0;
}

static void the_sink_stops_a_bomb_early(void **state)
{
  struct cr_mem mem;
  struct cr_inflate *inf = NULL;
  struct cap cap = { .max_bytes = 100 * 1000 };
  (void)state;

  cr_test_mem_init(&mem);
  struct cr_span body = read_coded(&mem, "bomb-deflate.bin");
  int64_t before = cr_mem_used(&mem);
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("deflate")), 0);
  assert_int_equal(cr_inflate_add(inf, body.at, body.len, stop_at_cap, &cap), STOPPED);
  assert_in_range(cap.bytes, cap.max_bytes, cap.max_bytes + 16384);
  assert_true(cr_mem_used(&mem) - before < 100 * 1000);
  size_t calls = cap.calls;
  assert_int_equal(cr_inflate_add(inf, body.at, body.len, stop_at_cap, &cap), STOPPED);
  assert_int_equal(cr_inflate_end(inf), STOPPED);
  assert_int_equal(cap.calls, calls); /* stopped is stopped */
  cr_inflate_close(inf);

  cap = (struct cap){ .max_bytes = SIZE_MAX };
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("deflate")), 0);
  for (size_t at = 0; at < body.len; at += WIRE_PIECE) {
    size_t bytes = body.len - at < WIRE_PIECE ? body.len - at : WIRE_PIECE;
    assert_int_equal(cr_inflate_add(inf, body.at + at, bytes, stop_at_cap, &cap), 0);
  }
  assert_int_equal(cr_inflate_end(inf), 0);
  assert_int_equal(cap.bytes, 11511612);
  cr_inflate_close(inf);
  free_span(&mem, body);
  cr_test_mem_done(&mem);
}

/* gzip of `bytes` made of `unit` over and over. */
static void gzip_repeated(struct cr_buf *out, struct cr_span unit, size_t bytes)
{
  unsigned char piece[4096];
  z_stream zs = { .zalloc = NULL };
  int result = Z_OK;

  assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  while (result != Z_STREAM_END) {
    if (zs.avail_in == 0 && bytes > 0) {
      zs.next_in = (Bytef *)(uintptr_t)unit.at;
      zs.avail_in = (uInt)(bytes < unit.len ? bytes : unit.len);
      bytes -= zs.avail_in;
    }
    zs.next_out = piece;
    zs.avail_out = sizeof(piece);
    result = deflate(&zs, bytes == 0 && zs.avail_in == 0 ? Z_FINISH : Z_NO_FLUSH);
    assert_true(result == Z_OK || result == Z_STREAM_END);
    assert_int_equal(cr_buf_add(out, piece, sizeof(piece) - zs.avail_out), 0);
  }
  (void)deflateEnd(&zs);
}

/* Empty stored blocks (RFC 1951 section 3.2.4): endless work, and nothing for a sink to count. */
static void a_stack_that_expands_inside_and_yields_nothing_is_broken(void **state)
{
  static char blocks[5 * 1000];
  struct cr_mem mem;
  struct cr_buf coded;
  struct cr_inflate *inf = NULL;
  struct cap cap = { .max_bytes = SIZE_MAX };
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(blocks); i += 5)
    memcpy(blocks + i, "\0\0\0\xff\xff", 5);
  cr_buf_init(&coded, &mem, CR_MEM_BODY, BODY_MAX);
  gzip_repeated(&coded, cr_span(blocks, sizeof(blocks)), 40 * 1000 * 1000);
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("deflate, gzip")), 0);
  assert_int_equal(cr_inflate_add(inf, coded.data, coded.len, stop_at_cap, &cap), CRAWLER_E_FORMAT);
  assert_int_equal(cap.calls, 0);
  cr_inflate_close(inf);
  cr_buf_free(&coded);
  cr_test_mem_done(&mem);
}

/* 20 MB of zeros from 20 KB: 1,029 times. */
static void a_ratio_that_is_too_high_stops_the_stream(void **state)
{
  static const struct {
    int64_t ratio;
    int err;
  } cases[] = {
    { 0, 0 }, { -1, 0 }, { 2000, 0 }, { 1000, CRAWLER_E_LIMIT }, { 1, CRAWLER_E_LIMIT }
  };
  static const char zeros[4096];
  enum { BYTES = 20 * 1000 * 1000 };
  struct cr_mem mem;
  struct cr_buf coded;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&coded, &mem, CR_MEM_BODY, BODY_MAX);
  gzip_repeated(&coded, cr_span(zeros, sizeof(zeros)), BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_inflate *inf = NULL;
    struct cap cap = { .max_bytes = SIZE_MAX };
    assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("gzip")), 0);
    cr_inflate_limit(inf, cases[i].ratio);
    assert_int_equal(cr_inflate_add(inf, coded.data, coded.len, stop_at_cap, &cap), cases[i].err);
    if (cases[i].err == 0)
      assert_int_equal(cap.bytes, BYTES);
    else /* what comes before says nothing yet */
      assert_true(cap.bytes < BYTES && cap.bytes > CR_INFLATE_FREE - (16 << 10));
    cr_inflate_close(inf);
  }
  cr_buf_free(&coded);
  cr_test_mem_done(&mem);
}

static void an_honest_stack_of_three_decodes_at_any_size(void **state)
{
  struct cr_mem mem;
  struct cr_buf coded[3];
  struct cr_inflate *inf = NULL;
  struct cap cap = { .max_bytes = SIZE_MAX };
  enum { BYTES = 50 * 1000 * 1000 };
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < 3; i++)
    cr_buf_init(&coded[i], &mem, CR_MEM_BODY, BODY_MAX);
  gzip_repeated(&coded[0], CR_SPAN("The same line over and over.\n"), BYTES);
  gzip_repeated(&coded[1], cr_span(coded[0].data, coded[0].len), coded[0].len);
  gzip_repeated(&coded[2], cr_span(coded[1].data, coded[1].len), coded[1].len);
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("gzip, gzip, x-gzip")), 0);
  assert_int_equal(cr_inflate_add(inf, coded[2].data, coded[2].len, stop_at_cap, &cap), 0);
  assert_int_equal(cr_inflate_end(inf), 0);
  assert_int_equal(cap.bytes, BYTES);
  cr_inflate_close(inf);
  for (size_t i = 0; i < 3; i++)
    cr_buf_free(&coded[i]);
  cr_test_mem_done(&mem);
}

static void damaged_data_never_does_more_than_fail(void **state)
{
  struct cr_mem mem;
  struct cr_buf body;
  struct cr_buf buf;
  struct cr_random random = { 17 };
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < PAGES; i++) {
    struct cr_span file = read_coded(&mem, pages[i].file);
    for (int round = 0; round < 60; round++) {
      cr_buf_init(&body, &mem, CR_MEM_BODY, BODY_MAX);
      cr_buf_init(&buf, &mem, CR_MEM_BODY, BODY_MAX);
      assert_int_equal(cr_buf_add(&body, file.at, file.len), 0);
      for (int k = 0; k < 1 + round % 5; k++)
        body.data[cr_random_below(&random, round % 2 ? 40 : body.len)] ^=
            (char)(1 + cr_random_below(&random, 255));
      int err = cr_test_inflate(&buf, pages[i].codings, cr_span(body.data, body.len), 4096);
      assert_true(err == 0 || err == CRAWLER_E_FORMAT || err == CRAWLER_E_LIMIT);
      cr_buf_free(&buf);
      cr_buf_free(&body);
    }
    free_span(&mem, file);
  }
  cr_test_mem_done(&mem);
}

static void random_bytes_never_do_more_than_fail(void **state)
{
  static const char *const codings[] = { "gzip", "deflate", "br", "zstd", "zstd, br, gzip" };
  struct cr_mem mem;
  struct cr_buf buf;
  struct cr_random random = { 23 };
  char bytes[300];
  (void)state;

  cr_test_mem_init(&mem);
  for (int round = 0; round < 2000; round++) {
    for (size_t i = 0; i < sizeof(bytes); i++)
      bytes[i] = (char)cr_random_next(&random);
    cr_buf_init(&buf, &mem, CR_MEM_BODY, BODY_MAX);
    int err = cr_test_inflate(&buf, codings[round % 5], cr_span(bytes, sizeof(bytes)), 100);
    assert_true(err == 0 || err == CRAWLER_E_FORMAT || err == CRAWLER_E_LIMIT);
    cr_buf_free(&buf);
  }
  cr_test_mem_done(&mem);
}

/* ---- a sink that wants no more for now ---- */

struct patient {
  uLong crc;
  size_t bytes;
  size_t waits;
};

static int take_and_wait(void *arg, const char *data, size_t bytes)
{
  struct patient *p = arg;

  p->crc = crc32(p->crc, (const Bytef *)data, (uInt)bytes);
  p->bytes += bytes;
  p->waits++;
  return CR_INFLATE_LATER;
}

/* A piece at a time, which is gone when all of it was decoded. */
static void decode_patiently(struct patient *p, struct cr_inflate *inf, struct cr_span body)
{
  char piece[3000];

  while (body.len > 0) {
    size_t bytes = body.len < sizeof(piece) ? body.len : sizeof(piece);
    memcpy(piece, body.at, bytes);
    int err = cr_inflate_add(inf, piece, bytes, take_and_wait, p);
    while (err == CR_INFLATE_LATER) {
      size_t waits = p->waits;
      err = cr_inflate_go_on(inf, take_and_wait, p);
      assert_true(p->waits <= waits + 1);
    }
    assert_int_equal(err, 0);
    memset(piece, 0xa5, bytes);
    body = cr_span(body.at + bytes, body.len - bytes);
  }
  assert_int_equal(cr_inflate_end(inf), 0);
}

static void a_sink_may_wait_after_every_piece(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < PAGES; i++) {
    struct cr_span body = read_coded(&mem, pages[i].file);
    struct cr_inflate *inf = NULL;
    struct patient p = { .crc = crc32(0, NULL, 0) };
    assert_int_equal(cr_inflate_open(&inf, &mem, cr_span_text(pages[i].codings)), 0);
    decode_patiently(&p, inf, body);
    assert_int_equal(p.bytes, pages[i].want->bytes);
    assert_int_equal(p.crc, pages[i].want->crc);
    assert_true(p.waits > 1);
    cr_inflate_close(inf);
    free_span(&mem, body);
  }
  cr_test_mem_done(&mem);
}

static void waiting_in_the_middle_of_a_bomb_costs_no_memory(void **state)
{
  enum { BYTES = 20 * 1000 * 1000 };
  struct cr_mem mem;
  struct cr_buf coded[2];
  struct cr_inflate *inf = NULL;
  struct patient p = { .crc = crc32(0, NULL, 0) };
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < 2; i++)
    cr_buf_init(&coded[i], &mem, CR_MEM_BODY, BODY_MAX);
  gzip_repeated(&coded[0], CR_SPAN("The same line over and over.\n"), BYTES);
  gzip_repeated(&coded[1], cr_span(coded[0].data, coded[0].len), coded[0].len);
  int64_t before = cr_mem_used(&mem);
  assert_int_equal(cr_inflate_open(&inf, &mem, CR_SPAN("gzip, gzip")), 0);
  int err = cr_inflate_add(inf, coded[1].data, coded[1].len, take_and_wait, &p);
  while (err == CR_INFLATE_LATER) {
    assert_true(cr_mem_used(&mem) - before < 200 * 1000);
    err = cr_inflate_go_on(inf, take_and_wait, &p);
  }
  assert_int_equal(err, 0);
  assert_int_equal(cr_inflate_end(inf), 0);
  assert_int_equal(p.bytes, BYTES);
  cr_inflate_close(inf);
  for (size_t i = 0; i < 2; i++)
    cr_buf_free(&coded[i]);
  cr_test_mem_done(&mem);
}

struct coded {
  const char *codings;
  struct cr_span body;
};

static void decode(struct cr_mem *mem, void *arg)
{
  const struct coded *coded = arg;
  struct cr_buf buf;

  cr_buf_init(&buf, mem, CR_MEM_BODY, BODY_MAX);
  int err = cr_test_inflate(&buf, coded->codings, coded->body, 5000);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  cr_buf_free(&buf);
}

static void every_refused_allocation_is_an_ordinary_error(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < PAGES; i++) {
    struct coded coded = { pages[i].codings, read_coded(&mem, pages[i].file) };
    cr_test_oom(decode, &coded);
    free_span(&mem, coded.body);
  }
  cr_test_mem_done(&mem);
}

static void all_codings_are_asked_for(void **state)
{
  (void)state;
  assert_string_equal(cr_inflate_accept_line(), "Accept-Encoding: gzip, deflate, br, zstd");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_codings_are_asked_for),
    cmocka_unit_test(every_real_file_decodes_to_its_page),
    cmocka_unit_test(a_file_cut_short_gives_its_beginning_and_an_error),
    cmocka_unit_test(what_follows_the_end_is_ignored),
    cmocka_unit_test(codings_are_read_as_a_list),
    cmocka_unit_test(the_sink_stops_a_bomb_early),
    cmocka_unit_test(a_stack_that_expands_inside_and_yields_nothing_is_broken),
    cmocka_unit_test(a_ratio_that_is_too_high_stops_the_stream),
    cmocka_unit_test(an_honest_stack_of_three_decodes_at_any_size),
    cmocka_unit_test(a_sink_may_wait_after_every_piece),
    cmocka_unit_test(waiting_in_the_middle_of_a_bomb_costs_no_memory),
    cmocka_unit_test(damaged_data_never_does_more_than_fail),
    cmocka_unit_test(random_bytes_never_do_more_than_fail),
    cmocka_unit_test(every_refused_allocation_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

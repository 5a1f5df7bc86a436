/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemap_hostile.c - sitemaps that are large, endless, or made to cost much.
 *
 * They are made as they are read: no test holds one.
 */
#include "sitemap/sitemap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <time.h>
#include <zlib.h>

#include "crawl/crawler.h"
#include "support/oom.h"
#include "support/sitemap_log.h"

enum { MB = 1 << 20, PIECE = 64 << 10, MEMORY_MAX = 1 << 20 };

struct reading {
  struct cr_mem mem;
  struct cr_sitemap *sitemap;
  uint64_t entries;
  uint64_t fed_bytes;
  int64_t most_bytes;
  int err;
};

static void begin(struct reading *r)
{
  *r = (struct reading){ .entries = 0 };
  cr_test_mem_init(&r->mem);
  assert_int_equal(cr_sitemap_open(&r->sitemap, &r->mem, CR_SPAN("")), 0);
}

static void feed(struct reading *r, const char *data, size_t bytes)
{
  struct cr_sitemap_entry entry;

  r->fed_bytes += bytes;
  while (!r->err && (bytes > 0 || cr_sitemap_is_busy(r->sitemap))) {
    size_t taken = 0;
    r->err = cr_sitemap_add(r->sitemap, data, bytes, &taken);
    data += taken;
    bytes -= taken;
    int64_t used = cr_mem_used(&r->mem);
    r->most_bytes = used > r->most_bytes ? used : r->most_bytes;
    while (cr_sitemap_next(r->sitemap, &entry))
      r->entries++;
  }
}

static void repeat(struct reading *r, const char *text, uint64_t bytes)
{
  char piece[PIECE];
  size_t len = strlen(text);
  size_t whole = 0;

  for (; whole + len <= sizeof(piece); whole += len)
    memcpy(piece + whole, text, len);
  for (uint64_t fed = 0; fed < bytes && !r->err; fed += whole)
    feed(r, piece, whole);
}

static int end(struct reading *r)
{
  int err = cr_sitemap_end(r->sitemap);
  struct cr_sitemap_entry entry;

  while (cr_sitemap_next(r->sitemap, &entry))
    r->entries++;
  cr_sitemap_close(r->sitemap);
  cr_test_mem_done(&r->mem);
  return err;
}

#define ENTRY                                                                               \
  "<url><loc>http://www.example.org/shop/category/product-12345.html</loc>"                 \
  "<lastmod>2024-01-01T00:00:00+00:00</lastmod><changefreq>daily</changefreq><priority>0.5" \
  "</priority></url>\n"

static void fifty_megabytes_take_no_more_memory_than_one(void **state)
{
  int64_t most[2];

  (void)state;
  for (int i = 0; i < 2; i++) {
    struct reading r;
    struct timespec t[2];
    begin(&r);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t[0]);
    feed(&r, "<urlset>", 8);
    repeat(&r, ENTRY, i == 0 ? MB : 50 * MB);
    feed(&r, "</urlset>", 9);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t[1]);
    double s = (double)(t[1].tv_sec - t[0].tv_sec) + (double)(t[1].tv_nsec - t[0].tv_nsec) / 1e9;
    print_message("%.0f MB: %.0f MB/s, at most %lld KB\n", (double)r.fed_bytes / MB,
                  (double)r.fed_bytes / MB / s, (long long)r.most_bytes >> 10);
    most[i] = r.most_bytes;
    assert_int_equal(end(&r), 0);
    assert_int_equal(r.entries, (r.fed_bytes - 17) / strlen(ENTRY));
  }
  assert_int_equal(most[0], most[1]);
  assert_true(most[1] < MEMORY_MAX);
}

static void what_never_ends_takes_no_memory(void **state)
{
  static const struct {
    const char *head, *again;
    uint64_t bytes;
    int err;
  } rows[] = {
    { "", "http://www.example.org/a\r\n", 64 * MB, 0 },
    { "", "no line end ", 64 * MB, 0 },
    { "", " ", 64 * MB, 0 },
    { "<urlset>", "<url><loc>", 8 * MB, CRAWLER_E_LIMIT },         /* depth */
    { "<urlset><url><loc>", "/aaaaaaaa", 64 * MB, 0 },             /* one URL */
    { "<urlset><url>", "<loc>/1</loc><loc>/2</loc>", 16 * MB, 0 }, /* one entry */
    { "<urlset><url><!--", "aaaaaaaa", 8 * MB, CRAWLER_E_LIMIT },  /* one token */
    { "<urlset><url x='", "aaaaaaaa", 8 * MB, CRAWLER_E_LIMIT },
    { "<urlset xmlns:x='http://www.w3.org/1999/xhtml'><url>",
      "<x:link rel='alternate' hreflang='de' href='http://www.example.org/de'/>", 16 * MB, 0 },
    { "<!DOCTYPE u [", "<!ENTITY a 'aaaaaaaaaa'>", 8 * MB, CRAWLER_E_LIMIT },
    { "<rss><channel><item>", "<link>/1</link>", 16 * MB, 0 },
    { "<rss><channel>", "<item><link>/1</link></item>", 16 * MB, 0 },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    struct reading r;
    begin(&r);
    feed(&r, rows[i].head, strlen(rows[i].head));
    repeat(&r, rows[i].again, rows[i].bytes);
    if (r.err != rows[i].err || r.most_bytes > 4 * MB)
      fail_msg("%s%s...: %d, %lld bytes", rows[i].head, rows[i].again, r.err,
               (long long)r.most_bytes);
    (void)end(&r);
  }
}

/* A gigabyte of zeros, as gzip: a megabyte. What it unpacks to is read and not held. */
static void a_gzip_bomb_is_read_in_constant_memory(void **state)
{
  static const char zeros[PIECE];
  char packed[PIECE];
  struct reading r;
  z_stream z = { .next_in = NULL };

  (void)state;
  begin(&r);
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  for (int i = 0; i < 1024 * MB / PIECE && !r.err; i++) {
    z.next_in = (Bytef *)(uintptr_t)zeros;
    z.avail_in = sizeof(zeros);
    while (z.avail_in > 0) {
      z.next_out = (Bytef *)packed;
      z.avail_out = sizeof(packed);
      assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
      feed(&r, packed, sizeof(packed) - z.avail_out);
    }
  }
  (void)deflateEnd(&z);
  assert_int_equal(r.err, 0);
  assert_true(cr_sitemap_read_bytes(r.sitemap) > 1000 * (uint64_t)MB);
  assert_true(r.most_bytes < MEMORY_MAX);
  assert_int_equal(r.entries, 0);
  assert_int_equal(end(&r), CRAWLER_E_FORMAT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fifty_megabytes_take_no_more_memory_than_one),
    cmocka_unit_test(what_never_ends_takes_no_memory),
    cmocka_unit_test(a_gzip_bomb_is_read_in_constant_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemap.c - what a sitemap lists, read by cursor: formats, codings, stopping and going on.
 */
#include "sitemap/sitemap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zlib.h>

#include "crawl/crawler.h"
#include "support/oom.h"
#include "support/sitemap_log.h"

#define T(literal) CR_SPAN_INIT(literal)
#define SET "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>"

enum { LOG_MAX = 1 << 20 };

/* text, packed as gzip, at the end of *out. */
static void pack(struct cr_buf *out, struct cr_span text)
{
  char room[65536];
  z_stream z = { .next_in = (Bytef *)(uintptr_t)text.at, .avail_in = (uInt)text.len };

  z.next_out = (Bytef *)room;
  z.avail_out = sizeof(room);
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  assert_int_equal(cr_buf_add(out, room, sizeof(room) - z.avail_out), 0);
  (void)deflateEnd(&z);
}

static void the_first_bytes_tell_the_format(void **state)
{
  static const struct cr_sitemap_row rows[] = {
    { "urlset", T(SET), "page /1\npage /2\n", 0, CR_SITEMAP_URLSET },
    { "index", T("<sitemapindex><sitemap><loc>/1</loc></sitemap></sitemapindex>"), "sitemap /1\n",
      0, CR_SITEMAP_INDEX },
    { "text", T("http://a.example/"), "page http://a.example/\n", 0, CR_SITEMAP_TEXT },
    { "RSS", T("<rss><channel><item><link>/1</link></item></channel></rss>"), "page /1\n", 0,
      CR_SITEMAP_RSS },
    { "Atom",
      T("<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/1'/></entry></feed>"),
      "page /1\n", 0, CR_SITEMAP_ATOM },
    { "HTML", T("<html><a href='/1'>x</a></html>"), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "nothing", T(""), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "gzip that isn't", T("\x1f\x8b\1"), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "zeros", T("\0\0\0\0\0"), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
  };

  (void)state;
  cr_test_sitemap_table(rows, sizeof(rows) / sizeof(*rows));
}

static void check_coded(struct cr_mem *mem, const char *codings, struct cr_span body, int err)
{
  static const size_t pieces[] = { SIZE_MAX / 2, 1, 7 };

  for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
    struct cr_sitemap_log log = { .entries = 0 };
    cr_buf_init(&log.text, mem, CR_MEM_CORE, LOG_MAX);
    assert_int_equal(cr_test_sitemap_read(mem, &log, codings, body, pieces[i]), err);
    assert_string_equal(log.text.data, "page /1\npage /2\n");
    assert_int_equal(log.read_bytes, strlen(SET));
    cr_buf_free(&log.text);
  }
}

static void gzip_is_undone_whatever_the_header_says(void **state)
{
  struct cr_buf once;
  struct cr_buf twice;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&once, &mem, CR_MEM_CORE, LOG_MAX);
  cr_buf_init(&twice, &mem, CR_MEM_CORE, LOG_MAX);
  pack(&once, CR_SPAN(SET));
  pack(&twice, cr_span(once.data, once.len));
  check_coded(&mem, "", CR_SPAN(SET), 0);
  check_coded(&mem, "gzip", CR_SPAN(SET), 0);
  check_coded(&mem, "identity", cr_span(once.data, once.len), 0);
  check_coded(&mem, "x-gzip", cr_span(once.data, once.len), 0);
  check_coded(&mem, "", cr_span(twice.data, twice.len), 0);
  check_coded(&mem, "gzip", cr_span(twice.data, twice.len), 0);
  check_coded(&mem, "gzip, gzip", cr_span(twice.data, twice.len), 0);
  once.len -= 4; /* of the trailer */
  check_coded(&mem, "", cr_span(once.data, once.len), CRAWLER_E_FORMAT);
  cr_buf_free(&once);
  cr_buf_free(&twice);
  cr_test_mem_done(&mem);
}

static void a_coding_that_is_not_known_is_an_error(void **state)
{
  struct cr_sitemap *sitemap = NULL;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  assert_int_equal(cr_sitemap_open(&sitemap, &mem, CR_SPAN("x-none")), CRAWLER_E_UNSUPPORTED);
  assert_null(sitemap);
  cr_sitemap_close(NULL);
  cr_test_mem_done(&mem);
}

static void it_is_read_entry_by_entry(void **state)
{
  struct cr_span text = CR_SPAN(SET);
  struct cr_sitemap *sitemap = NULL;
  struct cr_sitemap_entry entry;
  struct cr_mem mem;
  size_t taken = 0;

  (void)state;
  cr_test_mem_init(&mem);
  assert_int_equal(cr_sitemap_open(&sitemap, &mem, CR_SPAN("")), 0);
  assert_false(cr_sitemap_next(sitemap, &entry));
  for (size_t at = 0; at < text.len && !cr_sitemap_is_busy(sitemap); at += taken) {
    assert_int_equal(cr_sitemap_add(sitemap, text.at + at, text.len - at, &taken), 0);
    assert_true(taken > 0);
  }
  if (!cr_sitemap_is_busy(sitemap))
    assert_int_equal(cr_sitemap_end(sitemap), 0);
  assert_int_equal(cr_sitemap_add(sitemap, "x", 1, &taken), 0);
  assert_int_equal(taken, 0); /* entries wait */
  assert_true(cr_sitemap_next(sitemap, &entry));
  assert_true(cr_span_eq(entry.loc, CR_SPAN("/1")));
  assert_true(cr_sitemap_is_busy(sitemap));
  assert_true(cr_sitemap_next(sitemap, &entry));
  assert_true(cr_span_eq(entry.loc, CR_SPAN("/2")));
  assert_false(cr_sitemap_next(sitemap, &entry));
  assert_false(cr_sitemap_is_busy(sitemap));
  assert_int_equal(cr_sitemap_end(sitemap), 0);
  cr_sitemap_close(sitemap);
  cr_test_mem_done(&mem);
}

static void read_refused(struct cr_mem *mem, void *arg)
{
  struct cr_sitemap_log log = { .entries = 0 };
  struct cr_mem own;

  cr_mem_init(&own, NULL, NULL, NULL, NULL); /* the log's isn't refused */
  cr_buf_init(&log.text, &own, CR_MEM_CORE, LOG_MAX);
  int err = cr_test_sitemap_read(mem, &log, "", *(const struct cr_span *)arg, 50);
  if (!cr_test_oom_refused(mem))
    assert_int_equal(err, 0);
  else if (err != 0)
    assert_int_equal(err, CRAWLER_E_NOMEM);
  cr_buf_free(&log.text);
}

static void every_allocation_may_fail(void **state)
{
  struct cr_span texts[] = {
    T("<urlset xmlns:x='http://www.w3.org/1999/xhtml'><url><loc>/1</loc><x:link rel='alternate' "
      "hreflang='de' href='/de'/></url></urlset>"),
    T("http://a.example/1\nb.example/2\n"),
    T("<rss><channel><item><link>/1</link><title>x</title></item></channel></rss>"),
    { NULL, 0 },
  };
  struct cr_buf packed;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&packed, &mem, CR_MEM_CORE, LOG_MAX);
  pack(&packed, CR_SPAN(SET));
  texts[3] = cr_span(packed.data, packed.len);
  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
    cr_test_oom(read_refused, &texts[i]);
  cr_buf_free(&packed);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_bytes_tell_the_format),
    cmocka_unit_test(gzip_is_undone_whatever_the_header_says),
    cmocka_unit_test(a_coding_that_is_not_known_is_an_error),
    cmocka_unit_test(it_is_read_entry_by_entry),
    cmocka_unit_test(every_allocation_may_fail),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

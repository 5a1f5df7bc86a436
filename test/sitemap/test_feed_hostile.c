/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_feed_hostile.c - feeds that are made to cost much, or that end early.
 */
#include "sitemap/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/feed_log.h"
#include "support/oom.h"

enum { LOG_MAX = 1 << 16, BIG = 10 * 1000 * 1000 };

struct made {
  struct cr_mem mem;
  struct cr_buf text;
  struct cr_feed_log log;
};

static void make(struct made *made, const char *head)
{
  cr_test_mem_init(&made->mem);
  cr_buf_init(&made->text, &made->mem, CR_MEM_CORE, SIZE_MAX / 2);
  assert_int_equal(cr_buf_add_text(&made->text, head), 0);
}

static void repeat(struct made *made, const char *text, size_t bytes)
{
  size_t len = strlen(text);
  for (size_t at = 0; at < bytes; at += len)
    assert_int_equal(cr_buf_add(&made->text, text, len), 0);
}

/* Whole and by single bytes; want: the log's text. */
static void check_made(struct made *made, const char *tail, int want_err, const char *want)
{
  static const size_t pieces[] = { SIZE_MAX / 2, 1 };

  assert_int_equal(cr_buf_add_text(&made->text, tail), 0);
  for (size_t i = 0; i < 2; i++) {
    made->log = (struct cr_feed_log){ .links = 0 };
    cr_buf_init(&made->log.text, &made->mem, CR_MEM_CORE, LOG_MAX);
    int err = cr_test_feed_read(&made->mem, &made->log, NULL,
                                cr_span(made->text.data, made->text.len), pieces[i]);
    assert_int_equal(err, want_err);
    assert_string_equal(made->log.text.data ? made->log.text.data : "", want);
    cr_buf_free(&made->log.text);
  }
  cr_buf_free(&made->text);
  cr_test_mem_done(&made->mem);
}

static void what_is_too_long_is_left_out_or_cut(void **state)
{
  struct made made;
  (void)state;

  make(&made, "<rss><channel><link>/");
  repeat(&made, "a", BIG);
  check_made(&made, "</link><link>/1</link></channel></rss>", 0, "site 0 /1\n");

  make(&made, "<rss><channel><link>");
  repeat(&made, " ", BIG);
  repeat(&made, "a", CR_FEED_URL_MAX);
  repeat(&made, " ", BIG);
  check_made(&made, "</link></channel></rss>", 0, "site 0 (16384 bytes)\n");

  make(&made, "<rss><channel><link>");
  repeat(&made, "a", CR_FEED_URL_MAX + 1);
  check_made(&made, "</link></channel></rss>", 0, "");

  make(&made, "<rss><channel><item><enclosure url='");
  repeat(&made, "a", CR_FEED_URL_MAX + 1);
  check_made(&made, "'/><link>/1</link></item></channel></rss>", 0, "entry 1 /1\n");

  make(&made, "<rss><channel><item><link>/1</link><enclosure url='");
  repeat(&made, "a", BIG);
  check_made(&made, "'/></item></channel></rss>", CRAWLER_E_LIMIT, "entry 1 /1\n");

  make(&made, "<rss><channel><title>x");
  repeat(&made, "\xc3\xa4", BIG); /* 4,096 bytes would end inside of one */
  check_made(&made, "</title></channel></rss>", 0, "about 0 (4095 bytes)\n");

  make(&made, "<rss><channel><item><guid isPermaLink='false'>http://");
  repeat(&made, "a", BIG);
  check_made(&made, "</guid></item></channel></rss>", 0, "");

  make(&made, "<rss xml:base='");
  repeat(&made, "a", CR_FEED_URL_MAX + 1);
  check_made(&made, "'><channel xml:base='b'><link>1</link></channel></rss>", 0,
             "site 0 1 base=b\n");
}

static void deep_nesting_is_bounded(void **state)
{
  struct made made;
  (void)state;

  make(&made, "<rss><channel><link>/</link>");
  repeat(&made, "<item>", 600000);
  check_made(&made, "", CRAWLER_E_LIMIT, "site 0 /\n");

  make(&made, "<rss xmlns:m='http://search.yahoo.com/mrss/'><channel><item>");
  repeat(&made, "<m:content url='/'>", 500 * strlen("<m:content url='/'>"));
  repeat(&made, "</m:content>", 500 * strlen("</m:content>"));
  check_made(&made, "<link>/1</link></item></channel></rss>", 0,
             "media 1 /\nmedia 1 /\nmedia 1 /\nmedia 1 /\nmedia 1 /\nentry 1 /1\n");
}

static void entities_cost_nothing(void **state)
{
  struct made made;
  (void)state;

  make(&made, "<!DOCTYPE rss [<!ENTITY a '");
  repeat(&made, "a", 60);
  repeat(&made, "'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>", 1);
  check_made(&made, "]><rss><channel><link>&b;</link></channel></rss>", CRAWLER_E_LIMIT, "");

  make(&made, "<!DOCTYPE rss [<!ENTITY a '0123456789abcdef'>]><rss><channel><link>/1</link><link>");
  repeat(&made, "&a;", BIG);
  check_made(&made, "</link></channel></rss>", CRAWLER_E_LIMIT, "site 0 /1\n");
}

static const char sample[] =
    "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e 'x'>]>"
    "<rss xmlns:a='http://www.w3.org/2005/Atom' xml:base='http://a/'><channel><title>A &e;</title>"
    "<a:link href='/s' rel='self'/><item xml:base='b'><guid isPermaLink='false'>http://b/</guid>"
    "<title>B<![CDATA[<c>]]></title><pubDate>26 Aug 76 14:29 EDT</pubDate>"
    "<enclosure url='/e' length='5'/></item><item><link>/2</link></item></channel></rss>";
static const char sample_log[] = "self 0 /s rel=self base=http://a/\n"
                                 "enclosure 1 /e length=5 base=http://a/ base=b\n"
                                 "entry 1 http://b/ base=http://a/ base=b\n"
                                 "about 1 B<c> published=209932140\n"
                                 "entry 2 /2 base=http://a/\n"
                                 "about 0 A x\n";

/* Of the links, nothing but what the whole feed has. The order of abouts changes: those of what is
 * cut off come at the end. */
static void a_feed_cut_anywhere_gives_its_beginning(void **state)
{
  struct cr_mem mem;
  size_t most = 0;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t len = 0; len < sizeof(sample) - 1; len++) {
    struct cr_feed_log log = { .links = 0 };
    cr_buf_init(&log.text, &mem, CR_MEM_CORE, LOG_MAX);
    assert_int_equal(cr_test_feed_read(&mem, &log, NULL, cr_span(sample, len), 5),
                     CRAWLER_E_FORMAT);
    for (size_t at = 0; at < log.text.len;) {
      const char *line = log.text.data + at;
      size_t bytes = (size_t)(strchr(line, '\n') - line);
      if (strncmp(line, "about", 5) != 0)
        assert_non_null(memmem(sample_log, sizeof(sample_log) - 1, line, bytes));
      at += bytes + 1;
    }
    assert_true(log.links >= most);
    most = log.links;
    cr_buf_free(&log.text);
  }
  assert_int_equal(most, 4);
  cr_test_mem_done(&mem);
}

static void a_sink_ends_the_reading(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t calls = 1; calls <= 6; calls++) {
    struct cr_feed_log log = { .stop_after = calls };
    cr_buf_init(&log.text, &mem, CR_MEM_CORE, LOG_MAX);
    assert_int_equal(cr_test_feed_read(&mem, &log, NULL, cr_span(sample, sizeof(sample) - 1), 3),
                     CR_TEST_FEED_STOPPED);
    assert_int_equal(log.links + log.abouts, calls);
    cr_buf_free(&log.text);
  }
  cr_test_mem_done(&mem);
}

static void read_sample(struct cr_mem *mem, void *arg)
{
  struct cr_feed_log log = { .links = 0 };
  size_t piece = *(const size_t *)arg;

  cr_buf_init(&log.text, mem, CR_MEM_CORE, LOG_MAX);
  int err = cr_test_feed_read(mem, &log, NULL, cr_span(sample, sizeof(sample) - 1), piece);
  if (!cr_test_oom_refused(mem)) {
    assert_int_equal(err, 0);
    assert_string_equal(log.text.data, sample_log);
  }
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  cr_buf_free(&log.text);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  size_t pieces[] = { 1, 1000 };
  (void)state;
  cr_test_oom(read_sample, &pieces[0]);
  cr_test_oom(read_sample, &pieces[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_too_long_is_left_out_or_cut),
    cmocka_unit_test(deep_nesting_is_bounded),
    cmocka_unit_test(entities_cost_nothing),
    cmocka_unit_test(a_feed_cut_anywhere_gives_its_beginning),
    cmocka_unit_test(a_sink_ends_the_reading),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

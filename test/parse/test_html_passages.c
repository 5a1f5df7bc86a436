/* SPDX-License-Identifier: MIT */
/* test_html_passages.c - what a page has in common with others is read once, and told each time. */
#include "parse/html_passages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/mixed_pages.h"
#include "support/oom.h"

/* All that leads somewhere, changes how the rest is read, or says something of the page. */
static const char *const pieces[] = {
  "<div class=nav><a href='/one' rel=nofollow>One &amp; only</a> <a href=two>Two</a></div>\n",
  "<ul><li><a href=three title='3'>Three</a><li><a href=four>F<b>ou</b>r</a></ul>\n",
  "<table><tr><td><a href=five>5</a><td>x<tr><th><a href=six>6</a></table>\n",
  "<table><tr><td>",
  "</td></tr></table>\n",
  "<p>text <img src=a.png srcset='b.png 1x, c.png 2x' alt='a b'> <em>more</em> text\n",
  "<button>press</button><p>",
  "</p>\n",
  "<form action=/go method=post><input name=q><button formaction=/else>x</button></form>\n",
  "<form action=/left-open>",
  "<select><option>1<option>2</select>\n",
  "<select><option>1<option><a href=in-select>2</a></select> and more <a href=two>Two</a>\n",
  "<select><table><tr><td>one <a href=in-table>1</a> and two <a "
  "href=again>2</a></table></select>\n",
  "<svg><a xlink:href=seven>7</a><image href=eight></image></svg>\n",
  "<script>if (a < b) document.write('<a href=no>no</a>')</script>\n",
  "<style>a { background: url(nine) } @import 'ten';</style>\n",
  "<!-- <a href=no>no</a> -->\n",
  "<!--[if IE]><link rel=stylesheet href=old.css><![endif]-->\n",
  "<iframe srcdoc='<a href=inside>in</a>' src=frame></iframe>\n",
  "<meta name=keywords content='a, b'><meta name=robots content=nofollow>\n",
  "<title>another title</title>\n",
  "<base href=/elsewhere/>\n",
  "<object codebase=/code/ classid=x data=y></object>\n",
  "<a href=open>never closed ",
  "</a>\n",
  "<div style='background: url(eleven)' hx-get=/twelve>z</div>\n",
  "<blockquote cite=thirteen>quoted at some length, as quotations are, without any "
  "link</blockquote>\n",
  "caf\xc3\xa9 <a href='caf\xc3\xa9?q=\xc3\xa9'>caf\xc3\xa9</a> <a href='\xe9\xff'>bytes</a>\n",
  "<h2 id=h>Heading</h2><dl><dt>term<dd>meaning</dl><pre>  code &lt;here&gt;  </pre>\n",
  "<template><a href=inert>t</a></template>\n",
  "<html lang=xx manifest=m><body background=bg>\n",
};

enum { PIECES = sizeof(pieces) / sizeof(pieces[0]), PAGE_BYTES = 64 * 1024 };

struct mix {
  uint64_t state;
  char page[PAGE_BYTES];
};

static uint32_t draw(struct mix *mix, uint32_t below)
{
  mix->state = mix->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(mix->state >> 33) % below;
}

/* Blocks of pieces that are the same on all pages of a seed, in any order, some of their own
 * between them. calm: without what hands a page to a tree, or keeps a passage from being one. */
static struct cr_span make_page(struct mix *mix, uint32_t seed, bool calm)
{
  size_t len = (size_t)snprintf(mix->page, PAGE_BYTES,
                                "<title>t</title><body><a href=0>0</a>"
                                "<a href=00>00</a>");

  for (int block = 0; block < 12; block++) {
    struct mix same = { .state = seed * 1000u + draw(mix, 8) };

    for (int i = 0; i < 14; i++) {
      uint32_t piece = draw(&same, calm ? 3 : PIECES);
      len += (size_t)snprintf(mix->page + len, PAGE_BYTES - len, "%s<a href=/%u>%u</a>",
                              pieces[piece], draw(&same, 10000), draw(&same, 10000));
    }
    if (draw(mix, 2) == 0)
      len +=
          (size_t)snprintf(mix->page + len, PAGE_BYTES - len, "<p>%u <a href=/%u>own</a>%s",
                           draw(mix, 1000), draw(mix, 1000), pieces[draw(mix, calm ? 3 : PIECES)]);
  }
  return cr_span(mix->page, len);
}

struct two {
  struct cr_mem mem;
  struct cr_reader plain, keen;
  struct mix mix;
};

static struct two *open_two(void)
{
  struct two *two = calloc(1, sizeof(*two));

  assert_non_null(two);
  cr_test_mem_init(&two->mem);
  cr_reader_open(&two->plain, &two->mem);
  cr_reader_open(&two->keen, &two->mem);
  assert_int_equal(cr_passages_open(&two->keen.passages, &two->mem), 0);
  return two;
}

static void close_two(struct two *two)
{
  cr_reader_close(&two->plain);
  cr_reader_close(&two->keen);
  cr_test_mem_done(&two->mem);
  free(two);
}

static const struct cr_html_wants all = { .kinds = ~0u, .link_text = true, .metadata = true };
static const struct cr_html_wants told = { .kinds = CR_LINK_KINDS_TOLD, .metadata = true };

static void expect_the_same(struct two *two, struct cr_span html, size_t piece, const char *charset,
                            const struct cr_html_wants *wants)
{
  assert_int_equal(cr_reader_read(&two->plain, html, html.len, charset, wants), 0);
  assert_int_equal(cr_reader_read(&two->keen, html, piece, charset, wants), 0);
  if (!cr_reader_agree(&two->plain, &two->keen))
    fail_msg("%u links, not %u: %.*s", two->keen.collect.found.count,
             two->plain.collect.found.count, (int)html.len, html.at);
}

static void pages_with_much_in_common_are_mostly_spared(void **state)
{
  (void)state;
  struct two *two = open_two();
  uint64_t bytes = 0;

  for (int page = 0; page < 200; page++) {
    struct cr_span html = make_page(&two->mix, 1, true);
    expect_the_same(two, html, html.len, "utf-8", &all);
    bytes += html.len;
  }
  assert_true(cr_passages_spared(two->keen.passages) > bytes / 2);
  close_two(two);
}

static void what_is_remembered_makes_no_difference(void **state)
{
  (void)state;
  static const char *const charsets[] = { "utf-8", "windows-1252", "utf-8", "gbk" };
  uint64_t spared = 0;

  for (uint32_t seed = 0; seed < 60; seed++) {
    struct two *two = open_two();

    for (int page = 0; page < 40; page++) {
      struct cr_span html = make_page(&two->mix, seed, seed % 3 == 0);
      expect_the_same(two, html, page % 4 == 3 ? 1000 + seed : html.len, charsets[page % 4],
                      page % 5 == 0 ? &told : &all);
    }
    spared += cr_passages_spared(two->keen.passages);
    close_two(two);
  }
  assert_true(spared > 1000000);
}

/* So that the oldest are overwritten, many times over. */
static void what_is_overwritten_is_forgotten(void **state)
{
  (void)state;
  struct two *two = open_two();

  for (uint32_t page = 0; page < 1500; page++) {
    struct cr_span html = make_page(&two->mix, page / 3 % 100, true);
    expect_the_same(two, html, html.len, "utf-8", &told);
  }
  assert_true(cr_passages_spared(two->keen.passages) > 0);
  close_two(two);
}

static void where_little_comes_again_it_rests(void **state)
{
  (void)state;
  struct two *two = open_two();
  int rests = 0;

  for (uint32_t page = 0; page < 400; page++) {
    struct cr_span html = make_page(&two->mix, page, true);
    assert_int_equal(cr_reader_read(&two->keen, html, html.len, "utf-8", &told), 0);
    rests += two->keen.extract.passages == NULL;
  }
  assert_true(rests > 200);
  for (uint32_t page = 0; page < 800; page++) { /* and it comes back to it */
    struct cr_span html = make_page(&two->mix, 7, true);
    assert_int_equal(cr_reader_read(&two->keen, html, html.len, "utf-8", &told), 0);
  }
  assert_non_null(two->keen.extract.passages);
  assert_null(cr_passages_begin(NULL));
  close_two(two);
}

/* A page of as many links as are kept: those that don't fit aren't told of by a passage either. */
static void the_ceiling_of_links_holds(void **state)
{
  (void)state;
  struct two *two = open_two();
  struct cr_span block = make_page(&two->mix, 1, true);
  size_t times = CR_HTML_MAX_LINKS / 200;
  char *page = malloc(block.len * times);

  assert_non_null(page);
  for (size_t i = 0; i < times; i++)
    memcpy(page + i * block.len, block.at, block.len);
  expect_the_same(two, cr_span(page, block.len * times), block.len * times, "utf-8", &told);
  assert_true(two->plain.collect.is_cut);
  assert_int_equal(two->keen.collect.found.count, CR_HTML_MAX_LINKS);
  assert_true(cr_passages_spared(two->keen.passages) > block.len);
  free(page);
  close_two(two);
}

static void read_some(struct cr_mem *mem, void *user)
{
  struct two *two = user;
  struct cr_reader *keen = &two->keen;

  cr_reader_open(keen, mem);
  int err = cr_passages_open(&keen->passages, mem);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  two->mix.state = 0;
  for (int page = 0; page < 6; page++) {
    struct cr_span html = make_page(&two->mix, 1, true);

    err = cr_reader_read(keen, html, html.len, "utf-8", &all);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    assert_int_equal(cr_reader_read(&two->plain, html, html.len, "utf-8", &all), 0);
    assert_true(err < 0 || cr_reader_agree(&two->plain, keen));
  }
  cr_reader_close(keen);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  struct two *two = open_two();

  cr_reader_close(&two->keen);
  cr_test_oom(read_some, two);
  cr_reader_open(&two->keen, &two->mem);
  close_two(two);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pages_with_much_in_common_are_mostly_spared),
    cmocka_unit_test(what_is_remembered_makes_no_difference),
    cmocka_unit_test(what_is_overwritten_is_forgotten),
    cmocka_unit_test(where_little_comes_again_it_rests),
    cmocka_unit_test(the_ceiling_of_links_holds),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

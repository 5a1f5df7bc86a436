/* SPDX-License-Identifier: MIT */
/* test_link_memory.c - links of recent pages, found again by base and href.
 *
 * The rule above all: two pages that share a tag for an href resolve it to the same URL.
 */
#include "filter/link_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hash.h"
#include "crawl/crawler.h"
#include "support/oom.h"
#include "url/url.h"

enum { ENTRIES = 8192 }; /* tags that agree in their low 13 bits share a place */

static struct cr_mem mem;
static struct cr_link_memory *memory;

static int open_memory(void **state)
{
  (void)state;
  cr_test_mem_init(&mem);
  return cr_link_memory_open(&memory, &mem, 0x5eed);
}

static int close_memory(void **state)
{
  (void)state;
  cr_link_memory_close(memory);
  cr_test_mem_done(&mem);
  return 0;
}

static const struct cr_url_encoding utf8;

/* Of a page in encoding. */
static struct cr_link_base base_in(const char *text, const struct cr_url_encoding *encoding)
{
  struct cr_link_base base;
  struct cr_url url;

  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, cr_span_text(text), NULL), 0);
  base = cr_link_memory_base(memory, &url, encoding);
  cr_url_free(&url);
  return base;
}

static struct cr_link_base base_of(const char *text)
{
  return base_in(text, &utf8);
}

static uint64_t tag_of(const char *base_text, const char *href)
{
  struct cr_link_base base = base_of(base_text);

  return cr_link_memory_tag(&base, cr_span_text(href));
}

static void pages_of_one_directory_share_most_links(void **state)
{
  (void)state;
  static const struct {
    const char *a;
    const char *b;
    const char *href;
    bool shared;
    const char *why;
  } cases[] = {
    { "http://a.example/d/1", "http://a.example/d/2", "x", true, "same directory" },
    { "http://a.example/d/1", "http://a.example/d/", "../x", true, "" },
    { "http://a.example/d/1", "http://a.example/d/2?q=/e/", "x", true, "a slash in the query" },
    { "http://a.example/d/1", "http://a.example/d/2#/e/", "x", true, "a slash in the fragment" },
    { "http://a.example", "http://a.example/1", "x", true, "the root" },
    { "http://a.example/d/1", "http://a.example/d/2", "http://b.example/", true, "absolute" },
    { "http://a.example/d/1", "http://a.example/d/2", "//b.example/", true, "" },
    { "http://a.example/d/1", "http://a.example/d/2", "/x?q", true, "" },
    { "http://a.example/d/1", "http://a.example/d/2", "./?q", true, "" },
    { "http://a.example/d/1", "http://a.example/d/2", "?q", false, "keeps the file name" },
    { "http://a.example/d/1", "http://a.example/d/2", "", false, "the page itself" },
    { "http://a.example/d/?1", "http://a.example/d/?2", "", false, "" },
    { "http://a.example/d/1", "http://a.example/d/2", " ?q", false, "white space hides '?'" },
    { "http://a.example/d/1", "http://a.example/d/2", "\t", false, "" },
    { "http://a.example/d/1", "http://a.example/d/2", "http:?q", false, "relative in spite of it" },
    { "http://a.example/d/1", "http://a.example/d/2", "http:", false, "" },
    { "http://a.example/d/1", "http://a.example/d/2", "h\nttp:\t?q", false, "" },
    { "http://a.example/d/1", "http://a.example/e/1", "x", false, "another directory" },
    { "http://a.example/d/1", "http://a.example/d/e/1", "x", false, "" },
    { "http://a.example/d/1", "https://a.example/d/1", "x", false, "another scheme" },
    { "http://a.example/d/1", "http://a.example:81/d/1", "x", false, "another port" },
    { "http://a.example/d/1", "http://b.example/d/1", "x", false, "another host" },
    { "http://a.example/d/1", "http://a.example/d/1", "?q", true, "the same page" },
    { "http://a.example/d/1", "http://a.example/d/1", "", true, "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    bool shared = tag_of(cases[i].a, cases[i].href) == tag_of(cases[i].b, cases[i].href);
    if (shared != cases[i].shared)
      fail_msg("'%s' on %s and %s (%s)", cases[i].href, cases[i].a, cases[i].b, cases[i].why);
  }
}

static int encode(const char *charset, struct cr_span text, struct cr_buf *out)
{
  (void)charset;
  return cr_buf_add(out, text.at, text.len);
}

static void pages_of_different_encodings_share_nothing(void **state)
{
  static const struct cr_url_encoding latin = { encode, "windows-1252" };
  static const struct cr_url_encoding greek = { encode, "windows-1253" };
  const char *page = "http://a.example/d/1";
  struct cr_link_base bases[] = { base_of(page), base_in(page, &latin), base_in(page, &greek) };
  static const char *const hrefs[] = { "x", "?q", "" };
  (void)state;

  for (size_t i = 0; i < 3; i++) {
    struct cr_span href = cr_span_text(hrefs[i]);
    uint64_t tags[3];
    for (size_t k = 0; k < 3; k++)
      tags[k] = cr_link_memory_tag(&bases[k], href);
    assert_true(tags[0] != tags[1] && tags[0] != tags[2] && tags[1] != tags[2]);
  }
  struct cr_link_base same = base_in("http://a.example/d/2", &latin);
  assert_int_equal(cr_link_memory_tag(&same, CR_SPAN("x")),
                   cr_link_memory_tag(&bases[1], CR_SPAN("x")));
}

static void resolve(struct cr_url *url, const char *base_text, const char *href)
{
  struct cr_url base;

  cr_url_init(&base, &mem);
  assert_int_equal(cr_url_parse(&base, cr_span_text(base_text), NULL), 0);
  if (cr_url_parse(url, cr_span_text(href), &base) < 0)
    cr_buf_clear(&url->text);
  else if (!cr_url_names_page(url))
    cr_url_strip_fragment(url);
  cr_url_free(&base);
}

static void check_pair(const char *a, const char *b, const char *href)
{
  struct cr_url url_a;
  struct cr_url url_b;

  cr_url_init(&url_a, &mem);
  cr_url_init(&url_b, &mem);
  resolve(&url_a, a, href);
  resolve(&url_b, b, href);
  if (tag_of(a, href) == tag_of(b, href) && !cr_span_eq(cr_url_text(&url_a), cr_url_text(&url_b)))
    fail_msg("'%s' has one tag on %s and %s", href, a, b);
  cr_url_free(&url_a);
  cr_url_free(&url_b);
}

static void one_tag_means_one_url(void **state)
{
  (void)state;
  static const char *const bases[] = {
    "http://a.example",
    "http://a.example/",
    "http://a.example/1",
    "http://a.example/?1",
    "http://a.example/d/",
    "http://a.example/d/1",
    "http://a.example/d/2",
    "http://a.example/d/2?q",
    "http://a.example/d/2?q=/x/y",
    "http://a.example/d/2?r#/f",
    "http://a.example/d/e/1",
    "http://a.example:81/d/1",
    "https://a.example/d/1",
    "https://a.example/d/2",
    "http://u:p@a.example/d/1",
    "http://b.example/d/1",
    "ftp://a.example/d/1",
    "ftp://a.example/d/2",
    "file:///d/1",
    "file:///C:/d/1",
    "file:///C:",
    "web://a.example",
    "web://a.example/d/1",
    "web:/d/1",
    "web:/d/2",
    "web:/.//d/1",
    "web:/",
  };
  static const char *const hrefs[] = {
    "",         "x",       "./x",       "../x",    "..",        ".",          "/",
    "/x",       "//h/x",   "//h",       "///x",    "\\x",       "\\\\h\\x",   "?",
    "?q",       "x?q",     " ?q",       "\t?q",    "\n",        "\x01",       "\x1f?q",
    "http:",    "http:?q", "http:x",    "http:/x", "http://h/", "https:",     "https:?q",
    "https:x",  "hTTp:?q", "h\tttp:?q", "http\n:", "http:\t",   "http:\r?q",  "http: ",
    "http:\\x", "ftp:",    "ftp:?q",    "file:",   "file:?q",   "file:x",     "file:C|/x",
    "C|",       "C:",      "web:",      "web:?q",  "web:x",     "mailto:x",   "tel: 1",
    "data:,",   "a:b:?c",  ":",         ":?q",     "x:?q",      "%2e%2e/x",   "?a:b",
    "http:.",   "http:..", "http:\x01", "/..//x",  "x\\..\\y",  "\xc2\xa0?q", "javascript:",
    "#!x",      "x#!x",    "?q#/x",     "http:#!", "#!x:y",     "\t#!x",      "http:\n#/",
  };
  size_t bases_count = sizeof(bases) / sizeof(bases[0]);

  for (size_t a = 0; a < bases_count; a++)
    for (size_t b = 0; b < a; b++)
      for (size_t i = 0; i < sizeof(hrefs) / sizeof(hrefs[0]); i++)
        check_pair(bases[a], bases[b], hrefs[i]);
}

static void what_was_put_is_found(void **state)
{
  uint64_t tag = tag_of("http://a.example/", "x");
  uint64_t other = tag_of("http://a.example/", "y");
  uint64_t fp = 0;
  (void)state;

  assert_false(cr_link_memory_get(memory, tag, &fp));
  cr_link_memory_put(memory, tag, 42);
  assert_true(cr_link_memory_get(memory, tag, &fp));
  assert_int_equal(fp, 42);
  assert_false(cr_link_memory_get(memory, other, &fp));
  cr_link_memory_put(memory, tag, 0); /* any fingerprint will do */
  assert_true(cr_link_memory_get(memory, tag, &fp));
  assert_int_equal(fp, 0);
}

static void the_newest_of_a_place_wins(void **state)
{
  uint64_t fp = 0;
  (void)state;

  cr_link_memory_put(memory, 5, 1);
  cr_link_memory_put(memory, 5 + ENTRIES, 2);
  assert_false(cr_link_memory_get(memory, 5, &fp));
  assert_true(cr_link_memory_get(memory, 5 + ENTRIES, &fp));
  assert_int_equal(fp, 2);
  cr_link_memory_put(memory, UINT64_MAX, 3);
  assert_true(cr_link_memory_get(memory, UINT64_MAX, &fp));
  assert_int_equal(fp, 3);
  assert_true(cr_link_memory_get(memory, 5 + ENTRIES, &fp));
}

static void fewer_links_than_places_are_mostly_kept(void **state)
{
  char href[32];
  int kept = 0;
  (void)state;

  for (int i = 0; i < ENTRIES / 8; i++) {
    (void)snprintf(href, sizeof(href), "page-%d", i);
    cr_link_memory_put(memory, tag_of("http://a.example/", href), (uint64_t)i);
  }
  for (int i = 0; i < ENTRIES / 8; i++) {
    uint64_t fp = UINT64_MAX;
    (void)snprintf(href, sizeof(href), "page-%d", i);
    if (cr_link_memory_get(memory, tag_of("http://a.example/", href), &fp)) {
      assert_int_equal(fp, i);
      kept++;
    }
  }
  assert_true(kept > ENTRIES / 8 * 85 / 100); /* 94 % are expected */
}

/* XXH3 of one byte is a bijection of (byte, seed), so a seed that gives 0 can be computed: with
 * the constants of its secret, seed = combined - (s0 ^ s1) (xxhash.h, XXH3_len_1to3_64b). */
static void a_tag_is_never_zero(void **state)
{
  uint64_t seed = UINT64_C(0x61610161) - (UINT64_C(0x396cfeb8) ^ UINT64_C(0xbe4ba423));
  struct cr_link_base base = { .directory = seed, .whole = 1 };
  uint64_t fp;
  (void)state;

  assert_int_equal(cr_hash64("a", 1, seed), 0);
  assert_int_not_equal(cr_link_memory_tag(&base, CR_SPAN("a")), 0);
  assert_false(cr_link_memory_get(memory, cr_link_memory_tag(&base, CR_SPAN("a")), &fp));
}

static void crawls_with_other_seeds_have_other_tags(void **state)
{
  struct cr_link_memory *other = NULL;
  struct cr_link_base base;
  struct cr_url url;
  (void)state;

  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://a.example/d/1"), NULL), 0);
  assert_int_equal(cr_link_memory_open(&other, &mem, 0x5eee), 0);
  base = cr_link_memory_base(other, &url, &utf8);
  assert_int_not_equal(cr_link_memory_tag(&base, CR_SPAN("x")),
                       tag_of("http://a.example/d/1", "x"));
  assert_int_not_equal(cr_link_memory_tag(&base, CR_SPAN("")), tag_of("http://a.example/d/1", ""));
  cr_link_memory_close(other);
  cr_url_free(&url);
}

static void open_and_close(struct cr_mem *oom, void *arg)
{
  struct cr_link_memory *made = NULL;
  int err = cr_link_memory_open(&made, oom, 1);
  (void)arg;

  assert_int_equal(err, cr_test_oom_refused(oom) ? CRAWLER_E_NOMEM : 0);
  assert_true((made != NULL) == (err == 0));
  cr_link_memory_close(made);
}

static void without_memory_there_is_none(void **state)
{
  (void)state;
  cr_test_oom(open_and_close, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(pages_of_one_directory_share_most_links, open_memory,
                                    close_memory),
    cmocka_unit_test_setup_teardown(pages_of_different_encodings_share_nothing, open_memory,
                                    close_memory),
    cmocka_unit_test_setup_teardown(one_tag_means_one_url, open_memory, close_memory),
    cmocka_unit_test_setup_teardown(what_was_put_is_found, open_memory, close_memory),
    cmocka_unit_test_setup_teardown(the_newest_of_a_place_wins, open_memory, close_memory),
    cmocka_unit_test_setup_teardown(fewer_links_than_places_are_mostly_kept, open_memory,
                                    close_memory),
    cmocka_unit_test_setup_teardown(a_tag_is_never_zero, open_memory, close_memory),
    cmocka_unit_test_setup_teardown(crawls_with_other_seeds_have_other_tags, open_memory,
                                    close_memory),
    cmocka_unit_test(without_memory_there_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_page.c - links of a page as absolute URLs. */
#include "model/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"
#include "url/url.h"

enum { MAX_LINKS = 500 };

static struct cr_mem mem;
static struct crawler_link links[MAX_LINKS];

/* A page of the links that hrefs name, NULL at their end. */
static void open_page(struct crawler_page *page, struct cr_mem *from, const char *base_href,
                      const char *const *hrefs)
{
  *page = (struct crawler_page){ .links = links };
  page->req.url = "http://a.example/d/e?q";
  page->req.url_bytes = strlen(page->req.url);
  page->base_href = cr_span_text(base_href);
  cr_arena_init(&page->arena, from, CR_MEM_PAGE, 64, 0);
  for (; hrefs[page->link_count]; page->link_count++)
    links[page->link_count] =
        (struct crawler_link){ .href = hrefs[page->link_count],
                               .href_bytes = (uint32_t)strlen(hrefs[page->link_count]),
                               .kind = (uint8_t)(CRAWLER_LINK_A + page->link_count % 2),
                               .flags = page->link_count == 1 ? CRAWLER_LINK_FLAG_NOFOLLOW : 0 };
}

static void hrefs_are_relative_to_the_base_or_else_the_page(void **state)
{
  (void)state;
  static const struct {
    const char *base_href; /* NULL: no <base href> */
    const char *href;
    const char *want;
    const char *why;
  } cases[] = {
    { NULL, "x", "http://a.example/d/x", "" },
    { NULL, "?x", "http://a.example/d/e?x", "" },
    { NULL, "", "http://a.example/d/e?q", "" },
    { NULL, "#f", "http://a.example/d/e?q#f", "fragments stay" },
    { NULL, "//b.example", "http://b.example/", "" },
    { NULL, " https://U:p@b.example/\t ", "https://U:p@b.example/", "as the standard resolves" },
    { NULL, "mailto:x@y", "mailto:x@y", "any scheme" },
    { NULL, "http://[", "", "not a URL" },
    { "http://b.example/c/", "x", "http://b.example/c/x", "" },
    { "/c/", "x", "http://a.example/c/x", "relative to the page" },
    { "c/", "x", "http://a.example/d/c/x", "" },
    { "", "x", "http://a.example/d/x", "empty: the page" },
    { "?b", "", "http://a.example/d/e?b", "" },
    { "#b", "x", "http://a.example/d/x", "" },
    { "//b.example", "x", "http://b.example/x", "" },
    { "ftp://b.example/", "x", "ftp://b.example/x", "a scheme we don't fetch" },
    { "web:/a/", "x", "web:/a/x", "" },
    { "http://[", "x", "http://a.example/d/x", "not a URL" },
    { "http://", "x", "http://a.example/d/x", "" },
    { "mailto:x", "x", "http://a.example/d/x", "nothing is relative to it" },
    { "data:,x", "x", "http://a.example/d/x", "" },
    { "javascript:void(0)", "x", "http://a.example/d/x", "" },
    { "data:/x/", "y", "http://a.example/d/y", "never, with a path too (HTML 4.2.3)" },
    { "javascript:/x/", "y", "http://a.example/d/y", "" },
    { "JavaScript://b.example/", "y", "http://a.example/d/y", "" },
    { "javascripts:/x/", "y", "javascripts:/x/y", "another scheme" },
  };
  struct crawler_page page;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *const hrefs[] = { cases[i].href, NULL };
    open_page(&page, &mem, cases[i].base_href, hrefs);
    const char *got = cr_page_link_url(&page, 0);
    if (!got || strcmp(got, cases[i].want) != 0)
      fail_msg("row %zu: %s, not %s (%s)", i, got ? got : "NULL", cases[i].want, cases[i].why);
    assert_ptr_equal(cr_page_link_url(&page, 0), got); /* made once */
    cr_arena_free(&page.arena);
  }
  cr_test_mem_done(&mem);
}

static void links_of_parts_are_relative_to_their_own_base(void **state)
{
  static const struct cr_inner_base inner[] = {
    { CR_SPAN_INIT("i/"), 0 },
    { CR_SPAN_INIT("j/"), 1 },
    { { NULL, 0 }, 2 },
    { CR_SPAN_INIT("mailto:"), 2 },
    { CR_SPAN_INIT("//c.example"), 3 },
    { CR_SPAN_INIT("http://["), 0 },
  };
  static const struct {
    const char *base_href; /* NULL: no <base href> */
    uint16_t base;
    const char *want;
  } cases[] = {
    { NULL, 1, "http://a.example/d/i/x" },
    { NULL, 2, "http://a.example/d/i/j/x" },
    { "/b/", 2, "http://a.example/b/i/j/x" },
    { "/b/", 3, "http://a.example/b/i/j/x" }, /* none of its own */
    { "/b/", 4, "http://a.example/b/i/j/x" }, /* none that counts */
    { "/b/", 5, "http://c.example/x" },
    { "/b/", 6, "http://a.example/b/x" },
    { "/b/", CR_BASE_OF_PAGE, "http://a.example/d/x" },
    { NULL, CR_BASE_OF_PAGE, "http://a.example/d/x" },
  };
  static const char *const hrefs[] = { "x", "x", "x", NULL };
  struct crawler_page page;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    open_page(&page, &mem, cases[i].base_href, hrefs);
    page.inner_bases = inner;
    links[1].base = cases[i].base;
    links[2].base = 1;
    cr_page_resolve_others(&page);
    assert_null(links[0].url);
    assert_string_equal(links[1].url, cases[i].want);
    assert_string_equal(links[2].url,
                        cases[i].base_href ? "http://a.example/b/i/x" : "http://a.example/d/i/x");
    assert_string_equal(cr_page_link_url(&page, 1), cases[i].want);
    cr_arena_free(&page.arena);
  }
  cr_test_mem_done(&mem);
}

static void a_base_longer_than_a_url_may_be_does_not_count(void **state)
{
  static const char *const hrefs[] = { "x", NULL };
  static char base[CR_URL_MAX_BYTES + 2];
  struct crawler_page page;
  (void)state;

  cr_test_mem_init(&mem);
  memset(base, 'b', sizeof(base) - 1);
  open_page(&page, &mem, base, hrefs);
  assert_string_equal(cr_page_link_url(&page, 0), "http://a.example/d/x");
  cr_arena_free(&page.arena);
  cr_test_mem_done(&mem);
}

static int as_question_marks(const char *charset, struct cr_span text, struct cr_buf *out)
{
  assert_string_equal(charset, "its charset");
  for (size_t i = 0; i < text.len; i++)
    if (cr_buf_add_char(out, text.at[i] < 0 ? '?' : text.at[i]) < 0)
      return CRAWLER_E_NOMEM;
  return 0;
}

static void queries_are_written_in_the_pages_encoding(void **state)
{
  static const char *const hrefs[] = { "?\xc3\xbc", "/\xc3\xbc", "", NULL };
  struct crawler_page page;
  (void)state;

  cr_test_mem_init(&mem);
  open_page(&page, &mem, "?b=\xc3\xbc", hrefs);
  page.encoding = (struct cr_url_encoding){ as_question_marks, "its charset" };
  assert_string_equal(cr_page_link_url(&page, 0), "http://a.example/d/e???");
  assert_string_equal(cr_page_link_url(&page, 1), "http://a.example/%C3%BC");
  assert_string_equal(cr_page_link_url(&page, 2), "http://a.example/d/e?b=??");
  cr_arena_free(&page.arena);
  cr_test_mem_done(&mem);
}

static const char *const mixed[] = { "x", "http://[", "", "mailto:y", "http://b.example/#f", NULL };

static void all_links_in_bulk_say_what_each_says_alone(void **state)
{
  static const char want[] = "http://a.example/d/x\0\0http://a.example/d/e?q\0"
                             "mailto:y\0http://b.example/#f";
  struct crawler_page page;
  (void)state;

  cr_test_mem_init(&mem);
  open_page(&page, &mem, NULL, mixed);
  const char *early = cr_page_link_url(&page, 3); /* one was asked for before */
  assert_int_equal(cr_page_bulk_links(&page), 0);
  assert_ptr_equal(cr_page_link_url(&page, 3), early);
  assert_int_equal(cr_page_bulk_kinds(&page), 0);
  assert_int_equal(page.bulk.offsets[page.link_count], sizeof(want));
  assert_memory_equal(page.bulk.text, want, sizeof(want));
  for (uint32_t i = 0; i < page.link_count; i++) {
    assert_string_equal(page.bulk.text + page.bulk.offsets[i], cr_page_link_url(&page, i));
    assert_int_equal(page.bulk.kinds[i], CRAWLER_LINK_A + i % 2);
    assert_int_equal(page.bulk.flags[i],
                     i == 1 ? CRAWLER_LINK_FLAG_NOFOLLOW | CRAWLER_LINK_FLAG_INVALID : 0);
  }
  struct cr_bulk_links bulk = page.bulk;
  assert_int_equal(cr_page_bulk_links(&page), 0);
  assert_int_equal(cr_page_bulk_kinds(&page), 0);
  assert_memory_equal(&page.bulk, &bulk, sizeof(bulk)); /* made once */
  cr_arena_free(&page.arena);
  cr_test_mem_done(&mem);
}

static void kinds_need_no_urls(void **state)
{
  struct crawler_page page;
  (void)state;

  cr_test_mem_init(&mem);
  open_page(&page, &mem, NULL, mixed);
  assert_int_equal(cr_page_bulk_kinds(&page), 0);
  for (uint32_t i = 0; i < page.link_count; i++) {
    assert_int_equal(page.bulk.kinds[i], CRAWLER_LINK_A + i % 2);
    assert_null(page.links[i].url);
  }
  assert_null(page.bulk.text);
  cr_arena_free(&page.arena);
  cr_test_mem_done(&mem);
}

static void a_page_without_links_has_no_text_of_them(void **state)
{
  static const char *const none[] = { NULL };
  struct crawler_page page;
  (void)state;

  cr_test_mem_init(&mem);
  open_page(&page, &mem, NULL, none);
  assert_int_equal(cr_page_bulk_links(&page), 0);
  assert_int_equal(cr_page_bulk_kinds(&page), 0);
  assert_null(page.bulk.text);
  assert_null(page.bulk.kinds);
  cr_arena_free(&page.arena);
  cr_test_mem_done(&mem);
}

static void many_links_have_rising_offsets(void **state)
{
  static char texts[MAX_LINKS][16];
  static const char *hrefs[MAX_LINKS];
  struct crawler_page page;
  char want[64];
  (void)state;

  for (int i = 0; i < MAX_LINKS - 1; i++) {
    (void)snprintf(texts[i], sizeof(texts[i]), i % 7 ? "%d" : "http://[%d", i);
    hrefs[i] = texts[i];
  }
  cr_test_mem_init(&mem);
  open_page(&page, &mem, "http://b.example/", hrefs);
  assert_int_equal(page.link_count, MAX_LINKS - 1);
  assert_int_equal(cr_page_bulk_links(&page), 0);
  size_t at = 0;
  for (int i = 0; i < MAX_LINKS - 1; i++) {
    want[0] = '\0';
    if (i % 7)
      (void)snprintf(want, sizeof(want), "http://b.example/%d", i);
    assert_int_equal(page.bulk.offsets[i], at);
    assert_string_equal(page.bulk.text + at, want);
    at += strlen(want) + 1;
  }
  assert_int_equal(page.bulk.offsets[MAX_LINKS - 1], at);
  cr_arena_free(&page.arena);
  cr_test_mem_done(&mem);
}

static void resolve_with(struct cr_mem *oom, void *arg)
{
  struct crawler_page page;
  (void)arg;

  open_page(&page, oom, "/c/", mixed);
  links[4].base = CR_BASE_OF_PAGE;
  cr_page_resolve_others(&page);
  const char *one = cr_page_link_url(&page, 0);
  assert_true(one || cr_test_oom_refused(oom));
  if (one)
    assert_string_equal(one, "http://a.example/c/x");
  int err = cr_page_bulk_links(&page);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  assert_int_equal(page.bulk.text != NULL, err == 0);
  assert_int_equal(page.bulk.offsets != NULL, err == 0);
  if (err == 0)
    for (uint32_t i = 0; i < page.link_count; i++)
      assert_string_equal(page.bulk.text + page.bulk.offsets[i], links[i].url);
  err = cr_page_bulk_kinds(&page);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  assert_int_equal(page.bulk.kinds != NULL, err == 0);
  cr_arena_free(&page.arena);
}

static void without_memory_there_are_all_links_or_none(void **state)
{
  (void)state;
  cr_test_oom(resolve_with, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hrefs_are_relative_to_the_base_or_else_the_page),
    cmocka_unit_test(links_of_parts_are_relative_to_their_own_base),
    cmocka_unit_test(a_base_longer_than_a_url_may_be_does_not_count),
    cmocka_unit_test(queries_are_written_in_the_pages_encoding),
    cmocka_unit_test(all_links_in_bulk_say_what_each_says_alone),
    cmocka_unit_test(kinds_need_no_urls),
    cmocka_unit_test(a_page_without_links_has_no_text_of_them),
    cmocka_unit_test(many_links_have_rising_offsets),
    cmocka_unit_test(without_memory_there_are_all_links_or_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: expat gumbo */
/* Pages of bytes in memory: what a crawl would make of them, without one. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/oom.h"
#include "support/site_server.h"

#define BASE "http://a.test/dir/page"

static crawler_page *document_of(const char *url, const char *type, const char *text,
                                 const char *links)
{
  crawler_page *page = NULL;

  assert_int_equal(crawler_document_new(&page, url, type, text, strlen(text), links), 0);
  assert_non_null(page);
  return page;
}

static crawler_page *html(const char *text)
{
  return document_of(BASE, "text/html", text, NULL);
}

/* ---- what a document has ---- */

static void a_page_may_end_at_a_time(void **state)
{
  crawler_page *page =
      html("<meta name=robots content='unavailable_after: 25 Jun 2010 15:00 GMT'>");

  (void)state;
  assert_int_equal(crawler_page_robots(page), 0);
  assert_int_equal(crawler_page_unavailable_after_ms(page), INT64_C(1277478000000));
  crawler_page_release(page);
}

static const char whole[] =
    "<!DOCTYPE html><html lang=en><title> A  title </title><meta name=Robots content=noindex>"
    "<link rel=canonical href=/kept><body><p>Text &amp; <a href='x?a&amp;b' rel=next hreflang=de>"
    "a <b>link</b></a><img srcset='i 1x, j 2x'><script>go('/guess')</script>";

static void all_that_reads_pages_reads_documents(void **state)
{
  crawler_page *page = html(whole);
  size_t bytes = 0;
  const char *all;
  const uint32_t *offsets;
  const uint8_t *kinds;
  const uint8_t *flags;
  const crawler_link *link = crawler_page_link(page, 1);

  (void)state;
  assert_string_equal(crawler_page_url(page), BASE);
  assert_string_equal(crawler_page_mime(page), "text/html");
  assert_string_equal(crawler_page_charset(page), "windows-1252");
  assert_memory_equal(crawler_page_body(page, &bytes), whole, sizeof(whole) - 1);
  assert_int_equal(bytes, sizeof(whole) - 1);
  assert_string_equal(crawler_page_text(page, NULL), whole);
  assert_string_equal(crawler_page_title(page), "A title");
  assert_string_equal(crawler_page_lang(page), "en");
  assert_string_equal(crawler_page_meta(page, "robots"), "noindex");
  assert_int_equal(crawler_page_robots(page), CRAWLER_PAGE_NOINDEX);
  assert_int_equal(crawler_page_unavailable_after_ms(page), -1);
  assert_string_equal(crawler_page_canonical(page), "http://a.test/kept");
  assert_int_equal(crawler_page_links_are_exact(page), 1);
  assert_int_equal(crawler_page_link_count(page), 4);
  assert_int_equal(crawler_page_links(page, &all, &offsets, &kinds, &flags), 4);
  assert_string_equal(all, "http://a.test/kept");
  assert_string_equal(all + offsets[3], "http://a.test/dir/j");
  assert_int_equal(kinds[3], CRAWLER_LINK_IMAGE);
  assert_int_equal(flags[3], 0);
  assert_string_equal(crawler_link_url(link), "http://a.test/dir/x?a&b");
  assert_string_equal(crawler_link_href(link), "x?a&b");
  assert_string_equal(crawler_link_text(link), "a link");
  assert_string_equal(crawler_link_rel(link), "next");
  assert_string_equal(crawler_link_hreflang(link), "de");
  assert_string_equal(crawler_link_tag(crawler_page_link(page, 2)), "img");
  assert_string_equal(crawler_link_attribute(crawler_page_link(page, 2)), "srcset");
  crawler_page_release(page);
}

static void each_part_has_its_base(void **state)
{
  static const struct {
    const char *text;
    const char *want; /* of the last link */
  } rows[] = {
    { "<base href=/b/><iframe srcdoc='<a href=x>'></iframe>", "http://a.test/b/x" },
    { "<base href=/b/><iframe srcdoc='<base href=c/><a href=x>'></iframe>", "http://a.test/b/c/x" },
    { "<iframe srcdoc='<a href=x>'></iframe><base href=/b/>", "http://a.test/b/x" },
    { "<iframe srcdoc='<base href=c/>'></iframe><a href=x>", "http://a.test/dir/x" },
    { "<iframe srcdoc=\"<base href=c/><iframe srcdoc='<base href=d/><a href=x>'></iframe>\">",
      "http://a.test/dir/c/d/x" },
    { "<table><iframe srcdoc='<base href=c/><a href=x>'></iframe></table>", /* from a tree */
      "http://a.test/dir/c/x" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    crawler_page *page = html(rows[i].text);
    size_t count = crawler_page_link_count(page);
    assert_true(count > 0);
    assert_string_equal(crawler_link_url(crawler_page_link(page, count - 1)), rows[i].want);
    assert_string_equal(crawler_link_href(crawler_page_link(page, count - 1)), "x");
    assert_int_equal(crawler_page_links_are_exact(page), 1);
    crawler_page_release(page);
  }
  crawler_page *page = html("<iframe srcdoc='<iframe srcdoc=&quot;<iframe srcdoc=&amp;quot;"
                            "<iframe srcdoc=x>&amp;quot;>&quot;>'></iframe><a href=y>");
  assert_int_equal(crawler_page_link_count(page), 1);
  assert_int_equal(crawler_page_links_are_exact(page), 0); /* four deep */
  crawler_page_release(page);
}

static void what_names_no_url_is_of_the_page_whatever_its_base(void **state)
{
  static const struct {
    const char *text;
    const char *want;
  } rows[] = {
    { "<meta http-equiv=refresh content=0>", "http://a.test/dir/page" },
    { "<meta http-equiv=refresh content='0; '>", "http://a.test/dir/page" },
    { "<meta http-equiv=refresh content='0;url='>", "http://a.test/b/" },
    { "<form action>", "http://a.test/dir/page" },
    { "<button formaction=''>", "http://a.test/dir/page" },
    { "<table><form action>", "http://a.test/dir/page" }, /* from a tree */
    { "<form action=' '>", "http://a.test/b/" },
    { "<a href>", "http://a.test/b/" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char text[128];
    (void)snprintf(text, sizeof(text), "<base href=/b/>%s", rows[i].text);
    crawler_page *page = html(text);
    assert_int_equal(crawler_page_link_count(page), 1);
    assert_string_equal(crawler_link_url(crawler_page_link(page, 0)), rows[i].want);
    crawler_page_release(page);
  }
}

static void links_of_feeds_are_relative_to_each_xml_base(void **state)
{
  static const char text[] =
      "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='f/'><link href='1'/>"
      "<entry xml:base='../g/'><link href='2'/></entry>"
      "<entry xml:base='http://b.test/h/'><link href='3' xml:base='i/'/></entry></feed>";
  static const char *const want[] = { "http://a.test/dir/f/1", "http://a.test/dir/g/2",
                                      "http://b.test/h/i/3" };
  crawler_page *page = document_of(BASE, "application/atom+xml", text, NULL);

  (void)state;
  assert_int_equal(crawler_page_link_count(page), 3);
  for (size_t i = 0; i < 3; i++)
    assert_string_equal(crawler_link_url(crawler_page_link(page, i)), want[i]);
  crawler_page_release(page);
}

static void what_nobody_fetched_has_no_response(void **state)
{
  crawler_page *page = html("<p>x");
  crawler_request *req = crawler_page_request(page);

  (void)state;
  assert_int_equal(crawler_page_status(page), 0);
  assert_int_equal(crawler_page_header_count(page), 0);
  assert_null(crawler_page_header(page, "Content-Type"));
  assert_null(crawler_page_header_name(page, 0));
  assert_null(crawler_page_header_value(page, 0));
  assert_string_equal(crawler_page_address(page), "");
  assert_null(crawler_page_location(page));
  assert_int_equal(crawler_page_fetched_at_ms(page), 0);
  assert_int_equal(crawler_page_elapsed_ms(page), 0);
  assert_int_equal(crawler_page_wire_bytes(page), 0);
  assert_string_equal(crawler_request_url(req), BASE);
  assert_string_equal(crawler_request_host(req), "a.test");
  assert_null(crawler_request_referrer(req));
  assert_null(crawler_request_via(req));
  assert_null(crawler_request_seed(req));
  assert_null(crawler_request_meta(req, "x"));
  assert_null(crawler_request_data(req));
  assert_int_equal(crawler_request_kind(req), CRAWLER_KIND_PAGE);
  assert_int_equal(crawler_request_method(req), CRAWLER_GET);
  assert_int_equal(crawler_request_is_seed(req), 0);
  assert_int_equal(crawler_request_depth(req), 0);
  assert_int_equal(crawler_request_attempt(req), 0);
  assert_int_equal(crawler_request_priority(req), 0);
  crawler_page_release(page);
}

static void count_call(void *data)
{
  ++*(int *)data;
}

static void a_document_is_nobodys_to_finish_or_submit(void **state)
{
  crawler_page *page = html("<p>x");
  crawler_request *req = crawler_page_request(page);
  crawler *c = crawler_new();
  int freed = 0;

  (void)state;
  assert_int_equal(crawler_page_defer(page), CRAWLER_E_STATE);
  assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_OK), CRAWLER_E_STATE);
  assert_int_equal(crawler_submit(c, req), CRAWLER_E_INVAL);
  crawler_request_free(req); /* not a request of its own */
  assert_int_equal(crawler_request_set_url(req, "/x"), CRAWLER_E_STATE);
  assert_int_equal(crawler_request_set_priority(req, 1), CRAWLER_E_STATE);
  assert_int_equal(crawler_request_set_meta(req, "key", "value"), 0);
  assert_string_equal(crawler_request_meta(req, "key"), "value");
  crawler_request_set_data(req, &freed, count_call);
  assert_ptr_equal(crawler_request_data(req), &freed);
  crawler_free(c);
  assert_int_equal(freed, 0);
  crawler_page_release(page);
  assert_int_equal(freed, 1);
}

static void references_are_counted(void **state)
{
  crawler_page *page = html("<p>x");

  (void)state;
  assert_ptr_equal(crawler_page_retain(page), page);
  crawler_page_release(page);
  assert_int_equal(crawler_page_build_document(page), 0);
  assert_non_null(crawler_page_root(page));
  crawler_page_release(page);
}

static void data_are_copied(void **state)
{
  char text[] = "<title>before</title><a href=before>before</a>";
  crawler_page *page = html(text);

  (void)state;
  memset(text, '<', sizeof(text));
  assert_string_equal(crawler_page_text(page, NULL),
                      "<title>before</title><a href=before>before</a>");
  assert_string_equal(crawler_page_title(page), "before");
  assert_string_equal(crawler_link_url(crawler_page_link(page, 0)), "http://a.test/dir/before");
  crawler_page_release(page);
}

/* ---- url ---- */

static void a_url_of_any_scheme_will_do(void **state)
{
  static const struct {
    const char *url, *want, *host, *link; /* link: of "x" */
  } cases[] = {
    { "http://u:p@a.test:8080/d/p?q#f", "http://a.test:8080/d/p?q", "a.test",
      "http://a.test:8080/d/x" },
    { "HTTPS://A.test", "https://a.test/", "a.test", "https://a.test/x" },
    { "http://[::1]/", "http://[::1]/", "[::1]", "http://[::1]/x" },
    { "file:///d/p.html", "file:///d/p.html", "", "file:///d/x" },
    { "ftp://a.test/d/p", "ftp://a.test/d/p", "a.test", "ftp://a.test/d/x" },
    { "app://host/d/p", "app://host/d/p", "host", "app://host/d/x" },
    { "data:text/html,x", "data:text/html,x", "", "" },
    { NULL, "about:blank", "", "" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    crawler_page *page = document_of(cases[i].url, "text/html", "<a href=x>", NULL);

    assert_string_equal(crawler_page_url(page), cases[i].want);
    assert_string_equal(crawler_request_host(crawler_page_request(page)), cases[i].host);
    assert_string_equal(crawler_link_url(crawler_page_link(page, 0)), cases[i].link);
    assert_int_equal(crawler_link_flags(crawler_page_link(page, 0)),
                     *cases[i].link ? 0 : CRAWLER_LINK_FLAG_INVALID);
    crawler_page_release(page);
  }
}

static void without_a_url_absolute_links_are_valid_and_a_base_helps(void **state)
{
  crawler_page *page =
      document_of(NULL, NULL, "<a href=http://b.test/x><a href=/y><a href='#z'>", NULL);

  (void)state;
  assert_string_equal(crawler_link_url(crawler_page_link(page, 0)), "http://b.test/x");
  assert_string_equal(crawler_link_url(crawler_page_link(page, 1)), "");
  assert_string_equal(crawler_link_href(crawler_page_link(page, 1)), "/y");
  assert_string_equal(crawler_link_url(crawler_page_link(page, 2)), "about:blank#z");
  crawler_page_release(page);
  page = document_of(NULL, NULL, "<title>t</title><base href=http://c.test/d/><a href=x>", NULL);
  assert_string_equal(crawler_link_url(crawler_page_link(page, 0)), "http://c.test/d/x");
  crawler_page_release(page);
}

/* ---- charsets and types ---- */

static void text_is_decoded_by_its_charset(void **state)
{
  static const struct {
    const char *type, *charset, *data;
    size_t bytes;
    const char *title;
  } cases[] = {
#define TEXT(text) text, sizeof(text) - 1
    { "text/html", "windows-1252", TEXT("<title>\x80\xe9</title>"), "\xe2\x82\xac\xc3\xa9" },
    { "text/html; charset=koi8-r", "koi8-r", TEXT("<title>\xc1</title>"), "\xd0\xb0" },
    { "text/html", "utf-8", TEXT("\xef\xbb\xbf<html><title>\xc3\xa9\xff</title>"),
      "\xc3\xa9\xef\xbf\xbd" },
    { NULL, "shift_jis", TEXT("<html><meta charset=sjis><title>\x82\xa0</title>"), "\xe3\x81\x82" },
    { "text/html; charset=iso-2022-jp", "iso-2022-jp", TEXT("<title>\x1b$B$\"\x1b(B</title>"),
      "\xe3\x81\x82" },
    { "text/html; charset=gbk", "gbk", TEXT("<title>\xd6\xd0</title>"), "\xe4\xb8\xad" },
    { "text/html; charset=big5", "big5", TEXT("<title>\xa4\xa4</title>"), "\xe4\xb8\xad" },
    { "text/html", "utf-16le", TEXT("\xff\xfe<\0t\0i\0t\0l\0e\0>\0\xe9\0<\0/\0t\0i\0t\0l\0e\0>\0"),
      "\xc3\xa9" },
#undef TEXT
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    crawler_page *page;

    assert_int_equal(
        crawler_document_new(&page, BASE, cases[i].type, cases[i].data, cases[i].bytes, NULL), 0);
    assert_string_equal(crawler_page_charset(page), cases[i].charset);
    assert_string_equal(crawler_page_title(page), cases[i].title);
    assert_non_null(strstr(crawler_page_text(page, NULL), cases[i].title));
    assert_int_equal(crawler_page_build_document(page), 0);
    crawler_page_release(page);
  }
}

static void the_type_says_what_is_read(void **state)
{
  static const struct {
    const char *type, *text, *mime;
    size_t links;
    int tree;
  } cases[] = {
    { NULL, "x<a href=x>", "text/plain", 0, CRAWLER_E_UNSUPPORTED },
    { NULL, "<!DOCTYPE html><a href=x>", "text/html", 1, 0 },
    { "", "<p><a href=x>", "text/html", 1, 0 },
    { "Text/HTML;x", "<a href=x>", "text/html", 1, 0 },
    { "application/xhtml+xml", "<a href=x>", "application/xhtml+xml", 1, 0 },
    { "text/plain", "<p><a href=x>", "text/plain", 0, CRAWLER_E_UNSUPPORTED },
    { "image/png", "<p><a href=x>", "image/png", 0, CRAWLER_E_UNSUPPORTED },
    { "text/html", "", "text/html", 0, CRAWLER_E_UNSUPPORTED },
    { NULL, "", "", 0, CRAWLER_E_UNSUPPORTED },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    crawler_page *page = document_of(BASE, cases[i].type, cases[i].text, NULL);

    assert_string_equal(crawler_page_mime(page), cases[i].mime);
    assert_int_equal(crawler_page_link_count(page), cases[i].links);
    assert_int_equal(crawler_page_build_document(page), cases[i].tree);
    assert_true((cases[i].tree == 0) == (crawler_page_root(page) != NULL));
    assert_true((*cases[i].text != '\0') == (crawler_page_body(page, NULL) != NULL));
    crawler_page_release(page);
  }
}

/* ---- which links ---- */

static void the_kinds_that_are_read_can_be_chosen(void **state)
{
  static const struct {
    const char *links;
    size_t count;
  } cases[] = { { NULL, 4 }, { "all", 5 }, { "image", 2 }, { "a, guess", 2 }, { "", 0 } };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    crawler_page *page = document_of(BASE, "text/html", whole, cases[i].links);

    assert_int_equal(crawler_page_link_count(page), cases[i].count);
    assert_string_equal(crawler_page_title(page), "A title");
    crawler_page_release(page);
  }
}

/* ---- the tree ---- */

static void the_tree_is_built_on_demand(void **state)
{
  crawler_page *page = html("<p class=c>one<p>two");
  const crawler_node *node;
  size_t bytes = 0;

  (void)state;
  assert_null(crawler_page_root(page));
  assert_int_equal(crawler_page_build_document(page), 0);
  node = crawler_page_root(page);
  assert_non_null(node);
  assert_int_equal(crawler_page_build_document(page), 0); /* once */
  assert_ptr_equal(crawler_page_root(page), node);
  while (node && !crawler_node_attr(node, "class"))
    node = crawler_node_walk(node, crawler_page_root(page));
  assert_non_null(node);
  assert_memory_equal(crawler_node_tag(node, &bytes), "p", 1);
  assert_int_equal(bytes, 1);
  assert_string_equal(crawler_node_text(crawler_node_first_child(node)), "one");
  crawler_page_release(page);
}

static void what_is_too_deep_for_a_tree_has_links_by_tokens(void **state)
{
  static const char end[] = "<table><a href=x>";
  enum { DEEP = 1000 };
  char *text = malloc(DEEP * 5 + sizeof(end));
  crawler_page *page;

  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < DEEP; i++)
    memcpy(text + 5 * i, "<div>", 5);
  memcpy(text + (size_t)5 * DEEP, end, sizeof(end));
  page = html(text);
  assert_int_equal(crawler_page_link_count(page), 1);
  assert_int_equal(crawler_page_links_are_exact(page), 0);
  assert_int_equal(crawler_page_build_document(page), CRAWLER_E_LIMIT);
  assert_null(crawler_page_root(page));
  crawler_page_release(page);
  free(text);
}

/* ---- errors ---- */

static void what_makes_no_sense_is_refused(void **state)
{
  static char long_url[17000] = "http://a.test/";
  static int nothing;
  crawler_page *const before = (crawler_page *)(void *)&nothing;
  crawler_page *page = before;

  (void)state;
  memset(long_url + 14, 'a', sizeof(long_url) - 15);
  assert_int_equal(crawler_document_new(NULL, BASE, NULL, "x", 1, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_document_new(&page, BASE, NULL, NULL, 1, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_document_new(&page, "", NULL, "x", 1, NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_document_new(&page, "/x", NULL, "x", 1, NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_document_new(&page, "http://[", NULL, "x", 1, NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_document_new(&page, long_url, NULL, "x", 1, NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_document_new(&page, BASE, NULL, "x", 1, "a,b"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_document_new(&page, BASE, NULL, "x", (1u << 30) + 1, NULL),
                   CRAWLER_E_LIMIT);
  assert_int_equal(crawler_document_new(&page, BASE, NULL, "x", SIZE_MAX, NULL), CRAWLER_E_LIMIT);
  assert_int_equal(crawler_document_new_with(NULL, &page, BASE, NULL, "x", 1, NULL),
                   CRAWLER_E_INVAL);
  assert_ptr_equal(page, before); /* results are written on success only */
  assert_int_equal(crawler_document_new(&page, BASE, NULL, NULL, 0, NULL), 0);
  crawler_page_release(page);
}

static void *take(size_t bytes, void *user)
{
  return cr_alloc(user, CR_MEM_CORE, bytes);
}

static void *resize(void *block, size_t bytes, void *user)
{
  return cr_resize(user, CR_MEM_CORE, block, bytes);
}

static void give_back(void *block, void *user)
{
  cr_free(user, block);
}

/* What is there after a refusal can be asked again. */
static void read_all(crawler_page *page, struct cr_mem *mem)
{
  const char *all;
  int err = crawler_page_build_document(page);

  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  assert_true((err == 0) == (crawler_page_root(page) != NULL));
  err = crawler_page_links(page, &all, NULL, NULL, NULL);
  assert_true(err > 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  assert_true(crawler_page_text(page, NULL) || cr_test_oom_refused(mem));
  assert_true(crawler_page_canonical(page) || cr_test_oom_refused(mem));
}

static void make_and_read(struct cr_mem *mem, void *arg)
{
  const char *text = arg;
  crawler *c = crawler_new_with(take, resize, give_back, mem);
  crawler_page *page = NULL;
  int err;

  assert_true(c || cr_test_oom_refused(mem));
  if (!c)
    return;
  err = crawler_document_new_with(c, &page, BASE, "text/html; charset=shift_jis", text,
                                  strlen(text), "all");
  assert_true(err == 0 ? page != NULL : err == CRAWLER_E_NOMEM && !page);
  assert_true(err == 0 || cr_test_oom_refused(mem));
  crawler_free(c);
  if (page)
    read_all(page, mem);
  crawler_page_release(page);
}

static void every_allocation_may_fail(void **state)
{
  static const char fostered[] = "<link rel=canonical href=/k><title>\x82\xa0</title>"
                                 "<table><a href=x>one<tr><td>&amp;<img srcset='a,b'>";

  (void)state;
  cr_test_oom(make_and_read, (void *)(uintptr_t)whole);    /* by tokens */
  cr_test_oom(make_and_read, (void *)(uintptr_t)fostered); /* by a tree */
}

static void memory_of_a_crawler_is_counted_as_its(void **state)
{
  crawler *c = crawler_new();
  struct cr_mem *mem = &c->home->mem;
  int64_t before = cr_mem_used(mem);
  crawler_page *page;

  (void)state;
  assert_int_equal(crawler_document_new_with(c, &page, BASE, NULL, whole, sizeof(whole) - 1, NULL),
                   0);
  assert_true(cr_mem_used(mem) > before + (int64_t)sizeof(whole));
  crawler_page_release(page);
  assert_int_equal(cr_mem_used(mem), before);
  crawler_free(c);
}

/* ---- threads ---- */

static void *make_many(void *arg)
{
  int *made = arg;

  for (int i = 0; i < 1000; i++) {
    crawler_page *page = NULL;
    const uint32_t *offsets = NULL;

    if (crawler_document_new(&page, BASE, NULL, whole, sizeof(whole) - 1, "all") < 0)
      break;
    if (crawler_page_links(page, NULL, &offsets, NULL, NULL) == 5 && offsets[5] > 100 &&
        (i % 10 != 0 || crawler_page_build_document(page) == 0))
      ++*made;
    crawler_page_release(page);
  }
  return NULL;
}

static void any_thread_makes_documents(void **state)
{
  pthread_t thread;
  int made_there = 0;
  int made_here = 0;

  (void)state;
  assert_int_equal(pthread_create(&thread, NULL, make_many, &made_there), 0);
  (void)make_many(&made_here);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(made_here, 1000);
  assert_int_equal(made_there, 1000);
}

/* ---- beside a crawl ---- */

struct crawled {
  struct cr_crawl_rig rig;
  int seen;
};

static int compare(crawler *c, crawler_page *page, void *user)
{
  struct crawled *crawled = user;
  struct cr_crawl_rig *rig = &crawled->rig;
  size_t bytes = 0;
  const void *body = crawler_page_body(page, &bytes);
  const char *type = crawler_page_header(page, "Content-Type");
  const char *links;
  const char *same;
  const uint32_t *ends;
  const uint32_t *same_ends;
  crawler_page *document = NULL;

  crawled->seen++;
  CR_CRAWL_EXPECT(
      rig, crawler_document_new(&document, crawler_page_url(page), type, body, bytes, NULL) == 0);
  if (!document)
    return 0;
  int count = crawler_page_links(page, &links, &ends, NULL, NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_links(document, &same, &same_ends, NULL, NULL) == count);
  CR_CRAWL_EXPECT(rig, ends[count] == same_ends[count]);
  CR_CRAWL_EXPECT(rig, memcmp(links, same, ends[count]) == 0);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_page_title(page), crawler_page_title(document)) == 0);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_page_charset(page), crawler_page_charset(document)) == 0);
  if (crawled->seen == 1) /* as if this page had been fetched */
    CR_CRAWL_EXPECT(rig, crawler_add_from(c, crawler_page_request(document), "/only-here") == 0);
  crawler_page_release(document);
  return 0;
}

static void a_document_is_what_a_crawl_makes_of_the_same_bytes(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/", .headers = "Content-Type: text/html; charset=big5\n", .body = whole },
    { .path = "/only-here", .body = "<title></title>" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 2);
  struct crawled crawled = { .seen = 0 };

  (void)state;
  cr_crawl_open(&crawled.rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_links(crawled.rig.c, "area"), 0);
  crawler_on_page(crawled.rig.c, compare, &crawled);
  cr_crawl_add(&crawled.rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&crawled.rig), 0);
  assert_int_equal(crawled.seen, 2);
  cr_crawl_check(&crawled.rig);
  cr_crawl_close(&crawled.rig);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_reads_pages_reads_documents),
    cmocka_unit_test(each_part_has_its_base),
    cmocka_unit_test(what_names_no_url_is_of_the_page_whatever_its_base),
    cmocka_unit_test(links_of_feeds_are_relative_to_each_xml_base),
    cmocka_unit_test(what_nobody_fetched_has_no_response),
    cmocka_unit_test(a_document_is_nobodys_to_finish_or_submit),
    cmocka_unit_test(references_are_counted),
    cmocka_unit_test(data_are_copied),
    cmocka_unit_test(a_url_of_any_scheme_will_do),
    cmocka_unit_test(without_a_url_absolute_links_are_valid_and_a_base_helps),
    cmocka_unit_test(text_is_decoded_by_its_charset),
    cmocka_unit_test(the_type_says_what_is_read),
    cmocka_unit_test(a_page_may_end_at_a_time),
    cmocka_unit_test(the_kinds_that_are_read_can_be_chosen),
    cmocka_unit_test(the_tree_is_built_on_demand),
    cmocka_unit_test(what_is_too_deep_for_a_tree_has_links_by_tokens),
    cmocka_unit_test(what_makes_no_sense_is_refused),
    cmocka_unit_test(every_allocation_may_fail),
    cmocka_unit_test(memory_of_a_crawler_is_counted_as_its),
    cmocka_unit_test(any_thread_makes_documents),
    cmocka_unit_test(a_document_is_what_a_crawl_makes_of_the_same_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

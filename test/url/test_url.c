/* SPDX-License-Identifier: MIT */
/* test_url.c - the parts of a URL, copies of it, and what is taken out of it.
 */
#include "url_cases.h"

static void parse(struct cr_url *url, const char *text)
{
  assert_int_equal(cr_url_parse(url, cr_span_text(text), NULL), 0);
}

static void the_parts_are_where_the_offsets_say(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  parse(&url, "https://user:pass@example.com:1234/foo/bar?baz#quux");
  assert_span(cr_url_host(&url), "example.com");
  assert_span(cr_url_target(&url), "/foo/bar?baz");
  assert_span(cr_url_path(&url), "/foo/bar");
  assert_span(cr_url_query(&url), "baz");
  assert_span(cr_url_fragment(&url), "quux");
  assert_int_equal(url.scheme, CR_SCHEME_HTTPS);
  assert_true(url.special && url.has_authority && !url.opaque_path && !url.file);

  parse(&url, "http://[::1]");
  assert_span(cr_url_host(&url), "[::1]");
  assert_span(cr_url_target(&url), "/");
  assert_null(cr_url_query(&url).at);
  assert_null(cr_url_fragment(&url).at);
  assert_int_equal(url.scheme, CR_SCHEME_HTTP);

  parse(&url, "http://a/?#");
  assert_span(cr_url_target(&url), "/?");
  assert_non_null(cr_url_query(&url).at);
  assert_int_equal(cr_url_query(&url).len, 0);
  assert_non_null(cr_url_fragment(&url).at);
  assert_int_equal(cr_url_fragment(&url).len, 0);

  parse(&url, "mailto:a@b?c");
  assert_span(cr_url_path(&url), "a@b");
  assert_span(cr_url_query(&url), "c");
  assert_int_equal(cr_url_host(&url).len, 0);
  assert_int_equal(url.scheme, CR_SCHEME_OTHER);
  assert_true(url.opaque_path && !url.special && !url.has_authority);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void the_port_is_the_one_in_effect(void **state)
{
  static const struct {
    const char *text;
    int port;
  } cases[] = { { "http://a", 80 },  { "https://a", 443 }, { "http://a:443", 443 },
                { "ws://a", 80 },    { "wss://a", 443 },   { "ftp://a", 21 },
                { "file:///a", -1 }, { "web://a", -1 },    { "web://a:5", 5 },
                { "mailto:a", -1 },  { "http://a:0", 0 } };
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    parse(&url, cases[i].text);
    assert_int_equal(cr_url_port(&url), cases[i].port);
  }
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

/* url and its text parsed anew must agree in every offset. */
static void assert_consistent(const struct cr_url *url)
{
  struct cr_url again;

  cr_url_init(&again, url->text.mem);
  assert_int_equal(cr_url_parse(&again, cr_url_text(url), NULL), 0);
  assert_span(cr_url_text(&again), url->text.data);
  assert_int_equal(url->scheme_end, again.scheme_end);
  assert_int_equal(url->username_at, again.username_at);
  assert_int_equal(url->username_end, again.username_end);
  assert_int_equal(url->password_end, again.password_end);
  assert_int_equal(url->host_at, again.host_at);
  assert_int_equal(url->host_end, again.host_end);
  assert_int_equal(url->path_at, again.path_at);
  assert_int_equal(url->query_at, again.query_at);
  assert_int_equal(url->fragment_at, again.fragment_at);
  assert_int_equal(url->port, again.port);
  cr_url_free(&again);
}

static void userinfo_and_fragment_can_be_taken_out(void **state)
{
  static const struct {
    const char *text;
    const char *without_userinfo;
    const char *without_both;
  } cases[] = {
    { "http://u:p@a:81/b?c#d", "http://a:81/b?c#d", "http://a:81/b?c" },
    { "http://u@a/", "http://a/", "http://a/" },
    { "http://:p@a/#", "http://a/#", "http://a/" },
    { "http://a/b#c", "http://a/b#c", "http://a/b" },
    { "web://u:p@a#b", "web://a#b", "web://a" },
    { "mailto:a@b#c", "mailto:a@b#c", "mailto:a@b" },
    { "web:/.//a?b#c", "web:/.//a?b#c", "web:/.//a?b" },
  };
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    parse(&url, cases[i].text);
    cr_url_strip_userinfo(&url);
    assert_span(cr_url_text(&url), cases[i].without_userinfo);
    assert_consistent(&url);
    cr_url_strip_fragment(&url);
    assert_span(cr_url_text(&url), cases[i].without_both);
    assert_consistent(&url);
    cr_url_strip_userinfo(&url);
    cr_url_strip_fragment(&url);
    assert_span(cr_url_text(&url), cases[i].without_both);
  }
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void some_fragments_name_pages(void **state)
{
  static const char *const pages[] = { "http://a/#!", "http://a/#!b", "http://a/?b#/c", "web:a#/" };
  static const char *const others[] = { "http://a/", "http://a/#", "http://a/#a!/", "http://a/!/",
                                        "http://a/?#%21" };
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
    parse(&url, pages[i]);
    assert_true(cr_url_names_page(&url));
  }
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
    parse(&url, others[i]);
    assert_false(cr_url_names_page(&url));
  }
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void take_fragment(struct cr_mem *mem, void *arg)
{
  struct cr_url url;
  struct cr_url from;

  (void)arg;
  cr_url_init(&url, mem);
  cr_url_init(&from, mem);
  int err = cr_url_parse(&from, CR_SPAN("http://b/#!c-of-a-length-that-needs-another-block"), NULL);
  if (err == 0)
    err = cr_url_parse(&url, CR_SPAN("http://a/"), NULL);
  if (err == 0)
    err = cr_url_take_fragment(&url, &from);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0) {
    assert_span(cr_url_text(&url), "http://a/#!c-of-a-length-that-needs-another-block");
    cr_url_strip_fragment(&from);
    cr_url_strip_fragment(&url);
    assert_int_equal(cr_url_take_fragment(&url, &from), 0); /* none there */
    assert_span(cr_url_text(&url), "http://a/");
  }
  cr_url_free(&url);
  cr_url_free(&from);
}

static void a_fragment_can_be_taken_over(void **state)
{
  (void)state;
  cr_test_oom(take_fragment, NULL);
}

static void no_fragment_makes_a_url_too_long(void **state)
{
  static char text[CR_URL_MAX_BYTES];
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url from;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&from, &mem);
  memset(text, 'a', sizeof(text));
  memcpy(text, "http://a/", 9);
  assert_int_equal(cr_url_parse(&url, cr_span(text, sizeof(text) - 3), NULL), 0);
  parse(&from, "http://a/#abc");
  assert_int_equal(cr_url_take_fragment(&url, &from), CRAWLER_E_LIMIT);
  parse(&from, "http://a/#ab");
  assert_int_equal(cr_url_take_fragment(&url, &from), 0);
  assert_int_equal(url.text.len, CR_URL_MAX_BYTES);
  assert_consistent(&url);
  cr_url_free(&url);
  cr_url_free(&from);
  cr_test_mem_done(&mem);
}

static void copy_scenario(struct cr_mem *mem, void *arg)
{
  struct cr_url from;
  struct cr_url to;

  (void)arg;
  cr_url_init(&from, mem);
  cr_url_init(&to, mem);
  int err = cr_url_parse(&to, CR_SPAN("mailto:x#y"), NULL);
  if (err == 0)
    err = cr_url_parse(&from, CR_SPAN("http://u:p@a:81/b?\nc#d"), NULL);
  if (err == 0)
    err = cr_url_copy(&to, &from);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0) {
    cr_url_strip_userinfo(&from);
    assert_span(cr_url_text(&to), "http://u:p@a:81/b?c#d");
  }
  cr_url_free(&from);
  cr_url_free(&to);
}

static void a_copy_stands_alone_and_out_of_memory_is_an_error(void **state)
{
  (void)state;
  cr_test_oom(copy_scenario, NULL);
}

static void a_copy_has_all_the_offsets(void **state)
{
  static const char *const texts[] = { "http://u:p@a:81/b?c#d", "mailto:a?b", "web:/.//a#b" };
  struct cr_mem mem;
  struct cr_url from;
  struct cr_url to;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&from, &mem);
  cr_url_init(&to, &mem);
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    parse(&from, texts[i]);
    assert_int_equal(cr_url_copy(&to, &from), 0);
    assert_span(cr_url_text(&to), texts[i]);
    assert_consistent(&to);
  }
  cr_url_free(&from);
  cr_url_free(&to);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_parts_are_where_the_offsets_say),
    cmocka_unit_test(the_port_is_the_one_in_effect),
    cmocka_unit_test(userinfo_and_fragment_can_be_taken_out),
    cmocka_unit_test(some_fragments_name_pages),
    cmocka_unit_test(a_fragment_can_be_taken_over),
    cmocka_unit_test(no_fragment_makes_a_url_too_long),
    cmocka_unit_test(a_copy_stands_alone_and_out_of_memory_is_an_error),
    cmocka_unit_test(a_copy_has_all_the_offsets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

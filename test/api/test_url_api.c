/* SPDX-License-Identifier: MIT */
/* URLs without a crawler: parsed, resolved, taken apart, and their keys. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

static crawler_url *parse(const char *text, const crawler_url *base)
{
  crawler_url *url = NULL;

  if (crawler_url_parse(&url, text, base) != 0)
    fail_msg("%s is not a URL", text);
  return url;
}

static void assert_text(const char *got, const char *want, const char *of)
{
  if ((got == NULL) != (want == NULL) || (got && strcmp(got, want) != 0))
    fail_msg("%s: %s, not %s", of, got ? got : "NULL", want ? want : "NULL");
}

static const struct {
  const char *in;
  const char *text;
  const char *scheme, *username, *password, *host, *path, *query, *fragment, *site;
  int port;
  int address;
} parts[] = {
  { "https://me:p%40w@www.Example.co.uk:8080/a/../b?c#d",
    "https://me:p%40w@www.example.co.uk:8080/b?c#d", "https", "me", "p%40w", "www.example.co.uk",
    "/b", "c", "d", "example.co.uk", 8080, 0 },
  { "http://a", "http://a/", "http", "", "", "a", "/", NULL, NULL, "a", 80, 0 },
  { "http://:pw@a.example/?#", "http://:pw@a.example/?#", "http", "", "pw", "a.example", "/", "",
    "", "a.example", 80, 0 },
  { "http://me@b.a.example.", "http://me@b.a.example./", "http", "me", "", "b.a.example.", "/",
    NULL, NULL, "a.example", 80, 0 },
  { "http://0x7f.1/", "http://127.0.0.1/", "http", "", "", "127.0.0.1", "/", NULL, NULL,
    "127.0.0.1", 80, 4 },
  { "https://[0::1]:443/", "https://[::1]/", "https", "", "", "[::1]", "/", NULL, NULL, "[::1]",
    443, 6 },
  { "https://co.uk/", "https://co.uk/", "https", "", "", "co.uk", "/", NULL, NULL, "co.uk", 443,
    0 },
  { "http://b\xc3\xbc"
    "cher.example/\xc3\xbc",
    "http://xn--bcher-kva.example/%C3%BC", "http", "", "", "xn--bcher-kva.example", "/%C3%BC", NULL,
    NULL, "xn--bcher-kva.example", 80, 0 },
  { "mailto:a@b?c", "mailto:a@b?c", "mailto", "", "", "", "a@b", "c", NULL, "", -1, 0 },
  { "file:///a", "file:///a", "file", "", "", "", "/a", NULL, NULL, "", -1, 0 },
  { "web:/.//a", "web:/.//a", "web", "", "", "", "//a", NULL, NULL, "", -1, 0 },
  { "http://./", "http://./", "http", "", "", ".", "/", NULL, NULL, ".", 80, 0 },
};

static void a_url_is_taken_apart(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    crawler_url *url = parse(parts[i].in, NULL);
    assert_text(crawler_url_text(url), parts[i].text, parts[i].in);
    assert_text(crawler_url_scheme(url), parts[i].scheme, parts[i].in);
    assert_text(crawler_url_username(url), parts[i].username, parts[i].in);
    assert_text(crawler_url_password(url), parts[i].password, parts[i].in);
    assert_text(crawler_url_host(url), parts[i].host, parts[i].in);
    assert_text(crawler_url_path(url), parts[i].path, parts[i].in);
    assert_text(crawler_url_query(url), parts[i].query, parts[i].in);
    assert_text(crawler_url_fragment(url), parts[i].fragment, parts[i].in);
    assert_text(crawler_url_site(url), parts[i].site, parts[i].in);
    assert_int_equal(crawler_url_port(url), parts[i].port);
    assert_int_equal(crawler_url_address(url), parts[i].address);
    crawler_url_free(url);
  }
}

static void references_are_resolved_and_the_base_may_go(void **state)
{
  crawler_url *base = parse("http://a.example/b/c?d#e", NULL);
  crawler_url *url = parse("../f?g", base);

  (void)state;
  crawler_url_free(base);
  assert_string_equal(crawler_url_text(url), "http://a.example/f?g");
  crawler_url *again = parse("#h", url);
  assert_string_equal(crawler_url_text(again), "http://a.example/f?g#h");
  crawler_url_free(again);
  crawler_url_free(url);
}

static void what_is_no_url_is_said(void **state)
{
  static char longest[70000];
  crawler_url *mail = parse("mailto:a", NULL);
  crawler_url *url = mail;

  (void)state;
  memset(longest, 'a', sizeof(longest) - 1);
  memcpy(longest, "http://a/", 9);
  assert_int_equal(crawler_url_parse(&url, "b", NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_url_parse(&url, "", NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_url_parse(&url, "http://[", NULL), CRAWLER_E_URL);
  assert_int_equal(crawler_url_parse(&url, "b", mail), CRAWLER_E_URL);
  assert_int_equal(crawler_url_parse(&url, longest, NULL), CRAWLER_E_LIMIT);
  assert_int_equal(crawler_url_parse(&url, NULL, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_url_parse(NULL, "http://a/", NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_url_parse_in(&url, NULL, 0, NULL, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_url_parse_in(&url, "http://a/", 9, NULL, "no charset"),
                   CRAWLER_E_UNSUPPORTED);
  assert_ptr_equal(url, mail); /* untouched */
  crawler_url_free(mail);
  crawler_url_free(NULL);
}

static void a_domain_beyond_ascii_has_a_limit(void **state)
{
  static const struct {
    const char *unit; /* of the domain, repeated */
    size_t times;
    int want;
  } rows[] = {
    { "a", 60000, 0 },
    { "\xd0\xb6", 384, 0 }, /* a Cyrillic letter */
    { "\xd0\xb6", 385, CRAWLER_E_LIMIT },
    { "\xc3\xbc", 192, 0 }, /* u and its dots */
    { "\xc3\xbc", 193, CRAWLER_E_LIMIT },
    { "%61", 1536, 0 },
    { "%61", 1537, CRAWLER_E_LIMIT },
  };
  static char text[61000];

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    size_t len = (size_t)snprintf(text, sizeof(text), "http://");
    for (size_t k = 0; k < rows[i].times; k++)
      len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", rows[i].unit);
    crawler_url *url = NULL;
    assert_int_equal(crawler_url_parse(&url, text, NULL), rows[i].want);
    crawler_url_free(url);
  }
}

static void queries_are_written_in_the_documents_encoding(void **state)
{
  static const struct {
    const char *charset;
    const char *want;
  } cases[] = {
    { NULL, "http://a.example/?%C3%BC" },           { "UTF-8", "http://a.example/?%C3%BC" },
    { " latin1 ", "http://a.example/?%FC" },        { "utf-16", "http://a.example/?%C3%BC" },
    { "KOI8-R", "http://a.example/?%26%23252%3B" },
  };
  crawler_url *base = parse("http://a.example/", NULL);

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    crawler_url *url = NULL;
    assert_int_equal(crawler_url_parse_in(&url, "?\xc3\xbc", 3, base, cases[i].charset), 0);
    assert_string_equal(crawler_url_text(url), cases[i].want);
    crawler_url_free(url);
  }
  crawler_url_free(base);
}

static void nul_bytes_are_bytes(void **state)
{
  crawler_url *url = NULL;

  (void)state;
  assert_int_equal(crawler_url_parse_in(&url, "http://a/b\0c", 12, NULL, NULL), 0);
  assert_string_equal(crawler_url_text(url), "http://a/b%00c");
  crawler_url_free(url);
}

static void keys_follow_their_rules(void **state)
{
  crawler_url *url =
      parse("http://u@www.a.example.//B/index.html;jsessionid=1/?x=%7e&utm_id=1&c#!d", NULL);
  static const struct {
    unsigned rules;
    const char *want;
  } cases[] = {
    { 0, "http://www.a.example//B/index.html;jsessionid=1/?x=~&utm_id=1&c" },
    { CRAWLER_URL_KEY_WWW, "http://a.example//B/index.html;jsessionid=1/?x=~&utm_id=1&c" },
    { CRAWLER_URL_KEY_SLASHES | CRAWLER_URL_KEY_TRACKING | CRAWLER_URL_KEY_SESSION |
          CRAWLER_URL_KEY_QUERY_ORDER,
      "http://www.a.example/B/index.html/?c&x=~" },
    { 511, "http://a.example/b?c&x=~#!d" },
    { ~0u, "http://a.example/b?c&x=~#!d" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_text(crawler_url_key(url, cases[i].rules), cases[i].want, "key");
  assert_text(crawler_url_key_without(url, 0, "x, utm_*"),
              "http://www.a.example//B/index.html;jsessionid=1/?c", "key");
  assert_text(crawler_url_key_without(url, 0, NULL), cases[0].want, "key");
  crawler_url_free(url);

  url = parse("mailto:A@b?#c", NULL);
  assert_text(crawler_url_key(url, ~0u), "mailto:A@b?", "key");
  crawler_url_free(url);
}

static void make_one(struct cr_mem *mem, void *arg)
{
  const struct cr_url_document document = { NULL, "windows-1252" };
  crawler_url *url = NULL;
  int err = cr_url_object_new(&url, mem, CR_SPAN("http://a.example/\t?\xc3\xbc"), &document);

  (void)arg;
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err < 0) {
    assert_null(url);
    return;
  }
  assert_string_equal(crawler_url_query(url), "%FC");
  const char *key = crawler_url_key(url, CRAWLER_URL_KEY_WWW);
  assert_int_equal(key == NULL, cr_test_oom_refused(mem));
  crawler_url_free(url);
}

static void out_of_memory_is_an_error(void **state)
{
  (void)state;
  cr_test_oom(make_one, NULL);
}

static void *read_all(void *arg)
{
  const crawler_url *url = arg;
  size_t bad = 0;

  for (int i = 0; i < 1000; i++)
    bad += strcmp(crawler_url_site(url), "a.example") != 0 || crawler_url_address(url) != 0 ||
           crawler_url_port(url) != 443;
  return bad ? arg : NULL;
}

static void many_threads_may_read_one(void **state)
{
  crawler_url *url = parse("https://b.a.example./", NULL);
  pthread_t threads[4];
  void *bad = NULL;

  (void)state;
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, read_all, url), 0);
  for (size_t i = 0; i < 4; i++) {
    void *result = NULL;
    assert_int_equal(pthread_join(threads[i], &result), 0);
    bad = result ? result : bad;
  }
  assert_null(bad);
  crawler_url_free(url);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_is_taken_apart),
    cmocka_unit_test(references_are_resolved_and_the_base_may_go),
    cmocka_unit_test(what_is_no_url_is_said),
    cmocka_unit_test(a_domain_beyond_ascii_has_a_limit),
    cmocka_unit_test(queries_are_written_in_the_documents_encoding),
    cmocka_unit_test(nul_bytes_are_bytes),
    cmocka_unit_test(keys_follow_their_rules),
    cmocka_unit_test(out_of_memory_is_an_error),
    cmocka_unit_test(many_threads_may_read_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_request.c - what a request takes over from a parsed URL. */
#include "model/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/oom.h"
#include "url/url.h"

static struct cr_mem mem;
static struct cr_arena arena;

static int open_arena(void **state)
{
  (void)state;
  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_CORE, 512, 0);
  return 0;
}

static int close_arena(void **state)
{
  (void)state;
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
  return 0;
}

static int set(struct crawler_request *req, const char *text)
{
  struct cr_url url;

  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, cr_span_text(text), NULL), 0);
  int err = cr_request_set_url(req, &url);
  cr_url_free(&url); /* the text was copied */
  return err;
}

static void assert_span(struct cr_span got, const char *want)
{
  if (!cr_span_eq(got, cr_span_text(want)))
    fail_msg("'%.*s', not '%s'", (int)got.len, got.at, want);
}

static void urls_are_taken_over_without_userinfo_and_fragment(void **state)
{
  (void)state;
  static const struct {
    const char *in;
    const char *url;
    const char *origin;
    const char *host;
    const char *target;
    int port;
    bool https;
  } cases[] = {
    { "http://a.example", "http://a.example/", "http://a.example", "a.example", "/", 80, false },
    { "https://A.example/b?c#d", "https://a.example/b?c", "https://a.example", "a.example", "/b?c",
      443, true },
    { "http://a.example/#", "http://a.example/", "http://a.example", "a.example", "/", 80, false },
    { "http://a.example/?#x?y", "http://a.example/?", "http://a.example", "a.example", "/?", 80,
      false },
    { "http://u:p@a.example:8080/b#c", "http://a.example:8080/b", "http://a.example:8080",
      "a.example", "/b", 8080, false },
    { "http://u@a.example/", "http://a.example/", "http://a.example", "a.example", "/", 80, false },
    { "http://u@a.example/b#!c", "http://a.example/b#!c", "http://a.example", "a.example", "/b#!c",
      80, false },
    { "http://a.example/?b#/c", "http://a.example/?b#/c", "http://a.example", "a.example", "/?b#/c",
      80, false },
    { "http://:p@a.example/", "http://a.example/", "http://a.example", "a.example", "/", 80,
      false },
    { "http://u:p%40q@r@a.example/@b", "http://a.example/@b", "http://a.example", "a.example",
      "/@b", 80, false },
    { "https://a.example:443/", "https://a.example/", "https://a.example", "a.example", "/", 443,
      true },
    { "https://a.example:80/", "https://a.example:80/", "https://a.example:80", "a.example", "/",
      80, true },
    { "http://a.example:65535/", "http://a.example:65535/", "http://a.example:65535", "a.example",
      "/", 65535, false },
    { "http://a.example:0/", "http://a.example:0/", "http://a.example:0", "a.example", "/", 0,
      false },
    { "http://u:p@[::1]:81/x", "http://[::1]:81/x", "http://[::1]:81", "[::1]", "/x", 81, false },
    { "http://b\xc3\xbc"
      "cher.example/\xc3\xbc",
      "http://xn--bcher-kva.example/%C3%BC", "http://xn--bcher-kva.example",
      "xn--bcher-kva.example", "/%C3%BC", 80, false },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct crawler_request req = { .arena = &arena, .mem = &mem, .host = "stale" };
    assert_int_equal(set(&req, cases[i].in), 0);
    assert_string_equal(req.url, cases[i].url);
    assert_int_equal(req.url_bytes, strlen(cases[i].url));
    assert_null(req.host);
    assert_span(cr_request_origin(&req), cases[i].origin);
    assert_span(cr_request_host(&req), cases[i].host);
    assert_span(cr_request_target(&req), cases[i].target);
    assert_int_equal(cr_request_resource(&req).len, strcspn(cases[i].target, "#"));
    assert_int_equal(req.port, cases[i].port);
    assert_int_equal(req.https, cases[i].https);
  }
}

static void other_schemes_leave_the_request_as_it_was(void **state)
{
  static const char *const others[] = {
    "ftp://a.example/", "mailto:x", "javascript:void(0)", "data:,x",
    "file:///x",        "ws://a/",  "https+x://a/",       "about:blank",
  };
  struct crawler_request req = { .arena = &arena, .mem = &mem };
  (void)state;

  assert_int_equal(set(&req, "http://a.example:81/b"), 0);
  struct crawler_request before = req;
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
    assert_int_equal(set(&req, others[i]), CRAWLER_E_SCHEME);
    assert_memory_equal(&req, &before, sizeof(req));
  }
}

/* head, then 'x' up to so many bytes, then tail. */
static const char *long_url(const char *head, size_t bytes, const char *tail)
{
  static char text[2 * CR_REQUEST_MAX_URL + 100];
  size_t len = strlen(head);

  memset(text, 'x', bytes);
  memcpy(text, head, len);
  memcpy(text + bytes, tail, strlen(tail) + 1);
  return text;
}

static void length_counts_what_is_asked_for(void **state)
{
  struct crawler_request req = { .arena = &arena, .mem = &mem };
  (void)state;

  assert_int_equal(set(&req, long_url("http://a/", CR_REQUEST_MAX_URL, "")), 0);
  assert_int_equal(req.url_bytes, CR_REQUEST_MAX_URL);
  const char *old = req.url;
  assert_int_equal(set(&req, long_url("http://a/", CR_REQUEST_MAX_URL + 1, "")), CRAWLER_E_LIMIT);
  assert_ptr_equal(req.url, old);

  assert_int_equal(set(&req, long_url("http://a/", CR_REQUEST_MAX_URL, "#fragment")), 0);
  assert_int_equal(req.url_bytes, CR_REQUEST_MAX_URL);
  assert_int_equal(set(&req, long_url("http://u:p@a/", CR_REQUEST_MAX_URL + 4, "")), 0);
  assert_int_equal(req.url_bytes, CR_REQUEST_MAX_URL);
  assert_int_equal(set(&req, long_url("http://", 2 * CR_REQUEST_MAX_URL, "@b.example/c")), 0);
  assert_string_equal(req.url, "http://b.example/c");
  assert_span(cr_request_host(&req), "b.example");
  assert_span(cr_request_target(&req), "/c");
}

static void extra_is_made_once(void **state)
{
  struct crawler_request req = { .arena = &arena, .mem = &mem };
  (void)state;

  struct cr_extra *extra = cr_request_extra(&req);
  assert_non_null(extra);
  assert_ptr_equal(req.extra, extra);
  assert_ptr_equal(cr_request_extra(&req), extra);
  cr_extra_free(extra);
}

static void set_with(struct cr_mem *oom, void *arg)
{
  struct cr_arena own;
  struct cr_url url;
  (void)arg;

  cr_arena_init(&own, oom, CR_MEM_CORE, 512, 0);
  struct crawler_request req = { .arena = &own, .mem = oom };
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://u:p@a.example/b#c"), NULL), 0);
  int err = cr_request_set_url(&req, &url);
  assert_int_equal(err, cr_test_oom_refused(oom) ? CRAWLER_E_NOMEM : 0);
  assert_int_equal(req.url != NULL, err == 0);
  struct cr_extra *extra = cr_request_extra(&req);
  assert_true(extra || cr_test_oom_refused(oom));
  assert_ptr_equal(req.extra, extra);
  cr_extra_free(extra);
  cr_url_free(&url);
  cr_arena_free(&own);
}

static void without_memory_the_request_has_no_url(void **state)
{
  (void)state;
  cr_test_oom(set_with, NULL);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

int main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_ARENA(urls_are_taken_over_without_userinfo_and_fragment),
    WITH_ARENA(other_schemes_leave_the_request_as_it_was),
    WITH_ARENA(length_counts_what_is_asked_for),
    WITH_ARENA(extra_is_made_once),
    WITH_ARENA(without_memory_the_request_has_no_url),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

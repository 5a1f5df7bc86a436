/* SPDX-License-Identifier: MIT */
/* test_scope.c - does a URL belong to the crawl? */
#include "filter/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"
#include "url/url.h"

struct rule {
  enum cr_scope_list list;
  const char *pattern; /* NULL: the end */
};

static struct cr_mem mem;

/* As the engine asks: the key is the host, with its port where that is neither 80 nor 443. */
static bool has(const struct cr_scope *scope, const char *text, bool trusted)
{
  struct cr_scope_url asked;
  struct cr_url url;
  char key[300];
  bool in;

  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, cr_span_text(text), NULL), 0);
  asked = (struct cr_scope_url){ .url = cr_url_text(&url),
                                 .host = cr_url_host(&url),
                                 .port = cr_url_port(&url),
                                 .trusted = trusted };
  asked.key = asked.host;
  if (asked.port != 80 && asked.port != 443) {
    (void)snprintf(key, sizeof(key), "%.*s:%d", (int)asked.host.len, asked.host.at, asked.port);
    asked.key = cr_span_text(key);
  }
  in = cr_scope_has(scope, &asked);
  cr_url_free(&url);
  return in;
}

static void seeds_hosts_are_the_scope(void **state)
{
  struct cr_scope *scope = NULL;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_scope_open(&scope, &mem), 0);
  assert_false(cr_scope_has_seed(scope, CR_SPAN("a.example")));
  assert_false(has(scope, "http://a.example/", false));
  assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("a.example")), 0);
  assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("a.example")), 0); /* twice is once */
  assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("p.example:8080")), 0);
  assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("[::1]:81")), 0);

  assert_true(has(scope, "http://a.example/x?y", false));
  assert_true(has(scope, "https://a.example/", false)); /* 80 and 443 are one server */
  assert_false(has(scope, "http://a.example:8080/", false));
  assert_false(has(scope, "http://www.a.example/", false));
  assert_false(has(scope, "http://example/", false));
  assert_false(has(scope, "http://a.example.org/", false));
  assert_true(has(scope, "http://p.example:8080/", false));
  assert_true(has(scope, "https://p.example:8080/", false));
  assert_false(has(scope, "http://p.example/", false));
  assert_false(has(scope, "http://p.example:8081/", false));
  assert_true(has(scope, "http://[::1]:81/", false));
  assert_false(has(scope, "http://[::1]/", false));

  assert_false(cr_scope_has_origin(scope, CR_SPAN("http://a.example")));
  assert_int_equal(cr_scope_add_origin(scope, CR_SPAN("http://a.example")), 0);
  assert_true(cr_scope_has_origin(scope, CR_SPAN("http://a.example")));
  assert_false(cr_scope_has_origin(scope, CR_SPAN("https://a.example")));
  assert_false(cr_scope_has_seed(scope, CR_SPAN("http://a.example")));
  cr_scope_close(scope);
  cr_test_mem_done(&mem);
}

/* Each row: one scope with the seed s.example. */
static void patterns_narrow_or_replace_the_seeds_hosts(void **state)
{
  (void)state;
  static const struct {
    struct rule rules[3];
    bool span;
    bool trusted;
    const char *url;
    bool want;
    const char *why;
  } cases[] = {
    { { { 0 } }, false, false, "http://s.example/", true, "the seed's host" },
    { { { 0 } }, false, false, "http://o.example/", false, "another" },
    { { { 0 } }, true, false, "http://o.example/", true, "span_hosts" },
    { { { 0 } }, false, true, "http://o.example/", true, "a seed's redirect" },
    { { { CR_SCOPE_DENY_HOST, "s.example" } }, false, false, "http://s.example/", false, "" },
    { { { CR_SCOPE_DENY_HOST, "s.example" } }, false, true, "http://s.example/", false, "even it" },
    { { { CR_SCOPE_DENY_HOST, "*.o.example" } }, true, false, "http://w.o.example/", false, "" },
    { { { CR_SCOPE_DENY_HOST, "*.o.example" } }, true, false, "http://o.example/", true, "" },
    { { { CR_SCOPE_DENY_URL, "*/private/*" } },
      false,
      true,
      "http://s.example/private/x",
      false,
      "" },
    { { { CR_SCOPE_DENY_URL, "*/private/*" } }, false, false, "http://s.example/public", true, "" },
    { { { CR_SCOPE_DENY_URL, "*/private/*" } },
      false,
      false,
      "http://o.example/public",
      false,
      "what isn't denied isn't allowed by that" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example" } }, false, false, "http://o.example/", true, "" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example" } },
      false,
      false,
      "http://s.example/x",
      false,
      "allowed hosts replace the seeds'" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example" } },
      false,
      true,
      "http://s.example/",
      true,
      "but the seed itself is in" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example" } },
      true,
      false,
      "http://third.example/",
      false,
      "span_hosts doesn't lift a list" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example:81" } }, false, false, "http://o.example:81/", true, "" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example:81" } }, false, false, "http://o.example/", false, "" },
    { { { CR_SCOPE_ALLOW_HOST, "*" } }, false, false, "http://third.example:9/", true, "" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" } }, false, false, "http://s.example/docs/x", true, "" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" } }, false, false, "http://s.example/x", false, "" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" } },
      false,
      false,
      "http://o.example/docs/x",
      false,
      "allowed URLs narrow the seeds' hosts" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" } }, true, false, "http://o.example/docs/x", true, "" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" } }, false, true, "http://s.example/", true, "the seed" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" }, { CR_SCOPE_ALLOW_HOST, "o.example" } },
      false,
      false,
      "http://o.example/docs/x",
      true,
      "both" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" }, { CR_SCOPE_ALLOW_HOST, "o.example" } },
      false,
      false,
      "http://o.example/x",
      false,
      "one of two" },
    { { { CR_SCOPE_ALLOW_URL, "*/docs/*" }, { CR_SCOPE_ALLOW_HOST, "o.example" } },
      false,
      false,
      "http://s.example/docs/x",
      false,
      "the other" },
    { { { CR_SCOPE_ALLOW_HOST, "*" }, { CR_SCOPE_DENY_HOST, "o.example" } },
      false,
      false,
      "http://o.example/",
      false,
      "deny wins" },
    { { { CR_SCOPE_DENY_HOST, "o.example" }, { CR_SCOPE_ALLOW_HOST, "*" } },
      false,
      false,
      "http://o.example/",
      false,
      "in any order" },
    { { { CR_SCOPE_DENY_URL, "*" }, { CR_SCOPE_ALLOW_URL, "*" } },
      true,
      true,
      "http://s.example/",
      false,
      "" },
  };

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_scope *scope = NULL;

    assert_int_equal(cr_scope_open(&scope, &mem), 0);
    assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("s.example")), 0);
    cr_scope_set_span_hosts(scope, cases[i].span);
    for (const struct rule *rule = cases[i].rules; rule->pattern; rule++)
      assert_int_equal(cr_scope_add_pattern(scope, rule->list, rule->pattern), 0);
    if (has(scope, cases[i].url, cases[i].trusted) != cases[i].want)
      fail_msg("row %zu: %s (%s)", i, cases[i].url, cases[i].why);
    cr_scope_close(scope);
  }
  cr_test_mem_done(&mem);
}

static void what_is_no_pattern_changes_nothing(void **state)
{
  struct cr_scope *scope = NULL;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_scope_open(&scope, &mem), 0);
  assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("s.example")), 0);
  assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_ALLOW_HOST, "a b"), CRAWLER_E_VALUE);
  assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_ALLOW_HOST, ""), CRAWLER_E_VALUE);
  assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_DENY_HOST, "s.example:0"), CRAWLER_E_VALUE);
  assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_DENY_URL, ""), CRAWLER_E_VALUE);
  assert_true(has(scope, "http://s.example/", false)); /* no allowed host has replaced it */
  assert_false(has(scope, "http://o.example/", false));
  cr_scope_close(scope);
  cr_scope_close(NULL);
  cr_test_mem_done(&mem);
}

static struct cr_span seed_name(char *text, size_t bytes, int i)
{
  int len = snprintf(text, bytes, "h%d.example:%d", i * i, i);
  return cr_span(text, (size_t)len);
}

static void many_seeds_are_all_found_and_only_they(void **state)
{
  struct cr_scope *scope = NULL;
  char text[64];
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_scope_open(&scope, &mem), 0);
  for (int i = 0; i < 3000; i++) {
    assert_false(cr_scope_has_seed(scope, seed_name(text, sizeof(text), i)));
    assert_int_equal(cr_scope_add_seed(scope, seed_name(text, sizeof(text), i)), 0);
    memset(text, 'x', sizeof(text)); /* the name was copied */
  }
  for (int i = 0; i < 6000; i++)
    assert_int_equal(cr_scope_has_seed(scope, seed_name(text, sizeof(text), i)), i < 3000);
  cr_scope_close(scope);
  cr_test_mem_done(&mem);
}

static void build(struct cr_mem *oom, void *arg)
{
  struct cr_scope *scope = NULL;
  char text[64];
  (void)arg;

  if (cr_scope_open(&scope, oom) < 0) {
    assert_true(cr_test_oom_refused(oom));
    return;
  }
  for (int i = 0; i < 20; i++) { /* the table grows twice */
    int err = cr_scope_add_seed(scope, seed_name(text, sizeof(text), i));
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
    assert_int_equal(cr_scope_has_seed(scope, seed_name(text, sizeof(text), i)), err == 0);
  }
  int err = cr_scope_add_pattern(scope, CR_SCOPE_ALLOW_HOST,
                                 "*.b\xc3\xbc"
                                 "cher.example");
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  err = cr_scope_add_pattern(scope, CR_SCOPE_DENY_URL, "*?session=*");
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  cr_scope_close(scope);
}

static void without_memory_nothing_is_half_added(void **state)
{
  (void)state;
  cr_test_oom(build, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(seeds_hosts_are_the_scope),
    cmocka_unit_test(patterns_narrow_or_replace_the_seeds_hosts),
    cmocka_unit_test(what_is_no_pattern_changes_nothing),
    cmocka_unit_test(many_seeds_are_all_found_and_only_they),
    cmocka_unit_test(without_memory_nothing_is_half_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

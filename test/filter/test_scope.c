/* SPDX-License-Identifier: MIT */
/* NEEDS: pcre2 */
/* test_scope.c - does a URL belong to the crawl? */
#include "filter/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "url/url.h"

struct rule {
  enum cr_scope_list list;
  const char *pattern; /* NULL: the end */
};

static struct cr_mem mem;

static struct cr_scope_verdict verdict; /* the last one's; its rule is the scope's */

/* As the engine asks: the key is the host, with its port where that is neither 80 nor 443. */
static bool has(const struct cr_scope *scope, const char *text, bool trusted)
{
  struct cr_scope_url asked;
  struct cr_url url;
  char key[300];

  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, cr_span_text(text), NULL), 0);
  asked = (struct cr_scope_url){ .url = cr_url_text(&url),
                                 .host = cr_url_host(&url),
                                 .path = cr_url_path(&url),
                                 .port = cr_url_port(&url),
                                 .https = url.scheme == CR_SCHEME_HTTPS,
                                 .trusted = trusted };
  asked.key = asked.host;
  if (asked.port != 80 && asked.port != 443) {
    (void)snprintf(key, sizeof(key), "%.*s:%d", (int)asked.host.len, asked.host.at, asked.port);
    asked.key = cr_span_text(key);
  }
  verdict = cr_scope_judge(scope, &asked);
  cr_url_free(&url);
  assert_int_equal(verdict.reason != CRAWLER_REASON_NONE, verdict.rule != NULL);
  return verdict.reason == CRAWLER_REASON_NONE;
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
    cr_scope_set_limits(
        scope, &(struct cr_scope_limits){ .reach = cases[i].span ? CR_REACH_ANY : CR_REACH_HOST });
    for (const struct rule *rule = cases[i].rules; rule->pattern; rule++)
      assert_int_equal(cr_scope_add_pattern(scope, rule->list, rule->pattern), 0);
    if (has(scope, cases[i].url, cases[i].trusted) != cases[i].want)
      fail_msg("row %zu: %s (%s)", i, cases[i].url, cases[i].why);
    cr_scope_close(scope);
  }
  cr_test_mem_done(&mem);
}

/* Each row: one scope with the seed s.example, without and with other rules. */
static void the_first_include_or_exclude_that_matches_decides(void **state)
{
  (void)state;
  static const struct {
    struct rule rules[4];
    const char *url;
    bool trusted;
    const char *rule; /* NULL: in */
  } cases[] = {
    { { { CR_SCOPE_EXCLUDE, "*.zip" } }, "http://s.example/a.zip", false, "exclude *.zip" },
    { { { CR_SCOPE_EXCLUDE, "*.zip" } }, "http://s.example/a.zip", true, "exclude *.zip" },
    { { { CR_SCOPE_EXCLUDE, "*.zip" } }, "http://s.example/a", false, NULL },
    { { { CR_SCOPE_EXCLUDE, "*.zip" } }, "http://o.example/a", false, "scope" },
    { { { CR_SCOPE_INCLUDE, "*/keep/*" }, { CR_SCOPE_EXCLUDE, "*.zip" } },
      "http://s.example/keep/a.zip",
      false,
      NULL },
    { { { CR_SCOPE_EXCLUDE, "*.zip" }, { CR_SCOPE_INCLUDE, "*/keep/*" } },
      "http://s.example/keep/a.zip",
      false,
      "exclude *.zip" },
    { { { CR_SCOPE_INCLUDE, "*/keep/*" } }, "http://o.example/keep/", false, NULL },
    { { { CR_SCOPE_INCLUDE, "host:*.cdn.example" } }, "http://a.cdn.example/x", false, NULL },
    { { { CR_SCOPE_INCLUDE, "host:*.cdn.example" } }, "http://cdn.example/x", false, "scope" },
    { { { CR_SCOPE_EXCLUDE, "host:s.example:81" } }, "http://s.example/", false, NULL },
    { { { CR_SCOPE_INCLUDE, "re:/\\d{4}/" }, { CR_SCOPE_EXCLUDE, "*" } },
      "http://s.example/2026/a",
      false,
      NULL },
    { { { CR_SCOPE_INCLUDE, "re:/\\d{4}/" }, { CR_SCOPE_EXCLUDE, "*" } },
      "http://s.example/203/a",
      false,
      "exclude *" },
    { { { CR_SCOPE_INCLUDE, "*" }, { CR_SCOPE_DENY_URL, "*.zip" } },
      "http://s.example/a.zip",
      false,
      "deny_url *.zip" },
    { { { CR_SCOPE_INCLUDE, "*.zip" }, { CR_SCOPE_ALLOW_URL, "*.html" } },
      "http://s.example/a.zip",
      false,
      NULL },
    { { { CR_SCOPE_ALLOW_URL, "re:\\.html$" } }, "http://s.example/a", false, "allow_url" },
    { { { CR_SCOPE_ALLOW_HOST, "o.example" } }, "http://s.example/a", false, "allow_host" },
    { { { CR_SCOPE_DENY_HOST, ".S.example" } },
      "http://s.example/a",
      true,
      "deny_host .S.example" },
    { { { CR_SCOPE_DENY_URL, "re:(?i)\\.ZIP$" } },
      "http://s.example/a.zip",
      true,
      "deny_url re:(?i)\\.ZIP$" },
  };

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_scope *scope = NULL;

    assert_int_equal(cr_scope_open(&scope, &mem), 0);
    assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("s.example")), 0);
    for (const struct rule *rule = cases[i].rules; rule->pattern; rule++)
      assert_int_equal(cr_scope_add_pattern(scope, rule->list, rule->pattern), 0);
    bool in = has(scope, cases[i].url, cases[i].trusted);
    if (in != !cases[i].rule || (!in && strcmp(verdict.rule, cases[i].rule) != 0))
      fail_msg("row %zu: %s", i, in ? "in" : verdict.rule);
    cr_scope_close(scope);
  }
  cr_test_mem_done(&mem);
}

static void an_expression_over_its_limit_rejects_with_a_reason_of_its_own(void **state)
{
  static const enum cr_scope_list lists[] = { CR_SCOPE_ALLOW_URL, CR_SCOPE_DENY_URL,
                                              CR_SCOPE_INCLUDE, CR_SCOPE_EXCLUDE };
  char url[2000] = "http://s.example/";
  (void)state;

  memset(url + strlen(url), 'a', sizeof(url) - strlen(url) - 2);
  url[sizeof(url) - 2] = '!';
  url[sizeof(url) - 1] = '\0';
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
    struct cr_scope *scope = NULL;

    assert_int_equal(cr_scope_open(&scope, &mem), 0);
    assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("s.example")), 0);
    assert_int_equal(cr_scope_add_pattern(scope, lists[i], "re:(a+)+$"), 0);
    assert_false(has(scope, url, false));
    assert_int_equal(verdict.reason, CRAWLER_REJECTED_PATTERN_LIMIT);
    assert_non_null(strstr(verdict.rule, " re:(a+)+$"));
    cr_scope_close(scope);
  }
  cr_test_mem_done(&mem);
}

/* Each row: a scope with the seeds below and one limit. */
static void limits_hold_for_what_no_seed_stands_for(void **state)
{
  (void)state;
  static const struct {
    struct cr_scope_limits limits;
    const char *url;
    const char *rule; /* NULL: in */
  } cases[] = {
    { { .reach = CR_REACH_SUBDOMAINS }, "http://www.a.co.uk/", NULL },
    { { .reach = CR_REACH_SUBDOMAINS }, "http://x.y.www.a.co.uk/", NULL },
    { { .reach = CR_REACH_SUBDOMAINS }, "http://a.co.uk/", "scope" },
    { { .reach = CR_REACH_SUBDOMAINS }, "http://xwww.a.co.uk/", "scope" },
    { { .reach = CR_REACH_SUBDOMAINS }, "http://x.p.example:8080/", NULL },
    { { .reach = CR_REACH_SUBDOMAINS }, "http://x.p.example/", "scope" },
    { { .reach = CR_REACH_DOMAIN }, "http://a.co.uk/", NULL },
    { { .reach = CR_REACH_DOMAIN }, "https://other.a.co.uk/", NULL },
    { { .reach = CR_REACH_DOMAIN }, "http://a.co.uk:81/", "scope" },
    { { .reach = CR_REACH_DOMAIN }, "http://b.co.uk/", "scope" },
    { { .reach = CR_REACH_DOMAIN }, "http://co.uk/", "scope" },
    { { .reach = CR_REACH_DOMAIN }, "http://x.p.example:8080/", NULL },
    { { .reach = CR_REACH_DOMAIN }, "http://127.0.0.1/", NULL },
    { { .reach = CR_REACH_DOMAIN }, "http://127.0.0.2/", "scope" },
    { { .reach = CR_REACH_SUBDOMAINS }, "http://10.127.0.1/", "scope" },
    { { .reach = CR_REACH_ANY }, "http://127.0.0.2/", NULL },
    { { .no_parent = true }, "http://www.a.co.uk/docs/", NULL },
    { { .no_parent = true }, "https://www.a.co.uk/docs/a/b?c", NULL },
    { { .no_parent = true }, "http://www.a.co.uk/%64%6fc%73/a", NULL },
    { { .no_parent = true }, "http://www.a.co.uk/~u/a", NULL },
    { { .no_parent = true }, "http://www.a.co.uk/%7Eu/a", NULL },
    { { .no_parent = true }, "http://www.a.co.uk/%c3%A4/a", NULL },
    { { .no_parent = true }, "http://www.a.co.uk/docs%2F/a", "no_parent" },
    { { .no_parent = true }, "http://www.a.co.uk/docs", "no_parent" },
    { { .no_parent = true }, "http://www.a.co.uk/", "no_parent" },
    { { .no_parent = true }, "http://www.a.co.uk/docsx/", "no_parent" },
    { { .no_parent = true }, "http://www.a.co.uk/x/docs/", "no_parent" },
    { { .no_parent = true }, "http://www.a.co.uk/?/docs/", "no_parent" },
    { { .no_parent = true }, "http://127.0.0.1/x", NULL },
    { { .no_parent = true, .reach = CR_REACH_ANY }, "http://o.example/", NULL },
    { { .schemes = CR_SPAN_INIT("https") }, "https://www.a.co.uk/", NULL },
    { { .schemes = CR_SPAN_INIT("https") }, "http://www.a.co.uk/", "schemes" },
    { { .ports = CR_SPAN_INIT("80,443") }, "https://www.a.co.uk/", NULL },
    { { .ports = CR_SPAN_INIT("80,443") }, "http://p.example:8080/", "ports" },
    { { .allow_extensions = CR_SPAN_INIT("html,none") }, "http://www.a.co.uk/a/", NULL },
    { { .allow_extensions = CR_SPAN_INIT("html,none") }, "http://www.a.co.uk/a.HTML?b", NULL },
    { { .allow_extensions = CR_SPAN_INIT("html") }, "http://www.a.co.uk/", "allow_extensions" },
    { { .allow_extensions = CR_SPAN_INIT("html") }, "http://www.a.co.uk/a.b", "allow_extensions" },
    { { .deny_extensions = CR_SPAN_INIT("zip") }, "http://www.a.co.uk/a.zip", "deny_extensions" },
    { { .deny_extensions = CR_SPAN_INIT("zip") }, "http://www.a.co.uk/a", NULL },
    { { .deny_extensions = CR_SPAN_INIT("none") }, "http://www.a.co.uk/a", "deny_extensions" },
  };

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_scope *scope = NULL;

    assert_int_equal(cr_scope_open(&scope, &mem), 0);
    cr_scope_set_limits(scope, &cases[i].limits);
    assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("www.a.co.uk")), 0);
    assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("p.example:8080")), 0);
    assert_int_equal(cr_scope_add_seed(scope, CR_SPAN("127.0.0.1")), 0);
    assert_int_equal(cr_scope_add_directory(scope, CR_SPAN("www.a.co.uk"), CR_SPAN("/docs/x")), 0);
    assert_int_equal(cr_scope_add_directory(scope, CR_SPAN("www.a.co.uk"), CR_SPAN("/%7eu/x")), 0);
    assert_int_equal(cr_scope_add_directory(scope, CR_SPAN("www.a.co.uk"), CR_SPAN("/%C3%a4/")), 0);
    assert_int_equal(cr_scope_add_directory(scope, CR_SPAN("127.0.0.1"), CR_SPAN("/")), 0);
    bool in = has(scope, cases[i].url, false);
    if (in != !cases[i].rule || (!in && strcmp(verdict.rule, cases[i].rule) != 0))
      fail_msg("row %zu: %s: %s", i, cases[i].url, in ? "in" : verdict.rule);
    assert_true(has(scope, cases[i].url, true));
    cr_scope_close(scope);
  }
  cr_test_mem_done(&mem);
}

static void a_directory_has_at_most_32_names(void **state)
{
  char path[200];
  (void)state;

  for (size_t i = 0; i < sizeof(path); i++)
    path[i] = i % 2 ? 'a' : '/';
  assert_int_equal(cr_scope_directory(cr_span(path, sizeof(path))).len, 65);
  assert_int_equal(cr_scope_directory(CR_SPAN("/a/b?c/d")).len, 3);
  assert_int_equal(cr_scope_directory(CR_SPAN("/")).len, 1);
  assert_int_equal(cr_scope_directory(CR_SPAN("")).len, 0);
}

/* A long host here and a long directory there: room for both together is needed. */
static void long_names_find_room(void **state)
{
  struct cr_scope *scope = NULL;
  static char host[5001];
  static char path[8001];
  static char url[14001];
  (void)state;

  memset(host, 'a', sizeof(host) - 1);
  memset(path, 'b', sizeof(path) - 1);
  path[0] = path[sizeof(path) - 2] = '/';
  (void)snprintf(url, sizeof(url), "http://%s%s", host, path);
  cr_test_mem_init(&mem);
  assert_int_equal(cr_scope_open(&scope, &mem), 0);
  for (int reach = CR_REACH_HOST; reach <= CR_REACH_DOMAIN; reach++) {
    cr_scope_set_limits(
        scope, &(struct cr_scope_limits){ .no_parent = true, .reach = (enum cr_scope_reach)reach });
    assert_int_equal(cr_scope_add_seed(scope, cr_span_text(host)), 0);
    assert_int_equal(cr_scope_add_directory(scope, CR_SPAN("s.example"), cr_span_text(path)), 0);
    assert_false(has(scope, url, false));
  }
  assert_int_equal(cr_scope_add_directory(scope, cr_span_text(host), CR_SPAN("/")), 0);
  cr_scope_close(scope);
  cr_test_mem_done(&mem);
}

/* ---- what other crawlers' tests decide ---- */

static void set_root(struct cr_scope *scope, const char *mode, const char *root)
{
  struct cr_scope_limits limits = { .reach = CR_REACH_HOST };
  char pattern[128];
  struct cr_url url;

  (void)snprintf(pattern, sizeof(pattern), "%s%s", strstr(root, "://") ? "" : "http://", root);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, cr_span_text(pattern), NULL), 0);
  struct cr_span site = cr_host_site(cr_url_host(&url));
  if (strcmp(mode, "rdn") == 0 || strcmp(mode, "same-domain") == 0)
    limits.reach = CR_REACH_DOMAIN;
  cr_scope_set_limits(scope, &limits);
  assert_int_equal(cr_scope_add_seed(scope, cr_url_host(&url)), 0);
  if (strcmp(mode, "dn") == 0) { /* the domain's first label anywhere in the host */
    (void)snprintf(pattern, sizeof(pattern), "re:^https?://[^/]*%.*s",
                   (int)((const char *)memchr(site.at, '.', site.len) - site.at), site.at);
    assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_INCLUDE, pattern), 0);
  }
  cr_url_free(&url);
}

static void scopes_of_other_crawlers_can_be_said_by_options(void **state)
{
  struct cr_jsonl rows;
  const struct cr_json *row;
  int checked = 0;
  (void)state;

  cr_test_mem_init(&mem);
  cr_jsonl_open(&rows, "filter/scope.jsonl");
  while ((row = cr_jsonl_next(&rows))) {
    struct cr_scope *scope = NULL;

    assert_int_equal(cr_scope_open(&scope, &mem), 0);
    set_root(scope, cr_json_text(row, "mode"), cr_json_text(row, "root"));
    if (has(scope, cr_json_text(row, "url"), false) != cr_json_bool(row, "in_scope", false))
      fail_msg("%s %s: %s", cr_json_text(row, "mode"), cr_json_text(row, "root"),
               cr_json_text(row, "url"));
    cr_scope_close(scope);
    checked++;
  }
  cr_jsonl_close(&rows);
  cr_test_mem_done(&mem);
  assert_int_equal(checked, 12);
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
  assert_null(cr_scope_pattern_error(scope));
  assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_EXCLUDE, "re:a(b"), CRAWLER_E_VALUE);
  assert_int_equal(cr_scope_pattern_error(scope)->offset, 3);
  assert_int_equal(cr_scope_add_pattern(scope, CR_SCOPE_INCLUDE, "host:a b"), CRAWLER_E_VALUE);
  assert_null(cr_scope_pattern_error(scope));
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
  err = cr_scope_add_pattern(scope, CR_SCOPE_EXCLUDE, "re:/\\d+/");
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  err = cr_scope_add_directory(scope, CR_SPAN("h0.example"), CR_SPAN("/a/b/"));
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
    cmocka_unit_test(the_first_include_or_exclude_that_matches_decides),
    cmocka_unit_test(an_expression_over_its_limit_rejects_with_a_reason_of_its_own),
    cmocka_unit_test(limits_hold_for_what_no_seed_stands_for),
    cmocka_unit_test(a_directory_has_at_most_32_names),
    cmocka_unit_test(long_names_find_room),
    cmocka_unit_test(scopes_of_other_crawlers_can_be_said_by_options),
    cmocka_unit_test(what_is_no_pattern_changes_nothing),
    cmocka_unit_test(many_seeds_are_all_found_and_only_they),
    cmocka_unit_test(without_memory_nothing_is_half_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

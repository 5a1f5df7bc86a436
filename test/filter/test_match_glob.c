/* SPDX-License-Identifier: MIT */
/* NEEDS: pcre2 */
/* test_match_glob.c - URL globs, host patterns, and lists of them.
 *
 * Tables; a recursive model of globs on random text; what lists decide; scope decisions of other
 * crawlers' tests, put as patterns.
 */
#include "filter/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "url/url.h"

/* ---- globs ---- */

static void globs_match_whole_urls(void **state)
{
  (void)state;
  static const struct {
    const char *glob;
    const char *url;
    bool want;
    const char *why;
  } cases[] = {
    { "http://a.example/", "http://a.example/", true, "itself" },
    { "http://a.example/", "http://a.example/b", false, "the whole URL, not its start" },
    { "http://a.example/b", "http://a.example/", false, "" },
    { "http://a.example/B", "http://a.example/b", false, "case matters" },
    { "*", "http://a.example/", true, "" },
    { "*", "", true, "an empty run" },
    { "?", "", false, "one character" },
    { "?", "a", true, "" },
    { "??", "a", false, "" },
    { "http://a.example/*", "http://a.example/", true, "" },
    { "http://a.example/*", "http://a.example/b/c?d", true, "'*' crosses '/' and '?'" },
    { "*/b/*", "http://a.example/b/c", true, "" },
    { "*.html", "http://a.example/b.html", true, "" },
    { "*.html", "http://a.example/b.html?c", false, "" },
    { "*.html", "http://a.example/.html.html", true, "the last place counts" },
    { "*a*b*c*", "a-b-c", true, "" },
    { "*a*b*c*", "a-c-b", false, "" },
    { "*ab*ab", "ab", false, "pieces don't overlap" },
    { "*ab*ab", "abab", true, "" },
    { "*aab", "aaab", true, "a false start" },
    { "*?b", "ab", true, "" },
    { "*?b", "b", false, "" },
    { "a?c", "a?c", true, "'?' is one of them" },
    { "a*", "a*", true, "so is '*'" },
    { "a[b]\\*", "a[b]\\x", true, "there is nothing else" },
    { "*********a", "ba", true, "" },
    { "a**?**b", "ab", false, "" },
    { "a**?**b", "axb", true, "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (cr_match_glob(cr_span_text(cases[i].glob), cr_span_text(cases[i].url)) != cases[i].want)
      fail_msg("%s: %s (%s)", cases[i].glob, cases[i].url, cases[i].why);
}

/* The definition, word for word. */
static bool model_glob(const char *glob, const char *text)
{
  if (*glob == '\0')
    return *text == '\0';
  if (*glob == '*')
    return model_glob(glob + 1, text) || (*text != '\0' && model_glob(glob, text + 1));
  return *text != '\0' && (*glob == '?' || *glob == *text) && model_glob(glob + 1, text + 1);
}

static void fill(struct cr_random *random, char *out, size_t max, const char *from)
{
  size_t len = (size_t)cr_random_below(random, max);
  for (size_t i = 0; i < len; i++)
    out[i] = from[cr_random_below(random, strlen(from))];
  out[len] = '\0';
}

static void random_globs_match_as_defined(void **state)
{
  (void)state;
  struct cr_random random = { 1984 };
  size_t matches = 0;
  char glob[10];
  char text[14];

  for (int round = 0; round < 200000; round++) {
    fill(&random, glob, sizeof(glob), "ab**?");
    fill(&random, text, sizeof(text), "ab");
    bool got = cr_match_glob(cr_span_text(glob), cr_span_text(text));
    if (got != model_glob(glob, text))
      fail_msg("'%s' '%s' (round %d)", glob, text, round);
    matches += got;
  }
  assert_true(matches > 10000);
}

/* A matcher that tries every length of every '*' would take longer than the universe has. */
static void many_stars_end_in_time(void **state)
{
  (void)state;
  static char glob[CR_MATCH_MAX_BYTES];
  static char text[4096];

  memset(text, 'a', sizeof(text));
  for (size_t i = 0; i < sizeof(glob); i += 2)
    memcpy(glob + i, "*a", 2);
  glob[sizeof(glob) - 1] = 'b';
  assert_false(cr_match_glob(cr_span(glob, sizeof(glob)), cr_span(text, sizeof(text))));
  text[sizeof(text) - 1] = 'b';
  assert_true(cr_match_glob(cr_span(glob, sizeof(glob)), cr_span(text, sizeof(text))));
  memset(glob, '*', sizeof(glob) - 1);
  assert_true(cr_match_glob(cr_span(glob, sizeof(glob)), cr_span(text, sizeof(text))));
  assert_true(cr_match_glob(cr_span(NULL, 0), cr_span(NULL, 0)));
}

/* Steps in the product of the lengths would be 60 thousand million here. */
static void a_long_piece_is_searched_in_linear_time(void **state)
{
  static char glob[2000];
  static char text[16384];
  (void)state;

  memset(text, 'a', sizeof(text));
  memset(glob, 'a', sizeof(glob));
  glob[0] = '*';
  glob[sizeof(glob) - 2] = 'b';
  glob[sizeof(glob) - 1] = '*';
  for (int i = 0; i < 2000; i++)
    assert_false(cr_match_glob(cr_span(glob, sizeof(glob)), cr_span(text, sizeof(text))));
  text[sizeof(text) - 1] = 'b';
  assert_true(cr_match_glob(cr_span(glob, sizeof(glob)), cr_span(text, sizeof(text))));
}

/* ---- host patterns ---- */

static bool host_matches(const char *pattern, const char *host, int port)
{
  struct cr_match_rules rules;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  cr_match_init(&rules, &mem);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_ALLOW_HOST, cr_span_text(pattern)), 0);
  bool accepted = cr_match_evaluate(&rules, CR_SPAN("u"), cr_span_text(host), port).accepted;
  cr_match_free(&rules);
  cr_test_mem_done(&mem);
  return accepted;
}

static void host_patterns_match_hosts(void **state)
{
  (void)state;
  static const struct {
    const char *pattern;
    const char *host;
    int port;
    bool want;
    const char *why;
  } cases[] = {
    { "example.org", "example.org", 80, true, "itself" },
    { "example.org", "www.example.org", 80, false, "and nothing else" },
    { "example.org", "badexample.org", 80, false, "" },
    { "example.org", "example.org.evil.example", 80, false, "" },
    { "Example.ORG", "example.org", 80, true, "any case" },
    { "example.org", "EXAMPLE.org", 80, true, "any case" },
    { "*.example.org", "www.example.org", 80, true, "below" },
    { "*.example.org", "a.b.example.org", 80, true, "far below" },
    { "*.example.org", "example.org", 80, false, "not the name itself" },
    { "*.example.org", "badexample.org", 80, false, "labels are whole" },
    { "*.example.org", ".example.org", 80, true, "an empty label is below too" },
    { ".example.org", "example.org", 80, true, "both" },
    { ".example.org", "www.example.org", 80, true, "both" },
    { ".example.org", "badexample.org", 80, false, "" },
    { ".example.org", "org", 80, false, "" },
    { "*", "example.org", 80, true, "every host" },
    { "*", "[::1]", 80, true, "every host" },
    { "*:8080", "example.org", 8080, true, "" },
    { "*:8080", "example.org", 80, false, "" },
    { "example.org:8080", "example.org", 8080, true, "" },
    { "example.org:8080", "example.org", 80, false, "" },
    { "example.org:8080", "example.org", -1, false, "an unknown port is none" },
    { "example.org:80", "example.org", 80, true, "the effective one counts" },
    { "example.org", "example.org", 8080, true, "without a port, any" },
    { "*.example.org:443", "a.example.org", 443, true, "" },
    { "example.org.", "example.org", 80, true, "a dot at the end" },
    { "example.org", "example.org.", 80, true, "a dot at the end" },
    { ".example.org", "www.example.org.", 80, true, "a dot at the end" },
    { "localhost", "localhost", 80, true, "" },
    { "127.0.0.1", "127.0.0.1", 80, true, "" },
    { "127.1:81", "127.0.0.1", 81, true, "as URLs may spell it" },
    { "[::1]", "[::1]", 80, true, "" },
    { "[0:0::1]:8080", "[::1]", 8080, true, "" },
    { "[::1]:8080", "[::1]", 80, false, "" },
    { "b\xc3\xbc"
      "cher.example",
      "xn--bcher-kva.example", 80, true, "IDNA" },
    { "*.b\xc3\xbc"
      "cher.example",
      "www.xn--bcher-kva.example", 80, true, "IDNA" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (host_matches(cases[i].pattern, cases[i].host, cases[i].port) != cases[i].want)
      fail_msg("%s: %s %d (%s)", cases[i].pattern, cases[i].host, cases[i].port, cases[i].why);
}

static void what_is_no_host_pattern_is_refused(void **state)
{
  (void)state;
  static const char *const patterns[] = {
    "",
    ".",
    "*.",
    "..",
    "*..a",
    "**",
    "*a",
    "a*b",
    "a.*",
    "*.*",
    ":80",
    "a:",
    "a:0",
    "a:x",
    "a:65536",
    "a:-1",
    "a:80:80",
    "http://a",
    "a/b",
    "a b",
    "a@b",
    "::1",
    "[::1",
    "[x]",
    "*.127.0.0.1",
    ".[::1]",
    "1.2.3.4.5",
    "a\xff",
    "a,b c",
    "?",
    "a:99999999999999999999",
  };
  struct cr_match_rules rules;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  cr_match_init(&rules, &mem);
  for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
    if (cr_match_add(&rules, CR_MATCH_DENY_HOST, cr_span_text(patterns[i])) != CRAWLER_E_VALUE)
      fail_msg("'%s' is taken", patterns[i]);
  assert_int_equal(rules.count, 0);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_ALLOW_URL, CR_SPAN("")), CRAWLER_E_VALUE);
  cr_match_free(&rules);
  cr_test_mem_done(&mem);
}

/* ---- lists ---- */

/* Rules as "+h=host", "-h=host", "+u=glob", "-u=glob", separated by blanks. */
static void add_all(struct cr_match_rules *rules, const char *text)
{
  while (*text != '\0') {
    size_t len = strcspn(text, " ");
    enum cr_match_kind kind = text[1] == 'h'
                                  ? (text[0] == '+' ? CR_MATCH_ALLOW_HOST : CR_MATCH_DENY_HOST)
                                  : (text[0] == '+' ? CR_MATCH_ALLOW_URL : CR_MATCH_DENY_URL);
    assert_int_equal(cr_match_add(rules, kind, cr_span(text + 3, len - 3)), 0);
    text += len + (text[len] == ' ');
  }
}

static void deny_wins_and_each_kind_of_allow_is_needed(void **state)
{
  (void)state;
  static const struct {
    const char *rules;
    const char *host; /* the URL is "http://HOST/path" */
    bool accepted;
    int rule; /* -1: none */
    const char *why;
  } cases[] = {
    { "", "a.example", true, -1, "no rules" },
    { "-h=b.example", "a.example", true, -1, "no allow rules: all that isn't denied" },
    { "-h=a.example", "a.example", false, 0, "denied" },
    { "+h=a.example", "a.example", true, 0, "allowed" },
    { "+h=a.example", "b.example", false, -1, "not allowed" },
    { "+h=a.example +h=b.example", "b.example", true, 1, "one of a kind is enough" },
    { "+h=a.example +h=b.example", "a.example", true, 0, "whichever" },
    { "+h=a.example -h=a.example", "a.example", false, 1, "deny wins" },
    { "-h=a.example +h=a.example", "a.example", false, 0, "in any order" },
    { "+h=.example -u=*path", "a.example", false, 1, "across kinds" },
    { "+u=*path +h=.example", "a.example", true, 1, "both kinds are needed, and met" },
    { "+u=*path +h=b.example", "a.example", false, -1, "both kinds are needed" },
    { "+u=*other +h=.example", "a.example", false, -1, "both kinds are needed" },
    { "-h=a.example -u=*", "a.example", false, 0, "the first deny rule is named" },
    { "-u=* -h=a.example", "a.example", false, 0, "the first deny rule is named" },
    { "+u=*x -u=http://a.example/path", "a.example", false, 1, "denied, not merely unallowed" },
  };
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_match_rules rules;
    char url[64];

    cr_match_init(&rules, &mem);
    add_all(&rules, cases[i].rules);
    (void)snprintf(url, sizeof(url), "http://%s/path", cases[i].host);
    struct cr_match_verdict got =
        cr_match_evaluate(&rules, cr_span_text(url), cr_span_text(cases[i].host), 80);
    size_t rule = cases[i].rule < 0 ? CR_MATCH_NO_RULE : (size_t)cases[i].rule;
    if (got.accepted != cases[i].accepted || got.rule != rule)
      fail_msg("'%s': %s: accepted %d, rule %zu (%s)", cases[i].rules, url, got.accepted, got.rule,
               cases[i].why);
    cr_match_free(&rules);
  }
  cr_test_mem_done(&mem);
}

static void lists_and_patterns_have_a_ceiling(void **state)
{
  (void)state;
  static char text[CR_MATCH_MAX_BYTES + 1];
  struct cr_match_rules rules;
  struct cr_mem mem;

  memset(text, 'a', sizeof(text));
  cr_test_mem_init(&mem);
  cr_match_init(&rules, &mem);
  for (size_t i = 0; i < CR_MATCH_MAX_RULES; i++)
    assert_int_equal(cr_match_add(&rules, CR_MATCH_ALLOW_URL, CR_SPAN("b*")), 0);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_DENY_URL, CR_SPAN("*")), CRAWLER_E_LIMIT);
  assert_int_equal(rules.count, CR_MATCH_MAX_RULES);
  assert_true(cr_match_evaluate(&rules, CR_SPAN("b"), CR_SPAN("a"), 80).accepted);
  cr_match_free(&rules);
  assert_int_equal(rules.count, 0);

  struct cr_span longest = cr_span(text, CR_MATCH_MAX_BYTES);
  struct cr_span longer = cr_span(text, CR_MATCH_MAX_BYTES + 1);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_ALLOW_URL, longest), 0);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_ALLOW_URL, longer), CRAWLER_E_VALUE);
  assert_true(cr_match_evaluate(&rules, longest, CR_SPAN("a"), 80).accepted);
  cr_match_free(&rules);
  cr_test_mem_done(&mem);
}

/* ---- what other crawlers' tests decide ---- */

/* The patterns that stand for a mode of scope and its root. */
static void add_scope(struct cr_match_rules *rules, const char *mode, struct cr_span root)
{
  struct cr_span site = cr_host_site(root);
  enum cr_match_kind kind = CR_MATCH_ALLOW_HOST;
  char pattern[128];

  if (strcmp(mode, "fqdn") == 0 || strcmp(mode, "same-hostname") == 0) {
    (void)snprintf(pattern, sizeof(pattern), "%.*s", (int)root.len, root.at);
  } else if (strcmp(mode, "rdn") == 0 || strcmp(mode, "same-domain") == 0) {
    (void)snprintf(pattern, sizeof(pattern), ".%.*s", (int)site.len, site.at);
  } else {
    const char *dot = memchr(site.at, '.', site.len);
    assert_string_equal(mode, "dn");
    assert_non_null(dot);
    (void)snprintf(pattern, sizeof(pattern), "*://*%.*s*/*", (int)(dot - site.at), site.at);
    kind = CR_MATCH_ALLOW_URL;
  }
  assert_int_equal(cr_match_add(rules, kind, cr_span_text(pattern)), 0);
}

static void parse_url(struct cr_url *url, const char *text)
{
  char whole[256];
  (void)snprintf(whole, sizeof(whole), "%s%s", strstr(text, "://") ? "" : "http://", text);
  assert_int_equal(cr_url_parse(url, cr_span_text(whole), NULL), 0);
}

static void scopes_of_other_crawlers_can_be_said_as_patterns(void **state)
{
  (void)state;
  struct cr_jsonl rows;
  const struct cr_json *row;
  size_t checked = 0;
  struct cr_url root;
  struct cr_url url;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  cr_url_init(&root, &mem);
  cr_url_init(&url, &mem);
  cr_jsonl_open(&rows, "filter/scope.jsonl");
  while ((row = cr_jsonl_next(&rows))) {
    struct cr_match_rules rules;

    cr_match_init(&rules, &mem);
    parse_url(&root, cr_json_text(row, "root"));
    parse_url(&url, cr_json_text(row, "url"));
    add_scope(&rules, cr_json_text(row, "mode"), cr_url_host(&root));
    bool accepted =
        cr_match_evaluate(&rules, cr_url_text(&url), cr_url_host(&url), cr_url_port(&url)).accepted;
    if (accepted != cr_json_bool(row, "in_scope", false))
      fail_msg("%s %s: %s", cr_json_text(row, "mode"), cr_json_text(row, "root"),
               cr_json_text(row, "url"));
    cr_match_free(&rules);
    checked++;
  }
  cr_jsonl_close(&rows);
  cr_url_free(&root);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
  assert_int_equal(checked, 12);
}

/* ---- memory ---- */

static void add_some(struct cr_mem *mem, void *arg)
{
  struct cr_match_rules rules;
  int err = 0;

  (void)arg;
  cr_match_init(&rules, mem);
  for (int i = 0; i < 10 && err == 0; i++) {
    size_t before = rules.count;
    err = i % 2 ? cr_match_add(&rules, CR_MATCH_DENY_HOST,
                               CR_SPAN("*.b\xc3\xbc"
                                       "cher.example:80"))
                : cr_match_add(&rules, CR_MATCH_ALLOW_URL, CR_SPAN("http://*"));
    assert_true(err == 0 || err == CRAWLER_E_NOMEM);
    assert_int_equal(rules.count, before + (err == 0));
  }
  assert_int_equal(err != 0, cr_test_oom_refused(mem));
  (void)cr_match_evaluate(&rules, CR_SPAN("http://a/"), CR_SPAN("a"), 80);
  cr_match_free(&rules);
}

static void a_refused_allocation_adds_nothing(void **state)
{
  (void)state;
  cr_test_oom(add_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(globs_match_whole_urls),
    cmocka_unit_test(random_globs_match_as_defined),
    cmocka_unit_test(many_stars_end_in_time),
    cmocka_unit_test(a_long_piece_is_searched_in_linear_time),
    cmocka_unit_test(host_patterns_match_hosts),
    cmocka_unit_test(what_is_no_host_pattern_is_refused),
    cmocka_unit_test(deny_wins_and_each_kind_of_allow_is_needed),
    cmocka_unit_test(lists_and_patterns_have_a_ceiling),
    cmocka_unit_test(scopes_of_other_crawlers_can_be_said_as_patterns),
    cmocka_unit_test(a_refused_allocation_adds_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

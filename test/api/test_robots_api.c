/* SPDX-License-Identifier: MIT */
/* test_robots_api.c - a robots.txt without a crawler. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/jsonl.h"
#include "support/oom.h"

#define OWN "https://a.example/robots.txt"

static crawler_robots *parse(const char *url, const char *text, const char *agent, unsigned flags)
{
  crawler_robots *robots = NULL;

  assert_int_equal(crawler_robots_new(&robots, url, text, strlen(text), agent, flags), 0);
  return robots;
}

static const char rules[] = "# of a.example\n"
                            "Sitemap: /map.xml#top\n"
                            "User-agent: Examplebot\n"
                            "disallow : /private # all of it\n"
                            "Allow: /private/b\xc3\xbc"
                            "cher\n"
                            "Crawl-delay: 2.5\r\n"
                            "Request-rate: 1/10\n"
                            "Content-Signal: search=yes, ai-train=no\n"
                            "\n"
                            "User-agent: *\n"
                            "Disallow: /\n"
                            "Sitemap: http://[bad\n"
                            "Sitemap: https://b.example/m?a b\n"
                            "Host: www.a.example\n";

static void a_verdict_names_its_line(void **state)
{
  static const struct {
    const char *agent, *url;
    int allowed, line;
    const char *rule; /* NULL: none */
  } rows[] = {
    { "examplebot", "https://a.example/", 1, 0, NULL },
    { "examplebot", "https://a.example/private/x", 0, 4, "disallow: /private" },
    { "Examplebot/2.0 (+http://a)", "https://A.example:443/private?x", 0, 4, "disallow: /private" },
    { "examplebot", "https://me:pw@a.example/private/b%c3%bccher/1#x", 1, 5,
      "Allow: /private/b\xc3\xbc"
      "cher" },
    { "examplebot", "/private/bücher", 1, 5,
      "Allow: /private/b\xc3\xbc"
      "cher" },
    { "examplebot", "private/../x", 1, 0, NULL },
    { "other", "/", 0, 11, "Disallow: /" },
    { "", "/", 0, 11, "Disallow: /" },
    { NULL, "?x", 0, 11, "Disallow: /" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    crawler_robots *robots = parse(OWN, rules, rows[i].agent, 0);
    int line = -1;
    assert_int_equal(crawler_robots_allows(robots, rows[i].url, &line), rows[i].allowed);
    assert_int_equal(line, rows[i].line);
    const char *rule = crawler_robots_line(robots, line);
    if ((rule == NULL) != (rows[i].rule == NULL) || (rule && strcmp(rule, rows[i].rule) != 0))
      fail_msg("%s: %s", rows[i].url, rule ? rule : "NULL");
    crawler_robots_free(robots);
  }
}

static void what_else_is_said_is_told(void **state)
{
  crawler_robots *robots = parse(OWN, rules, "Examplebot/1.0", 0);
  (void)state;

  assert_string_equal(crawler_robots_agent(robots), "Examplebot");
  assert_int_equal(crawler_robots_is_named(robots), 1);
  assert_int_equal(crawler_robots_crawl_delay_ms(robots), 2500);
  assert_int_equal(crawler_robots_request_rate_ms(robots), 10000);
  assert_int_equal(crawler_robots_signal(robots, "search"), 1);
  assert_int_equal(crawler_robots_signal(robots, "ai-train"), 0);
  assert_int_equal(crawler_robots_signal(robots, "ai-input"), -1);
  assert_int_equal(crawler_robots_signal(robots, "else"), -1);
  assert_int_equal(crawler_robots_sitemap_count(robots), 2);
  assert_string_equal(crawler_robots_sitemap(robots, 0), "https://a.example/map.xml");
  assert_string_equal(crawler_robots_sitemap(robots, 1), "https://b.example/m?a%20b");
  assert_null(crawler_robots_sitemap(robots, 2));
  assert_string_equal(crawler_robots_host(robots), "www.a.example");
  assert_null(crawler_robots_line(robots, 1)); /* a comment */
  assert_null(crawler_robots_line(robots, 0));
  assert_null(crawler_robots_line(robots, -1));
  assert_null(crawler_robots_line(robots, 99));
  crawler_robots_free(robots);

  robots = parse(NULL, "", NULL, 0);
  assert_string_equal(crawler_robots_agent(robots), "");
  assert_int_equal(crawler_robots_is_named(robots), 0);
  assert_int_equal(crawler_robots_crawl_delay_ms(robots), 0);
  assert_int_equal(crawler_robots_request_rate_ms(robots), 0);
  assert_int_equal(crawler_robots_sitemap_count(robots), 0);
  assert_null(crawler_robots_host(robots));
  assert_int_equal(crawler_robots_allows(robots, "http://any.example/x", NULL), 1);
  crawler_robots_free(robots);
}

static void strict_is_a_flag(void **state)
{
  static const char text[] = "User-agent: *\nDissallow: /a\nHost b.example\n";
  crawler_robots *robots = parse(NULL, text, "bot", 0);
  (void)state;

  assert_int_equal(crawler_robots_allows(robots, "/a", NULL), 0);
  assert_string_equal(crawler_robots_host(robots), "b.example");
  crawler_robots_free(robots);
  robots = parse(NULL, text, "bot", CRAWLER_ROBOTS_STRICT);
  assert_int_equal(crawler_robots_allows(robots, "/a", NULL), 1);
  assert_null(crawler_robots_host(robots));
  crawler_robots_free(robots);
}

static void errors_are_told_apart(void **state)
{
  crawler_robots *robots = NULL;
  crawler *c = crawler_new();
  char *large = test_malloc(100001);
  int line = 7;
  (void)state;

  assert_int_equal(crawler_robots_new(NULL, NULL, "", 0, NULL, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_robots_new(&robots, NULL, NULL, 1, NULL, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_robots_new(&robots, "/robots.txt", "", 0, NULL, 0), CRAWLER_E_URL);
  assert_int_equal(crawler_robots_new(&robots, "ftp://a/robots.txt", "", 0, NULL, 0),
                   CRAWLER_E_SCHEME);
  assert_int_equal(crawler_robots_new_with(NULL, &robots, NULL, "", 0, NULL, 0), CRAWLER_E_INVAL);
  assert_null(robots);
  crawler_robots_free(NULL);

  assert_int_equal(crawler_robots_new_with(c, &robots, OWN, NULL, 0, "bot", 0), 0);
  assert_int_equal(crawler_robots_allows(robots, NULL, &line), CRAWLER_E_INVAL);
  assert_int_equal(crawler_robots_allows(NULL, "/", &line), CRAWLER_E_INVAL);
  assert_int_equal(crawler_robots_allows(robots, "http://[", &line), CRAWLER_E_URL);
  assert_int_equal(crawler_robots_allows(robots, "mailto:a", &line), CRAWLER_E_SCHEME);
  assert_int_equal(crawler_robots_allows(robots, "http://a.example/", &line),
                   CRAWLER_E_UNSUPPORTED);
  assert_int_equal(crawler_robots_allows(robots, "https://a.example:8443/", &line),
                   CRAWLER_E_UNSUPPORTED);
  memset(large, 'a', 100000);
  large[0] = '/';
  large[100000] = '\0';
  assert_int_equal(crawler_robots_allows(robots, large, &line), CRAWLER_E_URL);
  assert_int_equal(line, 7);
  crawler_robots_free(robots);
  crawler_free(c);
  test_free(large);
}

/* RFC 9309 section 2.5: at least 500 KiB. */
static void half_a_megabyte_is_read(void **state)
{
  enum { LIMIT = 500 * 1024, BYTES = LIMIT + 100 };
  static const char first[] = "User-agent: *\n#";
  static const char last[] = "\nDisallow: /last\n";
  static const char late[] = "Disallow: /late\n";
  char *text = test_malloc(BYTES);
  crawler_robots *robots = NULL;
  (void)state;

  memset(text, '#', BYTES);
  memcpy(text, first, sizeof(first) - 1);
  memcpy(text + LIMIT - sizeof(last) + 1, last, sizeof(last) - 1);
  memcpy(text + LIMIT, late, sizeof(late) - 1);
  assert_int_equal(crawler_robots_new(&robots, NULL, text, BYTES, NULL, 0), 0);
  assert_int_equal(crawler_robots_allows(robots, "/last", NULL), 0);
  assert_int_equal(crawler_robots_allows(robots, "/late", NULL), 1);
  crawler_robots_free(robots);
  test_free(text);
}

static void *ask(void *arg)
{
  for (int i = 0; i < 1000; i++)
    if (crawler_robots_allows(arg, i % 2 ? "/private" : "/", NULL) != (i % 2 ? 0 : 1))
      return arg;
  return NULL;
}

static void several_threads_may_ask(void **state)
{
  crawler_robots *robots = parse(OWN, rules, "examplebot", 0);
  pthread_t threads[3];
  (void)state;

  for (size_t i = 0; i < 3; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, ask, robots), 0);
  for (size_t i = 0; i < 3; i++) {
    void *failed = robots;
    assert_int_equal(pthread_join(threads[i], &failed), 0);
    assert_null(failed);
  }
  crawler_robots_free(robots);
}

/* ---- what other parsers' tests say of the other lines ---- */

/* Rows that we decide otherwise. */
static bool is_departure(const struct cr_json *row)
{
  static const char *const rows[][2] = {
    { "testHtmlMarkupInRobotsTxt", "bogusbot" }, /* "*<BR>" is not "*" */
    { "testSitemap", "bot1" },                   /* it takes a line that is a URL alone for one */
    { "testHeritrixCases", "Mozilla delaybot 99.9" },         /* we have one name, not three */
    { "should ignore invalid crawl-delay directives", NULL }, /* "10a", as "2 seconds": a number */
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    if (strstr(cr_json_text(row, "source"), rows[i][0]) &&
        (!rows[i][1] || strcmp(cr_json_text(row, "agent"), rows[i][1]) == 0))
      return true;
  return false;
}

static size_t check_delays(struct cr_jsonl *rows, const struct cr_json *row)
{
  const char *unit = cr_json_get(row, "crawl_delay") ? "crawl_delay" : "crawl_delay_ms";
  const struct cr_json *want = cr_json_get(row, unit);
  struct cr_span text = cr_json_bytes(rows, row, "robots");
  crawler_robots *robots = NULL;

  if (!want || is_departure(row))
    return 0;
  assert_int_equal(
      crawler_robots_new(&robots, NULL, text.at, text.len, cr_json_text(row, "agent"), 0), 0);
  double ms = want->type == CR_JSON_NUMBER ? want->number : 0;
  ms *= strcmp(unit, "crawl_delay") == 0 ? 1000 : 1;
  if (crawler_robots_crawl_delay_ms(robots) != (int64_t)ms)
    fail_msg("%s: %s: %lld", rows->path, cr_json_text(row, "source"),
             (long long)crawler_robots_crawl_delay_ms(robots));
  crawler_robots_free(robots);
  return 1;
}

static size_t check_sitemaps(struct cr_jsonl *rows, const struct cr_json *row)
{
  const struct cr_json *want = cr_json_get(row, "sitemaps");
  struct cr_span text = cr_json_bytes(rows, row, "robots");
  int64_t count = cr_json_int(row, "sitemap_count", want ? (int64_t)cr_json_len(want) : -1);
  crawler_robots *robots = NULL;

  if (count < 0 || is_departure(row))
    return 0;
  assert_int_equal(crawler_robots_new(&robots, OWN, text.at, text.len, NULL, 0), 0);
  assert_int_equal(crawler_robots_sitemap_count(robots), count);
  for (size_t i = 0; i < cr_json_len(want); i++) {
    const char *expected = cr_json_at(want, i)->text.at; /* as written; ours are resolved */
    const char *got = crawler_robots_sitemap(robots, i);
    size_t skip = expected[0] == '/' ? strlen("https://a.example") : 0;
    assert_string_equal(got + skip, expected);
  }
  crawler_robots_free(robots);
  return 1;
}

static size_t check_host(struct cr_jsonl *rows, const struct cr_json *row)
{
  const struct cr_json *want = cr_json_get(row, "host");
  struct cr_span text = cr_json_bytes(rows, row, "robots");
  crawler_robots *robots = NULL;

  if (!want)
    return 0;
  assert_int_equal(crawler_robots_new(&robots, NULL, text.at, text.len, NULL, 0), 0);
  if (want->type == CR_JSON_STRING)
    assert_string_equal(crawler_robots_host(robots), want->text.at);
  else
    assert_null(crawler_robots_host(robots));
  crawler_robots_free(robots);
  return 1;
}

static void other_suites_find_the_same_lines(void **state)
{
  static const struct {
    const char *path;
    size_t delays, sitemaps, hosts;
  } suites[] = {
    { "robots/crawler-commons.jsonl", 3, 1, 0 },
    { "robots/protego.jsonl", 0, 3, 0 },
    { "robots/reppy.jsonl", 1, 0, 0 },
    { "robots/robots-parser-js.jsonl", 13, 3, 4 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
    struct cr_jsonl rows;
    const struct cr_json *row;
    size_t delays = 0;
    size_t sitemaps = 0;
    size_t hosts = 0;
    cr_jsonl_open(&rows, suites[i].path);
    while ((row = cr_jsonl_next(&rows))) {
      delays += check_delays(&rows, row);
      sitemaps += check_sitemaps(&rows, row);
      hosts += check_host(&rows, row);
    }
    cr_jsonl_close(&rows);
    if (delays != suites[i].delays || sitemaps != suites[i].sitemaps || hosts != suites[i].hosts)
      fail_msg("%s: %zu, %zu, %zu", suites[i].path, delays, sitemaps, hosts);
  }
}

/* ---- memory ---- */

static void parse_short_of_memory(struct cr_mem *mem, void *arg)
{
  crawler *c = crawler_new_with(mem->malloc_fn, mem->realloc_fn, mem->free_fn, mem->user);
  crawler_robots *robots = NULL;
  (void)arg;

  if (!c)
    return;
  int err = crawler_robots_new_with(c, &robots, OWN, rules, strlen(rules), "examplebot", 0);
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  assert_int_equal(robots == NULL, err < 0);
  if (robots) {
    int allowed = crawler_robots_allows(robots, "/private", NULL);
    assert_true(allowed == 0 || allowed == CRAWLER_E_NOMEM);
    const char *line = crawler_robots_line(robots, 4);
    assert_true(line ? strcmp(line, "disallow: /private") == 0 : cr_test_oom_refused(mem));
  }
  crawler_robots_free(robots);
  crawler_free(c);
}

static void a_refused_allocation_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(parse_short_of_memory, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_verdict_names_its_line),
    cmocka_unit_test(what_else_is_said_is_told),
    cmocka_unit_test(strict_is_a_flag),
    cmocka_unit_test(errors_are_told_apart),
    cmocka_unit_test(half_a_megabyte_is_read),
    cmocka_unit_test(several_threads_may_ask),
    cmocka_unit_test(other_suites_find_the_same_lines),
    cmocka_unit_test(a_refused_allocation_is_an_ordinary_error),
  };

  return cmocka_run_group_tests_name("robots api", tests, NULL, NULL);
}

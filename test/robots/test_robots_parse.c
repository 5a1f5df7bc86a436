/* SPDX-License-Identifier: MIT */
/* test_robots_parse.c - which rules of a robots.txt hold for a product token.
 *
 * Groups by RFC 9309 section 2.2.1; leniency as in Google's robots_test.cc.
 */
#include "robots/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "support/oom.h"

/* Fixed part of a parsed file: struct cr_robots. */
enum { HEADER_BYTES = 32 };

static bool allows(const char *text, const char *token, const char *target)
{
  struct cr_robots *robots = NULL;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_robots_parse(&robots, &mem, cr_span_text(text), cr_span_text(token)), 0);
  bool allowed = cr_robots_check(robots, cr_span_text(target)).allowed;
  cr_robots_free(robots);
  cr_test_mem_done(&mem);
  return allowed;
}

static void groups_go_to_whom_they_name(void **state)
{
  (void)state;
  static const struct {
    const char *text; /* its groups disallow paths; denied are those that hold for "bot" */
    const char *denied;
    const char *why;
  } cases[] = {
    { "User-agent: bot\nDisallow: /1\n", "1", "a group of ours" },
    { "User-agent: *\nDisallow: /1\n", "1", "a group for everybody" },
    { "User-agent: cat\nDisallow: /1\n", "", "a group of others" },
    { "User-agent: *\nDisallow: /1\nUser-agent: bot\nDisallow: /2\n", "2", "ours replaces all" },
    { "User-agent: bot\nDisallow: /1\nUser-agent: *\nDisallow: /2\n", "1", "in any order" },
    { "User-agent: bot\nUser-agent: cat\nDisallow: /1\n", "1", "two names, one group" },
    { "User-agent: cat\nUser-agent: bot\nDisallow: /1\n", "1", "two names, one group" },
    { "User-agent: cat\nUser-agent: *\nDisallow: /1\n", "1", "a name and everybody" },
    { "User-agent: *\nUser-agent: bot\nDisallow: /1\nUser-agent: *\nDisallow: /2\n", "1",
      "a group that names us is ours, be it everybody's too" },
    { "User-agent: bot\nDisallow: /1\nUser-agent: cat\nDisallow: /2\nUser-agent: BOT\nDisallow: "
      "/3\n",
      "13", "groups of one name are joined" },
    { "User-agent: *\nDisallow: /1\nUser-agent: cat\nDisallow: /2\nUser-agent: *\nDisallow: /3\n",
      "13", "those of everybody too" },
    { "User-agent: bot\nUser-agent: cat\n\n\nDisallow: /1\n", "1", "blank lines end nothing" },
    { "User-agent: *\nDisallow: /1\nUser-agent: bot\n", "", "ours without a rule allows all" },
    { "User-agent: *\nDisallow: /1\nUser-agent: bot\nDisallow:\n", "", "so does an empty one" },
    { "User-agent: bot\nDisallow:\nUser-agent: cat\nDisallow: /1\n", "",
      "an empty rule ends the names" },
    { "User-agent: bot\nAllow:\nUser-agent: cat\nDisallow: /1\n", "", "of either kind" },
    { "User-agent: bot\nSitemap: x\nUser-agent: cat\nDisallow: /1\n", "1",
      "other records don't end the names: section 2.2.4" },
    { "User-agent: bot\nCrawl-delay: 1\nx: y\nDisallow: /1\nSitemap: x\nDisallow: /2\n", "12",
      "nor the group" },
    { "Disallow: /1\nUser-agent: bot\nDisallow: /2\n", "2", "rules before any name are nobody's" },
    { "User-agent: cat\nDisallow: /1\nUser-agent: bot\n", "", "names at the end" },
    { "User-agent: bot/1.0\nDisallow: /1\n", "1", "a version is no part of the name" },
    { "User-agent: bot and more\nDisallow: /1\n", "1", "nor are more words" },
    { "User-agent: bot2\nDisallow: /1\n", "1", "nor are digits" },
    { "User-agent: bots\nDisallow: /1\n", "", "a longer name" },
    { "User-agent: bo\nDisallow: /1\n", "", "a shorter name" },
    { "User-agent: bot-news\nDisallow: /1\n", "", "'-' is part of a name" },
    { "User-agent: bot_news\nDisallow: /1\n", "", "so is '_'" },
    { "User-agent: robot\nDisallow: /1\n", "", "a name that ends in ours" },
    { "User-agent: cat, bot\nDisallow: /1\n", "", "one name a line" },
    { "User-agent: * and more\nDisallow: /1\n", "1", "GoogleOnly: still everybody" },
    { "User-agent: *bot\nDisallow: /1\n", "", "names have no wildcards" },
    { "User-agent:\nDisallow: /1\n", "", "no name" },
    { "User-agent bot\nDisallow /1\n", "1", "forgotten colons" },
    { "user agent: bot\ndissalow: /1\ndisalow: /2\n", "12", "misspellings" },
    { "\xef\xbb\xbfUser-agent: bot\r\nDisallow: /1\r\r\nDisallow: /2\n", "12", "BOM, CRLF, CR" },
    { "#User-agent: *\nUser-agent: bot#x\nDisallow: /1#x\n#Disallow: /2\n", "1", "comments" },
    { "", "", "an empty file" },
    { "<!DOCTYPE html><html><body>Not found: sorry</body></html>\n", "", "no robots.txt at all" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    for (char path = '1'; path <= '3'; path++) {
      char target[3] = { '/', path, '\0' };
      if (allows(cases[i].text, "bot", target) == (strchr(cases[i].denied, path) != NULL))
        fail_msg("%s: %s", cases[i].why, target);
    }
  }
}

/* Google's spec test: names are read as the RFC defines them, so such a token has no name. */
static void a_token_that_is_none_falls_back_to_everybody(void **state)
{
  (void)state;
  static const char text[] = "User-agent: bot7\nDisallow: /\nUser-agent: *\nDisallow: /x\n";

  assert_false(allows(text, "bot", "/a"));
  assert_true(allows(text, "bot7", "/a"));
  assert_false(allows(text, "bot7", "/x"));
  assert_true(allows("User-agent: \nDisallow: /\n", "", "/a"));
  assert_false(allows("User-agent: *\nDisallow: /\n", "", "/a"));
  assert_false(allows("User-agent: *\nDisallow: /\n", "*", "/a"));
}

static void the_product_token_is_the_start_of_a_user_agent(void **state)
{
  (void)state;
  static const struct {
    const char *user_agent;
    const char *want;
  } cases[] = {
    { "examplebot/1.0 (+http://example.com/bot)", "examplebot" },
    { "Foobot", "Foobot" },
    { "Foobot-Bar", "Foobot-Bar" },
    { "Foo_Bar", "Foo_Bar" },
    { "Foobot Bar", "Foobot" },
    { "Foobot*", "Foobot" },
    { "Foobot2.1", "Foobot" },
    { "Mozilla/5.0 (compatible; x)", "Mozilla" },
    { "B\xc3\xb6t", "B" },
    { "*", "" },
    { " bot", "" },
    { "", "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span got = cr_robots_token(cr_span_text(cases[i].user_agent));
    if (!cr_span_eq(got, cr_span_text(cases[i].want)))
      fail_msg("%s: %.*s", cases[i].user_agent, (int)got.len, got.at);
  }
}

static void only_the_rules_that_hold_are_kept_in_one_block(void **state)
{
  (void)state;
  static const char text[] = "User-agent: cat\nDisallow: /a/long/path/that/is/nobody's/here\n"
                             "User-agent: bot\nDisallow: /b\nAllow: /c\n";
  struct cr_robots *robots = NULL;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_robots_parse(&robots, &mem, cr_span_text(text), CR_SPAN("bot")), 0);
  assert_int_equal(cr_robots_bytes(robots), HEADER_BYTES + 2 * 12 + 2 * 3);
  assert_int_equal(mem.blocks, 1);
  assert_int_equal(mem.calls, 1);
  assert_int_equal(cr_mem_used(&mem), cr_robots_bytes(robots));
  cr_robots_free(robots);

  assert_int_equal(cr_robots_parse(&robots, &mem, cr_span(NULL, 0), CR_SPAN("bot")), 0);
  assert_int_equal(cr_robots_bytes(robots), HEADER_BYTES);
  cr_robots_free(robots);
  cr_robots_free(NULL);
  assert_int_equal(cr_robots_bytes(NULL), 0);
  cr_test_mem_done(&mem);
}

/* A file of nothing but line, up to the limit. */
static struct cr_robots *parse_repeated(struct cr_mem *mem, const char *line)
{
  static const char name[] = "User-agent:*\n";
  char *text = test_malloc(CR_ROBOTS_MAX_BYTES);
  struct cr_robots *robots = NULL;
  size_t len = sizeof(name) - 1;
  size_t line_bytes = strlen(line);

  memcpy(text, name, len);
  for (; len + line_bytes <= CR_ROBOTS_MAX_BYTES; len += line_bytes)
    memcpy(text + len, line, line_bytes);
  assert_int_equal(cr_robots_parse(&robots, mem, cr_span(text, len), CR_SPAN("bot")), 0);
  test_free(text);
  return robots;
}

static void rules_take_at_most_twice_their_lines(void **state)
{
  (void)state;
  static const char *const lines[] = {
    "Allow:/\n",
    "Allow:/a\n",
    "Allow:*\n",
    "Allow:$\n",
    "Allow:/%41\n",
    "Allow:/%2f\n",
    "Allow:/*a\n",
    "Allow:/**b\n",
    "Allow:/\xff\n",
    "Allow:/?%2f%41\n",
    "Disallow:/some/path/\n",
    "Disallow:\n",
    "\n",
    "Sitemap: x\n",
  };
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
    struct cr_robots *robots = parse_repeated(&mem, lines[i]);
    if (cr_robots_bytes(robots) > HEADER_BYTES + 2 * CR_ROBOTS_MAX_BYTES)
      fail_msg("%s: %zu bytes", lines[i], cr_robots_bytes(robots));
    cr_robots_free(robots);
  }
  cr_test_mem_done(&mem);
}

static void rules_behind_the_size_limit_are_not_read(void **state)
{
  (void)state;
  size_t bytes = CR_ROBOTS_MAX_BYTES + 100;
  char *text = test_malloc(bytes);
  struct cr_robots *robots = NULL;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  memset(text, '\n', bytes);
  memcpy(text, "User-agent: bot", 15);
  memcpy(text + CR_ROBOTS_MAX_BYTES - 20, "Disallow: /a\n", 13);
  memcpy(text + CR_ROBOTS_MAX_BYTES - 5, "Disallow: /b\n", 13); /* cut */
  memcpy(text + CR_ROBOTS_MAX_BYTES + 50, "Disallow: /c\n", 13);
  assert_int_equal(cr_robots_parse(&robots, &mem, cr_span(text, bytes), CR_SPAN("bot")), 0);
  struct cr_robots_verdict verdict = cr_robots_check(robots, CR_SPAN("/a"));
  assert_false(verdict.allowed);
  assert_true(verdict.line > 400 * 1024); /* line numbers of that size are kept */
  assert_true(cr_robots_check(robots, CR_SPAN("/b")).allowed);
  assert_true(cr_robots_check(robots, CR_SPAN("/c")).allowed);
  cr_robots_free(robots);
  test_free(text);
  cr_test_mem_done(&mem);
}

/* Pieces that files are made of, some broken; strung together at random. */
static void any_bytes_are_parsed(void **state)
{
  (void)state;
  static const char *const pieces[] = {
    "User-agent", "Allow", "Disallow",      ":",    ": /", " ",           "\t",
    "\n",         "\r",    "\r\n",          "*",    "$",   "%",           "%2",
    "%41",        "#",     "\xef",          "\xff", "bot", "/index.html", "?",
    "\v",         "::",    "useragent bot", "/a/b", "**",
  };
  struct cr_random random = { 9309 };
  struct cr_mem mem;
  char text[512];

  cr_test_mem_init(&mem);
  for (int round = 0; round < 20000; round++) {
    struct cr_robots *robots = NULL;
    size_t len = 0;
    while (len < sizeof(text) - 32 && cr_random_below(&random, 60) != 0) {
      const char *piece = pieces[cr_random_below(&random, sizeof(pieces) / sizeof(pieces[0]))];
      memcpy(text + len, piece, strlen(piece));
      len += strlen(piece);
      if (cr_random_below(&random, 20) == 0)
        text[len++] = (char)cr_random_below(&random, 256);
    }
    assert_int_equal(cr_robots_parse(&robots, &mem, cr_span(text, len), CR_SPAN("bot")), 0);
    assert_true(cr_robots_bytes(robots) <= HEADER_BYTES + 3 * len);
    struct cr_robots_verdict verdict = cr_robots_check(robots, CR_SPAN("/a/b?%41"));
    assert_true(verdict.line <= len + 1);
    assert_true((verdict.line == 0) == (verdict.rule.len == 0));
    cr_robots_free(robots);
  }
  cr_test_mem_done(&mem);
}

static void read_strictly_it_is_rfc_9309_alone(void **state)
{
  (void)state;
  static const struct {
    const char *text, *target;
    bool lenient, strict; /* allowed */
  } cases[] = {
    { "User-agent: bot\nDisallow: /a\n", "/a", false, false },
    { "User-agent: *\nDisallow: /a\n", "/a", false, false },
    { "User-agent: bot/1.0\nDisallow: /a\n", "/a", false, true },
    { "User-agent: bot and more\nDisallow: /a\n", "/a", false, true },
    { "User-agent: * and more\nDisallow: /a\n", "/a", false, true },
    { "User-agent: *\nDisallow /a\n", "/a", false, true },
    { "User-agent: *\nDisalow: /a\n", "/a", false, true },
    { "User-agent: *\nDisallow: /\nAllow: /a/index.html\n", "/a/", true, false },
    { "User-agent: *\nDisallow: /\nAllow: /a/index.html\n", "/a/index.html", true, true },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_robots *robots = NULL;
    struct cr_mem mem;
    assert_int_equal(allows(cases[i].text, "bot", cases[i].target), cases[i].lenient);
    cr_test_mem_init(&mem);
    assert_int_equal(
        cr_robots_parse_strictly(&robots, &mem, cr_span_text(cases[i].text), CR_SPAN("bot")), 0);
    if (cr_robots_check(robots, cr_span_text(cases[i].target)).allowed != cases[i].strict)
      fail_msg("%s", cases[i].text);
    cr_robots_free(robots);
    cr_test_mem_done(&mem);
  }
}

static void sitemap_lines_are_of_the_whole_file(void **state)
{
  static const char text[] = "Sitemap: http://a.example/1\nUser-agent: bot\nSITEMAP : 2 #3\n"
                             "User-agent: *\nDisallow: /\nSitemap:\nSite-map: /4\n"
                             "User-agent: cat\nDisallow: /cat\nSitemap: 5";
  static const char *const agents[] = { "bot", "dog", "" };
  (void)state;

  for (size_t i = 0; i < 3; i++) {
    struct cr_robots *robots = NULL;
    struct cr_span value;
    struct cr_mem mem;
    char got[100] = "";
    size_t at = 0;
    cr_test_mem_init(&mem);
    assert_int_equal(cr_robots_parse(&robots, &mem, cr_span_text(text), cr_span_text(agents[i])),
                     0);
    for (size_t len = 0; cr_robots_next_sitemap(robots, &at, &value); len = strlen(got))
      (void)snprintf(got + len, sizeof(got) - len, "%.*s ", (int)value.len, value.at);
    assert_string_equal(got, "http://a.example/1 2 /4 5 ");
    assert_false(cr_robots_check(robots, CR_SPAN("/")).allowed); /* nor do they end a list */
    assert_int_equal(cr_robots_is_named(robots), i == 0);
    cr_robots_free(robots);
    cr_test_mem_done(&mem);
  }
  size_t at = 0;
  struct cr_span value;
  assert_false(cr_robots_next_sitemap(NULL, &at, &value));
}

static void sitemap_lines_have_a_bound(void **state)
{
  static const char line[] = "sitemap:a\n";
  size_t count = CR_ROBOTS_MAX_SITEMAPS + 100;
  char *text = test_malloc(count * (sizeof(line) - 1));
  struct cr_robots *robots = NULL;
  struct cr_span value;
  struct cr_mem mem;
  size_t at = 0;
  size_t kept = 0;
  (void)state;

  for (size_t i = 0; i < count; i++)
    memcpy(text + i * (sizeof(line) - 1), line, sizeof(line) - 1);
  cr_test_mem_init(&mem);
  assert_int_equal(
      cr_robots_parse(&robots, &mem, cr_span(text, count * (sizeof(line) - 1)), CR_SPAN("bot")), 0);
  while (cr_robots_next_sitemap(robots, &at, &value))
    kept++;
  assert_int_equal(kept, CR_ROBOTS_MAX_SITEMAPS);
  cr_robots_free(robots);
  cr_test_mem_done(&mem);
  test_free(text);
}

static void parse_once(struct cr_mem *mem, void *arg)
{
  static const char text[] = "User-agent: *\nDisallow: /%41\nAllow: /a/index.html\n"
                             "Sitemap: /a\nContent-Signal: search=no\n";
  struct cr_robots *robots = NULL;

  (void)arg;
  int err = cr_robots_parse(&robots, mem, cr_span_text(text), CR_SPAN("bot"));
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  assert_int_equal(robots == NULL, err != 0);
  cr_robots_free(robots);
}

static void a_refused_allocation_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(parse_once, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(groups_go_to_whom_they_name),
    cmocka_unit_test(a_token_that_is_none_falls_back_to_everybody),
    cmocka_unit_test(the_product_token_is_the_start_of_a_user_agent),
    cmocka_unit_test(only_the_rules_that_hold_are_kept_in_one_block),
    cmocka_unit_test(rules_take_at_most_twice_their_lines),
    cmocka_unit_test(rules_behind_the_size_limit_are_not_read),
    cmocka_unit_test(any_bytes_are_parsed),
    cmocka_unit_test(read_strictly_it_is_rfc_9309_alone),
    cmocka_unit_test(sitemap_lines_are_of_the_whole_file),
    cmocka_unit_test(sitemap_lines_have_a_bound),
    cmocka_unit_test(a_refused_allocation_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_robots_decisions.c - the decisions that other parsers' tests assert.
 *
 * Google's, RFC 9309's own examples, and five more suites (test/data/robots). Google's and the
 * RFC's hold whole; rows of the others that contradict them are listed, with the reason.
 */
#include "robots/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/jsonl.h"
#include "support/oom.h"

struct suite {
  const char *file;
  bool urls_are_escaped; /* Google's contract; the others' URLs may be as a person types them */
  size_t rows;           /* with a decision that concerns us */
};

/* Rows that we decide otherwise, and why. */
struct departure {
  const char *file;
  const char *source; /* a part of it */
  const char *agent;  /* NULL: any; "": none that is a product token by RFC 9309 section 2.2.1 */
  size_t rows;
  const char *why;
};

static const struct departure departures[] = {
  { "crawler-commons", "", "", 10,
    "agents with digits or blanks, and lists of words: Google's spec test has it that such a name "
    "is found nowhere" },
  { "crawler-commons", "testRfpCases2", "Unknown/1.0", 1,
    "Google's spec test judges /robots.txt like any other" },
  { "crawler-commons", "testHtmlMarkupInRobotsTxt", NULL, 1, "'*<BR>' is not '*'" },
  { "crawler-commons", "testRobotsWithUTF16BEBOM", NULL, 1, "the file is UTF-8 by section 2.2" },
  { "protego", "", "", 27, "agents with digits, blanks or '*', as above" },
  { "protego", "test_generosity", "foobot", 1, "names have no wildcards" },
  { "protego", "test_grouping_unknown_keys", NULL, 3,
    "Google's ID_LineSyntax_Groups_OtherRules: unknown records don't end the names" },
  { "protego", "test_user_agent_precedence", NULL, 5, "a name is not a prefix: section 2.2.1" },
  { "reppy", "test_robots_txt_allowed", NULL, 1, "/robots.txt, as above" },
};

/* Path and query as they are sent, or for URLs that are, as they stand. */
static struct cr_span target_of(const char *url, bool is_escaped, char *out, size_t room)
{
  const char *scheme_end = strstr(url, "://");
  const char *at = scheme_end ? scheme_end + 3 : url;
  size_t len = 0;

  at += strcspn(at, "/?#");
  if (*at != '/')
    out[len++] = '/';
  for (; *at != '\0' && *at != '#'; at++) {
    assert_true(len + 4 < room);
    if (!is_escaped && ((unsigned char)*at > 127 || *at == ' '))
      len += (size_t)snprintf(out + len, room - len, "%%%02X", (unsigned char)*at);
    else
      out[len++] = *at;
  }
  return cr_span(out, len);
}

/* Is the URL of the origin that the robots.txt is from? Ports that are the default are written. */
static bool is_of_origin(const char *robots_url, const char *url)
{
  static const char *const defaults[][2] = { { "http://", ":80" }, { "https://", ":443" } };
  size_t origin = strlen(robots_url) - strlen("/robots.txt");

  if (strncmp(url, robots_url, origin) != 0)
    return false;
  for (size_t i = 0; i < 2; i++) {
    size_t port = strlen(defaults[i][1]);
    if (strncmp(url, defaults[i][0], strlen(defaults[i][0])) == 0 &&
        strncmp(url + origin, defaults[i][1], port) == 0)
      return url[origin + port] == '/';
  }
  return url[origin] == '/';
}

static bool concerns_us(const struct cr_json *row)
{
  const char *robots_url = cr_json_text(row, "robots_url");
  return cr_json_has(row, "url") && cr_json_has(row, "allowed") &&
         !cr_json_bool(row, "prefix_agent_matching", false) &&
         (!robots_url || is_of_origin(robots_url, cr_json_text(row, "url")));
}

static bool is_departure(const struct departure *d, const char *file, const struct cr_json *row)
{
  const char *agent = cr_json_text(row, "agent");
  bool is_token = cr_robots_token(cr_span_text(agent)).len == strlen(agent);

  return strcmp(d->file, file) == 0 && strstr(cr_json_text(row, "source"), d->source) &&
         (!d->agent || (d->agent[0] == '\0' ? !is_token : strcmp(d->agent, agent) == 0));
}

static void count_departure(const char *file, const struct cr_json *row, size_t *seen)
{
  /* The narrow ones stand behind the wide ones. */
  for (size_t i = sizeof(departures) / sizeof(departures[0]); i-- > 0;) {
    if (is_departure(&departures[i], file, row)) {
      seen[i]++;
      return;
    }
  }
  fail_msg("%s: %s: agent %s, %s", file, cr_json_text(row, "source"), cr_json_text(row, "agent"),
           cr_json_text(row, "url"));
}

static void compare_decisions(const struct suite *suite)
{
  size_t seen[sizeof(departures) / sizeof(departures[0])] = { 0 };
  char path[64];
  static char target[40000];
  struct cr_jsonl rows;
  const struct cr_json *row;
  struct cr_mem mem;
  size_t checked = 0;

  (void)snprintf(path, sizeof(path), "robots/%s.jsonl", suite->file);
  cr_test_mem_init(&mem);
  cr_jsonl_open(&rows, path);
  while ((row = cr_jsonl_next(&rows))) {
    struct cr_robots *robots = NULL;
    struct cr_span text = cr_json_bytes(&rows, row, "robots");
    if (!concerns_us(row))
      continue;
    assert_int_equal(cr_robots_parse(&robots, &mem, text, cr_json_span(row, "agent")), 0);
    struct cr_span sent =
        target_of(cr_json_text(row, "url"), suite->urls_are_escaped, target, sizeof(target));
    if (cr_robots_check(robots, sent).allowed != cr_json_bool(row, "allowed", false))
      count_departure(suite->file, row, seen);
    cr_robots_free(robots);
    checked++;
  }
  cr_jsonl_close(&rows);
  cr_test_mem_done(&mem);
  assert_int_equal(checked, suite->rows);
  for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
    if (strcmp(departures[i].file, suite->file) == 0 && seen[i] != departures[i].rows)
      fail_msg("%s %s: %zu rows (%s)", suite->file, departures[i].source, seen[i],
               departures[i].why);
}

static void compare_suite(void **state)
{
  compare_decisions(*state);
}

int main(void)
{
  static struct suite suites[] = {
    { "google-robotstxt", true, 65 },
    { "google-spec-test", true, 199 },
    { "rfc9309-examples", false, 20 },
    { "crawler-commons", false, 104 },
    { "temoto-nutch", false, 82 },
    { "protego", false, 229 },
    { "reppy", false, 14 },
    { "robots-parser-js", false, 66 },
  };
  const struct CMUnitTest tests[] = {
    { "google_robotstxt_decides_so", compare_suite, NULL, NULL, &suites[0] },
    { "google_spec_test_decides_so", compare_suite, NULL, NULL, &suites[1] },
    { "rfc9309_decides_so", compare_suite, NULL, NULL, &suites[2] },
    { "crawler_commons_decides_so", compare_suite, NULL, NULL, &suites[3] },
    { "temoto_and_nutch_decide_so", compare_suite, NULL, NULL, &suites[4] },
    { "protego_decides_so", compare_suite, NULL, NULL, &suites[5] },
    { "reppy_decides_so", compare_suite, NULL, NULL, &suites[6] },
    { "robots_parser_js_decides_so", compare_suite, NULL, NULL, &suites[7] },
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

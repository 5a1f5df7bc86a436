/* SPDX-License-Identifier: MIT */
/* NEEDS: pcre2 */
/* What the command says of why: with seeds after the crawl, without them by the rules alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/command.h"
#include "support/jsonl.h"
#include "support/site_server.h"

static const struct cr_site_page pages[] = {
  { .path = "/robots.txt",
    .headers = "Content-Type: text/plain\n",
    .body = "User-agent: *\nDisallow: /no\n" },
  { .path = "/", .body = "<a href=/a><a href=/no><a href=http://elsewhere.test/>" },
  { .path = "/a", .body = "<a href=/moved>" },
  { .path = "/moved", .status = 302, .headers = "Location: /target\n" },
  { .path = "/target", .body = "there" },
};

static struct cr_site_server *start_site(void)
{
  return cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
}

static void expect(const struct cr_command *run, const char *text)
{
  if (!strstr(run->process.out, text))
    fail_msg("\"%s\" isn't in:\n%s", text, run->process.out);
}

static void without_seeds_the_rules_are_asked_and_nothing_is_sent(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  (void)state;

  cr_command_run(&run, CR_ARGS("--explain", cr_site_url(site, "/a.zip#x"), "--deny-url", "*.zip",
                               "--explain", "example.org/b?c", "--explain", "mailto:a@b.test"));
  expect(&run, "/a.zip\n  no: scope\n");
  expect(&run, "scope     no: scope (deny_url *.zip)\n");
  expect(&run, "http://example.org/b?c\n  that can't be told yet: robots\n");
  expect(&run, "robots    unknown (its robots.txt hasn't been read)\n");
  expect(&run, "mailto:a@b.test\n  no: url\n");
  expect(&run, "url       no: scheme\n");
  assert_string_equal(run.process.err, "");
  cr_command_end(&run, 0);
  assert_int_equal(cr_site_total(site), 0);
  cr_site_stop(site);
}

static void without_robots_txt_the_rules_can_say_yes(void **state)
{
  struct cr_command run;
  (void)state;

  cr_command_run(&run, CR_ARGS("--no-robots", "--explain", "localhost:8080/a"));
  expect(&run, "http://localhost:8080/a\n  yes, no rule is against it\n");
  cr_command_end(&run, 0);
}

static void after_a_crawl_it_tells_what_became_of_a_url(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  char text[600];
  (void)state;

  cr_command_run(&run, CR_ARGS("-q", "--own-server", "--explain", cr_site_url(site, "/target"),
                               "--explain", cr_site_url(site, "/no"), "--explain",
                               "http://elsewhere.test/", cr_site_url(site, "/")));
  (void)snprintf(text, sizeof(text), "via       %s\n  on        %s\n  on        %s\n",
                 cr_site_url(site, "/moved"), cr_site_url(site, "/a"), cr_site_url(site, "/"));
  expect(&run, text);
  expect(&run, "200 after ");
  expect(&run, "dropped: robots (Disallow: /no, line 2)\n");
  expect(&run, "rejected: scope (scope)\n");
  assert_null(strstr(run.process.out, "200      ")); /* -q: no lines of pages */
  cr_command_end(&run, 0);
  assert_int_equal(cr_site_count(site, "/no"), 0);
  cr_site_stop(site);
}

/* The object of an explanation; the lines are open then. */
static const struct cr_json *find_explanation(struct cr_jsonl *lines, const struct cr_command *run)
{
  const struct cr_json *line;
  const struct cr_json *found = NULL;

  cr_jsonl_open_text(lines, run->process.out, run->process.out_bytes);
  while (!found && (line = cr_jsonl_next(lines)) != NULL)
    found = cr_json_get(line, "explain");
  assert_non_null(found);
  return found;
}

static void json_has_an_object_before_the_summary(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  struct cr_jsonl lines;
  const struct cr_json *e;
  const struct cr_json *attempts;
  (void)state;

  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--explain", cr_site_url(site, "/a"),
                               cr_site_url(site, "/")));
  e = find_explanation(&lines, &run);
  assert_string_equal(cr_json_text(e, "answer"), "yes");
  assert_false(cr_json_has(e, "decider"));
  assert_string_equal(cr_json_text(e, "url"), cr_site_url(site, "/a"));
  assert_string_equal(cr_json_text(e, "place"), "ended");
  assert_string_equal(cr_json_text(e, "outcome"), "fetched");
  assert_string_equal(cr_json_text(e, "referrer"), cr_site_url(site, "/"));
  assert_string_equal(cr_json_text(e, "delay_rule"), "own_server");
  assert_int_equal(cr_json_int(e, "depth", 0), 1);
  assert_int_equal(cr_json_int(e, "history", 0), 1);
  attempts = cr_json_get(e, "attempts");
  assert_int_equal(cr_json_len(attempts), 1);
  assert_int_equal(cr_json_int(cr_json_at(attempts, 0), "status", 0), 200);
  assert_true(cr_json_int(e, "ended_ms", 0) >= cr_json_int(e, "found_ms", 1));
  assert_non_null(cr_json_get(cr_jsonl_next(&lines), "summary"));
  assert_null(cr_jsonl_next(&lines));
  cr_jsonl_close(&lines);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void json_tells_the_check_that_decided(void **state)
{
  struct cr_command run;
  struct cr_jsonl lines;
  const struct cr_json *e;
  const struct cr_json *scope;
  (void)state;

  cr_command_run(&run, CR_ARGS("--json", "--exclude", "re:a\"?[.]test", "--explain", "a.test"));
  e = find_explanation(&lines, &run);
  assert_string_equal(cr_json_text(e, "answer"), "no");
  assert_string_equal(cr_json_text(e, "decider"), "scope");
  scope = cr_json_get(cr_json_get(e, "checks"), "scope");
  assert_string_equal(cr_json_text(scope, "answer"), "no");
  assert_string_equal(cr_json_text(scope, "reason"), "scope");
  assert_string_equal(cr_json_text(scope, "rule"), "exclude re:a\"?[.]test");
  assert_string_equal(cr_json_text(cr_json_get(cr_json_get(e, "checks"), "robots"), "answer"),
                      "unknown");
  assert_false(cr_json_has(e, "attempts"));
  assert_false(cr_json_has(e, "outcome"));
  assert_null(cr_jsonl_next(&lines)); /* no crawl, no summary */
  cr_jsonl_close(&lines);
  cr_command_end(&run, 0);
}

static void what_it_cannot_take_is_a_usage_error(void **state)
{
  static char url[20000];
  struct cr_command run;
  (void)state;

  cr_command_run(&run, CR_ARGS("--explain"));
  assert_non_null(strstr(run.process.err, "needs a value"));
  cr_command_end(&run, 2);
  memset(url, 'a', sizeof(url) - 1);
  cr_command_run(&run, CR_ARGS("--explain", url));
  assert_non_null(strstr(run.process.err, "too long"));
  cr_command_end(&run, 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_seeds_the_rules_are_asked_and_nothing_is_sent),
    cmocka_unit_test(without_robots_txt_the_rules_can_say_yes),
    cmocka_unit_test(after_a_crawl_it_tells_what_became_of_a_url),
    cmocka_unit_test(json_has_an_object_before_the_summary),
    cmocka_unit_test(json_tells_the_check_that_decided),
    cmocka_unit_test(what_it_cannot_take_is_a_usage_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_robots_corpus.c - the robots.txt of real sites, and hostile bytes: decisions and bounds.
 *
 * The sites' files are theirs, so they are not here: $CONFORMANCE/robots has them, with decisions
 * on which two other parsers agree, and is left out without it. A decision that only RFC 9309 alone
 * (CRAWLER_ROBOTS_STRICT) shares is about a name that goes on, as in "Examplebot/1.0".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "robots/robots.h"
#include "support/conformance.h"
#include "support/file.h"
#include "support/jsonl.h"
#include "support/oom.h"

/* Files about which we decide otherwise by either reading. */
static const struct {
  const char *file;
  const char *why;
} departures[] = {
  { "www.ajc.com", "a Crawl-delay doesn't end the names, by Google's test Groups_OtherRules" },
  { "www.otago.ac.nz", "the same" },
  { "www.fraunhofer.de", "the '?' of an empty query is sent, and a rule with it matches" },
};

struct corpus {
  char path[CR_CONFORMANCE_PATH_BYTES];
  struct cr_mem mem;
  struct cr_jsonl rows;
};

/* False: there is none. */
static bool open_corpus(struct corpus *c, const char *list)
{
  if (!cr_conformance_path(list, c->path))
    return false;
  cr_test_mem_init(&c->mem);
  cr_jsonl_open(&c->rows, c->path);
  return true;
}

static void close_corpus(struct corpus *c)
{
  cr_jsonl_close(&c->rows);
  cr_test_mem_done(&c->mem);
}

/* The file that a row names. */
static char *read_file(struct corpus *c, const struct cr_json *row, size_t *len)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  char name[256];

  (void)snprintf(name, sizeof(name), "robots/%s", cr_json_text(row, "file"));
  assert_true(cr_conformance_path(name, path));
  return cr_test_file_read(&c->mem, path, len);
}

static int decide(struct cr_span text, const struct cr_json *row, unsigned flags)
{
  crawler_robots *robots = NULL;
  int allowed;

  assert_int_equal(
      crawler_robots_new(&robots, NULL, text.at, text.len, cr_json_text(row, "agent"), flags), 0);
  allowed = crawler_robots_allows(robots, cr_json_text(row, "url"), NULL);
  crawler_robots_free(robots);
  return allowed;
}

static bool is_departure(const char *file)
{
  for (size_t i = 0; i < sizeof(departures) / sizeof(departures[0]); i++)
    if (strstr(file, departures[i].file))
      return true;
  return false;
}

enum agreement { AGREED, AGREED_STRICTLY, DEPARTED, FAILED, AGREEMENTS };

static enum agreement compare(struct cr_span text, const struct cr_json *row)
{
  int want = cr_json_bool(row, "allowed", false);

  if (decide(text, row, 0) == want)
    return AGREED;
  if (decide(text, row, CRAWLER_ROBOTS_STRICT) == want)
    return AGREED_STRICTLY;
  if (is_departure(cr_json_text(row, "file")))
    return DEPARTED;
  print_error("%s: agent %s, %s\n", cr_json_text(row, "file"), cr_json_text(row, "agent"),
              cr_json_text(row, "url"));
  return FAILED;
}

static void two_other_parsers_decide_so(void **state)
{
  struct corpus c;
  const struct cr_json *row;
  int counts[AGREEMENTS] = { 0 };
  (void)state;

  if (!open_corpus(&c, "robots/corpus-decisions.jsonl"))
    skip();
  while ((row = cr_jsonl_next(&c.rows))) {
    size_t len = 0;
    char *text = read_file(&c, row, &len);

    counts[compare(cr_span(text, len), row)]++;
    cr_free(&c.mem, text);
  }
  close_corpus(&c);
  print_message("%d decisions hold, %d more by the strict reading, %d left out, %d failed\n",
                counts[AGREED], counts[AGREED_STRICTLY], counts[DEPARTED], counts[FAILED]);
  assert_true(counts[AGREED] > 0);
  assert_int_equal(counts[FAILED], 0);
}

/* Twice the text and what an empty one takes; whoever asks. */
static void check_bytes(struct cr_mem *mem, struct cr_span text)
{
  static const char *const tokens[] = { "", "Googlebot", "examplebot" };
  struct cr_robots *robots = NULL;

  assert_int_equal(cr_robots_parse(&robots, mem, cr_span("", 0), cr_span("", 0)), 0);
  size_t empty = cr_robots_bytes(robots);
  cr_robots_free(robots);
  for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
    assert_int_equal(cr_robots_parse(&robots, mem, text, cr_span_text(tokens[i])), 0);
    assert_in_range(cr_robots_bytes(robots), empty, empty + 2 * text.len);
    (void)cr_robots_check(robots, CR_SPAN("/a/b?c=%2f"));
    cr_robots_free(robots);
  }
}

static void real_files_take_twice_their_text_at_most(void **state)
{
  struct corpus c;
  const struct cr_json *row;
  int all = 0;
  (void)state;

  if (!open_corpus(&c, "robots/corpus-index.jsonl"))
    skip();
  for (; (row = cr_jsonl_next(&c.rows)); all++) {
    size_t len = 0;
    char *text = read_file(&c, row, &len);

    assert_int_equal(len, cr_json_int(row, "bytes", -1));
    check_bytes(&c.mem, cr_span(text, len));
    cr_free(&c.mem, text);
  }
  close_corpus(&c);
  print_message("%d files\n", all);
}

static void so_do_hostile_bytes(void **state)
{
  struct corpus c;
  const struct cr_json *row;
  int all = 0;
  (void)state;

  if (!open_corpus(&c, "robots/hostile-robots.jsonl"))
    skip();
  for (; (row = cr_jsonl_next(&c.rows)); all++)
    check_bytes(&c.mem, cr_json_bytes(&c.rows, row, ""));
  close_corpus(&c);
  print_message("%d inputs\n", all);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_other_parsers_decide_so),
    cmocka_unit_test(real_files_take_twice_their_text_at_most),
    cmocka_unit_test(so_do_hostile_bytes),
  };

  return cmocka_run_group_tests_name("robots corpus", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* suite.c - the rows of another project's suite, and which of them don't hold here.
 */
#include "support/suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void read_departures(struct cr_suite *suite, const char *directory)
{
  char path[128];
  struct cr_jsonl lines;
  const struct cr_json *row;

  (void)snprintf(path, sizeof(path), "%sdepartures.jsonl", directory);
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines))) {
    assert_true(cr_json_span(row, "reason").len > 0);
    if (strcmp(cr_json_text(row, "file"), suite->name) != 0)
      continue;
    assert_true(suite->departure_count < CR_SUITE_DEPARTURES);
    suite->departures[suite->departure_count++] =
        (struct cr_suite_departure){ .line = (size_t)cr_json_int(row, "line", 0),
                                     .part = (size_t)cr_json_int(row, "part", 0) };
  }
  cr_jsonl_close(&lines);
}

void cr_suite_open(struct cr_suite *suite, const char *path)
{
  const char *slash = strrchr(path, '/');
  char directory[64];

  assert_non_null(slash);
  *suite = (struct cr_suite){ .name = slash + 1 };
  (void)snprintf(directory, sizeof(directory), "%.*s", (int)(slash + 1 - path), path);
  read_departures(suite, directory);
  cr_jsonl_open(&suite->lines, path);
}

const struct cr_json *cr_suite_next(struct cr_suite *suite)
{
  const struct cr_json *row = cr_jsonl_next(&suite->lines);

  suite->row_parts = 0;
  if (row)
    suite->rows++;
  return row;
}

static struct cr_suite_departure *find_departure(struct cr_suite *suite, size_t part)
{
  for (size_t i = 0; i < suite->departure_count; i++)
    if (suite->departures[i].line == suite->lines.line && suite->departures[i].part == part)
      return &suite->departures[i];
  return NULL;
}

void cr_suite_judge(struct cr_suite *suite, size_t part, const char *wrong)
{
  struct cr_suite_departure *listed = find_departure(suite, part);

  if (part >= suite->row_parts) {
    suite->row_parts++;
    suite->parts++;
  }
  if (listed)
    listed->met = true;
  if ((wrong != NULL) == (listed != NULL))
    return;
  suite->wrong++;
  print_error("%s:%zu, part %zu: %s\n", suite->name, suite->lines.line, part,
              listed ? "holds, though it is listed" : wrong);
}

void cr_suite_close(struct cr_suite *suite, size_t rows)
{
  cr_jsonl_close(&suite->lines);
  for (size_t i = 0; i < suite->departure_count; i++)
    if (!suite->departures[i].met)
      fail_msg("departures.jsonl: %s:%zu, part %zu isn't there", suite->name,
               suite->departures[i].line, suite->departures[i].part);
  print_message("%-40s %4zu rows, %4zu parts, %zu listed\n", suite->name, suite->rows, suite->parts,
                suite->departure_count);
  assert_int_equal(suite->wrong, 0);
  assert_int_equal(suite->rows, rows);
}

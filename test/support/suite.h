/* SPDX-License-Identifier: MIT */
/* suite.h - the rows of another project's suite, and which of them don't hold here.
 *
 * No row is passed over: each is judged, and one that doesn't hold has to be listed, with its
 * reason, in departures.jsonl beside the file. One that is listed and holds is a failure too, and
 * so is one that is listed and isn't there.
 *
 *   cr_suite_open(&suite, "html/srcset.jsonl");
 *   while ((row = cr_suite_next(&suite)))
 *     cr_suite_judge(&suite, 0, has_urls(row) ? NULL : "other URLs");
 *   cr_suite_close(&suite, 122);
 */
#ifndef CR_TEST_SUITE_H
#define CR_TEST_SUITE_H

#include "support/jsonl.h"

enum { CR_SUITE_DEPARTURES = 64 };

struct cr_suite {
  struct cr_jsonl lines;
  const char *name; /* of the file */
  size_t rows;
  size_t parts; /* that were judged */
  size_t wrong;
  size_t row_parts; /* of the current row */
  struct cr_suite_departure {
    size_t line;
    size_t part;
    bool met;
  } departures[CR_SUITE_DEPARTURES];
  size_t departure_count;
};

/* path: as for cr_jsonl_open. */
void cr_suite_open(struct cr_suite *suite, const char *path);
const struct cr_json *cr_suite_next(struct cr_suite *suite);
/* A part of the current row, numbered from 0 without gaps, which may be judged several times, as it
 * is read in several ways. wrong: what is; NULL: it holds. */
void cr_suite_judge(struct cr_suite *suite, size_t part, const char *wrong);
/* Fails unless each part holds or is listed, and there are so many rows. */
void cr_suite_close(struct cr_suite *suite, size_t rows);

#endif

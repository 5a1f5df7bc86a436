/* SPDX-License-Identifier: MIT */
/* condition.h - conditions that a crawler meets on a site, each with what it is to make of it.
 *
 * Rows of the check-list in data/crawl/crawler-test-com.jsonl. Each is a crawl of a simulated web:
 * the start page links to the condition's path.
 */
#ifndef CR_TEST_CONDITION_H
#define CR_TEST_CONDITION_H

#include "sim/sim_crawl.h"

enum { CR_CONDITION_PAGES = 5, CR_CONDITION_WRONG_BYTES = 2048 };

struct cr_condition {
  const char *path; /* of the list */
  const char *why;  /* it isn't run; NULL: it is */
  const char *href; /* as the start page links to it; NULL: the path */
  /* What answers. Without a row for the path, it is a page without links; all else is 404. */
  struct cr_sim_page pages[CR_CONDITION_PAGES];
  const char *options; /* "name=value", separated by spaces */
  /* All that is asked for but the start page and robots.txt, once each; NULL: the path alone. */
  const char *asked;
  const char *end;   /* of the path: a status, or a reason's name; NULL: "200" */
  const char *links; /* of its page: "kind:URL", separated by spaces; NULL: of no account */
  const char *facts; /* of its page: "name: value" lines; NULL: of no account */
};

struct cr_condition_table {
  const struct cr_condition *rows;
  size_t count;
};

/* NULL rows end them. */
extern const struct cr_condition_table cr_conditions_of_pages[]; /* and their links */
extern const struct cr_condition_table cr_conditions_of_ways[];  /* redirects, robots, URLs */

/* wrong is "": it holds. */
void cr_condition_run(const struct cr_condition *condition, char wrong[CR_CONDITION_WRONG_BYTES]);

#endif

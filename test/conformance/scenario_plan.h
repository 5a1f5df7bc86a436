/* SPDX-License-Identifier: MIT */
/* scenario_plan.h - the options of a scenario, made options of a crawler.
 *
 * The scenarios of wget and wget2 have command lines, the others members of an object. Two tables
 * say what each is here; what stands in neither has no counterpart.
 */
#ifndef CR_TEST_SCENARIO_PLAN_H
#define CR_TEST_SCENARIO_PLAN_H

#include "conformance/scenario_filters.h"
#include "conformance/scenario_tags.h"
#include "crawl/crawler.h"
#include "support/jsonl.h"

enum { CR_PLAN_FILES = 8, CR_PLAN_OPTION_BYTES = 128 };

struct cr_scenario_plan {
  crawler *c;
  struct cr_arena *arena;
  const char *const *starts; /* absolute URLs, with a path */
  size_t start_count;
  bool of_wget; /* starts aren't kept from by robots.txt, what is fetched is kept as files */
  bool recursive;
  bool requisites;
  bool posts;           /* the start */
  const char *body;     /* of that; NULL: none */
  bool input_is_latin1; /* else UTF-8 */
  struct cr_scenario_filters filters;
  struct cr_scenario_tags tags;
  bool spider;           /* nothing is kept; HEAD goes before GET */
  const char *max_depth; /* of a recursive crawl */
  const char *obey_robots;
  const char *links;                /* kinds that are followed */
  const char *input;                /* --input-file; NULL: none */
  const char *files[CR_PLAN_FILES]; /* that options name for themselves */
  size_t file_count;
  char unknown[CR_PLAN_OPTION_BYTES]; /* first option without a counterpart; "": none */
};

/* Sets the crawler up for the scenario of that row, or says in unknown why not. Members of plan
 * before recursive are the caller's. */
void cr_scenario_plan_read(struct cr_scenario_plan *plan, const struct cr_json *row);

#endif

/* SPDX-License-Identifier: MIT */
/* scenario_filters.h - which URLs and types wget keeps, as patterns of a crawler.
 *
 * wget reads pages for links whatever its filters say, and deletes them then: what is named like a
 * page passes here, too.
 */
#ifndef CR_TEST_SCENARIO_FILTERS_H
#define CR_TEST_SCENARIO_FILTERS_H

#include "crawl/crawler.h"
#include "support/jsonl.h"

enum { CR_FILTER_PATTERNS = 16 };

struct cr_scenario_patterns {
  struct cr_span of[CR_FILTER_PATTERNS];
  bool exclude[CR_FILTER_PATTERNS]; /* of directories */
  size_t count;
};

struct cr_scenario_filters {
  struct cr_scenario_patterns accept, refuse; /* globs, or endings */
  struct cr_scenario_patterns accept_regex, refuse_regex;
  struct cr_scenario_patterns directories; /* in order: the last that matches decides */
  struct cr_scenario_patterns types;       /* the same, "!" before those that are left out */
  bool ignore_case;
  bool reads_pages; /* for their links, whatever their type */
};

/* The next part of a list with commas. */
bool cr_scenario_next_part(const char **list, struct cr_span *part);
/* Three texts in one, the arena's. */
char *cr_scenario_join(struct cr_arena *arena, const char *a, struct cr_span b, const char *c);
/* False: too many. value stays the caller's. */
bool cr_scenario_add_patterns(struct cr_scenario_patterns *patterns, const char *list,
                              bool exclude);
/* False: that can't be said. start: where the crawl begins. filters stay until its end. */
bool cr_scenario_filters_apply(crawler *c, struct cr_arena *arena,
                               struct cr_scenario_filters *filters, const char *start);

#endif

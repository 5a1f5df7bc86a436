/* SPDX-License-Identifier: MIT */
/* scenario_tags.h - links in attributes of a caller's own, found in a page's document.
 */
#ifndef CR_TEST_SCENARIO_TAGS_H
#define CR_TEST_SCENARIO_TAGS_H

#include "crawl/crawler.h"
#include "support/jsonl.h"

enum { CR_SCENARIO_TAGS = 16 };

struct cr_scenario_tags {
  struct {
    struct cr_span tag;
    const char *attribute;
  } of[CR_SCENARIO_TAGS];
  size_t count;
};

/* "img/data-highres". False: no attribute, or too many. */
bool cr_scenario_add_tag(struct cr_scenario_tags *tags, struct cr_arena *arena,
                         struct cr_span text);
/* tags stays until the crawl's end. */
bool cr_scenario_tags_apply(crawler *c, struct cr_scenario_tags *tags);

#endif

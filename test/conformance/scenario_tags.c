/* SPDX-License-Identifier: MIT */
/* scenario_tags.c - links in attributes of a caller's own, found in a page's document.
 *
 * What a program does that knows of links which the standard doesn't: it asks for documents, walks
 * them, and adds what it finds as if it stood on the page.
 */
#include "conformance/scenario_tags.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

bool cr_scenario_add_tag(struct cr_scenario_tags *tags, struct cr_arena *arena, struct cr_span text)
{
  const char *slash = memchr(text.at, '/', text.len);
  size_t tag_bytes = slash ? (size_t)(slash - text.at) : text.len;
  const char *attribute;

  if (!slash || tags->count == CR_SCENARIO_TAGS)
    return false;
  attribute = cr_arena_strndup(arena, slash + 1, text.len - tag_bytes - 1);
  assert_non_null(attribute);
  tags->of[tags->count].tag = cr_span(text.at, tag_bytes);
  tags->of[tags->count++].attribute = attribute;
  return true;
}

static int add_links(crawler *c, crawler_page *page, void *user)
{
  const struct cr_scenario_tags *tags = user;
  const crawler_node *root = crawler_page_root(page);

  for (const crawler_node *node = root; node; node = crawler_node_walk(node, root))
    for (size_t i = 0; i < tags->count; i++) {
      size_t bytes = 0;
      const char *tag = crawler_node_tag(node, &bytes);
      const char *url = crawler_node_attr(node, tags->of[i].attribute);

      if (tag && url && cr_span_eq_nocase(cr_span(tag, bytes), tags->of[i].tag))
        (void)crawler_add_from(c, crawler_page_request(page), url); /* it may be no URL */
    }
  return 0;
}

bool cr_scenario_tags_apply(crawler *c, struct cr_scenario_tags *tags)
{
  if (tags->count == 0)
    return true;
  crawler_on_page(c, add_links, tags);
  return crawler_set_document(c, 1) == 0;
}

/* SPDX-License-Identifier: MIT */
/* link.c - the kinds of links by name: for the API, and for the option that lists them.
 */
#include "model/link.h"

#include <stddef.h>

static const char *const kinds[] = {
  [CRAWLER_LINK_A] = "a",
  [CRAWLER_LINK_AREA] = "area",
  [CRAWLER_LINK_IFRAME] = "iframe",
  [CRAWLER_LINK_FRAME] = "frame",
  [CRAWLER_LINK_REFRESH] = "refresh",
  [CRAWLER_LINK_NEXT] = "next",
  [CRAWLER_LINK_PREV] = "prev",
  [CRAWLER_LINK_LANGUAGE] = "language",
  [CRAWLER_LINK_FEED] = "feed",
  [CRAWLER_LINK_ALTERNATE] = "alternate",
  [CRAWLER_LINK_CANONICAL] = "canonical",
  [CRAWLER_LINK_STYLESHEET] = "stylesheet",
  [CRAWLER_LINK_ICON] = "icon",
  [CRAWLER_LINK_PRELOAD] = "preload",
  [CRAWLER_LINK_MANIFEST] = "manifest",
  [CRAWLER_LINK_LINK] = "link",
  [CRAWLER_LINK_IMAGE] = "image",
  [CRAWLER_LINK_SCRIPT] = "script",
  [CRAWLER_LINK_MEDIA] = "media",
  [CRAWLER_LINK_EMBED] = "embed",
  [CRAWLER_LINK_FORM] = "form",
  [CRAWLER_LINK_CITE] = "cite",
  [CRAWLER_LINK_PING] = "ping",
  [CRAWLER_LINK_META] = "meta",
  [CRAWLER_LINK_CSS] = "css",
  [CRAWLER_LINK_FOREIGN] = "foreign",
  [CRAWLER_LINK_ITEM] = "item",
  [CRAWLER_LINK_TEXT] = "text",
  [CRAWLER_LINK_LOCATION] = "location",
  [CRAWLER_LINK_GUESS] = "guess",
};

const char *cr_link_kind_name(int kind)
{
  size_t count = sizeof(kinds) / sizeof(kinds[0]);

  return kind >= 0 && (size_t)kind < count ? kinds[kind] : NULL;
}

static const char *moved(const char *text, struct cr_span from, const char *to)
{
  uintptr_t offset = (uintptr_t)text - (uintptr_t)from.at;

  return offset < from.len ? to + offset : text;
}

void cr_links_copy(struct crawler_link *to, const struct crawler_link *links, uint32_t count,
                   struct cr_span strings, char *to_strings)
{
  if (strings.len > 0)
    memcpy(to_strings, strings.at, strings.len);
  for (uint32_t i = 0; i < count; i++) {
    to[i] = links[i];
    to[i].href = moved(links[i].href, strings, to_strings);
    to[i].rel = moved(links[i].rel, strings, to_strings);
    to[i].text = moved(links[i].text, strings, to_strings);
    to[i].url = moved(links[i].url, strings, to_strings);
    to[i].tag = moved(links[i].tag, strings, to_strings);
    to[i].attribute = moved(links[i].attribute, strings, to_strings);
    to[i].hreflang = moved(links[i].hreflang, strings, to_strings);
  }
}

/* SPDX-License-Identifier: MIT */
/* find_feeds.c - find the RSS and Atom feeds of a site, and how much is in them.
 *
 * Pages name their feeds by <link rel=alternate type=application/rss+xml>. Such links, of kind
 * FEED, are followed here besides those that a reader follows, so that each feed is fetched once.
 * What a feed lists, its own site included, are links of kind ITEM: counted and not followed.
 *
 * usage: find_feeds URL [OPTION VALUE]...
 *
 *   find_feeds https://example.org/ max_depth 1      (most sites name them on their front page)
 */
#include <crawl/crawler.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t count_listed(crawler_page *page)
{
  const uint8_t *kinds;
  int count = crawler_page_links(page, NULL, NULL, &kinds, NULL);
  size_t listed = 0;

  for (int i = 0; i < count; i++)
    listed += kinds[i] == CRAWLER_LINK_ITEM;
  return listed;
}

/* By its type; many are sent as plain XML, which is a feed if it lists something. */
static int is_feed(const crawler_page *page, size_t listed)
{
  const char *mime = crawler_page_mime(page);

  if (strcmp(mime, "application/rss+xml") == 0 || strcmp(mime, "application/atom+xml") == 0)
    return 1;
  return listed > 0 && (strcmp(mime, "text/xml") == 0 || strcmp(mime, "application/xml") == 0 ||
                        strcmp(mime, "application/rdf+xml") == 0);
}

static int look(crawler *c, crawler_page *page, void *user)
{
  const char *referrer = crawler_request_referrer(crawler_page_request(page));
  size_t listed = count_listed(page);
  int *feeds = user;

  (void)c;
  if (crawler_page_status(page) != 200 || !is_feed(page, listed))
    return 0;
  ++*feeds;
  printf("%s\n  %zu links, %s, found on %s\n", crawler_page_url(page), listed,
         crawler_page_mime(page), referrer ? referrer : "(the URL you gave)");
  return 0;
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int feeds = 0;
  int err;

  if (!c || argc < 2) {
    fputs("usage: find_feeds URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  crawler_set_links(c, "a,area,feed");
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, look, &feeds);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "find_feeds: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else
    printf("%d feeds\n", feeds);
  crawler_free(c);
  return err < 0;
}

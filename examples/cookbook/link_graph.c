/* SPDX-License-Identifier: MIT */
/* link_graph.c - draw which page of a site leads to which, as a graph for Graphviz.
 *
 * A node is a URL that was asked for, labelled with what follows the host; it is red if there is
 * nothing. An edge is a link to the same host, a dashed one a redirect. What isn't asked for, as
 * by robots.txt or rel=nofollow, shows as a node that has its whole URL for a name.
 *
 * usage: link_graph URL [OPTION VALUE]...
 *
 *   link_graph https://example.org/ | dot -Tsvg >site.svg
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Node names are URLs without their fragment, and in a URL of http(s) a quote is "%22". */
static void print_edge(const char *from, const char *to, const char *style)
{
  printf("  \"%s\" -> \"%.*s\"%s;\n", from, (int)strcspn(to, "#"), to, style);
}

static int is_same_host(const crawler_url *url, const crawler_url *other)
{
  return strcmp(crawler_url_scheme(url), crawler_url_scheme(other)) == 0 &&
         strcmp(crawler_url_host(url), crawler_url_host(other)) == 0 &&
         crawler_url_port(url) == crawler_url_port(other);
}

static void print_edges(crawler_page *page, const crawler_url *from)
{
  for (size_t i = 0; i < crawler_page_link_count(page); i++) {
    const crawler_link *link = crawler_page_link(page, i);
    crawler_url *to = NULL;

    if (!link)
      break; /* out of memory */
    if (crawler_link_kind_of(link) != CRAWLER_LINK_A &&
        crawler_link_kind_of(link) != CRAWLER_LINK_AREA)
      continue;
    if (crawler_url_parse(&to, crawler_link_url(link), NULL) == 0 && is_same_host(from, to))
      print_edge(crawler_url_text(from), crawler_url_text(to), "");
    crawler_url_free(to);
  }
}

/* At the end of each URL: redirects are seen here, which are no pages. */
static void draw(crawler *c, const crawler_request *req, crawler_outcome outcome,
                 crawler_reason reason, const crawler_page *page, void *user)
{
  const char *url = crawler_request_url(req);
  int is_there = outcome == CRAWLER_FETCHED && crawler_page_status(page) < 400;
  crawler_url *parsed = NULL;

  (void)c;
  (void)reason;
  (void)user;
  if (crawler_request_kind(req) != CRAWLER_KIND_PAGE)
    return;
  if (outcome == CRAWLER_REDIRECTED && crawler_page_location(page))
    print_edge(url, crawler_page_location(page), " [style=dashed]");
  if ((outcome != CRAWLER_FETCHED && outcome != CRAWLER_FAILED) ||
      crawler_url_parse(&parsed, url, NULL) < 0)
    return;
  printf("  \"%s\" [label=\"%s%s%s\"%s];\n", url, crawler_url_path(parsed),
         crawler_url_query(parsed) ? "?" : "",
         crawler_url_query(parsed) ? crawler_url_query(parsed) : "", is_there ? "" : ", color=red");
  crawler_url_free(parsed);
}

static int draw_links(crawler *c, crawler_page *page, void *user)
{
  crawler_url *from = NULL;

  (void)c;
  (void)user;
  if (crawler_url_parse(&from, crawler_page_url(page), NULL) == 0)
    print_edges(page, from);
  crawler_url_free(from);
  return 0;
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2) {
    fputs("usage: link_graph URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, draw_links, NULL);
  crawler_on_outcome(c, draw, NULL);
  puts("strict digraph site {\n  rankdir=LR;\n  node [shape=box];"); /* strict: one edge of each */
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  puts("}");
  if (err < 0)
    fprintf(stderr, "link_graph: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0 || fflush(stdout) != 0;
}

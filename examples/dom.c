/* SPDX-License-Identifier: MIT */
/* dom.c - read the document of each page: print its title and its headings.
 *
 * usage: dom URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <string.h>

static int has_tag(const crawler_node *node, const char *name)
{
  size_t bytes;
  const char *tag = crawler_node_tag(node, &bytes);

  return tag && bytes == strlen(name) && memcmp(tag, name, bytes) == 0;
}

static void print_text(const crawler_node *top)
{
  for (const crawler_node *n = top; n; n = crawler_node_walk(n, top))
    if (crawler_node_text(n))
      printf("%s", crawler_node_text(n));
  printf("\n");
}

static int print_headings(crawler *c, crawler_page *page, void *user)
{
  const crawler_node *root = crawler_page_root(page);

  (void)c;
  (void)user;
  for (const crawler_node *n = root; n; n = crawler_node_walk(n, root)) {
    if (has_tag(n, "title"))
      printf("%s: ", crawler_page_url(page));
    else if (has_tag(n, "h1") || has_tag(n, "h2"))
      printf("  ");
    else
      continue;
    print_text(n);
  }
  return 0;
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2)
    return 2;
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_set_document(c, 1);
  crawler_on_page(c, print_headings, NULL);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "dom: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0;
}

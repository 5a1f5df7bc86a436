/* SPDX-License-Identifier: MIT */
/* document.c - what an HTML file says of itself, and its links by kind, without a crawler.
 *
 * usage: document URL [FILE]
 *
 * URL is what its links are relative to. Without FILE it is read from standard input.
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BYTES = 64 << 10, MAX_BYTES = 64 << 20 };

/* All of a file, to be freed; NULL: it can't be read, or is larger than MAX_BYTES. */
static char *read_all(FILE *from, size_t *bytes)
{
  size_t room = FIRST_BYTES;
  size_t len = 0;
  char *data = malloc(room);

  while (data) {
    len += fread(data + len, 1, room - len, from);
    if (len < room)
      break;
    char *larger = room < MAX_BYTES ? realloc(data, room *= 2) : NULL;
    if (!larger)
      free(data);
    data = larger;
  }
  if (data && ferror(from)) {
    free(data);
    return NULL;
  }
  *bytes = len;
  return data;
}

static void print_facts(crawler_page *page)
{
  const char *title = crawler_page_title(page);
  const char *canonical = crawler_page_canonical(page);

  printf("%s, %s: %s\n", crawler_page_mime(page), crawler_page_charset(page),
         title ? title : "(no title)");
  if (canonical)
    printf("  canonical  %s\n", canonical);
  for (size_t i = 0; i < crawler_page_meta_count(page); i++)
    printf("  %s: %s\n", crawler_page_meta_name(page, i), crawler_page_meta_content(page, i));
}

static void print_links(crawler_page *page)
{
  for (size_t i = 0; i < crawler_page_link_count(page); i++) {
    const crawler_link *link = crawler_page_link(page, i);

    if (!link)
      break; /* out of memory */
    const char *text = crawler_link_text(link);
    printf("%-10s %s  <%s %s>%s%s\n", crawler_link_kind_name(crawler_link_kind_of(link)),
           crawler_link_url(link), crawler_link_tag(link), crawler_link_attribute(link),
           *text ? "  " : "", text);
  }
  if (!crawler_page_links_are_exact(page))
    printf("(these are told by its tags alone: it has no tree)\n");
}

int main(int argc, char **argv)
{
  FILE *from = argc > 2 ? fopen(argv[2], "rb") : stdin;
  size_t bytes = 0;
  char *data = argc > 1 && from ? read_all(from, &bytes) : NULL;
  crawler_page *page;
  int err;

  if (!data) {
    fprintf(stderr, "usage: document URL [FILE]\n");
    return 2;
  }
  err = crawler_document_new(&page, argv[1], NULL, data, bytes, NULL);
  free(data); /* the page has a copy */
  if (err < 0) {
    fprintf(stderr, "document: %s: %s\n", argv[1], crawler_strerror(err));
    return 1;
  }
  print_facts(page);
  print_links(page);
  crawler_page_release(page);
  return 0;
}

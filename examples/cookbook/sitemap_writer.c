/* SPDX-License-Identifier: MIT */
/* sitemap_writer.c - crawl a site and write its sitemap.xml, by the protocol of sitemaps.org.
 *
 * A page is listed if it is HTML with status 200, neither it nor its headers say noindex, and it
 * doesn't name another page as the canonical one. <lastmod> is its Last-Modified header.
 *
 * usage: sitemap_writer FILE URL [OPTION VALUE]...
 *
 *   sitemap_writer sitemap.xml https://example.org/ delay 2s
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_URLS = 50000 }; /* of one file, by the protocol: more need an index of several */

struct sitemap {
  FILE *out;
  int urls;
  int left_out; /* over MAX_URLS */
};

/* A crawler's URLs are ASCII, with double quotes and angle brackets escaped; these two aren't. */
static void write_escaped(FILE *out, const char *url)
{
  for (; *url; url++) {
    if (*url == '&')
      fputs("&amp;", out);
    else if (*url == '\'')
      fputs("&apos;", out);
    else
      fputc(*url, out);
  }
}

static int is_listed(crawler_page *page)
{
  const char *canonical = crawler_page_canonical(page);

  return crawler_page_status(page) == 200 && strcmp(crawler_page_mime(page), "text/html") == 0 &&
         !(crawler_page_robots(page) & CRAWLER_PAGE_NOINDEX) &&
         (!canonical || strcmp(canonical, crawler_page_url(page)) == 0);
}

static int list_page(crawler *c, crawler_page *page, void *user)
{
  struct sitemap *map = user;
  const char *modified = crawler_page_header(page, "Last-Modified");
  struct tm day = { 0 };

  (void)c;
  if (!is_listed(page))
    return 0;
  if (map->urls == MAX_URLS) {
    map->left_out++;
    return 0;
  }
  map->urls++;
  fputs("  <url><loc>", map->out);
  write_escaped(map->out, crawler_page_url(page));
  fputs("</loc>", map->out);
  if (modified && strptime(modified, "%a, %d %b %Y %H:%M:%S GMT", &day))
    fprintf(map->out, "<lastmod>%04d-%02d-%02d</lastmod>", day.tm_year + 1900, day.tm_mon + 1,
            day.tm_mday);
  fputs("</url>\n", map->out);
  return 0;
}

static int crawl(struct sitemap *map, int argc, char **argv)
{
  crawler *c = crawler_new();
  int err;

  if (!c)
    return CRAWLER_E_NOMEM;
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, list_page, map);
  err = crawler_add(c, argv[2]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "sitemap_writer: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err;
}

int main(int argc, char **argv)
{
  struct sitemap map = { 0 };
  int is_written;
  int err;

  if (argc < 3) {
    fputs("usage: sitemap_writer FILE URL [OPTION VALUE]...\n", stderr);
    return 2;
  }
  map.out = fopen(argv[1], "w");
  if (!map.out) {
    perror(argv[1]);
    return 1;
  }
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        map.out);
  err = crawl(&map, argc, argv);
  fputs("</urlset>\n", map.out);
  is_written = !ferror(map.out);
  if (fclose(map.out) != 0 || !is_written) { /* a full disk is seen here */
    perror(argv[1]);
    return 1;
  }
  printf("%d URLs in %s\n", map.urls, argv[1]);
  if (map.left_out > 0)
    printf("%d more are left out: a sitemap has %d at most\n", map.left_out, MAX_URLS);
  return err < 0 || map.urls == 0;
}

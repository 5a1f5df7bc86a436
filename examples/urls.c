/* SPDX-License-Identifier: MIT */
/* urls.c - URLs without a crawler: what they resolve to, their site, and their canonical key.
 *
 * usage: urls URL [REFERENCE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>

/* A reference, relative to a URL (NULL: it is absolute), and what the crawler would know it by. */
static int print_url(const char *text, const crawler_url *base)
{
  crawler_url *url;
  int err = crawler_url_parse(&url, text, base);

  if (err < 0) {
    fprintf(stderr, "urls: %s: %s\n", text, crawler_strerror(err));
    return err;
  }
  printf("%s\n  site %s\n", crawler_url_text(url), crawler_url_site(url));
  printf("  key  %s\n", crawler_url_key(url, CRAWLER_URL_KEY_TRACKING | CRAWLER_URL_KEY_INDEX));
  crawler_url_free(url);
  return 0;
}

int main(int argc, char **argv)
{
  crawler_url *base = NULL;
  int err = argc < 2 ? CRAWLER_E_INVAL : crawler_url_parse(&base, argv[1], NULL);

  for (int i = 1; err == 0 && i < argc; i++)
    err = print_url(argv[i], base);
  crawler_url_free(base);
  return err < 0;
}

/* SPDX-License-Identifier: MIT */
/* filter.c - decide which URLs are taken: reject some, rewrite others, stop when enough is found.
 *
 * usage: filter URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <string.h>

/* Asked once for each distinct URL in scope. */
static int choose(crawler *c, crawler_request *req, void *user)
{
  const char *url = crawler_request_url(req);
  const char *print = strstr(url, "?print=1");

  (void)c;
  (void)user;
  if (strstr(url, "/private/"))
    return CRAWLER_REJECT;
  if (print) { /* the page itself instead of its printable version */
    char plain[2048];
    size_t len = (size_t)(print - url);

    if (len >= sizeof(plain))
      return CRAWLER_REJECT;
    memcpy(plain, url, len);
    plain[len] = '\0';
    return crawler_request_set_url(req, plain) < 0 ? CRAWLER_REJECT : CRAWLER_ACCEPT;
  }
  if (strstr(url, "/news/"))
    crawler_request_set_priority(req, 10);
  return CRAWLER_ACCEPT;
}

static int print_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  const char *text;
  const uint32_t *offsets;
  int *left = user;

  (void)verdicts; /* all are followed that the filter takes */
  printf("%s: %zu links\n", crawler_page_url(page), count);
  if (crawler_page_links(page, &text, &offsets, NULL, NULL) < 0)
    return 0;
  for (size_t i = 0; *left > 0 && i < count; i++)
    printf("  %s\n", text + offsets[i]);
  if (--*left == 0)
    crawler_stop(c); /* what is in flight still ends */
  return 0;
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int left = 100;
  int err;

  if (!c || argc < 2)
    return 2;
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_deny_url(c, "*.zip");
  crawler_on_filter(c, choose, NULL);
  crawler_on_links(c, print_links, &left);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "filter: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0;
}

/* SPDX-License-Identifier: MIT */
/* own_resolver.c - a crawl that knows the hosts of a file and no others: no name server is asked.
 *
 * HOSTS is in the format of /etc/hosts: lines of an address and the names that it has. It could as
 * well be a cache, a service discovery or DNS over HTTPS: the answer may be given later and from
 * any thread, the token says to which question. What a name resolves to is still checked: an
 * address that isn't public needs option allow_private.
 *
 * usage: own_resolver HOSTS URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TTL_MS = 60000 };

static const char BLANKS[] = " \t\r\n";

/* Does line, which it changes, give this name an address? NULL: it doesn't. */
static const char *address_in(char *line, const char *host)
{
  char *at = line;

  line[strcspn(line, "#")] = '\0';
  for (char *word = strsep(&at, BLANKS), *address = NULL; word; word = strsep(&at, BLANKS)) {
    if (!*word)
      continue;
    if (address && strcasecmp(word, host) == 0)
      return address;
    if (!address)
      address = word;
  }
  return NULL;
}

/* A name is asked for once in TTL_MS, however many URLs it has. */
static int resolve(crawler *c, const char *host, uint64_t token, void *user)
{
  FILE *in = fopen(user, "r");
  const char *address = NULL;
  char *line = NULL;
  size_t room = 0;
  int err;

  while (in && !address && getline(&line, &room, in) > 0)
    address = address_in(line, host);
  printf("%s is %s\n", host, address ? address : "unknown");
  err = crawler_resolved(c, token, address, TTL_MS); /* NULL: there is no such host */
  free(line);
  if (in)
    fclose(in);
  return err; /* anything but 0 would leave the name to the library */
}

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s from %s\n", crawler_page_status(page), crawler_page_url(page),
         crawler_page_address(page));
  return 0;
}

static void print_failed(crawler *c, const crawler_request *req, crawler_outcome outcome,
                         crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  if (outcome == CRAWLER_FAILED && crawler_request_kind(req) == CRAWLER_KIND_PAGE)
    printf("%s %s\n", crawler_reason_name(reason), crawler_request_url(req));
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 3) {
    fputs("usage: own_resolver HOSTS URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_resolve(c, resolve, argv[1]);
  crawler_on_page(c, print_page, NULL);
  crawler_on_outcome(c, print_failed, NULL);
  err = crawler_add(c, argv[2]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "own_resolver: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0;
}

/* SPDX-License-Identifier: MIT */
/* focused_crawl.c - look for one topic: pages near those that speak of it come first.
 *
 * Each page gets a score, how often it has the word. The score travels with what is found on the
 * page (crawler_request_set_meta), and the filter makes a priority of it. Where two pages in a row
 * have had nothing to say, the path ends.
 *
 * usage: focused_crawl WORD URL [OPTION VALUE]...
 *
 *   focused_crawl puffin https://example.org/ max_pages 100
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_DRY = 2, MAX_PRIORITY = 100 };

struct focus {
  const char *word;
  int pages; /* that have it */
  int left;  /* links not followed */
};

/* A number that travels by name; 0: none does. */
static long number(const crawler_request *req, const char *name)
{
  const char *text = crawler_request_meta(req, name);

  return text ? strtol(text, NULL, 10) : 0;
}

static int set_number(crawler_request *req, const char *name, long value)
{
  char text[24];

  snprintf(text, sizeof(text), "%ld", value);
  return crawler_request_set_meta(req, name, text);
}

/* In the text of the document, the title's too. */
static long count_word(const crawler_page *page, const char *word)
{
  const crawler_node *root = crawler_page_root(page);
  size_t bytes = strlen(word);
  long count = 0;

  for (const crawler_node *n = root; n; n = crawler_node_walk(n, root))
    for (const char *text = crawler_node_text(n); text && *text; text++)
      count += strncasecmp(text, word, bytes) == 0;
  return count;
}

/* What is set here on the page's own request is inherited by its links, which come next. */
static int judge_page(crawler *c, crawler_page *page, void *user)
{
  struct focus *focus = user;
  crawler_request *req = crawler_page_request(page);
  long score = crawler_page_status(page) == 200 ? count_word(page, focus->word) : 0;
  long dry = score > 0 ? 0 : number(req, "dry") + 1;

  if (set_number(req, "score", score) < 0 || set_number(req, "dry", dry) < 0) {
    fputs("focused_crawl: out of memory\n", stderr);
    crawler_stop(c);
    return 0;
  }
  if (score > 0) {
    focus->pages++;
    printf("%3ld %s\n", score, crawler_page_url(page));
  }
  return 0;
}

/* For each link to a page that isn't known yet, with what its own page has left to it. */
static int choose(crawler *c, crawler_request *req, void *user)
{
  struct focus *focus = user;
  long score = number(req, "score");

  (void)c;
  if (number(req, "dry") >= MAX_DRY) {
    focus->left++;
    return CRAWLER_REJECT;
  }
  crawler_request_set_priority(req, (int)(score < MAX_PRIORITY ? score : MAX_PRIORITY));
  return CRAWLER_ACCEPT;
}

int main(int argc, char **argv)
{
  struct focus focus = { 0 };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 3 || !*argv[1]) {
    fputs("usage: focused_crawl WORD URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  focus.word = argv[1];
  crawler_set_document(c, 1);
  crawler_set_filter_depends_on_page(c, 1); /* a better page may lead there, too */
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, judge_page, &focus);
  crawler_on_filter(c, choose, &focus);
  err = crawler_add(c, argv[2]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "focused_crawl: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else
    printf("%d of %lld pages have \"%s\", %d URLs were not followed\n", focus.pages,
           (long long)crawler_get_stat(c, CRAWLER_STAT_FETCHED), focus.word, focus.left);
  crawler_free(c);
  return err < 0;
}

/* SPDX-License-Identifier: MIT */
/* why.c - of each link on the front page: was it fetched, and if not, why?
 *
 * usage: why URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100 };

struct links {
  char *urls[MOST];
  size_t count;
};

static int keep_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  struct links *links = user;

  (void)c;
  (void)verdicts;
  for (size_t i = 0; i < count && links->count < MOST; i++) {
    const char *url = crawler_link_url(crawler_page_link(page, i));

    if (crawler_request_depth(crawler_page_request(page)) == 0)
      links->urls[links->count++] = strdup(url ? url : "");
  }
  return 0;
}

static void print_why(crawler *c, const char *url)
{
  crawler_explanation *e;

  if (crawler_explain(c, &e, url, 0) < 0)
    return;
  crawler_check check = crawler_explanation_decider(e); /* the first rule that says no */
  printf("%-9s %s\n", crawler_place_name((int)crawler_explanation_place(e)), url);
  if (check < CRAWLER_CHECK_COUNT) {
    const char *rule = crawler_explanation_rule(e, check);

    printf("  %s: %s", crawler_check_name((int)check),
           crawler_reason_name((int)crawler_explanation_reason(e, check)));
    if (rule)
      printf(", by %s", rule);
    if (crawler_explanation_rule_line(e, check) > 0)
      printf(" in line %d of robots.txt", crawler_explanation_rule_line(e, check));
    printf("\n");
  }
  crawler_reason refused = crawler_explanation_outcome_reason(e);
  if (refused && crawler_explanation_outcome(e) == 0) /* this and attempts: with option history */
    printf("  the link: %s\n", crawler_reason_name((int)refused));
  for (size_t i = 0; i < crawler_explanation_attempt_count(e); i++)
    printf("  attempt %zu: %d %s\n", i + 1, crawler_explanation_attempt_status(e, i),
           crawler_reason_name((int)crawler_explanation_attempt_reason(e, i)));
  crawler_explanation_free(e);
}

int main(int argc, char **argv)
{
  struct links links = { .count = 0 };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2) {
    crawler_free(c);
    return 2;
  }
  crawler_set_history_bytes(c, 16 << 20);
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_links(c, keep_links, &links);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "why: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  for (size_t i = 0; i < links.count; i++) {
    if (links.urls[i])
      print_why(c, links.urls[i]);
    free(links.urls[i]);
  }
  crawler_free(c);
  return err < 0;
}

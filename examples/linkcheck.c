/* SPDX-License-Identifier: MIT */
/* linkcheck.c - find the dead links of a site: the program that docs/guide.md builds.
 *
 * usage: linkcheck URL [OPTION VALUE]...
 *
 * Prints each dead link with the page it stands on. Ctrl-C ends it in order. Exit status: 0 it ran,
 * 1 it could not, 2 usage.
 */
#include <crawl/crawler.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct report {
  int checked;
  int dead;
  int skipped;
};

static crawler *running; /* for the signal handler */

static void on_interrupt(int number)
{
  (void)number;
  crawler_stop(running); /* what is in flight still ends */
}

/* Views of the same page in another order have no links of their own. */
static int choose(crawler *c, crawler_request *req, void *user)
{
  const char *query = strchr(crawler_request_url(req), '?');

  (void)c;
  (void)user;
  return query && strstr(query, "sort=") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void print_dead(const crawler_request *req, const char *why)
{
  const char *referrer = crawler_request_referrer(req);
  const char *via = crawler_request_via(req);

  printf("%s: %s\n", why, crawler_request_url(req));
  if (via)
    printf("  redirected from %s\n", via);
  else
    printf("  on %s\n", referrer ? referrer : "(a URL you gave)");
}

/* Every URL ends here exactly once. */
static void judge(crawler *c, const crawler_request *req, crawler_outcome outcome,
                  crawler_reason reason, const crawler_page *page, void *user)
{
  struct report *report = user;
  char why[32];

  (void)c;
  if (crawler_request_kind(req) != CRAWLER_KIND_PAGE)
    return;
  if (outcome == CRAWLER_REJECTED || outcome == CRAWLER_DROPPED) {
    report->skipped++;
    return;
  }
  report->checked++;
  if (outcome == CRAWLER_FETCHED && crawler_page_status(page) < 400)
    return;
  if (outcome == CRAWLER_REDIRECTED)
    return; /* where it leads to is judged by itself */
  if (outcome == CRAWLER_FETCHED)
    snprintf(why, sizeof(why), "%d", crawler_page_status(page));
  else
    snprintf(why, sizeof(why), "%s", crawler_reason_name(reason));
  report->dead++;
  print_dead(req, why);
}

static crawler *set_up(struct report *report)
{
  crawler *c = crawler_new();

  if (!c)
    return NULL;
  crawler_set_user_agent(c, "linkcheck/1.0 (+https://example.org/linkcheck)");
  crawler_set_delay_ms(c, 500);
  crawler_set_host_concurrency(c, 2);
  crawler_set_max_body_bytes(c, 8 << 20);
  crawler_deny_url(c, "*.iso");
  crawler_on_filter(c, choose, NULL);
  crawler_on_outcome(c, judge, report);
  return c;
}

static void summarize(crawler *c, const struct report *report)
{
  const char *what;
  int64_t count;

  printf("%d URLs checked, %d dead, %d skipped\n", report->checked, report->dead, report->skipped);
  if (crawler_is_complete(c))
    return;
  printf("not all: the crawl ended with \"%s\"\n", crawler_ended(c));
  for (size_t i = 0; (what = crawler_incomplete(c, i, &count)) != NULL; i++)
    printf("  %s: %" PRId64 "\n", what, count);
}

int main(int argc, char **argv)
{
  struct report report = { 0 };
  crawler *c = set_up(&report);
  int err;

  if (!c || argc < 2)
    return 2;
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  running = c;
  signal(SIGINT, on_interrupt);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c); /* says so, too, if an option was wrong */
  if (err < 0)
    fprintf(stderr, "linkcheck: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else
    summarize(c, &report);
  signal(SIGINT, SIG_DFL);
  crawler_free(c);
  return err < 0;
}

/* SPDX-License-Identifier: MIT */
/* time_budget.c - crawl in shifts: so long at a time, and all numbers as JSON after each.
 *
 * What a shift doesn't get done stays queued, and the next goes on there; what was in flight is
 * asked for again. It ends when nothing is left, or after so many SHIFTS. The program could do
 * anything in between: the queue is in memory, and lives as long as the crawler does.
 *
 * usage: time_budget DURATION SHIFTS URL [OPTION VALUE]...
 *
 *   time_budget 10m 6 https://example.org/ | jq .fetched
 */
#include <crawl/crawler.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names and reasons are words of the library's own: nothing in them has to be escaped. */
static int print_json(crawler *c, long shift)
{
  crawler_stats *stats;
  const char *what;
  int64_t count;
  int err = crawler_get_stats(c, &stats);

  if (err < 0)
    return err;
  printf("{\"shift\":%ld,\"ended\":\"%s\",\"complete\":%s,\"left\":{", shift, crawler_ended(c),
         crawler_is_complete(c) ? "true" : "false");
  for (size_t i = 0; (what = crawler_incomplete(c, i, &count)) != NULL; i++)
    printf("%s\"%s\":%" PRId64, i > 0 ? "," : "", what, count);
  printf("}");
  for (int i = 0; i < CRAWLER_STAT_COUNT; i++)
    printf(",\"%s\":%" PRId64, crawler_stat_name(i), crawler_stats_get(stats, (crawler_stat)i));
  puts("}");
  crawler_stats_free(stats);
  return CRAWLER_OK;
}

static int crawl(crawler *c, const char *url, long shifts)
{
  int err = crawler_add(c, url);

  for (long shift = 1; shift <= shifts && err == 0; shift++) {
    err = crawler_run(c);
    if (err == 0)
      err = print_json(c, shift);
    if (strcmp(crawler_ended(c), "max_time") != 0)
      break; /* done, or a limit that another shift would meet as well */
  }
  return err;
}

int main(int argc, char **argv)
{
  long shifts = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 4 || shifts < 1) {
    fputs("usage: time_budget DURATION SHIFTS URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  crawler_set_option(c, "max_time", argv[1]); /* as text, for its unit: "90s", "10m" */
  for (int i = 4; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  err = crawl(c, argv[3], shifts);
  if (err < 0)
    fprintf(stderr, "time_budget: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0;
}

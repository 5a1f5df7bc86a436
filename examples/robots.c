/* SPDX-License-Identifier: MIT */
/* robots.c - may an agent fetch these URLs, and which line of the robots.txt says so?
 *
 * usage: robots AGENT URL... <robots.txt
 */
#include <crawl/crawler.h>

#include <stdio.h>

static int print_verdict(crawler_robots *robots, const char *url)
{
  int line = 0;
  int allowed = crawler_robots_allows(robots, url, &line);

  if (allowed < 0) {
    fprintf(stderr, "robots: %s: %s\n", url, crawler_strerror(allowed));
    return allowed;
  }
  printf("%s  %s", allowed ? "yes" : "no ", url);
  if (line > 0)
    printf("  (line %d: %s)", line, crawler_robots_line(robots, line));
  printf("\n");
  return 0;
}

int main(int argc, char **argv)
{
  static char text[500 * 1024]; /* more isn't read: RFC 9309 */
  size_t bytes = fread(text, 1, sizeof(text), stdin);
  crawler_robots *robots = NULL;
  int err = argc < 2 ? CRAWLER_E_INVAL : crawler_robots_new(&robots, NULL, text, bytes, argv[1], 0);

  for (int i = 2; err == 0 && i < argc; i++)
    err = print_verdict(robots, argv[i]);
  crawler_robots_free(robots);
  return err < 0;
}

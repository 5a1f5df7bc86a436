/* SPDX-License-Identifier: MIT */
/* progress.c - how far the crawl is, on stderr: rate, pages, hosts, queue, what it waits for.
 */
#include "progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MOST_HOSTS_WALKED = 10000, LINE_MS = 200, LINES_MS = 5000, RATE_MS = 3000 };

/* ---- terminals ---- */

int progress_is_terminal(int fd)
{
  const char *term = getenv("TERM");

  return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

int progress_has_colours(int fd)
{
  const char *no_color = getenv("NO_COLOR");

  return progress_is_terminal(fd) && (!no_color || !*no_color);
}

/* The line isn't to reach the terminal's last column: what is broken in two can't be taken away. */
static int line_columns(void)
{
  struct winsize size;

  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

void progress_clear(struct progress *p)
{
  if (p->is_up)
    fputs("\r\033[K", stderr);
  p->is_up = 0;
}

/* ---- numbers ---- */

static int64_t stat_of(crawler *c, crawler_stat which)
{
  return crawler_get_stat(c, which);
}

/* Where most of the time of idle slots went since that moment, if it wasn't for want of URLs; and
 * in how many of them. While the crawl waits its time stands still: then as it was. */
static void find_most_idle(crawler *c, struct progress_moment *since)
{
  int64_t ms = stat_of(c, CRAWLER_STAT_ELAPSED_MS) - since->elapsed_ms;
  int64_t most_ms = 0;

  if (ms <= 0)
    return;
  for (int i = 0; i < PROGRESS_IDLE_REASONS; i++) {
    int64_t total_ms = stat_of(c, (crawler_stat)(CRAWLER_STAT_IDLE_PAUSED + i));
    int64_t idle_ms = total_ms - since->idle_ms[i];
    if (idle_ms > most_ms) {
      most_ms = idle_ms;
      since->most_idle = CRAWLER_STAT_IDLE_PAUSED + i;
    }
    since->idle_ms[i] = total_ms;
  }
  since->elapsed_ms += ms;
  since->idle_slots = (double)most_ms / (double)ms;
}

void progress_put_idle(FILE *to, crawler *c, struct progress_moment *since)
{
  find_most_idle(c, since);
  if (since->idle_slots >= 0.5)
    fprintf(to, "; %.0f idle: %s", since->idle_slots,
            crawler_stat_name(since->most_idle) + strlen("idle_"));
}

void progress_put_eta(FILE *to, crawler *c)
{
  size_t host;
  int64_t ms = crawler_eta_lower_bound_ms(c, &host);

  if (ms >= 10000)
    fprintf(to, "; at least %" PRId64 " s: %" PRId64 " of %s", ms / 1000,
            crawler_host_stat(c, host, CRAWLER_STAT_QUEUED), crawler_host_name(c, host));
}

/* Pages a second: the mean of the first seconds, then what was lately counts for more. */
static double new_rate(struct progress *p, int64_t fetched)
{
  int64_t now_ms = stat_of(p->c, CRAWLER_STAT_ELAPSED_MS);
  int64_t ms = now_ms - p->last.elapsed_ms;
  int64_t over_ms = now_ms < RATE_MS ? now_ms : RATE_MS;
  double weight = ms < over_ms ? (double)ms / (double)over_ms : 1;

  if (ms > 0)
    p->rate += weight * ((double)(fetched - p->last.fetched) * 1000 / (double)ms - p->rate);
  p->last.fetched = fetched;
  return p->rate;
}

/* ---- the line ---- */

/* The crawl's own time stands still while it waits. */
static int64_t clock_ms(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_open(struct progress *p, int quiet)
{
  int is_terminal = progress_is_terminal(STDERR_FILENO);

  if (p->wish == PROGRESS_NEVER || (p->wish == PROGRESS_IF_TERMINAL && (quiet || !is_terminal)))
    return;
  p->form = is_terminal ? PROGRESS_ONE_LINE : PROGRESS_LINES;
}

static void put_line(struct progress *p, FILE *to)
{
  int64_t fetched = stat_of(p->c, CRAWLER_STAT_FETCHED);

  double rate = new_rate(p, fetched);

  fprintf(to,
          "%" PRId64 " pages, %.*f/s, %" PRId64 " queued, %" PRId64 " in flight, %" PRId64 " hosts",
          fetched, rate < 9.95 ? 1 : 0, rate, stat_of(p->c, CRAWLER_STAT_QUEUED),
          stat_of(p->c, CRAWLER_STAT_IN_FLIGHT), stat_of(p->c, CRAWLER_STAT_HOSTS));
  progress_put_idle(to, p->c, &p->last);
  if (stat_of(p->c, CRAWLER_STAT_HOSTS) <= MOST_HOSTS_WALKED)
    progress_put_eta(to, p->c);
}

void progress_tell(struct progress *p)
{
  int64_t now_ms = clock_ms();
  char text[512] = "";
  FILE *line;

  if (p->form == PROGRESS_NONE || now_ms < p->due_ms)
    return;
  p->due_ms = now_ms + (p->form == PROGRESS_ONE_LINE ? LINE_MS : LINES_MS);
  crawler_resume(p->c); /* nothing pauses it: it looks around, and counts how long it has waited */
  line = fmemopen(text, sizeof(text), "w");
  if (!line)
    return;
  put_line(p, line);
  fclose(line);
  if (p->form == PROGRESS_LINES) {
    fprintf(stderr, "%s\n", text);
    return;
  }
  fprintf(stderr, "\r\033[K%.*s", line_columns(), text);
  fflush(stderr);
  p->is_up = 1;
}

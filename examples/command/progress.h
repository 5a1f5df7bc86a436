/* SPDX-License-Identifier: MIT */
/* progress.h - how far the crawl is, on stderr: rate, pages, hosts, queue, what it waits for.
 */
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <crawl/crawler.h>

#include <stdio.h>

enum { PROGRESS_IDLE_REASONS = CRAWLER_STAT_IDLE_EMPTY - CRAWLER_STAT_IDLE_PAUSED };

enum progress_wish { PROGRESS_IF_TERMINAL, PROGRESS_ALWAYS, PROGRESS_NEVER };
enum progress_form {
  PROGRESS_NONE,
  PROGRESS_ONE_LINE, /* of a terminal, written anew */
  PROGRESS_LINES
};

struct progress_moment { /* of the line before */
  int64_t elapsed_ms;
  int64_t fetched;
  int64_t idle_ms[PROGRESS_IDLE_REASONS];
  int most_idle; /* CRAWLER_STAT_IDLE_* of then, */
  double idle_slots;
};

struct progress { /* zeroed but for c and wish */
  crawler *c;
  enum progress_wish wish;
  enum progress_form form;
  int is_up; /* the line is on the terminal */
  double rate;
  int64_t due_ms; /* the next line */
  struct progress_moment last;
};

void progress_open(struct progress *p, int quiet);
/* A line if it is time for one. */
void progress_tell(struct progress *p);
/* Takes the line away, before something is printed. */
void progress_clear(struct progress *p);

/* "; 12 idle: delay": what most of the slots that were idle since that moment waited
 * for, if there were any. */
void progress_put_idle(FILE *to, crawler *c, struct progress_moment *since);
/* "; at least 35 s: 20 of a.example": what holds the crawl up for longest, if it is long. */
void progress_put_eta(FILE *to, crawler *c);

/* A terminal that knows escape sequences. */
int progress_is_terminal(int fd);
/* ... and nobody wants no colours: NO_COLOR (https://no-color.org). */
int progress_has_colours(int fd);

#endif

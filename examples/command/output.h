/* SPDX-License-Identifier: MIT */
/* output.h - what the command prints and keeps: lines, JSON Lines, bodies, progress, summary.
 */
#ifndef COMMAND_OUTPUT_H
#define COMMAND_OUTPUT_H

#include <crawl/crawler.h>

#include <stdio.h>

enum { OUTPUT_IDLE_REASONS = CRAWLER_STAT_IDLE_EMPTY - CRAWLER_STAT_IDLE_PAUSED };

struct output_moment { /* of the progress line before */
  long long elapsed_ms;
  long long idle_ms[OUTPUT_IDLE_REASONS];
};

struct output { /* zeroed but for c */
  crawler *c;
  int json;
  int edges;              /* links are printed, */
  const char *edge_kinds; /* those of these kinds; NULL: of those that are followed */
  int quiet;
  int verbose;
  const char *dir; /* bodies go there; NULL: nowhere */
  FILE *index;     /* DIR/index.jsonl */
  long long kept;
  int progress;   /* stderr is a terminal */
  int line_is_up; /* and has a progress line */
  struct output_moment last;
  unsigned shown;    /* kinds of links, a bit each */
  int broken_pipe;   /* stdout was closed */
  int broken_output; /* errno of a file that could not be written */
};

/* The kinds of links that a list names, as option links takes it, a bit each. 0: none, or one that
 * isn't a kind. */
unsigned output_kinds(const char *list);
/* Sets the hooks. 0, or -1: DIR could not be made, and stderr says why. */
int output_open(struct output *out);
/* The progress line, at most five times a second. */
void output_progress(struct output *out);
void output_summary(struct output *out);
/* ,"name":"text": a member of a JSON object, not its first; nothing where there is no text. */
void output_member(FILE *to, const char *name, const char *text);
/* Takes the progress line away, before something is printed. */
void output_clear_line(struct output *out);
/* Flushes and closes. broken_pipe and broken_output say what went wrong. */
void output_close(struct output *out);

#endif

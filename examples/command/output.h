/* SPDX-License-Identifier: MIT */
/* output.h - what the command prints and keeps: lines, JSON Lines, bodies, progress, summary.
 */
#ifndef COMMAND_OUTPUT_H
#define COMMAND_OUTPUT_H

#include <crawl/crawler.h>

#include <stdio.h>

#include "progress.h"

struct output { /* zeroed but for c and progress */
  crawler *c;
  int json;
  int edges;              /* links are printed, */
  const char *edge_kinds; /* those of these kinds; NULL: of those that are followed */
  int quiet;
  int verbose;
  const char *dir; /* bodies go there; NULL: nowhere */
  FILE *index;     /* DIR/index.jsonl */
  long long kept;
  struct progress progress;
  int has_colours;   /* stdout; */
  int tells_colours; /* stderr */
  unsigned shown;    /* kinds of links, a bit each */
  int broken_pipe;   /* stdout was closed */
  int broken_output; /* errno of a file that could not be written */
};

/* The kinds of links that a list names, as option links takes it, a bit each. 0: none, or one that
 * isn't a kind. */
unsigned output_kinds(const char *list);
/* Sets the hooks. 0, or -1: DIR could not be made, and stderr says why. */
int output_open(struct output *out);
void output_summary(struct output *out);
/* For people: control characters are printed as '?'. NULL: nothing. */
void output_text(FILE *to, const char *text);
/* ,"name":"text": a member of a JSON object, not its first; nothing where there is no text. */
void output_member(FILE *to, const char *name, const char *text);
/* Flushes and closes. broken_pipe and broken_output say what went wrong. */
void output_close(struct output *out);

#endif

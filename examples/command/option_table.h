/* SPDX-License-Identifier: MIT */
/* option_table.h - the options of the command: its own, and the library's by name with dashes.
 */
#ifndef COMMAND_OPTION_TABLE_H
#define COMMAND_OPTION_TABLE_H

#include <crawl/crawler.h>

#include <stddef.h>

enum action {
  OPTION, /* one of the library, under the name in the table */
  OPTION_OFF,
  ALLOW_PRIVATE,
  RESOLVE,
  PATTERN,
  INPUT_FILE,
  OUTPUT_DIR,
  JSON,
  EDGES,
  EXPLAIN,
  QUIET,
  VERBOSE,
  PROGRESS,
  NO_PROGRESS,
  VERSION,
  HELP,
  SITEMAP,
  SET
};

struct word {
  const char *name;
  char letter;
  enum action action;
  const char *value;                   /* "N"; "[=N]": it may be left out; NULL: takes none */
  const char *option;                  /* of the library */
  int (*add)(crawler *, const char *); /* PATTERN */
  const char *help;                    /* NULL: the library's */
};

/* The long option of this name. It may be in room. NULL: there is none. */
const struct word *option_by_name(const char *name, size_t len, struct word *room);
const struct word *option_by_letter(char letter); /* NULL: none */
int option_needs_value(const struct word *word);
int option_may_take_value(const struct word *word); /* behind '=' */

/* What was meant by this name, of all long options or of the library's alone. NULL: nothing is
 * near. Of both '-' and '_' count as the same. */
const char *option_nearest(const char *name, size_t len);
const char *option_nearest_of_library(const char *name, size_t len);

#endif

/* SPDX-License-Identifier: MIT */
/* seeds.h - where the crawl begins: URLs as people type them, and files of them.
 */
#ifndef COMMAND_SEEDS_H
#define COMMAND_SEEDS_H

#include <crawl/crawler.h>

enum { SEED_BYTES = 16384 };

/* The URL that a text stands for, in url of SEED_BYTES. -1: it is too long. */
int seed_complete(const char *text, char *url);
/* Opens the door to the host of a URL that was typed as an address or localhost. 0 or
 * CRAWLER_E_*. */
int seed_open_door(crawler *c, const char *url);
/* add: crawler_add, crawler_add_sitemap. opens: a door as above. 0 or CRAWLER_E_*; a URL that is
 * too long is CRAWLER_E_URL. */
int seed_add(crawler *c, const char *text, int opens, int (*add)(crawler *, const char *));

struct seed_file {
  const char *path; /* "-": standard input */
  long long taken;
  long long refused; /* lines that are no URL; stderr says which */
};

/* Adds the URL of each line; these open no door. Blank lines and those that begin with '#' aren't
 * any. 0; -1: it can't be read, or memory is out, and stderr says so. */
int seed_read_file(crawler *c, struct seed_file *file);

/* Adds value to the list that the option has already. 0 or CRAWLER_E_*. */
int seed_extend_list(crawler *c, const char *option, const char *value);

#endif

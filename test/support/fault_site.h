/* SPDX-License-Identifier: MIT */
/* fault_site.h - a site with something of everything, and whole crawls of it in which things fail.
 *
 * The site is in a process of its own, so that what fails is the crawler's alone: pages over HTTP
 * and HTTPS by names that a name server of its own resolves, robots.txt, a sitemap, redirects, a
 * cookie that has to be sent back, gzip, a large page, and one that needs a second attempt.
 */
#ifndef CR_TEST_FAULT_SITE_H
#define CR_TEST_FAULT_SITE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "crawl/crawler.h"

struct event_base;

struct cr_fault_site {
  pid_t pid;
  int fd; /* the site lives until this is closed, if only by the end of a test that fails */
  int port, tls_port, dns_port;
  char ca_file[288];
};

/* Where there is no loopback the running test is skipped. */
void cr_fault_site_start(struct cr_fault_site *site);
void cr_fault_site_stop(struct cr_fault_site *site);

struct cr_fault_crawl { /* what to do, and what came of it */
  const struct cr_fault_site *site;
  int workers;
  bool by_thread;          /* crawler_start_thread() and crawler_next() instead of crawler_run() */
  struct event_base *base; /* NULL, or crawler_start() on it */
  /* Its memory; NULL: of the C library, and all of it has to come back. */
  void *(*malloc_fn)(size_t bytes, void *user);
  void *(*realloc_fn)(void *block, size_t bytes, void *user);
  void (*free_fn)(void *block, void *user);
  void *user;
  void (*prepare)(crawler *c, void *user); /* may be NULL: further options */
  /* out */
  int err;     /* of what drove it, 0 for DONE; CRAWLER_E_NOMEM when there was no crawler */
  bool is_all; /* every page was fetched that can be found with the parts built in */
  int64_t failed;
  int64_t shortages;
  char message[600]; /* crawler_errmsg(), or "" */
};

/* Asserts what holds whatever fails: it ends, with an error and words for it or without, both
 * ledgers hold, nothing is in flight, no descriptor, no thread and no memory of the C library is
 * left. what: for messages. */
void cr_fault_crawl_run(struct cr_fault_crawl *crawl, const char *what);

/* Which of count calls are to fail, one after the other: with CR_FAULTS=all in the environment all
 * of them, else at most so many, taken at random with a seed that is printed once (CR_SEED gives it
 * back). at 0 begins; 0: no more. */
int64_t cr_fault_next(int64_t at, int64_t count, int64_t at_most);

#endif

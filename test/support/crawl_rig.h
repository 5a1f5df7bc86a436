/* SPDX-License-Identifier: MIT */
/* crawl_rig.h - a crawler for tests of whole crawls, driven in each way that there is.
 *
 * Its memory is counted, its outcomes are written down, and at the end both must come out even.
 * Hooks may run on another thread, so they don't assert: CR_CRAWL_EXPECT keeps what went wrong.
 */
#ifndef CR_TEST_CRAWL_RIG_H
#define CR_TEST_CRAWL_RIG_H

#include <stdatomic.h>
#include <stdbool.h>

#include "crawl/crawler.h"

enum cr_way { /* who turns the loop */
              CR_WAY_RUN,
              CR_WAY_STEP_0, /* crawler_step() that doesn't wait */
              CR_WAY_STEP,
              CR_WAY_NEXT,
              CR_WAY_BASE,   /* a libevent base of the test's */
              CR_WAY_POLL,   /* watch and timer functions */
              CR_WAY_THREAD, /* the library's: crawler_next(), or crawler_wait() with an on_page */
              CR_WAYS,
              CR_WAY_ANY /* as CR_DRIVE says, crawler_run() without it */
};

struct cr_crawl_end { /* of a URL */
  char *url;
  int kind, outcome, reason, status, method;
};

struct cr_crawl_memory {
  _Atomic int64_t blocks;         /* alive */
  _Atomic int64_t asked;          /* allocations so far */
  _Atomic int64_t bytes;          /* of those alive, as malloc(3) rounds them */
  _Atomic int64_t peak_bytes;     /* at most so many at a time */
  int64_t refuse_from, refuse_to; /* these are refused, counted from 1; 0: none */
};

struct cr_crawl_rig {
  crawler *c; /* NULL: freed */
  enum cr_way way;
  bool is_any_way; /* CR_DRIVE's: pages that are pulled are for nobody, and pulled is the hooks' */
  struct cr_crawl_memory memory;
  struct cr_crawl_end *ends;
  size_t end_count, end_room;
  int done_calls;
  bool waits_for_free; /* some hook frees the crawler: with a thread, don't touch it meanwhile */
  atomic_bool freed;
  _Atomic(const char *) wrong; /* what CR_CRAWL_EXPECT found first */
  size_t pulled;
  void (*on_pulled)(struct cr_crawl_rig *rig, crawler_page *page); /* NULL: released. Owns page */
  void *user;                                                      /* the test's */
  void *base;                                                      /* of CR_WAY_BASE */
  void *loop;                                                      /* of CR_WAY_POLL */
};

/* In a hook, on any thread. */
#define CR_CRAWL_EXPECT(rig, what) ((what) ? (void)0 : cr_crawl_wrong(rig, __FILE__ ": " #what))
void cr_crawl_wrong(struct cr_crawl_rig *rig, const char *what);

const char *cr_way_name(enum cr_way way);
/* The way that CR_DRIVE names ("step", "poll", ...) in the environment, for tests to which it is
 * all the same; CR_WAY_RUN: it isn't set. `make check-drive` runs them in each. */
enum cr_way cr_way_by_environment(void);
/* For a test that isn't about how it is driven, but can't be driven in every way: ends it as
 * skipped, with why, if CR_DRIVE names none of the ways. */
#define CR_CRAWL_ONLY(why, ...) cr_crawl_only(why, (const enum cr_way[]){ __VA_ARGS__, CR_WAYS })
void cr_crawl_only(const char *why, const enum cr_way *ways);
/* A crawler that may ask loopback, without robots.txt and delays, and retries soon. */
void cr_crawl_open(struct cr_crawl_rig *rig, enum cr_way way);
void cr_crawl_add(struct cr_crawl_rig *rig, const char *url);
/* Runs to the end, in rig's way. What the function that drives returned last, 0 for DONE. */
int cr_crawl_drive(struct cr_crawl_rig *rig);
/* Both ledgers hold, and the outcomes told are the outcomes counted, each URL once. */
void cr_crawl_check(struct cr_crawl_rig *rig);
/* Frees it, if it isn't free yet; all its memory is back, and nothing went wrong in hooks. */
void cr_crawl_close(struct cr_crawl_rig *rig);
/* Waits until all memory is back; a test that waits 10 seconds has failed. */
void cr_crawl_wait_for_memory(struct cr_crawl_rig *rig);

/* How url (a page) ended: its outcome, or 0; of a failure the reason too. */
const struct cr_crawl_end *cr_crawl_end_of(const struct cr_crawl_rig *rig, const char *url);
size_t cr_crawl_ends(const struct cr_crawl_rig *rig, crawler_outcome outcome); /* of pages */
int64_t cr_crawl_stat(const struct cr_crawl_rig *rig, crawler_stat which);

/* Entries of /proc/self/fd and /proc/self/task; -1 where there is no such thing. */
int cr_count_descriptors(void);
int cr_count_threads(void);
/* One that was joined may be on its way out of the list for a moment. */
bool cr_threads_become(int count);

#endif

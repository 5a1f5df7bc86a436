/* SPDX-License-Identifier: MIT */
/* polite_run.h - a crawl of a polite_web, by the library, from its server. */
#ifndef CR_POLITE_RUN_H
#define CR_POLITE_RUN_H

#include "polite/polite_check.h"

struct cr_polite_config {
  uint64_t seed;
  uint32_t hosts;
  uint32_t pages;
  uint32_t https_percent;
  bool own_network;
  struct cr_polite_promise promise; /* what the crawler is told to keep */
  int64_t seeds_ms; /* seeds are added over so long a time, so that hosts aren't due at once */
  int64_t change_after_ms; /* the delay becomes promise.changed_delay_ms; 0: never */
  const char *concurrency;
  /* More options, "name=value", which may break the promise; NULL behind the last. NULL: none. */
  const char *const *options;
};

struct cr_polite_run {
  struct cr_polite_web web;
  struct cr_polite_log log;
  struct cr_polite_promise promise; /* changed_ns is set */
  double seconds;
  double cpu_seconds;     /* of crawler and server */
  double starved_seconds; /* that the crawler's thread waited for a core of the machine */
  char ended[32];
};

/* The defaults of these tests: a tenth of a second of delay, no more than one at a host. */
struct cr_polite_config cr_polite_config(uint32_t hosts, uint32_t pages);
struct cr_polite_run cr_polite_crawl(const struct cr_polite_config *config);
void cr_polite_run_free(struct cr_polite_run *run);

#endif

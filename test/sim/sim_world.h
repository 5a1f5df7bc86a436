/* SPDX-License-Identifier: MIT */
/* sim_world.h - how a simulated web answers: the one thing that sim_fetcher.c asks.
 *
 * Pure functions of the world and their arguments, so that they may be called on any thread, at
 * any time, in any order. sim_web.c makes a large world out of a seed, sim_site.c a small one out
 * of a table.
 */
#ifndef CR_SIM_WORLD_H
#define CR_SIM_WORLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "crawl/crawler.h"
#include "model/link.h"

struct cr_sim_request {
  struct cr_span url; /* absolute, as asked for */
  crawler_method method;
  unsigned attempt; /* how often this very URL was asked for, this one included */
};

struct cr_sim_answer {
  crawler_reason failure; /* NONE: a whole response */
  int status;
  int64_t resolve_ms; /* each counts from the end of the one before */
  int64_t connect_ms;
  int64_t head_ms;
  int64_t body_ms;
  char address[64];
  struct cr_buf head; /* from the status line to the empty line */
  struct cr_buf body;
};

struct cr_sim_links { /* of one page, in document order */
  struct crawler_link *at;
  uint32_t count;
};

struct cr_sim_world {
  /* Fills answer, whose bufs are initialised and empty. */
  void (*answer)(const struct cr_sim_world *world, const struct cr_sim_request *request,
                 struct cr_sim_answer *answer);
  /* The links of a body that answer gave, without reading its HTML; everything in arena. False:
   * out of memory. */
  bool (*links)(const struct cr_sim_world *world, struct cr_span body, struct cr_arena *arena,
                struct cr_sim_links *links);
};

/* A status line and Content-Type (NULL: none); more lines may follow, then cr_sim_head_end(). */
void cr_sim_head_begin(struct cr_sim_answer *answer, int status, const char *type);
void cr_sim_head_add(struct cr_sim_answer *answer, const char *name, const char *value);
void cr_sim_head_end(struct cr_sim_answer *answer);
/* Appends n in decimal. */
void cr_sim_put_number(struct cr_buf *buf, uint64_t n);

#endif

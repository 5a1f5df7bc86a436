/* SPDX-License-Identifier: MIT */
/* visit.h - inside engine/: a lease and what belongs to it, from the queue to its outcome.
 *
 * What is done to it, and when, is in shard.h.
 */
#ifndef CR_ENGINE_VISIT_H
#define CR_ENGINE_VISIT_H

#include "base/pool.h"
#include "engine/env.h"
#include "engine/settings.h"
#include "filter/page_print.h"
#include "frontier/frontier.h"
#include "model/page.h"
#include "schedule/slots.h"

struct cr_inflate;
struct cr_reading;
struct cr_shard;

enum cr_visit_state {
  CR_VISIT_NEW,
  CR_VISIT_FETCHING,
  CR_VISIT_PARSING,
  CR_VISIT_READING, /* a sitemap that is here, and not read to its end */
  CR_VISIT_HELD     /* parsed; in hooks, or deferred, or pulled */
};

/* Content-Type, Accept, Accept-Encoding, From, Referer, Cookie */
enum { CR_OUR_HEADERS = 6 };

struct cr_visit {
  struct crawler_page page; /* first */
  struct cr_shard *shard;   /* NULL once it has ended */
  struct cr_list link;      /* shard->visits, or spare */
  struct cr_list fast_link;
  struct cr_list lookup_link;
  struct cr_list ready_link; /* in the list of pages to be pulled */
  struct cr_transfer transfer;
  struct cr_parse parse;
  struct cr_job job;
  uint64_t parse_order;
  struct cr_lease lease;
  uint64_t fp;
  uint32_t authority; /* of a robots.txt: which one it judges, wherever it is asked for */
  uint32_t host;
  enum cr_visit_state state;
  crawler_reason ended_by;    /* a hook's word while the transfer runs */
  struct cr_inflate *decoder; /* on_body */
  bool keeps_body;            /* what on_body is given is kept, too, to be read for links */
  bool is_cut_off;            /* but not all of it: there was no room */
  bool is_paused;             /* on_body has answered "later" */
  bool was_paused;            /* so its time says nothing of its host */
  struct cr_reading *reading; /* of a sitemap */
  uint64_t digest;            /* of the body; 0: none */
  struct cr_print print;      /* what a reader sees of it, if it is wanted */
  bool wants_print;           /* for the rules against traps */
  bool wants_simhash;         /* for the caller */
  bool is_unread;             /* it is in shard->unread */
  size_t most_body_bytes;     /* what its body may unpack to, before it is known to be larger */
  int64_t growing_bytes;      /* its share of shard->growing_bytes */
  int64_t page_bytes;         /* what the page held when hooks were first shown it */
  int64_t left_bytes;         /* its share of home->left_bytes */
  enum cr_slot slot;
  bool has_slot;
  int64_t begun_ms;  /* when it took its slot */
  int64_t lane_ms;   /* and, but for names that took long, when that was of its lane */
  int64_t parsed_ms; /* when a worker's word of it came */
  bool looks_up;     /* and nobody has said since that its host's address is known */
  bool is_aside;     /* its slot is of no lane until its host's address is known */
  bool joined_address;
  /* The request's own, header_for, credentials (one of them), header, ours. */
  const char *header_list[CR_EXTRA_MAX_HEADERS + 2 * CR_OPTION_MAX_HEADERS + 1 + CR_OUR_HEADERS];
};

#endif

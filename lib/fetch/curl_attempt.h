/* SPDX-License-Identifier: MIT */
/* curl_attempt.h - one transfer on its way through the stages of the libcurl fetcher.
 *
 * Resolve, ask the policy and the owner, run in the cell, try the next address, tell, end. An
 * attempt belongs to a home (a cell) and waits there for the next transfer when it is over.
 */
#ifndef CR_FETCH_CURL_ATTEMPT_H
#define CR_FETCH_CURL_ATTEMPT_H

#include "fetch/curl_handle.h"
#include "fetch/resolve.h"
#include "loop/loop.h"

struct cr_curl_common { /* what the attempts of a fetcher share; the fetcher's */
  const struct cr_fetcher_config *config;
  struct cr_curl_env env;
  struct cr_resolver *resolver; /* of hosts and, for what goes by one, of proxies */
  struct cr_list active;        /* attempts with a transfer */
  size_t active_count;
  struct cr_list noted;        /* those with something to do or to tell */
  struct cr_deferred delivery; /* does it */
};

struct cr_curl_home { /* a cell and the attempts that belong to it */
  struct cr_curl_cell *cell;
  struct cr_list idle;
};

enum cr_curl_stage {
  CR_CURL_WAITING, /* nothing to resolve: goes on at the next delivery */
  CR_CURL_RESOLVING,
  CR_CURL_RESOLVED,
  CR_CURL_RUNNING, /* in its cell */
  CR_CURL_REROUTED /* to be connected again: to another address, or by another connection */
};

struct cr_curl_attempt {
  struct cr_curl_handle handle;
  struct cr_curl_common *common;
  struct cr_curl_home *home;
  struct cr_list link;  /* in common->active or home->idle */
  struct cr_list noted; /* in common->noted */
  int64_t noted_ms;     /* since when, last */
  struct cr_timer alarm;
  struct cr_timer rest; /* its handle is full: libcurl goes on in the next turn of the loop */
  struct cr_resolve question;
  struct cr_transfer *t; /* NULL: cancelled inside an event */
  enum cr_curl_stage stage;
  bool in_cell;
  bool in_event;
  bool over;             /* t->failure says how */
  bool is_paused;        /* by the answer to a data event; the bytes are in handle.pieces */
  bool is_put_right;     /* it strayed, and was sent to the right address */
  size_t address_at;     /* of handle.choice */
  char address_text[64]; /* of the one at address_at */
  int64_t connect_until_ms;
  int64_t until_ms;
  int64_t left_ms; /* until then, when it was paused */
};

/* Lists and delivery; the other members are the caller's to set. */
void cr_curl_common_init(struct cr_curl_common *common);
/* Takes an idle attempt or makes one; NULL: out of memory. */
struct cr_curl_attempt *cr_curl_attempt_take(struct cr_curl_common *common,
                                             struct cr_curl_home *home);
/* 0, or an error and the attempt is idle again. */
int cr_curl_attempt_start(struct cr_curl_attempt *a, struct cr_transfer *t);
/* No event comes any more; in every state, inside events too. */
void cr_curl_attempt_cancel(struct cr_curl_attempt *a);
/* Ends the pause; without one it does nothing. Not inside an event. */
void cr_curl_attempt_resume(struct cr_curl_attempt *a, enum cr_fetch_answer answer);
void cr_curl_attempt_free(struct cr_curl_attempt *a); /* an idle one */

#endif

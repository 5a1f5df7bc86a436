/* SPDX-License-Identifier: MIT */
/* fetch_rig.h - a fetcher on a real loop for tests, and shots: transfers that write down what
 * happens to them.
 */
#ifndef CR_TEST_FETCH_RIG_H
#define CR_TEST_FETCH_RIG_H

#include "fetch/fetcher.h"
#include "loop/loop.h"

enum cr_shot_event { CR_SHOT_ADDRESS, CR_SHOT_HEAD, CR_SHOT_DATA, CR_SHOT_DONE, CR_SHOT_EVENTS };

struct cr_fetch_rig {
  struct cr_mem *mem;
  struct cr_mem own_mem;
  struct cr_loop *loop;
  struct cr_fetcher *fetcher;
  struct cr_fetch_events events;
  struct cr_fetcher_config config;
  int under_way;   /* shots started, not yet done or cancelled */
  bool in_library; /* inside start or cancel: no event may come */
};

struct cr_fetch_shot {
  struct cr_transfer t;
  struct cr_fetch_rig *rig;
  struct cr_arena arena;
  struct cr_buf data; /* of data events */
  char url[512];
  char host[128];
  char shown_address[64]; /* what the address event said */
  int seen[CR_SHOT_EVENTS];
  enum cr_fetch_answer answers[CR_SHOT_EVENTS];
  /* May be NULL. Called inside the event; the shot may be cancelled here. */
  void (*on_event)(struct cr_fetch_shot *shot, enum cr_shot_event event);
  void *user;
};

/* A config with a loop, events and allow_private "1"; the caller changes it before the open. mem
 * NULL: memory of the rig's own, and leaks are looked for at close. */
void cr_fetch_rig_init(struct cr_fetch_rig *rig, struct cr_mem *mem);
/* On rig->loop, if the caller has opened one. */
int cr_fetch_rig_open(struct cr_fetch_rig *rig);
/* Gives the fetcher config's allow_private, resolve and user_agent once more. */
int cr_fetch_rig_configure(struct cr_fetch_rig *rig);
/* Turns the loop until every shot is done; a test that takes 10 seconds has failed. */
void cr_fetch_rig_run(struct cr_fetch_rig *rig);
void cr_fetch_rig_turn(struct cr_fetch_rig *rig); /* one turn of at most 10 ms */
void cr_fetch_rig_close(struct cr_fetch_rig *rig);

/* GET scheme://host:port/path with generous limits; host without brackets for IPv6. */
void cr_fetch_shot_init(struct cr_fetch_shot *shot, struct cr_fetch_rig *rig, const char *origin,
                        const char *path);
/* GET http://host:port/ in the same way. */
void cr_fetch_shot_aim(struct cr_fetch_shot *shot, struct cr_fetch_rig *rig, const char *host,
                       int port);
int cr_fetch_shot_start(struct cr_fetch_shot *shot);
void cr_fetch_shot_cancel(struct cr_fetch_shot *shot);
/* After a data event that was answered LATER. */
void cr_fetch_shot_resume(struct cr_fetch_shot *shot, enum cr_fetch_answer answer);
void cr_fetch_shot_free(struct cr_fetch_shot *shot);
/* Starts it and runs until it is done. */
void cr_fetch_shot_fire(struct cr_fetch_shot *shot);

#endif

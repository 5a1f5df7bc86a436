/* SPDX-License-Identifier: MIT */
/* home.h - what outlives crawler_free(): the crawler's memory, and the mailbox of its loop thread.
 *
 * Retained pages keep it alive. The mailbox is the one way in for other threads; once it is
 * closed, letters are refused and their sender keeps them.
 */
#ifndef CR_MODEL_HOME_H
#define CR_MODEL_HOME_H

#include <pthread.h>

#include "base/list.h"
#include "base/mem.h"

enum cr_letter_kind { CR_LETTER_SUBMIT, CR_LETTER_FINISH, CR_LETTER_RESOLVED, CR_LETTER_RESUME };

struct cr_letter { /* sits inside what is sent */
  struct cr_list link;
  enum cr_letter_kind kind;
};

struct cr_home {
  struct cr_mem mem;
  atomic_int refs;
  _Atomic int64_t left_bytes; /* of pages that callers hold: not the crawler's to bound */
  atomic_int offered;         /* pages that wait for crawler_next() */
  pthread_mutex_t lock;       /* guards what follows */
  struct cr_list letters;
  bool closed;
  void (*wake)(void *arg); /* NULL: nobody waits yet */
  void *wake_arg;
};

/* NULL: out of memory. refs is 1. */
struct cr_home *cr_home_new(void *(*malloc_fn)(size_t, void *),
                            void *(*realloc_fn)(void *, size_t, void *),
                            void (*free_fn)(void *, void *), void *user);
struct cr_home *cr_home_retain(struct cr_home *home); /* [any thread] */
void cr_home_release(struct cr_home *home);           /* [any thread] */

/* false: closed, the letter stays the sender's. [any thread] */
bool cr_home_post(struct cr_home *home, struct cr_letter *letter);
bool cr_home_has_letters(struct cr_home *home);
/* Moves all letters to the end of list. */
void cr_home_collect(struct cr_home *home, struct cr_list *list);
/* Who is woken when letters stop being none; NULL: nobody. */
void cr_home_on_post(struct cr_home *home, void (*wake)(void *arg), void *arg);
void cr_home_close(struct cr_home *home);

#endif

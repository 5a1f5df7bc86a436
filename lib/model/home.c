/* SPDX-License-Identifier: MIT */
/* home.c - what outlives crawler_free(): a crawler's memory and its mailbox.
 *
 * The struct lives in the memory it describes, so the last release frees it with its own function.
 */
#include "model/home.h"

struct cr_home *cr_home_new(void *(*malloc_fn)(size_t, void *),
                            void *(*realloc_fn)(void *, size_t, void *),
                            void (*free_fn)(void *, void *), void *user)
{
  struct cr_mem mem;
  struct cr_home *home;

  cr_mem_init(&mem, malloc_fn, realloc_fn, free_fn, user);
  home = mem.malloc_fn(sizeof(*home), mem.user);
  if (!home)
    return NULL;
  cr_mem_init(&home->mem, malloc_fn, realloc_fn, free_fn, user);
  atomic_init(&home->refs, 1);
  atomic_init(&home->left_bytes, 0);
  atomic_init(&home->offered, 0);
  cr_list_init(&home->letters);
  home->closed = false;
  home->wake = NULL;
  home->wake_arg = NULL;
  if (pthread_mutex_init(&home->lock, NULL) != 0) {
    mem.free_fn(home, mem.user);
    return NULL;
  }
  return home;
}

struct cr_home *cr_home_retain(struct cr_home *home)
{
  atomic_fetch_add_explicit(&home->refs, 1, memory_order_relaxed);
  return home;
}

void cr_home_release(struct cr_home *home)
{
  if (atomic_fetch_sub_explicit(&home->refs, 1, memory_order_acq_rel) != 1)
    return;
  pthread_mutex_destroy(&home->lock);
  home->mem.free_fn(home, home->mem.user);
}

bool cr_home_post(struct cr_home *home, struct cr_letter *letter)
{
  bool taken;

  pthread_mutex_lock(&home->lock);
  taken = !home->closed;
  if (taken) {
    bool first = cr_list_empty(&home->letters);

    cr_list_push(&home->letters, &letter->link);
    if (first && home->wake)
      home->wake(home->wake_arg);
  }
  pthread_mutex_unlock(&home->lock);
  return taken;
}

bool cr_home_has_letters(struct cr_home *home)
{
  bool any;

  pthread_mutex_lock(&home->lock);
  any = !cr_list_empty(&home->letters);
  pthread_mutex_unlock(&home->lock);
  return any;
}

void cr_home_collect(struct cr_home *home, struct cr_list *list)
{
  pthread_mutex_lock(&home->lock);
  cr_list_splice(list, &home->letters);
  pthread_mutex_unlock(&home->lock);
}

void cr_home_on_post(struct cr_home *home, void (*wake)(void *arg), void *arg)
{
  pthread_mutex_lock(&home->lock);
  home->wake = wake;
  home->wake_arg = arg;
  pthread_mutex_unlock(&home->lock);
}

void cr_home_close(struct cr_home *home)
{
  pthread_mutex_lock(&home->lock);
  home->closed = true;
  home->wake = NULL;
  pthread_mutex_unlock(&home->lock);
}

/* SPDX-License-Identifier: MIT */
/* ready.c - pages on their way to crawler_next(), maybe on another thread.
 *
 * The one lock that the loop thread and a pulling thread share. The descriptor of crawler_fd() is
 * readable exactly while there is a page or the crawl is over.
 */
#include <errno.h>
#include <time.h>

#include "api/crawler_impl.h"

int cr_ready_init(struct cr_ready *ready)
{
  pthread_condattr_t attr;
  int err;

  cr_list_init(&ready->pages);
  ready->flag = CR_FLAG_CLOSED;
  if (pthread_mutex_init(&ready->lock, NULL) != 0)
    return CRAWLER_E_SYSTEM;
  err = pthread_condattr_init(&attr);
  if (err == 0) {
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* a constant it knows */
    err = pthread_cond_init(&ready->changed, &attr);
    pthread_condattr_destroy(&attr);
  }
  if (err != 0) {
    pthread_mutex_destroy(&ready->lock);
    return CRAWLER_E_SYSTEM;
  }
  return 0;
}

void cr_ready_free(struct cr_ready *ready)
{
  cr_flag_close(&ready->flag);
  pthread_cond_destroy(&ready->changed);
  pthread_mutex_destroy(&ready->lock);
}

/* With the lock held: the descriptor says what is so. */
static void signal_state(struct cr_ready *ready)
{
  bool wanted = ready->over || !cr_list_empty(&ready->pages);

  pthread_cond_broadcast(&ready->changed);
  cr_flag_set(&ready->flag, wanted);
}

int cr_ready_open_fd(struct cr_ready *ready)
{
  int err = 0;

  pthread_mutex_lock(&ready->lock);
  if (ready->flag.fd < 0)
    err = cr_flag_open(&ready->flag);
  signal_state(ready);
  pthread_mutex_unlock(&ready->lock);
  return err;
}

void cr_ready_push(struct cr_ready *ready, struct cr_visit *visit)
{
  pthread_mutex_lock(&ready->lock);
  cr_list_push(&ready->pages, &visit->ready_link);
  signal_state(ready);
  pthread_mutex_unlock(&ready->lock);
}

struct cr_visit *cr_ready_pop(struct cr_ready *ready)
{
  struct cr_list *link;

  pthread_mutex_lock(&ready->lock);
  link = cr_list_pop(&ready->pages);
  signal_state(ready);
  pthread_mutex_unlock(&ready->lock);
  return link ? CR_CONTAINER(link, struct cr_visit, ready_link) : NULL;
}

void cr_ready_set_over(struct cr_ready *ready, bool over)
{
  pthread_mutex_lock(&ready->lock);
  ready->over = over;
  signal_state(ready);
  pthread_mutex_unlock(&ready->lock);
}

static struct timespec in_ms(int64_t ms)
{
  struct timespec at;

  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_sec += (time_t)(ms / 1000);
  at.tv_nsec += (long)(ms % 1000) * 1000000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

static bool is_met(const struct cr_ready *ready, bool for_end)
{
  return ready->over || (!for_end && !cr_list_empty(&ready->pages));
}

bool cr_ready_wait(struct cr_ready *ready, int64_t timeout_ms, bool for_end)
{
  struct timespec until = in_ms(timeout_ms < 0 ? 0 : timeout_ms);
  bool met;
  int err = 0;

  pthread_mutex_lock(&ready->lock);
  while (!is_met(ready, for_end) && err != ETIMEDOUT)
    err = timeout_ms < 0 ? pthread_cond_wait(&ready->changed, &ready->lock)
                         : pthread_cond_timedwait(&ready->changed, &ready->lock, &until);
  met = is_met(ready, for_end);
  pthread_mutex_unlock(&ready->lock);
  return met;
}

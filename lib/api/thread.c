/* SPDX-License-Identifier: MIT */
/* thread.c - a thread of the library's own drives the crawl.
 */
#include <signal.h>

#include "api/crawler_impl.h"

static void *main_loop(void *arg)
{
  crawler *c = arg;

  pthread_mutex_lock(&c->ready.lock); /* until create_thread() has written all it will */
  pthread_mutex_unlock(&c->ready.lock);
  cr_enter(c);
  while (c->shard.running)
    cr_turn(c, -1);
  if (c->free_pending) { /* nobody will join us */
    (void)pthread_detach(pthread_self());
    c->has_thread = false;
  }
  (void)cr_leave(c); /* c may be gone */
  return NULL;
}

/* The host's signals are the host's: our thread takes none. Once the lock is free c is the
 * thread's, which may free it. */
static int create_thread(crawler *c)
{
  sigset_t all;
  sigset_t old;
  int err;

  sigfillset(&all);
  pthread_mutex_lock(&c->ready.lock);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  err = pthread_create(&c->thread, NULL, main_loop, c);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  c->has_thread = err == 0;
  pthread_mutex_unlock(&c->ready.lock);
  return err == 0 ? 0 : CRAWLER_E_SYSTEM;
}

int crawler_start_thread(crawler *c)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (cr_in_hook(c) || (c->has_thread && !cr_ready_wait(&c->ready, 0, true)))
    return cr_error(c, CRAWLER_E_BUSY, "not from inside a hook, nor while the crawl runs", NULL);
  cr_thread_join(c);
  err = cr_ready_open_fd(&c->ready);
  if (err < 0)
    return cr_error(c, err, "could not open crawler_fd()'s descriptor", crawler_strerror(err));
  err = cr_begin(c, CR_DRIVE_THREAD, !c->hooks.page);
  if (err < 0)
    return err;
  err = create_thread(c);
  if (err < 0) {
    c->shard.running = false;
    cr_ready_set_over(&c->ready, true);
    return cr_error(c, err, "could not start a thread: let the process have more (RLIMIT_NPROC)",
                    NULL);
  }
  return 0;
}

void cr_thread_join(crawler *c)
{
  if (c->has_thread)
    (void)pthread_join(c->thread, NULL); /* it is ours and joinable */
  c->has_thread = false;
}

int crawler_fd(const crawler *c)
{
  return c ? c->ready.flag.fd : -1;
}

int crawler_wait(crawler *c, int64_t timeout_ms)
{
  if (!c)
    return CRAWLER_E_INVAL;
  if (cr_is_loop_thread(c))
    return cr_error(c, CRAWLER_E_BUSY, "the crawl's own thread would wait for itself", NULL);
  if (!c->has_thread)
    return cr_error(c, CRAWLER_E_STATE, "crawler_start_thread() was not called", NULL);
  return cr_ready_wait(&c->ready, timeout_ms, true) ? CRAWLER_OK : CRAWLER_AGAIN;
}

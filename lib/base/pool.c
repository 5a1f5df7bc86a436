/* SPDX-License-Identifier: MIT */
/* pool.c - threads that run pure jobs and hand them back.
 *
 * One mutex guards everything below "shared"; it is never held while a job or the wake function
 * runs. The model is the thread pool of libuv (src/threadpool.c), without its globals.
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>

#include "crawl/crawler.h"

enum { THREADS_MAX = 256, STACK_BYTES = 1024 * 1024 };

struct cr_pool {
  /* The owner's thread only. */
  struct cr_mem *mem;
  pthread_t *threads;
  int asked;        /* for so many */
  int thread_count; /* 0 until there was a job, or as the system gave none */
  size_t outstanding;

  /* Constant. */
  void (*wake)(void *user);
  void *user;

  /* Shared. */
  pthread_mutex_t lock;
  pthread_cond_t has_work;  /* a job was queued, or closing */
  pthread_cond_t has_ended; /* nothing is queued or running any more */
  struct cr_list queued;
  struct cr_list finished;
  size_t running;
  int worker_count; /* threads that have begun */
  bool closing;
};

static struct cr_job *job_of(struct cr_list *link)
{
  return CR_CONTAINER(link, struct cr_job, link);
}

/* With the lock held. NULL: the thread shall end. */
static struct cr_job *take(struct cr_pool *pool)
{
  while (!pool->closing && cr_list_empty(&pool->queued))
    (void)pthread_cond_wait(&pool->has_work, &pool->lock); /* only fails for misuse */
  if (pool->closing)
    return NULL;
  pool->running++;
  return job_of(cr_list_pop(&pool->queued));
}

/* With the lock held. True: the owner must be woken. */
static bool give_back(struct cr_pool *pool, struct cr_job *job)
{
  bool was_empty = cr_list_empty(&pool->finished);

  cr_list_push(&pool->finished, &job->link);
  pool->running--;
  if (pool->running == 0 && cr_list_empty(&pool->queued))
    (void)pthread_cond_signal(&pool->has_ended);
  return was_empty;
}

static void *work(void *arg)
{
  struct cr_pool *pool = arg;

  (void)pthread_mutex_lock(&pool->lock);
  int worker = pool->worker_count++;
  for (;;) {
    struct cr_job *job = take(pool);
    if (!job)
      break;
    (void)pthread_mutex_unlock(&pool->lock);
    job->work(job, worker);
    (void)pthread_mutex_lock(&pool->lock);
    if (give_back(pool, job)) {
      (void)pthread_mutex_unlock(&pool->lock);
      pool->wake(pool->user);
      (void)pthread_mutex_lock(&pool->lock);
    }
  }
  (void)pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* Signals are the host's business; only what a thread does to itself stays deliverable, so that
 * a crash handler or a sanitizer still sees it. */
static void fill_mask(sigset_t *mask)
{
  static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };

  (void)sigfillset(mask);
  for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
    (void)sigdelset(mask, faults[i]);
}

/* As many as the system gives. */
static void start_threads(struct cr_pool *pool)
{
  pthread_attr_t attr;
  sigset_t blocked;
  sigset_t before;

  if (pthread_attr_init(&attr) != 0)
    return;
  (void)pthread_attr_setstacksize(&attr, STACK_BYTES); /* else the system's default */
  fill_mask(&blocked);
  if (pthread_sigmask(SIG_SETMASK, &blocked, &before) == 0) {
    while (pool->thread_count < pool->asked &&
           pthread_create(&pool->threads[pool->thread_count], &attr, work, pool) == 0)
      pool->thread_count++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* it was valid when we got it */
  }
  (void)pthread_attr_destroy(&attr);
}

static bool init_sync(struct cr_pool *pool)
{
  if (pthread_mutex_init(&pool->lock, NULL) != 0)
    return false;
  if (pthread_cond_init(&pool->has_work, NULL) == 0) {
    if (pthread_cond_init(&pool->has_ended, NULL) == 0)
      return true;
    (void)pthread_cond_destroy(&pool->has_work);
  }
  (void)pthread_mutex_destroy(&pool->lock);
  return false;
}

static void free_sync(struct cr_pool *pool)
{
  (void)pthread_cond_destroy(&pool->has_ended);
  (void)pthread_cond_destroy(&pool->has_work);
  (void)pthread_mutex_destroy(&pool->lock);
}

/* Ends the threads; jobs not collected stay in the two lists. */
static void join_threads(struct cr_pool *pool)
{
  (void)pthread_mutex_lock(&pool->lock);
  pool->closing = true;
  (void)pthread_cond_broadcast(&pool->has_work);
  (void)pthread_mutex_unlock(&pool->lock);
  for (int i = 0; i < pool->thread_count; i++)
    (void)pthread_join(pool->threads[i], NULL); /* only fails for misuse */
}

/* Without threads. */
static void run_queued(struct cr_pool *pool)
{
  while (!cr_list_empty(&pool->queued)) {
    struct cr_job *job = job_of(cr_list_pop(&pool->queued));
    job->work(job, 0);
    cr_list_push(&pool->finished, &job->link);
  }
}

/* Moves the jobs of from to the end of to; returns how many. */
static size_t move_jobs(struct cr_list *to, struct cr_list *from)
{
  size_t count = 0;

  for (const struct cr_list *link = from->next; link != from; link = link->next)
    count++;
  cr_list_splice(to, from);
  return count;
}

int cr_pool_open(struct cr_pool **out, struct cr_mem *mem, int threads, void (*wake)(void *user),
                 void *user)
{
  int err = CRAWLER_E_NOMEM;

  if (threads < 0 || threads > THREADS_MAX)
    return CRAWLER_E_INVAL;
  struct cr_pool *pool = cr_zalloc(mem, CR_MEM_CORE, sizeof(*pool));
  if (!pool)
    return CRAWLER_E_NOMEM;
  pool->mem = mem;
  pool->wake = wake;
  pool->user = user;
  pool->asked = threads;
  cr_list_init(&pool->queued);
  cr_list_init(&pool->finished);
  pool->threads = cr_zalloc_array(mem, CR_MEM_CORE, (size_t)threads, sizeof(*pool->threads));
  if (!pool->threads)
    goto done;
  err = CRAWLER_E_SYSTEM;
  if (!init_sync(pool))
    goto done;
  *out = pool;
  return 0;
done:
  cr_free(mem, pool->threads);
  cr_free(mem, pool);
  return err;
}

int cr_pool_threads(const struct cr_pool *pool)
{
  return pool->asked;
}

void cr_pool_submit(struct cr_pool *pool, struct cr_job *job)
{
  if (pool->thread_count == 0 && pool->asked > 0)
    start_threads(pool);
  pool->outstanding++;
  (void)pthread_mutex_lock(&pool->lock);
  cr_list_push(&pool->queued, &job->link);
  (void)pthread_cond_signal(&pool->has_work);
  (void)pthread_mutex_unlock(&pool->lock);
}

size_t cr_pool_collect(struct cr_pool *pool, struct cr_list *done, bool wait)
{
  if (pool->thread_count == 0)
    run_queued(pool);
  (void)pthread_mutex_lock(&pool->lock);
  while (wait && (pool->running > 0 || !cr_list_empty(&pool->queued)))
    (void)pthread_cond_wait(&pool->has_ended, &pool->lock);
  size_t count = move_jobs(done, &pool->finished);
  (void)pthread_mutex_unlock(&pool->lock);
  pool->outstanding -= count;
  return count;
}

size_t cr_pool_outstanding(const struct cr_pool *pool)
{
  return pool->outstanding;
}

void cr_pool_close(struct cr_pool *pool, struct cr_list *unfinished)
{
  if (!pool)
    return;
  join_threads(pool);
  (void)move_jobs(unfinished, &pool->finished);
  (void)move_jobs(unfinished, &pool->queued);
  free_sync(pool);
  cr_free(pool->mem, pool->threads);
  cr_free(pool->mem, pool);
}

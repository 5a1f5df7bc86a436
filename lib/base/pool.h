/* SPDX-License-Identifier: MIT */
/* pool.h - threads that run pure jobs and hand them back.
 *
 * The owner's thread submits jobs and collects finished ones; workers see only the job they hold.
 * Two queues and the caller's wake function are all that is shared. With 0 threads the same jobs
 * run inside cr_pool_collect, in order of submission.
 */
#ifndef CR_BASE_POOL_H
#define CR_BASE_POOL_H

#include "base/list.h"
#include "base/mem.h"

struct cr_pool;

struct cr_job { /* sits inside what is worked on; the owner keeps it alive until collected */
  struct cr_list link;
  /* worker: 0 up to the number of threads, excluded, and always the same one for a thread; 0 where
   * there are none. So what a thread uses again and again can be found by it. */
  void (*work)(struct cr_job *job, int worker);
};

/* threads 0..256 (else CRAWLER_E_INVAL), which start with the first job. wake(user) is called on a
 * worker when the list of finished jobs stops being empty; it must be thread-safe, and may still be
 * called, once for each worker, until cr_pool_close returns. Without threads it is never called.
 * Threads get a 1 MB stack, all signals blocked but those of their own faults (SIGSEGV and its
 * like), and no name is set process-wide. The system may give fewer than asked for; while it gives
 * none, jobs run as with 0 threads, and the next job asks again. */
int cr_pool_open(struct cr_pool **out, struct cr_mem *mem, int threads, void (*wake)(void *user),
                 void *user);
int cr_pool_threads(const struct cr_pool *pool); /* as many as were asked for */
/* The owner's thread, as for all that follow. Never fails, never blocks for long. */
void cr_pool_submit(struct cr_pool *pool, struct cr_job *job);
/* Appends finished jobs to done (a cr_list head of job->link); returns how many. wait: blocks
 * until every submitted job is finished. */
size_t cr_pool_collect(struct cr_pool *pool, struct cr_list *done, bool wait);
size_t cr_pool_outstanding(const struct cr_pool *pool); /* submitted, not yet collected */
/* Lets running jobs end and joins the threads. Jobs not collected are appended to unfinished:
 * those that were worked on first, then those not begun. pool NULL is fine. */
void cr_pool_close(struct cr_pool *pool, struct cr_list *unfinished);

#endif

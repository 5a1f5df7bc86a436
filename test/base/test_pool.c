/* SPDX-License-Identifier: MIT */
/* test_pool.c - jobs go out, each is worked on once, and all come back. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/syscall.h>

#include "base/pool.h"
#include "crawl/crawler.h"
#include "support/forbid.h"
#include "support/oom.h"

enum { JOBS = 5000, HANG_MS = 20000 };

struct task {
  struct cr_job job;
  int runs;
  size_t number;
  size_t *clock; /* inline runs only: the order of work */
  size_t ran_at;
  int worker;
  pthread_t thread;
};

static struct task *task_of(struct cr_list *link)
{
  return CR_CONTAINER(link, struct task, job.link);
}

static void count_run(struct cr_job *job, int worker)
{
  struct task *task = CR_CONTAINER(job, struct task, job);
  task->runs++;
  task->worker = worker;
  task->thread = pthread_self();
  if (task->clock)
    task->ran_at = (*task->clock)++;
}

static void submit(struct cr_pool *pool, struct task *task)
{
  task->job.work = count_run;
  cr_list_init(&task->job.link);
  cr_pool_submit(pool, &task->job);
}

static void count_wake(void *user)
{
  atomic_fetch_add((_Atomic int *)user, 1);
}

static size_t list_len(const struct cr_list *head)
{
  size_t len = 0;
  for (const struct cr_list *l = head->next; l != head; l = l->next)
    len++;
  return len;
}

static void every_job_is_run_once_and_collected(void **state)
{
  static const int threads[] = { 0, 1, 2, 4, 16 };
  static struct task tasks[JOBS];
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
    struct cr_pool *pool = NULL;
    struct cr_list done;
    _Atomic int wakes = 0;
    cr_list_init(&done);
    assert_int_equal(cr_pool_open(&pool, &mem, threads[t], count_wake, &wakes), 0);
    assert_int_equal(cr_pool_threads(pool), threads[t]);
    size_t collected = 0;
    for (size_t i = 0; i < JOBS; i++) {
      tasks[i] = (struct task){ .number = i };
      submit(pool, &tasks[i]);
      if (i % 97 == 0)
        collected += cr_pool_collect(pool, &done, false);
      assert_int_equal(cr_pool_outstanding(pool), i + 1 - collected);
    }
    collected += cr_pool_collect(pool, &done, true);
    assert_int_equal(collected, JOBS);
    assert_int_equal(cr_pool_outstanding(pool), 0);
    assert_int_equal(cr_pool_collect(pool, &done, true), 0);
    assert_int_equal(list_len(&done), JOBS);
    for (size_t i = 0; i < JOBS; i++) {
      assert_int_equal(tasks[i].runs, 1);
      assert_in_range(tasks[i].worker, 0, threads[t] > 0 ? threads[t] - 1 : 0);
    }
    cr_pool_close(pool, &done);
    assert_int_equal(list_len(&done), JOBS);
    assert_int_equal(wakes > 0, threads[t] > 0);
  }
  cr_test_mem_done(&mem);
}

static void a_worker_number_belongs_to_one_thread(void **state)
{
  enum { THREADS = 3 };
  static struct task tasks[JOBS];
  const struct task *first[THREADS] = { NULL };
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list done;
  _Atomic int wakes = 0;
  (void)state;

  cr_test_mem_init(&mem);
  cr_list_init(&done);
  assert_int_equal(cr_pool_open(&pool, &mem, THREADS, count_wake, &wakes), 0);
  for (size_t i = 0; i < JOBS; i++) {
    tasks[i] = (struct task){ .number = i };
    submit(pool, &tasks[i]);
  }
  (void)cr_pool_collect(pool, &done, true);
  for (size_t i = 0; i < JOBS; i++) {
    const struct task **known = &first[tasks[i].worker];

    if (!*known)
      *known = &tasks[i];
    assert_true(pthread_equal((*known)->thread, tasks[i].thread));
  }
  cr_pool_close(pool, &done);
  cr_test_mem_done(&mem);
}

static void without_threads_jobs_run_in_order_inside_collect(void **state)
{
  static struct task tasks[100];
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list done;
  size_t clock = 0;
  (void)state;

  cr_test_mem_init(&mem);
  cr_list_init(&done);
  assert_int_equal(cr_pool_open(&pool, &mem, 0, NULL, NULL), 0);
  for (size_t i = 0; i < 100; i++) {
    tasks[i] = (struct task){ .number = i, .clock = &clock };
    submit(pool, &tasks[i]);
    assert_int_equal(tasks[i].runs, 0);
  }
  assert_int_equal(cr_pool_collect(pool, &done, false), 100);
  for (size_t i = 0; i < 100; i++) {
    assert_int_equal(tasks[i].ran_at, i);
    assert_ptr_equal(task_of(cr_list_pop(&done)), &tasks[i]);
  }
  cr_pool_close(pool, &done);
  cr_test_mem_done(&mem);
}

static void write_byte(void *user)
{
  (void)!write(*(int *)user, "", 1); /* a full pipe wakes as well */
}

/* The owner sleeps until woken, as a loop does: one lost wake-up and it hangs. */
static void no_wake_up_is_lost(void **state)
{
  enum { ROUNDS = 1000, BATCH = 4 };
  static struct task tasks[BATCH];
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list done;
  int ends[2];
  (void)state;

  cr_test_mem_init(&mem);
  cr_list_init(&done);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(cr_pool_open(&pool, &mem, 3, write_byte, &ends[1]), 0);
  for (int round = 0; round < ROUNDS; round++) {
    for (size_t i = 0; i < BATCH; i++)
      submit(pool, &tasks[i]);
    while (cr_pool_outstanding(pool) > 0) {
      struct pollfd fd = { ends[0], POLLIN, 0 };
      char bytes[64];
      assert_int_equal(poll(&fd, 1, HANG_MS), 1);
      assert_true(read(ends[0], bytes, sizeof(bytes)) > 0);
      (void)cr_pool_collect(pool, &done, false);
    }
    assert_int_equal(list_len(&done), BATCH);
    cr_list_init(&done);
  }
  for (size_t i = 0; i < BATCH; i++)
    assert_int_equal(tasks[i].runs, ROUNDS);
  cr_pool_close(pool, &done);
  (void)close(ends[0]);
  (void)close(ends[1]);
  cr_test_mem_done(&mem);
}

struct gate {
  struct cr_job job;
  sem_t begun;
  sem_t go;
};

static void wait_for_go(struct cr_job *job, int worker)
{
  struct gate *gate = CR_CONTAINER(job, struct gate, job);
  (void)worker;
  (void)sem_post(&gate->begun);
  while (sem_wait(&gate->go) != 0)
    ; /* interrupted */
}

/* One thread, held inside the first job: nothing else can have begun. */
static void close_hands_back_what_was_not_collected(void **state)
{
  static struct task tasks[10];
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list left;
  _Atomic int wakes = 0;
  struct gate gate = { .job.work = wait_for_go };
  (void)state;

  cr_test_mem_init(&mem);
  cr_list_init(&left);
  (void)sem_init(&gate.begun, 0, 0);
  (void)sem_init(&gate.go, 0, 0);
  assert_int_equal(cr_pool_open(&pool, &mem, 1, count_wake, &wakes), 0);
  cr_pool_submit(pool, &gate.job);
  for (size_t i = 0; i < 10; i++) {
    tasks[i] = (struct task){ .number = i };
    submit(pool, &tasks[i]);
  }
  while (sem_wait(&gate.begun) != 0)
    ; /* interrupted */
  assert_int_equal(cr_pool_collect(pool, &left, false), 0);
  (void)sem_post(&gate.go);
  cr_pool_close(pool, &left); /* some of the ten may have been run by now */

  assert_int_equal(list_len(&left), 11);
  assert_ptr_equal(cr_list_pop(&left), &gate.job.link);
  for (size_t i = 0; i < 10; i++) {
    struct task *task = task_of(cr_list_pop(&left));
    assert_ptr_equal(task, &tasks[i]);
    assert_in_range(task->runs, 0, i > 0 ? tasks[i - 1].runs : 1); /* run ones come first */
  }
  (void)sem_destroy(&gate.begun);
  (void)sem_destroy(&gate.go);
  cr_test_mem_done(&mem);
}

static void close_without_threads_runs_nothing(void **state)
{
  struct task task = { .number = 0 };
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list left;
  (void)state;

  cr_test_mem_init(&mem);
  cr_list_init(&left);
  cr_pool_close(NULL, &left);
  assert_int_equal(cr_pool_open(&pool, &mem, 0, NULL, NULL), 0);
  submit(pool, &task);
  cr_pool_close(pool, &left);
  assert_int_equal(task.runs, 0);
  assert_ptr_equal(cr_list_pop(&left), &task.job.link);
  assert_true(cr_list_empty(&left));
  cr_test_mem_done(&mem);
}

struct probe {
  struct cr_job job;
  sigset_t mask;
  size_t stack_bytes;
};

static void look_around(struct cr_job *job, int worker)
{
  struct probe *probe = CR_CONTAINER(job, struct probe, job);
  pthread_attr_t attr;
  void *at = NULL;
  (void)worker;

  (void)pthread_sigmask(SIG_SETMASK, NULL, &probe->mask);
  if (pthread_getattr_np(pthread_self(), &attr) != 0)
    return;
  (void)pthread_attr_getstack(&attr, &at, &probe->stack_bytes);
  (void)pthread_attr_destroy(&attr);
}

static void workers_block_the_hosts_signals_and_have_a_1_mb_stack(void **state)
{
  static const int blocked[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGUSR1, SIGALRM };
  static const int open[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
  struct probe probe = { .job.work = look_around };
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list done;
  _Atomic int wakes = 0;
  sigset_t before;
  sigset_t after;
  (void)state;

  cr_test_mem_init(&mem);
  cr_list_init(&done);
  (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
  assert_int_equal(cr_pool_open(&pool, &mem, 1, count_wake, &wakes), 0);
  (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
  cr_pool_submit(pool, &probe.job);
  assert_int_equal(cr_pool_collect(pool, &done, true), 1);
  cr_pool_close(pool, &done);
  for (size_t i = 0; i < sizeof(blocked) / sizeof(blocked[0]); i++) {
    assert_int_equal(sigismember(&probe.mask, blocked[i]), 1);
    assert_int_equal(sigismember(&after, blocked[i]), sigismember(&before, blocked[i]));
  }
  for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
    assert_int_equal(sigismember(&probe.mask, open[i]), 0);
  assert_in_range(probe.stack_bytes, 1000 * 1000, 1100 * 1000);
  cr_test_mem_done(&mem);
}

static void a_thread_count_out_of_range_is_refused(void **state)
{
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_pool_open(&pool, &mem, -1, NULL, NULL), CRAWLER_E_INVAL);
  assert_int_equal(cr_pool_open(&pool, &mem, 257, NULL, NULL), CRAWLER_E_INVAL);
  assert_null(pool);
  cr_test_mem_done(&mem);
}

static int count_of_threads(void)
{
  int count = 0;
  DIR *tasks = opendir("/proc/self/task");

  if (!tasks)
    return -1;
  for (const struct dirent *entry = readdir(tasks); entry; entry = readdir(tasks))
    count += entry->d_name[0] != '.';
  (void)closedir(tasks);
  return count;
}

static void threads_start_with_the_first_job(void **state)
{
  struct task task = { .number = 0 };
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list done;
  _Atomic int wakes = 0;
  int before = count_of_threads();
  (void)state;

  if (before < 0)
    skip();
  cr_test_mem_init(&mem);
  cr_list_init(&done);
  assert_int_equal(cr_pool_open(&pool, &mem, 3, count_wake, &wakes), 0);
  assert_int_equal(count_of_threads(), before);
  submit(pool, &task);
  assert_int_equal(count_of_threads(), before + 3);
  assert_int_equal(cr_pool_collect(pool, &done, true), 1);
  cr_pool_close(pool, &done);
  cr_test_mem_done(&mem);
}

static int work_without_threads_from_the_system(void)
{
  struct task tasks[2] = { { .number = 0 }, { .number = 1 } };
  struct cr_mem mem;
  struct cr_pool *pool = NULL;
  struct cr_list done;

  if (!cr_test_forbid(SYS_clone, EAGAIN) || !cr_test_forbid(SYS_clone3, EAGAIN))
    return CR_TEST_CANNOT_FORBID;
  cr_test_mem_init(&mem);
  cr_list_init(&done);
  if (cr_pool_open(&pool, &mem, 2, NULL, NULL) != 0)
    return 1;
  submit(pool, &tasks[0]);
  submit(pool, &tasks[1]);
  if (cr_pool_collect(pool, &done, false) != 2 || tasks[0].runs != 1 || tasks[1].runs != 1 ||
      !pthread_equal(tasks[1].thread, pthread_self()))
    return 2;
  cr_pool_close(pool, &done);
  return mem.blocks == 0 ? 0 : 3;
}

static void where_the_system_gives_no_thread_the_owner_works(void **state)
{
  (void)state;
  int status = cr_test_in_child(work_without_threads_from_the_system);
  if (status == CR_TEST_CANNOT_FORBID)
    skip();
  assert_int_equal(status, 0);
}

static void open_and_close(struct cr_mem *mem, void *arg)
{
  struct cr_pool *pool = NULL;
  struct cr_list left;
  _Atomic int wakes = 0;
  (void)arg;

  cr_list_init(&left);
  int err = cr_pool_open(&pool, mem, 2, count_wake, &wakes);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  cr_pool_close(pool, &left);
}

static void refused_allocations_fail_the_opening_only(void **state)
{
  (void)state;
  cr_test_oom(open_and_close, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_job_is_run_once_and_collected),
    cmocka_unit_test(a_worker_number_belongs_to_one_thread),
    cmocka_unit_test(without_threads_jobs_run_in_order_inside_collect),
    cmocka_unit_test(no_wake_up_is_lost),
    cmocka_unit_test(close_hands_back_what_was_not_collected),
    cmocka_unit_test(close_without_threads_runs_nothing),
    cmocka_unit_test(workers_block_the_hosts_signals_and_have_a_1_mb_stack),
    cmocka_unit_test(a_thread_count_out_of_range_is_refused),
    cmocka_unit_test(threads_start_with_the_first_job),
    cmocka_unit_test(where_the_system_gives_no_thread_the_owner_works),
    cmocka_unit_test(refused_allocations_fail_the_opening_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

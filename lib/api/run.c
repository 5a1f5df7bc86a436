/* SPDX-License-Identifier: MIT */
/* run.c - the drive modes: who turns the loop.
 *
 * All of them start the same shard; they differ in who waits. cr_enter and cr_leave mark the
 * outermost call, where a crawler_free() from inside a hook takes effect.
 */
#include "api/crawler_impl.h"

void cr_enter(crawler *c)
{
  if (c->inside++ == 0) {
    atomic_store(&c->loop_thread, pthread_self());
    atomic_store(&c->inside_loop, true);
  }
}

bool cr_leave(crawler *c)
{
  if (--c->inside > 0)
    return false;
  atomic_store(&c->inside_loop, false);
  if (!c->free_pending)
    return false;
  cr_free_now(c);
  return true;
}

bool cr_is_loop_thread(const crawler *c)
{
  return atomic_load(&c->inside_loop) &&
         pthread_equal(atomic_load(&c->loop_thread), pthread_self());
}

bool cr_in_hook(const crawler *c)
{
  return cr_is_loop_thread(c) && c->shard.hook_depth > 0;
}

/* Before anything that drives: our own thread may be doing so, and then nothing may be touched. */
static bool runs_elsewhere(crawler *c)
{
  if (!c->has_thread || cr_is_loop_thread(c))
    return false;
  if (!cr_ready_wait(&c->ready, 0, true))
    return true;
  cr_thread_join(c);
  return false;
}

/* ---- start ---- */

static int in_hook(crawler *c)
{
  return cr_error(c, CRAWLER_E_BUSY, "not from inside a hook: when it has returned", NULL);
}

static int is_driven_elsewhere(crawler *c)
{
  return cr_error(c, CRAWLER_E_BUSY,
                  "the crawler's own thread drives it: see crawler_next() and crawler_wait()",
                  NULL);
}

static int check_start(crawler *c, enum cr_drive drive, bool pulling)
{
  if (cr_in_hook(c))
    return in_hook(c);
  if (c->setting_error < 0) /* another call may have failed since */
    return cr_error(c, c->setting_error, c->setting_errmsg, NULL);
  if (c->drive != drive &&
      (c->shard.loop || c->drive == CR_DRIVE_BASE || c->drive == CR_DRIVE_WATCH))
    return cr_error(c, CRAWLER_E_STATE, "the crawler is driven in another way already", NULL);
  if (c->shard.running && c->shard.pulling != pulling)
    return cr_error(c, CRAWLER_E_STATE, "crawler_next() is not for a run begun by another", NULL);
  return 0;
}

static const char *start_advice(int err)
{
  if (err == CRAWLER_E_SYSTEM)
    return "no descriptors or threads: let the process have more (RLIMIT_NOFILE, RLIMIT_NPROC)";
  return crawler_strerror(err);
}

/* What was said before the run is undone by it. */
static void forget_flags(crawler *c)
{
  pthread_mutex_lock(&c->lock);
  atomic_store(&c->shard.flags, 0);
  atomic_store(&c->shard.given_up, false);
  pthread_mutex_unlock(&c->lock);
}

int cr_begin(crawler *c, enum cr_drive drive, bool pulling)
{
  int err = check_start(c, drive, pulling);

  if (err < 0 || c->shard.running)
    return err;
  c->drive = drive;
  c->shard.pulling = pulling;
  forget_flags(c);
  cr_ready_set_over(&c->ready, false);
  err = cr_shard_start(&c->shard);
  if (err < 0) {
    cr_ready_set_over(&c->ready, true); /* nobody shall wait for it */
    return cr_error(c, err, "could not start", start_advice(err));
  }
  atomic_store(&c->wakeable, c->shard.loop);
  return 0;
}

int cr_result(crawler *c)
{
  if (c->shard.ending == CR_END_ERROR && c->shard.error == CRAWLER_E_HOOK)
    return cr_error(c, CRAWLER_E_HOOK, c->failure, NULL); /* it has been written once */
  if (c->shard.ending == CR_END_ERROR)
    return cr_error(c, c->shard.error, "the crawl broke",
                    c->shard.advice ? c->shard.advice : crawler_strerror(c->shard.error));
  return 0;
}

static int result_or_done(crawler *c)
{
  int err = cr_result(c);

  return err < 0 ? err : CRAWLER_DONE;
}

/* ---- run, step, next ---- */

/* The pump ends a run that has failed; where the loop doesn't turn it is called without. */
void cr_turn(crawler *c, int64_t timeout_ms)
{
  int err = cr_loop_turn(c->shard.loop, timeout_ms);

  if (!cr_list_empty(&c->shard.pump.link)) /* it was long: the pump, which does so, is to come */
    cr_stats_publish(c);
  if (err == 0 || !c->shard.running)
    return;
  cr_shard_fail(&c->shard, err);
  (void)cr_loop_run_deferred(c->shard.loop); /* nothing here closes it */
}

static int drive_to_end(crawler *c)
{
  while (c->shard.running && !c->free_pending)
    cr_turn(c, -1);
  return cr_result(c);
}

int crawler_run(crawler *c)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (runs_elsewhere(c))
    return is_driven_elsewhere(c);
  cr_enter(c);
  err = cr_begin(c, CR_DRIVE_SELF, false);
  if (err == 0)
    err = drive_to_end(c);
  return cr_leave(c) ? CRAWLER_DONE : err;
}

int crawler_step(crawler *c, int64_t timeout_ms)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (runs_elsewhere(c))
    return is_driven_elsewhere(c);
  cr_enter(c);
  err = cr_begin(c, CR_DRIVE_SELF, false);
  if (err == 0)
    cr_turn(c, timeout_ms);
  if (err == 0 && !c->shard.running)
    err = result_or_done(c);
  return cr_leave(c) ? CRAWLER_DONE : err;
}

/* The page before, unless somebody keeps it: whoever asks for the next one has done with it. */
static void end_pulled(crawler *c)
{
  crawler_page *page = c->pulled;

  c->pulled = NULL;
  if (!page)
    return;
  if (!atomic_load(&page->was_retained))
    (void)crawler_page_finish(page, CRAWLER_FINISH_OK); /* its caller may have done so */
  cr_page_drop(page);
}

/* The page is the caller's now, and its bytes with it: there may be room for others. */
static crawler_page *hand_out(crawler *c, struct cr_visit *v)
{
  if (!v)
    return NULL;
  c->pulled = &v->page;
  atomic_fetch_add_explicit(&v->page.refs, 1, memory_order_relaxed);
  if (atomic_load(&v->page.finish_how) < 0)
    cr_visit_leave(v);
  atomic_fetch_sub(&c->home->offered, 1);
  cr_loop_wake(c->shard.loop);
  return &v->page;
}

/* Turns the loop until there is a page, the end, or the time has passed. */
static void drive_to_page(crawler *c, int64_t timeout_ms)
{
  int64_t until = timeout_ms < 0 ? CR_NEVER : cr_loop_now(c->shard.loop) + timeout_ms;

  while (c->shard.running && !c->free_pending && cr_list_empty(&c->ready.pages)) {
    int64_t left = until == CR_NEVER ? -1 : until - cr_loop_now(c->shard.loop);

    cr_turn(c, left < 0 && until != CR_NEVER ? 0 : left);
    if (until != CR_NEVER && cr_loop_now(c->shard.loop) >= until)
      break;
  }
}

static int next_driven(crawler *c, crawler_page **page, int64_t timeout_ms)
{
  int err = 0;

  if (cr_in_hook(c))
    return in_hook(c);
  end_pulled(c);
  *page = hand_out(c, cr_ready_pop(&c->ready));
  if (*page)
    return 0;
  if (!c->shard.running && c->pull_over) { /* said once: the next call runs again */
    c->pull_over = false;
    return result_or_done(c);
  }
  err = cr_begin(c, CR_DRIVE_SELF, true);
  if (err < 0)
    return err;
  drive_to_page(c, timeout_ms);
  if (c->free_pending) /* a page would be nobody's */
    return CRAWLER_DONE;
  *page = hand_out(c, cr_ready_pop(&c->ready));
  if (*page) {
    c->pull_over = !c->shard.running;
    return 0;
  }
  return c->shard.running ? CRAWLER_AGAIN : result_or_done(c);
}

static int next_from_thread(crawler *c, crawler_page **page, int64_t timeout_ms)
{
  if (cr_in_hook(c))
    return in_hook(c);
  end_pulled(c);
  if (!cr_ready_wait(&c->ready, timeout_ms, false))
    return CRAWLER_AGAIN;
  *page = hand_out(c, cr_ready_pop(&c->ready));
  return *page ? 0 : result_or_done(c);
}

int crawler_next(crawler *c, crawler_page **page, int64_t timeout_ms)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!page)
    return cr_null(c, "page");
  *page = NULL;
  if (c->drive == CR_DRIVE_THREAD)
    return next_from_thread(c, page, timeout_ms);
  cr_enter(c);
  err = next_driven(c, page, timeout_ms);
  return cr_leave(c) ? CRAWLER_DONE : err;
}

/* ---- the caller's loop ---- */

static int set_drive(crawler *c, enum cr_drive drive)
{
  if (c->shard.loop)
    return cr_error(c, CRAWLER_E_STATE,
                    "the crawler has its loop already: set another before the first start", NULL);
  c->drive = drive;
  return 0;
}

int crawler_set_event_base(crawler *c, struct event_base *base)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!base)
    return cr_null(c, "base");
  err = set_drive(c, CR_DRIVE_BASE);
  if (err == 0)
    c->base = base;
  return err;
}

static int call_watch(int fd, int events, void *user)
{
  crawler *c = user;

  return c->watch(c, fd, events, c->watch_user);
}

static int call_timer(int64_t ms, void *user)
{
  crawler *c = user;

  return c->timer(c, ms, c->watch_user);
}

int crawler_set_loop(crawler *c, crawler_watch_cb watch, crawler_timer_cb timer, void *user)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!watch || !timer)
    return cr_error(c, CRAWLER_E_INVAL, "an argument is NULL: watch and timer are both needed",
                    NULL);
  err = set_drive(c, CR_DRIVE_WATCH);
  if (err < 0)
    return err;
  c->watch = watch;
  c->timer = timer;
  c->watch_user = user;
  c->watch_ops = (struct cr_loop_caller){ call_watch, call_timer, c };
  return 0;
}

/* Around each batch of events that the caller's event_base delivers. */
static void on_enter(void *arg)
{
  cr_enter(arg);
}

static void on_leave(void *arg)
{
  (void)cr_leave(arg); /* the loop touches nothing afterwards */
}

int crawler_start(crawler *c)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (runs_elsewhere(c))
    return is_driven_elsewhere(c);
  if (cr_in_hook(c))
    return in_hook(c);
  if (c->drive != CR_DRIVE_BASE && c->drive != CR_DRIVE_WATCH)
    return cr_error(c, CRAWLER_E_STATE, "crawler_set_event_base() or crawler_set_loop() goes first",
                    NULL);
  cr_enter(c);
  err = cr_begin(c, c->drive, false);
  if (err == 0 && c->drive == CR_DRIVE_BASE)
    cr_loop_on_batch(c->shard.loop, on_enter, on_leave, c);
  return cr_leave(c) ? CRAWLER_DONE : err;
}

static int state_of(crawler *c, int err)
{
  if (err == CRAWLER_E_BUSY)
    return in_hook(c);
  if (err < 0)
    cr_shard_fail(&c->shard, err);
  if (c->shard.running)
    return CRAWLER_OK;
  return result_or_done(c);
}

int crawler_fd_ready(crawler *c, int fd, int events)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (c->drive != CR_DRIVE_WATCH || !c->shard.loop)
    return cr_error(c, CRAWLER_E_STATE, "not started with crawler_set_loop()", NULL);
  cr_enter(c);
  err = state_of(c, cr_loop_caller_fd_ready(c->shard.loop, fd, events));
  return cr_leave(c) ? CRAWLER_DONE : err;
}

int crawler_timer_fired(crawler *c)
{
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (c->drive != CR_DRIVE_WATCH || !c->shard.loop)
    return cr_error(c, CRAWLER_E_STATE, "not started with crawler_set_loop()", NULL);
  cr_enter(c);
  err = state_of(c, cr_loop_caller_timer_fired(c->shard.loop));
  return cr_leave(c) ? CRAWLER_DONE : err;
}

/* ---- stop ---- */

static void raise_flag(crawler *c, int flag)
{
  struct cr_loop *loop;

  if (!c)
    return;
  atomic_fetch_or(&c->shard.flags, flag);
  if (flag & (CR_FLAG_CANCEL | CR_FLAG_FAIL)) /* after the flag: who gives up finds out why */
    atomic_store(&c->shard.given_up, true);
  loop = atomic_load(&c->wakeable);
  if (loop)
    cr_loop_wake(loop);
}

void crawler_stop(crawler *c)
{
  raise_flag(c, CR_FLAG_STOP);
}

void crawler_cancel(crawler *c)
{
  raise_flag(c, CR_FLAG_CANCEL);
}

int crawler_fail(crawler *c, const char *msg)
{
  if (!c)
    return CRAWLER_E_INVAL;
  if (!msg)
    return cr_null(c, "msg");
  pthread_mutex_lock(&c->lock); /* who sees the flag sees the text, too */
  if (!(atomic_load(&c->shard.flags) & CR_FLAG_FAIL)) {
    cr_message_join(c->failure, msg, NULL);
    raise_flag(c, CR_FLAG_FAIL);
  }
  pthread_mutex_unlock(&c->lock);
  return 0;
}

static void set_paused(crawler *c, bool is_paused)
{
  if (!c)
    return;
  atomic_store(&c->shard.is_paused, is_paused);
  raise_flag(c, 0); /* to look again */
}

void crawler_pause(crawler *c)
{
  set_paused(c, true);
}

void crawler_resume(crawler *c)
{
  set_paused(c, false);
}

int crawler_is_paused(const crawler *c)
{
  return c && atomic_load(&c->shard.is_paused);
}

/* ---- how it ended ---- */

const char *crawler_ended(const crawler *c)
{
  static const char *const names[] = {
    [CR_END_NOT] = "",
    [CR_END_COMPLETE] = "complete",
    [CR_END_MAX_PAGES] = "max_pages",
    [CR_END_MAX_BYTES] = "max_bytes",
    [CR_END_HOST_LIMIT] = "host_limit",
    [CR_END_WAITING] = "waiting",
    [CR_END_MAX_TIME] = "max_time",
    [CR_END_STOPPED] = "stopped",
    [CR_END_CANCELED] = "canceled",
    [CR_END_ERROR] = "error",
  };

  return c && !c->shard.running ? names[c->shard.ending] : "";
}

/* Pages, and sitemaps, as nobody knows the pages behind them. */
static int64_t ended_by(const struct cr_ledger *l, crawler_reason reason)
{
  return l->kinds[CRAWLER_KIND_PAGE].by_reason[reason] +
         l->kinds[CRAWLER_KIND_SITEMAP].by_reason[reason];
}

/* One row a reason why not every URL in reach was asked for. */
static int64_t incomplete_count(const crawler *c, size_t i, const char **name)
{
  const struct cr_ledger *l = &c->shard.ledger;
  const struct cr_kind_ledger *pages = &l->kinds[CRAWLER_KIND_PAGE];
  const struct cr_kind_ledger *sitemaps = &l->kinds[CRAWLER_KIND_SITEMAP];
  const struct cr_kind_ledger *requisites = &l->kinds[CRAWLER_KIND_REQUISITE];
  const struct {
    const char *name;
    int64_t count;
  } rows[] = {
    { c->shard.ending == CR_END_WAITING ? "parked" : "limit", pages->queued + requisites->queued },
    { "in_flight", pages->in_flight + requisites->in_flight },
    { "capped", l->links.capped },
    { "truncated", ended_by(l, CRAWLER_FAILED_TRUNCATED) + l->counters.truncated },
    { "rate_limited", ended_by(l, CRAWLER_FAILED_RATE_LIMITED) },
    { "host_dead", ended_by(l, CRAWLER_FAILED_HOST_DEAD) },
    { "robots_unreachable", ended_by(l, CRAWLER_DROPPED_ROBOTS_UNREACHABLE) },
    { "unparsed", l->counters.unparsed + sitemaps->by_reason[CRAWLER_FAILED_TOO_LARGE] },
    { "depth", l->counters.depth_lost },
  };

  if (i >= sizeof(rows) / sizeof(*rows))
    return -1;
  *name = rows[i].name;
  return rows[i].count;
}

const char *crawler_incomplete(const crawler *c, size_t i, int64_t *count)
{
  const char *name = NULL;
  size_t row = 0;
  int64_t n;

  for (; (n = incomplete_count(c, row, &name)) >= 0; row++)
    if (n > 0 && i-- == 0) {
      if (count)
        *count = n;
      return name;
    }
  return NULL;
}

int crawler_is_complete(const crawler *c)
{
  return c->shard.ending == CR_END_COMPLETE && !crawler_incomplete(c, 0, NULL);
}

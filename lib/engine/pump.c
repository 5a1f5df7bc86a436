/* SPDX-License-Identifier: MIT */
/* pump.c - what happens in a turn, after the events: letters, parsed pages, new leases, the end.
 *
 * Deferred by the loop, so that it runs once for a batch of events. What it does is bounded, in
 * number and in time; if more is left it asks to be called again.
 */
#include "engine/shard.h"

#include "fetch/fetcher.h"

#define TASKS 16  /* leased at a time */
#define ROUNDS 64 /* batches in a turn */

/* ---- letters from other threads ---- */

static void read_letter(struct cr_shard *s, struct cr_letter *letter)
{
  struct cr_submission *sub;
  struct crawler_page *page;
  struct cr_answer *answer;

  switch (letter->kind) {
  case CR_LETTER_SUBMIT:
    sub = CR_CONTAINER(letter, struct cr_submission, letter);
    cr_admit_submitted(s, sub);
    break;
  case CR_LETTER_FINISH:
    page = CR_CONTAINER(letter, struct crawler_page, letter);
    cr_visit_finish_held((struct cr_visit *)page, atomic_load(&page->finish_how));
    break;
  case CR_LETTER_RESUME: /* another one may be posted from here on */
    page = CR_CONTAINER(letter, struct crawler_page, resume_letter);
    atomic_store(&page->resume_is_posted, false);
    cr_stream_resume((struct cr_visit *)page);
    cr_page_drop(page);
    break;
  case CR_LETTER_RESOLVED:
    answer = CR_CONTAINER(letter, struct cr_answer, letter);
    if (s->fetcher->ops->resolved(s->fetcher, answer->token, answer->addresses, answer->ttl_ms) < 0)
      cr_shard_log(s, 2, "answer for no pending token", answer->addresses);
    cr_free(s->mem, answer);
    break;
  }
}

/* One of what list has was worked on. False: that was all, or the rest is for the next turn. */
static bool goes_on(struct cr_shard *s, const struct cr_list *list)
{
  if (cr_list_empty(list))
    return false;
  if (!cr_loop_should_yield(s->loop))
    return true;
  cr_shard_wake(s);
  return false;
}

static bool has_letters(struct cr_shard *s)
{
  return !cr_list_empty(&s->letters) || cr_home_has_letters(s->home);
}

static void read_letters(struct cr_shard *s)
{
  cr_home_collect(s->home, &s->letters);
  if (cr_list_empty(&s->letters))
    return;
  do
    read_letter(s, CR_CONTAINER(cr_list_pop(&s->letters), struct cr_letter, link));
  while (goes_on(s, &s->letters));
}

/* ---- parsed pages ---- */

/* Insertion by order of submission: workers finish nearly in order. */
static void insert_in_order(struct cr_list *sorted, struct cr_job *job)
{
  uint64_t order = cr_visit_of_job(job)->parse_order;
  struct cr_list *at = sorted;

  while (at->prev != sorted &&
         cr_visit_of_job(CR_CONTAINER(at->prev, struct cr_job, link))->parse_order > order)
    at = at->prev;
  cr_list_insert_before(at, &job->link);
}

static void collect(struct cr_shard *s)
{
  struct cr_list done;
  struct cr_list *link;

  cr_list_init(&done);
  cr_pool_collect(s->pool, &done, s->env.ordered);
  while ((link = cr_list_pop(&done)) != NULL) {
    struct cr_job *job = CR_CONTAINER(link, struct cr_job, link);

    cr_visit_of_job(job)->parsed_ms = cr_loop_now(s->loop);
    insert_in_order(&s->parsed, job);
    s->parsed_count++;
  }
}

static void take_parsed(struct cr_shard *s)
{
  struct cr_list *link = cr_list_pop(&s->parsed);
  struct cr_visit *v = cr_visit_of_job(CR_CONTAINER(link, struct cr_job, link));

  s->parsed_count--;
  cr_load_note_wait(s, cr_loop_now(s->loop) - v->parsed_ms);
  cr_visit_parsed(v);
}

static void take_all_parsed(struct cr_shard *s)
{
  collect(s);
  if (cr_list_empty(&s->parsed))
    return;
  do
    take_parsed(s);
  while (goes_on(s, &s->parsed));
}

/* ---- new leases ---- */

static bool has_room(struct cr_shard *s)
{
  return !cr_memory_is_full(s) || cr_sitemaps_alone(s); /* or nothing at all is in flight */
}

static int64_t grows_old_ms(const struct cr_shard *s)
{
  if (cr_list_empty(&s->fast))
    return CR_NEVER;
  return CR_CONTAINER(s->fast.next, struct cr_visit, fast_link)->lane_ms + s->settings->slow_after;
}

/* Old transfers of the fast lane move over, while there is room in the slow one: before hosts that
 * are known to be slow get what is left of it. */
static void move_old(struct cr_shard *s)
{
  int64_t now = cr_loop_now(s->loop);

  while (grows_old_ms(s) <= now) {
    struct cr_visit *v = CR_CONTAINER(s->fast.next, struct cr_visit, fast_link);
    struct cr_host_update update = { .host = v->host, .fields = CR_HOST_SLOW, .slow = true };

    if (!cr_slots_move(&s->slots, v->slot))
      return;
    cr_lookup_note(v);
    v->slot = CR_SLOT_SLOW;
    cr_list_remove(&v->fast_link);
    if (!v->was_paused)
      (void)s->frontier->ops->host_update(s->frontier, &update, now); /* nothing is allocated */
  }
}

static size_t take_batch(struct cr_shard *s, int64_t *next_due)
{
  struct cr_task tasks[TASKS];
  struct cr_take want = {
    .now_ms = cr_loop_now(s->loop),
    .max_tasks = cr_memory_transfers(s, TASKS),
    .max_fast = cr_slots_fast_free(&s->slots),
    .max_untried = cr_slots_untried_free(&s->slots),
    .max_slow = cr_slots_slow_free(&s->slots),
    .max_pages = cr_slots_pages_free(&s->slots),
  };
  uint32_t sockets;
  size_t n = 0;
  int err;

  *next_due = CR_NEVER;
  sockets = cr_shortage_leaves(s, next_due);
  if (s->slots.slow_cap == 0) { /* no such lane: slow hosts share the other one */
    want.max_slow = want.max_fast;
    want.max_tasks = want.max_fast < want.max_tasks ? want.max_fast : want.max_tasks;
  }
  if (want.max_tasks > sockets)
    want.max_tasks = sockets;
  if (want.max_tasks > cr_load_leaves(s))
    want.max_tasks = cr_load_leaves(s);
  if (want.max_fast + want.max_slow == 0 || want.max_tasks == 0)
    return 0;
  err = s->frontier->ops->take(s->frontier, &want, tasks, &n, next_due, NULL, NULL);
  if (err < 0)
    cr_shard_fail(s, err);
  for (size_t i = 0; i < n; i++)
    cr_dispatch(s, &tasks[i]);
  return n;
}

/* At a limit of bytes nothing is. With a page limit reached, and nothing else queued, hosts need
 * not even be judged. */
static bool wants_more(struct cr_shard *s)
{
  struct cr_frontier_stats stats;

  if (s->ending != CR_END_NOT || s->takes_nothing || cr_limits_are_reached(s))
    return false;
  s->frontier->ops->stats(s->frontier, &stats);
  return cr_slots_pages_free(&s->slots) > 0 || stats.queued > stats.queued_pages;
}

static void take_all(struct cr_shard *s)
{
  int64_t next_due = CR_NEVER;
  bool is_enough = false;
  int rounds = 0;

  s->takes_nothing = atomic_load(&s->is_paused);
  cr_lookups_set_aside(s);
  move_old(s);
  while (!is_enough && wants_more(s) && has_room(s) && take_batch(s, &next_due) > 0)
    is_enough = ++rounds == ROUNDS || cr_loop_should_yield(s->loop);
  if (is_enough)
    cr_shard_wake(s);
  s->next_due_ms = next_due;
}

/* ---- timers ---- */

static void on_due(struct cr_timer *timer)
{
  cr_shard_wake(CR_CONTAINER(timer, struct cr_shard, due));
}

static void on_deadline(struct cr_timer *timer)
{
  struct cr_shard *s = CR_CONTAINER(timer, struct cr_shard, deadline);

  cr_shard_end(s, CR_END_MAX_TIME);
}

static void on_slow(struct cr_timer *timer)
{
  cr_shard_wake(CR_CONTAINER(timer, struct cr_shard, slow));
}

static void set_timer(struct cr_shard *s, struct cr_timer *timer, int64_t at_ms)
{
  if (at_ms == CR_NEVER)
    cr_loop_cancel_timer(s->loop, timer);
  else if (cr_loop_set_timer(s->loop, timer, at_ms) < 0)
    cr_shard_fail(s, CRAWLER_E_NOMEM);
}

void cr_shard_set_timers(struct cr_shard *s)
{
  int64_t slow = grows_old_ms(s);

  set_timer(s, &s->due, s->running ? s->next_due_ms : CR_NEVER);
  if (cr_slots_slow_free(&s->slots) == 0) /* the pump runs when there is room again */
    slow = CR_NEVER;
  if (cr_lookups_due_ms(s) < slow)
    slow = cr_lookups_due_ms(s);
  set_timer(s, &s->slow, slow);
  set_timer(s, &s->deadline,
            s->running && s->settings->max_time >= 0 && s->ending == CR_END_NOT
                ? s->run_started_ms + s->settings->max_time
                : CR_NEVER);
}

/* ---- the end ---- */

static void cut(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  s->fetcher->ops->cancel(s->fetcher, &v->transfer);
  cr_visit_free_slot(v, v->transfer.sent);
  cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
}

/* A stop waits for what is in flight, but not for a caller that has stopped listening. */
static void cut_paused(struct cr_shard *s)
{
  struct cr_list *link = s->visits.next;

  while (link != &s->visits) {
    struct cr_visit *v = CR_CONTAINER(link, struct cr_visit, link);

    link = link->next;
    if (v->is_paused)
      cut(v);
  }
}

void cr_shard_cancel_visits(struct cr_shard *s)
{
  struct cr_list done;
  struct cr_list *link = s->visits.next;

  cr_list_init(&done);
  atomic_store(&s->given_up, true); /* so that it is soon */
  cr_pool_collect(s->pool, &done, true);
  cr_list_splice(&done, &s->parsed);
  s->parsed_count = 0;
  while (link != &s->visits) {
    struct cr_visit *v = CR_CONTAINER(link, struct cr_visit, link);

    link = link->next;
    if (v->state == CR_VISIT_FETCHING)
      cut(v);
    else if (v->state == CR_VISIT_PARSING || v->state == CR_VISIT_READING)
      cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
  }
}

void cr_shard_end(struct cr_shard *s, enum cr_ending ending)
{
  if (ending <= s->ending)
    return;
  s->ending = ending;
  cr_shard_wake(s);
}

/* Nothing is in flight: is it too long until something will be? The crawl's own delay isn't. */
static bool waits_too_long(const struct cr_shard *s)
{
  const struct cr_settings *o = s->settings;
  int64_t delay = o->delay + o->delay * o->delay_jitter / 100 + CR_CLOCK_MS;
  int64_t most = o->max_idle_wait > delay ? o->max_idle_wait : delay;

  return o->max_idle_wait >= 0 && !o->keep_open && s->next_due_ms != CR_NEVER &&
         s->next_due_ms - cr_loop_now(s->loop) > most;
}

/* Is all that is queued at hosts that may give no more, or barred by the page limit? A walk over
 * the queues, once a run. */
static bool hosts_are_exhausted(const struct cr_shard *s)
{
  struct cr_frontier_count count;

  s->frontier->ops->recount(s->frontier, &count);
  return count.hosts_exhausted > 0 && count.hosts_waiting == 0 && count.hosts_sleeping == 0 &&
         (count.hosts_ready == 0 || cr_slots_pages_free(&s->slots) == 0);
}

/* What the queues say once nothing is in flight. */
static enum cr_ending natural_end(struct cr_shard *s)
{
  struct cr_frontier_stats stats;

  s->frontier->ops->stats(s->frontier, &stats);
  if (stats.queued == 0)
    return s->settings->keep_open ? CR_END_NOT : CR_END_COMPLETE;
  if (stats.queued == stats.queued_pages && cr_slots_pages_free(&s->slots) == 0)
    return CR_END_MAX_PAGES;
  if (cr_limits_are_reached(s))
    return CR_END_MAX_BYTES;
  if (s->takes_nothing)
    return CR_END_NOT;
  if (waits_too_long(s))
    return CR_END_WAITING;
  if (s->next_due_ms == CR_NEVER && !s->is_full && cr_list_empty(&s->pump.link)) {
    if (stats.hosts_parked > 0) /* by the caller, until they are resumed */
      return CR_END_NOT;
    if (hosts_are_exhausted(s))
      return CR_END_HOST_LIMIT;
    /* Queued, nothing in flight, nobody to wake it: it would wait for ever. */
    cr_shard_log(s, 0, "nothing that is queued can leave", NULL);
    cr_shard_fail(s, CRAWLER_E_STATE);
    return CR_END_ERROR;
  }
  return CR_END_NOT;
}

static void check_end(struct cr_shard *s)
{
  enum cr_ending ending = s->ending;

  if (ending == CR_END_STOPPED)
    cut_paused(s);
  if (ending == CR_END_MAX_TIME || ending >= CR_END_CANCELED)
    cr_shard_cancel_visits(s);
  else if (!cr_sitemaps_alone(s))
    return;
  if (ending == CR_END_NOT)
    ending = natural_end(s);
  if (ending == CR_END_NOT)
    return;
  if (ending <= CR_END_WAITING && has_letters(s)) { /* a hook has added URLs */
    cr_shard_wake(s);
    return;
  }
  if (s->fetcher->ops->rest && s->fetcher->ops->rest(s->fetcher)) { /* a caller's loop can end */
    cr_shard_wake(s);
    return;
  }
  cr_shard_cancel_visits(s); /* sitemaps that waited are for another run */
  s->ending = ending;
  if (atomic_load(&s->flags) & CR_FLAG_FAIL) /* as the hook of the last URL did */
    cr_shard_fail(s, CRAWLER_E_HOOK);
  s->running = false;
  cr_home_on_post(s->home, NULL, NULL);
}

static void read_flags(struct cr_shard *s)
{
  int flags = atomic_load(&s->flags);

  if (flags & CR_FLAG_FAIL)
    cr_shard_fail(s, CRAWLER_E_HOOK);
  else if (flags & CR_FLAG_CANCEL)
    cr_shard_end(s, CR_END_CANCELED);
  else if (flags & CR_FLAG_STOP)
    cr_shard_end(s, CR_END_STOPPED);
}

/* Here, not where the option is set: it calls hooks. */
static void offer_deeper(struct cr_shard *s)
{
  if (!s->max_depth_changed)
    return;
  s->max_depth_changed = false;
  cr_depth_raised(s);
}

static void pump(struct cr_deferred *deferred)
{
  struct cr_shard *s = CR_CONTAINER(deferred, struct cr_shard, pump);

  if (!s->running)
    return;
  cr_load_note_pump(s);
  read_letters(s);
  take_all_parsed(s);
  cr_parse_unread(s);
  cr_sitemaps_read(s);
  offer_deeper(s);
  read_flags(s);
  if (cr_loop_error(s->loop) < 0)
    cr_shard_fail(s, cr_loop_error(s->loop));
  take_all(s);
  if (s->env.ordered && cr_pool_outstanding(s->pool) > 0)
    cr_shard_wake(s);
  check_end(s);
  cr_shard_set_timers(s);
  cr_shard_note_idle(s);
  s->on_turn(s, s->on_arg);
  if (!s->running)
    s->on_end(s, s->on_arg); /* last: the crawler may be freed in there */
}

void cr_shard_wake(struct cr_shard *s)
{
  cr_load_note_wake(s);
  cr_loop_defer(s->loop, &s->pump);
}

void cr_shard_pump_init(struct cr_shard *s)
{
  cr_list_init(&s->pump.link);
  s->pump.call = pump;
  cr_timer_init(&s->due, on_due);
  cr_timer_init(&s->slow, on_slow);
  cr_timer_init(&s->deadline, on_deadline);
  s->next_due_ms = CR_NEVER;
}

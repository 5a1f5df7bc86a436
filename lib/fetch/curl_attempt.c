/* SPDX-License-Identifier: MIT */
/* curl_attempt.c - one transfer on its way through the stages of the libcurl fetcher.
 *
 * libcurl, the resolver and the timer only leave a note; one deferred call acts on all notes of a
 * turn and gives the events. So no event comes inside another library's callback, and whoever gets
 * it may start and cancel as it likes. An attempt that is cancelled inside an event of its own is
 * released when the event returns.
 */
#include "fetch/curl_attempt.h"

#include "fetch/curl_error.h"

static int64_t after(int64_t now_ms, int64_t ms)
{
  return ms <= 0 || ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + ms;
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
  return a_ms < b_ms ? a_ms : b_ms;
}

/* ---- an attempt's notes ---- */

/* Something is to be done or told, but not here. */
static void note(struct cr_curl_attempt *a)
{
  if (cr_list_empty(&a->noted)) {
    cr_list_push(&a->common->noted, &a->noted);
    a->noted_ms = cr_loop_now(a->common->env.loop);
  }
  cr_loop_defer(a->common->env.loop, &a->common->delivery);
}

static void finish(struct cr_curl_attempt *a, crawler_reason failure, const char *error)
{
  a->t->failure = failure;
  a->t->error = error;
  a->over = true;
  cr_loop_cancel_timer(a->common->env.loop, &a->alarm);
  note(a);
}

static void finish_internal(struct cr_curl_attempt *a, int err)
{
  finish(a, CRAWLER_FAILED_INTERNAL,
         err == CRAWLER_E_NOMEM ? "out of memory" : "libcurl could not be set up");
}

static int set_alarm(struct cr_curl_attempt *a, int64_t at_ms)
{
  if (at_ms < INT64_MAX)
    return cr_loop_set_timer(a->common->env.loop, &a->alarm, at_ms);
  cr_loop_cancel_timer(a->common->env.loop, &a->alarm);
  return 0;
}

static const char *proxy_of(const struct cr_curl_attempt *a)
{
  return cr_curl_proxy(&a->common->env, a->t);
}

static void finish_unresolved(struct cr_curl_attempt *a, const char *why)
{
  bool starved = why == cr_resolve_no_socket;
  crawler_reason reason = *proxy_of(a) ? CRAWLER_FAILED_CONNECT : CRAWLER_FAILED_DNS;

  a->t->starved = starved;
  finish(a, starved ? CRAWLER_FAILED_INTERNAL : reason, why);
}

static bool has_other_address(const struct cr_curl_attempt *a)
{
  return a->address_at + 1 < a->handle.choice.count;
}

static int64_t connect_deadline(const struct cr_curl_attempt *a)
{
  return earlier(a->connect_until_ms, a->until_ms);
}

static void reroute_later(struct cr_curl_attempt *a)
{
  a->stage = CR_CURL_REROUTED;
  note(a);
}

/* Is it to be tried again? Nothing was sent. */
static bool is_to_be_rerouted(const struct cr_curl_attempt *a, int code)
{
  if (a->t->sent || code == CR_CURL_LOST || cr_loop_now(a->common->env.loop) >= connect_deadline(a))
    return false;
  if (a->handle.strayed)
    return !a->is_put_right;
  return a->t->failure == CRAWLER_FAILED_CONNECT && has_other_address(a);
}

/* With what libcurl says. */
static void finish_as(struct cr_curl_attempt *a, int code)
{
  cr_curl_handle_judge(&a->handle, code);
  a->over = true;
  cr_loop_cancel_timer(a->common->env.loop, &a->alarm);
  note(a);
}

/* libcurl is done with it; called inside libcurl. */
static void job_ended(struct cr_curl_job *job, int code)
{
  struct cr_curl_attempt *a = CR_CONTAINER(job, struct cr_curl_attempt, handle.job);

  if (a->over || a->stage == CR_CURL_REROUTED)
    return;
  if (a->handle.stale && !a->t->sent && code != CR_CURL_LOST) {
    reroute_later(a);
    return;
  }
  cr_curl_handle_judge(&a->handle, code);
  if (is_to_be_rerouted(a, code)) {
    reroute_later(a);
    return;
  }
  a->over = true;
  cr_loop_cancel_timer(a->common->env.loop, &a->alarm);
  note(a);
}

static void news(struct cr_curl_handle *h)
{
  note(CR_CONTAINER(h, struct cr_curl_attempt, handle));
}

static void time_out(struct cr_curl_attempt *a)
{
  cr_curl_handle_blame(&a->handle);
  finish(a, CRAWLER_FAILED_TIMEOUT, "the response did not end in time");
}

/* A connected transfer has until its end; one that isn't has its share of the time to connect. The
 * alarm isn't moved when the request leaves, for most transfers are over before it would go off. */
static void alarm_fired(struct cr_timer *timer)
{
  struct cr_curl_attempt *a = CR_CONTAINER(timer, struct cr_curl_attempt, alarm);
  int64_t now_ms = cr_loop_now(a->common->env.loop);

  if (a->stage == CR_CURL_RESOLVING) {
    cr_resolve_cancel(a->common->resolver, &a->question);
    a->stage = CR_CURL_RESOLVED;
    finish_unresolved(a, "the name did not resolve in time");
  } else if (a->stage == CR_CURL_RUNNING && a->t->sent) {
    if (now_ms >= a->until_ms)
      time_out(a);
    else if (set_alarm(a, a->until_ms) != 0)
      finish_internal(a, CRAWLER_E_NOMEM);
  } else if (a->stage == CR_CURL_RUNNING) {
    if (has_other_address(a) && now_ms < connect_deadline(a))
      reroute_later(a);
    else
      finish(a, CRAWLER_FAILED_CONNECT, "no connection in time");
  }
}

/* ---- delivery: what is done and told outside libcurl ---- */

static void forget(struct cr_curl_attempt *a)
{
  a->t->state = NULL;
  a->t = NULL;
}

/* Back to its cell's idle attempts, with its transfer forgotten. */
static void release(struct cr_curl_attempt *a)
{
  if (a->stage == CR_CURL_RESOLVING)
    cr_resolve_cancel(a->common->resolver, &a->question);
  cr_loop_cancel_timer(a->common->env.loop, &a->alarm);
  cr_loop_cancel_timer(a->common->env.loop, &a->rest);
  cr_list_remove(&a->noted);
  if (a->in_cell)
    cr_curl_cell_remove(a->home->cell, &a->handle.job);
  cr_curl_handle_clear(&a->handle);
  a->in_cell = false;
  a->is_paused = false;
  cr_list_remove(&a->link);
  cr_list_push_front(&a->home->idle, &a->link);
  a->common->active_count--;
}

/* What the policy says, and the owner of it; of a proxy's address they say nothing. NULL: it was
 * chosen; else why not. */
static const char *judge(struct cr_curl_attempt *a, const struct cr_address *address)
{
  const struct cr_fetcher_config *config = a->common->config;

  if (*proxy_of(a))
    return cr_source_reaches(a->common->env.source, address)
               ? cr_curl_choose(&a->handle.choice, address, NULL, CR_FETCH_UNJUDGED)
               : cr_curl_out_of_reach;
  const char *refusal = cr_curl_refusal(a->common->env.policy, a->t, address);
  enum cr_fetch_verdict verdict = CR_FETCH_UNJUDGED;

  if (!cr_source_reaches(a->common->env.source, address))
    return cr_curl_out_of_reach;
  if (config->judge) {
    a->in_event = true;
    verdict = config->judge(a->t, address, !refusal, config->user);
    a->in_event = false;
  }
  return cr_curl_choose(&a->handle.choice, address, refusal, verdict);
}

/* The resolver's answer; not inside c-ares. */
static void resolved(struct cr_resolve *question, const struct cr_address *addresses, size_t count,
                     const char *why)
{
  struct cr_curl_attempt *a = CR_CONTAINER(question, struct cr_curl_attempt, question);
  const char *refusal = NULL;

  a->stage = CR_CURL_RESOLVED;
  for (size_t i = 0; i < count && a->handle.choice.count < CR_CURL_ADDRESSES; i++) {
    const char *no = judge(a, &addresses[i]);
    if (!a->t) { /* cancelled by the event */
      release(a);
      return;
    }
    refusal = refusal ? refusal : no;
  }
  cr_curl_choice_order(&a->handle.choice);
  if (a->handle.choice.count > 0)
    note(a);
  else if (refusal)
    finish(a, CRAWLER_FAILED_ADDRESS, refusal);
  else
    finish_unresolved(a, why);
}

static void end(struct cr_curl_attempt *a)
{
  const struct cr_fetch_events *events = a->common->config->events;
  struct cr_transfer *t = a->t;

  t->waited_ms = cr_loop_now(a->common->env.loop) - a->noted_ms;
  forget(a);
  release(a);
  events->done(t, events->user);
}

static void end_with(struct cr_curl_attempt *a, crawler_reason failure, const char *error)
{
  a->t->failure = failure;
  a->t->error = error;
  end(a);
}

/* After an event. true: the transfer goes on. */
static bool goes_on(struct cr_curl_attempt *a, enum cr_fetch_answer answer)
{
  a->in_event = false;
  if (!a->t) /* cancelled by the event */
    release(a);
  else if (answer == CR_FETCH_END)
    end_with(a, CRAWLER_FAILED_UNWANTED_TYPE, NULL);
  else
    return true;
  return false;
}

/* Half of the time for an address if there is another one: a silent one must not use up all. */
static int run(struct cr_curl_attempt *a)
{
  int64_t now_ms = cr_loop_now(a->common->env.loop);
  int64_t until_ms = connect_deadline(a);
  if (has_other_address(a) && until_ms < INT64_MAX)
    until_ms = now_ms + (until_ms - now_ms) / 2;

  int err = set_alarm(a, until_ms);
  if (!err)
    err = cr_curl_cell_add(a->home->cell, &a->handle.job);
  if (err)
    return err;
  a->in_cell = true;
  a->stage = CR_CURL_RUNNING;
  return 0;
}

/* The hook may cancel the transfer. */
static int customize(struct cr_curl_attempt *a, const char *address)
{
  const struct cr_fetcher_config *config = a->common->config;

  a->in_event = true;
  config->customize(a->t, a->handle.job.easy, config->user);
  a->in_event = false;
  return a->t ? cr_curl_handle_guard(&a->handle, address) : 0;
}

static void connect_now(struct cr_curl_attempt *a)
{
  int64_t now_ms = cr_loop_now(a->common->env.loop);
  const char *address = a->handle.choice.count > 0 ? a->address_text : NULL;

  a->connect_until_ms = after(now_ms, a->t->connect_timeout_ms);
  a->until_ms = after(now_ms, a->t->timeout_ms);
  int err = cr_curl_handle_prepare(&a->handle, a->t, address);
  if (!err && a->t->customize && a->common->config->customize)
    err = customize(a, address);
  if (!a->t) {
    release(a);
    return;
  }
  if (!err)
    err = run(a);
  if (err)
    finish_internal(a, err);
}

/* To the next address; or to the same one, if it was the connection that wasn't fit. */
static void connect_again(struct cr_curl_attempt *a)
{
  cr_curl_cell_remove(a->home->cell, &a->handle.job);
  a->in_cell = false;
  if (a->handle.strayed)
    a->is_put_right = true;
  else if (!a->handle.stale)
    a->address_at++;
  a->t->failure = CRAWLER_REASON_NONE;
  a->t->error = NULL;
  bool has_address = a->handle.choice.count > 0; /* else the proxy is one */
  if (has_address)
    cr_address_format(&a->handle.choice.addresses[a->address_at], a->address_text);
  int err = cr_curl_handle_reroute(&a->handle, has_address ? a->address_text : NULL);
  if (!err)
    err = run(a);
  if (err)
    finish_internal(a, err);
}

static int ask(struct cr_curl_attempt *a, struct cr_span host, int port)
{
  int64_t now_ms = cr_loop_now(a->common->env.loop);
  int err = set_alarm(a, after(now_ms, a->t->dns_timeout_ms));

  if (!err)
    err = cr_resolve_start(a->common->resolver, &a->question, host, port);
  if (!err)
    a->stage = CR_CURL_RESOLVING;
  return err;
}

static void look_up_proxy(struct cr_curl_attempt *a)
{
  struct cr_curl_place place = cr_curl_proxy_place(proxy_of(a));
  struct cr_address address;

  if (cr_address_parse(place.host, &address)) {
    connect_now(a);
    return;
  }
  int err = ask(a, place.host, place.port);
  if (err)
    finish_internal(a, err);
}

/* A proxy resolves the names; an address in the URL itself can still be held against the policy,
 * and so can a name that is an address everywhere: the proxy's own, then. */
static void connect_by_proxy(struct cr_curl_attempt *a)
{
  struct cr_address address = { .bytes = { 127, 0, 0, 1 }, .family = 4 };
  const char *refusal = NULL;

  if (cr_address_parse(a->t->host, &address) || cr_address_is_loopback_name(a->t->host))
    refusal = cr_curl_refusal(a->common->env.policy, a->t, &address);
  if (refusal)
    end_with(a, CRAWLER_FAILED_ADDRESS, refusal);
  else
    look_up_proxy(a);
}

static void ask_for_address(struct cr_curl_attempt *a)
{
  const struct cr_fetch_events *events = a->common->config->events;

  cr_address_format(&a->handle.choice.addresses[0], a->address_text);
  if (*proxy_of(a)) {
    connect_now(a);
    return;
  }
  a->in_event = true;
  enum cr_fetch_answer answer = events->address(a->t, a->address_text, events->user);
  a->in_event = false;
  if (!a->t) {
    release(a);
  } else if (answer == CR_FETCH_GO) {
    connect_now(a);
  } else {
    a->t->later = true;
    end(a);
  }
}

/* The owner may choose to stream when it has seen the head; some of the body may be there. */
static int stream_what_came(struct cr_curl_attempt *a)
{
  struct cr_buf *body = &a->t->body_in;
  int err = a->t->stream ? cr_buf_add(&a->handle.pieces, body->data, body->len) : 0;
  if (!err && a->t->stream)
    cr_buf_clear(body);
  return err;
}

static bool tell_head(struct cr_curl_attempt *a)
{
  const struct cr_fetch_events *events = a->common->config->events;
  const struct cr_buf *head = &a->handle.head;
  struct cr_transfer *t = a->t;
  bool streamed = t->stream;

  a->handle.told_head = true;
  t->head.at = cr_arena_strndup(t->arena, head->data, head->len);
  if (!t->head.at) {
    end_with(a, CRAWLER_FAILED_INTERNAL, "out of memory");
    return false;
  }
  t->head.len = head->len;
  a->in_event = true;
  if (!goes_on(a, events->head(t, events->user)))
    return false;
  if (!streamed && stream_what_came(a) != 0) {
    end_with(a, CRAWLER_FAILED_INTERNAL, "out of memory");
    return false;
  }
  return true;
}

/* libcurl can't pause it, or go on. Where it lacks the memory to note the socket, it has forgotten
 * who else uses that, and 7.88.1 divides by zero when it next sees to it. */
static void give_up(struct cr_curl_attempt *a, int code)
{
  if (code == (int)CURLM_OUT_OF_MEMORY) { /* which no CURLcode is, of this call */
    cr_curl_cell_lose(a->home->cell);
    return;
  }
  cr_curl_cell_remove(a->home->cell, &a->handle.job); /* else it reads on and on */
  a->in_cell = false;
  finish_as(a, code);
}

/* What has ended already has only its end left to be told. */
static void pause_here(struct cr_curl_attempt *a)
{
  a->is_paused = true;
  if (a->over)
    return;
  a->left_ms = a->until_ms - cr_loop_now(a->common->env.loop);
  cr_loop_cancel_timer(a->common->env.loop, &a->alarm);
  int code = cr_curl_handle_pause(&a->handle, true);
  if (code)
    give_up(a, code);
}

/* libcurl may hand over at once what it has read, and the body be too large then. */
static void read_on(struct cr_curl_attempt *a)
{
  int code = cr_curl_handle_pause(&a->handle, false);
  if (code)
    give_up(a, code);
}

static void rest_is_over(struct cr_timer *timer)
{
  struct cr_curl_attempt *a = CR_CONTAINER(timer, struct cr_curl_attempt, rest);

  if (a->handle.is_full && !a->over)
    read_on(a);
}

/* Until the next turn of the loop: others come first, and who wants it ended. */
static void rest(struct cr_curl_attempt *a)
{
  struct cr_loop *loop = a->common->env.loop;

  if (cr_loop_set_timer(loop, &a->rest, cr_loop_now(loop)) != 0)
    read_on(a); /* without memory there is no rest */
}

static void go_on(struct cr_curl_attempt *a)
{
  if (a->until_ms < INT64_MAX)
    a->until_ms = after(cr_loop_now(a->common->env.loop), a->left_ms > 0 ? a->left_ms : 1);
  if (set_alarm(a, a->until_ms) != 0)
    finish_internal(a, CRAWLER_E_NOMEM);
  else
    read_on(a);
}

static bool tell_data(struct cr_curl_attempt *a)
{
  const struct cr_fetch_events *events = a->common->config->events;
  struct cr_buf *pieces = &a->handle.pieces;

  a->in_event = true;
  enum cr_fetch_answer answer = events->data(a->t, pieces->data, pieces->len, events->user);
  if (!goes_on(a, answer))
    return false;
  if (answer == CR_FETCH_LATER) {
    pause_here(a);
    return false;
  }
  cr_buf_clear(pieces);
  return true;
}

/* Of a paused one nothing is told: libcurl may still hand over what it had read. */
static void tell(struct cr_curl_attempt *a)
{
  if (a->is_paused)
    return;
  if (a->handle.headed && !a->handle.told_head && !tell_head(a))
    return;
  if (a->handle.pieces.len > 0 && !tell_data(a))
    return;
  if (a->over)
    end(a);
  else if (a->handle.is_full)
    rest(a);
}

static void act_on(struct cr_curl_attempt *a)
{
  if (a->over || a->stage == CR_CURL_RUNNING)
    tell(a);
  else if (a->stage == CR_CURL_REROUTED)
    connect_again(a);
  else if (a->stage == CR_CURL_RESOLVED)
    ask_for_address(a);
  else
    connect_by_proxy(a);
}

static void deliver(struct cr_deferred *deferred)
{
  struct cr_curl_common *common = CR_CONTAINER(deferred, struct cr_curl_common, delivery);
  bool goes_on = true;

  while (goes_on && !cr_list_empty(&common->noted)) {
    act_on(CR_CONTAINER(cr_list_pop(&common->noted), struct cr_curl_attempt, noted));
    goes_on = !cr_loop_should_yield(common->env.loop);
  }
  if (!goes_on && !cr_list_empty(&common->noted))
    cr_loop_defer(common->env.loop, deferred);
}

/* ---- life ---- */

void cr_curl_common_init(struct cr_curl_common *common)
{
  cr_list_init(&common->active);
  cr_list_init(&common->noted);
  cr_list_init(&common->delivery.link);
  common->delivery.call = deliver;
}

static struct cr_curl_attempt *make(struct cr_curl_common *common, struct cr_curl_home *home)
{
  struct cr_curl_attempt *a = cr_zalloc(common->env.mem, CR_MEM_FETCH, sizeof(*a));
  if (!a)
    return NULL;
  cr_curl_handle_init(&a->handle, &common->env);
  a->handle.news = news;
  a->handle.job.ended = job_ended;
  a->common = common;
  a->home = home;
  cr_list_init(&a->link);
  cr_list_init(&a->noted);
  cr_list_init(&a->question.link);
  cr_timer_init(&a->alarm, alarm_fired);
  cr_timer_init(&a->rest, rest_is_over);
  a->question.done = resolved;
  return a;
}

struct cr_curl_attempt *cr_curl_attempt_take(struct cr_curl_common *common,
                                             struct cr_curl_home *home)
{
  struct cr_list *node = cr_list_pop(&home->idle);
  return node ? CR_CONTAINER(node, struct cr_curl_attempt, link) : make(common, home);
}

static void forget_outcome(struct cr_transfer *t)
{
  t->status = 0;
  t->head = cr_span(NULL, 0);
  t->failure = CRAWLER_REASON_NONE;
  t->error = NULL;
  t->sent = false;
  t->reused = false;
  t->later = false;
  t->starved = false;
  t->sent_ms = 0;
  t->first_byte_ms = 0;
  t->waited_ms = 0;
  t->wire_bytes = 0;
  t->address[0] = '\0';
}

int cr_curl_attempt_start(struct cr_curl_attempt *a, struct cr_transfer *t)
{
  struct cr_curl_common *common = a->common;

  forget_outcome(t);
  cr_list_push(&common->active, &a->link);
  common->active_count++;
  a->t = t;
  t->state = a;
  a->stage = CR_CURL_WAITING;
  a->over = false;
  a->is_put_right = false;
  a->address_at = 0;
  if (*proxy_of(a)) { /* which resolves the name */
    note(a);
    return 0;
  }
  int err = ask(a, t->host, t->port);
  if (err) {
    forget(a);
    release(a);
  }
  return err;
}

void cr_curl_attempt_cancel(struct cr_curl_attempt *a)
{
  forget(a);
  if (!a->in_event) /* else released when the event returns */
    release(a);
}

void cr_curl_attempt_resume(struct cr_curl_attempt *a, enum cr_fetch_answer answer)
{
  if (!a->is_paused)
    return;
  a->is_paused = false;
  cr_buf_clear(&a->handle.pieces);
  if (answer == CR_FETCH_END)
    finish(a, CRAWLER_FAILED_UNWANTED_TYPE, NULL);
  else if (a->over)
    note(a);
  else
    go_on(a);
}

void cr_curl_attempt_free(struct cr_curl_attempt *a)
{
  struct cr_mem *mem = a->common->env.mem;
  cr_curl_handle_free(&a->handle);
  cr_free(mem, a);
}

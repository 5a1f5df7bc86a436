/* SPDX-License-Identifier: MIT */
/* sim_fetcher.c - the fetcher of a simulated web.
 *
 * A transfer goes through four stages, each the end of a timer: its name is resolved, it is
 * connected and the request leaves, the head arrives, the body has arrived. Deadlines are the
 * transfer's own. State and logs are in memory of the test's; what the engine gave (arena, body,
 * timers of its loop) is in the crawler's, so that a test without memory meets failures here too.
 */
#include "sim/sim_fetcher.h"

#include <stdlib.h>

#include "engine/shard.h"
#include "loop/loop.h"

enum stage { STAGE_RESOLVED, STAGE_CONNECTED, STAGE_HEAD, STAGE_DONE };

struct sim_fetcher {
  struct cr_fetcher fetcher;
  struct cr_fetcher_config config;
  struct cr_sim_net *net;
  struct cr_list live;
};

struct exchange {
  struct cr_list link;
  struct cr_timer timer;
  struct sim_fetcher *owner;
  struct cr_transfer *t; /* NULL: forgotten inside an event */
  struct cr_sim_answer answer;
  struct cr_sim_ticket ticket;
  size_t record;
  enum stage stage;
  bool in_event;
  bool has_socket;
  bool is_paused;         /* by the answer to a data event */
  size_t given;           /* bytes of a streamed body, */
  size_t to_give;         /* of so many, */
  crawler_reason failure; /* and how it ends then */
  bool is_late;           /* the deadline comes before the stage's end */
  int64_t connect_ms;     /* when connecting began */
  int64_t deadline_ms;
};

/* ---- what the crawler's own state says ---- */

static const struct cr_visit *visit_of(const struct cr_transfer *t)
{
  const char *at = (const char *)t - offsetof(struct cr_visit, transfer);
  return (const struct cr_visit *)(const void *)at;
}

static struct cr_sim_limits limits_of(const struct exchange *x)
{
  const struct cr_shard *s = visit_of(x->t)->shard;
  const struct cr_politeness *p = &s->politeness;

  return (struct cr_sim_limits){
    .delay_ms = p->delay_ms,
    .most_adapted_ms = s->settings->own_server ? 0 : s->settings->max_adaptive_delay,
    .host_cap = p->host_cap,
    .site_cap = p->site_cap,
    .address_cap = p->address_cap,
  };
}

static int64_t now_of(const struct exchange *x)
{
  return cr_loop_now(x->owner->config.loop);
}

/* Later than that is, when events of one time took long. */
static int64_t clock_of(const struct exchange *x)
{
  struct cr_loop *loop = x->owner->config.loop;

  return loop->ops->now_us(loop) / 1000;
}

/* ---- the end ---- */

static void free_exchange(struct exchange *x)
{
  cr_loop_cancel_timer(x->owner->config.loop, &x->timer);
  cr_buf_free(&x->answer.head);
  cr_buf_free(&x->answer.body);
  cr_list_remove(&x->link);
  cr_free(x->owner->net->mem, x);
}

/* How long the host is to be left alone, at least: seconds of Retry-After, no date. */
static int64_t left_alone_ms(const struct exchange *x)
{
  const int64_t least_ms = 1000;
  const int64_t most_ms = 6 * 3600 * 1000;
  const struct cr_transfer *t = x->t;
  bool is_robots = visit_of(t)->page.req.kind == CRAWLER_KIND_ROBOTS;
  const char *line = t->head.len > 0 ? memmem(t->head.at, t->head.len, "Retry-After: ", 13) : NULL;
  int64_t s = line ? strtoll(line + 13, NULL, 10) : 0;
  int64_t ms = s < most_ms / 1000 ? s * 1000 : most_ms;

  if (is_robots || t->failure == CRAWLER_FAILED_INTERNAL || (t->status != 429 && t->status != 503))
    return 0;
  return ms < least_ms ? least_ms : ms > most_ms ? most_ms : ms;
}

/* The delay that a robots.txt asks for, 0 with none; -1: this was none, or another host's. */
static int64_t asked_ms(const struct exchange *x)
{
  const struct cr_buf *body = &x->answer.body;
  const struct cr_visit *v = visit_of(x->t);
  const char *line = body->len > 0 ? memmem(body->data, body->len, "Crawl-delay: ", 13) : NULL;

  if (v->page.req.kind != CRAWLER_KIND_ROBOTS || v->page.req.hops > 0 || x->t->status != 200 ||
      x->t->failure != CRAWLER_REASON_NONE || !v->shard->settings->obey_robots)
    return -1;
  return line ? strtoll(line + 13, NULL, 10) * 1000 : 0;
}

/* Is it such a status as counts as failed, by the defaults or by a hook? */
static bool is_to_be_retried(const struct exchange *x)
{
  static const int statuses[] = { 408, 500, 502, 504, 522, 524 };
  const struct cr_visit *v = visit_of(x->t);

  if (x->t->failure != CRAWLER_REASON_NONE || v->page.req.kind == CRAWLER_KIND_ROBOTS ||
      v->page.req.attempt > v->shard->settings->max_retries)
    return false;
  for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
    if (x->t->status == statuses[i])
      return true;
  return v->shard->hooks->retry && x->t->status >= 400;
}

/* May the crawler ask for this very URL once more? */
static bool may_come_again(const struct exchange *x, bool cut)
{
  crawler_reason failure = x->t->failure;

  if (cut || x->t->later || (failure != CRAWLER_REASON_NONE && failure != CRAWLER_FAILED_ADDRESS))
    return true;
  /* So may a robots.txt behind such a status, or whose redirect found no memory, and a redirect
   * that sets a cookie. */
  if (visit_of(x->t)->page.req.kind == CRAWLER_KIND_ROBOTS)
    return x->t->status >= 500 || x->t->status == 408 || x->t->status == 429 ||
           x->t->status / 100 == 3;
  if (left_alone_ms(x) > 0 || is_to_be_retried(x))
    return true;
  return x->t->status / 100 == 3 && memmem(x->t->head.at, x->t->head.len, "Set-Cookie", 10) != NULL;
}

/* The earliest time for another attempt after a failure; 0: none is to be waited for. */
static int64_t retry_ms(const struct exchange *x)
{
  const struct cr_visit *v = visit_of(x->t);

  if (x->t->later || x->t->starved || left_alone_ms(x) > 0 ||
      (x->t->failure == CRAWLER_REASON_NONE && !is_to_be_retried(x)))
    return 0;
  return now_of(x) + (v->shard->settings->retry_delay << (v->page.req.attempt - 1));
}

static void log_end(struct exchange *x)
{
  struct cr_sim_record *record = &x->owner->net->log.at[x->record];

  record->end_ms = now_of(x);
  record->bytes = x->t->wire_bytes;
  record->status = (uint16_t)x->t->status;
  record->reason = (uint16_t)x->t->failure;
  record->sent = x->t->sent;
}

/* The network has forgotten the transfer. */
static void close_books(struct exchange *x, bool cut)
{
  struct cr_sim_net *net = x->owner->net;
  struct cr_sim_limits limits = limits_of(x);
  crawler_reason failure = x->t->failure;
  bool answered = x->t->status > 0 &&
                  (failure == CRAWLER_REASON_NONE || failure == CRAWLER_FAILED_UNWANTED_TYPE ||
                   failure == CRAWLER_FAILED_TOO_LARGE);
  bool again = may_come_again(x, cut);

  limits.left_alone_ms = cut ? 0 : left_alone_ms(x);
  if (cut) /* by the crawler itself, and no word of the host's */
    limits.most_adapted_ms = 0;
  x->ticket.status = x->t->status;
  x->ticket.asked_ms = net->census && !cut ? asked_ms(x) : -1;
  x->ticket.latency_ms = answered ? x->t->first_byte_ms - x->t->sent_ms : -1;
  if (net->census)
    cr_sim_census_asked(net->census, cr_span_text(x->t->url), again, cut ? 0 : retry_ms(x));
  else
    log_end(x);
  if (net->census && visit_of(x->t)->page.req.kind == CRAWLER_KIND_ROBOTS && answered &&
      x->t->status / 100 != 3)
    cr_sim_census_judged(net->census, visit_of(x->t)->authority);
  cr_sim_police_end(&net->police, &x->ticket, &limits, now_of(x), x->t->sent, again);
  net->live--;
  net->sockets -= x->has_socket;
  x->has_socket = false;
}

static void finish(struct exchange *x, crawler_reason failure)
{
  struct cr_transfer *t = x->t;
  const struct cr_fetch_events *events = x->owner->config.events;

  t->failure = failure;
  t->waited_ms = clock_of(x) - x->timer.node.at;
  close_books(x, false);
  x->t = NULL;
  t->state = NULL;
  free_exchange(x);
  events->done(t, events->user);
}

/* ---- stages ---- */

/* A socket is taken from when the address is known. False: there is none left. */
static bool take_socket(struct exchange *x)
{
  struct cr_sim_net *net = x->owner->net;

  if (net->has_few_sockets && net->sockets >= net->most_sockets) {
    net->starved++;
    x->t->starved = true;
    return false;
  }
  net->sockets++;
  x->has_socket = true;
  return true;
}

/* False: the transfer has ended meanwhile, one way or another. */
static bool goes_on(struct exchange *x, enum cr_fetch_answer answer)
{
  x->in_event = false;
  if (!x->t) {
    free_exchange(x);
    return false;
  }
  if (answer == CR_FETCH_GO)
    return true;
  x->t->later = answer == CR_FETCH_LATER;
  finish(x, answer == CR_FETCH_LATER ? CRAWLER_REASON_NONE : CRAWLER_FAILED_UNWANTED_TYPE);
  return false;
}

static bool resolved(struct exchange *x)
{
  const struct cr_fetch_events *events = x->owner->config.events;
  struct cr_transfer *t = x->t;

  if (x->is_late || x->answer.failure == CRAWLER_FAILED_DNS) {
    finish(x, CRAWLER_FAILED_DNS);
    return false;
  }
  x->in_event = true;
  if (!goes_on(x, events->address(t, x->answer.address, events->user)))
    return false;
  if (!take_socket(x)) {
    finish(x, CRAWLER_FAILED_INTERNAL);
    return false;
  }
  struct cr_sim_limits limits = limits_of(x);
  cr_sim_police_connect(&x->owner->net->police, &x->ticket, &limits,
                        cr_span_text(x->answer.address));
  x->connect_ms = now_of(x);
  return true;
}

static bool connected(struct exchange *x)
{
  struct cr_transfer *t = x->t;
  crawler_reason failure = x->answer.failure;

  if (x->is_late)
    failure = CRAWLER_FAILED_CONNECT;
  if (failure == CRAWLER_FAILED_CONNECT || failure == CRAWLER_FAILED_TLS ||
      failure == CRAWLER_FAILED_ADDRESS) {
    finish(x, failure);
    return false;
  }
  memcpy(t->address, x->answer.address, sizeof(t->address));
  t->sent = true;
  t->sent_ms = now_of(x);
  return true;
}

static bool head_came(struct exchange *x)
{
  const struct cr_fetch_events *events = x->owner->config.events;
  struct cr_transfer *t = x->t;
  char *head;

  if (x->is_late || x->answer.failure == CRAWLER_FAILED_TIMEOUT ||
      x->answer.failure == CRAWLER_FAILED_PROTOCOL) {
    finish(x, x->is_late ? CRAWLER_FAILED_TIMEOUT : x->answer.failure);
    return false;
  }
  if (x->answer.head.len > t->max_header_bytes) {
    finish(x, CRAWLER_FAILED_TOO_LARGE);
    return false;
  }
  head = cr_arena_strndup(t->arena, x->answer.head.data, x->answer.head.len);
  if (!head) {
    finish(x, CRAWLER_FAILED_INTERNAL);
    return false;
  }
  t->head = cr_span(head, x->answer.head.len);
  t->status = x->answer.status;
  t->first_byte_ms = now_of(x);
  x->in_event = true;
  return goes_on(x, events->head(t, events->user));
}

/* In two pieces, and the end. */
static void stream(struct exchange *x)
{
  const struct cr_fetch_events *events = x->owner->config.events;

  while (x->given < x->to_give) {
    size_t half = x->to_give / 2;
    size_t n = x->given == 0 && half > 0 ? half : x->to_give - x->given;
    const char *piece = x->answer.body.data + x->given;
    enum cr_fetch_answer answer;

    x->in_event = true;
    answer = events->data(x->t, piece, n, events->user);
    x->is_paused = answer == CR_FETCH_LATER && x->t;
    if (!goes_on(x, x->is_paused ? CR_FETCH_GO : answer))
      return;
    x->given += n;
    if (x->is_paused && cr_loop_set_timer(x->owner->config.loop, &x->timer, INT64_MAX) == 0)
      return; /* with a place to be resumed at; else it goes on at once */
    x->is_paused = false;
  }
  finish(x, x->failure);
}

static void body_came(struct exchange *x)
{
  struct cr_transfer *t = x->t;
  crawler_reason failure = x->answer.failure;
  size_t bytes = t->method == CRAWLER_HEAD ? 0 : x->answer.body.len;

  if (x->is_late)
    failure = CRAWLER_FAILED_TIMEOUT;
  if (failure == CRAWLER_FAILED_TRUNCATED || failure == CRAWLER_FAILED_TIMEOUT)
    bytes /= 2;
  if (bytes > t->max_body_bytes) {
    bytes = t->max_body_bytes;
    failure = CRAWLER_FAILED_TOO_LARGE;
  }
  t->wire_bytes = (int64_t)bytes;
  if (t->stream) {
    x->to_give = bytes;
    x->failure = failure;
    stream(x);
    return;
  }
  if (cr_buf_add(&t->body_in, x->answer.body.data, bytes) < 0) {
    failure = CRAWLER_FAILED_INTERNAL;
  }
  finish(x, failure);
}

/* ---- from stage to stage ---- */

static int64_t duration(const struct exchange *x)
{
  switch (x->stage) {
  case STAGE_RESOLVED:
    return x->answer.resolve_ms;
  case STAGE_CONNECTED:
    return x->answer.connect_ms;
  case STAGE_HEAD:
    return x->answer.head_ms;
  default:
    return x->answer.body_ms;
  }
}

/* When the stage has to be over; INT64_MAX: whenever. */
static int64_t deadline(const struct exchange *x, int64_t now_ms)
{
  const struct cr_transfer *t = x->t;

  switch (x->stage) {
  case STAGE_RESOLVED:
    return t->dns_timeout_ms > 0 ? now_ms + t->dns_timeout_ms : INT64_MAX;
  case STAGE_CONNECTED:
    return t->connect_timeout_ms > 0 ? now_ms + t->connect_timeout_ms : INT64_MAX;
  default:
    return t->timeout_ms > 0 ? x->connect_ms + t->timeout_ms : INT64_MAX;
  }
}

static int set_stage(struct exchange *x, enum stage stage)
{
  int64_t now_ms = now_of(x);
  int64_t at_ms;

  x->stage = stage;
  at_ms = now_ms + duration(x);
  x->is_late = at_ms > deadline(x, now_ms);
  if (x->is_late)
    at_ms = deadline(x, now_ms);
  return cr_loop_set_timer(x->owner->config.loop, &x->timer, at_ms);
}

static void on_timer(struct cr_timer *timer)
{
  struct exchange *x = CR_CONTAINER(timer, struct exchange, timer);
  bool goes = true;

  if (x->stage == STAGE_DONE) {
    if (x->given > 0)
      stream(x);
    else
      body_came(x);
    return;
  }
  if (x->stage == STAGE_RESOLVED)
    goes = resolved(x);
  else if (x->stage == STAGE_CONNECTED)
    goes = connected(x);
  else
    goes = head_came(x);
  if (goes && set_stage(x, x->stage + 1) < 0)
    finish(x, CRAWLER_FAILED_INTERNAL);
}

/* ---- the interface ---- */

static void log_start(struct exchange *x)
{
  struct cr_sim_net *net = x->owner->net;
  const struct cr_visit *v = visit_of(x->t);
  struct cr_sim_record *record;

  x->record = net->log.len;
  record = cr_sim_log_add(&net->log, CR_SIM_REQUEST, cr_span_text(x->t->url));
  record->begin_ms = now_of(x);
  record->end_ms = -1;
  record->kind = v->page.req.kind;
  record->attempt = v->page.req.attempt;
  record->depth = v->page.req.depth;
}

static void ask_world(struct exchange *x)
{
  struct cr_sim_net *net = x->owner->net;
  const struct cr_visit *v = visit_of(x->t);
  struct cr_sim_limits limits = limits_of(x);
  struct cr_sim_request request = {
    .url = cr_span_text(x->t->url),
    .method = x->t->method,
  };

  x->ticket.moved = v->page.req.kind == CRAWLER_KIND_ROBOTS && v->page.req.hops > 0;
  x->ticket.unfollowed = net->census != NULL;
  request.attempt = cr_sim_police_begin(&net->police, &x->ticket, &limits, request.url, now_of(x));
  if (net->census)
    request.attempt = cr_sim_census_ask(net->census, request.url, now_of(x));
  if (net->census && v->page.req.kind == CRAWLER_KIND_PAGE)
    cr_sim_census_check_rules(net->census, v->authority, request.url);
  cr_buf_init(&x->answer.head, net->mem, CR_MEM_CORE, SIZE_MAX / 2);
  cr_buf_init(&x->answer.body, net->mem, CR_MEM_CORE, SIZE_MAX / 2);
  net->world->answer(net->world, &request, &x->answer);
}

static void reset_out(struct cr_transfer *t)
{
  t->status = 0;
  t->head = cr_span(NULL, 0);
  t->failure = CRAWLER_REASON_NONE;
  t->error = NULL;
  t->sent = false;
  t->reused = false;
  t->later = false;
  t->starved = false;
  t->wire_bytes = 0;
  t->address[0] = '\0';
}

static int start(struct cr_fetcher *fetcher, struct cr_transfer *t)
{
  struct sim_fetcher *f = CR_CONTAINER(fetcher, struct sim_fetcher, fetcher);
  struct exchange *x;

  if (++f->net->starts == f->net->fail_start)
    return CRAWLER_E_SYSTEM;
  x = cr_zalloc(f->net->mem, CR_MEM_FETCH, sizeof(*x));
  if (!x)
    return CRAWLER_E_NOMEM;
  x->owner = f;
  x->t = t;
  cr_list_init(&x->link);
  cr_timer_init(&x->timer, on_timer);
  if (cr_loop_set_timer(f->config.loop, &x->timer, INT64_MAX) < 0) { /* room for it, from now on */
    cr_free(f->net->mem, x);
    return CRAWLER_E_NOMEM;
  }
  reset_out(t);
  if (f->net->on_start)
    f->net->on_start(f->net, t);
  if (!f->net->census)
    log_start(x);
  ask_world(x);
  (void)set_stage(x, STAGE_RESOLVED); /* has its place in the heap already */
  t->state = x;
  cr_list_push(&f->live, &x->link);
  if (++f->net->live > f->net->most_live)
    f->net->most_live = f->net->live;
  return 0;
}

static void cancel(struct cr_fetcher *fetcher, struct cr_transfer *t)
{
  struct exchange *x = t->state;

  (void)fetcher;
  if (!x)
    return;
  close_books(x, true);
  t->state = NULL;
  x->t = NULL;
  if (!x->in_event)
    free_exchange(x);
}

/* On a timer that is due: no event comes in here. */
static void resume(struct cr_fetcher *fetcher, struct cr_transfer *t, enum cr_fetch_answer answer)
{
  struct exchange *x = t->state;

  (void)fetcher;
  if (!x || !x->is_paused)
    return;
  x->is_paused = false;
  if (answer == CR_FETCH_END) {
    x->to_give = x->given;
    x->failure = CRAWLER_FAILED_UNWANTED_TYPE;
  }
  (void)cr_loop_set_timer(x->owner->config.loop, &x->timer, now_of(x)); /* has its place */
}

static int answer_token(struct cr_fetcher *fetcher, uint64_t token, const char *addresses,
                        int64_t ttl_ms)
{
  (void)fetcher;
  (void)token;
  (void)addresses;
  (void)ttl_ms;
  return CRAWLER_E_INVAL; /* names of simulated hosts are never asked for */
}

static void conserve(struct cr_fetcher *fetcher, bool on)
{
  CR_CONTAINER(fetcher, struct sim_fetcher, fetcher)->net->is_conserved = on;
}

static void close_fetcher(struct cr_fetcher *fetcher)
{
  struct sim_fetcher *f = CR_CONTAINER(fetcher, struct sim_fetcher, fetcher);

  while (!cr_list_empty(&f->live))
    cancel(fetcher, CR_CONTAINER(f->live.next, struct exchange, link)->t);
  cr_free(f->config.mem, f);
}

static const struct cr_fetcher_ops ops = {
  .name = "simulated",
  .start = start,
  .cancel = cancel,
  .resume = resume,
  .resolved = answer_token,
  .conserve = conserve,
  .close = close_fetcher,
};

int cr_sim_fetcher_open(struct cr_fetcher **out, const struct cr_fetcher_config *config,
                        struct cr_sim_net *net)
{
  struct sim_fetcher *f = cr_zalloc(config->mem, CR_MEM_FETCH, sizeof(*f));

  if (!f)
    return CRAWLER_E_NOMEM;
  f->fetcher.ops = &ops;
  f->config = *config;
  f->net = net;
  cr_list_init(&f->live);
  *out = &f->fetcher;
  return 0;
}

void cr_sim_net_init(struct cr_sim_net *net, struct cr_mem *mem, const struct cr_sim_world *world)
{
  *net = (struct cr_sim_net){ .mem = mem, .world = world };
  cr_sim_log_init(&net->log, mem);
  cr_sim_police_init(&net->police, mem);
}

void cr_sim_net_free(struct cr_sim_net *net)
{
  cr_sim_log_free(&net->log);
  cr_sim_police_free(&net->police);
}

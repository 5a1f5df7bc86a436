/* SPDX-License-Identifier: MIT */
/* curl_cell.c - one curl multi handle on the loop: its sockets, its timer, its connections.
 *
 * The multi_socket pattern of curl's docs/examples/hiperfifo.c: libcurl names sockets to watch and
 * a time to be called at, and is told what happened. Both callbacks always answer 0: any other
 * answer would fail every transfer of the multi. A connection that has carried a request stays
 * watched between requests, which libcurl doesn't ask for, as the kernel is told of each watch and
 * of its end; the record of any other socket is freed at its REMOVE, so descriptors may be reused
 * within one call.
 */
#include "fetch/curl_cell.h"

#include "crawl/crawler.h"
#include "fetch/curl_error.h"
#include "fetch/sockets.h"
#include "loop/loop.h"

enum {
  /* curl 8.10.0 to 8.11.0 forget to announce a timer (curl issue 15627); a call now and then costs
   * nothing and also carries on after a timer that found no memory. */
  WATCHDOG_MS = 1000,
  /* Connections that servers have closed are only noticed by the next transfer. A cell without any
   * for longer than connections are of use (CURLOPT_MAXAGE_CONN) closes them all. */
  IDLE_MS = 10000
};

struct cr_curl_cell {
  struct cr_mem *mem;
  struct cr_loop *loop;
  struct cr_curl_sockets *all; /* of all cells of the fetcher */
  CURLM *multi;                /* NULL: not made yet, or lost */
  struct cr_list jobs;
  size_t job_count;
  size_t connections; /* CURLMOPT_MAXCONNECTS */
  int64_t idle_since_ms;
  struct cr_list sockets;
  struct cr_timer timer;
  struct cr_timer watchdog;
  struct cr_deferred kick; /* libcurl's timer at 0 ms, without a turn of the loop */
  bool kick_wanted;
  bool conserves; /* there are no more connections than jobs */
};

/* The owner hears it once for each add. */
static void end_job(struct cr_curl_job *job, int code)
{
  if (!job->running)
    return;
  job->running = false;
  job->ended(job, code);
}

static struct cr_curl_job *job_of(CURL *easy)
{
  struct cr_curl_job *job = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&job) != CURLE_OK)
    return NULL;
  return job;
}

/* What came for nobody libcurl would read before it closes the connection, if it is TLS; and where
 * there is nothing but messages of TLS itself, OpenSSL would read as long as they are sent. */
static void give_socket(struct cr_curl_socket *s)
{
  if (s->local_port > 0 && !cr_curl_socket_is_quiet(s))
    cr_socket_cut(s->watch.fd);
  cr_curl_sockets_remove(s->cell->all, s);
}

/* Closes the multi with all its connections; libcurl doesn't call back any more. */
static void drop_multi(struct cr_curl_cell *cell)
{
  if (!cell->multi)
    return;
  while (!cr_list_empty(&cell->sockets)) /* before libcurl closes their descriptors */
    give_socket(CR_CONTAINER(cell->sockets.next, struct cr_curl_socket, link));
  (void)curl_multi_setopt(cell->multi, CURLMOPT_SOCKETFUNCTION, NULL);
  (void)curl_multi_setopt(cell->multi, CURLMOPT_TIMERFUNCTION, NULL);
  for (struct cr_list *at = cell->jobs.next; at != &cell->jobs; at = at->next) {
    struct cr_curl_job *job = CR_CONTAINER(at, struct cr_curl_job, link);
    if (job->inside)
      (void)curl_multi_remove_handle(cell->multi, job->easy);
    job->inside = false;
  }
  (void)curl_multi_cleanup(cell->multi);
  cell->multi = NULL;
  cr_loop_cancel_timer(cell->loop, &cell->timer);
  cell->kick_wanted = false;
}

/* After an error of the multi the state of its transfers is uncertain, says
 * curl_multi_socket_action(3): all of them fail, and the next job gets a new multi. */
void cr_curl_cell_lose(struct cr_curl_cell *cell)
{
  drop_multi(cell);
  for (struct cr_list *at = cell->jobs.next; at != &cell->jobs; at = at->next)
    end_job(CR_CONTAINER(at, struct cr_curl_job, link), CR_CURL_LOST);
}

static void act(struct cr_curl_cell *cell, curl_socket_t fd, int events)
{
  CURLMsg *message;
  int count;

  if (!cell->multi)
    return;
  if (curl_multi_socket_action(cell->multi, fd, events, &count) != CURLM_OK) {
    cr_curl_cell_lose(cell);
    return;
  }
  while ((message = curl_multi_info_read(cell->multi, &count))) {
    struct cr_curl_job *job = job_of(message->easy_handle);
    if (message->msg == CURLMSG_DONE && job)
      end_job(job, (int)message->data.result);
  }
}

/* Its server hangs up, or answers nobody: the next request will see. Or a transfer waits, which
 * began to before libcurl has named the socket for it. Or it is HTTP/2's own affairs, which libcurl
 * sees to before it uses the connection again. */
static void leave_unread(struct cr_curl_socket *s)
{
  (void)cr_loop_watch(s->cell->loop, &s->watch, 0);
  if (s->is_idle && !s->is_shared)
    cr_socket_cut(s->watch.fd);
}

static void socket_ready(struct cr_watch *watch, int events)
{
  struct cr_curl_socket *s = CR_CONTAINER(watch, struct cr_curl_socket, watch);
  int mask = (events & CR_LOOP_READ ? CURL_CSELECT_IN : 0) |
             (events & CR_LOOP_WRITE ? CURL_CSELECT_OUT : 0);
  if (events & CR_LOOP_READ)
    s->arrivals++;
  if (s->is_named)
    act(s->cell, watch->fd, mask);
  else if (!cr_curl_socket_is_quiet(s)) /* else it was read since the loop looked */
    leave_unread(s);
}

static void timer_fired(struct cr_timer *timer)
{
  act(CR_CONTAINER(timer, struct cr_curl_cell, timer), CURL_SOCKET_TIMEOUT, 0);
}

static void kick(struct cr_deferred *deferred)
{
  struct cr_curl_cell *cell = CR_CONTAINER(deferred, struct cr_curl_cell, kick);
  if (!cell->kick_wanted)
    return;
  cell->kick_wanted = false;
  act(cell, CURL_SOCKET_TIMEOUT, 0);
}

static void watch_over(struct cr_timer *timer)
{
  struct cr_curl_cell *cell = CR_CONTAINER(timer, struct cr_curl_cell, watchdog);
  int64_t now_ms = cr_loop_now(cell->loop);

  if (cell->job_count > 0) {
    (void)cr_loop_set_timer(cell->loop, timer, now_ms + WATCHDOG_MS);
    act(cell, CURL_SOCKET_TIMEOUT, 0);
  } else if (now_ms < cell->idle_since_ms + IDLE_MS) {
    (void)cr_loop_set_timer(cell->loop, timer, cell->idle_since_ms + IDLE_MS);
  } else {
    drop_multi(cell);
  }
}

/* libcurl wants to be called in ms; -1: not at all. Not from inside this callback, says
 * CURLMOPT_TIMERFUNCTION(3). */
static int set_timer(CURLM *multi, long ms, void *arg)
{
  struct cr_curl_cell *cell = arg;

  (void)multi;
  cell->kick_wanted = ms == 0;
  if (ms <= 0)
    cr_loop_cancel_timer(cell->loop, &cell->timer);
  if (ms == 0)
    cr_loop_defer(cell->loop, &cell->kick);
  if (ms > 0) /* without memory the watchdog stands in */
    (void)cr_loop_set_timer(cell->loop, &cell->timer, cr_loop_now(cell->loop) + ms);
  return 0;
}

static struct cr_curl_socket *take_socket(struct cr_curl_cell *cell, int fd)
{
  struct cr_curl_socket *s = cr_curl_sockets_find(cell->all, fd);

  s = s ? s : cr_curl_sockets_add(cell->all, fd);
  if (s && !s->cell) {
    s->cell = cell;
    s->watch.ready = socket_ready;
    cr_list_push(&cell->sockets, &s->link);
  }
  return s;
}

/* Its request is over, or waits with its response unread. The easy handle may be one of libcurl's
 * own, which have no job. curl 8.13 to 8.15 also remove what they never named. */
static void leave_socket(struct cr_curl_cell *cell, CURL *easy, int fd)
{
  struct cr_curl_socket *s = cr_curl_sockets_find(cell->all, fd);
  const struct cr_curl_job *job = job_of(easy);
  bool waits = job && job->waits;

  if (!s)
    return;
  s->is_named = false;
  s->is_idle = !waits;
  if (s->local_port == 0)
    cr_curl_sockets_remove(cell->all, s);
  else /* without memory it rests unwatched */
    (void)cr_loop_watch(cell->loop, &s->watch, waits ? 0 : CR_LOOP_READ);
}

/* The socket can't be watched: its transfer would hang, so it ends. */
static void starve(CURL *easy)
{
  struct cr_curl_job *job = job_of(easy);
  if (job)
    end_job(job, CR_CURL_STARVED);
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *record)
{
  struct cr_curl_cell *cell = arg;
  int events =
      (what & CURL_POLL_IN ? CR_LOOP_READ : 0) | (what & CURL_POLL_OUT ? CR_LOOP_WRITE : 0);

  (void)record;
  if (what == CURL_POLL_REMOVE) {
    leave_socket(cell, easy, fd);
    return 0;
  }
  struct cr_curl_socket *s = take_socket(cell, fd);
  if (!s || cr_loop_watch(cell->loop, &s->watch, events) != 0)
    starve(easy);
  if (s)
    s->is_named = true;
  return 0;
}

/* MAXCONNECTS counts connections in use too; too low, it throws away those that are kept alive.
 * MAX_HOST_CONNECTIONS stays 0, and so does MAX_TOTAL_CONNECTIONS as long as there are sockets:
 * libcurl never queues. */
static int make_multi(struct cr_curl_cell *cell)
{
  CURLM *multi = curl_multi_init();
  if (!multi)
    return CRAWLER_E_NOMEM;

  CURLMcode bad = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_socket);
  bad = bad ? bad : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, cell);
  bad = bad ? bad : curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  bad = bad ? bad : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, cell);
  bad = bad ? bad : curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)cell->connections);
  if (bad) {
    (void)curl_multi_cleanup(multi);
    return CRAWLER_E_NETWORK;
  }
  cell->multi = multi;
  return 0;
}

/* A quarter stays for connections that are kept alive. */
static void make_room(struct cr_curl_cell *cell)
{
  if (cell->job_count < cell->connections - cell->connections / 4)
    return;
  cell->connections *= 2;
  (void)curl_multi_setopt(cell->multi, CURLMOPT_MAXCONNECTS, (long)cell->connections);
}

/* At this limit libcurl closes the connection that has been idle for longest before it opens a new
 * one. With one for each job there always is one to close, so that nothing is queued. */
static void bound_connections(struct cr_curl_cell *cell)
{
  long most = cell->conserves ? (long)cell->job_count + 1 : 0;

  if (cell->multi)
    (void)curl_multi_setopt(cell->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most); /* knows it */
}

int cr_curl_cell_open(struct cr_curl_cell **out, struct cr_curl_sockets *sockets,
                      size_t connections)
{
  struct cr_mem *mem = sockets->mem;
  struct cr_curl_cell *cell = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*cell));
  if (!cell)
    return CRAWLER_E_NOMEM;

  cell->mem = mem;
  cell->loop = sockets->loop;
  cell->all = sockets;
  cell->connections = connections > 0 ? connections : 1;
  cr_list_init(&cell->jobs);
  cr_list_init(&cell->sockets);
  cr_timer_init(&cell->timer, timer_fired);
  cr_timer_init(&cell->watchdog, watch_over);
  cr_list_init(&cell->kick.link);
  cell->kick.call = kick;
  *out = cell;
  return 0;
}

void cr_curl_cell_close(struct cr_curl_cell *cell)
{
  if (!cell)
    return;
  drop_multi(cell);
  cr_loop_cancel_timer(cell->loop, &cell->watchdog);
  cr_list_remove(&cell->kick.link);
  cr_free(cell->mem, cell);
}

int cr_curl_cell_add(struct cr_curl_cell *cell, struct cr_curl_job *job)
{
  int err = cell->multi ? 0 : make_multi(cell);
  if (err)
    return err;
  if (!cr_heap_has(&cell->watchdog.node)) {
    int64_t at_ms = cr_loop_now(cell->loop) + WATCHDOG_MS;
    err = cr_loop_set_timer(cell->loop, &cell->watchdog, at_ms);
    if (err)
      return err;
  }
  make_room(cell);
  if (cell->conserves)
    bound_connections(cell);
  CURLMcode bad = curl_multi_add_handle(cell->multi, job->easy);
  if (bad)
    return bad == CURLM_OUT_OF_MEMORY ? CRAWLER_E_NOMEM : CRAWLER_E_NETWORK;

  job->inside = true;
  job->running = true;
  cr_list_push(&cell->jobs, &job->link);
  cell->job_count++;
  return 0;
}

void cr_curl_cell_remove(struct cr_curl_cell *cell, struct cr_curl_job *job)
{
  if (job->inside)
    (void)curl_multi_remove_handle(cell->multi, job->easy); /* it is there */
  job->inside = false;
  job->running = false;
  cr_list_remove(&job->link);
  cell->job_count--;
  cell->idle_since_ms = cr_loop_now(cell->loop);
}

bool cr_curl_cell_rest(struct cr_curl_cell *cell)
{
  bool is_open = cell->multi != NULL;

  if (cell->job_count > 0)
    return false;
  drop_multi(cell);
  cr_loop_cancel_timer(cell->loop, &cell->watchdog);
  return is_open;
}

void cr_curl_cell_conserve(struct cr_curl_cell *cell, bool on)
{
  bool was_on = cell->conserves;

  cell->conserves = on;
  if (on)
    (void)cr_curl_cell_rest(cell);
  else if (was_on)
    bound_connections(cell);
}

size_t cr_curl_cell_jobs(const struct cr_curl_cell *cell)
{
  return cell->job_count;
}

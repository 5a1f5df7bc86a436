/* SPDX-License-Identifier: MIT */
/* site_server.c - a web site for tests: libevent's HTTP server on a thread of its own.
 *
 * The thread alone touches libevent; the test speaks to it by a pipe ('s' stop, 'g' the gate is
 * open), and reads what is behind the one lock. A client that hangs up while its answer waits takes
 * the waiting answer with it: libevent frees the request then.
 */
#include "support/site_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* libevent tells epoll late of a descriptor that was closed, when it may be another thread's
 * already; the kernel's answer to that (ENOENT) is expected. ThreadSanitizer calls it a race. */
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
  return "race:epoll_ctl\n";
}

enum { FIRST_REQUESTS = 256, URLS_MAX = 64, LINKS_A_PAGE = 10, PATIENCE_S = 10 };

struct answer {
  struct cr_site_page page;
  bool is_generated; /* then page counts for nothing */
  size_t number;
};

struct waiting { /* an answer that isn't sent yet */
  struct waiting *next;
  struct cr_site_server *site;
  struct evhttp_request *request;
  struct event *timer; /* NULL: it waits for the gate */
  struct answer answer;
};

struct cr_site_server {
  struct cr_site_config config;
  struct event_base *base;
  struct evhttp *http;
  struct event *orders;
  int pipe[2];
  int port;
  pthread_t thread;
  struct waiting *waiting; /* the thread's */
  char *urls[URLS_MAX];    /* the test's */
  size_t url_count;
  pthread_mutex_t lock; /* what follows */
  pthread_cond_t arrived;
  bool gate_is_closed;
  struct cr_site_request *requests;
  size_t request_count;
  size_t request_cap;
};

/* ---- what was asked ---- */

static char *copy_text(const char *text, size_t bytes)
{
  char *copy = malloc(bytes + 1);

  if (!copy)
    return NULL;
  if (bytes > 0)
    memcpy(copy, text, bytes);
  copy[bytes] = '\0';
  return copy;
}

static const char *method_of(struct evhttp_request *request)
{
  switch (evhttp_request_get_command(request)) {
  case EVHTTP_REQ_GET:
    return "GET";
  case EVHTTP_REQ_HEAD:
    return "HEAD";
  case EVHTTP_REQ_POST:
    return "POST";
  default:
    return "other";
  }
}

static char *copy_headers(struct evhttp_request *request)
{
  struct evbuffer *lines = evbuffer_new();
  struct evkeyval *header = evhttp_request_get_input_headers(request)->tqh_first;
  char *copy;

  if (!lines)
    return NULL;
  for (; header; header = header->next.tqe_next)
    evbuffer_add_printf(lines, "%s: %s\n", header->key, header->value);
  copy = copy_text((const char *)evbuffer_pullup(lines, -1), evbuffer_get_length(lines));
  evbuffer_free(lines);
  return copy;
}

static bool has_room(struct cr_site_server *site)
{
  size_t cap = site->request_cap > 0 ? 2 * site->request_cap : FIRST_REQUESTS;
  struct cr_site_request *requests;

  if (site->request_count < site->request_cap)
    return true;
  requests = realloc(site->requests, cap * sizeof(*requests));
  if (!requests)
    return false;
  site->requests = requests;
  site->request_cap = cap;
  return true;
}

/* The one kept, which is there until the next comes; NULL when there is no room. */
static struct cr_site_request *keep(struct cr_site_server *site, struct evhttp_request *request)
{
  struct evbuffer *body = evhttp_request_get_input_buffer(request);
  const char *path = evhttp_request_get_uri(request);
  struct cr_site_request *kept = NULL;

  (void)pthread_mutex_lock(&site->lock);
  if (has_room(site)) {
    kept = &site->requests[site->request_count++];
    kept->method = method_of(request);
    kept->path = copy_text(path, strlen(path));
    kept->headers = copy_headers(request);
    kept->bytes = evbuffer_get_length(body);
    kept->body = copy_text((const char *)evbuffer_pullup(body, -1), kept->bytes);
    (void)pthread_cond_broadcast(&site->arrived);
  }
  (void)pthread_mutex_unlock(&site->lock);
  return kept;
}

/* ---- answers ---- */

static void add_headers(struct evhttp_request *request, const char *lines)
{
  struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
  char name[128];
  char value[4096];

  while (*lines) {
    size_t len = strcspn(lines, "\n");
    size_t colon = strcspn(lines, ":");

    (void)snprintf(name, sizeof(name), "%.*s", (int)colon, lines);
    (void)snprintf(value, sizeof(value), "%.*s", (int)(len - colon - 2), lines + colon + 2);
    (void)evhttp_add_header(headers, name, value);
    lines += len + (lines[len] == '\n');
  }
}

static void send_page(struct evhttp_request *request, const struct cr_site_page *page)
{
  struct evbuffer *body = evbuffer_new();
  size_t bytes = page->bytes ? page->bytes : page->body ? strlen(page->body) : 0;

  add_headers(request, page->headers ? page->headers : "Content-Type: text/html\n");
  if (body && bytes > 0)
    (void)evbuffer_add(body, page->body, bytes);
  evhttp_send_reply(request, page->status ? page->status : 200, "Whatever", body);
  if (body)
    evbuffer_free(body);
}

static void send_generated(const struct cr_site_server *site, struct evhttp_request *request,
                           size_t number)
{
  struct evbuffer *body = evbuffer_new();
  size_t pages = site->config.generated;

  if (!body)
    return;
  evbuffer_add_printf(body, "<!DOCTYPE html><title>Page %zu</title><h1>Page %zu</h1>\n", number,
                      number);
  evbuffer_add_printf(body, "<a href=/p/0>first</a> <a href=\"/p/%zu\">next</a>\n",
                      (number + 1) % pages);
  for (size_t i = 1; i <= LINKS_A_PAGE; i++)
    evbuffer_add_printf(body, "<p><a href='/p/%zu'>another</a> and some text around it.\n",
                        (number * LINKS_A_PAGE + i) % pages);
  add_headers(request, "Content-Type: text/html; charset=utf-8\n");
  evhttp_send_reply(request, 200, "OK", body);
  evbuffer_free(body);
}

static void send_answer(const struct cr_site_server *site, struct evhttp_request *request,
                        const struct answer *answer)
{
  if (answer->is_generated)
    send_generated(site, request, answer->number);
  else
    send_page(request, &answer->page);
}

static void unlink_waiting(struct waiting *w)
{
  struct waiting **at = &w->site->waiting;

  while (*at && *at != w)
    at = &(*at)->next;
  if (*at)
    *at = w->next;
  if (w->timer)
    event_free(w->timer);
  free(w);
}

static void release(struct waiting *w)
{
  evhttp_connection_set_closecb(evhttp_request_get_connection(w->request), NULL, NULL);
  send_answer(w->site, w->request, &w->answer);
  unlink_waiting(w);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
  (void)fd;
  (void)what;
  release(arg);
}

/* The client has gone; the request is freed after this. */
static void on_close(struct evhttp_connection *connection, void *arg)
{
  (void)connection;
  unlink_waiting(arg);
}

static void wait_with(struct cr_site_server *site, struct evhttp_request *request,
                      const struct answer *answer, bool for_gate)
{
  struct waiting *w = calloc(1, sizeof(*w));
  int ms = answer->page.delay_ms;
  struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

  if (!w)
    return;
  w->site = site;
  w->request = request;
  w->answer = *answer;
  w->next = site->waiting;
  site->waiting = w;
  evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_close, w);
  if (for_gate)
    return;
  w->timer = evtimer_new(site->base, on_time, w);
  if (w->timer)
    (void)evtimer_add(w->timer, &delay);
}

static bool find_page(const struct cr_site_server *site, const struct cr_site_request *asked,
                      struct cr_site_page *page)
{
  for (size_t i = 0; i < site->config.count; i++)
    if (strcmp(site->config.pages[i].path, asked->path) == 0) {
      *page = site->config.pages[i];
      return true;
    }
  return site->config.answer && site->config.answer(asked, page, site->config.user);
}

static struct answer find_answer(const struct cr_site_server *site,
                                 const struct cr_site_request *asked)
{
  struct answer answer = { 0 };

  if (strncmp(asked->path, "/p/", 3) == 0) {
    answer.number = strtoul(asked->path + 3, NULL, 10);
    answer.is_generated = answer.number < site->config.generated;
  }
  if (!answer.is_generated && !find_page(site, asked, &answer.page))
    answer.page = (struct cr_site_page){ .status = 404, .body = "<title>Not here</title>" };
  return answer;
}

static void on_request(struct evhttp_request *request, void *arg)
{
  struct cr_site_server *site = arg;
  const struct cr_site_request *asked = keep(site, request);
  struct answer answer;
  bool closed;

  if (!asked) {
    evhttp_send_error(request, 503, NULL);
    return;
  }
  answer = find_answer(site, asked);
  (void)pthread_mutex_lock(&site->lock);
  closed = site->gate_is_closed;
  (void)pthread_mutex_unlock(&site->lock);
  if (closed || answer.page.delay_ms > 0)
    wait_with(site, request, &answer, closed);
  else
    send_answer(site, request, &answer);
}

/* ---- the thread ---- */

static void on_order(evutil_socket_t fd, short what, void *arg)
{
  struct cr_site_server *site = arg;
  char order = 's';

  (void)what;
  if (read(fd, &order, 1) == 1 && order == 's')
    (void)event_base_loopbreak(site->base);
  for (struct waiting *w = site->waiting, *next = NULL; w && order == 'g'; w = next) {
    next = w->next;
    if (!w->timer)
      release(w);
  }
}

static void *serve(void *arg)
{
  struct cr_site_server *site = arg;

  (void)event_base_dispatch(site->base);
  return NULL;
}

static void give_order(struct cr_site_server *site, char order)
{
  ssize_t n;

  do
    n = write(site->pipe[1], &order, 1);
  while (n < 0 && errno == EINTR);
  assert_int_equal(n, 1);
}

static void bind_port(struct cr_site_server *site)
{
  struct sockaddr_in address;
  socklen_t len = sizeof(address);
  struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(site->http, "127.0.0.1", 0);

  assert_non_null(bound);
  assert_int_equal(
      getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len), 0);
  site->port = ntohs(address.sin_port);
}

/* Signals are the test's own thread's. */
static void start_thread(struct cr_site_server *site)
{
  sigset_t all;
  sigset_t old;

  (void)sigfillset(&all);
  assert_int_equal(pthread_sigmask(SIG_SETMASK, &all, &old), 0);
  assert_int_equal(pthread_create(&site->thread, NULL, serve, site), 0);
  assert_int_equal(pthread_sigmask(SIG_SETMASK, &old, NULL), 0);
}

struct cr_site_server *cr_site_start(const struct cr_site_config *config)
{
  struct cr_site_server *site = calloc(1, sizeof(*site));
  pthread_condattr_t attr;

  assert_non_null(site);
  site->config = *config;
  assert_int_equal(pthread_mutex_init(&site->lock, NULL), 0);
  assert_int_equal(pthread_condattr_init(&attr), 0);
  assert_int_equal(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0);
  assert_int_equal(pthread_cond_init(&site->arrived, &attr), 0);
  (void)pthread_condattr_destroy(&attr);
  site->base = event_base_new();
  assert_non_null(site->base);
  site->http = evhttp_new(site->base);
  assert_non_null(site->http);
  bind_port(site);
  evhttp_set_gencb(site->http, on_request, site);
  assert_int_equal(pipe2(site->pipe, O_CLOEXEC), 0);
  site->orders = event_new(site->base, site->pipe[0], EV_READ | EV_PERSIST, on_order, site);
  assert_non_null(site->orders);
  assert_int_equal(event_add(site->orders, NULL), 0);
  start_thread(site);
  return site;
}

struct cr_site_server *cr_site_start_pages(const struct cr_site_page *pages, size_t count)
{
  struct cr_site_config config = { .pages = pages, .count = count };

  return cr_site_start(&config);
}

struct cr_site_server *cr_site_start_generated(size_t pages)
{
  struct cr_site_config config = { .generated = pages };

  return cr_site_start(&config);
}

void cr_site_stop(struct cr_site_server *site)
{
  if (!site)
    return;
  give_order(site, 's');
  assert_int_equal(pthread_join(site->thread, NULL), 0);
  event_free(site->orders);
  evhttp_free(site->http); /* closes its connections, which takes the waiting answers along */
  while (site->waiting)
    unlink_waiting(site->waiting);
  event_base_free(site->base);
  (void)close(site->pipe[0]);
  (void)close(site->pipe[1]);
  for (size_t i = 0; i < site->request_count; i++) {
    free((char *)(uintptr_t)site->requests[i].path);
    free((char *)(uintptr_t)site->requests[i].headers);
    free((char *)(uintptr_t)site->requests[i].body);
  }
  free(site->requests);
  for (size_t i = 0; i < site->url_count; i++)
    free(site->urls[i]);
  (void)pthread_cond_destroy(&site->arrived);
  (void)pthread_mutex_destroy(&site->lock);
  free(site);
}

/* ---- asking ---- */

int cr_site_port(const struct cr_site_server *site)
{
  return site->port;
}

const char *cr_site_url(struct cr_site_server *site, const char *path)
{
  char url[1024];
  int len = snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", site->port, path);

  assert_true(len > 0 && (size_t)len < sizeof(url));
  for (size_t i = 0; i < site->url_count; i++)
    if (strcmp(site->urls[i], url) == 0)
      return site->urls[i];
  assert_true(site->url_count < URLS_MAX);
  site->urls[site->url_count] = copy_text(url, (size_t)len);
  assert_non_null(site->urls[site->url_count]);
  return site->urls[site->url_count++];
}

size_t cr_site_count(struct cr_site_server *site, const char *path)
{
  size_t n = 0;

  (void)pthread_mutex_lock(&site->lock);
  for (size_t i = 0; i < site->request_count; i++)
    n += strcmp(site->requests[i].path, path) == 0;
  (void)pthread_mutex_unlock(&site->lock);
  return n;
}

size_t cr_site_total(struct cr_site_server *site)
{
  size_t n;

  (void)pthread_mutex_lock(&site->lock);
  n = site->request_count;
  (void)pthread_mutex_unlock(&site->lock);
  return n;
}

struct cr_site_request cr_site_request(struct cr_site_server *site, const char *path, size_t i)
{
  struct cr_site_request found = { 0 };

  (void)pthread_mutex_lock(&site->lock);
  for (size_t k = 0; k < site->request_count; k++)
    if (strcmp(site->requests[k].path, path) == 0 && i-- == 0) {
      found = site->requests[k];
      break;
    }
  (void)pthread_mutex_unlock(&site->lock);
  return found;
}

struct cr_site_request cr_site_request_at(struct cr_site_server *site, size_t i)
{
  struct cr_site_request found = { 0 };

  (void)pthread_mutex_lock(&site->lock);
  if (i < site->request_count)
    found = site->requests[i];
  (void)pthread_mutex_unlock(&site->lock);
  return found;
}

const char *cr_site_header(const struct cr_site_request *request, const char *name, char *out,
                           size_t room)
{
  const char *line = request->headers;
  size_t len = strlen(name);

  for (; line && *line; line += strcspn(line, "\n") + 1)
    if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
      (void)snprintf(out, room, "%.*s", (int)strcspn(line + len + 2, "\n"), line + len + 2);
      return out;
    }
  return NULL;
}

/* ---- the gate ---- */

static void set_gate(struct cr_site_server *site, bool closed)
{
  (void)pthread_mutex_lock(&site->lock);
  site->gate_is_closed = closed;
  (void)pthread_mutex_unlock(&site->lock);
}

void cr_site_close_gate(struct cr_site_server *site)
{
  set_gate(site, true);
}

void cr_site_open_gate(struct cr_site_server *site)
{
  set_gate(site, false);
  give_order(site, 'g');
}

void cr_site_wait(struct cr_site_server *site, size_t requests)
{
  struct timespec until;
  bool enough;
  int err = 0;

  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += PATIENCE_S;
  (void)pthread_mutex_lock(&site->lock);
  while (site->request_count < requests && err == 0)
    err = pthread_cond_timedwait(&site->arrived, &site->lock, &until);
  enough = site->request_count >= requests;
  (void)pthread_mutex_unlock(&site->lock);
  if (!enough)
    fail_msg("the server waited for %zu requests in vain", requests);
}

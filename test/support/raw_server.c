/* SPDX-License-Identifier: MIT */
/* raw_server.c - a server for tests that does exactly what a script says, byte by byte.
 *
 * One thread, poll(2), and a position in its script for each connection. The only time it looks at
 * is that of WAIT and DRIP steps. Everything that the test reads is behind one lock.
 */
#include "support/raw_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum {
  CONNECTIONS_MAX = 2048,
  REQUESTS_MAX = 4096,
  IN_FIRST = 4096,
  IN_MAX = 8 << 20,
  OUT_MAX = 1 << 18
};

struct connection {
  int fd;
  const struct cr_raw_step *script;
  size_t at;
  char *in; /* what came and isn't a whole request yet, NUL-terminated */
  size_t in_bytes;
  size_t in_cap;
  char *out; /* an answer that is being sent; OUT_MAX bytes, or NULL without answers */
  size_t out_bytes;
  size_t sent;   /* of the step's bytes */
  int rounds;    /* of SEND; bytes of DRIP */
  int64_t until; /* of WAIT and DRIP; 0: not begun */
  bool answered; /* ANSWER: the request is read */
  bool wants_in;
  bool wants_out;
  bool over;
};

struct cr_raw_server {
  struct cr_raw_config config;
  const struct cr_raw_step *single[1];
  pthread_t thread;
  int listener;
  int port;
  int stop_pipe[2];
  struct connection *open[CONNECTIONS_MAX]; /* the thread's */
  size_t open_count;
  atomic_llong sent;
  pthread_mutex_t lock; /* what follows */
  size_t accepted;
  char *requests[REQUESTS_MAX];
  size_t request_count;
};

/* ---- sockets ---- */

static socklen_t make_address(const char *text, int port, struct sockaddr_storage *to)
{
  struct sockaddr_in *in = (void *)to;
  struct sockaddr_in6 *in6 = (void *)to;

  memset(to, 0, sizeof(*to));
  if (strchr(text, ':')) {
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons((uint16_t)port);
    assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    return sizeof(*in6);
  }
  in->sin_family = AF_INET;
  in->sin_port = htons((uint16_t)port);
  assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
  return sizeof(*in);
}

/* -1: can't bind. */
static int bind_to(const char *text, int port, int *bound_port)
{
  struct sockaddr_storage address;
  socklen_t len = make_address(text, port, &address);
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -1;
  if (bind(fd, (struct sockaddr *)&address, len) != 0) {
    close(fd);
    return -1;
  }
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
  *bound_port =
      ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
                                          : ((struct sockaddr_in *)(void *)&address)->sin_port);
  return fd;
}

static void set_nonblocking(int fd)
{
  (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* ---- requests ---- */

/* How many bytes the first request of text (NUL-terminated; there may be others inside) has; 0: it
 * isn't complete. */
static size_t request_length(const char *text, size_t bytes)
{
  const char *end = memmem(text, bytes, "\r\n\r\n", 4);
  size_t body = 0;

  if (!end)
    return 0;
  for (const char *line = text; line < end; line++)
    if (line[0] == '\n' && strncasecmp(line + 1, "content-length:", 15) == 0)
      body = strtoul(line + 16, NULL, 10);
  size_t all = (size_t)(end - text) + 4 + body;
  return bytes >= all ? all : 0;
}

/* True: a request was taken from what came; it is the last one kept. */
static bool take_request(struct cr_raw_server *server, struct connection *c)
{
  size_t bytes = request_length(c->in, c->in_bytes);
  if (bytes == 0)
    return false;

  char *copy = malloc(bytes + 1);
  if (copy) {
    memcpy(copy, c->in, bytes);
    copy[bytes] = '\0';
  }
  (void)pthread_mutex_lock(&server->lock);
  if (copy && server->request_count < REQUESTS_MAX)
    server->requests[server->request_count++] = copy;
  else
    free(copy);
  (void)pthread_mutex_unlock(&server->lock);
  if (c->out && c->script[c->at].kind == CR_RAW_ANSWER)
    c->out_bytes = server->config.answer(c->in, c->out, OUT_MAX, server->config.user);
  c->in_bytes -= bytes;
  memmove(c->in, c->in + bytes, c->in_bytes + 1);
  return true;
}

/* ---- connections ---- */

static void read_some(struct connection *c)
{
  if (c->in_cap - c->in_bytes < IN_FIRST && c->in_cap < IN_MAX) {
    char *larger = realloc(c->in, 2 * c->in_cap);
    c->in_cap *= larger ? 2 : 1;
    c->in = larger ? larger : c->in;
  }
  size_t room = c->in_cap - 1 - c->in_bytes;
  ssize_t n = room > 0 ? recv(c->fd, c->in + c->in_bytes, room, 0) : 0;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0) {
    c->over = true;
    return;
  }
  c->in_bytes += (size_t)n;
  c->in[c->in_bytes] = '\0';
}

/* What is sent before the connection ends leaves with its end: a client that has the whole response
 * has the end too, and doesn't send its next request into it. */
static int flags_of_send(const struct connection *c)
{
  bool is_last = c->script[c->at].kind != CR_RAW_DRIP && c->script[c->at + 1].kind == CR_RAW_END;

  return MSG_NOSIGNAL | (is_last ? MSG_MORE : 0);
}

/* True: all of it left. */
static bool send_some(struct cr_raw_server *server, struct connection *c, const char *data,
                      size_t bytes)
{
  while (c->sent < bytes) {
    ssize_t n = send(c->fd, data + c->sent, bytes - c->sent, flags_of_send(c));
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      c->wants_out = true;
      return false;
    }
    if (n < 0) {
      c->over = true;
      return false;
    }
    c->sent += (size_t)n;
    atomic_fetch_add(&server->sent, n);
  }
  c->sent = 0;
  return true;
}

static bool send_step(struct cr_raw_server *server, struct connection *c,
                      const struct cr_raw_step *step)
{
  size_t bytes = step->bytes ? step->bytes : strlen(step->data);
  while (send_some(server, c, step->data, bytes)) {
    c->rounds++;
    if (c->rounds >= step->number) {
      c->rounds = 0;
      return true;
    }
  }
  return false;
}

static bool answer_step(struct cr_raw_server *server, struct connection *c)
{
  if (!c->answered && !take_request(server, c)) {
    c->wants_in = true;
    return false;
  }
  c->answered = true;
  if (!send_some(server, c, c->out, c->out_bytes))
    return false;
  c->answered = false;
  return true;
}

static bool wait_step(struct connection *c, const struct cr_raw_step *step)
{
  int64_t now = cr_clock_mono_ms();
  if (c->until == 0)
    c->until = now + step->number;
  if (now < c->until)
    return false;
  c->until = 0;
  return true;
}

static bool drip_step(struct cr_raw_server *server, struct connection *c,
                      const struct cr_raw_step *step)
{
  while ((size_t)c->rounds < step->bytes) {
    if (!wait_step(c, step) || !send_some(server, c, step->data + c->rounds, 1))
      return false;
    c->rounds++;
  }
  c->rounds = 0;
  return true;
}

static bool hear_step(struct connection *c)
{
  c->wants_in = c->in_bytes == 0;
  c->in_bytes = 0;
  return !c->wants_in;
}

static void reset(struct connection *c)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
  c->over = true;
}

/* True: the step is done. */
static bool do_step(struct cr_raw_server *server, struct connection *c)
{
  const struct cr_raw_step *step = &c->script[c->at];

  switch (step->kind) {
  case CR_RAW_READ:
    c->wants_in = !take_request(server, c);
    return !c->wants_in;
  case CR_RAW_HEAR:
    return hear_step(c);
  case CR_RAW_SEND:
    return send_step(server, c, step);
  case CR_RAW_DRIP:
    return drip_step(server, c, step);
  case CR_RAW_ANSWER:
    return answer_step(server, c);
  case CR_RAW_WAIT:
    return wait_step(c, step);
  case CR_RAW_RESET:
    reset(c);
    return false;
  case CR_RAW_STALL:
    return false;
  case CR_RAW_AGAIN:
    return true;
  case CR_RAW_END:
    break;
  }
  c->over = true;
  return false;
}

static void play(struct cr_raw_server *server, struct connection *c)
{
  c->wants_in = false;
  c->wants_out = false;
  while (!c->over && do_step(server, c))
    c->at = c->script[c->at].kind == CR_RAW_AGAIN ? 0 : c->at + 1;
}

static void close_connection(struct connection *c)
{
  (void)close(c->fd);
  free(c->in);
  free(c->out);
  free(c);
}

/* ---- the thread ---- */

static void accept_one(struct cr_raw_server *server)
{
  int one = 1;
  int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    return;
  struct connection *c = calloc(1, sizeof(*c));
  char *in = malloc(IN_FIRST);
  char *out = server->config.answer ? malloc(OUT_MAX) : NULL;
  if (!c || !in || (server->config.answer && !out) || server->open_count == CONNECTIONS_MAX) {
    free(c);
    free(in);
    free(out);
    (void)close(fd);
    return;
  }
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  in[0] = '\0';
  c->fd = fd;
  c->in = in;
  c->in_cap = IN_FIRST;
  c->out = out;
  (void)pthread_mutex_lock(&server->lock);
  size_t n = server->accepted++;
  (void)pthread_mutex_unlock(&server->lock);
  size_t last = server->config.script_count - 1;
  c->script = server->config.scripts[n < last ? n : last];
  play(server, c);
  if (c->over)
    close_connection(c);
  else
    server->open[server->open_count++] = c;
}

static int next_wait(const struct cr_raw_server *server)
{
  int64_t now = cr_clock_mono_ms();
  int64_t wait = -1;

  for (size_t i = 0; i < server->open_count; i++) {
    int64_t left = server->open[i]->until - now;
    if (server->open[i]->until == 0)
      continue;
    left = left > 0 ? left : 0;
    wait = wait < 0 || left < wait ? left : wait;
  }
  return (int)wait;
}

static void serve(struct cr_raw_server *server, const struct pollfd *fds)
{
  size_t count = server->open_count;
  size_t kept = 0;

  for (size_t i = 0; i < count; i++) {
    struct connection *c = server->open[i];
    if (c->wants_in && fds[i].revents)
      read_some(c);
    play(server, c);
    if (c->over)
      close_connection(c);
    else
      server->open[kept++] = c;
  }
  server->open_count = kept;
}

static void *run(void *arg)
{
  struct cr_raw_server *server = arg;
  struct pollfd *fds = malloc((CONNECTIONS_MAX + 2) * sizeof(*fds));

  while (fds) {
    size_t n = server->open_count;
    for (size_t i = 0; i < n; i++) {
      const struct connection *c = server->open[i];
      short events = (short)((c->wants_in ? POLLIN : 0) | (c->wants_out ? POLLOUT : 0));
      fds[i] = (struct pollfd){ events ? c->fd : -1, events, 0 };
    }
    fds[n] = (struct pollfd){ server->listener, POLLIN, 0 };
    fds[n + 1] = (struct pollfd){ server->stop_pipe[0], POLLIN, 0 };
    (void)poll(fds, n + 2, next_wait(server));
    if (fds[n + 1].revents)
      break;
    serve(server, fds);
    if (fds[n].revents)
      accept_one(server);
  }
  free(fds);
  return NULL;
}

/* ---- for tests ---- */

struct cr_raw_server *cr_raw_server_start(const struct cr_raw_config *config)
{
  const char *address = config->address ? config->address : "127.0.0.1";
  int port = 0;
  int listener = bind_to(address, 0, &port);
  if (listener < 0)
    return NULL;

  struct cr_raw_server *server = calloc(1, sizeof(*server));
  assert_non_null(server);
  server->config = *config;
  if (config->script_count == 1) { /* cr_raw_server_play's list ends with its call */
    server->single[0] = config->scripts[0];
    server->config.scripts = server->single;
  }
  server->listener = listener;
  server->port = port;
  assert_int_equal(listen(listener, 1024), 0);
  set_nonblocking(listener);
  assert_int_equal(pipe(server->stop_pipe), 0);
  assert_int_equal(pthread_mutex_init(&server->lock, NULL), 0);
  assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
  return server;
}

struct cr_raw_server *cr_raw_server_play(const struct cr_raw_step *script)
{
  struct cr_raw_config config = { .scripts = &script, .script_count = 1 };
  struct cr_raw_server *server = cr_raw_server_start(&config);
  assert_non_null(server);
  return server;
}

void cr_raw_server_stop(struct cr_raw_server *server)
{
  if (!server)
    return;
  assert_int_equal(write(server->stop_pipe[1], "x", 1), 1);
  assert_int_equal(pthread_join(server->thread, NULL), 0);
  for (size_t i = 0; i < server->open_count; i++)
    close_connection(server->open[i]);
  for (size_t i = 0; i < server->request_count; i++)
    free(server->requests[i]);
  (void)pthread_mutex_destroy(&server->lock);
  (void)close(server->listener);
  (void)close(server->stop_pipe[0]);
  (void)close(server->stop_pipe[1]);
  free(server);
}

int cr_raw_server_port(const struct cr_raw_server *server)
{
  return server->port;
}

size_t cr_raw_server_connections(struct cr_raw_server *server)
{
  (void)pthread_mutex_lock(&server->lock);
  size_t n = server->accepted;
  (void)pthread_mutex_unlock(&server->lock);
  return n;
}

size_t cr_raw_server_requests(struct cr_raw_server *server)
{
  (void)pthread_mutex_lock(&server->lock);
  size_t n = server->request_count;
  (void)pthread_mutex_unlock(&server->lock);
  return n;
}

long long cr_raw_server_sent(struct cr_raw_server *server)
{
  return atomic_load(&server->sent);
}

const char *cr_raw_server_request(struct cr_raw_server *server, size_t i)
{
  (void)pthread_mutex_lock(&server->lock);
  const char *request = i < server->request_count ? server->requests[i] : NULL;
  (void)pthread_mutex_unlock(&server->lock);
  return request;
}

int cr_raw_refuse(const char *address, int port, int *fd)
{
  int bound = 0;
  *fd = bind_to(address, port, &bound); /* bound but not listening: connections are refused */
  return *fd < 0 ? -1 : bound;
}

int cr_raw_refusing_port(const char *address, int *fd)
{
  int port = cr_raw_refuse(address, 0, fd);
  assert_true(port > 0);
  return port;
}

/* With its queue of unaccepted connections full, Linux ignores further attempts to connect. */
void cr_raw_silence_start(struct cr_raw_silence *silence, const char *address, int port)
{
  struct sockaddr_storage to;

  silence->listener = bind_to(address, port, &silence->port);
  assert_true(silence->listener >= 0);
  assert_int_equal(listen(silence->listener, 0), 0);
  socklen_t len = make_address(address, silence->port, &to);
  for (size_t i = 0; i < sizeof(silence->fillers) / sizeof(silence->fillers[0]); i++) {
    silence->fillers[i] = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(silence->fillers[i] >= 0);
    (void)connect(silence->fillers[i], (struct sockaddr *)&to, len); /* or is being ignored */
  }
}

void cr_raw_silence_stop(struct cr_raw_silence *silence)
{
  for (size_t i = 0; i < sizeof(silence->fillers) / sizeof(silence->fillers[0]); i++)
    (void)close(silence->fillers[i]);
  (void)close(silence->listener);
}

/* SPDX-License-Identifier: MIT */
/* h2_server.c - an HTTPS server for tests that speaks HTTP/2, well or badly, frame by frame.
 *
 * Sockets are blocking; stopping shuts them down.
 */
#include "support/h2_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/loopback.h"

enum {
  PEERS_MAX = 64, /* connections of a server in its life */
  FRAME_HEAD = 9,
  FRAME_MAX = 16384,
  PREFACE_BYTES = 24,
  STREAMS_MAX = 1024,
  STREAM_MASK = 0x7fffffff,
  SETTING_MAX_STREAMS = 3
};

static const char http1_page[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

struct cr_h2_peer {
  struct cr_h2_server *server;
  SSL *ssl;
  int fd;
  pthread_t thread;
  size_t open_streams;
  bool is_open[STREAMS_MAX]; /* by half the stream's number; what is beyond isn't counted */
  bool is_closed;
  unsigned char frame[FRAME_MAX];
};

struct cr_h2_server {
  struct cr_h2_config config;
  SSL_CTX *context;
  pthread_t thread;
  int listener;
  int port;
  pthread_mutex_t lock; /* peers, peer_count, stops */
  struct cr_h2_peer *peers[PEERS_MAX];
  size_t peer_count;
  bool stops;
  atomic_size_t offers;
  atomic_size_t requests;
  atomic_size_t max_at_once;
  atomic_size_t resets;
};

/* ---- frames ---- */

void *cr_h2_user(const struct cr_h2_peer *peer)
{
  return peer->server->config.user;
}

size_t cr_h2_open_streams(const struct cr_h2_peer *peer)
{
  return peer->open_streams;
}

static void open_stream(struct cr_h2_peer *peer, uint32_t stream)
{
  if (stream / 2 >= STREAMS_MAX || peer->is_open[stream / 2])
    return;
  peer->is_open[stream / 2] = true;
  peer->open_streams++;
}

/* false: it was closed already. */
static bool close_stream(struct cr_h2_peer *peer, uint32_t stream)
{
  if (stream / 2 >= STREAMS_MAX || !peer->is_open[stream / 2])
    return false;
  peer->is_open[stream / 2] = false;
  peer->open_streams--;
  return true;
}

bool cr_h2_send_raw(struct cr_h2_peer *peer, struct cr_span bytes)
{
  if (peer->is_closed)
    return false;
  return bytes.len == 0 || SSL_write(peer->ssl, bytes.at, (int)bytes.len) == (int)bytes.len;
}

bool cr_h2_send(struct cr_h2_peer *peer, enum cr_h2_type type, int flags, uint32_t stream,
                struct cr_span payload)
{
  char frame[FRAME_HEAD + FRAME_MAX];
  const unsigned char head[FRAME_HEAD] = {
    (unsigned char)(payload.len >> 16),
    (unsigned char)(payload.len >> 8),
    (unsigned char)payload.len,
    (unsigned char)type,
    (unsigned char)flags,
    (unsigned char)(stream >> 24),
    (unsigned char)(stream >> 16),
    (unsigned char)(stream >> 8),
    (unsigned char)stream,
  };

  assert_true(payload.len <= FRAME_MAX);
  memcpy(frame, head, FRAME_HEAD);
  if (payload.len > 0)
    memcpy(frame + FRAME_HEAD, payload.at, payload.len);
  bool ends = (type == CR_H2_DATA || type == CR_H2_HEADERS) && flags & CR_H2_END_STREAM;
  if (ends || type == CR_H2_RST_STREAM)
    (void)close_stream(peer, stream);
  return cr_h2_send_raw(peer, cr_span(frame, FRAME_HEAD + payload.len));
}

size_t cr_h2_field(char *out, struct cr_span name, struct cr_span value)
{
  char *at = out;

  assert_true(name.len < 127 && value.len < 127);
  *at++ = 0;
  *at++ = (char)name.len;
  memcpy(at, name.at, name.len);
  at += name.len;
  *at++ = (char)value.len;
  memcpy(at, value.at, value.len);
  return (size_t)(at + value.len - out);
}

bool cr_h2_send_head(struct cr_h2_peer *peer, uint32_t stream)
{
  char block[64] = CR_H2_STATUS_200;
  size_t len = 1 + cr_h2_field(block + 1, CR_SPAN("content-type"), CR_SPAN("text/html"));

  return cr_h2_send(peer, CR_H2_HEADERS, CR_H2_END_HEADERS, stream, cr_span(block, len));
}

bool cr_h2_send_body(struct cr_h2_peer *peer, uint32_t stream, struct cr_span body)
{
  while (body.len > FRAME_MAX) {
    if (!cr_h2_send(peer, CR_H2_DATA, 0, stream, cr_span(body.at, FRAME_MAX)))
      return false;
    body = cr_span_from(body, FRAME_MAX);
  }
  return cr_h2_send(peer, CR_H2_DATA, CR_H2_END_STREAM, stream, body);
}

void cr_h2_close(struct cr_h2_peer *peer)
{
  (void)SSL_shutdown(peer->ssl);
  (void)shutdown(peer->fd, SHUT_RDWR);
  peer->is_closed = true;
}

/* ---- a connection ---- */

static bool read_all(struct cr_h2_peer *peer, unsigned char *to, size_t bytes)
{
  for (size_t at = 0; at < bytes && !peer->is_closed;) {
    int n = SSL_read(peer->ssl, to + at, (int)(bytes - at));
    if (n <= 0)
      return false;
    at += (size_t)n;
  }
  return !peer->is_closed;
}

static void raise_to(atomic_size_t *most, size_t value)
{
  size_t old = atomic_load(most);

  while (old < value && !atomic_compare_exchange_weak(most, &old, value))
    ;
}

static void take_request(struct cr_h2_peer *peer, uint32_t stream)
{
  struct cr_h2_server *server = peer->server;
  unsigned nth = (unsigned)atomic_fetch_add(&server->requests, 1) + 1;

  open_stream(peer, stream);
  raise_to(&server->max_at_once, peer->open_streams);
  if (server->config.answer) {
    server->config.answer(peer, stream, nth);
    return;
  }
  (void)cr_h2_send_head(peer, stream);
  (void)cr_h2_send_body(peer, stream, CR_SPAN("secret"));
}

static void take_frame(struct cr_h2_peer *peer, int type, int flags, uint32_t stream, size_t len)
{
  switch (type) {
  case CR_H2_HEADERS:
  case CR_H2_CONTINUATION:
    if (flags & CR_H2_END_HEADERS)
      take_request(peer, stream);
    break;
  case CR_H2_SETTINGS:
    if (!(flags & CR_H2_ACK))
      (void)cr_h2_send(peer, CR_H2_SETTINGS, CR_H2_ACK, 0, CR_SPAN(""));
    break;
  case CR_H2_PING:
    if (!(flags & CR_H2_ACK))
      (void)cr_h2_send(peer, CR_H2_PING, CR_H2_ACK, 0, cr_span((const char *)peer->frame, len));
    break;
  case CR_H2_RST_STREAM:
    if (close_stream(peer, stream)) /* libcurl 7.88 also resets what has ended */
      (void)atomic_fetch_add(&peer->server->resets, 1);
    break;
  default:
    break;
  }
}

static void send_settings(struct cr_h2_peer *peer)
{
  uint32_t most = peer->server->config.max_streams;
  const char setting[] = {
    0, SETTING_MAX_STREAMS, (char)(most >> 24), (char)(most >> 16), (char)(most >> 8), (char)most
  };

  (void)cr_h2_send(peer, CR_H2_SETTINGS, 0, 0, cr_span(setting, most ? sizeof(setting) : 0));
}

static void speak_http2(struct cr_h2_peer *peer)
{
  unsigned char head[FRAME_HEAD];
  unsigned char preface[PREFACE_BYTES];

  send_settings(peer);
  if (!read_all(peer, preface, sizeof(preface)))
    return;
  while (read_all(peer, head, sizeof(head))) {
    size_t len = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
    uint32_t stream = (uint32_t)head[5] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 |
                      (uint32_t)head[8];
    if (len > FRAME_MAX || !read_all(peer, peer->frame, len))
      return;
    take_frame(peer, head[3], head[4], stream & STREAM_MASK, len);
  }
}

static void speak_http1(struct cr_h2_peer *peer)
{
  char text[8192];
  size_t len = 0;

  while (len + 1 < sizeof(text)) {
    int n = SSL_read(peer->ssl, text + len, (int)(sizeof(text) - 1 - len));
    if (n <= 0)
      return;
    len += (size_t)n;
    text[len] = '\0';
    if (!strstr(text, "\r\n\r\n"))
      continue;
    (void)cr_h2_send_raw(peer, cr_span_text(http1_page));
    len = 0;
  }
}

static void *serve(void *arg)
{
  struct cr_h2_peer *peer = arg;
  const unsigned char *chosen = NULL;
  unsigned len = 0;
  sigset_t pipe;

  (void)sigemptyset(&pipe); /* to a client that is gone is written as well */
  (void)sigaddset(&pipe, SIGPIPE);
  (void)pthread_sigmask(SIG_BLOCK, &pipe, NULL);
  if (SSL_accept(peer->ssl) == 1) {
    SSL_get0_alpn_selected(peer->ssl, &chosen, &len);
    if (len == 2 && memcmp(chosen, "h2", 2) == 0)
      speak_http2(peer);
    else
      speak_http1(peer);
  }
  (void)shutdown(peer->fd,
                 SHUT_RDWR); /* closed when the thread is joined: its number stays taken */
  return NULL;
}

/* ---- connections ---- */

/* The client's list is of lengths and names (RFC 7301 section 3.1). */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *offered, unsigned offered_len, void *arg)
{
  static const unsigned char both[] = "\2h2\10http/1.1";
  static const unsigned char one[] = "\10http/1.1";
  struct cr_h2_server *server = arg;
  unsigned char *chosen = NULL;
  bool only_one = server->config.only_http1;

  (void)ssl;
  for (unsigned at = 0; at + 2 < offered_len; at += 1u + offered[at])
    if (offered[at] == 2 && memcmp(offered + at + 1, "h2", 2) == 0)
      (void)atomic_fetch_add(&server->offers, 1);
  if (SSL_select_next_proto(&chosen, out_len, only_one ? one : both,
                            (unsigned)(only_one ? sizeof(one) : sizeof(both)) - 1, offered,
                            offered_len) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/* false: the server stops. */
static bool take_peer(struct cr_h2_server *server, int fd)
{
  struct cr_h2_peer *peer = calloc(1, sizeof(*peer));
  int one = 1;

  assert_non_null(peer);
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  peer->server = server;
  peer->fd = fd;
  peer->ssl = SSL_new(server->context);
  assert_non_null(peer->ssl);
  assert_int_equal(SSL_set_fd(peer->ssl, fd), 1);
  assert_int_equal(pthread_mutex_lock(&server->lock), 0);
  bool takes = !server->stops && server->peer_count < PEERS_MAX;
  if (takes) {
    assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
    server->peers[server->peer_count++] = peer;
  }
  assert_int_equal(pthread_mutex_unlock(&server->lock), 0);
  if (!takes) {
    SSL_free(peer->ssl);
    free(peer);
    (void)close(fd);
  }
  return takes;
}

static void *run(void *arg)
{
  struct cr_h2_server *server = arg;

  for (;;) {
    int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || !take_peer(server, fd))
      return NULL;
  }
}

struct cr_h2_server *cr_h2_server_start(struct cr_cert_pool *pool,
                                        const struct cr_h2_config *config)
{
  struct cr_h2_server *server = calloc(1, sizeof(*server));

  assert_non_null(server);
  server->config = *config;
  server->context = SSL_CTX_new(TLS_server_method());
  assert_non_null(server->context);
  cr_cert_use(pool, &(struct cr_cert){ .name = NULL }, server->context);
  SSL_CTX_set_alpn_select_cb(server->context, choose_protocol, server);
  assert_int_equal(pthread_mutex_init(&server->lock, NULL), 0);
  server->listener = cr_loopback_listen(64, &server->port);
  assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
  return server;
}

void cr_h2_server_stop(struct cr_h2_server *server)
{
  assert_int_equal(pthread_mutex_lock(&server->lock), 0);
  server->stops = true;
  assert_int_equal(pthread_mutex_unlock(&server->lock), 0);
  (void)shutdown(server->listener, SHUT_RDWR);
  assert_int_equal(pthread_join(server->thread, NULL), 0);
  for (size_t i = 0; i < server->peer_count; i++) {
    struct cr_h2_peer *peer = server->peers[i];
    (void)shutdown(peer->fd, SHUT_RDWR);
    assert_int_equal(pthread_join(peer->thread, NULL), 0);
    SSL_free(peer->ssl);
    (void)close(peer->fd);
    free(peer);
  }
  (void)close(server->listener);
  (void)pthread_mutex_destroy(&server->lock);
  SSL_CTX_free(server->context);
  free(server);
}

int cr_h2_server_port(const struct cr_h2_server *server)
{
  return server->port;
}

struct cr_h2_seen cr_h2_server_seen(struct cr_h2_server *server)
{
  struct cr_h2_seen seen = {
    .offers = atomic_load(&server->offers),
    .requests = atomic_load(&server->requests),
    .max_at_once = atomic_load(&server->max_at_once),
    .resets = atomic_load(&server->resets),
  };

  assert_int_equal(pthread_mutex_lock(&server->lock), 0);
  seen.connections = server->peer_count;
  assert_int_equal(pthread_mutex_unlock(&server->lock), 0);
  return seen;
}

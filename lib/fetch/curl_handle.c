/* SPDX-License-Identifier: MIT */
/* curl_handle.c - one easy handle: what it asks for, and the response it collects.
 *
 * The gate: libcurl sends a request again by itself when a connection that was kept alive dies
 * under it. PREREQFUNCTION is called before each time a request leaves (found in 7.88.1), so a
 * second call within one transfer ends it: nothing is sent twice without the crawl's consent,
 * a request that a server of HTTP/2 has refused neither.
 * Policy is asked at each new socket and, for connections kept alive, at the gate, which also turns
 * back from one on which something came that nobody asked for.
 */
#include "fetch/curl_handle.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/curl_error.h"
#include "fetch/curl_options.h"
#include "fetch/curl_tls.h"
#include "fetch/head_framing.h"
#include "fetch/sockets.h"
#include "loop/loop.h"
#include "model/headers.h"

#ifndef SOCK_CLOEXEC /* a system without it hands sockets on to programs that the host executes */
#define SOCK_CLOEXEC 0
#endif

enum {
  UNTOLD_MAX = 128 << 10, /* else libcurl reads as long as there is something */
  PIECES_MAX = 160 << 10, /* those, and what libcurl hands over at a time */
  RESERVE_MAX = 1 << 20,  /* a Content-Length is believed so far at once, */
  BELIEVED_TIMES = 8,     /* and beyond it so many times what has come */
  KEEP_BYTES = 64 << 10   /* a larger buffer is given back after use */
};

static const char only_once[] = "the connection was closed before a response";

/* Ends the transfer for a reason of ours; the first one holds. */
static void stop(struct cr_curl_handle *h, crawler_reason reason, const char *text)
{
  if (h->stop != CRAWLER_REASON_NONE)
    return;
  h->stop = reason;
  h->stop_text = text;
}

static void stop_for_error(struct cr_curl_handle *h, int err)
{
  if (err == CRAWLER_E_LIMIT)
    stop(h, CRAWLER_FAILED_TOO_LARGE, "the body is over its limit");
  else
    stop(h, CRAWLER_FAILED_INTERNAL, "out of memory");
}

/* ---- policy and the gate ---- */

static bool is_proxied(const struct cr_curl_env *env, const struct cr_transfer *t)
{
  return *cr_curl_proxy(env, t) != '\0';
}

static bool is_allowed(struct cr_curl_handle *h, const struct cr_address *address)
{
  enum cr_curl_held held = cr_curl_hold(&h->choice, address);
  const char *refusal = NULL;

  h->strayed = held == CR_CURL_HELD_OTHER;
  if (h->strayed)
    refusal = "a connection to another address than on_address was asked about";
  else if (!cr_source_reaches(h->env->source, address))
    refusal = cr_curl_out_of_reach;
  else if (held == CR_CURL_HELD_POLICY)
    refusal = cr_curl_refusal(h->env->policy, h->t, address);
  if (refusal)
    stop(h, CRAWLER_FAILED_ADDRESS, refusal);
  return !refusal;
}

static bool read_address(const struct sockaddr *from, struct cr_address *address)
{
  memset(address, 0, sizeof(*address));
  if (from->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const void *)from;
    address->family = 4;
    memcpy(address->bytes, &in->sin_addr, 4);
    return true;
  }
  if (from->sa_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const void *)from;
    address->family = 6;
    memcpy(address->bytes, &in->sin6_addr, 16);
    return true;
  }
  return false;
}

static curl_socket_t make_socket(struct cr_curl_handle *h, const struct curl_sockaddr *to)
{
  int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  h->os_errno = fd < 0 ? errno : 0;
  h->socket = fd;
  if (fd < 0)
    return CURL_SOCKET_BAD;
  if (cr_source_bind(h->env->source, fd, to->family) == 0)
    return fd;
  stop(h, CRAWLER_FAILED_INTERNAL, "nothing can be sent from what option interface says");
  (void)close(fd);
  return CURL_SOCKET_BAD;
}

curl_socket_t cr_curl_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
  struct cr_curl_handle *h = arg;
  struct cr_address address;

  (void)purpose;
  h->sockets++;
  h->has_http2 = false;
  if (h->t->sent) { /* only to send the request again */
    stop(h, CRAWLER_FAILED_TRUNCATED, only_once);
    return CURL_SOCKET_BAD;
  }
  if (!is_proxied(h->env, h->t)) {
    if (!read_address(&to->addr, &address)) {
      stop(h, CRAWLER_FAILED_ADDRESS, "neither an IPv4 nor an IPv6 address");
      return CURL_SOCKET_BAD;
    }
    if (!is_allowed(h, &address))
      return CURL_SOCKET_BAD;
  }
  return make_socket(h, to);
}

/* The connection may outlive the handle that opened it, so this is told of the sockets alone. */
int cr_curl_close_socket(void *sockets, curl_socket_t fd)
{
  struct cr_curl_socket *socket = cr_curl_sockets_find(sockets, fd);

  if (socket)
    cr_curl_sockets_remove(sockets, socket);
  return close(fd);
}

/* Called when a name isn't among those given with CURLOPT_RESOLVE: libcurl must not ask the system,
 * in a thread that could outlive the crawler. What is in order are addresses that it reads by
 * itself: an IPv6 literal, and a proxy's. */
int cr_curl_refuse_lookup(void *resolver, void *reserved, void *arg)
{
  const struct cr_curl_handle *h = arg;
  const char *proxy = cr_curl_proxy(h->env, h->t);
  struct cr_address address;
  (void)resolver;
  (void)reserved;

  if (*proxy)
    return cr_address_parse(cr_curl_proxy_place(proxy).host, &address) ? 0 : 1;
  return memchr(h->t->host.at, ':', h->t->host.len) ? 0 : 1;
}

int cr_curl_gate(void *arg, char *peer, char *local, int peer_port, int local_port)
{
  struct cr_curl_handle *h = arg;
  struct cr_transfer *t = h->t;
  struct cr_address address;
  bool is_kept = h->sockets == 0;

  (void)local;
  if (t->sent) {
    stop(h, CRAWLER_FAILED_TRUNCATED, only_once);
    return CURL_PREREQFUNC_ABORT;
  }
  if (!is_proxied(h->env, h->t)) {
    struct cr_span text = cr_span_text(peer);
    if (text.len >= sizeof(t->address) || !cr_address_parse(text, &address)) {
      stop(h, CRAWLER_FAILED_ADDRESS, "the peer's address is unknown");
      return CURL_PREREQFUNC_ABORT;
    }
    if (!is_allowed(h, &address))
      return CURL_PREREQFUNC_ABORT;
    memcpy(t->address, text.at, text.len + 1);
  }
  /* Through a proxy, whose address it names depends on libcurl's version. */
  const char *known_peer = is_proxied(h->env, h->t) ? NULL : peer;
  if (is_kept &&
      !cr_curl_sockets_reuse(h->env->sockets, local_port, known_peer, peer_port, t->fresh)) {
    h->stale = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (!is_kept)
    cr_curl_sockets_note(h->env->sockets, h->socket, local_port, known_peer, peer_port);
  if (h->has_http2)
    cr_curl_sockets_share(h->env->sockets, h->socket);
  h->local_port = local_port;
  if (h->offers_http2)
    h->arrivals = cr_curl_sockets_arrivals(h->env->sockets, local_port);
  t->sent = true;
  t->sent_ms = cr_loop_now(h->env->loop);
  t->reused = is_kept;
  return CURL_PREREQFUNC_OK;
}

/* ---- the response ---- */

/* The empty line behind a block of headers. A block of status 1xx is followed by another one.
 * false: the transfer is stopped. */
static bool end_block(struct cr_curl_handle *h)
{
  long status = 0;

  (void)curl_easy_getinfo(h->job.easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) {
    cr_buf_clear(&h->head);
    return true;
  }
  struct cr_framing framing = cr_framing_read(cr_span(h->head.data, h->head.len));
  if (framing.flaw) {
    stop(h, CRAWLER_FAILED_PROTOCOL, framing.flaw);
    return false;
  }
  h->length = framing.length;
  h->t->status = (int)status;
  h->headed = true;
  h->news(h);
  return true;
}

static void watch(struct cr_curl_handle *h, bool lines)
{
  bool is_verbose = lines || (h->t && cr_curl_tls_is_spoken(h));

  h->watches = lines;
  if (h->is_verbose == is_verbose)
    return;
  (void)curl_easy_setopt(h->job.easy, CURLOPT_VERBOSE, (long)is_verbose); /* can't fail */
  h->is_verbose = is_verbose;
}

/* Before 8.1.0 an easy handle that is used again holds on to the last header of the response
 * before, which is freed by then, and appends to it when the next response begins with a folded
 * line: use after free at a server's will (curl's pull request 11103). Nothing is called between
 * the status line and that but this, while the handle is verbose; so it is, for one line. A colon
 * instead of the blank, and the line is one of its own, which ends the transfer below. */
static void watch_line(const struct cr_curl_handle *h, char *line, size_t bytes)
{
  if (h->watches && bytes > 0 && (line[0] == ' ' || line[0] == '\t'))
    line[0] = ':';
}

/* What was agreed on is needed before there is a response that could say it: others may join the
 * connection at once. libcurl (7.87 to 8.16) has but these words for it. */
static bool is_http2_agreed(struct cr_span text)
{
  return cr_span_starts_nocase(text, CR_SPAN("ALPN: server accepted h2"));
}

int cr_curl_watch(CURL *easy, curl_infotype type, char *data, size_t bytes, void *arg)
{
  struct cr_curl_handle *h = arg;

  (void)easy;
  if (type == CURLINFO_HEADER_IN)
    watch_line(h, data, bytes);
  else if (type == CURLINFO_TEXT && h->offers_http2 && is_http2_agreed(cr_span(data, bytes)))
    h->has_http2 = true;
  else if (type == CURLINFO_SSL_DATA_IN && cr_curl_tls_is_flooded(h))
    stop(h, CRAWLER_FAILED_TLS, "nothing but messages of TLS itself");
  return 0;
}

/* A status line, or what follows it. False: it may not go on. */
static bool is_sound(struct cr_curl_handle *h, const char *line, size_t bytes)
{
  bool is_status = h->head.len == 0;
  bool is_empty = bytes > 0 && (line[0] == '\r' || line[0] == '\n');
  bool is_sound = !h->watches || line[0] != ':';

  h->has_line = h->has_line || (!is_status && !is_empty);
  watch(h, h->is_used && h->env->guards_lines && !h->has_line);
  return is_sound;
}

/* Something of HTTP. libcurl also reads where the loop hasn't seen that there is something. */
static void note_arrival(struct cr_curl_handle *h)
{
  h->tls_noise = 0;
  if (h->offers_http2)
    cr_curl_sockets_arrive(h->env->sockets, h->local_port);
}

/* One line with its end (CURLOPT_HEADERFUNCTION(3)); trailers come the same way, after the head. */
size_t cr_curl_take_header(char *line, size_t size, size_t count, void *arg)
{
  struct cr_curl_handle *h = arg;
  size_t bytes = size * count; /* size is 1 */

  note_arrival(h);
  if (!h->answered)
    h->t->first_byte_ms = cr_loop_now(h->env->loop);
  h->answered = true;
  if (bytes > h->t->max_header_bytes - h->header_bytes) {
    stop(h, CRAWLER_FAILED_TOO_LARGE, "the headers are over their limit");
    return CURL_WRITEFUNC_ERROR;
  }
  h->header_bytes += bytes;
  if (h->headed)
    return bytes;
  if (!is_sound(h, line, bytes)) {
    stop(h, CRAWLER_FAILED_PROTOCOL, "a header line that continues none");
    return CURL_WRITEFUNC_ERROR;
  }
  if (bytes > 0 && (line[0] == '\r' || line[0] == '\n')) {
    return end_block(h) ? bytes : CURL_WRITEFUNC_ERROR;
  }
  h->head_lines = h->head.len == 0 ? 1 : h->head_lines + 1;
  if (h->head_lines > 1 + CR_HEADERS_MAX) {
    stop(h, CRAWLER_FAILED_TOO_LARGE, "more headers than a response may have");
    return CURL_WRITEFUNC_ERROR;
  }
  int err = cr_buf_add(&h->head, line, bytes);
  if (err) {
    stop_for_error(h, err);
    return CURL_WRITEFUNC_ERROR;
  }
  return bytes;
}

/* Room for so many bytes more, if there may be. */
static bool may_take(const struct cr_curl_handle *h, size_t bytes)
{
  const struct cr_curl_env *env = h->env;
  size_t growth = h->t->stream ? 0 : cr_buf_growth(&h->t->body_in, bytes);

  return growth == 0 || !env->may_grow || env->may_grow(h->t, growth, env->user);
}

/* At the first bytes of a body: is it going to be too large? */
static int expect_body(const struct cr_curl_handle *h)
{
  const struct cr_transfer *t = h->t;

  if (h->length == CR_NO_LENGTH || (uint64_t)h->length <= t->max_body_bytes)
    return 0;
  return t->keeps_cut ? 0 : CRAWLER_E_LIMIT;
}

/* How many bytes to make room for when so many come: up to the Content-Length, if that is no more
 * than RESERVE_MAX, or than a few times what has come. So a large body isn't copied as it grows and
 * takes no more than it is long, and one that lies about its length takes little. */
static size_t room_for(const struct cr_curl_handle *h, size_t bytes)
{
  const struct cr_transfer *t = h->t;
  size_t came = t->body_in.len + bytes;
  size_t believed = came < RESERVE_MAX / BELIEVED_TIMES ? RESERVE_MAX : came * BELIEVED_TIMES;

  if (h->length == CR_NO_LENGTH || (uint64_t)h->length > t->max_body_bytes ||
      (size_t)h->length > believed || (size_t)h->length <= came)
    return bytes;
  return (size_t)h->length - t->body_in.len;
}

/* A stream's buffer takes its last step to where it ends, if twice its size isn't beyond that. */
static int add_piece(struct cr_buf *pieces, const char *data, size_t bytes)
{
  if (pieces->len + bytes > PIECES_MAX / 4 && pieces->len + bytes < PIECES_MAX) {
    int err = cr_buf_reserve(pieces, PIECES_MAX - 1);
    if (err)
      return err;
  }
  return cr_buf_add(pieces, data, bytes);
}

static int add_body(struct cr_curl_handle *h, const char *data, size_t bytes)
{
  struct cr_transfer *t = h->t;
  size_t room = t->stream ? bytes : room_for(h, bytes);
  bool there_is = may_take(h, room);

  if (!there_is && room > bytes) {
    room = bytes;
    there_is = may_take(h, room);
  }
  if (!there_is) {
    t->later = true;
    stop(h, CRAWLER_FAILED_INTERNAL, "no room for the body");
    return CRAWLER_E_BUSY;
  }
  if (t->stream)
    return add_piece(&h->pieces, data, bytes);
  int err = cr_buf_reserve(&t->body_in, t->body_in.len + room);
  return err ? err : cr_buf_add(&t->body_in, data, bytes);
}

/* Body bytes that came since libcurl was told to go on. */
static size_t untold_bytes(const struct cr_curl_handle *h)
{
  return h->t->stream ? h->pieces.len : h->collected;
}

/* libcurl is to wait while either is so. */
static void set_waits(struct cr_curl_handle *h, bool is_full, bool is_paused)
{
  h->is_full = is_full;
  h->is_paused = is_paused;
  h->job.waits = is_full || is_paused;
}

size_t cr_curl_take_body(char *data, size_t size, size_t count, void *arg)
{
  struct cr_curl_handle *h = arg;
  struct cr_transfer *t = h->t;
  size_t bytes = size * count;
  size_t room = t->max_body_bytes - (size_t)t->wire_bytes;
  size_t fitting = bytes < room ? bytes : room;

  note_arrival(h);
  set_waits(h, untold_bytes(h) >= UNTOLD_MAX, h->is_paused);
  if (h->job.waits) { /* libcurl keeps these, and reads no more */
    h->news(h);
    return CURL_WRITEFUNC_PAUSE;
  }
  if (!h->headed) {
    stop(h, CRAWLER_FAILED_PROTOCOL, "a body without a head");
    return CURL_WRITEFUNC_ERROR;
  }
  int err = t->wire_bytes == 0 ? expect_body(h) : 0;
  if (!err)
    err = add_body(h, data, fitting);
  if (!err) {
    t->wire_bytes += (int64_t)fitting;
    h->collected += fitting;
    err = fitting < bytes ? CRAWLER_E_LIMIT : 0;
  }
  if (err) {
    stop_for_error(h, err);
    return CURL_WRITEFUNC_ERROR;
  }
  if (t->stream)
    h->news(h);
  return bytes;
}

/* ---- life ---- */

void cr_curl_handle_init(struct cr_curl_handle *h, const struct cr_curl_env *env)
{
  memset(h, 0, sizeof(*h));
  h->env = env;
  cr_list_init(&h->job.link);
  cr_buf_init(&h->head, env->mem, CR_MEM_FETCH, SIZE_MAX - 1);
  cr_buf_init(&h->pieces, env->mem, CR_MEM_BODY, SIZE_MAX - 1);
}

static void drop_easy(struct cr_curl_handle *h)
{
  curl_easy_cleanup(h->job.easy); /* NULL is fine */
  h->job.easy = NULL;
  h->spoilt = false;
  h->method = CRAWLER_GET;
  h->forbids_reuse = false;
  h->is_used = false;
  h->watches = false;
  h->is_verbose = false;
  h->is_fresh = false;
  h->has_own_proxy = false;
  h->shows_certificate = false;
  h->offers_http2 = false;
  h->user_agent_serial = 0;
}

void cr_curl_handle_free(struct cr_curl_handle *h)
{
  drop_easy(h);
  cr_buf_free(&h->head);
  cr_buf_free(&h->pieces);
  cr_free(h->env->mem, h->lines);
  h->lines = NULL;
}

static int make_easy(struct cr_curl_handle *h)
{
  h->job.easy = curl_easy_init();
  if (!h->job.easy)
    return CRAWLER_E_NOMEM;
  int err = cr_curl_options_set_once(h);
  if (err)
    drop_easy(h);
  return err;
}

static void begin_attempt(struct cr_curl_handle *h)
{
  h->sockets = 0;
  h->has_http2 = false;
  h->tls_noise = 0;
  h->stale = false;
  h->os_errno = 0;
  h->strayed = false;
  h->detail[0] = '\0';
}

int cr_curl_handle_prepare(struct cr_curl_handle *h, struct cr_transfer *t, const char *address)
{
  h->t = t;
  begin_attempt(h);
  if (t->customize)
    drop_easy(h);
  h->spoilt = t->customize;
  int err = h->job.easy ? 0 : make_easy(h);
  if (!err)
    err = cr_curl_options_set_request(h);
  if (!err)
    err = cr_curl_options_set_route(h, address);
  if (!err)
    watch(h, false);
  return err;
}

int cr_curl_handle_reroute(struct cr_curl_handle *h, const char *address)
{
  int err = h->strayed || h->stale ? cr_curl_options_set_fresh(h) : 0;

  begin_attempt(h);
  h->stop = CRAWLER_REASON_NONE;
  h->stop_text = NULL;
  return err ? err : cr_curl_options_set_route(h, address);
}

int cr_curl_handle_guard(struct cr_curl_handle *h, const char *address)
{
  return cr_curl_options_set_guards(h, address);
}

/* Both directions, though only one is in use: with CURLPAUSE_RECV alone 7.88.1 reads the socket
 * once more, to keep what it finds. A DONE transfer has no connection, and can't be paused. */
int cr_curl_handle_pause(struct cr_curl_handle *h, bool on)
{
  set_waits(h, false, on);
  h->collected = 0;
  return (int)curl_easy_pause(h->job.easy, on ? CURLPAUSE_ALL : CURLPAUSE_CONT);
}

/* Of HTTP/1 the connection ends with its request. One that is shared would be waited for by others,
 * and new ones would join. */
void cr_curl_handle_blame(const struct cr_curl_handle *h)
{
  const struct cr_curl_sockets *sockets = h->env->sockets;

  if (h->offers_http2 && cr_curl_sockets_arrivals(sockets, h->local_port) == h->arrivals)
    cr_curl_sockets_cut_shared(sockets, h->local_port);
}

static void take_failure(struct cr_curl_handle *h, int code)
{
  struct cr_transfer *t = h->t;
  struct cr_curl_end end = {
    .code = code,
    .os_errno = h->os_errno,
    .sent = t->sent,
    .headed = h->headed,
    .short_now = cr_curl_may_be_starved(code) && cr_sockets_are_short(),
    .detail = h->detail,
  };

  if (!end.os_errno && code > 0)
    (void)curl_easy_getinfo(h->job.easy, CURLINFO_OS_ERRNO, &end.os_errno);
  struct cr_curl_failure failure = cr_curl_failure(&end);
  t->failure = failure.reason;
  t->error = failure.text;
  t->starved = failure.starved;
  if (failure.text == h->detail) /* the next transfer writes over it */
    t->error = cr_arena_strndup(t->arena, h->detail, strlen(h->detail));
}

void cr_curl_handle_judge(struct cr_curl_handle *h, int code)
{
  struct cr_transfer *t = h->t;

  if (h->stop != CRAWLER_REASON_NONE) {
    t->failure = h->stop;
    t->error = h->stop_text;
  } else {
    take_failure(h, code);
  }
  if (code == CR_CURL_LOST)
    h->spoilt = true;
}

static void empty(struct cr_buf *buf)
{
  cr_buf_clear(buf);
  if (buf->cap > KEEP_BYTES)
    cr_buf_free(buf);
}

void cr_curl_handle_clear(struct cr_curl_handle *h)
{
  h->is_used = h->is_used || h->answered;
  if (h->spoilt)
    drop_easy(h);
  h->t = NULL;
  watch(h, false);
  empty(&h->head);
  empty(&h->pieces);
  h->header_bytes = 0;
  h->collected = 0;
  h->answered = false;
  h->has_line = false;
  h->headed = false;
  h->told_head = false;
  h->strayed = false;
  set_waits(h, false, false);
  h->stop = CRAWLER_REASON_NONE;
  h->stop_text = NULL;
  memset(&h->choice, 0, sizeof(h->choice));
}

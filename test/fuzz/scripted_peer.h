/* SPDX-License-Identifier: MIT */
/* scripted_peer.h - all servers there are, played by one script, on a clock that never waits.
 *
 * For a fuzz target that crawls with the real fetcher. Three calls of the C library are the
 * target's own here: connect() leads every loopback address to the one listener and no other
 * address anywhere; epoll_wait() lets the peer act when the crawler would wait, and if the peer has
 * nothing to do moves the clock; clock_gettime() tells that clock. So one thread does it all, a
 * timeout costs nothing, and an input does the same each time.
 *
 * A script is bytes to send. 0xff and a letter: W waits for a request (as its beginning does), N
 * begins without one, P ends a piece, M and a byte repeat the piece, Z and a byte wait so many
 * times 10 ms, C closes, H closes for writing, R resets, S stalls, X is 0xff; '/' begins the next
 * connection's script. A connection behind the last script is closed at once.
 */
#ifndef CR_FUZZ_SCRIPTED_PEER_H
#define CR_FUZZ_SCRIPTED_PEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "fuzz/fuzz.h"

enum {
  PEER_CONNECTIONS = 64,
  PEER_PIECE_BYTES = 1 << 16,
  PEER_SENT_MAX = 1 << 21, /* by one connection */
  PEER_MOVES_MAX = 200000  /* in one input: more is a crawl that doesn't end */
};

struct peer_connection {
  int fd;
  struct cr_span rest; /* of its script */
  char piece[PEER_PIECE_BYTES];
  size_t piece_bytes;
  size_t sent;    /* of the piece */
  unsigned times; /* that the piece is still to be sent */
  size_t all_sent;
  unsigned requests; /* come, not yet answered */
  unsigned matched;  /* bytes of the end of a head */
  int64_t until_ns;  /* of Z; 0: none */
  bool begun;
  bool waits;
  bool stalls;
};

static struct peer {
  bool on;
  int listener; /* 0: not opened yet */
  struct sockaddr_in address;
  int64_t now_ns;
  int64_t moves;
  size_t accepted;
  struct cr_span scripts;
  struct peer_connection *open[PEER_CONNECTIONS];
  size_t open_count;
} peer;

/* ---- connections ---- */

static void peer_reset(struct peer_connection *c)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
  (void)close(c->fd);
  c->fd = -1;
}

static void peer_close_writing(struct peer_connection *c)
{
  (void)shutdown(c->fd, SHUT_WR);
  c->stalls = true;
}

/* How many requests' heads came; a body is as good as part of the next head. False: it is over. */
static bool peer_read(struct peer_connection *c)
{
  static const char end[] = "\r\n\r\n";
  char bytes[4096];
  ssize_t n;

  while ((n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
    for (ssize_t i = 0; i < n; i++) {
      c->matched = bytes[i] == end[c->matched] ? c->matched + 1 : bytes[i] == '\r';
      c->requests += c->matched == 4;
      c->matched %= 4;
    }
  if (n == 0 || errno != EAGAIN)
    peer_reset(c);
  return c->fd >= 0;
}

/* True: it left. */
static bool peer_send(struct peer_connection *c)
{
  ssize_t n =
      send(c->fd, c->piece + c->sent, c->piece_bytes - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n <= 0) {
    if (n < 0 && errno != EAGAIN)
      peer_reset(c);
    return false;
  }
  c->sent += (size_t)n;
  c->all_sent += (size_t)n;
  if (c->sent < c->piece_bytes)
    return true;
  c->sent = 0;
  c->times--;
  if (c->times == 0)
    c->piece_bytes = 0;
  if (c->all_sent > PEER_SENT_MAX)
    peer_reset(c);
  return true;
}

/* ---- scripts ---- */

static int peer_take(struct peer_connection *c)
{
  if (c->rest.len == 0)
    return -1;
  int byte = (uint8_t)c->rest.at[0];
  c->rest = cr_span_from(c->rest, 1);
  return byte;
}

static void peer_obey(struct peer_connection *c, int letter)
{
  int byte;

  switch (letter) {
  case 'W':
    c->waits = true;
    break;
  case 'M':
    byte = peer_take(c);
    c->times += byte > 0 && c->piece_bytes > 0 ? (unsigned)byte : 0;
    break;
  case 'Z':
    byte = peer_take(c);
    c->until_ns = byte > 0 ? peer.now_ns + byte * INT64_C(10000000) : 0;
    break;
  case 'R':
    peer_reset(c);
    break;
  case 'S':
    c->stalls = true;
    break;
  case 'H':
  case 'C':
  case -1:
    peer_close_writing(c);
    break;
  default:
    break;
  }
}

/* Bytes up to what isn't one are the next piece; what ends it is obeyed once it has left. */
static void peer_fill(struct peer_connection *c)
{
  while (c->piece_bytes < PEER_PIECE_BYTES && c->rest.len > 0) {
    bool is_sign = (uint8_t)c->rest.at[0] == 0xff && c->rest.len > 1;

    if (is_sign && c->rest.at[1] == 'M' && c->piece_bytes > 0) {
      c->rest = cr_span_from(c->rest, 2);
      c->times = 1;
      peer_obey(c, 'M');
      return;
    }
    if (is_sign && c->rest.at[1] != 'X')
      break;
    c->piece[c->piece_bytes++] = c->rest.at[0];
    c->rest = cr_span_from(c->rest, is_sign ? 2 : 1);
  }
  c->times = c->piece_bytes > 0;
}

static bool peer_can_go_on(struct peer_connection *c)
{
  if (c->until_ns > peer.now_ns)
    return false;
  c->until_ns = 0;
  if (c->waits && c->requests == 0)
    return false;
  c->requests -= c->waits;
  c->waits = false;
  return !c->stalls;
}

/* True: it did something that the crawler may see. */
static bool peer_act(struct peer_connection *c)
{
  if (!peer_read(c))
    return true;
  if (!c->begun) {
    c->begun = true;
    c->waits = c->rest.len < 2 || memcmp(c->rest.at, "\xffN", 2) != 0;
  }
  while (c->fd >= 0 && peer_can_go_on(c)) {
    if (c->piece_bytes == 0)
      peer_fill(c);
    if (c->piece_bytes > 0)
      return peer_send(c);
    int sign = peer_take(c);
    peer_obey(c, sign < 0 ? -1 : peer_take(c));
  }
  return c->fd < 0;
}

static struct cr_span peer_script(size_t n)
{
  struct cr_span rest = peer.scripts;

  for (;;) {
    size_t at = 0;
    while (at + 1 < rest.len && !((uint8_t)rest.at[at] == 0xff && rest.at[at + 1] == '/'))
      at += (uint8_t)rest.at[at] == 0xff ? 2 : 1;
    bool is_last = at + 1 >= rest.len;
    if (n == 0)
      return cr_span(rest.at, is_last ? rest.len : at);
    if (is_last)
      return cr_span("\xffN\xffR", 4);
    rest = cr_span_from(rest, at + 2);
    n--;
  }
}

static bool peer_accept(void)
{
  int fd = accept4(peer.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

  if (fd < 0)
    return false;
  struct peer_connection *c = calloc(1, sizeof(*c));
  require(c);
  c->fd = fd;
  c->rest = peer_script(peer.accepted++);
  if (peer.open_count == PEER_CONNECTIONS) {
    peer_reset(c);
    free(c);
    return true;
  }
  peer.open[peer.open_count++] = c;
  return true;
}

/* True: something happened. */
static bool peer_move(void)
{
  bool moved = false;
  size_t kept = 0;

  while (peer_accept())
    moved = true;
  for (size_t i = 0; i < peer.open_count; i++) {
    struct peer_connection *c = peer.open[i];
    moved |= peer_act(c);
    if (c->fd >= 0)
      peer.open[kept++] = c;
    else
      free(c);
  }
  peer.open_count = kept;
  return moved;
}

static int64_t peer_wakes_ns(void)
{
  int64_t wakes = INT64_MAX;

  for (size_t i = 0; i < peer.open_count; i++)
    if (peer.open[i]->until_ns > peer.now_ns && peer.open[i]->until_ns < wakes)
      wakes = peer.open[i]->until_ns;
  return wakes;
}

/* ---- the system's calls ---- */

#define PEER_SHOWN __attribute__((visibility("default"))) /* to the libraries: in place of libc's */

/* Its argument is as glibc's headers have it. */
PEER_SHOWN int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t bytes)
{
  const struct sockaddr *address = to.__sockaddr__;
  const struct sockaddr_in *in = to.__sockaddr_in__;

  if (peer.on) {
    if (address->sa_family != AF_INET || ntohl(in->sin_addr.s_addr) >> 24 != 127) {
      errno = ENETUNREACH;
      return -1;
    }
    address = (const void *)&peer.address;
    bytes = sizeof(peer.address);
  }
  return (int)syscall(SYS_connect, fd, address, bytes);
}

PEER_SHOWN int clock_gettime(clockid_t id, struct timespec *t)
{
  if (!peer.on || (id != CLOCK_MONOTONIC && id != CLOCK_MONOTONIC_COARSE))
    return (int)syscall(SYS_clock_gettime, id, t); /* libFuzzer's own is CLOCK_REALTIME */
  t->tv_sec = (time_t)(peer.now_ns / 1000000000);
  t->tv_nsec = (long)(peer.now_ns % 1000000000);
  return 0;
}

/* It would tell the system's time. Without it libevent gives epoll_wait() a timeout. */
PEER_SHOWN int timerfd_create(int clock, int flags)
{
  if (!peer.on)
    return (int)syscall(SYS_timerfd_create, clock, flags);
  errno = ENOSYS;
  return -1;
}

static int peer_look(int epoll, struct epoll_event *events, int room)
{
  return (int)syscall(SYS_epoll_pwait, epoll, events, room, 0, NULL, 0);
}

PEER_SHOWN int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms)
{
  if (!peer.on)
    return (int)syscall(SYS_epoll_pwait, epoll, events, room, timeout_ms, NULL, 0);
  int64_t until = timeout_ms < 0 ? INT64_MAX : peer.now_ns + timeout_ms * INT64_C(1000000);
  for (;;) {
    require(++peer.moves < PEER_MOVES_MAX);
    int n = peer_look(epoll, events, room);
    if (n != 0 || timeout_ms == 0)
      return n;
    if (peer_move())
      continue;
    (void)sched_yield(); /* what is on its way through loopback may need the processor */
    n = peer_look(epoll, events, room);
    if (n != 0)
      return n;
    int64_t wakes = peer_wakes_ns();
    peer.now_ns = wakes < until ? wakes : until;
    require(peer.now_ns < INT64_MAX); /* else it waits for nothing, for ever */
    if (wakes >= until)
      return 0;
  }
}

/* ---- life ---- */

static void peer_open(void)
{
  socklen_t bytes = sizeof(peer.address);

  peer.address = (struct sockaddr_in){ .sin_family = AF_INET };
  peer.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  require(peer.listener > 0);
  require(bind(peer.listener, (struct sockaddr *)&peer.address, bytes) == 0);
  require(listen(peer.listener, 512) == 0);
  require(getsockname(peer.listener, (struct sockaddr *)&peer.address, &bytes) == 0);
}

static void peer_begin(struct cr_span scripts)
{
  if (peer.listener == 0)
    peer_open();
  peer.scripts = scripts;
  peer.now_ns = INT64_C(1000000000000);
  peer.moves = 0;
  peer.accepted = 0;
  peer.on = true;
}

static int64_t peer_elapsed_ms(void)
{
  return (peer.now_ns - INT64_C(1000000000000)) / 1000000;
}

/* The crawler has closed its end of everything. */
static bool peer_is_alone(void)
{
  for (int i = 0; i < 1000 && peer.open_count > 0; i++) {
    size_t kept = 0;
    while (peer_accept())
      ;
    for (size_t n = 0; n < peer.open_count; n++) {
      struct peer_connection *c = peer.open[n];
      if (peer_read(c))
        peer.open[kept++] = c;
      else
        free(c);
    }
    peer.open_count = kept;
    if (kept > 0)
      (void)sched_yield();
  }
  return peer.open_count == 0;
}

static void peer_end(void)
{
  require(peer.moves > 0); /* else it was the C library's epoll_wait, and its connect */
  peer.on = false;
  while (peer_accept())
    ;
  require(peer_is_alone());
}

#endif

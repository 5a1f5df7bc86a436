/* SPDX-License-Identifier: MIT */
/* dns_server.c - a name server on 127.0.0.1, on the loop of the test itself (RFC 1035).
 */
#include "support/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

enum { HEADER_BYTES = 12, PORT_TRIES = 50 };

static void put16(uint8_t *at, unsigned value)
{
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static unsigned get16(const uint8_t *at)
{
  return (unsigned)at[0] << 8 | at[1];
}

static void append(struct cr_dns_reply *reply, const void *data, size_t bytes)
{
  assert_true(reply->len + bytes <= sizeof(reply->bytes));
  memcpy(reply->bytes + reply->len, data, bytes);
  reply->len += bytes;
}

static size_t write_name(uint8_t *out, const char *name)
{
  size_t at = 0;

  while (*name) {
    size_t label = strcspn(name, ".");
    out[at++] = (uint8_t)label;
    memcpy(out + at, name, label);
    at += label;
    name += label + (name[label] == '.');
  }
  out[at++] = 0;
  return at;
}

/* False: not a question that anybody asks. *end: behind the question. */
static bool read_question(const uint8_t *bytes, size_t len, struct cr_dns_question *question,
                          size_t *end)
{
  size_t at = HEADER_BYTES;
  size_t out = 0;

  if (len < HEADER_BYTES + 5)
    return false;
  while (at < len && bytes[at] != 0) {
    size_t label = bytes[at];
    if (label > 63 || at + 1 + label >= len || out + label + 1 > 254)
      return false;
    if (out > 0)
      question->name[out++] = '.';
    memcpy(question->name + out, bytes + at + 1, label);
    out += label;
    at += 1 + label;
  }
  if (at + 5 > len)
    return false;
  for (size_t i = 0; i < out; i++) /* a client may mix cases to tell its own questions */
    question->name[i] = cr_lower(question->name[i]);
  question->name[out] = '\0';
  question->type = (int)get16(bytes + at + 1);
  *end = at + 5;
  return true;
}

/* False: nothing is to be sent. */
static bool make_reply(struct cr_dns_server *server, const uint8_t *query, size_t len,
                       bool over_tcp, struct cr_dns_reply *reply)
{
  struct cr_dns_question question = { .over_tcp = over_tcp };
  size_t end = 0;

  if (!read_question(query, len, &question, &end))
    return false;
  reply->len = 0;
  append(reply, query, end);
  put16(reply->bytes + 2, 0x8180); /* a response; recursion desired and available */
  put16(reply->bytes + 4, 1);
  memset(reply->bytes + 6, 0, 6);
  server->answer(&question, reply, server->user);
  return reply->len > 0;
}

static void on_udp(struct cr_watch *watch, int events)
{
  struct cr_dns_server *server = CR_CONTAINER(watch, struct cr_dns_server, udp);
  struct cr_dns_reply reply;
  uint8_t query[1500];
  struct sockaddr_in from;
  socklen_t from_len = sizeof(from);
  ssize_t got =
      recvfrom(watch->fd, query, sizeof(query), 0, (struct sockaddr *)(void *)&from, &from_len);
  (void)events;

  if (got <= 0)
    return;
  server->udp_questions++;
  if (make_reply(server, query, (size_t)got, false, &reply))
    (void)sendto(watch->fd, reply.bytes, reply.len, 0, (struct sockaddr *)(void *)&from, from_len);
}

static bool read_whole(int fd, uint8_t *out, size_t bytes)
{
  return recv(fd, out, bytes, MSG_WAITALL) == (ssize_t)bytes;
}

static void close_connection(struct cr_dns_connection *connection)
{
  (void)cr_loop_watch(connection->server->loop, &connection->watch, 0);
  close(connection->watch.fd);
  connection->watch.fd = -1;
}

/* One question, which has arrived whole: it is small. */
static void on_connection(struct cr_watch *watch, int events)
{
  struct cr_dns_connection *connection = CR_CONTAINER(watch, struct cr_dns_connection, watch);
  struct cr_dns_reply reply;
  uint8_t query[1500];
  uint8_t size[2];
  (void)events;

  if (!read_whole(watch->fd, size, 2) || get16(size) > sizeof(query) ||
      !read_whole(watch->fd, query, get16(size))) {
    close_connection(connection);
    return;
  }
  connection->server->tcp_questions++;
  if (!make_reply(connection->server, query, get16(size), true, &reply))
    return;
  put16(size, (unsigned)reply.len);
  (void)send(watch->fd, size, 2, MSG_NOSIGNAL);
  (void)send(watch->fd, reply.bytes, reply.len, MSG_NOSIGNAL);
}

static void on_tcp(struct cr_watch *watch, int events)
{
  struct cr_dns_server *server = CR_CONTAINER(watch, struct cr_dns_server, tcp);
  struct timeval patience = { 1, 0 };
  int fd = accept(watch->fd, NULL, NULL);
  (void)events;

  if (fd < 0)
    return;
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  for (int i = 0; i < CR_DNS_CONNECTIONS; i++) {
    struct cr_dns_connection *connection = &server->connections[i];
    if (connection->watch.fd < 0) {
      connection->watch.fd = fd;
      assert_int_equal(cr_loop_watch(server->loop, &connection->watch, CR_LOOP_READ), 0);
      return;
    }
  }
  close(fd);
}

static int bind_to(int type, int port)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
  int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  assert_true(fd >= 0);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)(void *)&to, sizeof(to)) == 0)
    return fd;
  close(fd);
  return -1;
}

static int port_of(int fd)
{
  struct sockaddr_in at;
  socklen_t len = sizeof(at);

  assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&at, &len), 0);
  return ntohs(at.sin_port);
}

/* With its loopback down, a network namespace lets us bind, but has no route there. */
static bool is_reachable(int port)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  assert_true(fd >= 0);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int connected = connect(fd, (struct sockaddr *)(void *)&to, sizeof(to));
  close(fd);
  return connected == 0;
}

bool cr_dns_server_open(struct cr_dns_server *server, struct cr_loop *loop)
{
  *server = (struct cr_dns_server){ .loop = loop, .udp.fd = -1, .tcp.fd = -1 };
  server->udp.ready = on_udp;
  server->tcp.ready = on_tcp;
  for (int i = 0; i < CR_DNS_CONNECTIONS; i++) {
    server->connections[i].server = server;
    server->connections[i].watch.fd = -1;
    server->connections[i].watch.ready = on_connection;
  }
  for (int i = 0; i < PORT_TRIES && server->tcp.fd < 0; i++) {
    if (server->udp.fd >= 0)
      close(server->udp.fd);
    server->udp.fd = bind_to(SOCK_DGRAM, 0);
    if (server->udp.fd < 0)
      return false;
    server->port = port_of(server->udp.fd);
    if (!is_reachable(server->port)) {
      close(server->udp.fd);
      return false;
    }
    server->tcp.fd = bind_to(SOCK_STREAM, server->port);
  }
  assert_true(server->tcp.fd >= 0);
  assert_int_equal(listen(server->tcp.fd, 16), 0);
  assert_int_equal(cr_loop_watch(loop, &server->udp, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_watch(loop, &server->tcp, CR_LOOP_READ), 0);
  (void)snprintf(server->address, sizeof(server->address), "127.0.0.1:%d", server->port);
  return true;
}

void cr_dns_server_close(struct cr_dns_server *server)
{
  (void)cr_loop_watch(server->loop, &server->udp, 0);
  (void)cr_loop_watch(server->loop, &server->tcp, 0);
  close(server->udp.fd);
  close(server->tcp.fd);
  for (int i = 0; i < CR_DNS_CONNECTIONS; i++)
    if (server->connections[i].watch.fd >= 0)
      close_connection(&server->connections[i]);
}

void cr_dns_set_code(struct cr_dns_reply *reply, int code)
{
  reply->bytes[3] = (uint8_t)((reply->bytes[3] & 0xf0) | code);
}

void cr_dns_set_truncated(struct cr_dns_reply *reply)
{
  reply->bytes[2] |= 0x02;
}

void cr_dns_add(struct cr_dns_reply *reply, const char *owner, int type, uint32_t ttl_s,
                const void *data, size_t bytes)
{
  uint8_t name[256] = { 0xc0, HEADER_BYTES }; /* a pointer to the question's name */
  size_t name_len = owner ? write_name(name, owner) : 2;
  uint8_t head[10];

  put16(head, (unsigned)type);
  put16(head + 2, 1); /* IN */
  put16(head + 4, ttl_s >> 16);
  put16(head + 6, ttl_s & 0xffff);
  put16(head + 8, (unsigned)bytes);
  append(reply, name, name_len);
  append(reply, head, sizeof(head));
  append(reply, data, bytes);
  put16(reply->bytes + 6, get16(reply->bytes + 6) + 1);
}

void cr_dns_add_address(struct cr_dns_reply *reply, const char *owner, uint32_t ttl_s,
                        const char *address)
{
  uint8_t bytes[16];

  if (inet_pton(AF_INET, address, bytes) == 1) {
    cr_dns_add(reply, owner, CR_DNS_A, ttl_s, bytes, 4);
  } else {
    assert_int_equal(inet_pton(AF_INET6, address, bytes), 1);
    cr_dns_add(reply, owner, CR_DNS_AAAA, ttl_s, bytes, 16);
  }
}

void cr_dns_add_cname(struct cr_dns_reply *reply, const char *owner, uint32_t ttl_s,
                      const char *target)
{
  uint8_t name[256];
  cr_dns_add(reply, owner, CR_DNS_CNAME, ttl_s, name, write_name(name, target));
}

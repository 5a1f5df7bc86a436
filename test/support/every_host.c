/* SPDX-License-Identifier: MIT */
/* every_host.c - all web servers of a network of one's own, and its name server.
 *
 * One process, one loop. The parent reads the list in shared memory when the child has said, over a
 * pipe, that it has taken every connection that was waiting.
 */
#include "support/every_host.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "support/dns_server.h"
#include "support/oom.h"
#include "support/way_site.h"

enum { CONNECTIONS = 2048, REQUEST_BYTES = 4096, ANSWER_BYTES = 16384, FLIPS = 16 };

struct shared {
  size_t visit_count;
  int questions;
  char dns[32];
  struct cr_every_visit visits[CR_EVERY_HOST_VISITS];
};

struct cr_every_host {
  struct shared *shared;
  pid_t child;
  int ask; /* the parent's ends of two pipes */
  int told;
};

struct connection {
  struct cr_watch watch; /* fd -1: free */
  struct child *child;
  char request[REQUEST_BYTES];
  size_t len;
  size_t visit;
};

struct child {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct shared *shared;
  struct cr_dns_server dns;
  struct cr_watch listeners[2];
  struct cr_watch asked;
  int tell;
  struct connection connections[CONNECTIONS];
  char flips[FLIPS][256]; /* names that were asked for once */
  size_t flip_count;
};

static struct child child; /* of the child process */

/* ---- requests ---- */

static size_t add_visit(const char *address, const char *path)
{
  struct shared *shared = child.shared;

  if (shared->visit_count == CR_EVERY_HOST_VISITS)
    _exit(3);
  struct cr_every_visit *visit = &shared->visits[shared->visit_count];
  (void)snprintf(visit->address, sizeof(visit->address), "%s", address);
  (void)snprintf(visit->path, sizeof(visit->path), "%s", path);
  return shared->visit_count++;
}

static void hang_up(struct connection *c)
{
  (void)cr_loop_watch(child.loop, &c->watch, 0);
  close(c->watch.fd);
  c->watch.fd = -1;
}

static void answer(struct connection *c)
{
  char out[ANSWER_BYTES];
  char path[1024] = "";
  char host[512] = "";
  const char *line = strstr(c->request, "\r\nHost: ");
  struct cr_every_visit *visit = &child.shared->visits[c->visit];

  (void)sscanf(c->request, "%*s %1023s", path);
  if (line)
    (void)sscanf(line + 8, "%511s", host);
  if (visit->path[0])
    c->visit = add_visit(visit->address, path);
  else
    (void)snprintf(visit->path, sizeof(visit->path), "%.63s", path);
  size_t len = cr_way_site_answer(host, path, out, sizeof(out));
  if (len == 0 || send(c->watch.fd, out, len, MSG_NOSIGNAL) != (ssize_t)len)
    hang_up(c);
}

static void on_request(struct cr_watch *watch, int events)
{
  struct connection *c = CR_CONTAINER(watch, struct connection, watch);
  ssize_t got = recv(watch->fd, c->request + c->len, sizeof(c->request) - 1 - c->len, 0);
  char *end;
  (void)events;

  if (got <= 0) {
    hang_up(c);
    return;
  }
  c->len += (size_t)got;
  c->request[c->len] = '\0';
  end = strstr(c->request, "\r\n\r\n");
  if (end && strncmp(c->request, "POST ", 5) == 0 && end[4] == '\0')
    return; /* its body isn't there; that it has one is all we know */
  if (end) {
    answer(c);
    c->len = 0;
  }
}

static void write_peer(const struct sockaddr_storage *at, char out[64])
{
  const struct sockaddr_in *v4 = (const void *)at;
  const struct sockaddr_in6 *v6 = (const void *)at;

  if (at->ss_family == AF_INET)
    (void)inet_ntop(AF_INET, &v4->sin_addr, out, 64);
  else
    (void)inet_ntop(AF_INET6, &v6->sin6_addr, out, 64);
}

static bool take_connection(int listener)
{
  struct sockaddr_storage local;
  socklen_t len = sizeof(local);
  char address[64] = "";
  int one = 1;
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

  if (fd < 0)
    return false;
  if (getsockname(fd, (struct sockaddr *)(void *)&local, &len) == 0)
    write_peer(&local, address);
  size_t visit = add_visit(address, "");
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  for (size_t i = 0; i < CONNECTIONS; i++) {
    struct connection *c = &child.connections[i];
    if (c->watch.fd >= 0)
      continue;
    *c = (struct connection){ .watch = { .fd = fd, .ready = on_request }, .visit = visit };
    if (cr_loop_watch(child.loop, &c->watch, CR_LOOP_READ) != 0)
      _exit(4);
    return true;
  }
  _exit(5); /* more than the test was made for */
}

static void on_connection(struct cr_watch *watch, int events)
{
  (void)events;
  (void)take_connection(watch->fd);
}

/* ---- names ---- */

static bool read_hex(const char *hex, size_t bytes, uint8_t *out)
{
  for (size_t i = 0; i < bytes; i++) {
    unsigned value;
    if (sscanf(hex + 2 * i, "%2x", &value) != 1)
      return false;
    out[i] = (uint8_t)value;
  }
  return true;
}

static void add_label(struct cr_dns_reply *reply, const char *label, int type)
{
  uint8_t bytes[16];

  if (type == CR_DNS_A && strncmp(label, "4-", 2) == 0 && read_hex(label + 2, 4, bytes))
    cr_dns_add(reply, NULL, CR_DNS_A, 0, bytes, 4);
  if (type == CR_DNS_AAAA && strncmp(label, "6-", 2) == 0 && read_hex(label + 2, 16, bytes))
    cr_dns_add(reply, NULL, CR_DNS_AAAA, 0, bytes, 16);
}

/* "one.": the first address at the first question for A, the last from then on. */
static bool was_asked(const char *name)
{
  for (size_t i = 0; i < child.flip_count; i++)
    if (strcmp(child.flips[i], name) == 0)
      return true;
  if (child.flip_count < FLIPS)
    (void)snprintf(child.flips[child.flip_count++], sizeof(child.flips[0]), "%s", name);
  return false;
}

static void on_question(const struct cr_dns_question *question, struct cr_dns_reply *reply,
                        void *user)
{
  const char *name = question->name;
  size_t len = strlen(name);
  bool flips = strncmp(name, "one.", 4) == 0;
  const char *first = flips ? name + 4 : name;

  (void)user;
  child.shared->questions++;
  if (len < 8 || strcmp(name + len - 8, ".to.test") != 0) {
    if (question->type == CR_DNS_A)
      cr_dns_add_address(reply, NULL, 0, CR_EVERY_HOST_SITE);
    return;
  }
  if (flips) {
    if (question->type == CR_DNS_A)
      add_label(reply, was_asked(name) ? strchr(first, '.') + 1 : first, question->type);
    return;
  }
  for (const char *label = first; label; label = strchr(label, '.')) {
    label += *label == '.';
    add_label(reply, label, question->type);
  }
}

/* ---- the child ---- */

static int listen_at(int family)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(80) };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int one = 1;

  if (fd < 0)
    return -1;
  if (family == AF_INET6)
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
  int bad = family == AF_INET ? bind(fd, (struct sockaddr *)(void *)&v4, sizeof(v4))
                              : bind(fd, (struct sockaddr *)(void *)&v6, sizeof(v6));
  return bad || listen(fd, 1024) != 0 ? -1 : fd;
}

/* The parent wants to read: whoever is waiting comes first. */
static void on_asked(struct cr_watch *watch, int events)
{
  char byte;
  (void)events;

  if (read(watch->fd, &byte, 1) != 1)
    _exit(0); /* the parent has gone */
  for (size_t i = 0; i < 2; i++)
    while (take_connection(child.listeners[i].fd))
      ;
  if (write(child.tell, &byte, 1) != 1)
    _exit(0);
}

static void serve(struct shared *shared, int asked, int tell)
{
  child.shared = shared;
  child.tell = tell;
  cr_mem_init(&child.mem, NULL, NULL, NULL, NULL);
  for (size_t i = 0; i < CONNECTIONS; i++)
    child.connections[i].watch.fd = -1;
  child.listeners[0] = (struct cr_watch){ .fd = listen_at(AF_INET), .ready = on_connection };
  child.listeners[1] = (struct cr_watch){ .fd = listen_at(AF_INET6), .ready = on_connection };
  child.asked = (struct cr_watch){ .fd = asked, .ready = on_asked };
  if (child.listeners[0].fd < 0 || child.listeners[1].fd < 0 ||
      cr_loop_open_libevent(&child.loop, &child.mem, NULL) != 0 ||
      !cr_dns_server_open(&child.dns, child.loop))
    _exit(2);
  child.dns.answer = on_question;
  (void)snprintf(shared->dns, sizeof(shared->dns), "%s", child.dns.address);
  if (cr_loop_watch(child.loop, &child.listeners[0], CR_LOOP_READ) != 0 ||
      cr_loop_watch(child.loop, &child.listeners[1], CR_LOOP_READ) != 0 ||
      cr_loop_watch(child.loop, &child.asked, CR_LOOP_READ) != 0)
    _exit(2);
  while (cr_loop_turn(child.loop, -1) == 0)
    ;
  _exit(6);
}

/* ---- the parent ---- */

static void wait_for_child(struct cr_every_host *hosts)
{
  char byte = 'x';

  assert_int_equal(write(hosts->ask, &byte, 1), 1);
  assert_int_equal(read(hosts->told, &byte, 1), 1);
}

struct cr_every_host *cr_every_host_start(void)
{
  struct cr_every_host *hosts = calloc(1, sizeof(*hosts));
  int ask[2];
  int told[2];

  assert_non_null(hosts);
  hosts->shared =
      mmap(NULL, sizeof(*hosts->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(hosts->shared != MAP_FAILED);
  assert_int_equal(pipe(ask), 0);
  assert_int_equal(pipe(told), 0);
  hosts->child = fork();
  assert_true(hosts->child >= 0);
  if (hosts->child == 0) {
    close(ask[1]);
    close(told[0]);
    serve(hosts->shared, ask[0], told[1]);
  }
  close(ask[0]);
  close(told[1]);
  hosts->ask = ask[1];
  hosts->told = told[0];
  wait_for_child(hosts);
  return hosts;
}

void cr_every_host_stop(struct cr_every_host *hosts)
{
  int status = 0;

  close(hosts->ask); /* it ends by itself */
  assert_int_equal(waitpid(hosts->child, &status, 0), hosts->child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(hosts->told);
  (void)munmap(hosts->shared, sizeof(*hosts->shared));
  free(hosts);
}

const char *cr_every_host_dns(const struct cr_every_host *hosts)
{
  return hosts->shared->dns;
}

int cr_every_host_questions(struct cr_every_host *hosts)
{
  wait_for_child(hosts);
  return hosts->shared->questions;
}

const struct cr_every_visit *cr_every_host_visits(struct cr_every_host *hosts, size_t *count)
{
  wait_for_child(hosts);
  *count = hosts->shared->visit_count;
  return hosts->shared->visits;
}

void cr_every_host_forget(struct cr_every_host *hosts)
{
  wait_for_child(hosts);
  hosts->shared->visit_count = 0;
}

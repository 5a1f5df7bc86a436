/* SPDX-License-Identifier: MIT */
/* polite_server.c - one HTTP server for all hosts of a polite_web.
 *
 * One thread, one epoll. Of each batch of events those that end a connection come first: what the
 * client closed before it sent something else has ended before that.
 */
#include "polite/polite_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "polite/polite_tls.h"

enum { ROOM_IN = 2048, ROOM_OUT = 16 * 1024, EVENTS = 256, BACKLOG = 4096 };
#define MS 1000000

struct connection {
  int fd; /* -1: closed, to be freed */
  uint32_t number;
  uint32_t address;
  unsigned requests;
  char in[ROOM_IN];
  size_t got;
  int64_t first_ns; /* 0: nothing of a request has come */
  size_t record;
  int64_t due_ns; /* when something is to be written; 0: nothing is */
  char out[ROOM_OUT];
  size_t len, written;
  int64_t rest_ns; /* between the first half and the second */
  bool drops;      /* instead of an answer */
  bool closes;
  bool secure;
  struct cr_polite_session *tls; /* once it has been greeted, */
  uint32_t greeted;              /* as that host */
  struct connection *next_waiting, *next_gone;
};

struct cr_polite_server {
  struct cr_polite_web *web;
  pthread_t thread;
  int epoll, stop, listener, tls_listener, closed, silent;
  struct cr_polite_tls *tls;
  struct cr_polite_log log;
  unsigned char *asked; /* of each page, and before them of robots.txt: how often */
  struct connection *waiting, *gone;
  struct connection **open; /* by descriptor */
  size_t open_cap;
  uint32_t connections;
};

int64_t cr_polite_now_ns(void)
{
  struct timespec t;

  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
}

static int64_t wall_ns(void)
{
  struct timespec t;

  (void)clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void need(bool what, const char *text)
{
  if (what)
    return;
  perror(text);
  abort();
}

/* ---- connections ---- */

static void close_connection(struct cr_polite_server *s, struct connection *c)
{
  for (struct connection **at = &s->waiting; *at; at = &(*at)->next_waiting)
    if (*at == c) {
      *at = c->next_waiting;
      break;
    }
  s->open[c->fd] = NULL;
  cr_polite_session_free(c->tls);
  (void)close(c->fd);
  c->fd = -1;
  c->next_gone = s->gone;
  s->gone = c;
}

static void free_gone(struct cr_polite_server *s)
{
  while (s->gone) {
    struct connection *c = s->gone;
    s->gone = c->next_gone;
    free(c);
  }
}

static void wait_for(struct cr_polite_server *s, struct connection *c, bool input)
{
  struct epoll_event event = { .events = EPOLLRDHUP | (input ? EPOLLIN : 0), .data.fd = c->fd };

  need(epoll_ctl(s->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0, "epoll_ctl");
}

static void accept_one(struct cr_polite_server *s, int fd, bool secure)
{
  struct sockaddr_in local;
  socklen_t len = sizeof(local);
  struct connection *c = calloc(1, sizeof(*c));
  struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.fd = fd };
  int on = 1;

  need(c != NULL && getsockname(fd, (struct sockaddr *)&local, &len) == 0, "accept");
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  while ((size_t)fd >= s->open_cap) {
    size_t cap = s->open_cap ? 2 * s->open_cap : 1024;
    s->open = realloc(s->open, cap * sizeof(*s->open));
    need(s->open != NULL, "memory");
    memset(s->open + s->open_cap, 0, (cap - s->open_cap) * sizeof(*s->open));
    s->open_cap = cap;
  }
  *c = (struct connection){ .fd = fd, .number = ++s->connections, .secure = secure };
  c->address = ntohl(local.sin_addr.s_addr);
  s->open[fd] = c;
  need(epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void accept_all(struct cr_polite_server *s, int listener)
{
  int fd;

  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    accept_one(s, fd, listener == s->tls_listener);
}

/* ---- answers ---- */

__attribute__((format(printf, 2, 3))) static void put(struct connection *c, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  c->len += (size_t)vsnprintf(c->out + c->len, ROOM_OUT - c->len, format, args);
  va_end(args);
  need(c->len < ROOM_OUT, "an answer is too long");
}

static void put_head(struct connection *c, int status, const char *lines, size_t body_bytes)
{
  put(c, "HTTP/1.1 %d Status\r\n%sContent-Length: %zu\r\n\r\n", status, lines, body_bytes);
}

static void put_links(struct cr_polite_server *s, struct connection *c,
                      const struct cr_polite_record *record)
{
  struct cr_polite_link to;
  char body[ROOM_OUT / 2];
  char url[CR_POLITE_URL];
  char name[CR_POLITE_NAME];
  size_t len = 0;

  for (uint32_t n = 0; cr_polite_link(s->web, record->host, record->page, n, &to); n++) {
    cr_polite_url(s->web, to.host, to.page, url);
    len += (size_t)snprintf(body + len, sizeof(body) - len, "<a href=\"%s\">x</a>\n", url);
    need(len < sizeof(body), "a page has too many links");
  }
  if (record->page == 0 && cr_polite_schemes(s->web, record->host) == CR_POLITE_TWIN) {
    cr_polite_name(s->web, record->host, name);
    len +=
        (size_t)snprintf(body + len, sizeof(body) - len, "<a href=\"https://%s/\">x</a>\n", name);
  }
  put_head(c, 200, "Content-Type: text/html\r\n", len);
  put(c, "%s", body);
}

static unsigned char *times_asked(struct cr_polite_server *s, const struct cr_polite_record *record)
{
  size_t at = record->page < 0 ? record->secure : (size_t)record->page + 2;

  return &s->asked[(size_t)record->host * (s->web->pages + 3) + at];
}

static void answer_robots(struct cr_polite_server *s, struct connection *c,
                          const struct cr_polite_record *record)
{
  enum cr_polite_nature nature = cr_polite_nature(s->web, record->host);
  int64_t delay_ms = cr_polite_crawl_delay_ms(s->web, record->host, record->secure);
  unsigned nth = (*times_asked(s, record))++;
  char rules[128];
  int len = snprintf(rules, sizeof(rules), "%s", cr_polite_rules(record->secure));

  if (delay_ms > 0)
    len += snprintf(rules + len, sizeof(rules) - (size_t)len, "Crawl-delay: 0.%d\n",
                    (int)(delay_ms / 100));
  if (nature == CR_POLITE_PLAIN)
    put_head(c, 404, "", 0);
  else if (nature == CR_POLITE_UNREACHABLE)
    put_head(c, 503, "", 0);
  else if (nature == CR_POLITE_MOVED && record->page == CR_POLITE_ROBOTS)
    put_head(c, 301, "Location: /rules.txt\r\n", 0);
  else
    put_head(c, 200, "Content-Type: text/plain\r\n", (size_t)len);
  c->drops = nature == CR_POLITE_FALTERING && nth == 0;
  if (strstr(c->out, " 200 "))
    put(c, "%s", rules);
}

static void put_retry_after(struct connection *c, struct cr_polite_record *record,
                            const struct cr_polite_answer *answer)
{
  char line[80] = "";
  char date[40];
  time_t at = (time_t)(wall_ns() / MS / 1000) + 1 + answer->retry_after_s;
  struct tm tm;

  if (answer->as_date) {
    need(strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm)) > 0, "date");
    (void)snprintf(line, sizeof(line), "Retry-After: %s\r\n", date);
    record->until_ns = (int64_t)at * 1000 * MS; /* of the wall clock, until it is written */
  } else if (answer->retry_after_s >= 0) {
    (void)snprintf(line, sizeof(line), "Retry-After: %d\r\n", answer->retry_after_s);
  }
  put_head(c, answer->status, line, 0);
}

static void answer_page(struct cr_polite_server *s, struct connection *c,
                        struct cr_polite_record *record)
{
  struct cr_polite_answer answer;
  char url[CR_POLITE_URL];
  char line[CR_POLITE_URL + 16];
  unsigned char *asked = times_asked(s, record);

  answer = cr_polite_answer(s->web, record->host, record->page, *asked);
  *asked = *asked < UINT8_MAX ? *asked + 1 : *asked;
  c->due_ns += (int64_t)answer.wait_ms * MS;
  c->rest_ns = (int64_t)answer.rest_ms * MS;
  c->drops = answer.status == 0;
  record->status = answer.status;
  if (answer.status == 200) {
    put_links(s, c, record);
  } else if (answer.status == 301) {
    cr_polite_url(s->web, record->host, cr_polite_target(s->web, record->host, record->page), url);
    (void)snprintf(line, sizeof(line), "Location: %s\r\n", url);
    put_head(c, 301, line, 0);
  } else if (answer.status == 404) {
    put_head(c, 404, "", 0);
  } else {
    put_retry_after(c, record, &answer);
    /* 0 seconds, and a date that has passed, are a second: less is no time to be left alone. */
    if (answer.retry_after_s >= 0 && !answer.as_date)
      record->until_ns = answer.retry_after_s > 1 ? answer.retry_after_s : 1;
  }
}

/* ---- requests ---- */

static struct cr_polite_record *add_record(struct cr_polite_log *log)
{
  if (log->len == log->cap) {
    log->cap = log->cap ? 2 * log->cap : 4096;
    log->at = realloc(log->at, log->cap * sizeof(*log->at));
    need(log->at != NULL, "memory");
  }
  memset(&log->at[log->len], 0, sizeof(*log->at));
  return &log->at[log->len++];
}

static void read_target(struct cr_polite_server *s, const struct connection *c,
                        struct cr_polite_record *record)
{
  const char *host = strcasestr(c->in, "\r\nHost:");
  char path[128] = "";
  char name[128] = "";

  (void)sscanf(c->in, "GET %127s", path);
  if (host)
    (void)sscanf(host + 7, " %127[^:\r\n]", name);
  record->host = cr_polite_find(s->web, name);
  record->page = CR_POLITE_NOWHERE;
  if (record->host == s->web->hosts)
    return;
  record->page = strcmp(path, "/robots.txt") == 0 ? CR_POLITE_ROBOTS
                 : strcmp(path, "/rules.txt") == 0
                     ? CR_POLITE_RULES_MOVED
                     : cr_polite_page(s->web, record->host, record->secure, path);
}

/* A whole request lies in c->in. */
static void answer(struct cr_polite_server *s, struct connection *c)
{
  struct cr_polite_record *record = add_record(&s->log);

  *record = (struct cr_polite_record){
    .connection = c->number, .address = c->address, .secure = c->secure, .read_ns = c->first_ns
  };
  read_target(s, c, record);
  c->record = s->log.len - 1;
  c->len = c->written = 0;
  c->drops = false;
  c->rest_ns = 0;
  c->due_ns = cr_polite_now_ns();
  if (record->page == CR_POLITE_NOWHERE)
    put_head(c, record->status = 404, "", 0);
  else if (record->page < 0)
    answer_robots(s, c, record);
  else
    answer_page(s, c, record);
  if (record->page < 0)
    record->status = c->drops ? 0 : (int)strtol(c->out + 9, NULL, 10);
  enum cr_polite_nature nature =
      record->host < s->web->hosts ? cr_polite_nature(s->web, record->host) : CR_POLITE_PLAIN;
  c->closes = nature == CR_POLITE_FICKLE;
  if (nature == CR_POLITE_STALE && c->requests++ > 0)
    c->drops = true;
  c->next_waiting = s->waiting;
  s->waiting = c;
  wait_for(s, c, false);
}

/* The name is in the clear (RFC 6066, section 3). */
static uint32_t host_of_hello(const struct cr_polite_server *s, const struct connection *c)
{
  for (size_t i = 0; i < c->got; i++) {
    unsigned host;
    unsigned site;
    char name[CR_POLITE_NAME];
    if (c->in[i] != 'h' || sscanf(c->in + i, "h%u.d%u.example", &host, &site) != 2)
      continue;
    (void)snprintf(name, sizeof(name), "h%u.d%u.example", host, site);
    return cr_polite_find(s->web, name);
  }
  return s->web->hosts;
}

/* A greeting is all that came; what follows it is none of ours. */
static void write_down_hello(struct cr_polite_server *s, const struct connection *c, int status)
{
  *add_record(&s->log) = (struct cr_polite_record){ .connection = c->number,
                                                    .address = c->address,
                                                    .host = c->greeted,
                                                    .page = CR_POLITE_HELLO,
                                                    .secure = true,
                                                    .status = status,
                                                    .read_ns = c->first_ns,
                                                    .written_ns = cr_polite_now_ns() };
}

/* False: it is hung up on. What has come is left for the session to read. */
static bool greet(struct cr_polite_server *s, struct connection *c)
{
  char name[CR_POLITE_NAME];
  ssize_t n = recv(c->fd, c->in, ROOM_IN - 1, MSG_PEEK);

  if (n <= 0)
    return n < 0 && errno == EAGAIN;
  c->first_ns = cr_polite_now_ns();
  c->got = (size_t)n;
  c->greeted = host_of_hello(s, c);
  c->got = 0;
  if (c->greeted == s->web->hosts || cr_polite_schemes(s->web, c->greeted) == CR_POLITE_TWIN ||
      cr_polite_schemes(s->web, c->greeted) == CR_POLITE_HTTP) {
    write_down_hello(s, c, CR_POLITE_DROPPED);
    return false;
  }
  cr_polite_name(s->web, c->greeted, name);
  c->tls = cr_polite_session_new(s->tls, c->fd, name);
  return true;
}

/* The end of an exchange, right before it. */
static void write_down(struct cr_polite_server *s, struct connection *c)
{
  struct cr_polite_record *record = &s->log.at[c->record];

  record->written_ns = cr_polite_now_ns();
  if (c->drops) {
    record->status = CR_POLITE_DROPPED;
    record->until_ns = 0;
  } else if (record->until_ns > 1000 * (int64_t)MS) {
    record->until_ns = record->written_ns + record->until_ns - wall_ns();
    if (record->until_ns < record->written_ns + 1000 * (int64_t)MS)
      record->until_ns = record->written_ns + 1000 * (int64_t)MS;
  } else if (record->until_ns > 0) {
    record->until_ns = record->written_ns + record->until_ns * 1000 * MS;
  }
}

static void send_part(const struct connection *c, size_t part)
{
  /* It is small, and what is sent to a client that has gone is lost. */
  if (c->tls)
    cr_polite_session_write(c->tls, c->out + c->written, part);
  else
    (void)send(c->fd, c->out + c->written, part, MSG_NOSIGNAL);
}

static void write_some(struct cr_polite_server *s, struct connection *c)
{
  size_t part = c->rest_ns > 0 && c->written == 0 ? c->len / 2 : c->len - c->written;

  if (!c->drops && part < c->len - c->written) {
    send_part(c, part);
    c->written = part;
    c->due_ns = cr_polite_now_ns() + c->rest_ns;
    return;
  }
  write_down(s, c);
  if (!c->drops)
    send_part(c, part);
  if (c->drops || c->closes) {
    close_connection(s, c);
    return;
  }
  for (struct connection **at = &s->waiting; *at; at = &(*at)->next_waiting)
    if (*at == c) {
      *at = c->next_waiting;
      break;
    }
  c->due_ns = c->first_ns = 0;
  c->got = 0;
  wait_for(s, c, true);
}

static void hang_up(struct cr_polite_server *s, struct connection *c)
{
  if (c->due_ns > 0) {
    s->log.at[c->record].written_ns = cr_polite_now_ns();
    s->log.at[c->record].status = CR_POLITE_CUT;
    s->log.at[c->record].until_ns = 0;
  } else if (c->secure && c->first_ns > 0) {
    write_down_hello(s, c, CR_POLITE_CUT);
  }
  close_connection(s, c);
}

/* As recv(). A goodbye of TLS is the end. */
static ssize_t receive(struct connection *c)
{
  if (c->tls)
    return cr_polite_session_read(c->tls, c->in + c->got, ROOM_IN - 1 - c->got);
  return recv(c->fd, c->in + c->got, ROOM_IN - 1 - c->got, 0);
}

static void read_some(struct cr_polite_server *s, struct connection *c)
{
  int64_t now_ns = cr_polite_now_ns();

  if (c->secure && !c->tls && !greet(s, c)) {
    close_connection(s, c);
    return;
  }
  if (c->secure && !c->tls)
    return;
  ssize_t n = receive(c);
  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0) {
    hang_up(s, c);
    return;
  }
  if (c->first_ns == 0)
    c->first_ns = c->secure ? now_ns : cr_polite_now_ns();
  c->got += (size_t)n;
  c->in[c->got] = '\0';
  if (strstr(c->in, "\r\n\r\n"))
    answer(s, c);
}

/* ---- the thread ---- */

/* Writes what is due. Returns the ms until something will be; -1: nothing. */
static int write_due(struct cr_polite_server *s)
{
  int64_t now_ns = cr_polite_now_ns();
  int64_t next_ns = INT64_MAX;
  struct connection *next;

  for (struct connection *c = s->waiting; c; c = next) {
    next = c->next_waiting;
    if (c->due_ns <= now_ns)
      write_some(s, c);
    if (c->fd >= 0 && c->due_ns > 0 && c->due_ns < next_ns)
      next_ns = c->due_ns;
  }
  if (next_ns == INT64_MAX)
    return -1;
  return next_ns <= now_ns ? 0 : (int)((next_ns - now_ns) / MS) + 1;
}

static void handle(struct cr_polite_server *s, const struct epoll_event *event, bool ends)
{
  int fd = event->data.fd;

  if (((event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) != ends || fd == s->stop)
    return;
  if (fd == s->listener || fd == s->tls_listener)
    accept_all(s, fd);
  else if (s->open[fd] && ends)
    hang_up(s, s->open[fd]);
  else if (s->open[fd])
    read_some(s, s->open[fd]);
}

static void *serve(void *arg)
{
  struct cr_polite_server *s = arg;
  struct epoll_event events[EVENTS];
  sigset_t pipes; /* of a client that has gone, while TLS writes to it */
  bool stops = false;

  need(sigemptyset(&pipes) == 0 && sigaddset(&pipes, SIGPIPE) == 0 &&
           pthread_sigmask(SIG_BLOCK, &pipes, NULL) == 0,
       "pthread_sigmask");
  while (!stops) {
    int n = epoll_wait(s->epoll, events, EVENTS, write_due(s));
    for (int i = 0; i < n; i++)
      handle(s, &events[i], true);
    for (int i = 0; i < n; i++)
      handle(s, &events[i], false);
    for (int i = 0; i < n; i++)
      stops = stops || events[i].data.fd == s->stop;
    free_gone(s);
  }
  return NULL;
}

/* ---- life ---- */

bool cr_polite_own_network(void)
{
  struct ifreq lo = { .ifr_name = "lo" };
  bool up = false;

  if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
    return false;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &lo) == 0) {
    lo.ifr_flags = (short)(lo.ifr_flags | IFF_UP);
    up = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
  }
  (void)close(fd);
  return up;
}

/* On every address of the loopback device, and of no other. listens false: it refuses. */
static int open_port(int *port, bool listens)
{
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port) };
  socklen_t len = sizeof(any);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;

  need(fd >= 0, "socket");
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  need(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0, "SO_BINDTODEVICE");
  need(bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0, "bind");
  need(!listens || listen(fd, BACKLOG) == 0, "listen");
  need(getsockname(fd, (struct sockaddr *)&any, &len) == 0, "getsockname");
  *port = ntohs(any.sin_port);
  return fd;
}

struct cr_polite_server *cr_polite_server_start(struct cr_polite_web *web, bool own_network)
{
  struct cr_polite_server *s = calloc(1, sizeof(*s));
  struct epoll_event event = { .events = EPOLLIN };

  need(s != NULL, "memory");
  web->port = own_network ? 80 : 0;
  web->tls_port = own_network ? 443 : 0;
  web->closed_port = web->silent_port = 0;
  s->web = web;
  s->listener = open_port(&web->port, true);
  s->tls_listener = open_port(&web->tls_port, true);
  s->closed = open_port(&web->closed_port, false);
  s->silent = open_port(&web->silent_port, true);
  s->tls = cr_polite_tls_new();
  s->asked = calloc((size_t)web->hosts * (web->pages + 3), 1);
  s->epoll = epoll_create1(EPOLL_CLOEXEC);
  s->stop = eventfd(0, EFD_CLOEXEC);
  need(s->asked && s->epoll >= 0 && s->stop >= 0, "epoll");
  event.data.fd = s->listener;
  need(epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &event) == 0, "epoll_ctl");
  event.data.fd = s->tls_listener;
  need(epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->tls_listener, &event) == 0, "epoll_ctl");
  event.data.fd = s->stop;
  need(epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->stop, &event) == 0, "epoll_ctl");
  need(pthread_create(&s->thread, NULL, serve, s) == 0, "pthread_create");
  return s;
}

const char *cr_polite_server_ca_file(const struct cr_polite_server *s)
{
  return cr_polite_tls_ca_file(s->tls);
}

struct cr_polite_log cr_polite_server_stop(struct cr_polite_server *s)
{
  struct cr_polite_log log;
  uint64_t one = 1;

  need(write(s->stop, &one, sizeof(one)) == sizeof(one), "write");
  need(pthread_join(s->thread, NULL) == 0, "pthread_join");
  for (size_t fd = 0; fd < s->open_cap; fd++)
    if (s->open[fd])
      close_connection(s, s->open[fd]);
  free_gone(s);
  (void)close(s->epoll);
  (void)close(s->stop);
  (void)close(s->listener);
  (void)close(s->tls_listener);
  (void)close(s->closed);
  (void)close(s->silent);
  cr_polite_tls_free(s->tls);
  log = s->log;
  free(s->open);
  free(s->asked);
  free(s);
  return log;
}

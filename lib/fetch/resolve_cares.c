/* SPDX-License-Identifier: MIT */
/* resolve_cares.c - asking the hosts file and the DNS, through c-ares.
 *
 * c-ares says which descriptors it wants watched (ARES_OPT_SOCK_STATE_CB). When to be called it
 * isn't asked: ares_timeout() walks over all questions (1.18.1), so it is called at short intervals
 * while it has any. It doesn't sort (RFC 6724): for that it would connect UDP sockets to addresses
 * that nobody has held against the policy. ares_library_init() isn't called: its manual asks for a
 * call before any thread starts, which a library can't promise, and it only matters on Windows.
 */
#include "fetch/resolve.h"

#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "crawl/crawler.h"
#include "fetch/sockets.h"
#include "loop/loop.h"

enum {
  SERVERS_MAX = 8,
  DNS_PORT = 53,
  EDNS_BYTES = 1232, /* fits an IPv6 packet that nobody fragments (DNS flag day 2020) */
  TRIES_OF_ONE = 3,  /* at least: a lost packet costs an eighth of the time, not all of it */
  TICKS_OF_TRY = 16, /* how often c-ares is called in the time of the first try */
  TRIES_OF_MANY = 2, /* at least: the next server is another try */
  TRIES_MAX = 8,
  FIRST_TRY_MS = 1250, /* no longer, if tries are left */
  LATE_ANSWERS = 8,    /* in a row: that isn't lost packets */
  AGAIN_MS = 20,       /* c-ares is called no later, and sockets are watched that could not be */
  MAX_TRY_MS = 600000  /* what c-ares makes of it stays far from INT_MAX */
};

struct cr_cares {
  struct cr_mem *mem;
  struct cr_loop *loop;
  ares_channel channel;
  struct cr_timer timer;
  struct cr_list sockets;
  size_t asked;          /* questions that c-ares has */
  unsigned late_answers; /* in a row, each after a time-out */
  size_t server_count;   /* 0: not counted */
  int tick_ms;
  int family;
  bool has_unwatched; /* one of them couldn't be */
  bool closing;
};

struct socket { /* of c-ares, watched */
  struct cr_list link;
  struct cr_watch watch;
  int wanted; /* events */
  struct cr_cares *owner;
};

struct ask {
  struct cr_cares *cares;
  cr_cares_done done;
  void *arg;
};

struct servers {
  struct ares_addr_port_node nodes[SERVERS_MAX];
  size_t count;
};

/* ---- servers ---- */

/* "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353" */
static bool parse_server(struct cr_span text, struct ares_addr_port_node *node)
{
  struct cr_span host = text;
  struct cr_address address;
  uint64_t port = DNS_PORT;

  if (!cr_address_parse(text, &address)) {
    while (host.len > 0 && host.at[host.len - 1] != ':')
      host.len--;
    if (host.len == 0)
      return false;
    struct cr_span digits = cr_span(text.at + host.len, text.len - host.len);
    host.len--; /* the colon */
    if (!cr_parse_u64(digits, 65535, &port) || port == 0 || !cr_address_parse(host, &address) ||
        (address.family == 6 && host.at[0] != '['))
      return false;
  }
  *node = (struct ares_addr_port_node){ .udp_port = (int)port, .tcp_port = (int)port };
  node->family = address.family == 4 ? AF_INET : AF_INET6;
  if (address.family == 4)
    memcpy(&node->addr.addr4, address.bytes, 4);
  else
    memcpy(&node->addr.addr6, address.bytes, 16);
  return true;
}

static int parse_servers(struct cr_span list, struct servers *servers)
{
  servers->count = 0;
  while (list.len > 0) {
    struct cr_span item = cr_span_take_item(&list);

    if (item.len > 0) {
      struct ares_addr_port_node *node = &servers->nodes[servers->count];
      if (servers->count == SERVERS_MAX || !parse_server(item, node))
        return CRAWLER_E_VALUE;
      if (servers->count++ > 0)
        node[-1].next = node;
    }
  }
  return 0;
}

static size_t count_servers(struct cr_cares *cares)
{
  struct ares_addr_port_node *nodes = NULL;
  size_t count = 0;

  if (ares_get_servers_ports(cares->channel, &nodes) != ARES_SUCCESS)
    return 1; /* out of memory; the questions' own timers still hold */
  for (struct ares_addr_port_node *node = nodes; node; node = node->next)
    count++;
  ares_free_data(nodes);
  return count > 0 ? count : 1;
}

/* ---- the loop ---- */

static void set_timer(struct cr_cares *cares)
{
  int64_t at_ms = cr_loop_now(cares->loop);

  if (cares->asked == 0)
    cr_loop_cancel_timer(cares->loop, &cares->timer);
  else if (!cr_heap_has(&cares->timer.node))
    /* Without memory for the timer, the questions end by the resolver's own. */
    (void)cr_loop_set_timer(cares->loop, &cares->timer, at_ms + cares->tick_ms);
}

static void process(struct cr_cares *cares, ares_socket_t read_fd, ares_socket_t write_fd)
{
  ares_process_fd(cares->channel, read_fd, write_fd);
  set_timer(cares);
}

/* What has come meanwhile is still there. */
static void watch_again(struct cr_cares *cares)
{
  cares->has_unwatched = false;
  for (struct cr_list *link = cares->sockets.next; link != &cares->sockets; link = link->next) {
    struct socket *s = CR_CONTAINER(link, struct socket, link);
    if (cr_loop_watch(cares->loop, &s->watch, s->wanted) != 0)
      cares->has_unwatched = true;
  }
}

static void on_timer(struct cr_timer *timer)
{
  struct cr_cares *cares = CR_CONTAINER(timer, struct cr_cares, timer);

  if (cares->has_unwatched)
    watch_again(cares);
  process(cares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void on_ready(struct cr_watch *watch, int events)
{
  struct socket *s = CR_CONTAINER(watch, struct socket, watch);

  process(s->owner, events & CR_LOOP_READ ? watch->fd : ARES_SOCKET_BAD,
          events & CR_LOOP_WRITE ? watch->fd : ARES_SOCKET_BAD);
}

static struct socket *find_socket(struct cr_cares *cares, ares_socket_t fd)
{
  /* One or two for each server. */
  for (struct cr_list *link = cares->sockets.next; link != &cares->sockets; link = link->next) {
    struct socket *s = CR_CONTAINER(link, struct socket, link);
    if (s->watch.fd == fd)
      return s;
  }
  return NULL;
}

static void end_socket(struct socket *s)
{
  (void)cr_loop_watch(s->owner->loop, &s->watch, 0); /* ending a watch doesn't fail */
  cr_list_remove(&s->link);
  cr_free(s->owner->mem, s);
}

/* Called by c-ares. A socket that can't be watched is tried again soon; without memory for it the
 * question times out. */
static void on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
  struct cr_cares *cares = arg;
  struct socket *s = find_socket(cares, fd);
  int events = (readable ? CR_LOOP_READ : 0) | (writable ? CR_LOOP_WRITE : 0);

  if (!s && events != 0) {
    s = cr_zalloc(cares->mem, CR_MEM_FETCH, sizeof(*s));
    if (!s)
      return;
    s->owner = cares;
    s->watch.fd = fd;
    s->watch.ready = on_ready;
    cr_list_init(&s->link);
    cr_list_push(&cares->sockets, &s->link);
  }
  if (!s)
    return;
  s->wanted = events;
  if (events == 0)
    end_socket(s);
  else if (cr_loop_watch(cares->loop, &s->watch, events) != 0)
    cares->has_unwatched = true;
}

/* ---- sockets ---- */

/* c-ares' own functions, but for one thing: until 1.34 it writes to a TCP connection by writev(),
 * and a server that ends the connection in that moment would have SIGPIPE end this process.
 * Sockets of a caller's are the caller's to make non-blocking (ares_set_socket_functions(3)). */
static ares_socket_t open_one(int family, int type, int protocol, void *arg)
{
  (void)arg;
  return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

static int close_one(ares_socket_t fd, void *arg)
{
  (void)arg;
  return close(fd);
}

static int connect_one(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t bytes, void *arg)
{
  (void)arg;
  return connect(fd, to, bytes);
}

static ares_ssize_t receive(ares_socket_t fd, void *out, size_t room, int flags,
                            struct sockaddr *from, ares_socklen_t *from_bytes, void *arg)
{
  (void)arg;
  return recvfrom(fd, out, room, flags, from, from_bytes);
}

static ares_ssize_t send_parts(ares_socket_t fd, const struct iovec *parts, int count, void *arg)
{
  struct msghdr message = {
    .msg_iov = (struct iovec *)(uintptr_t)parts, /* sendmsg() only reads them */
    .msg_iovlen = (size_t)count,
  };
  (void)arg;

  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const struct ares_socket_functions socket_functions = {
  open_one, close_one, connect_one, receive, send_parts,
};

/* ---- opening ---- */

static int error_of(int status)
{
  if (status == ARES_SUCCESS)
    return 0;
  if (status == ARES_ENOMEM)
    return CRAWLER_E_NOMEM;
  return cr_sockets_are_short() ? CRAWLER_E_SYSTEM : CRAWLER_E_NETWORK;
}

/* The time of the first try. c-ares doubles it with each round through the servers, and takes a
 * random part of it. So a question ends before timeout_ms, and when only one of its halves (A and
 * AAAA) has an answer, that one isn't lost. */
static int first_try_ms(int64_t timeout_ms, size_t servers, int tries)
{
  int64_t ms = timeout_ms / ((int64_t)servers * ((1 << tries) - 1) + 1);

  if (ms > MAX_TRY_MS)
    ms = MAX_TRY_MS;
  return ms < 1 ? 1 : (int)ms;
}

static int tick_of(int try_ms)
{
  int tick_ms = try_ms / TICKS_OF_TRY;

  return tick_ms < 1 ? 1 : tick_ms > AGAIN_MS ? AGAIN_MS : tick_ms;
}

static int open_channel(struct cr_cares *cares, struct servers *servers, size_t count,
                        int64_t timeout_ms)
{
  char lookups[] = "fb"; /* the hosts file, then the DNS */
  int tries = count == 1 ? TRIES_OF_ONE : TRIES_OF_MANY;
  int try_ms = first_try_ms(timeout_ms, count, tries);
  while (try_ms > FIRST_TRY_MS && tries < TRIES_MAX)
    try_ms = first_try_ms(timeout_ms, count, ++tries);
  struct ares_options options = {
    .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS,
    .timeout = try_ms,
    .tries = tries,
    .lookups = lookups,
    .sock_state_cb = on_socket,
    .sock_state_cb_data = cares,
    .ednspsz = EDNS_BYTES,
  };
  int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
              ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ | ARES_OPT_NOROTATE;
  int status = ares_init_options(&cares->channel, &options, given);

  cares->tick_ms = tick_of(try_ms);

  if (status != ARES_SUCCESS) {
    cares->channel = NULL;
    return error_of(status);
  }
  ares_set_socket_functions(cares->channel, &socket_functions, NULL);
  if (servers->count > 0)
    status = ares_set_servers_ports(cares->channel, servers->nodes);
  return error_of(status);
}

static void close_channel(struct cr_cares *cares)
{
  if (cares->channel)
    ares_destroy(cares->channel);
  cares->channel = NULL;
}

int cr_resolve_servers_check(const char *servers)
{
  struct servers given;

  return parse_servers(cr_span_text(servers), &given);
}

int cr_cares_open(struct cr_cares **out, struct cr_mem *mem, struct cr_loop *loop,
                  const char *servers, int64_t timeout_ms)
{
  struct servers given;
  struct cr_cares *cares = NULL;
  int err = parse_servers(cr_span_text(servers), &given);

  if (err)
    return err;
  cares = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*cares));
  if (!cares)
    return CRAWLER_E_NOMEM;
  cares->mem = mem;
  cares->loop = loop;
  cares->family = AF_UNSPEC;
  cr_timer_init(&cares->timer, on_timer);
  cr_list_init(&cares->sockets);
  err = open_channel(cares, &given, given.count > 0 ? given.count : 1, timeout_ms);
  if (!err && given.count == 0) {
    size_t count = count_servers(cares);
    if (count > 1) { /* known only now, and times can't be changed later */
      close_channel(cares);
      err = open_channel(cares, &given, count, timeout_ms);
    }
  }
  if (err)
    cr_cares_close(cares);
  else
    *out = cares;
  return err;
}

void cr_cares_close(struct cr_cares *cares)
{
  if (!cares)
    return;
  cares->closing = true;
  close_channel(cares);
  cr_loop_cancel_timer(cares->loop, &cares->timer);
  while (!cr_list_empty(&cares->sockets)) /* c-ares has told of each; to be safe */
    end_socket(CR_CONTAINER(cares->sockets.next, struct socket, link));
  cr_free(cares->mem, cares);
}

/* c-ares begins each question with the same server, and changes servers only while it has none. */
int cr_cares_begin_with(struct cr_cares *cares, size_t first)
{
  struct ares_addr_port_node *nodes = NULL;
  struct ares_addr_port_node *last;
  int status = ares_get_servers_ports(cares->channel, &nodes);

  if (status != ARES_SUCCESS || !nodes)
    return error_of(status);
  cares->server_count = 1;
  for (last = nodes; last->next; last = last->next)
    cares->server_count++;
  for (size_t turns = first % cares->server_count; turns > 0; turns--) {
    last->next = nodes;
    last = nodes;
    nodes = nodes->next;
    last->next = NULL;
  }
  status = ares_set_servers_ports(cares->channel, nodes);
  ares_free_data(nodes);
  return error_of(status);
}

bool cr_cares_is_misled(const struct cr_cares *cares)
{
  return cares->late_answers >= LATE_ANSWERS && cares->server_count > 1;
}

size_t cr_cares_pending(const struct cr_cares *cares)
{
  return cares->asked;
}

/* ---- asking ---- */

void cr_cares_set_ip_version(struct cr_cares *cares, uint8_t ip_version)
{
  cares->family = ip_version == 4 ? AF_INET : ip_version == 6 ? AF_INET6 : AF_UNSPEC;
}

struct failure {
  int status;
  int64_t ttl_ms;
  const char *why;
};

/* The first row stands for every status without a row. */
static const struct failure failures[] = {
  { ARES_SUCCESS, CR_RESOLVE_TROUBLE_MS, "the name could not be resolved" },
  { ARES_ENOTFOUND, CR_RESOLVE_ABSENT_MS, "no such host" },
  { ARES_ENODATA, CR_RESOLVE_ABSENT_MS, "the host has no address" },
  { ARES_EBADNAME, CR_RESOLVE_ABSENT_MS, "not a host name" },
  { ARES_ETIMEOUT, CR_RESOLVE_TROUBLE_MS, "no answer from the name servers in time" },
  { ARES_ECONNREFUSED, CR_RESOLVE_TROUBLE_MS, "no name server could be reached" },
  { ARES_ESERVFAIL, CR_RESOLVE_TROUBLE_MS, "the name servers failed" },
  { ARES_EREFUSED, CR_RESOLVE_TROUBLE_MS, "the name servers refused" },
  { ARES_EFORMERR, CR_RESOLVE_TROUBLE_MS, "the name servers did not understand" },
  { ARES_ENOTIMP, CR_RESOLVE_TROUBLE_MS, "the name servers did not understand" },
  { ARES_EBADRESP, CR_RESOLVE_TROUBLE_MS, "the name servers' answer makes no sense" },
  { ARES_ENOMEM, 0, "out of memory" },
};

const char cr_resolve_no_socket[] = "no descriptor or memory for a socket to ask name servers with";

static const struct failure no_socket = { ARES_ECONNREFUSED, 0, cr_resolve_no_socket };

/* c-ares doesn't say why it could reach no server. */
static const struct failure *failure_of(int status)
{
  if ((status == ARES_ECONNREFUSED || status == ARES_EFILE) && cr_sockets_are_short())
    return &no_socket;
  for (size_t i = 1; i < sizeof(failures) / sizeof(failures[0]); i++)
    if (failures[i].status == status)
      return &failures[i];
  return &failures[0];
}

static bool read_address(const struct sockaddr *from, struct cr_address *address)
{
  *address = (struct cr_address){ .family = 0 };
  if (from && from->sa_family == AF_INET) {
    address->family = 4;
    memcpy(address->bytes, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
  } else if (from && from->sa_family == AF_INET6) {
    address->family = 6;
    memcpy(address->bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
  }
  return address->family != 0;
}

static const struct ares_addrinfo_node *of_family(const struct ares_addrinfo_node *node, int family)
{
  while (node && node->ai_family != family)
    node = node->ai_next;
  return node;
}

/* The families take turns, IPv6 first (RFC 8305 section 4). */
static size_t read_addresses(const struct ares_addrinfo *result, struct cr_address *addresses)
{
  static const int families[] = { AF_INET6, AF_INET };
  const struct ares_addrinfo_node *next[] = { of_family(result->nodes, AF_INET6),
                                              of_family(result->nodes, AF_INET) };
  size_t count = 0;

  for (size_t turn = 0; count < CR_RESOLVE_MAX_ADDRESSES && (next[0] || next[1]); turn = !turn) {
    if (!next[turn])
      continue;
    count += read_address(next[turn]->ai_addr, &addresses[count]);
    next[turn] = of_family(next[turn]->ai_next, families[turn]);
  }
  return count;
}

/* The shortest of the TTLs on the way to the addresses; 0 for the hosts file. */
static int64_t ttl_of(const struct ares_addrinfo *result)
{
  int64_t ttl = INT32_MAX;

  for (const struct ares_addrinfo_cname *cname = result->cnames; cname; cname = cname->next)
    if (cname->ttl < ttl)
      ttl = cname->ttl;
  for (const struct ares_addrinfo_node *node = result->nodes; node; node = node->ai_next)
    if (node->ai_ttl < ttl)
      ttl = node->ai_ttl;
  return ttl > 0 ? ttl * 1000 : 0;
}

/* Called by c-ares. */
static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
  struct ask *asked = arg;
  struct ask ask = *asked;
  struct cr_address addresses[CR_RESOLVE_MAX_ADDRESSES];
  size_t count = 0;
  int64_t ttl_ms = 0;

  cr_free(ask.cares->mem, asked);
  ask.cares->asked--;
  if (status == ARES_SUCCESS && result) {
    ttl_ms = ttl_of(result);
    count = read_addresses(result, addresses);
  }
  if (result)
    ares_freeaddrinfo(result);
  if (ask.cares->closing)
    return;
  if (count > 0) {
    ask.cares->late_answers = timeouts > 0 ? ask.cares->late_answers + 1 : 0;
    ask.done(ask.arg, addresses, count, ttl_ms, NULL);
  } else {
    const struct failure *failure = failure_of(status == ARES_SUCCESS ? ARES_ENODATA : status);
    ask.done(ask.arg, NULL, 0, failure->ttl_ms, failure->why);
  }
}

int cr_cares_ask(struct cr_cares *cares, const char *name, cr_cares_done done, void *arg)
{
  struct ares_addrinfo_hints hints = { .ai_flags = ARES_AI_NOSORT, .ai_family = cares->family };
  struct ask *ask = cr_alloc(cares->mem, CR_MEM_FETCH, sizeof(*ask));

  if (!ask)
    return CRAWLER_E_NOMEM;
  *ask = (struct ask){ .cares = cares, .done = done, .arg = arg };
  cares->asked++;
  ares_getaddrinfo(cares->channel, name, NULL, &hints, on_answer, ask);
  set_timer(cares);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* limit_cells.c - the fetch-only loop of limit.c (mode K) for many hosts: several multi handles.
 *
 *   limit_cells [-c CONNECTIONS] [-C CELLS] [-t THREADS] [-r POOL] [-a CA_FILE] [-b BYTES] [-F]
 *               [-l] [-z] [-n COUNT] FILE
 *
 * FILE has a URL a line, of hosts hNUMBER.* (many_hosts.h), which are told to libcurl and
 * forgotten again, as names are that were resolved elsewhere. A host is at home in one cell. -t:
 * each thread has a loop, cells and connections of its own, and takes its part of the list; -r:
 * connections that a cell keeps (as many as it has transfers); -F: a fresh connection for each
 * request; -b: of libcurl's receive buffer; -l: libevent's changelist; -z: gzip is asked for.
 * idle_MB is the memory before anything is in flight.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/many_hosts.h"
#include "bench/usage.h"

struct loop { /* of one thread */
  struct event_base *base;
  struct cell *cells;
  struct slot *slots;
  pthread_t thread;
  size_t next, end; /* requests of the list; the list begins again where it ends */
  size_t left, done, bad, bytes;
  long connects;
};

struct cell {
  struct loop *loop;
  CURLM *multi;
  struct event *timer;
  int running;
};

struct slot {
  CURL *easy;
  struct loop *loop;
  struct cell *cell;
  struct curl_slist *names;            /* that libcurl knows of for this request */
  char forget[CR_MANY_HOSTS_NAME + 1]; /* "-HOST:PORT" */
  char *body;
  size_t len, cap;
};

static struct {
  char **urls;
  size_t url_count;
  size_t cells, slots; /* of a loop */
  const char *ca_file;
  bool changes, fresh, gzip;
  long pool;         /* 0: as many as a cell has transfers */
  long buffer_bytes; /* 0: as libcurl has it */
} all = { .cells = 1, .slots = 64 };

static size_t keep_body(char *data, size_t size, size_t count, void *user)
{
  struct slot *slot = user;
  size_t bytes = size * count;

  slot->loop->bytes += bytes;
  if (slot->len + bytes > slot->cap) {
    slot->cap = 2 * (slot->len + bytes);
    slot->body = realloc(slot->body, slot->cap);
    if (!slot->body)
      exit(1);
  }
  memcpy(slot->body + slot->len, data, bytes);
  slot->len += bytes;
  return bytes;
}

/* ---- names ---- */

/* The name before is forgotten with the same list. */
static void tell_name(struct slot *slot, const char *url, uint32_t number)
{
  char line[2 * CR_MANY_HOSTS_NAME];
  char authority[CR_MANY_HOSTS_NAME];
  char address[CR_MANY_HOSTS_NAME];

  curl_slist_free_all(slot->names);
  slot->names = slot->forget[0] ? curl_slist_append(NULL, slot->forget) : NULL;
  cr_many_hosts_authority(url, authority);
  cr_many_hosts_address(number, address);
  (void)snprintf(slot->forget, sizeof(slot->forget), "-%s", authority);
  (void)snprintf(line, sizeof(line), "%s:%s", authority, address);
  slot->names = curl_slist_append(slot->names, line);
  curl_easy_setopt(slot->easy, CURLOPT_RESOLVE, slot->names);
}

/* ---- the loop ---- */

static void begin(struct slot *slot)
{
  struct loop *loop = slot->loop;

  if (loop->next >= loop->end)
    return;
  const char *url = all.urls[loop->next++ % all.url_count];
  uint32_t number = cr_many_hosts_number(url);

  slot->cell = &loop->cells[number * 2654435761u % all.cells];
  slot->len = 0;
  curl_easy_setopt(slot->easy, CURLOPT_URL, url);
  tell_name(slot, url, number);
  curl_multi_add_handle(slot->cell->multi, slot->easy);
}

static void end(struct cell *cell, CURL *easy, CURLcode code)
{
  struct loop *loop = cell->loop;
  struct slot *slot;
  long connects = 0;

  curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
  loop->connects += connects;
  loop->done++;
  loop->left--;
  if (code != CURLE_OK && loop->bad++ == 0)
    (void)fprintf(stderr, "limit_cells: %s\n", curl_easy_strerror(code));
  curl_multi_remove_handle(cell->multi, easy);
  begin(slot);
}

static void act(struct cell *cell, curl_socket_t fd, int events)
{
  CURLMsg *message;
  int left;

  curl_multi_socket_action(cell->multi, fd, events, &cell->running);
  while ((message = curl_multi_info_read(cell->multi, &left)))
    if (message->msg == CURLMSG_DONE)
      end(cell, message->easy_handle, message->data.result);
  if (cell->loop->left == 0)
    event_base_loopbreak(cell->loop->base);
}

static void socket_ready(evutil_socket_t fd, short what, void *user)
{
  act(user, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void timer_fired(evutil_socket_t fd, short what, void *user)
{
  (void)fd;
  (void)what;
  act(user, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long ms, void *user)
{
  struct cell *cell = user;
  struct timeval after = { ms / 1000, ms % 1000 * 1000 };

  (void)multi;
  return ms < 0 ? evtimer_del(cell->timer) : evtimer_add(cell->timer, &after);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
  struct cell *cell = user;
  struct event *event = known;
  short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
                         (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

  (void)easy;
  if (what == CURL_POLL_REMOVE) {
    if (event)
      event_free(event);
    return 0;
  }
  if (!event) {
    event = event_new(cell->loop->base, fd, wanted, socket_ready, cell);
    curl_multi_assign(cell->multi, fd, event);
  } else {
    event_del(event);
    event_assign(event, cell->loop->base, fd, wanted, socket_ready, cell);
  }
  return event_add(event, NULL);
}

/* ---- opening ---- */

static void load(const char *path)
{
  FILE *in = fopen(path, "r");
  char *line = NULL;
  size_t cap = 0;
  size_t room = 0;

  if (!in) {
    perror(path);
    exit(1);
  }
  while (getline(&line, &cap, in) > 0) {
    line[strcspn(line, "\r\n")] = '\0';
    if (all.url_count == room) {
      room = room > 0 ? 2 * room : 1024;
      all.urls = realloc(all.urls, room * sizeof(*all.urls));
      if (!all.urls)
        exit(1);
    }
    all.urls[all.url_count++] = strdup(line);
  }
  free(line);
  (void)fclose(in);
}

static struct event_base *open_base(void)
{
  struct event_config *config = event_config_new();
  struct event_base *base;

  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  if (all.changes)
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
  base = event_base_new_with_config(config);
  event_config_free(config);
  return base;
}

static void open_cell(struct cell *cell, struct loop *loop)
{
  long pool = all.pool > 0 ? all.pool : (long)(all.slots / all.cells + 1);

  cell->loop = loop;
  cell->multi = curl_multi_init();
  cell->timer = evtimer_new(loop->base, timer_fired, cell);
  curl_multi_setopt(cell->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(cell->multi, CURLMOPT_SOCKETDATA, cell);
  curl_multi_setopt(cell->multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(cell->multi, CURLMOPT_TIMERDATA, cell);
  curl_multi_setopt(cell->multi, CURLMOPT_MAXCONNECTS, pool);
}

static void open_slot(struct slot *slot, struct loop *loop)
{
  CURL *easy = curl_easy_init();

  slot->easy = easy;
  slot->loop = loop;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  if (all.ca_file)
    curl_easy_setopt(easy, CURLOPT_CAINFO, all.ca_file);
  if (all.fresh)
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  if (all.buffer_bytes > 0)
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, all.buffer_bytes);
  if (all.gzip)
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void open_loop(struct loop *loop, size_t first, size_t end)
{
  loop->base = open_base();
  loop->next = first;
  loop->end = end;
  loop->left = end - first;
  loop->cells = calloc(all.cells, sizeof(*loop->cells));
  loop->slots = calloc(all.slots, sizeof(*loop->slots));
  if (!loop->cells || !loop->slots)
    exit(1);
  for (size_t i = 0; i < all.cells; i++)
    open_cell(&loop->cells[i], loop);
}

static void *run_loop(void *arg)
{
  struct loop *loop = arg;

  for (size_t i = 0; i < all.slots; i++) {
    open_slot(&loop->slots[i], loop);
    begin(&loop->slots[i]);
  }
  event_base_dispatch(loop->base);
  return NULL;
}

/* The first one in this thread. */
static void run_loops(struct loop *loops, size_t count)
{
  for (size_t i = 1; i < count; i++)
    if (pthread_create(&loops[i].thread, NULL, run_loop, &loops[i]) != 0)
      exit(1);
  run_loop(&loops[0]);
  for (size_t i = 1; i < count; i++) {
    (void)pthread_join(loops[i].thread, NULL);
    loops[0].done += loops[i].done;
    loops[0].bad += loops[i].bad;
    loops[0].bytes += loops[i].bytes;
    loops[0].connects += loops[i].connects;
  }
}

static void report(const struct loop *sum, double idle_mb, double wall)
{
  printf("requests=%zu bad=%zu MB=%.1f connects=%ld", sum->done, sum->bad, (double)sum->bytes / 1e6,
         sum->connects);
  printf(" idle_MB=%.1f", idle_mb);
  cr_usage_print(cr_usage_now(), wall, (double)sum->done, "request");
}

int main(int argc, char **argv)
{
  size_t threads = 1;
  size_t count = 0;
  int opt;

  while ((opt = getopt(argc, argv, "c:C:t:r:a:b:n:Flz")) != -1) {
    switch (opt) {
    case 'c':
      all.slots = strtoul(optarg, NULL, 10);
      break;
    case 'C':
      all.cells = strtoul(optarg, NULL, 10);
      break;
    case 't':
      threads = strtoul(optarg, NULL, 10);
      break;
    case 'r':
      all.pool = strtol(optarg, NULL, 10);
      break;
    case 'a':
      all.ca_file = optarg;
      break;
    case 'b':
      all.buffer_bytes = strtol(optarg, NULL, 10);
      break;
    case 'n':
      count = strtoul(optarg, NULL, 10);
      break;
    case 'F':
      all.fresh = true;
      break;
    case 'l':
      all.changes = true;
      break;
    case 'z':
      all.gzip = true;
      break;
    default:
      return 2;
    }
  }
  if (optind >= argc || all.slots == 0 || all.cells == 0 || threads == 0)
    return 2;
  load(argv[optind]);
  if (count == 0)
    count = all.url_count;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  struct loop *loops = calloc(threads, sizeof(*loops));
  if (!loops)
    return 1;
  for (size_t i = 0; i < threads; i++)
    open_loop(&loops[i], count * i / threads, count * (i + 1) / threads);
  double idle_mb = cr_usage_resident_mb();
  double began = cr_usage_clock();
  run_loops(loops, threads);
  report(&loops[0], idle_mb, cr_usage_clock() - began);
  return loops[0].bad > 0;
}

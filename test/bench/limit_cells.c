/* SPDX-License-Identifier: MIT */
/* limit_cells.c - the fetch-only loop of limit.c (mode K) for many hosts: several multi handles.
 *
 *   limit_cells [-c CONNECTIONS] [-C CELLS] [-r POOL] [-a CA_FILE] [-b BYTES] [-F] [-l] [-z]
 *               [-n COUNT] FILE
 *
 * FILE has a URL a line, of hosts hNUMBER.* (many_hosts.h), which are told to libcurl and forgotten
 * again, as names are that were resolved elsewhere. A host is at home in one cell. -r: connections
 * that a cell keeps (as many as it has transfers); -F: a fresh connection for each request;
 * -b: of libcurl's receive buffer; -l: libevent's changelist; -z: gzip is asked for. idle_MB is the
 * memory before anything is in flight.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/many_hosts.h"
#include "bench/usage.h"

struct cell {
  CURLM *multi;
  struct event *timer;
  int running;
};

struct slot {
  CURL *easy;
  struct cell *cell;
  struct curl_slist *names;            /* that libcurl knows of for this request */
  char forget[CR_MANY_HOSTS_NAME + 1]; /* "-HOST:PORT" */
  char *body;
  size_t len, cap;
};

static struct {
  struct event_base *base;
  struct cell *cells;
  size_t cell_count;
  char **urls;
  size_t url_count, next, total, done, bad, bytes;
  long connects;
  bool changes;
  long buffer_bytes; /* 0: as libcurl has it */
} all;

static size_t keep_body(char *data, size_t size, size_t count, void *user)
{
  struct slot *slot = user;
  size_t bytes = size * count;

  all.bytes += bytes;
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
  if (all.next >= all.total)
    return;
  const char *url = all.urls[all.next++ % all.url_count];
  uint32_t number = cr_many_hosts_number(url);

  slot->cell = &all.cells[number * 2654435761u % all.cell_count];
  slot->len = 0;
  curl_easy_setopt(slot->easy, CURLOPT_URL, url);
  tell_name(slot, url, number);
  curl_multi_add_handle(slot->cell->multi, slot->easy);
}

static void end(struct cell *cell, CURL *easy, CURLcode code)
{
  struct slot *slot;
  long connects = 0;

  curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
  all.connects += connects;
  all.done++;
  if (code != CURLE_OK && all.bad++ == 0)
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
  if (all.done >= all.total)
    event_base_loopbreak(all.base);
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
    event = event_new(all.base, fd, wanted, socket_ready, cell);
    curl_multi_assign(cell->multi, fd, event);
  } else {
    event_del(event);
    event_assign(event, all.base, fd, wanted, socket_ready, cell);
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

static void open_base(void)
{
  struct event_config *config = event_config_new();

  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  if (all.changes)
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
  all.base = event_base_new_with_config(config);
  event_config_free(config);
}

static void open_cell(struct cell *cell, long pool)
{
  cell->multi = curl_multi_init();
  cell->timer = evtimer_new(all.base, timer_fired, cell);
  curl_multi_setopt(cell->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(cell->multi, CURLMOPT_SOCKETDATA, cell);
  curl_multi_setopt(cell->multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(cell->multi, CURLMOPT_TIMERDATA, cell);
  curl_multi_setopt(cell->multi, CURLMOPT_MAXCONNECTS, pool);
}

static void open_slot(struct slot *slot, const char *ca_file, bool fresh, bool gzip)
{
  CURL *easy = curl_easy_init();

  slot->easy = easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  if (ca_file)
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
  if (fresh)
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  if (all.buffer_bytes > 0)
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, all.buffer_bytes);
  if (gzip)
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void report(double idle_mb, double wall)
{
  printf("requests=%zu bad=%zu MB=%.1f connects=%ld", all.done, all.bad, (double)all.bytes / 1e6,
         all.connects);
  printf(" idle_MB=%.1f", idle_mb);
  cr_usage_print(cr_usage_now(), wall, (double)all.done, "request");
}

int main(int argc, char **argv)
{
  const char *ca_file = NULL;
  size_t slots = 64;
  size_t count = 0;
  long pool = 0;
  bool fresh = false;
  bool gzip = false;
  int opt;

  all.cell_count = 1;
  while ((opt = getopt(argc, argv, "c:C:r:a:b:n:Flz")) != -1) {
    switch (opt) {
    case 'c':
      slots = strtoul(optarg, NULL, 10);
      break;
    case 'C':
      all.cell_count = strtoul(optarg, NULL, 10);
      break;
    case 'r':
      pool = strtol(optarg, NULL, 10);
      break;
    case 'a':
      ca_file = optarg;
      break;
    case 'b':
      all.buffer_bytes = strtol(optarg, NULL, 10);
      break;
    case 'n':
      count = strtoul(optarg, NULL, 10);
      break;
    case 'F':
      fresh = true;
      break;
    case 'l':
      all.changes = true;
      break;
    case 'z':
      gzip = true;
      break;
    default:
      return 2;
    }
  }
  if (optind >= argc || slots == 0 || all.cell_count == 0)
    return 2;
  load(argv[optind]);
  all.total = count > 0 ? count : all.url_count;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  open_base();
  all.cells = calloc(all.cell_count, sizeof(*all.cells));
  struct slot *at = calloc(slots, sizeof(*at));
  if (!all.cells || !at)
    return 1;
  for (size_t i = 0; i < all.cell_count; i++)
    open_cell(&all.cells[i], pool > 0 ? pool : (long)(slots / all.cell_count + 1));
  double idle_mb = cr_usage_resident_mb();
  double began = cr_usage_clock();
  for (size_t i = 0; i < slots; i++) {
    open_slot(&at[i], ca_file, fresh, gzip);
    begin(&at[i]);
  }
  event_base_dispatch(all.base);
  report(idle_mb, cr_usage_clock() - began);
  return all.bad > 0;
}

/* SPDX-License-Identifier: MIT */
/* bench_fetcher.c - what the fetcher alone costs for each page of a list of URLs.
 *
 *   bench_fetcher [-c TRANSFERS] [-n PAGES] [-F] [-a CA_FILE] URLFILE
 *
 * -F makes a new connection for each page; without -a certificates aren't verified. The counterpart
 * of limit.c in mode K: the same requests, each body in one buffer, nothing parsed. What is above
 * it is ours: resolver, policy, gate, deadlines, events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "fetch/fetcher.h"
#include "loop/loop.h"

struct target {
  char *url;
  struct cr_span host;
  int port;
  bool https;
};

struct bench {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct cr_fetcher *fetcher;
  struct target *targets;
  size_t target_count;
  size_t started;
  size_t total;
  size_t done;
  size_t failed;
  size_t connections;
  int64_t bytes;
  bool fresh;
  const char *ca_file; /* NULL: anything goes */
};

struct slot {
  struct cr_transfer t;
  struct bench *bench;
  struct cr_arena arena;
};

static void stop(const char *why)
{
  fprintf(stderr, "bench_fetcher: %s\n", why);
  exit(1);
}

static void start_next(struct slot *slot)
{
  struct bench *b = slot->bench;

  if (b->started == b->total)
    return;
  const struct target *target = &b->targets[b->started++ % b->target_count];
  slot->t.url = target->url;
  slot->t.host = target->host;
  slot->t.port = target->port;
  slot->t.https = target->https;
  cr_arena_reset(&slot->arena);
  cr_buf_clear(&slot->t.body_in);
  if (b->fetcher->ops->start(b->fetcher, &slot->t) != 0)
    stop("start failed");
}

static enum cr_fetch_answer on_address(struct cr_transfer *t, const char *address, void *user)
{
  (void)t;
  (void)address;
  (void)user;
  return CR_FETCH_GO;
}

static enum cr_fetch_answer on_head(struct cr_transfer *t, void *user)
{
  (void)t;
  (void)user;
  return CR_FETCH_GO;
}

static enum cr_fetch_answer on_data(struct cr_transfer *t, const char *data, size_t bytes,
                                    void *user)
{
  (void)t;
  (void)data;
  (void)bytes;
  (void)user;
  return CR_FETCH_GO;
}

static void on_done(struct cr_transfer *t, void *user)
{
  struct bench *b = user;

  b->done++;
  b->bytes += t->wire_bytes;
  b->connections += t->sent && !t->reused;
  if (t->failure != CRAWLER_REASON_NONE || t->status != 200) {
    if (b->failed++ == 0)
      fprintf(stderr, "first failure: %s: %d %s\n", t->url, t->status, t->error ? t->error : "");
  }
  start_next(CR_CONTAINER(t, struct slot, t));
}

static void read_targets(struct bench *b, const char *path)
{
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t room = 0;
  size_t cap = 0;

  if (!file)
    stop("can't read the list");
  while (getline(&line, &room, file) > 0) {
    line[strcspn(line, "\r\n")] = '\0';
    if (b->target_count == cap) {
      cap = cap ? 2 * cap : 1024;
      b->targets = realloc(b->targets, cap * sizeof(*b->targets));
      if (!b->targets)
        stop("out of memory");
    }
    struct target *target = &b->targets[b->target_count++];
    target->url = strdup(line);
    target->https = strncmp(line, "https:", 6) == 0;
    const char *host = strstr(target->url, "://") + 3;
    target->host = cr_span(host, strcspn(host, ":/"));
    target->port = host[target->host.len] == ':'
                       ? (int)strtol(host + target->host.len + 1, NULL, 10)
                       : (target->https ? 443 : 80);
  }
  free(line);
  fclose(file);
  if (b->target_count == 0)
    stop("the list is empty");
}

static void open_fetcher(struct bench *b, uint32_t concurrency)
{
  static struct cr_fetch_events events;
  events = (struct cr_fetch_events){ on_address, on_head, on_data, on_done, b };
  struct cr_fetcher_config config = {
    .mem = &b->mem,
    .events = &events,
    .allow_private = "1",
    .ca_file = b->ca_file,
    .insecure = !b->ca_file,
    .concurrency = concurrency,
  };

  if (cr_loop_open_libevent(&b->loop, &b->mem, NULL) != 0)
    stop("no loop");
  config.loop = b->loop;
  if (cr_curl_fetcher_open(&b->fetcher, &config) != 0)
    stop("no fetcher");
}

static void fill(struct bench *b, struct slot *slots, int count)
{
  for (int i = 0; i < count; i++) {
    struct slot *slot = &slots[i];
    slot->bench = b;
    cr_arena_init(&slot->arena, &b->mem, CR_MEM_PAGE, 4096, 0);
    slot->t = (struct cr_transfer){
      .arena = &slot->arena,
      .max_header_bytes = 64 << 10,
      .max_body_bytes = 64 << 20,
      .dns_timeout_ms = 10000,
      .connect_timeout_ms = 10000,
      .timeout_ms = 60000,
      .keep_alive = !b->fresh,
      .fresh = b->fresh,
    };
    cr_buf_init(&slot->t.body_in, &b->mem, CR_MEM_BODY, 64 << 20);
    start_next(slot);
  }
}

static void report(const struct bench *b, int concurrency, int64_t wall_ms)
{
  struct rusage use;

  (void)getrusage(RUSAGE_SELF, &use);
  double user = (double)use.ru_utime.tv_sec + (double)use.ru_utime.tv_usec / 1e6;
  double system = (double)use.ru_stime.tv_sec + (double)use.ru_stime.tv_usec / 1e6;
  printf("fetcher conns=%d ok=%zu bad=%zu MB=%.1f connects=%zu wall=%.3f user=%.3f sys=%.3f "
         "rss_MB=%.1f allocations=%lld pages/s=%.0f cpu_ms/page=%.4f\n",
         concurrency, b->done - b->failed, b->failed, (double)b->bytes / 1e6, b->connections,
         (double)wall_ms / 1e3, user, system, (double)use.ru_maxrss / 1024, (long long)b->mem.calls,
         (double)b->done * 1e3 / (double)(wall_ms + 1), (user + system) * 1e3 / (double)b->done);
}

int main(int argc, char **argv)
{
  static struct bench b;
  int concurrency = 64;
  int option;

  while ((option = getopt(argc, argv, "c:n:Fa:")) != -1) {
    if (option == 'c')
      concurrency = (int)strtol(optarg, NULL, 10);
    else if (option == 'n')
      b.total = strtoul(optarg, NULL, 10);
    else if (option == 'F')
      b.fresh = true;
    else if (option == 'a')
      b.ca_file = optarg;
    else
      return 2;
  }
  if (optind >= argc || concurrency < 1)
    return 2;
  cr_mem_init(&b.mem, NULL, NULL, NULL, NULL);
  read_targets(&b, argv[optind]);
  b.total = b.total ? b.total : b.target_count;
  struct slot *slots = calloc((size_t)concurrency, sizeof(*slots));
  if (!slots)
    stop("out of memory");
  open_fetcher(&b, (uint32_t)concurrency);
  int64_t begin_ms = cr_clock_mono_ms();
  fill(&b, slots, concurrency);
  while (b.done < b.total)
    if (cr_loop_turn(b.loop, -1) != 0)
      stop("the loop failed");
  report(&b, concurrency, cr_clock_mono_ms() - begin_ms);
  b.fetcher->ops->close(b.fetcher);
  cr_loop_close(b.loop);
  return b.failed != 0;
}

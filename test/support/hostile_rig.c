/* SPDX-License-Identifier: MIT */
/* hostile_rig.c - a crawl of a server that misbehaves, and what it has to come to.
 */
#include "support/hostile_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/requests.h"

enum {
  PATIENCE_MS = 10000,
  URL_BYTES = 256,
  ROWS_MAX = 64,
  BODIES_MAX = 2 * ROWS_MAX,
  LINE_BYTES = 400,
  KEPT_BYTES = 1 << 16 /* of a streamed body */
};

static const char common[] = "max_retries=1 retry_delay=1ms timeout=20s connect_timeout=20s "
                             "max_body=4M max_headers=16k max_redirects=2 concurrency=1";

enum way { WITH_WORKERS, WITH_DOCUMENT, STREAMED, WAYS };
static const char *const way_names[] = { "", " (document, no workers)", " (on_body)" };

struct body { /* of a page that was delivered */
  char *url;
  char *data;
  size_t bytes;
};

struct run { /* one crawl */
  const struct cr_hostile *rows;
  size_t count;
  enum way way;
  struct cr_crawl_rig rig;
  struct cr_raw_server *servers[ROWS_MAX]; /* of each row */
  size_t answered[ROWS_MAX];
  struct body bodies[BODIES_MAX];
  size_t body_count;
  size_t wrong; /* lines said */
};

/* ---- options and URLs ---- */

void cr_hostile_set(struct cr_crawl_rig *rig, const char *list)
{
  char name[64];
  char value[128];
  int used = 0;

  while (list && sscanf(list, " %63[^=]=%127s%n", name, value, &used) == 2) {
    if (crawler_set_option(rig->c, name, value) != 0)
      fail_msg("no such option: %s=%s", name, value);
    list += used;
  }
}

void cr_hostile_open(struct cr_crawl_rig *rig, const char *options)
{
  cr_crawl_open(rig, CR_WAY_ANY);
  cr_hostile_set(rig, common);
  cr_hostile_set(rig, options);
}

/* Of row i's server, unless url is absolute already. */
static const char *url_of(const struct run *run, size_t i, const char *url, char room[URL_BYTES])
{
  const char *address = run->rows[i].address ? run->rows[i].address : "127.0.0.1";

  if (url[0] == '/')
    (void)snprintf(room, URL_BYTES, "http://%s:%d%s", address, cr_raw_server_port(run->servers[i]),
                   url);
  else
    (void)snprintf(room, URL_BYTES, "%s", url);
  return room;
}

/* ---- bodies ---- */

static struct body *body_of(struct run *run, const char *url)
{
  for (size_t i = 0; i < run->body_count; i++)
    if (strcmp(run->bodies[i].url, url) == 0)
      return &run->bodies[i];
  return NULL;
}

static struct body *add_body(struct run *run, const char *url)
{
  struct body *body = body_of(run, url);

  if (!body && run->body_count < BODIES_MAX) {
    body = &run->bodies[run->body_count++];
    body->url = strdup(url);
  }
  return body;
}

static void append(struct body *body, const void *data, size_t bytes)
{
  char *more = realloc(body->data, body->bytes + bytes + 1);

  if (!more)
    abort();
  if (bytes > 0)
    memcpy(more + body->bytes, data, bytes);
  body->bytes += bytes;
  more[body->bytes] = '\0';
  body->data = more;
}

/* Everything of a page is looked at: whatever it is, that ends well. */
static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct run *run = user;
  size_t bytes = 0;
  const void *data = crawler_page_body(page, &bytes);
  struct body *body = add_body(run, crawler_page_url(page));

  (void)c;
  if (body && run->way != STREAMED)
    append(body, data, bytes);
  (void)crawler_page_text(page, NULL);
  (void)crawler_page_title(page);
  for (size_t i = 0; i < crawler_page_link_count(page); i++)
    CR_CRAWL_EXPECT(&run->rig, crawler_page_link(page, i) != NULL);
  return 0;
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct body *body = add_body(user, crawler_page_url(page));

  (void)c;
  if (body && body->bytes < KEPT_BYTES)
    append(body, data, bytes);
  else if (body)
    body->bytes += bytes; /* counted */
  return CRAWLER_ACCEPT;
}

/* ---- what it came to ---- */

static void __attribute__((format(printf, 3, 4)))
differ(struct run *run, const struct cr_hostile *row, const char *form, ...)
{
  char line[LINE_BYTES];
  va_list args;

  va_start(args, form);
  (void)vsnprintf(line, sizeof(line), form, args);
  va_end(args);
  print_error("%s%s: %s\n", row->name, way_names[run->way], line);
  run->wrong++;
}

/* Of the seed, which may have become "/?" on its way. */
static const struct cr_crawl_end *end_of_seed(const struct cr_crawl_rig *rig, const char *url)
{
  const struct cr_crawl_end *end = cr_crawl_end_of(rig, url);

  for (size_t i = 0; !end && i < rig->end_count; i++)
    if (rig->ends[i].outcome != CRAWLER_REJECTED &&
        strncmp(rig->ends[i].url, url, strlen(url)) == 0)
      end = &rig->ends[i];
  return end;
}

static void check_body(struct run *run, const struct cr_hostile *row, const char *url,
                       const char *want)
{
  const struct body *got = body_of(run, url);
  const char *data = got && got->data ? got->data : "";

  if (strcmp(data, want) != 0)
    differ(run, row, "%s has the body '%.100s'", url, data);
}

/* A streamed body has been repeated by a retry. */
static bool came_once(const struct run *run)
{
  return run->way != STREAMED || cr_crawl_stat(&run->rig, CRAWLER_STAT_RETRIES) == 0;
}

static void check_end(struct run *run, const struct cr_hostile *row,
                      const struct cr_hostile_end *want, const struct cr_crawl_end *end)
{
  if (!end) {
    differ(run, row, "%s: no outcome", want->url);
    return;
  }
  if (end->outcome != (int)want->outcome || end->reason != (int)want->reason ||
      end->status != want->status)
    differ(run, row, "%s %s%s%s %d", want->url, crawler_outcome_name(end->outcome),
           end->reason ? ": " : "", end->reason ? crawler_reason_name(end->reason) : "",
           end->status);
  if (want->body && came_once(run) && end->outcome == CRAWLER_FETCHED)
    check_body(run, row, end->url, want->body);
}

/* A client that is answered before it asks may be done before its request is read. */
static size_t requests_of(struct cr_raw_server *server, size_t wanted)
{
  int64_t until_ms = cr_clock_mono_ms() + PATIENCE_MS;

  while (cr_raw_server_requests(server) < wanted && cr_clock_mono_ms() < until_ms)
    (void)usleep(1000);
  return cr_raw_server_requests(server);
}

static void check_row(struct run *run, size_t i)
{
  const struct cr_hostile *row = &run->rows[i];
  struct cr_hostile_end seed = { "/", row->outcome, row->reason, row->status, row->body };
  char url[URL_BYTES];

  check_end(run, row, &seed, end_of_seed(&run->rig, url_of(run, i, "/", url)));
  const struct body *body = body_of(run, url);
  if (row->body_bytes > 0 && came_once(run) && (!body || body->bytes != row->body_bytes))
    differ(run, row, "%zu bytes of body", body ? body->bytes : 0);
  if (row->then.url)
    check_end(run, row, &row->then, cr_crawl_end_of(&run->rig, url_of(run, i, row->then.url, url)));
  size_t requests = row->is_deaf ? row->requests : requests_of(run->servers[i], row->requests);
  if (requests != row->requests)
    differ(run, row, "%zu requests", requests);
}

static void check(struct run *run, int64_t took_ms)
{
  const struct cr_hostile *first = &run->rows[0];
  int64_t most = first->most_bytes ? first->most_bytes : CR_HOSTILE_BYTES;
  int64_t peak = atomic_load(&run->rig.memory.peak_bytes);
  int64_t sent = 0;

  for (size_t i = 0; i < run->count; i++) {
    check_row(run, i);
    sent += (int64_t)run->rows[i].requests;
    if (run->rows[i].reason == CRAWLER_FAILED_TIMEOUT && took_ms < CR_HOSTILE_TIMEOUT_MS)
      differ(run, &run->rows[i], "timed out after %lld ms", (long long)took_ms);
  }
  if (cr_crawl_stat(&run->rig, CRAWLER_STAT_ATTEMPTS) != sent)
    differ(run, first, "%lld attempts", (long long)cr_crawl_stat(&run->rig, CRAWLER_STAT_ATTEMPTS));
  if (took_ms > PATIENCE_MS)
    differ(run, first, "%lld ms", (long long)took_ms);
  if (peak > most)
    differ(run, first, "%lld bytes at the peak", (long long)peak);
}

/* ---- a run ---- */

static void start_server(struct run *run, size_t i)
{
  const struct cr_hostile *row = &run->rows[i];
  struct cr_raw_config config = { .scripts = row->scripts,
                                  .script_count = row->scripts[2]   ? 3
                                                  : row->scripts[1] ? 2
                                                                    : 1,
                                  .address = row->address,
                                  .answer = row->answer,
                                  .user = &run->answered[i] };

  run->servers[i] = cr_raw_server_start(&config);
  assert_non_null(run->servers[i]);
}

static void add_seed(struct run *run, size_t i)
{
  char url[URL_BYTES];
  crawler_request *req = cr_request_of(run->rig.c, url_of(run, i, "/", url));

  assert_non_null(req);
  assert_int_equal(crawler_request_set_method(req, run->rows[i].method), 0);
  assert_int_equal(crawler_submit(run->rig.c, req), 0);
}

static void crawl(struct run *run)
{
  struct cr_crawl_rig *rig = &run->rig;
  int64_t began = cr_clock_mono_ms();

  cr_hostile_open(rig, run->rows[0].options);
  if (run->count > 1)
    assert_int_equal(crawler_set_concurrency(rig->c, (int)run->count), 0);
  assert_int_equal(crawler_set_workers(rig->c, run->way == WITH_DOCUMENT ? 0 : 2), 0);
  assert_int_equal(crawler_set_document(rig->c, run->way == WITH_DOCUMENT), 0);
  crawler_on_page(rig->c, on_page, run);
  if (run->way == STREAMED)
    crawler_on_body(rig->c, on_body, run);
  for (size_t i = 0; i < run->count; i++)
    add_seed(run, i);
  assert_int_equal(cr_crawl_drive(rig), 0);
  check(run, cr_clock_mono_ms() - began);
  cr_crawl_check(rig);
  cr_crawl_close(rig);
}

static size_t meet(const struct cr_hostile *rows, size_t count, enum way way)
{
  int descriptors = cr_count_descriptors();
  int threads = cr_count_threads();
  struct run *run = calloc(1, sizeof(*run));

  assert_non_null(run);
  *run = (struct run){ .rows = rows, .count = count, .way = way };
  for (size_t i = 0; i < count; i++)
    start_server(run, i);
  crawl(run);
  for (size_t i = 0; i < count; i++)
    cr_raw_server_stop(run->servers[i]);
  for (size_t i = 0; i < run->body_count; i++) {
    free(run->bodies[i].url);
    free(run->bodies[i].data);
  }
  if (cr_count_descriptors() != descriptors)
    differ(run, rows, "%d descriptors, %d before", cr_count_descriptors(), descriptors);
  if (!cr_threads_become(threads))
    differ(run, rows, "%d threads, %d before", cr_count_threads(), threads);
  size_t wrong = run->wrong;
  free(run);
  return wrong;
}

void cr_hostile_run(const struct cr_hostile *rows, size_t count)
{
  size_t wrong = 0;

  for (size_t i = 0; i < count; i++)
    for (int way = 0; way < WAYS; way++)
      wrong += meet(&rows[i], 1, (enum way)way);
  if (wrong > 0)
    fail_msg("%zu differences in %zu rows", wrong, count);
}

void cr_hostile_run_together(const struct cr_hostile *rows, size_t count)
{
  size_t wrong = 0;

  assert_in_range(count, 1, ROWS_MAX);
  for (int way = 0; way < WAYS; way++)
    wrong += meet(rows, count, (enum way)way);
  if (wrong > 0)
    fail_msg("%zu differences in %zu rows", wrong, count);
}

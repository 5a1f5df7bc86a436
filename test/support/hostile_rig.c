/* SPDX-License-Identifier: MIT */
/* hostile_rig.c - a crawl of a server that misbehaves, and what it has to come to.
 */
#include "support/hostile_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"

enum { PATIENCE_MS = 10000, URL_BYTES = 256, BODIES_MAX = 4, LINE_BYTES = 400 };

static const char common[] = "max_retries=1 retry_delay=1ms timeout=20s connect_timeout=20s "
                             "max_body=4M max_headers=16k max_redirects=2 concurrency=1";

enum way { WITH_WORKERS, WITH_DOCUMENT, STREAMED, WAYS };
static const char *const way_names[] = { "", " (document, no workers)", " (on_body)" };

struct body { /* of a page that was delivered */
  char *url;
  char *data;
  size_t bytes;
};

struct run {
  const struct cr_hostile *row;
  enum way way;
  struct cr_crawl_rig rig;
  struct cr_raw_server *server;
  struct body bodies[BODIES_MAX];
  size_t body_count;
  size_t wrong; /* lines said */
};

/* ---- options and URLs ---- */

static void set_options(crawler *c, const char *list)
{
  char name[64];
  char value[128];
  int used = 0;

  while (list && sscanf(list, " %63[^=]=%127s%n", name, value, &used) == 2) {
    if (crawler_set_option(c, name, value) != 0)
      fail_msg("no such option: %s=%s", name, value);
    list += used;
  }
}

void cr_hostile_open(struct cr_crawl_rig *rig, const char *options)
{
  cr_crawl_open(rig, CR_WAY_RUN);
  set_options(rig->c, common);
  set_options(rig->c, options);
}

/* Of the run's server, unless url is absolute already. */
static const char *url_of(const struct run *run, const char *url, char room[URL_BYTES])
{
  const char *address = run->row->address ? run->row->address : "127.0.0.1";

  if (url[0] == '/')
    (void)snprintf(room, URL_BYTES, "http://%s:%d%s", address, cr_raw_server_port(run->server),
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
  if (body && body->bytes < 1 << 20)
    append(body, data, bytes);
  return CRAWLER_ACCEPT;
}

/* ---- what it came to ---- */

static void __attribute__((format(printf, 2, 3))) differ(struct run *run, const char *form, ...)
{
  char line[LINE_BYTES];
  va_list args;

  va_start(args, form);
  (void)vsnprintf(line, sizeof(line), form, args);
  va_end(args);
  print_error("%s%s: %s\n", run->row->name, way_names[run->way], line);
  run->wrong++;
}

/* Of the seed, which may have become "/?" on its way. */
static const struct cr_crawl_end *end_of_seed(const struct cr_crawl_rig *rig, const char *url)
{
  const struct cr_crawl_end *end = cr_crawl_end_of(rig, url);

  for (size_t i = 0; !end && i < rig->end_count; i++)
    if (rig->ends[i].outcome != CRAWLER_REJECTED)
      end = &rig->ends[i];
  return end;
}

static void check_body(struct run *run, const char *url, const char *want)
{
  const struct body *got = body_of(run, url);
  const char *data = got && got->data ? got->data : "";

  if (strcmp(data, want) != 0)
    differ(run, "%s has the body '%.100s'", url, data);
}

static void check_end(struct run *run, const struct cr_hostile_end *want,
                      const struct cr_crawl_end *end)
{
  if (!end) {
    differ(run, "%s: no outcome", want->url);
    return;
  }
  if (end->outcome != (int)want->outcome || end->reason != (int)want->reason ||
      end->status != want->status)
    differ(run, "%s %s%s%s %d", want->url, crawler_outcome_name(end->outcome),
           end->reason ? ": " : "", end->reason ? crawler_reason_name(end->reason) : "",
           end->status);
  /* A streamed body may have been repeated by a retry. */
  bool is_once = run->way != STREAMED || cr_crawl_stat(&run->rig, CRAWLER_STAT_RETRIES) == 0;
  if (want->body && is_once && end->outcome == CRAWLER_FETCHED)
    check_body(run, end->url, want->body);
}

static void check_requests(struct run *run)
{
  int64_t attempts = cr_crawl_stat(&run->rig, CRAWLER_STAT_ATTEMPTS);
  size_t seen = run->row->is_deaf ? 0 : cr_raw_server_requests(run->server);

  if (!run->row->is_deaf && seen != run->row->requests)
    differ(run, "%zu requests", seen);
  if (attempts != (int64_t)run->row->requests)
    differ(run, "%lld attempts", (long long)attempts);
}

static void check(struct run *run, int64_t took_ms)
{
  const struct cr_hostile *row = run->row;
  int64_t most = row->most_bytes ? row->most_bytes : CR_HOSTILE_BYTES;
  struct cr_hostile_end seed = { "/", row->outcome, row->reason, row->status, row->body };
  char url[URL_BYTES];

  check_end(run, &seed, end_of_seed(&run->rig, url_of(run, "/", url)));
  if (row->then.url) {
    check_end(run, &row->then, cr_crawl_end_of(&run->rig, url_of(run, row->then.url, url)));
  }
  check_requests(run);
  const struct body *body = body_of(run, url_of(run, "/", url));
  if (row->body_bytes > 0 && (!body || body->bytes != row->body_bytes))
    differ(run, "%zu bytes of body", body ? body->bytes : 0);
  if (took_ms > PATIENCE_MS)
    differ(run, "%lld ms", (long long)took_ms);
  if (row->reason == CRAWLER_FAILED_TIMEOUT && took_ms < CR_HOSTILE_TIMEOUT_MS)
    differ(run, "timed out after %lld ms", (long long)took_ms);
  if (atomic_load(&run->rig.memory.peak_bytes) > most)
    differ(run, "%lld bytes at the peak", (long long)atomic_load(&run->rig.memory.peak_bytes));
}

/* ---- a run ---- */

static size_t script_count(const struct cr_hostile *row)
{
  return row->scripts[2] ? 3 : row->scripts[1] ? 2 : 1;
}

static void crawl(struct run *run)
{
  struct cr_crawl_rig *rig = &run->rig;
  int64_t began = cr_clock_mono_ms();
  char url[URL_BYTES];

  cr_hostile_open(rig, run->row->options);
  assert_int_equal(crawler_set_workers(rig->c, run->way == WITH_DOCUMENT ? 0 : 2), 0);
  assert_int_equal(crawler_set_document(rig->c, run->way == WITH_DOCUMENT), 0);
  crawler_on_page(rig->c, on_page, run);
  if (run->way == STREAMED)
    crawler_on_body(rig->c, on_body, run);
  crawler_request *req = crawler_request_new(rig->c, url_of(run, "/", url));
  crawler_request_set_method(req, run->row->method);
  assert_int_equal(crawler_submit(rig->c, req), 0);
  assert_int_equal(cr_crawl_drive(rig), 0);
  check(run, cr_clock_mono_ms() - began);
  cr_crawl_check(rig);
  cr_crawl_close(rig);
}

static size_t meet(const struct cr_hostile *row, enum way way)
{
  size_t answered = 0;
  struct cr_raw_config config = { .scripts = row->scripts,
                                  .script_count = script_count(row),
                                  .address = row->address,
                                  .answer = row->answer,
                                  .user = &answered };
  int descriptors = cr_count_descriptors();
  int threads = cr_count_threads();
  struct run run = { .row = row, .way = way };

  run.server = cr_raw_server_start(&config);
  crawl(&run);
  cr_raw_server_stop(run.server);
  for (size_t i = 0; i < run.body_count; i++) {
    free(run.bodies[i].url);
    free(run.bodies[i].data);
  }
  if (cr_count_descriptors() != descriptors)
    differ(&run, "%d descriptors, %d before", cr_count_descriptors(), descriptors);
  if (cr_count_threads() != threads)
    differ(&run, "%d threads, %d before", cr_count_threads(), threads);
  return run.wrong;
}

void cr_hostile_run(const struct cr_hostile *rows, size_t count)
{
  size_t wrong = 0;

  for (size_t i = 0; i < count; i++)
    for (int way = 0; way < WAYS; way++)
      wrong += meet(&rows[i], (enum way)way);
  if (wrong > 0)
    fail_msg("%zu differences in %zu rows", wrong, count);
}

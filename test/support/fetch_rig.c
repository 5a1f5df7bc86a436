/* SPDX-License-Identifier: MIT */
/* fetch_rig.c - a fetcher on a real loop for tests, and shots: transfers that write down what
 * happens to them.
 */
#include "support/fetch_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/oom.h"

enum { PATIENCE_MS = 10000, GENEROUS_MS = 8000 };

static struct cr_fetch_shot *shot_of(struct cr_transfer *t)
{
  return CR_CONTAINER(t, struct cr_fetch_shot, t);
}

static enum cr_fetch_answer see(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  enum cr_fetch_answer answer = shot->answers[event];

  assert_false(shot->rig->in_library);
  assert_int_equal(shot->seen[CR_SHOT_DONE], 0);
  shot->seen[event]++;
  if (shot->on_event)
    shot->on_event(shot, event);
  return answer;
}

static enum cr_fetch_answer on_address(struct cr_transfer *t, const char *address, void *user)
{
  struct cr_fetch_shot *shot = shot_of(t);

  assert_ptr_equal(user, shot->rig);
  (void)snprintf(shot->shown_address, sizeof(shot->shown_address), "%s", address);
  return see(shot, CR_SHOT_ADDRESS);
}

static enum cr_fetch_answer on_head(struct cr_transfer *t, void *user)
{
  assert_ptr_equal(user, shot_of(t)->rig);
  assert_true(t->status >= 200);
  assert_non_null(t->head.at);
  return see(shot_of(t), CR_SHOT_HEAD);
}

static enum cr_fetch_answer on_data(struct cr_transfer *t, const char *data, size_t bytes,
                                    void *user)
{
  struct cr_fetch_shot *shot = shot_of(t);

  assert_ptr_equal(user, shot->rig);
  assert_int_equal(shot->seen[CR_SHOT_HEAD], 1);
  assert_true(bytes > 0);
  (void)cr_buf_add(&shot->data, data, bytes); /* tests compare the length */
  return see(shot, CR_SHOT_DATA);
}

static void on_done(struct cr_transfer *t, void *user)
{
  struct cr_fetch_shot *shot = shot_of(t);

  assert_ptr_equal(user, shot->rig);
  assert_null(t->state);
  shot->rig->under_way--;
  (void)see(shot, CR_SHOT_DONE);
}

void cr_fetch_rig_init(struct cr_fetch_rig *rig, struct cr_mem *mem)
{
  *rig = (struct cr_fetch_rig){ .mem = mem ? mem : &rig->own_mem };
  if (!mem)
    cr_test_mem_init(rig->mem);
  rig->events = (struct cr_fetch_events){ on_address, on_head, on_data, on_done, rig };
  rig->config = (struct cr_fetcher_config){
    .mem = rig->mem,
    .events = &rig->events,
    .allow_private = "1",
    .dns_servers = "127.0.0.1:1", /* nobody answers: no test asks the outside */
    .concurrency = 16,
    .user = rig,
  };
}

int cr_fetch_rig_open(struct cr_fetch_rig *rig)
{
  int err = rig->loop ? 0 : cr_loop_open_libevent(&rig->loop, rig->mem, NULL);
  if (err)
    return err;
  rig->config.loop = rig->loop;
  return cr_curl_fetcher_open(&rig->fetcher, &rig->config);
}

int cr_fetch_rig_configure(struct cr_fetch_rig *rig)
{
  return rig->fetcher->ops->configure(rig->fetcher, rig->config.allow_private, rig->config.resolve,
                                      rig->config.user_agent);
}

void cr_fetch_rig_turn(struct cr_fetch_rig *rig)
{
  assert_int_equal(cr_loop_turn(rig->loop, 10), 0);
}

void cr_fetch_rig_run(struct cr_fetch_rig *rig)
{
  int64_t until_ms = cr_clock_mono_ms() + PATIENCE_MS;
  while (rig->under_way > 0) {
    cr_fetch_rig_turn(rig);
    assert_true(cr_clock_mono_ms() < until_ms);
  }
}

void cr_fetch_rig_close(struct cr_fetch_rig *rig)
{
  if (rig->fetcher)
    rig->fetcher->ops->close(rig->fetcher);
  cr_loop_close(rig->loop);
  if (rig->mem == &rig->own_mem)
    cr_test_mem_done(rig->mem);
}

void cr_fetch_shot_init(struct cr_fetch_shot *shot, struct cr_fetch_rig *rig, const char *origin,
                        const char *path)
{
  const char *host = strstr(origin, "://") + 3;
  const char *colon = strrchr(host, ':');

  *shot = (struct cr_fetch_shot){ .rig = rig };
  cr_arena_init(&shot->arena, rig->mem, CR_MEM_PAGE, 4096, 0);
  cr_buf_init(&shot->data, rig->mem, CR_MEM_BODY, SIZE_MAX - 1);
  (void)snprintf(shot->url, sizeof(shot->url), "%s%s", origin, path);
  (void)snprintf(shot->host, sizeof(shot->host), "%.*s", (int)(colon - host), host);
  shot->t = (struct cr_transfer){
    .url = shot->url,
    .host = cr_span_text(shot->host),
    .port = (int)strtol(colon + 1, NULL, 10),
    .https = strncmp(origin, "https", 5) == 0,
    .arena = &shot->arena,
    .max_header_bytes = 64 << 10,
    .max_body_bytes = 16 << 20,
    .dns_timeout_ms = GENEROUS_MS,
    .connect_timeout_ms = GENEROUS_MS,
    .timeout_ms = GENEROUS_MS,
    .keep_alive = true,
  };
  cr_buf_init(&shot->t.body_in, rig->mem, CR_MEM_BODY, 16 << 20);
}

void cr_fetch_shot_aim(struct cr_fetch_shot *shot, struct cr_fetch_rig *rig, const char *host,
                       int port)
{
  char origin[128];

  (void)snprintf(origin, sizeof(origin), "http://%s:%d", host, port);
  cr_fetch_shot_init(shot, rig, origin, "/");
}

int cr_fetch_shot_start(struct cr_fetch_shot *shot)
{
  struct cr_fetch_rig *rig = shot->rig;

  memset(shot->seen, 0, sizeof(shot->seen));
  rig->in_library = true;
  int err = rig->fetcher->ops->start(rig->fetcher, &shot->t);
  rig->in_library = false;
  if (!err)
    rig->under_way++;
  return err;
}

void cr_fetch_shot_cancel(struct cr_fetch_shot *shot)
{
  struct cr_fetch_rig *rig = shot->rig;

  rig->in_library = true;
  rig->fetcher->ops->cancel(rig->fetcher, &shot->t);
  rig->in_library = false;
  assert_null(shot->t.state);
  rig->under_way--;
}

void cr_fetch_shot_resume(struct cr_fetch_shot *shot, enum cr_fetch_answer answer)
{
  struct cr_fetch_rig *rig = shot->rig;

  rig->in_library = true;
  rig->fetcher->ops->resume(rig->fetcher, &shot->t, answer);
  rig->in_library = false;
}

void cr_fetch_shot_free(struct cr_fetch_shot *shot)
{
  cr_buf_free(&shot->t.body_in);
  cr_buf_free(&shot->data);
  cr_arena_free(&shot->arena);
}

void cr_fetch_shot_fire(struct cr_fetch_shot *shot)
{
  assert_int_equal(cr_fetch_shot_start(shot), 0);
  cr_fetch_rig_run(shot->rig);
  assert_int_equal(shot->seen[CR_SHOT_DONE], 1);
}

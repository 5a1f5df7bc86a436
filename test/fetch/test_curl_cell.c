/* SPDX-License-Identifier: MIT */
/* A cell alone, with plain easy handles. curl_multi_socket_action stands in this program in front
 * of libcurl's, so that it can fail. */
#include "fetch/curl_cell.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fetch/curl_error.h"
#include "loop/loop.h"
#include "support/crawl_rig.h"
#include "support/oom.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT

static const struct cr_raw_step polite[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(AGAIN)
};
static const struct cr_raw_step mute[] = { DO(READ), DO(STALL) };

static int calls_until_failure; /* of curl_multi_socket_action; 0: none */
static int calls;

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int events, int *running)
{
  static CURLMcode (*real)(CURLM *, curl_socket_t, int, int *);

  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_socket_action");
  calls++;
  if (calls_until_failure > 0 && --calls_until_failure == 0)
    return CURLM_INTERNAL_ERROR;
  return real(multi, fd, events, running);
}

/* ---- a loop whose watches and alarms can fail ---- */

static const struct cr_loop_ops *real_ops;
static bool refuse_watches;
static int64_t forget_alarms_before_ms;

static int maybe_alarm(struct cr_loop *loop, int64_t at_ms)
{
  return at_ms < forget_alarms_before_ms ? CRAWLER_E_NOMEM : real_ops->alarm(loop, at_ms);
}

static int watch_calls;

static int maybe_watch(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  watch_calls++;
  if (refuse_watches && events != 0)
    return CRAWLER_E_SYSTEM;
  return real_ops->watch(loop, watch, events);
}

static int64_t skew_ms;

static int64_t skewed_now(struct cr_loop *loop)
{
  return real_ops->now_us(loop) + skew_ms * 1000;
}

/* ---- jobs ---- */

struct probe {
  struct cr_curl_job job;
  char url[64];
  size_t bytes;
  int ends;
  int code;
  struct cr_curl_sockets *sockets; /* where its connections are noted */
  int fd;
};

static size_t count_bytes(char *data, size_t size, size_t count, void *arg)
{
  struct probe *probe = arg;
  (void)data;
  probe->bytes += size * count;
  return size * count;
}

static void note_end(struct cr_curl_job *job, int code)
{
  struct probe *probe = CR_CONTAINER(job, struct probe, job);
  probe->ends++;
  probe->code = code;
}

static void make_probe(struct probe *probe, int port)
{
  *probe = (struct probe){ .job = { .ended = note_end } };
  cr_list_init(&probe->job.link);
  probe->job.easy = curl_easy_init();
  assert_non_null(probe->job.easy);
  (void)snprintf(probe->url, sizeof(probe->url), "http://127.0.0.1:%d/", port);
  assert_int_equal(curl_easy_setopt(probe->job.easy, CURLOPT_URL, probe->url), CURLE_OK);
  assert_int_equal(curl_easy_setopt(probe->job.easy, CURLOPT_PROXY, ""), CURLE_OK);
  assert_int_equal(curl_easy_setopt(probe->job.easy, CURLOPT_NOSIGNAL, 1L), CURLE_OK);
  assert_int_equal(curl_easy_setopt(probe->job.easy, CURLOPT_PRIVATE, &probe->job), CURLE_OK);
  assert_int_equal(curl_easy_setopt(probe->job.easy, CURLOPT_WRITEFUNCTION, count_bytes), CURLE_OK);
  assert_int_equal(curl_easy_setopt(probe->job.easy, CURLOPT_WRITEDATA, probe), CURLE_OK);
}

static void free_probe(struct probe *probe)
{
  curl_easy_cleanup(probe->job.easy);
}

/* ---- the rig ---- */

struct rig {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct cr_loop_ops ops;
  struct cr_curl_sockets sockets;
  struct cr_curl_cell *cell;
  struct cr_raw_server *server;
};

static void open_rig(struct rig *rig, const struct cr_raw_step *script, size_t connections)
{
  cr_test_mem_init(&rig->mem);
  assert_int_equal(cr_loop_open_libevent(&rig->loop, &rig->mem, NULL), 0);
  real_ops = rig->loop->ops;
  rig->ops = *real_ops;
  rig->ops.watch = maybe_watch;
  rig->ops.alarm = maybe_alarm;
  rig->ops.now_us = skewed_now;
  rig->loop->ops = &rig->ops;
  cr_curl_sockets_init(&rig->sockets, &rig->mem, rig->loop);
  assert_int_equal(cr_curl_cell_open(&rig->cell, &rig->sockets, connections), 0);
  rig->server = cr_raw_server_play(script);
  calls_until_failure = 0;
  refuse_watches = false;
  forget_alarms_before_ms = 0;
  skew_ms = 0;
}

static void close_rig(struct rig *rig)
{
  cr_curl_cell_close(rig->cell);
  cr_curl_sockets_free(&rig->sockets);
  cr_loop_close(rig->loop);
  cr_test_mem_done(&rig->mem);
  cr_raw_server_stop(rig->server);
}

static void run_until_end(struct rig *rig, const struct probe *probe)
{
  int64_t until_ms = cr_clock_mono_ms() + 10000;
  while (probe->ends == 0) {
    assert_int_equal(cr_loop_turn(rig->loop, 10), 0);
    assert_true(cr_clock_mono_ms() < until_ms);
  }
}

static void run_job(struct rig *rig, struct probe *probe)
{
  probe->ends = 0;
  probe->bytes = 0;
  assert_int_equal(cr_curl_cell_add(rig->cell, &probe->job), 0);
  run_until_end(rig, probe);
}

/* ---- connections that are noted ---- */

static curl_socket_t open_noted(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
  struct probe *probe = arg;

  (void)purpose;
  probe->fd = socket(to->family, to->socktype, to->protocol);
  return probe->fd;
}

static int close_noted(void *arg, curl_socket_t fd)
{
  struct cr_curl_socket *socket = cr_curl_sockets_find(arg, fd);

  if (socket) /* else its cell has closed all */
    cr_curl_sockets_remove(arg, socket);
  return close(fd);
}

static int note_connection(void *arg, char *peer, char *local, int peer_port, int local_port)
{
  struct probe *probe = arg;

  (void)local;
  cr_curl_sockets_note(probe->sockets, probe->fd, local_port, peer, peer_port);
  return CURL_PREREQFUNC_OK;
}

static void note_connections(struct probe *probe, struct cr_curl_sockets *sockets)
{
  CURL *easy = probe->job.easy;

  probe->sockets = sockets;
  assert_int_equal(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_noted), CURLE_OK);
  assert_int_equal(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, probe), CURLE_OK);
  assert_int_equal(curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_noted), CURLE_OK);
  assert_int_equal(curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets), CURLE_OK);
  assert_int_equal(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, note_connection), CURLE_OK);
  assert_int_equal(curl_easy_setopt(easy, CURLOPT_PREREQDATA, probe), CURLE_OK);
}

/* ---- tests ---- */

static void a_job_ends_once_and_stays_until_it_is_removed(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  run_job(&rig, &probe);
  assert_int_equal(probe.ends, 1);
  assert_int_equal(probe.code, CURLE_OK);
  assert_int_equal(probe.bytes, 5);
  assert_int_equal(cr_curl_cell_jobs(rig.cell), 1);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_curl_cell_jobs(rig.cell), 0);
  run_job(&rig, &probe); /* again, on the same connection */
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 1);
  free_probe(&probe);
  close_rig(&rig);
}

static void a_removed_job_never_ends(void **state)
{
  struct rig rig;
  struct probe probe;
  struct probe other;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  make_probe(&other, cr_raw_server_port(rig.server));
  assert_int_equal(cr_curl_cell_add(rig.cell, &probe.job), 0);
  cr_curl_cell_remove(rig.cell, &probe.job);
  run_job(&rig, &other);
  cr_curl_cell_remove(rig.cell, &other.job);
  assert_int_equal(probe.ends, 0);
  assert_int_equal(other.ends, 1);
  free_probe(&probe);
  free_probe(&other);
  close_rig(&rig);
}

/* Connections beyond the first estimate are still kept. */
static void room_grows_with_the_jobs(void **state)
{
  enum { JOBS = 40 };
  struct rig rig;
  struct probe probes[JOBS];

  (void)state;
  open_rig(&rig, polite, 1);
  for (int i = 0; i < JOBS; i++)
    make_probe(&probes[i], cr_raw_server_port(rig.server));
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < JOBS; i++) {
      probes[i].ends = 0;
      assert_int_equal(cr_curl_cell_add(rig.cell, &probes[i].job), 0);
    }
    for (int i = 0; i < JOBS; i++) {
      run_until_end(&rig, &probes[i]);
      assert_int_equal(probes[i].code, CURLE_OK);
    }
    for (int i = 0; i < JOBS; i++)
      cr_curl_cell_remove(rig.cell, &probes[i].job);
  }
  assert_int_equal(cr_raw_server_connections(rig.server), JOBS);
  for (int i = 0; i < JOBS; i++)
    free_probe(&probes[i]);
  close_rig(&rig);
}

/* At each of its calls; the transfers fail, and the next one gets a new multi. */
static void a_lost_multi_is_replaced(void **state)
{
  int code = CR_CURL_LOST;
  int lost = 0;

  (void)state;
  for (int call = 1; code == CR_CURL_LOST; call++) {
    struct rig rig;
    struct probe probes[2];
    open_rig(&rig, polite, 8);
    for (int i = 0; i < 2; i++)
      make_probe(&probes[i], cr_raw_server_port(rig.server));
    assert_int_equal(cr_curl_cell_add(rig.cell, &probes[0].job), 0);
    calls_until_failure = call;
    assert_int_equal(cr_curl_cell_add(rig.cell, &probes[1].job), 0);
    run_until_end(&rig, &probes[0]);
    run_until_end(&rig, &probes[1]);
    calls_until_failure = 0;
    code = probes[1].code;
    lost += code == CR_CURL_LOST;
    for (int i = 0; i < 2; i++) {
      assert_int_equal(probes[i].ends, 1);
      assert_true(probes[i].code == CR_CURL_LOST || probes[i].code == CURLE_OK);
      cr_curl_cell_remove(rig.cell, &probes[i].job);
      free_probe(&probes[i]);
    }
    struct probe next;
    make_probe(&next, cr_raw_server_port(rig.server));
    run_job(&rig, &next);
    assert_int_equal(next.code, CURLE_OK);
    cr_curl_cell_remove(rig.cell, &next.job);
    free_probe(&next);
    close_rig(&rig);
    assert_true(call < 100);
  }
  assert_true(lost >= 3); /* starting, connected, answered */
}

static void a_socket_that_cannot_be_watched_ends_its_job(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  refuse_watches = true;
  run_job(&rig, &probe);
  refuse_watches = false;
  assert_int_equal(probe.ends, 1);
  assert_int_equal(probe.code, CR_CURL_STARVED);
  cr_curl_cell_remove(rig.cell, &probe.job);
  run_job(&rig, &probe);
  assert_int_equal(probe.code, CURLE_OK);
  cr_curl_cell_remove(rig.cell, &probe.job);
  free_probe(&probe);
  close_rig(&rig);
}

/* As with a libcurl that forgets to announce its timer (curl issue 15627). */
static void the_watchdog_stands_in_for_a_lost_timer(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, mute, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  assert_int_equal(curl_easy_setopt(probe.job.easy, CURLOPT_TIMEOUT_MS, 50L), CURLE_OK);
  int64_t begin_ms = cr_loop_now(rig.loop);
  forget_alarms_before_ms = begin_ms + 900;
  run_job(&rig, &probe);
  assert_int_equal(probe.code, CURLE_OPERATION_TIMEDOUT);
  assert_true(cr_loop_now(rig.loop) >= begin_ms + 900);
  cr_curl_cell_remove(rig.cell, &probe.job);
  free_probe(&probe);
  close_rig(&rig);
}

static void pass_time(struct rig *rig, int64_t ms)
{
  skew_ms += ms;
  cr_loop_enter(rig->loop);
  assert_true(cr_loop_fire_timers(rig->loop));
}

/* The second job finds the connection of the first; the third one, much later, doesn't. */
static void an_idle_cell_closes_its_connections_and_lets_the_loop_alone(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  pass_time(&rig, 5000);
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 1);
  pass_time(&rig, 5000);
  pass_time(&rig, 6000);
  assert_int_equal(rig.loop->timers.len, 0);
  run_job(&rig, &probe);
  assert_int_equal(probe.code, CURLE_OK);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 2);
  free_probe(&probe);
  close_rig(&rig);
}

/* One watch serves all requests; between them, and not by libcurl, it is told of the end. */
static void a_kept_connection_stays_watched_until_it_is_closed(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  note_connections(&probe, &rig.sockets);
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(rig.sockets.count, 1);
  int watch_calls_before = watch_calls;
  for (int i = 0; i < 5; i++) {
    run_job(&rig, &probe);
    cr_curl_cell_remove(rig.cell, &probe.job);
  }
  assert_int_equal(watch_calls, watch_calls_before);
  assert_int_equal(cr_raw_server_connections(rig.server), 1);
  cr_curl_cell_rest(rig.cell);
  assert_int_equal(rig.sockets.count, 0);
  assert_int_equal(watch_calls, watch_calls_before + 1);
  free_probe(&probe);
  close_rig(&rig);
}

static const struct cr_raw_step brief[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(END)
};

static void a_kept_connection_that_its_server_ends_is_watched_no_longer(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, brief, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  note_connections(&probe, &rig.sockets);
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  const struct cr_curl_socket *socket = cr_curl_sockets_find(&rig.sockets, probe.fd);
  int calls_before = calls;
  for (int turn = 0; turn < 1000 && socket->watch.events != 0; turn++)
    assert_int_equal(cr_loop_turn(rig.loop, 5), 0);
  assert_int_equal(socket->watch.events, 0);
  assert_int_equal(calls, calls_before); /* libcurl sees it when it wants the connection */
  run_job(&rig, &probe);
  assert_int_equal(probe.code, CURLE_OK);
  assert_int_equal(rig.sockets.count, 1);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 2);
  free_probe(&probe);
  close_rig(&rig);
}

static bool was_cut;

static int look_and_close(void *sockets, curl_socket_t fd)
{
  (void)sockets;
  was_cut = send(fd, "x", 1, MSG_NOSIGNAL) < 0;
  return close(fd);
}

/* libcurl would read what came for nobody, while it closes the connection. */
static void a_kept_connection_is_cut_before_it_is_closed_with_something_unread(void **state)
{
  const struct cr_raw_step *scripts[] = { polite, brief };
  (void)state;

  for (int unread = 0; unread < 2; unread++) {
    struct rig rig;
    struct probe probe;

    open_rig(&rig, scripts[unread], 8);
    make_probe(&probe, cr_raw_server_port(rig.server));
    note_connections(&probe, &rig.sockets);
    (void)curl_easy_setopt(probe.job.easy, CURLOPT_CLOSESOCKETFUNCTION, look_and_close);
    run_job(&rig, &probe);
    cr_curl_cell_remove(rig.cell, &probe.job);
    struct pollfd fd = { probe.fd, POLLIN, 0 };
    assert_int_equal(poll(&fd, 1, unread ? 10000 : 0), unread);
    cr_curl_cell_rest(rig.cell);
    assert_int_equal(was_cut, unread);
    free_probe(&probe);
    close_rig(&rig);
  }
}

/* Of one that isn't noted nobody would tell when it is closed. */
static void a_kept_connection_that_is_not_noted_is_not_watched(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, brief, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  int calls_before = calls;
  for (int turn = 0; turn < 5; turn++)
    assert_int_equal(cr_loop_turn(rig.loop, 5), 0);
  assert_int_equal(calls, calls_before);
  run_job(&rig, &probe);
  assert_int_equal(probe.code, CURLE_OK);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 2);
  free_probe(&probe);
  close_rig(&rig);
}

/* Beside a job that goes on: with few descriptors the next one takes the place of an idle
 * connection, and nothing is queued. */
static void while_it_conserves_idle_connections_make_room_for_new_ones(void **state)
{
  struct rig rig;
  struct cr_raw_server *hung = cr_raw_server_play(mute);
  struct cr_raw_server *other = cr_raw_server_play(polite);
  struct probe probes[3];

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probes[0], cr_raw_server_port(hung));
  make_probe(&probes[1], cr_raw_server_port(rig.server));
  make_probe(&probes[2], cr_raw_server_port(other));
  assert_int_equal(cr_curl_cell_add(rig.cell, &probes[0].job), 0);
  for (int i = 0; i < 12; i++) {
    if (i % 8 == 0)
      cr_curl_cell_conserve(rig.cell, i == 0);
    run_job(&rig, &probes[1 + i % 2]);
    assert_int_equal(probes[1 + i % 2].code, CURLE_OK);
    cr_curl_cell_remove(rig.cell, &probes[1 + i % 2].job);
  }
  assert_int_equal(probes[0].ends, 0);
  assert_int_equal(cr_raw_server_connections(other), 4);      /* each closed for the other one */
  assert_int_equal(cr_raw_server_connections(rig.server), 5); /* then both are kept */
  cr_curl_cell_remove(rig.cell, &probes[0].job);
  for (int i = 0; i < 3; i++)
    free_probe(&probes[i]);
  cr_raw_server_stop(hung);
  cr_raw_server_stop(other);
  close_rig(&rig);
}

static void a_cell_without_jobs_closes_all_connections_when_it_conserves(void **state)
{
  struct rig rig;
  struct probe probe;
  int before;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  before = cr_count_descriptors();
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  cr_curl_cell_conserve(rig.cell, true);
  assert_in_range(cr_count_descriptors(), 0, before + 1); /* the server's end */
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 2);
  free_probe(&probe);
  close_rig(&rig);
}

static void rest_waits_for_the_jobs(void **state)
{
  struct rig rig;
  struct probe probe;

  (void)state;
  open_rig(&rig, polite, 8);
  make_probe(&probe, cr_raw_server_port(rig.server));
  assert_int_equal(cr_curl_cell_add(rig.cell, &probe.job), 0);
  cr_curl_cell_rest(rig.cell);
  run_until_end(&rig, &probe);
  assert_int_equal(probe.code, CURLE_OK);
  cr_curl_cell_remove(rig.cell, &probe.job);
  cr_curl_cell_rest(rig.cell);
  assert_int_equal(rig.loop->timers.len, 0);
  run_job(&rig, &probe);
  cr_curl_cell_remove(rig.cell, &probe.job);
  assert_int_equal(cr_raw_server_connections(rig.server), 2);
  free_probe(&probe);
  close_rig(&rig);
}

static void fetch_once(struct cr_mem *mem, void *arg)
{
  struct cr_raw_server *server = arg;
  struct cr_loop *loop = NULL;
  struct cr_curl_sockets sockets;
  struct cr_curl_cell *cell = NULL;
  struct probe probe;
  int64_t until_ms = cr_clock_mono_ms() + 10000;

  make_probe(&probe, cr_raw_server_port(server));
  int err = cr_loop_open_libevent(&loop, mem, NULL);
  cr_curl_sockets_init(&sockets, mem, loop);
  if (!err)
    err = cr_curl_cell_open(&cell, &sockets, 8);
  if (!err)
    err = cr_curl_cell_add(cell, &probe.job);
  if (!err) {
    while (probe.ends == 0) {
      assert_int_equal(cr_loop_turn(loop, 10), 0);
      assert_true(cr_clock_mono_ms() < until_ms);
    }
    cr_curl_cell_remove(cell, &probe.job);
  }
  if (!cr_test_oom_refused(mem))
    assert_int_equal(probe.code, CURLE_OK);
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  cr_curl_cell_close(cell);
  cr_curl_sockets_free(&sockets);
  cr_loop_close(loop);
  free_probe(&probe);
}

static void every_allocation_may_fail(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  (void)state;
  cr_test_oom(fetch_once, server);
  cr_raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_job_ends_once_and_stays_until_it_is_removed),
    cmocka_unit_test(a_removed_job_never_ends),
    cmocka_unit_test(room_grows_with_the_jobs),
    cmocka_unit_test(a_lost_multi_is_replaced),
    cmocka_unit_test(a_socket_that_cannot_be_watched_ends_its_job),
    cmocka_unit_test(the_watchdog_stands_in_for_a_lost_timer),
    cmocka_unit_test(an_idle_cell_closes_its_connections_and_lets_the_loop_alone),
    cmocka_unit_test(a_kept_connection_stays_watched_until_it_is_closed),
    cmocka_unit_test(a_kept_connection_that_its_server_ends_is_watched_no_longer),
    cmocka_unit_test(a_kept_connection_is_cut_before_it_is_closed_with_something_unread),
    cmocka_unit_test(a_kept_connection_that_is_not_noted_is_not_watched),
    cmocka_unit_test(while_it_conserves_idle_connections_make_room_for_new_ones),
    cmocka_unit_test(a_cell_without_jobs_closes_all_connections_when_it_conserves),
    cmocka_unit_test(rest_waits_for_the_jobs),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* LDLIBS: -lssl -lcrypto */
/* test_http2.c - crawls by HTTP/2: what is shared, what isn't, and what ends with what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/h2_server.h"
#include "support/tls_world.h"

enum { PAGES = 41, BIG_BYTES = 3 << 20, HELD_MAX = 64 };

struct run {
  struct cr_crawl_rig rig;
  struct cr_h2_server *server;
};

/* What a server holds back; on its connection's thread. */
struct held {
  uint32_t streams[HELD_MAX];
  size_t count;
  size_t most; /* answers them when there are so many, or when the last request is there */
  unsigned last;
};

static char links[PAGES * 32];

/* ---- answers ---- */

static void send_page(struct cr_h2_peer *peer, uint32_t stream, struct cr_span body)
{
  (void)cr_h2_send_head(peer, stream);
  (void)cr_h2_send_body(peer, stream, body);
}

/* The first page has links to all others. */
static void site(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  send_page(peer, stream, nth == 1 ? cr_span_text(links) : CR_SPAN("<p>a page"));
}

/* All but the first are answered in a row, the last one first. */
static void held_back(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  struct held *held = cr_h2_user(peer);

  if (nth == 1) {
    site(peer, stream, nth);
    return;
  }
  held->streams[held->count++] = stream;
  if (held->count < held->most && nth < held->last)
    return;
  while (held->count > 0)
    send_page(peer, held->streams[--held->count], CR_SPAN("<p>a page"));
}

static void big(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  static char body[BIG_BYTES];

  if (nth == 1) {
    site(peer, stream, nth);
    return;
  }
  memset(body, 'x', sizeof(body));
  send_page(peer, stream, cr_span(body, sizeof(body)));
}

/* The third is never answered. */
static void one_hangs(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  if (nth != 3)
    site(peer, stream, nth);
}

/* The first connection says no more after the first page. */
static void connection_dies(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  struct cr_h2_peer **dead = cr_h2_user(peer);

  if (nth == 1)
    *dead = peer;
  if (nth == 1 || peer != *dead)
    site(peer, stream, nth);
}

/* Behind each page what a server may send of its own accord. */
static void chatty(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  site(peer, stream, nth);
  (void)cr_h2_send(peer, CR_H2_PING, 0, 0, CR_SPAN("12345678"));
  (void)cr_h2_send(peer, CR_H2_WINDOW_UPDATE, 0, 0, CR_SPAN("\0\0\1\0"));
}

/* Each connection is good for one page. */
static void sends_away(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  static const char goaway[] = {
    0, 0, 0, 1, 0, 0, 0, 0
  }; /* what is behind stream 1 isn't seen to */

  if (stream > 1)
    return;
  site(peer, stream, nth);
  (void)cr_h2_send(peer, CR_H2_GOAWAY, 0, 0, cr_span(goaway, sizeof(goaway)));
}

/* Every other request. */
static void refuses(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  static const char refused[] = { 0, 0, 0, 7 }; /* REFUSED_STREAM */

  if (nth % 2 == 0)
    (void)cr_h2_send(peer, CR_H2_RST_STREAM, 0, stream, cr_span(refused, sizeof(refused)));
  else
    site(peer, stream, nth);
}

/* ---- a run ---- */

static void set(struct run *run, const char *name, const char *value)
{
  assert_int_equal(crawler_set_option(run->rig.c, name, value), 0);
}

static void open_run(struct run *run, const struct cr_tls_world *world,
                     const struct cr_h2_config *config)
{
  size_t len = 0;

  for (int i = 1; i < PAGES; i++)
    len += (size_t)snprintf(links + len, sizeof(links) - len, "<a href=/%d>%d</a>", i, i);
  run->server = cr_h2_server_start(world->pool, config);
  cr_crawl_open(&run->rig, CR_WAY_ANY);
  cr_tls_world_trust(world, run->rig.c);
  assert_int_equal(crawler_set_http2(run->rig.c, 1), 0);
  set(run, "own_server", "0"); /* which lifts the limits */
  set(run, "delay", "0");
}

/* Crawls it, and says what the server has seen. */
static struct cr_h2_seen drive(struct run *run)
{
  char url[64];

  (void)snprintf(url, sizeof(url), "https://a.test:%d/", cr_h2_server_port(run->server));
  cr_crawl_add(&run->rig, url);
  assert_int_equal(cr_crawl_drive(&run->rig), 0);
  cr_crawl_check(&run->rig);
  return cr_h2_server_seen(run->server);
}

static void close_run(struct run *run)
{
  cr_crawl_close(&run->rig);
  cr_h2_server_stop(run->server);
}

static void assert_all_fetched(const struct run *run)
{
  assert_int_equal(cr_crawl_ends(&run->rig, CRAWLER_FETCHED), PAGES);
  assert_int_equal(cr_crawl_stat(&run->rig, CRAWLER_STAT_STATUS_2XX), PAGES);
}

/* ---- tests ---- */

static void a_host_has_one_connection(void **state)
{
  struct run run;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = site });
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run);
  assert_int_equal(seen.connections, 1);
  assert_int_equal(seen.requests, PAGES);
  assert_int_equal(cr_crawl_stat(&run.rig, CRAWLER_STAT_CONNECTIONS), 1);
  close_run(&run);
}

static void requests_share_it_up_to_the_hosts_limit(void **state)
{
  static const struct {
    const char *host_concurrency;
    size_t at_once;
  } rows[] = { { "1", 1 }, { "2", 2 }, { "8", 8 } };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct held held = { .most = rows[i].at_once, .last = PAGES };
    struct run run;

    open_run(&run, *state, &(struct cr_h2_config){ .answer = held_back, .user = &held });
    set(&run, "host_concurrency", rows[i].host_concurrency);
    set(&run, "site_concurrency", "0");
    set(&run, "address_concurrency", "0");
    struct cr_h2_seen seen = drive(&run);
    assert_all_fetched(&run);
    assert_int_equal(seen.connections, 1);
    assert_int_equal(seen.max_at_once, rows[i].at_once);
    close_run(&run);
  }
}

/* All of them wait for the first one's handshake, and then share its connection. */
static void requests_to_a_new_host_wait_for_its_protocol(void **state)
{
  struct held held = { .most = 8, .last = 8 };
  struct run run;
  char url[64];

  open_run(&run, *state, &(struct cr_h2_config){ .answer = held_back, .user = &held });
  set(&run, "own_server", "1");
  for (int i = 1; i < 8; i++) {
    (void)snprintf(url, sizeof(url), "https://a.test:%d/%d", cr_h2_server_port(run.server), i);
    cr_crawl_add(&run.rig, url);
  }
  set(&run, "max_depth", "0");
  struct cr_h2_seen seen = drive(&run);
  assert_int_equal(cr_crawl_ends(&run.rig, CRAWLER_FETCHED), 8);
  assert_int_equal(seen.connections, 1);
  assert_true(seen.max_at_once >= 7); /* all but the first, which is answered at once */
  close_run(&run);
}

static void a_server_says_how_many_it_takes(void **state)
{
  struct run run;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = site, .max_streams = 2 });
  set(&run, "own_server", "1");
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run);
  assert_in_range(seen.max_at_once, 1, 2);
  close_run(&run);
}

static void without_it_http1_is_spoken(void **state)
{
  static const struct {
    bool only_http1, is_off;
    size_t offers;
  } rows[] = { { true, false, 1 }, { false, true, 0 } };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct run run;

    open_run(&run, *state, &(struct cr_h2_config){ .only_http1 = rows[i].only_http1 });
    if (rows[i].is_off)
      assert_int_equal(crawler_set_http2(run.rig.c, 0), 0);
    struct cr_h2_seen seen = drive(&run);
    assert_int_equal(cr_crawl_ends(&run.rig, CRAWLER_FETCHED), 1);
    assert_int_equal(seen.requests, 0);
    assert_int_equal(seen.connections, 1);
    assert_int_equal(seen.offers, rows[i].offers);
    close_run(&run);
  }
}

static int take(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  (void)page;
  (void)data;
  *(size_t *)user += bytes;
  return 0;
}

static void what_streams_has_a_connection_of_its_own(void **state)
{
  struct run run;
  size_t bytes = 0;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = site });
  crawler_on_body(run.rig.c, take, &bytes);
  struct cr_h2_seen seen = drive(&run);
  assert_int_equal(cr_crawl_ends(&run.rig, CRAWLER_FETCHED), 1);
  assert_int_equal(bytes, strlen("secret"));
  assert_int_equal(seen.offers, 0);
  close_run(&run);
}

static int check_size(crawler *c, crawler_page *page, void *user)
{
  size_t *count = user;
  size_t bytes = 0;

  (void)c;
  (void)crawler_page_body(page, &bytes);
  *count += bytes == BIG_BYTES;
  return 0;
}

static void big_bodies_come_whole_side_by_side(void **state)
{
  struct run run;
  size_t count = 0;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = big });
  set(&run, "own_server", "1");
  crawler_on_page(run.rig.c, check_size, &count);
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run);
  assert_int_equal(count, PAGES - 1);
  assert_int_equal(seen.connections, 1);
  close_run(&run);
}

static void one_that_hangs_ends_alone(void **state)
{
  struct run run;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = one_hangs });
  set(&run, "own_server", "1");
  set(&run, "timeout", "1s");
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run); /* that one at its second attempt */
  assert_int_equal(seen.requests, PAGES + 1);
  assert_int_equal(seen.resets, 1);
  assert_int_equal(seen.connections, 1);
  close_run(&run);
}

static void a_dead_connection_takes_no_more_requests(void **state)
{
  struct run run;
  struct cr_h2_peer *dead = NULL;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = connection_dies, .user = &dead });
  set(&run, "own_server", "1");
  set(&run, "timeout", "300ms");
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run);
  assert_int_equal(seen.connections, 2);
  assert_int_equal(seen.requests, 1 + 2 * (PAGES - 1));
  close_run(&run);
}

static void a_server_may_speak_between_requests(void **state)
{
  struct run run;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = chatty });
  set(&run, "delay", "5ms");
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run);
  assert_int_equal(seen.connections, 1);
  close_run(&run);
}

static void a_connection_that_is_to_end_is_replaced(void **state)
{
  struct run run;

  open_run(&run, *state, &(struct cr_h2_config){ .answer = sends_away });
  set(&run, "max_retries", "50"); /* what leaves before it is told so is lost */
  struct cr_h2_seen seen = drive(&run);
  assert_all_fetched(&run);
  assert_int_equal(seen.connections, PAGES);
  close_run(&run);
}

/* What was on its way meanwhile is a request like others that failed. */
static void what_is_refused_is_asked_again(void **state)
{
  static void (*const answers[])(struct cr_h2_peer *, uint32_t, unsigned) = { sends_away, refuses };

  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    struct run run;

    open_run(&run, *state, &(struct cr_h2_config){ .answer = answers[i] });
    set(&run, "own_server", "1");
    set(&run, "max_retries", "50");
    set(&run, "host_retry_budget", "-1");
    struct cr_h2_seen seen = drive(&run);
    assert_all_fetched(&run);
    assert_int_equal(cr_crawl_stat(&run.rig, CRAWLER_STAT_ATTEMPTS),
                     PAGES + cr_crawl_stat(&run.rig, CRAWLER_STAT_RETRIES));
    assert_in_range(seen.requests, PAGES + 1,
                    PAGES + cr_crawl_stat(&run.rig, CRAWLER_STAT_RETRIES));
    close_run(&run);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_host_has_one_connection),
    cmocka_unit_test(requests_share_it_up_to_the_hosts_limit),
    cmocka_unit_test(requests_to_a_new_host_wait_for_its_protocol),
    cmocka_unit_test(a_server_says_how_many_it_takes),
    cmocka_unit_test(without_it_http1_is_spoken),
    cmocka_unit_test(what_streams_has_a_connection_of_its_own),
    cmocka_unit_test(big_bodies_come_whole_side_by_side),
    cmocka_unit_test(one_that_hangs_ends_alone),
    cmocka_unit_test(a_dead_connection_takes_no_more_requests),
    cmocka_unit_test(a_server_may_speak_between_requests),
    cmocka_unit_test(a_connection_that_is_to_end_is_replaced),
    cmocka_unit_test(what_is_refused_is_asked_again),
  };

  return cmocka_run_group_tests_name("http2", tests, cr_tls_world_begin, cr_tls_world_end);
}

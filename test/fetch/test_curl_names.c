/* SPDX-License-Identifier: MIT */
/* test_curl_names.c - transfers whose names a name server answers for, late, in part or not at all.
 *
 * The server is the test's own, on loopback. No connection is made: the address event gives each
 * transfer back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/dns_server.h"
#include "support/fetch_rig.h"
#include "support/oom.h"

enum { DEAD = 400, LIVE = 200, ALL = DEAD + LIVE, PORT = 9, DNS_MS = 1500 };

struct fixture {
  struct cr_fetch_rig rig;
  struct cr_dns_server server;
  struct cr_fetch_shot *shots;
  int count;
};

/* The test is skipped where there is no loopback. */
static void open_rig(struct fixture *f,
                     void (*answer)(const struct cr_dns_question *, struct cr_dns_reply *, void *))
{
  cr_fetch_rig_init(&f->rig, NULL);
  assert_int_equal(cr_loop_open_libevent(&f->rig.loop, f->rig.mem, NULL), 0);
  if (!cr_dns_server_open(&f->server, f->rig.loop)) {
    cr_fetch_rig_close(&f->rig);
    skip();
  }
  f->server.answer = answer;
  f->rig.config.dns_servers = f->server.address;

  f->rig.config.dns_timeout_ms = DNS_MS;
  f->rig.config.concurrency = ALL;
  assert_int_equal(cr_fetch_rig_open(&f->rig), 0);
  f->shots = test_calloc(ALL, sizeof(*f->shots));
  f->count = 0;
}

static void close_rig(struct fixture *f)
{
  for (int i = 0; i < f->count; i++)
    cr_fetch_shot_free(&f->shots[i]);
  test_free(f->shots);
  cr_dns_server_close(&f->server);
  cr_fetch_rig_close(&f->rig);
}

static struct cr_fetch_shot *shoot(struct fixture *f, const char *host)
{
  struct cr_fetch_shot *shot = &f->shots[f->count++];

  cr_fetch_shot_aim(shot, &f->rig, host, PORT);
  shot->t.dns_timeout_ms = DNS_MS;
  shot->answers[CR_SHOT_ADDRESS] = CR_FETCH_LATER;
  assert_int_equal(cr_fetch_shot_start(shot), 0);
  return shot;
}

static void answer_for_some(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)user;
  if (strncmp(q->name, "dead", 4) == 0)
    reply->len = 0;
  else if (q->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 300, "127.0.0.1");
}

static int dead_ones_over; /* when the last of the others had its address */

static void count_dead(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if (event == CR_SHOT_DONE)
    dead_ones_over++;
  (void)shot;
}

static void names_without_an_answer_hold_no_others_up(void **state)
{
  struct fixture f;
  char host[32];
  (void)state;

  open_rig(&f, answer_for_some);
  dead_ones_over = 0;
  for (int i = 0; i < DEAD; i++) {
    (void)snprintf(host, sizeof(host), "dead%d.test", i);
    shoot(&f, host)->on_event = count_dead;
  }
  for (int i = 0; i < LIVE; i++) {
    (void)snprintf(host, sizeof(host), "live%d.test", i);
    (void)shoot(&f, host);
  }
  while (f.rig.under_way > DEAD) {
    cr_fetch_rig_turn(&f.rig);
    assert_int_equal(dead_ones_over, 0);
  }
  for (int i = DEAD; i < ALL; i++)
    assert_string_equal(f.shots[i].shown_address, "127.0.0.1");
  cr_fetch_rig_run(&f.rig);
  for (int i = 0; i < DEAD; i++)
    assert_int_equal(f.shots[i].t.failure, CRAWLER_FAILED_DNS);
  close_rig(&f);
}

static void answer_a_alone(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)user;
  if (q->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 300, "127.0.0.1");
  else
    reply->len = 0;
}

/* Some name servers never answer for AAAA. */
static void an_address_that_is_known_is_used_before_the_time_is_over(void **state)
{
  struct fixture f;
  struct cr_fetch_shot *shot;
  (void)state;

  open_rig(&f, answer_a_alone);
  shot = shoot(&f, "half.test");
  cr_fetch_rig_run(&f.rig);
  assert_int_equal(shot->t.failure, CRAWLER_REASON_NONE);
  assert_string_equal(shot->shown_address, "127.0.0.1");
  close_rig(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_without_an_answer_hold_no_others_up),
    cmocka_unit_test(an_address_that_is_known_is_used_before_the_time_is_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

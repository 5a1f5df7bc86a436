/* SPDX-License-Identifier: MIT */
/* The whole fetcher: which addresses it connects to, by policy and by its owner. */
#include "fetch/fetcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fetch/address.h"
#include "support/fetch_rig.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT

static const struct cr_raw_step polite[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(AGAIN)
};

/* ---- policy ---- */

static void private_addresses_are_refused_by_default(void **state)
{
  static const char *const hosts[] = { "127.0.0.1", "localhost", "a.test", "[::1]",
                                       "[::ffff:127.0.0.1]" };
  static const char *const lists[] = { NULL, "", "0" };
  struct cr_raw_server *server = cr_raw_server_play(polite);
  char resolve[64];

  (void)state;
  (void)snprintf(resolve, sizeof(resolve), "a.test:%d:127.0.0.1", cr_raw_server_port(server));
  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
    struct cr_fetch_rig rig;
    cr_fetch_rig_init(&rig, NULL);
    rig.config.allow_private = lists[i];
    rig.config.resolve = resolve;
    assert_int_equal(cr_fetch_rig_open(&rig), 0);
    for (size_t k = 0; k < sizeof(hosts) / sizeof(hosts[0]); k++) {
      struct cr_fetch_shot shot;
      cr_fetch_shot_aim(&shot, &rig, hosts[k], cr_raw_server_port(server));
      cr_fetch_shot_fire(&shot);
      assert_int_equal(shot.t.failure, CRAWLER_FAILED_ADDRESS);
      assert_non_null(strstr(shot.t.error, strchr(hosts[k], ':') ? ":" : "127.0.0.1"));
      assert_int_equal(shot.seen[CR_SHOT_ADDRESS], 0);
      assert_false(shot.t.sent);
      cr_fetch_shot_free(&shot);
    }
    cr_fetch_rig_close(&rig);
  }
  assert_int_equal(cr_raw_server_connections(server), 0);
  cr_raw_server_stop(server);
}

static void an_allowed_address_is_chosen_among_refused_ones(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  char resolve[128];
  int port = cr_raw_server_port(server);

  (void)state;
  (void)snprintf(resolve, sizeof(resolve), "a.test:%d:127.0.0.2,a.test:%d:127.0.0.1", port, port);
  cr_fetch_rig_init(&rig, NULL);
  rig.config.allow_private = "127.0.0.1";
  rig.config.resolve = resolve;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "a.test", port);
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_string_equal(shot.shown_address, "127.0.0.1");
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void forbid_all(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if (event != CR_SHOT_ADDRESS)
    return;
  shot->rig->config.allow_private = "0";
  assert_int_equal(cr_fetch_rig_configure(shot->rig), 0);
}

/* The policy changes after the name was resolved: the socket is refused. */
static void each_socket_is_held_against_the_policy(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.on_event = forbid_all;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_ADDRESS);
  assert_non_null(strstr(shot.t.error, "127.0.0.1"));

  shot.on_event = NULL; /* the next connection is the first that the server sees */
  rig.config.allow_private = "1";
  assert_int_equal(cr_fetch_rig_configure(&rig), 0);
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_int_equal(cr_raw_server_connections(server), 1);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* The name moves to an address that is allowed; libcurl still has a connection to the old one. */
static void a_kept_connection_is_held_against_the_policy(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  char resolve[64];

  (void)state;
  (void)snprintf(resolve, sizeof(resolve), "a.test:*:127.0.0.1");
  cr_fetch_rig_init(&rig, NULL);
  rig.config.resolve = resolve;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "a.test", cr_raw_server_port(server));
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  rig.config.allow_private = "127.0.0.9";
  rig.config.resolve = "a.test:*:127.0.0.9";
  assert_int_equal(cr_fetch_rig_configure(&rig), 0);
  cr_fetch_shot_fire(&shot);
  assert_string_equal(shot.shown_address, "127.0.0.9");
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_ADDRESS);
  assert_non_null(strstr(shot.t.error, "127.0.0.1"));
  assert_false(shot.t.sent);
  assert_int_equal(cr_raw_server_requests(server), 1);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* ---- what the owner says of an address ---- */

struct judge { /* of a rig's transfers */
  struct cr_fetch_rig rig;
  char asked[256];    /* addresses, each with '+' or '-' for what the policy says */
  const char *refuse; /* NULL: none */
  const char *overrule;
  struct cr_fetch_shot *to_cancel;
};

static enum cr_fetch_verdict judge_address(struct cr_transfer *t, const struct cr_address *at,
                                           bool allowed, void *user)
{
  char address[64];
  struct judge *j = user;
  size_t len = strlen(j->asked);

  (void)t;
  cr_address_format(at, address);
  assert_false(j->rig.in_library);
  (void)snprintf(j->asked + len, sizeof(j->asked) - len, "%s%c ", address, allowed ? '+' : '-');
  if (j->to_cancel)
    cr_fetch_shot_cancel(j->to_cancel);
  if (j->refuse && strcmp(j->refuse, address) == 0)
    return CR_FETCH_REFUSE;
  return j->overrule && strcmp(j->overrule, address) == 0 ? CR_FETCH_THOUGH_REFUSED
                                                          : CR_FETCH_AS_POLICY;
}

/* "a.test" at these addresses, and the policy's exceptions. */
static void open_judge(struct judge *j, const char *resolve, const char *allow_private)
{
  *j = (struct judge){ .refuse = NULL };
  cr_fetch_rig_init(&j->rig, NULL);
  j->rig.config.resolve = resolve;
  j->rig.config.allow_private = allow_private;
  j->rig.config.judge = judge_address;
  j->rig.config.user = j;
  assert_int_equal(cr_fetch_rig_open(&j->rig), 0);
}

/* One more shot at a.test: what was asked of whom, and where it got. */
static void fire_again(struct judge *j, struct cr_fetch_shot *shot, const char *asked,
                       const char *address)
{
  j->asked[0] = '\0';
  cr_fetch_shot_fire(shot);
  assert_string_equal(j->asked, asked);
  assert_string_equal(shot->t.address, address);
  assert_int_equal(shot->t.failure, *address ? CRAWLER_REASON_NONE : CRAWLER_FAILED_ADDRESS);
  assert_int_equal(shot->t.sent, *address != '\0');
}

static void the_owner_is_asked_about_each_address_and_its_answer_holds(void **state)
{
  struct cr_raw_config config = { .scripts = (const struct cr_raw_step *const[]){ polite },
                                  .script_count = 1,
                                  .address = "0.0.0.0" };
  struct cr_raw_server *server = cr_raw_server_start(&config);
  struct judge j;
  struct cr_fetch_shot shot;

  (void)state;
  open_judge(&j, "a.test:*:127.0.0.1,a.test:*:127.0.0.2", "127.0.0.2");
  cr_fetch_shot_aim(&shot, &j.rig, "a.test", cr_raw_server_port(server));
  fire_again(&j, &shot, "127.0.0.1- 127.0.0.2+ ", "127.0.0.2");
  j.overrule = "127.0.0.1";
  j.refuse = "127.0.0.2";
  fire_again(&j, &shot, "127.0.0.1- 127.0.0.2+ ", "127.0.0.1");
  j.overrule = NULL; /* for that one transfer only, though a connection is open */
  fire_again(&j, &shot, "127.0.0.1- 127.0.0.2+ ", "");
  j.overrule = "127.0.0.2"; /* what is allowed needs none */
  j.refuse = "127.0.0.1";
  fire_again(&j, &shot, "127.0.0.1- 127.0.0.2+ ", "127.0.0.2");
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&j.rig);
  cr_raw_server_stop(server);
}

/* libcurl knows connections by the host's name: it would take the one that is open. */
static void a_kept_connection_to_an_address_not_accepted_is_not_used(void **state)
{
  struct cr_raw_config config = { .scripts = (const struct cr_raw_step *const[]){ polite },
                                  .script_count = 1,
                                  .address = "0.0.0.0" };
  struct cr_raw_server *server = cr_raw_server_start(&config);
  struct judge j;
  struct cr_fetch_shot shot;

  (void)state;
  open_judge(&j, "a.test:*:127.0.0.1,a.test:*:127.0.0.2", "1");
  cr_fetch_shot_aim(&shot, &j.rig, "a.test", cr_raw_server_port(server));
  fire_again(&j, &shot, "127.0.0.1+ 127.0.0.2+ ", "127.0.0.1");
  fire_again(&j, &shot, "127.0.0.1+ 127.0.0.2+ ", "127.0.0.1");
  assert_true(shot.t.reused);
  assert_int_equal(cr_raw_server_connections(server), 1);
  j.refuse = "127.0.0.1";
  fire_again(&j, &shot, "127.0.0.1+ 127.0.0.2+ ", "127.0.0.2");
  assert_false(shot.t.reused);
  assert_int_equal(cr_raw_server_connections(server), 2);
  assert_int_equal(cr_raw_server_requests(server), 3);
  fire_again(&j, &shot, "127.0.0.1+ 127.0.0.2+ ", "127.0.0.2"); /* and is kept in turn */
  assert_true(shot.t.reused);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&j.rig);
  cr_raw_server_stop(server);
}

static void an_accepted_address_is_held_against_the_policy_at_the_socket(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct judge j;
  struct cr_fetch_shot shot;

  (void)state;
  open_judge(&j, "a.test:*:127.0.0.1", "1");
  cr_fetch_shot_aim(&shot, &j.rig, "a.test", cr_raw_server_port(server));
  shot.on_event = forbid_all;
  fire_again(&j, &shot, "127.0.0.1+ ", "");
  j.overrule = "127.0.0.1";
  j.rig.config.allow_private = "0";
  assert_int_equal(cr_fetch_rig_configure(&j.rig), 0);
  fire_again(&j, &shot, "127.0.0.1- ", "127.0.0.1"); /* an overruled policy has no say */
  assert_int_equal(cr_raw_server_connections(server), 1);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&j.rig);
  cr_raw_server_stop(server);
}

static void a_transfer_may_be_cancelled_by_who_is_asked(void **state)
{
  struct judge j;
  struct cr_fetch_shot shot;

  (void)state;
  open_judge(&j, "a.test:*:127.0.0.1,a.test:*:127.0.0.2", "1");
  cr_fetch_shot_aim(&shot, &j.rig, "a.test", 1);
  j.to_cancel = &shot;
  assert_int_equal(cr_fetch_shot_start(&shot), 0);
  cr_fetch_rig_run(&j.rig);
  assert_string_equal(j.asked, "127.0.0.1+ "); /* no more of it */
  assert_int_equal(shot.seen[CR_SHOT_DONE], 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&j.rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(private_addresses_are_refused_by_default),
    cmocka_unit_test(an_allowed_address_is_chosen_among_refused_ones),
    cmocka_unit_test(each_socket_is_held_against_the_policy),
    cmocka_unit_test(a_kept_connection_is_held_against_the_policy),
    cmocka_unit_test(the_owner_is_asked_about_each_address_and_its_answer_holds),
    cmocka_unit_test(a_kept_connection_to_an_address_not_accepted_is_not_used),
    cmocka_unit_test(an_accepted_address_is_held_against_the_policy_at_the_socket),
    cmocka_unit_test(a_transfer_may_be_cancelled_by_who_is_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_curl_tls.c - versions of TLS, and client certificates.
 *
 * test_curl_options.c has those of servers.
 */
#include "fetch/curl_tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fetch_rig.h"
#include "support/tls_server.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

struct visitor { /* to a server as https://a.test */
  struct cr_fetch_rig rig;
  char resolve[64];
  char origin[64];
};

static void prepare(struct visitor *v, const struct cr_tls_server *server)
{
  cr_fetch_rig_init(&v->rig, NULL);
  (void)snprintf(v->resolve, sizeof(v->resolve), "a.test:%d:127.0.0.1", server->port);
  (void)snprintf(v->origin, sizeof(v->origin), "https://a.test:%d", server->port);
  v->rig.config.resolve = v->resolve;
  v->rig.config.ca_file = server->certificate;
}

/* How a transfer ends; the body is the page's if it ends well. */
static crawler_reason visit(struct visitor *v, bool shows_certificate)
{
  struct cr_fetch_shot shot;

  cr_fetch_shot_init(&shot, &v->rig, v->origin, "/page");
  shot.t.shows_certificate = shows_certificate;
  cr_fetch_shot_fire(&shot);
  crawler_reason failure = shot.t.failure;
  assert_int_equal(shot.t.body_in.len, failure == CRAWLER_REASON_NONE ? 6 : 0);
  if (shot.t.error)
    assert_null(strstr(shot.t.error, "word")); /* the key's password */
  cr_fetch_shot_free(&shot);
  return failure;
}

static void versions_older_than_wanted_are_not_spoken(void **state)
{
  static const struct {
    const char *server;
    bool tls_1_3;
    crawler_reason want;
  } rows[] = {
    { "-tls1_1", false, CRAWLER_FAILED_TLS }, { "-tls1_2", false, CRAWLER_REASON_NONE },
    { "-tls1_2", true, CRAWLER_FAILED_TLS },  { "-tls1_3", true, CRAWLER_REASON_NONE },
    { NULL, false, CRAWLER_REASON_NONE },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct cr_tls_server server;
    struct visitor v;

    cr_tls_server_start_with(&server, &(struct cr_tls_ways){ .version = rows[i].server });
    prepare(&v, &server);
    v.rig.config.tls_1_3 = rows[i].tls_1_3;
    assert_int_equal(cr_fetch_rig_open(&v.rig), 0);
    assert_int_equal(visit(&v, false), rows[i].want);
    cr_fetch_rig_close(&v.rig);
    cr_tls_server_stop(&server);
  }
}

enum key { PLAIN, LOCKED, IN_CERTIFICATE };

/* TLS 1.2, where a missing certificate ends the handshake; in 1.3 it ends what comes after it. */
static void a_certificate_is_shown_where_it_may_be(void **state)
{
  static const struct {
    bool has_cert, shows;
    enum key key;
    const char *password;
    crawler_reason want;
  } rows[] = {
    { true, true, PLAIN, NULL, CRAWLER_REASON_NONE },
    { true, true, PLAIN, "not needed", CRAWLER_REASON_NONE },
    { true, true, LOCKED, "word", CRAWLER_REASON_NONE },
    { true, true, LOCKED, "wrong", CRAWLER_FAILED_INTERNAL },
    { true, true, LOCKED, NULL, CRAWLER_FAILED_INTERNAL },         /* and no terminal is asked */
    { true, true, IN_CERTIFICATE, NULL, CRAWLER_FAILED_INTERNAL }, /* there is none in it */
    { true, false, PLAIN, NULL, CRAWLER_FAILED_TLS },
    { false, true, PLAIN, NULL, CRAWLER_FAILED_TLS },
  };
  struct cr_tls_server server;

  (void)state;
  cr_tls_server_start_with(
      &server, &(struct cr_tls_ways){ .version = "-tls1_2", .demands_certificate = true });
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct visitor v;

    prepare(&v, &server);
    v.rig.config.client_cert = rows[i].has_cert ? server.certificate : NULL;
    v.rig.config.client_key = rows[i].key == PLAIN    ? server.key
                              : rows[i].key == LOCKED ? server.locked_key
                                                      : NULL;
    v.rig.config.client_key_password = rows[i].password;
    assert_int_equal(cr_fetch_rig_open(&v.rig), 0);
    crawler_reason got = visit(&v, rows[i].shows);
    if (got != rows[i].want)
      fail_msg("row %zu: %d", i, got);
    cr_fetch_rig_close(&v.rig);
  }
  cr_tls_server_stop(&server);
}

/* On one handle: what the last transfer showed is nothing to the next. */
static void each_transfer_shows_its_own(void **state)
{
  struct cr_tls_server server;
  struct visitor v;

  (void)state;
  cr_tls_server_start_with(
      &server, &(struct cr_tls_ways){ .version = "-tls1_2", .demands_certificate = true });
  prepare(&v, &server);
  v.rig.config.client_cert = server.certificate;
  v.rig.config.client_key = server.key;
  assert_int_equal(cr_fetch_rig_open(&v.rig), 0);
  for (int i = 0; i < 6; i++)
    assert_int_equal(visit(&v, i % 2 == 0), i % 2 == 0 ? CRAWLER_REASON_NONE : CRAWLER_FAILED_TLS);
  cr_fetch_rig_close(&v.rig);
  cr_tls_server_stop(&server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(versions_older_than_wanted_are_not_spoken),
    cmocka_unit_test(a_certificate_is_shown_where_it_may_be),
    cmocka_unit_test(each_transfer_shows_its_own),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

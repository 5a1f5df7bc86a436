/* SPDX-License-Identifier: MIT */
/* test_source.c - which of this machine's addresses, and which IP version, connections are made
 * from. */
#include "fetch/source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/fetch_rig.h"
#include "support/raw_server.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void a_source_is_an_address_or_an_interface(void **state)
{
  static const struct {
    const char *text;
    int err;
    uint8_t family, ip_version;
    const char *device;
  } cases[] = {
    { "", 0, 0, 0, "" },
    { "127.0.0.2", 0, 4, 4, "" },
    { "::1", 0, 6, 6, "" },
    { "[::1]", 0, 6, 6, "" },
    { "eth0", 0, 0, 0, "eth0" },
    { "wg-home.7@if3", 0, 0, 0, "wg-home.7@if3" },
    { "fifteen.letters", 0, 0, 0, "fifteen.letters" },
    { "sixteen..letters", CRAWLER_E_VALUE, 0, 0, "" },
    { "127.0.0.300", CRAWLER_E_VALUE, 0, 0, "" },
    { "127.0.0", CRAWLER_E_VALUE, 0, 0, "" },
    { "fe80::1%eth0", CRAWLER_E_VALUE, 0, 0, "" },
    { "a b", CRAWLER_E_VALUE, 0, 0, "" },
    { "a/b", CRAWLER_E_VALUE, 0, 0, "" },
    { ".", CRAWLER_E_VALUE, 0, 0, "" },
    { "\xc3\xa9", CRAWLER_E_VALUE, 0, 0, "" },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_source source = { .ip_version = 0 };

    if (cr_source_read(&source, cr_span_text(cases[i].text)) != cases[i].err)
      fail_msg("%s", cases[i].text);
    assert_int_equal(source.address.family, cases[i].family);
    assert_int_equal(source.ip_version, cases[i].ip_version);
    assert_string_equal(source.device, cases[i].device);
  }
}

static void an_ip_version_is_any_4_or_6(void **state)
{
  static const char *const bad[] = { "", "5", "46", "v4", "4 " };
  uint8_t version = 9;

  (void)state;
  for (size_t i = 0; i < COUNT(bad); i++)
    assert_int_equal(cr_ip_version_read(cr_span_text(bad[i]), &version), CRAWLER_E_VALUE);
  assert_int_equal(version, 9);
  assert_int_equal(cr_ip_version_read(CR_SPAN("Any"), &version), 0);
  assert_int_equal(version, 0);
  assert_int_equal(cr_ip_version_read(CR_SPAN("4"), &version), 0);
  assert_int_equal(version, 4);
  assert_int_equal(cr_ip_version_read(CR_SPAN("6"), &version), 0);
  assert_int_equal(version, 6);
}

static void a_mapped_address_is_reached_by_ipv4(void **state)
{
  static const struct {
    const char *address;
    uint8_t version;
  } cases[] = {
    { "192.0.2.1", 4 },
    { "::ffff:192.0.2.1", 4 },
    { "::192.0.2.1", 6 },
    { "2001:db8::1", 6 },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_source source = { .ip_version = 0 };
    struct cr_address address;

    assert_true(cr_address_parse(cr_span_text(cases[i].address), &address));
    assert_int_equal(cr_address_ip_version(&address), cases[i].version);
    assert_true(cr_source_reaches(&source, &address));
    source.ip_version = 4;
    assert_int_equal(cr_source_reaches(&source, &address), cases[i].version == 4);
    source.ip_version = 6;
    assert_int_equal(cr_source_reaches(&source, &address), cases[i].version == 6);
  }
}

/* ---- whole transfers ---- */

static const struct cr_raw_step polite[] = {
  CR_RAW_DO(READ), CR_RAW_TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), CR_RAW_DO(AGAIN)
};

/* Of the transfer, with a fetcher of its own. */
static crawler_reason ask(const char *interface, uint8_t ip_version, const char *resolve,
                          const char *origin)
{
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  cr_fetch_rig_init(&rig, NULL);
  rig.config.interface = interface;
  rig.config.ip_version = ip_version;
  rig.config.resolve = resolve;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_init(&shot, &rig, origin, "/");
  cr_fetch_shot_fire(&shot);
  crawler_reason failure = shot.t.failure;
  assert_int_equal(shot.t.sent, failure == CRAWLER_REASON_NONE);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  return failure;
}

static void connections_come_from_the_source(void **state)
{
  static const struct {
    const char *interface;
    crawler_reason want;
  } cases[] = {
    { "127.0.0.7", CRAWLER_REASON_NONE },
    { "lo", CRAWLER_REASON_NONE },
    { "192.0.2.77", CRAWLER_FAILED_INTERNAL }, /* not this machine's */
    { "none0", CRAWLER_FAILED_INTERNAL },
    { "::1", CRAWLER_FAILED_ADDRESS }, /* the server has no IPv6 */
  };
  struct cr_raw_server *server = cr_raw_server_play(polite);
  char origin[64];

  (void)state;
  (void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", cr_raw_server_port(server));
  for (size_t i = 0; i < COUNT(cases); i++) {
    crawler_reason got = ask(cases[i].interface, 0, NULL, origin);
    if (got != cases[i].want)
      fail_msg("%s: %d", cases[i].interface, got);
  }
  cr_raw_server_stop(server);
}

/* A server that takes one connection tells where it came from. */
static void the_server_sees_the_source(void **state)
{
  struct cr_source source;
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
  struct sockaddr_in peer;
  socklen_t len = sizeof(at);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int fd = socket(AF_INET, SOCK_STREAM, 0);

  (void)state;
  assert_int_equal(bind(listener, (void *)&at, sizeof(at)), 0);
  assert_int_equal(listen(listener, 1), 0);
  assert_int_equal(getsockname(listener, (void *)&at, &len), 0);
  assert_int_equal(cr_source_read(&source, CR_SPAN("127.0.0.7")), 0);
  assert_int_equal(cr_source_bind(&source, fd, AF_INET6), EAFNOSUPPORT);
  assert_int_equal(cr_source_bind(&source, fd, AF_INET), 0);
  assert_int_equal(connect(fd, (void *)&at, sizeof(at)), 0);
  int accepted = accept(listener, (void *)&peer, &len);
  assert_true(accepted >= 0);
  assert_int_equal(ntohl(peer.sin_addr.s_addr), 0x7f000007);
  (void)close(accepted);
  (void)close(fd);
  (void)close(listener);
}

static void addresses_of_the_other_version_are_not_used(void **state)
{
  static const struct {
    const char *host;
    uint8_t ip_version;
    crawler_reason want;
  } cases[] = {
    { "127.0.0.1", 0, CRAWLER_REASON_NONE },
    { "127.0.0.1", 4, CRAWLER_REASON_NONE },
    { "127.0.0.1", 6, CRAWLER_FAILED_ADDRESS },
    { "[::1]", 4, CRAWLER_FAILED_ADDRESS },
    { "[::ffff:127.0.0.1]", 6, CRAWLER_FAILED_ADDRESS },
    { "both.test", 4, CRAWLER_REASON_NONE },
    { "four.test", 4, CRAWLER_REASON_NONE },
    { "four.test", 6, CRAWLER_FAILED_ADDRESS },
    { "six.test", 4, CRAWLER_FAILED_ADDRESS },
  };
  struct cr_raw_server *server = cr_raw_server_play(polite);
  int port = cr_raw_server_port(server);
  char resolve[256];

  (void)state;
  (void)snprintf(resolve, sizeof(resolve),
                 "both.test:*:[::1],both.test:*:127.0.0.1,four.test:*:127.0.0.1,six.test:*:[::1]");
  for (size_t i = 0; i < COUNT(cases); i++) {
    char origin[64];
    (void)snprintf(origin, sizeof(origin), "http://%s:%d", cases[i].host, port);
    crawler_reason got = ask(NULL, cases[i].ip_version, resolve, origin);
    if (got != cases[i].want)
      fail_msg("%s by %d: %d", cases[i].host, cases[i].ip_version, got);
  }
  cr_raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_source_is_an_address_or_an_interface),
    cmocka_unit_test(an_ip_version_is_any_4_or_6),
    cmocka_unit_test(a_mapped_address_is_reached_by_ipv4),
    cmocka_unit_test(connections_come_from_the_source),
    cmocka_unit_test(the_server_sees_the_source),
    cmocka_unit_test(addresses_of_the_other_version_are_not_used),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

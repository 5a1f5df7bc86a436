/* SPDX-License-Identifier: MIT */
/* test_resolve_cares.c - asking a real name server on loopback, well-behaved or not.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "support/dns_rig.h"
#include "support/oom.h"

enum { HALF_MS = 300 };

static struct cr_dns_result ask(struct cr_dns_rig *f, const char *name)
{
  struct cr_dns_result result = { .calls = 0 };

  assert_int_equal(cr_cares_ask(f->cares, name, cr_dns_rig_done, &result), 0);
  cr_dns_rig_turn_until(f, &result.calls, 1);
  assert_int_equal(result.calls, 1);
  return result;
}

/* ---- good answers ---- */

static void answer_both(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)user;
  if (q->type == CR_DNS_A) {
    cr_dns_add_address(reply, NULL, 300, "192.0.2.1");
    cr_dns_add_address(reply, NULL, 200, "192.0.2.2");
  } else {
    cr_dns_add_address(reply, NULL, 400, "2001:db8::1");
  }
}

static void both_families_are_asked_and_the_shortest_ttl_counts(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_both, CR_DNS_TIMEOUT_MS);
  static const char *const want[] = { "2001:db8::1", "192.0.2.1", "192.0.2.2" };
  struct cr_dns_result result = ask(f, "host.test");

  assert_int_equal(result.count, 3);
  for (size_t i = 0; i < 3; i++) { /* in turns: RFC 8305 section 4 */
    char text[64];
    cr_address_format(&result.addresses[i], text);
    assert_string_equal(text, want[i]);
  }
  assert_int_equal(result.ttl_ms, 200 * 1000);
  assert_int_equal(f->server.udp_questions, 2);
}

static void answer_a_only(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)user;
  if (q->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 300, "192.0.2.1");
}

static void one_family_is_enough(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_a_only, CR_DNS_TIMEOUT_MS);
  struct cr_dns_result result = ask(f, "host.test");

  assert_int_equal(result.count, 1);
  assert_true(cr_dns_has(&result, "192.0.2.1"));
}

/* 5 labels of 50 characters: far beyond the 64 bytes of HOST_NAME_MAX (libevent #1280). */
#define LABEL "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeee"
#define LONG_NAME LABEL "1." LABEL "2." LABEL "3." LABEL "4.test"

static void answer_cname(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)user;
  cr_dns_add_cname(reply, NULL, 30, "middle.test");
  cr_dns_add_cname(reply, "middle.test", 3000, LONG_NAME);
  if (q->type == CR_DNS_A)
    cr_dns_add_address(reply, LONG_NAME, 600, "192.0.2.7");
}

static void long_aliases_are_followed_and_their_ttl_counts(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_cname, CR_DNS_TIMEOUT_MS);
  struct cr_dns_result result = ask(f, "alias.test");

  assert_int_equal(result.count, 1);
  assert_true(cr_dns_has(&result, "192.0.2.7"));
  assert_int_equal(result.ttl_ms, 30 * 1000);
}

static void long_names_can_be_asked(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_a_only, CR_DNS_TIMEOUT_MS);
  struct cr_dns_result result = ask(f, LONG_NAME);

  assert_int_equal(result.count, 1);
}

static void answer_many(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  char text[32];
  (void)user;

  if (q->type != CR_DNS_A)
    return;
  if (!q->over_tcp) {
    cr_dns_set_truncated(reply);
    return;
  }
  for (int i = 1; i <= 40; i++) {
    (void)snprintf(text, sizeof(text), "192.0.2.%d", i);
    cr_dns_add_address(reply, NULL, 300, text);
  }
}

/* The C library's would be SIGPIPE if the server has just closed. */
static int writes_with_signal;

__attribute__((visibility("default"))) ssize_t writev(int fd, const struct iovec *parts, int count)
{
  struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = count };

  writes_with_signal++;
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static void a_truncated_answer_is_asked_for_over_tcp_and_cut_at_16(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_many, CR_DNS_TIMEOUT_MS);
  writes_with_signal = 0;
  struct cr_dns_result result = ask(f, "many.test");

  assert_int_equal(result.count, CR_RESOLVE_MAX_ADDRESSES);
  assert_int_equal(f->server.tcp_questions, 1);
  assert_int_equal(writes_with_signal, 0);
}

static void many_names_at_once_get_each_its_own_answer(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_answer_by_name, CR_DNS_TIMEOUT_MS);
  static struct cr_dns_result results[CR_DNS_MANY];
  char text[32];

  memset(results, 0, sizeof(results));
  for (int i = 0; i < CR_DNS_MANY; i++) {
    (void)snprintf(text, sizeof(text), "host%d.test", i);
    assert_int_equal(cr_cares_ask(f->cares, text, cr_dns_rig_done, &results[i]), 0);
  }
  for (int i = 0; i < CR_DNS_MANY; i++) {
    cr_dns_rig_turn_until(f, &results[i].calls, 1);
    (void)snprintf(text, sizeof(text), "192.0.2.%d", i);
    assert_int_equal(results[i].count, 1);
    assert_true(cr_dns_has(&results[i], text));
  }
}

/* RFC 6761: c-ares knows it too, and says so inside the call. */
static void an_answer_may_come_inside_the_call(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_both, CR_DNS_TIMEOUT_MS);
  struct cr_dns_result result = { .calls = 0 };

  assert_int_equal(cr_cares_ask(f->cares, "localhost", cr_dns_rig_done, &result), 0);
  assert_int_equal(result.calls, 1);
  assert_true(cr_dns_has(&result, "127.0.0.1"));
  assert_int_equal(f->server.udp_questions, 0);
}

/* The C library's, but for one file. */
static const char *hosts_text; /* NULL: nobody reads it */

__attribute__((visibility("default"))) FILE *fopen(const char *path, const char *mode)
{
  if (strcmp(path, "/etc/hosts") == 0 && hosts_text)
    return fmemopen((void *)(uintptr_t)hosts_text, strlen(hosts_text), "r");
  return fopen64(path, mode);
}

static void names_in_the_hosts_file_are_asked_of_nobody(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_both, CR_DNS_TIMEOUT_MS);

  hosts_text = "# ours\n198.51.100.7 filed.test other.test\n2001:db8::7 filed.test\n";
  struct cr_dns_result filed = ask(f, "filed.test");
  struct cr_dns_result other = ask(f, "other.test");
  int asked = f->server.udp_questions;
  struct cr_dns_result unknown = ask(f, "third.test");
  hosts_text = NULL;
  assert_int_equal(filed.count, 2);
  assert_true(cr_dns_has(&filed, "198.51.100.7"));
  assert_true(cr_dns_has(&filed, "2001:db8::7"));
  assert_true(cr_dns_has(&other, "198.51.100.7"));
  assert_int_equal(asked, 0);
  assert_true(cr_dns_has(&unknown, "192.0.2.1"));
}

/* ---- failures ---- */

static void answer_code(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  int code = 0;
  (void)user;

  if (sscanf(q->name, "code%d.test", &code) == 1)
    cr_dns_set_code(reply, code);
}

static void failures_say_what_happened_and_how_long_it_holds(void **state)
{
  static const struct {
    const char *name;
    int64_t ttl_ms;
    const char *why;
  } cases[] = {
    { "code3.test", CR_RESOLVE_ABSENT_MS, "no such host" },
    { "code0.test", CR_RESOLVE_ABSENT_MS, "the host has no address" },
    { "code5.test", CR_RESOLVE_TROUBLE_MS, NULL }, /* REFUSED */
    { "code2.test", CR_RESOLVE_TROUBLE_MS, NULL }, /* SERVFAIL */
    { "code4.test", CR_RESOLVE_TROUBLE_MS, NULL }, /* NOTIMP */
    { "code1.test", CR_RESOLVE_TROUBLE_MS, NULL }, /* FORMERR */
  };
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_code, CR_DNS_TIMEOUT_MS);

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_dns_result result = ask(f, cases[i].name);
    assert_int_equal(result.count, 0);
    assert_int_equal(result.ttl_ms, cases[i].ttl_ms);
    if (cases[i].why)
      assert_string_equal(result.why, cases[i].why);
  }
}

static void silence_ends_in_time_after_some_tries(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_stay_silent, CR_DNS_SHORT_MS);
  int64_t start_ms = cr_clock_mono_ms();
  struct cr_dns_result result = ask(f, "silent.test");

  assert_string_equal(result.why, "no answer from the name servers in time");
  assert_int_equal(result.ttl_ms, CR_RESOLVE_TROUBLE_MS);
  assert_in_range(f->server.udp_questions, 4, 6); /* two types, two or three tries each */
  assert_true(cr_clock_mono_ms() - start_ms >= CR_DNS_SHORT_MS / 8);
}

static void answer_a_and_hang(const struct cr_dns_question *q, struct cr_dns_reply *reply,
                              void *user)
{
  (void)user;
  if (q->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 300, "192.0.2.1");
  else
    reply->len = 0;
}

static void half_an_answer_is_better_than_none(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_a_and_hang, HALF_MS);
  struct cr_dns_result result = ask(f, "half.test");

  assert_int_equal(result.count, 1);
  assert_true(cr_dns_has(&result, "192.0.2.1"));
}

static void several_silent_servers_take_no_longer(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_stay_silent, CR_DNS_SHORT_MS);
  char servers[256];
  struct cr_dns_result result;

  cr_cares_close(f->cares);
  f->cares = NULL;
  (void)snprintf(servers, sizeof(servers), "%s, %s ,%s", f->server.address, f->server.address,
                 f->server.address);
  assert_int_equal(cr_cares_open(&f->cares, &f->mem, f->loop, servers, 2 * CR_DNS_SHORT_MS), 0);
  result = ask(f, "silent.test");
  assert_int_equal(result.count, 0);
  assert_in_range(f->server.udp_questions, 6, 12); /* each server at least once, twice at most */
}

static void a_server_that_is_not_there_is_an_error_before_the_time_is_over(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_stay_silent, CR_DNS_TIMEOUT_MS);
  int64_t start_ms = cr_clock_mono_ms();
  struct cr_dns_result result;

  cr_dns_server_close(&f->server);
  f->has_server = false;
  result = ask(f, "nobody.test");
  assert_int_equal(result.count, 0);
  assert_int_equal(result.ttl_ms, CR_RESOLVE_TROUBLE_MS);
  assert_true(cr_clock_mono_ms() - start_ms < CR_DNS_TIMEOUT_MS);
}

/* ---- hostile answers ---- */

struct mangler {
  struct cr_random random;
  int kind;
};

static void answer_mangled(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  struct mangler *m = user;
  static const uint8_t loop[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 1, 2, 3, 4 };
  size_t question_len = reply->len;

  answer_both(q, reply, NULL);
  switch (m->kind) {
  case 0: /* bytes changed behind the question */
    for (int i = 0; i < 4; i++)
      reply->bytes[question_len + cr_random_below(&m->random, reply->len - question_len)] =
          (uint8_t)cr_random_next(&m->random);
    break;
  case 1: /* cut anywhere */
    reply->len = 1 + cr_random_below(&m->random, reply->len - 1);
    break;
  case 2: /* another id */
    reply->bytes[0] ^= 0x55;
    break;
  case 3: /* another question */
    reply->bytes[13] ^= 1;
    break;
  case 4: /* noise */
    reply->len = 1 + cr_random_below(&m->random, 600);
    for (size_t i = 2; i < reply->len; i++)
      reply->bytes[i] = (uint8_t)cr_random_next(&m->random);
    break;
  case 5: /* counts that lie */
    for (int i = 4; i < 12; i++)
      reply->bytes[i] = (uint8_t)cr_random_next(&m->random);
    break;
  case 6: /* an owner that points at itself */
    reply->len = question_len;
    memcpy(reply->bytes + reply->len, loop, sizeof(loop));
    reply->bytes[reply->len + 1] = (uint8_t)reply->len;
    reply->bytes[7] = 1;
    reply->len += sizeof(loop);
    break;
  case 7: /* an alias of itself */
    cr_dns_add_cname(reply, NULL, 1, q->name);
    break;
  default: /* anything, anywhere */
    for (int i = 0; i < 8; i++)
      reply->bytes[cr_random_below(&m->random, reply->len)] = (uint8_t)cr_random_next(&m->random);
  }
}

static void mangled_answers_end_in_some_answer(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_mangled, CR_DNS_SHORT_MS);
  struct mangler mangler = { .random = { 42 } };
  static struct cr_dns_result results[CR_DNS_MANY];
  char name[32];

  f->server.user = &mangler;
  for (mangler.kind = 0; mangler.kind < 9; mangler.kind++) {
    memset(results, 0, sizeof(results));
    for (int i = 0; i < 50; i++) {
      (void)snprintf(name, sizeof(name), "m%d.test", i);
      assert_int_equal(cr_cares_ask(f->cares, name, cr_dns_rig_done, &results[i]), 0);
    }
    for (int i = 0; i < 50; i++)
      cr_dns_rig_turn_until(f, &results[i].calls, 1);
    for (int i = 0; i < 50; i++) {
      assert_int_equal(results[i].calls, 1);
      if (mangler.kind == 2 || mangler.kind == 3) /* not an answer to our question */
        assert_int_equal(results[i].count, 0);
    }
  }
}

/* ---- opening and closing ---- */

static void server_lists_are_checked(void **state)
{
  static const struct {
    const char *list;
    bool good;
  } cases[] = {
    { "127.0.0.1", true },
    { "127.0.0.1:5353", true },
    { "::1", true },
    { "[::1]", true },
    { "[::1]:5353", true },
    { "127.0.0.1, [::1]:53,,", true },
    { "1.0.0.1,1.0.0.2,1.0.0.3,1.0.0.4,1.0.0.5,1.0.0.6,1.0.0.7,1.0.0.8", true },
    { "1.0.0.1,1.0.0.2,1.0.0.3,1.0.0.4,1.0.0.5,1.0.0.6,1.0.0.7,1.0.0.8,1.0.0.9", false },
    { "127.0.0.1:", false },
    { "127.0.0.1:0", false },
    { "127.0.0.1:65536", false },
    { "127.0.0.1:99999", false },
    { "127.0.0.1:dns", false },
    { "127.0.0.1:53:53", false },
    { "127.0.0", false },
    { ":53", false },
    { "dns.example.org", false },
    { "[::1", false },
    { "[::1]53", false },
    { "[::1]:", false },
    { "127.0.0.1,nonsense", false },
  };
  struct cr_dns_rig *f = *state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_cares *cares = NULL;
    int err = cr_cares_open(&cares, &f->mem, f->loop, cases[i].list, CR_DNS_TIMEOUT_MS);
    if (err != (cases[i].good ? 0 : CRAWLER_E_VALUE))
      fail_msg("%s: %d", cases[i].list, err);
    cr_cares_close(cares);
  }
}

static void the_systems_configuration_opens_without_asking_anybody(void **state)
{
  struct cr_dns_rig *f = *state;
  assert_int_equal(cr_cares_open(&f->cares, &f->mem, f->loop, "", CR_DNS_TIMEOUT_MS), 0);
}

static void any_timeout_can_be_asked_for(void **state)
{
  static const int64_t timeouts[] = { INT64_MIN, -1, 0, 1, 7, INT32_MAX, INT64_MAX };
  struct cr_dns_rig *f = *state;

  for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    struct cr_cares *cares = NULL;
    assert_int_equal(cr_cares_open(&cares, &f->mem, f->loop, "127.0.0.1", timeouts[i]), 0);
    cr_cares_close(cares);
  }
}

static void closing_tells_nobody_and_leaves_nothing(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_stay_silent, CR_DNS_TIMEOUT_MS);
  static struct cr_dns_result results[CR_DNS_MANY];
  char name[32];

  memset(results, 0, sizeof(results));
  for (int i = 0; i < CR_DNS_MANY; i++) {
    (void)snprintf(name, sizeof(name), "m%d.test", i);
    assert_int_equal(cr_cares_ask(f->cares, name, cr_dns_rig_done, &results[i]), 0);
  }
  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  cr_cares_close(f->cares);
  f->cares = NULL;
  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  for (int i = 0; i < CR_DNS_MANY; i++)
    assert_int_equal(results[i].calls, 0);
  cr_cares_close(NULL);
}

static int count_fds(void)
{
  DIR *dir = opendir("/proc/self/fd");
  int count = 0;

  assert_non_null(dir);
  while (readdir(dir))
    count++;
  closedir(dir);
  return count;
}

static void an_idle_resolver_holds_no_descriptor(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, answer_both, CR_DNS_TIMEOUT_MS);
  int before = count_fds();

  (void)ask(f, "host.test");
  assert_int_equal(count_fds(), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cr_dns_rig_set_up, cr_dns_rig_tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(both_families_are_asked_and_the_shortest_ttl_counts),
    TEST(one_family_is_enough),
    TEST(long_aliases_are_followed_and_their_ttl_counts),
    TEST(long_names_can_be_asked),
    TEST(a_truncated_answer_is_asked_for_over_tcp_and_cut_at_16),
    TEST(many_names_at_once_get_each_its_own_answer),
    TEST(an_answer_may_come_inside_the_call),
    TEST(names_in_the_hosts_file_are_asked_of_nobody),
    TEST(failures_say_what_happened_and_how_long_it_holds),
    TEST(silence_ends_in_time_after_some_tries),
    TEST(half_an_answer_is_better_than_none),
    TEST(several_silent_servers_take_no_longer),
    TEST(a_server_that_is_not_there_is_an_error_before_the_time_is_over),
    TEST(mangled_answers_end_in_some_answer),
    TEST(server_lists_are_checked),
    TEST(the_systems_configuration_opens_without_asking_anybody),
    TEST(any_timeout_can_be_asked_for),
    TEST(closing_tells_nobody_and_leaves_nothing),
    TEST(an_idle_resolver_holds_no_descriptor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

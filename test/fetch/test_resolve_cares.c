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
#include "fetch/resolve.h"
#include "support/dns_server.h"
#include "support/oom.h"

enum { PATIENCE_MS = 20000, TIMEOUT_MS = 5000, SHORT_MS = 60, HALF_MS = 300, MANY = 200 };

struct result {
  int calls;
  struct cr_address addresses[CR_RESOLVE_MAX_ADDRESSES];
  size_t count;
  int64_t ttl_ms;
  const char *why;
};

struct fixture {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct cr_dns_server server;
  bool has_server;
  struct cr_cares *cares;
  int runs;
};

static void on_done(void *arg, const struct cr_address *addresses, size_t count, int64_t ttl_ms,
                    const char *why)
{
  struct result *result = arg;

  result->calls++;
  result->count = count;
  result->ttl_ms = ttl_ms;
  result->why = why;
  assert_true(count <= CR_RESOLVE_MAX_ADDRESSES);
  if (count > 0)
    memcpy(result->addresses, addresses, count * sizeof(*addresses));
  else
    assert_non_null(why);
}

static int set_up(void **state)
{
  struct fixture *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  assert_int_equal(cr_loop_open_libevent(&f->loop, &f->mem, NULL), 0);
  f->has_server = cr_dns_server_open(&f->server, f->loop);
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  cr_cares_close(f->cares);
  if (f->has_server)
    cr_dns_server_close(&f->server);
  cr_loop_close(f->loop);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

/* The test is skipped where there is no loopback. */
static struct fixture *
serve(void **state, void (*answer)(const struct cr_dns_question *, struct cr_dns_reply *, void *),
      int64_t timeout_ms)
{
  struct fixture *f = *state;

  if (!f->has_server)
    skip();
  f->server.answer = answer;
  assert_int_equal(cr_cares_open(&f->cares, &f->mem, f->loop, f->server.address, timeout_ms), 0);
  return f;
}

static void turn_until(struct fixture *f, const int *flag, int value)
{
  int64_t deadline_ms = cr_clock_mono_ms() + PATIENCE_MS;

  while (*flag < value) {
    assert_true(cr_clock_mono_ms() < deadline_ms);
    assert_int_equal(cr_loop_turn(f->loop, 1000), 0);
  }
}

static struct result ask(struct fixture *f, const char *name)
{
  struct result result = { .calls = 0 };

  assert_int_equal(cr_cares_ask(f->cares, name, on_done, &result), 0);
  turn_until(f, &result.calls, 1);
  assert_int_equal(result.calls, 1);
  return result;
}

static bool has(const struct result *result, const char *text)
{
  struct cr_address want;

  assert_true(cr_address_parse(cr_span_text(text), &want));
  for (size_t i = 0; i < result->count; i++)
    if (result->addresses[i].family == want.family &&
        memcmp(result->addresses[i].bytes, want.bytes, want.family == 4 ? 4 : 16) == 0)
      return true;
  return false;
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
  struct fixture *f = serve(state, answer_both, TIMEOUT_MS);
  static const char *const want[] = { "2001:db8::1", "192.0.2.1", "192.0.2.2" };
  struct result result = ask(f, "host.test");

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
  struct fixture *f = serve(state, answer_a_only, TIMEOUT_MS);
  struct result result = ask(f, "host.test");

  assert_int_equal(result.count, 1);
  assert_true(has(&result, "192.0.2.1"));
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
  struct fixture *f = serve(state, answer_cname, TIMEOUT_MS);
  struct result result = ask(f, "alias.test");

  assert_int_equal(result.count, 1);
  assert_true(has(&result, "192.0.2.7"));
  assert_int_equal(result.ttl_ms, 30 * 1000);
}

static void long_names_can_be_asked(void **state)
{
  struct fixture *f = serve(state, answer_a_only, TIMEOUT_MS);
  struct result result = ask(f, LONG_NAME);

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
  struct fixture *f = serve(state, answer_many, TIMEOUT_MS);
  writes_with_signal = 0;
  struct result result = ask(f, "many.test");

  assert_int_equal(result.count, CR_RESOLVE_MAX_ADDRESSES);
  assert_int_equal(f->server.tcp_questions, 1);
  assert_int_equal(writes_with_signal, 0);
}

static void answer_by_name(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  int number = 0;
  char text[32];
  (void)user;

  if (sscanf(q->name, "host%d.test", &number) != 1 || q->type != CR_DNS_A)
    return;
  (void)snprintf(text, sizeof(text), "192.0.2.%d", number);
  cr_dns_add_address(reply, NULL, 300, text);
}

static void many_names_at_once_get_each_its_own_answer(void **state)
{
  struct fixture *f = serve(state, answer_by_name, TIMEOUT_MS);
  static struct result results[MANY];
  char text[32];

  memset(results, 0, sizeof(results));
  for (int i = 0; i < MANY; i++) {
    (void)snprintf(text, sizeof(text), "host%d.test", i);
    assert_int_equal(cr_cares_ask(f->cares, text, on_done, &results[i]), 0);
  }
  for (int i = 0; i < MANY; i++) {
    turn_until(f, &results[i].calls, 1);
    (void)snprintf(text, sizeof(text), "192.0.2.%d", i);
    assert_int_equal(results[i].count, 1);
    assert_true(has(&results[i], text));
  }
}

/* RFC 6761: c-ares knows it too, and says so inside the call. */
static void an_answer_may_come_inside_the_call(void **state)
{
  struct fixture *f = serve(state, answer_both, TIMEOUT_MS);
  struct result result = { .calls = 0 };

  assert_int_equal(cr_cares_ask(f->cares, "localhost", on_done, &result), 0);
  assert_int_equal(result.calls, 1);
  assert_true(has(&result, "127.0.0.1"));
  assert_int_equal(f->server.udp_questions, 0);
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
  struct fixture *f = serve(state, answer_code, TIMEOUT_MS);

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct result result = ask(f, cases[i].name);
    assert_int_equal(result.count, 0);
    assert_int_equal(result.ttl_ms, cases[i].ttl_ms);
    if (cases[i].why)
      assert_string_equal(result.why, cases[i].why);
  }
}

static void stay_silent(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)q;
  (void)user;
  reply->len = 0;
}

static void silence_ends_in_time_after_some_tries(void **state)
{
  struct fixture *f = serve(state, stay_silent, SHORT_MS);
  int64_t start_ms = cr_clock_mono_ms();
  struct result result = ask(f, "silent.test");

  assert_string_equal(result.why, "no answer from the name servers in time");
  assert_int_equal(result.ttl_ms, CR_RESOLVE_TROUBLE_MS);
  assert_in_range(f->server.udp_questions, 4, 6); /* two types, two or three tries each */
  assert_true(cr_clock_mono_ms() - start_ms >= SHORT_MS / 8);
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
  struct fixture *f = serve(state, answer_a_and_hang, HALF_MS);
  struct result result = ask(f, "half.test");

  assert_int_equal(result.count, 1);
  assert_true(has(&result, "192.0.2.1"));
}

static void several_silent_servers_take_no_longer(void **state)
{
  struct fixture *f = serve(state, stay_silent, SHORT_MS);
  char servers[256];
  struct result result;

  cr_cares_close(f->cares);
  f->cares = NULL;
  (void)snprintf(servers, sizeof(servers), "%s, %s ,%s", f->server.address, f->server.address,
                 f->server.address);
  assert_int_equal(cr_cares_open(&f->cares, &f->mem, f->loop, servers, 2 * SHORT_MS), 0);
  result = ask(f, "silent.test");
  assert_int_equal(result.count, 0);
  assert_in_range(f->server.udp_questions, 6, 12); /* each server at least once, twice at most */
}

static void a_server_that_is_not_there_is_an_error_before_the_time_is_over(void **state)
{
  struct fixture *f = serve(state, stay_silent, TIMEOUT_MS);
  int64_t start_ms = cr_clock_mono_ms();
  struct result result;

  cr_dns_server_close(&f->server);
  f->has_server = false;
  result = ask(f, "nobody.test");
  assert_int_equal(result.count, 0);
  assert_int_equal(result.ttl_ms, CR_RESOLVE_TROUBLE_MS);
  assert_true(cr_clock_mono_ms() - start_ms < TIMEOUT_MS);
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
  struct fixture *f = serve(state, answer_mangled, SHORT_MS);
  struct mangler mangler = { .random = { 42 } };
  static struct result results[MANY];
  char name[32];

  f->server.user = &mangler;
  for (mangler.kind = 0; mangler.kind < 9; mangler.kind++) {
    memset(results, 0, sizeof(results));
    for (int i = 0; i < 50; i++) {
      (void)snprintf(name, sizeof(name), "m%d.test", i);
      assert_int_equal(cr_cares_ask(f->cares, name, on_done, &results[i]), 0);
    }
    for (int i = 0; i < 50; i++)
      turn_until(f, &results[i].calls, 1);
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
  struct fixture *f = *state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_cares *cares = NULL;
    int err = cr_cares_open(&cares, &f->mem, f->loop, cases[i].list, TIMEOUT_MS);
    if (err != (cases[i].good ? 0 : CRAWLER_E_VALUE))
      fail_msg("%s: %d", cases[i].list, err);
    cr_cares_close(cares);
  }
}

static void the_systems_configuration_opens_without_asking_anybody(void **state)
{
  struct fixture *f = *state;
  assert_int_equal(cr_cares_open(&f->cares, &f->mem, f->loop, "", TIMEOUT_MS), 0);
}

static void any_timeout_can_be_asked_for(void **state)
{
  static const int64_t timeouts[] = { INT64_MIN, -1, 0, 1, 7, INT32_MAX, INT64_MAX };
  struct fixture *f = *state;

  for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
    struct cr_cares *cares = NULL;
    assert_int_equal(cr_cares_open(&cares, &f->mem, f->loop, "127.0.0.1", timeouts[i]), 0);
    cr_cares_close(cares);
  }
}

static void closing_tells_nobody_and_leaves_nothing(void **state)
{
  struct fixture *f = serve(state, stay_silent, TIMEOUT_MS);
  static struct result results[MANY];
  char name[32];

  memset(results, 0, sizeof(results));
  for (int i = 0; i < MANY; i++) {
    (void)snprintf(name, sizeof(name), "m%d.test", i);
    assert_int_equal(cr_cares_ask(f->cares, name, on_done, &results[i]), 0);
  }
  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  cr_cares_close(f->cares);
  f->cares = NULL;
  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  for (int i = 0; i < MANY; i++)
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
  struct fixture *f = serve(state, answer_both, TIMEOUT_MS);
  int before = count_fds();

  (void)ask(f, "host.test");
  assert_int_equal(count_fds(), before);
}

/* ---- the whole resolver on top of it ---- */

struct question {
  struct cr_resolve resolve;
  struct result result;
};

static void on_resolved(struct cr_resolve *resolve, const struct cr_address *addresses,
                        size_t count, const char *why)
{
  struct question *q = CR_CONTAINER(resolve, struct question, resolve);
  on_done(&q->result, addresses, count, 0, why);
}

static struct cr_resolver *open_resolver(struct fixture *f, struct cr_mem *mem,
                                         struct question *questions, int count, int64_t timeout_ms)
{
  struct cr_resolver_config config = { .mem = mem,
                                       .loop = f->loop,
                                       .servers = f->server.address,
                                       .timeout_ms = timeout_ms,
                                       .max_cached = 100,
                                       .max_active = 8 };
  struct cr_resolver *r = NULL;
  int err = cr_resolver_open(&r, &config);

  for (int i = 0; i < count; i++)
    questions[i] = (struct question){ .resolve.done = on_resolved };
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  return r;
}

static void many_questions_for_few_names_are_few_queries(void **state)
{
  struct fixture *f = serve(state, answer_by_name, TIMEOUT_MS);
  static struct question questions[MANY];
  struct cr_resolver *r = open_resolver(f, &f->mem, questions, MANY, TIMEOUT_MS);
  char name[32];

  for (int i = 0; i < MANY; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i % 20);
    assert_int_equal(cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80), 0);
  }
  for (int i = 0; i < MANY; i++) {
    turn_until(f, &questions[i].result.calls, 1);
    (void)snprintf(name, sizeof(name), "192.0.2.%d", i % 20);
    assert_true(has(&questions[i].result, name));
  }
  assert_int_equal(f->server.udp_questions, 2 * 20);
  cr_resolver_close(r);
}

static void a_resolver_may_be_closed_while_c_ares_is_asked(void **state)
{
  struct fixture *f = serve(state, stay_silent, TIMEOUT_MS);
  static struct question questions[20];
  struct cr_resolver *r = open_resolver(f, &f->mem, questions, 20, TIMEOUT_MS);
  char name[32];

  for (int i = 0; i < 20; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    assert_int_equal(cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80), 0);
  }
  turn_until(f, &f->server.udp_questions, 2);
  cr_resolver_close(r);
  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  for (int i = 0; i < 20; i++)
    assert_int_equal(questions[i].result.calls, 0);
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct fixture *f = arg;
  /* A socket that there was no memory to watch is silence: wait for it only shortly. */
  bool undisturbed = f->runs++ == 0;
  int64_t timeout_ms = undisturbed ? TIMEOUT_MS : SHORT_MS;
  static struct question questions[12];
  struct cr_resolver *r = open_resolver(f, mem, questions, 12, timeout_ms);
  char name[32];

  if (!r) {
    assert_true(cr_test_oom_refused(mem));
    return;
  }
  for (int i = 0; i < 12; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i % 10);
    int err = cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    if (err)
      questions[i].result.calls = 1;
  }
  for (int i = 0; i < 12; i++) {
    turn_until(f, &questions[i].result.calls, 1);
    if (undisturbed)
      assert_int_equal(questions[i].result.count, 1);
  }
  cr_resolver_close(r);
}

static void running_out_of_memory_fails_questions_and_loses_none(void **state)
{
  struct fixture *f = serve(state, answer_by_name, TIMEOUT_MS);
  cr_test_oom(oom_scenario, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
    TEST(many_questions_for_few_names_are_few_queries),
    TEST(a_resolver_may_be_closed_while_c_ares_is_asked),
    TEST(running_out_of_memory_fails_questions_and_loses_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

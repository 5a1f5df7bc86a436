/* SPDX-License-Identifier: MIT */
/* dns_rig.c - a name server of the test's own, and c-ares to ask it, on one real loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/dns_rig.h"

#include "base/clock.h"
#include "support/oom.h"

enum { PATIENCE_MS = 20000 };

void cr_dns_rig_done(void *arg, const struct cr_address *addresses, size_t count, int64_t ttl_ms,
                     const char *why)
{
  struct cr_dns_result *result = arg;

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

int cr_dns_rig_set_up(void **state)
{
  struct cr_dns_rig *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  assert_int_equal(cr_loop_open_libevent(&f->loop, &f->mem, NULL), 0);
  f->has_server = cr_dns_server_open(&f->server, f->loop);
  *state = f;
  return 0;
}

int cr_dns_rig_tear_down(void **state)
{
  struct cr_dns_rig *f = *state;

  cr_cares_close(f->cares);
  if (f->has_server)
    cr_dns_server_close(&f->server);
  cr_loop_close(f->loop);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

/* The test is skipped where there is no loopback. */
struct cr_dns_rig *cr_dns_rig_serve(void **state,
                                    void (*answer)(const struct cr_dns_question *,
                                                   struct cr_dns_reply *, void *),
                                    int64_t timeout_ms)
{
  struct cr_dns_rig *f = *state;

  if (!f->has_server)
    skip();
  f->server.answer = answer;
  assert_int_equal(cr_cares_open(&f->cares, &f->mem, f->loop, f->server.address, timeout_ms), 0);
  return f;
}

void cr_dns_rig_turn_until(struct cr_dns_rig *f, const int *flag, int value)
{
  int64_t deadline_ms = cr_clock_mono_ms() + PATIENCE_MS;

  while (*flag < value) {
    assert_true(cr_clock_mono_ms() < deadline_ms);
    assert_int_equal(cr_loop_turn(f->loop, 1000), 0);
  }
}

bool cr_dns_has(const struct cr_dns_result *result, const char *text)
{
  struct cr_address want;

  assert_true(cr_address_parse(cr_span_text(text), &want));
  for (size_t i = 0; i < result->count; i++)
    if (result->addresses[i].family == want.family &&
        memcmp(result->addresses[i].bytes, want.bytes, want.family == 4 ? 4 : 16) == 0)
      return true;
  return false;
}

void cr_dns_answer_by_name(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  int number = 0;
  char text[32];
  (void)user;

  if (sscanf(q->name, "host%d.test", &number) != 1 || q->type != CR_DNS_A)
    return;
  (void)snprintf(text, sizeof(text), "192.0.2.%d", number);
  cr_dns_add_address(reply, NULL, 300, text);
}

void cr_dns_stay_silent(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user)
{
  (void)q;
  (void)user;
  reply->len = 0;
}

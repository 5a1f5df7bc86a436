/* SPDX-License-Identifier: MIT */
/* dns_rig.h - a name server of the test's own, and c-ares to ask it, on one real loop.
 *
 * Include <cmocka.h> and what it needs before use. Failures are reported to the running test.
 */
#ifndef CR_TEST_DNS_RIG_H
#define CR_TEST_DNS_RIG_H

#include "fetch/resolve.h"
#include "support/dns_server.h"

enum { CR_DNS_TIMEOUT_MS = 5000, CR_DNS_SHORT_MS = 60, CR_DNS_MANY = 200 };

struct cr_dns_result {
  int calls;
  struct cr_address addresses[CR_RESOLVE_MAX_ADDRESSES];
  size_t count;
  int64_t ttl_ms;
  const char *why;
};

struct cr_dns_rig {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct cr_dns_server server;
  bool has_server;
  struct cr_cares *cares;
  int runs;
};

/* Set-up and tear-down of a test: *state is a rig. */
int cr_dns_rig_set_up(void **state);
int cr_dns_rig_tear_down(void **state);
/* The server answers, and c-ares may ask it. The test is skipped where there is no loopback. */
struct cr_dns_rig *cr_dns_rig_serve(void **state,
                                    void (*answer)(const struct cr_dns_question *,
                                                   struct cr_dns_reply *, void *),
                                    int64_t timeout_ms);
/* A cr_cares_done; arg is a result. */
void cr_dns_rig_done(void *arg, const struct cr_address *addresses, size_t count, int64_t ttl_ms,
                     const char *why);
void cr_dns_rig_turn_until(struct cr_dns_rig *f, const int *flag, int value);
bool cr_dns_has(const struct cr_dns_result *result, const char *address);

/* Answers for a server: hostN.test has 192.0.2.N; and none. */
void cr_dns_answer_by_name(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user);
void cr_dns_stay_silent(const struct cr_dns_question *q, struct cr_dns_reply *reply, void *user);

#endif

/* SPDX-License-Identifier: MIT */
/* resolve.h - names to addresses: bounded, asynchronous, cached, one question at a time for a name.
 *
 * Order: address literals, the resolve option's entries, the cache, names with a meaning of their
 * own (localhost, .onion, .invalid: RFC 6761, RFC 7686), the host's hook, c-ares. Names are
 * absolute: no search domains. Answers keep their TTL within a floor and a ceiling; failures are
 * remembered for a short time. The address policy isn't applied here: the caller picks.
 */
#ifndef CR_FETCH_RESOLVE_H
#define CR_FETCH_RESOLVE_H

#include "base/list.h"
#include "fetch/address.h"

struct cr_loop;
struct cr_resolver;

#define CR_RESOLVE_MAX_ADDRESSES 16

/* The one reason for a failure that is told by its address: no server could be asked, for want of a
 * descriptor or of memory for a socket. It isn't remembered. */
extern const char cr_resolve_no_socket[];

/* A name without an answer for so long makes room for one that waits: names that nobody answers for
 * don't hold up others, and what is sent at once stays within a server's socket buffer. */
#define CR_RESOLVE_LATE_MS 100

struct cr_resolve { /* a question; sits inside its owner; zeroed but for done */
  struct cr_list link;
  /* addresses live until the callback returns; count 0: failed, and why (static text). Comes from
   * the loop's deferred calls, never inside a function of this file or of c-ares. May start and
   * cancel any question, but not close the resolver. */
  void (*done)(struct cr_resolve *question, const struct cr_address *addresses, size_t count,
               const char *why);
  void *state; /* the resolver's */
};

struct cr_resolver_config {
  struct cr_mem *mem;
  struct cr_loop *loop;
  const char *servers;   /* "ADDR[:PORT],..."; "": the system's (read at the first question) */
  const char *overrides; /* "HOST:PORT:ADDR,..."; PORT "*" or empty: any */
  int64_t timeout_ms;    /* from asking to the answer; waiting to be asked isn't counted */
  size_t max_cached;     /* names; the least recently used go */
  uint8_t ip_version;    /* 4 or 6: addresses of the other one aren't asked for; 0: both */
  size_t max_active;     /* names asked at the same time, 1..65536; others wait */
  size_t max_prompt;     /* of these, asked less than CR_RESOLVE_LATE_MS ago; 0: all of them */
  int (*hook)(const char *host, uint64_t token, void *user); /* NULL: none; non-zero: not taken */
  void *user;
};

/* servers and overrides are copied; NULL counts as "". CRAWLER_E_VALUE: not of that form;
 * CRAWLER_E_NOMEM, CRAWLER_E_NETWORK, CRAWLER_E_SYSTEM: no descriptors. */
int cr_resolver_open(struct cr_resolver **out, const struct cr_resolver_config *config);
void cr_resolver_close(struct cr_resolver *r); /* no callback comes any more; NULL is fine */
/* host without brackets for IPv6 literals, or with; port for overrides. 0 or CRAWLER_E_NOMEM. */
int cr_resolve_start(struct cr_resolver *r, struct cr_resolve *question, struct cr_span host,
                     int port);
/* Nothing happens to a question that isn't pending. What was asked goes on and is cached. */
void cr_resolve_cancel(struct cr_resolver *r, struct cr_resolve *question);
/* crawler_resolved(): addresses separated by commas, NULL or "" for no such host. May be called
 * inside the hook. CRAWLER_E_INVAL: not a pending token, or not addresses (it stays pending). */
int cr_resolver_answer(struct cr_resolver *r, uint64_t token, const char *addresses,
                       int64_t ttl_ms);
/* Is this a list of overrides? 0, CRAWLER_E_VALUE or CRAWLER_E_NOMEM. */
int cr_resolve_overrides_check(struct cr_mem *mem, const char *overrides);
/* Is this a list of DNS servers? 0, CRAWLER_E_VALUE, or CRAWLER_E_UNSUPPORTED: built without
 * c-ares, and it isn't empty. */
int cr_resolve_servers_check(const char *servers);
/* As the check; after an error the old ones hold. */
int cr_resolver_set_overrides(struct cr_resolver *r, const char *overrides);

/* ---- the c-ares side (resolve_cares.c), used by resolve.c only ---- */

/* Built without c-ares (resolve_cares_none.c) every question fails, and servers are
 * CRAWLER_E_UNSUPPORTED. */

/* How long a failure is remembered: the name doesn't exist or has no address; or the servers said
 * nothing of use. */
#define CR_RESOLVE_ABSENT_MS 60000
#define CR_RESOLVE_TROUBLE_MS 10000

struct cr_cares;
/* count 0: failed; ttl_ms says how long to remember that. */
typedef void (*cr_cares_done)(void *arg, const struct cr_address *addresses, size_t count,
                              int64_t ttl_ms, const char *why);
/* As cr_resolver_open. timeout_ms bounds a whole question, however many servers there are. */
int cr_cares_open(struct cr_cares **out, struct cr_mem *mem, struct cr_loop *loop,
                  const char *servers, int64_t timeout_ms);
/* Before anything is asked: the servers take turns from the first-th on. As cr_resolver_open. */
int cr_cares_begin_with(struct cr_cares *cares, size_t first);
/* Several answers in a row came from another server than the first, which had been silent. */
bool cr_cares_is_misled(const struct cr_cares *cares);
size_t cr_cares_pending(const struct cr_cares *cares); /* questions */
void cr_cares_close(struct cr_cares *cares);           /* done isn't called for what is pending */
/* From now on addresses of IP version 4 or 6 only; 0: both. */
void cr_cares_set_ip_version(struct cr_cares *cares, uint8_t ip_version);
/* name is NUL-terminated; done may be called inside this call (hosts file), and otherwise inside
 * c-ares: it must not close. 0, or CRAWLER_E_NOMEM and done isn't called. */
int cr_cares_ask(struct cr_cares *cares, const char *name, cr_cares_done done, void *arg);

#endif

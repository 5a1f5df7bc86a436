/* SPDX-License-Identifier: MIT */
/* dns_server.h - a name server on 127.0.0.1, on the loop of the test itself.
 *
 * UDP and TCP on one port that the system chose. A function of the test answers each question;
 * what it writes need not be a correct reply.
 */
#ifndef CR_TEST_DNS_SERVER_H
#define CR_TEST_DNS_SERVER_H

#include "loop/loop.h"

enum { CR_DNS_A = 1, CR_DNS_CNAME = 5, CR_DNS_AAAA = 28 };
enum { CR_DNS_SERVFAIL = 2, CR_DNS_NXDOMAIN = 3, CR_DNS_REFUSED = 5 };

struct cr_dns_question {
  char name[256]; /* with dots, without the last one */
  int type;
  bool over_tcp;
};

struct cr_dns_reply {
  uint8_t bytes[4096]; /* begins as header and question; answers are added */
  size_t len;          /* 0: stay silent */
};

struct cr_dns_server;

struct cr_dns_connection {
  struct cr_watch watch; /* fd -1: free */
  struct cr_dns_server *server;
};

enum { CR_DNS_CONNECTIONS = 8 };

struct cr_dns_server {
  struct cr_loop *loop;
  struct cr_watch udp;
  struct cr_watch tcp;
  struct cr_dns_connection connections[CR_DNS_CONNECTIONS];
  int port;
  char address[32]; /* "127.0.0.1:5353" */
  int udp_questions;
  int tcp_questions;
  void (*answer)(const struct cr_dns_question *question, struct cr_dns_reply *reply, void *user);
  void *user;
};

/* False: 127.0.0.1 can't be reached (a network namespace whose loopback is down). */
bool cr_dns_server_open(struct cr_dns_server *server, struct cr_loop *loop);
void cr_dns_server_close(struct cr_dns_server *server);

/* For answer: */
void cr_dns_set_code(struct cr_dns_reply *reply, int code);
void cr_dns_set_truncated(struct cr_dns_reply *reply);
/* Adds a record for owner (NULL: the question's name); data is what follows the TTL. */
void cr_dns_add(struct cr_dns_reply *reply, const char *owner, int type, uint32_t ttl_s,
                const void *data, size_t bytes);
void cr_dns_add_address(struct cr_dns_reply *reply, const char *owner, uint32_t ttl_s,
                        const char *address);
void cr_dns_add_cname(struct cr_dns_reply *reply, const char *owner, uint32_t ttl_s,
                      const char *target);

#endif

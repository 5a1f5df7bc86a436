/* SPDX-License-Identifier: MIT */
/* every_host.h - all web servers of a network of one's own, and its name server.
 *
 * A child process, so that what it does isn't counted as the parent's: it listens at port 80 of
 * every IPv4 and IPv6 address, answers as way_site.h, and writes down which address was asked for
 * what. Names say what they resolve to: "4-7f000001.6-HEX.to.test" has those addresses, and
 * "one.4-..." below it only the first at the first question and only the last from then on. All
 * other names are at the site's own address.
 */
#ifndef CR_TEST_EVERY_HOST_H
#define CR_TEST_EVERY_HOST_H

#include <stdbool.h>
#include <stddef.h>

#define CR_EVERY_HOST_SITE "93.184.216.34" /* where way_site.h is; a public address */

enum { CR_EVERY_HOST_VISITS = 65536 };

struct cr_every_visit { /* a request, or a connection without one */
  char address[64];     /* that was connected to */
  char path[64];        /* "": none came */
};

struct cr_every_host;

/* In a network of one's own (own_net.h). All that goes wrong fails the test. */
struct cr_every_host *cr_every_host_start(void);
void cr_every_host_stop(struct cr_every_host *hosts);
const char *cr_every_host_dns(const struct cr_every_host *hosts); /* "127.0.0.1:PORT" */
/* How many questions for names there were. */
int cr_every_host_questions(struct cr_every_host *hosts);
/* What was seen since the last call: all connections made by now are among it. */
const struct cr_every_visit *cr_every_host_visits(struct cr_every_host *hosts, size_t *count);
void cr_every_host_forget(struct cr_every_host *hosts);

#endif

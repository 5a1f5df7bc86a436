/* SPDX-License-Identifier: MIT */
/* own_net.h - a network of the process's own, in which every address there is leads back to it.
 *
 * A user and network namespace (namespaces(7)) with nothing but a loopback interface, to which all
 * of IPv4 and IPv6 is routed as local. Nothing that is sent can leave. Linux only.
 */
#ifndef CR_TEST_OWN_NET_H
#define CR_TEST_OWN_NET_H

/* From now on, for good; the process must have one thread yet. NULL: done; else what this machine
 * doesn't let it do (static), so that the test skips. */
const char *cr_own_net_enter(void);
/* TCP connections that were begun in this network so far, whoever began them. */
long cr_own_net_connections_begun(void);

#endif

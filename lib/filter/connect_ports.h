/* SPDX-License-Identifier: MIT */
/* connect_ports.h - which ports may be connected to at all?
 *
 * Unlike option ports, which belongs to the scope, this holds for every request: it keeps a crawler
 * from being sent to talk to servers of other protocols. Pure.
 */
#ifndef CR_FILTER_CONNECT_PORTS_H
#define CR_FILTER_CONNECT_PORTS_H

#include "base/str.h"

/* list: as cr_list_of_ports(); those in it, and no other. Empty: all but those that browsers block,
 * and 0. */
bool cr_port_may_be_connected(struct cr_span list, int port);

#endif

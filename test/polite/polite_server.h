/* SPDX-License-Identifier: MIT */
/* polite_server.h - one HTTP server for all hosts of a polite_web, on a thread of its own.
 *
 * It takes what comes to its ports at any address of 127.0.0.0/8, answers as the web says, and
 * writes down each request. Times are CLOCK_MONOTONIC: a request begins when its first byte has
 * been read, the first on a connection with TLS with the first byte of the handshake, and ends
 * right before its last byte is written, or its connection is closed. (Right after would blame the
 * crawler for a server thread that isn't scheduled in between.)
 */
#ifndef CR_POLITE_SERVER_H
#define CR_POLITE_SERVER_H

#include "polite/polite_web.h"

enum {                             /* cr_polite_record.page, below 0 */
       CR_POLITE_ROBOTS = -2,      /* /robots.txt */
       CR_POLITE_RULES_MOVED = -3, /* where it is, if not there */
       CR_POLITE_HELLO = -4        /* a ClientHello of TLS that no request came behind */
};

enum { CR_POLITE_DROPPED = 0, CR_POLITE_CUT = -1 }; /* .status: closed by us, by the client */

struct cr_polite_record {
  uint32_t connection;
  uint32_t address;
  uint32_t host; /* web->hosts: nobody's name */
  int page;      /* or CR_POLITE_NOWHERE, or as above */
  bool secure;   /* by https */
  int status;
  int64_t read_ns;
  int64_t written_ns;
  int64_t until_ns; /* until when the answer asks to be left alone; 0: it names no time */
};

struct cr_polite_log {
  struct cr_polite_record *at; /* in order of read_ns */
  size_t len, cap;
};

struct cr_polite_server;

int64_t cr_polite_now_ns(void);
/* Gives this process a network of its own, with nothing but loopback, where port 80 is free. False:
 * the system doesn't let us. Before any thread is made. */
bool cr_polite_own_network(void);
/* Opens the ports, and sets those of the web: 80 in a network of our own, else free ones. All that
 * goes wrong ends the process. */
struct cr_polite_server *cr_polite_server_start(struct cr_polite_web *web, bool own_network);
/* A file that the certificates of its https can be verified with. */
const char *cr_polite_server_ca_file(const struct cr_polite_server *server);
/* Closes everything. The log is the caller's to free. */
struct cr_polite_log cr_polite_server_stop(struct cr_polite_server *server);

#endif

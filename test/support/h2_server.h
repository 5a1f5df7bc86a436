/* SPDX-License-Identifier: MIT */
/* h2_server.h - an HTTPS server for tests that speaks HTTP/2, well or badly, frame by frame.
 *
 * OpenSSL carries the bytes; the frames (RFC 9113 section 4) are written here, as no library for
 * HTTP/2 sends what must not be sent. A thread for each connection. What a request asks for isn't
 * read: answers go by its number. Whoever is no client for HTTP/2 gets a page by HTTP/1.1. A
 * program that uses it says so near its top: LDLIBS: -lssl -lcrypto
 */
#ifndef CR_TEST_H2_SERVER_H
#define CR_TEST_H2_SERVER_H

#include <stdint.h>

#include "base/str.h"
#include "support/tls_certs.h"

struct cr_h2_server;
struct cr_h2_peer; /* a connection, on its thread */

enum cr_h2_type { /* RFC 9113 section 6 */
                  CR_H2_DATA = 0,
                  CR_H2_HEADERS = 1,
                  CR_H2_PRIORITY = 2,
                  CR_H2_RST_STREAM = 3,
                  CR_H2_SETTINGS = 4,
                  CR_H2_PUSH_PROMISE = 5,
                  CR_H2_PING = 6,
                  CR_H2_GOAWAY = 7,
                  CR_H2_WINDOW_UPDATE = 8,
                  CR_H2_CONTINUATION = 9,
                  CR_H2_UNKNOWN = 0x4a
};
enum { CR_H2_END_STREAM = 1, CR_H2_ACK = 1, CR_H2_END_HEADERS = 4 };

struct cr_h2_config {
  /* A request is complete; nth: on this server, from 1. NULL: a page "secret". */
  void (*answer)(struct cr_h2_peer *peer, uint32_t stream, unsigned nth);
  void *user;
  uint32_t max_streams; /* that the client may open at once; 0: it isn't told */
  bool only_http1;      /* HTTP/2 isn't among what it speaks */
};

struct cr_h2_seen { /* so far, of all connections */
  size_t connections;
  size_t offers;      /* of HTTP/2, by clients */
  size_t requests;    /* by HTTP/2 */
  size_t max_at_once; /* streams open on one connection */
  size_t resets;      /* by clients, of streams that weren't answered to their end */
};

struct cr_h2_server *cr_h2_server_start(struct cr_cert_pool *pool,
                                        const struct cr_h2_config *config);
void cr_h2_server_stop(struct cr_h2_server *server);
int cr_h2_server_port(const struct cr_h2_server *server);
struct cr_h2_seen cr_h2_server_seen(struct cr_h2_server *server);

/* ---- for answers ---- */

void *cr_h2_user(const struct cr_h2_peer *peer);
/* How many streams of the connection aren't answered to their end. */
size_t cr_h2_open_streams(const struct cr_h2_peer *peer);
/* false: the connection is gone. With END_STREAM on DATA or HEADERS the stream counts as answered.
 */
bool cr_h2_send(struct cr_h2_peer *peer, enum cr_h2_type type, int flags, uint32_t stream,
                struct cr_span payload);
/* Bytes as they are, in TLS. */
bool cr_h2_send_raw(struct cr_h2_peer *peer, struct cr_span bytes);
/* :status 200 and content-type text/html; then the body, if there is one, in frames of 16 KB. */
bool cr_h2_send_head(struct cr_h2_peer *peer, uint32_t stream);
bool cr_h2_send_body(struct cr_h2_peer *peer, uint32_t stream, struct cr_span body);
/* Closes the TCP connection, with a close_notify before. */
void cr_h2_close(struct cr_h2_peer *peer);

/* Header fields by HPACK (RFC 7541): ":status: 200" by its index, and a literal that isn't indexed,
 * whose name and value are texts of less than 127 bytes. */
#define CR_H2_STATUS_200 "\x88"
size_t cr_h2_field(char *out, struct cr_span name, struct cr_span value);

#endif

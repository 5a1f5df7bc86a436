/* SPDX-License-Identifier: MIT */
/* raw_server.h - a server for tests that does exactly what a script says, byte by byte.
 *
 * It runs on a thread of its own, on a free port of a loopback address. The n-th connection follows
 * the n-th script, later ones the last. What it is asked is kept for the test to read.
 */
#ifndef CR_TEST_RAW_SERVER_H
#define CR_TEST_RAW_SERVER_H

#include <stddef.h>

enum cr_raw_kind {
  CR_RAW_END,    /* close in order, after what was sent has left */
  CR_RAW_READ,   /* wait for one whole request (head, and body by Content-Length) */
  CR_RAW_HEAR,   /* wait for any bytes, and forget all that came */
  CR_RAW_SEND,   /* data, number times over (0: once) */
  CR_RAW_DRIP,   /* data byte by byte, number milliseconds apart */
  CR_RAW_ANSWER, /* as READ, then send what the server's answer function makes of the request */
  CR_RAW_WAIT,   /* number milliseconds */
  CR_RAW_STALL,  /* nothing more, until the server stops */
  CR_RAW_RESET,  /* close with a TCP reset */
  CR_RAW_AGAIN   /* go to the first step */
};

struct cr_raw_step {
  enum cr_raw_kind kind;
  const char *data;
  size_t bytes; /* 0: data is text */
  int number;
};

/* Steps of a script. */
#define CR_RAW_DO(what)   \
  {                       \
    .kind = CR_RAW_##what \
  }
#define CR_RAW_TEXT(text)                                          \
  {                                                                \
    .kind = CR_RAW_SEND, .data = (text), .bytes = sizeof(text) - 1 \
  }
#define CR_RAW_MANY(text, times)                                                      \
  {                                                                                   \
    .kind = CR_RAW_SEND, .data = (text), .bytes = sizeof(text) - 1, .number = (times) \
  }
#define CR_RAW_SLOWLY(text, ms)                                                    \
  {                                                                                \
    .kind = CR_RAW_DRIP, .data = (text), .bytes = sizeof(text) - 1, .number = (ms) \
  }
#define CR_RAW_PAUSE(ms)                \
  {                                     \
    .kind = CR_RAW_WAIT, .number = (ms) \
  }

struct cr_raw_server;

struct cr_raw_config {
  const struct cr_raw_step *const *scripts;
  size_t script_count;
  const char *address; /* NULL: 127.0.0.1 */
  /* Called on the server's thread; request is NUL-terminated. Returns how many bytes of out it
   * wrote. */
  size_t (*answer)(const char *request, char *out, size_t room, void *user);
  void *user;
};

/* NULL: the address isn't there (no IPv6, say). All else that goes wrong fails the test. */
struct cr_raw_server *cr_raw_server_start(const struct cr_raw_config *config);
/* The same with a single script. */
struct cr_raw_server *cr_raw_server_play(const struct cr_raw_step *script);
void cr_raw_server_stop(struct cr_raw_server *server); /* closes everything; NULL is fine */
int cr_raw_server_port(const struct cr_raw_server *server);
size_t cr_raw_server_connections(struct cr_raw_server *server); /* accepted so far */
size_t cr_raw_server_requests(struct cr_raw_server *server);    /* read whole so far */
long long cr_raw_server_sent(struct cr_raw_server *server); /* bytes that the kernel took so far */
/* The i-th request from 0, as it came, NUL-terminated; valid until stop. NULL: not there (yet). */
const char *cr_raw_server_request(struct cr_raw_server *server, size_t i);

/* A port of address that refuses connections as long as *fd is open. */
int cr_raw_refusing_port(const char *address, int *fd);
/* Makes address:port refuse connections until *fd is closed; -1: that port is in use. */
int cr_raw_refuse(const char *address, int port, int *fd);

struct cr_raw_silence { /* a port that never completes a connection */
  int listener;
  int fillers[8];
  int port;
};
void cr_raw_silence_start(struct cr_raw_silence *silence, const char *address, int port);
void cr_raw_silence_stop(struct cr_raw_silence *silence);

#endif

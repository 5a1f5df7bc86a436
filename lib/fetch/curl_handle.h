/* SPDX-License-Identifier: MIT */
/* curl_handle.h - one easy handle: what it asks for, and the response it collects.
 *
 * Made once and used again and again: options that never change are set when the easy handle is
 * made, the others for each transfer (curl_options.c). What libcurl hands over is only collected
 * here, and the owner is told that there is something to act on; it acts outside libcurl.
 */
#ifndef CR_FETCH_CURL_HANDLE_H
#define CR_FETCH_CURL_HANDLE_H

#include "base/buf.h"
#include "fetch/curl_cell.h"
#include "fetch/curl_choice.h"
#include "fetch/curl_sockets.h"
#include "fetch/fetcher.h"
#include "fetch/source.h"

struct cr_curl_env { /* what the handles of a fetcher share; the fetcher owns all of it */
  struct cr_mem *mem;
  struct cr_loop *loop;
  struct cr_address_policy *policy;
  struct cr_curl_sockets *sockets;
  char *user_agent;           /* "": none is sent */
  uint32_t user_agent_serial; /* another number for another user_agent; from 1 */
  const char *proxy;          /* of requests without one of their own; "": none */
  const char *ca_file;        /* "": the system's */
  const char *client_cert;    /* "": none */
  const char *client_key;     /* "": in client_cert */
  const char *client_key_password;
  const struct cr_source *source;
  bool http2;
  bool insecure;
  bool (*may_grow)(const struct cr_transfer *t, size_t more_bytes, void *user); /* or NULL */
  void *user;
  bool tls_1_3;        /* nothing older */
  bool keep_ca_path;   /* this libcurl has no default CA file, only a directory */
  bool guards_lines;   /* this libcurl mustn't see every first line: cr_curl_watch() */
  bool keeps_sessions; /* this libcurl resumes TLS sessions safely: cr_curl_tls_set_once() */
};

/* Longest host name (RFC 1035: 253), port, address in brackets, the signs between, and a NUL. */
enum { CR_CURL_ROUTE_BYTES = 253 + 5 + 48 + 4 };

struct cr_curl_handle { /* sits inside its owner */
  struct cr_curl_job job;
  const struct cr_curl_env *env;
  struct cr_transfer *t;
  struct cr_curl_choice choice; /* for t; the owner's to make, before it is prepared */
  /* A head or body bytes are there. Called inside libcurl. */
  void (*news)(struct cr_curl_handle *h);

  /* what is set on the easy handle */
  bool spoilt; /* someone else set options, or its multi was lost: not for another transfer */
  crawler_method method;
  bool forbids_reuse;
  bool is_used;    /* it has had a response */
  bool watches;    /* the next line, by cr_curl_watch() */
  bool is_verbose; /* libcurl tells cr_curl_watch() what it does */
  bool is_fresh;
  bool has_own_proxy;
  bool shows_certificate;
  bool offers_http2;
  uint32_t user_agent_serial;
  struct curl_slist *lines; /* request headers: our memory, libcurl only reads it */
  size_t line_cap;
  struct curl_slist routes[2];         /* CURLOPT_RESOLVE: forget the old one, then the new one */
  char route[CR_CURL_ROUTE_BYTES];     /* "HOST:PORT:ADDRESS" in the multi's name cache */
  size_t route_key_bytes;              /* of "HOST:PORT"; 0: nothing is there */
  char old_route[CR_CURL_ROUTE_BYTES]; /* "-HOST:PORT" */
  char detail[CURL_ERROR_SIZE];

  /* the response so far */
  struct cr_buf head;   /* header lines of the block that is being read */
  struct cr_buf pieces; /* body bytes for the data event */
  size_t header_bytes;  /* of all blocks */
  unsigned head_lines;  /* of the block in head, its status line among them */
  size_t collected;     /* body bytes since libcurl began, or was told to go on */
  int64_t length;       /* of the body, as announced; CR_NO_LENGTH: not */
  bool answered;        /* a line came */
  bool has_line;        /* one that is neither a status line nor empty */
  bool headed;          /* the head of the final response is complete */
  bool told_head;       /* by the owner, to whom it may concern */
  bool is_full;         /* so much came that libcurl waits for the next turn of the loop */
  bool is_paused;       /* by the owner: pieces stay as they are */
  int sockets;          /* asked for in this attempt; 0 when sent: a connection kept alive */
  int socket;           /* the last of them */
  bool has_http2;       /* the server has agreed to it on the last of them */
  int local_port;       /* of the connection that the request went out on */
  uint64_t arrivals;    /* on it, until then, where it may be shared */
  size_t tls_noise;     /* of the TLS layer's own, since the last byte of HTTP */
  bool stale;           /* the connection kept alive isn't fit: nothing was sent on it */
  int os_errno;         /* why there is no socket */
  bool strayed;         /* libcurl took a connection to another address than those chosen */
  crawler_reason stop;  /* why we ended it */
  const char *stop_text;
};

/* The URL of the proxy that t goes by; "": none. */
static inline const char *cr_curl_proxy(const struct cr_curl_env *env, const struct cr_transfer *t)
{
  return t->proxy ? t->proxy : env->proxy;
}

/* Where libcurl connects to by such a URL, which isn't "". */
struct cr_curl_place {
  struct cr_span host; /* in the URL, without brackets */
  int port;            /* 0: it isn't one */
};
struct cr_curl_place cr_curl_proxy_place(const char *proxy);

void cr_curl_handle_init(struct cr_curl_handle *h, const struct cr_curl_env *env);
void cr_curl_handle_free(struct cr_curl_handle *h); /* not while it is in a cell */
/* Sets everything up for t, to connect to address (NULL: the host or the proxy is one), on a
 * new easy handle if t->customize. 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT (a host too long) or
 * CRAWLER_E_NETWORK. */
int cr_curl_handle_prepare(struct cr_curl_handle *h, struct cr_transfer *t, const char *address);
/* Prepares the same request to another address, after one that didn't connect; or to the same one
 * on a new connection, if it strayed or was stale. */
int cr_curl_handle_reroute(struct cr_curl_handle *h, const char *address);
/* After someone else set options: sets those that guard policy or carry our state again. */
int cr_curl_handle_guard(struct cr_curl_handle *h, const char *address);
/* In a cell, and not inside libcurl: nothing of the body is read until it is called with false,
 * which may hand over bytes at once. 0, or a CURLcode to be judged: it isn't paused, or can't go
 * on; or CURLM_OUT_OF_MEMORY, as a number: its cell is lost. */
int cr_curl_handle_pause(struct cr_curl_handle *h, bool on);
/* It has waited for long enough: if nobody was sent anything on its connection meanwhile, that is
 * dead, and is cut. */
void cr_curl_handle_blame(const struct cr_curl_handle *h);
/* How it ended, into t: failure, error. */
void cr_curl_handle_judge(struct cr_curl_handle *h, int code);
/* Forgets t and keeps the easy handle for the next one unless it is spoilt. Not in a cell. */
void cr_curl_handle_clear(struct cr_curl_handle *h);

#endif

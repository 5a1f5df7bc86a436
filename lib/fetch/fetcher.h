/* SPDX-License-Identifier: MIT */
/* fetcher.h - one request out, one response in.
 *
 * An interface: libcurl (curl_fetcher.c), a simulated web in tests. Events come on the loop thread,
 * never inside start or cancel and never inside another library's callback, so that whoever gets
 * them may do anything. A fetcher makes at most one request for each start: a dead kept-alive
 * connection is a failure that the caller retries, not a hidden second request.
 */
#ifndef CR_FETCH_FETCHER_H
#define CR_FETCH_FETCHER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "crawl/crawler.h"

struct cr_address;
struct cr_fetcher;
struct cr_loop;

struct cr_transfer { /* sits inside its owner; the members under "in" are set before start */
  /* in: borrowed until done or cancel */
  const char *url;     /* serialised, ASCII, no fragment, no userinfo */
  struct cr_span host; /* as in the URL; "[::1]" with brackets */
  int port;
  bool https;
  crawler_method method;
  const char *const *headers; /* "Name: value" each */
  size_t header_count;
  struct cr_span body;     /* POST */
  const char *proxy;       /* instead of the config's; "": none; NULL: the config's */
  struct cr_arena *arena;  /* header block goes here */
  size_t max_header_bytes; /* of the response */
  size_t max_body_bytes;   /* on the wire */
  int64_t dns_timeout_ms;
  int64_t connect_timeout_ms;
  int64_t timeout_ms;     /* from connect to last byte; of all three: 0 or less is no limit */
  bool stream;            /* body pieces go to the data event, not to body */
  bool keeps_cut;         /* a body known to be over its limit comes all the same, up to there */
  bool keep_alive;        /* another request to this host is likely within seconds */
  bool fresh;             /* not on a connection that was kept alive, but for one of HTTP/2 */
  bool customize;         /* call config.customize for this one */
  bool shows_certificate; /* the config's client certificate, to a server that asks for one */
  struct cr_buf body_in;  /* initialised by the owner with its kind and ceiling; filled */
  /* out */
  int status;
  struct cr_span head;    /* raw header lines of the final response, in arena, status line first */
  crawler_reason failure; /* CRAWLER_REASON_NONE: complete */
  const char *error;      /* static or in arena: what a person wants to know; NULL */
  bool sent;              /* the request left */
  bool reused;            /* on a connection that was open already */
  bool later;             /* the address event said LATER (nothing was sent), or may_grow no */
  bool starved;           /* failed for want of a descriptor or of memory for a socket: ours to
                           * mend, not the host's; nothing was sent */
  int64_t sent_ms;        /* loop time */
  int64_t first_byte_ms;
  int64_t waited_ms;  /* until the done event, since this could have been told */
  int64_t wire_bytes; /* of the body */
  char address[64];   /* peer, numeric; "" through a proxy */
  /* the fetcher's own */
  void *state;
};

enum cr_fetch_answer { CR_FETCH_GO, CR_FETCH_LATER, CR_FETCH_END };

enum cr_fetch_verdict {                     /* on an address */
                        CR_FETCH_UNJUDGED,  /* nobody was asked: the policy alone, at any time */
                        CR_FETCH_AS_POLICY, /* what the policy says */
                        CR_FETCH_REFUSE,    /* not for this transfer */
                        CR_FETCH_THOUGH_REFUSED /* though the policy says no */
};

struct cr_fetch_events {
  /* The name is resolved and the policy content: connect to address now? LATER gives the transfer
   * back (done follows with later set). Asked once, for the first address; when that one doesn't
   * connect, others of the name are tried. Not asked through a proxy, of the config or its own. */
  enum cr_fetch_answer (*address)(struct cr_transfer *t, const char *address, void *user);
  /* status and head are there. END: done follows with failure UNWANTED_TYPE. t->stream may be set
   * here; what came of the body is then the first piece. */
  enum cr_fetch_answer (*head)(struct cr_transfer *t, void *user);
  /* stream only: bytes as on the wire. END as above. LATER pauses this one transfer: no event comes
   * and no more is read than one read of the socket until resume, data stay where they are until
   * then, and timeout_ms doesn't run. */
  enum cr_fetch_answer (*data)(struct cr_transfer *t, const char *data, size_t bytes, void *user);
  void (*done)(struct cr_transfer *t, void *user); /* the fetcher has forgotten t */
  void *user;
};

struct cr_fetcher_ops {
  const char *name;
  /* 0, or an error and no event will come. */
  int (*start)(struct cr_fetcher *f, struct cr_transfer *t);
  /* No event comes any more; t may be freed. Returns at once, in every state, inside events too. */
  void (*cancel)(struct cr_fetcher *f, struct cr_transfer *t);
  /* The answer at last to a data event that was answered LATER: GO or END. Outside of events only;
   * none comes inside this call. */
  void (*resume)(struct cr_fetcher *f, struct cr_transfer *t, enum cr_fetch_answer answer);
  /* Answers a pending resolve token (crawler_resolved). CRAWLER_E_INVAL. */
  int (*resolved)(struct cr_fetcher *f, uint64_t token, const char *addresses, int64_t ttl_ms);
  /* New values of what may change while it runs (see the config); copied. 0, CRAWLER_E_NOMEM or
   * CRAWLER_E_VALUE: all stays as it was. The operation may be NULL: nothing of it matters here. */
  int (*configure)(struct cr_fetcher *f, const char *allow_private, const char *resolve,
                   const char *user_agent);
  /* Nothing is in flight, and nothing may come for long: some idle connections are closed. False:
   * there were none left, and nothing of the fetcher's is on the loop. NULL: nothing to do. */
  bool (*rest)(struct cr_fetcher *f);
  /* While on, and beginning with the idle ones that can be closed at once, connections that are
   * kept alive make room for new ones. NULL: none are kept. */
  void (*conserve)(struct cr_fetcher *f, bool on);
  void (*close)(struct cr_fetcher *f); /* cancels all; not from inside an event */
};

struct cr_fetcher { /* every fetcher's struct begins with this */
  const struct cr_fetcher_ops *ops;
};

/* What a real fetcher is told; texts are borrowed for its life, and may be NULL for "" . */
struct cr_fetcher_config {
  struct cr_mem *mem;
  struct cr_loop *loop;
  const struct cr_fetch_events *events;
  const char *user_agent; /* this one, resolve and allow_private may change: configure */
  const char *proxy;      /* http://, https://, socks4a:// or socks5h:// */
  const char *ca_file;
  const char *client_cert;
  const char *client_key; /* "": in client_cert */
  const char *client_key_password;
  const char *interface; /* source.h; "": any */
  const char *dns_servers;
  int64_t dns_timeout_ms;    /* of a name, whatever transfers wait for it; 0: a default */
  const char *resolve;       /* "HOST:PORT:ADDR,..." */
  const char *allow_private; /* "0", "1", or hosts and CIDRs */
  uint8_t ip_version;        /* 4 or 6; 0: both */
  bool tls_1_3;              /* nothing older; else TLS 1.2 and newer */
  bool http2;                /* with https servers that offer it; not for a transfer that streams */
  bool insecure;
  uint32_t concurrency; /* expected transfers in flight: with the next it sizes the cache; grows */
  uint32_t host_connections; /* of these, to one host */
  uint32_t idle_connections; /* kept alive beside those of transfers */
  uint32_t cell_size;        /* connections in one multi; 0: the default */
  uint64_t random_seed;
  /* May be NULL. The body of t is to take so many bytes more: may it? If not t is given back: done
   * follows with later set. Called inside libcurl, so it may only answer. */
  bool (*may_grow)(const struct cr_transfer *t, size_t more_bytes, void *user);
  /* May be NULL: the name goes to the library's resolver. 0: will be answered by token. */
  int (*resolve_hook)(const char *host, uint64_t token, void *user);
  void (*customize)(struct cr_transfer *t, void *curl, void *user);
  /* May be NULL. Asked for each address of the host, until four may be connected to, before the
   * first of them is: for each transfer anew. An event as others; not asked through a proxy. Once
   * asked, no other address will do, a connection that was kept alive neither. */
  enum cr_fetch_verdict (*judge)(struct cr_transfer *t, const struct cr_address *address,
                                 bool allowed, void *user);
  void *user;
};

/* A URL of a proxy that is given the host's name, or ""? */
bool cr_curl_proxy_is_usable(struct cr_span proxy);
/* curl_fetcher.c. CRAWLER_E_NOMEM; CRAWLER_E_VALUE: a text that isn't of its form;
 * CRAWLER_E_NETWORK: libcurl or c-ares can't be set up. */
int cr_curl_fetcher_open(struct cr_fetcher **out, const struct cr_fetcher_config *config);

#endif

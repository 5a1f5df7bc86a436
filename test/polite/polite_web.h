/* SPDX-License-Identifier: MIT */
/* polite_web.h - the web of the proof of politeness, as a pure function of a seed.
 *
 * Hosts by number, pages of a host by number; what each host and each page is like is drawn from
 * the seed. The server answers by it, the checker judges by it, the oracle walks it: neither the
 * library's code nor its idea of a URL is in here.
 */
#ifndef CR_POLITE_WEB_H
#define CR_POLITE_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CR_POLITE_NAME = 64, CR_POLITE_PATH = 24, CR_POLITE_URL = 112, CR_POLITE_NOWHERE = -1 };

/* Of a host. */
enum cr_polite_nature {
  CR_POLITE_PLAIN,      /* no robots.txt */
  CR_POLITE_RULES,      /* robots.txt, and paths it disallows */
  CR_POLITE_UNHURRIED,  /* rules with a Crawl-delay */
  CR_POLITE_MOVED,      /* its robots.txt is behind a redirect */
  CR_POLITE_FALTERING,  /* its robots.txt answers at the second attempt only */
  CR_POLITE_BUSY,       /* some pages are answered with 429 or 503 first */
  CR_POLITE_REFUSING,   /* every page is, always */
  CR_POLITE_FICKLE,     /* closes the connection after each answer, unsaid */
  CR_POLITE_STALE,      /* closes a connection at its second request, unanswered */
  CR_POLITE_CLOSED,     /* its port refuses connections */
  CR_POLITE_SILENT,     /* its port takes connections and never answers */
  CR_POLITE_NAMELESS,   /* its name has no address */
  CR_POLITE_UNREACHABLE /* its robots.txt is a 503 for ever */
};

/* Which of its two servers a host has: each has a robots.txt of its own, and pages of its own. */
enum cr_polite_schemes {
  CR_POLITE_HTTP,
  CR_POLITE_HTTPS,
  CR_POLITE_BOTH, /* on ports 80 and 443, where we have these: one host, two authorities */
  CR_POLITE_TWIN  /* http, and an https that hangs up on whoever greets it; ports as well */
};

/* Of a page. */
enum cr_polite_manner {
  CR_POLITE_QUICK,
  CR_POLITE_SLOW,      /* its answer takes a while */
  CR_POLITE_DRIBBLING, /* ... and so does the second half of it */
  CR_POLITE_MISSING,   /* 404 */
  CR_POLITE_LEADING,   /* redirects to another page of the host */
  CR_POLITE_DROPPING,  /* no answer to the first one or two requests */
  CR_POLITE_LATE,      /* the answer to the first request comes too late */
  CR_POLITE_MUTE,      /* never an answer */
  CR_POLITE_LATER      /* 429 or 503 first */
};

struct cr_polite_web {
  uint64_t seed;
  uint32_t hosts;
  uint32_t pages;         /* of a host: a half of it to all of it */
  uint32_t https_percent; /* of hosts: those that aren't http alone */
  int port;
  int closed_port;
  int silent_port;
  int tls_port; /* one host with http only if that has port 80, and this is 443 */
};

struct cr_polite_link {
  uint32_t host;
  int page;
};

/* What the nth answer (from 0) to a page's request is. */
struct cr_polite_answer {
  int status;        /* 0: the connection is closed instead */
  int wait_ms;       /* before it */
  int rest_ms;       /* before its second half; 0: all at once */
  int retry_after_s; /* -1: none */
  bool as_date;
};

enum cr_polite_nature cr_polite_nature(const struct cr_polite_web *web, uint32_t host);
enum cr_polite_schemes cr_polite_schemes(const struct cr_polite_web *web, uint32_t host);
uint32_t cr_polite_site(const struct cr_polite_web *web, uint32_t host); /* a number */
/* 127.x.y.z; several hosts may have the same. */
uint32_t cr_polite_address(const struct cr_polite_web *web, uint32_t host);
/* Shares it neither site nor address with others? */
bool cr_polite_is_alone(uint32_t host);
/* Into CR_POLITE_NAME, without a port. */
void cr_polite_name(const struct cr_polite_web *web, uint32_t host, char *name);
/* The host of a name; web->hosts: there is none. */
uint32_t cr_polite_find(const struct cr_polite_web *web, const char *name);
/* What the robots.txt of one of its servers says; 0: nothing. */
int64_t cr_polite_crawl_delay_ms(const struct cr_polite_web *web, uint32_t host, bool secure);

uint32_t cr_polite_pages(const struct cr_polite_web *web, uint32_t host);
enum cr_polite_manner cr_polite_manner(const struct cr_polite_web *web, uint32_t host, int page);
bool cr_polite_is_disallowed(const struct cr_polite_web *web, uint32_t host, int page);
/* Is it a page of the host's https? */
bool cr_polite_is_secure(const struct cr_polite_web *web, uint32_t host, int page);
/* What the rules of http let nobody into, those of https everybody, and the other way round. */
const char *cr_polite_rules(bool secure);
/* Into CR_POLITE_PATH, and CR_POLITE_URL. */
void cr_polite_path(const struct cr_polite_web *web, uint32_t host, int page, char *path);
void cr_polite_url(const struct cr_polite_web *web, uint32_t host, int page, char *url);
int cr_polite_page(const struct cr_polite_web *web, uint32_t host, bool secure, const char *path);
/* Link n of a page; false: it has no more. */
bool cr_polite_link(const struct cr_polite_web *web, uint32_t host, int page, uint32_t n,
                    struct cr_polite_link *link);
/* Where a page of manner LEADING leads. */
int cr_polite_target(const struct cr_polite_web *web, uint32_t host, int page);
struct cr_polite_answer cr_polite_answer(const struct cr_polite_web *web, uint32_t host, int page,
                                         unsigned nth);

/* Hosts whose front page a crawl begins with: the first of them. */
uint32_t cr_polite_seeds(const struct cr_polite_web *web);
/* Which pages a polite crawl from those gets a final answer of, and of which host: the oracle. Each
 * host has a row of web->pages + 1 bytes. The caller's to free. */
unsigned char *cr_polite_reached(const struct cr_polite_web *web);

#endif

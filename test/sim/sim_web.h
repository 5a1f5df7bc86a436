/* SPDX-License-Identifier: MIT */
/* sim_web.h - a large synthetic web as a pure function of a seed and a URL.
 *
 * Hosts of Zipf sizes, four to a registrable domain; pages with a log-normal number of links, most
 * of them to their own host, some repeated on every page as navigation is, and spelled in the many
 * ways that name one URL. Some pages redirect, fail, or are missing; some hosts are slow, dead, ask
 * to be left alone, or have a robots.txt of any sort. A page is known by a reference; its URL,
 * links and answers are computed from that, and sim_oracle.c walks the references without any URL.
 */
#ifndef CR_SIM_WEB_H
#define CR_SIM_WEB_H

#include "sim/sim_world.h"

enum { CR_SIM_URL_BYTES = 128, CR_SIM_HREF_BYTES = 192 };

struct cr_sim_ref {
  uint32_t host; /* UINT32_MAX: no page of this web */
  uint32_t page;
  bool slash; /* the page's URL with '/' behind it */
};

struct cr_sim_web {
  struct cr_sim_world world; /* first */
  uint64_t seed;
  uint32_t hosts;
  uint32_t pages;                /* of all hosts together, about */
  uint32_t zipf_sum;             /* set by cr_sim_web_init */
  uint32_t links;                /* of a page, in the mean, about */
  uint32_t navigation;           /* links that every page of a host has */
  uint32_t cross_percent;        /* of links: to another host */
  bool spellings;                /* else every link is the absolute canonical URL */
  uint32_t spelling_percent;     /* of links that are no navigation: those that aren't */
  uint32_t odd_permille;         /* of links: mailto:, not a URL, nofollow, ... */
  uint32_t redirect_permille;    /* of pages; of each of the seven sorts */
  uint32_t missing_permille;     /* of pages */
  uint32_t failing_permille;     /* of pages: for good; and as many for the first attempts only */
  uint32_t dead_permille;        /* of hosts */
  uint32_t slow_permille;        /* of hosts: 5 to 25 s to an answer */
  uint32_t crawl_delay_permille; /* of hosts with rules: 2 to 5 s */
  uint32_t busy_permille;        /* of hosts: some pages are a 429 or 503 first */
  uint32_t refusing_permille;    /* of hosts: every page is a 429, always */
  bool robots;                   /* robots.txt of all sorts; else none */
  bool rules_everywhere;         /* those that would have none have rules */
  uint32_t addresses;            /* three neighbours share one, and many others */
  bool instant;                  /* no latencies at all */
  bool html;           /* bodies hold the links as HTML; else only a mark for the test's parser */
  uint32_t body_bytes; /* bodies are filled up to about this, in the mean */
  struct cr_sim_ref delayed; /* this page's answer comes delay_ms later */
  int64_t delay_ms;
};

/* What a page answers. */
enum cr_sim_nature {
  CR_SIM_PAGE,
  CR_SIM_TEXT,     /* text/plain */
  CR_SIM_MISSING,  /* 404 */
  CR_SIM_BROKEN,   /* 500 */
  CR_SIM_FAILS,    /* never a whole answer */
  CR_SIM_FALTERS,  /* no answer to the first one or two attempts */
  CR_SIM_TO_PAGE,  /* redirects: to another page of the host */
  CR_SIM_TO_HOST,  /* to another host's */
  CR_SIM_TO_OWN,   /* to its own key, where a page is */
  CR_SIM_TO_SLASH, /* to the same with a slash, a URL of its own, where a page is */
  CR_SIM_LOOP,     /* to its own key and back */
  CR_SIM_SELF,     /* to itself */
  CR_SIM_RING      /* to the next page, which redirects back */
};

enum cr_sim_robots {
  CR_SIM_ROBOTS_NONE, /* 404 */
  CR_SIM_ROBOTS_EMPTY,
  CR_SIM_ROBOTS_RULES,
  CR_SIM_ROBOTS_MOVED, /* rules behind a redirect */
  CR_SIM_ROBOTS_503,
  CR_SIM_ROBOTS_UNREACHABLE
};

struct cr_sim_web_link {
  struct cr_sim_ref to; /* no page: something that is not for this web */
  int kind;             /* enum crawler_link_kind */
  bool nofollow;
  char href[CR_SIM_HREF_BYTES];
};

/* Everything on, in moderate numbers; the members may be changed until the first use. */
void cr_sim_web_init(struct cr_sim_web *web, uint64_t seed, uint32_t hosts, uint32_t pages);
/* ... as the web at large is: more links, a third of them spelled otherwise, a tenth of the pages
 * redirects, a twentieth failing; for so many hosts that the tail of their sizes matters. */
void cr_sim_web_init_large(struct cr_sim_web *web, uint64_t seed, uint32_t hosts, uint32_t pages);
uint32_t cr_sim_web_size(const struct cr_sim_web *web, uint32_t host);
/* The canonical URL, into CR_SIM_URL_BYTES. */
void cr_sim_web_url(const struct cr_sim_web *web, struct cr_sim_ref ref, char *url);
/* The page that a URL names, however it is spelled; *odd: not as the canonical URL is. */
struct cr_sim_ref cr_sim_web_find(const struct cr_sim_web *web, struct cr_span url, bool *odd);
enum cr_sim_nature cr_sim_web_nature(const struct cr_sim_web *web, struct cr_sim_ref ref);
/* Where a page of nature TO_PAGE, TO_HOST, TO_SLASH or RING redirects. */
struct cr_sim_ref cr_sim_web_target(const struct cr_sim_web *web, struct cr_sim_ref ref);
unsigned cr_sim_web_failures(const struct cr_sim_web *web, struct cr_sim_ref ref); /* FALTERS */
uint32_t cr_sim_web_link_count(const struct cr_sim_web *web, struct cr_sim_ref from);
/* Where link n, of so many, leads; false: nowhere, or it is nofollow. */
bool cr_sim_web_link_to(const struct cr_sim_web *web, struct cr_sim_ref from, uint32_t n,
                        struct cr_sim_ref *to);
/* Link n of a page; false: it has no more. */
bool cr_sim_web_link(const struct cr_sim_web *web, struct cr_sim_ref from, uint32_t n,
                     struct cr_sim_web_link *link);
bool cr_sim_web_is_dead(const struct cr_sim_web *web, uint32_t host);
bool cr_sim_web_is_slow(const struct cr_sim_web *web, uint32_t host);
bool cr_sim_web_is_busy(const struct cr_sim_web *web, uint32_t host);
bool cr_sim_web_is_refusing(const struct cr_sim_web *web, uint32_t host);
int64_t cr_sim_web_crawl_delay_s(const struct cr_sim_web *web, uint32_t host); /* 0: none */
enum cr_sim_robots cr_sim_web_robots(const struct cr_sim_web *web, uint32_t host);
/* By the rules of hosts that have some. */
bool cr_sim_web_is_disallowed(const struct cr_sim_web *web, struct cr_sim_ref ref);

#endif

/* SPDX-License-Identifier: MIT */
/* sim_police.h - watches every request of a crawl for what a polite crawler never does.
 *
 * Too many at once to a host, a registrable domain or an address; one sooner after the end of a
 * host's last exchange than the delay in force, adapted or not, or than its robots.txt, a 429 or a
 * 503 asks for; a
 * URL asked for again though no attempt at it had failed, been cut, been given back or put off.
 * The first few violations are kept as text.
 */
#ifndef CR_SIM_POLICE_H
#define CR_SIM_POLICE_H

#include "base/mem.h"
#include "base/str.h"
#include "sim/sim_map.h"

struct cr_sim_limits { /* in force now */
  int64_t delay_ms;
  int64_t most_adapted_ms; /* 0: the delay doesn't adapt */
  int64_t left_alone_ms;   /* by what it has just answered */
  uint32_t host_cap;
  uint32_t site_cap; /* 0: none */
  uint32_t address_cap;
};

struct cr_sim_party { /* a host, a domain or an address */
  uint32_t at_once;
  uint32_t most; /* ever */
  int64_t next_ok_ms;
  int64_t asked_ms;   /* the delay that its robots.txt asks for */
  int64_t adapted_ms; /* the delay that its answers lead to */
};

struct cr_sim_asked { /* of a URL */
  uint32_t attempts;
  uint32_t allowed; /* how many more there may be */
  bool seen;
};

struct cr_sim_ticket { /* of one transfer */
  uint32_t host, site, url;
  uint32_t address;   /* UINT32_MAX: not known yet */
  int64_t latency_ms; /* until the head; of what has failed: -1 */
  int status;
  int64_t asked_ms; /* by what was a robots.txt: a Crawl-delay; -1: it was none */
  bool unfollowed;  /* somebody else looks at how often the URL is asked for */
  bool moved;       /* where a robots.txt led to: asked for once for each that does so */
};

struct cr_sim_police {
  struct cr_mem *mem;
  bool lenient; /* a page may be asked for again: the test does that itself */
  struct cr_sim_map hosts, sites, addresses, urls;
  struct cr_sim_party *host_at, *site_at, *address_at;
  struct cr_sim_asked *url_at;
  size_t host_cap, site_cap, address_cap, url_cap; /* of the arrays */
  int64_t delays_asked, parks; /* exchanges that ended under such a delay, or so */
  int64_t violations;
  char what[512]; /* the first ones, a line each */
};

void cr_sim_police_init(struct cr_sim_police *police, struct cr_mem *mem);
void cr_sim_police_free(struct cr_sim_police *police);

/* A request begins. Returns which attempt at this URL it is. */
unsigned cr_sim_police_begin(struct cr_sim_police *police, struct cr_sim_ticket *ticket,
                             const struct cr_sim_limits *limits, struct cr_span url,
                             int64_t now_ms);
/* Its host's address is known, and it goes on. */
void cr_sim_police_connect(struct cr_sim_police *police, struct cr_sim_ticket *ticket,
                           const struct cr_sim_limits *limits, struct cr_span address);
/* It ends. again: the crawler may ask for the URL once more. */
void cr_sim_police_end(struct cr_sim_police *police, const struct cr_sim_ticket *ticket,
                       const struct cr_sim_limits *limits, int64_t now_ms, bool sent, bool again);

#endif

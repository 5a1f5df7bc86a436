/* SPDX-License-Identifier: MIT */
/* host.h - authorities, hosts and groups: each known by a number, its name stored once.
 *
 * They are made on first sight and never forgotten. A name lies in the arena of names; a host's or
 * site's name that occurs in its authority's origin is a piece of that. This file only keeps them;
 * what is done with a host is place.c's.
 */
#ifndef CR_FRONTIER_HOST_H
#define CR_FRONTIER_HOST_H

#include "base/arena.h"
#include "frontier/frontier.h"
#include "frontier/idmap.h"
#include "frontier/queue.h"
#include "frontier/records.h"
#include "frontier/ring.h"
#include "frontier/wheel.h"

struct cr_moved { /* where a robots task has been redirected to */
  uint32_t authority;
  uint8_t hops;
  size_t len;
  char target[];
};

struct cr_authority {
  uint32_t host;
  uint32_t queued;       /* its entries in the host's queue */
  uint32_t waiting_head; /* CR_GATE_ASKED: entries moved out of the way of others' in the queue */
  uint8_t gate;          /* enum cr_gate */
  uint8_t attempt;       /* of the next robots task */
  bool judged;           /* opened by set_gate, not by default */
  uint8_t stale_gate;    /* while it is asked for anew */
  uint32_t waiting_tail;
  uint32_t asking; /* slot of the lease of its robots task, or CR_NO_ID */
  uint32_t ask_at; /* node in the `asks` of the host it asks: the task is to be given again then */
  struct cr_moved *moved; /* NULL: its robots task asks its own host */
  int64_t stale_ms;       /* an open gate is asked for anew from then on */
  struct cr_span origin;
  void *facts;
};

enum cr_group_kind { CR_GROUP_SITE, CR_GROUP_ADDRESS };

struct cr_host;

struct cr_group {
  struct cr_span name;
  struct cr_list waiting[CR_LANES]; /* hosts, by what they would count against */
  struct cr_host *let_go[CR_LANES]; /* one that waited there and is in the ring, or NULL */
  uint32_t in_flight;               /* sum over its hosts */
  uint8_t kind;
  uint8_t served; /* the lane that took a slot last: the others come first */
};

/* Where a host is: exactly one of these. */
enum cr_place {
  CR_PLACE_EMPTY,     /* nothing queued */
  CR_PLACE_EXHAUSTED, /* nothing that may leave: no alarm */
  CR_PLACE_BLOCKED,   /* until changed: no alarm */
  CR_PLACE_GATED,     /* only URLs whose robots.txt is being asked for */
  CR_PLACE_FULL,      /* all slots that it may use for what is next are in use */
  CR_PLACE_ASLEEP,    /* until its alarm */
  CR_PLACE_PARKED,    /* the same, for blocked_until_ms */
  CR_PLACE_GROUP,     /* in the wait list of its site or address */
  CR_PLACE_RING,
  CR_PLACES
};

struct cr_host {         /* what adding a URL reads comes first, then what taking one reads */
  struct cr_queue queue; /* due entries, but for those moved to an authority's wait list */
  uint32_t pending;      /* entries in queue, wait lists and delayed */
  uint32_t gated;        /* entries in the queue whose authority is CR_GATE_ASKED */
  uint32_t delayed;      /* heap of entries */
  uint32_t asks;         /* heap of authorities whose robots task is to be given again here */
  int64_t next_ok_ms;
  int64_t blocked_until_ms;
  uint32_t in_flight;       /* slots in use */
  uint32_t max_in_flight;   /* 0: the default */
  struct cr_alarm alarm;    /* the next moment at which time alone changes something */
  struct cr_ring_node node; /* in the ring, or in a group's list */
  uint32_t site;            /* groups, or CR_NO_ID */
  uint32_t address;
  uint32_t waits_for; /* CR_PLACE_GROUP: the group */
  uint32_t let_go_by; /* CR_PLACE_RING: the group that let it go, or CR_NO_ID */
  uint32_t leased;    /* entries leased */
  uint32_t others;    /* of pending: what doesn't wait with pages */
  int64_t pages;      /* leased, or finished as DONE */
  bool spent;
  uint8_t place; /* enum cr_place */
  bool slow;
  bool tried; /* whether it is slow is known */
  struct cr_span name;
};

/* All that adding and taking read, once the id is known. */
static inline void cr_host_prefetch(const struct cr_host *host)
{
  enum { CACHE_LINE = 64 };
  for (size_t at = 0; at < offsetof(struct cr_host, name); at += CACHE_LINE)
    __builtin_prefetch((const char *)host + at, 1);
}

struct cr_hosts {
  struct cr_budget *budget;
  uint64_t seed;
  struct cr_arena names;
  struct cr_records authorities;
  struct cr_records hosts;
  struct cr_records groups;
  struct cr_idmap authority_map;
  struct cr_idmap host_map;
  struct cr_idmap group_map;
};

/* What an authority is made of. */
struct cr_authority_name {
  struct cr_span origin, host, site;
};

/* 0 or CRAWLER_E_NOMEM. hosts must not move afterwards. */
int cr_hosts_open(struct cr_hosts *hosts, struct cr_budget *budget, uint64_t seed);
/* Queues, and what facts and entries own, are the caller's to free before. */
void cr_hosts_close(struct cr_hosts *hosts);

/* The number of an authority, made if need be with gate unknown; its host and site too. CR_NO_ID:
 * no room. */
uint32_t cr_hosts_authority(struct cr_hosts *hosts, const struct cr_authority_name *name);
uint32_t cr_hosts_group(struct cr_hosts *hosts, enum cr_group_kind kind, struct cr_span name);

/* Of a name; CR_NO_ID: there is none. */
uint32_t cr_hosts_find_authority(const struct cr_hosts *hosts, struct cr_span origin);
uint32_t cr_hosts_find_host(const struct cr_hosts *hosts, struct cr_span name);

static inline struct cr_authority *cr_authority_at(const struct cr_hosts *hosts, uint32_t id)
{
  return cr_records_at(&hosts->authorities, id);
}

static inline struct cr_host *cr_host_at(const struct cr_hosts *hosts, uint32_t id)
{
  return cr_records_at(&hosts->hosts, id);
}

static inline struct cr_group *cr_group_at(const struct cr_hosts *hosts, uint32_t id)
{
  return cr_records_at(&hosts->groups, id);
}

#endif

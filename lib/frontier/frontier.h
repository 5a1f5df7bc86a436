/* SPDX-License-Identifier: MIT */
/* frontier.h - every URL known, and when each may be asked for.
 *
 * The frontier alone stores *when*: queues, next_ok, parks, caps in flight, sleeping hosts. It
 * knows nothing of HTTP or robots.txt rules. So that a log on disk or a server can stand behind it,
 * a call answers at once (CR_FRONTIER_NOW), or later through its completion on the loop thread,
 * never inside the call (CR_FRONTIER_LATER; the arrays given stay with it until then). Now is
 * an argument: ms from 0; it never goes back. An *authority* is scheme + host + port (what one
 * robots.txt speaks for), a *host* what politeness counts: one or more authorities; a *group*:
 * hosts that share a cap (a site, an address); a *lease*: a URL taken and not finished.
 */
#ifndef CR_FRONTIER_FRONTIER_H
#define CR_FRONTIER_FRONTIER_H

#include "base/mem.h"
#include "base/str.h"
#include "crawl/crawler.h"

#define CR_FRONTIER_NOW 0
#define CR_FRONTIER_LATER 1
#define CR_NO_ID UINT32_MAX
#define CR_NEVER INT64_MAX

struct cr_frontier;

/* ---- what goes in ---- */

enum cr_item_flag {
  CR_ITEM_SEED = 1 << 0,
  CR_ITEM_FORCE = 1 << 1, /* queue it though it is known; not if it is queued or leased now */
  CR_ITEM_NEXT = 1 << 2,  /* before all that are due with its priority, not behind them */
  CR_ITEM_THOUGH_REJECTED = 1 << 3, /* queue it though it is known as rejected */
  CR_ITEM_OVER = 1 << 4 /* NEW: it is done at once, and never queued; extra stays the caller's */
};

struct cr_frontier_item { /* all spans are borrowed for the call */
  uint64_t fp;            /* hash of canonical key + method; 0 is not special */
  uint32_t authority;     /* from ops->authority() */
  uint32_t lastmod_s;     /* since 1970, as a sitemap says; 0: none does */
  uint16_t depth;
  int8_t priority;         /* -128..127, larger is sooner; exact within a host */
  uint8_t kind;            /* enum crawler_kind */
  uint8_t method;          /* enum crawler_method */
  uint8_t hops;            /* redirects behind it */
  uint8_t flags;           /* enum cr_item_flag */
  int64_t not_before_ms;   /* 0: now */
  struct cr_span target;   /* path and query as fetched; <= 65535 bytes */
  struct cr_span referrer; /* URL of the page it was found on; shared by neighbours in a batch */
  struct cr_span via;      /* URL that redirected here */
  struct cr_span seed;     /* URL of the seed it descends from */
  struct cr_span meta;     /* opaque */
  void *extra; /* the engine's; on NEW it is the frontier's until taken back, see config */
};

/* Of add, one for each item. */
enum cr_verdict {
  CR_ADD_NEW,
  CR_ADD_KNOWN,
  CR_ADD_SHALLOWER, /* known, and depth was lowered: engine: treat as after ops->lower() */
  CR_ADD_CAP,       /* the host has max_pending queued; not marked as seen */
  CR_ADD_MEMORY     /* no room or out of memory; not marked as seen */
};

/* ---- what is known of a fingerprint: one byte, kept in the seen-set ---- */

/* 0: unknown. Else class << 6 | value: depth (saturating at CR_SEEN_DEEP) or a reject reason. */
enum { CR_SEEN_UNKNOWN = 0, CR_SEEN_LIVE = 1, CR_SEEN_DONE = 2, CR_SEEN_REJECTED = 3 };
#define CR_SEEN_DEEP 63
#define CR_SEEN_CLASS(byte) ((byte) >> 6)
#define CR_SEEN_VALUE(byte) ((byte)&63)

/* ---- what comes out ---- */

struct cr_lease {
  uint32_t slot;
  uint32_t generation; /* a stale lease is recognised */
};

struct cr_task { /* spans are valid until the lease is finished */
  struct cr_lease lease;
  uint64_t fp;
  uint32_t authority;
  uint32_t asked; /* whose origin the target is asked of: authority, but for a robots task moved */
  uint32_t host;  /* asked's */
  uint32_t lastmod_s;
  uint16_t depth;
  int8_t priority;
  uint8_t kind; /* CRAWLER_KIND_ROBOTS: judge authority; target is empty until a redirect leads to
                 * one (CR_FINISH_SAME); fp and the rest are empty */
  uint8_t method;
  uint8_t hops;
  uint8_t flags;
  uint8_t attempt; /* 1 is the first */
  bool again;      /* a robots task that was given before, and queued meanwhile */
  bool slow;       /* its host is in the slow lane */
  bool untried;    /* nothing was ever said of that (CR_HOST_SLOW) */
  struct cr_span target, referrer, via, seed, meta;
  void *extra;
};

struct cr_take {
  int64_t now_ms;
  uint32_t max_tasks;   /* at most so many in all: the room in tasks */
  uint32_t max_fast;    /* of these, at most so many of hosts not marked slow */
  uint32_t max_untried; /* of those, at most so many of hosts untried */
  uint32_t max_slow;    /* of these, at most so many of slow hosts */
  uint32_t max_pages;   /* of these, at most so many of kind page; other kinds go on, but for
                         * sitemaps while it is 0: all they lead to is pages */
};

enum cr_finish_kind {
  CR_FINISH_DONE,      /* over for good, whatever the outcome */
  CR_FINISH_RETRY,     /* again at at_ms, attempt + 1; never passes the seen test */
  CR_FINISH_PARK,      /* again at at_ms, attempt unchanged */
  CR_FINISH_GIVE_BACK, /* nothing was sent: back to the head of its queue */
  CR_FINISH_SAME,      /* redirected, and the same still: takes the target, hops + 1, attempt 1 (but
                        * for a robots task: unchanged), due now */
  CR_FINISH_UNCOUNTED  /* as DONE, but it isn't one of the pages that set_host_pages grants */
};

struct cr_finish {
  struct cr_lease lease;
  enum cr_finish_kind kind;
  int64_t at_ms;         /* RETRY, PARK */
  struct cr_span target; /* SAME: the new path and query; same authority or a new one */
  uint32_t authority;    /* SAME: whose host is asked for it; who is judged stays */
};

/* ---- hosts ---- */

/* Of an authority: may its URLs leave? */
enum cr_gate {
  CR_GATE_UNKNOWN, /* the next take gives a robots task for it first */
  CR_GATE_ASKED,   /* that task is leased, or to be given again; its URLs wait */
  CR_GATE_OPEN     /* URLs leave; what robots.txt says of each is the engine's to check */
};

/* Which members of cr_host_update count. */
enum cr_host_field {
  CR_HOST_NEXT_OK = 1 << 0,
  CR_HOST_BLOCKED = 1 << 1,
  CR_HOST_CAP = 1 << 2,
  CR_HOST_SLOW = 1 << 3,
  CR_HOST_RELEASE = 1 << 4, /* lease's exchange ended: its slot in host and groups is free */
  CR_HOST_ADDRESS = 1 << 5, /* the host joins the group of this address */
  CR_HOST_SPENT = 1 << 6    /* it has used up what the crawl grants it, or has not */
};

struct cr_host_update {
  uint32_t host;
  unsigned fields;
  int64_t next_ok_ms;       /* not asked before; the later of this and the stored one */
  int64_t blocked_until_ms; /* a park; replaces the stored one; CR_NEVER: until changed */
  uint32_t max_in_flight;   /* 0: the default of the config */
  bool slow;
  bool spent;             /* true: no URL of it leaves, robots tasks do */
  struct cr_lease lease;  /* CR_HOST_RELEASE */
  struct cr_span address; /* CR_HOST_ADDRESS: its text */
};

struct cr_frontier_config {
  struct cr_mem *mem;
  uint64_t seed; /* of hash tables */
  int64_t now_ms;
  uint32_t host_cap;    /* transfers in flight a host; 0: none */
  uint32_t site_cap;    /* ... a registrable domain; 0: none */
  uint32_t address_cap; /* ... an IP address; 0: none */
  uint32_t max_pending; /* queued URLs a host, leased ones not counted; 0: none */
  int64_t max_bytes;    /* of CR_MEM_FRONTIER memory; 0: none */
  bool gate;            /* authorities start CR_GATE_UNKNOWN; else open */
  void (*free_extra)(void *extra, void *user); /* items not taken back by the time of close */
  void (*free_facts)(void *facts, void *user); /* those that authorities have at close */
  void *user;
};

/* Pages, and sitemaps, which lead to nothing else. */
static inline bool cr_kind_waits_with_pages(uint8_t kind)
{
  return kind == CRAWLER_KIND_PAGE || kind == CRAWLER_KIND_SITEMAP;
}

/* Counted by walking every queue, wheel slot, wait list and lease: for tests and snapshots. */
#define CR_FRONTIER_KINDS 4
struct cr_frontier_count {
  int64_t queued[CR_FRONTIER_KINDS]; /* in queues, delayed, waiting for robots or a group; kind
                                      * robots: tasks to be given again at their time */
  int64_t leased[CR_FRONTIER_KINDS];
  int64_t hosts;           /* the sum of these: */
  int64_t hosts_empty;     /* nothing queued */
  int64_t hosts_exhausted; /* nothing queued that may leave: spent, or its pages are used up */
  int64_t hosts_blocked;   /* parked: blocked_until_ms is ahead */
  int64_t hosts_waiting;   /* for a slot of its own or of a group, or for robots.txt */
  int64_t hosts_sleeping;  /* for next_ok_ms, or what is delayed */
  int64_t hosts_ready;
  int64_t slots; /* host slots in use */
};

struct cr_frontier_stats { /* kept, O(1) */
  int64_t known;           /* fingerprints in the seen-set */
  int64_t queued;          /* all kinds */
  int64_t queued_pages;    /* kinds page and sitemap: those that max_pages may keep */
  int64_t leased;
  int64_t authorities;
  int64_t hosts;
  int64_t hosts_ready;
  int64_t hosts_delayed; /* of those with something queued, that may not be asked yet: for their
                          * delay, or that of what is queued */
  int64_t hosts_parked;  /* ... parked, or blocked until that changes */
  int64_t hosts_gated;   /* ... for robots.txt */
  int64_t hosts_full;    /* ... as they, their site or their address have all their slots in use */
  int64_t seen_bytes;
};

/* A host at this moment. */
struct cr_host_view {
  int64_t queued; /* all kinds, as max_pending counts them */
  int64_t leased;
  int64_t pages;            /* leased or finished as DONE, as set_host_pages counts them */
  int64_t next_ok_ms;       /* it may not be asked before */
  int64_t blocked_until_ms; /* nor before this; CR_NEVER: until changed */
  uint32_t cap;             /* slots; UINT32_MAX: no limit */
  bool waits_for_robots;    /* all that is queued does */
  bool is_exhausted;        /* nothing that is queued may leave: spent, or its pages are used up */
  bool is_slow;
};

/* A URL that is queued or leased. */
struct cr_url_view {
  bool is_leased;
  int64_t due_ms; /* queued, and not given before; 0: it is due */
  uint16_t depth;
  uint8_t kind;
  uint8_t attempt; /* the next one, or that of the lease; 1 is the first */
  uint8_t flags;
  struct cr_span referrer, via, seed; /* borrowed until the frontier changes */
};

typedef void (*cr_frontier_done)(void *arg, int err);

struct cr_frontier_ops {
  const char *name;
  /* Are answers always at once? */
  bool sync;
  void (*close)(struct cr_frontier *f);
  /* The id of an authority, made on first sight (never forgotten). origin: "https://a.example:81";
   * host: the politeness key; site: group key, may be empty. admitted: for a URL that has been
   * let in already, whatever max_bytes says. CR_NO_ID: out of memory. */
  uint32_t (*authority)(struct cr_frontier *f, struct cr_span origin, struct cr_span host,
                        struct cr_span site, bool admitted);
  struct cr_span (*authority_origin)(struct cr_frontier *f, uint32_t authority);
  uint32_t (*authority_host)(struct cr_frontier *f, uint32_t authority);
  struct cr_span (*host_key)(struct cr_frontier *f, uint32_t host);
  /* Facts the engine keeps with an authority (its robots rules). The old ones are the caller's to
   * free when it sets others. */
  void *(*facts)(struct cr_frontier *f, uint32_t authority);
  void (*set_facts)(struct cr_frontier *f, uint32_t authority, void *facts);
  /* Ends what was asked: a robots task that was to be given again isn't, and how the lease of one
   * ends has no effect on the gate any more. The next one is attempt 1. */
  void (*set_gate)(struct cr_frontier *f, uint32_t authority, enum cr_gate gate);
  /* Of a gate that set_gate has just opened: from at_ms on (CR_NEVER: never) a take that comes to
   * one of its URLs gives a robots task first, once, unless the default gate is open. Meanwhile the
   * gate is CR_GATE_OPEN, and its URLs go on leaving, or CR_GATE_ASKED. */
  void (*set_stale)(struct cr_frontier *f, uint32_t authority, int64_t at_ms,
                    enum cr_gate meanwhile);
  /* For authorities made from now on, and for those that set_gate hasn't opened. Returns how many
   * robots tasks were to be given again, and aren't any more. */
  uint32_t (*set_default_gate)(struct cr_frontier *f, bool closed);
  /* Pages that each host may give: those leased, and those finished as DONE; CR_NEVER: any. */
  void (*set_host_pages)(struct cr_frontier *f, int64_t pages);
  void (*set_caps)(struct cr_frontier *f, uint32_t host, uint32_t site, uint32_t address);

  /* Read-only: states[i] is the seen byte of fps[i]. Prefetches; meant for a page's links. */
  int (*lookup)(struct cr_frontier *f, const uint64_t *fps, size_t n, uint8_t *states);
  /* Seen-test and enqueue, one atomic step for each item, in order. CRAWLER_E_INVAL, and nothing is
   * done, for an authority that doesn't exist, kind robots, or a target that is too long. */
  int (*add)(struct cr_frontier *f, const struct cr_frontier_item *items, size_t n,
             uint8_t *verdicts, cr_frontier_done done, void *arg);
  /* Remembers that fp was rejected, if unknown; reason 0..63. 0 or CRAWLER_E_NOMEM. */
  int (*reject)(struct cr_frontier *f, uint64_t fp, unsigned reason);
  /* Forgets all rejections for that reason: its rules have changed. */
  void (*forget_rejected)(struct cr_frontier *f, unsigned reason);
  /* A shorter path to a known fp: lowers a queued or leased URL, or a done one's byte, which tells
   * nothing from CR_SEEN_DEEP on (depth.h has what was done exactly). Returns the class it had
   * (CR_SEEN_*; a rejected URL has no depth to lower), or CR_SEEN_UNKNOWN if depth isn't smaller
   * than the known one. */
  int (*lower)(struct cr_frontier *f, uint64_t fp, uint16_t depth);
  /* The depth of a lease now (it may have been lowered while in flight); 0: a robots task. */
  uint16_t (*lease_depth)(struct cr_frontier *f, struct cr_lease lease);

  /* Leases due URLs: ready hosts in turn, within a host requisites before pages and sitemaps, then
   * by priority, then in order of arrival.
   * A robots task comes first for an authority not judged; while it is asked for, its URLs are
   * passed over. What is delayed arrives at its time. *next_due_ms: when the next host wakes, or
   * something arrives (CR_NEVER: never); what waits for a lease to end or a gate to open has no
   * time. CRAWLER_E_NOMEM: nothing was taken; finishing and taking less may help. */
  int (*take)(struct cr_frontier *f, const struct cr_take *want, struct cr_task *tasks, size_t *n,
              int64_t *next_due_ms, cr_frontier_done done, void *arg);
  /* CRAWLER_E_STATE for a stale lease. Frees the host slot unless it was released before.
   * The item's extra goes back to the caller with DONE. Needs no memory but for SAME, which may
   * fail with CRAWLER_E_NOMEM, or CRAWLER_E_INVAL as add does: the lease is held on then.
   * A robots task: DONE leaves the gate to set_gate; RETRY and PARK give the task again at at_ms,
   * GIVE_BACK and SAME now, all at the host that was asked last, SAME at that of the new
   * authority. There it is a task as any other of that host, whose own gate it doesn't pass. 1: it
   * isn't given again, as the gate has been set since. */
  int (*finish)(struct cr_frontier *f, const struct cr_finish *fin, int64_t now_ms);
  /* The caller's attachment of a leased URL; it stays with the URL through RETRY and PARK. */
  void (*set_extra)(struct cr_frontier *f, struct cr_lease lease, void *extra);
  /* All fields or, on an error, none. CRAWLER_E_STATE: a stale lease to release; CRAWLER_E_INVAL:
   * another host's; CRAWLER_E_NOMEM: only with CR_HOST_ADDRESS. With that 1 if the address's group
   * is now over its cap: the caller gives its lease back, and the host waits for the group. */
  int (*host_update)(struct cr_frontier *f, const struct cr_host_update *update, int64_t now_ms);
  void (*stats)(struct cr_frontier *f, struct cr_frontier_stats *stats);
  /* Read-only: the numbers of an authority and of a host by their names; CR_NO_ID: none. */
  void (*find)(struct cr_frontier *f, struct cr_span origin, struct cr_span host,
               uint32_t *authority, uint32_t *host_id);
  /* host must exist. */
  void (*host_view)(struct cr_frontier *f, uint32_t host, struct cr_host_view *view);
  /* At the cost of a walk over what is leased and delayed. false: neither queued nor leased. */
  bool (*url_view)(struct cr_frontier *f, uint64_t fp, struct cr_url_view *view);
  void (*recount)(struct cr_frontier *f, struct cr_frontier_count *count);
  /* Everything up to here survives power loss; 0 where nothing does. */
  uint64_t (*durable_seq)(struct cr_frontier *f);
};

/* Every backend's struct begins with this. */
struct cr_frontier {
  const struct cr_frontier_ops *ops;
};

/* frontier_memory.c. 0 or CRAWLER_E_NOMEM. */
int cr_frontier_memory_open(struct cr_frontier **out, const struct cr_frontier_config *config);

#endif

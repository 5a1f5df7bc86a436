/* SPDX-License-Identifier: MIT */
/* shard.h - all state of one reactor: a loop, a frontier, a fetcher, workers, and what is in
 * flight.
 *
 * The loop thread owns everything here; there are no locks. What comes from other threads comes by
 * the mailbox (home.h) and two flags. Rooms of layer 3 meet here and nowhere else.
 */
#ifndef CR_ENGINE_SHARD_H
#define CR_ENGINE_SHARD_H

#include "base/pool.h"
#include "base/random.h"
#include "engine/env.h"
#include "engine/ledger.h"
#include "engine/memory.h"
#include "engine/settings.h"
#include "engine/visit.h"
#include "filter/duplicates.h"
#include "filter/host_lines.h"
#include "filter/link_memory.h"
#include "filter/scope.h"
#include "filter/trap.h"
#include "frontier/depth.h"
#include "frontier/frontier.h"
#include "model/page.h"
#include "model/submission.h"
#include "schedule/adapt.h"
#include "schedule/idle.h"
#include "schedule/outage.h"
#include "schedule/park.h"
#include "schedule/politeness.h"
#include "schedule/retry_budget.h"
#include "schedule/reuse.h"
#include "schedule/load.h"
#include "schedule/shortage.h"
#include "schedule/slots.h"
#include "url/url.h"

struct cr_hooks { /* cb NULL: not set */
  crawler_request_cb filter, request;
  crawler_page_cb headers, parse, page;
  crawler_body_cb body;
  crawler_links_cb links;
  crawler_retry_cb retry;
  crawler_outcome_cb outcome;
  crawler_resolve_cb resolve;
  crawler_address_cb address;
  crawler_transfer_cb transfer;
  crawler_done_cb done;
  crawler_log_cb log;
  void *filter_user, *request_user, *headers_user, *parse_user, *page_user, *body_user, *links_user,
      *retry_user, *outcome_user, *resolve_user, *address_user, *transfer_user, *done_user,
      *log_user;
};

enum cr_ending { /* how a run ends; in order of strength */
                 CR_END_NOT,
                 CR_END_COMPLETE,
                 CR_END_MAX_PAGES,
                 CR_END_MAX_BYTES,
                 CR_END_HOST_LIMIT,
                 CR_END_WAITING,
                 CR_END_MAX_TIME,
                 CR_END_STOPPED,
                 CR_END_CANCELED,
                 CR_END_ERROR
};

enum { CR_FLAG_STOP = 1, CR_FLAG_CANCEL = 2, CR_FLAG_FAIL = 4 };

struct cr_tally { /* of one host, all kinds */
  int64_t attempts;
  int64_t fetched;
  int64_t failed;
  int64_t body_bytes;
  int64_t wire_bytes;
  int64_t begun_ms; /* its first request of this run, if has_begun */
  bool has_begun;
  bool is_spent; /* as the frontier was told: by a limit of bytes or time */
  struct cr_park park;
  struct cr_outage outage;
  struct cr_retry_budget retries;
  int64_t adapted_ms;         /* the delay that its answers lead to; 0: none */
  int64_t robots_delay_ms[2]; /* what its robots.txt asks for, by http and https; 0: nothing */
  uint32_t sitemaps;          /* of it that were admitted, or were too many */
  bool is_paused;             /* by the caller */
};

struct cr_answer { /* crawler_resolved(), on its way */
  struct cr_letter letter;
  uint64_t token;
  int64_t ttl_ms;
  char addresses[];
};

struct cr_depth_level {
  struct cr_depth_step *steps;
  size_t len, cap;
};

struct cr_depth_pass { /* depth_pass.c: shorter paths that are to be passed on, if any */
  struct cr_depth_level now, next;
  unsigned depth; /* of now; next has one more */
  int holds;      /* by whom it is to wait */
  bool lost;      /* out of memory: something wasn't passed on */
};

struct cr_worker { /* used again for each page */
  struct cr_arena scratch;
  struct cr_passages *passages; /* NULL: none yet */
};

struct cr_history;
struct cr_aside;
struct cr_cookie_jar;

#define CR_AUTHORITY_CACHE 256 /* a power of two */

struct cr_shard {
  struct crawler *crawler; /* for hooks */
  struct cr_home *home;
  struct cr_mem *mem;
  const struct cr_settings *settings;
  const struct cr_hooks *hooks;
  struct cr_env env;

  struct cr_loop *loop; /* NULL before the first start */
  struct cr_fetcher *fetcher;
  struct cr_fetch_events events;
  struct cr_pool *pool;
  struct cr_frontier *frontier;
  struct cr_scope *scope;
  struct cr_cookie_jar *cookies;       /* NULL: option cookies is off */
  struct cr_host_lines *host_lines[2]; /* by enum cr_host_line_kind; NULL: none */
  struct cr_link_memory *link_memory;
  struct cr_trap *trap;
  struct cr_duplicates *duplicates;
  struct cr_depth *depth; /* NULL: max_depth was never set */
  struct cr_depth_pass depth_pass;
  struct cr_aside *aside;     /* URLs that led elsewhere; NULL: none under obey_canonical */
  struct cr_history *history; /* NULL: option history is 0 */

  struct cr_slots slots;
  struct cr_shortage shortage;
  struct cr_load load;
  struct cr_reuse reuse;
  uint32_t idle_room; /* for connections beside those of transfers in flight */
  struct cr_idle idle;
  struct cr_politeness politeness;
  struct cr_random random;
  uint64_t hash_seed;
  struct cr_key_rules key_rules;
  uint32_t link_kinds;                      /* bit per crawler_link_kind that is followed */
  uint32_t requisite_kinds;                 /* ... that is fetched as a requisite */
  uint32_t authorities[CR_AUTHORITY_CACHE]; /* recent ones, by hash of their origin */
  int64_t out_of_scope;                     /* rejections for it when they were last forgotten */

  int64_t host_bytes; /* max_bytes_per_host and max_time_per_host that hosts were judged by */
  int64_t host_ms;

  struct cr_ledger ledger;
  struct cr_tally *tallies; /* by host id */
  uint32_t tally_count;

  struct cr_list letters; /* from the mailbox, to be read in the next turn */
  struct cr_list parsed;  /* jobs of visits, likewise, by order of submission */
  uint32_t parsed_count;
  struct cr_list visits;   /* all that are leased */
  struct cr_list fast;     /* transfers in the fast lane, oldest first */
  struct cr_list lookups;  /* those that wait for a name, but not aside; oldest first */
  struct cr_list readings; /* sitemaps that are to be read on */
  struct cr_list unread;   /* visits whose bodies are here, until there is room to decode them */
  struct cr_list spare;    /* visits to be used again */
  size_t spare_count;
  int64_t spare_bytes;
  uint32_t unread_count;
  int64_t growing_bytes;  /* what pages that are being parsed may come to take besides */
  uint32_t shed_at;       /* the authority whose rules are looked at next, when there is no room */
  uint32_t rules_awaited; /* authorities with rules that no URL has asked yet */
  int64_t usual_page_bytes;  /* a mean of what pages took lately; 0: there was none */
  struct cr_worker *workers; /* what each has for itself; the last one is the loop thread */
  int worker_count;
  uint64_t next_parse; /* order of submission */

  struct cr_arena scratch; /* for one call at a time */
  struct cr_url url, base; /* reused by whoever parses */
  struct cr_buf key;

  struct cr_deferred pump;
  int64_t woken_ms;         /* when it was deferred */
  struct cr_timer due;      /* the next sleeping host wakes */
  struct cr_timer slow;     /* the oldest fast transfer grows old, or a look-up */
  struct cr_timer deadline; /* max_time */
  int64_t started_ms;       /* loop time of the first start */
  int64_t run_started_ms;   /* of this run: max_time counts from here */
  int64_t next_due_ms;
  bool running;
  bool pulling;           /* crawler_next() is how pages leave */
  bool max_depth_changed; /* what was refused for depth is to be offered again */
  bool takes_nothing;     /* it was paused when this turn came to that; resumed, there is another */
  bool is_full;           /* bytes held passed a high mark, and not yet the low one */
  int hook_depth;
  atomic_int flags;      /* CR_FLAG_*: set by any thread or signal handler */
  atomic_bool is_paused; /* likewise; nothing new is leased */
  atomic_bool is_muted;  /* no hook is called any more: the crawler is being freed */
  atomic_bool given_up;  /* until the next run no parse is wanted: those that run stop */
  enum cr_ending ending; /* asked for, or reached */
  int error;             /* with CR_END_ERROR */
  const char *advice;    /* what to do about it; static; NULL: the error says it all */
  void (*on_end)(struct cr_shard *shard, void *arg);
  void (*on_turn)(struct cr_shard *shard, void *arg); /* end of each pump: publish numbers */
  /* A page for crawler_next(); one of its references goes along. */
  void (*on_ready)(struct cr_shard *shard, struct cr_visit *visit, void *arg);
  void *on_arg;
};

/* ---- shard.c: life ---- */

/* Everything that needs no loop. 0 or CRAWLER_E_NOMEM. */
int cr_shard_open(struct cr_shard *s);
/* Loop, fetcher, workers, if there are none yet; then runs. */
int cr_shard_start(struct cr_shard *s);
/* Cancels, joins, frees; retained pages stay with their holders. */
void cr_shard_close(struct cr_shard *s);
/* Settings changed: takes over what is copied from them. */
void cr_shard_configure(struct cr_shard *s);
/* The kinds that option links names, a bit each. CRAWLER_E_VALUE: one isn't a kind. */
int cr_link_kinds_read(const char *list, uint32_t *kinds);
/* Takes over copy as the text of an option; whoever borrowed the old one is told. */
void cr_shard_replace_text(struct cr_shard *s, char **text, char *copy);
/* Would the option's value be understood? 0, CRAWLER_E_VALUE or CRAWLER_E_NOMEM. */
int cr_shard_check_private(struct cr_shard *s, const char *list);
void cr_shard_log(struct cr_shard *s, int level, const char *text, const char *detail);
/* Bytes of pages that are in flight, and in nobody's hands. */
int64_t cr_shard_buffered(const struct cr_shard *s);
int64_t cr_shard_max_buffered(const struct cr_shard *s);
void cr_shard_free_extra(void *extra, void *user);
/* The first failure that the crawl can't go on after. */
void cr_shard_fail(struct cr_shard *s, int err);

/* ---- pump.c: what happens in a turn ---- */

void cr_shard_wake(struct cr_shard *s);                       /* pump soon */
void cr_shard_end(struct cr_shard *s, enum cr_ending ending); /* stop, cancel, max_time */
void cr_shard_set_timers(struct cr_shard *s);
void cr_shard_pump_init(struct cr_shard *s);
void cr_shard_cancel_visits(struct cr_shard *s); /* all transfers are cut, URLs queued again */

/* ---- identify.c: from text to a fingerprint and an authority ---- */

/* Takes the fragment out of s->url, unless it names a page and option key_fragment keeps those. */
void cr_settle_fragment(struct cr_shard *s);
/* Sets req's URL from s->url and computes its fingerprint. CRAWLER_E_SCHEME, _LIMIT, _NOMEM. */
int cr_identify(struct cr_shard *s, struct crawler_request *req, uint64_t *fp);
/* The same of another URL; its key is left in key. For who may be called while s->url is in use. */
int cr_identify_url(const struct cr_shard *s, struct cr_url *url, struct cr_buf *key,
                    struct crawler_request *req, uint64_t *fp);
/* Of a URL as it is written: what rejects it is remembered under that (GET, if it is none). */
uint64_t cr_text_fp(const struct cr_shard *s, struct cr_span text, uint8_t method);
/* "example.org", or "example.org:8080" where the port isn't 80 or 443; in arena. */
struct cr_span cr_politeness_key(struct cr_arena *arena, const struct crawler_request *req);
/* admitted: the request is in the crawl already, and max_frontier has no say. CR_NO_ID: out of
 * memory. */
uint32_t cr_authority_of(struct cr_shard *s, const struct crawler_request *req, bool admitted);

/* ---- admit.c: filter and enqueue ---- */

struct cr_admission {
  struct crawler_request *req;
  uint64_t fp;
};
/* Takes an identified request through probe, filter and frontier. req->extra goes to the frontier
 * or is freed. Returns the cr_verdict of the frontier, or -reason when it was rejected. */
int cr_admit(struct cr_shard *s, struct cr_admission *a);
/* Beside the reject reasons in a seen byte: on_filter put another URL in this one's place. */
#define CR_SEEN_REWRITTEN 63
#define CR_SEEN_WAS_REWRITTEN (CR_SEEN_REJECTED << 6 | CR_SEEN_REWRITTEN)
/* Scope, depth, on_filter: CRAWLER_REASON_NONE accepts. May change req and *fp (a rewrite). */
crawler_reason cr_filter(struct cr_shard *s, struct crawler_request *req, uint64_t *fp);
/* Scope alone; req->rule becomes the rule that says no, or NULL. */
crawler_reason cr_judge_scope(const struct cr_shard *s, struct cr_arena *arena,
                              struct crawler_request *req);
/* on_filter has put fp, which is known by now, in the place of asked: it isn't asked for that one
 * again, and a shorter path to it is one to fp. */
void cr_rewritten(struct cr_shard *s, uint64_t asked, uint64_t fp, unsigned depth);
/* A URL that robots.txt is known to forbid is admitted and dropped, without ever being queued.
 * Returns the cr_verdict of the frontier; item->extra stays the caller's. */
uint8_t cr_admit_forbidden(struct cr_shard *s, const struct crawler_request *req,
                           struct cr_frontier_item *item);
/* What is known of a fingerprint: CR_SEEN_*. */
uint8_t cr_seen_byte(const struct cr_shard *s, uint64_t fp);
/* Why a URL was rejected before, by its cr_text_fp(); NONE: it wasn't. */
crawler_reason cr_rejected_before(const struct cr_shard *s, uint64_t text_fp);
/* Remembers and reports a URL rejected for what it is. text_fp: of what was asked about, whatever
 * on_filter has made of it. */
void cr_reject(struct cr_shard *s, const struct crawler_request *req, uint64_t text_fp,
               crawler_reason reason);
void cr_frontier_item_of(struct cr_shard *s, const struct crawler_request *req, uint64_t fp,
                         struct cr_frontier_item *item);
/* The host of a seed, or of where it was redirected to, belongs to the crawl: what was rejected for
 * scope before is judged again when it's found again. 0 or CRAWLER_E_NOMEM. */
int cr_widen_scope(struct cr_shard *s, const struct crawler_request *req);
/* Its rules have changed: what they rejected is judged again when it's found again. */
void cr_scope_changed(struct cr_shard *s);
/* The reason of a cr_verdict that refuses for room; NONE: it doesn't. */
static inline crawler_reason cr_no_room_reason(int verdict)
{
  return verdict == CR_ADD_CAP      ? CRAWLER_CAPPED_CAP
         : verdict == CR_ADD_MEMORY ? CRAWLER_CAPPED_MEMORY
                                    : CRAWLER_REASON_NONE;
}
/* Are the host's URLs in scope, whatever their paths? */
bool cr_may_crawl_host(struct cr_shard *s, struct crawler_request *req);
/* Counts a link by what cr_admit() said of it. */
void cr_count_link(struct cr_shard *s, int result);
/* A seed, an added URL or a redirect's target (no link of a page) that was refused for room is
 * counted as a link that was. Other results of cr_admit() are nothing to it. */
void cr_no_room(struct cr_shard *s, const struct crawler_request *req, int result);
/* What came by crawler_submit(): frees it. */
void cr_admit_submitted(struct cr_shard *s, struct cr_submission *sub);

/* ---- traps.c: what is left out because it doesn't end ---- */

/* Of a URL in scope that isn't known: NONE, or CRAWLER_REJECTED_TRAP with req->trap. One under
 * suspicion gets less priority. */
crawler_reason cr_trap_verdict(struct cr_shard *s, struct crawler_request *req);
/* The rule that would leave it out now (crawler_trap); nothing is counted or changed. */
uint8_t cr_trap_preview_of(const struct cr_shard *s, const struct crawler_request *req,
                           int64_t wall_ms);
/* What was left out by a rule is asked about again when it is found again. */
void cr_traps_changed(struct cr_shard *s);
/* The option of a rule; NULL: of none. */
const char *cr_trap_option(uint8_t rule);
/* Has so much like it been read since it was queued that it's dropped? */
bool cr_trap_is_spent(const struct cr_shard *s, const struct crawler_request *req);
/* The same when it is about to leave; if so req->trap says by which rule, and it is counted. */
bool cr_trap_drops(struct cr_shard *s, struct crawler_request *req);
/* Before, while (on a worker) and after a page is read: is it to be told to the rules, what does it
 * say, and what is learnt of it; whose duplicate it is. */
void cr_trap_prepare(struct cr_visit *v);
void cr_trap_read(struct cr_visit *v);
void cr_trap_learn(struct cr_visit *v);

/* ---- links.c: the links of a page enter ---- */

/* 0; CRAWLER_E_NOMEM: those that found no room are counted as capped; 1: there are thousands, and
 * the crawl was canceled meanwhile: the page is to be given back. */
int cr_admit_links(struct cr_shard *s, struct cr_visit *visit);

/* ---- depth_pass.c: a shorter path is passed on ---- */

/* While a URL is between filter and frontier: what is lowered is passed on when the last hold is
 * released, so that it isn't offered, and asked about, a second time. */
void cr_depth_hold(struct cr_shard *s);
void cr_depth_release(struct cr_shard *s);
/* A path of this depth leads to fp, which is known. */
void cr_depth_lowered(struct cr_shard *s, uint64_t fp, unsigned depth);
/* The same, and at little cost where its seen byte says that a shorter path is known. */
void cr_depth_found(struct cr_shard *s, uint64_t fp, uint8_t seen, unsigned depth);
/* from, of this depth, was redirected or rewritten to to, which has it too. */
void cr_depth_replaced(struct cr_shard *s, uint64_t from, uint64_t to, unsigned depth);
/* max_depth was raised: what was refused for depth is offered again. */
void cr_depth_raised(struct cr_shard *s);

/* ---- visit.c: a lease and what belongs to it ---- */

struct cr_visit *cr_visit_new(struct cr_shard *s, const struct cr_task *task); /* NULL: no memory */
/* The URL is over, or back in the queue: leaves the lists; freed or kept for the page's holders. */
void cr_visit_release(struct cr_visit *v);
/* Takes down what the page holds, before anybody else can hold it. */
void cr_visit_measure(struct cr_visit *v);
/* The page is in a caller's hands now: its memory leaves the crawler's account. */
void cr_visit_leave(struct cr_visit *v);
/* The arena of a worker, or of the loop thread behind them, for one page at a time. Its first chunk
 * is the thread's, what it takes besides the page's. */
struct cr_arena *cr_shard_scratch(struct cr_shard *s, int worker);
/* Its memory of what pages have in common; NULL: there is no memory for it. */
struct cr_passages *cr_shard_passages(struct cr_shard *s, int worker);

/* ---- dispatch.c: a lease becomes a transfer ---- */

void cr_dispatch(struct cr_shard *s, const struct cr_task *task);
/* Is its port one that anything may be asked at, whatever kind of request it is? By option
 * connect_ports; without it a seed's own is. */
bool cr_may_ask_port(const struct cr_shard *s, struct cr_arena *arena,
                     const struct crawler_request *req);

/* ---- request_headers.c: what a request says, and to whom ---- */

/* v->transfer's headers. 0 or CRAWLER_E_NOMEM. */
int cr_lay_out_headers(struct cr_visit *v);
/* Option header_for or credentials is text now. As cr_host_lines_open(): on an error all stays as
 * it was. */
int cr_set_host_lines(struct cr_shard *s, enum cr_host_line_kind kind, const char *text);

/* ---- cookies.c ---- */

int cr_cookies_open(struct cr_shard *s); /* if option cookies is on; 0 or CRAWLER_E_NOMEM */
/* What a response whose head is there sets. */
void cr_cookies_take(struct cr_visit *v);
/* The Cookie header of a request, in its arena; NULL: none. 0 or CRAWLER_E_NOMEM. */
int cr_cookies_line(struct cr_visit *v, const char **line);

/* ---- arrive.c: events of the fetcher ---- */

struct cr_fetch_events cr_arrive_events(struct cr_shard *s);
void cr_visit_free_slot(struct cr_visit *v, bool polite);

/* ---- stream.c: a body that goes to on_body ---- */

enum cr_fetch_answer cr_stream_take(struct cr_visit *v, const char *data, size_t bytes);
/* All of it has come. Why it is no body, for its coding stops short. */
crawler_reason cr_stream_end(struct cr_visit *v);
/* crawler_request_resume(). Nothing, if it isn't paused or its URL is over. */
void cr_stream_resume(struct cr_visit *v);
/* What was kept of it has been read. */
void cr_stream_drop(struct cr_visit *v);
/* Is all of the body here, to be read? */
bool cr_visit_has_whole_body(const struct cr_visit *v);

/* ---- shortages.c: no descriptors ---- */

/* An exchange has ended. true: for want of a socket; its URL is in the queue again, as if it had
 * never left. */
bool cr_visit_starved(struct cr_visit *v);
/* How many transfers may begin as far as the system has sockets; if none, *next_due_ms is when to
 * look again. */
uint32_t cr_shortage_leaves(struct cr_shard *s, int64_t *next_due_ms);
bool cr_shortage_holds(const struct cr_shard *s); /* is it why nothing begins? */
void cr_shortage_forget(struct cr_shard *s);      /* for another run */

/* ---- loads.c: too much for one thread ---- */

void cr_load_note_wake(struct cr_shard *s);             /* the pump is to be deferred */
void cr_load_note_pump(struct cr_shard *s);             /* it has come */
void cr_load_note_wait(struct cr_shard *s, int64_t ms); /* something else has waited */
/* How many transfers may begin as far as the thread can serve them. */
uint32_t cr_load_leaves(const struct cr_shard *s);
/* Transfers that there may be now, with the slow lane, and with shortages.c's word. */
int64_t cr_shard_most_transfers(const struct cr_shard *s);

/* ---- settle.c: how a lease ends ---- */

/* Tells on_outcome; page NULL: there was no response. */
void cr_report(struct cr_shard *s, const struct crawler_request *req, crawler_outcome outcome,
               crawler_reason reason, const struct crawler_page *page);
/* What a lease of this kind has reserved of max_pages goes back, or is used up. */
void cr_release_page(struct cr_shard *s, unsigned kind, bool fetched);
void cr_visit_end(struct cr_visit *v, crawler_outcome outcome, crawler_reason reason);
void cr_visit_requeue(struct cr_visit *v, enum cr_finish_kind kind, int64_t at_ms);
/* Ends the lease so that it is queued again, and the visit with it; on an error neither. */
int cr_visit_finish_queued(struct cr_visit *v, const struct cr_finish *fin);
/* The numbers of the visit's host; NULL: out of memory, and they are missing. */
struct cr_tally *cr_visit_tally(struct cr_visit *v);
struct cr_tally *cr_tally_of(struct cr_shard *s, uint32_t host); /* NULL: no memory */
/* crawler_page_finish(). */
void cr_visit_finish_held(struct cr_visit *v, int how);

/* ---- retries.c: another attempt, or none ---- */

/* An exchange has ended; failure NONE: it didn't fail. A good answer earns a share of a retry. */
void cr_retries_note(struct cr_visit *v, crawler_reason failure);
/* true: the failure is worth another attempt, which is under way. */
bool cr_visit_retry_failure(struct cr_visit *v, crawler_reason reason);
/* Another attempt, if it is worth one and there is one left, else the failure. */
void cr_visit_fail(struct cr_visit *v, crawler_reason reason);
/* An answer has come. true: its status is worth another attempt, which is under way. */
bool cr_visit_retry_status(struct cr_visit *v);
/* The caller wants another attempt. false: none is left. */
bool cr_visit_retry_held(struct cr_visit *v);

/* ---- parks.c ---- */

/* An answer has come, not to a robots.txt. true: it asks to be left alone, which is done. */
bool cr_visit_park(struct cr_visit *v);
/* The same of a robots.txt, which is asked for again then: it counts its attempts itself. */
void cr_visit_rest(struct cr_visit *v, int64_t until_ms);
/* What an answer's Retry-After asks for, in ms; -1: nothing. */
int64_t cr_visit_retry_after(const struct cr_visit *v);
/* The host that asks to be left alone is, whatever becomes of what was asked for. */
void cr_host_park(struct cr_visit *v);
/* Has its host said so too often? */
bool cr_visit_is_in_vain(const struct cr_visit *v);
void cr_parks_forget(struct cr_shard *s); /* how often, for another run */

/* ---- pauses.c: hosts the caller holds back, and why slots are free ---- */

/* CRAWLER_E_NOMEM. */
int cr_host_pause(struct cr_shard *s, uint32_t host);
void cr_host_resume(struct cr_shard *s, uint32_t host);
/* Nothing is asked of a host while its park, outage or pause lasts. */
void cr_host_block(struct cr_shard *s, uint32_t host, const struct cr_tally *t);
/* At the end of each turn: which slots are free, and why. */
void cr_shard_note_idle(struct cr_shard *s);
/* No host has all it has queued asked for before so many ms from now, as far as its delay and what
 * it waits for tell; *host is the last of them. 0: nothing is queued, or a limit may come first. */
int64_t cr_shard_eta(const struct cr_shard *s, uint32_t *host);

/* ---- lookups.c: transfers that wait for a name ---- */

/* A visit that has begun has to wait for its host's name, unless a proxy looks it up. */
void cr_lookup_begin(struct cr_visit *v);
/* Its host has an address now, or its slot is another one, or none: what it has waited for the name
 * until then counts. */
void cr_lookup_note(struct cr_visit *v);
/* The same for an address. false: it was set aside, and there is no room in its lane. */
bool cr_lookup_end(struct cr_visit *v);
/* Those that have waited for long leave their lanes. */
void cr_lookups_set_aside(struct cr_shard *s);
int64_t cr_lookups_due_ms(const struct cr_shard *s); /* CR_NEVER: for none */

/* ---- pace.c ---- */

/* What holds for a host: its own pace, but for parks and outages. */
struct cr_politeness cr_pace_of(const struct cr_shard *s, uint32_t host);
/* An exchange has ended; failure NONE: it didn't fail. */
void cr_pace_note(struct cr_visit *v, crawler_reason failure);
/* Couldn't its host be reached for too long? */
bool cr_visit_host_is_dead(const struct cr_visit *v);

/* ---- notes.c: what the history is told, if there is one ---- */

void cr_note_item(struct cr_shard *s, const struct cr_frontier_item *item, uint8_t verdict);
/* For what it is, its depth, or what the link to it is. */
void cr_note_refused(struct cr_shard *s, const struct crawler_request *req, uint64_t fp,
                     crawler_reason reason);
/* An exchange has ended, or could not begin; failure NONE: it didn't fail. */
void cr_note_attempt(struct cr_visit *v, crawler_reason failure);
void cr_note_end(struct cr_shard *s, const struct crawler_request *req, uint64_t fp,
                 crawler_outcome outcome, crawler_reason reason);

/* ---- limits.c ---- */

/* Options have changed; hosts that were at a limit may go on. The frontier is open. */
void cr_limits_configure(struct cr_shard *s);
void cr_limits_forget(struct cr_shard *s); /* when hosts began, for another run */
/* max_bytes: nothing new may begin. */
bool cr_limits_are_reached(const struct cr_shard *s);
/* May it begin, by its host's limits? If not, nothing of the host leaves until they change. */
bool cr_limits_allow(struct cr_visit *v);
void cr_limits_begin(struct cr_visit *v);                     /* it has its slot */
void cr_limits_count(struct cr_visit *v, int64_t wire_bytes); /* its exchange has ended */

/* ---- redirect.c ---- */

/* Puts the absolute target of a 3xx into s->url; its source is in s->base then. CRAWLER_E_URL: it
 * has none; CRAWLER_E_LIMIT, CRAWLER_E_NOMEM. */
int cr_visit_target(struct cr_visit *v);
/* Is the response a redirect to somewhere? */
bool cr_visit_redirects(const struct cr_visit *v);
/* true: it is, and has been dealt with. */
bool cr_visit_redirect(struct cr_visit *v);
/* Ends the visit as redirected; s->url, which is page.location, enters the crawl. */
void cr_visit_hand_over(struct cr_visit *v, crawler_method method);

/* ---- elsewhere.c: a page names another URL for itself ---- */

/* The kinds of links that this is told by, as options say: a bit each. */
uint32_t cr_elsewhere_kinds(const struct cr_shard *s);
/* true: a refresh was a redirect, and has been dealt with. */
bool cr_visit_refresh(struct cr_visit *v);
/* true: the canonical URL is in the crawl, and the page's links are not to enter it. */
bool cr_visit_canonical(struct cr_visit *v);
/* Of option obey_canonical: a URL leads elsewhere, so that no page is to stand aside for it. 0 or
 * CRAWLER_E_NOMEM. */
int cr_aside_note(struct cr_shard *s, uint64_t fp);
void cr_aside_close(struct cr_shard *s);

/* ---- robots_gate.c ---- */

/* Of a robots.txt, whatever max_body is: what the parser reads, and a decoder's last piece. */
#define CR_ROBOTS_BODY_BYTES ((size_t)CR_ROBOTS_MAX_BYTES + (16 << 10))

struct cr_robots;
struct cr_robots_verdict;
struct cr_robots_facts { /* what is kept with an authority */
  struct cr_mem *mem;
  struct cr_robots *rules;    /* NULL: everything is allowed */
  crawler_reason unreachable; /* NONE, or what its URLs end with */
  bool judged;                /* else only answered and spent_ms mean something */
  bool answered;              /* a server has, since it is asked for */
  bool is_awaited;            /* no URL that is to leave has asked the rules yet */
  int64_t read_ms;            /* when it was last had */
  int64_t fresh_until_ms;     /* then it is asked for anew */
  int64_t spent_ms;           /* asking since, pauses between attempts included */
};
void cr_robots_facts_free(void *facts, void *user);
/* The product token that we are named by. Borrowed from the settings. */
struct cr_span cr_robots_own_token(const struct cr_shard *s);
/* Keeps the transfer of a robots.txt within what is left of max_robots_time: before its name is
 * resolved, and after. */
void cr_robots_bound_time(struct cr_visit *v);
/* What holds for a host: its robots.txt may ask for a longer delay than the crawl's own. */
struct cr_politeness cr_robots_politeness(const struct cr_shard *s, uint32_t host);
/* The transfer of a robots.txt is over. */
void cr_robots_arrived(struct cr_visit *v, crawler_reason failure);
/* Do rules that are known, and not to be asked for anew, forbid a URL of this authority? Then the
 * request has the one that does, and its line. */
bool cr_robots_forbid(const struct cr_shard *s, uint32_t authority, struct crawler_request *req);
/* The host that would be asked for a robots.txt was given up in this run, and isn't asked. */
void cr_robots_in_vain(struct cr_visit *v);
/* Was that so in another run? Then the robots.txt comes first: the URL is to be given back. */
bool cr_robots_must_ask(const struct cr_visit *v);
/* May this leave? NONE, or the reason why not; its request has the rule as well. */
crawler_reason cr_robots_verdict(struct cr_shard *s, struct cr_visit *v);
/* "Disallow: /private", in arena. NULL: no rule decided, or out of memory. */
const char *cr_robots_rule_text(struct cr_arena *arena, const struct cr_robots_verdict *verdict);

/* ---- sitemaps.c: where they come from ---- */

#define CR_SITEMAPS_MAX 50000 /* of one host: what the protocol lets an index list */

/* A sitemap whose URL is in s->url enters, if it is new. req has depth (how many indexes it is in),
 * seed (the URL of its owner), referrer and via. */
void cr_sitemap_admit(struct cr_shard *s, struct crawler_request *req);
/* Those that a robots.txt lists, whose text is the page's body. */
void cr_sitemaps_of_robots(struct cr_visit *v, const struct cr_robots *rules);
/* One of crawler_add_sitemap(), in s->url. */
int cr_sitemap_submitted(struct cr_shard *s, struct crawler_request *req);
/* "example.org:8080" of a serialised URL. */
struct cr_span cr_sitemap_host(struct cr_span url);

/* ---- sitemap_read.c: what they list ---- */

#define CR_SITEMAP_BODY_BYTES \
  (50 << 20) /* the protocol's limit, unpacked; or max_body, if larger */
uint64_t cr_sitemap_body_bytes(const struct cr_shard *s);
/* The head has come. CRAWLER_E_NOMEM, CRAWLER_E_UNSUPPORTED: the coding. */
int cr_sitemap_begin(struct cr_visit *v);
/* Bytes as on the wire. Not 0: no more are wanted, v->ended_by says why. */
int cr_sitemap_data(struct cr_visit *v, const char *data, size_t bytes);
/* The transfer is over. The URL ends now, or when it has been read. */
void cr_sitemap_arrived(struct cr_visit *v, crawler_reason failure);
void cr_sitemaps_read(struct cr_shard *s); /* a turn of those that are to be read on */
/* Is nothing in flight but sitemaps that wait for their hosts' queues? */
bool cr_sitemaps_alone(const struct cr_shard *s);
void cr_sitemap_forget(struct cr_visit *v); /* its reading, if it has one */

/* ---- deliver.c: a parsed page meets hooks and caller ---- */

/* Does a body of that type say something that somebody looks at: links, a title? */
bool cr_visit_is_read(const struct cr_visit *v, const char *mime);
/* Submits it to a worker, or does it here; later, if there is no room in max_memory. */
void cr_visit_parse(struct cr_visit *v);
void cr_parse_unread(struct cr_shard *s); /* those that there is room for now */
void cr_parse_forget(struct cr_visit *v); /* what waits for it, or is set aside for it */
void cr_visit_parsed(struct cr_visit *v); /* on the loop thread again */
/* What a body that could not be decoded fails with; err 0: NONE. */
crawler_reason cr_decode_failure(int err);
struct cr_visit *cr_visit_of_job(struct cr_job *job);
/* What is seen of the result of parsing, but for the body. */
void cr_page_show(struct crawler_page *page, const struct cr_parse *p);

#endif

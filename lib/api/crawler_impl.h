/* SPDX-License-Identifier: MIT */
/* crawler_impl.h - what a crawler is made of.
 */
#ifndef CR_API_CRAWLER_IMPL_H
#define CR_API_CRAWLER_IMPL_H

#include <pthread.h>

#include "base/flag.h"
#include "crawl/crawler.h"
#include "engine/shard.h"

enum cr_drive { /* who turns the loop */
                CR_DRIVE_NONE,
                CR_DRIVE_SELF,  /* run, step, next */
                CR_DRIVE_BASE,  /* the caller's event_base */
                CR_DRIVE_WATCH, /* the caller's watch and timer functions */
                CR_DRIVE_THREAD /* a thread of ours */
};

/* Pages on their way to crawler_next(), and the end of the crawl; shared with another thread. */
struct cr_ready {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct cr_list pages; /* cr_visit.ready_link */
  bool over;            /* the crawl has ended */
  struct cr_flag flag;  /* up while there are pages, or the end; closed unless asked for */
};

enum { CR_ERRMSG_BYTES = 512 };

struct crawler {
  struct cr_home *home;
  struct cr_settings settings;
  struct cr_hooks hooks;
  struct cr_shard shard;
  enum cr_drive drive;
  struct event_base *base;
  struct cr_loop_caller watch_ops;
  crawler_watch_cb watch;
  crawler_timer_cb timer;
  void *watch_user;
  struct cr_ready ready;
  pthread_t thread;
  bool has_thread;
  crawler_page *pulled;             /* by crawler_next(), with a reference; NULL: none */
  bool pull_over;                   /* crawler_next() has yet to say that the crawl is over */
  struct cr_loop *_Atomic wakeable; /* the loop, once there is one: for others than its thread */
  _Atomic pthread_t loop_thread;    /* valid while inside > 0 */
  _Atomic bool inside_loop;         /* some thread is inside: loop_thread is valid */
  int inside;                       /* calls into the library on the loop thread */
  bool free_pending;                /* crawler_free() in a hook */
  int setting_error;                /* the first option that failed */
  char failure[CR_ERRMSG_BYTES];    /* crawler_fail() of this run */
  char errmsg[CR_ERRMSG_BYTES];     /* of any thread */
  char told[CR_ERRMSG_BYTES];       /* what crawler_errmsg() gave out */
  char setting_errmsg[CR_ERRMSG_BYTES]; /* of setting_error */
  char option_text[64];
  char host_name[320]; /* crawler_host_name() */
  char *option_list;   /* crawler_get_option() of a text, allocated */
  void *data;
  void (*free_data)(void *data);
  pthread_mutex_t lock; /* guards snapshot, errmsg and failure */
  struct crawler_stats *snapshot;
};

/* A crawler on a home, whose reference it takes over; NULL: out of memory. */
crawler *cr_crawler_on(struct cr_home *home);
/* Around every call that may run hooks. cr_leave frees the crawler if a hook asked for it: true
 * then. */
void cr_enter(crawler *c);
bool cr_leave(crawler *c);
bool cr_is_loop_thread(const crawler *c);
bool cr_in_hook(const crawler *c); /* on this thread */
void cr_free_now(crawler *c);

/* ---- message.c: what crawler_errmsg() says ---- */

/* text and, if it isn't NULL, detail; cut if they are longer. */
void cr_message_join(char out[CR_ERRMSG_BYTES], const char *text, const char *detail);
/* Sets the message, on any thread; returns err, as do all of these. */
int cr_error(const crawler *c, int err, const char *text, const char *detail);
int cr_null(const crawler *c, const char *what); /* CRAWLER_E_INVAL: an argument is NULL */
/* The text of err, and what it is about; 0 leaves the message alone. */
int cr_failed(const crawler *c, int err, const char *what);
int cr_url_failed(const crawler *c, int err, const char *url);

/* ---- url_api.c ---- */

struct cr_url_document {   /* that a URL stands in */
  const crawler_url *base; /* NULL: none */
  const char *charset;     /* as cr_charset_of_label names it, or "" */
};

/* crawler_url_parse_in() with the functions of a memory, which isn't kept. */
int cr_url_object_new(crawler_url **out, const struct cr_mem *like, struct cr_span text,
                      const struct cr_url_document *document);

/* ---- options.c ---- */

int cr_settings_init(crawler *c);
void cr_settings_free(crawler *c);
int cr_set_number(crawler *c, const char *name, int64_t value);
int cr_set_text(crawler *c, const char *name, const char *value);

/* A value that no text of the option can be; why goes into the message. CRAWLER_E_VALUE. */
int cr_refuse_value(crawler *c, const char *name, const char *why);

/* ---- option_lines.c: options of which each set adds a line ---- */

size_t cr_lines_most(const char *name); /* how many lines the option may have; 0: it has none */
/* lines joined to the old ones ("" takes all away), which hold from now on; *out is allocated.
 * CRAWLER_E_VALUE, CRAWLER_E_LIMIT, CRAWLER_E_NOMEM: all stays as it was. */
int cr_lines_add(crawler *c, const char *name, const char *old, const char *lines, char **out);

/* ---- option_text.c: values as text ---- */

int cr_text_to_bool(const char *text, int64_t *value); /* 0 or CRAWLER_E_VALUE, as all of them */
int cr_text_to_int(const char *text, int64_t *value);
int cr_text_to_duration(const char *text, int64_t *ms);
int cr_text_to_size(const char *text, int64_t *bytes);
void cr_number_to_text(int64_t value, const char *suffix, char out[64]);

/* ---- ready.c ---- */

int cr_ready_init(struct cr_ready *ready);
void cr_ready_free(struct cr_ready *ready);
int cr_ready_open_fd(struct cr_ready *ready);
void cr_ready_push(struct cr_ready *ready, struct cr_visit *visit);
struct cr_visit *cr_ready_pop(struct cr_ready *ready); /* NULL: none now */
void cr_ready_set_over(struct cr_ready *ready, bool over);

/* Waits until there is a page or the end. false: time is up. timeout_ms -1: no bound. */
bool cr_ready_wait(struct cr_ready *ready, int64_t timeout_ms, bool for_end);

/* ---- stats.c ---- */

enum { CR_TURN_STATS = CRAWLER_STAT_TURN_MAX_US - CRAWLER_STAT_TURNS + 1 };

struct crawler_stats {
  struct cr_home *home; /* retained; NULL: the crawler's own snapshot */
  struct cr_ledger ledger;
  int64_t hosts, transfers, most_transfers, buffered_bytes, memory_bytes, elapsed_ms, wait_ms;
  int64_t idle_ms[CR_IDLE_REASONS];
  int64_t turns[CR_TURN_STATS]; /* not in the crawler's own: the loop's histogram is read instead */
};
void cr_stats_publish(crawler *c);
void cr_stats_fill(const crawler *c, struct crawler_stats *stats);

/* ---- run.c ---- */

int cr_begin(crawler *c, enum cr_drive drive, bool pulling);
/* One turn of the loop. A failure ends the run. */
void cr_turn(crawler *c, int64_t timeout_ms);
/* What a run that has ended says: 0, or its error, which crawler_errmsg() explains. */
int cr_result(crawler *c);

/* ---- thread.c ---- */

void cr_thread_join(crawler *c); /* the own thread, if there is one, has returned */

#endif

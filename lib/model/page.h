/* SPDX-License-Identifier: MIT */
/* page.h - a request and its response, as hooks and callers see it.
 *
 * Reference-counted: the engine has one reference until the URL has ended, callers the rest. What
 * it points to is in its arena or in the engine's struct around it.
 */
#ifndef CR_MODEL_PAGE_H
#define CR_MODEL_PAGE_H

#include "model/facts.h"
#include "model/headers.h"
#include "model/home.h"
#include "model/link.h"
#include "model/request.h"
#include "url/url.h"

struct GumboInternalOutput;

enum cr_hold { /* who ends the URL, when not the engine right after on_page */
               CR_HOLD_NONE,
               CR_HOLD_DEFERRED, /* crawler_page_finish() */
               CR_HOLD_PULLED    /* crawler_page_finish(), or the last release */
};

struct cr_bulk_links { /* made on demand, in the arena */
  const char *text;
  const uint32_t *offsets; /* one more than links: the end of the text */
  const uint8_t *flags;
  const uint8_t *kinds; /* by themselves: they need no URLs */
};

struct crawler_page {
  struct crawler_request req;
  struct cr_arena arena;
  struct cr_home *home;
  struct crawler *crawler;  /* NULL in retained pages of a freed crawler */
  atomic_int refs;          /* the engine's one until the URL has ended, and the callers' */
  atomic_int holders;       /* the callers' alone */
  atomic_bool was_retained; /* crawler_page_retain() */
  void (*destroy)(struct crawler_page *page); /* the last reference is gone */
  /* response */
  int status;
  struct cr_headers headers;
  struct cr_span coding; /* all that is to be undone, the last first; empty: nothing */
  struct cr_span type;   /* all of Content-Type; empty: none */
  const char *mime;
  const char *sent_mime;
  const char *charset;
  struct cr_url_encoding encoding; /* what its links' queries are written in */
  const char *address;
  const char *location;     /* absolute target of a redirect; NULL */
  const char *duplicate_of; /* the first page with this body; NULL */
  uint64_t simhash;         /* 0: none */
  struct cr_span body;      /* decoded; at NULL: none */
  struct cr_span text;      /* UTF-8, made on demand */
  int64_t fetched_at_ms;    /* wall clock */
  int64_t elapsed_ms;
  int64_t wire_bytes;
  uint8_t truncated; /* crawler_reason: why there is no more of the body */
  bool is_html;
  bool in_hook; /* crawler_page_defer() is allowed now */
  struct cr_span base_href;
  const struct cr_inner_base *inner_bases; /* NULL: none */
  struct crawler_link *links;
  uint32_t link_count;
  uint32_t links_left; /* beyond max_links */
  bool links_are_exact;
  struct cr_page_facts facts;
  struct cr_bulk_links bulk;
  const struct GumboInternalOutput *tree;
  /* the end of a held page; letter is posted once */
  struct cr_letter letter;
  atomic_int hold;       /* enum cr_hold */
  atomic_int finish_how; /* CRAWLER_FINISH_*; -1: not said yet */
  /* crawler_request_resume(): at most one letter is on its way, and keeps the page alive */
  struct cr_letter resume_letter;
  atomic_bool resume_is_posted;
  bool may_be_paused;           /* it is of a crawl; not of a document in memory */
  _Atomic int64_t body_calls;   /* of on_body so far, the one under way included */
  _Atomic int64_t resumed_call; /* the answer to this one, if it is LATER, is over */
};

/* Gives one reference back. [any thread] */
static inline void cr_page_drop(struct crawler_page *page)
{
  if (atomic_fetch_sub_explicit(&page->refs, 1, memory_order_acq_rel) == 1)
    page->destroy(page);
}

/* Resolves link i's href against the page and its <base>: the absolute URL in the page's arena, ""
 * when it isn't a URL, NULL when out of memory. */
const char *cr_page_link_url(struct crawler_page *page, uint32_t i);
/* Fills page->bulk but for its kinds, of a page with links. 0, CRAWLER_E_NOMEM, or CRAWLER_E_LIMIT:
 * over 4 GB of text. */
int cr_page_bulk_links(struct crawler_page *page);
/* Fills page->bulk.kinds, of a page with links. 0 or CRAWLER_E_NOMEM. */
int cr_page_bulk_kinds(struct crawler_page *page);

/* The URL that hrefs of this page are relative to: its own, or <base href> resolved (HTML 4.2.3).
 * */
int cr_page_base(const struct crawler_page *page, struct cr_url *base);
/* The links that are relative to something else: once, before anybody asks for links. Without
 * memory they stay as they are. */
void cr_page_resolve_others(struct crawler_page *page);

#endif

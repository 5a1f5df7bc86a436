/* SPDX-License-Identifier: MIT */
/* extra.h - what few requests have: a body, headers of their own, a caller's pointer.
 *
 * A URL without any of it has none of this. It travels with the URL through the frontier.
 */
#ifndef CR_MODEL_EXTRA_H
#define CR_MODEL_EXTRA_H

#include "base/arena.h"
#include "base/str.h"

#define CR_EXTRA_MAX_BYTES (16 << 20) /* body, headers and chain of one request together */
#define CR_EXTRA_MAX_HEADERS 64

struct cr_extra {
  struct cr_arena arena;
  const char *headers[CR_EXTRA_MAX_HEADERS]; /* "Name: value" */
  size_t header_count;
  struct cr_span body;
  const char *content_type; /* of the body; NULL */
  const char *proxy;        /* "": none; NULL: the option's */
  void *data;
  void (*free_data)(void *data);
  /* URLs asked for under this entry that redirected to their own key, oldest first. */
  struct cr_extra_hop {
    struct cr_extra_hop *next;
    struct cr_span url;
  } * chain;
};

struct cr_extra *cr_extra_new(struct cr_mem *mem); /* NULL: out of memory */
/* Calls free_data; NULL does nothing. */
void cr_extra_free(struct cr_extra *extra);
/* Replaces a header of the same name. CRAWLER_E_VALUE: not a header; CRAWLER_E_LIMIT;
 * CRAWLER_E_NOMEM. */
int cr_extra_set_header(struct cr_extra *extra, const char *name, const char *value);
int cr_extra_set_body(struct cr_extra *extra, struct cr_span body, const char *content_type);
int cr_extra_set_proxy(struct cr_extra *extra, const char *proxy); /* NULL: the option's */
/* Headers and body, which are for the origin that they were set for. */
void cr_extra_drop_message(struct cr_extra *extra);
void cr_extra_set_data(struct cr_extra *extra, void *data, void (*free_data)(void *));
/* Adds url to the chain; *again tells that it stood there before. 0 or CRAWLER_E_NOMEM. */
int cr_extra_add_hop(struct cr_extra *extra, struct cr_span url, bool *again);

/* Is "Name: value" fit to be sent: a token, no control characters (RFC 9110 section 5)? */
bool cr_header_is_valid(struct cr_span name, struct cr_span value);

#endif

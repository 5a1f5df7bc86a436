/* SPDX-License-Identifier: MIT */
/* headers.h - the header block of a response, cut into names and values (RFC 9112 section 5).
 *
 * Lenient as browsers are: lines end with LF or CRLF, folded lines are joined, a line without a
 * colon is left out. Bounded by the block and by CR_HEADERS_MAX.
 */
#ifndef CR_MODEL_HEADERS_H
#define CR_MODEL_HEADERS_H

#include "base/arena.h"
#include "base/str.h"

#define CR_HEADERS_MAX 1000 /* lines; real responses have under 100 */

struct cr_header {
  const char *name;  /* as sent, NUL-terminated */
  const char *value; /* white space trimmed, NUL-terminated */
  size_t name_bytes;
};

struct cr_headers {
  const struct cr_header *at;
  size_t count;
};

static inline bool cr_header_is(const struct cr_header *header, struct cr_span name)
{
  return cr_span_eq_nocase(cr_span(header->name, header->name_bytes), name);
}

/* block: status line first. Strings go to arena. 0 or CRAWLER_E_NOMEM. */
int cr_headers_parse(struct cr_headers *headers, struct cr_arena *arena, struct cr_span block);
/* The first of that name, case-insensitively; NULL: none. */
const char *cr_headers_get(const struct cr_headers *headers, const char *name);

/* All of that name as one list (RFC 9110 section 5.3), in arena if there are several; at NULL:
 * none. 0 or CRAWLER_E_NOMEM. */
int cr_headers_joined(const struct cr_headers *headers, const char *name, struct cr_arena *arena,
                      struct cr_span *list);

#endif

/* SPDX-License-Identifier: MIT */
/* head_framing.h - what the head of an HTTP/1 response says of where its body ends.
 *
 * Pure: header lines in, the length announced or what is wrong with them out. Input is untrusted:
 * one pass over its bytes, nothing is allocated.
 */
#ifndef CR_FETCH_HEAD_FRAMING_H
#define CR_FETCH_HEAD_FRAMING_H

#include "base/str.h"

#define CR_NO_LENGTH (-1)

struct cr_framing {
  const char *flaw; /* static; why nobody can tell where the body ends. NULL: it can be told */
  int64_t length;   /* of the body on the wire, INT64_MAX for more; CR_NO_LENGTH: chunks, or not
                       said */
};

/* head: a status line and header lines, each with its LF. */
struct cr_framing cr_framing_read(struct cr_span head);

#endif

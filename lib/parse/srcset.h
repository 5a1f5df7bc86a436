/* SPDX-License-Identifier: MIT */
/* srcset.h - inside parse/: the URLs of a srcset attribute.
 */
#ifndef CR_PARSE_SRCSET_H
#define CR_PARSE_SRCSET_H

#include "base/str.h"

struct cr_srcset { /* what is left of the attribute's value, decoded */
  const char *at;
  const char *end;
};

/* The URL of the next image candidate; it lies in the value. False: no more. */
bool cr_srcset_next(struct cr_srcset *s, struct cr_span *url);

#endif

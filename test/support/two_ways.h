/* SPDX-License-Identifier: MIT */
/* two_ways.h - the links of a document by tokens, in pieces and as a whole, and from gumbo's tree.
 *
 * One judge for the fuzzer, which makes documents up, and for real pages with and without mutation.
 */
#ifndef CR_TEST_TWO_WAYS_H
#define CR_TEST_TWO_WAYS_H

#include "base/str.h"

enum {
  CR_TWO_WAYS_PIECE = 31,        /* how many bytes a piece has; 0: 32 */
  CR_TWO_WAYS_WINDOWS_1252 = 32, /* else UTF-8 */
  CR_TWO_WAYS_GUESSES = 128,     /* are links, too */
  CR_TWO_WAYS_XHTML = 256        /* is what it is */
};

struct cr_two_ways {
  uint32_t links;    /* by tokens */
  bool is_doubtful;  /* so that a tree has to decide, and nothing is compared */
  bool is_newer;     /* the same, since gumbo's rules are older */
  bool has_tree;     /* that was compared; else gumbo isn't to be trusted with the document */
  const char *wrong; /* static text; NULL: all agree */
};

/* Without memory, it aborts. One at a time. */
void cr_two_ways(struct cr_two_ways *out, struct cr_span html, unsigned options);

#endif

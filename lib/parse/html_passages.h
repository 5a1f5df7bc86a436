/* SPDX-License-Identifier: MIT */
/* html_passages.h - inside parse/: passages of HTML that were read before.
 *
 * The pages of a site repeat their navigation, their footers, whole tables. The same bytes, read
 * from the same state on, say the same: they are compared instead, and their links told again.
 * Where passages begin and end the bytes before decide (content-defined chunking: Muthitacharoen et
 * al., LBFS, SOSP 2001), so that they are the same ones wherever another page has them.
 */
#ifndef CR_PARSE_HTML_PASSAGES_H
#define CR_PARSE_HTML_PASSAGES_H

#include "base/hash.h"
#include "parse/html_collect.h"
#include "parse/parse.h"

/* For another document: passages, or NULL while so little comes again that it isn't worth a look
 * (and for NULL). */
struct cr_passages *cr_passages_begin(struct cr_passages *passages);
/* Bytes that weren't read again, ever. */
uint64_t cr_passages_spared(const struct cr_passages *passages);

enum {
  CR_PASSAGE_BEHIND = 16, /* bytes that decide whether one ends there */
  CR_PASSAGE_LEAST = 192, /* bytes of one, by which it is found */
  CR_PASSAGE_RARITY = 2   /* of two to the power of this tags one is an edge */
};

/* May a passage begin and end where t is, by the bytes alone? */
static inline bool cr_passage_is_edge(const struct cr_html_tokens *t)
{
  if (t->state != CR_HTML_DATA || t->at - t->begin < CR_PASSAGE_BEHIND ||
      t->end - t->at < CR_PASSAGE_LEAST)
    return false;
  uint64_t first = cr_load_word(t->at - CR_PASSAGE_BEHIND);
  uint64_t second = cr_load_word(t->at - CR_PASSAGE_BEHIND / 2);
  uint64_t mixed = (first ^ (second << 23 | second >> 41)) * CR_HASH_FACTOR;

  return mixed >> (64 - CR_PASSAGE_RARITY) == 0;
}

/* To be called at an edge: what was read up to there, from another edge on, is remembered if it
 * begins as something before; and what is remembered of the bytes that follow isn't read again: t,
 * f and c are as if it were. */
void cr_passages_pass(struct cr_passages *p, struct cr_html_tokens *t, struct cr_feedback *f,
                      struct cr_collect *c);
/* What is being read is no passage: more comes of it than links, or its bytes go away. NULL is
 * fine. */
void cr_passages_drop(struct cr_passages *p);

#endif

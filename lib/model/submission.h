/* SPDX-License-Identifier: MIT */
/* submission.h - a request on its own, on its way to the loop thread.
 */
#ifndef CR_MODEL_SUBMISSION_H
#define CR_MODEL_SUBMISSION_H

#include "model/home.h"
#include "model/request.h"

struct cr_submission {
  struct crawler_request req; /* first: the caller holds it by this */
  struct cr_letter letter;
  struct cr_arena arena;
  struct cr_home *home; /* retained */
};

/* url is absolute, or relative to base (may be NULL). 0, CRAWLER_E_URL, CRAWLER_E_SCHEME,
 * CRAWLER_E_NOMEM. [any thread] */
int cr_submission_new(struct cr_submission **out, struct cr_home *home, const char *url,
                      const char *base);
void cr_submission_free(struct cr_submission *sub); /* NULL is fine */

#endif

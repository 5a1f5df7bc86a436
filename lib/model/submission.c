/* SPDX-License-Identifier: MIT */
/* submission.c - a request on its own, on its way to the loop thread.
 */
#include "model/submission.h"

#include "url/url.h"

#define MAX_BYTES (1 << 20) /* URL, meta and what setters leave behind */

static int parse(struct cr_submission *sub, const char *text, const char *base_text)
{
  struct cr_url url;
  struct cr_url base;
  int err = 0;

  cr_url_init(&url, &sub->home->mem);
  cr_url_init(&base, &sub->home->mem);
  if (base_text)
    err = cr_url_parse(&base, cr_span_text(base_text), NULL);
  if (err == 0)
    err = cr_url_parse(&url, cr_span_text(text), base_text ? &base : NULL);
  if (err == 0)
    err = cr_request_set_url(&sub->req, &url);
  cr_url_free(&base);
  cr_url_free(&url);
  return err == CRAWLER_E_LIMIT ? CRAWLER_E_URL : err;
}

int cr_submission_new(struct cr_submission **out, struct cr_home *home, const char *url,
                      const char *base)
{
  struct cr_submission *sub = cr_zalloc(&home->mem, CR_MEM_CORE, sizeof(*sub));
  int err;

  if (!sub)
    return CRAWLER_E_NOMEM;
  sub->home = cr_home_retain(home);
  cr_arena_init(&sub->arena, &home->mem, CR_MEM_CORE, 512, MAX_BYTES);
  sub->letter.kind = CR_LETTER_SUBMIT;
  sub->req.arena = &sub->arena;
  sub->req.mem = &home->mem;
  err = parse(sub, url, base);
  if (err < 0) {
    cr_submission_free(sub);
    return err;
  }
  *out = sub;
  return 0;
}

void cr_submission_free(struct cr_submission *sub)
{
  struct cr_home *home;

  if (!sub)
    return;
  home = sub->home;
  cr_extra_free(sub->req.extra);
  cr_arena_free(&sub->arena);
  cr_free(&home->mem, sub);
  cr_home_release(home);
}

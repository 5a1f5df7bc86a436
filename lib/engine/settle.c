/* SPDX-License-Identifier: MIT */
/* settle.c - how a lease ends: with an outcome, or back in the queue.
 */
#include "engine/shard.h"

struct cr_tally *cr_tally_of(struct cr_shard *s, uint32_t host)
{
  uint32_t count = s->tally_count ? s->tally_count : 16;
  struct cr_tally *tallies;

  if (host < s->tally_count)
    return &s->tallies[host];
  while (count <= host)
    count *= 2;
  tallies = cr_resize(s->mem, CR_MEM_FRONTIER, s->tallies, count * sizeof(*tallies));
  if (!tallies)
    return NULL;
  memset(tallies + s->tally_count, 0, (count - s->tally_count) * sizeof(*tallies));
  s->tallies = tallies;
  s->tally_count = count;
  return &tallies[host];
}

struct cr_tally *cr_visit_tally(struct cr_visit *v)
{
  return cr_tally_of(v->shard, v->host);
}

static void tally(struct cr_visit *v, crawler_outcome outcome)
{
  struct cr_tally *t = cr_visit_tally(v);

  if (!t)
    return;
  t->fetched += outcome == CRAWLER_FETCHED && v->page.req.kind == CRAWLER_KIND_PAGE;
  t->failed += outcome == CRAWLER_FAILED;
  t->body_bytes += (int64_t)v->page.body.len;
}

void cr_release_page(struct cr_shard *s, unsigned kind, bool fetched)
{
  if (kind != CRAWLER_KIND_PAGE)
    return;
  s->slots.pages_held--;
  s->slots.pages_done += fetched;
}

void cr_report(struct cr_shard *s, const struct crawler_request *req, crawler_outcome outcome,
               crawler_reason reason, const struct crawler_page *page)
{
  if (!s->hooks->outcome)
    return;
  s->hook_depth++;
  s->hooks->outcome(s->crawler, req, outcome, reason, page, s->hooks->outcome_user);
  s->hook_depth--;
}

void cr_visit_end(struct cr_visit *v, crawler_outcome outcome, crawler_reason reason)
{
  struct cr_shard *s = v->shard;
  bool counts = outcome == CRAWLER_FETCHED;
  struct cr_finish fin = { .lease = v->lease };

  fin.kind = counts ? CR_FINISH_DONE : CR_FINISH_UNCOUNTED;
  cr_visit_free_slot(v, false);
  (void)s->frontier->ops->finish(s->frontier, &fin, cr_loop_now(s->loop)); /* our lease is alive */
  cr_release_page(v->shard, v->page.req.kind, counts);
  cr_ledger_end(&s->ledger, v->page.req.kind, outcome, reason);
  s->ledger.counters.truncated += counts && v->page.truncated != CRAWLER_REASON_NONE;
  tally(v, outcome);
  cr_note_end(s, &v->page.req, v->fp, outcome, reason);
  cr_visit_measure(v); /* of one that failed: the hook may keep it */
  cr_report(s, &v->page.req, outcome, reason, v->page.status > 0 ? &v->page : NULL);
  cr_visit_release(v);
  cr_shard_wake(s);
}

int cr_visit_finish_queued(struct cr_visit *v, const struct cr_finish *fin)
{
  struct cr_shard *s = v->shard;
  int err = s->frontier->ops->finish(s->frontier, fin, cr_loop_now(s->loop));

  if (err < 0)
    return err;
  if (err == 1) /* a robots.txt, and nobody waits for it any more */
    cr_ledger_withdraw(&s->ledger, v->page.req.kind);
  else
    cr_ledger_requeue(&s->ledger, v->page.req.kind);
  cr_visit_release(v);
  cr_shard_wake(s);
  return 0;
}

void cr_visit_requeue(struct cr_visit *v, enum cr_finish_kind kind, int64_t at_ms)
{
  struct cr_shard *s = v->shard;
  struct cr_finish fin = { .lease = v->lease, .kind = kind, .at_ms = at_ms };

  cr_visit_free_slot(v, false);
  if (v->page.req.kind != CRAWLER_KIND_ROBOTS)
    s->frontier->ops->set_extra(s->frontier, v->lease, v->page.req.extra);
  v->page.req.extra = NULL;
  cr_release_page(v->shard, v->page.req.kind, false);
  (void)cr_visit_finish_queued(v, &fin); /* our lease is alive, and needs no memory */
}

void cr_visit_finish_held(struct cr_visit *v, int how)
{
  if (!v->shard || v->state != CR_VISIT_HELD)
    return;
  switch (how) {
  case CRAWLER_FINISH_RETRY: /* of a POST too: who says so knows that it may be sent twice */
    if (!cr_visit_retry_held(v))
      cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_INTERNAL);
    break;
  case CRAWLER_FINISH_FAIL:
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_INTERNAL);
    break;
  default:
    cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
    break;
  }
}

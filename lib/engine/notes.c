/* SPDX-License-Identifier: MIT */
/* notes.c - what the engine tells the history, if there is one.
 *
 * Of pages and requisites alone: what a robots.txt or a sitemap is known by is no page's
 * fingerprint, and nobody could ask for it.
 */
#include "engine/shard.h"

#include "engine/history.h"

static bool is_noted(const struct cr_shard *s, unsigned kind)
{
  return s->history && (kind == CRAWLER_KIND_PAGE || kind == CRAWLER_KIND_REQUISITE);
}

void cr_note_item(struct cr_shard *s, const struct cr_frontier_item *item, uint8_t verdict)
{
  crawler_reason refused = cr_no_room_reason(verdict);

  if (!is_noted(s, item->kind) || (verdict != CR_ADD_NEW && refused == CRAWLER_REASON_NONE))
    return;
  cr_history_note_found(s->history, item->fp,
                        &(struct cr_history_found){
                            .now_ms = cr_loop_now(s->loop),
                            .referrer = item->referrer,
                            .via = item->via,
                            .is_seed = (item->flags & CR_ITEM_SEED) != 0,
                            .refused = refused,
                        });
}

void cr_note_refused(struct cr_shard *s, const struct crawler_request *req, uint64_t fp,
                     crawler_reason reason)
{
  if (!is_noted(s, req->kind))
    return;
  cr_history_note_found(s->history, fp,
                        &(struct cr_history_found){
                            .now_ms = cr_loop_now(s->loop),
                            .referrer = req->referrer,
                            .via = req->via,
                            .is_seed = req->seed_flag,
                            .refused = reason,
                        });
}

void cr_note_attempt(struct cr_visit *v, crawler_reason failure)
{
  struct cr_shard *s = v->shard;

  if (!is_noted(s, v->page.req.kind))
    return;
  cr_history_note_attempt(s->history, v->fp,
                          &(struct cr_history_attempt){
                              .begun_ms = v->begun_ms,
                              .ended_ms = cr_loop_now(s->loop),
                              .status = v->transfer.status > 0 ? v->transfer.status : 0,
                              .failure = failure,
                          });
}

void cr_note_end(struct cr_shard *s, const struct crawler_request *req, uint64_t fp,
                 crawler_outcome outcome, crawler_reason reason)
{
  if (!is_noted(s, req->kind))
    return;
  cr_history_note_end(s->history, fp,
                      &(struct cr_history_end){
                          .now_ms = cr_loop_now(s->loop),
                          .outcome = outcome,
                          .reason = reason,
                          .rule = req->rule ? req->rule : cr_trap_option(req->trap),
                          .line = req->rule_line,
                      });
}

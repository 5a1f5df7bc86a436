/* SPDX-License-Identifier: MIT */
/* stream.c - a body that goes to on_body as it comes.
 *
 * Each piece is decoded here, on the loop thread, and given away. Of a page that may have links a
 * copy is kept besides, to be read for them when it is whole: up to a size, for the body may have
 * any, and while there is room, for nothing waits for a copy.
 */
#include "engine/shard.h"

#include "base/inflate.h"

/* ---- for the parser ---- */

/* By what is said of it: its first bytes may say otherwise, but hardly of one that is streamed. */
static bool is_worth_keeping(const struct cr_visit *v)
{
  char mime[128];

  cr_mime_essence(v->page.type, mime);
  return cr_visit_is_read(v, mime);
}

static bool is_there_room(const struct cr_visit *v, size_t bytes)
{
  size_t growth = cr_buf_growth(&v->transfer.body_in, bytes);

  return growth == 0 || cr_memory_may_keep(v->shard, growth);
}

static void keep(struct cr_visit *v, const char *data, size_t bytes)
{
  struct cr_buf *kept = &v->transfer.body_in;

  if (v->page.body.len == 0)
    v->keeps_body = is_worth_keeping(v);
  if (!v->keeps_body || v->is_cut_off)
    return;
  size_t room = cr_memory_kept(v->shard) - kept->len;
  size_t fitting = bytes < room ? bytes : room;
  bool is_kept = is_there_room(v, fitting) && cr_buf_add(kept, data, fitting) == 0;
  if (!is_kept)
    cr_buf_free(kept); /* one that is whole is worth more than the beginnings of many */
  v->is_cut_off = fitting < bytes || !is_kept;
}

void cr_stream_drop(struct cr_visit *v)
{
  if (!v->transfer.stream || v->parse.tree) /* which may lie in these bytes */
    return;
  v->page_bytes -= (int64_t)v->transfer.body_in.cap;
  cr_buf_free(&v->transfer.body_in);
}

bool cr_visit_has_whole_body(const struct cr_visit *v)
{
  return !v->transfer.stream || (v->keeps_body && !v->is_cut_off);
}

/* ---- for the hook ---- */

/* A cr_inflate_sink. */
static int give(void *arg, const char *data, size_t bytes)
{
  struct cr_visit *v = arg;
  struct cr_shard *s = v->shard;
  size_t most = (size_t)s->settings->max_body;
  size_t room = most > v->page.body.len ? most - v->page.body.len : 0;
  int verdict;

  if (bytes > room) {
    v->ended_by = CRAWLER_FAILED_TOO_LARGE;
    if (!v->transfer.keeps_cut || room == 0)
      return 1;
    bytes = room;
  }
  keep(v, data, bytes);
  v->page.body.len += bytes; /* counted; the bytes are the hook's */
  if (!s->hooks->body)       /* removed meanwhile */
    return 0;
  atomic_fetch_add(&v->page.body_calls, 1);
  s->hook_depth++;
  verdict = s->hooks->body(s->crawler, &v->page, data, bytes, s->hooks->body_user);
  s->hook_depth--;
  if (verdict == CRAWLER_LATER)
    return CR_INFLATE_LATER;
  if (verdict != CRAWLER_ACCEPT)
    v->ended_by = CRAWLER_FAILED_UNWANTED_TYPE;
  return v->ended_by != CRAWLER_REASON_NONE;
}

static int open_decoder(struct cr_visit *v)
{
  int err;

  if (v->decoder || v->page.coding.len == 0 || v->page.body.len > 0)
    return 0;
  err = cr_inflate_open(&v->decoder, v->shard->mem, v->page.coding);
  if (v->decoder)
    cr_inflate_limit(v->decoder, v->shard->settings->max_ratio);
  return err;
}

/* What becomes of the transfer after give() and what calls it. */
static enum cr_fetch_answer answer_of(struct cr_visit *v, int err)
{
  v->is_paused = err == CR_INFLATE_LATER;
  if (v->is_paused) {
    v->was_paused = true;
    cr_shard_wake(v->shard); /* after a stop it is cut */
    return CR_FETCH_LATER;
  }
  if (err < 0)
    v->ended_by = cr_decode_failure(err);
  return err == 0 ? CR_FETCH_GO : CR_FETCH_END;
}

enum cr_fetch_answer cr_stream_take(struct cr_visit *v, const char *data, size_t bytes)
{
  int err = open_decoder(v);

  if (err == 0)
    err = v->decoder ? cr_inflate_add(v->decoder, data, bytes, give, v) : give(v, data, bytes);
  return answer_of(v, err);
}

/* First what came before the pause and isn't decoded yet; the hook may want to wait again. A word
 * that was said before this pause began ends none. */
void cr_stream_resume(struct cr_visit *v)
{
  enum cr_fetch_answer answer;

  if (!v->shard || !v->is_paused ||
      atomic_load(&v->page.resumed_call) < atomic_load(&v->page.body_calls))
    return;
  answer = answer_of(v, v->decoder ? cr_inflate_go_on(v->decoder, give, v) : 0);
  if (answer != CR_FETCH_LATER)
    v->shard->fetcher->ops->resume(v->shard->fetcher, &v->transfer, answer);
}

crawler_reason cr_stream_end(struct cr_visit *v)
{
  if (!v->decoder || cr_inflate_end(v->decoder) == 0)
    return CRAWLER_REASON_NONE;
  if (!v->transfer.keeps_cut)
    return CRAWLER_FAILED_PROTOCOL;
  v->page.truncated = CRAWLER_FAILED_TRUNCATED;
  return CRAWLER_REASON_NONE;
}

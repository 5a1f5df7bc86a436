/* SPDX-License-Identifier: MIT */
/* depth_pass.c - depth is the shortest path known: a shorter one is passed on.
 *
 * A lowered page lowers what it leads to, and what it led to that was refused for depth is offered
 * again, from the record in depth.h; nothing is fetched twice. So the set fetched doesn't depend on
 * which answer came first. A worklist, no recursion: chains can be as long as the crawl.
 */
#include "engine/shard.h"

struct step {
  uint64_t fp;
  unsigned depth;
};

struct worklist {
  struct cr_mem *mem;
  struct step *steps;
  size_t len, cap;
};

static bool push(struct worklist *w, uint64_t fp, unsigned depth)
{
  if (w->len == w->cap) {
    size_t cap = w->cap ? 2 * w->cap : 64;
    struct step *steps = cr_resize(w->mem, CR_MEM_FRONTIER, w->steps, cap * sizeof(*steps));

    if (!steps)
      return false;
    w->steps = steps;
    w->cap = cap;
  }
  w->steps[w->len++] = (struct step){ fp, depth };
  return true;
}

/* Offers one URL that was refused for depth. */
static void offer(struct cr_shard *s, const char *text, struct cr_span referrer,
                  struct cr_span seed, unsigned depth)
{
  struct cr_arena arena;
  struct crawler_request req = { .arena = &arena, .mem = s->mem };
  struct cr_admission a = { .req = &req };

  cr_arena_init(&arena, s->mem, CR_MEM_CORE, 4096, 0);
  req.depth = (uint16_t)depth;
  req.referrer = referrer;
  req.seed = seed.len ? seed : cr_span(NULL, 0);
  if (cr_url_parse(&s->url, cr_span_text(text), NULL) == 0 && cr_identify(s, &req, &a.fp) == 0)
    (void)cr_admit(s, &a);
  cr_arena_free(&arena);
}

/* The record's refused block: the page, its seed, then the URLs, each NUL-terminated. */
static void offer_all(struct cr_shard *s, const struct cr_depth_entry *entry, unsigned depth)
{
  struct cr_span page = cr_span_text(entry->refused);
  struct cr_span seed = cr_span_text(page.at + page.len + 1);
  const char *url = seed.at + seed.len + 1;

  for (size_t i = 0; i < entry->refused_count; i++) {
    offer(s, url, page, seed, depth);
    url += strlen(url) + 1;
  }
}

/* A redirect's record: its target, and a block without URLs. */
static bool is_redirect(const struct cr_depth_entry *entry)
{
  return entry->refused_count == 0 && entry->refused_bytes > 0;
}

/* The page fp has now this depth: takes its entry out of the record, passes it on. */
static bool pass_on(struct cr_shard *s, struct worklist *w, uint64_t fp, unsigned depth)
{
  struct cr_depth_entry entry;
  bool within = s->settings->max_depth < 0 || (int64_t)depth < s->settings->max_depth;
  char *refused = NULL;
  bool ok = true;

  if (!s->depth || !cr_depth_get(s->depth, fp, &entry))
    return true;
  for (size_t i = 0; ok && i < entry.child_count; i++)
    ok = push(w, entry.children[i], is_redirect(&entry) ? depth : depth + 1);
  if (entry.refused_count == 0 || !within)
    return ok;
  /* Offering changes the record (a rewritten URL may be lowered): work on a copy. */
  refused = cr_alloc(s->mem, CR_MEM_FRONTIER, entry.refused_bytes);
  if (!refused)
    return false;
  memcpy(refused, entry.refused, entry.refused_bytes);
  entry.refused = refused;
  offer_all(s, &entry, depth + 1);
  cr_free(s->mem, refused);
  return ok;
}

static void run(struct cr_shard *s, struct worklist *w)
{
  bool ok = true;

  while (w->len > 0) {
    struct step step = w->steps[--w->len];
    int was = s->frontier->ops->lower(s->frontier, step.fp, (uint16_t)step.depth);

    if (was == CR_SEEN_DONE || was == CR_SEEN_LIVE)
      ok = pass_on(s, w, step.fp, step.depth) && ok;
  }
  if (!ok)
    s->ledger.counters.depth_lost++;
  cr_free(s->mem, w->steps);
}

void cr_depth_passed(struct cr_shard *s, uint64_t fp, unsigned depth)
{
  struct worklist w = { .mem = s->mem };

  if (!pass_on(s, &w, fp, depth))
    s->ledger.counters.depth_lost++;
  run(s, &w);
}

void cr_depth_lowered(struct cr_shard *s, uint64_t fp, unsigned depth)
{
  struct worklist w = { .mem = s->mem };

  if (push(&w, fp, depth))
    run(s, &w);
  else
    s->ledger.counters.depth_lost++;
}

void cr_depth_redirected(struct cr_shard *s, uint64_t from, uint64_t to)
{
  struct cr_depth_entry entry = {
    .children = &to,
    .child_count = 1,
    .refused = "",
    .refused_bytes = 1,
  };

  if (s->depth && cr_depth_put(s->depth, from, &entry) < 0)
    s->ledger.counters.depth_lost++;
}

void cr_depth_raised(struct cr_shard *s)
{
  struct worklist w = { .mem = s->mem };
  struct cr_depth_entry entry;
  size_t cursor = 0;
  uint64_t fp;
  bool ok = true;

  if (!s->depth)
    return;
  /* First who they are, then the offers, which change the record. */
  while (ok && cr_depth_next(s->depth, &cursor, &fp, &entry))
    if (entry.refused_count > 0)
      ok = push(&w, fp, 0);
  for (size_t i = 0; i < w.len; i++) {
    struct worklist none = { .mem = s->mem };
    uint8_t seen = CR_SEEN_UNKNOWN;

    s->frontier->ops->lookup(s->frontier, &w.steps[i].fp, 1, &seen);
    if (seen != CR_SEEN_UNKNOWN)
      ok = pass_on(s, &none, w.steps[i].fp, CR_SEEN_VALUE(seen)) && ok;
    run(s, &none);
  }
  if (!ok)
    s->ledger.counters.depth_lost++;
  cr_free(s->mem, w.steps);
}

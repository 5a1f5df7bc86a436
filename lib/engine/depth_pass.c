/* SPDX-License-Identifier: MIT */
/* depth_pass.c - depth is the shortest path known: a shorter one is passed on.
 *
 * A lowered page lowers what it leads to, and what it led to that was refused for depth is offered
 * again, from the record in depth.h; nothing is fetched twice. So the set fetched doesn't depend on
 * which answer came first. Breadth first, level by level, so that a page is passed on once in a
 * pass; no recursion: what an offer lowers joins the pass that is under way.
 */
#include "engine/shard.h"

struct cr_depth_step {
  uint64_t fp;
  unsigned depth;
};

static bool push(struct cr_mem *mem, struct cr_depth_level *level, struct cr_depth_step step)
{
  if (level->len == level->cap) {
    size_t cap = level->cap ? 2 * level->cap : 64;
    struct cr_depth_step *steps =
        cr_resize(mem, CR_MEM_FRONTIER, level->steps, cap * sizeof(*steps));

    if (!steps)
      return false;
    level->steps = steps;
    level->cap = cap;
  }
  level->steps[level->len++] = step;
  return true;
}

/* The order within a level is of no account: a redirect's target is of the redirect's. */
static void add(struct cr_shard *s, uint64_t fp, unsigned depth)
{
  struct cr_depth_pass *pass = &s->depth_pass;

  if (pass->now.len == 0 && pass->next.len == 0)
    pass->depth = depth;
  if (!push(s->mem, depth > pass->depth ? &pass->next : &pass->now,
            (struct cr_depth_step){ fp, depth }))
    pass->lost = true;
}

static bool take(struct cr_depth_pass *pass, struct cr_depth_step *step)
{
  if (pass->now.len == 0) {
    struct cr_depth_level empty = pass->now;

    pass->now = pass->next;
    pass->next = empty;
    pass->depth++;
  }
  if (pass->now.len == 0)
    return false;
  *step = pass->now.steps[--pass->now.len];
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

/* The entry's refused URLs at depth, if the limit takes them. false: out of memory. */
static bool offer_refused(struct cr_shard *s, const struct cr_depth_entry *entry, unsigned depth)
{
  struct cr_depth_entry copy = *entry; /* offering calls hooks, and may change the record */
  char *refused;

  if (entry->refused_count == 0 ||
      (s->settings->max_depth >= 0 && (int64_t)depth > s->settings->max_depth))
    return true;
  refused = cr_alloc(s->mem, CR_MEM_FRONTIER, entry->refused_bytes);
  if (!refused)
    return false;
  memcpy(refused, entry->refused, entry->refused_bytes);
  copy.refused = refused;
  offer_all(s, &copy, depth);
  cr_free(s->mem, refused);
  return true;
}

static unsigned one_more(unsigned depth)
{
  return depth < UINT16_MAX ? depth + 1 : depth;
}

/* The frontier's depth of fp is lowered, for what is queued or in flight; the record's tells
 * whether there is anything to pass on. */
static void pass_on(struct cr_shard *s, uint64_t fp, unsigned depth)
{
  struct cr_depth_entry entry;
  unsigned below;

  (void)s->frontier->ops->lower(s->frontier, fp, (uint16_t)depth);
  if (!s->depth || !cr_depth_lower(s->depth, fp, (uint16_t)depth, &entry))
    return;
  below = entry.same_level ? depth : one_more(depth);
  for (size_t i = 0; i < entry.child_count; i++)
    add(s, entry.children[i], below);
  if (!offer_refused(s, &entry, below))
    s->depth_pass.lost = true;
}

void cr_depth_hold(struct cr_shard *s)
{
  s->depth_pass.holds++;
}

void cr_depth_release(struct cr_shard *s)
{
  struct cr_depth_pass *pass = &s->depth_pass;
  struct cr_depth_step step;

  if (pass->holds == 1) { /* held meanwhile, so that what offers lower joins */
    while (take(pass, &step))
      pass_on(s, step.fp, step.depth);
    s->ledger.counters.depth_lost += pass->lost;
    cr_free(s->mem, pass->now.steps);
    cr_free(s->mem, pass->next.steps);
    *pass = (struct cr_depth_pass){ .holds = 1 };
  }
  pass->holds--;
}

void cr_depth_lowered(struct cr_shard *s, uint64_t fp, unsigned depth)
{
  cr_depth_hold(s);
  add(s, fp, depth);
  cr_depth_release(s);
}

void cr_depth_found(struct cr_shard *s, uint64_t fp, uint8_t seen, unsigned depth)
{
  unsigned known = CR_SEEN_VALUE(seen);
  bool maybe = depth < known || known == CR_SEEN_DEEP; /* which says no more than "deep" */

  if (CR_SEEN_CLASS(seen) == CR_SEEN_REJECTED)
    maybe = seen == CR_SEEN_WAS_REWRITTEN && s->depth;
  if (maybe)
    cr_depth_lowered(s, fp, depth);
}

void cr_depth_replaced(struct cr_shard *s, uint64_t from, uint64_t to, unsigned depth)
{
  struct cr_depth_entry entry = {
    .children = &to,
    .child_count = 1,
    .depth = (uint16_t)depth,
    .same_level = true,
  };

  if (s->depth && cr_depth_put(s->depth, from, &entry) < 0)
    s->ledger.counters.depth_lost++;
}

void cr_depth_raised(struct cr_shard *s)
{
  struct cr_depth_level pages = { 0 };
  struct cr_depth_entry entry;
  size_t cursor = 0;
  uint64_t fp;
  bool ok = true;

  if (!s->depth)
    return;
  /* First who they are, then the offers, which change the record. */
  while (ok && cr_depth_next(s->depth, &cursor, &fp, &entry))
    if (entry.refused_count > 0)
      ok = push(s->mem, &pages, (struct cr_depth_step){ fp, 0 });
  cr_depth_hold(s);
  for (size_t i = 0; i < pages.len; i++)
    if (cr_depth_get(s->depth, pages.steps[i].fp, &entry))
      ok = offer_refused(s, &entry, one_more(entry.depth)) && ok;
  cr_depth_release(s);
  if (!ok)
    s->ledger.counters.depth_lost++;
  cr_free(s->mem, pages.steps);
}

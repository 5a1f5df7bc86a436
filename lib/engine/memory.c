/* SPDX-License-Identifier: MIT */
/* memory.c - what option max_memory leaves for each, and what gives way when it is spent.
 *
 * It is held by admission: nothing begins that there is no room for, going by what pages took so
 * far. No transfer is paused for it. Where answers turn out larger than that, those that would grow
 * are cut, and their URLs queued again; where nothing else gives memory back, one may grow.
 */
#include "engine/shard.h"

#include "robots/robots.h"

enum {
  FRONTIER_PART = 2,    /* unless max_frontier says otherwise */
  PAGE_PART = 8,        /* of a body, as sent and decoded; of a tree; of a page's links */
  DUPLICATES_PART = 16, /* of duplicate_memory, if that is more */
  COOKIES_PART = 16,    /* of cookie_memory, likewise */
  TRAPS_PART = 16,      /* of the table that trap rules learn in */
  HISTORY_PART = 8,     /* of history */
  SHED_STEPS = 256,     /* authorities that are looked at for each robots.txt */
  LEAVE_PART = 8,       /* of all, what rules of robots.txt and copies of streams leave to others */
  HIGH_RATIO = 16,      /* of decoded to sent bytes; what is beyond is decoded twice */
  SMALL_BYTES = 4096,   /* so few may unpack to more */
  TREE_RATIO = 16,      /* of a tree to its text, roughly */
  LINK_BYTES = 128      /* of a link with its texts, roughly: measured on documentation sites */
};

static const int64_t LEAST_BYTES = (int64_t)1 << 20; /* below no page has room */
static const int64_t FRONTIER_LEAST_BYTES = (int64_t)256 << 10;
static const int64_t USUAL_PAGE_BYTES = (int64_t)256 << 10; /* before there was one */
static const int64_t TRANSFER_BYTES = (int64_t)48 << 10;    /* libcurl's and TLS's own */
static const int64_t KEPT_BYTES = (int64_t)8 << 20;         /* of a stream, for its links */
static const int64_t STREAM_BYTES = (int64_t)160 << 10;     /* as much is kept in a pause */

/* -1: no limit. */
static int64_t max_memory(const struct cr_shard *s)
{
  int64_t most = s->settings->max_memory;

  return most >= 0 && most < LEAST_BYTES ? LEAST_BYTES : most;
}

/* Part of max_memory, or most, if that is less or there is no max_memory. */
static int64_t part_of(const struct cr_shard *s, int64_t part, int64_t most)
{
  int64_t share = max_memory(s) / part;

  return max_memory(s) < 0 || share > most ? most : share;
}

int64_t cr_memory_frontier(const struct cr_shard *s)
{
  int64_t most = s->settings->max_frontier;

  if (most < 0 && max_memory(s) < 0)
    return 0; /* the frontier's word for no limit */
  most = most < 0 ? max_memory(s) / FRONTIER_PART : most;
  return most > FRONTIER_LEAST_BYTES ? most : FRONTIER_LEAST_BYTES;
}

size_t cr_memory_body(const struct cr_shard *s)
{
  return (size_t)part_of(s, PAGE_PART, s->settings->max_body);
}

size_t cr_memory_kept(const struct cr_shard *s)
{
  return (size_t)part_of(s, PAGE_PART, KEPT_BYTES);
}

size_t cr_memory_spool(const struct cr_shard *s)
{
  return (size_t)part_of(s, PAGE_PART, INT64_MAX / 2);
}

size_t cr_memory_document(const struct cr_shard *s)
{
  return (size_t)part_of(s, PAGE_PART, s->settings->max_document);
}

uint32_t cr_memory_links(const struct cr_shard *s)
{
  return (uint32_t)part_of(s, (int64_t)PAGE_PART * LINK_BYTES, s->settings->max_links);
}

size_t cr_memory_cookies(const struct cr_shard *s)
{
  return (size_t)part_of(s, COOKIES_PART, s->settings->cookie_memory);
}

int64_t cr_memory_duplicates(const struct cr_shard *s)
{
  return part_of(s, DUPLICATES_PART, s->settings->duplicate_memory);
}

int64_t cr_memory_traps(const struct cr_shard *s)
{
  return part_of(s, TRAPS_PART, INT64_MAX);
}

int64_t cr_memory_history(const struct cr_shard *s)
{
  return part_of(s, HISTORY_PART, s->settings->history);
}

/* All but what callers hold, and what they make of it. */
static int64_t used(const struct cr_shard *s)
{
  return cr_mem_used(s->mem) - atomic_load_explicit(&s->home->left_bytes, memory_order_relaxed) -
         atomic_load_explicit(&s->mem->used[CR_MEM_CALLER], memory_order_relaxed);
}

static int64_t usual_page_bytes(const struct cr_shard *s)
{
  return s->usual_page_bytes > 0 ? s->usual_page_bytes : USUAL_PAGE_BYTES;
}

/* Of one that begins. A stream's page is small, but all of them may be paused at once. */
static int64_t cost_of_transfer(const struct cr_shard *s)
{
  return usual_page_bytes(s) + TRANSFER_BYTES + (s->hooks->body ? STREAM_BYTES : 0);
}

/* With what is to be decoded now. */
static int64_t claimed(const struct cr_shard *s)
{
  return used(s) + s->growing_bytes;
}

/* Those that run get as much as if they had begun just now: an answer may be any of its size. */
static int64_t left(const struct cr_shard *s, int64_t running)
{
  return max_memory(s) - claimed(s) - running * cost_of_transfer(s);
}

/* To begin with. What has come and isn't decoded yet counts as if it were still to come. */
static int64_t left_for_transfers(const struct cr_shard *s)
{
  return left(s, (int64_t)cr_slots_under_way(&s->slots) + s->unread_count);
}

void cr_memory_note(struct cr_shard *s, int64_t page_bytes)
{
  s->usual_page_bytes = usual_page_bytes(s) + (page_bytes - usual_page_bytes(s)) / 16;
}

/* Between the marks it stays as it was, so that it doesn't flutter. */
static bool is_above(int64_t bytes, int64_t limit, bool was)
{
  return bytes >= (was ? limit - limit / 8 : limit);
}

bool cr_memory_is_full(struct cr_shard *s)
{
  int64_t most = max_memory(s);
  bool is_full = is_above(cr_shard_buffered(s), cr_shard_max_buffered(s), s->is_full);

  if (most >= 0)
    is_full = is_full || is_above(most - left_for_transfers(s), most, s->is_full);
  s->is_full = is_full;
  return is_full;
}

uint32_t cr_memory_transfers(const struct cr_shard *s, uint32_t most)
{
  int64_t room;

  if (max_memory(s) < 0)
    return most;
  room = left_for_transfers(s) / cost_of_transfer(s);
  return room < 1 ? 1 : room < most ? (uint32_t)room : most;
}

static bool is_to_be_decoded(const struct cr_visit *v)
{
  return v->page.coding.len > 0 && !v->transfer.stream;
}

int64_t cr_memory_growth(const struct cr_visit *v, size_t body_bytes)
{
  const struct cr_shard *s = v->shard;
  int64_t body = is_to_be_decoded(v) ? (int64_t)body_bytes : 0;
  int64_t read = body > 0 ? body : (int64_t)v->transfer.body_in.len;
  int64_t tree = (int64_t)cr_memory_document(s);

  if (max_memory(s) < 0)
    return 0;
  if (s->settings->document == 0)
    return body;
  return body + (read < tree / TREE_RATIO ? read * TREE_RATIO : tree);
}

/* One that is cut and kept is cut at the real limit. */
size_t cr_memory_usual_body(const struct cr_visit *v)
{
  size_t most = cr_memory_body(v->shard);

  if (max_memory(v->shard) < 0 || !is_to_be_decoded(v) || v->transfer.keeps_cut)
    return most;
  size_t bytes = v->transfer.body_in.len + SMALL_BYTES;

  return bytes < most / HIGH_RATIO ? bytes * HIGH_RATIO : most;
}

/* Pages that workers have, or that wait for the caller: each gives its memory back, and wakes the
 * pump. */
static bool are_on_their_way(const struct cr_shard *s)
{
  return cr_pool_outstanding(s->pool) > 0 || atomic_load(&s->home->offered) > 0;
}

bool cr_memory_may_parse(const struct cr_shard *s, int64_t growth)
{
  return growth == 0 || growth <= left(s, cr_slots_under_way(&s->slots)) || !are_on_their_way(s);
}

bool cr_memory_may_keep(const struct cr_shard *s, size_t more_bytes)
{
  int64_t most = max_memory(s);

  return most < 0 || claimed(s) + (int64_t)more_bytes <= most - most / LEAVE_PART;
}

/* Does no other transfer have a body? A stream needs no room, for its copy is given up, and may be
 * paused for ever. */
static bool is_alone(const struct cr_shard *s, const struct cr_transfer *t)
{
  for (struct cr_list *link = s->visits.next; link != &s->visits; link = link->next) {
    const struct cr_visit *v = CR_CONTAINER(link, struct cr_visit, link);

    if (v->state == CR_VISIT_FETCHING && !v->transfer.stream && v->transfer.body_in.len > 0 &&
        &v->transfer != t)
      return false;
  }
  return true;
}

bool cr_memory_may_grow(const struct cr_transfer *t, size_t more_bytes, void *user)
{
  const struct cr_shard *s = user;

  return claimed(s) + (int64_t)more_bytes <= max_memory(s) ||
         (is_alone(s, t) && !are_on_their_way(s));
}

void cr_memory_put_off(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  cr_memory_note(s, 2 * (int64_t)v->transfer.body_in.cap); /* the next ones are likely as large */
  cr_shard_log(s, 2, "max_memory has no room for the body, put off", v->page.req.url);
  s->ledger.counters.put_off++;
}

/* ---- rules of robots.txt ---- */

/* Is there less left than pages need beside them? */
static bool are_too_many(const struct cr_shard *s)
{
  int64_t most = max_memory(s);

  return most >= 0 && used(s) > most - most / LEAVE_PART;
}

/* Does nobody wait for what they say? Then they can be asked for again when somebody does. though:
 * so can those that have let a URL through already, and those of a host that has to wait. */
static bool may_forget(const struct cr_shard *s, uint32_t authority,
                       const struct cr_robots_facts *facts, bool though)
{
  int64_t now = cr_loop_now(s->loop);
  struct cr_host_view view;

  if (!facts || !facts->rules || !facts->judged || now >= facts->fresh_until_ms)
    return false;
  s->frontier->ops->host_view(s->frontier, s->frontier->ops->authority_host(s->frontier, authority),
                              &view);
  if (though && (!facts->is_awaited || view.blocked_until_ms > now || view.is_exhausted))
    return view.leased == 0;
  return view.queued == 0 && view.leased == 0;
}

static void forget_rules(struct cr_shard *s, uint32_t authority, struct cr_robots_facts *facts)
{
  cr_memory_rules_asked(s, facts);
  cr_robots_free(facts->rules);
  facts->rules = NULL;
  facts->judged = false;
  s->frontier->ops->set_gate(s->frontier, authority, CR_GATE_UNKNOWN);
}

/* Goes round the authorities, some steps each time: one that brings rules pays for looking at so
 * many others. */
static void shed_some(struct cr_shard *s, bool though)
{
  struct cr_frontier_stats stats;
  int64_t steps = SHED_STEPS;

  s->frontier->ops->stats(s->frontier, &stats);
  if (stats.authorities < steps)
    steps = stats.authorities;
  for (; steps > 0 && are_too_many(s); steps--) {
    uint32_t at = s->shed_at < stats.authorities ? s->shed_at : 0;
    struct cr_robots_facts *facts = s->frontier->ops->facts(s->frontier, at);

    if (may_forget(s, at, facts, though))
      forget_rules(s, at, facts);
    s->shed_at = at + 1;
  }
}

static void shed(struct cr_shard *s)
{
  shed_some(s, false);
  shed_some(s, true);
}

void cr_memory_rules_came(struct cr_shard *s, struct cr_robots_facts *facts)
{
  if (facts->rules && !facts->is_awaited) {
    facts->is_awaited = true;
    s->rules_awaited++;
  }
  shed(s);
}

void cr_memory_rules_asked(struct cr_shard *s, struct cr_robots_facts *facts)
{
  s->rules_awaited -= facts->is_awaited;
  facts->is_awaited = false;
}

/* Each file that is asked for lets one URL at least through, so that the crawl goes on though all
 * are asked for again and again. */
bool cr_memory_bars_rules(struct cr_shard *s)
{
  if (s->rules_awaited > 0)
    shed(s);
  return s->rules_awaited > 0 && are_too_many(s);
}

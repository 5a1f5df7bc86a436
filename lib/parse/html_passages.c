/* SPDX-License-Identifier: MIT */
/* html_passages.c - passages of HTML that were read before.
 *
 * A direct-mapped table of passages over a ring of bytes: the newest stay. One is kept when its
 * beginning is seen for the second time, so that what never comes again costs a hash and a look-up.
 * Kept are its bytes, the states at both ends, and its links with their strings, which lie in one
 * piece of the page's arena. A passage is only taken for the same after all its bytes are compared.
 */
#include "parse/html_passages.h"

enum {
  SLOTS = 2048, /* a power of two */
  STORE_BYTES = 512 * 1024,
  MOST_BYTES = 4096, /* of a passage, and of its links' strings */
  MOST_LINKS = 64,
  ALIGNMENT = 16
};

/* Documents are looked at in rounds. After one where less than one look in four found anything, the
 * next round or two rest; and after each further one twice as many as before. */
enum { ROUND = 16, MOST_REST = 16 * ROUND, WORTH = 4 };

/* All that decides what bytes say, besides them. */
struct ground {
  uint64_t state; /* cr_feedback_pack */
  const char *charset;
  uint32_t kinds;
  bool link_text;
};

struct passage {
  uint64_t key;
  struct ground from;
  uint64_t to;      /* the state behind it */
  uint64_t at;      /* where in the store, as if that had no end */
  uint32_t bytes;   /* 0: there is none */
  uint32_t strings; /* bytes; they follow */
  uint32_t links;   /* and so do these */
};

/* Of a slot, and all that a look mostly needs: halves of keys. */
struct sight {
  uint32_t kept;    /* of the passage in the slot; 0: none */
  uint32_t seen[3]; /* of what has lately begun a passage and wasn't kept */
};

struct reading {     /* from an edge on */
  const char *begin; /* NULL: nothing that is to be kept */
  uint64_t key;
  struct ground from;
  uint32_t first_link;
  uint16_t base_count;
  const char *strings; /* where those of its links begin */
  size_t used_bytes;
  const struct cr_arena_chunk *chunk;
};

struct cr_passages {
  struct cr_mem *mem;
  struct passage *slots; /* NULL: none yet */
  char *store;
  uint64_t stored; /* bytes, ever */
  struct reading reading;
  uint32_t documents; /* of this round */
  uint32_t rest;      /* after the last round */
  uint32_t resting;   /* what is left of it */
  uint32_t looks;
  uint32_t hits;
  uint64_t spared;
  struct sight sights[SLOTS];
};

int cr_passages_open(struct cr_passages **out, struct cr_mem *mem)
{
  struct cr_passages *p = cr_zalloc(mem, CR_MEM_CORE, sizeof(*p));

  if (!p)
    return CRAWLER_E_NOMEM;
  p->mem = mem;
  *out = p;
  return 0;
}

void cr_passages_close(struct cr_passages *p)
{
  if (!p)
    return;
  cr_free(p->mem, p->slots);
  cr_free(p->mem, p->store);
  cr_free(p->mem, p);
}

static void end_round(struct cr_passages *p)
{
  if (p->hits >= p->looks / WORTH)
    p->rest = 0;
  else
    p->rest = p->rest == 0 ? ROUND : p->rest < MOST_REST ? 2 * p->rest : MOST_REST;
  p->resting = p->rest;
  p->documents = 0;
  p->looks = 0;
  p->hits = 0;
}

struct cr_passages *cr_passages_begin(struct cr_passages *p)
{
  if (!p)
    return NULL;
  cr_passages_drop(p);
  if (p->resting > 0) {
    p->resting--;
    return NULL;
  }
  if (p->documents++ == ROUND)
    end_round(p);
  return p;
}

uint64_t cr_passages_spared(const struct cr_passages *p)
{
  return p->spared;
}

void cr_passages_drop(struct cr_passages *p)
{
  if (p)
    p->reading.begin = NULL;
}

/* ---- the store ---- */

static bool has_store(struct cr_passages *p)
{
  if (!p->slots)
    p->slots = cr_zalloc_array(p->mem, CR_MEM_CORE, SLOTS, sizeof(*p->slots));
  if (p->slots && !p->store)
    p->store = cr_alloc(p->mem, CR_MEM_CORE, STORE_BYTES);
  return p->store != NULL;
}

static size_t aligned(size_t bytes)
{
  return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static char *bytes_of(const struct cr_passages *p, const struct passage *it)
{
  return p->store + it->at % STORE_BYTES;
}

static struct cr_span strings_of(const struct cr_passages *p, const struct passage *it)
{
  return cr_span(bytes_of(p, it) + aligned(it->bytes), it->strings);
}

static struct crawler_link *links_of(const struct cr_passages *p, const struct passage *it)
{
  void *at = bytes_of(p, it) + aligned(it->bytes) + aligned(it->strings);
  return at;
}

/* Room in one piece; what was there before is gone. */
static void make_room(struct cr_passages *p, struct passage *it)
{
  size_t all =
      aligned(it->bytes) + aligned(it->strings) + aligned(it->links * sizeof(struct crawler_link));
  size_t left = STORE_BYTES - p->stored % STORE_BYTES;

  it->at = p->stored + (left < all ? left : 0);
  p->stored = it->at + all;
}

static bool is_same(const struct ground *a, const struct ground *b)
{
  return a->state == b->state && a->charset == b->charset && a->kinds == b->kinds &&
         a->link_text == b->link_text;
}

static uint32_t half_of(uint64_t key)
{
  return (uint32_t)(key >> 32);
}

static const struct passage *find(const struct cr_passages *p, uint64_t key,
                                  const struct ground *from, struct cr_span ahead)
{
  const struct passage *it;

  if (!p->slots || p->sights[key % SLOTS].kept != half_of(key))
    return NULL;
  it = &p->slots[key % SLOTS];
  if (it->key != key || it->bytes == 0 || it->bytes > ahead.len ||
      p->stored - it->at > STORE_BYTES || !is_same(&it->from, from))
    return NULL;
  return memcmp(bytes_of(p, it), ahead.at, it->bytes) == 0 ? it : NULL;
}

/* ---- reading ---- */

static void begin(struct reading *r, const char *at, uint64_t key, const struct ground *from,
                  const struct cr_collect *c)
{
  *r = (struct reading){
    .begin = at,
    .key = key,
    .from = *from,
    .first_link = c->found.count,
    .base_count = c->base_count,
    .strings = c->keep->next,
    .used_bytes = c->keep->used_bytes,
    .chunk = c->keep->head,
  };
}

/* Is all that came of it its links, and all that these have in one piece? */
static bool is_passage(const struct reading *r, const struct passage *it,
                       const struct cr_collect *c)
{
  return it->bytes <= MOST_BYTES && it->strings <= MOST_BYTES && it->links <= MOST_LINKS &&
         r->base_count == c->base_count && r->chunk == c->keep->head &&
         c->keep->next == r->strings + it->strings;
}

static void keep(struct cr_passages *p, const char *end, uint64_t to, const struct cr_collect *c)
{
  const struct reading *r = &p->reading;
  struct passage it = {
    .key = r->key,
    .from = r->from,
    .to = to,
    .bytes = (uint32_t)(end - r->begin),
    .strings = (uint32_t)(c->keep->used_bytes - r->used_bytes),
    .links = c->found.count - r->first_link,
  };

  if (!is_passage(r, &it, c) || !has_store(p))
    return;
  make_room(p, &it);
  memcpy(bytes_of(p, &it), r->begin, it.bytes);
  if (it.links > 0)
    cr_links_copy(links_of(p, &it), c->found.links + r->first_link, it.links,
                  cr_span(r->strings, it.strings), bytes_of(p, &it) + aligned(it.bytes));
  p->slots[it.key % SLOTS] = it;
  p->sights[it.key % SLOTS].kept = half_of(it.key);
}

/* Is it worth while to keep what begins here? */
static bool was_seen(struct cr_passages *p, uint64_t key)
{
  uint32_t *seen = &p->sights[key % SLOTS].seen[key / SLOTS % 3];
  bool was = *seen == half_of(key);

  *seen = half_of(key);
  return was;
}

/* 0: more is going on than a passage may begin or end in. */
static uint64_t state_of(const struct cr_feedback *f, const struct cr_collect *c)
{
  bool is_between = c->depth == 0 && c->open_len == 0 && !c->in_title && !c->is_doubtful &&
                    !c->is_cut && c->found.count > 1;
  return is_between ? cr_feedback_pack(f) : 0;
}

void cr_passages_pass(struct cr_passages *p, struct cr_html_tokens *t, struct cr_feedback *f,
                      struct cr_collect *c)
{
  const struct passage *it;

  do {
    if (p->reading.begin && t->at - p->reading.begin < CR_PASSAGE_LEAST)
      return;
    const struct ground ground = { state_of(f, c), c->charset, c->wants.kinds, c->wants.link_text };
    if (ground.state == 0)
      return;
    if (p->reading.begin)
      keep(p, t->at, ground.state, c);
    p->reading.begin = NULL;
    uint64_t key = cr_hash64(t->at, CR_PASSAGE_LEAST, ground.state);
    it = find(p, key, &ground, cr_span(t->at, (size_t)(t->end - t->at)));
    p->looks++;
    if (!it && was_seen(p, key))
      begin(&p->reading, t->at, key, &ground, c);
    if (!it || !cr_collect_again(c, links_of(p, it), it->links, strings_of(p, it)))
      return;
    p->hits++;
    p->spared += it->bytes;
    t->at += it->bytes;
    cr_feedback_unpack(f, it->to);
  } while (cr_passage_is_edge(t));
}

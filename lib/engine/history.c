/* SPDX-License-Identifier: MIT */
/* history.c - what became of each URL: a record of 80 bytes, found by its fingerprint.
 *
 * Records, attempts after the first, and texts lie in an arena; two chained hash tables (Knuth,
 * TAOCP 3, 6.4) lead to them. The text of a page that led to others is kept once, and so is that of
 * a rule; a URL that led to nothing has no text here. Nothing is ever removed, so that nothing can
 * be left dangling.
 */
#include "engine/history.h"

#include "base/arena.h"
#include "base/hash.h"

enum { CHUNK_BYTES = 16 << 10, FIRST_CELLS = 64 };

struct name { /* a page's URL, or a rule */
  struct name *next;
  uint32_t hash;
  uint32_t line; /* of a rule */
  char text[];
};

struct attempt {
  int64_t begun_ms;
  uint32_t took_ms;
  uint16_t status;
  uint8_t failure;
};

struct later { /* attempts after the first, the last one first */
  struct later *before;
  struct attempt attempt;
};

struct record {
  struct record *next;
  uint64_t fp;
  int64_t found_ms;
  int64_t ended_ms;
  const struct name *from; /* the page or redirect that led to it; NULL: none */
  const struct name *rule;
  struct later *later;
  struct attempt first;
  uint32_t admitted_after_ms; /* found; NOT_ADMITTED */
  uint8_t attempts;           /* kept */
  uint8_t outcome;
  uint8_t reason;
  uint8_t flags;
};

enum { FROM_REDIRECT = 1, IS_SEED = 2 };
#define NOT_ADMITTED UINT32_MAX

struct cells { /* heads of chains, a power of two of them */
  void **heads;
  size_t count;
  size_t used; /* things in the chains */
};

struct cr_history {
  struct cr_mem *mem;
  uint64_t seed;
  int64_t max_bytes;
  int64_t lost;
  struct cr_arena arena;
  struct cells records;
  struct cells names;
};

int cr_history_open(struct cr_history **out, struct cr_mem *mem, uint64_t seed, int64_t max_bytes)
{
  struct cr_history *h = cr_zalloc(mem, CR_MEM_CORE, sizeof(*h));

  if (!h)
    return CRAWLER_E_NOMEM;
  h->mem = mem;
  h->seed = seed;
  h->max_bytes = max_bytes;
  cr_arena_init(&h->arena, mem, CR_MEM_CORE, CHUNK_BYTES, 0);
  *out = h;
  return 0;
}

void cr_history_close(struct cr_history *h)
{
  if (!h)
    return;
  cr_arena_free(&h->arena);
  cr_free(h->mem, h->records.heads);
  cr_free(h->mem, h->names.heads);
  cr_free(h->mem, h);
}

/* ---- memory ---- */

int64_t cr_history_bytes(const struct cr_history *h)
{
  return (int64_t)(sizeof(*h) + cr_arena_held_bytes(&h->arena) +
                   (h->records.count + h->names.count) * sizeof(void *));
}

/* By what has been handed out, not by what chunks have left: the ceiling holds but for a chunk. */
static bool has_room(const struct cr_history *h, size_t bytes)
{
  size_t cells = (h->records.count + h->names.count) * sizeof(void *);

  return sizeof(*h) + h->arena.used_bytes + cells + bytes <= (uint64_t)h->max_bytes;
}

static void *take(struct cr_history *h, size_t bytes)
{
  return has_room(h, bytes) ? cr_arena_zalloc(&h->arena, bytes) : NULL;
}

typedef void (*mover)(struct cells *from, struct cells *to);

/* Twice as many chains when there are more things than that. false: there is no chain at all. */
static bool grow(struct cr_history *h, struct cells *cells, mover move)
{
  struct cells larger = { .count = cells->count ? 2 * cells->count : FIRST_CELLS };

  if (cells->used < cells->count)
    return true;
  if (!has_room(h, larger.count * sizeof(void *)))
    return cells->count > 0; /* longer chains do as well */
  larger.heads = cr_zalloc_array(h->mem, CR_MEM_CORE, larger.count, sizeof(void *));
  if (!larger.heads)
    return cells->count > 0;
  move(cells, &larger);
  larger.used = cells->used;
  cr_free(h->mem, cells->heads);
  *cells = larger;
  return true;
}

/* ---- names ---- */

static void move_names(struct cells *from, struct cells *to)
{
  for (size_t i = 0; i < from->count; i++)
    for (struct name *name = from->heads[i], *next; name; name = next) {
      void **head = &to->heads[name->hash & (to->count - 1)];
      next = name->next;
      name->next = *head;
      *head = name;
    }
}

static bool is_named(const struct name *name, uint32_t hash, struct cr_span text, uint32_t line)
{
  return name->hash == hash && name->line == line && strncmp(name->text, text.at, text.len) == 0 &&
         name->text[text.len] == '\0';
}

/* NULL: none, or no room for it. */
static const struct name *intern(struct cr_history *h, struct cr_span text, uint32_t line)
{
  uint32_t hash = (uint32_t)cr_hash64(text.at ? text.at : "", text.len, h->seed);
  struct name *name;

  if (text.len == 0 || !grow(h, &h->names, move_names))
    return NULL;
  void **head = &h->names.heads[hash & (h->names.count - 1)];
  for (name = *head; name; name = name->next)
    if (is_named(name, hash, text, line))
      return name;
  name = take(h, sizeof(*name) + text.len + 1);
  if (!name)
    return NULL;
  memcpy(name->text, text.at, text.len);
  name->hash = hash;
  name->line = line;
  name->next = *head;
  *head = name;
  h->names.used++;
  return name;
}

/* ---- records ---- */

/* Fingerprints are hashes already. */
static void **head_of(const struct cells *cells, uint64_t fp)
{
  return &cells->heads[fp & (cells->count - 1)];
}

static void move_records(struct cells *from, struct cells *to)
{
  for (size_t i = 0; i < from->count; i++)
    for (struct record *record = from->heads[i], *next; record; record = next) {
      void **head = head_of(to, record->fp);
      next = record->next;
      record->next = *head;
      *head = record;
    }
}

static struct record *find(const struct cr_history *h, uint64_t fp)
{
  struct record *record = h->records.used > 0 ? *head_of(&h->records, fp) : NULL;

  while (record && record->fp != fp)
    record = record->next;
  return record;
}

/* NULL: no room. */
static struct record *make(struct cr_history *h, uint64_t fp, const struct cr_history_found *found)
{
  struct record *record = NULL;
  bool redirected = found->via.len > 0;

  if (grow(h, &h->records, move_records))
    record = take(h, sizeof(*record));
  if (!record) {
    h->lost++;
    return NULL;
  }
  record->fp = fp;
  record->found_ms = found->now_ms;
  record->ended_ms = -1;
  record->admitted_after_ms = NOT_ADMITTED;
  record->from = intern(h, redirected ? found->via : found->referrer, 0);
  record->flags = (uint8_t)((redirected ? FROM_REDIRECT : 0) | (found->is_seed ? IS_SEED : 0));
  void **head = head_of(&h->records, fp);
  record->next = *head;
  *head = record;
  h->records.used++;
  return record;
}

static uint32_t saturated(int64_t ms)
{
  return ms < 0 ? 0 : ms >= NOT_ADMITTED ? NOT_ADMITTED - 1 : (uint32_t)ms;
}

void cr_history_note_found(struct cr_history *h, uint64_t fp, const struct cr_history_found *found)
{
  struct record *record = find(h, fp);

  if (!record)
    record = make(h, fp, found);
  if (!record)
    return;
  if (found->refused == CRAWLER_REASON_NONE) {
    record->admitted_after_ms = saturated(found->now_ms - record->found_ms);
    record->ended_ms = -1;
    record->outcome = 0;
    record->reason = CRAWLER_REASON_NONE;
    record->rule = NULL;
  } else if (record->admitted_after_ms == NOT_ADMITTED) {
    record->reason = (uint8_t)found->refused;
  }
}

/* Where the next attempt is written; NULL: no room. */
static struct attempt *next_attempt(struct cr_history *h, struct record *record)
{
  struct later *later;

  if (record->attempts == CR_HISTORY_ATTEMPTS)
    return &record->later->attempt;
  if (record->attempts == 0) {
    record->attempts = 1;
    return &record->first;
  }
  later = take(h, sizeof(*later));
  if (!later) {
    h->lost++;
    return record->later ? &record->later->attempt : NULL;
  }
  later->before = record->later;
  record->later = later;
  record->attempts++;
  return &later->attempt;
}

void cr_history_note_attempt(struct cr_history *h, uint64_t fp,
                             const struct cr_history_attempt *attempt)
{
  struct record *record = find(h, fp);
  struct attempt *to = record ? next_attempt(h, record) : NULL;

  if (!to)
    return;
  to->begun_ms = attempt->begun_ms;
  to->took_ms = saturated(attempt->ended_ms - attempt->begun_ms);
  to->status = (uint16_t)attempt->status;
  to->failure = (uint8_t)attempt->failure;
}

void cr_history_note_end(struct cr_history *h, uint64_t fp, const struct cr_history_end *end)
{
  struct record *record = find(h, fp);

  if (!record)
    return;
  record->ended_ms = end->now_ms;
  record->outcome = (uint8_t)end->outcome;
  record->reason = (uint8_t)end->reason;
  if (end->rule)
    record->rule = intern(h, cr_span_text(end->rule), end->line);
}

/* ---- reading ---- */

bool cr_history_get(const struct cr_history *h, uint64_t fp, struct cr_history_view *view)
{
  const struct record *record = find(h, fp);
  const char *from = record && record->from ? record->from->text : NULL;

  if (!record)
    return false;
  *view = (struct cr_history_view){
    .found_ms = record->found_ms,
    .admitted_ms = record->admitted_after_ms == NOT_ADMITTED
                       ? -1
                       : record->found_ms + record->admitted_after_ms,
    .ended_ms = record->ended_ms,
    .outcome = (crawler_outcome)record->outcome,
    .reason = (crawler_reason)record->reason,
    .rule = record->rule ? record->rule->text : NULL,
    .line = record->rule ? record->rule->line : 0,
    .is_seed = (record->flags & IS_SEED) != 0,
    .attempts = record->attempts,
  };
  if (record->flags & FROM_REDIRECT)
    view->via = from;
  else
    view->referrer = from;
  return true;
}

static struct cr_history_attempt whole(const struct attempt *attempt)
{
  return (struct cr_history_attempt){
    .begun_ms = attempt->begun_ms,
    .ended_ms = attempt->begun_ms + attempt->took_ms,
    .status = attempt->status,
    .failure = (crawler_reason)attempt->failure,
  };
}

void cr_history_attempts(const struct cr_history *h, uint64_t fp, struct cr_history_attempt *out)
{
  const struct record *record = find(h, fp);
  size_t i = record ? record->attempts : 0;

  if (i == 0)
    return;
  for (const struct later *later = record->later; later; later = later->before)
    out[--i] = whole(&later->attempt);
  out[0] = whole(&record->first);
}

size_t cr_history_count(const struct cr_history *h)
{
  return h->records.used;
}

int64_t cr_history_lost(const struct cr_history *h)
{
  return h->lost;
}

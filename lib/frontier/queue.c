/* SPDX-License-Identifier: MIT */
/* queue.c - the due URLs of one host: by band, then in order of arrival.
 *
 * Entries carry a number of arrival: rising from 0 at the back, falling at the front, compared by
 * their difference so that they may wrap around. An entry that was moved out of the way (its
 * robots.txt is being asked for) finds its place again by it.
 */
#include "frontier/queue.h"

#include <string.h>

#include "crawl/crawler.h"

enum { KIND_NOT_READ = UINT8_MAX, BANDS_FIRST = 4 };

static struct cr_band *bands_of(struct cr_queue *queue)
{
  return queue->more ? queue->more : &queue->one;
}

const struct cr_band *cr_queue_bands(const struct cr_queue *queue)
{
  return queue->more ? queue->more : &queue->one;
}

void cr_queue_init(struct cr_queue *queue)
{
  *queue = (struct cr_queue){ .front_order = UINT32_MAX };
}

/* The first band whose rank isn't larger; band_count if there is none. */
static uint16_t find(const struct cr_queue *queue, int16_t rank)
{
  const struct cr_band *bands = cr_queue_bands(queue);
  uint16_t low = 0;
  uint16_t high = queue->band_count;

  while (low < high) {
    uint16_t middle = (uint16_t)((low + high) / 2);
    if (bands[middle].rank > rank)
      low = (uint16_t)(middle + 1);
    else
      high = middle;
  }
  return low;
}

static bool grow(struct cr_queue *queue, const struct cr_budget *budget)
{
  uint16_t cap = queue->more ? (uint16_t)(queue->band_cap * 2) : BANDS_FIRST;
  struct cr_band *more =
      cr_budget_resize(budget, queue->more, queue->band_cap * sizeof(*more), cap * sizeof(*more));
  if (!more)
    return false;

  if (!queue->more)
    more[0] = queue->one;
  queue->more = more;
  queue->band_cap = cap;
  return true;
}

int cr_queue_reserve(struct cr_queue *queue, const struct cr_budget *budget, int16_t rank)
{
  uint16_t at = find(queue, rank);
  if (at < queue->band_count && bands_of(queue)[at].rank == rank)
    return 0;
  uint16_t room = queue->more ? queue->band_cap : 1;
  if (queue->band_count == room && !grow(queue, budget))
    return CRAWLER_E_NOMEM;

  struct cr_band *bands = bands_of(queue);
  memmove(&bands[at + 1], &bands[at], (size_t)(queue->band_count - at) * sizeof(*bands));
  bands[at] = (struct cr_band){
    .head = CR_ENTRY_NONE, .tail = CR_ENTRY_NONE, .rank = rank, .head_kind = KIND_NOT_READ
  };
  queue->band_count++;
  if (at <= queue->first)
    queue->first = at; /* empty, which costs no more than one look */
  return 0;
}

void cr_queue_reset(struct cr_queue *queue, const struct cr_budget *budget)
{
  cr_budget_free(budget, queue->more);
  cr_queue_init(queue);
}

/* The band of an entry; it becomes the first one if it is before that. */
static struct cr_band *open_band(struct cr_queue *queue, const struct cr_entry *entry)
{
  uint16_t at = find(queue, cr_entry_band(entry->kind, entry->priority));
  if (at < queue->first)
    queue->first = at;
  queue->len++;
  return &bands_of(queue)[at];
}

void cr_queue_push(struct cr_queue *queue, const struct cr_slab *slab, uint32_t name)
{
  struct cr_entry *entry = cr_entry_at(slab, name);
  struct cr_band *band = open_band(queue, entry);

  entry->order = queue->back_order++;
  entry->next = CR_ENTRY_NONE;
  if (band->head == CR_ENTRY_NONE) {
    band->head = name;
    band->head_kind = entry->kind;
  } else {
    cr_entry_at(slab, band->tail)->next = name;
  }
  band->tail = name;
}

static void link_front(struct cr_band *band, struct cr_entry *entry, uint32_t name)
{
  entry->next = band->head;
  if (band->head == CR_ENTRY_NONE)
    band->tail = name;
  band->head = name;
  band->head_kind = entry->kind;
}

void cr_queue_push_front(struct cr_queue *queue, const struct cr_slab *slab, uint32_t name)
{
  struct cr_entry *entry = cr_entry_at(slab, name);
  entry->order = queue->front_order--;
  link_front(open_band(queue, entry), entry, name);
}

static bool is_before(const struct cr_entry *a, const struct cr_entry *b)
{
  return (int32_t)(a->order - b->order) < 0;
}

void cr_queue_put_back(struct cr_queue *queue, const struct cr_slab *slab, uint32_t name)
{
  struct cr_entry *entry = cr_entry_at(slab, name);
  struct cr_band *band = open_band(queue, entry);

  if (band->head == CR_ENTRY_NONE || is_before(entry, cr_entry_at(slab, band->head))) {
    link_front(band, entry, name);
    return;
  }
  struct cr_entry *before = cr_entry_at(slab, band->head);
  while (before->next != CR_ENTRY_NONE && is_before(cr_entry_at(slab, before->next), entry))
    before = cr_entry_at(slab, before->next);
  entry->next = before->next;
  before->next = name;
  if (entry->next == CR_ENTRY_NONE)
    band->tail = name;
}

/* NULL: the queue is empty. */
static struct cr_band *first_band(struct cr_queue *queue)
{
  struct cr_band *bands = bands_of(queue);

  if (queue->len == 0)
    return NULL;
  while (bands[queue->first].head == CR_ENTRY_NONE)
    queue->first++;
  return &bands[queue->first];
}

uint32_t cr_queue_head(struct cr_queue *queue)
{
  const struct cr_band *band = first_band(queue);
  return band ? band->head : CR_ENTRY_NONE;
}

uint8_t cr_queue_head_kind(struct cr_queue *queue, const struct cr_slab *slab)
{
  struct cr_band *band = first_band(queue);
  if (band->head_kind == KIND_NOT_READ)
    band->head_kind = cr_entry_at(slab, band->head)->kind;
  return band->head_kind;
}

/* A band of pages has its priority for its rank: the entry, far from any cache, isn't read. */
int8_t cr_queue_head_priority(struct cr_queue *queue, const struct cr_slab *slab)
{
  const struct cr_band *band = first_band(queue);

  if (band->rank <= INT8_MAX)
    return (int8_t)band->rank;
  return cr_entry_at(slab, band->head)->priority;
}

uint32_t cr_queue_pop(struct cr_queue *queue, const struct cr_slab *slab)
{
  struct cr_band *band = first_band(queue);
  if (!band)
    return CR_ENTRY_NONE;
  uint32_t name = band->head;
  struct cr_entry *entry = cr_entry_at(slab, name);

  band->head = entry->next;
  band->head_kind = KIND_NOT_READ; /* the next one may be far from any cache: read when needed */
  if (band->head == CR_ENTRY_NONE)
    band->tail = CR_ENTRY_NONE;
  entry->next = CR_ENTRY_NONE;
  queue->len--;
  return name;
}

void cr_queue_prefetch_tail(const struct cr_queue *queue, const struct cr_slab *slab, int16_t rank)
{
  uint16_t at = find(queue, rank);
  const struct cr_band *band = &cr_queue_bands(queue)[at];

  if (at < queue->band_count && band->rank == rank && band->tail != CR_ENTRY_NONE)
    __builtin_prefetch(cr_entry_at(slab, band->tail), 1);
}

void cr_queue_prefetch_head(const struct cr_queue *queue, const struct cr_slab *slab)
{
  const struct cr_band *band = &cr_queue_bands(queue)[queue->first];

  if (queue->first < queue->band_count && band->head != CR_ENTRY_NONE)
    __builtin_prefetch(cr_entry_at(slab, band->head), 1);
}

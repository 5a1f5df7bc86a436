/* SPDX-License-Identifier: MIT */
/* resolve.c - names to addresses: bounded, asynchronous, cached, one question at a time for a name.
 *
 * Each name has one entry, on which all its questions hang. An entry without answer waits in line
 * for a slot; a slot is a name being asked, of the hook or of c-ares, with its timer. There are
 * max_active, of which max_prompt may wait for a prompt answer. Everything that calls back, the
 * hook too, happens in one deferred call, so that neither starting nor cancelling nor c-ares ever
 * runs somebody else's code.
 */
#include "fetch/resolve.h"

#include "base/random.h"
#include "crawl/crawler.h"
#include "fetch/resolve_cache.h"
#include "fetch/resolve_overrides.h"
#include "loop/loop.h"

enum {
  NAME_MAX_BYTES = 253, /* RFC 1035 section 2.3.4, as text without the root's dot */
  LABEL_MAX_BYTES = 63,
  ACTIVE_MAX = 65536,
  TOKEN_SLOT_BITS = 16,
  BLOCK_SLOTS = 128,
  /* A TTL of zero would ask again for each request; a week would outlive a server's move. */
  TTL_MIN_MS = 60 * 1000,
  TTL_MAX_MS = 24 * 60 * 60 * 1000
};

struct slot {
  struct cr_list link; /* in free_slots */
  struct cr_resolver *r;
  struct cr_resolve_entry *entry; /* NULL: free, or c-ares is late */
  struct cr_timer timer;
  uint64_t token; /* 0: not the hook's */
  size_t number;
  int64_t until_ms;
  bool is_prompt; /* asked a moment ago */
  bool in_cares;
};

struct block { /* slots come in these, when more are needed */
  struct slot slots[BLOCK_SLOTS];
};

struct cr_resolver {
  struct cr_mem *mem;
  struct cr_loop *loop;
  int64_t timeout_ms;
  char *servers;
  int (*hook)(const char *host, uint64_t token, void *user);
  void *user;
  uint8_t ip_version;
  struct cr_cares *cares;     /* NULL: not needed yet */
  struct cr_cares *old_cares; /* has questions that are asked of other servers first; or NULL */
  size_t first_server;
  struct cr_resolve_overrides *overrides;
  struct cr_resolve_cache cache;
  struct cr_list waiting; /* entries */
  struct cr_list ready;   /* answered entries with questions */
  struct cr_deferred work;
  struct block **blocks; /* NULL: not needed yet */
  size_t slot_count;
  size_t max_slots;
  size_t prompt_count;
  size_t max_prompt;
  struct cr_list free_slots;
  uint64_t asked; /* slots ever used for the hook: tokens are never repeated */
};

static struct cr_resolve_entry *entry_of(struct cr_list *queue)
{
  return CR_CONTAINER(queue, struct cr_resolve_entry, queue);
}

/* ---- names ---- */

struct wanted { /* a host, read */
  struct cr_span name;
  char text[NAME_MAX_BYTES + 1];
  bool is_name;    /* else nobody can know it */
  bool is_address; /* name is its text */
  struct cr_address address;
};

static bool is_name_char(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || c == '-' || c == '_';
}

static bool is_name(struct cr_span name)
{
  size_t label = 0;

  for (size_t i = 0; i < name.len; i++) {
    if (name.at[i] == '.') {
      if (label == 0)
        return false;
      label = 0;
    } else if (!is_name_char(name.at[i]) || ++label > LABEL_MAX_BYTES) {
      return false;
    }
  }
  return label > 0;
}

static void read_host(struct wanted *wanted, struct cr_span host)
{
  *wanted = (struct wanted){ .name = { wanted->text, 0 } };
  if (cr_address_parse(host, &wanted->address)) {
    cr_address_format(&wanted->address, wanted->text);
    wanted->name.len = strlen(wanted->text);
    wanted->is_address = true;
    wanted->is_name = true;
    return;
  }
  if (host.len > 0 && host.at[host.len - 1] == '.')
    host.len--; /* the root */
  wanted->is_name = host.len <= NAME_MAX_BYTES && is_name(host);
  for (size_t i = 0; wanted->is_name && i < host.len; i++)
    wanted->text[wanted->name.len++] = cr_lower(host.at[i]);
}

static bool is_under(struct cr_span name, struct cr_span top)
{
  if (name.len > top.len && name.at[name.len - top.len - 1] == '.')
    name = cr_span(name.at + name.len - top.len, top.len);
  return cr_span_eq(name, top);
}

/* ---- answers ---- */

static void settle(struct cr_resolver *r, struct cr_resolve_entry *entry);

static void answer(struct cr_resolver *r, struct cr_resolve_entry *entry,
                   const struct cr_address *addresses, size_t count, int64_t ttl_ms,
                   const char *why)
{
  if (count > 0 && ttl_ms < TTL_MIN_MS)
    ttl_ms = TTL_MIN_MS;
  if (ttl_ms > TTL_MAX_MS)
    ttl_ms = TTL_MAX_MS;
  entry->expires_ms = cr_loop_now(r->loop) + ttl_ms;
  cr_resolve_cache_answer(&r->cache, entry, addresses, count, why);
  settle(r, entry);
}

/* An answered entry is told to its questions, or kept, or it ends. */
static void settle(struct cr_resolver *r, struct cr_resolve_entry *entry)
{
  if (entry->telling)
    return;
  if (!cr_list_empty(&entry->questions)) {
    if (cr_list_empty(&entry->queue))
      cr_list_push(&r->ready, &entry->queue);
    cr_loop_defer(r->loop, &r->work);
    return;
  }
  cr_list_remove(&entry->queue);
  if (entry->listed && entry->expires_ms > cr_loop_now(r->loop))
    cr_resolve_cache_make_idle(&r->cache, entry);
  else
    cr_resolve_cache_drop(&r->cache, entry);
}

static void tell(struct cr_resolver *r, struct cr_resolve_entry *entry)
{
  struct cr_list questions;

  /* Questions that come meanwhile are told in the next round. */
  cr_list_init(&questions);
  cr_list_splice(&questions, &entry->questions);
  entry->telling = true;
  while (!cr_list_empty(&questions)) {
    struct cr_list *link = cr_list_pop(&questions);
    struct cr_resolve *question = CR_CONTAINER(link, struct cr_resolve, link);
    question->state = NULL;
    question->done(question, entry->addresses, entry->address_count, entry->why);
  }
  entry->telling = false;
  settle(r, entry);
}

/* ---- slots ---- */

/* Somebody else may be asked about. */
static void make_room(struct slot *slot)
{
  struct cr_resolver *r = slot->r;

  r->prompt_count -= slot->is_prompt;
  slot->is_prompt = false;
  if (!cr_list_empty(&r->waiting))
    cr_loop_defer(r->loop, &r->work);
}

static void end_slot(struct slot *slot)
{
  struct cr_resolver *r = slot->r;

  cr_loop_cancel_timer(r->loop, &slot->timer);
  slot->entry = NULL;
  slot->token = 0;
  if (!slot->in_cares) /* else it is free when c-ares is done with it */
    cr_list_push(&r->free_slots, &slot->link);
  make_room(slot);
}

static void answer_slot(struct slot *slot, const struct cr_address *addresses, size_t count,
                        int64_t ttl_ms, const char *why)
{
  struct cr_resolve_entry *entry = slot->entry;

  end_slot(slot);
  if (entry)
    answer(slot->r, entry, addresses, count, ttl_ms, why);
}

static void on_timer(struct cr_timer *timer)
{
  struct slot *slot = CR_CONTAINER(timer, struct slot, timer);
  struct cr_loop *loop = slot->r->loop;

  if (cr_loop_now(loop) >= slot->until_ms) {
    answer_slot(slot, NULL, 0, CR_RESOLVE_TROUBLE_MS, "no answer in time");
    return;
  }
  make_room(slot);
  if (cr_loop_set_timer(loop, &slot->timer, slot->until_ms) != 0)
    answer_slot(slot, NULL, 0, 0, "out of memory");
}

static void on_cares(void *arg, const struct cr_address *addresses, size_t count, int64_t ttl_ms,
                     const char *why)
{
  struct slot *slot = arg;

  slot->in_cares = false;
  answer_slot(slot, addresses, count, ttl_ms, why);
}

static struct slot *slot_at(const struct cr_resolver *r, size_t number)
{
  return &r->blocks[number / BLOCK_SLOTS]->slots[number % BLOCK_SLOTS];
}

/* False: out of memory. */
static bool make_slots(struct cr_resolver *r)
{
  size_t most = (r->max_slots + BLOCK_SLOTS - 1) / BLOCK_SLOTS;
  struct block *block;

  if (!r->blocks)
    r->blocks = cr_zalloc_array(r->mem, CR_MEM_FETCH, most, sizeof(*r->blocks));
  block = r->blocks ? cr_zalloc(r->mem, CR_MEM_FETCH, sizeof(*block)) : NULL;
  if (!block)
    return false;
  r->blocks[r->slot_count / BLOCK_SLOTS] = block;
  for (size_t i = 0; i < BLOCK_SLOTS && r->slot_count < r->max_slots; i++) {
    struct slot *slot = &block->slots[i];
    slot->r = r;
    slot->number = r->slot_count++;
    cr_timer_init(&slot->timer, on_timer);
    cr_list_init(&slot->link);
    cr_list_push(&r->free_slots, &slot->link);
  }
  return true;
}

static void free_slots(struct cr_resolver *r)
{
  for (size_t i = 0; i < r->slot_count; i++)
    cr_loop_cancel_timer(r->loop, &slot_at(r, i)->timer);
  for (size_t i = 0; i < r->slot_count; i += BLOCK_SLOTS)
    cr_free(r->mem, r->blocks[i / BLOCK_SLOTS]);
  cr_free(r->mem, r->blocks);
}

/* False: the hook leaves the name to us. True: it answers, or has answered already. */
static bool ask_hook(struct slot *slot)
{
  struct cr_resolver *r = slot->r;
  uint64_t token = ++r->asked << TOKEN_SLOT_BITS | slot->number;

  if (!r->hook)
    return false;
  slot->token = token;
  if (r->hook(slot->entry->name, token, r->user) == 0 || slot->token != token)
    return true;
  slot->token = 0;
  return false;
}

static int open_cares(struct cr_resolver *r, size_t first_server)
{
  struct cr_cares *cares = NULL;
  int err = cr_cares_open(&cares, r->mem, r->loop, r->servers, r->timeout_ms);

  if (!err)
    err = cr_cares_begin_with(cares, first_server);
  if (err) {
    cr_cares_close(cares);
    return err;
  }
  cr_cares_set_ip_version(cares, r->ip_version);
  r->old_cares = r->cares;
  r->cares = cares;
  r->first_server = first_server;
  return 0;
}

/* A server that is silent isn't asked first for long. Without memory for another, it is. */
static void choose_server(struct cr_resolver *r)
{
  if (r->old_cares && cr_cares_pending(r->old_cares) == 0) {
    cr_cares_close(r->old_cares);
    r->old_cares = NULL;
  }
  if (!r->old_cares && cr_cares_is_misled(r->cares))
    (void)open_cares(r, r->first_server + 1);
}

static void ask_cares(struct slot *slot)
{
  struct cr_resolver *r = slot->r;
  int err = 0;

  if (r->cares)
    choose_server(r);
  else
    err = open_cares(r, 0);
  if (!err) {
    slot->in_cares = true;
    err = cr_cares_ask(r->cares, slot->entry->name, on_cares, slot);
  }
  if (!err)
    return;
  slot->in_cares = false;
  answer_slot(slot, NULL, 0, 0,
              err == CRAWLER_E_NOMEM    ? "out of memory"
              : err == CRAWLER_E_SYSTEM ? cr_resolve_no_socket
                                        : "the resolver could not be set up");
}

static void ask(struct cr_resolver *r, struct slot *slot, struct cr_resolve_entry *entry)
{
  int64_t now_ms = cr_loop_now(r->loop);
  int64_t late_ms = r->timeout_ms < CR_RESOLVE_LATE_MS ? r->timeout_ms : CR_RESOLVE_LATE_MS;

  slot->entry = entry;
  slot->until_ms = now_ms + r->timeout_ms;
  slot->is_prompt = true;
  r->prompt_count++;
  entry->stage = CR_RESOLVE_ASKED;
  if (cr_loop_set_timer(r->loop, &slot->timer, now_ms + late_ms) != 0)
    answer_slot(slot, NULL, 0, 0, "out of memory");
  else if (!ask_hook(slot))
    ask_cares(slot);
}

static bool is_slot_free(struct cr_resolver *r)
{
  return !cr_list_empty(&r->free_slots) || (r->slot_count < r->max_slots && make_slots(r));
}

static void ask_next(struct cr_resolver *r)
{
  while (!cr_list_empty(&r->waiting) && r->prompt_count < r->max_prompt && is_slot_free(r)) {
    struct slot *slot = CR_CONTAINER(cr_list_pop(&r->free_slots), struct slot, link);
    ask(r, slot, entry_of(cr_list_pop(&r->waiting)));
  }
}

/* The deferred call. */
static void work(struct cr_deferred *deferred)
{
  struct cr_resolver *r = CR_CONTAINER(deferred, struct cr_resolver, work);
  struct cr_list ready;

  ask_next(r);
  while (r->slot_count == 0 && !cr_list_empty(&r->waiting)) /* none could be made */
    answer(r, entry_of(cr_list_pop(&r->waiting)), NULL, 0, 0, "out of memory");
  /* What becomes ready while these are told comes with the next round of deferred calls. */
  cr_list_init(&ready);
  cr_list_splice(&ready, &r->ready);
  while (!cr_list_empty(&ready))
    tell(r, entry_of(cr_list_pop(&ready)));
}

/* ---- the interface ---- */

int cr_resolver_open(struct cr_resolver **out, const struct cr_resolver_config *config)
{
  struct cr_resolver *r = cr_zalloc(config->mem, CR_MEM_FETCH, sizeof(*r));
  int err = CRAWLER_E_NOMEM;

  if (!r)
    return CRAWLER_E_NOMEM;
  r->mem = config->mem;
  r->loop = config->loop;
  r->timeout_ms = config->timeout_ms;
  r->ip_version = config->ip_version;
  r->hook = config->hook;
  r->user = config->user;
  r->max_slots = config->max_active > ACTIVE_MAX ? ACTIVE_MAX : config->max_active;
  if (r->max_slots == 0)
    r->max_slots = 1;
  r->max_prompt = config->max_prompt > 0 ? config->max_prompt : r->max_slots;
  cr_resolve_cache_init(&r->cache, r->mem, config->max_cached, cr_random_seed());
  cr_list_init(&r->waiting);
  cr_list_init(&r->ready);
  cr_list_init(&r->free_slots);
  cr_list_init(&r->work.link);
  r->work.call = work;
  r->servers = cr_strdup(r->mem, CR_MEM_FETCH, config->servers ? config->servers : "");
  if (!r->servers)
    goto done;
  err = cr_resolve_overrides_open(&r->overrides, r->mem, config->overrides);
  /* Servers that were named are checked at once; the system's files are left until needed. */
  if (!err && r->servers[0] != '\0')
    err = open_cares(r, 0);
  if (err)
    goto done;

  *out = r;
  r = NULL; /* the caller's now */
done:
  cr_resolver_close(r);
  return err;
}

/* Entries that aren't listed have no other place. */
static void drop_unlisted(struct cr_resolver *r)
{
  while (!cr_list_empty(&r->ready)) {
    struct cr_resolve_entry *entry = entry_of(cr_list_pop(&r->ready));
    if (!entry->listed)
      cr_resolve_cache_drop(&r->cache, entry);
  }
}

void cr_resolver_close(struct cr_resolver *r)
{
  if (!r)
    return;
  cr_list_remove(&r->work.link);
  cr_cares_close(r->cares);
  cr_cares_close(r->old_cares);
  free_slots(r);
  drop_unlisted(r);
  cr_resolve_cache_free(&r->cache);
  cr_resolve_overrides_close(r->overrides);
  cr_free(r->mem, r->servers);
  cr_free(r->mem, r);
}

/* An entry whose answer is no name's property: an override, which depends on the port, or that
 * there is no name. */
static struct cr_resolve_entry *answer_apart(struct cr_resolver *r, const struct wanted *wanted,
                                             const struct cr_address *addresses, size_t count)
{
  struct cr_resolve_entry *entry = cr_resolve_cache_add(&r->cache, wanted->name, false);

  if (entry)
    cr_resolve_cache_answer(&r->cache, entry, addresses, count, "not a host name");
  return entry;
}

/* The answer, where it follows from the name alone. False: it doesn't. */
static bool answer_by_itself(struct cr_resolver *r, struct cr_resolve_entry *entry,
                             const struct wanted *wanted)
{
  static const struct cr_address loopback[] = {
    { .bytes = { 127, 0, 0, 1 }, .family = 4 },
    { .bytes = { [15] = 1 }, .family = 6 },
  };

  if (wanted->is_address)
    answer(r, entry, &wanted->address, 1, TTL_MAX_MS, NULL);
  else if (cr_address_is_loopback_name(wanted->name))
    answer(r, entry, loopback, 2, TTL_MAX_MS, NULL);
  else if (is_under(wanted->name, CR_SPAN("onion")) || is_under(wanted->name, CR_SPAN("invalid")))
    answer(r, entry, NULL, 0, TTL_MAX_MS, "names under this domain are never in the DNS");
  else
    return false;
  return true;
}

static bool is_of_use(const struct cr_resolver *r, const struct cr_resolve_entry *entry)
{
  return entry->stage != CR_RESOLVE_ANSWERED || entry->telling ||
         !cr_list_empty(&entry->questions) || entry->expires_ms > cr_loop_now(r->loop);
}

/* The entry that has wanted's answer, or will have it. NULL: out of memory. */
static struct cr_resolve_entry *entry_for(struct cr_resolver *r, const struct wanted *wanted,
                                          int port)
{
  struct cr_address addresses[CR_RESOLVE_MAX_ADDRESSES];
  size_t count = 0;
  struct cr_resolve_entry *entry;

  if (wanted->is_name && !wanted->is_address)
    count = cr_resolve_overrides_find(r->overrides, wanted->name, port, addresses,
                                      CR_RESOLVE_MAX_ADDRESSES);
  if (!wanted->is_name || count > 0)
    return answer_apart(r, wanted, addresses, count);
  entry = cr_resolve_cache_find(&r->cache, wanted->name);
  if (entry && is_of_use(r, entry))
    return entry;
  if (!entry)
    entry = cr_resolve_cache_add(&r->cache, wanted->name, true);
  if (!entry)
    return NULL;
  cr_resolve_cache_make_busy(&r->cache, entry);
  entry->stage = CR_RESOLVE_WAITING;
  return entry;
}

int cr_resolve_start(struct cr_resolver *r, struct cr_resolve *question, struct cr_span host,
                     int port)
{
  struct wanted wanted;
  struct cr_resolve_entry *entry;

  read_host(&wanted, host);
  entry = entry_for(r, &wanted, port);
  if (!entry)
    return CRAWLER_E_NOMEM;

  bool is_new = entry->stage == CR_RESOLVE_WAITING && cr_list_empty(&entry->questions);
  cr_resolve_cache_make_busy(&r->cache, entry);
  cr_list_init(&question->link);
  cr_list_push(&entry->questions, &question->link);
  question->state = entry;
  if (entry->stage == CR_RESOLVE_ANSWERED) {
    settle(r, entry);
  } else if (is_new && !answer_by_itself(r, entry, &wanted)) {
    cr_list_push(&r->waiting, &entry->queue);
    cr_loop_defer(r->loop, &r->work);
  }
  return 0;
}

void cr_resolve_cancel(struct cr_resolver *r, struct cr_resolve *question)
{
  struct cr_resolve_entry *entry = question->state;

  if (!entry)
    return;
  cr_list_remove(&question->link);
  question->state = NULL;
  if (!cr_list_empty(&entry->questions))
    return;
  if (entry->stage == CR_RESOLVE_WAITING)
    cr_resolve_cache_drop(&r->cache, entry);
  else if (entry->stage == CR_RESOLVE_ANSWERED)
    settle(r, entry);
}

static struct slot *slot_by_token(struct cr_resolver *r, uint64_t token)
{
  size_t number = token & ((1u << TOKEN_SLOT_BITS) - 1);

  if (token == 0 || number >= r->slot_count || slot_at(r, number)->token != token)
    return NULL;
  return slot_at(r, number);
}

int cr_resolver_answer(struct cr_resolver *r, uint64_t token, const char *addresses, int64_t ttl_ms)
{
  struct slot *slot = slot_by_token(r, token);
  struct cr_span rest = cr_span_trim(cr_span_text(addresses));
  struct cr_address parsed[CR_RESOLVE_MAX_ADDRESSES];
  size_t count = 0;

  if (!slot)
    return CRAWLER_E_INVAL;
  while (rest.len > 0) {
    struct cr_address address;
    if (!cr_address_parse(cr_span_take_item(&rest), &address))
      return CRAWLER_E_INVAL;
    if (count < CR_RESOLVE_MAX_ADDRESSES)
      parsed[count++] = address;
  }
  if (count > 0)
    answer_slot(slot, parsed, count, ttl_ms, NULL);
  else
    answer_slot(slot, NULL, 0, CR_RESOLVE_ABSENT_MS, "no such host");
  return 0;
}

int cr_resolve_overrides_check(struct cr_mem *mem, const char *overrides)
{
  struct cr_resolve_overrides *parsed = NULL;
  int err = cr_resolve_overrides_open(&parsed, mem, overrides);

  cr_resolve_overrides_close(parsed);
  return err;
}

int cr_resolver_set_overrides(struct cr_resolver *r, const char *overrides)
{
  struct cr_resolve_overrides *fresh = NULL;
  int err = cr_resolve_overrides_open(&fresh, r->mem, overrides);

  if (err)
    return err;
  cr_resolve_overrides_close(r->overrides);
  r->overrides = fresh;
  return 0;
}

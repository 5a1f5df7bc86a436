/* SPDX-License-Identifier: MIT */
/* host.c - authorities, hosts and groups: each known by a number, its name stored once.
 *
 * Three maps from the hash of a name to records. What was made before a later step failed stays: a
 * host without an authority does no harm, and is found when the authority is asked for again.
 */
#include "frontier/host.h"

#include <string.h>

#include "base/hash.h"
#include "crawl/crawler.h"
#include "frontier/delayed.h"

enum { NAME_CHUNK_BYTES = 16 * 1024, MAP_BITS = 4 };

int cr_hosts_open(struct cr_hosts *hosts, struct cr_budget *budget, uint64_t seed)
{
  memset(hosts, 0, sizeof(*hosts));
  hosts->budget = budget;
  hosts->seed = seed;
  cr_arena_init(&hosts->names, budget->mem, CR_MEM_FRONTIER, NAME_CHUNK_BYTES, 0);
  cr_records_init(&hosts->authorities, budget, sizeof(struct cr_authority));
  cr_records_init(&hosts->hosts, budget, sizeof(struct cr_host));
  cr_records_init(&hosts->groups, budget, sizeof(struct cr_group));
  if (cr_idmap_open(&hosts->authority_map, budget, seed, MAP_BITS) < 0 ||
      cr_idmap_open(&hosts->host_map, budget, seed, MAP_BITS) < 0 ||
      cr_idmap_open(&hosts->group_map, budget, seed, MAP_BITS) < 0)
    return CRAWLER_E_NOMEM;
  return 0;
}

void cr_hosts_close(struct cr_hosts *hosts)
{
  cr_idmap_close(&hosts->authority_map);
  cr_idmap_close(&hosts->host_map);
  cr_idmap_close(&hosts->group_map);
  cr_records_free(&hosts->authorities);
  cr_records_free(&hosts->hosts);
  cr_records_free(&hosts->groups);
  cr_arena_free(&hosts->names);
}

/* The name as a piece of `within`, where it occurs there, or else a copy. at NULL: no room. */
static struct cr_span store(struct cr_hosts *hosts, struct cr_span name, struct cr_span within)
{
  for (size_t i = 0; name.len > 0 && i + name.len <= within.len; i++) {
    if (memcmp(within.at + i, name.at, name.len) == 0)
      return cr_span(within.at + i, name.len);
  }
  if (!cr_budget_has(hosts->budget, NAME_CHUNK_BYTES + name.len))
    return cr_span(NULL, 0);
  return cr_span(cr_arena_strndup(&hosts->names, name.at, name.len), name.len);
}

static uint32_t find_authority(const struct cr_hosts *hosts, struct cr_span origin, uint64_t hash)
{
  struct cr_idmap_search search = cr_idmap_find(&hosts->authority_map, hash);
  uint32_t id = cr_idmap_next(&search);

  while (id != CR_NOWHERE && !cr_span_eq(cr_authority_at(hosts, id)->origin, origin))
    id = cr_idmap_next(&search);
  return id;
}

static uint32_t find_host(const struct cr_hosts *hosts, struct cr_span name, uint64_t hash)
{
  struct cr_idmap_search search = cr_idmap_find(&hosts->host_map, hash);
  uint32_t id = cr_idmap_next(&search);

  while (id != CR_NOWHERE && !cr_span_eq(cr_host_at(hosts, id)->name, name))
    id = cr_idmap_next(&search);
  return id;
}

static bool is_group(const struct cr_group *group, enum cr_group_kind kind, struct cr_span name)
{
  return group->kind == kind && cr_span_eq(group->name, name);
}

static uint32_t find_group(const struct cr_hosts *hosts, enum cr_group_kind kind,
                           struct cr_span name, uint64_t hash)
{
  struct cr_idmap_search search = cr_idmap_find(&hosts->group_map, hash);
  uint32_t id = cr_idmap_next(&search);

  while (id != CR_NOWHERE && !is_group(cr_group_at(hosts, id), kind, name))
    id = cr_idmap_next(&search);
  return id;
}

/* The record that was just added comes into its map, or is taken back. */
static uint32_t enter(struct cr_idmap *map, struct cr_records *records, uint64_t hash)
{
  if (cr_idmap_add(map, hash, records->count - 1) == 0)
    return records->count - 1;
  cr_records_drop(records);
  return CR_NO_ID;
}

static uint32_t intern_group(struct cr_hosts *hosts, enum cr_group_kind kind, struct cr_span name,
                             struct cr_span within)
{
  uint64_t hash = cr_hash64(name.at, name.len, hosts->seed + kind);
  uint32_t id = find_group(hosts, kind, name, hash);
  if (id != CR_NO_ID)
    return id;
  struct cr_span stored = store(hosts, name, within);
  struct cr_group *group = stored.at ? cr_records_add(&hosts->groups) : NULL;
  if (!group)
    return CR_NO_ID;

  group->name = stored;
  group->kind = (uint8_t)kind;
  for (int lane = 0; lane < CR_LANES; lane++)
    cr_list_init(&group->waiting[lane]);
  return enter(&hosts->group_map, &hosts->groups, hash);
}

uint32_t cr_hosts_group(struct cr_hosts *hosts, enum cr_group_kind kind, struct cr_span name)
{
  return intern_group(hosts, kind, name, cr_span(NULL, 0));
}

/* within: where the names may already lie. */
static uint32_t intern_host(struct cr_hosts *hosts, const struct cr_authority_name *name,
                            struct cr_span within)
{
  uint64_t hash = cr_hash64(name->host.at, name->host.len, hosts->seed);
  uint32_t site = CR_NO_ID;
  uint32_t id = find_host(hosts, name->host, hash);
  if (id != CR_NO_ID)
    return id;
  if (name->site.len > 0) {
    site = intern_group(hosts, CR_GROUP_SITE, name->site, within);
    if (site == CR_NO_ID)
      return CR_NO_ID;
  }
  struct cr_span stored = store(hosts, name->host, within);
  struct cr_host *host = stored.at ? cr_records_add(&hosts->hosts) : NULL;
  if (!host)
    return CR_NO_ID;

  cr_list_init(&host->node.link);
  cr_alarm_init(&host->alarm);
  cr_queue_init(&host->queue);
  host->name = stored;
  host->delayed = CR_DELAYED_NONE;
  host->asks = CR_DELAYED_NONE;
  host->site = site;
  host->address = CR_NO_ID;
  host->waits_for = CR_NO_ID;
  host->let_go_by = CR_NO_ID;
  return enter(&hosts->host_map, &hosts->hosts, hash);
}

uint32_t cr_hosts_authority(struct cr_hosts *hosts, const struct cr_authority_name *name)
{
  uint64_t hash = cr_hash64(name->origin.at, name->origin.len, hosts->seed);
  uint32_t id = find_authority(hosts, name->origin, hash);
  if (id != CR_NO_ID)
    return id;
  struct cr_span origin = store(hosts, name->origin, cr_span(NULL, 0));
  uint32_t host = origin.at ? intern_host(hosts, name, origin) : CR_NO_ID;
  struct cr_authority *authority = host != CR_NO_ID ? cr_records_add(&hosts->authorities) : NULL;
  if (!authority)
    return CR_NO_ID;

  authority->origin = origin;
  authority->host = host;
  authority->waiting_head = CR_ENTRY_NONE;
  authority->waiting_tail = CR_ENTRY_NONE;
  authority->asking = CR_NO_ID;
  authority->ask_at = CR_DELAYED_NONE;
  authority->attempt = 1;
  authority->stale_ms = CR_NEVER;
  return enter(&hosts->authority_map, &hosts->authorities, hash);
}

uint32_t cr_hosts_find_authority(const struct cr_hosts *hosts, struct cr_span origin)
{
  return find_authority(hosts, origin, cr_hash64(origin.at, origin.len, hosts->seed));
}

uint32_t cr_hosts_find_host(const struct cr_hosts *hosts, struct cr_span name)
{
  return find_host(hosts, name, cr_hash64(name.at, name.len, hosts->seed));
}

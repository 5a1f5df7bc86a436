/* SPDX-License-Identifier: MIT */
/* sim_places.c - where the hosts of a large frontier are, by walking whatever holds them.
 *
 * A host's place is what the host says of itself, and each place must be borne out by what will
 * take the host out of it: a list that the pump picks from, an alarm in the wheel, a lease that
 * will end. Links are part of the hosts, so nobody is in two lists; that everybody is in one shows
 * when as many were found in the lists as say that they are.
 */
#include "sim/sim_places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frontier/place.h"
#include "sim/sim_map.h"

void cr_sim_places_open(struct cr_sim_places *places, struct cr_mem *mem)
{
  *places = (struct cr_sim_places){ .mem = mem };
}

void cr_sim_places_close(struct cr_sim_places *places)
{
  cr_free(places->mem, places->hosts);
  cr_free(places->mem, places->group_slots);
}

static void make_room(struct cr_sim_places *places, const struct cr_frontier_memory *f)
{
  size_t old = places->host_cap;
  size_t groups = f->hosts.groups.count;

  while (places->host_cap < f->hosts.hosts.count)
    places->hosts = cr_sim_grow(places->mem, places->hosts, places->host_cap, &places->host_cap,
                                sizeof(*places->hosts));
  while (places->group_cap < groups)
    places->group_slots = cr_sim_grow(places->mem, places->group_slots, places->group_cap,
                                      &places->group_cap, sizeof(*places->group_slots));
  for (size_t i = old; i < places->host_cap; i++)
    places->hosts[i].since_ms = -1;
  for (size_t i = 0; i < groups; i++)
    places->group_slots[i] = 0;
}

/* ---- what holds hosts ---- */

static const char *walk_leases(struct cr_sim_places *places, const struct cr_frontier_memory *f)
{
  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    places->hosts[i].slots = 0;
  for (uint32_t i = 0; i < f->leases.slots.count; i++) {
    const struct cr_leased *leased = cr_leased_at(&f->leases, i);
    if (!leased->held || leased->released)
      continue;
    const struct cr_host *host = cr_host_at(&f->hosts, leased->host);
    places->hosts[leased->host].slots++;
    if (host->site != CR_NO_ID)
      places->group_slots[host->site]++;
    if (host->address != CR_NO_ID)
      places->group_slots[host->address]++;
  }
  for (uint32_t i = 0; i < f->hosts.groups.count; i++)
    if (places->group_slots[i] != cr_group_at(&f->hosts, i)->in_flight)
      return "a group counts slots that no lease holds, or doesn't count one";
  return NULL;
}

static const char *walk_authorities(struct cr_sim_places *places,
                                    const struct cr_frontier_memory *f)
{
  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    places->hosts[i].is_asked = false;
  for (uint32_t i = 0; i < f->hosts.authorities.count; i++) {
    const struct cr_authority *authority = cr_authority_at(&f->hosts, i);
    if (authority->gate != CR_GATE_ASKED)
      continue;
    bool is_leased =
        authority->asking != CR_NO_ID && cr_leased_at(&f->leases, authority->asking)->held;
    if (!is_leased && authority->ask_at == CR_DELAYED_NONE)
      return "URLs wait for a robots.txt that nobody asks for";
    places->hosts[authority->host].is_asked = true;
  }
  return NULL;
}

/* How many hosts are in the list; -1: one of them says that it is elsewhere. */
static int64_t walk_list(const struct cr_list *list, enum cr_place place)
{
  int64_t count = 0;

  for (const struct cr_list *node = list->next; node != list; node = node->next, count++) {
    const char *at = (const char *)node - offsetof(struct cr_host, node.link);
    if (((const struct cr_host *)(const void *)at)->place != place)
      return -1;
  }
  return count;
}

static int64_t walk_ring(struct cr_sim_places *places, const struct cr_frontier_memory *f)
{
  int64_t count = 0;

  for (int lane = 0; lane < CR_LANES; lane++)
    places->ready_lanes[lane] = 0;
  for (int rank = 0; rank < CR_RING_RANKS; rank++)
    for (int lane = 0; lane < CR_LANES; lane++) {
      int64_t found = walk_list(&f->ring.lists[rank][lane], CR_PLACE_RING);
      if (found < 0)
        return -1;
      places->ready_lanes[lane] += found;
      count += found;
    }
  return count;
}

static int64_t walk_groups(const struct cr_frontier_memory *f)
{
  int64_t count = 0;

  for (uint32_t i = 0; i < f->hosts.groups.count; i++)
    for (int lane = 0; lane < CR_LANES; lane++) {
      int64_t found = walk_list(&cr_group_at(&f->hosts, i)->waiting[lane], CR_PLACE_GROUP);
      if (found < 0)
        return -1;
      count += found;
    }
  return count;
}

static int64_t walk_wheel(const struct cr_frontier_memory *f)
{
  int64_t count = 0;

  for (int level = 0; level < CR_WHEEL_LEVELS; level++)
    for (int digit = 0; digit < CR_WHEEL_SLOTS; digit++) {
      const struct cr_list *list = &f->wheel.slots[level][digit].alarms;
      bool is_used = (f->wheel.used[level] >> digit & 1) != 0;
      if (is_used == cr_list_empty(list))
        return -1; /* it would be passed over */
      for (const struct cr_list *node = list->next; node != list; node = node->next)
        count++;
    }
  return count;
}

/* ---- what hosts say ---- */

struct said { /* by all hosts */
  int64_t ring, group, alarms;
};

/* The place of a host with something queued, and what will take it out of it. */
static const char *count_place(struct cr_sim_places *places, const struct cr_frontier_memory *f,
                               uint32_t id)
{
  const struct cr_host *host = cr_host_at(&f->hosts, id);

  switch ((enum cr_place)host->place) {
  case CR_PLACE_RING:
    places->ready++;
    return NULL;
  case CR_PLACE_ASLEEP:
  case CR_PLACE_PARKED:
    places->wheel++;
    return cr_alarm_is_set(&host->alarm) ? NULL : "a host sleeps, and nothing will wake it";
  case CR_PLACE_GATED:
    places->robots++;
    return places->hosts[id].is_asked ? NULL : "a host waits for a robots.txt nobody asks for";
  case CR_PLACE_FULL:
    places->leased++;
    return places->hosts[id].slots > 0 ? NULL : "a host waits for a slot, and all are free";
  case CR_PLACE_GROUP: /* a lease of its site or its address has to end */
    places->leased++;
    return places->group_slots[host->waits_for] > 0 ? NULL : "a host waits for a group at rest";
  case CR_PLACE_BLOCKED:
  case CR_PLACE_EXHAUSTED:
    places->exhausted++;
    return NULL;
  case CR_PLACE_EMPTY:
  case CR_PLACES:
    break;
  }
  return "a host has URLs queued, and is in no place";
}

static void note_head(struct cr_sim_places *places, const struct cr_frontier_memory *f, uint32_t id)
{
  struct cr_sim_host *seen = &places->hosts[id];
  uint32_t head = cr_queue_head(&cr_host_at(&f->hosts, id)->queue);

  if (head == CR_ENTRY_NONE) {
    seen->since_ms = -1;
    return;
  }
  uint64_t fp = cr_entry_at(&f->slab, head)->fp;
  if (seen->since_ms < 0 || seen->head_fp != fp) {
    seen->head_fp = fp;
    seen->since_ms = f->now_ms;
  } else if (f->now_ms - seen->since_ms > places->waited_ms) {
    places->waited_ms = f->now_ms - seen->since_ms;
  }
}

/* So what is at the head has waited longest. */
static bool is_in_order(const struct cr_frontier_memory *f, const struct cr_queue *queue)
{
  const struct cr_band *bands = cr_queue_bands(queue);

  for (int i = 0; i < queue->band_count; i++) {
    const struct cr_entry *before = NULL;
    for (uint32_t name = bands[i].head; name != CR_ENTRY_NONE; name = before->next) {
      const struct cr_entry *entry = cr_entry_at(&f->slab, name);
      if (before && (int32_t)(entry->order - before->order) <= 0)
        return false;
      before = entry;
    }
  }
  return true;
}

static const char *walk_host(struct cr_sim_places *places, struct cr_frontier_memory *f,
                             uint32_t id, struct said *said)
{
  struct cr_host *host = cr_host_at(&f->hosts, id);
  const char *wrong = NULL;

  said->ring += host->place == CR_PLACE_RING;
  said->group += host->place == CR_PLACE_GROUP;
  said->alarms += cr_alarm_is_set(&host->alarm);
  note_head(places, f, id);
  if (host->in_flight > cr_place_host_cap(f, host))
    return "more at once for a host than may be";
  if (places->hosts[id].slots != host->in_flight)
    return "a host counts slots that no lease holds, or doesn't count one";
  if (f->config.max_pending > 0 && host->pending > f->config.max_pending + host->leased)
    return "more queued for a host than may be";
  if (!is_in_order(f, &host->queue))
    return "a queue is out of order";
  if (host->pending > 0 || host->asks != CR_DELAYED_NONE)
    wrong = count_place(places, f, id);
  return wrong ? wrong : cr_place_check(f, host);
}

static const char *walk_hosts(struct cr_sim_places *places, struct cr_frontier_memory *f)
{
  struct said said = { 0 };
  const char *wrong = NULL;

  places->ready = places->wheel = places->robots = places->leased = places->exhausted = 0;
  for (uint32_t i = 0; !wrong && i < f->hosts.hosts.count; i++)
    wrong = walk_host(places, f, i, &said);
  if (wrong)
    return wrong;
  if (walk_ring(places, f) != said.ring)
    return "a host is ready, and not in the ring";
  if (walk_groups(f) != said.group)
    return "a host waits for a group, and not in its list";
  return walk_wheel(f) == said.alarms ? NULL : "an alarm is set, and not in the wheel";
}

const char *cr_sim_places_walk(struct cr_sim_places *places, struct cr_frontier_memory *f)
{
  const char *wrong;

  make_room(places, f);
  places->walks++;
  wrong = walk_leases(places, f);
  wrong = wrong ? wrong : walk_authorities(places, f);
  return wrong ? wrong : walk_hosts(places, f);
}

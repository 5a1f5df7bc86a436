/* SPDX-License-Identifier: MIT */
/* sim_oracle.c - how a crawl of a synthetic web must end.
 *
 * Level by level: a link leads one level on, a redirect's target is of the same level.
 */
#include "sim/sim_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct level {
  struct cr_sim_ref *at;
  size_t len;
};

struct walk {
  struct cr_sim_oracle *oracle;
  const struct cr_sim_rules *rules;
  struct level now, next;
  uint16_t depth;
};

size_t cr_sim_oracle_index(const struct cr_sim_oracle *oracle, struct cr_sim_ref ref)
{
  return oracle->first[ref.host] + 2 * (size_t)ref.page + ref.slash;
}

struct cr_sim_ref cr_sim_oracle_ref(const struct cr_sim_oracle *oracle, size_t index)
{
  uint32_t low = 0;
  uint32_t high = oracle->web->hosts;

  while (high - low > 1) {
    uint32_t mid = low + (high - low) / 2;
    if (oracle->first[mid] <= index)
      low = mid;
    else
      high = mid;
  }
  size_t rest = index - oracle->first[low];
  return (struct cr_sim_ref){ low, (uint32_t)(rest / 2), rest % 2 != 0 };
}

/* Nothing is entered twice: outcome is set at once. */
static void enter(struct walk *walk, struct cr_sim_ref ref, bool is_link)
{
  struct cr_sim_fate *fate;
  struct level *level = is_link ? &walk->next : &walk->now;
  uint16_t depth = (uint16_t)(walk->depth + is_link);

  if (ref.host == UINT32_MAX || (!walk->rules->span_hosts && ref.host >= walk->rules->seeds))
    return;
  if (walk->rules->rewrite)
    ref = walk->rules->rewrite(walk->oracle->web, ref);
  if (walk->rules->max_depth >= 0 && depth > walk->rules->max_depth)
    return;
  fate = &walk->oracle->fates[cr_sim_oracle_index(walk->oracle, ref)];
  if (fate->outcome != 0 && fate->depth <= depth)
    return; /* a redirect may come to what a link has entered for the next level */
  fate->outcome = CRAWLER_REJECTED; /* until it is judged: not one of the ends */
  fate->depth = depth;
  level->at[level->len++] = ref;
}

static bool is_kept_out(const struct cr_sim_web *web, const struct cr_sim_rules *rules,
                        struct cr_sim_ref ref, uint8_t *outcome)
{
  enum cr_sim_robots robots = cr_sim_web_robots(web, ref.host);

  *outcome = CRAWLER_FAILED;
  if (cr_sim_web_is_dead(web, ref.host))
    return true;
  if (!rules->obey_robots)
    return cr_sim_web_is_refusing(web, ref.host);
  if (robots == CR_SIM_ROBOTS_UNREACHABLE)
    return true;
  *outcome = CRAWLER_DROPPED;
  if (robots == CR_SIM_ROBOTS_503)
    return true;
  if ((robots == CR_SIM_ROBOTS_RULES || robots == CR_SIM_ROBOTS_MOVED) &&
      cr_sim_web_is_disallowed(web, ref))
    return true;
  *outcome = CRAWLER_FAILED; /* when the host is given up */
  return cr_sim_web_is_refusing(web, ref.host);
}

bool cr_sim_oracle_has_links(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  enum cr_sim_nature nature = cr_sim_web_nature(web, ref);
  return nature == CR_SIM_PAGE || nature == CR_SIM_TO_OWN || nature == CR_SIM_FALTERS;
}

uint8_t cr_sim_oracle_judge(const struct cr_sim_web *web, const struct cr_sim_rules *rules,
                            struct cr_sim_ref ref, bool *has_links)
{
  uint8_t outcome;

  *has_links = false;
  if (is_kept_out(web, rules, ref, &outcome))
    return outcome;
  *has_links = cr_sim_oracle_has_links(web, ref);
  switch (cr_sim_web_nature(web, ref)) {
  case CR_SIM_FALTERS:
    *has_links = cr_sim_web_failures(web, ref) <= rules->max_retries;
    return *has_links ? CRAWLER_FETCHED : CRAWLER_FAILED;
  case CR_SIM_PAGE:
  case CR_SIM_TO_OWN:
  case CR_SIM_TEXT:
  case CR_SIM_MISSING:
  case CR_SIM_BROKEN:
    return CRAWLER_FETCHED;
  case CR_SIM_FAILS:
  case CR_SIM_LOOP:
  case CR_SIM_SELF:
    return CRAWLER_FAILED;
  default:
    return CRAWLER_REDIRECTED;
  }
}

static void visit(struct walk *walk, struct cr_sim_ref ref)
{
  const struct cr_sim_web *web = walk->oracle->web;
  struct cr_sim_fate *fate = &walk->oracle->fates[cr_sim_oracle_index(walk->oracle, ref)];
  struct cr_sim_web_link link;
  bool has_links;

  if (fate->outcome != CRAWLER_REJECTED || fate->depth != walk->depth)
    return; /* entered twice: by a link, then by a redirect of the level before */
  fate->outcome = cr_sim_oracle_judge(web, walk->rules, ref, &has_links);
  walk->oracle->by_outcome[fate->outcome]++;
  walk->oracle->reached++;
  if (fate->outcome == CRAWLER_REDIRECTED)
    enter(walk, cr_sim_web_target(web, ref), false);
  for (uint32_t n = 0; has_links && cr_sim_web_link(web, ref, n, &link); n++)
    if (!link.nofollow)
      enter(walk, link.to, true);
}

static void allocate(struct walk *walk)
{
  struct cr_sim_oracle *oracle = walk->oracle;
  uint32_t hosts = oracle->web->hosts;

  oracle->first = cr_zalloc_array(oracle->mem, CR_MEM_CORE, hosts, sizeof(*oracle->first));
  assert_non_null(oracle->first);
  for (uint32_t host = 0; host < hosts; host++) {
    oracle->first[host] = oracle->count;
    oracle->count += 2 * (size_t)cr_sim_web_size(oracle->web, host);
  }
  oracle->fates = cr_zalloc_array(oracle->mem, CR_MEM_CORE, oracle->count, sizeof(*oracle->fates));
  /* Each page is entered once by a link, and once more by a redirect that is shorter. */
  walk->now.at =
      cr_zalloc_array(oracle->mem, CR_MEM_CORE, 2 * oracle->count, sizeof(*walk->now.at));
  walk->next.at =
      cr_zalloc_array(oracle->mem, CR_MEM_CORE, 2 * oracle->count, sizeof(*walk->next.at));
  assert_true(oracle->fates && walk->now.at && walk->next.at);
}

void cr_sim_oracle_open(struct cr_sim_oracle *oracle, struct cr_mem *mem,
                        const struct cr_sim_web *web, const struct cr_sim_rules *rules)
{
  struct walk walk = { .oracle = oracle, .rules = rules };

  *oracle = (struct cr_sim_oracle){ .web = web, .mem = mem };
  allocate(&walk);
  for (uint32_t host = 0; host < rules->seeds; host++)
    enter(&walk, (struct cr_sim_ref){ .host = host }, false);
  while (walk.now.len > 0) {
    for (size_t i = 0; i < walk.now.len; i++) /* which grows by redirects */
      visit(&walk, walk.now.at[i]);
    struct level done = walk.now;
    walk.now = walk.next;
    walk.next = (struct level){ done.at, 0 };
    walk.depth++;
  }
  cr_free(mem, walk.now.at);
  cr_free(mem, walk.next.at);
}

void cr_sim_oracle_close(struct cr_sim_oracle *oracle)
{
  cr_free(oracle->mem, oracle->first);
  cr_free(oracle->mem, oracle->fates);
}

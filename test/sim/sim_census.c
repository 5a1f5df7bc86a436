/* SPDX-License-Identifier: MIT */
/* sim_census.c - the model of a large crawl: a byte for each page of a synthetic web.
 *
 * The oracle here is the one of sim_oracle.c without depths: which pages are in reach doesn't hang
 * on the order in which they are visited. So it needs two bits a page and no list: sweeps over all
 * pages visit those that are in reach and weren't yet, until one finds none.
 */
#include "sim/sim_census.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_map.h"

enum {
  OUTCOME = 7,      /* enum crawler_outcome; 0: none yet */
  OFFERED = 1 << 3, /* a page that was fetched links there, another redirects there, or a seed */
  MAY_ASK = 1 << 4, /* one request more would be no needless one */
  ATTEMPT = 1 << 5, /* three bits of number */
  ATTEMPTS = 7 * ATTEMPT
};

static void put_first(struct cr_sim_census *census)
{
  uint32_t hosts = census->web->hosts;

  census->first = cr_zalloc_array(census->mem, CR_MEM_CORE, hosts, sizeof(*census->first));
  assert_non_null(census->first);
  for (uint32_t host = 0; host < hosts; host++) {
    census->first[host] = census->count;
    census->count += 2 * (size_t)cr_sim_web_size(census->web, host);
  }
}

void cr_sim_census_open(struct cr_sim_census *census, struct cr_mem *mem,
                        const struct cr_sim_web *web)
{
  *census = (struct cr_sim_census){ .web = web, .mem = mem };
  put_first(census);
  census->at = cr_zalloc(mem, CR_MEM_CORE, census->count);
  census->retries = cr_zalloc_array(mem, CR_MEM_CORE, CR_SIM_RETRIES, sizeof(*census->retries));
  assert_true(census->at && census->retries);
}

void cr_sim_census_close(struct cr_sim_census *census)
{
  cr_free(census->mem, census->first);
  cr_free(census->mem, census->at);
  cr_free(census->mem, census->retries);
  cr_free(census->mem, census->judged);
}

static void report(struct cr_sim_census *census, const char *what, struct cr_span url)
{
  if (census->wrongs++ == 0)
    (void)snprintf(census->wrong, sizeof(census->wrong), "%s: %.*s", what, (int)url.len, url.at);
}

static void report_page(struct cr_sim_census *census, const char *what, struct cr_sim_ref ref)
{
  char url[CR_SIM_URL_BYTES];

  cr_sim_web_url(census->web, ref, url);
  report(census, what, cr_span_text(url));
}

static size_t index_of(const struct cr_sim_census *census, struct cr_sim_ref ref)
{
  return census->first[ref.host] + 2 * (size_t)ref.page + ref.slash;
}

/* NULL: no page of this web. */
static uint8_t *find(const struct cr_sim_census *census, struct cr_span url, struct cr_sim_ref *ref,
                     bool *odd)
{
  *ref = cr_sim_web_find(census->web, url, odd);
  return ref->host == UINT32_MAX ? NULL : &census->at[index_of(census, *ref)];
}

/* ---- events ---- */

/* False: it had been before. */
static bool offer(struct cr_sim_census *census, struct cr_sim_ref ref)
{
  uint8_t *at = &census->at[index_of(census, ref)];
  bool is_new = !(*at & OFFERED);

  census->offered += is_new;
  *at |= is_new ? OFFERED | MAY_ASK : 0;
  return is_new;
}

void cr_sim_census_offer(struct cr_sim_census *census, struct cr_sim_ref ref)
{
  (void)offer(census, ref); /* a seed given twice is one */
}

static struct cr_sim_retry *retry_of(const struct cr_sim_census *census, const uint8_t *at)
{
  size_t page = (size_t)(at - census->at);
  return &census->retries[page * 0x9e3779b97f4a7c15u >> 32 & (CR_SIM_RETRIES - 1)];
}

static void check_retry(struct cr_sim_census *census, const uint8_t *at, struct cr_span url,
                        int64_t now_ms)
{
  struct cr_sim_retry *retry = retry_of(census, at);

  if (retry->due_ms == 0 || retry->page != (size_t)(at - census->at))
    return;
  if (now_ms < retry->due_ms)
    report(census, "tried again too soon", url);
  retry->due_ms = 0;
  census->retries_seen++;
}

unsigned cr_sim_census_ask(struct cr_sim_census *census, struct cr_span url, int64_t now_ms)
{
  struct cr_sim_ref ref;
  bool odd;
  uint8_t *at = find(census, url, &ref, &odd);

  if (!at)
    return 1;
  if (!(*at & OFFERED))
    report(census, "asked for, and nothing leads there", url);
  else if ((*at & OUTCOME) != 0)
    report(census, "asked for after its end", url);
  else if (!(*at & MAY_ASK))
    report(census, "asked for again", url);
  check_retry(census, at, url, now_ms);
  *at &= (uint8_t)~MAY_ASK;
  if ((*at & ATTEMPTS) != ATTEMPTS)
    *at = (uint8_t)(*at + ATTEMPT);
  return *at / ATTEMPT;
}

void cr_sim_census_judged(struct cr_sim_census *census, uint32_t authority)
{
  census->judged = cr_sim_grow(census->mem, census->judged, authority, &census->judged_cap,
                               sizeof(*census->judged));
  census->judged[authority] = true;
}

void cr_sim_census_check_rules(struct cr_sim_census *census, uint32_t authority, struct cr_span url)
{
  struct cr_sim_ref ref;
  bool odd;
  enum cr_sim_robots robots;

  if (!find(census, url, &ref, &odd))
    return;
  if (authority >= census->judged_cap || !census->judged[authority])
    report(census, "asked for before robots.txt", url);
  robots = cr_sim_web_robots(census->web, ref.host);
  if ((robots == CR_SIM_ROBOTS_RULES || robots == CR_SIM_ROBOTS_MOVED) &&
      cr_sim_web_is_disallowed(census->web, ref))
    report(census, "asked for against robots.txt", url);
}

/* Does it redirect to itself in other letters? Then it is asked for by those. */
static bool leads_to_its_key(const struct cr_sim_web *web, struct cr_sim_ref ref, bool odd)
{
  switch (cr_sim_web_nature(web, ref)) {
  case CR_SIM_TO_OWN:
    return !odd;
  case CR_SIM_SELF:
    return odd;
  default:
    return cr_sim_web_nature(web, ref) == CR_SIM_LOOP;
  }
}

void cr_sim_census_asked(struct cr_sim_census *census, struct cr_span url, bool again,
                         int64_t due_ms)
{
  struct cr_sim_ref ref;
  bool odd;
  uint8_t *at = find(census, url, &ref, &odd);

  if (at && (again || leads_to_its_key(census->web, ref, odd)))
    *at |= MAY_ASK;
  if (at && again && due_ms > 0)
    *retry_of(census, at) = (struct cr_sim_retry){ (size_t)(at - census->at), due_ms };
}

/* In batches whose bytes are fetched ahead: most of what a census costs is waiting for them. */
static void follow_links(struct cr_sim_census *census, struct cr_sim_ref from)
{
  enum { BATCH = 16 };
  uint32_t count = cr_sim_web_link_count(census->web, from);

  for (uint32_t n = 0; n < count;) {
    struct cr_sim_ref to[BATCH];
    size_t len = 0;
    for (; n < count && len < BATCH; n++) {
      if (!cr_sim_web_link_to(census->web, from, n, &to[len]))
        continue;
      __builtin_prefetch(&census->first[to[len].host]);
      len++;
    }
    for (size_t i = 0; i < len; i++)
      __builtin_prefetch(&census->at[index_of(census, to[i])], 1);
    for (size_t i = 0; i < len; i++) {
      bool is_new = offer(census, to[i]);
      census->by_link += is_new;
      census->known += !is_new;
    }
  }
}

void cr_sim_census_end(struct cr_sim_census *census, struct cr_span url, crawler_outcome outcome)
{
  struct cr_sim_ref ref;
  bool odd;
  uint8_t *at = find(census, url, &ref, &odd);

  if (!at && outcome == CRAWLER_REJECTED) /* mailto: and the like */
    return;
  if (!at || outcome == CRAWLER_REJECTED) {
    report(census, at ? "rejected" : "none of this web's pages", url);
    return;
  }
  if (census->is_over)
    report(census, "ended after on_done", url);
  /* What robots.txt forbids is dropped as it is found: before the page it is found on ends. */
  if (!(*at & OFFERED) && outcome != CRAWLER_DROPPED)
    report(census, "ended, and nothing leads there", url);
  if ((*at & OUTCOME) != 0)
    report(census, "ended twice", url);
  *at = (uint8_t)((*at & ~OUTCOME) | outcome);
  census->by_outcome[outcome]++;
  if (outcome == CRAWLER_REDIRECTED)
    (void)offer(census, cr_sim_web_target(census->web, ref)); /* known or new */
  if (outcome == CRAWLER_FETCHED && cr_sim_oracle_has_links(census->web, ref))
    follow_links(census, ref);
}

void cr_sim_census_over(struct cr_sim_census *census)
{
  struct cr_sim_ref ref = { 0 };

  census->is_over = true;
  for (ref.host = 0; ref.host < census->web->hosts; ref.host++) {
    uint32_t slots = 2 * cr_sim_web_size(census->web, ref.host);
    const uint8_t *at = &census->at[census->first[ref.host]];
    for (uint32_t i = 0; i < slots; i++) {
      ref.page = i / 2;
      ref.slash = i % 2 != 0;
      if ((at[i] & OFFERED) && !(at[i] & OUTCOME))
        report_page(census, "a link leads there, and it never ended", ref);
      if (!(at[i] & OFFERED) && (at[i] & OUTCOME) == CRAWLER_DROPPED)
        report_page(census, "dropped, and nothing leads there", ref);
    }
  }
}

/* ---- the oracle ---- */

struct sweep {
  struct cr_sim_census *census;
  const struct cr_sim_rules *rules;
  uint8_t *reached; /* bits */
  uint8_t *visited;
};

static bool bit(const uint8_t *bits, size_t i)
{
  return (bits[i / 8] >> i % 8 & 1) != 0;
}

static void set_bit(uint8_t *bits, size_t i)
{
  bits[i / 8] |= (uint8_t)(1u << i % 8);
}

static void report_outcome(struct cr_sim_census *census, int told, int outcome,
                           struct cr_sim_ref ref)
{
  char what[64];

  (void)snprintf(what, sizeof(what), "not as the oracle says (%d, not %d)", told, outcome);
  report_page(census, what, ref);
}

static void visit(struct sweep *sweep, struct cr_sim_ref ref)
{
  struct cr_sim_census *census = sweep->census;
  uint32_t count = cr_sim_web_link_count(census->web, ref);
  bool has_links;
  uint8_t outcome = cr_sim_oracle_judge(census->web, sweep->rules, ref, &has_links);
  uint8_t told = census->at[index_of(census, ref)] & OUTCOME;
  struct cr_sim_ref to;

  if (told == 0 && outcome != 0)
    report_page(census, "in reach, and it never ended", ref);
  else if (told != outcome)
    report_outcome(census, told, outcome, ref);
  if (outcome == CRAWLER_REDIRECTED)
    set_bit(sweep->reached, index_of(census, cr_sim_web_target(census->web, ref)));
  for (uint32_t n = 0; has_links && n < count; n++)
    if (cr_sim_web_link_to(census->web, ref, n, &to))
      set_bit(sweep->reached, index_of(census, to));
}

/* How many were visited. */
static size_t visit_all(struct sweep *sweep)
{
  struct cr_sim_ref ref = { 0 };
  size_t i = 0;
  size_t visits = 0;

  for (ref.host = 0; ref.host < sweep->census->web->hosts; ref.host++) {
    uint32_t slots = 2 * cr_sim_web_size(sweep->census->web, ref.host);
    for (uint32_t slot = 0; slot < slots; slot++, i++) {
      if (!bit(sweep->reached, i) || bit(sweep->visited, i))
        continue;
      ref.page = slot / 2;
      ref.slash = slot % 2 != 0;
      set_bit(sweep->visited, i);
      visit(sweep, ref);
      visits++;
    }
  }
  return visits;
}

void cr_sim_census_compare(struct cr_sim_census *census, const struct cr_sim_rules *rules)
{
  size_t bytes = census->count / 8 + 1;
  struct sweep sweep = {
    .census = census,
    .rules = rules,
    .reached = cr_zalloc(census->mem, CR_MEM_CORE, bytes),
    .visited = cr_zalloc(census->mem, CR_MEM_CORE, bytes),
  };

  assert_true(sweep.reached && sweep.visited);
  for (uint32_t host = 0; host < rules->seeds; host++)
    set_bit(sweep.reached, census->first[host]);
  while (visit_all(&sweep) > 0)
    ;
  for (size_t i = 0; i < census->count; i++)
    if ((census->at[i] & OUTCOME) && !bit(sweep.reached, i))
      report(census, "ended, and out of the oracle's reach", CR_SPAN("a page"));
  cr_free(census->mem, sweep.reached);
  cr_free(census->mem, sweep.visited);
}

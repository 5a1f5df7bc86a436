/* SPDX-License-Identifier: MIT */
/* test_sim_large.c - what the verification of large crawls is worth: it sees each planted fault.
 *
 * A fault is planted in the middle of a small crawl, or behind its end, in the frontier, the
 * engine or what the model was told; then the checks must say what it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "frontier/place.h"
#include "sim/sim_large.h"

enum { HOSTS = 60, PAGES = 2000, SOME_TURNS = 300 };

static struct cr_list elsewhere; /* a list that nobody looks into */

struct fault {
  void (*plant)(struct cr_sim_large *large);
  const char *want; /* that the text has */
};

static void open(struct cr_sim_large *large, const char *concurrency)
{
  cr_list_init(&elsewhere);
  cr_sim_large_init(large, 3, HOSTS, PAGES);
  cr_sim_large_open(large);
  cr_sim_set(&large->sim, "concurrency", concurrency);
}

static void expect(const char *wrong, const char *want)
{
  if (!wrong || !strstr(wrong, want))
    fail_msg("\"%s\", and not \"%s\"", wrong ? wrong : "nothing is wrong", want);
}

static struct cr_frontier_memory *frontier(const struct cr_sim_large *large)
{
  return cr_frontier_memory(large->sim.s->frontier);
}

static struct cr_ledger *ledger(struct cr_sim_large *large)
{
  return &large->sim.s->ledger;
}

/* A page of host 0 that has ended, or that nothing has led to yet. */
static struct cr_span page(const struct cr_sim_large *large, bool ended, struct cr_sim_ref *ref,
                           char url[CR_SIM_URL_BYTES])
{
  uint32_t size = cr_sim_web_size(&large->web, 0);

  for (*ref = (struct cr_sim_ref){ 0 }; ref->page < size; ref->page++) {
    uint8_t at = large->census.at[large->census.first[0] + 2 * (size_t)ref->page];
    if (ended ? (at & 7) != 0 : at == 0)
      break;
  }
  assert_true(ref->page < size);
  cr_sim_web_url(&large->web, *ref, url);
  return cr_span_text(url);
}

/* ---- a host is where it shouldn't be ---- */

/* Goes on until there is one with something queued. */
static struct cr_host *host_in(struct cr_sim_large *large, enum cr_place place)
{
  struct cr_frontier_memory *f = frontier(large);

  do
    for (uint32_t i = 0; i < f->hosts.hosts.count; i++) {
      struct cr_host *host = cr_host_at(&f->hosts, i);
      if (host->place == place && host->queue.len > 1)
        return host;
    }
  while (!cr_sim_large_step(large, 1));
  fail_msg("no host has ever been in place %d", place);
  return NULL;
}

static void leave_the_ring(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_RING);
  cr_list_remove(&host->node.link);
  cr_list_push(&elsewhere, &host->node.link);
}

static void leave_the_group(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_GROUP);
  cr_list_remove(&host->node.link);
  cr_list_push(&elsewhere, &host->node.link);
}

static void be_in_no_list(struct cr_sim_large *large)
{
  cr_list_remove(&host_in(large, CR_PLACE_RING)->node.link);
}

static void say_another_place(struct cr_sim_large *large)
{
  host_in(large, CR_PLACE_RING)->place = CR_PLACE_ASLEEP;
}

static void be_nowhere(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_RING);
  cr_list_remove(&host->node.link);
  host->place = CR_PLACE_EMPTY;
}

static void lose_the_alarm(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_ASLEEP);
  cr_wheel_cancel(&frontier(large)->wheel, &host->alarm);
}

static void set_the_alarm_elsewhere(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_ASLEEP);
  cr_wheel_cancel(&frontier(large)->wheel, &host->alarm);
  cr_list_push(&elsewhere, &host->alarm.link);
}

static void set_the_alarm_late(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_ASLEEP);
  int64_t due_ms = host->alarm.due_ms;
  cr_wheel_cancel(&frontier(large)->wheel, &host->alarm);
  cr_wheel_set(&frontier(large)->wheel, &host->alarm, due_ms + 1);
}

static void forget_to_ask(struct cr_sim_large *large)
{
  struct cr_frontier_memory *f = frontier(large);
  struct cr_host *host = host_in(large, CR_PLACE_GATED);

  for (uint32_t i = 0; i < f->hosts.authorities.count; i++) {
    struct cr_authority *authority = cr_authority_at(&f->hosts, i);
    if (cr_host_at(&f->hosts, authority->host) == host) {
      authority->asking = CR_NO_ID;
      authority->ask_at = CR_DELAYED_NONE;
    }
  }
}

static struct cr_leased *lease_of(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  for (uint32_t i = 0; i < f->leases.slots.count; i++) {
    struct cr_leased *leased = cr_leased_at(&f->leases, i);
    if (leased->held && !leased->released && cr_host_at(&f->hosts, leased->host) == host)
      return leased;
  }
  fail_msg("a host is full, and has no lease");
  return NULL;
}

static void keep_a_slot(struct cr_sim_large *large)
{
  struct cr_frontier_memory *f = frontier(large);
  struct cr_host *host = host_in(large, CR_PLACE_FULL);
  cr_group_at(&f->hosts, host->site)->in_flight--;
  if (host->address != CR_NO_ID)
    cr_group_at(&f->hosts, host->address)->in_flight--;
  lease_of(f, host)->released = true;
  large->sim.s->slots.fast--;
}

static void keep_a_slot_of_the_site(struct cr_sim_large *large)
{
  struct cr_frontier_memory *f = frontier(large);
  struct cr_host *host = host_in(large, CR_PLACE_FULL);
  host->in_flight--;
  lease_of(f, host)->released = true;
  large->sim.s->slots.fast--;
}

static void miss_a_free_slot(struct cr_sim_large *large)
{
  struct cr_frontier_memory *f = frontier(large);
  struct cr_host *host = host_in(large, CR_PLACE_FULL);
  lease_of(f, host)->released = true;
  cr_place_free(f, host);
  large->sim.s->slots.fast--;
}

static void ask_more_than_may_be(struct cr_sim_large *large)
{
  host_in(large, CR_PLACE_FULL)->in_flight = 2;
}

static void take_more_than_there_are(struct cr_sim_large *large)
{
  (void)host_in(large, CR_PLACE_FULL); /* somebody has a slot */
  large->sim.s->slots.fast_cap = 0;
}

static void queue_more_than_may_be(struct cr_sim_large *large)
{
  frontier(large)->config.max_pending = 1;
}

static void fetch_more_than_may_be(struct cr_sim_large *large)
{
  large->sim.s->slots.max_pages = 1;
}

static void hold_more_memory(struct cr_sim_large *large)
{
  large->sim.s->mem->used[CR_MEM_FRONTIER] += 1 << 30;
}

static void hold_more_for_what_is_known(struct cr_sim_large *large)
{
  frontier(large)->seen.bytes += 1 << 30;
}

/* The pump isn't asked for a turn, though there is something for it to do. */
static void sleep_on_a_slot(struct cr_sim_large *large)
{
  (void)host_in(large, CR_PLACE_RING); /* which a free slot would serve */
  large->sim.s->slots.fast_cap += 1000;
}

static void oversleep(struct cr_sim_large *large)
{
  cr_sim_set(&large->sim, "concurrency", "1000"); /* so that nobody is left in the ring */
  assert_false(cr_sim_large_step(large, 10));
  large->sim.loop->clock_ms = host_in(large, CR_PLACE_ASLEEP)->alarm.due_ms;
}

static void overtake(struct cr_sim_large *large)
{
  struct cr_host *host = host_in(large, CR_PLACE_ASLEEP);
  cr_entry_at(&frontier(large)->slab, cr_queue_head(&host->queue))->order += 1000;
}

/* ---- a URL waits, or is taken for a known one ---- */

static void starve(struct cr_sim_large *large)
{
  struct cr_frontier_memory *f = frontier(large);
  int64_t until_ms = large->sim.loop->clock_ms + 150000;
  struct cr_host_update update = { .fields = CR_HOST_BLOCKED, .blocked_until_ms = CR_NEVER };

  while (cr_host_at(&f->hosts, update.host) != host_in(large, CR_PLACE_ASLEEP))
    update.host++;
  assert_int_equal(f->base.ops->host_update(&f->base, &update, f->now_ms), 0);
  assert_null(cr_sim_large_moment(large));
  large->max_wait_ms = 100000; /* before the rest of so small a crawl is over */
  while (large->sim.loop->clock_ms < until_ms)
    assert_false(cr_sim_large_step(large, 1));
}

/* All pages that nothing has led to yet. */
static void know_what_is_new(struct cr_sim_large *large)
{
  struct cr_shard *s = large->sim.s;
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];
  struct cr_span key = page(large, false, &ref, url);
  uint64_t fp = cr_hash64(key.at, key.len, s->hash_seed + CRAWLER_GET);

  assert_int_equal(cr_seen_put(&frontier(large)->seen, fp, CR_SEEN_DONE << 6 | 1), 0);
  while (!cr_sim_large_step(large, 1000))
    ;
}

/* ... which is seen without any counter, too: by the page itself. */
static void know_it_and_count_it(struct cr_sim_large *large)
{
  know_what_is_new(large);
  cr_sim_census_over(&large->census);
}

/* ---- what the ledger says, and what was told ---- */

static void tell_one_more(struct cr_sim_large *large)
{
  large->sim.by_outcome[CRAWLER_KIND_PAGE][CRAWLER_FETCHED]++;
}

static void tell_the_model_less(struct cr_sim_large *large)
{
  large->census.by_outcome[CRAWLER_FETCHED]--;
}

static void count_one_queued(struct cr_sim_large *large)
{
  ledger(large)->kinds[CRAWLER_KIND_PAGE].queued++;
}

static void count_one_admitted(struct cr_sim_large *large)
{
  ledger(large)->kinds[CRAWLER_KIND_PAGE].queued++;
  ledger(large)->kinds[CRAWLER_KIND_PAGE].admitted++;
}

static void count_one_elsewhere(struct cr_sim_large *large)
{
  ledger(large)->kinds[CRAWLER_KIND_PAGE].queued++;
  ledger(large)->kinds[CRAWLER_KIND_PAGE].in_flight--;
}

static void count_a_link_as_known(struct cr_sim_large *large)
{
  ledger(large)->links.known++;
  ledger(large)->links.links++;
}

static void count_a_link_as_new(struct cr_sim_large *large)
{
  ledger(large)->links.admitted++;
  ledger(large)->links.links++;
}

static void count_in_the_frontier(struct cr_sim_large *large)
{
  frontier(large)->queued[CRAWLER_KIND_PAGE]++;
}

static void use_one_slot_more(struct cr_sim_large *large)
{
  large->sim.s->slots.fast++;
}

static void end_twice(struct cr_sim_large *large)
{
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];
  cr_sim_census_end(&large->census, page(large, true, &ref, url), CRAWLER_FAILED);
}

static void end_what_was_never_linked(struct cr_sim_large *large)
{
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];
  cr_sim_census_end(&large->census, page(large, false, &ref, url), CRAWLER_FAILED);
}

static void ask_after_the_end(struct cr_sim_large *large)
{
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];
  (void)cr_sim_census_ask(&large->census, page(large, true, &ref, url), 0); /* told as the fault */
}

static void ask_twice(struct cr_sim_large *large)
{
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];
  struct cr_span text = page(large, false, &ref, url);
  cr_sim_census_offer(&large->census, ref);
  for (unsigned attempt = 1; attempt <= 2; attempt++)
    assert_int_equal(cr_sim_census_ask(&large->census, text, 0), attempt);
}

static void ask_too_soon(struct cr_sim_large *large)
{
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];
  struct cr_span text = page(large, false, &ref, url);
  cr_sim_census_offer(&large->census, ref);
  assert_int_equal(cr_sim_census_ask(&large->census, text, 5000), 1);
  cr_sim_census_asked(&large->census, text, true, 7000);
  assert_int_equal(cr_sim_census_ask(&large->census, text, 6999), 2);
}

static void be_impolite(struct cr_sim_large *large)
{
  struct cr_sim_police *police = &large->sim.net.police;
  struct cr_sim_limits limits = { .host_cap = 1 };
  struct cr_sim_ticket ticket = { .unfollowed = true };
  struct cr_span url = CR_SPAN("http://h1.s0.example/");

  for (int i = 0; i < 2; i++)
    (void)cr_sim_police_begin(police, &ticket, &limits, url, INT64_C(1) << 40); /* as above */
  assert_int_equal(police->violations, 1);
}

/* ... of its own accord: the crawler forgets what it was asked. */
static void forget_crawl_delays(struct cr_sim_large *large)
{
  struct cr_shard *s = large->sim.s;

  while (large->sim.net.police.violations == 0) {
    for (uint32_t i = 0; i < s->tally_count; i++)
      s->tallies[i].robots_delay_ms[0] = s->tallies[i].robots_delay_ms[1] = 0;
    assert_false(cr_sim_large_step(large, 1));
  }
}

static void forget_parks(struct cr_sim_large *large)
{
  struct cr_frontier_memory *f = frontier(large);
  struct cr_host_update update = { .fields = CR_HOST_BLOCKED };

  while (large->sim.net.police.violations == 0) {
    for (update.host = 0; update.host < f->hosts.hosts.count; update.host++)
      if (cr_host_at(&f->hosts, update.host)->place == CR_PLACE_PARKED)
        assert_int_equal(f->base.ops->host_update(&f->base, &update, f->now_ms), 0);
    assert_false(cr_sim_large_step(large, 1));
  }
}

/* Of host 0, which has rules. */
static void ask_against_robots(struct cr_sim_large *large)
{
  struct cr_sim_ref ref = { .page = 1 };
  char url[CR_SIM_URL_BYTES];

  while (!cr_sim_web_is_disallowed(&large->web, ref))
    ref.page++;
  cr_sim_web_url(&large->web, ref, url);
  cr_sim_census_check_rules(&large->census, 0, cr_span_text(url));
}

static void ask_before_robots(struct cr_sim_large *large)
{
  struct cr_sim_ref ref;
  char url[CR_SIM_URL_BYTES];

  cr_sim_census_check_rules(&large->census, UINT32_MAX, page(large, true, &ref, url));
}

static void each_fault_in_the_middle_is_seen(void **state)
{
  static const struct fault faults[] = {
    { leave_the_ring, "a host is ready, and not in the ring" },
    { leave_the_group, "a host waits for a group, and not in its list" },
    { be_in_no_list, "a host is in no list" },
    { say_another_place, "a host sleeps, and nothing will wake it" },
    { be_nowhere, "a host has URLs queued, and is in no place" },
    { lose_the_alarm, "a host sleeps, and nothing will wake it" },
    { set_the_alarm_elsewhere, "an alarm is set, and not in the wheel" },
    { set_the_alarm_late, "a host's alarm is set for the wrong time" },
    { forget_to_ask, "URLs wait for a robots.txt that nobody asks for" },
    { keep_a_slot, "a host counts slots that no lease holds" },
    { keep_a_slot_of_the_site, "a group counts slots that no lease holds" },
    { miss_a_free_slot, "a host waits for a slot, and all are free" },
    { overtake, "a queue is out of order" },
    { ask_more_than_may_be, "more at once for a host" },
    { take_more_than_there_are, "more slots are in use than there are" },
    { queue_more_than_may_be, "more queued for a host than may be" },
    { fetch_more_than_may_be, "more pages than may be" },
    { hold_more_memory, "the frontier takes more memory" },
    { hold_more_for_what_is_known, "the seen-set takes more memory" },
    { sleep_on_a_slot, "a host waits, and has a slot" },
    { oversleep, "a host has slept too long" },
    { starve, "a URL waited too long" },
    { know_what_is_new, "another number of URLs was admitted" },
    { know_it_and_count_it, "a link leads there, and it never ended" },
    { tell_one_more, "on_outcome was told another number" },
    { tell_the_model_less, "the ledger counts other outcomes" },
    { count_one_queued, "a ledger doesn't add up" },
    { count_one_admitted, "another number of URLs was admitted" },
    { count_one_elsewhere, "the ledger counts other URLs" },
    { count_a_link_as_known, "another number of links is known" },
    { count_a_link_as_new, "links are admitted that aren't new" },
    { count_in_the_frontier, "the frontier counts other URLs" },
    { use_one_slot_more, "slots in use aren't those of hosts" },
    { end_twice, "ended twice" },
    { end_what_was_never_linked, "ended, and nothing leads there" },
    { ask_after_the_end, "asked for after its end" },
    { ask_twice, "asked for again" },
    { ask_too_soon, "tried again too soon" },
    { forget_crawl_delays, "too soon for the host" },
    { forget_parks, "too soon for the host" },
    { ask_against_robots, "asked for against robots.txt" },
    { ask_before_robots, "asked for before robots.txt" },
    { be_impolite, "1099511627776 ms: too many at once for the host" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
    struct cr_sim_large large;
    open(&large, "8");
    assert_false(cr_sim_large_step(&large, SOME_TURNS));
    assert_null(cr_sim_large_moment(&large));
    faults[i].plant(&large);
    expect(cr_sim_large_moment(&large), faults[i].want);
    large.sim.net.police.violations = 0; /* which closing would report */
    cr_sim_large_close(&large);
  }
}

/* ---- behind the end ---- */

/* A URL that the model knows of, and all counters. */
static void leave_a_url(struct cr_sim_large *large)
{
  struct cr_frontier *f = large->sim.s->frontier;
  struct cr_frontier_item item = { .fp = 4711, .target = CR_SPAN("/left") };
  uint8_t verdict;

  assert_int_equal(f->ops->add(f, &item, 1, &verdict, NULL, NULL), 0);
  assert_int_equal(verdict, CR_ADD_NEW);
  cr_ledger_admit(ledger(large), CRAWLER_KIND_PAGE);
  large->census.offered++;
}

static void leave_a_lease(struct cr_sim_large *large)
{
  struct cr_frontier *f = large->sim.s->frontier;
  struct cr_take want = { large->sim.loop->clock_ms + 3600000, 1, 1, 1, 1, 1 };
  struct cr_task task;
  int64_t next_ms;
  size_t n;

  leave_a_url(large);
  assert_int_equal(f->ops->take(f, &want, &task, &n, &next_ms, NULL, NULL), 0);
  assert_int_equal(n, 1);
  cr_ledger_lease(ledger(large), task.kind);
  large->sim.s->slots.fast++;
}

static void leave_a_slot(struct cr_sim_large *large)
{
  large->sim.s->slots.untried++;
}

static void leave_a_reservation(struct cr_sim_large *large)
{
  large->sim.s->slots.pages_held++;
}

static void leave_a_transfer(struct cr_sim_large *large)
{
  large->sim.net.live++;
}

static void say_that_it_waits(struct cr_sim_large *large)
{
  large->sim.s->ending = CR_END_WAITING;
}

static void be_done_twice(struct cr_sim_large *large)
{
  large->ends++;
}

static void end_after_the_end(struct cr_sim_large *large)
{
  end_twice(large);
}

static void have_one_unended(struct cr_sim_large *large)
{
  large->census.at[large->census.first[0]] &= (uint8_t)~7u;
}

static void have_one_unreached(struct cr_sim_large *large)
{
  large->census.at[large->census.first[0]] = 0;
}

static void have_one_otherwise(struct cr_sim_large *large)
{
  large->census.at[large->census.first[0]] ^= CRAWLER_FETCHED ^ CRAWLER_FAILED;
}

static void have_one_dropped(struct cr_sim_large *large)
{
  large->census.at[large->census.first[0] + 1] |= CRAWLER_DROPPED;
}

static void have_one_too_many(struct cr_sim_large *large)
{
  large->census.at[large->census.first[0] + 1] |= CRAWLER_FETCHED; /* "/" with a slash behind */
}

static void obey_other_rules(struct cr_sim_large *large)
{
  large->rules.max_retries = 0;
}

static void each_fault_behind_the_end_is_seen(void **state)
{
  static const struct fault faults[] = {
    { leave_a_url, "complete, and a host has URLs queued" },
    { leave_a_lease, "a lease is left" },
    { leave_a_slot, "a slot is left" },
    { leave_a_reservation, "a reservation is left" },
    { leave_a_transfer, "a visit or a transfer is left" },
    { say_that_it_waits, "not complete, and no host has URLs queued" },
    { be_done_twice, "on_done was not called once" },
    { end_after_the_end, "ended after on_done" },
    { have_one_unended, "a link leads there, and it never ended" },
    { have_one_dropped, "dropped, and nothing leads there" },
    { have_one_unreached, "in reach, and it never ended" },
    { have_one_otherwise, "not as the oracle says" },
    { have_one_too_many, "ended, and out of the oracle's reach" },
    { obey_other_rules, "not as the oracle says" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
    struct cr_sim_large large;
    open(&large, "1000");
    while (!cr_sim_large_step(&large, 1000))
      ;
    faults[i].plant(&large);
    expect(cr_sim_large_end(&large), faults[i].want);
    large.sim.net.live = 0;
    cr_sim_large_close(&large);
  }
}

/* The check that takes too long for a large crawl finds nothing either. */
static void ask_the_frontier(const struct cr_sim_large *large)
{
  assert_null(cr_frontier_memory_check(large->sim.s->frontier));
}

static void without_a_fault_nothing_is_wrong(void **state)
{
  static const char *const concurrencies[] = { "1", "8", "1000" };
  (void)state;

  for (size_t i = 0; i < sizeof(concurrencies) / sizeof(concurrencies[0]); i++) {
    struct cr_sim_large large;
    open(&large, concurrencies[i]);
    large.max_wait_ms = INT64_MAX; /* it is for a thousand slots */
    large.on_moment = ask_the_frontier;
    const char *wrong = cr_sim_large_run(&large, 50);
    if (wrong)
      fail_msg("%s", wrong);
    assert_true(large.places.walks > 10);
    cr_sim_large_close(&large);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_fault_nothing_is_wrong),
    cmocka_unit_test(each_fault_in_the_middle_is_seen),
    cmocka_unit_test(each_fault_behind_the_end_is_seen),
  };

  return cmocka_run_group_tests_name("sim large", tests, NULL, NULL);
}

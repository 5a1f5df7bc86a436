/* SPDX-License-Identifier: MIT */
/* test_out_of_memory.c - whole crawls with every allocation refused in turn.
 *
 * Each time: an error or a finished crawl, sums that hold, nothing leaked, nothing asked for that
 * should not be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/sim_crawl.h"
#include "support/oom.h"
#include "support/requests.h"

static const struct cr_sim_page pages[] = {
  { "/robots.txt", .to = "http://d.example/rules" },
  { "http://d.example/rules", .body = "User-agent: *\nDisallow: /no\n", .type = "text/plain" },
  { "/", .hrefs = "/a /b#x /no /moved /own !/nofollow mailto:me /fails http://[bad" },
  { "/a", .hrefs = "/ /a/1 /a/2 /a/3 http://b.example/ http://c.example/" },
  { "/a/1", .hrefs = "/deep" },
  { "/deep", .hrefs = "/deeper" },
  { "/b", .base = "/dir/", .hrefs = "x y" },
  { "/moved", .to = "/a/2" },
  { "/own", .to = "/own?" },
  { "/fails", .failure = CRAWLER_FAILED_TRUNCATED, .times = 1 },
  { .url = "/fails" },
  { "http://b.example/", .hrefs = "/1 /2", .ms = 3000 },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

struct plan {
  int workers;
  int drive; /* 0 run, 1 step, 2 next */
  bool hooks;
  bool many_times; /* goes on after an error, as a patient caller would */
};

static int retain_one(crawler *c, crawler_page *page, void *user)
{
  crawler_page **kept = user;
  const char *links;

  (void)c;
  (void)crawler_page_links(page, &links, NULL, NULL, NULL);
  (void)crawler_page_text(page, NULL);
  (void)crawler_request_set_meta(crawler_page_request(page), "k", "v");
  (void)crawler_add_from(c, crawler_page_request(page), "added");
  if (!*kept)
    *kept = crawler_page_retain(page);
  return 0;
}

/* A crawl that goes on and on is no answer either. */
static void count_turn(struct cr_sim *sim)
{
  if (sim->loop->turns > 5000 && sim->s->ending == CR_END_NOT)
    fail_msg("no end after %lld turns", (long long)sim->loop->turns);
}

static int rewrite(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  if (strcmp(crawler_request_url(req), CR_SIM_ORIGIN "/a/3") == 0)
    (void)crawler_request_set_url(req, "/rewritten");
  return CRAWLER_ACCEPT;
}

static int drive(struct cr_sim *sim, const struct plan *plan)
{
  crawler_page *page = NULL;
  int err = CRAWLER_OK;

  if (plan->drive == 0)
    return crawler_run(sim->c);
  while (plan->drive == 1 && err == CRAWLER_OK)
    err = crawler_step(sim->c, -1);
  while (plan->drive == 2 && err == CRAWLER_OK) {
    err = crawler_next(sim->c, &page, -1);
    crawler_page_release(page);
  }
  return err == CRAWLER_DONE ? CRAWLER_OK : err;
}

static void add_seeds(struct cr_sim *sim)
{
  crawler_request *req = cr_request_of(sim->c, CR_SIM_ORIGIN "/");

  if (req) {
    (void)crawler_request_set_header(req, "X-Test", "1");
    crawler_request_set_data(req, malloc(4), free);
    (void)crawler_submit(sim->c, req);
  }
  (void)crawler_add(sim->c, "http://b.example/");
}

static void crawl(struct cr_sim *sim, const struct plan *plan, bool *ok)
{
  int err;

  (void)crawler_set_option(sim->c, "max_depth", "3");
  add_seeds(sim);
  err = drive(sim, plan);
  for (int i = 0; plan->many_times && err < 0 && i < 3; i++)
    err = drive(sim, plan);
  *ok = err == 0;
  if (err < 0)
    assert_true(strlen(crawler_errmsg(sim->c)) > 0);
  cr_sim_check(sim);
  if (sim->s->running)
    fail_msg("the crawl runs on after %s", crawler_error_name(err));
}

static void scenario(struct cr_mem *mem, void *arg)
{
  const struct plan *plan = arg;
  struct cr_sim sim;
  crawler_page *kept = NULL;
  bool ok = false;

  cr_sim_open(&sim, &(struct cr_sim_config){
                        .world = &site.world,
                        .mem = mem,
                        .workers = plan->workers,
                    });
  sim.net.police.lenient = true; /* what is not seen for want of memory is asked for again */
  sim.on_turn = count_turn;
  if (sim.c) {
    if (plan->hooks)
      crawler_on_page(sim.c, retain_one, &kept);
    if (plan->hooks)
      crawler_on_filter(sim.c, rewrite, NULL);
    crawl(&sim, plan, &ok);
    if (!cr_test_oom_refused(mem)) {
      assert_true(ok);
      assert_int_equal(cr_sim_outcome(&sim, "/a/1"), CRAWLER_FETCHED);
      assert_int_equal(cr_sim_outcome(&sim, "/fails"), CRAWLER_FETCHED);
      assert_int_equal(cr_sim_outcome(&sim, "/no"), CRAWLER_DROPPED);
      assert_int_equal(cr_sim_outcome(&sim, "/own?"), CRAWLER_FETCHED);
    }
    assert_int_equal(cr_sim_asked(&sim, "/no"), 0);
  }
  cr_sim_close(&sim);
  crawler_page_release(kept);
}

static void a_run_survives(void **state)
{
  struct plan plan = { .drive = 0 };
  (void)state;
  cr_test_oom(scenario, &plan);
}

static void a_run_with_hooks_survives(void **state)
{
  struct plan plan = { .drive = 0, .hooks = true };
  (void)state;
  cr_test_oom(scenario, &plan);
}

static void steps_survive(void **state)
{
  struct plan plan = { .drive = 1, .many_times = true };
  (void)state;
  cr_test_oom(scenario, &plan);
}

static void pulling_survives(void **state)
{
  struct plan plan = { .drive = 2, .many_times = true };
  (void)state;
  cr_test_oom(scenario, &plan);
}

static void a_run_with_a_worker_survives(void **state)
{
  struct plan plan = { .drive = 0, .workers = 1 };
  (void)state;
  cr_test_oom(scenario, &plan);
}

/* ---- short of memory, now and then ---- */

struct shortage {
  struct cr_random random;
  uint64_t one_in; /* 0: plenty */
};

static bool is_short(struct shortage *shortage)
{
  return shortage->one_in > 0 && cr_random_below(&shortage->random, shortage->one_in) == 0;
}

static void *short_malloc(size_t bytes, void *user)
{
  return is_short(user) ? NULL : malloc(bytes);
}

static void *short_realloc(void *block, size_t bytes, void *user)
{
  return is_short(user) ? NULL : realloc(block, bytes);
}

static void short_free(void *block, void *user)
{
  (void)user;
  free(block);
}

/* Until memory is back: whatever ends a run, the next one goes on. */
static void crawl_short(struct cr_sim *sim, struct shortage *shortage)
{
  for (int runs = 0; runs < 20; runs++) {
    int err = CRAWLER_OK;
    for (int turns = 0; turns < 300 && err == CRAWLER_OK; turns++) {
      err = crawler_step(sim->c, 60000);
      cr_sim_check(sim);
    }
    if (err == CRAWLER_DONE)
      break;
  }
  shortage->one_in = 0;
  cr_sim_set(sim, "max_idle_wait", "-1"); /* a host may have asked for hours */
  cr_sim_run(sim);
  assert_string_equal(crawler_ended(sim->c), "complete");
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_QUEUED), 0);
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_IN_FLIGHT), 0);
}

static void a_crawl_that_is_short_of_memory_now_and_then_goes_on(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    struct shortage shortage = { { seed }, 0 };
    struct cr_sim_web web;
    struct cr_sim sim;
    struct cr_mem mem;
    cr_mem_init(&mem, short_malloc, short_realloc, short_free, &shortage);
    cr_sim_web_init(&web, seed, 10, 60);
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world, .mem = &mem, .seed = seed });
    sim.net.police.lenient = true;
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "max_idle_wait", "-1"); /* what failed often is put off for longer than that */
    cr_sim_set(&sim, "max_depth", seed % 2 ? "4" : "none");
    cr_sim_add_hosts(&sim, &web, 3);
    (void)cr_sim_step(&sim, -1);
    shortage.one_in = 2 + seed % 40;
    crawl_short(&sim, &shortage);
    cr_sim_close(&sim);
    cr_test_mem_done(&mem);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_run_survives),
    cmocka_unit_test(a_run_with_hooks_survives),
    cmocka_unit_test(steps_survive),
    cmocka_unit_test(pulling_survives),
    cmocka_unit_test(a_run_with_a_worker_survives),
    cmocka_unit_test(a_crawl_that_is_short_of_memory_now_and_then_goes_on),
  };

  return cmocka_run_group_tests_name("out of memory", tests, NULL, NULL);
}

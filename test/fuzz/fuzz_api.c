/* SPDX-License-Identifier: MIT */
/* fuzz_api.c - libFuzzer target: calls of the API in any order, between turns and from hooks.
 *
 * Input: a byte for the web, one for the workers and the parser, then a program: what is done
 * between turns, and in each hook as it is called, is read off it byte by byte, until there is none
 * left and all go on as they like. The crawl is a simulated one (test/sim). Nothing crashes, leaks,
 * hangs or is done twice; the ledgers hold after every call and say what on_outcome was told.
 */
#include "crawl/crawler.h"
#include "fuzz/api_calls.h"
#include "fuzz/fuzz.h"
#include "parse/parse.h"

enum { STEPS_MAX = 200, CALLS_IN_HOOK = 4, END_TURNS = 50 };

/* ---- hooks ---- */

/* What the hook answers. */
static int act_in_hook(struct program *p, crawler_request *req, crawler_page *page)
{
  int sign = take(p);

  p->inside++;
  for (int calls = sign % CALLS_IN_HOOK; calls > 0 && !p->freed; calls--)
    call(p, req, page);
  p->inside--;
  return sign >= 240 ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static int on_request(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  return act_in_hook(user, req, NULL);
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  return act_in_hook(user, crawler_page_request(page), page);
}

static int on_delivered(crawler *c, crawler_page *page, void *user)
{
  struct program *p = user;

  (void)c;
  p->delivered = page;
  p->deferred = false;
  int verdict = act_in_hook(p, crawler_page_request(page), page);
  p->delivered = NULL;
  p->deferred = false;
  return verdict;
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  require(bytes == 0 || data);
  return act_in_hook(user, crawler_page_request(page), page);
}

static int on_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  struct program *p = user;

  (void)c;
  require(count == crawler_page_link_count(page) && count > 0);
  verdicts[(size_t)take(p) % count] = (uint8_t)(take(p) % 2);
  return act_in_hook(p, crawler_page_request(page), page);
}

static int on_retry(crawler *c, const crawler_request *req, crawler_reason reason,
                    const crawler_page *page, int64_t *delay_ms, void *user)
{
  struct program *p = user;
  int sign = take(p);

  (void)c;
  (void)req;
  (void)page;
  require(crawler_reason_name((int)reason));
  if (sign >= 192)
    *delay_ms = sign % 64 - 1;
  return act_in_hook(p, NULL, NULL);
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  require(crawler_request_url(req) && crawler_outcome_name((int)outcome));
  require(crawler_reason_name((int)reason));
  (void)act_in_hook(user, NULL, NULL);
}

static void on_done(crawler *c, void *user)
{
  (void)c;
  (void)act_in_hook(user, NULL, NULL);
}

/* on_page and on_body change where pages go: so they aren't always set. */
void set_hooks(struct program *p, int which)
{
  crawler *c = p->sim.c;

  crawler_on_filter(c, which & 1 ? on_request : NULL, p);
  crawler_on_request(c, which & 2 ? on_request : NULL, p);
  crawler_on_headers(c, which & 4 ? on_page : NULL, p);
  crawler_on_body(c, which & 8 ? on_body : NULL, p);
  crawler_on_page(c, which & 16 ? on_delivered : NULL, p);
  crawler_on_links(c, which & 32 ? on_links : NULL, p);
  crawler_on_retry(c, which & 64 ? on_retry : NULL, p);
  crawler_on_done(c, which & 128 ? on_done : NULL, p);
}

/* ---- between turns ---- */

/* A crawl that goes on and on is cut; one that goes on after that hangs. */
static void on_turn(struct cr_sim *sim)
{
  struct program *p = sim->user;

  if (++p->turns > TURNS_MAX && !p->freed)
    crawler_cancel(sim->c);
  require(p->turns < 2 * TURNS_MAX);
}

/* E_HOOK: crawler_fail(). E_STATE: next among steps, or pages are held that nobody will give back
 * (sim_loop.h). */
static void check_result(struct program *p, int err)
{
  require(err == CRAWLER_OK || err == CRAWLER_DONE || err == CRAWLER_AGAIN ||
          err == CRAWLER_E_STATE || err == CRAWLER_E_HOOK);
  if (err == CRAWLER_E_HOOK && !p->freed)
    require(strcmp(crawler_ended(p->sim.c), "error") == 0);
}

static void drive(struct program *p)
{
  static const int64_t timeouts_ms[] = { -1, 0, 50, 5000 };
  int sign = take(p);
  int64_t timeout_ms = timeouts_ms[sign / 4 % 4];
  crawler_page *page = NULL;

  if (sign % 4 == 0) {
    check_result(p, crawler_run(p->sim.c));
  } else if (sign % 4 == 1) {
    check_result(p, crawler_next(p->sim.c, &page, timeout_ms));
    if (page)
      hold(p, page, HELD_PULLED);
  } else {
    for (int steps = sign / 16; steps >= 0 && !p->freed; steps--)
      check_result(p, crawler_step(p->sim.c, timeout_ms));
  }
}

static void run_program(struct program *p)
{
  for (int steps = 0; steps < STEPS_MAX && p->left > 0 && !p->freed; steps++) {
    if (take(p) % 2)
      call(p, NULL, NULL);
    else
      drive(p);
    if (!p->freed)
      cr_sim_check(&p->sim);
  }
}

/* Whatever was done, once nothing is held back it ends. */
static void end(struct program *p)
{
  int err = CRAWLER_OK;

  give_back(p);
  if (p->freed)
    return;
  crawler_resume(p->sim.c);
  for (int turns = 0; turns < END_TURNS && err == CRAWLER_OK && !p->freed; turns++) {
    crawler_cancel(p->sim.c);
    err = crawler_step(p->sim.c, 0);
    give_back(p);
  }
  require(p->freed || err == CRAWLER_DONE || err == CRAWLER_E_STATE || err == CRAWLER_E_HOOK);
  if (!p->freed)
    cr_sim_check(&p->sim);
}

static void begin(struct program *p)
{
  uint64_t seed = (uint64_t)take(p);
  int how = take(p);

  cr_sim_web_init(&p->web, 1 + seed % 32, 6, 40);
  p->web.html = true;
  p->web.body_bytes = 300;
  cr_sim_open(&p->sim, &(struct cr_sim_config){
                           .world = &p->web.world,
                           .workers = how % 8 == 7,
                           .parser = how & 8 ? cr_parse_run : NULL,
                       });
  p->sim.outcome = on_outcome;
  p->sim.on_turn = on_turn;
  p->sim.user = p;
  p->sim.net.police.lenient = true;
  cr_sim_set(&p->sim, "span_hosts", "1");
  cr_sim_set(&p->sim, "duplicate_memory", "64k");
  set_hooks(p, take(p));
  cr_sim_add_hosts(&p->sim, &p->web, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct program *p = calloc(1, sizeof(*p));

  require(p);
  p->at = data;
  p->left = bytes;
  begin(p);
  run_program(p);
  end(p);
  crawler_request_free(p->draft);
  if (!p->freed)
    crawler_free(p->sim.c);
  p->sim.freed = true;
  give_back(p);
  if (p->sim.limits_fall)
    p->sim.net.police.violations = 0; /* it follows no delay or cap that changes under way */
  cr_sim_close(&p->sim);
  require(p->data_alive == 0);
  free(p);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* test_depth_pass.c - a shorter way that is found late is passed on, and nothing is fetched twice.
 *
 * In these sites the short way to "/x" is by a page that answers after ten seconds, when the long
 * way has long been gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site, const char *max_depth)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "max_depth", max_depth);
  cr_sim_add(sim, "/");
}

static const struct cr_sim_page chain[] = {
  { "/", .hrefs = "/1 /late" },
  { "/1", .hrefs = "/2" },
  { "/2", .hrefs = "/3" },
  { "/3", .hrefs = "/x" },                 /* depth 4 */
  { "/late", .hrefs = "/x", .ms = 10000 }, /* depth 2 */
  { "/x", .hrefs = "/y" },
  { "/y", .hrefs = "/z /x" },
  { "/z", .hrefs = "/end" },
  { "/end", .hrefs = "/over" },
};

static void what_was_refused_for_depth_is_offered_again(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "5");
  while (cr_sim_outcome(&sim, "/y") == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_true(sim.loop->clock_ms < 5000);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/z"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_end(&sim, "/z").depth, 4);
  assert_int_equal(cr_sim_end(&sim, "/end").depth, 5);
  assert_int_equal(cr_sim_outcome(&sim, "/over"), 0);
  assert_int_equal(cr_sim_asked(&sim, "/x"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/y"), 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_DEPTH), 2); /* "/z", "/over" */
  assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
  cr_sim_close(&sim);
}

static int check_origin(crawler *c, crawler_page *page, void *user)
{
  crawler_request *req = crawler_page_request(page);
  int *seen = user;

  (void)c;
  if (strcmp(crawler_request_url(req), CR_SIM_ORIGIN "/z") != 0)
    return 0;
  assert_string_equal(crawler_request_referrer(req), CR_SIM_ORIGIN "/y");
  assert_string_equal(crawler_request_seed(req), CR_SIM_ORIGIN "/");
  ++*seen;
  return 0;
}

static void an_offered_url_knows_where_it_comes_from(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  open(&sim, &site, "5");
  crawler_on_page(sim.c, check_origin, &seen);
  cr_sim_run(&sim);
  assert_int_equal(seen, 1);
  cr_sim_close(&sim);
}

static void a_redirect_passes_its_depth_on(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" }, { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/x" },      { "/late", .hrefs = "/x", .ms = 10000 },
    { "/x", .to = "/y" },         { "/y", .to = "/z" },
    { "/z", .hrefs = "/a" }, /* depth 3, then 2 */
    { "/a", .hrefs = "/end" },    { .url = "/end" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "4");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_end(&sim, "/end").depth, 4);
  cr_sim_close(&sim);
}

/* ---- rewritten by on_filter ---- */

struct filter {
  const char *from[2], *to[2]; /* paths */
  int asked[2];
};

static int rewrite(crawler *c, crawler_request *req, void *user)
{
  struct filter *filter = user;
  const char *path = crawler_request_url(req) + strlen(CR_SIM_ORIGIN);

  (void)c;
  for (int i = 0; i < 2; i++) {
    if (!filter->from[i] || strcmp(path, filter->from[i]) != 0)
      continue;
    filter->asked[i]++;
    return crawler_request_set_url(req, filter->to[i]);
  }
  return CRAWLER_ACCEPT;
}

static void a_rewritten_link_passes_it_on_too(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/x" },
    { "/late", .hrefs = "/x", .ms = 10000 },
    { "/x", .hrefs = "/old" },
    { "/new", .hrefs = "/end" }, /* depth 4, then 3 */
    { .url = "/end" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct filter filter = { { "/old" }, { "/new" }, { 0 } };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "4");
  crawler_on_filter(sim.c, rewrite, &filter);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/new"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

/* Each site leads to "/old" at depth 4 or 5, and by "/late" at 2. */
static void a_link_that_was_rewritten_before_passes_it_on(void **state)
{
  static const struct cr_sim_page directly[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/3" },
    { "/3", .hrefs = "/old /old" },
    { "/late", .hrefs = "/old", .ms = 10000 },
    { "/new", .hrefs = "/a" },
    { "/a", .hrefs = "/end" },
    { "/end", .hrefs = "/over" },
  };
  static const struct cr_sim_page by_another[] = {
    /* "/mid" is rewritten to "/new" before */
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/mid /3" },
    { "/3", .hrefs = "/old" },
    { "/late", .hrefs = "/old", .ms = 10000 },
    { "/new", .hrefs = "/a" },
    { "/a", .hrefs = "/end" },
    { "/end", .hrefs = "/over" },
  };
  static const struct cr_sim_page by_redirect[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/3" },
    { "/3", .to = "/moved" },
    { "/late", .hrefs = "/moved", .ms = 10000 },
    { "/moved", .to = "/old" },
    { "/new", .hrefs = "/a" },
    { "/a", .hrefs = "/end" },
    { "/end", .hrefs = "/over" },
  };
  static const struct cr_sim_page by_page[] = {
    /* "/mid" lists it as known, not as rewritten */
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/3" },
    { "/3", .hrefs = "/old /4" },
    { "/4", .hrefs = "/old", .ms = 20 },
    { "/late", .to = "/4", .ms = 10000 },
    { "/new", .hrefs = "/a" },
    { "/a", .hrefs = "/end" },
    { "/end", .hrefs = "/over" },
  };
  static const struct {
    struct cr_sim_site site;
    int old, mid; /* how often on_filter is asked for them */
  } cases[] = {
    { CR_SIM_SITE(directly), 1, 0 },
    { CR_SIM_SITE(by_another), 1, 1 },
    { CR_SIM_SITE(by_redirect), 1, 0 },
    { CR_SIM_SITE(by_page), 1, 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct filter filter = { { "/old", "/mid" },
                             { cases[i].mid ? "/mid" : "/new", "/new" },
                             { 0 } };
    struct cr_sim sim;
    open(&sim, &cases[i].site, "4");
    crawler_on_filter(sim.c, rewrite, &filter);
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_outcome(&sim, "/end") != CRAWLER_FETCHED)
      fail_msg("case %zu: \"/end\" was not reached", i);
    assert_int_equal(cr_sim_end(&sim, "/end").depth, 4);
    assert_int_equal(cr_sim_outcome(&sim, "/over"), 0);
    assert_int_equal(cr_sim_asked(&sim, "/old"), 0);
    assert_int_equal(cr_sim_asked(&sim, "/new"), 1);
    assert_int_equal(filter.asked[0], cases[i].old);
    assert_int_equal(filter.asked[1], cases[i].mid);
    assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
    cr_sim_close(&sim);
  }
}

/* "/x" refuses "/old" at first, offers it when "/soon" is there, and lowers it by "/late". */
static void what_is_rewritten_when_it_is_offered_can_be_lowered(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2 /soon" },
    { "/2", .hrefs = "/3" },
    { "/3", .hrefs = "/x" }, /* depth 4, by "/soon" 3, by "/late" 2 */
    { "/soon", .hrefs = "/x", .ms = 5000 },
    { "/late", .hrefs = "/x", .ms = 10000 },
    { "/x", .hrefs = "/old" },
    { "/new", .hrefs = "/end" },
    { .url = "/end" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct filter filter = { { "/old" }, { "/new" }, { 0 } };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "4");
  crawler_on_filter(sim.c, rewrite, &filter);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_end(&sim, "/end").depth, 4);
  assert_int_equal(filter.asked[0], 1);
  cr_sim_close(&sim);
}

/* A URL is on its way into the frontier when a pass comes to a page that has refused it. */
static void what_is_offered_while_it_enters_is_asked_about_once(void **state)
{
  static const struct cr_sim_page in_a_batch[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/k" },
    { "/k", .hrefs = "/old" },
    { "/late", .hrefs = "/old /k", .ms = 10000 },
    { .url = "/new" },
  };
  static const struct cr_sim_page alone[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/new" },
    { "/new", .hrefs = "/old" },
    { "/late", .to = "/old", .ms = 10000 },
  };
  static const struct cr_sim_site sites[] = { CR_SIM_SITE(in_a_batch), CR_SIM_SITE(alone) };
  (void)state;

  for (int i = 0; i < 3; i++) {
    struct filter filter = { { "/old" }, { i == 2 ? "/old" : "/new" }, { 0 } };
    struct cr_sim sim;
    open(&sim, &sites[i % 2], "3");
    crawler_on_filter(sim.c, rewrite, &filter);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_asked(&sim, filter.to[0]), 1);
    assert_int_equal(filter.asked[0], 1);
    cr_sim_close(&sim);
  }
}

static void loops_end(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" },  { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/a" },       { "/late", .hrefs = "/b", .ms = 10000 },
    { "/a", .hrefs = "/b /c" },    { "/b", .hrefs = "/c /a /r" },
    { "/c", .hrefs = "/a /b /c" }, { "/r", .to = "/s" },
    { "/s", .to = "/r" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "6");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 7);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), 2);
  cr_sim_close(&sim);
}

/* ---- long chains ---- */

enum { CHAIN = 200 };

struct chain { /* "/" leads to "/0", and each page to the next; one leads to "/late" besides */
  char urls[CHAIN + 1][8];
  char both[24];
  struct cr_sim_page pages[CHAIN + 2];
  struct cr_sim_site site;
};

/* "/late" is linked from page from (-1: "/"), and leads to page to after half a minute. */
static void make_chain(struct chain *c, int from, int to)
{
  memset(c, 0, sizeof(*c));
  for (int i = 0; i <= CHAIN; i++)
    (void)snprintf(c->urls[i], sizeof(c->urls[i]), "/%d", i);
  c->pages[0] = (struct cr_sim_page){ .url = "/", .hrefs = c->urls[0] };
  for (int i = 0; i < CHAIN; i++)
    c->pages[i + 1] = (struct cr_sim_page){ .url = c->urls[i], .hrefs = c->urls[i + 1] };
  (void)snprintf(c->both, sizeof(c->both), "/%d /late", from + 1);
  c->pages[from + 1].hrefs = c->both;
  c->pages[CHAIN + 1] = (struct cr_sim_page){ .url = "/late", .hrefs = c->urls[to], .ms = 29000 };
  c->site = (struct cr_sim_site){ { cr_sim_site_answer, cr_sim_site_links }, c->pages, CHAIN + 2 };
}

static void a_long_chain_is_lowered_at_once(void **state)
{
  static struct chain c;
  static const struct {
    const char *max_depth;
    int from, to;
    int last, depth; /* the last page that is reached, and at which depth */
  } cases[] = {
    { "50", -1, 20, 68, 50 },                                   /* "/20" has depth 21, then 2 */
    { "150", -1, 100, 200, 102 },                               /* 101, then 2 */
    { "150", -1, 70, 200, 132 },  { "150", 63, 140, 200, 126 }, /* 141, then 66 */
    { "150", 20, 147, 200, 76 },  { "150", 90, 149, 200, 144 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    make_chain(&c, cases[i].from, cases[i].to);
    open(&sim, &c.site, cases[i].max_depth);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_end(&sim, c.urls[cases[i].last]).depth, cases[i].depth);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), cases[i].last + 3);
    assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
    cr_sim_close(&sim);
  }
}

static void a_page_that_waits_deep_down_is_lowered_too(void **state)
{
  static struct chain c;
  struct cr_sim sim;
  (void)state;

  make_chain(&c, 60, 190); /* "/190" is asked for at depth 63, of 191 */
  c.pages[191].ms = 29500;
  open(&sim, &c.site, "-1");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_end(&sim, "/190").depth, 63);
  assert_int_equal(cr_sim_end(&sim, "/200").depth, 73);
  make_chain(&c, 80, 190);
  c.pages[191].ms = 29500;
  cr_sim_close(&sim);
  open(&sim, &c.site, "-1");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_end(&sim, "/190").depth, 83);
  assert_int_equal(cr_sim_end(&sim, "/200").depth, 93);
  cr_sim_close(&sim);
}

static void a_deep_limit_can_be_raised(void **state)
{
  static struct chain c;
  struct cr_sim sim;
  (void)state;

  make_chain(&c, 199, 199);
  open(&sim, &c.site, "60");
  for (int depth = 60; depth <= 180; depth += 20) {
    assert_int_equal(crawler_set_max_depth(sim.c, depth), 0);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), depth + 1);
  }
  cr_sim_close(&sim);
}

/* ---- offers that lead to offers ---- */

enum { LADDER = 400 };

struct ladder { /* "/" to "/cN" is a chain; "/cN" leads to all "/qI", each to "/xI" */
  char c[LADDER + 2][8], q[LADDER + 1][8], x[LADDER + 2][8];
  char all[LADDER * 8];
  char first[16];
  struct cr_sim_page pages[3 * LADDER + 3];
  struct cr_sim_site site;
};

/* "/xI" leads to "/xI+1", which nothing else has led to yet: refused, as "/xI" is as deep as may
 * be. "/late" is a short way to "/x0". */
static void make_ladder(struct ladder *l)
{
  size_t len = 0;
  size_t n = 0;

  memset(l, 0, sizeof(*l));
  for (int i = 0; i <= LADDER + 1; i++) {
    (void)snprintf(l->c[i], sizeof(l->c[i]), "/c%d", i);
    (void)snprintf(l->x[i], sizeof(l->x[i]), "/x%d", i);
  }
  (void)snprintf(l->first, sizeof(l->first), "/late %s", l->c[0]);
  l->pages[n++] = (struct cr_sim_page){ .url = "/", .hrefs = l->first };
  l->pages[n++] = (struct cr_sim_page){ .url = "/late", .hrefs = l->x[0], .ms = 28000 };
  for (int i = 0; i < LADDER; i++) {
    (void)snprintf(l->q[i], sizeof(l->q[i]), "/q%d", i);
    len += (size_t)snprintf(l->all + len, sizeof(l->all) - len, "%s ", l->q[i]);
    l->pages[n++] = (struct cr_sim_page){ .url = l->c[i], .hrefs = l->c[i + 1], .ms = 1 };
    l->pages[n++] =
        (struct cr_sim_page){ .url = l->q[i], .hrefs = l->x[i], .ms = 1000 + 20 * (int64_t)i };
    l->pages[n++] = (struct cr_sim_page){ .url = l->x[i], .hrefs = l->x[i + 1], .ms = 1 };
  }
  l->pages[n++] = (struct cr_sim_page){ .url = l->c[LADDER], .hrefs = l->all, .ms = 1 };
  l->site = (struct cr_sim_site){ { cr_sim_site_answer, cr_sim_site_links }, l->pages, n };
}

struct stack { /* how far down hooks were called */
  uintptr_t lowest, highest;
};

static int measure_stack(crawler *c, crawler_request *req, void *user)
{
  struct stack *stack = user;
  uintptr_t here = (uintptr_t)__builtin_frame_address(0);

  (void)c;
  (void)req;
  if (stack->highest == 0 || here < stack->lowest)
    stack->lowest = here;
  if (here > stack->highest)
    stack->highest = here;
  return CRAWLER_ACCEPT;
}

static void offers_that_lead_to_offers_use_no_stack(void **state)
{
  static struct ladder ladder;
  struct stack stack = { 0, 0 };
  char max_depth[8];
  struct cr_sim sim;
  (void)state;

  make_ladder(&ladder);
  (void)snprintf(max_depth, sizeof(max_depth), "%d", LADDER + 3); /* of every "/xI" */
  open(&sim, &ladder.site, max_depth);
  cr_sim_set(&sim, "concurrency", "1000");
  cr_sim_set(&sim, "slow_concurrency", "1000");
  crawler_on_filter(sim.c, measure_stack, &stack);
  cr_sim_run(&sim);
  /* "/x0" has depth 2 now, and the one behind the last, which only an offer has led to, 402. */
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_DEPTH), LADDER);
  assert_int_equal(cr_sim_end(&sim, ladder.x[LADDER]).depth, LADDER + 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 3 * LADDER + 4);
  assert_true(stack.highest - stack.lowest < 16000);
  cr_sim_close(&sim);
}

static void raising_max_depth_offers_what_was_refused(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "0");
  cr_sim_run_checked(&sim, 1);
  for (int depth = 1; depth <= 6; depth++) {
    assert_int_equal(crawler_set_max_depth(sim.c, depth), 0);
    cr_sim_run_checked(&sim, 1);
  }
  assert_int_equal(cr_sim_outcome(&sim, "/over"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 10);
  for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++)
    assert_int_equal(cr_sim_asked(&sim, chain[i].url), 1);
  cr_sim_close(&sim);
}

static void raising_it_while_the_crawl_runs_works_too(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "1");
  while (cr_sim_outcome(&sim, "/1") == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(crawler_set_max_depth(sim.c, -1), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 10);
  cr_sim_close(&sim);
}

static void without_room_for_the_record_the_crawl_says_so(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 1, 1, 3000);
  web.failing_permille = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_depth", "60");
  cr_sim_set(&sim, "max_frontier", "400k");
  cr_sim_add_hosts(&sim, &web, 1);
  cr_sim_run_checked(&sim, 100);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) > 1000);
  assert_true(cr_sim_incomplete(&sim, "depth") > 0);
  assert_int_equal(crawler_is_complete(sim.c), 0);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_refused_for_depth_is_offered_again),
    cmocka_unit_test(an_offered_url_knows_where_it_comes_from),
    cmocka_unit_test(a_redirect_passes_its_depth_on),
    cmocka_unit_test(a_rewritten_link_passes_it_on_too),
    cmocka_unit_test(a_link_that_was_rewritten_before_passes_it_on),
    cmocka_unit_test(what_is_rewritten_when_it_is_offered_can_be_lowered),
    cmocka_unit_test(what_is_offered_while_it_enters_is_asked_about_once),
    cmocka_unit_test(loops_end),
    cmocka_unit_test(a_long_chain_is_lowered_at_once),
    cmocka_unit_test(a_page_that_waits_deep_down_is_lowered_too),
    cmocka_unit_test(a_deep_limit_can_be_raised),
    cmocka_unit_test(offers_that_lead_to_offers_use_no_stack),
    cmocka_unit_test(raising_max_depth_offers_what_was_refused),
    cmocka_unit_test(raising_it_while_the_crawl_runs_works_too),
    cmocka_unit_test(without_room_for_the_record_the_crawl_says_so),
  };

  return cmocka_run_group_tests_name("depth pass", tests, NULL, NULL);
}

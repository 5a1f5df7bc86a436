/* SPDX-License-Identifier: MIT */
/* test_links.c - a page's links enter at once: each occurrence counted, each URL decided once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/oom.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_add(sim, "/");
}

struct counts {
  int64_t links, known, rejected, capped, admitted;
};

static void check_counts(const struct cr_sim *sim, const struct counts *want)
{
  const struct cr_link_ledger *l = &sim->s->ledger.links;

  if (l->links != want->links || l->known != want->known || l->rejected != want->rejected ||
      l->capped != want->capped || l->admitted != want->admitted)
    fail_msg("%lld links: %lld known, %lld rejected, %lld capped, %lld admitted",
             (long long)l->links, (long long)l->known, (long long)l->rejected, (long long)l->capped,
             (long long)l->admitted);
}

static void each_occurrence_is_counted_once(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a /a /a#x /b / #top http://A.example:80/b !/n @/c mailto:x mailto:x "
                    "http://[ http://other.example/ http://other.example/#y" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  check_counts(&sim, &(struct counts){ 14, 5, 6, 0, 3 });
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_NOFOLLOW), 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_SCHEME), 2);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_INVALID_URL), 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_SCOPE), 2);
  /* Rejected for what they are: distinct ones, told once each. */
  assert_int_equal(cr_sim_count(&sim, CRAWLER_REJECTED, 0), 3);
  assert_int_equal(cr_sim_end(&sim, "mailto:x").rejected_times, 1);
  assert_int_equal(cr_sim_end(&sim, "http://other.example/").rejected_times, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/n"), 0); /* counted for the link only */
  cr_sim_close(&sim);
}

static void rejected_urls_are_told_once_in_a_crawl(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a mailto:x http://other.example/ http://[" },
    { "/a", .hrefs = "/ mailto:x http://other.example/ http://[ /b" },
    { "/b", .hrefs = "/ MAILTO:x http://OTHER.example/#z http://[" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  check_counts(&sim, &(struct counts){ 13, 2, 9, 0, 2 });
  assert_int_equal(cr_sim_count(&sim, CRAWLER_REJECTED, 0), 3);
  assert_int_equal(cr_sim_end(&sim, "mailto:x").rejected_times, 1);
  cr_sim_close(&sim);
}

static int look_at_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count,
                         void *user)
{
  (void)c;
  (void)page;
  (void)verdicts;
  (void)count;
  (void)user;
  return 0;
}

static void kinds_that_are_not_followed_are_counted(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a @/b @/c" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const struct {
    const char *links;
    unsigned a, b;
    int64_t refused;
  } cases[] = {
    { "a,area", 1, 1, 0 }, { "a", 1, 0, 2 }, { "area", 0, 1, 1 },
    { "all", 1, 1, 0 },    { "", 0, 0, 3 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    open(&sim, &site);
    crawler_on_links(sim.c, look_at_links, NULL); /* so that all kinds are collected */
    cr_sim_set(&sim, "links", cases[i].links);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "/a"), cases[i].a);
    assert_int_equal(cr_sim_asked(&sim, "/b"), cases[i].b);
    assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_KIND), cases[i].refused);
    cr_sim_close(&sim);
  }
}

static void nofollow_does_not_bar_the_url(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "!/a !/b /b" },
    { .url = "/a" },
    { .url = "/b" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int follow = 0; follow <= 1; follow++) {
    struct cr_sim sim;
    open(&sim, &site);
    crawler_set_follow_nofollow(sim.c, follow);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "/a"), follow);
    assert_int_equal(cr_sim_asked(&sim, "/b"), 1);
    cr_sim_close(&sim);
  }
}

static void other_rels_are_options_too(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = "<a href=/plain><a href=/ugc rel=ugc><a href=/paid rel=sponsored>"
                   "<a href=/both rel='nofollow ugc'>" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const struct {
    const char *nofollow, *ugc, *sponsored;
    unsigned got_ugc, got_paid, got_both;
  } rows[] = {
    { "0", "1", "1", 1, 1, 0 }, { "0", "0", "1", 0, 1, 0 }, { "0", "1", "0", 1, 0, 0 },
    { "1", "1", "1", 1, 1, 1 }, { "1", "0", "1", 0, 1, 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = cr_parse_run });
    cr_sim_add(&sim, "/");
    cr_sim_set(&sim, "follow_nofollow", rows[i].nofollow);
    cr_sim_set(&sim, "follow_ugc", rows[i].ugc);
    cr_sim_set(&sim, "follow_sponsored", rows[i].sponsored);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "/plain"), 1);
    assert_int_equal(cr_sim_asked(&sim, "/ugc"), rows[i].got_ugc);
    assert_int_equal(cr_sim_asked(&sim, "/paid"), rows[i].got_paid);
    assert_int_equal(cr_sim_asked(&sim, "/both"), rows[i].got_both);
    assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_NOFOLLOW),
                     3 - rows[i].got_ugc - rows[i].got_paid - rows[i].got_both);
    cr_sim_close(&sim);
  }
}

static void a_page_may_say_nofollow_of_all_its_links(void **state)
{
  static const struct {
    const char *headers, *head;
    const char *obey;
    unsigned followed;
  } rows[] = {
    { NULL, "<meta name=robots content=nofollow>", "1", 0 },
    { NULL, "<meta name=robots content=none>", "1", 0 },
    { NULL, "<meta name=robots content=noindex>", "1", 1 },
    { NULL, "<meta name=robots content='unavailable_after: 2001-01-01'>", "1", 1 },
    { NULL, "<meta name=robots content=nofollow>", "0", 1 },
    { NULL, "<meta name=LibCrawl content=nofollow>", "1", 0 },
    { NULL, "<meta name=otherbot content=nofollow>", "1", 1 },
    { "X-Robots-Tag: nofollow\r\n", "", "1", 0 },
    { "X-Robots-Tag: libcrawl: none\r\n", "", "1", 0 },
    { "X-Robots-Tag: otherbot: none\r\n", "", "1", 1 },
    { "X-Robots-Tag: noindex\r\n", "", "1", 1 },
    { "X-Robots-Tag: nofollow\r\n", "", "0", 1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char body[200];
    const struct cr_sim_page pages[] = {
      { "/", .body = body, .headers = rows[i].headers },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    (void)snprintf(body, sizeof(body), "%s<a href=/a>", rows[i].head);
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = cr_parse_run });
    cr_sim_add(&sim, "/");
    cr_sim_set(&sim, "obey_meta_robots", rows[i].obey);
    cr_sim_run(&sim); /* without a hook that looks at pages */
    if (cr_sim_asked(&sim, "/a") != rows[i].followed)
      fail_msg("%s%s", rows[i].headers ? rows[i].headers : "", rows[i].head);
    assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_NOFOLLOW), !rows[i].followed);
    cr_sim_close(&sim);
  }
}

static void hrefs_are_relative_to_the_page_or_its_base(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/dir/page /based /other-host-base /bad-base" },
    { "/dir/page", .hrefs = "x ../y ?q /z" },
    { "/based", .base = "/new/base", .hrefs = "p ?b #frag" },
    { "/other-host-base", .base = "http://b.example/", .hrefs = "away /gone" },
    { "/bad-base", .base = "http://[", .hrefs = "still" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const char *const fetched[] = {
    "/dir/x", "/y", "/dir/page?q", "/z", "/new/p", "/new/base?b", "/new/base", "/still",
  };
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = cr_parse_run });
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  for (size_t i = 0; i < sizeof(fetched) / sizeof(fetched[0]); i++)
    if (cr_sim_outcome(&sim, fetched[i]) != CRAWLER_FETCHED)
      fail_msg("%s was not fetched", fetched[i]);
  assert_int_equal(cr_sim_reason(&sim, "http://b.example/away"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_sim_reason(&sim, "http://b.example/gone"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_sim_asked(&sim, "/based"), 1); /* "#frag" is not this page here */
  cr_sim_close(&sim);
}

/* The memory of links is by directory: the same href on pages of others must not be mixed up. */
static void remembered_hrefs_are_resolved_by_where_they_stand(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/d1/p /d2/p /d1/q /d1?x /d2/r?y" },
    { "/d1/p", .hrefs = "same ?q . /top" },
    { "/d1/q", .hrefs = "same ?q . /top" },
    { "/d2/p", .hrefs = "same ?q . /top" },
    { "/d1?x", .hrefs = "same ?q . /top" },
    { "/d2/r?y", .hrefs = "same ?q . /top" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const char *const fetched[] = {
    "/d1/same", "/d2/same", "/same", "/d1/p?q", "/d1/q?q", "/d2/p?q",
    "/d1?q",    "/d2/r?q",  "/d1/",  "/d2/",    "/top",
  };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  for (size_t i = 0; i < sizeof(fetched) / sizeof(fetched[0]); i++)
    if (cr_sim_asked(&sim, fetched[i]) != 1)
      fail_msg("%s was asked for %u times", fetched[i], cr_sim_asked(&sim, fetched[i]));
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), 1 + 5 + 11);
  cr_sim_close(&sim);
}

static void a_url_too_long_to_ask_for_is_invalid(void **state)
{
  static char href[40000];
  struct cr_sim_page pages[] = { { "/", .hrefs = href } };
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const struct {
    size_t bytes;
    bool fetched;
  } cases[] = {
    { 1000, true },
    { CR_REQUEST_MAX_URL - 16, true },
    { CR_REQUEST_MAX_URL - 15, false },
    { 39999, false },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    memset(href, 'x', sizeof(href));
    href[0] = '/';
    href[cases[i].bytes] = '\0';
    open(&sim, &site);
    cr_sim_set(&sim, "max_url_length", "-1");
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), cases[i].fetched ? 2 : 1);
    assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_INVALID_URL), !cases[i].fetched);
    cr_sim_close(&sim);
  }
}

/* ---- hooks ---- */

static int count_calls(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)req;
  ++*(int *)user;
  return CRAWLER_REJECT;
}

static int accept_seed(crawler *c, crawler_request *req, void *user)
{
  return crawler_request_is_seed(req) ? CRAWLER_ACCEPT : count_calls(c, req, user);
}

static void the_filter_is_asked_once_for_each_url_or_for_each_link(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a /a /b /a#x" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int each = 0; each <= 1; each++) {
    struct cr_sim sim;
    int calls = 0;
    open(&sim, &site);
    crawler_on_filter(sim.c, accept_seed, &calls);
    crawler_set_filter_depends_on_page(sim.c, each);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(calls, each ? 4 : 2);
    assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_FILTER), 4);
    cr_sim_close(&sim);
  }
}

static int rewrite_old(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  if (strstr(crawler_request_url(req), "/old")) {
    ++*(int *)user;
    return crawler_request_set_url(req, "/new");
  }
  return CRAWLER_ACCEPT;
}

static void a_url_that_is_rewritten_is_asked_about_once(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/old /old /next /old#x" },
    { "/next", .hrefs = "/old /new" },
    { .url = "/new" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int calls = 0;
  (void)state;

  open(&sim, &site);
  crawler_on_filter(sim.c, rewrite_old, &calls);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(calls, 1);
  assert_int_equal(cr_sim_asked(&sim, "/new"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/old"), 0);
  check_counts(&sim, &(struct counts){ 6, 4, 0, 0, 2 });
  cr_sim_close(&sim);
}

static int look_at_all(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  const char *text;
  const uint32_t *offsets;
  const uint8_t *kinds;
  const uint8_t *flags;

  (void)c;
  assert_int_equal(count, crawler_page_link_count(page));
  assert_int_equal(crawler_page_links(page, &text, &offsets, &kinds, &flags), count);
  for (size_t i = 0; i < count; i++) {
    const crawler_link *link = crawler_page_link(page, i);
    assert_int_equal(verdicts[i], CRAWLER_ACCEPT);
    assert_string_equal(text + offsets[i], crawler_link_url(link));
    assert_int_equal(kinds[i], crawler_link_kind_of(link));
    assert_int_equal(flags[i], crawler_link_flags(link));
    if (strstr(crawler_link_url(link), "/no"))
      verdicts[i] = CRAWLER_REJECT;
    ++*(int *)user;
  }
  return 0;
}

static void on_links_sees_all_and_may_refuse_any(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a /no /b !/c mailto:x http://[" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  open(&sim, &site);
  crawler_on_links(sim.c, look_at_all, &seen);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(seen, 6);
  assert_int_equal(cr_sim_asked(&sim, "/no"), 0);
  assert_int_equal(cr_sim_asked(&sim, "/a"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/b"), 1);
  check_counts(&sim, &(struct counts){ 6, 0, 4, 0, 2 });
  cr_sim_close(&sim);
}

/* ---- room ---- */

/* "/old" has no room for "/new" at first; when "/a" is read there is some again. */
static void what_is_rewritten_and_has_no_room_can_come_again(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a /b /old" },
    { "/a", .hrefs = "/old" },
    { .url = "/b" },
    { .url = "/new" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int calls = 0;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "concurrency", "1");
  cr_sim_set(&sim, "max_pending", "2");
  crawler_on_filter(sim.c, rewrite_old, &calls);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_CAPPED_CAP), 1);
  assert_int_equal(cr_sim_asked(&sim, "/new"), 1);
  assert_int_equal(calls, 2);
  cr_sim_close(&sim);
}

static void links_beyond_a_hosts_room_are_capped_and_may_come_again(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /2 /3 /4 /5" },
    { "/1", .hrefs = "/5" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_pending", "2");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_CAPPED_CAP), 3);
  assert_int_equal(cr_sim_outcome(&sim, "/3"), 0);
  assert_int_equal(cr_sim_outcome(&sim, "/5"), CRAWLER_FETCHED); /* found again later */
  assert_int_equal(crawler_is_complete(sim.c), 0);
  assert_int_equal(cr_sim_incomplete(&sim, "capped"), 3);
  cr_sim_close(&sim);
}

static void a_page_of_very_many_links_is_taken_whole(void **state)
{
  enum { LINKS = 20000 };
  static char hrefs[LINKS * 8];
  struct cr_sim_page pages[] = { { "/", .hrefs = hrefs } };
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  size_t at = 0;
  (void)state;

  for (int i = 0; i < LINKS; i++)
    at += (size_t)snprintf(hrefs + at, sizeof(hrefs) - at, "/%d ", i % (LINKS / 2));
  open(&sim, &site);
  cr_sim_set(&sim, "max_pages", "1");
  cr_sim_run(&sim);
  check_counts(&sim, &(struct counts){ LINKS, LINKS / 2, 0, 0, LINKS / 2 });
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), LINKS / 2);
  cr_sim_close(&sim);
}

static int refuse_all(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)c;
  (void)page;
  memset(verdicts, CRAWLER_REJECT, count);
  ++*(int *)user;
  return 0;
}

static void crawl_nothing_but_the_seed(struct cr_mem *mem, void *arg)
{
  static const struct cr_sim_page pages[] = { { "/", .hrefs = "/a /b /c" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  int *unasked = arg;
  struct cr_sim sim;
  int calls = 0;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .mem = mem });
  if (sim.c) {
    crawler_on_links(sim.c, refuse_all, &calls);
    (void)crawler_set_obey_robots(sim.c, 0);
    (void)crawler_add(sim.c, CR_SIM_ORIGIN "/");
    (void)cr_sim_drive(&sim);
    cr_sim_check(&sim);
    assert_int_equal(sim.s->ledger.links.admitted, 0);
    if (calls == 0 && sim.s->ledger.links.links > 1) { /* 1: the seed had no room */
      ++*unasked;
      check_counts(&sim, &(struct counts){ 3, 0, 0, 3, 0 });
      assert_int_equal(cr_sim_link_count(&sim, CRAWLER_CAPPED_MEMORY), 3);
      assert_int_equal(crawler_is_complete(sim.c), 0);
    }
  }
  cr_sim_close(&sim);
}

static void links_that_on_links_cannot_be_asked_about_are_refused(void **state)
{
  int unasked = 0;
  (void)state;

  cr_test_oom(crawl_nothing_but_the_seed, &unasked);
  assert_true(unasked > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_occurrence_is_counted_once),
    cmocka_unit_test(rejected_urls_are_told_once_in_a_crawl),
    cmocka_unit_test(kinds_that_are_not_followed_are_counted),
    cmocka_unit_test(nofollow_does_not_bar_the_url),
    cmocka_unit_test(other_rels_are_options_too),
    cmocka_unit_test(a_page_may_say_nofollow_of_all_its_links),
    cmocka_unit_test(hrefs_are_relative_to_the_page_or_its_base),
    cmocka_unit_test(remembered_hrefs_are_resolved_by_where_they_stand),
    cmocka_unit_test(a_url_too_long_to_ask_for_is_invalid),
    cmocka_unit_test(the_filter_is_asked_once_for_each_url_or_for_each_link),
    cmocka_unit_test(a_url_that_is_rewritten_is_asked_about_once),
    cmocka_unit_test(what_is_rewritten_and_has_no_room_can_come_again),
    cmocka_unit_test(links_that_on_links_cannot_be_asked_about_are_refused),
    cmocka_unit_test(on_links_sees_all_and_may_refuse_any),
    cmocka_unit_test(links_beyond_a_hosts_room_are_capped_and_may_come_again),
    cmocka_unit_test(a_page_of_very_many_links_is_taken_whole),
  };

  return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}

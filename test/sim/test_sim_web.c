/* SPDX-License-Identifier: MIT */
/* test_sim_web.c - the synthetic web agrees with itself, and with the URL standard's parser.
 */
#include "sim/sim_web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/oom.h"
#include "url/url.h"

static bool same(struct cr_sim_ref a, struct cr_sim_ref b)
{
  return a.host == b.host && a.page == b.page && a.slash == b.slash;
}

static void every_page_is_found_by_its_url(void **state)
{
  struct cr_sim_web web;
  char url[CR_SIM_URL_BYTES];
  uint32_t pages = 0;
  (void)state;

  cr_sim_web_init(&web, 7, 50, 2000);
  for (uint32_t host = 0; host < web.hosts; host++) {
    for (uint32_t page = 0; page < cr_sim_web_size(&web, host); page++, pages++) {
      struct cr_sim_ref ref = { host, page, false };
      bool odd = true;
      cr_sim_web_url(&web, ref, url);
      assert_true(same(cr_sim_web_find(&web, cr_span_text(url), &odd), ref));
      assert_false(odd);
    }
    struct cr_sim_ref beyond = { host, cr_sim_web_size(&web, host), false };
    bool odd;
    cr_sim_web_url(&web, beyond, url);
    assert_int_equal(cr_sim_web_find(&web, cr_span_text(url), &odd).host, UINT32_MAX);
  }
  assert_in_range(pages, 1700, 2300);
}

static void check_link(struct cr_mem *mem, const struct cr_sim_web *web, const struct cr_url *base,
                       const struct cr_sim_web_link *link)
{
  struct cr_url url;
  struct cr_buf key;
  char canonical[CR_SIM_URL_BYTES];
  bool odd;

  cr_url_init(&url, mem);
  cr_buf_init(&key, mem, CR_MEM_CORE, 4096);
  int err = cr_url_parse(&url, cr_span_text(link->href), base);
  if (link->to.host == UINT32_MAX) {
    assert_true(err < 0 || url.scheme == CR_SCHEME_OTHER || link->href[0] == '#');
  } else {
    cr_sim_web_url(web, link->to, canonical);
    assert_int_equal(err, 0);
    assert_int_equal(cr_url_key(&url, NULL, &key), 0);
    assert_string_equal(key.data, canonical);
    assert_true(same(cr_sim_web_find(web, cr_url_text(&url), &odd), link->to));
  }
  cr_buf_free(&key);
  cr_url_free(&url);
}

static void check_links_of(struct cr_mem *mem, const struct cr_sim_web *web, struct cr_sim_ref from)
{
  struct cr_sim_web_link link;
  struct cr_url base;
  char url[CR_SIM_URL_BYTES];

  cr_url_init(&base, mem);
  cr_sim_web_url(web, from, url);
  assert_int_equal(cr_url_parse(&base, cr_span_text(url), NULL), 0);
  for (uint32_t n = 0; cr_sim_web_link(web, from, n, &link); n++)
    check_link(mem, web, &base, &link);
  cr_url_free(&base);
}

static void every_spelling_of_a_link_leads_to_its_page(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (uint64_t seed = 1; seed <= 10; seed++) {
    struct cr_sim_web web;
    if (seed % 2 == 0)
      cr_sim_web_init(&web, seed, 20, 500);
    else
      cr_sim_web_init_large(&web, seed, 20, 500);
    for (uint32_t host = 0; host < web.hosts; host++)
      for (uint32_t page = 0; page < 2 * cr_sim_web_size(&web, host); page++)
        check_links_of(&mem, &web,
                       (struct cr_sim_ref){ host, page / 2, page % 2 == 1 && page > 1 });
  }
  cr_test_mem_done(&mem);
}

static void there_is_some_of_every_nature(void **state)
{
  struct cr_sim_web web;
  unsigned natures[CR_SIM_RING + 1] = { 0 };
  unsigned robots[CR_SIM_ROBOTS_UNREACHABLE + 1] = { 0 };
  (void)state;

  cr_sim_web_init(&web, 3, 200, 5000);
  for (uint32_t host = 0; host < web.hosts; host++) {
    robots[cr_sim_web_robots(&web, host)]++;
    for (uint32_t page = 0; page < cr_sim_web_size(&web, host); page++)
      natures[cr_sim_web_nature(&web, (struct cr_sim_ref){ host, page, false })]++;
  }
  for (size_t i = 0; i < sizeof(natures) / sizeof(natures[0]); i++)
    assert_true(natures[i] > 0);
  for (size_t i = 0; i < sizeof(robots) / sizeof(robots[0]); i++)
    assert_true(robots[i] > 0);
}

/* Pages and links of all sorts, in so many of a hundred. */
struct shares {
  double pages, links, cross, spelled, redirects, failing;
};

static void count_links(const struct cr_sim_web *web, struct cr_sim_ref from, struct shares *sum)
{
  struct cr_sim_web_link link;
  char url[CR_SIM_URL_BYTES];

  for (uint32_t n = 0; cr_sim_web_link(web, from, n, &link); n++, sum->links++) {
    if (link.to.host == UINT32_MAX || n < web->navigation)
      continue;
    cr_sim_web_url(web, link.to, url);
    sum->cross += link.to.host != from.host;
    sum->spelled += strcmp(url, link.href) != 0;
  }
}

static void count_host(const struct cr_sim_web *web, uint32_t host, struct shares *sum)
{
  struct cr_sim_ref ref = { .host = host };

  for (; ref.page < cr_sim_web_size(web, host); ref.page++) {
    enum cr_sim_nature nature = cr_sim_web_nature(web, ref);
    sum->pages++;
    sum->redirects += nature >= CR_SIM_TO_PAGE;
    sum->failing += nature == CR_SIM_FAILS || nature == CR_SIM_FALTERS;
    count_links(web, ref, sum);
  }
}

static void a_large_web_is_what_it_says(void **state)
{
  struct shares sum = { 0 };
  struct cr_sim_web web;
  unsigned reached = 0;
  (void)state;

  cr_sim_web_init_large(&web, 5, 100000, 1000000);
  for (uint32_t host = 0; host < web.hosts; host++) {
    sum.pages += cr_sim_web_size(&web, host);
    reached += cr_sim_web_robots(&web, host) != CR_SIM_ROBOTS_NONE;
  }
  assert_true(sum.pages > 950000 && sum.pages < 1050000);
  assert_int_equal(reached, web.hosts);
  sum = (struct shares){ 0 };
  for (uint32_t host = 20; host < web.hosts; host += 97)
    count_host(&web, host, &sum);
  assert_true(sum.links / sum.pages >= 24 && sum.links / sum.pages < 26);
  assert_true(sum.cross / sum.links > 0.28 && sum.cross / sum.links < 0.32);
  assert_true(sum.spelled / sum.links > 0.28 && sum.spelled / sum.links < 0.32);
  assert_true(sum.redirects / sum.pages > 0.09 && sum.redirects / sum.pages < 0.11);
  assert_true(sum.failing / sum.pages > 0.045 && sum.failing / sum.pages < 0.055);
}

/* What a census follows without making URLs. */
static void a_link_leads_where_its_url_does(void **state)
{
  struct cr_sim_web web;
  (void)state;

  cr_sim_web_init(&web, 6, 20, 500);
  for (uint32_t host = 0; host < web.hosts; host++) {
    struct cr_sim_ref from = { .host = host };
    for (; from.page < cr_sim_web_size(&web, host); from.page++) {
      struct cr_sim_web_link link;
      struct cr_sim_ref to;
      uint32_t n = 0;
      for (; cr_sim_web_link(&web, from, n, &link); n++) {
        bool leads = cr_sim_web_link_to(&web, from, n, &to);
        assert_int_equal(leads, (link.to.host != UINT32_MAX && !link.nofollow) ||
                                    strcmp(link.href, "#top") == 0);
        if (leads)
          assert_true(same(to, link.to.host == UINT32_MAX ? from : link.to));
      }
      assert_int_equal(n, cr_sim_web_link_count(&web, from));
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_page_is_found_by_its_url),
    cmocka_unit_test(every_spelling_of_a_link_leads_to_its_page),
    cmocka_unit_test(there_is_some_of_every_nature),
    cmocka_unit_test(a_large_web_is_what_it_says),
    cmocka_unit_test(a_link_leads_where_its_url_does),
  };

  return cmocka_run_group_tests_name("sim web", tests, NULL, NULL);
}

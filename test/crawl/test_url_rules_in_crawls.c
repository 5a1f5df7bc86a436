/* SPDX-License-Identifier: MIT */
/* test_url_rules_in_crawls.c - what a link is asked for as, and which links count as one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open_sim(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world, .parser = cr_parse_run });
  cr_sim_set(sim, "obey_robots", "0");
}

/* ---- queries in the document's encoding ---- */

#define LATIN "text/html; charset=windows-1252"
#define GREEK "text/html; charset=windows-1253"

/* The same href twice, in two encodings, and once more in the first. */
static const struct cr_sim_page encoded_pages[] = {
  { "/", .hrefs = "/latin /greek /latin2 /utf8" },
  { "/latin", .type = LATIN, .body = "<a href='/s?q=\xe1'>a</a><a href='/p\xe1'>b</a>" },
  { "/latin2", .type = LATIN, .body = "<a href='/s?q=\xe1'>a</a><a href='/t?q=&alpha;'>b</a>" },
  { "/greek", .type = GREEK, .body = "<a href='/s?q=\xe1'>a</a><a href='/t?q=&aacute;'>b</a>" },
  { "/utf8", .type = "text/html; charset=utf-8", .body = "<a href='/s?q=&aacute;'>a</a>" },
  { .url = "/s?q=%E1" },
  { .url = "/s?q=%C3%A1" },
  { .url = "/p%C3%A1" },
  { .url = "/t?q=%26%23945%3B" },
  { .url = "/t?q=%26%23225%3B" },
};

static void queries_are_asked_for_in_the_documents_encoding(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(encoded_pages);
  struct cr_sim sim;

  (void)state;
  open_sim(&sim, &site);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  for (size_t i = 0; i < site.count; i++) {
    if (cr_sim_asked(&sim, encoded_pages[i].url) != 1)
      fail_msg("%s was asked for %u times", encoded_pages[i].url,
               cr_sim_asked(&sim, encoded_pages[i].url));
  }
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), site.count);
  cr_sim_close(&sim);
}

static int check_link(crawler *c, crawler_page *page, void *user)
{
  int *checked = user;

  (void)c;
  if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/latin") == 0) {
    assert_string_equal(crawler_page_links_text(page, NULL), CR_SIM_ORIGIN "/s?q=%E1");
    ++*checked;
  }
  return 0;
}

static void hooks_see_what_is_asked_for(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(encoded_pages);
  struct cr_sim sim;
  int checked = 0;

  (void)state;
  open_sim(&sim, &site);
  crawler_on_page(sim.c, check_link, &checked);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(checked, 1);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(queries_are_asked_for_in_the_documents_encoding),
    cmocka_unit_test(hooks_see_what_is_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_host.c - authorities, hosts and groups, and their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "frontier/host.h"
#include "support/oom.h"

enum { MANY = 3000 };

static uint32_t intern(struct cr_hosts *hosts, const char *origin, const char *host,
                       const char *site)
{
  const struct cr_authority_name name = { cr_span_text(origin), cr_span_text(host),
                                          cr_span_text(site) };
  return cr_hosts_authority(hosts, &name);
}

static bool is_within(struct cr_span piece, struct cr_span whole)
{
  return piece.at >= whole.at && piece.at + piece.len <= whole.at + whole.len;
}

static void names_are_stored_once(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_hosts hosts;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_hosts_open(&hosts, &budget, 1), 0);
  uint32_t https = intern(&hosts, "https://www.a.example", "www.a.example", "a.example");
  uint32_t http = intern(&hosts, "http://www.a.example", "www.a.example", "a.example");
  uint32_t other = intern(&hosts, "https://b.a.example:81", "b.a.example:81", "a.example");
  assert_int_equal(intern(&hosts, "https://www.a.example", "ignored", "ignored"), https);
  assert_int_not_equal(http, https);

  const struct cr_authority *first = cr_authority_at(&hosts, https);
  const struct cr_host *host = cr_host_at(&hosts, first->host);
  const struct cr_group *site = cr_group_at(&hosts, host->site);
  assert_int_equal(cr_authority_at(&hosts, http)->host, first->host);
  assert_int_not_equal(cr_authority_at(&hosts, other)->host, first->host);
  assert_int_equal(cr_host_at(&hosts, cr_authority_at(&hosts, other)->host)->site, host->site);
  assert_true(cr_span_eq(first->origin, CR_SPAN("https://www.a.example")));
  assert_true(cr_span_eq(host->name, CR_SPAN("www.a.example")));
  assert_true(cr_span_eq(site->name, CR_SPAN("a.example")));
  assert_true(is_within(host->name, first->origin) && is_within(site->name, host->name));
  assert_int_equal(hosts.hosts.count, 2);
  assert_int_equal(hosts.groups.count, 1);
  cr_hosts_close(&hosts);
  cr_test_mem_done(&mem);
}

static void names_need_not_have_anything_in_common(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_hosts hosts;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_hosts_open(&hosts, &budget, 1), 0);
  uint32_t a = intern(&hosts, "https://a.example", "cluster 7", "");
  uint32_t b = intern(&hosts, "https://b.example", "cluster 7", "ignored: the host is known");
  uint32_t c = intern(&hosts, "", "", "");
  const struct cr_host *host = cr_host_at(&hosts, cr_authority_at(&hosts, a)->host);
  assert_int_equal(cr_authority_at(&hosts, b)->host, cr_authority_at(&hosts, a)->host);
  assert_true(cr_span_eq(host->name, CR_SPAN("cluster 7")));
  assert_int_equal(host->site, CR_NO_ID);
  assert_int_equal(host->address, CR_NO_ID);
  assert_int_not_equal(c, CR_NO_ID);
  assert_int_equal(intern(&hosts, "", "", ""), c);
  cr_hosts_close(&hosts);
  cr_test_mem_done(&mem);
}

static void a_site_and_an_address_of_one_name_are_two_groups(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_hosts hosts;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_hosts_open(&hosts, &budget, 1), 0);
  uint32_t site = cr_hosts_group(&hosts, CR_GROUP_SITE, CR_SPAN("192.0.2.1"));
  uint32_t address = cr_hosts_group(&hosts, CR_GROUP_ADDRESS, CR_SPAN("192.0.2.1"));
  assert_int_not_equal(site, address);
  assert_int_equal(cr_hosts_group(&hosts, CR_GROUP_SITE, CR_SPAN("192.0.2.1")), site);
  assert_int_equal(cr_hosts_group(&hosts, CR_GROUP_ADDRESS, CR_SPAN("192.0.2.1")), address);
  assert_int_equal(cr_group_at(&hosts, address)->kind, CR_GROUP_ADDRESS);
  cr_hosts_close(&hosts);
  cr_test_mem_done(&mem);
}

static void numbers_and_names_never_change(void **state)
{
  static const struct cr_host *places[MANY];
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_hosts hosts;
  char origin[64];
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_hosts_open(&hosts, &budget, 1), 0);
  for (int round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < MANY; i++) {
      snprintf(origin, sizeof(origin), "https://h%u.example", i);
      assert_int_equal(intern(&hosts, origin, origin + 8, origin + 8), i);
      if (round == 0)
        places[i] = cr_host_at(&hosts, i);
      assert_ptr_equal(cr_host_at(&hosts, i), places[i]);
      assert_true(cr_span_eq(places[i]->name, cr_span_text(origin + 8)));
      cr_host_prefetch(places[i]);
    }
  }
  cr_hosts_close(&hosts);
  cr_test_mem_done(&mem);
}

static void intern_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  struct cr_hosts hosts;
  char origin[64];
  char site[64];
  (void)arg;

  int err = cr_hosts_open(&hosts, &budget, 1);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  for (uint32_t i = 0; err == 0 && i < 150; i++) {
    snprintf(origin, sizeof(origin), "https://h%u.example", i);
    snprintf(site, sizeof(site), "s%u.example", i / 2);
    uint32_t id = intern(&hosts, origin, origin + 8, site);
    assert_true(id != CR_NO_ID || cr_test_oom_refused(mem));
    if (id == CR_NO_ID)
      continue;
    assert_true(cr_span_eq(cr_authority_at(&hosts, id)->origin, cr_span_text(origin)));
    assert_int_equal(intern(&hosts, origin, origin + 8, site), id);
  }
  cr_hosts_close(&hosts);
}

static void a_failed_step_can_be_taken_again(void **state)
{
  (void)state;
  cr_test_oom(intern_some, NULL);
}

static void the_ceiling_counts_names_too(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 60000 };
  struct cr_hosts hosts;
  static char origin[2000];
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_hosts_open(&hosts, &budget, 1), 0);
  memset(origin, 'x', sizeof(origin) - 1);
  uint32_t id = 0;
  for (int i = 0; i < 100 && id != CR_NO_ID; i++) {
    snprintf(origin, sizeof(origin), "https://h%010d", i);
    origin[strlen(origin)] = 'x'; /* and so on to the end */
    id = intern(&hosts, origin, origin, "");
    assert_true(mem.used[CR_MEM_FRONTIER] <= 60000);
  }
  assert_int_equal(id, CR_NO_ID);
  cr_hosts_close(&hosts);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_stored_once),
    cmocka_unit_test(names_need_not_have_anything_in_common),
    cmocka_unit_test(a_site_and_an_address_of_one_name_are_two_groups),
    cmocka_unit_test(numbers_and_names_never_change),
    cmocka_unit_test(a_failed_step_can_be_taken_again),
    cmocka_unit_test(the_ceiling_counts_names_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

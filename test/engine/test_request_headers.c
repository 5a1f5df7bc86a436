/* SPDX-License-Identifier: MIT */
/* test_request_headers.c - what a request says, and that it says it to nobody else.
 *
 * test_dispatch.c has the rest of a request; the header lines of each request are looked at here as
 * the fetcher gets them, on a web with redirects to and fro.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/requests.h"

enum { MOST = 64 };

struct asked { /* requests in order */
  struct {
    char url[128];
    char lines[512]; /* but for Accept and Accept-Encoding; each ended by '|' */
  } requests[MOST];
  size_t count;
};

static void note(struct cr_sim_net *net, const struct cr_transfer *t)
{
  struct asked *asked = net->user;
  size_t len = 0;

  assert_true(asked->count < MOST);
  (void)snprintf(asked->requests[asked->count].url, 128, "%s", t->url);
  for (size_t i = 0; i < t->header_count; i++)
    if (strncmp(t->headers[i], "Accept", 6) != 0)
      len += (size_t)snprintf(asked->requests[asked->count].lines + len, 512 - len, "%s|",
                              t->headers[i]);
  asked->count++;
}

/* What the i-th request for url said; NULL: there was none. */
static const char *said(const struct asked *asked, const char *url, size_t i)
{
  for (size_t k = 0; k < asked->count; k++)
    if (strcmp(asked->requests[k].url, url) == 0 && i-- == 0)
      return asked->requests[k].lines;
  return NULL;
}

#define WORD "Authorization: Basic bWU6d29yZA==|" /* me:word */

static const struct cr_sim_page pages[] = {
  { "https://a.example/", .hrefs = "/in /out /down /loop https://b.example/back" },
  { "https://a.example/robots.txt", .body = "Sitemap: https://a.example/map\n",
    .type = "text/plain" },
  { "https://a.example/map", .body = "https://a.example/mapped\n", .type = "text/plain" },
  { .url = "https://a.example/mapped" },
  { "https://a.example/in", .to = "https://a.example/in2" },
  { .url = "https://a.example/in2" },
  { "https://a.example/out", .status = 307, .to = "https://b.example/landed" },
  { .url = "https://b.example/landed" },
  { "https://a.example/down", .status = 308, .to = "http://a.example/plain" },
  { .url = "http://a.example/plain" },
  { "https://b.example/back", .to = "https://a.example/home" },
  { .url = "https://a.example/home" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, struct asked *asked)
{
  memset(asked, 0, sizeof(*asked));
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "span_hosts", "1");
  sim->net.on_start = note;
  sim->net.user = asked;
}

static void what_is_meant_for_a_host_goes_there_and_nowhere_else(void **state)
{
  static const struct {
    const char *url, *want;
  } cases[] = {
    { "https://a.example/robots.txt", "X-Key: k|" WORD },
    { "https://a.example/map", "X-Key: k|" WORD },
    { "https://a.example/mapped", "X-Key: k|" WORD },
    { "https://a.example/", "X-Key: k|" WORD },
    { "https://a.example/in2", "X-Key: k|" WORD },
    { "https://a.example/home", "X-Key: k|" WORD }, /* redirected there from elsewhere */
    { "https://b.example/landed", "" },
    { "https://b.example/back", "" },
    { "https://b.example/robots.txt", "" },
    { "http://a.example/plain", "" },
    { "http://a.example/robots.txt", "" },
  };
  struct cr_sim sim;
  struct asked asked;

  (void)state;
  open(&sim, &asked);
  assert_int_equal(crawler_set_header_for(sim.c, "a.example", "X-Key: k"), 0);
  assert_int_equal(crawler_set_credentials(sim.c, ".example:443", "no", "body"), 0);
  cr_sim_set(&sim, "credentials", "");
  assert_int_equal(crawler_set_credentials(sim.c, "a.example", "me", "word"), 0);
  assert_int_equal(crawler_set_credentials(sim.c, "a.example", "me", "second"), 0); /* not sent */
  cr_sim_add(&sim, "https://a.example/");
  cr_sim_run(&sim);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *got = said(&asked, cases[i].url, 0);

    if (!got || strcmp(got, cases[i].want) != 0)
      fail_msg("%s: %s", cases[i].url, got ? got : "not asked for");
  }
  cr_sim_close(&sim);
}

/* An Authorization or Cookie that a request has of its own. */
static void what_is_set_on_a_request_follows_redirects_to_its_own_origin_only(void **state)
{
  static const struct {
    const char *from, *to;
    bool follows;
  } cases[] = {
    { "https://a.example/in", "https://a.example/in2", true },
    { "https://a.example/out", "https://b.example/landed", false },
    { "https://a.example/down", "http://a.example/plain", false },
    { "https://b.example/back", "https://a.example/home", false },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    struct asked asked;

    open(&sim, &asked);
    cr_sim_set(&sim, "obey_robots", "0");
    crawler_request *req = cr_request_of(sim.c, cases[i].from);
    assert_int_equal(crawler_request_set_header(req, "Authorization", "Bearer b"), 0);
    assert_int_equal(crawler_request_set_header(req, "Cookie", "c=1"), 0);
    assert_int_equal(crawler_submit(sim.c, req), 0);
    cr_sim_run(&sim);
    assert_string_equal(said(&asked, cases[i].from, 0), "Authorization: Bearer b|Cookie: c=1|");
    assert_string_equal(said(&asked, cases[i].to, 0),
                        cases[i].follows ? "Authorization: Bearer b|Cookie: c=1|" : "");
    cr_sim_close(&sim);
  }
}

static void the_first_of_a_name_holds(void **state)
{
  struct cr_sim sim;
  struct asked asked;

  (void)state;
  open(&sim, &asked);
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "header", "authorization: of header");
  cr_sim_set(&sim, "header", "x-b: of header");
  cr_sim_set(&sim, "header", "From: header@a.test");
  cr_sim_set(&sim, "header_for", "*.example X-A: of header_for");
  cr_sim_set(&sim, "header_for", "b.example X-B: of header_for");
  cr_sim_set(&sim, "credentials", "* me:word");
  cr_sim_set(&sim, "from", "me@a.test");
  crawler_request *req = cr_request_of(sim.c, "https://b.example/landed");
  assert_int_equal(crawler_request_set_header(req, "X-a", "of the request"), 0);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run(&sim);
  assert_string_equal(said(&asked, "https://b.example/landed", 0),
                      "X-a: of the request|X-B: of header_for|" WORD "From: header@a.test|");
  cr_sim_close(&sim);
}

static void who_asks_is_told_to_all_and_where_a_link_was_as_far_as_is_wanted(void **state)
{
  static const struct {
    const char *policy, *in, *b;
  } cases[] = {
    { "no-referrer", "", "" },
    { "same-origin", "Referer: https://a.example/|", "" },
    { "strict-origin", "Referer: https://a.example/|", "Referer: https://a.example/|" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char want[128];
    struct cr_sim sim;
    struct asked asked;

    open(&sim, &asked);
    cr_sim_set(&sim, "from", "me@a.test");
    cr_sim_set(&sim, "referrer", cases[i].policy);
    cr_sim_add(&sim, "https://a.example/");
    cr_sim_run(&sim);
    assert_string_equal(said(&asked, "https://a.example/", 0), "From: me@a.test|");
    assert_string_equal(said(&asked, "https://a.example/robots.txt", 0), "From: me@a.test|");
    (void)snprintf(want, sizeof(want), "From: me@a.test|%s", cases[i].in);
    assert_string_equal(said(&asked, "https://a.example/in", 0), want);
    (void)snprintf(want, sizeof(want), "From: me@a.test|%s", cases[i].b);
    assert_string_equal(said(&asked, "https://b.example/back", 0), want);
    cr_sim_close(&sim);
  }
}

static void as_many_lines_as_match_fit(void **state)
{
  struct cr_sim sim;
  struct asked asked;
  const char *at;
  int lines = 0;

  (void)state;
  open(&sim, &asked);
  cr_sim_set(&sim, "obey_robots", "0");
  for (int i = 0; i < 100; i++) {
    char line[32];

    (void)snprintf(line, sizeof(line), "* X%d:", i);
    cr_sim_set(&sim, "header_for", line);
  }
  cr_sim_set(&sim, "credentials", "* me:word");
  cr_sim_add(&sim, "https://b.example/landed");
  cr_sim_run(&sim);
  at = said(&asked, "https://b.example/landed", 0);
  for (; *at; at++)
    lines += *at == '|';
  assert_int_equal(lines, 64 + 1);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_meant_for_a_host_goes_there_and_nowhere_else),
    cmocka_unit_test(what_is_set_on_a_request_follows_redirects_to_its_own_origin_only),
    cmocka_unit_test(the_first_of_a_name_holds),
    cmocka_unit_test(who_asks_is_told_to_all_and_where_a_link_was_as_far_as_is_wanted),
    cmocka_unit_test(as_many_lines_as_match_fit),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_cookies.c - cookies in whole crawls; test_cookie_jar.c has the rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fetch/cookie_jar.h"
#include "sim/sim_crawl.h"

enum { MOST = 32 };

struct asked { /* requests in order, with the Cookie line that each had */
  struct {
    char url[128];
    char cookie[128]; /* "": none */
  } requests[MOST];
  size_t count;
};

static void note(struct cr_sim_net *net, const struct cr_transfer *t)
{
  struct asked *asked = net->user;

  assert_true(asked->count < MOST);
  (void)snprintf(asked->requests[asked->count].url, 128, "%s", t->url);
  for (size_t i = 0; i < t->header_count; i++)
    if (cr_span_starts_nocase(cr_span_text(t->headers[i]), CR_SPAN("Cookie:"))) {
      assert_string_equal(asked->requests[asked->count].cookie, "");
      (void)snprintf(asked->requests[asked->count].cookie, 128, "%s", t->headers[i]);
    }
  asked->count++;
}

static const char *cookie_of(const struct asked *asked, const char *url)
{
  for (size_t i = 0; i < asked->count; i++)
    if (strcmp(asked->requests[i].url, url) == 0)
      return asked->requests[i].cookie;
  return "not asked for";
}

#define A "http://a.example"

static const struct cr_sim_page pages[] = {
  { "/robots.txt", .body = "Sitemap: http://a.example/map\n", .type = "text/plain",
    .headers = "Set-Cookie: robots=1; Path=/\r\n" },
  { "/map", .body = A "/mapped\n", .type = "text/plain",
    .headers = "Set-Cookie: map=1; Path=/mapped\r\n" },
  { .url = "/mapped" },
  { "/", .hrefs = "/go /bad http://b.example/ http://x.a.example/",
    .headers = "Set-Cookie: one=1\r\nset-cookie: two=2; Domain=a.example\r\n"
               "Set-Cookie: all=example; Domain=example\r\nSet-Cookie: \r\n" },
  { "/go", .to = "/went", .headers = "Set-Cookie: went=1\r\n" },
  { .url = "/went" },
  { .url = "http://b.example/" },
  { .url = "http://x.a.example/" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, struct asked *asked, const char *cookies)
{
  memset(asked, 0, sizeof(*asked));
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "concurrency", "1");
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "cookies", cookies);
  sim->net.on_start = note;
  sim->net.user = asked;
}

static void every_kind_of_request_has_and_sets_them(void **state)
{
  static const struct {
    const char *url, *want;
  } cases[] = {
    { A "/robots.txt", "" },
    { A "/went", "Cookie: robots=1; one=1; two=2; went=1" },
    { "http://b.example/", "" },
    { "http://x.a.example/", "Cookie: two=2" },
  };
  struct cr_sim sim;
  struct asked asked;

  (void)state;
  open(&sim, &asked, "1");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_string_equal(cookie_of(&asked, cases[i].url), cases[i].want);
  assert_non_null(strstr(cookie_of(&asked, A "/mapped"), "map=1"));
  assert_non_null(strstr(cookie_of(&asked, A "/map"), "robots=1"));
  cr_sim_close(&sim);
}

static void without_the_option_there_are_none(void **state)
{
  struct cr_sim sim;
  struct asked asked;

  (void)state;
  open(&sim, &asked, "0");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_true(asked.count > 8);
  for (size_t i = 0; i < asked.count; i++)
    assert_string_equal(asked.requests[i].cookie, "");
  cr_sim_close(&sim);
}

/* A session that the caller has from elsewhere. */
static void a_cookie_header_of_the_caller_takes_the_jars_place(void **state)
{
  struct cr_sim sim;
  struct asked asked;

  (void)state;
  open(&sim, &asked, "1");
  cr_sim_set(&sim, "header", "cookie: mine=1");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_string_equal(cookie_of(&asked, A "/went"), "cookie: mine=1");
  assert_string_equal(cookie_of(&asked, "http://x.a.example/"), "Cookie: two=2");
  cr_sim_close(&sim);
}

/* As many lines as a header block has room for. */
static void one_response_sets_so_many(void **state)
{
  enum { LINES = 900 };
  static char headers[LINES * 32];
  static struct cr_sim_page hostile[] = { { "/", .headers = headers } };
  struct cr_sim_site flood = CR_SIM_SITE(hostile);
  struct cr_sim sim;
  size_t len = 0;

  (void)state;
  for (int i = 0; i < LINES; i++)
    len += (size_t)snprintf(headers + len, sizeof(headers) - len, "Set-Cookie: c%d=%d\r\n", i, i);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &flood.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "cookies", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_cookie_jar_count(sim.s->cookies), CR_COOKIES_PER_RESPONSE);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_request_has_and_sets_them),
    cmocka_unit_test(without_the_option_there_are_none),
    cmocka_unit_test(a_cookie_header_of_the_caller_takes_the_jars_place),
    cmocka_unit_test(one_response_sets_so_many),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_identify.c - what a URL is known by: fingerprint, politeness key, authority.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static const struct cr_sim_page pages[] = { { .url = "/" } };
static const struct cr_sim_site site = CR_SIM_SITE(pages);

/* A crawler that has run, so that it has a frontier, and an arena for requests. */
static void open(struct cr_sim *sim, struct cr_arena *arena)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_run(sim);
  cr_arena_init(arena, &sim->mem, CR_MEM_CORE, 1024, 0);
}

static void close(struct cr_sim *sim, struct cr_arena *arena)
{
  cr_arena_free(arena);
  cr_sim_close(sim);
}

static uint64_t fingerprint(struct cr_sim *sim, struct cr_arena *arena, const char *url,
                            crawler_method method)
{
  struct crawler_request req = { .arena = arena, .mem = sim->s->mem, .method = (uint8_t)method };
  uint64_t fp = 0;

  assert_int_equal(cr_url_parse(&sim->s->url, cr_span_text(url), NULL), 0);
  assert_int_equal(cr_identify(sim->s, &req, &fp), 0);
  return fp;
}

static void spellings_of_one_url_have_one_fingerprint(void **state)
{
  static const char *const same[] = {
    "http://a.example/x",      "HTTP://A.EXAMPLE:80/x",   "http://a.example/y/../x",
    "http://a.example/x#part", "http://a.example/%78",    "http://a.example/x?",
    "http://a.example./x",     "http://user@a.example/x",
  };
  static const char *const others[] = {
    "https://a.example/x", "http://a.example:81/x", "http://a.example/X",
    "http://a.example/x/", "http://a.example/x?a",  "http://b.example/x",
  };
  struct cr_arena arena;
  struct cr_sim sim;
  (void)state;

  open(&sim, &arena);
  uint64_t fp = fingerprint(&sim, &arena, same[0], CRAWLER_GET);
  for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
    if (fingerprint(&sim, &arena, same[i], CRAWLER_GET) != fp)
      fail_msg("%s has another fingerprint", same[i]);
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (fingerprint(&sim, &arena, others[i], CRAWLER_GET) == fp)
      fail_msg("%s has the same fingerprint", others[i]);
  close(&sim, &arena);
}

static void the_method_counts(void **state)
{
  struct cr_arena arena;
  struct cr_sim sim;
  (void)state;

  open(&sim, &arena);
  uint64_t get = fingerprint(&sim, &arena, "http://a.example/", CRAWLER_GET);
  uint64_t head = fingerprint(&sim, &arena, "http://a.example/", CRAWLER_HEAD);
  uint64_t post = fingerprint(&sim, &arena, "http://a.example/", CRAWLER_POST);
  assert_true(get != head && get != post && head != post);
  close(&sim, &arena);
}

static void another_seed_gives_other_fingerprints(void **state)
{
  struct cr_arena arena;
  struct cr_sim a;
  struct cr_sim b;
  (void)state;

  open(&a, &arena);
  uint64_t fp = fingerprint(&a, &arena, "http://a.example/", CRAWLER_GET);
  close(&a, &arena);
  cr_sim_open(&b, &(struct cr_sim_config){ .world = &site.world, .seed = 2 });
  cr_sim_run(&b);
  cr_arena_init(&arena, &b.mem, CR_MEM_CORE, 1024, 0);
  assert_true(fingerprint(&b, &arena, "http://a.example/", CRAWLER_GET) != fp);
  close(&b, &arena);
}

static void what_cannot_be_fetched_is_refused(void **state)
{
  struct cr_arena arena;
  struct cr_sim sim;
  struct crawler_request req = { .arena = &arena };
  char text[CR_REQUEST_MAX_URL + 64] = "http://a.example/";
  uint64_t fp;
  (void)state;

  open(&sim, &arena);
  assert_int_equal(cr_url_parse(&sim.s->url, CR_SPAN("mailto:a@b.example"), NULL), 0);
  assert_int_equal(cr_identify(sim.s, &req, &fp), CRAWLER_E_SCHEME);
  memset(text + 17, 'x', sizeof(text) - 17);
  assert_int_equal(cr_url_parse(&sim.s->url, cr_span(text, CR_REQUEST_MAX_URL), NULL), 0);
  assert_int_equal(cr_identify(sim.s, &req, &fp), 0);
  assert_int_equal(cr_url_parse(&sim.s->url, cr_span(text, CR_REQUEST_MAX_URL + 1), NULL), 0);
  assert_int_equal(cr_identify(sim.s, &req, &fp), CRAWLER_E_LIMIT);
  close(&sim, &arena);
}

static void the_politeness_key_is_the_host_and_a_port_of_its_own(void **state)
{
  static const struct {
    const char *url, *key;
  } cases[] = {
    { "http://a.example/", "a.example" },
    { "https://a.example/", "a.example" }, /* 80 and 443 are one server */
    { "http://a.example:443/", "a.example" },
    { "https://a.example:80/", "a.example" },
    { "http://a.example:8080/", "a.example:8080" },
    { "https://a.example:8080/", "a.example:8080" },
    { "http://a.example:1/", "a.example:1" },
    { "http://a.example:65535/", "a.example:65535" },
    { "http://127.0.0.1/", "127.0.0.1" },
    { "http://[::1]:8080/", "[::1]:8080" },
    { "http://[::1]/", "[::1]" },
    { "http://a.example./", "a.example" }, /* the root's dot */
    { "http://a.example.:81/", "a.example:81" },
  };
  struct cr_arena arena;
  struct cr_sim sim;
  (void)state;

  open(&sim, &arena);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct crawler_request req = { .arena = &arena, .mem = sim.s->mem };
    uint64_t fp;
    assert_int_equal(cr_url_parse(&sim.s->url, cr_span_text(cases[i].url), NULL), 0);
    assert_int_equal(cr_identify(sim.s, &req, &fp), 0);
    struct cr_span key = cr_politeness_key(&arena, &req);
    if (!cr_span_eq(key, cr_span_text(cases[i].key)))
      fail_msg("%s: %.*s", cases[i].url, (int)key.len, key.at);
  }
  close(&sim, &arena);
}

static void authorities_are_found_again_however_many_there_are(void **state)
{
  enum { HOSTS = 2000 };
  struct cr_arena arena;
  struct cr_sim sim;
  uint32_t ids[HOSTS];
  char url[64];
  (void)state;

  open(&sim, &arena);
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < HOSTS; i++) {
      struct crawler_request req = { .arena = &arena, .mem = sim.s->mem };
      uint64_t fp;
      (void)snprintf(url, sizeof(url), "http://h%d.example:%d/", i / 2, 8000 + i % 2);
      assert_int_equal(cr_url_parse(&sim.s->url, cr_span_text(url), NULL), 0);
      assert_int_equal(cr_identify(sim.s, &req, &fp), 0);
      uint32_t id = cr_authority_of(sim.s, &req, false);
      assert_true(id != CR_NO_ID);
      if (round == 0)
        ids[i] = id;
      assert_int_equal(id, ids[i]);
      assert_true(cr_span_eq(sim.s->frontier->ops->authority_origin(sim.s->frontier, id),
                             cr_request_origin(&req)));
    }
  for (int i = 1; i < HOSTS; i++)
    assert_true(ids[i] != ids[i - 1]);
  close(&sim, &arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(spellings_of_one_url_have_one_fingerprint),
    cmocka_unit_test(the_method_counts),
    cmocka_unit_test(another_seed_gives_other_fingerprints),
    cmocka_unit_test(what_cannot_be_fetched_is_refused),
    cmocka_unit_test(the_politeness_key_is_the_host_and_a_port_of_its_own),
    cmocka_unit_test(authorities_are_found_again_however_many_there_are),
  };

  return cmocka_run_group_tests_name("identify", tests, NULL, NULL);
}

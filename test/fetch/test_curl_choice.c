/* SPDX-License-Identifier: MIT */
/* What is chosen of a name's addresses, and what a connection is held to. */
#include "fetch/curl_choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

static struct cr_address parse(const char *text)
{
  struct cr_address address = { .family = 0 };

  assert_true(cr_address_parse(cr_span_text(text), &address));
  return address;
}

static const char *choose(struct cr_curl_choice *choice, const char *text, const char *refusal,
                          enum cr_fetch_verdict verdict)
{
  struct cr_address address = parse(text);

  return cr_curl_choose(choice, &address, refusal, verdict);
}

static int hold(const struct cr_curl_choice *choice, const char *text)
{
  struct cr_address address = parse(text);

  return (int)cr_curl_hold(choice, &address);
}

static void policy_and_owner_choose(void **state)
{
  enum { NOT_CHOSEN = -1 };
  static const struct {
    const char *refusal; /* the policy's */
    enum cr_fetch_verdict verdict;
    int held; /* NOT_CHOSEN, or what a connection to it is held to */
  } cases[] = {
    { NULL, CR_FETCH_UNJUDGED, CR_CURL_HELD_POLICY },
    { NULL, CR_FETCH_AS_POLICY, CR_CURL_HELD_POLICY },
    { NULL, CR_FETCH_REFUSE, NOT_CHOSEN },
    { NULL, CR_FETCH_THOUGH_REFUSED, CR_CURL_HELD_POLICY },
    { "no", CR_FETCH_UNJUDGED, NOT_CHOSEN },
    { "no", CR_FETCH_AS_POLICY, NOT_CHOSEN },
    { "no", CR_FETCH_REFUSE, NOT_CHOSEN },
    { "no", CR_FETCH_THOUGH_REFUSED, CR_CURL_HELD_YES },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_curl_choice choice = { .count = 0 };
    const char *no = choose(&choice, "192.0.2.1", cases[i].refusal, cases[i].verdict);
    bool is_asked = cases[i].verdict != CR_FETCH_UNJUDGED;

    assert_int_equal(choice.count, cases[i].held != NOT_CHOSEN);
    assert_int_equal(no == NULL, cases[i].held != NOT_CHOSEN);
    if (no && cases[i].refusal && cases[i].verdict != CR_FETCH_REFUSE)
      assert_string_equal(no, cases[i].refusal);
    assert_int_equal(hold(&choice, "192.0.2.1"), cases[i].held != NOT_CHOSEN ? cases[i].held
                                                 : is_asked                  ? CR_CURL_HELD_OTHER
                                                                             : CR_CURL_HELD_POLICY);
    assert_int_equal(hold(&choice, "192.0.2.2"),
                     is_asked ? CR_CURL_HELD_OTHER : CR_CURL_HELD_POLICY);
  }
}

static void a_mapped_address_is_held_to_the_ipv4_address(void **state)
{
  struct cr_curl_choice choice = { .count = 0 };

  (void)state;
  assert_null(choose(&choice, "::ffff:192.0.2.1", "no", CR_FETCH_THOUGH_REFUSED));
  assert_int_equal(hold(&choice, "192.0.2.1"), CR_CURL_HELD_YES);
  assert_int_equal(hold(&choice, "::192.0.2.1"), CR_CURL_HELD_OTHER);
}

static void what_has_no_room_is_not_held_to(void **state)
{
  struct cr_curl_choice choice = { .count = 0 };
  char text[32];

  (void)state;
  for (int i = 0; i < CR_CURL_ADDRESSES + 2; i++) {
    (void)snprintf(text, sizeof(text), "192.0.2.%d", i);
    assert_null(choose(&choice, text, NULL, CR_FETCH_AS_POLICY));
  }
  assert_int_equal(choice.count, CR_CURL_ADDRESSES);
  assert_int_equal(hold(&choice, "192.0.2.3"), CR_CURL_HELD_POLICY);
  assert_int_equal(hold(&choice, "192.0.2.4"), CR_CURL_HELD_OTHER);
}

/* Multicast without an interface's name is no address to connect to anywhere. */
static void an_ipv4_address_goes_first_where_ipv6_leads_nowhere(void **state)
{
  static const struct {
    const char *addresses[3];
    const char *first;
    bool first_though;
  } cases[] = {
    { { "ff02::1", "127.0.0.1", NULL }, "127.0.0.1", true },
    { { "ff02::1", "ff02::2", "127.0.0.1" }, "127.0.0.1", true },
    { { "127.0.0.1", "ff02::1", NULL }, "127.0.0.1", false },
    { { "ff02::1", "ff02::2", NULL }, "ff02::1", false },
    { { "ff02::1", NULL, NULL }, "ff02::1", false },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_curl_choice choice = { .count = 0 };
    char text[64];
    for (size_t k = 0; k < 3 && cases[i].addresses[k]; k++)
      assert_null(choose(&choice, cases[i].addresses[k],
                         k > 0 && strchr(cases[i].addresses[k], '.') ? "no" : NULL,
                         CR_FETCH_THOUGH_REFUSED));
    cr_curl_choice_order(&choice);
    cr_address_format(&choice.addresses[0], text);
    assert_string_equal(text, cases[i].first);
    assert_int_equal(choice.though_refused[0], cases[i].first_though);
  }
  cr_curl_choice_order(&(struct cr_curl_choice){ .count = 0 });
}

static void a_refusal_names_the_address_if_there_is_memory_for_it(void **state)
{
  struct cr_mem mem;
  struct cr_address_policy *policy = NULL;
  struct cr_arena arena;
  struct cr_transfer t = { .host = CR_SPAN("a.test"), .arena = &arena };
  struct cr_address address = parse("10.0.0.1");
  struct cr_address global = parse("8.8.8.8");

  (void)state;
  cr_test_mem_init(&mem);
  assert_int_equal(cr_address_policy_open(&policy, &mem, "0"), 0);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 256, 0);
  assert_null(cr_curl_refusal(policy, &t, &global));
  assert_string_equal(cr_curl_refusal(policy, &t, &address),
                      "10.0.0.1 is not an address that may be connected to");
  cr_arena_free(&arena);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 256, 1);
  assert_string_equal(cr_curl_refusal(policy, &t, &address), "the address may not be connected to");
  cr_arena_free(&arena);
  cr_address_policy_close(policy);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(policy_and_owner_choose),
    cmocka_unit_test(a_mapped_address_is_held_to_the_ipv4_address),
    cmocka_unit_test(what_has_no_room_is_not_held_to),
    cmocka_unit_test(an_ipv4_address_goes_first_where_ipv6_leads_nowhere),
    cmocka_unit_test(a_refusal_names_the_address_if_there_is_memory_for_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_url_key_names.c - the listed names of parameters and files.
 */
#include "url/url_key.h"
#include "url_cases.h"

static void tracking_names_are_found_wherever_they_stand_in_the_list(void **state)
{
  static const char *const names[] = { "__hsfp",     "_ga",    "dclid",  "FBCLID",       "gclid",
                                       "igshid",     "mc_cid", "mc_eid", "msclkid",      "wbraid",
                                       "YSCLID",     "yclid",  "utm_id", "UTM_anything", "hsa_x",
                                       "mtm_source", "utm_" };
  static const char *const others[] = { "",  "a",    "_",   "gclid_", "gcli", "zz",   "ysclidx",
                                        "~", "\xff", "utm", "_g",     "id",   "page", "q" };

  (void)state;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (!cr_key_is_tracking(cr_span_text(names[i])))
      fail_msg("%s", names[i]);
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (cr_key_is_tracking(cr_span_text(others[i])))
      fail_msg("%s", others[i]);
}

static void session_values_must_have_their_form(void **state)
{
  static const struct {
    const char *name;
    const char *value;
    bool want;
  } cases[] = {
    { "jsessionid", "", true },
    { "PHPSESSID", "x", true },
    { "cfid", "1", true },
    { "cfid", "", false },
    { "cfid", "1a", false },
    { "sid", "0123456789abcdefghijklemopqrstuv", true },
    { "sid", "0123456789abcdefghijklemopqrstu", false },
    { "sid", "0123456789abcdefghijklemopqrst-v", false },
    { "aspsessionidABCDEFGH", "ABCDEFGHABCDEFGHABCDEFGH", true },
    { "aspsessionidABCDEFG1", "ABCDEFGHABCDEFGHABCDEFGH", false },
    { "aspsessionidABCDEFGH", "ABCDEFGHABCDEFGHABCDEFG", false },
    { "", "", false },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (cr_key_is_session(cr_span_text(cases[i].name), cr_span_text(cases[i].value)) !=
        cases[i].want)
      fail_msg("%s=%s", cases[i].name, cases[i].value);
}

static bool listed(const char *name, const char *list)
{
  return cr_key_is_listed(cr_span_text(name), cr_span_text(list));
}

static void a_list_is_names_between_commas(void **state)
{
  (void)state;
  assert_true(listed("a", "a"));
  assert_true(listed("B", "a, b ,c"));
  assert_true(listed("c", "a,b,c"));
  assert_true(listed("c1", "a,b,c*"));
  assert_true(listed("", "*"));
  assert_false(listed("", ""));
  assert_false(listed("", "a,,b"));
  assert_false(listed("ab", "a,b"));
  assert_false(listed("a", "ab,b"));
  assert_false(listed("a", "a b"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tracking_names_are_found_wherever_they_stand_in_the_list),
    cmocka_unit_test(session_values_must_have_their_form),
    cmocka_unit_test(a_list_is_names_between_commas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

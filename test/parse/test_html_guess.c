/* SPDX-License-Identifier: MIT */
/* test_html_guess.c - what may be a link, where the standard knows none.
 */
#include "parse/extract_rig.h"

static void strings_comments_and_doctypes_are_guesses(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } rows[] = {
    { "<script>f('/a/b.do');g(\"https://x.test/?a=b\",`../c`)</script>",
      "guess:/a/b.do guess:https://x.test/?a=b guess:../c " },
    { "<script>'/' '//' 'a/b' '/a b' '/\\d+/' \"<a href=1>\" '/a\n' '/b</script>", "" },
    { "<script>'it\\'s /a' + '/b'</script>", "guess:/b " },
    { "<!--[if lt IE 9]><script src=1></script><link href=2><![endif]-->", "script:1 link:2 " },
    { "<!--[if true]> x --><!--[if-->", "" },
    { "<!-- <a href=1>x</a> <A HREF=2>--><a href=3>", "guess:1'x' guess:2 a:3 " },
    { "<!--\n<UL><li><A HREF=1></UL>\n--><img src=2>", "guess:1 image:2 " },
    { "<!-- a < b <--><!--<--><!-- < a href=1> --><!-- </a href=1> --><!-- href=1 -->", "" },
    { "<base href=/b/><!-- <base href=/c/><meta name=robots content=nofollow> --><a href=1>",
      "a:1 " },
    { "<!--<a href=1><iframe srcdoc='<img src=2>'></iframe><link rel=canonical href=3>--><img "
      "src=4>",
      "guess:1 guess:2 guess:3 image:4 " },
    { "<!DOCTYPE html SYSTEM \"/a.dtd\"><a href=1>", "guess:/a.dtd a:1 " },
    { "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\" 'http://www.w3.org/TR/x.dtd'>",
      "guess:http://www.w3.org/TR/x.dtd " },
    { "<!doctype html SYSTEM \"about:legacy-compat\"><!doctype html>", "" },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    extract_expect(&rig, rows[i].html, rows[i].want);
  rig.wants.kinds = ~(1u << CRAWLER_LINK_GUESS);
  for (size_t i = 0; i < 2; i++)
    extract_expect(&rig, rows[i].html, "");
  assert_int_equal(rig.collect.found.count, 0);
  extract_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(strings_comments_and_doctypes_are_guesses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

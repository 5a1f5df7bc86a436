/* SPDX-License-Identifier: MIT */
/* test_url_key_path.c - session ids, doubled slashes and index files in the path of a key.
 */
#include "url_cases.h"

enum {
  SLASH = CR_URL_RULE_TRAILING_SLASH,
  SESSION = CR_URL_RULE_SESSION,
  INDEX = CR_URL_RULE_INDEX,
  SLASHES = CR_URL_RULE_SLASHES,
  CASE = CR_URL_RULE_CASE
};

#define ID24 "4hqa0555fwsecu455xqckv45"

static const struct {
  const char *path;
  unsigned rules;
  const char *want;
  const char *why;
} cases[] = {
  { "/a;jsessionid=1", SESSION, "/a", "at the end" },
  { "/a;jsessionid=1/b", SESSION, "/a/b", "in the middle" },
  { "/a;JSessionID=0A1.w-1;b=c", SESSION, "/a;b=c", "any case, any value" },
  { "/a;b=c;jsessionid=1", SESSION, "/a;b=c", "behind another" },
  { "/a;jsessionid=1;jsessionid=2/;jsessionid=3", SESSION, "/a/", "many" },
  { "/;jsessionid=1", SESSION, "/", "nothing else" },
  { "/a;jsessionid", SESSION, "/a;jsessionid", "no value" },
  { "/a;xjsessionid=1", SESSION, "/a;xjsessionid=1", "another name" },
  { "/jsessionid=1", SESSION, "/jsessionid=1", "not behind ';'" },
  { "/a;jsessionid=1", 0, "/a;jsessionid=1", "not by itself" },
  { "/..;jsessionid=1/b", SESSION, "/..;jsessionid=1/b", "no new dot segment" },
  { "/.;jsessionid=1", SESSION, "/.;jsessionid=1", "no new dot segment" },
  { "/...;jsessionid=1", SESSION, "/...", "that is none" },
  { "/(S(" ID24 "))/mileg.aspx", SESSION, "/mileg.aspx", "urlcanon, aggressive" },
  { "/(" ID24 ")/mileg.aspx", SESSION, "/mileg.aspx", "urlcanon, aggressive" },
  { "/a/(A(" ID24 ")S(" ID24 "))/b/c.ASPX", SESSION, "/a/b/c.ASPX", "two of them" },
  { "/(S(" ID24 "))/x.html", SESSION, "/(S(" ID24 "))/x.html", "no .aspx" },
  { "/x.aspx/(S(" ID24 "))/y", SESSION, "/x.aspx/(S(" ID24 "))/y", "before it only" },
  { "/(S(" ID24 "0))/x.aspx", SESSION, "/(S(" ID24 "0))/x.aspx", "not an id" },
  { "/(S(" ID24 ")/x.aspx", SESSION, "/(S(" ID24 ")/x.aspx", "not an id" },
  { "/(S(" ID24 "))S/x.aspx", SESSION, "/(S(" ID24 "))S/x.aspx", "not an id" },
  { "/(" ID24 ");jsessionid=1/x.aspx", SESSION, "/x.aspx", "one behind which another stands" },
  { "/(" ID24 ");b=1/x.aspx", SESSION, "/(" ID24 ");b=1/x.aspx", "not an id" },
  { "/()/()x.aspx", SESSION, "/()/()x.aspx", "not an id" },

  { "/index.html", INDEX, "/", "the root" },
  { "/a/Default.ASP", INDEX, "/a/", "any case" },
  { "/a/index.php", INDEX, "/a/", "" },
  { "/a/index.phpx", INDEX, "/a/index.phpx", "another ending" },
  { "/a/index.", INDEX, "/a/index.", "none" },
  { "/a/index", INDEX, "/a/index", "none" },
  { "/a/xindex.html", INDEX, "/a/xindex.html", "another name" },
  { "/index.html/", INDEX, "/index.html/", "a directory" },
  { "/index.html/index.html", INDEX, "/index.html/", "the last one" },
  { "/a/index.html", 0, "/a/index.html", "not by itself" },
  { "/a/%69ndex.html", INDEX, "/a/", "when escapes are undone" },

  { "//a///b//", SLASHES, "/a/b/", "all of them" },
  { "////", SLASHES, "/", "the root" },
  { "/a%2F/b", SLASHES, "/a%2F/b", "not escaped ones" },
  { "//a//b", 0, "//a//b", "not by itself" },

  { "/a//index.html//index.html", INDEX | SLASH, "/a", "until neither is left" },
  { "/index.html;jsessionid=1", INDEX | SESSION, "/", "the session first" },
  { "/(S(" ID24 "))/default.aspx/", INDEX | SLASH | SESSION, "/", "the session first" },
  { "/;jsessionid=1/a", SESSION | SLASHES, "/a", "then slashes" },
  { "/A/INDEX.HTML", INDEX | CASE, "/a/", "" },
};

static void paths_come_out_as_the_rules_say(void **state)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf text;
  struct cr_buf key;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_buf_init(&text, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&key, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_key_rules rules = { .bits = cases[i].rules };
    for (int again = 0; again <= 1; again++) { /* and the key's key is the key */
      cr_buf_clear(&text);
      assert_int_equal(cr_buf_add_text(&text, "http://a.org"), 0);
      assert_int_equal(cr_buf_add_text(&text, again ? cases[i].want : cases[i].path), 0);
      assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), 0);
      assert_int_equal(cr_url_key(&url, &rules, &key), 0);
      if (strcmp(key.data + strlen("http://a.org"), cases[i].want) != 0)
        fail_msg("row %zu: %s (%s)", i, key.data, cases[i].why);
    }
  }
  cr_buf_free(&key);
  cr_buf_free(&text);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(paths_come_out_as_the_rules_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

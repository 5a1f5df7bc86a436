/* SPDX-License-Identifier: MIT */
/* NEEDS: cares gumbo */
/* Every option by its name: default, set and get, what is refused and how it is said. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/oom.h"

struct row {
  const char *name;
  const char *type;
  long long least, most;
  int before_start;
};

#define START 1
#define ANY 0
static const struct row rows[] = {
#define OPT(name, type, initial, least, most, when, help) { #name, #type, least, most, when },
#include "api/options.def"
#undef OPT
};
enum { ROWS = sizeof(rows) / sizeof(*rows) };

#define EVERY_OPTION(name) \
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))

static bool is_text(const char *name)
{
  return strcmp(crawler_option_type(name), "text") == 0 ||
         strcmp(crawler_option_type(name), "list") == 0;
}

/* ---- what there is ---- */

static void the_walk_meets_every_option_once(void **state)
{
  size_t n = 0;

  (void)state;
  EVERY_OPTION(name)
  {
    assert_string_equal(name, rows[n].name);
    for (size_t i = 0; i < n; i++)
      assert_string_not_equal(name, rows[i].name);
    n++;
  }
  assert_int_equal(n, ROWS);
  assert_null(crawler_option_next("no_such_option"));
}

static void names_are_lower_case_with_underscores_and_no_unit(void **state)
{
  (void)state;
  EVERY_OPTION(name)
  {
    assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_2"), strlen(name));
    assert_null(strstr(name, "_ms"));
    if (strncmp(name, "max_bytes", 9) != 0) /* they are what it counts, as pages of max_pages */
      assert_null(strstr(name, "_bytes"));
  }
}

static void every_option_has_type_default_and_one_line_of_help(void **state)
{
  static const char types[] = " bool int duration size text list ";

  (void)state;
  EVERY_OPTION(name)
  {
    char word[32];

    (void)snprintf(word, sizeof(word), " %s ", crawler_option_type(name));
    assert_non_null(strstr(types, word));
    assert_non_null(crawler_option_default(name));
    assert_true(strlen(crawler_option_help(name)) > 4);
    assert_null(strchr(crawler_option_help(name), '\n'));
  }
  assert_null(crawler_option_type("no_such_option"));
  assert_null(crawler_option_default("no_such_option"));
  assert_null(crawler_option_help("no_such_option"));
  assert_null(crawler_option_help(NULL));
}

/* ---- set and get ---- */

static void defaults_are_what_a_new_crawler_has(void **state)
{
  crawler *c = crawler_new();
  crawler *other = crawler_new();

  (void)state;
  EVERY_OPTION(name)
  {
    char before[256];

    (void)snprintf(before, sizeof(before), "%s", crawler_get_option(c, name));
    assert_int_equal(crawler_set_option(other, name, crawler_option_default(name)), 0);
    assert_string_equal(crawler_get_option(other, name), before);
  }
  crawler_free(other);
  crawler_free(c);
}

static const struct {
  const char *name, *value, *same; /* as crawler_get_option() gives it */
} settings[] = {
  { "max_pages", "25", "25" },
  { "max_pages", "none", "-1" },
  { "max_pages", "-1", "-1" },
  { "max_pages", "0", "0" },
  { "max_pages", "9223372036854775807", "9223372036854775807" },
  { "max_depth", "65534", "65534" },
  { "max_time", "10m", "600000ms" },
  { "max_time", "none", "-1" },
  { "max_time", "0", "0ms" },
  { "delay", "500ms", "500ms" },
  { "delay", "2", "2000ms" },
  { "delay", "0.25", "250ms" },
  { "delay", "1.5s", "1500ms" },
  { "delay", "1d", "86400000ms" },
  { "timeout", "1ms", "1ms" },
  { "max_body", "64k", "65536" },
  { "max_body", "1M", "1048576" },
  { "max_body", "2G", "2147483648" },
  { "max_body", "10", "10" },
  { "obey_robots", "off", "0" },
  { "obey_robots", "YES", "1" },
  { "cookies", "true", "1" },
  { "cookies", "no", "0" },
  { "links", "a", "a" },
  { "links", "a, area", "a, area" },
  { "links", "all", "all" },
  { "links", "", "" },
  { "user_agent", "me/1.0 (+https://me.example/)", "me/1.0 (+https://me.example/)" },
  { "allow_private", "1", "1" },
  { "allow_private", "yes", "yes" },
  { "allow_private", "off", "off" },
  { "allow_private", "127.0.0.1,10.0.0.0/8,fd00::/8", "127.0.0.1,10.0.0.0/8,fd00::/8" },
  { "resolve", "a.test:80:127.0.0.1", "a.test:80:127.0.0.1" },
  { "workers", "0", "0" },
  { "proxy", "http://127.0.0.1:3128", "http://127.0.0.1:3128" },
  { "dns_servers", "127.0.0.1:5353,::1", "127.0.0.1:5353,::1" },
  { "ca_file", "/dev/null", "/dev/null" },
  { "ca_file", "", "" },
  { "from", "Crawl Team <crawl@a.test>", "Crawl Team <crawl@a.test>" },
  { "from", "", "" },
  { "client_cert", "/dev/null", "/dev/null" },
  { "client_key", "/dev/null", "/dev/null" },
  { "client_key_password", "a word", "a word" },
  { "tls_min", "1.3", "1.3" },
  { "interface", "::1", "::1" },
  { "ip_version", "6", "6" },
  { "referrer", "strict-origin", "strict-origin" },
  { "header_for", "a.test X: 1", "a.test X: 1\n" },
  { "credentials", "http://a.test:81 me:secret word", "http://a.test:81 me:secret word\n" },
  { "max_frontier", "none", "-1" },
  { "random_seed", "42", "42" },
};

static void what_is_set_is_what_is_got(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
    if (crawler_set_option(c, settings[i].name, settings[i].value) != 0)
      fail_msg("%s=%s: %s", settings[i].name, settings[i].value, crawler_errmsg(c));
    assert_string_equal(crawler_get_option(c, settings[i].name), settings[i].same);
  }
  crawler_free(c);
}

static void every_boolean_takes_all_words_for_yes_and_no(void **state)
{
  static const char *const words[2][4] = { { "0", "false", "no", "off" },
                                           { "1", "true", "yes", "on" } };
  crawler *c = crawler_new();
  int count = 0;

  (void)state;
  for (const char *name = NULL; (name = crawler_option_next(name)) != NULL;) {
    if (strcmp(crawler_option_type(name), "bool") != 0)
      continue;
    count++;
    for (int word = 0; word < 8; word++) {
      assert_int_equal(crawler_set_option(c, name, words[word % 2][word / 2]), 0);
      assert_string_equal(crawler_get_option(c, name), word % 2 ? "1" : "0");
    }
  }
  assert_true(count > 30);
  crawler_free(c);
}

static void what_is_got_can_be_set(void **state)
{
  crawler *from = crawler_new();
  crawler *to = crawler_new();

  (void)state;
  for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
    assert_int_equal(crawler_set_option(from, settings[i].name, settings[i].value), 0);
  assert_int_equal(crawler_set_header(from, "A: 1, 2"), 0);
  assert_int_equal(crawler_set_header(from, "B: 3"), 0);
  EVERY_OPTION(name)
  {
    char value[256];

    (void)snprintf(value, sizeof(value), "%s", crawler_get_option(from, name));
    assert_int_equal(crawler_set_option(to, name, value), 0);
    assert_string_equal(crawler_get_option(to, name), value);
  }
  crawler_free(to);
  crawler_free(from);
}

static void bounds_are_taken_and_what_is_beyond_is_refused(void **state)
{
  char text[32];

  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    const char *unit = strcmp(rows[i].type, "DURATION") == 0 ? "ms" : "";
    crawler *c = crawler_new();

    if (is_text(rows[i].name) || strcmp(rows[i].type, "BOOL") == 0) {
      crawler_free(c);
      continue;
    }
    (void)snprintf(text, sizeof(text), "%lld%s", rows[i].least, rows[i].least < 0 ? "" : unit);
    assert_int_equal(crawler_set_option(c, rows[i].name, text), 0);
    assert_string_equal(crawler_get_option(c, rows[i].name), text);
    if (rows[i].most < INT64_MAX / 4) {
      (void)snprintf(text, sizeof(text), "%lld%s", rows[i].most, unit);
      assert_int_equal(crawler_set_option(c, rows[i].name, text), 0);
      assert_string_equal(crawler_get_option(c, rows[i].name), text);
      (void)snprintf(text, sizeof(text), "%lld%s", rows[i].most + 1, unit);
      assert_int_equal(crawler_set_option(c, rows[i].name, text), CRAWLER_E_VALUE);
    }
    if (rows[i].least > 0) {
      (void)snprintf(text, sizeof(text), "%lld%s", rows[i].least - 1, unit);
      assert_int_equal(crawler_set_option(c, rows[i].name, text), CRAWLER_E_VALUE);
    }
    if (rows[i].least >= 0) /* "none" is for options that can have no limit */
      assert_int_equal(crawler_set_option(c, rows[i].name, "none"), CRAWLER_E_VALUE);
    crawler_free(c);
  }
}

static void a_header_is_added_by_each_set_and_an_empty_one_takes_all_away(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_set_header(c, "X-One: 1"), 0);
  assert_int_equal(crawler_set_option(c, "header", "X-Two:2"), 0);
  assert_string_equal(crawler_get_option(c, "header"), "X-One: 1\nX-Two:2\n");
  assert_int_equal(crawler_set_header(c, ""), 0);
  assert_string_equal(crawler_get_option(c, "header"), "");
  crawler_free(c);
}

/* ---- what is refused ---- */

static const struct {
  const char *name, *value;
  const char *says[3]; /* words of the message beside the option's name */
} bad[] = {
  { "max_pages", "many", { "a number", "-1", "many" } },
  { "max_pages", "-2", { "-1", "-2" } },
  { "max_pages", "", { "a number" } },
  { "max_pages", "5 ", { "a number" } },
  { "max_pages", "9223372036854775808", { "a number" } },
  { "concurrency", "0", { "from 1 to 100000", "0" } },
  { "concurrency", "100001", { "from 1 to 100000", "100001" } },
  { "max_depth", "65535", { "from -1 to 65534" } },
  { "delay", "-5", { "500ms", "from 0ms", "-5" } },
  { "delay", "5x", { "500ms", "5x" } },
  { "delay", "1.2.3", { "1.2.3" } },
  { "delay", ".", { "500ms" } },
  { "delay", "99999999999999999999", { "500ms" } },
  { "timeout", "0", { "from 1ms", "0ms" } },
  { "max_body", "12Q", { "64M", "12Q" } },
  { "max_body", "-1", { "64M", "from 0" } },
  { "max_headers", "1", { "from 1024" } },
  { "obey_robots", "maybe", { "true", "off", "maybe" } },
  { "obey_robots", "2", { "yes", "2" } },
  { "links", "a,img", { "kinds of links", "all", "a,img" } },
  { "allow_private", "10.0.0.0/33", { "CIDR", "10.0.0.0/33" } },
  { "allow_private", "perhaps not", { "CIDR" } },
  { "resolve", "a.test", { "HOST:PORT:ADDR", "a.test" } },
  { "resolve", "a.test:80:nowhere", { "HOST:PORT:ADDR" } },
  { "header", "no colon", { "Name: value" } },
  { "client_cert", "no/such/file.pem", { "PEM", "no/such/file.pem" } },
  { "client_key", "no/such/file.pem", { "PEM", "no/such/file.pem" } },
  { "tls_min", "1.1", { "1.2 or 1.3", "1.1" } },
  { "tls_min", "", { "1.2 or 1.3" } },
  { "interface", "fe80::1%eth0", { "eth0", "address" } },
  { "ip_version", "5", { "any", "(4)", "(6)" } },
  { "from", "nobody", { "mail address", "nobody" } },
  { "from", "@", { "mail address" } },
  { "from", "a@b.test\r\nX: y", { "mail address" } },
  { "referrer", "origin", { "no-referrer", "strict-origin", "origin" } },
  { "header", "Bad Name: x", { "Name: value" } },
  { "header", ": x", { "Name: value" } },
  { "header", "X: a\rY: b", { "Name: value" } },
  { "user_agent", "a\r\nX: y", { "User-Agent" } },
  { "proxy", "socks4://127.0.0.1:1", { "proxy", "socks4://127.0.0.1:1" } },
  { "proxy", "localhost:8080", { "proxy" } },
  { "dns_servers", "resolver.test", { "ADDR[:PORT]", "resolver.test" } },
  { "dns_servers", "127.0.0.1:99999", { "ADDR[:PORT]" } },
  { "ca_file", "no/such/file.pem", { "PEM", "can be read", "no/such/file.pem" } },
  { "ca_file", "/", { "PEM", "can be read", "not: /" } },
};

static void
a_bad_value_is_refused_by_a_message_that_names_the_option_and_what_it_takes(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
    crawler *c = crawler_new();
    char before[256];

    (void)snprintf(before, sizeof(before), "%s", crawler_get_option(c, bad[i].name));
    if (crawler_set_option(c, bad[i].name, bad[i].value) != CRAWLER_E_VALUE)
      fail_msg("%s=%s was taken", bad[i].name, bad[i].value);
    assert_non_null(strstr(crawler_errmsg(c), bad[i].name));
    for (size_t k = 0; k < 3 && bad[i].says[k]; k++)
      if (!strstr(crawler_errmsg(c), bad[i].says[k]))
        fail_msg("'%s' is not in: %s", bad[i].says[k], crawler_errmsg(c));
    assert_string_equal(crawler_get_option(c, bad[i].name), before);
    crawler_free(c);
  }
}

static void an_unknown_option_is_refused_by_name(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_string_equal(crawler_errmsg(c), "");
  assert_int_equal(crawler_set_option(c, "max_pagez", "1"), CRAWLER_E_OPTION);
  assert_non_null(strstr(crawler_errmsg(c), "max_pagez"));
  assert_null(crawler_get_option(c, "max_pagez"));
  assert_int_equal(crawler_set_option(c, "", "1"), CRAWLER_E_OPTION);
  assert_int_equal(crawler_set_option(c, "Max_Pages", "1"), CRAWLER_E_OPTION);
  crawler_free(c);
}

static void null_is_refused(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_set_option(NULL, "max_pages", "1"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_option(c, NULL, "1"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_option(c, "max_pages", NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_option(c, "links", NULL), CRAWLER_E_INVAL);
  assert_null(crawler_get_option(NULL, "links"));
  assert_null(crawler_get_option(c, NULL));
  crawler_free(c);
}

static void a_line_break_cannot_be_smuggled_into_the_typed_header_setter(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_set_header(c, "X: a\nY: b"), CRAWLER_E_VALUE);
  assert_string_equal(crawler_get_option(c, "header"), "");
  crawler_free(c);
}

/* Set one by one, or all in one text: 64, and not one more. */
static void a_65th_header_is_refused_and_the_64_are_kept(void **state)
{
  crawler *c = crawler_new();
  crawler *other = crawler_new();
  char all[1024];

  (void)state;
  for (int i = 0; i < 64; i++)
    assert_int_equal(crawler_set_header(c, "X-H: 1"), 0);
  assert_int_equal(crawler_set_header(c, "X-Last: 1"), CRAWLER_E_LIMIT);
  assert_non_null(strstr(crawler_errmsg(c), "header"));
  assert_non_null(strstr(crawler_errmsg(c), "64"));
  (void)snprintf(all, sizeof(all), "%s", crawler_get_option(c, "header"));
  assert_int_equal(strlen(all), 64 * strlen("X-H: 1\n"));
  assert_int_equal(crawler_set_option(other, "header", all), 0);
  assert_int_equal(crawler_set_option(other, "header", ""), 0);
  assert_int_equal(crawler_set_option(other, "header", "Y: 1"), 0);
  assert_int_equal(crawler_set_option(other, "header", all), CRAWLER_E_LIMIT);
  assert_string_equal(crawler_get_option(other, "header"), "Y: 1\n");
  crawler_free(other);
  crawler_free(c);
}

static void a_failed_set_is_remembered_by_everything_that_begins(void **state)
{
  crawler *c = crawler_new();
  crawler_page *page;

  (void)state;
  assert_int_equal(crawler_set_option(c, "max_pages", "x"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_option(c, "nope", "x"), CRAWLER_E_OPTION);
  assert_int_equal(crawler_set_max_pages(c, 4), 0);
  assert_int_equal(crawler_run(c), CRAWLER_E_VALUE);
  assert_int_equal(crawler_step(c, 0), CRAWLER_E_VALUE);
  assert_int_equal(crawler_next(c, &page, 0), CRAWLER_E_VALUE);
  assert_null(page);
  assert_int_equal(crawler_start_thread(c), CRAWLER_E_VALUE);
  crawler_free(c);
}

/* Other calls fail after the setting, and after the first try to run. */
static void what_runs_says_why_the_first_setting_failed_whatever_failed_since(void **state)
{
  crawler *c = crawler_new();
  crawler_page *page;

  (void)state;
  assert_int_equal(crawler_set_delay_ms(c, -5), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_max_pages(c, -7), CRAWLER_E_VALUE);
  assert_int_equal(crawler_allow_host(c, "a b c"), CRAWLER_E_VALUE);
  assert_null(strstr(crawler_errmsg(c), "delay"));
  assert_int_equal(crawler_run(c), CRAWLER_E_VALUE);
  assert_non_null(strstr(crawler_errmsg(c), "option delay"));
  assert_non_null(strstr(crawler_errmsg(c), "-5"));
  assert_int_equal(crawler_add(c, "ftp://a.test/"), CRAWLER_E_SCHEME);
  assert_int_equal(crawler_next(c, &page, 0), CRAWLER_E_VALUE);
  assert_non_null(strstr(crawler_errmsg(c), "option delay"));
  assert_int_equal(crawler_set_option(c, "nope", "x"), CRAWLER_E_OPTION);
  assert_int_equal(crawler_start_thread(c), CRAWLER_E_VALUE);
  assert_non_null(strstr(crawler_errmsg(c), "option delay"));
  crawler_free(c);
}

/* ---- when ---- */

static const char *value_for(const char *name)
{
  if (strcmp(name, "user_agent") == 0)
    return "me/1";
  return crawler_option_default(name);
}

static void some_options_are_for_before_the_start_and_the_others_for_any_time(void **state)
{
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  for (size_t i = 0; i < ROWS; i++) {
    int want = rows[i].before_start ? CRAWLER_E_STATE : 0;

    assert_int_equal(crawler_set_option(rig.c, rows[i].name, value_for(rows[i].name)), want);
    if (want < 0)
      assert_non_null(strstr(crawler_errmsg(rig.c), rows[i].name));
  }
  cr_crawl_close(&rig);
}

/* ---- memory ---- */

static void set_everything(struct cr_mem *mem, void *arg)
{
  struct cr_home *home = cr_home_new(mem->malloc_fn, mem->realloc_fn, mem->free_fn, mem->user);
  crawler *c = home ? cr_crawler_on(home) : NULL;

  (void)arg;
  if (!c)
    return;
  for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
    int err = crawler_set_option(c, settings[i].name, settings[i].value);

    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    (void)crawler_get_option(c, settings[i].name);
  }
  assert_true(crawler_set_header(c, "A: b") == 0 || cr_test_oom_refused(mem));
  crawler_free(c);
}

static void without_memory_a_set_says_so_and_nothing_leaks(void **state)
{
  (void)state;
  cr_test_oom(set_everything, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_walk_meets_every_option_once),
    cmocka_unit_test(every_boolean_takes_all_words_for_yes_and_no),
    cmocka_unit_test(names_are_lower_case_with_underscores_and_no_unit),
    cmocka_unit_test(every_option_has_type_default_and_one_line_of_help),
    cmocka_unit_test(defaults_are_what_a_new_crawler_has),
    cmocka_unit_test(what_is_set_is_what_is_got),
    cmocka_unit_test(what_is_got_can_be_set),
    cmocka_unit_test(bounds_are_taken_and_what_is_beyond_is_refused),
    cmocka_unit_test(a_header_is_added_by_each_set_and_an_empty_one_takes_all_away),
    cmocka_unit_test(a_bad_value_is_refused_by_a_message_that_names_the_option_and_what_it_takes),
    cmocka_unit_test(an_unknown_option_is_refused_by_name),
    cmocka_unit_test(null_is_refused),
    cmocka_unit_test(a_line_break_cannot_be_smuggled_into_the_typed_header_setter),
    cmocka_unit_test(a_65th_header_is_refused_and_the_64_are_kept),
    cmocka_unit_test(a_failed_set_is_remembered_by_everything_that_begins),
    cmocka_unit_test(what_runs_says_why_the_first_setting_failed_whatever_failed_since),
    cmocka_unit_test(some_options_are_for_before_the_start_and_the_others_for_any_time),
    cmocka_unit_test(without_memory_a_set_says_so_and_nothing_leaks),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

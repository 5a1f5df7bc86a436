/* SPDX-License-Identifier: MIT */
/* test_cookie_jar.c - who sets a cookie, who gets it back, and that no server fills the jar. */
#include "fetch/cookie_jar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/jsonl.h"
#include "support/oom.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define NOW INT64_C(1559559600000) /* 2019-06-03T11:00:00Z */

enum { ROOM = 1 << 20 };

struct rig {
  struct cr_mem mem;
  struct cr_cookie_jar *jar;
  struct cr_buf line;
};

static void open(struct rig *rig, size_t max_bytes)
{
  cr_test_mem_init(&rig->mem);
  assert_int_equal(cr_cookie_jar_open(&rig->jar, &rig->mem, max_bytes, 1), 0);
  cr_buf_init(&rig->line, &rig->mem, CR_MEM_CORE, 1 << 16);
}

static void close(struct rig *rig)
{
  cr_buf_free(&rig->line);
  cr_cookie_jar_close(rig->jar);
  cr_test_mem_done(&rig->mem);
}

/* "http://a.test:81/b" in its parts. */
static struct cr_cookie_place place_of(const char *url)
{
  const char *host = strstr(url, "://") + 3;

  return (struct cr_cookie_place){
    .host = cr_span(host, *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/")),
    .path = cr_span_text(strchr(host, '/')),
    .https = strncmp(url, "https", 5) == 0,
  };
}

static void take_at(struct rig *rig, const char *url, const char *value, int64_t wall_ms)
{
  struct cr_cookie_place place = place_of(url);

  assert_int_equal(cr_cookie_jar_take(rig->jar, &place, cr_span_text(value), wall_ms), 0);
}

static const char *given_at(struct rig *rig, const char *url, int64_t wall_ms)
{
  struct cr_cookie_place place = place_of(url);

  cr_buf_clear(&rig->line);
  assert_int_equal(cr_cookie_jar_give(rig->jar, &place, wall_ms, &rig->line), 0);
  assert_int_equal(cr_buf_add_char(&rig->line, '\0'), 0);
  return rig->line.data;
}

#define take(rig, url, value) take_at(rig, url, value, NOW)
#define given(rig, url) given_at(rig, url, NOW)

/* ---- the suite behind RFC 6265 ---- */

static void run_case(const struct cr_json *row)
{
  const struct cr_json *received = cr_json_get(row, "received");
  const struct cr_json *sent = cr_json_get(row, "sent");
  const char *to = cr_json_text(row, "sent-to");
  char url[256];
  char want[512] = "";
  size_t len = 0;
  struct rig rig;

  open(&rig, ROOM);
  for (size_t i = 0; i < cr_json_len(received); i++) {
    struct cr_cookie_place place = place_of("http://home.example.org:8888/cookie-parser");
    assert_int_equal(cr_cookie_jar_take(rig.jar, &place, cr_json_at(received, i)->text, NOW), 0);
  }
  (void)snprintf(url, sizeof(url), "%s%s", to && *to != '/' ? "" : "http://home.example.org:8888",
                 to ? to : "/cookie-parser-result");
  for (size_t i = 0; i < cr_json_len(sent); i++)
    len += (size_t)snprintf(want + len, sizeof(want) - len, "%s%s=%s", i > 0 ? "; " : "",
                            cr_json_text(cr_json_at(sent, i), "name"),
                            cr_json_text(cr_json_at(sent, i), "value"));
  if (strcmp(given(&rig, url), want) != 0)
    fail_msg("%s: '%s' instead of '%s'", cr_json_text(row, "id"), rig.line.data, want);
  close(&rig);
}

/* All of it: no case is left out. */
static void the_http_state_suite_passes(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  int rows = 0;

  (void)state;
  cr_jsonl_open(&lines, "http/cookies.jsonl");
  for (; (row = cr_jsonl_next(&lines)); rows++)
    run_case(row);
  assert_int_equal(rows, 118);
  cr_jsonl_close(&lines);
}

/* ---- what the suite says nothing of ---- */

static void a_cookie_goes_where_it_may_and_nowhere_else(void **state)
{
  static const struct {
    const char *set_at, *value, *asked, *want;
  } cases[] = {
    /* Super-cookies: the public suffix list, its private part too. */
    { "http://a.co.uk/", "s=1; Domain=co.uk", "http://b.co.uk/", "" },
    { "http://a.co.uk/", "s=1; Domain=co.uk", "http://a.co.uk/", "" },
    { "http://a.com/", "s=1; Domain=com", "http://b.com/", "" },
    { "http://a.github.io/", "s=1; Domain=github.io", "http://b.github.io/", "" },
    { "http://github.io/", "s=1; Domain=github.io", "http://github.io/", "s=1" },
    { "http://github.io/", "s=1; Domain=github.io", "http://b.github.io/", "" },
    { "http://a.unlisted/", "s=1; Domain=unlisted", "http://b.unlisted/", "" },
    { "http://b.a.co.uk/", "s=1; Domain=a.co.uk", "http://c.a.co.uk/", "s=1" },
    { "http://localhost/", "s=1", "http://localhost/", "s=1" },
    /* Other hosts. */
    { "http://a.test/", "s=1; Domain=b.test", "http://b.test/", "" },
    { "http://evila.test/", "s=1; Domain=a.test", "http://a.test/", "" },
    { "http://x.a.test/", "s=1; Domain=y.x.a.test", "http://y.x.a.test/", "" },
    { "http://a.test/", "s=1", "http://x.a.test/", "" },
    { "http://a.test/", "s=1; Domain=a.test.", "http://a.test/", "" },
    /* Addresses have no domains. */
    { "http://127.0.0.1/", "s=1; Domain=0.0.1", "http://9.0.0.1/", "" },
    { "http://127.0.0.1/", "s=1; Domain=127.0.0.1", "http://127.0.0.1/", "s=1" },
    { "http://[::1]/", "s=1", "http://[::1]/", "s=1" },
    { "http://[::1]/", "s=1", "http://[::2]/", "" },
    /* Ports and the scheme make no difference (section 8.5), but for Secure. */
    { "http://a.test:81/", "s=1", "https://a.test/", "s=1" },
    { "https://a.test/", "s=1; Secure", "http://a.test/", "" },
    { "https://a.test/", "s=1; Secure", "https://a.test:444/", "s=1" },
    { "http://a.test/", "s=1; Secure", "https://a.test/", "" },
    /* Paths. */
    { "http://a.test/b/c?/d", "s=1", "http://a.test/b/x", "s=1" },
    { "http://a.test/b/c?/d", "s=1", "http://a.test/bx", "" },
    { "http://a.test/b/c?/d", "s=1", "http://a.test/b?/", "s=1" },
    { "http://a.test/b/c", "s=1; Path=/e", "http://a.test/e", "s=1" },
    { "http://a.test/", "s=1; Path=/e", "http://a.test/ef", "" },
    { "http://a.test/", "s=1; Path=/e/", "http://a.test/e", "" },
    /* Prefixes (rfc6265bis, section 4.1.3). */
    { "https://a.test/", "__Secure-s=1; Secure", "https://a.test/", "__Secure-s=1" },
    { "https://a.test/", "__Secure-s=1", "https://a.test/", "" },
    { "https://a.test/", "__host-s=1; Secure; Path=/", "https://a.test/", "__host-s=1" },
    { "https://a.test/", "__Host-s=1; Secure", "https://a.test/", "" },
    { "https://x.a.test/", "__Host-s=1; Secure; Path=/; Domain=a.test", "https://x.a.test/", "" },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct rig rig;

    open(&rig, ROOM);
    take(&rig, cases[i].set_at, cases[i].value);
    if (strcmp(given(&rig, cases[i].asked), cases[i].want) != 0)
      fail_msg("%s at %s, asked %s: %s", cases[i].value, cases[i].set_at, cases[i].asked,
               rig.line.data);
    close(&rig);
  }
}

static void longer_paths_come_first_then_older_cookies(void **state)
{
  struct rig rig;

  (void)state;
  open(&rig, ROOM);
  take(&rig, "http://a.test/b/c", "one=1; Path=/");
  take(&rig, "http://a.test/b/c", "two=2; Path=/b");
  take(&rig, "http://a.test/b/c", "three=3; Path=/");
  take(&rig, "http://a.test/b/c", "one=4; Path=/"); /* as old as it was */
  take(&rig, "http://a.test/b/c", "four=5; Path=/b/c");
  assert_string_equal(given(&rig, "http://a.test/b/c"), "four=5; two=2; one=4; three=3");
  assert_int_equal(cr_cookie_jar_count(rig.jar), 4);
  close(&rig);
}

static void cookies_end_and_are_taken_away(void **state)
{
  struct rig rig;

  (void)state;
  open(&rig, ROOM);
  take(&rig, "http://a.test/", "a=1; Max-Age=10");
  take(&rig, "http://a.test/", "b=2");
  assert_string_equal(given_at(&rig, "http://a.test/", NOW + 9999), "a=1; b=2");
  assert_string_equal(given_at(&rig, "http://a.test/", NOW + 10000), "b=2");
  assert_int_equal(cr_cookie_jar_count(rig.jar), 1);
  take(&rig, "http://a.test/", "b=x; Path=/other; Max-Age=0"); /* another one */
  assert_string_equal(given(&rig, "http://a.test/"), "b=2");
  take(&rig, "http://a.test/", "b=x; Max-Age=0");
  assert_string_equal(given(&rig, "http://a.test/"), "");
  assert_int_equal(cr_cookie_jar_bytes(rig.jar), 0);
  close(&rig);
}

/* rfc6265bis, section 5.7: what https has said isn't for http to change. */
static void http_does_not_replace_or_hide_what_is_secure(void **state)
{
  struct rig rig;

  (void)state;
  open(&rig, ROOM);
  take(&rig, "https://a.test/", "s=1; Secure; Path=/in");
  take(&rig, "http://a.test/", "s=2; Path=/in");
  take(&rig, "http://a.test/", "s=3; Path=/in/side; Domain=a.test");
  assert_string_equal(given(&rig, "https://a.test/in/side"), "s=1");
  take(&rig, "http://a.test/", "s=4; Path=/out");
  assert_string_equal(given(&rig, "https://a.test/out"), "s=4");
  take(&rig, "https://a.test/", "s=5; Path=/in");
  assert_string_equal(given(&rig, "http://a.test/in"), "s=5");
  close(&rig);
}

/* ---- ceilings ---- */

/* From hosts below one registrable domain, each with a path of its own. */
static void a_site_has_so_many_cookies_and_the_least_used_go(void **state)
{
  struct rig rig;

  (void)state;
  open(&rig, ROOM);
  take(&rig, "http://keep.test/", "other=site");
  for (int i = 0; i < 10000; i++) {
    char url[64];
    char value[64];

    (void)snprintf(url, sizeof(url), "http://h%d.evil.test/", i % 100);
    (void)snprintf(value, sizeof(value), "c%d=%d", i, i);
    take(&rig, url, value);
    if (i == 100)
      take(&rig, "http://evil.test/", "used=1");
    if (i > 100)
      assert_string_equal(given(&rig, "http://evil.test/"), "used=1");
  }
  assert_int_equal(cr_cookie_jar_count(rig.jar), CR_COOKIES_PER_SITE + 1);
  assert_string_equal(given(&rig, "http://keep.test/"), "other=site");
  assert_string_equal(given(&rig, "http://h99.evil.test/"), "c9899=9899; c9999=9999");
  close(&rig);
}

static void a_site_has_so_many_bytes_and_a_request_fewer(void **state)
{
  static char value[4097];
  struct rig rig;

  (void)state;
  open(&rig, ROOM);
  memset(value, 'x', sizeof(value) - 1);
  for (int i = 0; i < 180; i++) {
    char name[16];

    (void)snprintf(name, sizeof(name), "%03d=", i);
    memcpy(value, name, 4);
    take(&rig, "http://a.test/", value);
  }
  assert_true(cr_cookie_jar_bytes(rig.jar) <= CR_COOKIE_BYTES_PER_SITE + 256);
  assert_int_equal(cr_cookie_jar_count(rig.jar), 15);
  take(&rig, "http://a.test/", "short=1");
  assert_true(strlen(given(&rig, "http://a.test/")) <= CR_COOKIE_LINE_BYTES);
  assert_non_null(strstr(rig.line.data, "; short=1")); /* there was room for it behind others */
  close(&rig);
}

/* 10,000 hosts that set as much as they may: the jar stays as large as it may be. */
static void many_sites_share_the_jar_and_the_least_used_go(void **state)
{
  enum { MAX = 1 << 20 };
  static char value[2000];
  struct rig rig;

  (void)state;
  open(&rig, MAX);
  memset(value, 'x', sizeof(value) - 1);
  value[1] = '=';
  for (int i = 0; i < 10000; i++) {
    char url[64];

    (void)snprintf(url, sizeof(url), "http://host%d.test/", i);
    take(&rig, url, value);
    take(&rig, "http://mine.test/", "mine=1");
    assert_true(cr_cookie_jar_bytes(rig.jar) <= MAX);
    assert_true(rig.mem.used[CR_MEM_FETCH] < MAX + MAX / 8);
  }
  assert_true(cr_cookie_jar_bytes(rig.jar) > MAX - 4096);
  assert_string_equal(given(&rig, "http://mine.test/"), "mine=1");
  assert_string_equal(given(&rig, "http://host0.test/"), "");
  assert_string_equal(given(&rig, "http://host9999.test/"), value);
  close(&rig);
}

/* A jar that is smaller than a site may be holds that one. */
static void a_jar_without_room_holds_the_last_site(void **state)
{
  struct rig rig;

  (void)state;
  open(&rig, 0);
  take(&rig, "http://a.test/", "a=1");
  take(&rig, "http://a.test/", "b=1");
  assert_string_equal(given(&rig, "http://a.test/"), "a=1; b=1");
  take(&rig, "http://b.test/", "b=1");
  assert_string_equal(given(&rig, "http://a.test/"), "");
  close(&rig);
}

/* ---- memory ---- */

static void use_jar(struct cr_mem *mem, void *arg)
{
  struct cr_cookie_jar *jar = NULL;
  struct cr_buf line;
  int err = cr_cookie_jar_open(&jar, mem, ROOM, 1);

  (void)arg;
  cr_buf_init(&line, mem, CR_MEM_CORE, 1 << 16);
  for (int i = 0; err == 0 && i < 40; i++) {
    char url[64];
    struct cr_cookie_place place;

    (void)snprintf(url, sizeof(url), "http://h%d.test/", i);
    place = place_of(url);
    err = cr_cookie_jar_take(jar, &place, CR_SPAN("a=1"), NOW);
    err = err ? err : cr_cookie_jar_take(jar, &place, CR_SPAN("a=2"), NOW);
    err = err ? err : cr_cookie_jar_give(jar, &place, NOW, &line);
  }
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  cr_buf_free(&line);
  cr_cookie_jar_close(jar);
}

static void a_refused_allocation_keeps_what_was_there(void **state)
{
  (void)state;
  cr_test_oom(use_jar, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_http_state_suite_passes),
    cmocka_unit_test(a_cookie_goes_where_it_may_and_nowhere_else),
    cmocka_unit_test(longer_paths_come_first_then_older_cookies),
    cmocka_unit_test(cookies_end_and_are_taken_away),
    cmocka_unit_test(http_does_not_replace_or_hide_what_is_secure),
    cmocka_unit_test(a_site_has_so_many_cookies_and_the_least_used_go),
    cmocka_unit_test(a_site_has_so_many_bytes_and_a_request_fewer),
    cmocka_unit_test(many_sites_share_the_jar_and_the_least_used_go),
    cmocka_unit_test(a_jar_without_room_holds_the_last_site),
    cmocka_unit_test(a_refused_allocation_keeps_what_was_there),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

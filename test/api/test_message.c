/* SPDX-License-Identifier: MIT */
/* NEEDS: pcre2 */
/* The message of the last error: every function that is given a crawler leaves one. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

static void the_message_is_that_of_the_last_failure(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_string_equal(crawler_errmsg(c), "");
  assert_string_equal(crawler_errmsg(NULL), "");
  assert_true(crawler_set_option(c, "first", "1") < 0);
  assert_non_null(strstr(crawler_errmsg(c), "first"));
  assert_int_equal(crawler_set_max_pages(c, 5), 0); /* success leaves it alone */
  assert_non_null(strstr(crawler_errmsg(c), "first"));
  assert_true(crawler_set_option(c, "second", "1") < 0);
  assert_non_null(strstr(crawler_errmsg(c), "second"));
  assert_null(strstr(crawler_errmsg(c), "first"));
  crawler_free(c);
}

static void a_message_longer_than_its_room_is_cut(void **state)
{
  static const size_t lengths[] = { 1, 400, 480, 490, 500, 508, 509, 510, 511, 512, 513, 5000 };
  crawler *c = crawler_new();
  char *text = calloc(1, 5001);

  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
    memset(text, 'x', lengths[i]);
    text[lengths[i]] = '\0';
    assert_int_equal(cr_error(c, CRAWLER_E_INVAL, text, "detail"), CRAWLER_E_INVAL);
    assert_true(strlen(crawler_errmsg(c)) < sizeof(c->errmsg));
    assert_int_equal(cr_error(c, CRAWLER_E_INVAL, "text", text), CRAWLER_E_INVAL);
    assert_int_equal(strncmp(crawler_errmsg(c), "text: xx", lengths[i] > 1 ? 8 : 7), 0);
    assert_true(strlen(crawler_errmsg(c)) < sizeof(c->errmsg));
  }
  free(text);
  crawler_free(c);
}

/* ---- every function ---- */

static const char NOTHING_SAID[] = "nothing was said";

static void check(const crawler *c, int err, int want, const char *says, const char *call)
{
  if (err != want)
    fail_msg("%s: %s", call, crawler_error_name(err));
  if (!strstr(crawler_errmsg(c), says))
    fail_msg("%s: '%s' is not in: %s", call, says, crawler_errmsg(c));
}

#define FAILS(c, call, want, says)            \
  do {                                        \
    (void)cr_error(c, 0, NOTHING_SAID, NULL); \
    check(c, call, want, says, #call);        \
  } while (0)

static void a_failure_to_set_leaves_a_message(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  FAILS(c, crawler_set_option(c, NULL, "1"), CRAWLER_E_INVAL, "name");
  FAILS(c, crawler_set_option(c, "delay", NULL), CRAWLER_E_INVAL, "delay");
  FAILS(c, crawler_set_option(c, "dealy", "1"), CRAWLER_E_OPTION, "dealy");
  FAILS(c, crawler_set_option(c, "delay", "x"), CRAWLER_E_VALUE, "500ms");
  FAILS(c, crawler_set_max_pages(c, -5), CRAWLER_E_VALUE, "max_pages");
  FAILS(c, crawler_set_proxy(c, NULL), CRAWLER_E_INVAL, "proxy");
  FAILS(c, crawler_set_header(c, NULL), CRAWLER_E_INVAL, "header");
  FAILS(c, crawler_set_header_for(c, NULL, "A: b"), CRAWLER_E_INVAL, "header_for");
  FAILS(c, crawler_set_credentials(c, "*", "me", NULL), CRAWLER_E_INVAL, "credentials");
  FAILS(c, crawler_allow_host(c, NULL), CRAWLER_E_INVAL, "pattern");
  FAILS(c, crawler_deny_host(c, "a b"), CRAWLER_E_VALUE, "a b");
  FAILS(c, crawler_allow_url(c, "re:("), CRAWLER_E_VALUE, "offset");
  FAILS(c, crawler_deny_url(c, NULL), CRAWLER_E_INVAL, "pattern");
  FAILS(c, crawler_include(c, NULL), CRAWLER_E_INVAL, "pattern");
  FAILS(c, crawler_exclude(c, NULL), CRAWLER_E_INVAL, "pattern");
  FAILS(c, crawler_set_event_base(c, NULL), CRAWLER_E_INVAL, "base");
  FAILS(c, crawler_set_loop(c, NULL, NULL, NULL), CRAWLER_E_INVAL, "watch");
  crawler_free(c);
}

static void a_failure_to_add_leaves_a_message(void **state)
{
  crawler *c = crawler_new();
  crawler *other = crawler_new();
  crawler_request *req;

  (void)state;
  FAILS(c, crawler_add(c, NULL), CRAWLER_E_INVAL, "url");
  FAILS(c, crawler_add(c, "example.org"), CRAWLER_E_URL, "https://example.org/");
  FAILS(c, crawler_add(c, "ftp://a.test/"), CRAWLER_E_SCHEME, "ftp://a.test/");
  FAILS(c, crawler_add_sitemap(c, "ftp://a.test/"), CRAWLER_E_SCHEME, "http://");
  FAILS(c, crawler_add_from(c, NULL, "/"), CRAWLER_E_INVAL, "req");
  FAILS(c, crawler_request_new(c, NULL, "http://a.test/"), CRAWLER_E_INVAL, "req");
  FAILS(c, crawler_request_new(c, &req, NULL), CRAWLER_E_INVAL, "url");
  FAILS(c, crawler_request_new(c, &req, "http://["), CRAWLER_E_URL, "http://[");
  FAILS(c, crawler_submit(c, NULL), CRAWLER_E_INVAL, "req");
  assert_int_equal(crawler_request_new(other, &req, "http://a.test/"), 0);
  FAILS(c, crawler_add_from(c, req, "mailto:a"), CRAWLER_E_SCHEME, "mailto:a");
  FAILS(c, crawler_submit(c, req), CRAWLER_E_INVAL, "another crawler");
  FAILS(c, crawler_add(c, "ftp://me:word@a.test/"), CRAWLER_E_SCHEME, "http://");
  assert_null(strstr(crawler_errmsg(c), "word"));
  crawler_free(other);
  crawler_free(c);
}

static void too_many_addresses_leave_a_message(void **state)
{
  crawler *c = crawler_new();
  char many[4200];

  (void)state;
  memset(many, '1', sizeof(many) - 1);
  many[sizeof(many) - 1] = '\0';
  FAILS(c, crawler_resolved(c, 1, many, 1), CRAWLER_E_INVAL, "4 KB");
  crawler_free(c);
}

static void a_failure_to_drive_leaves_a_message(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  FAILS(c, crawler_next(c, NULL, 0), CRAWLER_E_INVAL, "page");
  FAILS(c, crawler_start(c), CRAWLER_E_STATE, "crawler_set_loop()");
  FAILS(c, crawler_fd_ready(c, 0, CRAWLER_READ), CRAWLER_E_STATE, "crawler_set_loop()");
  FAILS(c, crawler_timer_fired(c), CRAWLER_E_STATE, "crawler_set_loop()");
  FAILS(c, crawler_wait(c, 0), CRAWLER_E_STATE, "crawler_start_thread()");
  crawler_free(c);
}

static void a_failure_to_ask_leaves_a_message(void **state)
{
  crawler *c = crawler_new();
  crawler_explanation *e;
  crawler_page *page;
  crawler_robots *robots;

  (void)state;
  FAILS(c, crawler_get_stats(c, NULL), CRAWLER_E_INVAL, "out");
  FAILS(c, crawler_host_pause(c, 0), CRAWLER_E_INVAL, "crawler_host_count()");
  FAILS(c, crawler_host_resume(c, 0), CRAWLER_E_INVAL, "crawler_host_count()");
  FAILS(c, crawler_explain(c, NULL, "http://a.test/", 0), CRAWLER_E_INVAL, "out");
  FAILS(c, crawler_explain(c, &e, NULL, 0), CRAWLER_E_INVAL, "url");
  FAILS(c, crawler_explain(c, &e, "http://a.test/", 2), CRAWLER_E_INVAL, "flags");
  FAILS(c, crawler_document_new_with(c, &page, "x", NULL, "", 0, NULL), CRAWLER_E_URL, "URL");
  FAILS(c, crawler_document_new_with(c, &page, NULL, NULL, NULL, 1, NULL), CRAWLER_E_INVAL, "NULL");
  FAILS(c, crawler_document_new_with(c, &page, NULL, NULL, "", 0, "b"), CRAWLER_E_VALUE, "links");
  FAILS(c, crawler_robots_new_with(c, NULL, NULL, "", 0, NULL, 0), CRAWLER_E_INVAL, "out");
  FAILS(c, crawler_robots_new_with(c, &robots, "ftp://a/", "", 0, NULL, 0), CRAWLER_E_SCHEME,
        "ftp://a/");
  crawler_free(c);
}

/* ---- while it runs ---- */

static int fail_in_hook(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)page;
  CR_CRAWL_EXPECT(rig, crawler_run(c) == CRAWLER_E_BUSY);
  CR_CRAWL_EXPECT(rig, strstr(crawler_errmsg(c), "hook"));
  CR_CRAWL_EXPECT(rig, crawler_add(c, "ftp://in.hook/") == CRAWLER_E_SCHEME);
  CR_CRAWL_EXPECT(rig, strstr(crawler_errmsg(c), "ftp://in.hook/"));
  return 0;
}

static void *fail_often(void *arg)
{
  struct cr_crawl_rig *rig = arg;

  for (int i = 0; i < 2000; i++)
    CR_CRAWL_EXPECT(rig, crawler_add(rig->c, i % 2 ? "nonsense" : "ftp://a.test/") < 0);
  return NULL;
}

static void what_was_given_out_stays_while_other_threads_fail(void **state)
{
  struct cr_crawl_rig rig;
  pthread_t threads[2];

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_add(rig.c, "first"), CRAWLER_E_URL);
  const char *first = crawler_errmsg(rig.c);
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, fail_often, &rig), 0);
  for (int i = 0; i < 2000; i++)
    assert_non_null(strstr(first, "first"));
  for (int i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  assert_true(strstr(crawler_errmsg(rig.c), "nonsense") || strstr(crawler_errmsg(rig.c), "ftp:"));
  cr_crawl_close(&rig);
}

static void a_hook_is_told_what_failed_in_it(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_page(rig.c, fail_in_hook, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_message_is_that_of_the_last_failure),
    cmocka_unit_test(a_message_longer_than_its_room_is_cut),
    cmocka_unit_test(a_failure_to_set_leaves_a_message),
    cmocka_unit_test(a_failure_to_add_leaves_a_message),
    cmocka_unit_test(too_many_addresses_leave_a_message),
    cmocka_unit_test(a_failure_to_drive_leaves_a_message),
    cmocka_unit_test(a_failure_to_ask_leaves_a_message),
    cmocka_unit_test(what_was_given_out_stays_while_other_threads_fail),
    cmocka_unit_test(a_hook_is_told_what_failed_in_it),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

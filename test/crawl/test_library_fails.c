/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* test_library_fails.c - whole crawls of a real site in which calls of libcurl fail in turn.
 *
 * The functions are defined anew, count their calls, and answer with an error where a test wants
 * it. Whatever fails: the crawl goes on or ends with an error and words for it, and leaves nothing.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/fault_site.h"

#undef curl_easy_setopt /* macros that check types */
#undef curl_easy_getinfo
#undef curl_multi_setopt

enum { SAMPLE = 25 };

enum call { EASY_INIT, EASY_SETOPT, MULTI_INIT, MULTI_SETOPT, MULTI_ADD, MULTI_ACT };

static struct {
  enum call call;
  int error;
  int64_t first, last; /* calls that fail, from 1; 0: none */
  int64_t calls;       /* of that function so far */
} plan;

static int fault(enum call call)
{
  if (call != plan.call)
    return 0;
  plan.calls++;
  return plan.first > 0 && plan.calls >= plan.first && plan.calls <= plan.last ? plan.error : 0;
}

static void *real(const char *name)
{
  return dlsym(RTLD_NEXT, name);
}

CURL *curl_easy_init(void)
{
  CURL *(*go_on)(void);

  *(void **)&go_on = real("curl_easy_init");
  return fault(EASY_INIT) ? NULL : go_on();
}

/* Each option has one argument, of the size of a pointer or curl_off_t. */
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
  CURLcode (*go_on)(CURL *, CURLoption, ...);
  int error = fault(EASY_SETOPT);
  va_list args;

  *(void **)&go_on = real("curl_easy_setopt");
  va_start(args, option);
  void *value = va_arg(args, void *);
  va_end(args);
  return error ? (CURLcode)error : go_on(easy, option, value);
}

CURLM *curl_multi_init(void)
{
  CURLM *(*go_on)(void);

  *(void **)&go_on = real("curl_multi_init");
  return fault(MULTI_INIT) ? NULL : go_on();
}

CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
  CURLMcode (*go_on)(CURLM *, CURLMoption, ...);
  int error = fault(MULTI_SETOPT);
  va_list args;

  *(void **)&go_on = real("curl_multi_setopt");
  va_start(args, option);
  void *value = va_arg(args, void *);
  va_end(args);
  return error ? (CURLMcode)error : go_on(multi, option, value);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
  CURLMcode (*go_on)(CURLM *, CURL *);
  int error = fault(MULTI_ADD);

  *(void **)&go_on = real("curl_multi_add_handle");
  return error ? (CURLMcode)error : go_on(multi, easy);
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int events, int *running)
{
  CURLMcode (*go_on)(CURLM *, curl_socket_t, int, int *);
  int error = fault(MULTI_ACT);

  *(void **)&go_on = real("curl_multi_socket_action");
  return error ? (CURLMcode)error : go_on(multi, fd, events, running);
}

/* ---- crawls ---- */

static struct cr_fault_site site;

static const struct row {
  const char *name;
  enum call call;
  int errors[3];
} rows[] = {
  { "curl_easy_init", EASY_INIT, { 1 } },
  { "curl_easy_setopt", EASY_SETOPT, { CURLE_OUT_OF_MEMORY, CURLE_UNKNOWN_OPTION } },
  { "curl_multi_init", MULTI_INIT, { 1 } },
  { "curl_multi_setopt", MULTI_SETOPT, { CURLM_OUT_OF_MEMORY, CURLM_UNKNOWN_OPTION } },
  { "curl_multi_add_handle", MULTI_ADD, { CURLM_OUT_OF_MEMORY, CURLM_INTERNAL_ERROR } },
  { "curl_multi_socket_action",
    MULTI_ACT,
    { CURLM_OUT_OF_MEMORY, CURLM_INTERNAL_ERROR, CURLM_BAD_SOCKET } },
};

/* Returns how many calls there were. */
static int64_t crawl(const struct row *row, int error, int64_t first, int64_t last)
{
  struct cr_fault_crawl crawl = { .site = &site };
  char what[128];

  (void)snprintf(what, sizeof(what), "%s, error %d, calls %lld to %lld", row->name, error,
                 (long long)first, (long long)last);
  plan.call = row->call;
  plan.error = error;
  plan.last = last;
  plan.calls = 0;
  plan.first = first;
  cr_fault_crawl_run(&crawl, what);
  plan.first = 0;
  if (first == 0 && (crawl.err != 0 || !crawl.is_all))
    fail_msg("%s: not all pages were fetched: %s", what, crawl.message);
  return plan.calls;
}

static void whatever_libcurl_answers_a_crawl_ends_and_leaves_nothing_behind(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    for (size_t k = 0; k < sizeof(rows[i].errors) / sizeof(rows[i].errors[0]); k++) {
      int error = rows[i].errors[k];
      int64_t calls = error != 0 ? crawl(&rows[i], error, 0, 0) : 0;

      assert_true(error == 0 || calls > 0);
      for (int64_t at = cr_fault_next(0, calls, SAMPLE); at > 0;
           at = cr_fault_next(at, calls, SAMPLE)) {
        (void)crawl(&rows[i], error, at, at);
        (void)crawl(&rows[i], error, at, INT64_MAX);
      }
    }
}

static int start(void **state)
{
  (void)state;
  cr_fault_site_start(&site);
  return 0;
}

static int stop(void **state)
{
  (void)state;
  cr_fault_site_stop(&site);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(whatever_libcurl_answers_a_crawl_ends_and_leaves_nothing_behind),
  };

  return cmocka_run_group_tests_name("a library fails", tests, start, stop);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: pcre2 */
/* test_scope_cases.c - scopes of other crawlers, as options of whole crawls.
 *
 * Rows of data/filter/scope.jsonl: the root links to the URL, which is asked for if it is in scope.
 * $CONFORMANCE/crawl/scope.jsonl may hold others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/conformance.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "url/url.h"

enum { TEXT_BYTES = 512 };

/* As it is asked for; a host alone is the front page of it. */
static void normalize(const char *text, char out[TEXT_BYTES])
{
  struct cr_mem mem;
  struct cr_url url;
  char whole[TEXT_BYTES];

  (void)snprintf(whole, sizeof(whole), "%s%s", strstr(text, "://") ? "" : "http://", text);
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, cr_span_text(whole), NULL), 0);
  cr_url_strip_fragment(&url);
  (void)snprintf(out, TEXT_BYTES, "%.*s", (int)url.text.len, url.text.data);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static struct cr_span host_of(const char *url)
{
  const char *host = strstr(url, "://") + 3;

  return cr_span(host, strcspn(host, ":/"));
}

/* The domain's first label, anywhere in the host. */
static void include_keyword(crawler *c, const char *root)
{
  struct cr_span site = cr_host_site(host_of(root));
  char pattern[TEXT_BYTES];

  (void)snprintf(pattern, sizeof(pattern), "re:^https?://[^/]*%.*s",
                 (int)((const char *)memchr(site.at, '.', site.len) - site.at), site.at);
  assert_int_equal(crawler_include(c, pattern), 0);
}

/* Scheme, host and port. */
static void exclude_other_origins(crawler *c, const char *root)
{
  char pattern[TEXT_BYTES];
  size_t origin = (size_t)(strchr(strstr(root, "://") + 3, '/') - root);

  (void)snprintf(pattern, sizeof(pattern), "%.*s/*", (int)origin, root);
  assert_int_equal(crawler_include(c, pattern), 0);
  assert_int_equal(crawler_exclude(c, "*"), 0);
}

static void set_scope(struct cr_sim *sim, const char *mode, const char *root)
{
  if (strcmp(mode, "rdn") == 0 || strcmp(mode, "same-domain") == 0)
    cr_sim_set(sim, "scope", "domain");
  else if (strcmp(mode, "dn") == 0)
    include_keyword(sim->c, root);
  else if (strcmp(mode, "same-origin") == 0)
    exclude_other_origins(sim->c, root);
  else if (strcmp(mode, "all") == 0)
    cr_sim_set(sim, "span_hosts", "1");
  else if (strcmp(mode, "fqdn") != 0 && strcmp(mode, "same-hostname") != 0)
    fail_msg("%s is no scope that is known here", mode);
}

static bool is_asked_for(const char *mode, const char *root, const char *url)
{
  char body[2 * TEXT_BYTES];
  const struct cr_sim_page pages[] = { { root, .body = body }, { .url = url } };
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  unsigned asked;

  (void)snprintf(body, sizeof(body), "<a href=\"%s\">x</a>", url);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .parser = cr_parse_run });
  cr_sim_set(&sim, "own_server", "1");
  set_scope(&sim, mode, root);
  cr_sim_add(&sim, root);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_asked(&sim, root), 1);
  asked = cr_sim_asked(&sim, url);
  cr_sim_close(&sim);
  assert_true(asked <= 1);
  return asked > 0;
}

static void run_file(const char *path)
{
  struct cr_jsonl rows;
  const struct cr_json *row;
  int all = 0;
  int failed = 0;

  cr_jsonl_open(&rows, path);
  for (; (row = cr_jsonl_next(&rows)); all++) {
    char root[TEXT_BYTES];
    char url[TEXT_BYTES];

    normalize(cr_json_text(row, "root"), root);
    normalize(cr_json_text(row, "url"), url);
    if (is_asked_for(cr_json_text(row, "mode"), root, url) !=
        cr_json_bool(row, "in_scope", false)) {
      print_error("%s, %s: %s\n", cr_json_text(row, "mode"), root, url);
      failed++;
    }
  }
  cr_jsonl_close(&rows);
  print_message("%d cases, %d failed\n", all, failed);
  assert_true(all > 0);
  assert_int_equal(failed, 0);
}

static void what_is_in_scope_is_asked_for_and_nothing_else(void **state)
{
  (void)state;
  run_file("filter/scope.jsonl");
}

static void so_it_is_by_another_list(void **state)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  (void)state;

  if (!cr_conformance_path("crawl/scope.jsonl", path))
    skip();
  run_file(path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_in_scope_is_asked_for_and_nothing_else),
    cmocka_unit_test(so_it_is_by_another_list),
  };

  return cmocka_run_group_tests_name("scope cases", tests, NULL, NULL);
}

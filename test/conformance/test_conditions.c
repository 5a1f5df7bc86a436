/* SPDX-License-Identifier: MIT */
/* test_conditions.c - the conditions of a public test site for crawlers, one after the other.
 *
 * Each row of data/crawl/crawler-test-com.jsonl is a row of a table in conditions_of_*.c, with what
 * is to come of it or the reason why it isn't run, or a status code, or what a request says. Rows
 * of $CONFORMANCE/crawl/crawler-test-com.jsonl that no table has are pages whose URL has to be
 * asked for as it stands; redirects among them, by their number, lead on or don't.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "conformance/condition.h"
#include "support/conformance.h"
#include "support/crawl_rig.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "support/site_server.h"
#include "url/url.h"

struct tally {
  int all, held, left_out, failed;
};

/* ---- status codes, from a real server ---- */

enum {
  HREF_BYTES = 4096,
  NUMBER_BYTES = 16,
  RETRIES = 1,
  PATIENCE_MS = 300,
  NO_CONTENT = 204,
  TOO_MANY = 429,
  UNAVAILABLE = 503
};

/* Of "/status_codes/status_410"; 0: the path says none. */
static int status_of(const char *path)
{
  const char *number = strrchr(path, '_');

  return number ? (int)strtol(number + 1, NULL, 10) : 0;
}

static int answer_status(const struct cr_site_request *request, struct cr_site_page *page,
                         void *user)
{
  (void)user;
  page->status = status_of(request->path);
  page->body = page->status < 200 || page->status == NO_CONTENT ? "" : "<a href=/linked>x</a>";
  return page->status > 0;
}

static bool ends_as_it_should(const struct cr_crawl_end *end, int status)
{
  if (!end)
    return false;
  if (status < 200) /* it is never followed by a whole answer */
    return end->outcome == CRAWLER_FAILED &&
           (end->reason == CRAWLER_FAILED_TIMEOUT || end->reason == CRAWLER_FAILED_TRUNCATED);
  if (status == TOO_MANY || status == UNAVAILABLE)
    return end->outcome == CRAWLER_FAILED && end->reason == CRAWLER_FAILED_RATE_LIMITED;
  return end->outcome == CRAWLER_FETCHED && end->status == status;
}

/* Links are those of a page of status 2xx: of an error's page none is followed. */
static void check_status(const char *path, char *wrong)
{
  int status = status_of(path);
  struct cr_site_server *site = cr_site_start(&(struct cr_site_config){ .answer = answer_status });
  size_t once = status < 200 ? 1 + RETRIES : 1;
  struct cr_crawl_rig rig;

  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_parks(rig.c, 0), 0);
  assert_int_equal(crawler_set_retry_statuses(rig.c, ""), 0); /* and so is any other */
  assert_int_equal(crawler_set_max_retries(rig.c, RETRIES), 0);
  assert_int_equal(crawler_set_timeout_ms(rig.c, PATIENCE_MS), 0);
  cr_crawl_add(&rig, cr_site_url(site, path));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  if (cr_site_count(site, path) != once)
    (void)snprintf(wrong, CR_CONDITION_WRONG_BYTES, "asked for %zu times",
                   cr_site_count(site, path));
  else if (!ends_as_it_should(cr_crawl_end_of(&rig, cr_site_url(site, path)), status))
    (void)snprintf(wrong, CR_CONDITION_WRONG_BYTES, "it didn't end as its status says");
  else if (cr_site_count(site, "/linked") != (status / 100 == 2 && status != NO_CONTENT))
    (void)snprintf(wrong, CR_CONDITION_WRONG_BYTES, "its links were not what they should be");
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- what a request says ---- */

static void check_header(const struct cr_site_request *request, const char *name, const char *want,
                         char *wrong)
{
  char value[256];
  const char *got = cr_site_header(request, name, value, sizeof(value));

  if (strcmp(got ? got : "(none)", want) != 0)
    (void)snprintf(wrong, CR_CONDITION_WRONG_BYTES, "%s: %s", name, got ? got : "(none)");
}

static void check_request(const char *path, char *wrong)
{
  struct cr_site_page page = { .path = path };
  struct cr_site_server *site = cr_site_start_pages(&page, 1);
  struct cr_crawl_rig rig;
  struct cr_site_request request;

  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_user_agent(rig.c, "test/1.0 (+http://a.example/bot)"), 0);
  assert_int_equal(crawler_set_header(rig.c, "X-Crawl: yes"), 0);
  cr_crawl_add(&rig, cr_site_url(site, path));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_total(site), 1);
  request = cr_site_request(site, path, 0);
  check_header(&request, "User-Agent", "test/1.0 (+http://a.example/bot)", wrong);
  check_header(&request, "X-Crawl", "yes", wrong);
  check_header(&request, "Cookie", "(none)", wrong);
  check_header(&request, "Referer", "(none)", wrong);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- each row of the list ---- */

static const struct cr_condition *find(const char *path)
{
  const struct cr_condition_table *const tables[] = { cr_conditions_of_pages,
                                                      cr_conditions_of_ways };

  for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
    for (const struct cr_condition_table *table = tables[i]; table->rows; table++)
      for (size_t k = 0; k < table->count; k++)
        if (strcmp(table->rows[k].path, path) == 0)
          return &table->rows[k];
  return NULL;
}

/* A link to path as it stands, in a page: "&" and '"' are escaped. */
static void write_href(char href[HREF_BYTES], const char *path)
{
  size_t len = 0;

  for (; *path; path++) {
    assert_true(len + sizeof("&quot;") < HREF_BYTES);
    if (*path == '&' || *path == '"')
      len += (size_t)snprintf(href + len, HREF_BYTES - len, *path == '&' ? "&amp;" : "&quot;");
    else
      href[len++] = *path;
  }
  href[len] = '\0';
}

static bool is_followed(int status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* "/redirects/redirect_308" answers so, and names /to. */
static void be_redirect(struct cr_condition *condition, int status, char asked[HREF_BYTES],
                        char end[NUMBER_BYTES])
{
  (void)snprintf(asked, HREF_BYTES, "%s%s", condition->path, is_followed(status) ? " /to" : "");
  (void)snprintf(end, NUMBER_BYTES, "%d", status);
  condition->pages[0] =
      (struct cr_sim_page){ .url = condition->path, .status = status, .to = "/to" };
  condition->asked = asked;
  condition->end = end;
}

/* Of a path in no table: it is asked for as the URL standard serialises it. */
static void run_unknown(const char *category, const char *path, char *wrong)
{
  struct cr_condition condition = { 0 };
  char href[HREF_BYTES];
  char asked[HREF_BYTES];
  char end[NUMBER_BYTES];
  struct cr_url url;
  struct cr_url base;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  write_href(href, path);
  assert_int_equal(cr_url_parse(&base, CR_SPAN(CR_SIM_ORIGIN), NULL), 0);
  assert_int_equal(cr_url_parse(&url, cr_span_text(path), &base), 0);
  cr_url_strip_fragment(&url);
  condition.path = url.text.data + strlen(CR_SIM_ORIGIN);
  condition.href = href;
  if (strcmp(category, "redirects") == 0 && status_of(path) / 100 == 3)
    be_redirect(&condition, status_of(path), asked, end);
  cr_condition_run(&condition, wrong);
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
}

static void run_row(const char *category, const char *path, char *wrong)
{
  const struct cr_condition *condition = find(path);

  wrong[0] = '\0';
  if (strcmp(category, "status_codes") == 0)
    check_status(path, wrong);
  else if (strncmp(path, "/other/crawler_", 15) == 0)
    check_request(path, wrong);
  else if (condition)
    cr_condition_run(condition, wrong);
  else
    run_unknown(category, path, wrong);
}

static void judge(struct tally *tally, const struct cr_json *row)
{
  const char *category = cr_json_text(row, "category");
  const char *path = cr_json_text(row, "path");
  const struct cr_condition *condition;
  char wrong[CR_CONDITION_WRONG_BYTES];

  assert_true(category && path);
  condition = find(path);
  tally->all++;
  if ((condition && condition->why) || (!condition && strcmp(category, "javascript") == 0)) {
    tally->left_out++;
    return;
  }
  run_row(category, path, wrong);
  tally->held += !wrong[0];
  tally->failed += wrong[0] != '\0';
  if (wrong[0])
    print_error("%s: %s\n", path, wrong);
}

static void run_file(const char *file)
{
  struct tally tally = { 0 };
  struct cr_jsonl lines;
  const struct cr_json *row;

  cr_jsonl_open(&lines, file);
  while ((row = cr_jsonl_next(&lines)))
    judge(&tally, row);
  cr_jsonl_close(&lines);
  print_message("%d conditions, %d hold, %d left out, %d failed\n", tally.all, tally.held,
                tally.left_out, tally.failed);
  assert_true(tally.held > 0);
  assert_int_equal(tally.failed, 0);
}

static void each_condition_of_the_test_site_is_met_as_it_should(void **state)
{
  (void)state;
  run_file("crawl/crawler-test-com.jsonl");
}

static void so_are_those_of_another_list(void **state)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  (void)state;

  if (!cr_conformance_path("crawl/crawler-test-com.jsonl", path))
    skip();
  run_file(path);
}

/* A row that no line of the list names would never run. */
static void every_row_of_the_tables_is_on_the_list(void **state)
{
  const struct cr_condition_table *const tables[] = { cr_conditions_of_pages,
                                                      cr_conditions_of_ways };
  struct cr_jsonl lines;
  const struct cr_json *line;
  size_t rows = 0;
  size_t named = 0;
  (void)state;

  for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
    for (const struct cr_condition_table *table = tables[i]; table->rows; table++)
      for (size_t k = 0; k < table->count; k++) {
        rows++;
        assert_ptr_equal(find(table->rows[k].path), &table->rows[k]); /* once */
        cr_jsonl_open(&lines, "crawl/crawler-test-com.jsonl");
        while ((line = cr_jsonl_next(&lines)) &&
               strcmp(cr_json_text(line, "path"), table->rows[k].path) != 0)
          ;
        named += line != NULL;
        if (!line)
          print_error("%s\n", table->rows[k].path);
        cr_jsonl_close(&lines);
      }
  assert_int_equal(named, rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_row_of_the_tables_is_on_the_list),
    cmocka_unit_test(each_condition_of_the_test_site_is_met_as_it_should),
    cmocka_unit_test(so_are_those_of_another_list),
  };

  return cmocka_run_group_tests_name("conditions", tests, NULL, NULL);
}

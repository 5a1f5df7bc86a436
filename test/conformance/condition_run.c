/* SPDX-License-Identifier: MIT */
/* condition_run.c - crawls a site with one condition, and compares what came of it.
 *
 * URLs are written without CR_SIM_ORIGIN, in what is expected and in what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "conformance/condition.h"

#define START "/from"

enum { TEXT_BYTES = 8192, OPTION_BYTES = 128 };

struct run {
  const struct cr_condition *condition;
  struct cr_sim sim;
  struct cr_sim_page pages[CR_CONDITION_PAGES + 2];
  struct cr_sim_site site;
  char start[2 * TEXT_BYTES]; /* the start page's body */
  char links[TEXT_BYTES];
  bool is_delivered;
  char *wrong;
};

static void __attribute__((format(printf, 2, 3))) differ(struct run *run, const char *form, ...)
{
  size_t used = strlen(run->wrong);
  va_list args;

  if (used > 0 && used + 2 < CR_CONDITION_WRONG_BYTES)
    used += (size_t)snprintf(run->wrong + used, CR_CONDITION_WRONG_BYTES - used, "; ");
  va_start(args, form);
  (void)vsnprintf(run->wrong + used, CR_CONDITION_WRONG_BYTES - used, form, args);
  va_end(args);
}

static const char *without_origin(const char *url)
{
  size_t len = strlen(CR_SIM_ORIGIN);

  return strncmp(url, CR_SIM_ORIGIN "/", len + 1) == 0 ? url + len : url;
}

/* The next word of a list with spaces. */
static bool next_word(const char **list, char *word, size_t room)
{
  size_t len;

  *list += strspn(*list, " ");
  len = strcspn(*list, " ");
  if (len == 0)
    return false;
  assert_true(len < room);
  memcpy(word, *list, len);
  word[len] = '\0';
  *list += len;
  return true;
}

/* ---- the page of the condition ---- */

static void list_links(struct run *run, crawler_page *page)
{
  size_t len = 0;

  for (size_t i = 0; i < crawler_page_link_count(page); i++) {
    const crawler_link *link = crawler_page_link(page, i);

    len += (size_t)snprintf(run->links + len, TEXT_BYTES - len, "%s%s:%s", len > 0 ? " " : "",
                            crawler_link_kind_name(crawler_link_kind_of(link)),
                            without_origin(crawler_link_url(link)));
    assert_true(len < TEXT_BYTES);
  }
}

static const char *robots_of(const crawler_page *page)
{
  static const char *const names[] = { "none",      "noindex",
                                       "nofollow",  "noindex nofollow",
                                       "noarchive", "noindex noarchive" };
  int bits = crawler_page_robots(page);

  return bits < 6 ? names[bits] : "more";
}

static const char *fact(crawler_page *page, const char *name, char *room, size_t bytes)
{
  if (strcmp(name, "title") == 0)
    return crawler_page_title(page);
  if (strcmp(name, "canonical") == 0)
    return crawler_page_canonical(page) ? without_origin(crawler_page_canonical(page)) : NULL;
  if (strcmp(name, "robots") == 0)
    return robots_of(page);
  if (strcmp(name, "mime") == 0)
    return crawler_page_mime(page);
  if (strcmp(name, "charset") == 0)
    return crawler_page_charset(page);
  if (strcmp(name, "bytes") == 0) {
    size_t body = 0;

    (void)crawler_page_body(page, &body);
    (void)snprintf(room, bytes, "%zu", body);
    return room;
  }
  return crawler_page_meta(page, name);
}

static void check_facts(struct run *run, crawler_page *page)
{
  const char *line = run->condition->facts;
  char text[TEXT_BYTES];
  char number[24];

  for (; line && *line; line += strspn(line, "\n")) {
    size_t len = strcspn(line, "\n");
    char *value;
    const char *got;

    (void)snprintf(text, sizeof(text), "%.*s", (int)len, line);
    value = strstr(text, ": ");
    assert_non_null(value);
    *value = '\0';
    value += 2;
    got = fact(page, text, number, sizeof(number));
    if (strcmp(got ? got : "(none)", value) != 0)
      differ(run, "%s is %s", text, got ? got : "(none)");
    line += len;
  }
}

static int look_at(crawler *c, crawler_page *page, void *user)
{
  struct run *run = user;

  (void)c;
  if (strcmp(without_origin(crawler_page_url(page)), run->condition->path) != 0)
    return 0;
  run->is_delivered = true;
  list_links(run, page);
  check_facts(run, page);
  return 0;
}

/* ---- the crawl ---- */

static void set_options(struct run *run)
{
  const char *options = run->condition->options ? run->condition->options : "";
  char word[OPTION_BYTES];

  cr_sim_set(&run->sim, "own_server", "1");
  cr_sim_set(&run->sim, "user_agent", "test/1.0");
  while (next_word(&options, word, sizeof(word))) {
    char *value = strchr(word, '=');

    assert_non_null(value);
    *value = '\0';
    cr_sim_set(&run->sim, word, value + 1);
  }
}

/* The start page is the first, and a leaf for the path the last: earlier rows go before it. */
static void make_site(struct run *run)
{
  const struct cr_condition *condition = run->condition;
  size_t count = 1;

  (void)snprintf(run->start, sizeof(run->start), "<title>Start</title><a href=\"%s\">x</a>",
                 condition->href ? condition->href : condition->path);
  run->pages[0] =
      (struct cr_sim_page){ .url = START, .body = run->start, .type = "text/html; charset=utf-8" };
  for (size_t i = 0; i < CR_CONDITION_PAGES && condition->pages[i].url; i++)
    run->pages[count++] = condition->pages[i];
  run->pages[count++] = (struct cr_sim_page){ .url = condition->path };
  run->site = (struct cr_sim_site)CR_SIM_SITE(run->pages);
  run->site.count = count;
}

/* ---- what came of it ---- */

static bool is_page_request(const struct cr_sim_log *log, size_t i)
{
  const char *path = without_origin(cr_sim_log_url(log, i));

  return log->at[i].event == CR_SIM_REQUEST && strcmp(path, START) != 0 &&
         log->at[i].kind != CRAWLER_KIND_ROBOTS;
}

static void check_asked(struct run *run)
{
  const char *list = run->condition->asked ? run->condition->asked : run->condition->path;
  const struct cr_sim_log *log = &run->sim.net.log;
  char asked[TEXT_BYTES] = "";
  char word[TEXT_BYTES];
  size_t requests = 0;
  size_t wanted = 0;
  size_t len = 0;

  while (next_word(&list, word, sizeof(word))) {
    wanted++;
    if (cr_sim_asked(&run->sim, word) != 1)
      differ(run, "%s was asked for %u times", word, cr_sim_asked(&run->sim, word));
  }
  for (size_t i = 0; i < log->len; i++)
    if (is_page_request(log, i)) {
      requests++;
      len += (size_t)snprintf(asked + len, TEXT_BYTES - len, " %s",
                              without_origin(cr_sim_log_url(log, i)));
      assert_true(len < TEXT_BYTES);
    }
  if (requests != wanted)
    differ(run, "%zu requests:%s", requests, asked);
}

static void check_end(struct run *run)
{
  struct cr_sim_end end = cr_sim_end(&run->sim, run->condition->path);
  const char *wanted = run->condition->end ? run->condition->end : "200";
  char got[OPTION_BYTES];

  if (end.reason != CRAWLER_REASON_NONE)
    (void)snprintf(got, sizeof(got), "%s", crawler_reason_name(end.reason));
  else
    (void)snprintf(got, sizeof(got), "%d", end.status);
  if (strcmp(got, wanted) != 0)
    differ(run, "it ended as %s", got);
}

void cr_condition_run(const struct cr_condition *condition, char wrong[CR_CONDITION_WRONG_BYTES])
{
  struct run *run = calloc(1, sizeof(*run));

  assert_non_null(run);
  wrong[0] = '\0';
  run->condition = condition;
  run->wrong = wrong;
  make_site(run);
  cr_sim_open(&run->sim,
              &(struct cr_sim_config){ .world = &run->site.world, .parser = cr_parse_run });
  cr_sim_set(&run->sim, "retry_statuses", ""); /* a status is an answer */
  set_options(run);
  crawler_on_page(run->sim.c, look_at, run);
  cr_sim_add(&run->sim, START);
  cr_sim_run(&run->sim);
  check_asked(run);
  check_end(run);
  if ((condition->links || condition->facts) && !run->is_delivered)
    differ(run, "no page was delivered");
  if (condition->links && strcmp(condition->links, run->links) != 0)
    differ(run, "its links are %s", run->links);
  cr_sim_close(&run->sim);
  free(run);
}

/* SPDX-License-Identifier: MIT */
/* scenario_check.c - runs a scenario, and compares what was asked for with what is expected.
 *
 * expected_fetched: each was asked for and came; not_fetched: none was. Where wget keeps files, an
 * error isn't kept, nor is a page that a filter has it delete when it is read: these may be asked
 * for. A file of another name is some page whose name it is, unescaped. robots.txt is asked for
 * where it is obeyed, and only there, wherever it stands in the lists.
 */
#include "conformance/scenario_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "conformance/scenario_site.h"
#include "support/crawl_rig.h"
#include "support/requests.h"

enum {
  PATIENCE_MS = 2000,
  MAX_STARTS = 32,
  HTTP_ERROR = 400,
  WGET_EXIT_TLS = 5,
  WGET_EXIT_ERROR = 8
};

struct run {
  struct cr_scenario_result *result;
  struct cr_jsonl *lines;
  struct cr_arena *arena;
  const struct cr_json *row;
  struct cr_scenario_site sites[CR_SCENARIO_SITES];
  struct cr_crawl_rig rig;
  struct cr_scenario_plan plan;
  const char *starts[MAX_STARTS];
};

static void __attribute__((format(printf, 2, 3))) differ(struct run *run, const char *form, ...)
{
  char *at = run->result->wrong;
  size_t used = strlen(at);
  va_list args;

  if (used > 0 && used + 2 < CR_SCENARIO_WRONG_BYTES)
    used += (size_t)snprintf(at + used, CR_SCENARIO_WRONG_BYTES - used, "; ");
  va_start(args, form);
  (void)vsnprintf(at + used, CR_SCENARIO_WRONG_BYTES - used, form, args);
  va_end(args);
}

static const char *make_text(struct run *run, const char *a, const char *b)
{
  size_t room = strlen(a) + strlen(b) + 1;
  char *out = cr_arena_bytes(run->arena, room);

  assert_non_null(out);
  (void)snprintf(out, room, "%s%s", a, b);
  return out;
}

/* ---- what was asked ---- */

static bool is_robots(const char *path)
{
  return strcmp(path, "/robots.txt") == 0;
}

static const char *as_asked(struct run *run, const char *path)
{
  return cr_scenario_path(run->arena, path);
}

/* The site's page by that path, and all spellings that it is served for. */
static size_t times_asked(struct run *run, const char *path)
{
  struct cr_scenario_site *site = &run->sites[0];
  const char *wanted = as_asked(run, path);
  const struct cr_site_page *page = cr_scenario_page(site, wanted);
  size_t total = cr_site_total(site->server);
  size_t n = 0;

  for (size_t i = 0; i < total; i++) {
    const char *asked = cr_site_request_at(site->server, i).path;

    n += strcmp(asked, wanted) == 0 || (page && cr_scenario_page(site, asked) == page);
  }
  return n;
}

static bool has_ended_well(const struct cr_crawl_rig *rig, const char *url)
{
  for (size_t i = 0; i < rig->end_count; i++)
    if (strcmp(rig->ends[i].url, url) == 0 &&
        (rig->ends[i].outcome == CRAWLER_FETCHED || rig->ends[i].outcome == CRAWLER_REDIRECTED))
      return true;
  return false;
}

/* Has one of the spellings of that page come whole? */
static bool has_come(struct run *run, const char *path)
{
  struct cr_scenario_site *site = &run->sites[0];
  const struct cr_site_page *page = cr_scenario_page(site, as_asked(run, path));
  const char *origin =
      cr_scenario_put_ports(run->sites, run->arena, CR_SPAN("http://localhost:{{port}}"));
  size_t total = cr_site_total(site->server);

  for (size_t i = 0; i < total && page; i++) {
    const char *asked = cr_site_request_at(site->server, i).path;

    if (cr_scenario_page(site, asked) == page &&
        has_ended_well(&run->rig, make_text(run, origin, asked)))
      return true;
  }
  return false;
}

/* ---- what is expected ---- */

static bool lists(const struct cr_json *row, const char *list, const char *path)
{
  const struct cr_json *paths = cr_json_get(row, list);

  for (size_t i = 0; i < cr_json_len(paths); i++)
    if (strcmp(cr_json_at(paths, i)->text.at, path) == 0)
      return true;
  return false;
}

/* Files that were there before, or that options name. */
static bool is_own_file(const struct run *run, const char *name)
{
  const struct cr_json *files = cr_json_get(run->row, "existing_files");

  name += name[0] == '/';
  for (size_t i = 0; i < run->plan.file_count; i++)
    if (strcmp(run->plan.files[i], name) == 0)
      return true;
  for (size_t i = 0; i < cr_json_len(files); i++) {
    const char *file = cr_json_at(files, i)->text.at;

    if (strcmp(strncmp(file, "file:", 5) == 0 ? file + 5 : file, name) == 0)
      return true;
  }
  return false;
}

static bool is_read_and_deleted(const struct run *run, const struct cr_site_page *page)
{
  bool is_filtered =
      cr_json_bool(run->row, "kept_only", false) || run->plan.filters.directories.count > 0;

  if (run->plan.spider)
    return true;
  return is_filtered && page->headers &&
         (strstr(page->headers, "text/html") || strstr(page->headers, "application/xhtml"));
}

static bool may_be_asked(struct run *run, const char *path)
{
  const struct cr_site_page *page = cr_scenario_page(&run->sites[0], as_asked(run, path));

  return page && run->plan.of_wget && (page->status >= 300 || is_read_and_deleted(run, page));
}

/* What a filter of types leaves out is known when its headers are there. */
static bool is_kept(struct run *run, const char *path)
{
  return times_asked(run, path) > 0 && (run->plan.filters.types.count == 0 || has_come(run, path));
}

static void check_lists(struct run *run)
{
  const struct cr_json *yes = cr_json_get(run->row, "expected_fetched");
  const struct cr_json *no = cr_json_get(run->row, "not_fetched");
  const struct cr_json *pages = run->sites[0].rows;

  for (size_t i = 0; i < cr_json_len(yes); i++) {
    const char *path = cr_json_at(yes, i)->text.at;

    if (is_robots(path) || is_own_file(run, path))
      continue;
    if (times_asked(run, path) == 0)
      differ(run, "%s wasn't asked for", path);
    else if (!has_come(run, path))
      differ(run, "%s was asked for and has failed", path);
  }
  for (size_t i = 0; i < cr_json_len(no); i++) {
    const char *path = cr_json_at(no, i)->text.at;

    if (path[0] == '/' && !is_robots(path) && !may_be_asked(run, path) && is_kept(run, path))
      differ(run, "%s was asked for", path);
  }
  /* A spider keeps nothing: pages that aren't listed as left out are what it finds. */
  for (size_t i = 0; i < cr_json_len(pages) && run->plan.spider; i++) {
    const char *path = cr_json_text(cr_json_at(pages, i), "path");

    if (!is_robots(path) && !lists(run->row, "not_fetched", path) && times_asked(run, path) == 0)
      differ(run, "%s wasn't asked for", path);
  }
}

static void check_other_site(struct run *run)
{
  const struct cr_json *no = cr_json_get(run->row, "not_fetched");
  const char *origin =
      cr_scenario_put_ports(run->sites, run->arena, CR_SPAN("http://localhost:{{port2}}"));

  for (size_t i = 0; i < cr_json_len(no); i++) {
    const char *url = cr_scenario_put_ports(run->sites, run->arena, cr_json_at(no, i)->text);

    if (strncmp(url, origin, strlen(origin)) != 0)
      continue;
    if (cr_site_count(run->sites[1].server, url + strlen(origin)) > 0)
      differ(run, "%s was asked for", url);
    if (cr_site_count(run->sites[1].server, "/robots.txt") != 1)
      differ(run, "the robots.txt of %s wasn't asked for once", origin);
  }
}

static void check_robots(struct run *run)
{
  bool obeyed = strcmp(run->plan.obey_robots, "1") == 0;
  size_t asked = cr_site_count(run->sites[0].server, "/robots.txt");

  if (asked != (obeyed && cr_site_total(run->sites[0].server) > 0))
    differ(run, "robots.txt was asked for %zu times", asked);
}

/* ---- files of other names ---- */

/* As wget names a file: unescaped, the query after a "?". */
static void unescape(const char *path, bool only_last, char *out, size_t room)
{
  size_t len = 0;
  const char *slash = strrchr(path, '/');

  for (path = only_last && slash ? slash + 1 : path + 1; *path && len + 1 < room; path++)
    if (*path == '%' && cr_hex_value(path[1]) >= 0 && cr_hex_value(path[2]) >= 0) {
      out[len++] = (char)(cr_hex_value(path[1]) * 16 + cr_hex_value(path[2]));
      path += 2;
    } else {
      out[len++] = *path;
    }
  out[len] = '\0';
}

static bool same_name(const char *a, const char *b)
{
  for (; *a && *b; a++, b++)
    if (*a != *b && !((*a == '+' && *b == ' ') || (*a == ' ' && *b == '+')))
      return false;
  return *a == *b;
}

static bool is_kept_as(struct run *run, const char *name)
{
  struct cr_scenario_site *site = &run->sites[0];
  size_t total = cr_site_total(site->server);
  char file[1024];
  char escaped[1024];

  unescape(make_text(run, "/", name), false, escaped, sizeof(escaped));
  for (size_t i = 0; i < total; i++) {
    const char *asked = cr_site_request_at(site->server, i).path;
    const struct cr_site_page *page = cr_scenario_page(site, asked);

    for (int last = 0; last <= 1 && page && page->status < 300; last++) {
      unescape(page->path, last, file, sizeof(file));
      if (same_name(file, name) || same_name(file, escaped))
        return true;
    }
  }
  return false;
}

static void check_renamed(struct run *run)
{
  const struct cr_json *names = cr_json_get(run->row, "expected_files_renamed");

  for (size_t i = 0; i < cr_json_len(names); i++) {
    const char *name = cr_json_at(names, i)->text.at;

    if (!is_own_file(run, name) && !is_kept_as(run, name))
      differ(run, "nothing was asked for that is kept as %s", name);
  }
}

/* ---- how often, and how it ended ---- */

/* Without a spider's HEAD: of each path expected, so many requests, and none of other paths. */
static void check_requests(struct run *run)
{
  const struct cr_json *requests = cr_json_get(run->row, "expected_requests");
  size_t gets = 0;

  for (size_t i = 0; i < cr_json_len(requests); i++) {
    const char *text = cr_json_at(requests, i)->text.at;
    const char *path = strchr(text, ' ');
    size_t wanted = 0;

    assert_non_null(path++);
    for (size_t k = 0; k < cr_json_len(requests); k++) {
      const char *other = strchr(cr_json_at(requests, k)->text.at, ' ') + 1;

      if (k < i && strcmp(other, path) == 0 && run->plan.spider)
        break;
      wanted += strcmp(other, path) == 0;
      gets += run->plan.spider && k == i;
    }
    if (run->plan.spider)
      wanted = 1;
    if (cr_site_count(run->sites[0].server, path) != wanted)
      differ(run, "%s was asked for %zu times", path, cr_site_count(run->sites[0].server, path));
  }
  if (!run->plan.spider)
    gets = cr_json_len(requests);
  if (cr_json_len(requests) > 0 && cr_site_total(run->sites[0].server) != gets)
    differ(run, "%zu requests instead of %zu", cr_site_total(run->sites[0].server), gets);
}

static void check_counts(struct run *run)
{
  const struct cr_json *counts = cr_json_get(run->row, "expected_request_counts");

  for (size_t i = 0; i < cr_json_len(counts); i++) {
    const struct cr_json *count = cr_json_at(counts, i);
    size_t asked = cr_site_count(run->sites[0].server, count->key.at);

    if ((double)asked != count->number)
      differ(run, "%s was asked for %zu times", count->key.at, asked);
  }
}

static void check_headers(struct run *run)
{
  for (size_t i = 0; i < cr_json_len(run->sites[0].rows); i++) {
    const struct cr_json *row = cr_json_at(run->sites[0].rows, i);
    const struct cr_json *headers = cr_json_get(row, "expected_req_headers");
    struct cr_site_request asked =
        cr_site_request(run->sites[0].server, cr_json_text(row, "path"), 0);

    for (size_t k = 0; k < cr_json_len(headers) && asked.headers; k++)
      if (!strstr(asked.headers, cr_json_at(headers, k)->text.at))
        differ(run, "%s was asked for without %s", asked.path, cr_json_at(headers, k)->text.at);
  }
}

static bool has_failed(const struct run *run, crawler_reason reason)
{
  for (size_t i = 0; i < run->rig.end_count; i++)
    if (run->rig.ends[i].outcome == CRAWLER_FAILED && run->rig.ends[i].reason == (int)reason)
      return true;
  return false;
}

/* wget ends with 5 when a certificate was refused, with 8 when some answer was an error, with 0
 * when none was. */
static void check_exit(struct run *run)
{
  int64_t exit_code = cr_json_int(run->row, "exit_code", -1);
  size_t total = cr_site_total(run->sites[0].server);
  const char *broken = NULL;

  for (size_t i = 0; i < total; i++) {
    const char *asked = cr_site_request_at(run->sites[0].server, i).path;
    const struct cr_site_page *page = cr_scenario_page(&run->sites[0], asked);

    if (!is_robots(asked) && (!page || page->status >= HTTP_ERROR))
      broken = asked;
  }
  if (exit_code == WGET_EXIT_ERROR && !broken)
    differ(run, "no answer was an error");
  else if (exit_code == WGET_EXIT_TLS && !has_failed(run, CRAWLER_FAILED_TLS))
    differ(run, "no certificate was refused");
  else if (exit_code == 0 && broken)
    differ(run, "the answer to %s was an error", broken);
  else if (exit_code > 0 && exit_code != WGET_EXIT_ERROR && exit_code != WGET_EXIT_TLS)
    differ(run, "wget ends with %d", (int)exit_code);
}

/* ---- the run ---- */

static const char *absolute(struct run *run, const char *start)
{
  const char *origin = "http://localhost:{{port}}";
  const char *text = start;

  if (!strstr(start, "://"))
    text = make_text(run, make_text(run, origin, start[0] == '/' ? "" : "/"), start);
  return cr_scenario_put_ports(run->sites, run->arena, cr_span_text(text));
}

static void add_start(struct run *run, const char *start)
{
  assert_true(run->plan.start_count < MAX_STARTS);
  run->starts[run->plan.start_count++] = absolute(run, start);
}

static const char *from_latin1(struct run *run, const char *text, size_t bytes)
{
  char *out = cr_arena_bytes(run->arena, 2 * bytes + 1);
  size_t len = 0;

  assert_non_null(out);
  for (size_t i = 0; i < bytes; i++) {
    unsigned char byte = (unsigned char)text[i];

    if (byte >= 0x80)
      out[len++] = (char)(0xc0 | byte >> 6);
    out[len++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
  }
  out[len] = '\0';
  return out;
}

/* The list is a file that was there, and what it holds is that page of the site. */
static void add_input(struct run *run)
{
  const struct cr_site_page *page =
      cr_scenario_page(&run->sites[0], make_text(run, "/", run->plan.input));
  const char *line = page ? page->body : "";

  for (; *line; line += strspn(line, "\r\n")) {
    size_t len = strcspn(line, "\r\n");
    const char *url = run->plan.input_is_latin1 ? from_latin1(run, line, len)
                                                : cr_arena_strndup(run->arena, line, len);

    assert_non_null(url);
    add_start(run, url);
    line += len;
  }
}

static void check(struct run *run)
{
  check_lists(run);
  check_other_site(run);
  check_robots(run);
  check_renamed(run);
  check_requests(run);
  check_counts(run);
  check_headers(run);
  check_exit(run);
}

static void open_crawler(struct run *run)
{
  cr_crawl_open(&run->rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_resolve(run->rig.c, "localhost:*:127.0.0.1"), 0);
  assert_int_equal(crawler_set_max_parks(run->rig.c, 0), 0); /* a 503 is an answer */
  assert_int_equal(crawler_set_retry_statuses(run->rig.c, ""), 0);
  assert_int_equal(crawler_set_timeout_ms(run->rig.c, PATIENCE_MS), 0);
  run->plan.c = run->rig.c;
  run->plan.arena = run->arena;
  run->plan.starts = run->starts;
}

static int submit(struct run *run, const char *url)
{
  const char *body = run->plan.body ? run->plan.body : "";
  crawler_request *request;

  if (!run->plan.posts)
    return crawler_add(run->rig.c, url);
  request = cr_request_of(run->rig.c, url);
  if (!request)
    return CRAWLER_E_URL;
  assert_int_equal(
      crawler_request_set_body(request, body, strlen(body), "application/x-www-form-urlencoded"),
      0);
  return crawler_submit(run->rig.c, request);
}

void cr_scenario_run(struct cr_scenario_result *result, struct cr_jsonl *lines,
                     const struct cr_json *row)
{
  struct run *run = cr_arena_zalloc(&lines->arena, sizeof(*run));
  const struct cr_json *starts = cr_json_get(row, "start");

  assert_non_null(run);
  *result = (struct cr_scenario_result){ .wrong = "" };
  run->result = result;
  run->lines = lines;
  run->arena = &lines->arena;
  run->row = row;
  cr_scenario_sites_start(run->sites, row, lines);
  open_crawler(run);
  for (size_t i = 0; i < cr_json_len(starts); i++)
    add_start(run, cr_json_at(starts, i)->text.at);
  cr_scenario_plan_read(&run->plan, row);
  (void)snprintf(result->unknown, sizeof(result->unknown), "%s", run->plan.unknown);
  if (!result->unknown[0]) {
    if (run->plan.input)
      add_input(run);
    for (size_t i = 0; i < run->plan.start_count; i++)
      if (submit(run, run->starts[i]) != CRAWLER_OK)
        differ(run, "%s is no URL", run->starts[i]);
    assert_int_equal(cr_crawl_drive(&run->rig), 0);
    check(run);
  }
  cr_crawl_close(&run->rig);
  cr_scenario_sites_stop(run->sites);
}

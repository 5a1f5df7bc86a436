/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* What the command crawler prints and keeps. */
#include "crawl/crawler.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/command.h"
#include "support/jsonl.h"
#include "support/site_server.h"

static const struct cr_site_page pages[] = {
  { .path = "/robots.txt",
    .headers = "Content-Type: text/plain\n",
    .body = "User-agent: *\nDisallow: /no\n" },
  { .path = "/",
    .headers = "Content-Type: text/html; charset=utf-8\n",
    .body = "<a href=/a>Caf\xc3\xa9 \"&quot;\"\n</a><a href=/no><a href=/moved rel=next><a "
            "href=/gone><a href=mailto:x@y.test>m</a><a href='http://['><a "
            "href=http://elsewhere.test/><a href='/a'>again</a><a href=/deny>" },
  { .path = "/a", .headers = "Content-Type: text/html; charset=utf-8\n", .body = "0123456789" },
  { .path = "/moved", .status = 302, .headers = "Location: /target\n" },
  { .path = "/target", .headers = "Content-Type: text/plain\n", .body = "there" },
};

static struct cr_site_server *start_site(void)
{
  return cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
}

/* ---- JSON Lines ---- */

/* The line of that URL and kind; the lines must be open. NULL: there is none; two fail. */
static const struct cr_json *find_line(struct cr_jsonl *lines, const char *text, size_t bytes,
                                       const char *url, const char *kind)
{
  const struct cr_json *line;
  size_t found = 0;
  size_t number = 0;

  cr_jsonl_open_text(lines, text, bytes);
  while ((line = cr_jsonl_next(lines)) != NULL)
    if (cr_json_text(line, "url") && strcmp(cr_json_text(line, "url"), url) == 0 &&
        strcmp(cr_json_text(line, "kind"), kind) == 0) {
      found++;
      number = lines->line;
    }
  cr_jsonl_close(lines);
  if (found > 1)
    fail_msg("%s has %zu lines", url, found);
  cr_jsonl_open_text(lines, text, bytes);
  while (found && (line = cr_jsonl_next(lines)) != NULL)
    if (lines->line == number)
      return line;
  return NULL;
}

struct want {
  const char *path; /* or a whole URL */
  const char *kind, *outcome, *reason;
  int status; /* 0: absent, with all that belongs to a response */
  const char *to, *via;
  int depth, has_referrer;
  const char *mime;
  int bytes, links;
};

static void check_text(const struct cr_json *line, const char *name, const char *want)
{
  if (!want)
    assert_false(cr_json_has(line, name));
  else
    assert_string_equal(cr_json_text(line, name), want);
}

static void check_line(struct cr_site_server *site, const struct cr_command *run,
                       const struct want *want)
{
  const char *url = want->path[0] == '/' ? cr_site_url(site, want->path) : want->path;
  struct cr_jsonl lines;
  const struct cr_json *line =
      find_line(&lines, run->process.out, run->process.out_bytes, url, want->kind);

  if (!line)
    fail_msg("%s has no line", url);
  check_text(line, "outcome", want->outcome);
  check_text(line, "reason", want->reason);
  check_text(line, "to", want->to ? cr_site_url(site, want->to) : NULL);
  check_text(line, "via", want->via ? cr_site_url(site, want->via) : NULL);
  check_text(line, "referrer", want->has_referrer ? cr_site_url(site, "/") : NULL);
  check_text(line, "mime", want->mime);
  assert_int_equal(cr_json_int(line, "depth", -1), want->depth);
  assert_int_equal(cr_json_int(line, "status", 0), want->status);
  assert_int_equal(cr_json_int(line, "bytes", -1), want->bytes);
  assert_int_equal(cr_json_int(line, "links", -1), want->links);
  assert_int_equal(cr_json_has(line, "ms"), want->status != 0);
  cr_jsonl_close(&lines);
}

static void json_has_one_line_a_url_with_what_is_known_of_it(void **state)
{
  static const struct want wants[] = {
    { "/robots.txt", "robots", "fetched", NULL, 200, NULL, NULL, 0, 0, NULL, 28, 0 },
    { "/", "page", "fetched", NULL, 200, NULL, NULL, 0, 0, "text/html", 195, 9 },
    { "/a", "page", "fetched", NULL, 200, NULL, NULL, 1, 1, "text/html", 10, 0 },
    { "/no", "page", "dropped", "robots", 0, NULL, NULL, 1, 1, NULL, -1, -1 },
    { "/moved", "page", "redirected", NULL, 302, "/target", NULL, 1, 1, NULL, 0, 0 },
    { "/target", "page", "fetched", NULL, 200, NULL, "/moved", 1, 0, "text/plain", 5, 0 },
    { "/gone", "page", "fetched", NULL, 404, NULL, NULL, 1, 1, "text/html", 23, 0 },
    { "mailto:x@y.test", "page", "rejected", "scheme", 0, NULL, NULL, 1, 1, NULL, -1, -1 },
    { "http://[", "page", "rejected", "invalid_url", 0, NULL, NULL, 1, 1, NULL, -1, -1 },
    { "http://elsewhere.test/", "page", "rejected", "scope", 0, NULL, NULL, 1, 1, NULL, -1, -1 },
    { "/deny", "page", "rejected", "scope", 0, NULL, NULL, 1, 1, NULL, -1, -1 },
  };
  enum { WANTS = sizeof(wants) / sizeof(*wants) };
  struct cr_site_server *site = start_site();
  struct cr_command run;
  size_t lines = 0;

  (void)state;
  cr_command_run(&run,
                 CR_ARGS("--json", "--own-server", "--deny-url", "*/deny", cr_site_url(site, "/")));
  for (size_t i = 0; i < WANTS; i++)
    check_line(site, &run, &wants[i]);
  for (const char *p = run.process.out; (p = strchr(p, '\n')) != NULL; p++)
    lines++;
  assert_int_equal(lines, WANTS + 1); /* and the summary, and nothing else */
  assert_string_equal(run.process.err, "");
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void json_says_where_links_are_not_exact(void **state)
{
  static const struct cr_site_page both[] = {
    { .path = "/", .body = "<table><a href=/moved>x</a></table><a href=/sure>y</a>" },
    { .path = "/sure", .body = "<a href=/>x</a>" },
    { .path = "/moved", .status = 302, .headers = "Location: /sure\n", .body = "<a href=/>x</a>" },
  };
  struct cr_site_server *site = cr_site_start_pages(both, 3);

  (void)state;
  for (int fallback = 0; fallback < 2; fallback++) {
    struct cr_command run;
    struct cr_jsonl lines;
    const struct cr_json *line;
    size_t inexact = 0;
    cr_command_run(&run, CR_ARGS("--json", "--no-robots", "--own-server", "--set",
                                 fallback ? "html_fallback=1" : "html_fallback=0",
                                 cr_site_url(site, "/")));
    cr_jsonl_open_text(&lines, run.process.out, run.process.out_bytes);
    while ((line = cr_jsonl_next(&lines)) != NULL) {
      if (!cr_json_has(line, "links_exact"))
        continue;
      assert_string_equal(cr_json_text(line, "url"), cr_site_url(site, "/"));
      assert_false(cr_json_bool(line, "links_exact", true));
      inexact++;
    }
    cr_jsonl_close(&lines);
    assert_int_equal(inexact, fallback ? 0 : 1);
    cr_command_end(&run, 0);
  }
  cr_site_stop(site);
}

static void json_says_why_a_body_is_not_whole(void **state)
{
  static const struct cr_site_page one[] = { { .path = "/", .body = "<a href=/a>0123456789</a>" } };
  struct cr_site_server *site = cr_site_start_pages(one, 1);
  (void)state;

  for (int keeps = 0; keeps < 2; keeps++) {
    struct cr_command run;
    struct cr_jsonl lines;
    cr_command_run(&run, CR_ARGS("--json", "--no-robots", "--own-server", "--set", "max_body=15",
                                 "--set", keeps ? "keep_truncated=1" : "keep_truncated=0",
                                 cr_site_url(site, "/")));
    cr_jsonl_open_text(&lines, run.process.out, run.process.out_bytes);
    const struct cr_json *line = cr_jsonl_next(&lines);
    assert_string_equal(cr_json_text(line, "outcome"), keeps ? "fetched" : "failed");
    assert_string_equal(cr_json_text(line, keeps ? "truncated" : "reason"), "too_large");
    assert_int_equal(cr_json_has(line, "truncated"), keeps);
    cr_jsonl_close(&lines);
    cr_command_end(&run, run.process.status);
  }
  cr_site_stop(site);
}

static void json_tells_the_line_of_robots_txt_that_forbids(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  struct cr_jsonl lines;
  char url[256];
  (void)state;

  cr_command_run(&run, CR_ARGS("--json", "--own-server", cr_site_url(site, "/")));
  (void)snprintf(url, sizeof(url), "%s", cr_site_url(site, "/no"));
  const struct cr_json *line =
      find_line(&lines, run.process.out, run.process.out_bytes, url, "page");
  assert_non_null(line);
  assert_string_equal(cr_json_text(line, "reason"), "robots");
  assert_string_equal(cr_json_text(line, "rule"), "Disallow: /no");
  assert_int_equal(cr_json_int(line, "rule_line", 0), 2);
  cr_jsonl_close(&lines);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void json_is_compact_and_clean(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("--json", "--edges", "--own-server", cr_site_url(site, "/")));
  for (const char *p = run.process.out; *p; p++)
    assert_true((unsigned char)*p >= ' ' || *p == '\n');
  assert_null(strstr(run.process.out, "\": "));
  assert_null(strstr(run.process.out, ", \""));
  assert_int_equal(run.process.out[run.process.out_bytes - 1], '\n');
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

/* ---- the summary ---- */

/* The members of an object in their order, separated by blanks. */
static void check_members(const struct cr_json *object, const char *want)
{
  char names[512] = "";

  for (const struct cr_json *m = object->child; m; m = m->next) {
    size_t at = strlen(names);

    (void)snprintf(names + at, sizeof(names) - at, "%s%s", at ? " " : "", m->key.at);
  }
  assert_string_equal(names, want);
}

/* The last line; the lines are open then. */
static const struct cr_json *find_summary(struct cr_jsonl *lines, const struct cr_command *run)
{
  const struct cr_json *line;
  const struct cr_json *summary = NULL;

  cr_jsonl_open_text(lines, run->process.out, run->process.out_bytes);
  while (!summary && (line = cr_jsonl_next(lines)) != NULL)
    summary = cr_json_get(line, "summary");
  assert_non_null(summary);
  return summary;
}

static void the_summary_has_its_members_in_order(void **state)
{
  static const char *const kinds[] = { "pages", "robots", "sitemaps", "requisites" };
  struct cr_site_server *site = start_site();
  struct cr_jsonl lines;
  const struct cr_json *summary;
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--max-retries=0", cr_site_url(site, "/"),
                               "http://127.0.0.1:1/"));
  summary = find_summary(&lines, &run);
  check_members(summary,
                "ended complete pages robots sitemaps requisites links counters idle_slot_ms "
                "eta_lower_bound");
  assert_string_equal(cr_json_text(summary, "ended"), "complete");
  assert_true(cr_json_bool(summary, "complete", false));
  for (size_t i = 0; i < 4; i++)
    check_members(
        cr_json_get(summary, kinds[i]),
        "admitted queued in_flight fetched redirected failed dropped failed_by dropped_by");
  check_members(cr_json_get(summary, "links"),
                "found known capped rejected admitted capped_by rejected_by");
  assert_int_equal(cr_json_int(cr_json_get(summary, "pages"), "admitted", 0), 8);
  assert_int_equal(cr_json_int(cr_json_get(summary, "pages"), "fetched", 0), 5);
  assert_int_equal(cr_json_int(cr_json_get(summary, "robots"), "fetched", 0), 1);
  assert_int_equal(
      cr_json_int(cr_json_get(cr_json_get(summary, "pages"), "failed_by"), "connect", 0), 1);
  assert_int_equal(
      cr_json_int(cr_json_get(cr_json_get(summary, "pages"), "dropped_by"), "robots", 0), 1);
  assert_int_equal(
      cr_json_int(cr_json_get(cr_json_get(summary, "links"), "rejected_by"), "scheme", 0), 1);
  assert_int_equal(cr_json_int(cr_json_get(summary, "links"), "found", 0), 9);
  assert_true(cr_json_int(cr_json_get(summary, "counters"), "attempts", 0) >= 7);
  cr_jsonl_close(&lines);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void the_summary_says_what_is_left_out(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(50);
  struct cr_jsonl lines;
  const struct cr_json *summary;
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-robots", "-n", "3", "-c4", "-w", "0",
                               cr_site_url(site, "/p/0")));
  summary = find_summary(&lines, &run);
  assert_string_equal(cr_json_text(summary, "ended"), "max_pages");
  assert_true(cr_json_int(cr_json_get(summary, "complete"), "limit", 0) > 0);
  assert_int_equal(cr_json_int(cr_json_get(summary, "pages"), "fetched", 0), 3);
  cr_jsonl_close(&lines);
  assert_int_equal(cr_site_total(site), 3);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

/* ---- other output ---- */

static void without_json_there_is_a_line_a_page_and_a_summary_for_people(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("--own-server", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.out, "200 "));
  assert_non_null(strstr(run.process.out, "404 "));
  assert_non_null(strstr(run.process.out, " -> http://127.0.0.1:"));
  assert_non_null(strstr(run.process.out, "dropped: robots (Disallow: /no, line 2)"));
  assert_null(strstr(run.process.out, "robots.txt"));
  assert_null(strstr(run.process.out, "rejected"));
  assert_non_null(strstr(run.process.err, "complete: 5 pages fetched"));
  assert_null(strchr(run.process.err, '\r')); /* no progress line: it isn't a terminal */
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("-v", "--own-server", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.out, "rejected: scheme  mailto:x@y.test"));
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("-q", "--own-server", cr_site_url(site, "/")));
  assert_string_equal(run.process.out, "");
  assert_string_equal(run.process.err, "");
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void what_is_waited_for_is_told_while_it_runs_and_at_its_end(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_jsonl lines;
  const struct cr_json *bound;
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("--delay=1h", "--max-time=700ms", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.err, " idle: delay; at least "));
  assert_non_null(strstr(run.process.err, " s: 1 of 127.0.0.1:"));
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("--json", "--delay=1h", "--max-time=200ms", cr_site_url(site, "/")));
  bound = cr_json_get(find_summary(&lines, &run), "eta_lower_bound");
  assert_in_range(cr_json_int(bound, "ms", 0), 3500000, 7200000); /* with jitter */
  assert_memory_equal(cr_json_text(bound, "host"), "127.0.0.1:", 10);
  cr_jsonl_close(&lines);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

/* One that is broken in two can't be taken away again. */
static void progress_is_one_line_of_the_terminal(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;

  (void)state;
  setenv("TERM", "xterm", 1);
  cr_command_start(&run, CR_ARGS("--delay=1h", "--max-time=900ms", cr_site_url(site, "/")),
                   CR_OUT_TERMINAL);
  cr_process_finish(&run.process);
  assert_non_null(strstr(run.process.err, " in flight, 1 hosts; "));
  assert_non_null(strstr(run.process.err, "\r\033[K\033[1mmax_time\033[m: "));
  for (const char *line = run.process.err; strncmp(line, "\033[K\033[1mmax", 10) != 0; line++) {
    size_t len = strcspn(line, "\r\n");
    assert_in_range(len, 0, 3 + CR_COLUMNS - 1); /* with "\033[K" */
    line += len;
  }
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void edges_are_a_line_a_link(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_jsonl lines;
  const struct cr_json *line;
  struct cr_command run;
  size_t n = 0;

  (void)state;
  cr_command_run(&run, CR_ARGS("--edges", "--own-server", cr_site_url(site, "/")));
  cr_jsonl_open_text(&lines, run.process.out, run.process.out_bytes);
  while ((line = cr_jsonl_next(&lines)) != NULL) {
    assert_string_equal(cr_json_text(line, "from"), cr_site_url(site, "/"));
    assert_string_equal(cr_json_text(line, "kind"), "a");
    assert_string_equal(cr_json_text(line, "tag"), "a");
    assert_string_equal(cr_json_text(line, "attr"), "href");
    if (n == 0) {
      assert_string_equal(cr_json_text(line, "to"), cr_site_url(site, "/a"));
      assert_string_equal(cr_json_text(line, "text"), "Caf\xc3\xa9 \"\"\"");
      assert_false(cr_json_has(line, "rel"));
    }
    if (n == 2)
      assert_string_equal(cr_json_text(line, "rel"), "next");
    n++;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(n, 8); /* all but what is no URL */
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

/* The kinds of all edges of a page, in order, each followed by a space. */
static void list_edges(const char *edges, const char *links, char *kinds, size_t room)
{
  static const struct cr_site_page page = {
    .path = "/",
    .body = "<link rel=stylesheet href=/s><a href=''>a</a><iframe src=''></iframe>"
            "<img srcset='/i 1x' alt=i><style>p { background: url(/c) }</style>"
            "<script>go('/guess')</script>",
  };
  struct cr_site_server *site = cr_site_start_pages(&page, 1);
  struct cr_jsonl lines;
  const struct cr_json *line;
  struct cr_command run;
  size_t len = 0;

  cr_command_run(&run, CR_ARGS(edges, "--links", links, "--no-robots", "--own-server", "-n1",
                               cr_site_url(site, "/")));
  cr_jsonl_open_text(&lines, run.process.out, run.process.out_bytes);
  kinds[0] = '\0';
  while ((line = cr_jsonl_next(&lines)) != NULL) {
    const char *kind = cr_json_text(line, "kind");

    len += (size_t)snprintf(kinds + len, room - len, "%s ", kind);
    assert_true(len < room);
    if (strcmp(kind, "image") == 0) {
      assert_string_equal(cr_json_text(line, "tag"), "img");
      assert_string_equal(cr_json_text(line, "attr"), "srcset");
    }
    if (strcmp(kind, "css") == 0)
      assert_false(cr_json_has(line, "attr"));
  }
  cr_jsonl_close(&lines);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void edges_that_are_not_followed_appear_when_asked_for(void **state)
{
  static const struct {
    const char *edges, *links, *want;
  } cases[] = {
    { "--edges", "a,area", "a " },
    { "--edges", "a,iframe", "a iframe " },
    { "--edges", "a,guess", "a guess " },
    { "--edges", "all", "stylesheet a iframe image css guess " },
    { "--edges=all", "a", "stylesheet a iframe image css " },
    { "--edges=image, css", "a", "image css " },
    { "--edges=guess", "a", "" },
    { "--edges=guess", "a,guess", "guess " },
  };
  char kinds[256];

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    list_edges(cases[i].edges, cases[i].links, kinds, sizeof(kinds));
    assert_string_equal(kinds, cases[i].want);
  }
}

static size_t read_file(const char *directory, const char *name, char *out, size_t room)
{
  char path[512];
  FILE *f;
  size_t n;

  (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
  f = fopen(path, "rb");
  assert_non_null(f);
  n = fread(out, 1, room - 1, f);
  out[n] = '\0';
  (void)fclose(f);
  return n;
}

static void remove_directory(const char *directory)
{
  DIR *d = opendir(directory);
  struct dirent *entry;
  char path[1024];

  assert_non_null(d);
  while ((entry = readdir(d)) != NULL) {
    (void)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
    (void)unlink(path);
  }
  (void)closedir(d);
  assert_int_equal(rmdir(directory), 0);
}

static void bodies_are_kept_with_an_index(void **state)
{
  struct cr_site_server *site = start_site();
  char root[] = "/tmp/crawler-test-XXXXXX";
  char directory[64];
  char index[8192];
  char body[1024];
  struct cr_jsonl lines;
  const struct cr_json *line;
  struct cr_command run;
  size_t bytes;
  size_t n = 0;

  (void)state;
  assert_non_null(mkdtemp(root));
  (void)snprintf(directory, sizeof(directory), "%s/out", root);
  cr_command_run(&run, CR_ARGS("-o", directory, "-q", "--own-server", cr_site_url(site, "/")));
  bytes = read_file(directory, "index.jsonl", index, sizeof(index));
  cr_jsonl_open_text(&lines, index, bytes);
  while ((line = cr_jsonl_next(&lines)) != NULL) {
    const char *file = cr_json_text(line, "file");
    size_t len = read_file(directory, file, body, sizeof(body));

    n++;
    assert_int_equal(cr_json_int(line, "bytes", -1), len);
    assert_string_equal(cr_json_text(line, "outcome"), "fetched");
    if (strcmp(cr_json_text(line, "url"), cr_site_url(site, "/a")) == 0) {
      assert_string_equal(body, "0123456789");
      assert_non_null(strstr(file, ".html"));
    }
    if (strcmp(cr_json_text(line, "url"), cr_site_url(site, "/target")) == 0)
      assert_non_null(strstr(file, ".txt"));
  }
  cr_jsonl_close(&lines);
  assert_int_equal(n, 5); /* the two that are not there have bodies as well */
  cr_command_end(&run, 0);
  cr_command_run(&run,
                 CR_ARGS("--output-dir", directory, "-q", "--own-server", cr_site_url(site, "/a")));
  cr_command_end(&run, 0); /* a directory that is there is taken */
  remove_directory(directory);
  assert_int_equal(rmdir(root), 0);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_has_one_line_a_url_with_what_is_known_of_it),
    cmocka_unit_test(json_says_where_links_are_not_exact),
    cmocka_unit_test(json_says_why_a_body_is_not_whole),
    cmocka_unit_test(json_tells_the_line_of_robots_txt_that_forbids),
    cmocka_unit_test(json_is_compact_and_clean),
    cmocka_unit_test(the_summary_has_its_members_in_order),
    cmocka_unit_test(the_summary_says_what_is_left_out),
    cmocka_unit_test(without_json_there_is_a_line_a_page_and_a_summary_for_people),
    cmocka_unit_test(what_is_waited_for_is_told_while_it_runs_and_at_its_end),
    cmocka_unit_test(progress_is_one_line_of_the_terminal),
    cmocka_unit_test(edges_are_a_line_a_link),
    cmocka_unit_test(edges_that_are_not_followed_appear_when_asked_for),
    cmocka_unit_test(bodies_are_kept_with_an_index),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The command crawler, as it is built: what it prints, what it takes, and how it exits. */
#include "crawl/crawler.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/bad_site.h"
#include "support/jsonl.h"
#include "support/process.h"
#include "support/site_server.h"

enum { ARGS_MAX = 40 };

/* ---- running it ---- */

struct run {
  struct cr_process process;
  const char *argv[ARGS_MAX + 2];
  size_t argc;
  char program[4096];
};

static void add_arg(struct run *run, const char *arg)
{
  assert_true(run->argc < ARGS_MAX);
  run->argv[run->argc++] = arg;
}

static void begin_args(struct run *run)
{
  memset(run, 0, sizeof(*run));
  add_arg(run, cr_process_built("crawler", run->program, sizeof(run->program)));
}

/* args: separated by NULL at the end. */
static void add_args(struct run *run, const char *const *args)
{
  while (*args)
    add_arg(run, *args++);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void start(struct run *run, const char *const *args)
{
  begin_args(run);
  add_args(run, args);
  cr_process_start(&run->process, run->argv, CR_OUT_PIPE);
}

static void run_command(struct run *run, const char *const *args)
{
  start(run, args);
  cr_process_finish(&run->process);
}

static void end(struct run *run, int status)
{
  if (run->process.status != status)
    fail_msg("exit status %d, stderr: %s", run->process.status, run->process.err);
  cr_process_free(&run->process);
}

static const struct cr_site_page pages[] = {
  { .path = "/robots.txt",
    .headers = "Content-Type: text/plain\n",
    .body = "User-agent: *\nDisallow: /no\n" },
  { .path = "/",
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

static void check_line(struct cr_site_server *site, const struct run *run, const struct want *want)
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
    { "/", "page", "fetched", NULL, 200, NULL, NULL, 0, 0, "text/html", 206, 9 },
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
  struct run run;
  size_t lines = 0;

  (void)state;
  run_command(&run, ARGS("--json", "--own-server", "--deny-url", "*/deny", cr_site_url(site, "/")));
  for (size_t i = 0; i < WANTS; i++)
    check_line(site, &run, &wants[i]);
  for (const char *p = run.process.out; (p = strchr(p, '\n')) != NULL; p++)
    lines++;
  assert_int_equal(lines, WANTS + 1); /* and the summary, and nothing else */
  assert_string_equal(run.process.err, "");
  end(&run, 0);
  cr_site_stop(site);
}

static void json_is_compact_and_clean(void **state)
{
  struct cr_site_server *site = start_site();
  struct run run;

  (void)state;
  run_command(&run, ARGS("--json", "--edges", "--own-server", cr_site_url(site, "/")));
  for (const char *p = run.process.out; *p; p++)
    assert_true((unsigned char)*p >= ' ' || *p == '\n');
  assert_null(strstr(run.process.out, "\": "));
  assert_null(strstr(run.process.out, ", \""));
  assert_int_equal(run.process.out[run.process.out_bytes - 1], '\n');
  end(&run, 0);
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
static const struct cr_json *find_summary(struct cr_jsonl *lines, const struct run *run)
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
  struct run run;

  (void)state;
  run_command(&run, ARGS("--json", "--own-server", "--max-retries=0", cr_site_url(site, "/"),
                         "http://127.0.0.1:1/"));
  summary = find_summary(&lines, &run);
  check_members(summary, "ended complete pages robots sitemaps requisites links counters");
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
  end(&run, 0);
  cr_site_stop(site);
}

static void the_summary_says_what_is_left_out(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(50);
  struct cr_jsonl lines;
  const struct cr_json *summary;
  struct run run;

  (void)state;
  run_command(&run, ARGS("--json", "--own-server", "--no-robots", "-n", "3", "-c4", "-w", "0",
                         cr_site_url(site, "/p/0")));
  summary = find_summary(&lines, &run);
  assert_string_equal(cr_json_text(summary, "ended"), "max_pages");
  assert_true(cr_json_int(cr_json_get(summary, "complete"), "limit", 0) > 0);
  assert_int_equal(cr_json_int(cr_json_get(summary, "pages"), "fetched", 0), 3);
  cr_jsonl_close(&lines);
  assert_int_equal(cr_site_total(site), 3);
  end(&run, 0);
  cr_site_stop(site);
}

/* ---- other output ---- */

static void without_json_there_is_a_line_a_page_and_a_summary_for_people(void **state)
{
  struct cr_site_server *site = start_site();
  struct run run;

  (void)state;
  run_command(&run, ARGS("--own-server", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.out, "200 "));
  assert_non_null(strstr(run.process.out, "404 "));
  assert_non_null(strstr(run.process.out, " -> http://127.0.0.1:"));
  assert_non_null(strstr(run.process.out, "dropped: robots"));
  assert_null(strstr(run.process.out, "robots.txt"));
  assert_null(strstr(run.process.out, "rejected"));
  assert_non_null(strstr(run.process.err, "complete: 5 pages fetched"));
  assert_null(strchr(run.process.err, '\r')); /* no progress line: it isn't a terminal */
  end(&run, 0);
  run_command(&run, ARGS("-v", "--own-server", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.out, "rejected: scheme  mailto:x@y.test"));
  end(&run, 0);
  run_command(&run, ARGS("-q", "--own-server", cr_site_url(site, "/")));
  assert_string_equal(run.process.out, "");
  assert_string_equal(run.process.err, "");
  end(&run, 0);
  cr_site_stop(site);
}

static void edges_are_a_line_a_link(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_jsonl lines;
  const struct cr_json *line;
  struct run run;
  size_t n = 0;

  (void)state;
  run_command(&run, ARGS("--edges", "--own-server", cr_site_url(site, "/")));
  cr_jsonl_open_text(&lines, run.process.out, run.process.out_bytes);
  while ((line = cr_jsonl_next(&lines)) != NULL) {
    assert_string_equal(cr_json_text(line, "from"), cr_site_url(site, "/"));
    assert_string_equal(cr_json_text(line, "kind"), "a");
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
  end(&run, 0);
  cr_site_stop(site);
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
  struct run run;
  size_t bytes;
  size_t n = 0;

  (void)state;
  assert_non_null(mkdtemp(root));
  (void)snprintf(directory, sizeof(directory), "%s/out", root);
  run_command(&run, ARGS("-o", directory, "-q", "--own-server", cr_site_url(site, "/")));
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
  assert_int_equal(n, 4);
  end(&run, 0);
  run_command(&run, ARGS("--output-dir", directory, "-q", "--own-server", cr_site_url(site, "/a")));
  end(&run, 0); /* a directory that is there is taken */
  remove_directory(directory);
  assert_int_equal(rmdir(root), 0);
  cr_site_stop(site);
}

/* ---- arguments ---- */

static const struct {
  const char *args[4];
  const char *says;
} misuses[] = {
  { { NULL }, "no URL" },
  { { "-q" }, "no URL" },
  { { "--", "--json" }, "URL" },
  { { "--no-such-option", "http://127.0.0.1/" }, "--no-such-option" },
  { { "-X", "http://127.0.0.1/" }, "-X" },
  { { "-n" }, "needs a value" },
  { { "http://127.0.0.1/", "--max-depth" }, "needs a value" },
  { { "-n", "many", "http://127.0.0.1/" }, "max_pages" },
  { { "-c", "0", "http://127.0.0.1/" }, "from 1 to 100000" },
  { { "--delay=5x", "http://127.0.0.1/" }, "500ms" },
  { { "--json=1", "http://127.0.0.1/" }, "no value" },
  { { "--own-server=perhaps", "http://127.0.0.1/" }, "own_server" },
  { { "--set", "nonsense", "http://127.0.0.1/" }, "NAME=VALUE" },
  { { "--set", "max_pagez=1", "http://127.0.0.1/" }, "max_pagez" },
  { { "--set=max_pages=x", "http://127.0.0.1/" }, "max_pages" },
  { { "--header", "no colon", "http://127.0.0.1/" }, "Name: value" },
  { { "--resolve", "here", "http://127.0.0.1/" }, "HOST:PORT:ADDR" },
  { { "--allow-private=10.0.0.0/99", "http://127.0.0.1/" }, "allow_private" },
  { { "--allow-host", "http://x/", "http://127.0.0.1/" }, "pattern" },
  { { "--links=img", "http://127.0.0.1/" }, "links" },
  { { "http://[", NULL }, "http://[" },
  { { "http://a b/" }, "http://a b/" },
  { { "mailto://x@y" }, "neither http nor https" },
  { { "ftp://example.org/" }, "neither http nor https" },
  { { "" }, "URL" },
};

static void a_misuse_exits_with_2_and_says_what_is_wrong(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(misuses) / sizeof(*misuses); i++) {
    struct run run;

    run_command(&run, misuses[i].args);
    if (run.process.status != 2 || !strstr(run.process.err, misuses[i].says))
      fail_msg("%zu: exit status %d: %s", i, run.process.status, run.process.err);
    assert_int_equal(strncmp(run.process.err, "crawler: ", 9), 0);
    assert_string_equal(run.process.out, "");
    end(&run, 2);
  }
}

static void help_and_version_are_printed(void **state)
{
  static const char *const asks[] = { "-h", "--help" };
  struct run run;

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    run_command(&run, ARGS(asks[i]));
    assert_non_null(strstr(run.process.out, "usage: crawler [options] URL..."));
    assert_non_null(strstr(run.process.out, "--max-pages"));
    assert_string_equal(run.process.err, "");
    end(&run, 0);
  }
  run_command(&run, ARGS("--version"));
  assert_string_equal(run.process.out, "crawler 0.1.0\n");
  end(&run, 0);
  run_command(&run, ARGS("--set", "help"));
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))
    assert_non_null(strstr(run.process.out, name));
  end(&run, 0);
}

/* Every option of the library by its name with dashes, and by --set. */
static void every_option_of_the_library_is_a_long_option(void **state)
{
  (void)state;
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name)) {
    const char *value = crawler_option_default(name);
    char by_name[160] = "--";
    char by_set[160];
    struct run run;

    for (size_t i = 0; name[i]; i++)
      by_name[2 + i] = name[i] == '_' ? '-' : name[i];
    (void)snprintf(by_name + strlen(by_name), sizeof(by_name) - strlen(by_name), "=%s", value);
    (void)snprintf(by_set, sizeof(by_set), "--set=%s=%s", name, value);
    run_command(&run, ARGS(by_name, by_set, "--max-pages=0", "--no-robots", "--json",
                           "http://127.0.0.1:1/"));
    if (run.process.status != 0)
      fail_msg("%s: %s", by_name, run.process.err);
    end(&run, 0);
  }
}

static void options_reach_the_library(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_site_request got;
  char value[64];
  struct run run;

  (void)state;
  run_command(&run, ARGS(cr_site_url(site, "/a"), "--own-server", "--no-robots", "--user-agent",
                         "mine/2", "--header=X-One: 1", "--header", "X-Two: 2", "--set",
                         "max_redirects=0", "--delay", "0", "--host-concurrency", "2", "--timeout",
                         "5s", "--max-time=20s", "-d", "0", "--insecure", "-q"));
  got = cr_site_request(site, "/a", 0);
  assert_string_equal(cr_site_header(&got, "User-Agent", value, sizeof(value)), "mine/2");
  assert_string_equal(cr_site_header(&got, "X-One", value, sizeof(value)), "1");
  assert_string_equal(cr_site_header(&got, "X-Two", value, sizeof(value)), "2");
  assert_int_equal(cr_site_total(site), 1);
  end(&run, 0);
  run_command(&run, ARGS("-d", "0", "-q", "--own-server", "--no-robots", cr_site_url(site, "/")));
  assert_int_equal(cr_site_total(site), 2); /* depth 0 is the seeds alone */
  end(&run, 0);
  cr_site_stop(site);
}

static void seeds_need_no_scheme_and_may_be_many(void **state)
{
  struct cr_site_server *site = start_site();
  struct run run;
  const char *url = cr_site_url(site, "/a") + strlen("http://");

  (void)state;
  run_command(&run, ARGS("--json", "--own-server", "--no-robots", url, cr_site_url(site, "/target"),
                         "--", url));
  assert_int_equal(cr_site_count(site, "/a"), 1);
  assert_int_equal(cr_site_count(site, "/target"), 1);
  assert_non_null(strstr(run.process.out, cr_site_url(site, "/a")));
  end(&run, 0);
  cr_site_stop(site);
}

/* ---- the door ---- */

static void a_seed_typed_as_an_address_opens_the_door_for_itself_only(void **state)
{
  struct cr_site_server *other = cr_site_start_generated(1);
  struct cr_site_page page = { .path = "/" };
  struct cr_site_server *site;
  char inside[80];
  char body[128];
  char seed[80];
  struct run run;

  (void)state;
  (void)snprintf(inside, sizeof(inside), "http://localhost:%d/p/0", cr_site_port(other));
  (void)snprintf(body, sizeof(body), "<a href=%s>", inside);
  page.body = body;
  site = cr_site_start_pages(&page, 1);
  run_command(
      &run, ARGS("--json", "--own-server", "--no-robots", "--span-hosts", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.out, "\"reason\":\"address\""));
  assert_int_equal(cr_site_total(site), 1);
  assert_int_equal(cr_site_total(other), 0);
  end(&run, 0);
  run_command(&run, ARGS("--own-server", "--no-robots", "--span-hosts", "-q", "--allow-private",
                         cr_site_url(site, "/")));
  assert_int_equal(cr_site_total(other), 1);
  end(&run, 0);
  run_command(&run, ARGS("--own-server", "--no-robots", "--span-hosts", "-q",
                         "--allow-private=localhost", cr_site_url(site, "/")));
  assert_int_equal(cr_site_total(other), 2);
  end(&run, 0);
  (void)snprintf(seed, sizeof(seed), "localhost:%d/p/0", cr_site_port(other));
  run_command(&run, ARGS("--own-server", "--no-robots", "-q", seed));
  assert_int_equal(cr_site_total(other), 3);
  end(&run, 0);
  (void)snprintf(seed, sizeof(seed), "http://site.test:%d/p/0", cr_site_port(other));
  (void)snprintf(inside, sizeof(inside), "site.test:%d:127.0.0.1", cr_site_port(other));
  run_command(&run, ARGS("--json", "--own-server", "--no-robots", "--resolve", inside, seed));
  assert_int_equal(cr_site_total(other), 3); /* a name is no address, wherever it leads */
  assert_non_null(strstr(run.process.out, "\"reason\":\"address\""));
  end(&run, 3);
  cr_site_stop(site);
  cr_site_stop(other);
}

/* ---- exit status ---- */

static void no_page_that_could_be_fetched_exits_with_3(void **state)
{
  struct run run;

  (void)state;
  run_command(&run, ARGS("--json", "--no-robots", "--max-retries=0", "http://127.0.0.1:1/"));
  assert_non_null(strstr(run.process.out, "\"outcome\":\"failed\",\"reason\":\"connect\""));
  end(&run, 3);
  run_command(&run, ARGS("--max-retries=0", "http://host.invalid/"));
  assert_non_null(strstr(run.process.out, "failed: dns  http://host.invalid/"));
  end(&run, 3);
}

static void what_cannot_be_written_exits_with_1(void **state)
{
  struct cr_site_server *site = start_site();
  struct run run;

  (void)state;
  run_command(&run, ARGS("-o", "/proc/no/such/place", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.err, "/proc/no/such/place"));
  assert_int_equal(cr_site_total(site), 0);
  end(&run, 1);
  begin_args(&run);
  add_args(&run, ARGS("--json", "--own-server", cr_site_url(site, "/")));
  cr_process_start(&run.process, run.argv, CR_OUT_FULL);
  cr_process_finish(&run.process);
  assert_non_null(strstr(run.process.err, "could not write"));
  end(&run, 1);
  cr_site_stop(site);
}

static void stdout_that_nobody_reads_exits_with_141(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(4000);
  struct run run;

  (void)state;
  start(&run, ARGS("--json", "--own-server", "--no-robots", cr_site_url(site, "/p/0")));
  cr_process_wait_for_output(&run.process, 1);
  cr_process_close_output(&run.process);
  cr_process_finish(&run.process);
  assert_true(cr_site_total(site) < 4000);
  assert_string_equal(run.process.err, "");
  end(&run, 141);
  cr_site_stop(site);
}

static void stdout_that_was_never_open_exits_with_141_and_asks_nothing(void **state)
{
  struct cr_site_server *site = start_site();
  struct run run;

  (void)state;
  begin_args(&run);
  add_args(&run, ARGS("--json", "--own-server", cr_site_url(site, "/")));
  cr_process_start(&run.process, run.argv, CR_OUT_CLOSED);
  cr_process_finish(&run.process);
  assert_int_equal(cr_site_total(site), 0);
  end(&run, 141);
  cr_site_stop(site);
}

static void an_interrupt_drains_and_a_second_one_cancels(void **state)
{
  static const int numbers[] = { SIGINT, SIGTERM };

  (void)state;
  for (size_t i = 0; i < 2; i++)
    for (int twice = 0; twice < 2; twice++) {
      struct cr_site_server *site = cr_site_start_generated(30);
      struct cr_jsonl lines;
      const struct cr_json *summary;
      struct run run;

      cr_site_close_gate(site);
      start(&run, ARGS("--json", "--own-server", "--no-robots", cr_site_url(site, "/p/0")));
      cr_site_wait(site, 1);
      cr_process_signal(&run.process, numbers[i]);
      if (twice) {
        usleep(50000); /* two signals at the same moment would be one */
        cr_process_signal(&run.process, numbers[i]);
      } else {
        usleep(50000); /* it is told to stop before its page comes */
        cr_site_open_gate(site);
      }
      cr_process_finish(&run.process);
      summary = find_summary(&lines, &run);
      assert_string_equal(cr_json_text(summary, "ended"), twice ? "canceled" : "stopped");
      assert_int_equal(cr_json_int(cr_json_get(summary, "pages"), "fetched", -1), !twice);
      assert_int_equal(cr_json_int(cr_json_get(summary, "pages"), "queued", -1), twice ? 1 : 10);
      cr_jsonl_close(&lines);
      end(&run, 130);
      cr_site_stop(site);
    }
}

static void max_time_ends_it_as_asked(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  int64_t began = cr_clock_mono_ms();
  struct run run;

  (void)state;
  cr_site_close_gate(site);
  run_command(&run, ARGS("--json", "--own-server", "--no-robots", "--max-time", "100ms",
                         cr_site_url(site, "/p/0")));
  assert_in_range(cr_clock_mono_ms() - began, 100, 10000);
  assert_non_null(strstr(run.process.out, "\"ended\":\"max_time\""));
  end(&run, 0);
  cr_site_stop(site);
}

/* ---- bad servers ---- */

static void check_bad_site(const struct cr_bad_site *site)
{
  struct cr_raw_server *server = cr_bad_site_start(site);
  char settings[16][64];
  char want[128];
  char url[64];
  struct run run;

  (void)snprintf(url, sizeof(url), "127.0.0.1:%d", cr_raw_server_port(server));
  begin_args(&run);
  for (size_t i = 0; i < cr_bad_option_count; i++) {
    (void)snprintf(settings[i], sizeof(settings[i]), "--set=%s=%s", cr_bad_options[i][0],
                   cr_bad_options[i][1]);
    add_arg(&run, settings[i]);
  }
  if (site->option) {
    (void)snprintf(settings[15], sizeof(settings[15]), "--set=%s=%s", site->option, site->value);
    add_arg(&run, settings[15]);
  }
  add_arg(&run, "--json");
  add_arg(&run, url);
  cr_process_start(&run.process, run.argv, CR_OUT_PIPE);
  cr_process_finish(&run.process);
  (void)snprintf(want, sizeof(want), "\"outcome\":\"%s\"%s%s%s,\"depth\":0",
                 crawler_outcome_name(site->outcome), site->reason ? ",\"reason\":\"" : "",
                 crawler_reason_name(site->reason), site->reason ? "\"" : "");
  if (!strstr(run.process.out, want))
    fail_msg("%s: %s is not in: %s", site->name, want, run.process.out);
  if (cr_raw_server_requests(server) != site->requests)
    fail_msg("%s: %zu requests", site->name, cr_raw_server_requests(server));
  end(&run, site->outcome == CRAWLER_FETCHED ? 0 : 3);
  cr_raw_server_stop(server);
}

static void every_bad_server_has_its_line_and_exit_status(void **state)
{
  (void)state;
  for (size_t i = 0; i < cr_bad_site_count; i++)
    check_bad_site(&cr_bad_sites[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_has_one_line_a_url_with_what_is_known_of_it),
    cmocka_unit_test(json_is_compact_and_clean),
    cmocka_unit_test(the_summary_has_its_members_in_order),
    cmocka_unit_test(the_summary_says_what_is_left_out),
    cmocka_unit_test(without_json_there_is_a_line_a_page_and_a_summary_for_people),
    cmocka_unit_test(edges_are_a_line_a_link),
    cmocka_unit_test(bodies_are_kept_with_an_index),
    cmocka_unit_test(a_misuse_exits_with_2_and_says_what_is_wrong),
    cmocka_unit_test(help_and_version_are_printed),
    cmocka_unit_test(every_option_of_the_library_is_a_long_option),
    cmocka_unit_test(options_reach_the_library),
    cmocka_unit_test(seeds_need_no_scheme_and_may_be_many),
    cmocka_unit_test(a_seed_typed_as_an_address_opens_the_door_for_itself_only),
    cmocka_unit_test(no_page_that_could_be_fetched_exits_with_3),
    cmocka_unit_test(what_cannot_be_written_exits_with_1),
    cmocka_unit_test(stdout_that_nobody_reads_exits_with_141),
    cmocka_unit_test(stdout_that_was_never_open_exits_with_141_and_asks_nothing),
    cmocka_unit_test(an_interrupt_drains_and_a_second_one_cancels),
    cmocka_unit_test(max_time_ends_it_as_asked),
    cmocka_unit_test(every_bad_server_has_its_line_and_exit_status),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

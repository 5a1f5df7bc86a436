/* SPDX-License-Identifier: MIT */
/* What the command crawler shows people: help, nearest names, progress, colours. */
#include "crawl/crawler.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/command.h"
#include "support/site_server.h"

enum { SCREEN_LINES = 24, SCREEN_COLUMNS = 80 };

static const struct cr_site_page pages[] = {
  { .path = "/robots.txt",
    .headers = "Content-Type: text/plain\n",
    .body = "User-agent: *\nDisallow: /no\033[2J\xc2\x9b" },
  { .path = "/", .body = "<a href=/no%1B[2J%C2%9B><a href=/moved><a href=/gone>" },
  { .path = "/moved", .status = 302, .headers = "Location: /\n" },
};

static struct cr_site_server *start_site(void)
{
  return cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
}

/* What is said to whoever runs the tests doesn't count. */
static void set_terminal(const char *term, const char *no_color)
{
  assert_int_equal(term ? setenv("TERM", term, 1) : unsetenv("TERM"), 0);
  assert_int_equal(no_color ? setenv("NO_COLOR", no_color, 1) : unsetenv("NO_COLOR"), 0);
}

/* ---- help ---- */

/* The number of lines, none of which is broken by the terminal. */
static int lines_of(const char *text)
{
  int lines = 0;

  while (*text) {
    size_t len = strcspn(text, "\n");

    if (len >= SCREEN_COLUMNS)
      fail_msg("%zu columns: %.*s", len, (int)len, text);
    lines++;
    text += len + (text[len] != '\0');
  }
  return lines;
}

static void help_fits_a_screen(void **state)
{
  static const char *const asks[] = { "-h", "--help" };
  struct cr_command run;
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    cr_command_run(&run, CR_ARGS(asks[i]));
    assert_in_range(lines_of(run.process.out), 10, SCREEN_LINES - 1); /* and the prompt */
    cr_command_end(&run, 0);
  }
}

/* An option begins a line, behind "  -n, " or six blanks. */
static int has_option(const char *text, const char *name)
{
  for (const char *line = text; line; line = strchr(line, '\n')) {
    const char *p = line + (*line == '\n');
    size_t i = 0;

    line = p;
    if (strlen(p) < 8 || memcmp(p + 6, "--", 2) != 0)
      continue;
    p += 8;
    p += strncmp(p, "[no-]", 5) == 0 ? 5 : 0;
    while (name[i] && (p[i] == name[i] || (p[i] == '-' && name[i] == '_')))
      i++;
    if (!name[i] && strchr(" [\n", p[i]))
      return 1;
  }
  return 0;
}

/* Not by its own name: by that of the command's option that sets it. */
static const char *name_in_help(const char *option)
{
  static const char *const others[][2] = { { "obey_robots", "no-robots" },
                                           { "sitemaps", "no-sitemaps" },
                                           { "ca_file", "cacert" } };

  for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
    if (strcmp(option, others[i][0]) == 0)
      return others[i][1];
  return option;
}

static void help_all_has_every_option(void **state)
{
  static const char *const own[] = {
    "input-file", "sitemap",     "allow-host", "deny-host", "allow-url", "deny-url", "include",
    "exclude",    "output-dir",  "json",       "edges",     "explain",   "quiet",    "verbose",
    "progress",   "no-progress", "version",    "help",      "set",       "resolve",  "allow-private"
  };
  struct cr_command run;
  (void)state;

  cr_command_run(&run, CR_ARGS("--help", "all"));
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))
    if (!has_option(run.process.out, name_in_help(name)))
      fail_msg("--help all lacks %s", name);
  for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
    if (!has_option(run.process.out, own[i]))
      fail_msg("--help all lacks %s", own[i]);
  assert_false(has_option(run.process.out, "max-page")); /* it can tell */
  assert_in_range(lines_of(run.process.out), 100, 400);
  cr_command_end(&run, 0);
}

static void a_group_of_help_is_a_part_of_it(void **state)
{
  static const char *const groups[] = { "limits",  "speed",    "robots", "scope",
                                        "links",   "same",     "traps",  "failures",
                                        "network", "identity", "output", "other" };
  struct cr_command all;
  struct cr_command run;
  (void)state;

  cr_command_run(&all, CR_ARGS("--help=all"));
  for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
    cr_command_run(&run, CR_ARGS("-h", groups[i]));
    assert_non_null(strstr(all.process.out, run.process.out));
    assert_memory_equal(run.process.out, groups[i], strlen(groups[i]));
    assert_in_range(lines_of(run.process.out), 3, 35);
    cr_command_end(&run, 0);
    cr_command_run(&run, CR_ARGS("--help"));
    assert_non_null(strstr(run.process.out, groups[i]));
    cr_command_end(&run, 0);
  }
  cr_command_end(&all, 0);
  cr_command_run(&run, CR_ARGS("--help", "speed", "--no-such-option"));
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("--help", "--json"));
  assert_memory_equal(run.process.out, "usage", 5);
  cr_command_end(&run, 0);
}

static void help_that_cannot_be_written_exits_with_1(void **state)
{
  static const char *const asks[] = { "--help", "--version", "--set=help" };
  struct cr_command run;
  (void)state;

  for (size_t i = 0; i < 3; i++) {
    cr_command_start(&run, CR_ARGS(asks[i]), CR_OUT_FULL);
    cr_process_finish(&run.process);
    assert_non_null(strstr(run.process.err, "could not write"));
    cr_command_end(&run, 1);
  }
}

/* ---- what was meant ---- */

static const struct {
  const char *arg, *says;
} near[] = {
  { "--max-pagez=3", "--max-pages?" },
  { "--max_page", "--max-pages?" },
  { "--jsno", "--json?" }, /* one transposition */
  { "--conncurency=4", "--concurrency?" },
  { "--depth", "--max-depth?" },
  { "--agent", "--user-agent?" },
  { "--key-slashs", "--key-slashes?" },
  { "--input", "--input-file?" },
  { "--hlep", "--help?" },
  { "--level=3", "--max-depth?" },      /* wget */
  { "--domains=a.b", "--allow-host?" }, /* wget */
  { "--wait", "--delay?" },             /* wget */
  { "--silent", "--quiet?" },           /* curl */
  { "--set=max_pagez=1", "max_pages?" },
  { "--set=user-agnet=x", "user_agent?" },
  { "--set=json=1", NULL }, /* the library has nothing that is near */
  { "--no-such-option", NULL },
  { "--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    NULL },
  { "---", NULL },
  { "--=", NULL },
};

static void an_unknown_option_is_told_the_nearest(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++) {
    struct cr_command run;

    cr_command_run(&run, CR_ARGS(near[i].arg, "http://127.0.0.1:1/"));
    const char *meant = strstr(run.process.err, "; did you mean ");
    if (!meant != !near[i].says || (meant && !strstr(meant, near[i].says)))
      fail_msg("%s: %s", near[i].arg, run.process.err);
    assert_memory_equal(run.process.err, "crawler: ", 9);
    cr_command_end(&run, 2);
  }
}

static void a_group_that_is_none_is_told_which_there_are(void **state)
{
  struct cr_command run;
  (void)state;

  cr_command_run(&run, CR_ARGS("--help", "spede"));
  assert_non_null(strstr(run.process.err, "spede\nGroups: limits speed "));
  assert_string_equal(run.process.out, "");
  cr_command_end(&run, 2);
}

static void a_bool_of_the_library_has_a_no(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  (void)state;

  cr_command_run(&run, CR_ARGS("--own-server", "--no-obey-robots", cr_site_url(site, "/")));
  assert_int_equal(cr_site_count(site, "/robots.txt"), 0);
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("--no-delay", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.err, "unknown option: --no-delay"));
  cr_command_end(&run, 2);
  cr_command_run(&run, CR_ARGS("--no-cookies=1", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.err, "takes no value"));
  cr_command_end(&run, 2);
  cr_site_stop(site);
}

/* ---- colours and progress ---- */

static const struct {
  const char *term, *no_color;
  enum cr_process_out out;
  int has_colours, has_progress;
} terminals[] = {
  { "xterm", NULL, CR_OUT_TERMINALS, 1, 1 },
  { "xterm", "", CR_OUT_TERMINALS, 1, 1 }, /* empty is as if it weren't there */
  { "xterm", "1", CR_OUT_TERMINALS, 0, 1 },
  { "xterm", "0", CR_OUT_TERMINALS, 0, 1 }, /* whatever it says */
  { "dumb", NULL, CR_OUT_TERMINALS, 0, 0 },
  { "", NULL, CR_OUT_TERMINALS, 0, 0 },
  { NULL, NULL, CR_OUT_TERMINALS, 0, 0 },
  { "xterm", NULL, CR_OUT_PIPE, 0, 0 },
};

static void colours_and_progress_are_for_terminals(void **state)
{
  struct cr_site_server *site = start_site();
  (void)state;

  for (size_t i = 0; i < sizeof(terminals) / sizeof(*terminals); i++) {
    struct cr_command run;

    set_terminal(terminals[i].term, terminals[i].no_color);
    cr_command_start(&run, CR_ARGS("--own-server", cr_site_url(site, "/")), terminals[i].out);
    cr_process_finish(&run.process);
    const char *lines = terminals[i].out == CR_OUT_PIPE ? run.process.out : run.process.err;
    const char *status = terminals[i].has_colours ? "\033[32m200\033[m  " : "200  ";
    if (!strstr(lines, status) || !strstr(run.process.err, "complete"))
      fail_msg("%zu: %s", i, lines);
    assert_int_equal(strstr(lines, "m302\033[m ") != NULL, terminals[i].has_colours);
    assert_int_equal(strstr(lines, "mdropped: robots\033[m (") != NULL, terminals[i].has_colours);
    assert_int_equal(strstr(run.process.err, "\r\033[K") != NULL, terminals[i].has_progress);
    if (!terminals[i].has_colours && !terminals[i].has_progress)
      assert_null(strchr(run.process.err, '\033'));
    cr_command_end(&run, 0);
  }
  cr_site_stop(site);
}

static void json_has_no_colours(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  (void)state;

  set_terminal("xterm", NULL);
  cr_command_start(&run, CR_ARGS("--json", "--no-progress", "--own-server", cr_site_url(site, "/")),
                   CR_OUT_TERMINALS);
  cr_process_finish(&run.process);
  assert_non_null(strstr(run.process.err, "\"outcome\":\"fetched\""));
  assert_null(strchr(run.process.err, '\033'));
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static const struct {
  const char *args[3];
  const char *term;
  enum cr_process_out out;
  int forms; /* of progress: 0 none, 1 a line that is written anew, 2 lines */
} wishes[] = {
  { { "--progress" }, "xterm", CR_OUT_TERMINAL, 1 },
  { { "-q", "--progress" }, "xterm", CR_OUT_TERMINAL, 1 },
  { { "-q" }, "xterm", CR_OUT_TERMINAL, 0 },
  { { "--no-progress" }, "xterm", CR_OUT_TERMINAL, 0 },
  { { "--progress", "--no-progress" }, "xterm", CR_OUT_TERMINAL, 0 },
  { { "--no-progress", "--progress" }, "xterm", CR_OUT_TERMINAL, 1 },
  { { "--progress" }, "dumb", CR_OUT_TERMINAL, 2 },
  { { "--progress" }, "xterm", CR_OUT_PIPE, 2 },
  { { "-v" }, "xterm", CR_OUT_PIPE, 0 },
};

/* It tells rate, pages, hosts, queue, and what it waits for. */
static void progress_is_as_it_was_wished(void **state)
{
  struct cr_site_server *site = start_site();
  (void)state;

  for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++) {
    struct cr_command run;
    int form = 0;

    set_terminal(wishes[i].term, NULL);
    cr_command_start(&run,
                     CR_ARGS("--delay=1h", "--max-time=700ms", "--no-robots",
                             cr_site_url(site, "/"), wishes[i].args[0],
                             wishes[i].args[1] ? wishes[i].args[1] : "--json"),
                     wishes[i].out);
    cr_process_finish(&run.process);
    if (strstr(run.process.err, " pages, "))
      form = strstr(run.process.err, "\r\033[K1 pages, ") ? 1 : 2;
    if (form != wishes[i].forms)
      fail_msg("%zu: progress %d: %s", i, form, run.process.err);
    if (form == 2)
      assert_null(strchr(run.process.err, '\033'));
    if (form == 1) { /* the other has one line so far, of the beginning */
      if (!strstr(run.process.err, " idle: delay; at least "))
        fail_msg("%s", run.process.err);
      assert_non_null(strstr(run.process.err, "/s, 3 queued, 0 in flight, 1 hosts; "));
    }
    cr_command_end(&run, 0);
  }
  cr_site_stop(site);
}

static void an_interrupt_is_told(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(30);
  struct cr_command run;
  (void)state;

  set_terminal("xterm", NULL);
  cr_site_close_gate(site);
  cr_command_start(&run, CR_ARGS("--own-server", "--no-robots", cr_site_url(site, "/p/0")),
                   CR_OUT_TERMINAL);
  cr_site_wait(site, 1);
  cr_process_signal(&run.process, SIGINT);
  usleep(300000); /* longer than the command waits for something to happen */
  cr_site_open_gate(site);
  cr_process_finish(&run.process);
  assert_non_null(strstr(run.process.err, "crawler: stopping, 1 in flight; interrupt again"));
  assert_non_null(strstr(run.process.err, "mstopped\033[m: 1 pages fetched"));
  cr_command_end(&run, 130);
  cr_site_stop(site);
}

/* In UTF-8 U+009B is what ESC [ is in ASCII. */
static void a_server_cannot_speak_to_the_terminal(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  (void)state;

  for (int explains = 0; explains < 2; explains++) {
    const char *url = cr_site_url(site, "/no%1B[2J%C2%9B");
    const char *option = explains ? "--explain" : "--set=user_agent=a";

    cr_command_run(&run, explains ? CR_ARGS(option, url, "--own-server", cr_site_url(site, "/"))
                                  : CR_ARGS(option, "--own-server", cr_site_url(site, "/")));
    assert_non_null(strstr(run.process.out, "Disallow: /no"));
    assert_null(strchr(run.process.out, '\033'));
    assert_null(strstr(run.process.out, "\xc2\x9b"));
    cr_command_end(&run, 0);
  }
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(help_fits_a_screen),
    cmocka_unit_test(help_all_has_every_option),
    cmocka_unit_test(a_group_of_help_is_a_part_of_it),
    cmocka_unit_test(help_that_cannot_be_written_exits_with_1),
    cmocka_unit_test(an_unknown_option_is_told_the_nearest),
    cmocka_unit_test(a_group_that_is_none_is_told_which_there_are),
    cmocka_unit_test(a_bool_of_the_library_has_a_no),
    cmocka_unit_test(colours_and_progress_are_for_terminals),
    cmocka_unit_test(json_has_no_colours),
    cmocka_unit_test(progress_is_as_it_was_wished),
    cmocka_unit_test(an_interrupt_is_told),
    cmocka_unit_test(a_server_cannot_speak_to_the_terminal),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

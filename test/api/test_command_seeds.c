/* SPDX-License-Identifier: MIT */
/* Seeds that the command crawler reads from files and standard input. */
#include "crawl/crawler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/command.h"
#include "support/site_server.h"

struct list { /* a file of seeds, and a site */
  struct cr_site_server *site;
  char path[64];
};

/* The text is written with the site's host and port for @, and NUL for |. */
static void make_list(struct list *list, const char *format)
{
  const char *host;
  int fd;
  FILE *out;

  list->site = cr_site_start_generated(9);
  host = cr_site_url(list->site, "") + strlen("http://");
  (void)snprintf(list->path, sizeof(list->path), "/tmp/test_command_seeds.XXXXXX");
  fd = mkstemp(list->path);
  out = fdopen(fd, "w");
  assert_non_null(out);
  for (const char *p = format; *p; p++)
    (void)(*p == '@' ? fputs(host, out) : fputc(*p == '|' ? '\0' : *p, out));
  assert_int_equal(fclose(out), 0);
}

static void drop_list(struct list *list)
{
  assert_int_equal(unlink(list->path), 0);
  cr_site_stop(list->site);
}

static void run_list(struct cr_command *run, const struct list *list, const char *option,
                     const char *more)
{
  cr_command_run(run, CR_ARGS("--own-server", "--no-robots", "-d0", "--allow-private", option,
                              list->path, more));
}

static void a_file_has_a_seed_in_each_line(void **state)
{
  static const char *const options[] = { "-i", "--input-file" };
  struct list list;
  (void)state;

  make_list(&list, "http://@/p/1\n# no: http://@/p/2\n\n   \t\n\t http://@/p/3 \r\n@/p/4");
  for (size_t i = 0; i < 2; i++) {
    struct cr_command run;

    run_list(&run, &list, options[i], cr_site_url(list.site, "/p/5"));
    assert_int_equal(cr_site_total(list.site), 4 * (i + 1));
    assert_int_equal(cr_site_count(list.site, "/p/1"), i + 1);
    assert_int_equal(cr_site_count(list.site, "/p/2"), 0);
    assert_int_equal(cr_site_count(list.site, "/p/3"), i + 1);
    assert_int_equal(cr_site_count(list.site, "/p/4"), i + 1); /* without LF, without scheme */
    assert_int_equal(cr_site_count(list.site, "/p/5"), i + 1);
    cr_command_end(&run, 0);
  }
  drop_list(&list);
}

static void a_dash_is_standard_input(void **state)
{
  struct cr_command run;
  struct list list;
  (void)state;

  make_list(&list, "@/p/1\n@/p/2\n");
  cr_command_begin(&run);
  cr_command_add(&run, "--own-server");
  cr_command_add(&run, "--no-robots");
  cr_command_add(&run, "--allow-private");
  cr_command_add(&run, "-d0");
  cr_command_add(&run, "-i-");
  cr_process_start_reading(&run.process, run.argv, CR_OUT_PIPE, list.path);
  cr_process_finish(&run.process);
  assert_int_equal(cr_site_count(list.site, "/p/1"), 1);
  assert_int_equal(cr_site_count(list.site, "/p/2"), 1);
  cr_command_end(&run, 0);
  drop_list(&list);
}

/* They are told, with file and line, and the exit status says so in the end. */
static void lines_that_are_no_url_are_left_out(void **state)
{
  struct cr_command run;
  struct list list;
  char want[128];
  (void)state;

  make_list(&list, "@/p/1\nmailto:a@b\nhttp://a b\033[2J/\n@/p/2\n|\n@|/p/3\n");
  run_list(&run, &list, "-i", "-v");
  assert_int_equal(cr_site_total(list.site), 2);
  for (int line = 1; line <= 6; line++) {
    (void)snprintf(want, sizeof(want), "crawler: %s:%d: ", list.path, line);
    assert_int_equal(strstr(run.process.err, want) != NULL, line != 1 && line != 4);
  }
  assert_null(strchr(run.process.err, '\033'));
  assert_non_null(strstr(run.process.err, "complete: 2 pages fetched"));
  cr_command_end(&run, 2);
  drop_list(&list);
}

static void a_file_without_a_url_is_a_misuse(void **state)
{
  struct cr_command run;
  struct list list;
  (void)state;

  make_list(&list, "# nothing\nmailto:a@b\n");
  run_list(&run, &list, "-i", "-v");
  assert_non_null(strstr(run.process.err, "crawler: no URL: "));
  cr_command_end(&run, 2);
  drop_list(&list);
  cr_command_run(&run, CR_ARGS("-i", "/dev/null", "--explain", "http://127.0.0.1:1/"));
  cr_command_end(&run, 2);
  cr_command_run(&run, CR_ARGS("-i"));
  assert_non_null(strstr(run.process.err, "needs a value"));
  cr_command_end(&run, 2);
}

static void a_file_that_cannot_be_read_exits_with_1(void **state)
{
  static const char *const paths[] = { "/proc/no/such/file", "/tmp" };
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_command run;
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    cr_command_run(&run, CR_ARGS("-i", paths[i], cr_site_url(site, "/p/0")));
    assert_non_null(strstr(run.process.err, paths[i]));
    assert_int_equal(cr_site_total(site), 0);
    cr_command_end(&run, 1);
  }
  cr_site_stop(site);
}

/* Who wrote the file isn't known: what it names may be what nobody is to reach. */
static void a_file_opens_no_door(void **state)
{
  struct cr_command run;
  struct list list;
  (void)state;

  make_list(&list, "@/p/1\n");
  cr_command_run(&run, CR_ARGS("--own-server", "--no-robots", "-i", list.path));
  assert_non_null(strstr(run.process.out, "failed: address"));
  assert_int_equal(cr_site_total(list.site), 0);
  cr_command_end(&run, 3);
  drop_list(&list);
}

static void a_file_may_be_long(void **state)
{
  enum { LINES = 20000 };
  struct cr_command run;
  struct list list;
  char *text = malloc(LINES * 20 + 1);
  size_t at = 0;
  (void)state;

  assert_non_null(text);
  for (int i = 0; i < LINES; i++)
    at += (size_t)snprintf(text + at, 20, "@/none/%d\n", i);
  make_list(&list, text);
  free(text);
  cr_command_run(&run, CR_ARGS("--own-server", "--no-robots", "-q", "-n", "7", "--json",
                               "--allow-private", "-w0", "-i", list.path));
  assert_non_null(strstr(run.process.out, "\"pages\":{\"admitted\":20000,"));
  cr_command_end(&run, 0);
  drop_list(&list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_has_a_seed_in_each_line),
    cmocka_unit_test(a_dash_is_standard_input),
    cmocka_unit_test(lines_that_are_no_url_are_left_out),
    cmocka_unit_test(a_file_without_a_url_is_a_misuse),
    cmocka_unit_test(a_file_that_cannot_be_read_exits_with_1),
    cmocka_unit_test(a_file_opens_no_door),
    cmocka_unit_test(a_file_may_be_long),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

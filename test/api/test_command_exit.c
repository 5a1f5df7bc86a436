/* SPDX-License-Identifier: MIT */
/* How the command crawler ends, whatever the server, its reader or a signal does. */
#include "crawl/crawler.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/bad_site.h"
#include "support/command.h"
#include "support/jsonl.h"
#include "support/site_server.h"

static const struct cr_site_page pages[] = { { .path = "/", .body = "<a href=/a>" },
                                             { .path = "/a" } };

static struct cr_site_server *start_site(void)
{
  return cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
}

/* ---- exit status ---- */

static void no_page_that_could_be_fetched_exits_with_3(void **state)
{
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("--json", "--no-robots", "--max-retries=0", "http://127.0.0.1:1/"));
  assert_non_null(strstr(run.process.out, "\"outcome\":\"failed\",\"reason\":\"connect\""));
  cr_command_end(&run, 3);
  cr_command_run(&run, CR_ARGS("--max-retries=0", "http://host.invalid/"));
  assert_non_null(strstr(run.process.out, "failed: dns  http://host.invalid/"));
  cr_command_end(&run, 3);
}

static void what_cannot_be_written_exits_with_1(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;

  (void)state;
  cr_command_run(&run, CR_ARGS("-o", "/proc/no/such/place", cr_site_url(site, "/")));
  assert_non_null(strstr(run.process.err, "/proc/no/such/place"));
  assert_int_equal(cr_site_total(site), 0);
  cr_command_end(&run, 1);
  cr_command_start(&run, CR_ARGS("--json", "--own-server", cr_site_url(site, "/")), CR_OUT_FULL);
  cr_process_finish(&run.process);
  assert_non_null(strstr(run.process.err, "could not write"));
  cr_command_end(&run, 1);
  cr_site_stop(site);
}

static void stdout_that_nobody_reads_exits_with_141(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(4000);
  struct cr_command run;

  (void)state;
  cr_command_start(&run,
                   CR_ARGS("--json", "--own-server", "--no-robots", cr_site_url(site, "/p/0")),
                   CR_OUT_PIPE);
  cr_process_wait_for_output(&run.process, 1);
  cr_process_close_output(&run.process);
  cr_process_finish(&run.process);
  assert_true(cr_site_total(site) < 4000);
  assert_string_equal(run.process.err, "");
  cr_command_end(&run, 141);
  cr_site_stop(site);
}

static void stdout_that_was_never_open_exits_with_141_and_asks_nothing(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;

  (void)state;
  cr_command_start(&run, CR_ARGS("--json", "--own-server", cr_site_url(site, "/")), CR_OUT_CLOSED);
  cr_process_finish(&run.process);
  assert_int_equal(cr_site_total(site), 0);
  cr_command_end(&run, 141);
  cr_site_stop(site);
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

static int waits_to_be_read(const struct cr_process *process)
{
  int bytes = 0;

  return ioctl(process->out_fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

/* 'Z': it has ended, and nobody has asked how. */
static char state_of(const struct cr_process *process)
{
  char path[64];
  char state = '?';

  (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)process->pid);
  FILE *in = fopen(path, "r");
  if (in) {
    assert_int_equal(fscanf(in, "%*d %*s %c", &state), 1);
    (void)fclose(in);
  }
  return state;
}

static void a_second_interrupt_ends_a_write_that_waits(void **state)
{
  enum { PIPE_NEARLY_FULL = 60000 };
#ifdef __SANITIZE_THREAD__
  skip(); /* it keeps signals back until a write returns */
#endif
  struct cr_site_server *site = cr_site_start_generated(4000);
  struct cr_command run;
  int64_t until = cr_clock_mono_ms() + 20000;

  (void)state;
  cr_command_start(&run,
                   CR_ARGS("--json", "--own-server", "--no-robots", cr_site_url(site, "/p/0")),
                   CR_OUT_PIPE);
  while (waits_to_be_read(&run.process) < PIPE_NEARLY_FULL && cr_clock_mono_ms() < until)
    usleep(1000);
  for (int i = 0; state_of(&run.process) != 'Z' && cr_clock_mono_ms() < until; i++) {
    usleep(50000); /* for the write to wait; two signals at the same moment would be one */
    cr_process_signal(&run.process, SIGINT);
  }
  assert_int_equal(state_of(&run.process), 'Z');
  cr_process_finish(&run.process);
  cr_command_end(&run, 130);
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
      struct cr_command run;

      cr_site_close_gate(site);
      cr_command_start(&run,
                       CR_ARGS("--json", "--own-server", "--no-robots", cr_site_url(site, "/p/0")),
                       CR_OUT_PIPE);
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
      cr_command_end(&run, 130);
      cr_site_stop(site);
    }
}

static void max_time_ends_it_as_asked(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  int64_t began = cr_clock_mono_ms();
  struct cr_command run;

  (void)state;
  cr_site_close_gate(site);
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-robots", "--max-time", "100ms",
                               cr_site_url(site, "/p/0")));
  assert_in_range(cr_clock_mono_ms() - began, 100, 10000);
  assert_non_null(strstr(run.process.out, "\"ended\":\"max_time\""));
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

/* ---- bad servers ---- */

static void check_bad_site(const struct cr_bad_site *site)
{
  struct cr_raw_server *server = cr_bad_site_start(site);
  char settings[16][64];
  char want[128];
  char url[64];
  struct cr_command run;

  (void)snprintf(url, sizeof(url), "127.0.0.1:%d", cr_raw_server_port(server));
  cr_command_begin(&run);
  for (size_t i = 0; i < cr_bad_option_count; i++) {
    (void)snprintf(settings[i], sizeof(settings[i]), "--set=%s=%s", cr_bad_options[i][0],
                   cr_bad_options[i][1]);
    cr_command_add(&run, settings[i]);
  }
  if (site->option) {
    (void)snprintf(settings[15], sizeof(settings[15]), "--set=%s=%s", site->option, site->value);
    cr_command_add(&run, settings[15]);
  }
  cr_command_add(&run, "--json");
  cr_command_add(&run, url);
  cr_process_start(&run.process, run.argv, CR_OUT_PIPE);
  cr_process_finish(&run.process);
  (void)snprintf(want, sizeof(want), "\"outcome\":\"%s\"%s%s%s,\"depth\":0",
                 crawler_outcome_name(site->outcome), site->reason ? ",\"reason\":\"" : "",
                 crawler_reason_name(site->reason), site->reason ? "\"" : "");
  if (!strstr(run.process.out, want))
    fail_msg("%s: %s is not in: %s", site->name, want, run.process.out);
  if (cr_raw_server_requests(server) != site->requests)
    fail_msg("%s: %zu requests", site->name, cr_raw_server_requests(server));
  cr_command_end(&run, site->outcome == CRAWLER_FETCHED ? 0 : 3);
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
    cmocka_unit_test(no_page_that_could_be_fetched_exits_with_3),
    cmocka_unit_test(what_cannot_be_written_exits_with_1),
    cmocka_unit_test(stdout_that_nobody_reads_exits_with_141),
    cmocka_unit_test(stdout_that_was_never_open_exits_with_141_and_asks_nothing),
    cmocka_unit_test(an_interrupt_drains_and_a_second_one_cancels),
    cmocka_unit_test(a_second_interrupt_ends_a_write_that_waits),
    cmocka_unit_test(max_time_ends_it_as_asked),
    cmocka_unit_test(every_bad_server_has_its_line_and_exit_status),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

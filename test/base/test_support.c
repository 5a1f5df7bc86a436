/* SPDX-License-Identifier: MIT */
/* test_support.c - what the other tests stand on: data files, JSON Lines, refused allocations.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "support/file.h"
#include "support/jsonl.h"
#include "support/oom.h"

/* Does the test fail? Run in a child, silently. */
static bool fails(void (*test)(void **state), void *arg)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test_prestate(test, arg) };
  int status = 0;

  (void)fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(null, STDERR_FILENO);
    _exit(cmocka_run_group_tests(tests, NULL, NULL));
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status) != 0;
}

static void scalars_are_read(const struct cr_json *row)
{
  assert_string_equal(cr_json_text(row, "plain"), "text");
  assert_string_equal(cr_json_text(row, "empty"), "");
  assert_null(cr_json_text(row, "null"));
  assert_null(cr_json_text(row, "n"));
  assert_null(cr_json_text(row, "absent"));
  assert_true(cr_json_has(row, "no"));
  assert_false(cr_json_has(row, "null"));
  assert_false(cr_json_has(row, "absent"));
  assert_non_null(cr_json_get(row, "null"));
  assert_true(cr_json_bool(row, "yes", false));
  assert_false(cr_json_bool(row, "no", true));
  assert_true(cr_json_bool(row, "plain", true));
  assert_int_equal(cr_json_int(row, "n", 0), -12);
  assert_true(cr_json_int(row, "big", 0) == 9007199254740991);
  assert_int_equal(cr_json_int(row, "absent", 7), 7);
  assert_true(cr_json_get(row, "x")->number == 1500);
  assert_int_equal(cr_json_len(row), 8);
  assert_null(cr_json_get(NULL, "plain"));
}

static void escapes_are_utf8(const struct cr_json *row)
{
  assert_string_equal(cr_json_text(row, "a"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  assert_string_equal(cr_json_text(row, "b"), "\xef\xbf\xbd"); /* halves of pairs: U+FFFD */
  assert_string_equal(cr_json_text(row, "c"), "\xef\xbf\xbd");
  assert_string_equal(cr_json_text(row, "d"), "\xef\xbf\xbdx");
  assert_string_equal(cr_json_text(row, "e"), "\xef\xbf\xbd\x41");
  assert_string_equal(cr_json_text(row, "f"), "\xef\xbf\xbd\xf0\x9f\x98\x80");
  assert_true(cr_span_eq(cr_json_span(row, "nul"), CR_SPAN("a\0b")));
  assert_string_equal(cr_json_text(row, "esc"), "\"\\/\b\f\n\r\t");
  assert_string_equal(cr_json_text(row, "raw"), cr_json_text(row, "a"));
}

static void nesting_is_kept(const struct cr_json *row)
{
  assert_int_equal(row->type, CR_JSON_ARRAY);
  assert_int_equal(cr_json_len(row), 6);
  assert_true(cr_json_at(row, 0)->number == 1);
  assert_string_equal(cr_json_at(row, 1)->text.at, "two");
  assert_int_equal(cr_json_len(cr_json_at(row, 2)), 0);
  assert_int_equal(cr_json_at(row, 3)->type, CR_JSON_OBJECT);
  const struct cr_json *deep = cr_json_at(cr_json_at(cr_json_at(cr_json_at(row, 4), 0), 0), 0);
  assert_string_equal(deep->text.at, "deep");
  const struct cr_json *inner = cr_json_get(cr_json_get(cr_json_at(row, 5), "k"), "l");
  assert_true(cr_json_at(inner, 0)->truth);
  assert_string_equal(cr_json_text(cr_json_at(inner, 1), "m"), "n");
  assert_null(cr_json_at(row, 6));
  assert_null(cr_json_at(NULL, 0));
  assert_null(cr_json_get(row, "k"));
}

static void bytes_come_from_base64_too(struct cr_jsonl *lines, const struct cr_json *row)
{
  assert_true(cr_span_eq(cr_json_bytes(lines, row, "text"), CR_SPAN("hello")));
  assert_true(cr_span_eq(cr_json_bytes(lines, row, ""), CR_SPAN("\0\xff\1")));
  assert_true(cr_span_eq(cr_json_bytes(lines, row, "text2"), CR_SPAN("as is")));
  assert_true(cr_span_eq(cr_json_bytes(lines, row, "two"), CR_SPAN("hi")));
  assert_true(cr_span_eq(cr_json_bytes(lines, row, "one"), CR_SPAN("!")));
  assert_non_null(cr_json_bytes(lines, row, "none").at);
  assert_int_equal(cr_json_bytes(lines, row, "none").len, 0);
  assert_null(cr_json_bytes(lines, row, "absent").at);
}

static void json_lines_are_read(void **state)
{
  struct cr_jsonl lines;
  (void)state;

  cr_jsonl_open(&lines, "support/values.jsonl");
  scalars_are_read(cr_jsonl_next(&lines));
  assert_int_equal(lines.line, 1);
  escapes_are_utf8(cr_jsonl_next(&lines));
  assert_int_equal(lines.line, 3); /* one was blank */
  nesting_is_kept(cr_jsonl_next(&lines));
  bytes_come_from_base64_too(&lines, cr_jsonl_next(&lines));
  const struct cr_json *row = cr_jsonl_next(&lines);
  assert_int_equal(cr_json_int(row, "key", 0), 1);
  assert_int_equal(cr_json_int(row, "key2", 0), 3);
  assert_string_equal(cr_jsonl_next(&lines)->text.at, "only a string");
  assert_true(cr_jsonl_next(&lines)->number == -0.5);
  assert_string_equal(cr_json_text(cr_jsonl_next(&lines), "last"), "line, no newline");
  assert_null(cr_jsonl_next(&lines));
  assert_null(cr_jsonl_next(&lines));
  cr_jsonl_close(&lines);
  cr_test_mem_done(&lines.mem);
}

enum { BROKEN_FILES = 13 };

static void read_broken_file(void **state)
{
  const int *number = *state;
  char path[100];
  struct cr_jsonl lines;

  assert_true(snprintf(path, sizeof(path), "support/broken/%d.jsonl", *number) > 0);
  cr_jsonl_open(&lines, path);
  while (cr_jsonl_next(&lines))
    ;
  cr_jsonl_close(&lines);
}

static void what_is_no_json_fails_the_test(void **state)
{
  (void)state;
  for (int number = 0; number < BROKEN_FILES; number++)
    if (!fails(read_broken_file, &number))
      fail_msg("file %d passed", number);
}

static void a_file_is_read_whole(void **state)
{
  struct cr_mem mem;
  size_t len = 0;
  (void)state;

  cr_test_mem_init(&mem);
  char *data = cr_test_file_read(&mem, "http/compressed/html-gzip.bin", &len);
  assert_int_equal(len, 8037);
  assert_memory_equal(data, "\x1f\x8b", 2);
  assert_int_equal(data[len], '\0');
  cr_free(&mem, data);
  cr_test_mem_done(&mem);
}

static void read_no_file(void **state)
{
  struct cr_mem mem;
  size_t len = 0;
  (void)state;

  cr_test_mem_init(&mem);
  (void)cr_test_file_read(&mem, "no/such/file", &len);
}

static void a_missing_file_fails_the_test(void **state)
{
  (void)state;
  assert_false(fails(a_file_is_read_whole, NULL));
  assert_true(fails(read_no_file, NULL));
}

/* What the runs of a scenario saw, all added up. */
struct tally {
  int runs;
  int refused; /* runs in which something was refused */
  int lost;    /* allocations that were */
};

/* Three allocations, one of them a growing one. */
static void allocate_three(struct cr_mem *mem, void *arg)
{
  struct tally *tally = arg;
  char *one = cr_alloc(mem, CR_MEM_CORE, 1);
  char *two = cr_alloc(mem, CR_MEM_CORE, 1);
  char *more = cr_resize(mem, CR_MEM_CORE, two, 1000);

  tally->runs++;
  tally->refused += cr_test_oom_refused(mem);
  tally->lost += !one + !two + !more;
  cr_free(mem, one);
  cr_free(mem, more ? more : two);
}

static void every_allocation_is_refused_alone_and_with_all_later_ones(void **state)
{
  struct tally tally = { 0, 0, 0 };
  (void)state;

  cr_test_oom(allocate_three, &tally);
  assert_int_equal(tally.runs, 1 + 3 + 3);
  assert_int_equal(tally.refused, 6);
  assert_int_equal(tally.lost, 3 * 1 + (3 + 2 + 1));
}

static void leak_when_refused(struct cr_mem *mem, void *arg)
{
  void *one = cr_alloc(mem, CR_MEM_CORE, 1);
  void *two = cr_alloc(mem, CR_MEM_CORE, 1);
  (void)arg;
  if (one && !two)
    return;
  cr_free(mem, one);
  cr_free(mem, two);
}

static void run_leaky_scenario(void **state)
{
  (void)state;
  cr_test_oom(leak_when_refused, NULL);
}

static void leak_without_scenario(void **state)
{
  struct cr_mem mem;
  (void)state;
  cr_test_mem_init(&mem);
  (void)cr_alloc(&mem, CR_MEM_CORE, 0);
  cr_test_mem_done(&mem);
}

static void a_leak_fails_the_test(void **state)
{
  (void)state;
  assert_true(fails(run_leaky_scenario, NULL));
  assert_true(fails(leak_without_scenario, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_lines_are_read),
    cmocka_unit_test(what_is_no_json_fails_the_test),
    cmocka_unit_test(a_file_is_read_whole),
    cmocka_unit_test(a_missing_file_fails_the_test),
    cmocka_unit_test(every_allocation_is_refused_alone_and_with_all_later_ones),
    cmocka_unit_test(a_leak_fails_the_test),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

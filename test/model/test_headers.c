/* SPDX-License-Identifier: MIT */
/* test_headers.c - header blocks, cut into names and values. */
#include "model/headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "support/oom.h"

static struct cr_mem mem;
static struct cr_arena arena;

static int open_arena(void **state)
{
  (void)state;
  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 4096, 0);
  return 0;
}

static int close_arena(void **state)
{
  (void)state;
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
  return 0;
}

static struct cr_headers parse(struct cr_span block)
{
  struct cr_headers headers = { NULL, 77 };
  char *exact = malloc(block.len + 1); /* what is read beyond the block, ASan sees */

  assert_non_null(exact);
  if (block.len > 0)
    memcpy(exact, block.at, block.len);
  struct cr_span copy = cr_span(block.at ? exact : NULL, block.len);
  if (block.len > 0) {
    exact = realloc(exact, block.len);
    assert_non_null(exact);
    copy.at = exact;
  }
  assert_int_equal(cr_headers_parse(&headers, &arena, copy), 0);
  free(exact); /* strings are the arena's */
  return headers;
}

#define OK "HTTP/1.1 200 OK\r\n"

static void blocks_are_cut_into_names_and_values(void **state)
{
  (void)state;
  static const struct {
    struct cr_span block;
    const char *want; /* "name=value|" of each */
    const char *why;
  } cases[] = {
    { CR_SPAN_INIT(OK "A: b\r\nC: d\r\n\r\n"), "A=b|C=d|", "" },
    { CR_SPAN_INIT("HTTP/2 200\nA: b\nC: d\n\n"), "A=b|C=d|", "LF alone" },
    { CR_SPAN_INIT(OK "A: b\nC: d\r\n"), "A=b|C=d|", "mixed, no blank line" },
    { CR_SPAN_INIT(OK "A: b"), "A=b|", "no line end" },
    { CR_SPAN_INIT(OK "A:b\r\nB:\r\nC: \t \r\nD:"), "A=b|B=|C=|D=|", "empty values" },
    { CR_SPAN_INIT(OK "A: \t b c \t\r\n"), "A=b c|", "white space around" },
    { CR_SPAN_INIT(OK "A : b\r\n"), "A=b|", "and before the colon (RFC 9112 section 5.1)" },
    { CR_SPAN_INIT(OK "A: b: c:\r\n"), "A=b: c:|", "the first colon counts" },
    { CR_SPAN_INIT(OK "A: b\r\nA: c\r\n"), "A=b|A=c|", "each of a name" },
    { CR_SPAN_INIT(OK "aCcEpT: B\r\n"), "aCcEpT=B|", "as sent" },
    { CR_SPAN_INIT(OK "A: caf\xc3\xa9\xff\r\n"), "A=caf\xc3\xa9\xff|", "any bytes" },
    { CR_SPAN_INIT(OK "A: b\r\n c\r\n\td\r\nE: f\r\n"), "A=b   c  \td|E=f|", "folded" },
    { CR_SPAN_INIT(OK "A: b\n c\nE: f\n"), "A=b  c|E=f|", "folded by LF" },
    { CR_SPAN_INIT(OK "A:\r\n b\r\n"), "A=b|", "folded at once" },
    { CR_SPAN_INIT(OK "A: b\r\n \r\n"), "A=b|", "folded with nothing" },
    { CR_SPAN_INIT(OK " A: b\r\nC: d\r\n"), "C=d|", "the status line, folded" },
    { CR_SPAN_INIT(OK "A: b\r\n C: d\r\n"), "A=b   C: d|", "a folded line is no header" },
    { CR_SPAN_INIT(OK "junk\r\nA: b\r\n<html>\r\n"), "A=b|", "no colon" },
    { CR_SPAN_INIT(OK ": b\r\n  : c\r\nA: b\r\n"), "A=b|", "no name" },
    { CR_SPAN_INIT(OK "A: b\0c\r\nD\0: e\r\n"), "A=b c|D=e|", "NUL" },
    { CR_SPAN_INIT(OK "A: b\rC: d\r\nE: f\r\r\n"), "A=b C: d|E=f|", "a bare CR ends no line" },
    { CR_SPAN_INIT(OK "\rA: b\r\n"), "A=b|", "" },
    { CR_SPAN_INIT(OK "A: b\r\n\r\nC: d\r\n"), "A=b|C=d|", "a trailer" },
    { CR_SPAN_INIT(OK), "", "the status line only" },
    { CR_SPAN_INIT("HTTP/1.1 200 OK"), "", "" },
    { CR_SPAN_INIT("Looks: like a header\r\n"), "", "the first line is never one" },
    { CR_SPAN_INIT("\r\nA: b\r\n"), "A=b|", "an empty status line" },
    { CR_SPAN_INIT("\n"), "", "" },
    { CR_SPAN_INIT("\0\n\0:\0\n:"), "", "" },
    { CR_SPAN_INIT(""), "", "empty" },
    { { NULL, 0 }, "", "no block" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_headers headers = parse(cases[i].block);
    char got[200] = "";
    size_t len = 0;
    for (size_t h = 0; h < headers.count; h++)
      len += (size_t)snprintf(got + len, sizeof(got) - len, "%s=%s|", headers.at[h].name,
                              headers.at[h].value);
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("row %zu: '%s', not '%s' (%s)", i, got, cases[i].want, cases[i].why);
  }
}

static void the_first_of_a_name_is_got_in_any_case(void **state)
{
  struct cr_headers headers =
      parse(CR_SPAN(OK "Content-Type: a/b\r\nETag:\r\ncontent-type: c/d\r\n\r\n"));
  struct cr_headers none = parse(CR_SPAN(""));
  (void)state;

  assert_int_equal(headers.count, 3);
  assert_string_equal(cr_headers_get(&headers, "CONTENT-TYPE"), "a/b");
  assert_string_equal(cr_headers_get(&headers, "etag"), "");
  assert_null(cr_headers_get(&headers, "Content"));
  assert_null(cr_headers_get(&headers, "Content-Type:"));
  assert_null(cr_headers_get(&headers, ""));
  assert_null(cr_headers_get(&none, "ETag"));
}

static void of_many_lines_the_first_thousand_are_kept(void **state)
{
  struct cr_buf block;
  char line[32];
  (void)state;

  cr_buf_init(&block, &mem, CR_MEM_CORE, 1 << 20);
  assert_int_equal(cr_buf_add_text(&block, OK), 0);
  for (int i = 0; i < 5000; i++) {
    (void)snprintf(line, sizeof(line), i % 2 ? "X-%d: %d\r\n" : "junk\r\n", i, i);
    assert_int_equal(cr_buf_add_text(&block, line), 0);
  }
  struct cr_headers headers = parse(cr_span(block.data, block.len));
  assert_int_equal(headers.count, CR_HEADERS_MAX);
  assert_string_equal(headers.at[0].name, "X-1");
  assert_string_equal(headers.at[CR_HEADERS_MAX - 1].name, "X-1999");
  assert_string_equal(headers.at[CR_HEADERS_MAX - 1].value, "1999");
  cr_buf_free(&block);
}

static void one_line_of_a_megabyte_is_one_header(void **state)
{
  size_t bytes = 1 << 20;
  char *block = malloc(bytes);
  (void)state;

  assert_non_null(block);
  memset(block, 'x', bytes);
  memcpy(block, "H\nA:", 4);
  struct cr_headers headers = parse(cr_span(block, bytes));
  assert_int_equal(headers.count, 1);
  assert_int_equal(strlen(headers.at[0].value), bytes - 4);
  free(block);
}

/* Whatever comes: no more headers than lines, every name without line ends and not empty. */
static void random_bytes_give_whole_strings(void **state)
{
  static const char from[] = "\r\n\n: \tab\0";
  struct cr_random random = { 5 };
  char block[64];
  (void)state;

  for (int i = 0; i < 20000; i++) {
    size_t len = (size_t)cr_random_below(&random, sizeof(block) + 1);
    for (size_t k = 0; k < len; k++)
      block[k] = from[cr_random_below(&random, sizeof(from) - 1)];
    cr_arena_reset(&arena);
    struct cr_headers headers = parse(cr_span(block, len));
    for (size_t h = 0; h < headers.count; h++) {
      const char *name = headers.at[h].name;
      const char *value = headers.at[h].value;
      assert_true(*name != '\0' && !strpbrk(name, "\r\n:"));
      assert_null(strpbrk(value, "\r\n"));
      assert_false(cr_is_space(*value) || (*value && cr_is_space(value[strlen(value) - 1])));
    }
  }
}

static void parse_with(struct cr_mem *oom, void *arg)
{
  struct cr_headers headers = { NULL, 77 };
  struct cr_arena own;
  (void)arg;

  cr_arena_init(&own, oom, CR_MEM_PAGE, 16, 0); /* each piece has a chunk of its own */
  int err = cr_headers_parse(&headers, &own, CR_SPAN(OK "A: b\r\nCcccccccccccccc: d\r\n"));
  assert_int_equal(err, cr_test_oom_refused(oom) ? CRAWLER_E_NOMEM : 0);
  assert_int_equal(headers.count, err == 0 ? 2 : 77);
  cr_arena_free(&own);
}

static void without_memory_nothing_is_written(void **state)
{
  (void)state;
  cr_test_oom(parse_with, NULL);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

static void fields_of_one_name_are_one_list(void **state)
{
  struct cr_mem own_mem;
  struct cr_arena own;
  struct cr_headers headers;
  struct cr_span list;
  (void)state;

  cr_test_mem_init(&own_mem);
  cr_arena_init(&own, &own_mem, CR_MEM_PAGE, 1024, 0);
  assert_int_equal(cr_headers_parse(&headers, &own,
                                    CR_SPAN("HTTP/1.1 200 OK\r\nA: x\r\nb: y\r\na: z, w\r\n"
                                            "A:\r\n\r\n")),
                   0);
  assert_int_equal(cr_headers_joined(&headers, "a", &own, &list), 0);
  assert_true(cr_span_eq(list, CR_SPAN("x,z, w,")));
  assert_int_equal(cr_headers_joined(&headers, "B", &own, &list), 0);
  assert_true(cr_span_eq(list, CR_SPAN("y")));
  assert_int_equal(cr_headers_joined(&headers, "c", &own, &list), 0);
  assert_null(list.at);
  struct cr_arena none;
  cr_arena_init(&none, &own_mem, CR_MEM_PAGE, 1024, 1);
  assert_int_equal(cr_headers_joined(&headers, "a", &none, &list), CRAWLER_E_NOMEM);
  cr_arena_free(&none);
  cr_arena_free(&own);
  cr_test_mem_done(&own_mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_ARENA(blocks_are_cut_into_names_and_values),
    WITH_ARENA(the_first_of_a_name_is_got_in_any_case),
    WITH_ARENA(of_many_lines_the_first_thousand_are_kept),
    WITH_ARENA(one_line_of_a_megabyte_is_one_header),
    WITH_ARENA(random_bytes_give_whole_strings),
    cmocka_unit_test(without_memory_nothing_is_written),
    cmocka_unit_test(fields_of_one_name_are_one_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "fetch/head_framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH(value) OK "Content-Length:" value "\r\n"
#define CODING(value) OK "Transfer-Encoding:" value "\r\n"

enum { NONE = CR_NO_LENGTH };

/* Where the body ends by RFC 9112 section 6.3. */
static const struct {
  const char *head;
  int64_t length;
} good[] = {
  { "", NONE },
  { "HTTP/1.1 200 OK", NONE },
  { OK, NONE },
  { OK "Server: x\r\nno colon\r\n: no name\r\n", NONE },
  { LENGTH(" 0"), 0 },
  { LENGTH("5"), 5 },
  { LENGTH(" \t5 \t"), 5 },
  { LENGTH(" 0005"), 5 },
  { OK "content-LENGTH: 5\n", 5 },
  { OK "Content-Length : 5\r\n", 5 },
  { OK "Content-Length: 5", 5 },
  { LENGTH(" 5, 5,5"), 5 },
  { LENGTH(" 5") "Content-Length: 5\r\n", 5 },
  { LENGTH(" 9223372036854775807"), INT64_MAX },
  { LENGTH(" 9223372036854775808"), INT64_MAX },
  { LENGTH(" 99999999999999999999999999999999"), INT64_MAX },
  { OK "X: y\r\n Content-Length: x\r\nContent-Length: 5\r\n", 5 },
  { OK "X-Content-Length: x\r\n", NONE },
  { CODING(" chunked"), NONE },
  { CODING(" CHUNKED"), NONE },
  { CODING(" gzip, chunked"), NONE },
  { CODING(" gzip") "Transfer-Encoding: chunked\r\n", NONE },
  { CODING(" gzip"), NONE },
  { CODING(" chunkedchunked"), NONE },
  { CODING(" , chunked, ,"), NONE },
  { CODING(""), NONE },
  { CODING(" chunked") "Content-Length: 5\r\n", NONE },
  { LENGTH(" 5") "Transfer-Encoding: chunked\r\n", NONE },
  { "Content-Length: x\r\nContent-Length: 5\r\n", 5 }, /* the first line is the status line */
};

static const char *const flawed[] = {
  LENGTH(""),
  LENGTH(" "),
  LENGTH(" x"),
  LENGTH(" -5"),
  LENGTH(" +5"),
  LENGTH(" 0x5"),
  LENGTH(" 5.0"),
  LENGTH(" 5 5"),
  LENGTH(" 5;"),
  LENGTH(" \"5\""),
  LENGTH(" 5, 6"),
  LENGTH(" 5,,5"),
  LENGTH(" ,5"),
  LENGTH(" 5") "Content-Length: 6\r\n",
  LENGTH(" 6") "X: y\r\nContent-Length: 5\r\n",
  LENGTH(" 5x") "Content-Length: 5\r\n",
  LENGTH("\r\n 5"),
  LENGTH(" 5\r\n 5"),
  LENGTH(" 5\r\n\t"),
  LENGTH(" x") "Transfer-Encoding: chunked\r\n",
  CODING(" chunked, gzip"),
  CODING(" chunked, chunked"),
  CODING(" chunked") "Transfer-Encoding: identity\r\n",
  CODING("\r\n chunked"),
  OK " X: y\r\n",
  OK "\tX: y\r\n",
};

/* In a block of its own size, so that a byte too far is seen. */
static struct cr_framing read_copy(const char *head, size_t bytes)
{
  char *copy = malloc(bytes + !bytes);

  assert_non_null(copy);
  memcpy(copy, head, bytes);
  struct cr_framing framing = cr_framing_read(cr_span(copy, bytes));
  free(copy);
  return framing;
}

static void a_body_ends_where_the_head_says(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
    struct cr_framing framing = read_copy(good[i].head, strlen(good[i].head));
    if (framing.flaw || framing.length != good[i].length)
      fail_msg("%s: %s, %lld", good[i].head, framing.flaw ? framing.flaw : "no flaw",
               (long long)framing.length);
  }
}

static void a_head_by_which_it_cannot_be_told_is_flawed(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(flawed) / sizeof(flawed[0]); i++)
    if (!read_copy(flawed[i], strlen(flawed[i])).flaw)
      fail_msg("%s", flawed[i]);
}

static void a_head_cut_anywhere_is_read_to_its_end(void **state)
{
  static const char head[] = LENGTH(" 12, 12") "Transfer-Encoding: gzip, chunked\r\nX:\r\n y\r\n";

  (void)state;
  for (size_t bytes = 0; bytes < sizeof(head); bytes++) {
    struct cr_framing framing = read_copy(head, bytes);
    assert_true(framing.flaw || framing.length >= CR_NO_LENGTH);
  }
}

static void any_bytes_are_read_to_their_end(void **state)
{
  static const char signs[] = "cC:-,; \t\r\n\0059T";
  uint32_t random = 1;
  char head[256] = LENGTH("");

  (void)state;
  for (int round = 0; round < 20000; round++) {
    for (size_t i = sizeof(OK) - 1 + (round & 1 ? 15 : 0); i < sizeof(head); i++) {
      random = random * 1664525 + 1013904223;
      head[i] = signs[(random >> 16) % (sizeof(signs) - 1)];
    }
    struct cr_framing framing = read_copy(head, sizeof(head));
    assert_true(framing.length >= CR_NO_LENGTH);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_body_ends_where_the_head_says),
    cmocka_unit_test(a_head_by_which_it_cannot_be_told_is_flawed),
    cmocka_unit_test(a_head_cut_anywhere_is_read_to_its_end),
    cmocka_unit_test(any_bytes_are_read_to_their_end),
  };

  return cmocka_run_group_tests_name("head_framing", tests, NULL, NULL);
}

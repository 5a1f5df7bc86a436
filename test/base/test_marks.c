/* SPDX-License-Identifier: MIT */
/* test_marks.c - where tags, names and quoted values of markup end, as bits. */
#include "base/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"

enum { BYTES = 300, MANY_BYTES = 3 * CR_MARKS_BYTES, ROUNDS = 2000 };

/* The HTML standard's ASCII whitespace, '/' and '>'. */
static bool ends_name(char c)
{
  return c != '\0' && strchr("\t\n\f\r />", c);
}

static bool has_mark(enum cr_mark mark, char c)
{
  switch (mark) {
  case CR_MARK_OPEN:
    return c == '<';
  case CR_MARK_QUOTE:
    return c == '"';
  case CR_MARK_NAME_END:
    return ends_name(c);
  default:
    return ends_name(c) || c == '=';
  }
}

/* All that a look has found. */
static void check_look(const struct cr_marks *m)
{
  for (unsigned mark = 0; mark < CR_MARKS; mark++) {
    for (unsigned i = 0; i < CR_MARKS_BLOCKS * CR_MARKS_BLOCK; i++) {
      bool is_there = m->begin + i < m->end && has_mark((enum cr_mark)mark, m->begin[i]);
      assert_int_equal((uint8_t)m->bits[mark][i / 8] >> i % 8 & 1, is_there);
    }
  }
}

static void every_byte_has_its_class_whichever_way_it_is_looked_at(void **state)
{
  (void)state;
  for (unsigned way = CR_MARKS_BY_1; way <= cr_marks_best_way(); way++) {
    for (unsigned c = 0; c < 256; c++) {
      for (unsigned at = 0; at < CR_MARKS_BLOCK; at++) {
        struct cr_marks m;
        char block[CR_MARKS_BLOCK];
        memset(block, 'x', sizeof(block));
        block[at] = (char)c;
        cr_marks_begin(&m, block, block + sizeof(block));
        cr_marks_look_by(&m, block, (enum cr_marks_way)way);
        check_look(&m);
      }
    }
  }
}

/* Of much markup, and of any bytes, in memory that ends where they do. */
static char *random_bytes(struct cr_random *random, size_t len)
{
  static const char some[] = "<>\"=/ \tabc\v";
  char *bytes = malloc(len > 0 ? len : 1);

  for (size_t i = 0; i < len; i++) {
    uint64_t n = cr_random_next(random);
    bytes[i] = n % 4 == 0   ? (char)(n >> 32)
               : n % 4 == 1 ? some[(n >> 8) % (sizeof(some) - 1)]
                            : 'x';
  }
  return bytes;
}

static void bytes_are_looked_at_to_their_end_and_no_further(void **state)
{
  struct cr_random random = { 11 };
  (void)state;

  for (unsigned way = CR_MARKS_BY_1; way <= cr_marks_best_way(); way++) {
    for (size_t len = 0; len < CR_MARKS_BYTES + BYTES; len += 1 + len / 64) {
      struct cr_marks m;
      char *bytes = random_bytes(&random, len);
      cr_marks_begin(&m, bytes, bytes + len);
      for (size_t at = 0; at <= len; at += 1 + at / 16) {
        cr_marks_look_by(&m, bytes + at, (enum cr_marks_way)way);
        check_look(&m);
      }
      free(bytes);
    }
  }
}

static const char *search(const char *at, const char *end, enum cr_mark mark)
{
  while (at < end && !has_mark(mark, *at))
    at++;
  return at;
}

static size_t random_below(struct cr_random *random, size_t limit)
{
  return cr_random_next(random) % limit;
}

static void finding_is_searching_forwards_and_back(void **state)
{
  struct cr_random random = { 12 };
  (void)state;

  for (int round = 0; round < ROUNDS; round++) {
    struct cr_marks m;
    size_t len = random_below(&random, round % 8 == 0 ? MANY_BYTES : BYTES);
    char *bytes = random_bytes(&random, len);
    const char *at = bytes;
    cr_marks_begin(&m, bytes, bytes + len);
    for (int i = 0; i < 50; i++) {
      enum cr_mark mark = (enum cr_mark)random_below(&random, CR_MARKS);
      const char *found = cr_marks_find(&m, mark, at);
      assert_ptr_equal(found, search(at, bytes + len, mark));
      bool goes_back = found == bytes + len || random_below(&random, 8) == 0;
      at = goes_back ? bytes + random_below(&random, len + 1) : found + 1;
    }
    free(bytes);
  }
}

/* In between a tag is read, which may need a look from within it on. */
static void each_open_comes_once_wherever_other_marks_were_looked_for(void **state)
{
  struct cr_random random = { 13 };
  (void)state;

  for (int round = 0; round < ROUNDS; round++) {
    struct cr_marks m;
    size_t len = random_below(&random, MANY_BYTES);
    char *bytes = random_bytes(&random, len);
    const char *end = bytes + len;
    const char *at = bytes;
    memset(bytes, 'x', random_below(&random, len + 1));
    cr_marks_begin(&m, bytes, end);
    while (at < end) {
      const char *open = cr_marks_next_open(&m, at);
      assert_ptr_equal(open, search(at, end, CR_MARK_OPEN));
      at = open < end ? open + 1 : end;
      if (random_below(&random, 4) == 0)
        at = cr_marks_find(&m, CR_MARK_QUOTE, at);
      else if (random_below(&random, 32) == 0)
        at += random_below(&random, (size_t)(end - at) + 1);
    }
    assert_ptr_equal(cr_marks_next_open(&m, end), end);
    free(bytes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_byte_has_its_class_whichever_way_it_is_looked_at),
    cmocka_unit_test(bytes_are_looked_at_to_their_end_and_no_further),
    cmocka_unit_test(finding_is_searching_forwards_and_back),
    cmocka_unit_test(each_open_comes_once_wherever_other_marks_were_looked_for),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

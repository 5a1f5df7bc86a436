/* SPDX-License-Identifier: MIT */
/* test_marks.c - where tags, names and quoted values of markup end, 64 bytes a look. */
#include "base/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"

enum { BYTES = 300, ROUNDS = 2000 };

/* The HTML standard's ASCII whitespace, '/' and '>'. */
static bool ends_name(char c)
{
  return c != '\0' && strchr("\t\n\f\r />", c);
}

static uint64_t bit(bool is_set, unsigned at)
{
  return (uint64_t)is_set << at;
}

static void check_block(const struct cr_marks *m)
{
  uint64_t open = 0;
  uint64_t quote = 0;
  uint64_t name_end = 0;
  uint64_t equal = 0;

  for (unsigned i = 0; i < CR_MARKS_BLOCK && m->block + i < m->end; i++) {
    open |= bit(m->block[i] == '<', i);
    quote |= bit(m->block[i] == '"', i);
    name_end |= bit(ends_name(m->block[i]), i);
    equal |= bit(m->block[i] == '=', i);
  }
  assert_true(m->open == open);
  assert_true(m->quote == quote);
  assert_true(m->name_end == name_end);
  assert_true(m->attribute_end == (name_end | equal));
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
        cr_marks_begin(&m, block + sizeof(block));
        cr_marks_look_by(&m, block, (enum cr_marks_way)way);
        check_block(&m);
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

static void blocks_are_read_to_their_end_and_no_further(void **state)
{
  struct cr_random random = { 11 };
  (void)state;

  for (unsigned way = CR_MARKS_BY_1; way <= cr_marks_best_way(); way++) {
    for (size_t len = 0; len < BYTES; len++) {
      struct cr_marks m;
      char *bytes = random_bytes(&random, len);
      cr_marks_begin(&m, bytes + len);
      for (size_t at = 0; at <= len; at++) {
        cr_marks_look_by(&m, bytes + at, (enum cr_marks_way)way);
        check_block(&m);
      }
      free(bytes);
    }
  }
}

static const char *search(const char *at, const char *end, unsigned what)
{
  while (at < end && !(what == 0   ? *at == '<'
                       : what == 1 ? *at == '"'
                                   : ends_name(*at) || (what == 3 && *at == '=')))
    at++;
  return at;
}

static void finding_is_searching_forwards_and_back(void **state)
{
  struct cr_random random = { 12 };
  (void)state;

  for (int round = 0; round < ROUNDS; round++) {
    struct cr_marks m;
    const uint64_t *const bits[] = { &m.open, &m.quote, &m.name_end, &m.attribute_end };
    size_t len = cr_random_next(&random) % BYTES;
    char *bytes = random_bytes(&random, len);
    const char *at = bytes;
    cr_marks_begin(&m, bytes + len);
    for (int i = 0; i < 50; i++) {
      unsigned what = (unsigned)(cr_random_next(&random) % 4);
      const char *found = cr_marks_find(&m, bits[what], at);
      assert_ptr_equal(found, search(at, bytes + len, what));
      bool goes_back = found == bytes + len || cr_random_next(&random) % 8 == 0;
      at = goes_back ? bytes + cr_random_next(&random) % (len + 1) : found + 1;
    }
    free(bytes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_byte_has_its_class_whichever_way_it_is_looked_at),
    cmocka_unit_test(blocks_are_read_to_their_end_and_no_further),
    cmocka_unit_test(finding_is_searching_forwards_and_back),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_page_print.c - which pages say the same to a reader? */
#include "filter/page_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>

#define WORDS "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"

static enum cr_likeness compare(const char *a, const char *b)
{
  struct cr_print left = cr_print_page(cr_span_text(a));
  struct cr_print right = cr_print_page(cr_span_text(b));

  assert_int_not_equal(left.exact, 0);
  assert_int_not_equal(right.exact, 0);
  return cr_print_compare(&left, &right);
}

static void links_and_markup_make_no_difference(void **state)
{
  (void)state;
  assert_int_equal(compare("<p>" WORDS "</p>", WORDS), CR_PRINT_SAME);
  assert_int_equal(compare("<a href=1>x</a>" WORDS, "<A HREF=2>x</A>,  " WORDS), CR_PRINT_SAME);
  assert_int_equal(compare("<script>var a = 1</script>" WORDS, "<style>b</style>" WORDS),
                   CR_PRINT_SAME);
  assert_int_equal(compare("<!-- " WORDS " -->", WORDS), CR_PRINT_SAME);
}

static void words_their_order_and_pictures_do(void **state)
{
  (void)state;
  assert_int_not_equal(compare(WORDS, WORDS " fifteen"), CR_PRINT_SAME);
  assert_int_not_equal(compare(WORDS " a b", WORDS " b a"), CR_PRINT_SAME);
  assert_int_not_equal(compare("<img src=1>" WORDS, "<img src=2>" WORDS), CR_PRINT_SAME);
  assert_int_equal(compare(WORDS, "a b c d e f g h i j k l m n o p q r s t u v w x y z"),
                   CR_PRINT_OTHER);
}

/* 4,000 words of a vocabulary of 1,000, with the n-th replaced. */
static struct cr_print long_page(size_t replaced, uint64_t seed)
{
  static char text[4000 * 8];
  size_t len = 0;

  for (size_t i = 0; i < 4000; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    len += (size_t)snprintf(text + len, sizeof(text) - len, "w%03u ",
                            i == replaced ? 1000u : (unsigned)(seed >> 33) % 1000);
  }
  return cr_print_page(cr_span(text, len));
}

static void a_page_with_one_other_word_is_similar(void **state)
{
  struct cr_print page = long_page(SIZE_MAX, 1);
  struct cr_print other = long_page(SIZE_MAX, 2);
  (void)state;

  for (size_t i = 100; i < 4000; i += 700) {
    struct cr_print changed = long_page(i, 1);
    assert_int_equal(cr_print_compare(&page, &changed), CR_PRINT_SIMILAR);
  }
  assert_int_equal(cr_print_compare(&page, &other), CR_PRINT_OTHER);
}

static void a_few_words_say_nothing(void **state)
{
  static const char *const pages[] = {
    "",
    "<",
    "<a",
    "<!--",
    "<!-- a",
    "<script",
    "<script>a b c d e f g h i j k l",
    "<style>x</styl",
    "<html><div id=root></div><script src=app.js></script>",
    "one two three four five six seven",
  };
  (void)state;

  for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
    char *copy = malloc(strlen(pages[i]) + 1); /* of this size: a read beyond it is seen */

    memcpy(copy, pages[i], strlen(pages[i]));
    assert_int_equal(cr_print_page(cr_span(copy, strlen(pages[i]))).exact, 0);
    free(copy);
  }
}

static void no_more_than_the_beginning_is_read(void **state)
{
  size_t bytes = 4 * CR_PRINT_MAX_BYTES;
  char *text = malloc(bytes);
  struct cr_print cut;
  struct cr_print whole;
  (void)state;

  for (size_t i = 0; i < bytes; i++)
    text[i] = "a <"[i % 3];
  cut = cr_print_page(cr_span(text, CR_PRINT_MAX_BYTES));
  whole = cr_print_page(cr_span(text, bytes));
  assert_int_equal(cut.exact, whole.exact);
  free(text);
}

/* It is told to callers, who may keep it. */
static void it_is_the_same_on_every_machine(void **state)
{
  (void)state;
  struct cr_print print = cr_print_page(CR_SPAN(WORDS " internationalisation <img src=a>"));

  assert_true(print.near_bits == UINT64_C(0x2c67ea6e98ebd260));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(links_and_markup_make_no_difference),
    cmocka_unit_test(words_their_order_and_pictures_do),
    cmocka_unit_test(a_page_with_one_other_word_is_similar),
    cmocka_unit_test(a_few_words_say_nothing),
    cmocka_unit_test(no_more_than_the_beginning_is_read),
    cmocka_unit_test(it_is_the_same_on_every_machine),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_charset_japanese.c - EUC-JP and ISO-2022-JP by the WHATWG Encoding standard (12.1, 12.2).
 *
 * Rows with characters of JIS X 0208 need the system's converter for Shift_JIS; the errors don't.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "parse/arena_rig.h"
#include "parse/charset.h"
#include "support/oom.h"

#define BAD "\xef\xbf\xbd"
#define A "\xe3\x81\x82"    /* U+3042 */
#define KA "\xef\xbd\xb6"   /* U+FF76 */
#define YEN "\xc2\xa5"      /* U+00A5 */
#define LINE "\xe2\x80\xbe" /* U+203E */
#define ESC "\x1b"

typedef int (*decoder)(struct cr_arena *arena, struct cr_span in, struct cr_span *out);

struct japanese {
  struct cr_span in;
  struct cr_span want;
  const char *why;
};

static const struct japanese euc_cases[] = {
  { CR_SPAN_INIT(""), CR_SPAN_INIT(""), "nothing" },
  { CR_SPAN_INIT("a\\~\0"), CR_SPAN_INIT("a\\~\0"), "ASCII" },
  { CR_SPAN_INIT("\xa4\xa2<"), CR_SPAN_INIT(A "<"), "JIS X 0208" },
  { CR_SPAN_INIT("\x8e\xb6<"), CR_SPAN_INIT(KA "<"), "half-width katakana" },
  { CR_SPAN_INIT("\x8f\xb0\xa1<"), CR_SPAN_INIT("\xe4\xb8\x82<"), "JIS X 0212" },
  { CR_SPAN_INIT("\xa1\xc1"), CR_SPAN_INIT("\xef\xbd\x9e"), "U+FF5E, as the index has it" },
  { CR_SPAN_INIT("\xad\xa1"), CR_SPAN_INIT("\xe2\x91\xa0"), "U+2460, of NEC's row 13" },
  { CR_SPAN_INIT("\xa9\xa1<"), CR_SPAN_INIT(BAD "<"), "an empty row" },
  { CR_SPAN_INIT("\xa4<"), CR_SPAN_INIT(BAD "<"), "ASCII is never swallowed" },
  { CR_SPAN_INIT("\xa4\x80<"), CR_SPAN_INIT(BAD "<"), "what isn't ASCII is" },
  { CR_SPAN_INIT("\xa4"), CR_SPAN_INIT(BAD), "half of one at the end" },
  { CR_SPAN_INIT("\x8e"), CR_SPAN_INIT(BAD), "half of one at the end" },
  { CR_SPAN_INIT("\x8f\xb0"), CR_SPAN_INIT(BAD), "two of three at the end" },
  { CR_SPAN_INIT("\x8e\xe0<"), CR_SPAN_INIT(BAD "<"), "behind the last katakana" },
  { CR_SPAN_INIT("\x8e<"), CR_SPAN_INIT(BAD "<"), "ASCII behind a shift" },
  { CR_SPAN_INIT("\x8f<"), CR_SPAN_INIT(BAD "<"), "ASCII behind a shift" },
  { CR_SPAN_INIT("\x8f\xb0<"), CR_SPAN_INIT(BAD "<"), "ASCII as third byte" },
  { CR_SPAN_INIT("\x8f\xa1\xa1<"), CR_SPAN_INIT(BAD "<"), "an empty row of JIS X 0212" },
  { CR_SPAN_INIT("\x80\x90\xa0\xff<"), CR_SPAN_INIT(BAD BAD BAD BAD "<"), "no lead bytes" },
};

/* ESC ( B: ASCII, ESC ( J: JIS Roman, ESC ( I: katakana, ESC $ @ and ESC $ B: JIS X 0208. */
static const struct japanese iso_cases[] = {
  { CR_SPAN_INIT(""), CR_SPAN_INIT(""), "nothing" },
  { CR_SPAN_INIT("a\\~\0"), CR_SPAN_INIT("a\\~\0"), "it begins as ASCII" },
  { CR_SPAN_INIT(ESC "$B$\"" ESC "(B<"), CR_SPAN_INIT(A "<"), "JIS X 0208 and back" },
  { CR_SPAN_INIT(ESC "$@$\"$\"" ESC "(B<"), CR_SPAN_INIT(A A "<"), "of 1978" },
  { CR_SPAN_INIT(ESC "(Ja\\~"), CR_SPAN_INIT("a" YEN LINE), "JIS Roman" },
  { CR_SPAN_INIT(ESC "(I6"), CR_SPAN_INIT(KA), "katakana" },
  { CR_SPAN_INIT(ESC "(I`"), CR_SPAN_INIT(BAD), "behind the last of them" },
  { CR_SPAN_INIT(ESC "(I "), CR_SPAN_INIT(BAD), "before the first" },
  { CR_SPAN_INIT(ESC "(J\x0e\x0f"), CR_SPAN_INIT(BAD BAD), "the shifts are errors" },
  { CR_SPAN_INIT("\x0e\x0f\x80\xff"), CR_SPAN_INIT(BAD BAD BAD BAD), "in ASCII too" },
  { CR_SPAN_INIT(ESC "$B-!"), CR_SPAN_INIT("\xe2\x91\xa0"), "U+2460, of NEC's row 13" },
  { CR_SPAN_INIT(ESC "$B)!$\""), CR_SPAN_INIT(BAD A), "an empty row" },
  { CR_SPAN_INIT(ESC "$B$"), CR_SPAN_INIT(BAD), "half of one at the end" },
  { CR_SPAN_INIT(ESC "$B$" ESC "(B<"), CR_SPAN_INIT(BAD "<"), "half of one, then an escape" },
  { CR_SPAN_INIT(ESC "$B$ $\""), CR_SPAN_INIT(BAD A), "what can't follow is swallowed" },
  { CR_SPAN_INIT(ESC "$B $\""), CR_SPAN_INIT(BAD A), "what can't begin is one error" },
  { CR_SPAN_INIT(ESC "$B\n$\""), CR_SPAN_INIT(BAD A), "a line feed can't" },
  { CR_SPAN_INIT(ESC "(B" ESC "(B<"), CR_SPAN_INIT(BAD "<"), "two escapes with nothing between" },
  { CR_SPAN_INIT(ESC "(B" ESC "$B" ESC "(J\\"), CR_SPAN_INIT(BAD BAD YEN), "three of them" },
  { CR_SPAN_INIT(ESC "(Ba" ESC "(B<"), CR_SPAN_INIT("a<"), "with something between" },
  { CR_SPAN_INIT(ESC "$B"), CR_SPAN_INIT(""), "an escape alone" },
  { CR_SPAN_INIT(ESC), CR_SPAN_INIT(BAD), "one that is cut off" },
  { CR_SPAN_INIT(ESC "$"), CR_SPAN_INIT(BAD "$"), "one that is cut off" },
  { CR_SPAN_INIT(ESC "("), CR_SPAN_INIT(BAD "("), "one that is cut off" },
  { CR_SPAN_INIT(ESC "(X<"), CR_SPAN_INIT(BAD "(X<"), "one that isn't any" },
  { CR_SPAN_INIT(ESC "$X<"), CR_SPAN_INIT(BAD "$X<"), "one that isn't any" },
  { CR_SPAN_INIT(ESC ESC "(B<"), CR_SPAN_INIT(BAD "<"), "one error, then an escape" },
  { CR_SPAN_INIT(ESC "(B" ESC "X" ESC "(B<"), CR_SPAN_INIT(BAD "X<"), "the error stands between" },
  { CR_SPAN_INIT(ESC "(J" ESC "X\\"), CR_SPAN_INIT(BAD "X" YEN), "an error changes no set" },
};

static const struct {
  decoder decode;
  const struct japanese *cases;
  size_t count;
} tables[] = {
  { cr_charset_eucjp, euc_cases, sizeof(euc_cases) / sizeof(euc_cases[0]) },
  { cr_charset_iso2022jp, iso_cases, sizeof(iso_cases) / sizeof(iso_cases[0]) },
};

static void assert_table(size_t which)
{
  struct arena_rig rig;
  struct cr_span out;

  arena_open(&rig);
  for (size_t i = 0; i < tables[which].count; i++) {
    const struct japanese *row = &tables[which].cases[i];
    assert_int_equal(tables[which].decode(&rig.arena, row->in, &out), 0);
    if (!cr_span_eq(out, row->want))
      fail_msg("case %zu, %s: '%.*s'", i, row->why, (int)out.len, out.at);
    assert_int_equal(out.at[out.len], '\0');
  }
  arena_close(&rig);
}

static void euc_jp_is_read_as_the_standard_says(void **state)
{
  (void)state;
  assert_table(0);
}

static void iso_2022_jp_is_read_as_the_standard_says(void **state)
{
  (void)state;
  assert_table(1);
}

/* Both name the same places of one table. */
static void every_place_means_the_same_in_both(void **state)
{
  struct arena_rig rig;
  struct cr_span euc_text;
  struct cr_span iso_text;
  (void)state;

  arena_open(&rig);
  for (int row = 0x21; row <= 0x7e; row++) {
    char euc[2 * 94];
    char iso[3 + sizeof(euc)] = { 0x1b, '$', 'B' };
    for (int column = 0; column < 94; column++) {
      iso[3 + 2 * column] = (char)row;
      iso[4 + 2 * column] = (char)(0x21 + column);
      euc[2 * column] = (char)(row | 0x80);
      euc[2 * column + 1] = (char)((0x21 + column) | 0x80);
    }
    assert_int_equal(cr_charset_eucjp(&rig.arena, cr_span(euc, sizeof(euc)), &euc_text), 0);
    assert_int_equal(cr_charset_iso2022jp(&rig.arena, cr_span(iso, sizeof(iso)), &iso_text), 0);
    if (!cr_span_eq(euc_text, iso_text) || euc_text.len < 94 * 2)
      fail_msg("row %02x", (unsigned)row);
  }
  arena_close(&rig);
}

/* Runs of pairs go to the converter in pieces of some hundred bytes. */
static void long_runs_lose_nothing(void **state)
{
  enum { PAIRS = 5000 };
  static char in[2 * PAIRS + 1];
  struct arena_rig rig;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  for (size_t i = 0; i < PAIRS; i++)
    memcpy(in + 2 * i, "\xa4\xa2", 2);
  in[2 * PAIRS] = '!';
  assert_int_equal(cr_charset_eucjp(&rig.arena, cr_span(in, sizeof(in)), &out), 0);
  assert_int_equal(out.len, PAIRS * 3 + 1);
  assert_memory_equal(out.at + out.len - 4, A "!", 4);
  arena_close(&rig);
}

static void decode_all(struct cr_mem *mem, void *arg)
{
  struct cr_arena arena;
  struct cr_span out;
  (void)arg;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 16, 0);
  for (size_t which = 0; which < 2; which++) {
    for (size_t i = 0; i < tables[which].count; i++) {
      int err = tables[which].decode(&arena, tables[which].cases[i].in, &out);
      assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    }
  }
  cr_arena_free(&arena);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(decode_all, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(euc_jp_is_read_as_the_standard_says),
    cmocka_unit_test(iso_2022_jp_is_read_as_the_standard_says),
    cmocka_unit_test(every_place_means_the_same_in_both),
    cmocka_unit_test(long_runs_lose_nothing),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_charset_iconv.c - Chinese, Korean and Shift_JIS by the system's iconv, errors as the WHATWG
 * Encoding standard has them.
 *
 * Where the system has no converter for a set (musl lacks some), its rows are skipped.
 */
#include <iconv.h>
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

static const char *const names[CR_ICONV_SETS] = {
  [CR_ICONV_BIG5] = "BIG5",       [CR_ICONV_EUC_KR] = "CP949",  [CR_ICONV_GB18030] = "GB18030",
  [CR_ICONV_SHIFT_JIS] = "CP932", [CR_ICONV_JIS0208] = "CP932", [CR_ICONV_JIS0212] = "EUC-JP",
};

static bool system_has(enum cr_iconv_set set)
{
  iconv_t converter = iconv_open("UTF-8", names[set]);
  if (converter == (iconv_t)-1)
    return false;
  iconv_close(converter);
  return true;
}

static const struct {
  enum cr_iconv_set set;
  struct cr_span in;
  struct cr_span want;
  const char *why;
} cases[] = {
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa4\x40z"), CR_SPAN_INIT("\xe4\xb8\x80z"), "U+4E00" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x88\x62"), CR_SPAN_INIT("\xc3\x8a\xcc\x84"),
    "one that becomes two characters" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x88\xa5z"), CR_SPAN_INIT("\xc3\xaa\xcc\x8cz"), "and another" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x88\x66z"), CR_SPAN_INIT("\xc3\x8az"),
    "one that might have been the beginning of two" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x88\x66"), CR_SPAN_INIT("\xc3\x8a"), "so too at the end" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x81\x41z"), CR_SPAN_INIT(BAD "Az"), "no such character" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa4"), CR_SPAN_INIT(BAD), "half of one at the end" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa4<a>"), CR_SPAN_INIT(BAD "<a>"), "ASCII is never swallowed" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xc4\0z"), CR_SPAN_INIT(BAD "\0z"), "NUL isn't either" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xff\x80z"), CR_SPAN_INIT(BAD BAD "z"), "no lead bytes" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa1\xfe\xa2\x40z"), CR_SPAN_INIT("\xef\xbc\x8f\xef\xbc\xbcz"),
    "U+FF0F and U+FF3C, which converters lack" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x88\x66\xa1\xe3\xa4\x40"),
    CR_SPAN_INIT("\xc3\x8a\xef\xbd\x9e\xe4\xb8\x80"), "U+FF5E, behind one that might be two" },

  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xa2\xe8"), CR_SPAN_INIT(BAD), "what the index lacks" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xb0\xa1z"), CR_SPAN_INIT("\xea\xb0\x80z"), "U+AC00" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\x81\x41z"), CR_SPAN_INIT("\xea\xb0\x82z"),
    "U+AC02, of Microsoft's extension" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xb0<"), CR_SPAN_INIT(BAD "<"), "ASCII is never swallowed" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xc9\xa1z"), CR_SPAN_INIT(BAD "z"), "no such character" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xa2\xe8\nz"), CR_SPAN_INIT(BAD "\nz"),
    "nor one that a converter skips" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\x80\xffz"), CR_SPAN_INIT(BAD BAD "z"), "no lead bytes" },

  { CR_ICONV_GB18030, CR_SPAN_INIT("\xd6\xd0z"), CR_SPAN_INIT("\xe4\xb8\xadz"), "U+4E2D" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xa2\xe3"), CR_SPAN_INIT("\xe2\x82\xac"), "the euro sign" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xa3\xa0z"), CR_SPAN_INIT("\xe3\x80\x80z"),
    "U+3000, a second time" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x80z"), CR_SPAN_INIT("\xe2\x82\xacz"),
    "and as Windows has it" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\x81\x30z"), CR_SPAN_INIT("\xc2\x80z"),
    "four bytes, U+0080" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x90\x30\x81\x30z"), CR_SPAN_INIT("\xf0\x90\x80\x80z"),
    "four bytes, U+10000" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xe3\x32\x9a\x35"), CR_SPAN_INIT("\xf4\x8f\xbf\xbf"),
    "four bytes, the last character" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81<"), CR_SPAN_INIT(BAD "<"), "ASCII is never swallowed" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30<"), CR_SPAN_INIT(BAD "0<"), "nor is a digit" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\x81<"), CR_SPAN_INIT(BAD "0" BAD "<"),
    "of four bytes that aren't" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("z\x81\x30"), CR_SPAN_INIT("z" BAD), "cut off by the end" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\xc4"), CR_SPAN_INIT(BAD), "later" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\xff"), CR_SPAN_INIT(BAD "0" BAD), "and broken" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\xa3\xa0"), CR_SPAN_INIT(BAD "0\xe3\x80\x80"),
    "before a pair that converters lack" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x82\x35\x90\x37z"), CR_SPAN_INIT("\xe9\xbe\xb4z"),
    "U+9FB4, which a newer edition moved" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xfe\x39\xfe\x39z"), CR_SPAN_INIT(BAD "z"),
    "four bytes behind the last character are one error" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xffz"), CR_SPAN_INIT(BAD "z"), "no lead byte" },

  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\x82\xa0z"), CR_SPAN_INIT("\xe3\x81\x82z"), "U+3042" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\xb1z"), CR_SPAN_INIT("\xef\xbd\xb1z"), "U+FF71" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\x5c\x7e"), CR_SPAN_INIT("\\~"), "ASCII, not JIS Roman" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\x80z"), CR_SPAN_INIT("\xc2\x80z"), "U+0080" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\x81\x60"), CR_SPAN_INIT("\xef\xbd\x9e"),
    "U+FF5E, as Microsoft has it" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\x87\x40"), CR_SPAN_INIT("\xe2\x91\xa0"),
    "U+2460, of NEC's row 13" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\xf0\x40"), CR_SPAN_INIT("\xee\x80\x80"),
    "U+E000, of the private rows" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\x82<"), CR_SPAN_INIT(BAD "<"), "ASCII isn't swallowed" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\xa0\xfd\xffz"), CR_SPAN_INIT(BAD BAD BAD "z"),
    "no lead bytes" },

  { CR_ICONV_JIS0208, CR_SPAN_INIT("\x82\xa0\x82\xa2"), CR_SPAN_INIT("\xe3\x81\x82\xe3\x81\x84"),
    "pairs written as in Shift_JIS" },
  { CR_ICONV_JIS0208, CR_SPAN_INIT("\x85\x40\x82\xa0"), CR_SPAN_INIT(BAD "\xe3\x81\x82"),
    "an empty place is one error" },
  { CR_ICONV_JIS0212, CR_SPAN_INIT("\x8f\xa2\xc3"), CR_SPAN_INIT("\xc2\xa6"), "U+00A6" },
  { CR_ICONV_JIS0212, CR_SPAN_INIT("\x8f\xb0\xa1"), CR_SPAN_INIT("\xe4\xb8\x82"), "U+4E02" },
};

static void characters_and_errors_are_the_standards(void **state)
{
  struct arena_rig rig;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    if (!system_has(cases[i].set))
      continue;
    assert_int_equal(cr_charset_iconv(&rig.arena, cases[i].set, cases[i].in, &out), 0);
    if (!cr_span_eq(out, cases[i].want))
      fail_msg("%s, case %zu: '%.*s' (%s)", names[cases[i].set], i, (int)out.len, out.at,
               cases[i].why);
    assert_int_equal(out.at[out.len], '\0');
  }
  arena_close(&rig);
}

/* Decodes behind what is there already, with a blank at the end; returns what that gave. */
static struct cr_span add_piece(struct cr_iconv *cv, enum cr_iconv_set set, struct cr_span in)
{
  size_t before = cv->len;
  assert_int_equal(cr_iconv_add(cv, set, in), 0);
  return cr_span(cv->data + before, cv->len - before);
}

/* A blank is never the second byte of anything. */
static void no_pair_of_bytes_swallows_what_follows(void **state)
{
  struct arena_rig rig;
  struct cr_iconv cv;
  struct cr_span all;
  (void)state;

  arena_open(&rig);
  for (int set = 0; set <= CR_ICONV_SHIFT_JIS; set++) {
    assert_int_equal(cr_iconv_open(&cv, &rig.arena, 16), 0);
    for (unsigned pair = 0; pair < 0x10000; pair++) {
      char in[4] = { (char)(pair >> 8), (char)pair, ' ', '<' };
      struct cr_span out = add_piece(&cv, (enum cr_iconv_set)set, cr_span(in, sizeof(in)));
      bool is_ascii = pair < 0x8000 && (pair & 0x80) == 0;
      bool ends_right = out.len > 2 && memcmp(out.at + out.len - 2, " <", 2) == 0;
      if (!ends_right || cr_utf8_valid(out) != out.len)
        fail_msg("%s %04x: '%.*s'", names[set], pair, (int)out.len, out.at);
      if (is_ascii && (out.len != sizeof(in) || memcmp(out.at, in, sizeof(in)) != 0))
        fail_msg("%s %04x: '%.*s'", names[set], pair, (int)out.len, out.at);
    }
    assert_int_equal(cr_iconv_close(&cv, &all), 0);
    assert_int_equal(all.at[all.len], '\0');
    cr_arena_reset(&rig.arena);
  }
  arena_close(&rig);
}

/* One byte is announced, 60,000 come. */
static void the_result_grows_with_what_comes(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  struct cr_iconv cv;
  struct cr_span out;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 64, 0);
  assert_int_equal(cr_iconv_open(&cv, &arena, 1), 0);
  for (int i = 0; i < 10000; i++)
    assert_int_equal(cr_iconv_add(&cv, CR_ICONV_GB18030, CR_SPAN("\x90\x30\x81\x30\xff!")), 0);
  assert_int_equal(cr_iconv_close(&cv, &out), 0);
  assert_int_equal(out.len, 10000 * (4 + 3 + 1));
  for (size_t i = 0; i < out.len; i += 8)
    assert_memory_equal(out.at + i, "\xf0\x90\x80\x80" BAD "!", 8);
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void codes_and_texts_of_several_sets_stand_one_behind_the_other(void **state)
{
  struct arena_rig rig;
  struct cr_iconv cv;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  assert_int_equal(cr_iconv_open(&cv, &rig.arena, 0), 0);
  assert_int_equal(cr_iconv_add(&cv, CR_ICONV_SHIFT_JIS, CR_SPAN("\x82\xa0")), 0);
  assert_int_equal(cr_iconv_add_code(&cv, 0x1f600), 0);
  assert_int_equal(cr_iconv_add(&cv, CR_ICONV_GB18030, CR_SPAN("\xd6\xd0")), 0);
  assert_int_equal(cr_iconv_add(&cv, CR_ICONV_GB18030, CR_SPAN("")), 0);
  assert_int_equal(cr_iconv_close(&cv, &out), 0);
  assert_true(cr_span_eq(out, CR_SPAN("\xe3\x81\x82\xf0\x9f\x98\x80\xe4\xb8\xad")));
  arena_close(&rig);
}

/* As if the system had been asked, and had none. */
static void without_a_converter_ascii_comes_through(void **state)
{
  struct arena_rig rig;
  struct cr_iconv cv;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  assert_int_equal(cr_iconv_open(&cv, &rig.arena, 1), 0);
  cv.is_asked[CR_ICONV_BIG5] = true;
  assert_int_equal(cr_iconv_add(&cv, CR_ICONV_BIG5, CR_SPAN("<a href=x>\xa4\xa4\xa4</a>\xff")), 0);
  assert_int_equal(cr_iconv_close(&cv, &out), 0);
  assert_true(cr_span_eq(out, CR_SPAN("<a href=x>" BAD BAD "</a>" BAD)));
  arena_close(&rig);
}

static void a_size_that_no_memory_has_is_refused(void **state)
{
  struct arena_rig rig;
  struct cr_iconv cv;
  struct cr_span out = CR_SPAN("before");
  (void)state;

  arena_open(&rig);
  assert_int_equal(cr_iconv_open(&cv, &rig.arena, SIZE_MAX), CRAWLER_E_NOMEM);
  assert_int_equal(cr_iconv_close(&cv, &out), CRAWLER_E_NOMEM);
  assert_true(cr_span_eq(out, CR_SPAN("before")));
  arena_close(&rig);
}

static void decode_cases(struct cr_mem *mem, void *arg)
{
  struct cr_arena arena;
  struct cr_span out;
  (void)arg;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 16, 0);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    int err = cr_charset_iconv(&arena, cases[i].set, cases[i].in, &out);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  }
  cr_arena_free(&arena);
}

static void decode_in_steps(struct cr_mem *mem, void *arg)
{
  struct cr_arena arena;
  struct cr_iconv cv;
  struct cr_span out;
  (void)arg;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 16, 0);
  int err = cr_iconv_open(&cv, &arena, 0);
  for (int i = 0; err == 0 && i < 100; i++) {
    err = cr_iconv_add(&cv, CR_ICONV_BIG5, CR_SPAN("\xa4\x40\x88\x66\xff"));
    if (err == 0)
      err = cr_iconv_add_code(&cv, 0x10000);
  }
  int closed = cr_iconv_close(&cv, &out);
  assert_true((err == 0 && closed == 0) || cr_test_oom_refused(mem));
  cr_arena_free(&arena);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(decode_cases, NULL);
  cr_test_oom(decode_in_steps, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(characters_and_errors_are_the_standards),
    cmocka_unit_test(no_pair_of_bytes_swallows_what_follows),
    cmocka_unit_test(the_result_grows_with_what_comes),
    cmocka_unit_test(codes_and_texts_of_several_sets_stand_one_behind_the_other),
    cmocka_unit_test(without_a_converter_ascii_comes_through),
    cmocka_unit_test(a_size_that_no_memory_has_is_refused),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

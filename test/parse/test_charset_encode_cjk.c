/* SPDX-License-Identifier: MIT */
/* test_charset_encode_cjk.c - code points in the encodings of East Asia.
 *
 * Where the system has no converter for a set (musl lacks some), its rows are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "parse/charset.h"
#include "support/oom.h"
#include "url/url_bytes.h"

static struct cr_mem mem;

/* All of text, then what has to follow. */
static int encode(const char *charset, struct cr_span text, struct cr_buf *out)
{
  struct cr_cjk_encoder e = { .set = cr_charset_find(cr_span_text(charset)) };
  const char *end = text.at + text.len;
  int err = 0;

  while (err == 0 && text.at < end)
    err = cr_cjk_encode(&e, cr_utf8_next(&text.at, end), out);
  int closed = cr_cjk_close(&e, out);
  return err < 0 ? err : closed;
}

static bool is_reference(const struct cr_buf *out)
{
  return out->len > 6 && memcmp(out->data, "%26%23", 6) == 0;
}

static bool system_has(const char *charset)
{
  struct cr_buf out;

  cr_buf_init(&out, &mem, CR_MEM_CORE, 100);
  assert_int_equal(encode(charset, CR_SPAN("\xe4\xb8\x80"), &out), 0); /* U+4E00, in all of them */
  bool has = !is_reference(&out);
  cr_buf_free(&out);
  return has;
}

static const struct {
  const char *charset;
  const char *text;
  const char *want;
  const char *why;
} cases[] = {
  { "shift_jis", "a\xe3\x81\x82z", "a\x82\xa0z", "U+3042" },
  { "shift_jis", "\xc2\x80", "\x80", "U+0080" },
  { "shift_jis", "\xc2\xa5\xe2\x80\xbe\\~", "\\~\\~", "yen and overline are where ASCII's are" },
  { "shift_jis", "\xef\xbd\xa1\xef\xbe\x9f", "\xa1\xdf", "half-width katakana" },
  { "shift_jis", "\xe2\x88\x92", "\x81|", "a minus sign is U+FF0D" },
  { "shift_jis", "\xe3\x80\x9c", "%26%2312316%3B", "no best fit: U+301C" },
  { "shift_jis", "\xee\x80\x80", "%26%2357344%3B", "nothing private: U+E000" },
  { "shift_jis", "\xe2\x85\xa0\xe2\x85\xb0", "\x87\x54\xfa\x40", "of doubles the lowest" },
  { "euc-jp", "\xe3\x81\x82\xef\xbd\xb1", "\xa4\xa2\x8e\xb1", "" },
  { "euc-jp", "\xc2\xa5\xe2\x80\xbe", "\\~", "" },
  { "euc-jp", "\xe2\x88\x92", "\xa1\xdd", "" },
  { "euc-jp", "\xe2\x85\xb0\xe7\xba\x8a\xef\xbc\x82", "\xfc\xf1\xf9\xa1\xfc\xfe",
    "IBM's characters in NEC's rows: U+2170, U+7E8A, U+FF02" },
  { "euc-jp", "\xc2\xa6", "%26%23166%3B", "JIS X 0212 is read only" },
  { "iso-2022-jp",
    "a\xe3\x81\x82\xe3\x81\x84"
    "b",
    "a\x1b$B$\"$$\x1b(Bb", "there and back" },
  { "iso-2022-jp", "\xe3\x81\x82", "\x1b$B$\"\x1b(B", "back at the end too" },
  { "iso-2022-jp",
    "\xc2\xa5"
    "a\\b~\xe2\x80\xbe",
    "\x1b(J\\a\x1b(B\\b~\x1b(J~\x1b(B", "Roman has other signs for two" },
  { "iso-2022-jp", "\xef\xbd\xb1", "\x1b$B%\"\x1b(B", "half-width katakana become full" },
  { "iso-2022-jp", "\xe3\x81\x82\xc3\xbc", "\x1b$B$\"\x1b(B%26%23252%3B", "back for a reference" },
  { "iso-2022-jp", "\xc2\xa5\xc3\xbc", "\x1b(J\\%26%23252%3B\x1b(B", "but not from Roman" },
  { "iso-2022-jp", "\x0e\x1b\x0f", "%26%2365533%3B%26%2365533%3B%26%2365533%3B",
    "nothing that switches" },
  { "euc-kr", "\xea\xb0\x80\xea\xb0\x82", "\xb0\xa1\x81\x41", "Microsoft's extension too" },
  { "euc-kr", "\xc3\xbc", "%26%23252%3B", "" },
  { "big5", "\xe4\xb8\x80", "\xa4\x40", "U+4E00" },
  { "big5", "\xe2\x95\x90\xe5\x8d\x81", "\xf9\xf9\xa4\x51", "of doubles the standard's" },
  { "big5", "\xe2\x80\xa7\xe2\x82\xac\xe2\x90\x80", "\xa1\x45\xa3\xe1\xa3\xc0",
    "what converters differ in: U+2027, U+20AC, U+2400" },
  { "big5", "\xe2\x80\xa2", "%26%238226%3B", "U+2022, which some have there" },
  { "big5", "\xc3\x8a", "%26%23202%3B", "Hong Kong's extension is read only" },
  { "gbk", "\xe4\xb8\xad\xe2\x82\xac", "\xd6\xd0\x80", "the euro as Windows has it" },
  { "gb18030", "\xe4\xb8\xad\xe2\x82\xac", "\xd6\xd0\xa2\xe3", "" },
  { "gbk", "\xc2\x80\xf0\x9f\x98\x80", "%26%23128%3B%26%23128512%3B", "two bytes at most" },
  { "gb18030", "\xc2\x80\xf0\x9f\x98\x80", "\x81\x30\x81\x30\x94\x39\xfc\x36", "four" },
  { "gb18030", "\xf4\x8f\xbf\xbf", "\xe3\x32\x9a\x35", "the last" },
  { "gb18030", "\xee\x97\xa5", "%26%2358853%3B", "U+E5E5 would not come back" },
  { "gb18030", "\xee\x9e\x8d\xee\xa1\xa4", "\xa6\xd9\xfe\xa0", "private ones keep their place" },
};

static void code_points_come_out_as_the_standard_says(void **state)
{
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    if (!system_has(cases[i].charset)) {
      print_message("no converter for %s\n", cases[i].charset);
      continue;
    }
    cr_buf_init(&out, &mem, CR_MEM_CORE, 1000);
    assert_int_equal(encode(cases[i].charset, cr_span_text(cases[i].text), &out), 0);
    if (strcmp(out.data, cases[i].want) != 0)
      fail_msg("row %zu, %s (%s): \"%s\"", i, cases[i].charset, cases[i].why, out.data);
    cr_buf_free(&out);
  }
  cr_test_mem_done(&mem);
}

/* What the encoder has other bytes for than the decoder reads, or reads otherwise by a converter
 * that differs. */
static bool comes_back_as_another(const char *charset, uint32_t code)
{
  bool is_japanese = strstr(charset, "jis") || strstr(charset, "jp");

  if (strcmp(charset, "big5") == 0)
    return true;
  if (strcmp(charset, "gbk") == 0 || strcmp(charset, "gb18030") == 0)
    return code >= 0xe000 && code < 0xf900;
  if (is_japanese && strcmp(charset, "iso-2022-jp") != 0 && (code == 0xa5 || code == 0x203e))
    return true;
  if (strcmp(charset, "iso-2022-jp") == 0 && code >= 0xff61 && code <= 0xff9f)
    return true;
  return is_japanese && code == 0x2212;
}

static void check_code(const char *charset, uint32_t code, struct cr_buf *out,
                       struct cr_arena *arena)
{
  char text[4];
  size_t len = cr_charset_put(code, text);
  struct cr_span back;

  cr_buf_clear(out);
  assert_int_equal(encode(charset, cr_span(text, len), out), 0);
  if (is_reference(out) || comes_back_as_another(charset, code))
    return;
  assert_int_equal(cr_charset_decode(arena, charset, cr_span(out->data, out->len), &back), 0);
  if (!cr_span_eq(back, cr_span(text, len)))
    fail_msg("%s: U+%04X comes back as \"%.*s\"", charset, code, (int)back.len, back.at);
}

static void what_is_encoded_decodes_to_itself(void **state)
{
  static const char *const charsets[] = { "shift_jis", "euc-jp", "iso-2022-jp",
                                          "euc-kr",    "gbk",    "gb18030" };
  struct cr_arena arena;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 4096, 0);
  cr_buf_init(&out, &mem, CR_MEM_CORE, 1000);
  for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
    for (uint32_t code = 0; code < 0x10000; code += 1 + (code % 7 == 0)) {
      if (code >= 0xd800 && code < 0xe000)
        continue;
      check_code(charsets[i], code, &out, &arena);
      cr_arena_reset(&arena);
    }
  cr_buf_free(&out);
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void encode_scenario(struct cr_mem *oom, void *arg)
{
  struct cr_buf out;

  (void)arg;
  cr_buf_init(&out, oom, CR_MEM_CORE, 1000);
  int err = encode("iso-2022-jp", CR_SPAN("\xe3\x81\x82\xc3\xbc\xc2\xa5"), &out);
  assert_int_equal(err, cr_test_oom_refused(oom) ? CRAWLER_E_NOMEM : 0);
  cr_buf_free(&out);
}

static void out_of_memory_and_room_are_errors(void **state)
{
  struct cr_buf out;

  (void)state;
  cr_test_oom(encode_scenario, NULL);
  cr_test_mem_init(&mem);
  for (size_t room = 0; room < 12; room++) {
    cr_buf_init(&out, &mem, CR_MEM_CORE, room);
    assert_int_equal(encode("iso-2022-jp", CR_SPAN("\xc3\xbc\xe3\x81\x82"), &out), CRAWLER_E_LIMIT);
    cr_buf_free(&out);
  }
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(code_points_come_out_as_the_standard_says),
    cmocka_unit_test(what_is_encoded_decodes_to_itself),
    cmocka_unit_test(out_of_memory_and_room_are_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_charset_decode.c - bytes of a named encoding become UTF-8, by the WHATWG Encoding
 * standard's "decode".
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
#include "parse/parse.h"
#include "support/jsonl.h"
#include "support/oom.h"

#define BAD "\xef\xbf\xbd"

enum { ENCODINGS = 40, CHUNK_BYTES = 4096 };

static const struct {
  const char *charset;
  struct cr_span in;
  struct cr_span want;
  const char *why;
} cases[] = {
  { "utf-8", CR_SPAN_INIT(""), CR_SPAN_INIT(""), "nothing" },
  { "utf-8", CR_SPAN_INIT("a\0\xc3\xa9"), CR_SPAN_INIT("a\0\xc3\xa9"), "as it is" },
  { "utf-8", CR_SPAN_INIT("a\xe9!"), CR_SPAN_INIT("a" BAD "!"), "not UTF-8 after all" },
  { "utf-8", CR_SPAN_INIT("\xef\xbb\xbf!"), CR_SPAN_INIT("!"), "the mark is no text" },
  { "utf-8", CR_SPAN_INIT("\xef\xbb\xbf"), CR_SPAN_INIT(""), "nothing but the mark" },
  { "utf-8", CR_SPAN_INIT("\xef\xbb\xbf\xef\xbb\xbf"), CR_SPAN_INIT("\xef\xbb\xbf"),
    "the first one only" },
  { "utf-8", CR_SPAN_INIT("\xef\xbb"), CR_SPAN_INIT(BAD), "half a mark" },
  { "utf-8", CR_SPAN_INIT("\xff\xfe"), CR_SPAN_INIT(BAD BAD), "another encoding's mark" },
  { "windows-1252", CR_SPAN_INIT("\xef\xbb\xbf"), CR_SPAN_INIT("\xc3\xaf\xc2\xbb\xc2\xbf"),
    "another encoding's mark" },

  { "utf-16le", CR_SPAN_INIT("a\0\xe9\0"), CR_SPAN_INIT("a\xc3\xa9"), "low byte first" },
  { "utf-16be", CR_SPAN_INIT("\0a\0\xe9"), CR_SPAN_INIT("a\xc3\xa9"), "high byte first" },
  { "utf-16le", CR_SPAN_INIT("\xff\xfe!\0"), CR_SPAN_INIT("!"), "behind its mark" },
  { "utf-16be", CR_SPAN_INIT("\xfe\xff\0!"), CR_SPAN_INIT("!"), "behind its mark" },
  { "utf-16le", CR_SPAN_INIT("\xfe\xff"), CR_SPAN_INIT("\xef\xbf\xbe"), "not its own mark" },
  { "utf-16le", CR_SPAN_INIT("\x3d\xd8\x00\xde"), CR_SPAN_INIT("\xf0\x9f\x98\x80"), "a pair" },
  { "utf-16be", CR_SPAN_INIT("\xdb\xff\xdf\xff"), CR_SPAN_INIT("\xf4\x8f\xbf\xbf"),
    "the last character" },
  { "utf-16be", CR_SPAN_INIT("\xd8\x3d\0a"), CR_SPAN_INIT(BAD "a"), "a lead alone" },
  { "utf-16be", CR_SPAN_INIT("\xde\0\0a"), CR_SPAN_INIT(BAD "a"), "a trail alone" },
  { "utf-16be", CR_SPAN_INIT("\xd8\x3d\xd8\x3d\xde\0"), CR_SPAN_INIT(BAD "\xf0\x9f\x98\x80"),
    "the second lead has its trail" },
  { "utf-16be", CR_SPAN_INIT("\xd8\x3d"), CR_SPAN_INIT(BAD), "a lead at the end" },
  { "utf-16le", CR_SPAN_INIT("a"), CR_SPAN_INIT(BAD), "half a unit" },
  { "utf-16le", CR_SPAN_INIT("a\0b"), CR_SPAN_INIT("a" BAD), "half a unit at the end" },
  { "utf-16be", CR_SPAN_INIT("\xd8\x3d\xde"), CR_SPAN_INIT(BAD), "both are one error" },
  { "utf-16le", CR_SPAN_INIT("\0\0"), CR_SPAN_INIT("\0"), "NUL" },

  { "windows-1252", CR_SPAN_INIT("\x80\x81\xff"), CR_SPAN_INIT("\xe2\x82\xac\xc2\x81\xc3\xbf"),
    "one, two and three bytes" },
  { "windows-1252", CR_SPAN_INIT("plain"), CR_SPAN_INIT("plain"), "ASCII" },
  { "iso-8859-2", CR_SPAN_INIT("\xa1"), CR_SPAN_INIT("\xc4\x84"), "another table" },
  { "iso-8859-6", CR_SPAN_INIT("\xa1!"), CR_SPAN_INIT(BAD "!"), "a byte without meaning" },
  { "iso-8859-8-i", CR_SPAN_INIT("\xe0"), CR_SPAN_INIT("\xd7\x90"), "Hebrew's shared table" },
  { "koi8-u", CR_SPAN_INIT("\xc1\xae"), CR_SPAN_INIT("\xd0\xb0\xd1\x9e"), "Cyrillic" },
  { "x-user-defined", CR_SPAN_INIT("a\x80\xff"), CR_SPAN_INIT("a\xef\x9e\x80\xef\x9f\xbf"),
    "U+F780 to U+F7FF" },

  { "replacement", CR_SPAN_INIT("<script>"), CR_SPAN_INIT(BAD), "all of it is one error" },
  { "replacement", CR_SPAN_INIT(""), CR_SPAN_INIT(""), "nothing is none" },

  { "big5", CR_SPAN_INIT("a\xa4\x40"), CR_SPAN_INIT("a\xe4\xb8\x80"), "by the system's iconv" },
  { "euc-kr", CR_SPAN_INIT("a\xb0\xa1"), CR_SPAN_INIT("a\xea\xb0\x80"), "by the system's iconv" },
  { "gbk", CR_SPAN_INIT("\xd6\xd0!"), CR_SPAN_INIT("\xe4\xb8\xad!"), "by the system's iconv" },
  { "gb18030", CR_SPAN_INIT("\x90\x30\x81\x30"), CR_SPAN_INIT("\xf0\x90\x80\x80"), "four bytes" },
  { "shift_jis", CR_SPAN_INIT("\x82\xa0\xb1"), CR_SPAN_INIT("\xe3\x81\x82\xef\xbd\xb1"),
    "by the system's iconv" },
  { "euc-jp", CR_SPAN_INIT("\xa4\xa2\x8e\xb1"), CR_SPAN_INIT("\xe3\x81\x82\xef\xbd\xb1"),
    "by structure and iconv" },
  { "iso-2022-jp", CR_SPAN_INIT("\x1b$B$\"\x1b(B!"), CR_SPAN_INIT("\xe3\x81\x82!"),
    "escapes in ASCII are no ASCII" },
};

static void every_encoding_decodes_as_the_standard_says(void **state)
{
  struct arena_rig rig;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    assert_int_equal(cr_charset_decode(&rig.arena, cases[i].charset, cases[i].in, &out), 0);
    if (!cr_span_eq(out, cases[i].want))
      fail_msg("%s, %s: '%.*s'", cases[i].charset, cases[i].why, (int)out.len, out.at);
  }
  arena_close(&rig);
}

/* Rows may have the header's name in front. */
static struct cr_span header_value(const struct cr_json *row)
{
  struct cr_span type = cr_json_span(row, "content_type");
  struct cr_span name = CR_SPAN("Content-Type: ");
  if (cr_span_starts_nocase(type, name))
    return cr_span(type.at + name.len, type.len - name.len);
  return type;
}

/* w3lib's own choices: UTF-8 where nothing is said, UTF-32, UTF-16 that begins with its high byte,
 * and an ASCII default. */
static bool is_disputed(const struct cr_json *row, struct cr_span type, struct cr_span body)
{
  char label[64];
  cr_mime_charset(type, label);
  bool says_nothing = !cr_charset_of_label(cr_span_text(label));
  size_t mark_bytes = 0;
  const char *marked = cr_charset_of_bom(body, &mark_bytes);
  const char *theirs = cr_json_at(cr_json_get(row, "expected"), 0)->text.at;
  return (says_nothing && !marked) || strcmp(theirs, "utf-32-le") == 0 ||
         (!marked && strcmp(theirs, "utf-16-be") == 0);
}

static void w3lib_texts_come_out(void **state)
{
  struct arena_rig rig;
  struct cr_jsonl lines;
  const struct cr_json *row = NULL;
  struct cr_span out;
  size_t passed = 0;
  (void)state;

  arena_open(&rig);
  cr_jsonl_open(&lines, "charset/w3lib-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span type = header_value(row);
    struct cr_span body = cr_json_bytes(&lines, row, "body");
    if (strcmp(cr_json_text(row, "op"), "html_to_unicode") != 0 || is_disputed(row, type, body))
      continue;
    const char *charset = cr_charset_decide(body, type, "text/html");
    assert_int_equal(cr_charset_decode(&rig.arena, charset, body, &out), 0);
    if (!cr_span_eq(out, cr_json_at(cr_json_get(row, "expected"), 1)->text))
      fail_msg("line %zu, %s: '%.*s'", lines.line, charset, (int)out.len, out.at);
    passed++;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(passed, 9);
  arena_close(&rig);
}

static void what_is_utf8_already_is_not_copied(void **state)
{
  static const struct {
    const char *charset;
    struct cr_span in;
    size_t skipped;
  } same[] = {
    { "utf-8", CR_SPAN_INIT("\xc3\xa9"), 0 }, { "utf-8", CR_SPAN_INIT("\xef\xbb\xbf\xc3\xa9"), 3 },
    { "windows-1251", CR_SPAN_INIT("a"), 0 }, { "x-user-defined", CR_SPAN_INIT("a"), 0 },
    { "gb18030", CR_SPAN_INIT("a"), 0 },      { "shift_jis", CR_SPAN_INIT("\\~"), 0 },
    { "euc-jp", CR_SPAN_INIT("a"), 0 },
  };
  struct arena_rig rig;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
    assert_int_equal(cr_charset_decode(&rig.arena, same[i].charset, same[i].in, &out), 0);
    if (out.at != same[i].in.at + same[i].skipped || out.len != same[i].in.len - same[i].skipped)
      fail_msg("%s", same[i].charset);
  }
  assert_int_equal(rig.arena.used_bytes, 0);
  arena_close(&rig);
}

static void only_names_and_labels_of_the_standard_are_taken(void **state)
{
  struct arena_rig rig;
  struct cr_span out = CR_SPAN("before");
  (void)state;

  arena_open(&rig);
  assert_int_equal(cr_charset_decode(&rig.arena, "", CR_SPAN("a"), &out), CRAWLER_E_INVAL);
  assert_int_equal(cr_charset_decode(&rig.arena, "utf-7", CR_SPAN("a"), &out), CRAWLER_E_INVAL);
  assert_true(cr_span_eq(out, CR_SPAN("before")));
  arena_close(&rig);
}

/* All that any decoder can write, checked for every encoding and every byte in every place. */
static void whatever_comes_in_utf8_goes_out(void **state)
{
  struct arena_rig rig;
  struct cr_span out;
  char in[1024];
  uint32_t seed = 1;
  (void)state;

  arena_open(&rig);
  for (size_t set = 0; set < ENCODINGS; set++) {
    for (size_t len = 0; len < sizeof(in); len += 1 + len / 4) {
      for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223; /* Numerical Recipes' generator */
        in[i] = (char)(seed >> 24);
      }
      assert_int_equal(cr_charset_decode(&rig.arena, cr_charsets[set].name, cr_span(in, len), &out),
                       0);
      if (cr_utf8_valid(out) != out.len || out.len > 3 * len)
        fail_msg("%s: %zu bytes became %zu", cr_charsets[set].name, len, out.len);
      if (out.at < in || out.at > in + sizeof(in))
        assert_int_equal(out.at[out.len], '\0');
    }
    cr_arena_reset(&rig.arena);
  }
  arena_close(&rig);
}

static void the_ceiling_of_the_arena_holds(void **state)
{
  static const char *const charsets[] = { "utf-8",     "utf-16le", "windows-1252", "gbk",
                                          "shift_jis", "euc-jp",   "iso-2022-jp" };
  struct cr_mem mem;
  struct cr_arena arena;
  struct cr_span out = CR_SPAN("before");
  static char in[100000];
  (void)state;

  cr_test_mem_init(&mem);
  memset(in, '\xa4', sizeof(in));
  for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
    cr_arena_init(&arena, &mem, CR_MEM_PAGE, CHUNK_BYTES, sizeof(in) / 2);
    int err = cr_charset_decode(&arena, charsets[i], cr_span(in, sizeof(in)), &out);
    if (err != CRAWLER_E_NOMEM)
      fail_msg("%s: %d", charsets[i], err);
    assert_true(cr_span_eq(out, CR_SPAN("before")));
    cr_arena_free(&arena);
  }
  cr_test_mem_done(&mem);
}

static void decode_all_cases(struct cr_mem *mem, void *arg)
{
  struct cr_arena arena;
  struct cr_span out;
  (void)arg;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 16, 0);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    int err = cr_charset_decode(&arena, cases[i].charset, cases[i].in, &out);
    if (err == 0)
      assert_true(cr_span_eq(out, cases[i].want));
    else
      assert_int_equal(err, CRAWLER_E_NOMEM);
    assert_true(err == 0 || cr_test_oom_refused(mem));
  }
  cr_arena_free(&arena);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(decode_all_cases, NULL);
}

/* Long texts are decoded in pieces of 256 KB (of UTF-8, where iconv does it): what lies across the
 * edge is what it is elsewhere. */
static void pieces_cut_no_character(void **state)
{
  static const struct {
    const char *charset;
    struct cr_span pad; /* a space */
    struct cr_span tail;
  } texts[] = {
    { "utf-8", CR_SPAN_INIT(" "),
      CR_SPAN_INIT("\xe2\x82\xac\xf0\x9f\x98\x80\xff\x80\x80\x80\x80\x80\xe2\x82") },
    { "utf-16le", CR_SPAN_INIT(" \0"),
      CR_SPAN_INIT("\x3d\xd8\x00\xde\x3d\xd8\x41\0\x3d\xd8\x00\xde\x3d\xd8\x01") },
    { "utf-16be", CR_SPAN_INIT("\0 "),
      CR_SPAN_INIT("\xd8\x3d\xde\x00\xd8\x3d\0A\xde\x00\xd8\x3d\xde") },
    { "windows-1252", CR_SPAN_INIT(" "), CR_SPAN_INIT("\xe9\x80") },
    { "big5", CR_SPAN_INIT(" "), CR_SPAN_INIT("\xa4\xa4\xff\xa4\xe5\xa4 ") },
    { "gb18030", CR_SPAN_INIT(" "), CR_SPAN_INIT("\xb0\xa1\x81\x30\x81\x30\xff\x80") },
    { "euc-jp", CR_SPAN_INIT(" "), CR_SPAN_INIT("\xa4\xa2\x8f\xb0\xa1\x8e\xb1\xff") },
  };
  static char in[(256 << 10) + 64];
  struct arena_rig rig;
  (void)state;

  arena_open(&rig);
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    for (size_t before = 0; before <= texts[i].tail.len; before++) {
      size_t step = texts[i].pad.len;
      size_t pads = ((256 << 10) - before) / step;
      struct cr_span alone, out;
      for (size_t k = 0; k < pads; k++)
        memcpy(in + k * step, texts[i].pad.at, step);
      memcpy(in + pads * step, texts[i].tail.at, texts[i].tail.len);
      struct cr_span all = cr_span(in, pads * step + texts[i].tail.len);
      assert_int_equal(cr_charset_decode(&rig.arena, texts[i].charset, texts[i].tail, &alone), 0);
      assert_int_equal(cr_charset_decode(&rig.arena, texts[i].charset, all, &out), 0);
      if (out.len != pads + alone.len || memcmp(out.at + pads, alone.at, alone.len) != 0)
        fail_msg("%s, %zu bytes in front", texts[i].charset, before);
      cr_arena_reset(&rig.arena);
    }
  arena_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_encoding_decodes_as_the_standard_says),
    cmocka_unit_test(w3lib_texts_come_out),
    cmocka_unit_test(what_is_utf8_already_is_not_copied),
    cmocka_unit_test(only_names_and_labels_of_the_standard_are_taken),
    cmocka_unit_test(whatever_comes_in_utf8_goes_out),
    cmocka_unit_test(the_ceiling_of_the_arena_holds),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
    cmocka_unit_test(pieces_cut_no_character),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

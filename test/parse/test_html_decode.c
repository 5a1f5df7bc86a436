/* SPDX-License-Identifier: MIT */
/* test_html_decode.c - what a piece of HTML says.
 *
 * Rows after the HTML standard (13.2.5.72 to 80), and of the suites in test/data/html html5lib's
 * tokenizer tests and w3lib's entities. Each call gets exactly the room that it may use.
 */
#include "parse/html_decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/html_entity_table.h"
#include "support/suite.h"

#define BAD "\xef\xbf\xbd"

static const enum cr_html_context contexts[] = { CR_HTML_IN_TEXT, CR_HTML_IN_ATTRIBUTE };

/* The text decoded, to be freed; len may be NULL. */
static char *decode(struct cr_span raw, enum cr_html_context context, size_t *len)
{
  char *in = malloc(raw.len > 0 ? raw.len : 1); /* so that asan sees what is read beyond */
  char *out = malloc(raw.len > 0 ? 3 * raw.len : 1);

  assert_non_null(in);
  assert_non_null(out);
  memcpy(in, raw.at, raw.len);
  size_t written = cr_html_decode(cr_span(in, raw.len), context, out);
  assert_true(written <= 3 * raw.len);
  if (cr_html_is_plain(cr_span(in, raw.len)))
    assert_true(cr_span_eq(raw, cr_span(out, written)));
  out = realloc(out, written + 1);
  assert_non_null(out);
  out[written] = '\0';
  if (len)
    *len = written;
  free(in);
  return out;
}

static void check(struct cr_span raw, enum cr_html_context context, struct cr_span want)
{
  size_t len = 0;
  char *got = decode(raw, context, &len);

  if (!cr_span_eq(cr_span(got, len), want))
    fail_msg("'%.*s'%s: '%s', not '%.*s'", (int)raw.len, raw.at,
             context == CR_HTML_IN_ATTRIBUTE ? " in an attribute" : "", got, (int)want.len,
             want.at);
  free(got);
}

static void numbers_are_what_the_standard_makes_of_them(void **state)
{
  (void)state;
  static const struct {
    const char *raw;
    const char *want;
  } cases[] = {
    { "&#65;&#x41;&#X41;&#x6a;&#x6A;", "AAAjj" },
    { "&#65&#x41&#65 &#65z&#65.", "AAA AzA." },
    { "&#x41g;&#x4g", "Ag;\x04g" },
    { "&#38;amp;", "&amp;" }, /* what is decoded isn't decoded again */
    { "&#0;&#x0;&#00&#000000000000;", BAD BAD BAD BAD },
    { "&#00000000000000000000000000000000000000065;", "A" },
    { "&#x10ffff;&#1114111;", "\xf4\x8f\xbf\xbf\xf4\x8f\xbf\xbf" },
    { "&#x110000;&#1114112;&#xffffffff;&#4294967361;", BAD BAD BAD BAD },
    { "&#x100000041;&#x10000000000000041;&#18446744073709551681;", BAD BAD BAD },
    { "&#xd7ff;&#xd800;&#xdbff;&#xdc00;&#xdfff;&#xe000;",
      "\xed\x9f\xbf" BAD BAD BAD BAD "\xee\x80\x80" },
    { "&#xfdd0;&#xffff;&#x1fffe;", "\xef\xb7\x90\xef\xbf\xbf\xf0\x9f\xbf\xbe" },
    { "&#1;&#11;&#x7f;", "\x01\x0b\x7f" },
    { "&#13;&#10;&#9;", "\r\n\t" }, /* line ends were made equal before */
    { "&#x80;&#130;&#x99;&#159;", "\xe2\x82\xac\xe2\x80\x9a\xe2\x84\xa2\xc5\xb8" },
    { "&#x81;&#141;&#x8f;&#144;&#x9d;", "\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d" },
    { "&#xa0;", "\xc2\xa0" },
    { "&#;&#x;&#X;&#xg;&#a;&#-1;&# 1;", "&#;&#x;&#X;&#xg;&#a;&#-1;&# 1;" },
    { "&#", "&#" },
    { "&#x", "&#x" },
    { "&#x1", "\x01" },
    { "&#\xd9\xa6;", "&#\xd9\xa6;" }, /* a digit, but not of ASCII */
    { "&#65=&#x41=", "A=A=" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    for (size_t j = 0; j < 2; j++)
      check(cr_span_text(cases[i].raw), contexts[j], cr_span_text(cases[i].want));
}

static void the_longest_name_counts(void **state)
{
  (void)state;
  static const struct {
    const char *raw;
    const char *text;
    const char *attribute; /* NULL: the same */
  } cases[] = {
    { "", "", NULL },
    { "&", "&", NULL },
    { "&&&", "&&&", NULL },
    { "& amp;", "& amp;", NULL },
    { "&;", "&;", NULL },
    { "&amp;", "&", NULL },
    { "&amp", "&", NULL },
    { "&AMP;&Amp;&aMP;", "&&Amp;&aMP;", NULL }, /* case counts */
    { "&amp;amp;", "&amp;", NULL },
    { "&amp&amp&amp;", "&&&", NULL },
    { "&am", "&am", NULL },
    { "&ampx", "&x", "&ampx" },
    { "&amp1", "&1", "&amp1" },
    { "&amp=", "&=", "&amp=" },
    { "&amp;=", "&=", NULL },
    { "&amp-x&amp.&amp/&amp_", "&-x&.&/&_", NULL },
    { "&amp\xc3\xa4", "&\xc3\xa4", NULL }, /* a letter, but not of ASCII */
    { "&amp==", "&==", "&amp==" },
    { "&notit;", "\xc2\xacit;", "&notit;" },
    { "&notin;", "\xe2\x88\x89", NULL },
    { "&notin", "\xc2\xacin", "&notin" },
    { "&not;in;", "\xc2\xacin;", NULL },
    { "&notinva;&notinvx;", "\xe2\x88\x89\xc2\xacinvx;", "\xe2\x88\x89&notinvx;" },
    { "&sup1;&sup;&sup1&sup", "\xc2\xb9\xe2\x8a\x83\xc2\xb9&sup", NULL },
    { "&frac12;&frac12&frac123",
      "\xc2\xbd\xc2\xbd\xc2\xbd"
      "3",
      "\xc2\xbd\xc2\xbd&frac123" },
    { "&lt", "<", NULL },
    { "&l", "&l", NULL },
    { "&hearts;&hearts", "\xe2\x99\xa5&hearts", NULL }, /* not all may be without ';' */
    { "&unknown;&amp", "&unknown;&", NULL },
    { "?a=1&copy=2&lt=3&reg=4&b", "?a=1\xc2\xa9=2<=3\xc2\xae=4&b", "?a=1&copy=2&lt=3&reg=4&b" },
    { "?a=1&amp;copy=2&amp;b", "?a=1&copy=2&b", NULL },
    { "&nGt;&fjlig;&NotEqualTilde;",
      "\xe2\x89\xab\xe2\x83\x92"
      "fj\xe2\x89\x82\xcc\xb8",
      NULL },
    { "&Afr;", "\xf0\x9d\x94\x84", NULL },
    { "&CounterClockwiseContourIntegral;", "\xe2\x88\xb3", NULL },
    { "&CounterClockwiseContourIntegral", "&CounterClockwiseContourIntegral", NULL },
    { "&CounterClockwiseContourIntegralx;", "&CounterClockwiseContourIntegralx;", NULL },
    { "&ampersandsandmoreofthesewithoutend;", "&ersandsandmoreofthesewithoutend;",
      "&ampersandsandmoreofthesewithoutend;" },
    { "&thetasy;&thetasym;&thetasyms;", "&thetasy;\xcf\x91&thetasyms;",
      NULL }, /* seven, eight, nine */
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span raw = cr_span_text(cases[i].raw);
    const char *attribute = cases[i].attribute ? cases[i].attribute : cases[i].text;
    check(raw, CR_HTML_IN_BODY, cr_span_text(cases[i].text));
    check(raw, CR_HTML_IN_TEXT, cr_span_text(cases[i].text));
    check(raw, CR_HTML_IN_ATTRIBUTE, cr_span_text(attribute));
  }
}

static void line_ends_become_one_and_nul_is_replaced(void **state)
{
  (void)state;
  static const struct {
    struct cr_span raw;
    const char *want;
  } cases[] = {
    { CR_SPAN_INIT("\r"), "\n" },
    { CR_SPAN_INIT("\r\n"), "\n" },
    { CR_SPAN_INIT("\n\r"), "\n\n" },
    { CR_SPAN_INIT("\r\r\n\n"), "\n\n\n" },
    { CR_SPAN_INIT("a\rb\r\nc\nd"), "a\nb\nc\nd" },
    { CR_SPAN_INIT("\0"), BAD },
    { CR_SPAN_INIT("\0\0a\0"), BAD BAD "a" BAD },
    { CR_SPAN_INIT("&\0&amp\0&am\0p;"), "&" BAD "&" BAD "&am" BAD "p;" },
    { CR_SPAN_INIT("&\ramp;&#\r65;"), "&\namp;&#\n65;" },
    { CR_SPAN_INIT("\0\0\0\0\0\0\0\0\0"), BAD BAD BAD BAD BAD BAD BAD BAD BAD },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    for (size_t j = 0; j < 2; j++)
      check(cases[i].raw, contexts[j], cr_span_text(cases[i].want));
}

static void nul_means_nothing_in_the_text_of_html(void **state)
{
  (void)state;
  static const struct {
    struct cr_span raw;
    const char *want;
  } cases[] = {
    { CR_SPAN_INIT("\0\0a\0"), "a" },
    { CR_SPAN_INIT("&\0&amp\0&am\0p;"), "&&&amp;" },
    { CR_SPAN_INIT("abcdefgh\0ijklmnop\r\0"), "abcdefghijklmnop\n" },
    { CR_SPAN_INIT("\0\0\0\0\0\0\0\0\0"), "" },
    { CR_SPAN_INIT("&#0;"), BAD }, /* a character that is there */
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    check(cases[i].raw, CR_HTML_IN_BODY, cr_span_text(cases[i].want));
}

static void each_byte_is_seen_wherever_it_stands(void **state)
{
  (void)state;
  static const char others[] = { '&', '\r', '\0' };
  static const char *const meant[] = { "&", "\n", BAD };
  char raw[34];
  char want[40];

  for (size_t n = 0; n < sizeof(raw) * sizeof(raw) * sizeof(others); n++) {
    size_t len = n % sizeof(raw) + 1;
    size_t at = n / sizeof(raw) % sizeof(raw);
    size_t which = n / sizeof(raw) / sizeof(raw);
    memset(raw, n % 2 ? '%' : '\x81', sizeof(raw)); /* next to '&', and CR with its upper bits */
    assert_true(cr_html_is_plain(cr_span(raw, len)));
    check(cr_span(raw, len), CR_HTML_IN_TEXT, cr_span(raw, len));
    if (at >= len)
      continue;
    raw[at] = others[which];
    assert_false(cr_html_is_plain(cr_span(raw, len)));
    size_t meant_len = strlen(meant[which]);
    memcpy(want, raw, at);
    memcpy(want + at, meant[which], meant_len);
    memcpy(want + at + meant_len, raw + at + 1, len - at - 1);
    check(cr_span(raw, len), CR_HTML_IN_TEXT, cr_span(want, len - 1 + meant_len));
  }
}

/* So the hash of the generator is that of the look-up. That names have the right text is for the
 * suites below to say. */
static void each_entry_of_the_table_is_found(void **state)
{
  (void)state;
  size_t count = 0;
  size_t bare = 0;

  for (size_t i = 0; i < CR_ENTITY_SLOTS; i++) {
    if (cr_entity_slots[i] == 0)
      continue;
    const uint8_t *entry = cr_entity_pool + (cr_entity_slots[i] & CR_ENTITY_OFFSET);
    size_t len = cr_entity_name_len(entry);
    struct cr_span text = cr_span((const char *)cr_entity_text(entry), cr_entity_text_len(entry));
    char raw[CR_ENTITY_NAME_MAX + 2] = "&";
    memcpy(raw + 1, entry + 1, len);
    bool may_be_bare = (cr_entity_slots[i] & CR_ENTITY_BARE) != 0;
    struct cr_span unchanged = cr_span(raw, len + 1);
    check(unchanged, CR_HTML_IN_ATTRIBUTE, may_be_bare ? text : unchanged);
    raw[len + 1] = ';';
    for (size_t j = 0; j < 2; j++)
      check(cr_span(raw, len + 2), contexts[j], text);
    count++;
    bare += may_be_bare ? 1 : 0;
  }
  assert_int_equal(count, 2125);
  assert_int_equal(bare, 106);
}

/* The value of the only attribute, if it stands in quotes; at NULL: it doesn't. */
static struct cr_span raw_value(struct cr_span html)
{
  const char *equals = memchr(html.at, '=', html.len);
  size_t at = equals ? (size_t)(equals - html.at) + 1 : html.len;

  if (at == html.len || (html.at[at] != '"' && html.at[at] != '\''))
    return (struct cr_span){ NULL, 0 };
  const char *end = memchr(html.at + at + 1, html.at[at], html.len - at - 1);
  if (!end)
    return (struct cr_span){ NULL, 0 };
  return cr_span(html.at + at + 1, (size_t)(end - html.at) - at - 1);
}

static void html5lib_texts_and_values_agree(void **state)
{
  (void)state;
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t texts = 0;
  size_t values = 0;

  cr_jsonl_open(&lines, "html/tokenizer.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span html = cr_json_span(row, "html");
    const struct cr_json *tag = cr_json_at(cr_json_get(row, "start_tags"), 0);
    const struct cr_json *attributes = cr_json_at(tag, 1);
    if (!memchr(html.at, '<', html.len)) {
      /* NUL is left to the tree there, which drops it or replaces it. */
      if (memchr(html.at, '\0', html.len))
        continue;
      check(html, CR_HTML_IN_TEXT, cr_json_span(row, "text"));
      texts++;
    } else if (cr_json_len(attributes) == 1 && raw_value(html).at) {
      check(raw_value(html), CR_HTML_IN_ATTRIBUTE, attributes->child->text);
      values++;
    }
  }
  cr_jsonl_close(&lines);
  assert_int_equal(texts, 1477);
  assert_int_equal(values, 55);
}

static void w3lib_entities_agree(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;

  cr_suite_open(&suite, "html/w3lib-entities.jsonl");
  while ((row = cr_suite_next(&suite))) {
    size_t len = 0;
    char *got = decode(cr_json_bytes(&suite.lines, row, "text"), CR_HTML_IN_TEXT, &len);
    bool is_right = cr_span_eq(cr_span(got, len), cr_json_span(row, "expected"));
    cr_suite_judge(&suite, 0, is_right ? NULL : got);
    free(got);
  }
  cr_suite_close(&suite, 32);
}

static void what_is_escaped_comes_back(void **state)
{
  (void)state;
  static const struct {
    char c;
    const char *as[4];
  } escapes[] = {
    { '&', { "&amp;", "&#38;", "&#x26;", "&AMP;" } },
    { '\r', { "&#13;", "&#x0d;", "&#xD;", "&#0013;" } },
    { '"', { "&quot;", "&#34;", "&#x22;", "&QUOT;" } },
    { '<', { "&lt;", "&#60;", "&#X3C;", "&LT;" } },
    { ';', { "&semi;", "&#59;", "&#x3b;", ";" } },
    { 'z', { "z", "&#122;", "&#x7A;", "z" } },
  };
  const size_t kinds = sizeof(escapes) / sizeof(escapes[0]);
  uint32_t seed = 1;
  char plain[64];
  char raw[sizeof(plain) * 8];

  for (int round = 0; round < 20000; round++) {
    size_t len = (size_t)round % sizeof(plain);
    size_t raw_len = 0;
    for (size_t i = 0; i < len; i++) {
      seed = seed * 1664525 + 1013904223;
      size_t kind = (seed >> 24) % kinds;
      const char *as = escapes[kind].as[(seed >> 16) % 4];
      plain[i] = escapes[kind].c;
      memcpy(raw + raw_len, as, strlen(as));
      raw_len += strlen(as);
    }
    check(cr_span(raw, raw_len), contexts[round % 2], cr_span(plain, len));
  }
}

static void hostile_runs_are_read_once(void **state)
{
  (void)state;
  static const struct {
    const char *unit;
    const char *want; /* of each */
  } cases[] = {
    { "&", "&" },
    { "&#", "&#" },
    { "&#x", "&#x" },
    { "&aaaaaaaa", "&aaaaaaaa" },
    { "&notaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\xc2\xac"
                                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
    { "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;" },
    { "&nGt;", "\xe2\x89\xab\xe2\x83\x92" },
    { "\r", "\n" },
  };
  enum { BYTES = 4 * 1024 * 1024 };
  char *raw = malloc(BYTES);
  size_t len = 0;

  assert_non_null(raw);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t unit = strlen(cases[i].unit);
    size_t want = strlen(cases[i].want);
    size_t count = BYTES / unit;
    for (size_t j = 0; j < count; j++)
      memcpy(raw + j * unit, cases[i].unit, unit);
    char *out = decode(cr_span(raw, count * unit), CR_HTML_IN_TEXT, &len);
    assert_int_equal(len, count * want);
    for (size_t j = 0; j < count; j++)
      assert_memory_equal(out + j * want, cases[i].want, want);
    free(out);
  }
  memset(raw, '9', BYTES);
  memcpy(raw, "&#", 2);
  check(cr_span(raw, BYTES), CR_HTML_IN_TEXT, CR_SPAN(BAD));
  free(raw);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_what_the_standard_makes_of_them),
    cmocka_unit_test(the_longest_name_counts),
    cmocka_unit_test(line_ends_become_one_and_nul_is_replaced),
    cmocka_unit_test(nul_means_nothing_in_the_text_of_html),
    cmocka_unit_test(each_byte_is_seen_wherever_it_stands),
    cmocka_unit_test(each_entry_of_the_table_is_found),
    cmocka_unit_test(html5lib_texts_and_values_agree),
    cmocka_unit_test(w3lib_entities_agree),
    cmocka_unit_test(what_is_escaped_comes_back),
    cmocka_unit_test(hostile_runs_are_read_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

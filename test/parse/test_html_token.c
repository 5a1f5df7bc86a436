/* SPDX-License-Identifier: MIT */
/* test_html_token.c - the tags of a document and the text between them, in a stream.
 *
 * html5lib's tokenizer tests of the data state, each in one piece and in pieces of one byte; and
 * what a caller may ask besides: to pass over tags, to have text whole, to read text of elements.
 */
#include "parse/html_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/html_decode.h"
#include "support/jsonl.h"

enum { SEEN_BYTES = 65536 };

/* What a tree builder would be given, as text: "<name a=\"b\">" and characters. */
struct seen {
  char tags[SEEN_BYTES];
  size_t tag_len;
  char text[SEEN_BYTES];
  size_t text_len;
  char run[SEEN_BYTES]; /* text before the next token, as written */
  size_t run_len;
};

static void add_tag_bytes(struct seen *seen, const char *data, size_t len)
{
  assert_true(seen->tag_len + len < sizeof(seen->tags));
  memcpy(seen->tags + seen->tag_len, data, len);
  seen->tag_len += len;
}

static void add_lower(struct seen *seen, struct cr_span name)
{
  char out[8192];
  size_t len = 0;

  assert_true(3 * name.len < sizeof(out));
  for (size_t i = 0; i < name.len; i++) { /* names know no references, but NUL is U+FFFD there */
    if (name.at[i] == '\0') {
      memcpy(out + len, "\xef\xbf\xbd", 3);
      len += 3;
    } else {
      out[len++] = cr_lower(name.at[i]);
    }
  }
  add_tag_bytes(seen, out, len);
}

static bool is_repeated(const struct cr_html_token *token, unsigned at)
{
  for (unsigned i = 0; i < at; i++)
    if (cr_span_eq_nocase(token->attributes[i].name, token->attributes[at].name))
      return true;
  return false;
}

static void add_start_tag(struct seen *seen, const struct cr_html_token *token)
{
  add_tag_bytes(seen, "<", 1);
  add_lower(seen, token->name);
  for (unsigned i = 0; i < token->attribute_count; i++) {
    char value[8192];
    if (is_repeated(token, i))
      continue;
    add_tag_bytes(seen, " ", 1);
    add_lower(seen, token->attributes[i].name);
    add_tag_bytes(seen, "=", 1);
    assert_true(3 * token->attributes[i].value.len < sizeof(value));
    if (token->attributes[i].value.len > 0)
      add_tag_bytes(seen, value,
                    cr_html_decode(token->attributes[i].value, CR_HTML_IN_ATTRIBUTE, value));
  }
  add_tag_bytes(seen, ">", 1);
}

static void end_run(struct seen *seen)
{
  assert_true(seen->text_len + 3 * seen->run_len < sizeof(seen->text));
  if (seen->run_len > 0)
    seen->text_len += cr_html_decode(cr_span(seen->run, seen->run_len), CR_HTML_IN_TEXT,
                                     seen->text + seen->text_len);
  seen->run_len = 0;
}

static void see(struct seen *seen, const struct cr_html_token *token)
{
  bool is_text = token->text_state != CR_HTML_COMMENT && token->text_state != CR_HTML_BOGUS;

  if (is_text && token->text.len > 0) {
    assert_true(seen->run_len + token->text.len < sizeof(seen->run));
    memcpy(seen->run + seen->run_len, token->text.at, token->text.len);
    seen->run_len += token->text.len;
  }
  if (token->type != CR_HTML_MORE)
    end_run(seen);
  if (token->type == CR_HTML_START_TAG)
    add_start_tag(seen, token);
}

/* Reads html in pieces; what is cut is put in front of the next one, each in memory of its own. */
static void read_in_pieces(struct seen *seen, struct cr_span html, size_t piece)
{
  struct cr_html_tokens t = { .wanted = CR_HTML_WANT_ALL, .records_all = true };
  struct cr_html_token token;
  char *have = malloc(html.len + 1);
  size_t len = 0;

  seen->tag_len = 0;
  seen->text_len = 0;
  seen->run_len = 0;
  for (size_t at = 0; at <= html.len; at += piece) {
    size_t more = html.len - at < piece ? html.len - at : piece;
    char *copy = malloc(len + more + 1);
    memcpy(copy, have, len);
    memcpy(copy + len, html.at + at, more);
    cr_html_feed(&t, cr_span(copy, len + more), at + piece > html.len);
    while (cr_html_next(&t, &token) != CR_HTML_MORE)
      see(seen, &token);
    see(seen, &token);
    len = (size_t)(t.end - t.at);
    memcpy(have, t.at, len);
    free(copy);
  }
  end_run(seen);
  assert_int_equal(len, 0);
  free(have);
}

/* ---- html5lib ---- */

/* The attributes of a row's tag stand in any order, so they are looked up in what was seen. */
static bool has_tags(const struct seen *seen, const struct cr_json *tags)
{
  size_t at = 0;

  for (size_t i = 0; i < cr_json_len(tags); i++) {
    const struct cr_json *tag = cr_json_at(tags, i);
    struct cr_span name = cr_json_at(tag, 0)->text;
    const struct cr_json *attributes = cr_json_at(tag, 1);
    size_t want = name.len + 2;

    if (seen->tag_len < at + want || memcmp(seen->tags + at + 1, name.at, name.len) != 0)
      return false;
    for (const struct cr_json *a = attributes->child; a; a = a->next) {
      char text[8192];
      int len = snprintf(text, sizeof(text), " %.*s=", (int)a->key.len, a->key.at);
      assert_true(len > 0 && (size_t)len + a->text.len < sizeof(text));
      memcpy(text + len, a->text.at, a->text.len);
      if (!memmem(seen->tags + at, seen->tag_len - at, text, (size_t)len + a->text.len))
        return false;
      want += (size_t)len + a->text.len;
    }
    at += want;
  }
  return at == seen->tag_len;
}

/* The standard's tokenizer passes NUL in text on, and leaves it to the tree to make U+FFFD of it;
 * cr_html_decode does that. */
static bool has_text(const struct seen *seen, const struct cr_json *row)
{
  struct cr_span want = cr_json_span(row, "text");
  size_t at = 0;

  for (size_t i = 0; i < want.len; i++) {
    struct cr_span c = want.at[i] == '\0' ? CR_SPAN("\xef\xbf\xbd") : cr_span(want.at + i, 1);
    if (seen->text_len - at < c.len || memcmp(seen->text + at, c.at, c.len) != 0)
      return false;
    at += c.len;
  }
  return at == seen->text_len;
}

static void html5lib_tokens_come_out_in_pieces_of_any_size(void **state)
{
  (void)state;
  static const size_t pieces[] = { SIZE_MAX / 2, 1, 3 };
  struct seen *seen = malloc(sizeof(*seen));
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t passed = 0;

  cr_jsonl_open(&lines, "html/tokenizer.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
      read_in_pieces(seen, cr_json_span(row, "html"), pieces[i]);
      if (!has_tags(seen, cr_json_get(row, "start_tags")) || !has_text(seen, row))
        fail_msg("line %zu: %s: tags %.*s text %.*s", lines.line, cr_json_text(row, "description"),
                 (int)seen->tag_len, seen->tags, (int)seen->text_len, seen->text);
    }
    passed++;
  }
  cr_jsonl_close(&lines);
  free(seen);
  assert_int_equal(passed, 2281);
}

/* ---- what a caller may ask ---- */

static void tags_that_nobody_wants_are_passed_over(void **state)
{
  (void)state;
  const struct cr_span html = CR_SPAN("<div a='<a href=no>'>x</div><A HREF=1><span><b></span>"
                                      "</a><custom-a href=2><td style=x><img src=3 >");
  struct cr_html_tokens t = { .wanted = CR_ELEMENT_LINKS };
  struct cr_html_token token;

  cr_html_feed(&t, html, true);
  assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
  assert_true(cr_span_eq(token.name, CR_SPAN("A")));
  assert_string_equal(token.known->name, "a");
  assert_true(cr_span_eq(token.attributes[0].value, CR_SPAN("1")));
  assert_int_equal(cr_html_next(&t, &token), CR_HTML_END_TAG);
  t.wants_attributes = true;
  assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
  assert_string_equal(token.known->name, "td"); /* for its style */
  assert_int_equal(token.attribute_count, 1);
  assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
  assert_string_equal(token.known->name, "img");
  assert_int_equal(cr_html_next(&t, &token), CR_HTML_MORE);
}

static void text_of_an_element_goes_to_its_end_tag(void **state)
{
  (void)state;
  static const struct {
    enum cr_html_state state;
    const char *element;
    const char *html;
    const char *text;
    const char *left; /* behind the end tag */
  } cases[] = {
    { CR_HTML_RCDATA, "title", "a<b>&amp;</titles></TITLE >z", "a<b>&amp;</titles>", "z" },
    { CR_HTML_RCDATA, "title", "a</title/x=y>z", "a", "z" },
    { CR_HTML_RCDATA, "title", "a</title", "a</title", "" },
    { CR_HTML_RCDATA, "title", "a</title ", "a", "" }, /* the end stands in a tag */
    { CR_HTML_RAWTEXT, "style", "a</p></style>z", "a</p>", "z" },
    { CR_HTML_SCRIPT, "script", "'</p>'</script>z", "'</p>'", "z" },
    { CR_HTML_SCRIPT, "script", "<!--<script></script>--></script>z", "<!--<script></script>-->",
      "z" },
    { CR_HTML_SCRIPT, "script", "<!--<script></script></script>z", "<!--<script></script>", "z" },
    { CR_HTML_SCRIPT, "script", "<!--<script>--></script>z", "<!--<script>-->", "z" },
    { CR_HTML_SCRIPT, "script", "<!--></script>z", "<!-->", "z" },
    { CR_HTML_SCRIPT, "script", "<!--<scripts></script>z", "<!--<scripts>", "z" },
    { CR_HTML_PLAINTEXT, "plaintext", "a</plaintext>z", "a</plaintext>z", "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_html_tokens t = { .state = cases[i].state,
                                .text_element = cr_html_element(cr_span_text(cases[i].element)) };
    struct cr_html_token token;
    cr_html_feed(&t, cr_span_text(cases[i].html), true);
    (void)cr_html_next(&t, &token);
    if (!cr_span_eq(token.text, cr_span_text(cases[i].text)) ||
        !cr_span_eq(cr_span(t.at, (size_t)(t.end - t.at)), cr_span_text(cases[i].left)))
      fail_msg("%s: %.*s, then %s", cases[i].html, (int)token.text.len, token.text.at, t.at);
  }
}

static void text_that_is_held_comes_whole(void **state)
{
  (void)state;
  const struct cr_span html = CR_SPAN("<!--<script>'a' </script>b</script>");
  struct cr_html_tokens t = { .state = CR_HTML_SCRIPT,
                              .text_element = cr_html_element(CR_SPAN("script")) };
  struct cr_html_token token;

  for (size_t len = 1; len < html.len; len++) {
    cr_html_feed(&t, cr_span(html.at, len), false);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_MORE);
    cr_html_hold_text(&t, &token);
    assert_int_equal(token.text.len, 0);
    assert_ptr_equal(t.at, html.at);
    assert_int_equal(t.state, CR_HTML_SCRIPT);
  }
  cr_html_feed(&t, html, false);
  assert_int_equal(cr_html_next(&t, &token), CR_HTML_END_TAG);
  assert_true(cr_span_eq(token.text, CR_SPAN("<!--<script>'a' </script>b")));
}

static void cdata_is_text_in_foreign_content_only(void **state)
{
  (void)state;
  const struct cr_span html = CR_SPAN("<![CDATA[<a>]]]>b<c>");

  for (int foreign = 0; foreign <= 1; foreign++) {
    struct cr_html_tokens t = { .wanted = CR_HTML_WANT_ALL,
                                .records_all = true,
                                .may_have_cdata = foreign == 1 };
    struct cr_html_token token;
    cr_html_feed(&t, html, true);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_OTHER);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_OTHER);
    assert_int_equal(token.text_state, foreign ? CR_HTML_CDATA : CR_HTML_BOGUS);
    assert_true(!foreign || cr_span_eq(token.text, CR_SPAN("<a>]")));
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
    assert_true(cr_span_eq(token.text, foreign ? CR_SPAN("b") : CR_SPAN("]]]>b")));
  }
}

static void attributes_beyond_the_room_are_told(void **state)
{
  (void)state;
  char html[1024];
  size_t len = (size_t)snprintf(html, sizeof(html), "<p");
  struct cr_html_token token;

  for (int i = 0; i < CR_HTML_TOKEN_ATTRIBUTES; i++)
    len += (size_t)snprintf(html + len, sizeof(html) - len, " a%d=b", i);
  for (int more = 0; more <= 1; more++) {
    len += (size_t)snprintf(html + len, sizeof(html) - len, "%s>", more ? " z=y" : "");
    struct cr_html_tokens t = { .wanted = CR_HTML_WANT_ALL, .records_all = true };
    cr_html_feed(&t, cr_span(html, len), true);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
    assert_int_equal(token.attribute_count, CR_HTML_TOKEN_ATTRIBUTES);
    assert_int_equal(token.has_more_attributes, more == 1);
    len--; /* the '>' */
  }
}

/* Marks are looked for a stretch at a time (marks.h). */
static void tags_are_found_wherever_a_look_ends(void **state)
{
  static const char tags[] = "<<a b=\"c\"></<i class=\"x\" id='y'><hr/><i class=\"<p>\"></i><p>";
  char html[2 * CR_MARKS_BYTES + sizeof(tags)];
  (void)state;

  for (size_t pad = 0; pad < 2 * CR_MARKS_BYTES; pad++) {
    struct cr_html_tokens t = { .wanted = CR_ELEMENT_LINKS | CR_ELEMENT_FEEDBACK };
    struct cr_html_token token;
    memset(html, 'x', pad);
    memcpy(html + pad, tags, sizeof(tags));
    cr_html_feed(&t, cr_span(html, pad + sizeof(tags) - 1), true);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
    assert_ptr_equal(token.known, cr_html_element(CR_SPAN("a")));
    assert_int_equal(token.attribute_count, 1);
    assert_true(cr_span_eq(token.attributes[0].value, CR_SPAN("c")));
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_OTHER); /* "</" */
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_OTHER);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_START_TAG);
    assert_ptr_equal(token.known, cr_html_element(CR_SPAN("p")));
    assert_ptr_equal(t.at, t.end);
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_MORE);
  }
}

/* 10 MB of each: linear time, or this takes hours. */
static void hostile_bytes_take_linear_time(void **state)
{
  (void)state;
  static const char *const units[] = { "<",  "&",    "<a ", "<a href=", "</",
                                       "<!", "<!--", "--",  "<a b='",   "<![CDATA[",
                                       "]]", "<p>",  "\0",  "<script>", "<a/" };
  enum { BYTES = 10 * 1000 * 1000 };
  char *html = malloc(BYTES);

  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    size_t unit = units[i][0] == '\0' ? 1 : strlen(units[i]);
    for (size_t at = 0; at < BYTES; at++)
      html[at] = units[i][at % unit];
    for (int state_now = CR_HTML_DATA; state_now <= CR_HTML_CDATA; state_now++) {
      struct cr_html_tokens t = { .state = (enum cr_html_state)state_now,
                                  .text_element = cr_html_element(CR_SPAN("script")),
                                  .wanted = CR_HTML_WANT_ALL,
                                  .records_all = true };
      struct cr_html_token token;
      size_t tokens = 0;
      cr_html_feed(&t, cr_span(html, BYTES), true);
      while (cr_html_next(&t, &token) != CR_HTML_MORE)
        tokens++;
      assert_ptr_equal(t.at, t.end);
      assert_true(tokens <= BYTES);
    }
  }
  free(html);
}

static void an_empty_element_ends_without_any_bytes(void **state)
{
  struct cr_html_tokens t = { .is_xhtml = true };
  struct cr_html_token token;
  (void)state;

  for (int has_rest = 0; has_rest <= 1; has_rest++) {
    t.state = CR_HTML_EMPTY;
    t.text_element = cr_html_element(CR_SPAN("title"));
    cr_html_feed(&t, has_rest ? CR_SPAN("x<b>") : CR_SPAN(""), false);
    const char *at = t.at;
    assert_int_equal(cr_html_next(&t, &token), CR_HTML_END_TAG);
    assert_int_equal(token.text_state, CR_HTML_EMPTY);
    assert_ptr_equal(token.known, t.text_element);
    assert_int_equal(token.name.len + token.text.len + token.attribute_count, 0);
    assert_ptr_equal(t.at, at);
    assert_int_equal(t.state, CR_HTML_DATA);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(html5lib_tokens_come_out_in_pieces_of_any_size),
    cmocka_unit_test(tags_that_nobody_wants_are_passed_over),
    cmocka_unit_test(text_of_an_element_goes_to_its_end_tag),
    cmocka_unit_test(text_that_is_held_comes_whole),
    cmocka_unit_test(cdata_is_text_in_foreign_content_only),
    cmocka_unit_test(attributes_beyond_the_room_are_told),
    cmocka_unit_test(tags_are_found_wherever_a_look_ends),
    cmocka_unit_test(hostile_bytes_take_linear_time),
    cmocka_unit_test(an_empty_element_ends_without_any_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

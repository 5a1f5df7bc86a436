/* SPDX-License-Identifier: MIT */
/* NEEDS: expat gumbo */
/* test_parse_document.c - trees that are handed out, and the limits of any tree.
 */
#include "parse_rig.h"

#include "parse/html_node.h"

/* ---- limits ---- */

static char *repeat(const char *piece, size_t times, size_t *len)
{
  size_t bytes = strlen(piece);
  char *text = malloc(bytes * times);

  assert_non_null(text);
  for (size_t i = 0; i < times; i++)
    memcpy(text + i * bytes, piece, bytes);
  *len = bytes * times;
  return text;
}

static void a_page_of_nothing_but_nesting_is_refused(void **state)
{
  static const char *const pieces[] = { "<div>", "<b>", "<table><tr><td>", "<svg>" };
  struct rig rig;
  (void)state;

  for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
    size_t len = 0;
    char *page = repeat(pieces[i], 102400 / strlen(pieces[i]), &len);
    rig_open(&rig, NULL);
    rig.p.want_document = true;
    char *wire = rig_run(&rig, cr_span(page, len));
    assert_int_equal(rig.p.err, 0); /* the page is there all the same */
    assert_int_equal(rig.p.body.len, len);
    if (rig.p.note != CR_PARSE_TOO_DEEP)
      fail_msg("%s: note %d", pieces[i], rig.p.note);
    assert_int_equal(rig.p.link_count, 0);
    assert_null(rig.p.tree);
    assert_null(rig.p.text.at);
    rig_close(&rig, wire);
    free(page);
  }
}

static void a_large_page_is_parsed_whole(void **state)
{
  static const char piece[] = "<p class=x>Some words and <a href=/p/1?a=b>a link</a> in them.\n";
  const size_t times = 3 * 1024 * 1024 / (sizeof(piece) - 1);
  struct rig rig;
  size_t len = 0;
  (void)state;

  char *page = repeat(piece, times, &len);
  rig_open(&rig, NULL);
  char *wire = rig_run(&rig, cr_span(page, len));
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  assert_int_equal(rig.p.link_count, times);
  assert_string_equal(rig.p.links[times - 1].href, "/p/1?a=b");
  assert_string_equal(rig.p.links[times - 1].text, "a link");
  rig_close(&rig, wire);
  free(page);
}

static void a_tree_over_the_arenas_ceiling_is_too_big(void **state)
{
  struct rig rig;
  size_t len = 0;
  (void)state;

  char *page = repeat("<p>x", 10000, &len);
  rig_open(&rig, NULL);
  rig.p.want_document = true;
  rig.keep.max_bytes = 256 * 1024;
  char *wire = rig_run(&rig, cr_span(page, len));
  assert_int_equal(rig.p.err, 0);
  assert_int_equal(rig.p.note, CR_PARSE_TOO_BIG);
  assert_int_equal(rig.p.link_count, 0);
  rig_close(&rig, wire);
  free(page);
}

static int64_t slow_clock(void)
{
  static int64_t now_ms;
  now_ms += 60000;
  return now_ms;
}

static void a_tree_that_takes_too_long_is_given_up(void **state)
{
  struct rig rig;
  size_t len = 0;
  (void)state;

  char *page = repeat("<p>x", 10000, &len);
  rig_open(&rig, NULL);
  rig.p.clock_ms = slow_clock;
  rig.p.want_document = true;
  char *wire = rig_run(&rig, cr_span(page, len));
  assert_int_equal(rig.p.err, 0);
  assert_int_equal(rig.p.note, CR_PARSE_TOO_SLOW);
  assert_null(rig.p.tree);
  rig_close(&rig, wire);
  free(page);
}

/* ---- documents ---- */

/* All text of a tree, one node behind the other. */
static const char *text_of(const struct GumboInternalOutput *tree, char *out)
{
  const struct crawler_node *root = cr_html_root(tree);
  size_t len = 0;

  out[0] = '\0';
  for (const struct crawler_node *at = root; at; at = cr_html_walk(at, root)) {
    const char *text = cr_html_text(at);
    if (!text)
      continue;
    assert_true(len + strlen(text) < SEEN_BYTES);
    memcpy(out + len, text, strlen(text) + 1);
    len += strlen(text);
  }
  return out;
}

static void a_wanted_document_outlives_all_but_keep(void **state)
{
  char seen[SEEN_BYTES];
  struct rig rig;
  (void)state;

  rig_open(&rig, NULL);
  rig.p.want_document = true;
  char *wire = rig_run(&rig, CR_SPAN("<My-Tag>caf\xe9 <a href=x>y</a></My-Tag>"));
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  memset(wire, 'x', rig.p.wire.len);
  cr_arena_free(&rig.scratch);
  assert_true(cr_span_eq(rig.p.text, CR_SPAN("<My-Tag>caf\xc3\xa9 <a href=x>y</a></My-Tag>")));
  assert_string_equal(text_of(rig.p.tree, seen), "caf\xc3\xa9 y");
  assert_string_equal(links_of(&rig.p, seen), "a x text=y\n");
  rig_close(&rig, wire);
}

static struct cr_parse later(struct rig *rig, struct cr_span body, const char *charset)
{
  return (struct cr_parse){ .keep = &rig->keep,
                            .scratch = &rig->scratch,
                            .body = body,
                            .charset = charset,
                            .mime = "text/html" };
}

static void a_document_can_be_built_later(void **state)
{
  char seen[SEEN_BYTES];
  struct rig rig;
  (void)state;

  rig_open(&rig, NULL);
  struct cr_parse p = later(&rig, CR_SPAN("<p>\x80<p>2"), "windows-1252");
  assert_int_equal(cr_parse_document(&p), CR_PARSE_WHOLE);
  cr_arena_free(&rig.scratch);
  assert_true(cr_span_eq(p.text, CR_SPAN("<p>\xe2\x82\xac<p>2")));
  assert_int_equal(p.text.at[p.text.len], '\0');
  assert_string_equal(text_of(p.tree, seen), "\xe2\x82\xac"
                                             "2");
  cr_buf_init(&rig.p.decoded, rig.mem, CR_MEM_BODY, 0);
  rig_close(&rig, NULL);
}

static void a_document_too_deep_is_not_built_later_either(void **state)
{
  struct rig rig;
  size_t len = 0;
  (void)state;

  char *page = repeat("<div>", 20000, &len);
  rig_open(&rig, NULL);
  struct cr_parse p = later(&rig, cr_span(page, len), "utf-8");
  assert_int_equal(cr_parse_document(&p), CR_PARSE_TOO_DEEP);
  assert_null(p.tree);
  assert_null(p.text.at);
  cr_buf_init(&rig.p.decoded, rig.mem, CR_MEM_BODY, 0);
  rig_close(&rig, NULL);
  free(page);
}

static const struct {
  struct cr_span body;
  const char *charset;
  struct cr_span want;
} texts[] = {
  { CR_SPAN_INIT("caf\xc3\xa9"), "utf-8", CR_SPAN_INIT("caf\xc3\xa9") },
  { CR_SPAN_INIT("\xef\xbb\xbfx"), "utf-8", CR_SPAN_INIT("x") },
  { CR_SPAN_INIT("caf\xe9"), "windows-1252", CR_SPAN_INIT("caf\xc3\xa9") },
  { CR_SPAN_INIT("a\0b"), "utf-8", CR_SPAN_INIT("a\0b") },
  { CR_SPAN_INIT("\xff"), "utf-8", CR_SPAN_INIT("\xef\xbf\xbd") },
  { CR_SPAN_INIT("x\0"), "utf-16le", CR_SPAN_INIT("x") },
  { CR_SPAN_INIT(""), "utf-8", CR_SPAN_INIT("") },
  { CR_SPAN_INIT(""), "utf-16le", CR_SPAN_INIT("") },
  { { NULL, 0 }, "utf-8", CR_SPAN_INIT("") },
  { { NULL, 0 }, "shift_jis", CR_SPAN_INIT("") },
};

static void a_bodys_text_is_utf8_of_its_own_and_ends_with_nul(void **state)
{
  struct rig rig;
  (void)state;

  rig_open(&rig, NULL);
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    struct cr_span text = cr_parse_text(&rig.keep, texts[i].body, texts[i].charset);
    if (!text.at || !cr_span_eq(text, texts[i].want))
      fail_msg("case %zu: '%.*s'", i, (int)text.len, text.at);
    assert_int_equal(text.at[text.len], '\0');
    if (texts[i].body.len > 0)
      assert_true(text.at < texts[i].body.at || text.at > texts[i].body.at + texts[i].body.len);
  }
  assert_null(cr_parse_text(&rig.keep, CR_SPAN("x"), "").at);
  cr_buf_init(&rig.p.decoded, rig.mem, CR_MEM_BODY, 0);
  rig_close(&rig, NULL);
}

/* ---- out of memory ---- */

static void build_later_in_little_memory(struct cr_mem *mem, void *arg)
{
  struct rig rig;
  (void)arg;

  rig_open(&rig, mem);
  rig.keep.chunk_bytes = 16;
  rig.scratch.chunk_bytes = 16;
  struct cr_parse p = later(&rig, CR_SPAN("<X>\x80<title/></X>"), "windows-1252");
  p.mime = "application/xhtml+xml";
  enum cr_parse_note note = cr_parse_document(&p);
  if (note == CR_PARSE_WHOLE)
    assert_non_null(p.tree);
  else
    assert_true(note == CR_PARSE_NO_MEMORY && !p.tree && !p.text.at && cr_test_oom_refused(mem));
  struct cr_span copy = cr_parse_text(&rig.keep, CR_SPAN("\xe9"), "gbk");
  assert_true(copy.at || cr_test_oom_refused(mem));
  cr_buf_init(&rig.p.decoded, mem, CR_MEM_BODY, 0);
  rig_close(&rig, NULL);
}

static void no_memory_is_an_ordinary_outcome(void **state)
{
  (void)state;
  cr_test_oom(build_later_in_little_memory, NULL);
}

/* A response without a byte has none to point at. */
static void a_body_that_is_nowhere_is_an_empty_document(void **state)
{
  static const char *const types[] = { "text/html", "text/html; charset=utf-16le", "text/css",
                                       "text/plain", "application/rss+xml" };
  (void)state;
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    struct rig rig;
    rig_open(&rig, NULL);
    rig.p.type = cr_span_text(types[i]);
    rig.p.want_document = true;
    rig.p.link_kinds = ~0u;
    cr_parse_run(&rig.p, NULL);
    assert_int_equal(rig.p.err, 0);
    assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
    assert_null(rig.p.body.at);
    assert_int_equal(rig.p.link_count, 0);
    assert_int_equal(rig.p.tree != NULL, rig.p.is_html);
    rig_close(&rig, NULL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_body_that_is_nowhere_is_an_empty_document),
    cmocka_unit_test(a_page_of_nothing_but_nesting_is_refused),
    cmocka_unit_test(a_large_page_is_parsed_whole),
    cmocka_unit_test(a_tree_over_the_arenas_ceiling_is_too_big),
    cmocka_unit_test(a_tree_that_takes_too_long_is_given_up),
    cmocka_unit_test(a_wanted_document_outlives_all_but_keep),
    cmocka_unit_test(a_document_can_be_built_later),
    cmocka_unit_test(a_document_too_deep_is_not_built_later_either),
    cmocka_unit_test(a_bodys_text_is_utf8_of_its_own_and_ends_with_nul),
    cmocka_unit_test(no_memory_is_an_ordinary_outcome),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

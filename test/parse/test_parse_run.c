/* SPDX-License-Identifier: MIT */
/* NEEDS: brotli expat gumbo zstd */
/* test_parse_run.c - from the bytes of a response to a body, a charset, links, and a document.
 *
 * Whole runs: codings, types, charsets, documents, hostile bodies, the count of heap allocations,
 * and each of them failed in turn.
 */
#include "parse/html_collect.h"
#include "parse/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#include "parse/html_node.h"
#include "support/oom.h"

enum { CHUNK_BYTES = 256 * 1024, MAX_BODY = 8 * 1024 * 1024 };

struct rig {
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_parse p;
};

static int64_t frozen(void)
{
  return 0;
}

static void set_up(struct rig *rig, struct cr_mem *mem)
{
  cr_arena_init(&rig->keep, mem, CR_MEM_PAGE, 16 * 1024, 0);
  cr_arena_init(&rig->scratch, mem, CR_MEM_PAGE, CHUNK_BYTES, 0);
  rig->p = (struct cr_parse){ .mem = mem,
                              .keep = &rig->keep,
                              .scratch = &rig->scratch,
                              .max_body_bytes = MAX_BODY,
                              .type = CR_SPAN("text/html"),
                              .link_kinds = ~0u,
                              .may_build_tree = true,
                              .clock_ms = frozen };
}

static void tear_down(struct rig *rig)
{
  cr_buf_free(&rig->p.decoded);
  cr_arena_free(&rig->keep);
  cr_arena_free(&rig->scratch);
}

static void open_rig(struct rig *rig)
{
  cr_test_mem_init(&rig->mem);
  set_up(rig, &rig->mem);
}

static void close_rig(struct rig *rig)
{
  tear_down(rig);
  cr_test_mem_done(&rig->mem);
}

static void run(struct rig *rig, struct cr_span wire)
{
  rig->p.wire = wire;
  cr_parse_run(&rig->p, NULL);
}

/* data as gzip; free it. */
static char *zip(struct cr_span data, size_t *len)
{
  enum { GZIP_WINDOW = 15 + 16, BEST_LEVEL = 9, MEM_LEVEL = 8 };
  z_stream z = { .zalloc = NULL };
  assert_int_equal(
      deflateInit2(&z, BEST_LEVEL, Z_DEFLATED, GZIP_WINDOW, MEM_LEVEL, Z_DEFAULT_STRATEGY), Z_OK);
  size_t room = deflateBound(&z, data.len);
  char *out = malloc(room);
  char *in = malloc(data.len + 1); /* next_in isn't const everywhere */
  assert_non_null(out);
  assert_non_null(in);
  memcpy(in, data.at, data.len);
  z.next_in = (Bytef *)in;
  z.avail_in = (uInt)data.len;
  z.next_out = (Bytef *)out;
  z.avail_out = (uInt)room;
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  *len = z.total_out;
  assert_int_equal(deflateEnd(&z), Z_OK);
  free(in);
  return out;
}

static char *repeat(const char *unit, size_t times, size_t *len)
{
  size_t unit_len = strlen(unit);
  char *text = malloc(unit_len * times + 1);
  assert_non_null(text);
  for (size_t i = 0; i < times; i++)
    memcpy(text + i * unit_len, unit, unit_len);
  *len = unit_len * times;
  text[*len] = '\0';
  return text;
}

static void a_page_gives_links_and_base(void **state)
{
  (void)state;
  struct rig rig;
  const struct cr_span wire = CR_SPAN("<base href=/b/><a href='x?a&amp;b' rel=nofollow>t</a>");

  open_rig(&rig);
  rig.p.want_link_text = true;
  run(&rig, wire);
  assert_int_equal(rig.p.err, 0);
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  assert_ptr_equal(rig.p.body.at, wire.at);
  assert_string_equal(rig.p.mime, "text/html");
  assert_string_equal(rig.p.charset, "windows-1252");
  assert_true(rig.p.is_html);
  assert_true(cr_span_eq(rig.p.base_href, CR_SPAN("/b/")));
  assert_int_equal(rig.p.link_count, 1);
  assert_string_equal(rig.p.links[0].href, "x?a&b");
  assert_string_equal(rig.p.links[0].text, "t");
  assert_string_equal(rig.p.links[0].rel, "nofollow");
  assert_int_equal(rig.p.links[0].flags, CRAWLER_LINK_FLAG_NOFOLLOW);
  assert_null(rig.p.tree);
  assert_null(rig.p.text.at);
  cr_arena_reset(&rig.scratch);
  assert_string_equal(rig.p.links[0].href, "x?a&b"); /* lies in keep */
  close_rig(&rig);
}

static void nothing_is_parsed_that_is_not_wanted(void **state)
{
  (void)state;
  struct rig rig;

  open_rig(&rig);
  rig.p.link_kinds = 0;
  run(&rig, CR_SPAN("<a href=x>y</a>"));
  assert_int_equal(rig.p.err, 0);
  assert_true(rig.p.is_html);
  assert_int_equal(rig.p.link_count, 0);
  assert_int_equal(rig.mem.calls, 0);
  close_rig(&rig);
}

static void types_decide_what_is_done(void **state)
{
  (void)state;
  static const struct {
    struct cr_span type;
    struct cr_span wire;
    const char *mime;
    const char *charset;
    uint32_t links;
  } cases[] = {
    { { "text/html", 9 }, { "<a href=x>", 10 }, "text/html", "windows-1252", 1 },
    { { "Text/HTML;charset=UTF-8", 23 }, { "<a href=x>", 10 }, "text/html", "utf-8", 1 },
    { { "application/xhtml+xml", 21 },
      { "<a href='x'/>", 13 },
      "application/xhtml+xml",
      "utf-8",
      1 },
    { { NULL, 0 }, { "<p><a href=x>", 13 }, "text/html", "windows-1252", 1 },
    { { "", 0 }, { "<p><a href=x>", 13 }, "text/html", "windows-1252", 1 },
    { { NULL, 0 }, { "x<a href=x>", 11 }, "text/plain", "utf-8", 0 },
    { { "text/plain", 10 }, { "<a href=x>", 10 }, "text/plain", "utf-8", 0 },
    { { "application/json", 16 }, { "{}", 2 }, "application/json", "utf-8", 0 },
    { { "image/png", 9 }, { "<a href=x>", 10 }, "image/png", "", 0 },
    { { "nonsense", 8 }, { "<a href=x>", 10 }, "text/html", "windows-1252", 1 },
    { { "*/*", 3 }, { "<a href=x>", 10 }, "text/html", "windows-1252", 1 },
    { { "text/plain", 10 }, { "<a href=x>\0", 11 }, "application/octet-stream", "", 0 },
    { { "image/png", 9 }, { "GIF89a", 6 }, "image/gif", "", 0 },
    { { NULL, 0 }, { "", 0 }, "", "", 0 },
    { { "text/html", 9 }, { "", 0 }, "text/html", "windows-1252", 0 },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct rig rig;
    open_rig(&rig);
    rig.p.type = cases[i].type;
    run(&rig, cases[i].wire);
    assert_int_equal(rig.p.err, 0);
    assert_string_equal(rig.p.mime, cases[i].mime);
    assert_string_equal(rig.p.charset, cases[i].charset);
    assert_int_equal(rig.p.link_count, cases[i].links);
    assert_int_equal(rig.p.body.len, cases[i].wire.len);
    close_rig(&rig);
  }
}

static void the_type_that_was_sent_stays_beside_the_one_that_is_meant(void **state)
{
  (void)state;
  static const struct {
    const char *type;
    bool nosniff;
    struct cr_span wire;
    const char *sent_mime;
    const char *mime;
  } cases[] = {
    { "Text/HTML;charset=utf-8", false, { "<p>", 3 }, "text/html", "text/html" },
    { NULL, false, { "<p>", 3 }, "", "text/html" },
    { NULL, true, { "<p>", 3 }, "", "text/plain" },
    { "nonsense", false, { "<p>", 3 }, "", "text/html" },
    { "*/*", false, { "<p>", 3 }, "", "text/html" },
    { "text/html,image/png", false, { "GIF89a", 6 }, "image/png", "image/gif" },
    { "text/plain", false, { "\0", 1 }, "text/plain", "application/octet-stream" },
    { "text/plain", true, { "\0", 1 }, "text/plain", "text/plain" },
    { "IMAGE/png", false, { "GIF89a", 6 }, "image/png", "image/gif" },
    { NULL, false, { "", 0 }, "", "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct rig rig;
    open_rig(&rig);
    rig.p.type = cr_span_text(cases[i].type);
    rig.p.nosniff = cases[i].nosniff;
    run(&rig, cases[i].wire);
    assert_string_equal(rig.p.sent_mime, cases[i].sent_mime);
    assert_string_equal(rig.p.mime, cases[i].mime);
    assert_int_equal(rig.p.is_html, strcmp(cases[i].mime, "text/html") == 0);
    close_rig(&rig);
  }
}

static void charsets_are_decoded_before_parsing(void **state)
{
  (void)state;
  static const struct {
    const char *type;
    struct cr_span wire;
    const char *href;
  } cases[] = {
    { "text/html;charset=utf-8", { "<a href=\xc3\xa4>", 11 }, "\xc3\xa4" },
    { "text/html;charset=latin1", { "<a href=\xe4>", 10 }, "\xc3\xa4" },
    { "text/html;charset=utf-8", { "<a href=\xe4>", 10 }, "\xef\xbf\xbd" },
    { "text/html", { "<meta charset=koi8-r><a href=\xc1>", 31 }, "\xd0\xb0" },
    { "text/html", { "\xff\xfe<\0a\0 \0h\0r\0e\0f\0=\0\x30\x04>\0", 22 }, "\xd0\xb0" },
    { "text/html;charset=gbk", { "<a href=\xc4\xe3>", 11 }, "\xe4\xbd\xa0" },
    { "text/html;charset=iso-2022-jp", { "<a href=\x1b$BF|\x1b(B>", 17 }, "\xe6\x97\xa5" },
    { "text/html;charset=iso-2022-kr", { "<a href=x>", 10 }, NULL },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct rig rig;
    open_rig(&rig);
    rig.p.type = cr_span_text(cases[i].type);
    run(&rig, cases[i].wire);
    assert_int_equal(rig.p.link_count, cases[i].href ? 1 : 0);
    if (cases[i].href)
      assert_string_equal(rig.p.links[0].href, cases[i].href);
    close_rig(&rig);
  }
}

static void codings_are_undone_under_the_cap(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  char *zipped = zip(CR_SPAN("<a href=x>y</a>"), &len);

  open_rig(&rig);
  rig.p.coding = CR_SPAN("gzip");
  run(&rig, cr_span(zipped, len));
  assert_int_equal(rig.p.err, 0);
  assert_true(cr_span_eq(rig.p.body, CR_SPAN("<a href=x>y</a>")));
  assert_ptr_equal(rig.p.body.at, rig.p.decoded.data);
  assert_int_equal(rig.p.link_count, 1);
  close_rig(&rig);

  static const struct {
    struct cr_span coding;
    size_t cut;
    size_t max;
    int want;
  } cases[] = {
    { { "gzip", 4 }, 0, 15, 0 },
    { { "gzip", 4 }, 0, 14, CRAWLER_E_LIMIT },
    { { "gzip", 4 }, 0, 0, CRAWLER_E_LIMIT },
    { { "gzip", 4 }, 5, 100, CRAWLER_E_FORMAT },
    { { "br", 2 }, 0, 100, CRAWLER_E_FORMAT },
    { { "compress", 8 }, 0, 100, CRAWLER_E_UNSUPPORTED },
    { { "identity", 8 }, 0, 100, 0 },
    { { "identity", 8 }, 0, 10, CRAWLER_E_LIMIT },
    { { "", 0 }, 0, 10, CRAWLER_E_LIMIT },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    open_rig(&rig);
    rig.p.coding = cases[i].coding;
    rig.p.max_body_bytes = cases[i].max;
    run(&rig, cr_span(zipped, len - cases[i].cut));
    assert_int_equal(rig.p.err, cases[i].want);
    if (cases[i].want != 0) {
      assert_null(rig.p.body.at);
      assert_int_equal(rig.p.link_count, 0);
      assert_string_equal(rig.p.mime, "");
    }
    close_rig(&rig);
  }
  free(zipped);
}

static void a_bomb_is_stopped_at_the_cap(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  size_t zipped_len = 0;
  char *spaces = repeat("                ", 4 * 1024 * 1024 / 16, &len);
  char *zipped = zip(cr_span(spaces, len), &zipped_len);

  assert_true(zipped_len < len / 500);
  open_rig(&rig);
  rig.p.coding = CR_SPAN("gzip");
  rig.p.max_body_bytes = 100 * 1000;
  run(&rig, cr_span(zipped, zipped_len));
  assert_int_equal(rig.p.err, CRAWLER_E_LIMIT);
  assert_true(rig.p.decoded.cap <= 100 * 1000 + 1);
  close_rig(&rig);
  free(spaces);
  free(zipped);
}

static void a_document_comes_with_its_text(void **state)
{
  (void)state;
  struct rig rig;
  char wire[] = "<title>\xe4</title><a href=x>y<x-Z>";

  open_rig(&rig);
  rig.p.want_document = true;
  run(&rig, cr_span_text(wire));
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  assert_non_null(rig.p.tree);
  assert_true(cr_span_eq(rig.p.text, CR_SPAN("<title>\xc3\xa4</title><a href=x>y<x-Z>")));
  assert_int_equal(rig.p.text.at[rig.p.text.len], '\0');
  assert_int_equal(rig.p.link_count, 1);

  memset(wire, '!', sizeof(wire)); /* neither wire nor scratch is needed any more */
  cr_arena_reset(&rig.scratch);
  const struct crawler_node *root = cr_html_root(rig.p.tree);
  const struct crawler_node *last = root;
  const char *title = NULL;
  for (const struct crawler_node *node = root; node; node = cr_html_walk(node, root)) {
    title = !title && cr_html_text(node) ? cr_html_text(node) : title;
    last = node;
  }
  size_t bytes = 0;
  const char *tag = cr_html_tag(last, &bytes);
  assert_true(cr_span_eq(cr_span(tag, bytes), CR_SPAN("x-z")));
  assert_string_equal(title, "\xc3\xa4");
  assert_string_equal(rig.p.links[0].href, "x");
  close_rig(&rig);
}

static void a_document_can_be_built_later(void **state)
{
  (void)state;
  struct rig rig;

  open_rig(&rig);
  rig.p.body = CR_SPAN("<p>\xff");
  rig.p.charset = "koi8-r";
  rig.p.mime = "text/html";
  assert_int_equal(cr_parse_document(&rig.p), CR_PARSE_WHOLE);
  assert_true(cr_span_eq(rig.p.text, CR_SPAN("<p>\xd0\xaa")));
  assert_non_null(rig.p.tree);
  rig.p.tree = NULL;
  rig.p.charset = "none";
  assert_int_equal(cr_parse_document(&rig.p), CR_PARSE_NO_MEMORY);
  assert_null(rig.p.tree);
  close_rig(&rig);
}

static void text_is_utf8_and_ends_in_nul(void **state)
{
  (void)state;
  struct rig rig;
  const struct cr_span ascii = CR_SPAN("abc");

  open_rig(&rig);
  struct cr_span text = cr_parse_text(&rig.keep, cr_span(ascii.at, 2), "utf-8");
  assert_string_equal(text.at, "ab");
  text = cr_parse_text(&rig.keep,
                       CR_SPAN("\xef\xbb\xbf"
                               "ab"),
                       "utf-8");
  assert_string_equal(text.at, "ab");
  text = cr_parse_text(&rig.keep, CR_SPAN("\xe4"), "windows-1252");
  assert_string_equal(text.at, "\xc3\xa4");
  assert_int_equal(text.len, 2);
  text = cr_parse_text(&rig.keep, (struct cr_span){ NULL, 0 }, "utf-8");
  assert_string_equal(text.at, "");
  text = cr_parse_text(&rig.keep, CR_SPAN("\xef\xbb\xbf"), "utf-8");
  assert_string_equal(text.at, "");
  assert_null(cr_parse_text(&rig.keep, ascii, "").at);
  assert_null(cr_parse_text(&rig.keep, ascii, "none").at);
  close_rig(&rig);
}

/* Each with its links, and what becomes of a document; all of them end soon and in bounds. */
static void hostile_pages_do_no_harm(void **state)
{
  (void)state;
  static const struct {
    const char *unit;
    size_t times;
    enum cr_parse_note note; /* with a document; links need no tree here */
    uint32_t links;
  } cases[] = {
    { "<div>", 20000, CR_PARSE_TOO_DEEP, 0 },
    { "<span>", 3000, CR_PARSE_TOO_DEEP, 0 },
    { "<b><i><div>", 1000, CR_PARSE_TOO_DEEP, 0 },
    { "<p><font color=red>x</p>", 5000, CR_PARSE_WHOLE, 0 },
    { "<a href=x>y</a> ", 20000, CR_PARSE_WHOLE, 20000 },
    { "<a href=x>", 20000, CR_PARSE_WHOLE, 20000 },
    { "&amp;&#1;&#xffffffffff;&notit;", 5000, CR_PARSE_WHOLE, 0 },
    { "</p></br></div>", 5000, CR_PARSE_WHOLE, 0 },
    { "<table><tr><td><p>x</table>", 3000, CR_PARSE_WHOLE, 0 },
    { "<!--", 30000, CR_PARSE_WHOLE, 0 },
    { "<", 100000, CR_PARSE_WHOLE, 0 },
    { "</", 50000, CR_PARSE_WHOLE, 0 },
    { "<p text without an end ", 50000, CR_PARSE_WHOLE, 0 },
    { "0123456789abcdef0123456789 <p>", 100000, CR_PARSE_WHOLE, 0 }, /* 3 MB */
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct rig rig;
    size_t len = 0;
    char *wire = repeat(cases[i].unit, cases[i].times, &len);
    open_rig(&rig);
    for (int document = 0; document <= 1; document++) {
      rig.p.want_document = document == 1;
      run(&rig, cr_span(wire, len));
      assert_int_equal(rig.p.err, 0);
      if (rig.p.note != (document ? cases[i].note : CR_PARSE_WHOLE) ||
          rig.p.link_count != cases[i].links)
        fail_msg("%s: note %d, %u links", cases[i].unit, rig.p.note, rig.p.link_count);
    }
    close_rig(&rig);
    free(wire);
  }
}

static void five_thousand_attributes_are_too_many(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  char *wire = repeat(" a=b ", 5000, &len);

  memcpy(wire, "<p ", 3);
  wire[len - 1] = '>';
  open_rig(&rig);
  rig.p.want_document = true;
  run(&rig, cr_span(wire, len));
  assert_int_equal(rig.p.note, CR_PARSE_TOO_DEEP);
  close_rig(&rig);
  free(wire);
}

static void binary_called_html_is_harmless(void **state)
{
  (void)state;
  static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
  struct rig rig;
  char zeros[5000] = { 0 };
  uint32_t seed = 3;
  char noise[20000];

  open_rig(&rig);
  run(&rig, cr_span(png, sizeof(png) - 1));
  assert_int_equal(rig.p.err, 0);
  assert_true(rig.p.is_html);
  assert_int_equal(rig.p.link_count, 0);
  run(&rig, cr_span(zeros, sizeof(zeros)));
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  assert_int_equal(rig.p.link_count, 0);
  for (int round = 0; round < 50; round++) {
    for (size_t i = 0; i < sizeof(noise); i++) {
      seed = seed * 1664525 + 1013904223;
      noise[i] = (char)(seed >> 24);
    }
    rig.p.want_document = round % 2 == 1;
    run(&rig, cr_span(noise, sizeof(noise)));
    assert_int_equal(rig.p.err, 0);
    cr_arena_reset(&rig.keep);
    cr_arena_reset(&rig.scratch);
  }
  close_rig(&rig);
}

static int64_t hasty_now;
static int64_t hasty(void)
{
  return hasty_now += 100;
}

/* "<p>" closes what stands around the link, and it opens again: a tree has to decide, and is late.
 * */
static void a_slow_page_has_the_links_that_tokens_tell(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  char *wire = repeat("<p>x<a href=y>", 5000, &len);

  open_rig(&rig);
  rig.p.clock_ms = hasty;
  run(&rig, cr_span(wire, len));
  assert_int_equal(rig.p.err, 0);
  assert_int_equal(rig.p.note, CR_PARSE_TOO_SLOW);
  assert_int_equal(rig.p.link_count, 5000);
  assert_false(rig.p.links_are_exact);
  rig.p.want_document = true;
  run(&rig, cr_span(wire, len));
  assert_int_equal(rig.p.note, CR_PARSE_TOO_SLOW);
  assert_int_equal(rig.p.link_count, 5000);
  assert_null(rig.p.tree);
  close_rig(&rig);
  free(wire);
}

static void more_links_than_are_kept_are_told(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  char *wire = repeat("<a href=x>", CR_HTML_MAX_LINKS + 1, &len);

  open_rig(&rig);
  run(&rig, cr_span(wire, len - strlen("<a href=x>")));
  assert_int_equal(rig.p.link_count, CR_HTML_MAX_LINKS);
  assert_true(rig.p.links_are_exact);
  run(&rig, cr_span(wire, len));
  assert_int_equal(rig.p.link_count, CR_HTML_MAX_LINKS);
  assert_int_equal(rig.p.links_left, 1);
  assert_false(rig.p.links_are_exact);
  rig.p.max_links = 7;
  run(&rig, cr_span(wire, 10 * strlen("<a href=x>")));
  assert_int_equal(rig.p.link_count, 7);
  assert_int_equal(rig.p.links_left, 3);
  close_rig(&rig);
  free(wire);
}

static void what_is_given_up_leaves_nothing_behind(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  char *wire = repeat("<p>x<a href=y>", 5000, &len);
  size_t zipped_len = 0;
  char *zipped = zip(cr_span(wire, len), &zipped_len);

  open_rig(&rig);
  rig.p.want_document = true;
  rig.p.link_kinds = 0; /* links would be kept */
  rig.p.clock_ms = hasty;
  char *kept = cr_arena_strndup(&rig.keep, "kept", 4);
  size_t held = cr_arena_held_bytes(&rig.keep);
  for (int round = 0; round < 3; round++) {
    run(&rig, cr_span(wire, len));
    assert_int_equal(rig.p.note, CR_PARSE_TOO_SLOW);
    assert_int_equal(cr_arena_held_bytes(&rig.keep), held);
  }
  assert_string_equal(kept, "kept");
  assert_null(rig.p.text.at);
  rig.p.clock_ms = frozen;
  assert_int_equal(cr_parse_document(&rig.p), CR_PARSE_WHOLE);
  assert_non_null(rig.p.tree);

  rig.p.coding = CR_SPAN("gzip");
  rig.p.max_body_bytes = len - 1;
  run(&rig, cr_span(zipped, zipped_len));
  assert_int_equal(rig.p.err, CRAWLER_E_LIMIT);
  assert_int_equal(rig.mem.used[CR_MEM_BODY], 0);
  close_rig(&rig);
  free(zipped);
  free(wire);
}

static void a_warm_page_allocates_nothing(void **state)
{
  (void)state;
  struct rig rig;
  size_t len = 0;
  char *wire = repeat("<li><a href='page?x=1&amp;y=2' rel=next>some text</a>", 100, &len);

  open_rig(&rig);
  rig.p.type = CR_SPAN("text/html; charset=utf-8");
  rig.p.want_link_text = true;
  run(&rig, cr_span(wire, len));
  assert_int_equal(rig.p.link_count, 100);
  int64_t calls = rig.mem.calls;
  for (int round = 0; round < 3; round++) {
    cr_arena_reset(&rig.keep);
    cr_arena_reset(&rig.scratch);
    run(&rig, cr_span(wire, len));
    assert_int_equal(rig.p.link_count, 100);
  }
  assert_int_equal(rig.mem.calls, calls);
  close_rig(&rig);
  free(wire);
}

struct scenario {
  struct cr_span wire;
  struct cr_span coding;
  struct cr_span type;
  bool want_document;
};

static void run_once(struct cr_mem *mem, void *arg)
{
  const struct scenario *scenario = arg;
  struct rig rig;

  set_up(&rig, mem);
  rig.keep.chunk_bytes = 256;
  rig.scratch.chunk_bytes = 1024;
  rig.p.coding = scenario->coding;
  rig.p.type = scenario->type;
  rig.p.want_document = scenario->want_document;
  rig.p.want_link_text = true;
  run(&rig, scenario->wire);
  bool is_whole = rig.p.err == 0 && rig.p.note == CR_PARSE_WHOLE;
  if (is_whole) {
    assert_int_equal(rig.p.link_count, 2);
  } else {
    assert_true(rig.p.err == CRAWLER_E_NOMEM || rig.p.note == CR_PARSE_NO_MEMORY);
    assert_true(cr_test_oom_refused(mem));
    assert_int_equal(rig.p.link_count, 0);
  }
  assert_true(rig.p.tree == NULL || rig.p.text.at != NULL);
  tear_down(&rig);
}

static void every_allocation_may_fail(void **state)
{
  (void)state;
  static const char page[] = "<base href=b><a href=x rel=y>\xe4</a><X-Y><area href=z alt=w>";
  size_t len = 0;
  char *zipped = zip(cr_span(page, sizeof(page) - 1), &len);
  struct scenario scenarios[] = {
    { cr_span(page, sizeof(page) - 1), CR_SPAN(""), CR_SPAN("text/html;charset=utf-8"), false },
    { cr_span(page, sizeof(page) - 1), CR_SPAN(""), CR_SPAN("text/html"), true },
    { cr_span(zipped, len), CR_SPAN("gzip"), CR_SPAN("application/xhtml+xml"), false },
    { cr_span(zipped, len), CR_SPAN("gzip"), CR_SPAN("text/html;charset=big5"), true },
  };

  for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
    cr_test_oom(run_once, &scenarios[i]);
  free(zipped);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_page_gives_links_and_base),
    cmocka_unit_test(nothing_is_parsed_that_is_not_wanted),
    cmocka_unit_test(types_decide_what_is_done),
    cmocka_unit_test(the_type_that_was_sent_stays_beside_the_one_that_is_meant),
    cmocka_unit_test(charsets_are_decoded_before_parsing),
    cmocka_unit_test(codings_are_undone_under_the_cap),
    cmocka_unit_test(a_bomb_is_stopped_at_the_cap),
    cmocka_unit_test(a_document_comes_with_its_text),
    cmocka_unit_test(a_document_can_be_built_later),
    cmocka_unit_test(text_is_utf8_and_ends_in_nul),
    cmocka_unit_test(hostile_pages_do_no_harm),
    cmocka_unit_test(five_thousand_attributes_are_too_many),
    cmocka_unit_test(binary_called_html_is_harmless),
    cmocka_unit_test(a_slow_page_has_the_links_that_tokens_tell),
    cmocka_unit_test(more_links_than_are_kept_are_told),
    cmocka_unit_test(what_is_given_up_leaves_nothing_behind),
    cmocka_unit_test(a_warm_page_allocates_nothing),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

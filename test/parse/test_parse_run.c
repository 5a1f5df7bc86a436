/* SPDX-License-Identifier: MIT */
/* test_parse_run.c - a response's bytes, from the wire to links and a document.
 */
#include "parse_rig.h"

#include <zlib.h>

#include "support/file.h"

/* ---- the body ---- */

struct version {
  size_t bytes;
  uint32_t crc; /* by another decoder (Python's zlib) */
};

static const struct version gzip_page = { 74837, 0xa3576c3du };
static const struct version deflate_page = { 74840, 0x4519c549u };

static const struct {
  const char *file; /* see the README beside them */
  const char *coding;
  const struct version *want;
} coded[] = {
  { "html-gzip.bin", "gzip", &gzip_page },
  { "html-br.bin", "br", &gzip_page },
  { "html-zstd-streaming-no-content-size.bin", "zstd", &gzip_page },
  { "html-zstd-static-content-size.bin", "zstd", &gzip_page },
  { "html-zlibdeflate.bin", "deflate", &deflate_page },
  { "html-rawdeflate.bin", "deflate", &deflate_page },
  { "html-gzip-deflate.bin", "gzip, deflate", &gzip_page },
};

static char *read_coded(struct cr_mem *mem, const char *file, size_t *len)
{
  char path[200];
  assert_true(snprintf(path, sizeof(path), "http/compressed/%s", file) < (int)sizeof(path));
  return cr_test_file_read(mem, path, len);
}

static void every_coding_is_undone_before_anything_is_read(void **state)
{
  struct cr_mem mem;
  struct rig rig;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(coded) / sizeof(coded[0]); i++) {
    size_t len = 0;
    char *data = read_coded(&mem, coded[i].file, &len);
    rig_open(&rig, NULL);
    rig.p.coding = cr_span_text(coded[i].coding);
    rig.p.want_document = true;
    char *wire = rig_run(&rig, cr_span(data, len));
    assert_int_equal(rig.p.err, 0);
    assert_int_equal(rig.p.body.len, coded[i].want->bytes);
    assert_ptr_equal(rig.p.body.at, rig.p.decoded.data);
    assert_int_equal(crc32(0, (const Bytef *)rig.p.body.at, (uInt)rig.p.body.len),
                     coded[i].want->crc);
    assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
    assert_non_null(rig.p.tree);
    rig_close(&rig, wire);
    cr_free(&mem, data);
  }
  cr_test_mem_done(&mem);
}

static void a_body_without_coding_is_not_copied(void **state)
{
  static const char *const codings[] = { "", "identity", " Identity " };
  struct rig rig;
  (void)state;

  for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
    rig_open(&rig, NULL);
    rig.p.coding = cr_span_text(codings[i]);
    char *wire = rig_run(&rig, CR_SPAN("<a href=x>y</a>"));
    assert_int_equal(rig.p.err, 0);
    assert_ptr_equal(rig.p.body.at, wire);
    assert_int_equal(rig.p.body.len, 15);
    assert_null(rig.p.decoded.data);
    assert_int_equal(rig.p.link_count, 1);
    rig_close(&rig, wire);
  }
}

/* What an error leaves: nothing of the page. */
static void assert_nothing(const struct cr_parse *p)
{
  assert_null(p->body.at);
  assert_int_equal(p->body.len, 0);
  assert_string_equal(p->mime, "");
  assert_string_equal(p->charset, "");
  assert_false(p->is_html);
  assert_int_equal(p->link_count, 0);
  assert_null(p->links);
  assert_null(p->base_href.at);
  assert_null(p->tree);
  assert_int_equal(p->note, CR_PARSE_WHOLE);
}

static void a_bomb_is_stopped_at_the_cap(void **state)
{
  enum { CAP = 1024 * 1024 };
  struct cr_mem mem;
  struct rig rig;
  size_t len = 0;
  (void)state;

  cr_test_mem_init(&mem);
  char *data = read_coded(&mem, "bomb-deflate.bin", &len);
  assert_true(len < CAP / 10);
  rig_open(&rig, NULL);
  rig.p.coding = CR_SPAN("deflate");
  rig.p.max_body_bytes = CAP;
  char *wire = rig_run(&rig, cr_span(data, len));
  assert_int_equal(rig.p.err, CRAWLER_E_LIMIT);
  assert_true(rig.p.decoded.len <= CAP);
  assert_true(cr_mem_used(rig.mem) < 3 * CAP);
  assert_nothing(&rig.p);
  rig_close(&rig, wire);
  cr_free(&mem, data);
  cr_test_mem_done(&mem);
}

static void the_cap_holds_without_a_coding_and_is_exact(void **state)
{
  static const struct {
    size_t max_bytes;
    int err;
  } caps[] = { { 10, 0 }, { 9, CRAWLER_E_LIMIT }, { 0, CRAWLER_E_LIMIT } };
  struct rig rig;
  (void)state;

  for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
    rig_open(&rig, NULL);
    rig.p.max_body_bytes = caps[i].max_bytes;
    char *wire = rig_run(&rig, CR_SPAN("0123456789"));
    assert_int_equal(rig.p.err, caps[i].err);
    if (caps[i].err != 0)
      assert_nothing(&rig.p);
    rig_close(&rig, wire);
  }
}

static void what_is_broken_or_unknown_is_an_error(void **state)
{
  static const struct {
    const char *coding;
    struct cr_span wire;
    int err;
  } bad[] = {
    { "gzip", CR_SPAN_INIT("<html>"), CRAWLER_E_FORMAT },
    { "gzip", CR_SPAN_INIT("\x1f\x8b\x08\0\0\0\0\0\0\x03\xb3"), CRAWLER_E_FORMAT },
    { "br", CR_SPAN_INIT("\xff\xff\xff\xff"), CRAWLER_E_FORMAT },
    { "zstd", CR_SPAN_INIT("not zstd"), CRAWLER_E_FORMAT },
    { "deflate", CR_SPAN_INIT("\xff\xff\xff\xff"), CRAWLER_E_FORMAT },
    { "compress", CR_SPAN_INIT("x"), CRAWLER_E_UNSUPPORTED },
    { "gzip, unheard-of", CR_SPAN_INIT("x"), CRAWLER_E_UNSUPPORTED },
    { "gzip, gzip, gzip, gzip", CR_SPAN_INIT("x"), CRAWLER_E_UNSUPPORTED },
  };
  struct rig rig;
  (void)state;

  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    rig_open(&rig, NULL);
    rig.p.coding = cr_span_text(bad[i].coding);
    char *wire = rig_run(&rig, bad[i].wire);
    if (rig.p.err != bad[i].err)
      fail_msg("case %zu, %s: %d", i, bad[i].coding, rig.p.err);
    assert_nothing(&rig.p);
    rig_close(&rig, wire);
  }
}

/* ---- type and charset ---- */

static const struct {
  struct cr_span type; /* at NULL: not sent */
  struct cr_span body;
  const char *mime;
  const char *charset;
  bool is_html;
  uint32_t links;
  const char *why;
} typed[] = {
  { CR_SPAN_INIT("text/html"), CR_SPAN_INIT("<a href=x>"), "text/html", "windows-1252", true, 1,
    "nothing said" },
  { CR_SPAN_INIT("Text/HTML; Charset=UTF8"), CR_SPAN_INIT("<a href=x>"), "text/html", "utf-8", true,
    1, "said by the header" },
  { CR_SPAN_INIT("application/xhtml+xml"), CR_SPAN_INIT("<a href='x'/>"), "application/xhtml+xml",
    "windows-1252", true, 1, "XHTML" },
  { CR_SPAN_INIT("text/html"), CR_SPAN_INIT("<meta charset=koi8-r><a href=x>"), "text/html",
    "koi8-r", true, 1, "said by the document" },
  { { NULL, 0 },
    CR_SPAN_INIT(" <HTML><a href=x>"),
    "text/html",
    "windows-1252",
    true,
    1,
    "told by its bytes" },
  { { NULL, 0 }, CR_SPAN_INIT("just text"), "text/plain", "utf-8", false, 0, "text" },
  { { NULL, 0 }, CR_SPAN_INIT("%PDF-1.4"), "application/pdf", "", false, 0, "PDF" },
  { { NULL, 0 }, CR_SPAN_INIT("\0\1\2"), "application/octet-stream", "", false, 0, "binary" },
  { { NULL, 0 }, CR_SPAN_INIT(""), "", "", false, 0, "nothing at all" },
  { CR_SPAN_INIT("text/html"), CR_SPAN_INIT(""), "text/html", "windows-1252", true, 0,
    "an empty page" },
  { CR_SPAN_INIT("text/plain"), CR_SPAN_INIT("<a href=x>"), "text/plain", "utf-8", false, 0,
    "never parsed" },
  { CR_SPAN_INIT("application/rss+xml"), CR_SPAN_INIT("<?xml encoding='iso-8859-2'?>"),
    "application/rss+xml", "iso-8859-2", false, 0, "XML" },
  { CR_SPAN_INIT("image/png"), CR_SPAN_INIT("<a href=x>"), "image/png", "", false, 0, "an image" },
  { CR_SPAN_INIT("nonsense"), CR_SPAN_INIT("<a href=x>"), "", "", false, 0, "no type" },
  { CR_SPAN_INIT("text/html"), CR_SPAN_INIT("\xff\xfe<\0a\0 \0h\0r\0e\0f\0=\0x\0>\0"), "text/html",
    "utf-16le", true, 1, "UTF-16" },
  { CR_SPAN_INIT("text/html; charset=gbk"), CR_SPAN_INIT("\xfe\xff\0<\0a\0 \0h\0r\0e\0f\0=\0x\0>"),
    "text/html", "utf-16be", true, 1, "its mark counts more than the header" },
};

static void type_and_charset_are_named(void **state)
{
  struct rig rig;
  (void)state;

  for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
    rig_open(&rig, NULL);
    rig.p.type = typed[i].type;
    char *wire = rig_run(&rig, typed[i].body);
    assert_int_equal(rig.p.err, 0);
    assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
    if (strcmp(rig.p.mime, typed[i].mime) != 0 || strcmp(rig.p.charset, typed[i].charset) != 0)
      fail_msg("%s: %s, %s", typed[i].why, rig.p.mime, rig.p.charset);
    if (rig.p.is_html != typed[i].is_html || rig.p.link_count != typed[i].links)
      fail_msg("%s: %d, %u links", typed[i].why, rig.p.is_html, (unsigned)rig.p.link_count);
    rig_close(&rig, wire);
  }
}

static void binary_that_is_called_html_does_no_harm(void **state)
{
  enum { BYTES = 65536 };
  static char binary[BYTES];
  struct rig rig;
  uint32_t seed = 7;
  (void)state;

  for (size_t i = 0; i < BYTES; i++) {
    seed = seed * 1664525 + 1013904223; /* Numerical Recipes' generator */
    binary[i] = (char)(seed >> 24);
  }
  memcpy(binary, "\x89PNG\r\n\x1a\n", 8);
  rig_open(&rig, NULL);
  rig.p.want_document = true;
  char *wire = rig_run(&rig, cr_span(binary, BYTES));
  assert_int_equal(rig.p.err, 0);
  assert_int_equal(rig.p.body.len, BYTES);
  rig_close(&rig, wire);
}

/* ---- links ---- */

static const struct {
  struct cr_span body;
  const char *links;
  const char *base; /* NULL: none */
  const char *why;
} linked[] = {
  { CR_SPAN_INIT("<p>no link"), "", NULL, "none" },
  { CR_SPAN_INIT("<a href=1>one</a><map><area href=2 alt=two></map><a href=3>three</a>"),
    "a 1 text=one\narea 2 text=two\na 3 text=three\n", NULL, "in document order" },
  { CR_SPAN_INIT("<a href='?a=1&amp;b=2' rel='x NoFollow'>t</a>"),
    "a ?a=1&b=2 nofollow rel=x NoFollow text=t\n", NULL, "references decoded, rel as written" },
  { CR_SPAN_INIT("<a rel=nofollowx href=''>  a <b>b\n</b> c</a>"), "a  rel=nofollowx text=a b c\n",
    NULL, "white space folded" },
  { CR_SPAN_INIT("<a>x</a><a name=y>y</a><A HREF=z></A>"), "a z text=\n", NULL, "with href only" },
  { CR_SPAN_INIT("<link href=1><img src=2><form action=3><iframe src=4></iframe>"), "", NULL,
    "a and area only" },
  { CR_SPAN_INIT("<!-- <a href=1> --><script>'<a href=2>'</script><style><a href=3></style>"
                 "<textarea><a href=4></textarea><title><a href=5></title><a href=6>"),
    "a 6 text=\n", NULL, "what isn't markup" },
  { CR_SPAN_INIT("<template><base href=t><a href=1>x</a></template><a href=2>y</a>"),
    "a 2 text=y\n", NULL, "a template is no part of the document" },
  { CR_SPAN_INIT("<base target=x><base href=' /b/ '><base href=/c/><a href=1>"), "a 1 text=\n",
    " /b/ ", "the first base with an href, as written" },
  { CR_SPAN_INIT("<a href=1><base href=late></a>"), "a 1 text=\n", "late", "a base in the body" },
  { CR_SPAN_INIT("<svg><a href=1>s</a><a xlink:href=2>t</a></svg>"), "a 1 text=s\na 2 text=t\n",
    NULL, "SVG's own" },
  { CR_SPAN_INIT("<meta charset=windows-1252><a href=\xe9>\x80</a>"),
    "a \xc3\xa9 text=\xe2\x82\xac\n", NULL, "windows-1252 becomes UTF-8" },
  { CR_SPAN_INIT("<meta charset=utf-8><a href=\xe9>\xff</a>"), "a \xef\xbf\xbd text=\xef\xbf\xbd\n",
    NULL, "what isn't UTF-8 becomes U+FFFD" },
};

static void links_are_found_in_document_order(void **state)
{
  char seen[SEEN_BYTES];
  struct rig rig;
  (void)state;

  for (size_t i = 0; i < 2 * sizeof(linked) / sizeof(linked[0]); i++) {
    size_t at = i / 2;
    rig_open(&rig, NULL);
    rig.p.want_document = i % 2 != 0; /* a wanted tree changes nothing */
    char *wire = rig_run(&rig, linked[at].body);
    assert_int_equal(rig.p.err, 0);
    if (strcmp(links_of(&rig.p, seen), linked[at].links) != 0)
      fail_msg("%s:\n%s", linked[at].why, seen);
    if (!cr_span_eq(rig.p.base_href, cr_span_text(linked[at].base)) ||
        (rig.p.base_href.at == NULL) != (linked[at].base == NULL))
      fail_msg("%s: base '%.*s'", linked[at].why, (int)rig.p.base_href.len, rig.p.base_href.at);
    rig_close(&rig, wire);
  }
}

/* They live in keep: the wire and scratch may go. */
static void links_outlive_the_body(void **state)
{
  char seen[SEEN_BYTES];
  struct rig rig;
  (void)state;

  rig_open(&rig, NULL);
  char *wire = rig_run(&rig, CR_SPAN("<base href=/b/><a href=1 rel=r>one</a><a href=2>two</a>"));
  memset(wire, 'x', rig.p.wire.len);
  cr_arena_free(&rig.scratch);
  assert_string_equal(links_of(&rig.p, seen), "a 1 rel=r text=one\na 2 text=two\n");
  assert_true(cr_span_eq(rig.p.base_href, CR_SPAN("/b/")));
  rig_close(&rig, wire);
}

static void only_what_is_wanted_is_done(void **state)
{
  struct rig rig;
  char *wire = NULL;
  (void)state;

  rig_open(&rig, NULL);
  rig.p.want_link_text = false;
  wire = rig_run(&rig, CR_SPAN("<a href=x>y</a>"));
  assert_int_equal(rig.p.link_count, 1);
  assert_null(rig.p.links[0].text);
  assert_null(rig.p.tree);
  assert_int_equal(rig.p.text.len, 0);
  rig_close(&rig, wire);

  rig_open(&rig, NULL);
  rig.p.want_links = false;
  wire = rig_run(&rig, CR_SPAN("<a href=x>y</a>"));
  assert_int_equal(rig.p.link_count, 0);
  assert_true(rig.p.is_html);
  assert_int_equal(rig.keep.used_bytes + rig.scratch.used_bytes, 0);
  rig_close(&rig, wire);

  rig_open(&rig, NULL);
  rig.p.want_links = false;
  rig.p.want_document = true;
  wire = rig_run(&rig, CR_SPAN("<a href=x>y</a>"));
  assert_int_equal(rig.p.link_count, 0);
  assert_non_null(rig.p.tree);
  rig_close(&rig, wire);
}

/* ---- out of memory ---- */

static void assert_known_outcome(const struct cr_mem *mem, const struct cr_parse *p)
{
  bool is_whole = p->err == 0 && p->note == CR_PARSE_WHOLE;
  assert_true(p->err == 0 || p->err == CRAWLER_E_NOMEM);
  assert_true(p->note == CR_PARSE_WHOLE || p->note == CR_PARSE_NO_MEMORY);
  if (is_whole)
    assert_int_equal(p->link_count, 2);
  else
    assert_true(cr_test_oom_refused(mem));
  assert_true(is_whole || p->link_count == 0);
}

/* A chunk of the arenas holds next to nothing, so that nearly every string is an allocation. */
static void run_in_little_memory(struct cr_mem *mem, void *arg)
{
  bool wants_document = arg != NULL;
  struct rig rig;

  rig_open(&rig, mem);
  rig.keep.chunk_bytes = 16;
  rig.scratch.chunk_bytes = 16;
  rig.p.want_document = wants_document;
  rig.p.type = CR_SPAN("application/xhtml+xml; charset=windows-1252");
  char *wire = rig_run(&rig, CR_SPAN("<base href=/b/><Own><a rel=r href=\xe9>one</a><a href=2>"));
  assert_known_outcome(mem, &rig.p);
  rig_close(&rig, wire);
}

static void run_coded_in_little_memory(struct cr_mem *mem, void *arg)
{
  /* "<a href=1>1</a><a href=2>2</a>", by Python's gzip */
  static const char gzipped[] =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x49\x54\xc8\x28\x4a\x4d"
      "\xb3\x35\xb4\x33\xb4\xd1\x4f\xb4\xb3\x81\x72\x8d\xec\x8c\x40\x5c\x00"
      "\x6e\x3b\x76\x96\x1e\x00\x00\x00";
  struct rig rig;
  (void)arg;

  rig_open(&rig, mem);
  rig.p.coding = CR_SPAN("gzip");
  char *wire = rig_run(&rig, cr_span(gzipped, sizeof(gzipped) - 1));
  assert_known_outcome(mem, &rig.p);
  rig_close(&rig, wire);
}

static void no_memory_is_an_ordinary_outcome(void **state)
{
  int yes = 1;
  (void)state;

  cr_test_oom(run_in_little_memory, NULL);
  cr_test_oom(run_in_little_memory, &yes);
  cr_test_oom(run_coded_in_little_memory, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_coding_is_undone_before_anything_is_read),
    cmocka_unit_test(a_body_without_coding_is_not_copied),
    cmocka_unit_test(a_bomb_is_stopped_at_the_cap),
    cmocka_unit_test(the_cap_holds_without_a_coding_and_is_exact),
    cmocka_unit_test(what_is_broken_or_unknown_is_an_error),
    cmocka_unit_test(type_and_charset_are_named),
    cmocka_unit_test(binary_that_is_called_html_does_no_harm),
    cmocka_unit_test(links_are_found_in_document_order),
    cmocka_unit_test(links_outlive_the_body),
    cmocka_unit_test(only_what_is_wanted_is_done),
    cmocka_unit_test(no_memory_is_an_ordinary_outcome),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_xml_expat.c - XML from the network as a stream of tags and text.
 *
 * Events are written down as text: <{ns}name a="v"> for a start tag, </> for an end tag, text as it
 * is. Cases are of XML 1.0 (fifth edition), Namespaces in XML 1.0, and of what servers send.
 */
#include "base/xml_expat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "crawl/crawler.h"
#include "support/oom.h"

enum { LOG_MAX = 1 << 20, BIG = 10 * 1000 * 1000, STOPPED = 42 };

struct log {
  struct cr_buf text;
  const char *asked; /* attribute whose value is written down */
  const char *asked_ns;
  bool is_quiet; /* only counts */
  size_t starts;
  size_t ends;
  uint64_t text_bytes;
  size_t stop_after; /* that many events; 0: none */
  int err;           /* of the log itself: its memory is refused in turn too */
};

static int note(struct log *log, struct cr_span text)
{
  return log->is_quiet ? 0 : cr_buf_add(&log->text, text.at, text.len);
}

static int count(struct log *log, int err)
{
  if (!err && log->stop_after > 0 && --log->stop_after == 0)
    err = STOPPED;
  log->err = err;
  return err;
}

static int log_start(void *arg, const struct cr_xml_tag *tag)
{
  struct log *log = arg;
  int err = note(log, CR_SPAN("<"));

  log->starts++;
  if (tag->ns.len > 0 && !err)
    err = note(log, CR_SPAN("{")) | note(log, tag->ns) | note(log, CR_SPAN("}"));
  if (!err)
    err = note(log, tag->name);
  if (log->asked && !err) {
    struct cr_span value = cr_xml_attribute(tag, log->asked_ns, log->asked);
    if (value.at)
      err = note(log, CR_SPAN(" ")) | note(log, value);
  }
  return count(log, err ? err : note(log, CR_SPAN(">")));
}

static int log_end(void *arg)
{
  struct log *log = arg;
  log->ends++;
  return count(log, note(log, CR_SPAN("</>")));
}

static int log_text(void *arg, const char *text, size_t bytes)
{
  struct log *log = arg;
  log->text_bytes += bytes;
  return count(log, note(log, cr_span(text, bytes)));
}

/* "windows-x" has Cyrillic capitals from 0xC0 and no 0xFF; "nonsense" has no 'a'. */
static bool map_charset(void *arg, const char *charset, int map[256])
{
  (void)arg;
  for (int i = 0; i < 256; i++)
    map[i] = i < 0xc0 ? i : 0x410 + (i - 0xc0);
  map[0xff] = -1;
  if (strcmp(charset, "nonsense") == 0)
    map['a'] = 'b';
  return strcmp(charset, "windows-x") == 0 || strcmp(charset, "nonsense") == 0;
}

static int read_xml(struct cr_mem *mem, struct log *log, const char *charset, struct cr_span text,
                    size_t piece)
{
  const struct cr_xml_events events = { log_start, log_end, log_text, map_charset, log };
  struct cr_xml *xml = NULL;

  int err = cr_xml_open(&xml, mem, &events, charset);
  for (size_t at = 0; !err && at < text.len; at += piece)
    err = cr_xml_add(xml, text.at + at, text.len - at < piece ? text.len - at : piece);
  if (xml && err)
    assert_int_equal(cr_xml_add(xml, "<", 1), err); /* holds */
  if (xml)
    err = cr_xml_end(xml);
  cr_xml_close(xml);
  return err;
}

static bool is_cut(struct cr_mem *mem, struct cr_span text)
{
  const struct cr_xml_events events = { NULL, NULL, NULL, NULL, NULL };
  struct cr_xml *xml = NULL;

  assert_int_equal(cr_xml_open(&xml, mem, &events, NULL), 0);
  (void)cr_xml_add(xml, text.at, text.len);
  (void)cr_xml_end(xml);
  bool cut = cr_xml_is_cut(xml);
  cr_xml_close(xml);
  return cut;
}

static void a_document_that_ends_inside_a_tag_is_told_apart(void **state)
{
  static const struct {
    const char *text;
    bool is_cut;
  } rows[] = {
    { "<a>x</a>", false },     { "<a>x", false },   { "<a>x</", true },
    { "<a>x<", true },         { "<a>x&am", true }, { "<a>x<!-- y", true },
    { "<a>x&b c</a>", false }, { "", false },       { "<a>x</b></a", false },
  };
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    if (is_cut(&mem, cr_span_text(rows[i].text)) != rows[i].is_cut)
      fail_msg("%s", rows[i].text);
  cr_test_mem_done(&mem);
}

struct row {
  const char *why;
  struct cr_span text;
  int err;
  const char *log;
  const char *charset;
  const char *asked;
  const char *asked_ns;
};

static void check_row(struct cr_mem *mem, const struct row *row, size_t piece)
{
  struct log log = { .asked = row->asked, .asked_ns = row->asked_ns ? row->asked_ns : "" };

  cr_buf_init(&log.text, mem, CR_MEM_CORE, LOG_MAX);
  int err = read_xml(mem, &log, row->charset, row->text, piece);
  const char *got = log.text.data ? log.text.data : "";
  if (err != row->err || strcmp(got, row->log) != 0)
    fail_msg("%s: error %d, %s", row->why, err, got);
  cr_buf_free(&log.text);
}

static void check_table(const struct row *rows, size_t row_count)
{
  static const size_t pieces[] = { SIZE_MAX / 2, 1, 3, 64, 100 };
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < row_count; i++)
    for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
      check_row(&mem, &rows[i], pieces[p]);
  cr_test_mem_done(&mem);
}

#define CHECK_TABLE(rows) check_table(rows, sizeof(rows) / sizeof((rows)[0]))
#define T(literal) CR_SPAN_INIT(literal)

static void documents_become_tags_and_text(void **state)
{
  static const struct row rows[] = {
    { "nothing but an element", T("<a/>"), 0, "<a></>", NULL, NULL, NULL },
    { "nested", T("<a>x<b>y</b>z</a>\n"), 0, "<a>x<b>y</>z</>", NULL, NULL, NULL },
    { "a declaration", T("<?xml version=\"1.0\"?>\n<a>x</a>"), 0, "<a>x</>", NULL, NULL, NULL },
    { "comments and instructions", T("<!-- a --><a><!-- b --><?c d?>x</a><!-- e -->"), 0, "<a>x</>",
      NULL, NULL, NULL },
    { "CDATA", T("<a>x<![CDATA[<b>&amp;]]>y</a>"), 0, "<a>x<b>&amp;y</>", NULL, NULL, NULL },
    { "the five entities and references", T("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>"), 0,
      "<a><>&\"'AB</>", NULL, NULL, NULL },
    { "line ends", T("<a>x\r\ny\rz</a>"), 0, "<a>x\ny\nz</>", NULL, NULL, NULL },
    { "white space before the declaration", T("\r\n\t <?xml version=\"1.0\"?><a/>"), 0, "<a></>",
      NULL, NULL, NULL },
    { "a mark and then white space", T("\xef\xbb\xbf \n<?xml version=\"1.0\"?><a/>"), 0, "<a></>",
      NULL, NULL, NULL },
    { "an attribute", T("<a b='1' c='2'><d c='&lt;&#x20;x'/></a>"), 0, "<a 2><d < x></></>", NULL,
      "c", NULL },
    { "none of that name", T("<a b='1'/>"), 0, "<a></>", NULL, "c", NULL },
    { "an empty one", T("<a c=''/>"), 0, "<a ></>", NULL, "c", NULL },
    { "white space in one", T("<a c='x\ny'/>"), 0, "<a x y></>", NULL, "c", NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void namespaces_are_resolved(void **state)
{
  static const struct row rows[] = {
    { "the default one", T("<a xmlns='urn:1'><b/></a>"), 0, "<{urn:1}a><{urn:1}b></></>", NULL,
      NULL, NULL },
    { "a prefix", T("<p:a xmlns:p='urn:1'><b/></p:a>"), 0, "<{urn:1}a><b></></>", NULL, NULL,
      NULL },
    { "undone inside", T("<a xmlns='urn:1'><b xmlns=''><c/></b><d/></a>"), 0,
      "<{urn:1}a><b><c></></><{urn:1}d></></>", NULL, NULL, NULL },
    { "two prefixes for one", T("<p:a xmlns:p='urn:1' xmlns:q='urn:1'><q:b/></p:a>"), 0,
      "<{urn:1}a><{urn:1}b></></>", NULL, NULL, NULL },
    { "a prefix that nothing declares", T("<p:a><q:b/>x</p:a>"), 0, "<a><b></>x</>", NULL, NULL,
      NULL },
    { "an attribute of a namespace", T("<a c='0' p:c='1' xmlns:p='urn:1'/>"), 0, "<a 1></>", NULL,
      "c", "urn:1" },
    { "the default one isn't for attributes", T("<a c='1' xmlns='urn:1'/>"), 0, "<{urn:1}a></>",
      NULL, "c", "urn:1" },
    { "an attribute without prefix", T("<a p:c='0' c='1' xmlns:p='urn:1'/>"), 0, "<a 1></>", NULL,
      "c", NULL },
    { "xml:base", T("<a xml:base='u'/>"), 0, "<a u></>", NULL, "base",
      "http://www.w3.org/XML/1998/namespace" },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void what_is_no_xml_is_told_up_to_there(void **state)
{
  static const struct row rows[] = {
    { "nothing", T(""), CRAWLER_E_FORMAT, "", NULL, NULL, NULL },
    { "white space", T(" \n"), CRAWLER_E_FORMAT, "", NULL, NULL, NULL },
    { "text", T("hello"), CRAWLER_E_FORMAT, "", NULL, NULL, NULL },
    { "a mark alone", T("\xef\xbb\xbf"), CRAWLER_E_FORMAT, "", NULL, NULL, NULL },
    { "cut in a tag", T("<a>x<b/><c"), CRAWLER_E_FORMAT, "<a>x<b></>", NULL, NULL, NULL },
    { "cut in text", T("<a>x"), CRAWLER_E_FORMAT, "<a>x", NULL, NULL, NULL },
    { "the wrong end", T("<a>x<b>y</a></b>"), CRAWLER_E_FORMAT, "<a>x<b>y", NULL, NULL, NULL },
    { "a bare ampersand", T("<a>x<b/>y?c&d=e</a>"), CRAWLER_E_FORMAT, "<a>x<b></>y?c", NULL, NULL,
      NULL },
    { "an attribute without quotes", T("<a><b c=d/></a>"), CRAWLER_E_FORMAT, "<a>", NULL, NULL,
      NULL },
    { "an attribute twice", T("<a><b c='1' c='2'/></a>"), CRAWLER_E_FORMAT, "<a>", NULL, NULL,
      NULL },
    { "a second root", T("<a/><b/>"), CRAWLER_E_FORMAT, "<a></>", NULL, NULL, NULL },
    { "a NUL", T("<a>x<b/>\0</a>"), CRAWLER_E_FORMAT, "<a>x<b></>", NULL, NULL, NULL },
    { "a NUL by reference", T("<a>x<b/>&#0;</a>"), CRAWLER_E_FORMAT, "<a>x<b></>", NULL, NULL,
      NULL },
    { "a NUL at first", T("\0<a/>"), CRAWLER_E_FORMAT, "", NULL, NULL, NULL },
    { "no UTF-8", T("<a>x<b/>\xe4</a>"), CRAWLER_E_FORMAT, "<a>x<b></>", NULL, NULL, NULL },
    { "a surrogate in UTF-8", T("<a><b/>\xed\xa0\x80</a>"), CRAWLER_E_FORMAT, "<a><b></>", NULL,
      NULL, NULL },
    { "text behind the end", T("<a/>x"), CRAWLER_E_FORMAT, "<a></>", NULL, NULL, NULL },
    { "a page", T("<!DOCTYPE html><html><p>x<br>y</p></html>"), CRAWLER_E_FORMAT, "<html><p>x<br>y",
      NULL, NULL, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void encodings_are_read_by_mark_then_header_then_declaration(void **state)
{
  static const struct row rows[] = {
    { "UTF-8", T("<a>\xc3\xa4</a>"), 0, "<a>\xc3\xa4</>", NULL, NULL, NULL },
    { "UTF-8 by header", T("<a>\xc3\xa4</a>"), 0, "<a>\xc3\xa4</>", "utf-8", NULL, NULL },
    { "Latin 1 by header", T("<a>\xe4</a>"), 0, "<a>\xc3\xa4</>", "iso-8859-1", NULL, NULL },
    { "Latin 1 by declaration", T("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>"), 0,
      "<a>\xc3\xa4</>", NULL, NULL, NULL },
    { "the header wins", T("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xc3\xa4</a>"), 0,
      "<a>\xc3\xa4</>", "utf-8", NULL, NULL },
    { "the mark wins over it", T("\xef\xbb\xbf<a>\xc3\xa4</a>"), 0, "<a>\xc3\xa4</>", "iso-8859-1",
      NULL, NULL },
    { "... over a map", T("\xef\xbb\xbf<?xml version='1.0' encoding='windows-x'?><a>\xc3\xa4</a>"),
      0, "<a>\xc3\xa4</>", "windows-x", NULL, NULL },
    { "... and over what isn't known", T("\xef\xbb\xbf<a>\xc3\xa4</a>"), 0, "<a>\xc3\xa4</>",
      "big5", NULL, NULL },
    { "UTF-16, big end first", T("\xfe\xff\0<\0a\0>\0\xe4\0<\0/\0a\0>"), 0, "<a>\xc3\xa4</>", NULL,
      NULL, NULL },
    { "UTF-16, little end first", T("\xff\xfe<\0a\0>\0\xe4\0<\0/\0a\0>\0"), 0, "<a>\xc3\xa4</>",
      "utf-8", NULL, NULL },
    { "without a mark, by header", T("<\0a\0>\0\xe4\0<\0/\0a\0>\0"), 0, "<a>\xc3\xa4</>",
      "utf-16le", NULL, NULL },
    { "the other way round", T("\0<\0a\0>\0\xe4\0<\0/\0a\0>"), 0, "<a>\xc3\xa4</>", "utf-16be",
      NULL, NULL },
    { "a pair of surrogates", T("<\0a\0>\0\x3d\xd8\0\xde<\0/\0a\0>\0"), 0, "<a>\xf0\x9f\x98\x80</>",
      "utf-16le", NULL, NULL },
    { "half a pair", T("<\0a\0>\0\x00\xde<\0/\0a\0>\0"), CRAWLER_E_FORMAT, "<a>", "utf-16le", NULL,
      NULL },
    { "half a unit", T("\xff\xfe<\0a\0>\0x"), CRAWLER_E_FORMAT, "<a>", NULL, NULL, NULL },
    { "a map by header", T("<a b='\xc1'>\xc0\xe0</a>"), 0, "<a \xd0\x91>\xd0\x90\xd0\xb0</>",
      "windows-x", "b", NULL },
    { "a map by declaration", T("<?xml version='1.0' encoding='windows-x'?><a>\xc0</a>"), 0,
      "<a>\xd0\x90</>", NULL, NULL, NULL },
    { "a byte without a character", T("<a>\xc0<b/>\xff</a>"), CRAWLER_E_FORMAT, "<a>\xd0\x90<b></>",
      "windows-x", NULL, NULL },
    { "a map that isn't of ASCII", T("<a>x</a>"), CRAWLER_E_UNSUPPORTED, "", "nonsense", NULL,
      NULL },
    { "not known by header", T("<a>x</a>"), CRAWLER_E_UNSUPPORTED, "", "shift_jis", NULL, NULL },
    { "not known by declaration", T("<?xml version='1.0' encoding='Shift_JIS'?><a>x</a>"),
      CRAWLER_E_UNSUPPORTED, "", NULL, NULL, NULL },
    { "wrong label: Latin 1 as UTF-8", T("<a>x<b/>\xe4\xe4</a>"), CRAWLER_E_FORMAT, "<a>x<b></>",
      "utf-8", NULL, NULL },
    { "wrong label: UTF-8 as UTF-16", T("<a>xy</a>"), CRAWLER_E_FORMAT, "", "utf-16be", NULL,
      NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void entities_are_short_or_refused(void **state)
{
#define TEXT_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static const struct row rows[] = {
    { "one that isn't declared is text", T("<a>x&nbsp;y</a>"), 0, "<a>x&nbsp;y</>", NULL, NULL,
      NULL },
    { "in an attribute it is left out", T("<a b='x&nbsp;y'/>"), 0, "<a xy></>", NULL, "b", NULL },
    { "nor with a DTD elsewhere",
      T("<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' "
        "'http://my.netscape.com/publish/formats/rss-0.91.dtd'><a>x&eacute;y</a>"),
      0, "<a>x&eacute;y</>", NULL, NULL, NULL },
    { "a document that stands alone has to declare it",
      T("<?xml version='1.0' standalone='yes'?><a>x&nbsp;y</a>"), CRAWLER_E_FORMAT, "<a>x", NULL,
      NULL, NULL },
    { "a short one", T("<!DOCTYPE a [<!ENTITY e 'xyz'>]><a b='&e;'>&e;&e;</a>"), 0,
      "<a xyz>xyzxyz</>", NULL, "b", NULL },
    { "a character", T("<!DOCTYPE a [<!ENTITY nbsp '&#160;'>]><a>&nbsp;</a>"), 0, "<a>\xc2\xa0</>",
      NULL, NULL, NULL },
    { "an empty one", T("<!DOCTYPE a [<!ENTITY e ''>]><a>&e;</a>"), 0, "<a></>", NULL, NULL, NULL },
    { "one of the five, anew", T("<!DOCTYPE a [<!ENTITY amp '&#38;#38;'>]><a>&amp;</a>"), 0,
      "<a>&</>", NULL, NULL, NULL },
    { "the longest", T("<!DOCTYPE a [<!ENTITY e '" TEXT_64 "'>]><a>&e;</a>"), 0,
      "<a>" TEXT_64 "</>", NULL, NULL, NULL },
    { "one byte more", T("<!DOCTYPE a [<!ENTITY e '" TEXT_64 "x'>]><a>&e;</a>"), CRAWLER_E_LIMIT,
      "", NULL, NULL, NULL },
    { "an entity of entities", T("<!DOCTYPE a [<!ENTITY e 'x'><!ENTITY f '&e;&e;'>]><a>&f;</a>"),
      CRAWLER_E_LIMIT, "", NULL, NULL, NULL },
    { "one of itself", T("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>"), CRAWLER_E_LIMIT, "", NULL,
      NULL, NULL },
    { "one with a tag", T("<!DOCTYPE a [<!ENTITY e '<b/>'>]><a>&e;</a>"), CRAWLER_E_LIMIT, "", NULL,
      NULL, NULL },
    { "one from a file", T("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>x&e;y</a>"), 0,
      "<a>xy</>", NULL, NULL, NULL },
    { "... in an attribute",
      T("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a b='&e;'/>"), CRAWLER_E_FORMAT, "",
      NULL, NULL, NULL },
    { "a parameter entity isn't expanded",
      T("<!DOCTYPE a [<!ENTITY % p '<!ENTITY e \"x\">'>%p;]><a>&e;</a>"), 0, "<a>&e;</>", NULL,
      NULL, NULL },
    { "nor read", T("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/x.ent'>%p;]><a>&e;</a>"), 0,
      "<a>&e;</>", NULL, NULL, NULL },
    { "a default value", T("<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a/>"), 0, "<a x></>", NULL, "b",
      NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void an_event_ends_the_reading(void **state)
{
  static const struct cr_span text = T("<a>x<b/><c/></a>");
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t events = 1; events <= 7; events++) {
    struct log log = { .is_quiet = true, .stop_after = events };
    assert_int_equal(read_xml(&mem, &log, NULL, text, text.len), STOPPED);
    assert_int_equal(log.stop_after, 0);
    assert_int_equal(log.starts + log.ends + (log.text_bytes > 0), events);
  }
  cr_test_mem_done(&mem);
}

static void events_that_nobody_wants_are_left_out(void **state)
{
  const struct cr_xml_events none = { .arg = NULL };
  struct cr_xml *xml = NULL;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_xml_open(&xml, &mem, &none, NULL), 0);
  assert_int_equal(cr_xml_add(xml, "<a>x&y;<b/>", 11), 0);
  assert_int_equal(cr_xml_add(xml, "</a>", 4), 0);
  assert_int_equal(cr_xml_end(xml), 0);
  cr_xml_close(xml);

  assert_int_equal(cr_xml_open(&xml, &mem, &none, "windows-1251"), 0);
  assert_int_equal(cr_xml_add(xml, "<a/>", 4), 0);
  assert_int_equal(cr_xml_end(xml), CRAWLER_E_UNSUPPORTED);
  cr_xml_close(xml);
  cr_xml_close(NULL);
  cr_test_mem_done(&mem);
}

/* ---- hostile documents ---- */

struct made {
  struct cr_mem mem;
  struct cr_buf text;
};

static void make(struct made *made)
{
  cr_test_mem_init(&made->mem);
  cr_buf_init(&made->text, &made->mem, CR_MEM_CORE, SIZE_MAX / 2);
}

static void add(struct made *made, const char *text)
{
  assert_int_equal(cr_buf_add_text(&made->text, text), 0);
}

static void repeat(struct made *made, const char *text, size_t bytes)
{
  size_t len = strlen(text);
  for (size_t at = 0; at < bytes; at += len)
    assert_int_equal(cr_buf_add(&made->text, text, len), 0);
}

/* The same answer and the same number of events for whole documents and for single bytes. */
static void check_made(struct made *made, int want, struct log *log)
{
  static const size_t pieces[] = { SIZE_MAX / 2, 1 };
  size_t starts = 0;

  for (size_t i = 0; i < 2; i++) {
    *log = (struct log){ .is_quiet = true };
    int err = read_xml(&made->mem, log, NULL, cr_span(made->text.data, made->text.len), pieces[i]);
    assert_int_equal(err, want);
    if (i == 1)
      assert_int_equal(log->starts, starts);
    starts = log->starts;
  }
  cr_buf_free(&made->text);
  cr_test_mem_done(&made->mem);
}

static void depth_has_a_limit(void **state)
{
  struct made made;
  struct log log;
  (void)state;

  make(&made);
  repeat(&made, "<a>", 3 * (size_t)CR_XML_DEPTH_MAX);
  repeat(&made, "</a>", 4 * (size_t)CR_XML_DEPTH_MAX);
  check_made(&made, 0, &log);
  assert_int_equal(log.starts, CR_XML_DEPTH_MAX);

  make(&made);
  repeat(&made, "<a>", 300000); /* 100,000 of them */
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, CR_XML_DEPTH_MAX);
}

static void names_have_limits(void **state)
{
  struct made made;
  struct log log;
  char tag[32];
  (void)state;

  make(&made);
  add(&made, "<r>");
  for (int i = 0; i < 2 * CR_XML_NAMES_MAX; i++) {
    snprintf(tag, sizeof(tag), "<a%d/>", i % 900);
    add(&made, tag);
  }
  add(&made, "</r>");
  check_made(&made, 0, &log);

  make(&made);
  add(&made, "<r>");
  for (int i = 0; i < 100000; i++) {
    snprintf(tag, sizeof(tag), "<a%d/>", i);
    add(&made, tag);
  }
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, CR_XML_NAMES_MAX);

  make(&made);
  add(&made, "<r");
  for (int i = 0; i < 10000; i++) {
    snprintf(tag, sizeof(tag), " a%d='%d'", i, i);
    add(&made, tag);
  }
  add(&made, "/>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, 0);

  make(&made);
  add(&made, "<r><");
  repeat(&made, "n", CR_XML_NAME_MAX);
  add(&made, "/><");
  repeat(&made, "n", CR_XML_NAME_MAX + 1);
  add(&made, "/></r>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, 2);
}

static void a_tag_has_a_limit_and_text_has_none(void **state)
{
  struct made made;
  struct log log;
  (void)state;

  make(&made);
  add(&made, "<a><b c='");
  repeat(&made, "x", CR_XML_TOKEN_MAX / 2);
  add(&made, "'/></a>");
  check_made(&made, 0, &log);
  assert_int_equal(log.starts, 2);

  make(&made);
  add(&made, "<a><b c='");
  repeat(&made, "x", BIG);
  add(&made, "'/></a>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, 1);

  make(&made); /* one that ends, with enough behind it */
  add(&made, "<a><b c='");
  repeat(&made, "x", 2 * (size_t)CR_XML_TOKEN_MAX + 1);
  add(&made, "'/>");
  repeat(&made, "x", BIG);
  add(&made, "</a>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, 1);

  make(&made);
  add(&made, "<a><!-- ");
  repeat(&made, "x", BIG);
  add(&made, "--></a>");
  check_made(&made, CRAWLER_E_LIMIT, &log);

  make(&made);
  add(&made, "<a>");
  repeat(&made, "x", BIG);
  add(&made, "<![CDATA[");
  repeat(&made, "y", BIG);
  add(&made, "]]></a>");
  check_made(&made, 0, &log);
  assert_int_equal(log.text_bytes, 2 * BIG);
}

/* Each is made to cost far more than its length. */
static void nothing_multiplies(void **state)
{
  struct made made;
  struct log log;
  (void)state;

  make(&made); /* quadratic blow-up, as far as entities go */
  add(&made, "<!DOCTYPE a [<!ENTITY e '" TEXT_64 "'>]><a>");
  repeat(&made, "&e;", BIG);
  add(&made, "</a>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_true(log.text_bytes < 1000000);

  make(&made); /* default values */
  add(&made, "<!DOCTYPE a [<!ATTLIST b c CDATA '");
  repeat(&made, "x", 60000);
  add(&made, "'>]><a>");
  repeat(&made, "<b/>", BIG);
  add(&made, "</a>");
  check_made(&made, CRAWLER_E_LIMIT, &log);

  make(&made); /* declared attributes: all are looked at for each element */
  add(&made, "<!DOCTYPE a [<!ATTLIST b");
  for (int i = 0; i <= CR_XML_ATTLIST_MAX; i++) {
    char text[32];
    snprintf(text, sizeof(text), " c%d ID #IMPLIED", i);
    add(&made, text);
  }
  add(&made, ">]><a><b/></a>");
  check_made(&made, CRAWLER_E_LIMIT, &log);

  make(&made); /* a document type without end */
  add(&made, "<!DOCTYPE a [");
  repeat(&made, "<!ELEMENT a ANY>", BIG);
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, 0);

  make(&made); /* groups in groups */
  add(&made, "<!DOCTYPE a [<!ELEMENT a ");
  repeat(&made, "(", BIG);
  check_made(&made, CRAWLER_E_LIMIT, &log);

  make(&made); /* a namespace for each attribute */
  add(&made, "<a xmlns:p='");
  repeat(&made, "n", CR_XML_TOKEN_MAX / 2);
  add(&made, "'/>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
}

static void entities_that_multiply_are_refused(void **state)
{
  struct made made;
  struct log log;
  char text[64];
  (void)state;

  make(&made);
  add(&made, "<!DOCTYPE lolz [<!ENTITY lol0 'lol'>");
  for (int i = 1; i < 10; i++) {
    snprintf(text, sizeof(text), "<!ENTITY lol%d '", i);
    add(&made, text);
    snprintf(text, sizeof(text), "&lol%d;", i - 1);
    repeat(&made, text, 10 * strlen(text));
    add(&made, "'>");
  }
  add(&made, "]><lolz>&lol9;</lolz>");
  check_made(&made, CRAWLER_E_LIMIT, &log);
  assert_int_equal(log.starts, 0);
}

static void read_some(struct cr_mem *mem, void *arg)
{
  static const struct cr_span text =
      T("<?xml version='1.0' encoding='windows-x'?><p:a xmlns:p='urn:1'>x<b c='1'/>"
        "<!-- a longer text, so that there are several blocks of it --><d xmlns='urn:2'/></p:a>");
  struct log log = { .asked = "c", .asked_ns = "" };
  size_t piece = *(const size_t *)arg;

  cr_buf_init(&log.text, mem, CR_MEM_CORE, LOG_MAX);
  int err = read_xml(mem, &log, NULL, text, piece);
  if (!cr_test_oom_refused(mem)) {
    assert_int_equal(err, 0);
    assert_string_equal(log.text.data, "<{urn:1}a>x<b 1></><{urn:2}d></></>");
  }
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  cr_buf_free(&log.text);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  size_t pieces[] = { 1, 1000 };
  (void)state;
  cr_test_oom(read_some, &pieces[0]);
  cr_test_oom(read_some, &pieces[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(documents_become_tags_and_text),
    cmocka_unit_test(namespaces_are_resolved),
    cmocka_unit_test(what_is_no_xml_is_told_up_to_there),
    cmocka_unit_test(a_document_that_ends_inside_a_tag_is_told_apart),
    cmocka_unit_test(encodings_are_read_by_mark_then_header_then_declaration),
    cmocka_unit_test(entities_are_short_or_refused),
    cmocka_unit_test(an_event_ends_the_reading),
    cmocka_unit_test(events_that_nobody_wants_are_left_out),
    cmocka_unit_test(depth_has_a_limit),
    cmocka_unit_test(names_have_limits),
    cmocka_unit_test(a_tag_has_a_limit_and_text_has_none),
    cmocka_unit_test(nothing_multiplies),
    cmocka_unit_test(entities_that_multiply_are_refused),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

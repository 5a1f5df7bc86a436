/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_feed.c - the links of RSS and Atom.
 *
 * What is told is written down as a line each: the rel, the entry's number, the URL, and what else
 * there is. Feeds are made for these tests after the RSS 2.0 specification, RSS 1.0, RFC 4287 (its
 * two examples are here), RFC 5005, Media RSS 1.5.1.
 */
#include "sitemap/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/feed_log.h"
#include "support/oom.h"

enum { LOG_MAX = 1 << 16 };

struct row {
  const char *why;
  struct cr_span text;
  const char *log;
  int err;
  const char *charset;
};

static void check_row(struct cr_mem *mem, const struct row *row, size_t piece)
{
  struct cr_feed_log log = { .links = 0 };

  cr_buf_init(&log.text, mem, CR_MEM_CORE, LOG_MAX);
  int err = cr_test_feed_read(mem, &log, row->charset, row->text, piece);
  const char *got = log.text.data ? log.text.data : "";
  if (err != row->err || strcmp(got, row->log) != 0)
    fail_msg("%s: error %d\n%s", row->why, err, got);
  cr_buf_free(&log.text);
}

static void check_table(const struct row *rows, size_t row_count)
{
  static const size_t pieces[] = { SIZE_MAX / 2, 1, 7, 64 };
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < row_count; i++)
    for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
      check_row(&mem, &rows[i], pieces[p]);
  cr_test_mem_done(&mem);
}

#define CHECK_TABLE(rows) check_table(rows, sizeof(rows) / sizeof((rows)[0]))
#define T(literal) CR_SPAN_INIT(literal)
#define RSS(inside) T("<rss version='2.0'><channel>" inside "</channel></rss>")
#define ITEM(inside) RSS("<item>" inside "</item>")
#define ATOM_NS "xmlns='http://www.w3.org/2005/Atom'"
#define FEED(inside) T("<feed " ATOM_NS ">" inside "</feed>")
#define ENTRY(inside) FEED("<entry>" inside "</entry>")

static void rss_2_is_read(void **state)
{
  static const struct row rows[] = {
    { "a whole one",
      T("<?xml version=\"1.0\"?>\n"
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n"
        " <channel>\n"
        "  <title>Weather &amp; more</title>\n"
        "  <link> http://example.org/ </link>\n"
        "  <description>&lt;a href='http://example.org/no'&gt;</description>\n"
        "  <pubDate>Tue, 10 Jun 2003 04:00:00 GMT</pubDate>\n"
        "  <lastBuildDate>Tue, 10 Jun 2003 09:41:01 GMT</lastBuildDate>\n"
        "  <docs>http://example.org/docs</docs>\n"
        "  <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"/rss.xml\"/>\n"
        "  <image><title>Logo</title><url>/logo.png</url><link>/</link></image>\n"
        "  <item>\n"
        "   <title>Rain</title>\n"
        "   <link>http://example.org/2003/rain?a=1&amp;b=2</link>\n"
        "   <comments>/2003/rain#c</comments>\n"
        "   <enclosure url=\"/rain.mp3\" length=\"12216320\" type=\"audio/mpeg\"/>\n"
        "   <source url=\"http://example.net/rss\">Elsewhere</source>\n"
        "   <pubDate>Sun, 19 May 2002 15:21:36 GMT</pubDate>\n"
        "   <guid>http://example.org/guid/1</guid>\n"
        "  </item>\n"
        "  <item><link>/2</link></item>\n"
        " </channel>\n"
        "</rss>\n"),
      "site 0 http://example.org/\n"
      "self 0 /rss.xml rel=self type=application/rss+xml\n"
      "image 0 /logo.png\n"
      "site 0 /\n"
      "entry 1 http://example.org/2003/rain?a=1&b=2\n"
      "comments 1 /2003/rain#c\n"
      "enclosure 1 /rain.mp3 type=audio/mpeg length=12216320\n"
      "source 1 http://example.net/rss\n"
      "entry 1 http://example.org/guid/1\n"
      "about 1 Rain published=1021821696\n"
      "entry 2 /2\n"
      "about 0 Weather & more published=1055217600 updated=1055238061\n",
      0, NULL },
    { "CDATA in part of a URL", ITEM("<link>/a<![CDATA[?b=1&c=2]]></link>"), "entry 1 /a?b=1&c=2\n",
      0, NULL },
    { "references", ITEM("<link>/&#97;&#x62;</link>"), "entry 1 /ab\n", 0, NULL },
    { "an empty link", ITEM("<link> \n </link><link/>"), "", 0, NULL },
    { "a guid is a link where it is a URL", ITEM("<guid> HTTPS://example.org/1\n</guid>"),
      "entry 1 HTTPS://example.org/1\n", 0, NULL },
    { "... and says so", ITEM("<guid isPermaLink='true'>http://example.org/1</guid>"),
      "entry 1 http://example.org/1\n", 0, NULL },
    { "a guid that is none", ITEM("<guid>tag:example.org,2003:1</guid><guid>42</guid>"), "", 0,
      NULL },
    { "not a permalink, but all there is",
      ITEM("<guid isPermaLink=' FALSE '>http://example.org/1</guid><comments>/c</comments>"),
      "comments 1 /c\nentry 1 http://example.org/1\n", 0, NULL },
    { "not a permalink, beside a link",
      ITEM("<guid isPermaLink='false'>http://example.org/1</guid><link>/2</link>"), "entry 1 /2\n",
      0, NULL },
    { "a guid isn't kept for the next item",
      RSS("<item><guid isPermaLink='false'>http://example.org/1</guid><link>/1</link></item>"
          "<item><comments>/2</comments></item>"),
      "entry 1 /1\ncomments 2 /2\n", 0, NULL },
    { "a length that is none", ITEM("<enclosure url='/a' length='-1'/>"), "enclosure 1 /a\n", 0,
      NULL },
    { "several enclosures", ITEM("<enclosure url='/a'/><enclosure url='/b' length=' 0 '/>"),
      "enclosure 1 /a\nenclosure 1 /b length=0\n", 0, NULL },
    { "links of elements that aren't known",
      RSS("<x><item><link>/1</link></item></x><link>/2</link>"), "site 0 /2\n", 0, NULL },
    { "0.91 with its DTD",
      T("<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" "
        "\"http://my.netscape.com/publish/formats/rss-0.91.dtd\"><rss version='0.91'><channel>"
        "<title>Caf&eacute;</title><link>/</link><item><title>x</title><link>/1</link></item>"
        "</channel></rss>"),
      "site 0 /\nentry 1 /1\nabout 1 x\nabout 0 Caf&eacute;\n", 0, NULL },
    { "items beside the channel",
      T("<rss><channel><link>/</link></channel><item><link>/1</link></item>"
        "</rss>"),
      "site 0 /\nentry 1 /1\n", 0, NULL },
    { "a namespace of its own",
      T("<rss "
        "xmlns='http://backend.userland.com/rss2'><channel><item><link>/1</link></item></channel>"
        "</rss>"),
      "entry 1 /1\n", 0, NULL },
    { "Atom's namespace for all of it",
      T("<rss " ATOM_NS
        "><channel><link href='/s' rel='self'/><item><title>x</title><link>/1</link>"
        "</item></channel></rss>"),
      "self 0 /s rel=self\nentry 1 /1\nabout 1 x\n", 0, NULL },
    { "white space and comments first",
      T("\n<!-- x -->\n<rss><channel><link>/</link></channel></rss>"), "site 0 /\n", 0, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void extensions_of_rss_are_read(void **state)
{
  static const struct row rows[] = {
    { "Media RSS",
      T("<rss xmlns:media='http://search.yahoo.com/mrss/'><channel><item><media:group>"
        "<media:content url='/a.mp4' type='video/mp4' fileSize='1000'><media:thumbnail "
        "url='/a.jpg'/>"
        "<media:player url='/a.html'/><media:title>no</media:title></media:content>"
        "<media:content url='/b.mp4'/></media:group><media:thumbnail url='/c.jpg'/></item>"
        "</channel></rss>"),
      "media 1 /a.mp4 type=video/mp4 length=1000\nimage 1 /a.jpg\nmedia 1 /a.html\nmedia 1 /b.mp4\n"
      "image 1 /c.jpg\n",
      0, NULL },
    { "podcasts, comments as a feed, dates of Dublin Core",
      T("<rss xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd' "
        "xmlns:w='http://wellformedweb.org/CommentAPI/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        "<channel><i:image href='/p.jpg'/><item><w:commentRss>/c.xml</w:commentRss>"
        "<dc:date>1997-07-16T19:20+01:00</dc:date></item></channel></rss>"),
      "image 0 /p.jpg\ncomments 1 /c.xml\nabout 1 published=869077200\n", 0, NULL },
    { "links of Atom, RFC 5005, WebSub",
      T("<rss xmlns:a='http://www.w3.org/2005/Atom'><channel><a:link rel='hub' href='/h'/>"
        "<a:link rel='next' href='?p=2'/><a:link rel='first' href='?p=1'/>"
        "<item><a:link rel='replies' href='/r'/></item></channel></rss>"),
      "hub 0 /h rel=hub\npage 0 ?p=2 rel=next\npage 0 ?p=1 rel=first\ncomments 1 /r rel=replies\n",
      0, NULL },
    { "a prefix that nothing declares", RSS("<atom:link rel='self' href='/s'/><link>/</link>"),
      "self 0 /s rel=self\nsite 0 /\n", 0, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void rdf_is_read(void **state)
{
  static const struct row rows[] = {
    { "1.0",
      T("<?xml version=\"1.0\"?>\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
        "xmlns=\"http://purl.org/rss/1.0/\">\n"
        " <channel rdf:about=\"http://example.org/rss.rdf\">\n"
        "  <title>News</title><link>http://example.org/</link>\n"
        "  <image rdf:resource=\"/logo.gif\"/>\n"
        "  <items><rdf:Seq><rdf:li resource=\"/1\"/><rdf:li "
        "rdf:resource=\"/2\"/></rdf:Seq></items>\n"
        " </channel>\n"
        " <image "
        "rdf:about=\"/logo.gif\"><title>Logo</title><url>/logo.gif</url><link>/</link></image>"
        " <item rdf:about=\"/1\"><title>One</title><link>/1</link></item>\n"
        " <item rdf:about=\"/2\"/>\n"
        " <textinput rdf:about=\"/s\"><link>/s</link></textinput>\n"
        "</rdf:RDF>"),
      "other 0 http://example.org/rss.rdf\nsite 0 http://example.org/\nimage 0 /logo.gif\n"
      "entry 0 /1\nentry 0 /2\nabout 0 News\nimage 0 /logo.gif\nsite 0 /\n"
      "entry 1 /1\nentry 1 /1\nabout 1 One\nentry 2 /2\n",
      0, NULL },
    { "0.90",
      T("<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
        "xmlns=\"http://my.netscape.com/rdf/simple/0.9/\"><channel><link>/</link></channel>"
        "<item><link>/1</link></item></r:RDF>"),
      "site 0 /\nentry 1 /1\n", 0, NULL },
    { "other RDF has no links",
      T("<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><r:Description "
        "r:about='/'/>"
        "</r:RDF>"),
      "", 0, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void atom_is_read(void **state)
{
  static const struct row rows[] = {
    { "RFC 4287 section 1.1, the brief one",
      T("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
        "  <title>Example Feed</title>\n"
        "  <link href=\"http://example.org/\"/>\n"
        "  <updated>2003-12-13T18:30:02Z</updated>\n"
        "  <author><name>John Doe</name></author>\n"
        "  <id>urn:uuid:60a76c80-d399-11d9-b93C-0003939e0af6</id>\n"
        "  <entry>\n"
        "    <title>Atom-Powered Robots Run Amok</title>\n"
        "    <link href=\"http://example.org/2003/12/13/atom03\"/>\n"
        "    <id>urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a</id>\n"
        "    <updated>2003-12-13T18:30:02Z</updated>\n"
        "    <summary>Some text.</summary>\n"
        "  </entry>\n"
        "</feed>\n"),
      "site 0 http://example.org/\n"
      "entry 1 http://example.org/2003/12/13/atom03\n"
      "about 1 Atom-Powered Robots Run Amok updated=1071340202\n"
      "about 0 Example Feed updated=1071340202\n",
      0, NULL },
    { "RFC 4287 section 1.1, the extensive one",
      T("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
        "  <title type=\"text\">dive into mark</title>\n"
        "  <subtitle type=\"html\">A &lt;em&gt;lot&lt;/em&gt; of effort</subtitle>\n"
        "  <updated>2005-07-31T12:29:29Z</updated>\n"
        "  <id>tag:example.org,2003:3</id>\n"
        "  <link rel=\"alternate\" type=\"text/html\" hreflang=\"en\" "
        "href=\"http://example.org/\"/>\n"
        "  <link rel=\"self\" type=\"application/atom+xml\" "
        "href=\"http://example.org/feed.atom\"/>\n"
        "  <rights>Copyright (c) 2003, Mark Pilgrim</rights>\n"
        "  <generator uri=\"http://www.example.com/\" version=\"1.0\">Example Toolkit</generator>\n"
        "  <entry>\n"
        "    <title>Atom draft-07 snapshot</title>\n"
        "    <link rel=\"alternate\" type=\"text/html\" "
        "href=\"http://example.org/2005/04/02/atom\"/>\n"
        "    <link rel=\"enclosure\" type=\"audio/mpeg\" length=\"1337\" "
        "href=\"http://example.org/audio/ph34r_my_podcast.mp3\"/>\n"
        "    <id>tag:example.org,2003:3.2397</id>\n"
        "    <updated>2005-07-31T12:29:29Z</updated>\n"
        "    <published>2003-12-13T08:29:29-04:00</published>\n"
        "    <author><name>Mark Pilgrim</name><uri>http://example.org/</uri>"
        "<email>f8dy@example.com</email></author>\n"
        "    <contributor><name>Sam Ruby</name></contributor>\n"
        "    <content type=\"xhtml\" xml:lang=\"en\" xml:base=\"http://diveintomark.org/\">\n"
        "      <div xmlns=\"http://www.w3.org/1999/xhtml\"><p><i>[Update: The Atom draft is "
        "finished.]</i></p></div>\n"
        "    </content>\n"
        "  </entry>\n"
        "</feed>\n"),
      "site 0 http://example.org/ rel=alternate type=text/html lang=en\n"
      "self 0 http://example.org/feed.atom rel=self type=application/atom+xml\n"
      "entry 1 http://example.org/2005/04/02/atom rel=alternate type=text/html\n"
      "enclosure 1 http://example.org/audio/ph34r_my_podcast.mp3 rel=enclosure type=audio/mpeg "
      "length=1337\n"
      "person 1 http://example.org/\n"
      "about 1 Atom draft-07 snapshot published=1071318569 updated=1122812969\n"
      "about 0 dive into mark updated=1122812969\n",
      0, NULL },
    { "icon, logo, author",
      FEED("<icon> /i.ico </icon><logo>/l.png</logo><author><name>x</name><uri>/x</uri></author>"),
      "image 0 /i.ico\nimage 0 /l.png\nperson 0 /x\n", 0, NULL },
    { "content elsewhere", ENTRY("<content src='/c.pdf' type='application/pdf'/>"),
      "content 1 /c.pdf type=application/pdf\n", 0, NULL },
    { "rels",
      ENTRY("<link rel='related' title=' T ' href='/r'/><link rel='via' href='/v'/>"
            "<link rel='license' href='/l'/><link rel='edit' href='/e'/><link/>"),
      "related 1 /r rel=related title=T\nsource 1 /v rel=via\nother 1 /l rel=license\n"
      "other 1 /e rel=edit\n",
      0, NULL },
    { "a source is another feed's",
      ENTRY("<source><title>no</title><link href='/a'/><link rel='self' href='/s'/>"
            "<updated>2003-12-13T18:30:02Z</updated></source><link href='/e'/><title>yes</title>"),
      "source 1 /a\nsource 1 /s rel=self\nentry 1 /e\nabout 1 yes\n", 0, NULL },
    { "an entry alone", T("<entry " ATOM_NS "><title>x</title><link href='/e'/></entry>"),
      "entry 1 /e\nabout 1 x\n", 0, NULL },
    { "with prefixes",
      T("<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:link href='/'/>"
        "<link href='/no'/></a:feed>"),
      "site 0 /\n", 0, NULL },
    { "0.3",
      T("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>x</title>"
        "<link rel='alternate' type='text/html' href='/'/><modified>2003-12-13T18:30:02Z</modified>"
        "<entry><author><url>/p</url></author><link href='/e'/><issued>1997-07-16</issued></entry>"
        "</feed>"),
      "site 0 / rel=alternate type=text/html\nperson 1 /p\nentry 1 /e\nabout 1 "
      "published=869011200\n"
      "about 0 x updated=1071340202\n",
      0, NULL },
    { "markup in a title",
      ENTRY("<title type='xhtml'> <div xmlns='http://www.w3.org/1999/xhtml'>a <b>b</b> c</div>\n"
            "</title>"),
      "about 1 a b c\n", 0, NULL },
    { "the first title and date count",
      ENTRY("<title>a</title><title>b</title><updated>x</updated><updated>1997</updated>"
            "<updated>1998</updated>"),
      "about 1 a updated=852076800\n", 0, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void bases_are_handed_out_outermost_first(void **state)
{
  static const struct row rows[] = {
    { "of all that a link is in",
      T("<feed " ATOM_NS " xml:base='http://a/'><link href='1'/><entry xml:base=' b/ '>"
        "<link xml:base='c/' href='2'/><link href='3'/></entry><link href='4'/></feed>"),
      "site 0 1 base=http://a/\nentry 1 2 base=http://a/ base=b/ base=c/\n"
      "entry 1 3 base=http://a/ base=b/\nsite 0 4 base=http://a/\n",
      0, NULL },
    { "of a text's element too",
      T("<rss xml:base='/r/'><channel><item><link "
        "xml:base='l/'>1</link><link>2</link></item></channel>"
        "</rss>"),
      "entry 1 1 base=/r/ base=l/\nentry 1 2 base=/r/\n", 0, NULL },
    { "an empty one, and one of a neighbour",
      ENTRY("<link xml:base='' href='1'/><x xml:base='no/'/><link href='2'/>"),
      "entry 1 1\nentry 1 2\n", 0, NULL },
    { "one after another",
      FEED("<entry xml:base='a/'><link href='1'/></entry><entry xml:base='b/'><link "
           "href='2'/></entry>"),
      "entry 1 1 base=a/\nentry 2 2 base=b/\n", 0, NULL },
    { "another base", ENTRY("<link base='no/' href='1'/>"), "entry 1 1\n", 0, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void what_is_no_feed_is_said(void **state)
{
  static const struct row rows[] = {
    { "nothing", T(""), "", CRAWLER_E_FORMAT, NULL },
    { "a page", T("<html><body><a href='/'>x</a></body></html>"), "", CRAWLER_E_FORMAT, NULL },
    { "a sitemap", T("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url/></urlset>"),
      "", CRAWLER_E_FORMAT, NULL },
    { "a feed of no namespace", T("<feed><link href='/'/></feed>"), "", CRAWLER_E_FORMAT, NULL },
    { "JSON", T("{\"version\": \"https://jsonfeed.org/version/1\"}"), "", CRAWLER_E_FORMAT, NULL },
    { "binary", T("\x7f\x45LF\0\0\0"), "", CRAWLER_E_FORMAT, NULL },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void what_comes_before_an_error_is_told(void **state)
{
  static const struct row rows[] = {
    { "cut in an item",
      T("<rss><channel><title>x</title><link>/</link><item><title>y</title><link>/1</link><comm"),
      "site 0 /\nentry 1 /1\nabout 1 y\nabout 0 x\n", CRAWLER_E_FORMAT, NULL },
    { "cut in a link", T("<rss><channel><item><link>/1</link></item><item><link>/2"),
      "entry 1 /1\n", CRAWLER_E_FORMAT, NULL },
    { "cut behind a guid",
      T("<rss><channel><item><guid isPermaLink='false'>http://a/</guid><title>"),
      "entry 1 http://a/\n", CRAWLER_E_FORMAT, NULL },
    { "a bare ampersand", RSS("<item><link>/1</link></item><item><link>/2?a&b=c</link></item>"),
      "entry 1 /1\n", CRAWLER_E_FORMAT, NULL },
    { "a NUL", RSS("<item><link>/1</link></item>\0<item><link>/2</link></item>"), "entry 1 /1\n",
      CRAWLER_E_FORMAT, NULL },
    { "no UTF-8", RSS("<item><link>/1</link></item><item><title>\xe4</title></item>"),
      "entry 1 /1\n", CRAWLER_E_FORMAT, "utf-8" },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void encodings_are_those_of_xml(void **state)
{
  static const struct row rows[] = {
    { "Latin 1",
      T("<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><link>/\xe4</link>"
        "</channel></rss>"),
      "site 0 /\xc3\xa4\n", 0, NULL },
    { "by the caller's map", RSS("<title>\xc0\xc1</title>"), "about 0 \xd0\x90\xd0\x91\n", 0,
      "windows-1251" },
    { "not known", RSS("<link>/</link>"), "", CRAWLER_E_UNSUPPORTED, "euc-jp" },
    { "UTF-16",
      T("\xff\xfe<\0r\0s\0s\0>\0<\0c\0h\0a\0n\0n\0e\0l\0>\0<\0l\0i\0n\0k\0>\0/\0\xe4\0<\0/"
        "\0l\0i\0n\0k\0>"
        "\0<\0/\0c\0h\0a\0n\0n\0e\0l\0>\0<\0/\0r\0s\0s\0>\0"),
      "site 0 /\xc3\xa4\n", 0, "utf-8" },
  };
  (void)state;
  CHECK_TABLE(rows);
}

static void the_format_is_known_from_the_first_tag(void **state)
{
  static const struct {
    const char *text;
    enum cr_feed_format format;
  } cases[] = {
    { "<rss><channel/></rss>", CR_FEED_RSS },
    { "<feed " ATOM_NS "/>", CR_FEED_ATOM },
    { "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", CR_FEED_RDF },
    { "<html/>", CR_FEED_UNKNOWN },
    { "", CR_FEED_UNKNOWN },
  };
  const struct cr_feed_sink sink = { .link = NULL };
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_feed *feed = NULL;
    assert_int_equal(cr_feed_open(&feed, &mem, &sink, NULL), 0);
    assert_int_equal(cr_feed_format(feed), CR_FEED_UNKNOWN);
    (void)cr_feed_add(feed, cases[i].text, strlen(cases[i].text));
    int err = cr_feed_end(feed);
    assert_int_equal(err, cases[i].format == CR_FEED_UNKNOWN ? CRAWLER_E_FORMAT : 0);
    assert_int_equal(cr_feed_format(feed), cases[i].format);
    cr_feed_close(feed);
  }
  cr_feed_close(NULL);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rss_2_is_read),
    cmocka_unit_test(extensions_of_rss_are_read),
    cmocka_unit_test(rdf_is_read),
    cmocka_unit_test(atom_is_read),
    cmocka_unit_test(bases_are_handed_out_outermost_first),
    cmocka_unit_test(what_is_no_feed_is_said),
    cmocka_unit_test(what_comes_before_an_error_is_told),
    cmocka_unit_test(encodings_are_those_of_xml),
    cmocka_unit_test(the_format_is_known_from_the_first_tag),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

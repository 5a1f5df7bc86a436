/* SPDX-License-Identifier: MIT */
/* test_html_element_links.c - the links of one element: every rule of the table, rel, srcset,
 * style.
 */
#include "parse/extract_rig.h"

static void each_attribute_has_its_kind(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } rows[] = {
    { "<a href=1 ping='2 3'>", "a:1 ping:2 ping:3 " },
    { "<area href=1 ping=2>", "area:1 ping:2 " },
    { "<a href=1 HREF=2 href=3>", "a:1 " }, /* the first counts */
    { "<a hre=1 hrefs=2>", "" },
    { "<audio src=1></audio><video src=2 poster=3></video>", "media:1 media:2 image:3 " },
    { "<bgsound src=1>", "media:1 " },
    { "<video><source src=1><track src=2></video>", "media:1 media:2 " },
    { "<picture><source srcset='1 1x, 2 2x'><img src=3></picture>", "image:1 image:2 image:3 " },
    { "<img src=1 srcset='2, 3 2x' longdesc=4 lowsrc=5 dynsrc=6 data-src=7 data-srcset=8>",
      "image:1 image:2 image:3 cite:4 image:5 image:6 image:7 image:8 " },
    { "<image src=1>", "image:1 " },
    { "<input type=image src=1 formaction=2>", "image:1 form:2 " },
    { "<button formaction=1>", "form:1 " },
    { "<form action=1>", "form:1 " },
    { "<isindex action=1>", "form:1 " },
    { "<script src=1></script>", "script:1 " },
    { "<iframe src=1 longdesc=2></iframe>", "iframe:1 cite:2 " },
    { "<embed src=1>", "embed:1 " },
    { "<object data=1 codebase=2 classid=3 archive='4 5'>",
      "embed:1 embed:2 embed:3 embed:4 embed:5 " },
    { "<applet code=1 codebase=2 archive=3 object=4 src=5>",
      "embed:1 embed:2 embed:3 embed:4 embed:5 " },
    { "<applet archive='1.jar, 2.jar,,&#44; 3 4.jar ,'>",
      "embed:1.jar embed:2.jar embed:3 4.jar " },
    { "<applet archive=','><object archive=' '>", "" },
    { "<q cite=1></q><blockquote cite=2></blockquote><ins cite=3></ins><del cite=4></del>",
      "cite:1 cite:2 cite:3 cite:4 " },
    { "<html manifest=1><head profile='2 3'>", "manifest:1 cite:2 cite:3 " },
    { "<body background=1>", "image:1 " },
    { "<table background=1><td background=2>", "image:1 image:2 " },
    { "<div background=1 backgroundx=2>", "image:1 " },
    { "<div style='a:url(1)'><p style=\"b:url('2')\" style='c:url(3)'>", "css:1 css:2 " },
    { "<div style='a:u\\72l(1)'>", "css:1 " },
    { "<div style=a:url&#40;1)>", "css:1 " },
    { "<svg><rect style='fill:url(1)' style='fill:url(2)'/><a style='a:url(3)' href=4>5</a></svg>",
      "css:1 css:3 a:4'5' " },
    { "<math><mi style='a:url(1)'>", "css:1 " },
    { "<div style='a:b'><div style><div styles='a:url(1)'>", "" },
    { "<style>@import '1'; a{b:url(2)}</style>", "css:1 css:2 " },
    { "<style type=''>@import '1'</style><style type=Text/CSS>@import '2'</style>",
      "css:1 css:2 " },
    { "<style type=text/less>@import '1'</style><style type=' text/css'>@import '2'</style>", "" },
    { "<svg><style type=x>@import '1'</style><style>@import '2'</style></svg>", "css:2 " },
    { "<button hx-get=1 hx-post=2 hx-put=3 hx-patch=4 hx-delete=5 hx-swap=6>",
      "form:1 form:2 form:3 form:4 form:5 " },
    { "<base href=1><a href=2>", "a:2 " },
    { "<iframe srcdoc='<img src=1><a href=2>x</a>'></iframe><a href=3>", "image:1 a:2'x' a:3 " },
    { "<iframe srcdoc='<link rel=canonical href=1>'></iframe>", "link:1 " }, /* not the page's */
    { "<iframe srcdoc=\"<iframe srcdoc='<img src=1>'></iframe>\"></iframe>", "image:1 " },
    { "<iframe srcdoc=\"<iframe srcdoc='<iframe srcdoc=&quot;<img "
      "src=1>&quot;></iframe>'></iframe><img src=2>\">"
      "</iframe><img src=3>",
      "image:1 image:2 image:3 " },
    { "<a href='1&amp;2'><a href=&#51;>", "a:1&2 a:3 " },
    { "<a href>", "a: " },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    extract_expect(&rig, rows[i].html, rows[i].want);
  extract_close(&rig);
}

static void rel_decides_what_a_link_is_for(void **state)
{
  (void)state;
  static const struct {
    const char *attributes;
    const char *kind;
  } rows[] = {
    { "", "link" },
    { "rel=author", "link" },
    { "rel=stylesheet", "stylesheet" },
    { "rel='Alternate StyleSheet'", "stylesheet" },
    { "rel=canonical", "canonical" },
    { "rel=next", "next" },
    { "rel=prev", "prev" },
    { "rel=previous", "prev" },
    { "rel='shortcut icon'", "icon" },
    { "rel=apple-touch-icon", "icon" },
    { "rel=mask-icon", "icon" },
    { "rel=manifest", "manifest" },
    { "rel=preload", "preload" },
    { "rel=dns-prefetch", "link" }, /* a hint: there is nothing to be loaded */
    { "rel=modulepreload", "preload" },
    { "rel=alternate", "alternate" },
    { "rel=alternate hreflang=fr", "language" },
    { "rel=alternate type=application/rss+xml", "feed" },
    { "rel=alternate type=' application/Atom+XML; charset=utf-8' hreflang=fr", "feed" },
    { "rel=alternate type=application/json", "alternate" },
    /* the kind that comes first in docs/reference/links.md, in whichever order they stand */
    { "rel='alternate next'", "alternate" },
    { "rel='next alternate'", "alternate" },
    { "rel='next alternate' hreflang=fr", "language" },
    { "rel='next alternate' type=application/rss+xml", "feed" },
    { "rel='canonical alternate stylesheet'", "stylesheet" },
    { "rel='next canonical'", "canonical" },
    { "rel='prev next'", "next" },
    { "rel='icon prev'", "icon" },
    { "rel='alternate icon'", "icon" },
    { "rel='icon alternate' hreflang=fr", "icon" },
    { "rel='alternate preload'", "preload" },
    { "rel='manifest icon'", "icon" },
    { "rel='preload manifest'", "preload" },
    { "rel='author prefetch'", "link" },
    { "rel=&#110;ext", "next" }, /* references in it count as what they are */
  };
  struct extract_rig rig;
  char html[256];
  char want[64];

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    (void)snprintf(html, sizeof(html), "<link %s href=1>", rows[i].attributes);
    (void)snprintf(want, sizeof(want), "%s:1 ", rows[i].kind);
    extract_expect(&rig, html, want);
  }
  extract_expect(&rig, "<link rel=preload imagesrcset='1, 2 2x'>", "image:1 image:2 ");
  extract_expect(&rig, "<meta rel=icon href=1><meta href=2>", "icon:1 ");
  extract_close(&rig);
}

static void a_link_tells_tag_attribute_language_and_flags(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  extract_run(&rig,
              CR_SPAN("<IMG SRCSET=1><link rel=alternate hreflang=de href=2>"
                      "<a href=3 rel='nofollow UGC sponsored'></a>"
                      "<svg><feImage href=4 /></svg><my-X background=5>"
                      "<image src=6><svg><image href=7>"),
              SIZE_MAX / 2);
  const struct crawler_link *links = rig.collect.found.links;
  assert_int_equal(rig.collect.found.count, 7);
  assert_string_equal(links[3].tag, "feimage");
  assert_string_equal(links[4].tag, "my-x");
  assert_string_equal(links[0].tag, "img");
  assert_string_equal(links[5].tag, "img"); /* which "image" is in HTML */
  assert_string_equal(links[6].tag, "image");
  assert_string_equal(links[0].attribute, "srcset");
  assert_null(links[0].hreflang);
  assert_string_equal(links[1].tag, "link");
  assert_string_equal(links[1].hreflang, "de");
  assert_string_equal(links[1].rel, "alternate");
  assert_int_equal(links[2].flags, CRAWLER_LINK_FLAG_NOFOLLOW | CRAWLER_LINK_FLAG_UGC |
                                       CRAWLER_LINK_FLAG_SPONSORED);
  extract_close(&rig);
}

static void only_kinds_that_are_wanted_are_collected(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  rig.wants.kinds = 1u << CRAWLER_LINK_IMAGE;
  extract_expect(&rig, "<a href=1>x</a><img src=2><div style='a:url(3)' background=4>",
                 "image:2 image:4 ");
  rig.wants.kinds = 0;
  extract_expect(&rig, "<a href=1>x</a><img src=2>", "");
  extract_close(&rig);
}

static void code_is_relative_to_its_codebase(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want; /* the bases of each link, outermost last */
  } rows[] = {
    { "<applet code=1 archive=2,3 codebase=c/ object=4>", "c/;c/;c/;;c/;" },
    { "<applet code=1>", ";" },
    { "<object data=1 classid=2 archive='3 4' codebase=c/>", ";c/;c/;c/;;" },
    { "<object codebase='c&amp;/' classid=1><img src=2></object>", ";c&/;;" },
    { "<iframe srcdoc='<base href=b/><applet code=1 codebase=c/>'></iframe>", "c/ b/;b/;" },
    { "<div codebase=c/><applet code=1>", ";" },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_html_found *found = &rig.collect.found;
    char got[64] = "";
    extract_run(&rig, cr_span_text(rows[i].html), 1);
    for (uint32_t link = 0; link < found->count; link++) {
      for (uint16_t at = found->links[link].base; at > 0; at = found->inner_bases[at - 1].outer) {
        size_t len = strlen(got);
        (void)snprintf(got + len, sizeof(got) - len, "%s%s", found->inner_bases[at - 1].href.at,
                       found->inner_bases[at - 1].outer > 0 ? " " : "");
      }
      (void)snprintf(got + strlen(got), sizeof(got) - strlen(got), ";");
    }
    if (strcmp(got, rows[i].want) != 0)
      fail_msg("%s: %s, not %s", rows[i].html, got, rows[i].want);
  }
  extract_close(&rig);
}

static void a_form_that_is_posted_says_so(void **state)
{
  (void)state;
  static const char html[] =
      "<form action=1 method=POST></form><form action=2 method=get></form>"
      "<form action=3 formmethod=post></form><button formaction=4 formmethod=p&#111;st hx-post=5 "
      "hx-put=6></button><button formaction=7 method=post></button>"
      "<input formmethod=post src=8 formaction=9>";
  static const bool wants[] = { true, false, false, true, true, false, false, false, true };
  struct extract_rig rig;

  extract_open(&rig);
  extract_run(&rig, cr_span_text(html), 1);
  const struct cr_html_found *found = &rig.collect.found;
  assert_int_equal(found->count, sizeof(wants) / sizeof(wants[0]));
  for (uint32_t i = 0; i < found->count; i++)
    assert_int_equal((found->links[i].flags & CRAWLER_LINK_FLAG_POST) != 0, wants[i]);
  extract_close(&rig);
}

/* The array of links moves when it grows, unless it lies at the end of its arena. */
static void a_link_keeps_its_text_when_those_behind_it_move(void **state)
{
  (void)state;
  enum { MOST = 300 };
  static const char last[] = "<a href=1&amp; ping=2 style='b:url(3&amp;)'>4</a>";
  struct extract_rig rig;

  extract_open(&rig);
  for (uint32_t before = 0; before < MOST; before++) {
    char html[MOST * 16 + sizeof(last)] = "";
    size_t len = 0;
    for (uint32_t i = 0; i < before; i++)
      len += (size_t)snprintf(html + len, sizeof(html) - len, "<a href=0&amp;>");
    (void)snprintf(html + len, sizeof(html) - len, "%s", last);
    extract_run(&rig, cr_span_text(html), sizeof(html));
    assert_int_equal(rig.collect.found.count, before + 3);
    assert_string_equal(rig.collect.found.links[before].text, "4");
    assert_string_equal(rig.collect.found.links[before + 1].text, "");
  }
  extract_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_attribute_has_its_kind),
    cmocka_unit_test(rel_decides_what_a_link_is_for),
    cmocka_unit_test(a_link_tells_tag_attribute_language_and_flags),
    cmocka_unit_test(only_kinds_that_are_wanted_are_collected),
    cmocka_unit_test(code_is_relative_to_its_codebase),
    cmocka_unit_test(a_form_that_is_posted_says_so),
    cmocka_unit_test(a_link_keeps_its_text_when_those_behind_it_move),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_html_extract.c - the links of a document from its bytes, in pieces of any size.
 */
#include "parse/html_extract.h"

#include "parse/extract_rig.h"
#include "parse/html_gumbo.h"
#include "parse/html_links.h"

static const char page[] =
    "<!DOCTYPE html><html lang=en><head><title>a &amp; b</title><base href=c/>"
    "<meta http-equiv=refresh content='0;url=d'><style>@import 'e';f{g:url(h)}</style>"
    "<link rel=next href=i><!-- <a href=no> --><script>if(a<b)'</a>'</script></head>"
    "<body><p background=j>k <a href='l?m=n&amp;o=p' title='>' rel=nofollow>q <b>r</b>&lt;s</a>"
    "<img src=t srcset='u, v 2x' alt=w><table><tr><td><a href=x>y</a></td></tr></table>"
    "<svg><a xlink:href=z>1</a><title><![CDATA[2]]></title>"
    "<style>a{b:url(8?&amp;)}</style></svg>"
    "<iframe srcdoc='<a href=3>4</a>'></iframe><form action=5><button formaction=6>7</button>";

static void pieces_of_any_size_give_the_same(void **state)
{
  (void)state;
  struct extract_rig rig;
  char whole[4096];

  extract_open(&rig);
  extract_run(&rig, cr_span_text(page), SIZE_MAX / 2);
  (void)snprintf(whole, sizeof(whole), "%s", extract_describe(&rig));
  assert_non_null(strstr(whole, "a:l?m=n&o=p!'q r<s' "));
  assert_non_null(strstr(whole, "css:8?& a:3'4' form:5 form:6 "));
  for (size_t piece = 1; piece < sizeof(page); piece++) {
    extract_run(&rig, cr_span_text(page), piece);
    if (strcmp(extract_describe(&rig), whole) != 0)
      fail_msg("pieces of %zu: %s, not %s", piece, extract_describe(&rig), whole);
    assert_string_equal(rig.collect.found.facts.title, "a & b");
    assert_string_equal(rig.collect.found.base_href.at, "c/");
  }
  extract_close(&rig);
}

static void every_cut_of_a_page_ends_well(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t len = 0; len < sizeof(page); len++) {
    extract_run(&rig, cr_span(page, len), SIZE_MAX / 2);
    uint32_t count = rig.collect.found.count;
    extract_run(&rig, cr_span(page, len), 7);
    assert_int_equal(rig.collect.found.count, count);
  }
  extract_close(&rig);
}

static void in_doubt_it_goes_on(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  extract_run(&rig, CR_SPAN("<a href=1></a><frameset><frame src=2><a href=3>"), SIZE_MAX / 2);
  assert_true(cr_extract_is_doubtful(&rig.extract));
  assert_int_equal(rig.extract.f.doubt, CR_HTML_DOUBT_FRAMES);
  assert_true(rig.collect.found.count >= 2);
  extract_close(&rig);
}

static int64_t frozen(void)
{
  return 0;
}

/* What gumbo's tree tells, described as extract_describe does. */
static const char *describe_tree(struct extract_rig *rig, struct cr_span html)
{
  const struct GumboInternalOutput *tree = NULL;
  struct cr_html_limits limits = cr_html_limits_for(html.len, frozen);

  cr_arena_reset(&rig->keep);
  cr_arena_reset(&rig->scratch);
  assert_int_equal(cr_html_build(&tree, &rig->scratch, html, &limits), CR_PARSE_WHOLE);
  cr_collect_init(&rig->collect, &rig->keep, &rig->scratch, rig->charset, &rig->wants);
  cr_html_links(&rig->collect, tree);
  assert_int_equal(cr_collect_finish(&rig->collect), 0);
  return extract_describe(rig);
}

static void text_in_a_template_is_told_as_a_tree_does(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } rows[] = {
    { "<template><style>a{b:url(1)}</style></template><style>a{b:url(2)}</style>", "css:2 " },
    { "<template><template></template><style>@import '1'</style></template><a href=2>3</a>",
      "a:2'3' " },
    { "<template><script>'http://a.example/1.html'</script></template>", "" },
    { "<script>'http://a.example/1.html'</script>", "guess:http://a.example/1.html " },
    { "<template><!--[if IE]><link href=1><![endif]--></template>", "link:1 " },
    { "<template><title>1</title><p>2</template><style>a{b:url(3)}</style>", "css:3 " },
    { "<svg><template></template><style>a{b:url(1)}</style></svg>", "css:1 " },
    { "</template><style>a{b:url(1)}</style>", "css:1 " },
    { "<template><style>a{b:url(1)}</template>", "" }, /* all of it is the style's text */
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    extract_expect(&rig, rows[i].html, rows[i].want);
    assert_string_equal(describe_tree(&rig, cr_span_text(rows[i].html)), rows[i].want);
  }
  extract_close(&rig);
}

static void style_sheets_of_svg_are_read_as_a_tree_has_them(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
    bool is_doubtful;
  } rows[] = {
    { "<svg><style>@import '1';a{b:url(2)}</style><a href=3>4</a></svg>", "css:1 css:2 a:3'4' ",
      false },
    { "<svg><STYLE>a{b:url(1&amp;2)}</STYLE></svg><style>a{b:url(3&amp;)}</style>",
      "css:1&2 css:3&amp; ", false },
    { "<svg><style> <![CDATA[a{b:url(1&amp;)}]]> </style></svg>", "css:1&amp; ", false },
    { "<svg><style>a{b:<![CDATA[url(1)]]>}</style></svg>", "css:1 ", true },
    { "<svg><style>a{b:ur</b-c>l(1)}</style></svg>", "css:1 ", true },
    { "<svg><style>url(<g>url(1)</g>url(2)</style></svg>", "css:2 ", false },
    { "<svg><style>url(1)</style><style>url(2)</style></svg>", "css:1 css:2 ", false },
    { "<svg><style/>url(1)</svg><svg><script>url(2)</script></svg>", "", false },
    { "<math><style>url(1)</style></math>", "", false },
    { "<svg><foreignObject><style>a{b:url(1)}</style></foreignObject></svg>", "css:1 ", false },
    { "<svg><style>a{b:url(1)}", "css:1 ", false },
    { "<table><svg><style>a{b:url(1)}</style></svg></table>", "css:1 ", true },
    { "<template><svg><style>a{b:url(1)}</style></svg></template>", "", false },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    extract_expect(&rig, rows[i].html, rows[i].is_doubtful ? "?" : rows[i].want);
    rig.extract.f.doubt = CR_HTML_SURE;
    assert_string_equal(describe_tree(&rig, cr_span_text(rows[i].html)), rows[i].want);
  }
  extract_close(&rig);
}

static void text_of_links_is_that_of_a_tree(void **state)
{
  (void)state;
#define FFFD "\xef\xbf\xbd"
  static const struct {
    struct cr_span html;
    const char *want;
  } rows[] = {
    /* NUL: nothing in the body, U+FFFD in what is text by itself and in foreign content */
    { CR_SPAN_INIT("<a href=1>a\0b&amp;\0</a>"), "a:1'ab&' " },
    { CR_SPAN_INIT("<a href=1><b>\0</b>c</a>"), "a:1'c' " },
    { CR_SPAN_INIT("<a href=1><textarea>a\0b</textarea></a>"), "a:1'a" FFFD "b' " },
    { CR_SPAN_INIT("<svg><a href=1>a\0b</a></svg>"), "a:1'a" FFFD "b' " },
    { CR_SPAN_INIT("<svg><a href=1><title>a\0b</title></a></svg>"), "a:1'ab' " },
    { CR_SPAN_INIT("<svg><a href=1><![CDATA[a\0b\0\0]]></a></svg>"),
      "a:1'a" FFFD "b" FFFD FFFD "' " },
    { CR_SPAN_INIT("<svg><a href=1><desc><![CDATA[\0a\0b]]></desc></a></svg>"), "a:1'ab' " },
    /* svg's style and script */
    { CR_SPAN_INIT("<a href=1>a<svg><style>b{}</style><script>c()</script>d</svg>e</a>"),
      "a:1'ade' " },
    { CR_SPAN_INIT("<svg><a href=1><style>b<g>c</g><![CDATA[d]]></style><text>e</text></a></svg>"),
      "a:1'ce' " },
    { CR_SPAN_INIT("<a href=1><math><style>a</style><mi>b</mi></math></a>"), "a:1'ab' " },
    { CR_SPAN_INIT("<a href=1>a<style>b</style><script>c</script></a>"), "a:1'a' " },
  };
#undef FFFD
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    extract_run(&rig, rows[i].html, rows[i].html.len);
    if (strcmp(extract_describe(&rig), rows[i].want) != 0)
      fail_msg("row %zu by tokens: %s, not %s", i, extract_describe(&rig), rows[i].want);
    const char *tree = describe_tree(&rig, rows[i].html);
    if (strcmp(tree, rows[i].want) != 0)
      fail_msg("row %zu by a tree: %s, not %s", i, tree, rows[i].want);
  }
  extract_close(&rig);
}

static void a_tag_that_is_cut_has_a_ceiling(void **state)
{
  (void)state;
  const struct cr_span tag = CR_SPAN("<a href='");
  struct extract_rig rig;
  char junk[1000];
  int err = 0;

  memset(junk, 'x', sizeof(junk));
  extract_open(&rig);
  cr_collect_init(&rig.collect, &rig.keep, &rig.scratch, "utf-8", &rig.wants);
  cr_extract_begin(&rig.extract, &rig.collect, &rig.mem, 5000);
  assert_int_equal(cr_extract_add(&rig.extract, tag, false), 0);
  for (int i = 0; i < 10 && err == 0; i++)
    err = cr_extract_add(&rig.extract, cr_span(junk, sizeof(junk)), false);
  assert_int_equal(err, CRAWLER_E_LIMIT);
  cr_extract_free(&rig.extract);
  extract_close(&rig);
}

/* A tag of 2 MB, a byte at a time: read again each time it has doubled, or this takes hours. */
static void a_long_tag_in_small_pieces_takes_linear_time(void **state)
{
  (void)state;
  enum { BYTES = 2000 * 1000 };
  static const char *const units[] = { "<a href='", "<a b c", "<title>x", "<!--" };
  struct extract_rig rig;
  char *html = malloc(BYTES);

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    memset(html, 'x', BYTES);
    memcpy(html, units[i], strlen(units[i]));
    cr_arena_reset(&rig.keep);
    cr_arena_reset(&rig.scratch);
    cr_collect_init(&rig.collect, &rig.keep, &rig.scratch, "utf-8", &rig.wants);
    cr_extract_begin(&rig.extract, &rig.collect, &rig.mem, 2 * BYTES);
    for (size_t at = 0; at < BYTES; at++)
      assert_int_equal(cr_extract_add(&rig.extract, cr_span(html + at, 1), false), 0);
    assert_int_equal(cr_extract_add(&rig.extract, cr_span(NULL, 0), true), 0);
    assert_int_equal(cr_collect_finish(&rig.collect), 0);
    assert_int_equal(rig.collect.found.count, 0);
    cr_extract_free(&rig.extract);
  }
  extract_close(&rig);
  free(html);
}

static void read_once(struct cr_mem *mem, void *arg)
{
  struct cr_collect *collect = malloc(sizeof(*collect));
  struct cr_extract *x = malloc(sizeof(*x));
  const struct cr_html_wants wants = { .kinds = ~0u, .link_text = true, .metadata = true };
  struct cr_arena keep;
  struct cr_arena scratch;
  int err = 0;

  (void)arg;
  cr_arena_init(&keep, mem, CR_MEM_PAGE, 64, 0);
  cr_arena_init(&scratch, mem, CR_MEM_PAGE, 64, 0);
  cr_collect_init(collect, &keep, &scratch, "windows-1252", &wants);
  cr_extract_begin(x, collect, mem, sizeof(page));
  for (size_t at = 0; at < sizeof(page) - 1 && err == 0; at += 50) {
    size_t left = sizeof(page) - 1 - at;
    err = cr_extract_add(x, cr_span(page + at, left < 50 ? left : 50), left <= 50);
  }
  int finished = cr_collect_finish(collect);
  err = err == 0 ? finished : err;
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  cr_extract_free(x);
  cr_arena_free(&keep);
  cr_arena_free(&scratch);
  free(collect);
  free(x);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(read_once, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pieces_of_any_size_give_the_same),
    cmocka_unit_test(every_cut_of_a_page_ends_well),
    cmocka_unit_test(in_doubt_it_goes_on),
    cmocka_unit_test(text_in_a_template_is_told_as_a_tree_does),
    cmocka_unit_test(style_sheets_of_svg_are_read_as_a_tree_has_them),
    cmocka_unit_test(text_of_links_is_that_of_a_tree),
    cmocka_unit_test(a_tag_that_is_cut_has_a_ceiling),
    cmocka_unit_test(a_long_tag_in_small_pieces_takes_linear_time),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

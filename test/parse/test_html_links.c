/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_html_links.c - the links of a tree, and that tokens find the same.
 *
 * Each document is read both ways, the second time in pieces of one byte as well.
 */
#include "parse/html_links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/charset.h"
#include "parse/html_extract.h"
#include "parse/html_gumbo.h"
#include "support/oom.h"

struct rig {
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_arena other; /* what tokens found */
  struct cr_collect collect;
  struct cr_collect tokens;
  struct cr_extract extract;
  struct cr_html_found found;
};

static const struct cr_html_wants anchors = {
  .kinds = 1u << CRAWLER_LINK_A | 1u << CRAWLER_LINK_AREA,
  .link_text = true,
};

static int64_t frozen(void)
{
  return 0;
}

static void open_rig(struct rig *rig)
{
  cr_test_mem_init(&rig->mem);
  cr_arena_init(&rig->keep, &rig->mem, CR_MEM_PAGE, 16 * 1024, 0);
  cr_arena_init(&rig->scratch, &rig->mem, CR_MEM_PAGE, 256 * 1024, 0);
  cr_arena_init(&rig->other, &rig->mem, CR_MEM_PAGE, 16 * 1024, 0);
}

static void close_rig(struct rig *rig)
{
  cr_arena_free(&rig->keep);
  cr_arena_free(&rig->scratch);
  cr_arena_free(&rig->other);
  cr_test_mem_done(&rig->mem);
}

static void assert_same(const struct cr_html_found *tokens, const struct cr_html_found *tree)
{
  assert_int_equal(tokens->count, tree->count);
  assert_true(cr_span_eq(tokens->base_href, tree->base_href));
  for (uint32_t i = 0; i < tree->count; i++) {
    const struct crawler_link *a = &tokens->links[i];
    const struct crawler_link *b = &tree->links[i];
    assert_string_equal(a->href, b->href);
    assert_string_equal(a->text, b->text);
    assert_string_equal(a->rel ? a->rel : "", b->rel ? b->rel : "");
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->flags, b->flags);
  }
}

/* By tokens, in pieces of so many bytes, each by itself, so that a read behind its end is seen. */
static void check_tokens(struct rig *rig, struct cr_span html, size_t piece)
{
  cr_arena_reset(&rig->other);
  cr_collect_init(&rig->tokens, &rig->other, &rig->scratch, "utf-8", &anchors);
  cr_extract_begin(&rig->extract, &rig->tokens, &rig->mem, html.len + 1);
  for (size_t at = 0; at < html.len; at += piece) {
    size_t len = html.len - at < piece ? html.len - at : piece;
    char *copy = malloc(len);
    memcpy(copy, html.at + at, len);
    assert_int_equal(cr_extract_add(&rig->extract, cr_span(copy, len), false), 0);
    free(copy);
  }
  assert_int_equal(cr_extract_add(&rig->extract, cr_span(NULL, 0), true), 0);
  assert_int_equal(cr_collect_finish(&rig->tokens), 0);
  cr_extract_free(&rig->extract);
  if (!cr_extract_is_doubtful(&rig->extract) && !rig->extract.f.is_newer)
    assert_same(&rig->tokens.found, &rig->found);
  cr_arena_reset(&rig->scratch);
}

static void find(struct rig *rig, struct cr_span html)
{
  const struct GumboInternalOutput *tree = NULL;
  struct cr_html_limits limits = cr_html_limits_for(html.len, frozen);

  cr_arena_reset(&rig->keep);
  cr_arena_reset(&rig->scratch);
  assert_int_equal(cr_html_build(&tree, &rig->scratch, html, &limits), CR_PARSE_WHOLE);
  cr_collect_init(&rig->collect, &rig->keep, &rig->scratch, "utf-8", &anchors);
  cr_html_links(&rig->collect, tree);
  assert_int_equal(cr_collect_finish(&rig->collect), 0);
  cr_arena_reset(&rig->scratch); /* nothing found may lie there */
  rig->found = rig->collect.found;
  check_tokens(rig, html, html.len + 1);
  check_tokens(rig, html, 1);
}

/* "a:href'text' area:href'alt'", "!" for nofollow, "~" for inert, then "base:href". */
static void describe(const struct rig *rig, char *out, size_t room)
{
  size_t len = 0;

  out[0] = '\0';
  for (uint32_t i = 0; i < rig->found.count; i++) {
    const struct crawler_link *link = &rig->found.links[i];
    assert_int_equal(link->href_bytes, strlen(link->href));
    len += (size_t)snprintf(out + len, room - len, "%s:%s%s%s'%s' ",
                            link->kind == CRAWLER_LINK_A ? "a" : "area", link->href,
                            link->flags & CRAWLER_LINK_FLAG_NOFOLLOW ? "!" : "",
                            link->flags & CRAWLER_LINK_FLAG_INERT ? "~" : "", link->text);
    assert_true(len < room);
  }
  if (rig->found.base_href.at)
    (void)snprintf(out + len, room - len, "base:%s", rig->found.base_href.at);
}

static void links_have_href_text_and_flags(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "", "" },
    { "<a href=x>y</a>", "a:x'y' " },
    { "<A HREF='x?a&amp;b'>y</A>", "a:x?a&b'y' " },
    { "<a>y</a><a name=x>z</a>", "" },
    { "<a href>y</a>", "a:'y' " },
    { "<a href=' x '>y</a>", "a: x 'y' " },
    { "<a href=x>  y \n z\t</a>", "a:x'y z' " },
    { "<a href=x>y<b>z</b></a>", "a:x'yz' " },
    { "<a href=x>y<br>z</a>", "a:x'y z' " },
    { "<a href=x><h3>y</h3><p>z</p></a>", "a:x'y z' " },
    { "<a href=x><div>y</div>z</a>", "a:x'y z' " },
    { "<a href=x><ul><li>y<li>z</ul></a>", "a:x'y z' " },
    { "<a href=x><table><tr><td>y<td>z</table></a>", "a:x'y z' " },
    { "<a href=x><img alt='the  logo'></a>", "a:x'the logo' " },
    { "<a href=x>y<img alt=z>w</a>", "a:x'y z w' " },
    { "<a href=x>y<img>w</a>", "a:x'y w' " },
    { "<a href=x>y<script>z</script><style>z</style><template>z</template></a>", "a:x'y' " },
    { "<a href=x>y<!-- z --></a>", "a:x'y' " },
    { "<map><area href=x alt='y z'><area href=w></map>", "area:x'y z' area:w'' " },
    { "<area>", "" },
    { "<a href=1>x<a href=2>y</a></a>", "a:1'x' a:2'y' " },
    { "<a href=1><object><a href=2>y</a></object></a>", "a:1'y' a:2'y' " },
    { "<a href=1><p>x</a>y", "a:1'' a:1'x' " }, /* the adoption agency makes two of it */
    { "<table><a href=1>x</a><td><a href=2>y</a></table>", "a:1'x' a:2'y' " },
    { "<template><a href=1>x</a></template><a href=2>y</a>", "a:1~'' a:2'y' " },
    { "<div><template shadowrootmode=open><a href=1>x</a></template></div>", "a:1'x' " },
    { "<x-y><template shadowrootmode=CLOSED><a href=1>x</a></template><a href=2></a></x-y>",
      "a:1'x' a:2'' " },
    { "<p><template shadowrootmode=open></template><i></i><template shadowrootmode=open>"
      "<a href=1></a></template></p>",
      "a:1~'' " }, /* one is what an element may have */
    { "<ul><template shadowrootmode=open><a href=1></a></template></ul>", "a:1~'' " },
    { "<div><template shadowrootmode=on><a href=1></a></template></div>", "a:1~'' " },
    { "<font-face><template shadowrootmode=open><a href=1></a></template></font-face>", "a:1~'' " },
    { "<div><template shadowrootmode=open><p><template shadowrootmode=open><a href=1>x</a>"
      "</template></p><template><a href=2></a></template><a href=3></a></template></div>",
      "a:1'x' a:2~'' a:3'' " },
    { "<template><div><template shadowrootmode=open><a href=1></a></template></div></template>",
      "a:1~'' " },
    { "<!-- <a href=1> --><script>'<a href=2>'</script><textarea><a href=3></textarea>", "" },
    { "<noscript><a href=1>x</a></noscript>", "a:1'x' " },
    { "<select><a href=1>x</a></select>", "" }, /* gumbo is older than links there */
    { "<svg><a href=1>x</a><a xlink:href=2>y</a></svg>", "a:1'x' a:2'y' " },
    { "<svg><area href=1/></svg><math><a href=2>x</a></math>", "" },
    { "<link href=1><img src=2><iframe src=3></iframe>", "" },
    { "<a href=x rel=nofollow>y</a>", "a:x!'y' " },
    { "<a href=x rel=' ugc NoFollow\tnoopener'>y</a>", "a:x!'y' " },
    { "<a href=x rel='nofollowed no-follow'>y</a>", "a:x'y' " },
    { "<a href=x rel=ugc>y</a><a href=z rel=sponsored>w</a>", "a:x'y' a:z'w' " },
    { "<a href='x\x0by\x01z'>y</a><a href=\"'q'\">y</a><a href = q\x7f >y</a>",
      "a:x\x0by\x01z'y' a:'q''y' a:q\x7f'y' " },
    { "<a href=\"a&amp;b&#x41;\r\nc\">y</a>", "a:a&bA\nc'y' " },
    { "<base href=b/><a href=x>y</a>", "a:x'y' base:b/" },
    { "<base><base href=1><base href=2>", "base:1" },
    { "<body><p><base href=1>", "base:1" },
    { "<base href=''><base href=2>", "base:" },
    { "<template><base href=1></template><svg><base href=2></svg>", "" },
    { "<a href=\xc3\xa4>\xc3\xa4</a>", "a:\xc3\xa4'\xc3\xa4' " },
    { "<a href=x>&nbsp;y&nbsp;</a>", "a:x'\xc2\xa0y\xc2\xa0' " },
  };
  struct rig rig;
  char got[512];

  open_rig(&rig);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    find(&rig, cr_span_text(cases[i].html));
    describe(&rig, got, sizeof(got));
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s: %s, not %s", cases[i].html, got, cases[i].want);
  }
  close_rig(&rig);
}

/* More than tokens keep of a tag: a tree has them all. */
static void the_last_of_many_attributes_counts(void **state)
{
  (void)state;
  char html[16 * 1024] = "<a";
  size_t len = 2;
  struct rig rig;
  char got[64];

  for (int i = 0; i < 900; i++)
    len += (size_t)snprintf(html + len, sizeof(html) - len, " z%d=y", i);
  (void)snprintf(html + len, sizeof(html) - len, " href=1 rel=nofollow>x</a>");
  open_rig(&rig);
  find(&rig, cr_span_text(html));
  describe(&rig, got, sizeof(got));
  assert_string_equal(got, "a:1!'x' ");
  close_rig(&rig);
}

static void rel_is_kept_as_written(void **state)
{
  (void)state;
  struct rig rig;

  open_rig(&rig);
  find(&rig, CR_SPAN("<a href=x rel=' Next  ugc '>y</a><a href=z rel>w</a><a href=v>u</a>"));
  assert_int_equal(rig.found.count, 3);
  assert_string_equal(rig.found.links[0].rel, " Next  ugc ");
  assert_string_equal(rig.found.links[1].rel, "");
  assert_null(rig.found.links[2].rel);
  assert_null(rig.found.links[0].url);
  close_rig(&rig);
}

static void text_is_cut_between_characters(void **state)
{
  (void)state;
  struct rig rig;
  char html[8192];

  open_rig(&rig);
  for (size_t pad = 0; pad < 4; pad++) {
    size_t len = (size_t)snprintf(html, sizeof(html), "<a href=x>%.*s", (int)pad, "xxx");
    for (int i = 0; i < 600; i++)
      len += (size_t)snprintf(html + len, sizeof(html) - len, "\xe2\x82\xac");
    find(&rig, cr_span(html, len));
    struct cr_span text = cr_span_text(rig.found.links[0].text);
    assert_int_equal(text.len, pad + (1024 - pad) / 3 * 3);
    assert_int_equal(cr_utf8_valid(text), text.len);
  }
  close_rig(&rig);
}

static void without_text_there_is_none(void **state)
{
  (void)state;
  const struct cr_span html = CR_SPAN("<a href=x rel=y>z</a>");
  const struct GumboInternalOutput *tree = NULL;
  const struct cr_html_wants wants = { .kinds = 1u << CRAWLER_LINK_A };
  struct cr_html_limits limits = cr_html_limits_for(html.len, frozen);
  struct rig rig;

  open_rig(&rig);
  assert_int_equal(cr_html_build(&tree, &rig.scratch, html, &limits), CR_PARSE_WHOLE);
  cr_collect_init(&rig.collect, &rig.keep, &rig.scratch, "utf-8", &wants);
  cr_html_links(&rig.collect, tree);
  assert_int_equal(cr_collect_finish(&rig.collect), 0);
  assert_int_equal(rig.collect.found.count, 1);
  assert_null(rig.collect.found.links[0].text);
  assert_string_equal(rig.collect.found.links[0].href, "x");
  close_rig(&rig);
}

static void find_once(struct cr_mem *mem, void *arg)
{
  const struct GumboInternalOutput *tree = arg;
  struct cr_collect *collect = malloc(sizeof(*collect));
  struct cr_arena keep;
  struct cr_arena scratch;

  cr_arena_init(&keep, mem, CR_MEM_PAGE, 16, 0);
  cr_arena_init(&scratch, mem, CR_MEM_PAGE, 16, 0);
  cr_collect_init(collect, &keep, &scratch, "utf-8", &anchors);
  cr_html_links(collect, tree);
  int err = cr_collect_finish(collect);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  cr_arena_free(&keep);
  cr_arena_free(&scratch);
  free(collect);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  const struct cr_span html =
      CR_SPAN("<base href=b><a href=x rel=nofollow>y</a><area href=z alt=w>");
  const struct GumboInternalOutput *tree = NULL;
  struct cr_html_limits limits = cr_html_limits_for(html.len, frozen);
  struct rig rig;

  open_rig(&rig);
  assert_int_equal(cr_html_build(&tree, &rig.scratch, html, &limits), CR_PARSE_WHOLE);
  union { /* the scenario's argument isn't const, though it is only read */
    const void *tree;
    void *arg;
  } both = { tree };
  cr_test_oom(find_once, both.arg);
  close_rig(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(links_have_href_text_and_flags),
    cmocka_unit_test(the_last_of_many_attributes_counts),
    cmocka_unit_test(rel_is_kept_as_written),
    cmocka_unit_test(text_is_cut_between_characters),
    cmocka_unit_test(without_text_there_is_none),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

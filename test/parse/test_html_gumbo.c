/* SPDX-License-Identifier: MIT */
/* test_html_gumbo.c - a tree from gumbo, and walking it.
 *
 * Caps of memory and time, what gumbo itself gets wrong, and the accessors.
 */
#include "parse/html_gumbo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "parse/html_node.h"
#include "support/oom.h"

struct rig {
  struct cr_mem mem;
  struct cr_arena arena;
  const struct GumboInternalOutput *tree;
};

static int64_t frozen(void)
{
  return 1000;
}

static void open_rig(struct rig *rig)
{
  cr_test_mem_init(&rig->mem);
  cr_arena_init(&rig->arena, &rig->mem, CR_MEM_PAGE, 64 * 1024, 0);
  rig->tree = NULL;
}

static void close_rig(struct rig *rig)
{
  cr_arena_free(&rig->arena);
  cr_test_mem_done(&rig->mem);
}

static void build(struct rig *rig, struct cr_span html)
{
  struct cr_html_limits limits = cr_html_limits_for(html.len, frozen);
  assert_int_equal(cr_html_build(&rig->tree, &rig->arena, html, &limits), CR_PARSE_WHOLE);
  assert_int_equal(cr_html_name_elements(rig->tree, &rig->arena), 0);
}

/* Tags and texts in document order: "html head body p 'text'". */
static void describe(const struct rig *rig, char *out, size_t room)
{
  const struct crawler_node *root = cr_html_root(rig->tree);
  size_t len = 0;

  out[0] = '\0';
  for (const struct crawler_node *node = root; node; node = cr_html_walk(node, root)) {
    size_t bytes = 0;
    const char *tag = cr_html_tag(node, &bytes);
    const char *text = cr_html_text(node);
    if (tag)
      len += (size_t)snprintf(out + len, room - len, "%.*s ", (int)bytes, tag);
    else if (text)
      len += (size_t)snprintf(out + len, room - len, "'%s' ", text);
    else
      len += (size_t)snprintf(out + len, room - len, "! ");
    assert_true(len < room);
  }
}

static void trees_are_walked_in_document_order(void **state)
{
  (void)state;
  static const struct {
    struct cr_span html;
    const char *want;
  } cases[] = {
    { { "", 0 }, "html head body " },
    { { NULL, 0 }, "html head body " },
    { { "<P>a<b>b</b>c", 13 }, "html head body p 'a' b 'b' 'c' " },
    { { "<p><!-- x --> &amp;\n", 20 }, "html head body p ! ' &\n' " },
    { { "<x-Y>z</x-Y>", 12 }, "html head body x-y 'z' " },
    { { "<svg><linearGradient/><a/></svg>", 32 }, "html head body svg lineargradient a " },
    { { "<math><MI>x</math>", 18 }, "html head body math mi 'x' " },
    { { "<template><p>x</template>", 25 }, "html head template p 'x' body " },
    { { "<a\0b>", 5 },
      "html head body a\xef\xbf\xbd"
      "b " },
    { { "<X\0\0Y z>", 8 }, "html head body x\xef\xbf\xbd\xef\xbf\xbdy " },
    { { "a\0b", 3 }, "html head body 'ab' " },
    { { "\0\0\0", 3 }, "html head body " },
    { { "<table>x<td>y", 13 }, "html head body 'x' table tbody tr td 'y' " },
    { { "<frameset><frame>", 17 }, "html head frameset frame " },
  };
  char got[256];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct rig rig;
    open_rig(&rig);
    build(&rig, cases[i].html);
    describe(&rig, got, sizeof(got));
    assert_string_equal(got, cases[i].want);
    close_rig(&rig);
  }
}

/* gumbo doesn't count anew when it takes a body away for a frameset. */
static void siblings_behind_a_removed_body_are_found(void **state)
{
  (void)state;
  struct rig rig;
  char got[256];

  open_rig(&rig);
  build(&rig, CR_SPAN("</body><!--1--><!--2--><frameset></frameset><!--3-->"));
  describe(&rig, got, sizeof(got));
  assert_string_equal(got, "html head ! ! frameset ! ");
  close_rig(&rig);
}

static void neighbours_know_each_other(void **state)
{
  (void)state;
  struct rig rig;

  open_rig(&rig);
  build(&rig, CR_SPAN("<ul><li>1</li><li>2</li></ul>"));
  const struct crawler_node *root = cr_html_root(rig.tree);
  const struct crawler_node *head = cr_html_first_child(root);
  const struct crawler_node *body = cr_html_next_sibling(head);
  const struct crawler_node *list = cr_html_first_child(body);
  const struct crawler_node *item = cr_html_first_child(list);
  assert_null(cr_html_parent(root));
  assert_null(cr_html_next_sibling(root));
  assert_null(cr_html_next_sibling(body));
  assert_ptr_equal(cr_html_parent(item), list);
  assert_string_equal(cr_html_text(cr_html_first_child(item)), "1");
  assert_null(cr_html_text(item));
  assert_null(cr_html_tag(cr_html_first_child(item), NULL));
  assert_null(cr_html_attr(cr_html_first_child(item), "x"));
  assert_null(cr_html_first_child(cr_html_first_child(item)));
  assert_ptr_equal(cr_html_walk(cr_html_first_child(item), list), cr_html_next_sibling(item));
  assert_null(cr_html_walk(cr_html_first_child(item), item)); /* not out of top */
  close_rig(&rig);
}

static void attributes_are_found_in_any_case(void **state)
{
  (void)state;
  struct rig rig;

  open_rig(&rig);
  build(&rig,
        CR_SPAN("<body HREF='a&amp;b' x><svg viewBox=1 xlink:href=2 href=3><a xlink:href=4>"));
  const struct crawler_node *body =
      cr_html_next_sibling(cr_html_first_child(cr_html_root(rig.tree)));
  const struct crawler_node *svg = cr_html_first_child(body);
  const struct crawler_node *link = cr_html_first_child(svg);
  assert_string_equal(cr_html_attr(body, "href"), "a&b");
  assert_string_equal(cr_html_attr(body, "Href"), "a&b");
  assert_string_equal(cr_html_attr(body, "x"), "");
  assert_null(cr_html_attr(body, "y"));
  assert_null(cr_html_attr(body, ""));
  assert_string_equal(cr_html_attr(svg, "viewbox"), "1");
  assert_string_equal(cr_html_attr(svg, "href"), "3");
  assert_string_equal(cr_html_attr(link, "href"), "4");
  assert_int_equal(cr_html_space(body), CR_HTML_HTML);
  assert_int_equal(cr_html_space(svg), CR_HTML_SVG);
  assert_int_equal(cr_html_space(link), CR_HTML_SVG);
  close_rig(&rig);
}

static char *repeat(const char *unit, size_t times)
{
  size_t len = strlen(unit);
  char *html = malloc(len * times + 1);
  assert_non_null(html);
  for (size_t i = 0; i < times; i++)
    memcpy(html + i * len, unit, len);
  html[len * times] = '\0';
  return html;
}

static void a_tree_over_its_memory_is_left(void **state)
{
  (void)state;
  struct rig rig;
  char *html = repeat("<p class=a id=b>x", 2000);

  open_rig(&rig);
  for (size_t bytes = 0; bytes < 2 * 1024 * 1024; bytes = bytes * 3 + 500) {
    struct cr_html_limits limits = { bytes, 1000, frozen, NULL };
    enum cr_parse_note note = cr_html_build(&rig.tree, &rig.arena, cr_span_text(html), &limits);
    assert_int_equal(note, CR_PARSE_TOO_BIG);
    assert_null(rig.tree);
    assert_true(rig.arena.used_bytes <= bytes);
    cr_arena_reset(&rig.arena);
  }
  build(&rig, cr_span_text(html)); /* and gumbo is none the worse */
  close_rig(&rig);
  free(html);
}

static void an_arena_with_a_ceiling_is_too_big_too(void **state)
{
  (void)state;
  struct cr_html_limits limits = { 64 * 1024 * 1024, 1000, frozen, NULL };
  struct rig rig;
  char *html = repeat("<p>x", 5000);

  open_rig(&rig);
  rig.arena.max_bytes = 300 * 1024;
  assert_int_equal(cr_html_build(&rig.tree, &rig.arena, cr_span_text(html), &limits),
                   CR_PARSE_TOO_BIG);
  close_rig(&rig);
  free(html);
}

static int64_t hasty_now;
static int64_t hasty(void)
{
  return hasty_now++;
}

static void a_tree_over_its_time_is_left(void **state)
{
  (void)state;
  struct cr_html_limits limits = { 64 * 1024 * 1024, 10, hasty, NULL };
  struct rig rig;
  char *html = repeat("<p>x", 20000);

  open_rig(&rig);
  hasty_now = 0;
  assert_int_equal(cr_html_build(&rig.tree, &rig.arena, cr_span_text(html), &limits),
                   CR_PARSE_TOO_SLOW);
  assert_null(rig.tree);
  assert_int_equal(hasty_now, 12); /* at the start, and each 256 allocations until over */
  limits.max_ms = 1000000;
  assert_int_equal(cr_html_build(&rig.tree, &rig.arena, cr_span_text(html), &limits),
                   CR_PARSE_WHOLE);
  close_rig(&rig);
  free(html);
}

static void limits_grow_with_the_document_to_a_ceiling(void **state)
{
  (void)state;
  const size_t most = cr_html_limits_for(SIZE_MAX, NULL).max_bytes;

  assert_int_equal(cr_html_limits_for(0, NULL).max_bytes, 256 * 1024);
  assert_int_equal(cr_html_limits_for(1000, NULL).max_bytes, 96 * 1000 + 256 * 1024);
  assert_int_equal(cr_html_limits_for(100 * 1024 * 1024, NULL).max_bytes, most);
  assert_true(most <= 1024u * 1024 * 1024);
  assert_ptr_equal(cr_html_limits_for(0, frozen).clock_ms, frozen);
  assert_non_null(cr_html_limits_for(0, NULL).clock_ms);
}

static void build_once(struct cr_mem *mem, void *arg)
{
  const struct GumboInternalOutput *tree = NULL;
  struct cr_span html = cr_span_text(arg);
  struct cr_html_limits limits = { 1024 * 1024, 1000, frozen, NULL };
  struct cr_arena arena;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 512, 0);
  enum cr_parse_note note = cr_html_build(&tree, &arena, html, &limits);
  if (note == CR_PARSE_WHOLE)
    (void)cr_html_name_elements(tree, &arena); /* may fail too */
  else
    assert_int_equal(note, CR_PARSE_NO_MEMORY);
  assert_true(note == CR_PARSE_WHOLE || cr_test_oom_refused(mem));
  cr_arena_free(&arena);
}

static void no_memory_is_told_apart_from_too_big(void **state)
{
  (void)state;
  static char html[] = "<!doctype html><title>t</title><X-Y a=b><table>x<td><b><p></b>y&amp;<svg>"
                       "<linearGradient><script>var x</script><select><option>z<textarea>t";
  cr_test_oom(build_once, html);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(trees_are_walked_in_document_order),
    cmocka_unit_test(siblings_behind_a_removed_body_are_found),
    cmocka_unit_test(neighbours_know_each_other),
    cmocka_unit_test(attributes_are_found_in_any_case),
    cmocka_unit_test(a_tree_over_its_memory_is_left),
    cmocka_unit_test(an_arena_with_a_ceiling_is_too_big_too),
    cmocka_unit_test(a_tree_over_its_time_is_left),
    cmocka_unit_test(limits_grow_with_the_document_to_a_ceiling),
    cmocka_unit_test(no_memory_is_told_apart_from_too_big),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

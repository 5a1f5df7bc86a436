/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_tree_links.c - html5lib's tree construction tests: all links, of all kinds, and no others.
 *
 * In one piece, bytewise and by a tree, which must tell the same. The library reads documents whose
 * scripts aren't run, so a fragment is read as the whole of one, and so are the rows for scripts
 * that are run. What doesn't hold is listed (support/suite.h).
 */
#include "parse/page_rig.h"
#include "support/suite.h"

enum { TOLD_BYTES = 8192 };

/* What is told of the links but their tags: an old gumbo makes a form of isindex. */
static void tell(struct page_rig *rig, char out[TOLD_BYTES])
{
  size_t len = 0;

  out[0] = '\0';
  for (uint32_t i = 0; i < rig->page.link_count; i++) {
    const struct crawler_link *link = &rig->page.links[i];
    len += (size_t)snprintf(out + len, TOLD_BYTES - len, "%s of %s: %s '%s' %s %d %s\n",
                            crawler_link_kind_name(link->kind), link->attribute, link->href,
                            link->text, link->rel ? link->rel : "-", link->flags, page_url(rig, i));
    assert_true(len < TOLD_BYTES);
  }
}

static bool is_link(const struct crawler_link *link, const struct cr_json *want)
{
  return cr_span_eq(cr_span_text(link->tag), cr_json_at(want, 0)->text) &&
         cr_span_eq(cr_span_text(link->attribute), cr_json_at(want, 1)->text) &&
         cr_span_eq(cr_span_text(link->href), cr_json_at(want, 2)->text);
}

/* Every attribute with a URL that the tree has, in order; the first base's is told apart. */
static const char *judge_links(struct page_rig *rig, const struct cr_json *wanted)
{
  struct cr_span base = { NULL, 0 };
  uint32_t at = 0;

  for (size_t i = 0; i < cr_json_len(wanted); i++) {
    const struct cr_json *want = cr_json_at(wanted, i);
    if (cr_span_eq(cr_json_at(want, 0)->text, CR_SPAN("base")) && cr_json_len(want) == 3) {
      base = base.at ? base : cr_json_at(want, 2)->text;
      continue;
    }
    if (at == rig->page.link_count || !is_link(&rig->page.links[at], want))
      return page_wrong(rig, cr_json_at(want, 2)->text);
    at++;
  }
  if (at < rig->page.link_count)
    return page_wrong(rig, CR_SPAN("more"));
  return cr_span_eq(base, rig->page.base_href) ? NULL : page_wrong(rig, base);
}

static void trees_have_the_links_they_should(void **state)
{
  (void)state;
  static char told[PAGE_WAYS][TOLD_BYTES];
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  rig.x.wants.kinds &= ~CR_LINK_BIT(CRAWLER_LINK_GUESS);
  cr_suite_open(&suite, "html/tree-links.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      page_read(&rig, cr_json_span(row, "html"), "http://host.example/dir/page", "utf-8", way);
      cr_suite_judge(&suite, 0, judge_links(&rig, cr_json_get(row, "links")));
      tell(&rig, told[way]);
      if (strcmp(told[way], told[PAGE_WHOLE]) != 0)
        fail_msg("line %zu: %s, not %s", suite.lines.line, told[way], told[PAGE_WHOLE]);
    }
  print_message("%u of %zu that tokens alone can't tell\n", rig.doubtful / 2, suite.rows);
  cr_suite_close(&suite, 884);
  page_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(trees_have_the_links_they_should),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_feed_links.c - the links of RSS and Atom, as links of a page.
 */
#include "parse/feed_links.h"

#include "parse/extract_rig.h"

static const char atom[] =
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>a</title><link href='http://a.test/'/>"
    "<link rel='self' href='http://a.test/feed'/><link rel='previous' href='p'/>"
    "<icon>i.png</icon><entry xml:base='http://b.test/c/'><link href='d'/>"
    "<link rel='enclosure' href='e.mp3'/></entry>"
    "<entry xml:base='relative/'><link href='f'/></entry></feed>";

static const char *read(struct extract_rig *rig, const char *text)
{
  cr_collect_init(&rig->collect, &rig->keep, &rig->scratch, "utf-8", &rig->wants);
  cr_extract_begin(&rig->extract, &rig->collect, &rig->mem, 0); /* for extract_describe */
  cr_feed_links(&rig->collect, cr_span_text(text));
  assert_int_equal(cr_collect_finish(&rig->collect), 0);
  return extract_describe(rig);
}

static void entries_have_kinds_and_bases(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  assert_string_equal(read(&rig, atom),
                      "item:http://a.test/ link:http://a.test/feed prev:p image:i.png "
                      "item:http://b.test/c/d media:http://b.test/c/e.mp3 item:f ");
  assert_string_equal(rig.collect.found.facts.title, "a");
  assert_string_equal(rig.collect.found.links[2].rel, "previous");
  rig.wants.kinds = 1u << CRAWLER_LINK_MEDIA;
  assert_string_equal(read(&rig, atom), "media:http://b.test/c/e.mp3 ");
  assert_string_equal(read(&rig, "<html><a href='x'/></html>"), "");
  assert_string_equal(read(&rig, ""), "");
  rig.wants.kinds = ~0u;
  assert_string_equal(read(&rig, "<rss><channel><item><link>x</link></item><item><link>y</li"),
                      "item:x ");
  extract_close(&rig);
}

static void read_once(struct cr_mem *mem, void *arg)
{
  struct cr_collect *collect = malloc(sizeof(*collect));
  const struct cr_html_wants wants = { ~0u, true, true };
  struct cr_arena keep;
  struct cr_arena scratch;

  (void)arg;
  cr_arena_init(&keep, mem, CR_MEM_PAGE, 64, 0);
  cr_arena_init(&scratch, mem, CR_MEM_PAGE, 64, 0);
  cr_collect_init(collect, &keep, &scratch, "utf-8", &wants);
  cr_feed_links(collect, cr_span_text(atom));
  int err = cr_collect_finish(collect);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  cr_arena_free(&keep);
  cr_arena_free(&scratch);
  free(collect);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(read_once, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_have_kinds_and_bases),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

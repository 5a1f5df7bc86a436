/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
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
                      "item:d media:e.mp3 item:f ");
  assert_string_equal(rig.collect.found.facts.title, "a");
  assert_string_equal(rig.collect.found.links[2].rel, "previous");
  rig.wants.kinds = 1u << CRAWLER_LINK_MEDIA;
  assert_string_equal(read(&rig, atom), "media:e.mp3 ");
  assert_string_equal(read(&rig, "<html><a href='x'/></html>"), "");
  assert_string_equal(read(&rig, ""), "");
  rig.wants.kinds = ~0u;
  assert_string_equal(read(&rig, "<rss><channel><item><link>x</link></item><item><link>y</li"),
                      "item:x ");
  extract_close(&rig);
}

/* The bases of a link, innermost first. */
static const char *bases_of(const struct extract_rig *rig, uint32_t link)
{
  static char out[256];
  const struct cr_html_found *found = &rig->collect.found;
  size_t len = 0;

  out[0] = '\0';
  for (uint16_t at = found->links[link].base; at > 0; at = found->inner_bases[at - 1].outer)
    len +=
        (size_t)snprintf(out + len, sizeof(out) - len, "%s ", found->inner_bases[at - 1].href.at);
  return out;
}

static void links_keep_the_bases_around_them(void **state)
{
  (void)state;
  static const char text[] =
      "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='a/'><link href='1'/>"
      "<entry xml:base='b/'><link href='2' xml:base='c/'/><link href='3'/></entry>"
      "<entry xml:base=' b/ '><link href='4'/></entry><entry><link href='5'/></entry></feed>";
  static const char *const want[] = { "a/ ", "c/ b/ a/ ", "b/ a/ ", "b/ a/ ", "a/ " };
  struct extract_rig rig;

  extract_open(&rig);
  assert_string_equal(read(&rig, text), "item:1 item:2 item:3 item:4 item:5 ");
  for (uint32_t i = 0; i < 5; i++)
    assert_string_equal(bases_of(&rig, i), want[i]);
  assert_int_equal(rig.collect.found.links[2].base, rig.collect.found.links[3].base);
  assert_string_equal(read(&rig, "<rss><channel><item><link>6</link></item></channel></rss>"),
                      "item:6 ");
  assert_int_equal(rig.collect.found.links[0].base, 0);
  extract_close(&rig);
}

static void more_bases_than_are_kept_are_left_out(void **state)
{
  (void)state;
  enum { COUNT = UINT16_MAX + 2000, ROOM = 64, LONG = 10000 };
  struct extract_rig rig;
  char *text = malloc((size_t)COUNT * ROOM + LONG);
  size_t len = 0;

  len += (size_t)snprintf(text, ROOM, "<feed xmlns='http://www.w3.org/2005/Atom'>");
  for (unsigned i = 0; i < UINT16_MAX; i++)
    len += (size_t)snprintf(text + len, ROOM, "<link xml:base='%u/' href='x'/>", i);
  /* One that has no room isn't copied for each link that is in it. */
  len += (size_t)snprintf(text + len, LONG, "<entry xml:base='%0*d'>", LONG - ROOM, 0);
  for (unsigned i = UINT16_MAX; i < COUNT; i++)
    len += (size_t)snprintf(text + len, ROOM, "<link href='x'/>");
  extract_open(&rig);
  cr_collect_init(&rig.collect, &rig.keep, &rig.scratch, "utf-8", &rig.wants);
  cr_feed_links(&rig.collect, cr_span(text, len));
  assert_int_equal(cr_collect_finish(&rig.collect), 0);
  assert_int_equal(rig.collect.found.count, COUNT);
  assert_true(rig.collect.is_cut);
  assert_int_equal(rig.collect.found.links[COUNT - 1].base, 0);
  assert_string_equal(bases_of(&rig, CR_BASE_OF_PAGE - 2), "65533/ ");
  assert_true(cr_arena_held_bytes(&rig.keep) < (size_t)COUNT * 256);
  extract_close(&rig);
  free(text);
}

static void read_once(struct cr_mem *mem, void *arg)
{
  struct cr_collect *collect = malloc(sizeof(*collect));
  const struct cr_html_wants wants = { .kinds = ~0u, .link_text = true, .metadata = true };
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
    cmocka_unit_test(links_keep_the_bases_around_them),
    cmocka_unit_test(more_bases_than_are_kept_are_left_out),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

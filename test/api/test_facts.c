/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* What a crawled page says of itself and of its links: to whom, and to whom not. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

#define HEAD                                                                \
  "<!DOCTYPE html><html lang=de-CH><head><title> Ein &amp;\n  Titel "       \
  "</title><meta name=Description content='  of it '>"                      \
  "<meta property=og:Title content='a &lt; b'><meta name=description "      \
  "content=second><meta name=empty content><meta name=bare>"                \
  "<meta content=nameless><template><meta name=inert content=x></template>" \
  "<link rel=canonical href='/kept?a=1&amp;b#x'><link rel=canonical "       \
  "href=/second></head>"

static bool is(const char *text, const char *want)
{
  return want ? text && strcmp(text, want) == 0 : !text;
}

/* ---- what is there ---- */

struct view {
  struct cr_crawl_rig rig;
  void (*look)(struct view *view, crawler_page *page);
  _Atomic int looked;
};

#define EXPECT(what) CR_CRAWL_EXPECT(&view->rig, what)

static void look_at_facts(struct view *view, crawler_page *page)
{
  const char *canonical = crawler_page_canonical(page);

  EXPECT(is(crawler_page_title(page), "Ein & Titel"));
  EXPECT(is(crawler_page_lang(page), "de-CH"));
  EXPECT(is(crawler_page_meta(page, "description"), "  of it "));
  EXPECT(is(crawler_page_meta(page, "DESCRIPTION"), "  of it "));
  EXPECT(is(crawler_page_meta(page, "og:title"), "a < b"));
  EXPECT(is(crawler_page_meta(page, "empty"), ""));
  EXPECT(!crawler_page_meta(page, "bare") && !crawler_page_meta(page, "inert"));
  EXPECT(!crawler_page_meta(page, "") && !crawler_page_meta(page, NULL));
  EXPECT(crawler_page_meta_count(page) == 4);
  EXPECT(is(crawler_page_meta_name(page, 0), "description"));
  EXPECT(is(crawler_page_meta_name(page, 1), "og:title"));
  EXPECT(is(crawler_page_meta_content(page, 2), "second"));
  EXPECT(!crawler_page_meta_name(page, 4) && !crawler_page_meta_content(page, SIZE_MAX));
  EXPECT(canonical && strncmp(canonical, "http://127.0.0.1:", 17) == 0);
  EXPECT(canonical && is(strchr(canonical + 17, '/'), "/kept?a=1&b#x"));
  EXPECT(crawler_page_links_are_exact(page) == 1);
}

static void look_at_no_facts(struct view *view, crawler_page *page)
{
  EXPECT(!crawler_page_title(page) && !crawler_page_lang(page));
  EXPECT(!crawler_page_meta(page, "description") && crawler_page_meta_count(page) == 0);
  EXPECT(!crawler_page_meta_name(page, 0) && !crawler_page_meta_content(page, 0));
  EXPECT(!crawler_page_canonical(page));
}

/* ---- to whom ---- */

static int see(crawler *c, crawler_page *page, void *user)
{
  struct view *view = user;

  (void)c;
  view->looked++;
  view->look(view, page);
  return 0;
}

static int see_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)verdicts;
  (void)count;
  return see(c, page, user);
}

static void see_end(crawler *c, const crawler_request *req, crawler_outcome outcome,
                    crawler_reason reason, const crawler_page *page, void *user)
{
  (void)req;
  (void)outcome;
  (void)reason;
  (void)see(c, (crawler_page *)(uintptr_t)page, user);
}

static void see_pulled(struct cr_crawl_rig *rig, crawler_page *page)
{
  (void)see(rig->c, page, rig); /* a view's first member */
  crawler_page_release(page);
}

static int take_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  (void)page;
  (void)data;
  (void)bytes;
  (void)user;
  return 0;
}

static const struct cr_site_page with_facts = { .path = "/of-itself", .body = HEAD "<p>x" };

static void begin(struct view *view, enum cr_way way, void (*look)(struct view *, crawler_page *))
{
  view->look = look;
  view->looked = 0;
  cr_crawl_open(&view->rig, way);
}

static void drive(struct view *view, const struct cr_site_page *page)
{
  struct cr_site_server *site = cr_site_start_pages(page, 1);

  cr_crawl_add(&view->rig, cr_site_url(site, page->path));
  assert_int_equal(cr_crawl_drive(&view->rig), 0);
  assert_int_equal(view->looked, 1);
  cr_crawl_close(&view->rig);
  cr_site_stop(site);
}

static void facts_are_there_for_each_who_reads_pages(void **state)
{
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_facts);
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &with_facts);
  begin(&view, CR_WAY_ANY, look_at_facts);
  crawler_on_links(view.rig.c, see_links, &view);
  drive(&view, &with_facts);
  begin(&view, CR_WAY_ANY, look_at_facts);
  crawler_on_parse(view.rig.c, see, &view);
  drive(&view, &with_facts);
  begin(&view, CR_WAY_NEXT, look_at_facts);
  view.rig.on_pulled = see_pulled;
  drive(&view, &with_facts);
}

static int only_accept(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  return 0;
}

static void at_the_end_they_are_there_if_somebody_read_the_page_before(void **state)
{
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_facts);
  crawler_on_outcome(view.rig.c, see_end, &view);
  crawler_on_page(view.rig.c, only_accept, NULL);
  drive(&view, &with_facts);
  begin(&view, CR_WAY_RUN, look_at_no_facts); /* where pages are pulled, somebody reads them */
  crawler_on_outcome(view.rig.c, see_end, &view);
  drive(&view, &with_facts);
}

static void there_are_none_before_the_body(void **state)
{
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_no_facts);
  crawler_on_headers(view.rig.c, see, &view);
  drive(&view, &with_facts);
}

static void a_body_that_is_streamed_has_them_too(void **state)
{
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_facts);
  crawler_on_body(view.rig.c, take_body, NULL);
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &with_facts);
}

static void what_is_no_html_says_nothing(void **state)
{
  static const struct cr_site_page text = {
    .path = "/text",
    .headers = "Content-Type: text/plain\n",
    .body = HEAD,
  };
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_no_facts);
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &text);
}

static void look_at_error(struct view *view, crawler_page *page)
{
  EXPECT(crawler_page_status(page) == 404);
  EXPECT(is(crawler_page_title(page), "Ein & Titel"));
  EXPECT(is(crawler_page_meta(page, "description"), "  of it "));
  EXPECT(crawler_page_link_count(page) == 0 && !crawler_page_canonical(page));
}

static void an_error_page_has_facts_but_no_links(void **state)
{
  static const struct cr_site_page error = { .path = "/error", .status = 404, .body = HEAD };
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_error);
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &error);
}

/* ---- held pages ---- */

struct held {
  struct view view;
  crawler_page *page;
  bool defers;
};

static int hold(crawler *c, crawler_page *page, void *user)
{
  struct held *held = user;

  (void)c;
  held->page = crawler_page_retain(page);
  if (held->defers)
    CR_CRAWL_EXPECT(&held->view.rig, crawler_page_defer(page) == 0);
  return 0;
}

static void facts_stay_with_pages_that_are_held(void **state)
{
  (void)state;
  for (int defers = 0; defers < 2; defers++) {
    struct cr_site_server *site = cr_site_start_pages(&with_facts, 1);
    struct held held = { .defers = defers != 0 };

    begin(&held.view, CR_WAY_STEP, look_at_facts); /* it looks between two steps */
    crawler_on_page(held.view.rig.c, hold, &held);
    cr_crawl_add(&held.view.rig, cr_site_url(site, with_facts.path));
    while (!held.page)
      assert_true(crawler_step(held.view.rig.c, 1000) >= 0);
    look_at_facts(&held.view, held.page);
    if (defers)
      assert_int_equal(crawler_page_finish(held.page, CRAWLER_FINISH_OK), 0);
    assert_int_equal(cr_crawl_drive(&held.view.rig), 0);
    crawler_free(held.view.rig.c);
    held.view.rig.c = NULL;
    look_at_facts(&held.view, held.page);
    crawler_page_release(held.page);
    cr_crawl_close(&held.view.rig);
    cr_site_stop(site);
  }
}

/* ---- links ---- */

static void look_at_origins(struct view *view, crawler_page *page)
{
  static const struct {
    const char *tag, *attribute, *hreflang;
    int kind;
  } want[] = {
    { "link", "href", "fr", CRAWLER_LINK_LANGUAGE },
    { "style", "", NULL, CRAWLER_LINK_CSS },
    { "meta", "content", NULL, CRAWLER_LINK_META },
    { "body", "background", NULL, CRAWLER_LINK_IMAGE },
    { "a", "href", "en", CRAWLER_LINK_A },
    { "img", "src", NULL, CRAWLER_LINK_IMAGE },
    { "img", "srcset", NULL, CRAWLER_LINK_IMAGE },
    { "form", "action", NULL, CRAWLER_LINK_FORM },
    { "x-y", "hx-get", NULL, CRAWLER_LINK_FORM },
  };
  size_t count = crawler_page_link_count(page);

  EXPECT(count == sizeof(want) / sizeof(want[0]));
  for (size_t i = 0; i < count && i < sizeof(want) / sizeof(want[0]); i++) {
    const crawler_link *link = crawler_page_link(page, i);

    EXPECT(link && is(crawler_link_tag(link), want[i].tag));
    EXPECT(link && is(crawler_link_attribute(link), want[i].attribute));
    EXPECT(link && is(crawler_link_hreflang(link), want[i].hreflang));
    EXPECT(link && crawler_link_kind_of(link) == want[i].kind);
  }
}

static void a_link_says_where_it_stands(void **state)
{
  static const struct cr_site_page page = {
    .path = "/origins",
    .body = "<link rel=alternate hreflang=fr href=f><style>p{background:url(i)}</style>"
            "<meta property=og:image content=o><body background=b><a href='' hreflang=en>x</a>"
            "<img SRC=s srcset='t 1x'><form action=u></form><x-y hx-get=v></x-y>",
  };
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_at_origins);
  assert_int_equal(crawler_set_links(view.rig.c, "a"), 0); /* all are told of all the same */
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &page);
}

static void look_for_exact(struct view *view, crawler_page *page)
{
  EXPECT(crawler_page_links_are_exact(page) == 1);
  EXPECT(crawler_page_link_count(page) == 2);
}

static void look_for_inexact(struct view *view, crawler_page *page)
{
  EXPECT(crawler_page_links_are_exact(page) == 0);
  EXPECT(crawler_page_link_count(page) == 2);
}

static void links_that_only_a_tree_can_tell_are_exact_with_one(void **state)
{
  /* What stands in a table but in no cell is moved in front of it. */
  static const struct cr_site_page page = {
    .path = "/fostered",
    .body = "<table><tr><td><a href=''>one</a></td></tr><a href='?'>two</a></table>",
  };
  struct view view;

  (void)state;
  begin(&view, CR_WAY_ANY, look_for_exact);
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &page);
  begin(&view, CR_WAY_ANY, look_for_inexact);
  assert_int_equal(crawler_set_html_fallback(view.rig.c, 0), 0);
  crawler_on_page(view.rig.c, see, &view);
  drive(&view, &page);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(facts_are_there_for_each_who_reads_pages),
    cmocka_unit_test(at_the_end_they_are_there_if_somebody_read_the_page_before),
    cmocka_unit_test(there_are_none_before_the_body),
    cmocka_unit_test(a_body_that_is_streamed_has_them_too),
    cmocka_unit_test(what_is_no_html_says_nothing),
    cmocka_unit_test(an_error_page_has_facts_but_no_links),
    cmocka_unit_test(facts_stay_with_pages_that_are_held),
    cmocka_unit_test(a_link_says_where_it_stands),
    cmocka_unit_test(links_that_only_a_tree_can_tell_are_exact_with_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* A response as hooks and callers see it: head, body, text, links, and who holds it. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/site_server.h"

/* Crawls one page in one way and lets look see it in on_page (or when pulled). */
struct view {
  struct cr_crawl_rig rig;
  void (*look)(struct view *view, crawler_page *page);
  int looked;
};

static int look_in_hook(crawler *c, crawler_page *page, void *user)
{
  struct view *view = user;

  (void)c;
  view->looked++;
  view->look(view, page);
  return 0;
}

static void look_pulled(struct cr_crawl_rig *rig, crawler_page *page)
{
  struct view *view = (struct view *)rig; /* its first member */

  view->looked++;
  view->look(view, page);
  crawler_page_release(page);
}

static void view_page(enum cr_way way, const struct cr_site_page *page,
                      void (*look)(struct view *view, crawler_page *page))
{
  struct cr_site_server *site = cr_site_start_pages(page, 1);
  struct view view = { .look = look };

  cr_crawl_open(&view.rig, way);
  if (way == CR_WAY_NEXT)
    view.rig.on_pulled = look_pulled;
  else
    crawler_on_page(view.rig.c, look_in_hook, &view);
  cr_crawl_add(&view.rig, cr_site_url(site, page->path));
  assert_int_equal(crawler_set_max_pages(view.rig.c, 1), 0);
  assert_int_equal(cr_crawl_drive(&view.rig), 0);
  assert_int_equal(view.looked, 1);
  cr_crawl_check(&view.rig);
  cr_crawl_close(&view.rig);
  cr_site_stop(site);
}

#define EXPECT(what) CR_CRAWL_EXPECT(&view->rig, what)

/* ---- head ---- */

static void look_at_head(struct view *view, crawler_page *page)
{
  size_t many = crawler_page_header_count(page);
  size_t twice = 0;
  int64_t now = cr_clock_wall_ms();

  EXPECT(crawler_page_status(page) == 418);
  EXPECT(strcmp(crawler_page_header(page, "x-one"), "1") == 0);
  EXPECT(strcmp(crawler_page_header(page, "X-TWICE"), "first") == 0);
  EXPECT(strcmp(crawler_page_header(page, "x-empty"), "") == 0);
  EXPECT(crawler_page_header(page, "x-none") == NULL);
  EXPECT(crawler_page_header(page, "") == NULL);
  EXPECT(crawler_page_header(page, NULL) == NULL);
  EXPECT(many >= 5);
  for (size_t i = 0; i < many; i++) {
    twice += strcmp(crawler_page_header_name(page, i), "X-Twice") == 0;
    EXPECT(crawler_page_header_value(page, i) != NULL);
  }
  EXPECT(twice == 2);
  EXPECT(crawler_page_header_name(page, many) == NULL);
  EXPECT(crawler_page_header_value(page, SIZE_MAX) == NULL);
  EXPECT(strcmp(crawler_page_address(page), "127.0.0.1") == 0);
  EXPECT(crawler_page_fetched_at_ms(page) <= now && crawler_page_fetched_at_ms(page) > now - 60000);
  EXPECT(crawler_page_elapsed_ms(page) >= 0 && crawler_page_elapsed_ms(page) < 60000);
  EXPECT(crawler_page_wire_bytes(page) == 6);
  EXPECT(crawler_page_location(page) == NULL);
  EXPECT(strcmp(crawler_page_mime(page), "text/html") == 0);
  EXPECT(strcmp(crawler_page_charset(page), "windows-1252") == 0);
  EXPECT(strstr(crawler_page_url(page), "/tea") != NULL);
  EXPECT(crawler_page_request(page) != NULL);
}

static void status_headers_and_times_of_a_response(void **state)
{
  static const struct cr_site_page tea = {
    .path = "/tea",
    .status = 418,
    .headers = "X-One: 1\nX-Twice: first\nX-Twice: second\nX-Empty: \n"
               "Content-Type: Text/HTML; Charset=\"ISO-8859-1\"\n",
    .body = "caf\xe9 !",
  };

  (void)state;
  view_page(CR_WAY_ANY, &tea, look_at_head);
  view_page(CR_WAY_NEXT, &tea, look_at_head);
}

/* ---- body and text ---- */

static void look_at_latin(struct view *view, crawler_page *page)
{
  size_t bytes = 0;
  size_t text_bytes = 0;
  const char *body = crawler_page_body(page, &bytes);
  const char *text = crawler_page_text(page, &text_bytes);

  EXPECT(bytes == 5 && memcmp(body, "caf\xe9\x80", 5) == 0);
  EXPECT(text && text_bytes == 8 && strcmp(text, "caf\xc3\xa9\xe2\x82\xac") == 0);
  EXPECT(crawler_page_text(page, NULL) == text); /* made once */
  EXPECT(crawler_page_body(page, NULL) == body);
}

static void the_body_is_as_sent_and_the_text_is_utf_8(void **state)
{
  static const struct cr_site_page latin = {
    .path = "/latin",
    .headers = "Content-Type: text/plain; charset=latin1\n",
    .body = "caf\xe9\x80",
  };

  (void)state;
  view_page(CR_WAY_ANY, &latin, look_at_latin);
  view_page(CR_WAY_NEXT, &latin, look_at_latin);
}

static void look_at_nothing(struct view *view, crawler_page *page)
{
  size_t bytes = 1;
  const char *all = NULL;
  const uint32_t *offsets = NULL;
  const uint8_t *kinds = NULL;
  const uint8_t *flags = NULL;

  EXPECT(crawler_page_body(page, &bytes) == NULL && bytes == 0);
  EXPECT(crawler_page_text(page, &bytes) == NULL && bytes == 0);
  EXPECT(crawler_page_wire_bytes(page) == 0);
  EXPECT(crawler_page_link_count(page) == 0);
  EXPECT(crawler_page_links(page, &all, &offsets, &kinds, &flags) == 0);
  EXPECT(strcmp(all, "") == 0 && offsets[0] == 0 && kinds && flags);
  EXPECT(crawler_page_links(page, NULL, NULL, NULL, NULL) == 0);
  EXPECT(crawler_page_link(page, 0) == NULL);
}

static void an_empty_body_is_null(void **state)
{
  static const struct cr_site_page empty = { .path = "/empty" };

  (void)state;
  view_page(CR_WAY_ANY, &empty, look_at_nothing);
  view_page(CR_WAY_NEXT, &empty, look_at_nothing);
}

static void look_at_binary(struct view *view, crawler_page *page)
{
  size_t bytes = 0;

  EXPECT(crawler_page_body(page, &bytes) != NULL && bytes == 8);
  EXPECT(strcmp(crawler_page_mime(page), "image/png") == 0);
  EXPECT(strcmp(crawler_page_sent_mime(page), "image/png") == 0);
  EXPECT(strcmp(crawler_page_charset(page), "") == 0);
  EXPECT(crawler_page_text(page, NULL) == NULL);
  EXPECT(crawler_page_link_count(page) == 0);
}

static void what_is_not_text_has_a_body_only(void **state)
{
  static const struct cr_site_page png = {
    .path = "/png",
    .headers = "Content-Type: image/png\n",
    .body = "\x89PNG\r\n\x1a\n",
  };

  (void)state;
  view_page(CR_WAY_ANY, &png, look_at_binary);
}

static void look_at_unknown(struct view *view, crawler_page *page)
{
  EXPECT(strcmp(crawler_page_mime(page), "text/html") == 0);
  EXPECT(strcmp(crawler_page_sent_mime(page), "") == 0);
  EXPECT(crawler_page_link_count(page) == 1);
}

static void look_at_nosniff(struct view *view, crawler_page *page)
{
  EXPECT(strcmp(crawler_page_mime(page), "text/plain") == 0);
  EXPECT(strcmp(crawler_page_sent_mime(page), "") == 0);
  EXPECT(crawler_page_link_count(page) == 0);
}

static void look_at_mislabelled(struct view *view, crawler_page *page)
{
  EXPECT(strcmp(crawler_page_mime(page), "application/octet-stream") == 0);
  EXPECT(strcmp(crawler_page_sent_mime(page), "text/plain") == 0);
  EXPECT(strcmp(crawler_page_charset(page), "") == 0);
}

static void a_body_that_was_sent_as_nothing_else_is_looked_at(void **state)
{
  static const struct cr_site_page unknown = { .path = "/unknown",
                                               .headers = "Content-Type: nonsense\n",
                                               .body = "<p><a href=/x>x</a>" };
  static const struct cr_site_page nosniff = {
    .path = "/nosniff",
    .headers = "Content-Type: nonsense\nX-Content-Type-Options: nosniff\n",
    .body = "<p><a href=/x>x</a>",
  };
  static const struct cr_site_page mislabelled = { .path = "/text",
                                                   .headers = "Content-Type: text/plain\n",
                                                   .body = "\x1f\x8b\x08\x01" };

  (void)state;
  view_page(CR_WAY_ANY, &unknown, look_at_unknown);
  view_page(CR_WAY_ANY, &nosniff, look_at_nosniff);
  view_page(CR_WAY_ANY, &mislabelled, look_at_mislabelled);
}

static void look_at_two_types(struct view *view, crawler_page *page)
{
  (void)view;
  EXPECT(strcmp(crawler_page_mime(page), "text/plain") == 0);
  EXPECT(strcmp(crawler_page_sent_mime(page), "text/plain") == 0);
  EXPECT(strcmp(crawler_page_charset(page), "koi8-r") == 0);
}

static void of_several_content_types_the_last_that_is_valid_counts(void **state)
{
  static const struct cr_site_page lines = {
    .path = "/lines",
    .headers = "Content-Type: text/plain;charset=\"koi8\\-r\"\n"
               "Content-Type: text/plain\nContent-Type: nonsense\n",
    .body = "a",
  };
  static const struct cr_site_page joined = {
    .path = "/joined",
    .headers = "Content-Type: text/html, text/plain;charset=koi8-r\n",
    .body = "a",
  };

  (void)state;
  view_page(CR_WAY_ANY, &lines, look_at_two_types);
  view_page(CR_WAY_ANY, &joined, look_at_two_types);
}

static void look_at_coded(struct view *view, crawler_page *page)
{
  size_t bytes = 0;

  EXPECT(crawler_page_body(page, &bytes) != NULL && bytes == 10000);
  EXPECT(crawler_page_wire_bytes(page) < 1000);
  EXPECT(strcmp(crawler_page_header(page, "Content-Encoding"), "gzip") == 0);
  EXPECT(crawler_get_stat(view->rig.c, CRAWLER_STAT_WIRE_BYTES) == crawler_page_wire_bytes(page));
}

static void a_coded_body_is_decoded_and_both_sizes_are_known(void **state)
{
  static Bytef coded[4096];
  static char plain[10000];
  z_stream z = { .next_in = (Bytef *)plain, .avail_in = sizeof(plain) };
  struct cr_site_page page = { .path = "/gz",
                               .headers = "Content-Encoding: gzip\nContent-Type: text/html\n" };

  (void)state;
  memset(plain, 'x', sizeof(plain));
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_out = coded;
  z.avail_out = sizeof(coded);
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  page.body = (const char *)coded;
  page.bytes = sizeof(coded) - z.avail_out;
  assert_int_equal(deflateEnd(&z), Z_OK);
  view_page(CR_WAY_ANY, &page, look_at_coded);
}

/* ---- links ---- */

static const struct cr_site_page linked = {
  .path = "/dir/linked",
  .body =
      "<base href='sub/'><a href='one?a=1&amp;b=2#x' rel='nofollow up'>The  <b>one</b>\n link</a>"
      "<map><area href=../two></map><a href='http://[bad'>bad</a><a name=x>no link</a>"
      "<a href=mailto:me@x.test>mail</a><a href=''>self</a>",
};

static void look_at_links(struct view *view, crawler_page *page)
{
  static const struct {
    const char *url, *href, *text;
    int kind, flags;
  } want[] = {
    { "/dir/sub/one?a=1&b=2#x", "one?a=1&b=2#x", "The one link", CRAWLER_LINK_A,
      CRAWLER_LINK_FLAG_NOFOLLOW },
    { "/dir/two", "../two", "", CRAWLER_LINK_AREA, 0 },
    { "", "http://[bad", "bad", CRAWLER_LINK_A, CRAWLER_LINK_FLAG_INVALID },
    { "mailto:me@x.test", "mailto:me@x.test", "mail", CRAWLER_LINK_A, 0 },
    { "/dir/sub/", "", "self", CRAWLER_LINK_A, 0 },
  };
  const char *all = NULL;
  const char *again = NULL;
  const uint32_t *offsets = NULL;
  const uint8_t *kinds = NULL;
  const uint8_t *flags = NULL;
  size_t at = 0;

  EXPECT(crawler_page_link_count(page) == 5);
  EXPECT(crawler_page_links(page, NULL, NULL, NULL, NULL) == 5);
  EXPECT(crawler_page_links(page, NULL, NULL, &kinds, NULL) == 5);
  EXPECT(crawler_page_links(page, &all, &offsets, NULL, &flags) == 5);
  EXPECT(crawler_page_link(page, 5) == NULL && crawler_page_link(page, SIZE_MAX) == NULL);
  for (size_t i = 0; i < 5 && crawler_page_link_count(page) == 5; i++) {
    const crawler_link *link = crawler_page_link(page, i);
    size_t tail = strlen(want[i].url);
    size_t len = link ? strlen(crawler_link_url(link)) : 0;

    EXPECT(link != NULL && len >= tail);
    EXPECT(strcmp(crawler_link_url(link) + len - tail, want[i].url) == 0);
    EXPECT((len == 0) == (tail == 0));
    EXPECT(strcmp(crawler_link_href(link), want[i].href) == 0);
    EXPECT(strcmp(crawler_link_text(link), want[i].text) == 0);
    EXPECT(crawler_link_kind_of(link) == want[i].kind && kinds[i] == want[i].kind);
    EXPECT(crawler_link_flags(link) == want[i].flags && flags[i] == want[i].flags);
    EXPECT((i == 0) == (crawler_link_rel(link) != NULL));
    EXPECT(offsets[i] == at && strcmp(all + at, crawler_link_url(link)) == 0);
    at += len + 1;
  }
  EXPECT(at == offsets[5]);
  EXPECT(strcmp(crawler_link_rel(crawler_page_link(page, 0)), "nofollow up") == 0);
  EXPECT(crawler_page_links(page, &again, NULL, NULL, NULL) == 5 && again == all); /* made once */
}

static void look_at_single_links_first(struct view *view, crawler_page *page)
{
  for (size_t i = crawler_page_link_count(page); i > 0; i--)
    EXPECT(crawler_page_link(page, i - 1) != NULL);
  look_at_links(view, page);
}

static void links_are_the_same_in_bulk_and_one_by_one(void **state)
{
  (void)state;
  view_page(CR_WAY_ANY, &linked, look_at_links);
  view_page(CR_WAY_NEXT, &linked, look_at_links);
  view_page(CR_WAY_ANY, &linked, look_at_single_links_first);
}

static void an_error_page_has_no_links(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/404", .status = 404, .body = "<a href=/next>next</a>" },
    { .path = "/next" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 2);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  cr_crawl_add(&rig, cr_site_url(site, "/404"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_total(site), 1);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_STATUS_4XX), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static int accept_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)c;
  (void)page;
  (void)verdicts;
  (void)count;
  (void)user;
  return 0;
}

static void nofollow_and_kinds_are_counted_for_each_link(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/",
      .body =
          "<a href=/a rel=nofollow>x</a><a href=/a rel=nofollow>x</a><map><area href=/b></map>" },
    { .path = "/a" },
    { .path = "/b" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 3);
  struct cr_crawl_rig rig;
  crawler_stats *stats;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_links(rig.c, "a"), 0);
  crawler_on_links(rig.c, accept_links, NULL); /* so that all kinds are collected */
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(crawler_get_stats(rig.c, &stats), 0);
  assert_int_equal(crawler_stats_links(stats, CRAWLER_REJECTED_NOFOLLOW), 2);
  assert_int_equal(crawler_stats_links(stats, CRAWLER_REJECTED_KIND), 1);
  assert_int_equal(crawler_stats_outcome(stats, CRAWLER_KIND_PAGE, CRAWLER_REJECTED, 0), 0);
  crawler_stats_free(stats);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- a redirect ---- */

static void see_location(crawler *c, const crawler_request *req, crawler_outcome outcome,
                         crawler_reason reason, const crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  (void)reason;
  if (outcome != CRAWLER_REDIRECTED)
    return;
  rig->pulled++; /* a counter that is free here */
  CR_CRAWL_EXPECT(rig, page && crawler_page_status(page) == 301);
  CR_CRAWL_EXPECT(rig, strstr(crawler_page_location(page), "/a/to?x") != NULL);
  CR_CRAWL_EXPECT(rig, strchr(crawler_page_location(page), '#') == NULL);
  CR_CRAWL_EXPECT(rig, strstr(crawler_request_url(req), "/a/from") != NULL);
}

static void a_redirects_target_is_absolute(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/a/from", .status = 301, .headers = "Location: to?x#part\n", .body = "moved" },
    { .path = "/a/to?x" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 2);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_outcome(rig.c, see_location, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/a/from"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(rig.pulled, 1);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- holding ---- */

static void look_at_holding(struct view *view, crawler_page *page)
{
  EXPECT(crawler_page_finish(page, CRAWLER_FINISH_OK) == CRAWLER_E_STATE); /* not deferred */
  EXPECT(crawler_page_retain(page) == page);
  EXPECT(crawler_page_retain(page) == page);
  crawler_page_release(page);
  crawler_page_release(page);
  EXPECT(crawler_page_status(page) == 200);
}

static void holding_is_counted(void **state)
{
  static const struct cr_site_page page = { .path = "/x", .body = "x" };

  (void)state;
  view_page(CR_WAY_ANY, &page, look_at_holding);
  assert_null(crawler_page_retain(NULL));
  crawler_page_release(NULL);
  assert_int_equal(crawler_page_defer(NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_page_finish(NULL, CRAWLER_FINISH_OK), CRAWLER_E_INVAL);
}

static int defer_too_early(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_page_defer(page) == CRAWLER_E_STATE);
  return 0;
}

static void pages_are_deferred_in_on_page_only(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(2);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_headers(rig.c, defer_too_early, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- retained by many threads ---- */

enum { HOLDERS = 4, PAGES = 60 };

struct hoard {
  struct cr_crawl_rig rig;
  crawler_page *pages[PAGES];
  atomic_size_t len;
};

static int hoard_page(crawler *c, crawler_page *page, void *user)
{
  struct hoard *h = user;
  size_t at = atomic_fetch_add(&h->len, 1);

  (void)c;
  CR_CRAWL_EXPECT(&h->rig, at < PAGES);
  for (int i = 0; i < HOLDERS; i++)
    h->pages[at] = crawler_page_retain(page);
  return 0;
}

static void *release_all(void *arg)
{
  struct hoard *h = arg;

  for (size_t i = 0; i < PAGES; i++) {
    CR_CRAWL_EXPECT(&h->rig, crawler_page_link_count(h->pages[i]) == 12);
    crawler_page_release(h->pages[i]);
  }
  return NULL;
}

static void pages_are_retained_and_released_by_many_threads(void **state)
{
  for (int freed_first = 0; freed_first < 2; freed_first++) {
    struct cr_site_server *site = cr_site_start_generated(PAGES);
    struct hoard h = { .len = 0 };
    pthread_t threads[HOLDERS];

    (void)state;
    cr_crawl_open(&h.rig, CR_WAY_ANY);
    crawler_on_page(h.rig.c, hoard_page, &h);
    cr_crawl_add(&h.rig, cr_site_url(site, "/p/0"));
    assert_int_equal(cr_crawl_drive(&h.rig), 0);
    assert_int_equal(h.len, PAGES);
    if (freed_first) {
      crawler_free(h.rig.c);
      h.rig.c = NULL;
    }
    for (int i = 0; i < HOLDERS; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, release_all, &h), 0);
    for (int i = 0; i < HOLDERS; i++)
      assert_int_equal(pthread_join(threads[i], NULL), 0);
    if (!freed_first)
      assert_int_equal(cr_crawl_stat(&h.rig, CRAWLER_STAT_FETCHED), PAGES);
    cr_crawl_close(&h.rig);
    cr_site_stop(site);
  }
}

static void pages_that_callers_hoard_do_not_stop_the_crawl(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(PAGES);
  struct hoard h = { .len = 0 };
  int64_t buffered;

  (void)state;
  cr_crawl_open(&h.rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_buffered_bytes(h.rig.c, 1 << 16), 0);
  crawler_on_page(h.rig.c, hoard_page, &h);
  cr_crawl_add(&h.rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&h.rig), 0);
  assert_int_equal(h.len, PAGES);
  buffered = cr_shard_buffered(&h.rig.c->shard);
  for (size_t i = 0; i < PAGES; i++) /* what callers ask for isn't the crawl's either */
    assert_non_null(crawler_page_text(h.pages[i], NULL));
  assert_int_equal(cr_shard_buffered(&h.rig.c->shard), buffered);
  for (int i = 0; i < HOLDERS; i++)
    (void)release_all(&h);
  assert_int_equal(cr_shard_buffered(&h.rig.c->shard), buffered);
  cr_crawl_close(&h.rig);
  cr_site_stop(site);
}

/* ---- without memory ---- */

static void look_without_memory(struct view *view, crawler_page *page)
{
  size_t bytes = 1;
  const char *all = NULL;
  const uint32_t *offsets = NULL;
  const uint8_t *kinds = NULL;
  const uint8_t *flags = NULL;

  view->rig.memory.refuse_from = 1;
  view->rig.memory.refuse_to = INT64_MAX;
  EXPECT(crawler_page_text(page, &bytes) == NULL && bytes == 0);
  EXPECT(crawler_page_links(page, &all, NULL, NULL, NULL) == CRAWLER_E_NOMEM && !all);
  EXPECT(crawler_page_links(page, NULL, &offsets, NULL, NULL) == CRAWLER_E_NOMEM && !offsets);
  EXPECT(crawler_page_links(page, NULL, NULL, &kinds, &flags) == CRAWLER_E_NOMEM);
  EXPECT(!kinds && !flags);
  EXPECT(crawler_page_link(page, 1999) == NULL);
  view->rig.memory.refuse_from = 0; /* it can be asked for again */
  EXPECT(crawler_page_text(page, &bytes) != NULL && bytes > 9000);
  EXPECT(crawler_page_links(page, &all, &offsets, NULL, NULL) == 2000 && offsets[2000] > 9000);
  EXPECT(crawler_page_link(page, 1999) != NULL);
}

static void what_finds_no_memory_is_null_and_can_be_asked_for_again(void **state)
{
  static char body[2000 * 13 + 1];
  struct cr_site_page page = { .path = "/many", .body = body };

  (void)state;
  for (size_t i = 0; i < 2000; i++) /* more than fits into what a page has left */
    memcpy(body + 13 * i, "<a href=abcd>", 14);
  view_page(CR_WAY_ANY, &page, look_without_memory);
}

/* Compressed, it is decoded as far as a robots.txt is read: what comes before holds (RFC 9309
 * section 2.5). */
static void the_beginning_of_a_huge_compressed_robots_holds(void **state)
{
  enum { ROOM = 900 * 1000 };
  static const char rules[] = "User-agent: *\nDisallow: /no\n#";
  char *robots = malloc(ROOM);
  uLongf zipped_len = ROOM;
  unsigned char *zipped = malloc(ROOM);
  struct cr_crawl_rig rig;

  (void)state;
  memset(robots, 'x', ROOM);
  memcpy(robots, rules, sizeof(rules) - 1);
  assert_int_equal(compress(zipped, &zipped_len, (unsigned char *)robots, ROOM), Z_OK);
  const struct cr_site_page pages[] = {
    { .path = "/robots.txt",
      .headers = "Content-Type: text/plain\nContent-Encoding: deflate\n",
      .body = (char *)zipped,
      .bytes = zipped_len },
    { .path = "/", .body = "<a href=/no>x</a><a href=/yes>y</a>" },
    { .path = "/no" },
    { .path = "/yes" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 4);
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_obey_robots(rig.c, 1), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_count(site, "/robots.txt"), 1);
  assert_int_equal(cr_site_count(site, "/yes"), 1);
  assert_int_equal(cr_site_count(site, "/no"), 0);
  cr_crawl_close(&rig);
  cr_site_stop(site);
  free(zipped);
  free(robots);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(status_headers_and_times_of_a_response),
    cmocka_unit_test(the_body_is_as_sent_and_the_text_is_utf_8),
    cmocka_unit_test(an_empty_body_is_null),
    cmocka_unit_test(what_is_not_text_has_a_body_only),
    cmocka_unit_test(a_body_that_was_sent_as_nothing_else_is_looked_at),
    cmocka_unit_test(of_several_content_types_the_last_that_is_valid_counts),
    cmocka_unit_test(a_coded_body_is_decoded_and_both_sizes_are_known),
    cmocka_unit_test(links_are_the_same_in_bulk_and_one_by_one),
    cmocka_unit_test(an_error_page_has_no_links),
    cmocka_unit_test(nofollow_and_kinds_are_counted_for_each_link),
    cmocka_unit_test(a_redirects_target_is_absolute),
    cmocka_unit_test(holding_is_counted),
    cmocka_unit_test(pages_are_deferred_in_on_page_only),
    cmocka_unit_test(pages_are_retained_and_released_by_many_threads),
    cmocka_unit_test(pages_that_callers_hoard_do_not_stop_the_crawl),
    cmocka_unit_test(what_finds_no_memory_is_null_and_can_be_asked_for_again),
    cmocka_unit_test(the_beginning_of_a_huge_compressed_robots_holds),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

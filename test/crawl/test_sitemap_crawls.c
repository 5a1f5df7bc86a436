/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* LDLIBS: -lz */
/* test_sitemap_crawls.c - sitemaps from a real server: robots.txt, index, gzip, redirects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

enum { PAGES = 300, TEXT_MAX = 64 * PAGES, MB = 1 << 20 };

/* What the site is made of; filled in before it is asked. */
struct site {
  struct cr_site_server *server;
  char robots[256];
  char index[512];
  char urls[TEXT_MAX];
  char packed[TEXT_MAX];
  size_t packed_bytes;
  char *endless; /* a large one */
  size_t endless_bytes;
};

static void pack(struct site *site)
{
  z_stream z = { .next_in = (Bytef *)site->urls, .avail_in = (uInt)strlen(site->urls) };

  z.next_out = (Bytef *)site->packed;
  z.avail_out = sizeof(site->packed);
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  site->packed_bytes = sizeof(site->packed) - z.avail_out;
  (void)deflateEnd(&z);
}

static int is_path(const struct cr_site_request *request, const char *path)
{
  return strcmp(request->path, path) == 0;
}

static int answer(const struct cr_site_request *request, struct cr_site_page *page, void *user)
{
  struct site *site = user;

  if (is_path(request, "/robots.txt"))
    page->body = site->robots;
  else if (is_path(request, "/moved.xml"))
    *page = (struct cr_site_page){ .status = 301, .headers = "Location: /index.xml\n" };
  else if (is_path(request, "/index.xml"))
    page->body = site->index;
  else if (is_path(request, "/pages.txt.gz"))
    *page = (struct cr_site_page){ .headers = "Content-Type: application/gzip\n",
                                   .body = site->packed,
                                   .bytes = site->packed_bytes };
  else if (is_path(request, "/endless.xml"))
    *page = (struct cr_site_page){ .body = site->endless, .bytes = site->endless_bytes };
  else if (strstr(request->path, "/page/"))
    page->body = "<p>a page";
  else
    return 0;
  return 1;
}

static void start(struct site *site)
{
  size_t len = 0;

  memset(site, 0, sizeof(*site));
  site->server = cr_site_start(&(struct cr_site_config){ .answer = answer, .user = site });
  int port = cr_site_port(site->server);
  (void)snprintf(site->robots, sizeof(site->robots),
                 "User-agent: *\nDisallow: /no\nSitemap: http://127.0.0.1:%d/moved.xml\n", port);
  (void)snprintf(site->index, sizeof(site->index),
                 "<?xml version='1.0'?><sitemapindex><sitemap><loc>http://127.0.0.1:%d/pages.txt.gz"
                 "</loc></sitemap></sitemapindex>",
                 port);
  for (int i = 0; i < PAGES; i++)
    len += (size_t)snprintf(site->urls + len, sizeof(site->urls) - len,
                            "http://127.0.0.1:%d/page/%d\n", port, i);
  pack(site);
}

static void open_crawl(struct cr_crawl_rig *rig)
{
  cr_crawl_open(rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_obey_robots(rig->c, 1), 0);
  assert_int_equal(crawler_set_own_server(rig->c, 1), 0);
}

static void what_is_listed_is_fetched(void **state)
{
  struct cr_crawl_rig rig;
  struct site site;
  (void)state;

  start(&site);
  open_crawl(&rig);
  cr_crawl_add(&rig, cr_site_url(site.server, "/page/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), PAGES);
  assert_int_equal(cr_site_total(site.server), PAGES + 4); /* nothing twice */
  assert_int_equal(cr_site_count(site.server, "/pages.txt.gz"), 1);
  cr_crawl_close(&rig);
  cr_site_stop(site.server);
}

static void a_queue_that_is_short_is_filled_again_and_again(void **state)
{
  struct cr_crawl_rig rig;
  struct site site;
  (void)state;

  start(&site);
  open_crawl(&rig);
  assert_int_equal(crawler_set_max_pending(rig.c, 10), 0);
  assert_int_equal(crawler_add_sitemap(rig.c, cr_site_url(site.server, "/pages.txt.gz")), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), PAGES);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_LINKS_CAPPED), 0);
  cr_crawl_close(&rig);
  cr_site_stop(site.server);
}

/* 60 MB of the same page, of which 50 may come. */
static void one_that_is_too_large_ends(void **state)
{
  static const char entry[] = "<url><loc>/page/1</loc></url>";
  struct cr_crawl_rig rig;
  struct site site;
  (void)state;

  start(&site);
  site.robots[0] = '\0';
  site.endless = malloc((size_t)60 * MB);
  assert_non_null(site.endless);
  memcpy(site.endless, "<urlset>", 8);
  site.endless_bytes = 8;
  while (site.endless_bytes + sizeof(entry) < (size_t)60 * MB) {
    memcpy(site.endless + site.endless_bytes, entry, sizeof(entry) - 1);
    site.endless_bytes += sizeof(entry) - 1;
  }
  open_crawl(&rig);
  assert_int_equal(crawler_set_max_body_bytes(rig.c, MB), 0);
  assert_int_equal(crawler_add_sitemap(rig.c, cr_site_url(site.server, "/endless.xml")), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
  assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_LINKS) > 1000000);
  assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_WIRE_BYTES) < 52 * (int64_t)MB);
  cr_crawl_close(&rig);
  cr_site_stop(site.server);
  free(site.endless);
}

/* 200 MB of zeros in 200 KB. */
static void a_bomb_ends_at_the_same_size(void **state)
{
  static const char zeros[MB];
  struct cr_crawl_rig rig;
  struct site site;
  z_stream z = { .next_in = NULL };
  (void)state;

  start(&site);
  site.robots[0] = '\0';
  site.endless = malloc(MB);
  assert_non_null(site.endless);
  z.next_out = (Bytef *)site.endless;
  z.avail_out = MB;
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  for (int i = 0; i < 200; i++) {
    z.next_in = (Bytef *)(uintptr_t)zeros;
    z.avail_in = sizeof(zeros);
    assert_int_equal(deflate(&z, i < 199 ? Z_NO_FLUSH : Z_FINISH), i < 199 ? Z_OK : Z_STREAM_END);
  }
  site.endless_bytes = MB - z.avail_out;
  (void)deflateEnd(&z);
  open_crawl(&rig);
  assert_int_equal(crawler_add_sitemap(rig.c, cr_site_url(site.server, "/endless.xml")), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 0);
  size_t end = 0;
  while (end < rig.end_count && rig.ends[end].kind != CRAWLER_KIND_SITEMAP)
    end++;
  assert_true(end < rig.end_count);
  assert_int_equal(rig.ends[end].reason, CRAWLER_FAILED_TOO_LARGE);
  assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_BODY_BYTES) < 66 * (int64_t)MB);
  cr_crawl_close(&rig);
  cr_site_stop(site.server);
  free(site.endless);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_listed_is_fetched),
    cmocka_unit_test(a_queue_that_is_short_is_filled_again_and_again),
    cmocka_unit_test(one_that_is_too_large_ends),
    cmocka_unit_test(a_bomb_ends_at_the_same_size),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Requests as callers fill them in: what is sent, what is inherited, and who frees what. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/requests.h"
#include "support/site_server.h"

static const struct cr_site_page plain[] = {
  { .path = "/", .body = "<a href=/a#part><a href=/b>" },
  { .path = "/a" },
  { .path = "/b", .body = "<a href=/c>" },
  { .path = "/c" },
  { .path = "/moved", .status = 302, .headers = "Location: /a\n" },
  { .path = "/post", .body = "posted" },
  { .path = "/post303", .status = 303, .headers = "Location: /after\n" },
  { .path = "/post307", .status = 307, .headers = "Location: /post\n" },
  { .path = "/after" },
};

static struct cr_site_server *open_plain(struct cr_crawl_rig *rig, enum cr_way way)
{
  cr_crawl_open(rig, way);
  return cr_site_start_pages(plain, sizeof(plain) / sizeof(*plain));
}

static void close_both(struct cr_crawl_rig *rig, struct cr_site_server *site)
{
  cr_crawl_check(rig);
  cr_crawl_close(rig);
  cr_site_stop(site);
}

static crawler_request *make(struct cr_crawl_rig *rig, struct cr_site_server *site,
                             const char *path)
{
  crawler_request *req = cr_request_of(rig->c, cr_site_url(site, path));

  assert_non_null(req);
  return req;
}

static void submit_and_drive(struct cr_crawl_rig *rig, crawler_request *req)
{
  assert_int_equal(crawler_submit(rig->c, req), 0);
  assert_int_equal(cr_crawl_drive(rig), 0);
}

/* ---- URLs ---- */

static const struct {
  const char *url;
  int want;
  const char *as; /* as it is fetched */
} urls[] = {
  { "http://Example.ORG", 0, "http://example.org/" },
  { "https://example.org:443/a/../b?c#d", 0, "https://example.org/b?c" },
  { " \thttp://example.org/ ", 0, "http://example.org/" },
  { "http://user:secret@example.org/x", 0, "http://example.org/x" },
  { "http://[::1]:8080/", 0, "http://[::1]:8080/" },
  { "http://0x7f.1/", 0, "http://127.0.0.1/" },
  { "http://b\xc3\xbc"
    "cher.example/\xc3\xbc",
    0, "http://xn--bcher-kva.example/%C3%BC" },
  { "", CRAWLER_E_URL, NULL },
  { "example.org", CRAWLER_E_URL, NULL },
  { "//example.org/", CRAWLER_E_URL, NULL },
  { "/path", CRAWLER_E_URL, NULL },
  { "http://", CRAWLER_E_URL, NULL },
  { "http://a b/", CRAWLER_E_URL, NULL },
  { "http://[::1/", CRAWLER_E_URL, NULL },
  { "http://h:99999/", CRAWLER_E_URL, NULL },
  { "http://1.2.3.4.5/", CRAWLER_E_URL, NULL },
  { "mailto:me@example.org", CRAWLER_E_SCHEME, NULL },
  { "javascript:void(0)", CRAWLER_E_SCHEME, NULL },
  { "ftp://example.org/", CRAWLER_E_SCHEME, NULL },
  { "file:///etc/passwd", CRAWLER_E_SCHEME, NULL },
};

static void a_url_is_taken_or_refused_with_a_reason(void **state)
{
  crawler *c = crawler_new();
  crawler_request junk;
  char *longest = malloc(20001);

  (void)state;
  for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
    crawler_request *req = &junk;
    int err = crawler_request_new(c, &req, urls[i].url);

    if (err != urls[i].want)
      fail_msg("%s: %s", urls[i].url, crawler_error_name(err));
    assert_int_equal(crawler_add(c, urls[i].url), urls[i].want);
    assert_true((req != NULL) == (urls[i].want == 0));
    if (req)
      assert_string_equal(crawler_request_url(req), urls[i].as);
    crawler_request_free(req);
  }
  assert_non_null(longest);
  memset(longest, 'x', 20000);
  memcpy(longest, "http://example.org/", 19);
  longest[20000] = '\0';
  assert_int_equal(crawler_add(c, longest), CRAWLER_E_URL); /* longer than any server takes */
  free(longest);
  crawler_free(c);
}

static void null_is_refused(void **state)
{
  crawler *c = crawler_new();
  crawler_request *req = cr_request_of(c, "http://a.test/");
  crawler_request *none = req;

  (void)state;
  assert_int_equal(crawler_add(NULL, "http://a.test/"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_add(c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_add_from(c, NULL, "/x"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_new(c, NULL, "http://a.test/"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_new(c, &none, NULL), CRAWLER_E_INVAL);
  assert_null(none);
  assert_int_equal(crawler_request_new(NULL, &none, "http://a.test/"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_submit(c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_method(NULL, CRAWLER_GET), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_body(req, NULL, 1, "a/b"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_body(req, "x", 1, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_header(req, NULL, "x"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_header(req, "x", NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_meta(req, NULL, "x"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_request_set_url(req, NULL), CRAWLER_E_INVAL);
  crawler_request_set_data(NULL, NULL, NULL);
  crawler_request_free(NULL);
  assert_int_equal(crawler_submit(NULL, req), CRAWLER_E_INVAL); /* freed all the same */
  crawler_free(c);
}

static void a_request_goes_to_the_crawler_it_was_made_by(void **state)
{
  struct cr_crawl_rig rigs[2];
  crawler_request *req;

  (void)state;
  cr_crawl_open(&rigs[0], CR_WAY_ANY);
  cr_crawl_open(&rigs[1], CR_WAY_ANY);
  req = cr_request_of(rigs[0].c, "http://127.0.0.1:1/");
  assert_int_equal(crawler_submit(rigs[1].c, req), CRAWLER_E_INVAL);
  cr_crawl_close(&rigs[0]);
  cr_crawl_close(&rigs[1]);
}

/* ---- what is sent ---- */

static void a_plain_request_has_the_headers_of_the_library(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  struct cr_site_request got;
  char value[256];

  (void)state;
  assert_int_equal(crawler_set_user_agent(rig.c, "test/1.0"), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/a"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  got = cr_site_request(site, "/a", 0);
  assert_string_equal(got.method, "GET");
  assert_string_equal(cr_site_header(&got, "User-Agent", value, sizeof(value)), "test/1.0");
  assert_non_null(strstr(cr_site_header(&got, "Accept", value, sizeof(value)), "text/html"));
  assert_non_null(strstr(cr_site_header(&got, "Accept-Encoding", value, sizeof(value)), "gzip"));
  assert_non_null(strstr(cr_site_header(&got, "Host", value, sizeof(value)), "127.0.0.1:"));
  assert_null(cr_site_header(&got, "Referer", value, sizeof(value)));
  assert_null(cr_site_header(&got, "Cookie", value, sizeof(value)));
  close_both(&rig, site);
}

static void a_body_makes_a_post(void **state)
{
  static const char body[] = "a=1\0b"; /* bytes, not text */
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/post");
  struct cr_site_request got;
  char value[256];

  (void)state;
  assert_int_equal(crawler_request_method(req), CRAWLER_GET);
  assert_int_equal(crawler_request_set_body(req, body, sizeof(body), "text/x-test"), 0);
  assert_int_equal(crawler_request_method(req), CRAWLER_POST);
  submit_and_drive(&rig, req);
  got = cr_site_request(site, "/post", 0);
  assert_string_equal(got.method, "POST");
  assert_int_equal(got.bytes, sizeof(body));
  assert_memory_equal(got.body, body, sizeof(body));
  assert_string_equal(cr_site_header(&got, "Content-Type", value, sizeof(value)), "text/x-test");
  assert_null(cr_site_header(&got, "Expect", value, sizeof(value)));
  close_both(&rig, site);
}

static void an_empty_post_is_a_post(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/post");

  (void)state;
  assert_int_equal(crawler_request_set_method(req, CRAWLER_POST), 0);
  submit_and_drive(&rig, req);
  assert_string_equal(cr_site_request(site, "/post", 0).method, "POST");
  assert_int_equal(cr_site_request(site, "/post", 0).bytes, 0);
  close_both(&rig, site);
}

static int expect_no_body(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  size_t bytes = 1;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_page_status(page) == 200);
  CR_CRAWL_EXPECT(rig, crawler_page_body(page, &bytes) == NULL && bytes == 0);
  CR_CRAWL_EXPECT(rig, crawler_page_header(page, "Content-Type") != NULL);
  CR_CRAWL_EXPECT(rig, crawler_request_method(crawler_page_request(page)) == CRAWLER_HEAD);
  return 0;
}

static void a_head_has_headers_and_no_body(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/post");

  (void)state;
  assert_int_equal(crawler_request_set_method(req, CRAWLER_HEAD), 0);
  crawler_on_page(rig.c, expect_no_body, &rig);
  submit_and_drive(&rig, req);
  assert_string_equal(cr_site_request(site, "/post", 0).method, "HEAD");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
  close_both(&rig, site);
}

static void methods_are_urls_of_their_own(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);

  (void)state;
  for (crawler_method method = CRAWLER_GET; method <= CRAWLER_POST; method++)
    for (int twice = 0; twice < 2; twice++) {
      crawler_request *req = make(&rig, site, "/post");

      assert_int_equal(crawler_request_set_method(req, method), 0);
      assert_int_equal(crawler_submit(rig.c, req), 0);
    }
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_count(site, "/post"), 3);
  close_both(&rig, site);
}

static void a_303_makes_a_get_of_a_post_and_a_307_keeps_it(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/post303");

  (void)state;
  assert_int_equal(crawler_request_set_body(req, "x", 1, "a/b"), 0);
  assert_int_equal(crawler_submit(rig.c, req), 0);
  req = make(&rig, site, "/post307");
  assert_int_equal(crawler_request_set_body(req, "yz", 2, "a/b"), 0);
  submit_and_drive(&rig, req);
  assert_string_equal(cr_site_request(site, "/after", 0).method, "GET");
  assert_int_equal(cr_site_request(site, "/after", 0).bytes, 0);
  assert_string_equal(cr_site_request(site, "/post", 0).method, "POST");
  assert_string_equal(cr_site_request(site, "/post", 0).body, "yz");
  close_both(&rig, site);
}

static void own_headers_are_sent_and_stand_above_the_librarys(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/a");
  struct cr_site_request got;
  char value[256];

  (void)state;
  assert_int_equal(crawler_request_set_header(req, "X-Test", "one"), 0);
  assert_int_equal(crawler_request_set_header(req, "x-test", "two"), 0); /* replaces */
  assert_int_equal(crawler_request_set_header(req, "Accept", "image/png"), 0);
  submit_and_drive(&rig, req);
  got = cr_site_request(site, "/a", 0);
  assert_string_equal(cr_site_header(&got, "X-Test", value, sizeof(value)), "two");
  assert_string_equal(cr_site_header(&got, "Accept", value, sizeof(value)), "image/png");
  close_both(&rig, site);
}

static const struct {
  const char *name, *value;
} bad_headers[] = {
  { "", "x" },       { "a b", "x" },     { "a:", "x" },    { "a\n", "x" },
  { "a", "x\r\ny" }, { "a", "x\ny: z" }, { "a", "x\x01" }, { "\xc3\xa4", "x" },
};

static void a_header_that_could_not_be_sent_is_refused(void **state)
{
  crawler *c = crawler_new();
  crawler_request *req = cr_request_of(c, "http://a.test/");

  (void)state;
  for (size_t i = 0; i < sizeof(bad_headers) / sizeof(*bad_headers); i++)
    assert_int_equal(crawler_request_set_header(req, bad_headers[i].name, bad_headers[i].value),
                     CRAWLER_E_VALUE);
  assert_int_equal(crawler_request_set_body(req, "x", 1, "a/b\r\nX: y"), CRAWLER_E_VALUE);
  for (int i = 0; i < 64; i++) {
    char name[16];

    (void)snprintf(name, sizeof(name), "X-%d", i);
    assert_int_equal(crawler_request_set_header(req, name, "v"), 0);
  }
  assert_int_equal(crawler_request_set_header(req, "X-64", "v"), CRAWLER_E_LIMIT);
  assert_int_equal(crawler_request_set_header(req, "X-63", "w"), 0);
  crawler_request_free(req);
  crawler_free(c);
}

static void the_option_header_goes_to_the_seeds_hosts_only(void **state)
{
  static const struct cr_site_page there[] = { { .path = "/there", .body = "<a href=/more>" },
                                               { .path = "/more" } };
  struct cr_site_server *other = cr_site_start_pages(there, 2);
  struct cr_site_page pages[2] = { { .path = "/" }, { .path = "/moved", .status = 302 } };
  struct cr_site_server *site;
  struct cr_crawl_rig rig;
  struct cr_site_request got;
  char value[64];
  char body[128];
  char location[128];

  (void)state;
  (void)snprintf(body, sizeof(body), "<a href=%s><a href=/moved>", cr_site_url(other, "/there"));
  (void)snprintf(location, sizeof(location), "Location: %s\n", cr_site_url(other, "/more"));
  pages[0].body = body;
  pages[1].headers = location;
  site = cr_site_start_pages(pages, 2);
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_span_hosts(rig.c, 1), 0);
  assert_int_equal(crawler_set_header(rig.c, "X-Secret: 42"), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  got = cr_site_request(site, "/", 0);
  assert_string_equal(cr_site_header(&got, "X-Secret", value, sizeof(value)), "42");
  got = cr_site_request(site, "/moved", 0);
  assert_string_equal(cr_site_header(&got, "X-Secret", value, sizeof(value)), "42");
  got = cr_site_request(other, "/there", 0);
  assert_null(cr_site_header(&got, "X-Secret", value, sizeof(value)));
  got = cr_site_request(other, "/more", 0);
  assert_null(cr_site_header(&got, "X-Secret", value, sizeof(value)));
  close_both(&rig, site);
  cr_site_stop(other);
}

/* ---- order ---- */

static void larger_priorities_are_sooner(void **state)
{
  static const int priorities[] = { 0, -128, 5, 127, -1, 0, 5 };
  static const size_t order[] = { 3, 2, 6, 0, 5, 4, 1 };
  struct cr_site_server *site = cr_site_start_generated(7);
  struct cr_crawl_rig rig;
  char path[16];

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_concurrency(rig.c, 1), 0);
  assert_int_equal(crawler_set_workers(rig.c, 0), 0); /* they end in the order they are asked for */
  for (size_t i = 0; i < 7; i++) {
    crawler_request *req;

    (void)snprintf(path, sizeof(path), "/p/%zu", i);
    req = make(&rig, site, path);
    assert_int_equal(crawler_request_set_priority(req, priorities[i]), 0);
    assert_int_equal(crawler_request_priority(req), priorities[i]);
    assert_int_equal(crawler_request_set_priority(req, 128), CRAWLER_E_VALUE);
    assert_int_equal(crawler_request_set_priority(req, -129), CRAWLER_E_VALUE);
    assert_int_equal(crawler_submit(rig.c, req), 0);
  }
  assert_int_equal(cr_crawl_drive(&rig), 0);
  for (size_t i = 0; i < 7; i++) {
    (void)snprintf(path, sizeof(path), "/p/%zu", order[i]);
    assert_non_null(strstr(rig.ends[i].url, path));
  }
  close_both(&rig, site);
}

/* ---- what travels along ---- */

static int inherit(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  crawler_request *req = crawler_page_request(page);
  const char *url = crawler_request_url(req);
  bool is_seed = url[strlen(url) - 1] == '/';

  CR_CRAWL_EXPECT(rig, crawler_request_is_seed(req) == is_seed);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_request_meta(req, "all"), "inherited") == 0);
  CR_CRAWL_EXPECT(rig, crawler_request_meta(req, "gone") == NULL);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_request_host(req), "127.0.0.1") == 0);
  CR_CRAWL_EXPECT(rig, crawler_request_kind(req) == CRAWLER_KIND_PAGE);
  CR_CRAWL_EXPECT(rig, crawler_request_attempt(req) == 1);
  if (is_seed) {
    CR_CRAWL_EXPECT(rig, crawler_request_depth(req) == 0);
    CR_CRAWL_EXPECT(rig, crawler_request_referrer(req) == NULL);
    CR_CRAWL_EXPECT(rig, crawler_request_set_meta(req, "page", "root") == 0);
  } else {
    CR_CRAWL_EXPECT(rig, crawler_request_depth(req) == (strstr(url, "/c") ? 2 : 1));
    CR_CRAWL_EXPECT(rig, strcmp(crawler_request_meta(req, "page"), "root") == 0);
    CR_CRAWL_EXPECT(rig, crawler_request_data(req) == NULL);
  }
  if (strstr(url, "/b"))
    CR_CRAWL_EXPECT(rig, crawler_add_from(c, req, "moved") == 0);
  if (crawler_request_via(req)) {
    CR_CRAWL_EXPECT(rig, strstr(crawler_request_via(req), "/moved") != NULL);
    CR_CRAWL_EXPECT(rig, crawler_request_referrer(req) == NULL);
  }
  return 0;
}

static void links_inherit_seed_and_meta_and_are_one_deeper(void **state)
{
  for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++) {
    struct cr_crawl_rig rig;
    struct cr_site_server *site = open_plain(&rig, way);
    crawler_request *req = make(&rig, site, "/");
    int data = 0;

    (void)state;
    assert_int_equal(crawler_request_set_meta(req, "all", "first"), 0);
    assert_int_equal(crawler_request_set_meta(req, "gone", "soon"), 0);
    assert_int_equal(crawler_request_set_meta(req, "all", "inherited"), 0);
    assert_int_equal(crawler_request_set_meta(req, "gone", NULL), 0);
    assert_string_equal(crawler_request_meta(req, "all"), "inherited");
    assert_null(crawler_request_meta(req, "gone"));
    assert_null(crawler_request_meta(req, NULL));
    crawler_request_set_data(req, &data, NULL);
    crawler_on_page(rig.c, inherit, &rig);
    submit_and_drive(&rig, req);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 4);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_REDIRECTED), 1);
    close_both(&rig, site);
  }
}

static void meta_is_at_most_64_kb(void **state)
{
  crawler *c = crawler_new();
  crawler_request *req = cr_request_of(c, "http://a.test/");
  char *big = malloc(70000);

  (void)state;
  assert_non_null(big);
  memset(big, 'x', 70000);
  big[65535] = '\0';
  assert_int_equal(crawler_request_set_meta(req, "key", big), CRAWLER_E_LIMIT);
  big[60000] = '\0';
  assert_int_equal(crawler_request_set_meta(req, "key", big), 0);
  assert_int_equal(crawler_request_set_meta(req, "other", big), CRAWLER_E_LIMIT);
  assert_string_equal(crawler_request_meta(req, "key"), big);
  free(big);
  crawler_request_free(req);
  crawler_free(c);
}

static int add_from_inside(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  crawler_request *req = crawler_page_request(page);

  if (crawler_request_depth(req) > 0)
    return 0;
  CR_CRAWL_EXPECT(rig, crawler_add_from(c, req, "http://[bad") == CRAWLER_E_URL);
  CR_CRAWL_EXPECT(rig, crawler_add_from(c, req, "mailto:x") == CRAWLER_E_SCHEME);
  CR_CRAWL_EXPECT(rig, crawler_add_from(c, req, "c?x") == 0);
  CR_CRAWL_EXPECT(rig, crawler_add_from(c, req, "http://elsewhere.test/") == 0);
  return 0;
}

static void add_from_is_as_a_link_and_passes_the_scope(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  const struct cr_crawl_end *end;

  (void)state;
  crawler_on_page(rig.c, add_from_inside, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/b"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_count(site, "/c?x"), 1);
  end = cr_crawl_end_of(&rig, "http://elsewhere.test/");
  assert_non_null(end);
  assert_int_equal(end->reason, CRAWLER_REJECTED_SCOPE);
  close_both(&rig, site);
}

/* ---- what may be changed when ---- */

static int change_in_filter(crawler *c, crawler_request *req, void *user)
{
  struct cr_crawl_rig *rig = user;

  CR_CRAWL_EXPECT(rig, crawler_request_set_method(req, CRAWLER_POST) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_body(req, "", 0, "a/b") == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_kind(req, CRAWLER_KIND_PAGE) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_force(req, 1) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_header(req, "A", "b") == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_priority(req, 3) == 0);
  CR_CRAWL_EXPECT(rig, crawler_request_set_meta(req, "k", "filter") == 0);
  CR_CRAWL_EXPECT(rig, crawler_request_set_url(req, "http://[") == CRAWLER_E_URL);
  CR_CRAWL_EXPECT(rig, crawler_request_set_url(req, "ftp://x/") == CRAWLER_E_SCHEME);
  CR_CRAWL_EXPECT(rig, crawler_submit(c, req) == CRAWLER_E_INVAL);
  crawler_request_free(req); /* not the caller's: nothing happens */
  return 0;
}

static int change_in_request(crawler *c, crawler_request *req, void *user)
{
  struct cr_crawl_rig *rig = user;

  CR_CRAWL_EXPECT(rig, crawler_request_priority(req) == 3);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_request_meta(req, "k"), "filter") == 0);
  CR_CRAWL_EXPECT(rig, crawler_request_set_method(req, CRAWLER_POST) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_body(req, "", 0, "a/b") == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_kind(req, CRAWLER_KIND_PAGE) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_force(req, 1) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_priority(req, 3) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_url(req, "/other") == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_request_set_header(req, "X-Late", "yes") == 0);
  CR_CRAWL_EXPECT(rig, crawler_submit(c, req) == CRAWLER_E_INVAL);
  crawler_request_free(req);
  return 0;
}

static void hooks_may_change_what_is_said_and_nothing_else(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/a");
  struct cr_site_request got;
  char value[16];

  (void)state;
  assert_int_equal(crawler_request_set_url(req, "/b"), CRAWLER_E_STATE);
  assert_int_equal(crawler_request_set_method(req, (crawler_method)9), CRAWLER_E_VALUE);
  assert_int_equal(crawler_request_set_kind(req, CRAWLER_KIND_ROBOTS), CRAWLER_E_VALUE);
  assert_int_equal(crawler_request_attempt(req), 0);
  crawler_on_filter(rig.c, change_in_filter, &rig);
  crawler_on_request(rig.c, change_in_request, &rig);
  submit_and_drive(&rig, req);
  got = cr_site_request(site, "/a", 0);
  assert_string_equal(cr_site_header(&got, "X-Late", value, sizeof(value)), "yes");
  close_both(&rig, site);
}

/* ---- kinds and force ---- */

static void a_requisite_has_its_own_ledger_and_leads_nowhere(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make(&rig, site, "/");
  crawler_stats *stats;

  (void)state;
  assert_int_equal(crawler_set_max_pages(rig.c, 0), 0);
  assert_int_equal(crawler_request_set_kind(req, CRAWLER_KIND_REQUISITE), 0);
  assert_int_equal(crawler_request_kind(req), CRAWLER_KIND_REQUISITE);
  submit_and_drive(&rig, req);
  assert_int_equal(crawler_get_stats(rig.c, &stats), 0);
  assert_int_equal(crawler_stats_outcome(stats, CRAWLER_KIND_REQUISITE, CRAWLER_FETCHED, 0), 1);
  assert_int_equal(crawler_stats_admitted(stats, CRAWLER_KIND_REQUISITE), 1);
  assert_int_equal(crawler_stats_admitted(stats, CRAWLER_KIND_PAGE), 0);
  crawler_stats_free(stats);
  assert_int_equal(cr_site_total(site), 1);
  close_both(&rig, site);
}

static void a_known_url_is_asked_for_again_by_force_only(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);

  (void)state;
  for (int forced = 0; forced < 2; forced++)
    for (int twice = 0; twice < 2; twice++) { /* the second is queued already */
      crawler_request *req = make(&rig, site, "/c");

      assert_int_equal(crawler_request_set_force(req, forced), 0);
      assert_int_equal(crawler_submit(rig.c, req), 0);
      if (twice)
        assert_int_equal(cr_crawl_drive(&rig), 0);
    }
  assert_int_equal(cr_site_count(site, "/c"), 2);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_ADMITTED), 2);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 2);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- threads ---- */

struct adder {
  struct cr_crawl_rig *rig;
  struct cr_site_server *site;
  int number;
  pthread_t thread;
};

static void *add_many(void *arg)
{
  struct adder *a = arg;
  char url[64];

  for (int i = 0; i < 50; i++) {
    crawler_request *req;

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/p/%d", cr_site_port(a->site),
                   (i + a->number * 7) % 100);
    req = cr_request_of(a->rig->c, url);
    CR_CRAWL_EXPECT(a->rig, req && crawler_request_set_meta(req, "by", "thread") == 0);
    CR_CRAWL_EXPECT(a->rig, crawler_submit(a->rig->c, req) == 0);
  }
  return NULL;
}

static void requests_come_from_any_thread_before_and_while_it_runs(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(100);
  struct cr_crawl_rig rig;
  struct adder adders[4];

  (void)state;
  cr_crawl_open(&rig, CR_WAY_THREAD);
  for (int i = 0; i < 4; i++) {
    adders[i] = (struct adder){ .rig = &rig, .site = site, .number = i };
    assert_int_equal(pthread_create(&adders[i].thread, NULL, add_many, &adders[i]), 0);
  }
  assert_int_equal(cr_crawl_drive(&rig), 0);
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_join(adders[i].thread, NULL), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 100);
  assert_int_equal(cr_site_total(site), 100);
  close_both(&rig, site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_is_taken_or_refused_with_a_reason),
    cmocka_unit_test(null_is_refused),
    cmocka_unit_test(a_request_goes_to_the_crawler_it_was_made_by),
    cmocka_unit_test(a_plain_request_has_the_headers_of_the_library),
    cmocka_unit_test(a_body_makes_a_post),
    cmocka_unit_test(an_empty_post_is_a_post),
    cmocka_unit_test(a_head_has_headers_and_no_body),
    cmocka_unit_test(methods_are_urls_of_their_own),
    cmocka_unit_test(a_303_makes_a_get_of_a_post_and_a_307_keeps_it),
    cmocka_unit_test(own_headers_are_sent_and_stand_above_the_librarys),
    cmocka_unit_test(a_header_that_could_not_be_sent_is_refused),
    cmocka_unit_test(the_option_header_goes_to_the_seeds_hosts_only),
    cmocka_unit_test(larger_priorities_are_sooner),
    cmocka_unit_test(links_inherit_seed_and_meta_and_are_one_deeper),
    cmocka_unit_test(meta_is_at_most_64_kb),
    cmocka_unit_test(add_from_is_as_a_link_and_passes_the_scope),
    cmocka_unit_test(hooks_may_change_what_is_said_and_nothing_else),
    cmocka_unit_test(a_requisite_has_its_own_ledger_and_leads_nowhere),
    cmocka_unit_test(a_known_url_is_asked_for_again_by_force_only),
    cmocka_unit_test(requests_come_from_any_thread_before_and_while_it_runs),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* The document of a page: walking it, and building it later. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crawl/gumbo.h"
#include "support/crawl_rig.h"
#include "support/site_server.h"

static const struct cr_site_page page = {
  .path = "/",
  .body = "<!DOCTYPE html><title>T &amp; t</title><!-- not text --><body class=a id=B>"
          "<p>one<b>two</b>three</p><my-tag data-x='1'>four</my-tag><svg><g/></svg>",
};

static bool has_tag(const crawler_node *node, const char *name)
{
  size_t bytes = 4711;
  const char *tag = crawler_node_tag(node, &bytes);

  return tag && bytes == strlen(name) && memcmp(tag, name, bytes) == 0;
}

static const crawler_node *find(const crawler_node *top, const char *name)
{
  for (const crawler_node *n = top; n; n = crawler_node_walk(n, top))
    if (has_tag(n, name))
      return n;
  return NULL;
}

static void join_text(const crawler_node *top, char out[64])
{
  out[0] = '\0';
  for (const crawler_node *n = top; n; n = crawler_node_walk(n, top))
    if (crawler_node_text(n) && strlen(out) + strlen(crawler_node_text(n)) < 63)
      memcpy(out + strlen(out), crawler_node_text(n), strlen(crawler_node_text(n)) + 1);
}

static void check_tree(struct cr_crawl_rig *rig, const crawler_page *in)
{
  const crawler_node *root = crawler_page_root(in);
  const crawler_node *body = find(root, "body");
  const crawler_node *p = find(root, "p");
  const crawler_node *own = find(root, "my-tag");
  char text[64];

  CR_CRAWL_EXPECT(rig, has_tag(root, "html") && crawler_node_parent(root) == NULL);
  CR_CRAWL_EXPECT(rig, crawler_node_next_sibling(root) == NULL);
  CR_CRAWL_EXPECT(rig, has_tag(crawler_node_first_child(root), "head"));
  CR_CRAWL_EXPECT(rig, crawler_node_next_sibling(crawler_node_first_child(root)) == body);
  CR_CRAWL_EXPECT(rig, crawler_node_parent(body) == root);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_node_attr(body, "class"), "a") == 0);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_node_attr(body, "ID"), "B") == 0);
  CR_CRAWL_EXPECT(rig, crawler_node_attr(body, "style") == NULL);
  CR_CRAWL_EXPECT(rig, crawler_node_text(body) == NULL);
  CR_CRAWL_EXPECT(rig, crawler_node_tag(crawler_node_first_child(p), NULL) == NULL);
  CR_CRAWL_EXPECT(rig, strcmp(crawler_node_text(crawler_node_first_child(p)), "one") == 0);
  CR_CRAWL_EXPECT(rig, crawler_node_attr(crawler_node_first_child(p), "class") == NULL);
  join_text(p, text);
  CR_CRAWL_EXPECT(rig, strcmp(text, "onetwothree") == 0); /* the walk stays inside its top */
  join_text(root, text);
  CR_CRAWL_EXPECT(rig, strcmp(text, "T & tonetwothreefour") == 0);
  CR_CRAWL_EXPECT(rig, own && strcmp(crawler_node_attr(own, "data-x"), "1") == 0);
  CR_CRAWL_EXPECT(rig, find(root, "g") != NULL && find(root, "table") == NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_gumbo(in)->root == (const void *)root);
}

/* ---- option document ---- */

static int see_tree(crawler *c, crawler_page *in, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  rig->pulled++;
  check_tree(rig, in);
  CR_CRAWL_EXPECT(rig, crawler_page_build_document(in) == 0); /* it is there */
  return 0;
}

static void with_option_document_each_html_page_has_a_tree(void **state)
{
  (void)state;
  for (int workers = 0; workers <= 2; workers += 2) {
    struct cr_site_server *site = cr_site_start_pages(&page, 1);
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_document(rig.c, 1), 0);
    assert_int_equal(crawler_set_workers(rig.c, workers), 0);
    crawler_on_page(rig.c, see_tree, &rig);
    cr_crawl_add(&rig, cr_site_url(site, "/"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(rig.pulled, 1);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- built later ---- */

static void build(struct cr_crawl_rig *rig, crawler_page *in)
{
  CR_CRAWL_EXPECT(rig, crawler_page_root(in) == NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_gumbo(in) == NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_build_document(in) == 0);
  check_tree(rig, in);
  CR_CRAWL_EXPECT(rig, crawler_page_build_document(in) == 0);
  check_tree(rig, in);
  crawler_page_release(in);
}

static void a_tree_is_built_on_a_page_that_is_held(void **state)
{
  static const enum cr_way ways[] = { CR_WAY_NEXT, CR_WAY_THREAD };

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct cr_site_server *site = cr_site_start_pages(&page, 1);
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, ways[i]);
    rig.on_pulled = build;
    cr_crawl_add(&rig, cr_site_url(site, "/"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(rig.pulled, 1);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static int keep_page(crawler *c, crawler_page *in, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  rig->user = crawler_page_retain(in);
  return 0;
}

static void *build_elsewhere(void *arg)
{
  struct cr_crawl_rig *rig = arg;

  build(rig, rig->user);
  return NULL;
}

static void a_tree_is_built_after_the_crawler_is_gone(void **state)
{
  struct cr_site_server *site = cr_site_start_pages(&page, 1);
  struct cr_crawl_rig rig;
  pthread_t thread;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_page(rig.c, keep_page, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  crawler_free(rig.c);
  rig.c = NULL;
  assert_int_equal(pthread_create(&thread, NULL, build_elsewhere, &rig), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- what has none ---- */

static int build_what_cant(crawler *c, crawler_page *in, void *user)
{
  struct cr_crawl_rig *rig = user;
  const char *url = crawler_page_url(in);
  int want = strstr(url, "/deep") ? CRAWLER_E_LIMIT : CRAWLER_E_UNSUPPORTED;

  (void)c;
  if (crawler_page_root(in)) /* the parser makes <html> of nothing, but only when told to */
    want = strstr(url, "/empty") ? 0 : CRAWLER_DONE;
  CR_CRAWL_EXPECT(rig, crawler_page_build_document(in) == want);
  return 0;
}

static void what_is_not_html_or_too_deep_has_no_tree(void **state)
{
  static char deep[5 * 20000 + 1];
  struct cr_site_page pages[] = {
    { .path = "/empty" },
    { .path = "/text", .headers = "Content-Type: text/plain\n", .body = "<p>text" },
    { .path = "/deep", .body = deep },
  };
  struct cr_site_server *site;

  (void)state;
  for (size_t i = 0; i < 20000; i++)
    memcpy(deep + 5 * i, "<div>", 6);
  site = cr_site_start_pages(pages, 3);
  for (int document = 0; document <= 1; document++) {
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_document(rig.c, document), 0);
    crawler_on_page(rig.c, build_what_cant, &rig);
    for (size_t i = 0; i < 3; i++)
      cr_crawl_add(&rig, cr_site_url(site, pages[i].path));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
  }
  cr_site_stop(site);
}

static void null_is_nothing(void **state)
{
  size_t bytes = 1;

  (void)state;
  assert_int_equal(crawler_page_build_document(NULL), CRAWLER_E_INVAL);
  assert_null(crawler_page_root(NULL));
  assert_null(crawler_page_gumbo(NULL));
  assert_null(crawler_node_parent(NULL));
  assert_null(crawler_node_first_child(NULL));
  assert_null(crawler_node_next_sibling(NULL));
  assert_null(crawler_node_walk(NULL, NULL));
  assert_null(crawler_node_tag(NULL, &bytes));
  assert_int_equal(bytes, 0);
  assert_null(crawler_node_text(NULL));
  assert_null(crawler_node_attr(NULL, "x"));
}

/* ---- without memory ---- */

static int build_without_memory(crawler *c, crawler_page *in, void *user)
{
  struct cr_crawl_rig *rig = user;
  int64_t asked = rig->memory.asked;
  int err;

  (void)c;
  for (int64_t i = 1; (err = crawler_page_root(in) ? 0 : 1) && i < 1000; i += 5) {
    rig->memory.refuse_from = rig->memory.asked + i;
    rig->memory.refuse_to = INT64_MAX;
    err = crawler_page_build_document(in);
    rig->memory.refuse_from = 0;
    CR_CRAWL_EXPECT(rig, err == 0 || err == CRAWLER_E_NOMEM);
    CR_CRAWL_EXPECT(rig, (err == 0) == (crawler_page_root(in) != NULL));
  }
  CR_CRAWL_EXPECT(rig, rig->memory.asked > asked + 3 && crawler_page_root(in));
  return 0;
}

static void a_tree_that_finds_no_memory_can_be_asked_for_again(void **state)
{
  static char large[8 * 600 + 1];
  struct cr_site_page pages[] = { { .path = "/", .body = large } };
  struct cr_site_server *site;
  struct cr_crawl_rig rig;

  (void)state;
  for (size_t i = 0; i < 600; i++)
    memcpy(large + 8 * i, "<p>x</p>", 9);
  site = cr_site_start_pages(pages, 1);
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_page(rig.c, build_without_memory, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(with_option_document_each_html_page_has_a_tree),
    cmocka_unit_test(a_tree_is_built_on_a_page_that_is_held),
    cmocka_unit_test(a_tree_is_built_after_the_crawler_is_gone),
    cmocka_unit_test(what_is_not_html_or_too_deep_has_no_tree),
    cmocka_unit_test(null_is_nothing),
    cmocka_unit_test(a_tree_that_finds_no_memory_can_be_asked_for_again),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_pieces.c - a document in pieces of random sizes tells what it tells as a whole.
 *
 * Every page of data/html; and $CONFORMANCE/html/hostile-html.jsonl, bytes that another parser's
 * fuzzer found, which come from a repository under the GPL and aren't copied. Links with all their
 * parts, facts, and whether a tree has to decide.
 */
#include "parse/extract_rig.h"
#include "support/conformance.h"
#include "support/jsonl.h"
#include "support/same_found.h"

enum { ROUNDS = 3 };

struct pieces {
  struct extract_rig whole;
  struct extract_rig cut;
  uint64_t seed;
  size_t documents;
  size_t links;
};

static uint32_t draw(struct pieces *p, uint32_t below)
{
  p->seed = p->seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(p->seed >> 33) % below;
}

/* Mostly a few bytes, sometimes many. */
static size_t draw_size(struct pieces *p)
{
  return 1 + draw(p, draw(p, 8) == 0 ? 400 : 12);
}

/* Each piece lies in memory of its own size, so that a read behind its end is seen. */
static void read_cut(struct pieces *p, struct cr_span html)
{
  struct extract_rig *rig = &p->cut;

  cr_arena_reset(&rig->keep);
  cr_arena_reset(&rig->scratch);
  cr_collect_init(&rig->collect, &rig->keep, &rig->scratch, rig->charset, &rig->wants);
  cr_extract_begin(&rig->extract, &rig->collect, &rig->mem, html.len + 1);
  for (size_t at = 0; at < html.len;) {
    size_t size = draw_size(p);
    size_t len = html.len - at < size ? html.len - at : size;
    char *copy = malloc(len);
    memcpy(copy, html.at + at, len);
    at += len;
    /* the last piece may say so, or an empty one behind it */
    assert_int_equal(
        cr_extract_add(&rig->extract, cr_span(copy, len), at == html.len && draw(p, 2) == 0), 0);
    free(copy);
  }
  assert_int_equal(cr_extract_add(&rig->extract, cr_span(NULL, 0), true), 0);
  assert_int_equal(cr_collect_finish(&rig->collect), 0);
  cr_extract_free(&rig->extract);
}

static void check(struct pieces *p, struct cr_span html, const struct cr_jsonl *lines)
{
  static const char *const charsets[] = { "utf-8", "windows-1252", "euc-jp" };

  for (unsigned i = 0; i < ROUNDS; i++) {
    p->whole.charset = p->cut.charset = charsets[i];
    extract_run(&p->whole, html, html.len + 1);
    read_cut(p, html);
    if (cr_extract_is_doubtful(&p->whole.extract) != cr_extract_is_doubtful(&p->cut.extract))
      fail_msg("%s:%zu: doubt", lines->path, lines->line);
    if (!cr_same_found(&p->whole.collect.found, &p->cut.collect.found))
      fail_msg("%s:%zu: other links or facts", lines->path, lines->line);
    p->links += p->whole.collect.found.count;
  }
  p->documents++;
}

static void open_pieces(struct pieces *p)
{
  *p = (struct pieces){ .seed = 1 };
  extract_open(&p->whole);
  extract_open(&p->cut);
}

static void close_pieces(struct pieces *p)
{
  print_message("%zu documents, %zu links compared\n", p->documents, p->links);
  assert_true(p->documents > 0);
  extract_close(&p->cut);
  extract_close(&p->whole);
}

/* What a row calls its page. */
static void check_file(struct pieces *p, const char *path)
{
  static const char *const members[] = { "html", "body", "" };
  struct cr_jsonl lines;
  const struct cr_json *row;

  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines)))
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
      struct cr_span html = cr_json_bytes(&lines, row, members[i]);
      if (html.at)
        check(p, html, &lines);
    }
  cr_jsonl_close(&lines);
}

static void each_page_of_the_suites_tells_the_same(void **state)
{
  static const char *const files[] = {
    "html/tree-links.jsonl",           "html/tokenizer.jsonl",
    "html/crawl-maze-pages.jsonl",     "html/katana-links.jsonl",
    "html/linkchecker-pages.jsonl",    "html/links-nutch-heritrix-linkchecker.jsonl",
    "html/scrapy-linkextractor.jsonl", "html/w3lib-base-url.jsonl",
    "html/w3lib-meta-refresh.jsonl",   "html/meta-robots.jsonl",
    "charset/html5lib-encoding.jsonl",
  };
  struct pieces *p = malloc(sizeof(*p));
  (void)state;

  open_pieces(p);
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    check_file(p, files[i]);
  assert_int_equal(p->documents, 3353);
  assert_true(p->links > 500);
  close_pieces(p);
  free(p);
}

static void so_do_hostile_bytes(void **state)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  struct pieces *p;
  (void)state;

  if (!cr_conformance_path("html/hostile-html.jsonl", path))
    skip();
  p = malloc(sizeof(*p));
  open_pieces(p);
  check_file(p, path);
  close_pieces(p);
  free(p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_page_of_the_suites_tells_the_same),
    cmocka_unit_test(so_do_hostile_bytes),
  };

  return cmocka_run_group_tests_name("pieces", tests, NULL, NULL);
}

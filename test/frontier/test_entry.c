/* SPDX-License-Identifier: MIT */
/* test_entry.c - URLs as they lie in memory, and what they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontier/entry.h"
#include "support/oom.h"

static int attached;

static struct cr_frontier_item item_of(const char *target, const char *referrer)
{
  return (struct cr_frontier_item){ .fp = 99,
                                    .authority = 3,
                                    .lastmod_s = UINT32_MAX,
                                    .depth = 300,
                                    .priority = -5,
                                    .kind = 2,
                                    .method = 1,
                                    .hops = 4,
                                    .flags = CR_ITEM_SEED,
                                    .target = cr_span_text(target),
                                    .referrer = cr_span_text(referrer),
                                    .extra = &attached };
}

static bool is_text(struct cr_span span, const char *text)
{
  return cr_span_eq(span, cr_span_text(text));
}

static void an_entry_is_a_copy_of_its_item(void **state)
{
  struct cr_frontier_item item = item_of("/a?b=c", "https://r.example/");
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  char meta[] = "m\0m";
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  item.via = CR_SPAN("https://v.example/");
  item.meta = cr_span(meta, 3);
  uint32_t name = cr_entry_make(&slab, &item, &shared);
  memset(meta, 'x', 3);
  const struct cr_entry *entry = cr_entry_at(&slab, name);
  assert_true(entry->fp == 99 && entry->authority == 3 && entry->depth == 300);
  assert_true(entry->priority == -5 && entry->kind == 2 && entry->method == 1);
  assert_true(entry->hops == 4 && entry->flags == CR_ITEM_SEED && entry->attempt == 1);
  assert_true(entry->extra == item.extra && entry->lastmod_s == UINT32_MAX);
  assert_true(is_text(cr_span(entry->target, entry->target_len), "/a?b=c"));
  assert_true(is_text(cr_entry_origin(&slab, entry, CR_ORIGIN_REFERRER), "https://r.example/"));
  assert_true(is_text(cr_entry_origin(&slab, entry, CR_ORIGIN_VIA), "https://v.example/"));
  assert_true(is_text(cr_entry_origin(&slab, entry, CR_ORIGIN_SEED), ""));
  assert_true(cr_span_eq(cr_entry_origin(&slab, entry, CR_ORIGIN_META), cr_span("m\0m", 3)));
  cr_entry_free(&slab, name);
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void neighbours_share_what_is_the_same_text_in_memory(void **state)
{
  char page[] = "https://r.example/page";
  struct cr_frontier_item items[4] = { item_of("/1", page), item_of("/2", page),
                                       item_of("/3", "https://r.example/page"), item_of("/4", "") };
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  uint32_t names[4];
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  for (int i = 0; i < 4; i++)
    names[i] = cr_entry_make(&slab, &items[i], &shared);
  uint32_t origin = cr_entry_at(&slab, names[0])->origin;
  assert_int_equal(cr_entry_at(&slab, names[1])->origin, origin);
  assert_int_not_equal(cr_entry_at(&slab, names[2])->origin, origin);
  assert_int_equal(cr_entry_at(&slab, names[3])->origin, CR_SLAB_NONE); /* nothing to keep */
  cr_entry_free(&slab, names[0]);
  const struct cr_entry *second = cr_entry_at(&slab, names[1]);
  assert_true(is_text(cr_entry_origin(&slab, second, CR_ORIGIN_REFERRER), page));
  for (int i = 1; i < 4; i++)
    cr_entry_free(&slab, names[i]);
  assert_true(mem.blocks <= 2); /* all blocks are back: the slab holds a chunk and its directory */
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void a_redirect_changes_target_hops_and_attempt(void **state)
{
  struct cr_frontier_item item = item_of("/from", "https://r.example/");
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  uint32_t name = cr_entry_make(&slab, &item, &shared);
  cr_entry_at(&slab, name)->attempt = 3;
  uint32_t copy = cr_entry_retarget(&slab, name, CR_SPAN("/to/somewhere/else"));
  cr_entry_free(&slab, name);
  struct cr_entry *entry = cr_entry_at(&slab, copy);
  assert_true(is_text(cr_span(entry->target, entry->target_len), "/to/somewhere/else"));
  assert_true(entry->hops == 5 && entry->attempt == 1 && entry->depth == 300);
  assert_true(entry->fp == 99 && entry->extra == item.extra);
  assert_true(is_text(cr_entry_origin(&slab, entry, CR_ORIGIN_REFERRER), "https://r.example/"));
  entry->hops = UINT8_MAX;
  uint32_t last = cr_entry_retarget(&slab, copy, cr_span(NULL, 0));
  assert_int_equal(cr_entry_at(&slab, last)->hops, UINT8_MAX);
  cr_entry_free(&slab, copy);
  cr_entry_free(&slab, last);
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void the_longest_target_fits(void **state)
{
  static char target[CR_ENTRY_TARGET_MAX];
  struct cr_frontier_item item = item_of("", "");
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  memset(target, 'x', sizeof(target));
  item.target = cr_span(target, sizeof(target));
  uint32_t name = cr_entry_make(&slab, &item, &shared);
  assert_int_equal(cr_entry_at(&slab, name)->target_len, CR_ENTRY_TARGET_MAX);
  assert_memory_equal(cr_entry_at(&slab, name)->target, target, sizeof(target));
  struct cr_frontier_item longer = item;
  longer.meta = cr_span(target, (size_t)UINT32_MAX); /* not read: it is too long */
  assert_int_equal(cr_entry_make(&slab, &longer, &shared), CR_ENTRY_NONE);
  cr_entry_free(&slab, name);
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void a_60_byte_target_takes_112_bytes(void **state)
{
  assert_int_equal((offsetof(struct cr_entry, target) + 60 + 15) / 16 * 16, 112);
  (void)state;
}

static void make_some(struct cr_mem *mem, void *arg)
{
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };
  struct cr_budget budget = { mem, 0 };
  struct cr_slab slab;
  struct cr_frontier_item items[30];
  uint32_t names[30];
  char texts[30][200];
  (void)arg;

  cr_slab_init(&slab, &budget);
  for (int i = 0; i < 30; i++) {
    memset(texts[i], 'a' + i, sizeof(texts[i]));
    items[i] = item_of("/", "");
    items[i].referrer = cr_span(texts[i / 2 * 2], sizeof(texts[i]));
    names[i] = cr_entry_make(&slab, &items[i], &shared);
    assert_true(names[i] != CR_ENTRY_NONE || cr_test_oom_refused(mem));
    if (names[i] == CR_ENTRY_NONE)
      shared.item = NULL;
  }
  for (int i = 0; i < 30; i++) {
    if (names[i] == CR_ENTRY_NONE)
      continue;
    struct cr_span span = cr_entry_origin(&slab, cr_entry_at(&slab, names[i]), CR_ORIGIN_REFERRER);
    assert_true(cr_span_eq(span, cr_span(texts[i / 2 * 2], sizeof(texts[i]))));
    cr_entry_free(&slab, names[i]);
  }
  cr_slab_close(&slab);
}

static void a_failed_entry_leaves_no_origin(void **state)
{
  (void)state;
  cr_test_oom(make_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_entry_is_a_copy_of_its_item),
    cmocka_unit_test(neighbours_share_what_is_the_same_text_in_memory),
    cmocka_unit_test(a_redirect_changes_target_hops_and_attempt),
    cmocka_unit_test(the_longest_target_fits),
    cmocka_unit_test(a_60_byte_target_takes_112_bytes),
    cmocka_unit_test(a_failed_entry_leaves_no_origin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

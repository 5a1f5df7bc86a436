/* SPDX-License-Identifier: MIT */
/* test_meta.c - text by name that travels with a URL. */
#include "model/meta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

static struct cr_mem mem;
static struct cr_arena arena;
static char text[CR_META_MAX_BYTES + 1]; /* of 'x' */

static int open_arena(void **state)
{
  (void)state;
  memset(text, 'x', sizeof(text));
  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_CORE, 512, 0);
  return 0;
}

static int close_arena(void **state)
{
  (void)state;
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
  return 0;
}

/* So many 'x', in a buffer of its own: the one before is gone. */
static const char *xs(size_t len)
{
  static size_t ended;

  text[ended] = 'x';
  text[len] = '\0';
  ended = len;
  return text;
}

static void assert_block(struct cr_span meta, struct cr_span want)
{
  assert_int_equal(meta.len, want.len);
  assert_true(cr_span_eq(meta, want));
}

static void pairs_are_set_replaced_and_removed(void **state)
{
  struct cr_span meta = { NULL, 0 };
  (void)state;

  assert_null(cr_meta_get(meta, "a"));
  assert_int_equal(cr_meta_set(&meta, &arena, "a", "1"), 0);
  assert_int_equal(cr_meta_set(&meta, &arena, "b", ""), 0);
  assert_int_equal(cr_meta_set(&meta, &arena, "", "3"), 0); /* the empty name is one */
  assert_block(meta, CR_SPAN("a\0001\0b\0\0\0003\0"));
  assert_string_equal(cr_meta_get(meta, "a"), "1");
  assert_string_equal(cr_meta_get(meta, "b"), "");
  assert_string_equal(cr_meta_get(meta, ""), "3");
  assert_null(cr_meta_get(meta, "A")); /* case matters */
  assert_null(cr_meta_get(meta, "1")); /* a value is no name */
  assert_null(cr_meta_get(meta, "ab"));

  assert_int_equal(cr_meta_set(&meta, &arena, "a", "longer"), 0);
  assert_block(meta, CR_SPAN("b\0\0\0003\0a\0longer\0"));
  assert_int_equal(cr_meta_set(&meta, &arena, "b", NULL), 0);
  assert_block(meta, CR_SPAN("\0003\0a\0longer\0"));
  assert_int_equal(cr_meta_set(&meta, &arena, "none", NULL), 0);
  assert_block(meta, CR_SPAN("\0003\0a\0longer\0"));
  assert_int_equal(cr_meta_set(&meta, &arena, "", NULL), 0);
  assert_int_equal(cr_meta_set(&meta, &arena, "a", NULL), 0);
  assert_int_equal(meta.len, 0);
  assert_null(cr_meta_get(meta, "a"));
  assert_int_equal(cr_meta_set(&meta, &arena, "a", NULL), 0); /* of nothing, nothing */
  assert_int_equal(meta.len, 0);
}

static void a_change_leaves_the_block_that_others_share(void **state)
{
  struct cr_span meta = { NULL, 0 };
  struct cr_span shared;
  (void)state;

  assert_int_equal(cr_meta_set(&meta, &arena, "a", "1"), 0);
  shared = meta;
  assert_int_equal(cr_meta_set(&meta, &arena, "a", "2"), 0);
  assert_int_equal(cr_meta_set(&meta, &arena, "b", cr_meta_get(meta, "a")), 0); /* of itself */
  assert_block(shared, CR_SPAN("a\0001\0"));
  assert_block(meta, CR_SPAN("a\0002\0b\0002\0"));
}

static void what_is_left_counts_for_the_limit_not_what_was(void **state)
{
  struct cr_span meta = { NULL, 0 };
  (void)state;

  assert_int_equal(cr_meta_set(&meta, &arena, "a", xs(CR_META_MAX_BYTES - 2)), CRAWLER_E_LIMIT);
  assert_int_equal(meta.len, 0);
  assert_int_equal(cr_meta_set(&meta, &arena, "a", xs(CR_META_MAX_BYTES - 3)), 0);
  assert_int_equal(meta.len, CR_META_MAX_BYTES); /* full */
  assert_int_equal(cr_meta_set(&meta, &arena, "", ""), CRAWLER_E_LIMIT);
  assert_int_equal(cr_meta_set(&meta, &arena, xs(CR_META_MAX_BYTES), NULL), 0); /* not there */
  assert_int_equal(meta.len, CR_META_MAX_BYTES);
  assert_int_equal(cr_meta_set(&meta, &arena, "a", xs(CR_META_MAX_BYTES - 4)), 0);
  assert_int_equal(meta.len, CR_META_MAX_BYTES - 1);
  assert_int_equal(strlen(cr_meta_get(meta, "a")), CR_META_MAX_BYTES - 4);
  assert_int_equal(cr_meta_set(&meta, &arena, "a", xs(CR_META_MAX_BYTES - 2)), CRAWLER_E_LIMIT);
  assert_int_equal(strlen(cr_meta_get(meta, "a")), CR_META_MAX_BYTES - 4);
  assert_int_equal(cr_meta_set(&meta, &arena, "a", NULL), 0);
  assert_int_equal(meta.len, 0);
}

static void many_pairs_are_all_found(void **state)
{
  struct cr_span meta = { NULL, 0 };
  char key[16];
  char value[16];
  (void)state;

  for (int i = 0; i < 300; i++) {
    (void)snprintf(key, sizeof(key), "k%d", i);
    (void)snprintf(value, sizeof(value), "%d", i * i);
    assert_int_equal(cr_meta_set(&meta, &arena, key, value), 0);
  }
  for (int i = 0; i < 300; i++) {
    (void)snprintf(key, sizeof(key), "k%d", i);
    (void)snprintf(value, sizeof(value), "%d", i * i);
    assert_string_equal(cr_meta_get(meta, key), value);
  }
}

static void set_with(struct cr_mem *oom, void *arg)
{
  struct cr_span meta = CR_SPAN("a\0001\0");
  struct cr_arena own;
  (void)arg;

  cr_arena_init(&own, oom, CR_MEM_CORE, 8, 0);
  int err = cr_meta_set(&meta, &own, "key", "a longer value");
  assert_int_equal(err, cr_test_oom_refused(oom) ? CRAWLER_E_NOMEM : 0);
  assert_string_equal(cr_meta_get(meta, "a"), "1");
  assert_int_equal(cr_meta_get(meta, "key") != NULL, err == 0);
  cr_arena_free(&own);
}

static void without_memory_the_old_block_stays(void **state)
{
  (void)state;
  cr_test_oom(set_with, NULL);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

int main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_ARENA(pairs_are_set_replaced_and_removed),
    WITH_ARENA(a_change_leaves_the_block_that_others_share),
    WITH_ARENA(what_is_left_counts_for_the_limit_not_what_was),
    WITH_ARENA(many_pairs_are_all_found),
    cmocka_unit_test(without_memory_the_old_block_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_list.c - the intrusive list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/list.h"

struct letter {
  int other;
  struct cr_list link;
  char c;
};

/* Both ways, so that every pointer is looked at. */
static void assert_reads(const struct cr_list *head, const char *want)
{
  size_t len = strlen(want);
  size_t i = 0;

  for (struct cr_list *l = head->next; l != head; l = l->next) {
    assert_true(i < len);
    assert_int_equal(CR_CONTAINER(l, struct letter, link)->c, want[i++]);
  }
  assert_int_equal(i, len);
  for (struct cr_list *l = head->prev; l != head; l = l->prev)
    assert_int_equal(CR_CONTAINER(l, struct letter, link)->c, want[--i]);
  assert_int_equal(i, 0);
}

static void nodes_keep_their_order(void **state)
{
  struct cr_list head;
  struct letter l[4];
  (void)state;

  cr_list_init(&head);
  assert_true(cr_list_empty(&head));
  assert_null(cr_list_pop(&head));
  for (int i = 0; i < 4; i++)
    l[i].c = (char)('a' + i);
  cr_list_push(&head, &l[1].link);
  cr_list_push(&head, &l[3].link);
  cr_list_push_front(&head, &l[0].link);
  cr_list_insert_before(&l[3].link, &l[2].link);
  assert_reads(&head, "abcd");
  cr_list_remove(&l[1].link);
  cr_list_remove(&l[1].link); /* twice is fine */
  assert_reads(&head, "acd");
  assert_ptr_equal(cr_list_pop(&head), &l[0].link);
  assert_true(cr_list_empty(&l[0].link));
  assert_reads(&head, "cd");
}

static void splice_moves_all(void **state)
{
  struct cr_list to;
  struct cr_list from;
  struct letter l[3];
  (void)state;

  cr_list_init(&to);
  cr_list_init(&from);
  for (int i = 0; i < 3; i++)
    l[i].c = (char)('a' + i);
  cr_list_push(&from, &l[0].link);
  cr_list_push(&from, &l[1].link);
  cr_list_splice(&to, &from);
  assert_reads(&to, "ab");
  assert_reads(&from, "");
  cr_list_splice(&to, &from);
  assert_reads(&to, "ab");
  cr_list_push(&from, &l[2].link);
  cr_list_splice(&to, &from);
  assert_reads(&to, "abc");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nodes_keep_their_order),
    cmocka_unit_test(splice_moves_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

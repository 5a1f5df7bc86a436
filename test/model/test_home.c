/* SPDX-License-Identifier: MIT */
/* test_home.c - what outlives the crawler: its memory and its mailbox, also with many threads. */
#include "model/home.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SENDERS = 4, LETTERS = 2000 };

static struct cr_home *plain_home(void)
{
  struct cr_home *home = cr_home_new(NULL, NULL, NULL, NULL);

  assert_non_null(home);
  return home;
}

static void count_wake(void *arg)
{
  ++*(int *)arg; /* under the home's lock */
}

/* ---- lifetime ---- */

static void *counted_malloc(size_t bytes, void *user)
{
  int *live = user;
  void *block = *live < 0 ? NULL : malloc(bytes);

  *live += block != NULL;
  return block;
}

static void *counted_realloc(void *block, size_t bytes, void *user)
{
  (void)user;
  return realloc(block, bytes);
}

static void counted_free(void *block, void *user)
{
  --*(int *)user;
  free(block);
}

static void the_last_release_frees_with_the_hosts_function(void **state)
{
  int live = 0;
  (void)state;

  struct cr_home *home = cr_home_new(counted_malloc, counted_realloc, counted_free, &live);
  assert_non_null(home);
  assert_int_equal(live, 1);
  assert_int_equal(home->refs, 1);
  assert_int_equal(cr_mem_used(&home->mem), 0); /* it doesn't count itself */
  assert_ptr_equal(cr_home_retain(home), home);
  cr_home_release(home);
  assert_int_equal(live, 1);
  void *block = cr_alloc(&home->mem, CR_MEM_PAGE, 10);
  assert_int_equal(live, 2);
  cr_free(&home->mem, block);
  cr_home_release(home);
  assert_int_equal(live, 0);
}

static void without_memory_there_is_no_home(void **state)
{
  int live = -1;
  (void)state;

  assert_null(cr_home_new(counted_malloc, counted_realloc, counted_free, &live));
  assert_int_equal(live, -1);
}

/* ---- the mailbox, on one thread ---- */

static void letters_are_collected_in_order_behind_what_is_there(void **state)
{
  struct cr_home *home = plain_home();
  struct cr_letter letters[4];
  struct cr_list list;
  (void)state;

  cr_list_init(&list);
  cr_home_collect(home, &list);
  assert_true(cr_list_empty(&list));
  assert_false(cr_home_has_letters(home));
  cr_list_push(&list, &letters[0].link);
  for (int i = 1; i < 4; i++)
    assert_true(cr_home_post(home, &letters[i]));
  assert_true(cr_home_has_letters(home));
  cr_home_collect(home, &list);
  assert_false(cr_home_has_letters(home));
  for (int i = 0; i < 4; i++)
    assert_ptr_equal(cr_list_pop(&list), &letters[i].link);
  assert_null(cr_list_pop(&list));
  assert_true(cr_home_post(home, &letters[2])); /* a letter can be sent again */
  cr_home_collect(home, &list);
  assert_ptr_equal(cr_list_pop(&list), &letters[2].link);
  cr_home_release(home);
}

static void only_the_first_letter_wakes(void **state)
{
  struct cr_home *home = plain_home();
  struct cr_letter letters[4];
  struct cr_list list;
  int wakes = 0;
  (void)state;

  cr_list_init(&list);
  assert_true(cr_home_post(home, &letters[0])); /* nobody waits yet */
  cr_home_on_post(home, count_wake, &wakes);
  assert_true(cr_home_post(home, &letters[1]));
  assert_int_equal(wakes, 0); /* letters were there: who comes late looks for himself */
  cr_home_collect(home, &list);
  assert_true(cr_home_post(home, &letters[2]));
  assert_true(cr_home_post(home, &letters[3]));
  assert_int_equal(wakes, 1);
  cr_home_collect(home, &list);
  cr_home_on_post(home, NULL, NULL);
  assert_true(cr_home_post(home, &letters[0]));
  assert_int_equal(wakes, 1);
  cr_home_release(home);
}

static void a_closed_mailbox_refuses_and_wakes_nobody(void **state)
{
  struct cr_home *home = plain_home();
  struct cr_letter early;
  struct cr_letter late;
  struct cr_list list;
  int wakes = 0;
  (void)state;

  cr_list_init(&list);
  cr_list_init(&late.link);
  cr_home_on_post(home, count_wake, &wakes);
  assert_true(cr_home_post(home, &early));
  cr_home_close(home);
  assert_false(cr_home_post(home, &late));
  assert_true(cr_list_empty(&late.link)); /* still the sender's */
  cr_home_collect(home, &list);           /* what was taken before can be had */
  assert_ptr_equal(cr_list_pop(&list), &early.link);
  assert_false(cr_home_post(home, &late));
  assert_false(cr_home_has_letters(home));
  assert_int_equal(wakes, 1);
  cr_home_close(home);
  cr_home_release(home);
}

/* ---- the mailbox, between threads ---- */

struct stamped {
  struct cr_letter letter;
  int sender;
  int number;
};

struct sender {
  pthread_t thread;
  struct cr_home *home; /* retained */
  int self;
  int taken;
  struct stamped letters[LETTERS];
};

/* Asserts nothing: cmocka's jumps belong to the main thread. */
static void *send_all(void *arg)
{
  struct sender *sender = arg;

  for (int i = 0; i < LETTERS; i++) {
    struct stamped *s = &sender->letters[i];
    s->sender = sender->self;
    s->number = i;
    s->letter.kind = CR_LETTER_SUBMIT;
    cr_home_release(cr_home_retain(sender->home));
    sender->taken += cr_home_post(sender->home, &s->letter);
  }
  cr_home_release(sender->home);
  return NULL;
}

static struct sender *start_senders(struct cr_home *home)
{
  struct sender *senders = calloc(SENDERS, sizeof(*senders));

  assert_non_null(senders);
  for (int i = 0; i < SENDERS; i++) {
    senders[i].home = cr_home_retain(home);
    senders[i].self = i;
    assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
  }
  return senders;
}

static int join_senders(struct sender *senders)
{
  int taken = 0;

  for (int i = 0; i < SENDERS; i++) {
    assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
    taken += senders[i].taken;
  }
  return taken;
}

/* Each sender's letters come in the order they were sent in; next[sender]: the one due. */
static int read_letters(struct cr_list *list, int *next)
{
  struct cr_list *node;
  int count = 0;

  for (node = cr_list_pop(list); node; node = cr_list_pop(list), count++) {
    struct cr_letter *letter = CR_CONTAINER(node, struct cr_letter, link);
    struct stamped *s = CR_CONTAINER(letter, struct stamped, letter);
    assert_int_equal(s->number, next[s->sender]);
    next[s->sender]++;
  }
  return count;
}

static void letters_of_many_threads_all_arrive_with_a_wake_each_time(void **state)
{
  struct cr_home *home = plain_home();
  int next[SENDERS] = { 0 };
  struct cr_list list;
  int wakes = 0;
  int rounds = 0;
  int got = 0;
  (void)state;

  cr_list_init(&list);
  cr_home_on_post(home, count_wake, &wakes);
  struct sender *senders = start_senders(home);
  while (got < SENDERS * LETTERS) {
    cr_home_collect(home, &list);
    int count = read_letters(&list, next);
    got += count;
    rounds += count > 0;
    if (count == 0)
      (void)sched_yield();
  }
  assert_int_equal(join_senders(senders), got);
  assert_false(cr_home_has_letters(home));
  assert_int_equal(wakes, rounds); /* one for each time that letters stopped being none */
  assert_int_equal(home->refs, 1);
  free(senders);
  cr_home_release(home);
}

static void what_was_taken_before_the_close_is_there_and_nothing_else(void **state)
{
  (void)state;
  for (int run = 0; run < 10; run++) {
    struct cr_home *home = cr_home_retain(plain_home());
    int next[SENDERS] = { 0 };
    struct cr_list list;

    cr_list_init(&list);
    struct sender *senders = start_senders(home);
    while (!cr_home_has_letters(home))
      (void)sched_yield();
    cr_home_close(home);
    cr_home_release(home); /* as crawler_free() does; pages may still hold it */
    int taken = join_senders(senders);
    cr_home_collect(home, &list);
    assert_int_equal(read_letters(&list, next), taken);
    free(senders);
    cr_home_release(home);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_last_release_frees_with_the_hosts_function),
    cmocka_unit_test(without_memory_there_is_no_home),
    cmocka_unit_test(letters_are_collected_in_order_behind_what_is_there),
    cmocka_unit_test(only_the_first_letter_wakes),
    cmocka_unit_test(a_closed_mailbox_refuses_and_wakes_nobody),
    cmocka_unit_test(letters_of_many_threads_all_arrive_with_a_wake_each_time),
    cmocka_unit_test(what_was_taken_before_the_close_is_there_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

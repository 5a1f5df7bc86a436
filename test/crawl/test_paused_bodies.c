/* SPDX-License-Identifier: MIT */
/* test_paused_bodies.c - on_body answers "later": what becomes of the transfer, and of the crawl.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <zlib.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"
#include "support/oom.h"
#include "support/requests.h"

#define BODY "0123456789abcdef" /* comes in two pieces */

enum { BODY_BYTES = sizeof(BODY) - 1, WAITED_FOR = 40 };

static const struct cr_sim_page pages[] = {
  { "/", .body = BODY, .type = "text/plain" },
  { "/two", .body = BODY, .type = "text/plain" },
  { "http://b.example/", .body = BODY, .type = "text/plain" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

struct reader {
  struct cr_sim sim;
  char data[4 * BODY_BYTES + 1];
  size_t bytes;
  int calls;
  int verdict;        /* what on_body answers */
  bool resumes_first; /* before it has answered */
  crawler_page *kept; /* the first page, retained */
};

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct reader *r = user;

  (void)c;
  if (!r->kept)
    r->kept = crawler_page_retain(page);
  if (page != r->kept)
    return CRAWLER_ACCEPT;
  assert_true(r->bytes + bytes < sizeof(r->data));
  memcpy(r->data + r->bytes, data, bytes);
  r->bytes += bytes;
  r->calls++;
  if (r->resumes_first)
    assert_int_equal(crawler_request_resume(crawler_page_request(page)), 0);
  return r->verdict;
}

static void open(struct reader *r)
{
  memset(r, 0, sizeof(*r));
  cr_sim_open(&r->sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&r->sim, "obey_robots", "0");
  cr_sim_set(&r->sim, "max_retries", "0");
  cr_sim_set(&r->sim, "span_hosts", "1");
  crawler_on_body(r->sim.c, on_body, r);
  r->verdict = CRAWLER_LATER;
  cr_sim_add(&r->sim, "/");
}

static void end(struct reader *r)
{
  crawler_page_release(r->kept);
  cr_sim_close(&r->sim);
}

static int resume(struct reader *r)
{
  return crawler_request_resume(crawler_page_request(r->kept));
}

/* Turns until on_body was called that often. */
static void step_to(struct reader *r, int calls)
{
  while (r->calls < calls)
    assert_false(cr_sim_step(&r->sim, -1));
  cr_sim_check(&r->sim);
}

static void check_whole(const struct reader *r)
{
  assert_int_equal(r->bytes, BODY_BYTES);
  assert_memory_equal(r->data, BODY, BODY_BYTES);
  assert_int_equal(cr_sim_outcome(&r->sim, "/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_asked(&r->sim, "/"), 1);
  assert_string_equal(crawler_ended(r->sim.c), "complete");
}

static void the_bytes_are_taken_and_the_next_come_after_the_resume(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  step_to(&r, 1);
  for (int i = 0; i < 5; i++)
    assert_false(cr_sim_step(&r.sim, 0));
  assert_int_equal(r.calls, 1);
  assert_int_equal(resume(&r), 0);
  assert_int_equal(r.calls, 1); /* never in there */
  step_to(&r, 2);
  assert_int_equal(cr_sim_outcome(&r.sim, "/"), 0); /* paused behind its last byte, too */
  assert_int_equal(resume(&r), 0);
  cr_sim_run(&r.sim);
  assert_int_equal(r.calls, 2);
  check_whole(&r);
  end(&r);
}

static void a_resume_before_the_answer_counts(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  r.resumes_first = true;
  cr_sim_run(&r.sim);
  assert_int_equal(r.calls, 2);
  check_whole(&r);
  end(&r);
}

static void resumed_twice_it_goes_on_once(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  step_to(&r, 1);
  assert_int_equal(resume(&r), 0);
  assert_int_equal(resume(&r), 0);
  step_to(&r, 2);
  for (int i = 0; i < 5; i++)
    assert_false(cr_sim_step(&r.sim, 0));
  assert_int_equal(resume(&r), 0);
  cr_sim_run(&r.sim);
  check_whole(&r);
  end(&r);
}

static void a_resume_of_what_is_not_paused_does_nothing(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  r.verdict = CRAWLER_ACCEPT;
  r.resumes_first = true;
  cr_sim_run(&r.sim);
  check_whole(&r);
  assert_int_equal(resume(&r), 0); /* it is over */
  cr_sim_add(&r.sim, "/two");
  cr_sim_run(&r.sim);
  assert_int_equal(cr_sim_outcome(&r.sim, "/two"), CRAWLER_FETCHED);
  end(&r);
}

static int resume_in_filter(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  *(int *)user = crawler_request_resume(req);
  return CRAWLER_ACCEPT;
}

static void what_has_no_transfer_cannot_be_resumed(void **state)
{
  struct reader r;
  crawler_request *req;
  crawler_page *page = NULL;
  int in_filter = 0;
  (void)state;

  assert_int_equal(crawler_request_resume(NULL), CRAWLER_E_INVAL);
  open(&r);
  req = cr_request_of(r.sim.c, "http://a.example/new");
  assert_int_equal(crawler_request_resume(req), CRAWLER_E_STATE);
  crawler_request_free(req);
  assert_int_equal(crawler_document_new(&page, NULL, NULL, "x", 1, NULL), 0);
  assert_int_equal(crawler_request_resume(crawler_page_request(page)), CRAWLER_E_STATE);
  crawler_page_release(page);
  crawler_on_filter(r.sim.c, resume_in_filter, &in_filter);
  r.verdict = CRAWLER_ACCEPT;
  cr_sim_run(&r.sim);
  assert_int_equal(in_filter, CRAWLER_E_STATE);
  crawler_free(r.sim.c);
  r.sim.freed = true;
  assert_int_equal(resume(&r), CRAWLER_E_STATE); /* the crawler is gone, the page isn't */
  end(&r);
}

static void the_hook_may_reject_after_a_pause(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  step_to(&r, 1);
  r.verdict = CRAWLER_REJECT;
  assert_int_equal(resume(&r), 0);
  cr_sim_run(&r.sim);
  assert_int_equal(r.calls, 2);
  assert_int_equal(cr_sim_reason(&r.sim, "/"), CRAWLER_FAILED_UNWANTED_TYPE);
  end(&r);
}

static void a_hook_removed_in_a_pause_is_not_called(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  step_to(&r, 1);
  crawler_on_body(r.sim.c, NULL, NULL);
  assert_int_equal(resume(&r), 0);
  cr_sim_run(&r.sim);
  assert_int_equal(r.calls, 1);
  assert_int_equal(cr_sim_outcome(&r.sim, "/"), CRAWLER_FETCHED);
  end(&r);
}

/* ---- in the middle of a piece ---- */

enum { UNPACKED_BYTES = 200 * 1000 }; /* a dozen calls for one piece of the wire */

static void answer_packed(const struct cr_sim_world *world, const struct cr_sim_request *request,
                          struct cr_sim_answer *answer)
{
  static unsigned char zeros[UNPACKED_BYTES];
  unsigned char packed[4096];
  uLongf bytes = sizeof(packed);

  (void)world;
  (void)request;
  assert_int_equal(compress(packed, &bytes, zeros, sizeof(zeros)), Z_OK);
  cr_sim_head_begin(answer, 200, "text/plain");
  cr_sim_head_add(answer, "Content-Encoding", "deflate");
  cr_sim_head_end(answer);
  assert_int_equal(cr_buf_add(&answer->body, packed, bytes), 0);
}

struct leaver {
  struct cr_sim sim;
  bool frees;
  int verdict;
  int calls;
};

static int leave(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct leaver *l = user;

  (void)data;
  (void)bytes;
  l->calls++;
  if (l->frees)
    crawler_free(c);
  else
    crawler_on_body(c, NULL, NULL);
  l->sim.freed = l->frees;
  if (l->verdict == CRAWLER_LATER)
    assert_int_equal(crawler_request_resume(crawler_page_request(page)), 0);
  return l->verdict;
}

static void a_hook_that_goes_is_not_called_for_the_rest(void **state)
{
  static const struct cr_sim_world world = { answer_packed, cr_sim_site_links };
  static const int verdicts[] = { CRAWLER_ACCEPT, CRAWLER_LATER };
  (void)state;

  CR_CRAWL_ONLY("the hook frees what the test would wait for", CR_WAY_RUN, CR_WAY_STEP_0,
                CR_WAY_STEP, CR_WAY_NEXT, CR_WAY_BASE, CR_WAY_POLL);
  for (int frees = 0; frees <= 1; frees++)
    for (size_t i = 0; i < 2; i++) {
      struct leaver l = { .frees = frees, .verdict = verdicts[i] };
      cr_sim_open(&l.sim, &(struct cr_sim_config){ .world = &world });
      cr_sim_set(&l.sim, "obey_robots", "0");
      crawler_on_body(l.sim.c, leave, &l);
      cr_sim_add(&l.sim, "/");
      if (frees)
        assert_int_equal(cr_sim_drive(&l.sim), 0);
      else
        cr_sim_run(&l.sim);
      assert_int_equal(l.calls, 1);
      if (!frees)
        assert_int_equal(cr_sim_stat(&l.sim, CRAWLER_STAT_BODY_BYTES), UNPACKED_BYTES);
      cr_sim_close(&l.sim);
    }
}

static int wait_in_each_call(crawler *c, crawler_page *page, const void *data, size_t bytes,
                             void *user)
{
  struct reader *r = user;

  (void)c;
  (void)data;
  if (!r->kept)
    r->kept = crawler_page_retain(page);
  r->calls++;
  r->bytes += bytes;
  return CRAWLER_LATER;
}

static void each_unpacked_part_of_a_piece_waits_for_its_resume(void **state)
{
  static const struct cr_sim_world world = { answer_packed, cr_sim_site_links };
  struct reader r;
  int calls = 0;
  (void)state;

  memset(&r, 0, sizeof(r));
  cr_sim_open(&r.sim, &(struct cr_sim_config){ .world = &world });
  cr_sim_set(&r.sim, "obey_robots", "0");
  crawler_on_body(r.sim.c, wait_in_each_call, &r);
  cr_sim_add(&r.sim, "/");
  while (r.bytes < UNPACKED_BYTES) {
    step_to(&r, ++calls);
    assert_false(cr_sim_step(&r.sim, 0));
    assert_int_equal(r.calls, calls);
    assert_int_equal(resume(&r), 0);
  }
  cr_sim_run(&r.sim);
  assert_true(calls > 10);
  assert_int_equal(r.bytes, UNPACKED_BYTES);
  assert_int_equal(cr_sim_outcome(&r.sim, "/"), CRAWLER_FETCHED);
  end(&r);
}

/* ---- the rest of the crawl ---- */

/* Longer than option timeout allows for the one that is paused. */
static void others_go_on_and_no_deadline_passes(void **state)
{
  struct reader r;
  char url[64];
  (void)state;

  open(&r);
  cr_sim_set(&r.sim, "timeout", "5s");
  step_to(&r, 1);
  for (int i = 0; i < WAITED_FOR; i++) {
    (void)snprintf(url, sizeof(url), "http://b.example/?%d", i);
    cr_sim_add(&r.sim, url);
  }
  cr_sim_add(&r.sim, "/two");
  int64_t since_ms = r.sim.loop->clock_ms;
  while (cr_sim_outcome(&r.sim, url) == 0)
    assert_false(cr_sim_step(&r.sim, -1));
  assert_true(r.sim.loop->clock_ms - since_ms > 20 * 1000);
  assert_int_equal(r.calls, 1);
  assert_int_equal(cr_sim_asked(&r.sim, "/two"), 0); /* its host's slot is taken */
  r.verdict = CRAWLER_ACCEPT;
  assert_int_equal(resume(&r), 0);
  cr_sim_run(&r.sim);
  assert_int_equal(cr_sim_outcome(&r.sim, "/two"), CRAWLER_FETCHED);
  check_whole(&r);
  end(&r);
}

static void begin_anew(struct reader *r)
{
  crawler_page_release(r->kept);
  r->kept = NULL;
  r->bytes = 0;
  r->verdict = CRAWLER_ACCEPT;
}

static void stop(struct reader *r)
{
  crawler_stop(r->sim.c);
}

static void cancel(struct reader *r)
{
  crawler_cancel(r->sim.c);
}

static void expire(struct reader *r)
{
  cr_sim_set(&r->sim, "max_time", "10s");
}

static void its_end_cuts_it_and_another_run_begins_it_anew(void **state)
{
  static const struct {
    void (*end)(struct reader *r);
    const char *ended;
  } rows[] = { { stop, "stopped" }, { cancel, "canceled" }, { expire, "max_time" } };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    for (int resumed = 0; resumed <= 1; resumed++) {
      struct reader r;
      open(&r);
      step_to(&r, 1);
      rows[i].end(&r);
      if (resumed && rows[i].end != expire)
        assert_int_equal(resume(&r), 0); /* in the same turn: it goes on, or is cut */
      while (!cr_sim_step(&r.sim, -1))
        continue;
      assert_string_equal(crawler_ended(r.sim.c), rows[i].ended);
      assert_int_equal(cr_sim_stat(&r.sim, CRAWLER_STAT_IN_FLIGHT), 0);
      assert_int_equal(cr_sim_outcome(&r.sim, "/"), 0);
      assert_int_equal(cr_sim_stat(&r.sim, CRAWLER_STAT_QUEUED), 1);
      assert_int_equal(resume(&r), 0); /* comes too late: the next run reads it, and all is well */
      begin_anew(&r);
      cr_sim_set(&r.sim, "max_time", "-1");
      cr_sim_run(&r.sim);
      assert_int_equal(cr_sim_asked(&r.sim, "/"), 2);
      assert_memory_equal(r.data, BODY, BODY_BYTES);
      assert_int_equal(r.bytes, BODY_BYTES);
      end(&r);
    }
}

static void who_answers_later_after_a_stop_is_cut(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  while (!cr_sim_request(&r.sim, "/"))
    assert_false(cr_sim_step(&r.sim, -1));
  crawler_stop(r.sim.c);
  while (!cr_sim_step(&r.sim, -1))
    continue;
  assert_int_equal(r.calls, 1);
  assert_string_equal(crawler_ended(r.sim.c), "stopped");
  assert_int_equal(cr_sim_stat(&r.sim, CRAWLER_STAT_QUEUED), 1);
  end(&r);
}

static void freed_in_a_pause_it_leaves_nothing(void **state)
{
  (void)state;
  for (int resumed = 0; resumed <= 1; resumed++) {
    struct reader r;
    open(&r);
    step_to(&r, 1);
    if (resumed)
      assert_int_equal(resume(&r), 0); /* a letter that stays unread */
    crawler_page_release(r.kept);      /* cr_sim_close() looks for what is left */
    cr_sim_close(&r.sim);
  }
}

/* Who paused it said so: the time says nothing of the host. */
static void a_paused_transfer_makes_its_host_no_slow_one(void **state)
{
  struct reader r;
  (void)state;

  open(&r);
  cr_sim_set(&r.sim, "slow_after", "1s");
  step_to(&r, 1);
  cr_sim_add(&r.sim, "http://b.example/");
  cr_sim_add(&r.sim, "http://b.example/?1");
  cr_sim_add(&r.sim, "http://b.example/?2");
  while (cr_sim_outcome(&r.sim, "http://b.example/?2") == 0)
    assert_false(cr_sim_step(&r.sim, -1));
  assert_int_equal(r.sim.s->slots.slow, 1); /* in the slow lane itself */
  r.verdict = CRAWLER_ACCEPT;
  assert_int_equal(resume(&r), 0);
  cr_sim_add(&r.sim, "/two");
  while (!cr_sim_request(&r.sim, "/two"))
    assert_false(cr_sim_step(&r.sim, -1));
  assert_int_equal(r.sim.s->slots.slow, 0);
  cr_sim_run(&r.sim);
  end(&r);
}

/* ---- without memory ---- */

static int wait_each_time(crawler *c, crawler_page *page, const void *data, size_t bytes,
                          void *user)
{
  (void)c;
  (void)data;
  (void)bytes;
  (void)user;
  assert_int_equal(crawler_request_resume(crawler_page_request(page)), 0);
  return CRAWLER_LATER;
}

static void crawl(struct cr_mem *mem, void *arg)
{
  struct cr_sim sim;
  int err = CRAWLER_E_NOMEM;

  (void)arg;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .mem = mem });
  if (sim.c) {
    (void)crawler_set_option(sim.c, "obey_robots", "0");
    crawler_on_body(sim.c, wait_each_time, NULL);
    err = crawler_add(sim.c, CR_SIM_ORIGIN "/");
    if (err == 0)
      err = cr_sim_drive(&sim);
  }
  assert_true(err == 0 || cr_test_oom_refused(mem));
  cr_sim_close(&sim);
}

static void every_refused_allocation_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(crawl, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_bytes_are_taken_and_the_next_come_after_the_resume),
    cmocka_unit_test(a_resume_before_the_answer_counts),
    cmocka_unit_test(resumed_twice_it_goes_on_once),
    cmocka_unit_test(a_resume_of_what_is_not_paused_does_nothing),
    cmocka_unit_test(what_has_no_transfer_cannot_be_resumed),
    cmocka_unit_test(the_hook_may_reject_after_a_pause),
    cmocka_unit_test(a_hook_removed_in_a_pause_is_not_called),
    cmocka_unit_test(a_hook_that_goes_is_not_called_for_the_rest),
    cmocka_unit_test(each_unpacked_part_of_a_piece_waits_for_its_resume),
    cmocka_unit_test(others_go_on_and_no_deadline_passes),
    cmocka_unit_test(its_end_cuts_it_and_another_run_begins_it_anew),
    cmocka_unit_test(who_answers_later_after_a_stop_is_cut),
    cmocka_unit_test(freed_in_a_pause_it_leaves_nothing),
    cmocka_unit_test(a_paused_transfer_makes_its_host_no_slow_one),
    cmocka_unit_test(every_refused_allocation_is_an_ordinary_error),
  };

  return cmocka_run_group_tests_name("paused bodies", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* url_cases.h - run a file of cases, count what passes, show what doesn't.
 */
#ifndef CR_TEST_URL_CASES_H
#define CR_TEST_URL_CASES_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "url/url.h"

struct tally {
  const char *path;
  size_t passed;
  size_t failed;
};

static inline void tally_case(struct tally *tally, const struct cr_jsonl *lines,
                              struct cr_span input, const char *wrong)
{
  if (!wrong) {
    tally->passed++;
    return;
  }
  tally->failed++;
  print_message("%s:%zu: \"%.*s\": %s\n", lines->path, lines->line, (int)input.len, input.at,
                wrong);
}

static inline void tally_end(const struct tally *tally)
{
  print_message("%s: %zu pass, %zu fail\n", tally->path, tally->passed, tally->failed);
  assert_int_equal(tally->failed, 0);
  assert_true(tally->passed > 0);
}

static inline void assert_span(struct cr_span got, const char *want)
{
  if (!cr_span_eq(got, cr_span_text(want)))
    fail_msg("\"%.*s\" is not \"%s\"", (int)got.len, got.at ? got.at : "", want);
}

/* What ref, relative to base, should become. */
struct url_case {
  const char *base; /* NULL: none */
  const char *ref;
  const char *want; /* NULL: failure */
  const char *why;
};

static inline void check_url_case(const struct url_case *c)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;

  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  if (c->base)
    assert_int_equal(cr_url_parse(&base, cr_span_text(c->base), NULL), 0);
  int err = cr_url_parse(&url, cr_span_text(c->ref), c->base ? &base : NULL);
  if (err != (c->want ? 0 : CRAWLER_E_URL))
    fail_msg("\"%s\" on \"%s\" (%s) gives %d", c->ref, c->base ? c->base : "", c->why, err);
  if (c->want)
    assert_span(cr_url_text(&url), c->want);
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
}

#define CHECK_URL_CASES(cases)                                    \
  for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
  check_url_case(&(cases)[i])

#endif

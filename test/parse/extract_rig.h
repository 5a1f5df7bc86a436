/* SPDX-License-Identifier: MIT */
/* extract_rig.h - the links and facts of a document, as text, for tests.
 */
#ifndef CR_TEST_EXTRACT_RIG_H
#define CR_TEST_EXTRACT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/html_extract.h"
#include "support/oom.h"

struct extract_rig {
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_collect collect;
  struct cr_extract extract;
  const char *charset;
  struct cr_html_wants wants;
  bool tells_doubtful; /* by extract_describe too */
  char text[8192];
};

static inline void extract_open(struct extract_rig *rig)
{
  cr_test_mem_init(&rig->mem);
  cr_arena_init(&rig->keep, &rig->mem, CR_MEM_PAGE, 16 * 1024, 0);
  cr_arena_init(&rig->scratch, &rig->mem, CR_MEM_PAGE, 64 * 1024, 0);
  rig->charset = "utf-8";
  rig->wants = (struct cr_html_wants){ .kinds = ~0u, .link_text = true, .metadata = true };
  rig->tells_doubtful = false;
}

static inline void extract_close(struct extract_rig *rig)
{
  cr_arena_free(&rig->keep);
  cr_arena_free(&rig->scratch);
  cr_test_mem_done(&rig->mem);
}

/* Each piece lies in memory of its own size, so that a read behind its end is seen. */
static inline void extract_run(struct extract_rig *rig, struct cr_span html, size_t piece)
{
  cr_arena_reset(&rig->keep);
  cr_arena_reset(&rig->scratch);
  cr_collect_init(&rig->collect, &rig->keep, &rig->scratch, rig->charset, &rig->wants);
  cr_extract_begin(&rig->extract, &rig->collect, &rig->mem, html.len + 1);
  for (size_t at = 0; at < html.len; at += piece) {
    size_t len = html.len - at < piece ? html.len - at : piece;
    char *copy = malloc(len);
    memcpy(copy, html.at + at, len);
    assert_int_equal(cr_extract_add(&rig->extract, cr_span(copy, len), false), 0);
    free(copy);
  }
  assert_int_equal(cr_extract_add(&rig->extract, cr_span(NULL, 0), true), 0);
  assert_int_equal(cr_collect_finish(&rig->collect), 0);
  cr_extract_free(&rig->extract);
}

/* "kind:href" and a space for each link; "!" and "~" for nofollow and inert, "'text'" if there is
 * one. "?" in front: doubtful. */
static inline const char *extract_describe(struct extract_rig *rig)
{
  size_t len = 0;

  rig->text[0] = '\0';
  if (cr_extract_is_doubtful(&rig->extract) && !rig->tells_doubtful)
    return "?";
  for (uint32_t i = 0; i < rig->collect.found.count; i++) {
    const struct crawler_link *link = &rig->collect.found.links[i];
    assert_int_equal(link->href_bytes, strlen(link->href));
    assert_non_null(link->tag);
    assert_non_null(link->attribute);
    bool has_text = link->text && *link->text;
    len += (size_t)snprintf(rig->text + len, sizeof(rig->text) - len, "%s:%s%s%s%s%s%s ",
                            crawler_link_kind_name(link->kind), link->href,
                            link->flags & CRAWLER_LINK_FLAG_NOFOLLOW ? "!" : "",
                            link->flags & CRAWLER_LINK_FLAG_INERT ? "~" : "", has_text ? "'" : "",
                            has_text ? link->text : "", has_text ? "'" : "");
    assert_true(len < sizeof(rig->text));
  }
  return rig->text;
}

/* In one piece and in pieces of one byte: the same. */
static inline void extract_expect(struct extract_rig *rig, const char *html, const char *want)
{
  for (size_t piece = strlen(html) + 1; piece > 0; piece = piece > 1 ? 1 : 0) {
    extract_run(rig, cr_span_text(html), piece);
    if (strcmp(extract_describe(rig), want) != 0)
      fail_msg("%s: %s, not %s", html, extract_describe(rig), want);
  }
}

#endif

/* SPDX-License-Identifier: MIT */
/* parse_rig.h - a page for tests: a response's bytes, and what the parser made of them.
 */
#ifndef CR_TEST_PARSE_RIG_H
#define CR_TEST_PARSE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/parse.h"
#include "support/oom.h"

enum { CHUNK_BYTES = 16384, BODY_MAX = 4 * 1024 * 1024, SEEN_BYTES = 4096 };

/* One page. */
struct rig {
  struct cr_mem own_mem;
  struct cr_mem *mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_parse p;
};

static inline void rig_open(struct rig *rig, struct cr_mem *mem)
{
  memset(rig, 0, sizeof(*rig));
  if (!mem)
    cr_test_mem_init(&rig->own_mem);
  rig->mem = mem ? mem : &rig->own_mem;
  cr_arena_init(&rig->keep, rig->mem, CR_MEM_PAGE, CHUNK_BYTES, 0);
  cr_arena_init(&rig->scratch, rig->mem, CR_MEM_PAGE, CHUNK_BYTES, 0);
  memset(&rig->p, 0x55, sizeof(rig->p)); /* the out members may hold anything */
  rig->p.mem = rig->mem;
  rig->p.keep = &rig->keep;
  rig->p.scratch = &rig->scratch;
  rig->p.passages = NULL;
  rig->p.wire = (struct cr_span){ NULL, 0 };
  rig->p.coding = (struct cr_span){ NULL, 0 };
  rig->p.headers = NULL;
  rig->p.keeps_cut = false;
  rig->p.takes_cut = false;
  rig->p.type = CR_SPAN("text/html");
  rig->p.nosniff = false;
  rig->p.max_body_bytes = BODY_MAX;
  rig->p.link_kinds = 1u << CRAWLER_LINK_A | 1u << CRAWLER_LINK_AREA;
  rig->p.want_facts = true;
  rig->p.may_build_tree = true;
  rig->p.never_builds_tree = false;
  rig->p.want_link_text = true;
  rig->p.want_document = false;
  rig->p.clock_ms = NULL;
}

/* Runs on a copy of just that size, so that a read behind its end is seen. */
static inline char *rig_run(struct rig *rig, struct cr_span wire)
{
  char *copy = malloc(wire.len > 0 ? wire.len : 1);

  assert_non_null(copy);
  if (wire.len > 0)
    memcpy(copy, wire.at, wire.len);
  rig->p.wire = cr_span(copy, wire.len);
  cr_parse_run(&rig->p, NULL);
  return copy;
}

static inline void rig_close(struct rig *rig, char *wire)
{
  cr_buf_free(&rig->p.decoded);
  cr_arena_free(&rig->keep);
  cr_arena_free(&rig->scratch);
  free(wire);
  if (rig->mem == &rig->own_mem)
    cr_test_mem_done(&rig->own_mem);
}

/* "kind href rel text" of each link, one a line. */
static inline const char *links_of(const struct cr_parse *p, char *out)
{
  size_t len = 0;

  out[0] = '\0';
  for (uint32_t i = 0; i < p->link_count; i++) {
    const struct crawler_link *link = &p->links[i];
    assert_null(link->url);
    assert_int_equal(link->href_bytes, strlen(link->href));
    len += (size_t)snprintf(out + len, SEEN_BYTES - len, "%s %s%s%s%s%s%s\n",
                            link->kind == CRAWLER_LINK_AREA ? "area" : "a", link->href,
                            link->flags & CRAWLER_LINK_FLAG_NOFOLLOW ? " nofollow" : "",
                            link->rel ? " rel=" : "", link->rel ? link->rel : "",
                            link->text ? " text=" : "", link->text ? link->text : "");
    assert_true(len < SEEN_BYTES);
  }
  return out;
}

#endif

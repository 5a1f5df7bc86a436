/* SPDX-License-Identifier: MIT */
/* inflated.c - decode a coded body from memory, in pieces of a chosen size.
 *
 * Each piece is copied to a block of its own size first, so that a sanitizer sees a decoder that
 * reads beyond it or keeps a pointer to it.
 */
#include "support/inflated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/inflate.h"
#include "crawl/crawler.h"
#include "support/oom.h"

enum { SINK_BYTES_MAX = 16384, TEXT_MAX = 1 << 20 }; /* the first as base/inflate.h says */

static int collect(void *arg, const char *data, size_t bytes)
{
  assert_in_range(bytes, 1, SINK_BYTES_MAX);
  return cr_buf_add(arg, data, bytes);
}

static int add_copy(struct cr_inflate *inf, struct cr_buf *out, struct cr_span piece)
{
  char *copy = cr_alloc(out->mem, CR_MEM_CORE, piece.len);
  if (!copy)
    return CRAWLER_E_NOMEM;
  memcpy(copy, piece.at, piece.len);
  int err = cr_inflate_add(inf, copy, piece.len, collect, out);
  cr_free(out->mem, copy);
  return err;
}

int cr_test_inflate(struct cr_buf *out, const char *codings, struct cr_span body,
                    size_t piece_bytes)
{
  struct cr_inflate *inf = NULL;
  int err = cr_inflate_open(&inf, out->mem, cr_span_text(codings));

  while (!err && body.len > 0) {
    struct cr_span piece = { body.at, body.len < piece_bytes ? body.len : piece_bytes };
    err = inf ? add_copy(inf, out, piece) : collect(out, piece.at, piece.len);
    body.at += piece.len;
    body.len -= piece.len;
  }
  if (!err && inf)
    err = cr_inflate_end(inf);
  cr_inflate_close(inf);
  return err;
}

static bool starts(const struct cr_buf *whole, const struct cr_buf *part)
{
  return part->len <= whole->len &&
         (part->len == 0 || memcmp(whole->data, part->data, part->len) == 0);
}

int cr_test_inflate_all_ways(struct cr_buf *out, const char *codings, struct cr_span body)
{
  static const size_t pieces[] = { 1, 2, 3, 7, 1000 };
  struct cr_buf other;

  int err = cr_test_inflate(out, codings, body, SIZE_MAX);
  for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
    cr_buf_init(&other, out->mem, out->kind, out->max_bytes);
    assert_int_equal(cr_test_inflate(&other, codings, body, pieces[i]), err);
    assert_true(starts(&other, out));
    assert_true(err || other.len == out->len);
    cr_buf_free(&other);
  }
  return err;
}

static bool is_as_wanted(const struct cr_test_coded *wanted, int err, const struct cr_buf *text)
{
  struct cr_span start = wanted->text;
  if (text->len > start.len || (!err && text->len < start.len))
    return false;
  start.len = text->len;
  return err == wanted->err && cr_span_eq(start, cr_span(text->data, text->len));
}

void cr_test_inflate_table(const char *codings, const struct cr_test_coded *cases, size_t count)
{
  struct cr_mem mem;
  struct cr_buf text;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < count; i++) {
    cr_buf_init(&text, &mem, CR_MEM_BODY, TEXT_MAX);
    int err = cr_test_inflate_all_ways(&text, codings, cases[i].body);
    if (!is_as_wanted(&cases[i], err, &text))
      fail_msg("%s: error %d, %zu bytes: %s", cases[i].why, err, text.len,
               text.len > 0 ? text.data : "");
    cr_buf_free(&text);
  }
  cr_test_mem_done(&mem);
}

/* SPDX-License-Identifier: MIT */
/* sitemap_log.c - what a sitemap lists, as lines of text.
 */
#include "support/sitemap_log.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

static void put(struct cr_buf *text, const char *name, int64_t number)
{
  char line[64];

  (void)snprintf(line, sizeof(line), " %s=%" PRId64, name, number);
  (void)cr_buf_add_text(text, line);
}

static void write_entry(struct cr_sitemap_log *log, const struct cr_sitemap_entry *e)
{
  struct cr_buf *text = &log->text;

  log->entries++;
  (void)cr_buf_add_text(text, e->is_sitemap ? "sitemap " : "page ");
  (void)cr_buf_add(text, e->loc.at, e->loc.len);
  if (e->lastmod_ms != 0)
    put(text, "lastmod", e->lastmod_ms / 1000);
  if (e->priority >= 0)
    put(text, "priority", e->priority);
  if (e->changefreq != CR_SITEMAP_FREQ_NONE)
    put(text, "freq", (int64_t)e->changefreq);
  for (size_t i = 0; i < e->alternate_count; i++) {
    (void)cr_buf_add_char(text, ' ');
    (void)cr_buf_add(text, e->alternates[i].language.at, e->alternates[i].language.len);
    (void)cr_buf_add_char(text, '=');
    (void)cr_buf_add(text, e->alternates[i].url.at, e->alternates[i].url.len);
  }
  (void)cr_buf_add_char(text, '\n');
}

static void write_all(struct cr_sitemap *sitemap, struct cr_sitemap_log *log)
{
  struct cr_sitemap_entry entry;

  while (cr_sitemap_next(sitemap, &entry))
    write_entry(log, &entry);
}

int cr_test_sitemap_feed(struct cr_sitemap *sitemap, struct cr_sitemap_log *log,
                         struct cr_span piece)
{
  int err = 0;

  while (!err && (piece.len > 0 || cr_sitemap_is_busy(sitemap))) {
    size_t taken = 0;
    err = cr_sitemap_add(sitemap, piece.at, piece.len, &taken);
    piece = cr_span(piece.at + taken, piece.len - taken);
    int64_t used = cr_mem_used(log->text.mem) - (int64_t)log->text.cap;
    log->most_bytes = used > log->most_bytes ? used : log->most_bytes;
    write_all(sitemap, log);
  }
  return err;
}

int cr_test_sitemap_read(struct cr_mem *mem, struct cr_sitemap_log *log, const char *codings,
                         struct cr_span text, size_t piece)
{
  struct cr_sitemap *sitemap = NULL;
  int err = cr_sitemap_open(&sitemap, mem, cr_span_text(codings));

  if (err)
    return err;
  while (!err && text.len > 0) {
    size_t taken = text.len < piece ? text.len : piece;
    err = cr_test_sitemap_feed(sitemap, log, cr_span(text.at, taken));
    text = cr_span(text.at + taken, text.len - taken);
  }
  err = cr_sitemap_end(sitemap);
  write_all(sitemap, log);
  log->format = cr_sitemap_format(sitemap);
  log->read_bytes = cr_sitemap_read_bytes(sitemap);
  cr_sitemap_close(sitemap);
  return err;
}

static void check_row(struct cr_mem *mem, const struct cr_sitemap_row *row, size_t piece)
{
  struct cr_sitemap_log log = { .entries = 0 };

  cr_buf_init(&log.text, mem, CR_MEM_CORE, (size_t)1 << 20);
  int err = cr_test_sitemap_read(mem, &log, "", row->text, piece);
  const char *got = log.text.data ? log.text.data : "";
  if (err != row->err || log.format != row->format || strcmp(got, row->log) != 0)
    fail_msg("%s, by %zu: error %d, format %d\n%s", row->why, piece, err, (int)log.format, got);
  cr_buf_free(&log.text);
}

void cr_test_sitemap_table(const struct cr_sitemap_row *rows, size_t count)
{
  static const size_t pieces[] = { SIZE_MAX / 2, 1, 2, 7, 64 };
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < count; i++)
    for (size_t p = 0; p < sizeof(pieces) / sizeof(*pieces); p++)
      check_row(&mem, &rows[i], pieces[p]);
  cr_test_mem_done(&mem);
}

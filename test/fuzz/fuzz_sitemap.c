/* SPDX-License-Identifier: MIT */
/* fuzz_sitemap.c - libFuzzer target: any bytes as a sitemap.
 *
 * Input: one character (its last two bits: no coding, gzip, br, zstd), then the document. Read
 * whole and byte by byte it must list the same. What must hold for all input is checked here; the
 * sanitizers see to the rest.
 */
#include "fuzz/fuzz.h"
#include "base/hash.h"
#include "crawl/crawler.h"
#include "sitemap/sitemap.h"

struct told {
  uint64_t hash;
  size_t entries;
};

static void mix(struct told *told, struct cr_span text)
{
  told->hash = cr_hash64(text.at, text.len, told->hash + text.len);
}

static void look_at(struct told *told, const struct cr_sitemap_entry *e)
{
  /* Seven more: a scheme that was missing. */
  require(e->loc.len > 0 && e->loc.len <= CR_SITEMAP_URL_MAX + 7);
  require(cr_span_trim(e->loc).len == e->loc.len);
  require(e->priority >= -1 && e->priority <= 1000);
  require(e->changefreq <= CR_SITEMAP_NEVER && e->alternate_count <= CR_SITEMAP_ALTERNATES_MAX);
  told->entries++;
  told->hash += e->is_sitemap + (uint64_t)e->priority + (uint64_t)e->lastmod_ms + e->changefreq;
  mix(told, e->loc);
  for (size_t i = 0; i < e->alternate_count; i++) {
    require(e->alternates[i].url.len > 0);
    mix(told, e->alternates[i].language);
    mix(told, e->alternates[i].url);
  }
}

static void take_all(struct cr_sitemap *sitemap, struct told *told)
{
  struct cr_sitemap_entry entry;

  while (cr_sitemap_next(sitemap, &entry))
    look_at(told, &entry);
}

static int feed(struct cr_sitemap *sitemap, struct told *told, struct cr_span piece)
{
  int err = 0;

  while (!err && (piece.len > 0 || cr_sitemap_is_busy(sitemap))) {
    size_t taken = 0;
    err = cr_sitemap_add(sitemap, piece.at, piece.len, &taken);
    require(taken <= piece.len);
    piece = cr_span(piece.at + taken, piece.len - taken);
    take_all(sitemap, told);
  }
  return err;
}

static int read_sitemap(struct cr_mem *mem, struct told *told, const char *coding,
                        struct cr_span text, size_t piece)
{
  struct cr_sitemap *sitemap = NULL;
  int err = 0;

  if (cr_sitemap_open(&sitemap, mem, cr_span_text(coding)) != 0)
    return CRAWLER_E_NOMEM;
  for (size_t at = 0; !err && at < text.len; at += piece)
    err = feed(sitemap, told, cr_span(text.at + at, text.len - at < piece ? text.len - at : piece));
  int end = cr_sitemap_end(sitemap);
  require(!err || end == err);
  require(end == 0 || end == CRAWLER_E_FORMAT || end == CRAWLER_E_LIMIT || end == CRAWLER_E_NOMEM ||
          end == CRAWLER_E_UNSUPPORTED);
  take_all(sitemap, told);
  require(end != 0 || cr_sitemap_format(sitemap) != CR_SITEMAP_UNKNOWN);
  cr_sitemap_close(sitemap);
  return end;
}

static bool has_gzip(struct cr_span text)
{
  for (size_t i = 0; i + 1 < text.len; i++)
    if (text.at[i] == '\x1f' && text.at[i + 1] == '\x8b')
      return true;
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  static const char *const codings[] = { "", "gzip", "br", "zstd" };
  struct told whole = { .hash = 0 };
  struct told single = { .hash = 0 };
  struct cr_mem mem;

  if (bytes == 0)
    return 0;
  struct cr_span text = cr_span((const char *)data + 1, bytes - 1);
  bool is_coded = data[0] % 4 > 1 || has_gzip(text);
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  int err = read_sitemap(&mem, &whole, codings[data[0] % 4], text, text.len + 1);
  int again = read_sitemap(&mem, &single, codings[data[0] % 4], text, 1);
  /* Of a coded stream that is broken, small pieces may give more than all at once. */
  require(is_coded || (again == err && whole.hash == single.hash));
  require(is_coded || whole.entries == single.entries);
  require(mem.blocks == 0);
  return 0;
}

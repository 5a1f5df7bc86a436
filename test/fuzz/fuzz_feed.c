/* SPDX-License-Identifier: MIT */
/* fuzz_feed.c - libFuzzer target: any bytes as a feed.
 *
 * Input: one character (its last two bits: no charset, utf-8, utf-16le, one by a map), then the
 * document. Read whole and byte by byte it must give the same. What must hold for all input is
 * checked here; the sanitizers see to the rest.
 */
#include "fuzz/fuzz.h"
#include "base/hash.h"
#include "crawl/crawler.h"
#include "sitemap/feed.h"
#include "sitemap/feed_date.h"

static void demand(bool holds)
{
  if (!holds)
    __builtin_trap();
}

struct told {
  uint64_t hash;
  size_t links;
  size_t url_bytes;
  uint32_t entry; /* the last one seen */
};

static void mix(struct told *told, struct cr_span text)
{
  told->hash = cr_hash64(text.at ? text.at : "", text.len, told->hash + text.len);
}

static int on_link(void *arg, const struct cr_feed_link *link)
{
  struct told *told = arg;

  demand(link->url.len > 0 && link->url.len <= CR_FEED_URL_MAX);
  demand(cr_span_trim(link->url).len == link->url.len);
  demand(link->rel <= CR_FEED_OTHER && link->length >= -1);
  demand(link->entry == 0 || link->entry >= told->entry);
  demand(link->base_count <= CR_FEED_BASES_MAX);
  told->hash += link->rel + 16 * (uint64_t)link->entry + (uint64_t)link->length;
  told->links++;
  told->url_bytes += link->url.len;
  told->entry = link->entry > told->entry ? link->entry : told->entry;
  mix(told, link->url);
  mix(told, link->rel_name);
  mix(told, link->type);
  mix(told, link->title);
  mix(told, link->language);
  for (size_t i = 0; i < link->base_count; i++) {
    demand(link->bases[i].len > 0);
    mix(told, link->bases[i]);
  }
  return 0;
}

static int on_about(void *arg, const struct cr_feed_about *about)
{
  struct told *told = arg;

  demand(about->title.len <= CR_FEED_TITLE_MAX);
  demand(about->title.len > 0 || about->published_ms != 0 || about->updated_ms != 0);
  told->hash += about->entry + (uint64_t)about->published_ms + (uint64_t)about->updated_ms * 2;
  mix(told, about->title);
  return 0;
}

static bool on_charset(void *arg, const char *charset, int map[256])
{
  (void)arg;
  for (int i = 0; i < 256; i++)
    map[i] = i < 0x80 ? i : i < 0xf0 ? 0x3c0 + i : -1;
  return cr_span_starts_nocase(cr_span_text(charset), CR_SPAN("windows-"));
}

static int read_feed(struct cr_mem *mem, struct told *told, const char *charset,
                     struct cr_span text, size_t piece)
{
  const struct cr_feed_sink sink = { on_link, on_about, on_charset, told };
  struct cr_feed *feed = NULL;
  int err = 0;

  if (cr_feed_open(&feed, mem, &sink, charset) != 0)
    return CRAWLER_E_NOMEM;
  for (size_t at = 0; !err && at < text.len; at += piece)
    err = cr_feed_add(feed, text.at + at, text.len - at < piece ? text.len - at : piece);
  int end = cr_feed_end(feed);
  demand(!err || end == err);
  demand(end == 0 || end == CRAWLER_E_FORMAT || end == CRAWLER_E_LIMIT || end == CRAWLER_E_NOMEM ||
         end == CRAWLER_E_UNSUPPORTED);
  demand(end != 0 || cr_feed_format(feed) != CR_FEED_UNKNOWN);
  cr_feed_close(feed);
  return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  static const char *const charsets[] = { NULL, "utf-8", "utf-16le", "windows-1251" };
  struct told whole = { .hash = 0 };
  struct told single = { .hash = 0 };
  struct cr_mem mem;

  if (bytes == 0)
    return 0;
  const char *charset = charsets[data[0] % 4];
  struct cr_span text = cr_span((const char *)data + 1, bytes - 1);
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  int err = read_feed(&mem, &whole, charset, text, text.len + 1);
  demand(read_feed(&mem, &single, charset, text, 1) == err);
  demand(whole.hash == single.hash && whole.links == single.links);
  demand(whole.url_bytes <= 2 * (4 * text.len + 65536)); /* nothing multiplies */

  int64_t ms = cr_feed_date(text);
  demand(ms > -63000000000000 && ms < 254000000000000);
  demand(mem.blocks == 0);
  return 0;
}

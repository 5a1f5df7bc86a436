/* SPDX-License-Identifier: MIT */
/* link_memory.c - the links of recent pages.
 *
 * 8,192 entries of 16 bytes stay in a core's second-level cache; the navigation of a site and the
 * pages around the current one fit many times over. Replacement is by collision: newest wins.
 */
#include "filter/link_memory.h"

#include "base/find.h"
#include "base/hash.h"
#include "crawl/crawler.h"
#include "url/url.h"

#define ENTRIES 8192 /* a power of two */

struct entry {
  uint64_t tag; /* 0: empty */
  uint64_t fp;
};

struct cr_link_memory {
  struct cr_mem *mem;
  uint64_t seed;
  struct entry entries[ENTRIES];
};

int cr_link_memory_open(struct cr_link_memory **out, struct cr_mem *mem, uint64_t seed)
{
  struct cr_link_memory *memory = cr_zalloc(mem, CR_MEM_CORE, sizeof(*memory));

  if (!memory)
    return CRAWLER_E_NOMEM;
  memory->mem = mem;
  memory->seed = seed;
  *out = memory;
  return 0;
}

void cr_link_memory_close(struct cr_link_memory *memory)
{
  if (memory)
    cr_free(memory->mem, memory);
}

/* One seed for each encoding, the memory's own for UTF-8. */
static uint64_t seed_of(const struct cr_link_memory *memory, const struct cr_url_encoding *encoding)
{
  if (!encoding->encode)
    return memory->seed;
  return cr_hash64(encoding->charset, strlen(encoding->charset), memory->seed);
}

struct cr_link_base cr_link_memory_base(const struct cr_link_memory *memory,
                                        const struct cr_url *base,
                                        const struct cr_url_encoding *encoding)
{
  uint64_t seed = seed_of(memory, encoding);
  struct cr_span text = cr_url_text(base);
  struct cr_span path = cr_url_path(base);
  size_t end = (size_t)(path.at - text.at) + path.len;

  while (end > base->path_at && text.at[end - 1] != '/')
    end--;
  return (struct cr_link_base){
    .directory = cr_hash64(text.at, end, seed),
    .whole = cr_hash64(text.at, text.len, ~seed),
  };
}

/* Does the rest of an href, with nothing before it but perhaps the scheme of the base, keep the
 * path of the base? White space is skipped by the parser, so what it hides may. */
static bool keeps_path(struct cr_span rest)
{
  return rest.len == 0 || rest.at[0] == '?' || rest.at[0] == '#' ||
         (unsigned char)rest.at[0] <= ' ';
}

/* "?q", "" and "#!f" do, and so do "http:?q" and "http:" where that is the base's own scheme (URL
 * standard, "special relative or authority state"). */
static bool needs_whole_base(struct cr_span href)
{
  const char *colon;

  if (keeps_path(href))
    return true;
  if (!cr_is_of_word(href.at[0])) /* "../a", "/a": there is no scheme */
    return false;
  colon = memchr(href.at, ':', href.len);
  return colon && keeps_path(cr_span(colon + 1, (size_t)(href.at + href.len - colon - 1)));
}

uint64_t cr_link_memory_tag(const struct cr_link_base *base, struct cr_span href)
{
  uint64_t tag =
      cr_hash64(href.at, href.len, needs_whole_base(href) ? base->whole : base->directory);

  return tag ? tag : 1;
}

void cr_link_memory_prefetch(const struct cr_link_memory *memory, uint64_t tag)
{
  __builtin_prefetch(&memory->entries[tag & (ENTRIES - 1)]);
}

bool cr_link_memory_get(const struct cr_link_memory *memory, uint64_t tag, uint64_t *fp)
{
  const struct entry *entry = &memory->entries[tag & (ENTRIES - 1)];

  *fp = entry->fp;
  return entry->tag == tag;
}

void cr_link_memory_put(struct cr_link_memory *memory, uint64_t tag, uint64_t fp)
{
  memory->entries[tag & (ENTRIES - 1)] = (struct entry){ tag, fp };
}

/* SPDX-License-Identifier: MIT */
/* bench_html.c - links from HTML: the tokenizer beside gumbo's tree, on the pages of real sites.
 *
 *   find SITE -name '*.html' | bench_html [ROUNDS]
 *
 * One thread, pages in memory. extract: tokens, links of all kinds but guesses, title and metas,
 * each link resolved, its canonical key and fingerprint by way of the memory of links, as in a
 * crawl; again: with the memory of passages besides; tokens: extract without resolving. gumbo:
 * gumbo_parse of the library and a walk over the tree for a, area and base, as plain as can be. The
 * best of ROUNDS for each, in turns.
 */
#include <gumbo.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "bench/pages.h"
#include "filter/link_memory.h"
#include "parse/charset.h"
#include "parse/html_extract.h"
#include "parse/html_passages.h"
#include "parse/parse.h"
#include "url/url.h"

struct bench {
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_collect collect;
  struct cr_extract extract;
  struct cr_link_memory *memory;
  struct cr_passages *passages; /* NULL: each page as if it were the first */
  struct cr_url url;
  struct cr_url base;
  struct cr_buf key;
  struct cr_pages pages;
  uint64_t sum; /* of all fingerprints, so that nothing is left out */
  size_t links;
  size_t resolved;
  size_t doubtful;
};

static double cpu_seconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ---- extract ---- */

static void identify(struct bench *b, const struct crawler_link *link,
                     const struct cr_link_base *base)
{
  const char *hash = memchr(link->href, '#', link->href_bytes);
  struct cr_span href = cr_span(link->href, hash ? (size_t)(hash - link->href) : link->href_bytes);
  uint64_t tag = cr_link_memory_tag(base, href);
  uint64_t fp = 0;

  if (!cr_link_memory_get(b->memory, tag, &fp)) {
    b->resolved++;
    if (cr_url_parse(&b->url, href, &b->base) == 0 && cr_url_key(&b->url, 0, &b->key) == 0)
      fp = cr_hash64(b->key.data, b->key.len, 1);
    cr_link_memory_put(b->memory, tag, fp);
  }
  b->sum += fp;
}

static void extract_page(struct bench *b, size_t i, bool resolves)
{
  static const struct cr_html_wants wants = { .kinds = ~(1u << CRAWLER_LINK_GUESS),
                                              .metadata = true };
  static const struct cr_url_encoding utf8 = { NULL, NULL };
  const char *charset = cr_charset_decide(b->pages.at[i], cr_span(NULL, 0), "text/html");
  char name[CR_PAGES_LINE + 32];

  cr_collect_init(&b->collect, &b->keep, &b->scratch, charset, &wants);
  cr_extract_begin(&b->extract, &b->collect, &b->mem, 0);
  b->extract.passages = cr_passages_begin(b->passages);
  (void)cr_extract_add(&b->extract, b->pages.at[i], true);
  (void)cr_collect_finish(&b->collect);
  cr_extract_free(&b->extract);
  b->doubtful += cr_extract_is_doubtful(&b->extract);
  b->links += b->collect.found.count;
  if (resolves) {
    (void)snprintf(name, sizeof(name), "http://site.example%s", b->pages.names[i]);
    (void)cr_url_parse(&b->base, cr_span_text(name), NULL);
    struct cr_link_base base = cr_link_memory_base(b->memory, &b->base, &utf8);
    for (uint32_t k = 0; k < b->collect.found.count; k++)
      identify(b, &b->collect.found.links[k], &base);
  }
  cr_arena_reset(&b->keep);
  cr_arena_reset(&b->scratch);
}

static double extract_all(struct bench *b, bool resolves, bool remembers)
{
  double began = cpu_seconds();

  b->links = 0;
  b->resolved = 0;
  b->doubtful = 0;
  cr_link_memory_close(b->memory);
  cr_passages_close(b->passages);
  b->passages = NULL;
  if (cr_link_memory_open(&b->memory, &b->mem, 1) < 0 ||
      (remembers && cr_passages_open(&b->passages, &b->mem) < 0))
    exit(1);
  for (size_t i = 0; i < b->pages.count; i++)
    extract_page(b, i, resolves);
  return cpu_seconds() - began;
}

/* ---- gumbo ---- */

/* Recursion is what a plain program would do; these are well-behaved pages. */
static void walk(struct bench *b, const GumboNode *node)
{
  if (node->type != GUMBO_NODE_ELEMENT)
    return;
  const GumboElement *element = &node->v.element;
  if (element->tag == GUMBO_TAG_A || element->tag == GUMBO_TAG_AREA ||
      element->tag == GUMBO_TAG_BASE) {
    const GumboAttribute *href = gumbo_get_attribute(&element->attributes, "href");
    b->sum += href ? strlen(href->value) : 0;
  }
  for (unsigned i = 0; i < element->children.length; i++)
    walk(b, element->children.data[i]);
}

static double gumbo_all(struct bench *b)
{
  double began = cpu_seconds();

  for (size_t i = 0; i < b->pages.count; i++) {
    GumboOutput *tree =
        gumbo_parse_with_options(&kGumboDefaultOptions, b->pages.at[i].at, b->pages.at[i].len);
    walk(b, tree->root);
    gumbo_destroy_output(&kGumboDefaultOptions, tree);
  }
  return cpu_seconds() - began;
}

static double least(double a, double b)
{
  return a < b ? a : b;
}

int main(int argc, char **argv)
{
  struct bench *b = calloc(1, sizeof(*b));
  int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5;
  double extract = 1e9;
  double again = 1e9;
  double tokens = 1e9;
  double gumbo = 1e9;

  if (!b)
    return 1;
  cr_mem_init(&b->mem, NULL, NULL, NULL, NULL);
  cr_arena_init(&b->keep, &b->mem, CR_MEM_PAGE, 64 << 10, 0);
  cr_arena_init(&b->scratch, &b->mem, CR_MEM_PAGE, 256 << 10, 0);
  cr_url_init(&b->url, &b->mem);
  cr_url_init(&b->base, &b->mem);
  cr_buf_init(&b->key, &b->mem, CR_MEM_PAGE, CR_URL_MAX_BYTES);
  cr_pages_load(&b->pages);
  for (int i = 0; i < rounds; i++) {
    extract = least(extract, extract_all(b, true, false));
    tokens = least(tokens, extract_all(b, false, false));
    again = least(again, extract_all(b, true, true));
    gumbo = i < 2 ? least(gumbo, gumbo_all(b)) : gumbo;
  }
  double spared = (double)cr_passages_spared(b->passages) / (double)b->pages.bytes;
  double megabytes = (double)b->pages.bytes / 1e6;
  printf("%zu pages, %.1f MB, %zu links (%zu resolved), %zu pages for a tree\n", b->pages.count,
         megabytes, b->links, b->resolved, b->doubtful);
  printf("extract %.0f MB/s, again %.0f (%.0f %% spared), tokens %.0f, gumbo %.1f: %.1f and %.1f "
         "times; a link costs %.0f ns\n",
         megabytes / extract, megabytes / again, 100 * spared, megabytes / tokens,
         megabytes / gumbo, gumbo / extract, gumbo / again,
         (extract - tokens) / (double)(b->links > 0 ? b->links : 1) * 1e9);
  return 0;
}

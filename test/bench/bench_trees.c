/* SPDX-License-Identifier: MIT */
/* bench_trees.c - trees by gumbo: memory from malloc() beside memory from an arena.
 *
 *   find SITE -name '*.html' -size +100k -size -250k | bench_trees CHUNK_KB [PASSES]
 *
 * One thread, pages in memory, a tree of each built and forgotten. CHUNK_KB 0: with gumbo's own
 * allocator; else by cr_html_build(), which counts and reads the clock, in an arena with such
 * chunks, of which it keeps the first one from page to page. A first pass isn't counted, PASSES
 * (2) are. Page faults are of memory that is new to the process. of_html: bytes of the arena by
 * the byte of HTML. One contestant a process, as heaps remember; trees.sh lets them take turns.
 */
#include <gumbo.h>
#include <sys/resource.h>

#include "bench/pages.h"
#include "bench/usage.h"
#include "parse/html_gumbo.h"

static struct {
  struct cr_pages pages;
  struct cr_arena arena;
  double of_html[CR_PAGES_MOST];
} all;

static void build_by_malloc(size_t i)
{
  GumboOptions options = kGumboDefaultOptions;

  options.max_errors = 0;
  gumbo_destroy_output(&options,
                       gumbo_parse_with_options(&options, all.pages.at[i].at, all.pages.at[i].len));
}

static void build_in_arena(size_t i)
{
  struct cr_span html = all.pages.at[i];
  struct cr_html_limits limits = cr_html_limits_for(html.len, NULL);
  const struct GumboInternalOutput *tree;

  if (cr_html_build(&tree, &all.arena, html, &limits) != CR_PARSE_WHOLE) {
    (void)fprintf(stderr, "bench_trees: no tree of %s\n", all.pages.names[i]);
    exit(1);
  }
  all.of_html[i] = (double)all.arena.used_bytes / (double)html.len;
  cr_arena_reset(&all.arena);
}

static void pass(void (*build)(size_t i))
{
  for (size_t i = 0; i < all.pages.count; i++)
    build(i);
}

static long page_faults(void)
{
  struct rusage r;

  (void)getrusage(RUSAGE_SELF, &r);
  return r.ru_minflt;
}

static int compare(const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return left < right ? -1 : left > right;
}

static void tell_sizes(void)
{
  double *of_html = all.of_html;
  size_t last = all.pages.count - 1;

  qsort(of_html, last + 1, sizeof(*of_html), compare);
  printf(" of_html=%.1f of_html_p99=%.1f of_html_most=%.1f", of_html[last / 2],
         of_html[last * 99 / 100], of_html[last]);
}

int main(int argc, char **argv)
{
  size_t chunk_kb = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  size_t passes = argc > 2 ? strtoul(argv[2], NULL, 10) : 2;
  void (*build)(size_t i) = chunk_kb > 0 ? build_in_arena : build_by_malloc;
  struct cr_mem mem;

  cr_pages_load(&all.pages);
  if (argc < 2 || passes == 0 || all.pages.count == 0)
    return 2;
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_arena_init(&all.arena, &mem, CR_MEM_PAGE, chunk_kb << 10, 0);
  pass(build);
  long faults = page_faults();
  struct cr_usage before = cr_usage_now();
  double began = cr_usage_clock();
  for (size_t i = 0; i < passes; i++)
    pass(build);
  double count = (double)(passes * all.pages.count);
  printf("KB/page=%.0f faults/page=%.1f", (double)all.pages.bytes / 1e3 / (double)all.pages.count,
         (double)(page_faults() - faults) / count);
  if (chunk_kb > 0)
    tell_sizes();
  struct cr_usage used = cr_usage_minus(cr_usage_now(), before);
  used.peak_mb = cr_usage_now().peak_mb;
  cr_usage_print(used, cr_usage_clock() - began, count, "page");
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* pages.h - the files that standard input names, one a line, in memory: what benchmarks parse.
 *
 * Nothing of it is freed. What can't be read, and what is empty, is left out.
 */
#ifndef CR_BENCH_PAGES_H
#define CR_BENCH_PAGES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

enum { CR_PAGES_MOST = 20000, CR_PAGES_LINE = 4096 };

struct cr_pages {
  struct cr_span at[CR_PAGES_MOST];
  char *names[CR_PAGES_MOST];
  size_t count;
  size_t bytes;
};

static inline void cr_pages_load_one(struct cr_pages *pages, const char *path)
{
  FILE *in = fopen(path, "rb");
  long size = in && fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;
  char *data = size > 0 ? malloc((size_t)size) : NULL;

  if (data && fseek(in, 0, SEEK_SET) == 0 && fread(data, 1, (size_t)size, in) == (size_t)size) {
    pages->at[pages->count] = cr_span(data, (size_t)size);
    pages->names[pages->count++] = strdup(path);
    pages->bytes += (size_t)size;
  } else {
    free(data);
  }
  if (in)
    (void)fclose(in);
}

static inline void cr_pages_load(struct cr_pages *pages)
{
  char line[CR_PAGES_LINE];

  while (pages->count < CR_PAGES_MOST && fgets(line, sizeof(line), stdin)) {
    line[strcspn(line, "\n")] = '\0';
    cr_pages_load_one(pages, line);
  }
}

#endif

/* SPDX-License-Identifier: MIT */
/* near_duplicates.c - find pages of a site that say the same, or nearly the same.
 *
 * The same: byte for byte, which the library tells by itself. Nearly: the simhashes of two pages
 * differ in few of their 64 bits, three or less for long pages; short ones need more. Each page is
 * compared with all before it, which is fine for some ten thousand pages; for more, sort the hashes
 * by each quarter of their bits and compare neighbours.
 *
 * usage: near_duplicates BITS URL [OPTION VALUE]...
 *
 *   near_duplicates 3 https://example.org/
 */
#include <crawl/crawler.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct print { /* of a page, as a finger leaves one */
  uint64_t hash;
  char *url;
};

struct prints {
  struct print *list;
  size_t used;
  size_t room;
  long bits; /* that nearly the same pages may differ in */
  int pairs;
  int failed;
};

static int differing_bits(uint64_t a, uint64_t b)
{
  int bits = 0;

  for (uint64_t rest = a ^ b; rest; rest &= rest - 1)
    bits++;
  return bits;
}

/* -1: out of memory. */
static int append(struct prints *prints, uint64_t hash, const char *url)
{
  if (prints->used == prints->room) {
    size_t room = prints->room ? prints->room * 2 : 64;
    struct print *list = realloc(prints->list, room * sizeof(*list));

    if (!list)
      return -1;
    prints->list = list;
    prints->room = room;
  }
  prints->list[prints->used].hash = hash;
  prints->list[prints->used].url = strdup(url);
  if (!prints->list[prints->used].url)
    return -1;
  prints->used++;
  return 0;
}

static int compare(crawler *c, crawler_page *page, void *user)
{
  struct prints *prints = user;
  const char *url = crawler_page_url(page);
  const char *first = crawler_page_duplicate_of(page);
  uint64_t hash = crawler_page_simhash(page);

  if (first) {
    printf("same   %s\n       %s\n", first, url);
    prints->pairs++;
    return 0;
  }
  if (hash == 0)
    return 0; /* too short to tell, an error, or no text */
  for (size_t i = 0; i < prints->used; i++) {
    int bits = differing_bits(hash, prints->list[i].hash);

    if (bits > prints->bits)
      continue;
    printf("nearly %s\n       %s (%d bits)\n", prints->list[i].url, url, bits);
    prints->pairs++;
  }
  if (append(prints, hash, url) < 0) {
    prints->failed = 1;
    crawler_stop(c);
  }
  return 0;
}

int main(int argc, char **argv)
{
  struct prints prints = { .bits = argc > 1 ? strtol(argv[1], NULL, 10) : 0 };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 3) {
    fputs("usage: near_duplicates BITS URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  crawler_set_simhash(c, 1);
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, compare, &prints);
  err = crawler_add(c, argv[2]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "near_duplicates: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else
    printf("%d pairs\n", prints.pairs);
  crawler_free(c);
  for (size_t i = 0; i < prints.used; i++)
    free(prints.list[i].url);
  free(prints.list);
  return err < 0 || prints.failed;
}

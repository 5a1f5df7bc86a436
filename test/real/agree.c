/* SPDX-License-Identifier: MIT */
/* agree.c - have real pages the same links by tokens as in gumbo's tree, and mutated ones?
 *
 *   find SITE -name '*.html' | agree [MUTANTS]
 *
 * Each page as it is, or MUTANTS documents made of each: bytes and tags taken out, put in, moved.
 * Prints each that differs, how to make it again, and the counts; exits with 1 if one differs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "parse/parse.h"
#include "support/two_ways.h"

enum { ROOM = 4096, LINE_BYTES = 4096, MOST_CHANGES = 6, MOST_TAG = 300, MUTATED_MAX = 400000 };

struct document {
  char *at;
  size_t len; /* of at most len + ROOM bytes */
};

static const char *const snippets[] = {
  "<a href=x>",
  "</a>",
  "<p>",
  "</p>",
  "<div>",
  "</div>",
  "<table>",
  "</table>",
  "<tr>",
  "<td>",
  "</td>",
  "<select>",
  "</select>",
  "<svg>",
  "</svg>",
  "<b>",
  "</b>",
  "<form action=f>",
  "</form>",
  "<ul><li>",
  "</li>",
  "<!--",
  "-->",
  "<script>",
  "</script>",
  "<title>",
  "</title>",
  "<textarea>",
  "\"",
  "'",
  "<",
  ">",
  "&amp",
  "<h2>",
  "</h2>",
  "<span>",
  "</span>",
  "<button>",
  "<object data=o>",
  "</object>",
  "<template>",
  "</template>",
  "<math><mi>",
  "</math>",
  "<foreignObject>",
  "<body background=b>",
  "<html>",
  "<caption>",
  "<base href=/b/>",
  "<img src=i srcset='a 1x, b 2x'>",
  "<nobr>",
  "<option>",
  "<dd>",
  "<dt>",
  "<ruby><rt>",
  "<iframe src=q></iframe>",
  "<style>a{background:url(s)}</style>",
  "<noscript>",
  "</noscript>",
  "<col>",
  "<input type=image src=z>",
  "<br>",
  "</br>",
  "<![CDATA[",
  "]]>",
  "<?x>",
  "</x y=z>",
  "<a name=k>",
  "<li>",
  "<center>",
  "<font color=red>",
  "</font>",
  "<i>",
  "</i>",
};

static size_t below(struct cr_random *random, size_t limit)
{
  return (size_t)(cr_random_next(random) % limit);
}

static void take_out(struct document *d, size_t at, size_t len)
{
  len = len < d->len - at ? len : d->len - at;
  memmove(d->at + at, d->at + at + len, d->len - at - len);
  d->len -= len;
}

static void put_in(struct document *d, size_t at, struct cr_span text)
{
  memmove(d->at + at + text.len, d->at + at, d->len - at);
  memcpy(d->at + at, text.at, text.len);
  d->len += text.len;
}

/* The tag that begins at `at` or behind; empty: none, or a long one. */
static struct cr_span tag_behind(const struct document *d, size_t at)
{
  const char *open = memchr(d->at + at, '<', d->len - at);
  const char *close = open ? memchr(open, '>', (size_t)(d->at + d->len - open)) : NULL;
  size_t len = close ? (size_t)(close + 1 - open) : 0;

  return cr_span(open, len <= MOST_TAG ? len : 0);
}

static void change(struct document *d, struct cr_random *random)
{
  size_t at = below(random, d->len);
  struct cr_span tag = tag_behind(d, at);
  char copy[MOST_TAG];

  switch (below(random, 4)) {
  case 0:
    take_out(d, at, 1 + below(random, 40));
    break;
  case 1:
    put_in(d, at, cr_span_text(snippets[below(random, sizeof(snippets) / sizeof(*snippets))]));
    break;
  case 2:
    if (tag.len > 0)
      take_out(d, (size_t)(tag.at - d->at), tag.len);
    break;
  default:
    if (tag.len > 0) {
      memcpy(copy, tag.at, tag.len);
      put_in(d, below(random, d->len), cr_span(copy, tag.len));
    }
    break;
  }
}

static void mutate(struct document *d, uint64_t seed)
{
  struct cr_random random = { seed };

  for (size_t changes = 1 + below(&random, MOST_CHANGES); changes > 0 && d->len > 10; changes--)
    change(d, &random);
}

/* at NULL: it can't be read. */
static struct document read_page(const char *path)
{
  struct document d = { NULL, 0 };
  FILE *in = fopen(path, "rb");
  long size = in && fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;

  if (size > 0 && fseek(in, 0, SEEK_SET) == 0) {
    d.at = malloc((size_t)size + ROOM);
    d.len = d.at ? fread(d.at, 1, (size_t)size, in) : 0;
  }
  if (in)
    (void)fclose(in);
  return d;
}

struct counts {
  unsigned long documents, links, doubtful, without_tree, wrong;
};

static void compare(struct counts *n, const struct document *d, const char *path, uint64_t seed)
{
  struct cr_two_ways found;
  struct cr_span html = cr_span(d->at, d->len);
  bool is_utf8 = strcmp(cr_charset_decide(html, cr_span(NULL, 0), "text/html"), "utf-8") == 0;

  cr_two_ways(&found, html, is_utf8 ? 0 : CR_TWO_WAYS_WINDOWS_1252);
  n->documents++;
  n->links += found.links;
  n->doubtful += found.is_doubtful;
  n->without_tree += !found.is_doubtful && !found.has_tree;
  n->wrong += found.wrong != NULL;
  if (found.wrong)
    printf("%s, mutant %" PRIu64 ": %s\n", path, seed, found.wrong);
}

static void compare_mutants(struct counts *n, const struct document *page, const char *path,
                            int mutants)
{
  for (int i = 1; i <= mutants && page->len <= MUTATED_MAX; i++) {
    struct document d = { malloc(page->len + ROOM), page->len };
    uint64_t seed = n->documents + 1;
    if (!d.at)
      exit(1);
    memcpy(d.at, page->at, page->len);
    mutate(&d, seed);
    compare(n, &d, path, seed);
    free(d.at);
  }
}

int main(int argc, char **argv)
{
  int mutants = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
  struct counts n = { 0 };
  char path[LINE_BYTES];

  while (fgets(path, sizeof(path), stdin)) {
    path[strcspn(path, "\n")] = '\0';
    struct document page = read_page(path);
    if (page.len > 0 && mutants > 0)
      compare_mutants(&n, &page, path, mutants);
    else if (page.len > 0)
      compare(&n, &page, path, 0);
    free(page.at);
  }
  printf("%lu documents, %lu links: %lu differ; %lu need a tree, %lu have none to compare\n",
         n.documents, n.links, n.wrong, n.doubtful, n.without_tree);
  return n.wrong > 0 || n.documents == 0;
}

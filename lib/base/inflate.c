/* SPDX-License-Identifier: MIT */
/* inflate.c - undo HTTP content codings, as a stream.
 *
 * A row of decoders: the last coding of the header is undone first. Bytes are pulled through in
 * pieces of at most 16 KB, so memory doesn't depend on what the input expands to.
 * Input is untrusted: each piece either yields bytes or uses up input, and what a stack of
 * codings may expand to between two decoders, unseen by the caller, is bounded by what it yields.
 */
#include "base/inflate.h"

#include "base/inflate_coder.h"
#include "crawl/crawler.h"

/* Between two decoders flow coded bytes: normally fewer than they decode to, though tiny chunks
 * flushed one by one take up to about 6 for one. A stream over INNER_FREE + INNER_RATIO times its
 * output is made to burn time (for example gzip of gigabytes of empty blocks). */
enum { INNER_FREE = 4 * 1024 * 1024, INNER_RATIO = 16 };

struct cr_inflate {
  struct cr_mem *mem;
  struct cr_coder *coders[CR_INFLATE_STAGES]; /* [0] gets the wire's bytes */
  size_t count;
  size_t turn;          /* the decoder that goes on */
  uint64_t inner_bytes; /* went from one decoder to the next */
  uint64_t outer_bytes; /* went to the sink */
  uint64_t fed_bytes;
  uint64_t ratio; /* that outer_bytes may be of fed_bytes; 0: any */
  int err;        /* the first error, or what the sink answered; holds from then on */
};

struct coding {
  struct cr_span name;
  int (*open)(struct cr_coder **out, struct cr_mem *mem); /* NULL: nothing to undo */
};

/* RFC 9110 section 8.4.1 (x-gzip: 8.4.1.3), RFC 7932, RFC 8878. */
static const struct coding codings_known[] = {
  { CR_SPAN_INIT("gzip"), cr_coder_open_gzip },
  { CR_SPAN_INIT("x-gzip"), cr_coder_open_gzip },
  { CR_SPAN_INIT("deflate"), cr_coder_open_deflate },
  { CR_SPAN_INIT("br"), cr_coder_open_brotli },
  { CR_SPAN_INIT("zstd"), cr_coder_open_zstd },
  { CR_SPAN_INIT("identity"), NULL },
  { CR_SPAN_INIT(""), NULL },
};

const char *cr_inflate_accept_line(void)
{
  static const char *const lines[2][2] = {
    /* by br, and by zstd */
    { "Accept-Encoding: gzip, deflate", "Accept-Encoding: gzip, deflate, zstd" },
    { "Accept-Encoding: gzip, deflate, br", "Accept-Encoding: gzip, deflate, br, zstd" },
  };

  return lines[cr_coder_has_brotli][cr_coder_has_zstd];
}

static const struct coding *find_coding(struct cr_span name)
{
  for (size_t i = 0; i < sizeof(codings_known) / sizeof(codings_known[0]); i++)
    if (cr_span_eq_nocase(codings_known[i].name, name))
      return &codings_known[i];
  return NULL;
}

bool cr_inflate_is_gzip(struct cr_span codings)
{
  const struct coding *coding = find_coding(cr_span_trim(codings));

  return coding && coding->open == cr_coder_open_gzip;
}

/* Cuts the last element off a comma-separated list. */
static struct cr_span cut_last(struct cr_span *list)
{
  size_t start = list->len;
  while (start > 0 && list->at[start - 1] != ',')
    start--;
  struct cr_span last =
      start < list->len ? cr_span(list->at + start, list->len - start) : cr_span(NULL, 0);
  list->len = start > 0 ? start - 1 : 0;
  return cr_span_trim(last);
}

/* From the end, as they are to be undone. */
static int open_coders(struct cr_inflate *inf, struct cr_span list)
{
  while (list.len > 0) {
    const struct coding *coding = find_coding(cut_last(&list));
    if (!coding)
      return CRAWLER_E_UNSUPPORTED;
    if (!coding->open)
      continue;
    if (inf->count == CR_INFLATE_STAGES)
      return CRAWLER_E_UNSUPPORTED;
    int err = coding->open(&inf->coders[inf->count], inf->mem);
    if (err)
      return err;
    inf->count++;
  }
  return 0;
}

int cr_inflate_open(struct cr_inflate **out, struct cr_mem *mem, struct cr_span codings)
{
  struct cr_inflate *inf = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*inf));
  if (!inf)
    return CRAWLER_E_NOMEM;
  inf->mem = mem;
  int err = open_coders(inf, codings);
  if (err)
    goto done;

  *out = inf->count > 0 ? inf : NULL;
  if (*out)
    inf = NULL; /* the caller's now */
done:
  cr_inflate_close(inf);
  return err;
}

static int step(struct cr_coder *coder, size_t *bytes)
{
  *bytes = 0;
  if (!coder->err)
    coder->err = coder->step(coder, bytes);
  return *bytes > 0 ? 0 : coder->err; /* what came before an error goes on first */
}

static int pass_on(struct cr_inflate *inf, struct cr_coder *to, struct cr_span piece)
{
  inf->inner_bytes += piece.len;
  if (inf->inner_bytes > INNER_FREE + INNER_RATIO * inf->outer_bytes)
    return CRAWLER_E_FORMAT;
  to->in = piece;
  to->fed = true;
  return 0;
}

static bool is_over(const struct cr_inflate *inf)
{
  return inf->ratio > 0 && inf->outer_bytes > CR_INFLATE_FREE &&
         inf->outer_bytes / inf->ratio > inf->fed_bytes;
}

/* Works off what the first decoder has in hand. A decoder that yields something makes it its
 * neighbour's turn; one that yields nothing needs more from the one before. */
static int run(struct cr_inflate *inf, cr_inflate_sink sink, void *arg)
{
  for (;;) {
    struct cr_coder *coder = inf->coders[inf->turn];
    size_t bytes = 0;
    int err = step(coder, &bytes);
    if (err)
      return err;
    if (bytes > 0 && inf->turn + 1 < inf->count) {
      inf->turn++;
      err = pass_on(inf, inf->coders[inf->turn], cr_span(coder->out, bytes));
    } else if (bytes > 0) {
      inf->outer_bytes += bytes;
      err = is_over(inf) ? CRAWLER_E_LIMIT : sink(arg, coder->out, bytes);
    } else if (inf->turn > 0) {
      inf->turn--;
    } else {
      return 0;
    }
    if (err)
      return err;
  }
}

int cr_inflate_go_on(struct cr_inflate *inf, cr_inflate_sink sink, void *arg)
{
  if (inf->err)
    return inf->err;
  int err = run(inf, sink, arg);
  inf->err = err == CR_INFLATE_LATER ? 0 : err;
  return err;
}

int cr_inflate_add(struct cr_inflate *inf, const char *data, size_t bytes, cr_inflate_sink sink,
                   void *arg)
{
  if (inf->err || bytes == 0)
    return inf->err;
  inf->fed_bytes += bytes;
  inf->coders[0]->in = cr_span(data, bytes);
  inf->coders[0]->fed = true;
  return cr_inflate_go_on(inf, sink, arg);
}

int cr_inflate_end(struct cr_inflate *inf)
{
  if (inf->err)
    return inf->err;
  for (size_t i = 0; i < inf->count; i++)
    if (inf->coders[i]->fed && !inf->coders[i]->complete)
      return CRAWLER_E_FORMAT;
  return 0;
}

void cr_inflate_limit(struct cr_inflate *inf, int64_t ratio)
{
  inf->ratio = ratio > 0 ? (uint64_t)ratio : 0;
}

void cr_inflate_close(struct cr_inflate *inf)
{
  if (!inf)
    return;
  for (size_t i = 0; i < inf->count; i++)
    inf->coders[i]->close(inf->coders[i]);
  cr_free(inf->mem, inf);
}

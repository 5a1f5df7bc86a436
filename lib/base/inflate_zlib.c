/* SPDX-License-Identifier: MIT */
/* inflate_zlib.c - the content codings gzip and deflate, by zlib.
 *
 * gzip (RFC 1952): all members are decoded; what follows the last one is ignored. deflate is
 * zlib's format (RFC 1950) by RFC 9110 section 8.4.1.2, but "some non-conformant implementations"
 * send raw RFC 1951 data, as that section says: the first two bytes tell which.
 */
#include <limits.h>

#define ZLIB_CONST /* input pointers are const */
#include <zlib.h>

#include "base/inflate_coder.h"
#include "crawl/crawler.h"

enum {
  BITS_ZLIB = MAX_WBITS, /* windowBits of inflateInit2: by format, the largest window */
  BITS_GZIP = MAX_WBITS + 16,
  BITS_RAW = -MAX_WBITS,
  HEAD_BYTES = 2
};

static const unsigned char gzip_magic[HEAD_BYTES] = { 0x1f, 0x8b }; /* RFC 1952 section 2.3.1 */

enum state {
  SNIFF,   /* deflate: collects the first two bytes */
  DECODE,  /* inside a member */
  BETWEEN, /* gzip: behind a member, is there another? */
  ENDED    /* the rest is ignored */
};

struct zlib_coder {
  struct cr_coder coder;
  z_stream zs;
  enum state state;
  bool is_gzip;
  size_t head_len;
  unsigned char head[HEAD_BYTES];
};

static voidpf alloc_hook(voidpf opaque, uInt count, uInt each)
{
  if (each != 0 && count > SIZE_MAX / each)
    return NULL;
  return cr_alloc(opaque, CR_MEM_FETCH, (size_t)count * each);
}

static void free_hook(voidpf opaque, voidpf block)
{
  cr_free(opaque, block);
}

/* RFC 1950 section 2.2: method 8, a window of at most 32 KB, no preset dictionary, and a check
 * that makes the two bytes a multiple of 31. Raw data begins so only with a stored block that
 * has bits set where encoders write zeros. */
static bool is_zlib_head(const unsigned char *head)
{
  return (head[0] & 0x0f) == 8 && head[0] >> 4 <= 7 && (head[1] & 0x20) == 0 &&
         (head[0] * 256 + head[1]) % 31 == 0;
}

/* Nothing was written to out in this step yet. Returns what zlib left of in, or an error. */
static int inflate_some(struct zlib_coder *z, struct cr_span *in, size_t *bytes)
{
  uInt len = in->len < UINT_MAX ? (uInt)in->len : UINT_MAX;

  z->zs.next_in = (const Bytef *)in->at;
  z->zs.avail_in = len;
  z->zs.next_out = (Bytef *)z->coder.out;
  z->zs.avail_out = CR_CODER_OUT_BYTES;
  int result = inflate(&z->zs, Z_NO_FLUSH);
  *bytes = CR_CODER_OUT_BYTES - z->zs.avail_out;
  in->at += len - z->zs.avail_in;
  in->len -= len - z->zs.avail_in;

  if (result == Z_STREAM_END) {
    z->coder.complete = true;
    z->head_len = 0;
    z->state = z->is_gzip ? BETWEEN : ENDED;
    return 0;
  }
  if (result == Z_MEM_ERROR)
    return CRAWLER_E_NOMEM;
  return result == Z_OK || result == Z_BUF_ERROR ? 0 : CRAWLER_E_FORMAT;
}

static void read_head_byte(struct zlib_coder *z)
{
  z->head[z->head_len++] = (unsigned char)z->coder.in.at[0];
  cr_coder_skip(&z->coder, 1);
}

/* Starts over with the bytes that were looked at; raw data may yield output from them already. */
static int begin(struct zlib_coder *z, int window_bits, size_t *bytes)
{
  struct cr_span head = { (const char *)z->head, HEAD_BYTES };

  if (inflateReset2(&z->zs, window_bits) != Z_OK)
    return CRAWLER_E_FORMAT;
  z->coder.complete = false;
  z->state = DECODE;
  return inflate_some(z, &head, bytes);
}

static int sniff(struct zlib_coder *z, size_t *bytes)
{
  read_head_byte(z);
  if (z->head_len < HEAD_BYTES)
    return 0;
  return begin(z, is_zlib_head(z->head) ? BITS_ZLIB : BITS_RAW, bytes);
}

static int look_for_member(struct zlib_coder *z, size_t *bytes)
{
  read_head_byte(z);
  if (z->head[z->head_len - 1] != gzip_magic[z->head_len - 1]) {
    z->state = ENDED;
    return 0;
  }
  return z->head_len < HEAD_BYTES ? 0 : begin(z, BITS_GZIP, bytes);
}

static int advance(struct zlib_coder *z, size_t *bytes)
{
  switch (z->state) {
  case SNIFF:
    return sniff(z, bytes);
  case DECODE:
    return inflate_some(z, &z->coder.in, bytes);
  case BETWEEN:
    return look_for_member(z, bytes);
  case ENDED:
    break;
  }
  cr_coder_ignore_rest(&z->coder);
  return 0;
}

/* Also without input: zlib may hold output that found no room before. */
static int step_zlib(struct cr_coder *coder, size_t *bytes)
{
  struct zlib_coder *z = (struct zlib_coder *)coder;
  int err = 0;

  if (coder->in.len == 0 && z->state == DECODE)
    return inflate_some(z, &coder->in, bytes);
  while (!err && *bytes == 0 && coder->in.len > 0)
    err = advance(z, bytes);
  return err;
}

static void close_zlib(struct cr_coder *coder)
{
  struct zlib_coder *z = (struct zlib_coder *)coder;
  (void)inflateEnd(&z->zs); /* only fails for misuse */
  cr_free(coder->mem, z);
}

/* state: where to begin. */
static int open_zlib(struct cr_coder **out, struct cr_mem *mem, int window_bits, enum state state)
{
  struct zlib_coder *z = cr_alloc(mem, CR_MEM_FETCH, sizeof(*z));
  if (!z)
    return CRAWLER_E_NOMEM;
  cr_coder_init(&z->coder, mem, step_zlib, close_zlib);
  z->state = state;
  z->is_gzip = window_bits == BITS_GZIP;
  z->head_len = 0;
  z->zs = (z_stream){ .zalloc = alloc_hook, .zfree = free_hook, .opaque = mem };
  if (inflateInit2(&z->zs, window_bits) != Z_OK) {
    cr_free(mem, z);
    return CRAWLER_E_NOMEM; /* all else it may answer is misuse */
  }
  *out = &z->coder;
  return 0;
}

int cr_coder_open_gzip(struct cr_coder **out, struct cr_mem *mem)
{
  return open_zlib(out, mem, BITS_GZIP, DECODE);
}

int cr_coder_open_deflate(struct cr_coder **out, struct cr_mem *mem)
{
  return open_zlib(out, mem, BITS_ZLIB, SNIFF);
}

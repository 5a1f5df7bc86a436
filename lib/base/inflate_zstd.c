/* SPDX-License-Identifier: MIT */
/* inflate_zstd.c - the content coding zstd (RFC 8878), by libzstd.
 *
 * A window of at most 8 MB, as RFC 9659 asks of this coding and browsers allow. All frames are
 * decoded, skippable ones skipped; what follows the last frame is ignored.
 * ZSTD_createDCtx_advanced takes our allocator. zstd.h has it in its section for static linking,
 * yet the shared library exports it (upstream's default since 1.4; Debian's 1.5.4 does).
 */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "base/inflate_coder.h"
#include "crawl/crawler.h"

const bool cr_coder_has_zstd = true;

enum { WINDOW_LOG_MAX = 23, MAGIC_BYTES = 4 };

enum state {
  BEFORE, /* a frame: collects its first bytes */
  INSIDE, /* a frame */
  ENDED   /* the rest is ignored */
};

struct zstd_coder {
  struct cr_coder coder;
  ZSTD_DCtx *dctx;
  enum state state;
  bool has_more; /* output that found no room */
  size_t magic_len;
  unsigned char magic[MAGIC_BYTES];
};

static void *alloc_hook(void *opaque, size_t bytes)
{
  return cr_alloc(opaque, CR_MEM_FETCH, bytes);
}

static void free_hook(void *opaque, void *block)
{
  cr_free(opaque, block);
}

/* May a frame begin so? RFC 8878 sections 3.1.1 (0xFD2FB528) and 3.1.2 (0x184D2A50 and the 15
 * numbers after it), little-endian. libzstd would take formats older than the RFC too. */
static bool may_begin_frame(const unsigned char *bytes, size_t len)
{
  static const unsigned char frame[MAGIC_BYTES] = { 0x28, 0xb5, 0x2f, 0xfd };
  static const unsigned char skippable[MAGIC_BYTES] = { 0x50, 0x2a, 0x4d, 0x18 };

  if (bytes[0] == frame[0])
    return memcmp(bytes, frame, len) == 0;
  return (bytes[0] & 0xf0) == skippable[0] && memcmp(bytes + 1, skippable + 1, len - 1) == 0;
}

static int translate(size_t result)
{
  return ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation ? CRAWLER_E_NOMEM
                                                                   : CRAWLER_E_FORMAT;
}

static int decode(struct zstd_coder *z, struct cr_span *from, size_t *bytes)
{
  ZSTD_inBuffer in = { from->at, from->len, 0 };
  ZSTD_outBuffer out = { z->coder.out, CR_CODER_OUT_BYTES, 0 };

  size_t result = ZSTD_decompressStream(z->dctx, &out, &in);
  from->at += in.pos;
  from->len -= in.pos;
  *bytes = out.pos;
  z->has_more = out.pos == out.size;
  if (ZSTD_isError(result))
    return translate(result);
  if (result == 0) {
    z->coder.complete = true;
    z->has_more = false;
    z->state = BEFORE;
  }
  return 0;
}

/* One byte more of what may be a frame. */
static int look_for_frame(struct zstd_coder *z, size_t *bytes)
{
  struct cr_span magic = { (const char *)z->magic, MAGIC_BYTES };

  z->magic[z->magic_len++] = (unsigned char)z->coder.in.at[0];
  cr_coder_skip(&z->coder, 1);
  if (!may_begin_frame(z->magic, z->magic_len)) {
    z->state = ENDED;
    return z->coder.complete ? 0 : CRAWLER_E_FORMAT;
  }
  if (z->magic_len < MAGIC_BYTES)
    return 0;
  z->magic_len = 0;
  z->coder.complete = false;
  z->state = INSIDE;
  return decode(z, &magic, bytes); /* only stores it */
}

static int advance(struct zstd_coder *z, size_t *bytes)
{
  switch (z->state) {
  case BEFORE:
    return look_for_frame(z, bytes);
  case INSIDE:
    return decode(z, &z->coder.in, bytes);
  case ENDED:
    break;
  }
  cr_coder_ignore_rest(&z->coder);
  return 0;
}

static int step_zstd(struct cr_coder *coder, size_t *bytes)
{
  struct zstd_coder *z = (struct zstd_coder *)coder;
  int err = 0;

  if (z->has_more)
    return decode(z, &coder->in, bytes);
  while (!err && *bytes == 0 && coder->in.len > 0)
    err = advance(z, bytes);
  return err;
}

static void close_zstd(struct cr_coder *coder)
{
  struct zstd_coder *z = (struct zstd_coder *)coder;
  (void)ZSTD_freeDCtx(z->dctx); /* only fails for static contexts */
  cr_free(coder->mem, z);
}

int cr_coder_open_zstd(struct cr_coder **out, struct cr_mem *mem)
{
  ZSTD_customMem hooks = { alloc_hook, free_hook, mem };
  struct zstd_coder *z = cr_alloc(mem, CR_MEM_FETCH, sizeof(*z));
  if (!z)
    return CRAWLER_E_NOMEM;
  cr_coder_init(&z->coder, mem, step_zstd, close_zstd);
  z->state = BEFORE;
  z->has_more = false;
  z->magic_len = 0;
  z->dctx = ZSTD_createDCtx_advanced(hooks);
  if (!z->dctx) {
    cr_free(mem, z);
    return CRAWLER_E_NOMEM;
  }
  (void)ZSTD_DCtx_setParameter(z->dctx, ZSTD_d_windowLogMax, WINDOW_LOG_MAX); /* in range */
  *out = &z->coder;
  return 0;
}

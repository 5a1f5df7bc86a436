/* SPDX-License-Identifier: MIT */
/* inflate_brotli.c - the content coding br (RFC 7932), by libbrotlidec.
 *
 * Large windows (an extension outside the RFC) stay off, so a stream's window is 16 MB at most.
 * What follows the stream's end is ignored.
 */
#include <brotli/decode.h>

#include "base/inflate_coder.h"
#include "crawl/crawler.h"

const bool cr_coder_has_brotli = true;

struct brotli_coder {
  struct cr_coder coder;
  BrotliDecoderState *state;
};

static void *alloc_hook(void *opaque, size_t bytes)
{
  return cr_alloc(opaque, CR_MEM_FETCH, bytes);
}

static void free_hook(void *opaque, void *block)
{
  cr_free(opaque, block);
}

static int translate(BrotliDecoderErrorCode code)
{
  bool is_alloc = code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                  code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
  return is_alloc ? CRAWLER_E_NOMEM : CRAWLER_E_FORMAT;
}

/* Never stops short of input used up or output filled, but at the end and for errors. */
static int step_brotli(struct cr_coder *coder, size_t *bytes)
{
  struct brotli_coder *b = (struct brotli_coder *)coder;
  const uint8_t *next_in = (const uint8_t *)coder->in.at;
  size_t in_len = coder->in.len;
  uint8_t *next_out = (uint8_t *)coder->out;
  size_t out_len = CR_CODER_OUT_BYTES;

  if (coder->complete) {
    cr_coder_ignore_rest(coder);
    return 0;
  }
  BrotliDecoderResult result =
      BrotliDecoderDecompressStream(b->state, &in_len, &next_in, &out_len, &next_out, NULL);
  cr_coder_skip(coder, coder->in.len - in_len);
  *bytes = CR_CODER_OUT_BYTES - out_len;
  if (result == BROTLI_DECODER_RESULT_ERROR)
    return translate(BrotliDecoderGetErrorCode(b->state));
  if (result == BROTLI_DECODER_RESULT_SUCCESS) {
    coder->complete = true;
    cr_coder_ignore_rest(coder);
  }
  return 0;
}

static void close_brotli(struct cr_coder *coder)
{
  struct brotli_coder *b = (struct brotli_coder *)coder;
  BrotliDecoderDestroyInstance(b->state);
  cr_free(coder->mem, b);
}

int cr_coder_open_brotli(struct cr_coder **out, struct cr_mem *mem)
{
  struct brotli_coder *b = cr_alloc(mem, CR_MEM_FETCH, sizeof(*b));
  if (!b)
    return CRAWLER_E_NOMEM;
  cr_coder_init(&b->coder, mem, step_brotli, close_brotli);
  b->state = BrotliDecoderCreateInstance(alloc_hook, free_hook, mem);
  if (!b->state) {
    cr_free(mem, b);
    return CRAWLER_E_NOMEM;
  }
  *out = &b->coder;
  return 0;
}

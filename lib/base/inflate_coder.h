/* SPDX-License-Identifier: MIT */
/* inflate_coder.h - what inflate.c needs of one decoder. For inflate*.c only.
 *
 * A decoder is a struct that begins with a struct cr_coder. Its step moves bytes from in to out;
 * inflate.c carries them to the next decoder or to the caller.
 */
#ifndef CR_BASE_INFLATE_CODER_H
#define CR_BASE_INFLATE_CODER_H

#include "base/mem.h"
#include "base/str.h"

/* No caller sees more at once: its own cap then stops a bomb early. */
#define CR_CODER_OUT_BYTES 16384

struct cr_coder {
  struct cr_mem *mem;
  /* Decodes some of in (moving its start) to out, and sets *bytes to how many. *bytes may be 0
   * only when in is empty. With an error, the bytes before it still count. */
  int (*step)(struct cr_coder *coder, size_t *bytes);
  void (*close)(struct cr_coder *coder);
  struct cr_span in; /* not yet decoded */
  bool complete;     /* the coded stream may end here */
  bool fed;          /* set by inflate.c: anything was there to decode */
  int err;           /* set by inflate.c: step's error, which holds from then on */
  char out[CR_CODER_OUT_BYTES];
};

/* 0 or CRAWLER_E_NOMEM. */
int cr_coder_open_gzip(struct cr_coder **out, struct cr_mem *mem);
int cr_coder_open_deflate(struct cr_coder **out, struct cr_mem *mem);
int cr_coder_open_brotli(struct cr_coder **out, struct cr_mem *mem);
int cr_coder_open_zstd(struct cr_coder **out, struct cr_mem *mem);
/* false: built without it, and it can't be opened (CRAWLER_E_UNSUPPORTED). */
extern const bool cr_coder_has_brotli;
extern const bool cr_coder_has_zstd;

/* Everything but out, which is large and written before it is read. */
static inline void cr_coder_init(struct cr_coder *coder, struct cr_mem *mem,
                                 int (*step)(struct cr_coder *, size_t *),
                                 void (*close)(struct cr_coder *))
{
  coder->mem = mem;
  coder->step = step;
  coder->close = close;
  coder->in = cr_span(NULL, 0);
  coder->complete = false;
  coder->fed = false;
  coder->err = 0;
}

/* The rest of in is none of the stream's. */
static inline void cr_coder_ignore_rest(struct cr_coder *coder)
{
  coder->in = cr_span(NULL, 0);
}

static inline void cr_coder_skip(struct cr_coder *coder, size_t bytes)
{
  coder->in.at += bytes;
  coder->in.len -= bytes;
}

#endif

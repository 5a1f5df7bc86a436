/* SPDX-License-Identifier: MIT */
/* inflate_zstd_none.c - the content coding zstd where libcrawl is built without libzstd.
 *
 * It isn't asked for, and who sends it all the same has sent a coding that isn't known.
 */
#include "base/inflate_coder.h"
#include "crawl/crawler.h"

const bool cr_coder_has_zstd = false;

int cr_coder_open_zstd(struct cr_coder **out, struct cr_mem *mem)
{
  (void)out;
  (void)mem;
  return CRAWLER_E_UNSUPPORTED;
}

/* SPDX-License-Identifier: MIT */
/* inflate_brotli_none.c - the content coding br where libcrawl is built without brotli.
 *
 * It isn't asked for, and who sends it all the same has sent a coding that isn't known.
 */
#include "base/inflate_coder.h"
#include "crawl/crawler.h"

const bool cr_coder_has_brotli = false;

int cr_coder_open_brotli(struct cr_coder **out, struct cr_mem *mem)
{
  (void)out;
  (void)mem;
  return CRAWLER_E_UNSUPPORTED;
}

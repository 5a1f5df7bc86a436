/* SPDX-License-Identifier: MIT */
/* fuzz_html.c - libFuzzer target: the links of any document, by tokens and from gumbo's tree.
 *
 * Input: one byte (the options of support/two_ways.h), the document. In pieces it says what it says
 * as a whole; and where tokens are sure, gumbo's tree has the same links in the same order. Once as
 * HTML, once as XHTML.
 */
#include "fuzz/fuzz.h"
#include "support/two_ways.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_two_ways found;

  if (bytes == 0)
    return 0;
  for (unsigned xhtml = 0; xhtml <= CR_TWO_WAYS_XHTML; xhtml += CR_TWO_WAYS_XHTML) {
    cr_two_ways(&found, cr_span((const char *)data + 1, bytes - 1), data[0] | xhtml);
    require(!found.wrong);
  }
  return 0;
}

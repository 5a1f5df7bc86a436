/* SPDX-License-Identifier: MIT */
/* fuzz_html_decode.c - libFuzzer target: any bytes as text and as the value of an attribute.
 *
 * What is decoded keeps to its room, has no NUL, is UTF-8 if the input is, and is the same when it
 * is taken in pieces, from '&' to '&'. What an escaper makes of the input decodes to the input.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "parse/charset.h"
#include "parse/html_decode.h"

static void check_pieces(struct cr_span raw, enum cr_html_context context, struct cr_span whole)
{
  char *out = room_for(3 * raw.len);
  size_t at = 0;
  size_t done = 0;

  while (at < raw.len) {
    const char *next = memchr(raw.at + at + 1, '&', raw.len - at - 1);
    size_t len = next ? (size_t)(next - raw.at) - at : raw.len - at;
    size_t written = cr_html_decode(cr_span(raw.at + at, len), context, out);
    require(written <= whole.len - done && memcmp(out, whole.at + done, written) == 0);
    done += written;
    at += len;
  }
  require(done == whole.len);
  free(out);
}

static void check_decoded(struct cr_span raw, enum cr_html_context context)
{
  char *out = room_for(3 * raw.len);
  size_t len = cr_html_decode(raw, context, out);
  struct cr_span text = cr_span(out, len);

  require(len <= 3 * raw.len && !memchr(out, '\0', len));
  require(cr_utf8_valid(raw) < raw.len || cr_utf8_valid(text) == len);
  require(!memchr(out, '\r', len) || memmem(raw.at, raw.len, "&#", 2));
  if (cr_html_is_plain(raw))
    require(cr_span_eq(text, raw));
  check_pieces(raw, context, text);
  free(out);
}

/* With NUL, which can't be written, as a space. */
static void check_escaped(struct cr_span text, enum cr_html_context context)
{
  char *plain = room_for(text.len);
  char *raw = room_for(text.len * 5);
  char *out = room_for(text.len * 5 * 3);
  size_t len = 0;

  for (size_t i = 0; i < text.len; i++) {
    plain[i] = text.at[i] == '\0' ? ' ' : text.at[i];
    const char *escape = plain[i] == '&' ? "&amp;" : plain[i] == '\r' ? "&#xd;" : NULL;
    size_t bytes = escape ? strlen(escape) : 1;
    memcpy(raw + len, escape ? escape : plain + i, bytes);
    len += bytes;
  }
  len = cr_html_decode(cr_span(raw, len), context, out);
  require(cr_span_eq(cr_span(out, len), cr_span(plain, text.len)));
  free(plain);
  free(raw);
  free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_span raw = cr_span((const char *)data, bytes);

  if (bytes == 0)
    return 0;
  for (enum cr_html_context context = CR_HTML_IN_BODY; context <= CR_HTML_IN_ATTRIBUTE; context++) {
    check_decoded(raw, context);
    check_escaped(raw, context);
  }
  return 0;
}

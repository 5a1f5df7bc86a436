/* SPDX-License-Identifier: MIT */
/* inflate_whole.c - undo gzip of a body that is there in one piece, by libdeflate.
 *
 * A gzip member ends with the length of what is in it (RFC 1952 section 2.3.1), so that the buffer
 * is made once, and as large as the body. Whoever says more than DEFLATE can expand to, or a wrong
 * length, goes the way of the stream. The decoder is a block of some 11 KB from malloc(): to give
 * libdeflate another allocator would be for the whole process.
 */
#include "base/inflate_whole.h"

#include <libdeflate.h>

#include "base/inflate.h"

enum {
  MEMBER_BYTES = 18, /* the shortest: a header, an empty block, the trailer */
  FLAGS_AT = 3,
  HAS_HEADER_CRC = 2, /* which libdeflate doesn't check */
  LENGTH_BYTES = 4,
  WHOLE_MAX = 1 << 20, /* longer ones would keep their thread for milliseconds */
  EXPANSION_MAX = 1032 /* zlib's FAQ: 258 bytes in two bits */
};

/* What the last four bytes say, little-endian. */
static size_t length_of(struct cr_span wire)
{
  const unsigned char *at = (const unsigned char *)wire.at + wire.len - LENGTH_BYTES;

  return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

/* One member of exactly that length, and nothing behind it. */
static bool decode(char *to, size_t length, struct cr_span wire)
{
  struct libdeflate_decompressor *decoder = libdeflate_alloc_decompressor();
  size_t used = 0;

  if (!decoder)
    return false;
  enum libdeflate_result result =
      libdeflate_gzip_decompress_ex(decoder, wire.at, wire.len, to, length, &used, NULL);
  libdeflate_free_decompressor(decoder);
  return result == LIBDEFLATE_SUCCESS && used == wire.len;
}

bool cr_inflate_whole(struct cr_buf *out, struct cr_span codings, struct cr_span wire)
{
  if (wire.len < MEMBER_BYTES || !cr_inflate_is_gzip(codings) || wire.at[FLAGS_AT] & HAS_HEADER_CRC)
    return false;
  size_t length = length_of(wire);

  if (length > WHOLE_MAX || length / EXPANSION_MAX > wire.len)
    return false;
  if (cr_buf_reserve(out, length) != 0 || !decode(out->data, length, wire))
    return false;
  out->data[length] = '\0';
  out->len = length;
  return true;
}

/* SPDX-License-Identifier: MIT */
/* url_ip.c - IPv4 and IPv6 addresses as hosts: every spelling in, one spelling out.
 *
 * The IPv4 and IPv6 parsers and serialisers of https://url.spec.whatwg.org/#host-parsing; IPv6 is
 * compressed as in RFC 5952 section 4.
 */
#include "crawl/crawler.h"
#include "url/url.h"
#include "url/url_host.h"

enum { PIECES = 8, OCTETS = 4, IPV4_TEXT_MAX = 15, IPV6_TEXT_MAX = 41 };

/* ---- IPv4 ---- */

/* "10", "012", "0xa"; 2^32 stands for all that is larger. "0x" alone is 0. */
static bool parse_number(struct cr_span text, uint64_t *value)
{
  uint64_t radix = 10;
  uint64_t sum = 0;
  size_t i = 0;

  if (text.len == 0)
    return false;
  if (text.at[0] == '0' && text.len > 1) {
    bool hex = cr_lower(text.at[1]) == 'x';
    radix = hex ? 16 : 8;
    i = hex ? 2 : 1;
  }
  for (; i < text.len; i++) {
    int digit = cr_hex_value(text.at[i]);
    if (digit < 0 || (uint64_t)digit >= radix)
      return false;
    sum = sum * radix + (uint64_t)digit;
    if (sum > UINT32_MAX)
      sum = (uint64_t)UINT32_MAX + 1;
  }
  *value = sum;
  return true;
}

static bool all_digits(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (!cr_is_digit(text.at[i]))
      return false;
  return text.len > 0;
}

bool cr_host_ends_in_number(struct cr_span host)
{
  uint64_t number;
  size_t end = host.len;

  if (end > 0 && host.at[end - 1] == '.')
    end--;
  /* Every number, in base 16 too, ends in a digit of base 16 or in the 'x' of "0x". */
  if (end == 0 || (cr_hex_value(host.at[end - 1]) < 0 && cr_lower(host.at[end - 1]) != 'x'))
    return false;

  size_t at = end;
  while (at > 0 && host.at[at - 1] != '.')
    at--;
  struct cr_span last = cr_span(host.at + at, end - at);
  return all_digits(last) || parse_number(last, &number);
}

bool cr_ipv4_parse(struct cr_span text, uint32_t *address)
{
  uint64_t numbers[OCTETS];
  uint64_t sum = 0;
  size_t count = 0;
  size_t at = 0;

  if (text.len > 0 && text.at[text.len - 1] == '.')
    text.len--;
  while (at <= text.len) {
    const char *dot = at < text.len ? memchr(text.at + at, '.', text.len - at) : NULL;
    size_t end = dot ? (size_t)(dot - text.at) : text.len;
    if (count == OCTETS || !parse_number(cr_span(text.at + at, end - at), &numbers[count]))
      return false;
    count++;
    at = end + 1;
  }

  for (size_t i = 0; i + 1 < count; i++) {
    if (numbers[i] > UINT8_MAX)
      return false;
    sum |= numbers[i] << (24 - 8 * i);
  }
  if (numbers[count - 1] >> (8 * (OCTETS + 1 - count)) != 0)
    return false;
  *address = (uint32_t)(sum | numbers[count - 1]);
  return true;
}

static size_t write_octet(char *at, unsigned octet)
{
  size_t len = 0;

  if (octet >= 100)
    at[len++] = (char)('0' + octet / 100);
  if (octet >= 10)
    at[len++] = (char)('0' + octet / 10 % 10);
  at[len++] = (char)('0' + octet % 10);
  return len;
}

int cr_ipv4_put(struct cr_buf *out, uint32_t address)
{
  char text[IPV4_TEXT_MAX];
  size_t len = 0;

  for (int shift = 24; shift >= 0; shift -= 8) {
    len += write_octet(text + len, address >> shift & 0xff);
    if (shift > 0)
      text[len++] = '.';
  }
  return cr_buf_add(out, text, len);
}

/* ---- IPv6 ---- */

/* Reads "1.2.3.4" up to the end into two pieces: no other spelling is allowed here. */
static bool parse_tail(struct cr_span text, uint16_t pieces[2])
{
  size_t at = 0;
  uint8_t octets[OCTETS];

  for (size_t i = 0; i < OCTETS; i++) {
    unsigned value = 0;
    size_t first;
    if (i > 0 && (at == text.len || text.at[at++] != '.'))
      return false;
    for (first = at; at < text.len && cr_is_digit(text.at[at]); at++) {
      value = value * 10 + (unsigned)(text.at[at] - '0');
      if (value > UINT8_MAX || (at > first && text.at[first] == '0'))
        return false;
    }
    if (at == first)
      return false;
    octets[i] = (uint8_t)value;
  }
  pieces[0] = (uint16_t)(octets[0] << 8 | octets[1]);
  pieces[1] = (uint16_t)(octets[2] << 8 | octets[3]);
  return at == text.len;
}

/* An address while it is read. "::" counts as one piece, since it stands for at least one. */
struct reading {
  struct cr_span rest;
  uint16_t *pieces;
  size_t count;
  size_t gap; /* how many pieces end with "::"; 0: none was met */
};

static void skip(struct reading *in, size_t bytes)
{
  in->rest.at += bytes;
  in->rest.len -= bytes;
}

/* One to four digits of base 16. */
static size_t parse_piece(struct cr_span text, uint16_t *piece)
{
  unsigned value = 0;
  size_t len = 0;

  for (; len < 4 && len < text.len && cr_hex_value(text.at[len]) >= 0; len++)
    value = value * 16 + (unsigned)cr_hex_value(text.at[len]);
  *piece = (uint16_t)value;
  return len;
}

/* A piece and the ':' behind it, the second ':' of a "::", or an IPv4 tail. */
static bool take_piece(struct reading *in)
{
  if (in->count == PIECES)
    return false;
  if (in->rest.at[0] == ':') {
    if (in->gap > 0)
      return false;
    skip(in, 1);
    in->count++;
    in->gap = in->count;
    return true;
  }

  size_t len = parse_piece(in->rest, &in->pieces[in->count]);
  if (len < in->rest.len && in->rest.at[len] == '.') {
    if (in->count + 2 > PIECES || !parse_tail(in->rest, in->pieces + in->count))
      return false;
    in->count += 2;
    skip(in, in->rest.len);
    return true;
  }
  skip(in, len);
  in->count++;
  if (in->rest.len == 0)
    return true;
  if (len == 0 || in->rest.len == 1 || in->rest.at[0] != ':')
    return false;
  skip(in, 1);
  return true;
}

/* Moves the pieces behind the "::" to the end, zeros in between. */
static void spread(struct reading *in)
{
  size_t tail = in->count - in->gap;

  for (size_t i = 1; i <= tail && in->count < PIECES; i++) {
    in->pieces[PIECES - i] = in->pieces[in->count - i];
    in->pieces[in->count - i] = 0;
  }
}

bool cr_ipv6_parse(struct cr_span text, uint16_t pieces[8])
{
  struct reading in = { .rest = text, .pieces = pieces };

  memset(pieces, 0, PIECES * sizeof(pieces[0]));
  if (text.len > 0 && text.at[0] == ':') {
    if (text.len == 1 || text.at[1] != ':')
      return false;
    skip(&in, 1); /* the second one is taken as the rest of a "::" */
  }
  while (in.rest.len > 0)
    if (!take_piece(&in))
      return false;
  if (in.gap == 0)
    return in.count == PIECES;
  spread(&in);
  return true;
}

/* The first of the longest runs of zeros, two at least; its length is 0 if there is none. */
static size_t find_zeros(const uint16_t pieces[PIECES], size_t *len)
{
  size_t best = 0;

  *len = 0;
  for (size_t i = 0; i < PIECES;) {
    size_t run = 0;
    while (i + run < PIECES && pieces[i + run] == 0)
      run++;
    if (run > 1 && run > *len) {
      best = i;
      *len = run;
    }
    i += run > 0 ? run : 1;
  }
  return best;
}

static size_t write_piece(char *at, unsigned piece)
{
  static const char digits[] = "0123456789abcdef";
  size_t len = 0;

  for (int shift = 12; shift >= 0; shift -= 4)
    if (piece >> shift != 0 || shift == 0)
      at[len++] = digits[piece >> shift & 15];
  return len;
}

int cr_ipv6_put(struct cr_buf *out, const uint16_t pieces[8])
{
  char text[IPV6_TEXT_MAX];
  size_t len = 0;
  size_t zeros;
  size_t gap = find_zeros(pieces, &zeros);

  text[len++] = '[';
  for (size_t i = 0; i < PIECES;) {
    if (zeros > 0 && i == gap) {
      if (i == 0)
        text[len++] = ':';
      text[len++] = ':';
      i += zeros;
      continue;
    }
    len += write_piece(text + len, pieces[i]);
    i++;
    if (i < PIECES)
      text[len++] = ':';
  }
  text[len++] = ']';
  return cr_buf_add(out, text, len);
}

int cr_host_address(struct cr_span host, uint8_t addr[16])
{
  uint16_t pieces[PIECES];
  uint32_t v4;

  if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']') {
    if (!cr_ipv6_parse(cr_span(host.at + 1, host.len - 2), pieces))
      return 0;
    for (size_t i = 0; i < PIECES; i++) {
      addr[2 * i] = (uint8_t)(pieces[i] >> 8);
      addr[2 * i + 1] = (uint8_t)pieces[i];
    }
    return 6;
  }
  if (!cr_host_ends_in_number(host) || !cr_ipv4_parse(host, &v4))
    return 0;
  for (size_t i = 0; i < OCTETS; i++)
    addr[i] = (uint8_t)(v4 >> (24 - 8 * i));
  return 4;
}

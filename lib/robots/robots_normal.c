/* SPDX-License-Identifier: MIT */
/* robots_normal.c - which octets of a pattern and of a target are equal.
 *
 * Both sides are read in one form, the encoded one of RFC 9309 section 2.2.2: unreserved octets
 * (RFC 3986 section 2.3) plain, reserved ones as they are, escaped or not, all others escaped, in
 * upper case. An escaped '*' or '$' is the plain character (section 2.2.3). In a query ':' '/' '?'
 * '@' part nothing (RFC 3986 section 3.4), and RFC 9309's own table takes them for equal to their
 * escapes there; so patterns of which we know what falls into the query are compared that way.
 * Pure: no I/O, no allocation. Linear.
 */
#include "robots/robots_rules.h"

/* Sets of octets: 256 bits. */
#define BIT(c) (UINT64_C(1) << ((c)&63))
#define DIGITS UINT64_C(0x03ff000000000000)
#define LETTERS UINT64_C(0x07fffffe07fffffe) /* of both cases */

static const uint64_t unreserved[4] = { DIGITS | BIT('-') | BIT('.'),
                                        LETTERS | BIT('_') | BIT('~') };

/* What may stand in a URL as it is: unreserved, reserved, '%'. */
static const uint64_t url_octets[4] = {
  DIGITS | BIT('-') | BIT('.') | BIT(':') | BIT('/') | BIT('?') | BIT('#') | BIT('!') | BIT('$') |
      BIT('&') | BIT('\'') | BIT('(') | BIT(')') | BIT('*') | BIT('+') | BIT(',') | BIT(';') |
      BIT('=') | BIT('%'),
  LETTERS | BIT('_') | BIT('~') | BIT('@') | BIT('[') | BIT(']'),
};

static bool is_in(const uint64_t set[4], char octet)
{
  unsigned char u = (unsigned char)octet;
  return (set[u >> 6] >> (u & 63) & 1) != 0;
}

static bool is_query_octet(char octet)
{
  return octet == ':' || octet == '/' || octet == '?' || octet == '@';
}

static bool is_ascii(char octet)
{
  return ((unsigned char)octet & 0x80) == 0;
}

/* Takes an octet off *rest, which isn't empty. Returns whether it was escaped. */
static bool take_octet(struct cr_span *rest, char *octet)
{
  const char *at = rest->at;
  bool escaped =
      at[0] == '%' && rest->len > 2 && cr_hex_value(at[1]) >= 0 && cr_hex_value(at[2]) >= 0;

  *octet = escaped ? (char)(cr_hex_value(at[1]) << 4 | cr_hex_value(at[2])) : at[0];
  rest->at += escaped ? 3 : 1;
  rest->len -= escaped ? 3 : 1;
  return escaped;
}

static size_t put_octet(char out[3], char octet, bool plain)
{
  static const char digits[] = "0123456789ABCDEF";

  if (plain) {
    out[0] = octet;
    return 1;
  }
  out[0] = '%';
  out[1] = digits[(unsigned char)octet >> 4];
  out[2] = digits[(unsigned char)octet & 15];
  return 3;
}

static bool is_plain_when_escaped(char octet, bool plain_query)
{
  return is_in(unreserved, octet) || octet == '$' || (plain_query && is_query_octet(octet));
}

/* A '?' behind a '*' may stand in the path of the target, or later in its query: then we don't know
 * what falls into the query, and escapes are compared as escapes. */
size_t cr_robots_read_pattern(struct cr_robots_reader *reader, char out[3])
{
  char octet;

  if (reader->rest.len == 0)
    return 0;
  if (take_octet(&reader->rest, &octet))
    return put_octet(out, octet, is_plain_when_escaped(octet, reader->query));
  reader->starred = reader->starred || octet == '*';
  reader->query = reader->query || (octet == '?' && !reader->starred);
  return put_octet(out, octet, is_in(url_octets, octet));
}

struct cr_robots_pattern cr_robots_measure_pattern(struct cr_span written)
{
  struct cr_robots_pattern pattern = { .plain = true };
  struct cr_robots_reader reader = { written, false, false };
  char out[3];

  if (written.len > 0 && written.at[written.len - 1] == '$') {
    pattern.anchored = true;
    pattern.octets = 1;
    reader.rest.len--;
  }
  pattern.len = reader.rest.len;
  while (reader.rest.len > 0) {
    bool in_query = reader.query;
    struct cr_span before = reader.rest;
    char octet;

    size_t len = cr_robots_read_pattern(&reader, out);
    pattern.plain =
        pattern.plain && len == before.len - reader.rest.len && memcmp(out, before.at, len) == 0;
    bool escaped = take_octet(&before, &octet);
    bool in_question = in_query && is_query_octet(octet);
    pattern.query = pattern.query || in_question;
    pattern.octets += in_question && escaped ? 3 : len; /* a rule is as long as in a path */
  }
  return pattern;
}

/* Octets over 127 are left as they stand: a target as sent has none, so they equal nothing. */
static bool is_plain_in_target(char octet)
{
  return octet != '*' && (is_in(url_octets, octet) || !is_ascii(octet));
}

bool cr_robots_target_is_normal(struct cr_span target)
{
  for (size_t i = 0; i < target.len; i++)
    if (target.at[i] == '%' || !is_plain_in_target(target.at[i]))
      return false;
  return true;
}

size_t cr_robots_normal_target(char *out, size_t room, struct cr_span target, bool plain_query,
                               bool *differs)
{
  bool query = false;
  size_t len = 0;
  char octet;

  *differs = false;
  while (target.len > 0 && len <= room) {
    if (take_octet(&target, &octet)) {
      *differs = *differs || (query && is_query_octet(octet));
      len += put_octet(out + len, octet, is_plain_when_escaped(octet, query && plain_query));
    } else {
      len += put_octet(out + len, octet, is_plain_in_target(octet));
      query = query || octet == '?';
    }
  }
  return len;
}

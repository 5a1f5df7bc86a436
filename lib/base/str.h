/* SPDX-License-Identifier: MIT */
/* str.h - a few things about bytes that <string.h> lacks; ASCII only, no locale.
 */
#ifndef CR_BASE_STR_H
#define CR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A borrowed piece of text; not NUL-terminated. at may be NULL when len is 0. */
struct cr_span {
  const char *at;
  size_t len;
};

#define CR_SPAN(literal) ((struct cr_span)CR_SPAN_INIT(literal))
/* For tables: a compound literal is no constant expression. */
#define CR_SPAN_INIT(literal)       \
  {                                 \
    "" literal, sizeof(literal) - 1 \
  }

static inline struct cr_span cr_span(const char *at, size_t len)
{
  return (struct cr_span){ at, len };
}

static inline struct cr_span cr_span_text(const char *text) /* NULL gives the empty span */
{
  return (struct cr_span){ text, text ? strlen(text) : 0 };
}

static inline bool cr_span_eq(struct cr_span a, struct cr_span b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* A number whose lowest byte is the first one, from the machine's own or to it. */
static inline uint64_t cr_word_of(uint64_t native)
{
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(native) : native;
}

/* 8 bytes as a number, the first one lowest. */
static inline uint64_t cr_load_word(const char *at)
{
  uint64_t native;

  memcpy(&native, at, sizeof(native));
  return cr_word_of(native);
}

static inline void cr_store_word(char *at, uint64_t word)
{
  uint64_t native = cr_word_of(word);

  memcpy(at, &native, sizeof(native));
}

static inline char cr_lower(char c)
{
  return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline bool cr_is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static inline bool cr_is_alpha(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool cr_is_space(char c) /* HTML's ASCII whitespace: TAB LF FF CR SPACE */
{
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* The first byte from at on, up to end, that is none. */
static inline const char *cr_skip_spaces(const char *at, const char *end)
{
  while (at < end && cr_is_space(*at))
    at++;
  return at;
}

static inline int cr_hex_value(char c) /* -1: no hex digit */
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = cr_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool cr_span_starts_nocase(struct cr_span text, struct cr_span prefix);
static inline bool cr_span_eq_nocase(struct cr_span a, struct cr_span b)
{
  return a.len == b.len && cr_span_starts_nocase(a, b);
}
/* Takes a character off the front, if it is that one. */
static inline bool cr_span_take(struct cr_span *text, char c)
{
  if (text->len == 0 || text->at[0] != c)
    return false;
  *text = cr_span(text->at + 1, text->len - 1);
  return true;
}
struct cr_span cr_span_trim(struct cr_span text); /* HTML whitespace off both ends */
/* All but the first bytes, of which there are so many. */
static inline struct cr_span cr_span_from(struct cr_span text, size_t bytes)
{
  return cr_span(text.at + bytes, text.len - bytes);
}
size_t cr_span_find(struct cr_span text, char c); /* where it stands first; len: nowhere */
/* Takes what stands before the next comma, or all, off the list, and trims it. */
struct cr_span cr_span_take_item(struct cr_span *list);
/* Decimal digits only, all of text, value <= max; false otherwise. */
bool cr_parse_u64(struct cr_span text, uint64_t max, uint64_t *value);
#define CR_U64_DIGITS 20
/* Writes value in decimal, without a NUL: at most CR_U64_DIGITS characters. Returns how many. */
size_t cr_write_u64(char *out, uint64_t value);

#endif

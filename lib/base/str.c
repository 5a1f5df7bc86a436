/* SPDX-License-Identifier: MIT */
/* str.c - a few things about bytes that <string.h> lacks; ASCII only, no locale.
 */
#include "base/str.h"

bool cr_span_starts_nocase(struct cr_span text, struct cr_span prefix)
{
  if (prefix.len > text.len)
    return false;
  for (size_t i = 0; i < prefix.len; i++) /* mostly they are the same as they are */
    if (text.at[i] != prefix.at[i] && cr_lower(text.at[i]) != cr_lower(prefix.at[i]))
      return false;
  return true;
}

struct cr_span cr_span_trim(struct cr_span text)
{
  while (text.len > 0 && cr_is_space(text.at[0])) {
    text.at++;
    text.len--;
  }
  while (text.len > 0 && cr_is_space(text.at[text.len - 1]))
    text.len--;
  return text;
}

size_t cr_span_find(struct cr_span text, char c)
{
  const char *at = text.len > 0 ? memchr(text.at, c, text.len) : NULL;

  return at ? (size_t)(at - text.at) : text.len;
}

struct cr_span cr_span_take_item(struct cr_span *list)
{
  size_t len = cr_span_find(*list, ',');
  struct cr_span item = cr_span(list->at, len);

  *list = cr_span_from(*list, len < list->len ? len + 1 : len);
  return cr_span_trim(item);
}

bool cr_parse_u64(struct cr_span text, uint64_t max, uint64_t *value)
{
  uint64_t sum = 0;

  if (text.len == 0)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    if (!cr_is_digit(text.at[i]))
      return false;
    uint64_t digit = (uint64_t)(text.at[i] - '0');
    if (sum > (UINT64_MAX - digit) / 10)
      return false;
    sum = sum * 10 + digit;
  }
  if (sum > max)
    return false;
  *value = sum;
  return true;
}

size_t cr_write_u64(char *out, uint64_t value)
{
  char digits[CR_U64_DIGITS];
  size_t at = sizeof(digits);

  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  memcpy(out, digits + at, sizeof(digits) - at);
  return sizeof(digits) - at;
}

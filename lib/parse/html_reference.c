/* SPDX-License-Identifier: MIT */
/* html_reference.c - character references that gumbo can't count.
 *
 * gumbo 0.10 sums up the digits of "&#99999999999;" in an int without looking, and what it writes
 * then need not be UTF-8. By the HTML standard (13.2.5.80) a number beyond Unicode is U+FFFD, so
 * such digits may be written as others of the same length that still are beyond, but fit.
 */
#include "parse/html_reference.h"

/* Digits that matter in the greatest code point, U+10FFFF: one more is beyond in any case. */
enum { DECIMAL_DIGITS = 7, HEX_DIGITS = 6 };

struct reference {
  size_t begin;   /* of its digits */
  size_t end;     /* behind them */
  size_t fitting; /* digits that may be other than zero */
  bool is_hex;
};

static bool is_digit(char c, bool is_hex)
{
  return is_hex ? cr_hex_value(c) >= 0 : cr_is_digit(c);
}

/* The next huge one at or behind `at`; false: none. */
static bool find(struct cr_span html, size_t at, struct reference *ref)
{
  while (at < html.len) {
    const char *found = memmem(html.at + at, html.len - at, "&#", 2);
    if (!found)
      return false;
    at = (size_t)(found - html.at) + 2;
    ref->is_hex = at < html.len && cr_lower(html.at[at]) == 'x';
    ref->begin = at + (ref->is_hex ? 1 : 0);
    ref->fitting = ref->is_hex ? HEX_DIGITS : DECIMAL_DIGITS;
    for (at = ref->begin; at < html.len && html.at[at] == '0';)
      at++;
    size_t first = at;
    while (at < html.len && is_digit(html.at[at], ref->is_hex))
      at++;
    ref->end = at;
    if (at - first > ref->fitting)
      return true;
  }
  return false;
}

void cr_html_tame_references(char *html, size_t len)
{
  struct reference ref = { 0, 0, 0, false };

  while (find(cr_span(html, len), ref.end, &ref)) {
    size_t zeros = ref.end - ref.begin - ref.fitting;
    memset(html + ref.begin, '0', zeros);
    memset(html + ref.begin + zeros, ref.is_hex ? 'f' : '9', ref.fitting);
  }
}

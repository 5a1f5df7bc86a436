/* SPDX-License-Identifier: MIT */
/* srcset.c - the URLs of a srcset attribute.
 *
 * "Parse a srcset attribute" of the HTML standard, 4.8.4.2.2: a candidate whose descriptors are
 * none is dropped, so these are read as far as that needs. Pure; each byte is read at most twice.
 */
#include "parse/srcset.h"

enum { LARGEST_POWER = 309 }; /* of ten, of a number that begins with "0." */

struct descriptors { /* which a candidate has */
  bool has_width;
  bool has_density;
  bool has_height;
  bool is_wrong;
};

static const char *skip_digits(const char *at, const char *end)
{
  while (at < end && cr_is_digit(*at))
    at++;
  return at;
}

static bool is_positive(struct cr_span number)
{
  for (size_t i = 0; i < number.len; i++)
    if (number.at[i] != '0')
      return true;
  return false;
}

static bool is_integer(struct cr_span number)
{
  return number.len > 0 && skip_digits(number.at, number.at + number.len) == number.at + number.len;
}

/* Is digits, maybe with a point in it, times ten to the power too large for a double? What rounds
 * to 2^1024 is (2.3.4.3); where that begins, by its first digits. */
static bool is_too_large(struct cr_span digits, int64_t power)
{
  static const char least[] = "17976931348623158079";
  const char *end = digits.at + digits.len;
  const char *point = memchr(digits.at, '.', digits.len);
  const char *at = digits.at;

  while (at < end && (*at == '0' || *at == '.'))
    at++;
  if (at == end)
    return false;
  if (!point)
    point = end;
  power += at < point ? point - at : point - at + 1;
  for (size_t i = 0; power == LARGEST_POWER && i < sizeof(least) - 1; i++) {
    at += at < end && *at == '.';
    char digit = '0';
    if (at < end)
      digit = *at++;
    if (digit != least[i])
      return digit > least[i];
  }
  return power >= LARGEST_POWER;
}

/* Of digits behind an 'e', as far as it matters. */
static int64_t power_of(const char *at, const char *end, bool is_negative)
{
  int64_t power = 0;

  for (; at < end && power < INT32_MAX; at++)
    power = power * 10 + (*at - '0');
  return is_negative ? -power : power;
}

/* A "valid floating-point number" (2.3.4.3) that isn't below zero; "-0" isn't. */
static bool is_density(struct cr_span number)
{
  int64_t power = 0;
  const char *end = number.at + number.len;
  const char *at = number.at;
  bool is_negative = at < end && *at == '-';

  at += is_negative;
  const char *whole = at;
  at = skip_digits(at, end);
  const char *digits_end = at;
  if (at < end && *at == '.') {
    const char *fraction = ++at;
    at = skip_digits(at, end);
    if (at == fraction)
      return false;
    digits_end = at;
  }
  if (digits_end == whole)
    return false;
  struct cr_span mantissa = cr_span(whole, (size_t)(digits_end - whole));
  if (at < end && cr_lower(*at) == 'e') {
    bool is_small = ++at < end && *at == '-';
    at += at < end && (*at == '+' || *at == '-');
    const char *exponent = at;
    at = skip_digits(at, end);
    if (at == exponent)
      return false;
    power = power_of(exponent, at, is_small);
  }
  bool is_zero = true;
  for (size_t i = 0; i < mantissa.len; i++)
    is_zero = is_zero && (mantissa.at[i] == '0' || mantissa.at[i] == '.');
  return at == end && (!is_negative || is_zero) && !is_too_large(mantissa, power);
}

static void note_descriptor(struct descriptors *d, struct cr_span text)
{
  if (text.len == 0)
    return;
  struct cr_span number = cr_span(text.at, text.len - 1);
  char unit = text.at[text.len - 1];

  if (unit == 'w' && is_integer(number)) {
    d->is_wrong = d->is_wrong || d->has_width || d->has_density || !is_positive(number);
    d->has_width = true;
  } else if (unit == 'x' && is_density(number)) {
    d->is_wrong = d->is_wrong || d->has_width || d->has_density || d->has_height;
    d->has_density = true;
  } else if (unit == 'h' && is_integer(number)) {
    d->is_wrong = d->is_wrong || d->has_height || d->has_density || !is_positive(number);
    d->has_height = true;
  } else {
    d->is_wrong = true;
  }
}

/* The descriptor tokenizer: to the comma that ends the candidate. Commas in parentheses don't. */
static bool read_descriptors(struct cr_srcset *s)
{
  struct descriptors d = { false, false, false, false };
  const char *begin = s->at;
  bool in_parens = false;

  for (; s->at < s->end; s->at++) {
    char c = *s->at;
    if (in_parens) {
      in_parens = c != ')';
    } else if (c == ',') {
      break;
    } else if (cr_is_space(c)) {
      note_descriptor(&d, cr_span(begin, (size_t)(s->at - begin)));
      begin = s->at + 1;
    } else {
      in_parens = c == '(';
    }
  }
  note_descriptor(&d, cr_span(begin, (size_t)(s->at - begin)));
  s->at += s->at < s->end;
  return !d.is_wrong && (!d.has_height || d.has_width);
}

bool cr_srcset_next(struct cr_srcset *s, struct cr_span *url)
{
  for (;;) {
    while (s->at < s->end && (cr_is_space(*s->at) || *s->at == ','))
      s->at++;
    if (s->at == s->end)
      return false;
    const char *begin = s->at;
    while (s->at < s->end && !cr_is_space(*s->at))
      s->at++;
    *url = cr_span(begin, (size_t)(s->at - begin));
    if (begin[url->len - 1] != ',') {
      if (read_descriptors(s))
        return true;
      continue;
    }
    while (url->len > 0 && begin[url->len - 1] == ',')
      url->len--;
    return true;
  }
}

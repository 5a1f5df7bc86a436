/* SPDX-License-Identifier: MIT */
/* punycode.c - Punycode, RFC 3492: code points as letters, digits and hyphens.
 *
 * Section 6's procedures with the parameters of section 5, on the caller's buffers. Sums are made
 * in 64 bits and held below 2^31, which stands for the overflow checks of section 6.4. Insertion
 * makes both quadratic in a label's length, which CR_HOST_MAX_CHARS bounds.
 */
#include "url/url_host.h"

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72 };
enum { INITIAL_N = 0x80, CODE_MAX = 0x10ffff };

static uint64_t adapt(uint64_t delta, uint64_t points, bool first)
{
  uint64_t k = 0;

  delta = first ? delta / DAMP : delta / 2;
  delta += delta / points;
  while (delta > ((BASE - T_MIN) * T_MAX) / 2) {
    delta /= BASE - T_MIN;
    k += BASE;
  }
  return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint64_t threshold(uint64_t k, uint64_t bias)
{
  if (k <= bias + T_MIN)
    return T_MIN;
  return k >= bias + T_MAX ? T_MAX : k - bias;
}

/* The value of a digit; BASE if c is none. */
static uint64_t digit_value(char c)
{
  if (cr_is_digit(c))
    return (uint64_t)(c - '0') + 26;
  return cr_is_alpha(c) ? (uint64_t)(cr_lower(c) - 'a') : BASE;
}

static char digit_char(uint64_t digit)
{
  return (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);
}

/* Takes a variable-length integer off text, from *at, and adds it to *i. */
static bool take_delta(struct cr_span text, size_t *at, uint64_t bias, uint64_t *i)
{
  uint64_t weight = 1;

  for (uint64_t k = BASE;; k += BASE) {
    uint64_t digit = *at < text.len ? digit_value(text.at[*at]) : BASE;
    if (digit == BASE)
      return false;
    *at += 1;
    *i += digit * weight;
    if (*i > INT32_MAX)
      return false;
    uint64_t t = threshold(k, bias);
    if (digit < t)
      return true;
    weight *= BASE - t;
    if (weight > INT32_MAX)
      return false;
  }
}

bool cr_punycode_decode(struct cr_span text, int32_t *codes, size_t max, size_t *count)
{
  uint64_t n = INITIAL_N;
  uint64_t bias = INITIAL_BIAS;
  uint64_t i = 0;
  size_t len = 0;
  size_t at = 0;

  for (size_t end = text.len; end > 1 && at == 0; end--)
    if (text.at[end - 1] == '-')
      at = end; /* behind the last delimiter, which is none in front of everything */
  for (size_t b = 0; b + 1 < at; b++) {
    if (len == max || (uint8_t)text.at[b] >= INITIAL_N)
      return false;
    codes[len++] = (uint8_t)text.at[b];
  }
  while (at < text.len) {
    uint64_t old = i;
    if (len == max || !take_delta(text, &at, bias, &i))
      return false;
    bias = adapt(i - old, len + 1, old == 0);
    n += i / (len + 1);
    i %= len + 1;
    if (n > CODE_MAX || (n >= 0xd800 && n <= 0xdfff))
      return false;
    memmove(codes + i + 1, codes + i, (len - i) * sizeof(codes[0]));
    codes[i++] = (int32_t)n;
    len++;
  }
  *count = len;
  return true;
}

/* Where Punycode is written. */
struct writer {
  char *out;
  size_t len;
  size_t max;
};

static bool write_char(struct writer *to, char c)
{
  if (to->len == to->max)
    return false;
  to->out[to->len++] = c;
  return true;
}

static bool write_delta(struct writer *to, uint64_t delta, uint64_t bias)
{
  for (uint64_t k = BASE;; k += BASE) {
    uint64_t t = threshold(k, bias);
    if (delta < t)
      return write_char(to, digit_char(delta));
    if (!write_char(to, digit_char(t + (delta - t) % (BASE - t))))
      return false;
    delta = (delta - t) / (BASE - t);
  }
}

static size_t write_basic(struct writer *to, struct cr_codes codes)
{
  size_t basic = 0;

  for (size_t i = 0; i < codes.count; i++)
    if (codes.at[i] < INITIAL_N && write_char(to, (char)codes.at[i]))
      basic++;
  return basic;
}

/* The state of section 6.3's main loop. */
struct encoder {
  uint64_t n;
  uint64_t delta;
  uint64_t bias;
  size_t done; /* code points written */
  size_t basic;
};

/* Writes all that are n; *next becomes the smallest one that is larger. */
static bool write_all_of(struct writer *to, struct encoder *e, struct cr_codes codes,
                         uint64_t *next)
{
  *next = UINT64_MAX;
  for (size_t i = 0; i < codes.count; i++) {
    uint64_t code = (uint64_t)codes.at[i];
    if (code > e->n && code < *next)
      *next = code;
    e->delta += code < e->n;
    if (code != e->n)
      continue;
    if (e->delta > INT32_MAX || !write_delta(to, e->delta, e->bias))
      return false;
    e->bias = adapt(e->delta, e->done + 1, e->done == e->basic);
    e->delta = 0;
    e->done++;
  }
  return true;
}

bool cr_punycode_encode(struct cr_codes codes, char *out, size_t max, size_t *len)
{
  struct writer to = { .out = out, .max = max };
  struct encoder e = { .n = INITIAL_N, .bias = INITIAL_BIAS, .basic = write_basic(&to, codes) };

  e.done = e.basic;
  if (codes.count > max || (e.basic > 0 && !write_char(&to, '-')))
    return false;
  while (e.done < codes.count) {
    uint64_t next;
    if (!write_all_of(&to, &e, codes, &next))
      return false;
    if (e.done < codes.count)
      e.delta += 1 + (next - e.n - 1) * (e.done + 1);
    e.n = next;
  }
  *len = to.len;
  return true;
}

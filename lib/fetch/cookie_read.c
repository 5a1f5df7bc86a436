/* SPDX-License-Identifier: MIT */
/* cookie_read.c - what a Set-Cookie header says.
 *
 * The algorithm of RFC 6265, section 5.2, with the limits and the refusal of control characters
 * that its revision (draft-ietf-httpbis-rfc6265bis, section 5.6) adds. A cookie without a name is
 * none, as in the RFC. Time is linear in the header.
 */
#include "fetch/cookie_read.h"

#include "base/date.h"

/* What is before the first end byte, which is taken away with it. */
static struct cr_span take_until(struct cr_span *text, char end)
{
  size_t len = cr_span_find(*text, end);
  struct cr_span taken = cr_span(text->at, len);

  *text = cr_span_from(*text, len + (len < text->len));
  return taken;
}

/* Up to a byte that would end the line; false: another control character is in it. */
static bool cut_line(struct cr_span *text)
{
  for (size_t i = 0; i < text->len; i++) {
    char c = text->at[i];

    if (c == '\0' || c == '\r' || c == '\n') {
      text->len = i;
      return true;
    }
    if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f)
      return false;
  }
  return true;
}

/* Section 5.2.2: at once for 0 and less, and as late as can be said for more than that. */
static void read_max_age(struct cr_cookie *cookie, struct cr_span value, int64_t wall_ms)
{
  static const uint64_t most_s = UINT64_C(1) << 40;
  bool is_negative = value.len > 0 && value.at[0] == '-';
  struct cr_span digits = cr_span_from(value, is_negative);
  uint64_t seconds = most_s;

  for (size_t i = 0; i < digits.len; i++)
    if (!cr_is_digit(digits.at[i]))
      return;
  if (value.len == 0)
    return;
  if (!cr_parse_u64(digits, most_s, &seconds))
    seconds = most_s;
  cookie->expires_ms = is_negative || seconds == 0 ? 0 : wall_ms + (int64_t)seconds * 1000;
}

static void read_expires(struct cr_cookie *cookie, struct cr_span value)
{
  int64_t seconds;

  if (cr_date_read(value, &seconds))
    cookie->expires_ms = seconds > 0 ? seconds * 1000 : 0;
}

/* Section 5.2.3: an empty one is as if it weren't there. */
static void read_domain(struct cr_cookie *cookie, struct cr_span value)
{
  if (value.len == 0 || value.len > CR_COOKIE_MAX_ATTRIBUTE)
    return;
  (void)cr_span_take(&value, '.');
  cookie->domain = value;
}

/* Section 5.2.4: what doesn't begin with '/' takes away what an earlier one said. */
static void read_path(struct cr_cookie *cookie, struct cr_span value)
{
  if (value.len > CR_COOKIE_MAX_ATTRIBUTE)
    return;
  cookie->path = value.len > 0 && value.at[0] == '/' ? value : cr_span(value.at, 0);
}

/* The last of a name holds, and Max-Age holds over Expires (section 5.3, step 3). */
static void read_attributes(struct cr_cookie *cookie, struct cr_span text, int64_t wall_ms)
{
  struct cr_cookie aged = { .expires_ms = -1 };

  while (text.len > 0) {
    struct cr_span value = take_until(&text, ';');
    struct cr_span name = cr_span_trim(take_until(&value, '='));

    value = cr_span_trim(value);
    if (cr_span_eq_nocase(name, CR_SPAN("Expires")))
      read_expires(cookie, value);
    else if (cr_span_eq_nocase(name, CR_SPAN("Max-Age")))
      read_max_age(&aged, value, wall_ms);
    else if (cr_span_eq_nocase(name, CR_SPAN("Domain")))
      read_domain(cookie, value);
    else if (cr_span_eq_nocase(name, CR_SPAN("Path")))
      read_path(cookie, value);
    else if (cr_span_eq_nocase(name, CR_SPAN("Secure")))
      cookie->secure = true;
  }
  if (aged.expires_ms >= 0)
    cookie->expires_ms = aged.expires_ms;
}

bool cr_cookie_read(struct cr_cookie *cookie, struct cr_span value, int64_t wall_ms)
{
  struct cr_cookie read = { .expires_ms = CR_COOKIE_NEVER };

  if (!cut_line(&value))
    return false;
  struct cr_span pair = take_until(&value, ';');
  size_t equals = cr_span_find(pair, '=');
  if (equals == pair.len)
    return false;
  read.name = cr_span_trim(take_until(&pair, '='));
  read.value = cr_span_trim(pair);
  if (read.name.len == 0 || read.name.len + read.value.len > CR_COOKIE_MAX_BYTES)
    return false;
  read_attributes(&read, value, wall_ms);
  *cookie = read;
  return true;
}

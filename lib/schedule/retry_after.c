/* SPDX-License-Identifier: MIT */
/* retry_after.c - how long a server asks to be left alone (RFC 9110, section 10.2.3).
 *
 * Seconds, or a date in whatever form (date.h). Pure.
 */
#include "schedule/retry_after.h"

#include "base/date.h"

int64_t cr_retry_after_ms(struct cr_span value, struct cr_span date, int64_t wall_ms)
{
  static const uint64_t most_s = 1000 * UINT64_C(1000000); /* 31 years */
  struct cr_span text = cr_span_trim(value);
  uint64_t seconds = most_s;
  int64_t until_s = 0;
  int64_t from_s = 0;
  size_t digits = 0;

  while (digits < text.len && cr_is_digit(text.at[digits]))
    digits++;
  if (digits > 0 && digits == text.len) {
    (void)cr_parse_u64(text, most_s, &seconds); /* more is as much */
    return (int64_t)(seconds < most_s ? seconds : most_s) * 1000;
  }
  if (!cr_date_read(text, &until_s))
    return -1;
  int64_t from_ms = cr_date_read(date, &from_s) ? from_s * 1000 : wall_ms;
  return until_s * 1000 > from_ms ? until_s * 1000 - from_ms : 0;
}

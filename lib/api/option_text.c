/* SPDX-License-Identifier: MIT */
/* option_text.c - values of options as people write them: "yes", "500ms", "64M".
 */
#include <strings.h>

#include "api/crawler_impl.h"

struct unit {
  const char *suffix;
  int64_t factor;
};

int cr_text_to_bool(const char *text, int64_t *value)
{
  static const char *const words[2][4] = { { "0", "false", "no", "off" },
                                           { "1", "true", "yes", "on" } };

  for (int on = 0; on < 2; on++)
    for (size_t i = 0; i < 4; i++)
      if (strcasecmp(text, words[on][i]) == 0) {
        *value = on;
        return 0;
      }
  return CRAWLER_E_VALUE;
}

static bool is_none(const char *text)
{
  return strcmp(text, "-1") == 0 || strcasecmp(text, "none") == 0;
}

struct decimal {
  int64_t whole;
  int64_t thousandths;
};

static const char *read_whole(const char *at, int64_t *whole)
{
  *whole = 0;
  for (; cr_is_digit(*at); at++) {
    if (*whole > (INT64_MAX - 9) / 10)
      return NULL;
    *whole = *whole * 10 + (*at - '0');
  }
  return at;
}

/* Those beyond the third are left out. */
static const char *read_places(const char *at, int64_t *thousandths)
{
  int64_t worth = 100;

  *thousandths = 0;
  for (; cr_is_digit(*at); at++) {
    *thousandths += worth * (*at - '0');
    worth /= 10;
  }
  return at;
}

/* What is behind it; NULL: there is none, or it is too large. */
static const char *read_decimal(const char *text, struct decimal *out)
{
  const char *at = read_whole(text, &out->whole);

  out->thousandths = 0;
  if (!at || *at != '.')
    return at == text ? NULL : at;
  at = read_places(at + 1, &out->thousandths);
  return at == text + 1 ? NULL : at;
}

static int read_with_unit(const char *text, const struct unit *units, size_t count, int64_t *value)
{
  struct decimal number;
  const char *suffix;

  if (is_none(text)) {
    *value = -1;
    return 0;
  }
  suffix = read_decimal(text, &number);
  for (size_t i = 0; suffix && i < count; i++)
    if (strcasecmp(suffix, units[i].suffix) == 0) {
      if (number.whole > INT64_MAX / 4 / units[i].factor)
        return CRAWLER_E_VALUE;
      *value = number.whole * units[i].factor + number.thousandths * units[i].factor / 1000;
      return 0;
    }
  return CRAWLER_E_VALUE;
}

int cr_text_to_int(const char *text, int64_t *value)
{
  uint64_t number;

  if (is_none(text)) {
    *value = -1;
    return 0;
  }
  if (!cr_parse_u64(cr_span_text(text), INT64_MAX, &number))
    return CRAWLER_E_VALUE;
  *value = (int64_t)number;
  return 0;
}

int cr_text_to_duration(const char *text, int64_t *ms)
{
  static const struct unit units[] = {
    { "", 1000 },     { "s", 1000 },    { "ms", 1 },       { "m", 60000 },
    { "min", 60000 }, { "h", 3600000 }, { "d", 86400000 },
  };

  return read_with_unit(text, units, sizeof(units) / sizeof(*units), ms);
}

int cr_text_to_size(const char *text, int64_t *bytes)
{
  static const struct unit units[] = {
    { "", 1 },         { "k", 1 << 10 },          { "kb", 1 << 10 },
    { "m", 1 << 20 },  { "mb", 1 << 20 },         { "g", 1 << 30 },
    { "gb", 1 << 30 }, { "t", INT64_C(1) << 40 }, { "tb", INT64_C(1) << 40 },
  };

  return read_with_unit(text, units, sizeof(units) / sizeof(*units), bytes);
}

void cr_number_to_text(int64_t value, const char *suffix, char out[64])
{
  size_t len = 0;

  if (value < 0)
    out[len++] = '-';
  len += cr_write_u64(out + len, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
  if (value < 0) /* "no limit" has no unit */
    suffix = "";
  memcpy(out + len, suffix, strlen(suffix) + 1);
}

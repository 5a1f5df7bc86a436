/* SPDX-License-Identifier: MIT */
/* lists.c - lists of schemes, ports, statuses, file extensions and media types: options.
 *
 * A media type is compared as in an Accept header (RFC 9110 section 12.5.1): type and subtype, or
 * a star for either.
 */
#include "filter/lists.h"

/* Takes the next word off the list; false: there is none. Empty words are passed over. */
static bool next_word(struct cr_span *list, struct cr_span *word)
{
  while (list->len > 0) {
    *word = cr_span_take_item(list);
    if (word->len > 0)
      return true;
  }
  return false;
}

bool cr_list_has_word(struct cr_span list, struct cr_span word)
{
  struct cr_span at;

  while (next_word(&list, &at))
    if (cr_span_eq_nocase(at, word))
      return true;
  return false;
}

bool cr_list_of_schemes(struct cr_span list)
{
  struct cr_span word;

  while (next_word(&list, &word))
    if (!cr_span_eq_nocase(word, CR_SPAN("http")) && !cr_span_eq_nocase(word, CR_SPAN("https")))
      return false;
  return true;
}

/* ---- ports and statuses ---- */

struct range {
  uint64_t first, last;
};

static const struct range ports = { 1, 65535 };
static const struct range statuses = { 400, 599 }; /* what a server calls an error */

static bool read_range(struct cr_span word, const struct range *within, struct range *range)
{
  const char *dash = memchr(word.at, '-', word.len);
  size_t len = dash ? (size_t)(dash - word.at) : word.len;

  if (!cr_parse_u64(cr_span(word.at, len), within->last, &range->first))
    return false;
  range->last = range->first;
  if (dash && !cr_parse_u64(cr_span_from(word, len + 1), within->last, &range->last))
    return false;
  return range->first >= within->first && range->first <= range->last;
}

static bool is_list_of_ranges(struct cr_span list, const struct range *within)
{
  struct cr_span word;
  struct range range;

  while (next_word(&list, &word))
    if (!read_range(word, within, &range))
      return false;
  return true;
}

static bool has_number(struct cr_span list, const struct range *within, int number)
{
  struct cr_span word;
  struct range range;

  while (next_word(&list, &word))
    if (read_range(word, within, &range) && number >= (int)range.first && number <= (int)range.last)
      return true;
  return false;
}

bool cr_list_of_ports(struct cr_span list)
{
  return is_list_of_ranges(list, &ports);
}

bool cr_list_has_port(struct cr_span list, int port)
{
  return has_number(list, &ports, port);
}

bool cr_list_of_statuses(struct cr_span list)
{
  return is_list_of_ranges(list, &statuses);
}

bool cr_list_has_status(struct cr_span list, int status)
{
  return has_number(list, &statuses, status);
}

/* ---- file extensions ---- */

static struct cr_span without_dot(struct cr_span word)
{
  return word.at[0] == '.' ? cr_span_from(word, 1) : word;
}

bool cr_list_of_extensions(struct cr_span list)
{
  struct cr_span word;

  while (next_word(&list, &word)) {
    word = without_dot(word);
    if (word.len == 0)
      return false;
    for (size_t i = 0; i < word.len; i++)
      if (strchr("./?#;%*", word.at[i]))
        return false;
  }
  return true;
}

bool cr_list_has_extension(struct cr_span list, struct cr_span extension)
{
  struct cr_span word;

  if (extension.len == 0)
    return cr_list_has_word(list, CR_SPAN("none"));
  while (next_word(&list, &word))
    if (cr_span_eq_nocase(without_dot(word), extension))
      return true;
  return false;
}

struct cr_span cr_url_extension(struct cr_span path)
{
  size_t end = 0;
  size_t segment = 0; /* where the last one begins */
  size_t dot;

  while (end < path.len && path.at[end] != '?' && path.at[end] != '#') {
    if (path.at[end] == '/')
      segment = end + 1;
    end++;
  }
  const char *parameter = end > segment ? memchr(path.at + segment, ';', end - segment) : NULL;
  if (parameter)
    end = (size_t)(parameter - path.at);
  dot = end;
  while (dot > segment && path.at[dot - 1] != '.')
    dot--;
  if (dot <= segment + 1) /* none, or a name that begins with its only dot */
    return CR_SPAN("");
  return cr_span(path.at + dot, end - dot);
}

/* ---- media types ---- */

/* "type/subtype" into its two halves. */
static bool split(struct cr_span type, struct cr_span halves[2])
{
  const char *slash = memchr(type.at, '/', type.len);

  if (!slash)
    return false;
  halves[0] = cr_span(type.at, (size_t)(slash - type.at));
  halves[1] = cr_span_from(type, halves[0].len + 1);
  return halves[0].len > 0 && halves[1].len > 0 && !memchr(halves[1].at, '/', halves[1].len);
}

bool cr_list_of_types(struct cr_span list)
{
  struct cr_span word;
  struct cr_span halves[2];

  while (next_word(&list, &word))
    if (!split(word, halves) || memchr(word.at, ';', word.len) || memchr(word.at, ' ', word.len))
      return false;
  return true;
}

static bool half_matches(struct cr_span pattern, struct cr_span half)
{
  return cr_span_eq(pattern, CR_SPAN("*")) || cr_span_eq_nocase(pattern, half);
}

bool cr_list_has_type(struct cr_span list, struct cr_span type)
{
  struct cr_span word;
  struct cr_span want[2];
  struct cr_span have[2];

  if (!split(type, have))
    return false;
  while (next_word(&list, &word))
    if (split(word, want) && half_matches(want[0], have[0]) && half_matches(want[1], have[1]))
      return true;
  return false;
}

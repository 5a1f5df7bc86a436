/* SPDX-License-Identifier: MIT */
/* trap_views.c - a URL with one part left out, in each of the ways that traps vary it.
 *
 * That different URLs with similar text are found by what is learnt of a site's parts is from
 * Bar-Yossef, Keidar, Schonfeld, "Do not crawl in the DUST" (2007), reduced to parts that are left
 * out. The hashes of parameters are added, so that their order makes no difference.
 */
#include "filter/trap_views.h"

#include "base/hash.h"
#include "url/url_key.h"

enum {
  FOLDERS = 3,      /* levels of folders that are groups */
  NUMBERS = 2,      /* segments left out */
  LEFT_OUT = 4,     /* parameters left out */
  TOKEN_LETTERS = 6 /* with a digit among them: an identifier, and no word */
};

enum { FOLDER = 1, ENDING, ANY_QUERY, SEGMENT, PARAMETER, ORDER, CASE };

struct list {
  struct cr_trap_view *views;
  size_t count;
};

static uint64_t join(uint64_t hash, uint64_t next)
{
  hash = (hash ^ next) * CR_HASH_FACTOR;
  return hash ^ hash >> 29;
}

static uint64_t hash_of(struct cr_span text)
{
  return cr_hash64(text.at, text.len, 0);
}

/* Neither of a cell's keys is 0. */
static void add_group(struct list *list, uint64_t rest)
{
  if (list->count < CR_TRAP_VIEWS)
    list->views[list->count++] = (struct cr_trap_view){ .rest = rest | 1 };
}

static void add_variant(struct list *list, uint64_t rest, uint64_t rule)
{
  if (list->count < CR_TRAP_VIEWS)
    list->views[list->count++] = (struct cr_trap_view){ .rest = rest | 1, .rule = rule | 1 };
}

/* ---- paths ---- */

/* Digits, or letters with digits among them: "2026", "3f9c01ab", "page-07". */
static bool is_token(struct cr_span segment)
{
  size_t digits = 0;

  for (size_t i = 0; i < segment.len; i++)
    digits += cr_is_digit(segment.at[i]);
  return digits > 0 && (digits == segment.len || segment.len >= TOKEN_LETTERS);
}

/* The last segment that isn't empty, of two at least. */
static void add_ending(struct list *list, const struct cr_trap_parts *parts, uint64_t site)
{
  size_t count = cr_trap_segments_kept(parts);

  if (count > 0 && parts->segments[count - 1].len == 0)
    count--;
  if (count >= 2 && parts->parameter_count == 0)
    add_group(list, join(site ^ ENDING, hash_of(parts->segments[count - 1])));
}

/* Returns the hash of the whole path. */
static uint64_t add_segments(struct list *list, const struct cr_trap_parts *parts, uint64_t site,
                             uint64_t query)
{
  size_t count = cr_trap_segments_kept(parts);
  const char *end = parts->path.at + parts->path.len;
  uint64_t hash = site;
  int numbers = 0;

  for (size_t i = 0; i < count; i++) {
    struct cr_span segment = parts->segments[i];

    if (i > 0 && i <= FOLDERS)
      add_group(list, hash ^ FOLDER);
    if (numbers < NUMBERS && is_token(segment)) {
      struct cr_span tail = cr_span(segment.at + segment.len, 0);

      tail.len = (size_t)(end - tail.at);
      add_variant(list, join(join(hash ^ SEGMENT, hash_of(tail)), query), join(hash, SEGMENT));
      numbers++;
    }
    hash = join(hash, hash_of(segment));
  }
  return hash;
}

static bool has_capital(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.at[i] >= 'A' && text.at[i] <= 'Z')
      return true;
  return false;
}

static void add_case(struct list *list, const struct cr_trap_parts *parts, uint64_t site,
                     uint64_t query)
{
  char lower[256];
  size_t len = parts->path.len;

  if (len > sizeof(lower) || !has_capital(parts->path))
    return;
  for (size_t i = 0; i < len; i++)
    lower[i] = cr_lower(parts->path.at[i]);
  add_variant(list, join(join(site ^ CASE, hash_of(cr_span(lower, len))), query), join(site, CASE));
}

/* ---- queries ---- */

static uint64_t sum_of(const struct cr_trap_parts *parts)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < cr_trap_parameters_kept(parts); i++)
    sum += hash_of(parts->parameters[i]);
  return sum;
}

static void add_parameters(struct list *list, const struct cr_trap_parts *parts, uint64_t site,
                           uint64_t path, uint64_t sum)
{
  size_t count = cr_trap_parameters_kept(parts);

  if (count == 0)
    return;
  add_group(list, path ^ ANY_QUERY);
  if (count >= 2)
    add_variant(list, join(path ^ ORDER, sum), join(site, ORDER));
  for (size_t i = 0; i < count && i < LEFT_OUT; i++) {
    struct cr_span value;
    struct cr_span name = cr_trap_parameter_name(parts->parameters[i], &value);
    uint64_t rest = sum - hash_of(parts->parameters[i]);
    size_t before = list->count;

    add_variant(list, join(path ^ PARAMETER, rest), join(join(site, PARAMETER), hash_of(name)));
    if (list->count > before)
      list->views[before].is_session = cr_key_is_session(name, value);
  }
}

size_t cr_trap_views(const struct cr_trap_parts *parts, uint64_t site,
                     struct cr_trap_view views[CR_TRAP_VIEWS])
{
  struct list list = { .views = views };
  uint64_t sum = sum_of(parts);
  uint64_t path = add_segments(&list, parts, site, sum);

  add_ending(&list, parts, site);
  add_case(&list, parts, site, sum);
  add_parameters(&list, parts, site, path, sum);
  return list.count;
}

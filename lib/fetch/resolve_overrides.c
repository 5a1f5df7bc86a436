/* SPDX-License-Identifier: MIT */
/* resolve_overrides.c - answers that the caller gave beforehand: "HOST:PORT:ADDR,...".
 *
 * The form of curl's --resolve, with one address an entry. A handful of entries, compared one by
 * one.
 */
#include "fetch/resolve_overrides.h"

#include "crawl/crawler.h"

#define ANY_PORT 0

struct entry {
  struct cr_span host; /* in text */
  int port;
  struct cr_address address;
};

struct cr_resolve_overrides {
  struct cr_mem *mem;
  char *text; /* the list, in lower case */
  size_t count;
  struct entry entries[];
};

/* Takes what stands before the first colon off the front. False: there is none. */
static bool take_field(struct cr_span *rest, struct cr_span *field)
{
  const char *colon = rest->len > 0 ? memchr(rest->at, ':', rest->len) : NULL;

  if (!colon)
    return false;
  *field = cr_span(rest->at, (size_t)(colon - rest->at));
  *rest = cr_span(colon + 1, rest->len - field->len - 1);
  return true;
}

static bool parse_port(struct cr_span text, int *port)
{
  uint64_t value = 0;

  *port = ANY_PORT;
  if (text.len == 0 || cr_span_eq(text, CR_SPAN("*")))
    return true;
  if (!cr_parse_u64(text, 65535, &value) || value == 0)
    return false;
  *port = (int)value;
  return true;
}

static bool parse_entry(struct cr_span item, struct entry *entry)
{
  struct cr_span port;

  if (!take_field(&item, &entry->host) || !take_field(&item, &port))
    return false;
  if (entry->host.len > 1 && entry->host.at[entry->host.len - 1] == '.')
    entry->host.len--;
  return entry->host.len > 0 && parse_port(port, &entry->port) &&
         cr_address_parse(item, &entry->address);
}

static bool parse_list(struct cr_resolve_overrides *overrides, struct cr_span list)
{
  while (list.len > 0) {
    struct cr_span item = cr_span_take_item(&list);

    if (item.len > 0 && !parse_entry(item, &overrides->entries[overrides->count++]))
      return false;
  }
  return true;
}

int cr_resolve_overrides_open(struct cr_resolve_overrides **out, struct cr_mem *mem,
                              const char *list)
{
  struct cr_span all = cr_span_trim(cr_span_text(list));
  struct cr_resolve_overrides *overrides = NULL;
  size_t items = 1;
  int err = CRAWLER_E_NOMEM;

  for (size_t i = 0; i < all.len; i++)
    items += all.at[i] == ',';
  if (items > (SIZE_MAX - sizeof(*overrides)) / sizeof(overrides->entries[0]))
    return CRAWLER_E_NOMEM;
  if (all.len == 0) {
    *out = NULL;
    return 0;
  }
  size_t bytes = sizeof(*overrides) + items * sizeof(overrides->entries[0]);
  overrides = cr_zalloc(mem, CR_MEM_FETCH, bytes);
  if (!overrides)
    goto done;
  overrides->mem = mem;
  overrides->text = cr_strndup(mem, CR_MEM_FETCH, all.at, all.len);
  if (!overrides->text)
    goto done;
  for (size_t i = 0; i < all.len; i++)
    overrides->text[i] = cr_lower(overrides->text[i]);
  err = CRAWLER_E_VALUE;
  if (!parse_list(overrides, cr_span(overrides->text, all.len)))
    goto done;

  err = 0;
  *out = overrides;
  overrides = NULL; /* the caller's now */
done:
  cr_resolve_overrides_close(overrides);
  return err;
}

void cr_resolve_overrides_close(struct cr_resolve_overrides *overrides)
{
  if (!overrides)
    return;
  cr_free(overrides->mem, overrides->text);
  cr_free(overrides->mem, overrides);
}

size_t cr_resolve_overrides_find(const struct cr_resolve_overrides *overrides, struct cr_span host,
                                 int port, struct cr_address *addresses, size_t max)
{
  size_t found = 0;

  for (size_t i = 0; overrides && i < overrides->count && found < max; i++) {
    const struct entry *entry = &overrides->entries[i];
    if ((entry->port == ANY_PORT || entry->port == port) && cr_span_eq(entry->host, host))
      addresses[found++] = entry->address;
  }
  return found;
}

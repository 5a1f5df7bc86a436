/* SPDX-License-Identifier: MIT */
/* fuzz_options.c - libFuzzer target: any text as the value of an option, and what is in such texts.
 *
 * Input: one byte that chooses an option, the value. What an option is, as text, it takes again and
 * is the same then; a value that is refused changes nothing. Besides the value is read as an
 * address, an address policy, answers for names, and the lists that options have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crawl/crawler.h"
#include "fetch/address.h"
#include "fetch/resolve_overrides.h"
#include "filter/lists.h"
#include "fuzz/fuzz.h"

/* Those that open a file or another address than text: not for a fuzzer. */
static bool is_taken(const char *name)
{
  return strcmp(name, "ca_file") != 0;
}

static const char *chosen(unsigned number)
{
  const char *name = NULL;

  for (unsigned i = 0; i <= number; i++) {
    name = crawler_option_next(name);
    if (!name)
      name = crawler_option_next(NULL);
  }
  return name;
}

static void check_option(const char *name, const char *value)
{
  crawler *c = crawler_new();
  crawler *other = crawler_new();

  require(c && other);
  char *before = strdup(crawler_get_option(c, name));
  int err = crawler_set_option(c, name, value);
  char *after = strdup(crawler_get_option(c, name));
  require(before && after);
  if (err == 0) {
    require(strcmp(name, "header") == 0 || crawler_set_option(other, name, after) == 0);
    require(strcmp(name, "header") == 0 || strcmp(crawler_get_option(other, name), after) == 0);
  } else {
    require(strcmp(before, after) == 0);
    require(crawler_errmsg(c)[0] != '\0');
  }
  free(before);
  free(after);
  crawler_free(c);
  crawler_free(other);
}

static void check_address(struct cr_span text)
{
  struct cr_address address, again;
  char shown[64];

  if (!cr_address_parse(text, &address))
    return;
  require(address.family == 4 || address.family == 6);
  cr_address_format(&address, shown);
  require(cr_address_parse(cr_span_text(shown), &again));
  require(again.family == address.family);
  require(memcmp(again.bytes, address.bytes, address.family == 4 ? 4 : 16) == 0);
  require(cr_address_is_global(&again) == cr_address_is_global(&address));
}

/* Nothing but an exception opens what isn't global; no exception closes what is. */
static void check_policy(struct cr_mem *mem, const char *list)
{
  static const char *const texts[] = { "127.0.0.1", "10.1.2.3", "8.8.8.8", "::1", "2001:db8::1" };
  struct cr_address_policy *policy = NULL;
  int err = cr_address_policy_open(&policy, mem, list);

  require(err == 0 || err == CRAWLER_E_VALUE);
  for (size_t i = 0; err == 0 && i < sizeof(texts) / sizeof(texts[0]); i++) {
    struct cr_address address;
    require(cr_address_parse(cr_span_text(texts[i]), &address));
    bool allowed = cr_address_allowed(policy, CR_SPAN("a.test"), &address);
    require(allowed || !cr_address_is_global(&address));
    require(!allowed || list[0] != '\0' || cr_address_is_global(&address));
  }
  cr_address_policy_close(policy);
}

static void check_overrides(struct cr_mem *mem, const char *list)
{
  struct cr_resolve_overrides *overrides = NULL;
  struct cr_address found[4];
  int err = cr_resolve_overrides_open(&overrides, mem, list);

  require(err == 0 || err == CRAWLER_E_VALUE);
  if (err == 0) {
    require(cr_resolve_overrides_find(overrides, CR_SPAN("a"), 80, found, 4) <= 4);
    require(cr_resolve_overrides_find(overrides, CR_SPAN("a.test"), 443, found, 1) <= 1);
  }
  cr_resolve_overrides_close(overrides);
}

static void check_lists(struct cr_span list)
{
  if (cr_list_of_ports(list))
    (void)cr_list_has_port(list, 80);
  if (cr_list_of_statuses(list))
    (void)cr_list_has_status(list, 500);
  if (cr_list_of_types(list))
    (void)cr_list_has_type(list, CR_SPAN("text/html"));
  if (cr_list_of_extensions(list))
    (void)cr_list_has_extension(list, CR_SPAN("html"));
  (void)cr_list_of_schemes(list);
  (void)cr_list_has_word(list, CR_SPAN("a"));
  require(cr_url_extension(list).len <= list.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_mem mem;

  if (bytes == 0)
    return 0;
  char *value = room_for(bytes);
  memcpy(value, data + 1, bytes - 1);
  value[bytes - 1] = '\0';
  const char *name = chosen(data[0]);
  if (is_taken(name))
    check_option(name, value);
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  check_address(cr_span(value, bytes - 1));
  check_policy(&mem, value);
  check_overrides(&mem, value);
  check_lists(cr_span(value, bytes - 1));
  require(mem.blocks == 0);
  free(value);
  return 0;
}

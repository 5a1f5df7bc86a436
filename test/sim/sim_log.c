/* SPDX-License-Identifier: MIT */
/* sim_log.c - what happened in a simulated crawl, in order.
 */
#include "sim/sim_log.h"

#include "base/hash.h"
#include "sim/sim_map.h"

_Static_assert(sizeof(struct cr_sim_record) == 48, "records have no padding");

void cr_sim_log_init(struct cr_sim_log *log, struct cr_mem *mem)
{
  *log = (struct cr_sim_log){ .mem = mem };
  cr_buf_init(&log->text, mem, CR_MEM_CORE, UINT32_MAX);
}

void cr_sim_log_free(struct cr_sim_log *log)
{
  cr_free(log->mem, log->at);
  cr_buf_free(&log->text);
  log->at = NULL;
  log->len = 0;
}

struct cr_sim_record *cr_sim_log_add(struct cr_sim_log *log, enum cr_sim_event event,
                                     struct cr_span url)
{
  log->at = cr_sim_grow(log->mem, log->at, log->len, &log->cap, sizeof(*log->at));
  struct cr_sim_record *record = &log->at[log->len++];
  *record = (struct cr_sim_record){ .event = (uint16_t)event, .url_at = (uint32_t)log->text.len };
  (void)cr_buf_add(&log->text, url.at, url.len); /* test memory isn't limited */
  (void)cr_buf_add_char(&log->text, '\0');       /* as above */
  return record;
}

const char *cr_sim_log_url(const struct cr_sim_log *log, size_t i)
{
  return log->text.data + log->at[i].url_at;
}

uint64_t cr_sim_log_hash(const struct cr_sim_log *log)
{
  uint64_t hash = cr_hash64(log->text.data, log->text.len, 1);
  return cr_hash64(log->at, log->len * sizeof(*log->at), hash);
}

size_t cr_sim_log_difference(const struct cr_sim_log *a, const struct cr_sim_log *b)
{
  size_t i = 0;

  while (i < a->len && i < b->len && memcmp(&a->at[i], &b->at[i], sizeof(a->at[i])) == 0 &&
         strcmp(cr_sim_log_url(a, i), cr_sim_log_url(b, i)) == 0)
    i++;
  return i == a->len && i == b->len ? SIZE_MAX : i;
}

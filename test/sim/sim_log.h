/* SPDX-License-Identifier: MIT */
/* sim_log.h - what happened in a simulated crawl, in order: each request, each outcome.
 *
 * Two crawls are the same if their logs are, byte for byte.
 */
#ifndef CR_SIM_LOG_H
#define CR_SIM_LOG_H

#include "base/buf.h"
#include "base/str.h"

enum cr_sim_event { CR_SIM_REQUEST = 1, CR_SIM_OUTCOME = 2 };

struct cr_sim_record {
  int64_t begin_ms;
  int64_t end_ms; /* of a request; -1 while it runs */
  int64_t bytes;
  uint32_t url_at; /* in the log's text, NUL-terminated */
  uint16_t event;
  uint16_t attempt;
  uint16_t status;
  uint16_t outcome;
  uint16_t reason; /* of a request: its failure */
  uint16_t kind;
  uint16_t sent; /* of a request: it left */
  uint16_t depth;
  uint32_t zero; /* no padding: records are compared as bytes */
};

struct cr_sim_log {
  struct cr_mem *mem;
  struct cr_sim_record *at;
  size_t len, cap;
  struct cr_buf text;
};

void cr_sim_log_init(struct cr_sim_log *log, struct cr_mem *mem);
void cr_sim_log_free(struct cr_sim_log *log);
/* A new record, zeroed but for these; valid until the next one is added. */
struct cr_sim_record *cr_sim_log_add(struct cr_sim_log *log, enum cr_sim_event event,
                                     struct cr_span url);
const char *cr_sim_log_url(const struct cr_sim_log *log, size_t i);
uint64_t cr_sim_log_hash(const struct cr_sim_log *log);
/* The first record that differs; SIZE_MAX: none does. */
size_t cr_sim_log_difference(const struct cr_sim_log *a, const struct cr_sim_log *b);

#endif

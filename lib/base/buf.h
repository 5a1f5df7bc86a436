/* SPDX-License-Identifier: MIT */
/* buf.h - bytes that grow, up to a ceiling given at birth.
 *
 * data is always NUL-terminated behind len once something was added (the NUL isn't counted).
 */
#ifndef CR_BASE_BUF_H
#define CR_BASE_BUF_H

#include "base/mem.h"

struct cr_buf {
  struct cr_mem *mem;
  char *data; /* NULL until the first byte */
  size_t len;
  size_t cap;
  size_t max_bytes; /* ceiling for len */
  enum cr_mem_kind kind;
};

void cr_buf_init(struct cr_buf *buf, struct cr_mem *mem, enum cr_mem_kind kind, size_t max_bytes);
/* 0, CRAWLER_E_NOMEM, or CRAWLER_E_LIMIT (over max_bytes; nothing is added). */
int cr_buf_add(struct cr_buf *buf, const void *data, size_t bytes);
int cr_buf_add_text(struct cr_buf *buf, const char *text);
int cr_buf_add_char(struct cr_buf *buf, char c);
/* How much more memory it takes to add so many; 0: none, or they are over max_bytes. */
size_t cr_buf_growth(const struct cr_buf *buf, size_t bytes);
int cr_buf_reserve(struct cr_buf *buf, size_t total_bytes); /* room for len == total_bytes */
void cr_buf_clear(struct cr_buf *buf);                      /* len = 0, keeps the memory */
void cr_buf_free(struct cr_buf *buf);
/* Hands the memory over (free it with cr_free); buf is empty afterwards. NULL if it was empty. */
char *cr_buf_take(struct cr_buf *buf, size_t *len);

#endif

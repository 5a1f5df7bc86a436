/* SPDX-License-Identifier: MIT */
/* buf.c - bytes that grow, up to a ceiling given at birth.
 *
 * Capacity doubles, so that adding a byte costs a constant on average; it counts the NUL.
 */
#include "base/buf.h"

#include <string.h>

#include "crawl/crawler.h"

enum { FIRST_BYTES = 64 };

/* With the NUL; the ceiling may be SIZE_MAX. */
static size_t cap_max(const struct cr_buf *buf)
{
  return buf->max_bytes < SIZE_MAX ? buf->max_bytes + 1 : SIZE_MAX;
}

/* What it grows to for len, which max_bytes allows; its capacity, if that is enough. */
static size_t cap_for(const struct cr_buf *buf, size_t len)
{
  size_t max = cap_max(buf);
  size_t doubled = buf->cap <= max / 2 ? buf->cap * 2 : max;
  if (doubled < FIRST_BYTES && max > FIRST_BYTES)
    doubled = FIRST_BYTES;
  if (len < buf->cap)
    return buf->cap;
  return len < doubled ? doubled : len + 1;
}

static int grow(struct cr_buf *buf, size_t cap)
{
  char *data = cr_resize(buf->mem, buf->kind, buf->data, cap);
  if (!data)
    return CRAWLER_E_NOMEM;
  data[buf->len] = '\0';
  buf->data = data;
  buf->cap = cap;
  return 0;
}

void cr_buf_init(struct cr_buf *buf, struct cr_mem *mem, enum cr_mem_kind kind, size_t max_bytes)
{
  *buf = (struct cr_buf){ .mem = mem, .kind = kind, .max_bytes = max_bytes };
}

int cr_buf_reserve(struct cr_buf *buf, size_t total_bytes)
{
  if (total_bytes >= cap_max(buf))
    return CRAWLER_E_LIMIT;
  return total_bytes < buf->cap ? 0 : grow(buf, cap_for(buf, total_bytes));
}

size_t cr_buf_growth(const struct cr_buf *buf, size_t bytes)
{
  if (bytes == 0 || bytes >= cap_max(buf) - buf->len)
    return 0;
  return cap_for(buf, buf->len + bytes) - buf->cap;
}

int cr_buf_add(struct cr_buf *buf, const void *data, size_t bytes)
{
  if (bytes == 0)
    return 0;
  if (bytes > buf->max_bytes - buf->len)
    return CRAWLER_E_LIMIT;
  int err = cr_buf_reserve(buf, buf->len + bytes);
  if (err)
    return err;

  memcpy(buf->data + buf->len, data, bytes);
  buf->len += bytes;
  buf->data[buf->len] = '\0';
  return 0;
}

int cr_buf_add_text(struct cr_buf *buf, const char *text)
{
  return cr_buf_add(buf, text, strlen(text));
}

int cr_buf_add_char(struct cr_buf *buf, char c)
{
  return cr_buf_add(buf, &c, 1);
}

void cr_buf_clear(struct cr_buf *buf)
{
  buf->len = 0;
  if (buf->data)
    buf->data[0] = '\0';
}

void cr_buf_free(struct cr_buf *buf)
{
  cr_free(buf->mem, buf->data);
  buf->data = NULL;
  buf->len = 0;
  buf->cap = 0;
}

char *cr_buf_take(struct cr_buf *buf, size_t *len)
{
  char *data = buf->data;

  *len = buf->len;
  if (buf->len == 0)
    return NULL;
  buf->data = NULL;
  buf->len = 0;
  buf->cap = 0;
  return data;
}

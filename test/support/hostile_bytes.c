/* SPDX-License-Identifier: MIT */
/* hostile_bytes.c - a crawl of a server that answers with recorded bytes, and closes.
 */
#include "support/hostile_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/hostile_rig.h"

enum { PATIENCE_MS = 10000 };

static char *copy_of(const void *data, size_t bytes)
{
  char *copy = malloc(bytes + 1);

  if (!copy)
    abort();
  if (bytes > 0)
    memcpy(copy, data, bytes);
  copy[bytes] = '\0';
  return copy;
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct cr_hostile_bytes *result = user;
  const void *body = crawler_page_body(page, &result->body_bytes);
  const char *text = crawler_page_text(page, &result->text_bytes);

  (void)c;
  result->body = copy_of(body, result->body_bytes);
  result->text = text ? copy_of(text, result->text_bytes) : NULL;
  for (size_t i = 0; i < crawler_page_link_count(page); i++)
    (void)crawler_page_link(page, i);
  return 0;
}

void cr_hostile_crawl_bytes(struct cr_hostile_bytes *result, struct cr_span response,
                            const char *options)
{
  struct cr_raw_step script[] = { DO(READ), DO(SEND), DO(END) };
  int64_t began = cr_clock_mono_ms();
  struct cr_crawl_rig rig;
  char url[64];

  script[1].data = response.at;
  script[1].bytes = response.len;
  memset(result, 0, sizeof(*result));
  struct cr_raw_server *server = cr_raw_server_play(response.len > 0 ? script : script + 2);
  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", cr_raw_server_port(server));
  cr_hostile_open(&rig, "max_retries=0 max_pages=1");
  if (options)
    cr_hostile_set(&rig, options);
  crawler_on_page(rig.c, on_page, result);
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_in_range(cr_clock_mono_ms() - began, 0, PATIENCE_MS);
  result->outcome = cr_crawl_end_of(&rig, url)->outcome;
  result->reason = cr_crawl_end_of(&rig, url)->reason;
  result->status = cr_crawl_end_of(&rig, url)->status;
  result->requests = cr_raw_server_requests(server);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

void cr_hostile_bytes_free(struct cr_hostile_bytes *result)
{
  free(result->body);
  free(result->text);
}

/* SPDX-License-Identifier: MIT */
/* test_dripped_encodings.c - the encoding of a page that a server sends byte by byte.
 *
 * Which encoding it is, is decided by a body that is whole, so its pieces can't make a difference;
 * these are the rows of data/charset/html5lib-encoding.jsonl through whole crawls. How many bytes
 * arrive at a time is up to the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse/parse.h"
#include "support/crawl_rig.h"
#include "support/jsonl.h"
#include "support/raw_server.h"

struct seen {
  char got[64];
  unsigned pages;
};

static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct seen *seen = user;

  (void)c;
  seen->pages++;
  (void)snprintf(seen->got, sizeof(seen->got), "%s", crawler_page_charset(page));
  return 0;
}

/* The name of its encoding. */
static void crawl(struct cr_span html, struct seen *seen)
{
  const struct cr_raw_step script[] = {
    CR_RAW_DO(READ),
    CR_RAW_TEXT("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"),
    { .kind = CR_RAW_DRIP, .data = html.at, .bytes = html.len },
    CR_RAW_DO(END),
  };
  struct cr_raw_server *server = cr_raw_server_play(script);
  struct cr_crawl_rig rig;
  char url[64];

  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", cr_raw_server_port(server));
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_pages(rig.c, 1), 0);
  crawler_on_page(rig.c, on_page, seen);
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

static void each_row_has_its_encoding(void **state)
{
  (void)state;
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t passed = 0;

  cr_jsonl_open(&lines, "charset/html5lib-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct seen seen = { .pages = 0 };
    const char *want = cr_charset_of_label(cr_json_span(row, "expected"));
    crawl(cr_json_bytes(&lines, row, "html"), &seen);
    assert_int_equal(seen.pages, 1);
    if (strcmp(seen.got, want) != 0)
      fail_msg("line %zu: %s, not %s", lines.line, seen.got, want);
    passed++;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(passed, 39);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_row_has_its_encoding),
  };

  return cmocka_run_group_tests_name("dripped_encodings", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: brotli zstd */
/* LDLIBS: -lcrypto */
/* The coded pages of Scrapy's tests (test/data/http/compressed), from the wire to
 * crawler_page_text(): each is the page of the SHA-256 that its README names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "base/buf.h"
#include "support/file.h"
#include "support/hostile_bytes.h"
#include "support/oom.h"

#define PAGE "e977807478e7f2940e29b12e3033bd5060269a2ab73501f2ae659a04af458cbf"
#define DEFLATE_PAGE "35bc90a965632e0d661e3d891e11b5c551c25e9255e80ffdc4a54afa71203599"

static const struct {
  const char *file, *coding, *sha256; /* NULL: too large */
  const char *options;
} rows[] = {
  { "html-gzip.bin", "gzip", PAGE, NULL },
  { "html-gzip-deflate.bin", "gzip, deflate", PAGE, NULL },
  { "html-br.bin", "br", PAGE, NULL },
  { "html-zstd-static-content-size.bin", "zstd", PAGE, NULL },
  { "html-zstd-static-no-content-size.bin", "zstd", PAGE, NULL },
  { "html-zstd-streaming-no-content-size.bin", "zstd", PAGE, NULL },
  { "html-zlibdeflate.bin", "deflate", DEFLATE_PAGE, NULL },
  { "html-rawdeflate.bin", "deflate", DEFLATE_PAGE, NULL },
  { "bomb-deflate.bin", "deflate", NULL, "max_body=11511611" },
};

static void name_digest(const char *bytes, size_t len, char name[2 * SHA256_DIGEST_LENGTH + 1])
{
  unsigned char digest[SHA256_DIGEST_LENGTH];

  (void)SHA256((const unsigned char *)bytes, len, digest);
  for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++)
    (void)snprintf(name + 2 * i, 3, "%02x", digest[i]);
}

static void crawl_file(struct cr_hostile_bytes *got, size_t row)
{
  struct cr_mem mem;
  struct cr_buf bytes;
  size_t len;
  char path[128];

  cr_test_mem_init(&mem);
  (void)snprintf(path, sizeof(path), "http/compressed/%s", rows[row].file);
  char *file = cr_test_file_read(&mem, path, &len);
  cr_buf_init(&bytes, &mem, CR_MEM_PAGE, 1 << 20);
  (void)snprintf(path, sizeof(path),
                 "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: %s\r\n\r\n",
                 rows[row].coding);
  assert_int_equal(cr_buf_add(&bytes, path, strlen(path)), 0);
  assert_int_equal(cr_buf_add(&bytes, file, len), 0);
  cr_hostile_crawl_bytes(got, cr_span(bytes.data, bytes.len), rows[row].options);
  cr_buf_free(&bytes);
  cr_free(&mem, file);
  cr_test_mem_done(&mem);
}

static void coded_pages_are_the_pages_they_were(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char digest[2 * SHA256_DIGEST_LENGTH + 1] = "";
    struct cr_hostile_bytes got;

    crawl_file(&got, i);
    if (got.text)
      name_digest(got.text, got.text_bytes, digest);
    if (rows[i].sha256 ? strcmp(digest, rows[i].sha256) != 0
                       : got.reason != CRAWLER_FAILED_TOO_LARGE)
      fail_msg("%s: %s %s, text of %zu bytes %s", rows[i].file, crawler_outcome_name(got.outcome),
               got.reason ? crawler_reason_name(got.reason) : "", got.text_bytes, digest);
    cr_hostile_bytes_free(&got);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(coded_pages_are_the_pages_they_were),
  };

  return cmocka_run_group_tests_name("compressed_cases", tests, NULL, NULL);
}

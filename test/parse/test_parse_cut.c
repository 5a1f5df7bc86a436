/* SPDX-License-Identifier: MIT */
/* NEEDS: brotli zstd */
/* test_parse_cut.c - bodies that aren't whole, and are taken all the same (cr_parse.takes_cut).
 */
#include "parse_rig.h"

/* "<a href=x>y</a>" by gzip (RFC 1952): ten bytes of head, the text in one stored block of fifteen
 * bytes (RFC 1951 section 3.2.4), eight of trailer. */
static const char gzipped[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03"
                              "\x01\x0f\0\xf0\xff<a href=x>y</a>"
                              "\xac\xd5\x1c\x53\x0f\0\0\0";

enum { GZIPPED_BYTES = sizeof(gzipped) - 1 };

/* What is damaged stays an error, whoever would take what is cut. */
static void what_was_cut_may_be_taken(void **state)
{
  static const struct {
    struct cr_span coding;
    size_t missing; /* of the wire's bytes */
    size_t max;
    int err;
    int cut;
    size_t body_bytes;
    size_t links;
  } cases[] = {
    { { "gzip", 4 }, 0, 15, 0, 0, 15, 1 },
    { { "gzip", 4 }, 0, 14, 0, CRAWLER_E_LIMIT, 14, 1 },
    { { "gzip", 4 }, 0, 5, 0, CRAWLER_E_LIMIT, 5, 0 },
    { { "gzip", 4 }, 0, 0, 0, CRAWLER_E_LIMIT, 0, 0 },
    { { "gzip", 4 }, 5, 100, 0, CRAWLER_E_FORMAT, 15, 1 }, /* of its trailer */
    { { "gzip", 4 }, 11, 100, 0, CRAWLER_E_FORMAT, 12, 1 },
    { { "gzip", 4 }, 30, 100, 0, CRAWLER_E_FORMAT, 0, 0 },
    { { "br", 2 }, 0, 100, CRAWLER_E_FORMAT, 0, 0, 0 },
    { { "compress", 8 }, 0, 100, CRAWLER_E_UNSUPPORTED, 0, 0, 0 },
    { { "", 0 }, 0, 10, 0, CRAWLER_E_LIMIT, 10, 0 },
    { { "", 0 }, 0, GZIPPED_BYTES, 0, 0, GZIPPED_BYTES, 1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct rig rig;
    rig_open(&rig, NULL);
    rig.p.takes_cut = true;
    rig.p.coding = cases[i].coding;
    rig.p.max_body_bytes = cases[i].max;
    char *wire = rig_run(&rig, cr_span(gzipped, GZIPPED_BYTES - cases[i].missing));
    if (rig.p.err != cases[i].err || rig.p.cut != cases[i].cut ||
        rig.p.body.len != cases[i].body_bytes || rig.p.link_count != cases[i].links)
      fail_msg("row %zu: error %d, cut %d, %zu bytes, %u links", i, rig.p.err, rig.p.cut,
               rig.p.body.len, rig.p.link_count);
    rig_close(&rig, wire);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_cut_may_be_taken),
  };

  return cmocka_run_group_tests_name("cut bodies", tests, NULL, NULL);
}

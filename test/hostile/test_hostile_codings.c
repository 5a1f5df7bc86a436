/* SPDX-License-Identifier: MIT */
/* NEEDS: brotli gumbo zstd */
/* LDLIBS: -lz */
/* Bodies that aren't in the coding they are said to be in, and bodies that expand without measure.
 *
 * The rules: RFC 9110 section 8.4 (codings are undone in order, from the last), RFC 1952 section
 * 2.2 (a gzip file is a row of members), RFC 1950 to 1952, 7932, 8878 (what is complete). A body
 * that can't be decoded whole is failed as protocol, one over max_body, on the wire or decoded, as
 * too large: in bounded time and memory, whatever it expands to. How to add a row:
 * support/hostile_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "support/hostile_rig.h"

/* "okay" in each coding. */
#define GZIP_HEAD "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
#define RAW "\xcb\xcf\x4e\xac\x04\x00"
#define GZIP GZIP_HEAD RAW "\xf6\x8f\xbc\x53\x04\x00\x00\x00"
#define ZLIB "\x78\xda" RAW "\x04\x3c\x01\xb5"
#define BROTLI "\x83\x01\x80\x6f\x6b\x61\x79\x03"
#define ZSTD "\x28\xb5\x2f\xfd\x20\x04\x21\x00\x00\x6f\x6b\x61\x79"
/* GZIP in gzip again, up to five times, and in zlib. */
#define GZIP_2                                                                                 \
  GZIP_HEAD "\x93\xef\xe6\x60\x00\x03\xe6\xd3\xe7\xfd\xd6\xb0\x30\x7c\xeb\xdf\x13\xcc\x02\xe4" \
            "\x02\x00\x2e\x62\x71\xac\x18\x00\x00\x00"
#define GZIP_3                                                                                 \
  GZIP_HEAD "\x93\xef\xe6\x60\x00\x03\xe6\xc9\xef\x9f\x25\x30\x30\x3f\xbb\xfc\xfc\xef\xb5\x0d" \
            "\x06\x35\xaf\xef\x0b\x9f\x61\x7a\xc2\xc4\xa0\x97\x54\xb8\x46\x02\x28\x0d\x00\x86" \
            "\x8a\x19\xc6\x28\x00\x00\x00"
#define GZIP_5                                                                                 \
  GZIP_HEAD "\x93\xef\xe6\x60\x00\x03\xe6\xc9\xef\x9f\x25\x30\x30\x3f\x3b\xf9\x7e\xbe\xaa\x81" \
            "\x81\xbd\xf5\xcf\xba\x7d\xab\x1a\x1b\xff\xbe\xb3\xaf\xbf\x97\xff\x34\xd5\x38\xf6" \
            "\xff\xbc\xea\xba\xa4\xab\x0b\x95\xb9\x97\xb5\xbf\x29\x48\xbe\xf4\x20\x35\xe3\xf5" \
            "\x24\x9b\x65\x8c\x21\xfc\x0c\x1a\x89\x7e\xa6\x96\x40\x13\x00\xec\x97\x8b\xb7\x4b" \
            "\x00\x00\x00"
#define GZIP_ZLIB                                                                    \
  "\x78\xda\x93\xef\xe6\x60\x00\x03\xe6\xd3\xe7\xfd\xd6\xb0\x30\x7c\xeb\xdf\x13\xcc" \
  "\x02\xe4\x02\x00\x42\xdb\x05\xe6"

/* ---- right and wrong names ---- */

#define CODED(name, coding, body) \
  SCRIPT(name, DO(READ), TEXT(OK_HEAD "Content-Encoding: " coding "\r\n\r\n"), TEXT(body), DO(END))

CODED(gzip, "gzip", GZIP);
CODED(x_gzip, "X-GZIP", GZIP);
CODED(zlib, "deflate", ZLIB);
CODED(raw, "deflate", RAW);
CODED(brotli, "br", BROTLI);
CODED(zstd, "zstd", ZSTD);
CODED(identity, "identity", "okay");
CODED(empty_name, "", "okay");
CODED(gzip_quoted, "\"gzip\"", GZIP);
CODED(gzip_parameter, "gzip;q=1", GZIP);
CODED(lzw, "compress", "\x1f\x9d\x90\x6f\xd6\x84\xc9\x07");
CODED(utf_8, "utf-8", "okay");
CODED(unknown, "x-own", "okay");
CODED(none, "none", "okay");
CODED(gzip_is_text, "gzip", "okay");
CODED(gzip_is_zlib, "gzip", ZLIB);
CODED(gzip_is_brotli, "gzip", BROTLI);
CODED(gzip_is_zstd, "gzip", ZSTD);
CODED(deflate_is_text, "deflate", "okay, this is no such thing");
CODED(deflate_is_gzip, "deflate", GZIP);
CODED(brotli_is_text, "br", "okay");
CODED(brotli_is_gzip, "br", GZIP);
CODED(zstd_is_text, "zstd", "okay");
CODED(zstd_is_gzip, "zstd", GZIP);
SCRIPT(said_nothing, DO(READ), TEXT(OK_LINE "Content-Type: application/gzip\r\n\r\n" GZIP),
       DO(END));
SCRIPT(nothing_coded, DO(READ), TEXT(OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
       DO(AGAIN));
SCRIPT(not_found, DO(READ), TEXT("HTTP/1.1 404 No\r\nContent-Encoding: gzip\r\n\r\n" GZIP),
       DO(END));
SCRIPT(same_304, DO(READ), TEXT("HTTP/1.1 304 Same\r\nContent-Encoding: gzip\r\n\r\n"), DO(AGAIN));
SCRIPT(te_gzip, DO(READ), TEXT(OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n18\r\n"),
       TEXT(GZIP), TEXT("\r\n0\r\n\r\n"), DO(AGAIN));
SCRIPT(te_and_ce, DO(READ),
       TEXT(OK_HEAD "Transfer-Encoding: deflate, chunked\r\n"
                    "Content-Encoding: gzip\r\n\r\n1c\r\n"),
       TEXT(GZIP_ZLIB), TEXT("\r\n0\r\n\r\n"), DO(AGAIN));

#define NO_SUCH FAILED(PROTOCOL, 200), SENT(1)
#define OKAY FETCHED(200), SENT(1), BODY("okay")

static const struct cr_hostile names[] = {
  { "gzip", { gzip }, OKAY },
  { "x-gzip", { x_gzip }, OKAY },
  { "deflate by zlib", { zlib }, OKAY },
  { "deflate alone", { raw }, OKAY },
  { "br", { brotli }, OKAY },
  { "zstd", { zstd }, OKAY },
  { "identity", { identity }, OKAY },
  { "no name", { empty_name }, OKAY },
  { "a quoted name", { gzip_quoted }, NO_SUCH },
  { "a name with parameters", { gzip_parameter }, NO_SUCH },
  { "compress", { lzw }, NO_SUCH },
  { "utf-8", { utf_8 }, NO_SUCH },
  { "x-own", { unknown }, NO_SUCH },
  { "none", { none }, NO_SUCH },
  { "gzip that is text", { gzip_is_text }, NO_SUCH },
  { "gzip that is zlib", { gzip_is_zlib }, NO_SUCH },
  { "gzip that is br", { gzip_is_brotli }, NO_SUCH },
  { "gzip that is zstd", { gzip_is_zstd }, NO_SUCH },
  { "deflate that is text", { deflate_is_text }, NO_SUCH },
  { "deflate that is gzip", { deflate_is_gzip }, NO_SUCH },
  { "br that is text", { brotli_is_text }, NO_SUCH },
  { "br that is gzip", { brotli_is_gzip }, NO_SUCH },
  { "zstd that is text", { zstd_is_text }, NO_SUCH },
  { "zstd that is gzip", { zstd_is_gzip }, NO_SUCH },
  { "a gzip file", { said_nothing }, FETCHED(200), SENT(1), .body_bytes = 24 },
  { "nothing, as gzip", { nothing_coded }, FETCHED(200), SENT(1), BODY("") },
  { "404 as gzip", { not_found }, FETCHED(404), SENT(1), BODY("okay") },
  { "304 as gzip", { same_304 }, FETCHED(304), SENT(1), BODY("") },
  { "gzip as transfer coding", { te_gzip }, OKAY },
  { "gzip, and deflate as transfer coding", { te_and_ce }, OKAY },
};

/* ---- stacks ---- */

CODED(twice, "gzip, gzip", GZIP_2);
SCRIPT(twice_in_two, DO(READ),
       TEXT(OK_HEAD "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n"), TEXT(GZIP_2),
       DO(END));
CODED(thrice, "gzip, gzip, gzip", GZIP_3);
CODED(mixed, "gzip, deflate", GZIP_ZLIB);
CODED(mixed_wrong, "deflate, gzip", GZIP_ZLIB);
CODED(five, "gzip, gzip, gzip, gzip, gzip", GZIP_5);
CODED(five_undone_twice, "gzip, gzip", GZIP_5);
CODED(hundred, TEN(TEN("gzip,")), GZIP);
CODED(identities, TEN(TEN("identity,")) "gzip", GZIP);
CODED(commas, ",, ,gzip,, ,", GZIP);
CODED(gzip_and_unknown, "gzip, x-own", GZIP);
CODED(twice_said, "gzip, gzip", GZIP);

static const struct cr_hostile stacks[] = {
  { "two layers", { twice }, OKAY },
  { "two layers in two headers", { twice_in_two }, OKAY },
  { "three layers", { thrice }, OKAY },
  { "gzip in deflate", { mixed }, OKAY },
  { "gzip in deflate, said in the wrong order", { mixed_wrong }, NO_SUCH },
  { "five layers", { five }, NO_SUCH },
  { "five layers, of which two are said",
    { five_undone_twice },
    FETCHED(200),
    SENT(1),
    .body_bytes = 57 },
  { "a hundred layers said", { hundred }, NO_SUCH },
  { "a hundred times identity", { identities }, OKAY },
  { "commas", { commas }, OKAY },
  { "one that nobody knows last", { gzip_and_unknown }, NO_SUCH },
  { "two layers said, one there", { twice_said }, NO_SUCH },
};

/* ---- cut short, broken, and more than that ---- */

CODED(gzip_cut_in_head, "gzip", "\x1f\x8b\x08\x00");
CODED(gzip_cut_in_data, "gzip", GZIP_HEAD "\xcb\xcf\x4e");
CODED(gzip_without_crc, "gzip", GZIP_HEAD RAW);
CODED(gzip_cut_in_size, "gzip", GZIP_HEAD RAW "\xf6\x8f\xbc\x53\x04\x00\x00");
CODED(gzip_wrong_crc, "gzip", GZIP_HEAD RAW "\xf6\x8f\xbc\x54\x04\x00\x00\x00");
CODED(gzip_wrong_size, "gzip", GZIP_HEAD RAW "\xf6\x8f\xbc\x53\x05\x00\x00\x00");
CODED(gzip_method_7, "gzip", "\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x03" RAW);
CODED(gzip_reserved, "gzip", "\x1f\x8b\x08\xe0\x00\x00\x00\x00\x00\x03" RAW);
CODED(gzip_garbage, "gzip", GZIP "and more");
CODED(gzip_zeros, "gzip", GZIP "\0\0\0\0\0\0\0\0\0\0\0\0");
CODED(gzip_members, "gzip", GZIP GZIP GZIP);
CODED(gzip_member_cut, "gzip", GZIP "\x1f\x8b\x08\x00");
CODED(gzip_empty_member, "gzip", GZIP_HEAD "\x03\x00\0\0\0\0\0\0\0\0" GZIP);
SCRIPT(gzip_endless_name, DO(READ), TEXT(OK_HEAD "Content-Encoding: gzip\r\n\r\n"),
       TEXT("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"), MANY(TEN(TEN("name")), 1 << 16), DO(END));
SCRIPT(gzip_endless_members, DO(READ), TEXT(OK_HEAD "Content-Encoding: gzip\r\n\r\n"),
       MANY(TEN(TEN(GZIP_HEAD "\x03\x00\0\0\0\0\0\0\0\0")), 1 << 12), DO(END));
SCRIPT(empty_blocks, DO(READ), TEXT(OK_HEAD "Content-Encoding: deflate\r\n\r\n"),
       MANY(TEN(TEN("\0\0\0\xff\xff")), 1 << 14), DO(END));
CODED(zlib_cut, "deflate", "\x78\xda\xcb\xcf");
CODED(zlib_without_check, "deflate", "\x78\xda" RAW);
CODED(zlib_wrong_check, "deflate", "\x78\xda" RAW "\x04\x3c\x01\xb6");
CODED(zlib_dictionary, "deflate", "\x78\xf9\0\0\0\1" RAW);
CODED(raw_cut, "deflate", "\xcb\xcf\x4e");
CODED(raw_far_back, "deflate", "\x63\x00\x42\x00"); /* a match before the beginning */
CODED(raw_block_3, "deflate", "\x07\x07\x07\x07");
CODED(brotli_cut, "br", "\x83\x01\x80\x6f\x6b");
CODED(brotli_without_end, "br", "\x83\x01\x80\x6f\x6b\x61\x79");
CODED(brotli_garbage, "br", BROTLI "and more");
CODED(brotli_large_window, "br", "\x11\x1e\x80\x6f\x6b\x61\x79\x03"); /* of no standard */
CODED(zstd_cut_in_magic, "zstd", "\x28\xb5");
CODED(zstd_cut_in_head, "zstd", "\x28\xb5\x2f\xfd\x20");
CODED(zstd_cut_in_block, "zstd", "\x28\xb5\x2f\xfd\x20\x04\x21\x00\x00\x6f\x6b");
CODED(zstd_wrong_size, "zstd", "\x28\xb5\x2f\xfd\x20\x05\x21\x00\x00\x6f\x6b\x61\x79");
CODED(zstd_block_3, "zstd", "\x28\xb5\x2f\xfd\x20\x04\x27\x00\x00\x6f\x6b\x61\x79");
CODED(zstd_window_128_mb, "zstd", "\x28\xb5\x2f\xfd\x00\x88\x21\x00\x00\x6f\x6b\x61\x79");
CODED(zstd_window_2_tb, "zstd", "\x28\xb5\x2f\xfd\x00\xff\x21\x00\x00\x6f\x6b\x61\x79");
CODED(zstd_dictionary, "zstd", "\x28\xb5\x2f\xfd\x21\x07\x04\x21\x00\x00\x6f\x6b\x61\x79");
CODED(zstd_frames, "zstd", ZSTD ZSTD);
CODED(zstd_skippable, "zstd", "\x50\x2a\x4d\x18\x04\x00\x00\x00wxyz" ZSTD);
CODED(zstd_garbage, "zstd", ZSTD "and more");

static const struct cr_hostile broken[] = {
  { "gzip cut in its head", { gzip_cut_in_head }, NO_SUCH },
  { "gzip cut in its data", { gzip_cut_in_data }, NO_SUCH },
  { "gzip without check", { gzip_without_crc }, NO_SUCH },
  { "gzip cut in its size", { gzip_cut_in_size }, NO_SUCH },
  { "gzip with a wrong check", { gzip_wrong_crc }, NO_SUCH },
  { "gzip with a wrong size", { gzip_wrong_size }, NO_SUCH },
  { "gzip of another method", { gzip_method_7 }, NO_SUCH },
  { "gzip with reserved flags", { gzip_reserved }, NO_SUCH },
  { "garbage behind gzip", { gzip_garbage }, OKAY },
  { "zeros behind gzip", { gzip_zeros }, OKAY },
  { "three members", { gzip_members }, FETCHED(200), SENT(1), BODY("okayokayokay") },
  { "a member cut in its head", { gzip_member_cut }, NO_SUCH },
  { "an empty member first", { gzip_empty_member }, OKAY },
  { "gzip with a name without end", { gzip_endless_name }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "empty members without end", { gzip_endless_members }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "empty blocks without end", { empty_blocks }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "zlib cut", { zlib_cut }, NO_SUCH },
  { "zlib without check", { zlib_without_check }, NO_SUCH },
  { "zlib with a wrong check", { zlib_wrong_check }, NO_SUCH },
  { "zlib with a dictionary", { zlib_dictionary }, NO_SUCH },
  { "deflate cut", { raw_cut }, NO_SUCH },
  { "deflate from before its beginning", { raw_far_back }, NO_SUCH },
  { "deflate with a block of no type", { raw_block_3 }, NO_SUCH },
  { "br cut", { brotli_cut }, NO_SUCH },
  { "br without its last byte", { brotli_without_end }, NO_SUCH },
  { "garbage behind br", { brotli_garbage }, OKAY },
  { "br with a large window", { brotli_large_window }, NO_SUCH },
  { "zstd cut in its magic", { zstd_cut_in_magic }, NO_SUCH },
  { "zstd cut in its head", { zstd_cut_in_head }, NO_SUCH },
  { "zstd cut in a block", { zstd_cut_in_block }, NO_SUCH },
  { "zstd of another size than said", { zstd_wrong_size }, NO_SUCH },
  { "zstd with a block of no type", { zstd_block_3 }, NO_SUCH },
  { "zstd with a window of 128 MB", { zstd_window_128_mb }, NO_SUCH },
  { "zstd with a window of 2 TB", { zstd_window_2_tb }, NO_SUCH },
  { "zstd with a dictionary", { zstd_dictionary }, NO_SUCH },
  { "two frames", { zstd_frames }, FETCHED(200), SENT(1), BODY("okayokay") },
  { "a skippable frame first", { zstd_skippable }, OKAY },
  { "garbage behind zstd", { zstd_garbage }, OKAY },
};

/* ---- bombs ---- */

enum { MB = 1 << 20, UNIT_ROOM = 64 << 10 };

struct wire { /* start, then the unit so many times, then the end */
  const char *start, *unit, *end;
  size_t start_bytes, unit_bytes, end_bytes;
  int times;
};

struct bomb {
  const char *name;
  const char *coding;
  size_t body_bytes; /* 0: too large */
  struct wire wire;
};

static void meet_bomb(const struct bomb *bomb)
{
  char head[128];
  size_t at = 0;
  struct cr_raw_step script[6] = { DO(READ) };

  (void)snprintf(head, sizeof(head),
                 OK_LINE "Content-Type: application/octet-stream\r\nContent-Encoding: %s\r\n\r\n",
                 bomb->coding);
  script[++at] = (struct cr_raw_step){ CR_RAW_SEND, head, strlen(head), 0 };
  if (bomb->wire.start_bytes > 0)
    script[++at] = (struct cr_raw_step){ CR_RAW_SEND, bomb->wire.start, bomb->wire.start_bytes, 0 };
  if (bomb->wire.times > 0)
    script[++at] = (struct cr_raw_step){ CR_RAW_SEND, bomb->wire.unit, bomb->wire.unit_bytes,
                                         bomb->wire.times };
  if (bomb->wire.end_bytes > 0)
    script[++at] = (struct cr_raw_step){ CR_RAW_SEND, bomb->wire.end, bomb->wire.end_bytes, 0 };
  script[++at] = (struct cr_raw_step){ .kind = CR_RAW_END };

  const struct cr_hostile row = {
    .name = bomb->name,
    .scripts = { script },
    .outcome = bomb->body_bytes ? CRAWLER_FETCHED : CRAWLER_FAILED,
    .reason = bomb->body_bytes ? CRAWLER_REASON_NONE : CRAWLER_FAILED_TOO_LARGE,
    .status = 200,
    .requests = 1,
    .body_bytes = bomb->body_bytes,
    .options = "max_body=16M max_ratio=-1", /* a bomb is what is over max_body here */
    .most_bytes = 64 * MB,                  /* 16 MB of body while its buffer grows, and a window */
  };
  cr_hostile_run(&row, 1);
}

/* A megabyte of 'x' in so many bytes; flushed, it can stand any number of times in a stream. */
static size_t deflate_unit(char *out, size_t room)
{
  char *plain = malloc(MB);
  z_stream zs = { 0 };
  size_t bytes = 0;

  assert_non_null(plain);
  memset(plain, 'x', MB);
  assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  zs.next_in = (Bytef *)plain;
  zs.avail_in = MB;
  zs.next_out = (Bytef *)out;
  zs.avail_out = (uInt)room;
  assert_int_equal(deflate(&zs, Z_FULL_FLUSH), Z_OK);
  assert_true(zs.avail_in == 0 && zs.avail_out > 0);
  bytes = room - zs.avail_out;
  (void)deflateEnd(&zs);
  free(plain);
  return bytes;
}

/* gzip of start and so many units, in a block for the caller to free. */
static char *gzip_of(const struct wire *wire, size_t *bytes)
{
  size_t room = wire->unit_bytes * (size_t)wire->times / 100 + UNIT_ROOM;
  char *out = malloc(room);
  z_stream zs = { 0 };

  assert_non_null(out);
  assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  zs.next_out = (Bytef *)out;
  zs.avail_out = (uInt)room;
  for (int i = -1; i < wire->times; i++) {
    zs.next_in = (Bytef *)(uintptr_t)(i < 0 ? wire->start : wire->unit);
    zs.avail_in = (uInt)(i < 0 ? wire->start_bytes : wire->unit_bytes);
    assert_int_equal(deflate(&zs, Z_NO_FLUSH), Z_OK);
  }
  assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
  *bytes = room - zs.avail_out;
  (void)deflateEnd(&zs);
  return out;
}

static void deflate_bombs_are_too_large(void **state)
{
  static const struct {
    const char *size;
    int megabytes;
  } sizes[] = { { "17 MB", 17 }, { "100 MB", 100 }, { "1 GB", 1024 }, { "10 GB", 10240 } };
  char *unit = malloc(UNIT_ROOM);
  size_t bytes = deflate_unit(unit, UNIT_ROOM);
  (void)state;

  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    struct wire wire = { .unit = unit, .unit_bytes = bytes, .times = sizes[i].megabytes };
    struct bomb bomb = { .wire = wire };
    char name[64];

    bomb.name = name;
    (void)snprintf(name, sizeof(name), "raw deflate of %s", sizes[i].size);
    bomb.coding = "deflate";
    meet_bomb(&bomb);
    (void)snprintf(name, sizeof(name), "deflate of %s", sizes[i].size);
    bomb.wire.start = "\x78\xda";
    bomb.wire.start_bytes = 2;
    meet_bomb(&bomb);
    (void)snprintf(name, sizeof(name), "gzip of %s", sizes[i].size);
    bomb.coding = "gzip";
    bomb.wire.start = GZIP_HEAD;
    bomb.wire.start_bytes = sizeof(GZIP_HEAD) - 1;
    meet_bomb(&bomb);
  }
  free(unit);
}

/* The last block of a raw stream: empty, with fixed codes. */
static void what_expands_to_the_limit_and_no_farther_is_fetched(void **state)
{
  char *unit = malloc(UNIT_ROOM);
  size_t bytes = deflate_unit(unit, UNIT_ROOM);
  (void)state;

  for (int megabytes = 1; megabytes <= 16; megabytes += 15) {
    const struct bomb bomb = {
      .name = megabytes == 1 ? "1 MB" : "16 MB",
      .coding = "deflate",
      .body_bytes = (size_t)megabytes * MB,
      .wire = { .unit = unit,
                .unit_bytes = bytes,
                .times = megabytes,
                .end = "\x03\x00",
                .end_bytes = 2 },
    };
    meet_bomb(&bomb);
  }
  free(unit);
}

static void a_bomb_in_a_bomb_is_too_large(void **state)
{
  char *unit = malloc(UNIT_ROOM);
  size_t bytes = deflate_unit(unit, UNIT_ROOM);
  struct wire inner = { GZIP_HEAD, unit, NULL, sizeof(GZIP_HEAD) - 1, bytes, 0, 10240 };
  struct bomb bomb = { "10 GB in gzip in gzip", "gzip, gzip", 0, { 0 } };
  char *outer = gzip_of(&inner, &bomb.wire.start_bytes);
  (void)state;

  assert_true(bomb.wire.start_bytes < MB / 8);
  bomb.wire.start = outer;
  meet_bomb(&bomb);
  free(outer);
  free(unit);
}

/* What libbrotlienc 1.0 makes of zeros, 16 MB at a time and flushed, with a window of 16 MB. */
#define BROTLI_16_MB "\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\xdf\x00"
#define BROTLI_16_MB_MORE "\xfc\xff\xff\x87\x7f\x02\x20\x0e\x0b\x00\x74\xef\xff\x0d"

static void brotli_bombs_are_too_large(void **state)
{
#define BROTLI_BOMB(name, bytes, sixteens)                               \
  {                                                                      \
    name, "br", bytes,                                                   \
    {                                                                    \
      BROTLI_16_MB, BROTLI_16_MB_MORE, "\x03", sizeof(BROTLI_16_MB) - 1, \
          sizeof(BROTLI_16_MB_MORE) - 1, 1, (sixteens)-1                 \
    }                                                                    \
  }
  static const struct bomb bombs[] = {
    BROTLI_BOMB("br of 16 MB", 16 * MB, 1),
    BROTLI_BOMB("br of 32 MB", 0, 2),
    BROTLI_BOMB("br of 1 GB", 0, 64),
    BROTLI_BOMB("br of 10 GB", 0, 640),
  };
  (void)state;

  for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++)
    meet_bomb(&bombs[i]);
}

/* RFC 8878 section 3.1.1: a window of 128 KB, then blocks that say one byte 131072 times. */
static void zstd_bombs_are_too_large(void **state)
{
#define ZSTD_BOMB(name, bytes, megabytes)                                                   \
  {                                                                                         \
    name, "zstd", bytes,                                                                    \
    {                                                                                       \
      "\x28\xb5\x2f\xfd\x00\x38", "\x02\x00\x10x", "\x01\x00\x00", 6, 4, 3, 8 * (megabytes) \
    }                                                                                       \
  }
  static const struct bomb bombs[] = {
    ZSTD_BOMB("zstd of 1 MB", MB, 1),   ZSTD_BOMB("zstd of 16 MB", 16 * MB, 16),
    ZSTD_BOMB("zstd of 17 MB", 0, 17),  ZSTD_BOMB("zstd of 100 MB", 0, 100),
    ZSTD_BOMB("zstd of 1 GB", 0, 1024), ZSTD_BOMB("zstd of 10 GB", 0, 10240),
  };
  (void)state;

  for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++)
    meet_bomb(&bombs[i]);
}

static void a_coding_is_what_it_is_called(void **state)
{
  (void)state;
  RUN_ROWS(names);
}

static void stacked_codings_are_undone_to_the_third(void **state)
{
  (void)state;
  RUN_ROWS(stacks);
}

static void a_coded_body_is_whole_or_none(void **state)
{
  (void)state;
  RUN_ROWS(broken);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_coding_is_what_it_is_called),
    cmocka_unit_test(stacked_codings_are_undone_to_the_third),
    cmocka_unit_test(a_coded_body_is_whole_or_none),
    cmocka_unit_test(what_expands_to_the_limit_and_no_farther_is_fetched),
    cmocka_unit_test(deflate_bombs_are_too_large),
    cmocka_unit_test(a_bomb_in_a_bomb_is_too_large),
    cmocka_unit_test(brotli_bombs_are_too_large),
    cmocka_unit_test(zstd_bombs_are_too_large),
  };

  return cmocka_run_group_tests_name("hostile_codings", tests, NULL, NULL);
}

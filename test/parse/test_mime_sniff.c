/* SPDX-License-Identifier: MIT */
/* test_mime_sniff.c - what kind of thing is this, by its first bytes?
 *
 * Rows after the WHATWG MIME Sniffing standard: sections 5.1, 6, 7, 7.1 and 7.2.
 */
#include "parse/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* On a copy of just that size, so that a read behind its end is seen. */
static const char *sniff(const char *type, bool nosniff, struct cr_span body)
{
  static char sent[128]; /* what is returned may be that */
  char *copy = malloc(body.len > 0 ? body.len : 1);

  assert_non_null(copy);
  memcpy(copy, body.at, body.len);
  cr_mime_essence(cr_span_text(type), sent);
  const char *mime = cr_mime_sniff(sent, cr_span_text(type), nosniff, cr_span(copy, body.len));
  free(copy);
  return mime;
}

struct kind {
  struct cr_span body;
  const char *want;
};

static void check_unknown(const struct kind *kinds, size_t count, bool nosniff)
{
  static const char *const unknown[] = { NULL,
                                         "",
                                         " ",
                                         "nonsense",
                                         "text/",
                                         "text/, */*",
                                         "*/*",
                                         "unknown/unknown",
                                         "Application/Unknown;a=b" };

  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < COUNT(unknown); j++) {
      const char *got = sniff(unknown[j], nosniff, kinds[i].body);
      if (strcmp(got, kinds[i].want) != 0)
        fail_msg("row %zu, '%s': %s, not %s", i, unknown[j] ? unknown[j] : "not sent", got,
                 kinds[i].want);
    }
}

#define BODY(literal) CR_SPAN_INIT(literal)

static void pages_and_scripts_are_told_by_their_beginning(void **state)
{
  (void)state;
  static const struct kind kinds[] = {
    { BODY("<!DOCTYPE html>"), "text/html" },
    { BODY("<!doctype HTML "), "text/html" },
    { BODY("\t\n\f\r <HTML>"), "text/html" },
    { BODY("<a href=x>"), "text/html" },
    { BODY("<p>"), "text/html" },
    { BODY("<!-->"), "text/html" },
    { BODY("<!-- x"), "text/html" },
    { BODY("<h1>"), "text/html" },
    { BODY("<IFRAME src=x>"), "text/html" },
    { BODY("<title>"), "text/html" },
    { BODY(" <?xml version"), "text/xml" },
    { BODY("%PDF-1.7\0"), "application/pdf" },
  };
  static const struct kind others[] = {
    { BODY("<!--x"), "text/plain" },     { BODY("<!--\n"), "text/plain" },
    { BODY("<h2>"), "text/plain" },      { BODY("<bx>"), "text/plain" },
    { BODY("<p"), "text/plain" },        { BODY("<p\n>"), "text/plain" },
    { BODY("x<p>"), "text/plain" },      { BODY("\v<p>"), "application/octet-stream" },
    { BODY("<?XML"), "text/plain" },     { BODY("<rss version='2.0'>"), "text/plain" },
    { BODY(" %PDF-1.7"), "text/plain" },
  };

  check_unknown(kinds, COUNT(kinds), false);
  check_unknown(others, COUNT(others), false);
  check_unknown(others, COUNT(others), true);
}

static void nosniff_keeps_bytes_from_becoming_pages(void **state)
{
  (void)state;
  static const struct kind kinds[] = {
    { BODY("<!DOCTYPE html>"), "text/plain" },
    { BODY("<?xml version='1.0'?>"), "text/plain" },
    { BODY("%PDF-1.7"), "text/plain" },
    { BODY("%PDF-1.7\0"), "application/octet-stream" },
    { BODY("%!PS-Adobe-3.0"), "application/postscript" },
    { BODY("\x89PNG\r\n\x1a\n"), "image/png" },
  };

  check_unknown(kinds, COUNT(kinds), true);
}

static void everything_else_is_told_by_signature(void **state)
{
  (void)state;
  static const struct kind kinds[] = {
    { BODY("%!PS-Adobe-3.0"), "application/postscript" },
    { BODY("\xff\xfe\0x"), "text/plain" },
    { BODY("\xfe\xff\0x"), "text/plain" },
    { BODY("\xff\xfe\0"), "application/octet-stream" }, /* their patterns have four bytes */
    { BODY("\xef\xbb\xbf\0"), "text/plain" },
    { BODY("\xef\xbb\xbf"), "text/plain" },
    { BODY("\0\0\1\0"), "image/x-icon" },
    { BODY("\0\0\2\0x"), "image/x-icon" },
    { BODY("\0\0\3\0"), "application/octet-stream" },
    { BODY("BM"), "image/bmp" },
    { BODY("GIF87a"), "image/gif" },
    { BODY("GIF89a\1"), "image/gif" },
    { BODY("GIF88a"), "text/plain" },
    { BODY("RIFF\1\2\3\4WEBPVP8 "), "image/webp" },
    { BODY("RIFF\1\2\3\4WEBPV"), "application/octet-stream" },
    { BODY("\x89PNG\r\n\x1a\n\0"), "image/png" },
    { BODY("\xff\xd8\xff\xe0"), "image/jpeg" },
    { BODY("\xff\xd8"), "text/plain" },
    { BODY("FORM....AIFF"), "audio/aiff" },
    { BODY("ID3"), "audio/mpeg" },
    { BODY("OggS\0"), "application/ogg" },
    { BODY("OggS"), "text/plain" },
    { BODY("MThd\0\0\0\6"), "audio/midi" },
    { BODY("RIFF....AVI LIST"), "video/avi" },
    { BODY("RIFF....WAVE"), "audio/wave" },
    { BODY("\x1f\x8b\x08\0"), "application/x-gzip" },
    { BODY("PK\3\4"), "application/zip" },
    { BODY("Rar!\x1a\7\0"), "application/x-rar-compressed" },
    { BODY("plain \x1b[1m text\f"), "text/plain" },
    { BODY("a\0b"), "application/octet-stream" },
    { BODY("a\x0e"), "application/octet-stream" },
    { BODY("a\x1f"), "application/octet-stream" },
    { BODY("a\x7f\x80\xff"), "text/plain" },
    { BODY("wOFF\0\1\0\0"), "application/octet-stream" }, /* a font, outside a font's context */
  };

  check_unknown(kinds, COUNT(kinds), false);
  check_unknown(kinds, COUNT(kinds), true);
}

static void mp4_is_told_by_its_brands(void **state)
{
  (void)state;
  static const struct kind kinds[] = {
    { BODY("\0\0\0\x0c"
           "ftypmp42"),
      "video/mp4" },
    { BODY("\0\0\0\x18"
           "ftypisom\0\0\0\0avc1mp41"),
      "video/mp4" },
    { BODY("\0\0\0\x18"
           "ftypisom\0\0\0\0avc1isom"),
      "application/octet-stream" },
    { BODY("\0\0\0\x14"
           "ftypisommp41avc1"),
      "application/octet-stream" }, /* a version there */
    { BODY("\0\0\0\x1c"
           "ftypisom\0\0\0\0avc1mp41"),
      "application/octet-stream" }, /* cut off */
    { BODY("\0\0\0\x0d"
           "ftypmp42."),
      "application/octet-stream" },
    { BODY("\0\0\0\x08"
           "ftypisom\0\0\0\0mp41"),
      "application/octet-stream" },
    { BODY("\0\0\0\x0c"
           "ftypmp4"),
      "application/octet-stream" },
    { BODY("\xff\xff\xff\xfc"
           "ftypmp42"),
      "text/plain" },
    { BODY("\0\0\0\x0c"
           "ftyqmp42"),
      "application/octet-stream" },
  };

  check_unknown(kinds, COUNT(kinds), false);
}

static void webm_is_told_by_its_document_type(void **state)
{
  (void)state;
  static const struct kind kinds[] = {
    { BODY("\x1a\x45\xdf\xa3\x42\x82\x84webm\x42"), "video/webm" },
    { BODY("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x84webm\x42"), "video/webm" },
    { BODY("\x1a\x45\xdf\xa3\x42\x82\x40\4webm\x42"), "video/webm" }, /* a number of two bytes */
    { BODY("\x1a\x45\xdf\xa3\x42\x82\1\0\0\0\0\0\0\4webm\x42"), "video/webm" },
    { BODY("\x1a\x45\xdf\xa3\x42\x82\x86\0\0webm\x42"), "video/webm" },       /* padded */
    { BODY("\x1a\x45\xdf\xa3\x42\x82\x84webm"), "application/octet-stream" }, /* cut off */
    { BODY("\x1a\x45\xdf\xa3\x42\x82\x88matroska\x42"), "application/octet-stream" },
    { BODY("\x1a\x45\xdf\xa3\x42\x82"), "application/octet-stream" },
    { BODY("\x1a\x45\xdf\xa3\x42\x82\x84"), "application/octet-stream" },
    { BODY("\x1a\x45\xdf\xa3\x42\x82\0"), "application/octet-stream" },
    { BODY("\x1a\x45\xdf\xa3"), "application/octet-stream" },
    { BODY("\x1a\x45\xdf\xa2\x42\x82\x84webm\x42"), "application/octet-stream" },
    { BODY("\x1a\x45\xdf\xa3----------------------------------\x42\x82\x84webm\x42"),
      "application/octet-stream" }, /* too late */
  };

  check_unknown(kinds, COUNT(kinds), false);
}

static void mp3_is_two_frames_of_which_the_second_is_where_the_first_ends(void **state)
{
  (void)state;
  static const struct {
    uint8_t head[3];
    size_t bytes; /* 0: that is no first frame */
  } frames[] = {
    { { 0xff, 0xfb, 0x90 }, 417 }, /* MPEG 1: 128 kbit/s at 44.1 kHz */
    { { 0xff, 0xfb, 0x92 }, 418 }, /* padded */
    { { 0xff, 0xfb, 0xe4 }, 960 }, /* 320 at 48 */
    { { 0xff, 0xfa, 0x18 }, 144 }, /* 32 at 32 */
    { { 0xff, 0xf3, 0x80 }, 208 }, /* MPEG 2: 64 at 22.05 */
    { { 0xff, 0xf3, 0x40 }, 104 }, /* 32 at 22.05 */
    { { 0xff, 0xe3, 0x18 }, 72 },  /* MPEG 2.5: 8 at 8 */
    { { 0xff, 0xfb, 0x00 }, 0 },   /* of free format */
    { { 0xff, 0xfb, 0xf0 }, 0 },   { { 0xff, 0xfb, 0x9c }, 0 },
    { { 0xff, 0xfd, 0x90 }, 0 }, /* layer II */
    { { 0xff, 0xf9, 0x90 }, 0 },   { { 0xff, 0x1b, 0x90 }, 0 },
    { { 0xfe, 0xfb, 0x90 }, 0 },
  };
  static const uint8_t second[] = { 0xff, 0xfb, 0x90, 0x01 };
  char body[1500];

  for (size_t i = 0; i < COUNT(frames); i++) {
    size_t bytes = frames[i].bytes > 0 ? frames[i].bytes : 417;
    const char *want = frames[i].bytes > 0 ? "audio/mpeg" : "application/octet-stream";
    for (size_t shift = 0; shift < 3; shift++) { /* one byte early, there, one late */
      memset(body, 1, sizeof(body));
      memcpy(body, frames[i].head, sizeof(frames[i].head));
      memcpy(body + bytes + shift - 1, second, sizeof(second));
      assert_string_equal(sniff(NULL, false, cr_span(body, sizeof(body))),
                          shift == 1 ? want : "application/octet-stream");
    }
    memcpy(body + bytes, second, sizeof(second));
    assert_string_equal(sniff(NULL, false, cr_span(body, bytes + sizeof(second))), want);
    assert_string_equal(sniff(NULL, false, cr_span(body, bytes + sizeof(second) - 1)),
                        "application/octet-stream");
  }
}

static void what_is_sent_is_believed_but_for_some_kinds(void **state)
{
  (void)state;
  static const struct {
    const char *type;
    struct cr_span body;
    const char *want; /* with nosniff: what was sent */
  } cases[] = {
    { "text/html", BODY("\x89PNG\r\n\x1a\n"), "text/html" },
    { "text/html", BODY("<?xml version='1.0'?><rss>"), "text/html" },
    { "text/html", BODY("<rss>"), "text/html" },
    { "application/xhtml+xml", BODY("plain"), "application/xhtml+xml" },
    { "text/xml", BODY("<html>"), "text/xml" },
    { "image/svg+xml", BODY("GIF89a"), "image/svg+xml" },
    { "application/pdf", BODY("<html>"), "application/pdf" },
    { "application/octet-stream", BODY("<html>"), "application/octet-stream" },
    { "text/css", BODY("a\0b"), "text/css" },
    /* Apache's defaults: text or binary */
    { "text/plain", BODY("<html>"), "text/plain" },
    { "text/plain", BODY("a\0b"), "application/octet-stream" },
    { "image/png,text/plain", BODY("a\0b"), "application/octet-stream" },
    { "text/plain,nonsense", BODY("a\0b"), "text/plain" },
    { "text/plain", BODY("\x89PNG\r\n\x1a\n"), "application/octet-stream" },
    { "text/plain", BODY("%PDF-1.7"), "text/plain" },
    { "text/plain", BODY("\xff\xfe\0"), "text/plain" },
    { "text/plain", BODY("\xfe\xff\0"), "text/plain" },
    { "text/plain", BODY("\xef\xbb\xbf\0"), "text/plain" },
    { "text/plain; charset=ISO-8859-1", BODY("a\0b"), "application/octet-stream" },
    { "text/plain; charset=iso-8859-1", BODY("a\0b"), "application/octet-stream" },
    { "text/plain; charset=UTF-8", BODY("a\0b"), "application/octet-stream" },
    /* but not what only looks like them */
    { "text/plain; charset=utf-8", BODY("a\0b"), "text/plain" },
    { "text/plain;charset=UTF-8", BODY("a\0b"), "text/plain" },
    { "Text/plain", BODY("a\0b"), "text/plain" },
    { "text/plain;", BODY("a\0b"), "text/plain" },
    /* images, audio and video: another one */
    { "image/png", BODY("\xff\xd8\xff\xe0"), "image/jpeg" },
    { "image/png; a=b", BODY("GIF89a"), "image/gif" },
    { "image/x-unknown", BODY("BM"), "image/bmp" },
    { "image/png", BODY("OggS\0"), "image/png" },
    { "image/png", BODY("<html>"), "image/png" },
    { "audio/mpeg", BODY("OggS\0"), "application/ogg" },
    { "video/mp4", BODY("\x1a\x45\xdf\xa3\x42\x82\x84webm\x42"), "video/webm" },
    { "application/ogg", BODY("ID3"), "audio/mpeg" },
    { "video/mp4", BODY("\x89PNG\r\n\x1a\n"), "video/mp4" },
    { "audio/mpeg", BODY("<html>"), "audio/mpeg" },
  };
  char sent[128];

  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_string_equal(sniff(cases[i].type, false, cases[i].body), cases[i].want);
    cr_mime_essence(cr_span_text(cases[i].type), sent);
    assert_string_equal(sniff(cases[i].type, true, cases[i].body), sent);
  }
}

static void nothing_is_said_of_an_empty_body(void **state)
{
  (void)state;
  assert_string_equal(cr_mime_sniff("", cr_span(NULL, 0), false, cr_span(NULL, 0)), "");
  assert_string_equal(sniff("text/plain", false, CR_SPAN("")), "text/plain");
  assert_string_equal(sniff("image/png", false, CR_SPAN("")), "image/png");
  assert_string_equal(sniff("*/*", false, CR_SPAN("")), "");
}

static void only_the_beginning_is_sniffed(void **state)
{
  (void)state;
  char body[2000];

  memset(body, 'x', sizeof(body));
  body[1445] = '\0';
  assert_string_equal(sniff(NULL, false, cr_span(body, sizeof(body))), "text/plain");
  assert_string_equal(sniff("text/plain", false, cr_span(body, sizeof(body))), "text/plain");
  body[1444] = '\0';
  assert_string_equal(sniff(NULL, false, cr_span(body, sizeof(body))), "application/octet-stream");
  assert_string_equal(sniff("text/plain", false, cr_span(body, sizeof(body))),
                      "application/octet-stream");
  memset(body, ' ', sizeof(body));
  memcpy(body + 1440, "<p>", 3);
  assert_string_equal(sniff(NULL, false, cr_span(body, sizeof(body))), "text/html");
  memcpy(body + 1440, "   <p>", 6);
  assert_string_equal(sniff(NULL, false, cr_span(body, sizeof(body))), "text/plain");
}

static void every_beginning_of_a_signature_can_be_read(void **state)
{
  (void)state;
  static const struct cr_span bodies[] = {
    BODY("<!DOCTYPE html>"),
    BODY("RIFF\1\2\3\4WEBPVP8 "),
    BODY("\0\0\0\x18"
         "ftypisom\0\0\0\0avc1mp41"),
    BODY("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\1\0\0\0\0\0\0\4webm\x42"),
    BODY("\xff\xfb\x90\0\xff\xfb\x90\0"),
  };
  static const char *const types[] = { NULL, "text/plain", "image/png", "video/mp4" };

  for (size_t i = 0; i < COUNT(bodies); i++)
    for (size_t len = 0; len <= bodies[i].len; len++)
      for (size_t j = 0; j < COUNT(types); j++)
        for (int nosniff = 0; nosniff <= 1; nosniff++)
          assert_non_null(sniff(types[j], nosniff != 0, cr_span(bodies[i].at, len)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pages_and_scripts_are_told_by_their_beginning),
    cmocka_unit_test(nosniff_keeps_bytes_from_becoming_pages),
    cmocka_unit_test(everything_else_is_told_by_signature),
    cmocka_unit_test(mp4_is_told_by_its_brands),
    cmocka_unit_test(webm_is_told_by_its_document_type),
    cmocka_unit_test(mp3_is_two_frames_of_which_the_second_is_where_the_first_ends),
    cmocka_unit_test(what_is_sent_is_believed_but_for_some_kinds),
    cmocka_unit_test(nothing_is_said_of_an_empty_body),
    cmocka_unit_test(only_the_beginning_is_sniffed),
    cmocka_unit_test(every_beginning_of_a_signature_can_be_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

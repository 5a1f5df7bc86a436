/* SPDX-License-Identifier: MIT */
/* mime_sniff.c - what kind of thing is this, by its first bytes?
 *
 * The WHATWG MIME Sniffing standard: the computed type (section 7), the rules for an unknown type
 * (7.1) and for text or binary (7.2), the signatures (6). XML and HTML are what they are sent as;
 * fonts are told in a font's context only, which a crawler doesn't have. An image, audio or video,
 * all of which count as supported, may turn out as another one, and "text/plain" as binary, but
 * never as something with links. Pure, no allocation; reads no more than the beginning.
 */
#include "base/str.h"
#include "parse/parse.h"

enum { SNIFFED_BYTES = 1445 }; /* the standard's "resource header" */

static bool has(struct cr_span head, size_t at, struct cr_span bytes)
{
  return head.len >= at && head.len - at >= bytes.len &&
         memcmp(head.at + at, bytes.at, bytes.len) == 0;
}

/* ---- signatures that tables can hold ---- */

enum group { OTHER, IMAGE, MEDIA, ARCHIVE };

#define ROW(group, mime, text, gap, gap_bytes)          \
  {                                                     \
    group, gap, gap_bytes, sizeof(text) - 1, text, mime \
  }

/* In the order of the standard's tables. */
static const struct {
  uint8_t group; /* enum group */
  uint8_t gap;   /* bytes there that may be any */
  uint8_t gap_bytes;
  uint8_t len;
  char bytes[15];
  char mime[29];
} signatures[] = {
  ROW(OTHER, "application/postscript", "%!PS-Adobe-", 0, 0),
  ROW(OTHER, "text/plain", "\xfe\xff\0\0", 2, 2),
  ROW(OTHER, "text/plain", "\xff\xfe\0\0", 2, 2),
  ROW(OTHER, "text/plain", "\xef\xbb\xbf\0", 3, 1),
  ROW(IMAGE, "image/x-icon", "\0\0\1\0", 0, 0),
  ROW(IMAGE, "image/x-icon", "\0\0\2\0", 0, 0),
  ROW(IMAGE, "image/bmp", "BM", 0, 0),
  ROW(IMAGE, "image/gif", "GIF87a", 0, 0),
  ROW(IMAGE, "image/gif", "GIF89a", 0, 0),
  ROW(IMAGE, "image/webp", "RIFF\0\0\0\0WEBPVP", 4, 4),
  ROW(IMAGE, "image/png", "\x89PNG\r\n\x1a\n", 0, 0),
  ROW(IMAGE, "image/jpeg", "\xff\xd8\xff", 0, 0),
  ROW(MEDIA, "audio/aiff", "FORM\0\0\0\0AIFF", 4, 4),
  ROW(MEDIA, "audio/mpeg", "ID3", 0, 0),
  ROW(MEDIA, "application/ogg", "OggS\0", 0, 0),
  ROW(MEDIA, "audio/midi", "MThd\0\0\0\6", 0, 0),
  ROW(MEDIA, "video/avi", "RIFF\0\0\0\0AVI ", 4, 4),
  ROW(MEDIA, "audio/wave", "RIFF\0\0\0\0WAVE", 4, 4),
  ROW(ARCHIVE, "application/x-gzip", "\x1f\x8b\x08", 0, 0),
  ROW(ARCHIVE, "application/zip", "PK\3\4", 0, 0),
  ROW(ARCHIVE, "application/x-rar-compressed", "Rar!\x1a\7\0", 0, 0),
};

static const char *match(struct cr_span head, enum group group)
{
  for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
    struct cr_span bytes = cr_span(signatures[i].bytes, signatures[i].len);
    size_t gap = signatures[i].gap;
    size_t behind = gap + signatures[i].gap_bytes;
    if (signatures[i].group == group && has(head, 0, cr_span(bytes.at, gap)) &&
        has(head, behind, cr_span(bytes.at + behind, bytes.len - behind)))
      return signatures[i].mime;
  }
  return NULL;
}

/* ---- signatures that tables can't hold: sections 6.2.1 to 6.2.3 ---- */

static bool is_mp4(struct cr_span head)
{
  const uint8_t *bytes = (const uint8_t *)head.at;

  if (head.len < 12 || !has(head, 4, CR_SPAN("ftyp")))
    return false;
  uint32_t box =
      (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
  if (head.len < box || box % 4 != 0)
    return false;
  if (has(head, 8, CR_SPAN("mp4")))
    return true;
  for (size_t at = 16; at < box; at += 4) /* at 12 is the version of the brand at 8 */
    if (has(head, at, CR_SPAN("mp4")))
      return true;
  return false;
}

/* How many bytes an EBML number has: one more than its first has leading zeros, and at most 8. */
static size_t number_bytes(uint8_t first)
{
  size_t bytes = 1;

  for (uint8_t mask = 0x80; bytes < 8 && !(first & mask); mask >>= 1)
    bytes++;
  return bytes;
}

static bool is_webm(struct cr_span head)
{
  enum { LAST = 38 };

  if (!has(head, 0, CR_SPAN("\x1a\x45\xdf\xa3")))
    return false;
  for (size_t at = 4; at < head.len && at < LAST; at++) {
    if (!has(head, at, CR_SPAN("\x42\x82"))) /* DocType; a number, and then the text */
      continue;
    at += 2;
    if (at >= head.len)
      return false;
    at += number_bytes((uint8_t)head.at[at]);
    if (at + 4 >= head.len)
      return false;
    size_t text = at;
    while (text < head.len && head.at[text] == '\0')
      text++;
    if (has(head, text, CR_SPAN("webm")))
      return true;
  }
  return false;
}

/* The header of a frame of layer III (ISO 11172-3 section 2.4.1.3). */
static bool is_mp3_header(struct cr_span head, size_t at)
{
  if (at > head.len || head.len - at < 4)
    return false;
  const uint8_t *bytes = (const uint8_t *)head.at + at;
  bool is_layer_3 = (bytes[1] & 0x06) >> 1 == 1;
  return bytes[0] == 0xff && (bytes[1] & 0xe0) == 0xe0 && is_layer_3 && bytes[2] >> 4 != 15 &&
         (bytes[2] & 0x0c) >> 2 != 3;
}

/* The standard's text has the two rows of bit rates, and what they are multiplied with, the wrong
 * way round: here as MPEG has them. */
static size_t mp3_frame_bytes(const uint8_t *bytes)
{
  static const uint16_t kbit[2][15] = {
    { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 }, /* MPEG 2 and 2.5 */
    { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 },
  };
  static const uint32_t hz[3] = { 44100, 48000, 32000 };
  static const uint8_t halved[4] = { 2, 0, 1, 0 }; /* MPEG 2.5; none; 2; 1 */
  size_t version = (bytes[1] & 0x18) >> 3;
  bool is_mpeg_1 = version & 1;
  uint32_t rate = kbit[is_mpeg_1][bytes[2] >> 4] * 1000u * (is_mpeg_1 ? 144 : 72);

  return rate / (hz[(bytes[2] & 0x0c) >> 2] >> halved[version]) + ((bytes[2] & 0x02) >> 1);
}

/* Two frames, one behind the other. */
static bool is_mp3(struct cr_span head)
{
  if (!is_mp3_header(head, 0))
    return false;
  size_t bytes = mp3_frame_bytes((const uint8_t *)head.at);
  return bytes >= 4 && is_mp3_header(head, bytes);
}

static const char *match_media(struct cr_span head)
{
  const char *mime = match(head, MEDIA);

  if (!mime && is_mp4(head))
    mime = "video/mp4";
  if (!mime && is_webm(head))
    mime = "video/webm";
  if (!mime && is_mp3(head))
    mime = "audio/mpeg";
  return mime;
}

/* ---- HTML and other things that may hold scripts ---- */

/* Letters stand for both cases; a space or '>' must follow. */
static const char html_tags[][15] = {
  "<!doctype html", "<html",  "<head", "<script", "<iframe", "<h1", "<div", "<font", "<table", "<a",
  "<style",         "<title", "<b",    "<body",   "<br",     "<p",  "<!--",
};

static bool begins_as_html(struct cr_span text)
{
  for (size_t i = 0; i < sizeof(html_tags) / sizeof(html_tags[0]); i++) {
    struct cr_span tag = cr_span_text(html_tags[i]);
    if (text.len > tag.len && cr_span_starts_nocase(text, tag))
      if (text.at[tag.len] == ' ' || text.at[tag.len] == '>')
        return true;
  }
  return false;
}

static const char *match_scriptable(struct cr_span head)
{
  struct cr_span text = head;

  while (text.len > 0 && cr_is_space(text.at[0]))
    text = cr_span(text.at + 1, text.len - 1);
  if (begins_as_html(text))
    return "text/html";
  if (has(text, 0, CR_SPAN("<?xml")))
    return "text/xml";
  return has(head, 0, CR_SPAN("%PDF-")) ? "application/pdf" : NULL;
}

/* ---- the rules ---- */

/* No text has these: controls but TAB, LF, FF, CR and ESC. */
static bool has_binary(struct cr_span head)
{
  for (size_t i = 0; i < head.len; i++) {
    uint8_t c = (uint8_t)head.at[i];
    if (c <= 0x08 || c == 0x0b || (c >= 0x0e && c <= 0x1a) || (c >= 0x1c && c <= 0x1f))
      return true;
  }
  return false;
}

static const char *text_or_binary(struct cr_span head)
{
  bool has_mark = has(head, 0, CR_SPAN("\xfe\xff")) || has(head, 0, CR_SPAN("\xff\xfe")) ||
                  has(head, 0, CR_SPAN("\xef\xbb\xbf"));
  return has_mark || !has_binary(head) ? "text/plain" : "application/octet-stream";
}

static const char *identify(struct cr_span head, bool nosniff)
{
  const char *mime = nosniff ? NULL : match_scriptable(head);

  if (!mime)
    mime = match(head, OTHER);
  if (!mime)
    mime = match(head, IMAGE);
  if (!mime)
    mime = match_media(head);
  if (!mime)
    mime = match(head, ARCHIVE);
  if (!mime)
    mime = has_binary(head) ? "application/octet-stream" : "text/plain";
  return mime;
}

static bool is_unknown(const char *sent)
{
  return sent[0] == '\0' || strcmp(sent, "unknown/unknown") == 0 ||
         strcmp(sent, "application/unknown") == 0;
}

/* Of several lines. */
static struct cr_span last_of(struct cr_span type)
{
  size_t at = type.len;

  while (at > 0 && type.at[at - 1] != ',')
    at--;
  return cr_span(type.at + at, type.len - at);
}

/* What old installations of Apache send with files they don't know, byte for byte (5.1). */
static bool is_apache_default(struct cr_span type)
{
  static const char *const defaults[] = { "text/plain", "text/plain; charset=ISO-8859-1",
                                          "text/plain; charset=iso-8859-1",
                                          "text/plain; charset=UTF-8" };

  for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
    if (cr_span_eq(last_of(type), cr_span_text(defaults[i])))
      return true;
  return false;
}

static bool is_image(const char *sent)
{
  return strncmp(sent, "image/", 6) == 0;
}

static bool is_media(const char *sent)
{
  return strncmp(sent, "audio/", 6) == 0 || strncmp(sent, "video/", 6) == 0 ||
         strcmp(sent, "application/ogg") == 0;
}

const char *cr_mime_sniff(const char *sent, struct cr_span type, bool nosniff, struct cr_span body)
{
  struct cr_span head = cr_span(body.at, body.len < SNIFFED_BYTES ? body.len : SNIFFED_BYTES);
  const char *mime = NULL;

  if (head.len == 0 || cr_mime_is_html(sent) || cr_mime_is_xml(sent))
    return sent;
  if (is_unknown(sent))
    return identify(head, nosniff);
  if (nosniff)
    return sent;
  if (is_apache_default(type))
    return text_or_binary(head);
  if (is_image(sent))
    mime = match(head, IMAGE);
  else if (is_media(sent))
    mime = match_media(head);
  return mime ? mime : sent;
}

/* SPDX-License-Identifier: MIT */
/* mime.c - what kind of thing is this?
 *
 * Content-Type by "parse a MIME type" of the WHATWG MIME Sniffing standard (4.4). Where the header
 * is missing or empty, that standard's rules for an unknown type (7.1), of them what matters to a
 * crawler: HTML, XML, PDF, PostScript, text, anything else. What a server does call it is believed.
 * Pure, no allocation.
 */
#include "base/str.h"
#include "parse/parse.h"

enum { SNIFFED_BYTES = 1445 }; /* the standard's "resource header" */

/* RFC 9110 section 5.6.2. */
static bool is_token_byte(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (!is_token_byte(text.at[i]))
      return false;
  return text.len > 0;
}

/* HTTP's white space, which has no form feed. */
static bool is_http_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct cr_span trim(struct cr_span text)
{
  while (text.len > 0 && is_http_space(text.at[0]))
    text = cr_span(text.at + 1, text.len - 1);
  while (text.len > 0 && is_http_space(text.at[text.len - 1]))
    text.len--;
  return text;
}

/* Takes what stands before the first of two bytes off text; that byte stays. */
static struct cr_span cut(struct cr_span *text, char one, char other)
{
  size_t len = 0;
  while (len < text->len && text->at[len] != one && text->at[len] != other)
    len++;
  struct cr_span head = cr_span(text->at, len);
  *text = cr_span(text->at + len, text->len - len);
  return head;
}

static bool take(struct cr_span *text, char c)
{
  if (text->len == 0 || text->at[0] != c)
    return false;
  *text = cr_span(text->at + 1, text->len - 1);
  return true;
}

/* ---- the header ---- */

static void essence_of(struct cr_span type, char *out, size_t room)
{
  struct cr_span rest = trim(type);
  struct cr_span whole = trim(cut(&rest, ';', ';'));
  struct cr_span subtype = whole;
  struct cr_span major = cut(&subtype, '/', '/');

  if (!take(&subtype, '/') || !is_token(major) || !is_token(subtype) || whole.len >= room)
    return;
  for (size_t i = 0; i < whole.len; i++)
    out[i] = cr_lower(whole.at[i]);
  out[whole.len] = '\0';
}

/* The text of a quoted string; rest stands behind its first quote, and is moved behind its last. */
static struct cr_span cut_quoted(struct cr_span *rest)
{
  size_t len = 0;
  while (len < rest->len && rest->at[len] != '"')
    len += rest->at[len] == '\\' && len + 1 < rest->len ? 2 : 1;
  struct cr_span value = cr_span(rest->at, len);
  *rest = cr_span(rest->at + len, rest->len - len);
  (void)take(rest, '"'); /* the standard takes a string without its end too */
  return value;
}

static struct cr_span cut_value(struct cr_span *rest)
{
  if (!take(rest, '"'))
    return trim(cut(rest, ';', ';'));
  struct cr_span value = cut_quoted(rest);
  (void)cut(rest, ';', ';'); /* what stands behind the string is ignored */
  return value;
}

struct cr_span cr_mime_parameter(struct cr_span type, struct cr_span name)
{
  struct cr_span rest = type;

  if (rest.len == 0) /* at may be NULL */
    return (struct cr_span){ NULL, 0 };
  (void)cut(&rest, ';', ';'); /* the essence */
  while (take(&rest, ';')) {
    while (rest.len > 0 && is_http_space(rest.at[0]))
      rest = cr_span(rest.at + 1, rest.len - 1);
    struct cr_span key = cut(&rest, ';', '=');
    if (!take(&rest, '='))
      continue;
    bool is_quoted = rest.len > 0 && rest.at[0] == '"';
    struct cr_span value = cut_value(&rest);
    if (cr_span_eq_nocase(key, name) && (is_quoted || value.len > 0))
      return value;
  }
  return (struct cr_span){ NULL, 0 };
}

/* ---- the bytes ---- */

/* Letters stand for both cases; a space or '>' must follow. */
static const char *const html_tags[] = {
  "<!doctype html", "<html",  "<head", "<script", "<iframe", "<h1",   "<div", "<font",
  "<table",         "<style", "<a",    "<title",  "<b",      "<body", "<br",  "<p",
};

static const struct {
  struct cr_span bytes;
  const char *mime;
  bool after_spaces; /* white space may stand before it */
} magics[] = {
  { { "<!--", 4 }, "text/html", true },
  { { "<?xml", 5 }, "text/xml", true },
  { { "%PDF-", 5 }, "application/pdf", false },
  { { "%!PS-Adobe-", 11 }, "application/postscript", false },
  { { "\xfe\xff", 2 }, "text/plain", false },
  { { "\xff\xfe", 2 }, "text/plain", false },
  { { "\xef\xbb\xbf", 3 }, "text/plain", false },
};

static bool is_html_tag(struct cr_span head)
{
  for (size_t i = 0; i < sizeof(html_tags) / sizeof(html_tags[0]); i++) {
    struct cr_span tag = cr_span_text(html_tags[i]);
    if (head.len > tag.len && cr_span_starts_nocase(head, tag))
      if (head.at[tag.len] == ' ' || head.at[tag.len] == '>')
        return true;
  }
  return false;
}

/* No text has these: controls but TAB, LF, FF, CR and ESC. */
static bool is_binary(struct cr_span body)
{
  for (size_t i = 0; i < body.len; i++) {
    uint8_t c = (uint8_t)body.at[i];
    if (c <= 0x08 || c == 0x0b || (c >= 0x0e && c <= 0x1a) || (c >= 0x1c && c <= 0x1f))
      return true;
  }
  return false;
}

static const char *sniff(struct cr_span body)
{
  struct cr_span head = cr_span(body.at, body.len < SNIFFED_BYTES ? body.len : SNIFFED_BYTES);
  struct cr_span unspaced = head;

  while (unspaced.len > 0 && cr_is_space(unspaced.at[0]))
    unspaced = cr_span(unspaced.at + 1, unspaced.len - 1);
  if (is_html_tag(unspaced))
    return "text/html";
  for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
    struct cr_span text = magics[i].after_spaces ? unspaced : head;
    struct cr_span magic = magics[i].bytes;
    if (text.len >= magic.len && memcmp(text.at, magic.at, magic.len) == 0)
      return magics[i].mime;
  }
  return is_binary(head) ? "application/octet-stream" : "text/plain";
}

void cr_mime_essence(struct cr_span type, struct cr_span body, char out[128])
{
  enum { ROOM = 128 };

  out[0] = '\0';
  if (trim(type).len > 0) {
    essence_of(type, out, ROOM);
  } else if (body.len > 0) {
    struct cr_span sniffed = cr_span_text(sniff(body));
    memcpy(out, sniffed.at, sniffed.len + 1);
  }
}

/* ---- questions ---- */

static bool ends_with(const char *text, const char *end)
{
  size_t len = strlen(text);
  size_t end_len = strlen(end);
  return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

bool cr_mime_is_html(const char *mime)
{
  return strcmp(mime, "text/html") == 0 || strcmp(mime, "application/xhtml+xml") == 0;
}

bool cr_mime_is_text(const char *mime)
{
  static const char *const others[] = { "application/json",       "application/xml",
                                        "application/javascript", "application/x-javascript",
                                        "application/ecmascript", "application/x-ecmascript" };

  if (strncmp(mime, "text/", 5) == 0 || ends_with(mime, "+json") || ends_with(mime, "+xml"))
    return true;
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (strcmp(mime, others[i]) == 0)
      return true;
  return false;
}

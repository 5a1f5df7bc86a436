/* SPDX-License-Identifier: MIT */
/* css_urls.c - the URLs of a style sheet.
 *
 * The tokens of CSS Syntax Level 3 (section 4.3, whose numbers stand at the functions), as far as
 * URLs need them; its preprocessing (3.3) is done on the way: CR, FF and CR LF are newlines, NUL is
 * U+FFFD. Above the tokens only what tells a URL from another string: url() and src() (CSS Values
 * 4), @import (CSS Cascade 4), image-set() (CSS Images 4), and @namespace, whose URLs are no links.
 * Whether a rule is valid, or stands where it counts, isn't looked at. Pure; linear.
 */
#include "parse/css_urls.h"

#include "base/find.h"
#include "parse/charset.h"

enum { REPLACEMENT = 0xfffd, TOKENS_A_CHECK = 4096 };

/* What makes the next token but white space and comments a URL, if it is a string or (behind
 * @import) a URL anyway. */
enum { EXPECTS_NOTHING, EXPECTS_STRING, EXPECTS_IMPORT_STRING, EXPECTS_IMPORT };

/* Does a URL's name end there, before its '('? url, src, image-set. */
static bool ends_function(const char *paren)
{
  char last = cr_lower(paren[-1]);
  char before = cr_lower(paren[-2]);

  return (before == 'r' && (last == 'l' || last == 'c')) || (before == 'e' && last == 't');
}

/* Most sheets have no URL, which a search for what each URL needs tells sooner than their tokens
 * do. Behind a backslash any name may be. */
static bool may_have_urls(const char *at, const char *end)
{
  for (const char *p = at; (p = cr_find_byte(p, end, '(')) < end; p++)
    if (p - at >= 2 && ends_function(p))
      return true;
  for (const char *p = at; (p = cr_find_byte(p, end, '@')) < end; p++)
    if (end - p > 1 && cr_lower(p[1]) == 'i')
      return true;
  return cr_find_byte(at, end, '\\') < end;
}

void cr_css_begin(struct cr_css *css, struct cr_span text)
{
  css->at = text.len > 0 ? text.at : "";
  css->end = css->at + text.len;
  css->expects = EXPECTS_NOTHING;
  css->in_namespace = false;
  css->set_depth = 0;
  css->given_up = NULL;
  if (!may_have_urls(css->at, css->end))
    css->at = css->end;
}

/* ---- characters ---- */

static bool is_newline(char c)
{
  return c == '\n' || c == '\r' || c == '\f';
}

/* 4.2, an ident code point, or a byte of one: letters, digits, '-', '_', all beyond ASCII, and NUL
 * for what it stands for. */
static bool is_name(char c)
{
  static const uint32_t bits[8] = { 0x00000001, 0x03ff2000, 0x87fffffe, 0x07fffffe,
                                    UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX };
  uint8_t code = (uint8_t)c;

  return ((bits[code >> 5] >> (code & 31)) & 1) != 0;
}

/* 4.3.8; at the end of the sheet too. */
static bool is_escape(const char *at, const char *end)
{
  return at < end && *at == '\\' && (end - at == 1 || !is_newline(at[1]));
}

/* Behind the white space at `at`: CR LF is one. */
static const char *skip_space(const char *at, const char *end)
{
  return at + (*at == '\r' && end - at > 1 && at[1] == '\n' ? 2 : 1);
}

/* 4.3.7: behind the escape at `at`; its code point, or for what isn't hex the byte that is
 * escaped. */
static const char *read_escape(const char *at, const char *end, uint32_t *code)
{
  const char *p = at + 1;
  uint32_t value = 0;

  *code = REPLACEMENT;
  if (p == end)
    return p;
  if (cr_hex_value(*p) < 0) {
    *code = *p != '\0' ? (uint8_t)*p : REPLACEMENT;
    return p + 1;
  }
  for (int i = 0; i < 6 && p < end && cr_hex_value(*p) >= 0; i++)
    value = value * 16 + (uint32_t)cr_hex_value(*p++);
  if (value > 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff))
    *code = value;
  return p < end && cr_is_space(*p) ? skip_space(p, end) : p;
}

size_t cr_css_unescape(struct cr_span raw, char *out)
{
  const char *at = raw.at;
  const char *end = raw.at + raw.len;
  size_t len = 0;

  while (at < end) {
    uint32_t code;
    if (*at != '\\' && *at != '\0') {
      out[len++] = *at++;
    } else if (*at == '\0') {
      len += cr_charset_put(REPLACEMENT, out + len);
      at++;
    } else if (!is_escape(at, end)) { /* a string goes on in the next line */
      at = skip_space(at + 1, end);
    } else if (end - at > 1 && (uint8_t)at[1] >= 0x80) {
      at++; /* the first byte of several */
    } else {
      at = read_escape(at, end, &code);
      len += cr_charset_put(code, out + len);
    }
  }
  return len;
}

/* ---- tokens ---- */

/* 4.3.2 */
static void skip_comment(struct cr_css *css)
{
  const char *star = css->at + 1;

  do
    star = cr_find_byte(star + 1, css->end, '*');
  while (css->end - star > 1 && star[1] != '/');
  css->at = css->end - star > 1 ? star + 2 : css->end;
}

static void skip_spaces(struct cr_css *css)
{
  while (css->at < css->end && cr_is_space(*css->at))
    css->at++;
}

/* 4.3.5: a string, from its quote on. False: it is a bad one, ended by a newline. */
static bool read_string(struct cr_css *css, struct cr_span *text)
{
  char quote = *css->at++;
  const char *begin = css->at;
  uint32_t code;

  while (css->at < css->end && *css->at != quote) {
    if (is_newline(*css->at))
      return false;
    if (*css->at != '\\') {
      css->at++;
    } else if (css->end - css->at == 1) { /* unlike elsewhere such a backslash is nothing */
      *text = cr_span(begin, (size_t)(css->at++ - begin));
      return true;
    } else if (is_newline(css->at[1])) {
      css->at = skip_space(css->at + 1, css->end);
    } else {
      css->at = read_escape(css->at, css->end, &code);
    }
  }
  *text = cr_span(begin, (size_t)(css->at - begin));
  css->at += css->at < css->end;
  return true;
}

/* 4.3.11: a name, or nothing. Numbers with their units are taken for names too: that makes no
 * difference for any name that counts here. */
static struct cr_span read_name(struct cr_css *css)
{
  const char *begin = css->at;
  uint32_t code;

  for (;;) {
    while (css->at < css->end && is_name(*css->at))
      css->at++;
    if (!is_escape(css->at, css->end))
      return cr_span(begin, (size_t)(css->at - begin));
    css->at = read_escape(css->at, css->end, &code);
  }
}

/* In any case, and with escapes. wanted: in lower case. */
static bool is_named(struct cr_span name, const char *wanted)
{
  const char *at = name.at;
  const char *end = name.at + name.len;

  for (; at < end && *wanted != '\0'; wanted++) {
    uint32_t code = (uint8_t)*at;
    at = *at == '\\' ? read_escape(at, end, &code) : at + 1;
    if (code >= 0x80 || cr_lower((char)code) != *wanted)
      return false;
  }
  return at == end && *wanted == '\0';
}

/* 4.3.14: what is left of a bad url. */
static void skip_bad_url(struct cr_css *css)
{
  while (css->at < css->end && *css->at != ')')
    css->at += is_escape(css->at, css->end) && css->end - css->at > 1 ? 2 : 1;
  css->at += css->at < css->end;
}

static bool is_bad_in_url(char c)
{
  return c == '"' || c == '\'' || c == '(' || (c > 0 && c < '\t') || c == '\v' || c == 0x7f ||
         ((uint8_t)c >= 0x0e && (uint8_t)c < ' ');
}

/* 4.3.6: a url without quotes, behind "url(" and its white space. */
static bool read_url(struct cr_css *css, struct cr_span *text)
{
  const char *begin = css->at;
  uint32_t code;

  while (css->at < css->end && *css->at != ')' && !cr_is_space(*css->at)) {
    bool escapes = is_escape(css->at, css->end);
    if (is_bad_in_url(*css->at) || (*css->at == '\\' && !escapes)) {
      skip_bad_url(css);
      return false;
    }
    css->at = escapes ? read_escape(css->at, css->end, &code) : css->at + 1;
  }
  *text = cr_span(begin, (size_t)(css->at - begin));
  skip_spaces(css);
  if (css->at < css->end && *css->at != ')') {
    skip_bad_url(css);
    return false;
  }
  css->at += css->at < css->end;
  return true;
}

/* ---- what they mean ---- */

/* Is nothing left of it but lines that go on? */
static bool is_empty(struct cr_span raw)
{
  const char *at = raw.at;
  const char *end = raw.at + raw.len;

  while (end - at > 1 && *at == '\\' && is_newline(at[1]))
    at = skip_space(at + 1, end);
  return at == end;
}

/* What may be a link: an empty URL is none (CSS Values 4, "Empty URLs"), nor is the name of a
 * namespace. */
static bool take(const struct cr_css *css, struct cr_span raw, bool is_import,
                 struct cr_css_url *found)
{
  if (css->in_namespace || is_empty(raw))
    return false;
  found->raw = raw;
  found->has_escapes = memchr(raw.at, '\\', raw.len) || memchr(raw.at, '\0', raw.len);
  found->is_import = is_import;
  return true;
}

/* True: it is a URL. In an image-set() strings are, but not those of functions inside. */
static bool take_string(struct cr_css *css, uint8_t expects, struct cr_css_url *found)
{
  struct cr_span raw;

  return read_string(css, &raw) && (expects != EXPECTS_NOTHING || css->set_depth == 1) &&
         take(css, raw, expects >= EXPECTS_IMPORT_STRING, found);
}

/* Behind a function's "(". True: it is a url-token, and a URL. */
static bool open_function(struct cr_css *css, struct cr_span name, uint8_t expects,
                          struct cr_css_url *found)
{
  bool is_url = is_named(name, "url");
  struct cr_span raw;

  if (is_url)
    skip_spaces(css);
  if (is_url && (css->at == css->end || (*css->at != '"' && *css->at != '\'')))
    return read_url(css, &raw) && take(css, raw, expects == EXPECTS_IMPORT, found);
  if (is_url || is_named(name, "src"))
    css->expects = expects == EXPECTS_IMPORT ? EXPECTS_IMPORT_STRING : EXPECTS_STRING;
  css->set_depth +=
      css->set_depth > 0 || is_named(name, "image-set") || is_named(name, "-webkit-image-set");
  return false;
}

static void start_at_rule(struct cr_css *css)
{
  struct cr_span name = read_name(css);

  if (is_named(name, "import"))
    css->expects = EXPECTS_IMPORT;
  else if (is_named(name, "namespace"))
    css->in_namespace = true;
}

/* A token of which the first byte tells. */
static void pass(struct cr_css *css)
{
  switch (*css->at++) {
  case '@':
    start_at_rule(css);
    break;
  case '#':
    (void)read_name(css); /* in "#url(" it is no function's */
    break;
  case '<':
    if (css->end - css->at >= 3 && memcmp(css->at, "!--", 3) == 0)
      css->at += 3; /* else "--url" would be a name */
    break;
  case ';':
  case '{':
  case '}': /* what wasn't closed ends here, lest other strings be taken for URLs */
    css->in_namespace = false;
    css->set_depth = 0;
    break;
  case '(':
    css->set_depth += css->set_depth > 0;
    break;
  case ')':
    css->set_depth -= css->set_depth > 0;
    break;
  default:
    break;
  }
}

/* The token at css->at. True: it is a URL. */
static bool read_token(struct cr_css *css, struct cr_css_url *found)
{
  uint8_t expects = css->expects;
  char c = *css->at;

  if (cr_is_space(c)) {
    skip_spaces(css);
    return false;
  }
  if (c == '/' && css->end - css->at > 1 && css->at[1] == '*') {
    skip_comment(css);
    return false;
  }
  css->expects = EXPECTS_NOTHING;
  if (c == '"' || c == '\'')
    return take_string(css, expects, found);
  if (is_name(c) || is_escape(css->at, css->end)) {
    struct cr_span name = read_name(css);
    if (css->at == css->end || *css->at != '(')
      return false;
    css->at++;
    return open_function(css, name, expects, found);
  }
  pass(css);
  return false;
}

bool cr_css_next(struct cr_css *css, struct cr_css_url *found)
{
  for (unsigned tokens = 1; css->at < css->end; tokens++) {
    if (read_token(css, found))
      return true;
    if (tokens % TOKENS_A_CHECK == 0 && cr_is_given_up(css->given_up))
      return false;
  }
  return false;
}

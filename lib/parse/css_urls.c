/* SPDX-License-Identifier: MIT */
/* css_urls.c - the URLs of a style sheet.
 *
 * The tokens of CSS Syntax Level 3 (section 4), as far as URLs need them: comments, strings,
 * url-tokens with their bad forms, functions and at-keywords, whose names may be escaped. What
 * isn't well formed is passed over as the standard says. Pure; linear.
 */
#include "parse/css_urls.h"

#include "base/find.h"
#include "parse/charset.h"

enum { PRELUDE_NONE, PRELUDE_IMPORT, PRELUDE_NAMESPACE };
enum { NAME_BYTES = 24, REPLACEMENT = 0xfffd };

void cr_css_begin(struct cr_css *css, struct cr_span text)
{
  css->at = text.len > 0 ? text.at : "";
  css->end = css->at + text.len;
  css->prelude = PRELUDE_NONE;
  css->paren_depth = 0;
  css->strings_depth = 0;
}

/* ---- characters ---- */

static bool is_newline(char c)
{
  return c == '\n' || c == '\r' || c == '\f';
}

static bool is_name_start(char c)
{
  return cr_is_alpha(c) || c == '_' || (uint8_t)c >= 0x80;
}

static bool is_name(char c)
{
  return is_name_start(c) || cr_is_digit(c) || c == '-';
}

static bool is_escape(const char *at, const char *end)
{
  return end - at >= 2 && at[0] == '\\' && !is_newline(at[1]);
}

/* 4.3.7: behind the escape at `at`; its code point, or for what isn't hex the byte that is
 * escaped. */
static const char *read_escape(const char *at, const char *end, uint32_t *code)
{
  const char *p = at + 1;
  uint32_t value = 0;

  if (cr_hex_value(*p) < 0) {
    *code = (uint8_t)*p;
    return p + 1;
  }
  for (int i = 0; i < 6 && p < end && cr_hex_value(*p) >= 0; i++)
    value = value * 16 + (uint32_t)cr_hex_value(*p++);
  if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
    p += 2;
  else if (p < end && cr_is_space(*p))
    p++;
  bool is_scalar = value > 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  *code = is_scalar ? value : REPLACEMENT;
  return p;
}

size_t cr_css_unescape(struct cr_span raw, char *out)
{
  const char *at = raw.at;
  const char *end = raw.at + raw.len;
  size_t len = 0;

  while (at < end) {
    if (*at == '\\' && end - at > 1 && at[1] == '\0')
      at++;
    if (*at == '\0') { /* 3.3 */
      len += cr_charset_put(REPLACEMENT, out + len);
      at++;
    } else if (*at != '\\') {
      out[len++] = *at++;
    } else if (end - at < 2) {
      at++; /* at the end of a string it is nothing */
    } else if (is_newline(at[1])) {
      at += end - at > 2 && at[1] == '\r' && at[2] == '\n' ? 3 : 2;
    } else if (cr_hex_value(at[1]) < 0) {
      out[len++] = at[1];
      at += 2;
    } else {
      uint32_t code;
      at = read_escape(at, end, &code);
      len += cr_charset_put(code, out + len);
    }
  }
  return len;
}

/* ---- tokens ---- */

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
static bool read_string(struct cr_css *css, struct cr_css_url *found)
{
  char quote = *css->at++;
  const char *begin = css->at;

  found->has_escapes = false;
  while (css->at < css->end && *css->at != quote) {
    if (is_newline(*css->at))
      return false;
    if (*css->at == '\\' || *css->at == '\0')
      found->has_escapes = true;
    if (*css->at == '\\')
      css->at += css->end - css->at > 1;
    css->at++;
  }
  found->raw = cr_span(begin, (size_t)(css->at - begin));
  css->at += css->at < css->end;
  return true;
}

/* 4.3.11: a name, in lower case and unescaped, as far as it has room in out. */
static struct cr_span read_name(struct cr_css *css, char out[NAME_BYTES])
{
  size_t len = 0;

  for (;;) {
    uint32_t code;
    if (css->at < css->end && is_name(*css->at))
      code = (uint8_t)*css->at++;
    else if (is_escape(css->at, css->end))
      css->at = read_escape(css->at, css->end, &code);
    else
      break;
    if (len < NAME_BYTES)
      out[len++] = code < 0x80 ? cr_lower((char)code) : '?';
  }
  return cr_span(out, len);
}

/* 4.3.14: what is left of a bad url. */
static void skip_bad_url(struct cr_css *css)
{
  while (css->at < css->end && *css->at != ')')
    css->at += is_escape(css->at, css->end) ? 2 : 1;
  css->at += css->at < css->end;
}

static bool is_bad_in_url(char c)
{
  return c == '"' || c == '\'' || c == '(' || (c > 0 && c < '\t') || c == '\v' || c == 0x7f ||
         ((uint8_t)c >= 0x0e && (uint8_t)c < ' ');
}

/* 4.3.6: a url without quotes, behind "url(" and its white space. */
static bool read_url(struct cr_css *css, struct cr_css_url *found)
{
  const char *begin = css->at;

  found->has_escapes = false;
  while (css->at < css->end && *css->at != ')' && !cr_is_space(*css->at)) {
    bool escapes = is_escape(css->at, css->end);
    if (is_bad_in_url(*css->at) || (*css->at == '\\' && !escapes)) {
      skip_bad_url(css);
      return false;
    }
    found->has_escapes = found->has_escapes || escapes || *css->at == '\0';
    uint32_t code;
    css->at = escapes ? read_escape(css->at, css->end, &code) : css->at + 1;
  }
  found->raw = cr_span(begin, (size_t)(css->at - begin));
  skip_spaces(css);
  if (css->at < css->end && *css->at != ')') {
    skip_bad_url(css);
    return false;
  }
  css->at += css->at < css->end;
  return true;
}

/* ---- what they mean ---- */

/* Is it a link? A namespace's name isn't; the first of an @import is one of its own sort. */
static bool take(struct cr_css *css, struct cr_css_url *found)
{
  uint8_t prelude = css->prelude;

  css->prelude = PRELUDE_NONE;
  found->is_import = prelude == PRELUDE_IMPORT;
  return prelude != PRELUDE_NAMESPACE;
}

/* Behind a function's "(". True: a URL was found. */
static bool open_function(struct cr_css *css, struct cr_span name, struct cr_css_url *found)
{
  css->paren_depth++;
  if (cr_span_eq(name, CR_SPAN("image-set")) || cr_span_eq(name, CR_SPAN("-webkit-image-set")) ||
      cr_span_eq(name, CR_SPAN("src"))) {
    if (css->strings_depth == 0)
      css->strings_depth = css->paren_depth;
    return false;
  }
  if (!cr_span_eq(name, CR_SPAN("url")))
    return false;
  skip_spaces(css);
  if (css->at < css->end && (*css->at == '"' || *css->at == '\''))
    return read_string(css, found) && take(css, found);
  css->paren_depth--; /* a url-token has its own ")" */
  return read_url(css, found) && take(css, found);
}

static void start_at_rule(struct cr_css *css)
{
  char name[NAME_BYTES];

  css->at++;
  struct cr_span keyword = read_name(css, name);
  if (keyword.len == 0)
    return;
  css->prelude = PRELUDE_NONE;
  if (cr_span_eq(keyword, CR_SPAN("import")))
    css->prelude = PRELUDE_IMPORT;
  else if (cr_span_eq(keyword, CR_SPAN("namespace")))
    css->prelude = PRELUDE_NAMESPACE;
}

static void pass(struct cr_css *css)
{
  switch (*css->at++) {
  case ';':
  case '{':
  case '}':
    css->prelude = PRELUDE_NONE;
    css->paren_depth = 0;
    css->strings_depth = 0;
    break;
  case '(':
    css->paren_depth++;
    break;
  case ')':
    css->paren_depth -= css->paren_depth > 0;
    if (css->paren_depth < css->strings_depth)
      css->strings_depth = 0;
    break;
  default:
    break;
  }
}

/* The token at css->at. True: it is a URL. */
static bool read_token(struct cr_css *css, struct cr_css_url *found)
{
  char name[NAME_BYTES];
  char c = *css->at;

  if (c == '/' && css->end - css->at > 1 && css->at[1] == '*') {
    skip_comment(css);
    return false;
  }
  if (c == '"' || c == '\'') {
    bool is_url = css->prelude != PRELUDE_NONE ||
                  (css->strings_depth > 0 && css->paren_depth == css->strings_depth);
    return read_string(css, found) && is_url && take(css, found);
  }
  if (c == '@') {
    start_at_rule(css);
    return false;
  }
  if (is_name(c) || is_escape(css->at, css->end)) {
    struct cr_span word = read_name(css, name);
    if (css->at == css->end || *css->at != '(')
      return false;
    css->at++;
    return open_function(css, word, found);
  }
  pass(css);
  return false;
}

bool cr_css_next(struct cr_css *css, struct cr_css_url *found)
{
  while (css->at < css->end)
    if (read_token(css, found))
      return true;
  return false;
}

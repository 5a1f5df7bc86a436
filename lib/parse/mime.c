/* SPDX-License-Identifier: MIT */
/* mime.c - what a response says of its kind.
 *
 * Content-Type by "parse a MIME type" of the WHATWG MIME Sniffing standard (4.4), and
 * X-Content-Type-Options by the Fetch standard. What the bytes say of it: mime_sniff.c. Pure, no
 * allocation.
 */
#include "base/str.h"
#include "parse/parse.h"

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

void cr_mime_essence(struct cr_span type, char out[128])
{
  enum { ROOM = 128 };
  struct cr_span rest = trim(type);

  out[0] = '\0';
  if (rest.len == 0) /* at may be NULL */
    return;
  struct cr_span whole = trim(cut(&rest, ';', ';'));
  struct cr_span subtype = whole;
  struct cr_span major = cut(&subtype, '/', '/');

  if (!take(&subtype, '/') || !is_token(major) || !is_token(subtype) || whole.len >= ROOM)
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

bool cr_mime_is_nosniff(struct cr_span options)
{
  struct cr_span rest = options;

  if (rest.len == 0) /* at may be NULL */
    return false;
  return cr_span_eq_nocase(trim(cut(&rest, ',', ',')), CR_SPAN("nosniff"));
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

bool cr_mime_is_xml(const char *mime)
{
  return ends_with(mime, "+xml") || strcmp(mime, "text/xml") == 0 ||
         strcmp(mime, "application/xml") == 0;
}

bool cr_mime_is_text(const char *mime)
{
  static const char *const others[] = { "application/json", "application/javascript",
                                        "application/x-javascript", "application/ecmascript",
                                        "application/x-ecmascript" };

  if (strncmp(mime, "text/", 5) == 0 || ends_with(mime, "+json") || cr_mime_is_xml(mime))
    return true;
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (strcmp(mime, others[i]) == 0)
      return true;
  return false;
}

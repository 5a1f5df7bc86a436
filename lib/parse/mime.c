/* SPDX-License-Identifier: MIT */
/* mime.c - what a response says of its kind.
 *
 * Content-Type by "extract a MIME type" of the Fetch standard (2.2.2), each of its values by "parse
 * a MIME type" of the WHATWG MIME Sniffing standard (4.4), and X-Content-Type-Options by Fetch
 * (2.2.1). What the bytes say of it: mime_sniff.c. Pure, no allocation.
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

/* ---- one value ---- */

enum { ESSENCE_ROOM = 128 };

struct parameter {
  struct cr_span text; /* at NULL: it isn't there */
  bool is_quoted;      /* then backslashes in it are still there */
};

struct type {
  struct cr_span essence; /* empty: none */
  struct parameter charset;
};

static bool read_essence(struct cr_span *rest, struct cr_span *essence)
{
  *essence = trim(cut(rest, ';', ';'));
  struct cr_span subtype = *essence;
  struct cr_span major = cut(&subtype, '/', '/');

  return take(&subtype, '/') && is_token(major) && is_token(subtype) && essence->len < ESSENCE_ROOM;
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

static struct parameter cut_parameter(struct cr_span *rest)
{
  if (!take(rest, '"'))
    return (struct parameter){ trim(cut(rest, ';', ';')), false };
  struct cr_span value = cut_quoted(rest);
  (void)cut(rest, ';', ';'); /* what stands behind the string is ignored */
  return (struct parameter){ value, true };
}

/* The standard's "HTTP quoted-string token code points": no controls but TAB. */
static bool is_valid(const struct parameter *value)
{
  for (size_t i = 0; i < value->text.len; i++) {
    uint8_t c = (uint8_t)value->text.at[i];
    if ((c < ' ' && c != '\t') || c == 0x7f)
      return false;
  }
  return value->is_quoted || value->text.len > 0;
}

/* The first that is valid counts. */
static struct parameter find_charset(struct cr_span rest)
{
  while (take(&rest, ';')) {
    while (rest.len > 0 && is_http_space(rest.at[0]))
      rest = cr_span(rest.at + 1, rest.len - 1);
    struct cr_span name = cut(&rest, ';', '=');
    if (!take(&rest, '='))
      continue;
    struct parameter value = cut_parameter(&rest);
    if (cr_span_eq_nocase(name, CR_SPAN("charset")) && is_valid(&value))
      return value;
  }
  return (struct parameter){ { NULL, 0 }, false };
}

/* ---- the header ---- */

/* One of its values: up to a comma that stands in no quoted string. */
static struct cr_span cut_member(struct cr_span *rest)
{
  const char *begin = rest->at;

  (void)cut(rest, ',', '"');
  while (take(rest, '"')) {
    (void)cut_quoted(rest);
    (void)cut(rest, ',', '"');
  }
  struct cr_span member = cr_span(begin, (size_t)(rest->at - begin));
  (void)take(rest, ',');
  return trim(member);
}

/* The last one that is valid. Has one of the same essence, which stands before it, a charset, and
 * it has none, that goes for it too. */
static struct type extract(struct cr_span field)
{
  struct type found = { .essence = { NULL, 0 } };
  struct parameter charset = { { NULL, 0 }, false };
  struct cr_span rest = field;

  while (rest.len > 0) {
    struct cr_span member = cut_member(&rest);
    struct cr_span essence;
    if (!read_essence(&member, &essence) || cr_span_eq(essence, CR_SPAN("*/*")))
      continue;
    struct type type = { essence, find_charset(member) };
    if (!cr_span_eq_nocase(essence, found.essence))
      charset = type.charset;
    else if (!type.charset.text.at)
      type.charset = charset;
    found = type;
  }
  return found;
}

void cr_mime_essence(struct cr_span type, char out[128])
{
  struct cr_span essence = extract(type).essence;

  for (size_t i = 0; i < essence.len; i++)
    out[i] = cr_lower(essence.at[i]);
  out[essence.len] = '\0';
}

void cr_mime_charset(struct cr_span type, char out[64])
{
  enum { ROOM = 64 };
  const struct parameter value = extract(type).charset;
  size_t len = 0;

  for (size_t i = 0; i < value.text.len && len < ROOM; i++) {
    bool is_escape = value.is_quoted && value.text.at[i] == '\\' && i + 1 < value.text.len;
    out[len++] = value.text.at[is_escape ? ++i : i];
  }
  out[len < ROOM ? len : 0] = '\0';
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

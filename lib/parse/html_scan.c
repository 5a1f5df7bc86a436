/* SPDX-License-Identifier: MIT */
/* html_scan.c - the tags of a document, one after the other.
 *
 * By the tokenizer of the HTML standard, section 13.2.5; each function names its states. Goes from
 * '<' to '<' with memchr. Pure; reads each byte at most twice.
 */
#include "parse/html_scan.h"

static size_t left(const struct cr_html_scan *s)
{
  return (size_t)(s->end - s->at);
}

static bool starts(const struct cr_html_scan *s, struct cr_span with)
{
  return cr_span_starts_nocase(cr_span(s->at, left(s)), with);
}

/* Behind the next `text`, or to the end. */
static void skip_past(struct cr_html_scan *s, struct cr_span text)
{
  const char *found = memmem(s->at, left(s), text.at, text.len);
  s->at = found ? found + text.len : s->end;
}

/* The comment states; s stands behind "<!--". */
static void skip_comment(struct cr_html_scan *s)
{
  if (starts(s, CR_SPAN(">"))) {
    s->at += 1;
    return;
  }
  if (starts(s, CR_SPAN("->"))) {
    s->at += 2;
    return;
  }
  while (left(s) > 0) {
    const char *dashes = memmem(s->at, left(s), "--", 2);
    s->at = dashes ? dashes + 2 : s->end;
    while (left(s) > 0 && *s->at == '-')
      s->at++;
    if (starts(s, CR_SPAN("!>")))
      s->at++;
    if (left(s) > 0 && *s->at == '>') {
      s->at++;
      return;
    }
  }
}

/* Bogus comment and doctype states, or a CDATA section; s stands behind "<!", "<?" or "</". */
static void skip_declaration(struct cr_html_scan *s, bool in_foreign)
{
  bool is_bang = s->at[-1] == '!';

  if (is_bang && starts(s, CR_SPAN("--"))) {
    s->at += 2;
    skip_comment(s);
  } else if (is_bang && in_foreign && left(s) >= 7 && memcmp(s->at, "[CDATA[", 7) == 0) {
    s->at += 7;
    skip_past(s, CR_SPAN("]]>"));
  } else {
    skip_past(s, CR_SPAN(">"));
  }
}

static void skip_spaces(struct cr_html_scan *s)
{
  while (left(s) > 0 && cr_is_space(*s->at))
    s->at++;
}

/* The attribute value states; s stands behind '='. Without its closing quote a value goes on to the
 * end. */
static struct cr_span take_value(struct cr_html_scan *s)
{
  skip_spaces(s);
  const char *begin = s->at;
  char quote = left(s) > 0 ? *begin : '\0';

  if (quote == '"' || quote == '\'') {
    const char *close = memchr(begin + 1, quote, left(s) - 1);
    const char *end = close ? close : s->end;
    s->at = close ? close + 1 : s->end;
    return cr_span(begin + 1, (size_t)(end - begin - 1));
  }
  while (left(s) > 0 && *s->at != '>' && !cr_is_space(*s->at))
    s->at++;
  return cr_span(begin, (size_t)(s->at - begin));
}

/* The attribute name states; the first byte is part of the name whatever it is. */
bool cr_html_scan_attribute(struct cr_html_scan *s, struct cr_span *name, struct cr_span *value)
{
  while (left(s) > 0 && (*s->at == '/' || cr_is_space(*s->at)))
    s->at++;
  if (left(s) == 0 || *s->at == '>')
    return false;

  const char *begin = s->at++;
  while (left(s) > 0 && !cr_is_space(*s->at) && *s->at != '/' && *s->at != '>' && *s->at != '=')
    s->at++;
  *name = cr_span(begin, (size_t)(s->at - begin));
  *value = cr_span(NULL, 0);
  skip_spaces(s);
  if (left(s) > 0 && *s->at == '=') {
    s->at++;
    *value = take_value(s);
  }
  return true;
}

/* The tag name state; s stands at the name's first letter. False: the document ends inside, and
 * there is no tag. */
static bool read_tag(struct cr_html_scan *s, struct cr_html_tag *tag)
{
  const char *begin = s->at;
  struct cr_span name;
  struct cr_span value;

  while (left(s) > 0 && !cr_is_space(*s->at) && *s->at != '/' && *s->at != '>')
    s->at++;
  const char *rest = s->at;
  const char *last = s->at; /* where the last attribute ends */
  tag->name = cr_span(begin, (size_t)(rest - begin));
  tag->attributes = 0;
  while (cr_html_scan_attribute(s, &name, &value)) {
    tag->attributes++;
    last = s->at;
  }
  if (left(s) == 0)
    return false;
  tag->rest = cr_span(rest, (size_t)(s->at - rest));
  tag->is_self_closing = s->at > last && s->at[-1] == '/';
  s->at++;
  return true;
}

/* The data and tag open states. */
bool cr_html_scan_tag(struct cr_html_scan *s, struct cr_html_tag *tag, bool in_foreign)
{
  while (left(s) > 1) {
    const char *open = memchr(s->at, '<', left(s) - 1);
    if (!open)
      break;
    s->at = open + 1;
    tag->is_end = *s->at == '/';
    if (tag->is_end)
      s->at++;
    char c = left(s) > 0 ? *s->at : '\0';
    if (cr_is_alpha(c))
      return read_tag(s, tag);
    if (tag->is_end) {
      skip_declaration(s, in_foreign);
    } else if (c == '!' || c == '?') {
      s->at++;
      skip_declaration(s, in_foreign);
    }
  }
  s->at = s->end;
  return false;
}

/* Does s stand at `word`, "<script" or "</script", with the end of a name behind it? */
static bool is_at_tag(const struct cr_html_scan *s, struct cr_span opening, struct cr_span name)
{
  size_t len = opening.len + name.len;
  if (left(s) <= len || !starts(s, opening))
    return false;
  struct cr_html_scan behind = { s->at + opening.len, s->end };
  char c = s->at[len];
  return starts(&behind, name) && (cr_is_space(c) || c == '/' || c == '>');
}

/* s stands at an end tag. */
static void skip_end_tag(struct cr_html_scan *s)
{
  struct cr_html_tag tag;
  (void)cr_html_scan_tag(s, &tag, false); /* false: the document ends inside, and s is there */
}

/* RCDATA and RAWTEXT states. */
void cr_html_scan_text(struct cr_html_scan *s, struct cr_span name)
{
  while (left(s) > 0) {
    const char *open = memchr(s->at, '<', left(s));
    s->at = open ? open : s->end;
    if (is_at_tag(s, CR_SPAN("</"), name)) {
      skip_end_tag(s);
      return;
    }
    if (open)
      s->at++;
  }
}

/* Script data states. Behind "<!--" a "<script" hides the next end tag; "-->" ends that. */
void cr_html_scan_script(struct cr_html_scan *s)
{
  const struct cr_span name = CR_SPAN("script");
  bool is_escaped = false;
  bool is_double_escaped = false;

  for (; left(s) > 0; s->at++) {
    if (!is_escaped) {
      const char *open = memchr(s->at, '<', left(s));
      s->at = open ? open : s->end;
    } else if (*s->at != '<' && *s->at != '-') {
      continue;
    }
    if (!is_double_escaped && is_at_tag(s, CR_SPAN("</"), name)) {
      skip_end_tag(s);
      return;
    }
    if (!is_escaped && starts(s, CR_SPAN("<!--"))) {
      is_escaped = true;
      s->at += 1; /* its dashes may be those of "-->" */
    } else if (is_escaped && starts(s, CR_SPAN("-->"))) {
      is_escaped = false;
      is_double_escaped = false;
    } else if (is_escaped && is_at_tag(s, CR_SPAN("<"), name)) {
      is_double_escaped = true;
    } else if (is_double_escaped && is_at_tag(s, CR_SPAN("</"), name)) {
      is_double_escaped = false;
    }
    if (left(s) == 0)
      return;
  }
}

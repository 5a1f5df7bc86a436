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

/* The attribute value states; s stands behind '='. False: the document ends inside. */
static bool skip_value(struct cr_html_scan *s)
{
  while (left(s) > 0 && cr_is_space(*s->at))
    s->at++;
  if (left(s) == 0)
    return false;
  char quote = *s->at;
  if (quote == '"' || quote == '\'') {
    const char *close = memchr(s->at + 1, quote, left(s) - 1);
    s->at = close ? close + 1 : s->end;
    return close != NULL;
  }
  while (left(s) > 0 && *s->at != '>' && !cr_is_space(*s->at))
    s->at++;
  return left(s) > 0;
}

/* The attribute name states; the first byte is part of the name whatever it is. */
static bool skip_attribute(struct cr_html_scan *s)
{
  s->at++;
  while (left(s) > 0 && !cr_is_space(*s->at) && *s->at != '/' && *s->at != '>' && *s->at != '=')
    s->at++;
  while (left(s) > 0 && cr_is_space(*s->at))
    s->at++;
  if (left(s) == 0 || *s->at != '=')
    return left(s) > 0;
  s->at++;
  return skip_value(s);
}

/* Behind a tag's name, to behind its '>'. False: the document ends inside, and there is no tag. */
static bool skip_attributes(struct cr_html_scan *s, struct cr_html_tag *tag)
{
  tag->attributes = 0;
  tag->is_self_closing = false;
  while (left(s) > 0) {
    char c = *s->at;
    if (c == '>') {
      s->at++;
      return true;
    }
    if (c == '/' || cr_is_space(c)) {
      tag->is_self_closing = c == '/' && left(s) > 1 && s->at[1] == '>';
      s->at++;
      continue;
    }
    tag->attributes++;
    if (!skip_attribute(s))
      return false;
  }
  return false;
}

/* The tag name state; s stands at the name's first letter. */
static bool read_tag(struct cr_html_scan *s, struct cr_html_tag *tag)
{
  const char *begin = s->at;

  while (left(s) > 0 && !cr_is_space(*s->at) && *s->at != '/' && *s->at != '>')
    s->at++;
  tag->name = cr_span(begin, (size_t)(s->at - begin));
  const char *rest = s->at;
  if (!skip_attributes(s, tag))
    return false;
  tag->rest = cr_span(rest, (size_t)(s->at - 1 - rest));
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

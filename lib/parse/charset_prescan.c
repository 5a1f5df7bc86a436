/* SPDX-License-Identifier: MIT */
/* charset_prescan.c - what a document says about its own encoding.
 *
 * The HTML standard's "prescan a byte stream to determine its encoding" (13.2.3.2) over the first
 * 1024 bytes, its "get an attribute", "extract a character encoding from a meta element" and "get
 * an XML encoding". The end of the bytes ends the scan wherever it is, and then only an XML
 * declaration may still answer. A <meta> that a parser meets later changes the encoding, though
 * (13.2.3.4): so what follows is searched for one, tag by tag. For style sheets CSS Syntax 3,
 * "determine the fallback encoding" (3.2). Pure, no allocation.
 */
#include "parse/charset.h"

#include "parse/html_element.h"
#include "parse/html_scan.h"
#include "parse/parse.h"

enum { PRESCAN_BYTES = 1024, VALUE_BYTES = PRESCAN_BYTES };

struct scan {
  const char *at;
  const char *end;
};

struct attribute { /* in lower case; both are cut off at the end of the scan */
  char name[32];   /* what is longer is none of ours */
  char value[VALUE_BYTES];
  size_t name_len;
  size_t value_len;
};

static bool ended(const struct scan *s)
{
  return s->at == s->end;
}

static size_t left(const struct scan *s)
{
  return (size_t)(s->end - s->at);
}

static bool is_slash_or_space(char c)
{
  return c == '/' || cr_is_space(c);
}

static void skip_spaces(struct scan *s)
{
  while (!ended(s) && cr_is_space(*s->at))
    s->at++;
}

/* To the next of what c is, or the end. */
static void skip_to(struct scan *s, char c)
{
  const char *found = ended(s) ? NULL : memchr(s->at, c, left(s)); /* empty: at may be NULL */
  s->at = found ? found : s->end;
}

static void add_to_name(struct attribute *attr, char c)
{
  if (attr->name_len < sizeof(attr->name))
    attr->name[attr->name_len++] = cr_lower(c);
}

static void add_to_value(struct attribute *attr, char c)
{
  if (attr->value_len < sizeof(attr->value))
    attr->value[attr->value_len++] = cr_lower(c);
}

/* The value behind '='; at its first byte. False: the scan is at its end. */
static bool get_value(struct scan *s, struct attribute *attr)
{
  char quote = *s->at;

  if (quote == '"' || quote == '\'') {
    for (s->at++; !ended(s) && *s->at != quote; s->at++)
      add_to_value(attr, *s->at);
    if (ended(s))
      return false;
    s->at++;
    return true;
  }
  while (!ended(s) && !cr_is_space(*s->at) && *s->at != '>')
    add_to_value(attr, *s->at++);
  return !ended(s);
}

/* "Get an attribute". False: there is none, and s stands at '>' or at the end. */
static bool get_attribute(struct scan *s, struct attribute *attr)
{
  attr->name_len = 0;
  attr->value_len = 0;
  while (!ended(s) && is_slash_or_space(*s->at))
    s->at++;
  if (ended(s) || *s->at == '>')
    return false;

  while (!ended(s) && !is_slash_or_space(*s->at) && *s->at != '>') {
    if (*s->at == '=' && attr->name_len > 0)
      break;
    add_to_name(attr, *s->at++);
  }
  if (ended(s) || *s->at == '/' || *s->at == '>')
    return !ended(s);
  skip_spaces(s);
  if (ended(s) || *s->at != '=')
    return !ended(s);
  s->at++;
  skip_spaces(s);
  if (ended(s) || *s->at == '>')
    return !ended(s);
  return get_value(s, attr);
}

/* What stands behind "charset" and '=' in a content attribute, in lower case; at NULL: nothing. */
static struct cr_span charset_in_content(struct cr_span content)
{
  static const char word[] = "charset";
  struct scan s = { content.at, content.at + content.len };
  struct cr_span none = { NULL, 0 };

  do {
    const char *found = memmem(s.at, left(&s), word, strlen(word));
    if (!found)
      return none;
    s.at = found + strlen(word);
    skip_spaces(&s);
  } while (ended(&s) || *s.at != '=');
  s.at++;
  skip_spaces(&s);
  if (ended(&s))
    return none;

  const char *begin = s.at;
  if (*begin == '"' || *begin == '\'') {
    s.at++;
    skip_to(&s, *begin);
    return ended(&s) ? none : cr_span(begin + 1, (size_t)(s.at - begin - 1));
  }
  while (!ended(&s) && !cr_is_space(*s.at) && *s.at != ';')
    s.at++;
  return cr_span(begin, (size_t)(s.at - begin));
}

static bool is_named(const struct attribute *attr, struct cr_span name)
{
  return cr_span_eq(cr_span(attr->name, attr->name_len), name);
}

/* Bytes that could be read as ASCII so far aren't UTF-16, whatever they say. */
static const char *name_of(const struct cr_charset *set)
{
  if (set && (set->way == CR_CHARSET_UTF16LE || set->way == CR_CHARSET_UTF16BE))
    set = cr_charset_find(CR_SPAN("utf-8"));
  return set ? set->name : NULL;
}

static const char *name_of_meta(const struct cr_charset *set)
{
  if (set && set->way == CR_CHARSET_USER_DEFINED)
    set = cr_charset_find(CR_SPAN("windows-1252"));
  return name_of(set);
}

struct meta { /* what the attributes of one <meta> amount to */
  const struct cr_charset *set;
  bool has_http_equiv;
  bool has_content;
  bool has_charset;
  bool got_pragma;
  bool need_pragma;
};

/* The first attribute of a name counts. */
static void weigh(struct meta *meta, const struct attribute *attr)
{
  struct cr_span value = cr_span(attr->value, attr->value_len);

  if (is_named(attr, CR_SPAN("http-equiv")) && !meta->has_http_equiv) {
    meta->has_http_equiv = true;
    meta->got_pragma = cr_span_eq(value, CR_SPAN("content-type"));
  } else if (is_named(attr, CR_SPAN("content")) && !meta->has_content) {
    meta->has_content = true;
    const struct cr_charset *set = cr_charset_find(charset_in_content(value));
    if (set && !meta->set && !meta->has_charset) {
      meta->set = set;
      meta->need_pragma = true;
    }
  } else if (is_named(attr, CR_SPAN("charset")) && !meta->has_charset) {
    meta->has_charset = true;
    meta->set = cr_charset_find(value);
    meta->need_pragma = false;
  }
}

/* Behind "<meta" and one byte more; NULL: this one doesn't say. */
static const char *read_meta(struct scan *s)
{
  struct attribute attr;
  struct meta meta = { NULL, false, false, false, false, false };

  while (get_attribute(s, &attr))
    weigh(&meta, &attr);
  if (ended(s) || (meta.need_pragma && !meta.got_pragma))
    return NULL;
  return name_of_meta(meta.set);
}

static void skip_comment(struct scan *s)
{
  s->at += 2; /* the "--" of "<!-->" may be its end too */
  const char *found = memmem(s->at, left(s), "-->", 3);
  s->at = found ? found + 2 : s->end;
}

static void skip_tag(struct scan *s)
{
  struct attribute attr;

  while (!ended(s) && !cr_is_space(*s->at) && *s->at != '>')
    s->at++;
  while (get_attribute(s, &attr))
    ;
}

static bool starts(const struct scan *s, struct cr_span with)
{
  return cr_span_starts_nocase(cr_span(s->at, left(s)), with);
}

/* s stands at '<'; afterwards at the last byte of what that begins, or at the end. */
static const char *read_markup(struct scan *s)
{
  char second = left(s) > 1 ? s->at[1] : '\0';
  char third = left(s) > 2 ? s->at[2] : '\0';

  if (second == '!' && starts(s, CR_SPAN("<!--"))) {
    skip_comment(s);
  } else if (cr_lower(second) == 'm' && starts(s, CR_SPAN("<meta")) && left(s) > 5 &&
             is_slash_or_space(s->at[5])) {
    s->at += 5;
    return read_meta(s);
  } else if (cr_is_alpha(second) || (second == '/' && cr_is_alpha(third))) {
    s->at++;
    skip_tag(s);
  } else if (second == '!' || second == '/' || second == '?') {
    skip_to(s, '>');
  }
  return NULL;
}

/* Past what is text to a parser. */
static void skip_content(struct cr_html_scan *s, const struct cr_html_tag *tag)
{
  const struct cr_element *known = cr_html_element(tag->name);
  if (!known || tag->is_end)
    return;
  if (known->kind == CR_ELEMENT_TEXT || known->kind == CR_ELEMENT_TEXTAREA)
    cr_html_scan_text(s, tag->name);
  else if (known->kind == CR_ELEMENT_SCRIPT)
    cr_html_scan_script(s);
}

/* What the first <meta> says that is one to a parser, wherever it stands: the last word, as a
 * prescan's is tentative (13.2.6.4.4, "meta"). */
static const char *find_meta(struct cr_span html)
{
  struct cr_html_scan tags = { html.at, html.at + html.len };
  struct cr_html_tag tag;
  const char *name = NULL;

  while (!name && cr_html_scan_tag(&tags, &tag, false)) {
    skip_content(&tags, &tag);
    if (tag.is_end || !cr_span_eq_nocase(tag.name, CR_SPAN("meta")))
      continue;
    struct scan s = { tag.rest.at, tag.rest.at + tag.rest.len + 1 }; /* with its '>' */
    name = read_meta(&s);
  }
  return name;
}

/* In the bytes that the standard asks to look at before anything else. */
static const char *scan_head(struct cr_span head)
{
  struct scan s = { head.at, head.at + head.len };

  if (head.len >= 6 && memcmp(head.at, "<\0?\0x\0", 6) == 0)
    return cr_charset_of_label(CR_SPAN("utf-16le"));
  if (head.len >= 6 && memcmp(head.at, "\0<\0?\0x", 6) == 0)
    return cr_charset_of_label(CR_SPAN("utf-16be"));

  for (skip_to(&s, '<'); !ended(&s); skip_to(&s, '<')) {
    const char *name = read_markup(&s);
    if (name)
      return name;
    if (!ended(&s))
      s.at++;
  }
  return cr_charset_of_xml(head);
}

const char *cr_charset_prescan(struct cr_span html)
{
  bool is_long = html.len > PRESCAN_BYTES;
  const char *name = scan_head(cr_span(html.at, is_long ? PRESCAN_BYTES : html.len));
  const char *last = name || is_long ? find_meta(html) : NULL;
  return last ? last : name;
}

static void skip_controls(struct scan *s)
{
  while (!ended(s) && (uint8_t)*s->at <= ' ')
    s->at++;
}

/* Between the quotes behind "encoding" and '='; at NULL: it isn't like that. */
static struct cr_span xml_encoding(struct scan *s)
{
  struct cr_span none = { NULL, 0 };
  const char *found = memmem(s->at, left(s), "encoding", 8);
  if (!found)
    return none;
  s->at = found + 8;
  skip_controls(s);
  if (ended(s) || *s->at != '=')
    return none;
  s->at++;
  skip_controls(s);
  if (ended(s) || (*s->at != '"' && *s->at != '\''))
    return none;

  const char *begin = s->at++;
  skip_to(s, *begin);
  if (ended(s))
    return none;
  struct cr_span label = cr_span(begin + 1, (size_t)(s->at - begin - 1));
  for (size_t i = 0; i < label.len; i++)
    if ((uint8_t)label.at[i] <= ' ')
      return none;
  return label;
}

const char *cr_charset_of_xml(struct cr_span xml)
{
  size_t bytes = xml.len < PRESCAN_BYTES ? xml.len : PRESCAN_BYTES;
  if (bytes < 5 || memcmp(xml.at, "<?xml", 5) != 0)
    return NULL;
  const char *end = memchr(xml.at, '>', bytes);
  if (!end)
    return NULL;
  struct scan s = { xml.at + 5, end };
  return name_of(cr_charset_find(xml_encoding(&s)));
}

/* It has to be written exactly so: it is no rule of the sheet, but bytes. */
const char *cr_charset_of_css(struct cr_span css)
{
  const struct cr_span begin = CR_SPAN("@charset \"");
  size_t bytes = css.len < PRESCAN_BYTES ? css.len : PRESCAN_BYTES;

  if (bytes < begin.len || memcmp(css.at, begin.at, begin.len) != 0)
    return NULL;
  const char *label = css.at + begin.len;
  const char *quote = memchr(label, '"', bytes - begin.len);
  if (!quote || quote + 1 == css.at + bytes || quote[1] != ';')
    return NULL;
  const char *name = cr_charset_of_label(cr_span(label, (size_t)(quote - label)));
  /* What could be read as ASCII so far is no UTF-16. */
  return name && strncmp(name, "utf-16", 6) == 0 ? cr_charset_of_label(CR_SPAN("utf-8")) : name;
}

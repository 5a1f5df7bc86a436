/* SPDX-License-Identifier: MIT */
/* charset.c - which encoding is this text in?
 *
 * Order of evidence as the HTML standard has it (13.2.3.2): byte order mark, Content-Type, what
 * the document says of itself, then what such documents usually are. Only labels of the WHATWG
 * Encoding standard count, so that a server's text never gets to iconv. Pure, no allocation.
 */
#include "parse/charset.h"

#include "parse/parse.h"

static const char *name_of(const struct cr_charset *set)
{
  return set ? set->name : NULL;
}

/* As strcmp of the span, in lower case, and the text. */
static int compare_nocase(struct cr_span a, const char *b)
{
  for (size_t i = 0; i < a.len; i++) {
    uint8_t left = (uint8_t)cr_lower(a.at[i]);
    uint8_t right = (uint8_t)b[i];
    if (left != right || right == '\0')
      return left < right ? -1 : 1;
  }
  return b[a.len] == '\0' ? 0 : -1;
}

const struct cr_charset *cr_charset_find(struct cr_span label)
{
  struct cr_span wanted = cr_span_trim(label);
  size_t low = 0;
  size_t high = cr_charset_label_count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_nocase(wanted, cr_charset_labels[middle].label);
    if (order == 0)
      return &cr_charsets[cr_charset_labels[middle].charset];
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

const char *cr_charset_of_label(struct cr_span label)
{
  return name_of(cr_charset_find(label));
}

const char *cr_charset_of_bom(struct cr_span body, size_t *bytes)
{
  static const struct {
    struct cr_span mark;
    struct cr_span label;
  } marks[] = {
    { { "\xef\xbb\xbf", 3 }, { "utf-8", 5 } },
    { { "\xfe\xff", 2 }, { "utf-16be", 8 } },
    { { "\xff\xfe", 2 }, { "utf-16le", 8 } },
  };

  for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
    *bytes = marks[i].mark.len;
    if (body.len >= *bytes && memcmp(body.at, marks[i].mark.at, *bytes) == 0)
      return cr_charset_of_label(marks[i].label);
  }
  *bytes = 0;
  return NULL;
}

static const char *name_within(struct cr_span body, const char *mime)
{
  if (cr_mime_is_html(mime))
    return cr_charset_prescan(body);
  return strcmp(mime, "text/css") == 0 ? cr_charset_of_css(body) : cr_charset_of_xml(body);
}

static const char *name_of_type(struct cr_span type)
{
  char label[64];

  cr_mime_charset(type, label);
  return cr_charset_of_label(cr_span_text(label));
}

const char *cr_charset_decide(struct cr_span body, struct cr_span type, const char *mime)
{
  size_t mark_bytes = 0;
  const char *name = cr_charset_of_bom(body, &mark_bytes);

  if (!name)
    name = name_of_type(type);
  if (!name)
    name = name_within(body, mime);
  if (!name) /* XHTML is XML, and that is UTF-8 (XML 1.0, 4.3.3) */
    name = cr_charset_of_label(strcmp(mime, "text/html") == 0 ? CR_SPAN("windows-1252")
                                                              : CR_SPAN("utf-8"));
  return name;
}

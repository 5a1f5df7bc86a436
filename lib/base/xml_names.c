/* SPDX-License-Identifier: MIT */
/* xml_names.c - which namespace does a prefix stand for, here?
 *
 * A stack of declarations, looked through from the innermost one; it is short, and most prefixes
 * differ in length. Expat could do this, but appends a namespace of any length to each attribute's
 * name, which a document can make quadratic, and ends at the first prefix that isn't declared.
 */
#include "base/xml_names.h"

#include "crawl/crawler.h"

_Static_assert(CR_XML_BINDINGS_BYTES <= UINT16_MAX,
               "offsets and lengths of a binding have 16 bits");

void cr_xml_names_init(struct cr_xml_names *names, struct cr_mem *mem)
{
  cr_buf_init(&names->text, mem, CR_MEM_PAGE, CR_XML_BINDINGS_BYTES);
  names->count = 0;
}

void cr_xml_names_free(struct cr_xml_names *names)
{
  cr_buf_free(&names->text);
  names->count = 0;
}

struct cr_span cr_xml_split(struct cr_span *name)
{
  const char *colon = name->len > 0 ? memchr(name->at, ':', name->len) : NULL;
  if (!colon)
    return cr_span(name->at, 0);

  struct cr_span prefix = cr_span(name->at, (size_t)(colon - name->at));
  *name = cr_span(colon + 1, name->len - prefix.len - 1);
  return prefix;
}

/* Does the attribute declare a prefix? The default one is the empty prefix. */
static bool is_declaration(struct cr_span attribute, struct cr_span *prefix)
{
  *prefix = attribute;
  if (cr_span_eq(attribute, CR_SPAN("xmlns"))) {
    prefix->len = 0;
    return true;
  }
  return cr_span_eq(cr_xml_split(prefix), CR_SPAN("xmlns"));
}

int cr_xml_names_declare(struct cr_xml_names *names, uint32_t depth, struct cr_span attribute,
                         struct cr_span value)
{
  struct cr_span prefix = { NULL, 0 };

  if (!is_declaration(attribute, &prefix))
    return 0;
  size_t at = names->text.len;
  size_t room = CR_XML_BINDINGS_BYTES - at;
  if (names->count == CR_XML_BINDINGS_MAX || prefix.len > room || value.len > room - prefix.len)
    return CRAWLER_E_LIMIT;
  int err = cr_buf_reserve(&names->text, at + prefix.len + value.len);
  if (err)
    return err;

  (void)cr_buf_add(&names->text, prefix.at, prefix.len); /* there is room now */
  (void)cr_buf_add(&names->text, value.at, value.len);   /* the same */
  names->bindings[names->count++] = (struct cr_xml_binding){
    .depth = depth,
    .prefix = (uint16_t)at,
    .prefix_len = (uint16_t)prefix.len,
    .ns_len = (uint16_t)value.len,
  };
  return 0;
}

void cr_xml_names_leave(struct cr_xml_names *names, uint32_t depth)
{
  while (names->count > 0 && names->bindings[names->count - 1].depth >= depth) {
    names->count--;
    names->text.len = names->bindings[names->count].prefix;
  }
}

struct cr_span cr_xml_names_find(const struct cr_xml_names *names, struct cr_span prefix)
{
  for (size_t i = names->count; i > 0; i--) {
    const struct cr_xml_binding *binding = &names->bindings[i - 1];
    if (binding->prefix_len != prefix.len)
      continue;
    const char *text = names->text.data ? names->text.data + binding->prefix : "";
    if (cr_span_eq(cr_span(text, prefix.len), prefix))
      return cr_span(text + prefix.len, binding->ns_len);
  }
  return cr_span_eq(prefix, CR_SPAN("xml")) ? CR_SPAN(CR_XML_NS) : cr_span("", 0);
}

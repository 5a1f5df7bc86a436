/* SPDX-License-Identifier: MIT */
/* xml_expat_none.c - XML where libcrawl is built without expat: no reader of it can be opened.
 *
 * What is called with a reader, or from one, is never called.
 */
#include "base/xml_expat.h"
#include "crawl/crawler.h"

int cr_xml_open(struct cr_xml **out, struct cr_mem *mem, const struct cr_xml_events *events,
                const char *charset)
{
  (void)out;
  (void)mem;
  (void)events;
  (void)charset;
  return CRAWLER_E_UNSUPPORTED;
}

int cr_xml_add(struct cr_xml *xml, const char *data, size_t bytes)
{
  (void)xml;
  (void)data;
  (void)bytes;
  return CRAWLER_E_UNSUPPORTED;
}

int cr_xml_end(struct cr_xml *xml)
{
  (void)xml;
  return CRAWLER_E_UNSUPPORTED;
}

bool cr_xml_is_cut(const struct cr_xml *xml)
{
  (void)xml;
  return false;
}

void cr_xml_close(struct cr_xml *xml)
{
  (void)xml;
}

struct cr_span cr_xml_attribute(const struct cr_xml_tag *tag, const char *ns, const char *name)
{
  (void)tag;
  (void)ns;
  (void)name;
  return cr_span(NULL, 0);
}

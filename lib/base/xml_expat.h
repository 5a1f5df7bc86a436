/* SPDX-License-Identifier: MIT */
/* xml_expat.h - XML from the network as a stream of tags and text, by expat.
 *
 * Nothing but the document is looked at, and what it declares can't make it grow. Time is linear in
 * its length, memory a few MB at most, whatever the length. Expat's part of that is from the C
 * library's allocator and isn't counted: functions given to expat for it get no argument to tell
 * crawlers apart. How a document is cut into chunks makes no difference to what is told.
 */
#ifndef CR_BASE_XML_EXPAT_H
#define CR_BASE_XML_EXPAT_H

#include "base/mem.h"
#include "base/str.h"

struct cr_xml;
struct cr_xml_names;

/* What is over one of these limits is CRAWLER_E_LIMIT; a token may be up to twice as long when its
 * end happens to come early enough. */
#define CR_XML_DEPTH_MAX 1000         /* elements inside one another */
#define CR_XML_NAME_MAX 256           /* bytes of an element's or attribute's name */
#define CR_XML_NAMES_MAX 1000         /* different names: expat keeps all that it meets */
#define CR_XML_TOKEN_MAX (256 * 1024) /* bytes of a tag with its attributes, or of a comment */
#define CR_XML_DOCTYPE_MAX 65536      /* bytes of a document type declaration */
#define CR_XML_ATTLIST_MAX 100        /* attributes that are declared there */
#define CR_XML_ENTITY_MAX 64          /* bytes of an entity's text, which has no '&' and no '<' */

struct cr_xml_tag {
  struct cr_span ns;   /* empty: none */
  struct cr_span name; /* without prefix */
  const char *const *attributes;
  const struct cr_xml_names *names;
};

/* Each but charset may be NULL if it isn't wanted. What is passed is UTF-8 and valid during the
 * call. An answer that isn't 0 ends the reading and is returned by the function that was called. */
struct cr_xml_events {
  int (*start)(void *arg, const struct cr_xml_tag *tag);
  int (*end)(void *arg); /* of the innermost element that began and hasn't ended */
  /* A piece of text: what stands between two tags may come in any number of them. A reference to
   * an entity that isn't declared is text as it stands: "&nbsp;". */
  int (*text)(void *arg, const char *text, size_t bytes);
  /* Of a single-byte encoding: the code point for each byte, -1 for none. charset: the one given to
   * cr_xml_open, or the document's own word for it. NULL, or false: not known. */
  bool (*charset)(void *arg, const char *charset, int map[256]);
  void *arg;
};

/* charset: what the Content-Type says ("windows-1251"; UTF-8, UTF-16 and ISO-8859-1 need no map);
 * it must stay. It wins over what the document declares, and a byte order mark over both. NULL: not
 * said. CRAWLER_E_NOMEM; CRAWLER_E_UNSUPPORTED: built without expat. */
int cr_xml_open(struct cr_xml **out, struct cr_mem *mem, const struct cr_xml_events *events,
                const char *charset);
/* Tells of what has come, or later. White space before the XML declaration is passed over.
 * CRAWLER_E_FORMAT: not well-formed; what comes before that place was told. CRAWLER_E_UNSUPPORTED:
 * the encoding; nothing was told, and the text may be converted to UTF-8 and read anew.
 * CRAWLER_E_LIMIT, CRAWLER_E_NOMEM. What isn't 0 is returned by every later call too. */
int cr_xml_add(struct cr_xml *xml, const char *data, size_t bytes);
/* After the last byte; tells of the rest. CRAWLER_E_FORMAT: the document isn't complete. */
int cr_xml_end(struct cr_xml *xml);
/* After cr_xml_end: did the document end inside a tag, a comment or a reference? */
bool cr_xml_is_cut(const struct cr_xml *xml);
void cr_xml_close(struct cr_xml *xml); /* NULL is fine; not from an event */

/* The value of an attribute; at is NULL: there is none. ns "": without prefix. The first wins. */
struct cr_span cr_xml_attribute(const struct cr_xml_tag *tag, const char *ns, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/* xml_names.h - which namespace does a prefix stand for, here?
 *
 * Namespaces in XML 1.0 (third edition): a declaration holds in the element that carries it and in
 * what is inside, until another one of the same prefix. Beyond the standard, a prefix that nothing
 * declares is no error: its names are in no namespace.
 */
#ifndef CR_BASE_XML_NAMES_H
#define CR_BASE_XML_NAMES_H

#include "base/buf.h"
#include "base/str.h"

#define CR_XML_NS "http://www.w3.org/XML/1998/namespace" /* what "xml" stands for */

/* Declarations that hold at one place, and their text. Large documents of several vocabularies have
 * about 40 with 2 KB. */
#define CR_XML_BINDINGS_MAX 128
#define CR_XML_BINDINGS_BYTES 16384

struct cr_xml_binding {
  uint32_t depth;  /* of the element that carries it */
  uint16_t prefix; /* where its text begins; the namespace's lies behind it */
  uint16_t prefix_len;
  uint16_t ns_len;
};

struct cr_xml_names {
  struct cr_buf text;
  size_t count;
  struct cr_xml_binding bindings[CR_XML_BINDINGS_MAX]; /* outermost first */
};

void cr_xml_names_init(struct cr_xml_names *names, struct cr_mem *mem);
void cr_xml_names_free(struct cr_xml_names *names);
/* What the attribute of an element at that depth declares, if it declares anything: xmlns="ns",
 * xmlns:prefix="ns". Depths never fall between two calls. CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_xml_names_declare(struct cr_xml_names *names, uint32_t depth, struct cr_span attribute,
                         struct cr_span value);
/* An element at that depth ends: forgets what was declared there or deeper. */
void cr_xml_names_leave(struct cr_xml_names *names, uint32_t depth);
/* The namespace, valid until the next call that isn't this one; empty: none. prefix empty: the
 * default one. */
struct cr_span cr_xml_names_find(const struct cr_xml_names *names, struct cr_span prefix);

/* Takes "prefix:" off a name as written and returns prefix; empty where there is none. */
struct cr_span cr_xml_split(struct cr_span *name);

#endif

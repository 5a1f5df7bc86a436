/* SPDX-License-Identifier: MIT */
/* xml_expat.c - XML from the network as a stream of tags and text, by expat.
 *
 * Expat gets blocks whose ends depend on the document alone. It reads a token that isn't complete
 * again from its start (before 2.6.0 with each block), so a block is as long as what it waits for.
 * Namespaces are resolved here (xml_names.c). Entities are flat and short, which is stricter than
 * expat's own limit (2.4.0) against expansion, and holds with older versions and without recursion.
 */
#include "base/xml_expat.h"

#include <expat.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/xml_names.h"
#include "crawl/crawler.h"

enum {
  BLOCK_FIRST = 64, /* small documents are told of early, and tests see many blocks */
  BLOCK_MOST = 16384,
  NAME_SLOTS = 2048,   /* a power of two, twice the names that it may hold */
  GROWTH_RATIO = 4,    /* a byte becomes up to three in UTF-8, and entities may grow a little */
  GROWTH_FREE = 65536, /* ... or more than that in a small document */
  MARK_BYTES = 3
};

_Static_assert(NAME_SLOTS >= 2 * CR_XML_NAMES_MAX, "looking a name up takes a step or two");

struct cr_xml {
  struct cr_mem *mem;
  struct cr_xml_events events;
  const char *charset;
  XML_Parser parser;
  struct cr_buf held;  /* the beginning of the next block */
  size_t block_bytes;  /* how long it is going to be */
  size_t block_growth; /* ... if expat waits for nothing */
  uint64_t read_bytes;
  uint64_t told_bytes;
  int64_t doctype_at; /* -1: not in one */
  uint32_t depth;
  uint32_t attlists;
  bool is_marked; /* the byte order mark was looked for */
  bool is_begun;  /* something else than white space came */
  int err;        /* the first error, or what an event answered; holds from then on */
  struct cr_xml_names names;
  uint64_t name_seed;
  size_t name_count;
  uint64_t name_hashes[NAME_SLOTS]; /* 0: free */
};

/* Expat may still call a few handlers after this: each looks at err first. */
static void stop(struct cr_xml *xml, int err)
{
  if (xml->err || !err)
    return;
  xml->err = err;
  (void)XML_StopParser(xml->parser, XML_FALSE); /* fails when it is stopped already */
}

/* ---- limits ---- */

static int meet_name(struct cr_xml *xml, struct cr_span name)
{
  if (name.len > CR_XML_NAME_MAX)
    return CRAWLER_E_LIMIT;
  uint64_t hash = cr_hash64(name.at, name.len, xml->name_seed) | 1;
  size_t slot = (hash >> 32) % NAME_SLOTS;

  while (xml->name_hashes[slot] != 0) {
    if (xml->name_hashes[slot] == hash)
      return 0;
    slot = (slot + 1) % NAME_SLOTS;
  }
  if (xml->name_count == CR_XML_NAMES_MAX)
    return CRAWLER_E_LIMIT;
  xml->name_count++;
  xml->name_hashes[slot] = hash;
  return 0;
}

/* What is told may not be much more than what was read: entities are all that could do that, and
 * default values of attributes. */
static int count_told(struct cr_xml *xml, size_t bytes)
{
  xml->told_bytes += bytes;
  return xml->told_bytes > xml->read_bytes * GROWTH_RATIO + GROWTH_FREE ? CRAWLER_E_LIMIT : 0;
}

/* ---- what expat calls ---- */

static int meet_attributes(struct cr_xml *xml, const XML_Char *const *attributes)
{
  int err = 0;

  for (size_t i = 0; !err && attributes[i]; i += 2) {
    struct cr_span name = cr_span_text(attributes[i]);
    struct cr_span value = cr_span_text(attributes[i + 1]);
    err = count_told(xml, value.len);
    if (!err)
      err = meet_name(xml, name);
    if (!err)
      err = cr_xml_names_declare(&xml->names, xml->depth, name, value);
  }
  return err;
}

static int begin_element(struct cr_xml *xml, const XML_Char *name, const XML_Char **attributes)
{
  struct cr_xml_tag tag = { .name = cr_span_text(name), .names = &xml->names };
  tag.attributes = (const char *const *)attributes;

  if (++xml->depth > CR_XML_DEPTH_MAX)
    return CRAWLER_E_LIMIT;
  int err = meet_name(xml, tag.name);
  if (!err)
    err = meet_attributes(xml, tag.attributes);
  if (err || !xml->events.start)
    return err;

  struct cr_span prefix = cr_xml_split(&tag.name);
  tag.ns = cr_xml_names_find(&xml->names, prefix);
  return xml->events.start(xml->events.arg, &tag);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
  struct cr_xml *xml = user;

  if (!xml->err)
    stop(xml, begin_element(xml, name, attributes));
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
  struct cr_xml *xml = user;

  (void)name; /* that of the innermost element: expat has seen to it */
  if (xml->err)
    return;
  if (xml->events.end)
    stop(xml, xml->events.end(xml->events.arg));
  cr_xml_names_leave(&xml->names, xml->depth);
  xml->depth--;
}

static void tell_text(struct cr_xml *xml, const char *text, size_t bytes)
{
  if (!xml->err)
    stop(xml, count_told(xml, bytes));
  if (!xml->err && xml->events.text)
    stop(xml, xml->events.text(xml->events.arg, text, bytes));
}

static void XMLCALL on_text(void *user, const XML_Char *text, int bytes)
{
  tell_text(user, text, (size_t)bytes);
}

static void XMLCALL on_skipped(void *user, const XML_Char *name, int is_parameter_entity)
{
  if (is_parameter_entity)
    return;
  tell_text(user, "&", 1);
  tell_text(user, name, strlen(name));
  tell_text(user, ";", 1);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal_subset)
{
  struct cr_xml *xml = user;

  (void)name;
  (void)system_id; /* never fetched */
  (void)public_id;
  (void)has_internal_subset;
  xml->doctype_at = XML_GetCurrentByteIndex(xml->parser);
}

static void XMLCALL on_doctype_end(void *user)
{
  struct cr_xml *xml = user;
  xml->doctype_at = -1;
}

/* Without '&' an entity has no other one inside, so nothing multiplies and nothing recurs. value is
 * NULL for an external entity, which is never read. Parameter entities aren't expanded at all. */
/* NOLINTNEXTLINE(readability-function-size): it is expat that passes nine arguments. */
static void XMLCALL on_entity(void *user, const XML_Char *name, int is_parameter_entity,
                              const XML_Char *value, int bytes, const XML_Char *base,
                              const XML_Char *system_id, const XML_Char *public_id,
                              const XML_Char *notation)
{
  (void)name;
  (void)base;
  (void)system_id;
  (void)public_id;
  (void)notation;
  if (is_parameter_entity || !value)
    return;
  struct cr_span text = cr_span(value, (size_t)bytes);
  bool is_flat =
      text.len == 0 || (!memchr(text.at, '&', text.len) && !memchr(text.at, '<', text.len));
  if (!is_flat || text.len > CR_XML_ENTITY_MAX)
    stop(user, CRAWLER_E_LIMIT);
}

/* Expat goes through all declared attributes of an element each time that the element is met. */
static void XMLCALL on_attlist(void *user, const XML_Char *element, const XML_Char *attribute,
                               const XML_Char *type, const XML_Char *value, int is_required)
{
  struct cr_xml *xml = user;

  (void)element;
  (void)attribute;
  (void)type;
  (void)value;
  (void)is_required;
  if (++xml->attlists > CR_XML_ATTLIST_MAX)
    stop(xml, CRAWLER_E_LIMIT);
}

static int XMLCALL on_charset(void *user, const XML_Char *charset, XML_Encoding *info)
{
  struct cr_xml *xml = user;

  info->data = NULL;
  info->convert = NULL; /* all characters are of one byte */
  info->release = NULL;
  if (!xml->events.charset || !xml->events.charset(xml->events.arg, charset, info->map))
    return XML_STATUS_ERROR;
  return XML_STATUS_OK;
}

/* ---- blocks ---- */

/* Expat's own limit on expansion has no case: the limits above are reached first. */
static int error_of(enum XML_Error error)
{
  switch (error) {
  case XML_ERROR_NO_MEMORY:
    return CRAWLER_E_NOMEM;
  case XML_ERROR_UNKNOWN_ENCODING:
    return CRAWLER_E_UNSUPPORTED;
  default:
    return CRAWLER_E_FORMAT;
  }
}

/* The encoding that a byte order mark means, and its length if it is to be taken off: behind it
 * there may be white space. */
static const char *look_for_mark(const char *data, size_t bytes, size_t *taken)
{
  *taken = 0;
  if (bytes >= MARK_BYTES && memcmp(data, "\xef\xbb\xbf", MARK_BYTES) == 0) {
    *taken = MARK_BYTES;
    return "UTF-8";
  }
  if (bytes >= 2 && (memcmp(data, "\xfe\xff", 2) == 0 || memcmp(data, "\xff\xfe", 2) == 0))
    return "UTF-16";
  return NULL;
}

/* Before the first byte gets to expat. Returns how many bytes are passed over. */
static size_t begin(struct cr_xml *xml, const char *data, size_t bytes)
{
  size_t at = 0;

  if (!xml->is_marked) {
    const char *marked = look_for_mark(data, bytes, &at);
    xml->charset = marked ? marked : xml->charset;
    xml->is_marked = true;
    if (xml->charset && !XML_SetEncoding(xml->parser, xml->charset))
      stop(xml, CRAWLER_E_NOMEM);
  }
  /* In UTF-16 half of a space is a NUL. */
  bool is_wide =
      xml->charset && cr_span_starts_nocase(cr_span_text(xml->charset), CR_SPAN("utf-16"));
  while (!is_wide && at < bytes && cr_is_space(data[at]))
    at++;
  xml->is_begun = at < bytes;
  return at;
}

/* How much of what was read belongs to a token that isn't complete. */
static size_t count_pending(const struct cr_xml *xml)
{
  int64_t done = XML_GetCurrentByteIndex(xml->parser);
  return done < 0 ? 0 : (size_t)(xml->read_bytes - (uint64_t)done);
}

/* How long the next block is: as long as what expat waits for the end of, so that all reading of it
 * sums up to a few times its length. Since 2.6.0 expat wouldn't even look before that. */
static int plan_block(struct cr_xml *xml)
{
  size_t pending = count_pending(xml);
  int64_t read = (int64_t)xml->read_bytes;

  if (pending > CR_XML_TOKEN_MAX)
    return CRAWLER_E_LIMIT;
  if (xml->doctype_at >= 0 && read - xml->doctype_at > CR_XML_DOCTYPE_MAX)
    return CRAWLER_E_LIMIT;
  if (xml->block_growth < BLOCK_MOST && xml->block_growth < xml->read_bytes)
    xml->block_growth *= 2;
  xml->block_bytes = xml->block_growth > pending ? xml->block_growth : pending;
  return 0;
}

static int parse_block(struct cr_xml *xml, const char *data, size_t bytes, bool is_last)
{
  size_t skipped = xml->is_begun ? 0 : begin(xml, data, bytes);
  if (xml->err || (!xml->is_begun && !is_last))
    return xml->err;

  xml->read_bytes += bytes - skipped;
  enum XML_Status status =
      XML_Parse(xml->parser, data ? data + skipped : "", (int)(bytes - skipped), is_last);
  if (xml->err)
    return xml->err;
  if (status != XML_STATUS_OK)
    return error_of(XML_GetErrorCode(xml->parser));
  return is_last ? 0 : plan_block(xml);
}

static int parse_held(struct cr_xml *xml, bool is_last)
{
  int err = parse_block(xml, xml->held.data, xml->held.len, is_last);
  cr_buf_clear(&xml->held);
  xml->err = err;
  return err;
}

/* ---- public ---- */

int cr_xml_open(struct cr_xml **out, struct cr_mem *mem, const struct cr_xml_events *events,
                const char *charset)
{
  struct cr_xml *xml = cr_zalloc(mem, CR_MEM_PAGE, sizeof(*xml));
  XML_Parser parser = xml ? XML_ParserCreate(NULL) : NULL;
  if (!parser) {
    cr_free(mem, xml);
    return CRAWLER_E_NOMEM;
  }

  xml->mem = mem;
  xml->events = *events;
  xml->charset = charset;
  xml->parser = parser;
  xml->block_bytes = BLOCK_FIRST;
  xml->block_growth = BLOCK_FIRST;
  xml->doctype_at = -1;
  xml->name_seed = cr_random_seed();
  cr_buf_init(&xml->held, mem, CR_MEM_PAGE, CR_XML_TOKEN_MAX);
  cr_xml_names_init(&xml->names, mem);

  XML_SetUserData(parser, xml);
  XML_SetElementHandler(parser, on_start, on_end);
  XML_SetCharacterDataHandler(parser, on_text);
  XML_SetSkippedEntityHandler(parser, on_skipped);
  XML_SetDoctypeDeclHandler(parser, on_doctype, on_doctype_end);
  XML_SetEntityDeclHandler(parser, on_entity);
  XML_SetAttlistDeclHandler(parser, on_attlist);
  XML_SetUnknownEncodingHandler(parser, on_charset, xml);
  /* As if there were a DTD that isn't read: an entity that it may declare is no error. Without DTDs
   * (a build of expat) it stays one. */
  (void)XML_UseForeignDTD(parser, XML_TRUE);
  *out = xml;
  return 0;
}

int cr_xml_add(struct cr_xml *xml, const char *data, size_t bytes)
{
  while (!xml->err && bytes > 0) {
    size_t wanted = xml->block_bytes - xml->held.len;
    size_t taken = bytes < wanted ? bytes : wanted;
    bool is_whole = taken == xml->block_bytes;
    if (!is_whole)
      xml->err = cr_buf_add(&xml->held, data, taken);
    if (!xml->err && is_whole)
      xml->err = parse_block(xml, data, taken, false);
    else if (!xml->err && taken == wanted)
      xml->err = parse_held(xml, false);
    data += taken;
    bytes -= taken;
  }
  return xml->err;
}

int cr_xml_end(struct cr_xml *xml)
{
  return xml->err ? xml->err : parse_held(xml, true);
}

bool cr_xml_is_cut(const struct cr_xml *xml)
{
  return xml->err == CRAWLER_E_FORMAT && XML_GetErrorCode(xml->parser) == XML_ERROR_UNCLOSED_TOKEN;
}

void cr_xml_close(struct cr_xml *xml)
{
  if (!xml)
    return;
  XML_ParserFree(xml->parser);
  cr_buf_free(&xml->held);
  cr_xml_names_free(&xml->names);
  cr_free(xml->mem, xml);
}

struct cr_span cr_xml_attribute(const struct cr_xml_tag *tag, const char *ns, const char *name)
{
  struct cr_span wanted = cr_span_text(name);
  struct cr_span wanted_ns = cr_span_text(ns);

  for (size_t i = 0; tag->attributes[i]; i += 2) {
    struct cr_span local = cr_span_text(tag->attributes[i]);
    struct cr_span prefix = cr_xml_split(&local);
    if (!cr_span_eq(local, wanted) || (prefix.len == 0) != (wanted_ns.len == 0))
      continue;
    if (prefix.len == 0 || cr_span_eq(cr_xml_names_find(tag->names, prefix), wanted_ns))
      return cr_span_text(tag->attributes[i + 1]);
  }
  return cr_span(NULL, 0);
}

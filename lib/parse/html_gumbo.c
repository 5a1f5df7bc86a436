/* SPDX-License-Identifier: MIT */
/* html_gumbo.c - a tree from gumbo, and walking it.
 *
 * gumbo can't report a failed allocation and never stops by itself, so it runs on an allocator
 * that counts bytes and reads the clock, and leaves with longjmp when a cap is passed: all its
 * memory lies in the arena, it holds nothing else. The tree is never destroyed (that recurses),
 * the arena is; and all walks here are loops. The one file that includes gumbo's header.
 */
#include "parse/html_gumbo.h"

#include <gumbo.h>
#include <setjmp.h>

#include "base/clock.h"
#include "parse/charset.h"
#include "parse/html_node.h"
#include "parse/html_token.h"

const bool cr_parse_has_trees = true;

enum {
  ALIGNMENT = 16, /* of cr_arena_alloc */
  ALLOCATIONS_A_CHECK = 256,
  LARGE_BYTES = 256 * 1024,
  MAX_MS = 2000 /* 20 MB of ordinary pages */
};

/* Measured: pages take 14 times their size, the worst of 10,000 24 times, nastiest cases 60. */
static const size_t BYTES_PER_BYTE = 96;
static const size_t FEWEST_BYTES = (size_t)256 * 1024;
static const size_t MOST_BYTES = (size_t)256 * 1024 * 1024;

/* ---- building ---- */

struct tree_memory {
  struct cr_arena *arena;
  const struct cr_html_limits *limits;
  size_t left_bytes;
  int64_t deadline_ms;
  unsigned until_check; /* allocations */
  enum cr_parse_note note;
  jmp_buf out;
};

static void leave(struct tree_memory *memory, enum cr_parse_note note)
{
  memory->note = note;
  longjmp(memory->out, 1);
}

/* A large block is a text that has doubled, which took a while. */
static bool is_late(struct tree_memory *memory, size_t bytes)
{
  if (--memory->until_check > 0 && bytes < LARGE_BYTES)
    return false;
  memory->until_check = ALLOCATIONS_A_CHECK;
  return cr_is_given_up(memory->limits->given_up) ||
         memory->limits->clock_ms() > memory->deadline_ms;
}

/* A GumboAllocatorFunction. Doesn't return NULL, which gumbo wouldn't notice. */
static void *allocate(void *user, size_t bytes)
{
  struct tree_memory *memory = user;
  const struct cr_arena *arena = memory->arena;
  size_t cost = bytes + ALIGNMENT;

  if (bytes > SIZE_MAX - ALIGNMENT || cost > memory->left_bytes)
    leave(memory, CR_PARSE_TOO_BIG);
  if (is_late(memory, bytes))
    leave(memory, CR_PARSE_TOO_SLOW);
  void *block = cr_arena_alloc(memory->arena, bytes);
  if (!block) {
    bool is_full = arena->max_bytes != 0 && cost > arena->max_bytes - arena->used_bytes;
    leave(memory, is_full ? CR_PARSE_TOO_BIG : CR_PARSE_NO_MEMORY);
  }
  memory->left_bytes -= cost;
  return block;
}

/* A GumboDeallocatorFunction: the arena ends all at once. */
static void deallocate(void *user, void *block)
{
  (void)user;
  (void)block;
}

/* NULL: allocate has left, and says why in the note. */
static GumboOutput *parse(struct tree_memory *memory, const GumboOptions *options,
                          struct cr_span html)
{
  if (setjmp(memory->out) != 0)
    return NULL;
  return gumbo_parse_with_options(options, html.at, html.len);
}

struct cr_html_limits cr_html_limits_for(size_t html_bytes, int64_t (*clock_ms)(void))
{
  size_t bytes = html_bytes > MOST_BYTES / BYTES_PER_BYTE
                     ? MOST_BYTES
                     : html_bytes * BYTES_PER_BYTE + FEWEST_BYTES;
  return (struct cr_html_limits){ .max_bytes = bytes < MOST_BYTES ? bytes : MOST_BYTES,
                                  .max_ms = MAX_MS,
                                  .clock_ms = clock_ms ? clock_ms : cr_clock_thread_ms };
}

enum cr_parse_note cr_html_build(const struct GumboInternalOutput **tree, struct cr_arena *arena,
                                 struct cr_span html, const struct cr_html_limits *limits)
{
  struct tree_memory memory = { .arena = arena,
                                .limits = limits,
                                .left_bytes = limits->max_bytes,
                                .deadline_ms = limits->clock_ms() + limits->max_ms,
                                .until_check = ALLOCATIONS_A_CHECK,
                                .note = CR_PARSE_WHOLE };
  GumboOptions options = kGumboDefaultOptions;

  options.allocator = allocate;
  options.deallocator = deallocate;
  options.userdata = &memory;
  options.max_errors = 0; /* else 18 KB of <span> take 73 MB */
  if (html.len > MOST_BYTES)
    return CR_PARSE_TOO_BIG;
  if (html.len == 0)
    html = CR_SPAN(""); /* at must not be NULL */
  GumboOutput *output = parse(&memory, &options, html);
  if (output)
    *tree = output;
  return memory.note;
}

/* ---- nodes ---- */

static const GumboNode *node_of(const struct crawler_node *node)
{
  return (const GumboNode *)(const void *)node;
}

static const struct crawler_node *handle_of(const GumboNode *node)
{
  return (const struct crawler_node *)(const void *)node;
}

static bool is_element(const GumboNode *node)
{
  return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}

static const GumboNode *first_child(const GumboNode *node)
{
  const GumboVector *children = is_element(node) ? &node->v.element.children : NULL;
  return children && children->length > 0 ? children->data[0] : NULL;
}

static const GumboNode *parent_of(const GumboNode *node)
{
  return node->parent && is_element(node->parent) ? node->parent : NULL;
}

/* gumbo leaves index_within_parent behind when a sibling in front goes (a body for a frameset), so
 * the place is at that index or below. siblings holds node. */
static size_t index_among(const GumboVector *siblings, const GumboNode *node)
{
  size_t index = node->index_within_parent;

  if (index >= siblings->length)
    index = siblings->length - 1;
  while (index > 0 && siblings->data[index] != node)
    index--;
  return index;
}

static const GumboNode *next_sibling(const GumboNode *node)
{
  const GumboNode *parent = parent_of(node);
  if (!parent)
    return NULL;
  const GumboVector *siblings = &parent->v.element.children;
  size_t next = index_among(siblings, node) + 1;
  return next < siblings->length ? siblings->data[next] : NULL;
}

/* In document order inside top, but not into node. */
static const GumboNode *step_over(const GumboNode *node, const GumboNode *top)
{
  while (node && node != top) {
    const GumboNode *sibling = next_sibling(node);
    if (sibling)
      return sibling;
    node = parent_of(node);
  }
  return NULL;
}

static const GumboNode *step(const GumboNode *node, const GumboNode *top)
{
  const GumboNode *child = first_child(node);
  return child ? child : step_over(node, top);
}

/* In any case; one without a namespace before one with (href, xlink:href). */
static const GumboAttribute *find_attribute(const GumboNode *node, struct cr_span name)
{
  const GumboVector *attributes = &node->v.element.attributes;
  const GumboAttribute *found = NULL;

  for (unsigned i = 0; i < attributes->length; i++) {
    const GumboAttribute *attribute = attributes->data[i];
    if (!cr_span_eq_nocase(cr_span_text(attribute->name), name))
      continue;
    if (attribute->attr_namespace == GUMBO_ATTR_NAMESPACE_NONE)
      return attribute;
    if (!found)
      found = attribute;
  }
  return found;
}

/* The name inside an original tag: "<Name a=b>". */
static struct cr_span name_in_tag(const GumboStringPiece *tag)
{
  size_t len = 1;
  if (tag->length < 2)
    return CR_SPAN("");
  while (len < tag->length && !cr_is_space(tag->data[len]) && tag->data[len] != '/' &&
         tag->data[len] != '>')
    len++;
  return cr_span(tag->data + 1, len - 1);
}

static struct cr_span name_of(const GumboElement *element)
{
  if (element->tag == GUMBO_TAG_UNKNOWN)
    return name_in_tag(&element->original_tag);
  return cr_span_text(gumbo_normalized_tagname(element->tag));
}

static bool is_lower(struct cr_span name)
{
  for (size_t i = 0; i < name.len; i++)
    if (name.at[i] != cr_lower(name.at[i]) || name.at[i] == '\0')
      return false;
  return true;
}

/* Copies a tag, with its name in lower case and the standard's U+FFFD for NUL. */
static int lower_tag(GumboStringPiece *tag, struct cr_arena *arena)
{
  size_t name_bytes = name_in_tag(tag).len;
  if (tag->length > SIZE_MAX / 4)
    return CRAWLER_E_NOMEM;
  char *copy = cr_arena_bytes(arena, tag->length + 2 * name_bytes);
  size_t len = 0;

  if (!copy)
    return CRAWLER_E_NOMEM;
  for (size_t i = 0; i <= name_bytes; i++) {
    if (tag->data[i] == '\0')
      len += cr_charset_put(0xfffd, copy + len);
    else
      copy[len++] = cr_lower(tag->data[i]);
  }
  memcpy(copy + len, tag->data + 1 + name_bytes, tag->length - 1 - name_bytes);
  tag->data = copy;
  tag->length += len - 1 - name_bytes;
  return 0;
}

int cr_html_name_elements(const struct GumboInternalOutput *tree, struct cr_arena *arena)
{
  for (const GumboNode *node = tree->root; node; node = step(node, tree->root)) {
    if (!is_element(node) || node->v.element.tag != GUMBO_TAG_UNKNOWN ||
        is_lower(name_of(&node->v.element)))
      continue;
    /* node is const for callers; the tree is ours, found again through its parent. */
    const GumboNode *parent = parent_of(node);
    const GumboVector *siblings = parent ? &parent->v.element.children : NULL;
    GumboNode *ours = siblings ? siblings->data[index_among(siblings, node)] : NULL;
    if (ours && lower_tag(&ours->v.element.original_tag, arena) < 0)
      return CRAWLER_E_NOMEM;
  }
  return 0;
}

const struct crawler_node *cr_html_root(const struct GumboInternalOutput *tree)
{
  return handle_of(tree->root);
}

const struct crawler_node *cr_html_parent(const struct crawler_node *node)
{
  return handle_of(parent_of(node_of(node)));
}

const struct crawler_node *cr_html_first_child(const struct crawler_node *node)
{
  return handle_of(first_child(node_of(node)));
}

const struct crawler_node *cr_html_next_sibling(const struct crawler_node *node)
{
  return handle_of(next_sibling(node_of(node)));
}

const struct crawler_node *cr_html_walk(const struct crawler_node *node,
                                        const struct crawler_node *top)
{
  return handle_of(step(node_of(node), node_of(top)));
}

const char *cr_html_tag(const struct crawler_node *node, size_t *bytes)
{
  if (!is_element(node_of(node)))
    return NULL;
  struct cr_span name = name_of(&node_of(node)->v.element);
  if (bytes)
    *bytes = name.len;
  return name.at;
}

enum cr_html_space cr_html_space(const struct crawler_node *node)
{
  switch (is_element(node_of(node)) ? node_of(node)->v.element.tag_namespace
                                    : GUMBO_NAMESPACE_HTML) {
  case GUMBO_NAMESPACE_SVG:
    return CR_HTML_SVG;
  case GUMBO_NAMESPACE_MATHML:
    return CR_HTML_MATH;
  default:
    return CR_HTML_HTML;
  }
}

const char *cr_html_text(const struct crawler_node *node)
{
  const GumboNode *inside = node_of(node);
  bool is_text = inside->type == GUMBO_NODE_TEXT || inside->type == GUMBO_NODE_CDATA ||
                 inside->type == GUMBO_NODE_WHITESPACE;
  return is_text ? inside->v.text.text : NULL;
}

const char *cr_html_comment(const struct crawler_node *node)
{
  const GumboNode *inside = node_of(node);
  return inside->type == GUMBO_NODE_COMMENT ? inside->v.text.text : NULL;
}

const char *cr_html_system_id(const struct GumboInternalOutput *tree)
{
  const GumboDocument *document = &tree->document->v.document;
  return document->has_doctype ? document->system_identifier : "";
}

const char *cr_html_attr(const struct crawler_node *node, const char *name)
{
  if (!is_element(node_of(node)))
    return NULL;
  const GumboAttribute *attribute = find_attribute(node_of(node), cr_span_text(name));
  return attribute ? attribute->value : NULL;
}

/* As written: of control characters gumbo makes others. What it says of where that begins is wrong
 * where a reference does, so it is looked for behind the name. It may have nothing written: then
 * its value is what one reference stands for, or nothing. */
static struct cr_span value_of(const GumboAttribute *attribute)
{
  const GumboStringPiece *name = &attribute->original_name;
  const GumboStringPiece *value = &attribute->original_value;

  if (value->length == 0 || value->data == name->data) /* or without "=" */
    return cr_span_text(attribute->value);
  const char *end = value->data + value->length;
  const char *at = cr_skip_spaces(name->data + name->length, end);
  if (at < end && *at == '=')
    at = cr_skip_spaces(at + 1, end);
  bool is_quoted = end - at >= 2 && (*at == '"' || *at == '\'');
  return is_quoted ? cr_span(at + 1, (size_t)(end - at) - 2) : cr_span(at, (size_t)(end - at));
}

unsigned cr_html_attributes(const struct crawler_node *node, struct cr_html_attribute *out,
                            unsigned most)
{
  if (!is_element(node_of(node)))
    return 0;
  const GumboVector *attributes = &node_of(node)->v.element.attributes;
  unsigned count = attributes->length < most ? attributes->length : most;

  for (unsigned i = 0; i < count; i++) {
    const GumboAttribute *attribute = attributes->data[i];
    bool is_xlink = attribute->attr_namespace == GUMBO_ATTR_NAMESPACE_XLINK &&
                    strcmp(attribute->name, "href") == 0;
    out[i].name = is_xlink ? CR_SPAN("xlink:href") : cr_span_text(attribute->name);
    out[i].value = value_of(attribute);
  }
  return count;
}

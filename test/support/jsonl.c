/* SPDX-License-Identifier: MIT */
/* jsonl.c - test data as JSON Lines: one JSON value a line.
 *
 * RFC 8259, without recursion: the value being read knows its parent. Lenient where it doesn't
 * matter for data of our own (control characters in strings, the exact syntax of numbers).
 */
#include "support/jsonl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/file.h"

enum { CHUNK_BYTES = 64 * 1024, REPLACEMENT = 0xfffd };

static void reject(const struct cr_jsonl *lines, const char *why)
{
  fail_msg("%s line %zu: %s", lines->path, lines->line, why);
}

static void skip_space(struct cr_jsonl *lines)
{
  while (*lines->at == ' ' || *lines->at == '\t' || *lines->at == '\r')
    lines->at++;
}

static bool skip_char(struct cr_jsonl *lines, char c)
{
  skip_space(lines);
  if (*lines->at != c)
    return false;
  lines->at++;
  return true;
}

static bool skip_word(struct cr_jsonl *lines, const char *word)
{
  size_t len = strlen(word);
  if (strncmp(lines->at, word, len) != 0)
    return false;
  lines->at += len;
  return true;
}

static uint32_t read_hex4(struct cr_jsonl *lines)
{
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = cr_hex_value(*lines->at);
    if (digit < 0)
      reject(lines, "four hexadecimal digits wanted");
    value = value * 16 + (uint32_t)digit;
    lines->at++;
  }
  return value;
}

/* What follows \u; looks at the next escape too when this is the first half of a pair. */
static uint32_t read_code_point(struct cr_jsonl *lines)
{
  uint32_t first = read_hex4(lines);
  if (first < 0xd800 || first > 0xdfff)
    return first;
  if (first > 0xdbff || lines->at[0] != '\\' || lines->at[1] != 'u')
    return REPLACEMENT;

  const char *escape = lines->at;
  lines->at += 2;
  uint32_t second = read_hex4(lines);
  if (second >= 0xdc00 && second <= 0xdfff)
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  lines->at = escape; /* a character of its own */
  return REPLACEMENT;
}

static char *put_utf8(char *to, uint32_t c)
{
  if (c < 0x80) {
    *to++ = (char)c;
    return to;
  }
  if (c < 0x800) {
    *to++ = (char)(0xc0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      *to++ = (char)(0xe0 | (c >> 12));
    } else {
      *to++ = (char)(0xf0 | (c >> 18));
      *to++ = (char)(0x80 | ((c >> 12) & 0x3f));
    }
    *to++ = (char)(0x80 | ((c >> 6) & 0x3f));
  }
  *to++ = (char)(0x80 | (c & 0x3f));
  return to;
}

static char *put_escape(struct cr_jsonl *lines, char *to)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";

  char letter = *lines->at++;
  if (letter == 'u')
    return put_utf8(to, read_code_point(lines));
  const char *found = letter ? strchr(letters, letter) : NULL;
  if (!found)
    reject(lines, "unknown escape");
  else
    *to++ = values[found - letters];
  return to;
}

/* How many bytes the string takes at most: an escape never gets longer. */
static size_t measure(struct cr_jsonl *lines)
{
  const char *p = lines->at;
  while (*p != '"') {
    if (*p == '\\')
      p++;
    if (*p == '\n' || *p == '\0')
      reject(lines, "a string doesn't end");
    p++;
  }
  return (size_t)(p - lines->at);
}

/* at: behind the opening quote. */
static struct cr_span read_string(struct cr_jsonl *lines)
{
  char *text = cr_arena_bytes(&lines->arena, measure(lines) + 1);
  assert_non_null(text);
  char *to = text;

  while (*lines->at != '"') {
    if (*lines->at == '\\') {
      lines->at++;
      to = put_escape(lines, to);
    } else {
      *to++ = *lines->at++;
    }
  }
  lines->at++;
  *to = '\0';
  return cr_span(text, (size_t)(to - text));
}

static void read_number(struct cr_jsonl *lines, struct cr_json *value)
{
  char *end = NULL;
  value->type = CR_JSON_NUMBER;
  value->number = strtod(lines->at, &end);
  if (end == lines->at)
    reject(lines, "no JSON value");
  lines->at = end;
}

/* All of a scalar, the opening bracket of the rest. */
static void read_value(struct cr_jsonl *lines, struct cr_json *value)
{
  if (skip_char(lines, '{')) {
    value->type = CR_JSON_OBJECT;
  } else if (skip_char(lines, '[')) {
    value->type = CR_JSON_ARRAY;
  } else if (skip_char(lines, '"')) {
    value->type = CR_JSON_STRING;
    value->text = read_string(lines);
  } else if (skip_word(lines, "true")) {
    value->type = CR_JSON_BOOL;
    value->truth = true;
  } else if (skip_word(lines, "false")) {
    value->type = CR_JSON_BOOL;
  } else if (skip_word(lines, "null")) {
    value->type = CR_JSON_NULL;
  } else {
    read_number(lines, value);
  }
}

static struct cr_json *make_value(struct cr_jsonl *lines, struct cr_json *parent)
{
  struct cr_json *value = cr_arena_zalloc(&lines->arena, sizeof(*value));
  assert_non_null(value);
  value->parent = parent;
  if (parent && parent->type == CR_JSON_OBJECT) {
    if (!skip_char(lines, '"'))
      reject(lines, "a member's name wanted");
    value->key = read_string(lines);
    if (!skip_char(lines, ':'))
      reject(lines, "':' wanted");
  }
  read_value(lines, value);
  return value;
}

static bool is_closed(struct cr_jsonl *lines, const struct cr_json *value)
{
  return skip_char(lines, value->type == CR_JSON_OBJECT ? '}' : ']');
}

static bool has_children(const struct cr_json *value)
{
  return value->type == CR_JSON_ARRAY || value->type == CR_JSON_OBJECT;
}

static struct cr_json *parse(struct cr_jsonl *lines)
{
  struct cr_json *value = make_value(lines, NULL);

  for (;;) {
    if (has_children(value) && !value->child && !is_closed(lines, value)) {
      value->child = make_value(lines, value);
      value = value->child;
      continue;
    }
    while (value->parent && is_closed(lines, value->parent))
      value = value->parent;
    if (!value->parent)
      return value;
    if (!skip_char(lines, ','))
      reject(lines, "',' or a closing bracket wanted");
    value->next = make_value(lines, value->parent);
    value = value->next;
  }
}

static void begin(struct cr_jsonl *lines, const char *path)
{
  cr_mem_init(&lines->mem, NULL, NULL, NULL, NULL);
  cr_arena_init(&lines->arena, &lines->mem, CR_MEM_CORE, CHUNK_BYTES, 0);
  lines->path = path;
  lines->line = 0;
}

void cr_jsonl_open(struct cr_jsonl *lines, const char *path)
{
  size_t len = 0;

  begin(lines, path);
  lines->data = cr_test_file_read(&lines->mem, path, &len);
  lines->at = lines->data;
  lines->end = lines->data + len;
}

void cr_jsonl_open_text(struct cr_jsonl *lines, const char *text, size_t bytes)
{
  begin(lines, "lines in memory");
  lines->data = cr_strndup(&lines->mem, CR_MEM_CORE, text, bytes);
  assert_non_null(lines->data);
  lines->at = lines->data;
  lines->end = lines->data + bytes;
}

const struct cr_json *cr_jsonl_next(struct cr_jsonl *lines)
{
  cr_arena_reset(&lines->arena);
  for (;;) {
    if (lines->at == lines->end)
      return NULL;
    lines->line++;
    skip_space(lines);
    if (*lines->at != '\n')
      break;
    lines->at++;
  }

  struct cr_json *value = parse(lines);
  if (!skip_char(lines, '\n') && lines->at != lines->end)
    reject(lines, "something follows the value");
  return value;
}

void cr_jsonl_close(struct cr_jsonl *lines)
{
  cr_arena_free(&lines->arena);
  cr_free(&lines->mem, lines->data);
  lines->data = NULL;
}

const struct cr_json *cr_json_get(const struct cr_json *object, const char *key)
{
  if (!object || object->type != CR_JSON_OBJECT)
    return NULL;
  for (const struct cr_json *member = object->child; member; member = member->next)
    if (cr_span_eq(member->key, cr_span_text(key)))
      return member;
  return NULL;
}

bool cr_json_has(const struct cr_json *object, const char *key)
{
  const struct cr_json *member = cr_json_get(object, key);
  return member && member->type != CR_JSON_NULL;
}

const char *cr_json_text(const struct cr_json *object, const char *key)
{
  return cr_json_span(object, key).at;
}

struct cr_span cr_json_span(const struct cr_json *object, const char *key)
{
  const struct cr_json *member = cr_json_get(object, key);
  return member && member->type == CR_JSON_STRING ? member->text : cr_span(NULL, 0);
}

static uint32_t base64_value(const struct cr_jsonl *lines, char c)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  const char *found = c ? strchr(digits, c) : NULL;
  if (!found)
    reject(lines, "no base64");
  return found ? (uint32_t)(found - digits) : 0;
}

static struct cr_span decode_base64(struct cr_jsonl *lines, struct cr_span text)
{
  char *bytes = cr_arena_bytes(&lines->arena, text.len / 4 * 3 + 4);
  size_t len = 0;
  uint32_t bits = 0;

  assert_non_null(bytes);
  while (text.len > 0 && text.at[text.len - 1] == '=')
    text.len--;
  for (size_t i = 0; i < text.len; i++) {
    bits = (bits << 6) | base64_value(lines, text.at[i]);
    if (i % 4 != 0) /* the first digit of four completes no byte */
      bytes[len++] = (char)(bits >> (6 - 2 * (i % 4)));
  }
  bytes[len] = '\0';
  return cr_span(bytes, len);
}

struct cr_span cr_json_bytes(struct cr_jsonl *lines, const struct cr_json *object, const char *key)
{
  size_t len = strlen(key);
  struct cr_span plain = cr_json_span(object, key);
  if (plain.at)
    return plain;
  char *coded = cr_arena_bytes(&lines->arena, len + sizeof("_b64"));
  assert_non_null(coded);
  memcpy(coded, key, len);
  memcpy(coded + len, "_b64", sizeof("_b64"));
  struct cr_span text = cr_json_span(object, len > 0 ? coded : "b64");
  return text.at ? decode_base64(lines, text) : text;
}

int64_t cr_json_int(const struct cr_json *object, const char *key, int64_t otherwise)
{
  const struct cr_json *member = cr_json_get(object, key);
  return member && member->type == CR_JSON_NUMBER ? (int64_t)member->number : otherwise;
}

bool cr_json_bool(const struct cr_json *object, const char *key, bool otherwise)
{
  const struct cr_json *member = cr_json_get(object, key);
  return member && member->type == CR_JSON_BOOL ? member->truth : otherwise;
}

size_t cr_json_len(const struct cr_json *value)
{
  size_t len = 0;
  if (!value)
    return 0;
  for (const struct cr_json *child = value->child; child; child = child->next)
    len++;
  return len;
}

const struct cr_json *cr_json_at(const struct cr_json *value, size_t index)
{
  const struct cr_json *child = value ? value->child : NULL;
  while (child && index > 0) {
    child = child->next;
    index--;
  }
  return child;
}

/* SPDX-License-Identifier: MIT */
/* jsonl.h - test data as JSON Lines: one JSON value a line.
 *
 *   struct cr_jsonl lines;
 *   const struct cr_json *row;
 *   cr_jsonl_open(&lines, "url/urltestdata.jsonl");
 *   while ((row = cr_jsonl_next(&lines)))
 *     check(cr_json_text(row, "input"), cr_json_text(row, "base"));
 *   cr_jsonl_close(&lines);
 *
 * A file that can't be read or isn't JSON fails the running test, with its line.
 */
#ifndef CR_TEST_JSONL_H
#define CR_TEST_JSONL_H

#include "base/arena.h"
#include "base/str.h"

enum cr_json_type {
  CR_JSON_NULL,
  CR_JSON_BOOL,
  CR_JSON_NUMBER,
  CR_JSON_STRING,
  CR_JSON_ARRAY,
  CR_JSON_OBJECT
};

struct cr_json {
  enum cr_json_type type;
  bool truth;
  double number;
  struct cr_span key;    /* of an object's member; NUL-terminated; else at is NULL */
  struct cr_span text;   /* a string: UTF-8, NUL-terminated; \ud83d\ude00 is one character, a
                            surrogate without its other half is U+FFFD */
  struct cr_json *child; /* first element of an array, first member of an object */
  struct cr_json *next;  /* the following element or member */
  struct cr_json *parent;
};

struct cr_jsonl {
  struct cr_mem mem;
  struct cr_arena arena; /* the tree of the current line */
  const char *path;      /* the caller's */
  size_t line;           /* number of the current line, from 1 */
  char *data;            /* the whole file */
  const char *at;
  const char *end;
};

/* path: as for cr_test_file_read; must stay until close. */
void cr_jsonl_open(struct cr_jsonl *lines, const char *path);
/* The same for lines in memory, which are copied. */
void cr_jsonl_open_text(struct cr_jsonl *lines, const char *text, size_t bytes);
/* The next line that isn't blank, valid until the following call. NULL: the end. */
const struct cr_json *cr_jsonl_next(struct cr_jsonl *lines);
void cr_jsonl_close(struct cr_jsonl *lines);

/* The member of that name; NULL: none, or object is NULL or no object. The first one wins. */
const struct cr_json *cr_json_get(const struct cr_json *object, const char *key);
bool cr_json_has(const struct cr_json *object, const char *key); /* there and not null */
/* NULL: absent, or no string (null for example). */
const char *cr_json_text(const struct cr_json *object, const char *key);
/* For strings with NULs inside; at is NULL where cr_json_text gives NULL. */
struct cr_span cr_json_span(const struct cr_json *object, const char *key);
/* As is, from member KEY; or else decoded from base64, from member KEY_b64; key "": from "b64".
 * at is NULL: neither is there. */
struct cr_span cr_json_bytes(struct cr_jsonl *lines, const struct cr_json *object, const char *key);
/* otherwise: absent, or of another type. */
int64_t cr_json_int(const struct cr_json *object, const char *key, int64_t otherwise);
bool cr_json_bool(const struct cr_json *object, const char *key, bool otherwise);
/* Elements of an array or members of an object; 0 for all else and NULL. */
size_t cr_json_len(const struct cr_json *value);
/* NULL: index is beyond the end. */
const struct cr_json *cr_json_at(const struct cr_json *value, size_t index);

#endif

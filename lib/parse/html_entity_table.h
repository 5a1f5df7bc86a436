/* SPDX-License-Identifier: MIT */
/* html_entity_table.h - the format of the generated html_entity_table.c.
 *
 * A hash table with open addressing, of offsets in a pool. An entry there is a byte with both
 * lengths, the name without '&' and ';', and the text that it stands for, as UTF-8.
 */
#ifndef CR_PARSE_HTML_ENTITY_TABLE_H
#define CR_PARSE_HTML_ENTITY_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
  CR_ENTITY_NAME_MAX = 31, /* bytes */
  CR_ENTITY_BARE_MIN = 2,  /* of the names that may be without ';' */
  CR_ENTITY_BARE_MAX = 6,
  CR_ENTITY_SLOTS = 4096,
  CR_ENTITY_OFFSET = 0x7fff, /* of a slot */
  CR_ENTITY_BARE = 0x8000    /* the same: the name may be without ';' */
};

extern const uint16_t cr_entity_slots[CR_ENTITY_SLOTS]; /* 0: empty */
/* Eight bytes can be read from any byte of an entry on. */
extern const uint8_t cr_entity_pool[];

/* Takes a name, eight bytes at a time, the first one lowest, zeros behind the last. What it
 * multiplies with is 2^64 over the golden ratio, so that the upper bits depend on all of them. */
static inline uint64_t cr_entity_hash(uint64_t hash, uint64_t eight)
{
  return (hash ^ eight) * 0x9e3779b97f4a7c15u;
}

/* The slot to begin with. */
static inline uint32_t cr_entity_home(uint64_t hash)
{
  return (uint32_t)(hash >> 52);
}

static inline size_t cr_entity_name_len(const uint8_t *entry)
{
  return entry[0] & 0x1f;
}

static inline const uint8_t *cr_entity_text(const uint8_t *entry)
{
  return entry + 1 + cr_entity_name_len(entry);
}

static inline size_t cr_entity_text_len(const uint8_t *entry)
{
  return entry[0] >> 5;
}

#endif

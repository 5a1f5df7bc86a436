/* SPDX-License-Identifier: MIT */
/* html_decode.c - what a piece of HTML says: character references, line ends, NUL.
 *
 * The HTML standard, sections 13.2.3.5 (line ends), 13.2.5.72 to 80 (references) and 13.5 (names).
 * What is written takes at most three times the room of what is read: 3 bytes
 * for a NUL; at most 4 for a number, which has 3 at the least ("&#0"); at most 6 for a name, which
 * has 3 with its '&'. Pure, no allocation; bounded look-ahead but for digits, which are read once.
 */
#include "parse/html_decode.h"

#include "parse/charset.h"
#include "parse/html_entity_table.h"

enum { LAST_CODE = 0x10ffff, REPLACEMENT = 0xfffd };

/* ---- eight bytes at a time ---- */

enum { WORD = sizeof(uint64_t) };
static const uint64_t ones = 0x0101010101010101u;

/* The first byte in memory is the lowest of the word. */
static uint64_t load(const void *at)
{
  uint64_t word = 0;

  memcpy(&word, at, WORD);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* The highest bit of each byte that is c, and maybe of bytes above the first of these. */
static uint64_t marks_of(uint64_t word, char c)
{
  uint64_t differs = word ^ ones * (uint8_t)c;
  return (differs - ones) & ~differs & (ones << 7);
}

static size_t first_marked(uint64_t marks)
{
  return (size_t)__builtin_ctzll(marks) / 8;
}

static uint64_t first_bytes(uint64_t word, size_t bytes)
{
  return bytes < WORD ? word & (((uint64_t)1 << 8 * bytes) - 1) : word;
}

/* ---- plain text ---- */

static bool is_plain_byte(char c)
{
  return c != '&' && c != '\r' && c != '\0';
}

static uint64_t marks_of_others(const char *at)
{
  uint64_t word = load(at);
  return marks_of(word, '&') | marks_of(word, '\r') | marks_of(word, '\0');
}

bool cr_html_is_plain(struct cr_span raw)
{
  size_t at = 0;

  for (; at + WORD <= raw.len; at += WORD)
    if (marks_of_others(raw.at + at))
      return false;
  if (at > 0) /* the last word again, as far as it was seen */
    return !marks_of_others(raw.at + raw.len - WORD);
  while (at < raw.len && is_plain_byte(raw.at[at]))
    at++;
  return at == raw.len;
}

/* Copies up to the first byte that isn't plain; returns how many. Whole words are written, of which
 * the end is written again later: where a word can be read there is room for one. */
static size_t copy_plain(struct cr_span raw, char *out)
{
  size_t at = 0;

  while (at + WORD <= raw.len) {
    memcpy(out + at, raw.at + at, WORD);
    uint64_t marks = marks_of_others(raw.at + at);
    if (marks)
      return at + first_marked(marks);
    at += WORD;
    if (at < raw.len && at + WORD > raw.len)
      at = raw.len - WORD; /* the last word again, as far as it was copied */
  }
  for (; at < raw.len && is_plain_byte(raw.at[at]); at++)
    out[at] = raw.at[at];
  return at;
}

/* ---- numbers; from here on `rest` is what stands behind '&' ---- */

struct reference {
  size_t taken; /* of rest; 0: no reference, the '&' is text */
  size_t written;
};

static const struct reference none = { 0, 0 };

/* Section 13.2.5.80. Its table of what stands where Unicode has controls is windows-1252. */
static uint32_t code_meant(uint32_t number)
{
  bool is_surrogate = number >= 0xd800 && number < 0xe000;

  if (number >= 0x80 && number < 0xa0)
    return cr_charset_tables[cr_charset_find(CR_SPAN("windows-1252"))->which][number - 0x80];
  return number == 0 || number > LAST_CODE || is_surrogate ? REPLACEMENT : number;
}

static struct reference decode_number(struct cr_span rest, char *out)
{
  bool is_hex = rest.len > 1 && cr_lower(rest.at[1]) == 'x';
  int base = is_hex ? 16 : 10;
  size_t first = is_hex ? 2 : 1;
  size_t at = first;
  uint32_t number = 0;

  for (; at < rest.len; at++) {
    int digit = cr_hex_value(rest.at[at]);
    if (digit < 0 || digit >= base)
      break;
    if (number <= LAST_CODE) /* beyond it no digit matters any more */
      number = number * (uint32_t)base + (uint32_t)digit;
  }
  if (at == first)
    return none;
  at += at < rest.len && rest.at[at] == ';' ? 1 : 0;
  return (struct reference){ at, cr_charset_put(code_meant(number), out) };
}

/* ---- names ---- */

/* Letters and digits as words, zeros behind the last. */
struct name {
  uint64_t words[(CR_ENTITY_NAME_MAX + 1) / WORD];
  size_t len; /* CR_ENTITY_NAME_MAX + 1 stands for all that is longer than any name */
};

static struct name read_name(struct cr_span rest)
{
  struct name name = { { 0 }, 0 };

  while (name.len < rest.len && name.len <= CR_ENTITY_NAME_MAX) {
    char c = rest.at[name.len];
    if (!cr_is_alpha(c) && !cr_is_digit(c))
      break;
    name.words[name.len / WORD] |= (uint64_t)(uint8_t)c << 8 * (name.len % WORD);
    name.len++;
  }
  return name;
}

static bool is_named(const uint8_t *entry, const struct name *name)
{
  if (cr_entity_name_len(entry) != name->len)
    return false;
  for (size_t at = 0; at < name->len; at += WORD)
    if (first_bytes(load(entry + 1 + at), name->len - at) != name->words[at / WORD])
      return false;
  return true;
}

/* NULL: there is none of that name, or none that may be without ';'. */
static const uint8_t *find(const struct name *name, bool is_closed)
{
  uint64_t hash = 0;

  for (size_t at = 0; at < name->len; at += WORD)
    hash = cr_entity_hash(hash, name->words[at / WORD]);
  for (uint32_t at = cr_entity_home(hash); cr_entity_slots[at]; at = (at + 1) % CR_ENTITY_SLOTS) {
    const uint8_t *entry = cr_entity_pool + (cr_entity_slots[at] & CR_ENTITY_OFFSET);
    if (is_named(entry, name))
      return is_closed || cr_entity_slots[at] & CR_ENTITY_BARE ? entry : NULL;
  }
  return NULL;
}

/* Most references, in few steps: the name and its ';' are in the next eight bytes. *taken, which
 * the next step waits for, comes from them and not from the table. */
static const uint8_t *find_short(struct cr_span rest, size_t *taken)
{
  uint64_t word = rest.len < WORD ? 0 : load(rest.at);
  uint64_t marks = marks_of(word, ';');

  if (!marks)
    return NULL;
  size_t len = first_marked(marks);
  struct name name = { { first_bytes(word, len) }, len };
  *taken = len + 1;
  return find(&name, true);
}

/* Cuts the letters down to the longest name that they begin with. Only one without ';' can be
 * shorter than all of them: those with it end where they do. */
static const uint8_t *find_prefix(struct name *name)
{
  if (name->len > CR_ENTITY_BARE_MAX)
    name->len = CR_ENTITY_BARE_MAX;
  for (; name->len >= CR_ENTITY_BARE_MIN; name->len--) {
    name->words[0] = first_bytes(name->words[0], name->len);
    const uint8_t *entry = find(name, false);
    if (entry)
      return entry;
  }
  return NULL;
}

static const uint8_t *find_any(struct cr_span rest, enum cr_html_context context, size_t *taken)
{
  struct name name = read_name(rest);
  char behind = name.len < rest.len ? rest.at[name.len] : '\0';
  const uint8_t *entry = behind == ';' ? find(&name, true) : NULL;

  *taken = name.len + 1;
  if (entry)
    return entry;
  if (context != CR_HTML_IN_ATTRIBUTE)
    entry = find_prefix(&name);
  else if (behind != '=') /* the whole: behind a shorter name a letter or digit follows */
    entry = find(&name, false);
  *taken = name.len;
  return entry;
}

static struct reference decode_name(struct cr_span rest, enum cr_html_context context, char *out)
{
  size_t taken = 0;
  const uint8_t *entry = find_short(rest, &taken);

  if (!entry)
    entry = find_any(rest, context, &taken);
  if (!entry)
    return none;
  memcpy(out, cr_entity_text(entry), WORD); /* '&' and two letters have room for nine bytes */
  return (struct reference){ taken, cr_entity_text_len(entry) };
}

/* ---- all of it ---- */

static struct reference decode_reference(struct cr_span rest, enum cr_html_context context,
                                         char *out)
{
  if (rest.len == 0)
    return none;
  if (rest.at[0] == '#')
    return decode_number(rest, out);
  return cr_is_alpha(rest.at[0]) ? decode_name(rest, context, out) : none;
}

size_t cr_html_decode(struct cr_span raw, enum cr_html_context context, char *out)
{
  size_t at = 0;
  size_t len = 0;

  while (at < raw.len) {
    size_t plain = copy_plain(cr_span(raw.at + at, raw.len - at), out + len);
    at += plain;
    len += plain;
    if (at == raw.len)
      break;
    char c = raw.at[at++];
    struct cr_span rest = cr_span(raw.at + at, raw.len - at);
    if (c == '&') {
      struct reference ref = decode_reference(rest, context, out + len);
      at += ref.taken;
      len += ref.written;
      if (ref.taken == 0)
        out[len++] = '&';
    } else if (c == '\r') {
      at += rest.len > 0 && rest.at[0] == '\n' ? 1 : 0;
      out[len++] = '\n';
    } else if (context != CR_HTML_IN_BODY) {
      len += cr_charset_put(REPLACEMENT, out + len);
    }
  }
  return len;
}

/* SPDX-License-Identifier: MIT */
/* idna.c - international domain names to ASCII, as the URL standard asks.
 *
 * UTS46 ToASCII (https://www.unicode.org/reports/tr46/): nontransitional, CheckBidi and
 * CheckJoiners on; CheckHyphens, UseSTD3ASCIIRules and VerifyDnsLength off. Tables: idna_table.c;
 * NFC: utf8proc on buffers of ours, so a character newer than its Unicode stays as it stands.
 * Nothing is allocated but what out grows by. Input is untrusted; CR_HOST_MAX_CHARS bounds it all.
 */
#include <utf8proc.h>

#include "crawl/crawler.h"
#include "url/idna_table.h"
#include "url/url.h"
#include "url/url_host.h"

enum { TEXT_MAX = 4 * CR_HOST_MAX_CHARS, PREFIX = 4 /* "xn--" */ };
enum { ZWNJ = 0x200c, ZWJ = 0x200d };

#define BIDI(class) (1u << (class)) /* a set of classes as bits */

struct domain {
  int32_t at[CR_HOST_MAX_CHARS];
  size_t count;
};

/* ---- what is known about a code point ---- */

/* The last run of code's plane that doesn't start behind it; a plane's first starts with it. */
static size_t find_run(const uint16_t *planes, const uint16_t *firsts, uint32_t code)
{
  size_t low = planes[code >> 16];
  size_t count = planes[(code >> 16) + 1];

  while (count - low > 1) {
    size_t middle = low + (count - low) / 2;
    if (firsts[middle] <= (code & 0xffff))
      low = middle;
    else
      count = middle;
  }
  return low;
}

static unsigned mapping(uint32_t code)
{
  return cr_idna_map_values[find_run(cr_idna_map_planes, cr_idna_map_firsts, code)];
}

static unsigned properties(int32_t code)
{
  return cr_idna_prop_values[find_run(cr_idna_prop_planes, cr_idna_prop_firsts, (uint32_t)code)];
}

static enum cr_idna_bidi bidi(int32_t code)
{
  return (enum cr_idna_bidi)(properties(code) & 7);
}

static enum cr_idna_joining joining(int32_t code)
{
  return (enum cr_idna_joining)(properties(code) >> 3 & 7);
}

/* ---- mapping and normalisation (UTS46 section 4, steps 1 and 2) ---- */

struct text {
  char at[TEXT_MAX];
  size_t len;
};

static bool add_code(struct text *to, uint32_t code)
{
  if (TEXT_MAX - to->len < 4)
    return false;
  to->len += cr_utf8_put(to->at + to->len, code);
  return true;
}

static bool add_mapped(struct text *to, uint32_t code)
{
  unsigned becomes = mapping(code);
  const uint8_t *entry;

  switch (becomes) {
  case CR_IDNA_IGNORED:
    return true;
  case CR_IDNA_VALID:
  case CR_IDNA_DISALLOWED: /* is found when labels are checked */
    return add_code(to, code);
  default:
    if (becomes < CR_IDNA_TEXTS || becomes >= CR_IDNA_TEXTS_END)
      return add_code(to, becomes);
    entry = cr_idna_pool + (becomes - CR_IDNA_TEXTS);
    if (TEXT_MAX - to->len < entry[0])
      return false;
    memcpy(to->at + to->len, entry + 1, entry[0]);
    to->len += entry[0];
    return true;
  }
}

/* False: there are too many of them. */
static bool normalize(const struct text *from, struct domain *to)
{
  const utf8proc_option_t nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
  const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)from->at;
  utf8proc_ssize_t len = (utf8proc_ssize_t)from->len;
  utf8proc_ssize_t count = utf8proc_decompose(text, len, to->at, CR_HOST_MAX_CHARS, nfc);

  if (count < 0 || count > CR_HOST_MAX_CHARS)
    return false;
  count = utf8proc_normalize_utf32(to->at, count, nfc);
  to->count = count < 0 ? 0 : (size_t)count;
  return count >= 0;
}

static int map(struct cr_span domain, struct domain *to)
{
  struct text text = { .len = 0 };
  const char *end = domain.at + domain.len;

  while (domain.at < end)
    if (!add_mapped(&text, cr_utf8_next(&domain.at, end)))
      return CRAWLER_E_LIMIT;
  return normalize(&text, to) ? 0 : CRAWLER_E_LIMIT;
}

/* ---- labels (steps 3 and 4) ---- */

/* The label that begins at index at. */
static struct cr_codes label_at(const struct domain *domain, size_t at)
{
  size_t end = at;

  while (end < domain->count && domain->at[end] != '.')
    end++;
  return (struct cr_codes){ .at = domain->at + at, .count = end - at };
}

static bool is_ascii(struct cr_codes label)
{
  for (size_t i = 0; i < label.count; i++)
    if (label.at[i] >= 0x80)
      return false;
  return true;
}

static bool has_prefix(struct cr_codes label)
{
  return label.count >= PREFIX && label.at[0] == 'x' && label.at[1] == 'n' && label.at[2] == '-' &&
         label.at[3] == '-';
}

static bool is_nfc(struct cr_codes label)
{
  struct text text = { .len = 0 };
  struct domain same;

  for (size_t i = 0; i < label.count; i++)
    if (!add_code(&text, (uint32_t)label.at[i]))
      return false;
  return normalize(&text, &same) && same.count == label.count &&
         memcmp(same.at, label.at, label.count * sizeof(label.at[0])) == 0;
}

/* Appends the code points that "xn--..." stands for; it must be what ToASCII makes of them. */
static int decode_label(struct cr_codes label, struct domain *to)
{
  char ascii[CR_HOST_MAX_CHARS];
  struct cr_codes decoded = { .at = to->at + to->count };
  size_t len = label.count - PREFIX;

  if (!is_ascii(label))
    return CRAWLER_E_URL;
  for (size_t i = 0; i < len; i++)
    ascii[i] = (char)label.at[PREFIX + i];
  if (!cr_punycode_decode(cr_span(ascii, len), to->at + to->count, CR_HOST_MAX_CHARS - to->count,
                          &decoded.count))
    return CRAWLER_E_URL;
  if (is_ascii(decoded) || !is_nfc(decoded))
    return CRAWLER_E_URL;
  to->count += decoded.count;
  return 0;
}

static int decode_labels(const struct domain *from, struct domain *to)
{
  to->count = 0;
  for (size_t at = 0; at <= from->count;) {
    struct cr_codes label = label_at(from, at);
    if (has_prefix(label)) {
      int err = decode_label(label, to);
      if (err < 0)
        return err;
    } else {
      memcpy(to->at + to->count, label.at, label.count * sizeof(label.at[0]));
      to->count += label.count;
    }
    at += label.count + 1;
    if (at <= from->count) {
      if (to->count == CR_HOST_MAX_CHARS)
        return CRAWLER_E_LIMIT;
      to->at[to->count++] = '.';
    }
  }
  return 0;
}

/* RFC 5892 appendix A.1: between letters that join over it. */
static bool joins_around(struct cr_codes label, size_t at)
{
  enum cr_idna_joining side = CR_IDNA_TRANSPARENT;

  for (size_t i = at; i > 0 && side == CR_IDNA_TRANSPARENT; i--)
    side = joining(label.at[i - 1]);
  if (side != CR_IDNA_JOINS_LEFT && side != CR_IDNA_JOINS_BOTH)
    return false;
  side = CR_IDNA_TRANSPARENT;
  for (size_t i = at + 1; i < label.count && side == CR_IDNA_TRANSPARENT; i++)
    side = joining(label.at[i]);
  return side == CR_IDNA_JOINS_RIGHT || side == CR_IDNA_JOINS_BOTH;
}

/* RFC 5892 appendices A.1 and A.2. */
static bool joiner_is_allowed(struct cr_codes label, size_t at)
{
  if (at > 0 && (properties(label.at[at - 1]) & CR_IDNA_VIRAMA))
    return true;
  return label.at[at] == ZWNJ && joins_around(label, at);
}

/* Validity criteria but for bidi (UTS46 section 4.1). NFC holds: the domain was normalised, or
 * decode_label looked. */
static bool label_is_valid(struct cr_codes label)
{
  if (label.count == 0)
    return true;
  if (has_prefix(label) || (properties(label.at[0]) & CR_IDNA_MARK))
    return false;
  for (size_t i = 0; i < label.count; i++) {
    if (mapping((uint32_t)label.at[i]) != CR_IDNA_VALID)
      return false;
    if ((label.at[i] == ZWNJ || label.at[i] == ZWJ) && !joiner_is_allowed(label, i))
      return false;
  }
  return true;
}

/* RFC 5893 section 1.4. */
static bool domain_is_bidi(const struct domain *domain)
{
  for (size_t i = 0; i < domain->count; i++) {
    enum cr_idna_bidi class = bidi(domain->at[i]);
    if (class == CR_IDNA_BIDI_R || class == CR_IDNA_BIDI_AN)
      return true;
  }
  return false;
}

/* The Bidi rule, RFC 5893 section 2, conditions 1 to 6. */
static bool bidi_is_valid(struct cr_codes label)
{
  unsigned seen = 0; /* bits by class */
  enum cr_idna_bidi last = CR_IDNA_BIDI_NONE;

  if (label.count == 0)
    return true;
  for (size_t i = 0; i < label.count; i++) {
    enum cr_idna_bidi class = bidi(label.at[i]);
    seen |= BIDI(class);
    if (class != CR_IDNA_BIDI_NSM)
      last = class;
  }
  switch (bidi(label.at[0])) { /* 1 */
  case CR_IDNA_BIDI_R:
    if (seen & (BIDI(CR_IDNA_BIDI_NONE) | BIDI(CR_IDNA_BIDI_L))) /* 2 */
      return false;
    if ((seen & BIDI(CR_IDNA_BIDI_EN)) && (seen & BIDI(CR_IDNA_BIDI_AN))) /* 4 */
      return false;
    return last == CR_IDNA_BIDI_R || last == CR_IDNA_BIDI_EN || last == CR_IDNA_BIDI_AN; /* 3 */
  case CR_IDNA_BIDI_L:
    if (seen & (BIDI(CR_IDNA_BIDI_NONE) | BIDI(CR_IDNA_BIDI_R) | BIDI(CR_IDNA_BIDI_AN))) /* 5 */
      return false;
    return last == CR_IDNA_BIDI_L || last == CR_IDNA_BIDI_EN; /* 6 */
  default:
    return false;
  }
}

static bool domain_is_valid(const struct domain *domain)
{
  bool is_bidi = domain_is_bidi(domain);

  for (size_t at = 0; at <= domain->count;) {
    struct cr_codes label = label_at(domain, at);
    if (!label_is_valid(label) || (is_bidi && !bidi_is_valid(label)))
      return false;
    at += label.count + 1;
  }
  return true;
}

/* ---- back to ASCII ---- */

static int put_label(struct cr_codes label, struct cr_buf *out)
{
  char ascii[PREFIX + TEXT_MAX] = "xn--";
  size_t len = 0;

  if (!is_ascii(label)) {
    if (!cr_punycode_encode(label, ascii + PREFIX, TEXT_MAX, &len))
      return CRAWLER_E_LIMIT;
    len += PREFIX;
  } else {
    for (; len < label.count; len++)
      ascii[len] = (char)label.at[len];
  }
  return cr_buf_add(out, ascii, len);
}

int cr_idna_to_ascii(struct cr_span domain, struct cr_buf *out)
{
  struct domain mapped;
  struct domain unicode;
  int err = map(domain, &mapped);

  if (err == 0)
    err = decode_labels(&mapped, &unicode);
  if (err == 0 && !domain_is_valid(&unicode))
    err = CRAWLER_E_URL;
  for (size_t at = 0; err == 0 && at <= unicode.count;) {
    struct cr_codes label = label_at(&unicode, at);
    err = put_label(label, out);
    at += label.count + 1;
    if (err == 0 && at <= unicode.count)
      err = cr_buf_add_char(out, '.');
  }
  return err;
}

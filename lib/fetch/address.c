/* SPDX-License-Identifier: MIT */
/* address.c - which IP addresses may be connected to?
 *
 * The tables are IANA's IPv4 and IPv6 Special-Purpose Address Registries, row for row, and below
 * them what isn't unicast, not yet assigned, or no server of the web. A row that lies inside
 * another one stays, so that the tables can be held against the registries. Pure, but for the
 * list's memory.
 */
#include "fetch/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "crawl/crawler.h"

enum { NAME_MAX_BYTES = 253 }; /* RFC 1035 section 2.3.4, as text without the last dot */

struct range4 {
  uint32_t first;
  uint8_t bits;
};

struct range6 {
  uint16_t first[8];
  uint8_t bits;
};

/* Some of these rows are marked "globally reachable": anycast services of network operators, where
 * no web server is. */
static const struct range4 special4[] = {
  { 0x00000000, 8 },  /* 0.0.0.0/8        this network, RFC 791; unspecified, RFC 1122 */
  { 0x0a000000, 8 },  /* 10.0.0.0/8       private use, RFC 1918 */
  { 0x64400000, 10 }, /* 100.64.0.0/10    shared address space, RFC 6598 */
  { 0x7f000000, 8 },  /* 127.0.0.0/8      loopback, RFC 1122 */
  { 0xa9fe0000, 16 }, /* 169.254.0.0/16   link-local, RFC 3927 */
  { 0xac100000, 12 }, /* 172.16.0.0/12    private use, RFC 1918 */
  { 0xc0000000, 24 }, /* 192.0.0.0/24     IETF protocol assignments, RFC 6890 */
  { 0xc0000000, 29 }, /* 192.0.0.0/29     IPv4 service continuity, RFC 7335 */
  { 0xc0000008, 32 }, /* 192.0.0.8/32     dummy address, RFC 7600 */
  { 0xc0000009, 32 }, /* 192.0.0.9/32     Port Control Protocol anycast, RFC 7723 */
  { 0xc000000a, 32 }, /* 192.0.0.10/32    TURN anycast, RFC 8155 */
  { 0xc00000aa, 31 }, /* 192.0.0.170/31   NAT64/DNS64 discovery, RFC 8880 */
  { 0xc0000200, 24 }, /* 192.0.2.0/24     documentation, RFC 5737 */
  { 0xc01fc400, 24 }, /* 192.31.196.0/24  AS112, RFC 7535 */
  { 0xc034c100, 24 }, /* 192.52.193.0/24  automatic multicast tunneling, RFC 7450 */
  { 0xc0586300, 24 }, /* 192.88.99.0/24   deprecated 6to4 relays, RFC 7526; 6a44, RFC 6751 */
  { 0xc0a80000, 16 }, /* 192.168.0.0/16   private use, RFC 1918 */
  { 0xc0af3000, 24 }, /* 192.175.48.0/24  AS112, RFC 7534 */
  { 0xc6120000, 15 }, /* 198.18.0.0/15    benchmarking, RFC 2544 */
  { 0xc6336400, 24 }, /* 198.51.100.0/24  documentation, RFC 5737 */
  { 0xcb007100, 24 }, /* 203.0.113.0/24   documentation, RFC 5737 */
  { 0xf0000000, 4 },  /* 240.0.0.0/4      reserved, RFC 1112 */
  { 0xffffffff, 32 }, /* 255.255.255.255  limited broadcast, RFC 8190 and RFC 919 */
  /* In another registry: */
  { 0xe0000000, 4 }, /* 224.0.0.0/4      multicast, RFC 5771 */
  /* In none: a public address that never leaves the machine it is asked on, and gives secrets of
   * virtual machines to any process there (Microsoft, "What is IP address 168.63.129.16?"). */
  { 0xa83f8110, 32 },
};

static const struct range6 special6[] = {
  { { 0, 0, 0, 0, 0, 0, 0, 1 }, 128 },      /* ::1/128           loopback, RFC 4291 */
  { { 0 }, 128 },                           /* ::/128            unspecified, RFC 4291 */
  { { 0, 0, 0, 0, 0, 0xffff }, 96 },        /* ::ffff:0:0/96     IPv4-mapped, RFC 4291 */
  { { 0x64, 0xff9b, 1 }, 48 },              /* 64:ff9b:1::/48    NAT64 for local use, RFC 8215 */
  { { 0x100 }, 64 },                        /* 100::/64          discard-only, RFC 6666 */
  { { 0x100, 0, 0, 1 }, 64 },               /* 100:0:0:1::/64    dummy prefix, RFC 9780 */
  { { 0x2001 }, 23 },                       /* 2001::/23         IETF protocols, RFC 2928 */
  { { 0x2001 }, 32 },                       /* 2001::/32         Teredo, RFC 4380 */
  { { 0x2001, 1, 0, 0, 0, 0, 0, 1 }, 128 }, /* 2001:1::1/128     PCP anycast, RFC 7723 */
  { { 0x2001, 1, 0, 0, 0, 0, 0, 2 }, 128 }, /* 2001:1::2/128     TURN anycast, RFC 8155 */
  { { 0x2001, 1, 0, 0, 0, 0, 0, 3 }, 128 }, /* 2001:1::3/128     DNS-SD SRP anycast, RFC 9665 */
  { { 0x2001, 2 }, 48 },                    /* 2001:2::/48       benchmarking, RFC 5180 */
  { { 0x2001, 3 }, 32 },                    /* 2001:3::/32       AMT, RFC 7450 */
  { { 0x2001, 4, 0x112 }, 48 },             /* 2001:4:112::/48   AS112, RFC 7535 */
  { { 0x2001, 0x10 }, 28 },                 /* 2001:10::/28      ORCHID, RFC 4843 */
  { { 0x2001, 0x20 }, 28 },                 /* 2001:20::/28      ORCHIDv2, RFC 7343 */
  { { 0x2001, 0x30 }, 28 },                 /* 2001:30::/28      drone remote id, RFC 9374 */
  { { 0x2001, 0xdb8 }, 32 },                /* 2001:db8::/32     documentation, RFC 3849 */
  { { 0x2002 }, 16 },                       /* 2002::/16         6to4, RFC 3056 */
  { { 0x2620, 0x4f, 0x8000 }, 48 },         /* 2620:4f:8000::/48 AS112, RFC 7534 */
  { { 0x3fff }, 20 },                       /* 3fff::/20         documentation, RFC 9637 */
  { { 0x5f00 }, 16 },                       /* 5f00::/16         SRv6 SIDs, RFC 9602 */
  { { 0xfc00 }, 7 },                        /* fc00::/7          unique local, RFC 4193 */
  { { 0xfe80 }, 10 },                       /* fe80::/10         link-local, RFC 4291 */
  /* In other registries: */
  { { 0 }, 96 },      /* ::/96             IPv4-compatible, RFC 4291 section 2.5.5.1 */
  { { 0xfec0 }, 10 }, /* fec0::/10         site-local, deprecated by RFC 3879 */
  { { 0xff00 }, 8 },  /* ff00::/8          multicast, RFC 4291 section 2.7 */
  /* Only 2000::/3 is assigned to unicast (IANA's IPv6 address space, RFC 4291 section 2.4): */
  { { 0 }, 3 },
  { { 0x4000 }, 2 },
  { { 0x8000 }, 1 },
};

/* 64:ff9b::/96 (RFC 6052): how hosts without IPv4 reach the IPv4 world. The row of the registry
 * that isn't in the table: such an address is what the IPv4 address inside it is. */
static const struct range6 nat64 = { { 0x64, 0xff9b }, 96 };

static uint16_t group(const struct cr_address *address, size_t i)
{
  return (uint16_t)(address->bytes[2 * i] << 8 | address->bytes[2 * i + 1]);
}

static bool is_in_range6(const struct cr_address *address, const struct range6 *range)
{
  size_t whole = range->bits / 16;
  unsigned rest = range->bits % 16;

  for (size_t i = 0; i < whole; i++)
    if (group(address, i) != range->first[i])
      return false;
  return rest == 0 || (group(address, whole) ^ range->first[whole]) >> (16 - rest) == 0;
}

/* The IPv4 address in an IPv6 address's last 4 bytes. */
static struct cr_address last4(const struct cr_address *address)
{
  struct cr_address inner = { .family = 4 };
  memcpy(inner.bytes, address->bytes + 12, 4);
  return inner;
}

static bool is_mapped(const struct cr_address *address)
{
  static const uint8_t prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  return address->family == 6 && memcmp(address->bytes, prefix, sizeof(prefix)) == 0;
}

/* Connecting to an IPv4-mapped address is connecting to the IPv4 address. */
static struct cr_address unmap(const struct cr_address *address)
{
  return is_mapped(address) ? last4(address) : *address;
}

/* An ISATAP interface id (RFC 5214 section 6.1): routers of that site tunnel to the IPv4 address
 * behind it, under any prefix. */
static bool is_isatap(const struct cr_address *address)
{
  return (group(address, 4) | 0x0200) == 0x0200 && group(address, 5) == 0x5efe;
}

static bool is_global4(const struct cr_address *address)
{
  uint32_t value = (uint32_t)group(address, 0) << 16 | group(address, 1);

  for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++)
    if ((value ^ special4[i].first) >> (32 - special4[i].bits) == 0)
      return false;
  return true;
}

static bool is_global6(const struct cr_address *address)
{
  struct cr_address inner = last4(address);

  if (is_in_range6(address, &nat64))
    return is_global4(&inner);
  for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++)
    if (is_in_range6(address, &special6[i]))
      return false;
  return !is_isatap(address) || is_global4(&inner);
}

bool cr_address_is_global(const struct cr_address *address)
{
  struct cr_address plain = unmap(address);
  return plain.family == 4 ? is_global4(&plain) : is_global6(&plain);
}

bool cr_address_eq(const struct cr_address *a, const struct cr_address *b)
{
  struct cr_address plain_a = unmap(a);
  struct cr_address plain_b = unmap(b);

  return plain_a.family == plain_b.family &&
         memcmp(plain_a.bytes, plain_b.bytes, plain_a.family == 4 ? 4 : 16) == 0;
}

bool cr_address_parse(struct cr_span text, struct cr_address *address)
{
  char copy[INET6_ADDRSTRLEN];
  struct cr_address parsed = { .family = 6 };

  if (text.len >= 2 && text.at[0] == '[' && text.at[text.len - 1] == ']')
    text = cr_span(text.at + 1, text.len - 2);
  else if (text.len > 0 && !memchr(text.at, ':', text.len))
    parsed.family = 4;
  if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.at, '\0', text.len))
    return false;
  memcpy(copy, text.at, text.len);
  copy[text.len] = '\0';
  /* inet_pton takes the strict forms alone: no octal, no missing parts, no zone id. */
  if (inet_pton(parsed.family == 4 ? AF_INET : AF_INET6, copy, parsed.bytes) != 1)
    return false;
  *address = parsed;
  return true;
}

/* The C library prints by way of printf, for 2,000 instructions an address. */
static void format4(const uint8_t *bytes, char *out)
{
  for (int i = 0; i < 4; i++) {
    out += cr_write_u64(out, bytes[i]);
    *out++ = i < 3 ? '.' : '\0';
  }
}

void cr_address_format(const struct cr_address *address, char out[64])
{
  if (address->family == 4)
    format4(address->bytes, out);
  else /* can't fail: out is longer than any address */
    (void)inet_ntop(AF_INET6, address->bytes, out, 64);
}

/* ---- names ---- */

/* host may end in the root's dot, which says nothing new. */
static struct cr_span without_root_dot(struct cr_span host)
{
  if (host.len > 1 && host.at[host.len - 1] == '.')
    host.len--;
  return host;
}

bool cr_address_is_loopback_name(struct cr_span host)
{
  const struct cr_span top = CR_SPAN("localhost");
  struct cr_span name = without_root_dot(host);

  if (name.len > top.len && name.at[name.len - top.len - 1] == '.')
    name = cr_span_from(name, name.len - top.len);
  return cr_span_eq_nocase(name, top);
}

/* ---- exceptions ---- */

struct exception {
  struct cr_span name;       /* at is NULL for a range; ".example.org" has its dot */
  struct cr_address address; /* the range's first */
  uint8_t bits;
};

struct cr_address_policy {
  struct cr_mem *mem;
  char *text; /* the list; names point into it */
  bool allows_all;
  size_t count;
  struct exception exceptions[];
};

static bool is_name_char(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* A last label of digits would be an IPv4 address gone wrong: "10.0.0", "300.1.1.1". */
static bool ends_in_number(struct cr_span name)
{
  size_t i = name.len;
  while (i > 0 && cr_is_digit(name.at[i - 1]))
    i--;
  return i < name.len && (i == 0 || name.at[i - 1] == '.');
}

static bool parse_name(struct cr_span text, struct exception *exception)
{
  struct cr_span name = without_root_dot(text);

  if (name.len == 0 || name.len > NAME_MAX_BYTES || ends_in_number(name))
    return false;
  for (size_t i = 0; i < name.len; i++) {
    bool ends_label = i + 1 == name.len || name.at[i + 1] == '.';
    if (!is_name_char(name.at[i]) || (name.at[i] == '.' && ends_label))
      return false;
  }
  *exception = (struct exception){ .name = name };
  return true;
}

static bool parse_range(struct cr_span text, struct exception *exception)
{
  const char *slash = memchr(text.at, '/', text.len);
  struct cr_span first = cr_span(text.at, slash ? (size_t)(slash - text.at) : text.len);
  struct cr_address address;
  uint64_t bits;

  if (!cr_address_parse(first, &address))
    return false;
  uint64_t max_bits = address.family == 4 ? 32 : 128;
  bits = max_bits;
  if (slash && !cr_parse_u64(cr_span(slash + 1, text.len - first.len - 1), max_bits, &bits))
    return false;
  if (is_mapped(&address) && bits >= 96) {
    address = unmap(&address);
    bits -= 96;
  }
  *exception = (struct exception){ .address = address, .bits = (uint8_t)bits };
  return true;
}

static bool range_has(const struct exception *range, const struct cr_address *address)
{
  size_t whole = range->bits / 8;
  unsigned rest = range->bits % 8;

  if (range->name.at || range->address.family != address->family)
    return false;
  if (memcmp(range->address.bytes, address->bytes, whole) != 0)
    return false;
  return rest == 0 || (range->address.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

static bool name_is(const struct exception *exception, struct cr_span host)
{
  struct cr_span name = exception->name;

  if (!name.at)
    return false;
  if (name.at[0] == '.') { /* the domain itself, or the end of a longer name */
    if (host.len == name.len - 1)
      name = cr_span(name.at + 1, name.len - 1);
    else if (host.len > name.len)
      host = cr_span(host.at + host.len - name.len, name.len);
  }
  return cr_span_eq_nocase(name, host);
}

static bool is_one_of(struct cr_span word, const char *const words[5])
{
  for (size_t i = 0; i < 5; i++)
    if (cr_span_eq_nocase(word, cr_span_text(words[i])))
      return true;
  return false;
}

/* The words of a boolean, and one more. */
static bool says_none(struct cr_span list)
{
  static const char *const words[5] = { "0", "false", "no", "off", "none" };

  return list.len == 0 || is_one_of(list, words);
}

static bool says_all(struct cr_span list)
{
  static const char *const words[5] = { "1", "true", "yes", "on", "all" };

  return is_one_of(list, words);
}

/* False: an item is neither a range nor a name. Empty items are skipped. */
static bool parse_list(struct cr_address_policy *policy, struct cr_span list)
{
  while (list.len > 0) {
    struct cr_span item = cr_span_take_item(&list);
    struct exception *exception = &policy->exceptions[policy->count];

    if (says_all(item) || (item.len > 0 && says_none(item)))
      return false; /* these stand alone */
    if (item.len > 0) {
      if (!parse_range(item, exception) && !parse_name(item, exception))
        return false;
      policy->count++;
    }
  }
  return true;
}

int cr_address_policy_open(struct cr_address_policy **out, struct cr_mem *mem, const char *list)
{
  struct cr_span all = cr_span_trim(cr_span_text(list));
  struct cr_address_policy *policy = NULL;
  size_t items = 1;
  int err = CRAWLER_E_NOMEM;

  for (size_t i = 0; i < all.len; i++)
    items += all.at[i] == ',';
  if (items > (SIZE_MAX - sizeof(*policy)) / sizeof(policy->exceptions[0]))
    return CRAWLER_E_NOMEM;
  size_t bytes = sizeof(*policy) + items * sizeof(policy->exceptions[0]);
  policy = cr_zalloc(mem, CR_MEM_CORE, bytes);
  if (!policy)
    goto done;
  policy->mem = mem;
  policy->allows_all = says_all(all);
  policy->text = cr_strndup(mem, CR_MEM_CORE, all.at, all.len);
  if (!policy->text)
    goto done;
  err = CRAWLER_E_VALUE;
  all.at = policy->text;
  if (!policy->allows_all && !says_none(all) && !parse_list(policy, all))
    goto done;

  err = 0;
  *out = policy;
  policy = NULL; /* the caller's now */
done:
  cr_address_policy_close(policy);
  return err;
}

void cr_address_policy_close(struct cr_address_policy *policy)
{
  if (!policy)
    return;
  cr_free(policy->mem, policy->text);
  cr_free(policy->mem, policy);
}

bool cr_address_allowed(const struct cr_address_policy *policy, struct cr_span host,
                        const struct cr_address *address)
{
  struct cr_address plain = unmap(address);
  struct cr_span name = without_root_dot(host);

  if (policy->allows_all || cr_address_is_global(&plain))
    return true;
  for (size_t i = 0; i < policy->count; i++)
    if (range_has(&policy->exceptions[i], &plain) || name_is(&policy->exceptions[i], name))
      return true;
  return false;
}

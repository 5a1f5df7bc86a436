/* SPDX-License-Identifier: MIT */
/* host_rows.c - hosts that a crawler is led to, and what must come of it.
 */
#include "support/host_rows.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "support/special_ranges.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct table {
  struct cr_host_row *rows;
  size_t count;
};

struct cr_address cr_host_row_address(const char *text)
{
  struct cr_address address = { .family = 0 };

  if (*text && !cr_address_parse(cr_span_text(text), &address))
    fail_msg("not an address: %s", text);
  return address;
}

static bool takes_tcp(const struct cr_address *address)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(80) };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
  bool is_v4 = address->family == 4;
  int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  assert_true(fd >= 0);
  memcpy(&v4.sin_addr, address->bytes, 4);
  memcpy(&v6.sin6_addr, address->bytes, 16);
  int bad = is_v4 ? connect(fd, (struct sockaddr *)(void *)&v4, sizeof(v4))
                  : connect(fd, (struct sockaddr *)(void *)&v6, sizeof(v6));
  close(fd);
  return bad == 0;
}

/* address "": host is none. Rows that are there already are passed over. */
static void add_row(struct table *t, const char *host, const char *address, enum cr_host_fate fate)
{
  struct cr_host_row row = { .fate = fate, .address = cr_host_row_address(address) };

  for (size_t i = 0; i < t->count; i++)
    if (strcmp(t->rows[i].host, host) == 0)
      return;
  assert_true(t->count < CR_HOST_ROWS);
  (void)snprintf(row.host, sizeof(row.host), "%s", host);
  row.takes_tcp = fate != CR_HOST_INVALID && takes_tcp(&row.address);
  t->rows[t->count++] = row;
}

static void add_address(struct table *t, const char *address, enum cr_host_fate fate)
{
  char host[80];

  if (!address)
    return;
  (void)snprintf(host, sizeof(host), strchr(address, ':') ? "[%s]" : "%s", address);
  add_row(t, host, address, fate);
}

static void add_ranges(struct table *t)
{
  for (size_t i = 0; i < cr_special_range_count; i++) {
    add_address(t, cr_special_ranges[i].first, CR_HOST_REFUSED);
    add_address(t, cr_special_ranges[i].last, CR_HOST_REFUSED);
    add_address(t, cr_special_ranges[i].before, CR_HOST_REACHED);
    add_address(t, cr_special_ranges[i].after, CR_HOST_REACHED);
  }
}

/* IPv4 inside IPv6: mapped, compatible, translated (RFC 2765), NAT64 (RFC 6052, RFC 8215), ISATAP
 * (RFC 5214), 6to4 (RFC 3056), Teredo (RFC 4380: the client's address is inverted). */
static void add_embedded(struct table *t)
{
  static const char *const prefixes[] = { "::ffff:",
                                          "::",
                                          "::ffff:0:",
                                          "64:ff9b::",
                                          "64:ff9b:1::",
                                          "2606:4700::5efe:",
                                          "2606:4700::200:5efe:",
                                          "fe80::5efe:",
                                          "2002:102:304::" };
  static const char *const inner[] = { "127.0.0.1", "10.0.0.1", "169.254.169.254", "224.0.0.1" };
  char text[64];

  for (size_t i = 0; i < COUNT(prefixes); i++)
    for (size_t k = 0; k < COUNT(inner); k++) {
      (void)snprintf(text, sizeof(text), "%s%s", prefixes[i], inner[k]);
      add_address(t, text, CR_HOST_REFUSED);
    }
  add_address(t, "2002:7f00:1::1", CR_HOST_REFUSED);
  add_address(t, "2002:a9fe:a9fe::", CR_HOST_REFUSED);
  add_address(t, "2001:0:4136:e378:8000:63bf:80ff:fffe", CR_HOST_REFUSED);
  add_address(t, "::ffff:1.1.1.1", CR_HOST_REACHED);
  add_address(t, "64:ff9b::1.1.1.1", CR_HOST_REACHED);
  add_address(t, "2606:4700::5efe:1.1.1.1", CR_HOST_REACHED);
}

/* Other spellings, by the WHATWG URL standard's host parser, and what it takes for no host. */
static void add_spellings(struct table *t)
{
  static const char *const loopback[] = { "0177.0.0.1",
                                          "2130706433",
                                          "0x7f.1",
                                          "127.1",
                                          "0x7f000001",
                                          "017700000001",
                                          "127.0.0.1.",
                                          "0x7F.0.0.1.",
                                          "127.0.1",
                                          "\u2460\u2461\u2466.0.0.1",
                                          "127\u30020.0.1",
                                          "%31%32%37.0.0.1",
                                          "\uff11\uff12\uff17.1",
                                          "0x7f.0x0.0x0.0x1",
                                          "00177.00.1" };
  static const char *const linklocal[] = { "2852039166", "0xA9FEA9FE", "169.254.43518",
                                           "0251.0376.0251.0376" };
  static const char *const none[] = { "127.0.0.1.1", "256.256.256.256", "0x7f.0.0.0.1",
                                      "4294967296",  "127.0.0.09",      "[::1%25lo]",
                                      "[::127.1]",   "[127.0.0.1]",     "[::1" };

  for (size_t i = 0; i < COUNT(loopback); i++)
    add_row(t, loopback[i], "127.0.0.1", CR_HOST_REFUSED);
  for (size_t i = 0; i < COUNT(linklocal); i++)
    add_row(t, linklocal[i], "169.254.169.254", CR_HOST_REFUSED);
  for (size_t i = 0; i < COUNT(none); i++)
    add_row(t, none[i], "", CR_HOST_INVALID);
  add_row(t, "0", "0.0.0.0", CR_HOST_REFUSED);
  add_row(t, "0x0.", "0.0.0.0", CR_HOST_REFUSED);
  add_row(t, "[0:0:0:0:0:FFFF:7F00:1]", "127.0.0.1", CR_HOST_REFUSED);
  add_row(t, "[0000::0001]", "::1", CR_HOST_REFUSED);
  add_row(t, "0x01010101", "1.1.1.1", CR_HOST_REACHED);
}

static void add_names(struct table *t)
{
  static const struct {
    const char *name;
    const char *address;
    enum cr_host_fate fate;
  } names[] = {
    { "localhost", "127.0.0.1", CR_HOST_REFUSED },
    { "LocalHost", "127.0.0.1", CR_HOST_REFUSED },
    { "localhost.", "127.0.0.1", CR_HOST_REFUSED },
    { "foo.localhost", "127.0.0.1", CR_HOST_REFUSED },
    { "foo.localhost.", "127.0.0.1", CR_HOST_REFUSED },
    { "4-7f000001.to.test", "127.0.0.1", CR_HOST_REFUSED },
    { "4-0a420002.to.test.", "10.66.0.2", CR_HOST_REFUSED },
    { "4-a9fea9fe.to.test", "169.254.169.254", CR_HOST_REFUSED },
    { "4-e0000001.to.test", "224.0.0.1", CR_HOST_REFUSED },
    { "4-0a420003.4-c0a80001.to.test", "10.66.0.3", CR_HOST_REFUSED },
    { "6-00000000000000000000000000000001.to.test", "::1", CR_HOST_REFUSED },
    { "6-00000000000000000000ffff0a420004.to.test", "10.66.0.4", CR_HOST_REFUSED },
    { "6-fd000000000000000000000000000001.to.test", "fd00::1", CR_HOST_REFUSED },
    { "4-01010102.to.test", "1.1.1.2", CR_HOST_REACHED },
    { "6-26064700000000000000000000001111.to.test", "2606:4700::1111", CR_HOST_REACHED },
    /* of two addresses the private one is passed over, wherever it stands */
    { "4-01010103.4-0a420001.to.test", "1.1.1.3", CR_HOST_REACHED },
    { "4-0a420001.4-01010104.to.test", "1.1.1.4", CR_HOST_REACHED },
    { "4-01010105.6-fd000000000000000000000000000002.to.test", "1.1.1.5", CR_HOST_REACHED },
  };

  for (size_t i = 0; i < COUNT(names); i++)
    add_row(t, names[i].name, names[i].address, names[i].fate);
}

size_t cr_host_rows_make(struct cr_host_row rows[CR_HOST_ROWS])
{
  struct table t = { rows, 0 };

  add_ranges(&t);
  add_embedded(&t);
  add_spellings(&t);
  add_names(&t);
  return t.count;
}

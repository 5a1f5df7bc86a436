/* SPDX-License-Identifier: MIT */
/* source.c - which of this machine's addresses, and which IP version, connections are made from.
 *
 * An interface is bound to by its name (SO_BINDTODEVICE, socket(7)), which since Linux 5.7 needs no
 * privilege; no name is looked up for it. What libcurl makes of CURLOPT_INTERFACE may ask a
 * resolver for one, so that option isn't used.
 */
#include "fetch/source.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "crawl/crawler.h"

/* As the kernel takes names (dev_valid_name): no white space, no '/' or ':'. */
static bool is_device_name(struct cr_span text)
{
  const struct cr_source *source = NULL;

  if (text.len == 0 || text.len >= sizeof(source->device) || text.at[0] == '.')
    return false;
  for (size_t i = 0; i < text.len; i++)
    if (text.at[i] <= ' ' || text.at[i] >= 0x7f || strchr("/:", text.at[i]))
      return false;
  return true;
}

/* Something of digits and dots is an address gone wrong, whatever an interface may be called. */
static bool looks_like_address(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (!cr_is_digit(text.at[i]) && text.at[i] != '.')
      return false;
  return true;
}

int cr_source_read(struct cr_source *source, struct cr_span interface)
{
  struct cr_source read = { .ip_version = 0 };

  if (interface.len > 0 && cr_address_parse(interface, &read.address)) {
    read.ip_version = cr_address_ip_version(&read.address);
  } else if (interface.len > 0) {
    read.address.family = 0;
    if (!is_device_name(interface) || looks_like_address(interface))
      return CRAWLER_E_VALUE;
    memcpy(read.device, interface.at, interface.len);
  }
  *source = read;
  return 0;
}

int cr_ip_version_read(struct cr_span text, uint8_t *ip_version)
{
  if (cr_span_eq_nocase(text, CR_SPAN("any")))
    *ip_version = 0;
  else if (cr_span_eq(text, CR_SPAN("4")) || cr_span_eq(text, CR_SPAN("6")))
    *ip_version = (uint8_t)(text.at[0] - '0');
  else
    return CRAWLER_E_VALUE;
  return 0;
}

uint8_t cr_address_ip_version(const struct cr_address *address)
{
  static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

  return address->family == 6 && memcmp(address->bytes, mapped, sizeof(mapped)) == 0
             ? 4
             : address->family;
}

bool cr_source_reaches(const struct cr_source *source, const struct cr_address *address)
{
  return source->ip_version == 0 || source->ip_version == cr_address_ip_version(address);
}

#ifdef SO_BINDTODEVICE
static int bind_device(const char *name, int fd)
{
  return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) ? errno : 0;
}
#else
static int bind_device(const char *name, int fd)
{
  (void)name;
  (void)fd;
  return ENOPROTOOPT;
}
#endif

static int bind_address(const struct cr_address *address, int fd)
{
  struct sockaddr_in in = { .sin_family = AF_INET };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

  memcpy(&in.sin_addr, address->bytes, 4);
  memcpy(&in6.sin6_addr, address->bytes, 16);
  int failed = address->family == 4 ? bind(fd, (const void *)&in, sizeof(in))
                                    : bind(fd, (const void *)&in6, sizeof(in6));
  return failed ? errno : 0;
}

int cr_source_bind(const struct cr_source *source, int fd, int family)
{
  if (source->device[0] != '\0')
    return bind_device(source->device, fd);
  if (source->address.family == 0)
    return 0;
  if (family != (source->address.family == 4 ? AF_INET : AF_INET6))
    return EAFNOSUPPORT;
  return bind_address(&source->address, fd);
}

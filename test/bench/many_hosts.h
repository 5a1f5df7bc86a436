/* SPDX-License-Identifier: MIT */
/* many_hosts.h - names and addresses of many hosts on loopback, for benchmarks.
 *
 * Host n is hN.example, N in decimal: a site of its own, at an address of its own in 127.0.0.0/8.
 * No name is ever looked up: whoever asks computes the address.
 */
#ifndef CR_BENCH_MANY_HOSTS_H
#define CR_BENCH_MANY_HOSTS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CR_MANY_HOSTS_NAME = 64 };

static inline void cr_many_hosts_name(uint32_t number, char name[CR_MANY_HOSTS_NAME])
{
  (void)snprintf(name, CR_MANY_HOSTS_NAME, "h%u.example", (unsigned)number);
}

/* From 127.1.0.0 on. */
static inline void cr_many_hosts_address(uint32_t number, char address[CR_MANY_HOSTS_NAME])
{
  (void)snprintf(address, CR_MANY_HOSTS_NAME, "127.%u.%u.%u", 1 + (unsigned)(number >> 16 & 63),
                 (unsigned)(number >> 8 & 255), (unsigned)(number & 255));
}

/* Of a host's name, or of a URL. */
static inline uint32_t cr_many_hosts_number(const char *text)
{
  const char *host = strstr(text, "://");

  host = host ? host + 3 : text;
  return *host == 'h' ? (uint32_t)strtoul(host + 1, NULL, 10) : 0;
}

/* HOST:PORT of a URL. */
static inline void cr_many_hosts_authority(const char *url, char authority[CR_MANY_HOSTS_NAME])
{
  const char *host = strstr(url, "://");
  size_t len;

  host = host ? host + 3 : url;
  len = strcspn(host, "/");
  if (memchr(host, ':', len))
    (void)snprintf(authority, CR_MANY_HOSTS_NAME, "%.*s", (int)len, host);
  else
    (void)snprintf(authority, CR_MANY_HOSTS_NAME, "%.*s:%s", (int)len, host,
                   strncmp(url, "https", 5) == 0 ? "443" : "80");
}

#endif

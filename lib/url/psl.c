/* SPDX-License-Identifier: MIT */
/* psl.c - the site that a host belongs to, by the public suffix list.
 *
 * https://publicsuffix.org/list/, in the version built into libpsl: no file is read, nothing is
 * kept. A name under no listed suffix counts by its last two labels (the list's rule "*").
 */
#include <libpsl.h>

#include "url/url.h"

enum { NAME_MAX_BYTES = 253 }; /* RFC 1035 section 2.3.4, as text without the root's dot */

/* false: no name of the DNS. */
static bool copy_name(struct cr_span host, char name[NAME_MAX_BYTES + 1])
{
  uint8_t address[16];

  if (host.len == 0 || host.len > NAME_MAX_BYTES || cr_host_address(host, address) != 0)
    return false;
  memcpy(name, host.at, host.len);
  name[host.len] = '\0';
  return true;
}

static struct cr_span without_root_dot(struct cr_span host)
{
  if (host.len > 0 && host.at[host.len - 1] == '.')
    host.len--;
  return host;
}

bool cr_host_is_suffix(struct cr_span host)
{
  char name[NAME_MAX_BYTES + 1];

  return copy_name(without_root_dot(host), name) && psl_is_public_suffix(psl_builtin(), name) != 0;
}

struct cr_span cr_host_site(struct cr_span host)
{
  char name[NAME_MAX_BYTES + 1];

  host = without_root_dot(host);
  if (!copy_name(host, name))
    return host;

  const char *site = psl_registrable_domain(psl_builtin(), name);
  if (!site)
    return host;
  size_t at = (size_t)(site - name);
  return cr_span(host.at + at, host.len - at);
}

/* SPDX-License-Identifier: MIT */
/* url_host.h - the pieces of the host parser, for the room's own files only.
 */
#ifndef CR_URL_URL_HOST_H
#define CR_URL_URL_HOST_H

#include "url/url_bytes.h"

/* ---- url_host.c ---- */

/* The host of a scheme that is not special: any text but for some bytes, or "[IPv6]". Appends it to
 * out. 0, CRAWLER_E_URL, CRAWLER_E_LIMIT, CRAWLER_E_NOMEM. */
int cr_host_parse_opaque(struct cr_span text, struct cr_buf *out);

/* ---- url_ip.c ---- */

/* The standard's ends-in-a-number checker: such a host is an IPv4 address or a failure. */
bool cr_host_ends_in_number(struct cr_span host);
/* All spellings: "0x7f.1", "017700000001", "2130706433". False: not an address. */
bool cr_ipv4_parse(struct cr_span text, uint32_t *address);
int cr_ipv4_put(struct cr_buf *out, uint32_t address);
/* Without the brackets. */
bool cr_ipv6_parse(struct cr_span text, uint16_t pieces[8]);
/* With the brackets, compressed. */
int cr_ipv6_put(struct cr_buf *out, const uint16_t pieces[8]);

/* ---- idna.c ---- */

/* UTS46 ToASCII as the URL standard calls it, of a domain that holds more than ASCII; invalid UTF-8
 * counts as U+FFFD. Appends to out; CRAWLER_E_URL when it's no domain. */
int cr_idna_to_ascii(struct cr_span domain, struct cr_buf *out);

/* ---- punycode.c ---- */

/* Code points, borrowed. */
struct cr_codes {
  const int32_t *at;
  size_t count;
};

/* RFC 3492 without the prefix "xn--". False: text is no Punycode, or codes is too small. */
bool cr_punycode_decode(struct cr_span text, int32_t *codes, size_t max, size_t *count);
/* False: out is too small, or a number overflows. */
bool cr_punycode_encode(struct cr_codes codes, char *out, size_t max, size_t *len);

#endif

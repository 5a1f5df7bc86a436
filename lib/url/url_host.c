/* SPDX-License-Identifier: MIT */
/* url_host.c - the host parser: a domain, an IPv4 or an IPv6 address, or an opaque host.
 *
 * https://url.spec.whatwg.org/#host-parsing. An ASCII domain is only put in lower case, whatever
 * its "xn--" labels hold: the standard asks for no more since 2026, for the sake of sites in use.
 */
#include "url/url_host.h"

#include "crawl/crawler.h"
#include "url/url.h"

/* "[...]" with an IPv6 address inside. */
static int parse_bracketed(struct cr_span text, struct cr_buf *out)
{
  uint16_t pieces[8];

  if (text.len < 2 || text.at[text.len - 1] != ']')
    return CRAWLER_E_URL;
  if (!cr_ipv6_parse(cr_span(text.at + 1, text.len - 2), pieces))
    return CRAWLER_E_URL;
  return cr_ipv6_put(out, pieces);
}

/* Puts text behind out in lower case, as long as it is ASCII that a domain may hold; says where
 * that ended. There is room for it. */
static size_t put_lower(struct cr_span text, struct cr_buf *out)
{
  char *to = out->data + out->len;
  size_t i = 0;

  for (; i < text.len && !cr_url_is(text.at[i], CR_URL_NOT_DOMAIN); i++)
    to[i] = cr_lower(text.at[i]);
  return i;
}

/* The domain that stands at out->data + from; an address in disguise is written plainly. */
static int finish_domain(struct cr_buf *out, size_t from)
{
  struct cr_span host = cr_span(out->data + from, out->len - from);
  uint32_t address;

  if (host.len == 0)
    return CRAWLER_E_URL;
  for (size_t i = 0; i < host.len; i++)
    if (cr_url_is(host.at[i], CR_URL_NOT_DOMAIN))
      return CRAWLER_E_URL;
  if (!cr_host_ends_in_number(host))
    return 0;
  if (!cr_ipv4_parse(host, &address))
    return CRAWLER_E_URL;
  out->len = from;
  return cr_ipv4_put(out, address);
}

static bool is_ascii(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if ((uint8_t)text.at[i] >= 0x80)
      return false;
  return true;
}

enum { DECODED_MAX = 4 * CR_HOST_MAX_CHARS };

/* Undoes percent-encoding; a '%' without two digits stays. False: to is too small. */
static bool percent_decode(struct cr_span text, char to[DECODED_MAX], size_t *len)
{
  size_t count = 0;

  for (size_t i = 0; i < text.len; i++) {
    bool escape = text.at[i] == '%' && text.len - i > 2 && cr_hex_value(text.at[i + 1]) >= 0 &&
                  cr_hex_value(text.at[i + 2]) >= 0;
    if (count == DECODED_MAX)
      return false;
    to[count++] = text.at[i];
    if (!escape)
      continue;
    to[count - 1] = (char)(cr_hex_value(text.at[i + 1]) << 4 | cr_hex_value(text.at[i + 2]));
    i += 2;
  }
  *len = count;
  return true;
}

/* A domain with escapes or with more than ASCII in it. */
static int parse_odd_domain(struct cr_span text, struct cr_buf *out)
{
  char decoded[DECODED_MAX];
  struct cr_span domain = { .at = decoded };
  size_t from = out->len;

  if (!percent_decode(text, decoded, &domain.len))
    return CRAWLER_E_LIMIT;
  if (!is_ascii(domain)) {
    int err = cr_idna_to_ascii(domain, out);
    if (err < 0)
      return err;
  } else {
    if (put_lower(domain, out) < domain.len)
      return CRAWLER_E_URL;
    out->len += domain.len;
  }
  return finish_domain(out, from);
}

int cr_host_parse(struct cr_span text, struct cr_buf *out)
{
  size_t from = out->len;
  int err = cr_url_room(out, text.len);

  if (err < 0)
    return err;
  if (text.len > 0 && text.at[0] == '[') {
    err = parse_bracketed(text, out);
  } else if (put_lower(text, out) < text.len) {
    err = parse_odd_domain(text, out);
  } else {
    out->len += text.len;
    err = finish_domain(out, from);
  }
  if (err < 0)
    out->len = from;
  out->data[out->len] = '\0';
  return err;
}

int cr_host_parse_opaque(struct cr_span text, struct cr_buf *out)
{
  static const char forbidden[] = "\0\t\n\r #/:<>?@[\\]^|"; /* "forbidden host code points" */

  if (text.len > 0 && text.at[0] == '[')
    return parse_bracketed(text, out);
  for (size_t i = 0; i < text.len; i++)
    if (memchr(forbidden, text.at[i], sizeof(forbidden) - 1))
      return CRAWLER_E_URL;
  return cr_url_put_encoded(out, text, CR_URL_IN_OPAQUE);
}

/* SPDX-License-Identifier: MIT */
/* host_pattern.c - "example.org", "*.example.org", ".example.org:8080": which hosts are meant?
 *
 * Nothing is below an address, and a name is compared as the URL parser of the WHATWG writes it.
 */
#include "filter/host_pattern.h"

#include "crawl/crawler.h"
#include "url/url.h"

static struct cr_span strip_last_dot(struct cr_span host)
{
  if (host.len > 0 && host.at[host.len - 1] == '.')
    host.len--;
  return host;
}

bool cr_host_pattern_matches(const struct cr_host_pattern *pattern, struct cr_span host, int port)
{
  struct cr_span name = pattern->name;

  if (pattern->port != CR_HOST_ANY_PORT && pattern->port != port)
    return false;
  host = strip_last_dot(host);
  if (name.len == 0)
    return true;
  if (host.len < name.len || !cr_span_eq_nocase(cr_span_from(host, host.len - name.len), name))
    return false;
  if (host.len == name.len)
    return pattern->form != CR_HOST_BELOW;
  return pattern->form != CR_HOST_ITSELF && host.at[host.len - name.len - 1] == '.';
}

/* Takes ":8080" off the end of *pattern. A port is 1 to 65535; "[::1]" ends in none. */
static int take_port(struct cr_span *pattern, int *port)
{
  size_t colon = pattern->len;
  uint64_t number = 0;

  while (colon > 0 && cr_is_digit(pattern->at[colon - 1]))
    colon--;
  *port = CR_HOST_ANY_PORT;
  if (colon == 0 || pattern->at[colon - 1] != ':')
    return 0;
  if (!cr_parse_u64(cr_span_from(*pattern, colon), 65535, &number) || number == 0)
    return CRAWLER_E_VALUE;
  *port = (int)number;
  pattern->len = colon - 1;
  return 0;
}

/* Takes "*." or "." off the start of *pattern. */
static enum cr_host_form take_form(struct cr_span *pattern)
{
  if (pattern->len > 1 && pattern->at[0] == '*' && pattern->at[1] == '.') {
    *pattern = cr_span_from(*pattern, 2);
    return CR_HOST_BELOW;
  }
  if (pattern->len > 0 && pattern->at[0] == '.') {
    *pattern = cr_span_from(*pattern, 1);
    return CR_HOST_AND_BELOW;
  }
  return CR_HOST_ITSELF;
}

/* A name as it stands in a serialised URL, into out. Nothing is below an address. */
static int read_name(struct cr_span name, enum cr_host_form form, struct cr_buf *out)
{
  uint8_t address[16];

  if (name.len == 0 || memchr(name.at, '*', name.len))
    return CRAWLER_E_VALUE;
  int err = cr_host_parse(name, out);
  if (err < 0)
    return err == CRAWLER_E_NOMEM ? err : CRAWLER_E_VALUE;
  out->len = strip_last_dot(cr_span(out->data, out->len)).len;
  if (out->len == 0 || out->data[0] == '.')
    return CRAWLER_E_VALUE;
  if (form != CR_HOST_ITSELF && cr_host_address(cr_span(out->data, out->len), address) != 0)
    return CRAWLER_E_VALUE;
  return 0;
}

int cr_host_pattern_read(struct cr_host_pattern *pattern, struct cr_span text, struct cr_buf *room)
{
  struct cr_host_pattern read = { .form = CR_HOST_AND_BELOW, .name = CR_SPAN("") };
  int err = take_port(&text, &read.port);
  if (err < 0)
    return err;
  if (!cr_span_eq(text, CR_SPAN("*"))) {
    read.form = take_form(&text);
    err = read_name(text, read.form, room);
    if (err < 0)
      return err;
    read.name = cr_span(room->data, room->len);
  }
  *pattern = read;
  return 0;
}

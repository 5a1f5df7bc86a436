/* SPDX-License-Identifier: MIT */
/* link_header.c - the links of an HTTP Link header.
 *
 * RFC 8288, appendix B.2 to B.4, which keeps what it has read and gives up where something doesn't
 * belong. Here that is passed over instead, a quoted string as one, to the next '<'; or to the next
 * ';' if it stands between parameters. A parameter's first value counts (3.3 says so of rel), names
 * are told in any case. Pure; each byte is read once.
 */
#include "parse/link_header.h"

static void skip_spaces(struct cr_link_header *it)
{
  while (it->at < it->end && (*it->at == ' ' || *it->at == '\t'))
    it->at++;
}

static bool ends_name(char c)
{
  return c == ' ' || c == '\t' || c == '=' || c == ';' || c == ',';
}

static struct cr_span take_name(struct cr_link_header *it)
{
  const char *begin = it->at;

  while (it->at < it->end && !ends_name(*it->at))
    it->at++;
  return cr_span(begin, (size_t)(it->at - begin));
}

/* Without the white space behind it, which belongs to the ';' (section 3). */
static struct cr_span take_unquoted(struct cr_link_header *it)
{
  const char *begin = it->at;
  const char *end = begin;

  for (; it->at < it->end && *it->at != ';' && *it->at != ','; it->at++)
    if (*it->at != ' ' && *it->at != '\t')
      end = it->at + 1;
  return cr_span(begin, (size_t)(end - begin));
}

/* B.4, from the opening quote on. At the end a backslash is nothing. */
static struct cr_span take_quoted(struct cr_link_header *it)
{
  const char *begin = ++it->at;
  const char *end = it->end;

  while (it->at < it->end && *it->at != '"') {
    bool escapes = *it->at++ == '\\';
    if (escapes && it->at == it->end)
      end = it->at - 1;
    it->at += escapes && it->at < it->end;
  }
  end = it->at < it->end ? it->at++ : end;
  return cr_span(begin, (size_t)(end - begin));
}

/* Over what doesn't belong there. */
static void skip_junk(struct cr_link_header *it)
{
  if (*it->at == '"')
    (void)take_quoted(it);
  else
    it->at++;
}

static void note(struct cr_link_value *value, struct cr_span name,
                 const struct cr_link_parameter *parameter)
{
  struct cr_link_parameter *slot = NULL;

  if (cr_span_eq_nocase(name, CR_SPAN("rel")))
    slot = &value->rel;
  else if (cr_span_eq_nocase(name, CR_SPAN("hreflang")))
    slot = &value->hreflang;
  else if (cr_span_eq_nocase(name, CR_SPAN("type")))
    slot = &value->type;
  else if (cr_span_eq_nocase(name, CR_SPAN("anchor")))
    value->has_anchor = true;
  if (slot && !slot->text.at)
    *slot = *parameter;
}

/* B.3, behind its ';' */
static void take_parameter(struct cr_link_header *it, struct cr_link_value *value)
{
  skip_spaces(it);
  struct cr_span name = take_name(it);
  struct cr_link_parameter parameter = { { name.at + name.len, 0 }, false };
  skip_spaces(it);
  if (it->at < it->end && *it->at == '=') {
    it->at++;
    skip_spaces(it);
    parameter.is_quoted = it->at < it->end && *it->at == '"';
    parameter.text = parameter.is_quoted ? take_quoted(it) : take_unquoted(it);
  }
  note(value, name, &parameter);
}

/* To the comma that ends them, or to the next link. */
static void take_parameters(struct cr_link_header *it, struct cr_link_value *value)
{
  while (it->at < it->end && *it->at != ',' && *it->at != '<') {
    if (*it->at != ';') {
      skip_junk(it);
      continue;
    }
    it->at++;
    take_parameter(it, value);
  }
}

bool cr_link_header_next(struct cr_link_header *it, struct cr_link_value *value)
{
  while (it->at < it->end && *it->at != '<') /* commas and white space, if all is well */
    skip_junk(it);
  if (it->at == it->end)
    return false;
  const char *target = it->at + 1;
  const char *close = memchr(it->at, '>', (size_t)(it->end - it->at));
  it->at = close ? close + 1 : it->end;
  if (!close)
    return false;
  *value = (struct cr_link_value){ .target = cr_span(target, (size_t)(close - target)) };
  take_parameters(it, value);
  return true;
}

size_t cr_link_header_text(const struct cr_link_parameter *parameter, char *out)
{
  const char *at = parameter->text.at;
  const char *end = at + parameter->text.len;
  size_t len = 0;

  while (at < end) {
    if (parameter->is_quoted && *at == '\\' && end - at > 1)
      at++;
    out[len++] = *at++;
  }
  return len;
}

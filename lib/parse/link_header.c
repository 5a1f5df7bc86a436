/* SPDX-License-Identifier: MIT */
/* link_header.c - the links of an HTTP Link header.
 *
 * RFC 8288, appendix B.2 and B.3: lenient, and never failing. What stands before a '<' is passed
 * over, a parameter's first value counts (3.3 says so of rel), names are told in any case. Pure;
 * each byte is read once.
 */
#include "parse/link_header.h"

static void skip_spaces(struct cr_link_header *it)
{
  while (it->at < it->end && (*it->at == ' ' || *it->at == '\t'))
    it->at++;
}

/* Behind the next `c`, or at the end. */
static struct cr_span take_to(struct cr_link_header *it, char c)
{
  const char *begin = it->at;
  const char *found = memchr(begin, c, (size_t)(it->end - begin));

  it->at = found ? found + 1 : it->end;
  return cr_span(begin, (size_t)((found ? found : it->end) - begin));
}

static bool ends_token(char c)
{
  return c == ' ' || c == '\t' || c == '=' || c == ';' || c == ',';
}

static struct cr_span take_token(struct cr_link_header *it)
{
  const char *begin = it->at;

  while (it->at < it->end && !ends_token(*it->at))
    it->at++;
  return cr_span(begin, (size_t)(it->at - begin));
}

/* B.4, from behind the opening quote on. */
static struct cr_span take_quoted(struct cr_link_header *it)
{
  const char *begin = it->at;

  while (it->at < it->end && *it->at != '"')
    it->at += *it->at == '\\' && it->end - it->at > 1 ? 2 : 1;
  struct cr_span text = cr_span(begin, (size_t)(it->at - begin));
  it->at += it->at < it->end;
  return text;
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

/* B.3: the parameters of one link, to the comma that ends them. */
static void take_parameters(struct cr_link_header *it, struct cr_link_value *value)
{
  for (;;) {
    skip_spaces(it);
    if (it->at == it->end || *it->at == ',')
      return;
    if (*it->at != ';') { /* what doesn't belong there */
      it->at++;
      continue;
    }
    it->at++;
    skip_spaces(it);
    struct cr_span name = take_token(it);
    struct cr_link_parameter parameter = { { name.at + name.len, 0 }, false };
    skip_spaces(it);
    if (it->at < it->end && *it->at == '=') {
      it->at++;
      skip_spaces(it);
      parameter.is_quoted = it->at < it->end && *it->at == '"';
      it->at += parameter.is_quoted;
      parameter.text = parameter.is_quoted ? take_quoted(it) : take_token(it);
    }
    note(value, name, &parameter);
  }
}

bool cr_link_header_next(struct cr_link_header *it, struct cr_link_value *value)
{
  *value = (struct cr_link_value){ .has_anchor = false };
  (void)take_to(it, '<'); /* commas and white space, if all is well */
  if (it->at == it->end)
    return false;
  value->target = take_to(it, '>');
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

/* SPDX-License-Identifier: MIT */
/* html_guess.c - what may be a link, where the standard knows none.
 *
 * Strings in scripts that look like a path or a URL, markup in comments, those of Internet
 * Explorer's conditions among them, a doctype's system identifier. Collected only when the kind is
 * asked for by name: what they lead to is a guess.
 */
#include "parse/html_collect.h"

enum { LONGEST_GUESS = 2048 };

static void guess(struct cr_collect *c, const char *tag, struct cr_span href)
{
  struct crawler_link *link = cr_collect_link(c, NULL, CRAWLER_LINK_GUESS, href);
  if (link)
    link->tag = tag;
}

/* ---- scripts ---- */

static bool is_url_byte(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || (c != '\0' && strchr("-._~:/?#@!&()*+,;=%", c));
}

/* "/a/b", "./a", "../a", "http://a", "//a.b/c" and nothing that no URL has. */
static bool looks_like_url(struct cr_span text)
{
  bool is_absolute = cr_span_starts_nocase(text, CR_SPAN("http://")) ||
                     cr_span_starts_nocase(text, CR_SPAN("https://"));
  bool is_path = cr_span_starts_nocase(text, CR_SPAN("/")) ||
                 cr_span_starts_nocase(text, CR_SPAN("./")) ||
                 cr_span_starts_nocase(text, CR_SPAN("../"));
  bool has_word = false;

  if (text.len < 2 || text.len > LONGEST_GUESS || (!is_absolute && !is_path))
    return false;
  for (size_t i = 0; i < text.len; i++) {
    if (!is_url_byte(text.at[i]))
      return false;
    has_word = has_word || cr_is_alpha(text.at[i]) || cr_is_digit(text.at[i]);
  }
  return has_word;
}

/* Behind the string that begins at its quote; strings don't go over lines. */
static const char *end_of_string(const char *at, const char *end)
{
  char quote = *at++;

  while (at < end && *at != quote && *at != '\n')
    at += *at == '\\' && end - at > 1 ? 2 : 1;
  return at;
}

void cr_collect_script(struct cr_collect *c, struct cr_span text, bool is_decoded)
{
  const char *at = text.at;
  const char *end = text.at + text.len;

  (void)is_decoded; /* only ASCII is looked for */
  if (!cr_collect_wants(c, CRAWLER_LINK_GUESS))
    return;
  while (at < end && c->err == 0) {
    if (*at != '"' && *at != '\'' && *at != '`') {
      at++;
      continue;
    }
    const char *close = end_of_string(at, end);
    struct cr_span string = cr_span(at + 1, (size_t)(close - at - 1));
    if (close < end && *close == *at && looks_like_url(string))
      guess(c, "script", string);
    at = close < end ? close + 1 : end;
  }
}

/* ---- comments and doctypes ---- */

/* What was taken out of a page often stays on the server. */
static bool has_tag(struct cr_span text)
{
  const char *end = text.at + text.len;
  const char *at = text.at;

  while ((at = memchr(at, '<', (size_t)(end - at))) && ++at < end)
    if (cr_is_alpha(*at))
      return true;
  return false;
}

/* "[if IE]>" <link ...> "<![endif]" */
static void read_conditional(struct cr_collect *c, struct cr_span text)
{
  const char *open = memchr(text.at, '>', text.len);
  const char *close = memmem(text.at, text.len, "<![endif]", 9);

  if (open && close && open < close)
    c->inside = cr_span(open + 1, (size_t)(close - open - 1));
}

void cr_collect_system_id(struct cr_collect *c, struct cr_span id)
{
  if (id.len > 0 && looks_like_url(id) && cr_collect_wants(c, CRAWLER_LINK_GUESS))
    guess(c, "!doctype", id);
}

/* The last quoted string of "DOCTYPE html SYSTEM "about:legacy-compat"" and its like. */
static void read_doctype(struct cr_collect *c, struct cr_span text)
{
  const char *end = text.at + text.len;
  struct cr_span last = { NULL, 0 };

  for (const char *at = text.at; at < end; at++) {
    if (*at != '"' && *at != '\'')
      continue;
    const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
    if (!close)
      break;
    last = cr_span(at + 1, (size_t)(close - at - 1));
    at = close;
  }
  cr_collect_system_id(c, last);
}

void cr_collect_comment(struct cr_collect *c, struct cr_span text)
{
  if (!cr_collect_wants(c, CRAWLER_LINK_GUESS) || c->depth > 0 || text.len == 0)
    return;
  if (cr_collect_utf8(c, &text) < 0) {
    c->err = CRAWLER_E_NOMEM;
    return;
  }
  if (cr_span_starts_nocase(text, CR_SPAN("[if"))) {
    read_conditional(c, text);
  } else if (cr_span_starts_nocase(text, CR_SPAN("doctype"))) {
    read_doctype(c, text);
  } else if (has_tag(text)) {
    c->inside = text;
    c->is_guess = true;
  }
}

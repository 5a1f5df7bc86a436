/* SPDX-License-Identifier: MIT */
/* html_text.c - text as a reader sees it, white space folded.
 *
 * HTML's white space only: a no-break space stays. Space is added before a word, never behind one,
 * so there is none to be taken off again.
 */
#include "parse/html_text.h"

void cr_html_text_clear(struct cr_html_text *text)
{
  text->len = 0;
  text->needs_space = false;
  text->is_full = false;
}

static void add_word(struct cr_html_text *text, struct cr_span word)
{
  size_t space = text->needs_space && text->len > 0 ? 1 : 0;
  size_t room = sizeof(text->data) - text->len;

  if (room < space + word.len) {
    text->is_full = true;
    if (room <= space)
      return;
    word.len = room - space;
  }
  if (space > 0)
    text->data[text->len++] = ' ';
  memcpy(text->data + text->len, word.at, word.len);
  text->len += word.len;
  text->needs_space = false;
}

void cr_html_text_add(struct cr_html_text *text, struct cr_span more)
{
  const char *at = more.at;
  const char *end = more.len > 0 ? more.at + more.len : at;

  while (at < end && !text->is_full) {
    const char *word = at;
    while (at < end && !cr_is_space(*at))
      at++;
    if (at > word)
      add_word(text, cr_span(word, (size_t)(at - word)));
    if (at < end)
      text->needs_space = true;
    while (at < end && cr_is_space(*at))
      at++;
  }
}

struct cr_span cr_html_text_since(const struct cr_html_text *text, size_t from, size_t max_bytes)
{
  struct cr_span since = cr_span(text->data + from, text->len - from);

  if (since.len > 0 && *since.at == ' ')
    since = cr_span(since.at + 1, since.len - 1);
  if (since.len <= max_bytes && !text->is_full)
    return since;
  if (since.len > max_bytes)
    since.len = max_bytes;
  /* No half of a character: back over its continuation bytes, and over its lead. */
  size_t len = since.len;
  while (len > 0 && ((uint8_t)since.at[len - 1] & 0xc0) == 0x80)
    len--;
  if (len > 0 && (uint8_t)since.at[len - 1] >= 0xc0) {
    uint8_t lead = (uint8_t)since.at[len - 1];
    size_t needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (since.len - len + 1 < needs)
      since.len = len - 1;
  }
  return since;
}

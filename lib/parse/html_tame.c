/* SPDX-License-Identifier: MIT */
/* html_tame.c - what gumbo misreads, written so that it doesn't.
 *
 * gumbo 0.10 differs from the HTML standard here (and in character references, html_reference.c):
 * - In svg and math it compares an end tag's bytes with the names of open elements, white space and
 *   attributes in it, too, so that "</svg\n>" ends nothing. What stands there means nothing
 *   (13.2.5.1, end-tag-with-attributes): the '>' moves to the name, and spaces follow.
 * - </br>, which stands for <br> everywhere (13.2.6.4.7), doesn't keep a frameset from taking the
 *   body's place, nor ends it svg and math.
 * - Of an attribute that is there twice (duplicate-attribute) it drops the second value, and if
 *   that has none, the next attribute's. Spaces take the place of such a one.
 */
#include "parse/html_tame.h"

#include "parse/html_feedback.h"
#include "parse/html_reference.h"

enum { TOKENS_A_CHECK = 1024 };

static char *in(char *html, const char *at)
{
  return html + (at - html);
}

static void shorten(char *html, const struct cr_html_token *token, const char *behind)
{
  char *name_end = in(html, token->name.at + token->name.len);

  memset(name_end, ' ', (size_t)(behind - name_end));
  *name_end = '>';
}

/* "</br" is "<br " from here on. */
static void turn_around(char *html, const struct cr_html_token *token)
{
  memcpy(in(html, token->name.at) - 1, "br ", 3);
}

static bool is_br(const struct cr_html_token *token)
{
  return token->known && strcmp(token->known->name, "br") == 0;
}

static void drop_repeated(char *html, const struct cr_html_token *token)
{
  for (unsigned i = 1; i < token->attribute_count; i++) {
    struct cr_span name = token->attributes[i].name;
    if (!token->attributes[i].value.at && cr_html_is_repeated(token->attributes, i))
      memset(in(html, name.at), ' ', name.len);
  }
}

/* Where that is a guess, or not what gumbo does, all text has: what gumbo writes must be UTF-8. */
static bool has_references(const struct cr_feedback *f, enum cr_html_state state)
{
  return f->doubt != CR_HTML_SURE || f->is_newer || state == CR_HTML_DATA ||
         state == CR_HTML_RCDATA;
}

/* What the tag that t has come to has too much of. */
static void tame_tag(char *html, const struct cr_html_tokens *t, const struct cr_html_token *token,
                     struct cr_feedback *f)
{
  if (token->type == CR_HTML_START_TAG)
    drop_repeated(html, token);
  else if (token->type == CR_HTML_END_TAG && is_br(token))
    turn_around(html, token);
  else if (token->type == CR_HTML_END_TAG && f->foreign_len > 0)
    shorten(html, token, t->at);
}

void cr_html_tame(char *html, size_t len, const atomic_bool *given_up)
{
  struct cr_html_tokens t = { .wanted = CR_HTML_WANT_ALL, .records_all = true };
  struct cr_html_token token = { .type = CR_HTML_OTHER };
  struct cr_feedback f;
  const char *from = html; /* may have references; not looked through yet */
  unsigned tokens = 0;

  cr_feedback_init(&f);
  cr_html_feed(&t, cr_span(html, len), true);
  while (token.type != CR_HTML_MORE) {
    if (++tokens % TOKENS_A_CHECK == 0 && cr_is_given_up(given_up))
      return;
    (void)cr_html_next(&t, &token);
    if (!has_references(&f, token.text_state)) {
      cr_html_tame_references(in(html, from), (size_t)(token.text.at - from));
      from = token.text.at + token.text.len;
    }
    tame_tag(html, &t, &token, &f);
    if (token.type == CR_HTML_START_TAG)
      (void)cr_feedback_start(&f, &t, &token);
    else if (token.type == CR_HTML_END_TAG)
      cr_feedback_end(&f, &t, &token);
  }
  cr_html_tame_references(in(html, from), (size_t)(html + len - from));
}

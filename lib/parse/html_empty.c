/* SPDX-License-Identifier: MIT */
/* html_empty.c - XHTML's empty text elements, written as HTML has them.
 *
 * In XML "<script src='s'/>" is a whole element. HTML knows no such thing (13.2.5.40: the slash
 * means nothing), so that a tree builder takes all that follows for the script. An end tag keeps it
 * from that. Other elements that close themselves stay open to it, but hide nothing.
 */
#include "parse/html_empty.h"

#include "crawl/crawler.h"
#include "parse/html_feedback.h"

enum { TOKENS_A_CHECK = 1024 };

/* out NULL only counts. */
static size_t add(char *out, size_t len, struct cr_span text)
{
  if (out)
    memcpy(out + len, text.at, text.len);
  return len + text.len;
}

static size_t add_end_tag(char *out, size_t len, struct cr_span name)
{
  len = add(out, len, CR_SPAN("</"));
  len = add(out, len, name);
  return add(out, len, CR_SPAN(">"));
}

static size_t write(struct cr_span xhtml, char *out, const atomic_bool *given_up)
{
  struct cr_html_tokens t = { .wanted = CR_HTML_WANT_ALL, .records_all = true, .is_xhtml = true };
  struct cr_html_token token = { .type = CR_HTML_OTHER };
  struct cr_feedback f;
  const char *from = xhtml.at; /* not written yet */
  size_t len = 0;
  unsigned tokens = 0;

  cr_feedback_init(&f);
  cr_html_feed(&t, xhtml, true);
  while (token.type != CR_HTML_MORE) {
    if (++tokens % TOKENS_A_CHECK == 0 && cr_is_given_up(given_up))
      break;
    (void)cr_html_next(&t, &token);
    if (token.type == CR_HTML_START_TAG) {
      (void)cr_feedback_start(&f, &t, &token);
    } else if (token.type == CR_HTML_END_TAG) {
      cr_feedback_end(&f, &t, &token);
      if (token.text_state != CR_HTML_EMPTY)
        continue;
      len = add(out, len, cr_span(from, (size_t)(t.at - from)));
      len = add_end_tag(out, len, cr_span_text(token.known->name));
      from = t.at;
    }
  }
  return add(out, len, cr_span(from, (size_t)(xhtml.at + xhtml.len - from)));
}

int cr_html_end_empty(struct cr_arena *arena, struct cr_span *xhtml)
{
  if (xhtml->len == 0)
    return 0;
  size_t len = write(*xhtml, NULL, arena->given_up);
  if (len == xhtml->len)
    return 0;
  char *out = cr_arena_bytes(arena, len + 1);
  if (!out || cr_is_given_up(arena->given_up)) /* else it is as long as it was counted */
    return CRAWLER_E_NOMEM;
  (void)write(*xhtml, out, NULL);
  out[len] = '\0';
  *xhtml = cr_span(out, len);
  return 0;
}

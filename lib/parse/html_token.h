/* SPDX-License-Identifier: MIT */
/* html_token.h - inside parse/: the tags of a document and the text between them, in a stream.
 *
 * The tokenizer of the HTML standard (13.2.5) over raw bytes of an ASCII-compatible encoding:
 * nothing is copied or decoded. It takes bytes in pieces of any size. What a start tag means for
 * the text behind it is the caller's to say (html_feedback.h), by setting state.
 */
#ifndef CR_PARSE_HTML_TOKEN_H
#define CR_PARSE_HTML_TOKEN_H

#include "base/marks.h"
#include "base/str.h"
#include "parse/html_element.h"

/* What the next bytes are read as. */
enum cr_html_state {
  CR_HTML_DATA,
  CR_HTML_RCDATA,  /* text with references, up to its end tag: title, textarea */
  CR_HTML_RAWTEXT, /* text as it is: style, iframe, ... */
  CR_HTML_SCRIPT,
  CR_HTML_SCRIPT_ESCAPED, /* behind "<!--" */
  CR_HTML_SCRIPT_DOUBLE,  /* behind "<script" in there: the next end tag is hidden */
  CR_HTML_PLAINTEXT,      /* text to the end */
  CR_HTML_EMPTY,          /* nothing: the element ends at once */
  CR_HTML_CDATA,
  CR_HTML_COMMENT,
  CR_HTML_BOGUS /* a doctype, too: ends at '>' */
};

enum cr_html_token_type {
  CR_HTML_MORE, /* the bytes at hand are read but for a tag that is cut; or the end */
  CR_HTML_START_TAG,
  CR_HTML_END_TAG,
  CR_HTML_OTHER /* a comment, a doctype, or a piece of one */
};

struct cr_html_attribute { /* as written; value.at NULL: none */
  struct cr_span name;
  struct cr_span value;
};

/* Has an attribute before that one its name? Then it doesn't count (13.2.5.33). */
static inline bool cr_html_is_repeated(const struct cr_html_attribute *attributes, unsigned at)
{
  for (unsigned i = 0; i < at; i++)
    if (cr_span_eq_nocase(attributes[i].name, attributes[at].name))
      return true;
  return false;
}

/* Of one tag, at most. */
#define CR_HTML_TOKEN_ATTRIBUTES 64

struct cr_html_token {
  enum cr_html_token_type type;
  enum cr_html_state text_state; /* what text was read as */
  /* Before the token, as written: text, or what a comment or doctype says. In CR_HTML_DATA only
   * while everything is wanted, else there may be tags in it. */
  struct cr_span text;
  struct cr_span name;            /* as written */
  const struct cr_element *known; /* NULL: no rules for that name */
  struct cr_html_attribute attributes[CR_HTML_TOKEN_ATTRIBUTES + 1]; /* the last for what is left */
  unsigned attribute_count;
  bool has_more_attributes; /* than there is room for */
  bool is_self_closing;
};

struct cr_html_tokens {
  /* Set by cr_html_feed. */
  const char *begin; /* bytes from here on are at hand */
  const char *at;    /* the first byte that isn't read */
  const char *end;
  struct cr_marks marks;
  bool is_last; /* nothing comes behind end */
  /* Set by whoever reads. */
  bool may_have_cdata; /* in svg and math "<![CDATA[" begins a section */
  enum cr_html_state state;
  bool is_xhtml;                         /* text elements may close themselves (CR_HTML_EMPTY) */
  const struct cr_element *text_element; /* of RCDATA, RAWTEXT, SCRIPT: its end tag ends it */
  /* CR_ELEMENT_LINKS, CR_ELEMENT_FEEDBACK: tags with none of these flags are passed over, unless
   * one of their attributes may be of interest on any element and wants_attributes is set. */
  unsigned wanted;
  bool wants_attributes;
  bool records_all; /* the attributes of all tags, not only of those that have links by rule */
};

#define CR_HTML_WANT_ALL (~0u)

/* May an attribute of that name lead somewhere, whatever element it is of: style, background,
 * hx-get and its like? */
static inline bool cr_html_may_link_anywhere(struct cr_span name)
{
  switch (name.at[0] | 0x20) {
  case 's':
    return name.len == 5 && (name.at[1] | 0x20) == 't'; /* style */
  case 'b':
    return name.len == 10; /* background */
  case 'h':
    return name.len > 4 && name.at[2] == '-'; /* hx-get */
  default:
    return false;
  }
}

/* The bytes to read: those from t->at on that are left of the last ones (they may have moved), and
 * what comes behind them. */
static inline void cr_html_feed(struct cr_html_tokens *t, struct cr_span bytes, bool is_last)
{
  t->begin = bytes.at;
  t->at = bytes.at;
  t->end = bytes.at + bytes.len;
  t->is_last = is_last;
  cr_marks_begin(&t->marks, t->at, t->end);
}

/* The next token; its spans lie in [at, end), and an end tag in CR_HTML_EMPTY has no bytes. After
 * MORE: feed it and call again; after the last bytes, it's over. */
enum cr_html_token_type cr_html_next(struct cr_html_tokens *t, struct cr_html_token *token);
/* Behind MORE: text that isn't whole yet is left unread, as tags are. */
static inline void cr_html_hold_text(struct cr_html_tokens *t, struct cr_html_token *token)
{
  if (t->is_last)
    return;
  t->at = token->text.at;
  t->state = token->text_state; /* a script's may have changed in between */
  token->text.len = 0;
}

#endif

/* SPDX-License-Identifier: MIT */
/* html_token.c - the tags of a document and the text between them, in a stream.
 *
 * The states of the HTML standard's tokenizer, section 13.2.5, as code: each function names its
 * own. A tag that is cut by the end of the bytes at hand is left for the next call; text, comments
 * and scripts are read as far as they go, so nothing but tags is ever read twice.
 */
#include "parse/html_token.h"

#include "base/find.h"

/* What a byte ends in a tag. */
enum { SPACE = 1, SLASH = 2, CLOSE = 4 };

static const uint8_t ends[256] = {
  ['\t'] = SPACE, ['\n'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE,
  [' '] = SPACE,  ['/'] = SLASH,  ['>'] = CLOSE,
};

static bool ends_with(char c, unsigned classes)
{
  return (ends[(uint8_t)c] & classes) != 0;
}

static bool is_letter(char c)
{
  return (uint8_t)((c | 0x20) - 'a') < 26;
}

/* ---- attributes ---- */

/* Half of all time goes by in here; a call for each attribute costs 4 % of it. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The after attribute name and value states, where that isn't simply ="value". Behind the value;
 * NULL: cut. */
static const char *read_odd_value(const char *at, const char *end, struct cr_span *value)
{
  *value = cr_span(NULL, 0);
  while (at < end && ends_with(*at, SPACE))
    at++;
  if (at == end || *at != '=')
    return at < end ? at : NULL;
  at++;
  while (at < end && ends_with(*at, SPACE))
    at++;
  if (at == end)
    return NULL;
  const char *begin = at;
  if (*at == '"' || *at == '\'') {
    at = cr_find_byte(at + 1, end, *at);
    *value = cr_span(begin + 1, (size_t)(at - begin - 1));
    return at < end ? at + 1 : NULL;
  }
  while (at < end && !ends_with(*at, SPACE | CLOSE))
    at++;
  *value = cr_span(begin, (size_t)(at - begin));
  return at < end ? at : NULL;
}

/* The attribute name states, from a name's first byte on, whatever that is. Behind the attribute;
 * NULL: cut. */
ALWAYS_INLINE const char *read_attribute(struct cr_marks *marks, const char *at,
                                         struct cr_html_attribute *out)
{
  const char *end = marks->end;
  const char *p = cr_marks_find(marks, CR_MARK_ATTRIBUTE_END, at + 1);

  out->name = cr_span(at, (size_t)(p - at));
  if (end - p >= 2 && p[0] == '=' && p[1] == '"') {
    at = cr_marks_find(marks, CR_MARK_QUOTE, p + 2);
    out->value = cr_span(p + 2, (size_t)(at - p - 2));
    return at < end ? at + 1 : NULL;
  }
  return read_odd_value(p, end, &out->value);
}

/* The state before an attribute's name: to a name or to '>'; or to the end. */
ALWAYS_INLINE const char *find_attribute(const char *at, const char *end)
{
  while (at < end && ends_with(*at, SPACE | SLASH))
    at++;
  return at;
}

/* Behind the tag's '>'; NULL: cut. */
static const char *read_attributes(struct cr_marks *marks, const char *at,
                                   struct cr_html_token *token)
{
  unsigned count = 0;

  token->has_more_attributes = false;
  while (at) {
    const char *name = find_attribute(at, marks->end);
    if (name == marks->end)
      return NULL;
    if (*name == '>') {
      token->is_self_closing = name > at && name[-1] == '/';
      token->attribute_count = count;
      return name + 1;
    }
    at = read_attribute(marks, name, &token->attributes[count]);
    if (count < CR_HTML_TOKEN_ATTRIBUTES)
      count++;
    else
      token->has_more_attributes = true;
  }
  return NULL;
}

/* The same where no attribute is wanted and all are name="value". NULL: they aren't, or one of them
 * may be wanted on any element, or it's cut. */
static const char *skip_plain_attributes(struct cr_marks *marks, const char *at)
{
  const char *end = marks->end;

  for (;;) {
    at = find_attribute(at, end);
    if (at == end)
      return NULL;
    if (*at == '>')
      return at + 1;
    const char *p = cr_marks_find(marks, CR_MARK_ATTRIBUTE_END, at + 1);
    if (end - p < 2 || p[0] != '=' || p[1] != '"' ||
        cr_html_may_link_anywhere(cr_span(at, (size_t)(p - at))))
      return NULL;
    at = cr_marks_find(marks, CR_MARK_QUOTE, p + 2);
    if (at == end)
      return NULL;
    at++;
  }
}

/* The same however they are written; *may_link: has it one of those that may be anywhere? */
static const char *skip_attributes(struct cr_marks *marks, const char *at, bool *is_self_closing,
                                   bool *may_link)
{
  struct cr_html_attribute attribute;

  while (at) {
    const char *name = find_attribute(at, marks->end);
    if (name == marks->end)
      return NULL;
    if (*name == '>') {
      *is_self_closing = name > at && name[-1] == '/';
      return name + 1;
    }
    at = read_attribute(marks, name, &attribute);
    *may_link |= cr_html_may_link_anywhere(attribute.name);
  }
  return NULL;
}

/* ---- tags ---- */

enum result { TAKEN, PASSED, CUT };

/* Bytes that may be read behind a '<' without a look at the end. */
enum { AHEAD = 16 };

struct tag { /* as far as its name tells */
  const char *open;
  struct cr_span name;
  const struct cr_element_slot *slot; /* NULL: it's no tag, or not read yet (read_name) */
  uint64_t word;
};

/* The tag open, end tag open and tag name states: to the next '<', and over the name behind it.
 * Nearly all tags that aren't wanted are passed over in here. */
static inline void find_tag(struct cr_html_tokens *t, const char *at, struct tag *tag)
{
  struct cr_marks *marks = &t->marks;
  const char *end = t->end;
  unsigned wanted = t->wanted;
  bool wants_all = wanted == CR_HTML_WANT_ALL;

  for (;;) {
    const char *open = cr_marks_next_open(marks, at);
    tag->open = open;
    tag->slot = NULL;
    if (end - open < AHEAD)
      return;
    const char *name = open + 1 + (open[1] == '/');
    if (!is_letter(*name)) /* before a look behind it, where the next '<' may be */
      return;
    /* Two bytes behind the '<', with a '/' there or without. */
    uint64_t name_ends = cr_marks_from(marks, CR_MARK_NAME_END, open + 2);
    if (name_ends == 0)
      return;
    const char *p = open + 2 + cr_first_bit(name_ends);
    const struct cr_span span = cr_span(name, (size_t)(p - name));
    uint64_t word;
    const struct cr_element_slot *slot = cr_html_slot(span, name + 8, &word);
    if (!wants_all && (slot->flags & wanted) == 0) {
      at = *p == '>' ? p + 1 : skip_plain_attributes(marks, p);
      if (at)
        continue;
    }
    tag->name = span;
    tag->slot = slot;
    tag->word = word;
    return;
  }
}

/* The same states for a name that is long or near the end. PASSED: it's no tag. */
static enum result read_name(struct cr_html_tokens *t, struct tag *tag)
{
  tag->name.len = 0;
  if (t->end - tag->open < 2)
    return CUT;
  const char *name = tag->open + 1 + (tag->open[1] == '/');
  if (name == t->end)
    return CUT;
  if (!is_letter(*name))
    return PASSED;
  const char *p = cr_marks_find(&t->marks, CR_MARK_NAME_END, name + 1);
  tag->name = cr_span(name, (size_t)(p - name));
  tag->slot = cr_html_slot(tag->name, t->end, &tag->word);
  return p < t->end ? TAKEN : CUT;
}

/* Moves *at, the '<', behind the tag unless it's cut. */
static inline enum result read_tag(struct cr_html_tokens *t, struct cr_html_token *token,
                                   const struct tag *tag, const char **at)
{
  const char *p = tag->name.at + tag->name.len;
  const struct cr_element *known = cr_html_element_in(tag->slot, tag->name, t->end, tag->word);
  unsigned flags = known ? known->flags : 0; /* it may be a stranger in its slot */
  bool is_wanted = t->wanted == CR_HTML_WANT_ALL || (flags & t->wanted) != 0;
  bool is_recorded = t->records_all || (is_wanted && (flags & CR_ELEMENT_LINKS) != 0);
  const char *behind = p + 1;

  token->is_self_closing = false;
  token->attribute_count = 0;
  token->has_more_attributes = false;
  if (*p != '>') {
    bool may_link = false;
    if (!is_recorded) {
      behind = skip_plain_attributes(&t->marks, p);
      if (behind)
        token->is_self_closing = behind[-2] == '/';
      else
        behind = skip_attributes(&t->marks, p, &token->is_self_closing, &may_link);
    }
    may_link = may_link && t->wants_attributes;
    if (is_recorded || may_link)
      behind = read_attributes(&t->marks, p, token);
    if (!behind)
      return CUT;
    is_wanted = is_wanted || may_link;
  }
  *at = behind;
  if (!is_wanted)
    return PASSED;
  token->name = tag->name;
  token->known = known;
  return TAKEN;
}

/* ---- text, up to the token that ends it ---- */

static enum cr_html_token_type give(struct cr_html_tokens *t, struct cr_html_token *token,
                                    enum cr_html_token_type type, const char *text_end)
{
  token->type = type;
  token->text.len = (size_t)(text_end - token->text.at);
  if (type == CR_HTML_MORE)
    t->at = text_end;
  return type;
}

/* Nothing more can be read: what is cut waits, or, when nothing will come, is text or no tag. */
static enum cr_html_token_type stop(struct cr_html_tokens *t, struct cr_html_token *token,
                                    const char *cut, bool is_text)
{
  if (!t->is_last)
    return give(t, token, CR_HTML_MORE, cut);
  give(t, token, CR_HTML_MORE, is_text ? t->end : cut);
  t->at = t->end;
  return CR_HTML_MORE;
}

static bool starts(const char *at, const char *end, struct cr_span with)
{
  return (size_t)(end - at) >= with.len && memcmp(at, with.at, with.len) == 0;
}

/* Might what stands at `at` still become `with`? */
static bool may_start(const char *at, const char *end, struct cr_span with)
{
  size_t len = (size_t)(end - at);
  return len < with.len && memcmp(at, with.at, len) == 0;
}

/* The markup declaration open state, behind "<!" or "<?": what comes is a comment of some sort, or
 * a CDATA section. False: cut. */
static bool open_declaration(struct cr_html_tokens *t, const char *open)
{
  const char *at = open + 2;
  bool is_bang = open[1] == '!';

  if (is_bang && !t->is_last &&
      (may_start(at, t->end, CR_SPAN("--")) ||
       (t->may_have_cdata && may_start(at, t->end, CR_SPAN("[CDATA[")))))
    return false;
  if (is_bang && starts(at, t->end, CR_SPAN("--"))) {
    if (!t->is_last && t->end - at < 4) /* "<!-->" and "<!--->" are whole */
      return false;
    t->state = CR_HTML_COMMENT;
    t->at = at + 2;
    if (starts(t->at, t->end, CR_SPAN(">")) || starts(t->at, t->end, CR_SPAN("->"))) {
      t->at += *t->at == '>' ? 1 : 2;
      t->state = CR_HTML_DATA;
    }
  } else if (is_bang && t->may_have_cdata && starts(at, t->end, CR_SPAN("[CDATA["))) {
    t->state = CR_HTML_CDATA;
    t->at = at + 7;
  } else {
    t->state = CR_HTML_BOGUS;
    t->at = at;
  }
  return true;
}

/* What begins at '<' and isn't a tag: the tag open and end tag open states. */
static enum cr_html_token_type read_other(struct cr_html_tokens *t, struct cr_html_token *token,
                                          const char *open)
{
  bool is_end = open[1] == '/';
  const char *name = open + 1 + is_end;

  t->at = name + 1; /* "</>" is nothing */
  if (is_end && *name != '>') {
    t->state = CR_HTML_BOGUS;
    t->at = name;
  } else if (!is_end && !open_declaration(t, open)) {
    return stop(t, token, open, false);
  }
  return give(t, token, CR_HTML_OTHER, open);
}

/* The data state. */
static enum cr_html_token_type next_in_data(struct cr_html_tokens *t, struct cr_html_token *token)
{
  const char *at = t->at;
  struct tag tag;

  for (;;) {
    find_tag(t, at, &tag);
    const char *open = tag.open;
    enum result result = tag.slot ? TAKEN : read_name(t, &tag);
    if (result == TAKEN)
      result = read_tag(t, token, &tag, &at);
    if (result == TAKEN) {
      t->at = at;
      return give(t, token, open[1] == '/' ? CR_HTML_END_TAG : CR_HTML_START_TAG, open);
    }
    if (result == CUT)
      return stop(t, token, open, tag.name.len == 0);
    if (!tag.slot && (open[1] == '/' || open[1] == '!' || open[1] == '?'))
      return read_other(t, token, open);
    if (!tag.slot)
      at = open + 1;
  }
}

/* Is there, at '<', the end tag of name? CUT: it can't be told yet. */
static enum result match_end_tag(const struct cr_html_tokens *t, const char *open,
                                 struct cr_span name)
{
  size_t len = (size_t)(t->end - open);
  size_t has = len < name.len + 2 ? len : name.len + 2;

  if (len > 1 && open[1] != '/')
    return PASSED;
  if (has > 2 && !cr_span_eq_nocase(cr_span(open + 2, has - 2), cr_span(name.at, has - 2)))
    return PASSED;
  if (len < name.len + 3)
    return t->is_last ? PASSED : CUT;
  return ends_with(open[name.len + 2], SPACE | SLASH | CLOSE) ? TAKEN : PASSED;
}

/* The end tag that ends text: it is wanted whatever the caller wants. */
static enum cr_html_token_type end_text(struct cr_html_tokens *t, struct cr_html_token *token,
                                        const char *open)
{
  size_t len = cr_span_text(t->text_element->name).len;
  const char *behind;

  token->name = cr_span(open + 2, len);
  token->known = t->text_element;
  behind = read_attributes(&t->marks, open + 2 + len, token);
  if (!behind)
    return stop(t, token, open, false);
  t->at = behind;
  t->state = CR_HTML_DATA;
  return give(t, token, CR_HTML_END_TAG, open);
}

/* RCDATA and RAWTEXT states. */
static enum cr_html_token_type next_in_text(struct cr_html_tokens *t, struct cr_html_token *token)
{
  struct cr_span name = cr_span_text(t->text_element->name);
  const char *open = t->at;

  for (;; open++) {
    open = cr_find_byte(open, t->end, '<');
    if (open == t->end)
      return stop(t, token, open, true);
    enum result result = match_end_tag(t, open, name);
    if (result == TAKEN)
      return end_text(t, token, open);
    if (result == CUT)
      return stop(t, token, open, true);
  }
}

/* Is there "<script" with the end of a name behind it? */
static enum result match_script(const struct cr_html_tokens *t, const char *open)
{
  struct cr_span name = CR_SPAN("<script");
  size_t len = (size_t)(t->end - open);
  size_t has = len < name.len ? len : name.len;

  if (!cr_span_eq_nocase(cr_span(open, has), cr_span(name.at, has)))
    return PASSED;
  if (len <= name.len)
    return t->is_last ? PASSED : CUT;
  return ends_with(open[name.len], SPACE | SLASH | CLOSE) ? TAKEN : PASSED;
}

/* What a '<' means to the script data states. */
static enum result open_in_script(struct cr_html_tokens *t, const char *open)
{
  enum result result = match_end_tag(t, open, CR_SPAN("script"));

  if (result == TAKEN && t->state == CR_HTML_SCRIPT_DOUBLE) {
    t->state = CR_HTML_SCRIPT_ESCAPED;
    return PASSED;
  }
  if (result != PASSED)
    return result;
  if (t->state == CR_HTML_SCRIPT && !t->is_last && may_start(open, t->end, CR_SPAN("<!--")))
    return CUT;
  if (t->state == CR_HTML_SCRIPT && starts(open, t->end, CR_SPAN("<!--"))) {
    t->state = CR_HTML_SCRIPT_ESCAPED;
  } else if (t->state == CR_HTML_SCRIPT_ESCAPED) {
    result = match_script(t, open);
    if (result == CUT)
      return CUT;
    if (result == TAKEN)
      t->state = CR_HTML_SCRIPT_DOUBLE;
  }
  return PASSED;
}

/* The script data states. Behind "<!--" a "<script" hides the next end tag; "-->" ends that. */
static enum cr_html_token_type next_in_script(struct cr_html_tokens *t, struct cr_html_token *token)
{
  const char *at = t->at;

  for (;;) {
    if (t->state == CR_HTML_SCRIPT)
      at = cr_find_byte(at, t->end, '<');
    while (at < t->end && *at != '<' && *at != '-')
      at++;
    if (at == t->end)
      return stop(t, token, at, true);
    if (*at == '-') {
      if (!t->is_last && may_start(at, t->end, CR_SPAN("-->")))
        return stop(t, token, at, true);
      if (starts(at, t->end, CR_SPAN("-->")))
        t->state = CR_HTML_SCRIPT;
      at++;
      continue;
    }
    enum result result = open_in_script(t, at);
    if (result == TAKEN)
      return end_text(t, token, at);
    if (result == CUT)
      return stop(t, token, at, true);
    at++; /* the dashes of "<!--" may be those of "-->" */
  }
}

/* An element whose tag was its end, too: that is told without any bytes. */
static enum cr_html_token_type end_empty(struct cr_html_tokens *t, struct cr_html_token *token)
{
  token->name = cr_span(t->at, 0);
  token->known = t->text_element;
  token->is_self_closing = false;
  token->attribute_count = 0;
  token->has_more_attributes = false;
  t->state = CR_HTML_DATA;
  return give(t, token, CR_HTML_END_TAG, t->at);
}

/* CDATA section states; the section's text. */
static enum cr_html_token_type next_in_cdata(struct cr_html_tokens *t, struct cr_html_token *token)
{
  const char *close = t->at;

  for (;; close++) {
    close = cr_find_byte(close, t->end, ']');
    if (starts(close, t->end, CR_SPAN("]]>"))) {
      t->at = close + 3;
      t->state = CR_HTML_DATA;
      return give(t, token, CR_HTML_OTHER, close);
    }
    if (close == t->end || (!t->is_last && may_start(close, t->end, CR_SPAN("]]>"))))
      return stop(t, token, close, true);
  }
}

/* ---- what is no text ---- */

/* The same as give, for what is read up to `to`. */
static enum cr_html_token_type skip(struct cr_html_tokens *t, struct cr_html_token *token,
                                    enum cr_html_token_type type, const char *to)
{
  t->at = to;
  return give(t, token, type, to);
}

/* Comment states. */
static enum cr_html_token_type next_in_comment(struct cr_html_tokens *t,
                                               struct cr_html_token *token)
{
  for (;;) {
    const char *dash = cr_find_byte(t->at, t->end, '-');
    const char *p = dash;

    while (p < t->end && *p == '-')
      p++;
    bool has_two = p - dash >= 2;
    if (has_two && p < t->end && *p == '!')
      p++;
    if (p == t->end) {
      /* Two dashes decide as well as more. */
      const char *keep = has_two && p[-1] == '-' ? p - 2 : dash;
      return skip(t, token, CR_HTML_MORE, t->is_last ? t->end : keep);
    }
    t->at = p;
    if (has_two && *p == '>') {
      t->state = CR_HTML_DATA;
      return skip(t, token, CR_HTML_OTHER, p + 1);
    }
  }
}

static enum cr_html_token_type next_in_bogus(struct cr_html_tokens *t, struct cr_html_token *token)
{
  const char *close = cr_find_byte(t->at, t->end, '>');

  if (close == t->end)
    return skip(t, token, CR_HTML_MORE, close);
  t->state = CR_HTML_DATA;
  return skip(t, token, CR_HTML_OTHER, close + 1);
}

enum cr_html_token_type cr_html_next(struct cr_html_tokens *t, struct cr_html_token *token)
{
  token->text.at = t->at;
  token->text_state = t->state;
  switch (t->state) {
  case CR_HTML_RCDATA:
  case CR_HTML_RAWTEXT:
    return next_in_text(t, token);
  case CR_HTML_SCRIPT:
  case CR_HTML_SCRIPT_ESCAPED:
  case CR_HTML_SCRIPT_DOUBLE:
    return next_in_script(t, token);
  case CR_HTML_PLAINTEXT:
    return give(t, token, CR_HTML_MORE, t->end);
  case CR_HTML_EMPTY:
    return end_empty(t, token);
  case CR_HTML_CDATA:
    return next_in_cdata(t, token);
  case CR_HTML_COMMENT:
    return next_in_comment(t, token);
  case CR_HTML_BOGUS:
    return next_in_bogus(t, token);
  default:
    return next_in_data(t, token);
  }
}

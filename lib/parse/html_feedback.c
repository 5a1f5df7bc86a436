/* SPDX-License-Identifier: MIT */
/* html_feedback.c - what a tree builder would tell the tokenizer, without a tree.
 *
 * The HTML standard's tree construction (13.2.6), reduced to what changes the list of links. Text
 * states and foreign content follow its rules; nesting is followed only where it can matter:
 * inside links, tables, svg and math. lol-html's tree_builder_simulator and its AmbiguityGuard
 * showed that this can be done, and where it can't.
 */
#include "parse/html_feedback.h"

#include "base/hash.h"

void cr_feedback_init(struct cr_feedback *f)
{
  f->doubt = CR_HTML_SURE;
  f->is_newer = false;
  f->is_fostered = false;
  f->in_select = false;
  f->has_form = false;
  f->has_body = false;
  f->has_begun = false;
  f->may_have_main = false;
  f->may_have_newer = false;
  f->template_depth = 0;
  f->inert_depth = 0;
  f->foreign_len = 0;
  f->table_len = 0;
  f->in_link = false;
  f->link_may_have_p = false;
  f->inner_len = 0;
  f->may_have_p = false;
  f->keeps_p = false;
  f->may_have_button = false;
}

/* ---- as a number ---- */

enum { PACKED_TABLES = 12, PACKED_TABLE_BITS = 4 };

uint64_t cr_feedback_pack(const struct cr_feedback *f)
{
  uint64_t packed = 0;

  if (f->doubt != CR_HTML_SURE || f->foreign_len > 0 || f->in_link || f->in_select ||
      f->template_depth > 0 || !f->has_body || f->table_len > PACKED_TABLES)
    return 0;
  for (uint32_t i = 0; i < f->table_len; i++) {
    if (f->tables[i].in_select)
      return 0;
    packed = packed << PACKED_TABLE_BITS | (uint64_t)f->tables[i].in << 2 |
             (uint64_t)f->tables[i].may_have_p << 1 | f->tables[i].has_moved;
  }
  packed = packed << 4 | f->table_len;
  return packed << 9 | (uint64_t)f->may_have_main << 8 | (uint64_t)f->may_have_newer << 7 |
         (uint64_t)f->is_newer << 6 | (uint64_t)f->is_fostered << 5 | (uint64_t)f->has_form << 4 |
         (uint64_t)f->may_have_p << 3 | (uint64_t)f->keeps_p << 2 |
         (uint64_t)f->may_have_button << 1 | 1;
}

void cr_feedback_unpack(struct cr_feedback *f, uint64_t packed)
{
  f->may_have_main = packed >> 8 & 1;
  f->may_have_newer = packed >> 7 & 1;
  f->is_newer = packed >> 6 & 1;
  f->is_fostered = packed >> 5 & 1;
  f->has_form = packed >> 4 & 1;
  f->may_have_p = packed >> 3 & 1;
  f->keeps_p = packed >> 2 & 1;
  f->may_have_button = packed >> 1 & 1;
  f->table_len = packed >> 9 & 15;
  packed >>= 13;
  for (uint32_t i = f->table_len; i-- > 0; packed >>= PACKED_TABLE_BITS) {
    f->tables[i].in = packed >> 2 & 3;
    f->tables[i].may_have_p = packed >> 1 & 1;
    f->tables[i].in_select = false;
    f->tables[i].is_shadow = false;
    f->tables[i].has_moved = packed & 1;
  }
}

uint64_t cr_html_name_number(struct cr_span name)
{
  const char *end = name.at + name.len;
  uint64_t number = name.len;

  for (const char *at = name.at; at < end; at += 8) {
    size_t left = (size_t)(end - at);
    number = (number ^ cr_html_name_word(at, left, end)) * CR_HASH_FACTOR;
    number ^= number >> 32;
  }
  return number;
}

/* Names without rules have their hash, others the number of their rules. */
uint64_t cr_html_number_of(const struct cr_html_token *token)
{
  return token->known ? (uint64_t)(token->known - cr_html_elements)
                      : cr_html_name_number(token->name) | UINT64_C(1) << 63;
}

static struct cr_feedback_open open_of(const struct cr_html_token *token)
{
  return (struct cr_feedback_open){ cr_html_number_of(token), token->known, CR_HTML_IN_HTML };
}

void cr_feedback_set_state(struct cr_html_tokens *t, const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;

  switch (known->kind) {
  case CR_ELEMENT_TEXT:
    t->state = strcmp(known->name, "title") == 0 ? CR_HTML_RCDATA : CR_HTML_RAWTEXT;
    break;
  case CR_ELEMENT_TEXTAREA:
    t->state = CR_HTML_RCDATA;
    break;
  case CR_ELEMENT_SCRIPT:
    t->state = CR_HTML_SCRIPT;
    break;
  case CR_ELEMENT_PLAINTEXT: /* no end tag ends it, nor is it in XHTML */
    t->state = CR_HTML_PLAINTEXT;
    return;
  default:
    return;
  }
  t->text_element = known;
  if (t->is_xhtml && token->is_self_closing)
    t->state = CR_HTML_EMPTY;
}

/* ---- tables ---- */

static void push_table(struct cr_feedback *f, int in, bool is_shadow)
{
  if (f->table_len == CR_FEEDBACK_DEPTH) {
    cr_feedback_doubt(f, CR_HTML_DOUBT_SIZE);
    return;
  }
  f->tables[f->table_len].in = in;
  f->tables[f->table_len].may_have_p = f->may_have_p;
  f->tables[f->table_len].in_select = f->in_select;
  f->tables[f->table_len].has_moved = false;
  f->tables[f->table_len].is_shadow = is_shadow;
  f->table_len++;
  f->in_select = false;
}

static void pop_table(struct cr_feedback *f)
{
  f->table_len--;
  f->may_have_p = f->tables[f->table_len].may_have_p;
  f->in_select = f->tables[f->table_len].in_select;
}

static void start_table(struct cr_feedback *f)
{
  if (cr_feedback_is_in_table(f))
    f->in_select =
        false; /* the open one ends, with what was moved before it, and this one begins */
  else
    push_table(f, CR_TABLE_ITSELF, false);
}

/* A part of a table: it ends the cell or caption that is open. False: there is no table, and no
 * template, that it could be a part of. */
static bool start_table_part(struct cr_feedback *f, const struct cr_element *known)
{
  if (f->table_len == 0)
    return false;
  if (f->tables[f->table_len - 1].in == CR_TABLE_TEMPLATE)
    return true;
  if (f->in_link)
    cr_feedback_cell_in_link(f, false);
  f->may_have_p = false;
  f->in_select = false;
  f->tables[f->table_len - 1].has_moved = false;
  if (known->kind == CR_ELEMENT_CELL)
    f->tables[f->table_len - 1].in = known->name[1] == 'h' ? CR_TABLE_TH : CR_TABLE_TD;
  else
    f->tables[f->table_len - 1].in =
        known->kind == CR_ELEMENT_CAPTION ? CR_TABLE_CAPTION : CR_TABLE_ITSELF;
  return true;
}

static bool ends_cell(int in, const struct cr_element *known)
{
  switch (in) {
  case CR_TABLE_TD:
    return known->kind == CR_ELEMENT_ROW || known->kind == CR_ELEMENT_SECTION ||
           (known->kind == CR_ELEMENT_CELL && known->name[1] == 'd');
  case CR_TABLE_TH:
    return known->kind == CR_ELEMENT_ROW || known->kind == CR_ELEMENT_SECTION ||
           (known->kind == CR_ELEMENT_CELL && known->name[1] == 'h');
  case CR_TABLE_CAPTION:
    return known->kind == CR_ELEMENT_CAPTION;
  default:
    return false;
  }
}

static void end_table_part(struct cr_feedback *f, const struct cr_element *known)
{
  if (f->table_len == 0 || !ends_cell(f->tables[f->table_len - 1].in, known))
    return;
  if (f->in_link)
    cr_feedback_cell_in_link(f, false);
  f->in_select = false;
  f->tables[f->table_len - 1].in = CR_TABLE_ITSELF;
}

static void end_table(struct cr_feedback *f)
{
  if (f->table_len == 0 || f->tables[f->table_len - 1].in == CR_TABLE_TEMPLATE)
    return;
  if (f->in_link)
    cr_feedback_cell_in_link(f, true);
  pop_table(f);
}

/* ---- templates ---- */

/* Whether the parent of such a template can have a shadow root is left to a tree. */
static bool is_shadow_root(const struct cr_html_token *token)
{
  for (unsigned i = 0; i < token->attribute_count; i++)
    if (cr_span_eq_nocase(token->attributes[i].name, CR_SPAN("shadowrootmode")))
      return cr_html_is_shadow_mode(token->attributes[i].value);
  return false;
}

static void start_template(struct cr_feedback *f, bool is_shadow)
{
  if (f->in_link)
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
  if (is_shadow)
    cr_feedback_doubt(f, CR_HTML_DOUBT_SHADOW);
  push_table(f, CR_TABLE_TEMPLATE, is_shadow);
  f->template_depth++;
  f->inert_depth += is_shadow ? 0 : 1;
}

static void end_template(struct cr_feedback *f)
{
  bool is_template = false;

  if (f->template_depth == 0)
    return;
  f->template_depth--;
  while (!is_template && f->table_len > 0) {
    is_template = f->tables[f->table_len - 1].in == CR_TABLE_TEMPLATE;
    pop_table(f);
  }
  if (!is_template || !f->tables[f->table_len].is_shadow)
    f->inert_depth--;
}

/* ---- start tags ---- */

/* The innermost select ends, and what is open in it. */
static void end_select(struct cr_feedback *f)
{
  if (f->in_link)
    cr_feedback_end_select_in_link(f);
  f->in_select = false;
}

/* Does gumbo, which drops nearly all tags in a select, make of this one what the standard does? A
 * hidden input ends no select that stands in a table, but in no cell. */
static bool is_old_in_select(const struct cr_feedback *f, const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;
  enum cr_element_kind kind = cr_html_kind(known);

  switch (kind) {
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_OPTGROUP:
  case CR_ELEMENT_SCRIPT:
  case CR_ELEMENT_TEMPLATE:
  case CR_ELEMENT_SELECT:
    return true;
  case CR_ELEMENT_FIELD:
    return strcmp(known->name, "input") == 0 && !cr_feedback_is_in_table(f);
  case CR_ELEMENT_COLGROUP:
    return false;
  default:
    if (!known || (known->flags & (CR_ELEMENT_LINKS | CR_ELEMENT_FEEDBACK)) == 0)
      return token->attribute_count == 0; /* any may have links in some of them */
    return cr_element_is_table_part(kind);
  }
}

/* A select holds what any element does, since 2025 (13.2.6.4.7). False: the tag only ends it. */
static bool start_in_select(struct cr_feedback *f, const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;

  f->is_newer = f->is_newer || !is_old_in_select(f, token);
  switch (cr_html_kind(known)) {
  case CR_ELEMENT_SELECT:
    end_select(f);
    return false;
  case CR_ELEMENT_FIELD:
    if (strcmp(known->name, "input") == 0)
      end_select(f);
    return true;
  case CR_ELEMENT_OBJECT: /* one that is open keeps </select> from it */
    cr_feedback_doubt(f, CR_HTML_DOUBT_SELECT);
    return true;
  default:
    return true;
  }
}

/* Is what a start tag makes in a table, but in no cell, moved in front of it? Of the table's own
 * and what may stand there, only what comes to stand in something else that was. */
static bool is_moved(const struct cr_feedback *f, const struct cr_element *known)
{
  if (!cr_feedback_is_in_table(f))
    return false;
  switch (cr_html_kind(known)) {
  case CR_ELEMENT_TABLE:
    return false;
  case CR_ELEMENT_TEMPLATE:
  case CR_ELEMENT_SCRIPT:
  case CR_ELEMENT_FORM:
    return f->tables[f->table_len - 1].has_moved;
  case CR_ELEMENT_TEXT:
    return strcmp(known->name, "style") != 0 || f->tables[f->table_len - 1].has_moved;
  default:
    return !cr_element_is_table_part(cr_html_kind(known));
  }
}

/* html and body: once more they only lend their attributes to what is there. */
static enum cr_html_place start_root(struct cr_feedback *f, const struct cr_html_token *token)
{
  const char *name = token->known->name;
  bool has_begun = f->has_begun;

  f->is_fostered = false;
  f->is_newer = f->is_newer || (f->in_select && token->attribute_count > 0);
  f->has_begun = has_begun || token->known->link_set != CR_LINKS_HTML;
  if (token->known->link_set == CR_LINKS_HEAD && has_begun)
    return CR_HTML_NOWHERE;
  if (strcmp(name, "body") != 0)
    return strcmp(name, "frame") == 0 ? CR_HTML_NOWHERE : CR_HTML_IN_HTML;
  if (f->template_depth > 0)
    return CR_HTML_NOWHERE;
  if (f->has_body && token->attribute_count > 0)
    cr_feedback_doubt(f, CR_HTML_DOUBT_ROOT);
  f->has_body = true;
  return CR_HTML_IN_HTML;
}

/* A form in a form means nothing, wherever that is. */
static bool is_second_form(const struct cr_feedback *f, const struct cr_element *known)
{
  return cr_html_kind(known) == CR_ELEMENT_FORM && f->has_form && f->template_depth == 0;
}

static bool start_form(struct cr_feedback *f, const struct cr_element *known)
{
  bool is_second = is_second_form(f, known);
  f->has_form = f->has_form || f->template_depth == 0;
  return !is_second;
}

/* What is remembered of a start tag in HTML content. False: it makes no element. */
static bool note_start(struct cr_feedback *f, const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;

  switch (cr_html_kind(known)) {
  case CR_ELEMENT_P:
    f->may_have_p = true;
    return true;
  case CR_ELEMENT_OBJECT:
    f->keeps_p = f->keeps_p || f->may_have_p;
    return true;
  case CR_ELEMENT_BUTTON:
    f->keeps_p = f->keeps_p || f->may_have_p;
    f->may_have_button = true;
    return true;
  case CR_ELEMENT_FORM:
    return start_form(f, known);
  case CR_ELEMENT_SELECT:
    f->keeps_p = f->keeps_p || f->may_have_p;
    f->in_select = true;
    return true;
  case CR_ELEMENT_TABLE:
    start_table(f);
    return true;
  case CR_ELEMENT_TEMPLATE:
    start_template(f, is_shadow_root(token));
    return true;
  case CR_ELEMENT_FRAMESET:
    cr_feedback_doubt(f, CR_HTML_DOUBT_FRAMES);
    return true;
  default:
    return !cr_element_is_table_part(cr_html_kind(known)) || start_table_part(f, known);
  }
}

/* Where gumbo's rules are older. */
static void note_newer(struct cr_feedback *f, enum cr_element_kind kind)
{
  f->may_have_main = f->may_have_main || kind == CR_ELEMENT_MAIN;
  f->may_have_newer = f->may_have_newer || kind == CR_ELEMENT_NEWER;
  f->is_newer = f->is_newer || kind == CR_ELEMENT_DOUBTFUL;
}

/* svg or math may be over where nobody said so: then this may be a select, or in one. */
static void guess_select(struct cr_feedback *f, const struct cr_html_token *token)
{
  if (cr_html_kind(token->known) == CR_ELEMENT_SELECT)
    f->in_select = true;
  else
    f->is_newer = f->is_newer || (f->in_select && !is_old_in_select(f, token));
}

enum cr_html_place cr_feedback_start(struct cr_feedback *f, struct cr_html_tokens *t,
                                     const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;

  if (token->has_more_attributes)
    cr_feedback_doubt(f, CR_HTML_DOUBT_SIZE);
  note_newer(f, cr_html_kind(known));
  if (f->foreign_len > 0 && f->doubt != CR_HTML_SURE)
    guess_select(f, token);
  if (f->foreign_len > 0)
    return cr_feedback_start_in_foreign(f, t, token);
  if (known && known->kind == CR_ELEMENT_IGNORED)
    return start_root(f, token);
  f->has_begun = true;
  if (f->in_select && !start_in_select(f, token))
    return CR_HTML_NOWHERE;
  f->is_fostered = is_moved(f, known);
  if (f->is_fostered)
    f->tables[f->table_len - 1].has_moved = true;
  if (known && known->link_set == CR_LINKS_A) {
    cr_feedback_start_link(f, token);
    return CR_HTML_IN_HTML;
  }
  if (f->in_link && !is_second_form(f, known)) {
    struct cr_feedback_open open = open_of(token);
    cr_feedback_start_in_link(f, &open);
  }
  if (!known)
    return CR_HTML_IN_HTML;
  if (known->kind == CR_ELEMENT_FOREIGN) {
    if (f->is_fostered) /* and all that is in it */
      cr_feedback_doubt(f, CR_HTML_DOUBT_TABLE);
    return cr_feedback_start_foreign(f, t, token);
  }
  cr_feedback_set_state(t, token);
  return note_start(f, token) ? CR_HTML_IN_HTML : CR_HTML_NOWHERE;
}

/* ---- end tags ---- */

static void note_end(struct cr_feedback *f, const struct cr_element *known)
{
  switch (cr_html_kind(known)) {
  case CR_ELEMENT_P:
    f->may_have_p = f->keeps_p;
    break;
  case CR_ELEMENT_BUTTON:
    f->may_have_button = false;
    break;
  case CR_ELEMENT_FORM:
    f->is_newer = f->is_newer || (f->in_select && f->has_form);
    f->has_form = f->has_form && f->template_depth > 0;
    break;
  case CR_ELEMENT_SELECT:
    if (f->in_select)
      end_select(f);
    break;
  case CR_ELEMENT_TABLE:
    end_table(f);
    break;
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_SECTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
    end_table_part(f, known);
    break;
  default:
    break;
  }
}

/* </head>, </body>, </html> and </br> say that what stands in front of them is there, empty
 * (13.2.6.4.2 to 4). */
static bool begins_document(const struct cr_element *known)
{
  if (!known)
    return false;
  bool is_root = known->kind == CR_ELEMENT_IGNORED && known->link_set != CR_LINKS_FRAME;
  return is_root || strcmp(known->name, "br") == 0;
}

void cr_feedback_end(struct cr_feedback *f, struct cr_html_tokens *t,
                     const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;

  f->has_begun = f->has_begun || begins_document(known);
  if (f->foreign_len > 0) {
    f->in_select = f->in_select && cr_html_kind(known) != CR_ELEMENT_SELECT;
    bool is_text = token->text_state != CR_HTML_DATA && token->text_state != CR_HTML_CDATA;
    if (is_text || cr_feedback_end_in_foreign(f, t, token)) /* the end of a text is kept nowhere */
      return;
  }
  if (cr_html_kind(known) == CR_ELEMENT_TEMPLATE) {
    end_template(f);
    return;
  }
  if (f->in_link) {
    struct cr_feedback_open open = open_of(token);
    cr_feedback_end_in_link(f, &open);
  }
  note_end(f, known);
}

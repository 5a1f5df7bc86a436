/* SPDX-License-Identifier: MIT */
/* html_stack.h - inside parse/: which elements would be open at this point of a document?
 *
 * The "stack of open elements" of the HTML standard, for the guard alone: no tree. It holds at
 * least what any parser has open. Where parsers may differ, an element is *doubted*: it counts, and
 * stands in the way as before, but no end tag closes down to it any more.
 */
#ifndef CR_PARSE_HTML_STACK_H
#define CR_PARSE_HTML_STACK_H

#include "parse/html_element.h"
#include "parse/html_guard.h"
#include "parse/html_scan.h"

enum cr_space { CR_SPACE_HTML, CR_SPACE_SVG, CR_SPACE_MATH };

struct cr_open {
  const struct cr_element *known; /* NULL: a name without rules */
  struct cr_span name;
  struct cr_span rest; /* its attributes, as written */
  enum cr_space space;
  bool is_listed;  /* among the "active formatting elements" */
  bool is_pending; /* of those, one that was closed with what it stood in: opened again on text */
  bool is_doubted;
};

struct cr_stack {
  struct cr_open open[CR_HTML_MAX_DEPTH + 4];
  size_t len;
  size_t most; /* the greatest len so far; above CR_HTML_MAX_DEPTH nothing else counts any more */
  bool is_past_head;
  bool has_stray_marker; /* some formatting elements can't be found any more */
  bool has_form;         /* a form was begun and no </form> came: another <form> means nothing */
  /* Doubtful which rules hold at all: from here on everything is to open and nothing to close. */
  bool is_unsure;
};

static const size_t CR_STACK_NONE = (size_t)-1;

/* Questions about one element; those about kind and name are for what is surely open. */
bool cr_open_has_kind(const struct cr_open *open, enum cr_element_kind kind);
bool cr_open_is_special(const struct cr_open *open);
bool cr_open_ends_scope(const struct cr_open *open);
bool cr_open_is_marker(const struct cr_open *open);
/* An HTML element of that kind, or one of that name, that may be open. */
bool cr_open_may_be_kind(const struct cr_open *open, enum cr_element_kind kind);
bool cr_open_may_be(const struct cr_open *open, const struct cr_html_tag *tag,
                    const struct cr_element *known);

bool cr_open_is_implied(const struct cr_open *open); /* its end tag may be left out: p, li, rt */
bool cr_open_holds_html(const struct cr_open *open); /* also: inside svg or math it does */
/* A search from the top down meets one of those that would end it. True: it goes on, since it isn't
 * sure that this one is there, or ends searches: then what is found isn't sure either. */
bool cr_open_lets_pass(const struct cr_open *open, bool *is_sure);

const struct cr_open *cr_stack_top(const struct cr_stack *stack); /* NULL: nothing is open */
/* Room is for three beyond CR_HTML_MAX_DEPTH: as many as one tag opens. */
void cr_stack_push(struct cr_stack *stack, const struct cr_html_tag *tag,
                   const struct cr_element *known, enum cr_space space);
/* Closes what is open from `at` on, if that is sure; else doubts it. */
void cr_stack_close(struct cr_stack *stack, size_t at, bool is_sure);
/* It isn't sure what is still open of all from `at` on. */
void cr_stack_doubt(struct cr_stack *stack, size_t at);
/* Takes the one out; what is above it stays. */
void cr_stack_remove(struct cr_stack *stack, size_t at);
/* The topmost HTML element of a kind, down to the end of the scope or to one of kind `barrier`. */
size_t cr_stack_find(const struct cr_stack *stack, enum cr_element_kind kind,
                     enum cr_element_kind barrier, bool *is_sure);
/* Closes it. */
void cr_stack_close_kind(struct cr_stack *stack, enum cr_element_kind kind,
                         enum cr_element_kind barrier);
/* The innermost open table or template; is it a template? */
size_t cr_stack_table(const struct cr_stack *stack);
bool cr_stack_is_in_template(const struct cr_stack *stack);
/* Where nearly all tags mean nothing. If that isn't sure, the whole is unsure from here on. */
bool cr_stack_is_in_select(struct cr_stack *stack);
/* Is there perhaps something open on top that isn't known of? */
bool cr_stack_may_hide_top(const struct cr_stack *stack);

/* Text, or what counts as that, comes: pending elements open again, on top. */
void cr_stack_reopen(struct cr_stack *stack);
/* The start and end tags of formatting elements. False: none is listed, and the tag is as any
 * other. */
void cr_stack_open_formatting(struct cr_stack *stack, const struct cr_html_tag *tag,
                              const struct cr_element *known);
bool cr_stack_close_formatting(struct cr_stack *stack, const struct cr_element *known);

#endif

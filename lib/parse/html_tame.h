/* SPDX-License-Identifier: MIT */
/* html_tame.h - inside parse/: what gumbo misreads, written so that it doesn't.
 */
#ifndef CR_PARSE_HTML_TAME_H
#define CR_PARSE_HTML_TAME_H

#include "base/arena.h"
#include "base/str.h"

/* Huge numbers in character references (html_reference.h), what an end tag in svg and math has
 * behind its name, and attributes that repeat one and have no value. All else stays where it is.
 * Stops where it is once given_up (arena.h; NULL: never) is raised. */
void cr_html_tame(char *html, size_t len, const atomic_bool *given_up);

#endif

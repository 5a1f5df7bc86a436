/* SPDX-License-Identifier: MIT */
/* url_list.h - inside parse/: a text that lists URLs, one a line.
 */
#ifndef CR_PARSE_URL_LIST_H
#define CR_PARSE_URL_LIST_H

#include "base/str.h"

struct cr_url_list { /* what is left of the text, UTF-8 */
  const char *at;
  const char *end;
};

/* The next line that is an absolute http or https URL, without the white space around it; others
 * are passed over. False: no more. */
bool cr_url_list_next(struct cr_url_list *list, struct cr_span *url);

#endif

/* SPDX-License-Identifier: MIT */
/* other_links.h - inside parse/: links that stand in no HTML: in a response's headers, in style
 * sheets, in lists.
 */
#ifndef CR_PARSE_OTHER_LINKS_H
#define CR_PARSE_OTHER_LINKS_H

#include "model/headers.h"
#include "parse/html_collect.h"

/* Of a response that is no redirect: Link, Refresh, Content-Location and Location. Errors are c's.
 */
void cr_header_links(struct cr_collect *c, const struct cr_headers *headers);
/* Of a body that isn't HTML, in UTF-8, by its type. Errors are c's. */
void cr_body_links(struct cr_collect *c, const char *mime, struct cr_span utf8);
/* Are there any to look for in a body of that type, wanted as they are? */
bool cr_body_may_link(const char *mime, uint32_t kinds);

#endif

/* SPDX-License-Identifier: MIT */
/* url_key.h - the parts of the canonical key, for each other only.
 *
 * Each part works on the end of a buffer that holds the key so far, and only takes away.
 */
#ifndef CR_URL_URL_KEY_H
#define CR_URL_URL_KEY_H

#include "url/url_bytes.h"

/* ---- url_key.c ---- */

/* Adds the text of a path or query: escapes of unreserved characters are undone, other ones put in
 * upper case (RFC 3986, section 6.2.2). out has room for it already, by CR_URL_RULE_ESCAPES three
 * times as much. Asked by filter/, too. */
void cr_key_unescape(struct cr_buf *out, struct cr_span text, unsigned rules);

/* ---- url_key_path.c ---- */

/* Might the rules change a path? */
bool cr_key_path_matters(struct cr_span path, unsigned rules);
/* The path that out ends with, from offset from on, by the rules. */
void cr_key_path(struct cr_buf *out, size_t from, unsigned rules);

/* ---- url_key_query.c ---- */

struct cr_key_rules;
/* Might the rules change a query that isn't empty? */
bool cr_key_query_matters(struct cr_span query, const struct cr_key_rules *rules);
/* The query that out ends with, from offset from on, by the rules. CRAWLER_E_NOMEM. */
int cr_key_query(struct cr_buf *out, size_t from, const struct cr_key_rules *rules);

/* ---- url_key_names.c: what is listed; case doesn't matter ---- */

/* A parameter that says where a visitor came from. */
bool cr_key_is_tracking(struct cr_span name);
/* A parameter that says which visitor this is. Asked by filter/, too. */
bool cr_key_is_session(struct cr_span name, struct cr_span value);
/* The file that a server sends for a directory. */
bool cr_key_is_index(struct cr_span file);
/* Is name in a list separated by commas? "a_*" there is all that begins with "a_". */
bool cr_key_is_listed(struct cr_span name, struct cr_span list);

#endif

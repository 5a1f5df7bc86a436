/* SPDX-License-Identifier: MIT */
/* lists.h - lists of schemes, ports, statuses, file extensions and media types: options.
 *
 * Words separated by commas, white space around them doesn't count. They are read where they
 * stand, each time: such lists are short. Pure.
 */
#ifndef CR_FILTER_LISTS_H
#define CR_FILTER_LISTS_H

#include "base/str.h"

/* Is the text such a list? An empty one is. */
bool cr_list_of_schemes(struct cr_span list);    /* "http", "https" */
bool cr_list_of_ports(struct cr_span list);      /* "80", "8000-8999"; 1 to 65535 */
bool cr_list_of_statuses(struct cr_span list);   /* "500", "502-504"; 400 to 599 */
bool cr_list_of_extensions(struct cr_span list); /* "pdf", ".tar"; "none": URLs without one */
bool cr_list_of_types(struct cr_span list); /* "text/html", "image" followed by a slash and '*' */

/* Letters in any case. */
bool cr_list_has_word(struct cr_span list, struct cr_span word);
bool cr_list_has_port(struct cr_span list, int port);
bool cr_list_has_status(struct cr_span list, int status);
/* extension: as cr_url_extension() gives it. */
bool cr_list_has_extension(struct cr_span list, struct cr_span extension);
/* type: without parameters. */
bool cr_list_has_type(struct cr_span list, struct cr_span type);

/* Of a path, with or without a query: what stands behind the last dot of its last segment, without
 * a ";parameter". "": none, as of "/a/", "/a.b/c" and "/.profile". */
struct cr_span cr_url_extension(struct cr_span path);

#endif

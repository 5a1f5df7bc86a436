/* SPDX-License-Identifier: MIT */
/* refresh.h - inside parse/: where a page sends its reader after a while.
 */
#ifndef CR_PARSE_REFRESH_H
#define CR_PARSE_REFRESH_H

#include "base/str.h"

/* content: of <meta http-equiv=refresh>, or of a Refresh header. *url lies in it; at NULL: it
 * names none, and is of the page itself. False: it is no refresh, and nothing is written. */
bool cr_refresh_parse(struct cr_span content, int64_t *delay_ms, struct cr_span *url);

#endif

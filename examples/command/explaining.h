/* SPDX-License-Identifier: MIT */
/* explaining.h - what --explain prints of a URL.
 */
#ifndef COMMAND_EXPLAINING_H
#define COMMAND_EXPLAINING_H

#include "output.h"

/* On stdout: lines for people, or a JSON object where the rest is JSON Lines. 0 or CRAWLER_E_*. */
int explain(struct output *out, const char *url);

#endif

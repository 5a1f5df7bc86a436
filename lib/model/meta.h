/* SPDX-License-Identifier: MIT */
/* meta.h - text by name that travels with a URL: "key\0value\0key\0value\0".
 */
#ifndef CR_MODEL_META_H
#define CR_MODEL_META_H

#include "base/arena.h"
#include "base/str.h"

#define CR_META_MAX_BYTES 65535

/* NULL: none of that name. Borrowed from meta. */
const char *cr_meta_get(struct cr_span meta, const char *key);
/* A new block in arena with key set (value NULL: removed). 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_meta_set(struct cr_span *meta, struct cr_arena *arena, const char *key, const char *value);

#endif

/* SPDX-License-Identifier: MIT */
/* inflate.h - undo HTTP content codings, as a stream (RFC 9110 section 8.4).
 *
 * gzip and x-gzip, deflate (zlib, and raw as many servers send it), br, zstd, and up to
 * CR_INFLATE_STAGES of them stacked. One file per outside library: inflate_zlib.c,
 * inflate_brotli.c, inflate_zstd.c; inflate.c joins them. br and zstd can be left out of a build.
 */
#ifndef CR_BASE_INFLATE_H
#define CR_BASE_INFLATE_H

#include "base/mem.h"
#include "base/str.h"

#define CR_INFLATE_STAGES 3

struct cr_inflate;

/* The header line that asks for what can be undone, "Accept-Encoding: gzip, deflate, br, zstd" but
 * for what isn't built in. */
const char *cr_inflate_accept_line(void);

/* Is this Content-Encoding gzip, and nothing else? */
bool cr_inflate_is_gzip(struct cr_span codings);

/* What a sink answers that has taken the bytes and wants no more for now. */
#define CR_INFLATE_LATER 2

/* Called with decoded bytes, at most 16 KB at a time; other than 0 and CR_INFLATE_LATER stops the
 * stream for good and is returned. */
typedef int (*cr_inflate_sink)(void *arg, const char *data, size_t bytes);

/* codings: a Content-Encoding value. *out is NULL (and 0 is returned) when nothing is to undo
 * (empty, identity). CRAWLER_E_UNSUPPORTED: a coding that isn't known, or isn't built in, or too
 * many. */
int cr_inflate_open(struct cr_inflate **out, struct cr_mem *mem, struct cr_span codings);
/* Feeds wire bytes. 0, CRAWLER_E_NOMEM, CRAWLER_E_FORMAT (broken data), or the sink's value; what
 * isn't 0 is returned by every later call too. Bytes decoded before a break are delivered first,
 * though a library may keep the last of them. Bytes behind the end of the coded stream are
 * ignored (gzip and zstd: further members and frames are decoded). A stack of codings that
 * expands and expands inside and yields next to nothing is CRAWLER_E_FORMAT: no sink could stop
 * it. */
int cr_inflate_add(struct cr_inflate *inf, const char *data, size_t bytes, cr_inflate_sink sink,
                   void *arg);
/* After the sink has answered CR_INFLATE_LATER, which cr_inflate_add returned: the data given there
 * must still be in place. Goes on with what of them isn't decoded, and may be told LATER again;
 * nothing is added before all of them are. Nothing was kept meanwhile but the place. */
int cr_inflate_go_on(struct cr_inflate *inf, cr_inflate_sink sink, void *arg);
/* After the last byte: CRAWLER_E_FORMAT if the coded stream isn't complete. One of no bytes at all
 * is: answers without a body carry the header too. */
int cr_inflate_end(struct cr_inflate *inf);
/* From here on CRAWLER_E_LIMIT when it has yielded over CR_INFLATE_FREE bytes, and over ratio times
 * what it was fed; 0 or less: no limit, as before. */
#define CR_INFLATE_FREE (10 << 20)
void cr_inflate_limit(struct cr_inflate *inf, int64_t ratio);
void cr_inflate_close(struct cr_inflate *inf); /* NULL is fine */

#endif

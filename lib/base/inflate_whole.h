/* SPDX-License-Identifier: MIT */
/* inflate_whole.h - undo gzip of a body that is there in one piece.
 *
 * What most pages are sent in, at two thirds of the cost of a stream (inflate.h). It only says yes
 * to what that would say yes to; all else is left to it: damage, limits, what may be large.
 */
#ifndef CR_BASE_INFLATE_WHOLE_H
#define CR_BASE_INFLATE_WHOLE_H

#include "base/buf.h"
#include "base/str.h"

/* codings: a Content-Encoding value. True: out, which was empty, has the whole body. False: it is
 * still empty, though it may have grown; nothing is known of the body. */
bool cr_inflate_whole(struct cr_buf *out, struct cr_span codings, struct cr_span wire);

#endif

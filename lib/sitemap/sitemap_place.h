/* SPDX-License-Identifier: MIT */
/* sitemap_place.h - which URLs a sitemap may list for where it is.
 */
#ifndef CR_SITEMAP_SITEMAP_PLACE_H
#define CR_SITEMAP_SITEMAP_PLACE_H

#include "base/str.h"

/* Both are serialised http(s) URLs. Is url on the sitemap's origin, in its directory or below? */
bool cr_sitemap_covers(struct cr_span sitemap, struct cr_span url);

#endif

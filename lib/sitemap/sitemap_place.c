/* SPDX-License-Identifier: MIT */
/* sitemap_place.c - which URLs a sitemap may list for where it is (sitemaps.org, "Sitemap file
 * location"): those whose URL begins as its own does, up to the last '/' of the path.
 */
#include "sitemap/sitemap_place.h"

bool cr_sitemap_covers(struct cr_span sitemap, struct cr_span url)
{
  size_t len = 0;

  for (size_t at = 0; at < sitemap.len && sitemap.at[at] != '?' && sitemap.at[at] != '#'; at++)
    if (sitemap.at[at] == '/')
      len = at + 1;
  return url.len >= len && memcmp(url.at, sitemap.at, len) == 0;
}

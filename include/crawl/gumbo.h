/* SPDX-License-Identifier: MIT */
/* crawl/gumbo.h - the document of a page as gumbo's own type, for C callers that know gumbo.
 *
 * Include it only if you compile against the same gumbo as libcrawl was built with: its layout
 * isn't part of libcrawl's ABI. A libcrawl without gumbo (crawler_parts()) has no trees.
 */
#ifndef CRAWL_GUMBO_H
#define CRAWL_GUMBO_H

#include <gumbo.h>

#include "crawl/crawler.h"

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* The tree, read only, alive as long as the page; never gumbo_destroy_output() it. NULL: the page
 * has no tree. Text and original_text point into crawler_page_text(). */
const GumboOutput *crawler_page_gumbo(const crawler_page *page);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif

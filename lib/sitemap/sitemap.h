/* SPDX-License-Identifier: MIT */
/* sitemap.h - what a sitemap lists, read by cursor.
 *
 * By the protocol of sitemaps.org: XML (urlset, sitemapindex), text, RSS and Atom, each of them
 * gzipped or not; namespaces and what else writers get wrong are forgiven. Bytes go in by small
 * steps, entries come out one by one, so that a reader may stop anywhere and go on later. Pure: no
 * I/O, no clock. Untrusted input: time is linear in what it unpacks to; memory is bounded, some
 * hundred KB as a rule, whatever the length.
 */
#ifndef CR_SITEMAP_SITEMAP_H
#define CR_SITEMAP_SITEMAP_H

#include "base/mem.h"
#include "base/str.h"

struct cr_sitemap;

#define CR_SITEMAP_URL_MAX 16384      /* bytes; an entry with a longer one is left out */
#define CR_SITEMAP_ALTERNATES_MAX 256 /* of an entry; further ones are left out */

enum cr_sitemap_format {
  CR_SITEMAP_UNKNOWN, /* not told yet, or none of these */
  CR_SITEMAP_URLSET,
  CR_SITEMAP_INDEX,
  CR_SITEMAP_TEXT,
  CR_SITEMAP_RSS, /* RDF too */
  CR_SITEMAP_ATOM
};

enum cr_sitemap_freq {
  CR_SITEMAP_FREQ_NONE, /* not said, or no word of the protocol */
  CR_SITEMAP_ALWAYS,
  CR_SITEMAP_HOURLY,
  CR_SITEMAP_DAILY,
  CR_SITEMAP_WEEKLY,
  CR_SITEMAP_MONTHLY,
  CR_SITEMAP_YEARLY,
  CR_SITEMAP_NEVER
};

/* The page in another language: xhtml:link rel="alternate". */
struct cr_sitemap_alternate {
  struct cr_span language; /* hreflang; may be empty */
  struct cr_span url;      /* never empty */
};

/* Texts are as written, without white space around them; UTF-8, but for a text's, which are bytes.
 * They are valid until the next call. */
struct cr_sitemap_entry {
  struct cr_span loc; /* never empty */
  bool is_sitemap;    /* another sitemap, that an index lists */
  int64_t lastmod_ms; /* since 1970; 0: not said */
  int priority;       /* in thousandths, 0 to 1000; -1: not said */
  enum cr_sitemap_freq changefreq;
  const struct cr_sitemap_alternate *alternates;
  size_t alternate_count;
};

/* An answer that isn't 0 ends the reading. Of the parsers of one format, which the one of all
 * joins. */
struct cr_sitemap_sink {
  int (*entry)(void *arg, const struct cr_sitemap_entry *entry);
  void *arg;
};

/* codings: the Content-Encoding; gzip is recognised by itself, be it announced or not. 0,
 * CRAWLER_E_NOMEM, or CRAWLER_E_UNSUPPORTED: a coding that isn't known. */
int cr_sitemap_open(struct cr_sitemap **out, struct cr_mem *mem, struct cr_span codings);
/* Takes the next entry. false: there is none, and more bytes are wanted. */
bool cr_sitemap_next(struct cr_sitemap *sitemap, struct cr_sitemap_entry *entry);
/* One step: takes *taken of the bytes, as many as will do no harm; none while entries wait or what
 * was taken before isn't worked off. CRAWLER_E_FORMAT: no sitemap, not well-formed, or broken
 * coding; entries before that place come. CRAWLER_E_LIMIT: made to cost much.
 * CRAWLER_E_UNSUPPORTED: the charset. CRAWLER_E_NOMEM. What isn't 0 stays so. */
int cr_sitemap_add(struct cr_sitemap *sitemap, const char *data, size_t bytes, size_t *taken);
/* Is there something to be had without more bytes: an entry, or a step? */
bool cr_sitemap_is_busy(const struct cr_sitemap *sitemap);
/* After the last byte, when it isn't busy, or after an error: what was cut off may have a last
 * entry. CRAWLER_E_FORMAT, also: not complete, or without any entry and no sitemap. */
int cr_sitemap_end(struct cr_sitemap *sitemap);
enum cr_sitemap_format cr_sitemap_format(const struct cr_sitemap *sitemap);
uint64_t cr_sitemap_read_bytes(const struct cr_sitemap *sitemap); /* unpacked, so far */
void cr_sitemap_close(struct cr_sitemap *sitemap);                /* NULL is fine */

#endif

/* SPDX-License-Identifier: MIT */
/* robots_lines.h - robots.txt as a sequence of records, before anything is made of them.
 *
 * Internal to robots/. A record is a line "field: value"; everything else is passed over. Borrows
 * from the text, allocates nothing, and can't fail.
 */
#ifndef CR_ROBOTS_ROBOTS_LINES_H
#define CR_ROBOTS_ROBOTS_LINES_H

#include "base/str.h"

/* What is read of one line. Google's parser sets this bound (kMaxLineLen - 1 in robots.cc) and
 * ignores what lies behind it; the line counts as ended there. */
#define CR_ROBOTS_LINE_BYTES (2083 * 8 - 1)

enum cr_robots_field {
  CR_ROBOTS_OTHER,
  CR_ROBOTS_AGENT,
  CR_ROBOTS_ALLOW,
  CR_ROBOTS_DISALLOW,
  CR_ROBOTS_DELAY,   /* Crawl-delay: seconds */
  CR_ROBOTS_RATE,    /* Request-rate: requests/seconds */
  CR_ROBOTS_SIGNAL,  /* Content-Signal: what may be done with what is fetched */
  CR_ROBOTS_SITEMAP, /* of the whole file, as is the next */
  CR_ROBOTS_HOST
};

struct cr_robots_record {
  enum cr_robots_field field;
  struct cr_span name;  /* the field as written, never empty */
  struct cr_span value; /* trimmed, without its comment; may be empty */
  uint32_t line;        /* 1-based */
};

struct cr_robots_lines {
  struct cr_span rest;
  uint32_t line; /* how many were read */
  bool strict;   /* set by the caller: names and colons as RFC 9309 has them */
};

/* A byte order mark, what lies behind CR_ROBOTS_MAX_BYTES, and the line cut there are left out. */
void cr_robots_lines_init(struct cr_robots_lines *lines, struct cr_span text);
/* false: the end. */
bool cr_robots_lines_next(struct cr_robots_lines *lines, struct cr_robots_record *record);

#endif

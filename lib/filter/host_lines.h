/* SPDX-License-Identifier: MIT */
/* host_lines.h - header lines that are meant for some hosts and go to no other.
 *
 * Options header_for and credentials, read once. A line is sent to the origins that its pattern
 * matches: "[SCHEME://]HOST[:PORT]", where HOST is a host pattern (host_pattern.h). Without a
 * scheme it is https, without a port the scheme's own: a password is never sent in the clear, nor
 * to another server of the same machine, unless that is what somebody wrote.
 */
#ifndef CR_FILTER_HOST_LINES_H
#define CR_FILTER_HOST_LINES_H

#include "base/mem.h"
#include "base/str.h"

#define CR_HOST_LINES_MAX 1000

enum cr_host_line_kind {
  CR_HOST_LINE_HEADER,     /* "PATTERN Name: value" */
  CR_HOST_LINE_CREDENTIALS /* "PATTERN USER:PASSWORD", which becomes an Authorization header */
};

struct cr_host_lines;

/* text: lines, each but the last ended by LF; copied. CRAWLER_E_VALUE: one isn't of its form;
 * CRAWLER_E_LIMIT: over CR_HOST_LINES_MAX of them; CRAWLER_E_NOMEM. */
int cr_host_lines_open(struct cr_host_lines **out, struct cr_mem *mem, enum cr_host_line_kind kind,
                       const char *text);
void cr_host_lines_close(struct cr_host_lines *lines); /* NULL is fine */

struct cr_host_lines_origin {
  struct cr_span host; /* serialised */
  int port;
  bool https;
};
/* The header line ("Name: value") of the first pattern from *at on that matches, and *at behind it;
 * NULL: no more. lines may be NULL. Lives as long as lines. */
const char *cr_host_lines_next(const struct cr_host_lines *lines,
                               const struct cr_host_lines_origin *origin, size_t *at);

/* Is it a header line, "Name: value", fit to be sent? */
bool cr_is_header_line(struct cr_span line);

#endif

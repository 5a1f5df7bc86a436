/* SPDX-License-Identifier: MIT */
/* scenario_site.h - the site of a scenario, served from 127.0.0.1.
 *
 * A scenario's site is a list of pages as in test/data/crawl/README.md. {{port}} in them stands for
 * the port of the first server, {{port2}} for that of the second, {{sslport}} for that of a server
 * whose certificate nobody trusts.
 */
#ifndef CR_TEST_SCENARIO_SITE_H
#define CR_TEST_SCENARIO_SITE_H

#include "support/jsonl.h"
#include "support/site_server.h"
#include "support/tls_server.h"

enum { CR_SCENARIO_SITES = 2 };

struct cr_scenario_site {
  struct cr_site_server *server;
  const struct cr_json *rows; /* of the file; one for each page */
  struct cr_site_page *pages;
  size_t count;
  bool is_untyped; /* pages without headers have no Content-Type, as wget2's server does it */
  struct cr_tls_server tls; /* of the first; port 0: no page names it */
};

/* Starts the servers of a scenario, then fills them, which needs their ports. Texts are the arena's
 * and row's, and have to stay until stop. */
void cr_scenario_sites_start(struct cr_scenario_site sites[CR_SCENARIO_SITES],
                             const struct cr_json *row, struct cr_jsonl *lines);
void cr_scenario_sites_stop(struct cr_scenario_site sites[CR_SCENARIO_SITES]);
/* text with the ports put in; the arena's. */
const char *cr_scenario_put_ports(const struct cr_scenario_site sites[CR_SCENARIO_SITES],
                                  struct cr_arena *arena, struct cr_span text);
/* As in a request line: what can't stand there is escaped. */
const char *cr_scenario_path(struct cr_arena *arena, const char *path);
/* What is served for a path as it was asked: "/a/" is /a/index.html where there is no /a/ itself.
 * NULL: a 404. */
const struct cr_site_page *cr_scenario_page(const struct cr_scenario_site *site, const char *path);

#endif

/* SPDX-License-Identifier: MIT */
/* curl_cell.h - one curl multi handle on the loop: its sockets, its timer, its connections.
 *
 * libcurl's work for a request grows with the connections in one multi, so a fetcher has several
 * cells of some 1,000 connections rather than a single one. A cell never calls anybody's hook: it
 * only says that a job has ended, possibly inside libcurl, so the owner notes it and acts later.
 */
#ifndef CR_FETCH_CURL_CELL_H
#define CR_FETCH_CURL_CELL_H

#include <curl/curl.h>

#include "fetch/curl_sockets.h"

struct cr_curl_cell;

struct
    cr_curl_job { /* sits inside its owner, zeroed before first use; CURLOPT_PRIVATE points at it */
  struct cr_list link;
  CURL *easy;
  /* Once for each add, unless removed before: CURLcode, or CR_CURL_LOST (then the easy handle is
   * good for nothing but curl_easy_cleanup) or CR_CURL_STARVED. Must not add, remove or close. */
  void (*ended)(struct cr_curl_job *job, int code);
  bool inside;  /* easy is in the multi */
  bool running; /* ended wasn't called yet */
  bool waits;   /* the owner's to say: it doesn't read for a while, and its connection isn't idle */
};

/* sockets: outlives it; may be those of other cells, too, on the same loop.
 * connections: how many it may hold, in use and kept alive; grows by itself when more are in use.
 * Ten seconds after the last job they are closed. */
int cr_curl_cell_open(struct cr_curl_cell **out, struct cr_curl_sockets *sockets,
                      size_t connections);
/* Closes all connections. Its jobs must be removed before. NULL is fine. */
void cr_curl_cell_close(struct cr_curl_cell *cell);
/* Starts job->easy; not inside a libcurl callback. 0, CRAWLER_E_NOMEM or CRAWLER_E_NETWORK. */
int cr_curl_cell_add(struct cr_curl_cell *cell, struct cr_curl_job *job);
/* Takes it out, ended or not; a running one loses its connection. Not inside a libcurl callback. */
void cr_curl_cell_remove(struct cr_curl_cell *cell, struct cr_curl_job *job);
/* libcurl's state of its transfers is uncertain: all end as lost. Not inside a libcurl callback. */
void cr_curl_cell_lose(struct cr_curl_cell *cell);
/* Without jobs: closes its connections now, and leaves the loop. Was there anything to do? */
bool cr_curl_cell_rest(struct cr_curl_cell *cell);
/* Descriptors are short: while on, an idle connection is closed for each that is opened. Without
 * jobs all are, now. */
void cr_curl_cell_conserve(struct cr_curl_cell *cell, bool on);
size_t cr_curl_cell_jobs(const struct cr_curl_cell *cell); /* added and not yet removed */

#endif

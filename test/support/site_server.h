/* SPDX-License-Identifier: MIT */
/* site_server.h - a web site for tests: libevent's HTTP server on a thread of its own.
 *
 * It listens on a free port of 127.0.0.1. What it serves is a table of pages, an answer function
 * for the rest, and below "/p/" a site of so many generated pages. What it was asked is kept.
 */
#ifndef CR_TEST_SITE_SERVER_H
#define CR_TEST_SITE_SERVER_H

#include <stddef.h>

struct cr_site_server;

struct cr_site_page {
  const char *path;    /* with its query */
  int status;          /* 0: 200 */
  const char *headers; /* "Name: value" lines, each ended by LF; NULL: text/html */
  const char *body;    /* NULL: empty */
  size_t bytes;        /* 0: body is text */
  int delay_ms;        /* before the answer */
};

/* A request as it came. Texts are alive until the server stops. */
struct cr_site_request {
  const char *method;  /* "GET" */
  const char *path;    /* with its query */
  const char *headers; /* "Name: value" lines, each ended by LF */
  const char *body;
  size_t bytes;
};

struct cr_site_config {
  const struct cr_site_page *pages;
  size_t count;
  size_t generated; /* pages /p/0, /p/1, ...: each links to the first, the next and ten others */
  /* On the server's thread: fills in the answer, or returns 0 for a 404. May be NULL. */
  int (*answer)(const struct cr_site_request *request, struct cr_site_page *answer, void *user);
  void *user;
};

/* All that goes wrong fails the test. */
struct cr_site_server *cr_site_start(const struct cr_site_config *config);
struct cr_site_server *cr_site_start_pages(const struct cr_site_page *pages, size_t count);
struct cr_site_server *cr_site_start_generated(size_t pages);
void cr_site_stop(struct cr_site_server *site); /* closes everything; NULL is fine */
int cr_site_port(const struct cr_site_server *site);
/* "http://127.0.0.1:PORT" and path; alive until the server stops, at most 64 of them. */
const char *cr_site_url(struct cr_site_server *site, const char *path);

size_t cr_site_count(struct cr_site_server *site, const char *path); /* requests for it so far */
size_t cr_site_total(struct cr_site_server *site);                   /* requests so far */
/* The i-th request for path, from 0; all members NULL: not there (yet). */
struct cr_site_request cr_site_request(struct cr_site_server *site, const char *path, size_t i);
/* The i-th request of all. */
struct cr_site_request cr_site_request_at(struct cr_site_server *site, size_t i);
/* The value of a header of a request, in out of room bytes; NULL: none. */
const char *cr_site_header(const struct cr_site_request *request, const char *name, char *out,
                           size_t room);
/* The answers under way and those to come wait until the gate is opened. */
void cr_site_close_gate(struct cr_site_server *site);
void cr_site_open_gate(struct cr_site_server *site);
/* Waits until so many requests have come; a test that waits 10 seconds has failed. */
void cr_site_wait(struct cr_site_server *site, size_t requests);

#endif

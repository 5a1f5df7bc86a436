/* SPDX-License-Identifier: MIT */
/* curl_options.h - which options an easy handle gets, and when.
 */
#ifndef CR_FETCH_CURL_OPTIONS_H
#define CR_FETCH_CURL_OPTIONS_H

#include "fetch/curl_handle.h"

/* On a new easy handle, once. All return 0, CRAWLER_E_NOMEM or CRAWLER_E_NETWORK. */
int cr_curl_options_set_once(struct cr_curl_handle *h);
/* For h->t. */
int cr_curl_options_set_request(struct cr_curl_handle *h);
/* Where to connect to; NULL: libcurl's business. CRAWLER_E_LIMIT: a host too long. */
int cr_curl_options_set_route(struct cr_curl_handle *h, const char *address);
/* Not on a connection that was kept alive, until the next request is set. */
int cr_curl_options_set_fresh(struct cr_curl_handle *h);
/* After someone else set options: what guards policy or carries our state, URL and route included.
 * Method, headers, TLS and reuse of connections are left as they are. */
int cr_curl_options_set_guards(struct cr_curl_handle *h, const char *address);

/* What curl_handle.c has for libcurl to call. */
size_t cr_curl_take_header(char *line, size_t size, size_t count, void *arg);
int cr_curl_watch(CURL *easy, curl_infotype type, char *data, size_t bytes, void *arg);
size_t cr_curl_take_body(char *data, size_t size, size_t count, void *arg);
curl_socket_t cr_curl_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to);
int cr_curl_close_socket(void *sockets, curl_socket_t fd);
int cr_curl_gate(void *arg, char *peer, char *local, int peer_port, int local_port);
int cr_curl_refuse_lookup(void *resolver, void *reserved, void *arg);

#endif

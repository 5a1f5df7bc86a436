/* SPDX-License-Identifier: MIT */
/* curl_tls.h - whom a TLS connection trusts, and what it shows of itself.
 */
#ifndef CR_FETCH_CURL_TLS_H
#define CR_FETCH_CURL_TLS_H

#include "fetch/curl_handle.h"

/* On a new easy handle, once. */
CURLcode cr_curl_tls_set_once(struct cr_curl_handle *h);
/* For h->t: the client certificate, or none. */
CURLcode cr_curl_tls_set_request(struct cr_curl_handle *h);
/* By h->t, with the server or a proxy. */
bool cr_curl_tls_is_spoken(const struct cr_curl_handle *h);
/* A message or record has come, inside libcurl. true: too many without a byte of HTTP; the
 * connection is dead then. */
bool cr_curl_tls_is_flooded(struct cr_curl_handle *h);

#endif

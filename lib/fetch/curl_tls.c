/* SPDX-License-Identifier: MIT */
/* curl_tls.c - whom a TLS connection trusts, and what it shows of itself.
 *
 * Certificates and names are verified unless option insecure says otherwise; TLS 1.0 and 1.1 aren't
 * spoken (RFC 8996). libcurl keeps connections with and without a client certificate apart, so that
 * one isn't used again for a request that may not show it.
 */
#include "fetch/curl_tls.h"

#include "fetch/sockets.h"

/* Of a handshake with a chain of certificates they are some 50, and two for each record behind it:
 * enough for one of 100 KB, the most that OpenSSL takes, in records of 16 bytes. */
enum { NOISE_MAX = 1 << 14 };

/* With a CA directory set, libcurl reads the CA file again for each connection (40 ms and more)
 * instead of once for each multi. A TLS library that knows no directory answers an error: fine. */
static CURLcode set_trust(struct cr_curl_handle *h)
{
  CURL *easy = h->job.easy;
  const char *ca_file = h->env->ca_file;
  CURLcode bad = CURLE_OK;

  if (*ca_file || !h->env->keep_ca_path) {
    (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
  }
  if (*ca_file) {
    bad = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, ca_file);
  }
  if (h->env->insecure) {
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
  }
  return bad;
}

/* Before 8.12.0 each easy handle keeps the sessions of its last five hosts, and one for which
 * there was no memory leaves a name in its slot that is freed, and is freed again by the next
 * (Curl_ssl_addsessionid()). A connection that is kept alive needs no session. */
CURLcode cr_curl_tls_set_once(struct cr_curl_handle *h)
{
  long least = h->env->tls_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
  CURLcode bad = curl_easy_setopt(h->job.easy, CURLOPT_SSLVERSION, least);

  bad = bad ? bad : curl_easy_setopt(h->job.easy, CURLOPT_PROXY_SSLVERSION, least);
  if (!h->env->keeps_sessions)
    bad = bad ? bad : curl_easy_setopt(h->job.easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  return bad ? bad : set_trust(h);
}

/* A password is always given, if only an empty one: without any, OpenSSL asks for one at the
 * terminal of the process. */
CURLcode cr_curl_tls_set_request(struct cr_curl_handle *h)
{
  CURL *easy = h->job.easy;
  const struct cr_curl_env *env = h->env;
  bool shows = h->t->shows_certificate && *env->client_cert;

  if (shows == h->shows_certificate)
    return CURLE_OK;
  const char *key = *env->client_key ? env->client_key : env->client_cert;
  CURLcode bad = curl_easy_setopt(easy, CURLOPT_SSLCERT, shows ? env->client_cert : NULL);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_SSLKEY, shows ? key : NULL);
  const char *password = shows ? env->client_key_password : NULL;
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_KEYPASSWD, password);
  if (!bad)
    h->shows_certificate = shows;
  return bad;
}

bool cr_curl_tls_is_spoken(const struct cr_curl_handle *h)
{
  return h->t->https ||
         cr_span_starts_nocase(cr_span_text(cr_curl_proxy(h->env, h->t)), CR_SPAN("https:"));
}

/* OpenSSL reads on in one call as long as what comes is not for us: session tickets, new keys and,
 * before the end of a handshake, "hello requests", which aren't even encrypted. Who sends them as
 * fast as they are read would keep the loop, whatever the deadline. libcurl tells of each of them
 * where it is verbose; only the socket can stop it there. */
bool cr_curl_tls_is_flooded(struct cr_curl_handle *h)
{
  if (++h->tls_noise <= NOISE_MAX)
    return false;
  if (h->sockets > 0)
    cr_socket_cut(h->socket);
  else
    cr_curl_sockets_cut(h->env->sockets, h->local_port);
  return true;
}

/* SPDX-License-Identifier: MIT */
/* curl_options.c - which options an easy handle gets, and when.
 *
 * Four groups: constants and settings of the crawl (once), the request, the route (where to
 * connect), and the guards, which are set again when someone else had the handle. Setting an
 * option that doesn't change costs little, but a string is copied each time: what stays, stays.
 * curl_easy_reset() isn't used: it brings back defaults that must not come back (CAPATH).
 */
#include "fetch/curl_options.h"

#include <string.h>

#include "base/inflate.h"
#include "crawl/crawler.h"
#include "fetch/curl_tls.h"

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87.0 or newer is needed (CURLOPT_QUICK_EXIT)"
#endif

/* What browsers send for a page; some servers answer 406 to less. */
#define ACCEPT "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

struct number {
  CURLoption option;
  long value;
};

static const struct number constants[] = {
  { CURLOPT_BUFFERSIZE, 16384 },
  { CURLOPT_MAXAGE_CONN, 8 }, /* seconds idle; servers commonly hang up after 5 */
};

/* What nobody else may change: policy, and what the callbacks here rely on. */
static const struct number guards[] = {
  { CURLOPT_NOSIGNAL, 1 },
  { CURLOPT_QUICK_EXIT, 1 }, /* else a lookup in a thread is joined, which blocks the loop */
  { CURLOPT_NOPROGRESS, 1 },
  { CURLOPT_FOLLOWLOCATION, 0 }, /* redirects pass every stage of a crawl */
  { CURLOPT_PATH_AS_IS, 1 },
  { CURLOPT_HTTP09_ALLOWED, 0 },
  { CURLOPT_HTTP_CONTENT_DECODING, 0 },
  { CURLOPT_HTTP_TRANSFER_DECODING, 1 },
  { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
  { CURLOPT_DNS_CACHE_TIMEOUT, -1 }, /* else each end of a transfer walks the multi's name cache */
  { CURLOPT_CONNECT_ONLY, 0 },
  { CURLOPT_HEADER, 0 },
};

/* Options whose text or object is always none. */
static const CURLoption absent[] = {
  CURLOPT_CURLU,   CURLOPT_CONNECT_TO,      CURLOPT_UNIX_SOCKET_PATH, CURLOPT_ABSTRACT_UNIX_SOCKET,
  CURLOPT_DOH_URL, CURLOPT_ACCEPT_ENCODING,
};

static int result(CURLcode code)
{
  if (code == CURLE_OK)
    return 0;
  return code == CURLE_OUT_OF_MEMORY ? CRAWLER_E_NOMEM : CRAWLER_E_NETWORK;
}

static CURLcode set_numbers(CURL *easy, const struct number *numbers, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    CURLcode bad = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    if (bad)
      return bad;
  }
  return CURLE_OK;
}

#define SET_NUMBERS(easy, numbers) \
  set_numbers(easy, numbers, sizeof(numbers) / sizeof((numbers)[0]))

static CURLcode set_callbacks(struct cr_curl_handle *h)
{
  CURL *easy = h->job.easy;
  CURLcode bad = curl_easy_setopt(easy, CURLOPT_PRIVATE, &h->job);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->detail);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, cr_curl_take_header);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HEADERDATA, h);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, cr_curl_take_body);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_WRITEDATA, h);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, cr_curl_open_socket);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, h);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, cr_curl_close_socket);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, h->env->sockets);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, cr_curl_gate);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PREREQDATA, h);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, cr_curl_refuse_lookup);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, h);
  return bad;
}

/* An empty proxy keeps libcurl from reading http_proxy and others in the environment, an empty
 * "no proxy" list from reading no_proxy. */
static CURLcode set_guards(struct cr_curl_handle *h)
{
  CURL *easy = h->job.easy;
  CURLcode bad = SET_NUMBERS(easy, guards);
  for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
    (void)curl_easy_setopt(easy, absent[i], NULL); /* what isn't built in can't be set either */
  bad = bad ? bad : set_callbacks(h);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROXY, cr_curl_proxy(h->env, h->t));
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PRE_PROXY, NULL);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  return bad;
}

static long ip_resolve(const struct cr_source *source)
{
  return source->ip_version == 4   ? CURL_IPRESOLVE_V4
         : source->ip_version == 6 ? CURL_IPRESOLVE_V6
                                   : CURL_IPRESOLVE_WHATEVER;
}

int cr_curl_options_set_once(struct cr_curl_handle *h)
{
  CURL *easy = h->job.easy;
  CURLcode bad = set_guards(h);
  bad = bad ? bad : SET_NUMBERS(easy, constants);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  /* Where the protocol of a new connection isn't known yet, see whether it can be shared. */
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PIPEWAIT, (long)h->env->http2);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_IPRESOLVE, ip_resolve(h->env->source));
  bad = bad ? bad : cr_curl_tls_set_once(h);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, cr_curl_watch);
  bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_DEBUGDATA, h);
  return result(bad);
}

/* ---- the request ---- */

static bool has_header(const struct cr_transfer *t, struct cr_span name_and_colon)
{
  for (size_t i = 0; i < t->header_count; i++)
    if (cr_span_starts_nocase(cr_span_text(t->headers[i]), name_and_colon))
      return true;
  return false;
}

/* struct curl_slist has no const; libcurl only reads a list that it is given. */
static char *as_list_data(const char *text)
{
  return (char *)(uintptr_t)text;
}

/* The list is ours, node by node, so that it costs no allocation for each request. */
static int set_headers(struct cr_curl_handle *h)
{
  const struct cr_transfer *t = h->t;
  size_t most = t->header_count + 3;
  size_t count = 0;

  if (most > h->line_cap) {
    if (most > SIZE_MAX / sizeof(*h->lines))
      return CRAWLER_E_NOMEM;
    void *lines = cr_resize(h->env->mem, CR_MEM_FETCH, h->lines, most * sizeof(*h->lines));
    if (!lines)
      return CRAWLER_E_NOMEM;
    h->lines = lines;
    h->line_cap = most;
  }
  if (!has_header(t, CR_SPAN("accept-encoding:"))) /* by its option libcurl would judge answers */
    h->lines[count++].data = as_list_data(cr_inflate_accept_line());
  if (!has_header(t, CR_SPAN("accept:")))
    h->lines[count++].data = as_list_data(ACCEPT);
  if (t->method == CRAWLER_POST) /* no "Expect: 100-continue" */
    h->lines[count++].data = as_list_data("Expect:");
  for (size_t i = 0; i < t->header_count; i++)
    h->lines[count++].data = as_list_data(t->headers[i]);
  for (size_t i = 0; i < count; i++)
    h->lines[i].next = i + 1 < count ? &h->lines[i + 1] : NULL;
  return result(curl_easy_setopt(h->job.easy, CURLOPT_HTTPHEADER, count > 0 ? h->lines : NULL));
}

static CURLcode set_method(struct cr_curl_handle *h)
{
  const struct cr_transfer *t = h->t;
  CURL *easy = h->job.easy;
  CURLcode bad = CURLE_OK;

  if (t->method == CRAWLER_POST) {
    bad = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->body.len ? t->body.at : "");
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
  } else if (t->method != h->method) {
    bad = t->method == CRAWLER_HEAD ? curl_easy_setopt(easy, CURLOPT_NOBODY, 1L)
                                    : curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  h->method = t->method;
  return bad;
}

/* The path as it is written, for libcurl's own URL code changes some (it drops an empty query).
 * A plain HTTP proxy is asked for the whole URL; no other proxy sees the request. */
static const char *target(const struct cr_curl_handle *h)
{
  const char *proxy = cr_curl_proxy(h->env, h->t);
  const char *host = strstr(h->t->url, "://");
  const char *path = host ? strchr(host + 3, '/') : NULL;

  if (*proxy && !h->t->https && !cr_span_starts_nocase(cr_span_text(proxy), CR_SPAN("socks")))
    return h->t->url;
  return path ? path : "/";
}

/* Whether a connection is HTTP/2's, and fresh enough then, shows at the gate. */
static CURLcode set_connection(struct cr_curl_handle *h)
{
  CURL *easy = h->job.easy;
  bool forbids_reuse = !h->t->keep_alive;
  bool is_fresh = h->t->fresh && !h->offers_http2;
  CURLcode bad = CURLE_OK;

  if (forbids_reuse != h->forbids_reuse)
    bad = curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, forbids_reuse ? 1L : 0L);
  if (is_fresh != h->is_fresh)
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, is_fresh ? 1L : 0L);
  if (bad)
    return bad;
  h->forbids_reuse = forbids_reuse;
  h->is_fresh = is_fresh;
  return CURLE_OK;
}

/* A stream may be paused, and libcurl would hold up all that share its connection. */
static CURLcode set_version(struct cr_curl_handle *h)
{
  bool offers_http2 = h->env->http2 && h->t->https && !h->t->stream;
  long version = offers_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;

  if (offers_http2 == h->offers_http2)
    return CURLE_OK;
  CURLcode bad = curl_easy_setopt(h->job.easy, CURLOPT_HTTP_VERSION, version);
  if (!bad)
    h->offers_http2 = offers_http2;
  return bad;
}

static CURLcode set_user_agent(struct cr_curl_handle *h)
{
  if (h->user_agent_serial == h->env->user_agent_serial)
    return CURLE_OK;
  const char *text = *h->env->user_agent ? h->env->user_agent : NULL;
  CURLcode bad = curl_easy_setopt(h->job.easy, CURLOPT_USERAGENT, text);
  if (!bad)
    h->user_agent_serial = h->env->user_agent_serial;
  return bad;
}

/* A request's own proxy stays on the handle until the next one has another. */
static CURLcode set_proxy(struct cr_curl_handle *h)
{
  if (!h->t->proxy && !h->has_own_proxy)
    return CURLE_OK;
  h->has_own_proxy = true; /* until the other one is set */
  CURLcode bad = curl_easy_setopt(h->job.easy, CURLOPT_PROXY, cr_curl_proxy(h->env, h->t));
  if (!bad)
    h->has_own_proxy = h->t->proxy != NULL;
  return bad;
}

static CURLcode set_url(struct cr_curl_handle *h)
{
  CURLcode bad = curl_easy_setopt(h->job.easy, CURLOPT_URL, h->t->url);
  return bad ? bad : curl_easy_setopt(h->job.easy, CURLOPT_REQUEST_TARGET, target(h));
}

int cr_curl_options_set_request(struct cr_curl_handle *h)
{
  CURLcode bad = set_url(h);
  bad = bad ? bad : set_method(h);
  bad = bad ? bad : set_version(h);
  bad = bad ? bad : set_connection(h);
  bad = bad ? bad : set_user_agent(h);
  bad = bad ? bad : set_proxy(h);
  bad = bad ? bad : cr_curl_tls_set_request(h);
  return bad ? result(bad) : set_headers(h);
}

/* ---- the route ---- */

enum { PROXY_PORT = 1080, TLS_PROXY_PORT = 443 }; /* CURLOPT_PROXY(3) */

struct cr_curl_place cr_curl_proxy_place(const char *proxy)
{
  struct cr_span text = cr_span_text(proxy);
  struct cr_span rest = cr_span_from(text, cr_span_find(text, ':') + 3); /* "://" */
  struct cr_span host = cr_span(rest.at, strcspn(rest.at, "/?#"));
  uint64_t port = cr_span_starts_nocase(text, CR_SPAN("https:")) ? TLS_PROXY_PORT : PROXY_PORT;
  size_t at;

  while ((at = cr_span_find(host, '@')) < host.len)
    host = cr_span_from(host, at + 1);
  size_t name = cr_span_take(&host, '[') ? cr_span_find(host, ']') : cr_span_find(host, ':');
  struct cr_span behind = cr_span_from(host, name);
  host.len = name;
  (void)cr_span_take(&behind, ']');
  if (cr_span_take(&behind, ':') && behind.len > 0 && !cr_parse_u64(behind, 65535, &port))
    port = 0;
  return (struct cr_curl_place){ host, (int)port };
}

static struct cr_curl_place place_of(const struct cr_curl_handle *h)
{
  const char *proxy = cr_curl_proxy(h->env, h->t);

  return *proxy ? cr_curl_proxy_place(proxy) : (struct cr_curl_place){ h->t->host, h->t->port };
}

static char *put(char *to, struct cr_span text)
{
  memcpy(to, text.at, text.len);
  return to + text.len;
}

/* "HOST:PORT:ADDRESS". An IPv6 literal can't be written so (7.88 splits at the first colon) and
 * needs no route: libcurl reads it as an address by itself. */
static int write_route(struct cr_curl_handle *h, const char *address)
{
  const struct cr_curl_place to = place_of(h);
  char port[CR_U64_DIGITS];
  char *at = h->route;

  h->route_key_bytes = 0;
  if (!address || memchr(to.host.at, ':', to.host.len))
    return 0;
  size_t digits = cr_write_u64(port, (uint64_t)to.port);
  if (to.host.len + digits + strlen(address) + sizeof("::[]") > sizeof(h->route))
    return CRAWLER_E_LIMIT;
  at = put(at, to.host);
  at = put(at, CR_SPAN(":"));
  at = put(at, cr_span(port, digits));
  h->route_key_bytes = (size_t)(at - h->route);
  at = put(at, CR_SPAN(":["));
  at = put(at, cr_span_text(address));
  *put(at, CR_SPAN("]")) = '\0';
  return 0;
}

/* An entry serves every handle of the multi and stays until it is removed; so each handle removes
 * its last one in the list that brings the next. A handle stays with its cell for that reason. */
int cr_curl_options_set_route(struct cr_curl_handle *h, const char *address)
{
  struct curl_slist *old = &h->routes[0];
  struct curl_slist *new = &h->routes[1];
  size_t old_bytes = h->route_key_bytes;

  if (old_bytes > 0) {
    h->old_route[0] = '-';
    memcpy(h->old_route + 1, h->route, old_bytes);
    h->old_route[1 + old_bytes] = '\0';
  }
  int err = write_route(h, address);
  if (err)
    return err;
  bool has_new = h->route_key_bytes > 0;
  bool drops_old = old_bytes > 0 && (old_bytes != h->route_key_bytes ||
                                     memcmp(h->route, h->old_route + 1, old_bytes) != 0);
  *old = (struct curl_slist){ h->old_route, has_new ? new : NULL };
  *new = (struct curl_slist){ h->route, NULL };
  struct curl_slist *list = drops_old ? old : has_new ? new : NULL;
  return result(curl_easy_setopt(h->job.easy, CURLOPT_RESOLVE, list));
}

int cr_curl_options_set_fresh(struct cr_curl_handle *h)
{
  CURLcode bad = curl_easy_setopt(h->job.easy, CURLOPT_FRESH_CONNECT, 1L);
  if (!bad)
    h->is_fresh = true;
  return result(bad);
}

int cr_curl_options_set_guards(struct cr_curl_handle *h, const char *address)
{
  CURLcode bad = set_guards(h);
  bad = bad ? bad : set_url(h);
  return bad ? result(bad) : cr_curl_options_set_route(h, address);
}

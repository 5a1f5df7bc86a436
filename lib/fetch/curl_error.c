/* SPDX-License-Identifier: MIT */
/* curl_error.c - what libcurl's result means for a crawl.
 *
 * A table from CURLcode to reason (codes: libcurl-errors(3)), with the few results before it that
 * mean different things in different places. A code that isn't listed, such as one of a libcurl to
 * come, counts as internal.
 */
#include "fetch/curl_error.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "fetch/sockets.h"

enum { CURLE_TOO_LARGE_SINCE_8_6 = 100 }; /* named in newer headers only */

struct row {
  int number;
  crawler_reason reason;
  const char *text; /* NULL: libcurl's own words */
};

static const struct row codes[] = {
  { CR_CURL_STARVED, CRAWLER_FAILED_INTERNAL, "out of memory or descriptors" },
  { CURLE_UNSUPPORTED_PROTOCOL, CRAWLER_FAILED_PROTOCOL, NULL }, /* HTTP/0.9 too */
  { CURLE_URL_MALFORMAT, CRAWLER_FAILED_PROTOCOL, "libcurl can't ask for such a URL" },
  { CURLE_COULDNT_RESOLVE_PROXY, CRAWLER_FAILED_CONNECT, "the proxy's name did not resolve" },
  { CURLE_COULDNT_RESOLVE_HOST, CRAWLER_FAILED_DNS, NULL },
  { CURLE_COULDNT_CONNECT, CRAWLER_FAILED_CONNECT, NULL },
  { CURLE_INTERFACE_FAILED, CRAWLER_FAILED_CONNECT, NULL },
  { CURLE_PROXY, CRAWLER_FAILED_CONNECT, NULL },
  { CURLE_WEIRD_SERVER_REPLY, CRAWLER_FAILED_PROTOCOL, NULL },
  { CURLE_BAD_CONTENT_ENCODING, CRAWLER_FAILED_PROTOCOL, NULL },
  { CURLE_HTTP2, CRAWLER_FAILED_TRUNCATED, "the HTTP/2 connection ended or broke" },
  { CURLE_HTTP3, CRAWLER_FAILED_PROTOCOL, NULL },
  { CURLE_PARTIAL_FILE, CRAWLER_FAILED_TRUNCATED, "the connection ended before the body did" },
  { CURLE_GOT_NOTHING, CRAWLER_FAILED_TRUNCATED, "the connection ended without a response" },
  { CURLE_SEND_ERROR, CRAWLER_FAILED_TRUNCATED, NULL },
  { CURLE_SEND_FAIL_REWIND, CRAWLER_FAILED_TRUNCATED, NULL },
  { CURLE_RECV_ERROR, CRAWLER_FAILED_TRUNCATED, NULL },
  { CURLE_SSL_SHUTDOWN_FAILED, CRAWLER_FAILED_TRUNCATED, NULL },
  { CURLE_FILESIZE_EXCEEDED, CRAWLER_FAILED_TOO_LARGE, NULL },
  { CURLE_TOO_LARGE_SINCE_8_6, CRAWLER_FAILED_TOO_LARGE, NULL },
  { CURLE_SSL_CONNECT_ERROR, CRAWLER_FAILED_TLS, NULL },
  { CURLE_SSL_CIPHER, CRAWLER_FAILED_TLS, NULL },
  { CURLE_PEER_FAILED_VERIFICATION, CRAWLER_FAILED_TLS, NULL },
  { CURLE_USE_SSL_FAILED, CRAWLER_FAILED_TLS, NULL },
  { CURLE_SSL_CRL_BADFILE, CRAWLER_FAILED_TLS, NULL },
  { CURLE_SSL_ISSUER_ERROR, CRAWLER_FAILED_TLS, NULL },
  { CURLE_SSL_PINNEDPUBKEYNOTMATCH, CRAWLER_FAILED_TLS, NULL },
  { CURLE_SSL_INVALIDCERTSTATUS, CRAWLER_FAILED_TLS, NULL },
  { CURLE_SSL_CLIENTCERT, CRAWLER_FAILED_TLS, NULL },
};

/* Why a connection did not come about, or broke. */
static const struct row system_errors[] = {
  { EMFILE, CRAWLER_FAILED_INTERNAL, "out of descriptors: this process may open no more files" },
  { ENFILE, CRAWLER_FAILED_INTERNAL, "out of descriptors: this system may open no more files" },
  { ENOBUFS, CRAWLER_FAILED_INTERNAL, "out of memory for sockets" },
  { ENOMEM, CRAWLER_FAILED_INTERNAL, "out of memory for sockets" },
  { EADDRNOTAVAIL, CRAWLER_FAILED_CONNECT, "no local address or port to connect from" },
  { ECONNREFUSED, CRAWLER_FAILED_CONNECT, "the server refused the connection" },
  { ECONNRESET, CRAWLER_FAILED_CONNECT, "the server reset the connection" },
  { EHOSTUNREACH, CRAWLER_FAILED_CONNECT, "no route to the host" },
  { ENETUNREACH, CRAWLER_FAILED_CONNECT, "the network is unreachable" },
  { ETIMEDOUT, CRAWLER_FAILED_CONNECT, "the connection attempt timed out" },
  { EACCES, CRAWLER_FAILED_CONNECT, "this system forbids the connection" },
  { EPERM, CRAWLER_FAILED_CONNECT, "this system forbids the connection" },
};

static const struct row *find(const struct row *rows, size_t count, long number)
{
  for (size_t i = 0; i < count; i++)
    if (rows[i].number == number)
      return &rows[i];
  return NULL;
}

#define FIND(rows, number) find(rows, sizeof(rows) / sizeof((rows)[0]), number)

static struct cr_curl_failure failure(crawler_reason reason, const char *text)
{
  return (struct cr_curl_failure){ .reason = reason, .text = text };
}

/* libcurl's words where it has some. */
static const char *words(const struct cr_curl_end *end)
{
  return end->detail && *end->detail ? end->detail : curl_easy_strerror((CURLcode)end->code);
}

static bool detail_has(const struct cr_curl_end *end, const char *text)
{
  return end->detail && strstr(end->detail, text);
}

/* The words of a chunked body's trailer line over 4 KB, up to 8.5; what else might be meant so is a
 * lack of memory for that line. */
static const char long_trailer[] = "Out of memory in chunked-encoding";

/* CURLE_RECV_ERROR is a broken connection, but in some places libcurl means the bytes that came.
 * It has no code of its own for those; the words are the same from 7.87 to 8.16. In TLS 1.3 a
 * server may refuse a client when that has sent its request: the alert's words are OpenSSL's. */
static struct cr_curl_failure receive_failure(const struct cr_curl_end *end)
{
  if (detail_has(end, long_trailer))
    return failure(CRAWLER_FAILED_TOO_LARGE, "a trailer line is too long");
  if (detail_has(end, "chunked-encoding"))
    return failure(CRAWLER_FAILED_PROTOCOL, words(end));
  if (detail_has(end, "Too large response headers"))
    return failure(CRAWLER_FAILED_TOO_LARGE, words(end));
  if (!end->headed && detail_has(end, "SSL routines") && detail_has(end, " alert "))
    return failure(CRAWLER_FAILED_TLS, words(end));
  if (!end->sent) /* a proxy that said no */
    return failure(CRAWLER_FAILED_CONNECT, words(end));
  return failure(CRAWLER_FAILED_TRUNCATED, words(end));
}

/* A stream of HTTP/2 was reset: by the server, or since what it sent there breaks the rules. */
static struct cr_curl_failure stream_failure(const struct cr_curl_end *end)
{
  if (detail_has(end, "PROTOCOL_ERROR"))
    return failure(CRAWLER_FAILED_PROTOCOL, words(end));
  return failure(CRAWLER_FAILED_TRUNCATED, words(end));
}

static struct cr_curl_failure connect_failure(const struct cr_curl_end *end)
{
  const struct row *row = FIND(system_errors, end->os_errno);
  return row ? failure(row->reason, row->text) : failure(CRAWLER_FAILED_CONNECT, words(end));
}

bool cr_curl_may_be_starved(int code)
{
  return code == CR_CURL_STARVED || code == CURLE_OUT_OF_MEMORY || code == CURLE_FAILED_INIT ||
         code == CURLE_SSL_CACERT_BADFILE;
}

static bool is_starved(const struct cr_curl_end *end)
{
  if (end->sent)
    return false;
  return (end->code == CURLE_COULDNT_CONNECT && cr_socket_is_shortage(end->os_errno)) ||
         (cr_curl_may_be_starved(end->code) && end->short_now);
}

static struct cr_curl_failure find_failure(const struct cr_curl_end *end)
{
  switch (end->code) {
  case CURLE_OK: /* also when the connection ended within the head */
    return end->headed ? failure(CRAWLER_REASON_NONE, NULL)
                       : failure(CRAWLER_FAILED_TRUNCATED, "the connection ended within the head");
  case CR_CURL_LOST:
    return failure(end->sent ? CRAWLER_FAILED_TRUNCATED : CRAWLER_FAILED_CONNECT,
                   "libcurl lost track of its connections");
  case CURLE_COULDNT_CONNECT:
    return connect_failure(end);
  case CURLE_RECV_ERROR:
    return receive_failure(end);
  case CURLE_HTTP2_STREAM:
    return stream_failure(end);
  case CURLE_OPERATION_TIMEDOUT:
    return failure(end->sent ? CRAWLER_FAILED_TIMEOUT : CRAWLER_FAILED_CONNECT, words(end));
  case CURLE_BAD_FUNCTION_ARGUMENT: /* up to 8.0 whitespace before the first header */
    return failure(end->sent && !end->headed ? CRAWLER_FAILED_PROTOCOL : CRAWLER_FAILED_INTERNAL,
                   "a header line that can't be read");
  case CURLE_OUT_OF_MEMORY: /* up to 8.5 also a header line of more than 100 KB */
    if (end->sent && !end->headed)
      return failure(CRAWLER_FAILED_TOO_LARGE, "a header line is too long");
    return failure(CRAWLER_FAILED_INTERNAL, "libcurl is out of memory");
  default:
    break;
  }
  const struct row *row = FIND(codes, end->code);
  if (!row)
    return failure(CRAWLER_FAILED_INTERNAL, words(end));
  return failure(row->reason, row->text ? row->text : words(end));
}

struct cr_curl_failure cr_curl_failure(const struct cr_curl_end *end)
{
  struct cr_curl_failure failure = find_failure(end);

  failure.starved = is_starved(end);
  return failure;
}

/* SPDX-License-Identifier: MIT */
/* tls_host.c - an HTTPS server for tests that misbehaves below HTTP, by OpenSSL, on a thread.
 *
 * OpenSSL reads and writes memory, and the bytes are carried to and from the socket here: so they
 * can be slow, and cut anywhere. A blocking socket is enough, as stopping shuts it down.
 */
#include "support/tls_host.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "support/loopback.h"

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

struct cr_tls_host {
  struct cr_tls_config config;
  SSL_CTX *context;
  pthread_t thread;
  int listener;
  int port;
  atomic_int open; /* the connection; -1: none */
  atomic_bool stops;
  atomic_size_t connections;
  atomic_size_t requests;
  atomic_bool sent_all;
};

struct peer {
  struct cr_tls_host *host;
  SSL *ssl;
  BIO *in, *out; /* ssl's */
  int fd;
  int slowly_ms;
};

/* ---- carrying bytes ---- */

static bool send_all(const struct peer *p, const char *data, size_t bytes)
{
  size_t step = p->slowly_ms ? 16 : bytes;
  struct timespec pause = { .tv_nsec = p->slowly_ms * 1000000L };

  for (size_t at = 0; at < bytes; at += step) {
    size_t left = bytes - at < step ? bytes - at : step;
    if (send(p->fd, data + at, left, MSG_NOSIGNAL) != (ssize_t)left)
      return false;
    if (p->slowly_ms)
      (void)nanosleep(&pause, NULL);
  }
  return true;
}

static bool flush(const struct peer *p)
{
  char *data = NULL;
  long bytes = BIO_get_mem_data(p->out, &data);
  bool ok = bytes <= 0 || send_all(p, data, (size_t)bytes);

  (void)BIO_reset(p->out);
  return ok;
}

/* After a call of OpenSSL that returned result: true if it is to be called again. */
static bool carry(const struct peer *p, int result)
{
  char bytes[4096];

  if (!flush(p) || SSL_get_error(p->ssl, result) != SSL_ERROR_WANT_READ)
    return false;
  ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);
  return n > 0 && BIO_write(p->in, bytes, (int)n) == n;
}

static bool shake_hands(const struct peer *p)
{
  int result;

  do
    result = SSL_accept(p->ssl);
  while (carry(p, result));
  return result == 1;
}

static bool read_request(const struct peer *p)
{
  char text[8192];
  size_t len = 0;

  while (len + 1 < sizeof(text)) {
    int n = SSL_read(p->ssl, text + len, (int)(sizeof(text) - 1 - len));
    if (n > 0)
      len += (size_t)n;
    else if (!carry(p, n))
      return false;
    text[len] = '\0';
    if (strstr(text, "\r\n\r\n")) {
      (void)atomic_fetch_add(&p->host->requests, 1);
      return true;
    }
  }
  return false;
}

static bool send_keys(const struct peer *p, int count)
{
  enum { AT_ONCE = 100 };

  for (int i = 0; i < count; i++) {
    if (SSL_key_update(p->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 || SSL_do_handshake(p->ssl) != 1)
      return false;
    if (i % AT_ONCE == AT_ONCE - 1 && !flush(p))
      return false;
  }
  return true;
}

static void answer(const struct peer *p)
{
  const struct cr_tls_config *config = &p->host->config;
  const char *text = config->response ? config->response : page;
  bool is_well = config->first_is_well && atomic_load(&p->host->requests) == 1;

  if (!is_well)
    (void)send_keys(p, config->new_keys);
  (void)SSL_write(p->ssl, text, (int)strlen(text));
  (void)flush(p);
  if (config->keys_behind > 0 && atomic_load(&p->host->requests) == 1)
    atomic_store(&p->host->sent_all, send_keys(p, config->keys_behind));
}

/* ---- connections ---- */

static void reset(int fd)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void end(const struct peer *p)
{
  char byte;

  switch (p->host->config.end) {
  case CR_TLS_CLOSE:
    (void)SSL_shutdown(p->ssl);
    (void)flush(p);
    break;
  case CR_TLS_RESET:
    reset(p->fd);
    break;
  case CR_TLS_GARBAGE:
    (void)send_all(p, "this is no record at all", 24);
    break;
  case CR_TLS_STALL:
    while (recv(p->fd, &byte, 1, 0) > 0)
      ;
    break;
  case CR_TLS_CUT:
  case CR_TLS_AGAIN:
    break;
  }
}

static void serve(struct cr_tls_host *host, int fd)
{
  struct peer p = { .host = host, .fd = fd, .slowly_ms = host->config.slowly_ms };

  p.ssl = SSL_new(host->context);
  p.in = BIO_new(BIO_s_mem());
  p.out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(p.in, -1); /* empty is no end */
  SSL_set_bio(p.ssl, p.in, p.out);
  if (shake_hands(&p)) {
    p.slowly_ms = 0;
    bool again = read_request(&p);
    while (again) {
      answer(&p);
      again = host->config.end == CR_TLS_AGAIN && read_request(&p);
    }
    end(&p);
  }
  SSL_free(p.ssl);
}

static void *run(void *arg)
{
  struct cr_tls_host *host = arg;
  int one = 1;

  while (!atomic_load(&host->stops)) {
    int fd = accept4(host->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
      break;
    (void)atomic_fetch_add(&host->connections, 1);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    atomic_store(&host->open, fd);
    if (!atomic_load(&host->stops))
      serve(host, fd);
    atomic_store(&host->open, -1);
    (void)close(fd);
  }
  return NULL;
}

/* ---- life ---- */

/* RFC 2409's group of 1024 bits, RFC 3526's of 2048; the generator is 2. */
static EVP_PKEY *dh_group(int bits)
{
  BIGNUM *prime = bits == 1024 ? BN_get_rfc2409_prime_1024(NULL) : BN_get_rfc3526_prime_2048(NULL);
  BIGNUM *two = BN_new();
  OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
  EVP_PKEY *group = NULL;

  assert_true(prime && two && build && maker && BN_set_word(two, 2));
  assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, prime), 1);
  assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, two), 1);
  OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
  assert_int_equal(EVP_PKEY_fromdata_init(maker), 1);
  assert_int_equal(EVP_PKEY_fromdata(maker, &group, EVP_PKEY_KEY_PARAMETERS, params), 1);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(build);
  EVP_PKEY_CTX_free(maker);
  BN_free(prime);
  BN_free(two);
  return group;
}

static void make_context(struct cr_tls_host *host, struct cr_cert_pool *pool)
{
  const struct cr_tls_config *config = &host->config;

  host->context = SSL_CTX_new(TLS_server_method());
  assert_non_null(host->context);
  SSL_CTX_set_security_level(host->context, 0); /* what is bad is for the client to refuse */
  if (config->least_version || config->most_version)
    assert_int_equal(SSL_CTX_set_min_proto_version(host->context, config->least_version), 1);
  if (config->most_version)
    assert_int_equal(SSL_CTX_set_max_proto_version(host->context, config->most_version), 1);
  if (config->ciphers)
    assert_int_equal(SSL_CTX_set_cipher_list(host->context, config->ciphers), 1);
  if (config->dh_bits)
    assert_int_equal(SSL_CTX_set0_tmp_dh_pkey(host->context, dh_group(config->dh_bits)), 1);
  if (config->wants_client_cert)
    SSL_CTX_set_verify(host->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  cr_cert_use(pool, &config->cert, host->context);
}

struct cr_tls_host *cr_tls_host_start(struct cr_cert_pool *pool, const struct cr_tls_config *config)
{
  struct cr_tls_host *host = calloc(1, sizeof(*host));

  assert_non_null(host);
  host->config = *config;
  make_context(host, pool);
  atomic_init(&host->open, -1);
  host->listener = cr_loopback_listen(16, &host->port);
  assert_int_equal(pthread_create(&host->thread, NULL, run, host), 0);
  return host;
}

void cr_tls_host_stop(struct cr_tls_host *host)
{
  atomic_store(&host->stops, true);
  (void)shutdown(host->listener, SHUT_RDWR);
  int fd = atomic_load(&host->open);
  if (fd >= 0)
    (void)shutdown(fd, SHUT_RDWR);
  assert_int_equal(pthread_join(host->thread, NULL), 0);
  (void)close(host->listener);
  SSL_CTX_free(host->context);
  free(host);
}

int cr_tls_host_port(const struct cr_tls_host *host)
{
  return host->port;
}

size_t cr_tls_host_connections(struct cr_tls_host *host)
{
  return atomic_load(&host->connections);
}

bool cr_tls_host_sent_all(struct cr_tls_host *host)
{
  return atomic_load(&host->sent_all);
}

size_t cr_tls_host_requests(struct cr_tls_host *host)
{
  return atomic_load(&host->requests);
}

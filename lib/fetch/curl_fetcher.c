/* SPDX-License-Identifier: MIT */
/* curl_fetcher.c - the fetcher that asks real servers, with libcurl.
 *
 * Opens and closes what transfers share, and gives each transfer to an attempt (curl_attempt.c) at
 * home in the cell of its host: libcurl's work for a request grows with the connections in one
 * multi handle. By TLS only the first few cells are used, as each reads the CA certificates.
 */
#include "base/hash.h"
#include "fetch/curl_attempt.h"

enum {
  LIBCURL_OLDEST = 0x075700,   /* 7.87.0: CURLOPT_QUICK_EXIT */
  LIBCURL_SOUND = 0x080100,    /* 8.1.0: see cr_curl_watch() */
  LIBCURL_SESSIONS = 0x080c00, /* 8.12.0: see cr_curl_tls_set_once() */
  CELL_CONNECTIONS = 250,      /* cost 5 us a request at most, at 15 to 20 ns each (7.88.1) */
  TLS_CELL_CONNECTIONS = 1000, /* each of these reads the CA certificates: 45 ms, 0.85 MB */
  NAMES_CACHED = 16384,
  NAMES_ASKED = 8192, /* at the same time: more than transfers wait for, as a rule */
  NAMES_PROMPT = 64,  /* of these, a moment ago: two packets each, for which sockets have room */
  NAME_TIMEOUT_MS = 30000 /* unless the configuration says otherwise */
};

struct fetcher {
  struct cr_fetcher base;
  struct cr_fetcher_config config;
  struct cr_curl_common common;
  struct cr_curl_sockets sockets;
  struct cr_curl_home **homes;
  size_t home_count;
  size_t tls_home_count; /* the first ones */
  struct cr_source source;
  size_t planned; /* transfers in flight that the homes are made for */
  bool has_curl;
};

static struct fetcher *fetcher_of(struct cr_fetcher *base)
{
  return CR_CONTAINER(base, struct fetcher, base);
}

/* ---- homes ---- */

static void close_home(struct fetcher *f, struct cr_curl_home *home)
{
  struct cr_list *node;

  while ((node = cr_list_pop(&home->idle)))
    cr_curl_attempt_free(CR_CONTAINER(node, struct cr_curl_attempt, link));
  cr_curl_cell_close(home->cell);
  cr_free(f->config.mem, home);
}

/* For so many connections; all of a host's are in one cell, though. */
static int add_home(struct fetcher *f, size_t connections)
{
  struct cr_curl_home *home = cr_zalloc(f->config.mem, CR_MEM_FETCH, sizeof(*home));
  if (!home)
    return CRAWLER_E_NOMEM;
  cr_list_init(&home->idle);
  int err = cr_curl_cell_open(&home->cell, &f->sockets, connections + f->config.host_connections);
  if (err) {
    cr_free(f->config.mem, home);
    return err;
  }
  f->homes[f->home_count++] = home;
  return 0;
}

static size_t shares_of(size_t connections, size_t most)
{
  return connections / most + (connections % most != 0);
}

/* Enough cells for so many transfers in flight. More cells move hosts to others, which costs the
 * connections that those had kept alive, no more. */
static int plan(struct fetcher *f, size_t transfers)
{
  size_t cell_size = f->config.cell_size ? f->config.cell_size : CELL_CONNECTIONS;
  size_t connections = transfers + f->config.idle_connections;
  size_t count = shares_of(connections, cell_size);
  size_t tls_count = shares_of(connections, TLS_CELL_CONNECTIONS);
  int err = 0;

  if (count > f->home_count) {
    void *homes = cr_resize(f->config.mem, CR_MEM_FETCH, f->homes, count * sizeof(*f->homes));
    if (!homes)
      return CRAWLER_E_NOMEM;
    f->homes = homes;
  }
  while (!err && f->home_count < count)
    err = add_home(f, connections / (f->home_count < tls_count ? tls_count : count));
  f->planned = transfers;
  f->tls_home_count = tls_count < f->home_count ? tls_count : f->home_count;
  return err;
}

static struct cr_curl_home *home_of(const struct fetcher *f, const struct cr_transfer *t)
{
  size_t count = t->https ? f->tls_home_count : f->home_count;

  return f->homes[cr_hash64(t->host.at, t->host.len, f->config.random_seed) % count];
}

/* ---- the operations ---- */

static int start(struct cr_fetcher *base, struct cr_transfer *t)
{
  struct fetcher *f = fetcher_of(base);

  if (f->common.active_count >= f->planned)
    (void)plan(f, 2 * f->planned); /* without memory the cells get larger instead */
  struct cr_curl_attempt *a = cr_curl_attempt_take(&f->common, home_of(f, t));
  return a ? cr_curl_attempt_start(a, t) : CRAWLER_E_NOMEM;
}

static void cancel(struct cr_fetcher *base, struct cr_transfer *t)
{
  (void)base;
  if (t->state)
    cr_curl_attempt_cancel(t->state);
}

static void resume(struct cr_fetcher *base, struct cr_transfer *t, enum cr_fetch_answer answer)
{
  (void)base;
  if (t->state)
    cr_curl_attempt_resume(t->state, answer);
}

static int answer_token(struct cr_fetcher *base, uint64_t token, const char *addresses,
                        int64_t ttl_ms)
{
  struct fetcher *f = fetcher_of(base);
  if (!f->common.resolver)
    return CRAWLER_E_INVAL;
  return cr_resolver_answer(f->common.resolver, token, addresses, ttl_ms);
}

/* All or nothing. */
static int configure(struct cr_fetcher *base, const char *allow_private, const char *resolve,
                     const char *user_agent)
{
  struct fetcher *f = fetcher_of(base);
  struct cr_curl_env *env = &f->common.env;
  struct cr_address_policy *policy = NULL;
  char *agent = cr_strdup(f->config.mem, CR_MEM_FETCH, user_agent ? user_agent : "");
  int err = agent ? 0 : CRAWLER_E_NOMEM;

  if (!err)
    err = cr_address_policy_open(&policy, f->config.mem, allow_private ? allow_private : "");
  if (!err && f->common.resolver)
    err = cr_resolver_set_overrides(f->common.resolver, resolve ? resolve : "");
  if (err)
    goto done;

  struct cr_address_policy *old_policy = env->policy;
  char *old_agent = env->user_agent;
  env->policy = policy;
  env->user_agent = agent;
  env->user_agent_serial++;
  policy = old_policy;
  agent = old_agent;
done:
  cr_address_policy_close(policy);
  cr_free(f->config.mem, agent);
  return err;
}

/* A cell at a time: to close a connection takes 0.1 ms. */
static bool rest(struct cr_fetcher *base)
{
  struct fetcher *f = fetcher_of(base);

  for (size_t i = 0; i < f->home_count; i++)
    if (cr_curl_cell_rest(f->homes[i]->cell))
      return true;
  return false;
}

static void conserve(struct cr_fetcher *base, bool on)
{
  struct fetcher *f = fetcher_of(base);

  for (size_t i = 0; i < f->home_count; i++)
    cr_curl_cell_conserve(f->homes[i]->cell, on);
}

static void close_fetcher(struct cr_fetcher *base)
{
  struct fetcher *f = fetcher_of(base);

  while (!cr_list_empty(&f->common.active))
    cr_curl_attempt_cancel(CR_CONTAINER(f->common.active.next, struct cr_curl_attempt, link));
  for (size_t i = 0; i < f->home_count; i++)
    close_home(f, f->homes[i]);
  cr_free(f->config.mem, f->homes);
  cr_list_remove(&f->common.delivery.link);
  cr_resolver_close(f->common.resolver);
  cr_address_policy_close(f->common.env.policy);
  cr_free(f->config.mem, f->common.env.user_agent);
  cr_curl_sockets_free(&f->sockets);
  if (f->has_curl)
    curl_global_cleanup();
  cr_free(f->config.mem, f);
}

static const struct cr_fetcher_ops curl_ops = {
  .name = "libcurl",
  .start = start,
  .cancel = cancel,
  .resume = resume,
  .resolved = answer_token,
  .configure = configure,
  .rest = rest,
  .conserve = conserve,
  .close = close_fetcher,
};

/* ---- opening ---- */

/* libcurl counts its initialisations, and since 7.84 they are thread-safe. */
static int open_curl(struct fetcher *f)
{
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return CRAWLER_E_NETWORK;
  f->has_curl = true;
  const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
  if (version->version_num < LIBCURL_OLDEST)
    return CRAWLER_E_NETWORK;
  f->common.env.keep_ca_path = !version->cainfo;
  f->common.env.guards_lines = version->version_num < LIBCURL_SOUND;
  f->common.env.keeps_sessions = version->version_num >= LIBCURL_SESSIONS;
  return 0;
}

/* Only proxies that are given the host's name: socks4 and socks5 would have libcurl look it up. */
bool cr_curl_proxy_is_usable(struct cr_span proxy)
{
  static const char *const schemes[] = { "http://", "https://", "socks4a://", "socks5h://" };

  for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
    if (cr_span_starts_nocase(proxy, cr_span_text(schemes[i])))
      return true;
  return proxy.len == 0;
}

static int open_resolver(struct fetcher *f)
{
  const struct cr_fetcher_config *config = &f->config;
  struct cr_resolver_config resolver = {
    .mem = config->mem,
    .loop = config->loop,
    .servers = config->dns_servers,
    .timeout_ms = config->dns_timeout_ms > 0 ? config->dns_timeout_ms : NAME_TIMEOUT_MS,
    .max_cached = NAMES_CACHED,
    .max_active = NAMES_ASKED,
    .max_prompt = NAMES_PROMPT,
    .ip_version = f->source.ip_version,
    .hook = config->resolve_hook,
    .user = config->user,
  };
  return cr_resolver_open(&f->common.resolver, &resolver);
}

static const char *text_of(const char *text)
{
  return text ? text : "";
}

static int read_source(struct fetcher *f)
{
  int err = cr_source_read(&f->source, cr_span_text(f->config.interface));

  if (f->config.ip_version)
    f->source.ip_version = f->config.ip_version;
  f->common.env.source = &f->source;
  return err;
}

static int open_parts(struct fetcher *f)
{
  const struct cr_fetcher_config *config = &f->config;
  struct cr_curl_env *env = &f->common.env;

  env->mem = config->mem;
  env->loop = config->loop;
  env->sockets = &f->sockets;
  env->proxy = text_of(config->proxy);
  env->ca_file = text_of(config->ca_file);
  env->client_cert = text_of(config->client_cert);
  env->client_key = text_of(config->client_key);
  env->client_key_password = text_of(config->client_key_password);
  env->tls_1_3 = config->tls_1_3;
  env->http2 = config->http2;
  env->insecure = config->insecure;
  env->may_grow = config->may_grow;
  env->user = config->user;
  if (!cr_curl_proxy_is_usable(cr_span_text(env->proxy)))
    return CRAWLER_E_VALUE;
  int err = read_source(f);
  if (!err)
    err = open_curl(f);
  if (!err)
    err = open_resolver(f);
  if (!err)
    err = configure(&f->base, config->allow_private, config->resolve, config->user_agent);
  if (!err)
    err = plan(f, config->concurrency > 0 ? config->concurrency : 1);
  return err;
}

int cr_curl_fetcher_open(struct cr_fetcher **out, const struct cr_fetcher_config *config)
{
  struct fetcher *f = cr_zalloc(config->mem, CR_MEM_FETCH, sizeof(*f));
  if (!f)
    return CRAWLER_E_NOMEM;

  f->base.ops = &curl_ops;
  f->config = *config;
  f->common.config = &f->config;
  cr_curl_common_init(&f->common);
  cr_curl_sockets_init(&f->sockets, config->mem, config->loop);
  int err = open_parts(f);
  if (err) {
    close_fetcher(&f->base);
    return err;
  }
  *out = &f->base;
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* fuzz_response.c - libFuzzer target: what any servers send, to a whole crawl by the real fetcher.
 *
 * Input: two bytes of options, one that says when somebody interferes, then the servers' script
 * (scripted_peer.h). The crawl ends by itself, in time; its ledgers hold and say what on_outcome
 * was told; all it opened and allocated is given back.
 */
#include <curl/curl.h>

#include "api/crawler_impl.h"
#include "base/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/scripted_peer.h"

enum { RUN_MS = 20000, MOST_MS = 30000, PAGES = 24, OPTION_BYTES = 3 };

enum {
  COOKIES = 1,
  TO_BODY_HOOK = 2,
  REQUISITES = 4,
  DOCUMENT = 8,
  SMALL_BODY = 16,
  OBEY_ROBOTS = 32,
  SITEMAP = 64,
  REDIRECTS = 128, /* of pages: refresh, canonical */
  /* second byte */
  REJECTS = 1,
  SMALL_HEADERS = 2,
  ONE_HOP = 4,
  LOW_RATIO = 8,
  HISTORY = 16,
  TOGETHER = 32,
  FULL = 64, /* simhash, all kinds of links, max_memory */
  RETAINS = 128
};

struct fuzzed {
  struct cr_mem mem;
  crawler *c;
  unsigned options, more;
  unsigned countdown; /* to the interference; 0: none */
  unsigned how;       /* it is done */
  crawler_page *retained;
  int64_t told[CR_KINDS][CRAWLER_REJECTED + 1];
  uint64_t sum; /* of all bytes that a page shows, so that they are read */
};

/* ---- hooks ---- */

static void interfere(struct fuzzed *f)
{
  if (f->countdown == 0 || --f->countdown > 0)
    return;
  switch (f->how) {
  case 0:
    crawler_stop(f->c);
    break;
  case 1:
    crawler_cancel(f->c);
    break;
  case 2:
    crawler_free(f->c);
    break;
  default:
    (void)crawler_add(f->c, "http://late.test/x");
    (void)crawler_set_max_body_bytes(f->c, 100);
    break;
  }
}

static void read_bytes(struct fuzzed *f, const void *data, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++)
    f->sum = f->sum * 31 + ((const uint8_t *)data)[i];
}

static void read_text(struct fuzzed *f, const char *text)
{
  read_bytes(f, text, text ? strlen(text) : 0);
}

static void read_head(struct fuzzed *f, const crawler_page *page)
{
  int status = crawler_page_status(page);

  require(status >= 0 && status < 1000);
  require(crawler_page_header_count(page) <= 1000);
  for (size_t i = 0; i < crawler_page_header_count(page); i++) {
    const char *name = crawler_page_header_name(page, i);
    require(crawler_page_header(page, name));
    read_text(f, name);
    read_text(f, crawler_page_header_value(page, i));
  }
  read_text(f, crawler_page_location(page));
  read_text(f, crawler_page_sent_mime(page));
}

static void read_links(struct fuzzed *f, crawler_page *page)
{
  const char *text;
  const uint32_t *offsets;
  int count = crawler_page_links(page, &text, &offsets, NULL, NULL);

  require(count >= 0);
  read_bytes(f, text, offsets[count]);
  for (int i = 0; i < count; i++) {
    const crawler_link *link = crawler_page_link(page, (size_t)i);
    require(link);
    require(strcmp(crawler_link_url(link), text + offsets[i]) == 0);
    read_text(f, crawler_link_href(link));
    read_text(f, crawler_link_rel(link));
    read_text(f, crawler_link_text(link));
  }
}

static void read_page(struct fuzzed *f, crawler_page *page)
{
  size_t bytes = 0;
  const void *body = crawler_page_body(page, &bytes);

  read_head(f, page);
  require((body != NULL) == (bytes > 0));
  require((f->options & SMALL_BODY) == 0 || bytes <= 1024);
  read_bytes(f, body, bytes);
  read_text(f, crawler_page_text(page, NULL));
  read_text(f, crawler_page_title(page));
  read_text(f, crawler_page_canonical(page));
  read_text(f, crawler_page_duplicate_of(page));
  for (size_t i = 0; i < crawler_page_meta_count(page); i++)
    read_text(f, crawler_page_meta_content(page, i));
  for (const crawler_node *n = crawler_page_root(page); n;
       n = crawler_node_walk(n, crawler_page_root(page)))
    read_text(f, crawler_node_text(n));
  read_links(f, page);
}

static int on_resolve(crawler *c, const char *host, uint64_t token, void *user)
{
  (void)user;
  if (strncmp(host, "later", 5) == 0)
    return 0; /* never */
  (void)crawler_resolved(c, token, strncmp(host, "gone", 4) == 0 ? "" : "127.0.0.1,127.0.0.2",
                         60000);
  return 0;
}

static int on_headers(crawler *c, crawler_page *page, void *user)
{
  struct fuzzed *f = user;

  (void)c;
  read_head(f, page);
  interfere(f);
  return (f->more & REJECTS) && crawler_page_header(page, "X-Reject");
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct fuzzed *f = user;

  (void)c;
  (void)page;
  read_bytes(f, data, bytes);
  interfere(f);
  return (f->more & REJECTS) && bytes > 0 && ((const char *)data)[0] == '!';
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct fuzzed *f = user;

  (void)c;
  read_page(f, page);
  if ((f->more & RETAINS) && !f->retained)
    f->retained = crawler_page_retain(page);
  interfere(f);
  return 0;
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  struct fuzzed *f = user;

  (void)c;
  (void)page;
  f->told[crawler_request_kind(req)][outcome]++;
  require(crawler_reason_name((int)reason));
  interfere(f);
}

/* ---- a crawl ---- */

static void *account_malloc(size_t bytes, void *user)
{
  return cr_alloc(user, CR_MEM_CORE, bytes);
}

static void *account_realloc(void *block, size_t bytes, void *user)
{
  return cr_resize(user, CR_MEM_CORE, block, bytes);
}

static void account_free(void *block, void *user)
{
  cr_free(user, block);
}

struct setting {
  const char *name;
  const char *value;
};

static void set(struct fuzzed *f, const struct setting *settings, size_t count)
{
  for (size_t i = 0; i < count; i++)
    require(crawler_set_option(f->c, settings[i].name, settings[i].value) == 0);
}

static void set_if(struct fuzzed *f, bool on, const char *name, const char *value)
{
  if (on)
    set(f, &(struct setting){ name, value }, 1);
}

/* Bounded in its own clock whatever is sent. */
static void set_bounds(struct fuzzed *f)
{
  static const struct setting bounds[] = {
    { "allow_private", "127.0.0.0/8" },
    { "random_seed", "1" },
    { "workers", "0" },
    { "own_server", "1" },
    { "span_hosts", "1" },
    { "max_pages", "24" },
    { "max_time", "20s" },
    { "timeout", "2s" },
    { "connect_timeout", "500ms" },
    { "dns_timeout", "300ms" },
    { "max_retries", "1" },
    { "retry_delay", "10ms" },
    { "max_robots_time", "3s" },
    { "max_parks", "1" },
    { "max_retry_after", "1s" },
    { "host_failure_wait", "1s" },
    { "max_idle_wait", "5s" },
    { "duplicate_memory", "64k" },
    { "max_frontier", "1M" },
  };

  set(f, bounds, sizeof(bounds) / sizeof(bounds[0]));
}

static void set_options(struct fuzzed *f)
{
  set_if(f, f->options & COOKIES, "cookies", "1");
  set_if(f, f->options & REQUISITES, "requisites", "1");
  set_if(f, f->options & DOCUMENT, "document", "1");
  set_if(f, f->options & SMALL_BODY, "max_body", "1k");
  set_if(f, !(f->options & OBEY_ROBOTS), "obey_robots", "0");
  set_if(f, f->options & REDIRECTS, "refresh_redirects", "1");
  set_if(f, f->options & REDIRECTS, "obey_canonical", "1");
  set_if(f, f->more & SMALL_HEADERS, "max_headers", "1k");
  set_if(f, f->more & ONE_HOP, "max_redirects", "1");
  set_if(f, f->more & LOW_RATIO, "max_ratio", "2");
  set_if(f, f->more & HISTORY, "history", "64k");
  set_if(f, !(f->more & TOGETHER), "concurrency", "1");
  set_if(f, f->more & FULL, "links", "all");
  set_if(f, f->more & FULL, "simhash", "1");
  set_if(f, f->more & FULL, "mime_types", "text/html,text/plain,text/css,application/*");
}

static void set_hooks(struct fuzzed *f)
{
  crawler_on_resolve(f->c, on_resolve, NULL);
  crawler_on_headers(f->c, on_headers, f);
  if (f->options & TO_BODY_HOOK)
    crawler_on_body(f->c, on_body, f);
  crawler_on_page(f->c, on_page, f);
  crawler_on_outcome(f->c, on_outcome, f);
}

static void check_kind(const struct fuzzed *f, const struct cr_kind_ledger *k, int kind)
{
  const int64_t *told = f->told[kind];

  require(told[CRAWLER_FETCHED] == k->fetched && told[CRAWLER_REDIRECTED] == k->redirected);
  require(told[CRAWLER_FAILED] == k->failed && told[CRAWLER_DROPPED] == k->dropped);
  require(told[CRAWLER_REJECTED] == k->rejected);
  require(k->in_flight == 0 && k->queued >= 0);
}

static void check(const struct fuzzed *f)
{
  const struct cr_ledger *ledger = &f->c->shard.ledger;

  require(cr_ledger_holds(ledger));
  for (int kind = 0; kind < CR_KINDS; kind++)
    check_kind(f, &ledger->kinds[kind], kind);
  require(ledger->kinds[CRAWLER_KIND_PAGE].fetched <= PAGES);
  require(crawler_ended(f->c)[0] != '\0' && strcmp(crawler_ended(f->c), "error") != 0);
  require(peer_elapsed_ms() <= MOST_MS);
}

static void crawl(struct fuzzed *f)
{
  set_bounds(f);
  set_options(f);
  set_hooks(f);
  require(crawler_add(f->c, "http://a.test/") == 0);
  if (f->options & SITEMAP)
    require(crawler_add_sitemap(f->c, "http://a.test/s.xml") == 0);
  int err = crawler_run(f->c);
  bool freed = f->how == 2 && err == CRAWLER_DONE;
  require(freed || err == CRAWLER_OK);
  if (!freed) {
    check(f);
    crawler_free(f->c);
  }
  if (f->retained)
    read_page(f, f->retained);
  crawler_page_release(f->retained);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct fuzzed f = { 0 };
  static bool has_curl; /* held, so that no crawl has to set OpenSSL up anew */

  if (bytes < OPTION_BYTES)
    return 0;
  if (!has_curl)
    has_curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  f.options = data[0];
  f.more = data[1];
  f.countdown = data[2] / 4;
  f.how = data[2] % 4;
  peer_begin(cr_span((const char *)data + OPTION_BYTES, bytes - OPTION_BYTES));
  cr_mem_init(&f.mem, NULL, NULL, NULL, NULL);
  f.c = crawler_new_with(account_malloc, account_realloc, account_free, &f.mem);
  require(f.c);
  crawl(&f);
  require(f.mem.blocks == 0 && cr_mem_used(&f.mem) == 0);
  peer_end();
  return 0;
}

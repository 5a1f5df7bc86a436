/* SPDX-License-Identifier: MIT */
/* test_max_memory.c - a site with more URLs than max_memory has room for, held against its model.
 *
 *   build/test/crawl/test_max_memory [PAGES MAX_MEMORY]
 *
 * Pages of 200 KB with 50 links whose paths have 60 bytes, from a server in a process of its own.
 * The model knows each page's links, and goes through the crawl again: what the crawler counted of
 * each page's links has to be what they came to. With arguments (as in `make test-memory`) the site
 * is of that size, and the frontier's share is its default; without, the share is small, so that it
 * is spent soon, and a history says of each page by name that it was refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "crawl/crawler.h"
#include "support/rss.h"

enum { LINKS = 50, PATH_BYTES = 60, PAGE_BYTES = 200000, LARGE_PAGE_BYTES = 3000000 };

struct site {
  uint32_t pages;
  size_t page_bytes;
  uint8_t *asked; /* how often, of each page; shared with the server */
  char *filler;
  char origin[32];
  pid_t server;
};

static uint32_t link_of(const struct site *site, uint32_t page, uint32_t i)
{
  uint64_t pair = (uint64_t)page << 32 | i;

  return (uint32_t)(cr_hash64(&pair, sizeof(pair), 7) % site->pages);
}

static void write_path(char path[PATH_BYTES + 1], uint32_t page)
{
  (void)snprintf(path, PATH_BYTES + 1, "/%08x/%050x", (unsigned)page, (unsigned)page);
}

/* ---- the server ---- */

static void answer_page(const struct site *site, struct evhttp_request *request, uint32_t page)
{
  struct evbuffer *body = evbuffer_new();
  char path[PATH_BYTES + 1];

  if (!body)
    _exit(2);
  for (uint32_t i = 0; i < LINKS; i++) {
    write_path(path, link_of(site, page, i));
    evbuffer_add_printf(body, "<a href=\"%s\">a</a>\n", path);
  }
  size_t bytes = evbuffer_get_length(body);
  evbuffer_add_reference(body, site->filler, site->page_bytes - bytes, NULL, NULL);
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/html");
  evhttp_send_reply(request, 200, "OK", body);
  evbuffer_free(body);
}

static void answer(struct evhttp_request *request, void *arg)
{
  const struct site *site = arg;
  char *end = NULL;
  const char *path = evhttp_request_get_uri(request);
  unsigned long page = strtoul(path + 1, &end, 16);

  if (strlen(path) != PATH_BYTES || *end != '/' || page >= site->pages) {
    evhttp_send_error(request, 404, NULL);
    return;
  }
  site->asked[page] += site->asked[page] < UINT8_MAX;
  answer_page(site, request, (uint32_t)page);
}

static void serve(struct site *site, evutil_socket_t fd)
{
  struct event_base *base = event_base_new();
  struct evhttp *http = base ? evhttp_new(base) : NULL;

  (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
  if (!http || evhttp_accept_socket(http, fd) != 0)
    _exit(2);
  evhttp_set_gencb(http, answer, site);
  event_base_dispatch(base);
  _exit(0);
}

/* A port of 127.0.0.1 that is listened on. */
static int listen_on(char origin[32])
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t bytes = sizeof(address);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
  assert_int_equal(listen(fd, 256), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
  (void)snprintf(origin, 32, "http://127.0.0.1:%d", ntohs(address.sin_port));
  return fd;
}

static void start_site(struct site *site, uint32_t pages, size_t page_bytes)
{
  int fd = listen_on(site->origin);

  site->pages = pages;
  site->page_bytes = page_bytes;
  site->filler = malloc(page_bytes);
  assert_non_null(site->filler);
  for (size_t i = 0; i < page_bytes; i++)
    site->filler[i] = "<p>words of a page, \n"[i % 21];
  site->asked = mmap(NULL, pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(site->asked != MAP_FAILED);
  site->server = fork();
  assert_true(site->server >= 0);
  if (site->server == 0)
    serve(site, fd);
  (void)close(fd);
}

static void stop_site(struct site *site)
{
  assert_int_equal(kill(site->server, SIGKILL), 0);
  assert_int_equal(waitpid(site->server, NULL, 0), site->server);
  assert_int_equal(munmap(site->asked, site->pages), 0);
  free(site->filler);
}

/* ---- what the crawler says of each page ---- */

#define NEVER UINT32_MAX
#define NOWHERE (UINT32_MAX - 1)

struct told {
  uint32_t page;
  uint32_t found_on; /* NOWHERE: the seed */
  uint8_t known;     /* so many of its links; the next ones too */
  uint8_t admitted;
  uint8_t refused;
};

struct account {
  const struct site *site;
  struct told *told; /* as they ended, one after the other; room for each page */
  uint32_t count;
  int64_t known; /* links of all of them together; the next ones too */
  int64_t admitted;
  int64_t refused;
};

/* All of it is touched, else what the account takes counted as the crawler's. */
static void open_account(struct account *account, const struct site *site)
{
  *account = (struct account){ .site = site };
  account->told = mmap(NULL, site->pages * sizeof(struct told), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(account->told != MAP_FAILED);
  memset(account->told, 0xff, site->pages * sizeof(struct told));
}

static void close_account(struct account *account)
{
  assert_int_equal(munmap(account->told, account->site->pages * sizeof(struct told)), 0);
}

static uint32_t page_of(const struct site *site, const char *url)
{
  unsigned long page = strtoul(url + strlen(site->origin) + 1, NULL, 16);

  assert_true(page < site->pages);
  return (uint32_t)page;
}

static uint8_t more_than(int64_t *before, int64_t now)
{
  int64_t more = now - *before;

  assert_in_range(more, 0, LINKS);
  *before = now;
  return (uint8_t)more;
}

/* The links of a page are counted before it ends, and no other's in between. Unlike on_page and
 * on_links, this hook has nothing kept of pages that wouldn't be without. */
static void note_end(crawler *c, const crawler_request *request, crawler_outcome outcome,
                     crawler_reason reason, const crawler_page *page, void *user)
{
  struct account *account = user;
  const char *referrer = crawler_request_referrer(request);
  (void)reason;
  (void)page;

  if (crawler_request_kind(request) != CRAWLER_KIND_PAGE)
    return;
  assert_int_equal(outcome, CRAWLER_FETCHED);
  assert_true(account->count < account->site->pages);
  account->told[account->count++] = (struct told){
    .page = page_of(account->site, crawler_request_url(request)),
    .found_on = referrer ? page_of(account->site, referrer) : NOWHERE,
    .known = more_than(&account->known, crawler_get_stat(c, CRAWLER_STAT_LINKS_KNOWN)),
    .admitted = more_than(&account->admitted, crawler_get_stat(c, CRAWLER_STAT_LINKS_ADMITTED)),
    .refused = more_than(&account->refused, crawler_get_stat(c, CRAWLER_STAT_LINKS_CAPPED)),
  };
}

/* ---- the crawl ---- */

struct limits {
  uint32_t pages;
  const char *memory;
  const char *frontier;
  const char *history;
};

static void write_url(char url[128], const struct site *site, uint32_t page)
{
  char path[PATH_BYTES + 1];

  write_path(path, page);
  (void)snprintf(url, 128, "%s%s", site->origin, path);
}

/* account: NULL where none is kept. */
static crawler *crawl(const struct site *site, const struct limits *limits, struct account *account)
{
  const char *const options[][2] = {
    { "own_server", "1" },
    { "allow_private", "127.0.0.1" },
    { "trap_pages", "none" },
    { "trap_aliases", "0" },
    { "max_memory", limits->memory },
    { "max_frontier", limits->frontier },
    { "history", limits->history },
  };
  char url[128];
  crawler *c = crawler_new();

  assert_non_null(c);
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
    assert_int_equal(crawler_set_option(c, options[i][0], options[i][1]), CRAWLER_OK);
  crawler_on_outcome(c, account ? note_end : NULL, account);
  write_url(url, site, 0);
  assert_int_equal(crawler_add(c, url), CRAWLER_OK);
  assert_int_equal(crawler_run(c), CRAWLER_OK);
  return c;
}

/* ---- the model ---- */

enum { NOT_OFFERED, REFUSED, KNOWN };

struct model {
  uint32_t *found_on; /* of each page; NEVER: it wasn't fetched */
  uint8_t *fate;      /* of each page: KNOWN from when it was admitted */
};

/* Who was asked for, by the server's word, and who led there, by the crawler's. */
static void open_model(struct model *model, const struct account *account)
{
  const struct site *site = account->site;

  model->found_on = malloc(site->pages * sizeof(*model->found_on));
  model->fate = calloc(site->pages, 1);
  assert_true(model->found_on && model->fate);
  memset(model->found_on, 0xff, site->pages * sizeof(*model->found_on));
  for (uint32_t i = 0; i < account->count; i++) {
    assert_int_equal(model->found_on[account->told[i].page], NEVER);
    model->found_on[account->told[i].page] = account->told[i].found_on;
  }
  for (uint32_t page = 0; page < site->pages; page++)
    assert_int_equal(site->asked[page], model->found_on[page] != NEVER);
}

static void close_model(struct model *model)
{
  free(model->found_on);
  free(model->fate);
}

/* A link to what isn't known either is where that was found, or it was refused. */
static void replay_page(struct model *model, const struct site *site, const struct told *told)
{
  struct told want = { 0 };

  for (uint32_t i = 0; i < LINKS; i++) {
    uint32_t page = link_of(site, told->page, i);
    bool is_found = model->fate[page] != KNOWN && model->found_on[page] == told->page;

    want.known += model->fate[page] == KNOWN;
    want.admitted += is_found;
    want.refused += model->fate[page] != KNOWN && !is_found;
    if (model->fate[page] != KNOWN)
      model->fate[page] = is_found ? KNOWN : REFUSED;
  }
  if (told->known != want.known || told->admitted != want.admitted || told->refused != want.refused)
    fail_msg("page %u: %d links known, %d admitted, %d refused, not %d, %d, %d",
             (unsigned)told->page, told->known, told->admitted, told->refused, want.known,
             want.admitted, want.refused);
}

/* So each page that wasn't fetched was refused as often as it was offered; the rest no page that
 * was fetched leads to. */
static void replay(struct model *model, const struct account *account)
{
  assert_true(account->count > 0);
  assert_int_equal(account->told[0].page, 0);
  assert_int_equal(account->told[0].found_on, NOWHERE);
  model->fate[0] = KNOWN;
  for (uint32_t i = 0; i < account->count; i++)
    replay_page(model, account->site, &account->told[i]);
  for (uint32_t page = 0; page < account->site->pages; page++)
    assert_int_equal(model->fate[page] == KNOWN, model->found_on[page] != NEVER);
}

/* Which of a page's links were refused the numbers don't say; the history does. */
static void check_history(crawler *c, const struct site *site, const struct model *model)
{
  for (uint32_t page = 0; page < site->pages; page++) {
    uint8_t fate = model->fate[page];
    crawler_explanation *e = NULL;
    char url[128];

    write_url(url, site, page);
    assert_int_equal(crawler_explain(c, &e, url, 0), CRAWLER_OK);
    int kept = (int)crawler_explanation_fact(e, CRAWLER_FACT_HISTORY);
    int outcome = (int)crawler_explanation_outcome(e);
    int reason = (int)crawler_explanation_outcome_reason(e);
    crawler_explanation_free(e);
    if (kept != (fate != NOT_OFFERED) || outcome != (fate == KNOWN ? CRAWLER_FETCHED : 0) ||
        reason != (fate == REFUSED ? CRAWLER_CAPPED_MEMORY : CRAWLER_REASON_NONE))
      fail_msg("page %u (fate %d): kept %d, outcome %d, reason %d", (unsigned)page, fate, kept,
               outcome, reason);
  }
}

static void check_ledger(crawler *c, const struct account *account)
{
  crawler_stats *stats = NULL;

  assert_int_equal(crawler_get_stats(c, &stats), CRAWLER_OK);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_FETCHED), account->count);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS), (int64_t)account->count * LINKS);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_KNOWN), account->known);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_ADMITTED), account->count - 1);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_CAPPED), account->refused);
  assert_int_equal(crawler_stats_links(stats, CRAWLER_CAPPED_MEMORY), account->refused);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_REJECTED), 0);
  assert_string_equal(crawler_ended(c), "complete");
  assert_false(crawler_is_complete(c));
  crawler_stats_free(stats);
}

static void check_crawl(crawler *c, const struct account *account, bool has_history)
{
  struct model model;

  check_ledger(c, account);
  open_model(&model, account);
  replay(&model, account);
  if (has_history)
    check_history(c, account->site, &model);
  close_model(&model);
}

static void a_crawl_keeps_to_its_memory_and_counts_what_it_refuses(void **state)
{
  const struct limits *limits = *state;
  uint32_t pages = limits->pages;
  struct site site;
  struct account account;
  int64_t bytes = strtoll(limits->memory, NULL, 10) << 20;

  start_site(&site, pages, PAGE_BYTES);
  for (uint32_t i = 0; i < pages; i += 4096) /* else what the model touches counted */
    assert_int_equal(((volatile uint8_t *)site.asked)[i], 0);
  open_account(&account, &site);
  cr_rss_forget_peak();
  int64_t before = cr_rss_bytes();
  crawler *c = crawl(&site, limits, &account);
  int64_t peak = cr_rss_peak_bytes() - before;

  print_message("%u of %u pages, %lld links to others refused; %.1f MB at most, %.2f of %s; "
                "%lld put off\n",
                (unsigned)account.count, (unsigned)pages, (long long)account.refused,
                (double)peak / 1048576, (double)peak / (double)bytes, limits->memory,
                (long long)crawler_get_stat(c, CRAWLER_STAT_PUT_OFF));
  check_crawl(c, &account, strcmp(limits->history, "0") != 0);
  assert_true(account.refused > 0);
  assert_true(!cr_rss_counts() || peak <= bytes + bytes / 4);
  crawler_free(c);
  close_account(&account);
  stop_site(&site);
}

/* 64 of them at once would take 200 MB. */
static void large_pages_that_nobody_expects_give_way_to_each_other(void **state)
{
  struct site site;
  (void)state;

  start_site(&site, 200, LARGE_PAGE_BYTES);
  cr_rss_forget_peak();
  int64_t before = cr_rss_bytes();
  crawler *c = crawl(&site, &(struct limits){ 200, "32M", "1M", "0" }, NULL);
  int64_t peak = cr_rss_peak_bytes() - before;

  print_message("%.1f MB at most; %lld put off\n", (double)peak / 1048576,
                (long long)crawler_get_stat(c, CRAWLER_STAT_PUT_OFF));
  assert_true(crawler_get_stat(c, CRAWLER_STAT_PUT_OFF) > 0);
  assert_int_equal(crawler_get_stat(c, CRAWLER_STAT_FETCHED), 200);
  assert_int_equal(crawler_get_stat(c, CRAWLER_STAT_RETRIES), 0);
  assert_true(crawler_is_complete(c));
  assert_true(!cr_rss_counts() || peak <= 40 << 20);
  crawler_free(c);
  stop_site(&site);
}

int main(int argc, char **argv)
{
  struct limits small = { 20000, "32M", "300k", "4M" };
  struct limits asked = { .frontier = "none", .history = "0" };
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_prestate(a_crawl_keeps_to_its_memory_and_counts_what_it_refuses, &small),
    cmocka_unit_test(large_pages_that_nobody_expects_give_way_to_each_other),
  };
  const struct CMUnitTest large[] = {
    cmocka_unit_test_prestate(a_crawl_keeps_to_its_memory_and_counts_what_it_refuses, &asked),
  };

  if (argc != 3)
    return cmocka_run_group_tests_name("max_memory", tests, NULL, NULL);
  asked.pages = (uint32_t)strtoul(argv[1], NULL, 10);
  asked.memory = argv[2];
  return cmocka_run_group_tests_name("max_memory at size", large, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* polite_check.c - was a crawl polite? Judged by the server's log alone, with no tolerance.
 *
 * One pass in order of arrival. A gap counts where the host has a cap of 1: with more at once a
 * request may leave before the crawler can know that another one has ended. An exchange that the
 * client cut short has no end that the server knows of; the client's deadline is long enough that
 * it isn't looked for.
 */
#include "polite/polite_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS INT64_C(1000000)

enum { OTHERS = 5 }; /* what is asked of a host besides pages */

struct party { /* a host, a site or an address */
  int64_t ends_ns[CR_POLITE_CAPS + 1];
  uint32_t at_once;
};

struct host_state {
  int64_t end_ns; /* of its last exchange; 0: there was none */
  int64_t delay_ns;
  int64_t park_ns;   /* until then it is to be left alone */
  unsigned parks;    /* in a row */
  bool is_judged[2]; /* http, https */
  bool is_open;      /* its front page has come: every page of it is queued, or done */
  bool was_cut;      /* its last exchange, by the client */
};

struct page_state {
  unsigned char failures; /* attempts without an answer */
  bool was_asked;
  bool is_over;
};

struct check {
  const struct cr_polite_web *web;
  const struct cr_polite_promise *promise;
  struct host_state *hosts;
  /* Of each host a hello, robots.txt and rules.txt by http and https, page 0, 1, ... */
  struct page_state *pages;
  struct party *by_host, *by_site, *by_address;
  struct cr_polite_finding found;
  size_t late_cap;
  int64_t begin_ns;
};

static const char *const names[CR_POLITE_FAULTS] = {
  "too soon after the host's last exchange",
  "in the time that the host asked to be left alone for",
  "too many at once at the host",
  "too many at once at the site",
  "too many at once at the address",
  "before robots.txt was answered",
  "against robots.txt",
  "again after a final answer",
  "one attempt too many",
  "to a host that was given up",
  "for nothing of this web",
  "missed",
  "answered, and out of reach",
};

const char *cr_polite_fault_name(enum cr_polite_fault fault)
{
  return names[fault];
}

static void report(struct check *k, enum cr_polite_fault fault, uint32_t host, int page,
                   int64_t at_ns)
{
  size_t len = strlen(k->found.what);

  k->found.faults[fault]++;
  k->found.all++;
  (void)snprintf(k->found.what + len, sizeof(k->found.what) - len,
                 "%.6f s: host %u (nature %d), page %d (manner %d): %s\n",
                 (double)(at_ns - k->begin_ns) / 1e9, host,
                 host < k->web->hosts ? (int)cr_polite_nature(k->web, host) : -1, page,
                 host < k->web->hosts && page > 0 ? (int)cr_polite_manner(k->web, host, page) : -1,
                 names[fault]);
}

static struct page_state *state_of(const struct check *k, const struct cr_polite_record *r)
{
  size_t at = r->page == CR_POLITE_HELLO         ? 0
              : r->page == CR_POLITE_ROBOTS      ? 1 + (size_t)r->secure
              : r->page == CR_POLITE_RULES_MOVED ? 3 + (size_t)r->secure
                                                 : (size_t)r->page + OTHERS;

  return &k->pages[(size_t)r->host * (k->web->pages + 1 + OTHERS) + at];
}

/* ---- caps ---- */

static uint32_t enter(struct party *party, const struct cr_polite_record *r)
{
  uint32_t left = 0;

  for (uint32_t i = 0; i < party->at_once; i++)
    if (party->ends_ns[i] > r->read_ns)
      party->ends_ns[left++] = party->ends_ns[i];
  if (left <= CR_POLITE_CAPS)
    party->ends_ns[left++] = r->written_ns;
  party->at_once = left;
  return left;
}

static void check_cap(struct check *k, struct party *party, const struct cr_polite_record *r,
                      uint32_t cap, enum cr_polite_fault fault, uint32_t *most)
{
  uint32_t at_once = enter(party, r);

  if (at_once > cap)
    report(k, fault, r->host, r->page, r->read_ns);
  if (at_once > *most)
    *most = at_once;
}

static void check_caps(struct check *k, const struct cr_polite_record *r)
{
  const struct cr_polite_promise *p = k->promise;
  struct cr_polite_finding *found = &k->found;
  uint32_t address = cr_polite_address(k->web, r->host);
  uint32_t site = cr_polite_site(k->web, r->host);

  /* The address by the number of the first host that has it. */
  uint32_t first = (address - cr_polite_address(k->web, 0)) / 2;
  check_cap(k, &k->by_host[r->host], r, p->host_cap, CR_POLITE_HOST_CAP, &found->most_at_host);
  check_cap(k, &k->by_site[site], r, p->site_cap, CR_POLITE_SITE_CAP, &found->most_at_site);
  check_cap(k, &k->by_address[first], r, p->address_cap, CR_POLITE_ADDRESS_CAP,
            &found->most_at_address);
}

/* ---- gaps ---- */

static void note_late(struct check *k, int64_t ns)
{
  if (k->found.late_count == k->late_cap) {
    k->late_cap = k->late_cap ? 2 * k->late_cap : 1024;
    k->found.late_ns = realloc(k->found.late_ns, k->late_cap * sizeof(int64_t));
    if (!k->found.late_ns)
      abort();
  }
  k->found.late_ns[k->found.late_count++] = ns;
}

/* Is nothing but the delay a reason for this request to come later than the one before it? What is
 * asked for again may have had to wait for its own sake, a park without a time is drawn, when the
 * client cut something short isn't known, and who closes connections may lose requests unseen. */
static bool waits_for_delay_alone(const struct check *k, const struct cr_polite_record *r)
{
  const struct host_state *h = &k->hosts[r->host];
  enum cr_polite_nature nature = cr_polite_nature(k->web, r->host);

  /* A change counts from when the crawler has seen the end of the exchange. */
  if (h->end_ns < k->promise->changed_ns && r->read_ns > k->promise->changed_ns)
    return false;
  return h->is_open && !h->was_cut && h->park_ns == 0 && !state_of(k, r)->was_asked &&
         cr_polite_is_alone(r->host) && nature != CR_POLITE_FICKLE && nature != CR_POLITE_STALE;
}

static void check_gap(struct check *k, const struct cr_polite_record *r)
{
  struct host_state *h = &k->hosts[r->host];
  int64_t due_ns = h->end_ns + h->delay_ns;

  if (k->promise->host_cap > 1 || h->end_ns == 0)
    return;
  if (r->read_ns < due_ns)
    report(k, CR_POLITE_TOO_SOON, r->host, r->page, r->read_ns);
  if (r->read_ns < h->park_ns)
    report(k, CR_POLITE_IN_PARK, r->host, r->page, r->read_ns);
  if (h->park_ns > due_ns)
    due_ns = h->park_ns;
  if (r->read_ns - due_ns < k->found.least_spare_ns)
    k->found.least_spare_ns = r->read_ns - due_ns;
  if (waits_for_delay_alone(k, r))
    note_late(k, r->read_ns - due_ns);
}

static void begin_park(const struct check *k, struct host_state *h,
                       const struct cr_polite_record *r)
{
  int64_t park_ms = k->promise->park_ms << (h->parks < 20 ? h->parks : 20);

  h->parks++;
  h->park_ns = r->until_ns > 0 ? r->until_ns : r->written_ns + park_ms * MS;
}

/* Of the host's robots.txts that are known, the slower one counts. */
static int64_t asked_ms(const struct check *k, uint32_t host)
{
  int64_t most_ms = 0;

  for (int secure = 0; secure < 2; secure++) {
    int64_t ms =
        k->hosts[host].is_judged[secure] ? cr_polite_crawl_delay_ms(k->web, host, secure) : 0;
    most_ms = ms > most_ms ? ms : most_ms;
  }
  return most_ms;
}

/* The exchange has ended: what holds for the host from now on. */
static void note_end(struct check *k, const struct cr_polite_record *r)
{
  const struct cr_polite_promise *p = k->promise;
  struct host_state *h = &k->hosts[r->host];
  bool changed = p->changed_ns > 0 && r->written_ns >= p->changed_ns;
  int64_t own_ms = changed ? p->changed_delay_ms : p->delay_ms;
  int64_t site_ms = asked_ms(k, r->host);

  h->was_cut = r->status == CR_POLITE_CUT;
  h->end_ns = h->was_cut ? r->read_ns : r->written_ns;
  h->delay_ns = (own_ms > site_ms ? own_ms : site_ms) * MS;
  h->park_ns = 0;
  if (r->page >= 0 && (r->status == 429 || r->status == 503))
    begin_park(k, h, r);
  else if (r->page >= 0 && r->status > 0)
    h->parks = 0;
}

/* ---- what is asked for ---- */

static bool is_over(const struct cr_polite_record *r)
{
  return r->status > 0 && r->status != 429 && r->status != 503;
}

static void check_order(struct check *k, const struct cr_polite_record *r)
{
  struct host_state *h = &k->hosts[r->host];
  struct page_state *page = state_of(k, r);
  unsigned most = r->page < 0 ? k->promise->robots_attempts : k->promise->retries + 1;

  if (r->page >= 0 && !h->is_judged[r->secure])
    report(k, CR_POLITE_UNJUDGED, r->host, r->page, r->read_ns);
  if (r->page >= 0 && cr_polite_is_disallowed(k->web, r->host, r->page))
    report(k, CR_POLITE_FORBIDDEN, r->host, r->page, r->read_ns);
  if (page->is_over)
    report(k, CR_POLITE_AGAIN, r->host, r->page, r->read_ns);
  if (page->failures >= most)
    report(k, CR_POLITE_TOO_OFTEN, r->host, r->page, r->read_ns);
  if (h->parks > k->promise->parks && k->promise->host_cap == 1) /* else some were on their way */
    report(k, CR_POLITE_GIVEN_UP, r->host, r->page, r->read_ns);
  page->is_over = page->is_over || is_over(r);
  page->failures += r->status <= 0 || (r->page < 0 && r->status >= 429);
  page->was_asked = true;
  if (r->page < 0 && is_over(r) && r->status != 301)
    h->is_judged[r->secure] = true;
  if (r->page == 0 && is_over(r))
    h->is_open = true;
}

static void check_record(struct check *k, const struct cr_polite_record *r)
{
  if (r->host >= k->web->hosts || r->page == CR_POLITE_NOWHERE ||
      r->address != cr_polite_address(k->web, r->host)) {
    report(k, CR_POLITE_STRANGE, r->host, r->page, r->read_ns);
    return;
  }
  check_caps(k, r);
  check_gap(k, r);
  check_order(k, r);
  note_end(k, r);
}

/* ---- the oracle ---- */

static void check_reached(struct check *k)
{
  unsigned char *reached = cr_polite_reached(k->web);

  for (uint32_t host = 0; host < k->web->hosts; host++)
    for (uint32_t page = 0; page < k->web->pages + 1; page++) {
      bool want = reached[(size_t)host * (k->web->pages + 1) + page];
      bool got = k->pages[(size_t)host * (k->web->pages + 1 + OTHERS) + page + OTHERS].is_over;
      k->found.answered += got;
      if (want != got)
        report(k, want ? CR_POLITE_MISSED : CR_POLITE_UNREACHED, host, (int)page, k->begin_ns);
    }
  free(reached);
}

static int compare(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

struct cr_polite_finding cr_polite_check(const struct cr_polite_web *web,
                                         const struct cr_polite_log *log,
                                         const struct cr_polite_promise *promise)
{
  size_t pages = (size_t)web->hosts * (web->pages + 1 + OTHERS);
  struct check k = {
    .web = web,
    .promise = promise,
    .hosts = calloc(web->hosts, sizeof(*k.hosts)),
    .pages = calloc(pages, sizeof(*k.pages)),
    .by_host = calloc((size_t)web->hosts * 3, sizeof(*k.by_host)),
    .begin_ns = log->len > 0 ? log->at[0].read_ns : 0,
    .found.least_spare_ns = INT64_MAX,
  };

  if (!k.hosts || !k.pages || !k.by_host)
    abort();
  k.by_site = k.by_host + web->hosts;
  k.by_address = k.by_site + web->hosts;
  for (size_t i = 0; i < log->len; i++)
    check_record(&k, &log->at[i]);
  check_reached(&k);
  if (k.found.late_count > 0)
    qsort(k.found.late_ns, k.found.late_count, sizeof(int64_t), compare);
  free(k.hosts);
  free(k.pages);
  free(k.by_host);
  return k.found;
}

void cr_polite_finding_free(struct cr_polite_finding *finding)
{
  free(finding->late_ns);
}

int64_t cr_polite_late_at(const struct cr_polite_finding *finding, unsigned permille)
{
  size_t at = finding->late_count * permille / 1000;

  if (finding->late_count == 0)
    return 0;
  return finding->late_ns[at < finding->late_count ? at : finding->late_count - 1];
}

/* SPDX-License-Identifier: MIT */
/* sim_police.c - watches every request of a crawl for what a polite crawler never does.
 *
 * Its own reading of URLs: a host is the name without the root's dot, with the port unless that is
 * 80 or 443; a domain its last two labels, or the host where there are no letters at the end.
 */
#include "sim/sim_police.h"

#include <stdio.h>

void cr_sim_police_init(struct cr_sim_police *police, struct cr_mem *mem)
{
  *police = (struct cr_sim_police){ .mem = mem };
  cr_sim_map_init(&police->hosts, mem);
  cr_sim_map_init(&police->sites, mem);
  cr_sim_map_init(&police->addresses, mem);
  cr_sim_map_init(&police->urls, mem);
}

void cr_sim_police_free(struct cr_sim_police *police)
{
  cr_sim_map_free(&police->hosts);
  cr_sim_map_free(&police->sites);
  cr_sim_map_free(&police->addresses);
  cr_sim_map_free(&police->urls);
  cr_free(police->mem, police->host_at);
  cr_free(police->mem, police->site_at);
  cr_free(police->mem, police->address_at);
  cr_free(police->mem, police->url_at);
}

static void report(struct cr_sim_police *police, const char *what, struct cr_span url,
                   int64_t now_ms)
{
  size_t at = strlen(police->what);

  police->violations++;
  (void)snprintf(police->what + at, sizeof(police->what) - at, "%lld ms: %s: %.*s\n",
                 (long long)now_ms, what, (int)url.len, url.at);
}

/* ---- what a URL says ---- */

static struct cr_span host_of(struct cr_span url)
{
  const char *scheme_end = memchr(url.at, ':', url.len);
  const char *begin = scheme_end ? scheme_end + 3 : url.at;
  const char *end = memchr(begin, '/', (size_t)(url.at + url.len - begin));
  struct cr_span host = cr_span(begin, (size_t)((end ? end : url.at + url.len) - begin));

  if (host.len > 3 && memcmp(host.at + host.len - 3, ":80", 3) == 0)
    host.len -= 3;
  else if (host.len > 4 && memcmp(host.at + host.len - 4, ":443", 4) == 0)
    host.len -= 4;
  if (host.len > 1 && host.at[host.len - 1] == '.')
    host.len--;
  return host;
}

static struct cr_span site_of(struct cr_span host)
{
  const char *colon = memchr(host.at, ':', host.len);
  size_t len = colon ? (size_t)(colon - host.at) : host.len;
  size_t at = len;
  int dots = 0;

  if (len == 0 || !cr_is_alpha(host.at[len - 1]))
    return cr_span(host.at, len);
  while (at > 0 && (dots += host.at[at - 1] == '.') < 2)
    at--;
  return cr_span(host.at + at, len - at);
}

/* ---- events ---- */

static void enter(struct cr_sim_party *party)
{
  party->at_once++;
  if (party->at_once > party->most)
    party->most = party->at_once;
}

static struct cr_sim_asked *asked_for(struct cr_sim_police *police, uint32_t url)
{
  police->url_at =
      cr_sim_grow(police->mem, police->url_at, url, &police->url_cap, sizeof(*police->url_at));
  return &police->url_at[url];
}

static struct cr_sim_party *party_of(struct cr_sim_police *police, struct cr_sim_party **parties,
                                     size_t *cap, uint32_t number)
{
  *parties = cr_sim_grow(police->mem, *parties, number, cap, sizeof(**parties));
  return &(*parties)[number];
}

/* Which attempt at the URL it is. */
static unsigned follow(struct cr_sim_police *police, struct cr_sim_ticket *ticket,
                       struct cr_span url, int64_t now_ms)
{
  ticket->url = cr_sim_map_number(&police->urls, url);
  struct cr_sim_asked *asked = asked_for(police, ticket->url);

  if (ticket->moved)
    return ++asked->attempts;
  if (asked->seen && asked->allowed == 0 && !police->lenient)
    report(police, "asked for again", url, now_ms);
  asked->allowed -= asked->allowed > 0;
  asked->seen = true;
  return ++asked->attempts;
}

unsigned cr_sim_police_begin(struct cr_sim_police *police, struct cr_sim_ticket *ticket,
                             const struct cr_sim_limits *limits, struct cr_span url, int64_t now_ms)
{
  struct cr_span host = host_of(url);
  struct cr_span site = site_of(host);

  ticket->host = cr_sim_map_number(&police->hosts, host);
  ticket->site = cr_sim_map_number(&police->sites, site);
  ticket->address = UINT32_MAX;
  ticket->asked_ms = -1;
  struct cr_sim_party *at_host =
      party_of(police, &police->host_at, &police->host_cap, ticket->host);
  struct cr_sim_party *at_site =
      party_of(police, &police->site_at, &police->site_cap, ticket->site);

  enter(at_host);
  enter(at_site);
  if (at_host->at_once > limits->host_cap)
    report(police, "too many at once for the host", url, now_ms);
  if (limits->site_cap != 0 && at_site->at_once > limits->site_cap)
    report(police, "too many at once for the site", url, now_ms);
  if (now_ms < at_host->next_ok_ms)
    report(police, "too soon for the host", url, now_ms);
  return ticket->unfollowed ? 1 : follow(police, ticket, url, now_ms);
}

void cr_sim_police_connect(struct cr_sim_police *police, struct cr_sim_ticket *ticket,
                           const struct cr_sim_limits *limits, struct cr_span address)
{
  if (address.len == 0) /* the server behind it is dead, and its address unknown */
    return;
  ticket->address = cr_sim_map_number(&police->addresses, address);
  struct cr_sim_party *at =
      party_of(police, &police->address_at, &police->address_cap, ticket->address);

  enter(at);
  if (limits->address_cap != 0 && at->at_once > limits->address_cap)
    report(police, "too many at once for the address", address, 0);
}

/* The delay that a host has earned, as docs/reference/options.md has it. */
static void adapt(struct cr_sim_party *host, const struct cr_sim_ticket *ticket,
                  const struct cr_sim_limits *limits)
{
  int64_t least = host->asked_ms > limits->delay_ms ? host->asked_ms : limits->delay_ms;
  int64_t ms = host->adapted_ms > least ? host->adapted_ms : least;
  int64_t twice = 2 * ms > 100 ? 2 * ms : 100;
  int64_t quarter = least / 4 > 100 ? least / 4 : 100;
  bool quick = ticket->latency_ms <= ms;

  if (ticket->latency_ms < 0 || ticket->status == 429 || ticket->status >= 500)
    ms = twice;
  else if (!quick)
    ms = ticket->latency_ms < twice ? ticket->latency_ms : twice;
  else if (ticket->status < 400)
    ms = ms - quarter > ticket->latency_ms ? ms - quarter : ticket->latency_ms;
  if (ms > limits->most_adapted_ms)
    ms = limits->most_adapted_ms;
  host->adapted_ms = ms > least ? ms : least;
}

void cr_sim_police_end(struct cr_sim_police *police, const struct cr_sim_ticket *ticket,
                       const struct cr_sim_limits *limits, int64_t now_ms, bool sent, bool again)
{
  struct cr_sim_party *host = &police->host_at[ticket->host];
  int64_t delay_ms = limits->delay_ms;

  if (limits->most_adapted_ms > 0 && sent)
    adapt(host, ticket, limits);
  if (limits->most_adapted_ms > 0 && host->adapted_ms > delay_ms)
    delay_ms = host->adapted_ms;
  if (ticket->asked_ms >= 0)
    host->asked_ms = ticket->asked_ms;
  if (host->asked_ms > delay_ms)
    delay_ms = host->asked_ms;
  police->delays_asked += host->asked_ms > 0;
  police->parks += limits->left_alone_ms > 0;
  int64_t next_ok_ms =
      now_ms + (limits->left_alone_ms > delay_ms ? limits->left_alone_ms : delay_ms);

  host->at_once--;
  police->site_at[ticket->site].at_once--;
  if (ticket->address != UINT32_MAX)
    police->address_at[ticket->address].at_once--;
  if (sent && next_ok_ms > host->next_ok_ms)
    host->next_ok_ms = next_ok_ms;
  if (!ticket->unfollowed)
    police->url_at[ticket->url].allowed += again;
}

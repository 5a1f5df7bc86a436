/* SPDX-License-Identifier: MIT */
/* error.c - names and texts of every number in the public lists.
 *
 * The one place that has them, but for the kinds of links (model/link.c); in the header's order.
 */
#include "api/crawler_impl.h"

struct name {
  int number;
  const char *name;
  const char *text;
};

static const struct name errors[] = {
  { CRAWLER_OK, "CRAWLER_OK", "no error" },
  { CRAWLER_DONE, "CRAWLER_DONE", "the crawl is over" },
  { CRAWLER_AGAIN, "CRAWLER_AGAIN", "nothing yet" },
  { CRAWLER_E_NOMEM, "CRAWLER_E_NOMEM", "out of memory" },
  { CRAWLER_E_INVAL, "CRAWLER_E_INVAL", "invalid argument" },
  { CRAWLER_E_BUSY, "CRAWLER_E_BUSY", "not allowed in a hook or while the crawl runs" },
  { CRAWLER_E_STATE, "CRAWLER_E_STATE", "too late or too early for this" },
  { CRAWLER_E_URL, "CRAWLER_E_URL", "not a valid URL" },
  { CRAWLER_E_SCHEME, "CRAWLER_E_SCHEME", "URL is neither http nor https" },
  { CRAWLER_E_UNSUPPORTED, "CRAWLER_E_UNSUPPORTED", "not supported" },
  { CRAWLER_E_OPTION, "CRAWLER_E_OPTION", "no such option" },
  { CRAWLER_E_VALUE, "CRAWLER_E_VALUE", "bad value for an option" },
  { CRAWLER_E_LIMIT, "CRAWLER_E_LIMIT", "over a limit" },
  { CRAWLER_E_FORMAT, "CRAWLER_E_FORMAT", "malformed data" },
  { CRAWLER_E_SYSTEM, "CRAWLER_E_SYSTEM", "the operating system refused" },
  { CRAWLER_E_NETWORK, "CRAWLER_E_NETWORK", "the network library could not be set up" },
};

static const struct name reasons[] = {
  { CRAWLER_REASON_NONE, "", NULL },
  { CRAWLER_FAILED_DNS, "dns", NULL },
  { CRAWLER_FAILED_CONNECT, "connect", NULL },
  { CRAWLER_FAILED_TLS, "tls", NULL },
  { CRAWLER_FAILED_TIMEOUT, "timeout", NULL },
  { CRAWLER_FAILED_TRUNCATED, "truncated", NULL },
  { CRAWLER_FAILED_PROTOCOL, "protocol", NULL },
  { CRAWLER_FAILED_TOO_LARGE, "too_large", NULL },
  { CRAWLER_FAILED_UNWANTED_TYPE, "unwanted_type", NULL },
  { CRAWLER_FAILED_REDIRECT_LOOP, "redirect_loop", NULL },
  { CRAWLER_FAILED_TOO_MANY_REDIRECTS, "too_many_redirects", NULL },
  { CRAWLER_FAILED_RATE_LIMITED, "rate_limited", NULL },
  { CRAWLER_FAILED_HOST_DEAD, "host_dead", NULL },
  { CRAWLER_FAILED_ADDRESS, "address", NULL },
  { CRAWLER_FAILED_INTERNAL, "internal", NULL },
  { CRAWLER_DROPPED_ROBOTS, "robots", NULL },
  { CRAWLER_DROPPED_ROBOTS_UNREACHABLE, "robots_unreachable", NULL },
  { CRAWLER_DROPPED_FILTER, "filter", NULL },
  { CRAWLER_DROPPED_TRAP, "trap", NULL },
  { CRAWLER_REJECTED_INVALID_URL, "invalid_url", NULL },
  { CRAWLER_REJECTED_SCHEME, "scheme", NULL },
  { CRAWLER_REJECTED_SCOPE, "scope", NULL },
  { CRAWLER_REJECTED_TRAP, "trap", NULL },
  { CRAWLER_REJECTED_FILTER, "filter", NULL },
  { CRAWLER_REJECTED_PATTERN_LIMIT, "pattern_limit", NULL },
  { CRAWLER_REJECTED_DEPTH, "depth", NULL },
  { CRAWLER_REJECTED_NOFOLLOW, "nofollow", NULL },
  { CRAWLER_REJECTED_KIND, "kind", NULL },
  { CRAWLER_CAPPED_CAP, "cap", NULL },
  { CRAWLER_CAPPED_MEMORY, "memory", NULL },
};

static const struct name traps[] = {
  { CRAWLER_TRAP_NONE, "", NULL },
  { CRAWLER_TRAP_LENGTH, "length", NULL },
  { CRAWLER_TRAP_DEPTH, "depth", NULL },
  { CRAWLER_TRAP_REPEATS, "repeats", NULL },
  { CRAWLER_TRAP_PARAMETERS, "parameters", NULL },
  { CRAWLER_TRAP_CALENDAR, "calendar", NULL },
  { CRAWLER_TRAP_SESSION, "session", NULL },
  { CRAWLER_TRAP_ALIAS, "alias", NULL },
  { CRAWLER_TRAP_NOVELTY, "novelty", NULL },
  { CRAWLER_TRAP_SHARE, "share", NULL },
};

static const struct name outcomes[] = {
  { CRAWLER_FETCHED, "fetched", NULL },   { CRAWLER_REDIRECTED, "redirected", NULL },
  { CRAWLER_FAILED, "failed", NULL },     { CRAWLER_DROPPED, "dropped", NULL },
  { CRAWLER_REJECTED, "rejected", NULL },
};

static const struct name kinds[] = {
  { CRAWLER_KIND_PAGE, "page", NULL },
  { CRAWLER_KIND_ROBOTS, "robots", NULL },
  { CRAWLER_KIND_SITEMAP, "sitemap", NULL },
  { CRAWLER_KIND_REQUISITE, "requisite", NULL },
};

static const struct name stats[] = {
  { CRAWLER_STAT_ADMITTED, "admitted", NULL },
  { CRAWLER_STAT_QUEUED, "queued", NULL },
  { CRAWLER_STAT_IN_FLIGHT, "in_flight", NULL },
  { CRAWLER_STAT_FETCHED, "fetched", NULL },
  { CRAWLER_STAT_REDIRECTED, "redirected", NULL },
  { CRAWLER_STAT_FAILED, "failed", NULL },
  { CRAWLER_STAT_DROPPED, "dropped", NULL },
  { CRAWLER_STAT_LINKS, "links", NULL },
  { CRAWLER_STAT_LINKS_KNOWN, "links_known", NULL },
  { CRAWLER_STAT_LINKS_REJECTED, "links_rejected", NULL },
  { CRAWLER_STAT_LINKS_CAPPED, "links_capped", NULL },
  { CRAWLER_STAT_LINKS_ADMITTED, "links_admitted", NULL },
  { CRAWLER_STAT_ATTEMPTS, "attempts", NULL },
  { CRAWLER_STAT_RETRIES, "retries", NULL },
  { CRAWLER_STAT_HOSTS, "hosts", NULL },
  { CRAWLER_STAT_WIRE_BYTES, "wire_bytes", NULL },
  { CRAWLER_STAT_BODY_BYTES, "body_bytes", NULL },
  { CRAWLER_STAT_CONNECTIONS, "connections", NULL },
  { CRAWLER_STAT_TRANSFERS, "transfers", NULL },
  { CRAWLER_STAT_BUFFERED_BYTES, "buffered_bytes", NULL },
  { CRAWLER_STAT_MEMORY_BYTES, "memory_bytes", NULL },
  { CRAWLER_STAT_STATUS_1XX, "status_1xx", NULL },
  { CRAWLER_STAT_STATUS_2XX, "status_2xx", NULL },
  { CRAWLER_STAT_STATUS_3XX, "status_3xx", NULL },
  { CRAWLER_STAT_STATUS_4XX, "status_4xx", NULL },
  { CRAWLER_STAT_STATUS_5XX, "status_5xx", NULL },
  { CRAWLER_STAT_ELAPSED_MS, "elapsed_ms", NULL },
  { CRAWLER_STAT_PARKS, "parks", NULL },
  { CRAWLER_STAT_OUTAGES, "outages", NULL },
  { CRAWLER_STAT_WAIT_MS, "wait_ms", NULL },
  { CRAWLER_STAT_IDLE_PAUSED, "idle_paused", NULL },
  { CRAWLER_STAT_IDLE_BUFFER, "idle_buffer", NULL },
  { CRAWLER_STAT_IDLE_LIMIT, "idle_limit", NULL },
  { CRAWLER_STAT_IDLE_DNS, "idle_dns", NULL },
  { CRAWLER_STAT_IDLE_CAP, "idle_cap", NULL },
  { CRAWLER_STAT_IDLE_ROBOTS, "idle_robots", NULL },
  { CRAWLER_STAT_IDLE_DELAY, "idle_delay", NULL },
  { CRAWLER_STAT_IDLE_PARK, "idle_park", NULL },
  { CRAWLER_STAT_IDLE_LANE, "idle_lane", NULL },
  { CRAWLER_STAT_IDLE_EMPTY, "idle_empty", NULL },
  { CRAWLER_STAT_PUT_OFF, "put_off", NULL },
  { CRAWLER_STAT_SHORTAGES, "shortages", NULL },
  { CRAWLER_STAT_TURNS, "turns", NULL },
  { CRAWLER_STAT_TURN_P50_US, "turn_p50_us", NULL },
  { CRAWLER_STAT_TURN_P99_US, "turn_p99_us", NULL },
  { CRAWLER_STAT_TURN_P999_US, "turn_p999_us", NULL },
  { CRAWLER_STAT_TURN_MAX_US, "turn_max_us", NULL },
  { CRAWLER_STAT_TRANSFERS_MOST, "transfers_most", NULL },
};

#define FIND(list, number) find(list, sizeof(list) / sizeof(*(list)), number)

static const struct name *find(const struct name *list, size_t count, int number)
{
  for (size_t i = 0; i < count; i++)
    if (list[i].number == number)
      return &list[i];
  return NULL;
}

static const char *name_of(const struct name *found)
{
  return found ? found->name : NULL;
}

const char *crawler_strerror(int err)
{
  const struct name *found = FIND(errors, err);

  return found ? found->text : "unknown error";
}

const char *crawler_error_name(int err)
{
  const struct name *found = FIND(errors, err);

  return found ? found->name : "CRAWLER_E_UNKNOWN";
}

const char *crawler_reason_name(int reason)
{
  return name_of(FIND(reasons, reason));
}

const char *crawler_trap_name(int trap)
{
  return name_of(FIND(traps, trap));
}

const char *crawler_outcome_name(int outcome)
{
  return name_of(FIND(outcomes, outcome));
}

const char *crawler_kind_name(int kind)
{
  return name_of(FIND(kinds, kind));
}

const char *crawler_link_kind_name(int kind)
{
  return cr_link_kind_name(kind);
}

const char *crawler_stat_name(int which)
{
  return name_of(FIND(stats, which));
}

int cr_error(crawler *c, int err, const char *text, const char *detail)
{
  size_t room = sizeof(c->errmsg) - 1;
  size_t a = strlen(text);
  size_t b = detail ? strlen(detail) : 0;

  a = a < room ? a : room;
  memcpy(c->errmsg, text, a);
  if (b > 0 && a + 2 < room) {
    memcpy(c->errmsg + a, ": ", 2);
    a += 2;
    b = b < room - a ? b : room - a;
    memcpy(c->errmsg + a, detail, b);
    a += b;
  }
  c->errmsg[a] = '\0';
  return err;
}

/* SPDX-License-Identifier: MIT */
/* error.c - names and texts of every number in the public lists.
 *
 * The one place that has them, but for the kinds of links (model/link.c); in the header's order.
 */
#include "api/crawler_impl.h"

/* Texts in place: a pointer would cost the shared library 32 bytes, with its relocation. */
struct name {
  int16_t number;
  char name[22];
};

static const struct error {
  int16_t number;
  char name[22];
  char text[46];
} errors[] = {
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
  { CRAWLER_E_HOOK, "CRAWLER_E_HOOK", "crawler_fail() ended the crawl" },
};

static const struct name reasons[] = {
  { CRAWLER_REASON_NONE, "" },
  { CRAWLER_FAILED_DNS, "dns" },
  { CRAWLER_FAILED_CONNECT, "connect" },
  { CRAWLER_FAILED_TLS, "tls" },
  { CRAWLER_FAILED_TIMEOUT, "timeout" },
  { CRAWLER_FAILED_TRUNCATED, "truncated" },
  { CRAWLER_FAILED_PROTOCOL, "protocol" },
  { CRAWLER_FAILED_TOO_LARGE, "too_large" },
  { CRAWLER_FAILED_UNWANTED_TYPE, "unwanted_type" },
  { CRAWLER_FAILED_REDIRECT_LOOP, "redirect_loop" },
  { CRAWLER_FAILED_TOO_MANY_REDIRECTS, "too_many_redirects" },
  { CRAWLER_FAILED_RATE_LIMITED, "rate_limited" },
  { CRAWLER_FAILED_HOST_DEAD, "host_dead" },
  { CRAWLER_FAILED_ADDRESS, "address" },
  { CRAWLER_FAILED_INTERNAL, "internal" },
  { CRAWLER_DROPPED_ROBOTS, "robots" },
  { CRAWLER_DROPPED_ROBOTS_UNREACHABLE, "robots_unreachable" },
  { CRAWLER_DROPPED_FILTER, "filter" },
  { CRAWLER_DROPPED_TRAP, "trap" },
  { CRAWLER_REJECTED_INVALID_URL, "invalid_url" },
  { CRAWLER_REJECTED_SCHEME, "scheme" },
  { CRAWLER_REJECTED_SCOPE, "scope" },
  { CRAWLER_REJECTED_TRAP, "trap" },
  { CRAWLER_REJECTED_FILTER, "filter" },
  { CRAWLER_REJECTED_PATTERN_LIMIT, "pattern_limit" },
  { CRAWLER_REJECTED_DEPTH, "depth" },
  { CRAWLER_REJECTED_NOFOLLOW, "nofollow" },
  { CRAWLER_REJECTED_KIND, "kind" },
  { CRAWLER_CAPPED_CAP, "cap" },
  { CRAWLER_CAPPED_MEMORY, "memory" },
};

static const struct name traps[] = {
  { CRAWLER_TRAP_NONE, "" },
  { CRAWLER_TRAP_LENGTH, "length" },
  { CRAWLER_TRAP_DEPTH, "depth" },
  { CRAWLER_TRAP_REPEATS, "repeats" },
  { CRAWLER_TRAP_PARAMETERS, "parameters" },
  { CRAWLER_TRAP_CALENDAR, "calendar" },
  { CRAWLER_TRAP_SESSION, "session" },
  { CRAWLER_TRAP_ALIAS, "alias" },
  { CRAWLER_TRAP_NOVELTY, "novelty" },
  { CRAWLER_TRAP_SHARE, "share" },
};

static const struct name outcomes[] = {
  { CRAWLER_FETCHED, "fetched" },   { CRAWLER_REDIRECTED, "redirected" },
  { CRAWLER_FAILED, "failed" },     { CRAWLER_DROPPED, "dropped" },
  { CRAWLER_REJECTED, "rejected" },
};

static const struct name kinds[] = {
  { CRAWLER_KIND_PAGE, "page" },
  { CRAWLER_KIND_ROBOTS, "robots" },
  { CRAWLER_KIND_SITEMAP, "sitemap" },
  { CRAWLER_KIND_REQUISITE, "requisite" },
};

static const struct name stats[] = {
  { CRAWLER_STAT_ADMITTED, "admitted" },
  { CRAWLER_STAT_QUEUED, "queued" },
  { CRAWLER_STAT_IN_FLIGHT, "in_flight" },
  { CRAWLER_STAT_FETCHED, "fetched" },
  { CRAWLER_STAT_REDIRECTED, "redirected" },
  { CRAWLER_STAT_FAILED, "failed" },
  { CRAWLER_STAT_DROPPED, "dropped" },
  { CRAWLER_STAT_LINKS, "links" },
  { CRAWLER_STAT_LINKS_KNOWN, "links_known" },
  { CRAWLER_STAT_LINKS_REJECTED, "links_rejected" },
  { CRAWLER_STAT_LINKS_CAPPED, "links_capped" },
  { CRAWLER_STAT_LINKS_ADMITTED, "links_admitted" },
  { CRAWLER_STAT_ATTEMPTS, "attempts" },
  { CRAWLER_STAT_RETRIES, "retries" },
  { CRAWLER_STAT_HOSTS, "hosts" },
  { CRAWLER_STAT_WIRE_BYTES, "wire_bytes" },
  { CRAWLER_STAT_BODY_BYTES, "body_bytes" },
  { CRAWLER_STAT_CONNECTIONS, "connections" },
  { CRAWLER_STAT_TRANSFERS, "transfers" },
  { CRAWLER_STAT_BUFFERED_BYTES, "buffered_bytes" },
  { CRAWLER_STAT_MEMORY_BYTES, "memory_bytes" },
  { CRAWLER_STAT_STATUS_1XX, "status_1xx" },
  { CRAWLER_STAT_STATUS_2XX, "status_2xx" },
  { CRAWLER_STAT_STATUS_3XX, "status_3xx" },
  { CRAWLER_STAT_STATUS_4XX, "status_4xx" },
  { CRAWLER_STAT_STATUS_5XX, "status_5xx" },
  { CRAWLER_STAT_ELAPSED_MS, "elapsed_ms" },
  { CRAWLER_STAT_PARKS, "parks" },
  { CRAWLER_STAT_OUTAGES, "outages" },
  { CRAWLER_STAT_WAIT_MS, "wait_ms" },
  { CRAWLER_STAT_IDLE_PAUSED, "idle_paused" },
  { CRAWLER_STAT_IDLE_BUFFER, "idle_buffer" },
  { CRAWLER_STAT_IDLE_LIMIT, "idle_limit" },
  { CRAWLER_STAT_IDLE_DNS, "idle_dns" },
  { CRAWLER_STAT_IDLE_CAP, "idle_cap" },
  { CRAWLER_STAT_IDLE_ROBOTS, "idle_robots" },
  { CRAWLER_STAT_IDLE_DELAY, "idle_delay" },
  { CRAWLER_STAT_IDLE_PARK, "idle_park" },
  { CRAWLER_STAT_IDLE_LANE, "idle_lane" },
  { CRAWLER_STAT_IDLE_EMPTY, "idle_empty" },
  { CRAWLER_STAT_PUT_OFF, "put_off" },
  { CRAWLER_STAT_SHORTAGES, "shortages" },
  { CRAWLER_STAT_TURNS, "turns" },
  { CRAWLER_STAT_TURN_P50_US, "turn_p50_us" },
  { CRAWLER_STAT_TURN_P99_US, "turn_p99_us" },
  { CRAWLER_STAT_TURN_P999_US, "turn_p999_us" },
  { CRAWLER_STAT_TURN_MAX_US, "turn_max_us" },
  { CRAWLER_STAT_TRANSFERS_MOST, "transfers_most" },
};

#define FIND(list, number) find(list, sizeof(list) / sizeof(*(list)), number)

static const char *find(const struct name *list, size_t count, int number)
{
  for (size_t i = 0; i < count; i++)
    if (list[i].number == number)
      return list[i].name;
  return NULL;
}

static const struct error *find_error(int err)
{
  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
    if (errors[i].number == err)
      return &errors[i];
  return NULL;
}

const char *crawler_strerror(int err)
{
  const struct error *found = find_error(err);

  return found ? found->text : "unknown error";
}

const char *crawler_error_name(int err)
{
  const struct error *found = find_error(err);

  return found ? found->name : "CRAWLER_E_UNKNOWN";
}

const char *crawler_reason_name(int reason)
{
  return FIND(reasons, reason);
}

const char *crawler_trap_name(int trap)
{
  return FIND(traps, trap);
}

const char *crawler_outcome_name(int outcome)
{
  return FIND(outcomes, outcome);
}

const char *crawler_kind_name(int kind)
{
  return FIND(kinds, kind);
}

const char *crawler_link_kind_name(int kind)
{
  return cr_link_kind_name(kind);
}

const char *crawler_stat_name(int which)
{
  return FIND(stats, which);
}

int crawler_stat_by_name(const char *name)
{
  for (int which = 0; name && which < CRAWLER_STAT_COUNT; which++)
    if (strcmp(crawler_stat_name(which), name) == 0)
      return which;
  return -1;
}

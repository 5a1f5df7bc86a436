/* SPDX-License-Identifier: MIT */
/* polite_faults.c - what an impolite crawler would have left in the log of a polite one.
 *
 * Each plants one fault at the first place where it fits: a request that comes sooner, or for
 * something else, or once more, or not at all.
 */
#include "polite/polite_faults.h"

#include <stdlib.h>
#include <string.h>

#define MS INT64_C(1000000)
#define NOT_FOUND SIZE_MAX

/* ---- finding and moving ---- */

static size_t next_of_host(const struct cr_polite_log *log, size_t i)
{
  for (size_t j = i + 1; j < log->len; j++)
    if (log->at[j].host == log->at[i].host)
      return j;
  return NOT_FOUND;
}

static void move(struct cr_polite_record *r, int64_t read_ns)
{
  r->written_ns += read_ns - r->read_ns;
  r->read_ns = read_ns;
}

static bool is_of(const struct cr_polite_scene *s, size_t i, enum cr_polite_nature nature)
{
  return cr_polite_nature(s->web, s->log.at[i].host) == nature;
}

static bool is_plain_page(const struct cr_polite_scene *s, size_t i)
{
  return s->log.at[i].page > 0 && s->log.at[i].status == 200 && !is_of(s, i, CR_POLITE_UNHURRIED);
}

/* One more record, a copy of this one, which begins at read_ns. There is room for one. */
static void add_copy(struct cr_polite_scene *s, size_t i, int64_t read_ns)
{
  s->log.at[s->log.len] = s->log.at[i];
  s->log.at[s->log.len].connection = UINT32_MAX;
  move(&s->log.at[s->log.len++], read_ns);
}

static void take_out(struct cr_polite_scene *s, size_t i)
{
  memmove(&s->log.at[i], &s->log.at[i + 1], (s->log.len - i - 1) * sizeof(*s->log.at));
  s->log.len--;
}

static int64_t long_after(const struct cr_polite_scene *s)
{
  return s->log.at[s->log.len - 1].read_ns + 600 * 1000 * MS;
}

/* ---- too soon ---- */

/* The first page of a host without wishes that another request of the host comes behind; changed:
 * after the delay was. */
static size_t find_pair(const struct cr_polite_scene *s, bool changed, size_t *next)
{
  for (size_t i = 0; i < s->log.len; i++) {
    *next = next_of_host(&s->log, i);
    if (*next != NOT_FOUND && is_plain_page(s, i) &&
        (!changed || s->log.at[i].written_ns >= s->promise->changed_ns))
      return i;
  }
  return NOT_FOUND;
}

/* That request begins so many percent of the delay in force after the page's end, and some ns. */
static bool come_after(struct cr_polite_scene *s, int percent, int64_t ns)
{
  size_t next;
  size_t i = find_pair(s, false, &next);

  if (i == NOT_FOUND)
    return false;
  int64_t delay_ms = s->log.at[i].written_ns >= s->promise->changed_ns
                         ? s->promise->changed_delay_ms
                         : s->promise->delay_ms;
  move(&s->log.at[next], s->log.at[i].written_ns + delay_ms * MS * percent / 100 + ns);
  return true;
}

static bool five_percent_short(struct cr_polite_scene *s)
{
  return come_after(s, 95, 0);
}

static bool one_nanosecond_short(struct cr_polite_scene *s)
{
  return come_after(s, 100, -1);
}

static bool overlap(struct cr_polite_scene *s)
{
  return come_after(s, 0, -1);
}

static bool change_ignored(struct cr_polite_scene *s)
{
  size_t next;
  size_t i = find_pair(s, true, &next);

  if (i == NOT_FOUND)
    return false;
  move(&s->log.at[next], s->log.at[i].written_ns + s->promise->delay_ms * MS);
  return true;
}

static bool crawl_delay_ignored(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    size_t next = next_of_host(&s->log, i);
    if (next == NOT_FOUND || s->log.at[i].page < 0 || !is_of(s, i, CR_POLITE_UNHURRIED))
      continue;
    move(&s->log.at[next], s->log.at[i].written_ns + s->promise->changed_delay_ms * MS);
    return true;
  }
  return false;
}

static bool from_the_first_byte(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    size_t next = next_of_host(&s->log, i);
    if (next == NOT_FOUND || s->log.at[i].page < 0 || s->log.at[i].status != 200 ||
        cr_polite_manner(s->web, s->log.at[i].host, s->log.at[i].page) != CR_POLITE_DRIBBLING)
      continue;
    int64_t half_ns = (s->log.at[i].written_ns - s->log.at[i].read_ns) / 2;
    move(&s->log.at[next], s->log.at[i].read_ns + half_ns + s->promise->delay_ms * MS);
    return true;
  }
  return false;
}

static bool hidden_resend(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    if (s->log.at[i].status != CR_POLITE_DROPPED || !is_of(s, i, CR_POLITE_STALE))
      continue;
    add_copy(s, i, s->log.at[i].written_ns + MS / 10);
    return true;
  }
  return false;
}

/* Without a network of our own https has another port, and is another host: such a fault has no
 * place. Another then shows that the checker is awake. */
static bool instead(struct cr_polite_scene *s)
{
  return s->web->tls_port != 443 && five_percent_short(s);
}

static bool https_apart(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    size_t next = next_of_host(&s->log, i);
    if (next == NOT_FOUND || s->log.at[next].secure == s->log.at[i].secure ||
        s->log.at[next].page < 0)
      continue;
    move(&s->log.at[next], s->log.at[i].written_ns + MS);
    return true;
  }
  return instead(s);
}

static bool hello_apart(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    size_t next = next_of_host(&s->log, i);
    if (next == NOT_FOUND || s->log.at[next].page != CR_POLITE_HELLO)
      continue;
    move(&s->log.at[next], s->log.at[i].written_ns + MS);
    return true;
  }
  return instead(s);
}

/* Of a page by one scheme, where the other one's robots.txt asks for more, and came before. */
static bool slower_of_two_ignored(struct cr_polite_scene *s)
{
  for (size_t i = s->log.len; i-- > 0;) {
    const struct cr_polite_record *r = &s->log.at[i];
    size_t next = next_of_host(&s->log, i);
    int64_t own_ms = cr_polite_crawl_delay_ms(s->web, r->host, r->secure);
    if (next == NOT_FOUND || r->page < 0 || r->status != 200 ||
        cr_polite_schemes(s->web, r->host) != CR_POLITE_BOTH ||
        own_ms >= cr_polite_crawl_delay_ms(s->web, r->host, !r->secure))
      continue;
    move(&s->log.at[next], r->written_ns + own_ms * MS);
    return true;
  }
  return instead(s);
}

/* The request behind a 429 or 503 comes so many ns after the time it may. */
static bool come_in_park(struct cr_polite_scene *s, bool names_time, int64_t ns)
{
  for (size_t i = 0; i < s->log.len; i++) {
    const struct cr_polite_record *r = &s->log.at[i];
    size_t next = next_of_host(&s->log, i);
    if (next == NOT_FOUND || r->page < 0 || (r->status != 429 && r->status != 503) ||
        (r->until_ns > 0) != names_time)
      continue;
    move(&s->log.at[next], names_time && ns < 0 ? r->until_ns + ns : r->written_ns + ns);
    return true;
  }
  return false;
}

static bool park_ignored(struct cr_polite_scene *s)
{
  return come_in_park(s, true, s->promise->changed_delay_ms * MS);
}

static bool park_cut_short(struct cr_polite_scene *s)
{
  return come_in_park(s, true, -1);
}

static bool park_without_time_ignored(struct cr_polite_scene *s)
{
  return come_in_park(s, false, s->promise->changed_delay_ms * MS);
}

/* ---- too many at once ---- */

/* As many hosts as there may be requests and one more, of the site or address of a host, begin
 * together and take a second. */
static bool crowd(struct cr_polite_scene *s, bool by_site, uint32_t most)
{
  size_t found[CR_POLITE_CAPS];
  uint32_t count;

  for (size_t i = 0; i < s->log.len; i++) {
    const struct cr_polite_record *r = &s->log.at[i];
    count = 0;
    for (size_t j = i; j < s->log.len && count <= most; j++) {
      const struct cr_polite_record *other = &s->log.at[j];
      bool is_together =
          by_site ? cr_polite_site(s->web, other->host) == cr_polite_site(s->web, r->host)
                  : other->address == r->address;
      for (uint32_t n = 0; n < count; n++)
        is_together = is_together && s->log.at[found[n]].host != other->host;
      if (is_together)
        found[count++] = j;
    }
    for (uint32_t n = 0; count > most && n < count; n++) {
      s->log.at[found[n]].read_ns = r->read_ns;
      s->log.at[found[n]].written_ns = r->read_ns + 1000 * MS;
    }
    if (count > most)
      return true;
  }
  return false;
}

static bool crowd_at_site(struct cr_polite_scene *s)
{
  return crowd(s, true, s->promise->site_cap);
}

static bool crowd_at_address(struct cr_polite_scene *s)
{
  return crowd(s, false, s->promise->address_cap);
}

/* ---- robots.txt ---- */

static bool robots_late(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    size_t next = next_of_host(&s->log, i);
    if (next == NOT_FOUND || s->log.at[i].page != CR_POLITE_ROBOTS || s->log.at[next].page < 0)
      continue;
    int64_t first_ns = s->log.at[i].read_ns;
    move(&s->log.at[i], s->log.at[next].read_ns);
    move(&s->log.at[next], first_ns);
    return true;
  }
  return false;
}

static bool robots_never(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    if (s->log.at[i].page != CR_POLITE_ROBOTS || !is_of(s, i, CR_POLITE_PLAIN))
      continue;
    take_out(s, i);
    return true;
  }
  return false;
}

/* Of a host's http and https, one has none; what is asked of it is judged by the other's. */
static bool rules_of_http_for_https(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    const struct cr_polite_record *r = &s->log.at[i];
    if (r->page != CR_POLITE_ROBOTS || !r->secure || !is_of(s, i, CR_POLITE_RULES) ||
        cr_polite_schemes(s->web, r->host) != CR_POLITE_BOTH)
      continue;
    take_out(s, i);
    return true;
  }
  return s->web->tls_port != 443 && robots_never(s);
}

static bool forbidden_path(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++)
    for (uint32_t page = 0;
         s->log.at[i].page > 0 && page < cr_polite_pages(s->web, s->log.at[i].host); page++) {
      if (!cr_polite_is_disallowed(s->web, s->log.at[i].host, (int)page))
        continue;
      s->log.at[i].page = (int)page;
      return true;
    }
  return false;
}

/* ---- which, and how often ---- */

static bool asked_again(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    if (!is_plain_page(s, i))
      continue;
    add_copy(s, i, long_after(s));
    return true;
  }
  return false;
}

static bool one_attempt_more(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    const struct cr_polite_record *r = &s->log.at[i];
    if (r->page < 0 || cr_polite_manner(s->web, r->host, r->page) != CR_POLITE_MUTE)
      continue;
    add_copy(s, i, long_after(s));
    return true;
  }
  return false;
}

static bool asked_though_given_up(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    if (s->log.at[i].page < 0 || !is_of(s, i, CR_POLITE_REFUSING))
      continue;
    add_copy(s, i, long_after(s));
    return true;
  }
  return false;
}

static bool answer_out_of_reach(struct cr_polite_scene *s)
{
  if (!asked_though_given_up(s))
    return false;
  s->log.at[s->log.len - 1].status = 200;
  return true;
}

static bool page_missed(struct cr_polite_scene *s)
{
  for (size_t i = 0; i < s->log.len; i++) {
    if (!is_plain_page(s, i))
      continue;
    take_out(s, i);
    return true;
  }
  return false;
}

static bool unknown_path(struct cr_polite_scene *s)
{
  s->log.at[s->log.len / 2].page = CR_POLITE_NOWHERE;
  return true;
}

static bool unknown_host(struct cr_polite_scene *s)
{
  s->log.at[s->log.len / 2].host = s->web->hosts;
  return true;
}

static bool wrong_address(struct cr_polite_scene *s)
{
  s->log.at[s->log.len / 2].address++;
  return true;
}

const struct cr_polite_plant cr_polite_plants[] = {
  { "a delay five percent short", CR_POLITE_TOO_SOON, five_percent_short },
  { "a delay a nanosecond short", CR_POLITE_TOO_SOON, one_nanosecond_short },
  { "a longer delay, set on the way, not kept", CR_POLITE_TOO_SOON, change_ignored },
  { "a Crawl-delay not kept", CR_POLITE_TOO_SOON, crawl_delay_ignored },
  { "a delay from the first byte on", CR_POLITE_TOO_SOON, from_the_first_byte },
  { "https taken for another host", CR_POLITE_TOO_SOON, https_apart },
  { "a handshake taken for no request", CR_POLITE_TOO_SOON, hello_apart },
  { "the Crawl-delay of the scheme alone", CR_POLITE_TOO_SOON, slower_of_two_ignored },
  { "a request sent again in secret", CR_POLITE_TOO_SOON, hidden_resend },
  { "a Retry-After not kept", CR_POLITE_IN_PARK, park_ignored },
  { "a Retry-After a nanosecond short", CR_POLITE_IN_PARK, park_cut_short },
  { "a 429 without a time ignored", CR_POLITE_IN_PARK, park_without_time_ignored },
  { "one more at once at a host", CR_POLITE_HOST_CAP, overlap },
  { "one more at once at a site", CR_POLITE_SITE_CAP, crowd_at_site },
  { "one more at once at an address", CR_POLITE_ADDRESS_CAP, crowd_at_address },
  { "a page before robots.txt", CR_POLITE_UNJUDGED, robots_late },
  { "pages without robots.txt", CR_POLITE_UNJUDGED, robots_never },
  { "https by the rules of http", CR_POLITE_UNJUDGED, rules_of_http_for_https },
  { "a disallowed path", CR_POLITE_FORBIDDEN, forbidden_path },
  { "a page asked for twice", CR_POLITE_AGAIN, asked_again },
  { "a retry too many", CR_POLITE_TOO_OFTEN, one_attempt_more },
  { "a host asked though it was given up", CR_POLITE_GIVEN_UP, asked_though_given_up },
  { "an answer where there is none", CR_POLITE_UNREACHED, answer_out_of_reach },
  { "a page missed", CR_POLITE_MISSED, page_missed },
  { "a path of no link", CR_POLITE_STRANGE, unknown_path },
  { "a host of no link", CR_POLITE_STRANGE, unknown_host },
  { "a host asked at another's address", CR_POLITE_STRANGE, wrong_address },
};
const size_t cr_polite_plant_count = sizeof(cr_polite_plants) / sizeof(cr_polite_plants[0]);

static int by_time(const void *a, const void *b)
{
  const struct cr_polite_record *x = a;
  const struct cr_polite_record *y = b;

  return (x->read_ns > y->read_ns) - (x->read_ns < y->read_ns);
}

bool cr_polite_plant(const struct cr_polite_plant *plant, const struct cr_polite_scene *scene,
                     struct cr_polite_log *out)
{
  struct cr_polite_scene copy = *scene;
  bool fits;

  copy.log.cap = copy.log.len + 1;
  copy.log.at = calloc(copy.log.cap, sizeof(*copy.log.at));
  if (!copy.log.at)
    abort();
  memcpy(copy.log.at, scene->log.at, scene->log.len * sizeof(*copy.log.at));
  fits = plant->plant(&copy);
  qsort(copy.log.at, copy.log.len, sizeof(*copy.log.at), by_time);
  *out = copy.log;
  return fits;
}

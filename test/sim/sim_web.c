/* SPDX-License-Identifier: MIT */
/* sim_web.c - a large synthetic web: hosts, pages, URLs and links.
 *
 * Every property is a hash of the seed, the reference and a word for the property. Zipf sizes are
 * pages / (rank * harmonic sum); link counts are the 16-quantiles of a log-normal distribution
 * (sigma 1), which is near what crawls of the real web find for out-degrees.
 */
#include "sim/sim_web.h"

#include <stdio.h>

#include "sim/sim_web_answer.h"

enum salt {
  SALT_SCHEME = 1,
  SALT_PATH,
  SALT_NATURE,
  SALT_COUNT,
  SALT_TO,
  SALT_SPELLING,
  SALT_FAILURES,
  SALT_DEAD,
  SALT_SLOW,
  SALT_ROBOTS,
  SALT_DELAY,
  SALT_BUSY,
  SALT_REFUSING
};

static uint64_t mix(uint64_t z)
{
  z += 0x9e3779b97f4a7c15u; /* splitmix64's finaliser (Steele, Lea, Flood 2014) */
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline uint64_t draw_of(const struct cr_sim_web *web, unsigned salt, uint64_t a, uint64_t b)
{
  return mix(mix(mix(web->seed ^ salt) ^ a) ^ b);
}

uint64_t cr_sim_web_draw(const struct cr_sim_web *web, unsigned salt, uint64_t a, uint64_t b)
{
  return draw_of(web, salt, a, b);
}

/* ---- hosts ---- */

void cr_sim_web_init(struct cr_sim_web *web, uint64_t seed, uint32_t hosts, uint32_t pages)
{
  uint64_t sum = 0;

  for (uint32_t i = 1; i <= hosts; i++)
    sum += 1000 / i;
  *web = (struct cr_sim_web){
    .world = { cr_sim_web_answer, cr_sim_web_links },
    .seed = mix(seed),
    .hosts = hosts,
    .pages = pages,
    .zipf_sum = (uint32_t)sum,
    .links = 12,
    .navigation = 3,
    .cross_percent = 30,
    .spellings = true,
    .spelling_percent = 100,
    .odd_permille = 60,
    .redirect_permille = 12,
    .missing_permille = 30,
    .failing_permille = 10,
    .dead_permille = 30,
    .slow_permille = 30,
    .robots = true,
    .addresses = 250,
    .delayed = { .host = UINT32_MAX },
  };
}

void cr_sim_web_init_large(struct cr_sim_web *web, uint64_t seed, uint32_t hosts, uint32_t pages)
{
  const uint64_t millionth = 1000000000; /* of a thousandth: exact for any number of hosts */
  uint64_t sum = 0;

  for (uint32_t i = 1; i <= hosts; i++)
    sum += millionth / i;
  cr_sim_web_init(web, seed, hosts, pages);
  web->zipf_sum = (uint32_t)(sum / 1000000);
  /* Of these some come out as something else: a link to the host itself, the canonical URL, the
   * front page. What is left is 30, 30, 10 and 5 percent of all. */
  web->links = 20;
  web->cross_percent = 40;
  web->spelling_percent = 45;
  web->redirect_permille = 17;
  web->failing_permille = 28;
  web->crawl_delay_permille = 100;
  web->busy_permille = 50;
  web->refusing_permille = 10;
  web->rules_everywhere = true;
  web->addresses = hosts / 20 < 250 ? 250 : hosts / 20;
}

uint32_t cr_sim_web_size(const struct cr_sim_web *web, uint32_t host)
{
  uint64_t size = (uint64_t)web->pages * 1000 / ((uint64_t)(host + 1) * web->zipf_sum);
  return size > 0 ? (uint32_t)size : 1;
}

/* Seeds live on the first host: it is always well. */
static bool is_one_of(const struct cr_sim_web *web, unsigned salt, uint32_t host, uint32_t permille)
{
  return host > 0 && draw_of(web, salt, host, 0) % 1000 < permille;
}

bool cr_sim_web_is_dead(const struct cr_sim_web *web, uint32_t host)
{
  return is_one_of(web, SALT_DEAD, host, web->dead_permille);
}

bool cr_sim_web_is_slow(const struct cr_sim_web *web, uint32_t host)
{
  return is_one_of(web, SALT_SLOW, host, web->slow_permille);
}

bool cr_sim_web_is_busy(const struct cr_sim_web *web, uint32_t host)
{
  return is_one_of(web, SALT_BUSY, host, web->busy_permille);
}

bool cr_sim_web_is_refusing(const struct cr_sim_web *web, uint32_t host)
{
  return is_one_of(web, SALT_REFUSING, host, web->refusing_permille);
}

int64_t cr_sim_web_crawl_delay_s(const struct cr_sim_web *web, uint32_t host)
{
  bool has_one = cr_sim_web_robots(web, host) == CR_SIM_ROBOTS_RULES &&
                 is_one_of(web, SALT_DELAY, host, web->crawl_delay_permille);

  return has_one ? 2 + (int64_t)(draw_of(web, SALT_DELAY, host, 1) % 4) : 0;
}

enum cr_sim_robots cr_sim_web_robots(const struct cr_sim_web *web, uint32_t host)
{
  uint64_t draw = draw_of(web, SALT_ROBOTS, host, 0) % 100;

  if (web->robots && cr_sim_web_is_refusing(web, host))
    return CR_SIM_ROBOTS_EMPTY; /* else it would hang on the order what its pages end with */
  if (!web->robots || (draw < 40 && !web->rules_everywhere))
    return CR_SIM_ROBOTS_NONE;
  if (draw >= 40 && draw < 60)
    return CR_SIM_ROBOTS_EMPTY;
  if (draw < 80 || host == 0)
    return CR_SIM_ROBOTS_RULES;
  if (draw < 88)
    return CR_SIM_ROBOTS_MOVED;
  return draw < 94 ? CR_SIM_ROBOTS_503 : CR_SIM_ROBOTS_UNREACHABLE;
}

/* "http://", or "https://"; *port: "" or ":8081". */
static const char *scheme_of(const struct cr_sim_web *web, uint32_t host, const char **port)
{
  uint64_t draw = draw_of(web, SALT_SCHEME, host, 0) % 8;

  *port = draw == 0 ? ":8081" : "";
  return draw >= 6 ? "https://" : "http://";
}

/* Into room for any URL of this web. These are most of what a large crawl's simulation costs, and
 * the texts are short: no call of the C library for each of them. */
static char *put(char *at, const char *text)
{
  while (*text)
    *at++ = *text++;
  *at = '\0';
  return at;
}

static char *put_number(char *at, const char *before, uint32_t n)
{
  char digits[10];
  size_t count = 0;

  at = put(at, before);
  do
    digits[count++] = (char)('0' + n % 10);
  while ((n /= 10) > 0);
  while (count > 0)
    *at++ = digits[--count];
  *at = '\0';
  return at;
}

static char *put_origin(const struct cr_sim_web *web, uint32_t host, char *at)
{
  const char *port;

  at = put(at, scheme_of(web, host, &port));
  at = put_number(at, "h", host);
  at = put_number(at, ".s", host / 4);
  return put(put(at, ".example"), port);
}

/* ---- pages ---- */

static char *put_path(const struct cr_sim_web *web, struct cr_sim_ref ref, char *at)
{
  uint32_t page = ref.page;
  uint64_t draw = draw_of(web, SALT_PATH, ref.host, ref.page);

  if (page == 0)
    return put(at, "/");
  at = draw % 8 == 0 ? put_number(at, "/~u", page % 3) : put_number(at, "/d", page % 5);
  at = put_number(at, "/p", page);
  if (draw % 8 == 1 && !ref.slash)
    return put_number(at, "?x=", page % 7);
  return put(at, ref.slash ? "/" : "");
}

void cr_sim_web_url(const struct cr_sim_web *web, struct cr_sim_ref ref, char *url)
{
  (void)put_path(web, ref, put_origin(web, ref.host, url)); /* where it ends: nobody asks */
}

static bool has_query(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  return ref.page > 0 && draw_of(web, SALT_PATH, ref.host, ref.page) % 8 == 1;
}

enum cr_sim_nature cr_sim_web_nature(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  static const enum cr_sim_nature redirects[] = {
    CR_SIM_TO_PAGE, CR_SIM_TO_HOST, CR_SIM_TO_OWN, CR_SIM_TO_SLASH,
    CR_SIM_LOOP,    CR_SIM_SELF,    CR_SIM_RING,
  };
  enum { SORTS = sizeof(redirects) / sizeof(redirects[0]) };
  uint64_t draw = draw_of(web, SALT_NATURE, ref.host, ref.page) % 1000;
  uint64_t end = (uint64_t)web->redirect_permille * SORTS;

  if (ref.slash || ref.page == 0)
    return CR_SIM_PAGE;
  if (draw < end) {
    enum cr_sim_nature sort = redirects[draw / web->redirect_permille];
    return sort == CR_SIM_TO_SLASH && has_query(web, ref) ? CR_SIM_TO_OWN : sort;
  }
  if (draw < end + web->missing_permille)
    return draw % 4 == 0 ? CR_SIM_BROKEN : CR_SIM_MISSING;
  end += web->missing_permille;
  if (draw < end + web->failing_permille)
    return CR_SIM_FAILS;
  if (draw < end + 2 * (uint64_t)web->failing_permille)
    return CR_SIM_FALTERS;
  return draw % 25 == 0 ? CR_SIM_TEXT : CR_SIM_PAGE;
}

unsigned cr_sim_web_failures(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  return 1 + (unsigned)(draw_of(web, SALT_FAILURES, ref.host, ref.page) % 2);
}

/* Low numbers are chosen more often than high ones. */
static uint32_t skewed(uint64_t draw, uint32_t below)
{
  uint64_t u = draw & 0xffff;

  if (below > 1 << 14) { /* too many for so few values to reach all of them */
    u = mix(draw) >> 32;
    return (uint32_t)((uint64_t)below * ((u * u >> 32) * u >> 32) >> 32);
  }
  return (uint32_t)((uint64_t)below * (u * u * u >> 32) >> 16);
}

static struct cr_sim_ref page_of_other_host(const struct cr_sim_web *web, uint64_t draw)
{
  struct cr_sim_ref ref = { .host = skewed(draw, web->hosts) };
  if (draw >> 60 != 0) /* one in sixteen names the host alone */
    ref.page = skewed(draw >> 16, cr_sim_web_size(web, ref.host));
  return ref;
}

struct cr_sim_ref cr_sim_web_target(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  uint64_t draw = draw_of(web, SALT_TO, ref.host, ref.page);
  struct cr_sim_ref to = ref;

  switch (cr_sim_web_nature(web, ref)) {
  case CR_SIM_TO_PAGE:
    to.page = skewed(draw, cr_sim_web_size(web, ref.host));
    break;
  case CR_SIM_TO_HOST:
    to = page_of_other_host(web, draw);
    break;
  case CR_SIM_TO_SLASH:
    to.slash = true;
    break;
  case CR_SIM_RING: /* as close to a ring as its neighbour allows */
    to.page = (ref.page ^ 1) < cr_sim_web_size(web, ref.host) ? ref.page ^ 1 : ref.page - 1;
    break;
  default:
    break;
  }
  if (to.host == ref.host && to.page == ref.page && to.slash == ref.slash)
    to.page = 0; /* to itself is another nature; a front page redirects nowhere */
  return to;
}

bool cr_sim_web_is_disallowed(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  char path[CR_SIM_URL_BYTES];

  (void)put_path(web, ref, path); /* as above */
  if (strncmp(path, "/d1/p1", 6) == 0)
    return false;
  return strncmp(path, "/d1/", 4) == 0 || strncmp(path, "/~u2/", 5) == 0;
}

/* ---- from a URL to its page ---- */

/* Dots, escapes of letters and '~', the fragment, an empty query: enough for what is made here.
 * Answers whether anything was done but to the fragment. */
static bool simplify(struct cr_span target, char *out, size_t bytes)
{
  size_t n = 0;
  bool odd = false;

  for (size_t i = 0; i < target.len && target.at[i] != '#' && n + 1 < bytes; i++) {
    char c = target.at[i];
    if (c == '%' && i + 2 < target.len && cr_hex_value(target.at[i + 1]) >= 0 &&
        cr_hex_value(target.at[i + 2]) >= 0) {
      c = (char)(cr_hex_value(target.at[i + 1]) << 4 | cr_hex_value(target.at[i + 2]));
      i += 2;
      odd = true;
    }
    out[n++] = c;
    if (n >= 4 && memcmp(out + n - 4, "/../", 4) == 0) {
      n -= 4;
      while (n > 0 && out[--n] != '/')
        ;
      out[n++] = '/';
      odd = true;
    }
  }
  if (n > 0 && out[n - 1] == '?') {
    n--;
    odd = true;
  }
  out[n] = '\0';
  return odd;
}

static uint32_t number_behind(const char *text, const char *mark)
{
  const char *at = NULL;
  uint32_t n = 0;

  for (const char *next = strstr(text, mark); next; next = strstr(next + 1, mark))
    at = next;
  for (at = at ? at + strlen(mark) : ""; cr_is_digit(*at); at++)
    n = n * 10 + (uint32_t)(*at - '0');
  return n;
}

struct cr_sim_ref cr_sim_web_find(const struct cr_sim_web *web, struct cr_span url, bool *odd)
{
  struct cr_sim_ref none = { .host = UINT32_MAX };
  struct cr_sim_ref ref = none;
  char path[CR_SIM_URL_BYTES];
  char canonical[CR_SIM_URL_BYTES];
  size_t at = cr_span_starts_nocase(url, CR_SPAN("https://")) ? 8 : 7;
  size_t origin;

  if (url.len <= at + 1 || url.len >= CR_SIM_URL_BYTES || cr_lower(url.at[at]) != 'h')
    return none;
  for (ref.host = 0, at++; at < url.len && cr_is_digit(url.at[at]); at++)
    ref.host = ref.host * 10 + (uint32_t)(url.at[at] - '0');
  while (at < url.len && url.at[at] != '/')
    at++;
  *odd = simplify(cr_span(url.at + at, url.len - at), path, sizeof(path));
  ref.page = number_behind(path, "/p");
  ref.slash = ref.page > 0 && path[strlen(path) - 1] == '/';
  if (ref.host >= web->hosts || ref.page >= cr_sim_web_size(web, ref.host))
    return none;
  origin = (size_t)(put_origin(web, ref.host, canonical) - canonical);
  (void)put_path(web, ref, canonical + origin); /* as above */
  if (!cr_span_starts_nocase(url, cr_span(canonical, origin)) ||
      strcmp(canonical + origin, path) != 0)
    return none;
  return ref;
}

/* ---- links ---- */

uint32_t cr_sim_web_link_count(const struct cr_sim_web *web, struct cr_sim_ref from)
{
  static const uint16_t quantiles[16] = { 10, 17, 23, 29,  36,  43,  50,  59,
                                          69, 81, 96, 115, 140, 176, 240, 411 }; /* hundredths */
  uint64_t draw = draw_of(web, SALT_COUNT, from.host, from.page);
  return web->navigation + 2 + web->links * quantiles[draw % 16] / 100;
}

/* First the navigation, then two pages further on so that every page has a way to it, then any. */
static struct cr_sim_ref link_target(const struct cr_sim_web *web, struct cr_sim_ref from,
                                     uint32_t n)
{
  uint64_t draw = draw_of(web, SALT_TO, (uint64_t)from.host << 32 | from.page, n + 1);
  uint32_t size = cr_sim_web_size(web, from.host);
  struct cr_sim_ref to = { .host = from.host };

  if (n < web->navigation) {
    to.page = n % size;
  } else if (n < web->navigation + 2) {
    uint64_t child = 2 * (uint64_t)from.page + 1 + (n - web->navigation);
    to.page = child < size ? (uint32_t)child : from.page / 2;
  } else if (draw % 100 < web->cross_percent) {
    to = page_of_other_host(web, mix(draw));
  } else {
    to.page = skewed(mix(draw), size);
  }
  return to;
}

/* Of odd links: the one that leads somewhere, to where it is. */
static bool is_top(uint64_t draw)
{
  return (draw >> 32) % 8 == 5;
}

static void put_odd_link(struct cr_sim_web_link *link, uint64_t draw)
{
  static const char *const hrefs[] = {
    "mailto:who@h1.s0.example",
    "javascript:void(0)",
    "http://[bad",
    "tel:+1",
    "ftp://h1.s0.example/x",
    "#top",
  };
  enum { SORTS = sizeof(hrefs) / sizeof(hrefs[0]) };

  if (draw % 8 < SORTS) {
    link->to = (struct cr_sim_ref){ .host = UINT32_MAX };
    (void)snprintf(link->href, sizeof(link->href), "%s", hrefs[draw % 8]);
  } else {
    link->nofollow = true;
  }
}

/* What "../" must stand before a path without its first slash. */
static const char *way_up(struct cr_sim_ref from)
{
  if (from.page == 0)
    return "./";
  return from.slash ? "../../" : "../";
}

/* Other words for the canonical URL in link->href, whose path begins at path. */
static void spell(const struct cr_sim_web *web, struct cr_sim_ref from,
                  struct cr_sim_web_link *link, uint64_t draw)
{
  char url[CR_SIM_URL_BYTES];
  size_t room = sizeof(link->href);
  size_t path = (size_t)(put_origin(web, link->to.host, url) - url);
  bool https = url[4] == 's';
  bool has_port = memchr(url + 6, ':', path - 6) != NULL;
  bool same = link->to.host == from.host;
  const char *port;
  bool same_scheme = (scheme_of(web, from.host, &port)[4] == 's') == https;

  cr_sim_web_url(web, link->to, url);
  if (draw % 16 == 0)
    for (size_t i = 0; i < path; i++)
      link->href[i] =
          (char)(link->href[i] >= 'a' && link->href[i] <= 'z' ? link->href[i] - 32 : link->href[i]);
  else if (draw % 16 == 1 && !has_port)
    (void)snprintf(link->href, room, "%.*s:%d%s", (int)path, url, https ? 443 : 80, url + path);
  else if (draw % 16 == 2 && same_scheme)
    (void)snprintf(link->href, room, "%s", url + (https ? 6 : 5));
  else if (draw % 16 == 3)
    (void)snprintf(link->href, room, " \t%s\n", url);
  else if (draw % 16 == 4 && url[path + 1] == '~')
    (void)snprintf(link->href, room, "%.*s/%%7%c%s", (int)path, url, draw & 64 ? 'e' : 'E',
                   url + path + 2);
  else if (draw % 16 == 5)
    (void)snprintf(link->href, room, "%s#part%u", url, (unsigned)(draw >> 8) % 9);
  else if (draw % 16 == 6)
    (void)snprintf(link->href, room, "%.*s/x/..%s", (int)path, url, url + path);
  else if (same && draw % 16 < 10)
    (void)snprintf(link->href, room, "%s%s", way_up(from), url + path + 1);
  else if (same)
    (void)snprintf(link->href, room, "%s%s", url + path, draw & 64 ? "#top" : "");
}

static bool is_odd(const struct cr_sim_web *web, uint32_t n, uint64_t draw)
{
  return n >= web->navigation + 2 && (draw >> 16) % 1000 < web->odd_permille;
}

static uint64_t draw_link(const struct cr_sim_web *web, struct cr_sim_ref from, uint32_t n)
{
  uint64_t id = (uint64_t)from.host << 32 | from.page;
  return draw_of(web, SALT_SPELLING, id, n < web->navigation ? ~n : n);
}

bool cr_sim_web_link_to(const struct cr_sim_web *web, struct cr_sim_ref from, uint32_t n,
                        struct cr_sim_ref *to)
{
  uint64_t draw = draw_link(web, from, n);

  if (is_odd(web, n, draw)) {
    *to = from;
    return is_top(draw);
  }
  *to = link_target(web, from, n);
  return true;
}

bool cr_sim_web_link(const struct cr_sim_web *web, struct cr_sim_ref from, uint32_t n,
                     struct cr_sim_web_link *link)
{
  uint64_t draw = draw_link(web, from, n);

  if (n >= cr_sim_web_link_count(web, from))
    return false;
  link->to = link_target(web, from, n);
  link->kind = draw >> 56 < 16 ? CRAWLER_LINK_AREA : CRAWLER_LINK_A;
  link->nofollow = false;
  cr_sim_web_url(web, link->to, link->href);
  if (is_odd(web, n, draw))
    put_odd_link(link, draw >> 32);
  else if (n < web->navigation && web->spellings) /* the same on every page */
    spell(web, from, link, 15);
  else if (web->spellings && (draw >> 40) % 100 < web->spelling_percent)
    spell(web, from, link, draw);
  return true;
}

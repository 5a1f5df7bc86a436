/* SPDX-License-Identifier: MIT */
/* polite_web.c - the web of the proof of politeness, as a pure function of a seed. */
#include "polite/polite_web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum salt {
  SALT_NATURE = 1,
  SALT_PAGES,
  SALT_MANNER,
  SALT_DELAY,
  SALT_LINK,
  SALT_WAIT,
  SALT_DENY,
  SALT_SCHEME
};

/* splitmix64 (Steele, Lea, Flood 2014) of all that a choice depends on. */
static uint32_t draw(const struct cr_polite_web *web, uint32_t host, int page, unsigned salt)
{
  uint64_t z = web->seed + UINT64_C(0x9e3779b97f4a7c15) *
                               (((uint64_t)host << 24) + (uint64_t)(page + 1) * 64 + salt + 1);

  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (uint32_t)((z ^ (z >> 31)) >> 16);
}

/* ---- hosts ---- */

enum cr_polite_nature cr_polite_nature(const struct cr_polite_web *web, uint32_t host)
{
  static const struct {
    enum cr_polite_nature nature;
    uint32_t percent;
  } rows[] = {
    { CR_POLITE_PLAIN, 32 },      { CR_POLITE_RULES, 20 },    { CR_POLITE_UNHURRIED, 10 },
    { CR_POLITE_MOVED, 4 },       { CR_POLITE_FALTERING, 4 }, { CR_POLITE_BUSY, 10 },
    { CR_POLITE_FICKLE, 6 },      { CR_POLITE_STALE, 3 },     { CR_POLITE_REFUSING, 2 },
    { CR_POLITE_CLOSED, 3 },      { CR_POLITE_SILENT, 2 },    { CR_POLITE_NAMELESS, 2 },
    { CR_POLITE_UNREACHABLE, 2 },
  };
  uint32_t at = draw(web, host, 0, SALT_NATURE) % 100;

  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    if (at < rows[i].percent)
      return rows[i].nature;
    at -= rows[i].percent;
  }
  return CR_POLITE_PLAIN;
}

enum cr_polite_schemes cr_polite_schemes(const struct cr_polite_web *web, uint32_t host)
{
  enum cr_polite_nature nature = cr_polite_nature(web, host);
  uint32_t at = draw(web, host, 0, SALT_SCHEME) % 100;

  if (nature == CR_POLITE_CLOSED || nature == CR_POLITE_SILENT || at >= web->https_percent)
    return CR_POLITE_HTTP;
  if (at < web->https_percent * 3 / 10)
    return CR_POLITE_HTTPS;
  if (web->tls_port != 443)
    return CR_POLITE_HTTP;
  if (at >= web->https_percent * 8 / 10 &&
      (nature == CR_POLITE_RULES || nature == CR_POLITE_UNHURRIED))
    return CR_POLITE_TWIN;
  return CR_POLITE_BOTH;
}

static int port_of(const struct cr_polite_web *web, uint32_t host, bool secure)
{
  enum cr_polite_nature nature = cr_polite_nature(web, host);

  return nature == CR_POLITE_CLOSED   ? web->closed_port
         : nature == CR_POLITE_SILENT ? web->silent_port
         : secure                     ? web->tls_port
                                      : web->port;
}

/* Of each sixteen hosts, four are subdomains of one domain, and eight others have one address. */
uint32_t cr_polite_site(const struct cr_polite_web *web, uint32_t host)
{
  (void)web;
  return host % 16 < 4 ? host - host % 16 : host;
}

uint32_t cr_polite_address(const struct cr_polite_web *web, uint32_t host)
{
  uint32_t at = host % 16 >= 4 && host % 16 < 12 ? host - host % 16 + 4 : host;

  (void)web;
  return UINT32_C(0x7f010001) + (at << 1); /* from 127.1.0.1 on */
}

bool cr_polite_is_alone(uint32_t host)
{
  return host % 16 >= 12;
}

void cr_polite_name(const struct cr_polite_web *web, uint32_t host, char *name)
{
  (void)snprintf(name, CR_POLITE_NAME, "h%u.d%u.example", host, cr_polite_site(web, host));
}

uint32_t cr_polite_find(const struct cr_polite_web *web, const char *name)
{
  char right[CR_POLITE_NAME];
  uint32_t host = name[0] == 'h' ? (uint32_t)strtoul(name + 1, NULL, 10) : web->hosts;

  if (host >= web->hosts)
    return web->hosts;
  cr_polite_name(web, host, right);
  return strcmp(name, right) == 0 ? host : web->hosts;
}

int64_t cr_polite_crawl_delay_ms(const struct cr_polite_web *web, uint32_t host, bool secure)
{
  if (cr_polite_nature(web, host) != CR_POLITE_UNHURRIED)
    return 0;
  return 300 + 100 * (draw(web, host, secure, SALT_DELAY) % 4);
}

/* ---- pages ---- */

uint32_t cr_polite_pages(const struct cr_polite_web *web, uint32_t host)
{
  uint32_t half = web->pages / 2;

  return half + draw(web, host, 0, SALT_PAGES) % (web->pages - half) + 1;
}

static enum cr_polite_manner draw_manner(const struct cr_polite_web *web, uint32_t host, int page)
{
  static const struct {
    enum cr_polite_manner manner;
    uint32_t percent;
  } rows[] = {
    { CR_POLITE_QUICK, 68 },  { CR_POLITE_SLOW, 10 },   { CR_POLITE_DRIBBLING, 6 },
    { CR_POLITE_MISSING, 5 }, { CR_POLITE_LEADING, 5 }, { CR_POLITE_DROPPING, 4 },
    { CR_POLITE_LATE, 1 },    { CR_POLITE_MUTE, 1 },
  };
  uint32_t at = draw(web, host, page, SALT_MANNER) % 100;

  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    if (at < rows[i].percent)
      return rows[i].manner;
    at -= rows[i].percent;
  }
  return CR_POLITE_QUICK;
}

enum cr_polite_manner cr_polite_manner(const struct cr_polite_web *web, uint32_t host, int page)
{
  enum cr_polite_nature nature = cr_polite_nature(web, host);

  /* Three such pages, asked twice in vain each: never more parks in a row than a crawl puts up
   * with. */
  if (nature == CR_POLITE_BUSY && page >= 1 && page <= 3)
    return CR_POLITE_LATER;
  if (page == 0 || nature == CR_POLITE_FICKLE || nature == CR_POLITE_STALE)
    return CR_POLITE_QUICK;
  return draw_manner(web, host, page);
}

/* One page in eight lies where the robots.txt of most hosts lets nobody in. */
static bool is_private(const struct cr_polite_web *web, uint32_t host, int page)
{
  return page > 3 && draw(web, host, page, SALT_DENY) % 8 == 0;
}

bool cr_polite_is_disallowed(const struct cr_polite_web *web, uint32_t host, int page)
{
  return cr_polite_nature(web, host) != CR_POLITE_PLAIN && is_private(web, host, page);
}

bool cr_polite_is_secure(const struct cr_polite_web *web, uint32_t host, int page)
{
  enum cr_polite_schemes schemes = cr_polite_schemes(web, host);

  return schemes == CR_POLITE_HTTPS || (schemes == CR_POLITE_BOTH && page % 2 == 1);
}

const char *cr_polite_rules(bool secure)
{
  return secure ? "User-agent: *\nDisallow: /p/\n" : "User-agent: *\nDisallow: /private/\n";
}

void cr_polite_path(const struct cr_polite_web *web, uint32_t host, int page, char *path)
{
  bool is_in = is_private(web, host, page) != cr_polite_is_secure(web, host, page);

  if (page == 0)
    (void)snprintf(path, CR_POLITE_PATH, "/");
  else
    (void)snprintf(path, CR_POLITE_PATH, is_in ? "/private/%d" : "/p/%d", page);
}

void cr_polite_url(const struct cr_polite_web *web, uint32_t host, int page, char *url)
{
  char name[CR_POLITE_NAME];
  char path[CR_POLITE_PATH];
  bool secure = cr_polite_is_secure(web, host, page);

  cr_polite_name(web, host, name);
  cr_polite_path(web, host, page, path);
  (void)snprintf(url, CR_POLITE_URL, "%s://%s:%d%s", secure ? "https" : "http", name,
                 port_of(web, host, secure), path);
}

int cr_polite_page(const struct cr_polite_web *web, uint32_t host, bool secure, const char *path)
{
  char right[CR_POLITE_PATH];
  const char *number = strrchr(path, '/');
  long page = number && number[1] != '\0' ? strtol(number + 1, NULL, 10) : 0;

  if (page < 0 || page >= (long)cr_polite_pages(web, host) ||
      cr_polite_is_secure(web, host, (int)page) != secure)
    return CR_POLITE_NOWHERE;
  cr_polite_path(web, host, (int)page, right);
  return strcmp(path, right) == 0 ? (int)page : CR_POLITE_NOWHERE;
}

/* A front page leads to every page of its host, so that all are queued once it has come, and to
 * three other hosts; others to three pages of the host, and to a page of another one. */
bool cr_polite_link(const struct cr_polite_web *web, uint32_t host, int page, uint32_t n,
                    struct cr_polite_link *link)
{
  uint32_t pages = cr_polite_pages(web, host);
  uint32_t seeds = cr_polite_seeds(web);

  if (page == 0 && n < pages - 1) {
    *link = (struct cr_polite_link){ host, (int)n + 1 };
    return true;
  }
  if (page == 0) {
    uint32_t to = host + seeds * (n - pages + 2);
    *link = (struct cr_polite_link){ to < web->hosts ? to : 0, 0 };
    return host < seeds && n < pages + 2;
  }
  *link = (struct cr_polite_link){ host, (int)(draw(web, host, page, SALT_LINK + 8 * n) % pages) };
  if (n == 3)
    link->host = draw(web, host, page, SALT_LINK) % web->hosts;
  if (n == 3)
    link->page = (int)(draw(web, host, page, SALT_LINK + 8) % cr_polite_pages(web, link->host));
  return n < 4;
}

int cr_polite_target(const struct cr_polite_web *web, uint32_t host, int page)
{
  uint32_t pages = cr_polite_pages(web, host);
  uint32_t to = (uint32_t)page;

  /* Onwards, so that there is no ring; the last ones lead to the front page. */
  do
    to++;
  while (to < pages && cr_polite_manner(web, host, (int)to) == CR_POLITE_LEADING);
  return to < pages ? (int)to : 0;
}

/* ---- answers ---- */

static struct cr_polite_answer later(const struct cr_polite_web *web, uint32_t host, int page,
                                     unsigned nth)
{
  uint32_t sort = draw(web, host, page, SALT_WAIT + 8 * nth);
  struct cr_polite_answer answer = { .status = sort & 1 ? 429 : 503, .retry_after_s = -1 };

  if (sort / 2 % 3 > 0)
    answer.retry_after_s = (int)(sort / 8 % 2) + (sort / 2 % 3 == 2);
  answer.as_date = sort / 2 % 3 == 2;
  return answer;
}

struct cr_polite_answer cr_polite_answer(const struct cr_polite_web *web, uint32_t host, int page,
                                         unsigned nth)
{
  struct cr_polite_answer answer = { .status = 200, .retry_after_s = -1 };
  enum cr_polite_manner manner = cr_polite_manner(web, host, page);
  int wait_ms = 20 + (int)(draw(web, host, page, SALT_WAIT) % 300);

  if (cr_polite_nature(web, host) == CR_POLITE_REFUSING)
    return (struct cr_polite_answer){ .status = 429, .retry_after_s = 1 };
  if (manner == CR_POLITE_LATER && nth < 2)
    return later(web, host, page, nth);
  if (manner == CR_POLITE_MUTE ||
      (manner == CR_POLITE_DROPPING && nth <= draw(web, host, page, SALT_WAIT) % 2))
    answer.status = 0;
  if (manner == CR_POLITE_SLOW || manner == CR_POLITE_DRIBBLING)
    answer.wait_ms = wait_ms;
  if (manner == CR_POLITE_DRIBBLING)
    answer.rest_ms = wait_ms;
  if (manner == CR_POLITE_LATE && nth == 0)
    answer.wait_ms = 3600 * 1000;
  if (manner == CR_POLITE_MISSING)
    answer.status = 404;
  if (manner == CR_POLITE_LEADING)
    answer.status = 301;
  return answer;
}

/* ---- the oracle ---- */

uint32_t cr_polite_seeds(const struct cr_polite_web *web)
{
  return (web->hosts + 3) / 4;
}

static bool is_answered(const struct cr_polite_web *web, uint32_t host, int page)
{
  switch (cr_polite_nature(web, host)) {
  case CR_POLITE_REFUSING:
  case CR_POLITE_CLOSED:
  case CR_POLITE_SILENT:
  case CR_POLITE_NAMELESS:
  case CR_POLITE_UNREACHABLE:
    return false;
  default:
    return !cr_polite_is_disallowed(web, host, page) &&
           cr_polite_manner(web, host, page) != CR_POLITE_MUTE;
  }
}

struct walk {
  const struct cr_polite_web *web;
  unsigned char *reached;
  struct cr_polite_link *queue;
  size_t len;
};

static void reach(struct walk *walk, struct cr_polite_link to)
{
  unsigned char *at = &walk->reached[(size_t)to.host * (walk->web->pages + 1) + (size_t)to.page];

  if (*at || !is_answered(walk->web, to.host, to.page))
    return;
  *at = 1;
  walk->queue[walk->len++] = to;
}

unsigned char *cr_polite_reached(const struct cr_polite_web *web)
{
  size_t most = (size_t)web->hosts * (web->pages + 1);
  struct walk walk = { web, calloc(most, 1), calloc(most, sizeof(*walk.queue)), 0 };
  struct cr_polite_link to;

  if (!walk.reached || !walk.queue)
    abort();
  for (uint32_t host = 0; host < cr_polite_seeds(web); host++)
    reach(&walk, (struct cr_polite_link){ host, 0 });
  for (size_t i = 0; i < walk.len; i++) {
    struct cr_polite_link from = walk.queue[i];
    enum cr_polite_manner manner = cr_polite_manner(web, from.host, from.page);
    if (manner == CR_POLITE_LEADING)
      reach(&walk,
            (struct cr_polite_link){ from.host, cr_polite_target(web, from.host, from.page) });
    else if (manner != CR_POLITE_MISSING)
      for (uint32_t n = 0; cr_polite_link(web, from.host, from.page, n, &to); n++)
        reach(&walk, to);
  }
  free(walk.queue);
  return walk.reached;
}

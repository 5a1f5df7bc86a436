/* SPDX-License-Identifier: MIT */
/* sim_web_answer.c - how the synthetic web answers a request.
 *
 * A body begins with a comment that holds the URL asked for, by which the test's parser finds the
 * page's links again without reading HTML.
 */
#include "sim/sim_web_answer.h"

#include <stdio.h>

enum salt { SALT_LATENCY = 100, SALT_SIZE, SALT_STATUS, SALT_FAILURE, SALT_LATER };

static const char mark_begin[] = "<!--sim ";
static const char mark_end[] = "-->\n";

static const struct cr_sim_web *web_of(const struct cr_sim_world *world)
{
  return (const struct cr_sim_web *)(const void *)world;
}

static void put(struct cr_buf *buf, const char *text)
{
  (void)cr_buf_add_text(buf, text); /* test memory isn't limited */
}

/* ---- time ---- */

/* Of the range for examples; of that for benchmarks where there are more (RFC 5737, RFC 2544). */
static void put_address(uint32_t number, struct cr_sim_answer *answer)
{
  if (number < 250)
    (void)snprintf(answer->address, sizeof(answer->address), "192.0.2.%u", (unsigned)number);
  else
    (void)snprintf(answer->address, sizeof(answer->address), "198.%u.%u.%u",
                   18 + (unsigned)(number >> 16 & 1), (unsigned)(number >> 8 & 255),
                   (unsigned)(number & 255));
}

static void set_latency(const struct cr_sim_web *web, struct cr_sim_ref ref,
                        struct cr_sim_answer *answer)
{
  uint64_t host = cr_sim_web_draw(web, SALT_LATENCY, ref.host, 0);
  uint64_t page = cr_sim_web_draw(web, SALT_LATENCY, ref.host, ref.page + 1);
  int64_t base_ms = 5 + (int64_t)(host % 200);

  put_address(ref.host / 3 % web->addresses, answer);
  if (web->instant)
    return;
  if (cr_sim_web_is_slow(web, ref.host))
    base_ms = 5000 + (int64_t)(host % 12000); /* and half of it at most: under the timeout */
  answer->resolve_ms = (int64_t)(host >> 16) % 40;
  answer->connect_ms = (int64_t)(host >> 24) % 40;
  answer->head_ms = base_ms + (int64_t)(page % (uint64_t)base_ms) / 2;
  answer->body_ms = (int64_t)(page >> 32) % 60;
  if (ref.host == web->delayed.host && ref.page == web->delayed.page)
    answer->head_ms += web->delay_ms;
}

/* ---- bodies ---- */

static void put_link(struct cr_buf *body, const struct cr_sim_web_link *link)
{
  put(body, link->kind == CRAWLER_LINK_AREA ? "<area href=\"" : "<p><a href=\"");
  put(body, link->href);
  put(body, link->nofollow ? "\" rel=\"nofollow\">" : "\">");
  put(body, link->kind == CRAWLER_LINK_AREA ? "\n" : "somewhere</a>\n");
}

static void put_body(const struct cr_sim_web *web, struct cr_sim_ref ref, struct cr_span url,
                     struct cr_buf *body)
{
  struct cr_sim_web_link link;
  uint64_t draw = cr_sim_web_draw(web, SALT_SIZE, ref.host, ref.page);
  size_t size = (size_t)(web->body_bytes * (draw % 8 == 0 ? 4 + draw / 8 % 8 : draw / 8 % 3) / 2);

  put(body, mark_begin);
  (void)cr_buf_add(body, url.at, url.len); /* as put() */
  put(body, mark_end);
  for (uint32_t n = 0; web->html && cr_sim_web_link(web, ref, n, &link); n++)
    put_link(body, &link);
  while (body->len < size)
    put(body, "<!-- words, words, words, words, words, words, words, words, words, words -->\n");
}

static void answer_page(const struct cr_sim_web *web, struct cr_sim_ref ref, struct cr_span url,
                        struct cr_sim_answer *answer)
{
  enum cr_sim_nature nature = cr_sim_web_nature(web, ref);
  int status = nature == CR_SIM_MISSING ? 404 : nature == CR_SIM_BROKEN ? 500 : 200;

  cr_sim_head_begin(answer, status,
                    nature == CR_SIM_TEXT ? "text/plain" : "text/html; charset=utf-8");
  cr_sim_head_end(answer);
  put_body(web, ref, url, &answer->body);
}

/* ---- redirects ---- */

static void answer_redirect(const struct cr_sim_web *web, struct cr_sim_ref ref,
                            const char *location, struct cr_sim_answer *answer)
{
  static const int statuses[] = { 301, 302, 303, 307, 308 };
  uint64_t draw = cr_sim_web_draw(web, SALT_STATUS, ref.host, ref.page);

  cr_sim_head_begin(answer, statuses[draw % 5], "text/html");
  cr_sim_head_add(answer, "Location", location);
  cr_sim_head_end(answer);
}

/* The same key in other letters: an empty query, or an escaped 'p'. */
static void respell(const char *url, char *out)
{
  const char *query = strchr(url, '?');
  const char *name = strstr(url, "/p");

  if (query)
    (void)snprintf(out, CR_SIM_HREF_BYTES, "%.*s/%%70%s", (int)(name - url), url, name + 2);
  else
    (void)snprintf(out, CR_SIM_HREF_BYTES, "%s?", url);
}

/* False: what is asked for is a page. */
static bool redirect(const struct cr_sim_web *web, struct cr_sim_ref ref, bool odd,
                     struct cr_sim_answer *answer)
{
  enum cr_sim_nature nature = cr_sim_web_nature(web, ref);
  char url[CR_SIM_URL_BYTES];
  char other[CR_SIM_HREF_BYTES];

  cr_sim_web_url(web, ref, url);
  respell(url, other);
  switch (nature) {
  case CR_SIM_TO_PAGE:
  case CR_SIM_TO_HOST:
  case CR_SIM_TO_SLASH:
  case CR_SIM_RING:
    cr_sim_web_url(web, cr_sim_web_target(web, ref), url);
    answer_redirect(web, ref, url, answer);
    return true;
  case CR_SIM_TO_OWN:
    if (!odd)
      answer_redirect(web, ref, other, answer);
    return !odd;
  case CR_SIM_LOOP:
    answer_redirect(web, ref, odd ? url : other, answer);
    return true;
  case CR_SIM_SELF:
    answer_redirect(web, ref, url, answer);
    return true;
  default:
    return false;
  }
}

/* ---- robots.txt ---- */

static void answer_rules(int64_t delay_s, struct cr_sim_answer *answer)
{
  char line[40];

  cr_sim_head_begin(answer, 200, "text/plain");
  cr_sim_head_end(answer);
  put(&answer->body, "User-agent: *\nDisallow: /d1/\nAllow: /d1/p1\nDisallow: /~u2/\n");
  (void)snprintf(line, sizeof(line), "Crawl-delay: %d\n", (int)delay_s);
  put(&answer->body, delay_s > 0 ? line : "");
}

/* Of every other host that has moved them: where another host has its own. Not at one that is given
 * up, where after a month they would be out of reach (RFC 9309, 2.3.1.4), when the oracle has no
 * clock. */
static void answer_moved(const struct cr_sim_web *web, uint32_t host, struct cr_sim_answer *answer)
{
  struct cr_sim_ref other = { .host = (host + 1) % web->hosts };
  bool lasts = !cr_sim_web_is_dead(web, other.host) && !cr_sim_web_is_refusing(web, other.host);
  char url[CR_SIM_URL_BYTES];
  size_t len;

  cr_sim_head_begin(answer, 301, NULL);
  if (host % 2 == 0 || !lasts) {
    cr_sim_head_add(answer, "Location", "/rules.txt");
    return;
  }
  cr_sim_web_url(web, other, url); /* its front page: ends with '/' */
  len = strlen(url);
  (void)snprintf(url + len, sizeof(url) - len, "rules.txt");
  cr_sim_head_add(answer, "Location", url);
}

static void answer_robots(const struct cr_sim_web *web, uint32_t host, struct cr_sim_answer *answer)
{
  enum cr_sim_robots robots = cr_sim_web_robots(web, host);

  switch (robots) {
  case CR_SIM_ROBOTS_EMPTY:
    cr_sim_head_begin(answer, 200, "text/plain");
    break;
  case CR_SIM_ROBOTS_RULES:
    answer_rules(cr_sim_web_crawl_delay_s(web, host), answer);
    return;
  case CR_SIM_ROBOTS_MOVED:
    answer_moved(web, host, answer);
    break;
  case CR_SIM_ROBOTS_UNREACHABLE:
    answer->failure = CRAWLER_FAILED_CONNECT;
    return;
  default:
    cr_sim_head_begin(answer, robots == CR_SIM_ROBOTS_503 ? 503 : 404, NULL);
    break;
  }
  cr_sim_head_end(answer);
}

/* ---- all together ---- */

static crawler_reason failure_of(const struct cr_sim_web *web, struct cr_sim_ref ref,
                                 unsigned attempt)
{
  static const crawler_reason failures[] = { CRAWLER_FAILED_TRUNCATED, CRAWLER_FAILED_TIMEOUT,
                                             CRAWLER_FAILED_CONNECT };
  uint64_t draw = cr_sim_web_draw(web, SALT_FAILURE, ref.host, ref.page);
  enum cr_sim_nature nature = cr_sim_web_nature(web, ref);

  if (nature == CR_SIM_FAILS ||
      (nature == CR_SIM_FALTERS && attempt <= cr_sim_web_failures(web, ref)))
    return failures[draw % 3];
  return CRAWLER_REASON_NONE;
}

/* Does the host ask to be left alone, instead of an answer? */
static bool says_later(const struct cr_sim_web *web, struct cr_sim_ref ref, unsigned attempt)
{
  uint64_t draw = cr_sim_web_draw(web, SALT_LATER, ref.host, ref.page);

  return cr_sim_web_is_refusing(web, ref.host) ||
         (cr_sim_web_is_busy(web, ref.host) && attempt == 1 && draw % 8 == 0);
}

static void answer_later(const struct cr_sim_web *web, struct cr_sim_ref ref,
                         struct cr_sim_answer *answer)
{
  static const char *const after[] = { NULL, "0", "1", "8" };
  uint64_t draw = cr_sim_web_draw(web, SALT_LATER, ref.host, ref.page) / 8;
  bool refusing = cr_sim_web_is_refusing(web, ref.host);
  const char *text = refusing ? "1" : after[draw / 2 % 4];

  cr_sim_head_begin(answer, refusing || draw % 2 == 0 ? 429 : 503, NULL);
  if (text)
    cr_sim_head_add(answer, "Retry-After", text);
  cr_sim_head_end(answer);
}

static bool ends_with(struct cr_span url, const char *end)
{
  size_t n = strlen(end);
  return url.len >= n && memcmp(url.at + url.len - n, end, n) == 0;
}

/* The host of a URL that is no page. */
static uint32_t host_of(const struct cr_sim_web *web, struct cr_span url)
{
  char root[CR_SIM_URL_BYTES];
  size_t origin = 8;
  bool odd;

  while (origin < url.len && url.at[origin] != '/')
    origin++;
  (void)snprintf(root, sizeof(root), "%.*s/", (int)origin, url.at);
  return cr_sim_web_find(web, cr_span_text(root), &odd).host;
}

void cr_sim_web_answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                       struct cr_sim_answer *answer)
{
  const struct cr_sim_web *web = web_of(world);
  bool odd = false;
  struct cr_sim_ref ref = cr_sim_web_find(web, request->url, &odd);
  bool is_page = ref.host != UINT32_MAX;

  if (!is_page)
    ref.host = host_of(web, request->url);
  if (ref.host == UINT32_MAX || cr_sim_web_is_dead(web, ref.host)) {
    answer->failure = ref.host % 2 ? CRAWLER_FAILED_DNS : CRAWLER_FAILED_CONNECT;
    answer->resolve_ms = web->instant ? 0 : 30;
    return;
  }
  set_latency(web, ref, answer);
  if (!is_page && ends_with(request->url, "/robots.txt")) {
    answer_robots(web, ref.host, answer);
  } else if (!is_page && ends_with(request->url, "/rules.txt")) {
    answer_rules(0, answer);
  } else if (!is_page) {
    cr_sim_head_begin(answer, 404, "text/html");
    cr_sim_head_end(answer);
  } else if (says_later(web, ref, request->attempt)) {
    answer_later(web, ref, answer);
  } else {
    answer->failure = failure_of(web, ref, request->attempt);
    if (!redirect(web, ref, odd, answer))
      answer_page(web, ref, request->url, answer);
  }
}

static bool put_found(struct cr_arena *arena, const struct cr_sim_web_link *from,
                      struct crawler_link *link)
{
  size_t len = strlen(from->href);

  *link = (struct crawler_link){
    .href = cr_arena_strndup(arena, from->href, len),
    .rel = from->nofollow ? "nofollow" : NULL,
    .href_bytes = (uint32_t)len,
    .kind = (uint8_t)from->kind,
    .flags = from->nofollow ? CRAWLER_LINK_FLAG_NOFOLLOW : 0,
  };
  return link->href != NULL;
}

bool cr_sim_web_links(const struct cr_sim_world *world, struct cr_span body, struct cr_arena *arena,
                      struct cr_sim_links *links)
{
  const struct cr_sim_web *web = web_of(world);
  const char *end = body.len > 0 ? memchr(body.at, '\n', body.len) : NULL;
  size_t begin = sizeof(mark_begin) - 1;
  struct cr_sim_web_link link;
  bool odd;

  *links = (struct cr_sim_links){ NULL, 0 };
  if (!end || strncmp(body.at, mark_begin, begin) != 0)
    return true;
  size_t len = (size_t)(end - body.at) - begin - (sizeof(mark_end) - 2);
  struct cr_sim_ref ref = cr_sim_web_find(web, cr_span(body.at + begin, len), &odd);
  if (ref.host == UINT32_MAX)
    return true;
  links->count = cr_sim_web_link_count(web, ref);
  links->at = cr_arena_alloc(arena, links->count * sizeof(*links->at));
  for (uint32_t n = 0; links->at && cr_sim_web_link(web, ref, n, &link); n++)
    if (!put_found(arena, &link, &links->at[n]))
      return false;
  return links->at != NULL;
}

/* SPDX-License-Identifier: MIT */
/* robots_api.c - a robots.txt by itself: may a URL be fetched, and which line says so.
 *
 * The rules are those that a crawl would keep to, from the same parser. A copy of the text stays
 * beside them, so that a verdict can show its line.
 */
#include "api/crawler_impl.h"
#include "robots/robots.h"
#include "robots/robots_lines.h"
#include "url/url.h"

#define MAX_BYTES ((size_t)1 << 30)

struct crawler_robots {
  struct cr_mem mem;
  struct cr_robots *rules;
  struct cr_url url; /* its own, or what stands for an unknown one */
  bool has_url;
  bool strict;
  char *text; /* a copy of what is read of it */
  size_t bytes;
  char *agent;            /* the product token */
  char *host;             /* NULL: none */
  struct cr_buf sitemaps; /* absolute URLs, each with a NUL behind it */
  uint32_t *sitemap_at;   /* where each begins */
  size_t sitemap_count;
  struct cr_buf line; /* the last one that was asked for */
};

struct source {
  const char *url;
  const void *data;
  size_t bytes;
  const char *agent;
  unsigned flags;
};

/* ---- making one ---- */

static struct crawler_robots *allocate(const struct cr_mem *like)
{
  struct crawler_robots *r = like->malloc_fn(sizeof(*r), like->user);

  if (!r)
    return NULL;
  memset(r, 0, sizeof(*r));
  cr_mem_init(&r->mem, like->malloc_fn, like->realloc_fn, like->free_fn, like->user);
  cr_url_init(&r->url, &r->mem);
  cr_buf_init(&r->sitemaps, &r->mem, CR_MEM_CORE, SIZE_MAX / 2);
  cr_buf_init(&r->line, &r->mem, CR_MEM_CORE, SIZE_MAX / 2);
  return r;
}

static char *copy(struct crawler_robots *r, struct cr_span text)
{
  char *to = cr_alloc(&r->mem, CR_MEM_CORE, text.len + 1);

  if (!to)
    return NULL;
  if (text.len > 0)
    memcpy(to, text.at, text.len);
  to[text.len] = '\0';
  return to;
}

static int set_url(struct crawler_robots *r, const char *text)
{
  const char *unknown = "http://robots.invalid/robots.txt"; /* RFC 6761 section 6.4 */
  int err = cr_url_parse(&r->url, cr_span_text(text ? text : unknown), NULL);

  r->has_url = text != NULL;
  if (err == 0 && r->url.scheme != CR_SCHEME_HTTP && r->url.scheme != CR_SCHEME_HTTPS)
    err = CRAWLER_E_SCHEME;
  return err == CRAWLER_E_LIMIT ? CRAWLER_E_URL : err;
}

static int read_rules(struct crawler_robots *r)
{
  struct cr_span text = cr_span(r->text, r->bytes);
  struct cr_span agent = cr_span_text(r->agent);

  return r->strict ? cr_robots_parse_strictly(&r->rules, &r->mem, text, agent)
                   : cr_robots_parse(&r->rules, &r->mem, text, agent);
}

/* Those that are no URLs are left out. */
static int add_sitemap(struct crawler_robots *r, struct cr_url *url, struct cr_span value)
{
  size_t at = r->sitemaps.len;
  int err = cr_url_parse(url, value, &r->url);

  if (err < 0)
    return err == CRAWLER_E_NOMEM ? err : 0;
  cr_url_strip_fragment(url);
  err = cr_buf_add(&r->sitemaps, url->text.data, url->text.len);
  if (err == 0)
    err = cr_buf_add(&r->sitemaps, "", 1);
  if (err == 0)
    r->sitemap_at[r->sitemap_count++] = (uint32_t)at; /* 500 KB of lines, and as much of URL each */
  return err;
}

static int read_sitemaps(struct crawler_robots *r)
{
  struct cr_span value;
  struct cr_url url;
  size_t count = 0;
  int err = 0;

  for (size_t at = 0; cr_robots_next_sitemap(r->rules, &at, &value);)
    count++;
  if (count == 0)
    return 0;
  r->sitemap_at = cr_alloc(&r->mem, CR_MEM_CORE, count * sizeof(*r->sitemap_at));
  if (!r->sitemap_at)
    return CRAWLER_E_NOMEM;
  cr_url_init(&url, &r->mem);
  for (size_t at = 0; err == 0 && cr_robots_next_sitemap(r->rules, &at, &value);)
    err = add_sitemap(r, &url, value);
  cr_url_free(&url);
  return err;
}

static void begin_lines(const struct crawler_robots *r, struct cr_robots_lines *lines)
{
  cr_robots_lines_init(lines, cr_span(r->text, r->bytes));
  lines->strict = r->strict;
}

/* Yandex's own, of the whole file; the last one counts. */
static int read_host(struct crawler_robots *r)
{
  struct cr_robots_lines lines;
  struct cr_robots_record record;
  struct cr_span host = cr_span(NULL, 0);

  begin_lines(r, &lines);
  while (cr_robots_lines_next(&lines, &record))
    if (record.field == CR_ROBOTS_HOST && record.value.len > 0)
      host = record.value;
  if (host.len > 0)
    r->host = copy(r, host);
  return host.len > 0 && !r->host ? CRAWLER_E_NOMEM : 0;
}

static int fill(struct crawler_robots *r, const struct source *from)
{
  int err = set_url(r, from->url);

  if (err < 0)
    return err;
  r->strict = (from->flags & CRAWLER_ROBOTS_STRICT) != 0;
  /* One more than is read, so that the parser sees where a line was cut. */
  r->bytes = from->bytes < CR_ROBOTS_MAX_BYTES + 1 ? from->bytes : CR_ROBOTS_MAX_BYTES + 1;
  r->text = copy(r, cr_span(from->data, r->bytes));
  r->agent = copy(r, cr_robots_token(cr_span_text(from->agent)));
  if (!r->text || !r->agent)
    return CRAWLER_E_NOMEM;
  err = read_rules(r);
  if (err == 0)
    err = read_sitemaps(r);
  if (err == 0)
    err = read_host(r);
  return err;
}

static int create(crawler_robots **out, const struct cr_mem *like, const struct source *from)
{
  struct crawler_robots *r;
  int err;

  if (!out || (!from->data && from->bytes > 0))
    return CRAWLER_E_INVAL;
  r = allocate(like);
  if (!r)
    return CRAWLER_E_NOMEM;
  err = fill(r, from);
  if (err < 0)
    crawler_robots_free(r);
  else
    *out = r;
  return err;
}

int crawler_robots_new(crawler_robots **out, const char *url, const void *data, size_t bytes,
                       const char *agent, unsigned flags)
{
  const struct source from = { url, data, bytes, agent, flags };
  struct cr_mem mem;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  return create(out, &mem, &from);
}

int crawler_robots_new_with(crawler *c, crawler_robots **out, const char *url, const void *data,
                            size_t bytes, const char *agent, unsigned flags)
{
  const struct source from = { url, data, bytes, agent, flags };
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  err = create(out, &c->home->mem, &from);
  if (err == CRAWLER_E_INVAL)
    return cr_error(c, err, "an argument is NULL: out, or data with bytes", NULL);
  return url ? cr_url_failed(c, err, url) : cr_failed(c, err, "a robots.txt");
}

void crawler_robots_free(crawler_robots *robots)
{
  if (!robots)
    return;
  cr_robots_free(robots->rules);
  cr_url_free(&robots->url);
  cr_free(&robots->mem, robots->text);
  cr_free(&robots->mem, robots->agent);
  cr_free(&robots->mem, robots->host);
  cr_free(&robots->mem, robots->sitemap_at);
  cr_buf_free(&robots->sitemaps);
  cr_buf_free(&robots->line);
  robots->mem.free_fn(robots, robots->mem.user);
}

/* ---- asking ---- */

static struct cr_span origin_of(const struct cr_url *url)
{
  return cr_span(url->text.data, url->path_at);
}

/* Path and query, as they are sent. */
static struct cr_span target_of(const struct cr_url *url)
{
  size_t end = url->fragment_at == UINT32_MAX ? url->text.len : url->fragment_at - 1;

  return cr_span(url->text.data + url->path_at, end - url->path_at);
}

/* Of the robots.txt's own scheme, host and port? */
static bool is_of_origin(const struct crawler_robots *r, struct cr_url *url)
{
  cr_url_strip_userinfo(url);
  return url->scheme == r->url.scheme && cr_span_eq(origin_of(url), origin_of(&r->url));
}

int crawler_robots_allows(const crawler_robots *robots, const char *url, int *line)
{
  struct cr_robots_verdict verdict;
  struct cr_mem mem = { 0 };
  struct cr_url parsed;
  int err;

  if (!robots || !url)
    return CRAWLER_E_INVAL;
  cr_mem_init(&mem, robots->mem.malloc_fn, robots->mem.realloc_fn, robots->mem.free_fn,
              robots->mem.user); /* several threads may ask at once */
  cr_url_init(&parsed, &mem);
  err = cr_url_parse(&parsed, cr_span_text(url), &robots->url);
  if (err == 0 && parsed.scheme != CR_SCHEME_HTTP && parsed.scheme != CR_SCHEME_HTTPS)
    err = CRAWLER_E_SCHEME;
  if (err == 0 && robots->has_url && !is_of_origin(robots, &parsed))
    err = CRAWLER_E_UNSUPPORTED;
  if (err == 0) {
    verdict = cr_robots_check(robots->rules, target_of(&parsed));
    err = verdict.allowed;
    if (line)
      *line = (int)verdict.line;
  }
  cr_url_free(&parsed);
  return err == CRAWLER_E_LIMIT ? CRAWLER_E_URL : err;
}

const char *crawler_robots_line(crawler_robots *robots, int line)
{
  struct cr_robots_lines lines;
  struct cr_robots_record record;

  begin_lines(robots, &lines);
  while (cr_robots_lines_next(&lines, &record))
    if (record.line == (uint32_t)line) {
      cr_buf_clear(&robots->line);
      if (cr_buf_add(&robots->line, record.name.at, record.name.len) < 0 ||
          cr_buf_add_text(&robots->line, ": ") < 0 ||
          cr_buf_add(&robots->line, record.value.at, record.value.len) < 0 ||
          cr_buf_add(&robots->line, "", 1) < 0)
        return NULL;
      return robots->line.data;
    }
  return NULL;
}

const char *crawler_robots_agent(const crawler_robots *robots)
{
  return robots->agent;
}

int crawler_robots_is_named(const crawler_robots *robots)
{
  return cr_robots_is_named(robots->rules);
}

int64_t crawler_robots_crawl_delay_ms(const crawler_robots *robots)
{
  return cr_robots_crawl_delay_ms(robots->rules);
}

int64_t crawler_robots_request_rate_ms(const crawler_robots *robots)
{
  return cr_robots_request_rate_ms(robots->rules);
}

int crawler_robots_signal(const crawler_robots *robots, const char *name)
{
  enum cr_robots_signal signal = cr_robots_signal_named(cr_span_text(name));

  return cr_robots_signal_is(robots->rules, signal);
}

size_t crawler_robots_sitemap_count(const crawler_robots *robots)
{
  return robots->sitemap_count;
}

const char *crawler_robots_sitemap(const crawler_robots *robots, size_t i)
{
  return i < robots->sitemap_count ? robots->sitemaps.data + robots->sitemap_at[i] : NULL;
}

const char *crawler_robots_host(const crawler_robots *robots)
{
  return robots->host;
}

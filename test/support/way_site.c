/* SPDX-License-Identifier: MIT */
/* way_site.c - a site that sends its visitor to another host, in every way there is.
 *
 * In the texts below '@' stands for the other host, '#' for the row, '%' for this host, and BEL for
 * a '@' that is meant.
 */
#include "support/way_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct cr_site_way cr_site_ways[] = {
  /* by the test's hand */
  { "seed", CR_WAY_BY_HAND },
  { "post", CR_WAY_BY_HAND },
  { "stranger", CR_WAY_BY_HAND },
  { "add-from", CR_WAY_BY_HAND },
  { "added-requisite", CR_WAY_BY_HAND },
  { "added-sitemap", CR_WAY_BY_HAND },
  /* links */
  { "a", 0 },
  { "area", 0 },
  { "iframe", 0 },
  { "next", 0 },
  { "language", 0 },
  { "feed", 0 },
  { "canonical", 0 },
  { "icon", 0 },
  { "form", 0 },
  { "ping", 0 },
  { "scheme-relative", 0 },
  { "backslash", 0 },
  { "userinfo", 0 },
  { "port", 0 },
  { "newline", 0 },
  { "https", CR_WAY_SILENT },
  { "base", 0 },
  { "base-image", 0 },
  { "link-header", 0 },
  { "content-location", 0 },
  { "item", CR_WAY_XML },
  /* requisites */
  { "img", 0 },
  { "srcset", 0 },
  { "script", 0 },
  { "video", 0 },
  { "object", 0 },
  { "style", 0 },
  { "css-import", 0 },
  { "css-url", 0 },
  /* redirects */
  { "r301", 0 },
  { "r302", 0 },
  { "r303", 0 },
  { "r307", 0 },
  { "r308", 0 },
  { "r-relative", 0 },
  { "r-image", 0 },
  { "hops", 0 },
  { "refresh-meta", 0 },
  { "refresh-header", 0 },
  { "own-canonical", 0 },
  /* robots.txt and sitemaps */
  { "robots-redirect", CR_WAY_ROBOTS },
  { "robots-sitemap", CR_WAY_ROBOTS },
  { "sitemap-loc", CR_WAY_ROBOTS | CR_WAY_NEVER }, /* a sitemap lists its own host's */
  { "sitemap-index", CR_WAY_ROBOTS | CR_WAY_NEVER },
  { "sitemap-moved", CR_WAY_ROBOTS },
  { "sitemap-redirect", CR_WAY_ROBOTS | CR_WAY_XML },
};
const size_t cr_site_way_count = sizeof(cr_site_ways) / sizeof(cr_site_ways[0]);

#define HTML "Content-Type: text/html; charset=utf-8\r\n"
#define XML "Content-Type: application/xml\r\n"
#define TO(url) "Location: " url "\r\n"

struct page {
  const char *path;
  int status;
  const char *headers;
  const char *body;
};

static const struct page pages[] = {
  { "/robots.txt", 200, "Content-Type: text/plain\r\n",
    "User-agent: *\nAllow: /\nSitemap: http://@/w-robots-sitemap-#\nSitemap: /map.xml\n"
    "Sitemap: /index.xml\nSitemap: /moved.xml\n" },
  { "/map.xml", 200, XML,
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    "<url><loc>http://@/w-sitemap-loc-#</loc></url><url><loc>http://%/listed</loc></url>"
    "</urlset>" },
  { "/index.xml", 200, XML,
    "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    "<sitemap><loc>http://@/w-sitemap-index-#</loc></sitemap></sitemapindex>" },
  { "/moved.xml", 301, TO("http://@/w-sitemap-moved-#"), "" },
  { "/listed", 302, TO("http://@/w-sitemap-redirect-#"), "" },
  { "/", 200,
    HTML "Link: <http://@/w-link-header-#>; rel=next\r\nContent-Location: "
         "http://@/w-content-location-#\r\n",
    "<link rel=next href=http://@/w-next-#><link rel=alternate hreflang=de "
    "href=http://@/w-language-#><link rel=alternate type=application/rss+xml "
    "href=http://@/w-feed-#><link rel=canonical href=http://@/w-canonical-#>"
    "<link rel=icon href=http://@/w-icon-#><link rel=stylesheet href=/style.css>"
    "<style>p { background: url(http://@/w-style-#) }</style>"
    "<a href=http://@/w-a-# ping=http://@/w-ping-#>a</a><area href=http://@/w-area-#>"
    "<iframe src=http://@/w-iframe-#></iframe><form action=http://@/w-form-#></form>"
    "<a href=//@/w-scheme-relative-#>b</a><a href='http:\\\\@\\w-backslash-#'>c</a>"
    "<a href='http://good.test:x\a@/w-userinfo-#'>d</a><a href='hTTp://@:80/w-port-#'>e</a>"
    "<a href=' http://\n@/w-new\nline-# '>f</a><a href=https://@/w-https-#>g</a>"
    "<img src=http://@/w-img-#><img srcset='http://@/w-srcset-# 2x'><img src=/image>"
    "<script src=http://@/w-script-#></script><video src=http://@/w-video-#></video>"
    "<object data=http://@/w-object-#></object>"
    "<a href=/base>1</a><a href=/feed>2</a><a href=/r301>3</a><a href=/r302>4</a>"
    "<a href=/r303>5</a><a href=/r307>6</a><a href=/r308>7</a><a href=/relative>8</a>"
    "<a href=/hop1>9</a><a href=/refresh-meta>10</a><a href=/refresh-header>11</a>"
    "<a href=/canonical>12</a>" },
  { "/style.css", 200, "Content-Type: text/css; charset=utf-8\r\n",
    "\aimport 'http://@/w-css-import-#'; p { background: url(//@/w-css-url-#) }" },
  { "/base", 200, HTML, "<base href=http://@/><a href=w-base-#>a</a><img src=w-base-image-#>" },
  { "/feed", 200, "Content-Type: application/rss+xml\r\n",
    "<rss version='2.0'><channel><item><link>http://@/w-item-#</link></item></channel></rss>" },
  { "/r301", 301, TO("http://@/w-r301-#"), "" },
  { "/r302", 302, TO("http://@/w-r302-#"), "" },
  { "/r303", 303, TO("http://@/w-r303-#"), "" },
  { "/r307", 307, TO("http://@/w-r307-#"), "" },
  { "/r308", 308, TO("http://@/w-r308-#"), "" },
  { "/relative", 302, TO("//@/w-r-relative-#"), "" },
  { "/image", 302, TO("http://@/w-r-image-#"), "" },
  { "/hop1", 302, TO("/hop2"), "" },
  { "/hop2", 307, TO("http://@/w-hops-#"), "" },
  { "/refresh-meta", 200, HTML,
    "<meta http-equiv=refresh content='0; url=http://@/w-refresh-meta-#'>" },
  { "/refresh-header", 200, HTML "Refresh: 0; url=http://@/w-refresh-header-#\r\n", "x" },
  { "/canonical", 200, HTML, "<link rel=canonical href=http://@/w-own-canonical-#>" },
};

struct text {
  char *at;
  size_t len, room;
};

static void put(struct text *text, const char *from, size_t bytes)
{
  for (size_t i = 0; i < bytes && text->len + 1 < text->room; i++)
    text->at[text->len++] = from[i];
  text->at[text->len] = '\0';
}

struct visited { /* a host of the site, taken apart */
  const char *host;
  char row[16];
  char target[128];
};

static void fill_in(struct text *text, const char *from, const struct visited *v)
{
  for (; *from; from++) {
    const char *word = *from == '@' ? v->target : *from == '#' ? v->row : NULL;
    if (*from == '%')
      word = v->host;
    if (*from == '\a')
      word = "@";
    put(text, word ? word : from, word ? strlen(word) : 1);
  }
}

/* "17.6c6f.63616c.ways.test": the labels are pieces of one text. */
static bool take_apart(const char *host, const char *suffix, struct visited *v)
{
  const char *end = strstr(host, suffix);
  const char *dot = strchr(host, '.');
  size_t len = 0;

  if (!end || !dot || dot > end || (size_t)(dot - host) >= sizeof(v->row))
    return false;
  v->host = host;
  (void)snprintf(v->row, sizeof(v->row), "%.*s", (int)(dot - host), host);
  for (const char *at = dot; at < end && len + 1 < sizeof(v->target);) {
    char pair[3] = "";
    if (*at == '.') {
      at++;
      continue;
    }
    memcpy(pair, at, 2);
    v->target[len++] = (char)strtol(pair, NULL, 16);
    at += 2;
  }
  v->target[len] = '\0';
  return true;
}

static const char *reason(int status)
{
  return status / 100 == 2 ? "OK" : status / 100 == 3 ? "Elsewhere" : "Not Found";
}

static size_t respond(const struct page *page, const struct visited *v, char *out, size_t room)
{
  char headers[1024];
  char body[8192];
  struct text head_text = { headers, 0, sizeof(headers) };
  struct text body_text = { body, 0, sizeof(body) };

  headers[0] = body[0] = '\0';
  fill_in(&head_text, page->headers, v);
  fill_in(&body_text, page->body, v);
  int len = snprintf(out, room, "HTTP/1.1 %d %s\r\n%sContent-Length: %zu\r\n\r\n%s", page->status,
                     reason(page->status), headers, body_text.len, body);
  return len > 0 && (size_t)len < room ? (size_t)len : 0;
}

size_t cr_way_site_answer(const char *host, const char *path, char *out, size_t room)
{
  static const struct page absent = { "", 404, "", "" };
  static const struct page arrived = { "", 200, HTML, "arrived" };
  static const struct page to_robots = { "", 301, TO("http://@/w-robots-redirect-#"), "" };
  struct visited v = { .host = host };

  if (take_apart(host, ".rr.test", &v))
    return respond(strcmp(path, "/robots.txt") == 0 ? &to_robots : &arrived, &v, out, room);
  if (!take_apart(host, ".ways.test", &v))
    return respond(strcmp(path, "/robots.txt") == 0 ? &absent : &arrived, &v, out, room);
  for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
    if (strcmp(pages[i].path, path) == 0)
      return respond(&pages[i], &v, out, room);
  return respond(&absent, &v, out, room);
}

void cr_way_site_url(char *out, size_t room, unsigned row, const char *target, const char *suffix)
{
  size_t len = (size_t)snprintf(out, room, "http://%u.", row);

  for (size_t i = 0; target[i] && len + 4 < room; i++) /* labels have at most 63 bytes */
    len += (size_t)snprintf(out + len, room - len, "%s%02x", i % 30 == 29 ? "." : "",
                            (unsigned char)target[i]);
  (void)snprintf(out + len, room - len, ".%s/", suffix);
}

bool cr_way_site_read(const char *path, size_t *way, unsigned *row)
{
  const char *dash = strrchr(path, '-');

  if (strncmp(path, "/w-", 3) != 0 || dash < path + 3)
    return false;
  for (size_t i = 0; i < cr_site_way_count; i++) {
    size_t len = strlen(cr_site_ways[i].name);
    if (len == (size_t)(dash - path - 3) && memcmp(path + 3, cr_site_ways[i].name, len) == 0) {
      *way = i;
      *row = (unsigned)strtoul(dash + 1, NULL, 10);
      return true;
    }
  }
  return false;
}

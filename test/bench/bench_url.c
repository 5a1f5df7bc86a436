/* SPDX-License-Identifier: MIT */
/* bench_url.c - nanoseconds to resolve a link, and to make its key.
 *
 * By kind of href, each kind of several that pages hold; every figure is the best of some rounds.
 * What is allocated is counted too: buffers grow once and are used again. Then 10 MB of hostile
 * shapes, in URLs of 60,000 bytes and of 1,000, resolved and keyed by every rule.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "url/url.h"

enum { ROUNDS = 7, PASSES = 20000, HOSTILE_BYTES = 10 << 20 };

static const char base_text[] = "https://docs.example.com/library/reference/index.html";

struct kind {
  const char *name;
  const char *hrefs[8];
};

static const struct kind kinds[] = {
  { "relative",
    { "functions.html", "stdtypes.html#string-methods", "xml.etree.elementtree.html",
      "a/b/package-summary.html" } },
  { "root-relative",
    { "/", "/about", "/library/os.html", "/en/docs/getting-started/install/",
      "/search?q=open+file&page=2" } },
  { "dots", { "../genindex.html", "../../3.11/library/io.html", "./json.html" } },
  { "absolute",
    { "https://docs.example.com/whatsnew/index.html", "https://www.example.org/",
      "http://bugs.example.net:8080/issue?id=12345&action=view" } },
  { "fragment", { "#content", "#" } },
  { "odd", { "Menu Item.html", "https://EXAMPLE.com/%7Euser/", "caf\xc3\xa9.html" } },
};

static int64_t now_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t resolve(struct cr_url *url, const struct cr_url *base, const struct kind *kind)
{
  size_t count = 0;

  for (; count < 8 && kind->hrefs[count]; count++)
    if (cr_url_parse(url, cr_span_text(kind->hrefs[count]), base) != 0)
      exit(1);
  return count;
}

static double time_resolve(struct cr_url *url, const struct cr_url *base, const struct kind *kind)
{
  double best = 1e9;

  for (int round = 0; round < ROUNDS; round++) {
    size_t count = 0;
    int64_t start = now_ns();
    for (int pass = 0; pass < PASSES; pass++)
      count += resolve(url, base, kind);
    double each = (double)(now_ns() - start) / (double)count;
    best = each < best ? each : best;
  }
  return best;
}

static double time_key(struct cr_url *url, const struct cr_url *base, const struct kind *kind,
                       struct cr_buf *key)
{
  double best = 1e9;
  double sum = 0;
  size_t count = 0;

  for (; count < 8 && kind->hrefs[count]; count++) {
    if (cr_url_parse(url, cr_span_text(kind->hrefs[count]), base) != 0)
      exit(1);
    best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
      int64_t start = now_ns();
      for (int pass = 0; pass < PASSES; pass++)
        if (cr_url_key(url, NULL, key) != 0)
          exit(1);
      double each = (double)(now_ns() - start) / PASSES;
      best = each < best ? each : best;
    }
    sum += best;
  }
  return sum / (double)count;
}

/* Head and as many units as make up bytes. */
static void fill(struct cr_buf *text, const char *head, const char *unit, size_t bytes)
{
  int err = 0;

  cr_buf_clear(text);
  for (const char *next = head; err == 0 && text->len + strlen(unit) <= bytes; next = unit)
    err = cr_buf_add_text(text, next);
  if (err < 0)
    exit(1);
}

/* Milliseconds for HOSTILE_BYTES of URLs of so many bytes each. */
static double time_hostile(struct cr_url *url, struct cr_buf *key, const struct cr_buf *text)
{
  static const struct cr_key_rules all = { CR_URL_RULES_ALL, CR_SPAN_INIT("a,b*") };
  int64_t start = now_ns();

  for (size_t done = 0; done < HOSTILE_BYTES; done += text->len)
    if (cr_url_parse(url, cr_span(text->data, text->len), NULL) == 0)
      (void)cr_url_key(url, &all, key); /* too long, or not: it is the time that counts */
  return (double)(now_ns() - start) / 1e6;
}

static void print_hostile(struct cr_url *url, struct cr_buf *key)
{
  static const char *const shapes[][2] = {
    { "http://a/", "/../" }, { "http://a/", "%" },      { "http://a/", "%2e%2e/" },
    { "http://", "a." },     { "http://", "xn--a." },   { "http://", "xn--bcher-kva." },
    { "http://a/", "\t" },   { "http://", "@" },        { "http://a/?", "b&a&" },
    { "http://a/?", "[" },   { "http://a/", ";sid=1" }, { "http://", "\xc3\xbc" },
  };
  struct cr_buf text;

  cr_buf_init(&text, url->text.mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  printf("\n%-24s %10s %10s\n", "ms for 10 MB of", "60,000", "1,000");
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
    fill(&text, shapes[i][0], shapes[i][1], 60000);
    double few = time_hostile(url, key, &text);
    fill(&text, shapes[i][0], shapes[i][1], 1000);
    printf("%-10s %-13s %10.1f %10.1f\n", shapes[i][0],
           *shapes[i][1] == '\t' ? "tab" : shapes[i][1], few, time_hostile(url, key, &text));
  }
  cr_buf_free(&text);
}

int main(void)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;
  struct cr_buf key;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  cr_buf_init(&key, &mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  if (cr_url_parse(&base, cr_span_text(base_text), NULL) != 0)
    return 1;
  printf("%-14s %10s %10s\n", "ns per link", "resolve", "key");
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
    printf("%-14s %10.0f %10.0f\n", kinds[i].name, time_resolve(&url, &base, &kinds[i]),
           time_key(&url, &base, &kinds[i], &key));
  printf("allocations: %" PRId64 "\n", mem.calls);
  print_hostile(&url, &key);
  cr_buf_free(&key);
  cr_url_free(&url);
  cr_url_free(&base);
  return 0;
}

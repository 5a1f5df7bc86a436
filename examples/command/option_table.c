/* SPDX-License-Identifier: MIT */
/* option_table.c - the options of the command: its own, and the library's by name with dashes.
 *
 * What is nearest is told by the edit distance with transpositions (optimal string alignment).
 */
#include "option_table.h"

#include <string.h>

enum { NAME_MOST = 40, FAR = 1000 };

static const struct word words[] = {
  { "max-pages", 'n', OPTION, "N", "max_pages", NULL, NULL },
  { "max-depth", 'd', OPTION, "N", "max_depth", NULL, NULL },
  { "concurrency", 'c', OPTION, "N", "concurrency", NULL, NULL },
  { "workers", 'w', OPTION, "N", "workers", NULL, NULL },
  { "input-file", 'i', INPUT_FILE, "FILE", NULL, NULL,
    "begin with the URLs of FILE, one a line; -: of standard input; may be repeated" },
  { "no-robots", 0, OPTION_OFF, NULL, "obey_robots", NULL, "don't ask robots.txt" },
  { "no-sitemaps", 0, OPTION_OFF, NULL, "sitemaps", NULL,
    "don't read the sitemaps that robots.txt lists" },
  { "sitemap", 0, SITEMAP, "URL", NULL, NULL,
    "begin with what this sitemap lists; may be repeated" },
  { "cacert", 0, OPTION, "FILE", "ca_file", NULL,
    "PEM file of trusted certificates; without it the system's" },
  { "allow-private", 0, ALLOW_PRIVATE, "[=HOST|CIDR|none]", "allow_private", NULL,
    "connect to addresses that aren't public, too: to all, or those of a host or network (may be "
    "repeated), or none, not even a seed's" },
  { "resolve", 0, RESOLVE, "HOST:PORT:ADDR", "resolve", NULL,
    "an answer instead of DNS; may be repeated" },
  { "allow-host", 0, PATTERN, "P", NULL, crawler_allow_host,
    "hosts in scope: example.org, *.example.org, .example.org; may be repeated" },
  { "deny-host", 0, PATTERN, "P", NULL, crawler_deny_host, "hosts out of scope" },
  { "allow-url", 0, PATTERN, "P", NULL, crawler_allow_url,
    "URLs in scope: a glob over the URL, or re:EXPRESSION (PCRE2); may be repeated" },
  { "deny-url", 0, PATTERN, "P", NULL, crawler_deny_url, "URLs out of scope" },
  { "include", 0, PATTERN, "P", NULL, crawler_include,
    "an exception, in: the first of these and of --exclude that matches decides; host:P for "
    "hosts" },
  { "exclude", 0, PATTERN, "P", NULL, crawler_exclude, "an exception, out" },
  { "output-dir", 'o', OUTPUT_DIR, "DIR", NULL, NULL, "keep each body in DIR, with index.jsonl" },
  { "json", 0, JSON, NULL, NULL, NULL, "JSON Lines: an object for each URL, a summary at the end" },
  { "edges", 0, EDGES, "[=KINDS]", NULL, NULL,
    "JSON Lines: an object for each link of a kind that is followed; or of these kinds, followed "
    "or "
    "not: image,css or all" },
  { "explain", 0, EXPLAIN, "URL", NULL, NULL,
    "why is it fetched, or isn't? Told after the crawl; with no other URL only the rules are "
    "asked, "
    "and nothing is sent; may be repeated" },
  { "quiet", 'q', QUIET, NULL, NULL, NULL,
    "nothing but errors, and what --json, --edges and --explain ask for" },
  { "verbose", 'v', VERBOSE, NULL, NULL, NULL, "rejected URLs and the library's log, too" },
  { "progress", 0, PROGRESS, NULL, NULL, NULL,
    "tell on standard error how far it is, even if that is no terminal, or --quiet was said" },
  { "no-progress", 0, NO_PROGRESS, NULL, NULL, NULL, "don't" },
  { "version", 0, VERSION, NULL, NULL, NULL, "the library's version" },
  { "help", 'h', HELP, "[=GROUP]", NULL, NULL, "the most used options; those of GROUP; or all" },
  { "set", 0, SET, "NAME=VALUE", NULL, NULL,
    "any option of the library; --set help lists them as a table" },
};
enum { WORDS = sizeof(words) / sizeof(*words) };

/* Names that wget, curl and Scrapy have for what is called otherwise here. */
static const char *const elsewhere[][2] = {
  { "accept-regex", "allow-url" },
  { "ca-certificate", "cacert" },
  { "depth-limit", "max-depth" },
  { "directory-prefix", "output-dir" },
  { "domains", "allow-host" },
  { "download-delay", "delay" },
  { "exclude-domains", "deny-host" },
  { "level", "max-depth" },
  { "max-redirs", "max-redirects" },
  { "max-threads", "concurrency" },
  { "no-check-certificate", "insecure" },
  { "no-progress-meter", "no-progress" },
  { "page-requisites", "requisites" },
  { "parallel-max", "concurrency" },
  { "progress-bar", "progress" },
  { "quota", "max-bytes" },
  { "reject-regex", "deny-url" },
  { "retry", "max-retries" },
  { "silent", "quiet" },
  { "tries", "max-retries" },
  { "wait", "delay" },
};

/* ---- finding ---- */

static const char *placeholder(const char *type)
{
  static const char *const known[][2] = {
    { "int", "N" }, { "size", "SIZE" }, { "duration", "TIME" }, { "list", "LIST" }
  };

  for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
    if (strcmp(type, known[i][0]) == 0)
      return known[i][1];
  return strcmp(type, "bool") == 0 ? NULL : "TEXT";
}

static int same_letter(char a, char b)
{
  return a == b || ((a == '-' || a == '_') && (b == '-' || b == '_'));
}

static int same_name(const char *name, size_t len, const char *other)
{
  size_t i = 0;

  while (i < len && other[i] && same_letter(name[i], other[i]))
    i++;
  return i == len && !other[i];
}

static const char *library_option(const char *name, size_t len)
{
  const char *option = crawler_option_next(NULL);

  while (option && !same_name(name, len, option))
    option = crawler_option_next(option);
  return option;
}

/* --no-NAME of a bool. */
static const struct word *switched_off(const char *name, size_t len, struct word *room)
{
  const char *option = NULL;

  if (len > 3 && memcmp(name, "no-", 3) == 0)
    option = library_option(name + 3, len - 3);
  if (!option || strcmp(crawler_option_type(option), "bool") != 0)
    return NULL;
  *room = (struct word){ .name = option, .action = OPTION_OFF, .option = option };
  return room;
}

/* A long option that isn't in the table. */
static const struct word *of_library(const char *name, size_t len, struct word *room)
{
  const char *option = library_option(name, len);

  if (!option)
    return switched_off(name, len, room);
  *room = (struct word){ .name = option, .action = OPTION, .option = option };
  room->value = placeholder(crawler_option_type(option));
  return room;
}

const struct word *option_by_name(const char *name, size_t len, struct word *room)
{
  for (size_t i = 0; i < WORDS; i++)
    if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
      return &words[i];
  return of_library(name, len, room);
}

const struct word *option_by_letter(char letter)
{
  for (size_t i = 0; i < WORDS; i++)
    if (words[i].letter == letter && letter)
      return &words[i];
  return NULL;
}

int option_needs_value(const struct word *word)
{
  return word->value && word->value[0] != '[';
}

/* A bool of the library is on without. */
int option_may_take_value(const struct word *word)
{
  return word->value || word->action == OPTION;
}

/* ---- the nearest ---- */

static int least(int a, int b)
{
  return a < b ? a : b;
}

static int distance(const char *a, size_t a_len, const char *b)
{
  int rows[3][NAME_MOST + 1];
  size_t b_len = strlen(b);

  if (a_len > NAME_MOST || b_len > NAME_MOST)
    return FAR;
  for (size_t j = 0; j <= b_len; j++)
    rows[0][j] = (int)j;
  for (size_t i = 1; i <= a_len; i++) {
    int *now = rows[i % 3];
    const int *before = rows[(i + 2) % 3];
    const int *before_that = rows[(i + 1) % 3];
    now[0] = (int)i;
    for (size_t j = 1; j <= b_len; j++) {
      now[j] = before[j - 1] + !same_letter(a[i - 1], b[j - 1]);
      now[j] = least(now[j], least(before[j], now[j - 1]) + 1);
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
        now[j] = least(now[j], before_that[j - 2] + 1);
    }
  }
  return rows[a_len % 3][b_len];
}

struct nearest {
  const char *name;
  int distance;
};

/* "depth" and "max" of "max-depth". */
static int is_part(const char *name, size_t len, const char *whole)
{
  size_t more = strlen(whole);

  if (len < 4 || more <= len + 1)
    return 0;
  more -= len;
  return (same_letter(whole[more - 1], '-') && same_name(name, len, whole + more)) ||
         (same_letter(whole[len], '-') && memcmp(name, whole, len) == 0);
}

/* A third of the letters may be wrong; a part is as near as a single wrong letter. */
static void consider(struct nearest *best, const char *candidate, const char *name, size_t len)
{
  int far = is_part(name, len, candidate) ? 1 : distance(name, len, candidate);

  if (far < best->distance && (size_t)far * 3 <= (len < 3 ? 3 : len))
    *best = (struct nearest){ candidate, far };
}

static void consider_library(struct nearest *best, const char *name, size_t len)
{
  for (const char *option = crawler_option_next(NULL); option; option = crawler_option_next(option))
    consider(best, option, name, len);
}

const char *option_nearest(const char *name, size_t len)
{
  struct nearest best = { NULL, FAR };

  for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
    if (same_name(name, len, elsewhere[i][0]))
      return elsewhere[i][1];
  for (size_t i = 0; i < WORDS; i++)
    consider(&best, words[i].name, name, len);
  consider_library(&best, name, len);
  return best.name;
}

const char *option_nearest_of_library(const char *name, size_t len)
{
  struct nearest best = { NULL, FAR };

  consider_library(&best, name, len);
  return best.name;
}

/* SPDX-License-Identifier: MIT */
/* help.c - what --help prints: a screen, or the options of a group.
 *
 * The screen is 24 lines of 80 columns, with one left for the prompt. A group lists its options in
 * the order that they stand in here; what no group has is in the last one.
 */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "option_table.h"

enum { COLUMNS = 79, WORDS_AT = 28 };

static const char screen[] =
    "usage: crawler [options] URL...\n"
    "Crawls from the URLs, politely, and prints a line for each page.\n"
    "\n"
    "limits    -n, --max-pages N       stop after N fetched pages\n"
    "          -d, --max-depth N       follow links N deep; 0: the seeds alone\n"
    "              --max-time TIME     stop after 90s, 10m, 2h\n"
    "speed     -c, --concurrency N     transfers in flight (64); for each host one\n"
    "              --delay TIME        pause of a host between requests (1s)\n"
    "              --own-server        the server is yours: no pause, no cap for it\n"
    "scope         --allow-host P      these hosts, not the seeds': '*.example.org'\n"
    "              --deny-url P        leave URLs out: '*/archive/*', 're:[?&]sort='\n"
    "              --requisites        images, style sheets, scripts of pages, too\n"
    "links     -i, --input-file FILE   URLs from FILE, one a line; -: standard input\n"
    "identity      --user-agent TEXT   who asks\n"
    "              --header 'Name: value'\n"
    "output    -o, --output-dir DIR    keep each body in DIR, with index.jsonl\n"
    "              --json              JSON Lines: an object for each URL, a summary\n"
    "              --edges             JSON Lines: an object for each link\n"
    "              --explain URL       why is it fetched, or isn't?\n"
    "          -q, --quiet             -v, --verbose   --no-progress   --version\n"
    "\n"
    "--help GROUP and --help all have the rest: limits speed robots scope links\n"
    "same traps failures network identity output other. See also crawler(1).\n";

struct group {
  const char *name, *about;
  const char *options; /* separated by blanks */
};

static const struct group groups[] = {
  { "limits", "how much",
    "max-pages max-depth max-time max-bytes max-pages-per-host max-bytes-per-host "
    "max-time-per-host max-body keep-truncated max-headers max-ratio max-links max-document "
    "max-pending max-buffered max-frontier max-memory" },
  { "speed", "how fast, and how politely",
    "concurrency workers delay delay-jitter host-concurrency site-concurrency address-concurrency "
    "own-server slow-after slow-concurrency max-adaptive-delay http2" },
  { "robots", "robots.txt",
    "no-robots robots-token robots-lenient max-crawl-delay max-robots-time robots-lifetime" },
  { "scope", "which URLs; without any the seeds' hosts",
    "span-hosts scope no-parent allow-host deny-host allow-url deny-url include exclude schemes "
    "ports allow-extensions deny-extensions mime-types requisites filter-depends-on-page" },
  { "links", "where URLs come from",
    "input-file sitemap no-sitemaps sitemap-path-rule links follow-nofollow follow-ugc "
    "follow-sponsored obey-meta-robots obey-canonical refresh-redirects depth-first "
    "html-fallback" },
  { "same", "which URLs count as the same",
    "key-trailing-slash key-slashes key-index key-case key-escapes key-www key-query-order "
    "key-tracking key-session key-ignore key-fragment duplicate-memory simhash" },
  { "traps", "sites without end",
    "max-url-length max-path-depth max-repeats max-parameters max-calendar-years max-group "
    "trap-sessions trap-aliases trap-pages" },
  { "failures", "how long to wait, how often to try again",
    "timeout connect-timeout dns-timeout max-redirects max-retries retry-delay retry-statuses "
    "host-retry-budget max-parks max-retry-after max-host-failures host-failure-wait "
    "max-idle-wait" },
  { "network", "addresses, names, proxies, TLS",
    "allow-private connect-ports resolve dns-servers proxy interface ip-version cacert insecure "
    "tls-min client-cert client-key client-key-password" },
  { "identity", "who asks, and who may know",
    "user-agent from referrer header header-for credentials cookies cookie-memory" },
  { "output", "what is printed and kept",
    "output-dir json edges explain history quiet verbose progress no-progress version help" },
  { "other", "any option of the library", "set" },
};
enum { GROUPS = sizeof(groups) / sizeof(*groups) };

/* ---- one option ---- */

static int is_on_without(const struct word *word)
{
  return word->action == OPTION && !word->value &&
         strcmp(crawler_option_default(word->option), "1") == 0;
}

/* "  -n, --max-pages N"; its columns. */
static int put_left(const struct word *word)
{
  int columns = word->letter ? printf("  -%c, --", word->letter) : printf("      --");

  if (is_on_without(word))
    columns += printf("[no-]");
  for (const char *p = word->name; *p; p++, columns++)
    putchar(*p == '_' ? '-' : *p);
  if (word->value)
    columns += printf("%s%s", option_needs_value(word) ? " " : "", word->value);
  return columns;
}

/* Breaks the text between WORDS_AT and the last column; at is where the cursor is. */
static int put_wrapped(const char *text, int at)
{
  while (*text) {
    int len = (int)strcspn(text, " ");

    if (at > WORDS_AT && at + 1 + len > COLUMNS)
      at = printf("\n%*s", WORDS_AT, "") - 1;
    at += printf("%s%.*s", at > WORDS_AT ? " " : "", len, text);
    text += len + (text[len] == ' ');
  }
  return at;
}

/* "(1s)": what it is without the option. */
static void put_default(const struct word *word, int at)
{
  char text[256];
  const char *value = is_on_without(word) ? "on" : crawler_option_default(word->option);

  if (!*value || strlen(value) > COLUMNS - WORDS_AT - 2 || strcmp(value, "-1") == 0 ||
      (!word->value && strcmp(value, "0") == 0))
    return;
  (void)snprintf(text, sizeof(text), "(%s)", value);
  (void)put_wrapped(text, at);
}

static void put_option(const char *name, size_t len)
{
  struct word room;
  const struct word *word = option_by_name(name, len, &room);
  int at;

  if (!word) /* the library is older than this program */
    return;
  at = put_left(word);
  if (at > WORDS_AT - 2)
    at = printf("\n") - 1;
  at += printf("%*s", WORDS_AT - at, "");
  at = put_wrapped(word->help ? word->help : crawler_option_help(word->option), at);
  if (word->action == OPTION && !word->help)
    put_default(word, at);
  putchar('\n');
}

/* ---- groups ---- */

static int is_in(const char *option, const char *list)
{
  struct word room;

  while (*list) {
    size_t len = strcspn(list, " ");
    const struct word *word = option_by_name(list, len, &room);

    if (word && word->option && strcmp(word->option, option) == 0)
      return 1;
    list += len + (list[len] == ' ');
  }
  return 0;
}

static void put_rest(void)
{
  for (const char *option = crawler_option_next(NULL); option;
       option = crawler_option_next(option)) {
    int found = 0;

    for (size_t i = 0; i < GROUPS && !found; i++)
      found = is_in(option, groups[i].options);
    if (!found)
      put_option(option, strlen(option));
  }
}

static void put_group(const struct group *group)
{
  const char *list = group->options;

  printf("%s: %s\n", group->name, group->about);
  while (*list) {
    size_t len = strcspn(list, " ");

    put_option(list, len);
    list += len + (list[len] == ' ');
  }
  if (group == &groups[GROUPS - 1])
    put_rest();
}

int help(const char *group)
{
  int is_all = group && strcmp(group, "all") == 0;
  int found = !group || is_all;

  if (!group)
    fputs(screen, stdout);
  if (is_all)
    fputs("usage: crawler [options] URL...\n", stdout);
  for (size_t i = 0; group && i < GROUPS; i++) {
    int is_asked = strcmp(groups[i].name, group) == 0;

    found |= is_asked;
    if (is_all)
      putchar('\n');
    if (is_all || is_asked)
      put_group(&groups[i]);
  }
  return found ? 0 : -1;
}

void help_list_groups(void)
{
  fputs("Groups:", stderr);
  for (size_t i = 0; i < GROUPS; i++)
    fprintf(stderr, " %s", groups[i].name);
  fputs(" all\n", stderr);
}

void help_list_library(void)
{
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))
    printf("%-24s %-9s %-14s %s\n", name, crawler_option_type(name), crawler_option_default(name),
           crawler_option_help(name));
}

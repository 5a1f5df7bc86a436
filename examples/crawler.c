/* SPDX-License-Identifier: MIT */
/* crawler.c - the command: crawl from URLs, print or keep what is found.
 *
 * Built on the public interface only. Every option of the library is a long option here, by its name with
 * dashes; this file adds what a command needs: output, a progress line, signals, exit status.
 */
#include <crawl/crawler.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_NO_SEED = 3, EXIT_INTERRUPTED = 130, EXIT_PIPE = 141 };

struct command {
  crawler *c;
  int json;
  int edges;
  int quiet;
  int verbose;
  int progress; /* stderr is a terminal and a line of it may be up */
  int line_is_up;
  const char *output_dir;
  FILE *index;
  long long kept;
  int broken_pipe;
  int broken_output; /* errno of a file that could not be written */
  char *lists[3];    /* allow_private, resolve, header: joined from repeated options */
};

static crawler *interruptible; /* for the signal handler */
static volatile sig_atomic_t interrupts;

/* ---- help ---- */

static const char help[] =
    "usage: crawler [options] URL...\n"
    "\n"
    "How much:\n"
    "  -n, --max-pages N         stop after N fetched pages\n"
    "  -d, --max-depth N         follow links N deep\n"
    "      --max-time T          stop after T (500ms, 2s, 10m; a bare number is seconds)\n"
    "How fast:\n"
    "  -c, --concurrency N       transfers in flight (64)\n"
    "  -w, --workers N           threads that parse (2)\n"
    "      --delay T             pause of a host between requests (1s)\n"
    "      --host-concurrency N  transfers in flight for one host (1)\n"
    "      --own-server          the server is yours: no delay, no cap per host\n"
    "      --timeout T           for one attempt (30s)\n"
    "Which URLs (default: the seeds' hosts):\n"
    "      --allow-host P, --deny-host P    example.org, *.example.org, .example.org\n"
    "      --allow-url GLOB, --deny-url GLOB\n"
    "      --span-hosts          leave the seeds' hosts\n"
    "      --links KINDS         kinds of links that are followed, or \"all\" (a,area)\n"
    "      --no-robots           don't ask robots.txt\n"
    "How:\n"
    "      --allow-private[=HOST|CIDR]  addresses that aren't public, too\n"
    "      --user-agent S        --header 'Name: value' (seeds' hosts only)\n"
    "      --cacert FILE         --insecure     --resolve HOST:PORT:ADDR\n"
    "      --set NAME=VALUE      any option of the library; --set help lists them\n"
    "Output:\n"
    "  -o, --output-dir DIR      keep each body, with index.jsonl\n"
    "      --json                JSON Lines: an object per URL, a summary at the end\n"
    "      --edges               JSON Lines: an object per link\n"
    "  -q, --quiet               -v, --verbose     -h, --help     --version\n"
    "\n"
    "Exit status: 0 ended as asked, 1 broke, 2 usage, 3 no page could be fetched,\n"
    "130 interrupted (once: what is in flight ends; twice: at once), 141 output closed.\n";

static int usage(const char *text, const char *detail)
{
  fprintf(stderr, "crawler: %s%s%s\nTry 'crawler --help'.\n", text, detail ? ": " : "",
          detail ? detail : "");
  return EXIT_USAGE;
}

static void list_options(void)
{
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))
    printf("%-24s %-9s %-14s %s\n", name, crawler_option_type(name), crawler_option_default(name),
           crawler_option_help(name));
}

/* ---- output ---- */

static void check_output(struct command *cmd)
{
  if (!ferror(stdout) || cmd->broken_pipe || cmd->broken_output)
    return;
  if (errno == EPIPE)
    cmd->broken_pipe = 1;
  else
    cmd->broken_output = errno;
  crawler_cancel(cmd->c);
}

static void clear_line(struct command *cmd)
{
  if (cmd->line_is_up)
    fputs("\r\033[K", stderr);
  cmd->line_is_up = 0;
}

/* A JSON string; bytes that aren't ASCII are taken for Latin-1 (header values may be anything). */
static void put_string(FILE *to, const char *text)
{
  fputc('"', to);
  for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
    if (*p == '"' || *p == '\\')
      fprintf(to, "\\%c", *p);
    else if (*p < ' ' || *p >= 0x7f)
      fprintf(to, "\\u%04x", (unsigned)*p);
    else
      fputc(*p, to);
  }
  fputc('"', to);
}

/* A member, unless there is nothing to say. */
static void put_text(FILE *to, const char *name, const char *text)
{
  if (!text || !*text)
    return;
  fprintf(to, ",\"%s\":", name);
  put_string(to, text);
}

static void put_response(FILE *to, const crawler_page *page)
{
  size_t bytes;

  crawler_page_body(page, &bytes);
  fprintf(to, ",\"status\":%d", crawler_page_status(page));
  put_text(to, "to", crawler_page_location(page));
  put_text(to, "mime", crawler_page_mime(page));
  put_text(to, "charset", crawler_page_charset(page));
  fprintf(to, ",\"bytes\":%zu,\"links\":%zu,\"ms\":%" PRId64, bytes, crawler_page_link_count(page),
          crawler_page_elapsed_ms(page));
}

static void put_outcome(FILE *to, const crawler_request *req, crawler_outcome outcome,
                        crawler_reason reason, const crawler_page *page)
{
  fputs("{\"url\":", to);
  put_string(to, crawler_request_url(req));
  put_text(to, "kind", crawler_kind_name(crawler_request_kind(req)));
  put_text(to, "outcome", crawler_outcome_name(outcome));
  put_text(to, "reason", crawler_reason_name(reason));
  fprintf(to, ",\"depth\":%d", crawler_request_depth(req));
  put_text(to, "via", crawler_request_via(req));
  put_text(to, "referrer", crawler_request_referrer(req));
  if (page)
    put_response(to, page);
}

/* ---- bodies ---- */

static const char *extension_of(const char *mime)
{
  static const char *const known[][2] = {
    { "text/html", "html" },        { "application/xhtml+xml", "xhtml" },
    { "text/plain", "txt" },        { "text/css", "css" },
    { "text/javascript", "js" },    { "application/javascript", "js" },
    { "application/json", "json" }, { "application/xml", "xml" },
    { "text/xml", "xml" },          { "application/pdf", "pdf" },
    { "image/png", "png" },         { "image/jpeg", "jpg" },
    { "image/gif", "gif" },         { "image/svg+xml", "svg" },
  };

  for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
    if (strcmp(known[i][0], mime) == 0)
      return known[i][1];
  return "bin";
}

static int write_file(const char *path, const void *data, size_t bytes)
{
  FILE *f = fopen(path, "wb");
  int ok = f != NULL;

  if (!f)
    return -1;
  ok = bytes == 0 || fwrite(data, 1, bytes, f) == bytes;
  ok = fclose(f) == 0 && ok;
  return ok ? 0 : -1;
}

/* DIR/000001.html and a line of index.jsonl that says what it is. */
static void keep_body(struct command *cmd, const crawler_request *req, const crawler_page *page)
{
  char name[64];
  char path[4096];
  size_t bytes;
  const void *body = crawler_page_body(page, &bytes);

  snprintf(name, sizeof(name), "%06lld.%s", ++cmd->kept, extension_of(crawler_page_mime(page)));
  if ((size_t)snprintf(path, sizeof(path), "%s/%s", cmd->output_dir, name) >= sizeof(path) ||
      write_file(path, body, bytes) < 0) {
    cmd->broken_output = errno ? errno : ENAMETOOLONG;
    crawler_cancel(cmd->c);
    return;
  }
  put_outcome(cmd->index, req, CRAWLER_FETCHED, CRAWLER_REASON_NONE, page);
  put_text(cmd->index, "file", name);
  fputs("}\n", cmd->index);
}

/* ---- hooks ---- */

static void print_line(struct command *cmd, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page)
{
  size_t bytes = 0;

  if (cmd->quiet || crawler_request_kind(req) != CRAWLER_KIND_PAGE ||
      (outcome == CRAWLER_REJECTED && !cmd->verbose))
    return;
  clear_line(cmd);
  if (page)
    crawler_page_body(page, &bytes);
  if (outcome == CRAWLER_FETCHED)
    printf("%d %9zu  %s\n", crawler_page_status(page), bytes, crawler_request_url(req));
  else if (outcome == CRAWLER_REDIRECTED)
    printf("%d %9s  %s -> %s\n", crawler_page_status(page), "", crawler_request_url(req),
           crawler_page_location(page));
  else
    printf("%s: %s  %s\n", crawler_outcome_name(outcome), crawler_reason_name(reason),
           crawler_request_url(req));
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  struct command *cmd = user;

  (void)c;
  if (cmd->output_dir && outcome == CRAWLER_FETCHED && page &&
      crawler_request_kind(req) == CRAWLER_KIND_PAGE)
    keep_body(cmd, req, page);
  if (cmd->json) {
    put_outcome(stdout, req, outcome, reason, page);
    fputs("}\n", stdout);
  } else if (!cmd->edges) {
    print_line(cmd, req, outcome, reason, page);
  }
  check_output(cmd);
}

static int on_links(crawler *c, crawler_page *page, uint8_t *verdicts, void *user)
{
  struct command *cmd = user;

  (void)c;
  (void)verdicts;
  for (size_t i = 0; i < crawler_page_link_count(page); i++) {
    const crawler_link *link = crawler_page_link(page, i);

    if (!link || (crawler_link_flags(link) & CRAWLER_LINK_INVALID))
      continue;
    fputs("{\"from\":", stdout);
    put_string(stdout, crawler_page_url(page));
    put_text(stdout, "to", crawler_link_url(link));
    put_text(stdout, "kind", crawler_link_kind_name(crawler_link_kind_of(link)));
    put_text(stdout, "rel", crawler_link_rel(link));
    put_text(stdout, "text", crawler_link_text(link));
    fputs("}\n", stdout);
  }
  check_output(cmd);
  return 0;
}

static void on_log(crawler *c, int level, const char *text, void *user)
{
  static const char *const names[] = { "error", "warning", "info", "debug" };
  struct command *cmd = user;

  (void)c;
  if (level > 0 && !cmd->verbose)
    return;
  clear_line(cmd);
  fprintf(stderr, "crawler: %s: %s\n", level >= 0 && level < 4 ? names[level] : "note", text);
}

/* ---- numbers ---- */

static void progress(struct command *cmd)
{
  static int64_t last_ms = -1000;
  int64_t ms = crawler_get_stat(cmd->c, CRAWLER_STAT_ELAPSED_MS);
  int64_t fetched = crawler_get_stat(cmd->c, CRAWLER_STAT_FETCHED);

  if (!cmd->progress || ms - last_ms < 200)
    return;
  last_ms = ms;
  fprintf(stderr,
          "\r\033[K%" PRId64 " pages, %.0f/s, %" PRId64 " queued, %" PRId64 " in flight, %" PRId64
          " hosts",
          fetched, ms > 0 ? (double)fetched * 1000 / (double)ms : 0.0,
          crawler_get_stat(cmd->c, CRAWLER_STAT_QUEUED),
          crawler_get_stat(cmd->c, CRAWLER_STAT_IN_FLIGHT),
          crawler_get_stat(cmd->c, CRAWLER_STAT_HOSTS));
  fflush(stderr);
  cmd->line_is_up = 1;
}

/* "failed_by":{"dns":2}: the reasons in [from, to] that occurred. */
static void put_reasons(const char *name, const crawler_stats *s, int kind, int from, int to)
{
  const char *comma = "";

  printf(",\"%s\":{", name);
  for (int reason = from; reason <= to; reason++) {
    int64_t n = kind < 0 ? crawler_stats_links(s, (crawler_reason)reason)
                         : crawler_stats_outcome(s, (crawler_kind)kind, CRAWLER_FAILED,
                                                 (crawler_reason)reason);

    if (n > 0) {
      printf("%s\"%s\":%" PRId64, comma, crawler_reason_name(reason), n);
      comma = ",";
    }
  }
  putchar('}');
}

static void put_ledger(const char *name, const crawler_stats *s, crawler_kind kind)
{
  static const struct {
    const char *name;
    crawler_outcome outcome;
  } rows[] = {
    { "fetched", CRAWLER_FETCHED },
    { "redirected", CRAWLER_REDIRECTED },
    { "failed", CRAWLER_FAILED },
    { "dropped", CRAWLER_DROPPED },
  };

  printf("\"%s\":{\"admitted\":%" PRId64 ",\"queued\":%" PRId64 ",\"in_flight\":%" PRId64, name,
         crawler_stats_admitted(s, kind), crawler_stats_queued(s, kind),
         crawler_stats_in_flight(s, kind));
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    printf(",\"%s\":%" PRId64, rows[i].name,
           crawler_stats_outcome(s, kind, rows[i].outcome, CRAWLER_REASON_NONE));
  put_reasons("failed_by", s, (int)kind, 1, 31);
  put_reasons("dropped_by", s, (int)kind, 32, 47);
  fputs("},", stdout);
}

static void put_complete(crawler *c)
{
  const char *comma = "";
  const char *name;
  int64_t count;

  if (crawler_is_complete(c)) {
    fputs(",\"complete\":true,", stdout);
    return;
  }
  fputs(",\"complete\":{", stdout);
  for (size_t i = 0; (name = crawler_incomplete(c, i, &count)) != NULL; i++) {
    printf("%s\"%s\":%" PRId64, comma, name, count);
    comma = ",";
  }
  fputs("},", stdout);
}

static void put_counters(const crawler_stats *s)
{
  static const crawler_stat which[] = {
    CRAWLER_STAT_ATTEMPTS,   CRAWLER_STAT_RETRIES,    CRAWLER_STAT_CONNECTIONS,
    CRAWLER_STAT_HOSTS,      CRAWLER_STAT_WIRE_BYTES, CRAWLER_STAT_BODY_BYTES,
    CRAWLER_STAT_STATUS_2XX, CRAWLER_STAT_STATUS_3XX, CRAWLER_STAT_STATUS_4XX,
    CRAWLER_STAT_STATUS_5XX, CRAWLER_STAT_ELAPSED_MS,
  };

  fputs(",\"counters\":{", stdout);
  for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++)
    printf("%s\"%s\":%" PRId64, i ? "," : "", crawler_stat_name(which[i]),
           crawler_stats_get(s, which[i]));
  fputs("}}}\n", stdout);
}

static void put_json_summary(crawler *c, const crawler_stats *s)
{
  printf("{\"summary\":{\"ended\":\"%s\"", crawler_ended(c));
  put_complete(c);
  put_ledger("pages", s, CRAWLER_KIND_PAGE);
  put_ledger("robots", s, CRAWLER_KIND_ROBOTS);
  put_ledger("sitemaps", s, CRAWLER_KIND_SITEMAP);
  put_ledger("requisites", s, CRAWLER_KIND_REQUISITE);
  printf("\"links\":{\"found\":%" PRId64 ",\"known\":%" PRId64 ",\"capped\":%" PRId64
         ",\"rejected\":%" PRId64 ",\"admitted\":%" PRId64,
         crawler_stats_get(s, CRAWLER_STAT_LINKS), crawler_stats_get(s, CRAWLER_STAT_LINKS_KNOWN),
         crawler_stats_get(s, CRAWLER_STAT_LINKS_CAPPED),
         crawler_stats_get(s, CRAWLER_STAT_LINKS_REJECTED),
         crawler_stats_get(s, CRAWLER_STAT_LINKS_ADMITTED));
  put_reasons("capped_by", s, -1, 64, 65);
  put_reasons("rejected_by", s, -1, 48, 63);
  putchar('}');
  put_counters(s);
}

static void print_summary(struct command *cmd, const crawler_stats *s)
{
  int64_t ms = crawler_stats_get(s, CRAWLER_STAT_ELAPSED_MS);
  const char *name;
  int64_t count;

  clear_line(cmd);
  fflush(stdout);
  fprintf(stderr,
          "%s: %" PRId64 " pages fetched, %" PRId64 " redirected, %" PRId64 " failed, %" PRId64
          " dropped, %" PRId64 " queued; %" PRId64 " links; %.1f MB in %.1f s\n",
          crawler_ended(cmd->c), crawler_stats_get(s, CRAWLER_STAT_FETCHED),
          crawler_stats_get(s, CRAWLER_STAT_REDIRECTED), crawler_stats_get(s, CRAWLER_STAT_FAILED),
          crawler_stats_get(s, CRAWLER_STAT_DROPPED), crawler_stats_get(s, CRAWLER_STAT_QUEUED),
          crawler_stats_get(s, CRAWLER_STAT_LINKS),
          (double)crawler_stats_get(s, CRAWLER_STAT_BODY_BYTES) / 1e6, (double)ms / 1000);
  for (size_t i = 0; (name = crawler_incomplete(cmd->c, i, &count)) != NULL; i++)
    fprintf(stderr, "%s%s: %" PRId64, i ? ", " : "not complete: ", name, count);
  if (crawler_incomplete(cmd->c, 0, NULL))
    fputc('\n', stderr);
}

static void summary(struct command *cmd)
{
  crawler_stats *stats;

  if (cmd->broken_pipe || crawler_get_stats(cmd->c, &stats) < 0)
    return;
  if (cmd->json)
    put_json_summary(cmd->c, stats);
  else if (!cmd->quiet)
    print_summary(cmd, stats);
  crawler_stats_free(stats);
}

/* ---- the command line ---- */

static int library_error(struct command *cmd, int err)
{
  fprintf(stderr, "crawler: %s\n",
          *crawler_errmsg(cmd->c) ? crawler_errmsg(cmd->c) : crawler_strerror(err));
  return EXIT_USAGE;
}

static int set(struct command *cmd, const char *name, const char *value)
{
  int err = crawler_set_option(cmd->c, name, value);

  return err < 0 ? library_error(cmd, err) : 0;
}

/* Joins value to the list of an option that may be given more than once, and sets it. */
static int set_list(struct command *cmd, int which, const char *name, const char *value)
{
  char *old = cmd->lists[which];
  size_t len = (old ? strlen(old) + 1 : 0) + strlen(value) + 1;
  char *joined = malloc(len);

  if (!joined)
    return library_error(cmd, CRAWLER_E_NOMEM);
  snprintf(joined, len, "%s%s%s", old ? old : "", old ? "," : "", value);
  free(old);
  cmd->lists[which] = joined;
  return set(cmd, name, joined);
}

static int set_pair(struct command *cmd, const char *pair)
{
  char name[64];
  const char *eq = strchr(pair, '=');

  if (strcmp(pair, "help") == 0) {
    list_options();
    return -1;
  }
  if (!eq || (size_t)(eq - pair) >= sizeof(name))
    return usage("--set takes NAME=VALUE", pair);
  memcpy(name, pair, (size_t)(eq - pair));
  name[eq - pair] = '\0';
  return set(cmd, name, eq + 1);
}

static int pattern(struct command *cmd, int (*add)(crawler *, const char *), const char *text)
{
  int err = add(cmd->c, text);

  return err < 0 ? library_error(cmd, err) : 0;
}

enum action {
  OPTION, /* one of the library, under the name in the table */
  OPTION_OFF,
  ALLOW_PRIVATE,
  RESOLVE,
  ALLOW_HOST,
  DENY_HOST,
  ALLOW_URL,
  DENY_URL,
  OUTPUT_DIR,
  JSON,
  EDGES,
  QUIET,
  VERBOSE,
  VERSION,
  HELP,
  SET
};

struct word {
  const char *name;
  char letter;
  enum action action;
  int takes_value;
  const char *option;
};

static const struct word words[] = {
  { "max-pages", 'n', OPTION, 1, "max_pages" },
  { "max-depth", 'd', OPTION, 1, "max_depth" },
  { "concurrency", 'c', OPTION, 1, "concurrency" },
  { "workers", 'w', OPTION, 1, "workers" },
  { "no-robots", 0, OPTION_OFF, 0, "obey_robots" },
  { "cacert", 0, OPTION, 1, "ca_file" },
  { "allow-private", 0, ALLOW_PRIVATE, 0, NULL },
  { "resolve", 0, RESOLVE, 1, NULL },
  { "allow-host", 0, ALLOW_HOST, 1, NULL },
  { "deny-host", 0, DENY_HOST, 1, NULL },
  { "allow-url", 0, ALLOW_URL, 1, NULL },
  { "deny-url", 0, DENY_URL, 1, NULL },
  { "output-dir", 'o', OUTPUT_DIR, 1, NULL },
  { "json", 0, JSON, 0, NULL },
  { "edges", 0, EDGES, 0, NULL },
  { "quiet", 'q', QUIET, 0, NULL },
  { "verbose", 'v', VERBOSE, 0, NULL },
  { "version", 0, VERSION, 0, NULL },
  { "help", 'h', HELP, 0, NULL },
  { "set", 0, SET, 1, NULL },
};

/* 0 goes on; -1 ends with success; else the exit status. */
static int act(struct command *cmd, const struct word *word, const char *value)
{
  switch (word->action) {
  case OPTION:
    return set(cmd, word->option, value ? value : "1");
  case OPTION_OFF:
    return set(cmd, word->option, "0");
  case ALLOW_PRIVATE:
    return set_list(cmd, 0, "allow_private", value ? value : "1");
  case RESOLVE:
    return set_list(cmd, 1, "resolve", value);
  case ALLOW_HOST:
    return pattern(cmd, crawler_allow_host, value);
  case DENY_HOST:
    return pattern(cmd, crawler_deny_host, value);
  case ALLOW_URL:
    return pattern(cmd, crawler_allow_url, value);
  case DENY_URL:
    return pattern(cmd, crawler_deny_url, value);
  case OUTPUT_DIR:
    cmd->output_dir = value;
    return 0;
  case JSON:
    cmd->json = 1;
    return 0;
  case EDGES:
    cmd->edges = 1;
    return 0;
  case QUIET:
    cmd->quiet = 1;
    return 0;
  case VERBOSE:
    cmd->verbose = 1;
    return 0;
  case SET:
    return set_pair(cmd, value);
  case VERSION:
    printf("crawler %s\n", crawler_version_string());
    return -1;
  case HELP:
    fputs(help, stdout);
    return -1;
  }
  return EXIT_USAGE;
}

/* A long option that isn't in the table: one of the library's, with dashes. */
static const struct word *library_option(const char *name, size_t len, struct word *word)
{
  for (const char *option = crawler_option_next(NULL); option;
       option = crawler_option_next(option)) {
    size_t i = 0;

    while (i < len && option[i] && (name[i] == option[i] || (name[i] == '-' && option[i] == '_')))
      i++;
    if (i == len && !option[i]) {
      *word = (struct word){ option, 0, OPTION, strcmp(crawler_option_type(option), "bool") != 0,
                             option };
      return word;
    }
  }
  return NULL;
}

static const struct word *find_long(const char *name, size_t len, struct word *word)
{
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
      return &words[i];
  return library_option(name, len, word);
}

static const struct word *find_letter(char letter)
{
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (words[i].letter == letter && letter)
      return &words[i];
  return NULL;
}

/* One argument that begins with '-'; may eat the next one. */
static int read_option(struct command *cmd, char **argv, int argc, int *at)
{
  const char *arg = argv[*at];
  int is_long = arg[1] == '-';
  const char *value = is_long ? strchr(arg, '=') : (arg[2] ? arg + 2 : NULL);
  struct word room;
  const struct word *word =
      is_long ? find_long(arg + 2, value ? (size_t)(value - arg - 2) : strlen(arg + 2), &room)
              : find_letter(arg[1]);

  if (!word)
    return usage("unknown option", arg);
  if (value && is_long)
    value++;
  if (value && !word->takes_value && word->action != ALLOW_PRIVATE && word->action != OPTION)
    return usage("this option takes no value", arg);
  if (!value && word->takes_value) {
    if (*at + 1 >= argc)
      return usage("this option needs a value", arg);
    value = argv[++*at];
  }
  return act(cmd, word, value);
}

/* ---- seeds ---- */

static int is_local_name(const char *host)
{
  size_t len = strlen(host);

  return strcmp(host, "localhost") == 0 || host[0] == '[' || strspn(host, "0123456789.") == len;
}

/* A seed typed as an address or localhost may be reached, whatever its address. */
static int open_door(struct command *cmd, const char *url)
{
  crawler_request *req = crawler_request_new(cmd->c, url);
  int status = 0;

  if (req && is_local_name(crawler_request_host(req)) &&
      strcmp(crawler_get_option(cmd->c, "allow_private"), "1") != 0)
    status = set_list(cmd, 0, "allow_private", crawler_request_host(req));
  crawler_request_free(req);
  return status;
}

static int add_seed(struct command *cmd, const char *text)
{
  char url[16384];
  int has_scheme = strstr(text, "://") != NULL;
  int err;

  if ((size_t)snprintf(url, sizeof(url), "%s%s", has_scheme ? "" : "http://", text) >= sizeof(url))
    return usage("this URL is too long", text);
  err = crawler_url_check(cmd->c, url);
  if (err == 0 && open_door(cmd, url) != 0)
    return EXIT_USAGE;
  if (err == 0)
    err = crawler_add(cmd->c, url);
  return err < 0 ? usage(crawler_strerror(err), text) : 0;
}

static int read_arguments(struct command *cmd, int argc, char **argv)
{
  int seeds = 0;
  int only_seeds = 0;

  for (int i = 1; i < argc; i++) {
    int is_option = !only_seeds && argv[i][0] == '-' && argv[i][1];
    int status = 0;

    if (is_option && strcmp(argv[i], "--") == 0)
      only_seeds = 1;
    else if (is_option)
      status = read_option(cmd, argv, argc, &i);
    else
      argv[1 + seeds++] = argv[i];
    if (status != 0)
      return status;
  }
  if (seeds == 0)
    return usage("no URL", NULL);
  for (int i = 0; i < seeds; i++) { /* after all options, so that their order is of no account */
    int status = add_seed(cmd, argv[1 + i]);

    if (status != 0)
      return status;
  }
  return 0;
}

/* ---- running ---- */

static void on_signal(int number)
{
  (void)number;
  if (interrupts++ == 0)
    crawler_stop(interruptible);
  else
    crawler_cancel(interruptible);
}

static int open_output(struct command *cmd)
{
  char path[4096];

  if (!cmd->output_dir)
    return 0;
  if (mkdir(cmd->output_dir, 0777) < 0 && errno != EEXIST) {
    fprintf(stderr, "crawler: %s: %s\n", cmd->output_dir, strerror(errno));
    return EXIT_BROKEN;
  }
  if ((size_t)snprintf(path, sizeof(path), "%s/index.jsonl", cmd->output_dir) < sizeof(path))
    cmd->index = fopen(path, "w");
  if (cmd->index)
    return 0;
  fprintf(stderr, "crawler: %s/index.jsonl: %s\n", cmd->output_dir, strerror(errno));
  return EXIT_BROKEN;
}

static int run(struct command *cmd)
{
  int err;

  interruptible = cmd->c;
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  signal(SIGPIPE, SIG_IGN);
  crawler_on_outcome(cmd->c, on_outcome, cmd);
  if (cmd->edges)
    crawler_on_links(cmd->c, on_links, cmd);
  crawler_on_log(cmd->c, on_log, cmd);
  cmd->progress = !cmd->quiet && isatty(STDERR_FILENO);
  do {
    err = crawler_step(cmd->c, 200);
    progress(cmd);
  } while (err == CRAWLER_OK);
  clear_line(cmd);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  return err;
}

static int exit_status(struct command *cmd, int err)
{
  if (cmd->broken_output) {
    fprintf(stderr, "crawler: could not write: %s\n", strerror(cmd->broken_output));
    return EXIT_BROKEN;
  }
  if (cmd->broken_pipe)
    return EXIT_PIPE;
  if (err < 0) {
    fprintf(stderr, "crawler: %s\n", crawler_errmsg(cmd->c));
    return EXIT_BROKEN;
  }
  if (interrupts > 0)
    return EXIT_INTERRUPTED;
  if (crawler_get_stat(cmd->c, CRAWLER_STAT_FETCHED) == 0 &&
      strcmp(crawler_ended(cmd->c), "complete") == 0)
    return EXIT_NO_SEED;
  return 0;
}

int main(int argc, char **argv)
{
  struct command cmd = { .c = crawler_new() };
  int status;
  int err;

  if (!cmd.c) {
    fputs("crawler: out of memory\n", stderr);
    return EXIT_BROKEN;
  }
  status = read_arguments(&cmd, argc, argv);
  if (status == 0)
    status = open_output(&cmd);
  if (status == 0) {
    err = run(&cmd);
    summary(&cmd);
    if (fflush(stdout) != 0)
      check_output(&cmd);
    status = exit_status(&cmd, err);
  }
  if (cmd.index && fclose(cmd.index) != 0 && status == 0)
    status = EXIT_BROKEN;
  crawler_free(cmd.c);
  for (size_t i = 0; i < sizeof(cmd.lists) / sizeof(*cmd.lists); i++)
    free(cmd.lists[i]);
  return status < 0 ? 0 : status;
}

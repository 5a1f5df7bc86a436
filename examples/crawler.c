/* SPDX-License-Identifier: MIT */
/* crawler.c - the command: crawl from URLs, print or keep what is found.
 *
 * Built on the public interface only. Every option of the library is a long option here, by its
 * name with dashes; the rest is what a command needs: arguments, signals, exit status, and in
 * command/ what it prints.
 */
#include <crawl/crawler.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/explaining.h"
#include "command/output.h"

enum { SITEMAPS_MAX = 64, EXPLAIN_MAX = 64, URL_BYTES = 16384 };
enum { EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_NO_SEED = 3, EXIT_INTERRUPTED = 130, EXIT_PIPE = 141 };

struct command {
  crawler *c;
  struct output out;
  const char *sitemaps[SITEMAPS_MAX];
  int sitemap_count;
  const char *explain[EXPLAIN_MAX];
  int explain_count;
  int has_seeds;
  int tells_doors; /* the user says himself what allow_private is */
};

static crawler *interruptible; /* for the signal handler */
static volatile sig_atomic_t interrupts;
static int nowhere; /* a descriptor of /dev/null */

/* ---- help ---- */

static const char help[] =
    "usage: crawler [options] URL...\n"
    "\n"
    "How much:\n"
    "  -n, --max-pages N         stop after N fetched pages\n"
    "  -d, --max-depth N         follow links N deep\n"
    "      --max-time T          stop after T (500ms, 2s, 10m; a bare number is seconds)\n"
    "      --max-bytes N         stop after N bytes (64k, 10M, 2G)\n"
    "      --max-pages-per-host N, --max-bytes-per-host N, --max-time-per-host T\n"
    "How fast:\n"
    "  -c, --concurrency N       transfers in flight (64)\n"
    "  -w, --workers N           threads that parse (2)\n"
    "      --delay T             pause of a host between requests (1s)\n"
    "      --host-concurrency N  transfers in flight for one host (1)\n"
    "      --own-server          the server is yours: no delay, no cap per host\n"
    "      --timeout T           for one attempt (30s)\n"
    "Which URLs (default: the seeds' hosts):\n"
    "      --allow-host P, --deny-host P    example.org, *.example.org, .example.org\n"
    "      --allow-url P, --deny-url P      a glob over the URL, or re:EXPRESSION (PCRE2)\n"
    "      --include P, --exclude P         the first that matches decides; host:P too\n"
    "      --scope REACH         host, subdomains or domain of the seeds (host)\n"
    "      --no-parent           on seeds' hosts only what is below a seed's directory\n"
    "      --schemes LIST, --ports LIST, --allow-extensions LIST, --deny-extensions LIST\n"
    "      --mime-types LIST     text/html,image/*: other types end at the headers\n"
    "      --span-hosts          leave the seeds' hosts\n"
    "      --requisites          images, style sheets, ... of pages, on any host\n"
    "      --links KINDS         kinds of links that are followed, or \"all\"\n"
    "                            (a,area,iframe,frame,refresh,next,prev,language,item)\n"
    "      --no-robots           don't ask robots.txt\n"
    "      --sitemap URL         begin with what this sitemap lists; may be repeated\n"
    "      --no-sitemaps         don't read the sitemaps that robots.txt lists\n"
    "How:\n"
    "      --allow-private[=HOST|CIDR|none]  addresses that aren't public, too\n"
    "      --user-agent S        --header 'Name: value' (seeds' hosts only)\n"
    "      --credentials 'HOST USER:PASSWORD', --header-for 'HOST Name: value'  by https;\n"
    "                            http://HOST:PORT to say so; to no other host\n"
    "      --from ADDRESS        --cookies      --proxy URL\n"
    "      --cacert FILE         --insecure     --resolve HOST:PORT:ADDR\n"
    "      --set NAME=VALUE      any option of the library; --set help lists them\n"
    "Output:\n"
    "  -o, --output-dir DIR      keep each body, with index.jsonl\n"
    "      --json                JSON Lines: an object per URL, a summary at the end\n"
    "      --edges[=KINDS]       JSON Lines: an object per link of a kind that is followed;\n"
    "                            or of these kinds, followed or not: image,css or \"all\"\n"
    "      --explain URL         why is it fetched, or isn't? After the crawl; with no other URL\n"
    "                            what the rules say, and nothing is sent. May be repeated\n"
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

/* Joins value to the list that the option has already: it may be given more than once. */
static int set_list(struct command *cmd, const char *name, const char *value)
{
  const char *old = crawler_get_option(cmd->c, name);
  int first = !old || !*old || strcmp(old, "0") == 0; /* nothing was set yet */
  size_t room = (first ? 0 : strlen(old) + 1) + strlen(value) + 1;
  char *joined = malloc(room);
  int status;

  if (!joined)
    return library_error(cmd, CRAWLER_E_NOMEM);
  snprintf(joined, room, "%s%s%s", first ? "" : old, first ? "" : ",", value);
  status = set(cmd, name, joined);
  free(joined);
  return status;
}

/* As the user says it. */
static int set_told(struct command *cmd, const char *name, const char *value)
{
  if (strcmp(name, "allow_private") == 0)
    cmd->tells_doors = 1;
  return set(cmd, name, value);
}

/* May be given more than once; "none" opens nothing. */
static int allow_private(struct command *cmd, const char *value)
{
  cmd->tells_doors = 1;
  return value && strcmp(value, "none") == 0 ? set(cmd, "allow_private", "none")
                                             : set_list(cmd, "allow_private", value ? value : "1");
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
  return set_told(cmd, name, eq + 1);
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
  PATTERN,
  OUTPUT_DIR,
  JSON,
  EDGES,
  EXPLAIN,
  QUIET,
  VERBOSE,
  VERSION,
  HELP,
  SITEMAP,
  SET
};

struct word {
  const char *name;
  char letter;
  enum action action;
  int takes_value;
  const char *option;
  int (*add)(crawler *, const char *); /* PATTERN */
};

static const struct word words[] = {
  { "max-pages", 'n', OPTION, 1, "max_pages", NULL },
  { "max-depth", 'd', OPTION, 1, "max_depth", NULL },
  { "concurrency", 'c', OPTION, 1, "concurrency", NULL },
  { "workers", 'w', OPTION, 1, "workers", NULL },
  { "no-robots", 0, OPTION_OFF, 0, "obey_robots", NULL },
  { "no-sitemaps", 0, OPTION_OFF, 0, "sitemaps", NULL },
  { "sitemap", 0, SITEMAP, 1, NULL, NULL },
  { "cacert", 0, OPTION, 1, "ca_file", NULL },
  { "allow-private", 0, ALLOW_PRIVATE, 0, NULL, NULL },
  { "resolve", 0, RESOLVE, 1, NULL, NULL },
  { "allow-host", 0, PATTERN, 1, NULL, crawler_allow_host },
  { "deny-host", 0, PATTERN, 1, NULL, crawler_deny_host },
  { "allow-url", 0, PATTERN, 1, NULL, crawler_allow_url },
  { "deny-url", 0, PATTERN, 1, NULL, crawler_deny_url },
  { "include", 0, PATTERN, 1, NULL, crawler_include },
  { "exclude", 0, PATTERN, 1, NULL, crawler_exclude },
  { "output-dir", 'o', OUTPUT_DIR, 1, NULL, NULL },
  { "json", 0, JSON, 0, NULL, NULL },
  { "edges", 0, EDGES, 0, NULL, NULL },
  { "explain", 0, EXPLAIN, 1, NULL, NULL },
  { "quiet", 'q', QUIET, 0, NULL, NULL },
  { "verbose", 'v', VERBOSE, 0, NULL, NULL },
  { "version", 0, VERSION, 0, NULL, NULL },
  { "help", 'h', HELP, 0, NULL, NULL },
  { "set", 0, SET, 1, NULL, NULL },
};

static int *flag_of(struct command *cmd, enum action action)
{
  switch (action) {
  case JSON:
    return &cmd->out.json;
  case QUIET:
    return &cmd->out.quiet;
  default:
    return &cmd->out.verbose;
  }
}

static int set_edges(struct command *cmd, const char *kinds)
{
  cmd->out.edges = 1;
  cmd->out.edge_kinds = kinds;
  return kinds && !output_kinds(kinds) ? usage("not kinds of links", kinds) : 0;
}

static int show(enum action action)
{
  if (action == VERSION)
    printf("crawler %s\n", crawler_version_string());
  else
    fputs(help, stdout);
  return -1;
}

static int note(const char **list, int *count, int most, const char *url)
{
  if (*count == most)
    return usage("too many of this kind", url);
  list[(*count)++] = url;
  return 0;
}

/* 0 goes on; -1 ends with success; else the exit status. */
static int act(struct command *cmd, const struct word *word, const char *value)
{
  const char *text = value ? value : "";

  if (word->takes_value && !value)
    return usage("this option needs a value", word->name);
  switch (word->action) {
  case OPTION:
    return set_told(cmd, word->option, value ? value : "1");
  case OPTION_OFF:
    return set(cmd, word->option, "0");
  case ALLOW_PRIVATE:
    return allow_private(cmd, value);
  case RESOLVE:
    return set_list(cmd, "resolve", text);
  case PATTERN:
    return pattern(cmd, word->add, text);
  case OUTPUT_DIR:
    cmd->out.dir = value;
    return 0;
  case SITEMAP:
    return note(cmd->sitemaps, &cmd->sitemap_count, SITEMAPS_MAX, text);
  case EXPLAIN:
    return note(cmd->explain, &cmd->explain_count, EXPLAIN_MAX, text);
  case EDGES:
    return set_edges(cmd, value);
  case SET:
    return set_pair(cmd, text);
  case VERSION:
  case HELP:
    return show(word->action);
  default:
    *flag_of(cmd, word->action) = 1;
    return 0;
  }
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
      *word = (struct word){ option, 0,   OPTION, strcmp(crawler_option_type(option), "bool") != 0,
                             option, NULL };
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

/* Behind '='; a bool of the library is on without. */
static int may_take_value(enum action action)
{
  return action == ALLOW_PRIVATE || action == EDGES || action == OPTION;
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
  if (value && !word->takes_value && !may_take_value(word->action))
    return usage("this option takes no value", arg);
  if (!value && word->takes_value && *at + 1 < argc)
    value = argv[++*at];
  return act(cmd, word, value);
}

/* ---- seeds ---- */

static int is_local_name(const char *host)
{
  size_t len = strlen(host);

  return strcmp(host, "localhost") == 0 || host[0] == '[' || strspn(host, "0123456789.") == len;
}

/* A seed typed as an address or localhost may be reached, whatever its address, unless the user
 * says what may be. */
static int open_door(struct command *cmd, const char *url)
{
  crawler_request *req = crawler_request_new(cmd->c, url);
  int status = 0;

  if (req && !cmd->tells_doors && is_local_name(crawler_request_host(req)))
    status = set_list(cmd, "allow_private", crawler_request_host(req));
  crawler_request_free(req);
  return status;
}

/* A colon ends a scheme ("mailto:a@b"), unless only a port follows it ("localhost:8080/a"). */
static int has_scheme(const char *text)
{
  const char *colon = text + strcspn(text, ":/?#[");
  size_t digits = *colon ? strspn(colon + 1, "0123456789") : 0;

  return *colon == ':' && (digits == 0 || !strchr("/?#", colon[1 + digits]));
}

/* url: URL_BYTES of room. 0, or an exit status: it is too long. */
static int complete(const char *text, char *url)
{
  const char *scheme = has_scheme(text) ? "" : "http://";

  if (snprintf(url, URL_BYTES, "%s%s", scheme, text) >= URL_BYTES)
    return usage("this URL is too long", text);
  return 0;
}

/* add: crawler_add, crawler_add_sitemap. */
static int add_seed(struct command *cmd, const char *text, int (*add)(crawler *, const char *))
{
  char url[URL_BYTES];
  int err;

  if (complete(text, url) != 0)
    return EXIT_USAGE;
  err = crawler_url_check(cmd->c, url);
  if (err == 0 && open_door(cmd, url) != 0)
    return EXIT_USAGE;
  if (err == 0)
    err = add(cmd->c, url);
  return err < 0 ? usage(crawler_strerror(err), text) : 0;
}

/* After all options, so that their order is of no account. */
static int add_seeds(struct command *cmd, char **texts, int count)
{
  int status = 0;

  for (int i = 0; i < count && status == 0; i++)
    status = add_seed(cmd, texts[i], crawler_add);
  for (int i = 0; i < cmd->sitemap_count && status == 0; i++)
    status = add_seed(cmd, cmd->sitemaps[i], crawler_add_sitemap);
  return status;
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
  cmd->has_seeds = seeds + cmd->sitemap_count > 0;
  if (!cmd->has_seeds && cmd->explain_count == 0)
    return usage("no URL", NULL);
  return add_seeds(cmd, argv + 1, seeds);
}

/* ---- explaining ---- */

/* Without seeds each host is taken for one of a seed. */
static int prepare_rules(struct command *cmd)
{
  char url[URL_BYTES];
  int status = set(cmd, "span_hosts", "1");

  for (int i = 0; i < cmd->explain_count && status == 0; i++) {
    status = complete(cmd->explain[i], url);
    if (status == 0)
      status = open_door(cmd, url);
  }
  return status;
}

/* A crawl keeps what can be told afterwards. */
static int prepare_explaining(struct command *cmd)
{
  const char *history = crawler_get_option(cmd->c, "history");

  if (cmd->explain_count == 0)
    return 0;
  if (!cmd->has_seeds)
    return prepare_rules(cmd);
  return history && strcmp(history, "0") == 0 ? set(cmd, "history", "256M") : 0;
}

/* 0, or an exit status. */
static int explain_all(struct command *cmd)
{
  char url[URL_BYTES];
  int err = 0;

  for (int i = 0; i < cmd->explain_count && err == 0 && !cmd->out.broken_pipe; i++) {
    if (complete(cmd->explain[i], url) != 0)
      return EXIT_USAGE;
    err = explain(&cmd->out, url);
  }
  return err < 0 ? library_error(cmd, err) : 0;
}

/* ---- running ---- */

static void on_signal(int number);

/* flags: SA_RESTART lets a write that waits for its reader go on. */
static void catch_signals(void (*handler)(int), int flags)
{
  struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

/* The first lets what is in flight end; the second ends all at once, and a write that waits for its
 * reader, too: what is left to print goes nowhere. */
static void on_signal(int number)
{
  struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
  int saved = errno;
  (void)number;

  if (interrupts++ == 0) {
    crawler_stop(interruptible);
    catch_signals(on_signal, 0);
  } else {
    crawler_cancel(interruptible);
    if (poll(&out, 1, 0) == 0)
      dup2(nowhere, STDOUT_FILENO);
  }
  errno = saved;
}

static int run(struct command *cmd)
{
  int err;

  interruptible = cmd->c;
  nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  catch_signals(on_signal, SA_RESTART);
  signal(SIGPIPE, SIG_IGN); /* a closed stdout is an error of write() instead */
  do {
    err = crawler_step(cmd->c, 200);
    output_progress(&cmd->out);
  } while (err == CRAWLER_OK);
  (void)explain_all(cmd); /* stderr says what is wrong; the crawl isn't */
  output_summary(&cmd->out);
  output_close(&cmd->out);
  catch_signals(SIG_DFL, 0);
  return err;
}

static int output_status(const struct command *cmd)
{
  if (cmd->out.broken_output) {
    fprintf(stderr, "crawler: could not write: %s\n", strerror(cmd->out.broken_output));
    return EXIT_BROKEN;
  }
  return cmd->out.broken_pipe ? EXIT_PIPE : 0;
}

static int exit_status(const struct command *cmd, int err)
{
  int status = output_status(cmd);

  if (status != 0)
    return status;
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

static int only_explain(struct command *cmd)
{
  int status;

  signal(SIGPIPE, SIG_IGN);
  status = explain_all(cmd);
  output_close(&cmd->out);
  return status != 0 ? status : output_status(cmd);
}

/* Without them the first sockets would be stdin, stdout and stderr, and what is printed would go to
 * some server. */
static int open_missing_descriptors(void)
{
  int missing = fcntl(STDOUT_FILENO, F_GETFD) < 0 ? EXIT_PIPE : 0;
  int fd;

  do
    fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close(fd);
  return missing;
}

int main(int argc, char **argv)
{
  struct command cmd = { 0 };
  int status = open_missing_descriptors();

  if (status != 0)
    return status;
  cmd.c = crawler_new();
  if (!cmd.c) {
    fputs("crawler: out of memory\n", stderr);
    return EXIT_BROKEN;
  }
  cmd.out.c = cmd.c;
  status = read_arguments(&cmd, argc, argv);
  if (status == 0)
    status = prepare_explaining(&cmd);
  if (status == 0 && output_open(&cmd.out) < 0)
    status = EXIT_BROKEN;
  if (status == 0)
    status = cmd.has_seeds ? exit_status(&cmd, run(&cmd)) : only_explain(&cmd);
  crawler_free(cmd.c);
  return status < 0 ? 0 : status;
}

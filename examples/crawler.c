/* SPDX-License-Identifier: MIT */
/* crawler.c - the command: crawl from URLs, print or keep what is found.
 *
 * Built on the public interface only. Every option of the library is a long option here, by its
 * name with dashes; the rest is what a command needs: arguments, signals, exit status, and in
 * command/ its table of options, its help, where it begins, and what it prints.
 */
#include <crawl/crawler.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/explaining.h"
#include "command/help.h"
#include "command/option_table.h"
#include "command/output.h"
#include "command/seeds.h"

enum { REPEATED_MAX = 64 };
enum { EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_NO_SEED = 3, EXIT_INTERRUPTED = 130, EXIT_PIPE = 141 };

struct texts { /* of an option that may be repeated */
  const char *at[REPEATED_MAX];
  int count;
};

struct command {
  crawler *c;
  struct output out;
  struct texts sitemaps, files, explain;
  int has_seeds;
  int tells_doors;   /* the user says himself what allow_private is */
  long long refused; /* lines of files that are no URL */
  int told_of_interrupt;
};

static crawler *interruptible; /* for the signal handler */
static volatile sig_atomic_t interrupts;
static int nowhere; /* a descriptor of /dev/null */

static int usage(const char *text, const char *detail)
{
  fprintf(stderr, "crawler: %s%s%s\nTry 'crawler --help'.\n", text, detail ? ": " : "",
          detail ? detail : "");
  return EXIT_USAGE;
}

/* ---- the command line ---- */

static int library_error(struct command *cmd, int err)
{
  fprintf(stderr, "crawler: %s\n",
          *crawler_errmsg(cmd->c) ? crawler_errmsg(cmd->c) : crawler_strerror(err));
  return EXIT_USAGE;
}

static int no_such_option(const char *name)
{
  const char *near = option_nearest_of_library(name, strlen(name));

  fprintf(stderr, "crawler: no option of this name: %s%s%s%s\n", name,
          near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
  return EXIT_USAGE;
}

static int set(struct command *cmd, const char *name, const char *value)
{
  int err;

  if (!crawler_option_type(name))
    return no_such_option(name);
  err = crawler_set_option(cmd->c, name, value);
  return err < 0 ? library_error(cmd, err) : 0;
}

/* Joins value to the list that the option has already: it may be given more than once. */
static int set_list(struct command *cmd, const char *name, const char *value)
{
  int err = seed_extend_list(cmd->c, name, value);

  return err < 0 ? library_error(cmd, err) : 0;
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

/* Help and the like, that end the program: -1, or what went wrong. */
static int printed(void)
{
  if (fflush(stdout) == 0)
    return -1;
  fprintf(stderr, "crawler: could not write: %s\n", strerror(errno));
  return EXIT_BROKEN;
}

static int set_pair(struct command *cmd, const char *pair)
{
  char name[64];
  const char *eq = strchr(pair, '=');

  if (strcmp(pair, "help") == 0) {
    help_list_library();
    return printed();
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

static int show_help(const char *group)
{
  if (help(group) == 0)
    return printed();
  fprintf(stderr, "crawler: no group of options: %s\n", group);
  help_list_groups();
  return EXIT_USAGE;
}

static int show_version(void)
{
  printf("crawler %s\nparts: %s\n", crawler_version_string(), crawler_parts());
  return printed();
}

static int note(struct texts *list, const char *text)
{
  if (list->count == REPEATED_MAX)
    return usage("too many of this kind", text);
  list->at[list->count++] = text;
  return 0;
}

static int wish_progress(struct command *cmd, enum progress_wish wish)
{
  cmd->out.progress.wish = wish;
  return 0;
}

/* What takes no value; otherwise as act(). */
static int act_alone(struct command *cmd, enum action action)
{
  switch (action) {
  case VERSION:
    return show_version();
  case PROGRESS:
    return wish_progress(cmd, PROGRESS_ALWAYS);
  case NO_PROGRESS:
    return wish_progress(cmd, PROGRESS_NEVER);
  default:
    *flag_of(cmd, action) = 1;
    return 0;
  }
}

/* 0 goes on; -1 ends with success; else the exit status. */
static int act(struct command *cmd, const struct word *word, const char *value)
{
  const char *text = value ? value : "";

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
  case INPUT_FILE:
    return note(&cmd->files, text);
  case OUTPUT_DIR:
    cmd->out.dir = value;
    return 0;
  case SITEMAP:
    return note(&cmd->sitemaps, text);
  case EXPLAIN:
    return note(&cmd->explain, text);
  case EDGES:
    return set_edges(cmd, value);
  case SET:
    return set_pair(cmd, text);
  case HELP:
    return show_help(value);
  default:
    return act_alone(cmd, word->action);
  }
}

static int unknown(const char *arg, size_t len)
{
  const char *near = arg[1] == '-' && len > 2 ? option_nearest(arg + 2, len - 2) : NULL;

  fprintf(stderr, "crawler: unknown option: %.*s", (int)len, arg);
  if (near)
    fputs("; did you mean --", stderr);
  for (const char *p = near; p && *p; p++)
    fputc(*p == '_' ? '-' : *p, stderr);
  fprintf(stderr, "%s\nTry 'crawler --help'.\n", near ? "?" : "");
  return EXIT_USAGE;
}

/* Does it take the next argument? --help takes one that is no option. */
static int wants_next(const struct word *word, char **argv, int argc, int at)
{
  if (at + 1 >= argc)
    return 0;
  return option_needs_value(word) || (word->action == HELP && argv[at + 1][0] != '-');
}

/* One argument that begins with '-'; may eat the next one. */
static int read_option(struct command *cmd, char **argv, int argc, int *at)
{
  const char *arg = argv[*at];
  int is_long = arg[1] == '-';
  const char *value = is_long ? strchr(arg, '=') : (arg[2] ? arg + 2 : NULL);
  size_t len = !is_long ? 2 : value ? (size_t)(value - arg) : strlen(arg);
  struct word room;
  const struct word *word =
      is_long ? option_by_name(arg + 2, len - 2, &room) : option_by_letter(arg[1]);

  if (!word)
    return unknown(arg, len);
  if (value && is_long)
    value++;
  if (value && !option_may_take_value(word))
    return usage("this option takes no value", arg);
  if (!value && wants_next(word, argv, argc, *at))
    value = argv[++*at];
  if (!value && option_needs_value(word))
    return usage("this option needs a value", word->name);
  return act(cmd, word, value);
}

/* ---- seeds ---- */

/* What is typed opens a door for itself, unless the user says which are open. */
static int add_seed(struct command *cmd, const char *text, int (*add)(crawler *, const char *))
{
  int err = seed_add(cmd->c, text, !cmd->tells_doors, add);

  return err < 0 ? usage(crawler_strerror(err), text) : 0;
}

static int add_file(struct command *cmd, const char *path)
{
  struct seed_file file = { .path = path };
  int status = seed_read_file(cmd->c, &file);

  cmd->refused += file.refused;
  if (file.taken > 0)
    cmd->has_seeds = 1;
  return status < 0 ? EXIT_BROKEN : 0;
}

/* After all options, so that their order is of no account. */
static int add_seeds(struct command *cmd, char **texts, int count)
{
  int status = 0;

  for (int i = 0; i < count && status == 0; i++)
    status = add_seed(cmd, texts[i], crawler_add);
  for (int i = 0; i < cmd->sitemaps.count && status == 0; i++)
    status = add_seed(cmd, cmd->sitemaps.at[i], crawler_add_sitemap);
  for (int i = 0; i < cmd->files.count && status == 0; i++)
    status = add_file(cmd, cmd->files.at[i]);
  if (status == 0 && !cmd->has_seeds && (cmd->files.count > 0 || cmd->explain.count == 0))
    status = usage("no URL", cmd->files.count > 0 ? cmd->files.at[0] : NULL);
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
  cmd->has_seeds = seeds + cmd->sitemaps.count > 0;
  return add_seeds(cmd, argv + 1, seeds);
}

/* ---- explaining ---- */

static int complete(const char *text, char *url)
{
  return seed_complete(text, url) < 0 ? usage("this URL is too long", text) : 0;
}

/* Without seeds each host is taken for one of a seed. */
static int prepare_rules(struct command *cmd)
{
  char url[SEED_BYTES];
  int status = set(cmd, "span_hosts", "1");
  int err = 0;

  for (int i = 0; i < cmd->explain.count && status == 0 && err == 0; i++) {
    status = complete(cmd->explain.at[i], url);
    if (status == 0 && !cmd->tells_doors)
      err = seed_open_door(cmd->c, url);
  }
  return err < 0 ? library_error(cmd, err) : status;
}

/* A crawl keeps what can be told afterwards. */
static int prepare_explaining(struct command *cmd)
{
  const char *history = crawler_get_option(cmd->c, "history");

  if (cmd->explain.count == 0)
    return 0;
  if (!cmd->has_seeds)
    return prepare_rules(cmd);
  return history && strcmp(history, "0") == 0 ? set(cmd, "history", "256M") : 0;
}

/* 0, or an exit status. */
static int explain_all(struct command *cmd)
{
  char url[SEED_BYTES];
  int err = 0;

  for (int i = 0; i < cmd->explain.count && err == 0 && !cmd->out.broken_pipe; i++) {
    if (complete(cmd->explain.at[i], url) != 0)
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

static void tell_of_interrupt(struct command *cmd)
{
  if (interrupts == 0 || cmd->told_of_interrupt || cmd->out.quiet)
    return;
  cmd->told_of_interrupt = 1;
  progress_clear(&cmd->out.progress);
  fprintf(stderr, "crawler: stopping, %lld in flight; interrupt again to end at once\n",
          (long long)crawler_get_stat(cmd->c, CRAWLER_STAT_IN_FLIGHT));
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
    tell_of_interrupt(cmd);
    progress_tell(&cmd->out.progress);
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
  return cmd->refused > 0 ? EXIT_USAGE : 0;
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
  cmd.out.progress.c = cmd.c;
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

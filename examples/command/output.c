/* SPDX-License-Identifier: MIT */
/* output.c - what the command prints and keeps.
 *
 * stdout has a line or a JSON object per URL as it ends, and with --json nothing else; the progress
 * line, messages and the summary for people go to stderr.
 */
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum colour { RED = 31, GREEN, YELLOW, MAGENTA = 35, CYAN };

/* ---- output ---- */

static void check_output(struct output *out)
{
  if (!ferror(stdout) || out->broken_pipe || out->broken_output)
    return;
  if (errno == EINTR) { /* by a signal that has cancelled the crawl, and sent stdout nowhere */
    clearerr(stdout);
    return;
  }
  if (errno == EPIPE)
    out->broken_pipe = 1;
  else
    out->broken_output = errno;
  crawler_cancel(out->c);
}

/* The length of the UTF-8 sequence at p (RFC 3629); 0: there is none. */
static size_t utf8_length(const unsigned char *p)
{
  size_t len = *p >= 0xf0 && *p <= 0xf4 ? 4 : *p >= 0xe0 ? 3 : 2;

  if (*p < 0xc2 || *p > 0xf4 || (*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
      (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
    return 0;
  for (size_t i = 1; i < len; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  return len;
}

/* What a terminal might obey isn't printed: a server may send control characters. */
void output_text(FILE *to, const char *text)
{
  const unsigned char *p = (const unsigned char *)text;

  while (p && *p) {
    size_t len = *p < 0x80 ? 1 : utf8_length(p);
    int is_control = *p < ' ' || *p == 0x7f || (*p == 0xc2 && len == 2 && p[1] < 0xa0);

    if (len == 0 || is_control)
      fputc('?', to);
    else
      fwrite(p, 1, len, to);
    p += len > 0 ? len : 1;
  }
}

/* A JSON string. Header values may be anything: bytes that aren't UTF-8 are taken for Latin-1. */
static void put_string(FILE *to, const char *text)
{
  const unsigned char *p = (const unsigned char *)text;

  fputc('"', to);
  while (*p) {
    size_t len = *p < 0x80 ? 0 : utf8_length(p);

    if (len > 0)
      fwrite(p, 1, len, to);
    else if (*p == '"' || *p == '\\')
      fprintf(to, "\\%c", *p);
    else if (*p < ' ' || *p >= 0x7f)
      fprintf(to, "\\u%04x", (unsigned)*p);
    else
      fputc(*p, to);
    p += len > 0 ? len : 1;
  }
  fputc('"', to);
}

void output_member(FILE *to, const char *name, const char *text)
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
  output_member(to, "to", crawler_page_location(page));
  output_member(to, "duplicate_of", crawler_page_duplicate_of(page));
  output_member(to, "truncated", crawler_reason_name(crawler_page_truncated(page)));
  if (crawler_page_simhash(page) != 0)
    fprintf(to, ",\"simhash\":\"%016" PRIx64 "\"", crawler_page_simhash(page));
  output_member(to, "mime", crawler_page_mime(page));
  output_member(to, "charset", crawler_page_charset(page));
  fprintf(to, ",\"bytes\":%zu,\"links\":%zu", bytes, crawler_page_link_count(page));
  if (bytes > 0 && !crawler_page_links_are_exact(page))
    fputs(",\"links_exact\":false", to);
  fprintf(to, ",\"ms\":%" PRId64, crawler_page_elapsed_ms(page));
}

static void put_outcome(FILE *to, const crawler_request *req, crawler_outcome outcome,
                        crawler_reason reason, const crawler_page *page)
{
  fputs("{\"url\":", to);
  put_string(to, crawler_request_url(req));
  output_member(to, "kind", crawler_kind_name(crawler_request_kind(req)));
  output_member(to, "outcome", crawler_outcome_name(outcome));
  output_member(to, "reason", crawler_reason_name(reason));
  output_member(to, "rule", crawler_request_rule(req));
  output_member(to, "trap", crawler_trap_name((int)crawler_request_trap(req)));
  if (crawler_request_rule_line(req) > 0)
    fprintf(to, ",\"rule_line\":%d", crawler_request_rule_line(req));
  fprintf(to, ",\"depth\":%d", crawler_request_depth(req));
  output_member(to, "via", crawler_request_via(req));
  output_member(to, "referrer", crawler_request_referrer(req));
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
  int ok;

  if (!f)
    return -1;
  ok = bytes == 0 || fwrite(data, 1, bytes, f) == bytes;
  ok = fclose(f) == 0 && ok;
  return ok ? 0 : -1;
}

/* DIR/000001.html and a line of index.jsonl that says what it is. */
static void keep_body(struct output *out, const crawler_request *req, const crawler_page *page)
{
  char name[64];
  char path[4096];
  size_t bytes;
  const void *body = crawler_page_body(page, &bytes);

  snprintf(name, sizeof(name), "%06lld.%s", ++out->kept, extension_of(crawler_page_mime(page)));
  if ((size_t)snprintf(path, sizeof(path), "%s/%s", out->dir, name) >= sizeof(path) ||
      write_file(path, body, bytes) < 0) {
    out->broken_output = errno ? errno : ENAMETOOLONG;
    crawler_cancel(out->c);
    return;
  }
  put_outcome(out->index, req, CRAWLER_FETCHED, CRAWLER_REASON_NONE, page);
  output_member(out->index, "file", name);
  fputs("}\n", out->index);
}

/* ---- kinds of links ---- */

/* 0 for one that this program is too old to know: there are 30 so far. */
static unsigned bit_of(int kind)
{
  return kind > 0 && kind < 32 ? 1u << kind : 0;
}

/* The bits of one word; 0: not a kind. */
static unsigned kinds_of(const char *word, size_t len)
{
  unsigned all = 0;
  const char *name;

  for (int kind = 1; (name = crawler_link_kind_name(kind)) != NULL; kind++) {
    if (strlen(name) == len && memcmp(name, word, len) == 0)
      return bit_of(kind);
    all |= bit_of(kind);
  }
  return len == 3 && memcmp(word, "all", 3) == 0 ? all : 0;
}

unsigned output_kinds(const char *list)
{
  unsigned sum = 0;

  while (*list) {
    size_t len = strcspn(list, ", ");
    unsigned kinds = kinds_of(list, len);

    if (len > 0 && !kinds)
      return 0;
    sum |= kinds;
    list += len + (list[len] != '\0');
  }
  return sum;
}

/* ---- hooks ---- */

/* What begins a line, in this colour (a number of SGR, ECMA-48 8.3.117). */
static void put_coloured(const struct output *out, int colour, const char *text)
{
  if (out->has_colours)
    printf("\033[%dm%s\033[m", colour, text);
  else
    fputs(text, stdout);
}

static void put_status(const struct output *out, int status)
{
  char text[16];

  snprintf(text, sizeof(text), "%d", status);
  put_coloured(out, status < 300 ? GREEN : status < 400 ? CYAN : YELLOW, text);
}

/* "dropped: robots (Disallow: /private/, line 3)" */
static void put_reason(const struct output *out, const crawler_request *req,
                       crawler_outcome outcome, crawler_reason reason)
{
  char text[128];
  const char *rule = crawler_request_rule(req);
  int line = crawler_request_rule_line(req);

  snprintf(text, sizeof(text), "%s: %s", crawler_outcome_name(outcome),
           crawler_reason_name(reason));
  put_coloured(out, outcome == CRAWLER_FAILED ? RED : MAGENTA, text);
  if (!rule)
    return;
  fputs(" (", stdout);
  output_text(stdout, rule);
  if (line > 0)
    printf(", line %d", line);
  putchar(')');
}

static void print_line(struct output *out, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page)
{
  size_t bytes = 0;

  if (out->quiet || crawler_request_kind(req) != CRAWLER_KIND_PAGE ||
      (outcome == CRAWLER_REJECTED && !out->verbose))
    return;
  progress_clear(&out->progress);
  if (outcome == CRAWLER_FETCHED || outcome == CRAWLER_REDIRECTED)
    put_status(out, crawler_page_status(page));
  else
    put_reason(out, req, outcome, reason);
  if (outcome == CRAWLER_FETCHED) {
    crawler_page_body(page, &bytes);
    printf(" %9zu", bytes);
  } else if (outcome == CRAWLER_REDIRECTED) {
    printf(" %9s", "");
  }
  fputs("  ", stdout);
  output_text(stdout, crawler_request_url(req));
  if (outcome == CRAWLER_REDIRECTED) {
    fputs(" -> ", stdout);
    output_text(stdout, crawler_page_location(page));
  }
  putchar('\n');
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  struct output *out = user;

  (void)c;
  if (out->dir && outcome == CRAWLER_FETCHED && page &&
      crawler_request_kind(req) == CRAWLER_KIND_PAGE)
    keep_body(out, req, page);
  if (out->json) {
    put_outcome(stdout, req, outcome, reason, page);
    fputs("}\n", stdout);
  } else if (!out->edges) {
    print_line(out, req, outcome, reason, page);
  }
  check_output(out);
}

static void put_edge(FILE *to, const crawler_page *page, const crawler_link *link)
{
  fputs("{\"from\":", to);
  put_string(to, crawler_page_url(page));
  output_member(to, "to", crawler_link_url(link));
  output_member(to, "kind", crawler_link_kind_name(crawler_link_kind_of(link)));
  output_member(to, "tag", crawler_link_tag(link));
  output_member(to, "attr", crawler_link_attribute(link));
  output_member(to, "rel", crawler_link_rel(link));
  output_member(to, "text", crawler_link_text(link));
  fputs("}\n", to);
}

static int on_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  struct output *out = user;

  (void)c;
  (void)verdicts;
  for (size_t i = 0; i < count; i++) {
    const crawler_link *link = crawler_page_link(page, i);

    if (link && !(crawler_link_flags(link) & CRAWLER_LINK_FLAG_INVALID) &&
        (out->shown & bit_of(crawler_link_kind_of(link))))
      put_edge(stdout, page, link);
  }
  check_output(out);
  return 0;
}

static void on_log(crawler *c, int level, const char *text, void *user)
{
  static const char *const names[] = { "error", "warning", "info", "debug" };
  struct output *out = user;

  (void)c;
  if (level > 0 && !out->verbose)
    return;
  progress_clear(&out->progress);
  fprintf(stderr, "crawler: %s: %s\n", level >= 0 && level < 4 ? names[level] : "note", text);
}

/* ---- numbers ---- */

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
    CRAWLER_STAT_ATTEMPTS,     CRAWLER_STAT_RETRIES,     CRAWLER_STAT_CONNECTIONS,
    CRAWLER_STAT_HOSTS,        CRAWLER_STAT_WIRE_BYTES,  CRAWLER_STAT_BODY_BYTES,
    CRAWLER_STAT_STATUS_2XX,   CRAWLER_STAT_STATUS_3XX,  CRAWLER_STAT_STATUS_4XX,
    CRAWLER_STAT_STATUS_5XX,   CRAWLER_STAT_PARKS,       CRAWLER_STAT_ELAPSED_MS,
    CRAWLER_STAT_TURNS,        CRAWLER_STAT_TURN_P50_US, CRAWLER_STAT_TURN_P99_US,
    CRAWLER_STAT_TURN_P999_US, CRAWLER_STAT_TURN_MAX_US,
  };
  const char *comma = "";

  fputs(",\"counters\":{", stdout);
  for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++)
    printf("%s\"%s\":%" PRId64, i ? "," : "", crawler_stat_name(which[i]),
           crawler_stats_get(s, which[i]));
  fputs("},\"idle_slot_ms\":{", stdout);
  for (int i = CRAWLER_STAT_IDLE_PAUSED; i <= CRAWLER_STAT_IDLE_EMPTY; i++) {
    if (crawler_stats_get(s, (crawler_stat)i) == 0)
      continue;
    printf("%s\"%s\":%" PRId64, comma, crawler_stat_name(i) + strlen("idle_"),
           crawler_stats_get(s, (crawler_stat)i));
    comma = ",";
  }
  putchar('}');
}

/* "eta_lower_bound":{"ms":35000,"host":"a.example"}: what is still queued takes that. */
static void put_bound(crawler *c)
{
  size_t host;
  int64_t ms = crawler_eta_lower_bound_ms(c, &host);

  fputs(",\"eta_lower_bound\":{", stdout);
  if (ms > 0) {
    printf("\"ms\":%" PRId64, ms);
    output_member(stdout, "host", crawler_host_name(c, host));
  }
  putchar('}');
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
  put_bound(c);
  fputs("}}\n", stdout);
}

static void print_summary(struct output *out, const crawler_stats *s)
{
  int64_t ms = crawler_stats_get(s, CRAWLER_STAT_ELAPSED_MS);
  struct progress_moment start = { 0 };
  const char *name;
  int64_t count;

  progress_clear(&out->progress);
  if (fflush(stdout) != 0)
    check_output(out);
  fprintf(stderr,
          "%s%s%s: %" PRId64 " pages fetched, %" PRId64 " redirected, %" PRId64 " failed, %" PRId64
          " dropped, %" PRId64 " queued; %" PRId64 " links; %.1f MB in %.1f s",
          out->tells_colours ? "\033[1m" : "", crawler_ended(out->c),
          out->tells_colours ? "\033[m" : "", crawler_stats_get(s, CRAWLER_STAT_FETCHED),
          crawler_stats_get(s, CRAWLER_STAT_REDIRECTED), crawler_stats_get(s, CRAWLER_STAT_FAILED),
          crawler_stats_get(s, CRAWLER_STAT_DROPPED), crawler_stats_get(s, CRAWLER_STAT_QUEUED),
          crawler_stats_get(s, CRAWLER_STAT_LINKS),
          (double)crawler_stats_get(s, CRAWLER_STAT_BODY_BYTES) / 1e6, (double)ms / 1000);
  progress_put_idle(stderr, out->c, &start);
  progress_put_eta(stderr, out->c);
  fputc('\n', stderr);
  for (size_t i = 0; (name = crawler_incomplete(out->c, i, &count)) != NULL; i++)
    fprintf(stderr, "%s%s: %" PRId64, i ? ", " : "not complete: ", name, count);
  if (crawler_incomplete(out->c, 0, NULL))
    fputc('\n', stderr);
}

void output_summary(struct output *out)
{
  crawler_stats *stats;

  if (out->broken_pipe || crawler_get_stats(out->c, &stats) < 0)
    return;
  progress_clear(&out->progress);
  if (out->json)
    put_json_summary(out->c, stats);
  else if (!out->quiet)
    print_summary(out, stats);
  crawler_stats_free(stats);
}

/* ---- life ---- */

static int open_index(struct output *out)
{
  char path[4096];

  if (mkdir(out->dir, 0777) < 0 && errno != EEXIST) {
    fprintf(stderr, "crawler: %s: %s\n", out->dir, strerror(errno));
    return -1;
  }
  if ((size_t)snprintf(path, sizeof(path), "%s/index.jsonl", out->dir) < sizeof(path))
    out->index = fopen(path, "w");
  if (out->index)
    return 0;
  fprintf(stderr, "crawler: %s/index.jsonl: %s\n", out->dir, strerror(errno));
  return -1;
}

int output_open(struct output *out)
{
  if (out->dir && open_index(out) < 0)
    return -1;
  progress_open(&out->progress, out->quiet);
  out->has_colours = progress_has_colours(STDOUT_FILENO);
  out->tells_colours = progress_has_colours(STDERR_FILENO);
  crawler_on_outcome(out->c, on_outcome, out);
  if (out->edges) {
    const char *kinds = out->edge_kinds ? out->edge_kinds : crawler_get_option(out->c, "links");

    out->shown = kinds ? output_kinds(kinds) : 0;
    crawler_on_links(out->c, on_links, out);
  }
  crawler_on_log(out->c, on_log, out);
  return 0;
}

void output_close(struct output *out)
{
  if (fflush(stdout) != 0)
    check_output(out);
  if (out->index && fclose(out->index) != 0 && !out->broken_output)
    out->broken_output = errno;
  out->index = NULL;
}

/* SPDX-License-Identifier: MIT */
/* scenario_plan.c - the options of a scenario, made options of a crawler.
 *
 * wget's words are read as getopt does; where it says it differently (a list of kinds instead of
 * tags, globs instead of suffixes), the comment at the function that does it says how.
 */
#include "conformance/scenario_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <cmocka.h>

typedef bool apply(struct cr_scenario_plan *plan,
                   const char *value); /* false: not with that value */

struct row {
  const char *name;
  char letter; /* 0: none */
  bool takes_value;
  apply *apply; /* NULL: of no account here */
};

/* What wget reads links from, but for forms, which it never sends. */
static const char wget_links[] =
    "a,area,iframe,frame,refresh,next,prev,language,feed,alternate,canonical,stylesheet,icon,"
    "preload,manifest,link,image,script,media,embed,css";

static bool set(struct cr_scenario_plan *plan, const char *name, const char *value)
{
  return crawler_set_option(plan->c, name, value) == CRAWLER_OK;
}

static char *join(struct cr_scenario_plan *plan, const char *a, struct cr_span b, const char *c)
{
  return cr_scenario_join(plan->arena, a, b, c);
}

static bool is_off(const char *value)
{
  return strcmp(value, "off") == 0 || strcmp(value, "0") == 0;
}

/* ---- how far ---- */

static bool be_recursive(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  plan->recursive = true;
  return true;
}

static bool set_level(struct cr_scenario_plan *plan, const char *value)
{
  plan->max_depth = strcmp(value, "inf") == 0 || strcmp(value, "0") == 0 ? "none" : value;
  return true;
}

static bool span_hosts(struct cr_scenario_plan *plan, const char *value)
{
  return set(plan, "span_hosts", value);
}

static bool no_parent(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  return set(plan, "no_parent", "1");
}

static bool https_only(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  return set(plan, "schemes", "https");
}

/* A domain is all hosts that end in it. */
static bool to_hosts(struct cr_scenario_plan *plan, const char *list,
                     int add(crawler *c, const char *pattern))
{
  struct cr_span part;

  while (cr_scenario_next_part(&list, &part))
    if (add(plan->c, join(plan, ".", part, "")) < 0)
      return false;
  return true;
}

static bool domains(struct cr_scenario_plan *plan, const char *value)
{
  return to_hosts(plan, value, crawler_allow_host);
}

static bool exclude_domains(struct cr_scenario_plan *plan, const char *value)
{
  return to_hosts(plan, value, crawler_deny_host);
}

/* ---- what is kept ---- */

static bool accept(struct cr_scenario_plan *plan, const char *value)
{
  return cr_scenario_add_patterns(&plan->filters.accept, value, false);
}

static bool refuse(struct cr_scenario_plan *plan, const char *value)
{
  return cr_scenario_add_patterns(&plan->filters.refuse, value, false);
}

static bool add_expression(struct cr_scenario_patterns *patterns, const char *value)
{
  if (patterns->count == CR_FILTER_PATTERNS)
    return false;
  patterns->of[patterns->count++] = cr_span_text(value);
  return true;
}

static bool accept_regex(struct cr_scenario_plan *plan, const char *value)
{
  return add_expression(&plan->filters.accept_regex, value);
}

static bool refuse_regex(struct cr_scenario_plan *plan, const char *value)
{
  return add_expression(&plan->filters.refuse_regex, value);
}

static bool ignore_case(struct cr_scenario_plan *plan, const char *value)
{
  plan->filters.ignore_case = !is_off(value);
  return true;
}

static bool include_directories(struct cr_scenario_plan *plan, const char *value)
{
  return cr_scenario_add_patterns(&plan->filters.directories, value, false);
}

static bool exclude_directories(struct cr_scenario_plan *plan, const char *value)
{
  return cr_scenario_add_patterns(&plan->filters.directories, value, true);
}

static bool filter_types(struct cr_scenario_plan *plan, const char *value)
{
  return cr_scenario_add_patterns(&plan->filters.types, value, false);
}

static bool page_requisites(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  plan->requisites = true;
  return set(plan, "requisites", "1");
}

static bool set_quota(struct cr_scenario_plan *plan, const char *value)
{
  return set(plan, "max_bytes", is_off(value) || strcmp(value, "inf") == 0 ? "none" : value);
}

/* ---- robots.txt ---- */

static bool obey_robots(struct cr_scenario_plan *plan, const char *value)
{
  plan->obey_robots = is_off(value) ? "0" : "1";
  return true;
}

static bool no_robots(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  plan->obey_robots = "0";
  return true;
}

static bool run_command(struct cr_scenario_plan *plan, const char *value)
{
  if (strncmp(value, "robots=", 7) != 0)
    return false;
  return obey_robots(plan, value + 7);
}

/* ---- which links ---- */

/* Kinds don't tell an element's attributes apart: img/src is all of image. */
static const char *kind_of_tag(struct cr_span tag)
{
  static const struct {
    const char *tag, *kind;
  } kinds[] = { { "a", "a" },
                { "a/href", "a" },
                { "area", "area" },
                { "img", "image" },
                { "img/src", "image" },
                { "iframe", "iframe" },
                { "frame", "frame" },
                { "script", "script" },
                { "embed", "embed" },
                { "area/href", "area" },
                { "iframe/src", "iframe" },
                { "frame/src", "frame" },
                { "script/src", "script" } };

  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
    if (cr_span_eq(cr_span_text(kinds[i].tag), tag))
      return kinds[i].kind;
  return NULL;
}

/* Further tags than wget's own: those that we have kinds for are among these. */
static bool follow_tags(struct cr_scenario_plan *plan, const char *value)
{
  struct cr_span tag;

  while (cr_scenario_next_part(&value, &tag))
    if (!kind_of_tag(tag) && !cr_scenario_add_tag(&plan->tags, plan->arena, tag))
      return false;
  return true;
}

static bool ignore_tags(struct cr_scenario_plan *plan, const char *value)
{
  struct cr_span tag;
  struct cr_span kind;

  while (cr_scenario_next_part(&value, &tag)) {
    const char *without = kind_of_tag(tag);
    const char *rest = plan->links;
    const char *links = "";

    if (!without)
      return false;
    while (cr_scenario_next_part(&rest, &kind))
      if (!cr_span_eq(kind, cr_span_text(without)))
        links = join(plan, *links ? join(plan, links, CR_SPAN(","), "") : "", kind, "");
    plan->links = links;
  }
  return true;
}

static bool obey_nofollow(struct cr_scenario_plan *plan, const char *value)
{
  return set(plan, "follow_nofollow", is_off(value) ? "1" : "0");
}

/* ---- the rest ---- */

static bool keep_cookies(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  return set(plan, "cookies", "1");
}

static bool set_tries(struct cr_scenario_plan *plan, const char *value)
{
  char *end;
  long tries = strtol(value, &end, 10);
  char retries[24];

  (void)snprintf(retries, sizeof(retries), "%ld", tries - 1);
  return tries > 0 && !*end && set(plan, "max_retries", retries);
}

static bool max_redirect(struct cr_scenario_plan *plan, const char *value)
{
  return set(plan, "max_redirects", value);
}

static bool user_agent(struct cr_scenario_plan *plan, const char *value)
{
  return set(plan, "user_agent", value);
}

static bool add_header(struct cr_scenario_plan *plan, const char *value)
{
  return crawler_set_header(plan->c, value) == CRAWLER_OK;
}

static bool set_referer(struct cr_scenario_plan *plan, const char *value)
{
  return add_header(plan, join(plan, "Referer: ", cr_span_text(value), ""));
}

static bool trust_anyone(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  return set(plan, "insecure", "1");
}

static bool be_spider(struct cr_scenario_plan *plan, const char *value)
{
  (void)value;
  plan->spider = true;
  return true;
}

static bool set_method(struct cr_scenario_plan *plan, const char *value)
{
  plan->posts = strcmp(value, "POST") == 0;
  return plan->posts || strcmp(value, "GET") == 0;
}

static bool post(struct cr_scenario_plan *plan, const char *value)
{
  plan->posts = true;
  plan->body = value;
  return true;
}

static bool set_body(struct cr_scenario_plan *plan, const char *value)
{
  plan->body = value;
  return true;
}

/* The list's, which the driver reads. */
static bool input_encoding(struct cr_scenario_plan *plan, const char *value)
{
  plan->input_is_latin1 = strcasecmp(value, "ISO-8859-1") == 0;
  return plan->input_is_latin1 || strcasecmp(value, "UTF-8") == 0;
}

static bool read_input(struct cr_scenario_plan *plan, const char *value)
{
  plan->input = value;
  return true;
}

static bool name_file(struct cr_scenario_plan *plan, const char *value)
{
  if (plan->file_count == CR_PLAN_FILES)
    return false;
  plan->files[plan->file_count++] = value;
  return true;
}

/* Of no account: the names of local files and what is rewritten in them; what is kept, which the
 * page's own status decides; that UTF-8 is the encoding of URLs here, as of the standard's, and a
 * page's own charset goes before --remote-encoding; POSIX and PCRE2, which read the expressions
 * alike; and pauses, which a test has none of. */
static const struct row of_wget[] = {
  { "--recursive", 'r', false, be_recursive },
  { "--level", 'l', true, set_level },
  { "--no-parent", 0, false, no_parent },
  { "--span-hosts", 'H', false, span_hosts },
  { "--domains", 'D', true, domains },
  { "--exclude-domains", 0, true, exclude_domains },
  { "--https-only", 0, false, https_only },
  { "--accept", 'A', true, accept },
  { "--reject", 'R', true, refuse },
  { "--accept-regex", 0, true, accept_regex },
  { "--reject-regex", 0, true, refuse_regex },
  { "--regex-type", 0, true, NULL },
  { "--ignore-case", 0, false, ignore_case },
  { "--include-directories", 'I', true, include_directories },
  { "--exclude-directories", 'X', true, exclude_directories },
  { "--filter-mime-type", 0, true, filter_types },
  { "--page-requisites", 'p', false, page_requisites },
  { "--quota", 'Q', true, set_quota },
  { "--method", 0, true, set_method },
  { "--post-data", 0, true, post },
  { "--body-data", 0, true, set_body },
  { "--execute", 'e', true, run_command },
  { "--robots", 0, true, obey_robots },
  { "--no-robots", 0, false, no_robots },
  { "--follow-tags", 0, true, follow_tags },
  { "--ignore-tags", 0, true, ignore_tags },
  { "--spider", 0, false, be_spider },
  { "--cookies", 0, false, keep_cookies },
  { "--tries", 't', true, set_tries },
  { "--max-redirect", 0, true, max_redirect },
  { "--user-agent", 'U', true, user_agent },
  { "--header", 0, true, add_header },
  { "--referer", 0, true, set_referer },
  { "--no-check-certificate", 0, false, trust_anyone },
  { "--no-ca-certificate", 0, false, NULL },
  { "--input-file", 'i', true, read_input },
  { "--input-encoding", 0, true, input_encoding },
  { "--rejected-log", 0, true, name_file },
  { "--save-cookies", 0, true, name_file },
  { "--cookie-suffixes", 0, true, NULL },
  { "--save-content-on", 0, true, NULL },
  { "--no-host-directories", 0, false, NULL },
  { "--no-directories", 0, false, NULL },
  { "--convert-links", 'k', false, NULL },
  { "--restrict-file-names", 0, true, NULL },
  { "--content-disposition", 0, false, NULL },
  { "--no-content-disposition", 0, false, NULL },
  { "--trust-server-names", 0, false, NULL },
  { "--local-encoding", 0, true, NULL },
  { "--remote-encoding", 0, true, NULL },
  { "--iri", 0, false, NULL },
  { "--adjust-extension", 'E', false, NULL },
  { "--backup-converted", 'K', false, NULL },
  { "--cut-dirs", 0, true, NULL },
  { "--default-page", 0, true, NULL },
  { "--directory-prefix", 'P', true, NULL },
  { "--no-clobber", 0, false, NULL },
  { "--output-document", 'O', true, NULL },
  { "--protocol-directories", 0, false, NULL },
  { "--server-response", 'S', false, NULL },
  { "--unlink", 0, false, NULL },
  { "--no-follow-sitemaps", 0, false, NULL },
  { "--quiet", 'q', false, NULL },
  { "--no-verbose", 0, false, NULL },
  { "--verbose", 'v', false, NULL },
  { "--debug", 'd', false, NULL },
  { "--no-config", 0, false, NULL },
  { "--no-proxy", 0, false, NULL },
  { "--compression", 0, true, NULL },
  { "--no-compression", 0, false, NULL },
  { "--limit-rate", 0, true, NULL },
  { "--wait", 'w', true, NULL },
  { "--random-wait", 0, false, NULL },
  { "--waitretry", 0, true, NULL },
  { "--timeout", 'T', true, NULL },
  { "--retry-connrefused", 0, false, NULL },
  { "--no-hsts", 0, false, NULL },
  { "--no-iri", 0, false, NULL },
  { "--delete-after", 0, false, NULL },
};

/* "-nH" is one letter to wget. */
static const struct {
  const char *word, *name;
} n_words[] = {
  { "-nH", "--no-host-directories" }, { "-nd", "--no-directories" }, { "-nc", "--no-clobber" },
  { "-np", "--no-parent" },           { "-nv", "--no-verbose" },
};

static bool set_hops(struct cr_scenario_plan *plan, const char *value)
{
  plan->max_depth = value;
  return true;
}

/* robots_for_start_urls: we ask for them, too. optional: pages that may be fetched or not. */
static const struct row of_others[] = {
  { "max_depth", 0, true, set_hops },         { "robots", 0, true, obey_robots },
  { "robots_for_start_urls", 0, true, NULL }, { "span_hosts", 0, true, span_hosts },
  { "nofollow", 0, true, obey_nofollow },     { "optional", 0, true, NULL },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct row *find(const struct row *rows, size_t count, struct cr_span name)
{
  for (size_t i = 0; i < count; i++)
    if (cr_span_eq(cr_span_text(rows[i].name), name))
      return &rows[i];
  return NULL;
}

static void note_unknown(struct cr_scenario_plan *plan, const char *option, const char *value)
{
  if (!plan->unknown[0])
    (void)snprintf(plan->unknown, sizeof(plan->unknown), "%s%s%s", option, value ? "=" : "",
                   value ? value : "");
}

static void use(struct cr_scenario_plan *plan, const struct row *row, const char *value)
{
  if (row->apply && !row->apply(plan, value ? value : "1"))
    note_unknown(plan, row->name, value);
}

/* ---- a command line ---- */

/* The next word, without its quotes; NULL: the end. */
static char *next_word(struct cr_scenario_plan *plan, const char **line)
{
  char *word = cr_arena_bytes(plan->arena, strlen(*line) + 1);
  char quote = '\0';
  size_t len = 0;

  assert_non_null(word);
  *line += strspn(*line, " ");
  if (!**line)
    return NULL;
  for (; **line && (quote || **line != ' '); ++*line)
    if (**line == quote)
      quote = '\0';
    else if (!quote && (**line == '"' || **line == '\''))
      quote = **line;
    else
      word[len++] = **line;
  word[len] = '\0';
  return word;
}

static const struct row *long_row(const char *word, const char **value)
{
  size_t len = strcspn(word, "=");

  *value = word[len] == '=' ? word + len + 1 : NULL;
  return find(of_wget, COUNT(of_wget), cr_span(word, len));
}

static const struct row *short_row(const char *word, const char **value)
{
  *value = word[1] && word[2] ? word + 2 : NULL;
  for (size_t i = 0; i < COUNT(n_words); i++)
    if (strcmp(n_words[i].word, word) == 0) {
      *value = NULL;
      return find(of_wget, COUNT(of_wget), cr_span_text(n_words[i].name));
    }
  for (size_t i = 0; i < COUNT(of_wget); i++)
    if (of_wget[i].letter && of_wget[i].letter == word[1])
      return &of_wget[i];
  return NULL;
}

static void read_words(struct cr_scenario_plan *plan, const char *line)
{
  const char *word;

  while ((word = next_word(plan, &line))) {
    const char *value;
    const struct row *row =
        strncmp(word, "--", 2) == 0 ? long_row(word, &value) : short_row(word, &value);

    if (!row || (value && !row->takes_value)) {
      note_unknown(plan, join(plan, "", cr_span(word, strcspn(word, "=")), ""), NULL);
      return; /* whether the next word is its value isn't known */
    }
    if (row->takes_value && !value)
      value = next_word(plan, &line);
    use(plan, row, value);
  }
}

/* ---- members of an object ---- */

static const char *text_of(struct cr_scenario_plan *plan, const struct cr_json *value)
{
  char number[32];

  if (value->type == CR_JSON_STRING)
    return value->text.at;
  (void)snprintf(number, sizeof(number), "%d",
                 value->type == CR_JSON_NUMBER ? (int)value->number : value->truth);
  return join(plan, number, CR_SPAN(""), "");
}

static void read_members(struct cr_scenario_plan *plan, const struct cr_json *options)
{
  for (size_t i = 0; i < cr_json_len(options); i++) {
    const struct cr_json *member = cr_json_at(options, i);
    const struct row *row = find(of_others, COUNT(of_others), member->key);

    if (row)
      use(plan, row, text_of(plan, member));
    else
      note_unknown(plan, member->key.at, NULL);
  }
}

void cr_scenario_plan_read(struct cr_scenario_plan *plan, const struct cr_json *row)
{
  const char *words = cr_json_text(row, "wget_options");

  plan->of_wget = words != NULL;
  if (words) {
    plan->max_depth = "5"; /* wget's */
    plan->links = wget_links;
    (void)set(plan, "follow_nofollow", "1");
    read_words(plan, words);
    plan->filters.reads_pages = plan->recursive;
    if (!plan->obey_robots)
      plan->obey_robots = plan->recursive || plan->requisites ? "1" : "0";
  } else {
    plan->recursive = true;
    plan->max_depth = "none";
    read_members(plan, cr_json_get(row, "options"));
    if (!plan->obey_robots)
      plan->obey_robots = "1";
  }
  if (!set(plan, "max_depth", plan->recursive ? plan->max_depth : "0") ||
      !set(plan, "obey_robots", plan->obey_robots) || (words && !set(plan, "links", plan->links)))
    note_unknown(plan, "an option's value", NULL);
  if (!cr_scenario_tags_apply(plan->c, &plan->tags))
    note_unknown(plan, "--follow-tags", NULL);
  if (!cr_scenario_filters_apply(plan->c, plan->arena, &plan->filters,
                                 plan->start_count > 0 ? plan->starts[0] : "http://localhost/"))
    note_unknown(plan, "these filters together", NULL);
}

/* SPDX-License-Identifier: MIT */
/* match_glob.c - lists of rules over URLs: globs, regular expressions and host patterns.
 *
 * A glob is cut at its '*', and each piece is searched behind the one before: the leftmost place
 * leaves most for the rest, so that no earlier one need be tried again (R. Cox, "Glob Matching Can
 * Be Simple And Fast Too", 2017). Host patterns are host_pattern.c's, expressions match_pcre2.c's.
 * URLs are untrusted: no recursion, no allocation.
 */
#include "filter/match.h"

#include "base/buf.h"
#include "crawl/crawler.h"
#include "filter/host_pattern.h"

enum form { GLOB, REGEX, HOST };

enum { FIRST_RULES = 8 };

struct cr_match_rule {
  enum cr_match_kind kind;
  enum form form;
  enum cr_host_form host_form; /* HOST, as the port */
  int port;
  uint32_t len;
  struct cr_regex *regex; /* REGEX */
  const char *name;       /* behind text */
  char text[];            /* the glob, or the host's name without '*' and dots around it */
};

struct draft { /* of a rule */
  enum cr_match_kind kind;
  enum form form;
  struct cr_host_pattern host; /* HOST */
  struct cr_span given;
  struct cr_span text;
  struct cr_regex *regex;
};

static struct cr_span rule_text(const struct cr_match_rule *rule)
{
  return cr_span(rule->text, rule->len);
}

static bool is_deny(enum cr_match_kind kind)
{
  return kind == CR_MATCH_DENY_HOST || kind == CR_MATCH_DENY_URL || kind == CR_MATCH_EXCLUDE;
}

static bool is_host_kind(enum cr_match_kind kind)
{
  return kind == CR_MATCH_ALLOW_HOST || kind == CR_MATCH_DENY_HOST;
}

/* ---- matching ---- */

struct subject {
  struct cr_span url, host;
  int port;
};

/* Does the text begin with the piece, which has no '*'? */
static bool begins_with(struct cr_span text, struct cr_span piece)
{
  if (piece.len > text.len)
    return false;
  for (size_t i = 0; i < piece.len; i++)
    if (piece.at[i] != '?' && piece.at[i] != text.at[i])
      return false;
  return true;
}

/* Takes the text up to the end of the piece's first place; what is left of it is as much as can be
 * left, so that no place is tried twice. */
static bool take_piece(struct cr_span *text, struct cr_span piece)
{
  const char *found;

  if (piece.len == 0)
    return true;
  if (!memchr(piece.at, '?', piece.len)) {
    found = text->len > 0 ? memmem(text->at, text->len, piece.at, piece.len) : NULL;
    if (found)
      *text = cr_span_from(*text, (size_t)(found - text->at) + piece.len);
    return found != NULL;
  }
  for (; text->len >= piece.len; *text = cr_span_from(*text, 1))
    if (begins_with(*text, piece)) {
      *text = cr_span_from(*text, piece.len);
      return true;
    }
  return false;
}

bool cr_match_glob(struct cr_span pattern, struct cr_span text)
{
  size_t end = cr_span_find(pattern, '*');

  if (text.len == 0)
    text = CR_SPAN(""); /* at may be NULL */
  if (!begins_with(text, cr_span(pattern.at, end)))
    return false;
  if (end == pattern.len)
    return text.len == pattern.len;
  text = cr_span_from(text, end);
  for (;;) {
    pattern = cr_span_from(pattern, end + 1);
    end = cr_span_find(pattern, '*');
    if (end == pattern.len) /* the last piece stands at the end */
      return end <= text.len && begins_with(cr_span_from(text, text.len - end), pattern);
    if (!take_piece(&text, cr_span(pattern.at, end)))
      return false;
  }
}

static enum cr_regex_found matches(const struct cr_match_rules *rules,
                                   const struct cr_match_rule *rule, const struct subject *subject)
{
  bool found;

  if (rule->form == REGEX)
    return cr_regex_find(rule->regex, rules->room, subject->url);
  const struct cr_host_pattern host = { rule_text(rule), rule->port, rule->host_form };
  found = rule->form == GLOB ? cr_match_glob(rule_text(rule), subject->url)
                             : cr_host_pattern_matches(&host, subject->host, subject->port);
  return found ? CR_REGEX_YES : CR_REGEX_NO;
}

struct cr_match_verdict cr_match_evaluate(const struct cr_match_rules *rules, struct cr_span url,
                                          struct cr_span host, int port)
{
  const struct subject subject = { url, host, port };
  struct cr_match_verdict verdict = { .accepted = true, .rule = CR_MATCH_NO_RULE };
  bool met[CR_MATCH_KINDS] = { false };

  for (size_t i = 0; i < rules->count; i++) {
    const struct cr_match_rule *rule = rules->rules[i];
    if (met[rule->kind])
      continue;
    enum cr_regex_found found = matches(rules, rule, &subject);
    if (found == CR_REGEX_NO)
      continue;
    met[rule->kind] = true;
    verdict.rule = i;
    verdict.over_limit = found == CR_REGEX_OVER_LIMIT;
    if (verdict.over_limit || is_deny(rule->kind)) {
      verdict.accepted = false;
      return verdict;
    }
  }
  for (int kind = 0; kind < CR_MATCH_KINDS; kind++)
    if (!is_deny((enum cr_match_kind)kind) && rules->count_of[kind] > 0 && !met[kind])
      verdict = (struct cr_match_verdict){ .accepted = false,
                                           .missing = (enum cr_match_kind)kind,
                                           .rule = CR_MATCH_NO_RULE };
  return verdict;
}

struct cr_match_verdict cr_match_first(const struct cr_match_rules *rules, struct cr_span url,
                                       struct cr_span host, int port)
{
  const struct subject subject = { url, host, port };

  for (size_t i = 0; i < rules->count; i++) {
    const struct cr_match_rule *rule = rules->rules[i];
    enum cr_regex_found found = matches(rules, rule, &subject);
    bool over = found == CR_REGEX_OVER_LIMIT;

    if (found != CR_REGEX_NO)
      return (struct cr_match_verdict){ .accepted = !over && !is_deny(rule->kind),
                                        .over_limit = over,
                                        .rule = i };
  }
  return (struct cr_match_verdict){ .accepted = true, .rule = CR_MATCH_NO_RULE };
}

const char *cr_match_rule_name(const struct cr_match_rules *rules, size_t rule)
{
  return rules->rules[rule]->name;
}

/* ---- adding ---- */

static const char *const kind_names[] = {
  [CR_MATCH_ALLOW_HOST] = "allow_host ", [CR_MATCH_DENY_HOST] = "deny_host ",
  [CR_MATCH_ALLOW_URL] = "allow_url ",   [CR_MATCH_DENY_URL] = "deny_url ",
  [CR_MATCH_INCLUDE] = "include ",       [CR_MATCH_EXCLUDE] = "exclude ",
};

static int make_rule(struct cr_match_rule **out, struct cr_mem *mem, const struct draft *draft)
{
  size_t kind_len = strlen(kind_names[draft->kind]);
  struct cr_match_rule *rule =
      cr_alloc(mem, CR_MEM_CORE, sizeof(*rule) + draft->text.len + kind_len + draft->given.len + 1);
  if (!rule)
    return CRAWLER_E_NOMEM;
  char *name = rule->text + draft->text.len;

  *rule = (struct cr_match_rule){ .kind = draft->kind,
                                  .form = draft->form,
                                  .host_form = draft->host.form,
                                  .port = draft->host.port,
                                  .len = (uint32_t)draft->text.len,
                                  .regex = draft->regex,
                                  .name = name };
  memcpy(rule->text, draft->text.at, draft->text.len);
  memcpy(name, kind_names[draft->kind], kind_len);
  memcpy(name + kind_len, draft->given.at, draft->given.len);
  name[kind_len + draft->given.len] = '\0';
  *out = rule;
  return 0;
}

/* The name goes to room. */
static int draft_host(struct draft *draft, struct cr_span pattern, struct cr_buf *room)
{
  int err = cr_host_pattern_read(&draft->host, pattern, room);

  draft->form = HOST;
  draft->text = err < 0 ? pattern : draft->host.name;
  return err;
}

static int draft_regex(struct draft *draft, struct cr_span pattern, struct cr_match_rules *rules)
{
  draft->form = REGEX;
  draft->text = CR_SPAN("");
  int err = rules->room ? 0 : cr_regex_room_open(&rules->room, rules->mem);
  if (err < 0)
    return err;
  return cr_regex_compile(&draft->regex, rules->room, pattern, &rules->wrong);
}

static bool is_ordered_kind(enum cr_match_kind kind)
{
  return kind == CR_MATCH_INCLUDE || kind == CR_MATCH_EXCLUDE;
}

static int draft_any(struct draft *draft, struct cr_match_rules *rules, struct cr_buf *room)
{
  const struct cr_span regex = CR_SPAN("re:");
  const struct cr_span host = CR_SPAN("host:");

  if (is_host_kind(draft->kind))
    return draft_host(draft, draft->given, room);
  if (cr_span_starts_nocase(draft->given, regex))
    return draft_regex(draft, cr_span_from(draft->given, regex.len), rules);
  if (is_ordered_kind(draft->kind) && cr_span_starts_nocase(draft->given, host))
    return draft_host(draft, cr_span_from(draft->given, host.len), room);
  return 0; /* a glob */
}

static int reserve_one(struct cr_match_rules *rules)
{
  if (rules->count == CR_MATCH_MAX_RULES)
    return CRAWLER_E_LIMIT;
  if (rules->count < rules->cap)
    return 0;
  size_t cap = rules->cap > 0 ? 2 * rules->cap : FIRST_RULES; /* no overflow: see the limit */
  struct cr_match_rule **grown =
      cr_resize(rules->mem, CR_MEM_CORE, rules->rules, cap * sizeof(struct cr_match_rule *));
  if (!grown)
    return CRAWLER_E_NOMEM;
  rules->rules = grown;
  rules->cap = cap;
  return 0;
}

void cr_match_init(struct cr_match_rules *rules, struct cr_mem *mem)
{
  *rules = (struct cr_match_rules){ .mem = mem };
}

void cr_match_free(struct cr_match_rules *rules)
{
  for (size_t i = 0; i < rules->count; i++) {
    cr_regex_close(rules->rules[i]->regex);
    cr_free(rules->mem, rules->rules[i]);
  }
  cr_regex_room_close(rules->room);
  cr_free(rules->mem, rules->rules);
  cr_match_init(rules, rules->mem);
}

int cr_match_add(struct cr_match_rules *rules, enum cr_match_kind kind, struct cr_span pattern)
{
  struct draft draft = { .kind = kind, .form = GLOB, .given = pattern, .text = pattern };
  struct cr_match_rule *rule = NULL;
  struct cr_buf room;

  rules->wrong.text[0] = '\0';
  if (pattern.len == 0 || pattern.len > CR_MATCH_MAX_BYTES)
    return CRAWLER_E_VALUE;
  int err = reserve_one(rules);
  if (err < 0)
    return err;
  cr_buf_init(&room, rules->mem, CR_MEM_CORE, CR_MATCH_MAX_BYTES);
  err = draft_any(&draft, rules, &room);
  if (err == 0)
    err = make_rule(&rule, rules->mem, &draft);
  cr_buf_free(&room);
  if (err < 0) {
    cr_regex_close(draft.regex);
    return err;
  }
  rules->rules[rules->count++] = rule;
  rules->count_of[kind]++;
  return 0;
}

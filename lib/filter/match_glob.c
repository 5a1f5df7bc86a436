/* SPDX-License-Identifier: MIT */
/* match_glob.c - lists of allow and deny rules: URL globs and host patterns.
 *
 * A glob is matched with two pointers and one place to come back to: when a '*' can be made longer,
 * no earlier one need be (R. Cox, "Glob Matching Can Be Simple And Fast Too", 2017). Host patterns
 * are brought into the form of a URL's host when they are added, then compared.
 * URLs are untrusted: no recursion, no allocation, time at most pattern times URL.
 */
#include "filter/match.h"

#include "base/buf.h"
#include "crawl/crawler.h"
#include "url/url.h"

enum form {
  GLOB,
  HOST,         /* "a.b" */
  HOST_BELOW,   /* "*.a.b" */
  HOST_OR_BELOW /* ".a.b"; "*" is that of the empty name */
};

enum { ANY_PORT = -1, FIRST_RULES = 8 };

struct cr_match_rule {
  enum cr_match_kind kind;
  enum form form;
  int port;
  uint32_t len;
  char text[]; /* the glob, or the name without '*' and dots around it */
};

static struct cr_span rule_text(const struct cr_match_rule *rule)
{
  return cr_span(rule->text, rule->len);
}

static bool is_deny(enum cr_match_kind kind)
{
  return kind == CR_MATCH_DENY_HOST || kind == CR_MATCH_DENY_URL;
}

static bool is_host_kind(enum cr_match_kind kind)
{
  return kind == CR_MATCH_ALLOW_HOST || kind == CR_MATCH_DENY_HOST;
}

static struct cr_span skip(struct cr_span text, size_t bytes)
{
  return cr_span(text.at + bytes, text.len - bytes);
}

/* ---- matching ---- */

bool cr_match_glob(struct cr_span pattern, struct cr_span text)
{
  size_t p = 0;
  size_t t = 0;
  size_t star = SIZE_MAX; /* the last '*' met */
  size_t star_end = 0;    /* what it matches ends here, so far */

  while (t < text.len) {
    if (p < pattern.len && pattern.at[p] == '*') {
      star = p++;
      star_end = t;
    } else if (p < pattern.len && (pattern.at[p] == '?' || pattern.at[p] == text.at[t])) {
      p++;
      t++;
    } else if (star != SIZE_MAX) {
      p = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.len && pattern.at[p] == '*')
    p++;
  return p == pattern.len;
}

static struct cr_span strip_last_dot(struct cr_span host)
{
  if (host.len > 0 && host.at[host.len - 1] == '.')
    host.len--;
  return host;
}

static bool host_matches(const struct cr_match_rule *rule, struct cr_span host, int port)
{
  struct cr_span name = rule_text(rule);

  if (rule->port != ANY_PORT && rule->port != port)
    return false;
  host = strip_last_dot(host);
  if (name.len == 0)
    return true;
  if (host.len < name.len || !cr_span_eq_nocase(skip(host, host.len - name.len), name))
    return false;
  if (host.len == name.len)
    return rule->form != HOST_BELOW;
  return rule->form != HOST && host.at[host.len - name.len - 1] == '.';
}

struct cr_match_verdict cr_match_evaluate(const struct cr_match_rules *rules, struct cr_span url,
                                          struct cr_span host, int port)
{
  struct cr_match_verdict verdict = { true, CR_MATCH_NO_RULE };
  bool met[CR_MATCH_KINDS] = { false };

  for (size_t i = 0; i < rules->count; i++) {
    const struct cr_match_rule *rule = rules->rules[i];
    if (met[rule->kind])
      continue;
    met[rule->kind] =
        rule->form == GLOB ? cr_match_glob(rule_text(rule), url) : host_matches(rule, host, port);
    if (!met[rule->kind])
      continue;
    verdict.rule = i;
    if (is_deny(rule->kind)) {
      verdict.accepted = false;
      return verdict;
    }
  }
  for (int kind = 0; kind < CR_MATCH_KINDS; kind++)
    if (!is_deny((enum cr_match_kind)kind) && rules->count_of[kind] > 0 && !met[kind])
      verdict = (struct cr_match_verdict){ false, CR_MATCH_NO_RULE };
  return verdict;
}

/* ---- adding ---- */

/* Takes ":8080" off the end of *pattern. A port is 1 to 65535; "[::1]" ends in none. */
static int take_port(struct cr_span *pattern, int *port)
{
  size_t colon = pattern->len;
  uint64_t number = 0;

  while (colon > 0 && cr_is_digit(pattern->at[colon - 1]))
    colon--;
  *port = ANY_PORT;
  if (colon == 0 || pattern->at[colon - 1] != ':')
    return 0;
  if (!cr_parse_u64(skip(*pattern, colon), 65535, &number) || number == 0)
    return CRAWLER_E_VALUE;
  *port = (int)number;
  pattern->len = colon - 1;
  return 0;
}

/* Takes "*." or "." off the start of *pattern. */
static enum form take_form(struct cr_span *pattern)
{
  if (pattern->len > 1 && pattern->at[0] == '*' && pattern->at[1] == '.') {
    *pattern = skip(*pattern, 2);
    return HOST_BELOW;
  }
  if (pattern->len > 0 && pattern->at[0] == '.') {
    *pattern = skip(*pattern, 1);
    return HOST_OR_BELOW;
  }
  return HOST;
}

/* A name as it stands in a serialised URL, into out. Nothing is below an address. */
static int read_name(struct cr_span name, enum form form, struct cr_buf *out)
{
  uint8_t address[16];

  if (name.len == 0 || memchr(name.at, '*', name.len))
    return CRAWLER_E_VALUE;
  int err = cr_host_parse(name, out);
  if (err < 0)
    return err == CRAWLER_E_NOMEM ? err : CRAWLER_E_VALUE;
  out->len = strip_last_dot(cr_span(out->data, out->len)).len;
  if (out->len == 0 || out->data[0] == '.')
    return CRAWLER_E_VALUE;
  if (form != HOST && cr_host_address(cr_span(out->data, out->len), address) != 0)
    return CRAWLER_E_VALUE;
  return 0;
}

static int make_rule(struct cr_match_rule **out, struct cr_mem *mem, struct cr_span text)
{
  struct cr_match_rule *rule = cr_alloc(mem, CR_MEM_CORE, sizeof(*rule) + text.len);
  if (!rule)
    return CRAWLER_E_NOMEM;
  *rule = (struct cr_match_rule){ .form = GLOB, .port = ANY_PORT, .len = (uint32_t)text.len };
  memcpy(rule->text, text.at, text.len);
  *out = rule;
  return 0;
}

static int make_host_rule(struct cr_match_rule **out, struct cr_mem *mem, struct cr_span pattern)
{
  struct cr_match_rule *rule = NULL;
  struct cr_buf name;
  int port = ANY_PORT;

  cr_buf_init(&name, mem, CR_MEM_CORE, CR_MATCH_MAX_BYTES);
  int err = take_port(&pattern, &port);
  if (err < 0)
    goto done;
  bool everything = pattern.len == 1 && pattern.at[0] == '*';
  enum form form = everything ? HOST_OR_BELOW : take_form(&pattern);
  err = everything ? 0 : read_name(pattern, form, &name);
  if (err < 0)
    goto done;
  err = make_rule(&rule, mem, everything ? CR_SPAN("") : cr_span(name.data, name.len));
  if (err < 0)
    goto done;

  rule->form = form;
  rule->port = port;
  *out = rule;
done:
  cr_buf_free(&name);
  return err;
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
  for (size_t i = 0; i < rules->count; i++)
    cr_free(rules->mem, rules->rules[i]);
  cr_free(rules->mem, rules->rules);
  cr_match_init(rules, rules->mem);
}

int cr_match_add(struct cr_match_rules *rules, enum cr_match_kind kind, struct cr_span pattern)
{
  struct cr_match_rule *rule = NULL;

  if (pattern.len == 0 || pattern.len > CR_MATCH_MAX_BYTES)
    return CRAWLER_E_VALUE;
  int err = reserve_one(rules);
  if (err < 0)
    return err;
  err = is_host_kind(kind) ? make_host_rule(&rule, rules->mem, pattern)
                           : make_rule(&rule, rules->mem, pattern);
  if (err < 0)
    return err;
  rule->kind = kind;
  rules->rules[rules->count++] = rule;
  rules->count_of[kind]++;
  return 0;
}

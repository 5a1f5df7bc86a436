/* SPDX-License-Identifier: MIT */
/* test_robots_match.c - may this target be fetched?
 *
 * Tables by RFC 9309 sections 2.2.2 and 2.2.3; a model written another way, on random rules; and
 * the steps that hostile rules cost. Other parsers' decisions are in test_robots_decisions.c.
 */
#include "robots/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/oom.h"

/* ---- counting steps ---- */

static size_t search_steps;

/* Stands in for the C library's, for the whole program: what a linear search would look at. */
void *memmem(const void *hay, size_t hay_bytes, const void *needle, size_t needle_bytes)
{
  const char *at = hay;
  search_steps += needle_bytes;
  for (size_t i = 0; i + needle_bytes <= hay_bytes; i++) {
    search_steps++;
    if (memcmp(at + i, needle, needle_bytes) == 0)
      return (void *)(uintptr_t)(at + i);
  }
  return NULL;
}

/* ---- tables ---- */

static struct cr_robots_verdict check(struct cr_robots **robots, struct cr_mem *mem,
                                      const char *rules, struct cr_span target)
{
  char text[1024];

  int bytes = snprintf(text, sizeof(text), "User-agent: *\n%s\n", rules);
  assert_true(bytes > 0 && (size_t)bytes < sizeof(text));
  assert_int_equal(cr_robots_parse(robots, mem, cr_span(text, (size_t)bytes), CR_SPAN("bot")), 0);
  return cr_robots_check(*robots, target);
}

struct match_case {
  const char *rules;
  const char *target;
  bool allowed;
  const char *why;
};

static void check_all(const struct match_case *cases, size_t count)
{
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < count; i++) {
    struct cr_robots *robots = NULL;
    struct cr_span target = cr_span_text(cases[i].target);
    if (check(&robots, &mem, cases[i].rules, target).allowed != cases[i].allowed)
      fail_msg("%s: %s (%s)", cases[i].rules, cases[i].target, cases[i].why);
    cr_robots_free(robots);
  }
  cr_test_mem_done(&mem);
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof((cases)[0]))

static void the_longest_match_wins_and_allow_wins_ties(void **state)
{
  (void)state;
  static const struct match_case cases[] = {
    { "Disallow: /a\nAllow: /a/b", "/a/b", true, "the longer one" },
    { "Allow: /a\nDisallow: /a/b", "/a/b", false, "of either kind" },
    { "Allow: /a/b\nDisallow: /a", "/a/b", true, "in any order" },
    { "Disallow: /a\nAllow: /a", "/a", true, "Allow on ties" },
    { "Allow: /a\nDisallow: /a", "/a", true, "in any order" },
    { "Disallow: /a*c\nAllow: /abc", "/abc", true, "'*' counts as one octet" },
    { "Disallow: /a*bc\nAllow: /abc", "/abc", false, "and so wins here" },
    { "Disallow: /abc$\nAllow: /abc", "/abc", false, "'$' counts too" },
    { "Disallow: /ab\nAllow: /a%62", "/ab", true, "an escape that needn't be counts as its octet" },
    { "Disallow: /ab/\nAllow: /a%62", "/ab/", false, "not as three" },
    { "Disallow: /\xc3\xa9\nAllow: /%C3%A9", "/%c3%a9", true, "plain or escaped: one length" },
    { "Disallow: /\xc3\xa9\nAllow: /*****", "/%C3%A9", false, "that of what is sent: 7 octets" },
    { "Disallow: /\xc3\xa9\nAllow: /******", "/%C3%A9", true, "so 7 are enough" },
    { "Disallow: /", "/a", false, "" },
    { "Allow: /", "/a", true, "" },
    { "Disallow:", "/a", true, "an empty pattern matches nothing" },
    { "Disallow: /b", "/a", true, "without a match all is allowed" },
    { "Disallow: a", "/a", true, "patterns begin at the start of the path" },
    { "Disallow: http://h/a", "/a", true, "a URL is no path" },
    { "Disallow: /A", "/a", true, "case matters" },
  };
  CHECK_ALL(cases);
}

static void star_is_any_run_and_dollar_the_end(void **state)
{
  (void)state;
  static const struct match_case cases[] = {
    { "Disallow: /*", "/", false, "" },
    { "Disallow: *", "/a", false, "" },
    { "Disallow: /*.gif", "/a.gif", false, "" },
    { "Disallow: /*.gif", "/a.gif?b", false, "the query is matched too" },
    { "Disallow: /*.gif", "/a.gi", true, "" },
    { "Disallow: /*.gif$", "/a.gif", false, "" },
    { "Disallow: /*.gif$", "/a.gif?b", true, "" },
    { "Disallow: /*.gif$", "/a.gif.gif", false, "the last place counts" },
    { "Disallow: *.gif$", "/a.gif", false, "" },
    { "Disallow: /a*b*c", "/abc", false, "an empty run" },
    { "Disallow: /a*b*c", "/acb", true, "order matters" },
    { "Disallow: /a*b*c", "/a-b-c-d", false, "" },
    { "Disallow: /*ab*ab$", "/ab", true, "pieces don't overlap" },
    { "Disallow: /*ab*b$", "/ab", true, "nor does the last" },
    { "Disallow: /*ab*b$", "/abb", false, "" },
    { "Disallow: /*aab", "/aaab", false, "a false start" },
    { "Disallow: /a$", "/a", false, "" },
    { "Disallow: /a$", "/ab", true, "" },
    { "Disallow: /$", "/", false, "" },
    { "Disallow: /$", "/a", true, "" },
    { "Disallow: $", "/", true, "nothing is that short" },
    { "Disallow: /a$b", "/a$b", false, "'$' inside is a character" },
    { "Disallow: /a$b", "/a", true, "" },
    { "Disallow: /a*$", "/abc", false, "'*$' is '*'" },
    { "Disallow: /*****a", "/ba", false, "" },
    { "Disallow: /a**********************b$", "/ab", false, "" },
    { "Disallow: /a?b", "/a?bc", false, "'?' is a character" },
    { "Disallow: /a?b", "/axb", true, "" },
  };
  CHECK_ALL(cases);
}

static void escapes_equal_what_they_stand_for(void **state)
{
  (void)state;
  static const struct match_case cases[] = {
    { "Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false, "RFC 9309 2.2.2, the table" },
    { "Disallow: /foo/bar/baz", "/foo/bar/%62%61%7A", false, "" },
    { "Disallow: /foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", false, "" },
    { "Disallow: /foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84", false, "" },
    { "Disallow: /a%2fb", "/a%2Fb", false, "case of the escape" },
    { "Disallow: /a%2Fb", "/a/b", true, "an escaped '/' parts nothing" },
    { "Disallow: /a/b", "/a%2Fb", true, "" },
    { "Disallow: /a%3Fb", "/a?b", true, "an escaped '?' begins no query" },
    { "Disallow: /a%2Ab", "/a*b", false, "RFC 9309 2.2.3" },
    { "Disallow: /a%2ab", "/a%2Ab", false, "" },
    { "Disallow: /a%2Ab", "/axb", true, "" },
    { "Disallow: /a*b", "/a%2Ab", false, "any run" },
    { "Disallow: /a%24", "/a$b", false, "" },
    { "Disallow: /a%24", "/a", true, "" },
    { "Disallow: /a$b", "/a%24b", false, "" },
    { "Disallow: /a b", "/a%20b", false, "a blank can only be sent escaped" },
    { "Disallow: /a%20b", "/a%20b", false, "" },
    { "Disallow: /%zz", "/%zz", false, "no escape" },
    { "Disallow: /%25", "/%25", false, "" },
    { "Disallow: /%41", "/%2541", true, "one level of escapes" },
    { "Disallow: /a*\xc3\xa9", "/ab%c3%a9", false, "behind a '*'" },
    { "Disallow: /a*\xc3\xa9*%41$", "/ab%c3%a9cA", false, "behind more of them" },
    { "Disallow: /a*\xc3\xa9*%41$", "/ab%c3%a9cAb", true, "" },
    { "Disallow: /%41*\xc3\xa9", "/Ab", true, "a piece that is longer than what is left" },
    { "Disallow: /%41***", "/A", false, "empty pieces" },
    { "Disallow: /%41$", "/A", false, "" },
    { "Disallow: /%41$", "/AA", true, "" },
    { "Disallow: /%41**$", "/AA", false, "" },
    { "Disallow: /*%", "/a%20b", false, "a URL with an escape: '%' alone is one octet of it" },
    { "Disallow: /*%E", "/%e3%83%84", false, "" },
    { "Disallow: /*%", "/%61", true, "not if it needn't be one" },
  };
  CHECK_ALL(cases);
}

static void in_a_query_some_escapes_are_plain(void **state)
{
  (void)state;
  static const struct match_case cases[] = {
    { "Disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", false,
      "RFC 9309 2.2.2, the table" },
    { "Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", false, "" },
    { "Disallow: /?a%40b", "/?a%40b", false, "" },
    { "Disallow: /?a%26b", "/?a&b", true, "'&' parts something" },
    { "Disallow: /?a=%2F*z", "/?a=/yz", false, "" },
    { "Disallow: /*=%2F", "/?a=%2F", false, "behind a '*', as written" },
    { "Disallow: /*=%2F", "/?a=/", true, "and only so" },
    { "Disallow: /*=/", "/?a=%2F", true, "" },
    { "Disallow: /*?a=%2F", "/b?a=%2F", false, "" },
    { "Disallow: /%2F?a=%2F", "/%2F?a=/", false, "the path is compared as a path" },
    { "Disallow: /%2F?a=%2F", "//?a=/", true, "" },
    { "Disallow: /?a=:%2", "/?a=:%2F", false, "what is written so is matched so" },
    { "Disallow: /?a=%2F\nAllow: /*=%2F", "/?a=%2F", false, "both forms, the longer rule" },
    { "Disallow: /?a=%2F\nAllow: /*?a=%2F", "/?a=%2F", true, "both forms, the longer rule" },
  };
  CHECK_ALL(cases);
}

/* GoogleOnly_IndexHTMLisDirectory */
static void an_allowed_index_page_allows_its_directory(void **state)
{
  (void)state;
  static const struct match_case cases[] = {
    { "Disallow: /\nAllow: /a/index.html", "/a/", true, "" },
    { "Disallow: /\nAllow: /a/index.htm", "/a/", true, "" },
    { "Disallow: /\nAllow: /a/index.html", "/a/b", false, "" },
    { "Disallow: /\nAllow: /a/index.html", "/a", false, "" },
    { "Disallow: /\nAllow: /index.html$", "/", true, "" },
    { "Disallow: /\nAllow: /%61/index.html", "/a/", true, "" },
    { "Disallow: /\nAllow: /a/index.php", "/a/", false, "" },
    { "Disallow: /a*/$\nAllow: /a/index.html", "/a/", false, "it counts as '/a/$'" },
    { "Disallow: /a/index.html", "/a/", true, "Allow only" },
  };
  CHECK_ALL(cases);
}

static void the_verdict_names_line_and_rule(void **state)
{
  (void)state;
  static const struct {
    const char *rules;
    const char *target;
    uint32_t line; /* the first rule is on line 2 */
    const char *rule;
  } cases[] = {
    { "Disallow: /a", "/b", 0, "" },
    { "Disallow: /a", "/a", 2, "/a" },
    { "Disallow: /a\nAllow: /a", "/a", 3, "/a" },
    { "Disallow: /\n\n#\nDisallow:  /%61*b**$ # x", "/ab", 5, "/%61*b**$" },
    { "Disallow: /a$", "/a", 2, "/a$" },
    { "Disallow: /a*\nDisallow: /b", "/a", 2, "/a*" },
    { "Disallow: /\xc3\xa9%c3", "/%C3%A9%C3", 2, "/\xc3\xa9%c3" },
    { "Disallow: /\nAllow: /a/index.html", "/a/", 3, "/a/index.html" },
    { "Disallow: /\nAllow: /%61/index.html\nDisallow: /c", "/a/", 3, "/%61/index.html" },
  };
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_robots *robots = NULL;
    struct cr_robots_verdict verdict =
        check(&robots, &mem, cases[i].rules, cr_span_text(cases[i].target));
    assert_int_equal(verdict.line, cases[i].line);
    if (!cr_span_eq(verdict.rule, cr_span_text(cases[i].rule)))
      fail_msg("%s: %.*s", cases[i].rules, (int)verdict.rule.len, verdict.rule.at);
    cr_robots_free(robots);
  }
  cr_test_mem_done(&mem);
}

static void odd_targets_have_an_answer(void **state)
{
  (void)state;
  static char target[CR_ROBOTS_MAX_TARGET + 3];
  struct cr_robots *robots = NULL;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  assert_true(cr_robots_check(NULL, CR_SPAN("/a")).allowed);
  memset(target, 'b', sizeof(target));
  (void)check(&robots, &mem, "Disallow: /a", CR_SPAN("/a"));
  assert_true(cr_robots_check(robots, cr_span(target, CR_ROBOTS_MAX_TARGET)).allowed);
  assert_false(cr_robots_check(robots, cr_span(target, CR_ROBOTS_MAX_TARGET + 1)).allowed);
  memcpy(target, "%62", 3); /* one octet when rewritten */
  assert_true(cr_robots_check(robots, cr_span(target, CR_ROBOTS_MAX_TARGET + 2)).allowed);
  assert_false(cr_robots_check(robots, cr_span(target, CR_ROBOTS_MAX_TARGET + 3)).allowed);
  assert_true(cr_robots_check(robots, cr_span(NULL, 0)).allowed);
  assert_true(cr_robots_check(robots, CR_SPAN("\0")).allowed);
  cr_robots_free(robots);
  (void)check(&robots, &mem, "Disallow: *", CR_SPAN("/a"));
  assert_false(cr_robots_check(robots, cr_span(NULL, 0)).allowed);
  assert_false(cr_robots_check(robots, CR_SPAN("/\xff\n#")).allowed);
  cr_robots_free(robots);
  (void)check(&robots, &mem, "Disallow: /%23\nDisallow: /\xff", CR_SPAN("/a"));
  assert_true(cr_robots_check(robots, CR_SPAN("/#")).allowed);
  assert_true(cr_robots_check(robots, CR_SPAN("/\xff")).allowed);
  cr_robots_free(robots);
  cr_test_mem_done(&mem);
}

/* One piece of 16 KB as written, 48 KB when escaped, behind a '*'. */
static void a_piece_may_be_longer_than_any_target(void **state)
{
  (void)state;
  static char text[CR_ROBOTS_MAX_TARGET + 32] = "User-agent: *\nDisallow: /*";
  static char target[CR_ROBOTS_MAX_TARGET];
  struct cr_robots *robots = NULL;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  memset(text + strlen(text), 0xe9, sizeof(text) - strlen(text));
  assert_int_equal(cr_robots_parse(&robots, &mem, cr_span(text, sizeof(text)), CR_SPAN("bot")), 0);
  for (size_t i = 0; i < sizeof(target); i++)
    target[i] = "%E9"[i % 3];
  assert_true(cr_robots_check(robots, cr_span(target, sizeof(target) - 1)).allowed);
  assert_true(cr_robots_check(robots, CR_SPAN("/")).allowed);
  cr_robots_free(robots);
  cr_test_mem_done(&mem);
}

/* ---- a model ---- */

/* The encoded form of a pattern or a target; the operator '*' is MODEL_STAR. */
enum { MODEL_STAR = 1, TEXT_MAX = 64, MODEL_MAX = 3 * TEXT_MAX };

struct model {
  char text[MODEL_MAX];
  size_t len;
  size_t octets;
  bool anchored;
  bool query;
};

static bool is_one_of(int octet, const char *set)
{
  return octet != 0 && strchr(set, octet) != NULL;
}

static bool is_unreserved(int octet)
{
  return octet < 128 &&
         (cr_is_alpha((char)octet) || cr_is_digit((char)octet) || is_one_of(octet, "-._~"));
}

static void add_octet(struct model *m, int octet, bool as_escape)
{
  if (as_escape)
    m->len += (size_t)snprintf(m->text + m->len, 4, "%%%02X", (unsigned)octet);
  else
    m->text[m->len++] = (char)octet;
}

/* What an octet becomes that was escaped, or wasn't. */
static void model_octet(struct model *m, int octet, bool escaped, bool is_pattern)
{
  if (escaped)
    add_octet(m, octet, !is_unreserved(octet) && octet != '$');
  else if (octet == '*' && is_pattern)
    add_octet(m, MODEL_STAR, false);
  else if (octet > 127 && !is_pattern)
    add_octet(m, octet, false);
  else
    add_octet(m, octet, !is_unreserved(octet) && !is_one_of(octet, ":/?#[]@!$&'()+,;=%"));
}

/* Reads a pattern or a target; plain_query: a target's second form. */
static struct model model_of(struct cr_span text, bool is_pattern, bool plain_query)
{
  struct model m = { .len = 0 };
  bool query = false;

  if (is_pattern && text.len > 0 && text.at[text.len - 1] == '$') {
    m.anchored = true;
    text.len--;
  }
  for (size_t i = 0; i < text.len; i++) {
    int octet = (unsigned char)text.at[i];
    unsigned escape = 0;
    bool escaped = text.len - i > 2 && cr_hex_value(text.at[i + 1]) >= 0 &&
                   cr_hex_value(text.at[i + 2]) >= 0 && sscanf(text.at + i, "%%%2x", &escape) == 1;
    if (escaped) {
      octet = (int)escape;
      i += 2;
    }
    if (query && (plain_query || is_pattern) && is_one_of(octet, ":/?@")) {
      m.query = true;
      m.octets += escaped ? 2 : 0;
      add_octet(&m, octet, false);
    } else {
      model_octet(&m, octet, escaped, is_pattern);
    }
    if (!escaped && octet == '?' && !memchr(m.text, MODEL_STAR, m.len))
      query = true;
  }
  m.octets += m.len + m.anchored;
  return m;
}

/* All places of the target that the pattern so far can lead to, as in Google's robots.cc. */
static bool model_matches(const struct model *pattern, const struct model *target)
{
  bool at[MODEL_MAX + 1] = { true };
  size_t ends = 0;

  for (size_t p = 0; p < pattern->len; p++) {
    bool next[MODEL_MAX + 1] = { false };
    bool reached = false;
    for (size_t t = 0; t <= target->len; t++) {
      reached = reached || at[t];
      if (pattern->text[p] == MODEL_STAR)
        next[t] = reached;
      else if (at[t] && t < target->len && target->text[t] == pattern->text[p])
        next[t + 1] = true;
    }
    memcpy(at, next, sizeof(at));
  }
  for (size_t t = 0; t <= target->len; t++)
    ends += at[t];
  return pattern->anchored ? at[target->len] : ends > 0;
}

static const char *const pieces[] = { "/",   "a",    "b",   "ab", "?",   "=",   "*",  "$",
                                      "%61", "%2f",  "%2F", ":",  "%3A", "%",   "%c", "3",
                                      "%c3", "\xc3", "%20", " ",  "%2a", "%24", "/?", "?a=" };
enum { PIECES = sizeof(pieces) / sizeof(pieces[0]), PIECES_MAX = 12 };

struct text {
  const char *pieces[PIECES_MAX];
  size_t len;
};

static struct text make_target(struct cr_random *random)
{
  struct text text = { .len = 1 + (size_t)cr_random_below(random, PIECES_MAX) };
  for (size_t i = 0; i < text.len; i++)
    text.pieces[i] = pieces[cr_random_below(random, PIECES)];
  return text;
}

/* The target's start, with some pieces replaced, and perhaps a '$': it matches now and then. */
static struct text make_pattern(struct cr_random *random, struct text text)
{
  text.len = 1 + (size_t)cr_random_below(random, text.len);
  for (size_t i = 0; i < text.len; i++) {
    uint64_t change = cr_random_below(random, 16);
    if (change < 3)
      text.pieces[i] = "*";
    else if (change < 5)
      text.pieces[i] = pieces[cr_random_below(random, PIECES)];
  }
  if (cr_random_below(random, 8) == 0)
    text.pieces[text.len - 1] = "$";
  return text;
}

static void write_text(char out[TEXT_MAX], const struct text *text)
{
  out[0] = '\0';
  for (size_t i = 0; i < text->len; i++)
    memcpy(out + strlen(out), text->pieces[i], strlen(text->pieces[i]) + 1);
}

/* The octets of the pattern if it matches; 0: it doesn't. */
static size_t model_rule(struct cr_span written, struct cr_span target)
{
  struct model rule = model_of(written, true, false);
  struct model first = model_of(target, false, false);
  struct model second = model_of(target, false, true);

  if (written.len == 0)
    return 0;
  bool matched = model_matches(&rule, &first) || (rule.query && model_matches(&rule, &second));
  return matched ? rule.octets : 0;
}

static void random_rules_are_decided_as_by_the_model(void **state)
{
  (void)state;
  struct cr_random random = { 20220909 };
  size_t both = 0;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  for (int round = 0; round < 60000; round++) {
    struct cr_robots *robots = NULL;
    char target[TEXT_MAX];
    char pattern[2][TEXT_MAX];
    char rules[256];
    size_t octets[2];

    struct text sent = make_target(&random);
    write_text(target, &sent);
    for (size_t i = 0; i < 2; i++) {
      struct text rule = make_pattern(&random, sent);
      write_text(pattern[i], &rule);
      octets[i] = model_rule(cr_span_trim(cr_span_text(pattern[i])), cr_span_text(target));
    }
    (void)snprintf(rules, sizeof(rules), "Allow: %s\nDisallow: %s", pattern[0], pattern[1]);
    bool allowed = check(&robots, &mem, rules, cr_span_text(target)).allowed;
    if (allowed != (octets[0] >= octets[1]))
      fail_msg("%s: %s (round %d)", rules, target, round);
    both += octets[0] > 0 && octets[1] > 0;
    cr_robots_free(robots);
  }
  cr_test_mem_done(&mem);
  assert_true(both > 5000);
}

/* ---- hostile rules ---- */

/* 500 KB of Disallow rules with that pattern, each with its number behind it. */
static struct cr_robots *parse_many(struct cr_mem *mem, const char *pattern, size_t *rules)
{
  static const char name[] = "User-agent: *\n";
  char *text = test_malloc(CR_ROBOTS_MAX_BYTES);
  struct cr_robots *robots = NULL;
  size_t len = sizeof(name) - 1;

  *rules = 0;
  memcpy(text, name, len);
  while (len + strlen(pattern) + 32 < CR_ROBOTS_MAX_BYTES) {
    memcpy(text + len, "Disallow:", 9);
    memcpy(text + len + 9, pattern, strlen(pattern));
    len += 9 + strlen(pattern);
    len += (size_t)snprintf(text + len, 16, "%zx\n", *rules);
    *rules += 1;
  }
  assert_int_equal(cr_robots_parse(&robots, mem, cr_span(text, len), CR_SPAN("bot")), 0);
  test_free(text);
  return robots;
}

static void fill(char *out, size_t bytes, const char *unit)
{
  for (size_t i = 0; i < bytes; i++)
    out[i] = unit[i % strlen(unit)];
  out[bytes] = '\0';
}

/* Each octet of the target is a possible start of each piece: the pieces' text and the target for
 * each rule is what a check may look at, never their product. */
static void hostile_rules_take_linear_steps(void **state)
{
  (void)state;
  static const struct {
    const char *unit; /* what the pattern is filled with */
    size_t bytes;
  } patterns[] = {
    { "*", 16000 }, { "a*", 16000 }, { "*a", 1000 }, { "*aaaaaaaaaaaaaaaa", 17 }, { "*a", 2 },
    { "a", 2000 },  { "*ab", 3 },    { "%61*", 4 },  { "*aaaab", 600 },
  };
  static char pattern[16001];
  static char target[2049];
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  fill(target, sizeof(target) - 1, "a");
  target[0] = '/';
  for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
    size_t rules = 0;
    fill(pattern, patterns[i].bytes, patterns[i].unit);
    struct cr_robots *robots = parse_many(&mem, pattern, &rules);
    search_steps = 0;
    (void)cr_robots_check(robots, cr_span(target, sizeof(target) - 1));
    if (search_steps > CR_ROBOTS_MAX_BYTES + rules * sizeof(target))
      fail_msg("%s...: %zu steps for %zu rules", patterns[i].unit, search_steps, rules);
    cr_robots_free(robots);
  }
  cr_test_mem_done(&mem);
}

/* A rule that would be searched for, and all before it, hold as long as there is enough. */
static void what_takes_too_long_to_judge_is_not_allowed(void **state)
{
  (void)state;
  static char target[CR_ROBOTS_MAX_TARGET + 1];
  struct cr_mem mem;
  size_t rules = 0;

  cr_test_mem_init(&mem);
  struct cr_robots *robots = parse_many(&mem, "/*b", &rules);
  fill(target, CR_ROBOTS_MAX_TARGET, "a");
  target[0] = '/';
  assert_true(rules > 20000);
  search_steps = 0;
  assert_true(cr_robots_check(robots, cr_span(target, 200)).allowed);
  assert_true(search_steps > rules * 190); /* each was looked for */
  search_steps = 0;
  struct cr_robots_verdict verdict = cr_robots_check(robots, cr_span(target, CR_ROBOTS_MAX_TARGET));
  assert_false(verdict.allowed);
  assert_int_equal(verdict.line, 0);
  assert_int_equal(verdict.rule.len, 0);
  assert_true(search_steps <= CR_ROBOTS_MAX_SEARCHED + CR_ROBOTS_MAX_BYTES);
  cr_robots_free(robots);
  assert_true(check(&robots, &mem, "Disallow: /*b", cr_span(target, CR_ROBOTS_MAX_TARGET)).allowed);
  cr_robots_free(robots);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_longest_match_wins_and_allow_wins_ties),
    cmocka_unit_test(star_is_any_run_and_dollar_the_end),
    cmocka_unit_test(escapes_equal_what_they_stand_for),
    cmocka_unit_test(in_a_query_some_escapes_are_plain),
    cmocka_unit_test(an_allowed_index_page_allows_its_directory),
    cmocka_unit_test(the_verdict_names_line_and_rule),
    cmocka_unit_test(odd_targets_have_an_answer),
    cmocka_unit_test(a_piece_may_be_longer_than_any_target),
    cmocka_unit_test(random_rules_are_decided_as_by_the_model),
    cmocka_unit_test(hostile_rules_take_linear_steps),
    cmocka_unit_test(what_takes_too_long_to_judge_is_not_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

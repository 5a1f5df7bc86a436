/* SPDX-License-Identifier: MIT */
/* robots_match.c - may this target be fetched?
 *
 * Longest match wins, Allow wins ties (RFC 9309 section 2.2.2). A pattern is cut at its '*', and a
 * piece is searched behind the one before: the leftmost place leaves most for the rest, so nothing
 * is ever tried twice. Pure: no I/O, no allocation. With a linear memmem (glibc, musl) a check
 * takes time linear in the rules' text plus the target's length for each rule with a '*', and that
 * has a bound.
 */
#include "robots/robots.h"

#include "robots/robots_rules.h"

/* What is judged, and how much of it may still be searched, over all rules. */
struct look {
  struct cr_span target;
  size_t left; /* 0: it was too much, and the verdict is no */
};

/* Before target, or what is left of it, is searched for the pieces of a rule. */
static bool may_search(struct look *look, struct cr_span target)
{
  bool may = target.len < look->left;

  look->left -= may ? target.len : look->left;
  return may;
}

/* Takes piece off the target with all before it; at_end: it must be the target's end. */
static bool take_piece(struct cr_span *target, struct cr_span piece, bool at_end)
{
  if (at_end)
    return piece.len <= target->len &&
           memcmp(target->at + target->len - piece.len, piece.at, piece.len) == 0;

  const char *found = memmem(target->at, target->len, piece.at, piece.len);
  if (!found)
    return false;
  target->len -= (size_t)(found - target->at) + piece.len;
  target->at = found + piece.len;
  return true;
}

/* pieces: what stands behind a '*'. */
static bool has_pieces(struct cr_span target, struct cr_span pieces, bool anchored)
{
  for (;;) {
    const char *star = memchr(pieces.at, '*', pieces.len);
    struct cr_span piece = cr_span(pieces.at, star ? (size_t)(star - pieces.at) : pieces.len);
    if (!take_piece(&target, piece, anchored && !star))
      return false;
    if (!star)
      return true;
    pieces = cr_span(star + 1, pieces.len - piece.len - 1);
  }
}

static bool matches_plain(struct cr_span pattern, bool anchored, struct look *look)
{
  struct cr_span target = look->target;
  size_t i = 0;
  while (i < pattern.len && pattern.at[i] != '*') {
    if (i == target.len || target.at[i] != pattern.at[i])
      return false;
    i++;
  }
  if (i == pattern.len)
    return !anchored || i == target.len;
  struct cr_span rest = cr_span(target.at + i, target.len - i);
  return may_search(look, rest) &&
         has_pieces(rest, cr_span(pattern.at + i + 1, pattern.len - i - 1), anchored);
}

/* As has_pieces, where the pieces aren't in normal form yet. */
static bool has_read_pieces(struct cr_span target, struct cr_robots_reader *reader, bool anchored)
{
  char piece[CR_ROBOTS_MAX_TARGET + 3];
  size_t len = 0;
  size_t octets;

  do {
    octets = cr_robots_read_pattern(reader, piece + len);
    if (octets > 0 && piece[len] != '*') {
      len += octets;
      if (len > target.len)
        return false;
      continue;
    }
    if (!take_piece(&target, cr_span(piece, len), anchored && octets == 0))
      return false;
    len = 0;
  } while (octets > 0);
  return true;
}

static bool matches_read(struct cr_span pattern, bool anchored, struct look *look)
{
  struct cr_span target = look->target;
  struct cr_robots_reader reader = { pattern, false, false };
  char octet[3];

  for (;;) {
    size_t octets = cr_robots_read_pattern(&reader, octet);
    if (octets == 0)
      return !anchored || target.len == 0;
    if (octet[0] == '*')
      return may_search(look, target) && has_read_pieces(target, &reader, anchored);
    if (octets > target.len || memcmp(octet, target.at, octets) != 0)
      return false;
    target.at += octets;
    target.len -= octets;
  }
}

static bool matches(const struct cr_robots_rule *rule, const char *text, struct look *look)
{
  struct cr_span pattern = cr_span(text + rule->at, rule->len);
  return rule->plain ? matches_plain(pattern, rule->anchored, look)
                     : matches_read(pattern, rule->anchored, look);
}

static bool outranks(const struct cr_robots_rule *rule, const struct cr_robots_rule *best)
{
  return !best || rule->octets > best->octets ||
         (rule->octets == best->octets && rule->allow && !best->allow);
}

/* Among a million hosts' rules none is in the cache: those of a small file come all at once. */
static void prefetch(const struct cr_robots *robots)
{
  enum { CACHE_LINE = 64, MOST = 1024 };

  for (size_t at = CACHE_LINE; at < robots->bytes && at < MOST; at += CACHE_LINE)
    __builtin_prefetch((const char *)robots + at);
}

/* The rule that decides, or best when there is no better one. only_query: of the rules that are to
 * be compared with a target's second form as well. */
static const struct cr_robots_rule *find_rule(const struct cr_robots *robots, struct look *look,
                                              bool only_query, const struct cr_robots_rule *best)
{
  const char *text = cr_robots_text(robots);

  prefetch(robots);
  for (size_t i = 0; i < robots->rule_count; i++) {
    const struct cr_robots_rule *rule = &robots->rules[i];
    if ((rule->query || !only_query) && outranks(rule, best) && matches(rule, text, look))
      best = rule;
  }
  return best;
}

/* Judges a target that has to be brought into normal form. Apart, since it takes stack. */
static const struct cr_robots_rule *find_rule_rewritten(const struct cr_robots *robots,
                                                        struct look *look)
{
  const struct cr_robots_rule *best;
  struct cr_span target = look->target;
  char form[CR_ROBOTS_MAX_TARGET + 3];
  bool differs = false;

  size_t len = cr_robots_normal_target(form, CR_ROBOTS_MAX_TARGET, target, false, &differs);
  if (len > CR_ROBOTS_MAX_TARGET) {
    look->left = 0;
    return NULL;
  }
  look->target = cr_span(form, len);
  best = find_rule(robots, look, false, NULL);
  if (differs) {
    len = cr_robots_normal_target(form, CR_ROBOTS_MAX_TARGET, target, true, &differs);
    look->target = cr_span(form, len);
    best = find_rule(robots, look, true, best);
  }
  look->target = target; /* form ends here */
  return best;
}

static struct cr_span written_pattern(const struct cr_robots *robots,
                                      const struct cr_robots_rule *rule)
{
  const char *written = cr_robots_text(robots) + rule->at;
  size_t len = 0;
  while (written[len] != '\n')
    len++;
  return cr_span(written, len);
}

struct cr_robots_verdict cr_robots_check(const struct cr_robots *robots, struct cr_span target)
{
  struct cr_robots_verdict verdict = { .allowed = true };
  const struct cr_robots_rule *rule = NULL;

  if (!robots || robots->rule_count == 0)
    return verdict;
  if (target.len == 0)
    target = CR_SPAN(""); /* at may be NULL, which memmem and memcmp don't take */
  struct look look = { target, CR_ROBOTS_MAX_SEARCHED };
  if (target.len <= CR_ROBOTS_MAX_TARGET && cr_robots_target_is_normal(target))
    rule = find_rule(robots, &look, false, NULL);
  else
    rule = find_rule_rewritten(robots, &look);
  if (look.left == 0) {
    verdict.allowed = false;
  } else if (rule) {
    verdict.allowed = rule->allow;
    verdict.line = rule->line;
    verdict.rule = written_pattern(robots, rule);
  }
  return verdict;
}

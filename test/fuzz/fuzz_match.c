/* SPDX-License-Identifier: MIT */
/* fuzz_match.c - libFuzzer target: any patterns, one a line, against any URL, the last line.
 *
 * A glob matches as the plain definition of its signs says. A list of the patterns that are taken,
 * as each kind of rule in turn, has one answer, the same when it is asked again; a rule that
 * decides is one of the list, and has a name. That an expression keeps to its limits, and the rest
 * to linear time, the fuzzer's clock shows.
 */
#include "crawl/crawler.h"
#include "filter/match.h"
#include "fuzz/fuzz.h"

enum { MODEL_BYTES = 600 };

/* Which prefixes of the text does what was read of the glob match? A row for each of its signs. */
static bool model_matches(struct cr_span glob, struct cr_span text)
{
  bool row[MODEL_BYTES + 1] = { true };

  for (size_t g = 0; g < glob.len; g++) {
    if (glob.at[g] == '*') {
      for (size_t t = 0; t < text.len; t++)
        row[t + 1] |= row[t];
      continue;
    }
    for (size_t t = text.len; t > 0; t--)
      row[t] = row[t - 1] && (glob.at[g] == '?' || glob.at[g] == text.at[t - 1]);
    row[0] = false;
  }
  return row[text.len];
}

static struct cr_span take_line(struct cr_span *rest)
{
  size_t end = cr_span_find(*rest, '\n');
  struct cr_span line = cr_span(rest->at, end);

  *rest = cr_span_from(*rest, end < rest->len ? end + 1 : end);
  return line;
}

static void check_verdict(const struct cr_match_rules *rules, struct cr_match_verdict verdict)
{
  if (verdict.rule == CR_MATCH_NO_RULE)
    return;
  require(verdict.rule < rules->count);
  require(cr_match_rule_name(rules, verdict.rule)[0] != '\0');
}

static void check_list(const struct cr_match_rules *rules, bool ordered, struct cr_span url)
{
  struct cr_match_verdict one =
      ordered ? cr_match_first(rules, url, url, 80) : cr_match_evaluate(rules, url, url, 80);
  struct cr_match_verdict two =
      ordered ? cr_match_first(rules, url, url, 80) : cr_match_evaluate(rules, url, url, 80);

  require(one.accepted == two.accepted && one.over_limit == two.over_limit && one.rule == two.rule);
  require(!one.over_limit || !one.accepted);
  check_verdict(rules, one);
}

static void check_rules(struct cr_mem *mem, bool ordered, struct cr_span patterns,
                        struct cr_span url)
{
  int kind = ordered ? CR_MATCH_INCLUDE : CR_MATCH_ALLOW_HOST;
  int kinds = ordered ? 2 : 4;
  struct cr_match_rules rules;

  cr_match_init(&rules, mem);
  for (int i = 0; patterns.len > 0 && rules.count < 50; i++) {
    size_t count = rules.count;
    int err = cr_match_add(&rules, (enum cr_match_kind)(kind + i % kinds), take_line(&patterns));
    require(err == 0 || err == CRAWLER_E_VALUE);
    require(rules.count == count + (err == 0));
  }
  check_list(&rules, ordered, url);
  cr_match_free(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_span all = cr_span(bytes > 0 ? (const char *)data : "", bytes);
  struct cr_span rest = all;
  struct cr_span url = all;
  struct cr_mem mem;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  while (rest.len > 0)
    url = take_line(&rest);
  struct cr_span patterns = cr_span(all.at, (size_t)(url.at - all.at));
  for (rest = patterns; rest.len > 0;) {
    struct cr_span glob = take_line(&rest);
    bool matches = cr_match_glob(glob, url);
    if (url.len <= MODEL_BYTES)
      require(matches == model_matches(glob, url));
  }
  check_rules(&mem, false, patterns, url);
  check_rules(&mem, true, patterns, url);
  require(mem.blocks == 0);
  return 0;
}

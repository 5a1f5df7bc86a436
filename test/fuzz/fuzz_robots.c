/* SPDX-License-Identifier: MIT */
/* fuzz_robots.c - any bytes as robots.txt, any bytes as target.
 *
 * Input: the target up to the first NUL (or none), then the file. What must hold for all input is
 * checked here; the sanitizers see to the rest.
 */
#include "fuzz/fuzz.h"
#include "robots/robots.h"

static void demand(bool holds)
{
  if (!holds)
    __builtin_trap();
}

static void walk_sitemaps(const struct cr_robots *robots, size_t most)
{
  struct cr_span value;
  size_t bytes = 0;

  for (size_t at = 0; cr_robots_next_sitemap(robots, &at, &value);) {
    demand(value.len > 0);
    bytes += value.len;
  }
  demand(bytes <= most);
}

/* What is strictly a rule is one. */
static void judge_strictly(struct cr_mem *mem, struct cr_span text, struct cr_span target,
                           struct cr_span token)
{
  struct cr_robots *robots = NULL;

  if (cr_robots_parse_strictly(&robots, mem, text, token) != 0)
    return;
  demand(cr_robots_bytes(robots) <= 64 + 3 * text.len);
  demand(cr_robots_check(robots, target).line <= text.len + 1);
  walk_sitemaps(robots, text.len);
  cr_robots_free(robots);
}

static void judge(struct cr_mem *mem, struct cr_span text, struct cr_span target,
                  struct cr_span token)
{
  struct cr_robots *robots = NULL;

  if (cr_robots_parse(&robots, mem, text, token) != 0)
    return;
  demand(cr_robots_bytes(robots) <= 64 + 3 * text.len);
  struct cr_robots_verdict verdict = cr_robots_check(robots, target);
  demand(verdict.line <= text.len + 1);
  demand((verdict.line == 0) == (verdict.rule.len == 0));
  demand(verdict.rule.len <= text.len);
  demand(verdict.line != 0 || verdict.allowed || target.len > CR_ROBOTS_MAX_TARGET / 3);
  if (verdict.rule.len > 0)
    demand(memmem(text.at, text.len, verdict.rule.at, verdict.rule.len) != NULL);
  walk_sitemaps(robots, text.len);
  cr_robots_free(robots);
  judge_strictly(mem, text, target, token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_span text = cr_span((const char *)data, bytes);
  struct cr_span target = CR_SPAN("/a/b?c=%2F");
  struct cr_mem mem;

  const char *nul = bytes > 0 ? memchr(text.at, '\0', bytes) : NULL;
  if (nul) {
    target = cr_span(text.at, (size_t)(nul - text.at));
    text = cr_span(nul + 1, bytes - target.len - 1);
  }
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  judge(&mem, text, target, CR_SPAN("bot"));
  judge(&mem, text, target, cr_robots_token(target));
  demand(mem.blocks == 0);
  return 0;
}

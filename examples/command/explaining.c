/* SPDX-License-Identifier: MIT */
/* explaining.c - what --explain prints of a URL.
 *
 * The answer, what it has to pass, where it is, how the crawl got to it and what became of it.
 */
#include "explaining.h"

#include <inttypes.h>
#include <time.h>

enum { MOST_STEPS = 30 }; /* back to the seed */

/* ---- pieces ---- */

/* "2026-11-28T18:16:47.250Z" */
static void put_time(const char *what, int64_t ms)
{
  char text[32];
  time_t seconds = (time_t)(ms / 1000);
  struct tm tm;

  if (ms < 0 || !gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
    return;
  printf("  %-10s%s.%03dZ\n", what, text, (int)(ms % 1000));
}

/* ": robots (Disallow: /private/, line 3)" */
static void put_why(crawler_reason reason, const char *rule, int line)
{
  if (reason != CRAWLER_REASON_NONE)
    printf(": %s", crawler_reason_name((int)reason));
  if (rule) {
    fputs(" (", stdout);
    output_text(stdout, rule);
    if (line > 0)
      printf(", line %d", line);
    putchar(')');
  }
  putchar('\n');
}

static void put_check(const crawler_explanation *e, crawler_check check)
{
  crawler_answer answer = crawler_explanation_check(e, check);
  const char *rule = crawler_explanation_rule(e, check);

  if (answer == CRAWLER_ANSWER_NOT_ASKED)
    return;
  if (check == CRAWLER_CHECK_ROBOTS && answer == CRAWLER_ANSWER_UNKNOWN)
    rule = "its robots.txt hasn't been read";
  printf("  %-10s%s", crawler_check_name((int)check), crawler_answer_name((int)answer));
  put_why(crawler_explanation_reason(e, check), rule, crawler_explanation_rule_line(e, check));
}

/* ---- for people ---- */

static void put_answer(const crawler_explanation *e)
{
  static const char *const texts[] = {
    [CRAWLER_ANSWER_YES] = "yes, no rule is against it",
    [CRAWLER_ANSWER_NO] = "no",
    [CRAWLER_ANSWER_UNKNOWN] = "that can't be told yet",
  };
  crawler_check decider = crawler_explanation_decider(e);

  printf("%s\n  %s", crawler_explanation_url(e), texts[crawler_explanation_answer(e)]);
  if (decider < CRAWLER_CHECK_COUNT)
    printf(": %s", crawler_check_name((int)decider));
  putchar('\n');
  for (int check = 0; check < CRAWLER_CHECK_COUNT; check++)
    put_check(e, (crawler_check)check);
}

static void put_place(const crawler_explanation *e)
{
  static const char *const texts[] = {
    [CRAWLER_PLACE_UNKNOWN] = "not in the crawl", [CRAWLER_PLACE_REJECTED] = "found and rejected",
    [CRAWLER_PLACE_REWRITTEN] = "replaced",       [CRAWLER_PLACE_QUEUED] = "queued",
    [CRAWLER_PLACE_IN_FLIGHT] = "in flight",      [CRAWLER_PLACE_ENDED] = "over",
  };

  printf("  %-10s%s\n", "it is", texts[crawler_explanation_place(e)]);
}

static void put_host(const crawler_explanation *e)
{
  int64_t queued = crawler_explanation_fact(e, CRAWLER_FACT_HOST_QUEUED);

  if (!*crawler_explanation_host(e))
    return;
  printf("  of host   %s, delay %" PRId64 " ms (%s)", crawler_explanation_host(e),
         crawler_explanation_fact(e, CRAWLER_FACT_HOST_DELAY_MS),
         crawler_explanation_delay_rule(e));
  if (queued >= 0)
    printf(", %" PRId64 " queued, %" PRId64 " in flight", queued,
           crawler_explanation_fact(e, CRAWLER_FACT_HOST_IN_FLIGHT));
  putchar('\n');
  if (queued > 0)
    put_time("next at", crawler_explanation_fact(e, CRAWLER_FACT_HOST_NEXT_MS));
  put_time("parked to", crawler_explanation_fact(e, CRAWLER_FACT_HOST_PARKED_UNTIL_MS));
  put_time("down to", crawler_explanation_fact(e, CRAWLER_FACT_HOST_DOWN_UNTIL_MS));
}

static void put_attempt(const crawler_explanation *e, size_t i)
{
  int64_t begun_ms = crawler_explanation_attempt_begun_ms(e, i);
  int status = crawler_explanation_attempt_status(e, i);
  crawler_reason reason = crawler_explanation_attempt_reason(e, i);

  put_time("asked", begun_ms);
  printf("  %-10s", "");
  if (status > 0)
    printf("%d ", status);
  if (reason != CRAWLER_REASON_NONE)
    printf("%s ", crawler_reason_name((int)reason));
  printf("after %" PRId64 " ms\n", crawler_explanation_attempt_ended_ms(e, i) - begun_ms);
}

static void put_history(const crawler_explanation *e)
{
  crawler_outcome outcome = crawler_explanation_outcome(e);
  crawler_reason reason = crawler_explanation_outcome_reason(e);

  put_time("found", crawler_explanation_fact(e, CRAWLER_FACT_FOUND_MS));
  for (size_t i = 0; i < crawler_explanation_attempt_count(e); i++)
    put_attempt(e, i);
  put_time("due", crawler_explanation_fact(e, CRAWLER_FACT_DUE_MS));
  put_time("ended", crawler_explanation_fact(e, CRAWLER_FACT_ENDED_MS));
  if (outcome == 0 && reason == CRAWLER_REASON_NONE)
    return;
  printf("  %-10s%s", "", outcome != 0 ? crawler_outcome_name((int)outcome) : "refused");
  put_why(reason, crawler_explanation_outcome_rule(e), crawler_explanation_outcome_rule_line(e));
}

/* What led to it, and to that, back to a seed. e is used up. */
static void put_way(crawler *c, crawler_explanation *e)
{
  for (int step = 0; e && step < MOST_STEPS; step++) {
    const char *via = crawler_explanation_via(e);
    const char *from = via ? via : crawler_explanation_referrer(e);
    crawler_explanation *before = NULL;

    if (from) {
      printf("  %-10s%s\n", via ? "via" : "on", from);
      (void)crawler_explain(c, &before, from, 0); /* without memory the way ends here */
    }
    crawler_explanation_free(e);
    e = before;
  }
  crawler_explanation_free(e);
}

/* ---- JSON ---- */

static void put_why_json(crawler_reason reason, const char *rule, int line)
{
  output_member(stdout, "reason", crawler_reason_name((int)reason));
  output_member(stdout, "rule", rule);
  if (line > 0)
    printf(",\"rule_line\":%d", line);
}

static void put_checks_json(const crawler_explanation *e)
{
  fputs(",\"checks\":{", stdout);
  for (int i = 0; i < CRAWLER_CHECK_COUNT; i++) {
    crawler_check check = (crawler_check)i;

    printf("%s\"%s\":{\"answer\":\"%s\"", i ? "," : "", crawler_check_name(i),
           crawler_answer_name((int)crawler_explanation_check(e, check)));
    put_why_json(crawler_explanation_reason(e, check), crawler_explanation_rule(e, check),
                 crawler_explanation_rule_line(e, check));
    putchar('}');
  }
  putchar('}');
}

static void put_facts_json(const crawler_explanation *e)
{
  for (int fact = 0; fact < CRAWLER_FACT_COUNT; fact++) {
    int64_t number = crawler_explanation_fact(e, (crawler_fact)fact);

    if (number >= 0)
      printf(",\"%s\":%" PRId64, crawler_fact_name(fact), number);
  }
}

static void put_history_json(const crawler_explanation *e)
{
  size_t count = crawler_explanation_attempt_count(e);

  output_member(stdout, "outcome", crawler_outcome_name((int)crawler_explanation_outcome(e)));
  put_why_json(crawler_explanation_outcome_reason(e), crawler_explanation_outcome_rule(e),
               crawler_explanation_outcome_rule_line(e));
  if (count > 0)
    fputs(",\"attempts\":[", stdout);
  for (size_t i = 0; i < count; i++) {
    printf("%s{\"begun_ms\":%" PRId64 ",\"ended_ms\":%" PRId64 ",\"status\":%d", i ? "," : "",
           crawler_explanation_attempt_begun_ms(e, i), crawler_explanation_attempt_ended_ms(e, i),
           crawler_explanation_attempt_status(e, i));
    put_why_json(crawler_explanation_attempt_reason(e, i), NULL, 0);
    putchar('}');
  }
  if (count > 0)
    putchar(']');
}

static void put_json(const crawler_explanation *e)
{
  crawler_check decider = crawler_explanation_decider(e);

  printf("{\"explain\":{\"answer\":\"%s\"",
         crawler_answer_name((int)crawler_explanation_answer(e)));
  output_member(stdout, "decider", crawler_check_name((int)decider));
  output_member(stdout, "url", crawler_explanation_url(e));
  output_member(stdout, "key", crawler_explanation_key(e));
  output_member(stdout, "host", crawler_explanation_host(e));
  output_member(stdout, "delay_rule", crawler_explanation_delay_rule(e));
  output_member(stdout, "place", crawler_place_name((int)crawler_explanation_place(e)));
  output_member(stdout, "via", crawler_explanation_via(e));
  output_member(stdout, "referrer", crawler_explanation_referrer(e));
  output_member(stdout, "seed", crawler_explanation_seed(e));
  put_checks_json(e);
  put_facts_json(e);
  put_history_json(e);
  fputs("}}\n", stdout);
}

/* ---- both ---- */

int explain(struct output *out, const char *url)
{
  crawler_explanation *e;
  int err = crawler_explain(out->c, &e, url, 0);

  if (err < 0)
    return err;
  progress_clear(&out->progress);
  if (out->json || out->edges) {
    put_json(e);
    crawler_explanation_free(e);
    return 0;
  }
  put_answer(e);
  put_place(e);
  put_host(e);
  put_history(e);
  put_way(out->c, e);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* robots_parse.c - the rules that a robots.txt has for one product token, in one block of memory.
 *
 * Groups by RFC 9309 section 2.2.1: those that name the token are joined, those of "*" are the
 * fallback. The file is read twice: once to measure both, once to store the one that holds.
 * Input is untrusted: every loop is bounded by its length, lines and text by robots_lines.c.
 */
#include "robots/robots.h"

#include "crawl/crawler.h"
#include "robots/robots_delay.h"
#include "robots/robots_lines.h"
#include "robots/robots_rules.h"

enum audience { NOBODY, EVERYBODY, US, AUDIENCES };

/* What the bit-fields and offsets of struct cr_robots_rule hold. */
_Static_assert(CR_ROBOTS_MAX_BYTES < 1 << 20, "a line number takes 20 bits");
_Static_assert(CR_ROBOTS_LINE_BYTES * 3 <= UINT16_MAX,
               "an encoded pattern has up to 3 octets each");
_Static_assert(sizeof(struct cr_robots_rule) == 12, "as robots_rules.h says");

struct walk {
  struct cr_robots_lines lines;
  struct cr_span token;
  enum audience audience; /* whom the current group is for, as far as it matters */
  bool has_rules;         /* a further User-agent line begins a new group */
  bool we_are_named;      /* somewhere in the file, be it without a rule */
};

/* Where rules go; without a place for them they are only measured. */
struct sink {
  struct cr_robots_rule *rules;
  char *text;
  size_t rule_count;
  size_t text_bytes;
  uint32_t delay_ms;
};

static bool is_token_char(char c) /* RFC 9309 section 2.2.1 */
{
  return cr_is_alpha(c) || c == '_' || c == '-';
}

/* "* and more words" is "*" too, as in robots.cc. */
static bool names_everybody(struct cr_span value)
{
  return value.len > 0 && value.at[0] == '*' && (value.len == 1 || cr_is_space(value.at[1]));
}

static void meet_agent(struct walk *walk, struct cr_span value)
{
  if (walk->has_rules) {
    walk->has_rules = false;
    walk->audience = NOBODY;
  }
  struct cr_span name = cr_robots_token(value); /* so does robots.cc: "Examplebot/1.0 beta" */
  if (name.len > 0 && cr_span_eq_nocase(name, walk->token)) {
    walk->audience = US;
    walk->we_are_named = true;
  } else if (names_everybody(value) && walk->audience == NOBODY) {
    walk->audience = EVERYBODY;
  }
}

static void begin_walk(struct walk *walk, struct cr_span text, struct cr_span token)
{
  *walk = (struct walk){ .token = token };
  cr_robots_lines_init(&walk->lines, text);
}

static bool is_rule(const struct cr_robots_record *record)
{
  return record->field == CR_ROBOTS_ALLOW || record->field == CR_ROBOTS_DISALLOW;
}

/* The next rule or delay of any group; walk->audience says whose. A rule without a pattern ends the
 * list of User-agent lines but matches nothing. Other records change nothing, nor do delays
 * (section 2.2.4). */
static bool next_rule(struct walk *walk, struct cr_robots_record *record)
{
  while (cr_robots_lines_next(&walk->lines, record)) {
    if (record->field == CR_ROBOTS_AGENT) {
      meet_agent(walk, record->value);
    } else if (record->field != CR_ROBOTS_OTHER) {
      walk->has_rules = walk->has_rules || is_rule(record);
      if (record->value.len > 0)
        return true;
    }
  }
  return false;
}

/* The text of the pattern at the end of sink->text, or the start of it. */
static void put_rule(struct sink *sink, const struct cr_robots_record *record,
                     const struct cr_robots_pattern *pattern)
{
  if (sink->rules)
    sink->rules[sink->rule_count] = (struct cr_robots_rule){
      .at = (uint32_t)(sink->text_bytes - record->value.len - 1),
      .len = (uint16_t)pattern->len,
      .octets = (uint16_t)pattern->octets,
      .line = record->line,
      .allow = record->field == CR_ROBOTS_ALLOW,
      .anchored = pattern->anchored,
      .query = pattern->query,
      .plain = pattern->plain,
    };
  sink->rule_count++;
}

/* The bytes of written up to its last '/' when an index page is named behind it; else 0. */
static size_t find_index_page(struct cr_span written)
{
  static const char page[] = "index.htm";
  size_t len = written.len;

  while (len > 0 && written.at[len - 1] != '/')
    len--;
  if (written.len - len < sizeof(page) - 1 || memcmp(written.at + len, page, sizeof(page) - 1) != 0)
    return 0;
  return len;
}

static void add_rule(struct sink *sink, const struct cr_robots_record *record)
{
  struct cr_span written = record->value;
  struct cr_robots_pattern pattern = cr_robots_measure_pattern(written);

  if (sink->text) {
    memcpy(sink->text + sink->text_bytes, written.at, written.len);
    sink->text[sink->text_bytes + written.len] = '\n';
  }
  sink->text_bytes += written.len + 1;
  put_rule(sink, record, &pattern);

  /* Who allows "/a/index.html" allows "/a/": robots.cc tries "/a/$" as well. */
  written.len = record->field == CR_ROBOTS_ALLOW ? find_index_page(written) : 0;
  if (written.len > 0) {
    pattern = cr_robots_measure_pattern(written);
    pattern.anchored = true;
    pattern.octets++;
    put_rule(sink, record, &pattern);
  }
}

static void add(struct sink *sink, const struct cr_robots_record *record)
{
  if (is_rule(record)) {
    add_rule(sink, record);
    return;
  }
  uint32_t delay_ms = record->field == CR_ROBOTS_DELAY ? cr_robots_read_delay(record->value)
                                                       : cr_robots_read_rate(record->value);
  sink->delay_ms = delay_ms > sink->delay_ms ? delay_ms : sink->delay_ms;
}

/* Measures the rules of both audiences; returns the one whose rules hold. */
static enum audience measure(struct sink sinks[AUDIENCES], struct cr_span text,
                             struct cr_span token)
{
  struct cr_robots_record record;
  struct walk walk;

  begin_walk(&walk, text, token);
  while (next_rule(&walk, &record))
    if (walk.audience != NOBODY)
      add(&sinks[walk.audience], &record);
  return walk.we_are_named ? US : EVERYBODY;
}

int cr_robots_parse(struct cr_robots **out, struct cr_mem *mem, struct cr_span text,
                    struct cr_span token)
{
  struct sink measured[AUDIENCES] = { { .rules = NULL } };
  struct cr_robots_record record;
  struct walk walk;

  /* No sum overflows: all of it is at most a few times CR_ROBOTS_MAX_BYTES. */
  enum audience audience = measure(measured, text, token);
  size_t rule_count = measured[audience].rule_count;
  size_t rule_bytes = rule_count * sizeof(struct cr_robots_rule);
  size_t bytes = sizeof(struct cr_robots) + rule_bytes + measured[audience].text_bytes;
  struct cr_robots *robots = cr_alloc(mem, CR_MEM_FRONTIER, bytes);
  if (!robots)
    return CRAWLER_E_NOMEM;
  *robots = (struct cr_robots){
    mem,
    (uint32_t)bytes,
    (uint32_t)rule_count,
    measured[audience].delay_ms,
  };

  struct sink sink = { .rules = robots->rules, .text = (char *)(robots->rules + rule_count) };
  begin_walk(&walk, text, token);
  while (next_rule(&walk, &record))
    if (walk.audience == audience)
      add(&sink, &record);
  *out = robots;
  return 0;
}

void cr_robots_free(struct cr_robots *robots)
{
  if (robots)
    cr_free(robots->mem, robots);
}

size_t cr_robots_bytes(const struct cr_robots *robots)
{
  return robots ? robots->bytes : 0;
}

int64_t cr_robots_delay_ms(const struct cr_robots *robots)
{
  return robots ? robots->delay_ms : 0;
}

struct cr_span cr_robots_token(struct cr_span user_agent)
{
  size_t len = 0;
  while (len < user_agent.len && is_token_char(user_agent.at[len]))
    len++;
  return cr_span(user_agent.at, len);
}

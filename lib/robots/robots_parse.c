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
#include "robots/robots_signal.h"

enum audience { NOBODY, EVERYBODY, US, AUDIENCES };

/* What the bit-fields and offsets of struct cr_robots_rule hold. */
_Static_assert(CR_ROBOTS_MAX_BYTES < 1 << 20, "a line number takes 20 bits");
_Static_assert(CR_ROBOTS_LINE_BYTES * 3 <= UINT16_MAX,
               "an encoded pattern has up to 3 octets each");
_Static_assert(sizeof(struct cr_robots_rule) == 12, "as robots_rules.h says");

struct source {
  struct cr_span text;
  struct cr_span token;
  bool strict; /* by RFC 9309 alone */
};

struct walk {
  struct cr_robots_lines lines;
  struct cr_span token;
  enum audience audience; /* whom the current group is for, as far as it matters */
  enum audience nearest;  /* the same of the names since the last record that is none */
  bool has_rules;         /* a further User-agent line begins a new group */
  bool has_others;        /* records: a further User-agent line is nearer */
  bool we_are_named;      /* somewhere in the file, be it without a rule */
};

/* Where rules go; without a place for them they are only measured. */
struct sink {
  struct cr_robots_rule *rules;
  char *text;
  char *sitemaps;
  size_t text_bytes;
  size_t sitemap_bytes;
  uint32_t rule_count;
  uint32_t sitemap_count;
  uint32_t delay_ms;
  uint32_t rate_ms;
  uint8_t signals[2];
  bool strict;
};

static bool is_token_char(char c) /* RFC 9309 section 2.2.1 */
{
  return cr_is_alpha(c) || c == '_' || c == '-';
}

/* "* and more words" is "*" too, as in robots.cc. */
static bool names_everybody(struct cr_span value, bool strict)
{
  return value.len > 0 && value.at[0] == '*' &&
         (value.len == 1 || (!strict && cr_is_space(value.at[1])));
}

static enum audience whom(const struct walk *walk, struct cr_span value)
{
  struct cr_span name = cr_robots_token(value); /* so does robots.cc: "Examplebot/1.0 beta" */

  if (walk->lines.strict && name.len < value.len)
    name.len = 0;
  if (name.len > 0 && cr_span_eq_nocase(name, walk->token))
    return US;
  return names_everybody(value, walk->lines.strict) ? EVERYBODY : NOBODY;
}

static void meet_agent(struct walk *walk, struct cr_span value)
{
  enum audience audience = whom(walk, value);

  if (walk->has_rules)
    walk->audience = NOBODY;
  if (walk->has_others)
    walk->nearest = NOBODY;
  walk->has_rules = false;
  walk->has_others = false;
  walk->we_are_named = walk->we_are_named || audience == US;
  walk->audience = audience > walk->audience ? audience : walk->audience;
  walk->nearest = audience > walk->nearest ? audience : walk->nearest;
}

static void begin_walk(struct walk *walk, const struct source *source)
{
  *walk = (struct walk){ .token = source->token };
  cr_robots_lines_init(&walk->lines, source->text);
  walk->lines.strict = source->strict;
}

static bool is_rule(const struct cr_robots_record *record)
{
  return record->field == CR_ROBOTS_ALLOW || record->field == CR_ROBOTS_DISALLOW;
}

static bool is_of_file(const struct cr_robots_record *record)
{
  return record->field == CR_ROBOTS_SITEMAP || record->field == CR_ROBOTS_HOST;
}

/* The next rule or other record of any group or of the whole file. A rule without a pattern ends
 * the list of User-agent lines but matches nothing. Records that are no rules don't end it (section
 * 2.2.4); but who writes a delay for each of two names means two delays. */
static bool next_record(struct walk *walk, struct cr_robots_record *record)
{
  while (cr_robots_lines_next(&walk->lines, record)) {
    if (record->field == CR_ROBOTS_AGENT) {
      meet_agent(walk, record->value);
    } else if (record->field != CR_ROBOTS_OTHER) {
      walk->has_rules = walk->has_rules || is_rule(record);
      walk->has_others = walk->has_others || !is_of_file(record);
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
  written.len = record->field == CR_ROBOTS_ALLOW && !sink->strict ? find_index_page(written) : 0;
  if (written.len > 0) {
    pattern = cr_robots_measure_pattern(written);
    pattern.anchored = true;
    pattern.octets++;
    put_rule(sink, record, &pattern);
  }
}

static void add_sitemap(struct sink *sink, struct cr_span value)
{
  if (sink->sitemap_count == CR_ROBOTS_MAX_SITEMAPS)
    return;
  if (sink->sitemaps) {
    memcpy(sink->sitemaps + sink->sitemap_bytes, value.at, value.len);
    sink->sitemaps[sink->sitemap_bytes + value.len] = '\n';
  }
  sink->sitemap_bytes += value.len + 1;
  sink->sitemap_count++;
}

static void raise(uint32_t *ms, uint32_t to)
{
  *ms = to > *ms ? to : *ms;
}

static void add(struct sink *sink, const struct cr_robots_record *record)
{
  switch (record->field) {
  case CR_ROBOTS_ALLOW:
  case CR_ROBOTS_DISALLOW:
    add_rule(sink, record);
    break;
  case CR_ROBOTS_DELAY:
    raise(&sink->delay_ms, cr_robots_read_delay(record->value));
    break;
  case CR_ROBOTS_RATE:
    raise(&sink->rate_ms, cr_robots_read_rate(record->value));
    break;
  case CR_ROBOTS_SIGNAL:
    cr_robots_read_signals(record->value, sink->signals);
    break;
  case CR_ROBOTS_SITEMAP:
    add_sitemap(sink, record->value);
    break;
  default:
    break;
  }
}

/* Fills a sink for each audience; returns the one whose rules hold. */
static enum audience read(struct sink sinks[AUDIENCES], const struct source *source)
{
  struct cr_robots_record record;
  struct walk walk;

  begin_walk(&walk, source);
  while (next_record(&walk, &record)) {
    enum audience audience = is_rule(&record) ? walk.audience : walk.nearest;
    if (is_of_file(&record)) {
      add(&sinks[EVERYBODY], &record);
      add(&sinks[US], &record);
    } else if (audience != NOBODY) {
      add(&sinks[audience], &record);
    }
  }
  return walk.we_are_named ? US : EVERYBODY;
}

static int parse(struct cr_robots **out, struct cr_mem *mem, const struct source *source)
{
  struct sink measured[AUDIENCES] = { { .strict = source->strict },
                                      { .strict = source->strict },
                                      { .strict = source->strict } };

  /* No sum overflows: all of it is at most a few times CR_ROBOTS_MAX_BYTES. */
  enum audience audience = read(measured, source);
  const struct sink *have = &measured[audience];
  size_t rule_bytes = have->rule_count * sizeof(struct cr_robots_rule);
  size_t bytes = sizeof(struct cr_robots) + rule_bytes + have->text_bytes + have->sitemap_bytes;
  struct cr_robots *robots = cr_alloc(mem, CR_MEM_FRONTIER, bytes);
  if (!robots)
    return CRAWLER_E_NOMEM;
  *robots = (struct cr_robots){
    .mem = mem,
    .bytes = (uint32_t)bytes,
    .rule_count = have->rule_count,
    .delay_ms = have->delay_ms,
    .rate_ms = have->rate_ms,
    .sitemap_bytes = (uint32_t)have->sitemap_bytes,
    .signals = { have->signals[0], have->signals[1] },
    .named = audience == US,
  };

  struct sink sinks[AUDIENCES] = { { .strict = source->strict } };
  sinks[audience] = (struct sink){
    .rules = robots->rules,
    .text = (char *)(robots->rules + have->rule_count),
    .sitemaps = (char *)(robots->rules + have->rule_count) + have->text_bytes,
    .strict = source->strict,
  };
  (void)read(sinks, source); /* the same one */
  *out = robots;
  return 0;
}

int cr_robots_parse(struct cr_robots **out, struct cr_mem *mem, struct cr_span text,
                    struct cr_span token)
{
  const struct source source = { text, token, false };

  return parse(out, mem, &source);
}

int cr_robots_parse_strictly(struct cr_robots **out, struct cr_mem *mem, struct cr_span text,
                             struct cr_span token)
{
  const struct source source = { text, token, true };

  return parse(out, mem, &source);
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

int64_t cr_robots_crawl_delay_ms(const struct cr_robots *robots)
{
  return robots ? robots->delay_ms : 0;
}

int64_t cr_robots_request_rate_ms(const struct cr_robots *robots)
{
  return robots ? robots->rate_ms : 0;
}

int64_t cr_robots_delay_ms(const struct cr_robots *robots)
{
  int64_t delay_ms = cr_robots_crawl_delay_ms(robots);
  int64_t rate_ms = cr_robots_request_rate_ms(robots);

  return delay_ms > rate_ms ? delay_ms : rate_ms;
}

bool cr_robots_is_named(const struct cr_robots *robots)
{
  return robots && robots->named;
}

bool cr_robots_next_sitemap(const struct cr_robots *robots, size_t *at, struct cr_span *value)
{
  if (!robots || *at >= robots->sitemap_bytes)
    return false;
  const char *lines = (const char *)robots + robots->bytes - robots->sitemap_bytes;
  const char *line = lines + *at;
  size_t len = (size_t)((const char *)memchr(line, '\n', robots->sitemap_bytes - *at) - line);
  *value = cr_span(line, len);
  *at += len + 1;
  return true;
}

struct cr_span cr_robots_token(struct cr_span user_agent)
{
  size_t len = 0;
  while (len < user_agent.len && is_token_char(user_agent.at[len]))
    len++;
  return cr_span(user_agent.at, len);
}

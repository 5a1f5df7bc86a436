/* SPDX-License-Identifier: MIT */
/* match_pcre2.c - regular expressions over URLs, with a bound on what one may cost.
 *
 * The only file that includes PCRE2. URLs are untrusted and an expression may be careless
 * ("(a+)+$"), so its matcher gets limits on steps, depth and memory (pcre2api(3), "The match
 * context"). PCRE2 counts steps anew at each place where a match may begin, so each gets a share of
 * MAX_STEPS. What it passes over or compares in one step it doesn't count: for that it calls back
 * before each item of the expression (pcre2callout(3)).
 */
#include "filter/match_pcre2.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "crawl/crawler.h"

enum {
  MAX_TEXT = 2048,     /* bytes; hardly a real URL is longer (sitemaps.org has it as its limit) */
  MAX_STEPS = 8000000, /* at all places together: of 2,048, each gets enough for a ".*" or two */
  MAX_COST = 5000000,  /* of all items that are tried: enough for a ".*" at each of those places */
  OCTETS = 8,          /* that are passed over for the cost of an item */
  MAX_DEPTH = 20000,
  MAX_HEAP_KB = 4096, /* a frame is some 150 bytes: enough for MAX_DEPTH of them */
  MAX_NESTING = 100   /* parentheses: PCRE2's compiler recurses on them */
};

struct cr_regex_room {
  struct cr_mem *mem;
  pcre2_general_context *general;
  pcre2_compile_context *compile;
  pcre2_match_context *match;
  pcre2_match_data *data; /* keeps its heap frames from one match to the next */
  size_t cost;            /* of this match so far */
  size_t at;              /* in its text */
};

static void *allocate(PCRE2_SIZE bytes, void *mem)
{
  return cr_alloc(mem, CR_MEM_CORE, bytes);
}

static void release(void *block, void *mem)
{
  cr_free(mem, block);
}

/* PCRE2 is about to try an item. */
static int count(pcre2_callout_block *block, void *user)
{
  struct cr_regex_room *room = user;
  size_t at = block->current_position;

  room->cost += 1 + (at > room->at ? (at - room->at) / OCTETS : 0);
  room->at = at;
  return room->cost > MAX_COST ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static bool set_up(struct cr_regex_room *room)
{
  room->general = pcre2_general_context_create(allocate, release, room->mem);
  if (!room->general)
    return false;
  room->compile = pcre2_compile_context_create(room->general);
  room->match = pcre2_match_context_create(room->general);
  room->data = pcre2_match_data_create(1, room->general); /* what groups matched isn't asked for */
  if (!room->compile || !room->match || !room->data)
    return false;
  (void)pcre2_set_parens_nest_limit(room->compile, MAX_NESTING); /* these always return 0 */
  (void)pcre2_set_callout(room->match, count, room);
  (void)pcre2_set_depth_limit(room->match, MAX_DEPTH);
  (void)pcre2_set_heap_limit(room->match, MAX_HEAP_KB);
  return true;
}

int cr_regex_room_open(struct cr_regex_room **out, struct cr_mem *mem)
{
  struct cr_regex_room *room = cr_zalloc(mem, CR_MEM_CORE, sizeof(*room));

  if (!room)
    return CRAWLER_E_NOMEM;
  room->mem = mem;
  if (!set_up(room)) {
    cr_regex_room_close(room); /* PCRE2 takes NULL for what there isn't */
    return CRAWLER_E_NOMEM;
  }
  *out = room;
  return 0;
}

void cr_regex_room_close(struct cr_regex_room *room)
{
  if (!room)
    return;
  pcre2_match_data_free(room->data);
  pcre2_match_context_free(room->match);
  pcre2_compile_context_free(room->compile);
  pcre2_general_context_free(room->general);
  cr_free(room->mem, room);
}

/* URLs are ASCII: there is no UTF mode, and an expression can't ask for it. Automatic callouts are
 * those of count(). */
int cr_regex_compile(struct cr_regex **out, struct cr_regex_room *room, struct cr_span pattern,
                     struct cr_regex_error *error)
{
  int number = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.at, pattern.len,
                                   PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT,
                                   &number, &offset, room->compile);

  if (!code && number == PCRE2_ERROR_HEAP_FAILED)
    return CRAWLER_E_NOMEM;
  if (!code) {
    error->offset = offset;
    if (pcre2_get_error_message(number, (PCRE2_UCHAR *)error->text, sizeof(error->text)) < 0)
      error->text[0] = '\0';
    return CRAWLER_E_VALUE;
  }
  *out = (struct cr_regex *)(void *)code; /* which it is, by a name of ours */
  return 0;
}

void cr_regex_close(struct cr_regex *regex)
{
  pcre2_code_free((pcre2_code *)(void *)regex);
}

enum cr_regex_found cr_regex_find(const struct cr_regex *regex, struct cr_regex_room *room,
                                  struct cr_span text)
{
  int found;

  if (text.len > MAX_TEXT)
    return CR_REGEX_OVER_LIMIT;
  room->cost = 0;
  room->at = 0;
  (void)pcre2_set_match_limit(room->match, (uint32_t)(MAX_STEPS / (text.len + 1)));
  found = pcre2_match((const pcre2_code *)(const void *)regex, (PCRE2_SPTR)text.at, text.len, 0, 0,
                      room->data, room->match);
  if (found >= 0)
    return CR_REGEX_YES;
  return found == PCRE2_ERROR_NOMATCH ? CR_REGEX_NO : CR_REGEX_OVER_LIMIT;
}

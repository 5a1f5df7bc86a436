/* SPDX-License-Identifier: MIT */
/* memory.h - what max_memory leaves for each, and what gives way when it is spent.
 *
 * The loop thread's, as all of the shard. Without max_memory nothing is refused.
 */
#ifndef CR_ENGINE_MEMORY_H
#define CR_ENGINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cr_robots_facts;
struct cr_shard;
struct cr_transfer;
struct cr_visit;

int64_t cr_memory_frontier(const struct cr_shard *s); /* 0: no limit */
size_t cr_memory_body(const struct cr_shard *s);      /* of one that is kept, sent or decoded */
size_t cr_memory_kept(const struct cr_shard *s);      /* of one that on_body is given */
size_t cr_memory_spool(const struct cr_shard *s);     /* of a sitemap that waits to be read on */
size_t cr_memory_document(const struct cr_shard *s);  /* of one tree */
uint32_t cr_memory_links(const struct cr_shard *s);   /* of one page */
size_t cr_memory_cookies(const struct cr_shard *s);   /* of the jar */
int64_t cr_memory_duplicates(const struct cr_shard *s);
int64_t cr_memory_traps(const struct cr_shard *s);
int64_t cr_memory_history(const struct cr_shard *s);
/* What a page took, once it is parsed: what the next ones are expected to. */
void cr_memory_note(struct cr_shard *s, int64_t page_bytes);
/* Is so much held, or to be expected, that nothing may begin? */
bool cr_memory_is_full(struct cr_shard *s);
/* How many transfers there is room for, one at least. */
uint32_t cr_memory_transfers(const struct cr_shard *s, uint32_t most);
/* What parsing may add, roughly, to a page whose body has at most so many bytes decoded. */
int64_t cr_memory_growth(const struct cr_visit *v, size_t body_bytes);
/* What its body unpacks to, if it isn't unusual. */
size_t cr_memory_usual_body(const struct cr_visit *v);
/* May a page be parsed that grows by so much? One may, if no other is on its way to the caller. */
bool cr_memory_may_parse(const struct cr_shard *s, int64_t growth);
/* May so much more of streams be kept? */
bool cr_memory_may_keep(const struct cr_shard *s, size_t more_bytes);
/* A may_grow of the fetcher; user: the shard. */
bool cr_memory_may_grow(const struct cr_transfer *t, size_t more_bytes, void *user);
/* These have rules now: lets go of others, while they leave too little of max_memory. */
void cr_memory_rules_came(struct cr_shard *s, struct cr_robots_facts *facts);
/* A URL that is to leave has asked them. */
void cr_memory_rules_asked(struct cr_shard *s, struct cr_robots_facts *facts);
/* Is no robots.txt to be asked for before some URL has left by the rules that are here? */
bool cr_memory_bars_rules(struct cr_shard *s);
/* A transfer is given back for want of room: its URL is to be queued again. */
void cr_memory_put_off(struct cr_visit *v);

#endif

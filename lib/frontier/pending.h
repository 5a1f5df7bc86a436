/* SPDX-License-Identifier: MIT */
/* pending.h - the URLs a host has to give: due, delayed, or aside while robots.txt is asked for.
 *
 * Entries are taken by band (entry.h), then in order of arrival; those whose authority's robots.txt
 * is being asked for are passed over, and keep their place. None of these functions moves the host:
 * call cr_place (place.h) afterwards.
 */
#ifndef CR_FRONTIER_PENDING_H
#define CR_FRONTIER_PENDING_H

#include "frontier/frontier_memory.h"

/* Makes the band that the item's entry needs. 0 or CRAWLER_E_NOMEM. */
int cr_pending_reserve(struct cr_frontier_memory *f, struct cr_host *host,
                       const struct cr_frontier_item *item);
/* Behind what came before; the band must have been reserved. */
void cr_pending_push(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name);
/* Before all others of its band. */
void cr_pending_push_front(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name);
/* ... when its time comes. A node must have been reserved in f->delayed. */
void cr_pending_delay(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name,
                      int64_t at_ms);
/* What is due joins the queue, and what must wait for robots.txt is moved out of the way: then
 * the head of the queue may leave, unless all of it waits. */
void cr_pending_arrange(struct cr_frontier_memory *f, struct cr_host *host);
/* Takes the head of the queue. */
uint32_t cr_pending_pop(struct cr_frontier_memory *f, struct cr_host *host);
/* Frees the bands of a host that has nothing queued or leased any more. */
void cr_pending_trim(struct cr_frontier_memory *f, struct cr_host *host);

/* The host whose turn the authority's robots task takes: its own, or where a redirect led to. */
struct cr_host *cr_pending_asked_host(const struct cr_frontier_memory *f, uint32_t authority);
/* Changes an authority's gate. A robots task that was to be given again isn't, and the lease of
 * one that runs has no say any more. */
void cr_pending_set_gate(struct cr_frontier_memory *f, uint32_t authority, enum cr_gate gate);
/* CR_GATE_ASKED: the authority's robots task is to be given again at that time. */
void cr_pending_ask_again(struct cr_frontier_memory *f, uint32_t authority, int64_t at_ms);
/* CR_GATE_ASKED: the next one asks another authority's host for this. 0 or CRAWLER_E_NOMEM. */
int cr_pending_move_ask(struct cr_frontier_memory *f, uint32_t authority, uint32_t asked,
                        struct cr_span target);
/* A robots task that isn't asked for any more leaves no trace. */
void cr_pending_forget_ask(struct cr_frontier_memory *f, uint32_t authority);
/* The authority whose robots task is due now, or CR_NO_ID. */
uint32_t cr_pending_due_ask(const struct cr_frontier_memory *f, const struct cr_host *host);

#endif

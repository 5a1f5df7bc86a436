/* SPDX-License-Identifier: MIT */
/* ledger.c - the two ledgers, kept by transition.
 */
#include "engine/ledger.h"

void cr_ledger_admit(struct cr_ledger *l, unsigned kind)
{
  l->kinds[kind].admitted++;
  l->kinds[kind].queued++;
}

void cr_ledger_drop(struct cr_ledger *l, unsigned kind, crawler_reason reason)
{
  l->kinds[kind].admitted++;
  l->kinds[kind].dropped++;
  l->kinds[kind].by_reason[reason]++;
}

void cr_ledger_lease(struct cr_ledger *l, unsigned kind)
{
  l->kinds[kind].queued--;
  l->kinds[kind].in_flight++;
}

void cr_ledger_requeue(struct cr_ledger *l, unsigned kind)
{
  l->kinds[kind].in_flight--;
  l->kinds[kind].queued++;
}

void cr_ledger_withdraw(struct cr_ledger *l, unsigned kind)
{
  l->kinds[kind].in_flight--;
  l->kinds[kind].admitted--;
}

void cr_ledger_end(struct cr_ledger *l, unsigned kind, crawler_outcome outcome,
                   crawler_reason reason)
{
  struct cr_kind_ledger *k = &l->kinds[kind];

  k->in_flight--;
  switch (outcome) {
  case CRAWLER_FETCHED:
    k->fetched++;
    break;
  case CRAWLER_REDIRECTED:
    k->redirected++;
    break;
  case CRAWLER_FAILED:
    k->failed++;
    break;
  default: /* dropped; rejected URLs were never in flight */
    k->dropped++;
    break;
  }
  if (reason != CRAWLER_REASON_NONE)
    k->by_reason[reason]++;
}

void cr_ledger_reject(struct cr_ledger *l, unsigned kind, crawler_reason reason)
{
  l->kinds[kind].rejected++;
  l->kinds[kind].by_reason[reason]++;
}

void cr_ledger_link_known(struct cr_ledger *l)
{
  l->links.links++;
  l->links.known++;
}

void cr_ledger_link_admitted(struct cr_ledger *l)
{
  l->links.links++;
  l->links.admitted++;
}

void cr_ledger_link_refused(struct cr_ledger *l, crawler_reason reason)
{
  l->links.links++;
  if (reason >= CRAWLER_CAPPED_CAP)
    l->links.capped++;
  else
    l->links.rejected++;
  l->links.by_reason[reason]++;
}

void cr_ledger_links_capped(struct cr_ledger *l, int64_t count)
{
  l->links.links += count;
  l->links.capped += count;
  l->links.by_reason[CRAWLER_CAPPED_CAP] += count;
}

void cr_ledger_status(struct cr_ledger *l, int status)
{
  if (status >= 100 && status < 600)
    l->counters.status_class[status / 100]++;
}

static int kind_holds(const struct cr_kind_ledger *k)
{
  return k->admitted ==
         k->queued + k->in_flight + k->fetched + k->redirected + k->failed + k->dropped;
}

int cr_ledger_holds(const struct cr_ledger *l)
{
  for (int kind = 0; kind < CR_KINDS; kind++)
    if (!kind_holds(&l->kinds[kind]))
      return 0;
  return l->links.links == l->links.known + l->links.rejected + l->links.capped + l->links.admitted;
}

/* SPDX-License-Identifier: MIT */
/* histogram.c - how large many values were, in fixed memory.
 *
 * A bucket's number is the value's exponent and the PART_BITS bits behind its first one. Counts
 * have one writer, so adding needs no locked instruction; readers need no order among them.
 */
#include "base/histogram.h"

static int64_t load(const _Atomic int64_t *number)
{
  return atomic_load_explicit(number, memory_order_relaxed);
}

static void store(_Atomic int64_t *number, int64_t value)
{
  atomic_store_explicit(number, value, memory_order_relaxed);
}

static unsigned bucket_of(uint64_t value)
{
  unsigned shift = 0;

  if (value >> CR_HISTOGRAM_VALUE_BITS)
    return CR_HISTOGRAM_BUCKETS - 1;
  if (value >= CR_HISTOGRAM_PARTS)
    shift = 63 - (unsigned)__builtin_clzll(value) - CR_HISTOGRAM_PART_BITS;
  return shift * CR_HISTOGRAM_PARTS + (unsigned)(value >> shift);
}

/* The largest value that belongs there. */
static int64_t top_of(unsigned bucket)
{
  unsigned shift = bucket < CR_HISTOGRAM_PARTS ? 0 : bucket / CR_HISTOGRAM_PARTS - 1;
  int64_t next = (int64_t)(bucket - shift * CR_HISTOGRAM_PARTS + 1) << shift;

  return bucket == CR_HISTOGRAM_BUCKETS - 1 ? INT64_MAX : next - 1;
}

void cr_histogram_add(struct cr_histogram *h, int64_t value)
{
  int64_t known = value > 0 ? value : 0;
  _Atomic int64_t *count = &h->counts[bucket_of((uint64_t)known)];

  if (known > load(&h->max))
    store(&h->max, known);
  store(count, load(count) + 1);
}

void cr_histogram_copy(struct cr_histogram *copy, const struct cr_histogram *h)
{
  for (unsigned i = 0; i < CR_HISTOGRAM_BUCKETS; i++)
    store(&copy->counts[i], load(&h->counts[i]));
  store(&copy->max, load(&h->max));
}

int64_t cr_histogram_count(const struct cr_histogram *h)
{
  int64_t sum = 0;

  for (unsigned i = 0; i < CR_HISTOGRAM_BUCKETS; i++)
    sum += load(&h->counts[i]);
  return sum;
}

int64_t cr_histogram_max(const struct cr_histogram *h)
{
  return load(&h->max);
}

/* Rounded up, without a product that could be too large. */
static int64_t share_of(int64_t count, int per_mille)
{
  return count / 1000 * per_mille + (count % 1000 * per_mille + 999) / 1000;
}

int64_t cr_histogram_percentile(const struct cr_histogram *h, int per_mille)
{
  int64_t left = share_of(cr_histogram_count(h), per_mille);
  unsigned bucket = 0;

  while (bucket < CR_HISTOGRAM_BUCKETS && left > load(&h->counts[bucket]))
    left -= load(&h->counts[bucket++]);
  if (bucket == CR_HISTOGRAM_BUCKETS)
    return load(&h->max);
  return top_of(bucket) < load(&h->max) ? top_of(bucket) : load(&h->max);
}

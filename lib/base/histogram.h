/* SPDX-License-Identifier: MIT */
/* histogram.h - how large many values were, in fixed memory: counts by buckets that grow with them.
 *
 * As in HdrHistogram: each power of two is cut into equal buckets, so that one is at most an eighth
 * wide of the values in it; below twice CR_HISTOGRAM_PARTS values are exact. One thread adds; any
 * thread may read meanwhile.
 */
#ifndef CR_BASE_HISTOGRAM_H
#define CR_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

enum {
  CR_HISTOGRAM_PART_BITS = 3,
  CR_HISTOGRAM_PARTS = 1 << CR_HISTOGRAM_PART_BITS, /* of each power of two */
  CR_HISTOGRAM_VALUE_BITS = 32,                     /* larger ones share the last bucket */
  CR_HISTOGRAM_BUCKETS = (CR_HISTOGRAM_VALUE_BITS - CR_HISTOGRAM_PART_BITS + 1)
                         << CR_HISTOGRAM_PART_BITS
};

struct cr_histogram { /* zeroed: empty */
  _Atomic int64_t counts[CR_HISTOGRAM_BUCKETS];
  _Atomic int64_t max;
};

/* value below 0 counts as 0. */
void cr_histogram_add(struct cr_histogram *h, int64_t value);
/* Of a histogram that another thread adds to: what is read of the copy belongs together. */
void cr_histogram_copy(struct cr_histogram *copy, const struct cr_histogram *h);

int64_t cr_histogram_count(const struct cr_histogram *h);
int64_t cr_histogram_max(const struct cr_histogram *h); /* exact; 0: empty */
/* The value that so many of a thousand values (1 to 1000) don't exceed: never less than it is, more
 * by an eighth at most, and never more than the largest. 0: empty. */
int64_t cr_histogram_percentile(const struct cr_histogram *h, int per_mille);

#endif

/* SPDX-License-Identifier: MIT */
/* usage.h - what a benchmark reports of itself: time, CPU, memory.
 *
 * Of the whole process, its start included; what it did that isn't to be counted (loading what was
 * recorded) is taken off again. The words are those of limit.c, which scripts read.
 */
#ifndef CR_BENCH_USAGE_H
#define CR_BENCH_USAGE_H

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct cr_usage {
  double user;    /* seconds */
  double system;  /* seconds */
  double peak_mb; /* of resident memory */
};

static inline double cr_usage_clock(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline double cr_usage_seconds(struct timeval t)
{
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* So far. */
static inline struct cr_usage cr_usage_now(void)
{
  struct rusage r;

  (void)getrusage(RUSAGE_SELF, &r);
  return (struct cr_usage){ .user = cr_usage_seconds(r.ru_utime),
                            .system = cr_usage_seconds(r.ru_stime),
                            .peak_mb = (double)r.ru_maxrss / 1024 };
}

/* Of resident memory, now; 0 where the system doesn't say (it is Linux that does). */
static inline double cr_usage_resident_mb(void)
{
  FILE *in = fopen("/proc/self/statm", "r");
  long pages = 0;

  if (!in)
    return 0;
  if (fscanf(in, "%*s %ld", &pages) != 1)
    pages = 0;
  (void)fclose(in);
  return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* What a took that b hadn't. */
static inline struct cr_usage cr_usage_minus(struct cr_usage a, struct cr_usage b)
{
  return (struct cr_usage){ .user = a.user - b.user,
                            .system = a.system - b.system,
                            .peak_mb = a.peak_mb - b.peak_mb };
}

/* The end of a line: for so many pages or requests, in so many seconds. */
static inline void cr_usage_print(struct cr_usage use, double wall, double count, const char *each)
{
  (void)printf(" wall=%.3f user=%.3f sys=%.3f rss_MB=%.1f %ss/s=%.0f cpu_ms/%s=%.4f\n", wall,
               use.user, use.system, use.peak_mb, each, count / wall, each,
               (use.user + use.system) * 1e3 / count);
}

#endif

/* SPDX-License-Identifier: MIT */
/* flag.h - a flag that can be polled: a descriptor that is readable exactly while the flag is up.
 */
#ifndef CR_BASE_FLAG_H
#define CR_BASE_FLAG_H

#include <stdbool.h>

struct cr_flag {
  int fd; /* -1: not open */
  bool up;
};

#define CR_FLAG_CLOSED ((struct cr_flag){ -1, false })

/* 0 or CRAWLER_E_SYSTEM. The flag is down. */
int cr_flag_open(struct cr_flag *flag);
/* Does nothing to a flag that isn't open, or is so already. One thread at a time. */
void cr_flag_set(struct cr_flag *flag, bool up);
void cr_flag_close(struct cr_flag *flag);

#endif

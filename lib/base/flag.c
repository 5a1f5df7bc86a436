/* SPDX-License-Identifier: MIT */
/* flag.c - a flag that can be polled, on Linux's eventfd.
 */
#include "base/flag.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "crawl/crawler.h"

int cr_flag_open(struct cr_flag *flag)
{
  flag->up = false;
  flag->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return flag->fd < 0 ? CRAWLER_E_SYSTEM : 0;
}

void cr_flag_set(struct cr_flag *flag, bool up)
{
  uint64_t count = 1;
  ssize_t n;

  if (flag->fd < 0 || flag->up == up)
    return;
  do
    n = up ? write(flag->fd, &count, sizeof(count)) : read(flag->fd, &count, sizeof(count));
  while (n < 0 && errno == EINTR);
  flag->up = up;
}

void cr_flag_close(struct cr_flag *flag)
{
  if (flag->fd >= 0)
    close(flag->fd);
  *flag = CR_FLAG_CLOSED;
}

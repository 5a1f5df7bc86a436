/* SPDX-License-Identifier: MIT */
/* env.h - the doors to the outside: loop (with its clock), fetcher, parser.
 *
 * The core reads no clock and opens no socket but through these, so that tests can run whole
 * crawls on a virtual clock against a simulated web.
 */
#ifndef CR_ENGINE_ENV_H
#define CR_ENGINE_ENV_H

#include "fetch/fetcher.h"
#include "loop/loop.h"
#include "parse/parse.h"

struct cr_env {
  int (*open_loop)(struct cr_loop **out, struct cr_mem *mem, void *user);
  int (*open_fetcher)(struct cr_fetcher **out, const struct cr_fetcher_config *config, void *user);
  cr_parser parser;
  bool ordered; /* parsed pages are applied in order of submission, at the end of a turn */
  void *user;
};

#endif

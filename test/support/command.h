/* SPDX-License-Identifier: MIT */
/* command.h - run the command crawler as it is built.
 */
#ifndef CR_TEST_COMMAND_H
#define CR_TEST_COMMAND_H

#include "support/process.h"

enum { CR_COMMAND_ARGS = 40 };

struct cr_command {
  struct cr_process process;
  const char *argv[CR_COMMAND_ARGS + 2];
  size_t argc;
  char program[4096];
};

#define CR_ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

void cr_command_begin(struct cr_command *command); /* no arguments yet */
void cr_command_add(struct cr_command *command, const char *arg);
/* With these arguments, the last of them NULL. */
void cr_command_start(struct cr_command *command, const char *const *args, enum cr_process_out out);
void cr_command_run(struct cr_command *command, const char *const *args); /* to its end */
/* It must have ended with this status. */
void cr_command_end(struct cr_command *command, int status);

#endif

/* SPDX-License-Identifier: MIT */
/* command.c - run the command crawler as it is built.
 */
#include "support/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void cr_command_add(struct cr_command *command, const char *arg)
{
  assert_true(command->argc < CR_COMMAND_ARGS);
  command->argv[command->argc++] = arg;
}

void cr_command_begin(struct cr_command *command)
{
  memset(command, 0, sizeof(*command));
  cr_command_add(command, cr_process_built("crawler", command->program, sizeof(command->program)));
}

void cr_command_start(struct cr_command *command, const char *const *args, enum cr_process_out out)
{
  cr_command_begin(command);
  while (*args)
    cr_command_add(command, *args++);
  cr_process_start(&command->process, command->argv, out);
}

void cr_command_run(struct cr_command *command, const char *const *args)
{
  cr_command_start(command, args, CR_OUT_PIPE);
  cr_process_finish(&command->process);
}

void cr_command_end(struct cr_command *command, int status)
{
  if (command->process.status != status)
    fail_msg("exit status %d, stderr: %s", command->process.status, command->process.err);
  cr_process_free(&command->process);
}

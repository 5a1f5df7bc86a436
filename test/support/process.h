/* SPDX-License-Identifier: MIT */
/* process.h - run a program and see what it says and how it ends.
 */
#ifndef CR_TEST_PROCESS_H
#define CR_TEST_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

struct cr_process {
  pid_t pid;
  int out_fd, err_fd; /* -1: closed */
  char *out, *err;    /* what came so far, NUL-terminated */
  size_t out_bytes, err_bytes;
  int status; /* exit status; 128 + number of the signal that killed it */
};

enum cr_process_out {
  CR_OUT_PIPE,
  CR_OUT_CLOSED,   /* no descriptor */
  CR_OUT_FULL,     /* /dev/full */
  CR_OUT_TERMINAL, /* a pipe, and stderr a terminal of CR_COLUMNS; "\n" comes from it as "\r\n" */
  CR_OUT_TERMINALS /* both are that terminal: all comes as stderr */
};
enum { CR_COLUMNS = 80 };

/* argv ends with NULL. stdin is empty. All that goes wrong here fails the test. */
void cr_process_start(struct cr_process *process, const char *const *argv, enum cr_process_out out);
/* ... stdin is this file. */
void cr_process_start_reading(struct cr_process *process, const char *const *argv,
                              enum cr_process_out out, const char *in);
/* Reads until that many bytes have come on stdout, or it is closed. */
void cr_process_wait_for_output(struct cr_process *process, size_t bytes);
void cr_process_signal(const struct cr_process *process, int number);
void cr_process_close_output(struct cr_process *process); /* nobody reads its stdout any more */
/* Reads to the end and waits for it; after 30 seconds it is killed and the test has failed. */
void cr_process_finish(struct cr_process *process);
void cr_process_free(struct cr_process *process);

/* The program NAME of the build that the running test belongs to, in out of room bytes. */
const char *cr_process_built(const char *name, char *out, size_t room);

#endif

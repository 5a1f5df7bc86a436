/* SPDX-License-Identifier: MIT */
/* process.c - run a program and see what it says and how it ends.
 */
#include "support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum { PATIENCE_MS = 30000, STEP_BYTES = 4096 };

extern char **environ;

static void add_output(posix_spawn_file_actions_t *actions, enum cr_process_out out,
                       const int *pipe, int terminal)
{
  switch (out) {
  case CR_OUT_TERMINALS:
    assert_int_equal(posix_spawn_file_actions_adddup2(actions, terminal, STDOUT_FILENO), 0);
    break;
  case CR_OUT_PIPE:
  case CR_OUT_TERMINAL:
    assert_int_equal(posix_spawn_file_actions_adddup2(actions, pipe[1], STDOUT_FILENO), 0);
    break;
  case CR_OUT_CLOSED:
    assert_int_equal(posix_spawn_file_actions_addclose(actions, STDOUT_FILENO), 0);
    break;
  case CR_OUT_FULL:
    assert_int_equal(
        posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/full", O_WRONLY, 0), 0);
    break;
  }
}

static void open_terminal(int ends[2])
{
  const struct winsize size = { .ws_row = 25, .ws_col = CR_COLUMNS };

  ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  assert_true(ends[0] >= 0 && grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0);
  assert_int_equal(ioctl(ends[0], TIOCSWINSZ, &size), 0);
  ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
  assert_true(ends[1] >= 0);
}

void cr_process_start(struct cr_process *process, const char *const *argv, enum cr_process_out out)
{
  cr_process_start_reading(process, argv, out, "/dev/null");
}

void cr_process_start_reading(struct cr_process *process, const char *const *argv,
                              enum cr_process_out out, const char *in)
{
  posix_spawn_file_actions_t actions;
  int out_pipe[2];
  int err_pipe[2];

  memset(process, 0, sizeof(*process));
  assert_int_equal(pipe2(out_pipe, O_CLOEXEC), 0);
  if (out == CR_OUT_TERMINAL || out == CR_OUT_TERMINALS)
    open_terminal(err_pipe);
  else
    assert_int_equal(pipe2(err_pipe, O_CLOEXEC), 0);
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in, O_RDONLY, 0), 0);
  add_output(&actions, out, out_pipe, err_pipe[1]);
  assert_int_equal(posix_spawn_file_actions_adddup2(&actions, err_pipe[1], STDERR_FILENO), 0);
  if (posix_spawn(&process->pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
                  environ) != 0)
    fail_msg("%s can't be started", argv[0]);
  (void)posix_spawn_file_actions_destroy(&actions);
  (void)close(out_pipe[1]);
  (void)close(err_pipe[1]);
  process->out_fd = out_pipe[0];
  process->err_fd = err_pipe[0];
  process->out = calloc(1, 1);
  process->err = calloc(1, 1);
}

/* One read; at the end the descriptor is closed. */
static void read_some(int *fd, char **text, size_t *bytes)
{
  char *grown = realloc(*text, *bytes + STEP_BYTES + 1);
  ssize_t n;

  assert_non_null(grown);
  *text = grown;
  n = read(*fd, grown + *bytes, STEP_BYTES);
  if (n > 0) {
    *bytes += (size_t)n;
    grown[*bytes] = '\0';
  } else if (n == 0 || errno != EINTR) {
    (void)close(*fd);
    *fd = -1;
  }
}

/* false: nothing came in time. */
static int read_either(struct cr_process *p, int64_t until_ms)
{
  struct pollfd fds[2] = { { .fd = p->out_fd, .events = POLLIN },
                           { .fd = p->err_fd, .events = POLLIN } };
  int64_t left = until_ms - cr_clock_mono_ms();

  if (left <= 0 || poll(fds, 2, (int)left) == 0)
    return 0;
  if (fds[0].revents)
    read_some(&p->out_fd, &p->out, &p->out_bytes);
  if (fds[1].revents)
    read_some(&p->err_fd, &p->err, &p->err_bytes);
  return 1;
}

static void give_up(struct cr_process *process)
{
  (void)kill(process->pid, SIGKILL);
  fail_msg("a process takes too long; it said: %s%s", process->out, process->err);
}

void cr_process_wait_for_output(struct cr_process *process, size_t bytes)
{
  int64_t until_ms = cr_clock_mono_ms() + PATIENCE_MS;

  while (process->out_fd >= 0 && process->out_bytes < bytes)
    if (!read_either(process, until_ms))
      give_up(process);
}

void cr_process_signal(const struct cr_process *process, int number)
{
  assert_int_equal(kill(process->pid, number), 0);
}

void cr_process_close_output(struct cr_process *process)
{
  (void)close(process->out_fd);
  process->out_fd = -1;
}

void cr_process_finish(struct cr_process *process)
{
  int64_t until_ms = cr_clock_mono_ms() + PATIENCE_MS;
  int status = 0;

  while (process->out_fd >= 0 || process->err_fd >= 0)
    if (!read_either(process, until_ms))
      give_up(process);
  while (waitpid(process->pid, &status, 0) < 0)
    assert_int_equal(errno, EINTR);
  process->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void cr_process_free(struct cr_process *process)
{
  free(process->out);
  free(process->err);
}

const char *cr_process_built(const char *name, char *out, size_t room)
{
  char path[4096];
  ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

  assert_in_range(len, 1, sizeof(path) - 1);
  path[len] = '\0';
  for (int up = 0; up < 3; up++) /* BUILD/test/ROOM/test_FILE */
    *strrchr(path, '/') = '\0';
  assert_true((size_t)snprintf(out, room, "%s/%s", path, name) < room);
  if (access(out, X_OK) != 0)
    fail_msg("%s isn't built", out);
  return out;
}

/* SPDX-License-Identifier: MIT */
/* measure.c - runs a command and says what it took, with all that it started.
 *
 *   measure SECONDS FILE COMMAND...
 *
 * FILE gets one line: user_ms system_ms wall_ms peak_kb status. What outlives the command is waited
 * for, too; after SECONDS all of it is killed, and the status is 124. The peak is that of the
 * largest process. Descriptors: as many as may be.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/usage.h"

static volatile sig_atomic_t is_late;
static pid_t child;

static void kill_all(int signal_number)
{
  (void)signal_number;
  is_late = 1;
  (void)kill(-child, SIGKILL);
}

static void raise_limit(void)
{
  struct rlimit files;

  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
}

static void start(char **command)
{
  child = fork();
  if (child < 0) {
    perror("measure");
    exit(1);
  }
  if (child == 0) {
    (void)setpgid(0, 0);
    (void)execvp(command[0], command);
    perror(command[0]);
    _exit(127);
  }
  (void)setpgid(child, child); /* whichever of the two is first */
}

/* The child's exit status, when all are gone. */
static int wait_for_all(void)
{
  int result = 0;
  int status;

  for (;;) {
    pid_t pid = wait(&status);

    if (pid < 0 && errno == EINTR)
      continue;
    if (pid < 0)
      return is_late ? 124 : result;
    if (pid == child)
      result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

int main(int argc, char **argv)
{
  struct sigaction late = { .sa_handler = kill_all };
  struct rusage used;

  if (argc < 4)
    return 2;
  FILE *out = fopen(argv[2], "we");
  if (!out) {
    perror(argv[2]);
    return 1;
  }
  raise_limit();
  (void)prctl(PR_SET_CHILD_SUBREAPER, 1L);
  double began = cr_usage_clock();
  start(argv + 3);
  (void)sigaction(SIGALRM, &late, NULL);
  (void)alarm((unsigned)strtoul(argv[1], NULL, 10));
  int status = wait_for_all();
  double wall = cr_usage_clock() - began;
  (void)getrusage(RUSAGE_CHILDREN, &used);
  (void)fprintf(out, "%.3f %.3f %.3f %ld %d\n", 1e3 * cr_usage_seconds(used.ru_utime),
                1e3 * cr_usage_seconds(used.ru_stime), 1e3 * wall, used.ru_maxrss, status);
  return fclose(out) != 0;
}

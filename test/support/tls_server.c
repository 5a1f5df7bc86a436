/* SPDX-License-Identifier: MIT */
/* tls_server.c - an HTTPS server for tests: openssl s_server with a certificate of its own.
 *
 * The command line tool is used so that tests need no TLS library beside libcurl's. With port 0 it
 * says on its output which one it got; it ends when its input does.
 */
#include "support/tls_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char page[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret";

/* In the child process: output becomes its standard output and error. */
static void enter(const struct cr_tls_server *server, int output)
{
  if (chdir(server->directory) != 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
    _exit(126);
}

/* Runs openssl with these arguments and waits for it. */
static void run_openssl(const struct cr_tls_server *server, const char *const *arguments)
{
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  int status = 0;
  pid_t pid = fork();

  assert_true(null >= 0 && pid >= 0);
  if (pid == 0) {
    enter(server, null);
    (void)execvp("openssl", (char *const *)(uintptr_t)arguments);
    _exit(127);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0); /* the openssl command is needed */
  (void)close(null);
}

static void make_certificate(const struct cr_tls_server *server)
{
  static const char *const make[] = { "openssl",
                                      "req",
                                      "-x509",
                                      "-newkey",
                                      "ec",
                                      "-pkeyopt",
                                      "ec_paramgen_curve:prime256v1",
                                      "-nodes",
                                      "-keyout",
                                      "key.pem",
                                      "-out",
                                      "cert.pem",
                                      "-days",
                                      "2",
                                      "-subj",
                                      "/CN=a.test",
                                      "-addext",
                                      "subjectAltName=DNS:a.test",
                                      NULL };
  static const char *const lock[] = { "openssl",  "pkey",      "-in",  "key.pem",    "-aes256",
                                      "-passout", "pass:word", "-out", "locked.pem", NULL };

  run_openssl(server, make);
  run_openssl(server, lock);
}

static void write_page(const struct cr_tls_server *server)
{
  char path[300];

  (void)snprintf(path, sizeof(path), "%s/page", server->directory);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(page, 1, sizeof(page) - 1, file), sizeof(page) - 1);
  assert_int_equal(fclose(file), 0);
}

/* "ACCEPT 127.0.0.1:PORT" */
static int read_port(FILE *output)
{
  char line[256];
  int port = 0;

  while (port == 0 && fgets(line, sizeof(line), output))
    if (strncmp(line, "ACCEPT ", 7) == 0)
      port = (int)strtol(strrchr(line, ':') + 1, NULL, 10);
  return port;
}

/* In the child process. */
static void serve(const struct cr_tls_ways *ways)
{
  const char *arguments[24] = { "openssl",  "s_server", "-accept", "127.0.0.1:0", "-cert",
                                "cert.pem", "-key",     "key.pem", "-HTTP" };
  size_t count = 9;

  if (ways->version)
    arguments[count++] = ways->version;
  if (ways->demands_certificate) {
    arguments[count++] = "-Verify";
    arguments[count++] = "1";
    arguments[count++] = "-verify_return_error";
    arguments[count++] = "-CAfile";
    arguments[count++] = "cert.pem";
  }
  (void)execvp("openssl", (char *const *)(uintptr_t)arguments);
  _exit(127);
}

void cr_tls_server_start(struct cr_tls_server *server)
{
  cr_tls_server_start_with(server, &(struct cr_tls_ways){ .version = NULL });
}

static void name_file(const struct cr_tls_server *server, char out[288], const char *name)
{
  (void)snprintf(out, 288, "%s/%s", server->directory, name);
}

void cr_tls_server_start_with(struct cr_tls_server *server, const struct cr_tls_ways *ways)
{
  const char *tmp = getenv("TMPDIR");
  int in[2];
  int out[2];

  (void)snprintf(server->directory, sizeof(server->directory), "%s/crawl-tls-XXXXXX",
                 tmp ? tmp : P_tmpdir);
  assert_non_null(mkdtemp(server->directory));
  name_file(server, server->certificate, "cert.pem");
  name_file(server, server->key, "key.pem");
  name_file(server, server->locked_key, "locked.pem");
  make_certificate(server);
  write_page(server);
  assert_int_equal(pipe2(in, O_CLOEXEC), 0);
  assert_int_equal(pipe2(out, O_CLOEXEC), 0);
  /* It says a few words for each request, which nobody reads: those of many are lost. */
  assert_int_equal(fcntl(out[1], F_SETFL, O_NONBLOCK), 0);
  server->pid = fork();
  assert_true(server->pid >= 0);
  if (server->pid == 0) {
    enter(server, out[1]);
    (void)dup2(in[0], 0);
    serve(ways);
  }
  (void)close(in[0]);
  (void)close(out[1]);
  server->input = in[1];
  server->output = fdopen(out[0], "r"); /* kept open: a writer without a reader is killed */
  assert_non_null(server->output);
  server->port = read_port(server->output);
  assert_true(server->port > 0);
}

static void remove_file(const struct cr_tls_server *server, const char *name)
{
  char path[300];

  (void)snprintf(path, sizeof(path), "%s/%s", server->directory, name);
  (void)unlink(path);
}

void cr_tls_server_stop(struct cr_tls_server *server)
{
  (void)kill(server->pid, SIGKILL);
  (void)waitpid(server->pid, NULL, 0);
  (void)close(server->input);
  (void)fclose(server->output);
  remove_file(server, "cert.pem");
  remove_file(server, "key.pem");
  remove_file(server, "locked.pem");
  remove_file(server, "page");
  (void)rmdir(server->directory);
}

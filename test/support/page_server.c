/* SPDX-License-Identifier: MIT */
/* page_server.c - an endless site on 127.0.0.1, in a process of its own.
 *
 * raw_server.c with an answer function; it ends when its end of a socket pair does.
 */
#include "support/page_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/raw_server.h"

enum { LINKS = 10, LARGE_BYTES = 60000, HEAD_BYTES = 256 };

static size_t put_page(unsigned long n, char *out, size_t room)
{
  size_t len = (size_t)snprintf(out, room, "<title>%lu</title>", n);

  for (unsigned long i = 1; i <= LINKS && len < room; i++)
    len += (size_t)snprintf(out + len, room - len, "<a href=/p/%lu>%lu</a>\n", n * 3 + i * i, i);
  while (n % 16 == 7 && len < LARGE_BYTES)
    len += (size_t)snprintf(out + len, room - len, "<p>%lu is one of many words.</p>\n", len);
  return len;
}

/* Every request of a site's kind has an answer at once; what isn't "/p/N" is as page 0. */
static size_t answer(const char *request, char *out, size_t room, void *user)
{
  const char *at = strstr(request, "/p/");
  unsigned long n = at ? strtoul(at + 3, NULL, 10) % 1000000 : 0;
  char *body = out + HEAD_BYTES;
  const char *line = "200 OK\r\nContent-Type: text/html";
  char moved[64];

  (void)user;
  if (strncmp(request, "GET /robots.txt", 15) == 0)
    return (size_t)snprintf(out, room, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
  (void)snprintf(moved, sizeof(moved), "302 Found\r\nLocation: /p/%lu", n + 1);
  if (n % 16 == 3)
    line = moved;
  else if (n % 16 == 5)
    line = "404 Not Found\r\nContent-Type: text/html";
  else if (n % 16 == 9)
    line = "500 Broken\r\nContent-Type: text/plain";
  else if (n % 16 == 11)
    line = "200 OK\r\nContent-Type: text/css";
  size_t bytes = put_page(n, body, room - HEAD_BYTES);
  size_t head =
      (size_t)snprintf(out, HEAD_BYTES, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", line, bytes);
  memmove(out + head, body, bytes);
  return head + bytes;
}

static void serve(int fd)
{
  static const struct cr_raw_step script[] = { CR_RAW_DO(ANSWER), CR_RAW_DO(AGAIN) };
  static const struct cr_raw_step *const scripts[] = { script };
  struct cr_raw_config config = { .scripts = scripts, .script_count = 1, .answer = answer };
  struct cr_raw_server *server = cr_raw_server_start(&config);
  int port = server ? cr_raw_server_port(server) : 0;

  if (write(fd, &port, sizeof(port)) == sizeof(port))
    while (read(fd, &port, sizeof(port)) > 0)
      ;
  _exit(0);
}

void cr_page_server_start(struct cr_page_server *server)
{
  int ends[2];

  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  server->pid = fork();
  assert_true(server->pid >= 0);
  if (server->pid == 0) {
    (void)close(ends[0]);
    serve(ends[1]);
  }
  (void)close(ends[1]);
  server->fd = ends[0];
  assert_int_equal(read(server->fd, &server->port, sizeof(server->port)), sizeof(server->port));
  assert_true(server->port > 0);
}

void cr_page_server_stop(const struct cr_page_server *server)
{
  (void)close(server->fd);
  assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
}

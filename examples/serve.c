/* SPDX-License-Identifier: MIT */
/* serve.c - serve the files of a directory on 127.0.0.1, to have something to crawl.
 *
 * LDLIBS: -levent_extra
 * usage: serve DIRECTORY
 *
 * Prints its address as the first line ("http://127.0.0.1:41234/"; the port is one that the system
 * has free) and serves until it is killed. GET and HEAD, kept-alive connections, index.html for
 * a directory. A path with a segment that begins with a dot is not found, so nothing outside of
 * the directory can be asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

enum { IDLE_SECONDS = 60, MAX_REQUEST_BYTES = 65536 };

struct server {
  struct event_base *base;
  struct evhttp *http;
  int root; /* the directory */
};

/* No charset: some pages say theirs in a <meta>, as they do on the web. */
static const char *type_of(const char *path)
{
  static const char *const types[][2] = {
    { ".html", "text/html" },     { ".txt", "text/plain" },      { ".css", "text/css" },
    { ".js", "text/javascript" }, { ".xml", "text/xml" },        { ".json", "application/json" },
    { ".svg", "image/svg+xml" },  { ".png", "image/png" },       { ".gif", "image/gif" },
    { ".jpg", "image/jpeg" },     { ".pdf", "application/pdf" },
  };
  size_t len = strlen(path);

  for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
    size_t tail = strlen(types[i][0]);

    if (len >= tail && strcmp(path + len - tail, types[i][0]) == 0)
      return types[i][1];
  }
  return "application/octet-stream";
}

/* ---- answers ---- */

static void set_header(struct evhttp_request *req, const char *name, const char *value)
{
  evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

/* libevent leaves a HEAD's length out. */
static void set_length(struct evhttp_request *req, long long bytes)
{
  char text[32];

  snprintf(text, sizeof(text), "%lld", bytes);
  set_header(req, "Content-Length", text);
}

static void say(struct evhttp_request *req, int status, const char *reason)
{
  struct evbuffer *out = evhttp_request_get_output_buffer(req);

  evbuffer_add_printf(out,
                      "<!DOCTYPE html>\n<title>%d %s</title>\n<h1>%s</h1>\n"
                      "<p><a href=\"/\">To the front page</a>\n",
                      status, reason, reason);
  set_header(req, "Content-Type", "text/html");
  set_length(req, (long long)evbuffer_get_length(out));
  evhttp_send_reply(req, status, reason, NULL);
}

/* Takes fd over. */
static void send_file(struct evhttp_request *req, const char *path, int fd, long long bytes)
{
  int has_body = bytes > 0 && evhttp_request_get_command(req) != EVHTTP_REQ_HEAD;

  set_header(req, "Content-Type", type_of(path));
  set_length(req, bytes);
  if (!has_body)
    close(fd);
  else if (evbuffer_add_file(evhttp_request_get_output_buffer(req), fd, 0, bytes) < 0)
    close(fd); /* a body shorter than its length: the client will notice */
  evhttp_send_reply(req, HTTP_OK, "OK", NULL);
}

/* ---- requests ---- */

/* path: decoded, without its leading slash. */
static int is_safe(const char *path)
{
  const char *segment = path;

  while (segment) {
    if (*segment == '.' || *segment == '/')
      return 0;
    segment = strchr(segment, '/');
    segment += segment != NULL;
  }
  return 1;
}

/* "a/b" is a directory: its pages' relative links need "a/b/". */
static void add_slash(struct evhttp_request *req)
{
  const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
  char *target = malloc(strlen(path) + 2);

  if (target) {
    snprintf(target, strlen(path) + 2, "%s/", path);
    set_header(req, "Location", target);
  }
  free(target);
  say(req, HTTP_MOVEPERM, "Moved");
}

static void send_path(struct server *server, struct evhttp_request *req, const char *path)
{
  char name[4096];
  size_t len = strlen(path);
  int is_folder = len == 0 || path[len - 1] == '/';
  int used = snprintf(name, sizeof(name), "%s%s", path, is_folder ? "index.html" : "");
  struct stat about;
  int fd = -1;

  if (used >= 0 && (size_t)used < sizeof(name) && is_safe(path))
    fd = openat(server->root, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &about) < 0) {
    say(req, HTTP_NOTFOUND, "Not Found");
  } else if (S_ISREG(about.st_mode)) {
    send_file(req, name, fd, (long long)about.st_size);
    return;
  } else if (S_ISDIR(about.st_mode)) {
    add_slash(req);
  } else {
    say(req, HTTP_NOTFOUND, "Not Found");
  }
  if (fd >= 0)
    close(fd);
}

static void answer(struct evhttp_request *req, void *user)
{
  const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
  const char *raw = uri ? evhttp_uri_get_path(uri) : NULL;
  size_t len = 0;
  char *path = raw ? evhttp_uridecode(raw, 0, &len) : NULL;

  if (evhttp_request_get_command(req) != EVHTTP_REQ_GET &&
      evhttp_request_get_command(req) != EVHTTP_REQ_HEAD) {
    set_header(req, "Allow", "GET, HEAD");
    say(req, HTTP_BADMETHOD, "Method Not Allowed");
  } else if (!path || path[0] != '/' || strlen(path) != len) { /* a NUL would hide the rest */
    say(req, HTTP_BADREQUEST, "Bad Request");
  } else {
    send_path(user, req, path + 1);
  }
  free(path);
}

/* ---- life ---- */

static int port_of(struct evhttp_bound_socket *bound)
{
  struct sockaddr_in address = { 0 };
  socklen_t bytes = sizeof(address);

  if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &bytes) < 0)
    return -1;
  return ntohs(address.sin_port);
}

static int fail(const char *what)
{
  fprintf(stderr, "serve: %s: %s\n", what, strerror(errno));
  return 1;
}

static int serve(struct server *server)
{
  struct evhttp_bound_socket *bound;
  int port;

  evhttp_set_timeout(server->http, IDLE_SECONDS);
  evhttp_set_max_headers_size(server->http, MAX_REQUEST_BYTES);
  evhttp_set_max_body_size(server->http, MAX_REQUEST_BYTES);
  evhttp_set_gencb(server->http, answer, server);
  bound = evhttp_bind_socket_with_handle(server->http, "127.0.0.1", 0);
  port = bound ? port_of(bound) : -1;
  if (port < 0)
    return fail("127.0.0.1");
  printf("http://127.0.0.1:%d/\n", port);
  if (fflush(stdout) != 0)
    return fail("stdout");
  return event_base_dispatch(server->base) == 0 ? 0 : fail("event loop");
}

int main(int argc, char **argv)
{
  struct server server = { .root = -1 };
  int status = 1;

  if (argc != 2) {
    fputs("usage: serve DIRECTORY\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  server.root = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  server.base = event_base_new();
  server.http = server.base ? evhttp_new(server.base) : NULL;
  if (server.root < 0)
    fail(argv[1]);
  else if (!server.http)
    fail("libevent");
  else
    status = serve(&server);
  if (server.http)
    evhttp_free(server.http);
  if (server.base)
    event_base_free(server.base);
  if (server.root >= 0)
    close(server.root);
  return status;
}

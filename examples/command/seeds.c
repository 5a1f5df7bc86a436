/* SPDX-License-Identifier: MIT */
/* seeds.c - where the crawl begins: URLs as people type them, and files of them.
 */
#include "seeds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* ---- doors ---- */

int seed_extend_list(crawler *c, const char *option, const char *value)
{
  const char *old = crawler_get_option(c, option);
  int first = !old || !*old || strcmp(old, "0") == 0; /* nothing was set yet */
  size_t room = (first ? 0 : strlen(old) + 1) + strlen(value) + 1;
  char *joined = malloc(room);
  int err;

  if (!joined)
    return CRAWLER_E_NOMEM;
  snprintf(joined, room, "%s%s%s", first ? "" : old, first ? "" : ",", value);
  err = crawler_set_option(c, option, joined);
  free(joined);
  return err;
}

static int is_local_name(const char *host)
{
  size_t len = strlen(host);

  return strcmp(host, "localhost") == 0 || host[0] == '[' || strspn(host, "0123456789.") == len;
}

int seed_open_door(crawler *c, const char *url)
{
  crawler_request *req;
  int err = 0;

  if (crawler_request_new(c, &req, url) == 0 && is_local_name(crawler_request_host(req)))
    err = seed_extend_list(c, "allow_private", crawler_request_host(req));
  crawler_request_free(req);
  return err;
}

/* ---- one seed ---- */

/* A colon ends a scheme ("mailto:a@b"), unless only a port follows it ("localhost:8080/a"). */
static int has_scheme(const char *text)
{
  const char *colon = text + strcspn(text, ":/?#[");
  size_t digits = *colon ? strspn(colon + 1, "0123456789") : 0;

  return *colon == ':' && (digits == 0 || !strchr("/?#", colon[1 + digits]));
}

int seed_complete(const char *text, char *url)
{
  const char *scheme = has_scheme(text) ? "" : "http://";

  return snprintf(url, SEED_BYTES, "%s%s", scheme, text) < SEED_BYTES ? 0 : -1;
}

int seed_add(crawler *c, const char *text, int opens, int (*add)(crawler *, const char *))
{
  char url[SEED_BYTES];
  int err = seed_complete(text, url) < 0 ? CRAWLER_E_URL : 0;

  if (err == 0 && opens)
    err = seed_open_door(c, url);
  return err == 0 ? add(c, url) : err;
}

/* ---- files ---- */

/* Without the blanks around it; in place. */
static char *trim(char *line)
{
  size_t len;

  line += strspn(line, " \t\r\n");
  len = strlen(line);
  while (len > 0 && strchr(" \t\r\n", line[len - 1]))
    len--;
  line[len] = '\0';
  return line;
}

static int refuse(struct seed_file *file, long long number, const char *text, int err)
{
  fprintf(stderr, "crawler: %s:%lld: %s: ", file->path, number, crawler_strerror(err));
  for (size_t i = 0; i < 200 && text[i]; i++) /* what isn't ASCII, a terminal might obey */
    fputc(text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?', stderr);
  fputc('\n', stderr);
  file->refused++;
  return err == CRAWLER_E_NOMEM ? -1 : 0;
}

static int add_line(crawler *c, struct seed_file *file, long long number, char *line, size_t bytes)
{
  int has_nul = memchr(line, '\0', bytes) != NULL;
  const char *text = trim(line);
  int err;

  if (!has_nul && (!*text || *text == '#'))
    return 0;
  err = has_nul ? CRAWLER_E_URL : seed_add(c, text, 0, crawler_add);
  if (err < 0)
    return refuse(file, number, text, err);
  file->taken++;
  return 0;
}

static int complain(const struct seed_file *file)
{
  fprintf(stderr, "crawler: %s: %s\n", file->path, strerror(errno));
  return -1;
}

int seed_read_file(crawler *c, struct seed_file *file)
{
  FILE *in = strcmp(file->path, "-") == 0 ? stdin : fopen(file->path, "re");
  char *line = NULL;
  size_t room = 0;
  long long number = 0;
  int status = 0;
  ssize_t bytes;

  if (!in)
    return complain(file);
  while (status == 0 && (bytes = getline(&line, &room, in)) >= 0)
    status = add_line(c, file, ++number, line, (size_t)bytes);
  if (status == 0 && !feof(in))
    status = complain(file);
  free(line);
  if (in != stdin)
    (void)fclose(in); /* it was only read */
  return status;
}

/* SPDX-License-Identifier: MIT */
/* watch_changes.c - what is new, changed or gone on a site since it was last looked at?
 *
 * Of each page STATE keeps ETag, Last-Modified and a hash of its bytes. The next run asks with them
 * whether there is another version; a server that knows says 304 and sends nothing. The links of
 * such a page aren't seen again, and so every page that is known is a seed.
 *
 * usage: watch_changes STATE URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct known { /* a page; texts are "" where the server sent none */
  struct known *next;
  uint64_t hash;
  char etag[128];
  char modified[64];
  int is_gone;
  char url[];
};

struct state {
  struct known *first;
  int changes;
  int failed;
};

/* What doesn't fit or would break a line of the file isn't kept: the hash tells as well. */
static void keep_text(char *field, size_t room, const char *value)
{
  int fits = value && strlen(value) < room && !strpbrk(value, "\t\r\n");

  snprintf(field, room, "%s", fits ? value : "");
}

static struct known *add_known(struct state *state, const char *url)
{
  size_t bytes = strlen(url) + 1;
  struct known *known = calloc(1, sizeof(*known) + bytes);

  if (!known) {
    state->failed = 1;
    return NULL;
  }
  memcpy(known->url, url, bytes);
  known->next = state->first;
  state->first = known;
  return known;
}

/* A file that isn't there yet is an empty state. */
static void load(struct state *state, const char *path)
{
  FILE *in = fopen(path, "r");
  char *line = NULL;
  size_t room = 0;

  while (in && getline(&line, &room, in) > 0) {
    char *at = line;
    const char *hash = strsep(&at, "\t");
    const char *etag = strsep(&at, "\t");
    const char *modified = strsep(&at, "\t");
    const char *url = strsep(&at, "\n");
    struct known *known = url ? add_known(state, url) : NULL; /* NULL: not one of our lines */

    if (!known)
      continue;
    known->hash = strtoull(hash, NULL, 16);
    keep_text(known->etag, sizeof(known->etag), etag);
    keep_text(known->modified, sizeof(known->modified), modified);
  }
  free(line);
  if (in)
    fclose(in);
}

/* A new file takes the old one's place when it is whole. -1: it can't be written. */
static int save(const struct state *state, const char *path)
{
  char name[4096];
  FILE *out;
  int bad;

  if (snprintf(name, sizeof(name), "%s.new", path) >= (int)sizeof(name))
    return -1;
  out = fopen(name, "w");
  if (!out)
    return -1;
  for (const struct known *k = state->first; k; k = k->next)
    if (!k->is_gone)
      fprintf(out, "%016" PRIx64 "\t%s\t%s\t%s\n", k->hash, k->etag, k->modified, k->url);
  bad = ferror(out);
  return fclose(out) != 0 || bad || rename(name, path) != 0 ? -1 : 0;
}

/* FNV-1a: it has to tell versions of a page apart, not to withstand anybody. */
static uint64_t hash_of(const crawler_page *page)
{
  uint64_t hash = 14695981039346656037u;
  size_t bytes;
  const unsigned char *body = crawler_page_body(page, &bytes);

  for (size_t i = 0; i < bytes; i++)
    hash = (hash ^ body[i]) * 1099511628211u;
  return hash;
}

/* About to be sent, each attempt: a page that is new has nothing to be compared with. */
static int ask_for_changes(crawler *c, crawler_request *req, void *user)
{
  const struct known *known = crawler_request_data(req);
  int err = CRAWLER_OK;

  (void)c;
  (void)user;
  if (known && *known->etag)
    err = crawler_request_set_header(req, "If-None-Match", known->etag);
  if (known && *known->modified && err == CRAWLER_OK)
    err = crawler_request_set_header(req, "If-Modified-Since", known->modified);
  return err == CRAWLER_OK ? CRAWLER_ACCEPT : CRAWLER_REJECT;
}

static void tell(struct state *state, const char *what, const crawler_page *page)
{
  printf("%-8s %s\n", what, crawler_page_url(page));
  state->changes++;
}

/* 304, and whatever may be over tomorrow, such as a 500, leaves a page as it was known. */
static int compare(crawler *c, crawler_page *page, void *user)
{
  struct state *state = user;
  struct known *known = crawler_request_data(crawler_page_request(page));
  int status = crawler_page_status(page);

  if (known && (status == 404 || status == 410)) {
    tell(state, "gone", page);
    known->is_gone = 1;
  }
  if (status != 200)
    return 0;
  if (!known)
    tell(state, "new", page);
  else if (known->hash != hash_of(page))
    tell(state, "changed", page);
  if (!known)
    known = add_known(state, crawler_page_url(page));
  if (!known) {
    crawler_stop(c);
    return 0;
  }
  known->hash = hash_of(page);
  keep_text(known->etag, sizeof(known->etag), crawler_page_header(page, "ETag"));
  keep_text(known->modified, sizeof(known->modified), crawler_page_header(page, "Last-Modified"));
  return 0;
}

static int crawl(crawler *c, struct state *state, const char *url)
{
  int err = CRAWLER_OK;

  for (struct known *k = state->first; k && err == CRAWLER_OK; k = k->next) {
    crawler_request *req;

    err = crawler_request_new(c, &req, k->url);
    if (err < 0)
      return err;
    crawler_request_set_data(req, k, NULL);
    err = crawler_submit(c, req);
  }
  crawler_on_request(c, ask_for_changes, NULL);
  crawler_on_page(c, compare, state);
  if (err == CRAWLER_OK)
    err = crawler_add(c, url);
  return err == CRAWLER_OK ? crawler_run(c) : err;
}

int main(int argc, char **argv)
{
  struct state state = { 0 };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 3) {
    fputs("usage: watch_changes STATE URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  load(&state, argv[1]);
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  err = crawl(c, &state, argv[2]);
  if (err < 0)
    fprintf(stderr, "watch_changes: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else if (state.failed || save(&state, argv[1]) < 0)
    fprintf(stderr, "watch_changes: %s: %s\n", argv[1], state.failed ? "no memory" : "not written");
  else
    printf("%d changes; %" PRId64 " of %" PRId64 " pages weren't sent again\n", state.changes,
           crawler_get_stat(c, CRAWLER_STAT_STATUS_3XX), crawler_get_stat(c, CRAWLER_STAT_FETCHED));
  crawler_free(c);
  while (state.first) {
    struct known *known = state.first;

    state.first = known->next;
    free(known);
  }
  return err < 0 || state.failed;
}

/* SPDX-License-Identifier: MIT */
/* request_headers.c - the header lines of a request: who says them, and who may hear them.
 *
 * Laid out anew for each request, by its URL alone: what is meant for a host can't follow a
 * redirect to another. The first line of a name holds, in this order: the request's own, option
 * header_for, credentials, header (to the seeds' origins), then what is the library's to say.
 */
#include "engine/shard.h"

#include "base/inflate.h"
#include "url/referrer.h"

static const char accept_line[] =
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

static bool has_header(const struct cr_visit *v, size_t count, struct cr_span name)
{
  for (size_t i = 0; i < count; i++)
    if (cr_span_starts_nocase(cr_span_text(v->header_list[i]), name))
      return true;
  return false;
}

/* The list has room for as many as can be set, and for ours. */
static void add_line(struct cr_visit *v, size_t *count, const char *line, struct cr_span name)
{
  if (line && !has_header(v, *count, name))
    v->header_list[(*count)++] = line;
}

/* name: with its colon. */
static bool add_value(struct cr_visit *v, size_t *count, struct cr_span name, struct cr_span value)
{
  char *line = cr_arena_bytes(&v->page.arena, name.len + 1 + value.len + 1);

  if (!line)
    return false;
  memcpy(line, name.at, name.len);
  line[name.len] = ' ';
  memcpy(line + name.len + 1, value.at, value.len);
  line[name.len + 1 + value.len] = '\0';
  add_line(v, count, line, name);
  return true;
}

/* ---- for some hosts ---- */

/* Of the lines that match, at most so many as option header may have. */
static void add_host_lines(struct cr_visit *v, size_t *count, const struct cr_host_lines *lines)
{
  const struct crawler_request *req = &v->page.req;
  const struct cr_host_lines_origin origin = { cr_request_host(req), req->port, req->https };
  size_t at = 0;
  const char *line;

  for (int i = 0; i < CR_OPTION_MAX_HEADERS && (line = cr_host_lines_next(lines, &origin, &at));
       i++)
    add_line(v, count, line, cr_span(line, strcspn(line, ":") + 1));
}

/* The lines of option header, for the seeds' origins only. */
static bool add_seed_headers(struct cr_visit *v, size_t *count)
{
  struct cr_shard *s = v->shard;
  const char *text = s->settings->header;

  if (*text == '\0' || !cr_scope_has_origin(s->scope, cr_request_origin(&v->page.req)))
    return true;
  while (*text) {
    size_t len = strcspn(text, "\n");
    char *line = cr_arena_strndup(&v->page.arena, text, len);

    if (!line)
      return false;
    add_line(v, count, line, cr_span(line, strcspn(line, ":") + 1));
    text += len + (text[len] == '\n');
  }
  return true;
}

int cr_set_host_lines(struct cr_shard *s, enum cr_host_line_kind kind, const char *text)
{
  struct cr_host_lines **to = &s->host_lines[kind];
  struct cr_host_lines *lines = NULL;
  int err = *text ? cr_host_lines_open(&lines, s->mem, kind, text) : 0;

  if (err)
    return err;
  cr_host_lines_close(*to);
  *to = lines;
  return 0;
}

/* ---- for all of them ---- */

static bool add_referrer(struct cr_visit *v, size_t *count)
{
  const struct crawler_request *req = &v->page.req;
  enum cr_referrer_policy policy = CR_REFERRER_NONE;

  if (!req->referrer.at)
    return true;
  (void)cr_referrer_policy_read(cr_span_text(v->shard->settings->referrer),
                                &policy); /* checked when it was set */
  struct cr_span told = cr_referrer(policy, req->referrer, cr_span(req->url, req->url_bytes));
  return told.len == 0 || add_value(v, count, CR_SPAN("Referer:"), told);
}

static bool add_identity(struct cr_visit *v, size_t *count)
{
  struct cr_span from = cr_span_text(v->shard->settings->from);

  if (from.len > 0 && !add_value(v, count, CR_SPAN("From:"), from))
    return false;
  return add_referrer(v, count);
}

/* The jar's, unless who asks has said what to send. */
static int add_cookies(struct cr_visit *v, size_t *count)
{
  const struct cr_span name = CR_SPAN("Cookie:");
  const char *line = NULL;
  int err = has_header(v, *count, name) ? 0 : cr_cookies_line(v, &line);

  add_line(v, count, line, name);
  return err;
}

int cr_lay_out_headers(struct cr_visit *v)
{
  const struct cr_extra *extra = v->page.req.extra;
  struct cr_shard *s = v->shard;
  size_t count = 0;

  for (size_t i = 0; extra && i < extra->header_count; i++)
    v->header_list[count++] = extra->headers[i];
  add_host_lines(v, &count, s->host_lines[CR_HOST_LINE_HEADER]);
  add_host_lines(v, &count, s->host_lines[CR_HOST_LINE_CREDENTIALS]);
  if (!add_seed_headers(v, &count) || !add_identity(v, &count) || add_cookies(v, &count) < 0)
    return CRAWLER_E_NOMEM;
  if (extra && extra->content_type &&
      !add_value(v, &count, CR_SPAN("Content-Type:"), cr_span_text(extra->content_type)))
    return CRAWLER_E_NOMEM;
  add_line(v, &count, accept_line, CR_SPAN("Accept:"));
  add_line(v, &count, cr_inflate_accept_line(), CR_SPAN("Accept-Encoding:"));
  v->transfer.headers = v->header_list;
  v->transfer.header_count = count;
  return 0;
}

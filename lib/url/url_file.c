/* SPDX-License-Identifier: MIT */
/* url_file.c - "file:" URLs: hosts that may be empty, and drive letters.
 *
 * The standard's three file states (https://url.spec.whatwg.org/#file-state) and what it asks of
 * "C:" and "C|" in paths, on every platform.
 */
#include "crawl/crawler.h"
#include "url/url_build.h"

enum { DRIVE_BYTES = 2 }; /* "C:" */

static bool is_drive(const char *at)
{
  return cr_is_alpha(at[0]) && (at[1] == ':' || at[1] == '|');
}

/* Does the input begin with a letter, ':' or '|', and what may stand behind a segment? */
static bool at_drive(const struct cr_url_input *in)
{
  if (cr_url_left(in) < DRIVE_BYTES || !is_drive(in->at))
    return false;
  return cr_url_left(in) == DRIVE_BYTES || cr_url_is(in->at[DRIVE_BYTES], CR_URL_ENDS_SEGMENT);
}

void cr_url_fix_drive(struct cr_url *url)
{
  size_t bytes = url->text.len - url->path_at;
  char *path = url->text.data + url->path_at;

  if (bytes >= 1 + DRIVE_BYTES && is_drive(path + 1) &&
      (bytes == 1 + DRIVE_BYTES || path[1 + DRIVE_BYTES] == '/'))
    path[2] = ':';
}

bool cr_url_is_drive(const struct cr_url *url, size_t end)
{
  const char *path = url->text.data + url->path_at; /* "/C:" */
  return end - url->path_at == 1 + DRIVE_BYTES && cr_is_alpha(path[1]) && path[2] == ':';
}

/* "//" and the host; nothing of the input when host is the empty span. */
static int put_file_host(struct cr_url *url, struct cr_span host)
{
  int err = cr_url_room(&url->text, 2);
  if (err < 0)
    return err;

  cr_url_put(&url->text, "//", 2);
  cr_url_no_authority(url); /* sets the offsets; a file URL has no more than a host */
  url->has_authority = true;
  if (host.len > 0)
    err = cr_host_parse(host, &url->text);
  url->host_end = cr_url_here(url);
  if (cr_span_eq(cr_url_host(url), CR_SPAN("localhost"))) { /* the same as no host */
    url->text.len = url->host_at;
    url->host_end = url->host_at;
  }
  url->path_at = url->host_end;
  return err;
}

/* Behind "file://": a host, or the drive letter of a path that was meant. */
static int put_host_and_path(struct cr_url *url, struct cr_url_input *in)
{
  const char *host = in->at;

  if (at_drive(in)) {
    int err = put_file_host(url, cr_span(NULL, 0));
    return err < 0 ? err : cr_url_put_path(url, in);
  }
  while (in->at < in->end && !cr_url_is(*in->at, CR_URL_ENDS_SEGMENT))
    in->at++;
  int err = put_file_host(url, cr_span(host, (size_t)(in->at - host)));
  return err < 0 ? err : cr_url_put_path_start(url, in);
}

/* Behind "file:/" with no second slash: base's host, and its drive unless there is one. */
static int put_absolute_path(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  int err;

  if (!base) {
    err = put_file_host(url, cr_span(NULL, 0));
  } else {
    size_t drive_end = (size_t)base->path_at + 1 + DRIVE_BYTES;
    size_t path_end = cr_url_path_end(base);
    bool keeps_drive = !at_drive(in) && path_end >= drive_end && cr_url_is_drive(base, drive_end) &&
                       (path_end == drive_end || base->text.data[drive_end] == '/');
    err = cr_url_put_base(url, base, keeps_drive ? drive_end : base->path_at);
  }
  return err < 0 ? err : cr_url_put_path(url, in);
}

static int put_relative(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  if (in->at == in->end || *in->at == '#')
    return cr_url_put_base(url, base, cr_url_query_end(base));
  if (*in->at == '?')
    return cr_url_put_base(url, base, cr_url_path_end(base));
  if (!at_drive(in))
    return cr_url_put_relative_path(url, base, in);
  int err = cr_url_put_base(url, base, base->path_at);
  return err < 0 ? err : cr_url_put_path(url, in);
}

int cr_url_put_file(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  if (cr_url_at_slash(url, in)) {
    in->at++;
    if (!cr_url_at_slash(url, in))
      return put_absolute_path(url, base, in);
    in->at++;
    return put_host_and_path(url, in);
  }
  if (base)
    return put_relative(url, base, in);
  int err = put_file_host(url, cr_span(NULL, 0));
  return err < 0 ? err : cr_url_put_path(url, in);
}

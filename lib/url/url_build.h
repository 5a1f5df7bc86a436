/* SPDX-License-Identifier: MIT */
/* url_build.h - the parts of the URL parser, for each other only.
 *
 * Each part takes what is its own off the front of the input, appends the serialisation to
 * url->text and notes its offsets in url. Input has no tabs and newlines any more. All return 0,
 * CRAWLER_E_URL, CRAWLER_E_LIMIT or CRAWLER_E_NOMEM.
 */
#ifndef CR_URL_URL_BUILD_H
#define CR_URL_URL_BUILD_H

#include "url/url.h"
#include "url/url_bytes.h"

/* What is left of the input. */
struct cr_url_input {
  const char *at;
  const char *end;
  const struct cr_url_encoding *encoding; /* of a special URL's query; NULL: UTF-8 */
};

static inline size_t cr_url_left(const struct cr_url_input *in)
{
  return (size_t)(in->end - in->at);
}

/* Is the next byte a slash, for this URL? */
static inline bool cr_url_at_slash(const struct cr_url *url, const struct cr_url_input *in)
{
  return in->at < in->end && (*in->at == '/' || (*in->at == '\\' && url->special));
}

static inline uint32_t cr_url_here(const struct cr_url *url)
{
  return (uint32_t)url->text.len;
}

/* ---- url.c ---- */

/* The port that a special scheme implies; -1: the scheme is not special or has none (file). */
int cr_url_default_port(struct cr_span scheme);
/* Takes over base's scheme and what follows it up to offset end, with all facts about it. */
int cr_url_put_base(struct cr_url *url, const struct cr_url *base, size_t end);
/* Offsets behind the path and behind the query: ends for cr_url_put_base. */
size_t cr_url_path_end(const struct cr_url *url);
size_t cr_url_query_end(const struct cr_url *url);

/* ---- url_authority.c ---- */

/* "user:pass@host:port" of any scheme but file; "//" is already taken off the input. */
int cr_url_put_authority(struct cr_url *url, struct cr_url_input *in);
/* Notes that the URL, whose text is "scheme:", has no authority. */
void cr_url_no_authority(struct cr_url *url);

/* ---- url_path.c ---- */

/* The path behind an authority; puts a slash in front where the scheme asks for one. */
int cr_url_put_path_start(struct cr_url *url, struct cr_url_input *in);
/* Segments behind a slash of the input, or at the start of a relative path, on top of the path that
 * url->text ends with (without the slash at its end). */
int cr_url_put_path(struct cr_url *url, struct cr_url_input *in);
/* Segments on top of base's path without its last one. */
int cr_url_put_relative_path(struct cr_url *url, const struct cr_url *base,
                             struct cr_url_input *in);
/* All of the input up to '?' or '#', nothing in it means anything. */
int cr_url_put_opaque_path(struct cr_url *url, struct cr_url_input *in);
/* "?query#fragment", or one of them, or nothing: the rest of the input. */
int cr_url_put_tail(struct cr_url *url, struct cr_url_input *in);

/* ---- url_file.c ---- */

/* All that follows "file:" up to the query. base is NULL or a file URL. */
int cr_url_put_file(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in);
/* "/C|" at the front of the path becomes "/C:". */
void cr_url_fix_drive(struct cr_url *url);
/* Is the path, up to offset end, nothing but "/C:"? No ".." takes that away. */
bool cr_url_is_drive(const struct cr_url *url, size_t end);

#endif

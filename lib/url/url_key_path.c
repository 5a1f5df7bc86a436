/* SPDX-License-Identifier: MIT */
/* url_key_path.c - the rules of the canonical key that concern the path.
 *
 * First session ids go, then doubled slashes, then the file and the slash at the end, until neither
 * is left: so the key of a key has nothing more to lose. No segment that stays may become a dot
 * segment. In place, linear in the path.
 */
#include "url/url.h"
#include "url/url_key.h"

/* The segment at at, up to its slash or the path's end. */
static struct cr_span segment(const char *at, const char *end)
{
  const char *slash = memchr(at, '/', (size_t)(end - at));

  return cr_span(at, (size_t)((slash ? slash : end) - at));
}

static struct cr_span last_segment(struct cr_span path)
{
  size_t at = path.len;

  while (at > 0 && path.at[at - 1] != '/')
    at--;
  return cr_span(path.at + at, path.len - at);
}

/* ---- sessions ---- */

static bool is_id(const char *at, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (!cr_is_alpha(at[i]) && !cr_is_digit(at[i]))
      return false;
  return true;
}

/* "(24 letters or digits)" or "(S(24 ...)F(24 ...))": ASP.NET sessions without cookies. */
static bool is_aspx_session(struct cr_span text)
{
  enum { ID = 24, GROUP = ID + 3 };

  if (text.len < ID + 2 || text.at[0] != '(' || text.at[text.len - 1] != ')')
    return false;
  if (text.len == ID + 2)
    return is_id(text.at + 1, ID);
  for (size_t at = 1; at + 1 < text.len; at += GROUP) {
    if (text.len - 1 - at < GROUP || !cr_is_alpha(text.at[at]) || text.at[at + 1] != '(' ||
        !is_id(text.at + at + 2, ID) || text.at[at + GROUP - 1] != ')')
      return false;
  }
  return true;
}

/* Where the last ".aspx" of the path begins, or its start. */
static const char *last_aspx(const char *start, const char *end)
{
  const char *at = end - start < 5 ? start : end - 5;

  while (at > start && !cr_span_starts_nocase(cr_span(at, (size_t)(end - at)), CR_SPAN(".aspx")))
    at--;
  return at;
}

/* ";name=value" at at, up to the next ';' or the segment's end. */
static struct cr_span path_parameter(const char *at, const char *end)
{
  const char *stop = at + 1;

  while (stop < end && *stop != ';')
    stop++;
  return cr_span(at, (size_t)(stop - at));
}

static bool is_session_parameter(struct cr_span parameter)
{
  const char *name = parameter.at + 1;
  const char *equals = memchr(parameter.at, '=', parameter.len);
  const char *end = parameter.at + parameter.len;

  return equals && cr_key_is_session(cr_span(name, (size_t)(equals - name)),
                                     cr_span(equals + 1, (size_t)(end - equals - 1)));
}

static bool is_dots(const char *at, const char *end)
{
  return (end - at == 1 && at[0] == '.') || (end - at == 2 && at[0] == '.' && at[1] == '.');
}

/* Copies a segment without its session parameters to to; returns the end of the copy. */
static char *put_segment(char *to, struct cr_span from)
{
  const char *end = from.at + from.len;
  const char *start = to;

  while (from.at < end) {
    struct cr_span piece = path_parameter(from.at, end); /* the name too, in front of a ';' */
    bool goes = *from.at == ';' && is_session_parameter(piece) && !is_dots(start, to);
    if (!goes) {
      memmove(to, piece.at, piece.len);
      to += piece.len;
    }
    from.at += piece.len;
  }
  return to;
}

static void drop_sessions(struct cr_buf *out, size_t from)
{
  char *to = out->data + from;
  const char *at = to;
  const char *end = out->data + out->len;
  const char *aspx = last_aspx(at, end);

  while (at < end) { /* at a slash; the copy is never ahead of it */
    struct cr_span name = segment(at + 1, end);
    const char *next = name.at + name.len;
    char *stop = put_segment(to + 1, name); /* what is left of it, so that a key loses no more */
    *to = '/';
    if (!(next <= aspx && is_aspx_session(cr_span(to + 1, (size_t)(stop - to - 1)))))
      to = stop;
    at = next;
  }
  out->len = (size_t)(to - out->data);
}

/* ---- slashes and index files ---- */

static void fold_slashes(struct cr_buf *out, size_t from)
{
  size_t to = from + 1;

  for (size_t i = from + 1; i < out->len; i++)
    if (out->data[i] != '/' || out->data[to - 1] != '/')
      out->data[to++] = out->data[i];
  out->len = to;
}

static bool drop_slashes(struct cr_buf *out, size_t from)
{
  size_t before = out->len;

  while (out->len > from + 1 && out->data[out->len - 1] == '/')
    out->len--;
  return out->len < before;
}

static bool drop_index(struct cr_buf *out, size_t from)
{
  struct cr_span file = last_segment(cr_span(out->data + from, out->len - from));

  if (!cr_key_is_index(file))
    return false;
  out->len -= file.len;
  return true;
}

bool cr_key_path_matters(struct cr_span path, unsigned rules)
{
  if ((rules & CR_URL_RULE_TRAILING_SLASH) && path.len > 1 && path.at[path.len - 1] == '/')
    return true;
  if ((rules & CR_URL_RULE_INDEX) && cr_key_is_index(last_segment(path)))
    return true;
  for (size_t i = 0; (rules & CR_URL_RULE_SLASHES) && i + 1 < path.len; i++)
    if (path.at[i] == '/' && path.at[i + 1] == '/')
      return true;
  return (rules & CR_URL_RULE_SESSION) &&
         (memchr(path.at, ';', path.len) || memchr(path.at, '(', path.len));
}

void cr_key_path(struct cr_buf *out, size_t from, unsigned rules)
{
  bool changed = true;

  if (rules & CR_URL_RULE_SESSION)
    drop_sessions(out, from);
  if (rules & CR_URL_RULE_SLASHES)
    fold_slashes(out, from);
  while (changed) {
    changed = (rules & CR_URL_RULE_TRAILING_SLASH) && drop_slashes(out, from);
    changed = ((rules & CR_URL_RULE_INDEX) && drop_index(out, from)) || changed;
  }
}

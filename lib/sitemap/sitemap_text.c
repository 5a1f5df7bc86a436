/* SPDX-License-Identifier: MIT */
/* sitemap_text.c - a sitemap that is a list of URLs, one a line (sitemaps.org, "Text file").
 *
 * LF, CR and CRLF end a line. What doesn't look like a URL is passed over, so that prose, or a page
 * that is sent instead of a sitemap, lists nothing.
 */
#include "sitemap/sitemap_text.h"

void cr_sitemap_text_init(struct cr_sitemap_text *t, struct cr_mem *mem,
                          const struct cr_sitemap_sink *sink)
{
  *t = (struct cr_sitemap_text){ .sink = *sink };
  cr_buf_init(&t->line, mem, CR_MEM_FETCH, CR_SITEMAP_URL_MAX);
}

static bool has_space(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (cr_is_space(text.at[i]) || text.at[i] == '\0')
      return true;
  return false;
}

/* "www.example.org/a": a name with a dot in it, and then a path. */
static bool lacks_scheme(struct cr_span line)
{
  bool has_dot = false;
  size_t at = 0;

  for (; at < line.len && line.at[at] != '/'; at++) {
    char c = line.at[at];
    if (!cr_is_alpha(c) && !cr_is_digit(c) && c != '-' && c != '.')
      return false;
    has_dot = has_dot || (c == '.' && at > 0 && at + 1 < line.len && line.at[at + 1] != '/');
  }
  return has_dot && at < line.len && line.at[0] != '.';
}

static int tell(struct cr_sitemap_text *t, struct cr_span url)
{
  struct cr_sitemap_entry entry = { .loc = url, .priority = -1 };

  t->urls++;
  return t->sink.entry(t->sink.arg, &entry);
}

static int tell_with_scheme(struct cr_sitemap_text *t, struct cr_span line)
{
  const struct cr_span scheme = CR_SPAN("http://");
  struct cr_buf url;

  cr_buf_init(&url, t->line.mem, CR_MEM_FETCH, CR_SITEMAP_URL_MAX + scheme.len);
  int err = cr_buf_add(&url, scheme.at, scheme.len);
  if (!err)
    err = cr_buf_add(&url, line.at, line.len);
  if (!err)
    err = tell(t, cr_span(url.data, url.len));
  cr_buf_free(&url);
  return err;
}

static int end_line(struct cr_sitemap_text *t, struct cr_span line)
{
  line = cr_span_trim(line);
  if (line.len == 0 || line.len > CR_SITEMAP_URL_MAX || has_space(line))
    return 0;
  if (cr_span_starts_nocase(line, CR_SPAN("http://")) ||
      cr_span_starts_nocase(line, CR_SPAN("https://")))
    return tell(t, line);
  return lacks_scheme(line) ? tell_with_scheme(t, line) : 0;
}

/* Keeps the beginning of a line whose end hasn't come. */
static int keep(struct cr_sitemap_text *t, struct cr_span part)
{
  if (t->is_cut || t->line.len + part.len > CR_SITEMAP_URL_MAX) {
    t->is_cut = true;
    return 0;
  }
  return cr_buf_add(&t->line, part.at, part.len);
}

static int end_kept(struct cr_sitemap_text *t)
{
  int err = t->is_cut ? 0 : end_line(t, cr_span(t->line.data, t->line.len));

  t->is_cut = false;
  cr_buf_clear(&t->line);
  return err;
}

int cr_sitemap_text_add(struct cr_sitemap_text *t, const char *data, size_t bytes)
{
  int err = 0;
  size_t start = 0;

  for (size_t at = 0; at < bytes && !err; at++) {
    if (data[at] != '\n' && data[at] != '\r')
      continue;
    struct cr_span part = cr_span(data + start, at - start);
    start = at + 1;
    if (t->line.len == 0 && !t->is_cut) {
      err = end_line(t, part);
    } else {
      err = keep(t, part);
      if (!err)
        err = end_kept(t);
    }
  }
  return err ? err : keep(t, cr_span(data + start, bytes - start));
}

int cr_sitemap_text_end(struct cr_sitemap_text *t)
{
  return end_kept(t);
}

void cr_sitemap_text_free(struct cr_sitemap_text *t)
{
  cr_buf_free(&t->line);
}

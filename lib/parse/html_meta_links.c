/* SPDX-License-Identifier: MIT */
/* html_meta_links.c - what <meta> says: of the page, and of other pages.
 *
 * HTML standard 4.2.5; the Open Graph protocol and its relatives, whose names end in what they
 * hold; msapplication-; and what a Content-Security-Policy reports to.
 */
#include "parse/html_collect.h"
#include "parse/refresh.h"
#include "parse/robots_tags.h"

enum { LATE_MS = 5000 };

static void add(struct cr_collect *c, const struct cr_html_tag *tag, crawler_link_kind kind,
                struct cr_span href)
{
  struct crawler_link *link = cr_collect_link(c, tag, kind, href);

  if (link) {
    link->tag = "meta";
    link->attribute = "content";
  }
}

struct crawler_link *cr_collect_refresh(struct cr_collect *c, const struct cr_html_tag *tag,
                                        struct cr_span content)
{
  bool is_first = !c->has_refresh;
  struct cr_span url;
  int64_t delay_ms;

  if (!cr_refresh_parse(content, &delay_ms, &url))
    return NULL;
  c->has_refresh = true;
  struct crawler_link *link = cr_collect_link(c, tag, CRAWLER_LINK_REFRESH, url);
  if (link && (delay_ms > LATE_MS || !is_first))
    link->flags |= CRAWLER_LINK_FLAG_LATE;
  if (link && !url.at)
    link->base = CR_BASE_OF_PAGE;
  return link;
}

static void add_refresh(struct cr_collect *c, const struct cr_html_tag *tag, struct cr_span content)
{
  struct crawler_link *link = cr_collect_refresh(c, tag, content);

  if (!link)
    return;
  link->tag = "meta";
  link->attribute = "content";
}

/* "script-src 'self'; report-uri /a /b" */
static void add_reports(struct cr_collect *c, const struct cr_html_tag *tag, struct cr_span content)
{
  const char *at = content.at;
  const char *end = content.at + content.len;
  bool is_report = false;
  bool is_name = true;

  while (at < end) {
    while (at < end && cr_is_space(*at))
      at++;
    const char *word = at;
    while (at < end && !cr_is_space(*at) && *at != ';')
      at++;
    struct cr_span text = cr_span(word, (size_t)(at - word));
    if (is_name && text.len > 0)
      is_report = cr_span_eq_nocase(text, CR_SPAN("report-uri"));
    else if (is_report && text.len > 0)
      add(c, tag, CRAWLER_LINK_META, text);
    is_name = is_name && text.len == 0;
    if (at < end && *at == ';') {
      at++;
      is_name = true;
    }
  }
}

static bool ends_in(struct cr_span name, const char *end)
{
  size_t len = strlen(end);
  return name.len >= len && memcmp(name.at + name.len - len, end, len) == 0;
}

/* Is content of a meta of this name (in lower case) a URL? */
static bool names_url(struct cr_span name)
{
  static const char *const exact[] = { "msapplication-config",    "msapplication-starturl",
                                       "msapplication-tileimage", "thumbnail",
                                       "twitter:player",          "twitter:image:src",
                                       "twitter:player:stream" };
  static const char *const ends[] = { ":url", ":secure_url", ":image", ":audio", ":video", "logo" };
  bool is_graph = cr_span_starts_nocase(name, CR_SPAN("og:")) ||
                  cr_span_starts_nocase(name, CR_SPAN("twitter:")) ||
                  cr_span_starts_nocase(name, CR_SPAN("msapplication-"));

  for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
    if (cr_span_eq(name, cr_span_text(exact[i])))
      return true;
  for (size_t i = 0; is_graph && i < sizeof(ends) / sizeof(ends[0]); i++)
    if (ends_in(name, ends[i]))
      return true;
  return false;
}

static void keep_meta(struct cr_collect *c, struct cr_span name, struct cr_span content)
{
  struct cr_page_facts *facts = &c->found.facts;

  if (!c->wants.metadata || facts->meta_count == CR_HTML_MAX_METAS)
    return;
  if (!c->metas)
    c->metas = cr_arena_alloc(c->keep, CR_HTML_MAX_METAS * sizeof(*c->metas));
  char *kept_name = cr_arena_strndup(c->keep, name.at, name.len);
  char *kept_content = cr_arena_strndup(c->keep, content.at, content.len);
  if (!c->metas || !kept_name || !kept_content) {
    c->err = CRAWLER_E_NOMEM;
    return;
  }
  c->metas[facts->meta_count++] = (struct cr_page_meta){ kept_name, kept_content };
}

/* Returns whether content is a URL. */
static bool note_named(struct cr_collect *c, struct cr_span name, struct cr_span content)
{
  char *lower;

  name = cr_span_trim(cr_collect_decode(c, c->scratch, name));
  lower = cr_arena_strndup(c->scratch, name.len > 0 ? name.at : "", name.len);
  if (!lower) {
    c->err = CRAWLER_E_NOMEM;
    return false;
  }
  for (size_t i = 0; i < name.len; i++)
    lower[i] = cr_lower(lower[i]);
  name.at = lower;
  keep_meta(c, name, content);
  cr_robots_tags_meta(&c->found.facts, name, content, c->wants.robots_token);
  return names_url(name) && content.len > 0;
}

static void note_pragma(struct cr_collect *c, const struct cr_html_tag *tag, struct cr_span name,
                        struct cr_span content)
{
  if (cr_span_eq_nocase(name, CR_SPAN("refresh")))
    add_refresh(c, tag, content);
  else if (cr_span_eq_nocase(name, CR_SPAN("pragma")) &&
           cr_span_eq_nocase(cr_span_trim(content), CR_SPAN("no-cache")))
    c->found.facts.robots |= CRAWLER_PAGE_NOARCHIVE;
  else if (cr_span_eq_nocase(name, CR_SPAN("content-security-policy")) ||
           cr_span_eq_nocase(name, CR_SPAN("content-security-policy-report-only")))
    add_reports(c, tag, content);
}

void cr_collect_meta(struct cr_collect *c, const struct cr_html_tag *tag)
{
  struct cr_span name;
  struct cr_span content;
  bool is_url = false;

  if (tag->is_inert || !cr_html_attribute(tag, CR_SPAN("content"), &content))
    return;
  content = cr_collect_decode(c, c->scratch, content);
  if (!content.at)
    return;
  if (cr_html_attribute(tag, CR_SPAN("http-equiv"), &name))
    note_pragma(c, tag, cr_collect_view(c, name), content);
  /* Many have both: <meta name=image property=og:image>. */
  if (cr_html_attribute(tag, CR_SPAN("name"), &name))
    is_url = note_named(c, name, content);
  if (cr_html_attribute(tag, CR_SPAN("property"), &name))
    is_url = note_named(c, name, content) || is_url;
  if (is_url)
    add(c, tag, CRAWLER_LINK_META, content);
}

/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo pcre2 */
/* test_scrapy_links.c - Scrapy's link extractor, rebuilt from what the library has.
 *
 * Its options are the library's rules (filter/match.h), canonical keys, and the tag and attribute
 * that a link is told with. XPath, CSS selectors and rules over texts are left out, so that a row
 * where they matter departs. Two parts a row: all URLs in order, with their nofollow; and if those
 * hold, the texts.
 */
#include "filter/match.h"
#include "parse/page_rig.h"
#include "support/suite.h"

enum { MOST_LINKS = 32, URL_BYTES = 512 };

struct scrapy {
  const struct cr_json *options;
  struct cr_match_rules rules;
  struct {
    char url[URL_BYTES];
    const struct crawler_link *link;
  } links[MOST_LINKS];
  size_t count;
};

/* An option's values: one text, or an array of them. */
static const struct cr_json *value_at(const struct cr_json *option, size_t i)
{
  if (option && option->type == CR_JSON_STRING)
    return i == 0 ? option : NULL;
  return cr_json_at(option, i);
}

static void add_rules(struct scrapy *s, const char *option, enum cr_match_kind kind,
                      const char *prefix)
{
  const struct cr_json *values = cr_json_get(s->options, option);
  const struct cr_json *value;

  for (size_t i = 0; (value = value_at(values, i)); i++) {
    char pattern[256];
    (void)snprintf(pattern, sizeof(pattern), "%s%s", prefix, value->text.at);
    assert_int_equal(cr_match_add(&s->rules, kind, cr_span_text(pattern)), 0);
  }
}

/* Does an option name that tag or attribute? "*" is all; otherwise: it isn't given. */
static bool names(const struct scrapy *s, const char *option, const char *name, bool otherwise)
{
  const struct cr_json *values = cr_json_get(s->options, option);
  const struct cr_json *value;

  if (!values)
    return otherwise;
  for (size_t i = 0; (value = value_at(values, i)); i++)
    if (cr_span_eq(value->text, CR_SPAN("*")) || cr_span_eq(value->text, cr_span_text(name)))
      return true;
  return false;
}

static bool is_wanted(const struct scrapy *s, const struct crawler_link *link,
                      const struct cr_url *url)
{
  bool is_usual = strcmp(link->tag, "a") == 0 || strcmp(link->tag, "area") == 0;
  bool is_href = strcmp(link->attribute, "href") == 0;

  if (!names(s, "tags", link->tag, is_usual) || names(s, "deny_tags", link->tag, false) ||
      !names(s, "attrs", link->attribute, is_href))
    return false;
  return (url->scheme != CR_SCHEME_OTHER || url->file) &&
         cr_match_evaluate(&s->rules, cr_url_text(url), cr_url_host(url), cr_url_port(url))
             .accepted;
}

/* As it is told: as it is, or by its key. */
static void add_link(struct scrapy *s, struct cr_mem *mem, const struct crawler_link *link,
                     const struct cr_url *url)
{
  static const struct cr_key_rules order = { .bits = CR_URL_RULE_QUERY_ORDER };
  struct cr_span text = cr_url_text(url);
  struct cr_buf key;

  cr_buf_init(&key, mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  if (cr_json_bool(s->options, "canonicalize", false)) {
    assert_int_equal(cr_url_key(url, &order, &key), 0);
    text = cr_span(key.data, key.len);
  }
  assert_true(s->count < MOST_LINKS && text.len < URL_BYTES);
  memcpy(s->links[s->count].url, text.at, text.len);
  s->links[s->count].url[text.len] = '\0';
  s->links[s->count].link = link;
  cr_buf_free(&key);
  for (size_t i = 0; i < s->count && cr_json_bool(s->options, "unique", true); i++)
    if (strcmp(s->links[i].url, s->links[s->count].url) == 0)
      return;
  s->count++;
}

static void extract(struct scrapy *s, struct page_rig *rig)
{
  struct cr_url url;

  s->count = 0;
  cr_match_init(&s->rules, &rig->x.mem);
  add_rules(s, "allow", CR_MATCH_ALLOW_URL, "re:");
  add_rules(s, "deny", CR_MATCH_DENY_URL, "re:");
  add_rules(s, "allow_domains", CR_MATCH_ALLOW_HOST, ".");
  add_rules(s, "deny_domains", CR_MATCH_DENY_HOST, ".");
  cr_url_init(&url, &rig->x.mem);
  for (uint32_t i = 0; i < rig->page.link_count; i++)
    if (cr_url_parse(&url, cr_span_text(page_url(rig, i)), NULL) == 0 &&
        is_wanted(s, &rig->page.links[i], &url))
      add_link(s, &rig->x.mem, &rig->page.links[i], &url);
  cr_url_free(&url);
  cr_match_free(&s->rules);
}

static const char *judge_urls(const struct scrapy *s, struct page_rig *rig,
                              const struct cr_json *wanted)
{
  for (size_t i = 0; i < s->count; i++) {
    const struct cr_json *want = cr_json_at(wanted, i);
    bool nofollow = (s->links[i].link->flags & CRAWLER_LINK_FLAG_NOFOLLOW) != 0;
    if (!cr_span_eq(cr_span_text(s->links[i].url), cr_json_span(want, "url")) ||
        nofollow != cr_json_bool(want, "nofollow", false))
      return page_wrong(rig, cr_json_span(want, "url"));
  }
  return s->count == cr_json_len(wanted) ? NULL : page_wrong(rig, CR_SPAN("more"));
}

/* Those of what the suite has a text for; of an area it has none. */
static const char *judge_texts(const struct scrapy *s, struct page_rig *rig,
                               const struct cr_json *wanted)
{
  for (size_t i = 0; i < s->count && i < cr_json_len(wanted); i++) {
    struct cr_span text = cr_json_span(cr_json_at(wanted, i), "text");
    const char *got = s->links[i].link->text;
    if (s->links[i].link->kind != CRAWLER_LINK_A || cr_span_eq(cr_span_text(got), text))
      continue;
    (void)snprintf(rig->wrong, sizeof(rig->wrong), "'%s', not '%s'", got, text.at ? text.at : "");
    return rig->wrong;
  }
  return NULL;
}

static void each_row_gives_its_links(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;
  struct scrapy s;

  page_open(&rig);
  rig.x.wants.kinds &= ~CR_LINK_BIT(CRAWLER_LINK_GUESS);
  cr_suite_open(&suite, "html/scrapy-linkextractor.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      bool is_bytes = cr_json_has(row, "body_b64");
      const char *charset = is_bytes ? cr_charset_of_label(cr_json_span(row, "encoding")) : "utf-8";
      const struct cr_json *wanted = cr_json_get(row, "links");
      page_read(&rig, cr_json_bytes(&suite.lines, row, "body"), cr_json_text(row, "url"), charset,
                way);
      s.options = cr_json_get(row, "options");
      extract(&s, &rig);
      const char *wrong = judge_urls(&s, &rig, wanted);
      cr_suite_judge(&suite, 0, wrong);
      if (!wrong)
        cr_suite_judge(&suite, 1, judge_texts(&s, &rig, wanted));
    }
  cr_suite_close(&suite, 27);
  page_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_row_gives_its_links),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

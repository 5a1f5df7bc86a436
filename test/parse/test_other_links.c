/* SPDX-License-Identifier: MIT */
/* NEEDS: expat gumbo */
/* test_other_links.c - links that stand in no HTML: in a response's headers, in style sheets, in
 * lists.
 */
#include "parse/other_links.h"

#include "parse/parse_rig.h"
#include "support/oom.h"

static const char *read(struct rig *rig, const char *block, const char *type, const char *body,
                        char *out)
{
  struct cr_headers headers = { NULL, 0 };
  size_t len = 0;

  rig_open(rig, NULL);
  rig->p.link_kinds = ~(1u << CRAWLER_LINK_GUESS);
  rig->p.type = cr_span_text(type);
  assert_int_equal(cr_headers_parse(&headers, &rig->keep, cr_span_text(block)), 0);
  rig->p.headers = &headers;
  char *wire = rig_run(rig, cr_span_text(body));
  assert_int_equal(rig->p.err, 0);
  assert_int_equal(rig->p.note, CR_PARSE_WHOLE);
  out[0] = '\0';
  for (uint32_t i = 0; i < rig->p.link_count; i++) {
    const struct crawler_link *link = &rig->p.links[i];
    len += (size_t)snprintf(out + len, SEEN_BYTES - len, "%s:%s%s%s ",
                            crawler_link_kind_name(link->kind), link->href,
                            link->flags & CRAWLER_LINK_FLAG_NOFOLLOW ? "!" : "",
                            link->flags & CRAWLER_LINK_FLAG_LATE ? "+" : "");
  }
  rig_close(rig, wire);
  return out;
}

static void headers_and_bodies_have_links(void **state)
{
  (void)state;
  static const struct {
    const char *headers;
    const char *type;
    const char *body;
    const char *want;
  } rows[] = {
    { "Link: <a>; rel=next, <b>; rel=\"canonical\"\r\nlink: <c>", "text/html", "<a href=d>",
      "next:a canonical:b link:c a:d " },
    { "Link: <a>; rel=alternate; hreflang=de", "image/png", "\x89PNG", "language:a " },
    { "Link: <a>; rel=next; anchor=\"/b\"", "text/html", "", "" },
    { "Link: <a>; rel=\"next nofollow\"", "text/html", "", "next:a! " },
    { "Refresh: 0; url=a\r\nContent-Location: b", "text/html", "", "refresh:a location:b " },
    { "Location: /a\r\ncontent-location: b", "text/html", "", "location:/a location:b " },
    { "Location: \xe9?\xc3\xa9", "text/html", "", "location:%E9?%C3%A9 " },
    { "Location: \xc3\xa9", "text/html", "", "location:\xc3\xa9 " },
    { "Refresh: 6;a", "text/html", "", "refresh:a+ " },
    { "Refresh: soon", "text/html", "", "" },
    { "Link: <\xe4>; rel=next", "text/html", "", "next:\xef\xbf\xbd " },
    { "X: y", "text/css", "@import 'a'; b{c:url(d)}", "css:a css:d " },
    { "X: y", "text/css; charset=windows-1252", "b{c:url(\xe4)}", "css:\xc3\xa4 " },
    { "X: y", "text/css", "@charset \"windows-1252\";b{c:url(\xe4)}", "css:\xc3\xa4 " },
    { "X: y", "text/plain", "http://a/\nb\nhttps://c/", "text:http://a/ text:https://c/ " },
    { "X: y", "application/rss+xml",
      "<rss><channel><link>http://a/</link><item><link>b</link><enclosure url='c'/></item>",
      "item:http://a/ item:b media:c " },
    { "X: y", "text/xml; charset=windows-1252",
      "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://a/b/'><link href='c\xe4'/>"
      "<link rel='next' href='/d'/><entry xml:base='e/'><link href='f'/></entry></feed>",
      "item:c\xc3\xa4 next:/d item:f " },
    { "X: y", "application/xml", "<?xml version='1.0'?><a href='b'/>", "" },
    { "X: y", "application/json", "{\"a\":\"http://b/\"}", "" },
    { "Link: <a>; rel=next", "text/html", "<a href=1></a><frameset><frame src=b>",
      "next:a frame:b " }, /* by a tree */
  };
  struct rig rig;
  char got[SEEN_BYTES];

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char block[256];
    (void)snprintf(block, sizeof(block), "HTTP/1.1 200 OK\r\n%s\r\n\r\n", rows[i].headers);
    if (strcmp(read(&rig, block, rows[i].type, rows[i].body, got), rows[i].want) != 0)
      fail_msg("%s: %s, not %s", rows[i].headers, got, rows[i].want);
  }
}

static void read_once(struct cr_mem *mem, void *arg)
{
  static const char block[] = "HTTP/1.1 201 Created\r\nLocation: /\xe9\r\nLink: <a>; rel=next\r\n"
                              "Content-Location: b\r\nRefresh: 0;c\r\n\r\n";
  struct cr_collect *collect = malloc(sizeof(*collect));
  const struct cr_html_wants wants = { .kinds = ~0u, .link_text = true, .metadata = true };
  struct cr_headers headers = { NULL, 0 };
  struct cr_arena keep;
  struct cr_arena scratch;

  (void)arg;
  cr_arena_init(&keep, mem, CR_MEM_PAGE, 64, 0);
  cr_arena_init(&scratch, mem, CR_MEM_PAGE, 64, 0);
  cr_collect_init(collect, &keep, &scratch, "utf-8", &wants);
  int err = cr_headers_parse(&headers, &keep, cr_span_text(block));
  if (err == 0) {
    cr_header_links(collect, &headers);
    err = cr_collect_finish(collect);
  }
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  assert_true(err < 0 || collect->found.count == 4);
  cr_arena_free(&keep);
  cr_arena_free(&scratch);
  free(collect);
}

static void no_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(read_once, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_and_bodies_have_links),
    cmocka_unit_test(no_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

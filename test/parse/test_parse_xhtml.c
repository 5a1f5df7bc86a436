/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_parse_xhtml.c - what XHTML has that HTML hasn't: text elements that close themselves.
 */
#include "parse_rig.h"

#include "parse/html_collect.h"
#include "parse/html_node.h"

/* What tokens doubt a tree tells: a link that is moved in front of its table. */
#define DOUBTFUL "<table><a href='moved'></a></table>"

static void an_empty_element_of_xhtml_hides_nothing(void **state)
{
  (void)state;
  static const struct {
    const char *body;
    uint32_t links; /* with one behind; as HTML only those in front of what hides it */
    uint32_t links_of_html;
  } cases[] = {
    { "<script src='s'/>", 2, 1 },
    { "<SCRIPT src='s'\n/>", 2, 1 },
    { "<title/>", 1, 0 },
    { "<style/>", 1, 0 },
    { "<textarea name='a'/>", 1, 0 },
    { "<iframe src='f'/>", 2, 1 },
    { "<noframes/>", 1, 0 },
    { "<script src='s'/><script src='s'/>", 3, 1 },
    { "<a href='x'><script src='s'/></a>", 3, 2 },
    { "<svg><foreignObject><script src='s'/></foreignObject></svg>", 2, 1 },
    { "<svg><script href='s'/></svg>", 2, 2 },
    { "<script>'<title/>'</script>", 1, 1 },
    { "<!-- <script/> -->", 1, 1 },
  };
  char body[256];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    for (int has_doubt = 0; has_doubt <= 1; has_doubt++)
      for (int is_xhtml = 0; is_xhtml <= 1; is_xhtml++) {
        struct rig rig;
        rig_open(&rig, NULL);
        rig.p.type = is_xhtml ? CR_SPAN("application/xhtml+xml") : CR_SPAN("text/html");
        rig.p.link_kinds = CR_LINK_BIT(CRAWLER_LINK_A) | CR_LINK_BIT(CRAWLER_LINK_SCRIPT) |
                           CR_LINK_BIT(CRAWLER_LINK_IFRAME);
        (void)snprintf(body, sizeof(body), "%s%s<a href='y'/>", has_doubt ? DOUBTFUL : "",
                       cases[i].body);
        char *wire = rig_run(&rig, cr_span_text(body));
        uint32_t want = is_xhtml ? cases[i].links : cases[i].links_of_html;
        if (rig.p.link_count != want + (uint32_t)has_doubt || !rig.p.links_are_exact)
          fail_msg("%s as %s: %u links", body, rig.p.mime, rig.p.link_count);
        rig_close(&rig, wire);
      }
}

static void a_document_of_xhtml_has_what_follows_an_empty_element(void **state)
{
  (void)state;
  struct rig rig;

  rig_open(&rig, NULL);
  rig.p.type = CR_SPAN("application/xhtml+xml");
  rig.p.want_document = true;
  char *wire =
      rig_run(&rig, CR_SPAN("<head><title/><script src='s'/></head><body><p>x</p></body>"));
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  const struct crawler_node *head = cr_html_first_child(cr_html_root(rig.p.tree));
  const struct crawler_node *body = cr_html_next_sibling(head);
  assert_non_null(cr_html_first_child(body));
  assert_true(
      cr_span_eq(rig.p.text, CR_SPAN("<head><title/></title><script src='s'/></script></head>"
                                     "<body><p>x</p></body>")));
  rig_close(&rig, wire);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_element_of_xhtml_hides_nothing),
    cmocka_unit_test(a_document_of_xhtml_has_what_follows_an_empty_element),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

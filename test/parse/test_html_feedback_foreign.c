/* SPDX-License-Identifier: MIT */
/* test_html_feedback_foreign.c - svg and math: where they end, and where HTML begins again inside.
 */
#include "parse/extract_rig.h"

static void svg_and_math_are_followed_where_tags_nest(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } rows[] = {
    { "<svg><a href=1>x</a></svg><a href=2>", "a:1'x' a:2 " },
    { "<svg><a xlink:href=1></a><a xlink:href=2 href=3></a></svg>", "a:1 a:3 " },
    { "<svg><image href=1 /><use href=2 /><feImage href=3 /></svg>", "image:1 foreign:2 image:3 " },
    { "<svg><img-x href=1></img-x></svg>", "foreign:1 " },
    { "<svg><script href=1>'<a href=2></a>'</script></svg>", "script:1 a:2 " }, /* tags, there */
    { "<svg><style><a href=1></a></style></svg>", "a:1 " },
    { "<svg><style><![CDATA[<a href=1>]]></style></svg><a href=2>", "a:2 " },
    { "<svg><![CDATA[<a href=1>]]></svg><a href=2>", "a:2 " },
    { "<svg/><![CDATA[<a href=1>]]><a href=2>", "a:2 " }, /* a comment, to its '>' */
    { "<svg></svg><![CDATA[>]]><a href=2>", "a:2 " },
    { "<svg><title><![CDATA[x]]></title><a href=1></a></svg>", "a:1 " },
    { "<svg><title><b>x</b><a href=1>y</a></title></svg><a href=2>", "a:1 a:2 " },
    { "<svg><foreignObject><div><img src=1></div></foreignObject></svg><area href=2>",
      "image:1 area:2 " },
    { "<svg><desc><style>a{b:url(1)}</style></desc></svg>", "css:1 " },
    { "<svg><desc><svg><a href=1></a></svg></desc></svg>", "a:1 " },
    { "<svg><g><path d=x></path></g></svg><a href=1>", "a:1 " },
    { "<svg><g><path d=x></svg><a href=1>", "a:1 " }, /* </svg> ends all in it */
    { "<svg><circle/></svg><a href=1>", "a:1 " },
    { "<math><mi>x</mi><a href=1></a></math><a href=2>", "foreign:1 a:2 " },
    { "<math><mtext><img src=1></mtext></math>", "image:1 " },
    { "<math href=1><mi></mi></math><svg xlink:href=2 />", "foreign:1 foreign:2 " },
    { "<math><mi><mglyph></mglyph></mi></math><a href=1>", "a:1 " },
    { "<svg><p><a href=1>", "?" }, /* p ends svg */
    { "<svg><div></div></svg><a href=1>", "?" },
    { "<div><svg></div><a href=1>", "?" },
    { "<svg></p><a href=1><![CDATA[>]]></a><a href=2>", "a:1']]>' a:2 " }, /* as <p> does, and br */
    { "<svg><g></br><a xlink:href=1></a><a href=2>", "a:2 " },
    { "<math><mi><svg></p><a href=1></a></mi></math>", "a:1 " }, /* up to where HTML may be */
    { "<svg><desc><p><svg></p><a href=1></a></desc></svg><a href=2>", "a:1 a:2 " },
    { "<a href=1><div><svg></p></svg></div>x</a>", "a:1'x' " },
    { "<p><a href=1><svg></p>x</a>", "?" },
    { "<svg><title><b></title></svg><a href=1>", "?" }, /* </title> means nothing in b */
    { "<svg><foreignObject><table></table></foreignObject></svg>", "?" },
    { "<math><mi><html manifest=1></mi></math>", "?" },
    { "<math><mi><html></mi></math><area href=1>", "area:1 " },
    { "<svg><foreignObject><p>x<p>y</p></p></foreignObject></svg>", "?" },
    { "<svg><foreignObject><a href=1><a href=2></a></a></foreignObject></svg>", "?" },
    { "<math><annotation-xml><a href=1></a></annotation-xml></math>", "?" },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    extract_expect(&rig, rows[i].html, rows[i].want);
  extract_close(&rig);
}

static void depth_is_bounded(void **state)
{
  (void)state;
  struct extract_rig rig;
  char html[4096] = "<svg>";
  size_t len = 5;

  extract_open(&rig);
  for (int i = 1; i < CR_FEEDBACK_DEPTH; i++)
    len += (size_t)snprintf(html + len, sizeof(html) - len, "<g>");
  extract_expect(&rig, html, "");
  assert_int_equal(rig.extract.f.foreign_len, CR_FEEDBACK_DEPTH);
  (void)snprintf(html + len, sizeof(html) - len, "<g>");
  extract_expect(&rig, html, "?");
  assert_int_equal(rig.extract.f.doubt, CR_HTML_DOUBT_SIZE);
  extract_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(svg_and_math_are_followed_where_tags_nest),
    cmocka_unit_test(depth_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

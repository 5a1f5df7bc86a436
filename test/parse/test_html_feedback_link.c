/* SPDX-License-Identifier: MIT */
/* test_html_feedback_link.c - what happens between <a href> and </a>: where a tree may have it
 * twice, it is doubted ("?"); where everything nests, or nothing special is in the way, it isn't.
 */
#include "parse/extract_rig.h"

static void only_what_nests_is_sure(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } rows[] = {
    { "<a href=1>x<b>y</b></a>", "a:1'xy' " },
    { "<a href=1><span>x</span></a>", "a:1'x' " },
    { "<a href=1><div>x</div></a>", "a:1'x' " },
    { "<a href=1><x-y>x</x-y></a>", "a:1'x' " },
    { "<a href=1><b>x</a></b>", "a:1'x' " }, /* b opens again, a doesn't */
    { "<b><a href=1>x</b></a>", "?" },       /* a opens again */
    { "<span><a href=1>x</span></a>", "?" }, /* the same */
    { "<i><a href=1><i><p></i></i></a>", "?" },
    { "<table><td><a href=1><object></table>x", "?" },
    { "<table><td><a href=1><object></object></table>x", "a:1 " },
    { "<a href=1>x</i>y</a>", "?" }, /* an i may be open outside */
    { "<a href=1><p>x</a>", "?" },   /* the adoption agency */
    { "<a href=1><p>x</p></a>", "a:1'x' " },
    { "<a href=1><p>x<p>y</p></a>", "a:1'x y' " },
    { "<p><a href=1><div>x</div></a>", "?" }, /* div ends p, and a with it */
    { "<p>y</p><a href=1><div>x</div></a>", "a:1'x' " },
    { "<p><a href=1><span>x</span></a>", "a:1'x' " },
    { "<a href=1>x<a href=2>y</a>", "a:1'x' a:2'y' " },
    { "<a href=1><b>x<a href=2>y</a>", "a:1'x' a:2'y' " },
    { "<a href=1><div>x<a href=2>y</a>", "?" },
    { "<a name=1><p><a href=2>y</a>", "a:2'y' " },
    { "<table><td><a href=1>x</td><td>y</table>", "a:1'x' " }, /* a cell ends what it holds */
    { "<table><td><a href=1>x</table>y", "a:1'x' " },
    { "<a href=1><table><td>x</td></table></a>", "a:1'x' " },
    { "<p><a href=1><table><td>x</table></a>", "?" }, /* but for quirks mode it would end p */
    { "<a href=1><table><td><b>x</td></table></a>", "a:1'x' " },
    { "<a href=1><ul><li>x<li>y</ul></a>", "a:1'x y' " },
    { "<li><a href=1>x<li>y", "?" },
    { "<a href=1><h1>x<h2>y</h1></a>", "a:1'x y' " },
    { "<a href=1><button>x</button></a>", "a:1'x' " },
    { "<button><a href=1><button>x", "?" },
    { "<form><a href=1>x</form>y</a>", "a:1'x y' " }, /* </form> ends nothing but the form */
    { "<a href=1><form>x</form></a>", "a:1'x' " },
    { "<a href=1>x</p>y</a>", "a:1'x y' " }, /* an empty p, wherever none is open */
    { "<p><a href=1>x</p>y</a>", "?" },
    { "<a href=1><nobr>x</nobr></a>", "?" },
    { "<a href=1><ruby>x<rt>y</rt></ruby></a>", "a:1'xy' " },
    { "<a href=1><svg><title>x</title><g></svg></a>", "a:1'x' " },
    { "<a href=1><script>x</script><style>y</style>z</a>", "a:1'z' " },
    { "<a href=1><img src=2 alt=x></a>", "a:1'x' image:2'x' " },
    { "<a href=1>x</body></html>", "a:1'x' " },
    { "<a href=1>x", "a:1'x' " },
    { "<a href=1><object><a href=2>x</a></object></a>", "?" },
    { "<a href=1><template></template></a>", "?" },
    { "<a href=1><menuitem>x</menuitem></a>", "a:1'x' " },
    { "<dialog><a href=1><div></dialog>", "?" }, /* ends all that is in it */
    { "<form><x><a href=1><form></x>", "?" },    /* the second form is none, and hides nothing */
    { "<form><p><a href=1><form>x</a>", "a:1'x' " },
    { "<form><a href=1><form>x</form>y</a>", "a:1'x y' " },
    { "<a href=1><dialog><div>x</dialog>y</a>", "a:1'x y' " },
    { "<b style='c:url(1)'>x</b>", "?" }, /* may be there twice, with its URL */
    { "<a ping=1>x</a>", "?" },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    extract_expect(&rig, rows[i].html, rows[i].want);
  extract_close(&rig);
}

static void more_is_nested_than_is_kept(void **state)
{
  (void)state;
  struct extract_rig rig;
  char html[4096];

  extract_open(&rig);
  for (int depth = CR_FEEDBACK_DEPTH; depth <= CR_FEEDBACK_DEPTH + 1; depth++) {
    size_t len = (size_t)snprintf(html, sizeof(html), "<a href=1>");
    for (int i = 0; i < depth; i++)
      len += (size_t)snprintf(html + len, sizeof(html) - len, "<div>");
    for (int i = 0; i < depth; i++)
      len += (size_t)snprintf(html + len, sizeof(html) - len, "</div>");
    (void)snprintf(html + len, sizeof(html) - len, "</a>");
    extract_expect(&rig, html, depth > CR_FEEDBACK_DEPTH ? "?" : "a:1 ");
  }
  assert_int_equal(rig.extract.f.doubt, CR_HTML_DOUBT_SIZE);
  extract_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_nests_is_sure),
    cmocka_unit_test(more_is_nested_than_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* conditions_of_ways.c - where a crawl is sent, what it is kept from, and how URLs are spelled.
 */
#include "conformance/condition.h"

#define NEXT "<a href=/next>x</a>"
#define R "/redirects/"
#define REFRESH(content) "<meta http-equiv=refresh content=\"" content "\">" NEXT
#define ROBOTS(text)                                  \
  {                                                   \
    "/robots.txt", .type = "text/plain", .body = text \
  }

static const struct cr_condition redirects[] = {
  { R "redirect_3_302",
    .pages = { { R "redirect_3_302", .to = "2" },
               { R "2", .to = "1" },
               { R "1", .to = "/to" },
               { "/to", .body = NEXT } },
    .asked = R "redirect_3_302 " R "2 " R "1 /to /next", .end = "302" },
  { R "redirect_303", .pages = { { R "redirect_303", .status = 303, .to = "/to" } },
    .asked = R "redirect_303 /to", .end = "303" },
  { R "redirect_305", /* RFC 9110 15.4.6: not to be obeyed */
    .pages = { { R "redirect_305", .status = 305, .to = "http://a.example/proxy" } },
    .end = "305" },
  { R "redirect_306", /* RFC 9110 15.4.7: not in use */
    .pages = { { R "redirect_306", .status = 306, .to = "/to" } }, .end = "306" },
  { R "disallowed_redirect_target_redirect",
    .pages = { ROBOTS("User-agent: *\nDisallow: /no"),
               { R "disallowed_redirect_target_redirect", .status = 301, .to = "/no" } },
    .end = "301" },
  { R "redirect_chain_allowed",
    .pages = { ROBOTS("User-agent: *\nDisallow: /no"),
               { R "redirect_chain_allowed", .status = 301, .to = "/yes" },
               { "/yes", .status = 307, .to = "/to" },
               { "/to" } },
    .asked = R "redirect_chain_allowed /yes /to", .end = "301" },
  { R "redirect_content", /* a redirect's own page isn't read */
    .pages = { { R "redirect_content", .status = 301, .to = "/to", .body = NEXT } },
    .asked = R "redirect_content /to", .end = "301" },
  { R "url_redirect_chains",
    .pages = { { R "url_redirect_chains", .body = "<a href=/1>x</a><a href=/2>x</a>" },
               { "/1", .status = 301, .to = "/2" },
               { "/2", .status = 308, .to = "/3" },
               { "/3" } },
    .asked = R "url_redirect_chains /1 /2 /3" },
  { R "two_step_redirect_loop_1", /* the second names what is known */
    .pages = { { R "two_step_redirect_loop_1", .to = "two_step_redirect_loop_2" },
               { R "two_step_redirect_loop_2", .to = "two_step_redirect_loop_1" } },
    .asked = R "two_step_redirect_loop_1 " R "two_step_redirect_loop_2", .end = "302" },
  { R "redirect_1", /* not followed */
    .pages = { { R "redirect_1", .status = 301, .to = "/to" } }, .options = "max_redirects=0",
    .end = "too_many_redirects" },
  { R "meta_redirect_1", .pages = { { R "meta_redirect_1", .body = REFRESH("0; url=/to") } },
    .asked = R "meta_redirect_1 /to /next", .links = "refresh:/to a:/next" },
  { R "meta_redirect_2", /* as a redirect, by option */
    .pages = { { R "meta_redirect_2", .body = REFRESH("0;URL='/to'") } },
    .options = "refresh_redirects=1", .asked = R "meta_redirect_2 /to" },
  { R "infinite_meta_redirect",
    .pages = { { R "infinite_meta_redirect", .body = REFRESH("0; url=infinite_meta_redirect") } },
    .options = "refresh_redirects=1", .asked = R "infinite_meta_redirect /next" },
  { R "external_meta_redirect",
    .pages = { { R "external_meta_redirect", .body = REFRESH("0; url=http://b.example/") } },
    .asked = R "external_meta_redirect /next", .links = "refresh:http://b.example/ a:/next" },
  { R "invalid_meta_redirect",
    .pages = { { R "invalid_meta_redirect",
                 .body = "<meta http-equiv=refresh content='url=/no'>" REFRESH("x; url=/no") } },
    .asked = R "invalid_meta_redirect /next", .links = "a:/next" },
  { R "header_refresh_redirect",
    .pages = { { R "header_refresh_redirect", .body = NEXT,
                 .headers = "Refresh: 0; url=/to\r\n" } },
    .asked = R "header_refresh_redirect /to /next", .links = "refresh:/to a:/next" },
};

#define P "/robots_protocol/"
#define META(name, content) "<meta name=" name " content='" content "'>" NEXT

static const struct cr_condition robots_protocol[] = {
  { P "deepcrawl_excluded", /* another crawler is kept out */
    .pages = { ROBOTS("User-agent: deepcrawl\nDisallow: " P "\n") } },
  { P "user_excluded", /* so are we, by name */
    .pages = { ROBOTS("User-agent: *\nAllow: /\n\nUser-agent: test\nDisallow: " P "\n") },
    .asked = "", .end = "robots" },
  { P "meta_noindex", .pages = { { P "meta_noindex", .body = META("robots", "noindex") } },
    .asked = P "meta_noindex /next", .facts = "robots: noindex" },
  { P "meta_nofollow", .pages = { { P "meta_nofollow", .body = META("robots", "nofollow") } },
    .links = "a:/next", .facts = "robots: nofollow" },
  { P "x_robots_tag_noindex",
    .pages = { { P "x_robots_tag_noindex", .body = NEXT, .headers = "X-Robots-Tag: noindex\r\n" } },
    .asked = P "x_robots_tag_noindex /next", .facts = "robots: noindex" },
  { P "page_allowed_with_robots",
    .pages = { ROBOTS("User-agent: *\nDisallow: /\nAllow: " P "page\nAllow: /from\n"),
               { P "page_allowed_with_robots", .body = NEXT } } },
  { P "robots_noindexed_and_robots_disallowed", /* Noindex is no rule of RFC 9309 */
    .pages = { ROBOTS("User-agent: *\nNoindex: " P "\nDisallow: " P "robots_\n") }, .asked = "",
    .end = "robots" },
  { P "robots_meta_multiple_tags_noindex_nofollow",
    .pages = { { P "robots_meta_multiple_tags_noindex_nofollow",
                 .body = META("robots", "noindex") META("robots", "nofollow") } },
    .facts = "robots: noindex nofollow" },
  { P "x_robots_multiple_directives",
    .pages = { { P "x_robots_multiple_directives", .body = NEXT,
                 .headers = "X-Robots-Tag: noindex, nofollow\r\n" } },
    .facts = "robots: noindex nofollow" },
  { P "multiple_googlebot_directive_meta_tag", /* said to another */
    .pages = { { P "multiple_googlebot_directive_meta_tag",
                 .body = META("googlebot", "noindex, nofollow") META("test", "noarchive") } },
    .asked = P "multiple_googlebot_directive_meta_tag /next", .facts = "robots: noarchive" },
  { P "canonicalised_with_non_200", /* an error's page has no links */
    .pages = { { P "canonicalised_with_non_200", .status = 404,
                 .body = "<link rel=canonical href=/page>" NEXT } },
    .options = "obey_canonical=1", .end = "404", .links = "" },
  { P "allowed_longer",
    .pages = { ROBOTS("User-agent: *\nDisallow: " P "\nAllow: " P "allowed\n"),
               { P "allowed_longer", .body = "<a href=other>x</a><a href=allowed2>x</a>" } },
    .asked = P "allowed_longer " P "allowed2" },
};

#define E "/encoding/url_with_foreign_characters/"
#define HEBREW "%D7%91%D7%9C%D7%94%D7%91%D7%9C%D7%94"
#define GERMAN "Zw%C3%B6lf-gro%C3%9Fe-Boxk%C3%A4mpfer-jagen-Viktor-quer-%C3%BCber-den-Sylter-Deich"
#define JAPANESE                                                                               \
  "%E3%81%99%E3%81%B9%E3%81%A6%E3%81%AE%E5%8D%98%E8%AA%9E%E3%81%8C%E9%AB%98%E6%A0%A1%E7%A8%8B" \
  "%E5%BA%A6%E3%81%AE%E8%BE%9E%E6%9B%B8%E3%81%AB%E8%BC%89%E3%81%A3%E3%81%A6%E3%81%84%E3%82%8B"
#define POLISH \
  "pchn%C4%85%C4%87-w-t%C4%99-%C5%82%C3%B3d%C5%BA-je%C5%BCa-lub-o%C5%9Bm-skrzy%C5%84-fig"
#define CYRILLIC                                                                                \
  "%D0%A8%D0%B5%D1%84-%D0%B2%D0%B7%D1%8A%D1%8F%D1%80%D1%91%D0%BD-%D1%82%D1%87%D0%BA-%D1%89%D0"  \
  "%B8%D0%BF%D1%86%D1%8B-%D1%81-%D1%8D%D1%85%D0%BE%D0%BC-%D0%B3%D1%83%D0%B4%D0%B1%D0%B0%D0%B9-" \
  "%D0%96%D1%8E%D0%BB%D1%8C"
#define GREEK                                                                                    \
  "%CE%B3%CF%81%CE%AC%CE%BC%CE%BC%CE%B1%CF%84%CE%B1-%CF%84%CE%BF%CF%85-%CE%B9%CF%83%CF%80%CE%B1" \
  "%CE%BD%CE%B9%CE%BA%CE%BF%CF%8D-%CE%B1%CE%BB%CF%86%CE%B1%CE%B2%CE%AE%CF%84%CE%BF%CF%85-%CE%BA" \
  "%CE%B1%CE%B8%CF%8E%CF%82"

/* Links as they are typed, in the page's encoding, or as they are sent. */
static const struct cr_condition encoding[] = {
  { E HEBREW, .href = E "\xd7\x91\xd7\x9c\xd7\x94\xd7\x91\xd7\x9c\xd7\x94" },
  { E GERMAN,
    .href =
        E "Zw&ouml;lf-gro&szlig;e-Boxk&auml;mpfer-jagen-Viktor-quer-&uuml;ber-den-Sylter-Deich" },
  { .path = E JAPANESE },
  { .path = E POLISH },
  { .path = E CYRILLIC },
  { E GREEK,
    .pages = { { E GREEK, /* windows-1253 counts for a query alone */
                 .type = "text/html; charset=windows-1253",
                 .body = "<a href='/\xe3?\xe3'>x</a>" } },
    .asked = E GREEK " /%CE%B3?%E3", .facts = "charset: windows-1253" },
  { .path = "/encoding/url/encoded_hashbang%23abc" }, /* no fragment */
};

#define SCRIPT "what a script makes is for a program that runs scripts"
#define J "/javascript/"

static const struct cr_condition javascript[] = {
  { J "dynamically-inserted-text-meta-data", .why = SCRIPT },
  { J "ajax-return-data", .why = SCRIPT },
  { J "onload-added-title", .why = SCRIPT },
  { J "onload-inserted-canonical", .why = SCRIPT },
  { J "dynamically-inserted-nofollow", .why = SCRIPT },
  { J "renderer_timeout/1", .why = SCRIPT },
  { J "renderer_timeout/2", .why = SCRIPT },
  { J "renderer_timeout/3", .why = SCRIPT },
  { J "window-location-function-relative", .why = SCRIPT },
  { J "window-location-onchange", .why = SCRIPT },
  { J "concatenatedlink", .why = SCRIPT },
  { J "dialog_window", .why = SCRIPT },
  { J "dynamically-inserted-text", .why = SCRIPT },
  { J "window-location-function-absolute", /* a guess, where these are asked for */
    .pages = { { J "window-location-function-absolute",
                 .body =
                     "<script>function go() { window.location = '/to/page.html'; }</script>" } },
    .options = "links=a,guess", .asked = J "window-location-function-absolute /to/page.html",
    .links = "guess:/to/page.html" },
  { J "analytics_script", /* loaded by a page, and no page */
    .pages = { { J "analytics_script", .body = "<script async src=//b.example/a.js></script>" } },
    .links = "script:http://b.example/a.js" },
};

#define U "/urls/"
#define LINK(href) "<a href='" href "'>x</a>"

static const struct cr_condition urls[] = {
  { .path = U "double_slash////two" },
  { U "double_slash//////four//",
    .pages = { { U "double_slash//////four//", .body = LINK("../x") LINK("../../x") } },
    .asked = U "double_slash//////four// " U "double_slash//////four/x " U "double_slash//////x" },
  { U "parameter_1_2?parameter_x=x&parameter_1=foo", /* the order makes another URL */
    .href = U "parameter_1_2?parameter_x=x&amp;parameter_1=foo",
    .pages = { { U "parameter_1_2?parameter_x=x&parameter_1=foo",
                 .body = LINK("?parameter_1=foo&amp;parameter_x=x") } },
    .asked = U "parameter_1_2?parameter_x=x&parameter_1=foo " U
               "parameter_1_2?parameter_1=foo&parameter_x=x" },
  { U "parameter?parameter_1=foo&parameter_1=bar", /* nor is one of them lost */
    .pages = { { U "parameter?parameter_1=foo&parameter_1=bar",
                 .body = LINK("?parameter_1=foo") } },
    .asked = U "parameter?parameter_1=foo&parameter_1=bar " U "parameter?parameter_1=foo" },
  { U "url_with_trailing_space/%20", .href = " /urls/url_with_trailing_space/%20 " },
  { U "duplication_types", /* all are URLs of their own */
    .pages = { { U "duplication_types",
                 .body = LINK("duplication_types/") LINK("duplication_types?tracking=yes")
                     LINK("duplication_types/index.html") LINK("DUPLICATION_TYPES")
                         LINK("duplication_types#x") } },
    .asked = U "duplication_types " U "duplication_types/ " U "duplication_types?tracking=yes " U
               "duplication_types/index.html " U "DUPLICATION_TYPES" },
  { U "duplication_types?tracking=yes", /* or one, by option */
    .pages = { { U "duplication_types?tracking=yes", .body = LINK("?") LINK("?utm_source=a") } },
    .options = "key_ignore=tracking key_tracking=1" },
  { U "duplication_types/index.html",
    .pages = { { U "duplication_types/index.html",
                 .body = LINK(".") LINK("../duplication_types") } },
    .options = "key_index=1 key_trailing_slash=1" },
  { U "duplication_types/duplication_types/",
    .pages = { { U "duplication_types/duplication_types/", .body = LINK("./") LINK("../") } },
    .asked = U "duplication_types/duplication_types/ " U "duplication_types/" },
  { U "DUPLICATION_TYPES",
    .pages = { { U "DUPLICATION_TYPES", .body = LINK("duplication_types") } },
    .options = "key_case=1" },
  { U "directory_index/index.html",
    .pages = { { U "directory_index/index.html",
                 .body = LINK("./") LINK("index.php") LINK("page.html") } },
    .options = "key_index=1",
    .asked = U "directory_index/index.html " U "directory_index/page.html" },
  { U "directory_index/default.htm",
    .pages = { { U "directory_index/default.htm", .body = LINK("./") } },
    .options = "key_index=1" },
  { U "directory_index/index", .pages = { { U "directory_index/index", .body = LINK("./") } },
    .options = "key_index=1", /* without an ending it may be any page */
    .asked = U "directory_index/index " U "directory_index/" },
  { U "pages_with_hreflang",
    .pages = { { U "pages_with_hreflang",
                 .body = "<link rel=alternate hreflang=de href=/de><link rel=alternate "
                         "hreflang=x-default href=/>" } },
    .asked = U "pages_with_hreflang /de /", .links = "language:/de language:/" },
  { U "page_with_hreflang_header_not_ok",
    .pages = { { U "page_with_hreflang_header_not_ok",
                 .headers = "Link: </de>; rel=alternate; hreflang=de, <http://[>; rel=alternate; "
                            "hreflang=fr\r\n" },
               { "/de", .status = 500 } },
    .asked = U "page_with_hreflang_header_not_ok /de", .links = "language:/de language:" },
  { U "duplicate_page",
    .pages = { { U "duplicate_page", .body = LINK("/urls/duplicate_page/foo") },
               { U "duplicate_page/foo", .body = LINK("/urls/duplicate_page/foo") } },
    .asked = U "duplicate_page " U "duplicate_page/foo" },
  { .path = U "duplicate_page/foo" },
  { .path = U "duplicate_page/bar" },
  { .path = U "duplicate_page/baz" },
  { U "multiple_slashes///200_404",
    .pages = { { U "multiple_slashes///200_404", .body = LINK("/urls/multiple_slashes/200_404") } },
    .options = "key_slashes=1" },
  { "/one/two/three/four",
    .pages = { { "/one/two/three/four", .body = LINK("four/five/six") LINK("../../..") } },
    .asked = "/one/two/three/four /one/two/three/four/five/six /" },
  { .path = "/one/two/three/four/five/six" },
  { "/path/1/path/2/path/3", .href = "./path/./1/x/../path/2/path/3" },
};

#define TABLE(rows)                        \
  {                                        \
    rows, sizeof(rows) / sizeof((rows)[0]) \
  }

const struct cr_condition_table cr_conditions_of_ways[] = {
  TABLE(redirects), TABLE(robots_protocol), TABLE(encoding), TABLE(javascript), TABLE(urls),
  { NULL, 0 },
};

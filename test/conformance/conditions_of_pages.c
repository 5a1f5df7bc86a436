/* SPDX-License-Identifier: MIT */
/* conditions_of_pages.c - what a page says of itself, and the links that it has.
 *
 * Canonical URLs are obeyed in their rows; what a page leads to is /next, so a page that is one
 * like others is one that /next is asked for from.
 */
#include "conformance/condition.h"

#define NEXT "<a href=/next>x</a>"
#define CANONICAL(url) "<link rel=canonical href=\"" url "\">" NEXT
#define OBEY "obey_canonical=1"
#define C "/canonical_tags/"

static const struct cr_condition canonical_tags[] = {
  { C "canonical_tag",
    .pages = { { C "canonical_tag", .body = CANONICAL(CR_SIM_ORIGIN C "page") } }, .options = OBEY,
    .asked = C "canonical_tag " C "page", .links = "canonical:" C "page a:/next",
    .facts = "canonical: " C "page" },
  { C "canonical_tag_like_page",
    .pages = { { C "canonical_tag_like_page",
                 .body = CANONICAL(CR_SIM_ORIGIN C "canonical_tag_like_page") } },
    .options = OBEY, .asked = C "canonical_tag_like_page /next",
    .facts = "canonical: " C "canonical_tag_like_page" },
  { C "canonical_duplicate_description",
    .pages = { { C "canonical_duplicate_description",
                 .body = "<meta name=description content=Same>" CANONICAL("page") },
               { C "page", .body = "<meta name=description content=Same>" } },
    .options = OBEY, .asked = C "canonical_duplicate_description " C "page",
    .facts = "description: Same\ncanonical: " C "page" },
  { C "canonical_tag_in_header",
    .pages = { { C "canonical_tag_in_header", .body = NEXT,
                 .headers = "Link: <" CR_SIM_ORIGIN C "page>; rel=\"canonical\"\r\n" } },
    .options = OBEY, .asked = C "canonical_tag_in_header " C "page",
    .facts = "canonical: " C "page" },
  { C "relative_root_canonical_tag",
    .pages = { { C "relative_root_canonical_tag", .body = CANONICAL("/page") } }, .options = OBEY,
    .asked = C "relative_root_canonical_tag /page", .facts = "canonical: /page" },
  { C "canonical_tag_outside_head",
    .pages = { { C "canonical_tag_outside_head", .body = "<body><p>x" CANONICAL("page") } },
    .options = OBEY, .asked = C "canonical_tag_outside_head " C "page",
    .facts = "canonical: " C "page" },
  { C "canonical_tag_html_header_conflict", /* the header comes first */
    .pages = { { C "canonical_tag_html_header_conflict", .body = CANONICAL("html"),
                 .headers = "Link: <header>; rel=canonical\r\n" } },
    .options = OBEY, .asked = C "canonical_tag_html_header_conflict " C "header",
    .links = "canonical:" C "header canonical:" C "html a:/next" },
  { C "page_with_external_canonical", /* another domain can't speak for this one */
    .pages = { { C "page_with_external_canonical", .body = CANONICAL("http://b.example/") } },
    .options = OBEY, .asked = C "page_with_external_canonical /next",
    .facts = "canonical: http://b.example/" },
  { C "unlinked_canonical",
    .pages = { { C "unlinked_canonical", .body = CANONICAL("nobody-links-here") } },
    .asked = C "unlinked_canonical /next", /* without the option it is no link that is followed */
    .links = "canonical:" C "nobody-links-here a:/next" },
  { C "unlinked_canonical_header",
    .pages = { { C "unlinked_canonical_header", .body = NEXT,
                 .headers = "Link: <nobody-links-here>; rel=canonical\r\n" } },
    .asked = C "unlinked_canonical_header /next",
    .links = "canonical:" C "nobody-links-here a:/next" },
  { C "canonicalised_to_disallowed_url",
    .pages = { { "/robots.txt", .body = "User-agent: *\nDisallow: /no", .type = "text/plain" },
               { C "canonicalised_to_disallowed_url", .body = CANONICAL("/no") } },
    .options = OBEY, .asked = C "canonicalised_to_disallowed_url" },
  { C "non_head_canonical", /* text ends the head, in the tree as well */
    .pages = { { C "non_head_canonical", .body = "<head>Text" CANONICAL("page") "</head>" } },
    .options = OBEY, .asked = C "non_head_canonical " C "page" },
  { C "non_head_canonical_link_2",
    .pages = { { C "non_head_canonical_link_2",
                 .body = "<head><div></div>" CANONICAL("page") "</head>" } },
    .options = OBEY, .asked = C "non_head_canonical_link_2 " C "page" },
  { C "canonical_port_80",
    .pages = { { C "canonical_port_80",
                 .body = CANONICAL("http://a.example:80" C "canonical_port_80") } },
    .options = OBEY, .asked = C "canonical_port_80 /next" },
  { C "canonical_url_encoded_vs_non_encoded/caf%C3%A9",
    .pages = { { C "canonical_url_encoded_vs_non_encoded/caf%C3%A9",
                 .type = "text/html; charset=utf-8",
                 .body = CANONICAL(C "canonical_url_encoded_vs_non_encoded/caf\xc3\xa9") } },
    .options = OBEY, .asked = C "canonical_url_encoded_vs_non_encoded/caf%C3%A9 /next" },
  { C "canonical_prameter_key_is_case_sensitive?key=value",
    .pages = { { C "canonical_prameter_key_is_case_sensitive?key=value",
                 .body = CANONICAL("?KEY=value") } },
    .options = OBEY,
    .asked = C "canonical_prameter_key_is_case_sensitive?key=value " C
               "canonical_prameter_key_is_case_sensitive?KEY=value" },
  { C "canonical_different_parameter_order?key2=value2&key=value",
    .href = C "canonical_different_parameter_order?key2=value2&amp;key=value",
    .pages = { { C "canonical_different_parameter_order?key2=value2&key=value",
                 .body = CANONICAL("?key=value&amp;key2=value2") } },
    .options = OBEY " key_query_order=1", /* else it is another page */
    .asked = C "canonical_different_parameter_order?key2=value2&key=value /next" },
  { C "canonical_hostname_case_insensitive",
    .pages = { { C "canonical_hostname_case_insensitive",
                 .body = CANONICAL("http://A.Example" C "canonical_hostname_case_insensitive") } },
    .options = OBEY, .asked = C "canonical_hostname_case_insensitive /next" },
  { C "canonical_protocol_case_insensitive",
    .pages = { { C "canonical_protocol_case_insensitive",
                 .body = CANONICAL("HTTP://a.example" C "canonical_protocol_case_insensitive") } },
    .options = OBEY, .asked = C "canonical_protocol_case_insensitive /next" },
  { C "canonical_path_is_case_sensitive",
    .pages = { { C "canonical_path_is_case_sensitive",
                 .body = CANONICAL(C "CANONICAL_path_is_case_sensitive") } },
    .options = OBEY,
    .asked = C "canonical_path_is_case_sensitive " C "CANONICAL_path_is_case_sensitive" },
  { C "canonical_url_with_slash",
    .pages = { { C "canonical_url_with_slash", .body = CANONICAL(C "canonical_url_with_slash/") } },
    .options = OBEY, .asked = C "canonical_url_with_slash " C "canonical_url_with_slash/" },
  { C "canonical_trailing_dot", /* a name of its own, out of scope: the page is one like others */
    .pages = { { C "canonical_trailing_dot",
                 .body = CANONICAL("http://a.example." C "canonical_trailing_dot") } },
    .options = OBEY, .asked = C "canonical_trailing_dot /next",
    .facts = "canonical: http://a.example." C "canonical_trailing_dot" },
};

#define OF_WORDS "how many words a text has is for what reads the page (crawler_page_text)"

static const struct cr_condition content[] = {
  { "/content/custom_text",
    .pages = { { "/content/custom_text", .body = "<title>T</title><p>Custom text" } },
    .facts = "title: T\nbytes: 30" },
  { "/content/no_h1", .pages = { { "/content/no_h1", .body = "<h2>x</h2>" NEXT } },
    .asked = "/content/no_h1 /next" },
  { "/content/h1_in_img",
    .pages = { { "/content/h1_in_img", .body = "<h1><img src=a.png alt=Title></h1>" NEXT } },
    .asked = "/content/h1_in_img /next", .links = "image:/content/a.png a:/next" },
  { "/content/page_content_size_n",
    .pages = { { "/content/page_content_size_n", .body = "<p>0123456789</p>" } },
    .facts = "bytes: 17" },
  { "/content/word_count_100_words", .why = OF_WORDS },
  { "/content/word_count_hyphenated", .why = OF_WORDS },
  { "/content/word_count_symbols", .why = OF_WORDS },
  { "/content/error_page", /* by its text alone: what it says isn't judged */
    .pages = { { "/content/error_page", .body = "<title>404 Not Found</title>" NEXT } },
    .asked = "/content/error_page /next", .facts = "title: 404 Not Found" },
  { "/content/header_content_type_malformed", /* MIME Sniffing: no type, so what the bytes are */
    .pages = { { "/content/header_content_type_malformed", .type = "text\\html;; charset=utf-8",
                 .body = "<!doctype html>" NEXT } },
    .asked = "/content/header_content_type_malformed /next", .facts = "mime: text/html" },
  { "/content/title_with_newline_quote_doublequote_and_comma_characters",
    .pages = { { "/content/title_with_newline_quote_doublequote_and_comma_characters",
                 .body = "<title>A\n 'b', \"c\"\n</title>" } },
    .facts = "title: A 'b', \"c\"" },
  { "/content/non_secure_form_fields_number",
    .pages = { { "/content/non_secure_form_fields_number",
                 .body = "<form action=/send><input type=number name=n></form>" } },
    .links = "form:/send" },
  { "/content/non_secure_form_fields_password_and_cc",
    .pages = { { "/content/non_secure_form_fields_password_and_cc",
                 .body = "<form action=/send method=post><input type=password name=p></form>" } },
    .links = "form:/send" },
};

#define D "/description_tags/"
#define DESCRIBED(text) "<meta name=Description content=\"" text "\">"
#define LONG_TEXT "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "

static const struct cr_condition description_tags[] = {
  { D "description_with_whitespace",
    .pages = { { D "description_with_whitespace", .body = DESCRIBED("  a  b ") } },
    .facts = "description:   a  b " },
  { D "description_over_max",
    .pages = { { D "description_over_max", .body = DESCRIBED(LONG_TEXT LONG_TEXT LONG_TEXT) } },
    .facts = "description: " LONG_TEXT LONG_TEXT LONG_TEXT },
  { D "duplicate_description",
    .pages = { { D "duplicate_description",
                 .body = DESCRIBED("a") DESCRIBED("b") "<a href=duplicate_description/foo>x</a>" },
               { D "duplicate_description/foo", .body = DESCRIBED("a") } },
    .asked = D "duplicate_description " D "duplicate_description/foo", .facts = "description: a" },
  { D "duplicate_description/foo",
    .pages = { { D "duplicate_description/foo", .body = DESCRIBED("a") } },
    .facts = "description: a" },
  { D "duplicate_description_and_noindex/foo",
    .pages = { { D "duplicate_description_and_noindex/foo",
                 .body = DESCRIBED("a") "<meta name=robots content=noindex>" } },
    .facts = "description: a\nrobots: noindex" },
};

#define L "/links/"

static const struct cr_condition links[] = {
  { L "page_with_external_links",
    .pages = { { L "page_with_external_links",
                 .body = "<a href=http://b.example/>x</a><a href=//www.a.example/>x</a>" NEXT } },
    .asked = L "page_with_external_links /next",
    .links = "a:http://b.example/ a:http://www.a.example/ a:/next" },
  { L "relative_link/a/b",
    .pages = { { L "relative_link/a/b", .body = "<a href=c>x</a><a href=../d>x</a>" } },
    .asked = L "relative_link/a/b " L "relative_link/a/c " L "relative_link/d" },
  { L "relative_link_with_base/a/b",
    .pages = { { L "relative_link_with_base/a/b",
                 .body = "<base href=/base/x/><a href=c>x</a><a href=../d>x</a>" } },
    .asked = L "relative_link_with_base/a/b /base/x/c /base/d" },
  { L "image_links",
    .pages = { { L "image_links", .body = "<a href=/to><img src=a.png alt=x></a>" } },
    .asked = L "image_links /to", .links = "a:/to image:" L "a.png" },
  { L "non_standard_links",
    .pages = { { L "non_standard_links",
                 .body = "<a href=mailto:a@a.example>x</a><a href=tel:1>x</a>"
                         "<a href='javascript:go()'>x</a><a href=ftp://a.example/>x</a>"
                         "<a href='http://['>x</a><a href=#here>x</a><a>x</a>" } },
    .links = "a:mailto:a@a.example a:tel:1 a:javascript:go() a:ftp://a.example/ a: a:" L
             "non_standard_links#here" },
  { L "relative_protocol_page",
    .pages = { { L "relative_protocol_page", .body = "<a href=//a.example/to>x</a>" } },
    .asked = L "relative_protocol_page /to" },
};

#define M "/mobile/"
#define DESKTOP(mobile) \
  "<link rel=alternate media='only screen and (max-width: 640px)' href='" mobile "'>" NEXT
#define AMP(url) "<link rel=amphtml href='" url "'>"

static const struct cr_condition mobile[] = {
  { M "responsive",
    .pages = { { M "responsive",
                 .body = "<meta name=viewport content='width=device-width'>" NEXT } },
    .asked = M "responsive /next", .facts = "viewport: width=device-width" },
  { M "dynamic", .pages = { { M "dynamic", .body = NEXT, .headers = "Vary: User-Agent\r\n" } },
    .asked = M "dynamic /next" },
  { M "separate_desktop",
    .pages = { { M "separate_desktop", .body = DESKTOP("http://m.a.example/page") } },
    .asked = M "separate_desktop /next", .links = "alternate:http://m.a.example/page a:/next" },
  { M "responsive_with_amp",
    .pages = { { M "responsive_with_amp",
                 .body = "<meta name=viewport content='width=device-width'>" AMP("amp") } },
    .links = "link:" M "amp" },
  { M "separate_desktop_with_different_h1", /* followed where its kind is asked for */
    .pages = { { M "separate_desktop_with_different_h1",
                 .body = "<h1>A</h1>" DESKTOP("http://m.a.example/page") },
               { "http://m.a.example/page", .body = "<h1>B</h1>" } },
    .options = "links=a,alternate scope=subdomains",
    .asked = M "separate_desktop_with_different_h1 /next http://m.a.example/page" },
  { M "separate_desktop_with_different_links_in",
    .pages = { { M "separate_desktop_with_different_links_in", .body = DESKTOP("/m/page") },
               { "/m/page", .body = "<a href=/other>x</a>" } },
    .options = "links=a,alternate",
    .asked = M "separate_desktop_with_different_links_in /next /m/page /other" },
  { M "separate_mobile_with_mobile_not_subdomain",
    .pages = { { M "separate_mobile_with_mobile_not_subdomain",
                 .body = "<link rel=canonical href=http://b.example/page>" NEXT } },
    .asked = M "separate_mobile_with_mobile_not_subdomain /next",
    .links = "canonical:http://b.example/page a:/next" },
  { M "desktop_with_AMP_as_mobile",
    .pages = { { M "desktop_with_AMP_as_mobile", .body = AMP("amp") DESKTOP("amp") } },
    .options = "links=alternate,a", .asked = M "desktop_with_AMP_as_mobile " M "amp /next",
    .links = "link:" M "amp alternate:" M "amp a:/next" },
  { M "desktop_with_self_canonical_mobile_and_amp",
    .pages = { { M "desktop_with_self_canonical_mobile_and_amp",
                 .body = "<link rel=canonical href=''>" AMP("amp") DESKTOP("m") } },
    .options = OBEY, .asked = M "desktop_with_self_canonical_mobile_and_amp /next",
    .links = "canonical:" M "desktop_with_self_canonical_mobile_and_amp link:" M "amp alternate:" M
             "m a:/next" },
  { M "other_desktop_that_links_to_the_same_mobile_pages",
    .pages = { { M "other_desktop_that_links_to_the_same_mobile_pages",
                 .body = DESKTOP("/m") "<a href=/m>x</a>" } },
    .options = "links=a,alternate",
    .asked = M "other_desktop_that_links_to_the_same_mobile_pages /next /m" },
  { M "amp_no_references",
    .pages = { { M "amp_no_references", .body = "<!doctype html><html amp>" NEXT } },
    .asked = M "amp_no_references /next" },
  { M "amp_as_desktop_amp_and_mobile",
    .pages = { { M "amp_as_desktop_amp_and_mobile",
                 .body = "<html amp>" AMP(M "amp_as_desktop_amp_and_mobile") } },
    .options = "links=all", .asked = M "amp_as_desktop_amp_and_mobile" },
};

#define O "/other/"

static const struct cr_condition other[] = {
  { O "typo_in_head",
    .pages = { { O "typo_in_head", .body = "<head><tilte>x</tilte><title>T</title></head>" NEXT } },
    .asked = O "typo_in_head /next", .facts = "title: T" },
  { O "non_head_tag_in_head",
    .pages = { { O "non_head_tag_in_head",
                 .body = "<head><p>x</p><link rel=next href=/two></head>" NEXT } },
    .asked = O "non_head_tag_in_head /two /next" },
  { O "script_tag_contents",
    .pages = { { O "script_tag_contents",
                 .body = "<script>'<a href=/in-script>x</a>'</script>" NEXT } },
    .asked = O "script_tag_contents /next", .links = "a:/next" },
  { O "duplicated_body_content_2",
    .pages = { { O "duplicated_body_content_2", .body = "<a href=duplicated_body_content_1>x</a>" },
               { O "duplicated_body_content_1",
                 .body = "<a href=duplicated_body_content_1>x</a>" } },
    .asked = O "duplicated_body_content_2 " O "duplicated_body_content_1" },
  { O "string_width/512/string",
    .pages = { { O "string_width/512/string", .body = "<p>" LONG_TEXT LONG_TEXT NEXT } },
    .asked = O "string_width/512/string /next" },
  { O "in_web_linked", .href = "http://a.example/other/in_web_linked" },
};

static const struct cr_condition social_tags[] = {
  { "/social_tags/twitter_card_page/1",
    .pages = { { "/social_tags/twitter_card_page/1",
                 .body = "<meta name=twitter:card content=summary>"
                         "<meta name=twitter:image content=/t.png>" NEXT } },
    .asked = "/social_tags/twitter_card_page/1 /next", .links = "meta:/t.png a:/next",
    .facts = "twitter:card: summary" },
  { "/social_tags/og_no_twitter",
    .pages = { { "/social_tags/og_no_twitter",
                 .body = "<meta property=og:title content=T><meta property=og:url content=/og>" } },
    .links = "meta:/og", .facts = "og:title: T\ntwitter:card: (none)" },
};

#define T "/titles/"

static const struct cr_condition titles[] = {
  { T "empty_title", .pages = { { T "empty_title", .body = "<title></title>" NEXT } },
    .asked = T "empty_title /next", .facts = "title: " },
  { T "missing_title", .pages = { { T "missing_title", .body = "<p>x" NEXT } },
    .asked = T "missing_title /next", .facts = "title: (none)" },
  { T "title_with_whitespace",
    .pages = { { T "title_with_whitespace", .body = "<title>\n  A \t b\n</title>" } },
    .facts = "title: A b" },
  { T "title_warning", .pages = { { T "title_warning", .body = "<title>" LONG_TEXT "x</title>" } },
    .facts = "title: " LONG_TEXT "x" },
  { T "page_title_length_n",
    .pages = { { T "page_title_length_n", .body = "<title>0123456789</title>" } },
    .facts = "title: 0123456789" },
  { T "duplicate_title/bar",
    .pages = { { T "duplicate_title/bar",
                 .body = "<title>A</title><title>B</title><a href=foo>x</a>" },
               { T "duplicate_title/foo", .body = "<title>A</title>" } },
    .asked = T "duplicate_title/bar " T "duplicate_title/foo", .facts = "title: A" },
  { T "duplicate_title_and_noindex/bak",
    .pages = { { T "duplicate_title_and_noindex/bak",
                 .body = "<title>A</title><meta name=robots content=noindex>" NEXT } },
    .asked = T "duplicate_title_and_noindex/bak /next", .facts = "title: A\nrobots: noindex" },
};

#define TABLE(rows)                        \
  {                                        \
    rows, sizeof(rows) / sizeof((rows)[0]) \
  }

const struct cr_condition_table cr_conditions_of_pages[] = {
  TABLE(canonical_tags), TABLE(content),     TABLE(description_tags), TABLE(links), TABLE(mobile),
  TABLE(other),          TABLE(social_tags), TABLE(titles),           { NULL, 0 },
};

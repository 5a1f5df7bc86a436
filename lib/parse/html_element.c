/* SPDX-License-Identifier: MIT */
/* html_element.c - what the HTML standard's tree construction knows about a tag name.
 *
 * Drawn from sections 13.2.4.2 (special, scopes) and 13.2.6 (insertion modes, foreign content) of
 * the HTML standard, obsolete elements included. Names that only newer parsers know are left out:
 * what is here is void or ends by itself in every parser. Pure data and a binary search.
 */
#include "parse/html_element.h"

#define KIND(name) CR_ELEMENT_##name
#define SPC CR_ELEMENT_SPECIAL
#define SCO (CR_ELEMENT_SPECIAL | CR_ELEMENT_SCOPE)
#define MRK (CR_ELEMENT_SPECIAL | CR_ELEMENT_SCOPE | CR_ELEMENT_MARKER)
#define P CR_ELEMENT_CLOSES_P
#define OUT CR_ELEMENT_BREAKOUT
#define HEAD CR_ELEMENT_IN_HEAD
#define SVG CR_ELEMENT_IN_SVG
#define MATH CR_ELEMENT_IN_MATH

static const struct cr_element elements[] = {
  /* sorted by name */
  { "a", KIND(FORMATTING), 0 },
  { "abbr", KIND(ORDINARY), 0 },
  { "acronym", KIND(ORDINARY), 0 },
  { "address", KIND(BLOCK), SPC | P },
  { "annotation-xml", KIND(ORDINARY), CR_ELEMENT_ANNOTATION },
  { "applet", KIND(OBJECT), MRK },
  { "area", KIND(VOID), SPC },
  { "article", KIND(BLOCK), SPC | P },
  { "aside", KIND(BLOCK), SPC | P },
  { "audio", KIND(ORDINARY), 0 },
  { "b", KIND(FORMATTING), OUT },
  { "base", KIND(VOID), SPC | HEAD },
  { "basefont", KIND(VOID), SPC | HEAD },
  { "bdi", KIND(ORDINARY), 0 },
  { "bdo", KIND(ORDINARY), 0 },
  { "bgsound", KIND(VOID), SPC | HEAD },
  { "big", KIND(FORMATTING), OUT },
  { "blockquote", KIND(BLOCK), SPC | P | OUT },
  { "body", KIND(IGNORED), OUT },
  { "br", KIND(VOID), SPC | OUT },
  { "button", KIND(BUTTON), SPC },
  { "canvas", KIND(ORDINARY), 0 },
  { "caption", KIND(CAPTION), MRK },
  { "center", KIND(BLOCK), SPC | P | OUT },
  { "cite", KIND(ORDINARY), 0 },
  { "code", KIND(FORMATTING), OUT },
  { "col", KIND(COLGROUP), SPC },
  { "colgroup", KIND(COLGROUP), SPC },
  { "data", KIND(ORDINARY), 0 },
  { "datalist", KIND(ORDINARY), 0 },
  { "dd", KIND(DEFINITION), SPC | OUT },
  { "del", KIND(ORDINARY), 0 },
  { "desc", KIND(ORDINARY), SVG },
  { "details", KIND(BLOCK), SPC | P },
  { "dfn", KIND(ORDINARY), 0 },
  { "dir", KIND(BLOCK), SPC | P },
  { "div", KIND(BLOCK), SPC | P | OUT },
  { "dl", KIND(BLOCK), SPC | P | OUT },
  { "dt", KIND(DEFINITION), SPC | OUT },
  { "em", KIND(FORMATTING), OUT },
  { "embed", KIND(VOID), SPC | OUT },
  { "fieldset", KIND(BLOCK), SPC | P },
  { "figcaption", KIND(BLOCK), SPC | P },
  { "figure", KIND(BLOCK), SPC | P },
  { "font", KIND(FORMATTING), OUT },
  { "footer", KIND(BLOCK), SPC | P },
  { "foreignobject", KIND(ORDINARY), SVG },
  { "form", KIND(FORM), SPC | P },
  { "frame", KIND(IGNORED), SPC },
  { "frameset", KIND(FRAMESET), SCO },
  { "h1", KIND(HEADING), SPC | P | OUT },
  { "h2", KIND(HEADING), SPC | P | OUT },
  { "h3", KIND(HEADING), SPC | P | OUT },
  { "h4", KIND(HEADING), SPC | P | OUT },
  { "h5", KIND(HEADING), SPC | P | OUT },
  { "h6", KIND(HEADING), SPC | P | OUT },
  { "head", KIND(IGNORED), OUT | HEAD },
  { "header", KIND(BLOCK), SPC | P },
  { "hgroup", KIND(BLOCK), SPC | P },
  { "hr", KIND(VOID), SPC | P | OUT },
  { "html", KIND(IGNORED), HEAD },
  { "i", KIND(FORMATTING), OUT },
  { "iframe", KIND(TEXT), SPC },
  { "image", KIND(VOID), SPC },
  { "img", KIND(VOID), SPC | OUT },
  { "input", KIND(FIELD), SPC },
  { "ins", KIND(ORDINARY), 0 },
  { "kbd", KIND(ORDINARY), 0 },
  { "keygen", KIND(FIELD), SPC },
  { "label", KIND(ORDINARY), 0 },
  { "legend", KIND(ORDINARY), 0 },
  { "li", KIND(LI), SPC | OUT },
  { "link", KIND(VOID), SPC | HEAD },
  { "listing", KIND(BLOCK), SPC | P | OUT },
  { "main", KIND(MAIN), SPC | P },
  { "map", KIND(ORDINARY), 0 },
  { "mark", KIND(ORDINARY), 0 },
  { "marquee", KIND(OBJECT), MRK },
  { "math", KIND(FOREIGN), 0 },
  { "menu", KIND(BLOCK), SPC | P | OUT },
  { "menuitem", KIND(DOUBTFUL), 0 },
  { "meta", KIND(VOID), SPC | OUT | HEAD },
  { "meter", KIND(ORDINARY), 0 },
  { "mi", KIND(ORDINARY), MATH },
  { "mn", KIND(ORDINARY), MATH },
  { "mo", KIND(ORDINARY), MATH },
  { "ms", KIND(ORDINARY), MATH },
  { "mtext", KIND(ORDINARY), MATH },
  { "nav", KIND(BLOCK), SPC | P },
  { "nobr", KIND(FORMATTING), OUT },
  { "noembed", KIND(TEXT), SPC },
  { "noframes", KIND(TEXT), SPC | HEAD },
  { "noscript", KIND(NOSCRIPT), SPC | HEAD },
  { "object", KIND(OBJECT), MRK },
  { "ol", KIND(BLOCK), SPC | P | OUT },
  { "optgroup", KIND(OPTGROUP), 0 },
  { "option", KIND(OPTION), 0 },
  { "output", KIND(ORDINARY), 0 },
  { "p", KIND(P), SPC | P | OUT },
  { "param", KIND(VOID), SPC },
  { "plaintext", KIND(PLAINTEXT), SPC | P },
  { "pre", KIND(BLOCK), SPC | P | OUT },
  { "progress", KIND(ORDINARY), 0 },
  { "q", KIND(ORDINARY), 0 },
  { "rb", KIND(RUBY_TEXT), 0 },
  { "rp", KIND(RUBY_TEXT), 0 },
  { "rt", KIND(RUBY_TEXT), 0 },
  { "rtc", KIND(RUBY_TEXT), 0 },
  { "ruby", KIND(RUBY), OUT },
  { "s", KIND(FORMATTING), OUT },
  { "samp", KIND(ORDINARY), 0 },
  { "script", KIND(SCRIPT), SPC | HEAD },
  { "section", KIND(BLOCK), SPC | P },
  { "select", KIND(SELECT), SPC },
  { "small", KIND(FORMATTING), OUT },
  { "source", KIND(VOID), SPC },
  { "span", KIND(ORDINARY), OUT },
  { "strike", KIND(FORMATTING), OUT },
  { "strong", KIND(FORMATTING), OUT },
  { "style", KIND(TEXT), SPC | HEAD },
  { "sub", KIND(ORDINARY), OUT },
  { "summary", KIND(BLOCK), SPC | P },
  { "sup", KIND(ORDINARY), OUT },
  { "svg", KIND(FOREIGN), 0 },
  { "table", KIND(TABLE), SCO | OUT },
  { "tbody", KIND(SECTION), SPC },
  { "td", KIND(CELL), MRK },
  { "template", KIND(TEMPLATE), MRK | HEAD },
  { "textarea", KIND(TEXTAREA), SPC },
  { "tfoot", KIND(SECTION), SPC },
  { "th", KIND(CELL), MRK },
  { "thead", KIND(SECTION), SPC },
  { "time", KIND(ORDINARY), 0 },
  { "title", KIND(TEXT), SPC | SVG | HEAD },
  { "tr", KIND(ROW), SPC },
  { "track", KIND(VOID), SPC },
  { "tt", KIND(FORMATTING), OUT },
  { "u", KIND(FORMATTING), OUT },
  { "ul", KIND(BLOCK), SPC | P | OUT },
  { "var", KIND(ORDINARY), OUT },
  { "video", KIND(ORDINARY), 0 },
  { "wbr", KIND(VOID), SPC },
  { "xmp", KIND(TEXT), SPC | P },
};

const struct cr_element *cr_html_element(struct cr_span name)
{
  char lower[sizeof(elements[0].name)] = { 0 };
  size_t low = 0;
  size_t high = sizeof(elements) / sizeof(elements[0]);

  if (name.len == 0 || name.len >= sizeof(lower) || memchr(name.at, '\0', name.len))
    return NULL;
  for (size_t i = 0; i < name.len; i++)
    lower[i] = cr_lower(name.at[i]);
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = memcmp(lower, elements[middle].name, sizeof(lower));
    if (order == 0)
      return &elements[middle];
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

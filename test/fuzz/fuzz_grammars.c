/* SPDX-License-Identifier: MIT */
/* fuzz_grammars.c - libFuzzer target: any bytes as a small grammar that has URLs in it.
 *
 * Input: one byte (modulo 5: a srcset, a refresh, a style sheet, a Link header, a list of URLs),
 * the text. What is found lies in the text, each find behind the one before and within what is
 * read; to undo escapes writes no more than it may; and a second reading finds the same. Of NUL
 * only style sheets and lists have a rule: it is in no URL of theirs.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "parse/css_urls.h"
#include "parse/link_header.h"
#include "parse/refresh.h"
#include "parse/srcset.h"
#include "parse/url_list.h"

struct seen {
  struct cr_span text;
  const char *at; /* what is read */
  uint64_t sum;   /* of all finds */
};

static void add(struct seen *s, uint64_t number)
{
  s->sum = (s->sum ^ number) * UINT64_C(0x100000001b3);
}

static void add_bytes(struct seen *s, struct cr_span bytes)
{
  add(s, bytes.len);
  for (size_t i = 0; i < bytes.len; i++)
    add(s, (uint8_t)bytes.at[i]);
}

static void check_inside(struct seen *s, struct cr_span found)
{
  require(found.at >= s->text.at && found.at <= s->text.at + s->text.len);
  require(found.len <= (size_t)(s->text.at + s->text.len - found.at));
  add_bytes(s, found);
}

/* A find lies between what was read before it and what is read with it. */
static void check_progress(struct seen *s, struct cr_span found, const char *at)
{
  check_inside(s, found);
  require(at > s->at && at <= s->text.at + s->text.len);
  require(found.at >= s->at && found.at + found.len <= at);
  s->at = at;
}

static void read_srcset(struct seen *s)
{
  struct cr_srcset it = { s->text.at, s->text.at + s->text.len };
  struct cr_span url;

  while (cr_srcset_next(&it, &url)) {
    require(url.len > 0);
    check_progress(s, url, it.at);
  }
  require(!cr_srcset_next(&it, &url) && it.at == it.end);
}

static void read_refresh(struct seen *s)
{
  struct cr_span url = { NULL, 0 };
  int64_t delay_ms = -1;

  if (!cr_refresh_parse(s->text, &delay_ms, &url)) {
    require(delay_ms == -1 && !url.at);
    return;
  }
  require(delay_ms >= 0);
  add(s, (uint64_t)delay_ms);
  if (url.len > 0)
    check_inside(s, url);
}

static void read_css(struct seen *s)
{
  struct cr_css_url found;
  struct cr_css css;

  cr_css_begin(&css, s->text);
  while (cr_css_next(&css, &found)) {
    check_progress(s, found.raw, css.at);
    add(s, found.is_import);
    char *out = room_for(3 * found.raw.len);
    size_t len = cr_css_unescape(found.raw, out);
    require(len <= 3 * found.raw.len);
    require(len > 0 && !memchr(out, '\0', len)); /* CSS Syntax 3.3: NUL is U+FFFD */
    require(found.has_escapes || cr_span_eq(cr_span(out, len), found.raw));
    add_bytes(s, cr_span(out, len));
    free(out);
  }
  require(!cr_css_next(&css, &found) && css.at == css.end);
}

static void check_parameter(struct seen *s, const struct cr_link_parameter *parameter)
{
  if (!parameter->text.at)
    return;
  check_inside(s, parameter->text);
  char *out = room_for(parameter->text.len);
  size_t len = cr_link_header_text(parameter, out);
  require(len <= parameter->text.len);
  require(parameter->is_quoted || cr_span_eq(cr_span(out, len), parameter->text));
  add_bytes(s, cr_span(out, len));
  free(out);
}

static void read_link_header(struct seen *s)
{
  struct cr_link_header it = { s->text.at, s->text.at + s->text.len };
  struct cr_link_value value;

  while (cr_link_header_next(&it, &value)) {
    check_progress(s, value.target, it.at);
    require(!memchr(value.target.at, '>', value.target.len));
    check_parameter(s, &value.rel);
    check_parameter(s, &value.hreflang);
    check_parameter(s, &value.type);
    add(s, value.has_anchor);
  }
  require(!cr_link_header_next(&it, &value));
}

static void read_url_list(struct seen *s)
{
  struct cr_url_list it = { s->text.at, s->text.at + s->text.len };
  struct cr_span url;

  while (cr_url_list_next(&it, &url)) {
    require(cr_span_starts_nocase(url, CR_SPAN("http")));
    require(!memchr(url.at, '\n', url.len) && !memchr(url.at, '\0', url.len));
    check_progress(s, url, it.at);
  }
  require(!cr_url_list_next(&it, &url) && it.at == it.end);
}

/* From memory of the text's own size, so that a read behind its end is seen. */
static uint64_t read_once(unsigned grammar, const uint8_t *data, size_t bytes)
{
  static void (*const readers[])(struct seen *) = { read_srcset, read_refresh, read_css,
                                                    read_link_header, read_url_list };
  char *copy = room_for(bytes);
  struct seen s = { cr_span(copy, bytes), copy, UINT64_C(0xcbf29ce484222325) };

  if (bytes > 0)
    memcpy(copy, data, bytes);
  readers[grammar % (sizeof(readers) / sizeof(readers[0]))](&s);
  free(copy);
  return s.sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  if (bytes == 0)
    return 0;
  uint64_t first = read_once(data[0], data + 1, bytes - 1);
  require(read_once(data[0], data + 1, bytes - 1) == first);
  return 0;
}

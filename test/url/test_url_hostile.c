/* SPDX-License-Identifier: MIT */
/* test_url_hostile.c - what is made to be slow costs what its bytes cost.
 *
 * Each shape as many short URLs and as few long ones of the same bytes together: where time is
 * linear both cost the same, give or take a constant; quadratic time would cost the long ones 60
 * times as much. CPU time, the best of some rounds, so a busy machine changes nothing.
 */
#include <time.h>

#include "parse/parse.h"
#include "url_cases.h"

enum { SHORT = 1000, LONG = 60000, TOTAL = 120000, ROUNDS = 3, FACTOR = 8 };

struct shape {
  const char *head;
  const char *unit; /* repeated */
  const char *tail;
  const char *charset;
};

static const struct shape shapes[] = {
  { "http://a/", "/../", "", "" },
  { "http://a/", "b/../", "", "" },
  { "http://a/", "%2e%2E/", "", "" },
  { "http://a/", "%", "", "" },
  { "http://a/", "%4", "", "" },
  { "http://a/?", "%%34%31", "", "" },
  { "http://", "a.", "/", "" },
  { "http://", ".", "/", "" },
  { "http://", "xn--a.", "/", "" },
  { "http://", "xn--bcher-kva.", "/", "" },
  { "http://", "xn--", "/", "" },
  { "http://", "%61", "/", "" },
  { "http://", "\xc3\xbc.", "/", "" },
  { "http://", "0x", "/", "" },
  { "http://", "1.", "/", "" },
  { "http://", "@", "a/", "" },
  { "http://", ":@", "a/", "" },
  { "http://[", "1:", "]/", "" },
  { "http://a/", "\t", "b", "" },
  { "http://a/", "\xff\t", "", "" },
  { "http:", "/", "a", "" },
  { "http:", "\\", "a", "" },
  { "file:///", "C|/../", "", "" },
  { "web:", "/../", "", "" },
  { "web:", " ", "?", "" },
  { "http://a/?", "&", "", "" },
  { "http://a/?", "b&a&", "", "" },
  { "http://a/?", "a=1&a=0&", "", "" },
  { "http://a/?", "utm_&", "", "" },
  { "http://a/?", "[", "", "" },
  { "http://a/", ";jsessionid=1", "", "" },
  { "http://a/", "(abcdefghijklmnopqrstuvwx)/", "x.aspx", "" },
  { "http://a/", "index.html/", "", "" },
  { "http://a/?", "\xc3\xbc", "", "windows-1251" },
  { "http://a/?", "\xe4\xb8\x80", "", "shift_jis" },
  { "http://a/?",
    "\xe4\xb8\x80"
    "a",
    "", "iso-2022-jp" },
  { "http://a/?", "\xe4\xb8\x80", "", "gb18030" },
};

static const struct cr_key_rules rules = { CR_URL_RULES_ALL, CR_SPAN_INIT("a,b*,c") };

/* shape in so many bytes, or a few more. */
static void fill(struct cr_buf *text, const struct shape *shape, size_t bytes)
{
  cr_buf_clear(text);
  assert_int_equal(cr_buf_add_text(text, shape->head), 0);
  while (text->len + strlen(shape->unit) + strlen(shape->tail) < bytes)
    assert_int_equal(cr_buf_add_text(text, shape->unit), 0);
  assert_int_equal(cr_buf_add_text(text, shape->tail), 0);
}

struct rig {
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf text;
  struct cr_buf key;
};

/* clock()'s ticks for TOTAL bytes of text, parsed again and again, with key and site. */
static clock_t cost(struct rig *rig, const struct shape *shape)
{
  struct cr_url_encoding encoding = cr_charset_encoding(shape->charset);
  struct cr_span text = cr_span(rig->text.data, rig->text.len);
  clock_t start = clock();

  for (size_t done = 0; done < TOTAL; done += text.len) {
    int err = cr_url_parse_in(&rig->url, text, NULL, &encoding);
    assert_true(err == 0 || err == CRAWLER_E_URL || err == CRAWLER_E_LIMIT);
    if (err == 0) {
      assert_int_equal(cr_url_key(&rig->url, &rules, &rig->key), 0);
      (void)cr_host_site(cr_url_host(&rig->url));
    }
  }
  return clock() - start;
}

static clock_t best(struct rig *rig, const struct shape *shape, size_t bytes)
{
  clock_t least = 0;

  fill(&rig->text, shape, bytes);
  for (int round = 0; round < ROUNDS; round++) {
    clock_t ticks = cost(rig, shape);
    least = round == 0 || ticks < least ? ticks : least;
  }
  return least;
}

static void open_rig(struct rig *rig)
{
  cr_test_mem_init(&rig->mem);
  cr_url_init(&rig->url, &rig->mem);
  cr_buf_init(&rig->text, &rig->mem, CR_MEM_CORE, (size_t)16 << 20);
  cr_buf_init(&rig->key, &rig->mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
}

static void close_rig(struct rig *rig)
{
  cr_buf_free(&rig->text);
  cr_buf_free(&rig->key);
  cr_url_free(&rig->url);
  cr_test_mem_done(&rig->mem);
}

static void long_ones_cost_what_short_ones_do(void **state)
{
  const clock_t noise = CLOCKS_PER_SEC / 200; /* 5 ms */
  struct rig rig;

  (void)state;
  open_rig(&rig);
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
    clock_t few = best(&rig, &shapes[i], LONG);
    clock_t many = best(&rig, &shapes[i], SHORT);
    if (few > FACTOR * many + noise)
      fail_msg("%s%s...: %ld ticks in long ones, %ld in short ones", shapes[i].head, shapes[i].unit,
               (long)few, (long)many);
  }
  close_rig(&rig);
}

static void ten_megabytes_are_refused_at_once(void **state)
{
  struct rig rig;

  (void)state;
  open_rig(&rig);
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i += 3) {
    fill(&rig.text, &shapes[i], (size_t)10 << 20);
    assert_int_equal(cr_url_parse(&rig.url, cr_span(rig.text.data, rig.text.len), NULL),
                     CRAWLER_E_LIMIT);
  }
  assert_true(rig.url.text.cap == 0); /* nothing was allocated for them */
  close_rig(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(long_ones_cost_what_short_ones_do),
    cmocka_unit_test(ten_megabytes_are_refused_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

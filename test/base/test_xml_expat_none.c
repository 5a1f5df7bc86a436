/* SPDX-License-Identifier: MIT */
/* test_xml_expat_none.c - XML of a library without expat: sitemaps and feeds in it can't be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml_expat.h"
#include "crawl/crawler.h"
#include "support/oom.h"

static void no_reader_can_be_opened(void **state)
{
  const struct cr_xml_events events = { NULL, NULL, NULL, NULL, NULL };
  struct cr_xml *xml = NULL;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  assert_int_equal(cr_xml_open(&xml, &mem, &events, NULL), CRAWLER_E_UNSUPPORTED);
  assert_null(xml);
  cr_xml_close(xml);
  cr_test_mem_done(&mem);
}

/* The answers to who would ask all the same. */
static void nothing_is_read_without_one(void **state)
{
  (void)state;
  assert_int_equal(cr_xml_add(NULL, "<a/>", 4), CRAWLER_E_UNSUPPORTED);
  assert_int_equal(cr_xml_end(NULL), CRAWLER_E_UNSUPPORTED);
  assert_false(cr_xml_is_cut(NULL));
  assert_null(cr_xml_attribute(NULL, "", "href").at);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_reader_can_be_opened),
    cmocka_unit_test(nothing_is_read_without_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

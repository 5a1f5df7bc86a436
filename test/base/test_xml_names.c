/* SPDX-License-Identifier: MIT */
/* test_xml_names.c - which namespace does a prefix stand for, here?
 *
 * Namespaces in XML 1.0 (third edition), sections 2.2, 6.1 and 6.2.
 */
#include "base/xml_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

static int declare(struct cr_xml_names *names, uint32_t depth, const char *attribute,
                   const char *value)
{
  return cr_xml_names_declare(names, depth, cr_span_text(attribute), cr_span_text(value));
}

static bool stands_for(const struct cr_xml_names *names, const char *prefix, const char *ns)
{
  return cr_span_eq(cr_xml_names_find(names, cr_span_text(prefix)), cr_span_text(ns));
}

static void a_name_is_split_at_its_first_colon(void **state)
{
  static const struct {
    const char *name;
    const char *prefix;
    const char *local;
  } cases[] = {
    { "a", "", "a" },  { "p:a", "p", "a" }, { "p:a:b", "p", "a:b" }, { ":a", "", "a" },
    { "p:", "p", "" }, { ":", "", "" },     { "", "", "" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span local = cr_span_text(cases[i].name);
    struct cr_span prefix = cr_xml_split(&local);
    if (!cr_span_eq(prefix, cr_span_text(cases[i].prefix)) ||
        !cr_span_eq(local, cr_span_text(cases[i].local)))
      fail_msg("%s", cases[i].name);
  }
}

static void a_declaration_holds_inside_its_element_until_another_one(void **state)
{
  struct cr_xml_names names;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  cr_xml_names_init(&names, &mem);
  assert_true(stands_for(&names, "", ""));
  assert_true(stands_for(&names, "p", ""));
  assert_true(stands_for(&names, "xml", CR_XML_NS));

  assert_int_equal(declare(&names, 1, "xmlns", "urn:1"), 0);
  assert_int_equal(declare(&names, 1, "xmlns:p", "urn:p"), 0);
  assert_int_equal(declare(&names, 1, "xmlns:q", "urn:q"), 0);
  assert_int_equal(declare(&names, 1, "p", "urn:none"), 0);
  assert_int_equal(declare(&names, 1, "p:xmlns", "urn:none"), 0);
  assert_int_equal(declare(&names, 1, "xmlnsp", "urn:none"), 0);
  assert_true(stands_for(&names, "", "urn:1"));
  assert_true(stands_for(&names, "p", "urn:p"));
  assert_true(stands_for(&names, "q", "urn:q"));
  assert_true(stands_for(&names, "r", ""));

  assert_int_equal(declare(&names, 3, "xmlns", ""), 0);
  assert_int_equal(declare(&names, 3, "xmlns:p", "urn:p3"), 0);
  assert_true(stands_for(&names, "", ""));
  assert_true(stands_for(&names, "p", "urn:p3"));
  assert_true(stands_for(&names, "q", "urn:q"));

  cr_xml_names_leave(&names, 4); /* where nothing was declared */
  assert_true(stands_for(&names, "p", "urn:p3"));
  cr_xml_names_leave(&names, 3);
  assert_true(stands_for(&names, "", "urn:1"));
  assert_true(stands_for(&names, "p", "urn:p"));
  cr_xml_names_leave(&names, 1);
  assert_true(stands_for(&names, "", ""));
  assert_true(stands_for(&names, "p", ""));
  assert_int_equal(names.text.len, 0);
  cr_xml_names_free(&names);
  cr_test_mem_done(&mem);
}

static void both_limits_are_reached_exactly(void **state)
{
  static char long_ns[CR_XML_BINDINGS_BYTES + 1];
  struct cr_xml_names names;
  struct cr_mem mem;
  char name[16];
  (void)state;

  cr_test_mem_init(&mem);
  cr_xml_names_init(&names, &mem);
  for (int i = 0; i < CR_XML_BINDINGS_MAX; i++) {
    snprintf(name, sizeof(name), "xmlns:p%d", i);
    assert_int_equal(declare(&names, 1, name, name), 0);
  }
  assert_int_equal(declare(&names, 1, "xmlns:q", "urn:q"), CRAWLER_E_LIMIT);
  assert_true(stands_for(&names, "p0", "xmlns:p0"));
  assert_true(stands_for(&names, "p127", "xmlns:p127"));

  cr_xml_names_leave(&names, 1);
  memset(long_ns, 'n', CR_XML_BINDINGS_BYTES);
  assert_int_equal(declare(&names, 1, "xmlns:p", long_ns), CRAWLER_E_LIMIT);
  assert_int_equal(names.text.len, 0);
  assert_int_equal(declare(&names, 1, "xmlns", long_ns), 0);
  assert_true(stands_for(&names, "", long_ns));
  assert_int_equal(declare(&names, 2, "xmlns", ""), 0);
  assert_int_equal(declare(&names, 2, "xmlns:p", ""), CRAWLER_E_LIMIT);
  cr_xml_names_free(&names);
  cr_test_mem_done(&mem);
}

static void declare_two(struct cr_mem *mem, void *arg)
{
  struct cr_xml_names names;
  char ns[200];
  (void)arg;

  memset(ns, 'n', sizeof(ns) - 1);
  ns[sizeof(ns) - 1] = '\0';
  cr_xml_names_init(&names, mem);
  int err = declare(&names, 1, "xmlns", "urn:1");
  assert_true(stands_for(&names, "", err ? "" : "urn:1"));
  err = declare(&names, 2, "xmlns:p", ns);
  assert_true(stands_for(&names, "p", err ? "" : ns));
  if (!cr_test_oom_refused(mem))
    assert_int_equal(err, 0);
  cr_xml_names_free(&names);
}

static void out_of_memory_declares_nothing(void **state)
{
  (void)state;
  cr_test_oom(declare_two, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_is_split_at_its_first_colon),
    cmocka_unit_test(a_declaration_holds_inside_its_element_until_another_one),
    cmocka_unit_test(both_limits_are_reached_exactly),
    cmocka_unit_test(out_of_memory_declares_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

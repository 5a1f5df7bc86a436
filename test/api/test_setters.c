/* SPDX-License-Identifier: MIT */
/* NEEDS: cares gumbo */
/* The typed setters are the options of the table, by other names. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
  const char *option;
  int (*set)(crawler *c, int64_t value);
  const char *value; /* as crawler_get_option() gives what the number in it sets */
} numbers[] = {
  { "workers", crawler_set_workers, "40" },
  { "random_seed", crawler_set_random_seed, "40" },
  { "max_frontier", crawler_set_max_frontier_bytes, "4096" },
  { "max_memory", crawler_set_max_memory_bytes, "8192" },
  { "cookie_memory", crawler_set_cookie_memory_bytes, "4096" },
  { "history", crawler_set_history_bytes, "4096" },
  { "max_pages", crawler_set_max_pages, "40" },
  { "max_depth", crawler_set_max_depth, "40" },
  { "max_time", crawler_set_max_time_ms, "4000ms" },
  { "max_bytes", crawler_set_max_bytes, "4096" },
  { "max_pages_per_host", crawler_set_max_pages_per_host, "40" },
  { "max_bytes_per_host", crawler_set_max_bytes_per_host, "8192" },
  { "max_time_per_host", crawler_set_max_time_per_host_ms, "9000ms" },
  { "max_body", crawler_set_max_body_bytes, "4096" },
  { "max_headers", crawler_set_max_headers_bytes, "4096" },
  { "max_ratio", crawler_set_max_ratio, "100" },
  { "max_links", crawler_set_max_links, "1000" },
  { "max_document", crawler_set_max_document_bytes, "1048576" },
  { "max_pending", crawler_set_max_pending, "40" },
  { "max_buffered", crawler_set_max_buffered_bytes, "65536" },
  { "max_redirects", crawler_set_max_redirects, "40" },
  { "max_retries", crawler_set_max_retries, "40" },
  { "retry_delay", crawler_set_retry_delay_ms, "4000ms" },
  { "host_retry_budget", crawler_set_host_retry_budget, "40" },
  { "max_parks", crawler_set_max_parks, "5" },
  { "max_robots_time", crawler_set_max_robots_time_ms, "9000ms" },
  { "robots_lifetime", crawler_set_robots_lifetime_ms, "7200000ms" },
  { "max_crawl_delay", crawler_set_max_crawl_delay_ms, "8000ms" },
  { "max_url_length", crawler_set_max_url_length, "8" },
  { "max_path_depth", crawler_set_max_path_depth, "8" },
  { "max_repeats", crawler_set_max_repeats, "8" },
  { "max_parameters", crawler_set_max_parameters, "8" },
  { "max_calendar_years", crawler_set_max_calendar_years, "8" },
  { "max_group", crawler_set_max_group, "8" },
  { "trap_pages", crawler_set_trap_pages, "8" },
  { "duplicate_memory", crawler_set_duplicate_memory_bytes, "8" },
  { "max_adaptive_delay", crawler_set_max_adaptive_delay_ms, "9000ms" },
  { "max_host_failures", crawler_set_max_host_failures, "7" },
  { "host_failure_wait", crawler_set_host_failure_wait_ms, "3000ms" },
  { "max_retry_after", crawler_set_max_retry_after_ms, "6000ms" },
  { "max_idle_wait", crawler_set_max_idle_wait_ms, "7000ms" },
  { "concurrency", crawler_set_concurrency, "40" },
  { "host_concurrency", crawler_set_host_concurrency, "40" },
  { "site_concurrency", crawler_set_site_concurrency, "40" },
  { "address_concurrency", crawler_set_address_concurrency, "40" },
  { "delay", crawler_set_delay_ms, "4000ms" },
  { "delay_jitter", crawler_set_delay_jitter, "40" },
  { "timeout", crawler_set_timeout_ms, "4000ms" },
  { "connect_timeout", crawler_set_connect_timeout_ms, "4000ms" },
  { "dns_timeout", crawler_set_dns_timeout_ms, "4000ms" },
  { "slow_after", crawler_set_slow_after_ms, "4000ms" },
  { "slow_concurrency", crawler_set_slow_concurrency, "40" },
};

static const struct {
  const char *option;
  int (*set)(crawler *c, int on);
} flags[] = {
  { "http2", crawler_set_http2 },
  { "insecure", crawler_set_insecure },
  { "cookies", crawler_set_cookies },
  { "document", crawler_set_document },
  { "key_trailing_slash", crawler_set_key_trailing_slash },
  { "key_slashes", crawler_set_key_slashes },
  { "key_index", crawler_set_key_index },
  { "key_case", crawler_set_key_case },
  { "key_escapes", crawler_set_key_escapes },
  { "key_www", crawler_set_key_www },
  { "key_query_order", crawler_set_key_query_order },
  { "key_tracking", crawler_set_key_tracking },
  { "key_session", crawler_set_key_session },
  { "key_fragment", crawler_set_key_fragment },
  { "own_server", crawler_set_own_server },
  { "keep_truncated", crawler_set_keep_truncated },
  { "obey_robots", crawler_set_obey_robots },
  { "sitemaps", crawler_set_sitemaps },
  { "sitemap_path_rule", crawler_set_sitemap_path_rule },
  { "robots_lenient", crawler_set_robots_lenient },
  { "span_hosts", crawler_set_span_hosts },
  { "no_parent", crawler_set_no_parent },
  { "requisites", crawler_set_requisites },
  { "html_fallback", crawler_set_html_fallback },
  { "follow_nofollow", crawler_set_follow_nofollow },
  { "refresh_redirects", crawler_set_refresh_redirects },
  { "obey_canonical", crawler_set_obey_canonical },
  { "follow_ugc", crawler_set_follow_ugc },
  { "follow_sponsored", crawler_set_follow_sponsored },
  { "obey_meta_robots", crawler_set_obey_meta_robots },
  { "depth_first", crawler_set_depth_first },
  { "filter_depends_on_page", crawler_set_filter_depends_on_page },
  { "trap_sessions", crawler_set_trap_sessions },
  { "trap_aliases", crawler_set_trap_aliases },
  { "simhash", crawler_set_simhash },
  { "keep_open", crawler_set_keep_open },
};

static const struct {
  const char *option;
  int (*set)(crawler *c, const char *text);
  const char *value;
} texts[] = {
  { "dns_servers", crawler_set_dns_servers, "127.0.0.1:53" },
  { "proxy", crawler_set_proxy, "http://127.0.0.1:3128" },
  { "ca_file", crawler_set_ca_file, "/dev/null" },
  { "key_ignore", crawler_set_key_ignore, "ref" },
  { "user_agent", crawler_set_user_agent, "me/1" },
  { "robots_token", crawler_set_robots_token, "me" },
  { "links", crawler_set_links, "area" },
  { "scope", crawler_set_scope, "domain" },
  { "mime_types", crawler_set_mime_types, "text/html,image/*" },
  { "schemes", crawler_set_schemes, "https" },
  { "retry_statuses", crawler_set_retry_statuses, "404,500-599" },
  { "ports", crawler_set_ports, "80,8000-8999" },
  { "allow_extensions", crawler_set_allow_extensions, "html,none" },
  { "deny_extensions", crawler_set_deny_extensions, "zip" },
  { "allow_private", crawler_set_allow_private, "10.0.0.0/8" },
  { "connect_ports", crawler_set_connect_ports, "80,443" },
  { "resolve", crawler_set_resolve, "a.test:80:127.0.0.1" },
  { "header", crawler_set_header, "A: b" },
  { "from", crawler_set_from, "me@a.test" },
  { "client_cert", crawler_set_client_cert, "/dev/null" },
  { "client_key", crawler_set_client_key, "/dev/null" },
  { "client_key_password", crawler_set_client_key_password, "word" },
  { "tls_min", crawler_set_tls_min, "1.3" },
  { "interface", crawler_set_interface, "eth0" },
  { "ip_version", crawler_set_ip_version, "4" },
  { "referrer", crawler_set_referrer, "same-origin" },
};

/* Those that take more than a value: test_option_lines.c. */
static const char *const others[] = { "header_for", "credentials" };

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void every_option_has_one_setter(void **state)
{
  size_t options = 0;

  (void)state;
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name)) {
    size_t setters = 0;

    for (size_t i = 0; i < COUNT(numbers); i++)
      setters += strcmp(numbers[i].option, name) == 0;
    for (size_t i = 0; i < COUNT(flags); i++)
      setters += strcmp(flags[i].option, name) == 0;
    for (size_t i = 0; i < COUNT(texts); i++)
      setters += strcmp(texts[i].option, name) == 0;
    for (size_t i = 0; i < COUNT(others); i++)
      setters += strcmp(others[i], name) == 0;
    if (setters != 1)
      fail_msg("%s has %zu setters", name, setters);
    options++;
  }
  assert_int_equal(options, COUNT(numbers) + COUNT(flags) + COUNT(texts) + COUNT(others));
}

static void a_number_is_set_in_the_unit_of_its_name(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  for (size_t i = 0; i < COUNT(numbers); i++) {
    int64_t value = strtoll(numbers[i].value, NULL, 10);

    if (numbers[i].set(c, value) != 0)
      fail_msg("%s: %s", numbers[i].option, crawler_errmsg(c));
    if (strcmp(crawler_get_option(c, numbers[i].option), numbers[i].value) != 0)
      fail_msg("%s: %s", numbers[i].option, crawler_get_option(c, numbers[i].option));
    assert_int_equal(numbers[i].set(NULL, value), CRAWLER_E_INVAL);
  }
  crawler_free(c);
}

static void a_number_out_of_bounds_is_refused_as_its_text_is(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT(numbers); i++) {
    crawler *c = crawler_new();

    assert_int_equal(numbers[i].set(c, -2), CRAWLER_E_VALUE);
    assert_non_null(strstr(crawler_errmsg(c), numbers[i].option));
    assert_non_null(strstr(crawler_errmsg(c), "-2"));
    assert_int_equal(numbers[i].set(c, INT64_MIN), CRAWLER_E_VALUE);
    assert_string_not_equal(crawler_get_option(c, numbers[i].option), "-2");
    crawler_free(c);
  }
}

static void a_flag_is_on_for_anything_but_0(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  for (size_t i = 0; i < COUNT(flags); i++) {
    assert_int_equal(flags[i].set(c, 7), 0);
    assert_string_equal(crawler_get_option(c, flags[i].option), "1");
    assert_int_equal(flags[i].set(c, 0), 0);
    assert_string_equal(crawler_get_option(c, flags[i].option), "0");
    assert_int_equal(flags[i].set(NULL, 1), CRAWLER_E_INVAL);
  }
  crawler_free(c);
}

static void a_text_is_set_as_its_option_is(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++) {
    assert_int_equal(texts[i].set(c, texts[i].value), 0);
    assert_int_equal(
        strncmp(crawler_get_option(c, texts[i].option), texts[i].value, strlen(texts[i].value)), 0);
    assert_int_equal(texts[i].set(c, NULL), CRAWLER_E_INVAL);
    assert_int_equal(texts[i].set(NULL, texts[i].value), CRAWLER_E_INVAL);
  }
  crawler_free(c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_option_has_one_setter),
    cmocka_unit_test(a_number_is_set_in_the_unit_of_its_name),
    cmocka_unit_test(a_number_out_of_bounds_is_refused_as_its_text_is),
    cmocka_unit_test(a_flag_is_on_for_anything_but_0),
    cmocka_unit_test(a_text_is_set_as_its_option_is),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* setters.c - the typed setters: options.def by the compiler instead of by text.
 */
#include "api/crawler_impl.h"

#define NUMBER(option, setter)                                     \
  int setter(crawler *c, int64_t value)                            \
  {                                                                \
    return c ? cr_set_number(c, #option, value) : CRAWLER_E_INVAL; \
  }
#define FLAG(option, setter)                                         \
  int setter(crawler *c, int on)                                     \
  {                                                                  \
    return c ? cr_set_number(c, #option, on != 0) : CRAWLER_E_INVAL; \
  }
#define TEXT(option, setter)                                    \
  int setter(crawler *c, const char *text)                      \
  {                                                             \
    return c ? cr_set_text(c, #option, text) : CRAWLER_E_INVAL; \
  }

/* clang-format off */
NUMBER(workers, crawler_set_workers)
NUMBER(random_seed, crawler_set_random_seed)
TEXT(dns_servers, crawler_set_dns_servers)
TEXT(proxy, crawler_set_proxy)
TEXT(ca_file, crawler_set_ca_file)
FLAG(insecure, crawler_set_insecure)
FLAG(cookies, crawler_set_cookies)
NUMBER(max_frontier, crawler_set_max_frontier_bytes)
FLAG(document, crawler_set_document)
FLAG(no_parent, crawler_set_no_parent)
FLAG(key_trailing_slash, crawler_set_key_trailing_slash)
FLAG(key_slashes, crawler_set_key_slashes)
FLAG(key_index, crawler_set_key_index)
FLAG(key_case, crawler_set_key_case)
FLAG(key_escapes, crawler_set_key_escapes)
FLAG(key_www, crawler_set_key_www)
FLAG(key_query_order, crawler_set_key_query_order)
FLAG(key_tracking, crawler_set_key_tracking)
FLAG(key_session, crawler_set_key_session)
TEXT(key_ignore, crawler_set_key_ignore)
FLAG(key_fragment, crawler_set_key_fragment)
TEXT(user_agent, crawler_set_user_agent)
NUMBER(max_pages, crawler_set_max_pages)
NUMBER(max_depth, crawler_set_max_depth)
NUMBER(max_time, crawler_set_max_time_ms)
NUMBER(max_bytes, crawler_set_max_bytes)
NUMBER(max_pages_per_host, crawler_set_max_pages_per_host)
NUMBER(max_bytes_per_host, crawler_set_max_bytes_per_host)
NUMBER(max_time_per_host, crawler_set_max_time_per_host_ms)
NUMBER(max_body, crawler_set_max_body_bytes)
NUMBER(max_headers, crawler_set_max_header_bytes)
NUMBER(max_pending, crawler_set_max_pending)
NUMBER(max_buffered, crawler_set_max_buffered_bytes)
NUMBER(max_redirects, crawler_set_max_redirects)
NUMBER(max_retries, crawler_set_max_retries)
NUMBER(retry_delay, crawler_set_retry_delay_ms)
TEXT(retry_statuses, crawler_set_retry_statuses)
NUMBER(host_retry_budget, crawler_set_host_retry_budget)
NUMBER(max_parks, crawler_set_max_parks)
NUMBER(max_crawl_delay, crawler_set_max_crawl_delay_ms)
NUMBER(max_adaptive_delay, crawler_set_max_adaptive_delay_ms)
NUMBER(max_host_failures, crawler_set_max_host_failures)
NUMBER(host_failure_wait, crawler_set_host_failure_wait_ms)
NUMBER(max_retry_after, crawler_set_max_retry_after_ms)
NUMBER(max_idle_wait, crawler_set_max_idle_wait_ms)
NUMBER(concurrency, crawler_set_concurrency)
NUMBER(host_concurrency, crawler_set_host_concurrency)
NUMBER(site_concurrency, crawler_set_site_concurrency)
NUMBER(address_concurrency, crawler_set_address_concurrency)
NUMBER(delay, crawler_set_delay_ms)
NUMBER(delay_jitter, crawler_set_delay_jitter)
FLAG(own_server, crawler_set_own_server)
FLAG(obey_robots, crawler_set_obey_robots)
FLAG(sitemaps, crawler_set_sitemaps)
FLAG(sitemap_path_rule, crawler_set_sitemap_path_rule)
TEXT(robots_token, crawler_set_robots_token)
FLAG(robots_lenient, crawler_set_robots_lenient)
NUMBER(max_robots_time, crawler_set_max_robots_time_ms)
NUMBER(robots_lifetime, crawler_set_robots_lifetime_ms)
NUMBER(timeout, crawler_set_timeout_ms)
NUMBER(connect_timeout, crawler_set_connect_timeout_ms)
NUMBER(dns_timeout, crawler_set_dns_timeout_ms)
NUMBER(slow_after, crawler_set_slow_after_ms)
NUMBER(slow_concurrency, crawler_set_slow_concurrency)
FLAG(span_hosts, crawler_set_span_hosts)
TEXT(scope, crawler_set_scope)
TEXT(schemes, crawler_set_schemes)
TEXT(ports, crawler_set_ports)
TEXT(allow_extensions, crawler_set_allow_extensions)
TEXT(deny_extensions, crawler_set_deny_extensions)
TEXT(mime_types, crawler_set_mime_types)
TEXT(links, crawler_set_links)
FLAG(requisites, crawler_set_requisites)
FLAG(html_fallback, crawler_set_html_fallback)
FLAG(follow_nofollow, crawler_set_follow_nofollow)
FLAG(refresh_redirects, crawler_set_refresh_redirects)
FLAG(obey_canonical, crawler_set_obey_canonical)
FLAG(follow_ugc, crawler_set_follow_ugc)
FLAG(follow_sponsored, crawler_set_follow_sponsored)
FLAG(obey_meta_robots, crawler_set_obey_meta_robots)
FLAG(depth_first, crawler_set_depth_first)
FLAG(filter_depends_on_page, crawler_set_filter_depends_on_page)
NUMBER(max_url_length, crawler_set_max_url_length)
NUMBER(max_path_depth, crawler_set_max_path_depth)
NUMBER(max_repeats, crawler_set_max_repeats)
NUMBER(max_parameters, crawler_set_max_parameters)
NUMBER(max_calendar_years, crawler_set_max_calendar_years)
NUMBER(max_group, crawler_set_max_group)
FLAG(trap_sessions, crawler_set_trap_sessions)
FLAG(trap_aliases, crawler_set_trap_aliases)
NUMBER(trap_pages, crawler_set_trap_pages)
NUMBER(duplicate_memory, crawler_set_duplicate_memory_bytes)
TEXT(allow_private, crawler_set_allow_private)
TEXT(resolve, crawler_set_resolve)
TEXT(header, crawler_set_header)
FLAG(keep_open, crawler_set_keep_open)
/* clang-format on */

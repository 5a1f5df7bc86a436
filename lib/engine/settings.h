/* SPDX-License-Identifier: MIT */
/* settings.h - the value of every option; api/options.def is the table that fills it.
 */
#ifndef CR_ENGINE_SETTINGS_H
#define CR_ENGINE_SETTINGS_H

#include <stdint.h>

enum { CR_OPTION_MAX_HEADERS = 64 }; /* lines of option header, and of header_for to one request */

struct cr_settings { /* booleans are 0 or 1; texts are the crawler's, never NULL */
  /* before the start */
  int64_t workers;
  int64_t random_seed;
  char *dns_servers;
  char *proxy;
  char *ca_file;
  char *client_cert;
  char *client_key;
  char *client_key_password;
  char *tls_min;
  char *interface;
  char *ip_version;
  int64_t http2;
  int64_t insecure;
  int64_t cookies;
  int64_t cookie_memory;
  int64_t max_frontier;
  int64_t max_memory;
  int64_t history;
  int64_t document;
  int64_t no_parent;
  int64_t key_trailing_slash;
  int64_t key_slashes;
  int64_t key_index;
  int64_t key_case;
  int64_t key_escapes;
  int64_t key_www;
  int64_t key_query_order;
  int64_t key_tracking;
  int64_t key_session;
  char *key_ignore;
  int64_t key_fragment;
  /* at any time */
  char *user_agent;
  int64_t max_pages;
  int64_t max_depth;
  int64_t max_time;
  int64_t max_bytes;
  int64_t max_pages_per_host;
  int64_t max_bytes_per_host;
  int64_t max_time_per_host;
  int64_t max_body;
  int64_t keep_truncated;
  int64_t max_headers;
  int64_t max_ratio;
  int64_t max_links;
  int64_t max_document;
  int64_t max_pending;
  int64_t max_buffered;
  int64_t max_redirects;
  int64_t max_retries;
  int64_t retry_delay;
  char *retry_statuses;
  int64_t host_retry_budget;
  int64_t max_parks;
  int64_t max_retry_after;
  int64_t max_host_failures;
  int64_t host_failure_wait;
  int64_t max_idle_wait;
  int64_t concurrency;
  int64_t host_concurrency;
  int64_t site_concurrency;
  int64_t address_concurrency;
  int64_t delay;
  int64_t delay_jitter;
  int64_t max_crawl_delay;
  int64_t max_adaptive_delay;
  int64_t own_server;
  int64_t obey_robots;
  int64_t sitemaps;
  int64_t sitemap_path_rule;
  char *robots_token;
  int64_t robots_lenient;
  int64_t max_robots_time;
  int64_t robots_lifetime;
  int64_t timeout;
  int64_t connect_timeout;
  int64_t dns_timeout;
  int64_t slow_after;
  int64_t slow_concurrency;
  int64_t span_hosts;
  char *scope;
  char *schemes;
  char *ports;
  char *allow_extensions;
  char *deny_extensions;
  char *mime_types;
  char *links;
  int64_t requisites;
  int64_t html_fallback;
  int64_t follow_nofollow;
  int64_t refresh_redirects;
  int64_t obey_canonical;
  int64_t follow_ugc;
  int64_t follow_sponsored;
  int64_t obey_meta_robots;
  int64_t depth_first;
  int64_t filter_depends_on_page;
  int64_t max_url_length;
  int64_t max_path_depth;
  int64_t max_repeats;
  int64_t max_parameters;
  int64_t max_calendar_years;
  int64_t max_group;
  int64_t trap_sessions;
  int64_t trap_aliases;
  int64_t trap_pages;
  int64_t duplicate_memory;
  int64_t simhash;
  char *allow_private;
  char *connect_ports;
  char *resolve;
  char *header;      /* "Name: value" lines, each ended by LF */
  char *header_for;  /* "PATTERN Name: value" lines, as above */
  char *credentials; /* "PATTERN USER:PASSWORD" lines */
  char *from;
  char *referrer;
  int64_t keep_open;
};

#endif

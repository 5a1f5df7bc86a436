/* SPDX-License-Identifier: MIT */
/* crawler.h - the public interface of libcrawl.
 *
 * A name that isn't here (or in crawl/gumbo.h) isn't part of the library.
 *
 * Threads    A crawler belongs to one thread at a time, its *loop thread*: the one inside
 *            crawler_run(), crawler_step() or crawler_next(), the one that drives the caller's
 *            event loop, or the library's own after crawler_start_thread(). Functions marked
 *            [any thread] may be called from anywhere, all others on the loop thread, or while
 *            nothing runs by one thread at a time. Two crawlers share nothing.
 * Hooks      Run on the loop thread (crawler_on_parse: on workers), one at a time, outside
 *            of every other library's callbacks, and only inside of what drives the crawl:
 *            crawler_free(), setters and what works on a page alone call none. A hook may call
 *            anything but run, step, next and start, which return CRAWLER_E_BUSY there; for
 *            crawler_free() see there. What a hook is given is borrowed until it returns; of what
 *            is const it may change nothing, by no function and no cast.
 * Strings    UTF-8, NUL-terminated; header values are as the server sent them. Given in, they are
 *            copied. Given out, they belong to the object they came from and live as long as it
 *            does, or until the next call that changes it. Bytes are pointer and length.
 * Ownership  What a function named *_new, *_retain or crawler_next(), crawler_get_stats(),
 *            crawler_explain(), crawler_url_parse() gives you is yours to *_free or *_release.
 *            Everything else is borrowed. Freeing or releasing NULL does nothing.
 * Errors     int: CRAWLER_OK (0), a positive CRAWLER_DONE or CRAWLER_AGAIN where said, or a
 *            negative CRAWLER_E_*. NULL for a thing or a text is CRAWLER_E_INVAL where an error
 *            can be returned, and not allowed elsewhere unless said. More enumerators may come in
 *            any list: tolerate values you don't know.
 * Numbers    Units are in the name: _ms, _bytes. Points in time are ms since 1970 UTC. An enum is
 *            as large as an int.
 * Memory     Everything of a crawler is allocated with its own functions (crawler_new_with). Out of
 *            memory is an ordinary error: CRAWLER_E_NOMEM or NULL.
 * Stack      A thread that calls into the library needs 128 KB of it, what its hooks take besides.
 *            Workers have 1 MB, the library's own thread what the system gives by default.
 * Process    The library never exits, aborts, prints, installs signal handlers or changes the
 *            locale. A crawler doesn't survive fork(): the child must not touch it.
 */
#ifndef CRAWL_CRAWLER_H
#define CRAWL_CRAWLER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) /* the library is built with -fvisibility=hidden; this header is what shows */
#pragma GCC visibility push(default)
#endif

/* ---- version ------------------------------------------------------------------------------- */

/* The header's version. */
#define CRAWLER_VERSION_MAJOR 0
#define CRAWLER_VERSION_MINOR 1
#define CRAWLER_VERSION_PATCH 0

/* The library's version, which may be newer than the header's: major << 16 | minor << 8 | patch.
 * [any thread] */
unsigned crawler_version(void);
/* The same as "0.1.0"; static. [any thread] */
const char *crawler_version_string(void);
/* The libraries that can be left out of a build and are in this one, by the alphabet, a space
 * between them: "brotli cares expat gumbo libdeflate pcre2 zstd"; static. What needs one that is
 * out is CRAWLER_E_UNSUPPORTED, or done in another way. [any thread] */
const char *crawler_parts(void);

/* ---- results ------------------------------------------------------------------------------- */

/* What functions return. Numbers are never reused. */
typedef enum crawler_error {
  CRAWLER_OK = 0,
  CRAWLER_DONE = 1,  /* not an error: the crawl is over */
  CRAWLER_AGAIN = 2, /* not an error: nothing yet, call again */
  CRAWLER_E_NOMEM = -1,
  CRAWLER_E_INVAL = -2,       /* an argument that makes no sense, such as NULL for a text */
  CRAWLER_E_BUSY = -3,        /* not from inside a hook, or not while the own thread runs */
  CRAWLER_E_STATE = -4,       /* too late or too early: see the function */
  CRAWLER_E_URL = -5,         /* not a URL by the WHATWG URL standard, or over 16 KB */
  CRAWLER_E_SCHEME = -6,      /* a URL, but neither http nor https */
  CRAWLER_E_UNSUPPORTED = -7, /* this can't be done with this thing: see the function */
  CRAWLER_E_OPTION = -8,      /* no option of this name */
  CRAWLER_E_VALUE = -9,       /* the option, or the setter, doesn't take this value */
  CRAWLER_E_LIMIT = -10,      /* over a limit that is documented with the function or option */
  CRAWLER_E_FORMAT = -11,     /* data that are not what they should be */
  CRAWLER_E_SYSTEM = -12,     /* the operating system refused: descriptors, threads */
  CRAWLER_E_NETWORK = -13,    /* libcurl, c-ares or libevent could not be set up */
  CRAWLER_E_HOOK = -14        /* crawler_fail() ended the crawl */
} crawler_error;

/* "out of memory"; static; never NULL. err: CRAWLER_E_NOMEM or another. [any thread] */
const char *crawler_strerror(int err);
/* "CRAWLER_E_NOMEM"; static; never NULL. [any thread] */
const char *crawler_error_name(int err);

/* ---- things -------------------------------------------------------------------------------- */

typedef struct crawler crawler;                 /* one crawl */
typedef struct crawler_request crawler_request; /* a URL on its way */
typedef struct crawler_page crawler_page;       /* a request and its response */
typedef struct crawler_link crawler_link;       /* a link found on a page */
typedef struct crawler_node crawler_node;       /* a node of a page's document */
typedef struct crawler_stats crawler_stats;     /* all numbers at one moment */
typedef struct crawler_url crawler_url;         /* a parsed URL; needs no crawler */
typedef struct crawler_robots crawler_robots;   /* a parsed robots.txt; needs no crawler */

struct event_base; /* <event2/event.h> */

/* What a request is for. Only pages pass scope, depth, filter and page limits and have their links
 * followed; requisites (option requisites) pass deny and exclude patterns, the seen-test,
 * robots.txt, politeness and limits of bytes and time only. Robots files are asked for by the
 * library itself, and so are sitemaps: those of crawler_add_sitemap(), and by option sitemaps those
 * that a robots.txt lists. */
typedef enum crawler_kind {
  CRAWLER_KIND_PAGE = 0,
  CRAWLER_KIND_ROBOTS = 1,
  CRAWLER_KIND_SITEMAP = 2,
  CRAWLER_KIND_REQUISITE = 3
} crawler_kind;

/* How a URL is asked for: crawler_request_set_method(). */
typedef enum crawler_method { CRAWLER_GET = 0, CRAWLER_HEAD = 1, CRAWLER_POST = 2 } crawler_method;

/* What a hook answers. 0 accepts, so that an empty hook is harmless. */
typedef enum crawler_verdict {
  CRAWLER_ACCEPT = 0,   /* go on */
  CRAWLER_REJECT = 1,   /* leave it */
  CRAWLER_OVERRULE = 2, /* on_address: connect, though the policy says no; elsewhere as REJECT */
  CRAWLER_LATER = 3     /* on_body: no more until crawler_request_resume(); elsewhere as REJECT */
} crawler_verdict;

/* How an admitted URL ended; and REJECTED for one that was never admitted. */
typedef enum crawler_outcome {
  CRAWLER_FETCHED = 1,    /* a final response arrived, whatever its status: a 404 is fetched */
  CRAWLER_REDIRECTED = 2, /* the response named another URL, which goes its own way */
  CRAWLER_FAILED = 3,     /* no usable response, after retries */
  CRAWLER_DROPPED = 4,    /* admitted, then not asked for */
  CRAWLER_REJECTED = 5    /* not admitted, for what the URL is */
} crawler_outcome;

/* Why. Failed: 1..31, dropped: 32..47, rejected: 48..63, capped: 64..79. */
typedef enum crawler_reason {
  CRAWLER_REASON_NONE = 0,
  CRAWLER_FAILED_DNS = 1,                  /* the host name did not resolve */
  CRAWLER_FAILED_CONNECT = 2,              /* no connection in time, TLS included */
  CRAWLER_FAILED_TLS = 3,                  /* handshake or certificate */
  CRAWLER_FAILED_TIMEOUT = 4,              /* connected, but not done in time */
  CRAWLER_FAILED_TRUNCATED = 5,            /* the connection ended before the response did */
  CRAWLER_FAILED_PROTOCOL = 6,             /* not HTTP, or a body that can't be decoded */
  CRAWLER_FAILED_TOO_LARGE = 7,            /* headers or body over their limit */
  CRAWLER_FAILED_UNWANTED_TYPE = 8,        /* option mime_types, on_headers or on_body said no */
  CRAWLER_FAILED_REDIRECT_LOOP = 9,        /* to where it came from, and no cookie to tell */
  CRAWLER_FAILED_TOO_MANY_REDIRECTS = 10,  /* over option max_redirects */
  CRAWLER_FAILED_RATE_LIMITED = 11,        /* the host only ever said "later": 429, 503 */
  CRAWLER_FAILED_HOST_DEAD = 12,           /* not asked: couldn't be reached too often */
  CRAWLER_FAILED_ADDRESS = 13,             /* only addresses that are refused */
  CRAWLER_FAILED_INTERNAL = 14,            /* no memory or descriptors, or the caller said so */
  CRAWLER_DROPPED_ROBOTS = 32,             /* robots.txt says no */
  CRAWLER_DROPPED_ROBOTS_UNREACHABLE = 33, /* robots.txt can't be had */
  CRAWLER_DROPPED_FILTER = 34,             /* on_request said no */
  CRAWLER_DROPPED_TRAP = 35,               /* over trap_pages since it was admitted */
  CRAWLER_REJECTED_INVALID_URL = 48,       /* not a URL, or over 16 KB */
  CRAWLER_REJECTED_SCHEME = 49,            /* mailto:, javascript:, ... */
  CRAWLER_REJECTED_SCOPE = 50,             /* outside: crawler_request_rule() says by which rule */
  CRAWLER_REJECTED_TRAP = 51,              /* crawler_request_trap() says by which rule */
  CRAWLER_REJECTED_FILTER = 52,            /* on_filter or on_links said no */
  CRAWLER_REJECTED_PATTERN_LIMIT = 56,     /* a regular expression's match would cost too much */
  /* Counted for each link, not for the URL, which may come again: */
  CRAWLER_REJECTED_DEPTH = 53,    /* over option max_depth: another path may be shorter */
  CRAWLER_REJECTED_NOFOLLOW = 54, /* rel=nofollow */
  CRAWLER_REJECTED_KIND = 55,     /* a kind that isn't followed */
  CRAWLER_CAPPED_CAP = 64,        /* its host has max_pending URLs queued */
  CRAWLER_CAPPED_MEMORY = 65      /* the frontier is full */
} crawler_reason;

/* Which rule against traps left a URL out: docs/guide.md says what each is about. */
typedef enum crawler_trap {
  CRAWLER_TRAP_NONE = 0,
  CRAWLER_TRAP_LENGTH = 1,     /* over option max_url_length */
  CRAWLER_TRAP_DEPTH = 2,      /* over max_path_depth */
  CRAWLER_TRAP_REPEATS = 3,    /* over max_repeats */
  CRAWLER_TRAP_PARAMETERS = 4, /* over max_parameters */
  CRAWLER_TRAP_CALENDAR = 5,   /* over max_calendar_years */
  CRAWLER_TRAP_SESSION = 6,    /* trap_sessions: known but for its session */
  CRAWLER_TRAP_ALIAS = 7,      /* trap_aliases: known but for what makes no difference */
  CRAWLER_TRAP_NOVELTY = 8,    /* over trap_pages */
  CRAWLER_TRAP_SHARE = 9       /* over max_group */
} crawler_trap;

/* "robots", "too_large", "scope", ...; "" for NONE; static; NULL for a number that isn't one.
 * [any thread] */
const char *crawler_reason_name(int reason);
/* "calendar", "alias", ...; "" for NONE; static; NULL for a number that isn't one. [any thread] */
const char *crawler_trap_name(int trap);
/* "fetched", ...; static; NULL for a number that isn't one. [any thread] */
const char *crawler_outcome_name(int outcome);
/* "page", "robots", ...; static; NULL for a number that isn't one. [any thread] */
const char *crawler_kind_name(int kind);

/* ---- lifetime ------------------------------------------------------------------------------ */

/* A crawler that uses malloc, realloc and free. NULL: out of memory. Starts nothing: no thread, no
 * descriptor. [any thread] */
crawler *crawler_new(void);
typedef void *(*crawler_malloc_cb)(size_t bytes, void *user);
typedef void *(*crawler_realloc_cb)(void *block, size_t bytes, void *user);
typedef void (*crawler_free_cb)(void *block, void *user);

/* A crawler that allocates with these three, which are called with user and must behave as malloc,
 * realloc (also for NULL) and free (never called with NULL). They must be thread-safe when the
 * option workers isn't 0 or other threads call functions marked [any thread], and must outlive the
 * crawler, its retained pages and statistics. What libcurl, libevent, c-ares, expat and OpenSSL
 * allocate is theirs and not counted. NULL: out of memory, or a function is NULL. [any thread] */
crawler *crawler_new_with(crawler_malloc_cb malloc_fn, crawler_realloc_cb realloc_fn,
                          crawler_free_cb free_fn, void *user);
/* Cancels what is in flight, joins all threads and frees everything but retained pages, which live
 * on until their last release. URLs that have not ended get no outcome. Not while another thread is
 * inside the crawler, save the library's own (crawler_start_thread), which is stopped. NULL does
 * nothing.
 * Inside a hook it cancels, and takes effect when the outermost call into the library returns,
 * which then returns CRAWLER_DONE, or when the library's own thread ends; no hook is called any
 * more, but one of on_parse that runs on a worker meanwhile returns later. */
void crawler_free(crawler *c);
/* What the last failed call with c says, and what to do about it; "" when nothing failed, and for c
 * NULL. Every function that is given c and returns a CRAWLER_E_* leaves a message, those for
 * [any thread] too: of several threads' the last one's. Those that are given a request, a page or
 * the like instead don't touch it. Valid until the next crawler_errmsg() of c. */
const char *crawler_errmsg(const crawler *c);
/* The caller's own pointer; free_data (may be NULL) is called with it when it is replaced, and by
 * crawler_free() on the thread that frees. */
void crawler_set_data(crawler *c, void *data, void (*free_data)(void *data));
/* That pointer; NULL: none was set. [any thread], as far as nobody sets it meanwhile. */
void *crawler_data(const crawler *c);

/* ---- options ------------------------------------------------------------------------------- */

/* Sets an option by name from text: "max_pages", "25". Booleans are 1/0, true/false, yes/no,
 * on/off, and "none" or "-1" is a number's "no limit", if it has one, words in any case; durations
 * take ms, s, m, h or d ("500ms", "1.5h"; a bare number is seconds), sizes k, M, G or T (powers of
 * 1024), lists are separated by commas. "" gives a text or list its empty value. The typed setters
 * below are the same options, by what their names have behind crawler_set_ without the unit:
 * crawler_set_delay_ms() is "delay", but crawler_set_max_bytes() "max_bytes".
 * docs/reference/options.md has their defaults and ranges.
 * CRAWLER_E_OPTION, CRAWLER_E_VALUE (crawler_errmsg says what is taken), CRAWLER_E_STATE for one
 * that can only be set before the start, CRAWLER_E_NOMEM. The first failure is remembered for good:
 * crawler_run(), crawler_step(), crawler_next() and the start functions return it, with its message
 * in crawler_errmsg(), so that a block of settings needs one check. */
int crawler_set_option(crawler *c, const char *name, const char *value);
/* The option's value now, as text that crawler_set_option takes (options header, header_for and
 * credentials: all their lines, each ended by LF; passwords too). NULL: no such option, or out of
 * memory. Valid until the next call of this function on c. */
const char *crawler_get_option(crawler *c, const char *name);
/* Walks the option names in the order of the reference: name NULL gives the first; NULL is the end,
 * and the answer to a name that isn't one. Static. [any thread] */
const char *crawler_option_next(const char *name);
/* The default as text, one line of help, and the type ("bool", "int", "duration", "size", "text",
 * "list"); static; NULL: no such option. [any thread] */
const char *crawler_option_default(const char *name);
const char *crawler_option_help(const char *name);
const char *crawler_option_type(const char *name);

/* Before the first start: */

int crawler_set_workers(crawler *c, int64_t threads);      /* 0: the loop thread parses */
int crawler_set_random_seed(crawler *c, int64_t seed);     /* 0: from the system */
int crawler_set_dns_servers(crawler *c, const char *list); /* "ADDR[:PORT],..."; "": system's */
int crawler_set_proxy(crawler *c, const char *url);        /* "": none; not from environment */
/* PEM; "": the system's. CRAWLER_E_VALUE: it can't be opened for reading now. */
int crawler_set_ca_file(crawler *c, const char *path);
/* Bytes of the cookies in the jar; those of sites not asked for longest go first. */
int crawler_set_cookie_memory_bytes(crawler *c, int64_t bytes);
/* PEM files of a certificate and its key ("": in the same file), shown to the seeds' origins if
 * they ask for one. What is wrong with them shows there, as failed: internal. */
int crawler_set_client_cert(crawler *c, const char *path);
int crawler_set_client_key(crawler *c, const char *path);
int crawler_set_client_key_password(crawler *c, const char *password); /* "": not encrypted */
int crawler_set_tls_min(crawler *c, const char *version);              /* "1.2" or "1.3" */
/* HTTP/2 with https servers that offer it (ALPN), if this libcurl has it: requests to one of them
 * share a connection, as many as the limits of host and crawl allow. Not with on_body. */
int crawler_set_http2(crawler *c, int on);
int crawler_set_interface(crawler *c, const char *name); /* or address, to connect from; "": any */
int crawler_set_ip_version(crawler *c, const char *version);   /* of servers: "any", "4", "6" */
int crawler_set_insecure(crawler *c, int on);                  /* certificates aren't verified */
int crawler_set_cookies(crawler *c, int on);                   /* one jar for the crawl */
int crawler_set_max_pending(crawler *c, int64_t urls);         /* queued for one host */
int crawler_set_max_frontier_bytes(crawler *c, int64_t bytes); /* -1: half of max_memory */
int crawler_set_max_memory_bytes(crawler *c, int64_t bytes);   /* of all; -1: no limit */
int crawler_set_history_bytes(crawler *c, int64_t bytes);      /* for explanations; 0: none */
int crawler_set_document(crawler *c, int on);                  /* a tree for each HTML page */
int crawler_set_no_parent(crawler *c, int on);                 /* below the seeds' directories */
int crawler_set_key_trailing_slash(crawler *c, int on);        /* "/a/" counts as "/a" */
int crawler_set_key_slashes(crawler *c, int on);               /* "//a" counts as "/a" */
int crawler_set_key_index(crawler *c, int on);                 /* "/a/index.html" as "/a/" */
int crawler_set_key_case(crawler *c, int on);                  /* "/A" counts as "/a" */
int crawler_set_key_escapes(crawler *c, int on);               /* "[" counts as "%5B" */
int crawler_set_key_www(crawler *c, int on);                   /* "www.a" counts as "a" */
int crawler_set_key_query_order(crawler *c, int on);           /* "?b&a" counts as "?a&b" */
int crawler_set_key_tracking(crawler *c, int on);              /* "?utm_source=a" doesn't count */
int crawler_set_key_session(crawler *c, int on);               /* ";jsessionid=a" doesn't count */
int crawler_set_key_ignore(crawler *c, const char *list);      /* nor do these parameters */
int crawler_set_key_fragment(crawler *c, int on);              /* "#!a" and "#/a" count */

/* At any time: */

int crawler_set_user_agent(crawler *c, const char *text); /* its product names us to robots.txt */
int crawler_set_max_pages(crawler *c, int64_t pages);     /* fetched, all runs; -1: no limit */
int crawler_set_max_depth(crawler *c, int64_t links);     /* a seed has 0; -1: no limit */
int crawler_set_max_time_ms(crawler *c, int64_t ms);      /* of each run; -1: no limit */
int crawler_set_max_bytes(crawler *c, int64_t bytes);     /* of bodies, on the wire; -1: no limit */
int crawler_set_max_pages_per_host(crawler *c, int64_t pages); /* fetched; -1: no limit */
int crawler_set_max_bytes_per_host(crawler *c, int64_t bytes); /* -1: no limit */
int crawler_set_max_time_per_host_ms(crawler *c, int64_t ms);  /* of each run; -1: no limit */
int crawler_set_max_body_bytes(crawler *c, int64_t bytes);     /* decoded, and on the wire */
int crawler_set_keep_truncated(crawler *c, int on);            /* crawler_page_truncated() */
int crawler_set_max_headers_bytes(crawler *c, int64_t bytes);  /* of one response */
int crawler_set_max_ratio(crawler *c, int64_t times);          /* unpacked to sent; -1: no limit */
int crawler_set_max_links(crawler *c, int64_t links);          /* taken of a page */
int crawler_set_max_document_bytes(crawler *c, int64_t bytes); /* of a tree */
/* Bodies and documents held: nothing new is fetched above. 0: 256 KB for each of concurrency. */
int crawler_set_max_buffered_bytes(crawler *c, int64_t bytes);
int crawler_set_max_redirects(crawler *c, int64_t hops);        /* from a URL to its last target */
int crawler_set_max_retries(crawler *c, int64_t retries);       /* after the first attempt */
int crawler_set_retry_delay_ms(crawler *c, int64_t ms);         /* before the first; doubles */
int crawler_set_retry_statuses(crawler *c, const char *list);   /* "408,500-599"; "": none */
int crawler_set_host_retry_budget(crawler *c, int64_t percent); /* of good answers; -1: no limit */
int crawler_set_max_crawl_delay_ms(crawler *c, int64_t ms);     /* of a robots.txt */
int crawler_set_max_parks(crawler *c, int64_t times);           /* in a row, for 429 and 503 */
int crawler_set_max_retry_after_ms(crawler *c, int64_t ms);     /* longest park of a host */
int crawler_set_max_idle_wait_ms(crawler *c, int64_t ms);       /* then a run ends: "waiting" */
int crawler_set_max_adaptive_delay_ms(crawler *c, int64_t ms);  /* for slow or failing answers */
int crawler_set_max_host_failures(crawler *c, int64_t times);   /* then it is left alone */
int crawler_set_host_failure_wait_ms(crawler *c, int64_t ms);   /* for so long, at first */
int crawler_set_concurrency(crawler *c, int64_t transfers); /* in flight, but for the slow lane */
int crawler_set_host_concurrency(crawler *c, int64_t transfers);    /* to one host */
int crawler_set_site_concurrency(crawler *c, int64_t transfers);    /* to one domain; 0: no limit */
int crawler_set_address_concurrency(crawler *c, int64_t transfers); /* to one IP; 0: no limit */
int crawler_set_delay_ms(crawler *c, int64_t ms);            /* from the end of the last exchange */
int crawler_set_delay_jitter(crawler *c, int64_t percent);   /* up to so much more, at random */
int crawler_set_own_server(crawler *c, int on);              /* delay 0, all caps = concurrency */
int crawler_set_obey_robots(crawler *c, int on);             /* robots.txt */
int crawler_set_robots_token(crawler *c, const char *token); /* "": the product of user_agent */
int crawler_set_robots_lenient(crawler *c, int on);          /* misspelt lines and the like */
int crawler_set_max_robots_time_ms(crawler *c, int64_t ms);  /* all attempts to get one */
int crawler_set_robots_lifetime_ms(crawler *c, int64_t ms);  /* then it is asked for anew */
int crawler_set_timeout_ms(crawler *c, int64_t ms);    /* one attempt, from connect to last byte */
int crawler_set_sitemaps(crawler *c, int on);          /* read those that robots.txt lists */
int crawler_set_sitemap_path_rule(crawler *c, int on); /* only URLs of their own directory */
int crawler_set_connect_timeout_ms(crawler *c, int64_t ms);      /* until the request is sent */
int crawler_set_dns_timeout_ms(crawler *c, int64_t ms);          /* until the name is resolved */
int crawler_set_slow_after_ms(crawler *c, int64_t ms);           /* older: to the slow lane */
int crawler_set_slow_concurrency(crawler *c, int64_t transfers); /* there; <= 8 * concurrency */
int crawler_set_span_hosts(crawler *c, int on);                  /* leave the seeds' hosts */
int crawler_set_scope(crawler *c, const char *reach);           /* "host", "subdomains", "domain" */
int crawler_set_schemes(crawler *c, const char *list);          /* "https"; "": both */
int crawler_set_ports(crawler *c, const char *list);            /* "80,8000-8999"; "": any */
int crawler_set_allow_extensions(crawler *c, const char *list); /* "html,none"; "": any */
int crawler_set_mime_types(crawler *c, const char *list);       /* "text/html"; "": any */
int crawler_set_deny_extensions(crawler *c, const char *list);  /* "zip,exe" */
int crawler_set_links(crawler *c, const char *list);   /* kinds followed: "a,area", "all" */
int crawler_set_html_fallback(crawler *c, int on);     /* gumbo decides where tokens can't */
int crawler_set_follow_nofollow(crawler *c, int on);   /* rel=nofollow links too */
int crawler_set_follow_ugc(crawler *c, int on);        /* rel=ugc links too */
int crawler_set_follow_sponsored(crawler *c, int on);  /* rel=sponsored links too */
int crawler_set_obey_meta_robots(crawler *c, int on);  /* nofollow of whole pages */
int crawler_set_depth_first(crawler *c, int on);       /* what was found last goes first */
int crawler_set_requisites(crawler *c, int on);        /* images, style sheets, ..., on any host */
int crawler_set_refresh_redirects(crawler *c, int on); /* a refresh is one, not a link */
int crawler_set_obey_canonical(crawler *c, int on);    /* of links, rel=canonical alone */
int crawler_set_filter_depends_on_page(crawler *c, int on);   /* ask on_filter for each link */
int crawler_set_max_url_length(crawler *c, int64_t bytes);    /* against traps, as the next */
int crawler_set_max_path_depth(crawler *c, int64_t segments); /* -1: no limit, as for all of them */
int crawler_set_max_repeats(crawler *c, int64_t times);       /* of one segment in a path */
int crawler_set_max_parameters(crawler *c, int64_t parameters); /* of a query */
int crawler_set_max_calendar_years(crawler *c, int64_t years);  /* ahead; ten times that back */
int crawler_set_max_group(crawler *c, int64_t urls);   /* of a folder, or a path with any query */
int crawler_set_trap_sessions(crawler *c, int on);     /* what differs in a session's name alone */
int crawler_set_trap_aliases(crawler *c, int on);      /* what differs in what made none */
int crawler_set_trap_pages(crawler *c, int64_t pages); /* that say the same; then no more */
int crawler_set_duplicate_memory_bytes(crawler *c, int64_t bytes); /* 0: duplicates aren't told */
int crawler_set_simhash(crawler *c, int on);                 /* crawler_page_simhash() of each */
int crawler_set_allow_private(crawler *c, const char *list); /* "1", "0", or hosts and CIDRs */
int crawler_set_connect_ports(crawler *c, const char *list); /* "80,443": no other, seeds too */
int crawler_set_resolve(crawler *c, const char *list);       /* "HOST:PORT:ADDR,..." */
/* "Name: value", to the seeds' origins; each adds one, "" removes all. CRAWLER_E_LIMIT: over 64. */
int crawler_set_header(crawler *c, const char *line);
/* The From header: a mail address, "" for none. What Referer tells: "no-referrer" (nothing),
 * "same-origin", "strict-origin", "strict-origin-when-cross-origin" or
 * "no-referrer-when-downgrade", as in the standard Referrer Policy. */
int crawler_set_from(crawler *c, const char *address);
int crawler_set_referrer(crawler *c, const char *policy);
/* "Name: value" and, by HTTP Basic, user and password: to the origins that match only, whatever
 * redirects there or from there; robots.txt and sitemaps of theirs, too. pattern: a host pattern as
 * for crawler_allow_host(), with "https://" or "http://" before it. Without a scheme it is https,
 * without a port the scheme's own. Each adds one; "" by crawler_set_option() removes all. A user
 * has no colon. No message and no log has a password in it; crawler_get_option() has.
 * CRAWLER_E_LIMIT: over 1,000. */
int crawler_set_header_for(crawler *c, const char *pattern, const char *line);
int crawler_set_credentials(crawler *c, const char *pattern, const char *user,
                            const char *password);
int crawler_set_keep_open(crawler *c, int on); /* an empty queue is idle, not the end */

/* Scope, in addition to the options. Host patterns: "example.org", "*.example.org" (subdomains),
 * ".example.org" (both), "*" (all), with ":port" to name one. URL patterns: globs over the whole
 * URL ("*": any run, "?": any one), or "re:" and a regular expression (PCRE2) that may match
 * anywhere in it. A URL is rejected if a deny pattern matches, or if there are allow patterns of a
 * sort and none of that sort matches; seeds need no allow pattern. With an allow_host the seeds'
 * hosts are no longer the scope by themselves.
 * Can be called at any time; URLs rejected for scope are judged again when they are found again.
 * CRAWLER_E_VALUE: not a pattern (crawler_errmsg() has where, of an expression). CRAWLER_E_LIMIT:
 * over 10,000 patterns. CRAWLER_E_UNSUPPORTED: an expression, and built without PCRE2.
 * CRAWLER_E_NOMEM. */
int crawler_allow_host(crawler *c, const char *pattern);
int crawler_deny_host(crawler *c, const char *pattern);
int crawler_allow_url(crawler *c, const char *pattern);
int crawler_deny_url(crawler *c, const char *pattern);
/* Exceptions, in order: the first of these that matches decides. After deny patterns and before all
 * else: an exclude rejects, seeds too; an include takes the URL in, whatever scope, allow patterns
 * and options say. Patterns of URLs, or "host:" and one of hosts. Otherwise as above; errors as
 * crawler_allow_host(). */
int crawler_include(crawler *c, const char *pattern);
int crawler_exclude(crawler *c, const char *pattern);

/* ---- requests ------------------------------------------------------------------------------ */

/* Adds a seed: short for crawler_request_new() and crawler_submit(). Called in a hook the URL is no
 * seed: it adds nothing to the scope. CRAWLER_E_URL, CRAWLER_E_SCHEME, CRAWLER_E_NOMEM. That the
 * URL is already known isn't an error. Counted once the loop thread has taken it. [any thread] */
int crawler_add(crawler *c, const char *url);
/* Adds a URL (absolute, or relative to req's) as if it were a link on req's page: it inherits seed
 * and meta, has depth + 1, passes scope, filter and seen-test, and is counted among the links. req
 * is a hook's, or of a page that is held. Errors as crawler_add(). [any thread] */
int crawler_add_from(crawler *c, const crawler_request *req, const char *url);

/* Adds a sitemap (XML, an index of others, text, RSS, Atom; gzipped or not). What it lists enters
 * the crawl with depth 1, if it is of the sitemap's host, and passes scope, filter and seen-test.
 * The host belongs to the scope, as a seed's does, unless it is called in a hook. Errors as
 * crawler_add(). [any thread] */
int crawler_add_sitemap(crawler *c, const char *url);

/* A request to be filled in and submitted. url is absolute; its fragment and userinfo are left out
 * (but for a fragment that option key_fragment may keep). *req is yours to crawler_submit() or
 * crawler_request_free(); NULL after an error. Errors as crawler_add(). [any thread] */
int crawler_request_new(crawler *c, crawler_request **req, const char *url);
/* Frees a request that was not submitted; NULL does nothing. [any thread] */
void crawler_request_free(crawler_request *req);
/* Hands req over; it must not be touched any more, whatever is returned. Submitted outside of hooks
 * it is a seed, if of kind page. CRAWLER_E_INVAL: not new, or another crawler's. [any thread] */
int crawler_submit(crawler *c, crawler_request *req);

/* Until it is submitted, on the thread that holds it; also in those hooks that are named. 0, or
 * CRAWLER_E_STATE (too late), CRAWLER_E_VALUE, CRAWLER_E_LIMIT, CRAWLER_E_NOMEM. */

int crawler_request_set_method(crawler_request *req, crawler_method method); /* else GET */
/* Makes it a POST; data is copied, at most 8 MB; content_type isn't NULL. */
int crawler_request_set_body(crawler_request *req, const void *data, size_t bytes,
                             const char *content_type);
/* on_request too. Replaces one of the same name; at most 64. Redirects to the same origin keep it.
 * CRAWLER_E_VALUE: not a header's name, or control characters. */
int crawler_request_set_header(crawler_request *req, const char *name, const char *value);
/* on_request too. A proxy for this URL alone, as for option proxy; "": none; url NULL: the
 * option's again. Redirects keep it, links and robots.txt don't. CRAWLER_E_VALUE: not a proxy's
 * URL. */
int crawler_request_set_proxy(crawler_request *req, const char *url);
/* on_filter too. -128..127; 0 to begin with, larger is sooner among the URLs of a host. What has
 * less than -63 waits until nothing else of its host is in flight. */
int crawler_request_set_priority(crawler_request *req, int priority);
int crawler_request_set_kind(crawler_request *req, crawler_kind kind); /* PAGE or REQUISITE */
/* Ask for it though it is known, unless it is queued or in flight. An admission of its own. */
int crawler_request_set_force(crawler_request *req, int on);
/* on_filter only: another URL (absolute, or relative to the old one) takes this one's place. It is
 * filtered by the rules again, but not by the hook. CRAWLER_E_URL, CRAWLER_E_SCHEME. */
int crawler_request_set_url(crawler_request *req, const char *url);
/* on_filter, on_request and on_page too. Text by name that travels with the URL and is inherited by
 * what is found on its page; value NULL removes. CRAWLER_E_LIMIT: over 64 KB in all. */
int crawler_request_set_meta(crawler_request *req, const char *key, const char *value);
/* on_filter and later hooks too. A pointer that travels with this URL only, through
 * retries. free_data (may be NULL) is called with it when it is replaced, when the URL has ended
 * and its page is released, and when the URL was known or rejected: on the loop thread, or, for a
 * page that is still held when its URL has ended, on the thread of the last release, or on the one
 * in crawler_request_free(), crawler_free() or, without memory to keep it, here. */
void crawler_request_set_data(crawler_request *req, void *data, void (*free_data)(void *data));

/* Borrowed from req, which lives as long as its page or hook. */

const char *crawler_request_url(const crawler_request *req);  /* a fragment only by key_fragment */
const char *crawler_request_host(const crawler_request *req); /* as in the URL, without port */
const char *crawler_request_referrer(const crawler_request *req); /* NULL: not found on a page */
const char *crawler_request_via(const crawler_request *req);   /* what redirected here, or NULL */
const char *crawler_request_seed(const crawler_request *req);  /* what it descends from, or NULL */
crawler_kind crawler_request_kind(const crawler_request *req); /* what it is for */
crawler_method crawler_request_method(const crawler_request *req); /* as it is asked for */
int crawler_request_is_seed(const crawler_request *req);           /* 1: it was added, not found */
int crawler_request_depth(const crawler_request *req);             /* links from a seed */
int crawler_request_attempt(const crawler_request *req);           /* 1 is the first; 0 before */
int crawler_request_priority(const crawler_request *req);          /* -128..127, larger is sooner */
/* When the page changed, as the sitemap says that lists it (or what redirected here), since 1970;
 * -1: none says so, or it says a time that is still to come. */
int64_t crawler_request_lastmod_ms(const crawler_request *req);
/* In on_outcome: the rule that did it, "deny_url *.zip" or the option's name, of a URL rejected for
 * scope or pattern_limit, or failed by option mime_types or connect_ports; "Disallow: /private" of
 * one dropped for robots; "host_retry_budget" where that kept it from another attempt. NULL
 * elsewhere. Valid until the hook returns. */
const char *crawler_request_rule(const crawler_request *req);
crawler_trap crawler_request_trap(const crawler_request *req); /* in on_outcome: what left it out */
/* The line of robots.txt, from 1, that a rule stands in; 0: it stands in none. */
int crawler_request_rule_line(const crawler_request *req);
const char *crawler_request_meta(const crawler_request *req, const char *key); /* NULL: none */
void *crawler_request_data(const crawler_request *req);                        /* NULL: none */

/* ---- running: choose one ------------------------------------------------------------------- */

/* run, step and next are one way to drive a crawler, crawler_start() on a base another, on a loop
 * another, and the own thread another. The first start decides for the crawler's life, and within a
 * run next doesn't go with run and step: CRAWLER_E_STATE. All may also return the first failed
 * setting, CRAWLER_E_BUSY in a hook or while the own thread runs, CRAWLER_E_NOMEM,
 * CRAWLER_E_SYSTEM and CRAWLER_E_NETWORK. */

/* Crawls until nothing is left, a limit is reached or crawler_stop(). CRAWLER_OK: it ended as
 * asked, crawler_ended() says how; else what kept it from running, or broke it. May be called
 * again, after adding URLs or raising a limit: it goes on where it was. */
int crawler_run(crawler *c);
/* Does what is ready, and waits at most timeout_ms for more (0: not at all, -1: no bound). After
 * some milliseconds it returns, though more may be ready; a hook takes its own time besides.
 * CRAWLER_OK: call again; CRAWLER_DONE: the crawl is over, and a further call would begin again. */
int crawler_step(crawler *c, int64_t timeout_ms);
/* The next page, pulled; hooks have seen it and its links are in the crawl by then. *page is yours
 * to crawler_page_release(), and can be read until then, after crawler_free() too. Its URL is in
 * flight until then, crawler_page_finish() or the next call of this function by any thread,
 * whichever comes first; if the page was retained, this function doesn't end it, and the crawl
 * doesn't end before. So threads that pull in turn each retain their page under the lock that keeps
 * their calls apart. Drives the crawl itself, or waits for the library's own thread. timeout_ms as
 * in crawler_step(). CRAWLER_OK with a page; else *page is NULL: CRAWLER_AGAIN after timeout_ms, at
 * the end CRAWLER_DONE once, or what broke the crawl. Pages that could not be fetched don't come:
 * see crawler_on_outcome(). With the own thread: [any one thread]. */
int crawler_next(crawler *c, crawler_page **page, int64_t timeout_ms);

/* In the caller's loop: choose base or watch, call crawler_start(), and wait for on_done. */

/* The loop is a libevent base, which stays the caller's, must outlive the crawler and is driven by
 * one thread: the loop thread. All our events leave it when the crawl is over and in
 * crawler_free(). CRAWLER_E_STATE: started before. */
int crawler_set_event_base(crawler *c, struct event_base *base);

/* What is awaited, or has come, on a descriptor: bits. */
typedef enum crawler_event { CRAWLER_READ = 1, CRAWLER_WRITE = 2 } crawler_event;

typedef int (*crawler_watch_cb)(crawler *c, int fd, int events, void *user);
typedef int (*crawler_timer_cb)(crawler *c, int64_t ms, void *user);

/* Any other loop: watch(fd, events) asks for CRAWLER_READ and/or CRAWLER_WRITE on fd from now on
 * (level-triggered; 0: no more), timer(ms) for one call of crawler_timer_fired() in ms (replaces
 * the one before; -1: none). Both are called on the loop thread, inside calls into the library
 * (crawler_free() too), must not call back, and return 0, or non-zero when they can't: that ends
 * the crawl with "error". CRAWLER_E_STATE: started before. */
int crawler_set_loop(crawler *c, crawler_watch_cb watch, crawler_timer_cb timer, void *user);
/* Begins; returns at once. on_done is called when the crawl is over; crawler_ended() is "error" if
 * it broke, and crawler_errmsg() says why. CRAWLER_E_STATE: neither a base nor a loop is set. */
int crawler_start(crawler *c);
/* The caller's loop saw events on fd, or the timer's time has come. events: CRAWLER_READ,
 * CRAWLER_WRITE or both. CRAWLER_OK, or CRAWLER_DONE once the crawl is over. An fd that isn't
 * watched any more is ignored. CRAWLER_E_STATE: not started with crawler_set_loop(). */
int crawler_fd_ready(crawler *c, int fd, int events);
int crawler_timer_fired(crawler *c);

/* In a thread of the library's own: */

/* A thread of the library's own drives the crawl; hooks run there, and it blocks all signals.
 * Pages wait for crawler_next(), or, when on_page is set, go to that alone. How it ended:
 * crawler_ended() and crawler_errmsg(). CRAWLER_E_BUSY: it runs already. */
int crawler_start_thread(crawler *c);
/* Readable while crawler_next(c, &page, 0) wouldn't return CRAWLER_AGAIN; to be polled, not read.
 * Stays open until crawler_free(). -1: crawler_start_thread() was not called. [any thread] */
int crawler_fd(const crawler *c);
/* Waits for the own thread's crawl to end, at most timeout_ms (-1: no bound). Pages that nobody
 * pulls and releases keep it from ending. CRAWLER_OK: over, on_done too; CRAWLER_AGAIN;
 * CRAWLER_E_STATE: no such thread; CRAWLER_E_BUSY: on that thread itself. [any thread] */
int crawler_wait(crawler *c, int64_t timeout_ms);

/* However it is driven: */

/* Nothing new is started; what is in flight ends, the rest stays queued. Does nothing before a run
 * has begun, and is undone by the next one. [any thread, async-signal-safe] */
void crawler_stop(crawler *c);
/* Ends soon: transfers are cut and parses given up, their URLs stay queued. Pages that callers hold
 * stay in flight: released or finished later, they end in the next run, if there is one. As
 * crawler_stop() otherwise. [any thread, async-signal-safe] */
void crawler_cancel(crawler *c);
/* As crawler_cancel(), but as a failure, such as an exception in a hook: the run returns
 * CRAWLER_E_HOOK (by steps or pages that may be some calls later), crawler_ended() is "error" and
 * crawler_errmsg() a copy of msg. The first call of a run counts, unless something else has broken
 * it. In any hook but on_done, where it is too late; what that hook answers still counts, and
 * others may be called before the run returns. Does nothing before a run has begun.
 * CRAWLER_E_INVAL: msg is NULL. [any thread] */
int crawler_fail(crawler *c, const char *msg);

/* Nothing new is started until crawler_resume(); what is in flight goes on, and the run doesn't end
 * for what is queued: neither max_idle_wait nor max_pages count a pause, max_time does. It outlasts
 * a run. [any thread, async-signal-safe] */
void crawler_pause(crawler *c);
void crawler_resume(crawler *c);
int crawler_is_paused(const crawler *c); /* [any thread] */

/* Why the last run ended; static text: "" (not yet, or running), "complete", "max_pages",
 * "max_bytes", "host_limit" (every host with URLs is at a limit of its own), "waiting" (option
 * max_idle_wait), "max_time", "stopped", "canceled", "error". */
const char *crawler_ended(const crawler *c);
/* 1: every URL in reach was asked for; 0: something was left out, and crawler_incomplete names each
 * reason (i = 0, 1, ...; NULL: no more; static) with its count (may be NULL). */
int crawler_is_complete(const crawler *c);
const char *crawler_incomplete(const crawler *c, size_t i, int64_t *count);

/* ---- hooks, in the order a URL meets them -------------------------------------------------- */

typedef int (*crawler_request_cb)(crawler *c, crawler_request *req, void *user);
typedef int (*crawler_page_cb)(crawler *c, crawler_page *page, void *user);
typedef int (*crawler_body_cb)(crawler *c, crawler_page *page, const void *data, size_t bytes,
                               void *user);
typedef int (*crawler_links_cb)(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count,
                                void *user);
typedef int (*crawler_retry_cb)(crawler *c, const crawler_request *req, crawler_reason reason,
                                const crawler_page *page, int64_t *delay_ms, void *user);
typedef void (*crawler_outcome_cb)(crawler *c, const crawler_request *req, crawler_outcome outcome,
                                   crawler_reason reason, const crawler_page *page, void *user);
typedef int (*crawler_resolve_cb)(crawler *c, const char *host, uint64_t token, void *user);
typedef int (*crawler_address_cb)(crawler *c, const crawler_request *req, const char *address,
                                  int port, int allowed, void *user);
typedef void (*crawler_transfer_cb)(crawler *c, crawler_request *req, void *curl, void *user);
typedef void (*crawler_done_cb)(crawler *c, void *user);
typedef void (*crawler_log_cb)(crawler *c, int level, const char *text, void *user);

/* Each sets the one hook of its sort; cb NULL removes it. user is handed back and stays the
 * caller's. Callbacks that return int answer CRAWLER_ACCEPT (0) or CRAWLER_REJECT where a verdict
 * is meant (filter, request, headers, body, retry, address), body CRAWLER_LATER too, and should
 * return 0 in parse, page and links, where it isn't looked at. */

/* A page's URL in scope, not yet known: take it? Asked once for each distinct URL (but see option
 * filter_depends_on_page). It may be changed with crawler_request_set_url(), _priority, _meta. */
void crawler_on_filter(crawler *c, crawler_request_cb cb, void *user);
/* A page's request is about to be sent (each attempt), and robots.txt allows it: REJECT drops it.
 * Headers, meta and data may be set. */
void crawler_on_request(crawler *c, crawler_request_cb cb, void *user);
/* Status and headers of a page are there, a redirect's too: REJECT ends the transfer, outcome
 * failed: unwanted_type. */
void crawler_on_headers(crawler *c, crawler_page_cb cb, void *user);
/* Decoded bytes of a page's body as they come, from the beginning again with each attempt; the page
 * has no body of its own then. Of HTML and what else may have links the first 8 MB are kept until
 * it is whole, and read for them. Option max_body holds: beyond it the transfer ends, failed:
 * too_large. REJECT ends it: failed: unwanted_type. LATER takes these bytes and pauses this one
 * transfer until crawler_request_resume(): the next bytes come then. Meanwhile nothing more is
 * read, at most 160 KB are kept, as they were sent, option timeout doesn't run and max_time does;
 * the host's slot stays taken. crawler_stop() cuts what is paused, or answers LATER after it, as
 * crawler_cancel() does: such URLs stay queued. */
void crawler_on_body(crawler *c, crawler_body_cb cb, void *user);
/* A transfer that on_body has paused goes on: the hook is called again on the loop thread, never in
 * here. req is crawler_page_request() of the hook's page. Another thread must have that page
 * retained (crawler_page_retain) in the hook, and touch nothing else of it before it is delivered.
 * A call counts from when on_body was given the bytes to which it answers LATER, even before it has
 * answered; an earlier one, a second one, and one for what isn't paused or has ended do nothing.
 * CRAWLER_E_STATE: not the request of a fetched page, or the crawler was freed. [any thread] */
int crawler_request_resume(crawler_request *req);
/* ON A WORKER THREAD, or on the loop thread where there is none (option workers 0): the body is
 * decoded and parsed. May read the page and nothing else of the crawler. */
void crawler_on_parse(crawler *c, crawler_page_cb cb, void *user);
/* A page (or requisite) of outcome fetched, whatever its status; borrowed unless retained. Its
 * links are added when the hook returns. */
void crawler_on_page(crawler *c, crawler_page_cb cb, void *user);
/* All links of a page at once, after on_page, if it has any. verdicts: CRAWLER_ACCEPT (0) for each
 * of the count links; set CRAWLER_REJECT for those that shall not be followed. Those that aren't
 * followed anyway, for their kind or rel, are among them. See crawler_page_links(). */
void crawler_on_links(crawler *c, crawler_links_cb cb, void *user);
/* An attempt has failed, or its answer's status is 400 or more (reason NONE), and option
 * max_retries has another: is it to be made? Asked for any kind but a robots.txt, and not where the
 * host is left alone for a 429 or 503. *delay_ms is the pause that is meant, -1: none, the URL ends
 * so; it may be set to another (at most a day), and from or to -1. REJECT is -1. page is NULL
 * unless there was a response; status and headers are there, the body isn't. Option
 * host_retry_budget has the last word; a POST that was sent is sent again only if the hook says so.
 */
void crawler_on_retry(crawler *c, crawler_retry_cb cb, void *user);
/* The end of a URL: once for each admitted one of any kind, and once for each rejected (reasons
 * counted per link excepted). page is NULL unless there was a response. */
void crawler_on_outcome(crawler *c, crawler_outcome_cb cb, void *user);
/* A name is to be resolved: return 0 and answer with crawler_resolved(), now or later; non-zero
 * leaves it to the library. */
void crawler_on_resolve(crawler *c, crawler_resolve_cb cb, void *user);
/* Answers token with numeric addresses separated by commas ("" or NULL: no such host), good for
 * ttl_ms. The address policy still holds. A token that isn't pending (any more), or what are no
 * addresses, is told to on_log and ignored: the name fails with dns at option dns_timeout.
 * CRAWLER_E_INVAL: over 4 KB. [any thread] */
int crawler_resolved(crawler *c, uint64_t token, const char *addresses, int64_t ttl_ms);
/* May req, of any kind, connect to this address ("192.0.2.1", "2001:db8::1") and port? Asked of
 * each address that its host has or is, whoever says so, until four may be connected to, before the
 * first of them is; for each attempt and each hop of a redirect anew. allowed: what option
 * allow_private says. ACCEPT leaves it at that, REJECT refuses the address, OVERRULE opens it for
 * this attempt: who overrules by the host's name lets the owner of that name choose any machine of
 * your network. The connection is held to what was answered, one that is used again too. None left:
 * failed: address. Not asked through a proxy, which looks up the names itself. */
void crawler_on_address(crawler *c, crawler_address_cb cb, void *user);
/* curl is the CURL * of a transfer of any kind about to start, for options that the library has no
 * name for. Those that guard policy or carry our state are set after the hook. */
void crawler_on_transfer(crawler *c, crawler_transfer_cb cb, void *user);
/* The crawl is over: nothing of it is called after this, unless it is run again. */
void crawler_on_done(crawler *c, crawler_done_cb cb, void *user);
/* What a person debugging would want to know; level 0 error, 1 warning, 2 information, 3 debug. */
void crawler_on_log(crawler *c, crawler_log_cb cb, void *user);

/* ---- pages --------------------------------------------------------------------------------- */

/* In on_page only (else CRAWLER_E_STATE): the URL ends when crawler_page_finish() is called, not
 * when the hook returns. The page lives until then, beyond crawler_free() if need be, and another
 * thread may have it from here on; crawler_next() won't hand it out. */
int crawler_page_defer(crawler_page *page);

/* What comes of a page that a caller held. */
typedef enum crawler_finish {
  CRAWLER_FINISH_OK = 0,    /* it counts as fetched */
  CRAWLER_FINISH_RETRY = 1, /* another attempt; failed: internal when none is left */
  CRAWLER_FINISH_FAIL = 2   /* failed: internal */
} crawler_finish;

/* Ends a deferred page, or one from crawler_next(), before its release or the next one, which mean
 * OK. Links are added in any case. A deferred page must not be touched any more, unless it is
 * retained. CRAWLER_E_STATE: not deferred, or finished before. [any thread] */
int crawler_page_finish(crawler_page *page, crawler_finish how);
/* Keeps the page beyond the hook, and beyond crawler_free(). Returns page. [any thread] */
crawler_page *crawler_page_retain(crawler_page *page);
/* Gives one reference back; NULL does nothing. [any thread] */
void crawler_page_release(crawler_page *page);

/* What they return lives as long as the page. One thread at a time may read a page: host, text,
 * links and document are made when first asked for. */

crawler_request *crawler_page_request(crawler_page *page); /* what it answers */
const char *crawler_page_url(const crawler_page *page);    /* the request's */
int crawler_page_status(const crawler_page *page);         /* HTTP status code */
/* By name in any case, the first; NULL: none. By number in order of arrival, of the final response,
 * at most 1,000; NULL: i too large. */
const char *crawler_page_header(const crawler_page *page, const char *name);
size_t crawler_page_header_count(const crawler_page *page);
const char *crawler_page_header_name(const crawler_page *page, size_t i);
const char *crawler_page_header_value(const crawler_page *page, size_t i);
/* What the body is: "text/html", lower case. By the rules of WHATWG MIME Sniffing that is the type
 * that was sent, or what the body's first bytes say where none was (or no valid one), where a text
 * is binary, and where an image, audio or video is another one; less of that with
 * X-Content-Type-Options: nosniff. "": unknown. */
const char *crawler_page_mime(const crawler_page *page);
/* The same as it was sent in Content-Type; "": not sent, or not valid. */
const char *crawler_page_sent_mime(const crawler_page *page);
/* By the WHATWG Encoding standard's name in lower case, "utf-8"; "": not text. */
const char *crawler_page_charset(const crawler_page *page);
/* Decoded from its content coding, not from its charset; NULL and 0: empty or given to on_body.
 * bytes may be NULL. */
const void *crawler_page_body(const crawler_page *page, size_t *bytes);
/* With option keep_truncated, why there is no more of the body: CRAWLER_FAILED_TRUNCATED (the
 * connection ended, or the coded stream did), _TIMEOUT or _TOO_LARGE (option max_body); NONE: it is
 * whole, or was never there. From on_parse on. */
crawler_reason crawler_page_truncated(const crawler_page *page);
/* The body in UTF-8, NUL-terminated; bytes (may be NULL) without the NUL. NULL: not text, empty,
 * given to on_body, or out of memory. */
const char *crawler_page_text(crawler_page *page, size_t *bytes);
const char *crawler_page_address(const crawler_page *page);   /* "192.0.2.1"; "" through a proxy */
int64_t crawler_page_fetched_at_ms(const crawler_page *page); /* when its headers came */
int64_t crawler_page_elapsed_ms(const crawler_page *page);    /* from sent to last byte */
int64_t crawler_page_wire_bytes(const crawler_page *page);    /* of the body, as sent */
const char *crawler_page_location(const crawler_page *page);  /* where a redirect leads, or NULL */
/* The URL of the first page that had this body, byte for byte, both of status 2xx; NULL: it is the
 * first one, empty, not kept (on_body), or there was no room (option duplicate_memory). From
 * on_page on. */
const char *crawler_page_duplicate_of(const crawler_page *page);
/* With option simhash: 64 bits for the words and pictures of a page of status 2xx, its first 64 KB;
 * pages that say nearly the same differ in few bits, long ones in 3 or less (Charikar 2002; Manku,
 * Jain, Das Sarma 2007). 0: it has fewer than eight words, wasn't kept (on_body), or the option is
 * off. From on_page on, on_parse too; the same for the same body in any run on any machine. */
uint64_t crawler_page_simhash(const crawler_page *page);

/* What an HTML page of any status says of itself, character references decoded; NULL: nothing, as
 * of a page that isn't HTML, in on_headers, and of one whose body goes to on_body. It is only read
 * while on_page, on_links or on_parse is set or pages are pulled, and of documents: with an
 * on_outcome alone it isn't there. */

const char *crawler_page_title(const crawler_page *page); /* white space folded, at most 4 KB */
const char *crawler_page_lang(const crawler_page *page);  /* <html lang> as written */
/* The content of the first <meta> whose name (or property) this is, in any case; NULL: none. */
const char *crawler_page_meta(const crawler_page *page, const char *name);
/* All of them by number, in document order, at most 256: names in lower case; NULL: i too large. */
size_t crawler_page_meta_count(const crawler_page *page);
const char *crawler_page_meta_name(const crawler_page *page, size_t i);
const char *crawler_page_meta_content(const crawler_page *page, size_t i);

/* What a page says to robots: bits. */
typedef enum crawler_page_flag {
  CRAWLER_PAGE_NOINDEX = 1,  /* noindex, none: not to be shown; its links may be followed */
  CRAWLER_PAGE_NOFOLLOW = 2, /* nofollow, none */
  CRAWLER_PAGE_NOARCHIVE = 4 /* noarchive, nocache, and a meta "pragma: no-cache" */
} crawler_page_flag;

/* The same of this page, by headers X-Robots-Tag (of any type) and metas, to all robots or by the
 * name of option robots_token. NOFOLLOW is obeyed by option obey_meta_robots, the rest is the
 * caller's to keep to. Metas are read of 2xx pages, whatever hooks there are. */
int crawler_page_robots(const crawler_page *page);
/* unavailable_after of the same, the earliest: as NOINDEX from then on. -1: never. */
int64_t crawler_page_unavailable_after_ms(const crawler_page *page);
/* The absolute URL of the first link of kind CANONICAL that has one; NULL: none, as of a page that
 * isn't 2xx and so has no links, or out of memory. */
const char *crawler_page_canonical(crawler_page *page);

/* ---- links --------------------------------------------------------------------------------- */

/* What a link is for. Names for option links are those in crawler_link_kind_name(). */
typedef enum crawler_link_kind {
  CRAWLER_LINK_A = 1,           /* <a href>, that of SVG too */
  CRAWLER_LINK_AREA = 2,        /* <area href> */
  CRAWLER_LINK_IFRAME = 3,      /* <iframe src>; what srcdoc holds has kinds of its own */
  CRAWLER_LINK_FRAME = 4,       /* <frame src> */
  CRAWLER_LINK_REFRESH = 5,     /* <meta http-equiv=refresh>, header Refresh */
  CRAWLER_LINK_NEXT = 6,        /* <link rel=next>, header Link; so are the next ones */
  CRAWLER_LINK_PREV = 7,        /* rel=prev */
  CRAWLER_LINK_LANGUAGE = 8,    /* rel=alternate with hreflang */
  CRAWLER_LINK_FEED = 9,        /* rel=alternate of a feed's type */
  CRAWLER_LINK_ALTERNATE = 10,  /* any other rel=alternate */
  CRAWLER_LINK_CANONICAL = 11,  /* rel=canonical */
  CRAWLER_LINK_STYLESHEET = 12, /* rel=stylesheet */
  CRAWLER_LINK_ICON = 13,       /* rel=icon and its like */
  CRAWLER_LINK_PRELOAD = 14,    /* rel=preload, modulepreload */
  CRAWLER_LINK_MANIFEST = 15,   /* rel=manifest, <html manifest> */
  CRAWLER_LINK_LINK = 16,       /* <link> and header Link with any other rel, or none */
  CRAWLER_LINK_IMAGE = 17,      /* img, picture's source, srcset, input src, poster, background */
  CRAWLER_LINK_SCRIPT = 18,     /* <script src> */
  CRAWLER_LINK_MEDIA = 19,      /* audio, video, source, track, bgsound */
  CRAWLER_LINK_EMBED = 20,      /* embed, object, applet */
  CRAWLER_LINK_FORM = 21,       /* <form action>, formaction, hx-get and its like */
  CRAWLER_LINK_CITE = 22,       /* cite, longdesc, <head profile> */
  CRAWLER_LINK_PING = 23,       /* <a ping> */
  CRAWLER_LINK_META = 24,       /* <meta>: og:, twitter:, msapplication-, report-uri */
  CRAWLER_LINK_CSS = 25,        /* url() and @import, in style sheets, <style> and style="" */
  CRAWLER_LINK_FOREIGN = 26,    /* href of other elements of SVG and of MathML */
  CRAWLER_LINK_ITEM = 27,       /* what an RSS or Atom feed lists */
  CRAWLER_LINK_TEXT = 28,       /* a line of a text/plain list of URLs */
  CRAWLER_LINK_LOCATION = 29,   /* header Content-Location; Location, as of a 201 */
  CRAWLER_LINK_GUESS = 30       /* may be one: strings in scripts, markup in comments, doctypes */
} crawler_link_kind;

/* What else there is to say of a link: bits. */
typedef enum crawler_link_flag {
  CRAWLER_LINK_FLAG_NOFOLLOW = 1,  /* rel=nofollow */
  CRAWLER_LINK_FLAG_INVALID = 2,   /* not a URL: its text is empty */
  CRAWLER_LINK_FLAG_UGC = 4,       /* rel=ugc */
  CRAWLER_LINK_FLAG_SPONSORED = 8, /* rel=sponsored */
  CRAWLER_LINK_FLAG_INERT = 16,    /* in a <template>: no part of the document, never followed */
  CRAWLER_LINK_FLAG_LATE = 32,     /* a refresh after 5 s, or behind another: never followed */
  CRAWLER_LINK_FLAG_POST = 64      /* a form's: method=post, formmethod=post, hx-post */
} crawler_link_flag;

/* "a", "area", ...: the enumerators' names in lower case; static; NULL: not a kind.
 * [any thread] */
const char *crawler_link_kind_name(int kind);
/* Links in document order, of documents and of pages with a status of 2xx only. Of all kinds but
 * GUESS and TEXT, and of those too if option links names them; when neither on_page, on_links nor
 * on_parse is set and pages aren't pulled, only of the kinds that are followed. */
size_t crawler_page_link_count(const crawler_page *page);
/* 1: the links are those that a browser's document has, in its order. 0: tokens alone told them and
 * could not tell whether a tree would have others, and there was none: option html_fallback is off,
 * or it would be too deep, too large or too slow to build; or there are more than 500,000, of which
 * the first are kept, or more documents inside than are read; or what reads them isn't built in
 * (crawler_parts()). Says nothing where there is no body. */
int crawler_page_links_are_exact(const crawler_page *page);
/* All of them in one call, which returns how many there are. *text is their absolute URLs (of any
 * scheme, with fragment; "" when invalid), each NUL-terminated, one after the other; *offsets where
 * each begins in it, and behind the last where the text ends; *kinds and *flags have an entry each.
 * They live as long as the page, and are made when first asked for: what isn't wanted may be NULL,
 * and kinds by themselves need no URLs. Without links the text is "" and its end 0.
 * CRAWLER_E_NOMEM, and CRAWLER_E_LIMIT for over 4 GB of text: nothing is written then. */
int crawler_page_links(crawler_page *page, const char **text, const uint32_t **offsets,
                       const uint8_t **kinds, const uint8_t **flags);
/* One at a time, alive as long as the page; NULL: i too large, or out of memory. */
const crawler_link *crawler_page_link(crawler_page *page, size_t i);
const char *crawler_link_url(const crawler_link *link);  /* absolute; "" when invalid */
const char *crawler_link_href(const crawler_link *link); /* as written; "&amp;" is "&" */
const char *crawler_link_rel(const crawler_link *link);  /* as written; NULL: none */
/* What an a encloses, at most 1 KB, or the alt of an area or image, at most 4 KB; white space
 * folded. "": nothing, or neither on_page, on_links nor on_parse is set nor pages are pulled. */
const char *crawler_link_text(const crawler_link *link);
/* The element and its attribute, in lower case: "img", "srcset". "": not from an element, or the
 * tag of one that HTML doesn't know. */
const char *crawler_link_tag(const crawler_link *link);
const char *crawler_link_attribute(const crawler_link *link);
const char *crawler_link_hreflang(const crawler_link *link); /* as written; NULL: none */
int crawler_link_kind_of(const crawler_link *link);          /* CRAWLER_LINK_A, ... */
int crawler_link_flags(const crawler_link *link);            /* CRAWLER_LINK_FLAG_*: bits */

/* ---- documents: pages of bytes in memory, without a crawler -------------------------------- */

/* A page of these bytes, by the parser that crawls use: its links, what it says of itself, its
 * text, and, with crawler_page_build_document(), its tree. *out is yours to crawler_page_release(),
 * in memory of malloc; data are copied (NULL: for 0 bytes only).
 * url       what links are relative to, of any scheme; NULL: not known, it is "about:blank" then,
 *           and links are valid if they are absolute, or relative to an absolute <base href>
 * content_type  as in the header, "text/html; charset=utf-8"; NULL: told from the bytes
 * links     the kinds that are read, as in option links; NULL: all but GUESS and TEXT
 * Nobody has fetched it: its status and times are 0, it has no headers, its request has a URL and
 * nothing else. CRAWLER_E_URL: url isn't one; CRAWLER_E_VALUE: links; CRAWLER_E_LIMIT: over 1 GB;
 * CRAWLER_E_NOMEM. [any thread] */
int crawler_document_new(crawler_page **out, const char *url, const char *content_type,
                         const void *data, size_t bytes, const char *links);
/* The same in memory of c, by its functions (crawler_new_with) and counted as its own; nothing else
 * of c is used, and the page may outlive it. CRAWLER_E_INVAL: c is NULL. [any thread] */
int crawler_document_new_with(crawler *c, crawler_page **out, const char *url,
                              const char *content_type, const void *data, size_t bytes,
                              const char *links);

/* ---- document: the tree of a page that has one (option document) --------------------------- */

/* Builds the tree of an HTML page that a caller holds, on the caller's thread, if there isn't one
 * yet. CRAWLER_E_UNSUPPORTED: not HTML, or no body, or built without gumbo; CRAWLER_E_LIMIT: too
 * deep, too large or too slow to build; CRAWLER_E_NOMEM. */
int crawler_page_build_document(crawler_page *page);

/* Nodes live as long as the page and can be read on any thread. All of these take NULL for a node,
 * and answer NULL. */

const crawler_node *crawler_page_root(const crawler_page *page);         /* <html>; NULL: no tree */
const crawler_node *crawler_node_parent(const crawler_node *node);       /* NULL: the root */
const crawler_node *crawler_node_first_child(const crawler_node *node);  /* NULL: it has none */
const crawler_node *crawler_node_next_sibling(const crawler_node *node); /* NULL: the last */
/* The next node in document order inside top; NULL after the last. No recursion needed. */
const crawler_node *crawler_node_walk(const crawler_node *node, const crawler_node *top);
/* Lower-case name, NOT NUL-terminated: bytes (may be NULL) is its length; "" for an unknown element
 * whose name isn't known; NULL: not an element. */
const char *crawler_node_tag(const crawler_node *node, size_t *bytes);
const char *crawler_node_text(const crawler_node *node); /* NULL: not text; comments aren't */
const char *crawler_node_attr(const crawler_node *node, const char *name); /* NULL: none */

/* ---- URLs, without a crawler --------------------------------------------------------------- */

/* Parses text by the WHATWG URL standard, relative to base (NULL: text must be absolute), which may
 * be freed afterwards. *out is yours to crawler_url_free(), in memory of malloc. Of any scheme.
 * CRAWLER_E_URL: not a URL; CRAWLER_E_LIMIT: over 65,535 bytes, or a domain that isn't written in
 * plain ASCII over 384 characters (decomposed) or 1,536 bytes; CRAWLER_E_NOMEM. [any thread] */
int crawler_url_parse(crawler_url **out, const char *text, const crawler_url *base);
/* The same for a URL in a document: text is UTF-8 and may hold NULs; its query is written in the
 * document's encoding (charset, a label of the WHATWG Encoding standard; NULL: UTF-8).
 * CRAWLER_E_UNSUPPORTED: no such label. [any thread] */
int crawler_url_parse_in(crawler_url **out, const char *text, size_t bytes, const crawler_url *base,
                         const char *charset);
void crawler_url_free(crawler_url *url); /* NULL does nothing. [any thread] */

/* A URL doesn't change: what these return lives as long as it does, and any number of threads may
 * read it, but for its key. All of it is ASCII. */

const char *crawler_url_text(const crawler_url *url);     /* the serialisation, all of it */
const char *crawler_url_scheme(const crawler_url *url);   /* "https" */
const char *crawler_url_username(const crawler_url *url); /* escaped; "": none */
const char *crawler_url_password(const crawler_url *url); /* escaped; "": none */
const char *crawler_url_host(const crawler_url *url);     /* "xn--bcher-kva.example", "[::1]", "" */
int crawler_url_port(const crawler_url *url);             /* or the scheme's own; -1: none known */
const char *crawler_url_path(const crawler_url *url);     /* of http(s) never empty */
const char *crawler_url_query(const crawler_url *url);    /* without '?'; NULL: none */
const char *crawler_url_fragment(const crawler_url *url); /* without '#'; NULL: none */
/* The registrable domain of the host ("example.co.uk") by the public suffix list; the host itself
 * where there is none: an address, "localhost", "co.uk". Never a dot at the end. */
const char *crawler_url_site(const crawler_url *url);
int crawler_url_address(const crawler_url *url); /* of the host: 4, 6; 0: it's a name */

/* Which http(s) URLs count as one: bits, each the option of its name (key_trailing_slash, ...). */
typedef enum crawler_url_key_rule {
  CRAWLER_URL_KEY_TRAILING_SLASH = 1, /* "/a/" counts as "/a" */
  CRAWLER_URL_KEY_QUERY_ORDER = 2,    /* "?b&a" counts as "?a&b" */
  CRAWLER_URL_KEY_WWW = 4,            /* "www.a" counts as "a" */
  CRAWLER_URL_KEY_CASE = 8,           /* "/A" counts as "/a" */
  CRAWLER_URL_KEY_TRACKING = 16,      /* "?utm_source=a" doesn't count */
  CRAWLER_URL_KEY_SESSION = 32,       /* ";jsessionid=a", "?PHPSESSID=a" don't count */
  CRAWLER_URL_KEY_INDEX = 64,         /* "/a/index.html" counts as "/a/" */
  CRAWLER_URL_KEY_SLASHES = 128,      /* "//a" counts as "/a" */
  CRAWLER_URL_KEY_FRAGMENT = 256,     /* "#!a" and "#/a" count */
  CRAWLER_URL_KEY_ESCAPES = 512       /* "[" counts as "%5B" */
} crawler_url_key_rule;
/* The canonical key, a URL and its own key: no fragment, userinfo, empty query, dot of the root, no
 * needless escapes, the rest by rules: CRAWLER_URL_KEY_WWW and the like, or 0. Of other schemes the
 * URL without its fragment. Valid until the next key of url, for one thread at a time. NULL: out of
 * memory. */
const char *crawler_url_key(crawler_url *url, unsigned rules);
/* The same without parameters of these names, as option key_ignore has them; names NULL: none. */
const char *crawler_url_key_without(crawler_url *url, unsigned rules, const char *names);

/* ---- robots.txt, without a crawler --------------------------------------------------------- */

/* How a robots.txt is read: bits. */
typedef enum crawler_robots_flag {
  CRAWLER_ROBOTS_STRICT = 1 /* as with option robots_lenient off */
} crawler_robots_flag;

/* What a robots.txt (RFC 9309) of these bytes says to one agent. *out is yours to
 * crawler_robots_free(), in memory of malloc; data are copied (NULL: for 0 bytes only), and read up
 * to 500 KiB, as the RFC has it.
 * url    its own, http(s): what sitemaps are relative to, and whose scheme, host and port it speaks
 *        for; NULL: not known
 * agent  a product token, "examplebot", or a User-Agent that begins with one; NULL or "": nobody's,
 *        so that the rules are those of "*"
 * flags  CRAWLER_ROBOTS_STRICT or 0
 * There are no syntax errors. CRAWLER_E_URL, CRAWLER_E_SCHEME: url; CRAWLER_E_NOMEM.
 * [any thread] */
int crawler_robots_new(crawler_robots **out, const char *url, const void *data, size_t bytes,
                       const char *agent, unsigned flags);
/* The same in memory by the functions of c (crawler_new_with), which must outlive it; nothing else
 * of c is used. CRAWLER_E_INVAL: c is NULL. [any thread] */
int crawler_robots_new_with(crawler *c, crawler_robots **out, const char *url, const void *data,
                            size_t bytes, const char *agent, unsigned flags);
void crawler_robots_free(crawler_robots *robots); /* NULL does nothing. [any thread] */

/* It doesn't change: what these return lives as long as it does, and any number of threads may read
 * it, but for crawler_robots_line(). */

/* 1: url, absolute or relative ("/a?b"), may be fetched; 0: it may not. line (may be NULL) becomes
 * the line of the file whose rule decided, from 1; 0: no rule matched.
 * CRAWLER_E_URL; CRAWLER_E_SCHEME: neither http nor https; CRAWLER_E_UNSUPPORTED: of another
 * scheme, host or port than the robots.txt; CRAWLER_E_NOMEM: *line is as it was then. */
int crawler_robots_allows(const crawler_robots *robots, const char *url, int *line);
/* That line as it was read: "Disallow: /private". Valid until the next call, for one thread at a
 * time. NULL: nothing is to be read there, or out of memory. */
const char *crawler_robots_line(crawler_robots *robots, int line);
const char *crawler_robots_agent(const crawler_robots *robots); /* the product token; "": none */
int crawler_robots_is_named(const crawler_robots *robots);      /* 0: the rules are those of "*" */
/* The pause between two requests, at most a day; 0: none is asked for. A crawl keeps the longer. */
int64_t crawler_robots_crawl_delay_ms(const crawler_robots *robots);
int64_t crawler_robots_request_rate_ms(const crawler_robots *robots);
/* Content-Signal, of "search", "ai-input" or "ai-train": 1 yes, 0 no, -1 nothing is said. */
int crawler_robots_signal(const crawler_robots *robots, const char *name);
/* Absolute URLs of Sitemap lines, in order, at most 10,000; NULL: i too large. */
size_t crawler_robots_sitemap_count(const crawler_robots *robots);
const char *crawler_robots_sitemap(const crawler_robots *robots, size_t i);
const char *crawler_robots_host(const crawler_robots *robots); /* a Host line's value; NULL: none */

/* ---- numbers ------------------------------------------------------------------------------- */

/* The numbers of a crawl: what crawler_get_stat() and crawler_stats_get() are asked for. */
typedef enum crawler_stat {
  CRAWLER_STAT_ADMITTED = 0, /* the URL ledger of kind page; each admitted URL is in one of: */
  CRAWLER_STAT_QUEUED = 1,
  CRAWLER_STAT_IN_FLIGHT = 2,
  CRAWLER_STAT_FETCHED = 3,
  CRAWLER_STAT_REDIRECTED = 4,
  CRAWLER_STAT_FAILED = 5,
  CRAWLER_STAT_DROPPED = 6,
  CRAWLER_STAT_LINKS = 7, /* the links ledger, occurrences: links = the next four together */
  CRAWLER_STAT_LINKS_KNOWN = 8,
  CRAWLER_STAT_LINKS_REJECTED = 9,
  CRAWLER_STAT_LINKS_CAPPED = 10,
  CRAWLER_STAT_LINKS_ADMITTED = 11,
  CRAWLER_STAT_ATTEMPTS = 12, /* requests sent, all kinds */
  CRAWLER_STAT_RETRIES = 13,
  CRAWLER_STAT_HOSTS = 14,
  CRAWLER_STAT_WIRE_BYTES = 15,     /* of bodies, as sent, all kinds */
  CRAWLER_STAT_BODY_BYTES = 16,     /* of bodies delivered, decoded */
  CRAWLER_STAT_CONNECTIONS = 17,    /* opened */
  CRAWLER_STAT_TRANSFERS = 18,      /* in flight now, all kinds */
  CRAWLER_STAT_BUFFERED_BYTES = 19, /* of bodies held now */
  CRAWLER_STAT_MEMORY_BYTES = 20,   /* allocated now through the crawler's functions */
  CRAWLER_STAT_STATUS_1XX = 21,     /* delivered responses by class: no followed redirect */
  CRAWLER_STAT_STATUS_2XX = 22,
  CRAWLER_STAT_STATUS_3XX = 23,
  CRAWLER_STAT_STATUS_4XX = 24,
  CRAWLER_STAT_STATUS_5XX = 25,
  CRAWLER_STAT_ELAPSED_MS = 26,     /* since the first start */
  CRAWLER_STAT_PARKS = 27,          /* times that hosts asked to be left alone: 429, 503 */
  CRAWLER_STAT_OUTAGES = 28,        /* times that hosts which can't be reached were left alone */
  CRAWLER_STAT_WAIT_MS = 29,        /* until a waiting host may be asked; 0: now, or none waits */
  CRAWLER_STAT_IDLE_PAUSED = 30,    /* slot-time unused, ms: paused; the next: */
  CRAWLER_STAT_IDLE_BUFFER = 31,    /* too many bytes are held */
  CRAWLER_STAT_IDLE_LIMIT = 32,     /* max_pages, descriptors, TRANSFERS_MOST, or the end */
  CRAWLER_STAT_IDLE_DNS = 33,       /* a host's name is looked up */
  CRAWLER_STAT_IDLE_CAP = 34,       /* a host, site or address has all it may have in flight */
  CRAWLER_STAT_IDLE_ROBOTS = 35,    /* a robots.txt is awaited */
  CRAWLER_STAT_IDLE_DELAY = 36,     /* a host's delay */
  CRAWLER_STAT_IDLE_PARK = 37,      /* a host is parked or paused */
  CRAWLER_STAT_IDLE_LANE = 38,      /* hosts untried, or slow, have all the slots they may */
  CRAWLER_STAT_IDLE_EMPTY = 39,     /* nothing is queued that its host's limits let go */
  CRAWLER_STAT_PUT_OFF = 40,        /* times that a URL went back to the queue for want of room */
  CRAWLER_STAT_SHORTAGES = 41,      /* times that descriptors or sockets began to be too few */
  CRAWLER_STAT_TURNS = 42,          /* of the loop, those in which something was done */
  CRAWLER_STAT_TURN_P50_US = 43,    /* half took no longer, hooks and all */
  CRAWLER_STAT_TURN_P99_US = 44,    /* 99 % */
  CRAWLER_STAT_TURN_P999_US = 45,   /* 99.9 % */
  CRAWLER_STAT_TURN_MAX_US = 46,    /* the longest */
  CRAWLER_STAT_TRANSFERS_MOST = 47, /* that there may be now: both lanes' options, or fewer */
  CRAWLER_STAT_COUNT = 48
} crawler_stat;

/* One number: in a hook as of now, elsewhere by the snapshot that the last turn of the loop left.
 * -1: no such number, or c NULL.
 * A turn is what the loop does between two looks for events; it counts when it is over, so in a
 * hook the present one doesn't yet. Its time is that of all in it: hooks on the loop thread, and
 * parsing that no worker does. On an event_base of the caller's it goes from the first callback of
 * the crawl's to the last, with what else the base runs in between; with crawler_set_loop() each
 * crawler_fd_ready() and crawler_timer_fired() is a turn. Percentiles are never too low, and too
 * high by an eighth at most; beyond an hour they are TURN_MAX_US.
 * [any thread] */
int64_t crawler_get_stat(const crawler *c, crawler_stat which);
/* "links_known"; static; NULL: no such number. [any thread] */
const char *crawler_stat_name(int which);
/* The number that has this name; -1: none has. [any thread] */
int crawler_stat_by_name(const char *name);
/* All numbers of one moment, as crawler_get_stat(); *out is yours to crawler_stats_free(), which
 * may be after crawler_free(). CRAWLER_E_NOMEM. [any thread] */
int crawler_get_stats(const crawler *c, crawler_stats **out);
void crawler_stats_free(crawler_stats *stats); /* NULL does nothing. [any thread] */

/* Statistics don't change: any thread may read them. These answer -1 for NULL, and for a number,
 * kind or reason that isn't one. */

/* One of the numbers of crawler_get_stat(). */
int64_t crawler_stats_get(const crawler_stats *stats, crawler_stat which);
/* How many URLs of a kind ended so; reason NONE: for any reason; any other reason says by itself
 * how they ended. CRAWLER_REJECTED counts distinct URLs. */
int64_t crawler_stats_outcome(const crawler_stats *stats, crawler_kind kind,
                              crawler_outcome outcome, crawler_reason reason);
/* The other members of a kind's ledger. */
int64_t crawler_stats_admitted(const crawler_stats *stats, crawler_kind kind);
int64_t crawler_stats_queued(const crawler_stats *stats, crawler_kind kind);
int64_t crawler_stats_in_flight(const crawler_stats *stats, crawler_kind kind);
/* How many link occurrences were rejected or capped for reason. */
int64_t crawler_stats_links(const crawler_stats *stats, crawler_reason reason);
/* How many URLs the rule left out; -1: no such rule. */
int64_t crawler_stats_trap(const crawler_stats *stats, crawler_trap trap);

/* Of hosts: */

/* Hosts by number, 0 and up, in order of first sight: how many; the name, with ":port" where it is
 * neither 80 nor 443 (NULL: i too large; valid until the next call); QUEUED, IN_FLIGHT (all
 * kinds), FETCHED (pages), FAILED, ATTEMPTS, BODY_BYTES or WAIT_MS (for a park or an outage) of it
 * (-1: i or number unknown). Loop thread. */
size_t crawler_host_count(const crawler *c);
const char *crawler_host_name(crawler *c, size_t i);
int64_t crawler_host_stat(const crawler *c, size_t i, crawler_stat which);
/* Nothing new is asked of a host while it is paused; what is queued for it waits, and the crawl
 * with it. Of one that isn't paused resume changes nothing; a park goes on behind a pause.
 * CRAWLER_E_INVAL: i too large; CRAWLER_E_NOMEM. Loop thread. */
int crawler_host_pause(crawler *c, size_t i);
int crawler_host_resume(crawler *c, size_t i);
int crawler_host_is_paused(const crawler *c, size_t i);
/* What is queued now takes at least so many ms more, if all of it is asked for, by the delays of
 * the hosts it is queued for; *host (may be NULL) is the one that takes longest, SIZE_MAX if none
 * does. Answers take time on top of that, and more may be found. 0: no bound is known, as where
 * max_pages will end the crawl first. Paused hosts don't count. Loop thread, at the cost of a walk
 * over all hosts. */
int64_t crawler_eta_lower_bound_ms(const crawler *c, size_t *host);

/* ---- why ----------------------------------------------------------------------------------- */

typedef struct crawler_explanation crawler_explanation; /* of one URL, at one moment */

/* What a URL has to pass, in this order. */
typedef enum crawler_check {
  CRAWLER_CHECK_URL = 0,     /* is it a URL, http(s), of at most 16 KB? */
  CRAWLER_CHECK_SCOPE = 1,   /* patterns, options of scope */
  CRAWLER_CHECK_DEPTH = 2,   /* option max_depth */
  CRAWLER_CHECK_TRAP = 3,    /* rules against traps, by what is known of its site now */
  CRAWLER_CHECK_FILTER = 4,  /* on_filter, which is not called */
  CRAWLER_CHECK_ROBOTS = 5,  /* robots.txt, as far as it is known */
  CRAWLER_CHECK_ROOM = 6,    /* option max_pending */
  CRAWLER_CHECK_LIMIT = 7,   /* of pages and bytes, and a host's: what is over one stays queued */
  CRAWLER_CHECK_HOST = 8,    /* it can be reached, and doesn't only say "later" */
  CRAWLER_CHECK_REQUEST = 9, /* on_request, which is not called */
  CRAWLER_CHECK_ADDRESS =
      10, /* options connect_ports and, of an address, ip_version, allow_private */
  CRAWLER_CHECK_COUNT = 11
} crawler_check;

/* What a check says of a URL. */
typedef enum crawler_answer {
  CRAWLER_ANSWER_YES = 0,      /* it passes */
  CRAWLER_ANSWER_NO = 1,       /* it doesn't */
  CRAWLER_ANSWER_UNKNOWN = 2,  /* that can't be told now */
  CRAWLER_ANSWER_NOT_ASKED = 3 /* the question doesn't come up: an option or a hook isn't set */
} crawler_answer;

/* Where a URL is. */
typedef enum crawler_place {
  CRAWLER_PLACE_UNKNOWN = 0,   /* it was never found, or refused for a reason counted per link */
  CRAWLER_PLACE_REJECTED = 1,  /* found, and not admitted */
  CRAWLER_PLACE_REWRITTEN = 2, /* on_filter put another URL in its place */
  CRAWLER_PLACE_QUEUED = 3,
  CRAWLER_PLACE_IN_FLIGHT = 4, /* being fetched, or its page is held */
  CRAWLER_PLACE_ENDED = 5
} crawler_place;

/* Numbers of an explanation; points in time may lie ahead. -1: not known, or there is none. */
typedef enum crawler_fact {
  CRAWLER_FACT_DEPTH = 0,                /* links from a seed; of one ended 63 stands for more */
  CRAWLER_FACT_ATTEMPT = 1,              /* the one under way, or the next; 1 is the first */
  CRAWLER_FACT_DUE_MS = 2,               /* not asked for before: a retry, a park */
  CRAWLER_FACT_HOST_QUEUED = 3,          /* of its host, all kinds */
  CRAWLER_FACT_HOST_IN_FLIGHT = 4,       /* all kinds */
  CRAWLER_FACT_HOST_DELAY_MS = 5,        /* the delay in force: crawler_explanation_delay_rule() */
  CRAWLER_FACT_HOST_NEXT_MS = 6,         /* when it may be asked; in the past: now; -1 if paused */
  CRAWLER_FACT_HOST_PARKED_UNTIL_MS = 7, /* as it asked to be left alone */
  CRAWLER_FACT_HOST_DOWN_UNTIL_MS = 8,   /* as it couldn't be reached */
  CRAWLER_FACT_HOST_PAUSED = 9,          /* crawler_host_pause(): 1, else 0 */
  CRAWLER_FACT_ROBOTS_READ_MS = 10,      /* when its robots.txt was had */
  CRAWLER_FACT_HISTORY = 11,  /* 1: kept, with what follows; 0: not; -1: option history is off */
  CRAWLER_FACT_FOUND_MS = 12, /* first */
  CRAWLER_FACT_ADMITTED_MS = 13,
  CRAWLER_FACT_ENDED_MS = 14,
  CRAWLER_FACT_COUNT = 15
} crawler_fact;

/* How a URL is looked at: bits. */
typedef enum crawler_explain_flag {
  CRAWLER_EXPLAIN_AS_SEED = 1 /* as if it were added now, not found on a page */
} crawler_explain_flag;

/* Why a URL is fetched, or isn't: every rule is asked now, each for itself, and where the URL is is
 * looked up. Nothing is changed, admitted or sent, and no hook is called. *out is yours to
 * crawler_explanation_free(), which may be after crawler_free().
 * flags: CRAWLER_EXPLAIN_AS_SEED or 0.
 * url is absolute, and meant as a page's, asked for by GET; text that is no URL is explained, too.
 * Rules are the options' at this moment. What was added and hasn't reached the loop thread isn't
 * known yet: before the first start there is neither a queue nor a seed's host. Takes time that
 * grows with what is in flight and delayed, and with max_depth set with what it refused.
 * flags are CRAWLER_EXPLAIN_*, or 0. CRAWLER_E_INVAL: also for flags that aren't; CRAWLER_E_NOMEM.
 * Loop thread. */
int crawler_explain(crawler *c, crawler_explanation **out, const char *url, unsigned flags);
void crawler_explanation_free(crawler_explanation *e); /* NULL does nothing */

/* An explanation doesn't change: what these return lives as long as it does, and any thread may
 * read it. */

/* Would it be fetched? NO if a check says so, else UNKNOWN if one can't be told. */
crawler_answer crawler_explanation_answer(const crawler_explanation *e);
/* The check that decided: the first NO, or UNKNOWN; CRAWLER_CHECK_COUNT: it passes them all. */
crawler_check crawler_explanation_decider(const crawler_explanation *e);
crawler_answer crawler_explanation_check(const crawler_explanation *e, crawler_check check);
/* What its outcome would tell for a NO; NONE otherwise, and where it would stay queued. */
crawler_reason crawler_explanation_reason(const crawler_explanation *e, crawler_check check);
/* The rule that decided, of a YES too: an option's or hook's name, "deny_url *.zip", "Allow: /a";
 * NULL: none did. */
const char *crawler_explanation_rule(const crawler_explanation *e, crawler_check check);
/* The line of robots.txt that the rule stands in, from 1; 0: in none. */
int crawler_explanation_rule_line(const crawler_explanation *e, crawler_check check);

crawler_place crawler_explanation_place(const crawler_explanation *e); /* where the URL is */
/* One number; -1: not known, there is none, or fact isn't one. */
int64_t crawler_explanation_fact(const crawler_explanation *e, crawler_fact fact);
const char *crawler_explanation_url(const crawler_explanation *e); /* as it would be fetched */
const char *crawler_explanation_key(const crawler_explanation *e); /* what counts as the same URL */
const char *crawler_explanation_host(const crawler_explanation *e); /* as crawler_host_name() */
/* Where the delay comes from: "delay", "own_server", "max_adaptive_delay", "robots.txt", or
 * "max_crawl_delay" where robots.txt asks for more. Those of what isn't a URL are "". */
const char *crawler_explanation_delay_rule(const crawler_explanation *e);
/* Of one that is queued or in flight, and with option history of every one that was found: the page
 * it was found on, what redirected to it; NULL: neither, or not known. */
const char *crawler_explanation_referrer(const crawler_explanation *e);
const char *crawler_explanation_via(const crawler_explanation *e);
/* The seed it descends from, while it is queued or in flight; NULL: it isn't, or there is none. */
const char *crawler_explanation_seed(const crawler_explanation *e);

/* With option history: how it ended (0: it hasn't, or isn't kept), why, and by which rule (NULL:
 * none), as on_outcome was told; the reason also of one that was refused: depth, nofollow, filter,
 * cap, memory. */
crawler_outcome crawler_explanation_outcome(const crawler_explanation *e);
crawler_reason crawler_explanation_outcome_reason(const crawler_explanation *e);
const char *crawler_explanation_outcome_rule(const crawler_explanation *e);
int crawler_explanation_outcome_rule_line(const crawler_explanation *e);
/* The attempts that are over, in order; the first 31 and the last. i too large: -1 for a time, 0
 * for a status, which is 0 too where there was no response, NONE for a reason. */
size_t crawler_explanation_attempt_count(const crawler_explanation *e);
int64_t crawler_explanation_attempt_begun_ms(const crawler_explanation *e, size_t i);
int64_t crawler_explanation_attempt_ended_ms(const crawler_explanation *e, size_t i);
int crawler_explanation_attempt_status(const crawler_explanation *e, size_t i);
crawler_reason crawler_explanation_attempt_reason(const crawler_explanation *e, size_t i);

/* "robots", "not_asked", "in_flight", "host_delay_ms", ...; static; NULL for a number that isn't
 * one. [any thread] */
const char *crawler_check_name(int check);
const char *crawler_answer_name(int answer);
const char *crawler_place_name(int place);
const char *crawler_fact_name(int fact);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif

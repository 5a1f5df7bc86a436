/* SPDX-License-Identifier: MIT */
/* url.h - URLs by the WHATWG URL standard (https://url.spec.whatwg.org/).
 *
 * Parsing, relative resolution, serialisation, the canonical key that duplicates are found by, and
 * host facts. Pure: no I/O, no clock, no globals. Input is untrusted bytes; UTF-8 is decoded with
 * U+FFFD for what is invalid. Text is built in a buffer that is reused, so that a resolved link
 * costs no allocation in steady state.
 */
#ifndef CR_URL_URL_H
#define CR_URL_URL_H

#include "base/buf.h"
#include "base/str.h"

#define CR_URL_MAX_BYTES 65535 /* a longer input, or a longer result, is CRAWLER_E_LIMIT */

/* What we fetch, and the rest. */
enum cr_scheme { CR_SCHEME_OTHER, CR_SCHEME_HTTP, CR_SCHEME_HTTPS };

/* A parsed URL: its serialisation in one buffer and offsets into it (as in Ada and rust-url):
 *
 *   https://user:pass@example.com:1234/foo/bar?baz#quux
 *        |  |   |    ||          |    |       |   |
 *        |  |   |    ||          |    |       |   fragment_at
 *        |  |   |    ||          |    |       query_at
 *        |  |   |    ||          |    path_at
 *        |  |   |    ||          host_end
 *        |  |   |    |host_at
 *        |  |   |    password_end
 *        |  |   username_end
 *        |  username_at
 *        scheme_end
 *
 * Without userinfo username_at .. host_at are one offset; without an authority host_end too is
 * scheme_end + 1. Between host_end and path_at stands the port, or the "/." that keeps a path
 * with "//" in front from reading as a host ("web:/.//x").
 */
struct cr_url {
  struct cr_buf text;    /* the serialisation, NUL-terminated */
  struct cr_buf scratch; /* the input without its tabs and newlines, where it has some */
  uint32_t scheme_end;   /* offset of ':' */
  uint32_t username_at;  /* userinfo is [username_at, username_end) [':' .. password_end) */
  uint32_t username_end;
  uint32_t password_end; /* == username_end when there is no password */
  uint32_t host_at;
  uint32_t host_end;    /* == host_at: empty or no host */
  uint32_t path_at;     /* behind host and port */
  uint32_t query_at;    /* offset of '?'; UINT32_MAX: none */
  uint32_t fragment_at; /* offset of '#'; UINT32_MAX: none */
  int32_t port;         /* -1: none written, i.e. the scheme's default */
  enum cr_scheme scheme;
  bool special;       /* http, https, ftp, ws, wss, file */
  bool file;          /* file */
  bool has_authority; /* "//" is there */
  bool opaque_path;   /* "mailto:x": can't be a base but for fragments */
};

void cr_url_init(struct cr_url *url, struct cr_mem *mem);
void cr_url_free(struct cr_url *url);

/* Appends text (UTF-8) to out in another encoding; what that one lacks as a reference to its code
 * point, "%26%23960%3B". 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
typedef int (*cr_url_encode)(const char *charset, struct cr_span text, struct cr_buf *out);

/* The encoding of the document that a URL stands in: queries of special URLs are written in it. */
struct cr_url_encoding {
  cr_url_encode encode; /* NULL: UTF-8 */
  const char *charset;  /* for encode */
};

/* Parses text, relative to base (NULL: text must be absolute), into url; url's memory is reused,
 * url may not be base, and text may not lie in url's memory. Queries are encoded as UTF-8.
 * 0; CRAWLER_E_URL when the standard says failure; CRAWLER_E_LIMIT; CRAWLER_E_NOMEM. On error url
 * holds nothing useful. */
int cr_url_parse(struct cr_url *url, struct cr_span text, const struct cr_url *base);
/* The same for a URL in a document; encoding NULL: UTF-8. */
int cr_url_parse_in(struct cr_url *url, struct cr_span text, const struct cr_url *base,
                    const struct cr_url_encoding *encoding);
/* Appends what a header's value says, a URL or a part of one: bytes beyond ASCII as %XX, whatever
 * they are to be read as, the rest as it is. 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_url_put_raw(struct cr_buf *out, struct cr_span text);
int cr_url_copy(struct cr_url *to, const struct cr_url *from);

static inline struct cr_span cr_url_text(const struct cr_url *url)
{
  return cr_span(url->text.data, url->text.len);
}

static inline struct cr_span cr_url_host(const struct cr_url *url) /* "[::1]" with brackets */
{
  return cr_span(url->text.data + url->host_at, url->host_end - url->host_at);
}

/* Path and query without the fragment: what is sent in the request line. */
struct cr_span cr_url_target(const struct cr_url *url);
struct cr_span cr_url_path(const struct cr_url *url);
struct cr_span cr_url_query(const struct cr_url *url);    /* without '?'; at NULL: none */
struct cr_span cr_url_fragment(const struct cr_url *url); /* without '#'; at NULL: none */
int cr_url_port(const struct cr_url *url); /* the effective one: 80, 443, as written; -1: unknown */

/* Takes the userinfo, or the fragment, out of url. Found links never send theirs. */
void cr_url_strip_userinfo(struct cr_url *url);
void cr_url_strip_fragment(struct cr_url *url);
/* Gives url, which has none, from's fragment. 0, CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_url_take_fragment(struct cr_url *url, const struct cr_url *from);

/* ---- the canonical key (url_key.c) ---- */

/* Rules that change which URLs count as one; bits. Always on: fragment, default port, dot
 * segments, case of percent-escapes, escapes of unreserved characters, empty query, trailing dot of
 * the host, userinfo. */
enum cr_url_rule {
  CR_URL_RULE_TRAILING_SLASH = 1 << 0, /* "/a/" is "/a", "/a//" too; "/" stays */
  CR_URL_RULE_QUERY_ORDER = 1 << 1,    /* "?b&&a=2&a=1" is "?a=1&a=2&b" */
  CR_URL_RULE_WWW = 1 << 2,            /* "www.a.org" is "a.org"; "www.org" stays */
  CR_URL_RULE_CASE = 1 << 3,           /* path and query in lower case (ASCII letters) */
  CR_URL_RULE_TRACKING = 1 << 4,       /* "?utm_source=x", "?gclid=x", ... are none */
  CR_URL_RULE_SESSION = 1 << 5,        /* ";jsessionid=x", "?PHPSESSID=x", "/(S(x))", ... too */
  CR_URL_RULE_INDEX = 1 << 6,          /* "/a/index.html", "/a/default.asp", ... are "/a/" */
  CR_URL_RULE_SLASHES = 1 << 7,        /* "//a///b" is "/a/b" */
  CR_URL_RULE_FRAGMENT = 1 << 8,       /* fragments that begin with '!' or '/' stay */
  CR_URL_RULE_ESCAPES = 1 << 9         /* "[" is "%5B": what RFC 3986 allows escaped only */
};
#define CR_URL_RULES_ALL 0x3ffu
#define CR_URL_KEY_MAX_BYTES (3 * CR_URL_MAX_BYTES) /* with RULE_ESCAPES; else it never grows */

struct cr_key_rules {
  unsigned bits;        /* enum cr_url_rule */
  struct cr_span names; /* of query parameters that are none, separated by commas; case doesn't
                           matter, "a_*" is all that begins so */
};

/* Does the fragment name a page, as scripts have them: "#!/a" or "#/a"? */
bool cr_url_names_page(const struct cr_url *url);

/* Appends the canonical key of an http(s) url to out (cleared first); rules NULL: those that are
 * always on. The key is itself an absolute URL, without a fragment but for RULE_FRAGMENT, and its
 * own key. Of other schemes it is the URL without its fragment, no rule applied. 0,
 * CRAWLER_E_NOMEM, CRAWLER_E_LIMIT. */
int cr_url_key(const struct cr_url *url, const struct cr_key_rules *rules, struct cr_buf *out);

/* ---- hosts (url_host.c, url_ip.c, idna.c, psl.c) ---- */

/* A host that is not plain ASCII may have this many code points, decomposed (DNS ends at 253). */
#define CR_HOST_MAX_CHARS 384

/* The WHATWG host parser for special schemes: percent-decode, IDNA to ASCII, IPv4 in all its
 * spellings, IPv6. Appends the serialised host to out. 0; CRAWLER_E_URL on failure;
 * CRAWLER_E_LIMIT beyond CR_HOST_MAX_CHARS; CRAWLER_E_NOMEM. */
int cr_host_parse(struct cr_span text, struct cr_buf *out);
/* Is a serialised host an address literal? Fills addr (16 bytes, network order; IPv4 uses the
 * first 4). Returns 4, 6 or 0. */
int cr_host_address(struct cr_span host, uint8_t addr[16]);
/* The registrable domain inside a serialised host (public suffix list), or the whole host when
 * there is none (an address, "localhost", a public suffix); never a trailing dot. Borrowed from
 * host. */
struct cr_span cr_host_site(struct cr_span host);
/* Does everybody register names below this one: "com", "co.uk", "github.io"? Not an address. */
bool cr_host_is_suffix(struct cr_span host);

#endif

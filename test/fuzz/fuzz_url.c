/* SPDX-License-Identifier: MIT */
/* fuzz_url.c - libFuzzer target: any two texts as a URL and its base.
 *
 * Input: base, newline, reference; without a newline the reference alone, in UTF-8 and in a
 * document of another encoding. Whatever comes out must be in order, parse to itself, and have a
 * key that is its own key by sets of rules.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "parse/parse.h"
#include "url/url.h"

static bool same(struct cr_span a, struct cr_span b)
{
  return cr_span_eq(a, b);
}

static void check_offsets(const struct cr_url *url)
{
  uint32_t len = (uint32_t)url->text.len;
  uint32_t fragment = url->fragment_at == UINT32_MAX ? len : url->fragment_at;
  uint32_t query = url->query_at == UINT32_MAX ? fragment : url->query_at;

  require(len <= CR_URL_MAX_BYTES && url->text.data[len] == '\0');
  require(url->text.data[url->scheme_end] == ':');
  require(url->scheme_end < url->username_at && url->username_at <= url->username_end);
  require(url->username_end <= url->password_end && url->password_end <= url->host_at);
  require(url->host_at <= url->host_end && url->host_end <= url->path_at);
  require(url->path_at <= query && query <= fragment && fragment <= len);
  require(!url->special || url->file || url->host_end > url->host_at);
  for (uint32_t i = 0; i < len; i++)
    require(url->text.data[i] > ' ' - (url->opaque_path ? 1 : 0) && url->text.data[i] < 0x7f);
}

static void check_host(struct cr_mem *mem, const struct cr_url *url)
{
  struct cr_span host = cr_url_host(url);
  struct cr_span site = cr_host_site(host);
  struct cr_buf again;
  uint8_t address[16];

  (void)cr_host_address(host, address); /* any answer will do; it must not read elsewhere */
  require(site.len <= host.len && (site.len == 0 || site.at >= host.at));
  require(site.at + site.len <= host.at + host.len);
  if (!url->special || host.len == 0)
    return;
  cr_buf_init(&again, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  require(cr_host_parse(host, &again) == 0);
  require(same(cr_span(again.data, again.len), host));
  cr_buf_free(&again);
}

static void check_key(struct cr_mem *mem, const struct cr_url *url,
                      const struct cr_key_rules *rules)
{
  struct cr_url again;
  struct cr_buf key;
  struct cr_buf second;

  cr_url_init(&again, mem);
  cr_buf_init(&key, mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  cr_buf_init(&second, mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  require(cr_url_key(url, rules, &key) == 0);
  require(cr_url_parse(&again, cr_span(key.data, key.len), NULL) == 0);
  require(same(cr_url_text(&again), cr_span(key.data, key.len)));
  require(cr_url_key(&again, rules, &second) == 0);
  require(same(cr_span(second.data, second.len), cr_span(key.data, key.len)));
  cr_buf_free(&key);
  cr_buf_free(&second);
  cr_url_free(&again);
}

/* By no rule, by all, and by some sets that depend on the URL. */
static void check_keys(struct cr_mem *mem, const struct cr_url *url)
{
  struct cr_key_rules rules = { CR_URL_RULES_ALL, CR_SPAN("a,b*") };
  unsigned random = (unsigned)url->text.len;

  check_key(mem, url, NULL);
  check_key(mem, url, &rules);
  for (uint32_t i = 0; i < url->text.len; i++)
    random = random * 31 + (uint8_t)url->text.data[i];
  for (int i = 0; i < 6; i++) {
    random = random * 1103515245u + 12345u; /* the C standard's example of rand() */
    rules.bits = (random >> 16) & CR_URL_RULES_ALL;
    rules.names = i % 2 ? rules.names : cr_span(NULL, 0);
    check_key(mem, url, &rules);
  }
}

static void check_url(struct cr_mem *mem, struct cr_url *url)
{
  struct cr_url again;

  check_offsets(url);
  check_host(mem, url);
  cr_url_init(&again, mem);
  require(cr_url_parse(&again, cr_url_text(url), NULL) == 0);
  require(same(cr_url_text(&again), cr_url_text(url)));
  require(again.host_at == url->host_at && again.host_end == url->host_end);
  require(again.path_at == url->path_at && again.port == url->port);
  require(again.query_at == url->query_at && again.fragment_at == url->fragment_at);
  check_keys(mem, url);

  cr_url_strip_userinfo(url);
  cr_url_strip_fragment(url);
  check_offsets(url);
  require(cr_url_parse(&again, cr_url_text(url), NULL) == 0);
  require(same(cr_url_text(&again), cr_url_text(url)));
  cr_url_free(&again);
}

/* ref on base in a document of this encoding; true: it is a URL. */
static bool check_in(struct cr_url *url, struct cr_span ref, const struct cr_url *base,
                     const char *charset)
{
  struct cr_url_encoding encoding = cr_charset_encoding(charset);

  if (cr_url_parse_in(url, ref, base, &encoding) < 0)
    return false;
  check_url(url->text.mem, url);
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  static const char *const charsets[] = { "windows-1252",   "shift_jis", "iso-2022-jp", "gb18030",
                                          "x-user-defined", "big5",      "euc-jp",      "koi8-r" };
  const char *text = (const char *)data;
  const char *newline = bytes > 0 ? memchr(text, '\n', bytes) : NULL;
  size_t base_bytes = newline ? (size_t)(newline - text) : 0;
  size_t skip = newline ? base_bytes + 1 : 0;
  struct cr_mem mem;
  struct cr_url base;
  struct cr_url url;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_url_init(&base, &mem);
  cr_url_init(&url, &mem);
  bool has_base = newline && cr_url_parse(&base, cr_span(text, base_bytes), NULL) == 0;
  struct cr_span ref = cr_span(text + skip, bytes - skip);
  if (has_base)
    check_offsets(&base);
  /* Another encoding makes other queries, but never a URL of what is none; it may grow too long. */
  bool is_url = check_in(&url, ref, has_base ? &base : NULL, "");
  if (check_in(&url, ref, has_base ? &base : NULL, charsets[bytes % 8]))
    require(is_url || bytes > 1000);
  cr_url_free(&base);
  cr_url_free(&url);
  require(mem.blocks == 0);
  return 0;
}

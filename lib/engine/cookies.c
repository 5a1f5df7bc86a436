/* SPDX-License-Identifier: MIT */
/* cookies.c - the crawl's one jar of cookies, as requests and responses meet it.
 *
 * Every kind of request takes part: a robots.txt or a sitemap may be what a cookie is asked for.
 * A response's are taken when its head is there, whatever becomes of its body.
 */
#include "engine/shard.h"

#include "fetch/cookie_jar.h"

int cr_cookies_open(struct cr_shard *s)
{
  if (s->cookies || !s->settings->cookies)
    return 0;
  return cr_cookie_jar_open(&s->cookies, s->mem, cr_memory_cookies(s), cr_random_next(&s->random));
}

static struct cr_cookie_place place_of(const struct crawler_request *req)
{
  return (struct cr_cookie_place){
    .host = cr_request_host(req),
    .path = cr_request_resource(req),
    .https = req->https,
  };
}

void cr_cookies_take(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  const struct cr_headers *headers = &v->page.headers;
  const struct cr_cookie_place place = place_of(&v->page.req);
  int64_t wall_ms = cr_loop_wall(s->loop);
  size_t taken = 0;

  for (size_t i = 0; s->cookies && i < headers->count && taken < CR_COOKIES_PER_RESPONSE; i++) {
    if (!cr_header_is(&headers->at[i], CR_SPAN("Set-Cookie")))
      continue;
    taken++;
    (void)cr_cookie_jar_take(s->cookies, &place, cr_span_text(headers->at[i].value),
                             wall_ms); /* without memory, as if it had never come */
  }
}

int cr_cookies_line(struct cr_visit *v, const char **line)
{
  static const char name[] = "Cookie: ";
  struct cr_shard *s = v->shard;
  const struct cr_cookie_place place = place_of(&v->page.req);
  struct cr_buf text;
  int err;

  *line = NULL;
  if (!s->cookies)
    return 0;
  cr_buf_init(&text, s->mem, CR_MEM_FETCH, sizeof(name) + CR_COOKIE_LINE_BYTES);
  err = cr_buf_add_text(&text, name);
  if (!err)
    err = cr_cookie_jar_give(s->cookies, &place, cr_loop_wall(s->loop), &text);
  if (!err && text.len >= sizeof(name)) { /* there is something behind it */
    *line = cr_arena_strndup(&v->page.arena, text.data, text.len);
    err = *line ? 0 : CRAWLER_E_NOMEM;
  }
  cr_buf_free(&text);
  return err;
}

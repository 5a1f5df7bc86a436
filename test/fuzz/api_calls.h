/* SPDX-License-Identifier: MIT */
/* api_calls.h - one call of the API, chosen by the next bytes of a program (fuzz_api.c).
 *
 * What a call gives is kept, to be given back by a later one or at the end. What it answers is
 * compared with what it may answer: in a hook nothing turns the loop, and so on.
 */
#ifndef CR_FUZZ_API_CALLS_H
#define CR_FUZZ_API_CALLS_H

#include "fuzz/fuzz.h"
#include "sim/sim_crawl.h"
#include "support/requests.h"

enum { HELD_MAX = 8, TEXT_BYTES = 160, TURNS_MAX = 4000 };

enum held { HELD_NONE, HELD_RETAINED, HELD_DEFERRED, HELD_PULLED };

struct program {
  struct cr_sim sim;
  struct cr_sim_web web;
  const uint8_t *at;
  size_t left;
  int inside;              /* hooks */
  crawler_page *delivered; /* on_page runs for it; NULL: it does not */
  bool deferred;           /* ... and has deferred it */
  bool freed;              /* by crawler_free() in a hook, or between turns */
  int64_t turns;
  int64_t data_alive;     /* pointers whose free_data is still to be called */
  crawler_request *draft; /* not submitted yet, or NULL */
  crawler_page *pages[HELD_MAX];
  enum held held[HELD_MAX];
  bool finished[HELD_MAX];
};

void set_hooks(struct program *p, int which);

static int take(struct program *p) /* 0 behind the end */
{
  if (p->left == 0)
    return 0;
  p->left--;
  return *p->at++;
}

/* ---- what is held ---- */

static void hold(struct program *p, crawler_page *page, enum held how)
{
  for (size_t i = 0; i < HELD_MAX; i++)
    if (p->held[i] == HELD_NONE) {
      p->pages[i] = page;
      p->held[i] = how;
      p->finished[i] = false;
      return;
    }
  if (how == HELD_DEFERRED)
    require(crawler_page_finish(page, CRAWLER_FINISH_OK) == 0);
  else
    crawler_page_release(page);
}

static void let_go(struct program *p, size_t i, int how)
{
  enum held held = p->held[i];

  p->held[i] = HELD_NONE;
  if (held == HELD_DEFERRED)
    require(crawler_page_finish(p->pages[i], how) == 0);
  else if (held != HELD_NONE)
    crawler_page_release(p->pages[i]);
}

static void give_back(struct program *p)
{
  for (size_t i = 0; i < HELD_MAX; i++)
    let_go(p, i, CRAWLER_FINISH_OK);
}

static void call_let_go(struct program *p)
{
  int sign = take(p);
  size_t i = (size_t)sign % HELD_MAX;
  int how = sign / HELD_MAX % 3;

  if (p->held[i] == HELD_DEFERRED && p->pages[i] == p->delivered)
    return; /* finished it is not to be touched, and the hook is not done with it */
  if (p->held[i] == HELD_PULLED && !p->finished[i] && sign >= 128) {
    p->finished[i] = true;
    (void)crawler_page_finish(p->pages[i], how); /* the next page may have ended it */
    require(crawler_page_finish(p->pages[i], how) == CRAWLER_E_STATE);
  } else {
    let_go(p, i, how);
  }
}

static void free_data(void *data)
{
  (*(int64_t *)data)--;
}

static void set_data(struct program *p, crawler_request *req)
{
  p->data_alive++;
  crawler_request_set_data(req, &p->data_alive, free_data);
}

/* ---- what is given ---- */

static const char *some_bytes(struct program *p, char out[TEXT_BYTES])
{
  size_t bytes = (size_t)take(p) % 40;
  size_t len = 0;

  while (len < bytes && p->left > 0)
    out[len++] = (char)take(p);
  out[len] = '\0';
  return out;
}

static const char *some_url(struct program *p, char out[TEXT_BYTES])
{
  int sign = take(p);

  if (sign >= 224)
    return some_bytes(p, out);
  struct cr_sim_ref ref = { .host = (uint32_t)sign % p->web.hosts };
  ref.page = (uint32_t)take(p) % cr_sim_web_size(&p->web, ref.host);
  cr_sim_web_url(&p->web, ref, out);
  return out;
}

static const char *some_value(struct program *p, char out[TEXT_BYTES])
{
  static const char *const values[] = { "0",     "1",     "2",    "-1",   "none", "5",   "60",
                                        "100ms", "3s",    "1d",   "100",  "1k",   "16k", "300k",
                                        "1M",    "64M",   "",     "host", "all",  "a",   "domain",
                                        "http",  "https", "1000", "10000" };
  size_t sign = (size_t)take(p);

  return sign < sizeof(values) / sizeof(values[0]) ? values[sign] : some_bytes(p, out);
}

static const char *some_option(struct program *p)
{
  const char *name = crawler_option_next(NULL);

  for (int n = take(p); n > 0 && name; n--)
    name = crawler_option_next(name);
  return name ? name : "no_option";
}

/* ---- calls ---- */

static void call_set_option(struct program *p)
{
  char text[TEXT_BYTES];
  const char *name = some_option(p);
  const char *value = some_value(p, text);

  if (strcmp(name, "workers") == 0) /* the input's first bytes have them */
    return;
  int err = crawler_set_option(p->sim.c, name, value);
  require(err == 0 || err == CRAWLER_E_OPTION || err == CRAWLER_E_VALUE || err == CRAWLER_E_STATE ||
          err == CRAWLER_E_LIMIT || err == CRAWLER_E_URL || err == CRAWLER_E_SCHEME);
  require(err == 0 || crawler_errmsg(p->sim.c)[0] != '\0');
  p->sim.limits_fall |= err == 0;
  p->sim.c->setting_error = 0; /* which would be the end of all runs */
}

static void call_get_options(struct program *p)
{
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))
    require(crawler_get_option(p->sim.c, name));
}

static void call_pattern(struct program *p)
{
  static int (*const calls[])(crawler *, const char *) = { crawler_allow_host, crawler_deny_host,
                                                           crawler_allow_url,  crawler_deny_url,
                                                           crawler_include,    crawler_exclude };
  char text[TEXT_BYTES];

  (void)calls[(size_t)take(p) % (sizeof(calls) / sizeof(calls[0]))](p->sim.c, some_bytes(p, text));
  p->sim.c->setting_error = 0;
}

static void call_add(struct program *p, const crawler_request *req)
{
  char url[TEXT_BYTES];
  int sign = take(p);

  (void)some_url(p, url);
  int err = sign % 4 == 0          ? crawler_add_sitemap(p->sim.c, url)
            : sign % 4 == 1 && req ? crawler_add_from(p->sim.c, req, url)
                                   : crawler_add(p->sim.c, url);
  require(err == 0 || err == CRAWLER_E_URL || err == CRAWLER_E_SCHEME);
}

static void set_request(struct program *p, crawler_request *req)
{
  char text[TEXT_BYTES] = "a body";
  int sign = take(p);

  switch (sign % 9) {
  case 0:
    if (sign >= 224)
      (void)crawler_request_set_proxy(req, sign >= 240 ? "" : "http://proxy.example:3128");
    (void)crawler_request_set_method(req, (crawler_method)(sign / 9 % 4));
    break;
  case 1:
    (void)crawler_request_set_body(req, text, (size_t)sign / 9, "text/plain");
    break;
  case 2:
    (void)crawler_request_set_header(req, some_bytes(p, text), "value");
    break;
  case 3:
    (void)crawler_request_set_priority(req, sign - 128);
    break;
  case 4:
    (void)crawler_request_set_kind(req, (crawler_kind)(sign / 9 % 5));
    break;
  case 5:
    (void)crawler_request_set_force(req, 1);
    break;
  case 6:
    (void)crawler_request_set_url(req, some_url(p, text));
    break;
  case 7:
    (void)crawler_request_set_meta(req, some_bytes(p, text), sign >= 128 ? "v" : NULL);
    break;
  default:
    set_data(p, req);
    break;
  }
}

static void call_draft(struct program *p)
{
  char url[TEXT_BYTES];
  int sign = take(p);

  if (!p->draft)
    p->draft = cr_request_of(p->sim.c, some_url(p, url));
  for (int sets = sign % 4; sets > 0 && p->draft; sets--)
    set_request(p, p->draft);
  if (sign >= 192) {
    crawler_request_free(p->draft);
    p->draft = NULL;
  } else if (sign >= 64 && p->draft) {
    require(crawler_submit(p->sim.c, p->draft) == 0);
    p->draft = NULL;
  }
}

static void call_explain(struct program *p)
{
  char url[TEXT_BYTES];
  crawler_explanation *e = NULL;

  require(crawler_explain(p->sim.c, &e, some_url(p, url), (unsigned)take(p) % 2) == 0);
  for (int check = 0; check < CRAWLER_CHECK_COUNT; check++)
    require(crawler_answer_name(crawler_explanation_check(e, (crawler_check)check)));
  require(crawler_place_name(crawler_explanation_place(e)));
  require(crawler_explanation_url(e) && crawler_explanation_host(e));
  crawler_explanation_free(e);
}

static void call_stats(struct program *p)
{
  crawler_stats *s = NULL;

  require(crawler_get_stats(p->sim.c, &s) == 0);
  int64_t links = crawler_stats_get(s, CRAWLER_STAT_LINKS);
  int64_t sum = crawler_stats_get(s, CRAWLER_STAT_ADMITTED);
  for (int which = CRAWLER_STAT_QUEUED; which <= CRAWLER_STAT_DROPPED; which++)
    sum -= crawler_stats_get(s, (crawler_stat)which);
  for (int which = CRAWLER_STAT_LINKS_KNOWN; which <= CRAWLER_STAT_LINKS_ADMITTED; which++)
    links -= crawler_stats_get(s, (crawler_stat)which);
  require(sum == 0 && links == 0);
  crawler_stats_free(s);
}

static void call_host(struct program *p)
{
  size_t count = crawler_host_count(p->sim.c);
  int sign = take(p);
  size_t i = (size_t)sign % (count + 1);

  require((crawler_host_name(p->sim.c, i) != NULL) == (i < count));
  if (sign >= 128)
    require((crawler_host_pause(p->sim.c, i) == 0) == (i < count));
  else
    require((crawler_host_resume(p->sim.c, i) == 0) == (i < count));
  require((crawler_host_stat(p->sim.c, i, CRAWLER_STAT_QUEUED) >= 0) == (i < count));
  (void)crawler_eta_lower_bound_ms(p->sim.c, &i);
}

/* In a hook none of these turns the loop. Outside they are drive()'s. */
static void call_turners(struct program *p)
{
  crawler_page *page = NULL;

  if (p->inside == 0)
    return;
  require(crawler_run(p->sim.c) == CRAWLER_E_BUSY);
  require(crawler_step(p->sim.c, 0) == CRAWLER_E_BUSY);
  require(crawler_next(p->sim.c, &page, 0) == CRAWLER_E_BUSY);
  require(crawler_start_thread(p->sim.c) < 0);
  require(crawler_start(p->sim.c) < 0);
}

static void call_signal(struct program *p)
{
  static void (*const calls[])(crawler *) = { crawler_stop, crawler_cancel, crawler_pause,
                                              crawler_resume };
  int sign = take(p);

  if (sign >= 240)
    require(crawler_fail(p->sim.c, "it fails") == 0);
  else
    calls[sign % 4](p->sim.c);
  (void)crawler_is_paused(p->sim.c);
}

static void call_free(struct program *p)
{
  crawler_request_free(p->draft); /* it is the crawler's memory */
  p->draft = NULL;
  crawler_free(p->sim.c);
  p->freed = true;
}

static void read_page(crawler_page *page)
{
  size_t bytes = 0;
  const char *text;
  const uint32_t *ends;
  const uint8_t *kinds;
  const uint8_t *flags;

  require(crawler_page_url(page) && crawler_page_mime(page));
  for (size_t i = 0; i < crawler_page_header_count(page); i++)
    require(crawler_page_header(page, crawler_page_header_name(page, i)));
  (void)crawler_page_body(page, &bytes);
  (void)crawler_page_text(page, NULL);
  int links = crawler_page_links(page, &text, &ends, &kinds, &flags);
  require(links >= 0 && (size_t)links == crawler_page_link_count(page));
  for (int i = 0; i < links; i++) {
    const crawler_link *link = crawler_page_link(page, (size_t)i);
    require(kinds[i] == crawler_link_kind_of(link) && crawler_link_kind_name(kinds[i]));
    require(strcmp(text + ends[i], crawler_link_url(link)) == 0);
    require(flags[i] == crawler_link_flags(link));
  }
  if (bytes > 0)
    (void)crawler_page_build_document(page);
  (void)crawler_page_title(page);
  (void)crawler_page_canonical(page);
  (void)crawler_page_duplicate_of(page);
}

static void call_page(struct program *p, crawler_page *page)
{
  int sign = take(p);

  if (!page) {
    call_let_go(p);
  } else if (sign % 3 == 0) {
    hold(p, crawler_page_retain(page), HELD_RETAINED);
  } else if (sign % 3 == 1) {
    int err = crawler_page_defer(page);
    require(err == (p->delivered ? 0 : CRAWLER_E_STATE));
    if (err == 0 && !p->deferred)
      hold(p, page, HELD_DEFERRED);
    p->deferred = err == 0;
  } else {
    read_page(page);
  }
}

/* req and page are the hook's, or NULL. */
static void call(struct program *p, crawler_request *req, crawler_page *page)
{
  switch (take(p) % 16) {
  case 0:
  case 1:
    call_add(p, req);
    break;
  case 2:
    call_draft(p);
    break;
  case 3:
    call_set_option(p);
    break;
  case 4:
    call_signal(p);
    break;
  case 5:
    call_host(p);
    break;
  case 6:
  case 7:
    call_page(p, page);
    break;
  case 8:
    call_let_go(p);
    break;
  case 9:
    call_explain(p);
    break;
  case 10:
    call_stats(p);
    break;
  case 11:
    if (req)
      set_request(p, req);
    break;
  case 12:
    call_turners(p);
    break;
  case 13:
    call_pattern(p);
    break;
  case 14:
    if (take(p) % 4 == 0)
      set_hooks(p, take(p));
    else
      call_get_options(p);
    (void)crawler_is_complete(p->sim.c);
    require(crawler_ended(p->sim.c));
    break;
  default:
    if (take(p) % 8 == 0)
      call_free(p);
    break;
  }
}

#endif

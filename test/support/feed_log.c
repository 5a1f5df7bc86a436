/* SPDX-License-Identifier: MIT */
/* feed_log.c - what a feed tells, as lines of text.
 */
#include "support/feed_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sitemap/feed.h"

enum { SHORT = 200 };

static const char *const rels[] = {
  [CR_FEED_SITE] = "site",         [CR_FEED_ENTRY] = "entry",     [CR_FEED_SELF] = "self",
  [CR_FEED_PAGE] = "page",         [CR_FEED_HUB] = "hub",         [CR_FEED_ENCLOSURE] = "enclosure",
  [CR_FEED_MEDIA] = "media",       [CR_FEED_IMAGE] = "image",     [CR_FEED_CONTENT] = "content",
  [CR_FEED_COMMENTS] = "comments", [CR_FEED_RELATED] = "related", [CR_FEED_SOURCE] = "source",
  [CR_FEED_PERSON] = "person",     [CR_FEED_OTHER] = "other",
};

static void add_field(struct cr_feed_log *log, int *err, const char *name, struct cr_span value)
{
  if (value.len == 0 || *err)
    return;
  char length[32];
  if (value.len > SHORT) { /* of a hostile one the length will do */
    int len = snprintf(length, sizeof(length), "(%zu bytes)", value.len);
    value = cr_span(length, (size_t)len);
  }
  *err = cr_buf_add_text(&log->text, name);
  if (!*err)
    *err = cr_buf_add(&log->text, value.at, value.len);
}

static int count(struct cr_feed_log *log, int err)
{
  if (!err && log->stop_after > 0 && --log->stop_after == 0)
    return CR_TEST_FEED_STOPPED;
  return err;
}

static int log_link(void *arg, const struct cr_feed_link *link)
{
  struct cr_feed_log *log = arg;
  char head[64];
  int err = 0;

  log->links++;
  assert_in_range(link->url.len, 1, CR_FEED_URL_MAX);
  assert_in_range(link->base_count, 0, CR_FEED_BASES_MAX);
  snprintf(head, sizeof(head), "%s %u ", rels[link->rel], (unsigned)link->entry);
  add_field(log, &err, head, link->url);
  add_field(log, &err, " rel=", link->rel_name);
  add_field(log, &err, " type=", link->type);
  add_field(log, &err, " title=", link->title);
  add_field(log, &err, " lang=", link->language);
  int len = link->length < 0 ? 0 : snprintf(head, sizeof(head), "%lld", (long long)link->length);
  add_field(log, &err, " length=", cr_span(head, (size_t)len));
  for (size_t i = 0; i < link->base_count; i++)
    add_field(log, &err, " base=", link->bases[i]);
  return count(log, err ? err : cr_buf_add_char(&log->text, '\n'));
}

static int log_about(void *arg, const struct cr_feed_about *about)
{
  struct cr_feed_log *log = arg;
  char head[64];
  int err = 0;

  log->abouts++;
  assert_in_range(about->title.len, 0, CR_FEED_TITLE_MAX);
  int len = snprintf(head, sizeof(head), "about %u", (unsigned)about->entry);
  add_field(log, &err, "", cr_span(head, (size_t)len));
  add_field(log, &err, " ", about->title);
  if (about->published_ms != 0) {
    len = snprintf(head, sizeof(head), "%lld", (long long)about->published_ms / 1000);
    add_field(log, &err, " published=", cr_span(head, (size_t)len));
  }
  if (about->updated_ms != 0) {
    len = snprintf(head, sizeof(head), "%lld", (long long)about->updated_ms / 1000);
    add_field(log, &err, " updated=", cr_span(head, (size_t)len));
  }
  return count(log, err ? err : cr_buf_add_char(&log->text, '\n'));
}

/* windows-1251 as far as it is needed here. */
static bool map_1251(void *arg, const char *charset, int map[256])
{
  (void)arg;
  for (int i = 0; i < 256; i++)
    map[i] = i < 0x80 ? i : i < 0xc0 ? 0xfffd : 0x410 + (i - 0xc0);
  return strcmp(charset, "windows-1251") == 0;
}

int cr_test_feed_read(struct cr_mem *mem, struct cr_feed_log *log, const char *charset,
                      struct cr_span text, size_t piece)
{
  const struct cr_feed_sink sink = { log_link, log_about, map_1251, log };
  struct cr_feed *feed = NULL;

  int err = cr_feed_open(&feed, mem, &sink, charset);
  for (size_t at = 0; !err && at < text.len; at += piece)
    err = cr_feed_add(feed, text.at + at, text.len - at < piece ? text.len - at : piece);
  if (feed)
    err = cr_feed_end(feed);
  cr_feed_close(feed);
  return err;
}

/* SPDX-License-Identifier: MIT */
/* test_body_consumers.c - bodies that another thread takes at its own speed: on_body answers
 * "later" while the queue is full, and the consumer resumes. A third thread resumes for no reason.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

enum {
  PAGES = 4,
  BODY_BYTES = 3 << 20,
  QUEUE_BYTES = 40 << 10,
  PIECE_BYTES = 160 << 10,
  CODED_ROOM = BODY_BYTES
};

struct chunk {
  struct chunk *next;
  size_t bytes;
  unsigned char data[];
};

struct stream {       /* of one page */
  crawler_page *page; /* retained at its first bytes */
  struct chunk *first, **last;
  size_t queued;
  bool is_paused;
  uLong crc;
  size_t bytes;
};

struct consumer {
  struct cr_crawl_rig *rig;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct stream streams[PAGES];
  size_t most_queued;
  int pauses;
  bool is_hammered; /* so that on_body may be called before the queue is empty */
  bool is_over;
};

/* ---- the loop thread ---- */

static struct stream *stream_of(struct consumer *k, const crawler_page *page)
{
  const char *url = crawler_page_url(page);

  return &k->streams[(url[strlen(url) - 1] - '0') % PAGES];
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct consumer *k = user;
  struct stream *stream = stream_of(k, page);
  struct chunk *chunk = malloc(sizeof(*chunk) + bytes);

  (void)c;
  if (!chunk)
    abort();
  chunk->next = NULL;
  chunk->bytes = bytes;
  memcpy(chunk->data, data, bytes);
  (void)pthread_mutex_lock(&k->lock);
  CR_CRAWL_EXPECT(k->rig, !stream->is_paused || k->is_hammered);
  if (!stream->page)
    stream->page = crawler_page_retain(page);
  CR_CRAWL_EXPECT(k->rig, stream->page == page);
  *stream->last = chunk;
  stream->last = &chunk->next;
  stream->queued += bytes;
  if (stream->queued > k->most_queued)
    k->most_queued = stream->queued;
  stream->is_paused = stream->queued >= QUEUE_BYTES;
  k->pauses += stream->is_paused;
  int verdict = stream->is_paused ? CRAWLER_LATER : CRAWLER_ACCEPT;
  (void)pthread_cond_signal(&k->changed);
  (void)pthread_mutex_unlock(&k->lock);
  return verdict;
}

/* ---- the consumer's thread ---- */

static void take(struct consumer *k, struct stream *stream)
{
  struct chunk *chunk = stream->first;

  stream->first = chunk->next;
  if (!stream->first)
    stream->last = &stream->first;
  stream->crc = crc32(stream->crc, chunk->data, (uInt)chunk->bytes);
  stream->bytes += chunk->bytes;
  stream->queued -= chunk->bytes;
  free(chunk);
  if (stream->first || !stream->is_paused)
    return;
  stream->is_paused = false;
  CR_CRAWL_EXPECT(k->rig, crawler_request_resume(crawler_page_request(stream->page)) == 0);
}

static void *consume(void *arg)
{
  struct consumer *k = arg;
  bool took = true;

  (void)pthread_mutex_lock(&k->lock);
  while (took || !k->is_over) {
    if (!took)
      (void)pthread_cond_wait(&k->changed, &k->lock);
    took = false;
    for (size_t i = 0; i < PAGES; i++)
      if (k->streams[i].first) {
        take(k, &k->streams[i]);
        took = true;
      }
  }
  (void)pthread_mutex_unlock(&k->lock);
  return NULL;
}

/* Also while on_body waits for the lock, which counts. */
static void *hammer(void *arg)
{
  struct consumer *k = arg;
  bool is_over = false;

  for (size_t i = 0; !is_over; i++) {
    struct stream *stream = &k->streams[i % PAGES];
    (void)pthread_mutex_lock(&k->lock);
    if (stream->page)
      CR_CRAWL_EXPECT(k->rig, crawler_request_resume(crawler_page_request(stream->page)) == 0);
    is_over = k->is_over;
    (void)pthread_mutex_unlock(&k->lock);
    (void)sched_yield();
  }
  return NULL;
}

/* ---- the crawl ---- */

static void open_consumer(struct consumer *k, struct cr_crawl_rig *rig)
{
  memset(k, 0, sizeof(*k));
  k->rig = rig;
  assert_int_equal(pthread_mutex_init(&k->lock, NULL), 0);
  assert_int_equal(pthread_cond_init(&k->changed, NULL), 0);
  for (size_t i = 0; i < PAGES; i++) {
    k->streams[i].last = &k->streams[i].first;
    k->streams[i].crc = crc32(0, NULL, 0);
  }
}

static void close_consumer(struct consumer *k)
{
  for (size_t i = 0; i < PAGES; i++)
    crawler_page_release(k->streams[i].page);
  (void)pthread_cond_destroy(&k->changed);
  (void)pthread_mutex_destroy(&k->lock);
}

/* Its release isn't the last one: the stream has it too. */
static void finish_pulled(struct cr_crawl_rig *rig, crawler_page *page)
{
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, CRAWLER_FINISH_OK) == 0);
  crawler_page_release(page);
}

static void crawl(struct cr_crawl_rig *rig, struct consumer *k)
{
  pthread_t consumer;
  pthread_t nuisance;

  assert_int_equal(pthread_create(&consumer, NULL, consume, k), 0);
  if (k->is_hammered)
    assert_int_equal(pthread_create(&nuisance, NULL, hammer, k), 0);
  assert_int_equal(cr_crawl_drive(rig), 0);
  (void)pthread_mutex_lock(&k->lock);
  k->is_over = true;
  (void)pthread_cond_signal(&k->changed);
  (void)pthread_mutex_unlock(&k->lock);
  assert_int_equal(pthread_join(consumer, NULL), 0);
  if (k->is_hammered)
    assert_int_equal(pthread_join(nuisance, NULL), 0);
}

/* The first two are sent as they are, the others by gzip. */
static void make_site(struct cr_site_page pages[PAGES], char *plain, char *coded)
{
  static const char *const paths[PAGES] = { "/0", "/1", "/2", "/3" };
  z_stream zs = { .zalloc = NULL };

  for (size_t i = 0; i < BODY_BYTES; i++) /* compresses well, and repeats nowhere near */
    plain[i] = (char)('a' + (i / 700 * 31 + i % 13) % 26);
  assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  zs.next_in = (Bytef *)plain;
  zs.avail_in = BODY_BYTES;
  zs.next_out = (Bytef *)coded;
  zs.avail_out = CODED_ROOM;
  assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
  for (size_t i = 0; i < PAGES; i++)
    pages[i] = (struct cr_site_page){
      .path = paths[i],
      .headers = i < 2 ? "Content-Type: application/x-data\n"
                       : "Content-Type: application/x-data\nContent-Encoding: gzip\n",
      .body = i < 2 ? plain : coded,
      .bytes = i < 2 ? BODY_BYTES : (size_t)zs.total_out,
    };
  (void)deflateEnd(&zs);
}

static void a_consumer_gets_every_byte_at_its_own_speed(void **state)
{
  struct cr_site_page pages[PAGES];
  char *plain = malloc(BODY_BYTES);
  char *coded = malloc(CODED_ROOM);
  (void)state;

  assert_non_null(plain);
  assert_non_null(coded);
  make_site(pages, plain, coded);
  struct cr_site_server *site = cr_site_start_pages(pages, PAGES);
  const uLong want = crc32(crc32(0, NULL, 0), (const Bytef *)plain, BODY_BYTES);
  for (int way = 0; way < CR_WAYS; way++)
    for (int hammered = 0; hammered <= 1; hammered++) {
      struct cr_crawl_rig rig;
      struct consumer k;
      cr_crawl_open(&rig, way);
      open_consumer(&k, &rig);
      k.is_hammered = hammered;
      rig.on_pulled = finish_pulled;
      crawler_on_body(rig.c, on_body, &k);
      for (size_t i = 0; i < PAGES; i++)
        cr_crawl_add(&rig, cr_site_url(site, pages[i].path));
      crawl(&rig, &k);
      cr_crawl_check(&rig);
      assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), PAGES);
      for (size_t i = 0; i < PAGES; i++) {
        assert_int_equal(k.streams[i].bytes, BODY_BYTES);
        assert_int_equal(k.streams[i].crc, want);
      }
      assert_true(k.pauses > 0);
      if (!hammered) /* one more piece, never two */
        assert_true(k.most_queued < QUEUE_BYTES + PIECE_BYTES);
      close_consumer(&k);
      cr_crawl_close(&rig);
    }
  cr_site_stop(site);
  free(plain);
  free(coded);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_consumer_gets_every_byte_at_its_own_speed),
  };

  return cmocka_run_group_tests_name("body consumers", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* sitemap.c - what a sitemap lists, read by cursor.
 *
 * A row of decoders, a look at the first bytes, and the parser of the format. Bytes go from one to
 * the next in pieces so small that what a piece unpacks to stays bounded; no step begins while
 * entries wait, which they do in an arena. XML goes to two parsers until its root says which of
 * them is wrong.
 */
#include "sitemap/sitemap.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/inflate.h"
#include "crawl/crawler.h"
#include "sitemap/sitemap_feed.h"
#include "sitemap/sitemap_text.h"
#include "sitemap/sitemap_xml.h"

enum {
  STAGES = 3,        /* the transfer's coding, and gzip in gzip */
  CODED_PIECE = 256, /* deflate makes at most 264 KB of it */
  PLAIN_PIECE = 16384,
  UNPACKED_MAX = 4 << 20, /* of one piece: what br or zstd makes of a few bytes is a bomb */
  HEAD_BYTES = 4,
  CHUNK_BYTES = 8192,
  QUEUE_BYTES = 16 << 20 /* what a piece lists takes a small multiple of it */
};

struct stage {
  struct cr_inflate *coder;
  struct cr_buf out;
  size_t at; /* used up to here */
};

struct waiting {
  struct cr_sitemap_entry entry;
  struct waiting *next;
};

enum state { LOOKING, IN_XML, IN_TEXT };

struct cr_sitemap {
  struct cr_mem *mem;
  struct stage stages[STAGES];
  size_t stage_count;
  enum state state;
  char head[HEAD_BYTES]; /* LOOKING: what has come, but for white space before it */
  size_t head_len;
  bool is_marked; /* a byte order mark was taken off */
  struct cr_sitemap_xml *xml;
  struct cr_sitemap_feed *feed;
  struct cr_sitemap_text text;
  struct cr_arena arena;
  struct waiting *first;
  struct waiting **last;
  uint64_t read_bytes;
  bool has_ended;
  int err;
};

/* ---- entries ---- */

static struct cr_span keep_text(struct cr_sitemap *s, struct cr_span text, bool *ok)
{
  const char *kept = text.len > 0 ? cr_arena_strndup(&s->arena, text.at, text.len) : "";

  *ok = *ok && kept;
  return cr_span(kept, text.len);
}

static bool keep_alternates(struct cr_sitemap *s, struct cr_sitemap_entry *entry)
{
  struct cr_sitemap_alternate *kept;
  bool ok = true;

  if (entry->alternate_count == 0)
    return true;
  kept = cr_arena_alloc(&s->arena, entry->alternate_count * sizeof(*kept));
  if (!kept)
    return false;
  for (size_t i = 0; i < entry->alternate_count; i++) {
    kept[i].language = keep_text(s, entry->alternates[i].language, &ok);
    kept[i].url = keep_text(s, entry->alternates[i].url, &ok);
  }
  entry->alternates = kept;
  return ok;
}

static int on_entry(void *arg, const struct cr_sitemap_entry *entry)
{
  struct cr_sitemap *s = arg;
  struct waiting *w = cr_arena_alloc(&s->arena, sizeof(*w));
  bool ok = true;

  if (!w)
    return CRAWLER_E_NOMEM;
  w->entry = *entry;
  w->next = NULL;
  w->entry.loc = keep_text(s, entry->loc, &ok);
  if (!ok || !keep_alternates(s, &w->entry))
    return CRAWLER_E_NOMEM;
  *s->last = w;
  s->last = &w->next;
  return 0;
}

bool cr_sitemap_next(struct cr_sitemap *s, struct cr_sitemap_entry *entry)
{
  if (!s->first) { /* the last one taken isn't looked at any more */
    cr_arena_reset(&s->arena);
    s->last = &s->first;
    return false;
  }
  *entry = s->first->entry;
  s->first = s->first->next;
  return true;
}

/* ---- decoders ---- */

static int on_unpacked(void *arg, const char *data, size_t bytes)
{
  struct stage *stage = arg;
  return cr_buf_add(&stage->out, data, bytes);
}

static int push_stage(struct cr_sitemap *s, struct cr_span codings)
{
  struct stage *stage = &s->stages[s->stage_count];
  int err = cr_inflate_open(&stage->coder, s->mem, codings);

  if (err || !stage->coder)
    return err;
  cr_buf_init(&stage->out, s->mem, CR_MEM_FETCH, UNPACKED_MAX);
  s->stage_count++;
  return 0;
}

static int unpack(struct stage *stage, struct cr_span piece)
{
  cr_buf_clear(&stage->out);
  stage->at = 0;
  return cr_inflate_add(stage->coder, piece.at, piece.len, on_unpacked, stage);
}

/* ---- the format ---- */

static bool head_has(const struct cr_sitemap *s, size_t bytes, const char *wanted)
{
  return s->head_len >= bytes && memcmp(s->head, wanted, bytes) == 0;
}

/* Of a document in UTF-16, with or without its mark, too. */
static bool is_xml(const struct cr_sitemap *s)
{
  return head_has(s, 1, "<") || head_has(s, 2, "\xfe\xff") || head_has(s, 2, "\xff\xfe") ||
         head_has(s, 2, "\0<");
}

static int open_parser(struct cr_sitemap *s)
{
  const struct cr_sitemap_sink sink = { on_entry, s };

  if (!is_xml(s)) {
    s->state = IN_TEXT;
    return 0;
  }
  s->state = IN_XML;
  int err = cr_sitemap_xml_open(&s->xml, s->mem, &sink);
  return err ? err : cr_sitemap_feed_open(&s->feed, s->mem, &sink);
}

/* The parser whose document this isn't says so at the root, if not before. */
static int parse_xml(struct cr_sitemap *s, const char *data, size_t bytes)
{
  int err = 0;

  if (s->xml)
    err = cr_sitemap_xml_add(s->xml, data, bytes);
  if (err == CRAWLER_E_NOMEM)
    return err;
  if (s->feed && s->xml && err && cr_sitemap_xml_format(s->xml) == CR_SITEMAP_UNKNOWN) {
    cr_sitemap_xml_close(s->xml);
    s->xml = NULL;
  }
  if (s->xml && s->feed && cr_sitemap_xml_format(s->xml) != CR_SITEMAP_UNKNOWN) {
    cr_sitemap_feed_close(s->feed);
    s->feed = NULL;
  }
  return s->feed ? cr_sitemap_feed_add(s->feed, data, bytes) : err;
}

static int parse(struct cr_sitemap *s, const char *data, size_t bytes)
{
  s->read_bytes += bytes;
  return s->state == IN_TEXT ? cr_sitemap_text_add(&s->text, data, bytes)
                             : parse_xml(s, data, bytes);
}

/* Enough has come to tell: another decoder, or a parser, gets it. */
static int decide(struct cr_sitemap *s)
{
  size_t len = s->head_len;

  if (head_has(s, 2, "\x1f\x8b") && s->stage_count < STAGES) {
    int err = push_stage(s, CR_SPAN("gzip"));
    s->head_len = 0;
    return err ? err : unpack(&s->stages[s->stage_count - 1], cr_span(s->head, len));
  }
  int err = open_parser(s);
  return err || len == 0 ? err : parse(s, s->head, len);
}

static bool take_mark(struct cr_sitemap *s)
{
  if (s->is_marked || !head_has(s, 3, "\xef\xbb\xbf"))
    return false;
  s->is_marked = true;
  s->head_len = 0;
  return true;
}

/* *taken: how many bytes belong to the head. */
static int look(struct cr_sitemap *s, const char *data, size_t bytes, size_t *taken)
{
  size_t at = 0;

  for (; at < bytes && s->head_len < HEAD_BYTES; at++) {
    if (s->head_len == 0 && cr_is_space(data[at]))
      continue;
    s->head[s->head_len++] = data[at];
    (void)take_mark(s); /* then it begins anew */
  }
  *taken = at;
  return s->head_len == HEAD_BYTES ? decide(s) : 0;
}

/* ---- steps ---- */

/* The last decoder that has something left, counted from 1; 0: none has. */
static size_t find_source(const struct cr_sitemap *s)
{
  size_t i = s->stage_count;

  while (i > 0 && s->stages[i - 1].at == s->stages[i - 1].out.len)
    i--;
  return i;
}

/* Passes a piece of input to stage number to, or to what stands behind the last one. */
static int pass(struct cr_sitemap *s, size_t to, struct cr_span input, size_t *taken)
{
  size_t most = to < s->stage_count ? CODED_PIECE : PLAIN_PIECE;

  *taken = input.len < most ? input.len : most;
  if (to < s->stage_count)
    return unpack(&s->stages[to], cr_span(input.at, *taken));
  if (s->state == LOOKING)
    return look(s, input.at, *taken, taken);
  return parse(s, input.at, *taken);
}

int cr_sitemap_add(struct cr_sitemap *s, const char *data, size_t bytes, size_t *taken)
{
  size_t source = find_source(s);
  size_t used = 0;

  *taken = 0;
  if (s->err || s->first)
    return s->err;
  if (source > 0) {
    struct stage *stage = &s->stages[source - 1];
    struct cr_span left = cr_span(stage->out.data + stage->at, stage->out.len - stage->at);
    s->err = pass(s, source, left, &used);
    stage->at += used;
  } else if (bytes > 0) {
    s->err = pass(s, 0, cr_span(data, bytes), taken);
  }
  return s->err;
}

bool cr_sitemap_is_busy(const struct cr_sitemap *s)
{
  return s->first || (!s->err && find_source(s) > 0);
}

static int end_format(struct cr_sitemap *s)
{
  if (s->state == IN_TEXT) {
    int err = cr_sitemap_text_end(&s->text);
    return err || s->text.urls > 0 ? err : CRAWLER_E_FORMAT;
  }
  int err = s->xml ? cr_sitemap_xml_end(s->xml) : CRAWLER_E_FORMAT;
  if (err == CRAWLER_E_NOMEM || (s->xml && cr_sitemap_xml_format(s->xml) != CR_SITEMAP_UNKNOWN))
    return err;
  return s->feed ? cr_sitemap_feed_end(s->feed) : err;
}

int cr_sitemap_end(struct cr_sitemap *s)
{
  int err = s->err;

  if (s->has_ended)
    return s->err;
  s->has_ended = true;
  if (!err && s->state == LOOKING)
    err = decide(s);
  for (size_t i = 0; i < s->stage_count && !err; i++)
    err = cr_inflate_end(s->stages[i].coder);
  int told = s->state != LOOKING ? end_format(s) : CRAWLER_E_FORMAT;
  s->err = err ? err : told;
  return s->err;
}

/* ---- life ---- */

int cr_sitemap_open(struct cr_sitemap **out, struct cr_mem *mem, struct cr_span codings)
{
  struct cr_sitemap *s = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*s));
  const struct cr_sitemap_sink sink = { on_entry, s };
  struct cr_span coding = cr_span_trim(codings);
  int err = 0;

  if (!s)
    return CRAWLER_E_NOMEM;
  s->mem = mem;
  s->last = &s->first;
  cr_sitemap_text_init(&s->text, mem, &sink);
  cr_arena_init(&s->arena, mem, CR_MEM_FETCH, CHUNK_BYTES, QUEUE_BYTES);
  /* The magic number tells that better: some servers announce what isn't there. */
  if (!cr_span_eq_nocase(coding, CR_SPAN("gzip")) && !cr_span_eq_nocase(coding, CR_SPAN("x-gzip")))
    err = push_stage(s, coding);
  if (err) {
    cr_sitemap_close(s);
    return err;
  }
  *out = s;
  return 0;
}

enum cr_sitemap_format cr_sitemap_format(const struct cr_sitemap *s)
{
  if (s->state == IN_TEXT)
    return s->text.urls > 0 ? CR_SITEMAP_TEXT : CR_SITEMAP_UNKNOWN;
  if (s->xml && cr_sitemap_xml_format(s->xml) != CR_SITEMAP_UNKNOWN)
    return cr_sitemap_xml_format(s->xml);
  return s->feed ? cr_sitemap_feed_format(s->feed) : CR_SITEMAP_UNKNOWN;
}

uint64_t cr_sitemap_read_bytes(const struct cr_sitemap *s)
{
  return s->read_bytes;
}

void cr_sitemap_close(struct cr_sitemap *s)
{
  if (!s)
    return;
  for (size_t i = 0; i < s->stage_count; i++) {
    cr_inflate_close(s->stages[i].coder);
    cr_buf_free(&s->stages[i].out);
  }
  cr_sitemap_xml_close(s->xml);
  cr_sitemap_feed_close(s->feed);
  cr_sitemap_text_free(&s->text);
  cr_arena_free(&s->arena);
  cr_free(s->mem, s);
}

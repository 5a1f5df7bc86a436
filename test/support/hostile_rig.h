/* SPDX-License-Identifier: MIT */
/* hostile_rig.h - a crawl of a server that misbehaves, and what it has to come to.
 *
 * A row is one misbehaviour: what the server does, byte by byte (support/raw_server.h), and how the
 * URL "/" ends. Each row is crawled in three ways, which must agree: with workers, without them and
 * with a document, and with the body given to on_body. Beside its outcome each run shows that it
 * ends in time, that no byte, descriptor or thread is left, and that the ledgers hold.
 *
 * To add a row: write the script as SCRIPT(name, steps...) next to those of its kind, decide by the
 * rule (an RFC's section, the meaning of the reasons in crawler.h) what it must come to, and put
 * { "what it does", { name }, FETCHED(status) or FAILED(REASON, status), SENT(requests) } into the
 * table; then run it. Where the outcome is another one, the library is wrong or the rule was
 * misread.
 */
#ifndef CR_TEST_HOSTILE_RIG_H
#define CR_TEST_HOSTILE_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawl/crawler.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT
#define MANY CR_RAW_MANY
#define SLOWLY CR_RAW_SLOWLY
#define PAUSE CR_RAW_PAUSE
#define SCRIPT(name, ...) static const struct cr_raw_step name[] = { __VA_ARGS__ }
#define TEN(text) text text text text text text text text text text
#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define OK_HEAD OK_LINE "Content-Type: text/html\r\n"

/* outcome, reason, status of a row */
#define FETCHED(status) CRAWLER_FETCHED, CRAWLER_REASON_NONE, status
#define REDIRECTED(status) CRAWLER_REDIRECTED, CRAWLER_REASON_NONE, status
#define FAILED(reason, status) CRAWLER_FAILED, CRAWLER_FAILED_##reason, status
#define SENT(count) .requests = (count)
#define BODY(text) .body = (text)
#define REJECTED(reason) CRAWLER_REJECTED, CRAWLER_REJECTED_##reason, 0, NULL

enum { CR_HOSTILE_TIMEOUT_MS = 250 };
#define SOON "timeout=250ms" /* of rows whose server falls silent */

struct cr_hostile_end {
  const char *url; /* of the same server if it begins with '/'; NULL: there is none */
  crawler_outcome outcome;
  crawler_reason reason;
  int status;       /* 0: no response */
  const char *body; /* as on_page gets it; NULL: not looked at */
};

struct cr_hostile {
  const char *name;
  const struct cr_raw_step *scripts[3]; /* of the first connection, the second, later ones */
  crawler_outcome outcome;
  crawler_reason reason;
  int status;
  size_t requests;            /* sent, and read by the server unless it is deaf */
  const char *body;           /* as on_page gets it; NULL: not looked at */
  const char *options;        /* "name=value name=value", beside the rig's own */
  struct cr_hostile_end then; /* of another URL */
  int64_t most_bytes;         /* the library's memory at its peak; 0: CR_HOSTILE_BYTES */
  size_t body_bytes;          /* of a body too long to be written here; 0: not looked at */
  crawler_method method;
  bool is_deaf;        /* the server doesn't read requests as such */
  const char *address; /* of the server; NULL: 127.0.0.1 */
  /* Of ANSWER steps; count: how many requests came before on this server. */
  size_t (*answer)(const char *request, char *out, size_t room, void *count);
};

/* What a crawl with the rig's options (max_body 4M) may hold at most: body, decoded body, text. */
enum { CR_HOSTILE_BYTES = 20 << 20 };

/* Crawls each row in each way; fails with all that differed. */
void cr_hostile_run(const struct cr_hostile *rows, size_t count);
#define RUN_ROWS(rows) cr_hostile_run(rows, sizeof(rows) / sizeof(*(rows)))
/* The same, but all in one crawl, with the first row's options: for those that take time. */
void cr_hostile_run_together(const struct cr_hostile *rows, size_t count);
#define RUN_ROWS_TOGETHER(rows) cr_hostile_run_together(rows, sizeof(rows) / sizeof(*(rows)))

/* ---- for tests that crawl in their own way ---- */

struct cr_crawl_rig;

/* A crawler with the rig's options: one retry, soon; caps on body, headers and redirects. */
void cr_hostile_open(struct cr_crawl_rig *rig, const char *options);
/* "name=value name=value" */
void cr_hostile_set(struct cr_crawl_rig *rig, const char *options);

#endif

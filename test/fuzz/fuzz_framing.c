/* SPDX-License-Identifier: MIT */
/* fuzz_framing.c - libFuzzer target: any header lines behind a status line.
 *
 * A head that says where its body ends says the same when it is read again, with another header
 * behind it, and with its own length repeated; one that is flawed stays so, whatever follows.
 */
#include <string.h>

#include "fetch/head_framing.h"
#include "fuzz/fuzz.h"

static const char line[] = "HTTP/1.1 200 OK\r\n";

static struct cr_framing read_with(struct cr_span head, const char *more)
{
  size_t bytes = head.len + strlen(more);
  char *text = room_for(bytes);

  memcpy(text, head.at, head.len);
  memcpy(text + head.len, more, strlen(more));
  struct cr_framing framing = cr_framing_read(cr_span(text, bytes));
  free(text);
  return framing;
}

static void check(struct cr_span head)
{
  const struct cr_framing framing = read_with(head, "");
  const struct cr_framing longer = read_with(head, "\nX: y\n");

  require(framing.length >= CR_NO_LENGTH);
  if (framing.flaw) {
    require(longer.flaw == framing.flaw);
    return;
  }
  require(!longer.flaw && longer.length == framing.length);
  if (framing.length < 0 || framing.length == INT64_MAX)
    return;
  char again[64] = "\nContent-Length: ";
  size_t len = strlen(again);
  len += cr_write_u64(again + len, (uint64_t)framing.length);
  again[len++] = '\n';
  again[len] = '\0';
  const struct cr_framing twice = read_with(head, again);
  require(!twice.flaw && twice.length == framing.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  size_t start = sizeof(line) - 1;
  char *head = room_for(start + bytes);

  memcpy(head, line, start);
  if (bytes > 0)
    memcpy(head + start, data, bytes);
  check(cr_span(head, start + bytes));
  free(head);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* head_framing.c - what the head of an HTTP/1 response says of where its body ends.
 *
 * RFC 9112 section 6.3: a Content-Length that is no number, or two that differ, "MUST" be treated
 * as an unrecoverable error, and chunked counts only as the last coding. libcurl reads on where a
 * number begins well, and of two lengths takes one: what it makes of such a head depends on its
 * version. A folded line is refused where it decides the length, as libcurl doesn't unfold it, and
 * so is whitespace before the first header, as section 2.2 asks.
 */
#include "fetch/head_framing.h"

struct reader {
  struct cr_framing framing;
  bool is_chunked;
  bool decides; /* the line before is about the length */
};

static const char bad_length[] = "a Content-Length that is no number";
static const char two_lengths[] = "two lengths that differ";
static const char bad_chunked[] = "chunked isn't the last transfer coding";
static const char folded[] = "a folded line where the body's length is said";

static struct cr_span take_line(struct cr_span *head)
{
  size_t end = cr_span_find(*head, '\n');
  struct cr_span line = cr_span(head->at, end);

  *head = cr_span_from(*head, end < head->len ? end + 1 : end);
  return line;
}

/* 1*DIGIT (RFC 9110 section 8.6); more than an int64_t holds is INT64_MAX. */
static bool read_number(struct cr_span text, int64_t *number)
{
  int64_t value = 0;

  for (size_t i = 0; i < text.len; i++) {
    if (!cr_is_digit(text.at[i]))
      return false;
    int digit = text.at[i] - '0';
    value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
  }
  *number = value;
  return text.len > 0;
}

/* A list of one number again and again counts as that number (RFC 9110 section 8.6). */
static const char *read_length(struct cr_framing *framing, struct cr_span value)
{
  do {
    int64_t length = CR_NO_LENGTH;
    if (!read_number(cr_span_take_item(&value), &length))
      return bad_length;
    if (framing->length != CR_NO_LENGTH && framing->length != length)
      return two_lengths;
    framing->length = length;
  } while (value.len > 0);
  return NULL;
}

/* What other codings there are is for whoever undoes them. */
static const char *read_codings(struct reader *r, struct cr_span value)
{
  while (value.len > 0) {
    struct cr_span coding = cr_span_take_item(&value);
    if (coding.len > 0 && r->is_chunked)
      return bad_chunked;
    r->is_chunked = r->is_chunked || cr_span_eq_nocase(coding, CR_SPAN("chunked"));
  }
  return NULL;
}

/* Most headers are neither of the two. */
static bool may_decide(char first)
{
  return cr_lower(first) == 'c' || cr_lower(first) == 't';
}

static const char *read_line(struct reader *r, struct cr_span line)
{
  if (line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t'))
    return r->decides ? folded : NULL;
  r->decides = false;
  if (line.len == 0 || !may_decide(line.at[0]))
    return NULL;
  size_t colon = cr_span_find(line, ':');
  struct cr_span name = cr_span_trim(cr_span(line.at, colon));
  if (colon == line.len)
    return NULL;
  struct cr_span value = cr_span_trim(cr_span_from(line, colon + 1));
  bool is_length = cr_span_eq_nocase(name, CR_SPAN("content-length"));
  bool is_coding = cr_span_eq_nocase(name, CR_SPAN("transfer-encoding"));
  r->decides = is_length || is_coding;
  if (is_length)
    return read_length(&r->framing, value);
  return is_coding ? read_codings(r, value) : NULL;
}

struct cr_framing cr_framing_read(struct cr_span head)
{
  struct reader r = { .framing = { .length = CR_NO_LENGTH } };

  (void)take_line(&head); /* the status line */
  if (head.len > 0 && (head.at[0] == ' ' || head.at[0] == '\t'))
    r.framing.flaw = "whitespace before the first header";
  while (head.len > 0 && !r.framing.flaw)
    r.framing.flaw = read_line(&r, take_line(&head));
  if (r.is_chunked)
    r.framing.length = CR_NO_LENGTH;
  return r.framing;
}

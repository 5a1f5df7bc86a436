/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* Bodies whose length is a lie, and chunks that are none.
 *
 * The rules: RFC 9112 sections 6.1 (Transfer-Encoding), 6.3 (length of a body), 7.1 (chunks), 8
 * (incomplete messages), 9.2 (what belongs to no request is no response); RFC 9110 section 8.6
 * (Content-Length). How to add a row: support/hostile_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hostile_rig.h"

#define SAY(name, text) SCRIPT(name, DO(READ), TEXT(text), DO(END))

/* ---- Content-Length ---- */

#define LENGTH(name, lines, body) SAY(name, OK_HEAD lines "\r\n" body)

LENGTH(too_short, "Content-Length: 2\r\n", "okay and more");
LENGTH(too_long, "Content-Length: 10\r\n", "ok");
LENGTH(one_missing, "Content-Length: 3\r\n", "ok");
LENGTH(nothing_came, "Content-Length: 3\r\n", "");
LENGTH(equal_twice, "Content-Length: 2\r\nContent-Length: 2\r\n", "ok");
LENGTH(equal_list, "Content-Length: 2, 2\r\n", "ok");
LENGTH(two_lengths, "Content-Length: 2\r\nContent-Length: 4\r\n", "okay");
LENGTH(two_lengths_down, "Content-Length: 4\r\nContent-Length: 2\r\n", "okay");
LENGTH(two_lengths_list, "Content-Length: 2, 4\r\n", "okay");
LENGTH(two_lengths_one_bad, "Content-Length: 2badness\r\nContent-Length: 4\r\n", "okay");
LENGTH(negative, "Content-Length: -2\r\n", "ok");
LENGTH(with_plus, "Content-Length: +2\r\n", "ok");
LENGTH(hexadecimal, "Content-Length: 0x2\r\n", "ok");
LENGTH(fraction, "Content-Length: 2.0\r\n", "ok");
LENGTH(with_space, "Content-Length: 1 2\r\n", "ok");
LENGTH(spaces_around, "Content-Length: \t 2 \t \r\n", "ok");
LENGTH(empty_length, "Content-Length:\r\n", "ok");
LENGTH(word_length, "Content-Length: two\r\n", "ok");
LENGTH(cr_length, "Content-Length: \r-6\r\n", "ok");
LENGTH(zeros_first, "Content-Length: 00000000000000000000000000000000000000002\r\n", "ok");
LENGTH(over_limit, "Content-Length: 4194305\r\n", "ok");
LENGTH(max_int64, "Content-Length: 9223372036854775807\r\n", "ok");
LENGTH(over_int64, "Content-Length: 9223372036854775808\r\n", "ok");
LENGTH(over_uint64, "Content-Length: 18446744073709551618\r\n", "ok");
LENGTH(digits_400, "Content-Length: " TEN(TEN("9999")) "\r\n", "ok");

static const struct cr_hostile lengths[] = {
  { "more than was said", { too_short }, FETCHED(200), SENT(1), BODY("ok") },
  { "less than was said", { too_long }, FAILED(TRUNCATED, 200), SENT(2) },
  { "one byte less than was said", { one_missing }, FAILED(TRUNCATED, 200), SENT(2) },
  { "nothing of what was said", { nothing_came }, FAILED(TRUNCATED, 200), SENT(2) },
  { "one length twice (curl's test 767)", { equal_twice }, FETCHED(200), SENT(1), BODY("ok") },
  { "one length twice in a line", { equal_list }, FETCHED(200), SENT(1), BODY("ok") },
  { "two lengths", { two_lengths }, FAILED(PROTOCOL, 0), SENT(1) },
  { "two lengths, the larger first", { two_lengths_down }, FAILED(PROTOCOL, 0), SENT(1) },
  { "two lengths in a line", { two_lengths_list }, FAILED(PROTOCOL, 0), SENT(1) },
  { "two lengths, one bad (curl's test 768)",
    { two_lengths_one_bad },
    FAILED(PROTOCOL, 0),
    SENT(1) },
  { "a negative length", { negative }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a length with plus", { with_plus }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a hexadecimal length", { hexadecimal }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a length with a point", { fraction }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a length with a space inside", { with_space }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a length with spaces around", { spaces_around }, FETCHED(200), SENT(1), BODY("ok") },
  { "an empty length", { empty_length }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a word as length", { word_length }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a CR before the length (curl's test 415)", { cr_length }, FAILED(PROTOCOL, 0), SENT(1) },
  { "zeros before the length", { zeros_first }, FETCHED(200), SENT(1), BODY("ok") },
  { "a length over max_body by one", { over_limit }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "a length of 2^63 - 1", { max_int64 }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "a length of 2^63", { over_int64 }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "a length of 2^64 + 2", { over_uint64 }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "a length of 400 digits", { digits_400 }, FAILED(TOO_LARGE, 200), SENT(1) },
};

/* ---- Transfer-Encoding ---- */

#define CODED(name, lines, body) SAY(name, OK_HEAD lines "\r\n" body)
#define OK_CHUNK "2\r\nok\r\n0\r\n\r\n"

CODED(with_length, "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n", OK_CHUNK);
CODED(before_length, "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", OK_CHUNK);
CODED(with_bad_length, "Content-Length: x\r\nTransfer-Encoding: chunked\r\n", OK_CHUNK);
CODED(capitals, "TRANSFER-ENCODING: CHUNKED\r\n", OK_CHUNK);
CODED(identity, "Transfer-Encoding: identity\r\n", "ok");
CODED(unknown_coding, "Transfer-Encoding: x-own\r\n", "ok");
CODED(chunkedchunked, "Transfer-Encoding: chunkedchunked\r\n", OK_CHUNK);
CODED(chunked_not_last, "Transfer-Encoding: chunked, x-own\r\n", OK_CHUNK);
CODED(chunked_with_vt,
      "Transfer-Encoding: \x0b"
      "chunked\r\n",
      OK_CHUNK);
CODED(not_the_header, "Client-Transfer-Encoding: chunked\r\n", "ok");
SAY(chunks_in_1_0, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" OK_CHUNK);
SAY(chunks_of_204, "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n" OK_CHUNK);

static const struct cr_hostile transfers[] = {
  { "chunks and a length (curl's test 365)", { with_length }, FETCHED(200), SENT(1), BODY("ok") },
  { "chunks and a shorter length", { before_length }, FETCHED(200), SENT(1), BODY("ok") },
  { "chunks and no number", { with_bad_length }, FAILED(PROTOCOL, 0), SENT(1) },
  { "capitals", { capitals }, FETCHED(200), SENT(1), BODY("ok") },
  { "identity", { identity }, FETCHED(200), SENT(1), BODY("ok") },
  { "a coding nobody knows", { unknown_coding }, FAILED(PROTOCOL, 200), SENT(1) },
  { "chunkedchunked", { chunkedchunked }, FAILED(PROTOCOL, 200), SENT(1) },
  { "chunked, but not last", { chunked_not_last }, FAILED(PROTOCOL, 0), SENT(1) },
  { "chunked behind a vertical tab", { chunked_with_vt }, FAILED(PROTOCOL, 200), SENT(1) },
  { "Client-Transfer-Encoding", { not_the_header }, FETCHED(200), SENT(1), BODY("ok") },
  { "chunks in HTTP/1.0", { chunks_in_1_0 }, FETCHED(200), SENT(1), BODY("ok") },
  { "204 with chunks", { chunks_of_204 }, FETCHED(204), SENT(1), BODY("") },
};

/* ---- chunks ---- */

#define CHUNKED_HEAD OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKS(name, text) SAY(name, CHUNKED_HEAD text)

CHUNKS(chunk_capitals, "A\r\n0123456789\r\na\r\nabcdefghij\r\n00\r\n\r\n");
CHUNKS(chunk_zeros, "00000002\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_zeros_many, TEN("0000") "2\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_overflow, "fffffffffffffffff\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_int64, "7fffffffffffffff\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_uint64, "ffffffffffffffff\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_negative, "-2\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_plus, "+2\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_space_first, " 2\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_space_after, "2 \r\nok\r\n0 \r\n\r\n");
CHUNKS(chunk_no_size, "\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_word, "zz\r\nok\r\n0\r\n\r\n");
CHUNKS(chunk_html, "<html><body>ok</body></html>");
CHUNKS(chunk_extension, "2;a=b;c=\"d\r\n\";e\r\nok\r\n0;f\r\n\r\n");
CHUNKS(chunk_no_crlf, "2\r\nokay0\r\n\r\n");
CHUNKS(chunk_more, "2\r\nokay\r\n0\r\n\r\n");
CHUNKS(chunk_lf, "2\nok\n0\n\n");
CHUNKS(chunk_empty, "0\r\n\r\n");
CHUNKS(chunk_trailers, "2\r\nok\r\n0\r\nX: y\r\nSet-Cookie: a=b\r\n\r\n");
CHUNKS(chunk_trailer_length, "2\r\nok\r\n0\r\nContent-Length: 99\r\n\r\n");
CHUNKS(chunk_cut_in_size, "2");
CHUNKS(chunk_cut_before_data, "2\r\n");
CHUNKS(chunk_cut_in_data, "5\r\nok");
CHUNKS(chunk_cut_behind_data, "2\r\nok");
CHUNKS(chunk_cut_before_last, "2\r\nok\r\n");
CHUNKS(chunk_cut_in_last, "2\r\nok\r\n0");
CHUNKS(chunk_cut_in_trailer, "2\r\nok\r\n0\r\nX: y\r\n");
SCRIPT(chunk_extension_1_mb, DO(READ), TEXT(CHUNKED_HEAD "2;x="),
       MANY(TEN(TEN("abcdefghij")), 1049), TEXT("\r\nok\r\n0\r\n\r\n"), DO(END));
SCRIPT(chunk_extension_endless, DO(READ), TEXT(CHUNKED_HEAD "2;x="),
       MANY(TEN(TEN("abcdefghij")), 1 << 20), DO(STALL));
SCRIPT(chunks_of_a_byte, DO(READ), TEXT(CHUNKED_HEAD), MANY(TEN(TEN("1\r\nx\r\n")), 200),
       TEXT("0\r\n\r\n"), DO(END));
SCRIPT(chunks_endless, DO(READ), TEXT(CHUNKED_HEAD), MANY(TEN(TEN("a\r\n0123456789\r\n")), 1 << 14),
       DO(END));
SCRIPT(trailers_endless, DO(READ), TEXT(CHUNKED_HEAD "2\r\nok\r\n0\r\n"),
       MANY("X-More: 0123456789\r\n", 1 << 18), DO(END));
SCRIPT(trailer_endless, DO(READ), TEXT(CHUNKED_HEAD "2\r\nok\r\n0\r\nX-More: "),
       MANY(TEN("0123456789"), 1 << 16), DO(END));

static const struct cr_hostile chunks[] = {
  { "capitals and small letters",
    { chunk_capitals },
    FETCHED(200),
    SENT(1),
    BODY("0123456789abcdefghij") },
  { "zeros first", { chunk_zeros }, FETCHED(200), SENT(1), BODY("ok") },
  { "forty zeros first", { chunk_zeros_many }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a size over 64 bits", { chunk_overflow }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a size of 2^63 - 1", { chunk_int64 }, FAILED(TRUNCATED, 200), SENT(2) },
  { "a size of 2^64 - 1", { chunk_uint64 }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a negative size", { chunk_negative }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a size with plus", { chunk_plus }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a space before the size", { chunk_space_first }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a space behind the size", { chunk_space_after }, FETCHED(200), SENT(1), BODY("ok") },
  { "no size", { chunk_no_size }, FAILED(PROTOCOL, 200), SENT(1) },
  { "a word as size", { chunk_word }, FAILED(PROTOCOL, 200), SENT(1) },
  { "HTML where chunks should be", { chunk_html }, FAILED(PROTOCOL, 200), SENT(1) },
  { "extensions", { chunk_extension }, FAILED(PROTOCOL, 200), SENT(1) },
  { "no line end behind the data", { chunk_no_crlf }, FAILED(PROTOCOL, 200), SENT(1) },
  { "more data than the size", { chunk_more }, FAILED(PROTOCOL, 200), SENT(1) },
  { "LF alone", { chunk_lf }, FETCHED(200), SENT(1), BODY("ok") },
  { "no data", { chunk_empty }, FETCHED(200), SENT(1), BODY("") },
  { "trailers", { chunk_trailers }, FETCHED(200), SENT(1), BODY("ok") },
  { "a length as trailer", { chunk_trailer_length }, FETCHED(200), SENT(1), BODY("ok") },
  { "the end in a size", { chunk_cut_in_size }, FAILED(TRUNCATED, 200), SENT(2) },
  { "the end behind a size", { chunk_cut_before_data }, FAILED(TRUNCATED, 200), SENT(2) },
  { "the end in data", { chunk_cut_in_data }, FAILED(TRUNCATED, 200), SENT(2) },
  { "the end behind data", { chunk_cut_behind_data }, FAILED(TRUNCATED, 200), SENT(2) },
  { "the end before the last chunk", { chunk_cut_before_last }, FAILED(TRUNCATED, 200), SENT(2) },
  { "the end in the last chunk", { chunk_cut_in_last }, FAILED(TRUNCATED, 200), SENT(2) },
  { "the end in the trailers", { chunk_cut_in_trailer }, FAILED(TRUNCATED, 200), SENT(2) },
  { "an extension of 1 MB", { chunk_extension_1_mb }, FETCHED(200), SENT(1), BODY("ok") },
  { "an extension without end",
    { chunk_extension_endless },
    FAILED(TIMEOUT, 200),
    SENT(2),
    .options = SOON },
  { "20,000 chunks of a byte", { chunks_of_a_byte }, FETCHED(200), SENT(1), .body_bytes = 20000 },
  { "chunks without end", { chunks_endless }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "trailers without end", { trailers_endless }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "a trailer without end", { trailer_endless }, FAILED(TOO_LARGE, 200), SENT(1) },
};

/* ---- no body, or none that ends ---- */

SAY(head_with_body, OK_HEAD "Content-Length: 2\r\n\r\nok");
SAY(head_with_chunks, CHUNKED_HEAD OK_CHUNK);
SAY(head_without_length, OK_HEAD "\r\n");
SCRIPT(head_with_much, DO(READ), TEXT(OK_HEAD "\r\n"), MANY(TEN(TEN("0123456789")), 1 << 15),
       DO(END));
SAY(until_close, OK_HEAD "\r\nok");
SAY(until_close_1_0, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nok");
SCRIPT(endless, DO(READ), TEXT(OK_HEAD "\r\n"), MANY(TEN(TEN("0123456789")), 1 << 17), DO(END));
SCRIPT(endless_404, DO(READ), TEXT("HTTP/1.1 404 No\r\n\r\n"),
       MANY(TEN(TEN("0123456789")), 1 << 17), DO(END));

static const struct cr_hostile ends[] = {
  { "a HEAD's answer with a body",
    { head_with_body },
    FETCHED(200),
    SENT(1),
    BODY(""),
    .method = CRAWLER_HEAD },
  { "a HEAD's answer with chunks",
    { head_with_chunks },
    FETCHED(200),
    SENT(1),
    BODY(""),
    .method = CRAWLER_HEAD },
  { "a HEAD's answer without length",
    { head_without_length },
    FETCHED(200),
    SENT(1),
    BODY(""),
    .method = CRAWLER_HEAD },
  { "a HEAD's answer with a body without end",
    { head_with_much },
    FETCHED(200),
    SENT(1),
    BODY(""),
    .method = CRAWLER_HEAD },
  { "a body until the end", { until_close }, FETCHED(200), SENT(1), BODY("ok") },
  { "keep-alive, and a body until the end",
    { until_close_1_0 },
    FETCHED(200),
    SENT(1),
    BODY("ok") },
  { "a body without end", { endless }, FAILED(TOO_LARGE, 200), SENT(1) },
  { "a 404 without end", { endless_404 }, FAILED(TOO_LARGE, 404), SENT(1) },
};

static void a_length_is_kept_to_or_refused(void **state)
{
  (void)state;
  RUN_ROWS(lengths);
}

static void transfer_codings_go_before_lengths(void **state)
{
  (void)state;
  RUN_ROWS(transfers);
}

static void chunks_are_read_or_refused_by_the_rule(void **state)
{
  (void)state;
  RUN_ROWS(chunks);
}

static void a_body_ends_where_the_rule_says(void **state)
{
  (void)state;
  RUN_ROWS(ends);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_length_is_kept_to_or_refused),
    cmocka_unit_test(transfer_codings_go_before_lengths),
    cmocka_unit_test(chunks_are_read_or_refused_by_the_rule),
    cmocka_unit_test(a_body_ends_where_the_rule_says),
  };

  return cmocka_run_group_tests_name("hostile_bodies", tests, NULL, NULL);
}

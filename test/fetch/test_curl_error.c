/* SPDX-License-Identifier: MIT */
#include "fetch/curl_error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

/* Where an exchange was when it ended. */
enum { NOT_SENT, SENT, HEADED };

static struct cr_curl_end end_at(int code, int where)
{
  return (struct cr_curl_end){
    .code = code,
    .sent = where >= SENT,
    .headed = where >= HEADED,
    .detail = "",
  };
}

static const struct {
  int code;
  int where;
  crawler_reason want;
  const char *why;
} code_rows[] = {
  { CURLE_OK, HEADED, CRAWLER_REASON_NONE, "complete" },
  { CURLE_OK, SENT, CRAWLER_FAILED_TRUNCATED, "7.88 says OK when a head has no end" },
  { CURLE_UNSUPPORTED_PROTOCOL, SENT, CRAWLER_FAILED_PROTOCOL, "HTTP/0.9" },
  { CURLE_URL_MALFORMAT, NOT_SENT, CRAWLER_FAILED_PROTOCOL, "a host that libcurl refuses" },
  { CURLE_COULDNT_RESOLVE_PROXY, NOT_SENT, CRAWLER_FAILED_CONNECT, "" },
  { CURLE_COULDNT_RESOLVE_HOST, NOT_SENT, CRAWLER_FAILED_DNS, "" },
  { CURLE_COULDNT_CONNECT, NOT_SENT, CRAWLER_FAILED_CONNECT, "" },
  { CURLE_OPERATION_TIMEDOUT, NOT_SENT, CRAWLER_FAILED_CONNECT, "libcurl's own 300 s" },
  { CURLE_OPERATION_TIMEDOUT, SENT, CRAWLER_FAILED_TIMEOUT, "a customized handle's timeout" },
  { CURLE_PARTIAL_FILE, HEADED, CRAWLER_FAILED_TRUNCATED, "" },
  { CURLE_GOT_NOTHING, SENT, CRAWLER_FAILED_TRUNCATED, "" },
  { CURLE_SEND_ERROR, SENT, CRAWLER_FAILED_TRUNCATED, "" },
  { CURLE_RECV_ERROR, HEADED, CRAWLER_FAILED_TRUNCATED, "" },
  { CURLE_RECV_ERROR, NOT_SENT, CRAWLER_FAILED_CONNECT, "a proxy's CONNECT" },
  { CURLE_WEIRD_SERVER_REPLY, SENT, CRAWLER_FAILED_PROTOCOL, "" },
  { CURLE_HTTP2_STREAM, SENT, CRAWLER_FAILED_TRUNCATED, "" },
  { CURLE_FILESIZE_EXCEEDED, HEADED, CRAWLER_FAILED_TOO_LARGE, "" },
  { 100, SENT, CRAWLER_FAILED_TOO_LARGE, "CURLE_TOO_LARGE of 8.6" },
  { CURLE_OUT_OF_MEMORY, SENT, CRAWLER_FAILED_TOO_LARGE, "a header line over 100 KB in 7.88" },
  { CURLE_OUT_OF_MEMORY, NOT_SENT, CRAWLER_FAILED_INTERNAL, "" },
  { CURLE_OUT_OF_MEMORY, HEADED, CRAWLER_FAILED_INTERNAL, "" },
  { CURLE_BAD_FUNCTION_ARGUMENT, SENT, CRAWLER_FAILED_PROTOCOL, "a head that begins with a space" },
  { CURLE_BAD_FUNCTION_ARGUMENT, NOT_SENT, CRAWLER_FAILED_INTERNAL, "" },
  { CURLE_SSL_CONNECT_ERROR, NOT_SENT, CRAWLER_FAILED_TLS, "" },
  { CURLE_PEER_FAILED_VERIFICATION, NOT_SENT, CRAWLER_FAILED_TLS, "" },
  { CURLE_SSL_CACERT_BADFILE, NOT_SENT, CRAWLER_FAILED_INTERNAL, "our ca_file" },
  { CURLE_PROXY, NOT_SENT, CRAWLER_FAILED_CONNECT, "" },
  { CURLE_WRITE_ERROR, HEADED, CRAWLER_FAILED_INTERNAL, "without a reason of ours" },
  { CURLE_SETOPT_OPTION_SYNTAX, NOT_SENT, CRAWLER_FAILED_INTERNAL, "" },
  { 12345, SENT, CRAWLER_FAILED_INTERNAL, "a code of a libcurl to come" },
  { CR_CURL_LOST, NOT_SENT, CRAWLER_FAILED_CONNECT, "worth another try" },
  { CR_CURL_LOST, SENT, CRAWLER_FAILED_TRUNCATED, "worth another try" },
  { CR_CURL_STARVED, SENT, CRAWLER_FAILED_INTERNAL, "" },
};

static void codes_have_the_reason_of_the_table(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(code_rows) / sizeof(code_rows[0]); i++) {
    struct cr_curl_end end = end_at(code_rows[i].code, code_rows[i].where);
    struct cr_curl_failure failure = cr_curl_failure(&end);
    if (failure.reason != code_rows[i].want)
      fail_msg("code %d at %d: reason %d, not %d (%s)", code_rows[i].code, code_rows[i].where,
               failure.reason, code_rows[i].want, code_rows[i].why);
    if (failure.reason == CRAWLER_REASON_NONE)
      assert_null(failure.text);
    else
      assert_true(failure.text && *failure.text);
  }
}

static void system_errors_say_why_there_is_no_connection(void **state)
{
  static const struct {
    int number;
    crawler_reason want;
    const char *text;
  } rows[] = {
    { EMFILE, CRAWLER_FAILED_INTERNAL, "descriptors" },
    { ENFILE, CRAWLER_FAILED_INTERNAL, "descriptors" },
    { ENOBUFS, CRAWLER_FAILED_INTERNAL, "memory" },
    { ENOMEM, CRAWLER_FAILED_INTERNAL, "memory" },
    { ECONNREFUSED, CRAWLER_FAILED_CONNECT, "refused" },
    { EHOSTUNREACH, CRAWLER_FAILED_CONNECT, "route" },
    { ENETUNREACH, CRAWLER_FAILED_CONNECT, "unreachable" },
    { ETIMEDOUT, CRAWLER_FAILED_CONNECT, "timed out" },
    { EADDRNOTAVAIL, CRAWLER_FAILED_CONNECT, "port" },
    { EINVAL, CRAWLER_FAILED_CONNECT, "" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_curl_end end = end_at(CURLE_COULDNT_CONNECT, NOT_SENT);
    end.os_errno = rows[i].number;
    struct cr_curl_failure failure = cr_curl_failure(&end);
    assert_int_equal(failure.reason, rows[i].want);
    assert_non_null(strstr(failure.text, rows[i].text));
  }
}

static void starved_is_what_found_no_socket_before_anything_was_sent(void **state)
{
  static const struct {
    int code;
    int where;
    int os_errno;
    bool short_now;
    bool want;
  } rows[] = {
    { CURLE_COULDNT_CONNECT, NOT_SENT, EMFILE, false, true },
    { CURLE_COULDNT_CONNECT, NOT_SENT, ENFILE, false, true },
    { CURLE_COULDNT_CONNECT, NOT_SENT, ENOBUFS, false, true },
    { CURLE_COULDNT_CONNECT, NOT_SENT, ENOMEM, false, true },
    { CURLE_COULDNT_CONNECT, NOT_SENT, ECONNREFUSED, true, false },
    { CURLE_COULDNT_CONNECT, SENT, EMFILE, true, false },
    { CURLE_SSL_CACERT_BADFILE, NOT_SENT, 0, true, true },
    { CURLE_SSL_CACERT_BADFILE, NOT_SENT, 0, false, false },
    { CURLE_OUT_OF_MEMORY, NOT_SENT, 0, true, true },
    { CURLE_OUT_OF_MEMORY, NOT_SENT, 0, false, false },
    { CR_CURL_STARVED, NOT_SENT, 0, true, true },
    { CR_CURL_STARVED, NOT_SENT, 0, false, false },
    { CR_CURL_STARVED, SENT, 0, true, false },
    { CURLE_SSL_CONNECT_ERROR, NOT_SENT, 0, true, false },
    { CURLE_OK, HEADED, EMFILE, true, false },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_curl_end end = end_at(rows[i].code, rows[i].where);
    end.os_errno = rows[i].os_errno;
    end.short_now = rows[i].short_now;
    assert_int_equal(cr_curl_failure(&end).starved, rows[i].want);
  }
}

static void broken_bytes_are_told_from_broken_connections(void **state)
{
  static const struct {
    const char *detail;
    crawler_reason want;
  } rows[] = {
    { "Illegal or missing hexadecimal sequence in chunked-encoding", CRAWLER_FAILED_PROTOCOL },
    { "Out of memory in chunked-encoding", CRAWLER_FAILED_TOO_LARGE }, /* a long trailer */
    { "Too large response headers: 307204 > 307200", CRAWLER_FAILED_TOO_LARGE },
    { "Recv failure: Connection reset by peer", CRAWLER_FAILED_TRUNCATED },
    { "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
      CRAWLER_FAILED_TRUNCATED }, /* within a body: the connection broke */
    { "", CRAWLER_FAILED_TRUNCATED },
    { NULL, CRAWLER_FAILED_TRUNCATED },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_curl_end end = end_at(CURLE_RECV_ERROR, HEADED);
    end.detail = rows[i].detail;
    assert_int_equal(cr_curl_failure(&end).reason, rows[i].want);
  }
}

static void a_reset_stream_of_http2_may_be_anybodys_fault(void **state)
{
  static const struct {
    const char *detail;
    crawler_reason want;
  } rows[] = {
    { "HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)", CRAWLER_FAILED_PROTOCOL },
    { "HTTP/2 stream 3 was not closed cleanly: CANCEL (err 8)", CRAWLER_FAILED_TRUNCATED },
    { "HTTP/2 stream 0 was not closed cleanly before end of the underlying stream",
      CRAWLER_FAILED_TRUNCATED },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_curl_end end = end_at(CURLE_HTTP2_STREAM, SENT);
    end.detail = rows[i].detail;
    assert_int_equal(cr_curl_failure(&end).reason, rows[i].want);
  }
}

static void an_alert_instead_of_a_response_is_a_matter_of_tls(void **state)
{
  struct cr_curl_end end = end_at(CURLE_RECV_ERROR, SENT);

  (void)state;
  end.detail = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required";
  assert_int_equal(cr_curl_failure(&end).reason, CRAWLER_FAILED_TLS);
  end.detail = "OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 104";
  assert_int_equal(cr_curl_failure(&end).reason, CRAWLER_FAILED_TRUNCATED);
}

static void libcurls_words_are_kept_where_they_tell_more(void **state)
{
  struct cr_curl_end end = end_at(CURLE_PEER_FAILED_VERIFICATION, NOT_SENT);

  (void)state;
  end.detail = "SSL certificate problem: certificate has expired";
  assert_string_equal(cr_curl_failure(&end).text, end.detail);
  end.detail = "";
  assert_string_equal(cr_curl_failure(&end).text,
                      curl_easy_strerror(CURLE_PEER_FAILED_VERIFICATION));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes_have_the_reason_of_the_table),
    cmocka_unit_test(system_errors_say_why_there_is_no_connection),
    cmocka_unit_test(starved_is_what_found_no_socket_before_anything_was_sent),
    cmocka_unit_test(broken_bytes_are_told_from_broken_connections),
    cmocka_unit_test(a_reset_stream_of_http2_may_be_anybodys_fault),
    cmocka_unit_test(an_alert_instead_of_a_response_is_a_matter_of_tls),
    cmocka_unit_test(libcurls_words_are_kept_where_they_tell_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* login.c - send a login form, keep the cookies, and crawl what only members see.
 *
 * The form's fields come on standard input as a browser would send them, so that no password stands
 * in a list of processes. Most servers answer a good login with a redirect, and a bad one with the
 * form again: that is how they are told apart here. Links that would log out are left alone. URL is
 * of the same host.
 *
 * usage: login LOGIN_URL URL [OPTION VALUE]... <FIELDS
 *
 *   echo 'user=ada&password=clockwork' | login https://example.org/login https://example.org/
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <string.h>

struct session {
  const char *start; /* crawled after the login */
  int is_open;
};

static const char LOGIN[] = "login"; /* marks the request */

static int submit_login(crawler *c, const char *url, const char *fields)
{
  crawler_request *req;
  int err = crawler_request_new(c, &req, url);

  if (err < 0)
    return err;
  err = crawler_request_set_body(req, fields, strlen(fields), "application/x-www-form-urlencoded");
  if (err == 0)
    err = crawler_request_set_meta(req, LOGIN, "form");
  if (err == 0)
    return crawler_submit(c, req);
  crawler_request_free(req);
  return err;
}

/* A redirect to anywhere but the form itself, whatever query that has. */
static int is_accepted(const crawler_request *req, crawler_outcome outcome,
                       const crawler_page *page)
{
  const char *form = crawler_request_url(req);
  const char *target = page ? crawler_page_location(page) : NULL;
  size_t bytes = strcspn(form, "?");

  return outcome == CRAWLER_REDIRECTED && target &&
         (strncmp(target, form, bytes) != 0 || (target[bytes] != '\0' && target[bytes] != '?'));
}

static void end(crawler *c, const crawler_request *req, crawler_outcome outcome,
                crawler_reason reason, const crawler_page *page, void *user)
{
  struct session *session = user;

  (void)reason;
  /* What follows from the form inherits its mark, but only the form itself is sent by POST. */
  if (crawler_request_method(req) != CRAWLER_POST || !crawler_request_meta(req, LOGIN))
    return;
  session->is_open = is_accepted(req, outcome, page);
  if (!session->is_open || crawler_add(c, session->start) < 0)
    crawler_stop(c);
}

static int print_page(crawler *c, crawler_page *page, void *user)
{
  const char *title = crawler_page_title(page);

  (void)c;
  (void)user;
  printf("%d %s %s\n", crawler_page_status(page), crawler_page_url(page), title ? title : "");
  return 0;
}

static int crawl(crawler *c, const char *login_url, const char *fields)
{
  int err = submit_login(c, login_url, fields);

  return err == 0 ? crawler_run(c) : err;
}

int main(int argc, char **argv)
{
  char fields[4096] = "";
  struct session session = { 0 };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 3 || !fgets(fields, sizeof(fields), stdin) ||
      strlen(fields) == sizeof(fields) - 1) { /* cut off: a line of so many bytes is no form */
    fputs("usage: login LOGIN_URL URL [OPTION VALUE]... <FIELDS\n", stderr);
    crawler_free(c);
    return 2;
  }
  fields[strcspn(fields, "\r\n")] = '\0';
  session.start = argv[2];
  crawler_set_cookies(c, 1);
  crawler_deny_url(c, "*logout*");
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, print_page, NULL);
  crawler_on_outcome(c, end, &session);
  err = crawl(c, argv[1], fields);
  if (err < 0)
    fprintf(stderr, "login: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else if (!session.is_open)
    fputs("login: refused\n", stderr);
  crawler_free(c);
  return err < 0 || !session.is_open;
}

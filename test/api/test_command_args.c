/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* What the command crawler takes: options, seeds, and the door that a seed opens. */
#include "crawl/crawler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/command.h"
#include "support/site_server.h"

static const struct cr_site_page pages[] = {
  { .path = "/robots.txt",
    .headers = "Content-Type: text/plain\n",
    .body = "User-agent: *\nDisallow: /no\nSitemap: /listed.txt\n" },
  { .path = "/",
    .headers = "Content-Type: text/html; charset=utf-8\n",
    .body = "<a href=/a>Caf\xc3\xa9 \"&quot;\"\n</a><a href=/no><a href=/moved rel=next><a "
            "href=/gone><a href=mailto:x@y.test>m</a><a href='http://['><a "
            "href=http://elsewhere.test/><a href='/a'>again</a><a href=/deny>" },
  { .path = "/a", .headers = "Content-Type: text/html; charset=utf-8\n", .body = "0123456789" },
  { .path = "/moved", .status = 302, .headers = "Location: /target\n" },
  { .path = "/target", .headers = "Content-Type: text/plain\n", .body = "there" },
  { .path = "/map.xml", .body = "<urlset><url><loc>/a</loc></url></urlset>" },
};

static struct cr_site_server *start_site(void)
{
  return cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
}

/* ---- arguments ---- */

static const struct {
  const char *args[4];
  const char *says;
} misuses[] = {
  { { NULL }, "no URL" },
  { { "-q" }, "no URL" },
  { { "--sitemap" }, "needs a value" },
  { { "--sitemap=", "http://127.0.0.1/" }, "not a valid URL" },
  { { "--sitemap=mailto:a@b.test" }, "neither http nor https" },

  { { "--no-such-option", "http://127.0.0.1/" }, "--no-such-option" },
  { { "-X", "http://127.0.0.1/" }, "-X" },
  { { "-n" }, "needs a value" },
  { { "http://127.0.0.1/", "--max-depth" }, "needs a value" },
  { { "-n", "many", "http://127.0.0.1/" }, "max_pages" },
  { { "-c", "0", "http://127.0.0.1/" }, "from 1 to 100000" },
  { { "--delay=5x", "http://127.0.0.1/" }, "500ms" },
  { { "--json=1", "http://127.0.0.1/" }, "no value" },
  { { "--edges=1", "http://127.0.0.1/" }, "not kinds of links: 1" },
  { { "--edges=a,img", "http://127.0.0.1/" }, "not kinds of links: a,img" },
  { { "--edges=", "http://127.0.0.1/" }, "not kinds of links" },
  { { "--own-server=perhaps", "http://127.0.0.1/" }, "own_server" },
  { { "--set", "nonsense", "http://127.0.0.1/" }, "NAME=VALUE" },
  { { "--set", "max_pagez=1", "http://127.0.0.1/" }, "max_pagez" },
  { { "--set=max_pages=x", "http://127.0.0.1/" }, "max_pages" },
  { { "--header", "no colon", "http://127.0.0.1/" }, "Name: value" },
  { { "--resolve", "here", "http://127.0.0.1/" }, "HOST:PORT:ADDR" },
  { { "--allow-private=10.0.0.0/99", "http://127.0.0.1/" }, "allow_private" },
  { { "--allow-host", "http://x/", "http://127.0.0.1/" }, "pattern" },
  { { "--cacert", "no/such/file.pem", "http://127.0.0.1/" }, "no/such/file.pem" },
  { { "--links=img", "http://127.0.0.1/" }, "links" },
  { { "http://[", NULL }, "http://[" },
  { { "http://a b/" }, "http://a b/" },
  { { "mailto://x@y" }, "neither http nor https" },
  { { "mailto:a@b" }, "neither http nor https" },
  { { "file:/etc/passwd" }, "neither http nor https" },
  { { "data:,80" }, "neither http nor https" },
  { { "tel:+1234" }, "neither http nor https" },
  { { "localhost:80a/" }, "neither http nor https" },
  { { "ftp://example.org/" }, "neither http nor https" },
  { { "" }, "URL" },
};

static void a_misuse_exits_with_2_and_says_what_is_wrong(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(misuses) / sizeof(*misuses); i++) {
    struct cr_command run;

    cr_command_run(&run, misuses[i].args);
    if (run.process.status != 2 || !strstr(run.process.err, misuses[i].says))
      fail_msg("%zu: exit status %d: %s", i, run.process.status, run.process.err);
    assert_int_equal(strncmp(run.process.err, "crawler: ", 9), 0);
    assert_string_equal(run.process.out, "");
    cr_command_end(&run, 2);
  }
}

static void help_and_version_are_printed(void **state)
{
  static const char *const asks[] = { "-h", "--help" };
  struct cr_command run;
  char version[160];

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    cr_command_run(&run, CR_ARGS(asks[i]));
    assert_non_null(strstr(run.process.out, "usage: crawler [options] URL..."));
    assert_non_null(strstr(run.process.out, "--max-pages"));
    assert_string_equal(run.process.err, "");
    cr_command_end(&run, 0);
  }
  cr_command_run(&run, CR_ARGS("--version"));
  (void)snprintf(version, sizeof(version), "crawler 0.1.0\nparts: %s\n", crawler_parts());
  assert_string_equal(run.process.out, version);
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("--set", "help"));
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name))
    assert_non_null(strstr(run.process.out, name));
  cr_command_end(&run, 0);
}

/* Every option of the library by its name with dashes, and by --set. */
static void every_option_of_the_library_is_a_long_option(void **state)
{
  (void)state;
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name)) {
    const char *value = crawler_option_default(name);
    char by_name[160] = "--";
    char by_set[160];
    struct cr_command run;

    for (size_t i = 0; name[i]; i++)
      by_name[2 + i] = name[i] == '_' ? '-' : name[i];
    (void)snprintf(by_name + strlen(by_name), sizeof(by_name) - strlen(by_name), "=%s", value);
    (void)snprintf(by_set, sizeof(by_set), "--set=%s=%s", name, value);
    cr_command_run(&run, CR_ARGS(by_name, by_set, "--max-pages=0", "--no-robots", "--json",
                                 "http://127.0.0.1:1/"));
    if (run.process.status != 0)
      fail_msg("%s: %s", by_name, run.process.err);
    cr_command_end(&run, 0);
  }
}

static void options_reach_the_library(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_site_request got;
  char value[64];
  char credentials[64];
  struct cr_command run;

  (void)state;
  (void)snprintf(credentials, sizeof(credentials), "http://127.0.0.1:%d me:word",
                 cr_site_port(site));
  cr_command_run(&run,
                 CR_ARGS(cr_site_url(site, "/a"), "--own-server", "--no-robots", "--user-agent",
                         "mine/2", "--header=X-One: 1", "--header", "X-Two: 2", "--credentials",
                         credentials, "--header-for", "127.0.0.1 X-Three: 3", "--from", "me@a.test",
                         "--set", "max_redirects=0", "--delay", "0", "--host-concurrency", "2",
                         "--timeout", "5s", "--max-time=20s", "-d", "0", "--insecure", "-q"));
  got = cr_site_request(site, "/a", 0);
  assert_string_equal(cr_site_header(&got, "User-Agent", value, sizeof(value)), "mine/2");
  assert_string_equal(cr_site_header(&got, "X-One", value, sizeof(value)), "1");
  assert_string_equal(cr_site_header(&got, "X-Two", value, sizeof(value)), "2");
  assert_null(cr_site_header(&got, "X-Three", value, sizeof(value))); /* it isn't https */
  assert_string_equal(cr_site_header(&got, "From", value, sizeof(value)), "me@a.test");
  assert_string_equal(cr_site_header(&got, "Authorization", value, sizeof(value)),
                      "Basic bWU6d29yZA==");
  assert_int_equal(cr_site_total(site), 1);
  cr_command_end(&run, 0);
  cr_command_run(&run,
                 CR_ARGS("-d", "0", "-q", "--own-server", "--no-robots", cr_site_url(site, "/")));
  assert_int_equal(cr_site_total(site), 2); /* depth 0 is the seeds alone */
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void seeds_need_no_scheme_and_may_be_many(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  const char *url = cr_site_url(site, "/a") + strlen("http://");

  (void)state;
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-robots", url,
                               cr_site_url(site, "/target"), "--", url));
  assert_int_equal(cr_site_count(site, "/a"), 1);
  assert_int_equal(cr_site_count(site, "/target"), 1);
  assert_non_null(strstr(run.process.out, cr_site_url(site, "/a")));
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static void a_sitemap_may_stand_for_a_seed(void **state)
{
  struct cr_site_server *site = start_site();
  struct cr_command run;
  const char *url = cr_site_url(site, "/map.xml") + strlen("http://");

  (void)state;
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-sitemaps", "--sitemap", url));
  assert_int_equal(cr_site_count(site, "/map.xml"), 1);
  assert_int_equal(cr_site_count(site, "/a"), 1);
  assert_int_equal(cr_site_count(site, "/listed.txt"), 0);
  assert_non_null(strstr(run.process.out, "\"kind\":\"sitemap\",\"outcome\":\"fetched\""));
  assert_non_null(strstr(run.process.out, "\"sitemaps\":{\"admitted\":1,"));
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("-q", "--own-server", cr_site_url(site, "/a")));
  assert_int_equal(cr_site_count(site, "/listed.txt"), 1);
  cr_command_end(&run, 0);
  cr_site_stop(site);
}

static const struct {
  const char *before, *behind;       /* the port, in the seed */
  const char *url_before, *url_path; /* and in the URL that it stands for */
} spellings[] = {
  { "localhost:", "/a", "http://localhost:", "/a" },
  { "localhost:", "", "http://localhost:", "/" },
  { "127.0.0.1:", "?q=a:b", "http://127.0.0.1:", "/?q=a:b" },
  { "localhost:", "/?to=ftp://x/", "http://localhost:", "/?to=ftp://x/" },
  { "localhost:", "#f", "http://localhost:", "/" },
  { "http:localhost:", "/a", "http://localhost:", "/a" },
  { " HTTP://localhost:", "/a", "http://localhost:", "/a" },
};

static void a_host_and_port_are_no_scheme(void **state)
{
  struct cr_site_server *site = start_site();
  int port = cr_site_port(site);

  (void)state;
  for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++) {
    struct cr_command run;
    char seed[80];
    char url[80];

    (void)snprintf(seed, sizeof(seed), "%s%d%s", spellings[i].before, port, spellings[i].behind);
    (void)snprintf(url, sizeof(url), "\"%s%d%s\"", spellings[i].url_before, port,
                   spellings[i].url_path);
    cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-robots", "-d", "0", seed));
    if (!strstr(run.process.out, url))
      fail_msg("%s: %s%s", seed, run.process.out, run.process.err);
    cr_command_end(&run, 0);
  }
  cr_site_stop(site);
}

/* ---- the door ---- */

static void a_seed_opens_nothing_where_the_user_says_what_is_open(void **state)
{
  static const char *const said[] = { "--allow-private=none", "--allow-private=10.9.9.9",
                                      "--set=allow_private=no", "--set=allow_private=none" };
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_command run;

  (void)state;
  for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
    cr_command_run(
        &run, CR_ARGS("--json", "--own-server", "--no-robots", said[i], cr_site_url(site, "/p/0")));
    assert_non_null(strstr(run.process.out, "\"reason\":\"address\""));
    cr_command_end(&run, 3);
  }
  assert_int_equal(cr_site_total(site), 0);
  cr_site_stop(site);
}

static void a_seed_typed_as_an_address_opens_the_door_for_itself_only(void **state)
{
  struct cr_site_server *other = cr_site_start_generated(1);
  struct cr_site_page page = { .path = "/" };
  struct cr_site_server *site;
  char inside[80];
  char body[128];
  char seed[80];
  struct cr_command run;

  (void)state;
  (void)snprintf(body, sizeof(body), "<a href=%s>", cr_site_url(other, "/p/0"));
  page.body = body;
  site = cr_site_start_pages(&page, 1);
  (void)snprintf(seed, sizeof(seed), "http://localhost:%d/", cr_site_port(site));
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-robots", "--span-hosts", seed));
  assert_non_null(strstr(run.process.out, "\"reason\":\"address\""));
  assert_int_equal(cr_site_total(site), 1);
  assert_int_equal(cr_site_total(other), 0);
  cr_command_end(&run, 0);
  cr_command_run(
      &run, CR_ARGS("--own-server", "--no-robots", "--span-hosts", "-q", "--allow-private", seed));
  assert_int_equal(cr_site_total(other), 1);
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("--own-server", "--no-robots", "--span-hosts", "-q",
                               "--allow-private=127.0.0.0/8", seed));
  assert_int_equal(cr_site_total(other), 2);
  cr_command_end(&run, 0);
  cr_command_run(&run, CR_ARGS("--own-server", "--no-robots", "-q", cr_site_url(other, "/p/0")));
  assert_int_equal(cr_site_total(other), 3);
  cr_command_end(&run, 0);
  (void)snprintf(seed, sizeof(seed), "http://site.test:%d/p/0", cr_site_port(other));
  (void)snprintf(inside, sizeof(inside), "site.test:%d:127.0.0.1", cr_site_port(other));
  cr_command_run(&run, CR_ARGS("--json", "--own-server", "--no-robots", "--resolve", inside, seed));
  assert_int_equal(cr_site_total(other), 3); /* a name is no address, wherever it leads */
  assert_non_null(strstr(run.process.out, "\"reason\":\"address\""));
  cr_command_end(&run, 3);
  cr_site_stop(site);
  cr_site_stop(other);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_misuse_exits_with_2_and_says_what_is_wrong),
    cmocka_unit_test(help_and_version_are_printed),
    cmocka_unit_test(every_option_of_the_library_is_a_long_option),
    cmocka_unit_test(options_reach_the_library),
    cmocka_unit_test(seeds_need_no_scheme_and_may_be_many),
    cmocka_unit_test(a_sitemap_may_stand_for_a_seed),
    cmocka_unit_test(a_host_and_port_are_no_scheme),
    cmocka_unit_test(a_seed_typed_as_an_address_opens_the_door_for_itself_only),
    cmocka_unit_test(a_seed_opens_nothing_where_the_user_says_what_is_open),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// test.cpp - does libcrawl.hpp keep its word on the bundled site?
//
//   test URL: examples/site/ as examples/serve.c serves it
#include "libcrawl.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

using Names = std::set<std::string>;

static std::string site;
static int failures;

#define CHECK(what) check(what, __LINE__, #what)

static void check(bool holds, int line, const char *what)
{
  failures += !holds;
  if (!holds)
    std::fprintf(stderr, "test.cpp:%d: %s\n", line, what);
}

static crawl::Crawler crawler_of_site()
{
  crawl::Crawler crawler;
  crawler.set("own_server", "1").set("allow_private", "1").add(site);
  return crawler; // moved: what the hooks are given stays where it is
}

// A URL's path on the site, without its leading slash.
static std::string path_of(std::string_view url)
{
  CHECK(url.substr(0, site.size()) == site);
  return std::string(url.substr(site.size()));
}

static void iterator_gives_every_page_with_status_url_and_body()
{
  crawl::Crawler crawler = crawler_of_site();
  Names seen;
  int missing = 0;
  std::string title, body;

  for (crawl::Page &page : crawler.pages()) {
    CHECK(seen.insert(path_of(page.url())).second);
    CHECK(!page.body().empty());
    missing += page.status() == 404;
    if (page.url() == site) {
      title = page.title().value_or("");
      body = page.text();
      CHECK(page.status() == 200);
      CHECK(page.header("content-TYPE") == std::string_view("text/html"));
      CHECK(!page.header("no-such-header"));
    }
  }
  CHECK(crawler.ended() == "complete");
  CHECK(!title.empty() && body.find(title) != std::string::npos);
  CHECK(seen.count("birds/list/tern.html") == 1 && seen.count("languages/greek.html") == 1);
  CHECK(seen.count("private/logbook.html") == 0); // robots.txt says no
  CHECK(missing > 0);                             // a broken link is a page, too
  CHECK(static_cast<long long>(seen.size()) == crawler.stat(CRAWLER_STAT_FETCHED));
}

static void filter_refuses_urls_and_they_are_not_fetched()
{
  crawl::Crawler crawler = crawler_of_site();
  Names refused, fetched;

  crawler.on_filter([&](crawl::Request req) {
    const bool take = path_of(req.url()).substr(0, 6) != "birds/";
    CHECK(req.host() == "127.0.0.1" && req.depth() >= 0);
    if (!take)
      refused.insert(path_of(req.url()));
    return take;
  });
  crawler.on_page([&](crawl::Page &page) { fetched.insert(path_of(page.url())); });
  crawler.run();
  CHECK(refused.count("birds/") == 1);
  CHECK(fetched.count("") == 1 && fetched.count("tides/table.html") == 1);
  for (const std::string &path : fetched)
    CHECK(path.substr(0, 6) != "birds/");
  // The robots.txt is an attempt, and each page: nothing else was asked for.
  CHECK(crawler.stat(CRAWLER_STAT_ATTEMPTS) == 1 + static_cast<long long>(fetched.size()));
}

static void links_come_in_bulk_and_can_be_left()
{
  crawl::Crawler crawler = crawler_of_site();
  std::vector<std::string> front;
  Names fetched;

  crawler.on_links([&](crawl::Page &page, std::vector<crawl::Link> &links) {
    for (crawl::Link &link : links) {
      if (page.url() == site)
        front.emplace_back(link.url);
      if (link.url == site + "map.html")
        link.follow = false;
      CHECK(link.kind == crawler_link_kind_of(crawler_page_link(page.get(), &link - &links[0])));
    }
    CHECK(links.size() == crawler_page_link_count(page.get()));
  });
  for (crawl::Page &page : crawler.pages())
    fetched.insert(path_of(page.url()));
  CHECK(front.size() > 5);
  CHECK(std::find(front.begin(), front.end(), site + "map.html") != front.end());
  CHECK(std::find(front.begin(), front.end(), site + "tides/") != front.end());
  CHECK(fetched.count("tides/") == 1 && fetched.count("map.html") == 0);
}

template <class Call> static std::string message_of(int code, Call call)
{
  try {
    call();
  } catch (const crawl::Error &e) {
    CHECK(e.code() == code);
    return e.what();
  }
  return "nothing was thrown";
}

static void errors_are_exceptions_with_the_librarys_message()
{
  crawl::Crawler crawler;
  const std::string option =
      message_of(CRAWLER_E_OPTION, [&] { crawler.set("no_such_option", "1"); });
  const std::string url = message_of(CRAWLER_E_URL, [&] { crawler.add("http://[nowhere"); });

  CHECK(option.find("no_such_option") != std::string::npos);
  CHECK(option == message_of(CRAWLER_E_OPTION, [&] { crawler.run(); })); // it is remembered
  CHECK(url.find("not an absolute URL") == 0);
}

static void leaving_the_loop_ends_the_crawl()
{
  crawl::Crawler crawler = crawler_of_site();
  int pages = 0;

  for (crawl::Page &page : crawler.pages()) {
    CHECK(page.status() == 200);
    if (++pages == 2)
      break;
  }
  CHECK(crawler.ended() == "canceled");
  CHECK(crawler.stat(CRAWLER_STAT_TRANSFERS) == 0);
  CHECK(crawler.stat(CRAWLER_STAT_QUEUED) > 0);
  crawler.run(); // at rest, it can go on
  CHECK(crawler.ended() == "complete");
}

static void a_hooks_exception_reaches_the_caller()
{
  for (const bool pulled : { false, true }) {
    crawl::Crawler crawler = crawler_of_site();
    int calls = 0;
    std::string what;

    crawler.on_filter([&](crawl::Request req) -> bool {
      if (req.url() == site)
        return true;
      calls++;
      throw std::out_of_range("not this one");
    });
    try {
      if (pulled)
        for (crawl::Page &page : crawler.pages())
          CHECK(page.url() == site);
      else
        crawler.run();
    } catch (const std::out_of_range &e) {
      what = e.what();
    }
    CHECK(what == "not this one");
    CHECK(calls == 1);
    CHECK(crawler.stat(CRAWLER_STAT_TRANSFERS) == 0);
  }
}

static void pages_can_be_kept()
{
  std::optional<crawl::Page> kept;
  {
    crawl::Crawler crawler = crawler_of_site();
    crawler.set("max_pages", "1");
    crawler.on_page([&](crawl::Page &page) { kept.emplace(std::move(page)); });
    crawler.run();
  }
  CHECK(kept && kept->url() == site && !kept->body().empty() && !kept->links().empty());

  std::vector<crawl::Page> all;
  crawl::Crawler crawler = crawler_of_site();
  for (crawl::Page &page : crawler.pages())
    all.push_back(std::move(page));
  CHECK(all.size() > 20 && all[0].url() == site && crawler.ended() == "complete");
}

int main(int argc, char **argv)
{
  if (argc != 2)
    return 2;
  site = argv[1];
  iterator_gives_every_page_with_status_url_and_body();
  filter_refuses_urls_and_they_are_not_fetched();
  links_come_in_bulk_and_can_be_left();
  errors_are_exceptions_with_the_librarys_message();
  leaving_the_loop_ends_the_crawl();
  a_hooks_exception_reaches_the_caller();
  pages_can_be_kept();
  return failures != 0;
}

// SPDX-License-Identifier: MIT
// libcrawl.hpp - libcrawl for C++17: one header over crawl/crawler.h, links with -lcrawl.
//
//   crawl::Crawler crawler;
//   crawler.set("max_pages", "25").add("https://example.org/");
//   for (crawl::Page &page : crawler.pages())
//     std::cout << page.status() << ' ' << page.url() << '\n';
//
// Ownership is unique: a Crawler and a Page are moved, not copied, and free what they hold. Errors
// of the library are thrown as crawl::Error. What a hook throws ends the crawl and comes out of
// run() or of the loop over pages(); no exception crosses the library. A Crawler must not be
// destroyed inside one of its own hooks, and is driven by one thread at a time.
#pragma once

#include <crawl/crawler.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crawl {

class Error : public std::runtime_error {
public:
  Error(int code, const char *message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; } // CRAWLER_E_...
private:
  int code_;
};

// A URL on its way: borrowed, good while the hook runs or its page lives.
class Request {
public:
  explicit Request(const crawler_request *req) : req_(req) {}
  std::string_view url() const { return crawler_request_url(req_); }
  std::string_view host() const { return crawler_request_host(req_); }
  int depth() const { return crawler_request_depth(req_); }

private:
  const crawler_request *req_;
};

// A link of a page; url lives as long as the page. In on_links, follow = false leaves it.
struct Link {
  std::string_view url;
  crawler_link_kind kind;
  int flags; // CRAWLER_LINK_FLAG_NOFOLLOW, ...
  bool follow;
};

// A response. One that a hook is given may be moved away, to be kept beyond it.
class Page {
public:
  explicit Page(crawler_page *owned) : page_(owned, crawler_page_release) {}
  int status() const { return crawler_page_status(get()); }
  std::string_view url() const { return crawler_page_url(get()); }
  std::optional<std::string_view> title() const { return maybe(crawler_page_title(get())); }
  std::optional<std::string_view> header(const std::string &name) const
  {
    return maybe(crawler_page_header(get(), name.c_str()));
  }
  std::string_view body() const // decoded, in its own charset
  {
    std::size_t bytes = 0;
    const void *data = crawler_page_body(get(), &bytes);
    return { static_cast<const char *>(data), bytes };
  }
  std::string_view text() const // in UTF-8; empty: it isn't text
  {
    std::size_t bytes = 0;
    const char *data = crawler_page_text(get(), &bytes);
    return { data, bytes };
  }

  // All links of the page, in document order.
  std::vector<Link> links() const
  {
    std::vector<Link> links;
    const char *text;
    const std::uint32_t *at;
    const std::uint8_t *kinds, *flags;
    const int count = crawler_page_links(get(), &text, &at, &kinds, &flags);
    if (count < 0)
      throw std::bad_alloc();
    links.reserve(count);
    for (int i = 0; i < count; i++) {
      const std::string_view url(text + at[i], at[i + 1] - at[i] - 1); // without its NUL
      links.push_back({ url, static_cast<crawler_link_kind>(kinds[i]), flags[i], true });
    }
    return links;
  }
  crawler_page *get() const { return page_.get(); }

private:
  static std::optional<std::string_view> maybe(const char *text)
  {
    return text ? std::optional<std::string_view>(text) : std::nullopt;
  }
  std::unique_ptr<crawler_page, void (*)(crawler_page *)> page_;
};

class Pages;

class Crawler {
public:
  using Filter = std::function<bool(Request)>; // true: take it
  using PageHook = std::function<void(Page &)>;
  using LinksHook = std::function<void(Page &, std::vector<Link> &)>;

  Crawler() : state_(std::make_unique<State>())
  {
    if (!get())
      throw std::bad_alloc();
  }

  Crawler &set(const std::string &option, const std::string &value)
  {
    return check(crawler_set_option(get(), option.c_str(), value.c_str()));
  }
  Crawler &add(const std::string &url) { return check(crawler_add(get(), url.c_str())); }

  // An empty function removes the hook.
  Crawler &on_filter(Filter f) { return hook(crawler_on_filter, call_filter, state_->filter, f); }
  Crawler &on_page(PageHook f) { return hook(crawler_on_page, call_page, state_->page, f); }
  Crawler &on_links(LinksHook f) { return hook(crawler_on_links, call_links, state_->links, f); }

  void run() { check(crawler_run(get())); }
  Pages pages(); // for (crawl::Page &page : crawler.pages())
  void cancel() { crawler_cancel(get()); }
  std::string_view ended() const { return crawler_ended(get()); } // "complete", "max_pages", ...
  long long stat(crawler_stat which) const { return crawler_get_stat(get(), which); }
  crawler *get() const { return state_->c.get(); } // for all that has no method here

private:
  friend class Pages;
  // What hooks are given as user: it stays where it is when the Crawler is moved.
  struct State {
    Filter filter;
    PageHook page;
    LinksHook links;
    std::exception_ptr thrown; // by a hook, until it is told
    std::unique_ptr<crawler, void (*)(crawler *)> c{ crawler_new(), crawler_free }; // freed first
  };

  // No exception passes through C, and after one no hook is called.
  template <class Call> static int guard(void *user, Call call) noexcept
  {
    State &state = *static_cast<State *>(user);
    if (state.thrown)
      return CRAWLER_REJECT;
    try {
      return call(state);
    } catch (...) {
      state.thrown = std::current_exception();
      crawler_fail(state.c.get(), "a hook threw");
      return CRAWLER_REJECT;
    }
  }
  static int call_filter(crawler *, crawler_request *req, void *user)
  {
    return guard(user, [&](State &state) {
      return state.filter(Request(req)) ? CRAWLER_ACCEPT : CRAWLER_REJECT;
    });
  }
  static int call_page(crawler *, crawler_page *borrowed, void *user)
  {
    return guard(user, [&](State &state) {
      Page page(crawler_page_retain(borrowed));
      state.page(page);
      return 0;
    });
  }
  static int call_links(crawler *, crawler_page *borrowed, std::uint8_t *verdicts,
                        std::size_t count, void *user)
  {
    return guard(user, [&](State &state) {
      Page page(crawler_page_retain(borrowed));
      std::vector<Link> links = page.links();
      state.links(page, links);
      for (std::size_t i = 0; i < count && i < links.size(); i++)
        verdicts[i] = links[i].follow ? CRAWLER_ACCEPT : CRAWLER_REJECT;
      return 0;
    });
  }

  template <class Set, class Callback, class Function>
  Crawler &hook(Set set_hook, Callback call, Function &place, Function &function)
  {
    place = std::move(function);
    set_hook(get(), place ? call : nullptr, state_.get());
    return *this;
  }

  // A hook's exception goes first: what the library says then is only its consequence.
  Crawler &check(int err)
  {
    if (state_->thrown)
      std::rethrow_exception(std::exchange(state_->thrown, nullptr));
    if (err < 0)
      throw Error(err, crawler_errmsg(get()));
    return *this;
  }

  std::unique_ptr<State> state_;
};

// The pages of a crawl as they come. Leaving the loop early cancels the crawl.
class Pages {
public:
  struct End {};
  struct Iterator {
    Pages *pages;
    Page &operator*() const { return *pages->page_; }
    void operator++() { pages->crawler_.check(pages->pull()); }
    bool operator!=(End) const { return pages->page_.has_value(); }
  };

  explicit Pages(Crawler &of) : crawler_(of) {}
  Pages(const Pages &) = delete;
  ~Pages()
  {
    while (page_) {
      crawler_cancel(crawler_.get());
      pull();
      crawler_.state_->thrown = nullptr; // nobody is left to be told
    }
  }
  Iterator begin()
  {
    crawler_.check(pull());
    return { this };
  }
  End end() { return {}; }

private:
  int pull()
  {
    crawler_page *page = nullptr;
    page_.reset(); // its URL ends with the call, though somebody may keep it
    const int err = crawler_next(crawler_.get(), &page, -1);
    if (err == CRAWLER_OK)
      page_.emplace(page);
    return err;
  }

  Crawler &crawler_;
  std::optional<Page> page_;
};

inline Pages Crawler::pages() { return Pages(*this); }

} // namespace crawl

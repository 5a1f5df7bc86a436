// SPDX-License-Identifier: MIT
//! Does the wrapper keep its word on the bundled site? SITE is where examples/serve.c serves it.
use libcrawl::{ffi, Crawler, Page};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::panic::{catch_unwind, AssertUnwindSafe};

fn site() -> String {
    std::env::var("SITE").expect("SITE: the address of the bundled site")
}

fn crawler_of_site<'h>() -> Crawler<'h> {
    let mut crawler = Crawler::new();
    crawler.set("own_server", "1").unwrap().set("allow_private", "1").unwrap();
    crawler.add(&site()).unwrap();
    crawler // moved: what the hooks are given stays where it is
}

/// A URL's path on the site, without its leading slash.
fn path_of(url: &str) -> String {
    url.strip_prefix(&site()).expect("a URL of the site").to_string()
}

#[test]
fn iterator_gives_every_page_with_status_url_and_body() {
    let mut crawler = crawler_of_site();
    let mut seen = HashSet::new();
    let mut missing = 0;

    for page in crawler.pages() {
        let page = page.unwrap();
        assert!(seen.insert(path_of(page.url())), "{} came twice", page.url());
        assert!(!page.body().is_empty());
        missing += i32::from(page.status() == 404);
        if page.url() == site() {
            let title = page.title().expect("a title").into_owned();
            assert_eq!(page.status(), 200);
            assert!(page.text().unwrap().contains(&title));
            assert_eq!(page.header("content-TYPE").unwrap(), "text/html");
            assert!(page.header("no-such-header").is_none());
        }
    }
    assert_eq!(crawler.ended(), "complete");
    assert!(seen.contains("") && seen.contains("birds/list/tern.html"));
    assert!(!seen.contains("private/logbook.html")); // robots.txt says no
    assert!(missing > 0); // a broken link is a page, too
    assert_eq!(crawler.stat(ffi::CRAWLER_STAT_FETCHED), seen.len() as i64);
}

#[test]
fn pages_can_be_collected() {
    let mut crawler = crawler_of_site();
    let pages: Vec<Page> = crawler.pages().collect::<Result<_, _>>().unwrap();

    assert!(pages.len() > 20);
    assert!(pages.iter().any(|page| !page.links().is_empty()));
}

#[test]
fn filter_refuses_urls_and_they_are_not_fetched() {
    let refused = RefCell::new(HashSet::new()); // outlives the crawler that borrows it
    let fetched = RefCell::new(HashSet::new());
    let mut crawler = crawler_of_site();

    crawler.on_filter(|req| {
        let take = !path_of(req.url()).starts_with("birds/");
        assert!(req.depth() >= 0);
        if !take {
            refused.borrow_mut().insert(path_of(req.url()));
        }
        take
    });
    crawler.on_page(|page| {
        fetched.borrow_mut().insert(path_of(page.url()));
    });
    crawler.run().unwrap();
    assert!(refused.borrow().contains("birds/"));
    assert!(fetched.borrow().contains("") && fetched.borrow().contains("tides/table.html"));
    assert!(!fetched.borrow().iter().any(|path| path.starts_with("birds/")));
    // The robots.txt is an attempt, and each page: nothing else was asked for.
    assert_eq!(crawler.stat(ffi::CRAWLER_STAT_ATTEMPTS), 1 + fetched.borrow().len() as i64);
}

#[test]
fn links_come_in_bulk_and_can_be_left() {
    let front = RefCell::new(Vec::<String>::new());
    let left = site() + "map.html";
    let mut crawler = crawler_of_site();

    crawler.on_links(|page, links| {
        for link in links {
            if page.url() == site() {
                front.borrow_mut().push(link.url.to_string());
            }
            link.follow = link.url != left;
            assert!(link.kind > 0);
        }
    });
    let fetched: HashSet<String> =
        crawler.pages().map(|page| path_of(page.unwrap().url())).collect();
    assert!(front.borrow().len() > 5);
    assert!(front.borrow().contains(&left) && front.borrow().contains(&(site() + "tides/")));
    assert!(fetched.contains("tides/") && !fetched.contains("map.html"));
}

#[test]
fn errors_are_results_with_the_librarys_message() {
    let mut crawler = Crawler::new();
    let url = crawler.add("http://[nowhere").err().unwrap();
    let nul = crawler.add("http://a.test/\0").err().unwrap();
    let option = crawler.set("no_such_option", "1").err().unwrap();

    assert_eq!((url.code, nul.code), (ffi::CRAWLER_E_URL, ffi::CRAWLER_E_INVAL));
    assert!(url.to_string().starts_with("not an absolute URL"), "{url}");
    assert_eq!(option.code, ffi::CRAWLER_E_OPTION);
    assert!(option.to_string().contains("no_such_option"));
    assert_eq!(crawler.run(), Err(option)); // it is remembered
}

#[test]
fn leaving_the_loop_ends_the_crawl() {
    let mut crawler = crawler_of_site();

    assert_eq!(crawler.pages().take(2).map(|page| page.unwrap().status()).sum::<i32>(), 400);
    assert_eq!(crawler.ended(), "canceled");
    assert_eq!(crawler.stat(ffi::CRAWLER_STAT_TRANSFERS), 0);
    assert!(crawler.stat(ffi::CRAWLER_STAT_QUEUED) > 0);
    crawler.run().unwrap(); // at rest, it can go on
    assert_eq!(crawler.ended(), "complete");
}

#[test]
fn pages_that_nobody_asks_for_are_not_fetched() {
    let mut crawler = crawler_of_site();

    drop(crawler.pages());
    assert_eq!(crawler.ended(), "");
    assert_eq!(crawler.stat(ffi::CRAWLER_STAT_FETCHED), 0);
}

#[test]
fn a_hooks_panic_reaches_the_caller() {
    for pulled in [false, true] {
        let calls = Cell::new(0);
        let mut crawler = crawler_of_site();

        crawler.on_filter(|req| {
            if req.depth() > 0 {
                calls.set(calls.get() + 1);
                panic!("not this one");
            }
            true
        });
        let panic = catch_unwind(AssertUnwindSafe(|| match pulled {
            true => crawler.pages().for_each(|page| assert_eq!(page.unwrap().url(), site())),
            false => crawler.run().unwrap(),
        }));
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"not this one"));
        assert_eq!(calls.get(), 1);
        assert_eq!(crawler.stat(ffi::CRAWLER_STAT_TRANSFERS), 0);
    }
}

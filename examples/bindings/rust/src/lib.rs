// SPDX-License-Identifier: MIT
//! libcrawl for Rust: a safe wrapper of its C interface, by the standard library alone.
//!
//! ```no_run
//! let mut crawler = libcrawl::Crawler::new();
//! crawler.set("max_pages", "25")?;
//! crawler.add("https://example.org/")?;
//! for page in crawler.pages() {
//!     let page = page?;
//!     println!("{} {}", page.status(), page.url());
//! }
//! # Ok::<(), libcrawl::Error>(())
//! ```
//!
//! Hooks are closures that may borrow what outlives the `Crawler`. A panic in one is caught before
//! it reaches C, ends the crawl and goes on in the caller. Nothing here is `Send`. A `Page` can't
//! outlive the crawl, and what a hook is given can't leave the hook:
//!
//! ```compile_fail,E0505
//! let mut crawler = libcrawl::Crawler::new();
//! let page = crawler.pages().next();
//! drop(crawler);
//! drop(page);
//! ```
//! ```compile_fail,E0521
//! let kept = std::cell::RefCell::new(Vec::new());
//! libcrawl::Crawler::new().on_filter(|req| { kept.borrow_mut().push(req.url()); true });
//! ```
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};
use std::{any::Any, borrow::Cow, fmt, ops::Deref, slice};

pub mod ffi;
use ffi::*;
/// What hooks are given: a URL on its way, and a response.
pub use ffi::{crawler_page as PageRef, crawler_request as Request};

/// A `CRAWLER_E_*` and what the library says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub code: i32,
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|nul| Error { code: CRAWLER_E_INVAL, message: nul.to_string() })
}

/// `text` lives as long as the `'a` that the caller names; what isn't UTF-8 is replaced.
unsafe fn rust_text<'a>(text: *const c_char) -> Option<Cow<'a, str>> {
    (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy())
}

/// URLs are ASCII.
unsafe fn rust_url<'a>(text: *const c_char) -> &'a str {
    CStr::from_ptr(text).to_str().unwrap_or_default()
}

unsafe fn rust_slice<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if first.is_null() {
        return &[];
    }
    slice::from_raw_parts(first, count)
}

impl Request {
    pub fn url(&self) -> &str {
        unsafe { rust_url(crawler_request_url(self)) }
    }
    pub fn depth(&self) -> i32 {
        unsafe { crawler_request_depth(self) }
    }
}

/// A link of a page. In `on_links`, `follow = false` leaves it.
#[derive(Debug, Clone)]
pub struct Link<'p> {
    pub url: &'p str,
    pub kind: u8,
    pub flags: u8,
    pub follow: bool,
}

impl PageRef {
    pub fn status(&self) -> i32 {
        unsafe { crawler_page_status(self) }
    }
    pub fn url(&self) -> &str {
        unsafe { rust_url(crawler_page_url(self)) }
    }
    pub fn title(&self) -> Option<Cow<'_, str>> {
        unsafe { rust_text(crawler_page_title(self)) }
    }
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let name = CString::new(name).ok()?;
        unsafe { rust_text(crawler_page_header(self, name.as_ptr())) }
    }
    /// Decoded, in its own charset.
    pub fn body(&self) -> &[u8] {
        let mut bytes = 0;
        unsafe { rust_slice(crawler_page_body(self, &mut bytes).cast(), bytes) }
    }
    /// In UTF-8; None: it isn't text.
    pub fn text(&self) -> Option<&str> {
        let mut bytes = 0;
        let text = unsafe { rust_slice(crawler_page_text(self, &mut bytes).cast(), bytes) };
        std::str::from_utf8(text).ok().filter(|text| !text.is_empty())
    }
    /// All links, in document order. Panics where memory is out, as `Vec` does.
    pub fn links(&self) -> Vec<Link<'_>> {
        let (mut text, mut offsets, mut kinds, mut flags) = (null(), null(), null(), null());
        let (text, kinds, flags) = unsafe {
            let count = crawler_page_links(self, &mut text, &mut offsets, &mut kinds, &mut flags);
            let count = usize::try_from(count).expect("out of memory");
            let text = rust_slice(text.cast(), *offsets.add(count) as usize);
            (text, rust_slice(kinds, count), rust_slice(flags, count))
        };
        let urls = std::str::from_utf8(text).unwrap_or_default().split('\0'); // and "" at the end
        let links = urls.zip(kinds).zip(flags);
        links.map(|((url, &kind), &flags)| Link { url, kind, flags, follow: true }).collect()
    }
}

/// A response that is its owner's, if not for longer than the crawl.
pub struct Page<'a>(&'a PageRef);

impl Deref for Page<'_> {
    type Target = PageRef;

    fn deref(&self) -> &PageRef {
        self.0
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        unsafe { crawler_page_release(self.0) }
    }
}

type FilterHook<'h> = dyn FnMut(&Request) -> bool + 'h;
type PageHook<'h> = dyn FnMut(&PageRef) + 'h;
type LinksHook<'h> = dyn FnMut(&PageRef, &mut [Link]) + 'h;

/// What C is given as `user`: it stays in its place while the `Crawler` moves.
#[derive(Default)]
struct Hooks<'h> {
    filter: Option<Box<FilterHook<'h>>>,
    page: Option<Box<PageHook<'h>>>,
    links: Option<Box<LinksHook<'h>>>,
    panic: Option<Box<dyn Any + Send>>,
}

/// Calls a hook. After a panic none is called any more.
unsafe fn call(c: *mut crawler, user: *mut c_void, call: impl FnOnce(&mut Hooks)) {
    let hooks = &mut *user.cast::<Hooks>();
    if hooks.panic.is_none() {
        hooks.panic = catch_unwind(AssertUnwindSafe(|| call(hooks))).err();
        if hooks.panic.is_some() {
            crawler_fail(c, b"a hook panicked\0".as_ptr().cast());
        }
    }
}

unsafe extern "C" fn call_filter(c: *mut crawler, req: &Request, user: *mut c_void) -> c_int {
    let mut verdict = CRAWLER_REJECT;
    call(c, user, |hooks| {
        if hooks.filter.as_mut().unwrap()(req) {
            verdict = CRAWLER_ACCEPT;
        }
    });
    verdict
}

unsafe extern "C" fn call_page(c: *mut crawler, page: &PageRef, user: *mut c_void) -> c_int {
    call(c, user, |hooks| hooks.page.as_mut().unwrap()(page));
    0
}

unsafe extern "C" fn call_links(
    c: *mut crawler,
    page: &PageRef,
    verdicts: *mut u8,
    count: usize,
    user: *mut c_void,
) -> c_int {
    call(c, user, |hooks| {
        let mut links = page.links();
        hooks.links.as_mut().unwrap()(page, &mut links);
        for (verdict, link) in slice::from_raw_parts_mut(verdicts, count).iter_mut().zip(links) {
            *verdict = u8::from(!link.follow); // CRAWLER_REJECT
        }
    });
    0
}

/// One crawl. Hooks live at least for `'h`.
pub struct Crawler<'h> {
    raw: *mut crawler,
    hooks: *mut Hooks<'h>,
}

impl Drop for Crawler<'_> {
    fn drop(&mut self) {
        unsafe {
            crawler_free(self.raw);
            drop(Box::from_raw(self.hooks));
        }
    }
}

impl<'h> Crawler<'h> {
    /// Panics where memory is out, as `Box::new` does.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Crawler<'h> {
        let raw = unsafe { crawler_new() };
        assert!(!raw.is_null(), "out of memory");
        Crawler { raw, hooks: Box::into_raw(Box::default()) }
    }

    pub fn set(&mut self, option: &str, value: &str) -> Result<&mut Self> {
        let (option, value) = (c_text(option)?, c_text(value)?);
        self.check(unsafe { crawler_set_option(self.raw, option.as_ptr(), value.as_ptr()) })
    }
    pub fn add(&mut self, url: &str) -> Result<&mut Self> {
        let url = c_text(url)?;
        self.check(unsafe { crawler_add(self.raw, url.as_ptr()) })
    }

    /// True takes the URL.
    pub fn on_filter(&mut self, hook: impl FnMut(&Request) -> bool + 'h) {
        unsafe {
            (*self.hooks).filter = Some(Box::new(hook));
            crawler_on_filter(self.raw, call_filter, self.hooks.cast());
        }
    }
    pub fn on_page(&mut self, hook: impl FnMut(&PageRef) + 'h) {
        unsafe {
            (*self.hooks).page = Some(Box::new(hook));
            crawler_on_page(self.raw, call_page, self.hooks.cast());
        }
    }
    pub fn on_links(&mut self, hook: impl FnMut(&PageRef, &mut [Link]) + 'h) {
        unsafe {
            (*self.hooks).links = Some(Box::new(hook));
            crawler_on_links(self.raw, call_links, self.hooks.cast());
        }
    }

    pub fn run(&mut self) -> Result<()> {
        self.check(unsafe { crawler_run(self.raw) }).map(drop)
    }
    /// The pages as they come. Dropped before its end it cancels the crawl.
    pub fn pages(&mut self) -> Pages<'_, 'h> {
        Pages { crawler: self, last: None }
    }
    /// "complete", "max_pages", ...
    pub fn ended(&self) -> &'static str {
        unsafe { rust_url(crawler_ended(self.raw)) }
    }
    pub fn stat(&self, which: c_int) -> i64 {
        unsafe { crawler_get_stat(self.raw, which) }
    }

    /// A hook's panic goes first: what the library says then is only its consequence.
    fn check(&mut self, err: c_int) -> Result<&mut Self> {
        match unsafe { (*self.hooks).panic.take() } {
            Some(panic) => resume_unwind(panic),
            None if err >= 0 => Ok(self),
            None => {
                let message = unsafe { rust_text(crawler_errmsg(self.raw)) };
                Err(Error { code: err, message: message.unwrap_or_default().into_owned() })
            }
        }
    }
}

pub struct Pages<'a, 'h> {
    crawler: &'a mut Crawler<'h>,
    last: Option<c_int>, // of crawler_next()
}

impl<'a> Iterator for Pages<'a, '_> {
    type Item = Result<Page<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.last.unwrap_or(CRAWLER_OK) != CRAWLER_OK {
            return None;
        }
        let mut page = null_mut();
        let err = unsafe { crawler_next(self.crawler.raw, &mut page, -1) };
        let page = unsafe { page.as_ref() }.map(Page);
        self.last = Some(err);
        self.crawler.check(err).map_or_else(|e| Some(Err(e)), |_| page.map(Ok))
    }
}

impl Drop for Pages<'_, '_> {
    fn drop(&mut self) {
        let mut page = null_mut();
        while self.last == Some(CRAWLER_OK) {
            unsafe {
                crawler_cancel(self.crawler.raw);
                self.last = Some(crawler_next(self.crawler.raw, &mut page, -1));
                crawler_page_release(page);
                (*self.crawler.hooks).panic = None; // nobody is left to be told
            }
        }
    }
}

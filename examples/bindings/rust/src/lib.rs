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
use std::any::Any;
use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::marker::PhantomData;
use std::os::raw::{c_char, c_int, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::{fmt, mem::ManuallyDrop, ptr, slice};

pub mod ffi;

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

impl Error {
    fn plain(code: c_int, what: &str) -> Error {
        let text = unsafe { CStr::from_ptr(ffi::crawler_strerror(code)) }.to_string_lossy();
        Error { code, message: format!("{text}: {what}") }
    }
}

pub type Result<T> = std::result::Result<T, Error>;

fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::plain(ffi::CRAWLER_E_INVAL, "a NUL in a text"))
}

/// `text` lives as long as the `'a` that the caller names; what isn't UTF-8 is replaced.
unsafe fn rust_text<'a>(text: *const c_char) -> Option<Cow<'a, str>> {
    (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy())
}

/// URLs are ASCII.
unsafe fn rust_url<'a>(text: *const c_char) -> &'a str {
    CStr::from_ptr(text).to_str().unwrap_or_default()
}

/// A URL on its way.
pub struct Request<'a>(*const ffi::crawler_request, PhantomData<&'a ()>);

impl Request<'_> {
    pub fn url(&self) -> &str {
        unsafe { rust_url(ffi::crawler_request_url(self.0)) }
    }
    pub fn depth(&self) -> i32 {
        unsafe { ffi::crawler_request_depth(self.0) }
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

/// A response: its own reference to the library's page.
pub struct Page<'a>(*mut ffi::crawler_page, PhantomData<&'a ()>);

impl Drop for Page<'_> {
    fn drop(&mut self) {
        unsafe { ffi::crawler_page_release(self.0) }
    }
}

impl Page<'_> {
    pub fn status(&self) -> i32 {
        unsafe { ffi::crawler_page_status(self.0) }
    }
    pub fn url(&self) -> &str {
        unsafe { rust_url(ffi::crawler_page_url(self.0)) }
    }
    pub fn title(&self) -> Option<Cow<'_, str>> {
        unsafe { rust_text(ffi::crawler_page_title(self.0)) }
    }
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let name = CString::new(name).ok()?;
        unsafe { rust_text(ffi::crawler_page_header(self.0, name.as_ptr())) }
    }
    /// Decoded, in its own charset.
    pub fn body(&self) -> &[u8] {
        let mut bytes = 0;
        let data: *const c_void = unsafe { ffi::crawler_page_body(self.0, &mut bytes) };
        unsafe { bytes_at(data.cast(), bytes) }
    }
    /// In UTF-8; None: it isn't text.
    pub fn text(&self) -> Option<&str> {
        let mut bytes = 0;
        let text = unsafe { ffi::crawler_page_text(self.0, &mut bytes) };
        std::str::from_utf8(unsafe { bytes_at(text.cast(), bytes) }).ok().filter(|t| !t.is_empty())
    }
    /// All links, in document order. Panics where memory is out, as `Vec` does.
    pub fn links(&self) -> Vec<Link<'_>> {
        let (mut text, mut at) = (ptr::null(), ptr::null());
        let (mut kinds, mut flags) = (ptr::null(), ptr::null());
        let (text, kinds, flags) = unsafe {
            let count =
                ffi::crawler_page_links(self.0, &mut text, &mut at, &mut kinds, &mut flags);
            let count = usize::try_from(count).expect("out of memory");
            let text = slice::from_raw_parts(text.cast(), *at.add(count) as usize);
            let kinds = slice::from_raw_parts(kinds, count);
            (text, kinds, slice::from_raw_parts(flags, count))
        };
        let urls = std::str::from_utf8(text).unwrap_or_default().split('\0'); // and "" at the end
        let links = urls.zip(kinds).zip(flags);
        links.map(|((url, kind), flags)| Link { url, kind: *kind, flags: *flags, follow: true })
            .collect()
    }
}

unsafe fn bytes_at<'a>(data: *const u8, bytes: usize) -> &'a [u8] {
    if data.is_null() {
        &[]
    } else {
        slice::from_raw_parts(data, bytes)
    }
}

type FilterHook<'h> = dyn FnMut(Request<'_>) -> bool + 'h;
type PageHook<'h> = dyn FnMut(&Page<'_>) + 'h;
type LinksHook<'h> = dyn FnMut(&Page<'_>, &mut [Link<'_>]) + 'h;

/// What C is given as `user`: it stays in its place while the `Crawler` moves.
#[derive(Default)]
struct Hooks<'h> {
    filter: Option<Box<FilterHook<'h>>>,
    page: Option<Box<PageHook<'h>>>,
    links: Option<Box<LinksHook<'h>>>,
    panic: Option<Box<dyn Any + Send>>,
}

/// Calls a hook: with a panic in it, and ever after, the answer is CRAWLER_REJECT.
unsafe fn guard(
    c: *mut ffi::crawler,
    user: *mut c_void,
    call: impl FnOnce(&mut Hooks) -> c_int,
) -> c_int {
    let hooks = &mut *user.cast::<Hooks>();
    if hooks.panic.is_some() {
        return ffi::CRAWLER_REJECT;
    }
    catch_unwind(AssertUnwindSafe(|| call(hooks))).unwrap_or_else(|panic| {
        hooks.panic = Some(panic);
        ffi::crawler_fail(c, b"a hook panicked\0".as_ptr().cast());
        ffi::CRAWLER_REJECT
    })
}

unsafe extern "C" fn call_filter(
    c: *mut ffi::crawler,
    req: *mut ffi::crawler_request,
    user: *mut c_void,
) -> c_int {
    guard(c, user, |hooks| {
        let takes = hooks.filter.as_mut().map_or(true, |hook| hook(Request(req, PhantomData)));
        if takes {
            ffi::CRAWLER_ACCEPT
        } else {
            ffi::CRAWLER_REJECT
        }
    })
}

unsafe extern "C" fn call_page(
    c: *mut ffi::crawler,
    page: *mut ffi::crawler_page,
    user: *mut c_void,
) -> c_int {
    let page = ManuallyDrop::new(Page(page, PhantomData)); // borrowed: not ours to release
    guard(c, user, |hooks| {
        if let Some(hook) = &mut hooks.page {
            hook(&page);
        }
        0
    })
}

unsafe extern "C" fn call_links(
    c: *mut ffi::crawler,
    page: *mut ffi::crawler_page,
    verdicts: *mut u8,
    count: usize,
    user: *mut c_void,
) -> c_int {
    let page = ManuallyDrop::new(Page(page, PhantomData));
    guard(c, user, |hooks| {
        let mut links = page.links();
        if let Some(hook) = &mut hooks.links {
            hook(&page, &mut links);
        }
        let verdicts = slice::from_raw_parts_mut(verdicts, count);
        for (verdict, _) in verdicts.iter_mut().zip(&links).filter(|(_, link)| !link.follow) {
            *verdict = ffi::CRAWLER_REJECT as u8;
        }
        0
    })
}

/// One crawl. Hooks live at least for `'h`.
pub struct Crawler<'h> {
    raw: *mut ffi::crawler,
    hooks: *mut Hooks<'h>,
}

impl Drop for Crawler<'_> {
    fn drop(&mut self) {
        unsafe {
            ffi::crawler_free(self.raw);
            drop(Box::from_raw(self.hooks));
        }
    }
}

impl<'h> Crawler<'h> {
    /// Panics where memory is out, as `Box::new` does.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Crawler<'h> {
        let raw = unsafe { ffi::crawler_new() };
        assert!(!raw.is_null(), "out of memory");
        Crawler { raw, hooks: Box::into_raw(Box::default()) }
    }

    pub fn set(&mut self, option: &str, value: &str) -> Result<&mut Self> {
        let (option, value) = (c_text(option)?, c_text(value)?);
        self.check(unsafe { ffi::crawler_set_option(self.raw, option.as_ptr(), value.as_ptr()) })?;
        Ok(self)
    }

    pub fn add(&mut self, url: &str) -> Result<&mut Self> {
        let url = c_text(url)?;
        self.check(unsafe { ffi::crawler_add(self.raw, url.as_ptr()) })?;
        Ok(self)
    }

    /// True takes the URL.
    pub fn on_filter(&mut self, hook: impl FnMut(Request<'_>) -> bool + 'h) {
        unsafe {
            (*self.hooks).filter = Some(Box::new(hook));
            ffi::crawler_on_filter(self.raw, Some(call_filter), self.hooks.cast());
        }
    }
    pub fn on_page(&mut self, hook: impl FnMut(&Page<'_>) + 'h) {
        unsafe {
            (*self.hooks).page = Some(Box::new(hook));
            ffi::crawler_on_page(self.raw, Some(call_page), self.hooks.cast());
        }
    }
    pub fn on_links(&mut self, hook: impl FnMut(&Page<'_>, &mut [Link<'_>]) + 'h) {
        unsafe {
            (*self.hooks).links = Some(Box::new(hook));
            ffi::crawler_on_links(self.raw, Some(call_links), self.hooks.cast());
        }
    }

    pub fn run(&mut self) -> Result<()> {
        let err = unsafe { ffi::crawler_run(self.raw) };
        self.check(err)
    }

    /// The pages as they come. Dropped before its end it cancels the crawl.
    pub fn pages(&mut self) -> Pages<'_, 'h> {
        Pages { crawler: self, is_running: true }
    }

    /// "complete", "max_pages", ...
    pub fn ended(&self) -> &'static str {
        unsafe { rust_url(ffi::crawler_ended(self.raw)) }
    }
    pub fn stat(&self, which: c_int) -> i64 {
        unsafe { ffi::crawler_get_stat(self.raw, which) }
    }

    /// A hook's panic goes first: what the library says then is only its consequence.
    fn check(&mut self, err: c_int) -> Result<()> {
        if let Some(panic) = unsafe { (*self.hooks).panic.take() } {
            resume_unwind(panic);
        }
        if err >= 0 {
            return Ok(());
        }
        let message = unsafe { rust_text(ffi::crawler_errmsg(self.raw)) };
        match message.filter(|text| !text.is_empty()) {
            Some(text) => Err(Error { code: err, message: text.into_owned() }),
            None => Err(Error::plain(err, "libcrawl")),
        }
    }
}

pub struct Pages<'a, 'h> {
    crawler: &'a mut Crawler<'h>,
    is_running: bool,
}

impl<'a> Iterator for Pages<'a, '_> {
    type Item = Result<Page<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut raw = ptr::null_mut();
        if !self.is_running {
            return None;
        }
        let err = unsafe { ffi::crawler_next(self.crawler.raw, &mut raw, -1) };
        self.is_running = err == ffi::CRAWLER_OK;
        let page = (!raw.is_null()).then(|| Page(raw, PhantomData));
        self.crawler.check(err).map_or_else(|e| Some(Err(e)), |()| page.map(Ok))
    }
}

impl Drop for Pages<'_, '_> {
    fn drop(&mut self) {
        if !self.is_running {
            return;
        }
        unsafe { ffi::crawler_cancel(self.crawler.raw) };
        self.is_running = false;
        let mut raw = ptr::null_mut();
        while unsafe { ffi::crawler_next(self.crawler.raw, &mut raw, -1) } == ffi::CRAWLER_OK {
            unsafe { ffi::crawler_page_release(raw) };
        }
        unsafe { (*self.crawler.hooks).panic = None }; // nobody is left to be told
    }
}

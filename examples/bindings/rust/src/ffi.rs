// SPDX-License-Identifier: MIT
//! What is used of crawl/crawler.h. Whoever may read a page may do all that is done with it here, so
//! that its pointers are const.
#![allow(non_camel_case_types)]
use std::marker::PhantomData;
use std::os::raw::{c_char, c_int, c_void};

macro_rules! opaque {
    ($($name:ident)*) => { $(#[repr(C)] pub struct $name([u8; 0], PhantomData<*mut ()>);)* };
}
opaque!(crawler crawler_request crawler_page);

pub const CRAWLER_OK: c_int = 0;
pub const CRAWLER_E_INVAL: c_int = -2;
pub const CRAWLER_E_URL: c_int = -5;
pub const CRAWLER_E_OPTION: c_int = -8;
pub const CRAWLER_ACCEPT: c_int = 0;
pub const CRAWLER_REJECT: c_int = 1;
pub const CRAWLER_STAT_QUEUED: c_int = 1;
pub const CRAWLER_STAT_FETCHED: c_int = 3;
pub const CRAWLER_STAT_ATTEMPTS: c_int = 12;
pub const CRAWLER_STAT_TRANSFERS: c_int = 18;

type Hook<T> = unsafe extern "C" fn(*mut crawler, &T, *mut c_void) -> c_int;
type LinksHook =
    unsafe extern "C" fn(*mut crawler, &crawler_page, *mut u8, usize, *mut c_void) -> c_int;

extern "C" {
    pub fn crawler_errmsg(c: *const crawler) -> *const c_char;
    pub fn crawler_new() -> *mut crawler;
    pub fn crawler_free(c: *mut crawler);
    pub fn crawler_set_option(c: *mut crawler, name: *const c_char, value: *const c_char) -> c_int;
    pub fn crawler_add(c: *mut crawler, url: *const c_char) -> c_int;
    pub fn crawler_run(c: *mut crawler) -> c_int;
    pub fn crawler_next(c: *mut crawler, page: *mut *mut crawler_page, timeout_ms: i64) -> c_int;
    pub fn crawler_cancel(c: *mut crawler);
    pub fn crawler_fail(c: *mut crawler, msg: *const c_char) -> c_int;
    pub fn crawler_ended(c: *const crawler) -> *const c_char;
    pub fn crawler_get_stat(c: *const crawler, which: c_int) -> i64;
    pub fn crawler_on_filter(c: *mut crawler, cb: Hook<crawler_request>, user: *mut c_void);
    pub fn crawler_on_page(c: *mut crawler, cb: Hook<crawler_page>, user: *mut c_void);
    pub fn crawler_on_links(c: *mut crawler, cb: LinksHook, user: *mut c_void);
    pub fn crawler_request_url(req: *const crawler_request) -> *const c_char;
    pub fn crawler_request_depth(req: *const crawler_request) -> c_int;
    pub fn crawler_page_release(page: *const crawler_page);
    pub fn crawler_page_url(page: *const crawler_page) -> *const c_char;
    pub fn crawler_page_status(page: *const crawler_page) -> c_int;
    pub fn crawler_page_title(page: *const crawler_page) -> *const c_char;
    pub fn crawler_page_header(page: *const crawler_page, name: *const c_char) -> *const c_char;
    pub fn crawler_page_body(page: *const crawler_page, bytes: *mut usize) -> *const c_void;
    pub fn crawler_page_text(page: *const crawler_page, bytes: *mut usize) -> *const c_char;
    pub fn crawler_page_links(
        page: *const crawler_page,
        text: *mut *const c_char,
        offsets: *mut *const u32,
        kinds: *mut *const u8,
        flags: *mut *const u8,
    ) -> c_int;
}

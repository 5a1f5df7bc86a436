# SPDX-License-Identifier: MIT
"""libcrawl.py - libcrawl for Python: a crawl is an iterator of pages.

    for page in crawl("https://example.org/", max_pages=25):
        print(page.status, page.url, page.title)

The same object goes with asyncio, whose loop drives the crawl then:

    async with crawl("https://example.org/", filter=lambda req: "?" not in req.url) as pages:
        async for page in pages:
            ...

Keyword arguments are the options of docs/reference/options.md, and the hooks filter, links and
outcome. An exception in a hook ends the crawl and comes out of the iterator. Leaving the loop early
frees the crawl; of `async for` Python says when, unless it stands in `async with`.
The library is found as libcrawl.so.0, or where the environment's LIBCRAWL says.
"""
import asyncio
import os
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from ctypes import (CDLL, CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_size_t, c_uint8,
                    c_uint32, c_void_p, string_at)

OK, DONE, AGAIN = 0, 1, 2
ACCEPT, REJECT = 0, 1
READ, WRITE = 1, 2
FINISH_OK = 0

_P, _S, _I, _L, _SIZE = c_void_p, c_char_p, c_int, c_int64, POINTER(c_size_t)
_PP, _OFFSETS = POINTER(c_void_p), POINTER(c_uint32)
_REQUEST_CB = _PAGE_CB = CFUNCTYPE(_I, _P, _P, _P)
_LINKS_CB = CFUNCTYPE(_I, _P, _P, _P, c_size_t, _P)
_OUTCOME_CB = CFUNCTYPE(None, _P, _P, _I, _I, _P, _P)
_WATCH_CB = CFUNCTYPE(_I, _P, _I, _I, _P)
_TIMER_CB = CFUNCTYPE(_I, _P, _L, _P)

_SIGNATURES = {  # the result's type and the arguments' of crawler_*
    (_P,): "new",
    (None, _P): "free page_release",
    (_I, _P): "start timer_fired page_defer page_status request_depth",
    (_S, _P): "errmsg ended request_url request_referrer page_url page_mime page_title",
    (_P, _P): "page_retain",
    (_S, _I): "strerror outcome_name reason_name stat_name link_kind_name",
    (_L, _P, _I): "get_stat",
    (_I, _P, _I): "page_finish",
    (_I, _P, _S): "add fail",
    (_P, _P, _SIZE): "page_body",  # bytes with a length
    (_I, _P, _PP, POINTER(_OFFSETS), _PP, _PP): "page_links",
    (_I, _P, _S, _S): "set_option",
    (_I, _P, POINTER(_P), _L): "next",
    (_I, _P, _I, _I): "fd_ready",
    (_I, _P, _WATCH_CB, _TIMER_CB, _P): "set_loop",
    (None, _P, _REQUEST_CB, _P): "on_filter on_page",
    (None, _P, _LINKS_CB, _P): "on_links",
    (None, _P, _OUTCOME_CB, _P): "on_outcome",
}
_lib = CDLL(os.environ.get("LIBCRAWL", "libcrawl.so.0"))
for _signature, _names in _SIGNATURES.items():
    for _name in _names.split():
        _function = getattr(_lib, "crawler_" + _name)
        _function.restype, *_function.argtypes = _signature
        if _function.restype is _S:
            _function.errcheck = lambda text, *_: None if text is None else text.decode()


class CrawlError(Exception):
    """What the library says; code is one of CRAWLER_E_*."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class _Handle(AbstractContextManager):
    """A pointer into the library until its hook is over: used later it's an error, not a crash."""

    def __init__(self, pointer, is_mine=False):
        self._pointer, self._is_mine = pointer, is_mine

    def __exit__(self, *_error):
        self._pointer = None

    @property
    def _ptr(self):
        if self._pointer is None:
            raise ValueError(f"{type(self).__name__} used after its hook")
        return self._pointer


class Request(_Handle):
    """A URL on its way."""
    url = property(lambda self: _lib.crawler_request_url(self._ptr))
    referrer = property(lambda self: _lib.crawler_request_referrer(self._ptr))
    depth = property(lambda self: _lib.crawler_request_depth(self._ptr))


class Page(_Handle):
    """A response. One from an iterator may be kept."""
    status = property(lambda self: _lib.crawler_page_status(self._ptr))
    url = property(lambda self: _lib.crawler_page_url(self._ptr))
    mime = property(lambda self: _lib.crawler_page_mime(self._ptr))
    title = property(lambda self: _lib.crawler_page_title(self._ptr))

    @property
    def body(self):
        size = c_size_t()
        data = _lib.crawler_page_body(self._ptr, size)
        return string_at(data, size.value) if data else b""

    def links(self):
        """The absolute URL of each link; "" for one that isn't a URL."""
        text, offsets = c_void_p(), _OFFSETS()
        count = self._links(text, offsets, None, None)
        return string_at(text, offsets[count]).decode().split("\0")[:count]

    def link_kinds(self):
        """The kind of each: "a", "image", ..."""
        kinds = c_void_p()
        count = self._links(None, None, kinds, None)
        return [_lib.crawler_link_kind_name(kind) for kind in string_at(kinds, count)]

    def _links(self, *out):
        count = _lib.crawler_page_links(self._ptr, *out)
        if count < 0:
            raise CrawlError(count, _lib.crawler_strerror(count))
        return count

    def __del__(self):
        if self._is_mine:
            _lib.crawler_page_finish(self._pointer, FINISH_OK)
            _lib.crawler_page_release(self._pointer)


class crawl(AbstractContextManager, AbstractAsyncContextManager):
    """A crawl of these URLs: an iterator, an asynchronous iterator, a context of both sorts.

    filter(request)   False refuses the URL
    links(page, urls) all links of a page; it may return the indexes of those not to follow
    outcome(url, outcome, reason)   how each URL ended: "fetched", ""; "failed", "dns"; ...
    ended, stats      once it is over: "complete", "max_pages", ...; all numbers by name
    """

    def __init__(self, *urls, filter=None, links=None, outcome=None, **options):
        self.ended, self.stats = "", {}
        self._raised, self._hooks = None, []  # the library has pointers to these hooks
        self._c = _lib.crawler_new()
        if not self._c:
            raise MemoryError
        for name, value in options.items():
            text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
            self._check(_lib.crawler_set_option(self._c, name.encode(), text.encode()))
        for url in urls:
            self.add(url)

        def on_filter(req, _user):
            with Request(req) as request:
                return REJECT if filter(request) is False else ACCEPT

        def on_links(page, verdicts, count, _user):
            with Page(page) as borrowed:
                urls = borrowed.links()
                refused = (c_uint8 * count).from_address(verdicts)
                for i in links(borrowed, urls) or ():
                    refused[i] = REJECT

        def on_outcome(req, end, reason, _page, _user):
            outcome(_lib.crawler_request_url(req), _lib.crawler_outcome_name(end),
                    _lib.crawler_reason_name(reason))

        if filter:
            _lib.crawler_on_filter(self._c, self._hook(_REQUEST_CB, on_filter), None)
        if links:
            _lib.crawler_on_links(self._c, self._hook(_LINKS_CB, on_links), None)
        if outcome:
            _lib.crawler_on_outcome(self._c, self._hook(_OUTCOME_CB, on_outcome), None)

    def add(self, url):
        self._check(_lib.crawler_add(self._c, url.encode()))

    def close(self):
        """Ends the crawl and frees it; pages that are held live on."""
        c, self._c = self._c, None
        if c:
            self.ended = _lib.crawler_ended(c)
            while name := _lib.crawler_stat_name(len(self.stats)):
                self.stats[name] = _lib.crawler_get_stat(c, len(self.stats))
            _lib.crawler_free(c)  # in a hook: when the hook has returned

    __del__ = close

    def _check(self, result):
        if self._raised and result not in (OK, AGAIN):
            raise self._raised
        if result < 0:
            raise CrawlError(result, _lib.crawler_errmsg(self._c))
        return result

    def _hook(self, proto, function):
        def call(c, *args):  # no exception may pass through C
            try:
                return function(*args) or ACCEPT
            except BaseException as error:
                self._raised = self._raised or error
                _lib.crawler_fail(c, repr(error).encode("utf-8", "replace"))
                return REJECT
        self._hooks.append(proto(call))
        return self._hooks[-1]

    def __iter__(self):
        pointer = c_void_p()
        with self:
            # Not for ever: an interrupt is seen between two calls.
            while self._c and self._check(_lib.crawler_next(self._c, pointer, 200)) != DONE:
                if pointer:
                    yield Page(pointer.value, is_mine=True)  # its URL ends with the next one

    def __exit__(self, *_error):
        self.close()

    async def __aexit__(self, *_error):
        self.close()

    async def __aiter__(self):
        loop, ready, timer = asyncio.get_running_loop(), asyncio.Queue(), None

        def turn(function, *args):
            result = function(self._c, *args) if self._c else DONE
            if result != OK:
                ready.put_nowait(result)

        def watch(fd, events, _user):
            loop.remove_reader(fd)
            loop.remove_writer(fd)
            if events & READ:
                loop.add_reader(fd, turn, _lib.crawler_fd_ready, fd, READ)
            if events & WRITE:
                loop.add_writer(fd, turn, _lib.crawler_fd_ready, fd, WRITE)

        def set_timer(ms, _user):
            nonlocal timer
            if timer:
                timer.cancel()
            timer = loop.call_later(ms / 1000, turn, _lib.crawler_timer_fired) if ms >= 0 else None

        def on_page(page, _user):  # it goes beyond the hook, and its URL ends later
            _lib.crawler_page_defer(page)
            ready.put_nowait(Page(_lib.crawler_page_retain(page), is_mine=True))

        try:
            _lib.crawler_on_page(self._c, self._hook(_PAGE_CB, on_page), None)
            self._check(_lib.crawler_set_loop(self._c, self._hook(_WATCH_CB, watch),
                                              self._hook(_TIMER_CB, set_timer), None))
            self._check(_lib.crawler_start(self._c))
            while isinstance(page := await ready.get(), Page):
                yield page
                _lib.crawler_page_finish(page._pointer, FINISH_OK)  # it may be kept
            self._check(page)
        finally:
            self.close()
            while not ready.empty():  # a page that goes is finished, and need not wait for gc
                ready.get_nowait()

# SPDX-License-Identifier: MIT
"""border.py - what a page's links cost on their way into Python: python3 border.py ROUNDS

A page of 10, 100 and 1,000 links, each URL wanted as a native string, in three ways, interleaved:
  split  bytes that Python has, as the library would give them, decoded and split: no library
  hook   the binding's links hook, called through C as in a crawl, that is given all URLs in bulk
  each   the same hook, but two accessor calls for each link, and `one`: the second of them alone
Prints one line for each size and way: name, links, way, then the microseconds of a page: median,
lower and upper quartile. The library's own work, making the URLs absolute, is done before.
"""
import ctypes
import statistics
import sys
import time

import libcrawl
from libcrawl import Page, _lib, crawl

P, S, SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
for name, *signature in (("document_new", ctypes.c_int, ctypes.POINTER(P), S, S, S, SIZE, S),
                         ("page_link", P, P, SIZE), ("link_url", S, P)):
    function = getattr(_lib, "crawler_" + name)
    function.restype, *function.argtypes = signature


def page_of(links):
    html = "".join(f'<p><a href="/section/{i % 7}/article-{i:06}.html">An article</a>'
                   for i in range(links)).encode()
    page = P()
    err = _lib.crawler_document_new(ctypes.byref(page), b"https://www.example.org/", b"text/html",
                                    html, len(html), None)
    assert err == 0
    return page.value


def ways_of(links):
    page = page_of(links)
    verdicts = (ctypes.c_uint8 * links)()
    want = Page(page).links()
    text = "".join(url + "\0" for url in want).encode()
    handles = [_lib.crawler_page_link(page, i) for i in range(links)]
    assert len(want) == links and want[-1].endswith(f"-{links - 1:06}.html")
    got = None

    def keep(_page, urls):
        nonlocal got
        got = urls

    def each(page, _verdicts, _count, _user):
        nonlocal got
        got = [_lib.crawler_link_url(_lib.crawler_page_link(page, i)).decode()
               for i in range(links)]

    def one(_page, _verdicts, _count, _user):
        nonlocal got
        got = [_lib.crawler_link_url(handle).decode() for handle in handles]

    def split():
        nonlocal got
        got = text.decode().split("\0")[:-1]

    site = crawl(links=keep)
    site._hook(libcrawl._LINKS_CB, each)
    site._hook(libcrawl._LINKS_CB, one)
    through_c = [libcrawl._LINKS_CB(ctypes.cast(hook, P).value) for hook in site._hooks]
    ways = {"split": split}
    for name, hook in zip(("hook", "each", "one"), through_c):
        ways[name] = lambda hook=hook: hook(site._c, page, ctypes.addressof(verdicts), links, None)
    for name, way in ways.items():
        got = None
        way()
        assert got == want, name
    return ways


for links in (10, 100, 1000):
    ways = ways_of(links)
    times = {name: [] for name in ways}
    repeats = 2000 // links
    for _ in range(int(sys.argv[1])):
        for name, way in ways.items():
            began = time.perf_counter_ns()
            for _ in range(repeats):
                way()
            times[name].append((time.perf_counter_ns() - began) / repeats / 1000)
    for name, us in times.items():
        low, median, high = statistics.quantiles(us, n=4)
        print(f"python {links} {name} {median:.3f} {low:.3f} {high:.3f}")

# SPDX-License-Identifier: MIT
"""test_libcrawl.py - the binding on the bundled site: python3 test_libcrawl.py ROOT URL

URL is that of examples/serve with examples/site; LIBCRAWL says where the library is.
"""
import asyncio
import ctypes
import gc
import os
import pathlib
import re
import sys
import unittest

import libcrawl
from libcrawl import CrawlError, crawl

ROOT, URL = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
HERE = {"own_server": True, "allow_private": True}


def threads():
    return len(os.listdir("/proc/self/task"))


def descriptors():
    return len(os.listdir("/proc/self/fd"))


class OnTheSite(unittest.TestCase):
    url = URL

    def expect_site(self, pages):
        got = {page.url: page for page in pages}
        self.assertEqual(len(got), len(pages))
        front = got[self.url]
        self.assertEqual((front.status, front.title), (200, "Cape Lantern"))
        self.assertEqual(front.body, (ROOT / "examples/site/index.html").read_bytes())
        self.assertEqual(got[self.url + "languages/greek.html"].title, "Ο φάρος")
        self.assertEqual(got[self.url + "harbour/ferry.html"].status, 404)
        self.assertIsNone(got[self.url + "notes.txt"].title)
        for file in (ROOT / "examples/site").rglob("*.html"):  # but what robots.txt or rel forbid
            name = str(file.relative_to(ROOT / "examples/site"))
            if name not in ("private/logbook.html", "guestbook.html"):
                self.assertTrue({self.url + name, self.url + name.removesuffix("index.html")} &
                                got.keys(), name)

    def test_iterator_gives_every_page(self):
        site = crawl(self.url, **HERE)
        pages = list(site)
        self.expect_site(pages)
        self.assertEqual(site.ended, "complete")
        self.assertEqual(site.stats["fetched"], len(pages))

    def test_async_iterator_gives_every_page(self):
        async def all_pages():
            turns = 0

            async def count():  # the loop is not blocked
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0)
            counter = asyncio.create_task(count())
            pages = [page async for page in crawl(self.url, **HERE)]
            counter.cancel()
            return pages, turns
        pages, turns = asyncio.run(all_pages())
        self.expect_site(pages)
        self.assertGreater(turns, 2)

    def test_two_crawls_share_a_loop(self):
        async def pages_of(**options):
            return [page async for page in crawl(self.url, **HERE, **options)]

        async def both():
            return await asyncio.gather(pages_of(), pages_of(max_pages=3))
        all_of_it, three = asyncio.run(both())
        self.expect_site(all_of_it)
        self.assertEqual(len(three), 3)

    def refuse_birds(self, request):
        self.asked.append((request.url, request.referrer, request.depth))
        return "/birds" not in request.url

    def test_what_filter_refuses_is_not_fetched(self):
        self.asked, ends = [], {}
        site = crawl(self.url, filter=self.refuse_birds, **HERE,
                     outcome=lambda url, *end: ends.update({url: end}))
        got = [page.url for page in site]
        self.assertNotIn(self.url + "birds/", got)
        self.assertIn(self.url + "news/", got)
        self.assertIn((self.url + "news/", self.url, 1), self.asked)
        self.assertEqual(ends[self.url + "birds/"], ("rejected", "filter"))
        self.assertEqual(ends[self.url + "private/logbook.html"], ("dropped", "robots"))
        self.assertEqual(ends[self.url], ("fetched", ""))
        self.assertEqual(site.stats["attempts"], len(got) + 1)  # robots.txt, and nothing else

    def test_async_filter(self):
        self.asked = []

        async def urls():
            return [page.url async for page in crawl(self.url, filter=self.refuse_birds, **HERE)]
        got = asyncio.run(urls())
        self.assertNotIn(self.url + "birds/", got)
        self.assertIn(self.url + "news/", got)

    def test_links_come_in_bulk_and_may_be_refused(self):
        seen = {}

        def links(page, urls):
            seen[page.url] = urls
            self.assertEqual(len(page.link_kinds()), len(urls))
            self.assertEqual(page.links(), urls)
            if page.url == self.url:
                self.assertEqual(page.link_kinds()[:2], ["stylesheet", "a"])
            return [i for i, url in enumerate(urls) if "/keepers/" in url]
        got = [page.url for page in crawl(self.url, links=links, **HERE)]
        hrefs = re.findall(r'href="([^"]*)', (ROOT / "examples/site/index.html").read_text())
        self.assertEqual(len(seen[self.url]), len(hrefs))
        self.assertEqual(seen[self.url][:3], [self.url + "style.css", self.url + "about.html",
                                              self.url + "keepers/"])
        self.assertIn("mailto:keeper@lantern.example", seen[self.url])
        self.assertIn(self.url + "news/", got)
        self.assertFalse([url for url in got if "/keepers/" in url])

    def test_errors_are_exceptions_with_the_message(self):
        with self.assertRaisesRegex(CrawlError, "max_pages") as said:
            crawl(self.url, max_pages="many")
        self.assertEqual(said.exception.code, -9)
        with self.assertRaisesRegex(CrawlError, "no_such_option"):
            crawl(self.url, no_such_option=1)
        with self.assertRaisesRegex(CrawlError, "not an absolute URL.*: nowhere"):
            crawl("nowhere")

    def test_what_cannot_be_fetched_is_an_outcome(self):
        ends = []
        url = "http://127.0.0.1:1/"  # nobody listens
        got = list(crawl(url, outcome=lambda *end: ends.append(end), obey_robots=False,
                         max_retries=0, **HERE))
        self.assertEqual(got, [])
        self.assertEqual(ends, [(url, "failed", "connect")])

    def test_break_stops_and_frees(self):
        before = threads(), descriptors()
        site = crawl(self.url, **HERE)
        for page in site:
            during = descriptors()
            break
        self.assertGreater(during, before[1])
        self.assertEqual((threads(), descriptors()), before)
        self.assertLess(site.stats["fetched"], 32)
        self.assertEqual((page.status, page.url), (200, self.url))  # it lives on

    def test_async_break_stops_and_frees(self):
        async def one():
            before = threads(), descriptors()
            async with crawl(self.url, **HERE) as site:
                async for page in site:
                    self.assertGreater(descriptors(), before[1])
                    break
            self.assertEqual((threads(), descriptors()), before)
            self.assertLess(site.stats["fetched"], 32)
            self.assertEqual((page.status, page.url), (200, self.url))
        asyncio.run(one())

    def test_breaks_leave_no_memory_behind(self):
        async def breaks(times):
            for _ in range(times):
                async with crawl(self.url, **HERE) as site:
                    async for page in site:
                        if page.url != self.url:  # more have come by then
                            break
            gc.collect()
            return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4
        before_kb = asyncio.run(breaks(50))
        self.assertLess(asyncio.run(breaks(150)) - before_kb, 500)

    def test_exception_in_a_hook_reaches_the_caller(self):
        def fail(*_args):
            raise KeyError("of the hook")

        async def run(**hooks):
            async for _page in crawl(self.url, **hooks, **HERE):
                pass
        for name in ("filter", "links", "outcome"):
            with self.subTest(name):
                pages = crawl(self.url, **{name: fail}, **HERE)
                with self.assertRaisesRegex(KeyError, "of the hook"):
                    list(pages)
                self.assertEqual(pages.ended, "error")
                with self.assertRaisesRegex(KeyError, "of the hook"):
                    asyncio.run(run(**{name: fail}))

    def test_what_a_hook_was_given_ends_with_it(self):
        kept = []
        list(crawl(self.url, filter=kept.append, links=lambda page, _: kept.append(page), **HERE))
        for thing in kept:
            with self.assertRaisesRegex(ValueError, "after its hook"):
                thing.url

    def test_close_in_a_hook(self):
        site = crawl(self.url, filter=lambda _request: site.close(), **HERE)
        self.assertLess(len(list(site)), 2)


class Declarations(unittest.TestCase):
    """A signature that isn't the header's would be a crash at best."""

    def type_of(self, text, result=False):
        base, stars = re.match(r"(?:const )?(.*?) *(\**)\w*$", text.strip()).groups()
        callbacks = {f"crawler_{n}_cb": getattr(libcrawl, f"_{n.upper()}_CB")
                     for n in ("request", "page", "links", "outcome", "watch", "timer")}
        plain = {"void": None, "int64_t": ctypes.c_int64, "size_t": ctypes.c_size_t, **callbacks}
        if stars:
            return {"char*": ctypes.c_char_p, "size_t*": libcrawl._SIZE,
                    "uint32_t**": ctypes.POINTER(libcrawl._OFFSETS)}.get(
                base + stars, ctypes.POINTER(ctypes.c_void_p) if stars == "**" else ctypes.c_void_p)
        return plain.get(base, ctypes.c_int)  # enumerations too

    def test_are_those_of_the_header(self):
        header = (ROOT / "include/crawl/crawler.h").read_text()
        for signature, names in libcrawl._SIGNATURES.items():
            for name in names.split():
                with self.subTest(name):
                    result, arguments = re.search(
                        rf"^(\w[\w *]*?)\bcrawler_{name}\(([^;]*)\);", header, re.M).groups()
                    expected = [self.type_of(result + "x")]
                    if arguments != "void":
                        expected += [self.type_of(a) for a in arguments.split(",")]
                    self.assertEqual(list(signature), expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

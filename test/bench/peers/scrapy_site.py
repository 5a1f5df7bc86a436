# SPDX-License-Identifier: MIT
"""scrapy_site.py - Scrapy for `make bench-all`: follows every <a> of the seeds' hosts.

  scrapy_site.py CONNECTIONS PER_HOST TIMEOUT_S SEED_FILE

No robots.txt, no pause, no retries, no cookies; nothing is kept. The links are LinkExtractor's, the
seen-test is the scheduler's.
"""
import sys

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from urllib.parse import urlsplit

connections, per_host, timeout_s, seed_file = sys.argv[1:]
with open(seed_file) as lines:
    seeds = lines.read().split()


class Site(scrapy.Spider):
    name = 'site'
    start_urls = seeds
    allowed_domains = sorted({urlsplit(seed).hostname for seed in seeds})
    links = LinkExtractor(tags='a', attrs='href', deny_extensions=[])

    def parse(self, response):
        if isinstance(response, scrapy.http.TextResponse):
            host = urlsplit(response.url).netloc
            for link in self.links.extract_links(response):
                if urlsplit(link.url).netloc == host:
                    yield scrapy.Request(link.url)


process = CrawlerProcess({
    'CONCURRENT_ITEMS': 1,  # there are none: fewer tasks for each page
    'CONCURRENT_REQUESTS': int(connections),
    'CONCURRENT_REQUESTS_PER_DOMAIN': int(per_host),
    'COOKIES_ENABLED': False,
    'DOWNLOAD_TIMEOUT': float(timeout_s),
    'LOG_LEVEL': 'CRITICAL',
    'REQUEST_FINGERPRINTER_IMPLEMENTATION': '2.7',
    'RETRY_ENABLED': False,
    'ROBOTSTXT_OBEY': False,
    'TELNETCONSOLE_ENABLED': False,
})
process.crawl(Site)
process.start()

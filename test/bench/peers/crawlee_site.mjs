// SPDX-License-Identifier: MIT
// crawlee_site.mjs - crawlee for `make bench-all`: follows every <a> of the seed's host.
//
//   crawlee_site.mjs CONNECTIONS SEED
//
// No robots.txt, no pause, no retries; requests in memory, nothing kept. What has been seen is known
// to a Set here, before crawlee is asked: enqueueLinks() checks each link of each page anew, which
// takes more than twice as long where pages have many links.
import { CheerioCrawler, Configuration, log, LogLevel } from '@crawlee/cheerio'

const [connections, seed] = process.argv.slice(2)
const host = new URL(seed).host
const seen = new Set([seed])

function newLinks($, base) {
  const urls = []
  $('a[href]').each((_, element) => {
    if (!URL.canParse(element.attribs.href, base)) return
    const url = new URL(element.attribs.href, base)
    url.hash = ''
    if (url.host !== host || seen.has(url.href)) return
    seen.add(url.href)
    urls.push(url.href)
  })
  return urls
}

log.setLevel(LogLevel.OFF)
const crawler = new CheerioCrawler(
  {
    minConcurrency: Number(connections),
    maxConcurrency: Number(connections),
    maxRequestRetries: 0,
    useSessionPool: false,
    async requestHandler({ $, request, crawler }) {
      const urls = newLinks($, request.loadedUrl)
      if (urls.length > 0) await crawler.addRequests(urls)
    },
  },
  new Configuration({ persistStorage: false, purgeOnStart: false, availableMemoryRatio: 0.9 }),
)
await crawler.run([seed])
process.exit(0) // its timers would keep the process

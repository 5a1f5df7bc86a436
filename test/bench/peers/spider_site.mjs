// SPDX-License-Identifier: MIT
// spider_site.mjs - spider-rs for `make bench-all`: its own crawl of one site, as it comes.
//
//   spider_site.mjs SEED
//
// No robots.txt, no pause; its own concurrency, which the binding for Node can't set.
import { Website } from '@spider-rs/spider-rs'

const website = new Website(process.argv[2]).withRespectRobotsTxt(false).withDelay(0).build()
await website.crawl()

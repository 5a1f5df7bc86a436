// SPDX-License-Identifier: MIT
/* border.mjs - what a page's links cost on their way into Node.js: node border.mjs ROUNDS
 *
 * As border.py, which says what is measured and printed; and `hop`, the hook as a crawl calls it:
 * from a thread of Node's pool, while the main one waits.
 */
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import koffi from 'koffi';

// The binding's hook itself: as it registers it.
const registered = [];
const { register } = koffi;
koffi.register = (...args) => {
  registered.push(register(...args));
  return registered.at(-1);
};
const { crawl } = await import('./libcrawl.mjs');
const library = koffi.load(process.env.LIBCRAWL ?? 'libcrawl.so.0');
koffi.opaque('crawler_link');
const documentNew = library.func(`int crawler_document_new(_Out_ crawler_page **out,
  const char *url, const char *content_type, const void *data, size_t bytes, const char *links)`);
const pageLink = library.func(
  'const crawler_link *crawler_page_link(crawler_page *page, size_t i)');
const linkUrl = library.func('const char *crawler_link_url(const crawler_link *link)');

function pageOf(links) {
  const html = Buffer.from(Array.from({ length: links }, (_, i) =>
    `<p><a href="/section/${i % 7}/article-${String(i).padStart(6, '0')}.html">An article</a>`)
    .join(''));
  const out = [null];
  const err = documentNew(out, 'https://www.example.org/', 'text/html', html, html.length, null);
  assert.equal(err, 0);
  return out[0];
}

function waysOf(links) {
  const page = pageOf(links);
  const handles = Array.from({ length: links }, (_, i) => pageLink(page, i));
  const want = handles.map((handle) => linkUrl(handle));
  const bytes = Buffer.from(want.join('\0'));
  const verdicts = koffi.alloc('uint8_t', links);
  let got;
  const site = crawl([], { links: (_page, urls) => { got = urls; } });
  const hooks = {
    hook: registered.pop(),
    each: register((_c, given) => {
      got = new Array(links);
      for (let i = 0; i < links; i++)
        got[i] = linkUrl(pageLink(given, i));
      return 0;
    }, 'crawler_links_cb'),
    one: register(() => {
      got = handles.map((handle) => linkUrl(handle));
      return 0;
    }, 'crawler_links_cb'),
  };
  const ways = { split: () => { got = bytes.toString().split('\0'); } };
  for (const [name, hook] of Object.entries(hooks)) {
    const call = koffi.decode(hook, 'crawler_links_cb_proto');
    ways[name] = () => call(null, page, verdicts, links, null);
    if (name === 'hook') {
      const later = promisify(call.async);
      ways.hop = () => later(null, page, verdicts, links, null);
    }
  }
  return { ways, site, check: (name) => { assert.deepEqual(got, want, name); got = null; } };
}

function quartiles(us) {
  us.sort((a, b) => a - b);
  return [2, 1, 3].map((quarter) => us[Math.ceil(us.length * quarter / 4) - 1].toFixed(3));
}

for (const links of [10, 100, 1000]) {
  const { ways, site, check } = waysOf(links);
  const times = {};
  for (const name of Object.keys(ways)) {
    await ways[name]();
    check(name);
    times[name] = [];
  }
  const repeats = 2000 / links;
  for (let round = 0; round < Number(process.argv[2]); round++) {
    for (const [name, way] of Object.entries(ways)) {
      const began = process.hrtime.bigint();
      for (let i = 0; i < repeats; i++) {
        const waits = way();
        if (waits)
          await waits;
      }
      times[name].push(Number(process.hrtime.bigint() - began) / repeats / 1000);
    }
  }
  for (const [name, us] of Object.entries(times))
    console.log(`node ${links} ${name} ${quartiles(us).join(' ')}`);
  site.close();
}

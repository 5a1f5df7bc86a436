// SPDX-License-Identifier: MIT
/* test.mjs - the binding on the bundled site: node --expose-gc test.mjs ROOT URL
 *
 * URL is that of examples/serve with examples/site; LIBCRAWL says where the library is.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import koffi from 'koffi';
import { CrawlError, crawl } from './libcrawl.mjs';

const [root, url] = process.argv.slice(2);
const front = readFileSync(`${root}/examples/site/index.html`);
const here = { ownServer: true, allowPrivate: true };
const threads = () => readdirSync('/proc/self/task').length;
/* What malloc has given out, without V8's own heap. */
const mallinfo = koffi.load('libc.so.6').func('mallinfo2', koffi.struct(Object.fromEntries(
  ['arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks', 'fordblks',
    'keepcost'].map((name) => [name, 'size_t']))), []);
const descriptors = () => readdirSync('/proc/self/fd').length;

async function urlsOf(site) {
  const urls = [];
  for await (const page of site)
    urls.push(page.url);
  return urls;
}

test('the iterator gives every page, and the main thread goes on', async () => {
  const got = new Map();
  let turns = 0;
  let counter = setImmediate(function count() {
    turns++;
    counter = setImmediate(count);
  });
  const site = crawl(url, here);
  for await (const page of site)
    got.set(page.url, page.keep());
  clearImmediate(counter);
  const { status, title, mime, body } = got.get(url); // kept pages live on
  assert.deepEqual([status, title, mime, body], [200, 'Cape Lantern', 'text/html', front]);
  assert.equal(got.get(`${url}languages/greek.html`).title, 'Ο φάρος');
  assert.equal(got.get(`${url}harbour/ferry.html`).status, 404);
  assert.equal(got.get(`${url}notes.txt`).title, null);
  assert.equal(got.size, 32);
  assert.equal(site.ended, 'complete');
  assert.equal(site.stats.fetched, 32);
  assert.ok(turns > 2);
});

test('what filter refuses is not fetched', async () => {
  const asked = {};
  const ends = {};
  const site = crawl([url], {
    filter(req) {
      asked[req.url] = [req.referrer, req.depth];
      return !req.url.includes('/birds');
    },
    outcome(of, ...end) {
      ends[of] = end;
    },
    ...here,
  });
  const got = await urlsOf(site);
  assert.ok(!got.includes(`${url}birds/`));
  assert.ok(got.includes(`${url}news/`));
  assert.deepEqual(asked[`${url}news/`], [url, 1]);
  assert.deepEqual(ends[`${url}birds/`], ['rejected', 'filter']);
  assert.deepEqual(ends[`${url}private/logbook.html`], ['dropped', 'robots']);
  assert.deepEqual(ends[url], ['fetched', '']);
  assert.equal(site.stats.attempts, got.length + 1); // robots.txt, and nothing else
});

test('links come in bulk and may be refused', async () => {
  const seen = {};
  const links = (page, urls) => {
    seen[page.url] = { urls, kinds: page.linkKinds() };
    assert.deepEqual(page.links(), urls);
    return urls.flatMap((each, i) => (each.includes('/keepers/') ? [i] : []));
  };
  const got = await urlsOf(crawl(url, { links, ...here }));
  const { urls, kinds } = seen[url];
  assert.equal(urls.length, front.toString().split('href="').length - 1);
  assert.equal(kinds.length, urls.length);
  assert.deepEqual(kinds.slice(0, 2), ['stylesheet', 'a']);
  assert.deepEqual(urls.slice(0, 3), ['style.css', 'about.html', 'keepers/'].map((at) => url + at));
  assert.equal(urls.at(-1), 'https://example.org/');
  assert.ok(got.includes(`${url}news/`));
  assert.deepEqual(got.filter((each) => each.includes('/keepers/')), []);
});

test('errors are exceptions with the message', () => {
  assert.throws(() => crawl(url, { maxPages: 'many' }),
    (error) => error instanceof CrawlError && error.code === -9 && /max_pages/.test(error.message));
  assert.throws(() => crawl(url, { noSuchOption: 1 }), /no_such_option/);
  assert.throws(() => crawl('nowhere'), /not an absolute URL.*: nowhere/);
});

test('after its end a crawl gives nothing', async () => {
  const site = crawl(url, here);
  const all = site[Symbol.asyncIterator]();
  assert.equal((await all.next()).value.url, url);
  await all.return();
  assert.deepEqual(await urlsOf(site), []);
});

test("what can't be fetched is an outcome", async () => {
  const ends = [];
  const gone = 'http://127.0.0.1:1/'; // nobody listens
  const got = await urlsOf(crawl(gone, {
    obeyRobots: false, maxRetries: 0, outcome: (...end) => ends.push(end), ...here,
  }));
  assert.deepEqual(got, []);
  assert.deepEqual(ends, [[gone, 'failed', 'connect']]);
});

test('a break stops and frees', async () => {
  const before = [threads(), descriptors()];
  const site = crawl(url, here);
  let kept;
  for await (const page of site) {
    assert.ok(descriptors() > before[1]);
    kept = page.keep();
    break;
  }
  assert.deepEqual([threads(), descriptors()], before);
  assert.ok(site.stats.fetched < 32);
  assert.equal(kept.url, url); // it lives on
});

test('an exception in a hook reaches the caller', async () => {
  for (const name of ['filter', 'links', 'outcome']) {
    const error = new TypeError(`of ${name}`);
    const site = crawl(url, { [name]: () => { throw error; }, ...here });
    await assert.rejects(urlsOf(site), error);
  }
});

test('what a hook or a turn was given ends with it', async () => {
  const lent = [];
  const site = crawl(url, {
    filter: (req) => { lent.push(req); },
    links: (page) => { lent.push(page); },
    ...here,
  });
  for await (const page of site)
    lent.push(page);
  assert.ok(lent.length > 32 * 2);
  for (const thing of lent)
    assert.throws(() => thing.url, /used after its end/);
});

test('close() in a hook ends the crawl', async () => {
  const site = crawl(url, { filter: () => site.close(), ...here });
  assert.deepEqual(await urlsOf(site), []);
  assert.equal(site.ended, 'canceled');
});

test('crawls leave no memory behind', async () => {
  const crawls = async (times) => {
    for (let i = 0; i < times; i++) {
      for await (const page of crawl(url, { filter: () => true, outcome: () => {}, ...here })) {
        if (i % 2)
          page.keep();
        if (page.url !== url)
          break;
      }
    }
    globalThis.gc();
    await new Promise((resolve) => { setTimeout(resolve, 20); }); // for finalizers
    return Number(mallinfo().uordblks) / 1024;
  };
  const before = await crawls(300);
  const grown = (await crawls(300)) - before;
  assert.ok(grown < 1000, `${grown} KB more`);
});

test('declarations are those of the header', () => {
  const squeeze = (text) => text.replace(/\/\*[^]*?\*\//g, ' ').replace(/\s+/g, ' ');
  const header = squeeze(readFileSync(`${root}/include/crawl/crawler.h`, 'utf8'));
  const source = readFileSync(`${root}/examples/bindings/node/libcrawl.mjs`, 'utf8');
  const declared = source.match(/declarations = `\n([^`]*)`/)[1].match(/\w[^;]*;/g);
  assert.ok(declared.length > 25);
  for (const line of declared) {
    const own = squeeze(line).replaceAll('_Out_ ', '').replace('void **text', 'char **text');
    assert.ok(header.includes(own), line);
  }
  const callbacks = squeeze(source.match(/callbacks = `\n([^`]*)`/)[1])
    .match(/\w+ crawler_[^;]*;/g);
  assert.equal(callbacks.length, 3);
  for (const text of callbacks)
    assert.ok(header.includes('typedef ' + text.replace(/crawler_\w+_cb/, '(*$&)')), text);
});

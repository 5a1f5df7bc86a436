// SPDX-License-Identifier: MIT
/* libcrawl.mjs - libcrawl for Node.js: a crawl is an asynchronous iterator of pages.
 *
 *   for await (const page of crawl('https://example.org/', { maxPages: 25 }))
 *     console.log(page.status, page.url, page.title);
 *
 * Of the second argument filter, links and outcome are hooks, all else are the options of
 * docs/reference/options.md (maxPages is max_pages). What a hook throws ends the crawl and comes
 * out of the iterator. Leaving the loop frees the crawl. A page is good until the next one;
 * page.keep() keeps it. While a page is awaited the crawl runs on a thread of Node's pool, which
 * waits for the main thread in every hook.
 * The library is found as libcrawl.so.0, or where the environment's LIBCRAWL says.
 */
import koffi from 'koffi';
import { promisify } from 'node:util';

const [OK, DONE] = [0, 1];
const [ACCEPT, REJECT] = [0, 1];

koffi.config({ async_stack_size: 2 << 20 }); // the crawl runs on it: Koffi's 128 KB are few for TLS
for (const name of ['crawler', 'crawler_request', 'crawler_page'])
  koffi.opaque(name);
for (const name of ['crawler_outcome', 'crawler_reason', 'crawler_stat'])
  koffi.alias(name, 'int');
const callbacks = `
int crawler_request_cb(crawler *c, crawler_request *req, void *user);
int crawler_links_cb(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count,
                     void *user);
void crawler_outcome_cb(crawler *c, const crawler_request *req, crawler_outcome outcome,
                        crawler_reason reason, const crawler_page *page, void *user);
`;
for (const [text, name] of callbacks.matchAll(/\w+ (crawler_\w+_cb)\([^)]*\)/g))
  koffi.alias(name, koffi.pointer(koffi.proto(text.replace(name, name + '_proto'))));

// As the header has them, but for _Out_, and for the text of links: bytes with NULs, not one string.
const declarations = `
crawler *crawler_new(void);
void crawler_free(crawler *c);
const char *crawler_errmsg(const crawler *c);
const char *crawler_strerror(int err);
int crawler_set_option(crawler *c, const char *name, const char *value);
int crawler_add(crawler *c, const char *url);
int crawler_next(crawler *c, _Out_ crawler_page **page, int64_t timeout_ms);
void crawler_cancel(crawler *c);
int crawler_fail(crawler *c, const char *msg);
const char *crawler_ended(const crawler *c);
void crawler_on_filter(crawler *c, crawler_request_cb cb, void *user);
void crawler_on_links(crawler *c, crawler_links_cb cb, void *user);
void crawler_on_outcome(crawler *c, crawler_outcome_cb cb, void *user);
const char *crawler_outcome_name(int outcome);
const char *crawler_reason_name(int reason);
const char *crawler_request_url(const crawler_request *req);
const char *crawler_request_referrer(const crawler_request *req);
int crawler_request_depth(const crawler_request *req);
void crawler_page_release(crawler_page *page);
const char *crawler_page_url(const crawler_page *page);
int crawler_page_status(const crawler_page *page);
const char *crawler_page_mime(const crawler_page *page);
const char *crawler_page_title(const crawler_page *page);
const void *crawler_page_body(const crawler_page *page, _Out_ size_t *bytes);
int crawler_page_links(crawler_page *page, _Out_ const void **text, _Out_ const uint32_t **offsets,
                       _Out_ const uint8_t **kinds, _Out_ const uint8_t **flags);
const char *crawler_link_kind_name(int kind);
int64_t crawler_get_stat(const crawler *c, crawler_stat which);
const char *crawler_stat_name(int which);
`;
const library = koffi.load(process.env.LIBCRAWL ?? 'libcrawl.so.0');
const lib = {}; // crawler_page_url is lib.page_url
for (const [text, name] of declarations.matchAll(/\w[^;]*?crawler_(\w+)\([^;]*/g))
  lib[name] = library.func(text);
const next = promisify(lib.next.async);

export class CrawlError extends Error {
  name = 'CrawlError';

  constructor(code, message) {
    super(message);
    this.code = code; // one of CRAWLER_E_*
  }
}

// ---- what the library hands out ----

function countOf(result) {
  if (result < 0)
    throw new CrawlError(result, lib.strerror(result));
  return result;
}

const released = new FinalizationRegistry((pointer) => lib.page_release(pointer));

/* A pointer into the library until it ends: a use after that is an error, not a crash. */
class Handle {
  #pointer;

  constructor(pointer) {
    this.#pointer = pointer;
  }

  get pointer() {
    if (this.#pointer === null)
      throw new Error(`${this.constructor.name} used after its end`);
    return this.#pointer;
  }

  end() {
    this.#pointer = null;
  }
}

export class Request extends Handle {
  get url() { return lib.request_url(this.pointer); }
  get referrer() { return lib.request_referrer(this.pointer); }
  get depth() { return lib.request_depth(this.pointer); }
}

export class Page extends Handle {
  isKept = false;

  get status() { return lib.page_status(this.pointer); }
  get url() { return lib.page_url(this.pointer); }
  get mime() { return lib.page_mime(this.pointer); }
  get title() { return lib.page_title(this.pointer); }

  get body() { // a copy
    const size = [0];
    const data = lib.page_body(this.pointer, size);
    return Buffer.from(data ? koffi.decode(data, 'uint8_t', size[0]) : []);
  }

  /* The absolute URL of each link; '' for one that isn't a URL. */
  links() {
    const [text, offsets] = [[null], [null]];
    const count = countOf(lib.page_links(this.pointer, text, offsets, null, null));
    const end = koffi.decode(offsets[0], 4 * count, 'uint32_t');
    return count > 0 ? koffi.decode.string(text[0], end - 1).split('\0') : [];
  }

  /* The kind of each: 'a', 'image', ... */
  linkKinds() {
    const kinds = [null];
    const count = countOf(lib.page_links(this.pointer, null, null, kinds, null));
    return Array.from(koffi.decode(kinds[0], 'uint8_t', count), (kind) => lib.link_kind_name(kind));
  }

  /* Of a page from an iterator: it stays until the collector finds that nobody has it any more. */
  keep() {
    if (!this.isKept)
      released.register(this, this.pointer);
    this.isKept = true;
    return this;
  }

  /* After its turn in the loop. One that is kept has its URL ended by the next one. */
  finish() {
    if (this.isKept)
      return;
    lib.page_release(this.pointer);
    this.end();
  }
}

function lend(handle, use, ...args) {
  try {
    return use(handle, ...args);
  } finally {
    handle.end();
  }
}

// ---- hooks: what is called with C's arguments ----

const hooks = {
  /* filter(request): false refuses the URL */
  filter: (choose) => (req) => (lend(new Request(req), choose) === false ? REJECT : ACCEPT),

  /* links(page, urls): all links of a page; it may return the indexes of those not to follow */
  links: (judge) => (page, verdicts) => {
    lend(new Page(page), (borrowed) => {
      const urls = borrowed.links();
      for (const i of judge(borrowed, urls) ?? []) {
        if (!(i in urls))
          throw new RangeError(`no link ${i}`);
        koffi.encode(verdicts, i, 'uint8_t', REJECT);
      }
    });
    return ACCEPT;
  },

  /* outcome(url, 'failed', 'dns'): how each URL ended */
  outcome: (tell) => (req, outcome, reason) =>
    tell(lib.request_url(req), lib.outcome_name(outcome), lib.reason_name(reason)),
};

// ---- crawls ----

function optionText(value) {
  return String(typeof value === 'boolean' ? Number(value) : value); // an array gets its commas
}

export class Crawl {
  ended = ''; // once it is over: 'complete', 'max_pages', ...
  stats = {}; // all numbers by name, then
  #c = lib.new();
  #raised = null; // [what a hook threw]
  #callbacks = [];
  #isInside = false;

  constructor(urls, { filter, links, outcome, ...options } = {}) {
    if (!this.#c)
      throw new Error('out of memory');
    try {
      for (const [name, value] of Object.entries(options)) {
        const plain = name.replace(/[A-Z]/g, (letter) => '_' + letter.toLowerCase());
        this.#check(lib.set_option(this.#c, plain, optionText(value)));
      }
      for (const url of [urls].flat())
        this.add(url);
    } catch (error) {
      this.close();
      throw error;
    }
    if (filter)
      lib.on_filter(this.#c, this.#hook('crawler_request_cb', hooks.filter(filter)), null);
    if (links)
      lib.on_links(this.#c, this.#hook('crawler_links_cb', hooks.links(links)), null);
    if (outcome)
      lib.on_outcome(this.#c, this.#hook('crawler_outcome_cb', hooks.outcome(outcome)), null);
  }

  add(url) {
    this.#check(lib.add(this.#c, String(url)));
  }

  /* Ends the crawl and frees it; while it runs, as in a hook: as soon as it can. */
  close() {
    if (!this.#c)
      return;
    if (this.#isInside) {
      lib.cancel(this.#c);
      this.#raised ??= [];
      return;
    }
    this.ended = lib.ended(this.#c);
    for (let i = 0, name; (name = lib.stat_name(i)) !== null; i++)
      this.stats[name] = Number(lib.get_stat(this.#c, i));
    lib.free(this.#c);
    this.#c = null;
    this.#callbacks.forEach((callback) => koffi.unregister(callback));
  }

  #hook(type, call) {
    const callback = koffi.register((c, ...args) => {
      try {
        return call(...args);
      } catch (error) { // it can't pass through C
        this.#raised ??= [error];
        lib.fail(c, String(error));
        return REJECT;
      }
    }, type);
    this.#callbacks.push(callback);
    return callback;
  }

  #check(result) {
    if (result < 0)
      throw new CrawlError(result, lib.errmsg(this.#c));
    return result;
  }

  async #next() {
    const slot = [null];
    this.#isInside = true;
    const result = await next(this.#c, slot, -1).finally(() => { this.#isInside = false; });
    const page = slot[0] && new Page(slot[0]);
    if (this.#raised) {
      page?.finish();
      if (this.#raised.length > 0)
        throw this.#raised[0];
      return null;
    }
    this.#check(result);
    return page;
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (let page; this.#c && (page = await this.#next()); ) {
        try {
          yield page;
        } finally {
          page.finish();
        }
      }
    } finally {
      this.close();
    }
  }
}

export const crawl = (urls, settings) => new Crawl(urls, settings);

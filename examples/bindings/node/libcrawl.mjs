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

const released = new FinalizationRegistry((pointer) => lib.page_release(pointer));

/* A pointer into the library until it ends: a use after that is an error, not a crash. */
class Handle {
  #pointer;
  constructor(pointer) { this.#pointer = pointer; }
  get pointer() {
    if (this.#pointer === null)
      throw new Error(`${this.constructor.name} used after its end`);
    return this.#pointer;
  }
  end() { this.#pointer = null; }
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
    const count = this.#links(text, offsets, null, null);
    const end = koffi.decode(offsets[0], 4 * count, 'uint32_t');
    return count > 0 ? koffi.decode.string(text[0], end - 1).split('\0') : [];
  }

  /* The kind of each: 'a', 'image', ... */
  linkKinds() {
    const kinds = [null];
    const count = this.#links(null, null, kinds, null);
    return Array.from(koffi.decode(kinds[0], 'uint8_t', count), (kind) => lib.link_kind_name(kind));
  }

  #links(...out) {
    const count = lib.page_links(this.pointer, ...out);
    if (count < 0)
      throw new CrawlError(count, lib.strerror(count));
    return count;
  }

  /* Of a page from an iterator: it stays until the collector finds that nobody has it any more. */
  keep() {
    if (!this.isKept)
      released.register(this, this.pointer);
    this.isKept = true;
    return this;
  }
}

function lend(handle, use) {
  try {
    return use(handle);
  } finally {
    handle.end();
  }
}

/* filter(request)    false refuses the URL
 * links(page, urls)  all links of a page; it may return the indexes of those not to follow
 * outcome(url, 'failed', 'dns')  how each URL ended */
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
        this.#check(lib.set_option(this.#c, plain, String(value))); // an array gets its commas
      }
      for (const url of [urls].flat())
        this.add(url);
    } catch (error) {
      this.close();
      throw error;
    }
    if (filter) {
      this.#hook('filter', 'request', (req) =>
        (lend(new Request(req), filter) === false ? REJECT : ACCEPT));
    }
    if (links) {
      this.#hook('links', 'links', (page, verdicts) => lend(new Page(page), (borrowed) => {
        const urls = borrowed.links();
        for (const i of links(borrowed, urls) ?? []) {
          if (!(i in urls))
            throw new RangeError(`no link ${i}`);
          koffi.encode(verdicts, i, 'uint8_t', REJECT);
        }
      }));
    }
    if (outcome) {
      this.#hook('outcome', 'outcome', (req, end, reason) =>
        outcome(lib.request_url(req), lib.outcome_name(end), lib.reason_name(reason)));
    }
  }

  add(url) {
    this.#check(lib.add(this.#c, String(url)));
  }

  /* Ends the crawl and frees it; while it runs, as in a hook: as soon as it can. */
  close() {
    if (this.#isInside) {
      lib.cancel(this.#c);
    } else if (this.#c) {
      this.ended = lib.ended(this.#c);
      for (let i = 0, name; (name = lib.stat_name(i)) !== null; i++)
        this.stats[name] = Number(lib.get_stat(this.#c, i));
      lib.free(this.#c);
      this.#c = null;
      this.#callbacks.forEach((callback) => koffi.unregister(callback));
    }
  }

  #hook(name, type, call) {
    const callback = koffi.register((c, ...args) => {
      try {
        return call(...args) ?? ACCEPT;
      } catch (error) { // it can't pass through C
        this.#raised ??= [error];
        lib.fail(c, String(error));
        return REJECT;
      }
    }, `crawler_${type}_cb`);
    this.#callbacks.push(callback);
    lib[`on_${name}`](this.#c, callback, null);
  }

  #check(result) {
    if (this.#raised && result !== OK)
      throw this.#raised[0];
    if (result < 0)
      throw new CrawlError(result, lib.errmsg(this.#c));
    return result;
  }

  async *[Symbol.asyncIterator]() {
    const slot = [null];
    try {
      while (this.#c) {
        this.#isInside = true;
        const result = await next(this.#c, slot, -1);
        this.#isInside = false;
        if (this.#check(result) === DONE)
          break;
        const page = new Page(slot[0]);
        try {
          yield page;
        } finally {
          if (!page.isKept) { // else the next one ends its URL
            lib.page_release(slot[0]);
            page.end();
          }
        }
      }
    } finally {
      this.close();
    }
  }
}

export const crawl = (urls, settings) => new Crawl(urls, settings);

-- SPDX-License-Identifier: MIT
--[[ libcrawl.lua - libcrawl for LuaJIT: a crawl is an iterator of pages.

  local libcrawl = require "libcrawl"
  local site = libcrawl.crawl { "https://example.org/", max_pages = 25 }
  for page in site:pages() do
    print(page.status, page.url, page.title)
  end

What the table has by number are URLs, the hooks are filter, links and outcome, all else are the
options of docs/reference/options.md. An error in a hook ends the crawl and comes out of the
iterator. At the end, and after an error, the crawl is freed; after a break by site:close(), or by
the garbage collector, unless a hook holds the crawl itself. A page is good until the next one;
page:keep() keeps it.
The library is found as libcrawl.so.0, or where the environment's LIBCRAWL says.
]]
local ffi = require "ffi"

-- As the header has them, but for enumerations that are only handed on.
ffi.cdef [[
typedef struct crawler crawler;
typedef struct crawler_request crawler_request;
typedef struct crawler_page crawler_page;
typedef int crawler_outcome, crawler_reason, crawler_stat;
typedef int (*crawler_request_cb)(crawler *c, crawler_request *req, void *user);
typedef int (*crawler_links_cb)(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count,
                                void *user);
typedef void (*crawler_outcome_cb)(crawler *c, const crawler_request *req, crawler_outcome outcome,
                                   crawler_reason reason, const crawler_page *page, void *user);
crawler *crawler_new(void);
void crawler_free(crawler *c);
const char *crawler_errmsg(const crawler *c);
const char *crawler_strerror(int err);
int crawler_set_option(crawler *c, const char *name, const char *value);
int crawler_add(crawler *c, const char *url);
int crawler_next(crawler *c, crawler_page **page, int64_t timeout_ms);
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
const void *crawler_page_body(const crawler_page *page, size_t *bytes);
int crawler_page_links(crawler_page *page, const char **text, const uint32_t **offsets,
                       const uint8_t **kinds, const uint8_t **flags);
const char *crawler_link_kind_name(int kind);
int64_t crawler_get_stat(const crawler *c, crawler_stat which);
const char *crawler_stat_name(int which);
]]
local C = ffi.load(os.getenv("LIBCRAWL") or "libcrawl.so.0")
local OK, AGAIN = 0, 2
local ACCEPT, REJECT = 0, 1

local function text(pointer)
  return pointer ~= nil and ffi.string(pointer) or nil
end

-- An error is a table: code, one of CRAWLER_E_*, and message.
local Error = { __tostring = function(self) return self.message end }

local function fail(code, message)
  error(setmetatable({ code = code, message = message }, Error), 0)
end

-- A proxy has its pointer at 1 until it ends: what is asked of it then is an error, not a crash.
local function proxy_of(name, getters)
  local proxy = {}
  function proxy.__index(self, key)
    local get = getters[key]
    return get and get(rawget(self, 1) or error(name .. " used after its end", 2))
  end
  return proxy
end

local Request = proxy_of("request", {
  url = function(req) return text(C.crawler_request_url(req)) end,
  referrer = function(req) return text(C.crawler_request_referrer(req)) end,
  depth = C.crawler_request_depth,
})

local size = ffi.new("size_t[1]")
local urls_out = ffi.new("const char *[1]")
local offsets_out = ffi.new("const uint32_t *[1]")
local kinds_out = ffi.new("const uint8_t *[1]")

local function body_of(page)
  local data = C.crawler_page_body(page, size)
  return data ~= nil and ffi.string(data, size[0]) or ""
end

local function count_links(page, urls, offsets, kinds)
  local count = C.crawler_page_links(page, urls, offsets, kinds, nil)
  if count < 0 then fail(count, text(C.crawler_strerror(count))) end
  return count
end

-- The absolute URL of each link; "" for one that isn't a URL.
local function urls_of(page)
  local count, urls = count_links(page, urls_out, offsets_out, nil), {}
  for url in ffi.string(urls_out[0], offsets_out[0][count]):gmatch("(%Z*)%z") do
    table.insert(urls, url)
  end
  return urls
end

local function kinds_of(page)
  local kinds = {}
  for i = 1, count_links(page, nil, nil, kinds_out) do
    kinds[i] = text(C.crawler_link_kind_name(kinds_out[0][i - 1]))
  end
  return kinds
end

-- Of a page from an iterator: it stays until the collector finds that nobody has it any more.
local function keep(page)
  page.is_kept = true
  return page
end

local Page = proxy_of("page", {
  status = C.crawler_page_status,
  url = function(page) return text(C.crawler_page_url(page)) end,
  mime = function(page) return text(C.crawler_page_mime(page)) end,
  title = function(page) return text(C.crawler_page_title(page)) end,
  body = body_of,
  links = urls_of,
  link_kinds = kinds_of, -- "a", "image", ...
  keep = function() return keep end,
})

local function borrow(proxy, pointer, use, ...)
  local borrowed = setmetatable({ pointer }, proxy)
  local ok, result = pcall(use, borrowed, ...)
  borrowed[1] = nil
  if not ok then error(result, 0) end
  return result
end

local hooks = {} -- what each answers to C's arguments

function hooks.filter(choose, req) -- choose(request): false refuses the URL
  return borrow(Request, req, choose) == false and REJECT or ACCEPT
end

function hooks.links(judge, page, verdicts) -- judge(page, urls): the indexes of those not to follow
  local urls = urls_of(page)
  for _, i in ipairs(borrow(Page, page, judge, urls) or {}) do
    assert(urls[i], "there is no such link")
    verdicts[i - 1] = REJECT
  end
  return ACCEPT
end

function hooks.outcome(tell, req, outcome, reason) -- tell(url, "failed", "dns"): how each URL ended
  tell(text(C.crawler_request_url(req)), text(C.crawler_outcome_name(outcome)),
    text(C.crawler_reason_name(reason)))
end

local types = { filter = "request", links = "links", outcome = "outcome" } -- crawler_*_cb

-- state has what the callbacks need, and not the crawl: they would keep it from being collected.
-- No error may pass through C.
local function set_hook(c, state, name, use)
  local callback = ffi.cast("crawler_" .. types[name] .. "_cb", function(crawler, ...)
    local ok, answer = pcall(hooks[name], use, ...)
    if ok then return answer end
    state.raised = state.raised or { answer }
    C.crawler_fail(crawler, tostring(answer))
    return REJECT
  end)
  table.insert(state.callbacks, callback)
  C["crawler_on_" .. name](c, callback, nil)
end

local Crawl = {}
Crawl.__index = Crawl

local function free(c, state)
  C.crawler_free(c)
  for _, callback in ipairs(state.callbacks) do callback:free() end
end

-- Ends the crawl and frees it; it has ended ("complete", ...) and stats (by name) from then on.
function Crawl:close()
  local c = self.c
  if not c then return end
  assert(not self.is_inside, "a crawl can't be closed in its hook: raise an error to end it")
  self.c, self.ended, self.stats = nil, text(C.crawler_ended(c)), {}
  for i = 0, math.huge do
    local name = text(C.crawler_stat_name(i))
    if not name then break end
    self.stats[name] = tonumber(C.crawler_get_stat(c, i))
  end
  free(ffi.gc(c, nil), self.state)
end

function Crawl:check(result)
  if result < 0 then fail(result, text(C.crawler_errmsg(self.c))) end
end

function Crawl:add(url) self:check(C.crawler_add(self.c, url)) end

local function next_page(self, slot)
  local result
  repeat
    self.is_inside = true
    result = C.crawler_next(self.c, slot, 200) -- not for ever: an interrupt is seen in between
    self.is_inside = false
  until result ~= AGAIN
  if result == OK then
    return setmetatable({ ffi.gc(slot[0], C.crawler_page_release) }, Page)
  end
  local raised, message = self.state.raised, text(C.crawler_errmsg(self.c))
  self:close()
  if raised then error(raised[1], 0) end
  if result < 0 then fail(result, message) end
end
jit.off(next_page) -- compiled code can't call what calls back

function Crawl:pages()
  local slot = ffi.new("crawler_page *[1]")
  local page
  return function()
    local pointer = page and page[1]
    if pointer and not page.is_kept then -- else its URL ends with the next one
      page[1] = nil
      C.crawler_page_release(ffi.gc(pointer, nil))
    end
    page = self.c and next_page(self, slot)
    return page
  end
end

local function crawl(settings)
  local c, state = C.crawler_new(), { callbacks = {} }
  if c == nil then error("out of memory") end
  ffi.gc(c, function(it) free(it, state) end)
  local self = setmetatable({ state = state, c = c }, Crawl)
  for name, value in pairs(settings) do
    if hooks[name] then
      set_hook(c, state, name, value)
    elseif type(name) == "string" then
      local list = type(value) == "table" and table.concat(value, ",")
      self:check(C.crawler_set_option(c, name, list or tostring(value)))
    end
  end
  for _, url in ipairs(settings) do self:add(url) end
  return self
end

return { crawl = crawl }

-- SPDX-License-Identifier: MIT
-- test.lua - the binding on the bundled site: luajit test.lua ROOT URL
-- URL is that of examples/serve with examples/site.
local root, url = arg[1], arg[2]
local gone_url = "http://127.0.0.1:1/" -- nobody listens
local here = arg[0]:match("^(.*)/") or "."
package.path = here .. "/?.lua;" .. package.path
local ffi = require "ffi"
local libcrawl = require "libcrawl" -- LIBCRAWL says where the library is
ffi.cdef "int access(const char *path, int mode);"
local passed, failed = 0, 0

local function test(name, run)
  local ok, why = xpcall(run, function(err) return debug.traceback(tostring(err), 2) end)
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
    print(name .. ": " .. why)
  end
end

local function equal(got, want, what)
  if got ~= want then
    error(("%s: %s, not %s"):format(what or "value", tostring(got), tostring(want)), 2)
  end
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local data = file:read("*a")
  file:close()
  return data
end

local function descriptors()
  local count = 0
  for fd = 0, 255 do
    if ffi.C.access("/proc/self/fd/" .. fd, 0) == 0 then count = count + 1 end
  end
  return count
end

local function crawl(settings)
  settings[1] = settings[1] or url
  settings.own_server, settings.allow_private = true, true
  return libcrawl.crawl(settings)
end

local function urls_of(site)
  local got = {}
  for page in site:pages() do got[page.url] = true end
  return got
end

local function error_of(run, ...)
  local ok, err = pcall(run, ...)
  assert(not ok, "no error")
  return err
end

local function has(text, part)
  if not tostring(text):find(part, 1, true) then error(tostring(text) .. ": no " .. part, 2) end
end

test("the iterator gives every page", function()
  local site, got, count = crawl {}, {}, 0
  for page in site:pages() do
    count = count + 1
    got[page.url] = page:keep()
  end
  local front = got[url] -- kept pages live on
  equal(front.status, 200)
  equal(front.title, "Cape Lantern")
  equal(front.body, read(root .. "/examples/site/index.html"), "body")
  equal(front.mime, "text/html")
  equal(got[url .. "languages/greek.html"].title, "Ο φάρος")
  equal(got[url .. "harbour/ferry.html"].status, 404)
  equal(got[url .. "notes.txt"].title, nil)
  equal(count, 32)
  equal(site.ended, "complete")
  equal(site.stats.fetched, 32)
end)

test("what filter refuses is not fetched", function()
  local asked, ends = {}, {}
  local site = crawl {
    filter = function(req)
      asked[req.url] = { req.referrer, req.depth }
      return not req.url:find("/birds", 1, true)
    end,
    outcome = function(of, outcome, reason) ends[of] = outcome .. " " .. reason end,
  }
  local got, count = urls_of(site), 0
  for _ in pairs(got) do count = count + 1 end
  equal(got[url .. "birds/"], nil)
  equal(got[url .. "news/"], true)
  equal(asked[url .. "news/"][1], url)
  equal(asked[url .. "news/"][2], 1)
  equal(ends[url .. "birds/"], "rejected filter")
  equal(ends[url .. "private/logbook.html"], "dropped robots")
  equal(ends[url], "fetched ")
  equal(site.stats.attempts, count + 1, "requests") -- nothing else was sent but robots.txt
end)

test("links come in bulk and may be refused", function()
  local seen, kinds = {}, {}
  local got = urls_of(crawl {
    links = function(page, urls)
      seen[page.url], kinds[page.url] = urls, page.link_kinds
      equal(#page.link_kinds, #urls)
      equal(table.concat(page.links, " "), table.concat(urls, " "))
      local refused = {}
      for i, link in ipairs(urls) do
        if link:find("/keepers/", 1, true) then table.insert(refused, i) end
      end
      return refused
    end,
  })
  local _, hrefs = read(root .. "/examples/site/index.html"):gsub('href="', "")
  equal(#seen[url], hrefs, "links of the front page")
  equal(table.concat(seen[url], " ", 1, 3),
    ("%sstyle.css %sabout.html %skeepers/"):format(url, url, url))
  equal(table.concat(kinds[url], " ", 1, 2), "stylesheet a")
  equal(seen[url][hrefs], "https://example.org/", "the last one")
  equal(got[url .. "news/"], true)
  for each in pairs(got) do assert(not each:find("/keepers/", 1, true), each) end
end)

test("errors are Lua's, with the message", function()
  local err = error_of(crawl, { max_pages = "many" })
  has(err, "max_pages")
  equal(err.code, -9)
  has(error_of(crawl, { no_such_option = 1 }), "no_such_option")
  has(error_of(crawl, { "nowhere" }), "not an absolute URL")
end)

test("what can't be fetched is an outcome", function()
  local ends = {}
  local got = urls_of(crawl { gone_url, obey_robots = false, max_retries = 0,
    outcome = function(...) table.insert(ends, table.concat({ ... }, " ")) end })
  equal(next(got), nil)
  equal(table.concat(ends, ", "), gone_url .. " failed connect")
end)

local function first_page(site)
  for page in site:pages() do return page end
end

test("a break and close() stop and free", function()
  local before = descriptors()
  local site = crawl {}
  local page = first_page(site):keep()
  assert(descriptors() > before, "nothing is open")
  site:close()
  equal(descriptors(), before, "descriptors")
  assert(site.stats.fetched < 32, "it went on")
  equal(page.url, url, "a page that was kept")
  equal(site:pages()(), nil)
end)

test("after a break the collector frees", function()
  local before = descriptors()
  first_page(crawl { filter = function() end })
  collectgarbage()
  collectgarbage()
  equal(descriptors(), before, "descriptors")
end)

test("an error in a hook reaches the caller", function()
  for _, name in ipairs { "filter", "links", "outcome" } do
    local err = error_of(urls_of, crawl { [name] = function() error { of = name } end })
    equal(err.of, name)
  end
end)

test("what a hook or a step was given ends with it", function()
  local kept = {}
  local site = crawl {
    filter = function(req) table.insert(kept, req) end,
    links = function(page) table.insert(kept, page) end,
  }
  for page in site:pages() do table.insert(kept, page) end
  assert(#kept > 32 * 2)
  for _, thing in ipairs(kept) do
    has(error_of(function() return thing.url end), "after its end")
  end
end)

test("close() in a hook is refused", function()
  local site
  site = crawl { filter = function() site:close() end }
  has(error_of(urls_of, site), "closed in its hook")
end)

test("crawls leave neither callbacks nor memory behind", function()
  local function nothing() end
  local function crawls(times)
    for _ = 1, times do
      local site = crawl { filter = nothing, links = nothing, outcome = nothing }
      for page in site:pages() do
        if page.url ~= url then break end
      end
      site:close()
    end
    collectgarbage()
    return tonumber(read("/proc/self/statm"):match("^%d+ (%d+)")) * 4
  end
  local before_kb = crawls(300) -- there is room for some 900 callbacks
  local grown_kb = crawls(300) - before_kb
  assert(grown_kb < 1000, grown_kb .. " KB more")
end)

test("declarations are those of the header", function()
  local function squeezed(path) return (read(path):gsub("/%*.-%*/", " "):gsub("%s+", " ")) end
  local header = squeezed(root .. "/include/crawl/crawler.h")
  local declared = squeezed(here .. "/libcrawl.lua"):match("ffi%.cdef %[%[(.-)%]%]")
  local count = 0
  for line in declared:gmatch("%s*([^;]+;)") do
    if not line:find("^typedef int crawler_outcome") then
      has(header, line)
      count = count + 1
    end
  end
  assert(count > 30)
end)

print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and passed > 0)
